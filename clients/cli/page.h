/* SPDX-License-Identifier: EUPL-1.2 */
/* One page of the protocol without a network and without a clock: hello, lane, outbox, sections, position. Whoever owns it carries the bytes,
 * tells the time, and calls back when a time to wait has passed. What a browser page keeps over a reload is what page_reload keeps. */
#ifndef BOLLPLANK_CLI_PAGE_H
#define BOLLPLANK_CLI_PAGE_H
#include "base/limits.h"
#include "picture.h"
#include "wire/command.h"

enum role {
#define ROLE(name, bit, meaning) ROLE_##name = bit,
#include "tbl/roles.h"
#undef ROLE
};
enum phase {
#define PHASE(name, bit, meaning) PHASE_##name = bit,
#include "tbl/phases.h"
#undef PHASE
};
enum view {
#define VIEW(name, number, meaning) VIEW_##name = number,
#include "tbl/views.h"
#undef VIEW
};
enum holder { HOLDER_PERSON = 1, HOLDER_ROOM = 2 };
enum { KEY_ACTIVITY = 4096, KEY_GROUP = 4096 }; /* keys of activities in scope and me; of groups in activity */

/* A command that waits for its verdict. Owned by the page. */
struct wish {
	struct wish *next;
	uint16_t command;
	struct subject subject;
	uint32_t round;           /* of a ballot */
	bool secret;              /* a ballot on a secret activity: numbered by activity and round */
	uint32_t number;          /* 0: not sent yet */
	bool sent, again;         /* sent: on this connection. again: it may be in the log already */
	bool judged;              /* accepted at ${seq}, not yet stable */
	uint32_t seq_fault;
	uint64_t seq;
	uint64_t first_sent_us;
	unsigned tries;
	struct slice form, text;  /* owned */
	struct slice ballot;      /* within form; of an answer in words within text */
};

struct page;
struct page_up {
	void (*send)(struct page *page, struct slice message, void *ctx);
	/* A wish has its end: FAULT_none or FAULT_recovered (durable; seq says where in the log), or a refusal. Gone after the call. */
	void (*ended)(struct page *page, const struct wish *wish, enum fault fault, void *ctx);
	void (*wait)(struct page *page, uint32_t ms, void *ctx);          /* call page_go_on after so long */
	void (*frame)(struct page *page, void *ctx);                      /* a frame was applied; may be NULL */
	void (*told)(struct page *page, enum volatile_kind kind, struct cursor rest, void *ctx); /* volatile; may be NULL */
	void (*bye)(struct page *page, enum fault fault, void *ctx);      /* may be NULL */
};

struct page_number { /* of the ballots of one secret activity and round */
	uint32_t activity, round, number;
	bool has_lane;
	uint64_t lane;
};

struct page {
	const struct page_up *up;
	void *ctx;
	enum door door;
	char place[17];
	uint8_t token[16], secret[16];
	const char *name, *organisation; /* for the join; borrowed */

	uint64_t lane;
	uint32_t number;           /* the last one given */
	bool lane_open, shut;      /* shut: the join was refused for good */
	struct page_number *numbers;
	size_t numbers_count;
	struct wish *outbox;       /* the first is under way */

	bool welcome;              /* on this connection */
	char sid[17], code[9];
	uint32_t actor;
	unsigned roles;
	uint32_t term;
	uint64_t done, stable, log_ms, log_at_us; /* log_ms was true at log_at_us of our clock */
	struct picture picture;
	uint64_t frames, frame_bytes, replies_later, new_lanes;
};

/* place: a code as typed, or a sid. token and lane are drawn here when token is NULL. wanted: the kinds of sections to keep. */
void page_init(struct page *page, enum door door, const char *place, const uint8_t token[16], uint32_t wanted,
	       const struct page_up *up, void *ctx);
void page_finish(struct page *page);
/* Goes on with this lane, which an earlier run of the same program may have opened (the daemon keeps an actor's last four: one lane a run would drive out those of the
 * person's pages). page_lane before the first hello; page_lane_resume when the first sections are there. */
void page_lane(struct page *page, uint64_t lane);
void page_lane_resume(struct page *page);

void page_opened(struct page *page);                 /* connected: says hello */
void page_lost(struct page *page);                   /* the connection is gone: what was under way goes again */
void page_reload(struct page *page);                 /* after page_lost: sections and position are forgotten, token, lane and outbox kept */
/* false: these bytes are not the protocol. now_us: the owner's monotonic clock. */
bool page_message(struct page *page, struct slice message, uint64_t now_us);
void page_go_on(struct page *page, uint64_t now_us);

/* Put a command into the outbox. form: one MessagePack array, copied. A ballot that waits unsent is replaced by a newer one on the same question. */
void page_wish(struct page *page, enum command command, uint32_t a, uint32_t b, struct slice form, struct slice text, uint64_t now_us);
/* The same with a form of numbers. */
void page_wish_numbers(struct page *page, enum command command, uint32_t a, uint32_t b, const uint64_t *numbers, size_t count, uint64_t now_us);
/* A ballot on the running round of an activity in the picture. Of an answer in words the bytes of its text stand for the ballot. */
void page_ballot(struct page *page, uint32_t activity, uint32_t round, struct slice ballot, uint64_t now_us);

/* --- reading the picture --- */
struct question { /* an activity as its section says */
	uint32_t number, step, holder;
	char kind[16];
	bool secret;
	struct slice config;   /* borrowed from the picture */
};
bool page_question(const struct page *page, uint32_t activity, struct question *out);
size_t page_items(const struct page *page, uint32_t activity, uint32_t items[LIMIT_ITEMS]); /* those that are shown, by number; returns how many */
uint32_t page_room(const struct page *page);
uint32_t page_step(const struct page *page, uint32_t room); /* where the room stands on the agenda; 0: nowhere yet */
struct pen { /* of a room, as its section says (clause 4.17) */
	uint32_t tenure, holder;
	bool away;
};
struct pen page_pen(const struct page *page, uint32_t room);
/* Phase and round of an activity where this room stands: room's scope first, then the session's. 0: none said. */
unsigned page_phase(const struct page *page, uint32_t activity, uint32_t room, uint32_t *round);
#endif
