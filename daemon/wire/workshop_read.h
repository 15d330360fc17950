/* SPDX-License-Identifier: EUPL-1.2 */
/* What the readers of a workshop share (workshop.c: the file and its steps; workshop_activity.c: what is asked); nobody else includes it. Each function
 * says itself what is wrong with what it reads, and gives something harmless then: the whole is thrown away when there was an error. */
#ifndef BOLLPLANK_WIRE_WORKSHOP_READ_H
#define BOLLPLANK_WIRE_WORKSHOP_READ_H
#include "wire/tree.h"
#include "wire/workshop.h"

enum { NAMES_ROOM = 320 };

enum kind { KIND_DOTS = 1, KIND_CHOICE = 2, KIND_RATING = 4, KIND_RANKING = 8, KIND_TEXT = 16,
	    KIND_LISTS = KIND_DOTS | KIND_CHOICE | KIND_RANKING };

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

/* --- saying what is wrong --- */
struct spot read_spot(const struct reader *r, uint32_t node);
#define WRONG(r, node, ...) complain((r)->complaints, read_spot((r), (node)), IS_ERROR, __VA_ARGS__)
#define WARN(r, node, ...) complain((r)->complaints, read_spot((r), (node)), IS_WARNING, __VA_ARGS__)

/* "a, b, c" for a sentence. */
struct names {
	char text[NAMES_ROOM];
	size_t len;
	bool more;
};

/* name: a proper id or tag, or a word of ours; foreign words go into a sentence as quoted(). */
void names_add(struct names *names, struct slice name);
struct quoted read_found(const struct reader *r, uint32_t node); /* what is there instead of what was expected */

/* --- mappings and lists --- */
struct key {
	const char *name;
	bool needed;
	const char *expected; /* what its value should be */
	unsigned kinds;       /* of an activity: which kinds take it; 0: any */
};

/* Are these keys of a `what`? keys ends with a NULL name. kind 0: not known, so nothing that hangs on it is asked. false: it is no mapping at all. */
bool read_map(struct reader *r, uint32_t map, const char *what, const struct key *keys, unsigned kind);
uint32_t read_list(struct reader *r, uint32_t list, const char *key, uint32_t most); /* how many values it has; 0 after a complaint, or when there is none */
uint32_t read_first(const struct reader *r, uint32_t list); /* 0: none */
uint32_t read_next(const struct reader *r, uint32_t at);

/* --- single values; a key that a mapping must have is missed by read_map --- */
struct range {
	uint32_t least, most, otherwise; /* otherwise: when it is not said */
};

uint32_t read_number(struct reader *r, uint32_t map, const char *key, struct range range);
bool read_digits(struct slice words, uint32_t *out); /* digits, and nothing else */
bool read_truth(struct reader *r, uint32_t map, const char *key); /* not said: false */
bool read_id_proper(struct slice id);
uint32_t read_id(struct reader *r, uint32_t map); /* the node of its id; 0: it has no proper one */
void read_own_id(struct reader *r, uint32_t list, uint32_t at); /* the id of one of a list: proper, and not that of an earlier one */
/* Where in a list of mappings with ids one of this id stands, from 1, and its node (out may be NULL); 0: nowhere. */
uint32_t read_find(const struct reader *r, uint32_t list, struct slice id, uint32_t *node);
struct names read_ids(const struct reader *r, uint32_t list);

/* --- words --- */
uint32_t read_language(const struct reader *r, struct slice name); /* its place among those of the file, from 1; 0: none of them */
enum words_sort { SHORT_WORDS, LONG_WORDS }; /* of the short ones a word without a place to break is told of */
/* {sv: ..., en: ...}. The key may be left out. */
struct text read_text(struct reader *r, uint32_t map, const char *key, size_t most, enum words_sort sort);
void read_text_pack(const struct reader *r, struct pack *out, const struct text *texts, size_t count); /* a `text` of so many words */
void read_guide_pack(struct reader *r, struct pack *out, uint32_t map); /* the guide of a mapping, or nil */

/* --- workshop_activity.c --- */
struct source {
	const struct asked *asked; /* NULL: none, or a complaint; good until the next activity is read */
	uint32_t group, item;      /* numbers; 0: not said */
	uint32_t group_id;         /* node */
};
struct source read_source(struct reader *r, uint32_t map, const char *key); /* {activity: dots, group: p1}: an activity above, and one of its groups or items */
void read_activities_pack(struct reader *r, struct pack *out, uint32_t map); /* those of a step */
#endif
