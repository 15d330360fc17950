/* SPDX-License-Identifier: EUPL-1.2 */
/* A journal made of several that know nothing of each other: each session lives whole on one of them. Which one follows from the names by rendezvous: for every
 * session the parts stand in an order of their own, the highest SHA-256 over name and sid first. A new session goes to the first of its order; one that is looked for
 * is asked of one after the other in that order. So when a part is added, the sessions that are there stay where they are, and are found.
 *
 * A part that is away is never taken for one that has nothing: open, read and find end with JOURNAL_AWAY if a part was away and no other had it, and a new session is
 * refused rather than put elsewhere. A code is asked of all parts before a session is created with it; two of the same may come about only when that is done at the same
 * time, or while a part is away, and then by drawing the same of 31^8. */
#ifndef BOLLPLANK_SHELL_JOURNAL_SHARDS_H
#define BOLLPLANK_SHELL_JOURNAL_SHARDS_H
#include "port/journal.h"

struct journal_shard {
	const char *name;       /* the same on every instance, and for ever; copied */
	struct journal journal; /* not yet listened to; owned from now on */
};

enum { JOURNAL_SHARDS_MOST = 8 };

/* At most JOURNAL_SHARDS_MOST, in any order. Everything is freed by the journal's stop. */
struct journal journal_shards_create(const struct journal_shard *parts, size_t count);

/* The rendezvous order of a session: `order` takes the indices of the names. */
void journal_shards_order(struct sid sid, const char *const *names, size_t count, unsigned *order);
#endif
