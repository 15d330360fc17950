/* SPDX-License-Identifier: EUPL-1.2 */
/* Numbers to numbers, by open addressing. For finding only: it has no order, so nothing that must be the same on every instance walks it. */
#ifndef BOLLPLANK_BASE_MAP_H
#define BOLLPLANK_BASE_MAP_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct map {
	struct map_slot {
		uint64_t key;
		uint32_t value; /* 0: empty */
	} *slots;
	size_t room, count;
};

void map_finish(struct map *map); /* a zeroed map is an empty one; finish makes it that again */
uint32_t map_get(const struct map *map, uint64_t key);     /* 0: not there */
void map_set(struct map *map, uint64_t key, uint32_t value); /* value not 0; replaces */
void map_remove(struct map *map, uint64_t key);

/* For keys of several numbers: well mixed, the same everywhere. */
static inline uint64_t map_mix(uint64_t x)
{
	x ^= x >> 30;
	x *= 0xbf58476d1ce4e5b9u; /* splitmix64's finisher */
	x ^= x >> 27;
	x *= 0x94d049bb133111ebu;
	return x ^ x >> 31;
}
#endif
