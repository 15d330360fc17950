/* SPDX-License-Identifier: EUPL-1.2 */
/* A loop for tests: its clock moves only when told, its dice come from a seed, `work` runs inline, `done` comes by post.
 * The same calls and the same seed give the same run. port/loop.h's promises hold, with one thread. */
#ifndef BOLLPLANK_TESTS_LIB_LOOP_TEST_H
#define BOLLPLANK_TESTS_LIB_LOOP_TEST_H
#include "port/loop.h"
#include <stdbool.h>

struct loop_test;

struct loop_test *loop_test_create(uint64_t seed); /* monotonic clock at 1,000 ms; wall clock at 2026-01-01 00:00 UTC */
void loop_test_destroy(struct loop_test *test);    /* what is still posted or timed is dropped uncalled; NULL is fine */
struct loop loop_test_loop(struct loop_test *test);

/* One callback: the oldest posted one. false: nothing is posted. */
bool loop_test_step(struct loop_test *test);
/* All that is posted, and what that posts; returns how many ran. The clock stands still.
 * LOOP_TEST_MOST is so large that reaching it means callbacks that post each other for ever. */
enum { LOOP_TEST_MOST = 10 * 1000 * 1000 };
size_t loop_test_settle(struct loop_test *test);
/* Settle, then move both clocks by `ms`, firing what comes due at its own time and settling after each. */
void loop_test_advance(struct loop_test *test, uint64_t ms);
/* The same up to the next timer. false: there is none. */
bool loop_test_next(struct loop_test *test);
void loop_test_jump_wall(struct loop_test *test, int64_t ms); /* somebody set the clock */
size_t loop_test_timers(const struct loop_test *test);        /* running ones: a leak shows here */
/* A crash of the house: everything posted and timed is forgotten. The clocks and dice stay. Contexts are the caller's. */
void loop_test_forget(struct loop_test *test);
#endif
