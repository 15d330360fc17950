/* SPDX-License-Identifier: EUPL-1.2 */
/* Where entries get their place in the order and become durable. Adapters: journal_memory (tests), journal_sqlite (embedded),
 * journal_redis (several instances). tests/contract asks each numbered promise of every adapter. All calls come from the loop's thread;
 * no upcall is made from inside a call; slices are borrowed: downwards for the call, upwards for the callback.
 *
 * 1. append(sid, body, tag): 0 = taken, in order per session. < 0 (JOURNAL_AWAY, JOURNAL_FULL; JOURNAL_ABSENT: not open): nothing was handed over.
 *    tag: not 0, the caller's. A taken tag ends in exactly one of entry, refused, unsure.
 * 2. entry: each entry of an open session exactly once, in order of seq, without gaps, the first seq is 1; those of others and
 *    those read at open with tag 0. It may come before it is durable.
 * 3. stable(sid, seq): up to here it survives what `durability` says; never falls within a history. Only "saved" waits for it.
 * 4. refused(tag, why): certainly not in the log. unsure(tag): not known; its entry may come soon, late or never, then with tag 0.
 * 5. reset(sid): history changed. First open tags of this session become unsure. The house drops its state; the journal then
 *    delivers the session anew as after open: loaded, entries, opened. The term is higher from the next append on. Between reset and opened
 *    come, as orphan, the bodies of the entries that had been delivered and are in this history no more, stable ones too, in order of seq:
 *    the house appends them again, unchanged, before anything new. A term may also rise without a reset: then nothing was lost here.
 * 6. open(sid): loaded (once: the newest snapshot, or an empty slice and position 0), then entry for what follows, then stable, then
 *    opened(status). absent: no such session; damaged: told at which seq, nothing of it is served. read(sid, from, until, sink): every entry from
 *    `from` >= 1 to `until` (beyond the last: all that there are), struck ones marked, then once with NULL and how it ended: JOURNAL_OK all of it,
 *    JOURNAL_ABSENT no such session (any more), JOURNAL_DAMAGED the entry after the last one delivered is not what was written; damage before
 *    `from` or after `until` is not looked for. So a long log is read in pieces, each when there is room for it.
 *    Replay, report and archive use nothing else. snapshot(sid, position, bytes): kept for the next
 *    open, a hint that may be lost; never the reason to forget an entry. strike(sid, seq, parts): takes salted parts away for good and
 *    keeps their digests; idempotent; done when struck() is called. list: every sid, then once with NULL. erase: the session and all
 *    of it, for good, erased() when done, and to every instance that has it open. close: no further upcall for it; open tags end silently.
 * 7. create(sid, code, body, tag): as append, for the first entry of a new session; the session is open afterwards as if opened.
 *    refused with JOURNAL_TAKEN when sid or code exists. find(code, found): the session behind a code; JOURNAL_OK, JOURNAL_ABSENT,
 *    or JOURNAL_AWAY: not known now.
 * 8. The journal gives an entry its term, seq and at_ms (UTC ms, never falling within a session: max(clock, last)), and chains
 *    h = first 16 bytes of SHA-256(previous h | term u32 | seq u64 | at_ms u64 | D), integers big endian, the previous of the first being zeros.
 *    (Redis' functions have no SHA-256; there the chain is that of daemon/redis/README.md.)
 *    Whatever open or read delivers was checked against this chain. What the body means the journal does not know; the house checks the body against D.
 * 9. state(sid): of what keeps this session (NULL: the worst of all): JOURNAL_OK, or JOURNAL_AWAY / JOURNAL_FULL with a sentence for the
 *    operator; `health` upcall at each change of any.
 * 10. Several instances. level(sid): is what was delivered of this open session all that there was a moment (LEVEL_MS) ago? Where there is but one instance:
 *    always. publish(sid, bytes): what the other instances that have the session open should know of this one, until the next publish or close; kept
 *    nowhere else. peers(sid, what the others publish): at each change, within PEERS_MS, also when one of them has died. No order is promised, and
 *    bytes of another version may be among them. rules(): the newest `rules` (protocol/README.md 6.5) that all instances here know; at most the one given
 *    at the start. rank(sid): how many of the others that have it open come before this one, in an order that all see alike a moment later; what any of them could
 *    propose, the first proposes at once. NULL: always 0.
 *    wall_ms(sid): what the clock that gives at_ms says now; 0: it is the loop's. NULL: always 0. */
#ifndef BOLLPLANK_PORT_JOURNAL_H
#define BOLLPLANK_PORT_JOURNAL_H
#include "base/sid.h"
#include "base/slice.h"

enum journal_status {
	JOURNAL_OK = 0,
	JOURNAL_AWAY = -1,   /* cannot be reached now; reads of what is in memory go on */
	JOURNAL_FULL = -2,   /* no space, or too much under way */
	JOURNAL_TAKEN = -3,  /* create: the name exists */
	JOURNAL_ABSENT = -4, /* open, read: no such session */
	JOURNAL_DAMAGED = -5 /* open, read: bytes are not what was written */
};

enum journal_part { JOURNAL_FORM = 1, JOURNAL_TEXT = 2 }; /* what strike takes away; a set */

/* What an entry consists of (protocol/README.md section 6). form and text: with the salt in front where they are salted. A struck
 * part is empty. digest: D, which does not change when a part is struck. */
struct body {
	struct slice head, form, text;
	uint8_t digest[32];
};

struct position {
	uint32_t term; /* 0 with seq 0: before the first entry */
	uint64_t seq;
};

struct journal_entry {
	struct position position;
	uint64_t at_ms;
	unsigned struck; /* set of journal_part */
	struct body body;
};

struct journal_up {
	void (*loaded)(struct sid sid, struct position position, struct slice snapshot, void *ctx);
	void (*entry)(struct sid sid, const struct journal_entry *entry, uint64_t tag, void *ctx);
	void (*stable)(struct sid sid, uint64_t seq, void *ctx);
	void (*opened)(struct sid sid, enum journal_status status, uint64_t damaged_seq, void *ctx);
	void (*refused)(struct sid sid, uint64_t tag, enum journal_status why, void *ctx);
	void (*unsure)(struct sid sid, uint64_t tag, void *ctx);
	void (*reset)(struct sid sid, void *ctx);
	void (*orphan)(struct sid sid, const struct body *body, void *ctx);
	void (*struck)(struct sid sid, uint64_t seq, void *ctx);
	void (*erased)(struct sid sid, void *ctx);
	void (*peers)(struct sid sid, const struct slice *published, size_t count, void *ctx);
	void (*health)(enum journal_status status, const char *sentence, void *ctx);
};

typedef void (*journal_found_fn)(enum journal_status status, struct sid sid, void *ctx);
typedef void (*journal_list_fn)(const struct sid *sid, void *ctx);                    /* NULL: the end */
/* NULL: the end, and its status; with an entry it is JOURNAL_OK. */
typedef void (*journal_sink_fn)(const struct journal_entry *entry, enum journal_status status, void *ctx);

struct journal_ops {
	const char *name, *durability; /* "sqlite", "survives a power cut" */
	void (*listen)(void *self, const struct journal_up *up, void *ctx); /* before anything else; once */
	int (*create)(void *self, struct sid sid, struct code code, const struct body *body, uint64_t tag);
	void (*find)(void *self, struct code code, journal_found_fn found, void *ctx);
	void (*open)(void *self, struct sid sid);
	int (*append)(void *self, struct sid sid, const struct body *body, uint64_t tag);
	void (*read)(void *self, struct sid sid, uint64_t from, uint64_t until, journal_sink_fn sink, void *ctx);
	void (*snapshot)(void *self, struct sid sid, struct position position, struct slice bytes);
	void (*strike)(void *self, struct sid sid, uint64_t seq, unsigned parts);
	void (*list)(void *self, journal_list_fn each, void *ctx);
	void (*erase)(void *self, struct sid sid);
	void (*close)(void *self, struct sid sid);
	enum journal_status (*state)(void *self, const struct sid *sid, const char **sentence);
	bool (*level)(void *self, struct sid sid);
	void (*publish)(void *self, struct sid sid, struct slice bytes);
	unsigned (*rules)(void *self);
	unsigned (*rank)(void *self, struct sid sid);
	uint64_t (*wall_ms)(void *self, struct sid sid);
	/* Finish what is under way, then free everything and call done. No upcall after done. */
	void (*stop)(void *self, void (*done)(void *ctx), void *ctx);
};

/* Passed by value. */
struct journal {
	const struct journal_ops *ops;
	void *self;
};

static inline uint64_t journal_wall_ms(struct journal journal, struct sid sid) { return journal.ops->wall_ms ? journal.ops->wall_ms(journal.self, sid) : 0; }
static inline unsigned journal_rank(struct journal journal, struct sid sid) { return journal.ops->rank ? journal.ops->rank(journal.self, sid) : 0; }
#endif
