/* SPDX-License-Identifier: EUPL-1.2 */
/* What the workshop stands on: one house on the journal in memory (one.c), or several houses on Redis (many.c). The people, their pages and what must hold are the
 * same on both; w->houses are the houses, NULL where one is down. */
#ifndef BOLLPLANK_TESTS_SIM_GROUND_H
#define BOLLPLANK_TESTS_SIM_GROUND_H
#include "port/journal.h"
#include <stdbool.h>

struct page;
struct record;
struct transport_test;
struct world;

struct ground {
	unsigned mishaps; /* of a thousand events, how many befall what the houses stand on */
	bool swaps;       /* a twin with others' ballots permuted goes the same way */
	void (*start)(struct world *w);
	void (*mishap)(struct world *w);
	void (*crash)(struct world *w);           /* a house dies without a word, and comes again */
	void (*heal)(struct world *w);            /* the trouble is over: no mishap from now on, and what is broken is mended */
	bool (*quiet)(struct world *w);           /* nothing is under way: every house that has the session is level with the log */
	struct transport_test *(*door)(struct world *w, struct page *page); /* of a house that is up, for a page that connects; NULL: none is */
	bool (*nowhere)(struct world *w); /* the session: there is a Redis that has lost it, and nobody who could tell it; may be NULL */
	struct position (*tip)(struct world *w);  /* of the log as it stands now */
	bool (*entry)(struct world *w, uint64_t seq, struct journal_entry *out); /* of it; borrowed until the next call */
	void (*noted)(struct world *w, struct record *record); /* a page was told, and it stands in the ledger; may be NULL */
	void (*ledger)(struct world *w);          /* at the end: the ledger as the log that there is now has it; may be NULL */
	void (*check)(struct world *w);           /* at the end, what holds on this ground besides; may be NULL */
	void (*end)(struct world *w);
};
extern const struct ground ground_one, ground_many;
#endif
