/* SPDX-License-Identifier: EUPL-1.2 */
/* The promises of port/redis.h, asked of the real link with real Redis servers that die, hang, load and lie. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <dirent.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/check.h"
#include "base/limits.h"
#include "lib/redis_server.h"
#include "shell/loop_uv.h"
#include "shell/redis_link.h"

enum { BOUND_MS = 15 * 1000, SOON_MS = 500 };

struct answer { /* of one asking */
	unsigned times;
	bool nobody_knows;
	enum redis_kind kind;
	int64_t number;
	char text[64];
};

static struct world {
	struct loop_uv *uv;
	struct loop loop;
	struct redis_server *server;
	struct redis_link link;
	bool open, inside, done; /* inside: a call of the port; no upcall may come now */
	unsigned ups, downs, replies, nulls, nulls_after_down, order_wrong;
	char sentence[256];
	uintptr_t next;          /* in order of asking */
	bool out_of_time;
	char address[256];
	/* What is done in an upcall. */
	void (*in_up)(void), (*in_down)(void);
} w;

static int world_set(void **state)
{
	(void)state;
	memset(&w, 0, sizeof w);
	w.uv = loop_uv_create();
	w.loop = loop_uv_port(w.uv);
	return 0;
}

/* Not on a test's stack: a link that is closed after a failed assertion still tells what it owes. */
static struct answer *fresh(size_t at)
{
	static struct answer answers[8];
	if (at == 0)
		memset(answers, 0, sizeof answers);
	return &answers[at];
}

static void out_of_time(void *ctx)
{
	(void)ctx;
	w.out_of_time = true;
}

/* One turn after the other until it holds; false: it does not come to hold in time. */
#define UNTIL_MS(what, ms)                                            \
	do {                                                          \
		until_begin(ms);                                      \
		while (!(what) && !w.out_of_time)                     \
			uv_run(loop_uv_handle(w.uv), UV_RUN_ONCE);    \
		until_end();                                          \
	} while (0)
#define UNTIL(what)                                                   \
	do {                                                          \
		UNTIL_MS(what, BOUND_MS);                             \
		assert_true(what);                                    \
	} while (0)
static struct loop_timer *bound;
static void until_begin(uint64_t ms)
{
	w.out_of_time = false;
	uv_update_time(loop_uv_handle(w.uv));
	bound = loop_after(w.loop, ms, out_of_time, NULL);
}
static void until_end(void)
{
	if (!w.out_of_time)
		loop_stop(w.loop, bound);
}

static void on_up(void *ctx)
{
	(void)ctx;
	assert_false(w.inside);
	w.ups++;
	if (w.in_up)
		w.in_up();
}

static void on_down(const char *sentence, void *ctx)
{
	(void)ctx;
	assert_false(w.inside);
	w.downs++;
	snprintf(w.sentence, sizeof w.sentence, "%s", sentence);
	if (w.in_down)
		w.in_down();
}

static const struct redis_up up = { on_up, on_down };

static void on_closed(void *ctx)
{
	(void)ctx;
	assert_false(w.inside);
	assert_false(w.done);
	w.done = true;
}

static void create_with(const char *address, const char *user, const char *password)
{
	w.link = redis_link_create(&(struct redis_link_options){ .loop = w.uv, .address = address, .user = user, .password = password, .name = "bollplank-test" });
	w.open = true;
}

static void listen_now(void)
{
	w.inside = true;
	w.link.ops->listen(w.link.self, &up, NULL);
	w.inside = false;
}

static void connect_with(const char *address, const char *user, const char *password)
{
	create_with(address, user, password);
	listen_now();
}

static const char *socket_of(struct redis_server *server)
{
	snprintf(w.address, sizeof w.address, "unix:%s", redis_server_socket(server));
	return w.address;
}

static void serve(void)
{
	w.server = redis_server_create(&(struct redis_server_options){ .no_aof = true });
	connect_with(socket_of(w.server), NULL, NULL);
	UNTIL(w.ups == 1);
}

static void close_now(void)
{
	if (!w.open)
		return;
	w.open = false;
	w.inside = true;
	w.link.ops->close(w.link.self, on_closed, NULL);
	w.inside = false;
}

static int world_clear(void **state)
{
	(void)state;
	bool was = w.open;
	close_now();
	if (was)
		UNTIL(w.done);
	loop_uv_close(w.uv);
	loop_uv_run(w.uv);
	loop_uv_destroy(w.uv); /* CHECKs that nothing is left */
	redis_server_destroy(w.server);
	return 0;
}

static bool ask_words(unsigned patience_ms, redis_reply_fn reply, void *ctx, const char *const *words)
{
	struct slice slices[16];
	char copies[1024];
	size_t count = 0, used = 0;
	for (; words[count]; count++) {
		size_t len = strlen(words[count]);
		memcpy(copies + used, words[count], len);
		slices[count] = slice_of(copies + used, len);
		used += len;
	}
	w.inside = true;
	bool taken = w.link.ops->ask(w.link.self, slices, count, patience_ms, reply, ctx);
	w.inside = false;
	memset(copies, '!', sizeof copies); /* words are copied */
	return taken;
}
#define ASK(patience_ms, reply, ctx, ...) ask_words(patience_ms, reply, ctx, (const char *const[]){ __VA_ARGS__, NULL })

static void on_answer(const struct redis_reply *reply, void *ctx)
{
	struct answer *answer = ctx;
	assert_false(w.inside);
	answer->times++;
	answer->nobody_knows = reply == NULL;
	w.replies += reply != NULL;
	w.nulls += reply == NULL;
	if (reply == NULL)
		return;
	answer->kind = reply->kind;
	answer->number = reply->number;
	if (reply->kind == REDIS_TEXT || reply->kind == REDIS_ERROR)
		snprintf(answer->text, sizeof answer->text, "%.*s", (int)reply->text.len, (const char *)reply->text.at);
}

/* ctx: the how-manieth asking. */
static void on_numbered(const struct redis_reply *reply, void *ctx)
{
	assert_false(w.inside);
	w.order_wrong += (uintptr_t)ctx != w.next++;
	w.replies += reply != NULL;
	w.nulls += reply == NULL;
	w.nulls_after_down += reply == NULL && w.downs > 0;
}

/* ---- answers ---- */

static unsigned list_seen;
static void on_list(const struct redis_reply *reply, void *ctx)
{
	(void)ctx;
	list_seen++;
	assert_non_null(reply);
	assert_int_equal(reply->kind, REDIS_LIST);
	assert_int_equal(reply->count, 4);
	const struct redis_reply *at = reply->items;
	assert_true(at[0].kind == REDIS_NUMBER && at[0].number == 7);
	assert_true(at[1].kind == REDIS_LIST && at[1].count == 2);
	assert_true(slice_equal(at[1].items[0].text, slice_text("a")));
	assert_true(at[1].items[1].kind == REDIS_LIST && at[1].items[1].count == 1 && at[1].items[1].items[0].number == -3);
	assert_true(at[2].kind == REDIS_LIST && at[2].count == 0);
	assert_true(at[3].kind == REDIS_TEXT && slice_equal(at[3].text, slice_of("z\0z", 3)));
}

static void every_kind_of_answer(void **state)
{
	(void)state;
	static const struct {
		const char *words[4];
		enum redis_kind kind;
		int64_t number;
		const char *text;
	} cases[] = {
		{ { "SET", "k", "v w" }, REDIS_TEXT, 0, "OK" },
		{ { "GET", "k" }, REDIS_TEXT, 0, "v w" },
		{ { "GET", "none" }, REDIS_NIL, 0, "" },
		{ { "INCRBY", "n", "9007199254740993" }, REDIS_NUMBER, 9007199254740993, "" },
		{ { "INCR", "k" }, REDIS_ERROR, 0, "ERR value is not an integer or out of range" },
		{ { "SET", "e", "" }, REDIS_TEXT, 0, "OK" },
		{ { "GET", "e" }, REDIS_TEXT, 0, "" },
	};
	struct answer *answers = fresh(0);
	serve();
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_true(ask_words(1000, on_answer, &answers[i], cases[i].words));
	assert_true(ASK(1000, on_list, NULL, "EVAL", "return {7,{'a',{-3}},{},'z\\0z'}", "0"));
	UNTIL(list_seen == 1);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		if (answers[i].times != 1 || answers[i].kind != cases[i].kind || answers[i].number != cases[i].number || strcmp(answers[i].text, cases[i].text) != 0)
			fail_msg("%s %s: %u times, kind %d, number %lld, text \"%s\"", cases[i].words[0], cases[i].words[1], answers[i].times,
				answers[i].kind, (long long)answers[i].number, answers[i].text);
	}
}

static void a_conversation_has_a_name(void **state)
{
	(void)state;
	struct answer *answer = fresh(0);
	serve();
	ASK(1000, on_answer, answer, "CLIENT", "GETNAME");
	UNTIL(answer->times);
	assert_string_equal(answer->text, "bollplank-test");
}

static void bounded_in_number(void **state)
{
	(void)state;
	serve();
	for (uintptr_t i = 0; i < LIMIT_REDIS_ASKED; i++)
		assert_true(ASK(BOUND_MS, on_numbered, (void *)i, "PING"));
	struct answer *none = fresh(0);
	assert_false(ASK(1000, on_answer, none, "PING"));
	UNTIL(w.replies == LIMIT_REDIS_ASKED);
	assert_int_equal(w.order_wrong, 0);
	assert_int_equal(w.nulls, 0);
	assert_true(ASK(1000, on_numbered, (void *)w.next, "PING")); /* and then there is room again */
	UNTIL(w.replies == LIMIT_REDIS_ASKED + 1);
	assert_int_equal(none->times, 0);
	struct redis_link_figures figures = redis_link_figures(w.link);
	assert_true(figures.up && figures.asked == LIMIT_REDIS_ASKED + 1 && figures.turned_away == 1 && figures.under_way == 0 && figures.bytes_under_way == 0);
}

static void bounded_in_bytes(void **state)
{
	(void)state;
	enum { PIECE = 8 * 1024 * 1024, BYTES_MS = 4 * BOUND_MS };
	const char *preload = getenv("LD_PRELOAD"); /* valgrind's own */
	char *piece = check_alloc(1, PIECE);
	struct slice words[] = { slice_text("SET"), slice_text("big"), slice_of(piece, PIECE - 6) };
	serve();
	for (uintptr_t i = 0; i < LIMIT_REDIS_BYTES / PIECE; i++)
		assert_true(w.link.ops->ask(w.link.self, words, 3, BYTES_MS, on_numbered, (void *)i));
	assert_false(w.link.ops->ask(w.link.self, words, 1, BOUND_MS, on_numbered, NULL));
	free(piece);
	if (preload && strstr(preload, "vgpreload"))
		return; /* hiredis moves what is left at each write: that takes a minute there */
	UNTIL_MS(w.replies == LIMIT_REDIS_BYTES / PIECE, BYTES_MS);
	assert_int_equal(w.replies, LIMIT_REDIS_BYTES / PIECE);
	assert_int_equal(w.order_wrong, 0);
	assert_true(redis_link_figures(w.link).up);
}

/* ---- what goes wrong ---- */

static void a_killed_redis(void **state)
{
	(void)state;
	serve();
	redis_server_do(w.server, "CLIENT PAUSE 60000 WRITE"); /* so that nothing is answered before the end */
	for (uintptr_t i = 0; i < 1000; i++)
		assert_true(ASK(BOUND_MS, on_numbered, (void *)i, "INCR", "n"));
	UNTIL_MS(false, 50); /* they are on their way */
	redis_server_kill(w.server);
	UNTIL(w.downs == 1);
	assert_int_equal(w.nulls, 1000);
	assert_int_equal(w.nulls_after_down, 0);
	assert_int_equal(w.order_wrong, 0);
	assert_int_equal(w.replies, 0);
	assert_false(ASK(1000, on_numbered, NULL, "PING")); /* not up: nothing is handed over */
	UNTIL(w.downs == 2);
	assert_non_null(strstr(w.sentence, "refuses connections"));
	UNTIL_MS(w.downs > 2, 2 * SOON_MS); /* tried again and again, told once */
	assert_int_equal(w.downs, 2);
	redis_server_start(w.server);
	UNTIL(w.ups == 2);
	struct answer *answer = fresh(0);
	assert_true(ASK(1000, on_answer, answer, "GET", "n"));
	UNTIL(answer->times == 1);
	assert_int_equal(answer->kind, REDIS_NIL);
	assert_int_equal(w.nulls, 1000); /* nobody was told twice */
}

static void a_hung_redis(void **state)
{
	(void)state;
	struct answer *patient = fresh(0), *hasty = fresh(1);
	serve();
	redis_server_hang(w.server);
	uint64_t from = loop_now(w.loop);
	assert_true(ASK(5000, on_answer, patient, "PING"));
	assert_true(ASK(300, on_answer, hasty, "PING")); /* behind the patient one, and its patience counts */
	UNTIL(w.downs == 1);
	uint64_t took = loop_now(w.loop) - from;
	if (took < 300 || took > 300 + SOON_MS)
		fail_msg("cut after %llu ms", (unsigned long long)took);
	assert_true(patient->times == 1 && patient->nobody_knows && hasty->times == 1 && hasty->nobody_knows);
	assert_non_null(strstr(w.sentence, "did not answer within 300 ms"));
	from = loop_now(w.loop); /* the kernel takes the connection, nobody answers PING */
	UNTIL(w.downs == 2);
	assert_non_null(strstr(w.sentence, "did not answer within 2000 ms"));
	assert_in_range(loop_now(w.loop) - from, 1900, 2000 + 2 * SOON_MS);
	redis_server_go_on(w.server);
	UNTIL(w.ups == 2);
	assert_int_equal(w.replies, 0);
}

static void a_paused_redis(void **state)
{
	(void)state;
	struct answer *answer = fresh(0);
	serve();
	redis_server_do(w.server, "CLIENT PAUSE 1000 ALL");
	assert_true(ASK(200, on_answer, answer, "PING"));
	UNTIL(w.downs == 1);
	assert_true(answer->times == 1 && answer->nobody_knows);
	UNTIL(w.ups == 2);
}

/* It is us who stood still, and the answer lies in the socket: timers come before sockets in a turn of the loop. */
static void we_stood_still(void **state)
{
	(void)state;
	struct answer *answer = fresh(0);
	serve();
	assert_true(ASK(200, on_answer, answer, "BLPOP", "none", "0.1"));
	uv_run(loop_uv_handle(w.uv), UV_RUN_NOWAIT); /* it goes out */
	nanosleep(&(struct timespec){ .tv_nsec = 500 * 1000 * 1000 }, NULL);
	UNTIL(answer->times == 1);
	assert_false(answer->nobody_knows);
	assert_int_equal(w.downs, 0);
}

static void client_kill(void **state)
{
	(void)state;
	serve();
	for (unsigned round = 1; round <= 5; round++) {
		redis_server_do(w.server, "CLIENT KILL TYPE normal SKIPME yes");
		UNTIL(w.downs == round);
		assert_non_null(strstr(w.sentence, "closed the connection"));
		UNTIL(w.ups == round + 1);
	}
}

static void hung_up_by_us(void **state)
{
	(void)state;
	struct answer *answer = fresh(0);
	serve();
	ASK(1000, on_answer, answer, "PING");
	w.inside = true;
	w.link.ops->hang_up(w.link.self);
	w.link.ops->hang_up(w.link.self);
	w.inside = false;
	assert_false(ASK(1000, on_answer, answer, "PING"));
	UNTIL(w.downs == 1);
	assert_true(answer->times == 1 && answer->nobody_knows);
	UNTIL(w.ups == 2);
	assert_int_equal(answer->times, 1);
	ASK(1000, on_answer, answer, "PING");
	UNTIL(answer->times == 2);
	assert_false(answer->nobody_knows);
}

/* ---- not let in, and other sentences ---- */

static void sockets_that_do_not_serve(void **state)
{
	(void)state;
	connect_with("unix:/nowhere/at/all.sock", NULL, NULL);
	UNTIL(w.downs == 1);
	assert_string_equal(w.sentence, "there is no socket /nowhere/at/all.sock: is Redis running, and is that its unixsocket?");
	close_now();
	UNTIL(w.done);
	w.done = false;
	w.server = redis_server_create(&(struct redis_server_options){ .no_aof = true, .listens = true });
	unsigned port = redis_server_port(w.server);
	redis_server_kill(w.server);
	connect_with(socket_of(w.server), NULL, NULL); /* the file is left */
	UNTIL(w.downs == 2);
	assert_non_null(strstr(w.sentence, "refuses connections: is it running?"));
	close_now();
	UNTIL(w.done);
	w.done = false;
	snprintf(w.address, sizeof w.address, "127.0.0.1:%u", port);
	connect_with(w.address, NULL, NULL);
	UNTIL(w.downs == 3);
	assert_non_null(strstr(w.sentence, "refuses connections: is it running?"));
}

static void over_tcp(void **state)
{
	(void)state;
	static const char *const forms[] = { "127.0.0.1:%u", "localhost:%u" }; /* localhost may be ::1 first, where nobody listens */
	w.server = redis_server_create(&(struct redis_server_options){ .no_aof = true, .listens = true });
	for (unsigned i = 0; i < 2; i++) {
		struct answer *answer = fresh(0);
		snprintf(w.address, sizeof w.address, forms[i], redis_server_port(w.server));
		connect_with(w.address, NULL, NULL);
		UNTIL(w.ups == i + 1);
		assert_true(ASK(1000, on_answer, answer, "PING"));
		UNTIL(answer->times);
		assert_string_equal(answer->text, "PONG");
		close_now();
		UNTIL(w.done);
		w.done = false;
	}
	assert_int_equal(w.downs, 0);
}

static void a_name_that_is_none(void **state)
{
	(void)state;
	connect_with("redis.invalid:6379", NULL, NULL);
	UNTIL_MS(w.downs == 1, 5000); /* a resolver without a network may take its time */
	if (w.downs)
		assert_non_null(strstr(w.sentence, "the name redis.invalid, where Redis is to be, was not found: "));
	/* and in either case it can be closed */
}

static void let_in_or_not(void **state)
{
	(void)state;
	static const struct {
		const char *user, *password, *sentence; /* NULL: let in */
	} cases[] = {
		{ NULL, NULL, "wants to know who we are" },
		{ NULL, "wrong", "does not accept the name or the password" },
		{ NULL, "right", NULL },
		{ "default", "right", NULL },
		{ "ann", "anns", NULL },
		{ "ann", "right", "does not accept the name or the password" },
		{ "nobody", "x", "does not accept the name or the password" },
		{ "free", NULL, NULL },
		{ "mute", "mutes", "does not let this user work" },
	};
	w.server = redis_server_create(&(struct redis_server_options){ .no_aof = true });
	redis_server_do(w.server, "ACL SETUSER ann on >anns ~* +@all");
	redis_server_do(w.server, "ACL SETUSER free on nopass +@all");
	redis_server_do(w.server, "ACL SETUSER mute on >mutes -@all");
	redis_server_do(w.server, "CONFIG SET requirepass right");
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		unsigned ups = w.ups, downs = w.downs;
		connect_with(socket_of(w.server), cases[i].user, cases[i].password);
		UNTIL(w.ups > ups || w.downs > downs);
		bool in = w.ups > ups;
		if (in != (cases[i].sentence == NULL) || (!in && strstr(w.sentence, cases[i].sentence) == NULL))
			fail_msg("user %s: %s", cases[i].user ? cases[i].user : "-", in ? "let in" : w.sentence);
		close_now();
		UNTIL(w.done);
		w.done = false;
	}
}

/* Somebody else on the socket, who answers everything with the same. */
struct liar {
	uv_pipe_t listener, peers[64];
	unsigned count, closing;
	const char *answer; /* NULL: none */
	char path[64];
	char room[4096];
};

static void liar_room(uv_handle_t *handle, size_t size, uv_buf_t *buf)
{
	struct liar *liar = handle->data;
	(void)size;
	*buf = uv_buf_init(liar->room, sizeof liar->room);
}

static void liar_wrote(uv_write_t *request, int status)
{
	(void)status;
	free(request);
}

static void liar_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct liar *liar = stream->data;
	(void)buf;
	if (n < 0 || liar->answer == NULL) {
		if (n < 0)
			uv_read_stop(stream);
		return;
	}
	uv_buf_t out = uv_buf_init((char *)(uintptr_t)liar->answer, (unsigned)strlen(liar->answer));
	uv_write(check_alloc(1, sizeof(uv_write_t)), stream, &out, 1, liar_wrote);
}

static void liar_accept(uv_stream_t *listener, int status)
{
	struct liar *liar = listener->data;
	CHECK(status == 0 && liar->count < 64);
	uv_pipe_t *peer = &liar->peers[liar->count++];
	uv_pipe_init(loop_uv_handle(w.uv), peer, 0);
	peer->data = liar;
	CHECK(uv_accept(listener, (uv_stream_t *)peer) == 0);
	uv_read_start((uv_stream_t *)peer, liar_room, liar_read);
}

static void liar_open(struct liar *liar, const char *answer)
{
	memset(liar, 0, sizeof *liar);
	liar->answer = answer;
	snprintf(liar->path, sizeof liar->path, "/tmp/bollplank-liar-%d.sock", (int)getpid());
	unlink(liar->path);
	uv_pipe_init(loop_uv_handle(w.uv), &liar->listener, 0);
	liar->listener.data = liar;
	CHECK(uv_pipe_bind(&liar->listener, liar->path) == 0 && uv_listen((uv_stream_t *)&liar->listener, 8, liar_accept) == 0);
	snprintf(w.address, sizeof w.address, "unix:%s", liar->path);
}

static void liar_closed(uv_handle_t *handle)
{
	((struct liar *)handle->data)->closing--;
}

static void liar_close(struct liar *liar)
{
	liar->closing = liar->count + 1;
	uv_close((uv_handle_t *)&liar->listener, liar_closed);
	for (unsigned i = 0; i < liar->count; i++)
		uv_close((uv_handle_t *)&liar->peers[i], liar_closed);
	UNTIL(liar->closing == 0);
	unlink(liar->path);
}

static void others_at_the_address(void **state)
{
	(void)state;
	static const struct {
		const char *answer, *sentence;
	} cases[] = {
		{ "-LOADING Redis is loading the dataset in memory\r\n", "is loading its data" },
		{ "HTTP/1.1 400 Bad Request\r\n\r\n", "does not speak as Redis does" },
		{ "-ERR max number of clients reached\r\n", "says: ERR max number of clients reached" },
		{ NULL, "did not answer within 2000 ms" },
	};
	static struct liar liar;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		unsigned downs = w.downs;
		liar_open(&liar, cases[i].answer);
		connect_with(w.address, NULL, "secret");
		UNTIL(w.downs > downs);
		if (strstr(w.sentence, cases[i].sentence) == NULL)
			fail_msg("%s: %s", cases[i].answer ? cases[i].answer : "silence", w.sentence);
		close_now();
		UNTIL(w.done);
		w.done = false;
		liar_close(&liar);
	}
	assert_int_equal(w.ups, 0);
}

/* ---- in the midst of it ---- */

static unsigned chain_left;
static void on_chain(const struct redis_reply *reply, void *ctx)
{
	assert_non_null(reply);
	if (chain_left-- > 1)
		assert_true(ASK(1000, on_chain, ctx, "PING"));
}

static void asking_from_within_an_answer(void **state)
{
	(void)state;
	serve();
	chain_left = 200;
	ASK(1000, on_chain, NULL, "PING");
	UNTIL(chain_left == 0);
}

static struct answer first_answer;
static void ask_first(void)
{
	assert_true(ASK(1000, on_answer, &first_answer, "PING"));
}

static void asking_from_within_up(void **state)
{
	(void)state;
	first_answer = (struct answer){ 0 };
	w.in_up = ask_first;
	serve();
	UNTIL(first_answer.times == 1);
	assert_string_equal(first_answer.text, "PONG");
}

static void hang_up_within(const struct redis_reply *reply, void *ctx)
{
	(void)ctx;
	assert_non_null(reply);
	w.link.ops->hang_up(w.link.self);
}

static void hanging_up_from_within_an_answer(void **state)
{
	(void)state;
	struct answer *behind = fresh(0);
	serve();
	ASK(1000, hang_up_within, NULL, "PING");
	for (int i = 0; i < 3; i++)
		ASK(1000, on_answer, &behind[i], "PING");
	UNTIL(w.downs == 1);
	for (int i = 0; i < 3; i++)
		assert_true(behind[i].times == 1 && behind[i].nobody_knows);
	UNTIL(w.ups == 2);
}

/* ---- close ---- */

static void close_within(const struct redis_reply *reply, void *ctx)
{
	(void)ctx;
	(void)reply;
	close_now();
}

enum moment { QUIET, LISTENING, LOOKING_UP, NOT_ANSWERED, IS_UP, ASKED, WAS_CUT, IS_WAITING, IN_ANSWER, IN_NULL, IN_UP, IN_DOWN, MOMENTS };

static void closing_at_any_moment(void **state)
{
	(void)state;
	static struct liar liar;
	static const char *const names[] = { "quiet", "listening", "looking up a name", "not answered", "up", "asked", "cut", "waiting", "in an answer", "in a NULL",
		"in up", "in down" };
	w.server = redis_server_create(&(struct redis_server_options){ .no_aof = true });
	for (enum moment at = QUIET; at < MOMENTS; at++) {
		struct answer *answers = fresh(0);
		bool asked = at == ASKED || at == WAS_CUT || at == IN_ANSWER || at == IN_NULL, nobody = at == QUIET || at == LISTENING;
		w.ups = w.downs = w.replies = w.nulls = 0;
		w.done = false;
		w.in_up = at == IN_UP ? close_now : NULL;
		w.in_down = at == IN_DOWN ? close_now : NULL;
		create_with(at == LOOKING_UP ? "redis.invalid:1" : at == IS_WAITING || at == IN_DOWN ? "unix:/nowhere.sock" : socket_of(w.server), NULL, NULL);
		if (at == NOT_ANSWERED) {
			close_now();
			UNTIL(w.done);
			w.done = false;
			liar_open(&liar, NULL);
			create_with(w.address, NULL, NULL);
		}
		if (at != QUIET)
			listen_now();
		if (at == LOOKING_UP)
			uv_run(loop_uv_handle(w.uv), UV_RUN_NOWAIT);
		else if (at == NOT_ANSWERED)
			UNTIL_MS(false, 30);
		else if (at == IS_WAITING)
			UNTIL(w.downs == 1);
		else if (!nobody && at != IN_UP && at != IN_DOWN)
			UNTIL(w.ups == 1);
		if (at == IN_NULL || at == IN_ANSWER)
			ASK(1000, close_within, NULL, "PING");
		for (int i = 0; asked && i < 3; i++)
			assert_true(ASK(1000, on_answer, &answers[i], "PING"));
		if (at == WAS_CUT || at == IN_NULL)
			w.link.ops->hang_up(w.link.self);
		if (at < IN_ANSWER)
			close_now();
		UNTIL(w.done);
		unsigned ups = w.ups, downs = w.downs;
		UNTIL_MS(false, 5);
		for (int i = 0; asked && i < 3; i++)
			if (answers[i].times != 1 || !answers[i].nobody_knows)
				fail_msg("%s: told %u times, nobody knows: %d", names[at], answers[i].times, answers[i].nobody_knows);
		if (w.ups != ups || w.downs != downs || (at != IS_WAITING && at != IN_DOWN && w.downs))
			fail_msg("%s: an upcall after the end", names[at]);
		if (at == NOT_ANSWERED)
			liar_close(&liar);
	}
	w.in_up = w.in_down = NULL;
}

static unsigned descriptors(void)
{
	unsigned count = 0;
	DIR *dir = opendir("/proc/self/fd");
	while (readdir(dir))
		count++;
	closedir(dir);
	return count;
}

static void nothing_is_left_behind(void **state)
{
	(void)state;
	serve();
	unsigned before = descriptors();
	for (unsigned round = 1; round <= 40; round++) {
		w.link.ops->hang_up(w.link.self);
		UNTIL(w.ups == round + 1);
	}
	assert_in_range(descriptors(), before, before + 1);
	assert_int_equal(redis_link_figures(w.link).downs, 40);
}

static void addresses(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		bool good, here;
		const char *host, *port;
	} cases[] = {
		{ "unix:/run/redis/redis.sock", true, true, "/run/redis/redis.sock", "" },
		{ "127.0.0.1:6379", true, true, "127.0.0.1", "6379" },
		{ "127.1.2.3:1", true, true, "127.1.2.3", "1" },
		{ "localhost:6379", true, true, "localhost", "6379" },
		{ "[::1]:6379", true, true, "::1", "6379" },
		{ "redis:6379", true, false, "redis", "6379" },
		{ "10.0.0.7:65535", true, false, "10.0.0.7", "65535" },
		{ "[2001:db8::1]:6379", true, false, "2001:db8::1", "6379" },
		{ "localhost.example.org:6379", true, false, "localhost.example.org", "6379" },
		{ "unix:relative.sock", false, false, NULL, NULL },
		{ "/run/redis.sock", false, false, NULL, NULL },
		{ "redis", false, false, NULL, NULL },
		{ "redis:", false, false, NULL, NULL },
		{ ":6379", false, false, NULL, NULL },
		{ "redis:0", false, false, NULL, NULL },
		{ "redis:65536", false, false, NULL, NULL },
		{ "redis:6379x", false, false, NULL, NULL },
		{ "2001:db8::1:6379", false, false, NULL, NULL },
		{ "redis://host:6379", false, false, NULL, NULL },
		{ "", false, false, NULL, NULL },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct redis_address address;
		bool good = redis_address_parse(cases[i].text, &address);
		if (good != cases[i].good)
			fail_msg("\"%s\" is %s", cases[i].text, good ? "taken" : "not taken");
		if (good && (strcmp(address.host, cases[i].host) != 0 || strcmp(address.port, cases[i].port) != 0 || redis_address_is_here(&address) != cases[i].here))
			fail_msg("\"%s\": %s %s", cases[i].text, address.host, address.port);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set, world_clear)

int main(void)
{
	const char *why_not;
	const struct CMUnitTest tests[] = {
		TEST(addresses), TEST(every_kind_of_answer), TEST(a_conversation_has_a_name), TEST(bounded_in_number), TEST(bounded_in_bytes), TEST(a_killed_redis),
		TEST(a_hung_redis), TEST(a_paused_redis), TEST(we_stood_still), TEST(client_kill), TEST(hung_up_by_us), TEST(sockets_that_do_not_serve),
		TEST(over_tcp), TEST(a_name_that_is_none), TEST(let_in_or_not), TEST(others_at_the_address), TEST(asking_from_within_an_answer),
		TEST(asking_from_within_up), TEST(hanging_up_from_within_an_answer), TEST(closing_at_any_moment), TEST(nothing_is_left_behind),
	};
	if (!redis_server_installed(&why_not)) {
		printf("skipped: %s\n", why_not);
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
