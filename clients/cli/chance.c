/* SPDX-License-Identifier: EUPL-1.2 */
#include "chance.h"
#include "base/check.h"
#include <sys/random.h>

void chance_secure(void *out, size_t len)
{
	uint8_t *at = out;
	while (len > 0) {
		size_t part = len < 256 ? len : 256; /* so much comes whole or not at all (getrandom(2)) */
		CHECK(getrandom(at, part, 0) == (ssize_t)part);
		at += part;
		len -= part;
	}
}

/* SplitMix64 (Steele, Lea, Flood 2014). */
static uint64_t next(struct chance *dice)
{
	uint64_t z = dice->state += 0x9e3779b97f4a7c15u;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

uint32_t chance_below(struct chance *dice, uint32_t limit)
{
	return limit == 0 ? 0 : (uint32_t)(next(dice) % limit);
}
