/* SPDX-License-Identifier: EUPL-1.2 */
/* Workshops of the catalog: a proper file becomes the bytes of clause 7.3, a broken one is told of with line and column. Every row changes one place of
 * tests/data/catalog/small.yaml, in which nothing is wrong: what is said then is said because of that place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/check.h"
#include "core/activity.h"
#include "lib/notation.h"
#include "wire/command.h"
#include "wire/workshop.h"

enum { FILE_MOST = 512 * 1024, SAID_MOST = 16 * 1024 };

static struct slice file_read(const char *path)
{
	char *text = check_alloc(1, FILE_MOST);
	FILE *file = fopen(path, "r");
	if (file == NULL)
		fail_msg("%s cannot be read", path);
	size_t len = fread(text, 1, FILE_MOST - 1, file);
	fclose(file);
	return slice_of(text, len);
}

static struct slice small(void)
{
	return file_read("tests/data/catalog/small.yaml");
}

static void let_go(struct slice text)
{
	free((void *)(uintptr_t)text.at);
}

/* What `bollplank check` prints, without the file's name. */
static char *said(const struct workshop *w)
{
	char *text = check_alloc(1, SAID_MOST);
	size_t len = 0;
	for (size_t i = 0; i < w->complaints.count; i++) {
		const struct complaint *c = &w->complaints.at[i];
		len += (size_t)snprintf(text + len, SAID_MOST - len, "%s%u:%u: %s%s", i ? "\n" : "", (unsigned)c->at.line, (unsigned)c->at.column,
			c->warning ? "warning: " : "", c->sentence);
	}
	return text;
}

/* Bytes that others can read; good: also one value of clause 7.3 each. */
static void proper(const struct workshop *w, const char *what)
{
	static const struct unpack_limits limits = { .depth = 9, .values = 65536, .bytes = LIMIT_HTTP_BODY };
	assert_true(w->good == (w->complaints.errors == 0));
	assert_true(w->complaints.count <= COMPLAINTS_MOST);
	for (size_t i = 0; i < w->complaints.count; i++) {
		struct slice sentence = slice_text(w->complaints.at[i].sentence);
		if (!utf8_valid(sentence) || memchr(sentence.at, '\n', sentence.len) || w->complaints.at[i].at.line == 0 || w->complaints.at[i].at.column == 0)
			fail_msg("%s: an odd complaint: %s", what, w->complaints.at[i].sentence);
	}
	for (int i = 0; i < 2 && w->good; i++) {
		struct unpack *in = unpack_create(pack_bytes(i ? &w->body : &w->row), &limits);
		unpack_skip(in);
		if (!unpack_end(in))
			fail_msg("%s: the %s is not one value", what, i ? "body" : "row");
		unpack_destroy(in);
	}
}

static void expect(const char *what, struct slice yaml, const char *stem, const char *expected)
{
	struct workshop w;
	workshop_read(yaml, slice_text(stem), &w);
	char *is = said(&w);
	proper(&w, what);
	if (strcmp(is, expected) != 0)
		fail_msg("%s:\nsaid\n%s\nexpected\n%s", what, is, expected);
	free(is);
	workshop_finish(&w);
}

/* The text with one place changed. */
static struct slice changed(struct slice text, const char *find, const char *put)
{
	const uint8_t *at = memmem(text.at, text.len, find, strlen(find));
	if (at == NULL)
		fail_msg("there is no \"%s\" to change", find);
	size_t before = (size_t)(at - text.at), after = text.len - before - strlen(find);
	uint8_t *out = check_alloc(1, before + strlen(put) + after + 1);
	memcpy(out, text.at, before);
	memcpy(out + before, put, strlen(put));
	memcpy(out + before + strlen(put), at + strlen(find), after);
	return slice_of(out, before + strlen(put) + after);
}

/* ---- what a file becomes ---- */

/* The notation, broken into lines where a list begins, so that a change reads as a diff. */
static void print_lines(struct slice packed, FILE *out)
{
	char *text = NULL;
	size_t len = 0, depth = 0;
	FILE *memory = open_memstream(&text, &len);
	notation_print(packed, true, memory);
	fclose(memory);
	for (size_t i = 0, quotes = 0; i < len; i++) {
		if (text[i] == '"' && (i == 0 || text[i - 1] != '\\'))
			quotes = !quotes;
		bool list = text[i] == '[' && !quotes, line = list && depth && depth < 6 && text[i - 1] != '<';
		depth += list;
		if (line)
			fprintf(out, "\n%*s", (int)depth - 1, "");
		depth -= text[i] == ']' && !quotes;
		if (text[i] != ' ' || quotes || depth > 5 || i + 1 == len || text[i + 1] != '[')
			fputc(text[i], out);
	}
	fputc('\n', out);
	free(text);
}

static void test_body(void **state)
{
	static const char path[] = "tests/data/catalog/small.txt";
	struct slice yaml = small();
	struct workshop w;
	char *text = NULL;
	size_t len = 0;
	(void)state;
	workshop_read(yaml, slice_text("small"), &w);
	assert_true(w.good);
	assert_int_equal(w.complaints.count, 0);
	FILE *out = open_memstream(&text, &len);
	fputs("The row in the list:\n", out);
	print_lines(pack_bytes(&w.row), out);
	fputs("\nThe workshop:\n", out);
	print_lines(pack_bytes(&w.body), out);
	fclose(out);
	if (getenv("STORY_UPDATE")) {
		FILE *file = fopen(path, "w");
		assert_non_null(file);
		assert_int_equal(fwrite(text, 1, len, file), len);
		fclose(file);
	}
	struct slice expected = file_read(path);
	if (!slice_equal(expected, slice_of(text, len)))
		fail_msg("%s is not what small.yaml becomes:\n%s", path, text);
	let_go(expected);
	let_go(yaml);
	free(text);
	workshop_finish(&w);
}

/* What a file may ask for is what the core knows, and every configuration is one that its kind takes. */
static void test_kinds(void **state)
{
	(void)state;
	for (size_t i = 0; workshop_kind(i); i++)
		if (!activity_find(slice_text(workshop_kind(i))))
			fail_msg("the catalog offers %s, the core knows no such kind", workshop_kind(i));
	for (size_t i = 0; activity_at(i); i++) {
		bool offered = false;
		for (size_t k = 0; workshop_kind(k); k++)
			offered |= strcmp(workshop_kind(k), activity_at(i)->name) == 0;
		if (!offered)
			fail_msg("the core knows %s, and no file can ask for it", activity_at(i)->name);
	}
	static const struct unpack_limits limits = { .depth = 9, .values = 65536, .bytes = LIMIT_HTTP_BODY };
	struct slice yaml = small();
	struct workshop w;
	workshop_read(yaml, slice_text("small"), &w);
	struct unpack *in = unpack_create(pack_bytes(&w.body), &limits);
	unpack_arrays(in, 7);
	for (int i = 0; i < 5; i++)
		unpack_skip(in);
	size_t seen = 0, steps = unpack_array(in);
	for (size_t s = 0; s < steps; s++) {
		unpack_arrays(in, 8);
		for (int i = 0; i < 7; i++)
			unpack_skip(in);
		size_t activities = unpack_array(in);
		for (size_t a = 0; a < activities; a++, seen++) {
			unpack_arrays(in, 8);
			struct slice name = unpack_str(in, 32);
			unpack_skip(in);
			unpack_skip(in);
			struct slice config = unpack_bin(in, 1, LIMIT_CONFIG);
			const struct activity_kind *kind = activity_find(name);
			assert_non_null(kind);
			if (kind->check_config(config) != FAULT_none)
				fail_msg("activity %zu, a %s, has a configuration that it does not take", seen + 1, kind->name);
			for (int i = 0; i < 4; i++)
				unpack_skip(in);
		}
	}
	unpack_skip(in);
	assert_true(unpack_end(in));
	assert_int_equal(seen, 7);
	unpack_destroy(in);
	workshop_finish(&w);
	let_go(yaml);
}

/* Other editors: ends of lines as Windows writes them, a mark of byte order in front. The same workshop. */
static void test_editors(void **state)
{
	struct slice yaml = small();
	struct workshop plain, other;
	struct pack windows;
	(void)state;
	pack_init(&windows);
	pack_raw(&windows, slice_text("\xef\xbb\xbf"));
	for (size_t i = 0; i < yaml.len; i++) {
		if (yaml.at[i] == '\n')
			pack_raw(&windows, slice_text("\r"));
		pack_raw(&windows, slice_of(yaml.at + i, 1));
	}
	workshop_read(yaml, slice_text("small"), &plain);
	workshop_read(pack_bytes(&windows), slice_text("small"), &other);
	assert_int_equal(other.complaints.count, 0);
	assert_true(other.good && slice_equal(pack_bytes(&plain.body), pack_bytes(&other.body)) && slice_equal(pack_bytes(&plain.row), pack_bytes(&other.row)));
	workshop_finish(&plain);
	workshop_finish(&other);
	pack_finish(&windows);
	let_go(yaml);
}

/* ---- what is wrong with a file ---- */

#define WORDS_24 "123456789012345678901234"
#define WORDS_119 WORDS_24 " " WORDS_24 " " WORDS_24 " " WORDS_24 " 1234567890123456789"
static const struct broken {
	const char *what, *find, *put, *said;
} broken[] = {
	/* keys */
	{ "an unknown key", "minutes: 20", "minuts: 20",
	  "53:5: a step has no minutes; expected how long it takes\n"
	  "55:5: \"minuts\" is no key of a step; expected one of id, title, instruction, minutes, parts, plenary, follows, guide, activities" },
	{ "an unknown key of the file", "k: 4", "kk: 4",
	  "10:1: \"kk\" is no key of a workshop; expected one of bollplank, id, version, languages, title, purpose, guide, k, grace, room_size, steps" },
	{ "a key of another kind", "least: 0", "gate: true",
	  "48:9: \"gate\" is no key of an activity of this kind; expected one of id, kind, title, lead, holder, secret, least, most, groups, items" },
	{ "a key twice", "cap: 3", "dots: 3", "36:9: \"dots\" stands in line 35 already; expected it once" },
	{ "a key of a part", "minutes: 5}", "minute: 5}",
	  "20:9: a part has no minutes; expected a number of minutes, or a range as 5-10\n"
	  "20:45: \"minute\" is no key of a part; expected one of title, minutes" },
	{ "a missing key", "        kind: dots\n", "", "30:9: an activity has no kind; expected dots, choice, rating, ranking or text" },
	{ "no title", "        title: {sv: \"Var?\", en: \"Where?\"}\n", "", "30:9: an activity has no title; expected what is asked, in each language" },
	{ "no dots", "        dots: 5\n", "", "30:9: an activity has no dots; expected how many dots a person has" },
	{ "no end of a scale", "        high: {sv: \"Högt\", en: \"High\"}\n        statements:", "        statements:",
	  "66:9: an activity has no high; expected the words of the high end, in each language" },
	/* types */
	{ "words for a mapping", "{sv: \"Slut\", en: \"End\"}", "Slut", "73:12: title is \"Slut\"; expected its words in each language, {sv: ..., ...}" },
	{ "a list for words", "sv: \"Slut\"", "sv: [Slut]", "73:17: title is a list; expected words" },
	{ "nothing for a list", "steps:\n  - id: place", "steps: x\nsteps2:\n  - id: place",
	  "13:8: steps is \"x\"; expected a list\n"
	  "14:1: \"steps2\" is no key of a workshop; expected one of bollplank, id, version, languages, title, purpose, guide, k, grace, room_size, steps" },
	{ "words for an item", "{id: a, text: {sv: \"Ja\", en: \"Yes\"}}", "Ja", "51:13: an item is \"Ja\"; expected a mapping of keys to values" },
	{ "an empty list", "        statements:\n          - {id: s1, text: {sv: \"Vi vågar\", en: \"We dare\"}}", "        statements: []", "70:21: statements is empty; expected at least one" },
	/* numbers */
	{ "a number in words", "minutes: 20", "minutes: twenty", "55:14: minutes is \"twenty\"; expected a number from 0 to 1440" },
	{ "a number in quotes", "minutes: 20", "minutes: \"20\"", "55:14: minutes is \"20\"; expected a number from 0 to 1440" },
	{ "a number below zero", "minutes: 20", "minutes: -1", "55:14: minutes is \"-1\"; expected a number from 0 to 1440" },
	{ "a number out of range", "minutes: 20", "minutes: 1441", "55:14: minutes is \"1441\"; expected a number from 0 to 1440" },
	{ "a number beyond counting", "minutes: 20", "minutes: 99999999999999999999", "55:14: minutes is \"99999999999999999999\"; expected a number from 0 to 1440" },
	{ "nothing for a number", "minutes: 20", "minutes:", "55:13: minutes is nothing; expected a number from 0 to 1440" },
	{ "another format", "bollplank: 1", "bollplank: 2", "3:12: bollplank is \"2\"; expected 1" },
	{ "too small a group", "k: 4", "k: 2", "10:4: k is \"2\"; expected a number from 3 to 1000" },
	{ "too long a grace", "grace: 45", "grace: 601", "11:8: grace is \"601\"; expected a number from 1 to 600" },
	{ "a room of one", "room_size: 6", "room_size: 1", "12:12: room_size is \"1\"; expected a number from 2 to 20000" },
	{ "a cap above the dots", "cap: 3", "cap: 6", "36:14: cap is \"6\"; expected a number from 1 to 5" },
	{ "more choices than items", "most: 2", "most: 3", "49:15: most is \"3\"; expected a number from 1 to 2" },
	{ "least above most", "least: 0", "least: 3", "48:16: least is \"3\"; expected a number from 0 to 2" },
	{ "more places than items", "best: 2", "best: 4", "80:15: best is \"4\"; expected a number from 1 to 3" },
	{ "too long answers", "letters: 100", "letters: 301", "88:18: letters is \"301\"; expected a number from 1 to 300" },
	{ "a range upside down", "5-10", "10-5", "19:52: minutes is \"10-5\"; expected a number from 1 to 1440, or a range as 5-10" },
	{ "a range with a dash of print", "5-10", "5–10", "19:52: minutes is \"5–10\"; expected a number from 1 to 1440, or a range as 5-10" },
	{ "yes for true", "secret: true", "secret: yes", "34:17: secret is \"yes\"; expected true or false" },
	/* ids and what they name */
	{ "an improper id", "id: said", "id: Said!", "85:13: the id is \"Said!\"; expected at most 32 of the letters a to z, digits and -" },
	{ "an id that is not the file's name", "id: small", "id: large", "4:5: the id is \"large\" and the file is called \"small\"; expected the same name" },
	{ "a step's id twice", "id: rate", "id: place", "53:9: the id \"place\" stands in line 14 already; expected another" },
	{ "an activity's id twice", "id: said", "id: one", "85:13: the id \"one\" stands in line 44 already; expected another" },
	{ "a statement's id twice", "          - {id: s1,", "          - {id: s1, text: {sv: A, en: B}}\n          - {id: s1,",
	  "72:18: the id \"s1\" stands in line 71 already; expected another" },
	{ "an item's id twice", "id: q2", "id: q1", "42:18: the id \"q1\" stands in line 41 already; expected another" },
	{ "a group's id twice", "id: p2", "id: p1",
	  "39:18: the id \"p1\" stands in line 38 already; expected another\n"
	  "42:29: there is no group \"p2\"; expected one of p1, p1" },
	{ "an id that acts on a terminal is not repeated", "id: p2", "id: \"\\e[1m\"",
	  "39:18: the id is \"?[1m\"; expected at most 32 of the letters a to z, digits and -\n"
	  "42:29: there is no group \"p2\"; expected one of p1" },
	{ "nor one of a statement", "id: s1", "id: \"\\e[1m5678901234567890123456789012345678901234567890123456789012345678901234567890\"",
	  "71:18: the id is \"?[1m567890123456789012345678901234567890...\"; expected at most 32 of the letters a to z, digits and -" },
	{ "an id that a rating makes", "id: best", "id: now-q1", "77:13: the id \"now-q1\" stands in line 41 already; expected another" },
	{ "two ids too long together", "id: own", "id: a2345678901234567890123456789-12",
	  "71:18: \"a2345678901234567890123456789-12-s1\" is the id of this statement's question and too long; expected shorter ids, 32 letters together" },
	{ "an unknown kind", "kind: choice", "kind: vote",
	  "45:15: there is no kind of activity \"vote\"; expected one of dots, choice, rating, ranking, text" },
	{ "an unknown group of an item", "group: p2", "group: p3", "42:29: there is no group \"p3\"; expected one of p1, p2" },
	{ "a group without groups", "{id: a, text", "{id: a, group: p1, text", "51:28: there is no group \"p1\"; expected the key groups in this activity" },
	{ "an activity that comes later", "follows: {activity: dots, group: p1}", "follows: {activity: best, item: x}",
	  "56:25: no activity with items above this line has the id \"best\"; expected one of dots, one" },
	{ "an order by an activity without one", "activity: one, item: b", "activity: own, item: b",
	  "75:25: no activity with items above this line has the id \"own\"; expected one of dots, one" },
	{ "an unknown group of an activity", "follows: {activity: dots, group: p1}", "follows: {activity: dots, group: p9}",
	  "56:38: that activity has no group \"p9\"; expected one of p1, p2" },
	{ "a group of an activity without groups", "item: b}", "group: b}",
	  "75:37: that activity has no group \"b\"; expected an item: it has no groups at all" },
	{ "an unknown item of an activity", "item: b}", "item: c}", "75:36: that activity has no item \"c\"; expected one of a, b" },
	{ "a group and an item", "follows: {activity: dots, group: p1}", "follows: {activity: dots, group: p1, item: q1}",
	  "56:48: follows names a group and an item; expected one of them" },
	{ "an order by nothing", "follows: {activity: dots, group: p1}", "follows: {activity: dots}", "56:14: follows names no group and no item; expected one of them" },
	{ "statements from an item", "statements_from: {activity: dots, group: p1}", "statements_from: {activity: dots, item: q1}",
	  "65:26: statements_from names an item; expected a group, or the activity alone" },
	{ "nothing to rate", "        statements_from: {activity: dots, group: p1}\n", "", "58:9: a rating with nothing to rate; expected either statements or statements_from" },
	{ "rated twice", "        statements:\n", "        statements_from: {activity: one}\n        statements:\n",
	  "66:9: a rating with both lists; expected either statements or statements_from" },
	/* rules */
	{ "a secret of a room", "secret: true", "holder: room\n        secret: true",
	  "35:17: a secret activity that a room holds; expected holder: person, or secret: false" },
	{ "another holder", "holder: room", "holder: organisation", "47:17: holder is \"organisation\"; expected person or room" },
	/* words */
	{ "a missing language", "{sv: \"Slut\", en: \"End\"}", "{sv: \"Slut\"}", "73:12: title has no words in \"en\"; expected all of sv, en" },
	{ "a language too many", "en: \"End\"}", "en: \"End\", fi: \"Loppu\"}",
	  "73:36: \"fi\" is no language of this file; expected sv, en, and words that hold a comma in quotes" },
	{ "a comma without quotes", "sv: \"Slut\"", "sv: Slut, och tack",
	  "73:23: \"och tack\" is no language of this file; expected sv, en, and words that hold a comma in quotes" },
	{ "a language twice", "en: \"End\"}", "en: \"End\", en: \"End\"}", "73:36: \"en\" stands in title already; expected it once" },
	{ "no words", "\"Slut\"", "\" \"", "73:17: title has no words here; expected some" },
	{ "no language", "[sv, en]", "[]", "6:12: languages is empty; expected at least one" },
	{ "an odd language", "[sv, en]", "[sv, en, s]", "6:21: \"s\" is no language; expected a tag as sv, en or fi" },
	{ "too long a title", "\"Slut\"", "\"" WORDS_119 WORDS_119 WORDS_119 WORDS_119 "åäö\"",
	  "73:17: title is 1 letter too long (482 bytes); expected at most 480 bytes" },
	{ "a control character", "\"Slut\"", "\"Sl\\x07ut\"",
	  "73:17: title holds a tab, a control character or one that turns the direction of text; expected words and ends of lines" },
	{ "a word that turns the direction", "\"Slut\"", "\"Sl\\u202Eut\"",
	  "73:17: title holds a tab, a control character or one that turns the direction of text; expected words and ends of lines" },
	{ "foreign words are quoted with care", "holder: room", "holder: \"\\e[31m\\u202E\\n12345678901234567890123456789012345678901234567890\"",
	  "47:17: holder is \"?[31m??123456789012345678901234567890123...\"; expected person or room" },
	/* warnings: the file can be used */
	{ "a long word", "\"Slut\"", "\"Verksamhetsutvecklingsplaner\"",
	  "73:17: warning: \"Verksamhetsutvecklingsplaner\" has 28 letters and no place to break a line; expected a soft hyphen in it (\\xAD within double quotes)" },
	{ "a long word with soft hyphens", "\"Slut\"", "\"Verksamhets\\xADutvecklings\\xADplaner, och ett till: verksamhets-utvecklings-planer\"", "" },
	{ "a long word in an item", "\"Tid\"", "\"Tid för kommunikationsplattformar nu\"",
	  "42:44: warning: \"kommunikationsplattformar\" has 25 letters and no place to break a line; expected a soft hyphen in it (\\xAD within double quotes)" },
	{ "a long word in a guide", "Vänta.", "Verksamhetsutvecklingsplaner.", "" },
	{ "parts longer than the step", "minutes: 15", "minutes: 9", "19:7: warning: the parts take at least 10 minutes, the step has 9; expected parts that fit" },
	{ "dots that cannot be placed", "cap: 3", "cap: 1",
	  "35:15: warning: only 3 of 5 dots can be placed on 3 items with a cap of 1; expected a higher cap or fewer dots" },
	{ "an item without its group", "{id: q2, group: p2,", "{id: q2,", "42:13: warning: an item without a group; expected group: one of p1, p2" },
	/* not such a file at all */
	{ "a colon in words", "{sv: \"Slut\", en: \"End\"}", "\n      sv: Slut: tack\n      en: End",
	  "74:15: a colon where none can stand; expected a key, or words that hold a colon in quotes" },
	{ "a tab", "    minutes: 20", "\tminutes: 20", "55:1: a letter that no value can begin with; expected blanks and no tabs before a key, and words that begin with @, ` or % in quotes" },
	{ "open quotes", "en: \"End\"}", "en: \"End}",
	  "79:22: this mapping in braces does not go on like one; expected a comma, or }, and words that hold quotes or braces in quotes" },
	{ "an open brace", "en: \"End\"}", "en: \"End\"",
	  "74:5: this mapping in braces does not go on like one; expected a comma, or }, and words that hold quotes or braces in quotes" },
	{ "an anchor", "lead: {sv: \"Fem.\"", "lead: {sv: &a \"Fem.\"", "33:20: an anchor (&); expected none: write a word that begins with & in quotes" },
	{ "an alias", "lead: {sv: \"Fem.\"", "lead: {sv: *a ", "33:20: an alias (*); expected none: write a word that begins with * in quotes" },
	{ "a tag", "k: 4", "k: !!str 4", "10:4: a tag (!); expected none: write a word that begins with ! in quotes" },
	{ "a second document", "k: 4", "k: 4\n---\nk: 5", "11:1: a second document (---); expected one in a file" },
	{ "bytes that are no letters", "\"Slut\"", "\"Sl\xffut\"", "73:20: bytes that are no letters; expected a file in UTF-8" },
	{ "deeper than anything of ours", "k: 4", "k: [[[[[[[[[[[[4]]]]]]]]]]]]", "10:13: lists and mappings 11 deep; expected at most 10" },
};

static void test_broken(void **state)
{
	struct slice yaml = small();
	(void)state;
	expect("nothing is wrong", yaml, "small", "");
	expect("whatever name", yaml, "", "");
	for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
		struct slice other = changed(yaml, broken[i].find, broken[i].put);
		expect(broken[i].what, other, "small", broken[i].said);
		let_go(other);
	}
	let_go(yaml);
	expect("an empty file", slice_text(""), "x", "1:1: the file is empty; expected a mapping");
	expect("a remark alone", slice_text("# nothing\n"), "x", "1:1: the file is empty; expected a mapping");
	expect("a list", slice_text("- a\n"), "x", "1:1: a workshop is a list; expected a mapping of keys to values");
	expect("no YAML", slice_text("\"\n"), "x", "2:1: quotes that are not closed; expected the same quote at the end of the words");
}

/* ---- a file of nonsense costs little and says little ---- */

static struct slice repeated(const char *head, const char *words, size_t count)
{
	struct pack out;
	pack_init(&out);
	pack_raw(&out, slice_text(head));
	for (size_t i = 0; i < count; i++)
		pack_raw(&out, slice_text(words));
	return pack_bytes(&out);
}

static void test_limits(void **state)
{
	(void)state;
	struct slice text = repeated("", "- a\n", LIMIT_WORKSHOP_VALUES + 10);
	expect("many values", text, "", "20000:3: more than 20000 values; expected a file that a person can read");
	let_go(text);
	text = repeated("", "# 345678901234567890123456789012\n", LIMIT_WORKSHOP / 32);
	expect("many bytes", text, "", "1:1: the file has 270336 bytes; expected at most 262144");
	let_go(text);
	text = repeated("", "[", 100000);
	expect("a deep well", text, "", "1:11: lists and mappings 11 deep; expected at most 10");
	let_go(text);
	/* Twenty complaints, errors before warnings, and how many more there are. */
	text = repeated("bollplank: 1\n", "x: 1\n", 40);
	struct workshop w;
	workshop_read(text, slice_text(""), &w);
	assert_false(w.good);
	assert_int_equal(w.complaints.count, COMPLAINTS_MOST);
	assert_int_equal(w.complaints.errors, 46); /* and six keys that are missing */
	assert_int_equal(w.complaints.left_out, 26);
	workshop_finish(&w);
	let_go(text);
}

/* Whatever is cut off or changed: an answer, and a proper one. */
static void test_damage(void **state)
{
	struct slice yaml = small();
	struct workshop w;
	size_t good = 0, tried = 0;
	(void)state;
	for (size_t len = 0; len < yaml.len; len++, tried++) {
		uint8_t *cut = check_alloc(1, len);
		memcpy(cut, yaml.at, len); /* of its own, so that a read behind its end is seen */
		workshop_read(slice_of(cut, len), slice_text("small"), &w);
		proper(&w, "cut");
		good += w.good;
		workshop_finish(&w);
		free(cut);
	}
	uint8_t *bytes = (uint8_t *)(uintptr_t)yaml.at;
	for (size_t i = 0; i < yaml.len; i++) {
		static const uint8_t puts[] = { '"', ':', '\n', '-', '{', ' ', 0xc3, 0 };
		uint8_t was = bytes[i];
		bytes[i] = puts[i % sizeof puts];
		workshop_read(yaml, slice_text("small"), &w);
		proper(&w, "changed");
		good += w.good;
		tried++;
		workshop_finish(&w);
		bytes[i] = was;
	}
	print_message("%zu damaged files read, %zu of them still proper\n", tried, good);
	assert_true(good > 0 && good < tried / 2);
	let_go(yaml);
}

/* ---- what is delivered, and what is taught ---- */

static void test_readme(void **state)
{
	struct slice readme = file_read("catalog/README.md");
	const uint8_t *begin = memmem(readme.at, readme.len, "```yaml\n", 8), *end = begin ? memmem(begin, readme.len - (size_t)(begin - readme.at), "\n```\n", 5) : NULL;
	(void)state;
	assert_non_null(end);
	struct slice yaml = slice_of(begin + 8, (size_t)(end + 1 - begin - 8));
	expect("the README's example", yaml, "obstacles", "");
	/* The mistakes that it shows, and what it says of them. */
	struct slice one = changed(yaml, ", en: \"A first step\"", ""), two = changed(one, "minutes: 5", "minuts: 5");
	struct workshop w;
	workshop_read(two, slice_text("obstacles"), &w);
	assert_int_equal(w.complaints.count, 3);
	for (size_t i = 0; i < w.complaints.count; i++) {
		char line[COMPLAINT_SENTENCE + 64];
		const struct complaint *c = &w.complaints.at[i];
		int n = snprintf(line, sizeof line, "obstacles.yaml:%u:%u: %s\n", (unsigned)c->at.line, (unsigned)c->at.column, c->sentence);
		if (memmem(readme.at, readme.len, line, (size_t)n) == NULL)
			fail_msg("catalog/README.md does not say: %s", line);
	}
	workshop_finish(&w);
	let_go(one);
	let_go(two);
	let_go(readme);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_body),   cmocka_unit_test(test_editors), cmocka_unit_test(test_kinds),  cmocka_unit_test(test_broken),
		cmocka_unit_test(test_limits), cmocka_unit_test(test_damage), cmocka_unit_test(test_readme),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
