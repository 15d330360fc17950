/* SPDX-License-Identifier: EUPL-1.2 */
/* One seed: a workshop with its people, its mishaps and its checkers. */
#ifndef BOLLPLANK_TESTS_SIM_WORLD_H
#define BOLLPLANK_TESTS_SIM_WORLD_H
#include "sim/ground.h"
#include "wire/entry.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MISHAPS_MOST = 32 };

struct world_result {
	bool failed;
	char reason[256];
	uint64_t events;         /* frames, messages and mishaps */
	uint64_t entries, acknowledged, refused, refused_volatile, replies_later, replies_unsure;
	uint64_t lost;           /* acknowledged and not in the log */
	uint64_t divergences;    /* pictures or digests that differ */
	uint64_t crashes, resets, nights, reconnects, checked_tallies, checked_pictures, checked_texts, checked_accords, checked_pauses, checked_courses;
	uint64_t excused;        /* acknowledged, and lost when nobody was left who had it */
	uint64_t late;           /* acknowledged, and its page went on in a history that had been opened while all who had it were hung or beyond reach */
	uint64_t undone, told;   /* acknowledged, and judged otherwise in the history that counts; pages that heard that history changed */
	uint64_t compared;       /* states of two houses at one position */
	uint64_t settled_ms;     /* how long it took until all was level again; the longest */
	uint64_t gone;           /* sessions of which nobody had anything left */
	uint64_t mishaps[MISHAPS_MOST];
	uint64_t commands[64];   /* in the log, by command */
	uint64_t observed;       /* hash of all frames to the observer up to the first reveal */
};

enum { SWAP_EVERY = 4 }; /* each so many seeds, others' ballots are permuted and the observer's frames compared */

/* swapped: the others' ballots are permuted among them; nothing else differs. The observer must not be able to tell. */
void world_run(const struct ground *ground, uint64_t seed, bool swapped, bool verbose, struct world_result *out);
/* What may befall several houses; NULL: no more. In the order of world_result.mishaps. */
const char *world_mishap(unsigned number);
#endif
