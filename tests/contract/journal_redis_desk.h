/* SPDX-License-Identifier: EUPL-1.2 */
/* Desks on a real Redis: the adapter, its two links and a loop as the daemon has them, with spies between, so that a test knows when nothing is under way. All desks
 * of a test share one loop: several desks on one server are several instances of the daemon. */
#ifndef BOLLPLANK_TESTS_CONTRACT_JOURNAL_REDIS_DESK_H
#define BOLLPLANK_TESTS_CONTRACT_JOURNAL_REDIS_DESK_H
#include "contract/journal_contract.h"
#include "lib/redis_server.h"
#include "shell/journal_redis.h"

struct seat_options {
	struct redis_server *server;
	const char *address;           /* NULL: the server's socket */
	enum redis_durability durability;
	const char *mac_key;           /* NULL: none */
	unsigned rules;                /* 0: 1 */
	bool patient;                  /* not impatient: as the daemon is */
	bool unfit;                    /* do not wait for a first conversation that goes well */
	const char *user, *password;
	int64_t clock_ahead_ms;        /* its machine's clock is ahead of Redis' by so much */
	const char *name;              /* NAME-desk and NAME-bell in CLIENT LIST; NULL: none */
};

extern const struct adapter adapter_redis; /* for the shared promises: on a server of its own that lives as long as the program */
bool seat_server(const char **why_not);    /* before adapter_redis; false: there is no redis-server here */
void seat_server_end(void);

struct desk *seat_take(const struct seat_options *options);
void seat_crash(struct desk *desk);        /* the instance dies without a word; nothing of the desk is left */
void seat_abandon(void);                   /* before a test: what a failed one left behind is nobody's */
struct redis_server *seat_redis(struct desk *desk);
void seat_cut(struct desk *desk);          /* both its connections */

/* The loop once: what has come, or a millisecond or two. */
void seat_turn(void);
uint64_t seat_now_ms(void);
uint64_t seat_true_wall_ms(void); /* of this machine, on which Redis is too */
void seat_wait(uint64_t ms);
#define UNTIL(ms, what)                                                                            \
	do {                                                                                       \
		uint64_t until_ms = seat_now_ms() + (ms);                                          \
		while (!(what)) {                                                                  \
			if (seat_now_ms() > until_ms)                                              \
				fail_msg("%s:%d: not within %d ms: %s", __FILE__, __LINE__, (int)(ms), #what); \
			seat_turn();                                                               \
		}                                                                                  \
	} while (0)

/* Of both links. */
bool seat_connected(const struct desk *desk);
size_t seat_under_way(const struct desk *desk);
size_t seat_most_under_way(const struct desk *desk);

/* Asking, as the house does. Nothing is awaited. */
void seat_open(struct desk *desk, unsigned i);
void seat_close(struct desk *desk, unsigned i);
void seat_strike(struct desk *desk, unsigned i, uint64_t seq, unsigned parts);
void seat_erase(struct desk *desk, unsigned i);
void seat_snapshot(struct desk *desk, unsigned i, struct position position, uint8_t first, size_t len);
void seat_publish(struct desk *desk, unsigned i, const char *text);
bool seat_level(struct desk *desk, unsigned i);
uint64_t seat_wall_ms(struct desk *desk, unsigned i); /* what the adapter takes Redis' clock to say now */
void seat_clock(struct desk *desk, int64_t ahead_ms); /* somebody set the clock of its machine */
enum journal_status seat_state(struct desk *desk, unsigned i, const char **sentence);
/* ... and awaited. */
void seat_opened(struct desk *desk, unsigned i, enum journal_status status);
void seat_appended(struct desk *desk, unsigned i, uint64_t body); /* until it came back as an entry with its tag */

/* What a desk has been told of a session since its last reset: the bodies in order; promises 2 and 5 are checked on the way. Returns how many. */
enum { TOLD_MOST = 16384 };
struct told {
	uint64_t bodies[TOLD_MOST], tags[TOLD_MOST], at_ms[TOLD_MOST];
	uint32_t terms[TOLD_MOST];
	unsigned struck[TOLD_MOST];
	size_t count, resets;
	uint64_t stable;
};
void seat_told(const struct desk *desk, unsigned i, struct told *out);
uint64_t seat_tip(const struct desk *desk, unsigned i);
uint32_t seat_term(const struct desk *desk, unsigned i);
/* Both were told the same, entry for entry. */
void seat_same(const struct desk *x, const struct desk *y, unsigned i);
/* Redis' list holds `bodies` told by the desk, line for line. */
void seat_redis_has(struct desk *desk, unsigned i, uint64_t entries);

int run_redis_tests(void);        /* journal_redis_story.c */
int run_redis_random_tests(void); /* journal_redis_random.c */
int run_redis_poison_tests(void); /* journal_redis_poison.c */
#endif
