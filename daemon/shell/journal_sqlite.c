/* SPDX-License-Identifier: EUPL-1.2 */
/* Two sides that never run at once on the same data: the loop's (queue, upcalls) and the worker's (the database). `busy` parts them:
 * while a job runs, the database, `batch` and what is marked "worker's" belong to the job.
 *
 * Each session has a table of its own, log_<id>, so that entries are only ever added at its right end and a strike overwrites bytes in
 * place: SQLite then never moves a row, and no forgotten copy of a struck text stays behind in a page. Erasing drops the table. */
#include "shell/journal_sqlite.h"
#include "base/check.h"
#include "base/limits.h"
#include "base/trace.h"
#include "shell/journal_chain.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sysexits.h>
#include <unistd.h>

enum {
	MAGIC_journal_sqlite = 0x6a73716c,
	APPLICATION_ID = 0x626f6c6c,  /* "boll" */
	BUCKETS = 1024,               /* of sessions by name; a file holds some thousands */
	CHUNK_BYTES = 256 * 1024,     /* read in one job: others' commits wait for it, 1 ms */
	CHUNK_ROWS = 20 * 1000,       /* verified in one job, 20 ms */
	CHECKPOINT_IDLE_PAGES = 1000, /* of the WAL, 4 MB: checkpoint when nothing else is to do */
	CHECKPOINT_PAGES = 4000,      /* 16 MB: checkpoint anyway, some 50 ms in which nothing is committed */
	PROBE_BYTES = 64 * 1024,      /* must fit on the disk before appends are taken again */
	RETRY_MS = 1000,
	STRUCK_BASE = 0xff00          /* see struck_code */
};

static const char schema_session[] =
	"CREATE TABLE session(id INTEGER PRIMARY KEY, sid TEXT, code TEXT, first BLOB, sum BLOB)";
static const char schema_probe[] = "CREATE TABLE probe(id INTEGER PRIMARY KEY, bytes BLOB)";
#define SCHEMA_LOG \
	"CREATE TABLE log_%" PRId64 "(seq INTEGER PRIMARY KEY, term INTEGER, at INTEGER, struck INTEGER, digest BLOB, chain BLOB, " \
	"head BLOB, form BLOB, text BLOB)"
#define SCHEMA_SNAPSHOT \
	"CREATE TABLE snapshot_%" PRId64 "(id INTEGER PRIMARY KEY, term INTEGER, seq INTEGER, chain BLOB, sum BLOB, bytes BLOB)"

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
	uint8_t digest[32];
	size_t head_len, form_len, text_len;
	uint8_t bytes[];
};

enum kind { CREATE, APPEND, TAKEN, FIND, OPEN, READ, SNAPSHOT, STRIKE, LIST, ERASE, CLOSE, PROBE, CHECKPOINT, BACKUP, STOP };

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
	struct position snapshot_position;
	struct chain snapshot_chain;
	bool snapshot_right;
	uint8_t *snapshot;
	size_t snapshot_len;
	struct line *chunk;
	int status; /* BACKUP */
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

/* --- queues and names ----------------------------------------------------------------------------------------- */

static void queue_clear(struct queue *queue)
{
	queue->first = NULL;
	queue->last = &queue->first;
	queue->appends = 0;
}

static void queue_push(struct queue *queue, struct op *op)
{
	op->next = NULL;
	*queue->last = op;
	queue->last = &op->next;
	queue->appends += op->kind == APPEND || op->kind == CREATE;
}

static struct op *queue_pop(struct queue *queue)
{
	struct op *op = queue->first;
	if (op == NULL)
		return NULL;
	queue->first = op->next;
	if (queue->first == NULL)
		queue->last = &queue->first;
	queue->appends -= op->kind == APPEND || op->kind == CREATE;
	op->next = NULL;
	return op;
}

static void lines_free(struct line *line)
{
	while (line) {
		struct line *next = line->next;
		free(line);
		line = next;
	}
}

static void op_free(struct op *op)
{
	lines_free(op->line);
	lines_free(op->chunk);
	free(op->snapshot);
	free(op->path);
	free(op);
}

static size_t bucket_of(const char *text)
{
	uint32_t h = 2166136261u; /* FNV-1a */
	for (; *text; text++)
		h = (h ^ (uint8_t)*text) * 16777619u;
	return h % BUCKETS;
}

static struct known *find_sid(struct journal_sqlite *sq, struct sid sid)
{
	struct known *known = sq->sids[bucket_of(sid.text)];
	while (known && !sid_equal(known->sid, sid))
		known = known->next_sid;
	return known;
}

static struct known *find_code(struct journal_sqlite *sq, struct code code)
{
	struct known *known = sq->codes[bucket_of(code.text)];
	while (known && strcmp(known->code.text, code.text) != 0)
		known = known->next_code;
	return known;
}

static struct known *known_add(struct journal_sqlite *sq, struct sid sid, struct code code, int64_t id)
{
	struct known *known = check_alloc(1, sizeof *known);
	struct known **by_sid = &sq->sids[bucket_of(sid.text)], **by_code = &sq->codes[bucket_of(code.text)];
	known->sid = sid;
	known->code = code;
	known->id = id;
	known->next_sid = *by_sid;
	known->next_code = *by_code;
	known->next_all = sq->all;
	*by_sid = *by_code = sq->all = known;
	if (id >= sq->next_id)
		sq->next_id = id + 1;
	return known;
}

static void known_remove(struct journal_sqlite *sq, struct known *known)
{
	if (known->removed)
		return;
	struct known **at = &sq->sids[bucket_of(known->sid.text)];
	while (*at != known)
		at = &(*at)->next_sid;
	*at = known->next_sid;
	at = &sq->codes[bucket_of(known->code.text)];
	while (*at != known)
		at = &(*at)->next_code;
	*at = known->next_code;
	known->removed = true;
	known->durable = known->open = known->opening = false;
}

static struct line *line_create(const struct body *body)
{
	struct line *line = check_alloc(1, sizeof *line + body->head.len + body->form.len + body->text.len);
	uint8_t *at = line->bytes;
	memcpy(line->digest, body->digest, sizeof line->digest);
	line->head_len = body->head.len;
	line->form_len = body->form.len;
	line->text_len = body->text.len;
	const struct slice parts[] = { body->head, body->form, body->text };
	for (size_t i = 0; i < 3; i++) {
		if (parts[i].len)
			memcpy(at, parts[i].at, parts[i].len);
		at += parts[i].len;
	}
	return line;
}

static struct journal_entry line_entry(const struct line *line)
{
	const uint8_t *form = line->bytes + line->head_len, *text = form + line->form_len;
	struct journal_entry entry = { .position = line->position, .at_ms = line->at_ms, .struck = line->struck };
	entry.body.head = slice_of(line->bytes, line->head_len);
	entry.body.form = slice_of(form, line->form_len);
	entry.body.text = slice_of(text, line->text_len);
	memcpy(entry.body.digest, line->digest, sizeof line->digest);
	return entry;
}

static size_t line_len(const struct line *line)
{
	return sizeof *line + line->head_len + line->form_len + line->text_len;
}

/* --- the worker's side ---------------------------------------------------------------------------------------- */

/* The set and its complement in one number: a flipped bit is seen; and always three bytes, so that a strike keeps the row's length. */
static int64_t struck_code(unsigned parts)
{
	return (int64_t)(STRUCK_BASE - (parts << 8) + parts);
}

static bool struck_parse(int64_t code, unsigned *parts)
{
	*parts = (unsigned)(code & 0xff);
	return *parts <= (JOURNAL_FORM | JOURNAL_TEXT) && code == struck_code(*parts);
}

static struct digest session_sum(int64_t id, const char *sid, const char *code, struct chain first)
{
	uint8_t number[8];
	chain_put(number, (uint64_t)id, 8);
	const struct slice fields[] = { slice_of(number, 8), slice_text(sid), slice_text(code), slice_of(first.bytes, 16) };
	return digest_fields(fields, 4);
}

static struct digest snapshot_sum(struct sid sid, struct position position, struct chain chain, struct slice bytes)
{
	uint8_t number[12];
	chain_put(chain_put(number, position.term, 4), position.seq, 8);
	const struct slice fields[] = { slice_text(sid.text), slice_of(number, 12), slice_of(chain.bytes, 16), bytes };
	return digest_fields(fields, 4);
}

static bool column_blob(sqlite3_stmt *row, int column, void *out, int len)
{
	if (sqlite3_column_type(row, column) != SQLITE_BLOB || sqlite3_column_bytes(row, column) != len)
		return false;
	memcpy(out, sqlite3_column_blob(row, column), (size_t)len);
	return true;
}

static int bind_slice(sqlite3_stmt *statement, int index, struct slice bytes)
{
	if (bytes.len == 0)
		return sqlite3_bind_zeroblob(statement, index, 0);
	return sqlite3_bind_blob64(statement, index, bytes.at, bytes.len, SQLITE_STATIC);
}

__attribute__((format(printf, 4, 5))) static int prepare(struct journal_sqlite *sq, unsigned flags, sqlite3_stmt **out,
	const char *format, ...)
{
	char text[256];
	va_list arguments;
	va_start(arguments, format);
	int n = vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	CHECK(n > 0 && (size_t)n < sizeof text);
	return sqlite3_prepare_v3(sq->db, text, -1, flags, out, NULL);
}

/* Runs a statement that returns no row and forgets it. */
static int finish_step(sqlite3_stmt *statement)
{
	int rc = sqlite3_step(statement);
	int end = sqlite3_finalize(statement);
	return rc == SQLITE_DONE ? SQLITE_OK : end != SQLITE_OK ? end : SQLITE_ERROR;
}

static int step_again(sqlite3_stmt *statement)
{
	int rc = sqlite3_step(statement);
	int end = sqlite3_reset(statement);
	return rc == SQLITE_DONE ? SQLITE_OK : end != SQLITE_OK ? end : SQLITE_ERROR;
}

/* What the kernel said of the last failed call on the file or its WAL: sqlite3_system_errno has forgotten it after a COMMIT's rollback. */
static bool no_space_errno(struct journal_sqlite *sq)
{
	static const int pointers[] = { SQLITE_FCNTL_JOURNAL_POINTER, SQLITE_FCNTL_FILE_POINTER };
	for (size_t i = 0; i < 2; i++) {
		sqlite3_file *file = NULL;
		int no = 0;
		if (sqlite3_file_control(sq->db, "main", pointers[i], &file) == SQLITE_OK && file && file->pMethods &&
			file->pMethods->xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, &no) == SQLITE_OK &&
			(no == ENOSPC || no == EDQUOT || no == EFBIG))
			return true;
	}
	return false;
}

/* No space is the one failed write after which all is known: SQLite writes the commit's last frame last and syncs after it. The
 * kernel says it with three names, of which SQLite knows one. */
static enum outcome judge(struct journal_sqlite *sq, int rc)
{
	snprintf(sq->why, sizeof sq->why, "%s (%d)", sqlite3_errmsg(sq->db), sqlite3_extended_errcode(sq->db));
	if (rc == SQLITE_OK)
		return WRITTEN;
	if ((rc & 0xff) == SQLITE_FULL || (rc & 0xff) == SQLITE_NOMEM)
		return NO_SPACE;
	if (sqlite3_extended_errcode(sq->db) == SQLITE_IOERR_WRITE && no_space_errno(sq))
		return NO_SPACE;
	return BROKEN;
}

static void touch(struct journal_sqlite *sq, struct known *known)
{
	if (known->mark == sq->mark)
		return;
	known->mark = sq->mark;
	known->before = known->head;
}

static int write_entry(struct journal_sqlite *sq, struct known *known, struct op *op)
{
	struct line *line = op->line;
	const struct head *last = &known->head;
	touch(sq, known);
	line->position.term = last->position.seq ? last->position.term : 1;
	line->position.seq = last->position.seq + 1;
	line->at_ms = op->at_ms > last->at_ms ? op->at_ms : last->at_ms;
	struct chain chain = chain_next(last->chain, line->position, line->at_ms, line->digest);
	int rc = SQLITE_OK;
	if (known->insert == NULL)
		rc = prepare(sq, SQLITE_PREPARE_PERSISTENT, &known->insert, "INSERT INTO log_%" PRId64 " VALUES(?,?,?,?,?,?,?,?,?)", known->id);
	if (rc != SQLITE_OK)
		return rc;
	const struct journal_entry entry = line_entry(line);
	sqlite3_stmt *s = known->insert;
	sqlite3_bind_int64(s, 1, (int64_t)line->position.seq);
	sqlite3_bind_int64(s, 2, line->position.term);
	sqlite3_bind_int64(s, 3, (int64_t)line->at_ms);
	sqlite3_bind_int64(s, 4, struck_code(0));
	sqlite3_bind_blob(s, 5, line->digest, 32, SQLITE_STATIC);
	sqlite3_bind_blob(s, 6, chain.bytes, 16, SQLITE_STATIC);
	bind_slice(s, 7, entry.body.head);
	bind_slice(s, 8, entry.body.form);
	bind_slice(s, 9, entry.body.text);
	rc = step_again(s);
	if (rc == SQLITE_OK)
		known->head = (struct head){ line->position, line->at_ms, chain };
	return rc;
}

static int write_session(struct journal_sqlite *sq, struct op *op)
{
	struct known *known = op->known;
	char text[256];
	snprintf(text, sizeof text, SCHEMA_LOG, known->id);
	int rc = sqlite3_exec(sq->db, text, NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		rc = write_entry(sq, known, op);
	if (rc != SQLITE_OK)
		return rc;
	known->first = known->head.chain;
	struct digest sum = session_sum(known->id, known->sid.text, known->code.text, known->first);
	sqlite3_stmt *s;
	if ((rc = prepare(sq, 0, &s, "INSERT INTO session VALUES(?,?,?,?,?)")) != SQLITE_OK)
		return rc;
	sqlite3_bind_int64(s, 1, known->id);
	sqlite3_bind_text(s, 2, known->sid.text, -1, SQLITE_STATIC);
	sqlite3_bind_text(s, 3, known->code.text, -1, SQLITE_STATIC);
	sqlite3_bind_blob(s, 4, known->first.bytes, 16, SQLITE_STATIC);
	sqlite3_bind_blob(s, 5, sum.bytes, 32, SQLITE_STATIC);
	rc = finish_step(s);
	known->head_known = rc == SQLITE_OK;
	return rc;
}

static int write_snapshot(struct journal_sqlite *sq, struct op *op)
{
	struct known *known = op->known;
	const struct position position = op->line->position;
	struct chain chain;
	sqlite3_stmt *s;
	int rc = prepare(sq, 0, &s, "SELECT chain FROM log_%" PRId64 " WHERE seq=? AND term=?", known->id);
	if (rc != SQLITE_OK)
		return rc;
	sqlite3_bind_int64(s, 1, (int64_t)position.seq);
	sqlite3_bind_int64(s, 2, position.term);
	bool there = sqlite3_step(s) == SQLITE_ROW && column_blob(s, 0, chain.bytes, 16);
	if ((rc = sqlite3_finalize(s)) != SQLITE_OK || !there)
		return rc; /* of another history: a hint, so nobody misses it */
	if (!known->has_snapshot) {
		char text[256];
		snprintf(text, sizeof text, SCHEMA_SNAPSHOT, known->id);
		if ((rc = sqlite3_exec(sq->db, text, NULL, NULL, NULL)) != SQLITE_OK)
			return rc;
		known->has_snapshot = true;
	}
	struct slice bytes = slice_of(op->line->bytes, op->line->head_len);
	struct digest sum = snapshot_sum(known->sid, position, chain, bytes);
	if ((rc = prepare(sq, 0, &s, "INSERT OR REPLACE INTO snapshot_%" PRId64 " VALUES(1,?,?,?,?,?)", known->id)) != SQLITE_OK)
		return rc;
	sqlite3_bind_int64(s, 1, position.term);
	sqlite3_bind_int64(s, 2, (int64_t)position.seq);
	sqlite3_bind_blob(s, 3, chain.bytes, 16, SQLITE_STATIC);
	sqlite3_bind_blob(s, 4, sum.bytes, 32, SQLITE_STATIC);
	bind_slice(s, 5, bytes);
	return finish_step(s);
}

/* Zeros of the same length over the parts: the row keeps its place and size. The snapshot may hold them too and goes with them. */
static int write_strike(struct journal_sqlite *sq, struct op *op)
{
	struct known *known = op->known;
	sqlite3_stmt *s;
	int rc = prepare(sq, 0, &s, "SELECT struck, length(form), length(text) FROM log_%" PRId64 " WHERE seq=?", known->id);
	if (rc != SQLITE_OK)
		return rc;
	sqlite3_bind_int64(s, 1, (int64_t)op->seq);
	unsigned struck = 0;
	bool there = sqlite3_step(s) == SQLITE_ROW;
	if (there && !struck_parse(sqlite3_column_int64(s, 0), &struck))
		there = false; /* damaged: the next open tells */
	int form_len = sqlite3_column_int(s, 1), text_len = sqlite3_column_int(s, 2);
	if ((rc = sqlite3_finalize(s)) != SQLITE_OK || !there)
		return rc;
	unsigned parts = op->parts & (JOURNAL_FORM | JOURNAL_TEXT);
	bool fresh = (struck | parts) != struck;
	if (fresh) {
		struck |= parts;
		if ((rc = prepare(sq, 0, &s, "UPDATE log_%" PRId64 " SET struck=?, form=CASE WHEN ? THEN ? ELSE form END, "
			"text=CASE WHEN ? THEN ? ELSE text END WHERE seq=?", known->id)) != SQLITE_OK)
			return rc;
		sqlite3_bind_int64(s, 1, struck_code(struck));
		sqlite3_bind_int(s, 2, (struck & JOURNAL_FORM) != 0);
		sqlite3_bind_zeroblob(s, 3, form_len);
		sqlite3_bind_int(s, 4, (struck & JOURNAL_TEXT) != 0);
		sqlite3_bind_zeroblob(s, 5, text_len);
		sqlite3_bind_int64(s, 6, (int64_t)op->seq);
		if ((rc = finish_step(s)) != SQLITE_OK)
			return rc;
	}
	sq->truncate = true; /* also when there was nothing to do: an earlier attempt may have ended before it */
	if (!fresh || !known->has_snapshot)
		return SQLITE_OK; /* struck before: a snapshot of since was made without it, and each load strikes again */
	if ((rc = prepare(sq, 0, &s, "DELETE FROM snapshot_%" PRId64 " WHERE seq>=?", known->id)) != SQLITE_OK)
		return rc;
	sqlite3_bind_int64(s, 1, (int64_t)op->seq);
	return finish_step(s);
}

static int write_erase(struct journal_sqlite *sq, struct op *op)
{
	struct known *known = op->known;
	char text[128];
	sqlite3_finalize(known->insert);
	known->insert = NULL;
	snprintf(text, sizeof text, "DELETE FROM session WHERE id=%" PRId64, known->id);
	int rc = sqlite3_exec(sq->db, text, NULL, NULL, NULL);
	snprintf(text, sizeof text, "DROP TABLE IF EXISTS log_%" PRId64, known->id);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(sq->db, text, NULL, NULL, NULL);
	snprintf(text, sizeof text, "DROP TABLE IF EXISTS snapshot_%" PRId64, known->id);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(sq->db, text, NULL, NULL, NULL);
	sq->truncate = true;
	return rc;
}

static int write_probe(struct journal_sqlite *sq)
{
	sqlite3_stmt *s;
	int rc = prepare(sq, 0, &s, "INSERT OR REPLACE INTO probe VALUES(1, zeroblob(%d))", PROBE_BYTES);
	return rc == SQLITE_OK ? finish_step(s) : rc;
}

static bool writes(const struct op *op)
{
	switch (op->kind) {
	case CREATE:
	case APPEND:
	case SNAPSHOT:
	case STRIKE:
	case ERASE:
		return op->known != NULL && !op->known->gone;
	case PROBE:
		return true;
	default:
		return false;
	}
}

static int write_op(struct journal_sqlite *sq, struct op *op)
{
	switch (op->kind) {
	case CREATE:
		return write_session(sq, op);
	case APPEND:
		return write_entry(sq, op->known, op);
	case SNAPSHOT:
		return write_snapshot(sq, op);
	case STRIKE:
		return write_strike(sq, op);
	case ERASE:
		return write_erase(sq, op);
	default:
		return write_probe(sq);
	}
}

/* Nothing of this batch is in the file: what was remembered of it is taken back. */
static void take_back(struct journal_sqlite *sq)
{
	for (struct op *op = sq->batch.first; op; op = op->next) {
		struct known *known = op->known;
		if (known == NULL)
			continue;
		if (known->mark == sq->mark)
			known->head = known->before;
		if (op->kind == CREATE) {
			sqlite3_finalize(known->insert);
			known->insert = NULL;
			known->gone = true;
		}
		if (op->kind == SNAPSHOT)
			known->has_snapshot = false; /* perhaps; asked of the schema below */
	}
	for (struct op *op = sq->batch.first; op; op = op->next)
		if (op->kind == SNAPSHOT && op->known && !op->known->gone) {
			sqlite3_stmt *s;
			if (prepare(sq, 0, &s, "SELECT 1 FROM sqlite_schema WHERE name='snapshot_%" PRId64 "'", op->known->id) == SQLITE_OK)
				op->known->has_snapshot = sqlite3_step(s) == SQLITE_ROW;
			sqlite3_finalize(s);
		}
}

static enum outcome write_all(struct journal_sqlite *sq)
{
	bool begun = false;
	int rc = SQLITE_OK;
	sq->mark++;
	for (struct op *op = sq->batch.first; op && rc == SQLITE_OK; op = op->next) {
		if (op->kind == READ || op->kind == OPEN) {
			if (!op->started && !op->verified && op->known)
				op->until = op->known->head_known ? op->known->head.position.seq : INT64_MAX;
			continue;
		}
		if (op->kind == ERASE && op->known && op->known->gone)
			sq->truncate = true; /* erased in an earlier job that could not cut the WAL */
		if (!writes(op))
			continue;
		if (sq->low) {
			snprintf(sq->why, sizeof sq->why, "less than %" PRIu64 " bytes are free", sq->keep_free_bytes);
			return NO_SPACE;
		}
		if (!begun) {
			begun = true;
			rc = step_again(sq->begin);
		}
		if (rc == SQLITE_OK)
			rc = write_op(sq, op);
	}
	if (begun && rc == SQLITE_OK)
		rc = step_again(sq->commit);
	enum outcome outcome = judge(sq, rc);
	if (outcome == WRITTEN) {
		for (struct op *op = sq->batch.first; op; op = op->next)
			if (op->kind == ERASE && op->known)
				op->known->gone = true;
		return WRITTEN;
	}
	if (!sqlite3_get_autocommit(sq->db) && sqlite3_exec(sq->db, "ROLLBACK", NULL, NULL, NULL) != SQLITE_OK)
		return BROKEN;
	if (outcome == NO_SPACE)
		take_back(sq);
	return outcome;
}

static enum outcome checkpoint(struct journal_sqlite *sq, int mode)
{
	sq->wal_pages = 0; /* also when it fails for want of space: the next commit says how many there are, and it is tried again */
	return judge(sq, sqlite3_wal_checkpoint_v2(sq->db, NULL, mode, NULL, NULL));
}

/* The next row of a select over `seq, term, at, struck, digest, chain, ...`, checked to follow op->at. false: it does not. */
static bool follows(struct op *op, sqlite3_stmt *row, struct line *out)
{
	struct chain stored;
	for (int i = 0; i < 4; i++)
		if (sqlite3_column_type(row, i) != SQLITE_INTEGER)
			return false;
	int64_t seq = sqlite3_column_int64(row, 0), term = sqlite3_column_int64(row, 1), at = sqlite3_column_int64(row, 2);
	if (seq != (int64_t)op->at.position.seq + 1 || term < 1 || term > UINT32_MAX || term < op->at.position.term || at < 0 ||
		(uint64_t)at < op->at.at_ms)
		return false;
	out->position = (struct position){ (uint32_t)term, (uint64_t)seq };
	out->at_ms = (uint64_t)at;
	if (!struck_parse(sqlite3_column_int64(row, 3), &out->struck) || !column_blob(row, 4, out->digest, 32) ||
		!column_blob(row, 5, stored.bytes, 16))
		return false;
	struct chain chain = chain_next(op->at.chain, out->position, out->at_ms, out->digest);
	if (!chain_equal(chain, stored) || (seq == 1 && !chain_equal(chain, op->known->first)))
		return false;
	op->at = (struct head){ out->position, out->at_ms, chain };
	return true;
}

static void damaged(struct op *op)
{
	op->damaged_seq = op->at.position.seq + 1;
	op->ended = true;
}

static int select_rows(struct journal_sqlite *sq, struct op *op, const char *more, sqlite3_stmt **out)
{
	int rc = prepare(sq, 0, out, "SELECT seq, term, at, struck, digest, chain%s FROM log_%" PRId64 " WHERE seq>? AND seq<=? ORDER BY seq",
		more, op->known->id);
	if (rc == SQLITE_OK) {
		sqlite3_bind_int64(*out, 1, (int64_t)op->at.position.seq);
		sqlite3_bind_int64(*out, 2, (int64_t)op->until);
	}
	return rc;
}

static void read_snapshot(struct journal_sqlite *sq, struct op *op)
{
	sqlite3_stmt *s;
	struct chain chain;
	uint8_t sum[32];
	if (!op->known->has_snapshot ||
		prepare(sq, 0, &s, "SELECT term, seq, chain, sum, bytes FROM snapshot_%" PRId64 " WHERE id=1", op->known->id) != SQLITE_OK)
		return;
	if (sqlite3_step(s) == SQLITE_ROW && sqlite3_column_type(s, 4) == SQLITE_BLOB && column_blob(s, 2, chain.bytes, 16) &&
		column_blob(s, 3, sum, 32)) {
		int64_t term = sqlite3_column_int64(s, 0), seq = sqlite3_column_int64(s, 1);
		struct position position = { (uint32_t)term, (uint64_t)seq };
		const void *at = sqlite3_column_blob(s, 4);
		struct slice bytes = slice_of(at, at ? (size_t)sqlite3_column_bytes(s, 4) : 0);
		struct digest right = snapshot_sum(op->known->sid, position, chain, bytes);
		if (term > 0 && term <= UINT32_MAX && seq > 0 && digest_same(right.bytes, sum, 32)) {
			op->snapshot_position = position;
			op->snapshot_chain = chain;
			op->snapshot_len = bytes.len;
			op->snapshot = check_alloc(1, bytes.len);
			if (bytes.len)
				memcpy(op->snapshot, bytes.at, bytes.len);
		} else {
			trace(TRACE_WARNING, "journal", "snapshot=ignored session=%s", op->known->sid.text);
		}
	}
	sqlite3_finalize(s);
}

/* The whole chain, before anything of the session is told. Texts and forms are not touched here. */
static void verify_some(struct journal_sqlite *sq, struct op *op)
{
	sqlite3_stmt *s = NULL;
	int rows = 0, rc = select_rows(sq, op, "", &s);
	if (op->at.position.seq == 0)
		read_snapshot(sq, op);
	while (rc == SQLITE_OK && rows < CHUNK_ROWS) {
		struct line line = { 0 };
		int step = sqlite3_step(s);
		if (step == SQLITE_DONE) {
			op->verified = true;
			break;
		}
		if (step != SQLITE_ROW || !follows(op, s, &line))
			rc = SQLITE_CORRUPT;
		if (rc == SQLITE_OK && line.position.seq == op->snapshot_position.seq)
			op->snapshot_right = line.position.term == op->snapshot_position.term &&
				chain_equal(op->at.chain, op->snapshot_chain);
		rows++;
	}
	sqlite3_finalize(s);
	if (rc != SQLITE_OK || (op->verified && op->at.position.seq == 0)) {
		damaged(op);
		return;
	}
	if (!op->verified)
		return;
	struct known *known = op->known;
	known->head = op->at;
	known->head_known = true;
	op->until = op->at.position.seq;
	op->at = (struct head){ .position = { 0, 0 } };
	if (op->snapshot_right)
		op->at.position = op->snapshot_position; /* read_start finds its chain */
	else
		op->snapshot_position = (struct position){ 0, 0 };
}

/* op->at.position.seq is where to begin after; finds what the chain was there. */
static bool read_start(struct journal_sqlite *sq, struct op *op)
{
	sqlite3_stmt *s;
	bool found = false;
	if (op->at.position.seq == 0)
		return true;
	if (prepare(sq, 0, &s, "SELECT term, at, chain FROM log_%" PRId64 " WHERE seq=?", op->known->id) == SQLITE_OK) {
		sqlite3_bind_int64(s, 1, (int64_t)op->at.position.seq);
		if (sqlite3_step(s) == SQLITE_ROW && column_blob(s, 2, op->at.chain.bytes, 16)) {
			op->at.position.term = (uint32_t)sqlite3_column_int64(s, 0);
			op->at.at_ms = (uint64_t)sqlite3_column_int64(s, 1);
			found = true;
		}
	}
	sqlite3_finalize(s);
	return found;
}

static size_t part_len(sqlite3_stmt *row, int column, bool struck)
{
	if (struck || sqlite3_column_blob(row, column) == NULL)
		return 0;
	return (size_t)sqlite3_column_bytes(row, column);
}

static void read_some(struct journal_sqlite *sq, struct op *op)
{
	struct line **last = &op->chunk;
	sqlite3_stmt *s = NULL;
	size_t bytes = 0;
	if (!op->started && !read_start(sq, op)) {
		op->started = op->ended = true; /* nothing lies there */
		return;
	}
	int rc = select_rows(sq, op, ", head, form, text", &s);
	while (rc == SQLITE_OK && bytes < CHUNK_BYTES) {
		struct line seen = { 0 };
		int step = sqlite3_step(s);
		if (step == SQLITE_DONE) {
			op->ended = true;
			break;
		}
		if (step != SQLITE_ROW || !follows(op, s, &seen)) {
			rc = SQLITE_CORRUPT;
			break;
		}
		struct body body = { .head = { 0 } };
		struct slice *parts[] = { &body.head, &body.form, &body.text };
		const bool struck[] = { false, seen.struck & JOURNAL_FORM, seen.struck & JOURNAL_TEXT };
		for (int i = 0; i < 3; i++)
			*parts[i] = slice_of(sqlite3_column_blob(s, 6 + i), part_len(s, 6 + i, struck[i]));
		memcpy(body.digest, seen.digest, sizeof body.digest);
		struct line *line = line_create(&body);
		line->position = seen.position;
		line->at_ms = seen.at_ms;
		line->struck = seen.struck;
		*last = line;
		last = &line->next;
		bytes += line_len(line);
	}
	sqlite3_finalize(s);
	op->started = true;
	if (rc != SQLITE_OK)
		damaged(op);
}

static int backup(struct journal_sqlite *sq, struct op *op)
{
	int fd = open(op->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0) {
		snprintf(sq->why, sizeof sq->why, "%s", strerror(errno));
		return -1;
	}
	sqlite3_stmt *s;
	int rc = prepare(sq, 0, &s, "VACUUM INTO ?");
	if (rc == SQLITE_OK) {
		sqlite3_bind_text(s, 1, op->path, -1, SQLITE_STATIC);
		rc = finish_step(s);
	}
	snprintf(sq->why, sizeof sq->why, "%s", sqlite3_errmsg(sq->db));
	if (rc == SQLITE_OK && fsync(fd) != 0) {
		snprintf(sq->why, sizeof sq->why, "%s", strerror(errno));
		rc = SQLITE_IOERR;
	}
	close(fd);
	if (rc != SQLITE_OK)
		unlink(op->path);
	return rc == SQLITE_OK ? 0 : -1;
}

static void close_database(struct journal_sqlite *sq)
{
	for (struct known *known = sq->all; known; known = known->next_all) {
		sqlite3_finalize(known->insert);
		known->insert = NULL;
	}
	sqlite3_finalize(sq->begin);
	sqlite3_finalize(sq->commit);
	sq->begin = sq->commit = NULL;
	if (sq->dead)
		sqlite3_db_config(sq->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	sqlite3_close(sq->db);
	sq->db = NULL;
}

static int wal_grew(void *ctx, sqlite3 *db, const char *name, int pages)
{
	(void)db;
	(void)name;
	((struct journal_sqlite *)ctx)->wal_pages = pages;
	return SQLITE_OK;
}

static void look_at_space(struct journal_sqlite *sq)
{
	struct statvfs space;
	if (!sq->real_files || (sq->looked_ms && sq->job_now_ms - sq->looked_ms < RETRY_MS / 2))
		return;
	sq->looked_ms = sq->job_now_ms;
	sq->low = statvfs(sq->path, &space) == 0 && (uint64_t)space.f_bavail * space.f_frsize < sq->keep_free_bytes;
}

static void job(void *ctx)
{
	struct journal_sqlite *sq = CAST(ctx, journal_sqlite);
	bool last = false;
	look_at_space(sq);
	sq->truncate = false;
	sq->outcome = write_all(sq);
	/* Only now are struck bytes gone: the WAL holds pages of before. */
	sq->uncut = false;
	if (sq->outcome == WRITTEN && sq->truncate) {
		enum outcome cut = checkpoint(sq, SQLITE_CHECKPOINT_TRUNCATE);
		sq->uncut = cut == NO_SPACE;
		if (cut == BROKEN)
			sq->outcome = BROKEN;
	}
	if (sq->outcome == BROKEN)
		return;
	for (struct op *op = sq->batch.first; op; op = op->next) {
		switch (op->kind) {
		case OPEN:
		case READ:
			if (op->known == NULL || op->known->gone)
				op->ended = true;
			else if (op->kind == OPEN && !op->verified)
				verify_some(sq, op);
			if (!op->ended && (op->kind == READ || op->verified))
				read_some(sq, op);
			break;
		case CLOSE:
			if (op->known) {
				sqlite3_finalize(op->known->insert);
				op->known->insert = NULL;
			}
			break;
		case CHECKPOINT:
			if (checkpoint(sq, SQLITE_CHECKPOINT_PASSIVE) == BROKEN)
				sq->outcome = BROKEN;
			break;
		case BACKUP:
			op->status = backup(sq, op);
			break;
		case STOP:
			last = op->next == NULL && op->started;
			break;
		default:
			break;
		}
	}
	if (last)
		close_database(sq);
}

/* --- the loop's side ------------------------------------------------------------------------------------------ */

static void job_done(void *ctx);
static void submit(struct journal_sqlite *sq);
static void stop_now(struct journal_sqlite *sq, struct op *op);

static void linger_over(void *ctx)
{
	struct journal_sqlite *sq = CAST(ctx, journal_sqlite);
	sq->linger = NULL;
	submit(sq);
}

static void submit_posted(void *ctx)
{
	struct journal_sqlite *sq = CAST(ctx, journal_sqlite);
	sq->posted = false;
	if (sq->dead && sq->stopping && sq->pending.first && sq->pending.first->kind == STOP)
		stop_now(sq, queue_pop(&sq->pending));
	else
		submit(sq);
}

static bool only_appends(const struct queue *queue)
{
	for (const struct op *op = queue->first; op; op = op->next)
		if (op->kind != APPEND)
			return false;
	return true;
}

static void submit(struct journal_sqlite *sq)
{
	if (sq->busy || sq->delivering || sq->dead || sq->pending.first == NULL)
		return;
	uint64_t now = loop_now(sq->loop);
	/* Under load a little patience after the last commit makes one commit of two. */
	if (sq->pressed && sq->pending.appends < LINGER_ENOUGH && now - sq->job_ms < LINGER_MS && only_appends(&sq->pending)) {
		if (sq->linger == NULL)
			sq->linger = loop_after(sq->loop, LINGER_MS - (now - sq->job_ms), linger_over, sq);
		return;
	}
	loop_stop(sq->loop, sq->linger);
	sq->linger = NULL;
	if (sq->wal_pages >= CHECKPOINT_PAGES) { /* alone, so that no answer waits for it that is ready */
		struct op *op = check_alloc(1, sizeof *op);
		op->kind = CHECKPOINT;
		queue_clear(&sq->batch);
		queue_push(&sq->batch, op);
	} else {
		sq->batch = sq->pending;
		queue_clear(&sq->pending);
	}
	sq->busy = true;
	sq->job_ms = sq->job_now_ms = now;
	loop_work(sq->loop, job, job_done, sq);
}

static struct op *ask(struct journal_sqlite *sq, enum kind kind, struct known *known, struct sid sid)
{
	CHECK(!sq->stopping || kind == STOP || kind == CHECKPOINT);
	struct op *op = check_alloc(1, sizeof *op);
	op->kind = kind;
	op->known = known;
	op->sid = sid;
	op->generation = known ? known->generation : 0;
	queue_push(&sq->pending, op);
	/* Posted, so that what one turn of the loop brings goes into one commit. */
	if (!sq->busy && !sq->posted && !sq->delivering) {
		sq->posted = true;
		loop_post(sq->loop, submit_posted, sq);
	}
	return op;
}

static void retry(void *ctx)
{
	struct journal_sqlite *sq = CAST(ctx, journal_sqlite);
	sq->retry = NULL;
	if (!sq->stopping && !sq->dead)
		ask(sq, PROBE, NULL, sid_of(0));
}

static void answered(struct journal_sqlite *sq, const struct op *op)
{
	if (op->line) {
		sq->unanswered--;
		sq->unanswered_bytes -= line_len(op->line);
	}
}

static bool ours(const struct op *op)
{
	return op->known && op->known->generation == op->generation;
}

static void refuse(struct journal_sqlite *sq, struct op *op, enum journal_status why)
{
	bool tell = op->kind == TAKEN || ours(op);
	answered(sq, op);
	if (op->kind == CREATE)
		known_remove(sq, op->known);
	if (tell)
		sq->up->refused(op->sid, op->tag, why, sq->up_ctx);
}

static void become(struct journal_sqlite *sq, enum journal_status status)
{
	if (status == JOURNAL_OK)
		sq->sentence[0] = '\0';
	else
		snprintf(sq->sentence, sizeof sq->sentence,
			"The disk under the journal %s has no space left (%s). Make room there: nothing new is saved until then, "
			"reading goes on, and saving begins again by itself.", sq->path, sq->why);
	if (status == sq->status)
		return;
	sq->status = status;
	trace(status == JOURNAL_OK ? TRACE_INFO : TRACE_ERROR, "journal", "status=%s", status == JOURNAL_OK ? "ok" : "full");
	sq->up->health(status, sq->sentence, sq->up_ctx);
}

/* Refuses whatever has not been handed to the worker, and keeps what nobody is told a refusal of. */
static void sift(struct journal_sqlite *sq, struct queue *queue)
{
	struct queue all = *queue;
	if (queue->first == NULL)
		return;
	queue_clear(queue);
	for (struct op *op; (op = queue_pop(&all)) != NULL;) {
		switch (op->kind) {
		case CREATE:
		case APPEND:
			refuse(sq, op, JOURNAL_FULL);
			op_free(op);
			break;
		case STRIKE:
		case ERASE:
			queue_push(&sq->held, op);
			break;
		case SNAPSHOT:
		case PROBE:
			op_free(op);
			break;
		default:
			queue_push(queue, op);
		}
	}
}

static void deliver_chunk(struct journal_sqlite *sq, struct op *op)
{
	for (struct line *line = op->chunk; line; line = line->next) {
		const struct journal_entry entry = line_entry(line);
		if (op->kind == READ)
			op->fn.sink(&entry, op->ctx);
		else if (ours(op))
			sq->up->entry(op->sid, &entry, 0, sq->up_ctx);
	}
	lines_free(op->chunk);
	op->chunk = NULL;
}

/* true: it goes on in the next job. */
static bool deliver_open(struct journal_sqlite *sq, struct op *op)
{
	struct known *known = op->known;
	const struct journal_up *up = sq->up;
	if (known && !ours(op))
		return false; /* closed meanwhile */
	if (known == NULL || known->removed || !known->durable) {
		if (known)
			known->opening = false;
		up->opened(op->sid, JOURNAL_ABSENT, 0, sq->up_ctx);
		return false;
	}
	if (op->damaged_seq) {
		known->opening = false;
		trace(TRACE_ERROR, "journal", "damaged session=%s seq=%" PRIu64, op->sid.text, op->damaged_seq);
		up->opened(op->sid, JOURNAL_DAMAGED, op->damaged_seq, sq->up_ctx);
		return false;
	}
	if (!op->started)
		return true; /* verifying */
	if (!op->loaded) {
		op->loaded = true;
		up->loaded(op->sid, op->snapshot_position, op->snapshot_position.seq ? slice_of(op->snapshot, op->snapshot_len) : slice_of(NULL, 0),
			sq->up_ctx);
	}
	deliver_chunk(sq, op);
	if (!op->ended)
		return ours(op);
	if (ours(op)) {
		known->open = true;
		known->opening = false;
		known->told = op->until;
		up->stable(op->sid, op->until, sq->up_ctx);
	}
	if (ours(op))
		up->opened(op->sid, JOURNAL_OK, 0, sq->up_ctx);
	return false;
}

static bool deliver_read(struct journal_sqlite *sq, struct op *op)
{
	(void)sq;
	deliver_chunk(sq, op);
	if (!op->ended)
		return true;
	if (op->damaged_seq)
		trace(TRACE_ERROR, "journal", "damaged session=%s seq=%" PRIu64, op->sid.text, op->damaged_seq);
	op->fn.sink(NULL, op->ctx);
	return false;
}

static void deliver_list(struct journal_sqlite *sq, struct op *op)
{
	size_t count = 0, room = 0;
	struct sid *sids = NULL;
	for (struct known *known = sq->all; known; known = known->next_all) {
		if (!known->durable)
			continue;
		if (count == room)
			sids = check_realloc(sids, room = room ? room * 2 : 64, sizeof *sids);
		sids[count++] = known->sid;
	}
	for (size_t i = count; i-- > 0;) /* in the order of creation */
		op->fn.each(&sids[i], op->ctx);
	op->fn.each(NULL, op->ctx);
	free(sids);
}

static void deliver_entry(struct journal_sqlite *sq, struct op *op)
{
	const struct journal_entry entry = line_entry(op->line);
	answered(sq, op);
	if (ours(op) && op->known->open)
		sq->up->entry(op->sid, &entry, op->tag, sq->up_ctx);
}

/* true: it goes on in the next job. */
static bool deliver(struct journal_sqlite *sq, struct op *op)
{
	struct known *known = op->known;
	switch (op->kind) {
	case CREATE:
	case APPEND:
		deliver_entry(sq, op);
		return false;
	case TAKEN:
		refuse(sq, op, JOURNAL_TAKEN);
		return false;
	case FIND:
		known = find_code(sq, op->code);
		op->fn.found(known && known->durable, known && known->durable ? known->sid : op->sid, op->ctx);
		return false;
	case OPEN:
		return deliver_open(sq, op);
	case READ:
		return deliver_read(sq, op);
	case LIST:
		deliver_list(sq, op);
		return false;
	case STRIKE:
		sq->up->struck(op->sid, op->seq, sq->up_ctx);
		return false;
	case ERASE:
		if (known)
			known_remove(sq, known);
		sq->up->erased(op->sid, sq->up_ctx);
		return false;
	case BACKUP:
		op->fn.backup(op->status, op->status ? sq->why : "", op->ctx);
		return false;
	case PROBE:
		become(sq, JOURNAL_OK);
		return false;
	case SNAPSHOT:
	case CLOSE:
	case CHECKPOINT:
	case STOP:
		return false;
	}
	return false;
}

/* COMMIT is done: first that it is durable, then what it is. */
static void deliver_stable(struct journal_sqlite *sq)
{
	for (struct op *op = sq->batch.first; op; op = op->next) {
		if (op->kind == CREATE) {
			op->known->durable = true;
			op->known->open = ours(op);
		}
	}
	/* Once per session with its last entry in the batch: known->mark is free for the loop now, `told` says what was told. */
	for (struct op *op = sq->batch.first; op; op = op->next) {
		struct known *known = op->known;
		if ((op->kind != CREATE && op->kind != APPEND) || !ours(op) || !known->open)
			continue;
		uint64_t newest = known->head.position.seq;
		if (known->told >= newest)
			continue;
		known->told = newest;
		sq->up->stable(known->sid, newest, sq->up_ctx);
	}
}

static void die(struct journal_sqlite *sq)
{
	char sentence[1024];
	snprintf(sentence, sizeof sentence,
		"Writing the journal %s failed: %s. What was under way is uncertain, so this process ends; nothing was acknowledged "
		"that is not saved. Check the disk (dmesg, free space, permissions), then start again: the next start reads what is "
		"in the file.", sq->path, sq->why);
	sq->dead = true;
	sq->status = JOURNAL_AWAY;
	snprintf(sq->sentence, sizeof sq->sentence, "%s", "The journal cannot be written.");
	trace(TRACE_ERROR, "journal", "status=broken");
	sq->fatal(sentence, sq->fatal_ctx);
}

static void job_done(void *ctx)
{
	struct journal_sqlite *sq = CAST(ctx, journal_sqlite);
	struct queue again;
	struct op *stop = NULL;
	queue_clear(&again);
	sq->busy = false;
	sq->pressed = sq->pending.appends > 0;
	if (sq->outcome == BROKEN) {
		die(sq);
		while (sq->batch.first) {
			struct op *op = queue_pop(&sq->batch);
			if (op->kind == STOP)
				stop = op;
			else
				op_free(op);
		}
		if (stop)
			stop_now(sq, stop);
		return;
	}
	sq->delivering = true;
	if (sq->outcome == NO_SPACE) {
		become(sq, JOURNAL_FULL);
		sift(sq, &sq->batch);
		sift(sq, &sq->pending);
		loop_stop(sq->loop, sq->retry);
		sq->retry = sq->stopping ? NULL : loop_after(sq->loop, RETRY_MS, retry, sq);
	} else {
		deliver_stable(sq);
		if (sq->uncut) {
			become(sq, JOURNAL_FULL);
			if (sq->retry == NULL && !sq->stopping)
				sq->retry = loop_after(sq->loop, RETRY_MS, retry, sq);
		}
	}
	for (struct op *op; (op = queue_pop(&sq->batch)) != NULL;) {
		if (op->kind == STOP && !(op->started && sq->db == NULL)) {
			queue_push(&sq->pending, op); /* behind all that is under way */
			continue;
		}
		if (op->kind == STOP) {
			stop = op;
			continue;
		}
		if (sq->uncut && (op->kind == STRIKE || op->kind == ERASE))
			queue_push(&sq->held, op);
		else if (deliver(sq, op))
			queue_push(&again, op);
		else
			op_free(op);
	}
	sq->delivering = false;
	if (stop) {
		CHECK(sq->pending.first == NULL && again.first == NULL);
		stop_now(sq, stop);
		return;
	}
	/* Readers go on before what came meanwhile; what was held back by a full disk goes first of all. */
	struct queue next;
	queue_clear(&next);
	struct queue *const sources[] = { sq->status == JOURNAL_OK ? &sq->held : &again, &again, &sq->pending };
	for (size_t i = 0; i < 3; i++)
		for (struct op *op; (op = queue_pop(sources[i])) != NULL;)
			queue_push(&next, op);
	while ((stop = queue_pop(&next)) != NULL)
		queue_push(&sq->pending, stop);
	if (sq->pending.first && sq->pending.first->kind == STOP && sq->pending.first->next == NULL)
		sq->pending.first->started = true; /* alone: this time it closes the file */
	if (sq->pending.first == NULL && sq->wal_pages >= CHECKPOINT_IDLE_PAGES && sq->status == JOURNAL_OK && !sq->stopping)
		ask(sq, CHECKPOINT, NULL, sid_of(0));
	submit(sq);
}

static void free_all(struct journal_sqlite *sq)
{
	while (sq->all) {
		struct known *known = sq->all;
		sq->all = known->next_all;
		free(known);
	}
	for (struct op *op; (op = queue_pop(&sq->pending)) != NULL;)
		op_free(op);
	for (struct op *op; (op = queue_pop(&sq->held)) != NULL;)
		op_free(op);
	if (sq->lock_fd >= 0)
		close(sq->lock_fd);
	free(sq->path);
	sq->magic = 0;
	free(sq);
}

static void stop_now(struct journal_sqlite *sq, struct op *op)
{
	void (*done)(void *ctx) = op->fn.done;
	void *ctx = op->ctx;
	op_free(op);
	if (sq->db)
		close_database(sq);
	loop_stop(sq->loop, sq->linger);
	loop_stop(sq->loop, sq->retry);
	free_all(sq);
	done(ctx);
}

/* --- the port ------------------------------------------------------------------------------------------------- */

static void listen_to(void *self, const struct journal_up *up, void *ctx)
{
	struct journal_sqlite *sq = CAST(self, journal_sqlite);
	CHECK(sq->up == NULL);
	sq->up = up;
	sq->up_ctx = ctx;
}

/* 0, or why nothing can be taken now. */
static int would_take(struct journal_sqlite *sq, const struct body *body, uint64_t tag)
{
	size_t len = body->head.len + body->form.len + body->text.len;
	CHECK(sq->up && tag != 0 && len <= LIMIT_ENTRY);
	if (sq->status != JOURNAL_OK || sq->stopping)
		return sq->stopping ? JOURNAL_AWAY : sq->status;
	if (sq->unanswered >= LIMIT_PENDING_APPENDS || sq->unanswered_bytes + len > LIMIT_PENDING_BYTES)
		return JOURNAL_FULL;
	return 0;
}

static void take(struct journal_sqlite *sq, enum kind kind, struct known *known, const struct body *body, uint64_t tag)
{
	struct op *op = ask(sq, kind, known, known->sid);
	op->tag = tag;
	op->at_ms = loop_wall(sq->loop);
	op->line = line_create(body);
	sq->unanswered++;
	sq->unanswered_bytes += line_len(op->line);
}

static int create(void *self, struct sid sid, struct code code, const struct body *body, uint64_t tag)
{
	struct journal_sqlite *sq = CAST(self, journal_sqlite);
	int status = would_take(sq, body, tag);
	if (status)
		return status;
	if (find_sid(sq, sid) || find_code(sq, code))
		ask(sq, TAKEN, NULL, sid)->tag = tag;
	else
		take(sq, CREATE, known_add(sq, sid, code, sq->next_id), body, tag);
	return 0;
}

static int append(void *self, struct sid sid, const struct body *body, uint64_t tag)
{
	struct journal_sqlite *sq = CAST(self, journal_sqlite);
	struct known *known = find_sid(sq, sid);
	if (known == NULL || !known->open)
		return JOURNAL_ABSENT;
	int status = would_take(sq, body, tag);
	if (status == 0)
		take(sq, APPEND, known, body, tag);
	return status;
}

static void find(void *self, struct code code, journal_found_fn found, void *ctx)
{
	struct op *op = ask(CAST(self, journal_sqlite), FIND, NULL, sid_of(0));
	op->code = code;
	op->fn.found = found;
	op->ctx = ctx;
}

static void open_session(void *self, struct sid sid)
{
	struct journal_sqlite *sq = CAST(self, journal_sqlite);
	struct known *known = find_sid(sq, sid);
	if (known) {
		CHECK(!known->open && !known->opening);
		known->opening = true;
		known->generation++;
	}
	ask(sq, OPEN, known, sid);
}

static void read_session(void *self, struct sid sid, uint64_t from, journal_sink_fn sink, void *ctx)
{
	struct journal_sqlite *sq = CAST(self, journal_sqlite);
	struct op *op = ask(sq, READ, find_sid(sq, sid), sid);
	op->at.position.seq = from ? from - 1 : 0;
	op->fn.sink = sink;
	op->ctx = ctx;
}

static void snapshot(void *self, struct sid sid, struct position position, struct slice bytes)
{
	struct journal_sqlite *sq = CAST(self, journal_sqlite);
	struct known *known = find_sid(sq, sid);
	if (known == NULL || sq->status != JOURNAL_OK)
		return;
	struct op *op = ask(sq, SNAPSHOT, known, sid);
	op->line = line_create(&(struct body){ .head = bytes });
	op->line->position = position;
}

static void strike(void *self, struct sid sid, uint64_t seq, unsigned parts)
{
	struct journal_sqlite *sq = CAST(self, journal_sqlite);
	struct op *op = ask(sq, STRIKE, find_sid(sq, sid), sid);
	op->seq = seq;
	op->parts = parts;
}

static void list(void *self, journal_list_fn each, void *ctx)
{
	struct op *op = ask(CAST(self, journal_sqlite), LIST, NULL, sid_of(0));
	op->fn.each = each;
	op->ctx = ctx;
}

static void erase(void *self, struct sid sid)
{
	struct journal_sqlite *sq = CAST(self, journal_sqlite);
	ask(sq, ERASE, find_sid(sq, sid), sid);
}

static void close_session(void *self, struct sid sid)
{
	struct journal_sqlite *sq = CAST(self, journal_sqlite);
	struct known *known = find_sid(sq, sid);
	if (known == NULL || !(known->open || known->opening))
		return;
	known->open = known->opening = false;
	known->generation++;
	if (!sq->stopping && !sq->dead)
		ask(sq, CLOSE, known, sid);
}

static enum journal_status state(void *self, const char **sentence)
{
	struct journal_sqlite *sq = CAST(self, journal_sqlite);
	if (sentence)
		*sentence = sq->sentence;
	return sq->status;
}

static void stop(void *self, void (*done)(void *ctx), void *ctx)
{
	struct journal_sqlite *sq = CAST(self, journal_sqlite);
	CHECK(!sq->stopping);
	sq->stopping = true;
	loop_stop(sq->loop, sq->retry);
	sq->retry = NULL;
	if (sq->dead)
		for (struct op *op; (op = queue_pop(&sq->pending)) != NULL;)
			op_free(op);
	struct op *op = ask(sq, STOP, NULL, sid_of(0));
	op->fn.done = done;
	op->ctx = ctx;
}

void journal_sqlite_backup(struct journal journal, const char *path, journal_sqlite_backup_fn done, void *ctx)
{
	struct op *op = ask(CAST(journal.self, journal_sqlite), BACKUP, NULL, sid_of(0));
	op->path = strdup(path);
	CHECK(op->path);
	op->fn.backup = done;
	op->ctx = ctx;
}

static const struct journal_ops ops = {
	.name = "sqlite",
	.durability = "survives a power cut",
	.listen = listen_to,
	.create = create,
	.find = find,
	.open = open_session,
	.append = append,
	.read = read_session,
	.snapshot = snapshot,
	.strike = strike,
	.list = list,
	.erase = erase,
	.close = close_session,
	.state = state,
	.stop = stop,
};

/* --- opening -------------------------------------------------------------------------------------------------- */

struct opening {
	struct journal_sqlite *sq;
	const struct journal_sqlite_options *options;
	char *sentence;
	size_t size;
};

__attribute__((format(printf, 3, 4))) static int say(struct opening *o, int status, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(o->sentence, o->size, format, arguments);
	va_end(arguments);
	return status;
}

static int say_damaged(struct opening *o, const char *what)
{
	return say(o, JOURNAL_DAMAGED,
		"The journal %s is damaged: %s. It has not been changed. Move it aside together with %s-wal, and put a backup in its place; "
		"without one, start with an empty journal.", o->options->path, what, o->options->path);
}

static int make_directory(struct opening *o, char *path)
{
	char *slash = strrchr(path, '/');
	struct stat is;
	if (slash == NULL || slash == path)
		return 0;
	*slash = '\0';
	int status = 0;
	if (stat(path, &is) != 0) {
		status = make_directory(o, path);
		if (status == 0 && mkdir(path, 0700) != 0 && errno != EEXIST)
			status = say(o, JOURNAL_AWAY, "The folder %s of the journal cannot be made: %s. Make it, or name another place.", path,
				strerror(errno));
	}
	*slash = '/';
	return status;
}

static int lock(struct opening *o)
{
	char path[PATH_MAX], who[32] = "";
	snprintf(path, sizeof path, "%s.lock", o->options->path);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return say(o, JOURNAL_AWAY, "The journal's lock %s cannot be opened: %s. Give this user the right to write there, or name another place.",
			path, strerror(errno));
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		ssize_t n = pread(fd, who, sizeof who - 1, 0);
		who[n > 0 ? n : 0] = '\0';
		who[strcspn(who, "\n")] = '\0';
		close(fd);
		return say(o, JOURNAL_TAKEN, "Another daemon (process %s) has the journal %s open. Stop that one, or give this one another journal.",
			who[0] ? who : "unknown", o->options->path);
	}
	int n = snprintf(who, sizeof who, "%ld\n", (long)getpid());
	if (ftruncate(fd, 0) != 0 || pwrite(fd, who, (size_t)n, 0) != n)
		trace(TRACE_WARNING, "journal", "lock=unnamed"); /* the lock holds all the same */
	o->sq->lock_fd = fd;
	return 0;
}

static int set_up(sqlite3 *db, const char *synchronous)
{
	char text[512];
	int rc = SQLITE_OK;
	const int on[] = { SQLITE_DBCONFIG_DEFENSIVE };
	const int off[] = { SQLITE_DBCONFIG_TRUSTED_SCHEMA, SQLITE_DBCONFIG_ENABLE_TRIGGER, SQLITE_DBCONFIG_ENABLE_VIEW };
	for (size_t i = 0; rc == SQLITE_OK && i < sizeof on / sizeof *on; i++)
		rc = sqlite3_db_config(db, on[i], 1, NULL);
	for (size_t i = 0; rc == SQLITE_OK && i < sizeof off / sizeof *off; i++)
		rc = sqlite3_db_config(db, off[i], 0, NULL);
	/* Exclusive: nobody else may look at the file meanwhile, and the WAL's index lives in memory, not in a mapped file. */
	snprintf(text, sizeof text,
		"PRAGMA locking_mode=EXCLUSIVE; PRAGMA mmap_size=0; PRAGMA cell_size_check=ON; PRAGMA secure_delete=ON; PRAGMA synchronous=%s;"
		"PRAGMA temp_store=MEMORY; PRAGMA wal_autocheckpoint=0; PRAGMA cache_size=-8000", synchronous);
	return rc == SQLITE_OK ? sqlite3_exec(db, text, NULL, NULL, NULL) : rc;
}

static int number_of(sqlite3 *db, const char *query, int64_t *out)
{
	sqlite3_stmt *s = NULL;
	int rc = sqlite3_prepare_v2(db, query, -1, &s, NULL);
	if (rc == SQLITE_OK && (rc = sqlite3_step(s)) == SQLITE_ROW) {
		*out = sqlite3_column_int64(s, 0);
		rc = SQLITE_OK;
	}
	sqlite3_finalize(s);
	return rc;
}

/* EXTRA: the folder is synced when the rollback journal of these first two transactions is deleted. With less, a power cut may bring
 * that journal back, and the next start would roll a file back that has long become another (power_cut found it). */
static int initialise(sqlite3 *db)
{
	char text[1024];
	int rc = set_up(db, "EXTRA");
	snprintf(text, sizeof text, "BEGIN IMMEDIATE; %s; %s; PRAGMA application_id=%d; PRAGMA user_version=%d; COMMIT; PRAGMA journal_mode=WAL",
		schema_session, schema_probe, APPLICATION_ID, JOURNAL_SQLITE_FORMAT);
	return rc == SQLITE_OK ? sqlite3_exec(db, text, NULL, NULL, NULL) : rc;
}

static void sync_folder(const char *path)
{
	char folder[PATH_MAX];
	snprintf(folder, sizeof folder, "%s", path);
	char *slash = strrchr(folder, '/');
	if (slash)
		slash[slash == folder ? 1 : 0] = '\0';
	int fd = open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
}

/* Made under another name and then renamed: an empty or half-made file under the right name is damage, never "new". */
static int make_file(struct opening *o)
{
	char path[PATH_MAX];
	sqlite3 *db = NULL;
	snprintf(path, sizeof path, "%s-wal", o->options->path);
	if (access(path, F_OK) == 0)
		return say(o, JOURNAL_DAMAGED, "The journal %s is missing, but %s is there and belongs to it. Put the journal back, or move that file "
			"aside too to start with an empty one.", o->options->path, path);
	snprintf(path, sizeof path, "%s.new-journal", o->options->path); /* of an attempt that was cut off */
	unlink(path);
	snprintf(path, sizeof path, "%s.new-wal", o->options->path);
	unlink(path);
	snprintf(path, sizeof path, "%s.new", o->options->path);
	unlink(path);
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return say(o, JOURNAL_AWAY, "The journal %s cannot be made: %s. Give this user the right to write there, or name another place.",
			o->options->path, strerror(errno));
	close(fd);
	int rc = sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
	if (rc == SQLITE_OK)
		rc = initialise(db);
	if (rc != SQLITE_OK)
		say(o, JOURNAL_AWAY, "The journal %s cannot be made: %s. Look at the space and rights there, or name another place.",
			o->options->path, sqlite3_errmsg(db));
	if (sqlite3_close(db) != SQLITE_OK && rc == SQLITE_OK)
		rc = say(o, JOURNAL_AWAY, "The journal %s cannot be made.", o->options->path);
	if (rc == SQLITE_OK && rename(path, o->options->path) != 0)
		rc = say(o, JOURNAL_AWAY, "The journal %s cannot be made: %s.", o->options->path, strerror(errno));
	sync_folder(path);
	if (rc != SQLITE_OK) {
		unlink(path);
		return JOURNAL_AWAY;
	}
	return 0;
}

static int look_at_file(struct opening *o)
{
	const char *path = o->options->path;
	struct stat is;
	if (lstat(path, &is) != 0) {
		if (errno != ENOENT)
			return say(o, JOURNAL_AWAY, "The journal %s cannot be reached: %s.", path, strerror(errno));
		int status = make_file(o);
		if (status || lstat(path, &is) != 0)
			return status ? status : say(o, JOURNAL_AWAY, "The journal %s cannot be reached: %s.", path, strerror(errno));
	}
	if (!S_ISREG(is.st_mode))
		return say(o, JOURNAL_AWAY, "The journal %s is not an ordinary file. Name another place.", path);
	if (is.st_size == 0)
		return say_damaged(o, "the file is empty");
	if (access(path, R_OK | W_OK) != 0)
		return say(o, JOURNAL_AWAY, "The journal %s cannot be written: %s. Give this user the right to, or name another place.", path,
			strerror(errno));
	if (is.st_mode & 077 && chmod(path, 0600) == 0)
		trace(TRACE_WARNING, "journal", "mode=%o set=600", is.st_mode & 0777u);
	return 0;
}

static int check_version(struct opening *o)
{
	int64_t id = 0, version = 0;
	if (number_of(o->sq->db, "PRAGMA application_id", &id) != SQLITE_OK || number_of(o->sq->db, "PRAGMA user_version", &version) != SQLITE_OK)
		return say_damaged(o, sqlite3_errmsg(o->sq->db));
	if (id == APPLICATION_ID && version > JOURNAL_SQLITE_FORMAT)
		return say(o, JOURNAL_AWAY, "The journal %s was written by a newer Bollplank (format %" PRId64 ", this one knows %d). "
			"Start the newer one, or name another journal. It has not been changed.", o->options->path, version, JOURNAL_SQLITE_FORMAT);
	if (id != APPLICATION_ID || version != JOURNAL_SQLITE_FORMAT)
		return say_damaged(o, "it is not a journal of Bollplank");
	return 0;
}

static int quick_check(struct opening *o)
{
	sqlite3_stmt *s = NULL;
	char what[160] = "";
	int rc = sqlite3_prepare_v2(o->sq->db, "PRAGMA quick_check(1)", -1, &s, NULL);
	if (rc == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW && sqlite3_column_text(s, 0))
		snprintf(what, sizeof what, "%s", (const char *)sqlite3_column_text(s, 0));
	sqlite3_finalize(s);
	if (strcmp(what, "ok") == 0)
		return 0;
	for (char *c = what; *c; c++)
		if (*c == '\n')
			*c = ' ';
	return say_damaged(o, what[0] ? what : sqlite3_errmsg(o->sq->db));
}

static int load_sessions(struct opening *o)
{
	struct journal_sqlite *sq = o->sq;
	sqlite3_stmt *s = NULL;
	char what[96] = "";
	int rc = sqlite3_prepare_v2(sq->db, "SELECT id, sid, code, first, sum FROM session ORDER BY id", -1, &s, NULL);
	while (rc == SQLITE_OK && (rc = sqlite3_step(s)) == SQLITE_ROW) {
		int64_t id = sqlite3_column_int64(s, 0);
		const char *sid_text = (const char *)sqlite3_column_text(s, 1), *code_text = (const char *)sqlite3_column_text(s, 2);
		struct sid sid;
		struct code code;
		struct chain first;
		uint8_t sum[32];
		snprintf(what, sizeof what, "the line of session number %" PRId64 " is not what was written", id);
		if (id < 1 || !sid_text || !code_text || !sid_parse(slice_text(sid_text), &sid) || strlen(code_text) != sizeof code.text - 1 ||
			!column_blob(s, 3, first.bytes, 16) || !column_blob(s, 4, sum, 32) || find_sid(sq, sid))
			break;
		memcpy(code.text, code_text, sizeof code.text);
		if (find_code(sq, code) || memcmp(session_sum(id, sid.text, code.text, first).bytes, sum, sizeof sum) != 0)
			break;
		struct known *known = known_add(sq, sid, code, id);
		known->durable = true;
		known->first = first;
		what[0] = '\0';
		rc = SQLITE_OK;
	}
	sqlite3_finalize(s);
	if (what[0])
		return say_damaged(o, what);
	return rc == SQLITE_DONE ? 0 : say_damaged(o, sqlite3_errmsg(sq->db));
}

/* Exactly our tables, one log for each session, word for word. */
static int check_schema(struct opening *o)
{
	struct journal_sqlite *sq = o->sq;
	sqlite3_stmt *s = NULL;
	size_t logs = 0, sessions = 0;
	bool right = true;
	int rc = sqlite3_prepare_v2(sq->db, "SELECT type, name, tbl_name, sql FROM sqlite_schema", -1, &s, NULL);
	struct known **by_id = check_alloc((size_t)sq->next_id, sizeof *by_id);
	for (struct known *known = sq->all; known; known = known->next_all) {
		by_id[known->id] = known;
		sessions++;
	}
	while (rc == SQLITE_OK && right && (rc = sqlite3_step(s)) == SQLITE_ROW) {
		const char *column[4];
		char want[256];
		int64_t id = 0;
		rc = SQLITE_OK;
		for (int i = 0; i < 4; i++)
			if ((column[i] = (const char *)sqlite3_column_text(s, i)) == NULL)
				column[i] = "";
		const char *name = column[1], *number = strchr(name, '_');
		if (number)
			id = strtoll(number + 1, NULL, 10);
		struct known *known = id > 0 && id < sq->next_id ? by_id[id] : NULL;
		if (strcmp(name, "session") == 0) {
			snprintf(want, sizeof want, "%s", schema_session);
		} else if (strcmp(name, "probe") == 0) {
			snprintf(want, sizeof want, "%s", schema_probe);
		} else if (known && strncmp(name, "log_", 4) == 0) {
			snprintf(want, sizeof want, SCHEMA_LOG, id);
			logs++;
		} else if (known && strncmp(name, "snapshot_", 9) == 0) {
			snprintf(want, sizeof want, SCHEMA_SNAPSHOT, id);
			known->has_snapshot = true;
		} else {
			right = false;
			break;
		}
		right = strcmp(column[0], "table") == 0 && strcmp(column[1], column[2]) == 0 && strcmp(column[3], want) == 0;
	}
	sqlite3_finalize(s);
	free(by_id);
	if (!right || rc != SQLITE_DONE || logs != sessions)
		return say_damaged(o, "its tables are not those that were made");
	return 0;
}

static int open_database(struct opening *o)
{
	struct journal_sqlite *sq = o->sq;
	const char *vfs = o->options->vfs, *synchronous = o->options->synchronous ? o->options->synchronous : "FULL";
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (vfs ? SQLITE_OPEN_CREATE : 0);
	int64_t tables = 0;
	sqlite3_stmt *s = NULL;
	if (sqlite3_open_v2(sq->path, &sq->db, flags, vfs) != SQLITE_OK)
		return say(o, JOURNAL_AWAY, "The journal %s cannot be opened: %s.", sq->path, sqlite3_errmsg(sq->db));
	/* Until it is known to be ours nothing of it is changed, also not by closing it. */
	sqlite3_db_config(sq->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	sqlite3_extended_result_codes(sq->db, 1);
	int rc = set_up(sq->db, synchronous);
	if (rc == SQLITE_OK && vfs && (rc = number_of(sq->db, "SELECT count(*) FROM sqlite_schema", &tables)) == SQLITE_OK && tables == 0)
		rc = initialise(sq->db);
	if (rc == SQLITE_OK && tables == 0)
		rc = set_up(sq->db, synchronous);
	if (rc != SQLITE_OK)
		return (rc & 0xff) == SQLITE_CORRUPT || (rc & 0xff) == SQLITE_NOTADB ? say_damaged(o, sqlite3_errmsg(sq->db)) :
			(rc & 0xff) == SQLITE_BUSY ? say(o, JOURNAL_TAKEN, "Another program has the journal %s open. Close it.", sq->path) :
			say(o, JOURNAL_AWAY, "The journal %s cannot be opened: %s.", sq->path, sqlite3_errmsg(sq->db));
	int status = check_version(o);
	if (status == 0)
		status = quick_check(o);
	if (status)
		return status;
	rc = sqlite3_prepare_v2(sq->db, "PRAGMA journal_mode=WAL", -1, &s, NULL);
	bool wal = rc == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW && strcmp((const char *)sqlite3_column_text(s, 0), "wal") == 0;
	sqlite3_finalize(s);
	if (!wal || sqlite3_db_readonly(sq->db, "main") == 1 ||
		prepare(sq, SQLITE_PREPARE_PERSISTENT, &sq->begin, "BEGIN IMMEDIATE") != SQLITE_OK ||
		prepare(sq, SQLITE_PREPARE_PERSISTENT, &sq->commit, "COMMIT") != SQLITE_OK || step_again(sq->begin) != SQLITE_OK ||
		step_again(sq->commit) != SQLITE_OK)
		return say(o, JOURNAL_AWAY, "The journal %s cannot be written: %s. Look at rights and space there, or name another place.", sq->path,
			sqlite3_errmsg(sq->db));
	if ((status = load_sessions(o)) != 0 || (status = check_schema(o)) != 0)
		return status;
	sqlite3_db_config(sq->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
	sqlite3_wal_hook(sq->db, wal_grew, sq);
	return 0;
}

static void end_process(const char *sentence, void *ctx)
{
	(void)ctx;
	fprintf(stderr, "bollplank: %s\n", sentence);
	_exit(EX_IOERR);
}

int journal_sqlite_open(struct loop loop, const struct journal_sqlite_options *options, struct journal *out, char *sentence,
	size_t size)
{
	struct journal_sqlite *sq = check_alloc(1, sizeof *sq);
	struct opening o = { .sq = sq, .options = options, .sentence = sentence, .size = size };
	sq->magic = MAGIC_journal_sqlite;
	sq->loop = loop;
	sq->lock_fd = -1;
	sq->next_id = 1;
	sq->real_files = options->vfs == NULL;
	sq->keep_free_bytes = options->keep_free_bytes ? options->keep_free_bytes : DISK_LOW_BYTES;
	sq->fatal = options->fatal ? options->fatal : end_process;
	sq->fatal_ctx = options->fatal_ctx;
	sq->path = strdup(options->path);
	CHECK(sq->path);
	queue_clear(&sq->pending);
	queue_clear(&sq->held);
	queue_clear(&sq->batch);
	if (size)
		sentence[0] = '\0';
	int status = 0;
	if (strlen(options->path) + sizeof ".new-journal" > PATH_MAX)
		status = say(&o, JOURNAL_AWAY, "The journal's name is too long.");
	if (status == 0 && sq->real_files && (status = make_directory(&o, sq->path)) == 0 && (status = lock(&o)) == 0)
		status = look_at_file(&o);
	if (status == 0)
		status = open_database(&o);
	if (status) {
		close_database(sq);
		free_all(sq);
		return status;
	}
	*out = (struct journal){ .ops = &ops, .self = sq };
	return 0;
}
