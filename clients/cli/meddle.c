/* SPDX-License-Identifier: EUPL-1.2 */
/* What the facilitator of a rehearsal does while people answer, besides leading them through the agenda: answers raised hands, gives a pen to another, and one thing after
 * another of all that a facilitator's page can do, so that a rehearsal of some minutes has had everything. Nothing of it changes what the people's own ballots add up to. */
#include "base/check.h"
#include "habits.h"
#include "rehearsal.h"
#include "wire/entry.h"
#include "wire/pack.h"

enum { MEDDLE_MS = 700, TIME_MS = 600 * 1000, EXTRA_MS = 800, EARLY_MS = 1500, LINKS_MOST = 3, SHEETS_MOST = 20 };

static void send(struct rehearsal *r, enum command command, uint32_t a, uint32_t b, const uint64_t *numbers, size_t count)
{
	page_wish_numbers(rehearsal_lead(r), command, a, b, numbers, count, net_now_us());
}

/* With a form that is packed already, and words in one row. */
static void send_words(struct rehearsal *r, enum command command, uint32_t a, uint32_t b, struct pack *form, const char *words, const char *more)
{
	struct pack text;
	pack_init(&text);
	pack_array(&text, 1);
	pack_array(&text, more ? 3 : 2);
	pack_str(&text, slice_text(""));
	pack_str(&text, slice_text(words));
	if (more)
		pack_str(&text, slice_text(more));
	page_wish(rehearsal_lead(r), command, a, b, pack_bytes(form), pack_bytes(&text), net_now_us());
	pack_finish(&text);
}

static void say(struct rehearsal *r, enum command command, uint32_t a, uint32_t b, const char *words, const char *more)
{
	struct pack form;
	pack_init(&form);
	pack_array(&form, 0);
	send_words(r, command, a, b, &form, words, more);
	pack_finish(&form);
}

/* ---- rooms: pens, hands ---- */

static const struct page *page_of(struct rehearsal *r, uint32_t actor)
{
	for (uint32_t i = 0; actor != 0 && i < r->crowd.count; i++)
		if (r->crowd.people[i].devices[0].page.actor == actor)
			return &r->crowd.people[i].devices[0].page;
	return NULL;
}

static uint32_t any_room(struct rehearsal *r)
{
	return r->rooms > 0 ? chance_between(&r->crowd.dice, 1, (uint32_t)r->rooms) : 0;
}

/* A room where the writer has lost the network with words still unsent: given to another now, they come in
 * late (clause 4.17). Else any. */
static uint32_t room_to_meddle(struct rehearsal *r)
{
	for (uint32_t room = 1; room <= r->rooms; room++) {
		const struct page *writer = page_of(r, page_pen(rehearsal_lead(r), room).holder);
		if (writer != NULL && !writer->welcome && writer->outbox != NULL &&
		    writer->outbox->command == COMMAND_note_put)
			return room;
	}
	return any_room(r);
}

/* Somebody else in the room, best of all one whose phone falls asleep: they write on without network. */
static const struct page *somebody(struct rehearsal *r, uint32_t room, uint32_t but)
{
	const struct page *found = NULL;
	uint32_t from = chance_below(&r->crowd.dice, r->crowd.count);
	for (uint32_t i = 0; i < r->crowd.count; i++) {
		const struct person *next = &r->crowd.people[(from + i) % r->crowd.count];
		const struct page *page = &next->devices[0].page;
		if (page->actor == 0 || page->actor == but || !page->welcome || page_room(page) != room)
			continue;
		if (found == NULL || next->temper == TEMPER_SLEEPER)
			found = page;
	}
	return found;
}

/* Whoever asks for minutes gets them, in the room's own time; then the hand goes down. */
static void answer_hands(struct rehearsal *r)
{
	for (uint32_t room = 1; room <= r->rooms; room++) {
		struct cursor hand = picture_item(&rehearsal_lead(r)->picture, (struct section){ .kind = SECTION_signals, .a = room }, 2);
		if (cursor_uint(&hand) == 0)
			continue;
		cursor_uint(&hand);
		uint64_t minutes = cursor_uint(&hand);
		if (minutes > 0) {
			send(r, COMMAND_time, 0, SCOPE_ROOM | room, (uint64_t[]){ minutes * 60000 }, 1);
			r->granted++;
		}
		send(r, COMMAND_hand, room, 0, (uint64_t[]){ 0, 0 }, 2);
	}
}

/* ---- one thing after another ---- */

static uint32_t activity_now(const struct rehearsal *r)
{
	return r->now_count > 0 ? r->crowd.questions[r->now[0]] : 0;
}

static bool question_now(struct rehearsal *r, struct question *out)
{
	return r->now_count > 0 && page_question(rehearsal_lead(r), activity_now(r), out);
}

static bool any_of_rooms(struct rehearsal *r)
{
	struct question q;
	for (size_t i = 0; i < r->now_count; i++)
		if (page_question(rehearsal_lead(r), r->crowd.questions[r->now[i]], &q) && q.holder == HOLDER_ROOM)
			return true;
	return false;
}

/* A sheet of paper: announced and entered at once, so that nobody waits for it. The book has it behind the people's own. */
static void enter_sheet(struct rehearsal *r)
{
	struct question q;
	struct pack form, ballot;
	uint32_t room = any_room(r), round;
	uint8_t sheet[16] = { 's', 'h', 'e', 'e', 't' };
	if (room == 0 || r->sheets >= SHEETS_MOST || !question_now(r, &q) || q.holder == HOLDER_ROOM || q.secret || strcmp(q.kind, "text") == 0 ||
	    (page_phase(rehearsal_lead(r), q.number, room, &round) & PHASE_OPEN) == 0)
		return;
	pack_init(&form);
	pack_init(&ballot);
	habits_ballot(&r->crowd.people[chance_below(&r->crowd.dice, r->crowd.count)], rehearsal_lead(r), &q, &ballot);
	if (ballot.len > 0) {
		sheet[15] = (uint8_t)++r->sheets;
		uint64_t of_room = 1;
		for (unsigned i = 0; i < r->sheets_count; i++)
			of_room += r->sheet_at[i][0] == q.number && r->sheet_at[i][1] == room && r->sheet_at[i][2] == round;
		memcpy(r->sheet_at[r->sheets_count++], (uint32_t[]){ q.number, room, round }, sizeof *r->sheet_at);
		send(r, COMMAND_papers, q.number, room, &of_room, 1);
		pack_array(&form, 4);
		pack_uint(&form, round);
		pack_bin(&form, slice_of(sheet, sizeof sheet));
		pack_uint(&form, 1);
		pack_bin(&form, pack_bytes(&ballot));
		page_wish(rehearsal_lead(r), COMMAND_proxy, q.number, room, pack_bytes(&form), slice_of(NULL, 0), net_now_us());
	}
	pack_finish(&form);
	pack_finish(&ballot);
}

/* What stands is written once more, as an editor does that saves without a change. */
static void edit_again(struct rehearsal *r)
{
	struct page *page = rehearsal_lead(r);
	uint32_t step = r->steps[r->step].step, activity = activity_now(r);
	struct cursor c = picture_item(&page->picture, (struct section){ .kind = SECTION_agenda }, step);
	struct slice of[8] = { 0 };
	struct pack form;
	pack_init(&form);
	for (size_t i = 0; i < 8; i++)
		of[i] = cursor_raw(&c); /* position, minutes, text, activities, plenary, source, group, parts */
	pack_array(&form, 6);
	static const uint8_t order[] = { 0, 1, 4, 5, 6, 7 };
	for (size_t i = 0; i < sizeof order; i++)
		pack_raw(&form, of[order[i]]);
	if (of[7].len > 0)
		page_wish(page, COMMAND_step_put, step, 0, pack_bytes(&form), of[2], net_now_us());
	pack_clear(&form);
	c = picture_item(&page->picture, (struct section){ .kind = SECTION_activity, .a = activity }, 0);
	for (size_t i = 0; i < 7; i++)
		of[i] = cursor_raw(&c); /* step, kind, holder, secret, config, text, ref */
	pack_array(&form, 6);
	for (size_t i = 0; i < 7; i++)
		if (i != 5)
			pack_raw(&form, of[i]);
	if (activity && of[6].len > 0)
		page_wish(page, COMMAND_activity_put, activity, 0, pack_bytes(&form), of[5], net_now_us());
	pack_clear(&form);
	c = picture_item(&page->picture, (struct section){ .kind = SECTION_activity, .a = activity }, 1);
	struct slice group = cursor_raw(&c);
	cursor_raw(&c);
	struct slice words = cursor_raw(&c);
	pack_array(&form, 2);
	pack_uint(&form, 1);
	pack_raw(&form, group);
	if (activity && words.len > 0)
		page_wish(page, COMMAND_items_put, activity, 0, pack_bytes(&form), words, net_now_us());
	pack_clear(&form);
	c = picture_item(&page->picture, (struct section){ .kind = SECTION_activity, .a = activity }, KEY_GROUP + 1);
	words = cursor_raw(&c);
	pack_array(&form, 1);
	pack_uint(&form, 1);
	if (activity && words.len > 0)
		page_wish(page, COMMAND_groups_put, activity, 0, pack_bytes(&form), words, net_now_us());
	pack_finish(&form);
}

/* A link for a deputy, and it opens nothing any more. */
static void link_once(struct rehearsal *r)
{
	const struct picture_section *links = picture_find(&rehearsal_lead(r)->picture, SECTION_links, 0, 0);
	uint32_t number = links ? (uint32_t)links->count + 1 : 0;
	uint8_t hash[32];
	struct pack form;
	if (number == 0 || r->links >= LINKS_MOST)
		return;
	r->links++;
	chance_secure(hash, sizeof hash);
	pack_init(&form);
	pack_array(&form, 2);
	pack_uint(&form, ROLE_FACILITATOR);
	pack_bin(&form, slice_of(hash, sizeof hash));
	send_words(r, COMMAND_link_put, number, 0, &form, "Vikarie", NULL);
	send(r, COMMAND_link_revoke, number, 0, NULL, 0);
	pack_finish(&form);
}

/* Suggestions that were made for this (habits.c): put away. */
static void tray_clear(struct rehearsal *r)
{
	for (uint32_t room = 1; room <= r->rooms; room++) {
		const struct picture_section *tray = picture_find(&rehearsal_lead(r)->picture, SECTION_tray, room, 0);
		for (size_t i = 0; tray && i < tray->count; i++) {
			struct cursor c = item_cursor(&tray->items[i]);
			if (cursor_bin64(&c) & 1)
				continue;
			struct pack form;
			pack_init(&form);
			pack_array(&form, 4);
			pack_uint(&form, tray->items[i].key);
			pack_uint(&form, 0);
			pack_bin64(&form, 0);
			pack_uint(&form, 0);
			page_wish(rehearsal_lead(r), COMMAND_tray_take, room, 0, pack_bytes(&form), slice_of(NULL, 0), net_now_us());
			pack_finish(&form);
			return;
		}
	}
}

static void move_somebody(struct rehearsal *r)
{
	uint32_t from = any_room(r), to = any_room(r);
	const struct page *page = from != to && !any_of_rooms(r) ? somebody(r, from, 0) : NULL; /* a room's ballot is the room's: whose it was is hard to say later */
	if (page)
		send(r, COMMAND_move, 0, 0, (uint64_t[]){ page->actor, to }, 2);
}

static void hide_and_show(struct rehearsal *r)
{
	struct question q;
	uint32_t items[LIMIT_ITEMS];
	if (!question_now(r, &q) || strcmp(q.kind, "rating") == 0)
		return;
	size_t count = page_items(rehearsal_lead(r), q.number, items);
	if (count < 4)
		return;
	send(r, COMMAND_items_hide, q.number, 0, (uint64_t[]){ 1, items[count - 1] }, 2);
	send(r, COMMAND_items_hide, q.number, 0, (uint64_t[]){ 0, items[count - 1] }, 2);
}

static void deed(struct rehearsal *r)
{
	uint32_t room = any_room(r), activity = activity_now(r), round;
	const struct page *page = room ? somebody(r, room, 0) : NULL;
	unsigned turn = r->deeds++, times = turn / 16;
	switch (turn % 16) {
	case 0: send(r, COMMAND_time, 0, 0, (uint64_t[]){ TIME_MS }, 1); break;
	case 1: send(r, COMMAND_pause, 0, 0, (uint64_t[]){ TIME_MS - MEDDLE_MS }, 1); break;
	case 2: send(r, COMMAND_time, 0, 0, (uint64_t[]){ TIME_MS - MEDDLE_MS }, 1); break; /* it goes on */
	case 3: say(r, COMMAND_say, 0, room && times % 2 ? SCOPE_ROOM | room : 0, "Fem minuter kvar", NULL); break;
	case 4: enter_sheet(r); break;
	case 5:
		send(r, COMMAND_show, 0, 0, (uint64_t[]){ times % 8, activity, room, 0 }, 4);
		send(r, COMMAND_show, 0, 0, (uint64_t[]){ (times + 4) % 8, activity, room, 0 }, 4);
		break;
	case 6:
		if (page)
			send(r, COMMAND_lead, room, 0, (uint64_t[]){ page->actor }, 1);
		break;
	case 7:
		if (room)
			send(r, COMMAND_focus, room, 0, (uint64_t[]){ activity }, 1);
		break;
	case 8:
		if (page && activity)
			send(r, COMMAND_extra, activity, page->actor, (uint64_t[]){ EXTRA_MS }, 1);
		break;
	case 9: move_somebody(r); break;
	case 10: link_once(r); break;
	case 11:
		if (room)
			say(r, COMMAND_room_put, room, 0, "Rummet vid fönstret", "https://mote.example/rum");
		say(r, COMMAND_guide_put, r->steps[r->step].step, 0, "Så brukar det gå", NULL);
		break;
	case 12:
		if (activity && page_phase(rehearsal_lead(r), activity, 0, &round) == PHASE_OPEN) {
			send(r, COMMAND_close, activity, 0, (uint64_t[]){ 0 }, 1);
			send(r, COMMAND_hold, activity, 0, NULL, 0);
		}
		break;
	case 13: hide_and_show(r); break;
	case 14:
		edit_again(r);
		if (times == 0)
			send(r, COMMAND_merge, 1, 2, NULL, 0);
		break;
	default: tray_clear(r); break;
	}
}

void meddle(struct rehearsal *r)
{
	struct page *page = rehearsal_lead(r);
	if (net_now_us() - r->meddled_us < MEDDLE_MS * UINT64_C(1000) || page->outbox != NULL)
		return;
	r->meddled_us = net_now_us();
	answer_hands(r);
	uint32_t room = room_to_meddle(r);
	struct pen pen = page_pen(page, room);
	const struct page *next = pen.holder != 0 ? somebody(r, room, pen.holder) : NULL;
	if (next != NULL)
		send(r, COMMAND_pen_give, room, 0, (uint64_t[]){ pen.tenure, next->actor }, 2);
	/* Not shortly before the close: what was given to somebody would have to be waited for. */
	if (r->stage == STAGE_VOTE && r->now_count > 0 && rehearsal_age_ms(r) + EARLY_MS < r->seconds * 1000)
		deed(r);
}
