/* SPDX-License-Identifier: EUPL-1.2 */
/* A loop within a loop: what one life of the house has posted and timed ends with it, while pages and disk go on. Lives may lie within lives. */
#ifndef BOLLPLANK_TESTS_SIM_LIFE_H
#define BOLLPLANK_TESTS_SIM_LIFE_H
#include "port/loop.h"
#include <stdbool.h>

struct life;
struct life *life_create(struct loop loop);
struct loop life_loop(struct life *life);
void life_pause(struct life *life, bool paused); /* hung, as by SIGSTOP: what comes due waits, and comes in its order when it goes on */
void life_end(struct life *life); /* nothing of it is called any more; its memory goes once the outer loop has run what was posted */
#endif
