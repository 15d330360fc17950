/* SPDX-License-Identifier: EUPL-1.2 */
/* Choice: at least `least` and at most `most` of the items. Config [least, most]. */
#include "core/activity.h"

static bool read_config(struct slice config, uint32_t *least, uint32_t *most)
{
	uint32_t numbers[2];
	if (!config_read(config, numbers, 2))
		return false;
	*least = numbers[0];
	*most = numbers[1];
	return *most >= 1 && *most <= LIMIT_ITEMS && *least <= *most;
}

static enum fault check_config(struct slice config)
{
	uint32_t least, most;
	return read_config(config, &least, &most) ? FAULT_none : FAULT_bad_config;
}

static enum fault check_ballot(struct slice config, const struct subset *subset, struct slice ballot)
{
	uint32_t least, most;
	struct votes votes;
	if (!read_config(config, &least, &most))
		return FAULT_bad_config;
	enum fault fault = votes_read(ballot, subset, &votes);
	if (fault != FAULT_none)
		return fault;
	for (size_t i = 0; i < votes.count; i++)
		if (votes.at[i].value != 1)
			return FAULT_bad_ballot;
	return votes.count > most ? FAULT_over_budget : votes.count < least ? FAULT_too_few : FAULT_none;
}

static size_t longest(struct slice config, const struct subset *subset)
{
	uint32_t least, most = 0;
	size_t bytes = 3; /* array 16 */
	read_config(config, &least, &most);
	for (uint32_t item = LIMIT_ITEMS; item >= 1 && most; item--)
		if (subset_has(subset, item)) {
			bytes += item > 127 ? 3 : 2;
			most--;
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

const struct activity_kind activity_choice = {
	.name = "choice",
	.ballot_max = 3 + 3 * LIMIT_ITEMS,
	.check_config = check_config,
	.check_ballot = check_ballot,
	.longest = longest,
	.tally = tally,
	.points = points,
};
