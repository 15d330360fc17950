/* SPDX-License-Identifier: EUPL-1.2 */
#include "wire/workshop.h"
#include "base/check.h"
#include "wire/command.h"
#include "wire/tree.h"

enum { HOLDER_PERSON = 1, HOLDER_ROOM = 2, LETTER_BYTES = 3, ANSWER_LETTERS = 300, WORD_LETTERS = 20, NAMES_ROOM = 320, KEYS_MOST = 32 };

enum kind { KIND_DOTS = 1, KIND_CHOICE = 2, KIND_RATING = 4, KIND_RANKING = 8, KIND_TEXT = 16,
	    KIND_LISTS = KIND_DOTS | KIND_CHOICE | KIND_RANKING };
static const struct {
	const char *name;
	enum kind kind;
} kinds[] = {
	{ "dots", KIND_DOTS }, { "choice", KIND_CHOICE }, { "rating", KIND_RATING }, { "ranking", KIND_RANKING }, { "text", KIND_TEXT },
};
enum { KINDS = sizeof kinds / sizeof *kinds };

const char *workshop_kind(size_t i)
{
	return i < KINDS ? kinds[i].name : NULL;
}

/* The words of one thing in every language of the file: nodes, 0 where there are none. */
struct text {
	uint32_t in[LIMIT_LANGUAGES];
};

struct asked { /* an activity of the file; a rating stands for several of the session */
	uint32_t node, id;
	enum kind kind;
	uint32_t number; /* in the session, of its first */
};

struct reader {
	struct tree tree;
	struct complaints *complaints;
	struct workshop *out;
	uint32_t languages[LIMIT_LANGUAGES];
	size_t languages_count;
	struct asked *asked;       /* of the file, so far */
	size_t asked_count;
	uint32_t activities;       /* of the session, so far */
	struct ref {               /* names in the session: no two alike */
		char text[2 * LIMIT_REF + 2];
		uint32_t line, node; /* node: of the activity that it comes from */
	} refs[LIMIT_ACTIVITIES];
};

/* ---- saying what is wrong ---- */

static struct spot spot(const struct reader *r, uint32_t node)
{
	return tree_node(&r->tree, node)->at;
}

#define WRONG(r, node, ...) complain((r)->complaints, spot((r), (node)), IS_ERROR, __VA_ARGS__)
#define WARN(r, node, ...) complain((r)->complaints, spot((r), (node)), IS_WARNING, __VA_ARGS__)

/* "a, b, c" for a sentence. */
struct names {
	char text[NAMES_ROOM];
	size_t len;
	bool more;
};

static void names_add(struct names *names, struct slice name)
{
	size_t between = names->len ? 2 : 0;
	if (names->more)
		return;
	if (names->len + between + name.len + sizeof ", ..." > sizeof names->text) {
		memcpy(names->text + names->len, ", ...", sizeof ", ...");
		names->more = true;
		return;
	}
	memcpy(names->text + names->len, ", ", between);
	memcpy(names->text + names->len + between, name.at, name.len);
	names->len += between + name.len;
	names->text[names->len] = '\0';
}

/* What is there instead of what was expected. */
static struct quoted found(const struct reader *r, uint32_t node)
{
	struct quoted q;
	const struct node *is = tree_node(&r->tree, node);
	if (is->type == NODE_WORDS && tree_words(&r->tree, node).len)
		return quoted(tree_words(&r->tree, node));
	const char *name = is->type == NODE_WORDS ? "nothing" : tree_type_name(is->type);
	memcpy(q.text, name, strlen(name) + 1);
	return q;
}

/* ---- mappings ---- */

struct key {
	const char *name;
	bool needed;
	const char *expected; /* what its value should be */
	unsigned kinds;       /* of an activity: which kinds take it; 0: any */
};

static bool is_type(struct reader *r, uint32_t node, enum node_type type, const char *key, const char *expected)
{
	if (tree_node(&r->tree, node)->type == type)
		return true;
	WRONG(r, node, "%s is %s; expected %s", key, found(r, node).text, expected);
	return false;
}

static const struct key *key_find(const struct key *keys, struct slice name)
{
	for (; keys->name; keys++)
		if (slice_equal(slice_text(keys->name), name))
			return keys;
	return NULL;
}

static struct names key_names(const struct key *keys, unsigned kind)
{
	struct names names = { .text = "" };
	for (; keys->name; keys++)
		if (!keys->kinds || !kind || keys->kinds & kind)
			names_add(&names, slice_text(keys->name));
	return names;
}

/* Are these keys of a `what`? kind 0: not known, so nothing that hangs on it is asked. false: it is no mapping at all, and that was told. */
static bool map_check(struct reader *r, uint32_t map, const char *what, const struct key *keys, unsigned kind)
{
	const struct tree *tree = &r->tree;
	if (!is_type(r, map, NODE_MAP, what, "a mapping of keys to values"))
		return false;
	uint32_t seen[KEYS_MOST];
	size_t count = 0;
	for (uint32_t at = tree_node(tree, map)->first; at; at = tree_node(tree, tree_node(tree, at)->next)->next) {
		struct slice name = tree_words(tree, at);
		const struct key *key = key_find(keys, name);
		if (key == NULL)
			WRONG(r, at, "%s is no key of %s; expected one of %s", found(r, at).text, what, key_names(keys, kind).text);
		else if (kind && key->kinds && !(key->kinds & kind))
			WRONG(r, at, "%s is no key of %s of this kind; expected one of %s", found(r, at).text, what, key_names(keys, kind).text);
		for (size_t i = 0; i < count && key; i++)
			if (slice_equal(tree_words(tree, seen[i]), name))
				WRONG(r, at, "%s stands in line %u already; expected it once", found(r, at).text, (unsigned)spot(r, seen[i]).line);
		if (key && count < KEYS_MOST)
			seen[count++] = at;
	}
	for (const struct key *key = keys; key->name; key++)
		if (key->needed && (!key->kinds || key->kinds & kind) && !tree_value(tree, map, key->name))
			WRONG(r, map, "%s has no %s; expected %s", what, key->name, key->expected);
	return true;
}

/* How many values a list has; 0 after a complaint. */
static uint32_t list_check(struct reader *r, uint32_t list, const char *key, uint32_t most)
{
	if (list == 0 || !is_type(r, list, NODE_LIST, key, "a list"))
		return 0;
	uint32_t count = tree_node(&r->tree, list)->count;
	if (count == 0)
		WRONG(r, list, "%s is empty; expected at least one", key);
	if (count > most) {
		WRONG(r, list, "%s has %u values; expected at most %u", key, (unsigned)count, (unsigned)most);
		return 0;
	}
	return count;
}

static uint32_t list_first(const struct reader *r, uint32_t list)
{
	return tree_node(&r->tree, list)->type == NODE_LIST ? tree_node(&r->tree, list)->first : 0;
}

static uint32_t list_next(const struct reader *r, uint32_t at)
{
	return tree_node(&r->tree, at)->next;
}

/* ---- single values ---- */

/* Digits, and nothing else. */
static bool digits(struct slice words, uint32_t *out)
{
	uint64_t value = 0;
	for (size_t i = 0; i < words.len; i++) {
		if (words.at[i] < '0' || words.at[i] > '9' || i > 8)
			return false;
		value = value * 10 + (unsigned)(words.at[i] - '0');
	}
	*out = (uint32_t)value;
	return words.len > 0;
}

struct range {
	uint32_t least, most, otherwise; /* otherwise: when it is not said */
};

static uint32_t number_read(struct reader *r, uint32_t map, const char *key, struct range range)
{
	uint32_t node = tree_value(&r->tree, map, key), value;
	if (node == 0)
		return range.otherwise;
	if (tree_node(&r->tree, node)->plain && digits(tree_words(&r->tree, node), &value) && value >= range.least && value <= range.most)
		return value;
	if (range.least == range.most)
		WRONG(r, node, "%s is %s; expected %u", key, found(r, node).text, (unsigned)range.least);
	else
		WRONG(r, node, "%s is %s; expected a number from %u to %u", key, found(r, node).text, (unsigned)range.least, (unsigned)range.most);
	return range.otherwise ? range.otherwise : range.least;
}

static bool truth_read(struct reader *r, uint32_t map, const char *key)
{
	uint32_t node = tree_value(&r->tree, map, key);
	struct slice words = tree_words(&r->tree, node);
	if (node == 0 || slice_equal(words, slice_text("false")))
		return false;
	if (!slice_equal(words, slice_text("true")))
		WRONG(r, node, "%s is %s; expected true or false", key, found(r, node).text);
	return true;
}

static bool id_proper(struct slice id)
{
	for (size_t i = 0; i < id.len; i++)
		if (!((id.at[i] >= 'a' && id.at[i] <= 'z') || (id.at[i] >= '0' && id.at[i] <= '9') || (i && id.at[i] == '-')))
			return false;
	return id.len >= 1 && id.len <= LIMIT_REF;
}

/* The id of a mapping; 0 after a complaint (a missing one is told of with the keys). */
static uint32_t id_read(struct reader *r, uint32_t map)
{
	uint32_t node = tree_value(&r->tree, map, "id");
	if (node == 0 || id_proper(tree_words(&r->tree, node)))
		return node;
	WRONG(r, node, "the id is %s; expected at most %d of the letters a to z, digits and -", found(r, node).text, LIMIT_REF);
	return 0;
}

/* Where in a list of mappings with ids one of this id stands, from 1; 0: nowhere. `node` gets it. */
static uint32_t id_find(const struct reader *r, uint32_t list, struct slice id, uint32_t *node)
{
	uint32_t place = 1;
	for (uint32_t at = list_first(r, list); at; at = list_next(r, at), place++)
		if (slice_equal(tree_words(&r->tree, tree_value(&r->tree, at, "id")), id) && id.len) {
			if (node)
				*node = at;
			return place;
		}
	return 0;
}

static struct names ids_of(const struct reader *r, uint32_t list)
{
	struct names names = { .text = "" };
	for (uint32_t at = list_first(r, list); at; at = list_next(r, at))
		names_add(&names, tree_words(&r->tree, tree_value(&r->tree, at, "id")));
	return names;
}

/* The id of one of a list: proper, and not that of an earlier one. */
static void id_check(struct reader *r, uint32_t list, uint32_t at)
{
	uint32_t id = id_read(r, at), first = 0;
	if (id && id_find(r, list, tree_words(&r->tree, id), &first) && first != at)
		WRONG(r, id, "the id %s stands in line %u already; expected another", found(r, id).text,
		      (unsigned)spot(r, tree_value(&r->tree, first, "id")).line);
}

/* ---- words ---- */

static size_t letters_after(struct slice words, size_t from)
{
	size_t letters = 0;
	while (from && from < words.len && (words.at[from] & 0xc0) == 0x80)
		from--; /* a letter that is cut in two does not fit */
	for (size_t i = from; i < words.len; i++)
		letters += (words.at[i] & 0xc0) != 0x80;
	return letters;
}

/* The letters from here on, to a place where a line may be broken. */
static size_t word_letters(struct slice words, size_t *i)
{
	size_t letters = 0;
	for (; *i < words.len; letters++) {
		uint8_t b = words.at[*i];
		bool ascii = b < 0x80, two = b == 0xc2, three = b == 0xe2 && *i + 1 < words.len && words.at[*i + 1] == 0x80;
		if (ascii && !((b | 0x20) >= 'a' && (b | 0x20) <= 'z') && !(b >= '0' && b <= '9'))
			break;
		if (two || three) /* soft hyphen, guillemets; dashes, quotes, spaces */
			break;
		*i += b < 0x80 ? 1 : b < 0xe0 ? 2 : b < 0xf0 ? 3 : 4;
	}
	return letters;
}

static void warn_long_words(struct reader *r, uint32_t node)
{
	struct slice words = tree_words(&r->tree, node);
	for (size_t i = 0; i < words.len;) {
		size_t begin = i, letters = word_letters(words, &i);
		if (letters > WORD_LETTERS)
			WARN(r, node, "%s has %zu letters and no place to break a line; expected a soft hyphen in it (\\xAD within double quotes)",
			     quoted(slice_of(words.at + begin, i - begin)).text, letters);
		if (i == begin)
			i += words.at[i] < 0x80 ? 1 : words.at[i] < 0xe0 ? 2 : 3;
	}
}

static void words_check(struct reader *r, uint32_t node, const char *key, size_t most, bool short_words)
{
	if (!is_type(r, node, NODE_WORDS, key, "words"))
		return;
	struct slice words = tree_words(&r->tree, node);
	struct pack row;
	if (words.len == 0) {
		WRONG(r, node, "%s has no words here; expected some", key);
		return;
	}
	if (words.len > most) {
		size_t letters = letters_after(words, most);
		WRONG(r, node, "%s is %zu letter%s too long (%zu bytes); expected at most %zu bytes", key, letters, letters == 1 ? "" : "s", words.len, most);
		return;
	}
	pack_init(&row);
	pack_array(&row, 1);
	pack_array(&row, 2);
	pack_str(&row, slice_of("", 0));
	pack_str(&row, words);
	if (text_check(pack_bytes(&row), 1, most) != FAULT_none)
		WRONG(r, node, "%s holds a tab, a control character or one that turns the direction of text; expected words and ends of lines", key);
	else if (short_words)
		warn_long_words(r, node);
	pack_finish(&row);
}

static uint32_t language_find(const struct reader *r, struct slice name)
{
	for (size_t i = 0; i < r->languages_count; i++)
		if (slice_equal(tree_words(&r->tree, r->languages[i]), name))
			return (uint32_t)i + 1;
	return 0;
}

static struct names language_names(const struct reader *r)
{
	struct names names = { .text = "" };
	for (size_t i = 0; i < r->languages_count; i++)
		names_add(&names, tree_words(&r->tree, r->languages[i]));
	return names;
}

enum words_sort { SHORT_WORDS, LONG_WORDS }; /* of the short ones a word without a place to break is told of */

/* {sv: ..., en: ...}. The key may be left out if it is not among the needed ones of its mapping. */
static struct text text_read(struct reader *r, uint32_t map, const char *key, size_t most, enum words_sort sort)
{
	struct text text = { { 0 } };
	const struct tree *tree = &r->tree;
	uint32_t node = tree_value(tree, map, key);
	if (node == 0 || r->languages_count == 0)
		return text;
	if (tree_node(tree, node)->type != NODE_MAP) {
		WRONG(r, node, "%s is %s; expected its words in each language, {%.*s: ..., ...}", key, found(r, node).text,
		      (int)tree_words(tree, r->languages[0]).len, (const char *)tree_words(tree, r->languages[0]).at);
		return text;
	}
	for (uint32_t at = tree_node(tree, node)->first; at; at = tree_node(tree, tree_node(tree, at)->next)->next) {
		uint32_t language = language_find(r, tree_words(tree, at)), words = tree_node(tree, at)->next;
		if (language == 0) {
			WRONG(r, at, "%s is no language of this file; expected %s, and words that hold a comma in quotes", found(r, at).text, language_names(r).text);
		} else if (text.in[language - 1]) {
			WRONG(r, at, "%s stands in %s already; expected it once", found(r, at).text, key);
		} else {
			text.in[language - 1] = words;
			words_check(r, words, key, most, sort == SHORT_WORDS);
		}
	}
	for (size_t i = 0; i < r->languages_count; i++)
		if (text.in[i] == 0)
			WRONG(r, node, "%s has no words in %s; expected all of %s", key, quoted(tree_words(tree, r->languages[i])).text, language_names(r).text);
	return text;
}

static void text_pack(const struct reader *r, struct pack *out, const struct text *texts, size_t count)
{
	pack_array(out, r->languages_count);
	for (size_t row = 0; row < r->languages_count; row++) {
		pack_array(out, 1 + count);
		pack_str(out, tree_words(&r->tree, r->languages[row]));
		for (size_t i = 0; i < count; i++)
			pack_str(out, tree_words(&r->tree, texts[i].in[row]));
	}
}

static void guide_pack(struct reader *r, struct pack *out, uint32_t map)
{
	struct text guide = text_read(r, map, "guide", LIMIT_GUIDE, LONG_WORDS);
	if (tree_value(&r->tree, map, "guide"))
		text_pack(r, out, &guide, 1);
	else
		pack_nil(out);
}

/* ---- activities ---- */

static const struct key item_keys[] = {
	{ "id", true, "a name for it, of a to z, digits and -", 0 },
	{ "group", false, NULL, KIND_LISTS },
	{ "text", true, "its words in each language", 0 },
	{ NULL, false, NULL, 0 },
};
static const struct key group_keys[] = {
	{ "id", true, "a name for it, of a to z, digits and -", 0 },
	{ "title", true, "its words in each language", 0 },
	{ NULL, false, NULL, 0 },
};
static const struct key source_keys[] = {
	{ "activity", true, "the id of an activity above", 0 },
	{ "group", false, NULL, 0 },
	{ "item", false, NULL, 0 },
	{ NULL, false, NULL, 0 },
};
static const struct key activity_keys[] = {
	{ "id", true, "a name for it, of a to z, digits and -", 0 },
	{ "kind", true, "dots, choice, rating, ranking or text", 0 },
	{ "title", false, NULL, 0 }, /* needed by all but a rating, whose statements are the titles */
	{ "lead", false, NULL, 0 },
	{ "holder", false, NULL, 0 },
	{ "secret", false, NULL, 0 },
	{ "dots", true, "how many dots a person has", KIND_DOTS },
	{ "cap", false, NULL, KIND_DOTS },
	{ "least", false, NULL, KIND_CHOICE },
	{ "most", false, NULL, KIND_CHOICE },
	{ "best", true, "how many places there are", KIND_RANKING },
	{ "letters", false, NULL, KIND_TEXT },
	{ "gate", false, NULL, KIND_RATING },
	{ "low", true, "the words of the low end, in each language", KIND_RATING },
	{ "high", true, "the words of the high end, in each language", KIND_RATING },
	{ "statements", false, NULL, KIND_RATING },
	{ "statements_from", false, NULL, KIND_RATING },
	{ "groups", false, NULL, KIND_LISTS },
	{ "items", true, "a list of what can be chosen", KIND_LISTS },
	{ NULL, false, NULL, 0 },
};

static struct names asked_names(const struct reader *r)
{
	struct names names = { .text = "" };
	for (size_t i = 0; i < r->asked_count; i++)
		if (r->asked[i].kind & KIND_LISTS)
			names_add(&names, tree_words(&r->tree, r->asked[i].id));
	if (names.len == 0)
		names_add(&names, slice_text("none so far"));
	return names;
}

struct source {
	const struct asked *asked; /* NULL: none, or a complaint */
	uint32_t group, item;      /* numbers; 0: not said */
	uint32_t group_id;         /* node */
};

/* {activity: dots, group: p1}: an activity above, and one of its groups or items. */
static struct source source_read(struct reader *r, uint32_t map, const char *key)
{
	struct source source = { 0 };
	uint32_t node = tree_value(&r->tree, map, key);
	if (node == 0 || !map_check(r, node, key, source_keys, 0))
		return source;
	uint32_t activity = tree_value(&r->tree, node, "activity"), group = tree_value(&r->tree, node, "group"), item = tree_value(&r->tree, node, "item");
	if (activity == 0)
		return source;
	struct slice id = tree_words(&r->tree, activity);
	const struct asked *asked = NULL;
	for (size_t i = 0; i < r->asked_count; i++)
		if (r->asked[i].kind & KIND_LISTS && id.len && slice_equal(tree_words(&r->tree, r->asked[i].id), id))
			asked = &r->asked[i];
	if (asked == NULL) {
		WRONG(r, activity, "no activity with items above this line has the id %s; expected one of %s", found(r, activity).text, asked_names(r).text);
		return source;
	}
	uint32_t groups = tree_value(&r->tree, asked->node, "groups"), items = tree_value(&r->tree, asked->node, "items");
	source.asked = asked;
	source.group_id = group;
	source.group = group ? id_find(r, groups, tree_words(&r->tree, group), NULL) : 0;
	source.item = item ? id_find(r, items, tree_words(&r->tree, item), NULL) : 0;
	if (group && source.group == 0) {
		WRONG(r, group, "that activity has no group %s; expected %s%s", found(r, group).text, groups ? "one of " : "an item: it has no groups at all",
		      groups ? ids_of(r, groups).text : "");
		source.asked = NULL;
	}
	if (item && source.item == 0) {
		WRONG(r, item, "that activity has no item %s; expected one of %s", found(r, item).text, ids_of(r, items).text);
		source.asked = NULL;
	}
	if (group && item) {
		WRONG(r, item, "%s names a group and an item; expected one of them", key);
		source.asked = NULL;
	}
	return source;
}

/* [[group, text], ...] */
static void groups_pack(struct reader *r, struct pack *out, uint32_t map)
{
	uint32_t list = tree_value(&r->tree, map, "groups"), count = list_check(r, list, "groups", LIMIT_GROUPS), number = 1;
	pack_array(out, count);
	for (uint32_t at = count ? list_first(r, list) : 0; at; at = list_next(r, at), number++) {
		if (!map_check(r, at, "a group", group_keys, 0))
			continue;
		id_check(r, list, at);
		struct text title = text_read(r, at, "title", LIMIT_TITLE, SHORT_WORDS);
		pack_array(out, 2);
		pack_uint(out, number);
		text_pack(r, out, &title, 1);
	}
}

static uint32_t item_group(struct reader *r, uint32_t at, uint32_t groups)
{
	uint32_t node = tree_value(&r->tree, at, "group");
	uint32_t group = node ? id_find(r, groups, tree_words(&r->tree, node), NULL) : 0;
	if (node && group == 0)
		WRONG(r, node, "there is no group %s; expected %s%s", found(r, node).text, groups ? "one of " : "the key groups in this activity",
		      groups ? ids_of(r, groups).text : "");
	if (node == 0 && groups)
		WARN(r, at, "an item without a group; expected group: one of %s", ids_of(r, groups).text);
	return group;
}

/* [[group, text], ...]; how many there are. */
static uint32_t items_pack(struct reader *r, struct pack *out, uint32_t map, const char *key, enum kind kind)
{
	uint32_t list = tree_value(&r->tree, map, key), groups = tree_value(&r->tree, map, "groups"), count = list_check(r, list, key, LIMIT_ITEMS);
	pack_array(out, count);
	for (uint32_t at = count ? list_first(r, list) : 0; at; at = list_next(r, at)) {
		if (!map_check(r, at, kind == KIND_RATING ? "a statement" : "an item", item_keys, kind))
			continue;
		id_check(r, list, at);
		struct text text = text_read(r, at, "text", LIMIT_ITEM, SHORT_WORDS);
		pack_array(out, 2);
		pack_uint(out, item_group(r, at, groups));
		text_pack(r, out, &text, 1);
	}
	return count;
}

static void config_pack(struct reader *r, struct pack *out, uint32_t map, enum kind kind, uint32_t items)
{
	uint32_t first = 0, second = 0, most = items ? items : LIMIT_ITEMS;
	size_t count = kind == KIND_DOTS || kind == KIND_CHOICE ? 2 : 1;
	switch (kind) {
	case KIND_DOTS:
		first = number_read(r, map, "dots", (struct range){ 1, LIMIT_ITEMS, LIMIT_ITEMS });
		second = number_read(r, map, "cap", (struct range){ 1, first, first });
		if (items && second * items < first && tree_value(&r->tree, map, "dots"))
			WARN(r, tree_value(&r->tree, map, "dots"), "only %u of %u dots can be placed on %u items with a cap of %u; expected a higher cap or fewer dots",
			     (unsigned)(second * items), (unsigned)first, (unsigned)items, (unsigned)second);
		break;
	case KIND_CHOICE:
		second = number_read(r, map, "most", (struct range){ 1, most, 1 });
		first = number_read(r, map, "least", (struct range){ 0, second, 1 });
		break;
	case KIND_RANKING:
		first = number_read(r, map, "best", (struct range){ 1, most, 1 });
		break;
	case KIND_TEXT:
		first = LETTER_BYTES * number_read(r, map, "letters", (struct range){ 1, ANSWER_LETTERS, ANSWER_LETTERS });
		break;
	default:
		first = truth_read(r, map, "gate");
		break;
	}
	struct pack config;
	pack_init(&config);
	pack_array(&config, count);
	pack_uint(&config, first);
	if (count == 2)
		pack_uint(&config, second);
	pack_bin(out, pack_bytes(&config));
	pack_finish(&config);
}

struct activity { /* what is the same for all statements of a rating */
	uint32_t node, id;
	enum kind kind;
	const char *kind_name;
	uint32_t holder;
	bool secret;
	struct text title, lead;
};

/* What a session calls it; no two alike. statement 0: the activity's own id. */
static void ref_pack(struct reader *r, struct pack *out, const struct activity *a, uint32_t statement)
{
	struct ref *seen = &r->refs[r->activities - 1];
	struct slice id = tree_words(&r->tree, a->id), more = tree_words(&r->tree, statement);
	uint32_t node = statement ? statement : a->id;
	if (id.len + 1 + more.len >= sizeof seen->text) /* no proper ids: told of already */
		id = more = slice_of("", 0);
	memcpy(seen->text, id.at, id.len);
	seen->text[id.len] = '\0';
	if (more.len) {
		seen->text[id.len] = '-';
		memcpy(seen->text + id.len + 1, more.at, more.len);
		seen->text[id.len + 1 + more.len] = '\0';
	}
	seen->line = spot(r, node).line;
	seen->node = a->node;
	pack_str(out, slice_text(seen->text));
	if (strlen(seen->text) > LIMIT_REF)
		WRONG(r, node, "\"%s\" is the id of this statement's question and too long; expected shorter ids, %d letters together", seen->text, LIMIT_REF);
	for (uint32_t i = 0; i + 1 < r->activities && id.len; i++)
		if (strcmp(r->refs[i].text, seen->text) == 0 && r->refs[i].node != a->node) { /* two statements of one id: told of already */
			WRONG(r, node, "the id \"%s\" stands in line %u already; expected another", seen->text, (unsigned)r->refs[i].line);
			break;
		}
}

/* One more activity of the session. */
static bool activity_begin(struct reader *r, const struct activity *a)
{
	if (r->activities == LIMIT_ACTIVITIES) {
		WRONG(r, a->node, "more than %d activities, each statement counted; expected fewer", LIMIT_ACTIVITIES);
		return false;
	}
	r->activities++;
	return true;
}

/* The statement of a rating stands as the title of its question; what the statements have in common goes before what is said below it. */
static void lead_pack(struct reader *r, struct pack *out, const struct activity *a, size_t row)
{
	uint8_t room[LIMIT_TITLE + 1 + LIMIT_ITEM];
	struct slice lead = tree_words(&r->tree, a->lead.in[row]), title = tree_words(&r->tree, a->title.in[row]);
	if (a->kind != KIND_RATING || title.len > LIMIT_TITLE || lead.len > LIMIT_ITEM) { /* too long: told of already */
		pack_str(out, lead);
		return;
	}
	memcpy(room, title.at, title.len);
	room[title.len] = '\n';
	memcpy(room + title.len + 1, lead.at, lead.len);
	pack_str(out, slice_of(room, title.len + (lead.len ? 1 + lead.len : 0)));
}

/* [kind, holder, secret, config, ref, text [title, lead], groups, items] */
static void activity_head(struct reader *r, struct pack *out, const struct activity *a, struct slice config, uint32_t statement, const struct text *title)
{
	pack_array(out, 8);
	pack_str(out, slice_text(a->kind_name));
	pack_uint(out, a->holder);
	pack_bool(out, a->secret);
	pack_raw(out, config);
	ref_pack(r, out, a, statement);
	pack_array(out, r->languages_count);
	for (size_t row = 0; row < r->languages_count; row++) {
		pack_array(out, 3);
		pack_str(out, tree_words(&r->tree, r->languages[row]));
		pack_str(out, tree_words(&r->tree, title->in[row]));
		lead_pack(r, out, a, row);
	}
}

/* One activity with the two ends as its items. */
static bool statement_pack(struct reader *r, struct pack *out, const struct activity *a, struct slice config, struct slice ends, uint32_t at)
{
	struct text words = { { 0 } };
	if (!activity_begin(r, a))
		return false;
	for (size_t i = 0; i < r->languages_count; i++) /* checked where they stand */
		for (uint32_t w = tree_node(&r->tree, tree_value(&r->tree, at, "text"))->first; w; w = tree_node(&r->tree, tree_node(&r->tree, w)->next)->next)
			if (slice_equal(tree_words(&r->tree, w), tree_words(&r->tree, r->languages[i])))
				words.in[i] = tree_node(&r->tree, w)->next;
	activity_head(r, out, a, config, tree_value(&r->tree, at, "id"), &words);
	pack_array(out, 0);
	pack_raw(out, ends);
	return true;
}

static uint32_t rating_pack(struct reader *r, struct pack *out, const struct activity *a)
{
	uint32_t list = tree_value(&r->tree, a->node, "statements"), from = tree_value(&r->tree, a->node, "statements_from"), made = 0;
	struct source source = source_read(r, a->node, "statements_from");
	struct text low = text_read(r, a->node, "low", LIMIT_NAME, SHORT_WORDS), high = text_read(r, a->node, "high", LIMIT_NAME, SHORT_WORDS);
	struct pack config, ends, unused;
	pack_init(&config);
	pack_init(&ends);
	pack_init(&unused);
	config_pack(r, &config, a->node, KIND_RATING, 0);
	pack_array(&ends, 2);
	for (int i = 0; i < 2; i++) {
		pack_array(&ends, 2);
		pack_uint(&ends, 0);
		text_pack(r, &ends, i ? &high : &low, 1);
	}
	if ((list != 0) == (from != 0))
		WRONG(r, a->node, "a rating with %s; expected either statements or statements_from", list ? "both lists" : "nothing to rate");
	if (list)
		items_pack(r, &unused, a->node, "statements", KIND_RATING);
	if (source.item) {
		WRONG(r, from, "statements_from names an item; expected a group, or the activity alone");
	} else if (source.asked) {
		list = tree_value(&r->tree, source.asked->node, "items");
	}
	bool more = true;
	for (uint32_t at = list_first(r, list); at && more; at = list_next(r, at)) {
		uint32_t group = tree_value(&r->tree, at, "group");
		if (source.group && !slice_equal(tree_words(&r->tree, group), tree_words(&r->tree, source.group_id)))
			continue;
		more = statement_pack(r, out, a, pack_bytes(&config), pack_bytes(&ends), at);
		made += more;
	}
	if (source.asked && source.item == 0 && made == 0 && more)
		WRONG(r, from, "no item belongs to the group; expected at least one");
	pack_finish(&config);
	pack_finish(&ends);
	pack_finish(&unused);
	return made;
}

static enum kind kind_read(struct reader *r, uint32_t map, const char **name)
{
	uint32_t node = tree_value(&r->tree, map, "kind");
	struct names names = { .text = "" };
	for (size_t i = 0; i < KINDS; i++) {
		if (slice_equal(slice_text(kinds[i].name), tree_words(&r->tree, node))) {
			*name = kinds[i].name;
			return kinds[i].kind;
		}
		names_add(&names, slice_text(kinds[i].name));
	}
	if (node)
		WRONG(r, node, "there is no kind of activity %s; expected one of %s", found(r, node).text, names.text);
	return 0;
}

static uint32_t holder_read(struct reader *r, uint32_t map)
{
	uint32_t node = tree_value(&r->tree, map, "holder");
	struct slice words = tree_words(&r->tree, node);
	if (node == 0 || slice_equal(words, slice_text("person")))
		return HOLDER_PERSON;
	if (!slice_equal(words, slice_text("room")))
		WRONG(r, node, "holder is %s; expected person or room", found(r, node).text);
	return HOLDER_ROOM;
}

static void asked_add(struct reader *r, const struct asked *asked)
{
	r->asked = check_realloc(r->asked, r->asked_count + 1, sizeof *r->asked);
	r->asked[r->asked_count++] = *asked;
}

/* How many activities of a session it becomes. */
static uint32_t activity_pack(struct reader *r, struct pack *out, uint32_t map)
{
	struct activity a = { .node = map, .kind_name = "" };
	uint32_t made = 1, first = r->activities + 1;
	a.kind = tree_node(&r->tree, map)->type == NODE_MAP ? kind_read(r, map, &a.kind_name) : 0;
	if (!map_check(r, map, "an activity", activity_keys, a.kind))
		return 0;
	a.id = id_read(r, map);
	if (a.kind == 0) { /* what refers to it is not at fault */
		asked_add(r, &(struct asked){ .node = map, .id = a.id, .kind = KIND_LISTS });
		return 0;
	}
	a.holder = holder_read(r, map);
	a.secret = truth_read(r, map, "secret");
	if (a.secret && a.holder == HOLDER_ROOM)
		WRONG(r, tree_value(&r->tree, map, "secret"), "a secret activity that a room holds; expected holder: person, or secret: false");
	a.title = text_read(r, map, "title", LIMIT_TITLE, SHORT_WORDS);
	a.lead = text_read(r, map, "lead", LIMIT_ITEM, LONG_WORDS);
	if (a.kind != KIND_RATING && !tree_value(&r->tree, map, "title"))
		WRONG(r, map, "an activity has no title; expected what is asked, in each language");
	if (a.kind == KIND_RATING) {
		for (size_t i = 0; i < r->languages_count; i++)
			if (tree_words(&r->tree, a.title.in[i]).len + 1 + tree_words(&r->tree, a.lead.in[i]).len > LIMIT_ITEM)
				WRONG(r, a.lead.in[i], "title and lead of a rating stand together and are too long; expected at most %d bytes", LIMIT_ITEM - 1);
		made = rating_pack(r, out, &a);
	} else if (activity_begin(r, &a)) {
		struct pack groups, items, config;
		pack_init(&groups);
		pack_init(&items);
		pack_init(&config);
		groups_pack(r, &groups, map);
		uint32_t count = 0;
		if (a.kind & KIND_LISTS)
			count = items_pack(r, &items, map, "items", a.kind);
		else
			pack_array(&items, 0);
		config_pack(r, &config, map, a.kind, count);
		activity_head(r, out, &a, pack_bytes(&config), 0, &a.title);
		pack_raw(out, pack_bytes(&groups));
		pack_raw(out, pack_bytes(&items));
		pack_finish(&groups);
		pack_finish(&items);
		pack_finish(&config);
	} else {
		made = 0;
	}
	asked_add(r, &(struct asked){ .node = map, .id = a.id, .kind = a.kind, .number = first });
	return made;
}

/* ---- steps ---- */

static const struct key part_keys[] = {
	{ "title", true, "its words in each language", 0 },
	{ "minutes", true, "a number of minutes, or a range as 5-10", 0 },
	{ NULL, false, NULL, 0 },
};
static const struct key step_keys[] = {
	{ "id", true, "a name for it, of a to z, digits and -", 0 },
	{ "title", true, "its words in each language", 0 },
	{ "instruction", false, NULL, 0 },
	{ "minutes", true, "how long it takes", 0 },
	{ "parts", false, NULL, 0 },
	{ "plenary", false, NULL, 0 },
	{ "follows", false, NULL, 0 },
	{ "guide", false, NULL, 0 },
	{ "activities", false, NULL, 0 },
	{ NULL, false, NULL, 0 },
};
enum { MINUTES_MOST = DURATION_MS_MAX / 60000 };

struct minutes {
	uint32_t least, most;
};

/* 20, or 5-10. */
static struct minutes part_minutes(struct reader *r, uint32_t map)
{
	struct minutes m = { 0, 0 };
	uint32_t node = tree_value(&r->tree, map, "minutes");
	struct slice words = tree_words(&r->tree, node);
	const uint8_t *dash = words.len ? memchr(words.at, '-', words.len) : NULL;
	struct slice first = slice_of(words.at, dash ? (size_t)(dash - words.at) : words.len);
	struct slice second = dash ? slice_of(dash + 1, words.len - first.len - 1) : first;
	if (node == 0)
		return m;
	if (digits(first, &m.least) && digits(second, &m.most) && m.least <= m.most && m.most >= 1 && m.most <= MINUTES_MOST)
		return m;
	WRONG(r, node, "minutes is %s; expected a number from 1 to %d, or a range as 5-10", found(r, node).text, MINUTES_MOST);
	return (struct minutes){ 0, 0 };
}

/* The words and the times of the parts; how many there are. */
static uint32_t parts_read(struct reader *r, uint32_t map, uint32_t minutes, struct minutes times[LIMIT_PARTS], struct text texts[LIMIT_PARTS])
{
	uint32_t list = tree_value(&r->tree, map, "parts"), count = list_check(r, list, "parts", LIMIT_PARTS), i = 0, least = 0;
	for (uint32_t at = count ? list_first(r, list) : 0; at; at = list_next(r, at), i++) {
		times[i] = (struct minutes){ 0, 0 };
		texts[i] = (struct text){ { 0 } };
		if (!map_check(r, at, "a part", part_keys, 0))
			continue;
		times[i] = part_minutes(r, at);
		texts[i] = text_read(r, at, "title", LIMIT_TITLE, SHORT_WORDS);
		least += times[i].least;
	}
	if (least > minutes)
		WARN(r, list, "the parts take at least %u minutes, the step has %u; expected parts that fit", (unsigned)least, (unsigned)minutes);
	return count;
}

static void activities_pack(struct reader *r, struct pack *out, uint32_t map)
{
	uint32_t list = tree_value(&r->tree, map, "activities"), made = 0;
	struct pack inner;
	pack_init(&inner);
	if (list_check(r, list, "activities", LIMIT_ACTIVITIES))
		for (uint32_t at = list_first(r, list); at; at = list_next(r, at))
			made += activity_pack(r, &inner, at);
	pack_array(out, made);
	pack_raw(out, pack_bytes(&inner));
	pack_finish(&inner);
}

/* [minutes, plenary, source, group, [[least, most], ...], text [title, instruction, part, ...], guide, activities], and its row of the list. */
static void step_pack(struct reader *r, struct pack *out, struct pack *row, uint32_t list, uint32_t map)
{
	struct minutes times[LIMIT_PARTS];
	struct text texts[2 + LIMIT_PARTS];
	if (!map_check(r, map, "a step", step_keys, 0))
		return;
	id_check(r, list, map);
	texts[0] = text_read(r, map, "title", LIMIT_TITLE, SHORT_WORDS);
	texts[1] = text_read(r, map, "instruction", LIMIT_ITEM, LONG_WORDS);
	uint32_t minutes = number_read(r, map, "minutes", (struct range){ 0, MINUTES_MOST, 0 });
	uint32_t parts = parts_read(r, map, minutes, times, texts + 2);
	uint32_t plenary = number_read(r, map, "plenary", (struct range){ 0, LIMIT_NOTES_STEP, 0 });
	struct source source = source_read(r, map, "follows");
	if (source.asked && source.group == 0 && source.item == 0)
		WRONG(r, tree_value(&r->tree, map, "follows"), "follows names no group and no item; expected one of them");
	r->out->minutes += minutes;
	pack_array(out, 8);
	pack_uint(out, minutes);
	pack_uint(out, plenary);
	pack_uint(out, source.asked ? source.asked->number : 0);
	pack_uint(out, source.group + source.item); /* one of them is 0 */
	pack_array(out, parts);
	for (uint32_t i = 0; i < parts; i++) {
		pack_array(out, 2);
		pack_uint(out, times[i].least);
		pack_uint(out, times[i].most);
	}
	text_pack(r, out, texts, 2 + (size_t)parts);
	guide_pack(r, out, map);
	activities_pack(r, out, map);
	pack_array(row, 2);
	pack_uint(row, minutes);
	text_pack(r, row, texts, 1);
}

/* ---- the file ---- */

static const struct key file_keys[] = {
	{ "bollplank", true, "bollplank: 1, the version of this format", 0 },
	{ "id", true, "a name for it, of a to z, digits and -, as the file is called", 0 },
	{ "version", true, "a number, raised with each change", 0 },
	{ "languages", true, "a list as [sv, en]", 0 },
	{ "title", true, "its words in each language", 0 },
	{ "purpose", true, "one or two sentences in each language", 0 },
	{ "guide", false, NULL, 0 },
	{ "k", false, NULL, 0 },
	{ "grace", false, NULL, 0 },
	{ "room_size", false, NULL, 0 },
	{ "steps", true, "a list of what is done one after the other", 0 },
	{ NULL, false, NULL, 0 },
};

static bool language_proper(struct slice tag)
{
	for (size_t i = 0; i < tag.len; i++) {
		bool letter = (tag.at[i] | 0x20) >= 'a' && (tag.at[i] | 0x20) <= 'z';
		if (!letter && (i < 2 || (tag.at[i] != '-' && (tag.at[i] < '0' || tag.at[i] > '9'))))
			return false;
	}
	return tag.len >= 2 && tag.len <= 35;
}

static void languages_read(struct reader *r)
{
	uint32_t list = tree_value(&r->tree, r->tree.top, "languages");
	if (!list_check(r, list, "languages", LIMIT_LANGUAGES))
		return;
	for (uint32_t at = list_first(r, list); at; at = list_next(r, at)) {
		struct slice tag = tree_words(&r->tree, at);
		if (!language_proper(tag))
			WRONG(r, at, "%s is no language; expected a tag as sv, en or fi", found(r, at).text);
		else if (language_find(r, tag))
			WRONG(r, at, "%s stands in languages already; expected it once", found(r, at).text);
		else
			r->languages[r->languages_count++] = at;
	}
}

static void id_of_file(struct reader *r, struct slice stem)
{
	uint32_t id = id_read(r, r->tree.top);
	struct slice words = tree_words(&r->tree, id);
	if (id == 0)
		return;
	if (stem.len && !slice_equal(stem, words))
		WRONG(r, id, "the id is %s and the file is called %s; expected the same name", found(r, id).text, quoted(stem).text);
	memcpy(r->out->id, words.at, words.len);
}

static void origin_pack(const struct reader *r, struct pack *out)
{
	char text[LIMIT_ORIGIN + 1] = "", digits_of[12];
	size_t len = strlen(r->out->id), n = sizeof digits_of;
	for (uint32_t v = r->out->version; n == sizeof digits_of || v; v /= 10)
		digits_of[--n] = (char)('0' + v % 10);
	memcpy(text, r->out->id, len);
	text[len++] = '@';
	memcpy(text + len, digits_of + n, sizeof digits_of - n);
	pack_str(out, slice_text(text));
}

static void file_pack(struct reader *r, struct slice stem)
{
	struct workshop *out = r->out;
	uint32_t top = r->tree.top, steps = tree_value(&r->tree, top, "steps");
	if (!map_check(r, top, "a workshop", file_keys, 0))
		return;
	number_read(r, top, "bollplank", (struct range){ WORKSHOP_FORMAT, WORKSHOP_FORMAT, WORKSHOP_FORMAT });
	id_of_file(r, stem);
	out->version = number_read(r, top, "version", (struct range){ 1, UINT16_MAX, 1 });
	languages_read(r);
	struct text texts[2] = { text_read(r, top, "title", LIMIT_TITLE, SHORT_WORDS), text_read(r, top, "purpose", LIMIT_ITEM, LONG_WORDS) };
	out->room_size = number_read(r, top, "room_size", (struct range){ 2, LIMIT_MEMBERS, 0 });
	origin_pack(r, (pack_array(&out->body, 7), &out->body));
	pack_uint(&out->body, number_read(r, top, "k", (struct range){ K_DEFAULT, K_MAX, 0 }));
	pack_uint(&out->body, 1000 * (uint64_t)number_read(r, top, "grace", (struct range){ 1, GRACE_MS_MAX / 1000, 0 }));
	text_pack(r, &out->body, texts, 1);
	guide_pack(r, &out->body, top);
	struct pack rows;
	pack_init(&rows);
	out->steps = list_check(r, steps, "steps", LIMIT_STEPS);
	pack_array(&out->body, out->steps);
	for (uint32_t at = out->steps ? list_first(r, steps) : 0; at; at = list_next(r, at))
		step_pack(r, &out->body, &rows, steps, at);
	pack_array(&out->body, 0); /* rooms: how many there are is known when people come */
	out->activities = r->activities;
	pack_array(&out->row, 6);
	pack_str(&out->row, slice_text(out->id));
	pack_uint(&out->row, out->version);
	pack_uint(&out->row, out->minutes);
	text_pack(r, &out->row, texts, 2);
	pack_array(&out->row, out->steps);
	pack_raw(&out->row, pack_bytes(&rows));
	pack_uint(&out->row, out->room_size);
	pack_finish(&rows);
	if (out->body.len > LIMIT_WORKSHOP_BODY)
		WRONG(r, top, "all of it has %zu bytes as a session, each statement counted with its ends; expected at most %d", out->body.len, LIMIT_WORKSHOP_BODY);
}

void workshop_read(struct slice yaml, struct slice stem, struct workshop *out)
{
	*out = (struct workshop){ 0 };
	struct reader *r = check_alloc(1, sizeof *r);
	r->out = out;
	r->complaints = &out->complaints;
	if (tree_read(yaml, &r->tree, &out->complaints))
		file_pack(r, stem);
	tree_finish(&r->tree);
	free(r->asked);
	free(r);
	complaints_sort(&out->complaints);
	out->good = out->complaints.errors == 0;
}

void workshop_finish(struct workshop *workshop)
{
	pack_finish(&workshop->row);
	pack_finish(&workshop->body);
}
