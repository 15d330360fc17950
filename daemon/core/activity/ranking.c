/* SPDX-License-Identifier: EUPL-1.2 */
/* Ranking: the first k of the items, in order. Config [k]; a ballot is [item, place, ...], places from 1 without holes, each once; fewer than k may be
 * placed. Counted after Borda: place 1 is worth k, place k is worth 1, no place nothing. */
#include "core/activity.h"

static bool read_config(struct slice config, uint32_t *k)
{
	return config_read(config, k, 1) && *k >= 1 && *k <= LIMIT_ITEMS;
}

static enum fault check_config(struct slice config)
{
	uint32_t k;
	return read_config(config, &k) ? FAULT_none : FAULT_bad_config;
}

static enum fault check_ballot(struct slice config, const struct subset *subset, struct slice ballot)
{
	uint32_t k;
	struct votes votes;
	bool taken[LIMIT_ITEMS + 1] = { false };
	if (!read_config(config, &k))
		return FAULT_bad_config;
	enum fault fault = votes_read(ballot, subset, &votes);
	if (fault != FAULT_none)
		return fault;
	if (votes.count > k)
		return FAULT_over_budget;
	for (size_t i = 0; i < votes.count; i++) {
		uint32_t place = votes.at[i].value; /* n of them, each once, none above n: there is no hole */
		if (place > votes.count || taken[place])
			return FAULT_bad_ballot;
		taken[place] = true;
	}
	return FAULT_none;
}

/* The items with the longest numbers, all k placed. */
static size_t longest(struct slice config, const struct subset *subset)
{
	uint32_t k = 0, placed = 0;
	size_t bytes = 3; /* array 16 */
	if (!read_config(config, &k))
		return bytes;
	for (uint32_t item = LIMIT_ITEMS; item >= 1 && placed < k; item--)
		if (subset_has(subset, item)) {
			placed++;
			bytes += item > 127 ? 2 : 1;
			bytes += placed > 127 ? 2 : 1;
		}
	return bytes;
}

static uint32_t points(struct slice config, uint32_t value)
{
	uint32_t k;
	return read_config(config, &k) && value >= 1 && value <= k ? k + 1 - value : 0;
}

static void tally(struct slice config, const struct ballots *ballots, struct pack *out)
{
	votes_sum(ballots, config, points, out);
}

const struct activity_kind activity_ranking = {
	.name = "ranking",
	.ballot_max = 3 + 4 * LIMIT_ITEMS,
	.check_config = check_config,
	.check_ballot = check_ballot,
	.longest = longest,
	.tally = tally,
	.points = points,
};
