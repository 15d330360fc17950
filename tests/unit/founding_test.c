/* SPDX-License-Identifier: EUPL-1.2 */
/* A session's beginning: given up in the middle it leaves nothing behind, in the journal or in memory; a body that is not proper is never begun. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "lib/desk.h"
#include "lib/notation.h"

/* A journal that counts what it is asked for, and does not take one of the appends. */
static struct {
	struct journal_ops ops;
	struct journal below;
	unsigned creates, appends, erases;
	unsigned full_at; /* this append is answered with FULL at once; 0: none */
} watched;

static int watched_create(void *self, struct sid sid, struct code code, const struct body *body, uint64_t tag)
{
	watched.creates++;
	return watched.below.ops->create(self, sid, code, body, tag);
}
static int watched_append(void *self, struct sid sid, const struct body *body, uint64_t tag)
{
	if (++watched.appends == watched.full_at)
		return JOURNAL_FULL;
	return watched.below.ops->append(self, sid, body, tag);
}
static void watched_erase(void *self, struct sid sid)
{
	watched.erases++;
	watched.below.ops->erase(self, sid);
}

/* A desk without a session whose house has the watched journal. */
static struct desk *begin(void)
{
	struct desk *desk = desk_open(0, false, "");
	journal_memory_crash(desk->disk, 0);
	transport_test_crash(desk->net);
	house_destroy(desk->house);
	watched.below = journal_memory_port(desk->disk);
	watched.ops = *watched.below.ops;
	watched.ops.create = watched_create;
	watched.ops.append = watched_append;
	watched.ops.erase = watched_erase;
	watched.creates = watched.appends = watched.erases = watched.full_at = 0;
	struct house_parts parts = { .loop = desk->loop, .journal = { .ops = &watched.ops, .self = watched.below.self }, .transport = &transport_test_ops,
				     .creation_key = slice_text("key") };
	desk->house = house_create(&parts);
	transport_test_serve(desk->net, house_transport(), desk->house);
	return desk;
}

static void counted(const struct sid *sid, void *ctx) { *(unsigned *)ctx += sid != NULL; }

static unsigned sessions_in(struct desk *desk)
{
	unsigned sessions = 0;
	struct journal journal = journal_memory_port(desk->disk);
	journal.ops->list(journal.self, counted, &sessions);
	loop_test_advance(desk->test, 100); /* the journal may be slow */
	return sessions;
}

static void create(struct desk *desk, struct slice body)
{
	house_create_session(desk->house, body, slice_text("key"), "192.0.2.1", desk_created, desk);
}

/* create, link, step, and each question with its items: the second entry is the first append. */
static void given_up_in_the_middle(void **state)
{
	static const struct {
		const char *name;
		unsigned full_at, refused, away; /* at which append: not taken; taken and refused; taken and the journal goes away */
		uint64_t late_ms;
	} cases[] = {
		{ "full at the second entry", 1, 0, 0, 0 },
		{ "full at the third", 2, 0, 0, 0 },
		{ "full at the last", 6, 0, 0, 0 },
		{ "full at the second, the journal is slow", 1, 0, 0, 40 },
		{ "full at the third, the journal is slow", 2, 0, 0, 40 },
		{ "the second is taken and refused", 0, 1, 0, 40 },
		{ "several are taken and refused", 0, 3, 0, 40 },
		{ "all but the first are taken and refused", 0, 6, 0, 40 },
		{ "away before the second is answered", 0, 0, 1, 40 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct desk *desk = begin();
		struct pack body;
		pack_init(&body);
		desk_body(&body, 2, false, "ord");
		journal_memory_late(desk->disk, cases[i].late_ms);
		watched.full_at = cases[i].full_at;
		create(desk, pack_bytes(&body));
		if (cases[i].refused || cases[i].away)
			loop_test_advance(desk->test, cases[i].late_ms + 5); /* the create is in the log, the others are under way */
		journal_memory_refuse_next(desk->disk, cases[i].refused, JOURNAL_FULL);
		if (cases[i].away) {
			journal_memory_state(desk->disk, JOURNAL_AWAY, "gone", JOURNAL_MEMORY_NEVER);
			loop_test_advance(desk->test, 1000);
			journal_memory_state(desk->disk, JOURNAL_OK, "", JOURNAL_MEMORY_NEVER);
		}
		loop_test_advance(desk->test, 5000); /* whatever was posted to the hall comes now */
		struct house_figures figures;
		house_figures(desk->house, &figures);
		unsigned sessions = sessions_in(desk);
		if (desk->answers != 1 || desk->created != FAULT_later || watched.creates != 1 || watched.erases != 1 || sessions != 0)
			fail_msg("%s: %u answers, the last %s; %u creates, %u erases, %u sessions left", cases[i].name, desk->answers,
				 fault_name(desk->created), watched.creates, watched.erases, sessions);
		/* And once there is room again, the same body makes a session. */
		create(desk, pack_bytes(&body));
		loop_test_advance(desk->test, 5000);
		assert_int_equal(desk->created, FAULT_none);
		assert_int_equal(sessions_in(desk), 1);
		assert_non_null(desk_guest(desk)); /* with journal late it joins a little later */
		loop_test_advance(desk->test, 2000);
		assert_int_equal(session_members(house_hall(desk->house, desk->sid)->session), 1);
		pack_finish(&body);
		desk_close(desk);
	}
}

/* ---- bodies ---- */

#define HASH "h'000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f'"
#define LINK(role) "[" role ", " HASH ", [[\"\", \"Fay\"]]]"
#define TEXT(words) "[[\"sv\", " words "]]"
#define STEPS(activities) "[[10, " TEXT("\"step\", \"do\"") ", [" activities "]]]"
#define ACTIVITY(kind, holder, secret, config, text, items) "[" kind ", " holder ", " secret ", " config ", " text ", [" items "]]"
#define DOTS "<<[5, 3]>>"
#define WORDS TEXT("\"question\", \"lead\"")
#define ITEM "[0, " TEXT("\"item\"") "]"

enum { VERSION, REHEARSAL, LANGUAGE, K, GRACE, TITLE, LINKS, AGENDA, ROOMS, FIELDS };
static const char *const proper[FIELDS] = {
	"1", "false", "\"sv\"", "0", "0", TEXT("\"title\""), "[" LINK("16") "]",
	STEPS(ACTIVITY("\"dots\"", "1", "false", DOTS, WORDS, ITEM ", " ITEM)), "[" TEXT("\"room\", \"\"") "]",
};

/* @ stands for 500 letters, which is more than a title has. */
static const struct {
	const char *name;
	unsigned field;
	const char *value;
	enum fault fault;
} bodies[] = {
	{ "as it should be", FIELDS, "", FAULT_none },
	{ "no agenda yet", AGENDA, "[]", FAULT_none },
	{ "no rooms yet", ROOMS, "[]", FAULT_none },
	{ "another version", VERSION, "2", FAULT_malformed },
	{ "version as text", VERSION, "\"1\"", FAULT_malformed },
	{ "no version", VERSION, "nil", FAULT_malformed },
	{ "rehearsal as a number", REHEARSAL, "1", FAULT_malformed },
	{ "no rehearsal", REHEARSAL, "nil", FAULT_malformed },
	{ "language as a number", LANGUAGE, "5", FAULT_malformed },
	{ "a language of 36 letters", LANGUAGE, "\"abcdefghijklmnopqrstuvwxyzabcdefghij\"", FAULT_malformed },
	{ "groups of one", K, "1", FAULT_malformed },
	{ "groups larger than any", K, "1001", FAULT_malformed },
	{ "k as text", K, "\"3\"", FAULT_malformed },
	{ "a grace of an hour", GRACE, "3600000", FAULT_malformed },
	{ "grace as a list", GRACE, "[]", FAULT_malformed },
	{ "title as a bare word", TITLE, "\"title\"", FAULT_malformed },
	{ "a title of nothing", TITLE, "[]", FAULT_bad_text },
	{ "a title of two words", TITLE, TEXT("\"a\", \"b\""), FAULT_bad_text },
	/* Of the first entry the step says only whether it is proper: another one would stop a session. */
	{ "a title that is too long", TITLE, TEXT("\"@\""), FAULT_too_long },
	{ "a title with a control character", TITLE, TEXT("\"a\\u{7}b\""), FAULT_bad_text },
	{ "links as a number", LINKS, "1", FAULT_malformed },
	{ "nobody to facilitate", LINKS, "[]", FAULT_malformed },
	{ "only a screen", LINKS, "[" LINK("64") "]", FAULT_malformed },
	{ "a link of no role", LINKS, "[" LINK("16") ", " LINK("0") "]", FAULT_malformed },
	{ "a link of a role that is none", LINKS, "[" LINK("16") ", " LINK("9999") "]", FAULT_malformed },
	{ "two links of one token", LINKS, "[" LINK("16") ", " LINK("16") "]", FAULT_taken },
	{ "a short token", LINKS, "[[16, h'0001', [[\"\", \"Fay\"]]]]", FAULT_malformed },
	{ "a link of two values", LINKS, "[[16, " HASH "]]", FAULT_malformed },
	{ "a link without a name", LINKS, "[[16, " HASH ", nil]]", FAULT_malformed },
	{ "agenda as a number", AGENDA, "7", FAULT_malformed },
	{ "a step of two values", AGENDA, "[[10, " WORDS "]]", FAULT_malformed },
	{ "a step of two months", AGENDA, "[[70000, " WORDS ", []]]", FAULT_malformed },
	{ "a step with one word", AGENDA, "[[10, " TEXT("\"step\"") ", []]]", FAULT_bad_text },
	{ "a step that is too long to say", AGENDA, "[[10, " TEXT("\"@@@\", \"\"") ", []]]", FAULT_too_long },
	{ "a question of five values", AGENDA, STEPS("[\"dots\", 1, false, " DOTS ", " WORDS "]"), FAULT_malformed },
	{ "a kind that is none", AGENDA, STEPS(ACTIVITY("\"dice\"", "1", "false", DOTS, WORDS, ITEM)), FAULT_bad_config },
	{ "held by nobody", AGENDA, STEPS(ACTIVITY("\"dots\"", "0", "false", DOTS, WORDS, ITEM)), FAULT_malformed },
	{ "held by three", AGENDA, STEPS(ACTIVITY("\"dots\"", "3", "false", DOTS, WORDS, ITEM)), FAULT_malformed },
	{ "secret as a number", AGENDA, STEPS(ACTIVITY("\"dots\"", "1", "1", DOTS, WORDS, ITEM)), FAULT_malformed },
	{ "no dots to give", AGENDA, STEPS(ACTIVITY("\"dots\"", "1", "false", "<<[0, 0]>>", WORDS, ITEM)), FAULT_bad_config },
	{ "a config that is nothing", AGENDA, STEPS(ACTIVITY("\"dots\"", "1", "false", "h''", WORDS, ITEM)), FAULT_malformed },
	{ "a config that is junk", AGENDA, STEPS(ACTIVITY("\"dots\"", "1", "false", "h'c1c1'", WORDS, ITEM)), FAULT_bad_config },
	{ "a question without words", AGENDA, STEPS(ACTIVITY("\"dots\"", "1", "false", DOTS, "[]", ITEM)), FAULT_bad_text },
	{ "an item of one value", AGENDA, STEPS(ACTIVITY("\"dots\"", "1", "false", DOTS, WORDS, "[0]")), FAULT_malformed },
	{ "an item without words", AGENDA, STEPS(ACTIVITY("\"dots\"", "1", "false", DOTS, WORDS, ITEM ", [0, []]")), FAULT_bad_text },
	{ "an item that is too long", AGENDA, STEPS(ACTIVITY("\"dots\"", "1", "false", DOTS, WORDS, "[0, " TEXT("\"@@@\"") "]")), FAULT_too_long },
	{ "an item with a control character", AGENDA, STEPS(ACTIVITY("\"dots\"", "1", "false", DOTS, WORDS, "[0, " TEXT("\"\\u{1}\"") "]")), FAULT_bad_text },
	{ "rooms as a number", ROOMS, "5", FAULT_malformed },
	{ "a room without words", ROOMS, "[[]]", FAULT_bad_text },
	{ "a room of one word", ROOMS, "[" TEXT("\"room\"") "]", FAULT_bad_text },
	{ "a value too many", ROOMS, "[], 1", FAULT_malformed },
};

static void body_of(unsigned field, const char *value, struct pack *out)
{
	char text[8192];
	size_t at = (size_t)snprintf(text, sizeof text, "[");
	for (unsigned f = 0; f < FIELDS; f++) {
		at += (size_t)snprintf(text + at, sizeof text - at, f ? ", " : "");
		for (const char *from = f == field ? value : proper[f]; *from; from++) {
			size_t n = *from == '@' ? 500 : 1;
			assert_true(at + n + 8 < sizeof text);
			memset(text + at, *from == '@' ? 'x' : *from, n);
			at += n;
		}
	}
	snprintf(text + at, sizeof text - at, "]");
	assert_true(notation_pack(text, out));
}

static void a_body_that_is_not_proper_is_never_begun(void **state)
{
	(void)state;
	unsigned wrong = 0;
	for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
		struct desk *desk = begin();
		struct pack body;
		pack_init(&body);
		body_of(bodies[i].field, bodies[i].value, &body);
		create(desk, pack_bytes(&body));
		loop_test_advance(desk->test, 100);
		bool is = bodies[i].fault == FAULT_none;
		unsigned sessions = sessions_in(desk);
		if (desk->answers != 1 || desk->created != bodies[i].fault || watched.creates != is || sessions != is || (!is && watched.appends)) {
			print_error("%s: %u answers, %s instead of %s; %u creates, %u appends, %u sessions\n", bodies[i].name, desk->answers,
				    fault_name(desk->created), fault_name(bodies[i].fault), watched.creates, watched.appends, sessions);
			wrong++;
		}
		pack_finish(&body);
		desk_close(desk);
	}
	assert_int_equal(wrong, 0);
}

/* Wherever it is cut off, and with whatever behind it. */
static void a_body_that_is_cut_is_never_begun(void **state)
{
	struct desk *desk = begin();
	struct pack body;
	(void)state;
	pack_init(&body);
	body_of(FIELDS, "", &body);
	for (size_t len = 0; len < body.len; len++) {
		unsigned before = desk->answers;
		create(desk, slice_of(body.at, len));
		desk_settle(desk);
		if (desk->answers != before + 1 || desk->created != FAULT_malformed)
			fail_msg("cut at %zu of %zu: %s", len, body.len, fault_name(desk->created));
	}
	pack_uint(&body, 0);
	create(desk, pack_bytes(&body));
	desk_settle(desk);
	assert_int_equal(desk->created, FAULT_malformed);
	assert_int_equal(watched.creates, 0);
	assert_int_equal(sessions_in(desk), 0);
	pack_finish(&body);
	desk_close(desk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(given_up_in_the_middle),
		cmocka_unit_test(a_body_that_is_not_proper_is_never_begun),
		cmocka_unit_test(a_body_that_is_cut_is_never_begun),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
