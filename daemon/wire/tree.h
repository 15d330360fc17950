/* SPDX-License-Identifier: EUPL-1.2 */
/* A YAML text as a tree that knows where each value stands, so that whoever reads it can say where something is wrong. Over libyaml and not over
 * libcyaml, which fills structs by a schema: it stops at the first mistake and keeps no place for what is checked afterwards.
 * Only what a person needs to write a list of texts: mappings, lists and words. No anchors and aliases (a small file could stand for a huge one),
 * no tags, one document. Everything is bounded by limits.h. */
#ifndef BOLLPLANK_WIRE_TREE_H
#define BOLLPLANK_WIRE_TREE_H
#include "wire/complaint.h"
#include "wire/pack.h"

enum node_type { NODE_NONE, NODE_WORDS, NODE_LIST, NODE_MAP };

/* Nodes are named by their number; 0 is none, and everything can be asked of it. */
struct node {
	enum node_type type;
	bool plain;              /* words without quotes and not in a block: they may mean a number or true */
	struct spot at;
	size_t begin, len;       /* of the words */
	uint32_t first, next;    /* of a list or mapping (key, value, key, value, ...) */
	uint32_t count;          /* of a list: values; of a mapping: pairs */
};

struct tree {
	struct node *nodes;
	size_t count, room;
	struct pack words;
	uint32_t top;
};

/* false: it is not such a text, and at least one error has been told. Either way tree_finish. */
bool tree_read(struct slice yaml, struct tree *out, struct complaints *complaints);
void tree_finish(struct tree *tree);

static inline const struct node *tree_node(const struct tree *tree, uint32_t number) { return &tree->nodes[number]; }
/* Borrowed from the tree; without blanks and empty lines at both ends. Empty: not words. */
struct slice tree_words(const struct tree *tree, uint32_t number);
uint32_t tree_value(const struct tree *tree, uint32_t map, const char *key); /* 0: no mapping, or no such key */
const char *tree_type_name(enum node_type type); /* for a sentence */
#endif
