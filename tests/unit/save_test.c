/* SPDX-License-Identifier: EUPL-1.2 */
/* Snapshots and digests: at every entry of a log a session can be saved, loaded and go on as if nothing had been; and the same log gives the same digest
 * whatever compiler built the daemon. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/check.h"
#include "lib/script.h"

#define GOLDEN 0x23343f15e5003a29u
#define FINE(...) assert_int_equal(DO(__VA_ARGS__), FAULT_none)

static void story(struct script *s)
{
	script_begin(s, 3);
	script_people(s, 6);
	script_join(s, "late", "an organisation");
	script_join(s, "later", "another");
	script_activity(s, &(struct question){ "dots", "[5, 3]", 1, 4, false });
	script_activity(s, &(struct question){ "choice", "[1, 2]", 1, 3, true });
	script_activity(s, &(struct question){ "dots", "[3, 1]", 2, 5, false });
	script_rooms(s, 3);
	FINE(s, FACILITATOR, merge, .a = 1, .b = 2);
	FINE(s, FACILITATOR, go, .a = 1);
	FINE(s, FACILITATOR, go, .a = 1, .b = SCOPE_ROOM | 2);
	FINE(s, FACILITATOR, say, .text = "[[\"sv\", \"hej\"], [\"en\", \"hello\"]]");
	FINE(s, FACILITATOR, open, .a = 1, .form = "[60000]");
	FINE(s, FACILITATOR, open, .a = 2, .form = "[0]");
	FINE(s, FACILITATOR, open, .a = 3, .b = SCOPE_ROOM | 1, .form = "[30000]");
	script_ballot(s, 1, 3, "[1, 1, 5, 1]");
	for (uint32_t m = 1; m <= 8; m++) {
		script_ballot(s, m, 1, m % 2 ? "[1, 2, 3, 1]" : "[2, 3]");
		script_secret(s, m, 2, m % 3 ? "[1, 1]" : "[2, 1, 3, 1]");
	}
	script_ballot(s, 2, 1, "[9, 1]");
	FINE(s, FACILITATOR, move, .form = "[1, 2, 2, 3]");
	FINE(s, FACILITATOR, time, .b = SCOPE_ROOM | 2, .form = "[90000]");
	FINE(s, FACILITATOR, extra, .a = 1, .b = 4, .form = "[5000]");
	FINE(s, FACILITATOR, close, .a = 1, .form = "[0]");
	script_due(s, SCOPE_SESSION);
	FINE(s, THE_HOUSE, extra_due, .a = 1, .b = 4, .form = "[1]");
	FINE(s, FACILITATOR, close, .a = 2, .form = "[1]");
	script_house_acts(s);
	FINE(s, FACILITATOR, reveal, .a = 1);
	FINE(s, FACILITATOR, reveal, .a = 2);
	FINE(s, FACILITATOR, ask, .a = 2);
	FINE(s, FACILITATOR, open, .a = 2, .form = "[0]");
	script_secret(s, 4, 2, "[1, 1]");
	FINE(s, FACILITATOR, items_hide, .a = 1, .form = "[1, 2]");
	FINE(s, FACILITATOR, show, .form = "[2, 1, 0, 0]");
	s->term = 3; /* the history was reset here */
	FINE(s, FACILITATOR, link_revoke, .a = 2);
	FINE(s, FACILITATOR, end);
	script_house_acts(s);
}

static struct pack saved(const struct session *s)
{
	struct pack out;
	pack_init(&out);
	session_save(s, &out);
	return out;
}

static void test_at_every_entry(void **state)
{
	struct script s;
	(void)state;
	story(&s);
	struct session *lived = session_create(script_sid());
	for (size_t i = 0; i < s.count; i++) {
		session_step(lived, &s.log[i].entry);
		struct pack bytes = saved(lived);
		struct session *again = session_restore(script_sid(), pack_bytes(&bytes));
		assert_non_null(again);
		assert_true(session_digest(again) == session_digest(lived));
		for (size_t rest = i + 1; rest < s.count; rest++) {
			enum fault fault = session_step(again, &s.log[rest].entry);
			if (fault != s.log[rest].fault)
				fail_msg("loaded at %zu, entry %zu: %s", i + 1, rest + 1, fault_name(fault));
		}
		if (session_digest(again) != session_digest(s.session))
			fail_msg("loaded at %zu it becomes another session", i + 1);
		session_destroy(again);
		pack_finish(&bytes);
	}
	assert_true(session_on_history(lived, 1, 10));
	assert_true(session_on_history(lived, 3, session_seq(lived)));
	assert_false(session_on_history(lived, 1, session_seq(lived)));
	assert_false(session_on_history(lived, 3, session_seq(lived) + 1));
	assert_true(session_on_history(lived, 77, 0));
	assert_int_equal(session_term(lived), 3);
	session_destroy(lived);
	script_finish(&s);
}

/* The digest of the story, so that every compiler and every optimisation is asked for the same. It changes with SAVED_VERSION and with the story. */
static void test_the_same_everywhere(void **state)
{
	struct script s;
	(void)state;
	story(&s);
	print_message("digest %016llx\n", (unsigned long long)session_digest(s.session));
	assert_true(session_digest(s.session) == GOLDEN);
	script_finish(&s);
}

/* Bytes that are no snapshot give no session, and never more than that. (A journal keeps a sum beside each; this is behind it.) */
static void test_damaged(void **state)
{
	struct script s;
	(void)state;
	story(&s);
	struct pack bytes = saved(s.session);
	for (size_t cut = 0; cut < bytes.len; cut += 1 + cut / 50)
		assert_null(session_restore(script_sid(), slice_of(bytes.at, cut)));
	for (size_t i = 0; i < bytes.len; i++) {
		uint8_t kept = bytes.at[i];
		bytes.at[i] = (uint8_t)(kept ^ 0x81);
		session_destroy(session_restore(script_sid(), pack_bytes(&bytes)));
		bytes.at[i] = kept;
	}
	pack_finish(&bytes);
	script_finish(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_at_every_entry), cmocka_unit_test(test_the_same_everywhere), cmocka_unit_test(test_damaged) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
