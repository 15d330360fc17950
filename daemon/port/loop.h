/* SPDX-License-Identifier: EUPL-1.2 */
/* The one thread's loop, as everything above the adapters sees it. shell/loop_uv.c is the real one; the simulator is another:
 * its clock moves only when it says so, its dice come from a seed, and it runs `work` inline.
 *
 * 1. Every callback of every port comes on the loop's thread, never from inside the call that asked for it.
 * 2. now_ms is monotonic and does not move while a callback runs. wall_ms is UTC and may jump either way: for people and
 *    for `at_ms` only, no rule compares it.
 * 3. A timer fires once, not before its time, in the order of times, equal times in the order of starting.
 *    after() never returns NULL. stop() before it fires: it never fires. A timer is gone once it has fired or was stopped.
 * 4. post: once, soon, in order of posting.
 * 5. work: `job` on some other thread (it may touch nothing but its argument), then `done` on the loop's.
 *    At most LOOP_WORKERS jobs run at a time; they may finish in any order.
 * 6. random: uniformly random bytes, fit for keys. */
#ifndef BOLLPLANK_PORT_LOOP_H
#define BOLLPLANK_PORT_LOOP_H
#include <stddef.h>
#include <stdint.h>

enum { LOOP_WORKERS = 4 };

struct loop_timer; /* the adapter's */
typedef void (*loop_fn)(void *ctx);

struct loop_ops {
	uint64_t (*now_ms)(void *loop);
	uint64_t (*wall_ms)(void *loop);
	struct loop_timer *(*after)(void *loop, uint64_t ms, loop_fn fn, void *ctx);
	void (*stop)(void *loop, struct loop_timer *timer); /* NULL is fine */
	void (*post)(void *loop, loop_fn fn, void *ctx);
	void (*work)(void *loop, loop_fn job, loop_fn done, void *ctx);
	void (*random)(void *loop, void *out, size_t len);
};

/* Passed by value: the ops and whom they are for. */
struct loop {
	const struct loop_ops *ops;
	void *self;
};

static inline uint64_t loop_now(struct loop loop) { return loop.ops->now_ms(loop.self); }
static inline uint64_t loop_wall(struct loop loop) { return loop.ops->wall_ms(loop.self); }
static inline struct loop_timer *loop_after(struct loop loop, uint64_t ms, loop_fn fn, void *ctx)
{
	return loop.ops->after(loop.self, ms, fn, ctx);
}
static inline void loop_stop(struct loop loop, struct loop_timer *timer) { loop.ops->stop(loop.self, timer); }
static inline void loop_post(struct loop loop, loop_fn fn, void *ctx) { loop.ops->post(loop.self, fn, ctx); }
static inline void loop_work(struct loop loop, loop_fn job, loop_fn done, void *ctx)
{
	loop.ops->work(loop.self, job, done, ctx);
}
static inline void loop_random(struct loop loop, void *out, size_t len) { loop.ops->random(loop.self, out, len); }
#endif
