/* SPDX-License-Identifier: EUPL-1.2 */
/* What both sides of the adapter have in common: queues, sessions by name, entries in memory. */
#include "shell/journal_sqlite_inner.h"
#include "base/check.h"
#include <stdlib.h>
#include <string.h>

void sq_clear(struct queue *queue)
{
	queue->first = NULL;
	queue->last = &queue->first;
	queue->appends = 0;
}

void sq_push(struct queue *queue, struct op *op)
{
	op->next = NULL;
	*queue->last = op;
	queue->last = &op->next;
	queue->appends += op->kind == APPEND || op->kind == CREATE;
}

struct op *sq_pop(struct queue *queue)
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

void sq_move(struct queue *from, struct queue *to)
{
	for (struct op *op; (op = sq_pop(from)) != NULL;)
		sq_push(to, op);
}

void sq_lines_free(struct line *line)
{
	while (line) {
		struct line *next = line->next;
		free(line);
		line = next;
	}
}

void sq_op_free(struct op *op)
{
	sq_lines_free(op->line);
	sq_lines_free(op->chunk);
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

struct known *sq_find_sid(struct journal_sqlite *sq, struct sid sid)
{
	struct known *known = sq->sids[bucket_of(sid.text)];
	while (known && !sid_equal(known->sid, sid))
		known = known->next_sid;
	return known;
}

struct known *sq_find_code(struct journal_sqlite *sq, struct code code)
{
	struct known *known = sq->codes[bucket_of(code.text)];
	while (known && strcmp(known->code.text, code.text) != 0)
		known = known->next_code;
	return known;
}

struct known *sq_known_add(struct journal_sqlite *sq, struct sid sid, struct code code, int64_t id)
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

void sq_known_remove(struct journal_sqlite *sq, struct known *known)
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

struct line *sq_line_create(const struct body *body)
{
	struct line *line = check_alloc(1, sizeof *line + body_len(body));
	line->body = body_lay(body, line->bytes);
	return line;
}

struct journal_entry sq_line_entry(const struct line *line)
{
	return (struct journal_entry){ .position = line->position, .at_ms = line->at_ms, .struck = line->struck, .body = line->body };
}

size_t sq_line_len(const struct line *line)
{
	return sizeof *line + body_len(&line->body);
}
