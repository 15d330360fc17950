/* SPDX-License-Identifier: EUPL-1.2 */
/* The loop's side: what is asked is queued, a job takes what has gathered, and its answers come from
 * journal_sqlite_tell.c. */
#include "shell/journal_sqlite_inner.h"
#include "base/check.h"
#include "base/limits.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

enum {
	CHECKPOINT_IDLE_PAGES = 1000, /* of the WAL, 4 MB: checkpoint when nothing else is to do */
	CHECKPOINT_PAGES = 4000       /* 16 MB: checkpoint anyway, some 50 ms in which nothing is committed */
};

static void job_done(void *ctx);
static void submit(struct journal_sqlite *sq);

/* --- jobs -------------------------------------------------------------------------------------------------------- */

static void drop_all(struct queue *queue)
{
	for (struct op *op; (op = sq_pop(queue)) != NULL;)
		sq_op_free(op);
}

static void free_all(struct journal_sqlite *sq)
{
	while (sq->all) {
		struct known *known = sq->all;
		sq->all = known->next_all;
		free(known);
	}
	drop_all(&sq->pending);
	drop_all(&sq->held);
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
	sq_op_free(op);
	sq_file_close(sq);
	loop_stop(sq->loop, sq->linger);
	loop_stop(sq->loop, sq->retry);
	free_all(sq);
	done(ctx);
}

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
		stop_now(sq, sq_pop(&sq->pending));
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
	if (sq->pressed && sq->pending.appends < LINGER_ENOUGH && now - sq->job_ms < LINGER_MS &&
		only_appends(&sq->pending)) {
		if (sq->linger == NULL)
			sq->linger = loop_after(sq->loop, LINGER_MS - (now - sq->job_ms), linger_over, sq);
		return;
	}
	loop_stop(sq->loop, sq->linger);
	sq->linger = NULL;
	if (sq->wal_pages >= CHECKPOINT_PAGES) { /* alone, so that no answer waits for it that is ready */
		struct op *op = check_alloc(1, sizeof *op);
		op->kind = CHECKPOINT;
		sq_clear(&sq->batch);
		sq_push(&sq->batch, op);
	} else {
		sq->batch = sq->pending;
		sq_clear(&sq->pending);
	}
	sq->busy = true;
	sq->job_ms = sq->job_now_ms = now;
	loop_work(sq->loop, sq_job, job_done, sq);
}

static struct op *ask(struct journal_sqlite *sq, enum kind kind, struct known *known, struct sid sid)
{
	CHECK(!sq->stopping || kind == STOP || kind == CHECKPOINT);
	struct op *op = check_alloc(1, sizeof *op);
	op->kind = kind;
	op->known = known;
	op->sid = sid;
	op->generation = known ? known->generation : 0;
	sq_push(&sq->pending, op);
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

static void retry_later(struct journal_sqlite *sq)
{
	if (sq->retry == NULL && !sq->stopping)
		sq->retry = loop_after(sq->loop, RETRY_MS, retry, sq);
}

/* A write has failed: nothing is told any more but that it has stopped. */
static void end_broken(struct journal_sqlite *sq)
{
	struct op *stop = NULL;
	sq_die(sq);
	for (struct op *op; (op = sq_pop(&sq->batch)) != NULL;) {
		if (op->kind == STOP)
			stop = op;
		else
			sq_op_free(op);
	}
	if (stop)
		stop_now(sq, stop);
}

/* What goes on in the next job is put into `again`. The STOP that has closed the file is returned. */
static struct op *deliver_batch(struct journal_sqlite *sq, struct queue *again)
{
	struct op *stop = NULL;
	for (struct op *op; (op = sq_pop(&sq->batch)) != NULL;) {
		if (op->kind == STOP && op->started && sq->db == NULL)
			stop = op;
		else if (op->kind == STOP)
			sq_push(&sq->pending, op); /* behind all that is under way */
		else if (sq->uncut && (op->kind == STRIKE || op->kind == ERASE))
			sq_push(&sq->held, op);
		else if (sq_deliver(sq, op))
			sq_push(again, op);
		else
			sq_op_free(op);
	}
	return stop;
}

/* Readers go on before what came meanwhile; what was held back by a full disk goes first of all. */
static void line_up(struct journal_sqlite *sq, struct queue *again)
{
	struct queue next;
	sq_clear(&next);
	if (sq->status == JOURNAL_OK)
		sq_move(&sq->held, &next);
	sq_move(again, &next);
	sq_move(&sq->pending, &next);
	sq_move(&next, &sq->pending);
	struct op *first = sq->pending.first;
	if (first && first->kind == STOP && first->next == NULL)
		first->started = true; /* alone: this time it closes the file */
	if (first == NULL && sq->wal_pages >= CHECKPOINT_IDLE_PAGES && sq->status == JOURNAL_OK && !sq->stopping)
		ask(sq, CHECKPOINT, NULL, sid_of(0));
}

static void job_done(void *ctx)
{
	struct journal_sqlite *sq = CAST(ctx, journal_sqlite);
	struct queue again;
	sq_clear(&again);
	sq->busy = false;
	sq->pressed = sq->pending.appends > 0;
	if (sq->outcome == BROKEN) {
		end_broken(sq);
		return;
	}
	sq->delivering = true;
	if (sq->outcome == NO_SPACE) {
		sq_become(sq, JOURNAL_FULL);
		sq_sift(sq, &sq->batch);
		sq_sift(sq, &sq->pending);
		loop_stop(sq->loop, sq->retry);
		sq->retry = NULL;
		retry_later(sq);
	} else {
		sq_deliver_stable(sq);
		if (sq->uncut) {
			sq_become(sq, JOURNAL_FULL);
			retry_later(sq);
		}
	}
	struct op *stop = deliver_batch(sq, &again);
	sq->delivering = false;
	if (stop) {
		CHECK(sq->pending.first == NULL && again.first == NULL);
		stop_now(sq, stop);
		return;
	}
	line_up(sq, &again);
	submit(sq);
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
	size_t len = body_len(body);
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
	op->line = sq_line_create(body);
	sq->unanswered++;
	sq->unanswered_bytes += sq_line_len(op->line);
}

static int create(void *self, struct sid sid, struct code code, const struct body *body, uint64_t tag)
{
	struct journal_sqlite *sq = CAST(self, journal_sqlite);
	int status = would_take(sq, body, tag);
	if (status)
		return status;
	if (sq_find_sid(sq, sid) || sq_find_code(sq, code))
		ask(sq, TAKEN, NULL, sid)->tag = tag;
	else
		take(sq, CREATE, sq_known_add(sq, sid, code, sq->next_id), body, tag);
	return 0;
}

static int append(void *self, struct sid sid, const struct body *body, uint64_t tag)
{
	struct journal_sqlite *sq = CAST(self, journal_sqlite);
	struct known *known = sq_find_sid(sq, sid);
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
	struct known *known = sq_find_sid(sq, sid);
	if (known) {
		CHECK(!known->open && !known->opening);
		known->opening = true;
		known->generation++;
	}
	ask(sq, OPEN, known, sid);
}

static void read_session(void *self, struct sid sid, uint64_t from, uint64_t until, journal_sink_fn sink, void *ctx)
{
	struct journal_sqlite *sq = CAST(self, journal_sqlite);
	struct op *op = ask(sq, READ, sq_find_sid(sq, sid), sid);
	op->at.position.seq = from ? from - 1 : 0;
	op->most = until;
	op->fn.sink = sink;
	op->ctx = ctx;
}

static void snapshot(void *self, struct sid sid, struct position position, struct slice bytes)
{
	struct journal_sqlite *sq = CAST(self, journal_sqlite);
	struct known *known = sq_find_sid(sq, sid);
	if (known == NULL || sq->status != JOURNAL_OK)
		return;
	struct op *op = ask(sq, SNAPSHOT, known, sid);
	op->line = sq_line_create(&(struct body){ .head = bytes });
	op->line->position = position;
}

static void strike(void *self, struct sid sid, uint64_t seq, unsigned parts)
{
	struct journal_sqlite *sq = CAST(self, journal_sqlite);
	struct op *op = ask(sq, STRIKE, sq_find_sid(sq, sid), sid);
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
	ask(sq, ERASE, sq_find_sid(sq, sid), sid);
}

static void close_session(void *self, struct sid sid)
{
	struct journal_sqlite *sq = CAST(self, journal_sqlite);
	struct known *known = sq_find_sid(sq, sid);
	if (known == NULL || !(known->open || known->opening))
		return;
	known->open = known->opening = false;
	known->generation++;
	if (!sq->stopping && !sq->dead)
		ask(sq, CLOSE, known, sid);
}

static enum journal_status state(void *self, const struct sid *sid, const char **sentence)
{
	struct journal_sqlite *sq = CAST(self, journal_sqlite);
	(void)sid;
	if (sentence)
		*sentence = sq->sentence;
	return sq->status;
}

/* There is but one instance. */
static bool level(void *self, struct sid sid)
{
	(void)self;
	(void)sid;
	return true;
}

static void publish(void *self, struct sid sid, struct slice bytes)
{
	(void)self;
	(void)sid;
	(void)bytes;
}

static unsigned rules(void *self)
{
	(void)self;
	return RULES_NEWEST;
}

static void stop(void *self, void (*done)(void *ctx), void *ctx)
{
	struct journal_sqlite *sq = CAST(self, journal_sqlite);
	CHECK(!sq->stopping);
	sq->stopping = true;
	loop_stop(sq->loop, sq->retry);
	sq->retry = NULL;
	if (sq->dead)
		drop_all(&sq->pending);
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
	.level = level,
	.publish = publish,
	.rules = rules,
	.stop = stop,
};

static void end_process(const char *sentence, void *ctx)
{
	(void)ctx;
	fprintf(stderr, "bollplank: %s\n", sentence);
	_exit(EX_IOERR);
}

int journal_sqlite_open(struct loop loop, const struct journal_sqlite_options *options, struct journal *out,
	char *sentence, size_t size)
{
	struct journal_sqlite *sq = check_alloc(1, sizeof *sq);
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
	sq_clear(&sq->pending);
	sq_clear(&sq->held);
	sq_clear(&sq->batch);
	if (size)
		sentence[0] = '\0';
	int status = sq_file_open(sq, options, sentence, size);
	if (status) {
		sq_file_close(sq);
		free_all(sq);
		return status;
	}
	*out = (struct journal){ .ops = &ops, .self = sq };
	return 0;
}
