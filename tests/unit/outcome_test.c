/* SPDX-License-Identifier: EUPL-1.2 */
/* The agenda follows a result (protocol 4.18): the order that a shown result gives, or the facilitator's word over it; and a sealed result is drawn once (5.10). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "core/state.h"
#include "lib/sees.h"

#define FINE(...) assert_int_equal(DO(__VA_ARGS__), FAULT_none)
#define REFUSED(fault, ...) assert_int_equal(DO(__VA_ARGS__), FAULT_##fault)

/* Four items: 1 and 2 of group 7, 3 of group 8, 4 of none. Three people give 1: 5 of two, 2: 5 of one, 3: 2 of one, 4: 3 of two. */
static void begin(struct script *s, bool secret)
{
	script_begin(s, 3);
	script_people(s, 4);
	script_activity(s, &(struct question){ "dots", "[5, 5]", 1, 4, secret });
	FINE(s, FACILITATOR, items_put, .a = 1, .form = "[1, 7, 2, 7, 3, 8, 4, 0]", .text = "[[\"\", \"one\", \"two\", \"three\", \"four\"]]");
	script_rooms(s, 2);
}

static void vote(struct script *s, bool secret)
{
	static const char *const ballots[] = { "[1, 3, 3, 2]", "[1, 2, 4, 2]", "[2, 5]", "[4, 1]" };
	FINE(s, FACILITATOR, open, .a = 1, .form = "[0]");
	for (uint32_t m = 1; m <= 4; m++)
		assert_int_equal(secret ? script_secret(s, m, 1, ballots[m - 1]) : script_ballot(s, m, 1, ballots[m - 1]), FAULT_none);
	FINE(s, FACILITATOR, close, .a = 1, .form = "[1]");
	assert_int_equal(script_house_acts(s), secret);
	FINE(s, FACILITATOR, reveal, .a = 1);
}

static void end(struct script *s)
{
	same(s);
	script_finish(s);
}

#define ORDER "[1, 5, 2, 2, 5, 1, 4, 3, 2, 3, 2, 1]"

static void test_every_refusal(void **state)
{
	static const struct {
		const char *what, *form;
		enum fault fault;
	} rows[] = {
		{ "no rows", "[1, 0, 0, []]", FAULT_malformed },
		{ "a row cut short", "[1, 0, 0, [1, 5, 2, 2, 5]]", FAULT_malformed },
		{ "by something else", "[1, 2, 0, " ORDER "]", FAULT_malformed },
		{ "neither override nor not", "[1, 0, 2, " ORDER "]", FAULT_malformed },
		{ "too little", "[1, 0, 0]", FAULT_malformed },
		{ "too much", "[1, 0, 0, " ORDER ", 0]", FAULT_malformed },
		{ "a round that is none", "[0, 0, 0, " ORDER "]", FAULT_stale },
		{ "a round to come", "[2, 0, 0, " ORDER "]", FAULT_stale },
		{ "an item less", "[1, 0, 0, [1, 5, 2, 2, 5, 1, 4, 3, 2]]", FAULT_not_the_outcome },
		{ "an item more", "[1, 0, 0, [1, 5, 2, 2, 5, 1, 4, 3, 2, 3, 2, 1, 5, 0, 0]]", FAULT_not_the_outcome },
		{ "another item", "[1, 0, 0, [1, 5, 2, 2, 5, 1, 4, 3, 2, 5, 2, 1]]", FAULT_not_the_outcome },
		{ "one twice", "[1, 0, 0, [1, 5, 2, 1, 5, 2, 4, 3, 2, 3, 2, 1]]", FAULT_not_the_outcome },
		{ "another total", "[1, 0, 0, [1, 6, 2, 2, 5, 1, 4, 3, 2, 3, 2, 1]]", FAULT_not_the_outcome },
		{ "other voters", "[1, 0, 0, [1, 5, 2, 2, 5, 1, 4, 3, 3, 3, 2, 1]]", FAULT_not_the_outcome },
		{ "by total, the wrong way", "[1, 0, 0, [1, 5, 2, 2, 5, 1, 3, 2, 1, 4, 3, 2]]", FAULT_not_the_outcome },
		{ "by voters, the wrong way", "[1, 0, 0, [2, 5, 1, 1, 5, 2, 4, 3, 2, 3, 2, 1]]", FAULT_not_the_outcome },
		{ "overridden, another total", "[1, 0, 1, [1, 6, 2, 2, 5, 1, 4, 3, 2, 3, 2, 1]]", FAULT_not_the_outcome },
		{ "overridden, one twice", "[1, 0, 1, [1, 5, 2, 1, 5, 2, 4, 3, 2, 3, 2, 1]]", FAULT_not_the_outcome },
		{ "overridden, an item less", "[1, 0, 1, [1, 5, 2, 2, 5, 1, 4, 3, 2]]", FAULT_not_the_outcome },
		{ "items told as groups", "[1, 1, 0, " ORDER "]", FAULT_not_the_outcome },
		{ "groups told as items", "[1, 0, 0, [7, 10, 3, 8, 2, 1]]", FAULT_not_the_outcome },
		{ "groups the wrong way", "[1, 1, 0, [8, 2, 1, 7, 10, 3]]", FAULT_not_the_outcome },
		{ "the items", "[1, 0, 0, " ORDER "]", FAULT_none },
		{ "the groups", "[1, 1, 0, [7, 10, 3, 8, 2, 1]]", FAULT_none }, /* a person counts once in each */
		{ "the items overridden", "[1, 0, 1, [3, 2, 1, 4, 3, 2, 2, 5, 1, 1, 5, 2]]", FAULT_none },
		{ "the groups overridden", "[1, 1, 1, [8, 2, 1, 7, 10, 3]]", FAULT_none },
	};
	(void)state;
	for (int secret = 0; secret <= 1; secret++) {
		struct script s;
		begin(&s, secret);
		REFUSED(no_activity, &s, FACILITATOR, outcome, .a = 2, .form = "[1, 0, 0, " ORDER "]");
		REFUSED(wrong_phase, &s, FACILITATOR, outcome, .a = 1, .form = "[1, 0, 0, [1, 0, 0, 2, 0, 0, 3, 0, 0, 4, 0, 0]]");
		vote(&s, secret);
		for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
			enum fault fault = DO(&s, FACILITATOR, outcome, .a = 1, .form = rows[i].form);
			if (fault != rows[i].fault)
				fail_msg("%s: %s instead of %s", rows[i].what, fault_name(fault), fault_name(rows[i].fault));
		}
		REFUSED(no_room, &s, FACILITATOR, outcome, .a = 1, .b = SCOPE_ROOM | 1, .form = "[1, 0, 0, " ORDER "]"); /* it is everybody's */
		REFUSED(no_room, &s, FACILITATOR, outcome, .a = 1, .b = SCOPE_ROOM | 9, .form = "[1, 0, 0, " ORDER "]");
		REFUSED(not_allowed, &s, 1, outcome, .a = 1, .form = "[1, 0, 0, " ORDER "]");
		REFUSED(not_allowed, &s, SCREEN, outcome, .a = 1, .form = "[1, 0, 0, " ORDER "]");
		REFUSED(not_allowed, &s, THE_HOUSE, outcome, .a = 1, .form = "[1, 0, 0, " ORDER "]");
		FINE(&s, FACILITATOR, hide, .a = 1);
		REFUSED(wrong_phase, &s, FACILITATOR, outcome, .a = 1, .form = "[1, 0, 0, " ORDER "]");
		end(&s);
	}
}

/* A kind without points has no order. */
static void test_kinds_without(void **state)
{
	struct script s;
	(void)state;
	begin(&s, false);
	script_activity(&s, &(struct question){ "rating", "[0]", 1, 2, false });
	script_activity(&s, &(struct question){ "text", "[100]", 1, 0, false });
	for (uint32_t a = 2; a <= 3; a++) {
		FINE(&s, FACILITATOR, open, .a = a, .form = "[0]");
		FINE(&s, FACILITATOR, close, .a = a, .form = "[1]");
		FINE(&s, FACILITATOR, reveal, .a = a);
		REFUSED(bad_config, &s, FACILITATOR, outcome, .a = a, .form = "[1, 0, 0, [1, 0, 0, 2, 0, 0]]");
		REFUSED(bad_config, &s, FACILITATOR, outcome, .a = a, .form = "[1, 0, 1, [1, 0, 0, 2, 0, 0]]");
	}
	end(&s);
}

/* Hidden after the vote: no longer among those to choose from, and no longer in its group. */
static void test_hidden_items(void **state)
{
	struct script s;
	(void)state;
	begin(&s, false);
	vote(&s, false);
	FINE(&s, FACILITATOR, items_hide, .a = 1, .form = "[1, 1]");
	REFUSED(not_the_outcome, &s, FACILITATOR, outcome, .a = 1, .form = "[1, 0, 0, " ORDER "]");
	FINE(&s, FACILITATOR, outcome, .a = 1, .form = "[1, 0, 0, [2, 5, 1, 4, 3, 2, 3, 2, 1]]");
	REFUSED(not_the_outcome, &s, FACILITATOR, outcome, .a = 1, .form = "[1, 1, 0, [7, 10, 3, 8, 2, 1]]");
	FINE(&s, FACILITATOR, outcome, .a = 1, .form = "[1, 1, 0, [7, 5, 1, 8, 2, 1]]");
	sees(&s, 1, SECTION_result, 1, 0, "[1, [4, 4, 0, <<[1, 5, 2, 2, 5, 1, 3, 2, 1, 4, 3, 2]>>, <<[7, 5, 1, 8, 2, 1]>>, 0]]");
	FINE(&s, FACILITATOR, items_hide, .a = 1, .form = "[1, 2]"); /* all of group 7 */
	REFUSED(not_the_outcome, &s, FACILITATOR, outcome, .a = 1, .form = "[1, 1, 0, [8, 2, 1, 7, 0, 0]]");
	FINE(&s, FACILITATOR, outcome, .a = 1, .form = "[1, 1, 0, [8, 2, 1]]");
	FINE(&s, FACILITATOR, items_hide, .a = 1, .form = "[1, 3, 4]"); /* nothing is left to put in order */
	REFUSED(not_the_outcome, &s, FACILITATOR, outcome, .a = 1, .form = "[1, 1, 0, [8, 2, 1]]");
	REFUSED(malformed, &s, FACILITATOR, outcome, .a = 1, .form = "[1, 1, 0, []]");
	FINE(&s, FACILITATOR, items_hide, .a = 1, .form = "[0, 1, 2, 3, 4]");
	FINE(&s, FACILITATOR, outcome, .a = 1, .form = "[1, 0, 0, " ORDER "]");
	end(&s);
}

/* Among equals the order is the facilitator's word. */
static void test_equals(void **state)
{
	struct script s;
	(void)state;
	begin(&s, false);
	FINE(&s, FACILITATOR, open, .a = 1, .form = "[0]");
	script_ballot(&s, 1, 1, "[2, 2, 3, 2]");
	script_ballot(&s, 2, 1, "[1, 1]");
	script_ballot(&s, 3, 1, "[1, 1]");
	FINE(&s, FACILITATOR, close, .a = 1, .form = "[1]");
	FINE(&s, FACILITATOR, reveal, .a = 1);
	FINE(&s, FACILITATOR, outcome, .a = 1, .form = "[1, 0, 0, [1, 2, 2, 2, 2, 1, 3, 2, 1, 4, 0, 0]]");
	FINE(&s, FACILITATOR, outcome, .a = 1, .form = "[1, 0, 0, [1, 2, 2, 3, 2, 1, 2, 2, 1, 4, 0, 0]]");
	sees(&s, 2, SECTION_outcome, 1, 0, "[0, [1, 0, 0, *, [1, 2, 2, 3, 2, 1, 2, 2, 1, 4, 0, 0], nil]]");
	REFUSED(not_the_outcome, &s, FACILITATOR, outcome, .a = 1, .form = "[1, 0, 0, [2, 2, 1, 1, 2, 2, 3, 2, 1, 4, 0, 0]]"); /* fewer voters first */
	end(&s);
}

static void test_override(void **state)
{
	struct script s;
	char reason[2100];
	(void)state;
	begin(&s, false);
	vote(&s, false);
	FINE(&s, FACILITATOR, outcome, .a = 1, .form = "[1, 0, 0, " ORDER "]", .text = "[[\"\", \"as it came\"]]");
	FINE(&s, FACILITATOR, outcome, .a = 1, .form = "[1, 0, 1, [3, 2, 1, 1, 5, 2, 2, 5, 1, 4, 3, 2]]", .text = "[[\"sv\", \"först\"], [\"en\", \"first\"]]");
	const char *seen = "[0, [1, 0, 1, *, [3, 2, 1, 1, 5, 2, 2, 5, 1, 4, 3, 2], [[\"sv\", \"först\"], [\"en\", \"first\"]]]]";
	sees(&s, 1, SECTION_outcome, 1, 0, seen);
	memset(reason, 'x', sizeof reason);
	memcpy(reason, "[[\"\", \"", 7);
	strcpy(reason + 7 + LIMIT_SAY + 1, "\"]]");
	REFUSED(too_long, &s, FACILITATOR, outcome, .a = 1, .form = "[1, 0, 1, [3, 2, 1, 1, 5, 2, 2, 5, 1, 4, 3, 2]]", .text = reason);
	REFUSED(bad_text, &s, FACILITATOR, outcome, .a = 1, .form = "[1, 0, 0, " ORDER "]", .text = "[[\"\", \"two\", \"words\"]]");
	sees(&s, 1, SECTION_outcome, 1, 0, seen); /* what is refused changes nothing */
	FINE(&s, FACILITATOR, outcome, .a = 1, .form = "[1, 0, 0, " ORDER "]");
	sees(&s, 1, SECTION_outcome, 1, 0, "[0, [1, 0, 0, *, " ORDER ", nil]]");
	end(&s);
}

static void positions(const struct script *s, const char *wanted)
{
	char seen[128] = "";
	for (uint32_t i = 0; i < s->session->steps_count; i++)
		snprintf(seen + strlen(seen), sizeof seen - strlen(seen), i ? " %u" : "%u", s->session->steps[i].position);
	assert_string_equal(seen, wanted);
}

/* Steps that belong to items, with equal positions among them: they take the positions that they have together, those of one item in the order that they had. */
static void test_steps(void **state)
{
	static const char *const forms[] = { "[20, 10, 0, 1, 3, []]", "[20, 10, 0, 1, 1, []]", "[30, 10, 0, 1, 4, []]", "[40, 10, 0, 1, 2, []]", "[40, 10, 0, 1, 1, []]",
					     "[25, 10, 0, 0, 0, []]", "[10, 10, 0, 1, 99, []]" };
	struct script s;
	(void)state;
	begin(&s, false);
	for (uint32_t i = 0; i < sizeof forms / sizeof *forms; i++)
		FINE(&s, FACILITATOR, step_put, .a = i + 2, .form = forms[i], .text = "[[\"\", \"a step\", \"do it\"]]");
	positions(&s, "1 20 20 30 40 40 25 10");
	vote(&s, false);
	/* 1 (steps 3 and 6), 2 (step 5), 4 (step 4), 3 (step 2), and what the order does not name comes last. */
	FINE(&s, FACILITATOR, outcome, .a = 1, .form = "[1, 0, 0, " ORDER "]");
	positions(&s, "1 40 10 30 20 20 25 40");
	FINE(&s, FACILITATOR, outcome, .a = 1, .form = "[1, 0, 0, " ORDER "]"); /* once more changes nothing */
	positions(&s, "1 40 10 30 20 20 25 40");
	FINE(&s, FACILITATOR, outcome, .a = 1, .form = "[1, 0, 1, [3, 2, 1, 4, 3, 2, 1, 5, 2, 2, 5, 1]]");
	positions(&s, "1 10 20 20 40 30 25 40");
	/* By groups those numbers mean groups: no step has one of these. */
	FINE(&s, FACILITATOR, outcome, .a = 1, .form = "[1, 1, 0, [7, 10, 3, 8, 2, 1]]");
	positions(&s, "1 10 20 20 40 30 25 40");
	end(&s);
}

/* In sight only while the total is shown. */
static void test_in_sight(void **state)
{
	struct script s;
	(void)state;
	begin(&s, false);
	vote(&s, false);
	sees(&s, 1, SECTION_outcome, 1, 0, "");
	FINE(&s, FACILITATOR, outcome, .a = 1, .form = "[1, 0, 0, " ORDER "]");
	const char *order = "[0, [1, 0, 0, *, " ORDER ", nil]]";
	static const uint32_t actors[] = { 1, 2, FACILITATOR, SCREEN };
	for (int shown = 1; shown >= 0; shown--) {
		for (size_t i = 0; i < 4; i++)
			sees(&s, actors[i], SECTION_outcome, 1, 0, shown ? order : NULL);
		if (shown)
			FINE(&s, FACILITATOR, hide, .a = 1);
	}
	FINE(&s, FACILITATOR, reveal, .a = 1, .b = SCOPE_ROOM | 1); /* a room's own result is not the total */
	sees(&s, 1, SECTION_outcome, 1, 0, NULL);
	FINE(&s, FACILITATOR, reveal, .a = 1);
	sees(&s, 1, SECTION_outcome, 1, 0, order);
	FINE(&s, FACILITATOR, ask, .a = 1);
	for (size_t i = 0; i < 4; i++)
		sees(&s, actors[i], SECTION_outcome, 1, 0, NULL);
	REFUSED(wrong_phase, &s, FACILITATOR, outcome, .a = 1, .form = "[1, 0, 0, " ORDER "]");
	FINE(&s, FACILITATOR, open, .a = 1, .form = "[0]");
	sees(&s, 1, SECTION_outcome, 1, 0, NULL);
	FINE(&s, FACILITATOR, close, .a = 1, .form = "[1]");
	FINE(&s, FACILITATOR, reveal, .a = 1);
	sees(&s, 1, SECTION_outcome, 1, 0, order); /* of the first round still, and says so */
	REFUSED(stale, &s, FACILITATOR, outcome, .a = 1, .form = "[1, 0, 0, " ORDER "]");
	FINE(&s, FACILITATOR, outcome, .a = 1, .form = "[2, 0, 0, [1, 0, 0, 2, 0, 0, 3, 0, 0, 4, 0, 0]]");
	sees(&s, 1, SECTION_outcome, 1, 0, "[0, [2, 0, 0, *, [1, 0, 0, 2, 0, 0, 3, 0, 0, 4, 0, 0], nil]]");
	end(&s);
}

/* A total that is held back says no numbers, and an order of it none either. */
static void test_held_back(void **state)
{
	struct script s;
	(void)state;
	begin(&s, true);
	FINE(&s, FACILITATOR, open, .a = 1, .form = "[0]");
	script_secret(&s, 1, 1, "[1, 5]");
	script_secret(&s, 2, 1, "[1, 5]");
	FINE(&s, FACILITATOR, close, .a = 1, .form = "[1]");
	assert_int_equal(script_house_acts(&s), 1);
	FINE(&s, FACILITATOR, reveal, .a = 1);
	sees(&s, 1, SECTION_result, 1, 0, "[1, [2, 2, 1, h'', h'', 0]]");
	REFUSED(not_the_outcome, &s, FACILITATOR, outcome, .a = 1, .form = "[1, 0, 0, [1, 10, 2, 2, 0, 0, 3, 0, 0, 4, 0, 0]]");
	REFUSED(not_the_outcome, &s, FACILITATOR, outcome, .a = 1, .form = "[1, 0, 1, [1, 10, 2, 2, 0, 0, 3, 0, 0, 4, 0, 0]]");
	FINE(&s, FACILITATOR, outcome, .a = 1, .form = "[1, 0, 0, [3, 0, 0, 4, 0, 0, 1, 0, 0, 2, 0, 0]]");
	FINE(&s, FACILITATOR, outcome, .a = 1, .form = "[1, 1, 0, [8, 0, 0, 7, 0, 0]]");
	end(&s);
}

/* --- a sealed result is drawn once --- */

static void test_sealed_once(void **state)
{
	struct script s;
	(void)state;
	begin(&s, true);
	FINE(&s, FACILITATOR, items_hide, .a = 1, .form = "[1, 1, 2]");
	FINE(&s, FACILITATOR, items_hide, .a = 1, .form = "[0, 1]");
	FINE(&s, FACILITATOR, items_put, .a = 1, .form = "[2, 9]", .text = "[[\"\", \"two\"]]");
	FINE(&s, FACILITATOR, open, .a = 1, .form = "[0]");
	for (uint32_t m = 1; m <= 4; m++)
		script_secret(&s, m, 1, "[1, 2, 3, 2]");
	FINE(&s, FACILITATOR, items_hide, .a = 1, .form = "[0, 2]"); /* before the seal nobody has seen anything */
	FINE(&s, FACILITATOR, items_put, .a = 1, .form = "[2, 7]", .text = "[[\"\", \"two\"]]");
	FINE(&s, FACILITATOR, close, .a = 1, .form = "[1]");
	FINE(&s, FACILITATOR, items_hide, .a = 1, .form = "[1, 4]");
	assert_int_equal(script_house_acts(&s), 1);
	const char *result = "[1, [4, 4, 0, <<[1, 8, 4, 3, 8, 4]>>, <<[7, 8, 4, 8, 8, 4]>>, 0]]";
	for (int round = 0; round < 4; round++) { /* sealed; shown; asked again; open again */
		REFUSED(fixed, &s, FACILITATOR, items_hide, .a = 1, .form = "[1, 1]");
		REFUSED(fixed, &s, FACILITATOR, items_hide, .a = 1, .form = "[0, 4]");
		REFUSED(fixed, &s, FACILITATOR, items_put, .a = 1, .form = "[1, 8]", .text = "[[\"\", \"one\"]]");
		REFUSED(fixed, &s, FACILITATOR, items_put, .a = 1, .form = "[1, 0]", .text = "[[\"\", \"one\"]]");
		REFUSED(fixed, &s, FACILITATOR, items_put, .a = 1, .form = "[5, 7, 4, 7]", .text = "[[\"\", \"five\", \"four\"]]");
		FINE(&s, FACILITATOR, items_put, .a = 1, .form = "[1, 7]", .text = "[[\"\", \"better words\"]]");
		FINE(&s, FACILITATOR, groups_put, .a = 1, .form = "[7]", .text = "[[\"\", \"a name\"]]");
		sees(&s, 1, SECTION_result, 1, 0, round == 1 ? result : NULL);
		if (round == 0)
			FINE(&s, FACILITATOR, reveal, .a = 1);
		else if (round == 1)
			FINE(&s, FACILITATOR, ask, .a = 1);
		else if (round == 2)
			FINE(&s, FACILITATOR, open, .a = 1, .form = "[0]");
	}
	end(&s);
	/* An open question's pictures tell nobody's secret. */
	begin(&s, false);
	vote(&s, false);
	FINE(&s, FACILITATOR, items_hide, .a = 1, .form = "[1, 1]");
	FINE(&s, FACILITATOR, items_put, .a = 1, .form = "[2, 8]", .text = "[[\"\", \"two\"]]");
	sees(&s, 1, SECTION_result, 1, 0, "[1, [4, 4, 0, <<[1, 5, 2, 2, 5, 1, 3, 2, 1, 4, 3, 2]>>, <<[8, 7, 2]>>, 0]]");
	end(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_refusal), cmocka_unit_test(test_kinds_without), cmocka_unit_test(test_hidden_items), cmocka_unit_test(test_equals),
		cmocka_unit_test(test_override), cmocka_unit_test(test_steps), cmocka_unit_test(test_in_sight), cmocka_unit_test(test_held_back),
		cmocka_unit_test(test_sealed_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
