/* SPDX-License-Identifier: EUPL-1.2 */
/* Redis servers for tests: all that daemon/redis/README.md says a daemon asks of Redis, without Redis. They die, lie and hang on command.
 * tests/redis/model_check.c compares their answers with those of a real redis-server.
 *
 * A *server* has its data, lineage (rid), append-only file and uptime of its own; it may be a replica of another. An *address* is what a daemon is configured
 * with, and leads to one server at a time: fail-over moves it. A *link* (port/redis.h) belongs to an instance and goes to an address; each connection it makes
 * stays with the server that it reached. Commands of a connection are done in their order; only XREAD BLOCK and WAIT hold it up. A command that a daemon has no business to send is a CHECK.
 *
 * Time and dice are those of `loop`, which must not be forgotten (loop_test_forget) while the model lives: a crash of an instance is redis_model_abandon of its links. Call
 * everything here from the loop's thread; no upcall is made from inside a call. */
#ifndef BOLLPLANK_TESTS_LIB_REDIS_MODEL_H
#define BOLLPLANK_TESTS_LIB_REDIS_MODEL_H
#include "port/loop.h"
#include "port/redis.h"

struct redis_model;  /* the world of servers, addresses and links */
struct redis_model_server;

enum redis_model_aof {
	REDIS_MODEL_AOF_NONE,     /* appendonly no: every restart is an empty one */
	REDIS_MODEL_AOF_EVERYSEC, /* a kill -9 loses nothing, a power cut up to a second */
	REDIS_MODEL_AOF_ALWAYS    /* whatever was answered is there again */
};

struct redis_model *redis_model_create(struct loop loop);
void redis_model_destroy(struct redis_model *model); /* before its loop; every link is gone, without a word; NULL is fine */

/* ---- servers; all live as long as the model ---- */

struct redis_model_server *redis_model_server(struct redis_model *model, enum redis_model_aof aof);    /* up, empty, without functions */
struct redis_model_server *redis_model_replica(struct redis_model_server *primary, enum redis_model_aof aof); /* up; begins with what the primary has */

enum { REDIS_MODEL_ADDRESSES = 16, REDIS_MODEL_INSTANCES = 32 };
/* Leads there from now on; NULL: nobody answers. Connections stay where they are. */
void redis_model_address(struct redis_model *model, unsigned address, struct redis_model_server *server);
/* This instance finds another server there than the others do (split brain); `server` NULL: as the others again. */
void redis_model_address_for(struct redis_model *model, unsigned address, unsigned instance, struct redis_model_server *server);

/* ---- links ---- */

/* To be given to journal_redis_create, any number for an instance and address. Freed with the model, or after close's done. */
struct redis_link redis_model_link(struct redis_model *model, unsigned address, unsigned instance);
/* The instance has crashed: no upcall any more; what it had sent is done up to a random piece of it. Then it is freed. */
void redis_model_abandon(struct redis_link link);

/* ---- mishaps: the net ---- */

/* Each way, each message, for everybody; at first 0 to 2. */
void redis_model_pace(struct redis_model *model, uint64_t least_ms, uint64_t most_ms);
/* Of this one, until the next redis_model_pace. */
void redis_model_pace_for(struct redis_model *model, unsigned instance, uint64_t least_ms, uint64_t most_ms);
/* Now. Of what is on its way there a random first part is done, of what is on its way back a random first part arrives. */
void redis_model_cut(struct redis_link link);
void redis_model_cut_all(struct redis_model *model, unsigned instance);   /* every link of this instance */
void redis_model_cut_server(struct redis_model_server *server);                 /* every connection to it, as CLIENT KILL does */
/* Nothing passes between it and any Redis; nobody is told. What is on its way arrives afterwards, if the connection still is. */
void redis_model_part(struct redis_model *model, unsigned instance, bool parted);

/* ---- mishaps: the server ---- */

void redis_model_kill(struct redis_model_server *server);  /* -9: connections are cut, what was written to the file is there */
/* The machine is off: nobody is told, and with EVERYSEC a random part of the last second is not in the file. */
void redis_model_power(struct redis_model_server *server);
/* With what its file holds, less the newest `lost` writes; all of it lost: an empty start, without functions. After `loading_ms` it serves; until then -LOADING. Its replicas copy it anew. */
#define REDIS_MODEL_ALL UINT32_MAX
void redis_model_restart(struct redis_model_server *server, uint32_t lost, uint64_t loading_ms);
/* SIGSTOP, CLIENT PAUSE: takes all, does nothing; afterwards it does it all, also for those who have hung up. */
void redis_model_pause(struct redis_model_server *server, bool paused);
void redis_model_lineage(struct redis_model_server *server);      /* a new rid with the same data, as when the first replica attaches */
void redis_model_skew(struct redis_model_server *server, int64_t ms);  /* its clock is ahead of the loop's wall clock by so much */
void redis_model_full(struct redis_model_server *server, bool full);   /* maxmemory is reached: -OOM to what may grow */
void redis_model_disk(struct redis_model_server *server, bool failing); /* the file cannot be written: -MISCONF to writes */
void redis_model_may_load(struct redis_model_server *server, bool may); /* its ACL: FUNCTION LOAD is -NOPERM otherwise */
void redis_model_flush_functions(struct redis_model_server *server);
enum redis_model_misfit { REDIS_MODEL_FITS, REDIS_MODEL_OLD /* 6.2 */, REDIS_MODEL_CLUSTER, REDIS_MODEL_EVICTS /* allkeys-lru */ };
void redis_model_misfit(struct redis_model_server *server, enum redis_model_misfit what); /* what INFO says */

/* ---- mishaps: fail-over ---- */

void redis_model_lag(struct redis_model_server *replica, uint64_t least_ms, uint64_t most_ms); /* of each write on its way to it; at first 0 to 2 */
void redis_model_detach(struct redis_model_server *replica);  /* gets nothing any more, and does not count for WAIT; its data stays */
/* A primary by itself with what it has, under a new rid. Neither the old primary nor an address changes. */
void redis_model_promote(struct redis_model_server *replica);
/* Becomes a replica and copies the other: what only it had is gone. Its connections stay. */
void redis_model_demote(struct redis_model_server *server, struct redis_model_server *primary);

/* ---- for checkers ---- */

bool redis_model_up(const struct redis_model_server *server);   /* and not loading */
const char *redis_model_rid(const struct redis_model_server *server); /* 40 letters and a zero */
uint64_t redis_model_clock(const struct redis_model_server *server);  /* ms */
size_t redis_model_length(const struct redis_model_server *server, const char *key);                         /* of the list, stream, hash or set there; 0: none */
/* Of the list; {NULL, 0}: none. Good until the server does something. */
struct slice redis_model_element(const struct redis_model_server *server, const char *key, size_t index);
struct slice redis_model_field(const struct redis_model_server *server, const char *key, const char *field); /* of the hash */
struct slice redis_model_string(const struct redis_model_server *server, const char *key);
/* Damage: what somebody with access to Redis may do. false: there is none. */
bool redis_model_set_element(struct redis_model_server *server, const char *key, size_t index, struct slice bytes);
bool redis_model_set_field(struct redis_model_server *server, const char *key, const char *field, struct slice bytes);
bool redis_model_delete(struct redis_model_server *server, const char *key);
uint64_t redis_model_commands(const struct redis_model_server *server); /* done so far */

/* One command at once, as from a connection without delays; XREAD and WAIT do not wait. reply is called before it returns. */
void redis_model_ask(struct redis_model_server *server, const struct slice *words, size_t count, redis_reply_fn reply, void *ctx);

/* Planted faults, for the control of model_check. */
enum redis_model_bug { REDIS_MODEL_BUG_NONE, REDIS_MODEL_BUG_STRIKE_KEEPS, REDIS_MODEL_BUG_FILL_FORGETS_TERM, REDIS_MODEL_BUG_OPEN_EQUAL_TERM, REDIS_MODEL_BUG_APPEND_IGNORES_LINEAGE, REDIS_MODEL_BUGS };
void redis_model_plant(struct redis_model *model, enum redis_model_bug bug);
#endif
