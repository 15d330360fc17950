/* SPDX-License-Identifier: EUPL-1.2 */
/* Connections to people's pages. shell/ws.c is the real transport; the simulator is the second.
 * A transport has no queue and decides nothing: it hands in whole messages and asks for the next frame when the peer can take it.
 *
 * Upwards (struct transport_up, given at its creation):
 * 1. opened(conn): once, first. admitted already (path, origin, subprotocol, rates). `address` is a text for counting, never
 *    for logs as it stands; good for the call.
 * 2. message(conn, bytes): a whole binary message of 1..limit bytes; limit is LIMIT_HELLO until transport_limit raises it.
 *    Borrowed for the call. Larger: the transport closes with 1009 by itself and the house hears only closed.
 * 3. next(conn): the peer can take a frame: the house returns one (the transport takes over the caller's reference) or NULL.
 *    After NULL the transport asks again only after transport_ready. Called until NULL, or until the peer is full.
 * 4. closed(conn): once, last, if opened was called, for whatever reason. After it the conn is gone. Never from inside a call of ours.
 *
 * Downwards (struct transport_ops):
 * 5. ready(conn): there may be something to send. The transport calls next from inside this call if it can send now (the
 *    shortest path), else when it can. Not to be called from inside next.
 * 6. close(conn, code): polite, deferred. No message, no next after this call; closed follows soon, from the loop. A second call changes nothing.
 *    The code goes to the peer (RFC 6455 section 7.4); 0 = cut without a word.
 * 7. limit(conn, bytes): how large a message may be from now on.
 * 8. seat: one pointer per connection that is the house's. NULL at first. */
#ifndef BOLLPLANK_PORT_TRANSPORT_H
#define BOLLPLANK_PORT_TRANSPORT_H
#include "base/frame.h"

struct conn; /* the adapter's */

struct transport_up {
	void (*opened)(struct conn *conn, const char *address, void *ctx);
	void (*message)(struct conn *conn, struct slice bytes, void *ctx);
	struct frame *(*next)(struct conn *conn, void *ctx);
	void (*closed)(struct conn *conn, void *ctx);
};

struct transport_ops {
	void (*ready)(struct conn *conn);
	void (*close)(struct conn *conn, uint16_t code);
	void (*limit)(struct conn *conn, size_t bytes);
	void (*set_seat)(struct conn *conn, void *seat);
	void *(*seat)(const struct conn *conn);
};

/* Close codes that pages act on (protocol/README.md section 3). */
enum close_code {
	CLOSE_GOING = 1001,     /* the daemon stops: come back, here or elsewhere */
	CLOSE_TEXT = 1003,      /* a text frame */
	CLOSE_POLICY = 1008,    /* too many messages, or no hello in time */
	CLOSE_TOO_LARGE = 1009,
	CLOSE_LATER = 1013,     /* full, or the peer took nothing for too long: come back later */
	CLOSE_MALFORMED = 4000, /* not the protocol */
	CLOSE_REFUSED = 4001,   /* a `bye` frame before it says why; do not come back by yourself */
	CLOSE_ELSEWHERE = 4002  /* this page was opened once more by the same person */
};
#endif
