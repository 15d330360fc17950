/* SPDX-License-Identifier: EUPL-1.2 */
/* One seed: a workshop with its people, its mishaps and its checkers. */
#ifndef BOLLPLANK_TESTS_SIM_WORLD_H
#define BOLLPLANK_TESTS_SIM_WORLD_H
#include "wire/entry.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct world_result {
	bool failed;
	char reason[256];
	uint64_t events;         /* frames, messages and mishaps */
	uint64_t entries, acknowledged, refused, refused_volatile, replies_later, replies_unsure;
	uint64_t lost;           /* acknowledged and not in the log */
	uint64_t divergences;    /* pictures or digests that differ */
	uint64_t crashes, resets, nights, reconnects, checked_tallies, checked_pictures, checked_texts;
	uint64_t commands[64];   /* in the log, by command */
	uint64_t observed;       /* hash of all frames to the observer up to the first reveal */
};

enum { SWAP_EVERY = 4 }; /* each so many seeds, others' ballots are permuted and the observer's frames compared */

/* swapped: the others' ballots are permuted among them; nothing else differs. The observer must not be able to tell. */
void world_run(uint64_t seed, bool swapped, bool verbose, struct world_result *out);
#endif
