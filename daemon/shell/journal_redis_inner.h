/* SPDX-License-Identifier: EUPL-1.2 */
/* What the files of the Redis journal share; nobody else includes it. A *log* is our whole copy of one session's log; a *line* is one entry as it lies in Redis
 * (daemon/redis/README.md); an *asking* is one command under way. */
#ifndef BOLLPLANK_SHELL_JOURNAL_REDIS_INNER_H
#define BOLLPLANK_SHELL_JOURNAL_REDIS_INNER_H
#include "base/check.h"
#include "base/limits.h"
#include "base/sha1.h"
#include "base/trace.h"
#include "shell/journal_body.h"
#include "shell/journal_redis.h"

enum { MAGIC_journal_redis = 0x6a726564, MAGIC_asking = 0x61736b69, MAGIC_log = 0x6c6f6720 };

struct journal_redis;

/* --- lines --- */
enum {
	LINE_TERM = 0, LINE_AT = 4, LINE_STRUCK = 12, LINE_HASH = 13, LINE_DIGEST = 53, LINE_MAC = 85, LINE_LENGTHS = 101, LINE_BODY = 111,
	TAIL_AT = LINE_DIGEST,   /* what of a line the writer sends */
	DIGEST_BYTES = 32, MAC_BYTES = 16
};

struct hash {
	char hex[SHA1_HEX];
};

struct line {
	size_t len;
	uint8_t bytes[];
};

extern const struct hash hash_zero;
static inline bool hash_equal(const struct hash *x, const struct hash *y) { return memcmp(x->hex, y->hex, sizeof x->hex) == 0; }
struct hash hash_next(const struct hash *previous, uint32_t term, uint64_t seq, uint64_t at_ms, const uint8_t digest[DIGEST_BYTES]);

/* The tail of an entry's line; owned by the caller. */
struct line *tail_create(const struct journal_redis *redis, struct sid sid, const struct body *body);
void snapshot_mac(const struct journal_redis *redis, struct sid sid, uint64_t seq, const struct hash *hash, struct slice bytes, uint8_t out[MAC_BYTES]);
struct line *line_create(uint32_t term, uint64_t at_ms, const struct hash *hash, const struct line *tail);
/* NULL: these bytes are not the line that can stand at `seq` behind `previous`, or not of this deployment. */
struct line *line_read(const struct journal_redis *redis, struct sid sid, struct slice bytes, const struct hash *previous, uint64_t seq);
struct hash line_hash(const struct line *line);
uint32_t line_term(const struct line *line);
struct journal_entry line_entry(const struct line *line, uint64_t seq); /* borrows */
struct line *line_strike(const struct line *line, unsigned parts);      /* another, without them */
void line_free(struct line *line);                                      /* and nothing of it stays in memory; NULL is fine */

/* --- a session's log --- */
enum tip_state { TIP_UNKNOWN, TIP_OPEN, TIP_CLOSED, TIP_NOLOG, TIP_ERASED, TIP_DAMAGED };

struct tip {
	enum tip_state state;
	char rid[SHA1_HEX];
	uint32_t term;
	uint64_t seq, at_ms;
	struct hash hash;
};

struct waiting_line { /* an append that is not asked yet */
	struct line *tail;
	uint64_t tag;
};

struct placed { /* ours, at this place of the order, not delivered yet */
	uint64_t seq, tag;
};

struct original { /* should history change, an entry that fell out is handed on as it was: what struck it has fallen out too */
	uint64_t seq, until_ms;
	struct line *line;
};

struct holder { /* another instance that had the session open when we last looked */
	char *name;
	bool reported; /* under the lineage of the tip */
};

struct log {
	uint32_t magic;
	struct log *next;
	struct journal_redis *redis;
	struct sid sid;
	struct code code;            /* empty: not known yet */
	uint64_t serial;             /* an answer to an earlier life of this sid is nobody's */
	bool gone;                   /* closed meanwhile: nobody finds it any more; freed in a later turn, so that who is in the middle of it can end */

	struct line **lines;         /* [seq - 1] */
	uint64_t count, room;
	uint64_t told;               /* delivered up to here, as entry or in the snapshot */
	bool opened;                 /* the house knows it as open, and it is being kept up */
	bool served;                 /* it has been so once */
	bool loaded;                 /* loaded was told, opened not yet */
	bool was_level;              /* since the last change of history or of the link: appends go out */
	bool code_asked, snapshot_asked;
	uint64_t snapshot_seq;
	struct hash snapshot_hash;
	uint8_t *snapshot;
	size_t snapshot_len;

	struct tip tip;
	uint64_t looked_ms, bell_seq;
	bool looking, busy;          /* a look; a step of catching up or mending */
	uint64_t closed_ms;          /* since when we know that it is closed and hold what it has */
	bool announced;              /* that we hold more than this Redis, which is closed */
	char level_rid[SHA1_HEX];    /* the lineage under which our strikes are done */

	struct waiting_line *waiting;
	size_t waiting_count, waiting_room;
	size_t under_way;            /* appends asked and not answered */
	struct placed *placed;
	size_t placed_count, placed_room;
	struct original *originals;  /* what was struck a moment ago, as it was */
	size_t originals_count, originals_room;
	struct line **orphans;
	size_t orphans_count, orphans_room;

	uint64_t stable, covered, awaited; /* told; written before our newest write; ... before the WAIT under way */
	uint64_t marked;             /* count when `alive` was asked */
	struct holder *holders;
	size_t holders_count;
	uint8_t *published;          /* ours, without the rid in front */
	size_t published_len;
	bool published_known, publishing; /* Redis shows just that, under the rid of the tip; it is being told */
	uint8_t *peers;              /* what was last told, as lengths and bytes */
	size_t peers_len;
	struct loop_timer *timer;    /* more to deliver */
};

/* --- everything --- */
struct asking;
typedef void (*asked_fn)(struct journal_redis *redis, struct log *log, struct asking *asking, const struct redis_reply *reply); /* log NULL: closed meanwhile */

struct asking {
	uint32_t magic;
	struct journal_redis *redis;
	struct asking *next, *before;
	asked_fn done;
	bool has_sid;
	struct sid sid;
	uint64_t serial;
	/* What the answer needs; each kind uses some. */
	uint64_t asked_ms, from, until;
	unsigned parts;
	struct code code;
	size_t count;
	uint64_t *tags;       /* owned */
	struct line **tails;  /* owned */
	bool forsaken;        /* its tags were told unsure, or nobody waits for them */
	bool later;           /* was not asked: its answer is that nobody knows */
	struct chore *chore;
	struct reading *reading;
	union {
		journal_found_fn found;
		journal_list_fn each;
	} fn;
	void *ctx;
};

enum chore_kind { CHORE_STRIKE, CHORE_ERASE, CHORE_LEAVE };
struct chore { /* must be done, however long Redis is away */
	struct chore *next, *before;
	enum chore_kind kind;
	bool asked;
	unsigned errors;
	struct sid sid;
	uint64_t seq;
	unsigned parts;
	struct code code; /* ERASE: not empty when the session is gone and its code is left */
	bool has_digest, silent; /* silent: nobody asked for it now */
	uint8_t digest[DIGEST_BYTES];
};

struct reading { /* read() of a log, in pieces */
	struct reading *next;
	struct journal_redis *redis;
	struct sid sid;
	uint64_t at, until; /* the next seq; the last */
	bool looked, asked, has_hash;
	bool behind_all;    /* what was taken before it is answered */
	uint64_t must;      /* ... and has this place: our copy goes so far */
	struct hash hash;   /* of the entry before `at` */
	uint64_t tip_seq;   /* when it began */
	struct hash tip_hash;
	journal_sink_fn sink;
	void *ctx;
};

enum desk_state { DESK_DOWN, DESK_ASKING, DESK_FIT, DESK_UNFIT };

struct journal_redis {
	uint32_t magic;
	struct loop loop;
	struct redis_link desk, bell;
	enum redis_durability durability;
	uint8_t mac_key[64];
	size_t mac_key_len;
	unsigned rules, peers_rules; /* peers_rules: the lowest of those that live */
	bool impatient;
	char instance[17];           /* drawn at the start: a program that is started again is another */
	const struct journal_up *up;
	void *up_ctx;
	enum desk_state desk_state;
	enum journal_status told;    /* by health */
	bool full;                   /* Redis takes nothing more ... */
	uint64_t full_ms;            /* ... it said then */
	bool reached;                /* once at least */
	char sentence[256];
	char rid[SHA1_HEX];          /* of the last conversation */
	uint64_t young_until_ms;     /* what this Redis does not know may yet be written back */
	struct log *logs;
	size_t logs_count;
	uint64_t serial;
	struct asking *askings;
	size_t under_way;            /* creates and appends taken and not answered */
	size_t under_way_bytes;
	struct chore *chores;
	struct reading *readings;
	bool waiting;                /* a WAIT is under way */
	char bell_id[48];
	bool bell_up, bell_asked;
	struct loop_timer *tick, *haste, *flush, *bury, *reading_timer, *stop_timer;
	size_t told_mending;         /* so many logs are being mended */
	int64_t ahead_ms;            /* Redis' clock, of ours */
	bool ahead_known;
	bool odd;                    /* every second beat */
	bool stopping, desk_closed, bell_closed;
	void (*stopped)(void *ctx);
	void *stopped_ctx;
};

/* journal_redis.c */
struct log *redis_log(struct journal_redis *redis, struct sid sid); /* NULL: not open */
struct log *redis_log_add(struct journal_redis *redis, struct sid sid);
void redis_log_drop(struct log *log);              /* it is gone */
void redis_flush_soon(struct journal_redis *redis); /* in the next turn of the loop: redis_flush, and what could not be asked is answered */
void redis_health(struct journal_redis *redis);    /* tells a change */

/* journal_redis_write.c */
int redis_create(struct journal_redis *redis, struct sid sid, struct code code, const struct body *body, uint64_t tag);
int redis_append(struct journal_redis *redis, struct sid sid, const struct body *body, uint64_t tag);
void redis_flush(struct journal_redis *redis);                              /* appends that wait go out */
void redis_creation_forsaken(struct journal_redis *redis, struct sid sid);  /* closed while it is under way: nobody waits for the answer */

/* journal_redis_desk.c */
void desk_begin(struct journal_redis *redis);
bool desk_fit(const struct journal_redis *redis);
enum { APPEND_PATIENCE_MS = 1200 };
void redis_on_reply(const struct redis_reply *reply, void *ctx); /* ctx: the asking, which it frees */
void redis_on_nothing(struct journal_redis *redis, struct log *log, struct asking *asking, const struct redis_reply *reply); /* nobody waits */
/* false: not up; the asking is freed. Words borrowed. log NULL: of no session. */
struct asking *asking_create(struct journal_redis *redis, struct log *log, asked_fn done);
bool desk_ask(struct asking *asking, const struct slice *words, size_t count);
void asking_free(struct asking *asking);
void desk_unfit(struct journal_redis *redis, struct slice error); /* an error that says that this Redis cannot serve now */
enum refusal { REFUSAL_NONE, REFUSAL_SURE, REFUSAL_FULL, REFUSAL_UNSURE };
enum refusal desk_refusal(struct journal_redis *redis, const struct redis_reply *reply); /* of a writing: was it not done for sure? Acts on what the error says */

void desk_wrote(struct journal_redis *redis);       /* something of ours was written: WAIT for it, if we must */
void desk_haste(struct journal_redis *redis);       /* a log is being mended: look again soon */

/* journal_redis_log.c: keeping a log up, and mending it */
void log_pull(struct log *log);                    /* the next step, if there is one */
bool tip_read(const struct redis_reply *reply, struct slice *word, struct tip *out); /* false: not a whole tip; word: its first, if there is one */
void log_take(struct log *log, struct line *line); /* takes the line as the next of our copy */
void log_deliver(struct log *log);                 /* to the house, what it may know */
void log_lost(struct log *log, enum journal_status status, uint64_t seq); /* opened(status), and it is not open any more */
void log_unsure(struct log *log);                  /* all its open tags */
void log_tip(struct log *log, const struct tip *tip); /* what is known of Redis' log now */
void log_unsettle(struct log *log);                /* no writing of ours is known to be behind what we hold */
void log_settle(struct log *log, uint64_t seq);    /* stable */

/* journal_redis_peers.c */
void log_look(struct log *log);    /* at the tip; then the next step */
void log_publish(struct log *log); /* what we publish, and under which lineage all of ours is there */

/* journal_redis_chore.c */
void redis_strike(struct journal_redis *redis, struct sid sid, uint64_t seq, unsigned parts);
void redis_erase(struct journal_redis *redis, struct sid sid);
void redis_leave(struct journal_redis *redis, struct sid sid);
void redis_chores_go(struct journal_redis *redis);                      /* those that are not asked yet, and may be */
void redis_originals_forget(struct log *log, uint64_t now);             /* those whose time is over */
void redis_strikes_again(struct journal_redis *redis, struct log *log); /* in a Redis that may not have seen them */
void redis_strikes_drop(struct journal_redis *redis, struct sid sid);   /* they belonged to a history that is lost */
void redis_chores_free(struct journal_redis *redis);

/* journal_redis_read.c */
void redis_read(struct journal_redis *redis, struct sid sid, uint64_t from, uint64_t until, journal_sink_fn sink, void *ctx);
void redis_readings_go(struct journal_redis *redis);
void redis_readings_free(struct journal_redis *redis);

/* Words of a command. */
enum { KEY_ROOM = 44, WORDS_MOST = 320, BATCH = 64, PIECE = 128 }; /* BATCH: appends or lines of one call; PIECE: lines of one reading */
struct words {
	struct slice at[WORDS_MOST];
	size_t count;
	char room[WORDS_MOST][KEY_ROOM];
	size_t used;
};
void word_text(struct words *words, const char *text);                           /* borrowed */
void word_bytes(struct words *words, struct slice bytes);                        /* borrowed */
void word_number(struct words *words, uint64_t number);
void word_key(struct words *words, struct sid sid, char part);                   /* bp:{SID}:m */
void word_code(struct words *words, struct code code);
void words_call(struct words *words, const char *function, unsigned keys);
#endif
