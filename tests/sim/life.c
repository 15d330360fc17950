/* SPDX-License-Identifier: EUPL-1.2 */
#include "sim/life.h"
#include "base/check.h"

enum { MAGIC_life = 0x6c696665 };

struct loop_timer {
	struct life *life;
	struct loop_timer *next, *before;
	struct loop_timer *inner; /* of the outer loop; NULL: posted, or held */
	struct loop_timer *held;  /* the next that came due while the life was paused */
	loop_fn job, fn;
	void *ctx;
};

struct life {
	uint32_t magic;
	struct loop loop;
	bool over, paused;
	size_t posted;
	struct loop_timer *timers;
	struct loop_timer *due, *called; /* held, oldest first: timers, and what was posted */
};

static void hold(struct loop_timer **at, struct loop_timer *timer)
{
	while (*at)
		at = &(*at)->held;
	timer->held = NULL;
	*at = timer;
}

static void timer_free(struct loop_timer *timer)
{
	*(timer->before ? &timer->before->next : &timer->life->timers) = timer->next;
	if (timer->next)
		timer->next->before = timer->before;
	free(timer);
}

static void fire(void *ctx)
{
	struct loop_timer *timer = ctx;
	if (timer->life->paused) {
		timer->inner = NULL;
		hold(&timer->life->due, timer);
		return;
	}
	loop_fn fn = timer->fn;
	void *with = timer->ctx;
	timer_free(timer);
	fn(with);
}

static struct loop_timer *after(void *self, uint64_t ms, loop_fn fn, void *ctx)
{
	struct life *life = CAST(self, life);
	struct loop_timer *timer = check_alloc(1, sizeof *timer);
	*timer = (struct loop_timer){ .life = life, .next = life->timers, .fn = fn, .ctx = ctx };
	if (life->timers)
		life->timers->before = timer;
	life->timers = timer;
	timer->inner = loop_after(life->loop, ms, fire, timer);
	return timer;
}

static void stop(void *self, struct loop_timer *timer)
{
	struct life *life = CAST(self, life);
	if (timer == NULL)
		return;
	loop_stop(life->loop, timer->inner);
	for (struct loop_timer **at = &life->due; timer->inner == NULL && *at; at = &(*at)->held)
		if (*at == timer) {
			*at = timer->held;
			break;
		}
	timer_free(timer);
}

static void life_settle(struct life *life)
{
	if (!life->over || life->posted)
		return;
	life->magic = 0;
	free(life);
}

static void posted(void *ctx)
{
	struct loop_timer *call = ctx;
	struct life *life = call->life;
	if (life->paused && !life->over) {
		hold(&life->called, call);
		return;
	}
	life->posted--;
	if (!life->over && call->job)
		call->job(call->ctx);
	if (!life->over)
		call->fn(call->ctx);
	free(call);
	life_settle(life);
}

static void post_call(struct life *life, loop_fn job, loop_fn fn, void *ctx)
{
	struct loop_timer *call = check_alloc(1, sizeof *call);
	*call = (struct loop_timer){ .life = life, .job = job, .fn = fn, .ctx = ctx };
	life->posted++;
	loop_post(life->loop, posted, call);
}

static void post(void *self, loop_fn fn, void *ctx)
{
	post_call(CAST(self, life), NULL, fn, ctx);
}

static void work(void *self, loop_fn job, loop_fn done, void *ctx)
{
	post_call(CAST(self, life), job, done, ctx);
}

static uint64_t now_ms(void *self)
{
	return loop_now(CAST(self, life)->loop);
}

static uint64_t wall_ms(void *self)
{
	return loop_wall(CAST(self, life)->loop);
}

static void dice(void *self, void *out, size_t len)
{
	loop_random(CAST(self, life)->loop, out, len);
}

struct life *life_create(struct loop loop)
{
	struct life *life = check_alloc(1, sizeof *life);
	life->magic = MAGIC_life;
	life->loop = loop;
	return life;
}

struct loop life_loop(struct life *life)
{
	static const struct loop_ops ops = {
		.now_ms = now_ms, .wall_ms = wall_ms, .after = after, .stop = stop, .post = post, .work = work, .random = dice,
	};
	return (struct loop){ &ops, life };
}

void life_pause(struct life *life, bool paused)
{
	life->paused = paused;
	while (!paused && life->called) {
		struct loop_timer *call = life->called;
		life->called = call->held;
		loop_post(life->loop, posted, call);
	}
	while (!paused && life->due) {
		struct loop_timer *timer = life->due;
		life->due = timer->held;
		timer->inner = loop_after(life->loop, 0, fire, timer);
	}
}

void life_end(struct life *life)
{
	life_pause(life, false);
	while (life->timers)
		stop(life, life->timers);
	life->over = true;
	life_settle(life);
}
