/* SPDX-License-Identifier: EUPL-1.2 */
/* Questions that are answered in words (protocol 4.7): the command's text is the ballot. Of an open one the words can be struck from the log; of a secret one they are the
 * ballot's bytes in the form, and no entry says them beside it; a room's are its pen's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "core/state.h"
#include "lib/sees.h"

#define FINE(...) assert_int_equal(DO(__VA_ARGS__), FAULT_none)
#define REFUSED(fault, ...) assert_int_equal(DO(__VA_ARGS__), FAULT_##fault)

/* At most twenty bytes; 1 3 5 and 2 4 6. holder: 1 a person, 2 a room */
static void begin(struct script *s, unsigned holder, bool secret)
{
	script_begin(s, 3);
	script_people(s, 6);
	script_activity(s, &(struct question){ "text", "[20]", holder, 0, secret });
	script_rooms(s, 2);
	FINE(s, FACILITATOR, open, .a = 1, .form = "[0]");
}

static void end(struct script *s)
{
	same(s);
	script_finish(s);
}

/* words NULL: taken back */
static enum fault answer(struct script *s, uint32_t who, const char *words, unsigned tenure)
{
	char form[32], text[128];
	snprintf(form, sizeof form, "[1, %u, h'']", tenure);
	snprintf(text, sizeof text, "[[\"sv\", \"%s\"]]", words ? words : "");
	return DO(s, who, ballot, .a = 1, .form = form, .text = words ? text : NULL);
}

static void test_open(void **state)
{
	static const struct {
		const char *what, *form, *text;
		enum fault fault;
	} rows[] = {
		{ "a ballot beside it", "[1, 0, <<[1, 1]>>]", "[[\"\", \"a word\"]]", FAULT_malformed },
		{ "a ballot instead", "[1, 0, <<[1, 1]>>]", NULL, FAULT_malformed },
		{ "no words", "[1, 0, h'']", "[[\"\", \"\"]]", FAULT_bad_ballot },
		{ "no row", "[1, 0, h'']", "[]", FAULT_bad_text },
		{ "two languages", "[1, 0, h'']", "[[\"sv\", \"ja\"], [\"en\", \"yes\"]]", FAULT_bad_ballot },
		{ "two words", "[1, 0, h'']", "[[\"sv\", \"ja\", \"nej\"]]", FAULT_bad_text },
		{ "too long", "[1, 0, h'']", "[[\"\", \"123456789012345678901\"]]", FAULT_too_long },
		{ "another round", "[2, 0, h'']", "[[\"\", \"a word\"]]", FAULT_stale },
		{ "as long as it may be", "[1, 0, h'']", "[[\"\", \"12345678901234567890\"]]", FAULT_none },
	};
	struct script s;
	(void)state;
	begin(&s, 1, false);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		enum fault fault = DO(&s, 1, ballot, .a = 1, .form = rows[i].form, .text = rows[i].text);
		if (fault != rows[i].fault)
			fail_msg("%s: %s instead of %s", rows[i].what, fault_name(fault), fault_name(rows[i].fault));
	}
	sees(&s, 1, SECTION_ballots, 1, 0, "[1, [1, <<[[\"\", \"12345678901234567890\"]]>>]]");
	assert_int_equal(answer(&s, 1, "trust", 0), FAULT_none);
	assert_int_equal(answer(&s, 2, "time", 0), FAULT_none);
	assert_int_equal(answer(&s, 3, "trust", 0), FAULT_none);
	assert_int_equal(answer(&s, 4, "money", 0), FAULT_none);
	assert_int_equal(answer(&s, 4, NULL, 0), FAULT_none); /* taken back */
	assert_int_equal(answer(&s, 5, NULL, 0), FAULT_none); /* nothing to take back */
	sees(&s, 4, SECTION_ballots, 4, 0, "[1, [1, h'']]");
	sees(&s, 1, SECTION_ballots, 4, 0, NULL);
	assert_int_equal(session_ballots(s.session, 1), 3);
	FINE(&s, FACILITATOR, close, .a = 1, .form = "[1]");
	assert_int_equal(answer(&s, 2, NULL, 0), FAULT_closed);
	FINE(&s, FACILITATOR, reveal, .a = 1);
	sees(&s, 6, SECTION_result, 1, 0, "[1, [3, 3, 0, <<[\"time\", 1, \"trust\", 2, 0]>>, h'', 0]]");
	sees(&s, 1, SECTION_result, 1, 1, "[1, [2, 2, 0, <<[\"trust\", 2, 0]>>, h'', 0]]");
	/* Asked again, both rounds' words stand side by side when the new ones are shown. */
	FINE(&s, FACILITATOR, ask, .a = 1);
	FINE(&s, FACILITATOR, open, .a = 1, .form = "[0]");
	FINE(&s, 1, ballot, .a = 1, .form = "[2, 0, h'']", .text = "[[\"\", \"peace\"]]");
	FINE(&s, FACILITATOR, close, .a = 1, .form = "[1]");
	FINE(&s, FACILITATOR, reveal, .a = 1);
	sees(&s, 6, SECTION_result, 1, 0, "[1, [3, 3, 0, <<[\"time\", 1, \"trust\", 2, 0]>>, h'', 0], 2, [1, 1, 0, <<[\"peace\", 1, 0]>>, h'', 0]]");
	end(&s);
}

/* Words that somebody wishes gone are struck from the log. Replayed, the answer is empty; everything else is as it was. */
static void test_struck(void **state)
{
	struct script s;
	(void)state;
	begin(&s, 1, false);
	assert_int_equal(answer(&s, 1, "trust", 0), FAULT_none);
	assert_int_equal(answer(&s, 2, "a name", 0), FAULT_none);
	uint64_t gone = s.count;
	assert_int_equal(answer(&s, 3, "time", 0), FAULT_none);
	FINE(&s, FACILITATOR, close, .a = 1, .form = "[1]");
	FINE(&s, FACILITATOR, reveal, .a = 1);
	FINE(&s, FACILITATOR, ask, .a = 1);
	FINE(&s, FACILITATOR, open, .a = 1, .form = "[0]");
	FINE(&s, 2, ballot, .a = 1, .form = "[2, 0, h'']", .text = "[[\"\", \"peace\"]]");
	FINE(&s, FACILITATOR, close, .a = 1, .form = "[1]");
	FINE(&s, FACILITATOR, reveal, .a = 1);
	struct session *lived = s.session;
	s.session = session_create(script_sid());
	for (uint64_t seq = 1; seq <= s.count; seq++) {
		struct entry entry = s.log[seq - 1].entry;
		if (seq == gone) {
			entry.text = slice_of(NULL, 0);
			entry.struck = ENTRY_TEXT;
		}
		assert_int_equal(session_step(s.session, &entry), s.log[seq - 1].fault);
	}
	sees(&s, 6, SECTION_result, 1, 0, "[1, [3, 3, 0, <<[\"\", 1, \"time\", 1, \"trust\", 1, 0]>>, h'', 0], 2, [1, 1, 0, <<[\"peace\", 1, 0]>>, h'', 0]]");
	sees(&s, 2, SECTION_ballots, 2, 0, "[1, [2, <<[[\"\", \"peace\"]]>>]]");
	struct pack saved;
	pack_init(&saved);
	session_save(s.session, &saved);
	struct session *again = session_restore(script_sid(), pack_bytes(&saved));
	assert_non_null(again);
	assert_true(session_digest(again) == session_digest(s.session));
	pack_finish(&saved);
	session_destroy(again);
	session_destroy(s.session);
	s.session = lived;
	end(&s);
}

static void test_secret(void **state)
{
	static const char *const ballots[] = { "[[\"sv\", \"SECRET one\"]]", "[[\"sv\", \"SECRET two\"]]", "[[\"sv\", \"SECRET one\"]]", "[[\"\", \"SECRET six\"]]" };
	struct script s;
	(void)state;
	begin(&s, 1, true);
	assert_int_equal(answer(&s, 1, "SECRET one", 0), FAULT_not_allowed); /* by name it is none */
	uint64_t named = s.count;
	for (uint32_t m = 1; m <= 4; m++)
		assert_int_equal(script_secret(&s, m, 1, ballots[m - 1]), FAULT_none);
	size_t form = s.log[s.count - 1].entry.form.len;
	assert_int_equal(script_secret(&s, 5, 1, "[[\"sv\", \"SECRET five\"]]"), FAULT_none);
	assert_int_equal(script_secret(&s, 5, 1, ""), FAULT_none); /* taken back */
	assert_int_equal(s.log[s.count - 1].entry.form.len, form);  /* no length speaks */
	assert_int_equal(script_secret(&s, 6, 1, "[[\"\", \"\"]]"), FAULT_bad_ballot);
	assert_int_equal(script_secret(&s, 6, 1, "[[\"\", \"SECRET longer than 20\"]]"), FAULT_too_long);
	assert_int_equal(script_secret(&s, 6, 1, "[1, 1]"), FAULT_bad_text);
	for (uint64_t seq = named + 1; seq <= s.count; seq++)
		assert_int_equal(s.log[seq - 1].entry.text.len, 0);
	/* Words beside the form would stay when it is struck. */
	struct entry entry = s.log[named].entry;
	struct pack text;
	pack_init(&text);
	assert_true(notation_pack(ballots[0], &text));
	entry.name.number = (uint32_t)s.count + 10;
	entry.text = pack_bytes(&text);
	assert_int_equal(script_entry(&s, &entry), FAULT_malformed);
	pack_finish(&text);
	FINE(&s, FACILITATOR, close, .a = 1, .form = "[1]");
	for (uint32_t who = 1; who <= 6; who++)
		sees(&s, who, SECTION_result, 1, 0, NULL);
	assert_int_equal(script_house_acts(&s), 1);
	for (uint64_t seq = named + 1; seq <= s.count; seq++)
		assert_true(script_is_sealed_away(&s, seq) == (s.log[seq - 1].entry.command == COMMAND_secret_ballot));
	FINE(&s, FACILITATOR, reveal, .a = 1);
	sees(&s, 6, SECTION_result, 1, 0, "[1, [4, 4, 0, <<[\"SECRET one\", 2, \"SECRET six\", 1, \"SECRET two\", 1, 0]>>, h'', 0]]");
	sees(&s, 6, SECTION_result, 1, 2, "[1, [0, 0, 1, h'', h'', 0]]"); /* 2 and 4 wrote there: fewer than k */
	end(&s);
}

/* A room's words are its pen's to write. */
static void test_of_a_room(void **state)
{
	struct script s;
	(void)state;
	begin(&s, 2, false);
	assert_int_equal(answer(&s, 1, "anybody may", 0), FAULT_none); /* nobody holds the pen yet */
	assert_int_equal(answer(&s, 3, "so may I", 0), FAULT_none);
	assert_int_equal(answer(&s, 3, "by no pen", 1), FAULT_stale);
	FINE(&s, 1, pen_take, .a = 1, .form = "[0]");
	assert_int_equal(answer(&s, 3, "behind the pen", 0), FAULT_pen_needed);
	assert_int_equal(answer(&s, 3, "behind the pen", 1), FAULT_pen_needed);
	assert_int_equal(answer(&s, 3, NULL, 0), FAULT_pen_needed);
	assert_int_equal(answer(&s, 1, "by the pen", 1), FAULT_none);
	assert_int_equal(answer(&s, 2, "the other room", 0), FAULT_none);
	sees(&s, 3, SECTION_room_ballots, 1, 0, "[1, [1, <<[[\"sv\", \"by the pen\"]]>>, [], []]]");
	sees(&s, 2, SECTION_room_ballots, 1, 0, NULL);
	FINE(&s, 1, pen_give, .a = 1, .form = "[1, 3]");
	assert_int_equal(answer(&s, 1, "in a tunnel", 1), FAULT_stale);
	assert_int_equal(answer(&s, 1, "in a tunnel", 2), FAULT_pen_needed);
	assert_int_equal(answer(&s, 3, "by the next", 2), FAULT_none);
	assert_int_equal(session_ballots(s.session, 1), 2);
	assert_int_equal(answer(&s, 3, NULL, 2), FAULT_none);
	assert_int_equal(session_ballots(s.session, 1), 1);
	assert_int_equal(answer(&s, 3, "by the next", 2), FAULT_none);
	FINE(&s, FACILITATOR, move, .form = "[3, 2]"); /* lays it down */
	assert_int_equal(answer(&s, 5, "whoever is left", 0), FAULT_none);
	FINE(&s, FACILITATOR, close, .a = 1, .form = "[1]");
	FINE(&s, FACILITATOR, reveal, .a = 1);
	sees(&s, 5, SECTION_result, 1, 0, "[1, [2, 2, 0, <<[\"the other room\", 1, \"whoever is left\", 1, 0]>>, h'', 0]]");
	end(&s);
}

/* What a report says: all of the words, also those that a picture has no room for; held back stays held back. */
static void all_words(const struct script *s, uint32_t round, uint32_t room, const char *wanted)
{
	struct pack out;
	char *text = NULL;
	size_t len;
	pack_init(&out);
	bool said = session_words(s->session, 1, round, room, &out);
	FILE *file = open_memstream(&text, &len);
	if (said)
		notation_print(pack_bytes(&out), true, file);
	fclose(file);
	if (said != (wanted != NULL) || (said && strcmp(text, wanted) != 0))
		fail_msg("round %u room %u: %s instead of %s", round, room, said ? text : "nothing", wanted ? wanted : "nothing");
	free(text);
	pack_finish(&out);
}

static void test_all_words(void **state)
{
	struct script s;
	(void)state;
	begin(&s, 1, false);
	all_words(&s, 1, 0, "[0]");
	assert_int_equal(answer(&s, 1, "one", 0), FAULT_none);
	assert_int_equal(answer(&s, 2, "two", 0), FAULT_none);
	assert_int_equal(answer(&s, 3, "one", 0), FAULT_none);
	all_words(&s, 1, 0, "[\"one\", 2, \"two\", 1, 0]");
	all_words(&s, 1, 1, "[\"one\", 2, 0]");
	all_words(&s, 1, 2, "[\"two\", 1, 0]");
	all_words(&s, 2, 0, NULL); /* no such round */
	all_words(&s, 0, 0, NULL);
	script_activity(&s, &(struct question){ "dots", "[5, 3]", 1, 3, false });
	struct pack out;
	pack_init(&out);
	assert_false(session_words(s.session, 2, 1, 0, &out)); /* not in words */
	assert_false(session_words(s.session, 9, 1, 0, &out));
	pack_finish(&out);
	script_finish(&s);
	/* Secret: nothing before the seal but what the picture would say, and a room of few is held back. */
	begin(&s, 1, true);
	static const char *const said[] = { "[[\"sv\", \"SECRET one\"]]", "[[\"sv\", \"SECRET two\"]]", "[[\"sv\", \"SECRET one\"]]" };
	for (uint32_t who = 1; who <= 3; who++)
		assert_int_equal(script_secret(&s, who, 1, said[who - 1]), FAULT_none);
	FINE(&s, FACILITATOR, close, .a = 1, .form = "[1]");
	assert_int_equal(script_house_acts(&s), 1);
	all_words(&s, 1, 0, "[\"SECRET one\", 2, \"SECRET two\", 1, 0]");
	all_words(&s, 1, 1, NULL);
	all_words(&s, 1, 2, NULL);
	script_finish(&s);
}

/* More than a picture takes: the tally leaves some out and says how many, the report has each. */
static void test_more_words_than_a_picture_takes(void **state)
{
	enum { PEOPLE = 80, LONG = 800 };
	struct script s;
	char form[] = "[1, 0, h'']", *text = check_alloc(1, LONG + 64), *words = check_alloc(1, LONG + 1);
	(void)state;
	script_begin(&s, 3);
	script_people(&s, PEOPLE);
	script_activity(&s, &(struct question){ "text", "[900]", 1, 0, false });
	FINE(&s, FACILITATOR, open, .a = 1, .form = "[0]");
	memset(words, 'x', LONG);
	for (uint32_t who = 1; who <= PEOPLE; who++) {
		char number[8];
		snprintf(number, sizeof number, "%03u", who);
		memcpy(words, number, 3);
		snprintf(text, LONG + 64, "[[\"sv\", \"%s\"]]", words);
		assert_int_equal(DO(&s, who, ballot, .a = 1, .form = form, .text = text), FAULT_none);
	}
	struct pack all, picture;
	pack_init(&all);
	pack_init(&picture);
	assert_true(session_words(s.session, 1, 1, 0, &all));
	result_pack(s.session, 1, 1, 0, &picture);
	assert_true(all.len > (size_t)PEOPLE * LONG && all.at[all.len - 1] == 0); /* nobody is left out */
	assert_true(picture.len < LIMIT_TALLY_WORDS + 100);
	for (uint32_t who = 1; who <= PEOPLE; who++) {
		char start[8];
		snprintf(start, sizeof start, "%03uxx", who);
		assert_non_null(memmem(all.at, all.len, start, 5));
		assert_int_equal(memmem(picture.at, picture.len, start, 5) != NULL, who <= LIMIT_TALLY_WORDS / (LONG + 4));
	}
	pack_finish(&all);
	pack_finish(&picture);
	free(text);
	free(words);
	script_finish(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_open), cmocka_unit_test(test_struck), cmocka_unit_test(test_secret), cmocka_unit_test(test_of_a_room),
		cmocka_unit_test(test_all_words), cmocka_unit_test(test_more_words_than_a_picture_takes) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
