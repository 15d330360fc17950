/* SPDX-License-Identifier: EUPL-1.2 */
/* Proposes who sits where. Pure: the same members, wish and random bytes give the same plan; no decision, the step checks the plan. */
#ifndef BOLLPLANK_SHELL_ROOMING_H
#define BOLLPLANK_SHELL_ROOMING_H
#include "wire/pack.h"

struct rooming_member {
	uint32_t member, organisation; /* organisation 0: none */
};

enum rooming_wish { ROOMING_SIZE = 0, ROOMING_COUNT = 1 }; /* README clause 4.9: rooms of about so many, or so many rooms */

/* How many rooms the wish makes of so many people; 0: the wish cannot be met (nothing asked for, or more than LIMIT_ROOMS). */
uint32_t rooming_count(enum rooming_wish wish, uint32_t number, uint32_t members);

/* Sizes differ by one at most. mix: people of one organisation are dealt to different rooms as far as that goes; otherwise by lot alone.
 * Sorts `members` (that is where the lot falls): afterwards members[i] sits in room_of[i], rooms numbered from 1. seed: uniformly random. */
void rooming_draw(struct rooming_member *members, uint32_t *room_of, uint32_t count, uint32_t rooms, bool mix, uint64_t seed);

/* The plan as the form of a `rooms` command: [[room, member, ...], ...], rooms and members ascending. */
void rooming_pack(const struct rooming_member *members, const uint32_t *room_of, uint32_t count, uint32_t rooms, struct pack *out);
#endif
