/* SPDX-License-Identifier: EUPL-1.2 */
#include "shell/rooming.h"
#include "base/check.h"
#include "base/limits.h"

uint32_t rooming_count(enum rooming_wish wish, uint32_t number, uint32_t members)
{
	if (number == 0)
		return 0;
	/* To the nearest number of rooms: 75 people in rooms of six are thirteen rooms, seven people are one room. */
	uint64_t rooms = wish == ROOMING_COUNT ? number : ((uint64_t)members + number / 2) / number;
	if (rooms == 0)
		rooms = 1;
	return rooms <= LIMIT_ROOMS ? (uint32_t)rooms : 0;
}

static uint64_t draw(uint64_t *state)
{
	uint64_t x = *state += 0x9e3779b97f4a7c15u; /* splitmix64, seeded with random bytes: a fair lot for seats, no secret */
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
	return x ^ (x >> 31);
}

static uint64_t below(uint64_t *state, uint64_t most)
{
	uint64_t limit = UINT64_MAX - UINT64_MAX % most, x;
	do
		x = draw(state);
	while (x >= limit);
	return x % most;
}

static void shuffle(struct rooming_member *members, uint32_t count, uint64_t *state)
{
	for (uint32_t i = count; i > 1; i--) {
		uint32_t j = (uint32_t)below(state, i);
		struct rooming_member x = members[i - 1];
		members[i - 1] = members[j];
		members[j] = x;
	}
}

static int by_organisation(const void *x, const void *y)
{
	const struct rooming_member *a = x, *b = y;
	return (a->organisation > b->organisation) - (a->organisation < b->organisation);
}

/* Stable, so that the lot within an organisation stays. Members come by the thousand, seldom: a merge sort is enough. */
static void sort_by_organisation(struct rooming_member *members, struct rooming_member *room, uint32_t count)
{
	if (count < 2)
		return;
	uint32_t half = count / 2, a = 0, b = half;
	sort_by_organisation(members, room, half);
	sort_by_organisation(members + half, room, count - half);
	memcpy(room, members, count * sizeof *members);
	for (uint32_t i = 0; i < count; i++)
		members[i] = b == count || (a < half && by_organisation(&room[a], &room[b]) <= 0) ? room[a++] : room[b++];
}

void rooming_draw(struct rooming_member *members, uint32_t *room_of, uint32_t count, uint32_t rooms, bool mix, uint64_t seed)
{
	CHECK(rooms > 0);
	shuffle(members, count, &seed);
	if (mix && count) {
		struct rooming_member *room = check_alloc(count, sizeof *room);
		sort_by_organisation(members, room, count);
		free(room);
	}
	/* Dealt like cards: sizes differ by one at most, and neighbours, who with mix are colleagues, land in different rooms.
	 * Which rooms get the one more is the lot's too. */
	uint32_t first = (uint32_t)below(&seed, rooms);
	for (uint32_t i = 0; i < count; i++)
		room_of[i] = (uint32_t)(((uint64_t)first + i) % rooms) + 1;
}

void rooming_pack(const struct rooming_member *members, const uint32_t *room_of, uint32_t count, uint32_t rooms, struct pack *out)
{
	uint32_t most = 0;
	for (uint32_t i = 0; i < count; i++)
		if (members[i].member > most)
			most = members[i].member;
	/* Room by member, then one pass in the order of members: both ascend. */
	uint32_t *seat = check_alloc((size_t)most + 1, sizeof *seat), *begin = check_alloc((size_t)rooms + 2, sizeof *begin),
		 *sorted = check_alloc(count, sizeof *sorted);
	for (uint32_t i = 0; i < count; i++) {
		seat[members[i].member] = room_of[i];
		begin[room_of[i] + 1]++;
	}
	for (uint32_t r = 1; r <= rooms + 1; r++)
		begin[r] += begin[r - 1];
	for (uint32_t m = 0; m <= most; m++)
		if (seat[m])
			sorted[begin[seat[m]]++] = m;
	pack_array(out, rooms);
	for (uint32_t r = 1, at = 0; r <= rooms; r++) { /* begin[r] is now the end of r */
		pack_array(out, 1 + (size_t)(begin[r] - at));
		pack_uint(out, r);
		for (; at < begin[r]; at++)
			pack_uint(out, sorted[at]);
	}
	free(seat);
	free(begin);
	free(sorted);
}
