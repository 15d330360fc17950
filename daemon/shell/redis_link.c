/* SPDX-License-Identifier: EUPL-1.2 */
/* What is to be known of hiredis 0.14 and 1.x: it frees its context right after its callbacks for a connection that failed or ended, so nothing may be freed inside
 * these; freed within the callback of a reply it goes a moment later. Its queues have no bound, and it notices neither a Redis that hangs nor a connection
 * that is never made. So it does the speaking only: who asked and until when stands in a ring of ours, and whoever is told NULL is told by us, from a turn of
 * the loop in which hiredis has no part. */
#include "shell/redis_link.h"
#include "base/check.h"
#include "base/limits.h"
#include "base/trace.h"
#include "shell/address.h"
#include "shell/loop_uv.h"
#include "shell/redis_adapter.h"
#include <errno.h>
#include <hiredis/hiredis.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

enum {
	MAGIC_redis_link_real = 0x726c6e6b,
	CONNECT_MS = 2000,       /* until PING is answered */
	BACKOFF_MS = 50,
	BACKOFF_MS_MAX = 2000,
	STOOD_STILL_MS = 100,    /* a watchdog that itself comes so late has no right to bite */
	MERCY_MS = 200,          /* ... and lets answers be read that lie in the socket already */
	PLACES_MOST = 8,         /* addresses of one name that are tried */
	SENTENCE_ROOM = 256,
	WORDS_AT_HAND = 64,
	NODES_KEPT = 4096
};

enum state {
	QUIET,      /* nobody listens yet */
	RESOLVING,
	CONNECTING, /* until PING is answered */
	UP,
	CUT,        /* askings and listener are still to be told */
	WAITING,    /* to connect again */
	CLOSED
};

/* A name being looked up. It may outlive the link. */
struct lookup {
	uv_getaddrinfo_t request;
	struct redis_link_real *link;
};

struct asking {
	redis_reply_fn reply;
	void *ctx;
	uint64_t due_ms;
	unsigned patience_ms;
	size_t bytes;
};

struct place {
	char digits[INET6_ADDRSTRLEN];
};

struct redis_link_real {
	uint32_t magic;
	struct loop_uv *loop;
	char *text, *user, *password, *name; /* text: the address as it was given */
	struct redis_address address;
	const struct redis_up *up;
	void *up_ctx;
	void (*closed)(void *ctx);
	void *closed_ctx;
	enum state state;
	bool was_up, closing;
	redisAsyncContext *ac; /* CONNECTING, UP */
	struct lookup *lookup;
	struct place places[PLACES_MOST];
	size_t place_count, place_at;
	uv_timer_t timer, watch; /* patience with connecting, or back-off; patience with answers */
	uv_idle_t soon;
	unsigned open;
	unsigned backoff_ms;
	uint64_t watch_ms; /* when `watch` comes; 0: it sleeps */
	struct asking *ring;
	size_t head, count, room, bytes;
	struct redis_reply *nodes; /* of the reply that is being told */
	size_t nodes_room;
	char sentence[SENTENCE_ROOM], told[SENTENCE_ROOM];
	struct redis_link_figures figures;
};

static void connect_now(struct redis_link_real *link);
static void on_soon(uv_idle_t *handle);

/* ---- sentences ---- */

__attribute__((format(printf, 2, 3))) static void say(struct redis_link_real *link, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vsnprintf(link->sentence, sizeof link->sentence, format, args);
	va_end(args);
}

/* hiredis hands on what the system said, as words. */
static void say_error(struct redis_link_real *link, int err, const char *why)
{
	bool socket = link->address.port[0] == '\0';
	if (err == REDIS_ERR_EOF)
		say(link, "Redis at %s closed the connection", link->text);
	else if (err == REDIS_ERR_PROTOCOL)
		say(link, "what answers at %s does not speak as Redis does", link->text);
	else if (strstr(why, strerror(ECONNREFUSED)))
		say(link, "Redis at %s refuses connections: is it running?", link->text);
	else if (socket && strstr(why, strerror(ENOENT)))
		say(link, "there is no socket %s: is Redis running, and is that its unixsocket?", link->address.host);
	else if (socket && strstr(why, strerror(EACCES)))
		say(link, "the socket %s may not be used by this user: see unixsocketperm in redis.conf, and its group", link->address.host);
	else
		say(link, "the connection to Redis at %s was lost: %s", link->text, *why ? why : "no reason is known");
}

/* An answer to AUTH or PING that is an error. */
static void say_refusal(struct redis_link_real *link, const char *error)
{
	if (strncmp(error, "LOADING", 7) == 0)
		say(link, "Redis at %s is loading its data", link->text);
	else if (strncmp(error, "NOAUTH", 6) == 0)
		say(link, "Redis at %s wants to know who we are: give --redis-user and --redis-password", link->text);
	else if (strncmp(error, "WRONGPASS", 9) == 0)
		say(link, "Redis at %s does not accept the name or the password", link->text);
	else if (strncmp(error, "NOPERM", 6) == 0)
		say(link, "Redis at %s does not let this user work: see bollplank redis-check", link->text);
	else
		say(link, "Redis at %s says: %s", link->text, error);
}

/* ---- askings ---- */

static uint64_t now_ms(const struct redis_link_real *link)
{
	return uv_now(loop_uv_handle(link->loop));
}

static struct asking *asking_at(const struct redis_link_real *link, size_t i)
{
	return &link->ring[(link->head + i) & (link->room - 1)];
}

static void asking_push(struct redis_link_real *link, const struct asking *asking)
{
	if (link->count == link->room) {
		size_t room = link->room ? link->room * 2 : 64;
		struct asking *ring = check_alloc(room, sizeof *ring);
		for (size_t i = 0; i < link->count; i++)
			ring[i] = *asking_at(link, i);
		free(link->ring);
		link->ring = ring;
		link->room = room;
		link->head = 0;
	}
	link->count++;
	*asking_at(link, link->count - 1) = *asking;
	link->bytes += asking->bytes;
}

static struct asking asking_shift(struct redis_link_real *link)
{
	CHECK(link->count > 0);
	struct asking asking = *asking_at(link, 0);
	link->head = (link->head + 1) & (link->room - 1);
	link->count--;
	link->bytes -= asking.bytes;
	return asking;
}

/* ---- the end of a connection ---- */

/* hiredis lets go of it, at the latest when the callback we are in has returned; nothing that it says about it reaches us. */
static void let_go(struct redis_link_real *link)
{
	redisAsyncContext *ac = link->ac;
	link->ac = NULL;
	if (ac == NULL)
		return;
	ac->data = NULL;
	redisAsyncFree(ac);
}

/* It is over; `sentence` says why. Who must be told is told from a turn of its own. */
static void cut(struct redis_link_real *link)
{
	CHECK(link->state == CONNECTING || link->state == UP || link->state == RESOLVING);
	link->state = CUT;
	let_go(link);
	uv_timer_stop(&link->timer);
	uv_timer_stop(&link->watch);
	link->watch_ms = 0;
	uv_idle_start(&link->soon, on_soon);
}

static void on_too_large(void *owner)
{
	struct redis_link_real *link = CAST(owner, redis_link_real);
	say(link, "Redis at %s sends an answer that is too large", link->text);
	cut(link);
}

/* The connection could not be made: at another of the name's addresses? */
static void connect_failed(struct redis_link_real *link)
{
	if (link->place_at + 1 < link->place_count) {
		let_go(link);
		link->place_at++;
		uv_timer_stop(&link->timer);
		connect_now(link);
	} else {
		cut(link);
	}
}

static void on_backoff(uv_timer_t *timer)
{
	struct redis_link_real *link = CAST(timer->data, redis_link_real);
	link->place_at = 0;
	connect_now(link);
}

static void back_off(struct redis_link_real *link)
{
	uint32_t dice;
	loop_random(loop_uv_port(link->loop), &dice, sizeof dice);
	unsigned half = link->backoff_ms / 2;
	link->state = WAITING;
	uv_timer_start(&link->timer, on_backoff, half + dice % (half + 1), 0);
	link->backoff_ms = link->backoff_ms * 2 < BACKOFF_MS_MAX ? link->backoff_ms * 2 : BACKOFF_MS_MAX;
}

static void on_link_closed(uv_handle_t *handle)
{
	struct redis_link_real *link = CAST(handle->data, redis_link_real);
	if (--link->open)
		return;
	void (*closed)(void *ctx) = link->closed;
	void *ctx = link->closed_ctx;
	char *const secrets[] = { link->password, link->user, link->name, link->text };
	for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++) {
		if (secrets[i])
			explicit_bzero(secrets[i], strlen(secrets[i]));
		free(secrets[i]);
	}
	free(link->ring);
	free(link->nodes);
	link->magic = 0;
	free(link);
	closed(ctx);
}

static void on_soon(uv_idle_t *handle)
{
	struct redis_link_real *link = CAST(handle->data, redis_link_real);
	uv_idle_stop(handle);
	while (link->count) { /* nothing new comes: `ask` says no */
		struct asking asking = asking_shift(link);
#if BOLLPLANK_BUG == 81 /* the last of those whose answer nobody knows is forgotten */
		if (link->count == 0)
			break;
#endif
		asking.reply(NULL, asking.ctx);
	}
	if (!link->closing) {
		bool news = link->was_up || strcmp(link->sentence, link->told) != 0;
		link->figures.downs += link->was_up;
		link->was_up = false;
		if (news) {
			memcpy(link->told, link->sentence, sizeof link->told);
			trace(TRACE_DEBUG, "redis", "link=%s down", link->name ? link->name : "-");
			link->up->down(link->told, link->up_ctx);
		}
	}
	if (!link->closing) {
		back_off(link);
		return;
	}
	link->state = CLOSED;
	link->open = 3;
	uv_close((uv_handle_t *)&link->timer, on_link_closed);
	uv_close((uv_handle_t *)&link->watch, on_link_closed);
	uv_close((uv_handle_t *)&link->soon, on_link_closed);
}

/* ---- patience ---- */

static void on_watch(uv_timer_t *timer);

static void watch_for(struct redis_link_real *link, uint64_t due_ms)
{
	uint64_t now = now_ms(link);
	if (link->watch_ms && link->watch_ms <= due_ms)
		return;
	link->watch_ms = due_ms;
	uv_timer_start(&link->watch, on_watch, due_ms > now ? due_ms - now : 0, 0);
}

static void on_watch(uv_timer_t *timer)
{
	struct redis_link_real *link = CAST(timer->data, redis_link_real);
	uint64_t now = now_ms(link), late = now - link->watch_ms, first = UINT64_MAX;
	unsigned patience_ms = 0;
	link->watch_ms = 0;
	for (size_t i = 0; i < link->count; i++)
		if (asking_at(link, i)->due_ms < first) {
			first = asking_at(link, i)->due_ms;
			patience_ms = asking_at(link, i)->patience_ms;
		}
	if (first == UINT64_MAX)
		return;
	if (first > now) {
		watch_for(link, first);
		return;
	}
#if BOLLPLANK_BUG == 82 /* ... also when it was us who stood still */
	late = 0;
#endif
	if (late > STOOD_STILL_MS) { /* it was us who stood still: timers come before sockets */
		watch_for(link, now + MERCY_MS);
		return;
	}
	if (BOLLPLANK_BUG == 80) /* a Redis that hangs is waited for */
		return;
	say(link, "Redis at %s did not answer within %u ms", link->text, patience_ms);
	cut(link);
}

static void on_too_long(uv_timer_t *timer)
{
	struct redis_link_real *link = CAST(timer->data, redis_link_real);
	say(link, "Redis at %s did not answer within %u ms", link->text, CONNECT_MS);
	connect_failed(link);
}

/* ---- replies ---- */

static size_t count_nodes(const redisReply *reply)
{
	size_t count = 1;
	if (reply->type == REDIS_REPLY_ARRAY)
		for (size_t i = 0; i < reply->elements; i++)
			count += count_nodes(reply->element[i]);
	return count;
}

/* The children of a list lie side by side; `used` nodes are taken. hiredis bounds the depth. */
static void convert(const redisReply *from, struct redis_reply *to, struct redis_reply *nodes, size_t *used)
{
	*to = (struct redis_reply){ .kind = REDIS_ERROR, .text = slice_text("ERR a kind of answer that was not asked for") };
	switch (from->type) {
	case REDIS_REPLY_STRING:
	case REDIS_REPLY_STATUS:
	case REDIS_REPLY_ERROR:
		to->kind = from->type == REDIS_REPLY_ERROR ? REDIS_ERROR : REDIS_TEXT;
		to->text = slice_of(from->str, from->len);
		break;
	case REDIS_REPLY_INTEGER:
		*to = (struct redis_reply){ .kind = REDIS_NUMBER, .number = from->integer };
		break;
	case REDIS_REPLY_NIL:
		*to = (struct redis_reply){ .kind = REDIS_NIL };
		break;
	case REDIS_REPLY_ARRAY: {
		struct redis_reply *items = nodes + *used;
		*used += from->elements;
		*to = (struct redis_reply){ .kind = REDIS_LIST, .items = items, .count = from->elements };
		for (size_t i = 0; i < from->elements; i++)
			convert(from->element[i], &items[i], nodes, used);
		break;
	}
	default: /* RESP3's, which we do not speak */
		break;
	}
}

static void on_reply(redisAsyncContext *ac, void *got, void *nothing)
{
	struct redis_link_real *link = ac->data;
	const redisReply *reply = got;
	(void)nothing;
	if (link == NULL || reply == NULL)
		return; /* it is over; all askings are told in on_soon */
	size_t nodes = count_nodes(reply), used = 1;
	if (nodes > link->nodes_room) {
		link->nodes = check_realloc(link->nodes, nodes, sizeof *link->nodes);
		link->nodes_room = nodes;
	}
	convert(reply, &link->nodes[0], link->nodes, &used);
	struct asking asking = asking_shift(link);
	asking.reply(&link->nodes[0], asking.ctx);
	if (link->nodes_room > NODES_KEPT) {
		free(link->nodes);
		link->nodes = NULL;
		link->nodes_room = 0;
	}
}

/* ---- the beginning of a connection ---- */

enum step { STEP_AUTH, STEP_NAME, STEP_PING };

static void on_hello(redisAsyncContext *ac, void *got, void *ctx)
{
	struct redis_link_real *link = ac->data;
	const redisReply *reply = got;
	enum step step = (enum step)(uintptr_t)ctx;
	if (link == NULL || reply == NULL)
		return;
	if (reply->type == REDIS_REPLY_ERROR && step != STEP_NAME) { /* whoever may not name himself may work nevertheless */
		say_refusal(link, reply->str);
		cut(link);
		return;
	}
	if (step != STEP_PING)
		return;
	uv_timer_stop(&link->timer);
	link->state = UP;
	link->was_up = true;
	link->backoff_ms = BACKOFF_MS;
	link->told[0] = '\0';
	link->figures.ups++;
	trace(TRACE_DEBUG, "redis", "link=%s up", link->name ? link->name : "-");
	link->up->up(link->up_ctx);
}

/* hiredis frees the context right after these two if there is an error: it must not be freed in them. */
static void on_connect(const redisAsyncContext *its, int status)
{
	struct redis_link_real *link = its->data;
	redisAsyncContext *ac = (redisAsyncContext *)(uintptr_t)its;
	int yes = 1, idle = 15, again = 5, times = 3; /* s; a machine that is gone is noticed also while nothing is asked */
	if (link == NULL)
		return;
	if (status != REDIS_OK) {
		ac->data = NULL;
		link->ac = NULL;
		say_error(link, ac->c.err, ac->c.errstr);
		connect_failed(link);
		return;
	}
	if (link->address.port[0]) {
		setsockopt(ac->c.fd, SOL_SOCKET, SO_KEEPALIVE, &yes, sizeof yes);
		setsockopt(ac->c.fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle);
		setsockopt(ac->c.fd, IPPROTO_TCP, TCP_KEEPINTVL, &again, sizeof again);
		setsockopt(ac->c.fd, IPPROTO_TCP, TCP_KEEPCNT, &times, sizeof times);
	}
	if (link->user)
		redisAsyncCommand(ac, on_hello, (void *)STEP_AUTH, "AUTH %s %s", link->user, link->password ? link->password : "");
	else if (link->password)
		redisAsyncCommand(ac, on_hello, (void *)STEP_AUTH, "AUTH %s", link->password);
	if (link->name)
		redisAsyncCommand(ac, on_hello, (void *)STEP_NAME, "CLIENT SETNAME %s", link->name);
	redisAsyncCommand(ac, on_hello, (void *)STEP_PING, "PING");
}

static void on_disconnect(const redisAsyncContext *its, int status)
{
	struct redis_link_real *link = its->data;
	(void)status;
	if (link == NULL)
		return; /* we let go of it */
	((redisAsyncContext *)(uintptr_t)its)->data = NULL;
	link->ac = NULL;
	say_error(link, its->err, its->errstr ? its->errstr : "");
	cut(link);
}

static void connect_to(struct redis_link_real *link, const char *digits)
{
	redisAsyncContext *ac = digits ? redisAsyncConnect(digits, (int)strtol(link->address.port, NULL, 10)) : redisAsyncConnectUnix(link->address.host);
	CHECK(ac != NULL);
	link->state = CONNECTING;
	if (ac->err || !redis_adapter_attach(ac, loop_uv_handle(link->loop), on_too_large)) {
		say_error(link, ac->err, ac->errstr ? ac->errstr : "");
		redisAsyncFree(ac);
		connect_failed(link);
		return;
	}
	ac->data = link;
	link->ac = ac;
	redisAsyncSetDisconnectCallback(ac, on_disconnect);
	redisAsyncSetConnectCallback(ac, on_connect); /* last: from here on it is watched */
	uv_timer_start(&link->timer, on_too_long, CONNECT_MS, 0);
}

static void on_resolved(uv_getaddrinfo_t *request, int status, struct addrinfo *found)
{
	struct lookup *lookup = (struct lookup *)request->data;
	struct redis_link_real *link = lookup->link;
	free(lookup);
	if (link == NULL) {
		uv_freeaddrinfo(found);
		return;
	}
	link->lookup = NULL;
	size_t count = 0;
	for (struct addrinfo *at = found; at && count < PLACES_MOST; at = at->ai_next)
		if (getnameinfo(at->ai_addr, at->ai_addrlen, link->places[count].digits, sizeof link->places[count].digits, NULL, 0, NI_NUMERICHOST) == 0)
			count++;
	uv_freeaddrinfo(found);
	if (count)
		link->place_count = count;
	if (link->place_count == 0) { /* else: those that it had when it was last asked for */
		say(link, "the name %s, where Redis is to be, was not found: %s", link->address.host, status < 0 ? uv_strerror(status) : "it has no address");
		cut(link);
		return;
	}
	link->place_at = 0;
	connect_to(link, link->places[0].digits);
}

/* There is one look-up at a time, and it ends by itself: the system's resolver has patience of its own. */
static void resolve(struct redis_link_real *link)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG };
	struct lookup *lookup = check_alloc(1, sizeof *lookup);
	lookup->link = link;
	lookup->request.data = lookup;
	link->state = RESOLVING;
	int rc = uv_getaddrinfo(loop_uv_handle(link->loop), &lookup->request, on_resolved, link->address.host, NULL, &hints);
	if (rc == 0) {
		link->lookup = lookup;
		return;
	}
	free(lookup);
	say(link, "the name %s, where Redis is to be, was not found: %s", link->address.host, uv_strerror(rc));
	cut(link);
}

static void connect_now(struct redis_link_real *link)
{
	struct address digits;
	if (link->address.port[0] == '\0')
		connect_to(link, NULL);
	else if (address_parse(slice_text(link->address.host), &digits))
		connect_to(link, link->address.host);
	else if (link->place_at)
		connect_to(link, link->places[link->place_at].digits);
	else
		resolve(link);
}

/* ---- the port ---- */

static void listen_to(void *self, const struct redis_up *up, void *ctx)
{
	struct redis_link_real *link = CAST(self, redis_link_real);
	CHECK(link->state == QUIET && link->up == NULL && !link->closing);
	link->up = up;
	link->up_ctx = ctx;
	link->state = WAITING;
	uv_timer_start(&link->timer, on_backoff, 0, 0); /* at once, but not from inside this call */
}

static bool ask(void *self, const struct slice *words, size_t count, unsigned patience_ms, redis_reply_fn reply, void *ctx)
{
	struct redis_link_real *link = CAST(self, redis_link_real);
	const char *at_hand[WORDS_AT_HAND], **argv = at_hand;
	size_t lens_at_hand[WORDS_AT_HAND], *lens = lens_at_hand, bytes = 0;
	CHECK(count > 0 && count <= INT32_MAX && reply != NULL);
	for (size_t i = 0; i < count; i++)
		bytes += words[i].len;
	if (link->state != UP || link->count >= LIMIT_REDIS_ASKED || bytes > LIMIT_REDIS_BYTES - link->bytes) {
		link->figures.turned_away++;
		return false;
	}
	if (count > WORDS_AT_HAND) {
		argv = check_alloc(count, sizeof *argv);
		lens = check_alloc(count, sizeof *lens);
	}
	for (size_t i = 0; i < count; i++) {
		argv[i] = words[i].len ? (const char *)words[i].at : "";
		lens[i] = words[i].len;
	}
	bool sent = redisAsyncCommandArgv(link->ac, on_reply, NULL, (int)count, argv, lens) == REDIS_OK;
	if (argv != at_hand) {
		free(argv);
		free(lens);
	}
	if (!sent) { /* hiredis is about to say that it is over */
		link->figures.turned_away++;
		return false;
	}
	uint64_t due_ms = now_ms(link) + patience_ms;
	asking_push(link, &(struct asking){ reply, ctx, due_ms, patience_ms, bytes });
	link->figures.asked++;
	watch_for(link, due_ms);
	return true;
}

static void hang_up(void *self)
{
	struct redis_link_real *link = CAST(self, redis_link_real);
	if (link->state != UP && link->state != CONNECTING)
		return; /* there is nothing to cut */
	say(link, "the conversation with Redis at %s was broken off from here", link->text);
	cut(link);
}

static void close_for_good(void *self, void (*done)(void *ctx), void *ctx)
{
	struct redis_link_real *link = CAST(self, redis_link_real);
	CHECK(!link->closing);
	link->closing = true;
	link->closed = done;
	link->closed_ctx = ctx;
	if (link->lookup) {
		link->lookup->link = NULL;
		uv_cancel((uv_req_t *)&link->lookup->request); /* when it has begun it ends by itself */
		link->lookup = NULL;
	}
	let_go(link);
	uv_timer_stop(&link->timer);
	uv_timer_stop(&link->watch);
	link->state = CUT;
	uv_idle_start(&link->soon, on_soon);
}

static const struct redis_link_ops redis_link_ops = {
	.listen = listen_to, .ask = ask, .hang_up = hang_up, .close = close_for_good,
};

static char *copy(const char *text)
{
	char *copied = text ? strdup(text) : NULL;
	CHECK(text == NULL || copied != NULL);
	return copied;
}

struct redis_link redis_link_create(const struct redis_link_options *options)
{
	struct redis_link_real *link = check_alloc(1, sizeof *link);
	uv_loop_t *loop = loop_uv_handle(options->loop);
	link->magic = MAGIC_redis_link_real;
	link->loop = options->loop;
	CHECK(redis_address_parse(options->address, &link->address));
	link->text = copy(options->address);
	link->user = copy(options->user);
	link->password = copy(options->password);
	link->name = copy(options->name);
	link->backoff_ms = BACKOFF_MS;
	CHECK(uv_timer_init(loop, &link->timer) == 0 && uv_timer_init(loop, &link->watch) == 0 && uv_idle_init(loop, &link->soon) == 0);
	link->timer.data = link->watch.data = link->soon.data = link;
	return (struct redis_link){ &redis_link_ops, link };
}

struct redis_link_figures redis_link_figures(struct redis_link of)
{
	struct redis_link_real *link = CAST(of.self, redis_link_real);
	struct redis_link_figures figures = link->figures;
	figures.up = link->state == UP;
	figures.under_way = link->count;
	figures.bytes_under_way = link->bytes;
	return figures;
}
