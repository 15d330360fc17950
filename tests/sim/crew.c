/* SPDX-License-Identifier: EUPL-1.2 */
/* What people do in their rooms with pen, notes and hand, and what a facilitator does besides asking; and the check that no wording was lost (promise P17).
 * A page writes with the tenure that it believes to hold: who was away does not know better, so late text comes by itself. */
#include "sim/inside.h"
#include <stdio.h>

enum { PENS = 1, LEADER = 4 }; /* keys of `signals` */

static void wish_bytes(struct page *page, uint16_t command, uint32_t a, uint32_t b, struct pack *form, const char *words)
{
	struct pack text;
	pack_init(&text);
	if (words) {
		pack_array(&text, 1);
		pack_array(&text, 2);
		pack_str(&text, slice_of(NULL, 0));
		pack_str(&text, slice_text(words));
	}
	page_wish(page, command, a, b, pack_bytes(form), pack_bytes(&text));
	pack_finish(&text);
	pack_clear(form);
}

static struct reader signal_of(const struct page *page, uint32_t room, uint64_t key)
{
	struct reader r = reader_of(page_item(page, SECTION_signals, room, 0, key));
	if (r.at != r.end)
		read_array(&r);
	return r;
}

/* The pen as this page sees it; tenure 0: never held. */
static uint32_t pen_seen(const struct page *page, uint32_t room, uint32_t *holder, bool *away)
{
	struct reader r = signal_of(page, room, PENS);
	*holder = 0;
	*away = false;
	if (r.at == r.end)
		return 0;
	uint32_t tenure = (uint32_t)read_uint(&r);
	*holder = (uint32_t)read_uint(&r);
	*away = read_uint(&r);
	return tenure;
}

/* ---- notes ---- */

/* A note that stands on this page, last written by somebody else; 0: none. */
static uint64_t note_seen(struct world *w, const struct page *page, uint32_t room)
{
	const struct held *notes = page_section(page, SECTION_notes, room, 1);
	uint64_t id = 0;
	if (notes == NULL || notes->count == 0)
		return 0;
	const struct item *item = &notes->items[world_draw(w, notes->count)];
	struct reader r = reader_of(slice_of(item->at, item->len));
	read_array(&r);
	struct slice bytes = read_bytes(&r);
	for (size_t i = 0; i < bytes.len; i++)
		id = id << 8 | bytes.at[i];
	for (int i = 0; i < 8; i++)
		read_uint(&r);
	return read_uint(&r) == page->actor ? 0 : id; /* what the same person writes at another device is written over, as it should be */
}

static void note_write(struct world *w, struct actor *actor, uint32_t room, uint32_t tenure)
{
	char words[48];
	struct pack form;
	uint64_t id = tenure && world_perhaps(w, 600) ? note_seen(w, &actor->page, room) : 0; /* also what somebody else has left open */
	bool own = id == 0, known = own && actor->notes_count && world_perhaps(w, 400);
	if (w->texts_count == TEXTS_MOST || (own && !known && actor->notes_count == 16))
		return;
	if (known)
		id = actor->notes[world_draw(w, actor->notes_count)];
	if (own && !known) {
		loop_random(w->loop, &id, sizeof id);
		id |= 1;
		actor->notes[actor->notes_count++] = id;
	}
	snprintf(words, sizeof words, "<wording %zu>", w->texts_count);
	w->texts[w->texts_count++] = (struct written){ .actor = actor->page.number, .id = id };
	pack_init(&form);
	pack_array(&form, 8);
	pack_bin64(&form, id);
	pack_uint(&form, tenure);
	pack_uint(&form, 1 + world_draw(w, 7));
	pack_uint(&form, world_draw(w, 2));
	pack_uint(&form, world_draw(w, 8) == 0);
	pack_uint(&form, world_draw(w, 2));
	pack_uint(&form, 1 + world_draw(w, 100000));
	pack_uint(&form, world_draw(w, w->questions_count + 1));
	world_tell(w, "page %u writes %s tenure=%u room=%u", actor->page.number, words, tenure, room);
	wish_bytes(&actor->page, COMMAND_note_put, room, 1, &form, words);
	pack_finish(&form);
}

/* The number in a wording's mark within bytes; SIZE_MAX: none. */
static size_t mark_in(struct slice bytes)
{
	static const char mark[] = "<wording ";
	const uint8_t *at = bytes.len ? memmem(bytes.at, bytes.len, mark, sizeof mark - 1) : NULL;
	return at ? strtoul((const char *)at + sizeof mark - 1, NULL, 10) : SIZE_MAX;
}

static void give_up(struct world *w, struct slice bytes)
{
	size_t at = mark_in(bytes);
	if (at < w->texts_count)
		w->texts[at].given_up = true;
}

/* Something out of the tray; half of the time taken over, by its own id or as a new note, else put away. */
static void tray_work(struct world *w, struct page *page, uint32_t room, uint32_t tenure)
{
	const struct held *tray = page_section(page, SECTION_tray, room, 0);
	struct pack form;
	uint64_t id = 0;
	if (tray == NULL || tray->count == 0)
		return;
	const struct item *item = &tray->items[world_draw(w, tray->count)];
	struct reader r = reader_of(slice_of(item->at, item->len));
	read_array(&r);
	struct slice own = read_bytes(&r);
	unsigned what = (unsigned)world_draw(w, 4);
	if (what == 0 && own.len == 8)
		for (int i = 0; i < 8; i++)
			id = id << 8 | own.at[i];
	else if (what < 3)
		loop_random(w->loop, &id, sizeof id);
	else
		give_up(w, slice_of(item->at, item->len));
	pack_init(&form);
	pack_array(&form, 4);
	pack_uint(&form, item->key);
	pack_uint(&form, tenure);
	pack_bin64(&form, id);
	pack_uint(&form, 1 + world_draw(w, 100000));
	wish_bytes(page, COMMAND_tray_take, room, 0, &form, NULL);
	pack_finish(&form);
}

static void note_drop(struct world *w, struct actor *actor, uint32_t room)
{
	struct pack form;
	if (actor->notes_count == 0)
		return;
	uint64_t id = actor->notes[world_draw(w, actor->notes_count)];
	for (size_t i = 0; i < w->texts_count; i++) /* with its earlier wordings */
		w->texts[i].given_up |= w->texts[i].id == id;
	pack_init(&form);
	pack_array(&form, 2);
	pack_bin64(&form, id);
	pack_uint(&form, actor->tenure);
	wish_bytes(&actor->page, COMMAND_note_drop, room, 0, &form, NULL);
	pack_finish(&form);
}

/* ---- what somebody does in their room ---- */

static void numbers(struct page *page, uint16_t command, uint32_t a, uint32_t b, const uint64_t *values, size_t count, const char *words)
{
	struct pack form;
	pack_init(&form);
	pack_array(&form, count);
	for (size_t i = 0; i < count; i++)
		pack_uint(&form, values[i]);
	wish_bytes(page, command, a, b, &form, words);
	pack_finish(&form);
}

/* Who leads takes part like anybody, hands over, lays it down; who does not takes it, also where somebody has it. */
static void lead(struct world *w, struct page *page, uint32_t room)
{
	struct reader r = reader_of(page_item(page, SECTION_signals, room, 0, LEADER));
	uint32_t leader = r.at == r.end ? 0 : (uint32_t)read_uint(&r);
	uint64_t member = page->actor;
	if (leader == page->actor || world_perhaps(w, 100))
		member = world_draw(w, 3) ? 1 + world_draw(w, world_members(w)) : 0;
	else if (leader && !world_perhaps(w, 200))
		return;
	numbers(page, COMMAND_lead, room, 0, &member, 1, NULL);
}

/* Agrees to what the page shows, or not yet; sometimes to a ballot that nobody put, or in a round that is not: that must not be taken. */
static void agree(struct world *w, struct page *page, uint32_t room)
{
	const struct held *ballots = page_section(page, SECTION_room_ballots, room, 0);
	uint32_t activity = 1 + (uint32_t)world_draw(w, w->questions_count), round = 1;
	if (ballots && ballots->count)
		activity = (uint32_t)ballots->items[world_draw(w, ballots->count)].key;
	struct reader r = reader_of(page_item(page, SECTION_room_ballots, room, 0, activity));
	struct pack form;
	bool lie = world_perhaps(w, 150);
	if (r.at != r.end)
		read_array(&r);
	if (r.at == r.end && (!w->questions[activity].by_room || !lie))
		return;
	round = r.at == r.end ? 1 : (uint32_t)read_uint(&r);
	struct slice ballot = r.at == r.end ? slice_of(NULL, 0) : read_bytes(&r);
	pack_init(&form);
	pack_array(&form, 3);
	pack_uint(&form, lie && world_draw(w, 2) ? round + 1 : round);
	pack_uint(&form, world_draw(w, 5) ? 1 + world_draw(w, 2) : 0);
	pack_bin(&form, lie || ballot.len == 0 ? slice_of("\x92\x04\x01", 3) : ballot);
	wish_bytes(page, COMMAND_agree, activity, 0, &form, NULL);
	pack_finish(&form);
}

void crew_act(struct world *w, struct actor *actor)
{
	struct page *page = &actor->page;
	uint32_t room = page_room(page), holder;
	bool away;
	if (room == 0 || page->actor == 0 || page->outbox_count > 6 || page->number == 2) /* the observer only votes */
		return;
	uint32_t tenure = pen_seen(page, room, &holder, &away);
	if (holder == page->actor) {
		actor->tenure = tenure;
		actor->tenure_room = room;
	}
	uint64_t form[2] = { tenure, 0 };
	switch (world_draw(w, 20)) {
	case 12: case 13: lead(w, page, room); break;
	case 14: /* whoever likes: the leader's, or else the note-taker's, is taken */
		form[0] = world_draw(w, w->questions_count + 1);
		numbers(page, COMMAND_focus, room, 0, form, 1, NULL);
		break;
	case 15: case 16: case 17: case 18: case 19: agree(w, page, room); break;
	case 0: case 1:
		if (holder == 0 || away || world_perhaps(w, 100))
			numbers(page, COMMAND_pen_take, room, 0, form, 1, NULL);
		break;
	case 2:
		form[1] = world_draw(w, 3) ? 1 + world_draw(w, world_members(w)) : 0;
		if (holder == page->actor || world_perhaps(w, 50))
			numbers(page, COMMAND_pen_give, room, 0, form, 2, NULL);
		break;
	case 3: case 4: case 5: case 6:
		if (actor->tenure)
			note_write(w, actor, actor->tenure_room, actor->tenure);
		break;
	case 7:
		note_write(w, actor, room, 0);
		break;
	case 8:
		if (actor->tenure && world_perhaps(w, 500))
			note_drop(w, actor, actor->tenure_room);
		else
			tray_work(w, page, room, actor->tenure);
		break;
	case 9:
		form[0] = world_draw(w, 2);
		form[1] = form[0] ? world_draw(w, 2) * 5 : 0;
		numbers(page, COMMAND_hand, room, 0, form, 2, NULL);
		break;
	default:
		form[0] = 1;
		form[1] = world_draw(w, 2);
		numbers(page, COMMAND_ready, room, 0, form, 2, NULL);
		break;
	}
}

/* An order that is not the result's, and was not marked as an override, must not be taken. */
static void outcome_saved(struct world *w, const struct wish *wish)
{
	struct reader r = reader_of(wish->form);
	uint64_t rows[6];
	read_array(&r);
	read_uint(&r);
	read_uint(&r);
	bool override = read_uint(&r);
	read_array(&r);
	for (int i = 0; i < 6; i++)
		rows[i] = read_uint(&r);
	if (!override && (rows[1] < rows[4] || (rows[1] == rows[4] && rows[2] < rows[5])))
		world_fail(w, "an order that the result of question %u does not give was taken at seq %llu", wish->subject.a, (unsigned long long)wish->seq);
}

void crew_saved(struct world *w, struct actor *actor, const struct wish *wish)
{
	if (wish->command == COMMAND_outcome)
		outcome_saved(w, wish);
	if (wish->command != COMMAND_note_put)
		return;
	size_t at = mark_in(wish->text);
	if (at < w->texts_count) {
		w->texts[at].seq = wish->seq;
		w->texts[at].record = w->ledger_count;
	}
	(void)actor;
}

/* ---- what the facilitator does ---- */

/* The result that stands on the facilitator's page, in its order; sometimes another, then as an override, or as a lie that must be refused. */
void crew_outcome(struct world *w, uint32_t activity)
{
	struct page *page = &w->actors[0]->page;
	uint32_t round = 1, phase = page_phase(page, 0, activity, &round);
	struct slice value = page_item(page, SECTION_result, activity, 0, round);
	struct {
		uint64_t id, total, voters;
	} rows[2] = { { 1, 0, 0 }, { 2, 0, 0 } };
	struct pack form;
	if (w->seed % SWAP_EVERY == 0 || phase != PHASE_REVEALED || value.len == 0 || w->questions[activity].rating)
		return;
	struct reader r = reader_of(value);
	read_array(&r);
	for (int i = 0; i < 3; i++)
		read_uint(&r);
	read_bytes(&r);
	struct slice groups = read_bytes(&r);
	struct reader g = reader_of(groups);
	for (size_t left = groups.len ? read_array(&g) : 0; left > 2 && !g.bad; left -= 3) {
		uint64_t id = read_uint(&g);
		if (id < 1 || id > 2)
			return;
		rows[id - 1].total = read_uint(&g);
		rows[id - 1].voters = read_uint(&g);
	}
	bool second = rows[1].total > rows[0].total || (rows[1].total == rows[0].total && rows[1].voters > rows[0].voters), turned = world_perhaps(w, 250);
	uint64_t override = turned && world_draw(w, 2);
	pack_init(&form);
	pack_array(&form, 4);
	pack_uint(&form, round);
	pack_uint(&form, 1);
	pack_uint(&form, override);
	pack_array(&form, 6);
	for (int i = 0; i < 2; i++) {
		int at = (i == 0) == (second != turned) ? 1 : 0;
		pack_uint(&form, rows[at].id);
		pack_uint(&form, rows[at].total);
		pack_uint(&form, rows[at].voters);
	}
	wish_bytes(page, COMMAND_outcome, activity, 0, &form, turned ? "so we say" : NULL);
	pack_finish(&form);
}

/* A paper ballot: of one of the room's sheets, entered or corrected. Tallies of such a question are not recounted here. */
static void paper_enter(struct world *w, struct page *page, uint32_t activity, uint32_t room)
{
	struct question *q = &w->questions[activity];
	uint32_t round = 1, phase = page_phase(page, SCOPE_ROOM | room, activity, &round);
	uint8_t sheet[16] = { (uint8_t)activity, (uint8_t)room, (uint8_t)round, (uint8_t)world_draw(w, SHEETS), 7 };
	struct pack form, ballot;
	if (!(phase & (PHASE_OPEN | PHASE_CLOSING)) && !world_perhaps(w, 100))
		return;
	q->touched = true;
	uint64_t count = SHEETS - world_draw(w, 2);
	numbers(page, COMMAND_papers, activity, room, &count, 1, NULL);
	pack_init(&form);
	pack_init(&ballot);
	pack_array(&ballot, 2);
	pack_uint(&ballot, 1);
	pack_uint(&ballot, 1);
	pack_array(&form, 4);
	pack_uint(&form, round);
	pack_bin(&form, slice_of(sheet, sizeof sheet));
	pack_uint(&form, q->secret ? 1 : 1 + world_draw(w, 3));
	pack_bin(&form, pack_bytes(&ballot));
	wish_bytes(page, COMMAND_proxy, activity, room, &form, NULL);
	pack_finish(&form);
	pack_finish(&ballot);
}

static void link_work(struct world *w, struct page *page)
{
	const struct held *links = page_section(page, SECTION_links, 0, 0);
	uint32_t count = links ? (uint32_t)links->count : 0;
	uint8_t hash[32] = { 0 };
	struct pack form;
	if (count >= 6 || (count > 2 && world_draw(w, 2))) {
		numbers(page, COMMAND_link_revoke, 3 + (uint32_t)world_draw(w, 4), 0, NULL, 0, NULL); /* the first two stay */
		return;
	}
	loop_random(w->loop, hash, sizeof hash);
	pack_init(&form);
	pack_array(&form, 2);
	pack_uint(&form, world_draw(w, 2) ? ROLE_FACILITATOR : ROLE_SCREEN);
	pack_bin(&form, slice_of(hash, sizeof hash));
	wish_bytes(page, COMMAND_link_put, count + 1, 0, &form, "deputy");
	pack_finish(&form);
}

void crew_direct(struct world *w)
{
	struct page *page = &w->actors[0]->page;
	uint32_t rooms = world_rooms(w), room = rooms ? 1 + (uint32_t)world_draw(w, rooms) : 0, activity = 1 + (uint32_t)world_draw(w, w->questions_count), holder;
	uint64_t form[2] = { 0, 0 };
	bool away;
	if (page->outbox_count > 20)
		return;
	unsigned what = (unsigned)world_draw(w, 16);
	if (room == 0 && what < 6)
		what = 6;
	/* The observer's world and its twin differ in ballots only: what depends on results is left out of both. */
	bool twin = w->seed % SWAP_EVERY == 0;
	switch (what) {
	case 0:
		form[0] = pen_seen(page, room, &holder, &away);
		form[1] = world_members(w) ? 1 + world_draw(w, world_members(w)) : 0;
		numbers(page, COMMAND_pen_give, room, 0, form, 2, NULL);
		break;
	case 1: numbers(page, COMMAND_hand, room, 0, form, 2, NULL); break;
	case 2: tray_work(w, page, room, 0); break;
	case 3: case 4:
		if (!twin)
			paper_enter(w, page, activity, room);
		break;
	case 5: {
		char words[24];
		struct pack none, text;
		snprintf(words, sizeof words, "Room of %u", room);
		pack_init(&none);
		pack_init(&text);
		pack_array(&none, 0);
		pack_array(&text, 1);
		pack_array(&text, 3);
		pack_str(&text, slice_text("sv"));
		pack_str(&text, slice_text(words));
		pack_str(&text, slice_text("https://meet.example/1"));
		page_wish(page, COMMAND_room_put, room, 0, pack_bytes(&none), pack_bytes(&text));
		pack_finish(&none);
		pack_finish(&text);
		break;
	}
	case 6: case 7:
		crew_outcome(w, activity);
		break;
	case 8:
		form[0] = world_draw(w, 3) * 60000;
		numbers(page, COMMAND_back, 0, room && world_draw(w, 2) ? SCOPE_ROOM | room : 0, form, 1, NULL);
		break;
	case 9: link_work(w, page); break;
	case 12: case 13: { /* sometimes where no time runs, and in a grace */
		uint32_t scope = room && world_draw(w, 2) ? SCOPE_ROOM | room : 0;
		form[0] = 1000 + world_draw(w, 4000);
		if (world_draw(w, 3)) /* a time that there is to stop */
			numbers(page, COMMAND_time, 0, scope, form, 1, NULL);
		form[0] = world_draw(w, 1000);
		numbers(page, COMMAND_pause, 0, scope, form, 1, NULL);
		break;
	}
	case 14:
		form[0] = world_members(w) ? world_draw(w, world_members(w) + 1) : 0;
		if (room)
			numbers(page, COMMAND_lead, room, 0, form, 1, NULL);
		break;
	case 15:
		form[0] = world_draw(w, w->questions_count + 2); /* one more than there are */
		if (room)
			numbers(page, COMMAND_focus, room, 0, form, 1, NULL);
		break;
	case 10:
		form[0] = 1 + world_draw(w, 3);
		numbers(page, COMMAND_groups_put, activity, 0, form, 1, "a group");
		break;
	default: numbers(page, COMMAND_guide_put, (uint32_t)world_draw(w, 2), 0, NULL, 0, "as you like"); break;
	}
}

/* ---- P17 ---- */

static unsigned times_held(const struct page *page, const char *mark)
{
	unsigned times = 0;
	for (size_t s = 0; s < page->sections_count; s++) {
		const struct held *held = &page->sections[s];
		if (held->kind != SECTION_notes && held->kind != SECTION_edits && held->kind != SECTION_tray)
			continue;
		for (size_t i = 0; i < held->count; i++) {
			const uint8_t *at = held->items[i].at, *end = at + held->items[i].len;
			while (at < end && (at = memmem(at, (size_t)(end - at), mark, strlen(mark))) != NULL) {
				times++;
				at++;
			}
		}
	}
	return times;
}

/* The newest wording that a writer was told is saved (or recovered) for a note is somewhere, exactly once; no other is there twice. */
void crew_check(struct world *w)
{
	const struct page *page = &w->actors[0]->page;
	for (size_t i = 0; i < w->texts_count; i++) {
		const struct written *text = &w->texts[i];
		bool newest = text->seq != 0, unsure = false;
		for (size_t j = 0; j < w->texts_count; j++) {
			const struct written *other = &w->texts[j];
			if (j == i || other->id != text->id || w->actors[other->actor]->person != w->actors[text->actor]->person) /* also at another device */
				continue;
			newest &= other->seq < text->seq;
			unsure |= other->seq == 0 && j > i; /* its answer was never heard: it may stand there instead */
		}
		char mark[48];
		snprintf(mark, sizeof mark, "<wording %zu>", i);
		unsigned times = times_held(page, mark);
		if (times > 1)
			world_fail(w, "%s of page %u stands in %u places", mark, text->actor, times);
		if (times == 0 && newest && !unsure && !text->given_up) {
			w->out->lost++;
			world_fail(w, "%s of page %u was saved at seq %llu and is nowhere", mark, text->actor, (unsigned long long)text->seq);
		}
		w->out->checked_texts += text->seq != 0;
	}
}
