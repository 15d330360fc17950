/* SPDX-License-Identifier: EUPL-1.2 */
/* A session's beginning: given up in the middle it leaves nothing behind, in the journal or in memory; cut off by a crash it is erased later; a body that is not proper is
 * never begun. */
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
	unsigned lost_from; /* this append and those after it are taken and then nothing comes of them; 0: none */
	struct sid newest;  /* created last */
	bool older;         /* the first entry does not say how many there are */
	unsigned parts;   /* several primaries, of which the first is away: so is a session whose name's last bits choose it; 0: one */
} watched;

static bool on_the_first(struct sid sid)
{
	unsigned sum = 0;
	for (const char *c = sid.text; *c; c++)
		sum = sum * 31 + (unsigned char)*c;
	return watched.parts && sum / 7 % watched.parts == 0;
}

static enum journal_status watched_state(void *self, const struct sid *sid, const char **sentence)
{
	if (sid && on_the_first(*sid))
		return JOURNAL_AWAY;
	return watched.below.ops->state(self, sid, sentence);
}

static int watched_create(void *self, struct sid sid, struct code code, const struct body *body, uint64_t tag)
{
	watched.creates++;
	watched.newest = sid;
	if (on_the_first(sid))
		return JOURNAL_AWAY;
	if (!watched.older)
		return watched.below.ops->create(self, sid, code, body, tag);
	struct entry entry;
	struct entry_bytes bytes;
	assert_true(entry_decode(body->head, body->form, body->text, 0, body->digest, &entry));
	entry.subject.a = 0;
	entry_encode(&entry, (const uint8_t[2 * ENTRY_SALT]){ 7 }, &bytes);
	struct body old = { .head = slice_of(bytes.head, bytes.head_len), .form = slice_of(bytes.parts, bytes.form_len),
			    .text = slice_of(bytes.parts + bytes.form_len, bytes.text_len) };
	memcpy(old.digest, bytes.digest, sizeof old.digest);
	int rc = watched.below.ops->create(self, sid, code, &old, tag);
	entry_bytes_finish(&bytes);
	return rc;
}
static int watched_append(void *self, struct sid sid, const struct body *body, uint64_t tag)
{
	if (++watched.appends == watched.full_at)
		return JOURNAL_FULL;
	if (watched.lost_from && watched.appends >= watched.lost_from)
		return 0;
	return watched.below.ops->append(self, sid, body, tag);
}
static void watched_erase(void *self, struct sid sid)
{
	watched.erases++;
	watched.below.ops->erase(self, sid);
}

/* The house dies; the next has the watched journal. */
static void crash(struct desk *desk)
{
	journal_memory_crash(desk->disk, 0);
	transport_test_crash(desk->net);
	house_destroy(desk->house);
	watched.below = journal_memory_port(desk->disk);
	watched.ops = *watched.below.ops;
	watched.ops.create = watched_create;
	watched.ops.append = watched_append;
	watched.ops.erase = watched_erase;
	watched.ops.state = watched_state;
	watched.creates = watched.appends = watched.erases = watched.full_at = watched.lost_from = watched.parts = 0;
	watched.older = false;
	struct house_parts parts = { .loop = desk->loop, .journal = { .ops = &watched.ops, .self = watched.below.self }, .transport = &transport_test_ops,
				     .creation_key = slice_text("key") };
	desk->house = house_create(&parts);
	transport_test_serve(desk->net, house_transport(), desk->house);
}

/* A desk without a session. */
static struct desk *begin(void)
{
	struct desk *desk = desk_open(0, false, "");
	crash(desk);
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

/* ---- cut off by a crash ---- */

enum { MINUTE = 60 * 1000, ENTRIES = 7 /* create, link, step, and two questions with their items */ };

/* A daemon dies after the first, the second, ... entry. The next one erases what is left, some time after its start; and never what is whole, though nobody ever came to it, nor
 * what an older version has made, which does not say when it is whole. */
static void cut_off_by_a_crash(void **state)
{
	static const struct {
		const char *name;
		bool older;
		unsigned lost_from; /* of the appends; 0: none is lost */
		unsigned left;      /* sessions, in the end */
	} cases[] = {
		{ "after the first entry", false, 1, 0 }, { "after the second", false, 2, 0 },          { "after all but two", false, 5, 0 },
		{ "before the last", false, 6, 0 },       { "whole, and nobody came", false, 0, 1 },    { "of an older version", true, 3, 1 },
		{ "of an older version, whole", true, 0, 1 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct desk *desk = begin();
		struct pack body;
		pack_init(&body);
		desk_body(&body, 2, false, "ord");
		watched.lost_from = cases[i].lost_from;
		watched.older = cases[i].older;
		create(desk, pack_bytes(&body));
		loop_test_advance(desk->test, 10);
		assert_int_equal(desk->answers, cases[i].lost_from ? 0 : 1);
		crash(desk);
		assert_int_equal(sessions_in(desk), 1);
		loop_test_advance(desk->test, ABANDONED_MS - MINUTE); /* looked at once: it may be somebody else's, who is at it */
		unsigned early = watched.erases;
		loop_test_advance(desk->test, 3 * MINUTE);
		unsigned then = sessions_in(desk);
		loop_test_advance(desk->test, 10 * ABANDONED_MS);
		if (early || then != cases[i].left || sessions_in(desk) != cases[i].left || watched.erases != 1 - cases[i].left)
			fail_msg("%s: %u erased at once, %u sessions, %u in the end, %u erases", cases[i].name, early, then, sessions_in(desk), watched.erases);
		pack_finish(&body);
		desk_close(desk);
	}
}

/* Another instance is founding a session, slowly, while this one looks; and one that has died in it looks alike at first. */
static void what_is_being_founded_elsewhere_stays(void **state)
{
	struct desk *desk = begin();
	struct pack body;
	struct journal_entry e;
	(void)state;
	pack_init(&body);
	desk_body(&body, 2, false, "ord");
	create(desk, pack_bytes(&body));
	loop_test_advance(desk->test, 10);
	struct sid whole = desk->sid;
	assert_int_equal(desk_entry(desk, 1).subject.a, ENTRIES);
	assert_int_equal(desk_tip(desk), ENTRIES);
	crash(desk);
	struct sid half[2];
	watched.lost_from = 1;
	for (int i = 0; i < 2; i++) { /* both with their first entry only */
		create(desk, pack_bytes(&body));
		loop_test_advance(desk->test, 10);
		half[i] = watched.newest;
	}
	crash(desk);
	loop_test_advance(desk->test, 5 * MINUTE);
	for (uint64_t seq = 2; seq <= ENTRIES; seq++) { /* the rest of one of them comes after all */
		assert_true(journal_memory_entry(desk->disk, whole, seq, &e));
		assert_int_equal(journal_memory_foreign(desk->disk, half[0], &e.body), 0);
		loop_test_advance(desk->test, MINUTE / 2);
	}
	loop_test_advance(desk->test, 5 * ABANDONED_MS);
	assert_int_equal(journal_memory_tip(desk->disk, whole).seq, ENTRIES);
	assert_int_equal(journal_memory_tip(desk->disk, half[0]).seq, ENTRIES);
	assert_int_equal(journal_memory_tip(desk->disk, half[1]).seq, 0);
	assert_int_equal(watched.erases, 1);
	pack_finish(&body);
	desk_close(desk);
}

static void stopped(void *ctx) { ++*(unsigned *)ctx; }

/* The house stops while the journal reads for a look; and looks no more after it. */
static void a_look_and_the_end_of_the_house(void **state)
{
	(void)state;
	for (unsigned at_ms = 0; at_ms <= 200; at_ms += 10) {
		struct desk *desk = begin();
		struct pack body;
		unsigned done = 0;
		pack_init(&body);
		desk_body(&body, 2, false, "ord");
		create(desk, pack_bytes(&body));
		loop_test_advance(desk->test, 10);
		crash(desk);
		journal_memory_late(desk->disk, 40);
		loop_test_advance(desk->test, MINUTE + at_ms);
		house_stop(desk->house, stopped, &done);
		loop_test_advance(desk->test, 5 * ABANDONED_MS);
		assert_int_equal(done, 1);
		pack_finish(&body);
		desk_close(desk);
	}
}

/* ---- bodies ---- */

#define HASH "h'000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f'"
#define LINK(role) "[" role ", " HASH ", [[\"\", \"Fay\"]]]"
#define TEXT(words) "[[\"sv\", " words "]]"
#define STEP(numbers, parts, words, guide, activities) "[" numbers ", " parts ", " words ", " guide ", [" activities "]]"
#define STEPS(activities) "[" STEP("10, 0, 0, 0", "[]", TEXT("\"step\", \"do\""), "nil", activities) "]"
#define QUESTION(kind, holder, secret, config, ref, text, groups, items) \
	"[" kind ", " holder ", " secret ", " config ", " ref ", " text ", [" groups "], [" items "]]"
#define ACTIVITY(kind, holder, secret, config, text, items) QUESTION(kind, holder, secret, config, "\"q-1\"", text, "", items)
#define DOTS "<<[5, 3]>>"
#define WORDS TEXT("\"question\", \"lead\"")
#define ITEM "[0, " TEXT("\"item\"") "]"
#define GROUP(number) "[" number ", " TEXT("\"g\"") "]"
#define TEN(tens) GROUP(tens "1") ", " GROUP(tens "2") ", " GROUP(tens "3") ", " GROUP(tens "4") ", " GROUP(tens "5") ", " GROUP(tens "6") ", " \
	GROUP(tens "7") ", " GROUP(tens "8") ", " GROUP(tens "9") ", " GROUP("10" tens)
#define GROUPS_60 TEN("1") ", " TEN("2") ", " TEN("3") ", " TEN("4") ", " TEN("5") ", " TEN("6")
#define PROPER_QUESTION ACTIVITY("\"dots\"", "1", "false", DOTS, WORDS, ITEM ", " ITEM)

enum { VERSION, REHEARSAL, LANGUAGE, K, GRACE, ORIGIN, TITLE, GUIDE, LINKS, AGENDA, ROOMS, FIELDS };
static const char *const proper[FIELDS] = {
	"1", "false", "\"sv\"", "0", "0", "\"declaration\\u{40}1\"", TEXT("\"title\""), TEXT("\"for whoever leads it\""), "[" LINK("16") "]",
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
	{ "a language of three letters", LANGUAGE, "\"fin\"", FAULT_none },
	{ "a language with a script and a country", LANGUAGE, "\"sr-Latn-RS\"", FAULT_none },
	{ "a language with a region in digits", LANGUAGE, "\"es-419\"", FAULT_none },
	{ "no language", LANGUAGE, "\"\"", FAULT_malformed },
	{ "a language of one letter", LANGUAGE, "\"s\"", FAULT_malformed },
	{ "a language of four letters", LANGUAGE, "\"sven\"", FAULT_malformed },
	{ "a language with a digit", LANGUAGE, "\"s1\"", FAULT_malformed },
	{ "a language that ends in a hyphen", LANGUAGE, "\"sv-\"", FAULT_malformed },
	{ "a language that begins with a hyphen", LANGUAGE, "\"-sv\"", FAULT_malformed },
	{ "a language with two hyphens", LANGUAGE, "\"sv--SE\"", FAULT_malformed },
	{ "a language with an underscore", LANGUAGE, "\"sv_SE\"", FAULT_malformed },
	{ "a language that is markup", LANGUAGE, "\"sv\\u{22}>\"", FAULT_malformed },
	{ "a language of no ASCII", LANGUAGE, "\"\\u{e5}\\u{e4}\"", FAULT_malformed },
	{ "groups of one", K, "1", FAULT_malformed },
	{ "groups larger than any", K, "1001", FAULT_malformed },
	{ "k as text", K, "\"3\"", FAULT_malformed },
	{ "a grace of an hour", GRACE, "3600000", FAULT_malformed },
	{ "grace as a list", GRACE, "[]", FAULT_malformed },
	{ "made by hand", ORIGIN, "\"\"", FAULT_none },
	{ "no origin", ORIGIN, "nil", FAULT_malformed },
	{ "an origin of 500 letters", ORIGIN, "\"@\"", FAULT_too_long },
	{ "an origin of 49 letters", ORIGIN, "\"1234567890123456789012345678901234567890123456789\"", FAULT_too_long },
	{ "no guide", GUIDE, "nil", FAULT_none },
	{ "a guide as a bare word", GUIDE, "\"guide\"", FAULT_malformed },
	{ "a guide of two words", GUIDE, TEXT("\"a\", \"b\""), FAULT_bad_text },
	{ "a guide of 8,000 letters", GUIDE, TEXT("\"@@@@@@@@@@@@@@@@\""), FAULT_none },
	{ "a guide of 8,500 letters", GUIDE, TEXT("\"@@@@@@@@@@@@@@@@@\""), FAULT_too_long },
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
	{ "a step of seven values", AGENDA, "[[10, 0, 0, 0, [], " WORDS ", nil]]", FAULT_malformed },
	{ "a step of two months", AGENDA, "[" STEP("70000, 0, 0, 0", "[]", WORDS, "nil", "") "]", FAULT_malformed },
	{ "a step with one word", AGENDA, "[" STEP("10, 0, 0, 0", "[]", TEXT("\"step\""), "nil", "") "]", FAULT_bad_text },
	{ "a step that is too long to say", AGENDA, "[" STEP("10, 0, 0, 0", "[]", TEXT("\"@@@\", \"\""), "nil", "") "]", FAULT_too_long },
	{ "a step with its parts and a guide", AGENDA, "[" STEP("35, 3, 0, 0", "[[5, 10], [20, 20]]", TEXT("\"s\", \"do\", \"one\", \"two\""), TEXT("\"g\""), "") "]", FAULT_none },
	{ "a part without its word", AGENDA, "[" STEP("35, 0, 0, 0", "[[5, 10], [20, 20]]", TEXT("\"s\", \"do\", \"one\""), "nil", "") "]", FAULT_bad_text },
	{ "a part that begins after its end", AGENDA, "[" STEP("35, 0, 0, 0", "[[10, 5]]", TEXT("\"s\", \"do\", \"one\""), "nil", "") "]", FAULT_malformed },
	{ "a part of three values", AGENDA, "[" STEP("35, 0, 0, 0", "[[5, 10, 15]]", TEXT("\"s\", \"do\", \"one\""), "nil", "") "]", FAULT_malformed },
	{ "nine parts", AGENDA, "[" STEP("35, 0, 0, 0", "[[1, 1], [1, 1], [1, 1], [1, 1], [1, 1], [1, 1], [1, 1], [1, 1], [1, 1]]", WORDS, "nil", "") "]", FAULT_full },
	{ "more notes to all than a room may have", AGENDA, "[" STEP("35, 101, 0, 0", "[]", WORDS, "nil", "") "]", FAULT_malformed },
	{ "a step that follows what is not there", AGENDA, "[" STEP("35, 0, 7, 1", "[]", WORDS, "nil", "") "]", FAULT_no_activity },
	{ "a step that follows the first's question", AGENDA, "[" STEP("10, 0, 0, 0", "[]", WORDS, "nil", PROPER_QUESTION) ", " STEP("35, 0, 1, 2", "[]", WORDS, "nil", "") "]", FAULT_none },
	{ "a step's guide that is too long", AGENDA, "[" STEP("35, 0, 0, 0", "[]", WORDS, TEXT("\"@@@@@@@@@@@@@@@@@\""), "") "]", FAULT_too_long },
	{ "a question of seven values", AGENDA, STEPS("[\"dots\", 1, false, " DOTS ", \"\", " WORDS ", []]"), FAULT_malformed },
	{ "a ref of 33 letters", AGENDA, STEPS(QUESTION("\"dots\"", "1", "false", DOTS, "\"123456789012345678901234567890123\"", WORDS, "", ITEM)), FAULT_too_long },
	{ "no ref", AGENDA, STEPS(QUESTION("\"dots\"", "1", "false", DOTS, "nil", WORDS, "", ITEM)), FAULT_malformed },
	{ "two groups and their items", AGENDA, STEPS(QUESTION("\"dots\"", "1", "false", DOTS, "\"\"", WORDS, GROUP("1") ", " GROUP("7"), "[7, " TEXT("\"i\"") "]")), FAULT_none },
	{ "a group of no number", AGENDA, STEPS(QUESTION("\"dots\"", "1", "false", DOTS, "\"\"", WORDS, GROUP("0"), ITEM)), FAULT_no_group },
	{ "a group without words", AGENDA, STEPS(QUESTION("\"dots\"", "1", "false", DOTS, "\"\"", WORDS, "[1, []]", ITEM)), FAULT_bad_text },
	{ "a group whose name is too long", AGENDA, STEPS(QUESTION("\"dots\"", "1", "false", DOTS, "\"\"", WORDS, "[1, " TEXT("\"@@@\"") "]", ITEM)), FAULT_too_long },
	{ "sixty groups", AGENDA, STEPS(QUESTION("\"dots\"", "1", "false", DOTS, "\"\"", WORDS, GROUPS_60, ITEM)), FAULT_none },
	{ "sixty-one groups", AGENDA, STEPS(QUESTION("\"dots\"", "1", "false", DOTS, "\"\"", WORDS, GROUPS_60 ", " GROUP("61"), ITEM)), FAULT_full },
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
	char text[16384];
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

static uint64_t changed(const struct session *s, uint8_t kind, uint32_t a)
{
	return session_changed(s, (struct section){ .kind = kind, .a = a });
}

/* The declaration in two languages as far as its size goes: 30 items in 5 groups, 5 steps with guides that follow the first's result, 30 ratings. */
static void large_body(struct pack *out)
{
	static char guide[2001], lead[301];
	char text[64 * 1024];
	size_t at = 0;
	memset(guide, 'g', sizeof guide - 1);
	memset(lead, 'l', sizeof lead - 1);
#define ADD(...) at += (size_t)snprintf(text + at, sizeof text - at, __VA_ARGS__)
#define BOTH(word) "[[\"sv\", \"" word "\"], [\"en\", \"" word "\"]]"
	ADD("[1, false, \"sv\", 3, 30000, \"declaration@1\", " BOTH("t") ", " BOTH("%s") ", [" LINK("16") "], [", guide, guide);
	ADD("[15, 3, 0, 0, [[5, 10]], [[\"sv\", \"s\", \"%s\", \"p\"], [\"en\", \"s\", \"%s\", \"p\"]], nil, [[\"dots\", 1, true, <<[5, 5]>>, \"dots\", ", lead, lead);
	ADD("[[\"sv\", \"q\", \"l\"]], [");
	for (int g = 1; g <= 5; g++)
		ADD("%s[%d, " BOTH("group %d") "]", g > 1 ? ", " : "", g, g, g);
	ADD("], [");
	for (int i = 1; i <= 30; i++)
		ADD("%s[%d, " BOTH("%s") "]", i > 1 ? ", " : "", 1 + i % 5, lead, lead);
	ADD("]]]]");
	for (int step = 1; step <= 5; step++) {
		ADD(", [35, 0, 1, %d, [], [[\"sv\", \"s\", \"i\"], [\"en\", \"s\", \"i\"]], " BOTH("%.800s") ", [", step, guide, guide);
		for (int q = 0; q < 6; q++)
			ADD("%s[\"rating\", 1, false, <<[1]>>, \"q-%d-%d\", [[\"sv\", \"q\", \"%.150s\"], [\"en\", \"q\", \"%.150s\"]], [], [[0, " BOTH("no") "], [0, " BOTH("yes") "]]]",
			    q ? ", " : "", step, q, lead, lead);
		ADD("]]");
	}
	ADD("], [" TEXT("\"room\", \"\"") "]]");
#undef ADD
	assert_true(at < sizeof text);
	assert_true(notation_pack(text, out));
}

static void the_declaration_fits_well(void **state)
{
	struct desk *desk = begin();
	struct pack body;
	(void)state;
	pack_init(&body);
	large_body(&body);
	assert_in_range(body.len, 30 * 1000, LIMIT_HTTP_BODY / 4);
	create(desk, pack_bytes(&body));
	loop_test_advance(desk->test, 100);
	assert_int_equal(desk->created, FAULT_none);
	const struct session *s = house_hall(desk->house, desk->sid)->session;
	assert_true(changed(s, SECTION_activity, 31) && !changed(s, SECTION_activity, 32));
	assert_true(changed(s, SECTION_guide, 0));
	/* The order of the entries: the guide of the whole first, then each step with its guide, its questions with groups before items. */
	static const uint16_t order[] = { COMMAND_create, COMMAND_guide_put, COMMAND_link_put, COMMAND_step_put, COMMAND_activity_put, COMMAND_groups_put,
					  COMMAND_items_put, COMMAND_items_put, COMMAND_step_put, COMMAND_guide_put, COMMAND_activity_put };
	for (size_t i = 0; i < sizeof order / sizeof *order; i++)
		assert_int_equal(desk_entry(desk, i + 1).command, order[i]);
	print_message("a body of %zu bytes became %llu entries\n", body.len, (unsigned long long)desk_tip(desk));
	pack_finish(&body);
	desk_close(desk);
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

enum { FOUNDED = 40 };

/* Of several primaries one is away: a session is begun on another, each time. With all away it is said, once, and nothing is left. */
static void with_one_of_several_away_it_is_begun_on_another(void **state)
{
	static const struct {
		unsigned parts;
		unsigned least; /* of the times */
	} cases[] = { { 3, FOUNDED }, { 2, FOUNDED - 2 /* eight draws: one in 256 may fail */ }, { 1, 0 } };
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct desk *desk = begin();
		struct pack body;
		unsigned begun = 0;
		pack_init(&body);
		desk_body(&body, 1, false, "ord");
		watched.parts = cases[i].parts;
		for (unsigned n = 1; n <= FOUNDED; n++) {
			create(desk, pack_bytes(&body));
			loop_test_advance(desk->test, 5000);
			assert_int_equal(desk->answers, n);
			if (desk->created != FAULT_none)
				assert_int_equal(desk->created, FAULT_later);
			begun += desk->created == FAULT_none;
		}
		if (begun < cases[i].least || (cases[i].parts == 1 && begun))
			fail_msg("one of %u away: %u of %u begun", cases[i].parts, begun, FOUNDED);
		watched.parts = 0;
		assert_int_equal(sessions_in(desk), begun);
		pack_finish(&body);
		desk_close(desk);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(given_up_in_the_middle),
		cmocka_unit_test(cut_off_by_a_crash),
		cmocka_unit_test(what_is_being_founded_elsewhere_stays),
		cmocka_unit_test(a_look_and_the_end_of_the_house),
		cmocka_unit_test(a_body_that_is_not_proper_is_never_begun),
		cmocka_unit_test(the_declaration_fits_well),
		cmocka_unit_test(a_body_that_is_cut_is_never_begun),
		cmocka_unit_test(with_one_of_several_away_it_is_begun_on_another),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
