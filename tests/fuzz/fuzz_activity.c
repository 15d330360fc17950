/* SPDX-License-Identifier: EUPL-1.2 */
/* Every kind of activity: the first bytes choose the kind, how long the config is and which items there are; then config and ballot. */
#include "base/check.h"
#include "core/activity.h"

static void count(const struct activity_kind *kind, struct slice config, struct slice ballot, struct pack *out)
{
	struct counted one = { ballot, 2 };
	struct ballots ballots = { &one, 1 };
	kind->tally(config, &ballots, out);
	if (kind->brief)
		kind->brief(config, &ballots, out);
	if (kind->gated)
		pack_bool(out, kind->gated(config));
	struct votes votes;
	if (kind->points && votes_read(ballot, NULL, &votes) == FAULT_none)
		for (size_t i = 0; i < votes.count; i++)
			CHECK(kind->points(config, votes.at[i].value) > 0); /* so that sums and groups name the same items */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t kinds = 0;
	while (activity_at(kinds))
		kinds++;
	if (size < 3)
		return 0;
	const struct activity_kind *kind = activity_at(data[0] % kinds);
	struct subset subset = { 0 };
	for (uint32_t item = 1; item <= LIMIT_ITEMS && item <= data[2]; item++)
		if (item % 7 != data[2] % 11)
			subset_add(&subset, item);
	size_t len = data[1] < size - 3 ? data[1] : size - 3;
	struct slice config = slice_of(data + 3, len), ballot = slice_of(data + 3 + len, size - 3 - len);
	if (config.len > LIMIT_CONFIG || kind->check_config(config) != FAULT_none)
		return 0;
	size_t longest = kind->longest(config, &subset);
	CHECK(longest <= kind->ballot_max && longest <= LIMIT_BALLOT);
	if (kind->check_ballot(config, &subset, ballot) != FAULT_none)
		return 0;
	CHECK(ballot.len <= longest);
	struct pack once, twice;
	pack_init(&once);
	pack_init(&twice);
	count(kind, config, ballot, &once);
	count(kind, config, ballot, &twice);
	CHECK(once.len > 0 && slice_equal(pack_bytes(&once), pack_bytes(&twice)));
	pack_finish(&once);
	pack_finish(&twice);
	return 0;
}
