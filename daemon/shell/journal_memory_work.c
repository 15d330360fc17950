/* SPDX-License-Identifier: EUPL-1.2 */
/* What was asked, in its order and at its time, and what becomes of it: the upcalls are made here. */
#include "shell/journal_memory_inner.h"

/* --- the queue --- */

static void pump(void *ctx);

/* Asks nothing of the loop when there is none: the last of us may be freed after the loop has closed. */
void mem_timer_stop(struct journal_memory *memory)
{
	if (memory->timer)
		loop_stop(memory->loop, memory->timer);
	memory->timer = NULL;
}

static void wake(struct journal_memory *memory)
{
	if (memory->posted || memory->pumping || memory->ops == NULL)
		return;
	uint64_t now = loop_now(memory->loop);
	mem_timer_stop(memory);
	if (memory->ops->due_ms <= now) {
		memory->posted = true;
		loop_post(memory->loop, pump, memory);
	} else {
		memory->timer = loop_after(memory->loop, memory->ops->due_ms - now, pump, memory);
	}
}

/* Sorted by due time, equal ones in order of asking. */
static struct op *ask(struct journal_memory *memory, enum kind kind, struct sid sid, uint64_t due_ms)
{
	struct op *op = check_alloc(1, sizeof *op);
	op->kind = kind;
	op->sid = sid;
	op->due_ms = due_ms;
	struct op **at = &memory->ops;
	while (*at && (*at)->due_ms <= due_ms)
		at = &(*at)->next;
	op->next = *at;
	*at = op;
	wake(memory);
	return op;
}

struct op *mem_ask_in_order(struct journal_memory *memory, enum kind kind, struct sid sid)
{
	uint64_t due = loop_now(memory->loop) + memory->late_ms;
	if (due < memory->last_due_ms)
		due = memory->last_due_ms;
	memory->last_due_ms = due;
	return ask(memory, kind, sid, due);
}

struct op *mem_ask_first(struct journal_memory *memory, enum kind kind, struct sid sid)
{
	return ask(memory, kind, sid, 0);
}

void mem_op_free(struct op *op)
{
	free(op->line);
	for (size_t i = 0; i < op->peers_count; i++)
		copy_free(op->peers[i]);
	free(op->peers);
	free(op);
}

int mem_take(struct journal_memory *memory, struct memory_session *session, enum kind kind, struct code code,
	const struct body *body, uint64_t tag)
{
	struct op *op = mem_ask_in_order(memory, kind, session->sid);
	op->code = code;
	op->generation = session->generation;
	op->tag = tag;
	op->line = mem_line_create(body);
	return 0;
}

/* --- doing --- */

static void make_stable(struct journal_memory *memory, struct memory_session *session, uint64_t seq)
{
	if (seq > session->count)
		seq = session->count;
	if (seq > session->stable)
		session->stable = seq;
	if (!session->open || session->told >= session->stable)
		return;
	CHECK(memory->up != NULL); /* without a house no session is open */
	session->told = session->stable;
	memory->up->stable(session->sid, session->stable, memory->up_ctx);
}

static void become_stable(struct journal_memory *memory, struct memory_session *session)
{
	if (memory->hold)
		return;
	if (memory->lag_ms == 0) {
		make_stable(memory, session, session->count);
		return;
	}
	struct op *op = ask(memory, STABLE, session->sid, loop_now(memory->loop) + memory->lag_ms);
	op->seq = session->count;
	op->history = session->history;
}

static void do_append(struct journal_memory *memory, struct op *op)
{
	struct memory_session *session = mem_session(memory, op->sid);
	const struct journal_up *up = memory->up;
	bool ours = op->tag != 0 && up && (session == NULL || session->generation == op->generation);
	enum journal_status why = JOURNAL_OK;
	if (op->taken || (op->kind == CREATE && mem_session_of_code(memory, op->code))) {
		why = JOURNAL_TAKEN;
	} else if (session == NULL) {
		why = JOURNAL_ABSENT; /* erased meanwhile */
	} else if (op->tag && memory->refuse) {
		memory->refuse--;
		why = memory->refuse_why;
	}
	if (why != JOURNAL_OK) {
		if (session && !session->exists && !op->taken)
			mem_session_remove(memory, session);
		if (ours)
			up->refused(op->sid, op->tag, why, memory->up_ctx);
		return;
	}
	if (op->tag && memory->unsure) {
		memory->unsure--;
		enum journal_memory_fate fate = memory->unsure_fate;
		if (fate == JOURNAL_MEMORY_NEVER && !session->exists)
			mem_session_remove(memory, session);
		if (fate == JOURNAL_MEMORY_LATE) {
			struct op *late = ask(memory, op->kind, op->sid, loop_now(memory->loop) + JOURNAL_MEMORY_LATE_MS);
			late->code = op->code;
			late->line = op->line;
			op->line = NULL;
		}
		if (ours)
			up->unsure(op->sid, op->tag, memory->up_ctx);
		session = mem_session(memory, op->sid);
		if (fate != JOURNAL_MEMORY_SOON || session == NULL)
			return;
		ours = false;
	}
	struct line *line = mem_place(memory, session, op);
	if (!session->exists) {
		session->exists = true;
		session->open = memory->up != NULL && session->generation == op->generation;
	}
	if (session->open && memory->up) {
		struct journal_entry entry = mem_line_entry(line);
		memory->up->entry(op->sid, &entry, ours ? op->tag : 0, memory->up_ctx);
		session = mem_session(memory, op->sid);
	}
	if (session)
		become_stable(memory, session);
}

/* The house may close the session from any of these upcalls. */
static void deliver(struct journal_memory *memory, struct memory_session *session)
{
	struct sid sid = session->sid;
	unsigned generation = session->generation;
	const struct journal_up *up = memory->up;
	struct slice snapshot = slice_of(session->snapshot, session->snapshot_len);
	struct position position = session->snapshot_position;
	size_t count = session->count;
	/* A hint: only where it lies on this history. */
	if (position.seq > count || position.seq == 0 ||
		session->lines[position.seq - 1]->position.term != position.term) {
		snapshot = slice_of(NULL, 0);
		position = (struct position){ 0, 0 };
	}
	up->loaded(sid, position, snapshot, memory->up_ctx);
	for (size_t i = position.seq; i < count; i++) {
		if ((session = mem_session(memory, sid)) == NULL || session->generation != generation)
			return;
		struct journal_entry entry = mem_line_entry(session->lines[i]);
		up->entry(sid, &entry, 0, memory->up_ctx);
	}
	if ((session = mem_session(memory, sid)) == NULL || session->generation != generation)
		return;
	session->open = true;
	session->opening = false;
	if (!memory->hold && memory->lag_ms == 0)
		session->stable = session->count;
	else
		become_stable(memory, session);
	session->told = session->stable;
	up->stable(sid, session->stable, memory->up_ctx);
	if ((session = mem_session(memory, sid)) != NULL && session->generation == generation)
		up->opened(sid, JOURNAL_OK, 0, memory->up_ctx);
}

static void do_open(struct journal_memory *memory, struct op *op)
{
	struct memory_session *session = mem_session(memory, op->sid);
	if (memory->up == NULL)
		return;
	if (session == NULL || !session->exists) {
		if (session)
			session->opening = false;
		memory->up->opened(op->sid, JOURNAL_ABSENT, 0, memory->up_ctx);
		return;
	}
	if (session->generation != op->generation)
		return;
	if (session->damaged_seq) {
		session->opening = false;
		memory->up->opened(op->sid, JOURNAL_DAMAGED, session->damaged_seq, memory->up_ctx);
		return;
	}
	deliver(memory, session);
}

static void do_read(struct journal_memory *memory, struct op *op)
{
	for (uint64_t seq = op->seq ? op->seq : 1;; seq++) {
		struct memory_session *session = mem_session(memory, op->sid); /* anew: a sink may have it erased */
		bool exists = session && session->exists;
		bool damaged = exists && session->damaged_seq && seq >= session->damaged_seq && seq <= op->until;
		if (!exists || damaged || seq > session->count || seq > op->until) {
			op->fn.sink(NULL, damaged ? JOURNAL_DAMAGED : exists ? JOURNAL_OK : JOURNAL_ABSENT, op->ctx);
			return;
		}
		struct journal_entry entry = mem_line_entry(session->lines[seq - 1]);
		op->fn.sink(&entry, JOURNAL_OK, op->ctx);
	}
}

static void do_strike(struct journal_memory *memory, struct op *op)
{
	struct memory_session *session = mem_session(memory, op->sid);
	if (session && op->seq >= 1 && op->seq <= session->count) {
		struct line *line = session->lines[op->seq - 1];
		bool fresh = (line->struck | op->parts) != line->struck;
		line->struck |= op->parts;
		if (op->parts & JOURNAL_FORM)
			memset(line->bytes + line->body.head.len, 0, line->body.form.len);
		if (op->parts & JOURNAL_TEXT)
			memset(line->bytes + line->body.head.len + line->body.form.len, 0, line->body.text.len);
		if (fresh && session->snapshot_position.seq >= op->seq) {
			free(session->snapshot); /* it may hold what was taken away */
			session->snapshot = NULL;
			session->snapshot_len = 0;
			session->snapshot_position = (struct position){ 0, 0 };
		}
	}
	if (memory->up)
		memory->up->struck(op->sid, op->seq, memory->up_ctx);
}

static void do_list(struct journal_memory *memory, struct op *op)
{
	size_t count = 0;
	struct sid *sids = check_alloc(memory->count, sizeof *sids);
	for (size_t i = 0; i < memory->count; i++)
		if (memory->sessions[i]->exists)
			sids[count++] = memory->sessions[i]->sid;
	for (size_t i = 0; i < count; i++)
		op->fn.each(&sids[i], op->ctx);
	op->fn.each(NULL, op->ctx);
	free(sids);
}

/* Ends the open tags that match in unsure or refused; whose fate it is stays, with tag 0. */
static void answer_open(struct journal_memory *memory, const struct sid *sid, enum journal_status why,
	enum journal_memory_fate fate)
{
	for (;;) {
		struct op **at = &memory->ops;
		while (*at && !(((*at)->kind == APPEND || (*at)->kind == CREATE) && (*at)->tag &&
				(sid == NULL || sid_equal((*at)->sid, *sid))))
			at = &(*at)->next;
		struct op *op = *at;
		if (op == NULL)
			return;
		struct memory_session *session = mem_session(memory, op->sid);
		struct sid of = op->sid;
		uint64_t tag = op->tag;
		bool ours = session && session->generation == op->generation;
		op->tag = 0;
		if (why == JOURNAL_FULL || fate == JOURNAL_MEMORY_NEVER) {
			*at = op->next;
			if (session && !session->exists && !op->taken)
				mem_session_remove(memory, session);
			mem_op_free(op);
		} else if (fate == JOURNAL_MEMORY_LATE) {
			*at = op->next;
			struct op *late = ask(memory, op->kind, of, loop_now(memory->loop) + JOURNAL_MEMORY_LATE_MS);
			struct op *next = late->next;
			uint64_t due_ms = late->due_ms;
			*late = *op;
			late->next = next;
			late->due_ms = due_ms;
			free(op);
		}
		if (ours && memory->up) {
			if (why == JOURNAL_FULL)
				memory->up->refused(of, tag, why, memory->up_ctx);
			else
				memory->up->unsure(of, tag, memory->up_ctx);
		}
	}
}

static bool serves(const struct journal_memory *memory, struct sid sid, unsigned generation)
{
	const struct memory_session *session = mem_session(memory, sid);
	return session && session->generation == generation;
}

/* What was delivered and is in this history no more. */
static void tell_reset(struct journal_memory *memory, struct sid sid, unsigned generation, struct line **lost, size_t count)
{
	memory->up->reset(sid, memory->up_ctx);
	for (size_t i = 0; i < count && serves(memory, sid, generation); i++) {
		struct journal_entry entry = mem_line_entry(lost[i]);
		memory->up->orphan(sid, &entry.body, memory->up_ctx);
	}
}

static void do_reset(struct journal_memory *memory, struct op *op)
{
	struct memory_session *session = mem_session(memory, op->sid);
	if (session == NULL || !session->exists)
		return;
	uint64_t seq = op->forced ? op->seq : session->stable;
	struct line **lost = check_alloc(session->count, sizeof *lost);
	size_t count = mem_truncate(session, seq, lost);
	bool none = session->count == 0; /* nothing of it is left: as if it had not been created */
	session->term++;
	answer_open(memory, &op->sid, JOURNAL_AWAY, none ? JOURNAL_MEMORY_NEVER : op->fate);
	session = mem_session(memory, op->sid);
	if (session && session->open && memory->up) {
		unsigned generation = session->generation;
		tell_reset(memory, op->sid, generation, lost, count);
		session = mem_session(memory, op->sid);
		if (session && session->generation == generation && !none)
			deliver(memory, session);
		else if (session && session->generation == generation)
			memory->up->opened(op->sid, JOURNAL_ABSENT, 0, memory->up_ctx);
	}
	session = mem_session(memory, op->sid);
	if (session && none)
		mem_session_remove(memory, session);
	for (size_t i = 0; i < count; i++)
		free(lost[i]);
	free(lost);
}

enum journal_status mem_worst(const struct journal_memory *memory)
{
	enum journal_status worst = memory->status;
	for (size_t i = 0; i < memory->count && worst == JOURNAL_OK; i++)
		worst = memory->sessions[i]->status;
	return worst;
}

void mem_detach(struct journal_memory *memory)
{
	memory->up = NULL;
	memory->up_ctx = NULL;
	for (size_t i = 0; i < memory->count; i++) {
		memory->sessions[i]->open = memory->sessions[i]->opening = false;
		memory->sessions[i]->generation++;
	}
}

static void act(struct journal_memory *memory, struct op *op)
{
	struct memory_session *session = mem_session(memory, op->sid);
	switch (op->kind) {
	case CREATE:
	case APPEND:
		do_append(memory, op);
		break;
	case FIND:
		session = mem_session_of_code(memory, op->code);
		if (memory->status == JOURNAL_AWAY)
			op->fn.found(JOURNAL_AWAY, op->sid, op->ctx);
		else
			op->fn.found(session ? JOURNAL_OK : JOURNAL_ABSENT, session ? session->sid : op->sid, op->ctx);
		break;
	case OPEN:
		do_open(memory, op);
		break;
	case READ:
		do_read(memory, op);
		break;
	case SNAPSHOT:
		if (session && session->exists) {
			free(session->snapshot);
			session->snapshot_len = body_len(&op->line->body);
			session->snapshot = check_alloc(1, session->snapshot_len);
			memcpy(session->snapshot, op->line->bytes, session->snapshot_len);
			session->snapshot_position = op->line->position;
		}
		break;
	case STRIKE:
		do_strike(memory, op);
		break;
	case LIST:
		do_list(memory, op);
		break;
	case ERASE:
		if (session)
			mem_session_remove(memory, session);
		if (memory->up)
			memory->up->erased(op->sid, memory->up_ctx);
		break;
	case STABLE:
		if (session && session->history == op->history && (op->forced || !memory->hold))
			make_stable(memory, session, op->seq);
		break;
	case RESET:
		do_reset(memory, op);
		break;
	case PEERS:
		if (session && session->open && memory->up)
			memory->up->peers(op->sid, op->peers, op->peers_count, memory->up_ctx);
		break;
	case HEALTH:
		if (op->status != JOURNAL_OK)
			answer_open(memory, NULL, op->status, op->fate);
		if (memory->up)
			memory->up->health(op->status, op->status == memory->status ? memory->sentence : "", memory->up_ctx);
		break;
	case AIL: {
		enum journal_status worst = mem_worst(memory);
		if (memory->up)
			memory->up->health(worst, worst == JOURNAL_OK ? "" : "One of the places where sessions are kept is ill.", memory->up_ctx);
		break;
	}
	case STOP:
		mem_detach(memory);
		op->fn.done(op->ctx);
		break;
	}
}

/* --- the turn --- */

void mem_finish(struct journal_memory *memory)
{
	while (memory->ops) {
		struct op *op = memory->ops;
		memory->ops = op->next;
		mem_op_free(op);
	}
	while (memory->count)
		mem_session_remove(memory, memory->sessions[0]);
	free(memory->sessions);
	memory->magic = 0;
	free(memory);
}

static void pump(void *ctx)
{
	struct journal_memory *memory = CAST(ctx, journal_memory);
	memory->posted = false;
	memory->timer = NULL;
	if (memory->destroyed) {
		mem_finish(memory);
		return;
	}
	uint64_t now = loop_now(memory->loop);
	memory->pumping = true;
	/* Bounded, so that others on the loop get their turn when an upcall asks for more. */
	for (int i = 0; i < 1000 && memory->ops && memory->ops->due_ms <= now && !memory->destroyed; i++) {
		struct op *op = memory->ops;
		memory->ops = op->next;
		act(memory, op);
		mem_op_free(op);
	}
	memory->pumping = false;
	if (memory->destroyed)
		mem_finish(memory);
	else
		wake(memory);
}
