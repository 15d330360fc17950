/* SPDX-License-Identifier: EUPL-1.2 */
/* What tests command, and what checkers look at. */
#include "shell/journal_memory_inner.h"
#include <stdio.h>

void journal_memory_late(struct journal_memory *memory, uint64_t ms)
{
	memory->late_ms = ms;
}

void journal_memory_lag(struct journal_memory *memory, uint64_t ms)
{
	memory->lag_ms = ms;
}

static void ask_stable(struct journal_memory *memory, struct memory_session *session, uint64_t seq)
{
	session->stable = seq; /* of the disk at once; told by post */
	struct op *op = mem_ask_in_order(memory, STABLE, session->sid);
	op->seq = seq;
	op->forced = true;
	op->history = session->history;
}

void journal_memory_hold(struct journal_memory *memory, bool hold)
{
	memory->hold = hold;
	if (hold)
		return;
	for (size_t i = 0; i < memory->count; i++)
		if (memory->sessions[i]->stable < memory->sessions[i]->count)
			ask_stable(memory, memory->sessions[i], memory->sessions[i]->count);
}

void journal_memory_settle(struct journal_memory *memory, struct sid sid, uint64_t seq)
{
	struct memory_session *session = mem_session(memory, sid);
	if (session == NULL || seq <= session->stable)
		return;
	ask_stable(memory, session, seq < session->count ? seq : session->count);
}

void journal_memory_refuse_next(struct journal_memory *memory, unsigned count, enum journal_status why)
{
	memory->refuse = count;
	memory->refuse_why = why;
}

void journal_memory_unsure_next(struct journal_memory *memory, unsigned count, enum journal_memory_fate fate)
{
	memory->unsure = count;
	memory->unsure_fate = fate;
}

void journal_memory_state(struct journal_memory *memory, enum journal_status status, const char *sentence,
	enum journal_memory_fate fate)
{
	memory->status = status;
	snprintf(memory->sentence, sizeof memory->sentence, "%s", sentence ? sentence : "");
	struct op *op = mem_ask_first(memory, HEALTH, sid_of(0));
	op->status = status;
	op->fate = fate;
}

void journal_memory_state_of(struct journal_memory *memory, struct sid sid, enum journal_status status)
{
	struct memory_session *session = mem_session(memory, sid);
	if (session == NULL || session->status == status)
		return;
	session->status = status;
	mem_ask_first(memory, AIL, sid);
}

void journal_memory_lose(struct journal_memory *memory, struct sid sid, enum journal_memory_fate fate)
{
	mem_ask_first(memory, RESET, sid)->fate = fate;
}

void journal_memory_lose_to(struct journal_memory *memory, struct sid sid, uint64_t seq)
{
	struct op *op = mem_ask_first(memory, RESET, sid);
	op->fate = JOURNAL_MEMORY_NEVER;
	op->forced = true;
	op->seq = seq;
}

void journal_memory_behind(struct journal_memory *memory, struct sid sid, bool behind)
{
	struct memory_session *session = mem_session(memory, sid);
	if (session)
		session->behind = behind;
}

void journal_memory_peers(struct journal_memory *memory, struct sid sid, const struct slice *published, size_t count)
{
	struct op *op = mem_ask_in_order(memory, PEERS, sid);
	op->peers = check_alloc(count, sizeof *op->peers);
	op->peers_count = count;
	for (size_t i = 0; i < count; i++)
		op->peers[i] = copy_of(published[i]);
}

struct slice journal_memory_published(const struct journal_memory *memory, struct sid sid)
{
	const struct memory_session *session = mem_session(memory, sid);
	return session ? pack_bytes(&session->published) : slice_of(NULL, 0);
}

void journal_memory_rules(struct journal_memory *memory, unsigned newest)
{
	memory->rules = newest;
}

int journal_memory_foreign(struct journal_memory *memory, struct sid sid, const struct body *body)
{
	struct memory_session *session = mem_session(memory, sid);
	if (session == NULL || !session->exists)
		return JOURNAL_ABSENT;
	return mem_take(memory, session, APPEND, session->code, body, 0);
}

void journal_memory_damage(struct journal_memory *memory, struct sid sid, uint64_t seq)
{
	struct memory_session *session = mem_session(memory, sid);
	if (session)
		session->damaged_seq = seq;
}

void journal_memory_crash(struct journal_memory *memory, unsigned what)
{
	CHECK(!memory->pumping); /* a house cannot be dropped from inside its own upcall */
	mem_timer_stop(memory);
	memory->posted = false; /* the loop forgets it, or it comes and finds nothing to do */
	mem_detach(memory);
	while (memory->ops) {
		struct op *op = memory->ops;
		struct memory_session *session = mem_session(memory, op->sid);
		memory->ops = op->next;
		bool append = op->kind == APPEND || (op->kind == CREATE && !op->taken && mem_session_of_code(memory, op->code) == NULL);
		if (append && session && what & JOURNAL_MEMORY_PENDING) {
			mem_place(memory, session, op);
			session->exists = true;
		}
		mem_op_free(op);
	}
	memory->last_due_ms = memory->late_ms = memory->lag_ms = 0;
	memory->refuse = memory->unsure = 0;
	memory->status = JOURNAL_OK;
	for (size_t i = memory->count; i-- > 0;) {
		struct memory_session *session = memory->sessions[i];
		session->status = JOURNAL_OK;
		session->behind = false;
		if (what & JOURNAL_MEMORY_TAIL && mem_truncate(session, session->stable, NULL))
			session->term++;
		if (session->count == 0)
			mem_session_remove(memory, session);
	}
}

struct position journal_memory_tip(const struct journal_memory *memory, struct sid sid)
{
	const struct memory_session *session = mem_session(memory, sid);
	return session && session->count ? session->lines[session->count - 1]->position : (struct position){ 0, 0 };
}

uint64_t journal_memory_stable(const struct journal_memory *memory, struct sid sid)
{
	const struct memory_session *session = mem_session(memory, sid);
	return session ? session->stable : 0;
}

bool journal_memory_entry(const struct journal_memory *memory, struct sid sid, uint64_t seq, struct journal_entry *out)
{
	const struct memory_session *session = mem_session(memory, sid);
	if (session == NULL || seq < 1 || seq > session->count)
		return false;
	*out = mem_line_entry(session->lines[seq - 1]);
	return true;
}

size_t journal_memory_pending(const struct journal_memory *memory)
{
	size_t n = 0;
	for (const struct op *op = memory->ops; op; op = op->next)
		n += op->tag != 0;
	return n;
}
