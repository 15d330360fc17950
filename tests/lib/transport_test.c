/* SPDX-License-Identifier: EUPL-1.2 */
#include "lib/transport_test.h"
#include "base/check.h"
#include "base/limits.h"

enum { MAGIC_conn = 0x636f6e6e, MAGIC_event = 0x6576656e, WINDOW = 8, CUT = 1006 };

struct transport_test {
	struct loop loop;
	const struct transport_up *up;
	void *up_ctx;
	struct conn *conns;
	struct event *events;
};

struct conn {
	uint32_t magic;
	struct transport_test *test;
	struct conn *next, *before;
	void *seat;
	size_t limit;
	const struct transport_test_peer *peer; /* NULL: the page has gone or has heard closed */
	void *peer_ctx;
	uint64_t delay_ms, up_ms, down_ms;      /* when the newest of each way arrives */
	unsigned window, under_way, events;
	bool house_knows, house_gone, pumping;
	char address[64];
};

enum event_kind { OPENED, MESSAGE, FRAME, CLOSED_BELOW, CLOSED_ABOVE };

struct event { /* something that will arrive */
	uint32_t magic;
	struct event *next, *before;
	struct conn *conn;
	enum event_kind kind;
	struct frame *bytes;
	uint16_t code;
	struct loop_timer *timer;
};

static void conn_free(struct conn *conn)
{
	*(conn->before ? &conn->before->next : &conn->test->conns) = conn->next;
	if (conn->next)
		conn->next->before = conn->before;
	conn->magic = 0;
	free(conn);
}

static void conn_settle(struct conn *conn)
{
	if (conn->events == 0 && conn->peer == NULL && !conn->house_knows)
		conn_free(conn);
}

static void event_free(struct event *event)
{
	struct conn *conn = event->conn;
	*(event->before ? &event->before->next : &conn->test->events) = event->next;
	if (event->next)
		event->next->before = event->before;
	frame_drop(event->bytes);
	event->magic = 0;
	free(event);
	conn->events--;
}

static void pump(struct conn *conn);

static void arrive(void *ctx)
{
	struct event *event = CAST(ctx, event);
	struct conn *conn = event->conn;
	struct transport_test *test = conn->test;
	const struct transport_up *up = test->up;
	switch (event->kind) {
	case OPENED:
		if (!conn->house_gone) {
			conn->house_knows = true;
			up->opened(conn, conn->address, test->up_ctx);
		}
		break;
	case MESSAGE:
		if (!conn->house_gone && conn->house_knows) {
			if (event->bytes->len > conn->limit)
				transport_test_ops.close(conn, CLOSE_TOO_LARGE);
			else
				up->message(conn, frame_bytes(event->bytes), test->up_ctx);
		}
		break;
	case FRAME:
		conn->under_way--;
		if (conn->peer)
			conn->peer->frame(conn, frame_bytes(event->bytes), conn->peer_ctx);
		pump(conn);
		break;
	case CLOSED_ABOVE: /* the house hears it */
		if (conn->house_knows) {
			conn->house_knows = false;
			up->closed(conn, test->up_ctx);
		}
		conn->house_gone = true;
		break;
	case CLOSED_BELOW:
		if (conn->peer) {
			const struct transport_test_peer *peer = conn->peer;
			conn->peer = NULL;
			peer->closed(conn, event->code, conn->peer_ctx);
		}
		break;
	}
	event_free(event);
	conn_settle(conn);
}

static void event_send(struct conn *conn, enum event_kind kind, struct frame *bytes, uint16_t code)
{
	struct transport_test *test = conn->test;
	struct event *event = check_alloc(1, sizeof *event);
	uint64_t now = loop_now(test->loop);
	bool down = kind == FRAME || kind == CLOSED_BELOW;
	uint64_t *newest = down ? &conn->down_ms : &conn->up_ms, at = now + (kind == CLOSED_ABOVE ? 0 : conn->delay_ms);
	*event = (struct event){ .magic = MAGIC_event, .next = test->events, .conn = conn, .kind = kind, .bytes = bytes, .code = code };
	if (test->events)
		test->events->before = event;
	test->events = event;
	conn->events++;
	if (kind != CLOSED_ABOVE) {
		if (at < *newest)
			at = *newest; /* behind what was sent before it */
		*newest = at;
	}
	loop_after(test->loop, at - now, arrive, event);
}

static void pump(struct conn *conn)
{
	while (!conn->house_gone && conn->house_knows && conn->under_way < conn->window) {
		struct frame *frame = conn->test->up->next(conn, conn->test->up_ctx);
		if (frame == NULL || conn->house_gone) {
			frame_drop(frame);
			return;
		}
		conn->under_way++;
		event_send(conn, FRAME, frame, 0);
	}
}

/* ---- the house's side ---- */

static void op_ready(struct conn *conn)
{
	CHECK(conn->magic == MAGIC_conn && !conn->pumping);
	conn->pumping = true; /* not to be called from inside next */
	pump(conn);
	conn->pumping = false;
}

static void op_close(struct conn *conn, uint16_t code)
{
	CHECK(conn->magic == MAGIC_conn);
	if (conn->house_gone)
		return;
	conn->house_gone = true;
	event_send(conn, CLOSED_ABOVE, NULL, 0);
	event_send(conn, CLOSED_BELOW, NULL, code ? code : CUT);
}

static void op_limit(struct conn *conn, size_t bytes)
{
	conn->limit = bytes;
}

static void op_set_seat(struct conn *conn, void *seat)
{
	conn->seat = seat;
}

static void *op_seat(const struct conn *conn)
{
	return conn->seat;
}

const struct transport_ops transport_test_ops = {
	.ready = op_ready, .close = op_close, .limit = op_limit, .set_seat = op_set_seat, .seat = op_seat,
};

/* ---- the page's side, and the test's ---- */

struct transport_test *transport_test_create(struct loop loop)
{
	struct transport_test *test = check_alloc(1, sizeof *test);
	test->loop = loop;
	return test;
}

void transport_test_serve(struct transport_test *test, const struct transport_up *up, void *ctx)
{
	test->up = up;
	test->up_ctx = ctx;
}

void transport_test_destroy(struct transport_test *test)
{
	if (test == NULL)
		return;
	while (test->events) /* the loop has been destroyed, or forgets them */
		event_free(test->events);
	while (test->conns)
		conn_free(test->conns);
	free(test);
}

struct conn *transport_test_connect(struct transport_test *test, const char *address, const struct transport_test_peer *peer, void *ctx)
{
	struct conn *conn = check_alloc(1, sizeof *conn);
	*conn = (struct conn){ .magic = MAGIC_conn, .test = test, .next = test->conns, .limit = LIMIT_HELLO, .peer = peer, .peer_ctx = ctx, .window = WINDOW };
	snprintf(conn->address, sizeof conn->address, "%s", address);
	if (test->conns)
		test->conns->before = conn;
	test->conns = conn;
	event_send(conn, OPENED, NULL, 0);
	return conn;
}

void transport_test_pace(struct conn *conn, uint64_t delay_ms, unsigned window)
{
	bool more = window > conn->window;
	conn->delay_ms = delay_ms;
	conn->window = window;
	if (more && !conn->pumping)
		pump(conn);
}

void transport_test_send(struct conn *conn, struct slice bytes)
{
	CHECK(conn->magic == MAGIC_conn);
	event_send(conn, MESSAGE, frame_create(bytes), 0);
}

void transport_test_cut(struct conn *conn)
{
	CHECK(conn->magic == MAGIC_conn);
	conn->peer = NULL;
	if (!conn->house_gone)
		event_send(conn, CLOSED_ABOVE, NULL, 0);
	conn->house_gone = true;
	conn_settle(conn);
}

void transport_test_crash(struct transport_test *test)
{
	for (struct conn *conn = test->conns, *next; conn; conn = next) {
		next = conn->next;
		conn->house_knows = false;
		bool told = conn->house_gone;
		conn->house_gone = true;
		if (conn->peer && !told)
			event_send(conn, CLOSED_BELOW, NULL, CUT);
		conn_settle(conn);
	}
}

size_t transport_test_open(const struct transport_test *test)
{
	size_t count = 0;
	for (const struct conn *conn = test->conns; conn; conn = conn->next)
		count += conn->house_knows;
	return count;
}
