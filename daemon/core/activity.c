/* SPDX-License-Identifier: EUPL-1.2 */
#include "core/activity.h"

#define ACTIVITY(name) extern const struct activity_kind activity_##name;
#include "core/activity/table.h"
#undef ACTIVITY

static const struct activity_kind *const kinds[] = {
#define ACTIVITY(name) &activity_##name,
#include "core/activity/table.h"
#undef ACTIVITY
};

const struct activity_kind *activity_at(size_t i)
{
	return i < sizeof kinds / sizeof *kinds ? kinds[i] : NULL;
}

const struct activity_kind *activity_find(struct slice name)
{
	for (size_t i = 0; activity_at(i); i++)
		if (slice_equal(slice_text(kinds[i]->name), name))
			return kinds[i];
	return NULL;
}

static const struct unpack_limits flat = { .depth = 1, .values = 2 * LIMIT_ITEMS + 1, .bytes = 0 };

void votes_pack(const struct votes *votes, struct pack *out)
{
	pack_array(out, 2 * votes->count);
	for (size_t i = 0; i < votes->count; i++) {
		pack_uint(out, votes->at[i].item);
		pack_uint(out, votes->at[i].value);
	}
}

enum fault votes_read(struct slice ballot, const struct subset *subset, struct votes *out)
{
	enum fault fault = FAULT_none;
	struct unpack *in = unpack_create(ballot, &flat);
	size_t count = unpack_array(in);
	out->count = 0;
	for (size_t i = 0; i + 1 < count && unpack_ok(in); i += 2) {
		struct vote vote = { .item = (uint16_t)unpack_uint(in, LIMIT_ITEMS) };
		vote.value = (uint16_t)unpack_uint(in, UINT16_MAX);
		if (vote.item == 0 || vote.value == 0 || (out->count && out->at[out->count - 1].item >= vote.item))
			unpack_fail(in);
		else if (subset && !subset_has(subset, vote.item))
			fault = FAULT_no_item;
		out->at[out->count++] = vote;
	}
	if (count % 2 || !unpack_end(in))
		fault = FAULT_bad_ballot;
	unpack_destroy(in);
	if (fault == FAULT_bad_ballot)
		return fault;
	/* Equal ballots are equal bytes: only the shortest form is one. */
	struct pack again;
	pack_init(&again);
	votes_pack(out, &again);
	bool shortest = slice_equal(pack_bytes(&again), ballot);
	pack_finish(&again);
	return shortest ? fault : FAULT_bad_ballot;
}

bool config_read(struct slice config, uint32_t *numbers, size_t count)
{
	struct unpack *in = unpack_create(config, &flat);
	unpack_arrays(in, count);
	for (size_t i = 0; i < count; i++)
		numbers[i] = (uint32_t)unpack_uint(in, UINT16_MAX);
	bool fine = unpack_end(in);
	unpack_destroy(in);
	return fine;
}

void votes_sum(const struct ballots *ballots, struct slice config, uint32_t (*points)(struct slice config, uint32_t value), struct pack *out)
{
	uint64_t sums[LIMIT_ITEMS + 1] = { 0 }, voters[LIMIT_ITEMS + 1] = { 0 };
	uint32_t worth[LIMIT_ITEMS + 1] = { 0 }; /* of a value, 0: not asked yet; a kind reads its config to tell, and thousands say the same */
	size_t items = 0;
	for (size_t b = 0; b < ballots->count; b++) {
		struct votes votes;
		if (votes_read(ballots->ballots[b].bytes, NULL, &votes) != FAULT_none)
			continue; /* only proper ballots were taken; a seal of a damaged log is counted as far as it goes */
		uint32_t heads = ballots->ballots[b].count;
		for (size_t i = 0; i < votes.count; i++) {
			uint32_t item = votes.at[i].item, value = votes.at[i].value, each = value;
			if (points) {
				each = value <= LIMIT_ITEMS && worth[value] ? worth[value] : points(config, value);
				if (value <= LIMIT_ITEMS)
					worth[value] = each;
			}
			items += voters[item] == 0;
			sums[item] += (uint64_t)each * heads;
			voters[item] += heads;
		}
	}
	pack_array(out, 3 * items);
	for (uint32_t item = 1; item <= LIMIT_ITEMS; item++)
		if (voters[item]) {
			pack_uint(out, item);
			pack_uint(out, sums[item]);
			pack_uint(out, voters[item]);
		}
}
