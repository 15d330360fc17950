/* SPDX-License-Identifier: EUPL-1.2 */
/* Scopes: session and room, phases and deadlines in them, and what closing or revealing the one means for the other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/check.h"
#include "core/state.h"
#include "lib/script.h"

enum { ROOM_1 = SCOPE_ROOM | 1, ROOM_2 = SCOPE_ROOM | 2 };
#define FINE(...) assert_int_equal(DO(__VA_ARGS__), FAULT_none)
#define REFUSED(fault, ...) assert_int_equal(DO(__VA_ARGS__), FAULT_##fault)
#define PHASES(all, one, two)                                                                   \
	do {                                                                                    \
		assert_int_equal(phase_in(s.session, 1, SCOPE_SESSION, NULL), PHASE_##all);     \
		assert_int_equal(phase_in(s.session, 1, ROOM_1, NULL), PHASE_##one);            \
		assert_int_equal(phase_in(s.session, 1, ROOM_2, NULL), PHASE_##two);            \
	} while (0)

static void begin(struct script *s)
{
	script_begin(s, 3);
	script_people(s, 4);
	script_activity(s, &(struct question){ "dots", "[5, 3]", 1, 3, false });
	script_rooms(s, 2); /* 1 3 and 2 4 */
}

static void test_nearest_speaks(void **state)
{
	struct script s;
	(void)state;
	begin(&s);
	PHASES(READY, READY, READY);
	FINE(&s, FACILITATOR, open, .a = 1, .form = "[60000]");
	PHASES(OPEN, OPEN, OPEN);
	FINE(&s, FACILITATOR, close, .a = 1, .b = ROOM_1, .form = "[1]");
	PHASES(OPEN, CLOSED, OPEN);
	assert_int_equal(script_ballot(&s, 1, 1, "[1, 1]"), FAULT_closed);
	assert_int_equal(script_ballot(&s, 2, 1, "[1, 1]"), FAULT_none);
	REFUSED(wrong_phase, &s, FACILITATOR, reveal, .a = 1); /* a total is revealed when all are closed */
	FINE(&s, FACILITATOR, reveal, .a = 1, .b = ROOM_1);
	PHASES(OPEN, REVEALED, OPEN);
	/* The grace of all gives no time to a room that is closed, let alone shown. */
	FINE(&s, FACILITATOR, close, .a = 1, .form = "[0]");
	PHASES(CLOSING, REVEALED, CLOSING);
	assert_int_equal(script_ballot(&s, 3, 1, "[1, 1]"), FAULT_closed);
	assert_int_equal(script_ballot(&s, 4, 1, "[1, 1]"), FAULT_none);
	FINE(&s, FACILITATOR, hold, .a = 1);
	PHASES(OPEN, REVEALED, OPEN);
	FINE(&s, FACILITATOR, close, .a = 1, .form = "[1]");
	PHASES(CLOSED, REVEALED, CLOSED); /* the wider overwrites, but takes from no room the result that it discusses */
	FINE(&s, FACILITATOR, reveal, .a = 1);
	FINE(&s, FACILITATOR, hide, .a = 1);
	PHASES(CLOSED, CLOSED, CLOSED); /* hidden is hidden everywhere */
	script_finish(&s);
}

static void test_nothing_is_taken_where_a_result_is_shown(void **state)
{
	struct script s;
	(void)state;
	begin(&s);
	FINE(&s, FACILITATOR, open, .a = 1, .b = ROOM_1, .form = "[0]");
	PHASES(READY, OPEN, READY);
	FINE(&s, FACILITATOR, look, .a = 1); /* something runs */
	FINE(&s, FACILITATOR, extra, .a = 1, .b = 1, .form = "[60000]");
	FINE(&s, FACILITATOR, close, .a = 1, .b = ROOM_1, .form = "[1]");
	REFUSED(wrong_phase, &s, FACILITATOR, reveal, .a = 1, .b = ROOM_1); /* somebody in it still has time */
	FINE(&s, THE_HOUSE, extra_due, .a = 1, .b = 1, .form = "[1]");
	FINE(&s, FACILITATOR, reveal, .a = 1, .b = ROOM_1);
	REFUSED(wrong_phase, &s, FACILITATOR, open, .a = 1, .form = "[0]");
	REFUSED(wrong_phase, &s, FACILITATOR, extra, .a = 1, .b = 1, .form = "[1000]");
	FINE(&s, FACILITATOR, open, .a = 1, .b = ROOM_2, .form = "[0]");
	FINE(&s, FACILITATOR, close, .a = 1, .b = ROOM_2, .form = "[1]");
	FINE(&s, FACILITATOR, reveal, .a = 1);
	PHASES(REVEALED, REVEALED, REVEALED);
	FINE(&s, FACILITATOR, hide, .a = 1, .b = ROOM_1);
	PHASES(REVEALED, CLOSED, REVEALED);
	REFUSED(wrong_phase, &s, FACILITATOR, open, .a = 1, .b = ROOM_1, .form = "[0]"); /* the total shows its ballots */
	REFUSED(wrong_phase, &s, FACILITATOR, extra, .a = 1, .b = 1, .form = "[1000]");
	FINE(&s, FACILITATOR, hide, .a = 1);
	FINE(&s, FACILITATOR, open, .a = 1, .b = ROOM_1, .form = "[0]");
	script_finish(&s);
}

/* A ballot counts where it was first cast, and is judged there. */
static void test_a_ballot_stays_in_its_room(void **state)
{
	struct script s;
	(void)state;
	begin(&s);
	FINE(&s, FACILITATOR, open, .a = 1, .form = "[0]");
	assert_int_equal(script_ballot(&s, 1, 1, "[1, 1]"), FAULT_none);
	FINE(&s, FACILITATOR, close, .a = 1, .b = ROOM_1, .form = "[1]");
	FINE(&s, FACILITATOR, reveal, .a = 1, .b = ROOM_1);
	FINE(&s, FACILITATOR, move, .form = "[1, 2, 3, 2]");
	assert_int_equal(script_ballot(&s, 1, 1, "[2, 1]"), FAULT_closed); /* it would change what room 1 has been shown */
	assert_int_equal(script_ballot(&s, 3, 1, "[2, 1]"), FAULT_none);   /* had none yet */
	FINE(&s, FACILITATOR, move, .form = "[3, 1]");
	assert_int_equal(script_ballot(&s, 3, 1, "[2, 2]"), FAULT_none);   /* room 2 is open still */
	struct pack result;
	pack_init(&result);
	result_pack(s.session, 1, 1, 2, &result);
	assert_int_equal(result.at[1], 1);
	pack_clear(&result);
	result_pack(s.session, 1, 1, 1, &result);
	assert_int_equal(result.at[1], 1);
	pack_finish(&result);
	script_finish(&s);
}

static void test_deadlines(void **state)
{
	struct script s;
	(void)state;
	begin(&s);
	FINE(&s, FACILITATOR, open, .a = 1, .form = "[60000]");
	REFUSED(stale, &s, THE_HOUSE, due, .form = "[2]");
	FINE(&s, FACILITATOR, time, .form = "[90000]");
	REFUSED(stale, &s, THE_HOUSE, due, .form = "[1]"); /* a duration sets it anew */
	FINE(&s, FACILITATOR, time, .b = ROOM_1, .form = "[300000]");
	FINE(&s, THE_HOUSE, due, .form = "[2]");
	PHASES(CLOSING, OPEN, CLOSING); /* a room with its own time goes on */
	REFUSED(stale, &s, THE_HOUSE, due, .form = "[2]"); /* a double one harms nobody */
	FINE(&s, THE_HOUSE, due, .form = "[3]");
	PHASES(CLOSED, OPEN, CLOSED);
	assert_int_equal(script_ballot(&s, 1, 1, "[1, 1]"), FAULT_none);
	assert_int_equal(script_ballot(&s, 2, 1, "[1, 1]"), FAULT_closed);
	FINE(&s, FACILITATOR, extra, .a = 1, .b = 2, .form = "[60000]");
	assert_int_equal(script_ballot(&s, 2, 1, "[1, 1]"), FAULT_none);
	assert_int_equal(script_ballot(&s, 4, 1, "[1, 1]"), FAULT_closed);
	FINE(&s, THE_HOUSE, due, .b = ROOM_1, .form = "[1]");
	FINE(&s, FACILITATOR, hold, .a = 1, .b = ROOM_1);
	PHASES(CLOSED, OPEN, CLOSED);
	FINE(&s, FACILITATOR, end);
	PHASES(CLOSED, CLOSED, CLOSED);
	assert_int_equal(script_ballot(&s, 2, 1, "[2, 1]"), FAULT_over);
	unsigned cursor = 0;
	struct wait wait;
	assert_false(session_waits(s.session, &cursor, &wait)); /* nothing runs on */
	script_finish(&s);
}

static void test_more_time_in_the_grace(void **state)
{
	struct script s;
	(void)state;
	begin(&s);
	FINE(&s, FACILITATOR, open, .a = 1, .form = "[60000]");
	FINE(&s, FACILITATOR, close, .a = 1, .form = "[0]");
	FINE(&s, FACILITATOR, time, .form = "[60000]");
	PHASES(OPEN, OPEN, OPEN);
	script_finish(&s);
}

static void test_rounds(void **state)
{
	struct script s;
	(void)state;
	begin(&s);
	FINE(&s, FACILITATOR, open, .a = 1, .form = "[0]");
	assert_int_equal(script_ballot(&s, 1, 1, "[1, 1]"), FAULT_none);
	FINE(&s, FACILITATOR, close, .a = 1, .form = "[1]");
	REFUSED(no_room, &s, FACILITATOR, ask, .a = 1, .b = ROOM_1);
	FINE(&s, FACILITATOR, ask, .a = 1);
	PHASES(READY, READY, READY);
	REFUSED(wrong_phase, &s, FACILITATOR, ask, .a = 1);
	FINE(&s, FACILITATOR, open, .a = 1, .form = "[0]");
	REFUSED(stale, &s, 1, ballot, .a = 1, .form = "[1, 0, <<[1, 1]>>]"); /* for the round before */
	REFUSED(stale, &s, 1, ballot, .a = 1, .form = "[3, 0, <<[1, 1]>>]");
	assert_int_equal(session_ballots(s.session, 1), 0);
	REFUSED(fixed, &s, FACILITATOR, activity_put, .a = 1, .form = "[1, \"dots\", 1, 0, <<[5, 2]>>, \"\"]");
	FINE(&s, FACILITATOR, activity_put, .a = 1, .form = "[1, \"dots\", 1, 0, <<[5, 3]>>, \"\"]", .text = "[[\"\", \"better words\", \"\"]]");
	script_finish(&s);
}

/* A room votes as one: whoever is in it puts its ballot. */
static void test_rooms_vote(void **state)
{
	struct script s;
	(void)state;
	begin(&s);
	script_activity(&s, &(struct question){ "dots", "[3, 1]", 2, 4, false });
	FINE(&s, FACILITATOR, open, .a = 2, .form = "[0]");
	assert_int_equal(script_ballot(&s, 1, 2, "[1, 1]"), FAULT_none);
	assert_int_equal(script_ballot(&s, 3, 2, "[2, 1]"), FAULT_none);
	assert_int_equal(session_ballots(s.session, 2), 1);
	assert_true(session_has_ballot(s.session, 2, 1));
	assert_false(session_has_ballot(s.session, 2, 2));
	FINE(&s, FACILITATOR, move, .form = "[1, 2]");
	assert_int_equal(script_ballot(&s, 1, 2, "[3, 1]"), FAULT_none); /* now for room 2 */
	assert_int_equal(session_ballots(s.session, 2), 2);
	FINE(&s, FACILITATOR, move, .form = "[1, 0]");
	assert_int_equal(script_ballot(&s, 1, 2, "[3, 1]"), FAULT_no_room);
	REFUSED(bad_config, &s, FACILITATOR, activity_put, .a = 3, .form = "[1, \"dots\", 2, 1, <<[3, 1]>>, \"\"]"); /* no secret of a room */
	script_finish(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nearest_speaks), cmocka_unit_test(test_nothing_is_taken_where_a_result_is_shown), cmocka_unit_test(test_a_ballot_stays_in_its_room),
		cmocka_unit_test(test_deadlines), cmocka_unit_test(test_more_time_in_the_grace), cmocka_unit_test(test_rounds), cmocka_unit_test(test_rooms_vote),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
