/* SPDX-License-Identifier: EUPL-1.2 */
/* What the files of many.c share: several houses, each on its journal on Redis, over links to the model of Redis. A *machine* is where an instance runs, again and again;
 * its *box* is a loop that can be hung, in which lie its connections and its lives. */
#ifndef BOLLPLANK_TESTS_SIM_MANY_H
#define BOLLPLANK_TESTS_SIM_MANY_H
#include "lib/redis_model.h"
#include "shell/journal_redis.h"
#include "sim/inside.h"
#include "sim/valve.h"

enum { MACHINES = 3, SERVERS = 2, DESK = 0, BELL = 1, WELL_MS = 2500, WAITED_MS = 6500 }; /* WELL: two looks at the tip, and some. WAITED: for whoever is in reach so long an opening waits */

struct name_known { /* of a command, as it stands in the log */
	uint64_t lane;
	uint32_t number;
	bool used;
};
struct names {
	struct name_known *at;
	size_t count, room;
};

struct offer {
	uint8_t digest[32];
	unsigned taken, refused;
	bool stands; /* it was seen in a log */
};

struct state_known { /* what a house was like at this position */
	struct position position;
	uint64_t digest;
	unsigned machine;
};
struct states {
	struct state_known *at;
	size_t count, room;
};

enum machine_state { MACHINE_UP, MACHINE_PAUSED, MACHINE_DRAINING, MACHINE_DOWN };

struct machine {
	uint32_t magic;
	struct world *w;
	unsigned number;
	enum machine_state state;
	struct loop_timer *timer, *part_timer; /* of the state; of its parting from Redis */
	struct life *box, *life;
	bool aside;             /* on the losing side of a split */
	struct transport_test *net;
	struct redis_link links[2];
	struct valve *valves[2];
	struct journal journal; /* self NULL: it has stopped */
	struct tap *tap;
	struct house *house;
	struct names names;     /* of all that was delivered in this life */
	struct name_known *order; /* [seq]: the newest that stood there */
	size_t order_room;
	uint64_t well_ms;       /* since when it has been up and in reach of its Redis */
	bool blurred;           /* it has read ballots that a seal has struck, and not yet that seal: only behind it the states are the same again */
};

enum site_state { SITE_FINE, SITE_SICK, SITE_DOWN, SITE_SPLIT };

struct many {
	struct world *w;
	struct redis_model *model;
	struct redis_model_server *servers[SERVERS];
	unsigned primary;                /* whose log counts */
	enum redis_durability durability;
	enum redis_model_aof aof;
	enum site_state site;
	void (*next)(struct many *many); /* what ends or goes on with the mishap of Redis */
	struct loop_timer *timer;
	uint32_t losing;                 /* writes that the next start of the primary lacks */
	bool calm;
	uint64_t calm_ms, split_ms; /* split_ms: wall clock */
	struct machine machines[MACHINES];
	struct states states;
	uint64_t terms[SERVERS]; /* under which the log there was opened last */
	struct offer *offers;    /* what was handed to journals, by its digest */
	size_t offers_count, offers_room;
};

static inline struct redis_model_server *many_primary(const struct many *many) { return many->servers[many->primary]; }
static inline bool many_alive(const struct machine *machine) { return machine->state != MACHINE_DOWN; }

/* many.c */
extern const char *const many_mishaps[];

/* many_tap.c: what passes between a house and its journal, looked at on the way */
struct journal tap_create(struct machine *machine, struct journal inner);
void tap_destroy(struct tap *tap);
bool tap_level(struct tap *tap);
uint64_t tap_seq(const struct tap *tap); /* delivered up to here */

/* many_checks.c */
void many_name_put(struct names *names, uint64_t lane, uint32_t number);
bool many_name_has(const struct names *names, uint64_t lane, uint32_t number);
void many_names_finish(struct names *names);
bool many_line(const struct redis_model_server *server, struct sid sid, uint64_t seq, struct journal_entry *out);
uint64_t many_length(const struct redis_model_server *server, struct sid sid);
void many_applied(struct machine *machine, const struct journal_entry *e); /* the house has taken it */
void many_let_go(struct machine *machine);   /* the house has closed the session */
bool many_well(const struct machine *machine, unsigned server, uint64_t ms); /* for so long, and in reach of this Redis */
void many_audit(struct many *many);          /* something was lost: whom does it excuse? */
void many_noted(struct world *w, struct record *record);
void many_offered(struct many *many, const uint8_t digest[32]);  /* a journal has taken it */
void many_refused(struct many *many, const uint8_t digest[32]);  /* certainly not in the log, it says */
void many_reunion(struct many *many, const struct redis_model_server *loser); /* its data is about to go */
void many_ledger(struct world *w);
void many_check(struct world *w);
#endif
