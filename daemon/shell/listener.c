/* SPDX-License-Identifier: EUPL-1.2 */
#include "shell/listener.h"
#include "base/check.h"
#include "base/trace.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

enum {
	MAGIC_listener = 0x6c697374,
	SOCKETS = 16,
	BACKLOG = 4096,          /* a hall joins within seconds; the kernel cuts it to somaxconn */
	ACCEPTS = 64,            /* in one turn of the loop, so that those who are in are served too */
	SEND_BUFFER = 64 * 1024, /* of the kernel, per peer: what a phone that has gone may hold */
	TELL_MS = 10 * 1000,
	FIRST_PASSED = 3         /* SD_LISTEN_FDS_START */
};

struct door_socket {
	uv_poll_t poll;
	int fd;
	struct listener *listener;
};

struct listener {
	uint32_t magic;
	struct listener_parts parts;
	struct door_socket sockets[SOCKETS];
	unsigned count;
	int reserve; /* a descriptor to give up when there are no more, so that a peer can be turned away instead of waiting */
	uint64_t told_ms; /* when the log last heard of it */
	bool closed;
};

unsigned listener_resolve(const char *text, struct sockaddr_storage out[2])
{
	char host[64];
	const char *colon = strrchr(text, ':'), *digits = colon ? colon + 1 : text;
	size_t len = colon ? (size_t)(colon - text) : 0;
	char *end;
	unsigned long port = strtoul(digits, &end, 10);
	if (*digits < '0' || *digits > '9' || *end || port > 65535 || len >= sizeof host)
		return 0;
	memcpy(host, text, len);
	host[len] = '\0';
	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port) };
	memset(out, 0, 2 * sizeof *out);
	if (colon == NULL || strcmp(host, "localhost") == 0) {
		v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		v6.sin6_addr = in6addr_loopback;
		memcpy(&out[0], &v4, sizeof v4);
		memcpy(&out[1], &v6, sizeof v6);
		return 2;
	}
	if (len == 0 || strcmp(host, "*") == 0) {
		memcpy(&out[0], &v4, sizeof v4); /* two sockets and not one for both: it also works where IPv6 is off */
		memcpy(&out[1], &v6, sizeof v6);
		return 2;
	}
	if (host[0] == '[' && host[len - 1] == ']') {
		host[len - 1] = '\0';
		memcpy(&out[0], &v6, sizeof v6);
		return inet_pton(AF_INET6, host + 1, &((struct sockaddr_in6 *)&out[0])->sin6_addr) == 1;
	}
	memcpy(&out[0], &v4, sizeof v4);
	return inet_pton(AF_INET, host, &((struct sockaddr_in *)&out[0])->sin_addr) == 1;
}

static void turn_away(struct listener *listener, int listening)
{
	close(listener->reserve);
	int fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC);
	if (fd >= 0)
		close(fd);
	listener->reserve = open("/dev/null", O_RDONLY | O_CLOEXEC);
	uint64_t now_ms = uv_now(listener->parts.loop);
	if (listener->told_ms && now_ms - listener->told_ms < TELL_MS)
		return;
	listener->told_ms = now_ms;
	trace(TRACE_WARNING, "accept", "turned_away=no_descriptors (raise LimitNOFILE)");
}

static void on_accept(uv_poll_t *poll, int status, int events)
{
	struct door_socket *socket = poll->data;
	struct listener *listener = socket->listener;
	(void)events;
	if (status < 0)
		return;
	for (unsigned i = 0; i < ACCEPTS && !listener->closed; i++) {
		struct sockaddr_storage from;
		socklen_t len = sizeof from;
		int fd = accept4(socket->fd, (struct sockaddr *)&from, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd < 0 && (errno == EMFILE || errno == ENFILE)) {
			turn_away(listener, socket->fd);
			return;
		}
		if (fd < 0 && (errno == EINTR || errno == ECONNABORTED))
			continue;
		if (fd < 0)
			return;
		struct address peer = address_of((struct sockaddr *)&from);
		listener->parts.accepted(fd, &peer, listener->parts.ctx);
	}
}

static void text_of(const struct sockaddr_storage *at, char *room, size_t size)
{
	char host[INET6_ADDRSTRLEN] = "?";
	if (at->ss_family == AF_INET6) {
		const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)at;
		inet_ntop(AF_INET6, &v6->sin6_addr, host, sizeof host);
		snprintf(room, size, "[%s]:%u", host, ntohs(v6->sin6_port));
	} else {
		struct sockaddr_in v4;
		memcpy(&v4, at, sizeof v4);
		inet_ntop(AF_INET, &v4.sin_addr, host, sizeof host);
		snprintf(room, size, "%s:%u", host, ntohs(v4.sin_port));
	}
}

/* 0, or an errno. Accepted sockets inherit the options (Linux): no system call for each. */
static int open_one(const struct sockaddr_storage *at, int *out)
{
	int one = 1, buffer = SEND_BUFFER;
	int fd = socket(at->ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return errno;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one); /* not REUSEPORT: a second daemon is to be told */
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
	if (at->ss_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one);
	socklen_t len = at->ss_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
	if (bind(fd, (const struct sockaddr *)at, len) < 0 || listen(fd, BACKLOG) < 0) {
		int error = errno;
		close(fd);
		return error;
	}
	*out = fd;
	return 0;
}

static void explain(const struct sockaddr_storage *at, int error, char *why, size_t size)
{
	char text[80];
	text_of(at, text, sizeof text);
	const char *port = strrchr(text, ':') + 1;
	switch (error) {
	case EADDRINUSE:
		snprintf(why, size, "cannot listen on %s: another program has this port. Stop it (ss -ltnp 'sport = :%s' shows it), "
			"or choose another port with --listen.", text, port);
		return;
	case EACCES:
		snprintf(why, size, "cannot listen on %s: ports below 1024 are for the system. Choose a higher port with --listen and put "
			"a proxy in front, or let systemd pass the socket.", text);
		return;
	case EADDRNOTAVAIL:
		snprintf(why, size, "cannot listen on %s: this machine does not have that address (ip address shows what it has). "
			"Choose another with --listen.", text);
		return;
	default:
		snprintf(why, size, "cannot listen on %s: %s. Choose another address with --listen.", text, strerror(error));
	}
}

static void watch(struct listener *listener, int fd)
{
	struct sockaddr_storage at = { 0 };
	socklen_t len = sizeof at;
	char text[80];
	CHECK(listener->count < SOCKETS);
	struct door_socket *socket = &listener->sockets[listener->count++];
	socket->fd = fd;
	socket->listener = listener;
	socket->poll.data = socket;
	CHECK(uv_poll_init_socket(listener->parts.loop, &socket->poll, fd) == 0);
	CHECK(uv_poll_start(&socket->poll, UV_READABLE, on_accept) == 0);
	getsockname(fd, (struct sockaddr *)&at, &len);
	text_of(&at, text, sizeof text);
	trace(TRACE_INFO, "listen", "address=%s", text);
}

static bool open_text(struct listener *listener, const char *text, char *why, size_t size)
{
	struct sockaddr_storage at[2];
	unsigned count = listener_resolve(text, at);
	bool any = false;
	if (count == 0) {
		snprintf(why, size, "cannot listen on %s: expected " LISTENER_EXPECTED ".", text);
		return false;
	}
	for (unsigned i = 0; i < count; i++) {
		int fd = -1, error = open_one(&at[i], &fd);
		/* localhost and * mean IPv4 and IPv6 as far as the machine has them. */
		if (count == 2 && (error == EAFNOSUPPORT || error == EADDRNOTAVAIL) && (i == 0 || any))
			continue;
		if (error) {
			explain(&at[i], error, why, size);
			return false;
		}
		struct sockaddr_in got = { 0 }; /* of two, the first is the IPv4 one */
		socklen_t len = sizeof got;
		if (i == 0 && count == 2 && getsockname(fd, (struct sockaddr *)&got, &len) == 0)
			((struct sockaddr_in6 *)&at[1])->sin6_port = got.sin_port; /* port 0: the second takes what the first was given */
		any = true;
		watch(listener, fd);
	}
	return true;
}

/* Sockets that systemd holds for us (sd_listen_fds(3)), and how many. */
static unsigned passed(void)
{
	const char *pid = getenv("LISTEN_PID"), *count = getenv("LISTEN_FDS");
	if (pid == NULL || count == NULL || strtol(pid, NULL, 10) != (long)getpid())
		return 0;
	long n = strtol(count, NULL, 10);
	return n < 0 ? 0 : n > SOCKETS ? SOCKETS : (unsigned)n;
}

struct listener *listener_open(const struct listener_parts *parts, char *why, size_t size)
{
	struct listener *listener = check_alloc(1, sizeof *listener);
	unsigned count = passed();
	listener->magic = MAGIC_listener;
	listener->parts = *parts;
	listener->reserve = open("/dev/null", O_RDONLY | O_CLOEXEC);
	for (unsigned i = 0; i < count; i++) {
		int fd = FIRST_PASSED + (int)i, one = 1;
		fcntl(fd, F_SETFD, FD_CLOEXEC);
		fcntl(fd, F_SETFL, O_NONBLOCK);
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
		watch(listener, fd);
	}
	bool ok = true;
	for (size_t i = 0; i < parts->count && ok && count == 0; i++) {
		ok = listener->count + 2 <= SOCKETS;
		if (!ok)
			snprintf(why, size, "cannot listen on so many addresses: at most %d.", SOCKETS / 2);
		else
			ok = open_text(listener, parts->where[i], why, size);
	}
	if (ok)
		return listener;
	listener_close(listener);
	uv_run(parts->loop, UV_RUN_NOWAIT); /* lets go of the sockets that were opened before the one that failed */
	listener_destroy(listener);
	return NULL;
}

static void on_closed(uv_handle_t *handle)
{
	struct door_socket *socket = handle->data;
	close(socket->fd);
}

void listener_close(struct listener *listener)
{
	if (listener == NULL || listener->closed)
		return;
	listener->closed = true;
	for (unsigned i = 0; i < listener->count; i++)
		uv_close((uv_handle_t *)&listener->sockets[i].poll, on_closed);
}

void listener_destroy(struct listener *listener)
{
	if (listener == NULL)
		return;
	close(listener->reserve);
	listener->magic = 0;
	free(listener);
}
