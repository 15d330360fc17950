/* SPDX-License-Identifier: EUPL-1.2 */
/* The loop's side, upwards: what is told of a job that is done. */
#include "shell/journal_sqlite_inner.h"
#include "base/check.h"
#include "base/trace.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static void answered(struct journal_sqlite *sq, const struct op *op)
{
	if (op->line) {
		sq->unanswered--;
		sq->unanswered_bytes -= sq_line_len(op->line);
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
		sq_known_remove(sq, op->known);
	if (tell)
		sq->up->refused(op->sid, op->tag, why, sq->up_ctx);
}

void sq_become(struct journal_sqlite *sq, enum journal_status status)
{
	if (status == JOURNAL_OK)
		sq->sentence[0] = '\0';
	else
		snprintf(sq->sentence, sizeof sq->sentence,
			"The disk under the journal %s has no space left (%s). Make room there: nothing new is saved "
			"until then, reading goes on, and saving begins again by itself.", sq->path, sq->why);
	if (status == sq->status)
		return;
	sq->status = status;
	bool ok = status == JOURNAL_OK;
	trace(ok ? TRACE_INFO : TRACE_ERROR, "journal", "status=%s", ok ? "ok" : "full");
	sq->up->health(status, sq->sentence, sq->up_ctx);
}

/* Refuses whatever has not been handed to the worker, and keeps what nobody is told a refusal of. */
void sq_sift(struct journal_sqlite *sq, struct queue *queue)
{
	struct queue all = *queue;
	if (queue->first == NULL)
		return;
	sq_clear(queue);
	for (struct op *op; (op = sq_pop(&all)) != NULL;) {
		switch (op->kind) {
		case CREATE:
		case APPEND:
			refuse(sq, op, JOURNAL_FULL);
			sq_op_free(op);
			break;
		case STRIKE:
		case ERASE:
			sq_push(&sq->held, op);
			break;
		case SNAPSHOT:
		case PROBE:
			sq_op_free(op);
			break;
		default:
			sq_push(queue, op);
		}
	}
}

static void deliver_chunk(struct journal_sqlite *sq, struct op *op)
{
	for (struct line *line = op->chunk; line; line = line->next) {
		const struct journal_entry entry = sq_line_entry(line);
		if (op->kind == READ)
			op->fn.sink(&entry, JOURNAL_OK, op->ctx);
		else if (ours(op))
			sq->up->entry(op->sid, &entry, 0, sq->up_ctx);
	}
	sq_lines_free(op->chunk);
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
		bool with = op->snapshot_position.seq != 0;
		struct slice bytes = slice_of(with ? op->snapshot : NULL, with ? op->snapshot_len : 0);
		up->loaded(op->sid, op->snapshot_position, bytes, sq->up_ctx);
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
	op->fn.sink(NULL, op->status, op->ctx);
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
	const struct journal_entry entry = sq_line_entry(op->line);
	answered(sq, op);
	if (ours(op) && op->known->open)
		sq->up->entry(op->sid, &entry, op->tag, sq->up_ctx);
}

/* true: it goes on in the next job. */
bool sq_deliver(struct journal_sqlite *sq, struct op *op)
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
		known = sq_find_code(sq, op->code);
		if (known && known->durable)
			op->fn.found(JOURNAL_OK, known->sid, op->ctx);
		else
			op->fn.found(JOURNAL_ABSENT, op->sid, op->ctx);
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
			sq_known_remove(sq, known);
		sq->up->erased(op->sid, sq->up_ctx);
		return false;
	case BACKUP:
		op->fn.backup(op->status, op->status ? sq->why : "", op->ctx);
		return false;
	case PROBE:
		sq_become(sq, JOURNAL_OK);
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
void sq_deliver_stable(struct journal_sqlite *sq)
{
	for (struct op *op = sq->batch.first; op; op = op->next) {
		if (op->kind == CREATE) {
			op->known->durable = true;
			op->known->open = ours(op);
		}
	}
	/* Once per session with its last entry in the batch: known->mark is free for the loop now, `told` says what
	 * was told. */
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

void sq_die(struct journal_sqlite *sq)
{
	char sentence[1024];
	snprintf(sentence, sizeof sentence,
		"Writing the journal %s failed: %s. What was under way is uncertain, so this process ends; nothing was "
		"acknowledged that is not saved. Check the disk (dmesg, free space, permissions), then start again: "
		"the next start reads what is in the file.", sq->path, sq->why);
	sq->dead = true;
	sq->status = JOURNAL_AWAY;
	snprintf(sq->sentence, sizeof sq->sentence, "%s", "The journal cannot be written.");
	trace(TRACE_ERROR, "journal", "status=broken");
	sq->fatal(sentence, sq->fatal_ctx);
}
