/* SPDX-License-Identifier: EUPL-1.2 */
#include "shell/edge.h"
#include "base/check.h"
#include "base/limits.h"
#include "base/trace.h"
#include "shell/listener.h"
#include <strings.h>
#include <unistd.h>

enum {
	MAGIC_edge = 0x65646765,
	HTTP_S = 5,  /* headers, a body, an idle socket kept for the next request */
	HEADER_ROOM = 256
};

struct edge {
	uint32_t magic;
	struct edge_parts parts;
	struct lws_context *context; /* set to NULL by libwebsockets when it is gone */
	struct lws_vhost *vhost;
	struct lws_protocols protocols[3];
	struct listener *listener;
	struct door *door;
	struct http *http;
	struct ws *ws;
	uv_timer_t drain;
	void (*drained)(void *ctx);
	void *drained_ctx;
	bool quiet, closed;
	struct edge_numbers numbers;
};

/* ---- whom a socket belongs to ---- */

static bool peer_of(struct lws *wsi, struct address *out)
{
	struct sockaddr_storage from;
	socklen_t len = sizeof from;
	if (getpeername(lws_get_socket_fd(wsi), (struct sockaddr *)&from, &len) < 0)
		return false;
	*out = address_of((struct sockaddr *)&from);
	return true;
}

static struct slice header(struct lws *wsi, char *room, enum lws_token_indexes which)
{
	int n = lws_hdr_copy(wsi, room, HEADER_ROOM, which);
	return slice_of(room, n < 0 ? 0 : (size_t)n);
}

/* The address to count: the peer's, or what a proxy that we trust saw. */
static struct address counted(const struct edge *edge, struct lws *wsi, bool *proxied)
{
	char room[HEADER_ROOM];
	struct address peer = { { 0 } }, seen;
	*proxied = false;
	if (!peer_of(wsi, &peer))
		return peer;
	if (door_trusts(edge->door, &peer) && door_forwarded(header(wsi, room, WSI_TOKEN_X_FORWARDED_FOR), &seen)) {
		*proxied = true;
		peer = seen;
	}
	return address_counted(&peer);
}

static const char *address_for_http(struct lws *wsi, char room[ADDRESS_TEXT], void *ctx)
{
	bool proxied;
	struct address address = counted(CAST(ctx, edge), wsi, &proxied);
	return address_text(&address, room);
}

static bool local(struct lws *wsi, void *ctx)
{
	static const struct address_net loopback[] = {
		{ { { [10] = 0xff, [11] = 0xff, [12] = 127 } }, 104 },
		{ { { [15] = 1 } }, 128 },
	};
	struct address peer;
	(void)ctx;
	return lws_hdr_total_length(wsi, WSI_TOKEN_X_FORWARDED_FOR) == 0 && peer_of(wsi, &peer)
		&& (address_in(&peer, &loopback[0]) || address_in(&peer, &loopback[1]));
}

/* ---- coming in ----
 * The ticket of the door stays with the wsi (opaque user data) until the connection is admitted or gone. */

static unsigned ticket_of(struct lws *wsi)
{
	return (unsigned)(uintptr_t)lws_get_opaque_user_data(wsi);
}

static void give_back(struct edge *edge, struct lws *wsi)
{
	door_leave(edge->door, ticket_of(wsi));
	lws_set_opaque_user_data(wsi, NULL);
}

static void on_accepted(int fd, const struct address *peer, void *ctx)
{
	struct edge *edge = CAST(ctx, edge);
	unsigned ticket = 0;
	edge->numbers.accepted++;
	/* A proxy's own address is many people's: they are counted one by one when their headers are there. */
	if (edge->numbers.sockets >= edge->parts.connections_max + EDGE_SPARE_DESCRIPTORS / 2
	    || (!door_trusts(edge->door, peer) && !door_enter(edge->door, peer, uv_now(edge->parts.loop), &ticket))) {
		edge->numbers.turned_away++;
		close(fd);
		return;
	}
	struct lws *wsi = lws_adopt_socket_vhost(edge->vhost, fd); /* closes the descriptor itself when it fails */
	if (wsi)
		lws_set_opaque_user_data(wsi, (void *)(uintptr_t)ticket);
	else
		door_leave(edge->door, ticket);
}

static bool names_subprotocol(struct slice list)
{
	char room[HEADER_ROOM + 1], *rest = room;
	memcpy(room, list.at, list.len);
	room[list.len] = '\0';
	for (char *word; (word = strsep(&rest, ", \t")) != NULL;)
		if (strcmp(word, WS_SUBPROTOCOL) == 0)
			return true;
	return false;
}

/* 0: come in. Else the HTTP status that says why not. All admission is here, while the headers are there. */
static unsigned judge(struct edge *edge, struct lws *wsi)
{
	char path[HEADER_ROOM], host[HEADER_ROOM], origin[HEADER_ROOM], version[HEADER_ROOM], list[HEADER_ROOM];
	struct slice at = header(wsi, path, WSI_TOKEN_GET_URI), to = header(wsi, host, WSI_TOKEN_HOST);
	if (edge->quiet)
		return 503;
	if (!slice_equal(at, slice_text("/live")))
		return 404;
	if (to.len == 0 || lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH)
	    || lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING)
	    || !names_subprotocol(header(wsi, list, WSI_TOKEN_PROTOCOL)))
		return 400;
	if (!slice_equal(header(wsi, version, WSI_TOKEN_VERSION), slice_text("13")))
		return 426;
	if (lws_hdr_total_length(wsi, WSI_TOKEN_ORIGIN) >= HEADER_ROOM
	    || !door_origin(edge->door, header(wsi, origin, WSI_TOKEN_ORIGIN), to))
		return 403;
	if (ws_numbers_open(edge->ws) >= edge->parts.connections_max)
		return 503;
	return 0;
}

/* -1: hang up, 1: refused by a status, 0: upgrade. `in` may be freed memory in libwebsockets 4.1 and is not looked at. */
static int on_upgrade(struct edge *edge, struct lws *wsi)
{
	char word[HEADER_ROOM], text[ADDRESS_TEXT];
	struct slice upgrade = header(wsi, word, WSI_TOKEN_UPGRADE);
	if (upgrade.len != 9 || strcasecmp(word, "websocket") != 0)
		return -1; /* h2c above all: libwebsockets would take it */
	bool proxied;
	struct address address = counted(edge, wsi, &proxied);
	unsigned status = judge(edge, wsi), ticket = 0;
	if (status == 0 && proxied && !door_enter(edge->door, &address, uv_now(edge->parts.loop), &ticket))
		status = 429;
	if (status) {
		edge->numbers.refused++;
		trace(TRACE_DEBUG, "upgrade", "refused=%u", status);
		lws_return_http_status(wsi, status, NULL);
		return 1;
	}
	if (ticket) {
		give_back(edge, wsi);
		lws_set_opaque_user_data(wsi, (void *)(uintptr_t)ticket);
	}
	ws_expect(edge->ws, wsi, address_text(&address, text));
	return 0;
}

static void on_admitted(struct lws *wsi, void *ctx)
{
	give_back(CAST(ctx, edge), wsi);
}

static int on_lws(struct lws *wsi, enum lws_callback_reasons why, void *user, void *in, size_t len)
{
	/* Context-wide callbacks come with a wsi that has no protocol. */
	const struct lws_vhost *vhost = wsi ? lws_get_vhost(wsi) : NULL;
	struct edge *edge = vhost ? lws_get_vhost_user((struct lws_vhost *)(uintptr_t)vhost) : NULL;
	if (edge == NULL || edge->magic != MAGIC_edge)
		return 0;
	switch (why) {
	case LWS_CALLBACK_WSI_CREATE:
		edge->numbers.sockets++;
		return 0;
	case LWS_CALLBACK_WSI_DESTROY:
		edge->numbers.sockets--;
		give_back(edge, wsi);
		return 0;
	case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
		return on_upgrade(edge, wsi);
	case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION: /* an upgrade without our subprotocol: judged before, never comes */
	case LWS_CALLBACK_ESTABLISHED:
	case LWS_CALLBACK_RAW_ADOPT: /* CONNECT, and what is no HTTP */
	case LWS_CALLBACK_RAW_RX:
	case LWS_CALLBACK_RAW_WRITEABLE:
		return -1;
	default:
		return http_event(edge->http, wsi, why, user, in, len);
	}
}

/* ---- life ---- */

static void log_at(enum trace_level level, const char *line)
{
	char room[400];
	trace(level, "lws", "line=%s", trace_quote(slice_of(line, strcspn(line, "\n")), room, sizeof room));
}

static void log_start(int level, const char *line)
{
	log_at(level & LLL_ERR ? TRACE_ERROR : TRACE_WARNING, line);
}

/* Once it runs, what libwebsockets has to say is about peers' bytes: whoever likes could fill the log with it. */
static void log_peers(int level, const char *line)
{
	(void)level;
	log_at(TRACE_DEBUG, line);
}

static bool create_context(struct edge *edge)
{
	static const lws_retry_bo_t no_pings; /* all zero: off; NULL would mean every 300 s, kept in sorted lists */
	void *loops[1] = { edge->parts.loop };
	struct lws_context_creation_info info = { 0 };
	lws_set_log_level(LLL_ERR | LLL_WARN, log_start);
	info.options = LWS_SERVER_OPTION_LIBUV | LWS_SERVER_OPTION_EXPLICIT_VHOSTS;
	info.foreign_loops = loops;
	info.pcontext = &edge->context;
	info.server_string = "bollplank";
	info.max_http_header_data = LIMIT_HTTP_HEADER;
	info.max_http_header_pool = 0; /* as many as descriptors: slow senders of headers do not keep others waiting */
	info.timeout_secs = HTTP_S;
	info.gid = (__typeof__(info.gid))-1; /* nobody else: an int in libwebsockets 4.1, a gid_t in 4.3 */
	info.uid = (__typeof__(info.uid))-1;
	info.retry_and_idle_policy = &no_pings;
	edge->context = lws_create_context(&info);
	if (edge->context == NULL)
		return false;
	edge->protocols[0] = (struct lws_protocols){ .name = "http", .callback = on_lws, .per_session_data_size = http_seat_size };
	edge->protocols[1] = ws_protocol(edge->ws);
	struct lws_context_creation_info vhost = { 0 };
	vhost.options = info.options;
	vhost.vhost_name = "bollplank";
	vhost.port = CONTEXT_PORT_NO_LISTEN_SERVER;
	vhost.protocols = edge->protocols;
	vhost.headers = http_headers;
	vhost.timeout_secs_ah_idle = HTTP_S;
	vhost.keepalive_timeout = HTTP_S;
	vhost.retry_and_idle_policy = &no_pings;
	vhost.user = edge;
	edge->vhost = lws_create_vhost(edge->context, &vhost);
	lws_set_log_level(LLL_ERR | LLL_WARN, log_peers);
	return edge->vhost != NULL;
}

struct edge *edge_create(const struct edge_parts *parts, char *why, size_t size)
{
	struct edge *edge = check_alloc(1, sizeof *edge);
	edge->magic = MAGIC_edge;
	edge->parts = *parts;
	edge->door = door_create(&parts->door);
	edge->http = http_create(&(struct http_parts){
		.assets = parts->assets, .asset_count = parts->asset_count, .shell = parts->shell, .door = edge->door,
		.address = address_for_http, .local = local, .address_ctx = edge, .metrics_open = parts->metrics_open,
		.up = parts->http_up, .up_ctx = parts->http_ctx });
	/* The listener first: a busy port is the usual trouble, and without a context there is little to undo. */
	edge->listener = listener_open(&(struct listener_parts){ .loop = parts->loop, .where = parts->listen,
		.count = parts->listen_count, .accepted = on_accepted, .ctx = edge }, why, size);
	if (edge->listener == NULL)
		goto err1;
	edge->ws = ws_create(&(struct ws_parts){ .loop = parts->loop, .up = parts->up, .up_ctx = parts->up_ctx,
		.admitted = on_admitted, .admitted_ctx = edge, .patience = parts->patience });
	CHECK(uv_timer_init(parts->loop, &edge->drain) == 0);
	edge->drain.data = edge;
	if (create_context(edge))
		return edge;
	snprintf(why, size, "cannot start libwebsockets with libuv: is the package libwebsockets-evlib-uv installed?");
	edge_close(edge);
	uv_run(parts->loop, UV_RUN_NOWAIT);
	if (edge->context)
		lws_context_destroy(edge->context);
	ws_destroy(edge->ws);
	listener_destroy(edge->listener);
err1:
	http_destroy(edge->http);
	door_destroy(edge->door);
	free(edge);
	return NULL;
}

void edge_quiet(struct edge *edge)
{
	edge->quiet = true;
	listener_close(edge->listener);
	http_drain(edge->http);
}

static void on_drained(uv_timer_t *timer)
{
	struct edge *edge = CAST(timer->data, edge);
	void (*done)(void *ctx) = edge->drained;
	edge->drained = NULL;
	if (done)
		done(edge->drained_ctx);
}

/* May come from inside libwebsockets, where nothing of it may be destroyed: one turn later is soon enough. */
static void on_emptied(void *ctx)
{
	struct edge *edge = CAST(ctx, edge);
	if (edge->drained && !edge->closed)
		uv_timer_start(&edge->drain, on_drained, 0, 0);
}

void edge_drain(struct edge *edge, void (*done)(void *ctx), void *ctx)
{
	edge_quiet(edge);
	edge->drained = done;
	edge->drained_ctx = ctx;
	uv_timer_start(&edge->drain, on_drained, DRAIN_MS, 0);
	ws_drain(edge->ws, CLOSE_GOING, on_emptied, edge);
}

void edge_close(struct edge *edge)
{
	if (edge->closed)
		return;
	edge_quiet(edge);
	edge->closed = true;
	edge->drained = NULL;
	if (edge->context)
		lws_context_destroy(edge->context); /* phase 1: closes every socket; the rest follows in the loop */
	ws_close(edge->ws);
	uv_close((uv_handle_t *)&edge->drain, NULL);
}

void edge_destroy(struct edge *edge)
{
	if (edge == NULL)
		return;
	if (edge->context)
		lws_context_destroy(edge->context); /* phase 2: frees it all; libwebsockets 4.3 may have done so already */
	CHECK(edge->context == NULL);
	ws_destroy(edge->ws);
	listener_destroy(edge->listener);
	http_destroy(edge->http);
	door_destroy(edge->door);
	edge->magic = 0;
	free(edge);
}

struct edge_numbers edge_numbers(const struct edge *edge)
{
	struct edge_numbers numbers = edge->numbers;
	numbers.ws = ws_numbers(edge->ws);
	return numbers;
}
