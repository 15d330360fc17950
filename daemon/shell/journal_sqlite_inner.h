/* SPDX-License-Identifier: EUPL-1.2 */
/* What the files journal_sqlite*.c share; nobody else includes it. Its names begin with sq_.
 *
 * Two sides that never run at once on the same data: the loop's (queue, upcalls: journal_sqlite.c, _tell.c) and the
 * worker's (the database: _work.c, _load.c; opening in _file.c). `busy` parts them: while a job runs, the database,
 * `batch` and what is marked "worker's" belong to the job.
 *
 * Each session has a table of its own, log_<id>, so that entries are only ever added at its right end and a strike
 * overwrites bytes in place: SQLite then never moves a row, and no forgotten copy of a struck text stays behind in a
 * page. Erasing drops the table. */
#ifndef BOLLPLANK_SHELL_JOURNAL_SQLITE_INNER_H
#define BOLLPLANK_SHELL_JOURNAL_SQLITE_INNER_H
#include "shell/journal_body.h"
#include "shell/journal_chain.h"
#include "shell/journal_sqlite.h"
#include <inttypes.h>
#include <sqlite3.h>

enum {
	MAGIC_journal_sqlite = 0x6a73716c,
	BUCKETS = 1024,          /* of sessions by name; a file holds some thousands */
	PROBE_BYTES = 64 * 1024, /* must fit on the disk before appends are taken again */
	RETRY_MS = 1000
};

#define SCHEMA_SESSION "CREATE TABLE session(id INTEGER PRIMARY KEY, sid TEXT, code TEXT, first BLOB, sum BLOB)"
#define SCHEMA_PROBE "CREATE TABLE probe(id INTEGER PRIMARY KEY, bytes BLOB)"
#define SCHEMA_LOG \
	"CREATE TABLE log_%" PRId64 "(seq INTEGER PRIMARY KEY, term INTEGER, at INTEGER, struck INTEGER, " \
	"digest BLOB, chain BLOB, head BLOB, form BLOB, text BLOB)"
#define SCHEMA_SNAPSHOT \
	"CREATE TABLE snapshot_%" PRId64 "(id INTEGER PRIMARY KEY, term INTEGER, seq INTEGER, chain BLOB, sum BLOB, " \
	"bytes BLOB)"

struct head {
	struct position position;
	uint64_t at_ms;
	struct chain chain;
};

/* A session of the file. Never freed before the journal: operations under way point to it. */
struct known {
	struct known *next_sid, *next_code, *next_all;
	struct sid sid;
	struct code code;
	int64_t id;
	/* The loop's. */
	bool durable;        /* its first entry is in the file */
	bool removed;        /* no longer found by name */
	bool open, opening;
	unsigned generation; /* of open and close: an answer to an earlier one is nobody's */
	uint64_t told;       /* stable */
	/* The worker's. */
	struct head head, before; /* before: at the beginning of the transaction `mark` */
	bool head_known, gone, has_snapshot;
	uint64_t mark;
	struct chain first;
	sqlite3_stmt *insert;
};

struct line {
	struct line *next;
	struct position position;
	uint64_t at_ms;
	unsigned struck;
	struct body body; /* in bytes */
	uint8_t bytes[];
};

enum kind { CREATE, APPEND, TAKEN, FIND, OPEN, READ, SNAPSHOT, STRIKE, LIST, ERASE, CLOSE, PROBE, CHECKPOINT, BACKUP,
	STOP };

struct op {
	struct op *next;
	enum kind kind;
	struct known *known; /* NULL: no such session */
	struct sid sid;
	struct code code;
	unsigned generation, parts;
	uint64_t tag, at_ms, seq;
	struct line *line; /* CREATE, APPEND: the entry. SNAPSHOT: head is the snapshot */
	/* OPEN, READ: where it stands. */
	bool verified, started, ended, loaded;
	struct head at;
	uint64_t until, damaged_seq;
	uint64_t most; /* READ: what was asked */
	struct position snapshot_position;
	struct chain snapshot_chain;
	bool snapshot_right;
	uint8_t *snapshot;
	size_t snapshot_len;
	struct line *chunk;
	int status; /* BACKUP; READ: what its end tells */
	char *path;
	union {
		journal_found_fn found;
		journal_list_fn each;
		journal_sink_fn sink;
		journal_sqlite_backup_fn backup;
		void (*done)(void *ctx);
	} fn;
	void *ctx;
};

struct queue {
	struct op *first, **last;
	size_t appends;
};

enum outcome { WRITTEN, NO_SPACE, BROKEN };

struct journal_sqlite {
	uint32_t magic;
	struct loop loop;
	const struct journal_up *up;
	void *up_ctx;
	char *path;
	int lock_fd;
	bool real_files;
	uint64_t keep_free_bytes;
	void (*fatal)(const char *sentence, void *ctx);
	void *fatal_ctx;
	/* The loop's. */
	struct known *sids[BUCKETS], *codes[BUCKETS], *all;
	int64_t next_id;
	struct queue pending, held; /* held: strikes and erasures while the disk is full */
	bool busy, delivering, posted, dead, stopping;
	bool pressed; /* entries came while the last job ran */
	struct loop_timer *linger, *retry;
	uint64_t job_ms;            /* when the last job began */
	size_t unanswered, unanswered_bytes;
	enum journal_status status;
	char sentence[512];
	/* The worker's. */
	sqlite3 *db;
	sqlite3_stmt *begin, *commit;
	struct queue batch;
	uint64_t mark, job_now_ms, looked_ms;
	bool low, truncate, uncut; /* uncut: struck bytes still lie in the WAL, for want of space */
	int wal_pages;
	enum outcome outcome;
	char why[256];
};

/* --- journal_sqlite_parts.c: either side ------------------------------------------------------------------------ */

void sq_clear(struct queue *queue);
void sq_push(struct queue *queue, struct op *op);
struct op *sq_pop(struct queue *queue);
void sq_move(struct queue *from, struct queue *to); /* all of it, to the end */
void sq_lines_free(struct line *line);
void sq_op_free(struct op *op);
struct known *sq_find_sid(struct journal_sqlite *sq, struct sid sid);
struct known *sq_find_code(struct journal_sqlite *sq, struct code code);
struct known *sq_known_add(struct journal_sqlite *sq, struct sid sid, struct code code, int64_t id);
void sq_known_remove(struct journal_sqlite *sq, struct known *known); /* from the names only */
struct line *sq_line_create(const struct body *body);
struct journal_entry sq_line_entry(const struct line *line); /* borrowed from the line */
size_t sq_line_len(const struct line *line);

/* --- journal_sqlite_work.c: the worker, and what a row is --------------------------------------------------------- */

void sq_job(void *ctx);
__attribute__((format(printf, 4, 5))) int sq_prepare(struct journal_sqlite *sq, unsigned flags, sqlite3_stmt **out,
	const char *format, ...);
int sq_finish_step(sqlite3_stmt *statement); /* runs a statement that returns no row, and forgets it */
int sq_step_again(sqlite3_stmt *statement);  /* the same, and keeps it */
bool sq_column_blob(sqlite3_stmt *row, int column, void *out, int len); /* false: it is not `len` bytes */
bool sq_struck_parse(int64_t code, unsigned *parts);
struct digest sq_session_sum(int64_t id, const char *sid, const char *code, struct chain first);
struct digest sq_snapshot_sum(struct sid sid, struct position position, struct chain chain, struct slice bytes);

/* --- journal_sqlite_load.c: the worker ---------------------------------------------------------------------------- */

void sq_load(struct journal_sqlite *sq, struct op *op); /* the next piece of an OPEN or READ */

/* --- journal_sqlite_file.c: at start and stop; the copy is the worker's ------------------------------------------ */

/* 0, or a negative status and the sentence; then sq_file_close is still called. */
int sq_file_open(struct journal_sqlite *sq, const struct journal_sqlite_options *options, char *sentence, size_t size);
void sq_file_close(struct journal_sqlite *sq); /* nothing when it is not open */
int sq_backup(struct journal_sqlite *sq, struct op *op);

/* --- journal_sqlite_tell.c: the loop ------------------------------------------------------------------------------ */

void sq_become(struct journal_sqlite *sq, enum journal_status status);
/* Refuses whatever has not been handed to the worker, and keeps what nobody is told a refusal of. */
void sq_sift(struct journal_sqlite *sq, struct queue *queue);
void sq_deliver_stable(struct journal_sqlite *sq);
bool sq_deliver(struct journal_sqlite *sq, struct op *op); /* true: it goes on in the next job */
void sq_die(struct journal_sqlite *sq);
#endif
