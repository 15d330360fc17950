/* SPDX-License-Identifier: EUPL-1.2 */
#include "shell/loop_uv.h"
#include "base/check.h"
#include "shell/random.h"
#include <stdbool.h>
#include <time.h>

enum { MAGIC_loop_uv = 0x6c6f6f70 };

struct call {
	loop_fn fn;
	void *ctx;
};

/* A timer that has fired or was stopped goes to the spare list instead of being closed: uv_close would cost a turn
 * of the loop for each. There are at most as many as were ever running at once. */
struct loop_timer {
	uv_timer_t handle;
	struct loop_uv *loop;
	struct call call;
	struct loop_timer *next, *next_spare;
	bool running; /* libuv 1.50 calls a timer inactive that is due in this very turn */
};

struct calls {
	struct call *at;
	size_t count, room;
};

struct loop_uv {
	uint32_t magic;
	uv_loop_t uv;
	struct loop_timer *timers, *spare; /* every timer there is; those that are not running */
	uv_idle_t posts;                   /* active while there is something posted: the loop then does not sleep */
	struct calls posted, running;
	bool closing;
};

static uint64_t now_ms(void *self)
{
	struct loop_uv *loop = CAST(self, loop_uv);
	return uv_now(&loop->uv);
}

static uint64_t wall_ms(void *self)
{
	struct timespec t;
	(void)self;
	clock_gettime(CLOCK_REALTIME, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void on_timer(uv_timer_t *handle)
{
	struct loop_timer *timer = handle->data;
	struct call call = timer->call;
	timer->next_spare = timer->loop->spare;
	timer->running = false;
	timer->loop->spare = timer; /* before the call: it may start this very timer again */
	call.fn(call.ctx);
}

/* libuv keeps our promise 3: it orders timers by time, then by the order of starting. */
static struct loop_timer *after(void *self, uint64_t ms, loop_fn fn, void *ctx)
{
	struct loop_uv *loop = CAST(self, loop_uv);
	CHECK(!loop->closing);
	struct loop_timer *timer = loop->spare;
	if (timer) {
		loop->spare = timer->next_spare;
	} else {
		timer = check_alloc(1, sizeof *timer);
		CHECK(uv_timer_init(&loop->uv, &timer->handle) == 0);
		timer->handle.data = timer;
		timer->loop = loop;
		timer->next = loop->timers;
		loop->timers = timer;
	}
	timer->call = (struct call){ fn, ctx };
	timer->running = true;
	CHECK(uv_timer_start(&timer->handle, on_timer, ms, 0) == 0);
	return timer;
}

static void stop(void *self, struct loop_timer *timer)
{
	struct loop_uv *loop = CAST(self, loop_uv);
	if (timer == NULL || loop->closing)
		return;
	CHECK(timer->running); /* one that has fired is not the caller's any more */
	timer->running = false;
	uv_timer_stop(&timer->handle);
	timer->next_spare = loop->spare;
	loop->spare = timer;
}

static void on_posts(uv_idle_t *idle)
{
	struct loop_uv *loop = CAST(idle->data, loop_uv);
	struct calls batch = loop->posted;
	loop->posted = loop->running; /* empty, but with room: what is posted meanwhile comes in the next turn */
	loop->running = batch;
	for (size_t i = 0; i < batch.count && !loop->closing; i++)
		batch.at[i].fn(batch.at[i].ctx);
	loop->running.count = 0;
	if (loop->posted.count == 0 && !loop->closing)
		uv_idle_stop(idle);
}

static void post(void *self, loop_fn fn, void *ctx)
{
	struct loop_uv *loop = CAST(self, loop_uv);
	struct calls *posted = &loop->posted;
	CHECK(!loop->closing);
	if (posted->count == posted->room) {
		posted->room = posted->room ? posted->room * 2 : 64;
		posted->at = check_realloc(posted->at, posted->room, sizeof *posted->at);
	}
	posted->at[posted->count++] = (struct call){ fn, ctx };
	if (posted->count == 1)
		uv_idle_start(&loop->posts, on_posts);
}

struct work {
	uv_work_t request;
	loop_fn job, done;
	void *ctx;
};

static void on_work(uv_work_t *request)
{
	struct work *work = request->data;
	work->job(work->ctx);
}

static void on_work_done(uv_work_t *request, int status)
{
	struct work *work = request->data;
	struct work it = *work;
	CHECK(status == 0); /* we never cancel */
	free(work);
	it.done(it.ctx);
}

static void work(void *self, loop_fn job, loop_fn done, void *ctx)
{
	struct loop_uv *loop = CAST(self, loop_uv);
	struct work *it = check_alloc(1, sizeof *it);
	it->request.data = it;
	it->job = job;
	it->done = done;
	it->ctx = ctx;
	CHECK(uv_queue_work(&loop->uv, &it->request, on_work, on_work_done) == 0);
}

static void fill(void *self, void *out, size_t len)
{
	(void)self;
	random_fill(out, len);
}

static const struct loop_ops loop_uv_ops = {
	.now_ms = now_ms, .wall_ms = wall_ms, .after = after, .stop = stop,
	.post = post, .work = work, .random = fill,
};

struct loop_uv *loop_uv_create(void)
{
	struct loop_uv *loop = check_alloc(1, sizeof *loop);
	loop->magic = MAGIC_loop_uv;
	CHECK(uv_loop_init(&loop->uv) == 0);
	CHECK(uv_idle_init(&loop->uv, &loop->posts) == 0);
	loop->posts.data = loop;
	return loop;
}

struct loop loop_uv_port(struct loop_uv *loop)
{
	return (struct loop){ &loop_uv_ops, loop };
}

uv_loop_t *loop_uv_handle(struct loop_uv *loop)
{
	return &loop->uv;
}

void loop_uv_run(struct loop_uv *loop)
{
	uv_run(&loop->uv, UV_RUN_DEFAULT);
}

static void on_timer_closed(uv_handle_t *handle)
{
	free(handle->data);
}

void loop_uv_close(struct loop_uv *loop)
{
	if (loop->closing)
		return;
	loop->closing = true;
	for (struct loop_timer *timer = loop->timers, *next; timer; timer = next) {
		next = timer->next;
		uv_close((uv_handle_t *)&timer->handle, on_timer_closed);
	}
	uv_close((uv_handle_t *)&loop->posts, NULL);
}

void loop_uv_destroy(struct loop_uv *loop)
{
	if (loop == NULL)
		return;
	CHECK(uv_loop_close(&loop->uv) == 0);
	free(loop->posted.at);
	free(loop->running.at);
	loop->magic = 0;
	free(loop);
}
