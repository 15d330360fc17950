/* SPDX-License-Identifier: EUPL-1.2 */
/* A seal that is too large for one entry comes in parts. Between them the set of ballots must not change: what the first part has counted, the last counts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/check.h"
#include "core/state.h" /* the sealed ballots are looked at from inside */
#include "lib/script.h"

enum { PEOPLE = 250, DOTS = 100 }; /* 250 ballots of 300 bytes: two parts */
static const struct question crowded = { "dots", "[100, 1]", 1, 200, true };

/* A dot on each of the items first .. first + 99. */
static enum fault vote(struct script *s, uint32_t member, uint32_t first)
{
	char ballot[16 * DOTS] = "[";
	size_t at = 1;
	for (uint32_t i = 0; i < DOTS; i++)
		at += (size_t)snprintf(ballot + at, sizeof ballot - at, "%s%u, 1", i ? ", " : "", first + i);
	snprintf(ballot + at, sizeof ballot - at, "]");
	return script_secret(s, member, 1, ballot);
}

/* The house's next part. false: there is nothing to seal. */
static bool seal_one(struct script *s)
{
	struct wait wait;
	unsigned cursor = 0;
	while (session_waits(s->session, &cursor, &wait)) {
		if (wait.command != COMMAND_seal)
			continue;
		struct pack form;
		pack_init(&form);
		session_wait_form(s->session, &wait, &form);
		struct entry entry = { .name = { .who = THE_HOUSE }, .command = COMMAND_seal, .subject = wait.subject, .form = pack_bytes(&form) };
		assert_int_equal(script_entry(s, &entry), FAULT_none);
		pack_finish(&form);
		return true;
	}
	return false;
}

/* Ballots in the seal that begin with an item below `first` of the second try, and all others. */
static void count_sealed(const struct session *session, uint32_t *before, uint32_t *after)
{
	const struct asking *asking = asking_of(session, 1, 1);
	*before = *after = 0;
	for (uint32_t g = 0; g < asking->groups_count; g++)
		for (uint32_t b = 0; b < asking->groups[g].ballots_count; b++)
			++*(asking->groups[g].ballots[b].at[3] == 1 ? before : after);
}

static void begin(struct script *s)
{
	script_begin(s, 3);
	script_people(s, PEOPLE);
	assert_int_equal(script_activity(s, &crowded), 1);
	script_rooms(s, 2);
	assert_int_equal(DO(s, FACILITATOR, open, .a = 1, .form = "[0]"), FAULT_none);
	for (uint32_t m = 1; m <= PEOPLE; m++)
		assert_int_equal(vote(s, m, 1), FAULT_none);
	assert_int_equal(DO(s, FACILITATOR, close, .a = 1, .form = "[1]"), FAULT_none);
}

static enum fault open_all(struct script *s) { return DO(s, FACILITATOR, open, .a = 1, .form = "[0]"); }
static enum fault open_for_a_while(struct script *s) { return DO(s, FACILITATOR, open, .a = 1, .form = "[60000]"); }
static enum fault open_room(struct script *s) { return DO(s, FACILITATOR, open, .a = 1, .b = SCOPE_ROOM | 1, .form = "[0]"); }
static enum fault extra(struct script *s) { return DO(s, FACILITATOR, extra, .a = 1, .b = 7, .form = "[60000]"); }
static enum fault ask(struct script *s) { return DO(s, FACILITATOR, ask, .a = 1); }

static const struct {
	const char *name;
	enum fault (*act)(struct script *s);
	enum fault before, between; /* the first part; the parts */
} cases[] = {
	{ "opened again", open_all, FAULT_none, FAULT_wrong_phase },
	{ "opened again with a deadline", open_for_a_while, FAULT_none, FAULT_wrong_phase },
	{ "opened again in a room", open_room, FAULT_none, FAULT_wrong_phase },
	{ "extra time for one", extra, FAULT_none, FAULT_wrong_phase },
	{ "asked again", ask, FAULT_not_sealed, FAULT_not_sealed },
};

/* What a facilitator's hand was on its way to do when the first part went into the log. */
static void nothing_comes_between_the_parts(void **state)
{
	struct script s;
	uint32_t old, new;
	(void)state;
	begin(&s);
	assert_true(seal_one(&s));
	const struct asking *asking = asking_of(s.session, 1, 1);
	assert_int_equal(asking->parts_done, 1);
	assert_true(asking->parts > 1 && !asking->sealed); /* or there is no between */
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		enum fault fault = cases[i].act(&s);
		if (fault != cases[i].between)
			fail_msg("%s between the parts: %s instead of %s", cases[i].name, fault_name(fault), fault_name(cases[i].between));
		assert_int_not_equal(vote(&s, 7, 101), FAULT_none);
	}
	while (seal_one(&s))
		;
	asking = asking_of(s.session, 1, 1);
	assert_true(asking->sealed);
	assert_int_equal(asking->sealed_total, PEOPLE);
	count_sealed(s.session, &old, &new);
	assert_int_equal(old, PEOPLE);
	assert_int_equal(new, 0);
	struct session *replayed = script_replay(&s, s.count, true);
	assert_true(session_digest(replayed) == session_digest(s.session));
	session_destroy(replayed);
	script_finish(&s);
}

/* Before the first part all of it is fine, and then the ballots of the second opening are the ones that count. */
static void before_the_first_part_it_is_open_to_change(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct script s;
		script_begin(&s, 3);
		script_people(&s, 8);
		script_activity(&s, &crowded);
		script_rooms(&s, 2);
		assert_int_equal(DO(&s, FACILITATOR, open, .a = 1, .form = "[0]"), FAULT_none);
		for (uint32_t m = 1; m <= 8; m++)
			assert_int_equal(vote(&s, m, 1), FAULT_none);
		assert_int_equal(DO(&s, FACILITATOR, close, .a = 1, .form = "[1]"), FAULT_none);
		enum fault fault = cases[i].act(&s);
		if (fault != cases[i].before)
			fail_msg("%s before the first part: %s instead of %s", cases[i].name, fault_name(fault), fault_name(cases[i].before));
		if (cases[i].act == open_all) {
			uint32_t old, new;
			for (uint32_t m = 1; m <= 8; m++)
				assert_int_equal(vote(&s, m, 101), FAULT_none);
			assert_int_equal(DO(&s, FACILITATOR, close, .a = 1, .form = "[1]"), FAULT_none);
			assert_int_equal(script_house_acts(&s), 1);
			count_sealed(s.session, &old, &new);
			assert_int_equal(old, 0);
			assert_int_equal(new, 8);
		}
		script_finish(&s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_comes_between_the_parts),
		cmocka_unit_test(before_the_first_part_it_is_open_to_change),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
