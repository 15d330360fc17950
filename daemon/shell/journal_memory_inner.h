/* SPDX-License-Identifier: EUPL-1.2 */
/* What the files of the journal in memory share; nobody else includes it. */
#ifndef BOLLPLANK_SHELL_JOURNAL_MEMORY_INNER_H
#define BOLLPLANK_SHELL_JOURNAL_MEMORY_INNER_H
#include "base/copy.h"
#include "base/limits.h"
#include "shell/journal_body.h"
#include "shell/journal_chain.h"
#include "shell/journal_memory.h"
#include "wire/pack.h"

enum { MAGIC_journal_memory = 0x6a6d656d };

/* One entry on the "disk". */
struct line {
	struct position position;
	uint64_t at_ms;
	unsigned struck;
	struct chain chain;
	struct body body; /* in bytes; what is struck there is zeros */
	uint8_t bytes[];
};

struct memory_session {
	struct sid sid;
	struct code code;
	bool exists, open, opening; /* exists: its first entry is placed */
	unsigned generation;        /* of open and close: an answer to an earlier one is nobody's */
	unsigned history;           /* a stability of before a reset means nothing after it */
	uint32_t term;              /* of the next append */
	struct line **lines;
	size_t count, room;
	uint64_t stable, told, damaged_seq; /* told: what the house knows of stable */
	struct position snapshot_position;
	uint8_t *snapshot;
	size_t snapshot_len;
	struct pack published; /* what the house says of itself */
	bool behind;           /* controls */
	enum journal_status status;
};

enum kind { CREATE, APPEND, FIND, OPEN, READ, SNAPSHOT, STRIKE, LIST, ERASE, STABLE, RESET, PEERS, HEALTH, AIL, STOP };

struct op {
	struct op *next;
	enum kind kind;
	uint64_t due_ms;
	struct sid sid;
	struct code code;
	unsigned generation, history, parts;
	bool taken, forced; /* CREATE: the name exists; STABLE: also while held; RESET: down to `seq`, also what is stable */
	enum journal_status status;
	uint64_t tag, seq, until;
	struct slice *peers; /* PEERS: each in memory of its own */
	size_t peers_count;
	struct line *line;
	enum journal_memory_fate fate;
	union {
		journal_found_fn found;
		journal_list_fn each;
		journal_sink_fn sink;
		void (*done)(void *ctx);
	} fn;
	void *ctx;
};

struct journal_memory {
	uint32_t magic;
	struct loop loop;
	const struct journal_up *up;
	void *up_ctx;
	struct memory_session **sessions;
	size_t count;
	struct op *ops; /* in the order of doing */
	uint64_t last_due_ms;
	bool posted, pumping, destroyed;
	struct loop_timer *timer;
	/* Controls. */
	uint64_t late_ms, lag_ms;
	bool hold;
	unsigned refuse, unsure;
	enum journal_status refuse_why, status;
	unsigned rules;
	enum journal_memory_fate unsure_fate;
	char sentence[160];
};

/* --- the disk: journal_memory_disk.c --- */
struct memory_session *mem_session(const struct journal_memory *memory, struct sid sid); /* NULL: there is none; also one whose creation is under way is found */
struct memory_session *mem_session_of_code(const struct journal_memory *memory, struct code code);
struct memory_session *mem_session_add(struct journal_memory *memory, struct sid sid, struct code code);
void mem_session_remove(struct journal_memory *memory, struct memory_session *session);
struct line *mem_line_create(const struct body *body);
struct journal_entry mem_line_entry(const struct line *line); /* borrows */
struct line *mem_place(struct journal_memory *memory, struct memory_session *session, struct op *op); /* the op's line gets the next place; returns it */
/* Cuts the log behind ${seq}. The lines are freed, or handed over in ${lost}, which has room for all. Returns how many. */
size_t mem_truncate(struct memory_session *session, uint64_t seq, struct line **lost);

/* --- what is asked, and the turn in which it is done: journal_memory_work.c --- */
struct op *mem_ask_in_order(struct journal_memory *memory, enum kind kind, struct sid sid); /* what the house asks: done in its order, also when `late` was lowered in between */
struct op *mem_ask_first(struct journal_memory *memory, enum kind kind, struct sid sid);    /* before all that waits, after others of its kind */
int mem_take(struct journal_memory *memory, struct memory_session *session, enum kind kind, struct code code, const struct body *body, uint64_t tag); /* an append or a create; 0 */
void mem_op_free(struct op *op);
enum journal_status mem_worst(const struct journal_memory *memory);
void mem_timer_stop(struct journal_memory *memory);
void mem_detach(struct journal_memory *memory); /* from the house: no upcall any more, no session open */
void mem_finish(struct journal_memory *memory); /* frees all */
#endif
