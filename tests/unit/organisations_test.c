/* SPDX-License-Identifier: EUPL-1.2 */
/* Organisations (protocol 6.7): known by what their name gives, so that nobody is kept out and replay needs no text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>
#include "base/limits.h"
#include "core/state.h"
#include "lib/script.h"

static void one_too_many_keeps_nobody_out(void **state)
{
	struct script s;
	char name[32];
	(void)state;
	script_begin(&s, 3);
	for (uint32_t o = 1; o <= LIMIT_ORGANISATIONS + 1; o++) {
		snprintf(name, sizeof name, "organisation %u", o);
		uint32_t member = script_join(&s, "Ada", name); /* which says when a join is refused */
		uint32_t expected = o <= LIMIT_ORGANISATIONS ? o : 0;
		if (session_member_organisation(s.session, member) != expected)
			fail_msg("%s: member %u is in %u", name, member, session_member_organisation(s.session, member));
	}
	assert_int_equal(s.session->organisations_count, LIMIT_ORGANISATIONS);
	/* Those that are there are still found, by newcomers too. */
	assert_int_equal(session_member_organisation(s.session, script_join(&s, "Bo", "organisation 17")), 17);
	assert_int_equal(session_member_organisation(s.session, script_join(&s, "Cleo", "yet another")), 0);
	assert_int_equal(session_member_organisation(s.session, script_join(&s, "Dan", "")), 0);
	assert_int_equal(s.session->organisations_count, LIMIT_ORGANISATIONS);
	script_finish(&s);
}

static void names_that_are_the_same(void **state)
{
	static const struct {
		const char *name;
		uint32_t organisation;
	} people[] = {
		{ "Bollhem", 1 }, { "bollhem", 1 }, { "BOLLHEM", 1 }, { " Bollhem", 1 }, { "Bollhem  ", 1 }, { "   bOLLHEM ", 1 },
		{ "Boll hem", 2 }, { "boll  hem", 2 }, { " Boll    Hem ", 2 },
		{ "Bollhem.", 3 }, { "", 0 }, { "   ", 0 },
		{ "Åsen", 4 }, { "åsen", 5 }, { "ÅSEN", 4 }, /* beyond A to Z: the facilitator's `merge` */
		{ "BOLLHEM.", 3 },
	};
	struct script s;
	(void)state;
	script_begin(&s, 3);
	for (size_t i = 0; i < sizeof people / sizeof *people; i++) {
		uint32_t is = session_member_organisation(s.session, script_join(&s, "Ada", people[i].name));
		if (is != people[i].organisation)
			fail_msg("\"%s\" is organisation %u, not %u", people[i].name, is, people[i].organisation);
	}
	assert_int_equal(s.session->organisations_count, 5);
	/* What was merged is found under both names. */
	assert_int_equal(DO(&s, FACILITATOR, merge, .a = 5, .b = 4), FAULT_none);
	assert_int_equal(session_member_organisation(s.session, script_join(&s, "Eve", "åsen")), 4);
	script_finish(&s);
}

/* The log again without the words of joins and profiles, as after they were struck. */
static struct session *replay_without_words(const struct script *s)
{
	struct session *session = session_create(script_sid());
	for (size_t i = 0; i < s->count; i++) {
		struct entry entry = s->log[i].entry;
		if (entry.command == COMMAND_join || entry.command == COMMAND_profile) {
			entry.text = slice_of(NULL, 0);
			entry.struck |= ENTRY_TEXT;
		}
		assert_int_equal(session_step(session, &entry), s->log[i].fault);
	}
	return session;
}

static struct session *save_and_restore(const struct session *session)
{
	struct pack saved;
	pack_init(&saved);
	session_save(session, &saved);
	struct session *restored = session_restore(script_sid(), pack_bytes(&saved));
	assert_non_null(restored);
	pack_finish(&saved);
	return restored;
}

static void same_numbers(const struct session *one, const struct session *other)
{
	assert_int_equal(other->organisations_count, one->organisations_count);
	for (uint32_t m = 1; m <= session_members(one); m++)
		assert_int_equal(session_member_organisation(other, m), session_member_organisation(one, m));
}

static void struck_words_replay_to_the_same_numbers(void **state)
{
	static const char *const names[] = { "North", "South", "", "north ", "East", "SOUTH" };
	struct script s;
	(void)state;
	script_begin(&s, 3);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		script_join(&s, "Ada", names[i]);
	uint64_t before = s.count;
	struct session *struck = replay_without_words(&s), *restored = save_and_restore(s.session), *both = save_and_restore(struck);
	same_numbers(s.session, struck);
	/* And whoever comes then and names one of them means the same one. */
	assert_int_equal(session_member_organisation(s.session, script_join(&s, "Bo", "SouTH")), 2);
	assert_int_equal(session_member_organisation(s.session, script_join(&s, "Cleo", "West")), 4);
	struct session *const again[] = { struck, restored, both };
	for (size_t i = 0; i < 3; i++) {
		for (uint64_t seq = before + 1; seq <= s.count; seq++)
			assert_int_equal(session_step(again[i], &s.log[seq - 1].entry), FAULT_none);
		same_numbers(s.session, again[i]);
		session_destroy(again[i]);
	}
	script_finish(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_too_many_keeps_nobody_out),
		cmocka_unit_test(names_that_are_the_same),
		cmocka_unit_test(struck_words_replay_to_the_same_numbers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
