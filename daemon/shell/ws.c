/* SPDX-License-Identifier: EUPL-1.2 */
#include "shell/ws.h"
#include "base/check.h"
#include "base/limits.h"
#include "base/trace.h"
#include "shell/address.h"
#include <sys/queue.h>

_Static_assert(FRAME_FRONT >= LWS_PRE, "libwebsockets writes its header in front of the frame");

enum {
	MAGIC_ws = 0x77732e2e,
	MAGIC_conn = 0x636f6e6e,
	WHEEL = 5,        /* each connection is looked at once in so many ticks */
	RX_BUFFER = 1024, /* per connection; holds a ballot or a hello whole, and any control frame */
	CLOSE_SLICE = 256 /* deferred closes in one turn of the loop: some 5 ms */
};

TAILQ_HEAD(conns, conn);

/* A message that came in pieces, until it is whole. */
struct part {
	size_t len, room;
	uint8_t bytes[];
};

/* libwebsockets allocates it with the connection, zeroed. It is in exactly one of the lists of struct ws. */
struct conn {
	uint32_t magic, limit;
	struct ws *ws;
	struct lws *wsi;
	void *seat;
	struct conns *list;
	TAILQ_ENTRY(conn) link;
	struct part *part;
	uint64_t heard_ms; /* opened, before the hello */
	uint64_t full_ms;  /* since when the peer takes nothing; 0: it does */
	uint16_t close_code;
	uint8_t fragments, visits;
	bool known;   /* the house has raised the limit */
	bool closing; /* by us or by the peer: nothing goes up or out any more */
	bool gone;    /* the house has heard closed */
	bool pumping; /* inside next */
};

struct ws {
	uint32_t magic;
	struct ws_parts parts;
	struct ws_patience patience;
	struct conns young, wheel[WHEEL]; /* without a hello, oldest first; with one */
	struct conns later, leaving;      /* to be closed from `closer`; waiting for libwebsockets to finish */
	struct conns waiting;             /* to be closed when the rest of a frame has gone out: the code could not be said before */
	unsigned slot;                    /* of the wheel, looked at next */
	unsigned admissions;              /* spreads connections over slots and pings over visits */
	uv_timer_t tick, closer;
	struct lws *coming;
	char coming_address[ADDRESS_TEXT];
	void (*emptied)(void *ctx);
	void *emptied_ctx;
	bool draining, closed;
	struct ws_numbers numbers;
};

static void move(struct conn *conn, struct conns *to)
{
	if (conn->list)
		TAILQ_REMOVE(conn->list, conn, link);
	conn->list = to;
	if (to)
		TAILQ_INSERT_TAIL(to, conn, link);
}

/* ---- closing ----
 * libwebsockets closes properly only from outside its own callbacks (a -1 from SERVER_WRITEABLE loses the close frame in a
 * debug build, which Debian's is), so every close of ours is put off to a timer of ours. */

static void on_closer(uv_timer_t *timer);

static void tell_closed(struct conn *conn)
{
	if (conn->gone)
		return;
	conn->gone = true;
	conn->ws->parts.up->closed(conn, conn->ws->parts.up_ctx);
}

static void put_off(struct conn *conn)
{
	struct ws *ws = conn->ws;
	move(conn, &ws->later);
	if (!ws->closed && !uv_is_active((uv_handle_t *)&ws->closer))
		uv_timer_start(&ws->closer, on_closer, 0, 0);
}

static void close_later(struct conn *conn, uint16_t code)
{
	if (conn->closing)
		return;
	conn->closing = true;
	conn->close_code = code;
	put_off(conn);
}

static void on_closer(uv_timer_t *timer)
{
	struct ws *ws = CAST(timer->data, ws);
	struct lws_context *context = NULL;
	struct conn *conn;
	for (unsigned i = 0; i < CLOSE_SLICE && (conn = TAILQ_FIRST(&ws->later)) != NULL; i++) {
		struct lws *wsi = conn->wsi;
		bool wait = conn->close_code && lws_partial_buffered(wsi);
		move(conn, wait ? &ws->waiting : &ws->leaving);
		tell_closed(conn); /* now, not when the peer has answered: the house has a seat to give away */
		if (wait) {
			conn->full_ms = uv_now(timer->loop);
			lws_callback_on_writable(wsi);
			continue;
		}
		context = lws_get_context(wsi);
		if (conn->close_code)
			lws_close_reason(wsi, (enum lws_close_status)conn->close_code, NULL, 0);
		lws_set_timeout(wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_SYNC); /* may end in CLOSED before it returns */
	}
	if (context)
		lws_cancel_service(context); /* libwebsockets sets its own timer only when it is called */
	if (!TAILQ_EMPTY(&ws->later))
		uv_timer_start(&ws->closer, on_closer, 0, 0);
}

/* ---- out ---- */

static void pump(struct conn *conn)
{
	struct ws *ws = conn->ws;
	/* Never while libwebsockets still holds a rest: the next frame would go out without its header. */
	while (!conn->closing && !lws_partial_buffered(conn->wsi)) {
		conn->pumping = true;
		struct frame *frame = ws->parts.up->next(conn, ws->parts.up_ctx);
		conn->pumping = false;
		if (frame == NULL)
			return;
		size_t len = frame->len;
		int n = lws_write(conn->wsi, frame_at(frame), len, LWS_WRITE_BINARY);
		frame_drop(frame);
		if (n < 0) {
			close_later(conn, 0);
			return;
		}
		ws->numbers.frames++;
		ws->numbers.bytes += len;
	}
	if (conn->closing)
		return;
	if (conn->full_ms == 0)
		conn->full_ms = uv_now(ws->parts.loop);
	ws->numbers.partial++;
	lws_callback_on_writable(conn->wsi);
}

static void on_writable(struct conn *conn)
{
	conn->full_ms = 0; /* the rest has gone out: the peer takes something */
	if (conn->list == &conn->ws->waiting)
		put_off(conn);
	else
		pump(conn);
}

/* ---- in ---- */

static void message(struct conn *conn, const void *at, size_t len)
{
	conn->ws->numbers.messages++;
	conn->ws->parts.up->message(conn, slice_of(at, len), conn->ws->parts.up_ctx);
}

/* Keeps a piece; to_come: what this frame will still bring. */
static void keep(struct conn *conn, const void *at, size_t len, size_t to_come)
{
	size_t have = conn->part ? conn->part->len : 0, need = have + len + to_come;
	if (conn->part == NULL || conn->part->room < need) {
		conn->part = check_realloc(conn->part, 1, sizeof *conn->part + need);
		conn->part->len = have;
		conn->part->room = need;
	}
	if (len)
		memcpy(conn->part->bytes + have, at, len);
	conn->part->len += len;
}

/* What is wrong with a piece of a message, as a close code; 0: nothing. Judged before any of it is kept: the length that
 * a frame claims counts from its first piece on. */
static uint16_t mistake(struct conn *conn, bool first, bool last, size_t len, size_t to_come)
{
	size_t have = conn->part ? conn->part->len : 0;
	if (first && !lws_frame_is_binary(conn->wsi))
		return CLOSE_TEXT;
	if (to_come > conn->limit || have + len + to_come > conn->limit)
		return CLOSE_TOO_LARGE;
	if (!last && to_come == 0 && ++conn->fragments >= LIMIT_FRAGMENTS)
		return CLOSE_POLICY;
	if (last && have + len == 0)
		return CLOSE_MALFORMED;
	return 0;
}

static void on_receive(struct conn *conn, const void *at, size_t len)
{
	bool first = lws_is_first_fragment(conn->wsi), last = lws_is_final_fragment(conn->wsi);
	size_t to_come = lws_remaining_packet_payload(conn->wsi);
	if (conn->closing)
		return;
	if (conn->known)
		conn->heard_ms = uv_now(conn->ws->parts.loop);
	uint16_t code = mistake(conn, first, last, len, to_come);
	if (code) {
		close_later(conn, code);
	} else if (first && last) {
		message(conn, at, len); /* the usual case: no copy */
	} else {
		keep(conn, at, len, to_come);
		if (!last)
			return;
		struct part *part = conn->part;
		conn->part = NULL;
		conn->fragments = 0;
		message(conn, part->bytes, part->len);
		free(part);
	}
}

/* ---- time ----
 * One timer for all connections: libwebsockets' own are sorted lists, which cost more than all the rest at 9,000. */

static void ping(struct conn *conn)
{
	uint8_t room[LWS_PRE + 8];
	memset(room + LWS_PRE, 0, 8); /* a payload, since libwebsockets does not report empty pongs */
	if (lws_partial_buffered(conn->wsi))
		return;
	if (lws_write(conn->wsi, room + LWS_PRE, 8, LWS_WRITE_PING) < 0)
		close_later(conn, 0);
}

static void visit(struct conn *conn, uint64_t now_ms)
{
	struct ws *ws = conn->ws;
	const struct ws_patience *patience = &ws->patience;
	if (conn->full_ms && now_ms - conn->full_ms >= patience->undrained_ms) {
		ws->numbers.undrained++;
		close_later(conn, CLOSE_LATER);
	} else if (now_ms - conn->heard_ms >= patience->silent_ms) {
		ws->numbers.silent++;
		close_later(conn, 0);
	} else if (++conn->visits * patience->hello_ms >= patience->ping_ms) { /* hello_ms: a turn of the wheel */
		conn->visits = 0;
		ping(conn);
	}
}

static void on_tick(uv_timer_t *timer)
{
	struct ws *ws = CAST(timer->data, ws);
	uint64_t now_ms = uv_now(ws->parts.loop);
	struct conn *conn, *next;
	while ((conn = TAILQ_FIRST(&ws->young)) != NULL && now_ms - conn->heard_ms >= ws->patience.hello_ms) {
		ws->numbers.mute++;
		close_later(conn, CLOSE_POLICY);
	}
	while ((conn = TAILQ_FIRST(&ws->waiting)) != NULL && now_ms - conn->full_ms >= DRAIN_MS) {
		conn->close_code = 0; /* it takes nothing: without a word, then */
		put_off(conn);
	}
	ws->slot = (ws->slot + 1) % WHEEL;
	for (conn = TAILQ_FIRST(&ws->wheel[ws->slot]); conn; conn = next) {
		next = TAILQ_NEXT(conn, link);
		visit(conn, now_ms);
	}
}

/* ---- what libwebsockets tells ---- */

static void on_established(struct ws *ws, struct conn *conn, struct lws *wsi)
{
	CHECK(ws->coming == wsi); /* admission is in the same call */
	ws->coming = NULL;
	*conn = (struct conn){ .magic = MAGIC_conn, .limit = LIMIT_HELLO, .ws = ws, .wsi = wsi,
			       .heard_ms = uv_now(ws->parts.loop) };
	move(conn, &ws->young);
	ws->numbers.open++;
	ws->numbers.opened++;
	ws->parts.up->opened(conn, ws->coming_address, ws->parts.up_ctx);
}

static void on_closed(struct conn *conn)
{
	struct ws *ws = conn->ws;
	conn->closing = true;
	move(conn, NULL);
	tell_closed(conn);
	free(conn->part);
	conn->part = NULL;
	conn->magic = 0;
	ws->numbers.open--;
	if (ws->draining && ws->numbers.open == 0 && ws->emptied) {
		void (*emptied)(void *ctx) = ws->emptied;
		ws->emptied = NULL;
		emptied(ws->emptied_ctx);
	}
}

static int on_lws(struct lws *wsi, enum lws_callback_reasons why, void *user, void *in, size_t len)
{
	if (why == LWS_CALLBACK_ESTABLISHED) {
		on_established(CAST(lws_get_protocol(wsi)->user, ws), user, wsi);
		return 0;
	}
	/* Other callbacks also come for sockets that were never established: user is NULL or all zeros then. */
	struct conn *conn = user;
	if (conn == NULL || conn->magic != MAGIC_conn)
		return 0;
	switch (why) {
	case LWS_CALLBACK_RECEIVE:
		on_receive(conn, in, len);
		return 0;
	case LWS_CALLBACK_RECEIVE_PONG:
		if (conn->known)
			conn->heard_ms = uv_now(conn->ws->parts.loop);
		return 0;
	case LWS_CALLBACK_SERVER_WRITEABLE:
		on_writable(conn);
		return 0;
	case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
		if (!conn->closing) { /* else it is in `later`, or has left already */
			conn->closing = true;
			move(conn, &conn->ws->leaving);
		}
		return 0;
	case LWS_CALLBACK_CLOSED:
		on_closed(conn);
		return 0;
	default:
		return 0;
	}
}

/* ---- the port ---- */

static void ready(struct conn *conn)
{
	CAST(conn, conn);
	CHECK(!conn->pumping);
	/* While it is full, SERVER_WRITEABLE will come and ask. */
	if (!conn->closing && conn->full_ms == 0)
		pump(conn);
}

static void close_conn(struct conn *conn, uint16_t code)
{
	CAST(conn, conn);
	close_later(conn, code);
}

static void limit(struct conn *conn, size_t bytes)
{
	CAST(conn, conn);
	CHECK(bytes > 0 && bytes <= UINT32_MAX);
	struct ws *ws = conn->ws;
	conn->limit = (uint32_t)bytes;
	if (conn->known || conn->closing)
		return;
	conn->known = true;
	conn->heard_ms = uv_now(ws->parts.loop);
	conn->visits = (uint8_t)(ws->admissions / WHEEL % (unsigned)(ws->patience.ping_ms / ws->patience.hello_ms));
	move(conn, &ws->wheel[ws->admissions++ % WHEEL]);
	if (ws->parts.admitted)
		ws->parts.admitted(conn->wsi, ws->parts.admitted_ctx);
}

static void set_seat(struct conn *conn, void *seat)
{
	CAST(conn, conn);
	conn->seat = seat;
}

static void *seat_of(const struct conn *conn)
{
	return conn->seat;
}

const struct transport_ops ws_ops = {
	.ready = ready, .close = close_conn, .limit = limit, .set_seat = set_seat, .seat = seat_of,
};

/* ---- life ---- */

struct ws *ws_create(const struct ws_parts *parts)
{
	static const struct ws_patience usual = { HELLO_MS, PING_MS, SILENT_MS, UNDRAINED_MS };
	struct ws *ws = check_alloc(1, sizeof *ws);
	ws->magic = MAGIC_ws;
	ws->parts = *parts;
	ws->patience = parts->patience ? *parts->patience : usual;
	CHECK(ws->patience.hello_ms >= WHEEL && ws->patience.ping_ms >= ws->patience.hello_ms);
	TAILQ_INIT(&ws->young);
	TAILQ_INIT(&ws->later);
	TAILQ_INIT(&ws->leaving);
	TAILQ_INIT(&ws->waiting);
	for (unsigned i = 0; i < WHEEL; i++)
		TAILQ_INIT(&ws->wheel[i]);
	CHECK(uv_timer_init(parts->loop, &ws->tick) == 0 && uv_timer_init(parts->loop, &ws->closer) == 0);
	ws->tick.data = ws->closer.data = ws;
	uint64_t tick_ms = ws->patience.hello_ms / WHEEL;
	uv_timer_start(&ws->tick, on_tick, tick_ms, tick_ms);
	return ws;
}

struct lws_protocols ws_protocol(struct ws *ws)
{
	return (struct lws_protocols){
		.name = WS_SUBPROTOCOL, .callback = on_lws, .user = ws, .per_session_data_size = sizeof(struct conn),
		.rx_buffer_size = RX_BUFFER,
		.tx_packet_size = LIMIT_FRAME + RX_BUFFER, /* larger writes would be copied and cut */
	};
}

void ws_expect(struct ws *ws, struct lws *wsi, const char *address)
{
	ws->coming = wsi;
	snprintf(ws->coming_address, sizeof ws->coming_address, "%s", address);
}

static void close_all(struct conns *list, uint16_t code)
{
	struct conn *conn;
	while ((conn = TAILQ_FIRST(list)) != NULL)
		close_later(conn, code);
}

void ws_drain(struct ws *ws, uint16_t code, void (*emptied)(void *ctx), void *ctx)
{
	ws->draining = true;
	if (ws->numbers.open == 0) {
		emptied(ctx);
		return;
	}
	ws->emptied = emptied;
	ws->emptied_ctx = ctx;
	close_all(&ws->young, code);
	for (unsigned i = 0; i < WHEEL; i++)
		close_all(&ws->wheel[i], code);
}

void ws_close(struct ws *ws)
{
	if (ws->closed)
		return;
	ws->closed = true;
	ws->emptied = NULL;
	uv_close((uv_handle_t *)&ws->tick, NULL);
	uv_close((uv_handle_t *)&ws->closer, NULL);
}

void ws_destroy(struct ws *ws)
{
	if (ws == NULL)
		return;
	CHECK(ws->numbers.open == 0);
	ws->magic = 0;
	free(ws);
}

struct ws_numbers ws_numbers(const struct ws *ws)
{
	struct ws_numbers numbers = ws->numbers;
	const struct conn *conn;
	TAILQ_FOREACH(conn, &ws->young, link)
		numbers.young++;
	return numbers;
}

unsigned ws_numbers_open(const struct ws *ws)
{
	return ws->numbers.open;
}
