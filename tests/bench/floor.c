/* SPDX-License-Identifier: EUPL-1.2 */
/* The floor that the daemon is measured against: a bare epoll server that does as little as a server can. Every message
 * is answered with one prebuilt 60-byte frame; ${hz} times a second everybody gets one prebuilt frame of ${size} bytes,
 * by one send() each. No checks, no state, nothing is kept.
 *
 *     bench_floor --port 7071 --hz 20 --size 500
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

enum { FILES = 20000, ANSWER = 60, EVENTS = 512 };

static struct {
	int epoll;
	unsigned char frame[70000], answer[2 + ANSWER];
	size_t frame_len;
	int open[FILES];  /* who is through the handshake, packed */
	int place[FILES]; /* of a descriptor in open, -1 when it is not */
	int count;
} f;

/* A real server would hash the key; the generator does not look at it. */
static const char hello[] =
	"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: none\r\n\r\n";

static size_t make_frame(unsigned char *out, size_t len)
{
	size_t head = len < 126 ? 2 : 4;
	out[0] = 0x82;
	if (len < 126) {
		out[1] = (unsigned char)len;
	} else {
		out[1] = 126;
		out[2] = (unsigned char)(len >> 8);
		out[3] = (unsigned char)len;
	}
	memset(out + head, 'x', len);
	return head + len;
}

static void leave(int fd)
{
	if (f.place[fd] >= 0) {
		int last = f.open[--f.count];
		f.open[f.place[fd]] = last;
		f.place[last] = f.place[fd];
		f.place[fd] = -1;
	}
	close(fd);
}

static void come(int listener)
{
	for (;;) {
		int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd < 0)
			return;
		if (fd >= FILES) {
			close(fd);
			continue;
		}
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
		f.place[fd] = -1;
		struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };
		epoll_ctl(f.epoll, EPOLL_CTL_ADD, fd, &event);
	}
}

static void hear(int fd)
{
	unsigned char bytes[4096];
	ssize_t got = recv(fd, bytes, sizeof bytes, 0);
	if (got == 0 || (got < 0 && errno != EAGAIN)) {
		leave(fd);
		return;
	}
	if (got < 0)
		return;
	if (f.place[fd] < 0) { /* the handshake: it comes in one piece from our generator */
		send(fd, hello, sizeof hello - 1, MSG_NOSIGNAL);
		f.place[fd] = f.count;
		f.open[f.count++] = fd;
		return;
	}
	send(fd, f.answer, sizeof f.answer, MSG_NOSIGNAL);
}

static void push(int timer)
{
	uint64_t fired;
	if (read(timer, &fired, sizeof fired) != sizeof fired)
		return;
	for (int i = 0; i < f.count; i++)
		send(f.open[i], f.frame, f.frame_len, MSG_NOSIGNAL | MSG_DONTWAIT);
}

int main(int argc, char **argv)
{
	unsigned long port = 7071, hz = 0, size = 500;
	for (int i = 1; i + 1 < argc; i += 2) {
		unsigned long value = strtoul(argv[i + 1], NULL, 10);
		if (strcmp(argv[i], "--port") == 0)
			port = value;
		else if (strcmp(argv[i], "--hz") == 0)
			hz = value;
		else if (strcmp(argv[i], "--size") == 0)
			size = value;
	}
	if (port == 0 || port > 65535 || hz > 1000 || size < 1 || size > 65535) {
		fprintf(stderr, "bench_floor [--port N] [--hz N] [--size N]\n");
		return 2;
	}
	struct rlimit files;
	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max < FILES ? files.rlim_max : FILES;
	setrlimit(RLIMIT_NOFILE, &files);
	signal(SIGPIPE, SIG_IGN);
	f.frame_len = make_frame(f.frame, size);
	make_frame(f.answer, ANSWER);
	memset(f.place, 0xff, sizeof f.place);
	f.epoll = epoll_create1(EPOLL_CLOEXEC);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int));
	struct sockaddr_in here = { .sin_family = AF_INET,
				    .sin_port = htons((uint16_t)port),
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	if (bind(listener, (struct sockaddr *)&here, sizeof here) != 0 || listen(listener, 4096) != 0) {
		perror("bench_floor: cannot listen");
		return 1;
	}
	struct epoll_event event = { .events = EPOLLIN, .data.fd = listener };
	epoll_ctl(f.epoll, EPOLL_CTL_ADD, listener, &event);
	int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (hz > 0) {
		long every = 1000000000L / (long)hz;
		struct itimerspec when = { .it_value = { every / 1000000000L, every % 1000000000L },
					   .it_interval = { every / 1000000000L, every % 1000000000L } };
		timerfd_settime(timer, 0, &when, NULL);
		event.data.fd = timer;
		epoll_ctl(f.epoll, EPOLL_CTL_ADD, timer, &event);
	}
	for (;;) {
		struct epoll_event events[EVENTS];
		int n = epoll_wait(f.epoll, events, EVENTS, -1);
		for (int i = 0; i < n; i++) {
			if (events[i].data.fd == listener)
				come(listener);
			else if (events[i].data.fd == timer)
				push(timer);
			else
				hear(events[i].data.fd);
		}
	}
}
