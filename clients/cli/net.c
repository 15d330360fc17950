/* SPDX-License-Identifier: EUPL-1.2 */
#include "net.h"
#include "base/copy.h"
#include <errno.h>
#include <libwebsockets.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <uv.h>

enum { MESSAGE_MOST = 1 << 20, ANSWER_MOST = 64 * 1024, LOG_MOST = 512 * 1024 * 1024, SIGNALS = 4, SPARE_FILES = 64, DIAL_MS = 15000 };

struct waiting { /* a message that the socket could not take at once */
	struct waiting *next;
	size_t len;
	unsigned char bytes[]; /* LWS_PRE, then len */
};

struct net_conn {
	struct net *net;
	struct lws *wsi;
	struct net_conn *next, **from; /* among all of the net */
	struct net_conn *later_next;
	const struct net_up *up;
	void *ctx;
	struct net_timer *patience; /* with the connecting */
	bool open, ended, closing, in_later;
	unsigned close_code, peer_code;
	char why[96];
	struct waiting *waiting, **waiting_end;
	unsigned char *have; /* a message that comes in pieces */
	size_t have_len;
	/* A request: with a body a POST, else a GET. */
	net_answer_fn answer;
	size_t most;
	struct slice body;
	char *key;
	const char *path;
	unsigned status;
};

struct net_timer {
	uv_timer_t handle;
	struct net_timer *next, **from;
	net_fn fn;
	void *ctx;
};

struct net_signal {
	uv_signal_t handle;
	net_fn fn;
	void *ctx;
};

struct net {
	uv_loop_t loop;
	struct lws_context *context;
	struct address address;
	char numeric[64], host[280];
	struct net_conn *conns, *later; /* later: to be closed, or to be told that it is gone */
	struct net_timer *timers;
	uv_timer_t soon;
	bool soon_armed, stopping;
	struct net_signal *signals[SIGNALS];
	size_t signal_count;
};

uint64_t net_now_us(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* --- what is done outside of lws' callbacks --- */

static void conn_free(struct net_conn *conn)
{
	*conn->from = conn->next;
	if (conn->next != NULL)
		conn->next->from = conn->from;
	if (!conn->net->stopping) /* else its timers are gone already */
		net_cancel(conn->patience);
	while (conn->waiting != NULL) {
		struct waiting *w = conn->waiting;
		conn->waiting = w->next;
		free(w);
	}
	free(conn->have);
	copy_free(conn->body);
	free(conn->key);
	free(conn);
}

static void soon(uv_timer_t *handle)
{
	struct net *net = handle->data;
	net->soon_armed = false;
	struct net_conn *conn = net->later;
	net->later = NULL;
	bool killed = false;
	while (conn != NULL) {
		struct net_conn *following = conn->later_next;
		conn->in_later = false;
		if (!conn->ended && conn->closing && conn->wsi != NULL) {
			if (conn->close_code != 0 && conn->open) /* before that there is no WebSocket to close */
				lws_close_reason(conn->wsi, (enum lws_close_status)conn->close_code, NULL, 0);
			lws_set_timeout(conn->wsi, PENDING_TIMEOUT_USER_OK,
					LWS_TO_KILL_SYNC); /* may mark it ended and put it back into later */
			killed = true;
		} else if (conn->ended) {
			if (conn->answer != NULL) {
				struct slice body = conn->status != 0 ? slice_of(conn->have, conn->have_len)
								      : slice_text(conn->why);
				conn->answer(conn->status, body, conn->ctx);
			} else if (!net->stopping) {
				conn->up->closed(conn, conn->peer_code, conn->why, conn->ctx);
			}
			conn_free(conn);
		}
		conn = following;
	}
	if (killed && net->context != NULL)
		lws_cancel_service(net->context); /* else lws looks at its own timers only when other traffic comes */
}

static void do_soon(struct net_conn *conn)
{
	struct net *net = conn->net;
	if (!conn->in_later) {
		conn->in_later = true;
		conn->later_next = net->later;
		net->later = conn;
	}
	if (!net->soon_armed && !net->stopping) {
		net->soon_armed = true;
		uv_timer_start(&net->soon, soon, 0, 0);
	}
}

static void conn_end(struct net_conn *conn, const char *why)
{
	if (conn->ended)
		return;
	conn->ended = true;
	conn->open = false;
	if (why != NULL)
		snprintf(conn->why, sizeof conn->why, "%s", why);
	if (conn->wsi != NULL)
		lws_set_wsi_user(conn->wsi, NULL);
	conn->wsi = NULL;
	do_soon(conn);
}

/* --- libwebsockets --- */

static int collect(struct net_conn *conn, const void *bytes, size_t len, size_t most)
{
	if (conn->have_len + len > most)
		return -1;
	conn->have = check_realloc(conn->have, conn->have_len + len + 1, 1);
	if (len > 0)
		memcpy(conn->have + conn->have_len, bytes, len);
	conn->have_len += len;
	conn->have[conn->have_len] = '\0';
	return 0;
}

static int received(struct net_conn *conn, struct lws *wsi, const void *bytes, size_t len)
{
	bool last = lws_is_final_fragment(wsi) && lws_remaining_packet_payload(wsi) == 0;
	if (conn->closing)
		return 0;
	if (last && conn->have_len == 0) {
		conn->up->message(conn, slice_of(bytes, len), conn->ctx);
		return 0;
	}
	if (collect(conn, bytes, len, MESSAGE_MOST) != 0)
		return -1;
	if (last) {
		size_t whole = conn->have_len;
		conn->have_len = 0;
		conn->up->message(conn, slice_of(conn->have, whole), conn->ctx);
	}
	return 0;
}

static int write_waiting(struct net_conn *conn)
{
	while (conn->waiting != NULL && !lws_partial_buffered(conn->wsi)) {
		struct waiting *w = conn->waiting;
		if (lws_write(conn->wsi, w->bytes + LWS_PRE, w->len, LWS_WRITE_BINARY) < 0)
			return -1;
		conn->waiting = w->next;
		if (conn->waiting == NULL)
			conn->waiting_end = &conn->waiting;
		free(w);
	}
	if (conn->waiting != NULL)
		lws_callback_on_writable(conn->wsi);
	return 0;
}

static int live_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	struct net_conn *conn = user;
	if (conn == NULL)
		return 0;
	switch (reason) {
	case LWS_CALLBACK_CLIENT_ESTABLISHED:
		conn->wsi = wsi;
		conn->open = true;
		net_cancel(conn->patience);
		conn->patience = NULL;
		setsockopt(lws_get_socket_fd(wsi), IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
		if (!conn->closing)
			conn->up->opened(conn, conn->ctx);
		return 0;
	case LWS_CALLBACK_CLIENT_RECEIVE: return received(conn, wsi, in, len);
	case LWS_CALLBACK_CLIENT_WRITEABLE: return conn->closing ? 0 : write_waiting(conn);
	case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
		if (len >= 2)
			conn->peer_code = (unsigned)((const uint8_t *)in)[0] << 8 | ((const uint8_t *)in)[1];
		return 0;
	case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
		conn_end(conn, in != NULL ? (const char *)in : "no connection");
		return 0;
	case LWS_CALLBACK_CLIENT_CLOSED:
	case LWS_CALLBACK_WSI_DESTROY: /* all that comes when it was cut while it was still connecting */
		conn_end(conn, NULL);
		return 0;
	default: return 0;
	}
}

static int append_header(struct lws *wsi, const char *name, const char *value, unsigned char **at,
			 const unsigned char *end)
{
	return lws_add_http_header_by_name(wsi, (const unsigned char *)name, (const unsigned char *)value,
					   (int)strlen(value), at, (unsigned char *)(uintptr_t)end);
}

static int ask_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	struct net_conn *conn = user;
	if (conn == NULL)
		return 0;
	switch (reason) {
	case LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER: {
		unsigned char **at = in;
		const unsigned char *end = *at + len;
		char number[24], bearer[512];
		snprintf(number, sizeof number, "%zu", conn->body.len);
		snprintf(bearer, sizeof bearer, "Bearer %s", conn->key);
		if (append_header(wsi, "authorization:", bearer, at, end) != 0)
			return -1;
		if (conn->body.len == 0)
			return 0;
		if (append_header(wsi, "content-type:", "application/msgpack", at, end) != 0 || append_header(wsi, "content-length:", number, at, end) != 0)
			return -1;
		lws_client_http_body_pending(wsi, 1);
		lws_callback_on_writable(wsi);
		return 0;
	}
	case LWS_CALLBACK_CLIENT_HTTP_WRITEABLE: {
		unsigned char *room = check_alloc(LWS_PRE + conn->body.len, 1);
		memcpy(room + LWS_PRE, conn->body.at, conn->body.len);
		lws_client_http_body_pending(wsi, 0);
		int rc = lws_write(wsi, room + LWS_PRE, conn->body.len, LWS_WRITE_HTTP_FINAL);
		free(room);
		return rc < 0 ? -1 : 0;
	}
	case LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP: conn->status = lws_http_client_http_response(wsi); return 0;
	case LWS_CALLBACK_RECEIVE_CLIENT_HTTP: {
		char room[LWS_PRE + 4096], *at = room + LWS_PRE;
		int size = sizeof room - LWS_PRE;
		return lws_http_client_read(wsi, &at, &size) < 0 ? -1 : 0;
	}
	case LWS_CALLBACK_RECEIVE_CLIENT_HTTP_READ: return collect(conn, in, len, conn->most);
	case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
		conn_end(conn, in != NULL ? (const char *)in : "no connection");
		return 0;
	case LWS_CALLBACK_COMPLETED_CLIENT_HTTP:
	case LWS_CALLBACK_CLOSED_CLIENT_HTTP:
	case LWS_CALLBACK_WSI_DESTROY: conn_end(conn, "the answer broke off"); return 0;
	default: return 0;
	}
}

static const lws_retry_bo_t no_pings; /* all zero: lws' own timers are sorted lists, one entry per connection */
static const struct lws_protocols protocols[] = {
	{ .name = "bollplank.v1", .callback = live_callback, .rx_buffer_size = 4096, .tx_packet_size = 65536 },
	{ .name = "post", .callback = ask_callback, .rx_buffer_size = 4096 },
	{ .name = NULL },
};

/* --- the loop --- */

/* The first address of the host that answers: "localhost" is two addresses, and the daemon may listen on one of them
 * only. Asked once, so that five thousand pages do not ask five thousand times. */
static int find_address(struct net *net)
{
	char port[8];
	snprintf(port, sizeof port, "%u", net->address.port);
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *all = NULL;
	int rc = getaddrinfo(net->address.host, port, &hints, &all);
	if (rc != 0) {
		fprintf(stderr, "bollplank: the host %s is not known: %s\n", net->address.host, gai_strerror(rc));
		return -1;
	}
	bool found = false;
	for (const struct addrinfo *one = all; one != NULL && !found; one = one->ai_next) {
		int fd = socket(one->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
		found = fd >= 0 && connect(fd, one->ai_addr, one->ai_addrlen) == 0;
		if (found)
			getnameinfo(one->ai_addr, one->ai_addrlen, net->numeric, sizeof net->numeric, NULL, 0,
				    NI_NUMERICHOST);
		if (fd >= 0)
			close(fd);
	}
	freeaddrinfo(all);
	if (found)
		return 0;
	char text[320];
	address_write(&net->address, text, sizeof text);
	fprintf(stderr, "bollplank: nobody answers at %s. Is the daemon running?\n", text);
	return -1;
}

static int raise_files(unsigned connections)
{
	struct rlimit limit;
	rlim_t wanted = connections + SPARE_FILES;
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return 0;
	if (limit.rlim_max != RLIM_INFINITY && limit.rlim_max < wanted) {
		fprintf(stderr,
			"bollplank: %u connections need %u open files and %u are allowed; raise the hard limit (ulimit -Hn)\n",
			connections, (unsigned)wanted, (unsigned)limit.rlim_max);
		return -1;
	}
	limit.rlim_cur = wanted > 1024 ? wanted : 1024; /* not more: lws sizes tables by it */
	setrlimit(RLIMIT_NOFILE, &limit);
	return 0;
}

static void lws_line(int level, const char *line)
{
	(void)level;
	(void)line; /* what goes wrong is told by the callbacks, once and in words for people */
}

struct net *net_create(const struct address *address, unsigned connections)
{
	signal(SIGPIPE, SIG_IGN);
	if (raise_files(connections) != 0)
		return NULL;
	struct net *net = check_alloc(1, sizeof *net);
	net->address = *address;
	bool usual = address->port == (address->secure ? 443 : 80), six = strchr(address->host, ':') != NULL;
	int len = snprintf(net->host, sizeof net->host, six ? "[%s]" : "%s", address->host);
	if (!usual && len > 0 && (size_t)len < sizeof net->host)
		snprintf(net->host + len, sizeof net->host - (size_t)len, ":%u", address->port);
	if (find_address(net) != 0) {
		free(net);
		return NULL;
	}
	CHECK(uv_loop_init(&net->loop) == 0);
	uv_timer_init(&net->loop, &net->soon);
	net->soon.data = net;
	lws_set_log_level(LLL_ERR | LLL_WARN, lws_line);
	void *loops[1] = { &net->loop };
	struct lws_context_creation_info info = {
		.port = CONTEXT_PORT_NO_LISTEN,
		.protocols = protocols,
		.options = LWS_SERVER_OPTION_LIBUV | (address->secure ? LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT : 0),
		.foreign_loops = loops,
		.pcontext = &net->context,
		.retry_and_idle_policy = &no_pings,
		.gid = (__typeof__(((struct lws_context_creation_info *)0)
					   ->gid))-1, /* an int in libwebsockets 4.1, a gid_t in 4.3 */
		.uid = (__typeof__(((struct lws_context_creation_info *)0)->uid))-1,
	};
	net->context = lws_create_context(&info);
	if (net->context == NULL) {
		fprintf(stderr,
			"bollplank: libwebsockets cannot start; is its libuv plugin (libwebsockets-evlib-uv) installed?\n");
		uv_close((uv_handle_t *)&net->soon, NULL);
		uv_run(&net->loop, UV_RUN_DEFAULT);
		uv_loop_close(&net->loop);
		free(net);
		return NULL;
	}
	return net;
}

void net_run(struct net *net)
{
	uv_run(&net->loop, UV_RUN_DEFAULT);
}

static void handle_free(uv_handle_t *handle)
{
	free(handle->data);
}

static void timer_close(struct net_timer *timer)
{
	*timer->from = timer->next;
	if (timer->next != NULL)
		timer->next->from = timer->from;
	uv_timer_stop(&timer->handle);
	uv_close((uv_handle_t *)&timer->handle, handle_free);
}

static void stop(uv_timer_t *handle)
{
	struct net *net = handle->data;
	lws_context_destroy(net->context); /* closes every connection; the second call, in net_destroy, frees */
	while (net->timers != NULL)
		timer_close(net->timers);
	for (size_t i = 0; i < net->signal_count; i++)
		uv_close((uv_handle_t *)&net->signals[i]->handle, handle_free);
	uv_close((uv_handle_t *)&net->soon, NULL);
}

void net_stop(struct net *net)
{
	if (net->stopping)
		return;
	net->stopping = true;
	uv_timer_start(&net->soon, stop, 0, 0); /* not from inside a callback of lws: one turn later */
}

void net_destroy(struct net *net)
{
	if (net == NULL)
		return;
	if (net->context != NULL)
		lws_context_destroy(net->context);
	while (net->conns != NULL)
		conn_free(net->conns); // NOLINT(clang-analyzer-unix.Malloc): it takes itself out of the list
	uv_loop_close(&net->loop);
	free(net);
}

/* --- time and signals --- */

static void timer_fired(uv_timer_t *handle)
{
	struct net_timer *timer = handle->data;
	net_fn fn = timer->fn;
	void *ctx = timer->ctx;
	timer_close(timer);
	fn(ctx);
}

struct net_timer *net_after(struct net *net, uint64_t ms, net_fn fn, void *ctx)
{
	struct net_timer *timer = check_alloc(1, sizeof *timer);
	timer->fn = fn;
	timer->ctx = ctx;
	timer->next = net->timers;
	timer->from = &net->timers;
	if (timer->next != NULL)
		timer->next->from = &timer->next;
	net->timers = timer;
	uv_timer_init(&net->loop, &timer->handle);
	timer->handle.data = timer;
	uv_update_time(&net->loop);
	uv_timer_start(&timer->handle, timer_fired, ms, 0);
	return timer;
}

void net_cancel(struct net_timer *timer)
{
	if (timer != NULL)
		timer_close(timer);
}

static void signal_came(uv_signal_t *handle, int number)
{
	(void)number;
	struct net_signal *s = handle->data;
	s->fn(s->ctx);
}

void net_signal(struct net *net, int number, net_fn fn, void *ctx)
{
	CHECK(net->signal_count < SIGNALS);
	struct net_signal *s = check_alloc(1, sizeof *s);
	s->fn = fn;
	s->ctx = ctx;
	net->signals[net->signal_count++] = s;
	uv_signal_init(&net->loop, &s->handle);
	s->handle.data = s;
	uv_signal_start(&s->handle, signal_came, number);
}

/* --- connections --- */

static struct net_conn *conn_create(struct net *net, void *ctx)
{
	struct net_conn *conn = check_alloc(1, sizeof *conn);
	conn->net = net;
	conn->ctx = ctx;
	conn->waiting_end = &conn->waiting;
	conn->next = net->conns;
	conn->from = &net->conns;
	if (conn->next != NULL)
		conn->next->from = &conn->next;
	net->conns = conn;
	return conn;
}

static void dial_took_too_long(void *ctx)
{
	struct net_conn *conn = ctx;
	conn->patience = NULL;
	if (!conn->open && conn->status == 0)
		net_close(conn, 0);
}

static void dial(struct net_conn *conn, const char *path, const char *method, const char *protocol)
{
	struct net *net = conn->net;
	struct lws_client_connect_info info = {
		.context = net->context,
		.address = net->numeric,
		.port = net->address.port,
		.ssl_connection = net->address.secure ? LCCSCF_USE_SSL : 0,
		.path = path,
		.host = net->host,
		.protocol = method == NULL ? "bollplank.v1" : NULL,
		.local_protocol_name = protocol,
		.method = method,
		.userdata = conn,
		.pwsi = &conn->wsi,
		.retry_and_idle_policy = &no_pings,
	};
	conn->patience = net_after(net, DIAL_MS, dial_took_too_long, conn);
	if (lws_client_connect_via_info(&info) == NULL)
		conn_end(conn, "no connection");
}

struct net_conn *net_dial(struct net *net, const struct net_up *up, void *ctx)
{
	struct net_conn *conn = conn_create(net, ctx);
	conn->up = up;
	dial(conn, "/live", NULL, "bollplank.v1");
	return conn;
}

void net_send(struct net_conn *conn, struct slice bytes)
{
	if (!conn->open || conn->closing)
		return;
	struct waiting *w = check_alloc(1, sizeof *w + LWS_PRE + bytes.len);
	w->len = bytes.len;
	memcpy(w->bytes + LWS_PRE, bytes.at, bytes.len); /* a copy: lws masks it in place */
	*conn->waiting_end = w;
	conn->waiting_end = &w->next;
	if (conn->waiting == w &&
	    write_waiting(conn) != 0) /* straight away when the socket can take it: one system call instead of five */
		net_close(conn, 0);
}

void net_close(struct net_conn *conn, unsigned code)
{
	if (conn->ended || conn->closing)
		return;
	conn->closing = true;
	conn->close_code = code;
	do_soon(conn);
}

/* The number in "HTTP/1.1 200 OK"; 0: that is no status line. */
static unsigned status_of(const char *line)
{
	char *end;
	if (strncmp(line, "HTTP/1.", 7) != 0 || line[7] < '0' || line[7] > '9' || line[8] != ' ' || line[9] < '1' || line[9] > '9')
		return 0;
	unsigned long status = strtoul(line + 9, &end, 10);
	return end == line + 12 ? (unsigned)status : 0;
}

/* Without TLS a request is made by hand: a server that refuses a request by its headers closes while the body is on its
 * way, and libwebsockets' client then throws the answer away that it has received already. */
static void ask_plain(void *ctx)
{
	struct net_conn *conn = ctx;
	struct net *net = conn->net;
	char head[1024];
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV },
			*there = NULL;
	snprintf(head, sizeof head, "%u", net->address.port);
	int fd = -1;
	if (getaddrinfo(net->numeric, head, &hints, &there) == 0) {
		fd = socket(there->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
		struct timeval patience = { .tv_sec = DIAL_MS / 1000 };
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
		if (connect(fd, there->ai_addr, there->ai_addrlen) != 0) {
			close(fd);
			fd = -1;
		}
		freeaddrinfo(there);
	}
	conn->patience = NULL;
	if (fd < 0) {
		conn_end(conn, "no connection");
		return;
	}
	char length[96] = "";
	if (conn->body.len)
		snprintf(length, sizeof length, "Content-Type: application/msgpack\r\nContent-Length: %zu\r\n", conn->body.len);
	/* 1.0, so that no proxy sends the answer in chunks: it ends with the connection. */
	int len = snprintf(head, sizeof head, "%s %s HTTP/1.0\r\nHost: %s\r\n%sAuthorization: Bearer %s\r\nConnection: close\r\n\r\n", conn->body.len ? "POST" : "GET",
			   conn->path, net->host, length, conn->key);
	if (len > 0 && (size_t)len < sizeof head && send(fd, head, (size_t)len, MSG_NOSIGNAL) == len && conn->body.len)
		send(fd, conn->body.at, conn->body.len, MSG_NOSIGNAL); /* whether it was wanted the answer says */
	uint8_t room[4096];
	for (ssize_t got; (got = recv(fd, room, sizeof room, 0)) > 0;)
		if (collect(conn, room, (size_t)got, conn->most) != 0)
			break;
	close(fd);
	const uint8_t *end = conn->have_len > 0 ? memmem(conn->have, conn->have_len, "\r\n\r\n", 4) : NULL;
	unsigned status = end != NULL ? status_of((const char *)conn->have) : 0;
	if (status != 0) {
		conn->status = status;
		conn->have_len -= (size_t)(end + 4 - conn->have);
		memmove(conn->have, end + 4, conn->have_len);
	}
	conn_end(conn, "the answer broke off");
}

/* Without a body: GET. */
static void ask(struct net *net, const char *path, const char *key, struct slice body, size_t most, net_answer_fn done, void *ctx)
{
	struct net_conn *conn = conn_create(net, ctx);
	conn->body = copy_of(body);
	conn->key = check_alloc(strlen(key) + 1, 1);
	memcpy(conn->key, key, strlen(key));
	conn->answer = done;
	conn->path = path;
	conn->most = most;
	if (net->address.secure)
		dial(conn, path, body.len ? "POST" : "GET", "post");
	else
		conn->patience = net_after(net, 0, ask_plain, conn);
}

void net_post(struct net *net, const char *path, const char *key, struct slice body, net_answer_fn done, void *ctx)
{
	ask(net, path, key, body, ANSWER_MOST, done, ctx);
}

void net_get(struct net *net, const char *path, const char *key, net_answer_fn done, void *ctx)
{
	ask(net, path, key, slice_of(NULL, 0), LOG_MOST, done, ctx);
}
