/* SPDX-License-Identifier: EUPL-1.2 */
#include "shell/journal_memory.h"
#include "base/check.h"
#include "base/limits.h"
#include "shell/journal_chain.h"
#include "wire/pack.h"
#include <stdio.h>

enum { MAGIC_journal_memory = 0x6a6d656d };

/* One entry on the "disk"; the parts lie behind it. */
struct line {
	struct position position;
	uint64_t at_ms;
	unsigned struck;
	struct chain chain;
	uint8_t digest[32];
	size_t head_len, form_len, text_len;
	uint8_t bytes[];
};

struct memory_session {
	struct sid sid;
	struct code code;
	bool exists, open, opening; /* exists: its first entry is placed */
	unsigned generation;        /* of open and close: an answer to an earlier one is nobody's */
	unsigned history;           /* a stability of before a reset means nothing after it */
	uint32_t term;              /* of the next append */
	struct line **lines;
	size_t count, room;
	uint64_t stable, told, damaged_seq; /* told: what the house knows of stable */
	struct position snapshot_position;
	uint8_t *snapshot;
	size_t snapshot_len;
	struct pack published; /* what the house says of itself */
	bool behind;           /* controls */
	enum journal_status status;
};

enum kind { CREATE, APPEND, FIND, OPEN, READ, SNAPSHOT, STRIKE, LIST, ERASE, STABLE, RESET, PEERS, HEALTH, AIL, STOP };

struct op {
	struct op *next;
	enum kind kind;
	uint64_t due_ms;
	struct sid sid;
	struct code code;
	unsigned generation, history, parts;
	bool taken, forced; /* CREATE: the name exists; STABLE: also while held; RESET: down to `seq`, also what is stable */
	enum journal_status status;
	uint64_t tag, seq, until;
	struct slice *peers; /* PEERS: each in memory of its own */
	size_t peers_count;
	struct line *line;
	enum journal_memory_fate fate;
	union {
		journal_found_fn found;
		journal_list_fn each;
		journal_sink_fn sink;
		void (*done)(void *ctx);
	} fn;
	void *ctx;
};

struct journal_memory {
	uint32_t magic;
	struct loop loop;
	const struct journal_up *up;
	void *up_ctx;
	struct memory_session **sessions;
	size_t count;
	struct op *ops; /* in the order of doing */
	uint64_t last_due_ms;
	bool posted, pumping, destroyed;
	struct loop_timer *timer;
	/* Controls. */
	uint64_t late_ms, lag_ms;
	bool hold;
	unsigned refuse, unsure;
	enum journal_status refuse_why, status;
	unsigned rules;
	enum journal_memory_fate unsure_fate;
	char sentence[160];
};

static struct memory_session *find_sid(const struct journal_memory *memory, struct sid sid)
{
	for (size_t i = 0; i < memory->count; i++)
		if (sid_equal(memory->sessions[i]->sid, sid))
			return memory->sessions[i];
	return NULL;
}

static struct memory_session *find_code(const struct journal_memory *memory, struct code code)
{
	for (size_t i = 0; i < memory->count; i++)
		if (memory->sessions[i]->exists && strcmp(memory->sessions[i]->code.text, code.text) == 0)
			return memory->sessions[i];
	return NULL;
}

static struct memory_session *session_add(struct journal_memory *memory, struct sid sid, struct code code)
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

static void session_remove(struct journal_memory *memory, struct memory_session *session)
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
	entry.body.form = slice_of(form, line->struck & JOURNAL_FORM ? 0 : line->form_len);
	entry.body.text = slice_of(text, line->struck & JOURNAL_TEXT ? 0 : line->text_len);
	memcpy(entry.body.digest, line->digest, sizeof line->digest);
	return entry;
}

/* --- the queue ------------------------------------------------------------------------------------------------ */

static void pump(void *ctx);

/* Asks nothing of the loop when there is none: the last of us may be freed after the loop has closed. */
static void timer_stop(struct journal_memory *memory)
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
	timer_stop(memory);
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

/* What the house asks is done in its order, also when `late` was lowered in between. */
static struct op *ask_in_order(struct journal_memory *memory, enum kind kind, struct sid sid)
{
	uint64_t due = loop_now(memory->loop) + memory->late_ms;
	if (due < memory->last_due_ms)
		due = memory->last_due_ms;
	memory->last_due_ms = due;
	return ask(memory, kind, sid, due);
}

/* Before all that waits, after others of its kind. */
static struct op *ask_first(struct journal_memory *memory, enum kind kind, struct sid sid)
{
	return ask(memory, kind, sid, 0);
}

static void op_free(struct op *op)
{
	free(op->line);
	for (size_t i = 0; i < op->peers_count; i++)
		free((void *)(uintptr_t)op->peers[i].at);
	free(op->peers);
	free(op);
}

/* --- doing ---------------------------------------------------------------------------------------------------- */

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

/* Gives the line its place; returns it. */
static struct line *place(struct journal_memory *memory, struct memory_session *session, struct op *op)
{
	struct line *line = op->line, *last = session->count ? session->lines[session->count - 1] : NULL;
	uint64_t now = loop_wall(memory->loop);
	op->line = NULL;
	line->position = (struct position){ session->term, session->count + 1 };
	line->at_ms = last && last->at_ms > now ? last->at_ms : now;
	line->chain = chain_next(last ? last->chain : (struct chain){ { 0 } }, line->position, line->at_ms, line->digest);
	if (session->count == session->room) {
		session->room = session->room ? session->room * 2 : 64;
		session->lines = check_realloc(session->lines, session->room, sizeof *session->lines);
	}
	session->lines[session->count++] = line;
	return line;
}

static void do_append(struct journal_memory *memory, struct op *op)
{
	struct memory_session *session = find_sid(memory, op->sid);
	const struct journal_up *up = memory->up;
	bool ours = op->tag != 0 && up && (session == NULL || session->generation == op->generation);
	enum journal_status why = JOURNAL_OK;
	if (op->taken || (op->kind == CREATE && find_code(memory, op->code))) {
		why = JOURNAL_TAKEN;
	} else if (session == NULL) {
		why = JOURNAL_ABSENT; /* erased meanwhile */
	} else if (op->tag && memory->refuse) {
		memory->refuse--;
		why = memory->refuse_why;
	}
	if (why != JOURNAL_OK) {
		if (session && !session->exists && !op->taken)
			session_remove(memory, session);
		if (ours)
			up->refused(op->sid, op->tag, why, memory->up_ctx);
		return;
	}
	if (op->tag && memory->unsure) {
		memory->unsure--;
		enum journal_memory_fate fate = memory->unsure_fate;
		if (fate == JOURNAL_MEMORY_NEVER && !session->exists)
			session_remove(memory, session);
		if (fate == JOURNAL_MEMORY_LATE) {
			struct op *late = ask(memory, op->kind, op->sid, loop_now(memory->loop) + JOURNAL_MEMORY_LATE_MS);
			late->code = op->code;
			late->line = op->line;
			op->line = NULL;
		}
		if (ours)
			up->unsure(op->sid, op->tag, memory->up_ctx);
		session = find_sid(memory, op->sid);
		if (fate != JOURNAL_MEMORY_SOON || session == NULL)
			return;
		ours = false;
	}
	struct line *line = place(memory, session, op);
	if (!session->exists) {
		session->exists = true;
		session->open = memory->up != NULL && session->generation == op->generation;
	}
	if (session->open && memory->up) {
		struct journal_entry entry = line_entry(line);
		memory->up->entry(op->sid, &entry, ours ? op->tag : 0, memory->up_ctx);
		session = find_sid(memory, op->sid);
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
		if ((session = find_sid(memory, sid)) == NULL || session->generation != generation)
			return;
		struct journal_entry entry = line_entry(session->lines[i]);
		up->entry(sid, &entry, 0, memory->up_ctx);
	}
	if ((session = find_sid(memory, sid)) == NULL || session->generation != generation)
		return;
	session->open = true;
	session->opening = false;
	if (!memory->hold && memory->lag_ms == 0)
		session->stable = session->count;
	else
		become_stable(memory, session);
	session->told = session->stable;
	up->stable(sid, session->stable, memory->up_ctx);
	if ((session = find_sid(memory, sid)) != NULL && session->generation == generation)
		up->opened(sid, JOURNAL_OK, 0, memory->up_ctx);
}

static void do_open(struct journal_memory *memory, struct op *op)
{
	struct memory_session *session = find_sid(memory, op->sid);
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
		struct memory_session *session = find_sid(memory, op->sid); /* anew: a sink may have it erased */
		bool exists = session && session->exists;
		bool damaged = exists && session->damaged_seq && seq >= session->damaged_seq && seq <= op->until;
		if (!exists || damaged || seq > session->count || seq > op->until) {
			op->fn.sink(NULL, damaged ? JOURNAL_DAMAGED : exists ? JOURNAL_OK : JOURNAL_ABSENT, op->ctx);
			return;
		}
		struct journal_entry entry = line_entry(session->lines[seq - 1]);
		op->fn.sink(&entry, JOURNAL_OK, op->ctx);
	}
}

static void do_strike(struct journal_memory *memory, struct op *op)
{
	struct memory_session *session = find_sid(memory, op->sid);
	if (session && op->seq >= 1 && op->seq <= session->count) {
		struct line *line = session->lines[op->seq - 1];
		bool fresh = (line->struck | op->parts) != line->struck;
		line->struck |= op->parts;
		if (op->parts & JOURNAL_FORM)
			memset(line->bytes + line->head_len, 0, line->form_len);
		if (op->parts & JOURNAL_TEXT)
			memset(line->bytes + line->head_len + line->form_len, 0, line->text_len);
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
		struct memory_session *session = find_sid(memory, op->sid);
		struct sid of = op->sid;
		uint64_t tag = op->tag;
		bool ours = session && session->generation == op->generation;
		op->tag = 0;
		if (why == JOURNAL_FULL || fate == JOURNAL_MEMORY_NEVER) {
			*at = op->next;
			if (session && !session->exists && !op->taken)
				session_remove(memory, session);
			op_free(op);
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

/* Cuts the log behind `seq`. The lines are freed, or handed over in `lost`, which has room for all. */
static size_t truncate_to(struct memory_session *session, uint64_t seq, struct line **lost)
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

static bool serves(const struct journal_memory *memory, struct sid sid, unsigned generation)
{
	const struct memory_session *session = find_sid(memory, sid);
	return session && session->generation == generation;
}

/* What was delivered and is in this history no more. */
static void tell_reset(struct journal_memory *memory, struct sid sid, unsigned generation, struct line **lost, size_t count)
{
	memory->up->reset(sid, memory->up_ctx);
	for (size_t i = 0; i < count && serves(memory, sid, generation); i++) {
		struct journal_entry entry = line_entry(lost[i]);
		memory->up->orphan(sid, &entry.body, memory->up_ctx);
	}
}

static void do_reset(struct journal_memory *memory, struct op *op)
{
	struct memory_session *session = find_sid(memory, op->sid);
	if (session == NULL || !session->exists)
		return;
	uint64_t seq = op->forced ? op->seq : session->stable;
	struct line **lost = check_alloc(session->count, sizeof *lost);
	size_t count = truncate_to(session, seq, lost);
	bool none = session->count == 0; /* nothing of it is left: as if it had not been created */
	session->term++;
	answer_open(memory, &op->sid, JOURNAL_AWAY, none ? JOURNAL_MEMORY_NEVER : op->fate);
	session = find_sid(memory, op->sid);
	if (session && session->open && memory->up) {
		unsigned generation = session->generation;
		tell_reset(memory, op->sid, generation, lost, count);
		session = find_sid(memory, op->sid);
		if (session && session->generation == generation && !none)
			deliver(memory, session);
		else if (session && session->generation == generation)
			memory->up->opened(op->sid, JOURNAL_ABSENT, 0, memory->up_ctx);
	}
	session = find_sid(memory, op->sid);
	if (session && none)
		session_remove(memory, session);
	for (size_t i = 0; i < count; i++)
		free(lost[i]);
	free(lost);
}

static enum journal_status worst_of(const struct journal_memory *memory)
{
	enum journal_status worst = memory->status;
	for (size_t i = 0; i < memory->count && worst == JOURNAL_OK; i++)
		worst = memory->sessions[i]->status;
	return worst;
}

static void detach(struct journal_memory *memory)
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
	struct memory_session *session = find_sid(memory, op->sid);
	switch (op->kind) {
	case CREATE:
	case APPEND:
		do_append(memory, op);
		break;
	case FIND:
		session = find_code(memory, op->code);
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
			session->snapshot_len = op->line->head_len;
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
			session_remove(memory, session);
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
		enum journal_status worst = worst_of(memory);
		if (memory->up)
			memory->up->health(worst, worst == JOURNAL_OK ? "" : "One of the places where sessions are kept is ill.", memory->up_ctx);
		break;
	}
	case STOP:
		detach(memory);
		op->fn.done(op->ctx);
		break;
	}
}

static void finish(struct journal_memory *memory)
{
	while (memory->ops) {
		struct op *op = memory->ops;
		memory->ops = op->next;
		op_free(op);
	}
	while (memory->count)
		session_remove(memory, memory->sessions[0]);
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
		finish(memory);
		return;
	}
	uint64_t now = loop_now(memory->loop);
	memory->pumping = true;
	/* Bounded, so that others on the loop get their turn when an upcall asks for more. */
	for (int i = 0; i < 1000 && memory->ops && memory->ops->due_ms <= now && !memory->destroyed; i++) {
		struct op *op = memory->ops;
		memory->ops = op->next;
		act(memory, op);
		op_free(op);
	}
	memory->pumping = false;
	if (memory->destroyed)
		finish(memory);
	else
		wake(memory);
}

/* --- the port ------------------------------------------------------------------------------------------------- */

static void listen_to(void *self, const struct journal_up *up, void *ctx)
{
	struct journal_memory *memory = CAST(self, journal_memory);
	CHECK(memory->up == NULL);
	memory->up = up;
	memory->up_ctx = ctx;
}

static int take(struct journal_memory *memory, struct memory_session *session, enum kind kind, struct code code,
	const struct body *body, uint64_t tag)
{
	struct op *op = ask_in_order(memory, kind, session->sid);
	op->code = code;
	op->generation = session->generation;
	op->tag = tag;
	op->line = line_create(body);
	return 0;
}

static bool oversized(const struct body *body)
{
	return body->head.len + body->form.len + body->text.len > LIMIT_ENTRY;
}

static int create(void *self, struct sid sid, struct code code, const struct body *body, uint64_t tag)
{
	struct journal_memory *memory = CAST(self, journal_memory);
	CHECK(tag != 0 && !oversized(body));
	if (memory->status != JOURNAL_OK)
		return memory->status;
	if (journal_memory_pending(memory) >= LIMIT_PENDING_APPENDS)
		return JOURNAL_FULL;
	struct memory_session *session = find_sid(memory, sid);
	if (session) { /* told by post, like every answer */
		struct op *op = ask_in_order(memory, CREATE, sid);
		op->taken = true;
		op->generation = session->generation;
		op->tag = tag;
		return 0;
	}
	return take(memory, session_add(memory, sid, code), CREATE, code, body, tag);
}

static int append(void *self, struct sid sid, const struct body *body, uint64_t tag)
{
	struct journal_memory *memory = CAST(self, journal_memory);
	struct memory_session *session = find_sid(memory, sid);
	CHECK(tag != 0 && !oversized(body));
	if (session == NULL || !session->open)
		return JOURNAL_ABSENT;
	if (memory->status != JOURNAL_OK || session->status != JOURNAL_OK)
		return memory->status != JOURNAL_OK ? memory->status : session->status;
	if (journal_memory_pending(memory) >= LIMIT_PENDING_APPENDS)
		return JOURNAL_FULL;
	return take(memory, session, APPEND, session->code, body, tag);
}

static void find(void *self, struct code code, journal_found_fn found, void *ctx)
{
	struct op *op = ask_in_order(CAST(self, journal_memory), FIND, sid_of(0));
	op->code = code;
	op->fn.found = found;
	op->ctx = ctx;
}

static void open_session(void *self, struct sid sid)
{
	struct journal_memory *memory = CAST(self, journal_memory);
	struct memory_session *session = find_sid(memory, sid);
	if (session) {
		CHECK(!session->open && !session->opening);
		session->opening = true;
		session->generation++;
	}
	ask_in_order(memory, OPEN, sid)->generation = session ? session->generation : 0;
}

static void read_session(void *self, struct sid sid, uint64_t from, uint64_t until, journal_sink_fn sink, void *ctx)
{
	struct op *op = ask_in_order(CAST(self, journal_memory), READ, sid);
	op->seq = from;
	op->until = until;
	op->fn.sink = sink;
	op->ctx = ctx;
}

static void snapshot(void *self, struct sid sid, struct position position, struct slice bytes)
{
	struct op *op = ask_in_order(CAST(self, journal_memory), SNAPSHOT, sid);
	op->line = line_create(&(struct body){ .head = bytes });
	op->line->position = position;
}

static void strike(void *self, struct sid sid, uint64_t seq, unsigned parts)
{
	struct op *op = ask_in_order(CAST(self, journal_memory), STRIKE, sid);
	op->seq = seq;
	op->parts = parts;
}

static void list(void *self, journal_list_fn each, void *ctx)
{
	struct op *op = ask_in_order(CAST(self, journal_memory), LIST, sid_of(0));
	op->fn.each = each;
	op->ctx = ctx;
}

static void erase(void *self, struct sid sid)
{
	ask_in_order(CAST(self, journal_memory), ERASE, sid);
}

static void close_session(void *self, struct sid sid)
{
	struct memory_session *session = find_sid(CAST(self, journal_memory), sid);
	if (session) {
		session->open = session->opening = false;
		session->generation++;
		pack_clear(&session->published);
	}
}

static enum journal_status state(void *self, const struct sid *sid, const char **sentence)
{
	struct journal_memory *memory = CAST(self, journal_memory);
	const struct memory_session *session = sid ? find_sid(memory, *sid) : NULL;
	if (sentence)
		*sentence = memory->sentence;
	if (memory->status != JOURNAL_OK || (sid && session == NULL))
		return memory->status;
	return session ? session->status : worst_of(memory);
}

static bool level(void *self, struct sid sid)
{
	const struct memory_session *session = find_sid(CAST(self, journal_memory), sid);
	return session && session->open && !session->behind;
}

static void publish(void *self, struct sid sid, struct slice bytes)
{
	struct memory_session *session = find_sid(CAST(self, journal_memory), sid);
	if (session == NULL || !session->open)
		return;
	pack_clear(&session->published);
	pack_raw(&session->published, bytes);
}

static unsigned rules(void *self)
{
	return CAST(self, journal_memory)->rules;
}

static void stop(void *self, void (*done)(void *ctx), void *ctx)
{
	struct journal_memory *memory = CAST(self, journal_memory);
	struct op *op = ask_in_order(memory, STOP, sid_of(0));
	op->fn.done = done;
	op->ctx = ctx;
}

/* --- what tests command --------------------------------------------------------------------------------------- */

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
	struct op *op = ask_in_order(memory, STABLE, session->sid);
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
	struct memory_session *session = find_sid(memory, sid);
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
	struct op *op = ask_first(memory, HEALTH, sid_of(0));
	op->status = status;
	op->fate = fate;
}

void journal_memory_state_of(struct journal_memory *memory, struct sid sid, enum journal_status status)
{
	struct memory_session *session = find_sid(memory, sid);
	if (session == NULL || session->status == status)
		return;
	session->status = status;
	ask_first(memory, AIL, sid);
}

void journal_memory_lose(struct journal_memory *memory, struct sid sid, enum journal_memory_fate fate)
{
	ask_first(memory, RESET, sid)->fate = fate;
}

void journal_memory_lose_to(struct journal_memory *memory, struct sid sid, uint64_t seq)
{
	struct op *op = ask_first(memory, RESET, sid);
	op->fate = JOURNAL_MEMORY_NEVER;
	op->forced = true;
	op->seq = seq;
}

void journal_memory_behind(struct journal_memory *memory, struct sid sid, bool behind)
{
	struct memory_session *session = find_sid(memory, sid);
	if (session)
		session->behind = behind;
}

void journal_memory_peers(struct journal_memory *memory, struct sid sid, const struct slice *published, size_t count)
{
	struct op *op = ask_in_order(memory, PEERS, sid);
	op->peers = check_alloc(count, sizeof *op->peers);
	op->peers_count = count;
	for (size_t i = 0; i < count; i++) {
		uint8_t *bytes = check_alloc(1, published[i].len);
		if (published[i].len)
			memcpy(bytes, published[i].at, published[i].len);
		op->peers[i] = slice_of(bytes, published[i].len);
	}
}

struct slice journal_memory_published(const struct journal_memory *memory, struct sid sid)
{
	const struct memory_session *session = find_sid(memory, sid);
	return session ? pack_bytes(&session->published) : slice_of(NULL, 0);
}

void journal_memory_rules(struct journal_memory *memory, unsigned newest)
{
	memory->rules = newest;
}

int journal_memory_foreign(struct journal_memory *memory, struct sid sid, const struct body *body)
{
	struct memory_session *session = find_sid(memory, sid);
	if (session == NULL || !session->exists)
		return JOURNAL_ABSENT;
	return take(memory, session, APPEND, session->code, body, 0);
}

void journal_memory_damage(struct journal_memory *memory, struct sid sid, uint64_t seq)
{
	struct memory_session *session = find_sid(memory, sid);
	if (session)
		session->damaged_seq = seq;
}

void journal_memory_crash(struct journal_memory *memory, unsigned what)
{
	CHECK(!memory->pumping); /* a house cannot be dropped from inside its own upcall */
	timer_stop(memory);
	memory->posted = false; /* the loop forgets it, or it comes and finds nothing to do */
	detach(memory);
	while (memory->ops) {
		struct op *op = memory->ops;
		struct memory_session *session = find_sid(memory, op->sid);
		memory->ops = op->next;
		bool append = op->kind == APPEND || (op->kind == CREATE && !op->taken && find_code(memory, op->code) == NULL);
		if (append && session && what & JOURNAL_MEMORY_PENDING) {
			place(memory, session, op);
			session->exists = true;
		}
		op_free(op);
	}
	memory->last_due_ms = memory->late_ms = memory->lag_ms = 0;
	memory->refuse = memory->unsure = 0;
	memory->status = JOURNAL_OK;
	for (size_t i = memory->count; i-- > 0;) {
		struct memory_session *session = memory->sessions[i];
		session->status = JOURNAL_OK;
		session->behind = false;
		if (what & JOURNAL_MEMORY_TAIL && truncate_to(session, session->stable, NULL))
			session->term++;
		if (session->count == 0)
			session_remove(memory, session);
	}
}

struct position journal_memory_tip(const struct journal_memory *memory, struct sid sid)
{
	const struct memory_session *session = find_sid(memory, sid);
	return session && session->count ? session->lines[session->count - 1]->position : (struct position){ 0, 0 };
}

uint64_t journal_memory_stable(const struct journal_memory *memory, struct sid sid)
{
	const struct memory_session *session = find_sid(memory, sid);
	return session ? session->stable : 0;
}

bool journal_memory_entry(const struct journal_memory *memory, struct sid sid, uint64_t seq, struct journal_entry *out)
{
	const struct memory_session *session = find_sid(memory, sid);
	if (session == NULL || seq < 1 || seq > session->count)
		return false;
	*out = line_entry(session->lines[seq - 1]);
	return true;
}

size_t journal_memory_pending(const struct journal_memory *memory)
{
	size_t n = 0;
	for (const struct op *op = memory->ops; op; op = op->next)
		n += op->tag != 0;
	return n;
}

struct journal_memory *journal_memory_create(struct loop loop)
{
	struct journal_memory *memory = check_alloc(1, sizeof *memory);
	memory->magic = MAGIC_journal_memory;
	memory->loop = loop;
	memory->rules = RULES_NEWEST;
	return memory;
}

/* A posted pump cannot be called back: it then frees what is left. */
void journal_memory_destroy(struct journal_memory *memory)
{
	if (memory == NULL)
		return;
	timer_stop(memory);
	detach(memory);
	if (memory->posted || memory->pumping)
		memory->destroyed = true;
	else
		finish(memory);
}

static const struct journal_ops ops = {
	.name = "memory",
	.durability = "gone when the process ends",
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

struct journal journal_memory_port(struct journal_memory *memory)
{
	return (struct journal){ .ops = &ops, .self = memory };
}
