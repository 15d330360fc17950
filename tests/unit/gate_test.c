/* SPDX-License-Identifier: EUPL-1.2 */
/* The gate of a rating (protocol 4.16): the house has seen that all who are present in a room have answered, and the discussion opens there, once a round, and for nobody too
 * soon. And of a secret rating what is told outside the room (5.10, 5.15). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "core/state.h"
#include "lib/sees.h"

enum { ROOM_1 = SCOPE_ROOM | 1, ROOM_2 = SCOPE_ROOM | 2 };
#define FINE(...) assert_int_equal(DO(__VA_ARGS__), FAULT_none)
#define REFUSED(fault, ...) assert_int_equal(DO(__VA_ARGS__), FAULT_##fault)
#define PHASES(all, one, two)                                                                   \
	do {                                                                                    \
		assert_int_equal(phase_in(s.session, 1, SCOPE_SESSION, NULL), PHASE_##all);     \
		assert_int_equal(phase_in(s.session, 1, ROOM_1, NULL), PHASE_##one);            \
		assert_int_equal(phase_in(s.session, 1, ROOM_2, NULL), PHASE_##two);            \
	} while (0)

static void begin(struct script *s, unsigned people, bool secret)
{
	script_begin(s, 3);
	script_people(s, people);
	script_activity(s, &(struct question){ "rating", "[1]", 1, 2, secret });
	script_rooms(s, 2);
}

static void end(struct script *s)
{
	same(s);
	script_finish(s);
}

/* Does the house wait for this room? */
static bool waits(const struct script *s, uint32_t room, struct gate *out)
{
	unsigned cursor = 0;
	while (session_gate(s->session, &cursor, out))
		if (out->activity == 1 && out->room == room)
			return true;
	return false;
}

static enum fault placed(struct script *s, uint32_t room, uint32_t round, uint64_t since)
{
	char form[64];
	snprintf(form, sizeof form, "[%u, %llu]", round, (unsigned long long)since);
	return DO(s, THE_HOUSE, placed, .a = 1, .b = SCOPE_ROOM | room, .form = form);
}

/* As the house does it: what it waits for, has come. */
static void comes(struct script *s, uint32_t room)
{
	struct gate gate;
	assert_true(waits(s, room, &gate));
	assert_int_equal(placed(s, room, gate.round, gate.since), FAULT_none);
	assert_false(waits(s, room, &gate));
}

static void comes_not(struct script *s, uint32_t room)
{
	struct gate gate;
	uint64_t since;
	assert_false(waits(s, room, &gate));
	phase_in(s->session, 1, SCOPE_ROOM | room, &since);
	assert_int_equal(placed(s, room, s->session->activities[0].round, since), FAULT_stale);
}

static void test_opens(void **state)
{
	struct script s;
	struct gate gate;
	(void)state;
	begin(&s, 4, false); /* 1 3 and 2 4 */
	assert_false(waits(&s, 1, &gate));
	FINE(&s, FACILITATOR, open, .a = 1, .form = "[0]");
	uint64_t opened = s.count;
	assert_true(waits(&s, 1, &gate) && gate.since == opened && gate.round == 1 && !gate.secret);
	script_ballot(&s, 1, 1, "[1, 11]");
	script_ballot(&s, 3, 1, "[1, 501]");
	sees(&s, 1, SECTION_result, 1, 1, NULL);
	assert_int_equal(placed(&s, 1, 2, opened), FAULT_stale);
	assert_int_equal(placed(&s, 1, 1, opened - 1), FAULT_stale);
	assert_int_equal(placed(&s, 9, 1, opened), FAULT_no_room);
	REFUSED(malformed, &s, THE_HOUSE, placed, .a = 1, .form = "[1, 1]"); /* a room's, not everybody's */
	REFUSED(not_allowed, &s, FACILITATOR, placed, .a = 1, .b = ROOM_1, .form = "[1, 1]");
	comes(&s, 1);
	PHASES(OPEN, REVEALED, OPEN);
	const char *result = "[1, [2, 2, 0, <<[2, 255, 255, 10, 500, 1, 10, 1, 500, 1]>>, h'', 0]]";
	sees(&s, 1, SECTION_result, 1, 1, result);
	sees(&s, SCREEN, SECTION_result, 1, 1, result);
	sees(&s, 2, SECTION_result, 1, 1, NULL);
	sees(&s, 1, SECTION_result, 1, 0, NULL);
	sees(&s, SCREEN, SECTION_result, 1, 0, NULL);
	assert_int_equal(placed(&s, 1, 1, opened), FAULT_wrong_phase); /* seen twice, it harms nobody */
	assert_int_equal(script_ballot(&s, 3, 1, "[1, 7]"), FAULT_closed);
	assert_int_equal(script_ballot(&s, 2, 1, "[1, 7]"), FAULT_none);
	/* All rooms discuss, and the session is open still: who comes into no room yet may answer. */
	comes(&s, 2);
	PHASES(OPEN, REVEALED, REVEALED);
	REFUSED(wrong_phase, &s, FACILITATOR, reveal, .a = 1);
	REFUSED(wrong_phase, &s, FACILITATOR, ask, .a = 1);
	FINE(&s, FACILITATOR, close, .a = 1, .form = "[1]");
	FINE(&s, FACILITATOR, reveal, .a = 1);
	sees(&s, 4, SECTION_result, 1, 0, "[1, [3, 3, 0, <<[3, 172, 10, 6, 500, 1, 6, 1, 10, 1, 500, 1]>>, h'', 0]]");
	/* A question without a gate has none. */
	script_activity(&s, &(struct question){ "rating", "[0]", 1, 2, false });
	FINE(&s, FACILITATOR, open, .a = 2, .form = "[0]");
	assert_false(waits(&s, 2, &gate));
	REFUSED(malformed, &s, THE_HOUSE, placed, .a = 2, .b = ROOM_1, .form = "[1, 1]");
	end(&s);
}

static enum fault sheet(struct script *s, uint8_t name, uint32_t room, const char *place)
{
	char form[128];
	snprintf(form, sizeof form, "[1, h'%02x000000000000000000000000000000', 1, <<%s>>]", name, place);
	struct pack in, out;
	pack_init(&in);
	pack_init(&out);
	CHECK(notation_pack(form, &in) && session_proxy_form(s->session, 1, pack_bytes(&in), slice_of(NULL, 0), &out));
	uint32_t number = (uint32_t)map_get(&s->numbers, FACILITATOR) + 1;
	map_set(&s->numbers, FACILITATOR, number);
	struct entry entry = { .name = { FACILITATOR, 9001, number }, .command = COMMAND_proxy, .subject = { 1, room }, .form = pack_bytes(&out), .salted = ENTRY_FORM };
	enum fault fault = script_entry(s, &entry);
	pack_finish(&in);
	pack_finish(&out);
	return fault;
}

/* Who answers on paper is present: the discussion waits for each sheet that was announced, in the room that announced it. */
static void test_paper_is_waited_for(void **state)
{
	for (int secret = 0; secret <= 1; secret++) {
		struct script s;
		struct gate gate;
		(void)state;
		begin(&s, 4, secret); /* 1 3 and 2 4 */
		FINE(&s, FACILITATOR, papers, .a = 1, .b = 1, .form = "[2]");
		FINE(&s, FACILITATOR, open, .a = 1, .form = "[0]");
		uint64_t opened = s.count;
		for (uint32_t m = 1; m <= 4; m++)
			assert_int_equal(secret ? script_secret(&s, m, 1, "[1, 11]") : script_ballot(&s, m, 1, "[1, 11]"), FAULT_none);
		assert_false(waits(&s, 1, &gate));
		assert_true(waits(&s, 2, &gate)); /* it has announced none */
		if (!secret)
			assert_int_equal(placed(&s, 1, 1, opened), FAULT_stale); /* proposed before it was announced */
		assert_int_equal(sheet(&s, 7, 1, "[1, 501]"), FAULT_none);
		assert_false(waits(&s, 1, &gate));
		assert_int_equal(sheet(&s, 7, 1, "[1, 502]"), FAULT_none); /* corrected: the same sheet */
		assert_false(waits(&s, 1, &gate));
		FINE(&s, FACILITATOR, papers, .a = 1, .b = 1, .form = "[1]"); /* one fewer than was thought */
		assert_true(waits(&s, 1, &gate));
		FINE(&s, FACILITATOR, papers, .a = 1, .b = 1, .form = "[2]");
		assert_false(waits(&s, 1, &gate));
		assert_int_equal(sheet(&s, 8, 1, "[1, 501]"), FAULT_none);
		comes(&s, 1);
		FINE(&s, FACILITATOR, papers, .a = 1, .b = 2, .form = "[1]"); /* announced in the other after it had answered */
		assert_false(waits(&s, 2, &gate));
		FINE(&s, FACILITATOR, papers, .a = 1, .b = 2, .form = "[0]");
		comes(&s, 2);
		if (secret)
			script_finish(&s); /* sealed away or not, papers_test */
		else
			end(&s);
	}
}

/* Nobody's extra time is cut short. */
static void test_extra_time_waits(void **state)
{
	struct script s;
	struct gate gate;
	(void)state;
	begin(&s, 4, false);
	FINE(&s, FACILITATOR, open, .a = 1, .form = "[0]");
	FINE(&s, FACILITATOR, extra, .a = 1, .b = 3, .form = "[600000]");
	script_ballot(&s, 1, 1, "[1, 5]");
	comes_not(&s, 1);
	assert_true(waits(&s, 2, &gate)); /* the other room goes on */
	assert_int_equal(script_ballot(&s, 3, 1, "[1, 7]"), FAULT_none);
	comes_not(&s, 1); /* answered, and still free to change it */
	FINE(&s, FACILITATOR, move, .form = "[3, 2]");
	assert_true(waits(&s, 1, &gate));
	comes_not(&s, 2);
	FINE(&s, FACILITATOR, move, .form = "[3, 1]");
	comes_not(&s, 1);
	FINE(&s, THE_HOUSE, extra_due, .a = 1, .b = 3, .form = "[1]");
	comes(&s, 1);
	PHASES(OPEN, REVEALED, OPEN);
	FINE(&s, FACILITATOR, extra, .a = 1, .b = 2, .form = "[600000]");
	comes_not(&s, 2);
	FINE(&s, FACILITATOR, extra, .a = 1, .b = 2, .form = "[0]"); /* taken back */
	comes(&s, 2);
	end(&s);
}

static void test_emptied_rooms(void **state)
{
	struct script s;
	struct gate gate;
	(void)state;
	begin(&s, 4, false);
	FINE(&s, FACILITATOR, open, .a = 1, .form = "[0]");
	uint64_t opened = s.count;
	FINE(&s, FACILITATOR, move, .form = "[1, 2, 3, 0]");
	assert_false(waits(&s, 1, &gate)); /* nobody has answered in a room of nobody */
	assert_true(waits(&s, 2, &gate));
	FINE(&s, FACILITATOR, rooms, .form = "[[1, 1, 3], [2, 2, 4]]");
	assert_true(waits(&s, 1, &gate) && gate.since == opened);
	comes(&s, 1);
	/* Who comes into a room that discusses has come to the discussion; a ballot counts where it was first cast. */
	assert_int_equal(script_ballot(&s, 2, 1, "[1, 9]"), FAULT_none);
	FINE(&s, FACILITATOR, move, .form = "[2, 1, 4, 1]");
	assert_int_equal(script_ballot(&s, 2, 1, "[1, 10]"), FAULT_none);
	assert_int_equal(script_ballot(&s, 4, 1, "[1, 10]"), FAULT_closed);
	sees(&s, 2, SECTION_result, 1, 1, ""); /* nobody has answered here */
	end(&s);
}

/* Once a round in each room; and what the house has seen of an earlier phase or round says nothing of this one. */
static void test_once_a_round(void **state)
{
	struct script s;
	struct gate gate;
	(void)state;
	begin(&s, 4, false);
	FINE(&s, FACILITATOR, open, .a = 1, .b = ROOM_1, .form = "[0]");
	uint64_t first = s.count;
	assert_false(waits(&s, 2, &gate));
	FINE(&s, FACILITATOR, close, .a = 1, .b = ROOM_1, .form = "[1]");
	FINE(&s, FACILITATOR, open, .a = 1, .b = ROOM_1, .form = "[0]");
	assert_int_equal(placed(&s, 1, 1, first), FAULT_stale); /* of the phase before */
	assert_true(waits(&s, 1, &gate) && gate.since == s.count - 1);
	script_ballot(&s, 1, 1, "[1, 5]");
	comes(&s, 1);
	FINE(&s, FACILITATOR, hide, .a = 1, .b = ROOM_1);
	PHASES(READY, CLOSED, READY);
	sees(&s, 1, SECTION_result, 1, 1, NULL);
	FINE(&s, FACILITATOR, open, .a = 1, .b = ROOM_1, .form = "[0]");
	assert_int_equal(script_ballot(&s, 3, 1, "[1, 9]"), FAULT_none);
	comes_not(&s, 1); /* opened again by hand, it is closed by hand */
	PHASES(READY, OPEN, READY);
	FINE(&s, FACILITATOR, close, .a = 1, .form = "[1]");
	FINE(&s, FACILITATOR, reveal, .a = 1);
	FINE(&s, FACILITATOR, ask, .a = 1);
	PHASES(READY, READY, READY);
	sees(&s, 1, SECTION_result, 1, 1, NULL);
	assert_false(waits(&s, 1, &gate));
	FINE(&s, FACILITATOR, open, .a = 1, .form = "[0]");
	uint64_t second = s.count;
	assert_int_equal(placed(&s, 1, 1, second), FAULT_stale); /* of the round before */
	assert_int_equal(placed(&s, 1, 2, first), FAULT_stale);
	assert_true(waits(&s, 1, &gate) && gate.round == 2 && gate.since == second);
	comes(&s, 1);
	comes(&s, 2);
	PHASES(OPEN, REVEALED, REVEALED);
	end(&s);
}

/* A room that discusses goes on discussing whatever becomes of the others' time. */
static void test_time_of_the_others(void **state)
{
	struct script s;
	(void)state;
	begin(&s, 4, false);
	FINE(&s, FACILITATOR, open, .a = 1, .form = "[60000]");
	script_ballot(&s, 1, 1, "[1, 5]");
	comes(&s, 1);
	FINE(&s, FACILITATOR, time, .form = "[90000]");
	PHASES(OPEN, REVEALED, OPEN);
	assert_int_equal(script_due(&s, SCOPE_SESSION), FAULT_none);
	PHASES(CLOSING, REVEALED, CLOSING);
	FINE(&s, FACILITATOR, time, .form = "[90000]");
	PHASES(OPEN, REVEALED, OPEN);
	FINE(&s, FACILITATOR, close, .a = 1, .form = "[0]");
	PHASES(CLOSING, REVEALED, CLOSING);
	FINE(&s, FACILITATOR, hold, .a = 1);
	PHASES(OPEN, REVEALED, OPEN);
	assert_int_equal(script_ballot(&s, 3, 1, "[1, 5]"), FAULT_closed);
	assert_int_equal(script_ballot(&s, 4, 1, "[1, 5]"), FAULT_none);
	FINE(&s, FACILITATOR, close, .a = 1, .form = "[1]");
	PHASES(CLOSED, REVEALED, CLOSED);
	sees(&s, 1, SECTION_result, 1, 1, "[1, [1, 1, 0, <<[1, 4, 4, 4, 4, 0, 4, 1]>>, h'', 0]]");
	sees(&s, 2, SECTION_result, 1, 2, NULL);
	FINE(&s, FACILITATOR, reveal, .a = 1);
	PHASES(REVEALED, REVEALED, REVEALED);
	end(&s);
}

/* --- secret ratings --- */

static void nobody_sees(const struct script *s, unsigned people)
{
	for (uint32_t who = 1; who <= people + 2; who++) {
		uint32_t actor = who <= people ? who : who == people + 1 ? FACILITATOR : SCREEN;
		for (uint32_t room = 0; room <= 2; room++)
			sees(s, actor, SECTION_result, 1, room, NULL);
		sees(s, actor, SECTION_band, 1, 0, NULL);
	}
}

static void test_secret(void **state)
{
	struct script s;
	(void)state;
	begin(&s, 6, true);
	FINE(&s, FACILITATOR, open, .a = 1, .form = "[0]");
	for (uint32_t m = 1; m <= 6; m++)
		assert_int_equal(script_secret(&s, m, 1, "[1, 101]"), FAULT_none);
	comes(&s, 1);
	PHASES(OPEN, CLOSED, OPEN);
	nobody_sees(&s, 6);
	assert_int_equal(script_secret(&s, 1, 1, "[1, 7]"), FAULT_closed);
	REFUSED(not_sealed, &s, FACILITATOR, reveal, .a = 1, .b = ROOM_1);
	assert_int_equal(script_house_acts(&s), 0);
	comes(&s, 2);
	PHASES(OPEN, CLOSED, CLOSED);
	assert_int_equal(script_house_acts(&s), 0); /* that all rooms discuss closes nothing in the session */
	nobody_sees(&s, 6);
	FINE(&s, FACILITATOR, close, .a = 1, .form = "[1]");
	nobody_sees(&s, 6);
	REFUSED(not_sealed, &s, FACILITATOR, reveal, .a = 1);
	assert_int_equal(script_house_acts(&s), 1);
	PHASES(SEALED, SEALED, SEALED);
	nobody_sees(&s, 6);
	FINE(&s, FACILITATOR, reveal, .a = 1);
	sees(&s, 1, SECTION_result, 1, 1, "[1, [3, 3, 0, <<[3, 100, 100, 100, 100, 0, 100, 3]>>, h'', 0]]");
	end(&s);
}

/* Asked room by room, it is sealed when every room's turn has come. */
static void test_secret_in_single_rooms(void **state)
{
	struct script s;
	struct gate gate;
	(void)state;
	begin(&s, 6, true);
	FINE(&s, FACILITATOR, open, .a = 1, .b = ROOM_1, .form = "[0]");
	for (uint32_t m = 1; m <= 5; m += 2)
		assert_int_equal(script_secret(&s, m, 1, "[1, 101]"), FAULT_none);
	assert_true(waits(&s, 1, &gate) && gate.secret);
	comes(&s, 1);
	PHASES(READY, CLOSED, READY);
	assert_int_equal(script_house_acts(&s), 0);
	FINE(&s, FACILITATOR, open, .a = 1, .b = ROOM_2, .form = "[0]");
	for (uint32_t m = 2; m <= 6; m += 2)
		assert_int_equal(script_secret(&s, m, 1, "[1, 201]"), FAULT_none);
	comes(&s, 2);
	nobody_sees(&s, 6);
	assert_int_equal(script_house_acts(&s), 1);
	FINE(&s, FACILITATOR, reveal, .a = 1);
	sees(&s, 2, SECTION_result, 1, 2, "[1, [3, 3, 0, <<[3, 200, 200, 200, 200, 0, 200, 3]>>, h'', 0]]");
	end(&s);
}

/* Five in room 1, four in room 2: outside, the one's band is told and the other's is not. Single answers stay in the room. */
static void test_band(void **state)
{
	struct script s;
	(void)state;
	begin(&s, 9, true); /* 1 3 5 7 9 and 2 4 6 8 */
	FINE(&s, FACILITATOR, open, .a = 1, .form = "[0]");
	for (uint32_t m = 1; m <= 9; m++) {
		char ballot[16];
		snprintf(ballot, sizeof ballot, "[1, %u]", 100 * m + 1);
		assert_int_equal(script_secret(&s, m, 1, ballot), FAULT_none);
	}
	FINE(&s, FACILITATOR, close, .a = 1, .form = "[1]");
	assert_int_equal(script_house_acts(&s), 1);
	FINE(&s, FACILITATOR, reveal, .a = 1);
	const char *one = "[1, [5, 5, 0, <<[5, 500, 500, 200, 800, 1, 100, 1, 300, 1, 500, 1, 700, 1, 900, 1]>>, h'', 0]]",
		   *two = "[1, [4, 4, 0, <<[4, 500, 500, 300, 700, 1, 200, 1, 400, 1, 600, 1, 800, 1]>>, h'', 0]]",
		   *band = "[1, [1, 5, 5, 0, <<[5, 500, 500, 200, 800, 1]>>], 2, [1, 0, 0, 1, h'']]";
	sees(&s, 1, SECTION_result, 1, 1, one);
	sees(&s, 2, SECTION_result, 1, 2, two);
	sees(&s, 1, SECTION_result, 1, 2, NULL);
	sees(&s, 2, SECTION_result, 1, 1, NULL);
	for (uint32_t room = 1; room <= 2; room++) {
		sees(&s, FACILITATOR, SECTION_result, 1, room, NULL);
		sees(&s, SCREEN, SECTION_result, 1, room, NULL);
	}
	for (uint32_t who = 1; who <= 4; who++)
		sees(&s, who <= 2 ? who : who == 3 ? FACILITATOR : SCREEN, SECTION_band, 1, 0, band);
	FINE(&s, FACILITATOR, move, .form = "[2, 1]");
	sees(&s, 2, SECTION_result, 1, 1, one);
	sees(&s, 2, SECTION_result, 1, 2, NULL);
	FINE(&s, FACILITATOR, hide, .a = 1);
	nobody_sees(&s, 9);
	FINE(&s, FACILITATOR, reveal, .a = 1);
	FINE(&s, FACILITATOR, ask, .a = 1);
	nobody_sees(&s, 9);
	FINE(&s, FACILITATOR, open, .a = 1, .form = "[0]");
	script_secret(&s, 1, 1, "[1, 1]");
	FINE(&s, FACILITATOR, close, .a = 1, .form = "[1]");
	assert_int_equal(script_house_acts(&s), 1);
	FINE(&s, FACILITATOR, reveal, .a = 1);
	sees(&s, 3, SECTION_band, 1, 0, "[1, [2, 0, 0, 1, h''], 2, [2, 0, 0, 1, h'']]"); /* the newest round's; one answer is nobody's business */
	sees(&s, FACILITATOR, SECTION_result, 1, 0, "[1, [9, 9, 0, <<*>>, h'', 0], 2, [1, 1, 1, h'', h'', 0]]");
	end(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_opens), cmocka_unit_test(test_paper_is_waited_for), cmocka_unit_test(test_extra_time_waits), cmocka_unit_test(test_emptied_rooms), cmocka_unit_test(test_once_a_round),
		cmocka_unit_test(test_time_of_the_others), cmocka_unit_test(test_secret), cmocka_unit_test(test_secret_in_single_rooms), cmocka_unit_test(test_band),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
