/* SPDX-License-Identifier: EUPL-1.2 */
/* The disk: sessions and their lines. Nothing of it asks or tells. */
#include "shell/journal_memory_inner.h"

struct memory_session *mem_session(const struct journal_memory *memory, struct sid sid)
{
	for (size_t i = 0; i < memory->count; i++)
		if (sid_equal(memory->sessions[i]->sid, sid))
			return memory->sessions[i];
	return NULL;
}

struct memory_session *mem_session_of_code(const struct journal_memory *memory, struct code code)
{
	for (size_t i = 0; i < memory->count; i++)
		if (memory->sessions[i]->exists && strcmp(memory->sessions[i]->code.text, code.text) == 0)
			return memory->sessions[i];
	return NULL;
}

struct memory_session *mem_session_add(struct journal_memory *memory, struct sid sid, struct code code)
{
	struct memory_session *session = check_alloc(1, sizeof *session);
	session->sid = sid;
	session->code = code;
	session->term = 1;
	pack_init(&session->published);
	memory->sessions = check_realloc(memory->sessions, memory->count + 1, sizeof *memory->sessions);
	memory->sessions[memory->count++] = session;
	return session;
}

void mem_session_remove(struct journal_memory *memory, struct memory_session *session)
{
	for (size_t i = 0; i < memory->count; i++)
		if (memory->sessions[i] == session) {
			memory->sessions[i] = memory->sessions[--memory->count];
			break;
		}
	for (size_t i = 0; i < session->count; i++)
		free(session->lines[i]);
	free(session->lines);
	free(session->snapshot);
	pack_finish(&session->published);
	free(session);
}

struct line *mem_line_create(const struct body *body)
{
	struct line *line = check_alloc(1, sizeof *line + body_len(body));
	line->body = body_lay(body, line->bytes);
	return line;
}

struct journal_entry mem_line_entry(const struct line *line)
{
	struct journal_entry entry = { .position = line->position, .at_ms = line->at_ms, .struck = line->struck, .body = line->body };
	if (line->struck & JOURNAL_FORM)
		entry.body.form.len = 0;
	if (line->struck & JOURNAL_TEXT)
		entry.body.text.len = 0;
	return entry;
}

struct line *mem_place(struct journal_memory *memory, struct memory_session *session, struct op *op)
{
	struct line *line = op->line, *last = session->count ? session->lines[session->count - 1] : NULL;
	uint64_t now = loop_wall(memory->loop);
	op->line = NULL;
	line->position = (struct position){ session->term, session->count + 1 };
	line->at_ms = last && last->at_ms > now ? last->at_ms : now;
	line->chain = chain_next(last ? last->chain : (struct chain){ { 0 } }, line->position, line->at_ms, line->body.digest);
	if (session->count == session->room) {
		session->room = session->room ? session->room * 2 : 64;
		session->lines = check_realloc(session->lines, session->room, sizeof *session->lines);
	}
	session->lines[session->count++] = line;
	return line;
}

size_t mem_truncate(struct memory_session *session, uint64_t seq, struct line **lost)
{
	size_t count = session->count > seq ? session->count - (size_t)seq : 0;
	for (size_t i = 0; i < count; i++)
		if (lost)
			lost[i] = session->lines[seq + i];
		else
			free(session->lines[seq + i]);
	session->count -= count;
	session->history++;
	if (session->stable > session->count)
		session->stable = session->count;
	return count;
}
