/* SPDX-License-Identifier: EUPL-1.2 */
/* What the contract's tests share: a desk that asks a journal and writes down every upcall. */
#ifndef BOLLPLANK_TESTS_CONTRACT_JOURNAL_CONTRACT_H
#define BOLLPLANK_TESTS_CONTRACT_JOURNAL_CONTRACT_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "lib/loop_test.h"
#include "shell/journal_memory.h"
#include "shell/journal_sqlite.h"

enum heard { LOADED, ENTRY, STABLE, OPENED, REFUSED, UNSURE, RESET, ORPHAN, STRUCK, ERASED, PEERS, HEALTH };

struct event {
	enum heard what;
	struct sid sid;
	struct position position; /* LOADED, ENTRY; seq alone: STABLE, STRUCK, OPENED (damaged at) */
	uint64_t tag, at_ms;
	unsigned struck;
	int status;     /* OPENED, REFUSED, HEALTH */
	uint64_t body;  /* ENTRY, ORPHAN: the number that body_make was given; 0: not what was written */
	size_t snapshot_len, peers;
	uint8_t snapshot_first;
};

struct desk;
struct adapter {
	const char *name;
	void (*open)(struct desk *desk);    /* sets desk->journal */
	void (*destroy)(struct desk *desk); /* of what outlives `stop` */
	/* Stops, spoils what desk_fill wrote as entry `seq` of session i, opens and listens again. */
	void (*damage)(struct desk *desk, unsigned i, uint64_t seq);
	/* NULL where the test's loop is all there is. */
	void (*listened)(struct desk *desk);    /* waits until it can be asked */
	void (*run)(struct desk *desk);         /* desk_run on a loop and a server of its own */
	uint64_t (*wall_ms)(struct desk *desk); /* whose clock gives entries their time */
	bool erased_for_good;                   /* the name of an erased session is never free again */
};

struct desk {
	const struct adapter *adapter;
	struct loop_test *test;
	struct journal journal;
	struct journal_memory *memory;
	struct seat *seat;         /* of the Redis adapter: journal_redis_desk.c */
	char folder[64], path[96];
	struct journal_sqlite_options options;
	struct event *events;
	size_t count, room;
	bool inside;               /* of a call: an upcall now breaks promise 0 */
	bool stopping, stopped, fatal;
	uint64_t next_tag;
};

extern const struct adapter adapter_memory, adapter_sqlite, adapter_shards; /* adapter_redis: journal_redis_desk.h */

struct desk *desk_create(const struct adapter *adapter);
void desk_destroy(struct desk *desk);
void desk_listen(struct desk *desk);
void desk_stop(struct desk *desk);    /* in order, and waits for it */
void desk_restart(struct desk *desk); /* stop, open, listen */
void desk_run(struct desk *desk);     /* until nothing is under way, at most a second of its clock */
void desk_forget(struct desk *desk);  /* the events so far */

struct sid sid_at(unsigned i);
struct code code_at(unsigned i);
/* The body number `n`: its parts and their lengths follow from n. */
struct made {
	uint8_t bytes[512 + 3000];
	struct body body;
};
void body_make(uint64_t n, struct made *out);
uint64_t body_number(const struct journal_entry *entry); /* 0: parts or digest are not of any number */

/* Under valgrind, where everything takes thirty times as long: fewer rounds show the same. */
bool desk_brief(void);

uint64_t desk_create_session(struct desk *desk, unsigned i, uint64_t body); /* tag */
uint64_t desk_append(struct desk *desk, unsigned i, uint64_t body);         /* tag; must be taken */
int desk_try_append(struct desk *desk, unsigned i, uint64_t body, uint64_t *tag);
void desk_fill(struct desk *desk, unsigned i, unsigned entries); /* create with bodies 1000 * (i + 1) + seq, and run */

size_t heard(const struct desk *desk, enum heard what, struct sid sid);
const struct event *heard_last(const struct desk *desk, enum heard what, struct sid sid);
const struct event *heard_tag(const struct desk *desk, uint64_t tag, size_t *times);

/* read() into a list of body numbers, struck sets beside. */
enum { READING_MOST = 16384 };
struct reading {
	uint64_t bodies[READING_MOST];
	unsigned struck[READING_MOST];
	size_t count, ends;
	uint64_t first_seq;
	enum journal_status status; /* of the end */
};
void desk_read(struct desk *desk, unsigned i, uint64_t from, struct reading *out);
void desk_read_until(struct desk *desk, unsigned i, uint64_t from, uint64_t until, struct reading *out);
bool desk_find(struct desk *desk, unsigned i, struct sid *out);
enum journal_status desk_find_status(struct desk *desk, unsigned i, struct sid *out);
size_t desk_list(struct desk *desk, struct sid *out, size_t room);

int run_damage_tests(void); /* journal_damage.c */
int run_memory_tests(void); /* journal_mishaps.c */
int run_sqlite_tests(void); /* journal_file.c */
#endif
