/* SPDX-License-Identifier: EUPL-1.2 */
/* A kind of activity: pure functions on bytes; no state of its own. The core keeps ballots, phases, rounds, secrecy and snapshots once for all kinds.
 * What a kind once accepted it accepts for ever: old journals are tests. core/activity/README.md: how to write one. */
#ifndef BOLLPLANK_CORE_ACTIVITY_H
#define BOLLPLANK_CORE_ACTIVITY_H
#include "base/fault.h"
#include "base/limits.h"
#include "wire/pack.h"

/* Items that exist and are shown in a room, by number 1..LIMIT_ITEMS. */
struct subset {
	uint8_t bits[(LIMIT_ITEMS + 8) / 8];
};
static inline bool subset_has(const struct subset *subset, uint32_t item)
{
	return item >= 1 && item <= LIMIT_ITEMS && (subset->bits[item / 8] >> (item % 8) & 1);
}
static inline void subset_add(struct subset *subset, uint32_t item)
{
	subset->bits[item / 8] |= (uint8_t)(1u << (item % 8));
}

/* Ballots to be counted: sorted by their bytes, voters left out. count: how many heads cast it (a paper sheet may stand for several). */
struct counted {
	struct slice bytes;
	uint32_t count;
};
struct ballots {
	const struct counted *ballots;
	size_t count;
};

struct activity_kind {
	const char *name;                    /* in journal, catalog and client; never changes */
	uint16_t ballot_max;                 /* bytes; secret ballots are padded to what their config allows, at most this */
	enum fault (*check_config)(struct slice config);                                               /* may this stand on the agenda? from outside */
	enum fault (*check_ballot)(struct slice config, const struct subset *subset, struct slice ballot); /* may this be cast, in a room that has these items? */
	/* The longest proper ballot: what a secret one is padded to. */
	size_t (*longest)(struct slice config, const struct subset *subset);
	/* Count: writes one MessagePack value. The same ballots give the same bytes, in whatever order and by whomever cast: it is never told. */
	void (*tally)(struct slice config, const struct ballots *ballots, struct pack *out);
	/* What a vote's value is worth in a sum; NULL: this kind has no sums, groups or outcomes. */
	uint32_t (*points)(struct slice config, uint32_t value);
	/* What may be told of one room of a secret activity outside that room; NULL: the tally itself. */
	void (*brief)(struct slice config, const struct ballots *ballots, struct pack *out);
	/* Whether the discussion opens when all who are present have answered (protocol 4.16); NULL: never. */
	bool (*gated)(struct slice config);
	/* The tally without its bound, for a report; of kinds that are answered in words. */
	void (*all_words)(const struct ballots *ballots, struct pack *out);
	bool in_words; /* answered by the command's text; the ballot is that text's bytes, [[language, words], ...] */
};

const struct activity_kind *activity_find(struct slice name); /* NULL: no such kind */
const struct activity_kind *activity_at(size_t i);            /* the register, for tests; NULL after the last */

/* --- for kinds: a ballot is [item, value, ...], items ascending, shortest form, no zeros (protocol 4.7) --- */
struct votes {
	size_t count;
	struct vote {
		uint16_t item;
		uint16_t value;
	} at[LIMIT_ITEMS];
};
/* FAULT_none, or bad_ballot when the bytes are not that form, no_item when an item is not in the subset (NULL: any). */
enum fault votes_read(struct slice ballot, const struct subset *subset, struct votes *out);
void votes_pack(const struct votes *votes, struct pack *out);
bool config_read(struct slice config, uint32_t *numbers, size_t count); /* [number, ...], just so many */
/* Tally of sums: [item, sum, voters, ...], items ascending. points as in the kind; NULL: the value itself. */
void votes_sum(const struct ballots *ballots, struct slice config, uint32_t (*points)(struct slice config, uint32_t value), struct pack *out);
#endif
