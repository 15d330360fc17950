/* SPDX-License-Identifier: EUPL-1.2 */
#include "wire/tree.h"
#include "base/check.h"
#include "base/limits.h"
#include <yaml.h>

struct reading {
	struct tree *tree;
	struct complaints *complaints;
	struct open { /* lists and mappings around what is read */
		uint32_t node, last;
	} open[LIMIT_WORKSHOP_DEPTH];
	size_t depth, documents;
	bool stop; /* what follows would say nothing new */
};

static struct spot spot_of(yaml_mark_t mark)
{
	return (struct spot){ (uint32_t)mark.line + 1, (uint32_t)mark.column + 1 };
}

static uint32_t node_add(struct reading *r, enum node_type type, struct spot at)
{
	struct tree *tree = r->tree;
	if (tree->count == tree->room) {
		tree->room = tree->room ? 2 * tree->room : 64;
		tree->nodes = check_realloc(tree->nodes, tree->room, sizeof *tree->nodes);
	}
	tree->nodes[tree->count] = (struct node){ .type = type, .at = at };
	return (uint32_t)tree->count++;
}

/* A value of ours: into the list or mapping that it stands in. */
static uint32_t value_add(struct reading *r, enum node_type type, struct spot at)
{
	if (r->tree->count > LIMIT_WORKSHOP_VALUES) {
		complain(r->complaints, at, IS_ERROR, "more than %d values; expected a file that a person can read", LIMIT_WORKSHOP_VALUES);
		r->stop = true;
		return 0;
	}
	uint32_t number = node_add(r, type, at);
	if (r->depth == 0) {
		r->tree->top = number;
		return number;
	}
	struct open *open = &r->open[r->depth - 1];
	struct node *around = &r->tree->nodes[open->node];
	if (open->last)
		r->tree->nodes[open->last].next = number;
	else
		around->first = number;
	open->last = number;
	around->count++;
	return number;
}

static void open_value(struct reading *r, enum node_type type, struct spot at)
{
	uint32_t number = value_add(r, type, at);
	if (r->stop)
		return;
	if (r->depth == LIMIT_WORKSHOP_DEPTH) {
		complain(r->complaints, at, IS_ERROR, "lists and mappings %d deep; expected at most %d", LIMIT_WORKSHOP_DEPTH + 1, LIMIT_WORKSHOP_DEPTH);
		r->stop = true;
		return;
	}
	r->open[r->depth++] = (struct open){ .node = number };
}

static void no_anchor(struct reading *r, struct spot at, const yaml_char_t *anchor, const yaml_char_t *tag)
{
	if (anchor)
		complain(r->complaints, at, IS_ERROR, "an anchor (&); expected none: write a word that begins with & in quotes");
	if (tag)
		complain(r->complaints, at, IS_ERROR, "a tag (!); expected none: write a word that begins with ! in quotes");
}

static void on_words(struct reading *r, const yaml_event_t *event, struct spot at)
{
	uint32_t number = value_add(r, NODE_WORDS, at);
	if (r->stop)
		return;
	struct node *node = &r->tree->nodes[number];
	node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	node->begin = r->tree->words.len;
	node->len = event->data.scalar.length;
	pack_raw(&r->tree->words, slice_of(event->data.scalar.value, event->data.scalar.length));
	no_anchor(r, at, event->data.scalar.anchor, event->data.scalar.tag);
}

static void on_event(struct reading *r, const yaml_event_t *event)
{
	struct spot at = spot_of(event->start_mark);
	switch (event->type) {
	case YAML_DOCUMENT_START_EVENT:
		if (++r->documents > 1) {
			complain(r->complaints, at, IS_ERROR, "a second document (---); expected one in a file");
			r->stop = true;
		}
		break;
	case YAML_ALIAS_EVENT:
		complain(r->complaints, at, IS_ERROR, "an alias (*); expected none: write a word that begins with * in quotes");
		value_add(r, NODE_WORDS, at);
		break;
	case YAML_SCALAR_EVENT:
		on_words(r, event, at);
		break;
	case YAML_SEQUENCE_START_EVENT:
		no_anchor(r, at, event->data.sequence_start.anchor, event->data.sequence_start.tag);
		open_value(r, NODE_LIST, at);
		break;
	case YAML_MAPPING_START_EVENT:
		no_anchor(r, at, event->data.mapping_start.anchor, event->data.mapping_start.tag);
		open_value(r, NODE_MAP, at);
		break;
	case YAML_MAPPING_END_EVENT:
		r->tree->nodes[r->open[r->depth - 1].node].count /= 2;
		r->depth--;
		break;
	case YAML_SEQUENCE_END_EVENT:
		r->depth--;
		break;
	default:
		break;
	}
}

/* libyaml's words about a text that is no YAML, in ours: what the writer of a list of texts most likely did. */
static const struct {
	const char *theirs, *ours;
} problems[] = {
	{ "mapping values are not allowed", "a colon where none can stand; expected a key, or words that hold a colon in quotes" },
	{ "cannot start any token", "a letter that no value can begin with; expected blanks and no tabs before a key, and words that begin with @, ` or % in quotes" },
	{ "expected key", "this is not a key of the mapping above it; expected the same indentation as the keys before, and quotes that are closed" },
	{ "could not find expected ':'", "a line without a colon; expected key: value" },
	{ "expected ',' or '}'", "this mapping in braces does not go on like one; expected a comma, or }, and words that hold quotes or braces in quotes" },
	{ "expected ',' or ']'", "this list in brackets does not go on like one; expected a comma, or ], and words that hold brackets in quotes" },
	{ "expected '-' indicator", "this is not an item of the list above it; expected a dash, with the same indentation" },
	{ "unexpected end of stream", "quotes that are not closed; expected the same quote at the end of the words" },
	{ "unknown escape character", "a backslash with a letter that means nothing; expected \\\\ for a backslash in double quotes, or single quotes" },
	{ "found undefined tag handle", "a word that begins with !; expected it in quotes" },
	{ "did not find expected alphabetic", "a * or & at the beginning of words; expected them in quotes" },
	{ "expected <document start>", "this does not belong to what stands above it; expected a key, or the end of the file" },
	{ "control characters are not allowed", "a control character; expected letters" },
	{ "UTF-8", "bytes that are no letters; expected a file in UTF-8" },
	{ "indentation", "indentation that does not fit; expected blanks, and no tabs" },
};

/* A reader's error names a byte. */
static struct spot spot_of_byte(struct slice yaml, size_t offset)
{
	struct spot at = { 1, 1 };
	for (size_t i = 0; i < yaml.len && i < offset; i++) {
		if (yaml.at[i] == '\n')
			at = (struct spot){ at.line + 1, 1 };
		else
			at.column += (yaml.at[i] & 0xc0) != 0x80;
	}
	return at;
}

static void on_problem(struct reading *r, struct slice yaml, const yaml_parser_t *parser)
{
	CHECK(parser->error != YAML_MEMORY_ERROR);
	const char *theirs = parser->problem ? parser->problem : "unreadable";
	struct spot at = parser->error == YAML_READER_ERROR ? spot_of_byte(yaml, parser->problem_offset) : spot_of(parser->problem_mark);
	for (size_t i = 0; i < sizeof problems / sizeof *problems; i++)
		if (strstr(theirs, problems[i].theirs)) {
			complain(r->complaints, at, IS_ERROR, "%s", problems[i].ours);
			return;
		}
	complain(r->complaints, at, IS_ERROR, "not YAML (%s); expected YAML 1.1", theirs);
}

bool tree_read(struct slice yaml, struct tree *out, struct complaints *complaints)
{
	struct reading r = { .tree = out, .complaints = complaints };
	size_t errors = complaints->errors;
	yaml_parser_t parser;
	yaml_event_t event;
	*out = (struct tree){ 0 };
	node_add(&r, NODE_NONE, (struct spot){ 1, 1 });
	if (yaml.len > LIMIT_WORKSHOP) {
		complain(complaints, (struct spot){ 1, 1 }, IS_ERROR, "the file has %zu bytes; expected at most %d", yaml.len, LIMIT_WORKSHOP);
		return false;
	}
	CHECK(yaml_parser_initialize(&parser));
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, yaml.len ? yaml.at : (const uint8_t *)"", yaml.len);
	for (bool end = false; !end && !r.stop;) {
		if (!yaml_parser_parse(&parser, &event)) {
			on_problem(&r, yaml, &parser);
			break;
		}
		end = event.type == YAML_STREAM_END_EVENT;
		on_event(&r, &event);
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&parser);
	if (complaints->errors == errors && out->top == 0)
		complain(complaints, (struct spot){ 1, 1 }, IS_ERROR, "the file is empty; expected a mapping");
	return complaints->errors == errors;
}

void tree_finish(struct tree *tree)
{
	free(tree->nodes);
	pack_finish(&tree->words);
	*tree = (struct tree){ 0 };
}

static bool blank(uint8_t byte)
{
	return byte == ' ' || byte == '\n' || byte == '\t' || byte == '\r';
}

struct slice tree_words(const struct tree *tree, uint32_t number)
{
	const struct node *node = tree_node(tree, number);
	size_t begin = node->begin, end = node->begin + node->len;
	if (node->type != NODE_WORDS || node->len == 0)
		return slice_of("", 0);
	while (begin < end && blank(tree->words.at[begin]))
		begin++;
	while (begin < end && blank(tree->words.at[end - 1]))
		end--;
	return slice_of(tree->words.at + begin, end - begin);
}

uint32_t tree_value(const struct tree *tree, uint32_t map, const char *key)
{
	const struct node *node = tree_node(tree, map);
	if (node->type != NODE_MAP)
		return 0;
	for (uint32_t at = node->first; at; at = tree_node(tree, tree_node(tree, at)->next)->next)
		if (tree_node(tree, at)->type == NODE_WORDS && slice_equal(tree_words(tree, at), slice_text(key)))
			return tree_node(tree, at)->next;
	return 0;
}

const char *tree_type_name(enum node_type type)
{
	static const char *const names[] = { "nothing", "words", "a list", "a mapping" };
	return names[type];
}
