/* SPDX-License-Identifier: EUPL-1.2 */
#include "shell/journal_memory_inner.h"

static bool oversized(const struct body *body)
{
	return body_len(body) > LIMIT_ENTRY;
}

static void listen_to(void *self, const struct journal_up *up, void *ctx)
{
	struct journal_memory *memory = CAST(self, journal_memory);
	CHECK(memory->up == NULL);
	memory->up = up;
	memory->up_ctx = ctx;
}

static int create(void *self, struct sid sid, struct code code, const struct body *body, uint64_t tag)
{
	struct journal_memory *memory = CAST(self, journal_memory);
	CHECK(tag != 0 && !oversized(body));
	if (memory->status != JOURNAL_OK)
		return memory->status;
	if (journal_memory_pending(memory) >= LIMIT_PENDING_APPENDS)
		return JOURNAL_FULL;
	struct memory_session *session = mem_session(memory, sid);
	if (session) { /* told by post, like every answer */
		struct op *op = mem_ask_in_order(memory, CREATE, sid);
		op->taken = true;
		op->generation = session->generation;
		op->tag = tag;
		return 0;
	}
	return mem_take(memory, mem_session_add(memory, sid, code), CREATE, code, body, tag);
}

static int append(void *self, struct sid sid, const struct body *body, uint64_t tag)
{
	struct journal_memory *memory = CAST(self, journal_memory);
	struct memory_session *session = mem_session(memory, sid);
	CHECK(tag != 0 && !oversized(body));
	if (session == NULL || !session->open)
		return JOURNAL_ABSENT;
	if (memory->status != JOURNAL_OK || session->status != JOURNAL_OK)
		return memory->status != JOURNAL_OK ? memory->status : session->status;
	if (journal_memory_pending(memory) >= LIMIT_PENDING_APPENDS)
		return JOURNAL_FULL;
	return mem_take(memory, session, APPEND, session->code, body, tag);
}

static void find(void *self, struct code code, journal_found_fn found, void *ctx)
{
	struct op *op = mem_ask_in_order(CAST(self, journal_memory), FIND, sid_of(0));
	op->code = code;
	op->fn.found = found;
	op->ctx = ctx;
}

static void open_session(void *self, struct sid sid)
{
	struct journal_memory *memory = CAST(self, journal_memory);
	struct memory_session *session = mem_session(memory, sid);
	if (session) {
		CHECK(!session->open && !session->opening);
		session->opening = true;
		session->generation++;
	}
	mem_ask_in_order(memory, OPEN, sid)->generation = session ? session->generation : 0;
}

static void read_session(void *self, struct sid sid, uint64_t from, uint64_t until, journal_sink_fn sink, void *ctx)
{
	struct op *op = mem_ask_in_order(CAST(self, journal_memory), READ, sid);
	op->seq = from;
	op->until = until;
	op->fn.sink = sink;
	op->ctx = ctx;
}

static void snapshot(void *self, struct sid sid, struct position position, struct slice bytes)
{
	struct op *op = mem_ask_in_order(CAST(self, journal_memory), SNAPSHOT, sid);
	op->line = mem_line_create(&(struct body){ .head = bytes });
	op->line->position = position;
}

static void strike(void *self, struct sid sid, uint64_t seq, unsigned parts)
{
	struct op *op = mem_ask_in_order(CAST(self, journal_memory), STRIKE, sid);
	op->seq = seq;
	op->parts = parts;
}

static void list(void *self, journal_list_fn each, void *ctx)
{
	struct op *op = mem_ask_in_order(CAST(self, journal_memory), LIST, sid_of(0));
	op->fn.each = each;
	op->ctx = ctx;
}

static void erase(void *self, struct sid sid)
{
	mem_ask_in_order(CAST(self, journal_memory), ERASE, sid);
}

static void close_session(void *self, struct sid sid)
{
	struct memory_session *session = mem_session(CAST(self, journal_memory), sid);
	if (session) {
		session->open = session->opening = false;
		session->generation++;
		pack_clear(&session->published);
	}
}

static enum journal_status state(void *self, const struct sid *sid, const char **sentence)
{
	struct journal_memory *memory = CAST(self, journal_memory);
	const struct memory_session *session = sid ? mem_session(memory, *sid) : NULL;
	if (sentence)
		*sentence = memory->sentence;
	if (memory->status != JOURNAL_OK || (sid && session == NULL))
		return memory->status;
	return session ? session->status : mem_worst(memory);
}

static bool level(void *self, struct sid sid)
{
	const struct memory_session *session = mem_session(CAST(self, journal_memory), sid);
	return session && session->open && !session->behind;
}

static void publish(void *self, struct sid sid, struct slice bytes)
{
	struct memory_session *session = mem_session(CAST(self, journal_memory), sid);
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
	struct op *op = mem_ask_in_order(memory, STOP, sid_of(0));
	op->fn.done = done;
	op->ctx = ctx;
}

/* --- beginning and end --- */

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
	mem_timer_stop(memory);
	mem_detach(memory);
	if (memory->posted || memory->pumping)
		memory->destroyed = true;
	else
		mem_finish(memory);
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
