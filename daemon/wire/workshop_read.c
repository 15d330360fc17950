/* SPDX-License-Identifier: EUPL-1.2 */
#include "wire/workshop_read.h"
#include "wire/command.h"

enum { WORD_LETTERS = 20, KEYS_MOST = 32 };

/* ---- saying what is wrong ---- */

struct spot read_spot(const struct reader *r, uint32_t node)
{
	return tree_node(&r->tree, node)->at;
}

void names_add(struct names *names, struct slice name)
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

struct quoted read_found(const struct reader *r, uint32_t node)
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

static bool is_type(struct reader *r, uint32_t node, enum node_type type, const char *key, const char *expected)
{
	if (tree_node(&r->tree, node)->type == type)
		return true;
	WRONG(r, node, "%s is %s; expected %s", key, read_found(r, node).text, expected);
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

bool read_map(struct reader *r, uint32_t map, const char *what, const struct key *keys, unsigned kind)
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
			WRONG(r, at, "%s is no key of %s; expected one of %s", read_found(r, at).text, what, key_names(keys, kind).text);
		else if (kind && key->kinds && !(key->kinds & kind))
			WRONG(r, at, "%s is no key of %s of this kind; expected one of %s", read_found(r, at).text, what, key_names(keys, kind).text);
		for (size_t i = 0; i < count && key; i++)
			if (slice_equal(tree_words(tree, seen[i]), name))
				WRONG(r, at, "%s stands in line %u already; expected it once", read_found(r, at).text, (unsigned)read_spot(r, seen[i]).line);
		if (key && count < KEYS_MOST)
			seen[count++] = at;
	}
	for (const struct key *key = keys; key->name; key++)
		if (key->needed && (!key->kinds || key->kinds & kind) && !tree_value(tree, map, key->name))
			WRONG(r, map, "%s has no %s; expected %s", what, key->name, key->expected);
	return true;
}

uint32_t read_list(struct reader *r, uint32_t list, const char *key, uint32_t most)
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

uint32_t read_first(const struct reader *r, uint32_t list)
{
	return tree_node(&r->tree, list)->type == NODE_LIST ? tree_node(&r->tree, list)->first : 0;
}

uint32_t read_next(const struct reader *r, uint32_t at)
{
	return tree_node(&r->tree, at)->next;
}

/* ---- single values ---- */

bool read_digits(struct slice words, uint32_t *out)
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

uint32_t read_number(struct reader *r, uint32_t map, const char *key, struct range range)
{
	uint32_t node = tree_value(&r->tree, map, key), value;
	if (node == 0)
		return range.otherwise;
	if (tree_node(&r->tree, node)->plain && read_digits(tree_words(&r->tree, node), &value) && value >= range.least && value <= range.most)
		return value;
	if (range.least == range.most)
		WRONG(r, node, "%s is %s; expected %u", key, read_found(r, node).text, (unsigned)range.least);
	else
		WRONG(r, node, "%s is %s; expected a number from %u to %u", key, read_found(r, node).text, (unsigned)range.least, (unsigned)range.most);
	return range.otherwise ? range.otherwise : range.least;
}

bool read_truth(struct reader *r, uint32_t map, const char *key)
{
	uint32_t node = tree_value(&r->tree, map, key);
	struct slice words = tree_words(&r->tree, node);
	if (node == 0 || slice_equal(words, slice_text("false")))
		return false;
	if (!slice_equal(words, slice_text("true")))
		WRONG(r, node, "%s is %s; expected true or false", key, read_found(r, node).text);
	return true;
}

bool read_id_proper(struct slice id)
{
	for (size_t i = 0; i < id.len; i++)
		if (!((id.at[i] >= 'a' && id.at[i] <= 'z') || (id.at[i] >= '0' && id.at[i] <= '9') || (i && id.at[i] == '-')))
			return false;
	return id.len >= 1 && id.len <= LIMIT_REF;
}

uint32_t read_id(struct reader *r, uint32_t map)
{
	uint32_t node = tree_value(&r->tree, map, "id");
	if (node == 0 || read_id_proper(tree_words(&r->tree, node)))
		return node;
	WRONG(r, node, "the id is %s; expected at most %d of the letters a to z, digits and -", read_found(r, node).text, LIMIT_REF);
	return 0;
}

uint32_t read_find(const struct reader *r, uint32_t list, struct slice id, uint32_t *node)
{
	uint32_t place = 1;
	for (uint32_t at = read_first(r, list); at; at = read_next(r, at), place++)
		if (slice_equal(tree_words(&r->tree, tree_value(&r->tree, at, "id")), id) && id.len) {
			if (node)
				*node = at;
			return place;
		}
	return 0;
}

struct names read_ids(const struct reader *r, uint32_t list)
{
	struct names names = { .text = "" };
	for (uint32_t at = read_first(r, list); at; at = read_next(r, at)) {
		struct slice id = tree_words(&r->tree, tree_value(&r->tree, at, "id"));
		if (read_id_proper(id))
			names_add(&names, id);
	}
	return names;
}

void read_own_id(struct reader *r, uint32_t list, uint32_t at)
{
	uint32_t id = read_id(r, at), first = 0;
	if (id && read_find(r, list, tree_words(&r->tree, id), &first) && first != at)
		WRONG(r, id, "the id %s stands in line %u already; expected another", read_found(r, id).text,
		      (unsigned)read_spot(r, tree_value(&r->tree, first, "id")).line);
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

uint32_t read_language(const struct reader *r, struct slice name)
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

struct text read_text(struct reader *r, uint32_t map, const char *key, size_t most, enum words_sort sort)
{
	struct text text = { { 0 } };
	const struct tree *tree = &r->tree;
	uint32_t node = tree_value(tree, map, key);
	if (node == 0 || r->languages_count == 0)
		return text;
	if (tree_node(tree, node)->type != NODE_MAP) {
		WRONG(r, node, "%s is %s; expected its words in each language, {%.*s: ..., ...}", key, read_found(r, node).text,
		      (int)tree_words(tree, r->languages[0]).len, (const char *)tree_words(tree, r->languages[0]).at);
		return text;
	}
	for (uint32_t at = tree_node(tree, node)->first; at; at = tree_node(tree, tree_node(tree, at)->next)->next) {
		uint32_t language = read_language(r, tree_words(tree, at)), words = tree_node(tree, at)->next;
		if (language == 0) {
			WRONG(r, at, "%s is no language of this file; expected %s, and words that hold a comma in quotes", read_found(r, at).text, language_names(r).text);
		} else if (text.in[language - 1]) {
			WRONG(r, at, "%s stands in %s already; expected it once", read_found(r, at).text, key);
		} else {
			text.in[language - 1] = words;
			words_check(r, words, key, most, sort == SHORT_WORDS);
		}
	}
	for (size_t i = 0; i < r->languages_count; i++)
		if (text.in[i] == 0 && BOLLPLANK_BUG != 21) /* 21: a language may be missing */
			WRONG(r, node, "%s has no words in %s; expected all of %s", key, quoted(tree_words(tree, r->languages[i])).text, language_names(r).text);
	return text;
}

void read_text_pack(const struct reader *r, struct pack *out, const struct text *texts, size_t count)
{
	pack_array(out, r->languages_count);
	for (size_t row = 0; row < r->languages_count; row++) {
		pack_array(out, 1 + count);
		pack_str(out, tree_words(&r->tree, r->languages[row]));
		for (size_t i = 0; i < count; i++)
			pack_str(out, tree_words(&r->tree, texts[i].in[row]));
	}
}

void read_guide_pack(struct reader *r, struct pack *out, uint32_t map)
{
	struct text guide = read_text(r, map, "guide", LIMIT_GUIDE, LONG_WORDS);
	if (tree_value(&r->tree, map, "guide"))
		read_text_pack(r, out, &guide, 1);
	else
		pack_nil(out);
}
