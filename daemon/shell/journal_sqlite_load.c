/* SPDX-License-Identifier: EUPL-1.2 */
/* The worker's side: what open and read deliver, checked against the chain, in pieces that fit into a job. */
#include "shell/journal_sqlite_inner.h"
#include "base/check.h"
#include "base/trace.h"
#include <inttypes.h>
#include <string.h>

enum {
	CHUNK_BYTES = 256 * 1024, /* read in one job: others' commits wait for it, 1 ms */
	CHUNK_ROWS = 20 * 1000    /* verified in one job, 20 ms */
};

/* The next row of a select over `seq, term, at, struck, digest, chain, ...`, checked to follow op->at. false: it does
 * not. */
static bool follows(struct op *op, sqlite3_stmt *row, struct line *out)
{
	struct chain stored;
	for (int i = 0; i < 4; i++)
		if (sqlite3_column_type(row, i) != SQLITE_INTEGER)
			return false;
	int64_t seq = sqlite3_column_int64(row, 0), term = sqlite3_column_int64(row, 1),
		at = sqlite3_column_int64(row, 2);
	if (seq != (int64_t)op->at.position.seq + 1 || term < 1 || term > UINT32_MAX || term < op->at.position.term)
		return false;
	if (at < 0 || (uint64_t)at < op->at.at_ms)
		return false;
	out->position = (struct position){ (uint32_t)term, (uint64_t)seq };
	out->at_ms = (uint64_t)at;
	if (!sq_struck_parse(sqlite3_column_int64(row, 3), &out->struck) || !sq_column_blob(row, 4, out->body.digest, 32) ||
		!sq_column_blob(row, 5, stored.bytes, 16))
		return false;
	struct chain chain = chain_next(op->at.chain, out->position, out->at_ms, out->body.digest);
	if (!chain_equal(chain, stored) || (seq == 1 && !chain_equal(chain, op->known->first)))
		return false;
	op->at = (struct head){ out->position, out->at_ms, chain };
	return true;
}

static void damaged(struct op *op)
{
	op->damaged_seq = op->at.position.seq + 1;
	op->status = JOURNAL_DAMAGED;
	op->ended = true;
}

static int select_rows(struct journal_sqlite *sq, struct op *op, const char *more, sqlite3_stmt **out)
{
	int rc = sq_prepare(sq, 0, out, "SELECT seq, term, at, struck, digest, chain%s FROM log_%" PRId64
		" WHERE seq>? AND seq<=? ORDER BY seq", more, op->known->id);
	if (rc == SQLITE_OK) {
		sqlite3_bind_int64(*out, 1, (int64_t)op->at.position.seq);
		sqlite3_bind_int64(*out, 2, (int64_t)op->until);
	}
	return rc;
}

/* The snapshot in the row, if it is what was written. */
static void take_snapshot(struct op *op, sqlite3_stmt *row)
{
	struct chain chain;
	uint8_t sum[32];
	if (sqlite3_column_type(row, 4) != SQLITE_BLOB || !sq_column_blob(row, 2, chain.bytes, 16) ||
		!sq_column_blob(row, 3, sum, 32))
		return;
	int64_t term = sqlite3_column_int64(row, 0), seq = sqlite3_column_int64(row, 1);
	struct position position = { (uint32_t)term, (uint64_t)seq };
	const void *at = sqlite3_column_blob(row, 4);
	struct slice bytes = slice_of(at, at ? (size_t)sqlite3_column_bytes(row, 4) : 0);
	struct digest right = sq_snapshot_sum(op->known->sid, position, chain, bytes);
	if (term < 1 || term > UINT32_MAX || seq < 1 || !digest_same(right.bytes, sum, 32)) {
		trace(TRACE_WARNING, "journal", "snapshot=ignored session=%s", op->known->sid.text);
		return;
	}
	op->snapshot_position = position;
	op->snapshot_chain = chain;
	op->snapshot_len = bytes.len;
	op->snapshot = check_alloc(1, bytes.len);
	if (bytes.len)
		memcpy(op->snapshot, bytes.at, bytes.len);
}

static void read_snapshot(struct journal_sqlite *sq, struct op *op)
{
	sqlite3_stmt *s = NULL;
	if (!op->known->has_snapshot)
		return;
	int rc = sq_prepare(sq, 0, &s, "SELECT term, seq, chain, sum, bytes FROM snapshot_%" PRId64 " WHERE id=1",
		op->known->id);
	if (rc == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW)
		take_snapshot(op, s);
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

/* op->at.position.seq is where to begin after; finds what the chain was there. false: the load has ended, as nothing
 * lies behind it, or as the place itself is damaged. */
static bool read_start(struct journal_sqlite *sq, struct op *op)
{
	const uint64_t seq = op->at.position.seq;
	sqlite3_stmt *s;
	if (seq == 0)
		return true;
	int rc = sq_prepare(sq, 0, &s, "SELECT seq, term, at, chain FROM log_%" PRId64
		" WHERE seq>=? ORDER BY seq LIMIT 1", op->known->id);
	if (rc == SQLITE_OK) {
		sqlite3_bind_int64(s, 1, seq < INT64_MAX ? (int64_t)seq : INT64_MAX);
		rc = sqlite3_step(s);
	}
	bool found = rc == SQLITE_ROW && sqlite3_column_int64(s, 0) == (int64_t)seq &&
		sq_column_blob(s, 3, op->at.chain.bytes, 16);
	if (found) {
		op->at.position.term = (uint32_t)sqlite3_column_int64(s, 1);
		op->at.at_ms = (uint64_t)sqlite3_column_int64(s, 2);
	} else if (rc != SQLITE_DONE) {
		op->at.position.seq = seq - 1;
		damaged(op);
	}
	sqlite3_finalize(s);
	op->ended = !found;
	return found;
}

static size_t part_len(sqlite3_stmt *row, int column, bool struck)
{
	if (struck || sqlite3_column_blob(row, column) == NULL)
		return 0;
	return (size_t)sqlite3_column_bytes(row, column);
}

/* A copy of the row that `seen` was read from, with its parts. */
static struct line *copy_row(sqlite3_stmt *row, const struct line *seen)
{
	struct body body = { .head = { 0 } };
	struct slice *parts[] = { &body.head, &body.form, &body.text };
	const bool struck[] = { false, seen->struck & JOURNAL_FORM, seen->struck & JOURNAL_TEXT };
	for (int i = 0; i < 3; i++)
		*parts[i] = slice_of(sqlite3_column_blob(row, 6 + i), part_len(row, 6 + i, struck[i]));
	memcpy(body.digest, seen->body.digest, sizeof body.digest);
	struct line *line = sq_line_create(&body);
	line->position = seen->position;
	line->at_ms = seen->at_ms;
	line->struck = seen->struck;
	return line;
}

static void read_some(struct journal_sqlite *sq, struct op *op)
{
	struct line **last = &op->chunk;
	sqlite3_stmt *s = NULL;
	size_t bytes = 0;
	bool first = !op->started;
	op->started = true;
	if (first && !read_start(sq, op))
		return;
	int rc = select_rows(sq, op, ", head, form, text", &s);
	while (rc == SQLITE_OK && bytes < CHUNK_BYTES) {
		struct line seen = { 0 };
		int step = sqlite3_step(s);
		if (step == SQLITE_DONE) {
			op->ended = op->at.position.seq > 0; /* a session has a first entry */
			rc = op->ended ? SQLITE_DONE : SQLITE_CORRUPT;
		} else if (step != SQLITE_ROW || !follows(op, s, &seen)) {
			rc = SQLITE_CORRUPT;
		} else {
			*last = copy_row(s, &seen);
			bytes += sq_line_len(*last);
			last = &(*last)->next;
		}
	}
	sqlite3_finalize(s);
	if (rc != SQLITE_OK && rc != SQLITE_DONE)
		damaged(op);
}

void sq_load(struct journal_sqlite *sq, struct op *op)
{
	if (op->known == NULL || op->known->gone) {
		op->status = JOURNAL_ABSENT;
		op->ended = true;
		return;
	}
	if (op->kind == OPEN && !op->verified)
		verify_some(sq, op);
	if (!op->ended && (op->kind == READ || op->verified))
		read_some(sq, op);
}
