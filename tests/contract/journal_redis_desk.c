/* SPDX-License-Identifier: EUPL-1.2 */
#include "contract/journal_redis_desk.h"
#include "base/check.h"
#include "shell/loop_uv.h"
#include "shell/redis_link.h"
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>
#include <uv.h>

enum { SOON_MS = 100, RUN_MS = 20 * 1000, UP_MS = 10 * 1000 };

/* --- the loop that all share ---------------------------------------------------------------------------------- */

static struct {
	struct loop_uv *uv;
	unsigned users;
	uv_timer_t nap;
} shared;

static void on_nap(uv_timer_t *timer)
{
	(void)timer;
}

void seat_turn(void)
{
	CHECK(shared.uv != NULL);
	uv_timer_start(&shared.nap, on_nap, 2, 0);
	uv_run(loop_uv_handle(shared.uv), UV_RUN_ONCE);
}

uint64_t seat_true_wall_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

uint64_t seat_now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void seat_wait(uint64_t ms)
{
	for (uint64_t end = seat_now_ms() + ms; seat_now_ms() < end;)
		seat_turn();
}

static void shared_take(void)
{
	if (shared.users++ > 0)
		return;
	shared.uv = loop_uv_create();
	CHECK(uv_timer_init(loop_uv_handle(shared.uv), &shared.nap) == 0);
}

static void shared_leave(void)
{
	CHECK(shared.users > 0);
	if (--shared.users > 0)
		return;
	uv_close((uv_handle_t *)&shared.nap, NULL);
	loop_uv_close(shared.uv);
	loop_uv_run(shared.uv);
	loop_uv_destroy(shared.uv); /* a handle that somebody left open ends the program here */
	shared.uv = NULL;
}

/* A test has failed and left its desks behind: they are not called any more. */
void seat_abandon(void)
{
	shared.uv = NULL;
	shared.users = 0;
}

/* --- spies ---------------------------------------------------------------------------------------------------- */

struct spy_link {
	struct redis_link inner;
	const struct redis_up *up;
	void *up_ctx;
	bool connected, closing, closed, dead; /* dead: who asked is no more */
	size_t under_way, most;
	void (*done)(void *ctx);
	void *done_ctx;
};

/* A post, a job or a timer of the adapter that has not come yet. */
struct pending {
	struct pending *next;
	struct seat *seat;
	struct loop_timer *timer;
	loop_fn job, fn;
	void *ctx;
	uint64_t due_ms;
};

struct seat {
	struct seat_options options;
	struct spy_link desk, bell;
	struct pending *pending;
};

struct spy_asking {
	struct spy_link *spy;
	redis_reply_fn reply;
	void *ctx;
};

static void spy_reply(const struct redis_reply *reply, void *ctx)
{
	struct spy_asking it = *(struct spy_asking *)ctx;
	free(ctx);
	assert_false(it.spy->closed);
	it.spy->under_way--;
	if (!it.spy->dead)
		it.reply(reply, it.ctx);
}

static void spy_up(void *ctx)
{
	struct spy_link *spy = ctx;
	assert_false(spy->connected || spy->closed);
	spy->connected = true;
	if (!spy->dead)
		spy->up->up(spy->up_ctx);
}

static void spy_down(const char *sentence, void *ctx)
{
	struct spy_link *spy = ctx;
	assert_false(spy->closed);
	assert_true(strlen(sentence) > 10);
	assert_int_equal(spy->under_way, 0); /* all NULLs come before */
	spy->connected = false;
	if (!spy->dead)
		spy->up->down(sentence, spy->up_ctx);
}

static void spy_listen(void *self, const struct redis_up *up, void *ctx)
{
	static const struct redis_up ours = { spy_up, spy_down };
	struct spy_link *spy = self;
	spy->up = up;
	spy->up_ctx = ctx;
	spy->inner.ops->listen(spy->inner.self, &ours, spy);
}

static bool spy_ask(void *self, const struct slice *words, size_t count, unsigned patience_ms, redis_reply_fn reply, void *ctx)
{
	struct spy_link *spy = self;
	struct spy_asking *it = check_alloc(1, sizeof *it);
	assert_false(spy->closed);
	*it = (struct spy_asking){ spy, reply, ctx };
	if (!spy->inner.ops->ask(spy->inner.self, words, count, patience_ms, spy_reply, it)) {
		free(it);
		return false;
	}
	if (++spy->under_way > spy->most)
		spy->most = spy->under_way;
	return true;
}

static void spy_hang_up(void *self)
{
	struct spy_link *spy = self;
	spy->inner.ops->hang_up(spy->inner.self);
}

static void spy_closed(void *ctx)
{
	struct spy_link *spy = ctx;
	assert_int_equal(spy->under_way, 0);
	spy->closed = true;
	if (spy->done)
		spy->done(spy->done_ctx);
}

static void spy_close(void *self, void (*done)(void *ctx), void *ctx)
{
	struct spy_link *spy = self;
	spy->closing = true;
	spy->done = done;
	spy->done_ctx = ctx;
	spy->inner.ops->close(spy->inner.self, spy_closed, spy);
}

static const struct redis_link_ops spy_ops = { .listen = spy_listen, .ask = spy_ask, .hang_up = spy_hang_up, .close = spy_close };

static struct redis_link spy_on(struct spy_link *spy, const struct seat_options *options, const char *part)
{
	char name[32];
	snprintf(name, sizeof name, "%s-%s", options->name ? options->name : "", part);
	const char *address = options->address ? options->address : redis_server_socket(options->server);
	char whole[200];
	snprintf(whole, sizeof whole, "%s%s", address[0] == '/' ? "unix:" : "", address);
	*spy = (struct spy_link){ .connected = false };
	const struct redis_link_options how = { .loop = shared.uv, .address = whole, .user = options->user, .password = options->password, .name = options->name ? name : NULL };
	spy->inner = redis_link_create(&how);
	return (struct redis_link){ &spy_ops, spy };
}

static struct loop inner_loop(void)
{
	return loop_uv_port(shared.uv);
}

static uint64_t spy_now(void *self)
{
	(void)self;
	return loop_now(inner_loop());
}

static uint64_t spy_wall(void *self)
{
	const struct seat *seat = self;
	return (uint64_t)((int64_t)loop_wall(inner_loop()) + seat->options.clock_ahead_ms);
}

static void spy_random(void *self, void *out, size_t len)
{
	(void)self;
	loop_random(inner_loop(), out, len);
}

static struct pending *pending_add(struct seat *seat, loop_fn fn, void *ctx)
{
	struct pending *it = check_alloc(1, sizeof *it);
	*it = (struct pending){ .next = seat->pending, .seat = seat, .fn = fn, .ctx = ctx, .due_ms = loop_now(inner_loop()) };
	seat->pending = it;
	return it;
}

static struct pending pending_take(struct pending *it)
{
	struct pending taken = *it;
	struct pending **at = &it->seat->pending;
	while (*at != it)
		at = &(*at)->next;
	*at = it->next;
	free(it);
	return taken;
}

static void pending_call(void *ctx)
{
	struct pending it = pending_take(ctx);
	it.fn(it.ctx);
}

static void pending_job(void *ctx)
{
	struct pending *it = ctx;
	it->job(it->ctx);
}

static struct loop_timer *spy_after(void *self, uint64_t ms, loop_fn fn, void *ctx)
{
	struct pending *it = pending_add(self, fn, ctx);
	it->due_ms += ms;
	it->timer = loop_after(inner_loop(), ms, pending_call, it);
	return (struct loop_timer *)it;
}

static void spy_stop(void *self, struct loop_timer *timer)
{
	(void)self;
	if (timer)
		loop_stop(inner_loop(), pending_take((struct pending *)timer).timer);
}

static void spy_post(void *self, loop_fn fn, void *ctx)
{
	loop_post(inner_loop(), pending_call, pending_add(self, fn, ctx));
}

static void spy_work(void *self, loop_fn job, loop_fn done, void *ctx)
{
	struct pending *it = pending_add(self, done, ctx);
	it->job = job;
	loop_work(inner_loop(), pending_job, pending_call, it);
}

static const struct loop_ops spy_loop = {
	.now_ms = spy_now, .wall_ms = spy_wall, .after = spy_after, .stop = spy_stop, .post = spy_post, .work = spy_work, .random = spy_random,
};

/* --- the adapter ---------------------------------------------------------------------------------------------- */

static struct redis_server *server;
static const struct seat_options *next; /* of the seat that is being taken */

bool seat_server(const char **why_not)
{
	if (!redis_server_installed(why_not))
		return false;
	signal(SIGPIPE, SIG_IGN); /* as the daemon does: a killed Redis is met while writing */
	if (server == NULL)
		server = redis_server_create(NULL);
	return true;
}

void seat_server_end(void)
{
	redis_server_destroy(server);
	server = NULL;
}

static struct journal_redis_options redis_options(struct seat *seat)
{
	return (struct journal_redis_options){
		.loop = { &spy_loop, seat },
		.desk = spy_on(&seat->desk, &seat->options, "desk"),
		.bell = spy_on(&seat->bell, &seat->options, "bell"),
		.durability = seat->options.durability,
		.mac_key = seat->options.mac_key ? slice_text(seat->options.mac_key) : slice_of(NULL, 0),
		.rules = seat->options.rules ? seat->options.rules : 1,
		.impatient = !seat->options.patient,
	};
}

static void redis_open(struct desk *desk)
{
	if (desk->seat == NULL) {
		if (next == NULL)
			seat_abandon(); /* a shared promise has one desk */
		if (next == NULL)
			redis_server_do(server, "FLUSHALL");
		shared_take();
		desk->seat = check_alloc(1, sizeof *desk->seat);
		desk->seat->options = next ? *next : (struct seat_options){ .server = server, .durability = REDIS_DURABILITY_AOF };
	}
	const struct journal_redis_options options = redis_options(desk->seat);
	desk->journal = journal_redis_create(&options);
}

/* Nothing is asked before the first conversation has gone well. */
static void redis_listened(struct desk *desk)
{
	const char *sentence = NULL;
	if (desk->seat->options.unfit)
		return;
	uint64_t end = seat_now_ms() + UP_MS;
	while (!(journal_redis_fit(desk->journal, &sentence) == JOURNAL_OK && desk->journal.ops->state(desk->journal.self, NULL, NULL) == JOURNAL_OK && desk->seat->bell.connected)) {
		if (seat_now_ms() > end)
			fail_msg("Redis cannot be used: %s", sentence ? sentence : "no sentence");
		seat_turn();
	}
	desk_run(desk);
	size_t kept = 0; /* that it was away until now is no news */
	for (size_t k = 0; k < desk->count; k++)
		if (desk->events[k].what != HEALTH)
			desk->events[kept++] = desk->events[k];
	desk->count = kept;
}

/* The bell always waits; and what is looked at each second is not waited for. */
static bool under_way(const struct desk *desk)
{
	const struct seat *seat = desk->seat;
	if (seat->desk.under_way || (seat->desk.closing && !desk->stopped))
		return true;
	uint64_t soon = loop_now(inner_loop()) + SOON_MS;
	for (const struct pending *it = seat->pending; it; it = it->next)
		if (it->timer == NULL || it->due_ms <= soon)
			return true;
	return false;
}

static void redis_run(struct desk *desk)
{
	uint64_t end = seat_now_ms() + RUN_MS;
	unsigned still = 0;
	while (still < 3 && seat_now_ms() < end) {
		seat_turn();
		still = under_way(desk) || (desk->stopping && !desk->stopped) ? 0 : still + 1;
	}
}

static void redis_destroy(struct desk *desk)
{
	struct seat *seat = desk->seat;
	assert_null(seat->pending); /* a timer, a post or a job that outlives the journal */
	assert_true(seat->desk.closed && seat->bell.closed);
	free(seat);
	desk->seat = NULL;
	shared_leave();
	rmdir(desk->folder);
}

/* One bit of the entry's digest. */
static void redis_damage(struct desk *desk, unsigned i, uint64_t seq)
{
	struct redis_server *redis = desk->seat->options.server;
	desk_stop(desk);
	redisReply *reply = redis_server_ask(redis, "LINDEX bp:{%s}:l %d", sid_at(i).text, (int)seq - 1);
	assert_true(reply != NULL && reply->type == REDIS_REPLY_STRING && reply->len > 111);
	reply->str[53 + 7] ^= 16;
	redis_server_do(redis, "LSET bp:{%s}:l %d %b", sid_at(i).text, (int)seq - 1, reply->str, reply->len);
	freeReplyObject(reply);
	redis_open(desk);
	desk_listen(desk);
}

/* Redis' clock gives the time; nobody here can set it. */
static uint64_t redis_wall_ms(struct desk *desk)
{
	(void)desk;
	return loop_wall(inner_loop());
}

const struct adapter adapter_redis = {
	.name = "redis",
	.open = redis_open,
	.destroy = redis_destroy,
	.damage = redis_damage,
	.listened = redis_listened,
	.run = redis_run,
	.wall_ms = redis_wall_ms,
	.erased_for_good = true,
};

/* --- desks ---------------------------------------------------------------------------------------------------- */

struct desk *seat_take(const struct seat_options *options)
{
	next = options;
	struct desk *desk = desk_create(&adapter_redis);
	next = NULL;
	return desk;
}

void seat_crash(struct desk *desk)
{
	struct seat *seat = desk->seat;
	journal_redis_destroy(desk->journal);
	seat->desk.dead = seat->bell.dead = true;
	assert_null(seat->pending);
	desk->stopped = true;
	/* The operating system closes its connections. */
	seat->desk.inner.ops->close(seat->desk.inner.self, spy_closed, &seat->desk);
	seat->bell.inner.ops->close(seat->bell.inner.self, spy_closed, &seat->bell);
	seat->desk.closing = seat->bell.closing = true;
	seat->desk.done = seat->bell.done = NULL;
	UNTIL(2000, seat->desk.closed && seat->bell.closed);
	desk_destroy(desk);
}

struct redis_server *seat_redis(struct desk *desk)
{
	return desk->seat->options.server;
}

bool seat_connected(const struct desk *desk)
{
	return desk->seat->desk.connected && desk->seat->bell.connected;
}

void seat_cut(struct desk *desk)
{
	spy_hang_up(&desk->seat->desk);
	spy_hang_up(&desk->seat->bell);
}

size_t seat_under_way(const struct desk *desk)
{
	return desk->seat->desk.under_way + desk->seat->bell.under_way;
}

size_t seat_most_under_way(const struct desk *desk)
{
	return desk->seat->desk.most;
}

#define ASK(desk, what)                \
	do {                           \
		(desk)->inside = true; \
		what;                  \
		(desk)->inside = false; \
	} while (0)

void seat_open(struct desk *desk, unsigned i)
{
	ASK(desk, desk->journal.ops->open(desk->journal.self, sid_at(i)));
}

void seat_close(struct desk *desk, unsigned i)
{
	ASK(desk, desk->journal.ops->close(desk->journal.self, sid_at(i)));
}

void seat_strike(struct desk *desk, unsigned i, uint64_t seq, unsigned parts)
{
	ASK(desk, desk->journal.ops->strike(desk->journal.self, sid_at(i), seq, parts));
}

void seat_erase(struct desk *desk, unsigned i)
{
	ASK(desk, desk->journal.ops->erase(desk->journal.self, sid_at(i)));
}

void seat_publish(struct desk *desk, unsigned i, const char *text)
{
	ASK(desk, desk->journal.ops->publish(desk->journal.self, sid_at(i), slice_text(text)));
}

void seat_snapshot(struct desk *desk, unsigned i, struct position position, uint8_t first, size_t len)
{
	uint8_t *bytes = check_alloc(1, len);
	for (size_t k = 0; k < len; k++)
		bytes[k] = (uint8_t)(first + k);
	ASK(desk, desk->journal.ops->snapshot(desk->journal.self, sid_at(i), position, slice_of(bytes, len)));
	free(bytes);
}

bool seat_level(struct desk *desk, unsigned i)
{
	bool level;
	ASK(desk, level = desk->journal.ops->level(desk->journal.self, sid_at(i)));
	return level;
}

uint64_t seat_wall_ms(struct desk *desk, unsigned i)
{
	uint64_t wall;
	ASK(desk, wall = journal_wall_ms(desk->journal, sid_at(i)));
	return wall;
}

void seat_clock(struct desk *desk, int64_t ahead_ms)
{
	desk->seat->options.clock_ahead_ms = ahead_ms;
}

enum journal_status seat_state(struct desk *desk, unsigned i, const char **sentence)
{
	enum journal_status status;
	const struct sid sid = sid_at(i);
	const char *unwanted;
	ASK(desk, status = desk->journal.ops->state(desk->journal.self, &sid, sentence ? sentence : &unwanted));
	return status;
}

void seat_opened(struct desk *desk, unsigned i, enum journal_status status)
{
	size_t before = heard(desk, OPENED, sid_at(i));
	seat_open(desk, i);
	UNTIL(10000, heard(desk, OPENED, sid_at(i)) > before);
	assert_int_equal(heard_last(desk, OPENED, sid_at(i))->status, status);
}

void seat_appended(struct desk *desk, unsigned i, uint64_t body)
{
	size_t times;
	uint64_t tag = desk_append(desk, i, body);
	UNTIL(5000, heard_tag(desk, tag, &times) != NULL);
	const struct event *event = heard_tag(desk, tag, &times);
	assert_int_equal(times, 1);
	assert_int_equal(event->what, ENTRY);
	assert_int_equal(event->body, body);
}

/* --- what was told -------------------------------------------------------------------------------------------- */

void seat_told(const struct desk *desk, unsigned i, struct told *out)
{
	memset(out, 0, sizeof *out);
	uint64_t seq = 0;
	for (size_t k = 0; k < desk->count; k++) {
		const struct event *event = &desk->events[k];
		if (!sid_equal(event->sid, sid_at(i)) || event->what == HEALTH)
			continue;
		if (event->what == RESET) {
			size_t resets = out->resets + 1;
			memset(out, 0, sizeof *out);
			out->resets = resets;
			seq = 0;
		} else if (event->what == LOADED) {
			seq = event->position.seq;
		} else if (event->what == STABLE) {
			assert_true(event->position.seq > out->stable || seq == 0);
			out->stable = event->position.seq;
		} else if (event->what == ENTRY) {
			assert_int_equal(event->position.seq, ++seq); /* each once, in order, without gaps */
			assert_true(out->count < TOLD_MOST);
			assert_true(out->count == 0 || (event->position.term >= out->terms[out->count - 1] && event->at_ms >= out->at_ms[out->count - 1]));
			out->bodies[out->count] = event->body;
			out->tags[out->count] = event->tag;
			out->at_ms[out->count] = event->at_ms;
			out->terms[out->count] = event->position.term;
			out->struck[out->count++] = event->struck;
		}
	}
}

uint64_t seat_tip(const struct desk *desk, unsigned i)
{
	uint64_t seq = 0;
	for (size_t k = desk->count; k-- > 0;) {
		const struct event *event = &desk->events[k];
		if (!sid_equal(event->sid, sid_at(i)))
			continue;
		if (event->what == ENTRY || event->what == LOADED) {
			seq = event->position.seq;
			break;
		}
		if (event->what == RESET)
			break;
	}
	return seq;
}

uint32_t seat_term(const struct desk *desk, unsigned i)
{
	const struct event *event = heard_last(desk, ENTRY, sid_at(i));
	return event ? event->position.term : 0;
}

void seat_same(const struct desk *x, const struct desk *y, unsigned i)
{
	struct told *of_x = check_alloc(1, sizeof *of_x), *of_y = check_alloc(1, sizeof *of_y);
	seat_told(x, i, of_x);
	seat_told(y, i, of_y);
	assert_int_equal(of_x->count, of_y->count);
	for (size_t k = 0; k < of_x->count; k++) {
		assert_int_equal(of_x->bodies[k], of_y->bodies[k]);
		assert_int_equal(of_x->terms[k], of_y->terms[k]);
		assert_int_equal(of_x->at_ms[k], of_y->at_ms[k]);
	}
	free(of_x);
	free(of_y);
}

void seat_redis_has(struct desk *desk, unsigned i, uint64_t entries)
{
	struct told *told = check_alloc(1, sizeof *told);
	struct made made;
	redisReply *lines = redis_server_ask(seat_redis(desk), "LRANGE bp:{%s}:l 0 -1", sid_at(i).text);
	assert_non_null(lines);
	assert_int_equal(lines->elements, entries);
	seat_told(desk, i, told);
	assert_int_equal(told->count, entries);
	for (size_t k = 0; k < entries; k++) {
		body_make(told->bodies[k], &made);
		assert_true(lines->element[k]->len > 111);
		assert_memory_equal(lines->element[k]->str + 53, made.body.digest, 32);
	}
	freeReplyObject(lines);
	free(told);
}
