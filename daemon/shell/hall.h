/* SPDX-License-Identifier: EUPL-1.2 */
/* What house, intake, founding and fanout share; nobody else includes it. A *hall* is one open session in memory with the people in it; a *seat* is one
 * connection; a *pending* is an append that the journal has taken and not answered. */
#ifndef BOLLPLANK_SHELL_HALL_H
#define BOLLPLANK_SHELL_HALL_H
#include "base/check.h"
#include "base/digest.h"
#include "base/limits.h"
#include "base/trace.h"
#include "core/session.h"
#include "shell/house.h"
#include "shell/rate.h"
#include "wire/command.h"
#include "wire/news.h"

enum {
	MAGIC_house = 0x686f7573, MAGIC_hall = 0x68616c6c, MAGIC_seat = 0x73656174, MAGIC_visit = 0x76697374, MAGIC_draw = 0x64726177,
	MAGIC_founding = 0x666f756e
};

struct seat;
struct hall;
struct audience;
struct behind;
struct founding;
struct export;

/* --- a connection --- */
enum seat_state {
	SEAT_NEW,     /* nothing said yet */
	SEAT_WAITING, /* said hello; its session is being found or loaded */
	SEAT_IN,
	SEAT_LEAVING  /* a bye is on its way, or it was closed by us */
};

enum volatile_due { DUE_BEAT = 1, DUE_PRESENT = 2, DUE_PROGRESS = 4, DUE_HEALTH = 8, DUE_AWAY = 16 };

struct visit { /* of a seat until it is in; may outlive it while the journal searches */
	uint32_t magic;
	struct house *house;
	struct seat *seat;            /* NULL: gone meanwhile */
	struct visit *next, *before;  /* of the house, so that nothing is lost when it goes */
	enum door door;
	bool searching;               /* the journal has not answered */
	struct code code;             /* that is searched for */
	bool away;                    /* nobody could say whether the code is right: only a known token gets in, and all others hear the same */
	bool guessing;                /* came by a code from where too many wrong ones came: only a known token gets in */
	uint32_t term;
	uint64_t done;
	uint64_t behind_ms;           /* its session is not as far as the page here, and is waited for until then; 0: no */
	char address[64];
};

struct seat_key { /* clause 4.8: what the holder of a ballot secret is called in a secret activity */
	struct eyes_key key;
	uint64_t since;
};

struct seat {
	uint32_t magic;
	uint8_t state, due, progress_next;
	bool own_dirty, own_listed, saved_listed, eyes_dirty, has_secret, secret_proven;
	uint16_t queued, strikes, close_code;
	struct conn *conn;
	struct house *house;
	struct hall *hall;
	struct visit *visit;
	struct seat *next_same;       /* the same actor's */
	uint32_t actor, hall_index, house_index;
	uint32_t pending;             /* first of its list in house->pendings, index + 1 */
	uint8_t token_hash[32];
	uint8_t secret[16];           /* lives here only */
	uint64_t lane;                /* of the hello, or of the newest join */
	struct rate rate;
	struct frame **queue;         /* welcome, replies, lanes, bye: few, in order */
	/* What the page was told. */
	uint64_t since_me, since_verdicts, since_ballots;
	uint64_t told;                /* `done` of the last frame, so that it never falls within a history */
	uint64_t awaits;              /* told a verdict of up to this seq before it was stable; 0: nothing */
	uint64_t eyes_seq;            /* when its eyes were last looked at */
	struct seat_key *keys;
	uint16_t keys_count, keys_gone;
	struct audience *audience;    /* exactly one of audience and behind, once in */
	uint32_t audience_index, taken; /* version of the audience's frame that it has taken */
	uint32_t away_told;             /* version of the list of who is away that it was told; 0: of none */
	struct behind *behind;
};

/* --- an open session --- */
struct waiting { /* a wait of the session, and when it is due on our clock */
	struct wait wait;
	uint64_t due_ms;
	uint64_t tag;   /* proposed; 0: not */
	unsigned tries; /* of a seal */
	bool spent;   /* its entry was judged: never again */
	bool seen;    /* while going through the session's waits */
};

struct grid { /* of participants, or of staff */
	uint64_t last_ms, due_ms;
	uint64_t interval_ms; /* stretched when the loop is busy */
	bool state, result;   /* something of that interval has changed */
	struct loop_timer *timer;
};

struct seats {
	struct seat **at;
	size_t count, room;
};

struct drawn { /* a shared section as it was drawn last, for the next who lacks the same of it */
	struct section section;
	uint64_t since, version; /* since: 0 when whole. version: of what it was drawn from; 0: nothing here */
	uint8_t *at;
	size_t len;
};
enum { DRAWN = 256, DRAWN_BYTES = 16 * 1024 };

struct fanout {
	struct audience *audiences;
	struct grid grids[2];        /* [0] participants, [1] staff */
	struct seats own, saved;     /* seats with something of their own to hear; that wait for "saved" */
	bool eyes_changed, posted, people_changed, progress_changed;
	uint32_t term;               /* of the newest entry */
	struct secret {
		uint32_t activity, round;
	} secrets[LIMIT_ACTIVITIES]; /* the secret activities and their running rounds ... */
	size_t secrets_count;
	uint64_t secrets_seq;        /* ... as of this entry */
	struct drawn *drawn;         /* DRAWN of them, found by section and since */
	struct frame *present, *beat, **progress;
	struct absent { /* presence.c: who of a room is away, as drawn last; [0]: of all rooms, for facilitators */
		struct frame *frame; /* NULL: not told, the room is too large for names */
		uint32_t version;    /* another number with other content */
	} *absent;
	size_t absent_count;
	uint32_t absent_version;
	size_t progress_count;
	uint64_t volatile_ms;        /* when last sent */
	unsigned beats;
	struct loop_timer *volatile_timer, *beat_timer;
};

struct proposed { /* by presence; under way */
	uint64_t tag;
	uint16_t command;
	struct subject subject;
};

struct attend { /* attend.c */
	uint64_t since_ms; /* from then on we know who comes and goes */
	uint64_t *left_ms; /* [member]: when the last of their pages went; 0: never seen here */
	size_t left_room;
	struct proposed *proposed;
	size_t proposed_count, proposed_room;
	struct waited { /* for whom a gate waited when it was last looked at */
		uint32_t activity, room, member;
		uint64_t newest, since_ms; /* all had answered, the last by this entry; since when it is so on our clock */
	} *waited;
	size_t waited_count;
	uint64_t looked_ms, due_ms;
	struct loop_timer *timer;
};

enum { COMPANY_ROOM = LIMIT_MEMBERS + 1 };

struct company { /* company.c */
	uint8_t *here; /* [member]: on how many other instances they have a page; NULL: none was ever heard of */
	struct news_room *lacking;
	size_t lacking_count;
	bool lacking_more;
	uint64_t seq;       /* so far the one of them that is least far has looked; UINT64_MAX: nobody is anywhere else */
	uint64_t moved_seq; /* of the newest entry that may have moved people or opened a question; 0: none since we opened */
	uint64_t open_seq;
	struct pack said;   /* published last */
};

struct hall {
	uint32_t magic;
	struct house *house;
	struct hall *next;            /* in its bucket */
	struct sid sid;
	struct session *session;      /* NULL while loading */
	bool open;                    /* opened was told */
	enum fault fault;             /* not none: nobody is served */
	enum journal_status health;   /* of what keeps this session; told to everybody in it */
	uint64_t stable;
	uint64_t snapshot_seq;        /* position of the newest snapshot */
	uint64_t strikes_seq;         /* a seal up to here may be struck once stable; 0: none */
	uint64_t empty_ms;            /* since when nobody is here; 0: somebody is */
	uint32_t pendings;
	bool posted;  /* waits are looked at again at the end of this turn */
	bool reading; /* the journal delivers its entries from the first */
	struct waiting *waits;
	size_t waits_count, waits_room;
	struct loop_timer *wait_timer;
	struct seats seats;
	struct seat **members;        /* [number]: first seat of that member */
	size_t members_room;
	struct seat *links[LIMIT_LINKS + 1]; /* [number], or [0] for numbers beyond */
	unsigned behind;              /* seats that wait for it to come as far as they have seen */
	struct loop_timer *behind_timer;
	struct rate commands, joins;
	struct entry_bytes *orphans;  /* orphans.c: entries that are in history no more, in its order */
	size_t orphans_count, orphans_room;
	size_t orphans_first;         /* those before it are in the log again, and their bytes are gone */
	size_t orphans_new;           /* of the reset that is under way: these stood before the others in the log */
	uint64_t *orphans_put;        /* the places of those that are in the log again */
	size_t orphans_put_count;
	uint64_t orphans_tag;         /* the first is under way */
	unsigned orphans_waited;      /* looks for the seal that stood before it */
	struct loop_timer *orphans_timer;
	struct founding *founding;
	unsigned exports;             /* that wait for it */
	struct attend attend;
	struct company company;
	struct fanout fanout;
};

/* --- the house --- */
enum pending_kind { PENDING_FREE, PENDING_COMMAND, PENDING_DRAW, PENDING_WAIT, PENDING_ATTEND, PENDING_FOUNDING, PENDING_ORPHAN };

struct pending {
	uint64_t tag;
	struct hall *hall;
	struct seat *seat;  /* NULL: nobody asks any more */
	uint32_t next;      /* of the seat's list, or of the free list */
	uint32_t actor;
	uint8_t kind;
	uint16_t command;
	uint64_t lane;      /* as the page names it */
	uint32_t number, activity, round; /* activity, round: of a secret ballot */
};

struct wrong { /* wrong codes of one address */
	uint64_t address, since_ms;
	uint32_t count;   /* a right code takes one back */
	uint32_t charged; /* to the daemon's own limit; nothing takes it back */
};

struct draw { /* rooms being drawn by a worker */
	uint32_t magic;
	struct house *house;
	struct draw *next, *before;
	uint64_t tag;
	struct rooming_member *members;
	uint32_t *room_of;
	uint32_t count, rooms;
	bool mix;
	uint64_t seed;
	struct name name;
	struct pack form;
};

enum { HOUSE_BUCKETS = 1024, HOUSE_WRONGS = 4096 };

struct house {
	uint32_t magic;
	struct loop loop;
	struct journal journal;
	const struct transport_ops *transport;
	struct digest creation_key;
	bool may_create, stopping, ended;
	struct hall *halls[HOUSE_BUCKETS];
	size_t halls_count;
	struct pending *pendings;
	uint32_t pendings_count, pendings_room, pendings_used, pendings_free; /* used: slots ever; free: index + 1 */
	uint32_t serial;
	uint64_t newest_tag;          /* of the newest pending */
	struct visit *visits;
	struct draw *draws;
	struct founding *foundings;
	struct abandoned *abandoned;
	struct export *exports;
	unsigned exports_count;
	struct seats seats;           /* all */
	struct seats leaving;
	struct wrong *wrongs;
	struct rate wrong_rate;
	uint64_t snapshot_entries;
	uint64_t spread_ms, stop_ms;  /* stop_ms: since when it stops */
	size_t stop_count, stop_left; /* how many connections there were then; so many have been told to go */
	struct loop_timer *sweep_timer, *leave_timer;
	struct pack scratch, body;    /* for one frame at a time */
	struct section *sections;     /* for one look at a time */
	size_t sections_room;
	struct house_figures figures;
	void (*stopped)(void *ctx);
	void *stopped_ctx;
};

static inline void seats_add(struct seats *seats, struct seat *seat)
{
	if (seats->count == seats->room) {
		seats->room = seats->room ? 2 * seats->room : 4;
		seats->at = check_realloc(seats->at, seats->room, sizeof(struct seat *));
	}
	seats->at[seats->count++] = seat;
}
void seats_forget(struct seats *seats, const struct seat *seat); /* by looking for it: for short or rare lists */
void seats_finish(struct seats *seats);

/* --- house.c --- */
struct hall *house_hall(struct house *house, struct sid sid);  /* NULL: not in memory */
struct hall *house_visit(struct house *house, struct sid sid); /* the same, loading it if need be; NULL: no room for another */
struct hall *house_found(struct house *house, struct sid sid); /* an empty one, to be created in the journal */
void hall_begin(struct hall *hall);                            /* its first entries are there: it serves */
void hall_fail(struct hall *hall, enum fault fault, const char *why, uint64_t seq); /* nobody is served any more */
void hall_free(struct hall *hall);                             /* without a word to the journal */
void hall_close(struct hall *hall);                            /* lets go of it at once: journal close, everything freed; nobody sits in it */
struct seat **hall_place(struct hall *hall, uint32_t actor); /* the head of the actor's list of seats */
/* The newest rules that this program and all other instances know. */
static inline uint32_t house_rules(const struct house *house)
{
	unsigned rules = house->journal.ops->rules(house->journal.self);
#if BOLLPLANK_BUG == 66 /* older instances are not asked */
	rules = RULES_NEWEST;
#endif
	return rules < 1 ? 1 : rules > RULES_NEWEST ? RULES_NEWEST : rules;
}
static inline bool hall_serves(const struct hall *hall) { return hall->open && hall->session && hall->fault == FAULT_none; }
static inline uint64_t house_log_ms(const struct house *house, const struct hall *hall)
{
	uint64_t wall = journal_wall_ms(house->journal, hall->sid), at = session_at_ms(hall->session);
	wall = wall && BOLLPLANK_BUG != 97 ? wall : loop_wall(house->loop); /* 97: with our own clock */
	return wall > at ? wall : at;
}

/* --- pending.c --- */
/* Hand an entry to the journal. 0 and a pending, or < 0. `entry` without term, seq and at. */
int hall_append(struct hall *hall, const struct entry *entry, const struct pending *pending);
int hall_append_bytes(struct hall *hall, const struct entry_bytes *bytes, const struct pending *pending);
struct pending *pending_add(struct house *house, const struct pending *pending); /* its tag is set; good until the next is added */
void pending_remove(struct house *house, struct pending *pending);
struct pending *pending_find(struct house *house, uint64_t tag);          /* NULL: answered already */

/* --- intake.c --- */
void intake_message(struct seat *seat, struct slice bytes);
void intake_refused(struct pending *pending, enum fault fault);  /* the journal did not take it (later), or is not sure */
void intake_joined(struct hall *hall, struct seat *seat);        /* a join was judged: who is this now? */
void intake_keys(struct seat *seat);                             /* the keys of secret activities that it lacks */
void intake_say(struct seat *seat);                              /* sends house->scratch as a message of its own */
void intake_draws_destroy(struct house *house);

/* --- founding.c --- */
void founding_entry(struct hall *hall);   /* the create, or one more, is in the log */
void founding_stable(struct hall *hall);
void founding_refused(struct hall *hall, enum journal_status why);
void founding_lost(struct hall *hall);    /* the hall goes */
void founding_end(struct house *house);   /* the house goes */
#endif
