/* SPDX-License-Identifier: EUPL-1.2 */
/* port/transport.h over libwebsockets: the connections once they are admitted (shell/edge.c does that). A frame is written
 * straight into the socket from transport_ready, one system call; what the kernel does not take libwebsockets keeps, and the
 * house is asked again when it is gone. One frame under way per connection, no queue, no timer, no buffer while idle. */
#ifndef BOLLPLANK_SHELL_WS_H
#define BOLLPLANK_SHELL_WS_H
#include "port/transport.h"
#include <libwebsockets.h>
#include <uv.h>

#define WS_SUBPROTOCOL "bollplank.v1"

struct ws;

/* How long a peer may take; NULL in ws_parts: as in limits.h. Tests are more impatient. */
struct ws_patience {
	uint64_t hello_ms, ping_ms, silent_ms, undrained_ms;
};

struct ws_parts {
	uv_loop_t *loop;
	const struct transport_up *up; /* borrowed, with ctx, until ws_destroy */
	void *up_ctx;
	/* The house has raised the limit: the peer is known, no longer counted at the door. */
	void (*admitted)(struct lws *wsi, void *ctx);
	void *admitted_ctx;
	const struct ws_patience *patience;
};

struct ws_numbers {
	unsigned open, young;                     /* now; of them without a hello */
	uint64_t opened, messages, frames, bytes; /* since the start; bytes: of frames out */
	uint64_t partial, undrained, silent, mute; /* writes cut short; closed for taking nothing, saying nothing, no hello */
};

extern const struct transport_ops ws_ops;

struct ws *ws_create(const struct ws_parts *parts);

/* The row of the vhost's table of protocols; good for the ws's life. */
struct lws_protocols ws_protocol(struct ws *ws);

/* This wsi is about to be upgraded, in this very call of libwebsockets; address: what the house hears at opened. */
void ws_expect(struct ws *ws, struct lws *wsi, const char *address);

/* Closes every connection with this code, some at a time; `emptied` when the last is gone, at once when there is none. */
void ws_drain(struct ws *ws, uint16_t code, void (*emptied)(void *ctx), void *ctx);

/* Closes the timers. After the context's destruction has begun: the deferred close is not needed any more. */
void ws_close(struct ws *ws);
void ws_destroy(struct ws *ws); /* after the loop has ended */

struct ws_numbers ws_numbers(const struct ws *ws);
unsigned ws_numbers_open(const struct ws *ws); /* `open` alone, without counting */
#endif
