/* SPDX-License-Identifier: EUPL-1.2 */
/* The load generator of tests/bench/run: one process, one epoll, frames built ahead, no more looked at than what a
 * figure needs. It plays people and facilitators of its own sessions against the daemon (--key-file), or the same
 * pattern of messages against the floor (no key). One line of key=value for each step. Latencies are wall time from the
 * moment a message was meant to go. CPU is that of all threads of --pid.
 *
 *     bench_load --port N --pid PID [--key-file FILE] --sessions S --people N --staff M --steps join,vote,burst,push,flood
 * --seconds T --hz H
 *
 * Several instances: --port and --pid take lists with commas; people are dealt round to the ports, facilitators go to
 * --staff-port, else to the first, and CPU and memory are those of all processes of the list together.
 */
#include "base/check.h"
#include "base/digest.h"
#include "base/limits.h"
#include "wire/command.h"
#include "wire/section.h"
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
	EVENTS = 512,
	ANSWER_LEN = 1 + 1 + 16 + 1 + 8,
	READ = 256 * 1024,
	ITEMS = 8,
	DOTS = 5,
	CAP = 3,
	FLOOR_ANSWER = 60,
	FLOOR_VOTE = 60,
	PUSH_TEXT = 420,
	LINKS_EACH = 4,
	JOIN_AT_ONCE = 1500,
	JOIN_EVERY_S = 420 /* below what one address may (RATE_ADDRESS, RATE_JOINS) */,
	STAFF = 16,
	MANY = 8 /* ports, processes */
};

enum state { AWAY, CONNECTING, UPGRADING, GREETING, JOINING, READY, GONE };

struct peer {
	int fd;
	unsigned long port;
	enum state state;
	uint32_t session;
	bool staff, joins;
	uint8_t token[16], secret[16];
	uint64_t lane;
	uint32_t number;
	bool waiting, judged; /* for the verdict on number */
	uint64_t seq, began_us, meant_us, again_us;
	struct pack last; /* the message under way, for `later` */
	uint8_t *have;    /* bytes of a frame that is not whole yet */
	size_t have_len, have_room;
};

struct samples {
	uint32_t *us;
	size_t count, room;
};

struct seen { /* by the driver of a session: everything up to done */
	uint64_t done, at_us;
};
struct cast {
	uint64_t seq, sent_us;
};

struct session {
	char sid[17], code[9];
	uint8_t tokens[64][16];
	struct peer *driver;
	struct seen *seen;
	size_t seen_count, seen_room;
	struct cast *casts;
	size_t cast_count, cast_room;
};

static struct {
	unsigned long ports[MANY], pids[MANY], port_count, pid_count, staff_port, sessions, people, staff, seconds, hz;
	const char *key_file, *steps;
	bool floor;
	int epoll;
	struct session *session;
	struct peer *peers;
	size_t count, ready, arrived;
	uint64_t frames, frame_bytes, later, refused, lost, votes;
	struct samples ack, join;
	size_t again; /* peers with a time to send again */
	uint8_t room[READ];
} b;

static uint64_t now_us(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

__attribute__((noreturn, format(printf, 1, 2))) static void fail(const char *format, ...)
{
	va_list more;
	va_start(more, format);
	fputs("bench_load: ", stderr);
	vfprintf(stderr, format, more);
	fputc('\n', stderr);
	va_end(more);
	exit(1);
}

/* --- figures --- */

static void add_sample(struct samples *s, uint64_t us)
{
	if (s->count == s->room) {
		s->room = s->room ? s->room * 2 : 4096;
		s->us = check_realloc(s->us, s->room, sizeof *s->us);
	}
	s->us[s->count++] = us > UINT32_MAX ? UINT32_MAX : (uint32_t)us;
}

static int by_size(const void *x, const void *y)
{
	uint32_t p = *(const uint32_t *)x, q = *(const uint32_t *)y;
	return (p > q) - (p < q);
}

static uint32_t rank(struct samples *s, double part)
{
	if (s->count == 0)
		return 0;
	qsort(s->us, s->count, sizeof *s->us, by_size);
	return s->us[(size_t)(part * (double)(s->count - 1))];
}

/* Nanoseconds on a core, all threads. The kernel's own work for them (sockets, disk) is in it. */
static uint64_t cpu_of(unsigned long pid)
{
	char path[64];
	snprintf(path, sizeof path, "/proc/%lu/task", pid);
	DIR *dir = opendir(path);
	if (dir == NULL)
		fail("the server (process %lu) is gone", pid);
	uint64_t sum = 0;
	for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
		if (entry->d_name[0] == '.')
			continue;
		char name[400];
		snprintf(name, sizeof name, "%s/%s/schedstat", path, entry->d_name);
		FILE *file = fopen(name, "r");
		uint64_t ns = 0;
		if (file != NULL && fscanf(file, "%" SCNu64, &ns) == 1)
			sum += ns;
		if (file != NULL)
			fclose(file);
	}
	closedir(dir);
	return sum;
}

static uint64_t rss_of(unsigned long pid)
{
	char path[64];
	snprintf(path, sizeof path, "/proc/%lu/statm", pid);
	FILE *file = fopen(path, "r");
	uint64_t all = 0, resident = 0;
	if (file == NULL || fscanf(file, "%" SCNu64 " %" SCNu64, &all, &resident) != 2)
		fail("the memory of process %lu cannot be read", pid);
	fclose(file);
	return resident * (uint64_t)sysconf(_SC_PAGESIZE);
}

static uint64_t sum_of(uint64_t (*of)(unsigned long pid))
{
	uint64_t sum = 0;
	for (size_t i = 0; i < b.pid_count; i++)
		sum += of(b.pids[i]);
	return sum;
}

static uint64_t cpu_ns(void)
{
	return sum_of(cpu_of);
}

static uint64_t rss_bytes(void)
{
	return sum_of(rss_of);
}

/* --- frames --- */

/* A client masks; a mask of zeros is one, and leaves a prebuilt message as it is. */
static void send_bytes(struct peer *p, unsigned opcode, struct slice bytes)
{
	uint8_t frame[8192 + 8];
	CHECK(bytes.len <= 8192);
	size_t head = 2;
	frame[0] = (uint8_t)(0x80 | opcode);
	if (bytes.len < 126) {
		frame[1] = (uint8_t)(0x80 | bytes.len);
	} else {
		frame[1] = 0x80 | 126;
		frame[2] = (uint8_t)(bytes.len >> 8);
		frame[3] = (uint8_t)bytes.len;
		head = 4;
	}
	memset(frame + head, 0, 4);
	if (bytes.len > 0)
		memcpy(frame + head + 4, bytes.at, bytes.len);
	ssize_t sent = send(p->fd, frame, head + 4 + bytes.len, MSG_NOSIGNAL);
	if (sent != (ssize_t)(head + 4 + bytes.len) &&
	    p->state != GONE) /* a message of ours always fits, or the server reads no more */
		b.lost++;
}

static void send_hello(struct peer *p)
{
	struct session *s = &b.session[p->session];
	struct hello hello = { .door = p->staff ? DOOR_LINK : DOOR_PARTICIPANT,
			       .place = slice_text(p->staff ? s->sid : s->code),
			       .has_secret = !p->staff,
			       .lane = p->lane };
	memcpy(hello.token, p->token, 16);
	memcpy(hello.secret, p->secret, 16);
	pack_clear(&p->last);
	hello_encode(&hello, &p->last);
	send_bytes(p, 2, pack_bytes(&p->last));
	p->state = GREETING;
}

static void send_command(struct peer *p, enum command command, uint32_t a, struct slice form, struct slice text,
			 uint64_t meant_us)
{
	p->number++;
	p->waiting = true;
	p->judged = false;
	p->meant_us = meant_us;
	pack_clear(&p->last);
	command_encode(&(struct command_message){ .lane = p->lane,
						  .number = p->number,
						  .command = (uint16_t)command,
						  .subject = { a, 0 },
						  .form = form,
						  .text = text },
		       &p->last);
	send_bytes(p, 2, pack_bytes(&p->last));
}

static void send_join(struct peer *p)
{
	struct pack form = { 0 }, text = { 0 };
	struct digest token = digest_plain(slice_of(p->token, 16)), secret = digest_plain(slice_of(p->secret, 16));
	pack_array(&form, 3);
	pack_bin(&form, slice_of(token.bytes, 32));
	pack_bin(&form, slice_of(secret.bytes, p->staff ? 0 : 32));
	pack_uint(&form, 0);
	pack_array(&text, 1);
	pack_array(&text, 3);
	pack_str(&text, slice_text(""));
	pack_str(&text, slice_text("Load"));
	pack_str(&text, slice_text(""));
	p->state = JOINING;
	send_command(p, COMMAND_join, 0, pack_bytes(&form), pack_bytes(&text), p->began_us);
	pack_finish(&form);
	pack_finish(&text);
}

static void send_vote(struct peer *p, uint64_t meant_us)
{
	b.votes++;
	if (b.floor) {
		static const uint8_t bytes[FLOOR_VOTE];
		p->waiting = true;
		p->meant_us = meant_us;
		send_bytes(p, 2, slice_of(bytes, sizeof bytes));
		return;
	}
	/* Dots on two items, others each time. */
	uint32_t first = 1 + (uint32_t)(b.votes % (ITEMS - 1));
	struct pack ballot = { 0 }, form = { 0 };
	pack_array(&ballot, 4);
	pack_uint(&ballot, first);
	pack_uint(&ballot, CAP);
	pack_uint(&ballot, first + 1);
	pack_uint(&ballot, DOTS - CAP);
	pack_array(&form, 3);
	pack_uint(&form, 1);
	pack_uint(&form, 0);
	pack_bin(&form, pack_bytes(&ballot));
	send_command(p, COMMAND_ballot, 1, pack_bytes(&form), slice_of(NULL, 0), meant_us);
	pack_finish(&ballot);
	pack_finish(&form);
}

/* --- what comes --- */

static void settle(struct peer *p, uint64_t now)
{
	p->waiting = false;
	if (p->state == JOINING) {
		p->state = READY;
		b.ready++;
		add_sample(&b.join, now - p->began_us);
		return;
	}
	if (p->staff && !b.floor)
		return;
	add_sample(&b.ack, now - p->meant_us);
	if (!b.floor) {
		struct session *s = &b.session[p->session];
		if (s->cast_count == s->cast_room) {
			s->cast_room = s->cast_room ? s->cast_room * 2 : 1024;
			s->casts = check_realloc(s->casts, s->cast_room, sizeof *s->casts);
		}
		s->casts[s->cast_count++] = (struct cast){ p->seq, p->meant_us };
	}
}

static void note_seen(struct peer *p, uint64_t done, uint64_t now)
{
	struct session *s = &b.session[p->session];
	if (s->driver != p || (s->seen_count > 0 && s->seen[s->seen_count - 1].done >= done))
		return;
	if (s->seen_count == s->seen_room) {
		s->seen_room = s->seen_room ? s->seen_room * 2 : 1024;
		s->seen = check_realloc(s->seen, s->seen_room, sizeof *s->seen);
	}
	s->seen[s->seen_count++] = (struct seen){ done, now };
}

static void read_items(struct peer *p, struct unpack *in, uint64_t kind)
{
	size_t items = unpack_array(in);
	for (size_t i = 0; i + 1 < items && unpack_ok(in); i += 2) {
		if (kind != SECTION_verdicts) {
			unpack_skip(in);
			unpack_skip(in);
			continue;
		}
		uint64_t lane = unpack_bin64(in);
		if (unpack_nil(in))
			continue;
		size_t values = unpack_array(in);
		uint64_t number = unpack_uint(in, UINT32_MAX), fault = unpack_uint(in, UINT32_MAX),
			 seq = unpack_uint(in, UINT64_MAX);
		for (size_t k = 3; k < values; k++)
			unpack_skip(in);
		if (lane == p->lane && p->waiting && number == p->number) {
			b.refused += fault != FAULT_none;
			p->judged = true;
			p->seq = seq;
		}
	}
}

static void read_frame(struct peer *p, struct unpack *in, uint64_t now)
{
	unpack_uint(in, UINT32_MAX);
	uint64_t done = unpack_uint(in, UINT64_MAX), stable = unpack_uint(in, UINT64_MAX);
	unpack_skip(in); /* log_ms */
	unpack_skip(in); /* listing */
	unpack_skip(in); /* gone */
	size_t sections = unpack_array(in);
	for (size_t i = 0; i < sections && unpack_ok(in); i++) {
		unpack_arrays(in, 5);
		uint64_t kind = unpack_uint(in, 255);
		unpack_skip(in);
		unpack_skip(in);
		unpack_skip(in);
		read_items(p, in, kind);
	}
	if (!unpack_ok(in))
		fail("a frame that is not of the protocol");
	if (p->staff)
		note_seen(p, done, now);
	if (p->waiting && p->judged && stable >= p->seq)
		settle(p, now);
}

static void read_reply(struct peer *p, struct unpack *in, uint64_t now)
{
	uint64_t lane = unpack_bin64(in), number = unpack_uint(in, UINT32_MAX), fault = unpack_uint(in, UINT32_MAX),
		 later_ms = unpack_uint(in, UINT32_MAX);
	if (lane != p->lane || !p->waiting || number != p->number)
		return;
	if (fault == FAULT_later || fault == FAULT_unsure) {
		b.later++;
		if (p->again_us == 0)
			b.again++;
		p->again_us =
			now + later_ms * 1000 + (uint64_t)(p - b.peers) % 97 * 1000; /* not all at the same moment */
		return;
	}
	b.refused++;
	fprintf(stderr, "bench_load: refused: %s\n", fault_name((enum fault)fault));
	p->waiting = false;
}

static void read_message(struct peer *p, struct slice message)
{
	static const struct unpack_limits limits = { .depth = 16, .values = 200000, .bytes = 1 << 20 };
	b.frames++;
	b.frame_bytes += message.len;
	uint64_t now = now_us();
	if (b.floor) {
		if (message.len == FLOOR_ANSWER && p->waiting)
			settle(p, now);
		return;
	}
	if (message.len < 2)
		fail("an empty message");
	unsigned kind = message.at[1];
	if (kind == MESSAGE_VOLATILE || (kind == MESSAGE_FRAME && !p->waiting && !p->staff))
		return; /* counted; nothing in it that a figure needs */
	struct unpack *in = unpack_create(message, &limits);
	unpack_array(in);
	unpack_uint(in, 255);
	if (kind == MESSAGE_WELCOME) {
		if (p->state == GREETING && p->joins) {
			send_join(p);
		} else if (p->state == GREETING) {
			p->state = READY;
			b.ready++;
		}
	} else if (kind == MESSAGE_FRAME) {
		read_frame(p, in, now);
	} else if (kind == MESSAGE_REPLY) {
		read_reply(p, in, now);
	} else if (kind == MESSAGE_BYE) {
		fprintf(stderr, "bench_load: turned away: %s\n", fault_name((enum fault)unpack_uint(in, UINT32_MAX)));
	}
	unpack_destroy(in);
}

static void leave(struct peer *p)
{
	if (p->state == READY || p->state == JOINING)
		b.lost++;
	if (p->state == READY)
		b.ready--;
	close(p->fd);
	p->have_len = 0;
	p->state = p->state == CONNECTING || p->state == UPGRADING ? AWAY : GONE;
	if (p->state == AWAY) { /* turned away at the door: once more, later */
		b.later++;
		p->again_us = now_us() + 500000;
		b.again++;
	}
}

/* Takes what is whole from ${at}; returns how many bytes that was. */
static size_t take_frames(struct peer *p, const uint8_t *at, size_t len)
{
	size_t taken = 0;
	if (p->state == UPGRADING) {
		const uint8_t *end = memmem(at, len, "\r\n\r\n", 4);
		if (end == NULL)
			return 0;
		if (len < 12 || memcmp(at + 9, "101", 3) != 0) {
			leave(p);
			return len;
		}
		taken = (size_t)(end - at) + 4;
		if (b.floor) {
			p->state = READY;
			b.ready++;
			add_sample(&b.join, now_us() - p->began_us);
		} else {
			send_hello(p);
		}
	}
	while (len - taken >= 2 && p->state != GONE && p->state != AWAY) {
		const uint8_t *f = at + taken;
		size_t left = len - taken, head = 2, body = f[1] & 127;
		if (body == 126) {
			if (left < 4)
				break;
			head = 4;
			body = (size_t)f[2] << 8 | f[3];
		} else if (body == 127) {
			if (left < 10)
				break;
			head = 10;
			body = (size_t)f[6] << 24 | (size_t)f[7] << 16 | (size_t)f[8] << 8 | f[9];
		}
		if (left - head < body)
			break;
		taken += head + body;
		if ((f[0] & 15) == 9)
			send_bytes(p, 10, slice_of(f + head, body));
		else if ((f[0] & 15) == 8)
			leave(p);
		else if ((f[0] & 15) == 2)
			read_message(p, slice_of(f + head, body));
	}
	return taken;
}

static void hear(struct peer *p)
{
	ssize_t got = recv(p->fd, b.room, sizeof b.room, 0);
	if (got < 0 && errno == EAGAIN)
		return;
	if (got <= 0) {
		leave(p);
		return;
	}
	const uint8_t *at = b.room;
	size_t len = (size_t)got;
	if (p->have_len > 0) {
		if (p->have_room < p->have_len + len) {
			p->have_room = p->have_len + len;
			p->have = check_realloc(p->have, p->have_room, 1);
		}
		memcpy(p->have + p->have_len, b.room, len);
		at = p->have;
		len += p->have_len;
	}
	size_t taken = take_frames(p, at, len);
	p->have_len = p->state == GONE || p->state == AWAY ? 0 : len - taken;
	if (p->have_len == 0)
		return;
	if (p->have_room < p->have_len) {
		p->have_room = p->have_len;
		uint8_t *fresh = check_alloc(p->have_room, 1);
		memcpy(fresh, at + taken, p->have_len);
		free(p->have);
		p->have = fresh;
	} else {
		memmove(p->have, at + taken, p->have_len);
	}
}

static void come(struct peer *p)
{
	p->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (p->fd < 0)
		fail("no more sockets: %s", strerror(errno));
	setsockopt(p->fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
	struct sockaddr_in there = { .sin_family = AF_INET,
				     .sin_port = htons((uint16_t)p->port),
				     .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	if (connect(p->fd, (struct sockaddr *)&there, sizeof there) != 0 && errno != EINPROGRESS)
		fail("no connection: %s", strerror(errno));
	p->state = CONNECTING;
	if (p->began_us == 0)
		p->began_us = now_us();
	struct epoll_event event = { .events = EPOLLIN | EPOLLOUT, .data.ptr = p };
	epoll_ctl(b.epoll, EPOLL_CTL_ADD, p->fd, &event);
}

static void upgrade(struct peer *p)
{
	char text[256];
	int len = snprintf(
		text, sizeof text,
		"GET /live HTTP/1.1\r\nHost: localhost:%lu\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
		"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: bollplank.v1\r\n\r\n",
		p->port);
	if (send(p->fd, text, (size_t)len, MSG_NOSIGNAL) != len) {
		leave(p);
		return;
	}
	p->state = UPGRADING;
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = p };
	epoll_ctl(b.epoll, EPOLL_CTL_MOD, p->fd, &event);
}

static void send_again(uint64_t now)
{
	for (size_t i = 0; i < b.count && b.again > 0; i++) {
		struct peer *p = &b.peers[i];
		if (p->again_us == 0 || p->again_us > now)
			continue;
		p->again_us = 0;
		b.again--;
		if (p->state == AWAY)
			come(p);
		else if (p->waiting)
			send_bytes(p, 2, pack_bytes(&p->last));
	}
}

static void serve(int timeout_ms)
{
	struct epoll_event events[EVENTS];
	int n = epoll_wait(b.epoll, events, EVENTS, timeout_ms);
	for (int i = 0; i < n; i++) {
		struct peer *p = events[i].data.ptr;
		if (p->state == CONNECTING && (events[i].events & (EPOLLERR | EPOLLHUP)) != 0)
			leave(p);
		else if (p->state == CONNECTING)
			upgrade(p);
		else if (p->state != GONE && p->state != AWAY)
			hear(p);
	}
	if (b.again > 0)
		send_again(now_us());
}

static void serve_for(uint64_t ms)
{
	uint64_t until = now_us() + ms * 1000;
	while (now_us() < until)
		serve(1);
}

/* --- sessions --- */

static void pack_words(struct pack *out, const char *first, const char *second)
{
	pack_array(out, 1);
	pack_array(out, second != NULL ? 3 : 2);
	pack_str(out, slice_text("sv"));
	pack_str(out, slice_text(first));
	if (second != NULL)
		pack_str(out, slice_text(second));
}

static void pack_session(struct pack *out, struct session *s)
{
	size_t links = (b.staff + LINKS_EACH - 1) / LINKS_EACH;
	pack_array(out, 11);
	pack_uint(out, 1);
	pack_bool(out, true);
	pack_str(out, slice_text("sv"));
	pack_uint(out, 0);
	pack_uint(out, 0);
	pack_str(out, slice_text(""));
	pack_words(out, "Mätning", NULL);
	pack_nil(out);
	pack_array(out, links);
	for (size_t i = 0; i < links; i++) {
		CHECK(getrandom(s->tokens[i], 16, 0) == 16);
		struct digest hash = digest_plain(slice_of(s->tokens[i], 16));
		pack_array(out, 3);
		pack_uint(out, STAFF);
		pack_bin(out, slice_of(hash.bytes, 32));
		pack_words(out, "Ledare", NULL);
	}
	struct pack config = { 0 };
	pack_array(&config, 2);
	pack_uint(&config, DOTS);
	pack_uint(&config, CAP);
	pack_array(out, 1);
	pack_array(out, 8);
	pack_uint(out, 10);
	for (int i = 0; i < 3; i++)
		pack_uint(out, 0); /* plenary, source, group */
	pack_array(out, 0);
	pack_words(out, "Vad först?", "");
	pack_nil(out);
	pack_array(out, 1);
	pack_array(out, 8);
	pack_str(out, slice_text("dots"));
	pack_uint(out, 1);
	pack_bool(out, false);
	pack_bin(out, pack_bytes(&config));
	pack_str(out, slice_text(""));
	pack_words(out, "Vad först?", "");
	pack_array(out, 0);
	pack_array(out, ITEMS);
	for (int i = 0; i < ITEMS; i++) {
		pack_array(out, 2);
		pack_uint(out, 0);
		pack_words(out, "Ett förslag som är ungefär så långt", NULL);
	}
	pack_array(out, 0);
	pack_finish(&config);
}

static void create_session(struct session *s, const char *key)
{
	struct pack body = { 0 };
	pack_session(&body, s);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in there = { .sin_family = AF_INET,
				     .sin_port = htons((uint16_t)b.ports[0]),
				     .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	if (connect(fd, (struct sockaddr *)&there, sizeof there) != 0)
		fail("no connection to port %lu: %s", b.ports[0], strerror(errno));
	dprintf(fd,
		"POST /api/sessions HTTP/1.1\r\nHost: localhost:%lu\r\nAuthorization: Bearer %s\r\n"
		"Content-Type: application/msgpack\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n",
		b.ports[0], key, body.len);
	if (write(fd, body.at, body.len) != (ssize_t)body.len)
		fail("the request could not be sent");
	char answer[4096];
	size_t len = 0;
	struct unpack *in = NULL;
	for (ssize_t got; len + 1 < sizeof answer && (got = read(fd, answer + len, sizeof answer - 1 - len)) > 0;) {
		len += (size_t)got;
		char *end = memmem(answer, len, "\r\n\r\n", 4);
		if (end != NULL && len - (size_t)(end + 4 - answer) >= ANSWER_LEN) { /* [sid of 16, code of 8] */
			static const struct unpack_limits limits = { 4, 16, 64 };
			in = unpack_create(slice_of(end + 4, len - (size_t)(end + 4 - answer)), &limits);
			break;
		}
	}
	answer[len] = '\0';
	if (len < 12 || memcmp(answer + 9, "201", 3) != 0 || in == NULL)
		fail("no session: %.60s", answer);
	unpack_arrays(in, 2);
	struct slice sid = unpack_str(in, 16), code = unpack_str(in, 8);
	if (!unpack_ok(in))
		fail("the answer to a new session cannot be read");
	memcpy(s->sid, sid.at, sid.len);
	memcpy(s->code, code.at, code.len);
	unpack_destroy(in);
	pack_finish(&body);
	close(fd);
}

static void prepare(void)
{
	char key[256] = "";
	if (!b.floor) {
		FILE *file = fopen(b.key_file, "r");
		if (file == NULL || fscanf(file, "%255s", key) != 1)
			fail("%s cannot be read", b.key_file);
		fclose(file);
	}
	b.count = b.sessions * (b.people + b.staff);
	b.peers = check_alloc(b.count, sizeof *b.peers);
	b.session = check_alloc(b.sessions, sizeof *b.session);
	for (uint32_t s = 0; s < b.sessions; s++) {
		if (!b.floor)
			create_session(&b.session[s], key);
		for (size_t i = 0; i < b.people + b.staff; i++) {
			struct peer *p = &b.peers[s * (b.people + b.staff) + i];
			p->session = s;
			p->staff = i < b.staff;
			p->port = p->staff ? b.staff_port : b.ports[i % b.port_count];
			p->joins = i == 0 || !p->staff; /* of the facilitators only the one who does something */
			if (p->staff)
				memcpy(p->token, b.session[s].tokens[i / LINKS_EACH], 16);
			else
				CHECK(getrandom(p->token, 16, 0) == 16);
			CHECK(getrandom(p->secret, 16, 0) == 16 && getrandom(&p->lane, 8, 0) == 8);
			if (i == 0)
				b.session[s].driver = p;
		}
	}
}

static void order(struct peer *p, enum command command, uint32_t a, uint64_t number, bool has_number)
{
	struct pack form = { 0 };
	pack_array(&form, has_number);
	if (has_number)
		pack_uint(&form, number);
	send_command(p, command, a, pack_bytes(&form), slice_of(NULL, 0), now_us());
	pack_finish(&form);
	for (uint64_t until = now_us() + 10000000; p->waiting && now_us() < until;)
		serve(1);
	if (p->waiting)
		fail("no verdict on a facilitator's command within 10 s");
}

/* --- steps --- */

static void step_join(void)
{
	uint64_t began = now_us(), cpu = cpu_ns(), rss = rss_bytes();
	while (b.ready < b.count) {
		uint64_t now = now_us(), due = JOIN_AT_ONCE + (now - began) * JOIN_EVERY_S / 1000000;
		for (int burst = 0; burst < 64 && b.arrived < b.count && b.arrived < due; burst++)
			come(&b.peers[b.arrived++]);
		serve(b.arrived < b.count && b.arrived < due ? 0 : 1);
		if (now - began > 120 * 1000000ull)
			fail("after 120 s %zu of %zu have joined (asked to wait %" PRIu64 " times, lost %" PRIu64 ")",
			     b.ready, b.count, b.later, b.lost);
	}
	uint64_t ms = (now_us() - began) / 1000;
	double each = (double)(cpu_ns() - cpu) / 1000.0 / (double)b.count;
	serve_for(2000);
	printf("step=join peers=%zu ms=%" PRIu64 " p50_us=%u p99_us=%u cpu_us_each=%.1f later=%" PRIu64
	       " rss_each=%.0f\n",
	       b.count, ms, rank(&b.join, 0.5), rank(&b.join, 0.99), each, b.later,
	       ((double)rss_bytes() - (double)rss) / (double)b.count);
	if (b.floor)
		return;
	for (uint32_t s = 0; s < b.sessions; s++) {
		order(b.session[s].driver, COMMAND_go, 1, 0, false);
		order(b.session[s].driver, COMMAND_open, 1, 0, true);
		order(b.session[s].driver, COMMAND_look, 1, 0, false);
	}
	if (b.port_count > 1)
		serve_for(500); /* until the other instances know that it is open: a page votes only when it has seen that */
}

static void measure_shown(struct samples *shown)
{
	for (uint32_t i = 0; i < b.sessions; i++) {
		struct session *s = &b.session[i];
		for (size_t k = 0; k < s->cast_count; k++) {
			size_t low = 0, high = s->seen_count;
			while (low < high) {
				size_t middle = (low + high) / 2;
				if (s->seen[middle].done >= s->casts[k].seq)
					high = middle;
				else
					low = middle + 1;
			}
			if (low < s->seen_count)
				add_sample(shown, s->seen[low].at_us > s->casts[k].sent_us
							  ? s->seen[low].at_us - s->casts[k].sent_us
							  : 0);
		}
		s->cast_count = 0;
	}
}

static size_t still_waiting(void)
{
	size_t count = 0;
	for (size_t i = 0; i < b.count; i++)
		count += b.peers[i].waiting;
	return count;
}

static void drain(void)
{
	for (uint64_t until = now_us() + 20000000; still_waiting() > 0 && now_us() < until;)
		serve(1);
	serve_for(300); /* what is on the grid still */
}

static void print_votes(const char *step, uint64_t votes, uint64_t cpu, uint64_t frames, double seconds, uint64_t late)
{
	struct samples shown = { 0 };
	if (!b.floor)
		measure_shown(&shown);
	printf("step=%s votes=%" PRIu64 " acks=%zu late=%" PRIu64
	       " ack_p50_us=%u ack_p99_us=%u ack_most_us=%u shown_p50_us=%u shown_p99_us=%u cpu_us_vote=%.2f frames=%" PRIu64
	       " cpu_us_frame=%.2f core=%.3f refused=%" PRIu64 "\n",
	       step, votes, b.ack.count, late, rank(&b.ack, 0.5), rank(&b.ack, 0.99), rank(&b.ack, 1),
	       rank(&shown, 0.5), rank(&shown, 0.99), (double)cpu / 1000.0 / (double)votes, frames,
	       (double)cpu / 1000.0 / (double)(frames ? frames : 1), (double)cpu / 1e9 / seconds, b.refused);
	free(shown.us);
	b.ack.count = 0;
}

/* Everybody votes once a second, evenly spread. */
static void step_vote(void)
{
	size_t voters = 0, at = 0;
	for (size_t i = 0; i < b.count; i++)
		voters += !b.peers[i].staff || b.floor;
	uint64_t began = now_us(), cpu = cpu_ns(), frames = b.frames, votes = b.votes, done = 0, late = 0;
	for (;;) {
		uint64_t age = now_us() - began;
		if (age >= b.seconds * 1000000)
			break;
		while (done < age * voters / 1000000) {
			while (b.peers[at].staff && !b.floor)
				at = (at + 1) % b.count;
			if (!b.peers[at].waiting && b.peers[at].state == READY)
				send_vote(&b.peers[at], began + (done + 1) * 1000000 / voters);
			else
				late++;
			at = (at + 1) % b.count;
			done++;
		}
		serve(1);
	}
	double seconds = (double)(now_us() - began) / 1e6;
	drain();
	print_votes("vote", b.votes - votes, cpu_ns() - cpu, b.frames - frames, seconds, late);
}

/* Everybody at once, four times. */
static void step_burst(void)
{
	uint64_t began = now_us(), cpu = cpu_ns(), frames = b.frames, votes = b.votes;
	for (int wave = 0; wave < 4; wave++) {
		uint64_t meant = now_us();
		for (size_t i = 0; i < b.count; i++) {
			if ((!b.peers[i].staff || b.floor) && b.peers[i].state == READY)
				send_vote(&b.peers[i], meant);
			if (i % 64 == 63)
				serve(0);
		}
		drain();
		serve_for(1000);
	}
	print_votes("burst", b.votes - votes, cpu_ns() - cpu, b.frames - frames, (double)(now_us() - began) / 1e6, 0);
}

/* Everybody again as soon as the last is saved: how many a second can there be? */
static void step_flood(void)
{
	uint64_t began = now_us(), cpu = cpu_ns(), frames = b.frames, votes = b.votes, later = b.later;
	while (now_us() - began < b.seconds * 1000000) {
		for (size_t i = 0; i < b.count; i++)
			if ((!b.peers[i].staff || b.floor) && !b.peers[i].waiting && b.peers[i].state == READY)
				send_vote(&b.peers[i], now_us());
		serve(1);
	}
	double seconds = (double)(now_us() - began) / 1e6;
	printf("step=flood_rate saved_s=%.0f later=%" PRIu64 "\n", (double)b.ack.count / seconds, b.later - later);
	drain();
	print_votes("flood", b.votes - votes, cpu_ns() - cpu, b.frames - frames, seconds, 0);
}

static void send_say(struct peer *p, uint64_t count)
{
	char words[PUSH_TEXT + 1];
	struct pack form = { 0 }, text = { 0 };
	memset(words, 'x', PUSH_TEXT);
	words[PUSH_TEXT] = '\0';
	for (size_t i = 0; i < 12; i++, count /= 10)
		words[i] = (char)('0' + count % 10);
	pack_array(&form, 0);
	pack_words(&text, words, NULL);
	send_command(p, COMMAND_say, 0, pack_bytes(&form), pack_bytes(&text), now_us());
	pack_finish(&form);
	pack_finish(&text);
}

/* One new picture of about 500 bytes for everybody, ${hz} times a second: an announcement, which all may see. The floor
 * pushes by itself. */
static void step_push(void)
{
	serve_for(500);
	uint64_t began = now_us(), cpu = cpu_ns(), frames = b.frames, bytes = b.frame_bytes, done = 0, later = 0;
	while (now_us() - began < b.seconds * 1000000) {
		uint64_t due = (now_us() - began) * b.hz / 1000000;
		for (; !b.floor && done < due; done++) {
			for (uint32_t s = 0; s < b.sessions; s++) {
				if (b.session[s].driver->waiting)
					later++;
				else
					send_say(b.session[s].driver, done);
			}
		}
		serve(1);
	}
	cpu = cpu_ns() - cpu;
	frames = b.frames - frames;
	double seconds = (double)(now_us() - began) / 1e6;
	printf("step=push frames=%" PRIu64
	       " frames_s=%.0f hz=%.1f bytes_each=%.0f cpu_us_frame=%.3f core=%.3f skipped=%" PRIu64 "\n",
	       frames, (double)frames / seconds, (double)frames / seconds / (double)b.count,
	       (double)(b.frame_bytes - bytes) / (double)(frames ? frames : 1),
	       (double)cpu / 1000.0 / (double)(frames ? frames : 1), (double)cpu / 1e9 / seconds, later);
	drain();
	b.ack.count = 0;
}

static unsigned long number(const char *text)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);
	if (*end != '\0')
		fail("'%s' is not a number", text);
	return value;
}

/* With commas between them; returns how many. */
static size_t numbers(const char *text, unsigned long *out)
{
	char *words = strdup(text), *rest = words;
	size_t count = 0;
	for (char *word; (word = strsep(&rest, ",")) != NULL && count < MANY;)
		out[count++] = number(word);
	free(words);
	return count;
}

int main(int argc, char **argv)
{
	b.sessions = 1;
	b.people = 75;
	b.staff = 1;
	b.seconds = 4;
	b.hz = 4;
	b.steps = "join,vote";
	for (int i = 1; i + 1 < argc; i += 2) {
		const char *value = argv[i + 1];
		if (strcmp(argv[i], "--port") == 0)
			b.port_count = numbers(value, b.ports);
		else if (strcmp(argv[i], "--pid") == 0)
			b.pid_count = numbers(value, b.pids);
		else if (strcmp(argv[i], "--staff-port") == 0)
			b.staff_port = number(value);
		else if (strcmp(argv[i], "--sessions") == 0)
			b.sessions = number(value);
		else if (strcmp(argv[i], "--people") == 0)
			b.people = number(value);
		else if (strcmp(argv[i], "--staff") == 0)
			b.staff = number(value);
		else if (strcmp(argv[i], "--seconds") == 0)
			b.seconds = number(value);
		else if (strcmp(argv[i], "--hz") == 0)
			b.hz = number(value);
		else if (strcmp(argv[i], "--key-file") == 0)
			b.key_file = value;
		else if (strcmp(argv[i], "--steps") == 0)
			b.steps = value;
		else
			fail("there is no option %s; see the head of tests/bench/load.c", argv[i]);
	}
	if (b.staff_port == 0)
		b.staff_port = b.ports[0];
	if (b.ports[0] == 0 || b.pids[0] == 0 || b.sessions == 0 || b.sessions > 500 || b.staff == 0 ||
	    b.staff > 64 * LINKS_EACH || b.people > 20000)
		fail("--port, --pid, --sessions 1..500, --staff 1..256, --people 0..20000");
	b.floor = b.key_file == NULL;
	struct rlimit files;
	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
	signal(SIGPIPE, SIG_IGN);
	setvbuf(stdout, NULL, _IOLBF, 0);
	b.epoll = epoll_create1(EPOLL_CLOEXEC);
	prepare();
	char *steps = strdup(b.steps), *rest = steps;
	for (char *step; (step = strsep(&rest, ",")) != NULL;) {
		if (strcmp(step, "join") == 0)
			step_join();
		else if (strcmp(step, "vote") == 0)
			step_vote();
		else if (strcmp(step, "burst") == 0)
			step_burst();
		else if (strcmp(step, "push") == 0)
			step_push();
		else if (strcmp(step, "flood") == 0)
			step_flood();
		else
			fail("there is no step %s", step);
	}
	printf("step=end lost=%" PRIu64 " refused=%" PRIu64 "\n", b.lost, b.refused);
	free(steps);
	return b.lost + b.refused > 0 ? 3 : 0;
}
