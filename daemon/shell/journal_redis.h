/* SPDX-License-Identifier: EUPL-1.2 */
/* The journal on Redis, for several instances: port/journal.h's promises over two conversations with one primary (port/redis.h). Keys and functions:
 * daemon/redis/README.md. It sees neither hiredis nor libuv, so the simulator runs the same.
 *
 * The *desk* is asked everything, in order: so an append of ours has its answer before any reading that could contain it. The *bell* only waits in XREAD BLOCK
 * and says where something was appended; whoever misses a ring finds it by the look at each tip, once a second.
 *
 * Each instance holds the whole log of each session that it has open (some 250 bytes an entry). When Redis comes back with less than that, each writes back what is
 * lacking; when all who had the session open have done so (or PEERS_WAIT_MS later), one opens the log under a higher term. When Redis has something else than we
 * hold, its log counts: reset, and what fell out goes to the house as orphans, to be appended again. Nothing of Redis' log is ever cut off.
 *
 * Stable: `memory`, `aof`: with the entry (with appendfsync always Redis answers after the fsync). `replicated`: when WAIT 1 has succeeded behind it. */
#ifndef BOLLPLANK_SHELL_JOURNAL_REDIS_H
#define BOLLPLANK_SHELL_JOURNAL_REDIS_H
#include "port/journal.h"
#include "port/loop.h"
#include "port/redis.h"

enum redis_durability { REDIS_DURABILITY_MEMORY, REDIS_DURABILITY_AOF, REDIS_DURABILITY_REPLICATED };

struct journal_redis_options {
	struct loop loop;
	struct redis_link desk, bell;     /* not yet listened to; owned from now on */
	enum redis_durability durability; /* checked against INFO at each connection: AWAY with a sentence if Redis is set up for less */
	struct slice mac_key;             /* of the deployment, the same for all instances; copied; empty: entries carry no MAC */
	unsigned rules;                   /* the newest that this program knows */
	bool impatient;                   /* for tests: believe a Redis that has just started and knows nothing that there is nothing */
};

struct journal journal_redis_create(const struct journal_redis_options *options);

/* Has the conversation shown that this Redis can serve? JOURNAL_OK; JOURNAL_AWAY: not reached yet; JOURNAL_DAMAGED: it cannot, and the sentence says why.
 * For the daemon's start. */
enum journal_status journal_redis_fit(struct journal journal, const char **sentence);

/* At once, without a word to anybody, as a crash: for the simulator. The links are the caller's again and are not called any more. */
void journal_redis_destroy(struct journal journal);
#endif
