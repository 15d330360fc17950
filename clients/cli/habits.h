/* SPDX-License-Identifier: EUPL-1.2 */
/* What simulated people do with their page: answer what is open, take the room's pen and write with it, hand it over, lead, turn the
 * room's pages, agree to its ballot, raise a hand, say that the room is ready. */
#ifndef BOLLPLANK_CLI_HABITS_H
#define BOLLPLANK_CLI_HABITS_H
#include "crowd.h"
struct pack;

/* One turn of somebody who is awake and has joined, on one of their devices. */
void habits_act(struct person *person, struct device *device);
void habits_act_offline(struct person *person, struct device *device); /* writes on, with the pen as it was last seen */
/* A ballot that the question takes, written to ${out}; empty: taken back, or there is nothing to choose from. */
void habits_ballot(struct person *person, const struct page *page, const struct question *question, struct pack *out);
uint32_t habits_every_ms(enum temper temper); /* about how long between turns */
#endif
