/* SPDX-License-Identifier: EUPL-1.2 */
/* The worker's side: one batch is one transaction, then what reads, copies or cuts. Rows as they are written. */
#include "shell/journal_sqlite_inner.h"
#include "base/check.h"
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>

enum { STRUCK_BASE = 0xff00 }; /* see struck_code */

/* The set and its complement in one number: a flipped bit is seen; and always three bytes, so that a strike keeps the
 * row's length. */
static int64_t struck_code(unsigned parts)
{
	return (int64_t)STRUCK_BASE - ((int64_t)parts << 8) + (int64_t)parts;
}

bool sq_struck_parse(int64_t code, unsigned *parts)
{
	*parts = (unsigned)(code & 0xff);
	return *parts <= (JOURNAL_FORM | JOURNAL_TEXT) && code == struck_code(*parts);
}

struct digest sq_session_sum(int64_t id, const char *sid, const char *code, struct chain first)
{
	uint8_t number[8];
	chain_put(number, (uint64_t)id, 8);
	const struct slice fields[] = { slice_of(number, 8), slice_text(sid), slice_text(code),
		slice_of(first.bytes, 16) };
	return digest_fields(fields, 4);
}

struct digest sq_snapshot_sum(struct sid sid, struct position position, struct chain chain, struct slice bytes)
{
	uint8_t number[12];
	chain_put(chain_put(number, position.term, 4), position.seq, 8);
	const struct slice fields[] = { slice_text(sid.text), slice_of(number, 12), slice_of(chain.bytes, 16), bytes };
	return digest_fields(fields, 4);
}

bool sq_column_blob(sqlite3_stmt *row, int column, void *out, int len)
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

static void format_into(char *out, size_t size, const char *format, va_list arguments)
{
	int n = vsnprintf(out, size, format, arguments);
	CHECK(n > 0 && (size_t)n < size);
}

int sq_prepare(struct journal_sqlite *sq, unsigned flags, sqlite3_stmt **out, const char *format, ...)
{
	char text[256];
	va_list arguments;
	va_start(arguments, format);
	format_into(text, sizeof text, format, arguments);
	va_end(arguments);
	return sqlite3_prepare_v3(sq->db, text, -1, flags, out, NULL);
}

/* For statements without parameters. */
__attribute__((format(printf, 2, 3))) static int run(struct journal_sqlite *sq, const char *format, ...)
{
	char text[256];
	va_list arguments;
	va_start(arguments, format);
	format_into(text, sizeof text, format, arguments);
	va_end(arguments);
	return sqlite3_exec(sq->db, text, NULL, NULL, NULL);
}

/* Runs a statement that returns no row and forgets it. */
int sq_finish_step(sqlite3_stmt *statement)
{
	int rc = sqlite3_step(statement);
	int end = sqlite3_finalize(statement);
	return rc == SQLITE_DONE ? SQLITE_OK : end != SQLITE_OK ? end : SQLITE_ERROR;
}

int sq_step_again(sqlite3_stmt *statement)
{
	int rc = sqlite3_step(statement);
	int end = sqlite3_reset(statement);
	return rc == SQLITE_DONE ? SQLITE_OK : end != SQLITE_OK ? end : SQLITE_ERROR;
}

/* What the kernel said of the last failed call on the file or its WAL: sqlite3_system_errno has forgotten it after a
 * COMMIT's rollback. */
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

/* No space is the one failed write after which all is known: SQLite writes the commit's last frame last and syncs
 * after it. The kernel says it with three names, of which SQLite knows one. */
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
	struct chain chain = chain_next(last->chain, line->position, line->at_ms, line->body.digest);
	int rc = SQLITE_OK;
	if (known->insert == NULL)
		rc = sq_prepare(sq, SQLITE_PREPARE_PERSISTENT, &known->insert,
			"INSERT INTO log_%" PRId64 " VALUES(?,?,?,?,?,?,?,?,?)", known->id);
	if (rc != SQLITE_OK)
		return rc;
	const struct journal_entry entry = sq_line_entry(line);
	sqlite3_stmt *s = known->insert;
	sqlite3_bind_int64(s, 1, (int64_t)line->position.seq);
	sqlite3_bind_int64(s, 2, line->position.term);
	sqlite3_bind_int64(s, 3, (int64_t)line->at_ms);
	sqlite3_bind_int64(s, 4, struck_code(0));
	sqlite3_bind_blob(s, 5, line->body.digest, 32, SQLITE_STATIC);
	sqlite3_bind_blob(s, 6, chain.bytes, 16, SQLITE_STATIC);
	bind_slice(s, 7, entry.body.head);
	bind_slice(s, 8, entry.body.form);
	bind_slice(s, 9, entry.body.text);
	rc = sq_step_again(s);
	if (rc == SQLITE_OK)
		known->head = (struct head){ line->position, line->at_ms, chain };
	return rc;
}

static int write_session(struct journal_sqlite *sq, struct op *op)
{
	struct known *known = op->known;
	int rc = run(sq, SCHEMA_LOG, known->id);
	if (rc == SQLITE_OK)
		rc = write_entry(sq, known, op);
	if (rc != SQLITE_OK)
		return rc;
	known->first = known->head.chain;
	struct digest sum = sq_session_sum(known->id, known->sid.text, known->code.text, known->first);
	sqlite3_stmt *s;
	if ((rc = sq_prepare(sq, 0, &s, "INSERT INTO session VALUES(?,?,?,?,?)")) != SQLITE_OK)
		return rc;
	sqlite3_bind_int64(s, 1, known->id);
	sqlite3_bind_text(s, 2, known->sid.text, -1, SQLITE_STATIC);
	sqlite3_bind_text(s, 3, known->code.text, -1, SQLITE_STATIC);
	sqlite3_bind_blob(s, 4, known->first.bytes, 16, SQLITE_STATIC);
	sqlite3_bind_blob(s, 5, sum.bytes, 32, SQLITE_STATIC);
	rc = sq_finish_step(s);
	known->head_known = rc == SQLITE_OK;
	return rc;
}

/* The chain at a position; *there false: of another history. */
static int chain_at(struct journal_sqlite *sq, int64_t id, struct position position, struct chain *out, bool *there)
{
	sqlite3_stmt *s;
	int rc = sq_prepare(sq, 0, &s, "SELECT chain FROM log_%" PRId64 " WHERE seq=? AND term=?", id);
	if (rc != SQLITE_OK)
		return rc;
	sqlite3_bind_int64(s, 1, (int64_t)position.seq);
	sqlite3_bind_int64(s, 2, position.term);
	*there = sqlite3_step(s) == SQLITE_ROW && sq_column_blob(s, 0, out->bytes, 16);
	return sqlite3_finalize(s);
}

static int write_snapshot(struct journal_sqlite *sq, struct op *op)
{
	struct known *known = op->known;
	const struct position position = op->line->position;
	struct chain chain;
	bool there = false;
	sqlite3_stmt *s;
	int rc = chain_at(sq, known->id, position, &chain, &there);
	if (rc != SQLITE_OK || !there)
		return rc; /* a hint, so nobody misses it */
	if (!known->has_snapshot && (rc = run(sq, SCHEMA_SNAPSHOT, known->id)) != SQLITE_OK)
		return rc;
	known->has_snapshot = true;
	struct slice bytes = op->line->body.head;
	struct digest sum = sq_snapshot_sum(known->sid, position, chain, bytes);
	rc = sq_prepare(sq, 0, &s, "INSERT OR REPLACE INTO snapshot_%" PRId64 " VALUES(1,?,?,?,?,?)", known->id);
	if (rc != SQLITE_OK)
		return rc;
	sqlite3_bind_int64(s, 1, position.term);
	sqlite3_bind_int64(s, 2, (int64_t)position.seq);
	sqlite3_bind_blob(s, 3, chain.bytes, 16, SQLITE_STATIC);
	sqlite3_bind_blob(s, 4, sum.bytes, 32, SQLITE_STATIC);
	bind_slice(s, 5, bytes);
	return sq_finish_step(s);
}

struct struck_row {
	bool there;
	unsigned struck;
	int form_len, text_len;
};

static int look_at_row(struct journal_sqlite *sq, const struct op *op, struct struck_row *out)
{
	sqlite3_stmt *s;
	int rc = sq_prepare(sq, 0, &s, "SELECT struck, length(form), length(text) FROM log_%" PRId64 " WHERE seq=?",
		op->known->id);
	if (rc != SQLITE_OK)
		return rc;
	sqlite3_bind_int64(s, 1, (int64_t)op->seq);
	/* Not to be parsed: damaged, and the next open tells. */
	out->there = sqlite3_step(s) == SQLITE_ROW && sq_struck_parse(sqlite3_column_int64(s, 0), &out->struck);
	out->form_len = sqlite3_column_int(s, 1);
	out->text_len = sqlite3_column_int(s, 2);
	return sqlite3_finalize(s);
}

/* Zeros of the same length over the parts: the row keeps its place and size. */
static int blank_row(struct journal_sqlite *sq, const struct op *op, const struct struck_row *row)
{
	sqlite3_stmt *s;
	int rc = sq_prepare(sq, 0, &s, "UPDATE log_%" PRId64 " SET struck=?, form=CASE WHEN ? THEN ? ELSE form END, "
		"text=CASE WHEN ? THEN ? ELSE text END WHERE seq=?", op->known->id);
	if (rc != SQLITE_OK)
		return rc;
	sqlite3_bind_int64(s, 1, struck_code(row->struck));
	sqlite3_bind_int(s, 2, (row->struck & JOURNAL_FORM) != 0);
	sqlite3_bind_zeroblob(s, 3, row->form_len);
	sqlite3_bind_int(s, 4, (row->struck & JOURNAL_TEXT) != 0);
	sqlite3_bind_zeroblob(s, 5, row->text_len);
	sqlite3_bind_int64(s, 6, (int64_t)op->seq);
	return sq_finish_step(s);
}

/* The snapshot may hold the parts too and goes with them. */
static int write_strike(struct journal_sqlite *sq, struct op *op)
{
	struct struck_row row = { .there = false };
	int rc = look_at_row(sq, op, &row);
	if (rc != SQLITE_OK || !row.there)
		return rc;
	unsigned struck = row.struck | (op->parts & (JOURNAL_FORM | JOURNAL_TEXT));
	bool fresh = struck != row.struck;
	row.struck = struck;
	if (fresh && (rc = blank_row(sq, op, &row)) != SQLITE_OK)
		return rc;
	sq->truncate = true; /* also when there was nothing to do: an earlier attempt may have ended before it */
	if (!fresh || !op->known->has_snapshot)
		return SQLITE_OK; /* struck before: a snapshot of since was made without it; each load strikes again */
	return run(sq, "DELETE FROM snapshot_%" PRId64 " WHERE seq>=%" PRId64, op->known->id, (int64_t)op->seq);
}

static int write_erase(struct journal_sqlite *sq, struct op *op)
{
	struct known *known = op->known;
	sqlite3_finalize(known->insert);
	known->insert = NULL;
	int rc = run(sq, "DELETE FROM session WHERE id=%" PRId64, known->id);
	if (rc == SQLITE_OK)
		rc = run(sq, "DROP TABLE IF EXISTS log_%" PRId64, known->id);
	if (rc == SQLITE_OK)
		rc = run(sq, "DROP TABLE IF EXISTS snapshot_%" PRId64, known->id);
	sq->truncate = true;
	return rc;
}

static int write_probe(struct journal_sqlite *sq)
{
	sqlite3_stmt *s;
	int rc = sq_prepare(sq, 0, &s, "INSERT OR REPLACE INTO probe VALUES(1, zeroblob(%d))", PROBE_BYTES);
	return rc == SQLITE_OK ? sq_finish_step(s) : rc;
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

/* A load tells what lies before it in the queue; of a session that is not loaded, what is there. */
static void set_until(struct op *op)
{
	if ((op->kind == READ || op->kind == OPEN) && !op->started && !op->verified && op->known)
		op->until = op->known->head_known ? op->known->head.position.seq : INT64_MAX;
	if (op->kind == READ && op->most < op->until)
		op->until = op->most;
}

static bool snapshot_there(struct journal_sqlite *sq, const struct known *known)
{
	sqlite3_stmt *s = NULL;
	int rc = sq_prepare(sq, 0, &s, "SELECT 1 FROM sqlite_schema WHERE name='snapshot_%" PRId64 "'", known->id);
	bool there = rc == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW;
	sqlite3_finalize(s);
	return there;
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
			known->has_snapshot = snapshot_there(sq, known);
	}
	/* Also those behind the write that failed, which were not reached. */
	for (struct op *op = sq->batch.first; op; op = op->next)
		set_until(op);
}

/* In one transaction, begun with the first that writes. */
static int write_each(struct journal_sqlite *sq)
{
	bool begun = false;
	int rc = SQLITE_OK;
	for (struct op *op = sq->batch.first; op && rc == SQLITE_OK; op = op->next) {
		set_until(op);
		if (op->kind == ERASE && op->known && op->known->gone)
			sq->truncate = true; /* erased in an earlier job that could not cut the WAL */
		if (!writes(op))
			continue;
		if (sq->low)
			return SQLITE_FULL;
		if (!begun)
			rc = sq_step_again(sq->begin);
		begun = true;
		if (rc == SQLITE_OK)
			rc = write_op(sq, op);
	}
	return begun && rc == SQLITE_OK ? sq_step_again(sq->commit) : rc;
}

static enum outcome write_all(struct journal_sqlite *sq)
{
	sq->mark++;
	enum outcome outcome = judge(sq, write_each(sq));
	if (outcome == WRITTEN) {
		for (struct op *op = sq->batch.first; op; op = op->next)
			if (op->kind == ERASE && op->known)
				op->known->gone = true;
		return WRITTEN;
	}
	if (sq->low)
		snprintf(sq->why, sizeof sq->why, "less than %" PRIu64 " bytes are free", sq->keep_free_bytes);
	if (!sqlite3_get_autocommit(sq->db) && sqlite3_exec(sq->db, "ROLLBACK", NULL, NULL, NULL) != SQLITE_OK)
		return BROKEN;
	if (outcome == NO_SPACE)
		take_back(sq);
	return outcome;
}

static enum outcome checkpoint(struct journal_sqlite *sq, int mode)
{
	/* Also when it fails for want of space: the next commit says how many there are, and it is tried again. */
	sq->wal_pages = 0;
	return judge(sq, sqlite3_wal_checkpoint_v2(sq->db, NULL, mode, NULL, NULL));
}

static void look_at_space(struct journal_sqlite *sq)
{
	struct statvfs space;
	if (!sq->real_files || (sq->looked_ms && sq->job_now_ms - sq->looked_ms < RETRY_MS / 2))
		return;
	sq->looked_ms = sq->job_now_ms;
	sq->low = statvfs(sq->path, &space) == 0 && (uint64_t)space.f_bavail * space.f_frsize < sq->keep_free_bytes;
}

/* Only now are struck bytes gone: the WAL holds pages of before. */
static void cut_wal(struct journal_sqlite *sq)
{
	sq->uncut = false;
	if (sq->outcome != WRITTEN || !sq->truncate)
		return;
	enum outcome cut = checkpoint(sq, SQLITE_CHECKPOINT_TRUNCATE);
	sq->uncut = cut == NO_SPACE;
	if (cut == BROKEN)
		sq->outcome = BROKEN;
}

/* What an operation has to do besides writing. */
static void do_op(struct journal_sqlite *sq, struct op *op)
{
	switch (op->kind) {
	case OPEN:
	case READ:
		sq_load(sq, op);
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
		op->status = sq_backup(sq, op);
		break;
	case STOP:
		if (op->started && op->next == NULL)
			sq_file_close(sq);
		break;
	default:
		break;
	}
}

void sq_job(void *ctx)
{
	struct journal_sqlite *sq = CAST(ctx, journal_sqlite);
	look_at_space(sq);
	sq->truncate = false;
	sq->outcome = write_all(sq);
	cut_wal(sq);
	if (sq->outcome == BROKEN)
		return;
	for (struct op *op = sq->batch.first; op; op = op->next)
		do_op(sq, op);
}
