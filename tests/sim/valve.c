/* SPDX-License-Identifier: EUPL-1.2 */
#include "sim/valve.h"
#include "base/check.h"

enum { MAGIC_valve = 0x76616c76, MAGIC_asked = 0x61736b65 };

enum what { UP, DOWN, REPLY, CLOSED };

struct told { /* something that the inner link said */
	struct told *next;
	enum what what;
	char *sentence;
	struct redis_reply *reply; /* NULL: cut */
	redis_reply_fn fn;
	void *ctx;
};

struct asked {
	uint32_t magic;
	struct valve *valve;
	struct asked *next, *before;
	redis_reply_fn fn;
	void *ctx;
};

struct valve {
	uint32_t magic;
	struct redis_link inner;
	struct loop loop;
	const struct redis_up *up;
	void *up_ctx;
	struct told *told, **end;
	struct asked *asked;
	void (*done)(void *ctx);
	void *done_ctx;
	bool closed;
};

static void reply_copy(const struct redis_reply *from, struct redis_reply *to)
{
	*to = *from;
	if (from->text.len) {
		void *at = check_alloc(1, from->text.len);
		memcpy(at, from->text.at, from->text.len);
		to->text.at = at;
	}
	struct redis_reply *items = from->count ? check_alloc(from->count, sizeof *items) : NULL;
	for (size_t i = 0; i < from->count; i++)
		reply_copy(&from->items[i], &items[i]);
	to->items = items;
}

static void reply_finish(struct redis_reply *reply)
{
	for (size_t i = 0; i < reply->count; i++)
		reply_finish((struct redis_reply *)&reply->items[i]);
	free((void *)reply->items);
	if (reply->text.len)
		free((void *)reply->text.at);
}

static void told_free(struct told *told)
{
	if (told->reply)
		reply_finish(told->reply);
	free(told->reply);
	free(told->sentence);
	free(told);
}

static void on_told(void *ctx)
{
	struct valve *valve = CAST(ctx, valve);
	struct told *told = valve->told;
	valve->told = told->next;
	if (valve->told == NULL)
		valve->end = &valve->told;
	switch (told->what) {
	case UP: valve->up->up(valve->up_ctx); break;
	case DOWN: valve->up->down(told->sentence, valve->up_ctx); break;
	case REPLY: told->fn(told->reply, told->ctx); break;
	case CLOSED: valve->done(valve->done_ctx); break;
	}
	told_free(told);
}

static struct told *tell(struct valve *valve, enum what what)
{
	struct told *told = check_alloc(1, sizeof *told);
	told->what = what;
	*valve->end = told;
	valve->end = &told->next;
	loop_post(valve->loop, on_told, valve);
	return told;
}

static void on_up(void *ctx)
{
	tell(CAST(ctx, valve), UP);
}

static void on_down(const char *sentence, void *ctx)
{
	struct told *told = tell(CAST(ctx, valve), DOWN);
	size_t size = strlen(sentence) + 1;
	told->sentence = check_alloc(1, size);
	memcpy(told->sentence, sentence, size);
}

static void asked_free(struct asked *asked)
{
	*(asked->before ? &asked->before->next : &asked->valve->asked) = asked->next;
	if (asked->next)
		asked->next->before = asked->before;
	asked->magic = 0;
	free(asked);
}

static void on_reply(const struct redis_reply *reply, void *ctx)
{
	struct asked *asked = CAST(ctx, asked);
	struct told *told = tell(asked->valve, REPLY);
	told->fn = asked->fn;
	told->ctx = asked->ctx;
	if (reply) {
		told->reply = check_alloc(1, sizeof *told->reply);
		reply_copy(reply, told->reply);
	}
	asked_free(asked);
}

static void on_closed(void *ctx)
{
	struct valve *valve = CAST(ctx, valve);
	valve->closed = true;
	tell(valve, CLOSED);
}

static const struct redis_up inner_up = { .up = on_up, .down = on_down };

static void op_listen(void *self, const struct redis_up *up, void *ctx)
{
	struct valve *valve = CAST(self, valve);
	valve->up = up;
	valve->up_ctx = ctx;
	valve->inner.ops->listen(valve->inner.self, &inner_up, valve);
}

static bool op_ask(void *self, const struct slice *words, size_t count, unsigned patience_ms, redis_reply_fn reply, void *ctx)
{
	struct valve *valve = CAST(self, valve);
	struct asked *asked = check_alloc(1, sizeof *asked);
	*asked = (struct asked){ .magic = MAGIC_asked, .valve = valve, .next = valve->asked, .fn = reply, .ctx = ctx };
	if (valve->asked)
		valve->asked->before = asked;
	valve->asked = asked;
	bool taken = valve->inner.ops->ask(valve->inner.self, words, count, patience_ms, on_reply, asked);
	if (!taken)
		asked_free(asked);
	return taken;
}

static void op_hang_up(void *self)
{
	struct valve *valve = CAST(self, valve);
	valve->inner.ops->hang_up(valve->inner.self);
}

static void op_close(void *self, void (*done)(void *ctx), void *ctx)
{
	struct valve *valve = CAST(self, valve);
	valve->done = done;
	valve->done_ctx = ctx;
	valve->inner.ops->close(valve->inner.self, on_closed, valve);
}

struct valve *valve_create(struct redis_link inner, struct loop loop)
{
	struct valve *valve = check_alloc(1, sizeof *valve);
	*valve = (struct valve){ .magic = MAGIC_valve, .inner = inner, .loop = loop, .end = &valve->told };
	return valve;
}

struct redis_link valve_link(struct valve *valve)
{
	static const struct redis_link_ops ops = { .listen = op_listen, .ask = op_ask, .hang_up = op_hang_up, .close = op_close };
	return (struct redis_link){ &ops, valve };
}

bool valve_closed(const struct valve *valve)
{
	return valve->closed;
}

void valve_destroy(struct valve *valve)
{
	if (valve == NULL)
		return;
	while (valve->told) {
		struct told *told = valve->told;
		valve->told = told->next;
		told_free(told);
	}
	while (valve->asked)
		asked_free(valve->asked);
	valve->magic = 0;
	free(valve);
}
