/* SPDX-License-Identifier: EUPL-1.2 */
/* The promises of port/loop.h, asked of the real loop. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <pthread.h>
#include <cmocka.h>
#include "base/check.h"
#include "shell/loop_uv.h"

/* What happened, a letter for each, in order. */
static struct world {
	struct loop_uv *uv;
	struct loop loop;
	char seen[256];
	bool inside; /* a call of the port: no callback may come now */
	struct loop_timer *timer;
	unsigned times;
	uint64_t begun_ms;
	pthread_t thread;
} w;

static int world_set(void **state)
{
	(void)state;
	memset(&w, 0, sizeof w);
	w.uv = loop_uv_create();
	w.loop = loop_uv_port(w.uv);
	w.begun_ms = loop_now(w.loop);
	w.thread = pthread_self();
	return 0;
}

static int world_clear(void **state)
{
	(void)state;
	loop_uv_destroy(w.uv); /* CHECKs that nothing is left */
	return 0;
}

static void see(void *letter)
{
	CHECK(!w.inside);
	strcat(w.seen, letter);
}

static void end(void *ctx)
{
	(void)ctx;
	loop_uv_close(w.uv);
}

static void run_for(uint64_t ms)
{
	loop_after(w.loop, ms, end, NULL);
	loop_uv_run(w.uv);
}

static void timers_in_order(void **state)
{
	(void)state;
	w.inside = true;
	loop_after(w.loop, 30, see, "d");
	loop_after(w.loop, 10, see, "b");
	loop_after(w.loop, 0, see, "a");
	loop_after(w.loop, 10, see, "c"); /* equal times: as they were started */
	struct loop_timer *stopped = loop_after(w.loop, 20, see, "x");
	loop_stop(w.loop, stopped);
	loop_stop(w.loop, NULL);
	w.inside = false;
	run_for(60);
	assert_string_equal(w.seen, "abcd");
}

static void again(void *ctx)
{
	see(ctx);
	assert_true(loop_now(w.loop) >= w.begun_ms + 5 * (uint64_t)++w.times); /* not before its time */
	if (w.times < 5)
		loop_after(w.loop, 5, again, ctx);
}

static void stop_the_other(void *ctx)
{
	see(ctx);
	loop_stop(w.loop, w.timer);
}

static void timers_from_timers(void **state)
{
	(void)state;
	loop_after(w.loop, 5, again, "t");
	run_for(80);
	assert_string_equal(w.seen, "ttttt");
}

/* Both are due in the same turn; the first stops the second, which then does not come. */
static void stopped_by_a_neighbour(void **state)
{
	(void)state;
	loop_after(w.loop, 5, stop_the_other, "a");
	w.timer = loop_after(w.loop, 5, see, "x");
	loop_after(w.loop, 5, see, "b");
	run_for(30);
	assert_string_equal(w.seen, "ab");
}

static void post_more(void *ctx)
{
	see(ctx);
	loop_post(w.loop, see, "d");
}

static void posts_in_order(void **state)
{
	(void)state;
	w.inside = true;
	loop_post(w.loop, see, "a");
	loop_post(w.loop, post_more, "b");
	loop_post(w.loop, see, "c");
	w.inside = false;
	run_for(20);
	assert_string_equal(w.seen, "abcd");
}

static void post_much(void *ctx)
{
	(void)ctx;
	if (++w.times < 1000)
		loop_post(w.loop, post_much, NULL);
}

/* Posts that post do not keep timers from coming. */
static void posts_do_not_starve(void **state)
{
	(void)state;
	loop_post(w.loop, post_much, NULL);
	loop_after(w.loop, 1, see, "t");
	run_for(100);
	assert_int_equal(w.times, 1000);
	assert_string_equal(w.seen, "t");
}

struct job {
	pthread_t thread;
	bool done;
};

static void job_run(void *ctx)
{
	struct job *job = ctx;
	job->thread = pthread_self();
}

static void job_done(void *ctx)
{
	struct job *job = ctx;
	job->done = true;
	CHECK(pthread_equal(pthread_self(), w.thread) && !w.inside);
}

static void work_elsewhere(void **state)
{
	struct job jobs[8] = { 0 };
	(void)state;
	w.inside = true;
	for (unsigned i = 0; i < 8; i++)
		loop_work(w.loop, job_run, job_done, &jobs[i]);
	w.inside = false;
	run_for(0); /* work under way is waited for */
	for (unsigned i = 0; i < 8; i++)
		assert_true(jobs[i].done && !pthread_equal(jobs[i].thread, w.thread));
}

static void dice(void **state)
{
	uint8_t bytes[2][32] = { 0 }, zeros[32] = { 0 };
	(void)state;
	loop_random(w.loop, bytes[0], 32);
	loop_random(w.loop, bytes[1], 32);
	assert_memory_not_equal(bytes[0], bytes[1], 32);
	assert_memory_not_equal(bytes[0], zeros, 32);
	run_for(0);
}

/* Whatever has not come when the loop is closed never comes, and leaves nothing. */
static void nothing_after_the_end(void **state)
{
	(void)state;
	loop_after(w.loop, 0, end, NULL);
	loop_after(w.loop, 10000, see, "x");
	loop_uv_run(w.uv);
	assert_string_equal(w.seen, "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set, world_clear)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(timers_in_order), TEST(timers_from_timers), TEST(stopped_by_a_neighbour), TEST(posts_in_order), TEST(posts_do_not_starve),
		TEST(work_elsewhere), TEST(dice), TEST(nothing_after_the_end),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	uv_library_shutdown();
	return failed;
}
