/* SPDX-License-Identifier: EUPL-1.2 */
/* Paper in a secret activity: what the seal strikes, no verdict in the log may hang on. Each case is lived, then replayed with what was struck gone: every verdict and
 * the whole state must be the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/check.h"
#include "core/state.h"
#include "lib/notation.h"
#include "lib/script.h"

static enum fault proxy_named(struct script *s, uint8_t sheet, const char *ballot, uint32_t number)
{
	struct pack form, out, votes;
	uint8_t bytes[16];
	pack_init(&form);
	pack_init(&out);
	pack_init(&votes);
	memset(bytes, sheet, sizeof bytes);
	assert_true(*ballot == 0 || notation_pack(ballot, &votes));
	pack_array(&form, 4);
	pack_uint(&form, 1);
	pack_bin(&form, slice_of(bytes, sizeof bytes));
	pack_uint(&form, 1);
	pack_bin(&form, pack_bytes(&votes));
	assert_true(session_proxy_form(s->session, 1, pack_bytes(&form), slice_of(NULL, 0), &out));
	struct entry entry = { .name = { FACILITATOR, 9001, number }, .command = COMMAND_proxy, .subject = { 1, 1 }, .form = pack_bytes(&out), .salted = ENTRY_FORM };
	if (map_get(&s->numbers, FACILITATOR) < number)
		map_set(&s->numbers, FACILITATOR, number);
	enum fault fault = script_entry(s, &entry);
	pack_finish(&form);
	pack_finish(&out);
	pack_finish(&votes);
	return fault;
}

static enum fault proxy(struct script *s, uint8_t sheet, const char *ballot)
{
	return proxy_named(s, sheet, ballot, map_get(&s->numbers, FACILITATOR) + 1);
}

static void begin(struct script *s, const char *papers)
{
	script_begin(s, 3);
	script_people(s, 6);
	script_activity(s, &(struct question){ "dots", "[5, 3]", 1, 3, true });
	script_rooms(s, 2);
	assert_int_equal(DO(s, FACILITATOR, papers, .a = 1, .b = 1, .form = papers), FAULT_none);
	assert_int_equal(DO(s, FACILITATOR, open, .a = 1, .form = "[0]"), FAULT_none);
	for (uint32_t m = 1; m <= 6; m++)
		assert_int_equal(script_secret(s, m, 1, "[1, 2]"), FAULT_none);
}

static void end(struct script *s)
{
	assert_int_equal(DO(s, FACILITATOR, close, .a = 1, .form = "[1]"), FAULT_none);
	assert_int_equal(script_house_acts(s), 1);
	assert_int_equal(DO(s, FACILITATOR, reveal, .a = 1), FAULT_none);
	struct session *again = session_create(script_sid());
	for (uint64_t seq = 1; seq <= s->count; seq++) {
		struct entry entry = s->log[seq - 1].entry;
		if (entry.command == COMMAND_secret_ballot)
			assert_true(script_is_sealed_away(s, seq));
		if (script_is_sealed_away(s, seq)) {
			entry.form = slice_of(NULL, 0);
			entry.struck = ENTRY_FORM;
		}
		enum fault fault = session_step(again, &entry);
		if (fault != s->log[seq - 1].fault)
			fail_msg("seq %llu: lived %s, replayed %s", (unsigned long long)seq, fault_name(s->log[seq - 1].fault), fault_name(fault));
	}
	assert_true(session_digest(again) == session_digest(s->session));
	session_destroy(again);
	script_finish(s);
}

/* Two facilitators race for the last sheet announced: intake refuses the loser, unless it was under way. */
static void test_one_too_many(void **state)
{
	struct script s;
	(void)state;
	begin(&s, "[1]");
	assert_int_equal(proxy(&s, 7, "[2, 1]"), FAULT_none);
	proxy(&s, 8, "[3, 1]");
	end(&s);
}

static void test_fewer_announced_than_entered(void **state)
{
	struct script s;
	(void)state;
	begin(&s, "[2]");
	assert_int_equal(proxy(&s, 7, "[2, 1]"), FAULT_none);
	DO(&s, FACILITATOR, papers, .a = 1, .b = 1, .form = "[0]");
	end(&s);
}

/* Sent again after an unsure answer, it stands in the log twice: both are struck. */
static void test_repeat(void **state)
{
	struct script s;
	(void)state;
	begin(&s, "[2]");
	assert_int_equal(proxy_named(&s, 7, "[2, 1]", 400), FAULT_none);
	size_t first = s.count;
	assert_int_equal(proxy_named(&s, 7, "[2, 1]", 400), FAULT_none);
	size_t second = s.count;
	assert_int_equal(DO(&s, FACILITATOR, close, .a = 1, .form = "[1]"), FAULT_none);
	assert_int_equal(script_house_acts(&s), 1);
	assert_true(script_is_sealed_away(&s, first) && script_is_sealed_away(&s, second));
	script_finish(&s);
}

/* Too late: its head says so, so it is refused in the log and struck there too. */
static void test_too_late(void **state)
{
	struct script s;
	(void)state;
	begin(&s, "[2]");
	assert_int_equal(DO(&s, FACILITATOR, close, .a = 1, .form = "[1]"), FAULT_none);
	assert_int_equal(proxy(&s, 7, "[2, 1]"), FAULT_closed);
	size_t late = s.count;
	assert_int_equal(script_house_acts(&s), 1);
	assert_true(script_is_sealed_away(&s, late));
	script_finish(&s);
}

/* k counts nobody's own sheets: one voter beside two sheets is not shown, though the other room could stand alone. */
static void test_k(void **state)
{
	struct script s;
	(void)state;
	script_begin(&s, 3);
	script_people(&s, 6);
	script_activity(&s, &(struct question){ "dots", "[5, 3]", 1, 3, true });
	script_rooms(&s, 2); /* 1 3 5 and 2 4 6 */
	assert_int_equal(DO(&s, FACILITATOR, papers, .a = 1, .b = 1, .form = "[2]"), FAULT_none);
	assert_int_equal(DO(&s, FACILITATOR, open, .a = 1, .form = "[0]"), FAULT_none);
	script_secret(&s, 1, 1, "[1, 2]");
	script_secret(&s, 2, 1, "[1, 2]");
	script_secret(&s, 4, 1, "[1, 2]");
	script_secret(&s, 6, 1, "[1, 2]");
	proxy(&s, 7, "[2, 1]");
	proxy(&s, 8, "[2, 1]");
	assert_int_equal(DO(&s, FACILITATOR, close, .a = 1, .form = "[1]"), FAULT_none);
	script_house_acts(&s);
	assert_int_equal(DO(&s, FACILITATOR, reveal, .a = 1), FAULT_none);
	struct eyes eyes = script_eyes(&s, s.session, FACILITATOR, NULL);
	static const struct unpack_limits limits = { .depth = 6, .values = 99, .bytes = 4096 };
	for (uint32_t room = 0; room <= 2; room++) {
		struct section section = { SECTION_result, 1, room };
		struct pack out;
		pack_init(&out);
		assert_true(session_view(s.session, &eyes, section, 0, session_sees(s.session, &eyes, section), &out));
		struct unpack *in = unpack_create(pack_bytes(&out), &limits);
		unpack_array(in);
		for (int i = 0; i < 4; i++)
			unpack_skip(in);
		unpack_array(in);
		unpack_skip(in);
		unpack_array(in);
		uint64_t ballots = unpack_uint(in, 99);
		unpack_skip(in);
		uint64_t held = unpack_uint(in, 1);
		assert_true(unpack_ok(in));
		assert_int_equal(ballots, room ? 0 : 6);
		assert_int_equal(held, room != 0);
		unpack_destroy(in);
		pack_finish(&out);
	}
	script_finish(&s);
}

/* How many of a result's ballots came in on paper: those that did, and of a secret one, where nobody can tell any more, as many as were announced and at most all. */
static void test_papers_of_a_result(void **state)
{
	static const struct {
		const char *what;
		bool secret;
		unsigned holder;
		const char *announced, *sheets[2]; /* NULL: no more */
		unsigned ballots, papers;
	} cases[] = {
		{ "both came in", false, 1, "[2]", { "[2, 1]", "[3, 1]" }, 8, 2 },
		{ "one did not", false, 1, "[2]", { "[2, 1]", NULL }, 7, 1 },
		{ "one is blank", false, 1, "[2]", { "[2, 1]", "" }, 7, 1 },
		{ "none was announced", false, 1, "[0]", { NULL, NULL }, 6, 0 },
		{ "the room's one ballot", false, 2, "[1]", { "[2, 1]", NULL }, 2, 1 },
		{ "a room's that was announced and not entered", false, 2, "[1]", { NULL, NULL }, 2, 0 },
		{ "secret: both came in", true, 1, "[2]", { "[2, 1]", "[3, 1]" }, 8, 2 },
		{ "secret: one did not, and nobody can tell", true, 1, "[2]", { "[2, 1]", NULL }, 7, 2 },
		{ "secret: more than there are ballots", true, 1, "[9]", { "[2, 1]", NULL }, 7, 7 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct script s;
		script_begin(&s, 3);
		script_people(&s, 6);
		script_activity(&s, &(struct question){ "dots", "[5, 3]", cases[i].holder, 3, cases[i].secret });
		script_rooms(&s, 2);
		assert_int_equal(DO(&s, FACILITATOR, papers, .a = 1, .b = 1, .form = cases[i].announced), FAULT_none);
		assert_int_equal(DO(&s, FACILITATOR, open, .a = 1, .form = "[0]"), FAULT_none);
		for (uint32_t m = 1; m <= 6; m++)
			if (cases[i].holder == 1 || m % 2 == 0 || cases[i].sheets[0] == NULL) /* a room that answers on paper does not also by a page */
				assert_int_equal(cases[i].secret ? script_secret(&s, m, 1, "[1, 2]") : script_ballot(&s, m, 1, "[1, 2]"), FAULT_none);
		for (uint8_t sheet = 0; sheet < 2 && cases[i].sheets[sheet]; sheet++)
			assert_int_equal(proxy(&s, 7 + sheet, cases[i].sheets[sheet]), FAULT_none);
		assert_int_equal(DO(&s, FACILITATOR, close, .a = 1, .form = "[1]"), FAULT_none);
		script_house_acts(&s);
		assert_int_equal(DO(&s, FACILITATOR, reveal, .a = 1), FAULT_none);
		print_message("%s\n", cases[i].what);
		struct pack result;
		pack_init(&result);
		result_pack(s.session, 1, 1, 0, &result);
		assert_int_equal(result.at[1], cases[i].ballots);
		assert_int_equal(result.at[result.len - 1], cases[i].papers);
		pack_finish(&result);
		script_finish(&s);
	}
}

/* A room's ballot from a sheet is agreed to like any other; the sheet put right is another ballot. */
static void test_agreeing_to_a_sheet(void **state)
{
	struct script s;
	const char *word = "[1, 1, <<[1, 2, 2, 3]>>]";
	(void)state;
	script_begin(&s, 3);
	script_people(&s, 4);
	script_activity(&s, &(struct question){ "dots", "[5, 3]", 2, 3, false });
	script_rooms(&s, 2);
	assert_int_equal(DO(&s, FACILITATOR, papers, .a = 1, .b = 1, .form = "[1]"), FAULT_none);
	assert_int_equal(DO(&s, FACILITATOR, open, .a = 1, .form = "[0]"), FAULT_none);
	assert_int_equal(proxy(&s, 7, "[1, 2, 2, 3]"), FAULT_none);
	assert_int_equal(DO(&s, 1, agree, .a = 1, .form = word), FAULT_none);
	assert_int_equal(proxy(&s, 7, "[1, 2, 2, 3]"), FAULT_none);
	assert_int_equal(s.session->rooms[0].accords_count, 1);
	assert_int_equal(proxy(&s, 7, "[1, 3, 2, 2]"), FAULT_none);
	assert_int_equal(s.session->rooms[0].accords_count, 0);
	assert_int_equal(DO(&s, 1, agree, .a = 1, .form = word), FAULT_stale);
	script_finish(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_too_many), cmocka_unit_test(test_fewer_announced_than_entered), cmocka_unit_test(test_repeat), cmocka_unit_test(test_too_late), cmocka_unit_test(test_k),
		cmocka_unit_test(test_papers_of_a_result), cmocka_unit_test(test_agreeing_to_a_sheet),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
