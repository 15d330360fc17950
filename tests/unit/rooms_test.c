/* SPDX-License-Identifier: EUPL-1.2 */
/* A room's discussion: who leads it, what it is about, who agrees to the room's ballot, what it asks for. And the session's course: the time that stands still, the steps
 * that were come to. Each story is a table: who does what, the session's word, and what is seen after it; every story is replayed, and saved and restored on the way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "core/state.h"
#include "lib/sees.h"

enum { ROOM_1 = SCOPE_ROOM | 1, ROOM_2 = SCOPE_ROOM | 2, ROOM_9 = SCOPE_ROOM | 9, ADA = 1, BO, CY, DI, PERSONS = 1, ROOMS, WORDS };

struct row {
	const char *what;
	struct wish wish;
	enum fault fault;
	const char *after; /* the items that the one who looks sees; NULL: as before */
};
#define ROW(what, who_, name, a_, b_, form_, fault_, after) { what, { who_, COMMAND_##name, a_, b_, form_, NULL }, FAULT_##fault_, after }

/* Ada and Cy sit in room 1, Bo and Di in room 2. Questions: 1 a person's, 2 a room's dots, 3 a room's words; all of step 1. */
static void begin(struct script *s)
{
	script_begin(s, 3);
	script_people(s, 4);
	script_activity(s, &(struct question){ "dots", "[5, 3]", 1, 3, false });
	script_activity(s, &(struct question){ "dots", "[3, 1]", 2, 4, false });
	script_activity(s, &(struct question){ "text", "[200]", 2, 0, false });
	script_rooms(s, 2);
}

static void told(struct script *s, const struct row *rows, size_t count, uint8_t kind, uint32_t subject, uint32_t looks)
{
	const char *seen = "";
	for (size_t i = 0; i < count; i++) {
		enum fault fault = script_take(s, &rows[i].wish);
		if (fault != rows[i].fault)
			fail_msg("%s: %s instead of %s", rows[i].what, fault_name(fault), fault_name(rows[i].fault));
		if (rows[i].after)
			seen = rows[i].after;
		print_message("%s\n", rows[i].what);
		sees(s, looks, kind, subject, 0, seen);
	}
	same(s);
}
#define TOLD(s, rows, kind, subject, looks) told(s, rows, sizeof rows / sizeof *rows, kind, subject, looks)

/* ---- who leads ---- */

static void test_leading(void **state)
{
	static const struct row rows[] = {
		ROW("not a number", ADA, lead, 1, 0, "[\"x\"]", malformed, NULL),
		ROW("two numbers", ADA, lead, 1, 0, "[1, 3]", malformed, NULL),
		ROW("no such room", ADA, lead, 9, 0, "[1]", no_room, NULL),
		ROW("another's room", BO, lead, 1, 0, "[2]", no_room, NULL),
		ROW("a screen", SCREEN, lead, 1, 0, "[1]", not_allowed, NULL),
		ROW("no such member", FACILITATOR, lead, 1, 0, "[77]", no_member, NULL),
		ROW("somebody of another room", FACILITATOR, lead, 1, 0, "[2]", no_room, NULL),
		ROW("where nobody leads nobody makes another the leader", CY, lead, 1, 0, "[1]", not_allowed, NULL),
		ROW("Ada takes it", ADA, lead, 1, 0, "[1]", none, "[4, 1]"),
		ROW("nobody lays it down for her", CY, lead, 1, 0, "[0]", not_allowed, NULL),
		ROW("nor hands it on", CY, lead, 1, 0, "[1]", not_allowed, NULL),
		ROW("but Cy may take it: she may have gone", CY, lead, 1, 0, "[3]", none, "[4, 3]"),
		ROW("and she again", ADA, lead, 1, 0, "[1]", none, "[4, 1]"),
		ROW("to somebody of another room", ADA, lead, 1, 0, "[2]", no_room, NULL),
		ROW("Ada hands it to Cy", ADA, lead, 1, 0, "[3]", none, "[4, 3]"),
		ROW("she has it no more to lay down", ADA, lead, 1, 0, "[0]", not_allowed, NULL),
		ROW("Cy lays it down", CY, lead, 1, 0, "[0]", none, "[4, 0]"),
		ROW("once more: he has it no more", CY, lead, 1, 0, "[0]", not_allowed, NULL),
		ROW("the facilitator names Ada", FACILITATOR, lead, 1, 0, "[1]", none, "[4, 1]"),
		ROW("and another", FACILITATOR, lead, 1, 0, "[3]", none, "[4, 3]"),
		ROW("and nobody", FACILITATOR, lead, 1, 0, "[0]", none, "[4, 0]"),
		ROW("Cy again", CY, lead, 1, 0, "[3]", none, "[4, 3]"),
		ROW("Bo, who leaves his room, changes nothing here", FACILITATOR, move, 0, 0, "[2, 1]", none, NULL),
		ROW("Cy leaves the room", FACILITATOR, move, 0, 0, "[3, 2]", none, "[4, 0]"),
		ROW("and leads nothing from there", CY, lead, 1, 0, "[3]", no_room, NULL),
		ROW("Bo takes it", BO, lead, 1, 0, "[2]", none, "[4, 2]"),
		ROW("all seats anew: Bo goes, and with him the lead", FACILITATOR, rooms, 0, 0, "[[1, 1, 3], [2, 2, 4]]", none, "[4, 0]"),
		ROW("the session ends", FACILITATOR, end, 0, 0, NULL, none, NULL),
		ROW("nobody leads what is over", ADA, lead, 1, 0, "[1]", over, NULL),
	};
	struct script s;
	(void)state;
	begin(&s);
	TOLD(&s, rows, SECTION_signals, 1, ADA);
	script_finish(&s);
}

/* What leading gives: the pages, and nothing else. */
static void test_pages(void **state)
{
	static const struct row rows[] = {
		ROW("not a number", FACILITATOR, focus, 1, 0, "[\"x\"]", malformed, NULL),
		ROW("no such room", FACILITATOR, focus, 9, 0, "[1]", no_room, NULL),
		ROW("no such question", FACILITATOR, focus, 1, 0, "[9]", no_activity, NULL),
		ROW("a screen", SCREEN, focus, 1, 0, "[1]", not_allowed, NULL),
		ROW("who neither leads nor writes", ADA, focus, 1, 0, "[1]", not_allowed, NULL),
		ROW("the facilitator", FACILITATOR, focus, 1, 0, "[2]", none, "[5, [2, *]]"),
		ROW("Cy takes the pen", CY, pen_take, 1, 0, "[0]", none, "[5, [2, *], 1, [1, 3, 0, *]]"),
		ROW("nobody leads: the note-taker turns the page", CY, focus, 1, 0, "[1]", none, "[1, [1, 3, 0, *], 5, [1, *]]"),
		ROW("others do not", ADA, focus, 1, 0, "[2]", not_allowed, NULL),
		ROW("nor from another room", BO, focus, 1, 0, "[2]", no_room, NULL),
		ROW("Ada leads", ADA, lead, 1, 0, "[1]", none, "[1, [1, 3, 0, *], 5, [1, *], 4, 1]"),
		ROW("now the note-taker does not", CY, focus, 1, 0, "[2]", not_allowed, NULL),
		ROW("Ada does", ADA, focus, 1, 0, "[3]", none, "[1, [1, 3, 0, *], 4, 1, 5, [3, *]]"),
		ROW("she may not take the pen for that", ADA, pen_take, 1, 0, "[1]", pen_needed, NULL),
		ROW("to none", ADA, focus, 1, 0, "[0]", none, "[1, [1, 3, 0, *], 4, 1, 5, [0, *]]"),
		ROW("Ada leaves, the page stays", FACILITATOR, move, 0, 0, "[1, 2]", none, "[1, [1, 3, 0, *], 5, [0, *], 4, 0]"),
		ROW("the note-taker turns it again", CY, focus, 1, 0, "[2]", none, "[1, [1, 3, 0, *], 4, 0, 5, [2, *]]"),
		ROW("Ada does not, from there", ADA, focus, 1, 0, "[1]", no_room, NULL),
	};
	struct script s;
	(void)state;
	begin(&s);
	TOLD(&s, rows, SECTION_signals, 1, CY);
	sees(&s, ADA, SECTION_signals, 1, 0, NULL); /* she is elsewhere */
	sees(&s, SCREEN, SECTION_signals, 1, 0, NULL);
	script_finish(&s);
}

/* ---- who agrees ---- */

static void test_agreeing(void **state)
{
	static const struct row rows[] = {
		ROW("before it is open", ADA, agree, 2, 0, "[1, 1, <<[1, 1]>>]", wrong_phase, NULL),
		ROW("it opens", FACILITATOR, open, 2, 0, "[0]", none, NULL),
		ROW("so do the others", FACILITATOR, open, 1, 0, "[0]", none, NULL),
		ROW("where there is no ballot", ADA, agree, 2, 0, "[1, 1, <<[1, 1]>>]", stale, NULL),
		ROW("Ada proposes", ADA, ballot, 2, 0, "[1, 0, <<[1, 1, 2, 1]>>]", none, "[2, [1, <<[1, 1, 2, 1]>>, [], []]]"),
		ROW("Cy agrees", CY, agree, 2, 0, "[1, 1, <<[1, 1, 2, 1]>>]", none, "[2, [1, <<[1, 1, 2, 1]>>, [3], []]]"),
		ROW("Ada does not yet", ADA, agree, 2, 0, "[1, 2, <<[1, 1, 2, 1]>>]", none, "[2, [1, <<[1, 1, 2, 1]>>, [3], [1]]]"),
		ROW("now she agrees", ADA, agree, 2, 0, "[1, 1, <<[1, 1, 2, 1]>>]", none, "[2, [1, <<[1, 1, 2, 1]>>, [3, 1], []]]"),
		ROW("she takes her word back", ADA, agree, 2, 0, "[1, 0, <<[1, 1, 2, 1]>>]", none, "[2, [1, <<[1, 1, 2, 1]>>, [3], []]]"),
		ROW("twice the same is once", CY, agree, 2, 0, "[1, 1, <<[1, 1, 2, 1]>>]", none, NULL),
		ROW("to another ballot than the one that stands", ADA, agree, 2, 0, "[1, 1, <<[1, 1, 3, 1]>>]", stale, NULL),
		ROW("to its beginning", ADA, agree, 2, 0, "[1, 1, h'940101']", stale, NULL),
		ROW("in another round", ADA, agree, 2, 0, "[2, 1, <<[1, 1, 2, 1]>>]", stale, NULL),
		ROW("to nothing", ADA, agree, 2, 0, "[1, 1, h'']", malformed, NULL),
		ROW("a third answer", ADA, agree, 2, 0, "[1, 3, <<[1, 1, 2, 1]>>]", malformed, NULL),
		ROW("without the ballot", ADA, agree, 2, 0, "[1, 1]", malformed, NULL),
		ROW("a person's question", ADA, agree, 1, 0, "[1, 1, <<[1, 1]>>]", not_allowed, NULL),
		ROW("no such question", ADA, agree, 9, 0, "[1, 1, <<[1, 1]>>]", no_activity, NULL),
		ROW("a facilitator", FACILITATOR, agree, 2, 0, "[1, 1, <<[1, 1, 2, 1]>>]", not_allowed, NULL),
		ROW("a screen", SCREEN, agree, 2, 0, "[1, 1, <<[1, 1, 2, 1]>>]", not_allowed, NULL),
		ROW("another room's people agree to their own ballot only", BO, agree, 2, 0, "[1, 1, <<[1, 1, 2, 1]>>]", stale, NULL),
		ROW("the same ballot once more: what was said stands", ADA, ballot, 2, 0, "[1, 0, <<[1, 1, 2, 1]>>]", none, NULL),
		ROW("another ballot: all is open again", ADA, ballot, 2, 0, "[1, 0, <<[1, 1, 3, 1]>>]", none, "[2, [1, <<[1, 1, 3, 1]>>, [], []]]"),
		ROW("who speaks of the one before is late", CY, agree, 2, 0, "[1, 1, <<[1, 1, 2, 1]>>]", stale, NULL),
		ROW("Cy agrees to this", CY, agree, 2, 0, "[1, 1, <<[1, 1, 3, 1]>>]", none, "[2, [1, <<[1, 1, 3, 1]>>, [3], []]]"),
		ROW("an improper ballot changes nothing", ADA, ballot, 2, 0, "[1, 0, <<[1, 9]>>]", over_cap, NULL),
		ROW("in the grace there is still time", FACILITATOR, close, 2, 0, "[0]", none, NULL),
		ROW("Ada does not", ADA, agree, 2, 0, "[1, 2, <<[1, 1, 3, 1]>>]", none, "[2, [1, <<[1, 1, 3, 1]>>, [3], [1]]]"),
		ROW("Bo comes in", FACILITATOR, move, 0, 0, "[2, 1]", none, NULL),
		ROW("Bo agrees", BO, agree, 2, 0, "[1, 1, <<[1, 1, 3, 1]>>]", none, "[2, [1, <<[1, 1, 3, 1]>>, [3, 2], [1]]]"),
		ROW("Cy leaves, and his word with him", FACILITATOR, move, 0, 0, "[3, 2]", none, "[2, [1, <<[1, 1, 3, 1]>>, [2], [1]]]"),
		ROW("he comes back and has said nothing", FACILITATOR, move, 0, 0, "[3, 1]", none, NULL),
		ROW("who sits nowhere speaks for no room", FACILITATOR, move, 0, 0, "[4, 0]", none, NULL),
		ROW("nobody's", DI, agree, 2, 0, "[1, 1, <<[1, 1, 3, 1]>>]", no_room, NULL),
		ROW("it closes", FACILITATOR, close, 2, 0, "[1]", none, NULL),
		ROW("too late", CY, agree, 2, 0, "[1, 1, <<[1, 1, 3, 1]>>]", closed, NULL),
		ROW("asked again: the old answers are the old round's", FACILITATOR, ask, 2, 0, NULL, none, NULL),
		ROW("it opens again", FACILITATOR, open, 2, 0, "[0]", none, NULL),
		ROW("the new round has no ballot to agree to", CY, agree, 2, 0, "[2, 1, <<[1, 1, 3, 1]>>]", stale, NULL),
		ROW("nor is the old one asked about", CY, agree, 2, 0, "[1, 1, <<[1, 1, 3, 1]>>]", stale, NULL),
		ROW("the same bytes in the new round are a new proposal", ADA, ballot, 2, 0, "[2, 0, <<[1, 1, 3, 1]>>]", none, "[2, [2, <<[1, 1, 3, 1]>>, [], []]]"),
		ROW("Cy agrees", CY, agree, 2, 0, "[2, 1, <<[1, 1, 3, 1]>>]", none, "[2, [2, <<[1, 1, 3, 1]>>, [3], []]]"),
		ROW("it is taken back: nothing stands", ADA, ballot, 2, 0, "[2, 0, h'']", none, "[2, [2, h'', [], []]]"),
		ROW("there is nothing to agree to", CY, agree, 2, 0, "[2, 1, <<[1, 1, 3, 1]>>]", stale, NULL),
	};
	struct script s;
	(void)state;
	begin(&s);
	TOLD(&s, rows, SECTION_room_ballots, 1, ADA);
	sees(&s, DI, SECTION_room_ballots, 1, 0, NULL);
	script_finish(&s);
}

/* With several questions each has its own answers; to agree changes no result. */
static void test_each_question_has_its_own(void **state)
{
	static const struct row rows[] = {
		ROW("words open", FACILITATOR, open, 3, 0, "[0]", none, NULL),
		ROW("dots open", FACILITATOR, open, 2, 0, "[0]", none, NULL),
		ROW("Ada places", ADA, ballot, 2, 0, "[1, 0, <<[2, 1]>>]", none, "[2, [1, <<[2, 1]>>, [], []]]"),
		ROW("Ada agrees", ADA, agree, 2, 0, "[1, 1, <<[2, 1]>>]", none, "[2, [1, <<[2, 1]>>, [1], []]]"),
		ROW("Cy does not yet", CY, agree, 2, 0, "[1, 2, <<[2, 1]>>]", none, "[2, [1, <<[2, 1]>>, [1], [3]]]"),
	};
	struct script s;
	(void)state;
	begin(&s);
	TOLD(&s, rows, SECTION_room_ballots, 1, CY);
	struct pack before, after;
	pack_init(&before);
	pack_init(&after);
	result_pack(s.session, 2, 1, 0, &before);
	assert_int_equal(DO(&s, CY, agree, .a = 2, .form = "[1, 0, <<[2, 1]>>]"), FAULT_none);
	assert_int_equal(DO(&s, ADA, agree, .a = 2, .form = "[1, 2, <<[2, 1]>>]"), FAULT_none);
	result_pack(s.session, 2, 1, 0, &after);
	assert_true(slice_equal(pack_bytes(&before), pack_bytes(&after)));
	pack_finish(&before);
	pack_finish(&after);
	script_finish(&s);
}

/* ---- what a room asks for ---- */

static void test_hands(void **state)
{
	static const struct row rows[] = {
		ROW("minutes that are none", ADA, hand, 1, 0, "[1, \"five\"]", malformed, NULL),
		ROW("an old page's form, or an old log's: for help", ADA, hand, 1, 0, "[1]", none, "[2, [*, 1, 0]]"),
		ROW("and lowered", ADA, hand, 1, 0, "[0]", none, "[2, [0, 0, 0]]"),
		ROW("nothing at all", ADA, hand, 1, 0, "[]", malformed, NULL),
		ROW("three numbers", ADA, hand, 1, 0, "[1, 5, 5]", malformed, NULL),
		ROW("more than there are", ADA, hand, 1, 0, "[1, 4294967295]", malformed, NULL),
		ROW("another's room", BO, hand, 1, 0, "[1, 5]", no_room, NULL),
		ROW("a facilitator raises none", FACILITATOR, hand, 1, 0, "[1, 5]", not_allowed, NULL),
		ROW("room 2 asks for help first", BO, hand, 2, 0, "[1, 0]", none, NULL),
		ROW("room 1 for five minutes", ADA, hand, 1, 0, "[1, 5]", none, "[2, [*, 2, 5]]"),
		ROW("for ten: it keeps its place", CY, hand, 1, 0, "[1, 10]", none, "[2, [*, 2, 10]]"),
		ROW("room 2 is answered: room 1 is next", FACILITATOR, hand, 2, 0, "[0, 0]", none, "[2, [*, 1, 10]]"),
		ROW("for help after all", CY, hand, 1, 0, "[1, 0]", none, "[2, [*, 1, 0]]"),
		ROW("for minutes again", CY, hand, 1, 0, "[1, 5]", none, "[2, [*, 1, 5]]"),
		ROW("the facilitator gives them", FACILITATOR, time, 0, ROOM_1, "[300000]", none, NULL),
		ROW("and lowers the hand", FACILITATOR, hand, 1, 0, "[0, 0]", none, "[2, [0, 0, 0]]"),
		ROW("lowered with minutes: they are none", ADA, hand, 1, 0, "[0, 7]", none, NULL),
	};
	struct script s;
	(void)state;
	begin(&s);
	TOLD(&s, rows, SECTION_signals, 1, ADA);
	assert_int_equal(DO(&s, ADA, hand, .a = 1, .form = "[1, 5]"), FAULT_none);
	assert_int_equal(s.session->rooms[0].hand_ms, s.now_ms);
	uint64_t raised = s.now_ms;
	assert_int_equal(DO(&s, CY, hand, .a = 1, .form = "[1, 2]"), FAULT_none);
	assert_int_equal(s.session->rooms[0].hand_ms, raised); /* since when it waits */
	script_finish(&s);
}

/* The last one goes: nothing is asked for in a room where nobody is, and who comes late is not put there alone. Whoever comes next begins anew. */
static void test_an_empty_room(void **state)
{
	static const struct row rows[] = {
		ROW("room 1 asks", ADA, hand, 1, 0, "[1, 5]", none, "[2, [*, 1, 5]]"),
		ROW("and is done", ADA, ready, 1, 0, "[1, 1]", none, "[2, [*, 1, 5], 3, 1]"),
		ROW("Ada leads", ADA, lead, 1, 0, "[1]", none, "[2, [*, 1, 5], 3, 1, 4, 1]"),
		ROW("and turns the page", ADA, focus, 1, 0, "[2]", none, "[2, [*, 1, 5], 3, 1, 4, 1, 5, [2, *]]"),
		ROW("Cy goes: Ada is there", FACILITATOR, move, 0, 0, "[3, 2]", none, NULL),
		ROW("Ada goes", FACILITATOR, move, 0, 0, "[1, 2]", none, "[4, 0, 2, [0, 0, 0], 3, 0, 5, [0, *]]"),
	};
	struct script s;
	(void)state;
	begin(&s);
	assert_int_equal(DO(&s, BO, hand, .a = 2, .form = "[1, 0]"), FAULT_none);
	assert_int_equal(DO(&s, BO, hand, .a = 2, .form = "[0, 0]"), FAULT_none);
	/* Before the workshop begins an early arrival is moved, and the room stays one of those to be filled. */
	assert_int_equal(DO(&s, FACILITATOR, move, .form = "[2, 1, 4, 1]"), FAULT_none);
	script_join(&s, "Di", "");
	assert_int_equal(session_room(s.session, 5), 2);
	assert_int_equal(DO(&s, FACILITATOR, move, .form = "[2, 2, 4, 2]"), FAULT_none);
	assert_int_equal(DO(&s, FACILITATOR, go, .a = 1), FAULT_none);
	TOLD(&s, rows, SECTION_signals, 1, FACILITATOR);
	script_join(&s, "Ed", ""); /* all sit in room 2 and nobody in 1 */
	assert_int_equal(session_room(s.session, 6), 2);
	assert_int_equal(DO(&s, FACILITATOR, move, .form = "[3, 1]"), FAULT_none); /* somebody is put there again */
	script_join(&s, "Flo", "");
	assert_int_equal(session_room(s.session, 7), 1);
	/* A plan's rooms are in use, also those that it leaves empty for who comes late. */
	assert_int_equal(DO(&s, FACILITATOR, rooms, .form = "[[1], [2, 1, 2, 3, 4, 5, 6, 7]]"), FAULT_none);
	script_join(&s, "Gus", "");
	assert_int_equal(session_room(s.session, 8), 1);
	same(&s);
	script_finish(&s);
}

/* ---- time that stands still ---- */

static bool waits_for(const struct session *s, uint32_t scope, uint32_t generation)
{
	struct wait wait;
	for (unsigned cursor = 0; session_waits(s, &cursor, &wait);)
		if (wait.command == COMMAND_due && wait.subject.b == scope && wait.generation == generation)
			return true;
	return false;
}

static void test_pauses(void **state)
{
	static const struct row rows[] = {
		ROW("where no time runs", FACILITATOR, pause, 0, 0, "[5000]", wrong_phase, "[4097, [1, 1], 4098, [1, 1], 4099, [1, 1]]"),
		ROW("it opens without a time", FACILITATOR, open, 1, 0, "[0]", none, "[4098, [1, 1], 4099, [1, 1], 4097, [2, 1]]"),
		ROW("nothing to stop", FACILITATOR, pause, 0, 0, "[5000]", wrong_phase, NULL),
		ROW("it gets a time", FACILITATOR, time, 0, 0, "[60000]", none, "[4098, [1, 1], 4099, [1, 1], 4097, [2, 1], 2, [1, 60000, *, 0]]"),
		ROW("a participant", ADA, pause, 0, 0, "[5000]", not_allowed, NULL),
		ROW("a screen", SCREEN, pause, 0, 0, "[5000]", not_allowed, NULL),
		ROW("nothing left", FACILITATOR, pause, 0, 0, "[0]", malformed, NULL),
		ROW("not a number", FACILITATOR, pause, 0, 0, "[\"all\"]", malformed, NULL),
		ROW("longer than any time", FACILITATOR, pause, 0, 0, "[99999999999]", malformed, NULL),
		ROW("a room that is none", FACILITATOR, pause, 0, ROOM_9, "[5000]", no_room, NULL),
		ROW("a room without a time of its own", FACILITATOR, pause, 0, ROOM_1, "[5000]", wrong_phase, NULL),
		ROW("it stands still", FACILITATOR, pause, 0, 0, "[45000]", none, "[4098, [1, 1], 4099, [1, 1], 4097, [2, 1], 2, [2, 45000, *, 1]]"),
		ROW("the end that was under way comes too late", THE_HOUSE, due, 0, 0, "[1]", stale, NULL),
		ROW("nor is there one of the pause", THE_HOUSE, due, 0, 0, "[2]", stale, NULL),
		ROW("ballots are taken", ADA, ballot, 1, 0, "[1, 0, <<[1, 1]>>]", none, NULL),
		ROW("with less left", FACILITATOR, pause, 0, 0, "[30000]", none, "[4098, [1, 1], 4099, [1, 1], 4097, [2, 1], 2, [2, 30000, *, 1]]"),
		ROW("on it goes", FACILITATOR, time, 0, 0, "[30000]", none, "[4098, [1, 1], 4099, [1, 1], 4097, [2, 1], 2, [3, 30000, *, 0]]"),
		ROW("its end", THE_HOUSE, due, 0, 0, "[3]", none, "[4098, [1, 1], 4099, [1, 1], 4097, [4, 1], 2, [4, 30000, *, 0]]"),
		ROW("a grace does not stand still", FACILITATOR, pause, 0, 0, "[5000]", wrong_phase, NULL),
		ROW("held", FACILITATOR, hold, 1, 0, NULL, none, "[4098, [1, 1], 4099, [1, 1], 4097, [2, 1], 2, [*, 0, *, 0]]"),
		ROW("a new time", FACILITATOR, time, 0, 0, "[20000]", none, "[4098, [1, 1], 4099, [1, 1], 4097, [2, 1], 2, [*, 20000, *, 0]]"),
		ROW("still again", FACILITATOR, pause, 0, 0, "[10000]", none, "[4098, [1, 1], 4099, [1, 1], 4097, [2, 1], 2, [*, 10000, *, 1]]"),
		ROW("no time at all", FACILITATOR, time, 0, 0, "[0]", none, "[4098, [1, 1], 4099, [1, 1], 4097, [2, 1], 2, [*, 0, *, 0]]"),
		ROW("it is gone", FACILITATOR, pause, 0, 0, "[10000]", wrong_phase, NULL),
		ROW("time, and still", FACILITATOR, time, 0, 0, "[20000]", none, "[4098, [1, 1], 4099, [1, 1], 4097, [2, 1], 2, [*, 20000, *, 0]]"),
		ROW("a question opens without a time, and none has one", FACILITATOR, open, 2, 0, "[0]", none, "[4099, [1, 1], 4097, [2, 1], 4098, [2, 1], 2, [*, 0, *, 0]]"),
		ROW("so there is nothing to stop", FACILITATOR, pause, 0, 0, "[10000]", wrong_phase, NULL),
	};
	struct script s;
	(void)state;
	begin(&s);
	TOLD(&s, rows, SECTION_scope, 0, ADA);
	script_finish(&s);
}

/* A room beside the session: each has its own time, and each its own pause. */
static void test_a_room_pauses_alone(void **state)
{
	struct script s;
	(void)state;
	begin(&s);
	assert_int_equal(DO(&s, FACILITATOR, open, .a = 1, .form = "[60000]"), FAULT_none);
	assert_int_equal(DO(&s, FACILITATOR, time, .b = ROOM_1, .form = "[90000]"), FAULT_none);
	assert_int_equal(DO(&s, FACILITATOR, pause, .b = ROOM_1, .form = "[80000]"), FAULT_none);
	assert_true(waits_for(s.session, SCOPE_SESSION, 1));
	assert_false(waits_for(s.session, ROOM_1, 2)); /* nobody watches what stands still */
	sees(&s, ADA, SECTION_scope, ROOM_1, 0, "[4097, [2, 1], 2, [2, 80000, *, 1]]");
	assert_int_equal(script_due(&s, SCOPE_SESSION), FAULT_none); /* the others' end, and their grace */
	assert_int_equal(script_due(&s, SCOPE_SESSION), FAULT_none);
	assert_int_equal(script_ballot(&s, BO, 1, "[1, 1]"), FAULT_closed);
	assert_int_equal(script_ballot(&s, ADA, 1, "[1, 1]"), FAULT_none);
	sees(&s, ADA, SECTION_scope, ROOM_1, 0, "[4097, [2, 1], 2, [2, 80000, *, 1]]");
	assert_int_equal(DO(&s, FACILITATOR, time, .b = ROOM_1, .form = "[80000]"), FAULT_none);
	assert_true(waits_for(s.session, ROOM_1, 3));
	assert_int_equal(DO(&s, THE_HOUSE, due, .b = ROOM_1, .form = "[1]"), FAULT_stale);
	assert_int_equal(DO(&s, THE_HOUSE, due, .b = ROOM_1, .form = "[2]"), FAULT_stale);
	assert_int_equal(script_due(&s, ROOM_1), FAULT_none);
	assert_int_equal(script_due(&s, ROOM_1), FAULT_none);
	assert_int_equal(script_ballot(&s, ADA, 1, "[2, 1]"), FAULT_closed);
	same(&s);
	script_finish(&s);
}

/* What ends a pause besides `time`; and what is left behind: no time, no end to come, nothing that says it stands still. */
static void test_what_ends_a_pause(void **state)
{
	static const struct {
		const char *what;
		struct wish wish;
		bool runs; /* a time is watched afterwards: of the grace, or anew */
	} cases[] = {
		{ "it goes on", { FACILITATOR, COMMAND_time, 0, 0, "[30000]", NULL }, true },
		{ "it is opened anew in another question, with its time", { FACILITATOR, COMMAND_open, 2, 0, "[20000]", NULL }, true },
		{ "in another without", { FACILITATOR, COMMAND_open, 2, 0, "[0]", NULL }, false },
		{ "closed at once", { FACILITATOR, COMMAND_close, 1, 0, "[1]", NULL }, false },
		{ "closed with its grace", { FACILITATOR, COMMAND_close, 1, 0, "[0]", NULL }, true },
		{ "the end of the session", { FACILITATOR, COMMAND_end, 0, 0, NULL, NULL }, false },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct script s;
		struct wait wait;
		unsigned cursor = 0;
		begin(&s);
		assert_int_equal(DO(&s, FACILITATOR, open, .a = 1, .form = "[60000]"), FAULT_none);
		assert_int_equal(DO(&s, FACILITATOR, pause, .form = "[45000]"), FAULT_none);
		assert_false(session_waits(s.session, &cursor, &wait));
		if (script_take(&s, &cases[i].wish) != FAULT_none)
			fail_msg("%s: refused", cases[i].what);
		if (s.session->place.still_ms)
			fail_msg("%s: it stands still", cases[i].what);
		cursor = 0;
		if (session_waits(s.session, &cursor, &wait) != cases[i].runs)
			fail_msg("%s: a time is %s", cases[i].what, cases[i].runs ? "not watched" : "watched");
		assert_int_equal(DO(&s, THE_HOUSE, due, .form = "[1]"), FAULT_stale);
		same(&s);
		script_finish(&s);
	}
}

/* One question closing in its grace while the others' time stands still: the grace goes on by itself. */
static void test_a_grace_runs_on_beside_a_pause(void **state)
{
	struct script s;
	(void)state;
	begin(&s);
	assert_int_equal(DO(&s, FACILITATOR, open, .a = 1, .form = "[0]"), FAULT_none);
	assert_int_equal(DO(&s, FACILITATOR, open, .a = 2, .form = "[60000]"), FAULT_none);
	assert_int_equal(DO(&s, FACILITATOR, close, .a = 2, .form = "[0]"), FAULT_none);
	assert_int_equal(DO(&s, FACILITATOR, pause, .form = "[45000]"), FAULT_none); /* the time of what is open still */
	assert_int_equal(script_due(&s, SCOPE_SESSION), FAULT_none);                    /* the grace's */
	assert_int_equal(phase_in(s.session, 2, SCOPE_SESSION, NULL), PHASE_CLOSED);
	assert_int_equal(phase_in(s.session, 1, SCOPE_SESSION, NULL), PHASE_OPEN);
	sees(&s, ADA, SECTION_scope, 0, 0, "[4099, [1, 1], 4097, [2, 1], 4098, [8, 1], 2, [*, 45000, *, 1]]");
	assert_int_equal(script_due(&s, SCOPE_SESSION), FAULT_stale); /* nothing more is watched */
	same(&s);
	script_finish(&s);
}

/* ---- the course of the session ---- */

static void at(struct script *s, uint64_t second)
{
	s->now_ms = 1000000 + 1000 * second - 1000; /* the next entry's, which is a second later */
}

/* How long the session stood at its steps adds up to the time between the moves; the clock of the log may step back. */
static void test_course(void **state)
{
	static const struct {
		uint64_t second;
		struct wish wish;
		const char *after;
	} rows[] = {
		{ 100, { FACILITATOR, COMMAND_go, 1, 0, NULL, NULL }, "[1, [1100000, 1100000, 0]]" },
		{ 160, { FACILITATOR, COMMAND_go, 1, 0, NULL, NULL }, NULL }, /* where it stands: nothing */
		{ 170, { FACILITATOR, COMMAND_go, 2, ROOM_1, NULL, NULL }, NULL }, /* a room's step is the room's */
		{ 220, { FACILITATOR, COMMAND_go, 2, 0, NULL, NULL }, "[1, [1100000, 1220000, 120000], 2, [1220000, 1220000, 0]]" },
		{ 230, { FACILITATOR, COMMAND_go, 3, 0, NULL, NULL }, "[1, [1100000, 1220000, 120000], 2, [1220000, 1230000, 10000], 3, [1230000, 1230000, 0]]" },
		{ 250, { FACILITATOR, COMMAND_go, 1, 0, NULL, NULL }, "[2, [1220000, 1230000, 10000], 3, [1230000, 1250000, 20000], 1, [1100000, 1250000, 120000]]" },
		{ 260, { FACILITATOR, COMMAND_step_put, 1, 0, "[1, 45, 0, 0, 0, []]", "[[\"\", \"other words\", \"\"]]" }, NULL }, /* edited: it keeps its time */
		{ 240, { FACILITATOR, COMMAND_go, 0, 0, NULL, NULL }, "[2, [1220000, 1230000, 10000], 3, [1230000, 1250000, 20000], 1, [1100000, 1240000, 120000]]" },
		{ 300, { FACILITATOR, COMMAND_go, 2, 0, NULL, NULL }, "[3, [1230000, 1250000, 20000], 1, [1100000, 1240000, 120000], 2, [1220000, 1300000, 10000]]" },
		{ 330, { FACILITATOR, COMMAND_end, 0, 0, NULL, NULL }, "[3, [1230000, 1250000, 20000], 1, [1100000, 1240000, 120000], 2, [1220000, 1330000, 40000]]" },
	};
	struct script s;
	const char *seen = "";
	(void)state;
	begin(&s);
	assert_int_equal(DO(&s, FACILITATOR, step_put, .a = 2, .form = "[2, 5, 0, 0, 0, []]", .text = "[[\"\", \"second\", \"\"]]"), FAULT_none);
	assert_int_equal(DO(&s, FACILITATOR, step_put, .a = 3, .form = "[3, 5, 0, 0, 0, []]", .text = "[[\"\", \"third\", \"\"]]"), FAULT_none);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		at(&s, rows[i].second);
		assert_int_equal(script_take(&s, &rows[i].wish), FAULT_none);
		seen = rows[i].after ? rows[i].after : seen;
		print_message("second %u\n", (unsigned)rows[i].second);
		sees(&s, FACILITATOR, SECTION_course, 0, 0, seen);
		sees(&s, SCREEN, SECTION_course, 0, 0, seen);
		sees(&s, ADA, SECTION_course, 0, 0, NULL);
	}
	same(&s);
	script_finish(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_leading), cmocka_unit_test(test_pages), cmocka_unit_test(test_agreeing), cmocka_unit_test(test_each_question_has_its_own),
		cmocka_unit_test(test_hands), cmocka_unit_test(test_an_empty_room), cmocka_unit_test(test_pauses), cmocka_unit_test(test_a_room_pauses_alone), cmocka_unit_test(test_what_ends_a_pause),
		cmocka_unit_test(test_a_grace_runs_on_beside_a_pause), cmocka_unit_test(test_course),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
