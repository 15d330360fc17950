/* SPDX-License-Identifier: EUPL-1.2 */
/* Notes and the pen (protocol 4.17): nothing that somebody wrote is lost, nothing is written behind the back of who holds the pen now, and no tray, pen or plenary can be
 * filled by one against the others. Each story ends with replays and snapshots that must give the same session. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "core/state.h"
#include "lib/sees.h"

#define FINE(...) assert_int_equal(DO(__VA_ARGS__), FAULT_none)
#define REFUSED(fault, ...) assert_int_equal(DO(__VA_ARGS__), FAULT_##fault)

/* People in turn into rooms, two steps. Of four and two: 1 3 and 2 4. */
static void begin(struct script *s, unsigned people, unsigned rooms)
{
	script_begin(s, 3);
	script_people(s, people);
	script_activity(s, &(struct question){ "dots", "[5, 3]", 1, 3, false });
	script_rooms(s, rooms);
	FINE(s, FACILITATOR, step_put, .a = 2, .form = "[2, 10, 0, 0, 0, []]", .text = "[[\"\", \"second step\", \"do that\"]]");
}

static void end(struct script *s)
{
	same(s);
	script_finish(s);
}

struct told {
	const char *words;
	unsigned room, step, kind, final, plenary, writing, activity, place; /* 0: room 1, step 1, an idea, place 10 */
};

static enum fault put_note(struct script *s, uint32_t who, unsigned id, unsigned tenure, const struct told *told)
{
	char form[128], text[2048];
	snprintf(form, sizeof form, "[h'%016x', %u, %u, %u, %u, %u, %u, %u]", id, tenure, told->kind ? told->kind : 2, told->final, told->plenary, told->writing,
		 told->place ? told->place : 10, told->activity);
	snprintf(text, sizeof text, "[[\"\", \"%s\"]]", told->words ? told->words : "words");
	return DO(s, who, note_put, .a = told->room ? told->room : 1, .b = told->step ? told->step : 1, .form = form, .text = text);
}
#define PUT(script, who, id, tenure, ...) put_note((script), (who), (id), (tenure), &(struct told){ __VA_ARGS__ })

static enum fault give(struct script *s, uint32_t who, unsigned room, unsigned tenure, uint32_t member)
{
	char form[32];
	snprintf(form, sizeof form, "[%u, %u]", tenure, member);
	return DO(s, who, pen_give, .a = room, .form = form);
}

static enum fault take(struct script *s, uint32_t who, unsigned room, unsigned tenure)
{
	char form[32];
	snprintf(form, sizeof form, "[%u]", tenure);
	return DO(s, who, pen_take, .a = room, .form = form);
}

/* id 0: put away */
static enum fault from_tray(struct script *s, uint32_t who, unsigned item, unsigned tenure, unsigned id)
{
	char form[64];
	snprintf(form, sizeof form, "[%u, %u, h'%016x', 20]", item, tenure, id);
	return DO(s, who, tray_take, .a = 1, .form = form);
}

static enum fault drop(struct script *s, uint32_t who, unsigned id, unsigned tenure)
{
	char form[64];
	snprintf(form, sizeof form, "[h'%016x', %u]", id, tenure);
	return DO(s, who, note_drop, .a = 1, .form = form);
}

static const struct note *note_of(const struct script *s, unsigned id)
{
	uint32_t number = map_get(&s->session->by_note, id);
	assert_true(number > 0);
	return &s->session->notes[number - 1];
}

static void says(const struct script *s, unsigned id, const char *words)
{
	struct pack text;
	char notation[2048];
	pack_init(&text);
	snprintf(notation, sizeof notation, "[[\"\", \"%s\"]]", words);
	assert_true(notation_pack(notation, &text));
	if (!slice_equal(blob_slice(&note_of(s, id)->text), pack_bytes(&text)))
		fail_msg("note %u does not say \"%s\"", id, words);
	pack_finish(&text);
}

/* --- late text --- */

static void test_late_text(void **state)
{
	struct script s;
	(void)state;
	begin(&s, 6, 2); /* 1 3 5 and 2 4 6 */
	FINE(&s, 1, pen_take, .a = 1, .form = "[0]");
	assert_int_equal(PUT(&s, 1, 7, 1, .words = "an hour of work", .writing = 1), FAULT_none);
	assert_int_equal(give(&s, FACILITATOR, 1, 1, 5), FAULT_none);
	assert_int_equal(PUT(&s, 1, 7, 1, .words = "written in a tunnel", .writing = 1), FAULT_recovered);
	sees(&s, 1, SECTION_verdicts, 1, 0, "[h'00000000000003e9', [*, 1, *]]");
	says(&s, 7, "an hour of work");
	sees(&s, 5, SECTION_tray, 1, 0, "[1, [h'0000000000000007', 1, 0, 2, 1, 1, *, [[\"\", \"written in a tunnel\"]]]]");
	/* The field was open: newer words in it, and another item: what nobody has read is not put away. Another note: beside it. */
	assert_int_equal(PUT(&s, 1, 7, 1, .words = "in a longer tunnel", .kind = 4), FAULT_recovered);
	assert_int_equal(from_tray(&s, 5, 1, 2, 0), FAULT_no_note);
	sees(&s, 5, SECTION_tray, 1, 0, "[2, [h'0000000000000007', 1, 0, 4, 1, 1, *, [[\"\", \"in a longer tunnel\"]]]]");
	assert_int_equal(PUT(&s, 1, 8, 1, .words = "a second note", .step = 2), FAULT_recovered);
	/* A suggestion is never put over late text, nor late text over a suggestion. */
	assert_int_equal(PUT(&s, 1, 7, 0, .words = "short"), FAULT_none);
	assert_int_equal(PUT(&s, 1, 7, 1, .words = "in the longest tunnel", .kind = 4), FAULT_recovered);
	assert_int_equal(from_tray(&s, 5, 2, 2, 0), FAULT_none); /* left, and said anew: a tray keeps no earlier wordings, so it was an item of its own */
	const char *tray = "[4, [h'0000000000000007', 1, 0, 2, 1, 0, *, [[\"\", \"short\"]]], 5, [h'0000000000000007', 1, 0, 4, 1, 1, *, [[\"\", \"in the longest tunnel\"]]]]";
	assert_int_equal(from_tray(&s, FACILITATOR, 3, 0, 0), FAULT_none);
	sees(&s, 1, SECTION_tray, 1, 0, tray);
	sees(&s, 3, SECTION_tray, 1, 0, tray);
	sees(&s, FACILITATOR, SECTION_tray, 1, 0, tray);
	sees(&s, 2, SECTION_tray, 1, 0, NULL);
	sees(&s, SCREEN, SECTION_tray, 1, 0, NULL);
	/* Nobody else by that tenure, none by one that is not yet, and taking away is the holder's. */
	assert_int_equal(PUT(&s, 3, 9, 1), FAULT_pen_needed);
	assert_int_equal(PUT(&s, 3, 9, 2), FAULT_pen_needed);
	assert_int_equal(PUT(&s, 1, 9, 3), FAULT_stale);
	assert_int_equal(PUT(&s, 2, 9, 0), FAULT_pen_needed); /* suggestions come from the room */
	assert_int_equal(drop(&s, 1, 7, 1), FAULT_pen_needed);
	assert_int_equal(from_tray(&s, 1, 5, 1, 7), FAULT_pen_needed);
	assert_int_equal(from_tray(&s, 1, 5, 2, 7), FAULT_pen_needed);
	assert_int_equal(from_tray(&s, 5, 3, 2, 7), FAULT_no_note);
	/* Taken in over the note that it was about, whose words are kept. */
	assert_int_equal(from_tray(&s, 5, 5, 2, 7), FAULT_none);
	says(&s, 7, "in the longest tunnel");
	sees(&s, 5, SECTION_edits, 1, 1, "[1, [[1, *, [[\"\", \"an hour of work\"]]]]]");
	sees(&s, 5, SECTION_tray, 1, 0, "[4, [h'0000000000000007', 1, 0, 2, 1, 0, *, [[\"\", \"short\"]]]]");
	assert_int_equal(from_tray(&s, 5, 5, 2, 7), FAULT_no_note); /* once */
	end(&s);
}

/* A wish to put an item away falls out of history with the item, and comes back. Meanwhile this history has given numbers of its own, to other wordings: the wish, which was
 * for words that somebody had read, meets none of them. A snapshot knows no less. */
static void test_what_another_history_numbered(void **state)
{
	static const struct {
		const char *name;
		uint32_t term, later; /* of this history; of the other */
	} cases[] = {
		{ "the term after it", 5, 6 },
		{ "terms jump", 5, 5 + 700 },
		{ "the first", 1, 2 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		uint32_t lost[3];
		for (int history = 0; history < 2; history++) {
			struct script s;
			begin(&s, 6, 2); /* 1 3 5 and 2 4 6 */
			FINE(&s, 1, pen_take, .a = 1, .form = "[0]");
			assert_int_equal(PUT(&s, 3, 1, 0, .words = "before"), FAULT_none); /* both histories have it */
			assert_int_equal(s.session->rooms[0].tray[0].number, 1);
			s.term = history ? cases[i].later : cases[i].term;
			for (unsigned n = 0; n < 3; n++)
				assert_int_equal(PUT(&s, history ? 5 : 3, 10 + n, 0, .words = history ? "nobody has read this" : "lost"), FAULT_none);
			for (unsigned n = 0; n < 3; n++) {
				uint32_t number = s.session->rooms[0].tray[1 + n].number;
				if (history == 0)
					lost[n] = number;
				else if (number == lost[0] || number == lost[1] || number == lost[2])
					fail_msg("%s: %u is given again", cases[i].name, number);
			}
			for (unsigned n = 0; history && n < 3; n++) {
				assert_int_equal(from_tray(&s, 1, lost[n], 1, 0), FAULT_no_note);
				assert_int_equal(from_tray(&s, 1, lost[n], 1, 77), FAULT_no_note);
			}
			assert_int_equal(s.session->rooms[0].tray_count, 4);
			assert_int_equal(from_tray(&s, 1, 1, 1, 0), FAULT_none); /* what both have goes, whoever comes back with it */
			end(&s);
		}
	}
}

static void test_tray_limits(void **state)
{
	struct script s;
	unsigned id = 1000;
	(void)state;
	begin(&s, 18, 2);
	FINE(&s, 1, pen_take, .a = 1, .form = "[0]");
	assert_int_equal(give(&s, FACILITATOR, 1, 1, 17), FAULT_none);
	for (uint32_t who = 3; who <= 11; who += 2) {
		for (unsigned i = 0; i < LIMIT_SUGGESTIONS_OWN; i++)
			assert_int_equal(PUT(&s, who, id++, 0), FAULT_none);
		assert_int_equal(PUT(&s, who, id++, 0), FAULT_full); /* of one person's */
		assert_int_equal(PUT(&s, who, id - 2, 0, .words = "better words"), FAULT_none);
	}
	assert_int_equal(LIMIT_SUGGESTIONS, 5 * LIMIT_SUGGESTIONS_OWN);
	assert_int_equal(PUT(&s, 13, id++, 0), FAULT_full); /* of all */
	assert_int_equal(PUT(&s, 2, id++, 0, .room = 2), FAULT_none); /* another room's tray is its own */
	unsigned late = id;
	for (unsigned i = 0; i < LIMIT_TRAY - LIMIT_SUGGESTIONS; i++)
		assert_int_equal(PUT(&s, 1, id++, 1, .writing = i == 0), FAULT_recovered);
	assert_int_equal(PUT(&s, 1, id++, 1), FAULT_full);
	assert_int_equal(PUT(&s, 1, late, 1, .words = "better words"), FAULT_recovered);
	assert_int_equal(PUT(&s, 1, late, 1, .words = "other words"), FAULT_full);
	assert_int_equal(from_tray(&s, 17, 1, 2, 0), FAULT_none);
	assert_int_equal(PUT(&s, 1, id++, 1), FAULT_recovered);
	assert_int_equal(PUT(&s, 13, id++, 0), FAULT_full); /* full of late text */
	assert_int_equal(from_tray(&s, FACILITATOR, LIMIT_TRAY, 0, 0), FAULT_none);
	assert_int_equal(PUT(&s, 13, id++, 0), FAULT_none);
	end(&s);
}

/* --- the pen --- */

/* Who has it next is told by the number of the tenure. */
static uint32_t nth(unsigned tenure)
{
	return (uint32_t[]){ 1, 3, 5 }[tenure % 3];
}

static void test_more_tenures_than_are_kept(void **state)
{
	enum { TENURES = LIMIT_TENURES + 50 };
	struct script s;
	(void)state;
	begin(&s, 6, 2);
	for (unsigned t = 1; t <= TENURES; t++)
		assert_int_equal(give(&s, FACILITATOR, 1, t - 1, nth(t)), FAULT_none);
	for (unsigned t = 1; t <= TENURES; t += t < 45 || (t > 60 && t < TENURES - 10) ? 7 : 1)
		for (uint32_t who = 1; who <= 5; who += 2) {
			bool kept = t > TENURES - LIMIT_TENURES && nth(t) == who;
			enum fault fault = PUT(&s, who, 100 + who, t), wanted = !kept ? FAULT_pen_needed : t == TENURES ? FAULT_none : FAULT_recovered;
			if (fault != wanted)
				fail_msg("tenure %u, member %u: %s instead of %s", t, who, fault_name(fault), fault_name(wanted));
			if (fault == FAULT_recovered)
				assert_int_equal(from_tray(&s, FACILITATOR, s.session->rooms[0].tray[0].number, 0, 0), FAULT_none);
		}
	/* And it goes on: nobody is locked out. */
	assert_int_equal(take(&s, nth(TENURES + 1), 1, TENURES), FAULT_pen_needed);
	assert_int_equal(give(&s, nth(TENURES), 1, TENURES, 0), FAULT_none);
	assert_int_equal(take(&s, 1, 1, TENURES), FAULT_stale);
	assert_int_equal(take(&s, 1, 1, TENURES + 1), FAULT_none);
	assert_int_equal(PUT(&s, 1, 500, TENURES + 2), FAULT_none);
	assert_int_equal(PUT(&s, nth(TENURES), 501, TENURES), FAULT_recovered);
	end(&s);
}

static void test_who_leaves_lays_it_down(void **state)
{
	static const struct {
		const char *what, *plan, *move;
		bool leaves;
	} ways[] = {
		{ "into another room", NULL, "[1, 2]", true },
		{ "out of all rooms", NULL, "[1, 0]", true },
		{ "somebody else goes", NULL, "[3, 2]", false },
		{ "into the room where they are", NULL, "[1, 1]", false },
		{ "by a new plan", "[[1, 3, 2], [2, 1, 4]]", NULL, true },
		{ "a plan that leaves them there", "[[1, 1, 2], [2, 3, 4]]", NULL, false },
	};
	(void)state;
	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
		struct script s;
		begin(&s, 4, 2);
		FINE(&s, 1, pen_take, .a = 1, .form = "[0]");
		FINE(&s, 2, pen_take, .a = 2, .form = "[0]");
		assert_int_equal(PUT(&s, 1, 1, 1), FAULT_none);
		if (ways[i].move)
			FINE(&s, FACILITATOR, move, .form = ways[i].move);
		else
			FINE(&s, FACILITATOR, rooms, .form = ways[i].plan);
		const struct room *room = &s.session->rooms[0];
		if (pen_holder(room) != (ways[i].leaves ? 0 : 1) || room->pen.tenure != (ways[i].leaves ? 2 : 1))
			fail_msg("%s: tenure %u, holder %u", ways[i].what, room->pen.tenure, pen_holder(room));
		assert_int_equal(PUT(&s, 1, 1, 1, .words = "what I still had"), ways[i].leaves ? FAULT_recovered : FAULT_none);
		sees(&s, FACILITATOR, SECTION_signals, 1, 0, ways[i].leaves ? "[1, [2, 0, 0, *]]" : "[1, [1, 1, 0, *]]");
		unsigned cursor = 0, pens = 0;
		struct held_pen pen;
		while (session_held_pen(s.session, &cursor, &pen))
			pens += pen.room == 1;
		assert_int_equal(pens, !ways[i].leaves);
		if (ways[i].leaves) { /* no longer theirs, also when they come back */
			FINE(&s, FACILITATOR, move, .form = "[1, 1]");
			assert_int_equal(PUT(&s, 1, 2, 1), FAULT_recovered);
			assert_int_equal(take(&s, 1, 1, 1), FAULT_stale);
			assert_int_equal(take(&s, 1, 1, 2), FAULT_none);
			assert_int_equal(PUT(&s, 1, 2, 3), FAULT_none);
		}
		end(&s);
	}
}

/* Away for a while, the pen is offered; whoever has it keeps it by taking or by writing, until somebody else takes it. */
static void test_offered(void **state)
{
	struct script s;
	(void)state;
	begin(&s, 4, 2);
	REFUSED(stale, &s, THE_HOUSE, pen_away, .a = 1, .form = "[0]"); /* nobody has it */
	FINE(&s, 1, pen_take, .a = 1, .form = "[0]");
	assert_int_equal(PUT(&s, 1, 1, 1), FAULT_none);
	REFUSED(stale, &s, THE_HOUSE, pen_away, .a = 1, .form = "[0]");
	REFUSED(stale, &s, THE_HOUSE, pen_away, .a = 1, .form = "[2]");
	assert_int_equal(take(&s, 3, 1, 1), FAULT_pen_needed);
	for (int way = 0; way < 3; way++) {
		FINE(&s, THE_HOUSE, pen_away, .a = 1, .form = "[1]");
		REFUSED(stale, &s, THE_HOUSE, pen_away, .a = 1, .form = "[1]");
		sees(&s, 3, SECTION_signals, 1, 0, "[1, [1, 1, 1, *]]");
		assert_int_equal(PUT(&s, 3, 50, 0), FAULT_none); /* another's suggestion keeps nothing */
		assert_true(s.session->rooms[0].pen.away);
		assert_int_equal(way == 0 ? take(&s, 1, 1, 1) : way == 1 ? PUT(&s, 1, 1, 1, .words = "here again") : drop(&s, 1, 1, 1), FAULT_none);
		sees(&s, 3, SECTION_signals, 1, 0, "[1, [1, 1, 0, *]]");
		assert_int_equal(take(&s, 3, 1, 1), FAULT_pen_needed);
	}
	FINE(&s, THE_HOUSE, pen_away, .a = 1, .form = "[1]");
	assert_int_equal(take(&s, 2, 1, 1), FAULT_no_room);
	assert_int_equal(take(&s, 3, 1, 1), FAULT_none);
	assert_int_equal(PUT(&s, 1, 1, 1, .words = "too late"), FAULT_recovered);
	assert_int_equal(take(&s, 1, 1, 2), FAULT_pen_needed);
	assert_int_equal(give(&s, 1, 1, 2, 1), FAULT_pen_needed);
	assert_int_equal(give(&s, 3, 1, 1, 1), FAULT_stale);
	assert_int_equal(give(&s, 3, 1, 2, 2), FAULT_no_room);
	assert_int_equal(give(&s, 3, 1, 2, 99), FAULT_no_member);
	assert_int_equal(give(&s, 3, 1, 2, 3), FAULT_none); /* to themselves: nothing changes */
	assert_int_equal(s.session->rooms[0].pen.tenure, 2);
	end(&s);
}

/* --- what is refused --- */

static void test_refused(void **state)
{
	struct script s;
	char longest[LIMIT_NOTE + 2];
	(void)state;
	begin(&s, 4, 2);
	FINE(&s, 1, pen_take, .a = 1, .form = "[0]");
	FINE(&s, 2, pen_take, .a = 2, .form = "[0]");
	assert_int_equal(PUT(&s, 1, 1, 1, .words = "of room 1"), FAULT_none);
	/* An id is one note's, and stays in its room and on its step. */
	assert_int_equal(PUT(&s, 2, 1, 1, .room = 2), FAULT_taken);
	assert_int_equal(PUT(&s, 1, 1, 1, .step = 2), FAULT_taken);
	REFUSED(no_note, &s, 2, note_drop, .a = 2, .form = "[h'0000000000000001', 1]");
	assert_int_equal(drop(&s, 1, 9, 1), FAULT_no_note);
	/* A suggestion with a known id lies in the tray all the same, and becomes another note. */
	assert_int_equal(PUT(&s, 4, 1, 0, .words = "of room 2", .room = 2), FAULT_none);
	REFUSED(taken, &s, 2, tray_take, .a = 2, .form = "[1, 1, h'0000000000000001', 20]");
	FINE(&s, 2, tray_take, .a = 2, .form = "[1, 1, h'0000000000000002', 20]");
	assert_int_equal(PUT(&s, 3, 5, 0), FAULT_none);
	assert_int_equal(from_tray(&s, 1, 1, 1, 2), FAULT_taken);
	assert_int_equal(from_tray(&s, 1, 1, 1, 1), FAULT_taken); /* nor over another note of one's own room */
	says(&s, 1, "of room 1");
	says(&s, 2, "of room 2");
	assert_int_equal(PUT(&s, 1, 0, 1), FAULT_malformed);
	assert_int_equal(PUT(&s, 1, 3, 1, .kind = 8), FAULT_malformed);
	assert_int_equal(PUT(&s, 1, 3, 1, .room = 9), FAULT_no_room);
	assert_int_equal(PUT(&s, 1, 3, 1, .step = 3), FAULT_no_step);
	assert_int_equal(PUT(&s, 1, 3, 1, .activity = 2), FAULT_no_activity);
	assert_int_equal(PUT(&s, 1, 3, 1, .activity = 1), FAULT_none);
	const char *form = "[h'0000000000000003', 1, 1, 0, 0, 0, 5, 0]", *suggested = "[h'0000000000000003', 0, 1, 0, 0, 0, 5, 0]";
	REFUSED(bad_text, &s, 1, note_put, .a = 1, .b = 1, .form = form, .text = "[[\"sv\", \"en\"], [\"en\", \"two\"]]");
	REFUSED(bad_text, &s, 3, note_put, .a = 1, .b = 1, .form = suggested, .text = "[[\"sv\", \"en\"], [\"en\", \"two\"]]");
	REFUSED(bad_text, &s, 1, note_put, .a = 1, .b = 1, .form = form, .text = "[[\"sv\", \"two\", \"words\"]]");
	REFUSED(not_allowed, &s, FACILITATOR, note_put, .a = 1, .b = 1, .form = form, .text = "[[\"sv\", \"a word\"]]");
	memset(longest, 'x', sizeof longest);
	longest[LIMIT_NOTE + 1] = 0;
	assert_int_equal(PUT(&s, 1, 3, 1, .words = longest), FAULT_too_long);
	longest[LIMIT_NOTE] = 0;
	assert_int_equal(PUT(&s, 1, 3, 1, .words = longest), FAULT_none);
	end(&s);
}

/* --- dropped, and there again --- */

static void test_dropped_and_revived(void **state)
{
	struct script s;
	(void)state;
	begin(&s, 4, 2);
	FINE(&s, FACILITATOR, step_put, .a = 1, .form = "[1, 10, 1, 0, 0, []]", .text = "[[\"\", \"step-title\", \"do this\"]]"); /* one to all */
	FINE(&s, 1, pen_take, .a = 1, .form = "[0]");
	assert_int_equal(PUT(&s, 1, 1, 1, .words = "first words"), FAULT_none);
	assert_int_equal(PUT(&s, 1, 1, 1, .words = "for all", .final = 1, .plenary = 1), FAULT_none);
	sees(&s, 2, SECTION_plenary, 0, 0, "[1, [1, 1, 0, 2, 1, *, [[\"\", \"for all\"]]]]");
	sees(&s, 2, SECTION_notes, 1, 1, NULL);
	assert_int_equal(drop(&s, 1, 1, 1), FAULT_none);
	sees(&s, 2, SECTION_plenary, 0, 0, "[]");
	sees(&s, 3, SECTION_notes, 1, 1, "[]");
	sees(&s, 3, SECTION_edits, 1, 1, "[]");
	assert_int_equal(PUT(&s, 1, 2, 1, .words = "the one for all", .plenary = 1), FAULT_none);
	/* A suggestion brings it back, and nobody has said that it goes to all or is final. */
	assert_int_equal(PUT(&s, 3, 1, 0, .words = "a suggestion"), FAULT_none);
	assert_int_equal(from_tray(&s, 1, 1, 1, 1), FAULT_none);
	sees(&s, 2, SECTION_plenary, 0, 0, "[2, [1, 1, 0, 2, 0, *, [[\"\", \"the one for all\"]]]]");
	assert_false(note_of(&s, 1)->plenary || note_of(&s, 1)->final);
	sees(&s, 3, SECTION_edits, 1, 1, "[1, [[1, *, [[\"\", \"first words\"]]], [1, *, [[\"\", \"for all\"]]]]]");
	/* By the pen it is what the pen says, within the limit. */
	assert_int_equal(drop(&s, 1, 1, 1), FAULT_none);
	assert_int_equal(PUT(&s, 1, 1, 1, .words = "again", .final = 1, .plenary = 1), FAULT_plenary_full);
	assert_int_equal(drop(&s, 1, 2, 1), FAULT_none);
	assert_int_equal(PUT(&s, 1, 1, 1, .words = "again", .final = 1, .plenary = 1), FAULT_none);
	sees(&s, 2, SECTION_plenary, 0, 0, "[1, [1, 1, 0, 2, 1, *, [[\"\", \"again\"]]]]");
	assert_int_equal(PUT(&s, 1, 2, 1, .words = "again", .plenary = 1), FAULT_plenary_full);
	/* What is taken in over a note that lives leaves it where it was sent. */
	assert_int_equal(PUT(&s, 3, 1, 0, .words = "better"), FAULT_none);
	assert_int_equal(from_tray(&s, 1, 2, 1, 1), FAULT_none);
	sees(&s, 2, SECTION_plenary, 0, 0, "[1, [1, 1, 0, 2, 1, *, [[\"\", \"better\"]]]]");
	end(&s);
}

/* --- how many --- */

static void test_plenary_limits(void **state)
{
	struct script s;
	(void)state;
	begin(&s, 8, 4);
	FINE(&s, FACILITATOR, step_put, .a = 1, .form = "[1, 10, 2, 0, 0, []]", .text = "[[\"\", \"step-title\", \"do this\"]]");
	for (uint32_t m = 1; m <= 4; m++)
		assert_int_equal(take(&s, m, m, 0), FAULT_none);
	/* Two of each room on step 1. */
	for (unsigned m = 1; m <= 2; m++) {
		assert_int_equal(PUT(&s, m, 10 * m, 1, .room = m, .plenary = 1), FAULT_none);
		assert_int_equal(PUT(&s, m, 10 * m + 1, 1, .room = m, .plenary = 1), FAULT_none);
		assert_int_equal(PUT(&s, m, 10 * m + 2, 1, .room = m, .plenary = 1), FAULT_plenary_full);
		assert_int_equal(PUT(&s, m, 10 * m + 2, 1, .room = m), FAULT_none);
		assert_int_equal(PUT(&s, m, 10 * m, 1, .words = "other words", .room = m, .plenary = 1), FAULT_none);
		assert_int_equal(PUT(&s, m, 10 * m, 1, .room = m), FAULT_none);
		assert_int_equal(PUT(&s, m, 10 * m + 2, 1, .room = m, .plenary = 1), FAULT_none);
	}
	/* And so many in all, where a step has no limit of its own. */
	unsigned id = 1000, sent = 4;
	for (unsigned m = 1; m <= 3; m++)
		for (unsigned i = 0; i < LIMIT_NOTES_STEP; i++, id++, sent++)
			assert_int_equal(PUT(&s, m, id, 1, .room = m, .step = 2, .plenary = 1), sent < LIMIT_PLENARY ? FAULT_none : FAULT_plenary_full);
	assert_true(sent > LIMIT_PLENARY);
	assert_int_equal(PUT(&s, 1, 9999, 1, .step = 2), FAULT_full); /* notes of a room on a step */
	assert_int_equal(PUT(&s, 4, id, 1, .room = 4, .plenary = 1), FAULT_plenary_full);
	assert_int_equal(PUT(&s, 4, id, 1, .room = 4), FAULT_none);
	assert_int_equal(drop(&s, 1, 1000, 1), FAULT_none);
	assert_int_equal(PUT(&s, 4, id, 1, .room = 4, .plenary = 1), FAULT_none);
	assert_int_equal(PUT(&s, 1, 1000, 1, .step = 2, .plenary = 1), FAULT_plenary_full);
	assert_int_equal(PUT(&s, 1, 1000, 1, .step = 2), FAULT_none);
	end(&s);
}

/* --- earlier wordings --- */

static void test_edits(void **state)
{
	struct script s;
	char words[1001];
	(void)state;
	begin(&s, 4, 2);
	FINE(&s, 1, pen_take, .a = 1, .form = "[0]");
	assert_int_equal(PUT(&s, 1, 1, 1, .words = "half a sen", .writing = 1), FAULT_none);
	assert_int_equal(PUT(&s, 1, 1, 1, .words = "half a sentence", .writing = 1), FAULT_none); /* the field is still open: nothing to keep */
	sees(&s, 1, SECTION_edits, 1, 1, "");
	/* Handed over in the middle of it: what was left open is kept, for it is another's. */
	assert_int_equal(give(&s, 1, 1, 1, 3), FAULT_none);
	assert_int_equal(PUT(&s, 3, 1, 2, .words = "a whole one", .writing = 1), FAULT_none);
	sees(&s, 1, SECTION_edits, 1, 1, "[1, [[1, *, [[\"\", \"half a sentence\"]]]]]");
	assert_int_equal(PUT(&s, 3, 1, 2, .words = "a whole one"), FAULT_none);
	assert_int_equal(PUT(&s, 3, 1, 2, .words = "a whole one", .kind = 3), FAULT_none); /* the same words are no other wording */
	assert_int_equal(note_of(&s, 1)->edits_count, 1);
	for (unsigned i = 0; i < 2 * LIMIT_EDITS; i++) {
		snprintf(words, sizeof words, "wording %u", i);
		assert_int_equal(PUT(&s, 3, 1, 2, .words = words), FAULT_none);
		assert_int_equal(note_of(&s, 1)->edits_count, i + 2 < LIMIT_EDITS ? i + 2 : LIMIT_EDITS);
	}
	says(&s, 1, "wording 39");
	/* Long ones: so many as fit. */
	memset(words, 'x', 1000);
	words[1000] = 0;
	for (unsigned i = 0; i < 10; i++) {
		words[0] = (char)('a' + i);
		assert_int_equal(PUT(&s, 3, 1, 2, .words = words), FAULT_none);
		size_t bytes = 0;
		for (uint32_t e = 0; e < note_of(&s, 1)->edits_count; e++)
			bytes += note_of(&s, 1)->edits[e].text.len;
		assert_true(bytes <= LIMIT_EDITS_BYTES);
	}
	assert_int_equal(note_of(&s, 1)->edits_count, 4);
	assert_int_equal(note_of(&s, 1)->edits[3].text.at[note_of(&s, 1)->edits[3].text.len - 1000], 'i'); /* the newest are those that are kept */
	end(&s);
}

/* --- after the end --- */

static void test_after_the_end(void **state)
{
	struct script s;
	(void)state;
	begin(&s, 6, 2);
	FINE(&s, 1, pen_take, .a = 1, .form = "[0]");
	assert_int_equal(PUT(&s, 1, 1, 1, .words = "so far", .writing = 1), FAULT_none);
	assert_int_equal(give(&s, 1, 1, 1, 5), FAULT_none);
	assert_int_equal(PUT(&s, 5, 1, 2, .words = "so far as that"), FAULT_none);
	FINE(&s, FACILITATOR, end);
	assert_int_equal(PUT(&s, 1, 2, 1, .words = "of a former holder"), FAULT_recovered);
	assert_int_equal(PUT(&s, 5, 1, 2, .words = "of the holder"), FAULT_recovered);
	assert_int_equal(PUT(&s, 3, 3, 0, .words = "a suggestion"), FAULT_over);
	assert_int_equal(PUT(&s, 3, 3, 2), FAULT_pen_needed);
	assert_int_equal(take(&s, 5, 1, 2), FAULT_over);
	assert_int_equal(give(&s, FACILITATOR, 1, 2, 1), FAULT_over);
	assert_int_equal(drop(&s, 5, 1, 2), FAULT_over);
	assert_int_equal(from_tray(&s, 5, 1, 2, 2), FAULT_over);
	says(&s, 1, "so far as that");
	sees(&s, 3, SECTION_tray, 1, 0,
	     "[1, [h'0000000000000002', 1, 0, 2, 1, 1, *, [[\"\", \"of a former holder\"]]], 2, [h'0000000000000001', 1, 0, 2, 5, 2, *, [[\"\", \"of the holder\"]]]]");
	/* Whoever leads can still put it where it belongs. */
	assert_int_equal(from_tray(&s, FACILITATOR, 2, 0, 1), FAULT_none);
	assert_int_equal(from_tray(&s, FACILITATOR, 1, 0, 2), FAULT_none);
	says(&s, 1, "of the holder");
	says(&s, 2, "of a former holder");
	sees(&s, 3, SECTION_edits, 1, 1, "[1, [[1, *, [[\"\", \"so far\"]]], [5, *, [[\"\", \"so far as that\"]]]]]");
	sees(&s, 3, SECTION_tray, 1, 0, "[]");
	end(&s);
}

/* A screen is shown a room's notes only while it is told to. */
static void test_screen(void **state)
{
	struct script s;
	(void)state;
	begin(&s, 4, 2);
	FINE(&s, 1, pen_take, .a = 1, .form = "[0]");
	assert_int_equal(PUT(&s, 1, 1, 1), FAULT_none);
	sees(&s, SCREEN, SECTION_notes, 1, 1, NULL);
	FINE(&s, FACILITATOR, show, .form = "[5, 0, 2, 0]");
	sees(&s, SCREEN, SECTION_notes, 1, 1, NULL);
	FINE(&s, FACILITATOR, show, .form = "[5, 0, 1, 0]");
	sees(&s, SCREEN, SECTION_notes, 1, 1, "[1, [h'0000000000000001', 0, 2, 0, 0, 0, 10, 1, *, 1, *, [[\"\", \"words\"]]]]");
	sees(&s, SCREEN, SECTION_edits, 1, 1, NULL);
	sees(&s, SCREEN, SECTION_signals, 1, 0, NULL);
	sees(&s, 2, SECTION_notes, 1, 1, NULL);
	FINE(&s, FACILITATOR, move, .form = "[2, 1, 3, 2]");
	sees(&s, 2, SECTION_notes, 1, 1, "[1, [h'0000000000000001', 0, 2, 0, 0, 0, 10, 1, *, 1, *, [[\"\", \"words\"]]]]");
	sees(&s, 3, SECTION_notes, 1, 1, NULL);
	FINE(&s, FACILITATOR, show, .form = "[4, 0, 1, 0]");
	sees(&s, SCREEN, SECTION_notes, 1, 1, NULL);
	end(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_late_text), cmocka_unit_test(test_what_another_history_numbered), cmocka_unit_test(test_tray_limits), cmocka_unit_test(test_more_tenures_than_are_kept), cmocka_unit_test(test_who_leaves_lays_it_down),
		cmocka_unit_test(test_offered), cmocka_unit_test(test_refused), cmocka_unit_test(test_dropped_and_revived), cmocka_unit_test(test_plenary_limits),
		cmocka_unit_test(test_edits), cmocka_unit_test(test_after_the_end), cmocka_unit_test(test_screen),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
