/* SPDX-License-Identifier: EUPL-1.2 */
/* A simulated page: the client's side of bollplank.v1, written from protocol/README.md and apart from the daemon's code (of which it uses the encoders of
 * what it sends). It has a storage that outlives its connection (token, secret, lane, outbox) and a picture (sections) that outlives it too, unless it reloads. */
#ifndef BOLLPLANK_TESTS_SIM_PAGE_H
#define BOLLPLANK_TESTS_SIM_PAGE_H
#include "lib/transport_test.h"
#include "wire/command.h"
#include "wire/section.h"

/* --- a reader of MessagePack that has nothing to do with wire/pack --- */
struct reader {
	const uint8_t *at, *end;
	bool bad;
};
static inline struct reader reader_of(struct slice bytes) { return (struct reader){ bytes.at, bytes.at + bytes.len, false }; }
size_t read_array(struct reader *r);
uint64_t read_uint(struct reader *r);
bool read_bool(struct reader *r);
bool read_nil(struct reader *r);            /* true and taken if the next is nil */
struct slice read_bytes(struct reader *r);  /* str or bin */
struct slice read_value(struct reader *r);  /* whatever comes, as it stands */

/* --- what a page holds --- */
struct item {
	uint64_t key;
	uint8_t *at;
	size_t len;
};
struct held { /* a section */
	uint8_t kind;
	uint32_t a, b;
	struct item *items; /* ascending keys */
	size_t count;
};

enum wish_state { WISH_NEW, WISH_SENT, WISH_JUDGED };
struct wish { /* a command in the outbox, until it is judged and stable */
	uint64_t lane;
	uint32_t number;
	uint16_t command;
	struct subject subject;
	struct slice form, text; /* own memory */
	bool secret, again;
	bool doubtful;           /* sent in an earlier lane: it may count from there */
	uint32_t round;          /* of a secret ballot */
	enum wish_state state;
	enum fault fault;        /* when judged */
	uint64_t seq, not_before_ms;
};

struct page;
struct page_watch { /* the checkers' */
	void *ctx;
	struct transport_test *(*door)(struct page *page, void *ctx);              /* where to connect now; NULL: nowhere */
	void (*frame)(struct page *page, struct slice bytes, void *ctx);          /* before it is applied */
	void (*applied)(struct page *page, void *ctx);                             /* a frame was applied */
	void (*saved)(struct page *page, const struct wish *wish, void *ctx);      /* the page would say "saved" now */
	void (*refused)(struct page *page, const struct wish *wish, bool kept, void *ctx); /* kept: the session holds the verdict, and it is stable */
	void (*broken)(struct page *page, const char *what, void *ctx);            /* the daemon broke the protocol */
};

struct page {
	uint32_t magic;
	unsigned number;             /* of the simulation */
	struct loop loop;
	const struct page_watch *watch;
	/* storage */
	struct hello hello;          /* place points to `place` */
	char place[24];
	uint32_t next_number;
	struct secret_number {
		uint32_t activity, round, next;
	} secrets[16];
	size_t secrets_count;
	struct lane_known {
		uint32_t activity, round;
		uint64_t lane;
	} lanes[16];
	size_t lanes_count;
	struct wish *outbox[128];
	size_t outbox_count;
	/* picture */
	struct held *sections;
	size_t sections_count;
	uint32_t actor, roles, term;
	uint64_t done, stable;
	/* connection */
	struct conn *conn;
	bool welcomed, framed, gone_for_good;
	uint16_t last_close;
	enum fault last_bye;
	unsigned failures;
	struct loop_timer *reconnect_timer, *resend_timer;
	uint64_t delay_ms;
	unsigned window;
	/* counts */
	unsigned frames, replies[128], connects;
	uint64_t histories; /* how often it was told that history changed, or lost its own picture */
	size_t largest;
};

void page_init(struct page *page, unsigned number, struct loop loop, const struct page_watch *watch);
void page_finish(struct page *page);
void page_connect(struct page *page);
void page_cut(struct page *page);               /* the network is gone; it comes back by itself */
void page_sleep(struct page *page, uint64_t ms);/* the same, but not before so long */
void page_reload(struct page *page);            /* cut, and the picture is lost; the storage stays */
void page_again(struct page *page);             /* it was sent away for good, and somebody tries it once more */
void page_leave(struct page *page);             /* for good */

/* Put a command into the outbox and send it when its turn comes. form: copied. A waiting ballot on the same question is replaced: newest wins. */
void page_wish(struct page *page, uint16_t command, uint32_t a, uint32_t b, struct slice form, struct slice text);
void page_ballot(struct page *page, uint32_t activity, uint32_t round, bool secret, struct slice ballot);
/* Send bytes as they are: what a confused page may do. */
void page_send_raw(struct page *page, struct slice bytes);

const struct held *page_section(const struct page *page, uint8_t kind, uint32_t a, uint32_t b); /* NULL: not held */
struct slice page_item(const struct page *page, uint8_t kind, uint32_t a, uint32_t b, uint64_t key); /* its value; empty: none */
uint32_t page_room(const struct page *page);
uint32_t page_phase(const struct page *page, uint32_t scope, uint32_t activity, uint32_t *round);
void page_drop_outbox(struct page *page); /* a page that only looks */
const char *page_difference(const struct page *x, const struct page *y); /* the first section that differs; good until the next call */
/* Everything held, in one order, as bytes: two pages that see the same give the same. */
void page_picture(const struct page *page, struct pack *out);
#endif
