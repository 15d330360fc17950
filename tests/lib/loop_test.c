/* SPDX-License-Identifier: EUPL-1.2 */
#include "lib/loop_test.h"
#include "base/check.h"
#include <string.h>

struct loop_timer {
	struct loop_timer *next;
	uint64_t due_ms;
	loop_fn fn;
	void *ctx;
};

struct posted {
	loop_fn fn;
	void *ctx;
};

enum { MAGIC_loop_test = 0x6c6f6f70 };

struct loop_test {
	uint32_t magic;
	uint64_t now_ms, wall_ms, dice;
	struct loop_timer *timers; /* by due time, then by age */
	struct posted *posted;     /* a ring */
	size_t first, count, room;
};

static uint64_t now_ms(void *self)
{
	return CAST(self, loop_test)->now_ms;
}

static uint64_t wall_ms(void *self)
{
	return CAST(self, loop_test)->wall_ms;
}

static struct loop_timer *after(void *self, uint64_t ms, loop_fn fn, void *ctx)
{
	struct loop_test *test = CAST(self, loop_test);
	struct loop_timer *timer = check_alloc(1, sizeof *timer);
	*timer = (struct loop_timer){ .due_ms = test->now_ms + ms, .fn = fn, .ctx = ctx };
	struct loop_timer **at = &test->timers;
	while (*at && (*at)->due_ms <= timer->due_ms)
		at = &(*at)->next;
	timer->next = *at;
	*at = timer;
	return timer;
}

static void stop(void *self, struct loop_timer *timer)
{
	struct loop_test *test = CAST(self, loop_test);
	if (timer == NULL)
		return;
	struct loop_timer **at = &test->timers;
	while (*at && *at != timer)
		at = &(*at)->next;
	CHECK(*at == timer); /* stopped twice, or after it fired */
	*at = timer->next;
	free(timer);
}

static void post(void *self, loop_fn fn, void *ctx)
{
	struct loop_test *test = CAST(self, loop_test);
	if (test->count == test->room) {
		size_t room = test->room ? test->room * 2 : 64;
		struct posted *more = check_alloc(room, sizeof *more);
		for (size_t i = 0; i < test->count; i++)
			more[i] = test->posted[(test->first + i) % test->room];
		free(test->posted);
		test->posted = more;
		test->room = room;
		test->first = 0;
	}
	test->posted[(test->first + test->count++) % test->room] = (struct posted){ fn, ctx };
}

static void work(void *self, loop_fn job, loop_fn done, void *ctx)
{
	job(ctx);
	post(self, done, ctx);
}

static void dice(void *self, void *out, size_t len)
{
	struct loop_test *test = CAST(self, loop_test);
	uint8_t *at = out;
	while (len) {
		uint64_t x = test->dice += 0x9e3779b97f4a7c15u; /* splitmix64: every seed is a good one */
		x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
		x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
		x ^= x >> 31;
		size_t n = len < sizeof x ? len : sizeof x;
		memcpy(at, &x, n);
		at += n;
		len -= n;
	}
}

static const struct loop_ops ops = {
	.now_ms = now_ms, .wall_ms = wall_ms, .after = after, .stop = stop, .post = post, .work = work, .random = dice,
};

struct loop_test *loop_test_create(uint64_t seed)
{
	struct loop_test *test = check_alloc(1, sizeof *test);
	test->magic = MAGIC_loop_test;
	test->now_ms = 1000;
	test->wall_ms = 1767225600000;
	test->dice = seed;
	return test;
}

void loop_test_forget(struct loop_test *test)
{
	while (test->timers)
		stop(test, test->timers);
	test->count = 0;
}

void loop_test_destroy(struct loop_test *test)
{
	if (test == NULL)
		return;
	loop_test_forget(test);
	free(test->posted);
	test->magic = 0;
	free(test);
}

struct loop loop_test_loop(struct loop_test *test)
{
	return (struct loop){ .ops = &ops, .self = test };
}

bool loop_test_step(struct loop_test *test)
{
	if (test->count == 0)
		return false;
	struct posted next = test->posted[test->first];
	test->first = (test->first + 1) % test->room;
	test->count--;
	next.fn(next.ctx);
	return true;
}

size_t loop_test_settle(struct loop_test *test)
{
	size_t n = 0;
	while (loop_test_step(test))
		CHECK(++n < LOOP_TEST_MOST);
	return n;
}

static void move_to(struct loop_test *test, uint64_t ms)
{
	if (ms <= test->now_ms)
		return;
	test->wall_ms += ms - test->now_ms;
	test->now_ms = ms;
}

static void fire(struct loop_test *test)
{
	struct loop_timer *timer = test->timers;
	test->timers = timer->next;
	move_to(test, timer->due_ms);
	loop_fn fn = timer->fn;
	void *ctx = timer->ctx;
	free(timer);
	fn(ctx);
	loop_test_settle(test);
}

void loop_test_advance(struct loop_test *test, uint64_t ms)
{
	uint64_t until = test->now_ms + ms;
	loop_test_settle(test);
	while (test->timers && test->timers->due_ms <= until)
		fire(test);
	move_to(test, until);
}

bool loop_test_next(struct loop_test *test)
{
	loop_test_settle(test);
	if (test->timers == NULL)
		return false;
	fire(test);
	return true;
}

void loop_test_jump_wall(struct loop_test *test, int64_t ms)
{
	test->wall_ms += (uint64_t)ms;
}

size_t loop_test_timers(const struct loop_test *test)
{
	size_t n = 0;
	for (const struct loop_timer *timer = test->timers; timer; timer = timer->next)
		n++;
	return n;
}
