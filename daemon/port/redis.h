/* SPDX-License-Identifier: EUPL-1.2 */
/* A conversation with one Redis: words out, replies back. shell/redis_link.c is the real one, on hiredis; the simulator has another, to a Redis of its own
 * that dies, lies and hangs on command (tests/lib/redis_model.c). All calls come from the loop's thread; no upcall is made from inside a call.
 *
 * 1. A link connects by itself, and again whenever it is cut, with a back-off and jitter. up: connected, admitted, and a PING was answered. down: it
 *    is cut, with a sentence for the operator; also told when a connection could not be made, once for each new sentence.
 * 2. ask: false = not up, or LIMIT_REDIS_ASKED or LIMIT_REDIS_BYTES are under way: nothing was sent. true: reply is called exactly once: with the answer, in the
 *    order of asking, or with NULL: the link was cut, nobody knows whether it was done. All NULLs come before down.
 * 3. An answer that takes longer than patience_ms cuts the link (a hung Redis says nothing).
 * 4. A reply is borrowed for the callback. Words are copied.
 * 5. hang_up: cut it now, as the network might. close: for good; open askings end with NULL; then done; no upcall after it. */
#ifndef BOLLPLANK_PORT_REDIS_H
#define BOLLPLANK_PORT_REDIS_H
#include "base/slice.h"

enum redis_kind { REDIS_NIL, REDIS_TEXT, REDIS_NUMBER, REDIS_LIST, REDIS_ERROR };

struct redis_reply {
	enum redis_kind kind;
	int64_t number;                  /* NUMBER */
	struct slice text;               /* TEXT (a bulk or a status), ERROR */
	const struct redis_reply *items; /* LIST */
	size_t count;
};

typedef void (*redis_reply_fn)(const struct redis_reply *reply, void *ctx);

struct redis_up {
	void (*up)(void *ctx);
	void (*down)(const char *sentence, void *ctx);
};

struct redis_link_ops {
	void (*listen)(void *self, const struct redis_up *up, void *ctx); /* once; begins to connect */
	bool (*ask)(void *self, const struct slice *words, size_t count, unsigned patience_ms, redis_reply_fn reply, void *ctx);
	void (*hang_up)(void *self);
	void (*close)(void *self, void (*done)(void *ctx), void *ctx);
};

/* Passed by value. */
struct redis_link {
	const struct redis_link_ops *ops;
	void *self;
};
#endif
