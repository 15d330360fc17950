/* SPDX-License-Identifier: EUPL-1.2 */
/* The name of a command, lanes and verdicts; joining; rooms; links; what a log may hold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/check.h"
#include "base/limits.h"
#include "core/state.h"
#include "lib/notation.h"
#include "lib/script.h"

#define FINE(...) assert_int_equal(DO(__VA_ARGS__), FAULT_none)
#define REFUSED(fault, ...) assert_int_equal(DO(__VA_ARGS__), FAULT_##fault)

static void begin(struct script *s)
{
	script_begin(s, 3);
	script_people(s, 4);
	script_activity(s, &(struct question){ "dots", "[5, 3]", 1, 3, false });
}

static struct entry ballot_entry(uint32_t who, uint64_t lane, uint32_t number, struct pack *form, const char *text)
{
	pack_clear(form);
	assert_true(notation_pack(text, form));
	return (struct entry){ .name = { who, lane, number }, .command = COMMAND_ballot, .subject = { 1, 0 }, .form = pack_bytes(form) };
}

/* A command sent again gets the verdict that is kept, whatever it says now; one before it is superseded; one of a lane that is not held is not judged. */
static void test_names(void **state)
{
	static const struct {
		const char *what;
		uint64_t lane;
		uint32_t number;
		const char *form;
		enum fault fault;
	} rows[] = {
		{ "judged", 1001, 10, "[1, 0, <<[1, 3]>>]", FAULT_none },
		{ "the same again", 1001, 10, "[1, 0, <<[1, 3]>>]", FAULT_none },
		{ "the same number, other content: the kept verdict, nothing counted", 1001, 10, "[1, 0, <<[2, 3]>>]", FAULT_none },
		{ "refused", 1001, 11, "[1, 0, <<[1, 4]>>]", FAULT_over_cap },
		{ "a refusal stays one", 1001, 11, "[1, 0, <<[1, 1]>>]", FAULT_over_cap },
		{ "gaps are fine", 1001, 90, "[1, 0, <<[3, 1]>>]", FAULT_none },
		{ "late", 1001, 89, "[1, 0, <<[1, 1]>>]", FAULT_superseded },
		{ "another lane", 4711, 1, "[1, 0, <<[1, 1]>>]", FAULT_lane_unknown },
		{ "and again", 4711, 1, "[1, 0, <<[1, 1]>>]", FAULT_lane_unknown },
	};
	struct script s;
	struct pack form;
	(void)state;
	begin(&s);
	pack_init(&form);
	FINE(&s, FACILITATOR, open, .a = 1, .form = "[0]");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct entry entry = ballot_entry(1, rows[i].lane, rows[i].number, &form, rows[i].form);
		bool kept;
		assert_int_equal(session_would_refuse(s.session, &entry, &kept), rows[i].fault);
		if (script_entry(&s, &entry) != rows[i].fault)
			fail_msg("%s: %s", rows[i].what, fault_name(s.log[s.count - 1].fault));
		session_would_refuse(s.session, &entry, &kept);
		assert_true(kept == (rows[i].lane == 1001));
	}
	const struct ballot *ballot = ballot_find(asking_of(s.session, 1, 1), 1);
	assert_non_null(ballot);
	assert_memory_equal(ballot->bytes.at, "\x92\x03\x01", 3);
	assert_int_equal(session_ballots(s.session, 1), 1);
	pack_finish(&form);
	script_finish(&s);
}

static void test_lanes(void **state)
{
	struct script s;
	struct pack form;
	(void)state;
	begin(&s);
	pack_init(&form);
	struct entry join = s.log[0].entry;
	for (size_t i = 0; i < s.count; i++)
		if (s.log[i].entry.command == COMMAND_join && s.log[i].entry.name.lane == 1001)
			join = s.log[i].entry;
	uint32_t members = session_members(s.session);
	for (uint64_t lane = 1; lane <= LIMIT_LANES; lane++) {
		join.name.lane = 500 + lane;
		assert_int_equal(script_entry(&s, &join), FAULT_none);
	}
	assert_int_equal(session_members(s.session), members); /* a known token is the same member */
	REFUSED(lane_unknown, &s, 1, profile, .form = "[0]");  /* the first lane gave way to the newest four */
	struct entry entry = ballot_entry(1, 504, 2, &form, "[1, 0, <<[1, 1]>>]");
	assert_int_equal(script_entry(&s, &entry), FAULT_wrong_phase);
	join.name.lane = 504;
	assert_int_equal(script_entry(&s, &join), FAULT_superseded); /* the lane has gone on */
	join.name.lane = 0;
	assert_int_equal(script_entry(&s, &join), FAULT_malformed);
	join.name = (struct name){ 0, 600, 2 };
	assert_int_equal(script_entry(&s, &join), FAULT_malformed); /* a join is number 1 */
	pack_finish(&form);
	script_finish(&s);
}

/* A facilitator's own verdict stands, though what the command made has moved the links in memory. */
static void test_verdict_of_what_moves_memory(void **state)
{
	struct script s;
	(void)state;
	begin(&s);
	for (uint32_t link = 3; link <= 40 && link <= LIMIT_LINKS; link++) {
		char form[128];
		snprintf(form, sizeof form, "[16, h'%062u%02u']", 0u, link);
		FINE(&s, FACILITATOR, link_put, .a = link, .form = form);
		assert_int_equal(lanes_find(lanes_of(s.session, FACILITATOR), 9001)->number, map_get(&s.numbers, FACILITATOR));
	}
	script_people(&s, 100);
	script_finish(&s);
}

static void test_links(void **state)
{
	static const char deputy[] = "[16, h'0303030303030303030303030303030303030303030303030303030303030303']";
	struct script s;
	struct pack form;
	(void)state;
	begin(&s);
	pack_init(&form);
	REFUSED(not_allowed, &s, FACILITATOR, link_revoke, .a = 1); /* nobody could do anything any more */
	REFUSED(no_link, &s, FACILITATOR, link_put, .a = 5, .form = deputy);
	REFUSED(taken, &s, FACILITATOR, link_put, .a = 2, .form = deputy);
	REFUSED(malformed, &s, FACILITATOR, link_put, .a = 3, .form = "[2, h'0303030303030303030303030303030303030303030303030303030303030303']");
	FINE(&s, FACILITATOR, link_put, .a = 3, .form = deputy);
	REFUSED(taken, &s, FACILITATOR, link_put, .a = 4, .form = deputy);
	uint8_t hash[32];
	memset(hash, 3, sizeof hash);
	assert_int_equal(session_actor(s.session, hash), 3u | ACTOR_LINK);
	FINE(&s, FACILITATOR, link_revoke, .a = 3);
	assert_int_equal(session_actor(s.session, hash), 0);
	assert_int_equal(session_roles(s.session, 3u | ACTOR_LINK), 0);
	REFUSED(no_link, &s, FACILITATOR, link_revoke, .a = 3);
	assert_true(notation_pack("[h'0303030303030303030303030303030303030303030303030303030303030303', h'', 0]", &form));
	struct entry join = { .name = { 0, 77, 1 }, .command = COMMAND_join, .form = pack_bytes(&form) };
	assert_int_equal(script_entry(&s, &join), FAULT_no_link);
	pack_finish(&form);
	script_finish(&s);
}

static void rooms_are(const struct session *s, const char *expected)
{
	char text[128] = "";
	for (uint32_t m = 1; m <= session_members(s); m++)
		snprintf(text + strlen(text), sizeof text - strlen(text), "%u", session_room(s, m));
	assert_string_equal(text, expected);
}

static void test_rooms(void **state)
{
	struct script s;
	(void)state;
	script_begin(&s, 3);
	script_people(&s, 7);
	rooms_are(s.session, "0000000");
	FINE(&s, FACILITATOR, rooms, .form = "[[1, 1, 2], [2, 3, 4], [3, 5]]"); /* 6 and 7 came while it was drawn */
	rooms_are(s.session, "1122331");
	script_people(&s, 2);
	rooms_are(s.session, "112233123"); /* the smallest, the first of equals */
	FINE(&s, FACILITATOR, rooms, .form = "[[2, 1, 2, 3, 4]]"); /* rooms 1 and 3 are given up: all are in 2 */
	rooms_are(s.session, "222222222");
	FINE(&s, FACILITATOR, move, .form = "[1, 3, 2, 0]");
	rooms_are(s.session, "302222222");
	script_people(&s, 1);
	rooms_are(s.session, "3022222223");
	REFUSED(no_room, &s, FACILITATOR, move, .form = "[1, 1, 2, 9]"); /* all or none */
	rooms_are(s.session, "3022222223");
	REFUSED(no_member, &s, FACILITATOR, move, .form = "[1, 1, 99, 2]");
	REFUSED(malformed, &s, FACILITATOR, move, .form = "[1]");
	REFUSED(malformed, &s, FACILITATOR, rooms, .form = "[[1, 1, 1]]");
	REFUSED(malformed, &s, FACILITATOR, rooms, .form = "[[1, 1], [1, 2]]");
	REFUSED(malformed, &s, FACILITATOR, rooms, .form = "[]");
	REFUSED(no_member, &s, FACILITATOR, rooms, .form = "[[1, 11]]");
	REFUSED(no_room, &s, FACILITATOR, rooms, .form = "[[0, 1]]");
	REFUSED(full, &s, FACILITATOR, rooms, .form = "[[5000, 1]]");
	REFUSED(no_room, &s, FACILITATOR, room_put, .a = 9);
	FINE(&s, FACILITATOR, room_put, .a = 4, .text = "[[\"\", \"the fourth\", \"\"]]");
	script_people(&s, 1);
	assert_int_equal(session_room(s.session, 11), 4);
	uint32_t seats = 0;
	for (uint32_t r = 1; r <= session_rooms(s.session); r++)
		seats += room_of(s.session, r)->count;
	assert_int_equal(seats + s.session->roomless, session_members(s.session));
	script_finish(&s);
}

static void test_organisations(void **state)
{
	struct script s;
	(void)state;
	script_begin(&s, 3);
	uint32_t first = script_join(&s, "n", "the town"), second = script_join(&s, "n", "the town"), third = script_join(&s, "n", "a town"),
		 none = script_join(&s, "n", "");
	assert_int_equal(session_member_organisation(s.session, first), 1);
	assert_int_equal(session_member_organisation(s.session, second), 1);
	assert_int_equal(session_member_organisation(s.session, third), 2);
	assert_int_equal(session_member_organisation(s.session, none), 0);
	REFUSED(no_organisation, &s, FACILITATOR, merge, .a = 2, .b = 2);
	REFUSED(no_organisation, &s, FACILITATOR, merge, .a = 2, .b = 3);
	FINE(&s, FACILITATOR, merge, .a = 2, .b = 1);
	REFUSED(no_organisation, &s, FACILITATOR, merge, .a = 1, .b = 2);
	assert_int_equal(session_member_organisation(s.session, third), 1);
	assert_int_equal(session_member_organisation(s.session, script_join(&s, "n", "a town")), 1); /* who types the old name */
	script_join(&s, "n", "third");
	FINE(&s, FACILITATOR, merge, .a = 1, .b = 3);
	assert_int_equal(session_member_organisation(s.session, script_join(&s, "n", "a town")), 3);
	script_finish(&s);
}

static void test_words(void **state)
{
	static const struct {
		const char *text;
		enum fault fault;
	} rows[] = {
		{ "[[\"sv\", \"ett\", \"två\"]]", FAULT_none },
		{ "[[\"sv\", \"ett\", \"två\"], [\"en\", \"one\", \"two\"]]", FAULT_none },
		{ "[[\"sv\", \"ett\"]]", FAULT_bad_text },
		{ "[[\"sv\", \"ett\", \"två\", \"tre\"]]", FAULT_bad_text },
		{ "[]", FAULT_bad_text },
		{ "[[]]", FAULT_bad_text },
		{ "[[\"sv\", 1, 2]]", FAULT_bad_text },
		{ "[[\"\", \"a\\u{202e}b\", \"\"]]", FAULT_bad_text },  /* turns what follows around */
		{ "[[\"\", \"a\\u{2067}b\", \"\"]]", FAULT_bad_text },
		{ "[[\"\", \"a\\u{7}b\", \"\"]]", FAULT_bad_text },
		{ "[[\"\", \"a\\u{85}b\", \"\"]]", FAULT_bad_text },
		{ "[[\"\", \"a\\u{7f}b\", \"\"]]", FAULT_bad_text },
		{ "[[\"\", \"a\\nb\", \"\\u{1f600}\"]]", FAULT_none },
		{ "[[\"\", \"h'80'\", \"\"]]", FAULT_none },
	};
	struct script s;
	(void)state;
	begin(&s);
	script_rooms(&s, 1);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (DO(&s, FACILITATOR, room_put, .a = 1, .text = rows[i].text) != rows[i].fault)
			fail_msg("%s: %s", rows[i].text, fault_name(s.log[s.count - 1].fault));
	char longest[LIMIT_TITLE + 64];
	snprintf(longest, sizeof longest, "[[\"\", \"%0*d\", \"\"]]", LIMIT_TITLE, 0);
	FINE(&s, FACILITATOR, room_put, .a = 1, .text = longest);
	snprintf(longest, sizeof longest, "[[\"\", \"%0*d\", \"\"]]", LIMIT_TITLE + 1, 0);
	REFUSED(too_long, &s, FACILITATOR, room_put, .a = 1, .text = longest);
	REFUSED(malformed, &s, FACILITATOR, go, .a = 1, .text = "[[\"\", \"words\"]]"); /* a command without words */
	script_finish(&s);
}

/* What nobody understands stops the session; it neither skips nor ends the process. A page cannot bring that about. */
static void test_stops(void **state)
{
	struct script s;
	(void)state;
	script_begin(&s, 3);
	uint64_t seq = session_seq(s.session);
	REFUSED(not_allowed, &s, FACILITATOR, create, .form = "[1, 0, 3, 0, \"sv\", 5, \"K7MP3XQR\", \"\"]");
	assert_false(session_stopped(s.session));
	struct entry unknown = { .name = { FACILITATOR, 9001, 100 }, .command = 999, .form = slice_of("\x90", 1) };
	bool kept;
	assert_int_equal(session_would_refuse(s.session, &unknown, &kept), FAULT_unknown_command);
	assert_int_equal(script_entry(&s, &unknown), FAULT_unknown_command);
	assert_true(session_stopped(s.session));
	REFUSED(unknown_command, &s, FACILITATOR, say);
	REFUSED(unknown_command, &s, FACILITATOR, say);
	assert_int_equal(session_seq(s.session), seq + 1);
	script_finish(&s);
	static const char *const creations[] = { "[99, 0, 3, 0, \"sv\", 5, \"K7MP3XQR\", \"\"]", "[0, 0, 3, 0, \"sv\", 5, \"K7MP3XQR\", \"\"]",
						 "[1, 0, 2, 0, \"sv\", 5, \"K7MP3XQR\", \"\"]", "[1, 0, 3, 0, \"sv\", 5, \"K7MP3X\"]", "[]" };
	for (size_t i = 0; i < sizeof creations / sizeof *creations; i++) {
		struct pack form;
		pack_init(&form);
		assert_true(notation_pack(creations[i], &form));
		struct entry create = { .term = 1, .seq = 1, .name = { .who = ACTOR_HOUSE }, .command = COMMAND_create, .form = pack_bytes(&form) };
		struct session *session = session_create(script_sid());
		assert_int_equal(session_step(session, &create), FAULT_unknown_command);
		assert_true(session_stopped(session));
		assert_int_equal(session_newer(session), i == 0);
		session_destroy(session);
		pack_finish(&form);
	}
}

/* Rules rise and never fall; who does not know them stops, and says why. */
static void test_rules(void **state)
{
	static const struct { const char *form; enum fault fault; bool newer; } cases[] = {
		{ "[0]", FAULT_stale, false },     { "[1]", FAULT_stale, false }, { "[]", FAULT_malformed, false },
		{ "[1, 2]", FAULT_malformed, false }, { "[99]", FAULT_unknown_command, true },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct script s;
		struct pack form, saved;
		script_begin(&s, 3);
		pack_init(&form);
		pack_init(&saved);
		assert_true(notation_pack(cases[i].form, &form));
		assert_int_equal(session_rules(s.session), 1);
		struct entry entry = { .name = { .who = ACTOR_HOUSE }, .command = COMMAND_rules, .form = pack_bytes(&form) };
		assert_int_equal(script_entry(&s, &entry), cases[i].fault);
		assert_int_equal(session_newer(s.session), cases[i].newer);
		assert_int_equal(session_stopped(s.session), cases[i].newer);
		session_save(s.session, &saved);
		struct session *again = session_restore(script_sid(), pack_bytes(&saved));
		assert_int_equal(again == NULL, cases[i].newer); /* a newer program's snapshot is not for us */
		session_destroy(again);
		pack_finish(&form);
		pack_finish(&saved);
		script_finish(&s);
	}
}

static void test_items(void **state)
{
	struct script s;
	(void)state;
	begin(&s);
	FINE(&s, FACILITATOR, open, .a = 1, .form = "[0]");
	FINE(&s, FACILITATOR, items_hide, .a = 1, .form = "[1, 2]");
	assert_int_equal(script_ballot(&s, 1, 1, "[2, 1]"), FAULT_no_item);
	FINE(&s, FACILITATOR, items_hide, .a = 1, .form = "[0, 2]");
	assert_int_equal(script_ballot(&s, 1, 1, "[2, 1]"), FAULT_none);
	FINE(&s, FACILITATOR, items_put, .a = 1, .form = "[200, 1]", .text = "[[\"\", \"the last\"]]");
	assert_int_equal(script_ballot(&s, 1, 1, "[200, 1]"), FAULT_none);
	assert_int_equal(script_ballot(&s, 1, 1, "[100, 1]"), FAULT_no_item); /* between them there are none */
	REFUSED(no_item, &s, FACILITATOR, items_hide, .a = 1, .form = "[1, 100]");
	REFUSED(no_item, &s, FACILITATOR, items_put, .a = 1, .form = "[0, 1]");
	REFUSED(full, &s, FACILITATOR, items_put, .a = 1, .form = "[201, 1]");
	REFUSED(malformed, &s, FACILITATOR, items_put, .a = 1, .form = "[1]");
	REFUSED(malformed, &s, FACILITATOR, items_put, .a = 1, .form = "[]");
	REFUSED(no_activity, &s, FACILITATOR, items_put, .a = 2, .form = "[1, 0]");
	REFUSED(no_activity, &s, FACILITATOR, activity_put, .a = 3, .form = "[1, \"dots\", 1, 0, <<[5, 3]>>, \"\"]");
	REFUSED(no_step, &s, FACILITATOR, activity_put, .a = 2, .form = "[2, \"dots\", 1, 0, <<[5, 3]>>, \"\"]");
	REFUSED(bad_config, &s, FACILITATOR, activity_put, .a = 2, .form = "[1, \"dice\", 1, 0, <<[5, 3]>>, \"\"]");
	REFUSED(bad_config, &s, FACILITATOR, activity_put, .a = 2, .form = "[1, \"dots\", 1, 0, <<[5, 6]>>, \"\"]");
	REFUSED(malformed, &s, FACILITATOR, activity_put, .a = 2, .form = "[1, \"dots\", 3, 0, <<[5, 3]>>, \"\"]");
	REFUSED(no_step, &s, FACILITATOR, go, .a = 2);
	REFUSED(no_room, &s, FACILITATOR, go, .a = 1, .b = SCOPE_ROOM | 1);
	REFUSED(no_room, &s, FACILITATOR, say, .b = SCOPE_TRACK | 1);
	script_finish(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names), cmocka_unit_test(test_lanes), cmocka_unit_test(test_verdict_of_what_moves_memory), cmocka_unit_test(test_links),
		cmocka_unit_test(test_rooms), cmocka_unit_test(test_organisations), cmocka_unit_test(test_words), cmocka_unit_test(test_stops),
		cmocka_unit_test(test_rules), cmocka_unit_test(test_items),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
