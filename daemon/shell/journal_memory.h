/* SPDX-License-Identifier: EUPL-1.2 */
/* The journal in memory, for tests and the simulator: port/journal.h's promises, and every mishap that they allow, on command.
 * The object is the disk: it outlives the house (journal_memory_crash) and is freed by journal_memory_destroy only; `stop`
 * finishes what is under way and lets go of the house. Upcalls come by post, or after `late` ms; entry first, then stable. */
#ifndef BOLLPLANK_SHELL_JOURNAL_MEMORY_H
#define BOLLPLANK_SHELL_JOURNAL_MEMORY_H
#include "port/journal.h"
#include "port/loop.h"

struct journal_memory;

struct journal_memory *journal_memory_create(struct loop loop);
/* NULL is fine; nothing is called any more. After `stop` the loop may be closed. Otherwise it has run out or will run: what is
 * posted cannot be taken back, so the last of the object goes with that. */
void journal_memory_destroy(struct journal_memory *memory);
struct journal journal_memory_port(struct journal_memory *memory);

/* What happens to an append that ends in unsure. */
enum journal_memory_fate {
	JOURNAL_MEMORY_NEVER, /* it is not in the log */
	JOURNAL_MEMORY_SOON,  /* its entry follows at once, tag 0 */
	JOURNAL_MEMORY_LATE   /* its entry follows LATE_MS later, tag 0 */
};
enum { JOURNAL_MEMORY_LATE_MS = 1500 };

/* Each taken call is answered this many ms later, in order. 0, as at first: by post. */
void journal_memory_late(struct journal_memory *memory, uint64_t ms);
/* Stability comes this many ms after the entry. 0, as at first: with it. */
void journal_memory_lag(struct journal_memory *memory, uint64_t ms);
/* Entries are delivered but do not become stable. Letting go makes all of them so. */
void journal_memory_hold(struct journal_memory *memory, bool hold);
/* While held: makes this session's entries stable up to here (at most its newest). */
void journal_memory_settle(struct journal_memory *memory, struct sid sid, uint64_t seq);
/* The next `count` appends and creates are taken and end in refused(why), JOURNAL_FULL or JOURNAL_AWAY, ... */
void journal_memory_refuse_next(struct journal_memory *memory, unsigned count, enum journal_status why);
/* ... or in unsure with this fate. Refusals come first. */
void journal_memory_unsure_next(struct journal_memory *memory, unsigned count, enum journal_memory_fate fate);
/* AWAY or FULL: append and create return it, health is told. What is taken and not answered ends in refused (FULL), or
 * in unsure with `fate` (AWAY). JOURNAL_OK ends it. The sentence is copied. */
void journal_memory_state(struct journal_memory *memory, enum journal_status status, const char *sentence,
	enum journal_memory_fate fate);
/* Only what keeps this session is so: append returns it, state(sid) and health tell it. What is under way is answered. */
void journal_memory_state_of(struct journal_memory *memory, struct sid sid, enum journal_status status);
/* History changes: the unstable tail of the session is lost, its open tags become unsure (with `fate`: an append not yet placed
 * may still come), reset, the lost ones as orphans, and the session is delivered anew, if it is open. Done by post, before all that is
 * under way. */
void journal_memory_lose(struct journal_memory *memory, struct sid sid, enum journal_memory_fate fate);
/* The same, down to `seq`, as a stale fail-over would: also stable entries are lost. What was under way is lost too. */
void journal_memory_lose_to(struct journal_memory *memory, struct sid sid, uint64_t seq);
/* Others may be further than what was delivered here: level() says no. Until taken back. */
void journal_memory_behind(struct journal_memory *memory, struct sid sid, bool behind);
/* What the other instances publish about the session is now this; copied; told in order with what else is asked. */
void journal_memory_peers(struct journal_memory *memory, struct sid sid, const struct slice *published, size_t count);
/* What the house published last; borrowed until the next. */
struct slice journal_memory_published(const struct journal_memory *memory, struct sid sid);
/* The newest rules that all instances know. At first RULES_NEWEST. */
void journal_memory_rules(struct journal_memory *memory, unsigned newest);
/* As if another instance had appended. 0, or JOURNAL_ABSENT. */
int journal_memory_foreign(struct journal_memory *memory, struct sid sid, const struct body *body);
/* open and read find the entry damaged from now on; seq 0 mends it. */
void journal_memory_damage(struct journal_memory *memory, struct sid sid, uint64_t seq);

/* The house is gone without a word: no upcall for anything it asked, all sessions closed, `listen` may come again. Controls
 * above go back to their first values, but hold stays. Call it before the loop forgets its timers, if it does. A set of: */
enum {
	JOURNAL_MEMORY_TAIL = 1,    /* unstable entries are lost too (the machine died); the term rises where there were any */
	JOURNAL_MEMORY_PENDING = 2  /* what was taken and not yet placed still gets into the log, before TAIL is looked at */
};
void journal_memory_crash(struct journal_memory *memory, unsigned what);

/* For checkers. tip: position 0, 0 when the session does not exist. entry: borrowed until the next call; false: none there. */
struct position journal_memory_tip(const struct journal_memory *memory, struct sid sid);
uint64_t journal_memory_stable(const struct journal_memory *memory, struct sid sid);
bool journal_memory_entry(const struct journal_memory *memory, struct sid sid, uint64_t seq, struct journal_entry *out);
size_t journal_memory_pending(const struct journal_memory *memory); /* taken tags without an answer */
#endif
