/* SPDX-License-Identifier: EUPL-1.2 */
/* So many a second, and a burst: a bucket that fills with time. Pure; a zeroed rate is an empty bucket, rate_fill makes a full one. */
#ifndef BOLLPLANK_SHELL_RATE_H
#define BOLLPLANK_SHELL_RATE_H
#include <stdbool.h>
#include <stdint.h>

struct rate {
	uint32_t thousandths; /* of one */
	uint32_t at_ms;       /* of the monotonic clock, cut: 49 days of silence count as a moment */
};

static inline void rate_fill(struct rate *rate, unsigned burst, uint64_t now_ms)
{
	*rate = (struct rate){ burst * 1000, (uint32_t)now_ms };
}

/* true: one more is within the rate, and is counted. */
static inline bool rate_take(struct rate *rate, unsigned per_second, unsigned burst, uint64_t now_ms)
{
	uint64_t have = rate->thousandths + (uint64_t)((uint32_t)now_ms - rate->at_ms) * per_second;
	rate->at_ms = (uint32_t)now_ms;
	if (have > burst * 1000ull)
		have = burst * 1000ull;
	rate->thousandths = (uint32_t)(have >= 1000 ? have - 1000 : have);
	return have >= 1000;
}
#endif
