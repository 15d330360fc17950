/* SPDX-License-Identifier: EUPL-1.2 */
/* What is asked over plain HTTP: the client's files, a new session (POST /api/sessions), the catalog, /healthz, /metrics. Anything but
 * GET and HEAD is refused and closed, so no body is ever mistaken for a second request. */
#ifndef BOLLPLANK_SHELL_HTTP_H
#define BOLLPLANK_SHELL_HTTP_H
#include "base/fault.h"
#include "base/slice.h"
#include "shell/assets.h"
#include "shell/door.h"
#include <libwebsockets.h>

struct http;
struct http_reply; /* an answer that somebody waits for */

struct http_up {
	bool (*may_create)(struct slice key, void *ctx); /* before the body is read; key: what Authorization: Bearer gave, may be empty */
	/* Borrowed for the call. Ends in one http_answer, now or later, also when nobody waits any more. */
	void (*create)(struct slice body, struct slice key, const char *address, struct http_reply *reply, void *ctx);
	/* The log of a session, clause 7.4. Ends in one http_answer, or in http_begin and pieces. */
	void (*log)(struct slice sid, struct slice token, const char *address, struct http_reply *reply, void *ctx);
	/* The catalog, clause 7.3: the list (id NULL), or a workshop; empty: there is none. The bytes stay where they are as long as anybody asks. */
	struct slice (*catalog)(const char *id, void *ctx);
	const char *(*unwell)(void *ctx);                       /* NULL: all is well; else why not, for the operator */
	size_t (*metrics)(char *out, size_t size, void *ctx);   /* Prometheus text; how much was written, < size */
};

struct http_parts {
	const struct asset *assets;
	unsigned asset_count;
	const char *const *shell; /* paths that are answered with /index.html; one that ends in '*' stands for all that begin so; then NULL */
	const struct door *door;
	const char *(*address)(struct lws *wsi, char room[ADDRESS_TEXT], void *ctx); /* whom to count */
	bool (*local)(struct lws *wsi, void *ctx);                                   /* asked from this machine, not through a proxy */
	void *address_ctx;
	bool metrics_open; /* else /metrics is for this machine only */
	const struct http_up *up;
	void *up_ctx;
};

struct http *http_create(const struct http_parts *parts);
void http_destroy(struct http *http); /* after the context is gone */
void http_drain(struct http *http);   /* /healthz says 503 from now on, nothing is created */
void http_answer(struct http_reply *reply, unsigned status, struct slice body); /* body: application/msgpack, copied */

/* A 200 whose length nobody knows yet: it ends with the connection. */
struct http_pieces {
	void (*more)(void *source); /* the peer has taken the last piece: one more http_piece, now or later */
	void (*gone)(void *source); /* the peer has left, or has everything; the reply is no more */
};
bool http_begin(struct http_reply *reply, const struct http_pieces *pieces, void *source); /* false: the peer has left already; the reply is no more */
void http_piece(struct http_reply *reply, struct slice piece, bool last);                  /* copied; `last` and empty: ends where it is */

/* `[fault]`, the body of an answer that refuses. */
enum { HTTP_FAULT_BYTES = 2 };
void http_fault(enum fault fault, uint8_t out[HTTP_FAULT_BYTES]);

/* A callback of libwebsockets for protocols[0]; what it does not know it ignores. */
int http_event(struct http *http, struct lws *wsi, enum lws_callback_reasons why, void *user, void *in, size_t len);
extern const size_t http_seat_size; /* per_session_data_size */

/* Headers that every answer carries, for the vhost. */
extern const struct lws_protocol_vhost_options *const http_headers;
#endif
