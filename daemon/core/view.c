/* SPDX-License-Identifier: EUPL-1.2 */
/* Who sees which section, and what its items look like. Nothing else leaves a session. */
#include "base/check.h"
#include "core/state.h"

/* --- sight --- */

static uint64_t later(uint64_t x, uint64_t y)
{
	return x > y ? x : y;
}

static bool is_staff(const struct eyes *eyes)
{
	return eyes->roles & (ROLE_FACILITATOR | ROLE_SCREEN);
}

/* Since when these eyes are in the session at all; 0: not yet. */
static uint64_t admitted_seq(const struct session *s, const struct eyes *eyes)
{
	const struct link *link = link_of(s, eyes->actor);
	const struct member *member = member_of(s, eyes->actor);
	if (link)
		return link->revoked ? 0 : link->seq;
	return member ? member->joined_seq : 0;
}

/* The result of an activity: who may see it, and since when. */
static uint64_t result_sight(const struct session *s, const struct eyes *eyes, uint32_t activity, uint32_t room)
{
	uint64_t since = 0, seen = 0, in = admitted_seq(s, eyes);
	const struct activity *a = activity_of(s, activity);
	if (a == NULL || in == 0 || (room && !room_of(s, room)))
		return 0;
	const struct member *member = member_of(s, eyes->actor);
	if (member && room && member->room != room)
		return 0;
	if (member == NULL && room && a->secret && a->kind->brief && BOLLPLANK_BUG != 44) /* 44: everybody sees every room */
		return 0; /* single answers stay in the room; the others get `band` */
	uint32_t scope = room ? SCOPE_ROOM | room : SCOPE_SESSION;
	if (phase_in(s, activity, scope, &since) == PHASE_REVEALED)
		seen = later(since, in);
#if BOLLPLANK_BUG == 3 /* sight is ignored */
	seen = later(seen, in);
#endif
	const struct asking *asking = &a->askings[a->round - 1];
	if (seen == 0 && eyes->roles & ROLE_FACILITATOR && asking->looked_seq && !a->secret)
		seen = later(asking->looked_seq, in);
	return seen && member && room ? later(seen, member->room_seq) : seen;
}

static uint64_t scope_sight(const struct session *s, const struct eyes *eyes, uint32_t scope, uint64_t in)
{
	const struct member *member = member_of(s, eyes->actor);
	if (scope == SCOPE_SESSION || is_staff(eyes))
		return in;
	return member && (scope & SCOPE_NUMBER) == member->room && scope_exists(s, scope) ? member->room_seq : 0;
}

static uint64_t own_sight(const struct session *s, const struct eyes *eyes, struct section section, uint64_t in)
{
	if (section.kind != SECTION_mine)
		return section.a == eyes->actor ? in : 0;
	for (size_t i = 0; i < eyes->keys_count; i++) {
		const struct eyes_key *key = &eyes->keys[i];
		const struct asking *asking = asking_of(s, key->activity, key->round);
		if (key->activity == section.a && key->round == section.b && asking && key->round && key_find(asking, key->key))
			return in;
	}
	return 0;
}

/* Notes: the room's members and facilitators, and a screen while it is shown them. */
static uint64_t notes_sight(const struct session *s, const struct eyes *eyes, struct section section, uint64_t in)
{
	const struct member *member = member_of(s, eyes->actor);
	if (!room_of(s, section.a))
		return 0;
	if (member)
		return member->room == section.a ? member->room_seq : 0;
	if (eyes->roles & ROLE_FACILITATOR)
		return in;
	if (section.kind != SECTION_notes || !(eyes->roles & ROLE_SCREEN) || s->screen[0] != VIEW_NOTES || s->screen[2] != section.a)
		return 0;
	return later(s->screen_seq, in);
}

uint64_t session_sees(const struct session *s, const struct eyes *eyes, struct section section)
{
	const struct section_info *info = section_info(section.kind);
	uint64_t in = admitted_seq(s, eyes);
	if (info == NULL || s->seq == 0)
		return 0;
	if (info->who == WHO_DOOR)
		return in ? in : 1;
	if (in == 0)
		return 0;
	const struct member *member = member_of(s, eyes->actor);
	switch ((enum section_who)info->who) {
	case WHO_ALL:
		return in;
	case WHO_SCOPE:
		return scope_sight(s, eyes, section.a, in);
	case WHO_ROOM:
		if (eyes->roles & ROLE_FACILITATOR)
			return in;
		if (member == NULL || member->room == 0 || member->room != section.a || room_of(s, section.a)->count > LIMIT_NAMES_ROOM)
			return 0;
		return later(member->room_seq, room_of(s, section.a)->names_seq);
	case WHO_CREW:
	case WHO_NOTES:
		return notes_sight(s, eyes, section, in);
	case WHO_MATES:
#if BOLLPLANK_BUG == 7 /* a move keeps the old room's sections */
		if (member && section.a)
			return member->joined_seq;
#endif
		return member && member->room && member->room == section.a ? member->room_seq : 0;
	case WHO_STAFF:
		return is_staff(eyes) ? in : 0;
	case WHO_FACILITATOR:
		return eyes->roles & ROLE_FACILITATOR ? in : 0;
	case WHO_OWN:
		return own_sight(s, eyes, section, in);
	case WHO_RESULT:
		return result_sight(s, eyes, section.a, section.b);
	case WHO_BAND:
#if BOLLPLANK_BUG == 47 /* an outcome is in sight when its result is not */
		if (section.kind == SECTION_outcome)
			return in;
#endif
		return result_sight(s, eyes, section.a, 0);
	case WHO_DOOR:
		break;
	}
	return 0;
}

/* A room saw the result of this round, now or before. */
static bool room_saw(const struct session *s, uint32_t activity, uint32_t round, uint32_t room)
{
	if (gate_opened(asking_of(s, activity, round), room))
		return true;
	return round == activity_of(s, activity)->round && room_of(s, room) && phase_in(s, activity, SCOPE_ROOM | room, NULL) == PHASE_REVEALED;
}

bool session_withholds(const struct session *s, const struct entry *entry)
{
	static const struct unpack_limits limits = { .depth = 2, .values = 8, .bytes = LIMIT_FORM };
	const struct activity *a = activity_of(s, entry->subject.a);
	if ((entry->command != COMMAND_ballot && entry->command != COMMAND_agree && entry->command != COMMAND_proxy) || a == NULL || a->secret || s->over)
		return false;
	struct unpack *in = unpack_create(entry->form, &limits);
	unpack_array(in);
	uint32_t round = (uint32_t)unpack_uint(in, UINT32_MAX);
	bool read = unpack_ok(in);
	unpack_destroy(in);
	if (!read || round == 0 || round > a->round)
		return true; /* it was refused, and says all the same what somebody meant to say */
	const struct asking *asking = asking_of(s, entry->subject.a, round);
	if (asking->revealed || asking->looked_seq || (round == a->round && phase_in(s, entry->subject.a, SCOPE_SESSION, NULL) == PHASE_REVEALED))
		return false;
	if (entry->command == COMMAND_proxy)
		return !room_saw(s, entry->subject.a, round, entry->subject.b);
	if (a->holder == HOLDER_PERSON) {
		const struct ballot *ballot = ballot_find(asking, entry->name.who);
		return ballot == NULL || ballot->room == 0 || !room_saw(s, entry->subject.a, round, ballot->room);
	}
	/* Of which room whoever cast it was then, nobody knows any more: until all have seen theirs. */
	for (uint32_t i = 0; i < asking->count; i++)
		if (!room_saw(s, entry->subject.a, round, asking->ballots[i].room))
			return true;
	return asking->count == 0;
}

/* --- which there are --- */

struct listing {
	const struct session *s;
	const struct eyes *eyes;
	enum section_shape shape;
	struct section *out;
	size_t count, room;
};

static void list_one(struct listing *list, uint8_t kind, uint32_t a, uint32_t b)
{
	struct section section = section_of(kind, a, b);
	if (section_info(kind)->shape != (unsigned)list->shape || !session_sees(list->s, list->eyes, section))
		return;
	if (list->count < list->room)
		list->out[list->count] = section;
	list->count++;
}

static void list_rooms(struct listing *list, uint8_t kind, uint32_t first, uint32_t base)
{
	const struct member *member = member_of(list->s, list->eyes->actor);
	if (member) { /* only their own can be seen: no need to ask of each */
		if (member->room)
			list_one(list, kind, base | member->room, 0);
		return;
	}
	for (uint32_t r = first; r <= list->s->rooms_count; r++)
		list_one(list, kind, base | r, 0);
}

/* Sections that most rooms and steps never have. */
static void list_made(struct listing *list, uint8_t kind, uint32_t a, uint32_t b)
{
	if (sections_find(&list->s->sections, section_of(kind, a, b)))
		list_one(list, kind, a, b);
}

static void list_notes(struct listing *list, uint32_t room)
{
	list_made(list, SECTION_signals, room, 0);
	list_made(list, SECTION_tray, room, 0);
	for (uint32_t step = 1; list->s->notes_count && step <= list->s->steps_count; step++) {
		list_made(list, SECTION_notes, room, step);
		list_made(list, SECTION_edits, room, step);
	}
}

size_t session_sections(const struct session *s, const struct eyes *eyes, enum section_shape shape, struct section *out, size_t room)
{
	struct listing list = { s, eyes, shape, out, 0, room };
	const struct member *member = member_of(s, eyes->actor);
	list_one(&list, SECTION_session, 0, 0);
	if (admitted_seq(s, eyes) == 0)
		return list.count;
	list_one(&list, SECTION_me, eyes->actor, 0);
	list_one(&list, SECTION_verdicts, eyes->actor, 0);
	list_one(&list, SECTION_scope, SCOPE_SESSION, 0);
	list_rooms(&list, SECTION_scope, 1, SCOPE_ROOM);
	list_one(&list, SECTION_agenda, 0, 0);
	list_made(&list, SECTION_course, 0, 0);
	for (uint32_t a = 1; a <= s->activities_count; a++)
		list_one(&list, SECTION_activity, a, 0);
	list_one(&list, SECTION_screen, 0, 0);
	list_one(&list, SECTION_ballots, eyes->actor, 0);
	for (size_t i = 0; i < eyes->keys_count; i++)
		list_one(&list, SECTION_mine, eyes->keys[i].activity, eyes->keys[i].round);
	list_rooms(&list, SECTION_room_ballots, 1, 0);
	for (uint32_t r = member ? member->room : 1; r && r <= (member ? member->room : s->rooms_count); r++)
		list_notes(&list, r);
	list_made(&list, SECTION_plenary, 0, 0);
	for (uint32_t a = 1; a <= s->activities_count; a++) {
		list_made(&list, SECTION_outcome, a, 0);
		list_made(&list, SECTION_band, a, 0);
		list_made(&list, SECTION_papers, a, 0);
		list_one(&list, SECTION_result, a, 0);
		if (member && member->room)
			list_one(&list, SECTION_result, a, member->room);
		for (uint32_t r = 1; !member && r <= s->rooms_count; r++)
			list_one(&list, SECTION_result, a, r);
	}
	list_one(&list, SECTION_rooms, 0, 0);
	list_one(&list, SECTION_seats, 0, 0);
	list_rooms(&list, SECTION_members, 0, 0);
	list_one(&list, SECTION_organisations, 0, 0);
	list_one(&list, SECTION_links, 0, 0);
	list_one(&list, SECTION_guide, 0, 0);
	return list.count;
}

/* --- items --- */

static void text_pack(const struct blob *text, struct pack *out)
{
	if (text->len)
		pack_raw(out, blob_slice(text));
	else
		pack_nil(out); /* none, or struck */
}

static void session_item(const struct session *s, uint64_t key, struct pack *out)
{
	if (key == 2) {
		text_pack(&s->title, out);
		return;
	}
	if (key == 3) {
		pack_uint(out, s->over);
		return;
	}
	pack_array(out, 8);
	pack_str(out, slice_text(s->code.text));
	pack_uint(out, s->rehearsal);
	pack_str(out, slice_text(s->language));
	pack_uint(out, s->k);
	pack_uint(out, s->grace_ms);
	pack_uint(out, s->rules);
	pack_uint(out, s->created_ms);
	pack_str(out, slice_text(s->origin));
}

static void agenda_item(const struct session *s, uint64_t key, struct pack *out)
{
	const struct step *step = &s->steps[key - 1];
	size_t count = 0;
	for (uint32_t a = 0; a < s->activities_count; a++)
		count += s->activities[a].step == key;
	pack_array(out, 8);
	pack_uint(out, step->position);
	pack_uint(out, step->minutes);
	text_pack(&step->text, out);
	pack_array(out, count);
	for (uint32_t a = 0; a < s->activities_count; a++)
		if (s->activities[a].step == key)
			pack_uint(out, a + 1);
	pack_uint(out, step->plenary);
	pack_uint(out, step->source);
	pack_uint(out, step->group);
	pack_array(out, step->parts_count);
	for (uint32_t i = 0; i < step->parts_count; i++) {
		pack_array(out, 2);
		pack_uint(out, step->parts[i][0]);
		pack_uint(out, step->parts[i][1]);
	}
}

static void papers_item(const struct activity *a, uint32_t room, struct pack *out)
{
	const struct asking *asking = &a->askings[a->round - 1];
	pack_array(out, 2);
	pack_uint(out, paper_count(asking->papers, asking->papers_count, room));
	pack_uint(out, a->secret ? 0 : paper_count(asking->entered, asking->entered_count, room)); /* what is struck is known to some instances only */
}

static void course_item(const struct step *step, struct pack *out)
{
	pack_array(out, 3);
	pack_uint(out, step->began_ms);
	pack_uint(out, step->at_ms);
	pack_uint(out, step->spent_ms);
}

static void activity_item(const struct session *s, uint32_t number, uint64_t key, struct pack *out)
{
	const struct activity *a = activity_of(s, number);
	if (key >= KEY_GROUP) {
		uint32_t g = 0;
		while (a->groups[g].group != key - KEY_GROUP)
			g++;
		pack_array(out, 1);
		text_pack(&a->groups[g].text, out);
		return;
	}
	if (key) {
		const struct item *item = &a->items[key - 1];
		pack_array(out, 3);
		pack_uint(out, item->group);
		pack_uint(out, item->hidden);
		text_pack(&item->text, out);
		return;
	}
	pack_array(out, 7);
	pack_uint(out, a->step);
	pack_str(out, slice_text(a->kind->name));
	pack_uint(out, a->holder);
	pack_uint(out, a->secret);
	pack_bin(out, blob_slice(&a->config));
	text_pack(&a->text, out);
	pack_str(out, blob_slice(&a->ref));
}

static void scope_item(const struct session *s, uint32_t scope, uint64_t key, struct pack *out)
{
	const struct place *place = place_of(s, scope);
	const struct deadline *deadline = place->grace.duration_ms ? &place->grace : &place->time; /* the nearer one is what people need to know */
	if (key >= KEY_ACTIVITY) {
		uint32_t activity = (uint32_t)key - KEY_ACTIVITY;
		pack_array(out, 2);
		pack_uint(out, phase_in(s, activity, scope, NULL));
		pack_uint(out, activity_of(s, activity)->round);
	} else if (key == 1) {
		pack_uint(out, place->step);
	} else if (key == 2) {
		bool still = place->still_ms && deadline == &place->time;
		pack_array(out, 4);
		pack_uint(out, deadline->generation);
		pack_uint(out, still ? place->still_ms : deadline->duration_ms);
		pack_uint(out, deadline->at_ms);
		pack_uint(out, still);
	} else if (key == 4) {
		pack_array(out, 2);
		pack_uint(out, place->back_ms);
		pack_uint(out, place->back_at_ms);
	} else {
		pack_array(out, 2);
		pack_uint(out, place->said_ms);
		text_pack(&place->said, out);
	}
}

static void me_item(const struct session *s, uint32_t actor, uint64_t key, struct pack *out)
{
	const struct member *member = member_of(s, actor);
	if (key >= KEY_ACTIVITY) {
		const struct activity *a = activity_of(s, (uint32_t)key - KEY_ACTIVITY);
		for (uint32_t i = 0; i < a->extras_count; i++)
			if (a->extras[i].member == actor) {
				pack_array(out, 3);
				pack_uint(out, a->extras[i].generation);
				pack_uint(out, a->extras[i].duration_ms);
				pack_uint(out, a->extras[i].at_ms);
			}
		return;
	}
	pack_array(out, 4);
	pack_uint(out, member ? member->room : 0);
	pack_uint(out, session_roles(s, actor));
	pack_uint(out, member ? member->organisation : 0);
	text_pack(member ? &member->text : &link_of(s, actor)->text, out);
}

static void lane_item(struct lanes *lanes, uint64_t key, struct pack *out)
{
	const struct lane *lane = lanes_find(lanes, key);
	CHECK(lane != NULL);
	pack_array(out, 3);
	pack_uint(out, lane->number);
	pack_uint(out, lane->fault);
	pack_uint(out, lane->seq);
}

/* Of the newest round that the holder has one of; NULL: of none, and *round is 0. */
static const struct ballot *newest_ballot(const struct session *s, uint32_t activity, uint64_t holder, uint32_t *round)
{
	const struct activity *a = activity_of(s, activity);
	const struct ballot *ballot = NULL;
	for (*round = a->round; *round; --*round)
		if ((ballot = ballot_find(&a->askings[*round - 1], holder)) != NULL)
			break;
	return ballot;
}

static void own_ballot_item(const struct session *s, uint32_t activity, uint64_t holder, struct pack *out)
{
	uint32_t round;
	const struct ballot *ballot = newest_ballot(s, activity, holder, &round);
	if (ballot == NULL) {
		pack_nil(out);
		return;
	}
	pack_array(out, 2);
	pack_uint(out, round);
	pack_bin(out, blob_slice(&ballot->bytes));
}

static void accords_pack(const struct room *room, uint32_t activity, uint32_t round, uint32_t answer, struct pack *out)
{
	size_t count = 0;
	for (int counting = 1; counting >= 0; counting--) {
		for (uint32_t i = 0; i < room->accords_count; i++) {
			const struct accord *accord = &room->accords[i];
			if (accord->activity != activity || accord->round != round || accord->answer != answer)
				continue;
			if (counting)
				count++;
			else
				pack_uint(out, accord->member);
		}
		if (counting)
			pack_array(out, count);
	}
}

static void room_ballot_item(const struct session *s, uint32_t activity, uint32_t room, struct pack *out)
{
	uint32_t round;
	const struct ballot *ballot = newest_ballot(s, activity, room, &round);
	pack_array(out, 4);
	pack_uint(out, round);
	pack_bin(out, ballot ? blob_slice(&ballot->bytes) : slice_of(NULL, 0));
	accords_pack(&s->rooms[room - 1], activity, round, ANSWER_AGREED, out);
	accords_pack(&s->rooms[room - 1], activity, round, ANSWER_NOT_YET, out);
}

static void mine_item(const struct session *s, struct section section, uint64_t key, struct pack *out)
{
	const struct asking *asking = asking_of(s, section.a % MINE_ROUND, section.a / MINE_ROUND);
	if (key) {
		lane_item(&asking->keys[section.b - 1].lanes, key, out);
		return;
	}
	const struct ballot *ballot = ballot_find(asking, section.b);
	pack_bin(out, ballot ? blob_slice(&ballot->bytes) : slice_of(NULL, 0));
}

static void signals_item(const struct session *s, uint32_t number, uint64_t key, struct pack *out)
{
	const struct room *room = &s->rooms[number - 1];
	if (key == 5) {
		pack_array(out, 2);
		pack_uint(out, room->focus);
		pack_uint(out, room->focus_ms);
	} else if (key == 4) {
		pack_uint(out, room->leader);
	} else if (key == 3) {
		pack_uint(out, room->done_step);
	} else if (key == 2) {
		pack_array(out, 3);
		pack_uint(out, room->hand_ms);
		pack_uint(out, hand_place(s, number));
		pack_uint(out, room->hand_minutes);
	} else {
		pack_array(out, 4);
		pack_uint(out, room->pen.tenure);
		pack_uint(out, pen_holder(room));
		pack_uint(out, room->pen.away);
		pack_uint(out, room->pen.at_ms);
	}
}

static void note_item(const struct note *note, struct pack *out)
{
	pack_array(out, 12);
	pack_bin64(out, note->id);
	pack_uint(out, note->activity);
	pack_uint(out, note->kind);
	pack_uint(out, note->final);
	pack_uint(out, note->plenary);
	pack_uint(out, note->writing);
	pack_uint(out, note->place);
	pack_uint(out, note->author);
	pack_uint(out, note->at_ms);
	pack_uint(out, note->editor);
	pack_uint(out, note->edited_ms);
	text_pack(&note->text, out);
}

static void edits_item(const struct note *note, struct pack *out)
{
	pack_array(out, note->edits_count);
	for (uint32_t i = 0; i < note->edits_count; i++) {
		pack_array(out, 3);
		pack_uint(out, note->edits[i].author);
		pack_uint(out, note->edits[i].at_ms);
		text_pack(&note->edits[i].text, out);
	}
}

static void tray_item(const struct room *room, uint64_t key, struct pack *out)
{
	uint32_t i = 0;
	while (room->tray[i].number != key)
		i++;
	const struct tray_item *item = &room->tray[i];
	pack_array(out, 8);
	pack_bin64(out, item->id);
	pack_uint(out, item->step);
	pack_uint(out, item->activity);
	pack_uint(out, item->kind);
	pack_uint(out, item->author);
	pack_uint(out, item->tenure);
	pack_uint(out, item->at_ms);
	text_pack(&item->text, out);
}

static void plenary_item(const struct note *note, struct pack *out)
{
	pack_array(out, 7);
	pack_uint(out, note->room);
	pack_uint(out, note->step);
	pack_uint(out, note->activity);
	pack_uint(out, note->kind);
	pack_uint(out, note->final);
	pack_uint(out, note->at_ms);
	text_pack(&note->text, out);
}

static void outcome_item(const struct outcome *outcome, struct pack *out)
{
	pack_array(out, 6);
	pack_uint(out, outcome->round);
	pack_uint(out, outcome->by);
	pack_uint(out, outcome->override);
	pack_uint(out, outcome->at_ms);
	pack_array(out, 3 * (size_t)outcome->count);
	for (uint32_t i = 0; i < outcome->count; i++) {
		pack_uint(out, outcome->rows[i].id);
		pack_uint(out, outcome->rows[i].total);
		pack_uint(out, outcome->rows[i].voters);
	}
	text_pack(&outcome->reason, out);
}

static void guide_item(const struct session *s, uint64_t step, struct pack *out)
{
	pack_array(out, 1);
	text_pack(step ? &s->steps[step - 1].guide : &s->guide, out);
}

static void item_pack(const struct session *s, struct section section, uint64_t key, struct pack *out)
{
	const struct member *member;
	switch (section.kind) {
	case SECTION_session: session_item(s, key, out); break;
	case SECTION_rooms: pack_array(out, 1); text_pack(&s->rooms[key - 1].text, out); break;
	case SECTION_seats: pack_uint(out, key ? s->rooms[key - 1].count : s->roomless); break;
	case SECTION_members:
		member = member_of(s, (uint32_t)key);
		pack_array(out, 3);
		pack_uint(out, session_roles(s, (uint32_t)key));
		pack_uint(out, member->organisation);
		text_pack(&member->text, out);
		break;
	case SECTION_organisations:
		pack_array(out, 2);
		pack_uint(out, s->organisations[key - 1].merged_into);
		text_pack(&s->organisations[key - 1].text, out);
		break;
	case SECTION_agenda: agenda_item(s, key, out); break;
	case SECTION_activity: activity_item(s, section.a, key, out); break;
	case SECTION_scope: scope_item(s, section.a, key, out); break;
	case SECTION_me: me_item(s, section.a, key, out); break;
	case SECTION_verdicts: lane_item(lanes_of((struct session *)s, section.a), key, out); break;
	case SECTION_ballots: own_ballot_item(s, (uint32_t)key, section.a, out); break;
	case SECTION_room_ballots: room_ballot_item(s, (uint32_t)key, section.a, out); break;
	case SECTION_mine: mine_item(s, section, key, out); break;
	case SECTION_result: result_pack(s, section.a, (uint32_t)key, section.b, out); break;
	case SECTION_screen:
		pack_array(out, 4);
		for (int i = 0; i < 4; i++)
			pack_uint(out, s->screen[i]);
		break;
	case SECTION_links:
		pack_array(out, 3);
		pack_uint(out, s->links[key - 1].role);
		pack_uint(out, s->links[key - 1].revoked);
		text_pack(&s->links[key - 1].text, out);
		break;
	case SECTION_guide: guide_item(s, key, out); break;
	case SECTION_signals: signals_item(s, section.a, key, out); break;
	case SECTION_notes: note_item(&s->notes[key - 1], out); break;
	case SECTION_edits: edits_item(&s->notes[key - 1], out); break;
	case SECTION_tray: tray_item(&s->rooms[section.a - 1], key, out); break;
	case SECTION_plenary: plenary_item(&s->notes[key - 1], out); break;
	case SECTION_outcome: outcome_item(&activity_of(s, section.a)->outcome, out); break;
	case SECTION_papers: papers_item(activity_of(s, section.a), (uint32_t)key, out); break;
	case SECTION_course: course_item(&s->steps[key - 1], out); break;
	case SECTION_band: band_pack(s, section.a, (uint32_t)key, out); break;
	default: CHECK(false); /* not a section of the table */
	}
}

/* Keys are numbers; where they are lanes, JavaScript needs them as bytes. */
static void key_pack(struct section section, uint64_t key, struct pack *out)
{
	if (section.kind == SECTION_verdicts || (section.kind == SECTION_mine && key))
		pack_bin64(out, key);
	else
		pack_uint(out, key);
}

/* What the session itself calls a section. */
static struct section inner_of(const struct session *s, const struct eyes *eyes, struct section section)
{
	if (section.kind != SECTION_mine)
		return section;
	for (size_t i = 0; i < eyes->keys_count; i++) {
		const struct eyes_key *key = &eyes->keys[i];
		const struct asking *asking = asking_of(s, key->activity, key->round);
		if (key->activity != section.a || key->round != section.b || asking == NULL || key->round == 0)
			continue;
		const struct voter_key *voter = key_find(asking, key->key);
		if (voter)
			return mine_of(key->activity, key->round, (uint32_t)(voter - asking->keys) + 1);
	}
	return section_of(SECTION_mine, 0, 0);
}

uint64_t session_changed(const struct session *s, struct section section)
{
	const struct section_list *list = sections_find(&s->sections, section);
	return list ? list->changed : 0;
}

static bool still_there(const struct section_list *list, uint64_t key)
{
	if (list->by_key.count && list->count > 16)
		return map_get(&list->by_key, key) != 0;
	for (uint32_t at = list->newest; at; at = list->items[at - 1].older)
		if (list->items[at - 1].key == key)
			return true;
	return false;
}

bool session_view(const struct session *s, const struct eyes *eyes, struct section section, uint64_t since, uint64_t sight, struct pack *out)
{
	struct section inner = inner_of(s, eyes, section);
	const struct section_list *list = sections_find(&s->sections, inner);
	if (list == NULL)
		return false;
	bool whole = since < sight || since < list->forgotten;
	if (!whole && list->changed <= since)
		return false;
	uint32_t first = list->oldest, count = 0;
	if (!whole) {
		first = 0;
		for (uint32_t at = list->newest; at && list->items[at - 1].seq > since; at = list->items[at - 1].older)
			first = at;
	}
	for (uint32_t at = first; at; at = list->items[at - 1].newer)
		count++;
	uint32_t removed = 0;
	for (uint32_t r = list->removals_count; !whole && r-- > 0 && list->removals[r].seq > since;)
		removed += !still_there(list, list->removals[r].key);
#if BOLLPLANK_BUG == 8 /* a delta forgets removals */
	removed = 0;
#endif
	pack_array(out, 5);
	pack_uint(out, section.kind);
	pack_uint(out, section.a);
	pack_uint(out, section.b);
	pack_bool(out, whole);
	pack_array(out, 2 * ((size_t)count + removed));
	for (uint32_t r = list->removals_count; removed && r-- > 0 && list->removals[r].seq > since;)
		if (!still_there(list, list->removals[r].key)) {
			key_pack(section, list->removals[r].key, out);
			pack_nil(out);
		}
	for (uint32_t at = first; at; at = list->items[at - 1].newer) {
		key_pack(section, list->items[at - 1].key, out);
		item_pack(s, inner, list->items[at - 1].key, out);
	}
	return true;
}
