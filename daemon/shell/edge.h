/* SPDX-License-Identifier: EUPL-1.2 */
/* Where the network ends and the daemon begins: the listening sockets, one libwebsockets context, who is let in, and the order
 * in which all of it goes away. Joins listener, door, http and ws. */
#ifndef BOLLPLANK_SHELL_EDGE_H
#define BOLLPLANK_SHELL_EDGE_H
#include "shell/http.h"
#include "shell/ws.h"

struct edge;

/* Borrowed until edge_destroy. */
struct edge_parts {
	uv_loop_t *loop;
	const char *const *listen; /* see listener.h */
	size_t listen_count;
	struct door_parts door;
	const struct asset *assets;
	unsigned asset_count;
	const char *const *shell; /* see http.h */
	bool metrics_open;
	const struct transport_up *up;
	void *up_ctx;
	const struct http_up *http_up;
	void *http_ctx;
	const struct ws_patience *patience; /* NULL: limits.h */
	unsigned connections_max;           /* at most LIMIT_CONNECTIONS; less where the system gives fewer descriptors */
};

/* Descriptors that the edge needs beside those of connections: plain HTTP, listeners, the loop's own. */
enum { EDGE_SPARE_DESCRIPTORS = 256 };

/* NULL: why holds a sentence with what to do about it; the loop is as before. */
struct edge *edge_create(const struct edge_parts *parts, char *why, size_t size);

/* No new connections; /healthz says 503; those that are open go on. */
void edge_quiet(struct edge *edge);

/* Closes all connections with CLOSE_GOING; done when the last is gone or DRAIN_MS are over, from the loop. Quiet is implied. */
void edge_drain(struct edge *edge, void (*done)(void *ctx), void *ctx);

/* Closes everything that is left at once. From a callback of the loop that is not one of libwebsockets' (a timer, a signal, an
 * edge_drain's done). Nothing is called upwards after it but closed, during it. Then the loop runs out, then edge_destroy. */
void edge_close(struct edge *edge);
void edge_destroy(struct edge *edge);

struct edge_numbers {
	struct ws_numbers ws;
	unsigned sockets; /* all, with plain HTTP */
	uint64_t accepted, turned_away, refused; /* refused: upgrades, by a status */
};
struct edge_numbers edge_numbers(const struct edge *edge);
#endif
