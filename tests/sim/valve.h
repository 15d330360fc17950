/* SPDX-License-Identifier: EUPL-1.2 */
/* A link to Redis (port/redis.h) whose upcalls come by a given loop: so what Redis says to an instance that is hung waits until it goes on, and ends with it. */
#ifndef BOLLPLANK_TESTS_SIM_VALVE_H
#define BOLLPLANK_TESTS_SIM_VALVE_H
#include "port/loop.h"
#include "port/redis.h"

struct valve;
struct valve *valve_create(struct redis_link inner, struct loop loop);
struct redis_link valve_link(struct valve *valve);
bool valve_closed(const struct valve *valve);  /* its user has closed it: the inner link is gone too */
void valve_destroy(struct valve *valve);       /* no upcall any more; the inner link is the caller's, and must be gone first. NULL is fine */
#endif
