/* SPDX-License-Identifier: EUPL-1.2 */
/* Rating: one place on a scale from 0 to 1000. Config [gate], gate 1: the discussion waits until everybody has placed theirs (protocol 4.16).
 * Items 1 and 2 are the words at the two ends: there is nothing to choose among them, so a ballot names item 1 whatever a room has. */
#include "core/activity.h"

enum { PLACES = 1001, WIDE = 400 };

static bool read_config(struct slice config, uint32_t *gate)
{
	return config_read(config, gate, 1) && *gate <= 1;
}

static enum fault check_config(struct slice config)
{
	uint32_t gate;
	return read_config(config, &gate) ? FAULT_none : FAULT_bad_config;
}

/* A ballot is [1, place + 1]: a value of 0 is no vote anywhere, and place 0 is one. */
static enum fault read_ballot(struct slice ballot, uint32_t *place)
{
	struct votes votes;
	if (votes_read(ballot, NULL, &votes) != FAULT_none || votes.count != 1 || votes.at[0].item != 1)
		return FAULT_bad_ballot;
	*place = votes.at[0].value - 1u;
	return *place < PLACES ? FAULT_none : FAULT_off_scale;
}

static enum fault check_ballot(struct slice config, const struct subset *subset, struct slice ballot)
{
	uint32_t gate, place;
	(void)subset;
	return read_config(config, &gate) ? read_ballot(ballot, &place) : FAULT_bad_config;
}

static size_t longest(struct slice config, const struct subset *subset)
{
	(void)config;
	(void)subset;
	return 1 + 1 + 3;
}

/* --- what the places add up to (protocol 5.11), in whole numbers --- */

struct places {
	uint64_t answers, sum;
	uint64_t at[PLACES]; /* how many heads on each */
};

static void places_read(const struct ballots *ballots, struct places *out)
{
	*out = (struct places){ 0 };
	for (size_t b = 0; b < ballots->count; b++) {
		uint32_t place, heads = ballots->ballots[b].count;
		if (read_ballot(ballots->ballots[b].bytes, &place) != FAULT_none)
			continue; /* only proper ballots were taken; a seal of a damaged log is counted as far as it goes */
		out->at[place] += heads;
		out->answers += heads;
		out->sum += (uint64_t)place * heads;
	}
}

/* The place of the answer that has `before` answers before it when all stand in a row. */
static uint64_t place_of(const struct places *places, uint64_t before)
{
	uint64_t seen = 0;
	for (uint32_t place = 0; place < PLACES; place++) {
		seen += places->at[place];
		if (seen > before)
			return place;
	}
	return 0;
}

/* Of `count` answers in the row from the one with `first` before it: the middle one, or halfway between the two in the middle, rounded down. */
static uint64_t median_of(const struct places *places, uint64_t first, uint64_t count)
{
	uint64_t upper = place_of(places, first + count / 2);
	return count % 2 ? upper : (place_of(places, first + count / 2 - 1) + upper) / 2;
}

/* answers, mean, median, lower quartile, upper quartile, wide */
static void numbers_pack(const struct places *places, struct pack *out)
{
	uint64_t n = places->answers, half = n / 2, mean = 0, median = 0, lower = 0, upper = 0;
#if BOLLPLANK_BUG == 20 /* of an odd number the middle answer counts in both halves */
	half = (n + 1) / 2;
#endif
	if (n) {
		mean = (2 * places->sum + n) / (2 * n);
		median = lower = upper = median_of(places, 0, n);
	}
	if (half) {
		lower = median_of(places, 0, half);
		upper = median_of(places, n - half, half);
	}
	pack_uint(out, n);
	pack_uint(out, mean);
	pack_uint(out, median);
	pack_uint(out, lower);
	pack_uint(out, upper);
	pack_uint(out, upper - lower >= WIDE);
}

static void tally(struct slice config, const struct ballots *ballots, struct pack *out)
{
	struct places places;
	size_t taken = 0;
	(void)config;
	places_read(ballots, &places);
	for (uint32_t place = 0; place < PLACES; place++)
		taken += places.at[place] > 0;
	pack_array(out, 6 + 2 * taken);
	numbers_pack(&places, out);
	for (uint32_t place = 0; place < PLACES; place++)
		if (places.at[place]) {
			pack_uint(out, place);
			pack_uint(out, places.at[place]);
		}
}

/* Outside the room how a discussion went may be told, but not who stood alone. */
static void brief(struct slice config, const struct ballots *ballots, struct pack *out)
{
	struct places places;
	(void)config;
	places_read(ballots, &places);
	pack_array(out, 6);
	numbers_pack(&places, out);
}

static bool gated(struct slice config)
{
	uint32_t gate;
	return read_config(config, &gate) && gate == 1;
}

const struct activity_kind activity_rating = {
	.name = "rating",
	.ballot_max = 1 + 1 + 3,
	.check_config = check_config,
	.check_ballot = check_ballot,
	.longest = longest,
	.tally = tally,
	.brief = brief,
	.gated = gated,
};
