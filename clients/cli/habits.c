/* SPDX-License-Identifier: EUPL-1.2 */
#include "habits.h"
#include "base/limits.h"
#include "wire/pack.h"

/* In how many of 100 turns somebody who has not voted does, and somebody who has votes anew. */
static const struct {
	uint32_t first, anew, every_ms;
} habits[TEMPERS] = {
	[TEMPER_QUICK] = { 90, 2, 400 },     [TEMPER_SLOW] = { 8, 1, 1000 },
	[TEMPER_UNSURE] = { 60, 60, 500 },   [TEMPER_SLEEPER] = { 40, 10, 700 },
	[TEMPER_RELOADER] = { 40, 10, 700 }, [TEMPER_LOSER] = { 40, 20, 600 },
	[TEMPER_DOUBLE] = { 50, 40, 500 },   [TEMPER_LATE] = { 70, 5, 500 },
};
enum { VOTES_A_TURN = 4 }; /* taps of a quick finger: beyond BURST_MEMBER the daemon says too_fast */

uint32_t habits_every_ms(enum temper temper)
{
	return habits[temper].every_ms;
}

/* --- ballots: one that the question takes, written to ${out}; empty: taken back --- */

static void pack_values(const uint32_t *items, const uint32_t *values, size_t count, struct pack *out)
{
	size_t used = 0;
	for (size_t i = 0; i < count; i++)
		used += values[i] > 0;
	pack_array(out, used * 2);
	for (size_t i = 0; i < count; i++) {
		if (values[i] > 0) {
			pack_uint(out, items[i]);
			pack_uint(out, values[i]);
		}
	}
}

/* dots and choice: ${budget} of them, at most ${cap} on one item. */
static void draw_dots(struct person *p, const uint32_t *items, size_t count, uint32_t budget, uint32_t cap,
		      struct pack *out)
{
	uint32_t values[LIMIT_ITEMS] = { 0 };
	uint32_t favourite = chance_below(&p->dice, 3); /* so that the result has a shape */
	for (unsigned tries = 0; budget > 0 && tries < 1000; tries++) {
		size_t at = favourite < count && chance_below(&p->dice, 3) == 0
				    ? favourite
				    : chance_below(&p->dice, (uint32_t)count);
		if (values[at] < cap) {
			values[at]++;
			budget--;
		}
	}
	pack_values(items, values, count, out);
}

static void draw_ranking(struct person *p, const uint32_t *items, size_t count, uint32_t k, struct pack *out)
{
	uint32_t values[LIMIT_ITEMS] = { 0 },
		 places = chance_between(&p->dice, 1, k < count ? k : (uint32_t)count);
	for (uint32_t place = 1; place <= places;) {
		size_t at = chance_below(&p->dice, (uint32_t)count);
		if (values[at] == 0)
			values[at] = place++;
	}
	pack_values(items, values, count, out);
}

/* Most stand near the middle, some at an end. */
static void draw_place(struct person *p, struct pack *out)
{
	uint32_t luck = chance_below(&p->dice, 10),
		 place = luck == 0   ? 0
			 : luck == 1 ? 1000
				     : chance_below(&p->dice, 501) + chance_below(&p->dice, 501);
	pack_array(out, 2);
	pack_uint(out, 1);
	pack_uint(out, place + 1);
}

static void pack_words(const char *words, struct pack *out)
{
	pack_array(out, 1);
	pack_array(out, 2);
	pack_str(out, slice_text(""));
	pack_str(out, slice_text(words));
}

static void draw_words(struct person *p, uint32_t most, struct pack *out)
{
	static const char *const common[] = { "Mer tid", "Tydligare uppdrag", "Att vi gör det tillsammans" };
	char words[LIMIT_ANSWER + 1];
	if (chance_below(&p->dice, 3) == 0)
		snprintf(words, sizeof words, "%s",
			 common[chance_below(&p->dice, sizeof common / sizeof *common)]);
	else
		snprintf(words, sizeof words, "%s tycker (%u): mindre att fylla i, mer att göra", p->name,
			 chance_below(&p->dice, 1000));
	if (strlen(words) <= most)
		pack_words(words, out);
}

void habits_ballot(struct person *p, const struct page *page, const struct question *question,
		   struct pack *out)
{
	uint32_t items[LIMIT_ITEMS];
	size_t count = page_items(page, question->number, items);
	struct cursor c = cursor_of(question->config);
	c = cursor_array(&c);
	uint32_t x = (uint32_t)cursor_uint(&c), y = (uint32_t)cursor_uint(&c);
	if (!p->crowd->hurry && chance_below(&p->dice, 40) == 0)
		return;
	if (strcmp(question->kind, "rating") == 0)
		draw_place(p, out);
	else if (strcmp(question->kind, "text") == 0)
		draw_words(p, x, out);
	else if (count == 0)
		return; /* nothing to choose from */
	else if (strcmp(question->kind, "dots") == 0)
		draw_dots(p, items, count,
			  chance_below(&p->dice, 4) == 0 ? chance_between(&p->dice, 1, x) : x, y, out);
	else if (strcmp(question->kind, "choice") == 0)
		draw_dots(p, items, count, chance_between(&p->dice, x > 1 ? x : 1, y > x ? y : x), 1, out);
	else if (strcmp(question->kind, "ranking") == 0)
		draw_ranking(p, items, count, x, out);
}

static void vote(struct person *p, struct device *d, size_t index, uint32_t round)
{
	struct question question;
	if (!page_question(&d->page, p->crowd->questions[index], &question))
		return;
	struct pack ballot;
	pack_init(&ballot);
	habits_ballot(p, &d->page, &question, &ballot);
	if (ballot.len > 0) /* who took it back has not answered */
		p->voted[index / 32] |= 1u << index % 32;
	else
		p->voted[index / 32] &= ~(1u << index % 32);
	p->crowd->sent++;
	page_ballot(&d->page, question.number, round, pack_bytes(&ballot), net_now_us());
	pack_finish(&ballot);
}

static void answer(struct person *p, struct device *d, uint32_t room)
{
	uint32_t round;
	unsigned votes = 0;
	for (size_t i = 0; i < p->crowd->question_count && votes < VOTES_A_TURN; i++) {
		if ((page_phase(&d->page, p->crowd->questions[i], room, &round) &
		     (PHASE_OPEN | PHASE_CLOSING)) == 0)
			continue;
		bool voted = (p->voted[i / 32] >> i % 32 & 1) != 0;
		uint32_t luck = voted             ? habits[p->temper].anew
				: p->crowd->hurry ? 100
						  : habits[p->temper].first;
		if (chance_below(&p->dice, 100) >= luck)
			continue;
		vote(p, d, i, round);
		votes++;
	}
}

/* --- the pen --- */

static void wish(struct device *d, enum command command, uint32_t a, uint32_t b, const uint64_t *numbers,
		 size_t count)
{
	page_wish_numbers(&d->page, command, a, b, numbers, count, net_now_us());
}

/* Somebody else of ours in this room; 0: nobody. */
static uint32_t neighbour(struct person *p, uint32_t room)
{
	struct crowd *crowd = p->crowd;
	uint32_t from = chance_below(&p->dice, crowd->count);
	for (uint32_t i = 0; i < crowd->count; i++) {
		const struct person *other = &crowd->people[(from + i) % crowd->count];
		const struct page *page = &other->devices[0].page;
		if (other != p && other->joined && page->actor != 0 && page_room(page) == room)
			return page->actor;
	}
	return 0;
}

/* A new note, or one of the last ones again: while the field is open, mended afterwards, marked as final,
 * sent to all. */
static void write_note(struct person *p, struct device *d, uint32_t room, uint32_t step, uint32_t tenure)
{
	struct jot *jot = &p->jots[chance_below(&p->dice, JOTS)];
	if (jot->id == 0 || jot->step != step || jot->room != room || jot->wording > 8) {
		*jot = (struct jot){ .room = room,
				     .step = step,
				     .number = ++p->jots_made,
				     .kind = chance_between(&p->dice, 1, 7),
				     .place = 1000 * (uint64_t)chance_between(&p->dice, 1, 5000) };
		chance_secure(&jot->id, sizeof jot->id);
		jot->id |= 1; /* never zero */
	}
	char words[128];
	snprintf(words, sizeof words, "%s, anteckning %u, så här långt %u", p->name, jot->number,
		 ++jot->wording);
	bool final = jot->wording > 3 && chance_below(&p->dice, 3) == 0;
	jot->plenary |= final && chance_below(&p->dice, 3) == 0;
	struct pack form, text;
	pack_init(&form);
	pack_init(&text);
	pack_words(words, &text);
	pack_array(&form, 8);
	pack_bin64(&form, jot->id);
	pack_uint(&form, tenure);
	pack_uint(&form, jot->kind);
	pack_uint(&form, final);
	pack_uint(&form, jot->plenary);
	pack_uint(&form, !final && chance_below(&p->dice, 2));
	pack_uint(&form, jot->place);
	pack_uint(&form, 0);
	p->crowd->jotted++;
	page_wish(&d->page, COMMAND_note_put, room, step, pack_bytes(&form), pack_bytes(&text), net_now_us());
	pack_finish(&form);
	pack_finish(&text);
}

/* One that is not in the book: its id is even. It is dropped again, or put away out of the tray. */
static void scrap(struct person *p, struct device *d, uint32_t room, uint32_t step, uint32_t tenure)
{
	struct pack form, text;
	uint64_t id;
	chance_secure(&id, sizeof id);
	id = (id | 2) & ~UINT64_C(1);
	pack_init(&form);
	pack_init(&text);
	pack_words("Stryk det här", &text);
	pack_array(&form, 8);
	pack_bin64(&form, id);
	pack_uint(&form, tenure);
	pack_uint(&form, chance_between(&p->dice, 1, 7));
	for (int i = 0; i < 3; i++)
		pack_uint(&form, 0);
	pack_uint(&form, 1000);
	pack_uint(&form, 0);
	page_wish(&d->page, COMMAND_note_put, room, step, pack_bytes(&form), pack_bytes(&text), net_now_us());
	pack_clear(&form);
	pack_array(&form, 2);
	pack_bin64(&form, id);
	pack_uint(&form, tenure);
	if (tenure != 0)
		page_wish(&d->page, COMMAND_note_drop, room, 0, pack_bytes(&form), slice_of(NULL, 0), net_now_us());
	pack_finish(&form);
	pack_finish(&text);
}

static void hold_pen(struct person *p, struct device *d, uint32_t room, uint32_t step, uint32_t tenure)
{
	uint32_t luck = chance_below(&p->dice, 100);
	if (luck < 35 && p->jots_made < JOTS_MOST)
		write_note(p, d, room, step, tenure);
	else if (luck < 37)
		wish(d, COMMAND_pen_give, room, 0,
		     (uint64_t[]){ tenure, chance_below(&p->dice, 3) ? neighbour(p, room) : 0 }, 2);
	else if (luck < 41)
		wish(d, COMMAND_ready, room, 0, (uint64_t[]){ step, chance_below(&p->dice, 4) > 0 }, 2);
	else if (luck < 44)
		scrap(p, d, room, step, tenure);
	else if (luck < 50 && room <= 2) /* one room asks for help now and then, another for minutes */
		wish(d, COMMAND_hand, room, 0, (uint64_t[]){ 1, room == 2 ? 5 : 0 }, 2);
}

static void take_notes(struct person *p, struct device *d, uint32_t room)
{
	uint32_t step = page_step(&d->page, room);
	struct pen pen = page_pen(&d->page, room);
	if (step == 0 || d->page.outbox != NULL)
		return;
	if (pen.holder != 0 && pen.holder == d->page.actor)
		hold_pen(p, d, room, step, pen.tenure);
	else if ((pen.holder == 0 || pen.away) && chance_below(&p->dice, 8) == 0)
		wish(d, COMMAND_pen_take, room, 0, (uint64_t[]){ pen.tenure }, 1);
	else if (chance_below(&p->dice, 200) == 0 && p->jots_made < JOTS_MOST)
		write_note(p, d, room, step, 0); /* a suggestion */
	else if (chance_below(&p->dice, 300) == 0)
		scrap(p, d, room, step, 0);
}

/* --- the discussion --- */

static void agree(struct person *p, struct device *d, uint32_t room)
{
	const struct picture_section *ballots = picture_find(&d->page.picture, SECTION_room_ballots, room, 0);
	for (size_t i = 0; ballots && i < ballots->count; i++) {
		uint32_t activity = (uint32_t)ballots->items[i].key, round;
		struct cursor c = item_cursor(&ballots->items[i]);
		uint32_t of = (uint32_t)cursor_uint(&c);
		struct slice ballot = cursor_bin(&c);
		unsigned phase = page_phase(&d->page, activity, room, &round);
		if (ballot.len == 0 || of != round || (phase & (PHASE_OPEN | PHASE_CLOSING)) == 0 || chance_below(&p->dice, 4) > 0)
			continue;
		struct pack form;
		pack_init(&form);
		pack_array(&form, 3);
		pack_uint(&form, round);
		pack_uint(&form, chance_below(&p->dice, 5) == 0 ? 2 : 1);
		pack_bin(&form, ballot);
		page_wish(&d->page, COMMAND_agree, activity, 0, pack_bytes(&form), slice_of(NULL, 0), net_now_us());
		pack_finish(&form);
		return;
	}
}

/* Takes the lead where nobody has it; who has it turns the pages, hands over, lays it down. */
static void discuss(struct person *p, struct device *d, uint32_t room)
{
	struct cursor signal = picture_value(&d->page.picture, (struct section){ .kind = SECTION_signals, .a = room }, 4);
	uint32_t leader = (uint32_t)cursor_uint(&signal), luck = chance_below(&p->dice, 200);
	struct crowd *crowd = p->crowd;
	if (d->page.outbox != NULL)
		return;
	if (leader == 0 && luck < 4)
		wish(d, COMMAND_lead, room, 0, (uint64_t[]){ d->page.actor }, 1);
	else if (leader == d->page.actor && luck < 20 && crowd->question_count > 0)
		wish(d, COMMAND_focus, room, 0, (uint64_t[]){ crowd->questions[chance_below(&p->dice, (uint32_t)crowd->question_count)] }, 1);
	else if (leader == d->page.actor && luck < 26)
		wish(d, COMMAND_lead, room, 0, (uint64_t[]){ luck < 22 ? 0 : neighbour(p, room) }, 1);
	else if (luck < 70)
		agree(p, d, room);
}

/* Spells their name another way. */
static void profile(struct person *p, struct device *d)
{
	struct pack form, text;
	char name[48];
	pack_init(&form);
	pack_init(&text);
	snprintf(name, sizeof name, "%s K", p->name);
	pack_array(&form, 1);
	pack_uint(&form, 0);
	pack_array(&text, 1);
	pack_array(&text, 3);
	pack_str(&text, slice_text(""));
	pack_str(&text, slice_text(name));
	pack_str(&text, slice_text(p->organisation));
	page_wish(&d->page, COMMAND_profile, 0, 0, pack_bytes(&form), pack_bytes(&text), net_now_us());
	pack_finish(&form);
	pack_finish(&text);
}

void habits_act(struct person *p, struct device *d)
{
	uint32_t room = page_room(&d->page);
	answer(p, d, room);
	if (room != 0)
		take_notes(p, d, room);
	if (room != 0)
		discuss(p, d, room);
	if (chance_below(&p->dice, 500) == 0 && d->page.outbox == NULL)
		profile(p, d);
}

void habits_act_offline(struct person *p, struct device *d)
{
	uint32_t room = page_room(&d->page), step = page_step(&d->page, room);
	struct pen pen = page_pen(&d->page, room);
	if (room != 0 && step != 0 && pen.holder != 0 && pen.holder == d->page.actor &&
	    d->page.outbox == NULL && p->jots_made < JOTS_MOST)
		write_note(p, d, room, step, pen.tenure);
}
