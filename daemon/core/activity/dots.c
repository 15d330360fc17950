/* SPDX-License-Identifier: EUPL-1.2 */
/* Dots: a budget of dots over items, at most `cap` on one. Config [dots, cap]. */
#include "core/activity.h"

static bool read_config(struct slice config, uint32_t *dots, uint32_t *cap)
{
	uint32_t numbers[2];
	if (!config_read(config, numbers, 2))
		return false;
	*dots = numbers[0];
	*cap = numbers[1];
	return *dots >= 1 && *dots <= LIMIT_ITEMS && *cap >= 1 && *cap <= *dots;
}

static enum fault check_config(struct slice config)
{
	uint32_t dots, cap;
	return read_config(config, &dots, &cap) ? FAULT_none : FAULT_bad_config;
}

static enum fault check_ballot(struct slice config, const struct subset *subset, struct slice ballot)
{
	uint32_t dots, cap, placed = 0;
	struct votes votes;
	if (!read_config(config, &dots, &cap))
		return FAULT_bad_config;
	enum fault fault = votes_read(ballot, subset, &votes);
	if (fault != FAULT_none)
		return fault;
	for (size_t i = 0; i < votes.count; i++) {
		if (votes.at[i].value > cap)
			return FAULT_over_cap;
		placed += votes.at[i].value;
	}
	return placed <= dots ? FAULT_none : FAULT_over_budget;
}

/* One dot on each of the items with the longest numbers. */
static size_t longest(struct slice config, const struct subset *subset)
{
	uint32_t dots = 0, cap;
	size_t bytes = 3; /* array 16 */
	read_config(config, &dots, &cap);
	for (uint32_t item = LIMIT_ITEMS; item >= 1 && dots; item--)
		if (subset_has(subset, item)) {
			bytes += item > 127 ? 4 : 3; /* the item, and a value that may need two bytes */
			dots--;
		}
	return bytes;
}

static uint32_t points(struct slice config, uint32_t value)
{
	(void)config;
	return value;
}

static void tally(struct slice config, const struct ballots *ballots, struct pack *out)
{
	votes_sum(ballots, config, points, out);
}

const struct activity_kind activity_dots = {
	.name = "dots",
	.ballot_max = 3 + 4 * LIMIT_ITEMS,
	.check_config = check_config,
	.check_ballot = check_ballot,
	.longest = longest,
	.tally = tally,
	.points = points,
};
