/* SPDX-License-Identifier: EUPL-1.2 */
/* A session as bytes, for snapshots and digests. Save and restore stand side by side, a function each per struct of state.h, in the same order.
 * A snapshot of another version is not read: the log is, from its first entry. */
#include "base/check.h"
#include "core/state.h"

enum { SAVED_VERSION = 4 };

static struct blob blob_restore(struct unpack *in, size_t most)
{
	struct blob blob = { 0 };
	struct slice bytes = unpack_bin(in, 0, most);
	blob_set(&blob, bytes);
	return blob;
}

static void blob_save(const struct blob *blob, struct pack *out)
{
	pack_bin(out, blob_slice(blob));
}

static uint32_t u32(struct unpack *in)
{
	return (uint32_t)unpack_uint(in, UINT32_MAX);
}

static uint64_t u64(struct unpack *in)
{
	return unpack_uint(in, UINT64_MAX);
}

/* A list of at most so many; 0 after an error, so that loops end. */
static uint32_t count_restore(struct unpack *in, size_t most)
{
	size_t count = unpack_array(in);
	if (count > most) {
		unpack_fail(in);
		return 0;
	}
	return (uint32_t)count;
}

static void hash_restore(struct unpack *in, uint8_t out[32])
{
	struct slice bytes = unpack_bin(in, 32, 32);
	if (bytes.len)
		memcpy(out, bytes.at, 32);
}

static void lanes_save(const struct lanes *lanes, struct pack *out)
{
	pack_array(out, 4 * (size_t)lanes->count);
	for (uint32_t i = 0; i < lanes->count; i++) {
		pack_uint(out, lanes->at[i].lane);
		pack_uint(out, lanes->at[i].number);
		pack_uint(out, lanes->at[i].fault);
		pack_uint(out, lanes->at[i].seq);
	}
}

static void lanes_restore(struct unpack *in, struct lanes *lanes)
{
	lanes->count = count_restore(in, 4 * (size_t)LIMIT_LANES) / 4;
	for (uint32_t i = 0; i < lanes->count; i++) {
		lanes->at[i].lane = u64(in);
		lanes->at[i].number = u32(in);
		lanes->at[i].fault = (uint16_t)unpack_uint(in, UINT16_MAX);
		lanes->at[i].seq = u64(in);
	}
}

static void deadline_save(const struct deadline *deadline, struct pack *out)
{
	pack_array(out, 4);
	pack_uint(out, deadline->generation);
	pack_uint(out, deadline->duration_ms);
	pack_uint(out, deadline->seq);
	pack_uint(out, deadline->at_ms);
}

static void deadline_restore(struct unpack *in, struct deadline *deadline)
{
	unpack_arrays(in, 4);
	deadline->generation = u32(in);
	deadline->duration_ms = u64(in);
	deadline->seq = u64(in);
	deadline->at_ms = u64(in);
}

static void place_save(const struct place *place, struct pack *out)
{
	pack_array(out, 10);
	pack_bool(out, place->has_step);
	pack_uint(out, place->step);
	pack_uint(out, place->generation);
	deadline_save(&place->time, out);
	pack_uint(out, place->still_ms);
	deadline_save(&place->grace, out);
	blob_save(&place->said, out);
	pack_uint(out, place->said_ms);
	pack_uint(out, place->back_ms);
	pack_uint(out, place->back_at_ms);
}

static void place_restore(struct unpack *in, struct place *place)
{
	unpack_arrays(in, 10);
	place->has_step = unpack_bool(in);
	place->step = u32(in);
	place->generation = u32(in);
	deadline_restore(in, &place->time);
	place->still_ms = u64(in);
	deadline_restore(in, &place->grace);
	place->said = blob_restore(in, LIMIT_TEXT);
	place->said_ms = u64(in);
	place->back_ms = u64(in);
	place->back_at_ms = u64(in);
}

static void member_save(const struct member *member, struct pack *out)
{
	pack_array(out, 8);
	pack_bin(out, slice_of(member->token_hash, 32));
	pack_bin(out, slice_of(member->secret_hash, member->has_secret ? 32 : 0));
	pack_uint(out, member->organisation);
	pack_uint(out, member->room);
	blob_save(&member->text, out);
	pack_uint(out, member->joined_seq);
	pack_uint(out, member->room_seq);
	lanes_save(&member->lanes, out);
}

static void member_restore(struct unpack *in, struct member *member)
{
	unpack_arrays(in, 8);
	hash_restore(in, member->token_hash);
	struct slice secret = unpack_bin(in, 0, 32);
	member->has_secret = secret.len == 32;
	if (member->has_secret)
		memcpy(member->secret_hash, secret.at, 32);
	member->organisation = u32(in);
	member->room = u32(in);
	member->text = blob_restore(in, LIMIT_TEXT);
	member->joined_seq = u64(in);
	member->room_seq = u64(in);
	lanes_restore(in, &member->lanes);
}

static void link_save(const struct link *link, struct pack *out)
{
	pack_array(out, 6);
	pack_uint(out, link->role);
	pack_bin(out, slice_of(link->token_hash, 32));
	pack_bool(out, link->revoked);
	blob_save(&link->text, out);
	pack_uint(out, link->seq);
	lanes_save(&link->lanes, out);
}

static void link_restore(struct unpack *in, struct link *link)
{
	unpack_arrays(in, 6);
	link->role = u32(in);
	hash_restore(in, link->token_hash);
	link->revoked = unpack_bool(in);
	link->text = blob_restore(in, LIMIT_TEXT);
	link->seq = u64(in);
	lanes_restore(in, &link->lanes);
}

static void pen_save(const struct pen *pen, struct pack *out)
{
	pack_array(out, 4);
	pack_uint(out, pen->tenure);
	pack_array(out, pen->kept);
	for (uint32_t i = 0; i < pen->kept; i++)
		pack_uint(out, pen->holders[i]);
	pack_bool(out, pen->away);
	pack_uint(out, pen->at_ms);
}

static void pen_restore(struct unpack *in, struct pen *pen)
{
	unpack_arrays(in, 4);
	pen->tenure = u32(in);
	pen->kept = count_restore(in, LIMIT_TENURES);
	if (pen->kept > pen->tenure || (pen->kept < pen->tenure && pen->kept < LIMIT_TENURES))
		unpack_fail(in);
	pen->holders = check_alloc(pen->kept, sizeof *pen->holders);
	for (uint32_t i = 0; i < pen->kept; i++)
		pen->holders[i] = u32(in);
	pen->away = unpack_bool(in);
	pen->at_ms = u64(in);
}

static void tray_save(const struct room *room, struct pack *out)
{
	pack_array(out, room->tray_count);
	for (uint32_t i = 0; i < room->tray_count; i++) {
		const struct tray_item *item = &room->tray[i];
		pack_array(out, 10);
		pack_uint(out, item->id);
		pack_uint(out, item->number);
		pack_uint(out, item->step);
		pack_uint(out, item->activity);
		pack_uint(out, item->kind);
		pack_uint(out, item->author);
		pack_uint(out, item->tenure);
		pack_bool(out, item->writing);
		pack_uint(out, item->at_ms);
		blob_save(&item->text, out);
	}
}

static void tray_restore(struct unpack *in, struct room *room)
{
	room->tray_count = count_restore(in, LIMIT_TRAY);
	room->tray = check_alloc(room->tray_count, sizeof *room->tray);
	for (uint32_t i = 0; i < room->tray_count; i++) {
		struct tray_item *item = &room->tray[i];
		unpack_arrays(in, 10);
		item->id = u64(in);
		item->number = u32(in);
		item->step = u32(in);
		item->activity = u32(in);
		item->kind = u32(in);
		item->author = u32(in);
		item->tenure = u32(in);
		item->writing = unpack_bool(in);
		item->at_ms = u64(in);
		item->text = blob_restore(in, LIMIT_TEXT);
	}
}

static void accords_save(const struct room *room, struct pack *out)
{
	pack_array(out, 4 * (size_t)room->accords_count);
	for (uint32_t i = 0; i < room->accords_count; i++) {
		pack_uint(out, room->accords[i].activity);
		pack_uint(out, room->accords[i].round);
		pack_uint(out, room->accords[i].member);
		pack_uint(out, room->accords[i].answer);
	}
}

static void accords_restore(struct unpack *in, struct room *room)
{
	room->accords_count = count_restore(in, 4 * (size_t)LIMIT_MEMBERS * LIMIT_ACTIVITIES) / 4;
	room->accords = check_alloc(room->accords_count, sizeof *room->accords);
	for (uint32_t i = 0; i < room->accords_count; i++) {
		room->accords[i].activity = u32(in);
		room->accords[i].round = u32(in);
		room->accords[i].member = u32(in);
		room->accords[i].answer = u32(in);
	}
#if BOLLPLANK_BUG == 115 /* a snapshot forgets who agreed */
	room->accords_count = 0;
#endif
}

static void room_save(const struct room *room, struct pack *out)
{
	pack_array(out, 17);
	blob_save(&room->text, out);
	pack_uint(out, room->count);
	pack_bool(out, room->used);
	place_save(&room->place, out);
	pack_uint(out, room->names_seq);
	pen_save(&room->pen, out);
	pack_uint(out, room->hand_seq);
	pack_uint(out, room->hand_ms);
	pack_uint(out, room->hand_minutes);
	pack_uint(out, room->leader);
	pack_uint(out, room->focus);
	pack_uint(out, room->focus_ms);
	accords_save(room, out);
	pack_uint(out, room->done_step);
	tray_save(room, out);
	pack_uint(out, room->tray_last);
	pack_uint(out, room->tray_term);
}

static void room_restore(struct unpack *in, struct room *room)
{
	unpack_arrays(in, 17);
	room->text = blob_restore(in, LIMIT_TEXT);
	room->count = u32(in);
	room->used = unpack_bool(in);
	place_restore(in, &room->place);
	room->names_seq = u64(in);
	pen_restore(in, &room->pen);
	room->hand_seq = u64(in);
	room->hand_ms = u64(in);
	room->hand_minutes = u32(in);
	room->leader = u32(in);
	room->focus = u32(in);
	room->focus_ms = u64(in);
	accords_restore(in, room);
	room->done_step = u32(in);
	tray_restore(in, room);
	room->tray_last = u32(in);
	room->tray_term = u32(in);
}

static void note_save(const struct note *note, struct pack *out)
{
	pack_array(out, 15);
	pack_uint(out, note->id);
	pack_uint(out, note->room);
	pack_uint(out, note->step);
	pack_uint(out, note->activity);
	pack_uint(out, note->kind);
	pack_bool(out, note->final);
	pack_bool(out, note->plenary);
	pack_bool(out, note->writing);
	pack_bool(out, note->dropped);
	pack_uint(out, note->place);
	pack_uint(out, note->at_ms);
	pack_uint(out, note->edited_ms);
	pack_uint(out, note->author);
	pack_uint(out, note->editor);
	pack_array(out, 3 * (size_t)note->edits_count + 1);
	blob_save(&note->text, out);
	for (uint32_t i = 0; i < note->edits_count; i++) {
		pack_uint(out, note->edits[i].author);
		pack_uint(out, note->edits[i].at_ms);
		blob_save(&note->edits[i].text, out);
	}
}

static void note_restore(struct unpack *in, struct note *note, const struct session *s)
{
	unpack_arrays(in, 15);
	note->id = u64(in);
	note->room = u32(in);
	note->step = u32(in);
	note->activity = u32(in);
	note->kind = u32(in);
	note->final = unpack_bool(in);
	note->plenary = unpack_bool(in);
	note->writing = unpack_bool(in);
	note->dropped = unpack_bool(in);
	note->place = u64(in);
	note->at_ms = u64(in);
	note->edited_ms = u64(in);
	note->author = u32(in);
	note->editor = u32(in);
	uint32_t values = count_restore(in, 3 * (size_t)LIMIT_EDITS + 1);
	note->text = blob_restore(in, LIMIT_TEXT);
	note->edits_count = values ? (values - 1) / 3 : 0;
	note->edits = check_alloc(note->edits_count, sizeof *note->edits);
	for (uint32_t i = 0; i < note->edits_count; i++) {
		note->edits[i].author = u32(in);
		note->edits[i].at_ms = u64(in);
		note->edits[i].text = blob_restore(in, LIMIT_TEXT);
	}
	if (!room_of(s, note->room) || note->step == 0 || note->step > s->steps_count)
		unpack_fail(in);
}

static void step_save(const struct step *step, struct pack *out)
{
	pack_array(out, 11);
	pack_uint(out, step->position);
	pack_uint(out, step->minutes);
	pack_uint(out, step->plenary);
	pack_uint(out, step->source);
	pack_uint(out, step->group);
	pack_array(out, 2 * (size_t)step->parts_count);
	for (uint32_t i = 0; i < step->parts_count; i++) {
		pack_uint(out, step->parts[i][0]);
		pack_uint(out, step->parts[i][1]);
	}
	pack_uint(out, step->began_ms);
	pack_uint(out, step->at_ms);
	pack_uint(out, step->spent_ms);
	blob_save(&step->text, out);
	blob_save(&step->guide, out);
}

static void step_restore(struct unpack *in, struct step *step)
{
	unpack_arrays(in, 11);
	step->used = true;
	step->position = u32(in);
	step->minutes = u32(in);
	step->plenary = u32(in);
	step->source = u32(in);
	step->group = u32(in);
	step->parts_count = count_restore(in, 2 * (size_t)LIMIT_PARTS) / 2;
	for (uint32_t i = 0; i < step->parts_count; i++) {
		step->parts[i][0] = u32(in);
		step->parts[i][1] = u32(in);
	}
	step->began_ms = u64(in);
	step->at_ms = u64(in);
	step->spent_ms = u64(in);
	step->text = blob_restore(in, LIMIT_TEXT);
	step->guide = blob_restore(in, LIMIT_TEXT);
}

static void papers_save(const struct paper *papers, uint32_t count, struct pack *out)
{
	pack_array(out, 2 * (size_t)count);
	for (uint32_t i = 0; i < count; i++) {
		pack_uint(out, papers[i].room);
		pack_uint(out, papers[i].count);
	}
}

static struct paper *papers_restore(struct unpack *in, uint32_t *count)
{
	*count = count_restore(in, 2 * (size_t)LIMIT_ROOMS) / 2;
	struct paper *papers = check_alloc(*count, sizeof *papers);
	for (uint32_t i = 0; i < *count; i++) {
		papers[i].room = u32(in);
		papers[i].count = u32(in);
	}
	return papers;
}

static void outcome_save(const struct outcome *outcome, struct pack *out)
{
	pack_array(out, 6);
	pack_uint(out, outcome->round);
	pack_uint(out, outcome->by);
	pack_bool(out, outcome->override);
	pack_uint(out, outcome->at_ms);
	pack_array(out, 3 * (size_t)outcome->count);
	for (uint32_t i = 0; i < outcome->count; i++) {
		pack_uint(out, outcome->rows[i].id);
		pack_uint(out, outcome->rows[i].total);
		pack_uint(out, outcome->rows[i].voters);
	}
	blob_save(&outcome->reason, out);
}

static void outcome_restore(struct unpack *in, struct outcome *outcome)
{
	unpack_arrays(in, 6);
	outcome->round = u32(in);
	outcome->by = u32(in);
	outcome->override = unpack_bool(in);
	outcome->at_ms = u64(in);
	outcome->count = count_restore(in, 3 * (size_t)LIMIT_ITEMS) / 3;
	outcome->rows = check_alloc(outcome->count, sizeof *outcome->rows);
	for (uint32_t i = 0; i < outcome->count; i++) {
		outcome->rows[i].id = u32(in);
		outcome->rows[i].total = u64(in);
		outcome->rows[i].voters = u64(in);
	}
	outcome->reason = blob_restore(in, LIMIT_TEXT);
}

static void group_save(const struct group *group, struct pack *out)
{
	pack_array(out, 2);
	pack_array(out, group->rooms_count);
	for (uint32_t r = 0; r < group->rooms_count; r++)
		pack_uint(out, group->rooms[r]);
	pack_array(out, group->ballots_count);
	for (uint32_t b = 0; b < group->ballots_count; b++)
		blob_save(&group->ballots[b], out);
}

static void group_restore(struct unpack *in, struct group *group)
{
	unpack_arrays(in, 2);
	group->rooms_count = count_restore(in, LIMIT_ROOMS + 1);
	group->rooms = check_alloc(group->rooms_count, sizeof *group->rooms);
	for (uint32_t r = 0; r < group->rooms_count; r++)
		group->rooms[r] = u32(in);
	group->ballots_count = count_restore(in, LIMIT_MEMBERS + LIMIT_PAPERS);
	group->ballots = check_alloc(group->ballots_count, sizeof *group->ballots);
	for (uint32_t b = 0; b < group->ballots_count; b++)
		group->ballots[b] = blob_restore(in, LIMIT_BALLOT);
}

static void asking_save(const struct asking *asking, struct pack *out)
{
	pack_array(out, 14);
	pack_array(out, asking->count);
	for (uint32_t i = 0; i < asking->count; i++) {
		const struct ballot *ballot = &asking->ballots[i];
		pack_array(out, 5);
		pack_uint(out, ballot->holder);
		pack_uint(out, ballot->room);
		pack_uint(out, ballot->count);
#if BOLLPLANK_BUG == 5 /* a snapshot forgets the tail: the newest ballot */
		blob_save(i + 1 < asking->count ? &ballot->bytes : &(struct blob){ 0 }, out);
#else
		blob_save(&ballot->bytes, out);
#endif
		pack_uint(out, ballot->seq);
	}
	pack_array(out, asking->keys_count);
	for (uint32_t i = 0; i < asking->keys_count; i++) {
		pack_array(out, 2);
		pack_bin(out, slice_of(asking->keys[i].key, 16));
		lanes_save(&asking->keys[i].lanes, out);
	}
	pack_array(out, asking->seqs_count);
	for (uint32_t i = 0; i < asking->seqs_count; i++)
		pack_uint(out, asking->seqs[i]);
	pack_uint(out, asking->struck);
	pack_bool(out, asking->sealed);
	pack_uint(out, asking->parts_done);
	pack_uint(out, asking->parts);
	pack_uint(out, asking->sealed_total);
	pack_array(out, asking->groups_count);
	for (uint32_t g = 0; g < asking->groups_count; g++)
		group_save(&asking->groups[g], out);
	pack_bool(out, asking->revealed);
	pack_uint(out, asking->looked_seq);
	pack_array(out, asking->gates_count);
	for (uint32_t i = 0; i < asking->gates_count; i++)
		pack_uint(out, asking->gates[i]);
	papers_save(asking->papers, asking->papers_count, out);
	papers_save(asking->entered, asking->entered_count, out);
}

static void asking_restore(struct unpack *in, struct asking *asking)
{
	unpack_arrays(in, 14);
	asking->count = asking->room = count_restore(in, LIMIT_MEMBERS + LIMIT_ROOMS + LIMIT_PAPERS);
	asking->ballots = check_alloc(asking->count, sizeof *asking->ballots);
	for (uint32_t i = 0; i < asking->count; i++) {
		struct ballot *ballot = &asking->ballots[i];
		unpack_arrays(in, 5);
		ballot->holder = u64(in);
		ballot->room = u32(in);
		ballot->count = u32(in);
		ballot->bytes = blob_restore(in, LIMIT_BALLOT);
		ballot->seq = u64(in);
	}
	asking->keys_count = asking->keys_room = count_restore(in, LIMIT_MEMBERS + LIMIT_PAPERS);
	asking->keys = check_alloc(asking->keys_count, sizeof *asking->keys);
	for (uint32_t i = 0; i < asking->keys_count; i++) {
		unpack_arrays(in, 2);
		struct slice key = unpack_bin(in, 16, 16);
		if (key.len)
			memcpy(asking->keys[i].key, key.at, 16);
		lanes_restore(in, &asking->keys[i].lanes);
	}
	asking->seqs_count = asking->seqs_room = count_restore(in, UINT32_MAX / 8);
	asking->seqs = check_alloc(asking->seqs_count, sizeof *asking->seqs);
	for (uint32_t i = 0; i < asking->seqs_count; i++)
		asking->seqs[i] = u64(in);
	asking->struck = u32(in);
	asking->sealed = asking->strikes_due = unpack_bool(in);
	asking->parts_done = u32(in);
	asking->parts = u32(in);
	asking->sealed_total = (uint32_t)unpack_uint(in, LIMIT_MEMBERS + LIMIT_PAPERS);
	asking->groups_count = count_restore(in, LIMIT_ROOMS + 1);
	asking->groups = check_alloc(asking->groups_count, sizeof *asking->groups);
	for (uint32_t g = 0; g < asking->groups_count; g++)
		group_restore(in, &asking->groups[g]);
	asking->revealed = unpack_bool(in);
	asking->looked_seq = u64(in);
	asking->gates_count = count_restore(in, LIMIT_ROOMS);
	asking->gates = check_alloc(asking->gates_count, sizeof *asking->gates);
	for (uint32_t i = 0; i < asking->gates_count; i++)
		asking->gates[i] = u32(in);
	asking->papers = papers_restore(in, &asking->papers_count);
	asking->entered = papers_restore(in, &asking->entered_count);
	asking_index(asking);
}

static void activity_save(const struct activity *a, struct pack *out)
{
	pack_array(out, 14);
	pack_bool(out, a->used);
	pack_uint(out, a->step);
	pack_str(out, slice_text(a->kind->name));
	pack_uint(out, a->holder);
	pack_bool(out, a->secret);
	blob_save(&a->config, out);
	blob_save(&a->text, out);
	pack_array(out, a->items_count);
	for (uint32_t i = 0; i < a->items_count; i++) {
		pack_array(out, 4);
		pack_bool(out, a->items[i].used);
		pack_bool(out, a->items[i].hidden);
		pack_uint(out, a->items[i].group);
		blob_save(&a->items[i].text, out);
	}
	pack_array(out, a->round);
	for (uint32_t r = 0; r < a->round; r++)
		asking_save(&a->askings[r], out);
	pack_array(out, 3 * (size_t)a->phases_count);
	for (uint32_t i = 0; i < a->phases_count; i++) {
		pack_uint(out, a->phases[i].scope);
		pack_uint(out, a->phases[i].phase);
		pack_uint(out, a->phases[i].seq);
	}
	pack_array(out, 6 * (size_t)a->extras_count);
	for (uint32_t i = 0; i < a->extras_count; i++) {
		pack_uint(out, a->extras[i].member);
		pack_uint(out, a->extras[i].generation);
		pack_uint(out, a->extras[i].duration_ms);
		pack_uint(out, a->extras[i].seq);
		pack_uint(out, a->extras[i].at_ms);
		pack_bool(out, a->extras[i].running);
	}
	blob_save(&a->ref, out);
	pack_array(out, 2 * (size_t)a->groups_count);
	for (uint32_t i = 0; i < a->groups_count; i++) {
		pack_uint(out, a->groups[i].group);
		blob_save(&a->groups[i].text, out);
	}
	outcome_save(&a->outcome, out);
}

static void activity_restore(struct unpack *in, struct activity *a)
{
	unpack_arrays(in, 14);
	a->used = unpack_bool(in);
	a->step = u32(in);
	a->kind = activity_find(unpack_str(in, 32));
	if (a->kind == NULL)
		unpack_fail(in);
	a->holder = u32(in);
	a->secret = unpack_bool(in);
	a->config = blob_restore(in, LIMIT_CONFIG);
	a->text = blob_restore(in, LIMIT_TEXT);
	a->items_count = count_restore(in, LIMIT_ITEMS);
	a->items = check_alloc(a->items_count, sizeof *a->items);
	for (uint32_t i = 0; i < a->items_count; i++) {
		unpack_arrays(in, 4);
		a->items[i].used = unpack_bool(in);
		a->items[i].hidden = unpack_bool(in);
		a->items[i].group = u32(in);
		a->items[i].text = blob_restore(in, LIMIT_TEXT);
	}
	a->round = count_restore(in, LIMIT_ROUNDS);
	a->askings = check_alloc(a->round, sizeof *a->askings);
	for (uint32_t r = 0; r < a->round; r++)
		asking_restore(in, &a->askings[r]);
	a->phases_count = count_restore(in, 3 * ((size_t)LIMIT_ROOMS + 1)) / 3;
	a->phases = check_alloc(a->phases_count, sizeof *a->phases);
	for (uint32_t i = 0; i < a->phases_count; i++) {
		a->phases[i].scope = u32(in);
		a->phases[i].phase = u32(in);
		a->phases[i].seq = u64(in);
	}
	a->extras_count = count_restore(in, 6 * (size_t)LIMIT_MEMBERS) / 6;
	a->extras = check_alloc(a->extras_count, sizeof *a->extras);
	for (uint32_t i = 0; i < a->extras_count; i++) {
		a->extras[i].member = u32(in);
		a->extras[i].generation = u32(in);
		a->extras[i].duration_ms = u64(in);
		a->extras[i].seq = u64(in);
		a->extras[i].at_ms = u64(in);
		a->extras[i].running = unpack_bool(in);
	}
	a->ref = blob_restore(in, LIMIT_REF);
	a->groups_count = count_restore(in, 2 * (size_t)LIMIT_GROUPS) / 2;
	a->groups = check_alloc(a->groups_count, sizeof *a->groups);
	for (uint32_t i = 0; i < a->groups_count; i++) {
		a->groups[i].group = u32(in);
		a->groups[i].text = blob_restore(in, LIMIT_TEXT);
	}
	outcome_restore(in, &a->outcome);
	if (a->round == 0)
		unpack_fail(in);
}

static void head_save(const struct session *s, struct pack *out)
{
	pack_array(out, 16);
	pack_bool(out, s->stopped);
	pack_bool(out, s->over);
	pack_bool(out, s->begun);
	pack_bool(out, s->rehearsal);
	pack_uint(out, s->rules);
	pack_uint(out, s->k);
	pack_uint(out, s->grace_ms);
	pack_uint(out, s->created_ms);
	pack_str(out, slice_text(s->code.text));
	pack_str(out, slice_text(s->language));
	pack_str(out, slice_text(s->origin));
	blob_save(&s->title, out);
	blob_save(&s->guide, out);
	pack_uint(out, s->seq);
	pack_uint(out, s->at_ms);
	pack_array(out, 2 * (size_t)s->terms_count);
	for (uint32_t i = 0; i < s->terms_count; i++) {
		pack_uint(out, s->terms[i].term);
		pack_uint(out, s->terms[i].first_seq);
	}
}

static void head_restore(struct unpack *in, struct session *s)
{
	unpack_arrays(in, 16);
	s->stopped = unpack_bool(in);
	s->over = unpack_bool(in);
	s->begun = unpack_bool(in);
	s->rehearsal = unpack_bool(in);
	s->rules = u32(in);
	if (s->rules > RULES_NEWEST)
		unpack_fail(in); /* a newer program's: the log tells where it becomes that */
	s->k = u32(in);
	s->grace_ms = u64(in);
	s->created_ms = u64(in);
	if (!code_parse(unpack_str(in, 8), &s->code))
		unpack_fail(in);
	struct slice language = unpack_str(in, sizeof s->language - 1);
	if (language.len)
		memcpy(s->language, language.at, language.len);
	struct slice origin = unpack_str(in, LIMIT_ORIGIN);
	if (origin.len)
		memcpy(s->origin, origin.at, origin.len);
	s->title = blob_restore(in, LIMIT_TEXT);
	s->guide = blob_restore(in, LIMIT_TEXT);
	s->seq = u64(in);
	s->at_ms = u64(in);
	s->terms_count = count_restore(in, UINT32_MAX / 16) / 2;
	s->terms = check_alloc(s->terms_count, sizeof *s->terms);
	for (uint32_t i = 0; i < s->terms_count; i++) {
		s->terms[i].term = u32(in);
		s->terms[i].first_seq = u64(in);
	}
}

void session_save(const struct session *s, struct pack *out)
{
	pack_array(out, 14);
	pack_uint(out, SAVED_VERSION);
	head_save(s, out);
	pack_array(out, s->members_count);
	for (uint32_t i = 0; i < s->members_count; i++)
		member_save(&s->members[i], out);
	pack_array(out, s->links_count);
	for (uint32_t i = 0; i < s->links_count; i++)
		link_save(&s->links[i], out);
	pack_array(out, s->organisations_count);
	for (uint32_t i = 0; i < s->organisations_count; i++) {
		pack_array(out, 3);
		pack_uint(out, s->organisations[i].name);
		pack_uint(out, s->organisations[i].merged_into);
		blob_save(&s->organisations[i].text, out);
	}
	pack_array(out, s->rooms_count);
	for (uint32_t i = 0; i < s->rooms_count; i++)
		room_save(&s->rooms[i], out);
	pack_uint(out, s->roomless);
	place_save(&s->place, out);
	pack_array(out, s->steps_count);
	for (uint32_t i = 0; i < s->steps_count; i++)
		step_save(&s->steps[i], out);
	pack_array(out, s->activities_count);
	for (uint32_t i = 0; i < s->activities_count; i++)
		activity_save(&s->activities[i], out);
	pack_array(out, 4);
	for (int i = 0; i < 4; i++)
		pack_uint(out, s->screen[i]);
	pack_uint(out, s->screen_seq);
	pack_array(out, s->notes_count);
	for (uint32_t i = 0; i < s->notes_count; i++)
		note_save(&s->notes[i], out);
	sections_save(&s->sections, out);
}

static void people_restore(struct unpack *in, struct session *s)
{
	s->members_count = s->members_room = count_restore(in, LIMIT_MEMBERS);
	s->members = check_alloc(s->members_count, sizeof *s->members);
	for (uint32_t i = 0; i < s->members_count; i++)
		member_restore(in, &s->members[i]);
	s->links_count = count_restore(in, LIMIT_LINKS);
	s->links = check_alloc(s->links_count, sizeof *s->links);
	for (uint32_t i = 0; i < s->links_count; i++)
		link_restore(in, &s->links[i]);
	for (uint32_t i = 0; i < s->members_count; i++)
		token_note(s, s->members[i].token_hash, i + 1);
	for (uint32_t i = 0; i < s->links_count; i++)
		token_note(s, s->links[i].token_hash, LIMIT_MEMBERS + i + 1);
	s->organisations_count = count_restore(in, LIMIT_ORGANISATIONS);
	s->organisations = check_alloc(s->organisations_count, sizeof *s->organisations);
	for (uint32_t i = 0; i < s->organisations_count; i++) {
		unpack_arrays(in, 3);
		s->organisations[i].name = u64(in);
		s->organisations[i].merged_into = u32(in);
		s->organisations[i].text = blob_restore(in, LIMIT_TEXT);
		map_set(&s->by_organisation, s->organisations[i].name, i + 1);
	}
}

struct session *session_restore(struct sid sid, struct slice saved)
{
	static const struct unpack_limits limits = { .depth = 12, .values = UINT32_MAX, .bytes = LIMIT_TEXT };
	struct unpack *in = unpack_create(saved, &limits);
	struct session *s = session_create(sid);
	unpack_arrays(in, 14);
	if (u32(in) != SAVED_VERSION)
		unpack_fail(in);
	head_restore(in, s);
	people_restore(in, s);
	s->rooms_count = count_restore(in, LIMIT_ROOMS);
	s->rooms = check_alloc(s->rooms_count, sizeof *s->rooms);
	for (uint32_t i = 0; i < s->rooms_count; i++)
		room_restore(in, &s->rooms[i]);
	s->roomless = u32(in);
	place_restore(in, &s->place);
	s->steps_count = count_restore(in, LIMIT_STEPS);
	s->steps = check_alloc(s->steps_count, sizeof *s->steps);
	for (uint32_t i = 0; i < s->steps_count; i++)
		step_restore(in, &s->steps[i]);
	if (s->place.step > s->steps_count)
		unpack_fail(in);
	s->activities_count = count_restore(in, LIMIT_ACTIVITIES);
	s->activities = check_alloc(s->activities_count, sizeof *s->activities);
	for (uint32_t i = 0; i < s->activities_count; i++)
		activity_restore(in, &s->activities[i]);
	unpack_arrays(in, 4);
	for (int i = 0; i < 4; i++)
		s->screen[i] = u32(in);
	s->screen_seq = u64(in);
	s->notes_count = s->notes_room = count_restore(in, LIMIT_NOTES);
	s->notes = check_alloc(s->notes_count, sizeof *s->notes);
	for (uint32_t i = 0; i < s->notes_count; i++) {
		note_restore(in, &s->notes[i], s);
		map_set(&s->by_note, s->notes[i].id, i + 1);
	}
	bool fine = sections_restore(&s->sections, in) && unpack_end(in);
	unpack_destroy(in);
	if (fine)
		return s;
	session_destroy(s);
	return NULL;
}
