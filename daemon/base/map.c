/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/map.h"
#include "base/check.h"

void map_finish(struct map *map)
{
	free(map->slots);
	*map = (struct map){ 0 };
}

/* Where the key is, or the empty slot where it would be. */
static size_t slot_of(const struct map *map, uint64_t key)
{
	size_t i = map_mix(key) & (map->room - 1);
	while (map->slots[i].value && map->slots[i].key != key)
		i = (i + 1) & (map->room - 1);
	return i;
}

uint32_t map_get(const struct map *map, uint64_t key)
{
	return map->room ? map->slots[slot_of(map, key)].value : 0;
}

static void grow(struct map *map)
{
	struct map bigger = { .room = map->room ? map->room * 2 : 8 };
	bigger.slots = check_alloc(bigger.room, sizeof *bigger.slots);
	for (size_t i = 0; i < map->room; i++)
		if (map->slots[i].value)
			bigger.slots[slot_of(&bigger, map->slots[i].key)] = map->slots[i];
	bigger.count = map->count;
	free(map->slots);
	*map = bigger;
}

void map_set(struct map *map, uint64_t key, uint32_t value)
{
	CHECK(value != 0);
	if (2 * (map->count + 1) > map->room)
		grow(map);
	struct map_slot *slot = &map->slots[slot_of(map, key)];
	map->count += slot->value == 0;
	*slot = (struct map_slot){ key, value };
}

void map_remove(struct map *map, uint64_t key)
{
	if (map->room == 0)
		return;
	size_t hole = slot_of(map, key);
	if (map->slots[hole].value == 0)
		return;
	map->count--;
	/* Move back whatever would no longer be found behind the hole. */
	for (size_t i = (hole + 1) & (map->room - 1); map->slots[i].value; i = (i + 1) & (map->room - 1)) {
		size_t home = map_mix(map->slots[i].key) & (map->room - 1);
		bool between = hole < i ? home > hole && home <= i : home > hole || home <= i;
		if (!between) {
			map->slots[hole] = map->slots[i];
			hole = i;
		}
	}
	map->slots[hole].value = 0;
}
