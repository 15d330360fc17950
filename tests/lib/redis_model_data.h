/* SPDX-License-Identifier: EUPL-1.2 */
/* What a Redis of tests/lib/redis_model.c holds, and the functions of daemon/redis/bollplank1.lua on it: same checks in the same order, same answers.
 * No time, no dice, no net. Only redis_model.c and its check against a real Redis include this. */
#ifndef BOLLPLANK_TESTS_LIB_REDIS_MODEL_DATA_H
#define BOLLPLANK_TESTS_LIB_REDIS_MODEL_DATA_H
#include "lib/redis_model.h"

struct store; /* keys and functions of one server */
struct group; /* what one command wrote: as a whole in a file and on a replica, or not at all */

struct store *store_create(void);
void store_destroy(struct store *store); /* NULL is fine */
struct store *store_clone(const struct store *store);
void store_apply(struct store *store, const struct group *group);

struct group *group_create(void);
struct group *group_hold(struct group *group);
void group_drop(struct group *group); /* NULL is fine */
bool group_empty(const struct group *group);

/* Replies are made of pieces of the heap. */
struct redis_reply reply_text(struct slice text);
struct redis_reply reply_number(int64_t number);
struct redis_reply reply_error(const char *sentence);
struct redis_reply reply_list(size_t count); /* of NILs, to be set by reply_set */
void reply_set(struct redis_reply *list, size_t index, struct redis_reply item);
void reply_free(struct redis_reply *reply);

struct command {
	const struct slice *words;
	size_t count;
	const char *rid;
	uint64_t now_ms, turn;                  /* turn: where walks through hashes and sets begin: they have no order */
	const char *refuse_growth, *refuse_write; /* the error for functions that may grow; for those that write; NULL: none */
	bool replica, may_load;
	enum redis_model_bug bug;
	/* out */
	bool blunder; /* no daemon has any business to send this */
	bool rang;    /* a stream grew */
};

bool word_is(struct slice word, const char *text);         /* in either case */
bool word_integer(struct slice word, int64_t *out);

/* Everything that looks at keys, or loads functions. Writes are done to the store and noted in the group. XREAD: NIL when nothing is there; the caller waits. */
struct redis_reply store_command(struct store *store, struct command *command, struct group *group);
/* The id with which a blocked XREAD goes on: `$` is the newest of now. */
void store_resolve(const struct store *store, const struct slice *words, size_t count, char id[48]);

size_t store_length(const struct store *store, struct slice key);
struct slice store_element(const struct store *store, struct slice key, size_t index);
struct slice store_field(const struct store *store, struct slice key, struct slice field);
struct slice store_string(const struct store *store, struct slice key);
bool store_set_element(struct store *store, struct slice key, size_t index, struct slice bytes, struct group *group);
bool store_set_field(struct store *store, struct slice key, struct slice field, struct slice bytes, struct group *group);
bool store_delete(struct store *store, struct slice key, struct group *group);
void store_flush_functions(struct store *store, struct group *group);
#endif
