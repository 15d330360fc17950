/* SPDX-License-Identifier: EUPL-1.2 */
#include "lib/redis_model.h"
#include "base/check.h"
#include "base/limits.h"
#include "lib/redis_model_data.h"
#include <inttypes.h>

enum {
	MAGIC_redis_model_link = 0x726d6c6b, MAGIC_message = 0x726d6d73, MAGIC_conn = 0x726d636e, MAGIC_redis_model_server = 0x726d7376,
	PACE_MS = 2, CONNECT_MS = 2000, HELLO_PATIENCE_MS = 1500, BACKOFF_MS = 50, BACKOFF_MOST_MS = 2000, SYNC_LEAST_MS = 20, SYNC_MOST_MS = 300,
	FSYNC_MS = 1000
};

struct redis_model {
	struct loop loop;
	struct redis_model_server *servers;
	struct redis_model_server *addresses[REDIS_MODEL_ADDRESSES];
	struct redis_model_server *addresses_for[REDIS_MODEL_ADDRESSES][REDIS_MODEL_INSTANCES];
	struct redis_model_link *links;
	struct conn *conns;
	uint64_t least_ms[REDIS_MODEL_INSTANCES], most_ms[REDIS_MODEL_INSTANCES];
	bool parted[REDIS_MODEL_INSTANCES];
	enum redis_model_bug bug;
};

struct written { /* by one command, when */
	struct group *group;
	uint64_t at_ms;
};

struct writes { /* in order */
	struct written *at;
	size_t count, room;
};

struct redis_model_server {
	uint32_t magic;
	struct redis_model_server *next;
	struct redis_model *model;
	bool alive, off, paused, full, failing, may_load, backlog;
	enum redis_model_aof aof;
	enum redis_model_misfit misfit;
	int64_t skew_ms;
	char rid[41];
	uint64_t started_ms, commands;
	uint64_t turn;             /* where walks through its hashes and sets begin: another in each life */
	struct store *store;
	struct store *image;       /* the file: this, */
	struct writes file;        /* ... and behind it these */
	uint64_t offset;           /* writes of this primary's stream; of a replica: applied of its primary's */
	/* A replica's. */
	struct redis_model_server *primary;
	bool attached, syncing;    /* its primary counts it; a copy is on its way */
	struct store *copy;
	uint64_t copy_offset, feed_ms, lag_least_ms, lag_most_ms;
	struct writes feed;        /* on its way; at_ms: when it arrives */
	struct loop_timer *feed_timer, *sync_timer, *loading_timer;
};

enum message_kind { WORDS, REPLY, END };

struct message { /* on its way, or arrived and not yet taken */
	uint32_t magic;
	struct message *next;
	struct conn *conn;
	enum message_kind kind;
	struct slice *words;
	size_t count;
	struct redis_reply reply;
	const char *sentence;      /* END */
	struct loop_timer *timer;  /* NULL: arrived */
};

struct queue {
	struct message *first, **last;
	uint64_t newest_ms;
};

enum blocked { BLOCKED_NOT, BLOCKED_XREAD, BLOCKED_WAIT };

struct conn {
	uint32_t magic;
	struct conn *next, **before;
	struct redis_model *model;
	struct redis_model_server *server; /* NULL: it is dead, or has hung up */
	struct redis_model_link *link;     /* NULL: has hung up; what it had sent may still be done */
	unsigned instance;
	bool ended;                        /* END is on its way; nothing more passes */
	struct queue up, down;
	enum blocked blocked;
	struct message *held;              /* the command that blocks */
	char resolved[48];
	uint64_t wanted_offset;
	int64_t wanted;
	bool patience_over;                /* of the block, while the server slept */
	struct loop_timer *block_timer;
	uint64_t offset;                   /* of the server, after this connection's newest command */
};

struct asked {
	struct asked *next;
	redis_reply_fn reply;
	void *ctx;
	uint64_t due_ms;
	size_t bytes;
};

struct redis_model_link {
	uint32_t magic;
	struct redis_model_link *next;
	struct redis_model *model;
	unsigned address, instance;
	const struct redis_up *up;
	void *up_ctx;
	struct conn *conn;
	bool is_up, cut, closing, abandoned;
	unsigned held;                     /* inside an upcall: not to be freed */
	struct asked *asked, **asked_last;
	size_t asked_count, asked_bytes;
	struct loop_timer *patience, *retry, *turn;
	uint64_t patience_due_ms, backoff_ms;
	char told[160];
	void (*done)(void *ctx);
	void *done_ctx;
};

/* --- dice, lists -------------------------------------------------------------------------------------------------- */

static uint64_t roll(struct redis_model *model, uint64_t sides) /* 0 .. sides - 1 */
{
	uint64_t x;
	loop_random(model->loop, &x, sizeof x);
	return sides ? x % sides : 0;
}

static uint64_t between(struct redis_model *model, uint64_t least, uint64_t most)
{
	return least + (most > least ? roll(model, most - least + 1) : 0);
}

static void writes_add(struct writes *writes, struct group *group, uint64_t at_ms)
{
	if (writes->count == writes->room) {
		writes->room = writes->room ? writes->room * 2 : 16;
		writes->at = check_realloc(writes->at, writes->room, sizeof *writes->at);
	}
	writes->at[writes->count++] = (struct written){ group_hold(group), at_ms };
}

static void writes_cut(struct writes *writes, size_t count) /* the newest go */
{
	while (writes->count > count)
		group_drop(writes->at[--writes->count].group);
}

static void writes_finish(struct writes *writes)
{
	writes_cut(writes, 0);
	free(writes->at);
	*writes = (struct writes){ 0 };
}

static void queue_init(struct queue *queue)
{
	*queue = (struct queue){ .last = &queue->first };
}

static void message_free(struct redis_model *model, struct message *message)
{
	loop_stop(model->loop, message->timer);
	for (size_t i = 0; i < message->count; i++)
		free((void *)(uintptr_t)message->words[i].at);
	free(message->words);
	reply_free(&message->reply);
	message->magic = 0;
	free(message);
}

static struct message *queue_take(struct queue *queue)
{
	struct message *message = queue->first;
	queue->first = message->next;
	if (queue->first == NULL)
		queue->last = &queue->first;
	return message;
}

static void queue_cut(struct redis_model *model, struct queue *queue, size_t count) /* to its first so many */
{
	struct message **at = &queue->first;
	for (size_t i = 0; i < count && *at; i++)
		at = &(*at)->next;
	while (*at) {
		struct message *message = *at;
		*at = message->next;
		message_free(model, message);
	}
	queue->last = at;
}

static size_t queue_count(const struct queue *queue)
{
	size_t n = 0;
	for (const struct message *message = queue->first; message; message = message->next)
		n++;
	return n;
}

/* --- connections ---------------------------------------------------------------------------------------------------- */

static void server_take(struct conn *conn);
static void link_take(struct conn *conn);

static void arrived(void *ctx)
{
	struct message *message = CAST(ctx, message);
	struct conn *conn = message->conn;
	message->timer = NULL;
	if (message->kind == WORDS)
		server_take(conn);
	else
		link_take(conn);
}

static struct message *message_send(struct conn *conn, enum message_kind kind, bool at_once)
{
	struct redis_model *model = conn->model;
	struct queue *queue = kind == WORDS ? &conn->up : &conn->down;
	struct message *message = check_alloc(1, sizeof *message);
	uint64_t now = loop_now(model->loop), at = now;
	if (!at_once)
		at += between(model, model->least_ms[conn->instance], model->most_ms[conn->instance]);
	if (at < queue->newest_ms && !at_once)
		at = queue->newest_ms;
	queue->newest_ms = at;
	*message = (struct message){ .magic = MAGIC_message, .conn = conn, .kind = kind };
	*queue->last = message;
	queue->last = &message->next;
	message->timer = loop_after(model->loop, at - now, arrived, message);
	return message;
}

static void conn_free(struct conn *conn)
{
	struct redis_model *model = conn->model;
	queue_cut(model, &conn->up, 0);
	queue_cut(model, &conn->down, 0);
	if (conn->held)
		message_free(model, conn->held);
	loop_stop(model->loop, conn->block_timer);
	*conn->before = conn->next;
	if (conn->next)
		conn->next->before = conn->before;
	conn->magic = 0;
	free(conn);
}

/* Freed when neither end has a use for it. */
static void conn_settle(struct conn *conn)
{
	if (conn->link == NULL && (conn->server == NULL || (conn->up.first == NULL && conn->held == NULL)))
		conn_free(conn);
}

static void conn_unblock(struct conn *conn)
{
	if (conn->held)
		message_free(conn->model, conn->held);
	conn->held = NULL;
	conn->blocked = BLOCKED_NOT;
	conn->patience_over = false;
	loop_stop(conn->model->loop, conn->block_timer);
	conn->block_timer = NULL;
}

static void conn_reply(struct conn *conn, struct redis_reply reply)
{
	if (conn->ended || conn->link == NULL)
		reply_free(&reply);
	else
		message_send(conn, REPLY, false)->reply = reply;
}

/* Who hangs up while a command holds the connection up is forgotten, with all that was sent behind it. */
static void conn_forget(struct conn *conn)
{
	if (conn->blocked == BLOCKED_NOT)
		return;
	conn_unblock(conn);
	queue_cut(conn->model, &conn->up, 0);
}

/* The server's end is gone: nothing of what is on its way there is done, and of the answers a random first part arrives. */
static void conn_lose_server(struct conn *conn, const char *sentence)
{
	conn->server = NULL;
	conn_unblock(conn);
	queue_cut(conn->model, &conn->up, 0);
	if (conn->link && !conn->ended) {
		queue_cut(conn->model, &conn->down, roll(conn->model, queue_count(&conn->down) + 1));
		if (sentence) { /* NULL: nobody is told */
			conn->ended = true;
			message_send(conn, END, false)->sentence = sentence;
		}
	}
	conn_settle(conn);
}

/* The net cuts it: a random first part of what is on its way there is still done, a random first part of the answers arrives. */
static void conn_tear(struct conn *conn)
{
	if (conn->ended || conn->link == NULL)
		return;
	struct redis_model *model = conn->model;
	queue_cut(model, &conn->up, roll(model, queue_count(&conn->up) + 1));
	queue_cut(model, &conn->down, roll(model, queue_count(&conn->down) + 1));
	for (struct message *message = conn->down.first; message; message = message->next)
		if (message->timer) {
			loop_stop(model->loop, message->timer);
			message->timer = loop_after(model->loop, 0, arrived, message);
		}
	conn_forget(conn);
	conn->ended = true;
	message_send(conn, END, true)->sentence = "the connection was cut";
}

/* --- the server: what it wrote, and who copies it ---------------------------------------------------------------------- */

static bool serves(const struct redis_model_server *server)
{
	return server->alive && !server->paused;
}

static void new_rid(struct redis_model_server *server)
{
	static const char digits[] = "0123456789abcdef";
	uint8_t dice[40];
	loop_random(server->model->loop, dice, sizeof dice);
	for (int i = 0; i < 40; i++)
		server->rid[i] = digits[dice[i] % 16];
	server->turn = dice[0];
}

static void feed(void *ctx);

static void feed_wait(struct redis_model_server *replica)
{
	if (replica->feed_timer || replica->feed.count == 0 || replica->syncing || !replica->attached || !serves(replica))
		return;
	uint64_t now = loop_now(replica->model->loop), at = replica->feed.at[0].at_ms;
	replica->feed_timer = loop_after(replica->model->loop, at > now ? at - now : 0, feed, replica);
}

static void feed_add(struct redis_model_server *replica, struct group *group)
{
	uint64_t at = loop_now(replica->model->loop) + between(replica->model, replica->lag_least_ms, replica->lag_most_ms);
	if (at < replica->feed_ms)
		at = replica->feed_ms;
	replica->feed_ms = at;
	writes_add(&replica->feed, group, at);
	feed_wait(replica);
}

static void wake_waits(struct redis_model_server *server);
static void wake_reads(struct redis_model_server *server);

static void wrote(struct redis_model_server *server, struct group *group)
{
	writes_add(&server->file, group, loop_now(server->model->loop));
	for (struct redis_model_server *other = server->model->servers; other; other = other->next)
		if (other->primary == server && other->attached)
			feed_add(other, group);
}

static void feed(void *ctx)
{
	struct redis_model_server *replica = CAST(ctx, redis_model_server);
	replica->feed_timer = NULL;
	size_t done = 0;
	uint64_t now = loop_now(replica->model->loop);
	while (done < replica->feed.count && replica->feed.at[done].at_ms <= now) {
		struct group *group = replica->feed.at[done++].group;
		store_apply(replica->store, group);
		writes_add(&replica->file, group, now);
		replica->offset++;
		group_drop(group);
	}
	replica->feed.count -= done;
	memmove(replica->feed.at, replica->feed.at + done, replica->feed.count * sizeof *replica->feed.at);
	feed_wait(replica);
	wake_reads(replica);
	if (replica->primary)
		wake_waits(replica->primary);
}

static void detach(struct redis_model_server *replica)
{
	struct loop loop = replica->model->loop;
	replica->attached = replica->syncing = false;
	loop_stop(loop, replica->feed_timer);
	loop_stop(loop, replica->sync_timer);
	replica->feed_timer = replica->sync_timer = NULL;
	writes_cut(&replica->feed, 0);
	store_destroy(replica->copy);
	replica->copy = NULL;
}

static void image_is_now(struct redis_model_server *server) /* as after BGREWRITEAOF */
{
	writes_cut(&server->file, 0);
	store_destroy(server->image);
	server->image = store_clone(server->store);
}

static void sync_done(void *ctx)
{
	struct redis_model_server *replica = CAST(ctx, redis_model_server);
	replica->sync_timer = NULL;
	replica->syncing = false;
	store_destroy(replica->store);
	replica->store = replica->copy;
	replica->copy = NULL;
	replica->offset = replica->copy_offset;
	memcpy(replica->rid, replica->primary->rid, sizeof replica->rid);
	image_is_now(replica);
	feed_wait(replica);
	wake_waits(replica->primary);
	wake_reads(replica);
}

static void sync_begin(struct redis_model_server *replica)
{
	struct redis_model_server *primary = replica->primary;
	detach(replica);
	if (!replica->alive || primary == NULL || !primary->alive)
		return;
	if (!primary->backlog) { /* the first replica since its start: Redis takes a new lineage then */
		primary->backlog = true;
		new_rid(primary);
	}
	replica->attached = replica->syncing = true;
	replica->copy = store_clone(primary->store);
	replica->copy_offset = primary->offset;
	replica->feed_ms = 0;
	replica->sync_timer = loop_after(replica->model->loop, between(replica->model, SYNC_LEAST_MS, SYNC_MOST_MS), sync_done, replica);
}

/* --- the server: commands -------------------------------------------------------------------------------------------------- */

static bool loading(const struct redis_model_server *server)
{
	return server->loading_timer != NULL;
}

static int64_t copies(const struct redis_model_server *server, uint64_t offset)
{
	int64_t n = 0;
	for (const struct redis_model_server *other = server->model->servers; other; other = other->next)
		n += other->primary == server && other->attached && !other->syncing && other->alive && other->offset >= offset;
	return n;
}

static int64_t replicas(const struct redis_model_server *server)
{
	int64_t n = 0;
	for (const struct redis_model_server *other = server->model->servers; other; other = other->next)
		n += other->primary == server && other->attached && other->alive;
	return n;
}

static struct redis_reply info(const struct redis_model_server *server)
{
	char text[1024];
	int len = snprintf(text, sizeof text,
		"# Server\r\nredis_version:%s\r\nuptime_in_seconds:%" PRIu64 "\r\n\r\n# Memory\r\nmaxmemory:%d\r\nmaxmemory_policy:%s\r\n\r\n"
		"# Persistence\r\nloading:%d\r\naof_enabled:%d\r\naof_last_write_status:%s\r\n\r\n"
		"# Replication\r\nrole:%s\r\n%sconnected_slaves:%" PRId64 "\r\nmaster_replid:%s\r\nmaster_replid2:%040d\r\n\r\n# Cluster\r\ncluster_enabled:%d\r\n",
		server->misfit == REDIS_MODEL_OLD ? "6.2.14" : "7.0.15", (loop_now(server->model->loop) - server->started_ms) / 1000, server->full ? 1000000 : 0,
		server->misfit == REDIS_MODEL_EVICTS ? "allkeys-lru" : "noeviction", loading(server), server->aof != REDIS_MODEL_AOF_NONE, server->failing ? "err" : "ok",
		server->primary ? "slave" : "master", server->primary ? server->attached && !server->syncing ? "master_link_status:up\r\n" : "master_link_status:down\r\n" : "",
		replicas(server), server->rid, 0, server->misfit == REDIS_MODEL_CLUSTER);
	CHECK(len > 0 && (size_t)len < sizeof text);
	return reply_text(slice_of(text, (size_t)len));
}

uint64_t redis_model_clock(const struct redis_model_server *server)
{
	return (uint64_t)((int64_t)loop_wall(server->model->loop) + server->skew_ms);
}

/* What looks at keys: done, written down, and whoever waits for it woken by the caller. */
static struct redis_reply data(struct redis_model_server *server, const struct slice *words, size_t count, bool *blunder, bool *rang)
{
	struct command command = { .words = words, .count = count, .rid = server->rid, .now_ms = redis_model_clock(server), .turn = server->turn,
		.replica = server->primary != NULL, .may_load = server->may_load, .bug = server->model->bug };
	if (server->full)
		command.refuse_growth = "OOM command not allowed when used memory > 'maxmemory'.";
	if (server->failing && server->primary == NULL)
		command.refuse_write = "MISCONF Errors writing to the AOF file: No space left on device";
	struct group *group = group_create();
	struct redis_reply reply = store_command(server->store, &command, group);
	if (!group_empty(group)) {
		CHECK(server->primary == NULL);
		server->offset++;
		wrote(server, group);
	}
	group_drop(group);
	*blunder = *blunder || command.blunder;
	*rang = *rang || command.rang;
	return reply;
}

/* One command. true: answered. false: the connection is held up. */
static bool execute(struct redis_model_server *server, struct conn *conn, const struct slice *words, size_t count, struct redis_reply *out, bool *blunder, bool *rang)
{
	CHECK(count > 0);
	int64_t wanted = 0, ms = 0;
	server->commands++;
	if (word_is(words[0], "HELLO") || word_is(words[0], "AUTH") || word_is(words[0], "CLIENT")) {
		*out = reply_text(slice_text("OK"));
	} else if (word_is(words[0], "INFO")) {
		*out = info(server);
	} else if (loading(server)) {
		*out = reply_error("LOADING Redis is loading the dataset in memory");
	} else if (word_is(words[0], "PING")) {
		*out = server->failing && server->primary == NULL ? reply_error("MISCONF Errors writing to the AOF file: No space left on device") : reply_text(slice_text("PONG"));
	} else if (server->misfit == REDIS_MODEL_OLD && (word_is(words[0], "FUNCTION") || word_is(words[0], "FCALL") || word_is(words[0], "FCALL_RO"))) {
		*out = reply_error("ERR unknown command");
	} else if (word_is(words[0], "WAIT")) {
		if (server->primary) {
			*out = reply_error("ERR WAIT cannot be used with replica instances.");
		} else if (count != 3 || !word_integer(words[1], &wanted) || !word_integer(words[2], &ms) || ms < 0) {
			*blunder = true;
			*out = reply_error("ERR value is not an integer or out of range");
		} else {
			*out = reply_number(copies(server, conn ? conn->offset : server->offset));
			if (conn && out->number < wanted) {
				conn->blocked = BLOCKED_WAIT;
				conn->wanted = wanted;
				conn->wanted_offset = conn->offset;
				return false;
			}
		}
	} else {
		*out = data(server, words, count, blunder, rang);
		if (conn && word_is(words[0], "XREAD") && out->kind == REDIS_NIL) {
			conn->blocked = BLOCKED_XREAD;
			store_resolve(server->store, words, count, conn->resolved);
			return false;
		}
	}
	if (conn)
		conn->offset = server->offset;
	return true;
}

static void block_over(void *ctx)
{
	struct conn *conn = CAST(ctx, conn);
	conn->block_timer = NULL;
	conn->patience_over = true;
	if (conn->server && serves(conn->server))
		server_take(conn);
}

static void block(struct conn *conn, struct message *message)
{
	int64_t ms = 0;
	CHECK(word_integer(message->words[conn->blocked == BLOCKED_WAIT ? 2 : 4], &ms));
	conn->held = message;
	conn->patience_over = false;
	if (ms > 0)
		conn->block_timer = loop_after(conn->model->loop, (uint64_t)ms, block_over, conn);
}

/* What held the connection up: is it there, or has it waited long enough? */
static bool unblocked(struct conn *conn, struct redis_reply *out)
{
	struct redis_model_server *server = conn->server;
	bool blunder = false, rang = false;
	if (conn->blocked == BLOCKED_WAIT) {
		*out = reply_number(copies(server, conn->wanted_offset));
		return out->number >= conn->wanted || conn->patience_over;
	}
	struct slice words[8];
	memcpy(words, conn->held->words, sizeof words);
	words[7] = slice_text(conn->resolved);
	*out = data(server, words, 8, &blunder, &rang);
	CHECK(!blunder);
	return out->kind != REDIS_NIL || conn->patience_over;
}

static void server_take(struct conn *conn)
{
	struct redis_model *model = conn->model;
	struct redis_reply reply;
	bool rang = false;
	while (conn->server && serves(conn->server)) {
		struct redis_model_server *server = conn->server;
		if (conn->blocked) {
			if (!unblocked(conn, &reply))
				break;
			conn_unblock(conn);
			conn_reply(conn, reply);
			continue;
		}
		if (conn->up.first == NULL || conn->up.first->timer || model->parted[conn->instance])
			break;
		struct message *message = queue_take(&conn->up);
		bool blunder = false;
		if (!execute(server, conn, message->words, message->count, &reply, &blunder, &rang)) {
			if (conn->link == NULL || conn->ended) { /* nobody waits any more */
				conn->blocked = BLOCKED_NOT;
				message_free(model, message);
			} else {
				block(conn, message);
			}
			continue;
		}
		if (blunder)
			fprintf(stderr, "redis_model: %.*s %.*s: %.*s\n", (int)message->words[0].len, (const char *)message->words[0].at,
				message->count > 1 ? (int)message->words[1].len : 0, message->count > 1 ? (const char *)message->words[1].at : "", (int)reply.text.len,
				(const char *)reply.text.at);
		CHECK(!blunder); /* a command that a daemon has no business to send */
		conn_reply(conn, reply);
		message_free(model, message);
	}
	struct redis_model_server *server = conn->server;
	conn_settle(conn);
	if (rang && server)
		wake_reads(server);
}

/* Connections of a server that are blocked so. They may end meanwhile, and others too: begins anew after each. */
static void wake(struct redis_model_server *server, enum blocked blocked)
{
	struct redis_reply reply;
	if (!serves(server))
		return;
	for (struct conn *conn = server->model->conns, *next; conn; conn = next) {
		next = conn->next;
		if (conn->server != server || conn->blocked != blocked || !unblocked(conn, &reply))
			continue;
		reply_free(&reply);
		server_take(conn);
		next = server->model->conns;
	}
}

static void wake_waits(struct redis_model_server *server)
{
	wake(server, BLOCKED_WAIT);
}

static void wake_reads(struct redis_model_server *server)
{
	wake(server, BLOCKED_XREAD);
}

static void take_all(struct redis_model *model, const struct redis_model_server *server) /* of this server; NULL: of all */
{
	size_t count = 0;
	for (struct conn *conn = model->conns; conn; conn = conn->next)
		count++;
	struct conn **all = check_alloc(count, sizeof *all);
	size_t n = 0;
	for (struct conn *conn = model->conns; conn; conn = conn->next)
		all[n++] = conn;
	uint64_t turn = roll(model, n);
	for (size_t i = 0; i < n; i++) {
		struct conn *conn = all[(i + turn) % n];
		bool there = false; /* taking one may end another */
		for (struct conn *at = model->conns; at && !there; at = at->next)
			there = at == conn;
		if (there && conn->server && (server == NULL || conn->server == server))
			server_take(conn);
	}
	free(all);
}

/* --- links ------------------------------------------------------------------------------------------------------------------ */

static void link_retry(struct redis_model_link *link);

static void link_free(struct redis_model_link *link)
{
	struct loop loop = link->model->loop;
	struct redis_model_link **at = &link->model->links;
	while (*at != link)
		at = &(*at)->next;
	*at = link->next;
	while (link->asked) {
		struct asked *next = link->asked->next;
		free(link->asked);
		link->asked = next;
	}
	loop_stop(loop, link->patience);
	loop_stop(loop, link->retry);
	loop_stop(loop, link->turn);
	link->magic = 0;
	free(link);
}

static void link_release(struct redis_model_link *link)
{
	if (--link->held == 0 && link->abandoned)
		link_free(link);
}

static struct asked *asked_take(struct redis_model_link *link)
{
	struct asked *asked = link->asked;
	link->asked = asked->next;
	if (link->asked == NULL)
		link->asked_last = &link->asked;
	link->asked_count--;
	link->asked_bytes -= asked->bytes;
	return asked;
}

static void link_detach(struct redis_model_link *link)
{
	struct conn *conn = link->conn;
	link->conn = NULL;
	if (conn == NULL)
		return;
	conn->link = NULL;
	queue_cut(link->model, &conn->down, 0);
	conn_forget(conn);
	if (conn->server && serves(conn->server))
		server_take(conn);
	else
		conn_settle(conn);
}

/* It is cut: NULL for all, then down. */
static void link_ended(struct redis_model_link *link, const char *sentence)
{
	bool was_up = link->is_up;
	link->held++;
	link->is_up = false;
	link->cut = false;
	loop_stop(link->model->loop, link->patience);
	link->patience = NULL;
	if (!link->closing) {
		loop_stop(link->model->loop, link->turn);
		link->turn = NULL;
	}
	link_detach(link);
	while (link->asked) {
		struct asked *asked = asked_take(link);
		if (!link->abandoned)
			asked->reply(NULL, asked->ctx);
		free(asked);
	}
	if (!link->abandoned && !link->closing && (was_up || strcmp(link->told, sentence) != 0)) {
		snprintf(link->told, sizeof link->told, "%s", sentence);
		link->up->down(sentence, link->up_ctx);
	}
	if (!link->abandoned && !link->closing)
		link_retry(link);
	link_release(link);
}

static void link_take(struct conn *conn)
{
	struct redis_model *model = conn->model;
	while (conn->link && conn->down.first && conn->down.first->timer == NULL && !(model->parted[conn->instance] && !conn->ended)) {
		struct redis_model_link *link = conn->link;
		struct message *message = queue_take(&conn->down);
		if (link->cut) { /* hung up meanwhile */
			message_free(model, message);
			continue;
		}
		if (message->kind == END) {
			const char *sentence = message->sentence;
			message_free(model, message);
			link_ended(link, sentence);
			return;
		}
		CHECK(link->asked != NULL);
		struct asked *asked = asked_take(link);
		link->held++;
		asked->reply(&message->reply, asked->ctx);
		message_free(model, message);
		free(asked);
		bool gone = link->abandoned || link->conn != conn;
		link_release(link);
		if (gone)
			return; /* and the connection perhaps, too */
	}
}

static void cut_now(void *ctx)
{
	struct redis_model_link *link = CAST(ctx, redis_model_link);
	link->turn = NULL;
	link_ended(link, "hung up");
}

static void patience_over(void *ctx)
{
	struct redis_model_link *link = CAST(ctx, redis_model_link);
	uint64_t now = loop_now(link->model->loop), next = UINT64_MAX;
	link->patience = NULL;
	for (const struct asked *asked = link->asked; asked; asked = asked->next)
		if (asked->due_ms < next)
			next = asked->due_ms;
	if (next == UINT64_MAX)
		return;
	if (next <= now) {
		link_ended(link, "Redis does not answer");
		return;
	}
	link->patience_due_ms = next;
	link->patience = loop_after(link->model->loop, next - now, patience_over, link);
}

static bool link_send(struct redis_model_link *link, const struct slice *words, size_t count, unsigned patience_ms, redis_reply_fn reply, void *ctx)
{
	struct loop loop = link->model->loop;
	size_t bytes = 0;
	CHECK(count > 0 && patience_ms > 0 && reply != NULL);
	for (size_t i = 0; i < count; i++)
		bytes += words[i].len + 16;
	if (link->asked_count >= LIMIT_REDIS_ASKED || link->asked_bytes + bytes > LIMIT_REDIS_BYTES)
		return false;
	struct asked *asked = check_alloc(1, sizeof *asked);
	*asked = (struct asked){ .reply = reply, .ctx = ctx, .due_ms = loop_now(loop) + patience_ms, .bytes = bytes };
	*link->asked_last = asked;
	link->asked_last = &asked->next;
	link->asked_count++;
	link->asked_bytes += bytes;
	if (link->patience == NULL || asked->due_ms < link->patience_due_ms) {
		loop_stop(loop, link->patience);
		link->patience_due_ms = asked->due_ms;
		link->patience = loop_after(loop, patience_ms, patience_over, link);
	}
	if (link->conn->ended || (link->conn->server == NULL))
		return true; /* sent to nobody */
	struct message *message = message_send(link->conn, WORDS, false);
	message->words = check_alloc(count, sizeof *message->words);
	message->count = count;
	for (size_t i = 0; i < count; i++) {
		uint8_t *at = check_alloc(1, words[i].len + 1);
		if (words[i].len)
			memcpy(at, words[i].at, words[i].len);
		message->words[i] = slice_of(at, words[i].len);
	}
	return true;
}

static void link_pinged(const struct redis_reply *reply, void *ctx)
{
	struct redis_model_link *link = CAST(ctx, redis_model_link);
	char sentence[sizeof link->told];
	if (reply == NULL || link->closing)
		return;
	if (reply->kind == REDIS_ERROR) {
		snprintf(sentence, sizeof sentence, "%.*s", (int)reply->text.len, (const char *)reply->text.at);
		link_ended(link, sentence);
		return;
	}
	link->is_up = true;
	link->backoff_ms = 0;
	link->told[0] = '\0';
	link->up->up(link->up_ctx);
}

static struct redis_model_server *target(const struct redis_model_link *link)
{
	struct redis_model_server *special = link->model->addresses_for[link->address][link->instance];
	return special ? special : link->model->addresses[link->address];
}

static void link_connect(void *ctx)
{
	struct redis_model_link *link = CAST(ctx, redis_model_link);
	struct redis_model *model = link->model;
	struct redis_model_server *server = target(link);
	link->retry = NULL;
	if (server == NULL || !server->alive || model->parted[link->instance]) {
		bool silent = model->parted[link->instance] || (server && server->off);
		link_ended(link, silent ? "no connection could be made in time" : "the connection was refused");
		return;
	}
	struct conn *conn = check_alloc(1, sizeof *conn);
	*conn = (struct conn){ .magic = MAGIC_conn, .next = model->conns, .before = &model->conns, .model = model, .server = server, .link = link, .instance = link->instance };
	queue_init(&conn->up);
	queue_init(&conn->down);
	if (model->conns)
		model->conns->before = &conn->next;
	model->conns = conn;
	link->conn = conn;
	CHECK(link_send(link, (struct slice[]){ slice_text("PING") }, 1, HELLO_PATIENCE_MS, link_pinged, link));
}

static void link_retry(struct redis_model_link *link)
{
	struct redis_model *model = link->model;
	const struct redis_model_server *server = target(link);
	uint64_t wait = link->backoff_ms ? link->backoff_ms / 2 + roll(model, link->backoff_ms) : 0;
	link->backoff_ms = link->backoff_ms ? link->backoff_ms * 2 : BACKOFF_MS;
	if (link->backoff_ms > BACKOFF_MOST_MS)
		link->backoff_ms = BACKOFF_MOST_MS;
	if (model->parted[link->instance] || (server && server->off))
		wait += CONNECT_MS;
	link->retry = loop_after(model->loop, wait + between(model, model->least_ms[link->instance], model->most_ms[link->instance]), link_connect, link);
}

static void op_listen(void *self, const struct redis_up *up, void *ctx)
{
	struct redis_model_link *link = CAST(self, redis_model_link);
	CHECK(link->up == NULL);
	link->up = up;
	link->up_ctx = ctx;
	link_retry(link);
}

static bool op_ask(void *self, const struct slice *words, size_t count, unsigned patience_ms, redis_reply_fn reply, void *ctx)
{
	struct redis_model_link *link = CAST(self, redis_model_link);
	return link->is_up && !link->cut && !link->closing && link_send(link, words, count, patience_ms, reply, ctx);
}

static void op_hang_up(void *self)
{
	struct redis_model_link *link = CAST(self, redis_model_link);
	if (link->cut || link->closing || link->conn == NULL)
		return;
	link->cut = true;
	queue_cut(link->model, &link->conn->up, roll(link->model, queue_count(&link->conn->up) + 1));
	link->turn = loop_after(link->model->loop, 0, cut_now, link);
}

static void closed(void *ctx)
{
	struct redis_model_link *link = CAST(ctx, redis_model_link);
	link->turn = NULL;
	link->held++;
	link_ended(link, "");
	void (*done)(void *) = link->abandoned ? NULL : link->done;
	void *done_ctx = link->done_ctx;
	link->abandoned = true;
	link_release(link);
	if (done)
		done(done_ctx);
}

static void op_close(void *self, void (*done)(void *ctx), void *ctx)
{
	struct redis_model_link *link = CAST(self, redis_model_link);
	CHECK(!link->closing);
	link->closing = true;
	link->done = done;
	link->done_ctx = ctx;
	loop_stop(link->model->loop, link->retry);
	loop_stop(link->model->loop, link->turn);
	link->retry = NULL;
	link->turn = loop_after(link->model->loop, 0, closed, link);
}

static const struct redis_link_ops link_ops = { .listen = op_listen, .ask = op_ask, .hang_up = op_hang_up, .close = op_close };

struct redis_link redis_model_link(struct redis_model *model, unsigned address, unsigned instance)
{
	CHECK(address < REDIS_MODEL_ADDRESSES && instance < REDIS_MODEL_INSTANCES);
	struct redis_model_link *link = check_alloc(1, sizeof *link);
	*link = (struct redis_model_link){ .magic = MAGIC_redis_model_link, .next = model->links, .model = model, .address = address, .instance = instance };
	link->asked_last = &link->asked;
	model->links = link;
	return (struct redis_link){ .ops = &link_ops, .self = link };
}

void redis_model_abandon(struct redis_link self)
{
	struct redis_model_link *link = CAST(self.self, redis_model_link);
	link->held++;
	if (link->conn)
		queue_cut(link->model, &link->conn->up, roll(link->model, queue_count(&link->conn->up) + 1));
	link_detach(link);
	link->abandoned = true;
	link_release(link);
}

/* --- the net ---------------------------------------------------------------------------------------------------------------- */

void redis_model_pace_for(struct redis_model *model, unsigned instance, uint64_t least_ms, uint64_t most_ms)
{
	CHECK(instance < REDIS_MODEL_INSTANCES && least_ms <= most_ms);
	model->least_ms[instance] = least_ms;
	model->most_ms[instance] = most_ms;
}

void redis_model_pace(struct redis_model *model, uint64_t least_ms, uint64_t most_ms)
{
	for (unsigned i = 0; i < REDIS_MODEL_INSTANCES; i++)
		redis_model_pace_for(model, i, least_ms, most_ms);
}

void redis_model_cut(struct redis_link self)
{
	struct redis_model_link *link = CAST(self.self, redis_model_link);
	if (link->conn)
		conn_tear(link->conn);
}

void redis_model_cut_all(struct redis_model *model, unsigned instance)
{
	for (struct redis_model_link *link = model->links; link; link = link->next)
		if (link->instance == instance && link->conn)
			conn_tear(link->conn);
}

void redis_model_cut_server(struct redis_model_server *server)
{
	for (struct conn *conn = server->model->conns, *next; conn; conn = next) {
		next = conn->next;
		if (conn->server == server)
			conn_tear(conn);
	}
}

void redis_model_part(struct redis_model *model, unsigned instance, bool parted)
{
	CHECK(instance < REDIS_MODEL_INSTANCES);
	model->parted[instance] = parted;
	for (struct conn *conn = model->conns; !parted && conn; conn = conn->next) {
		if (conn->instance != instance)
			continue;
		/* Upcalls come from the loop: what had arrived meanwhile arrives now. */
		for (int way = 0; way < 2; way++)
			for (struct message *message = way ? conn->up.first : conn->down.first; message; message = message->next)
				if (message->timer == NULL)
					message->timer = loop_after(model->loop, 0, arrived, message);
	}
}

void redis_model_address(struct redis_model *model, unsigned address, struct redis_model_server *server)
{
	CHECK(address < REDIS_MODEL_ADDRESSES);
	model->addresses[address] = server;
}

void redis_model_address_for(struct redis_model *model, unsigned address, unsigned instance, struct redis_model_server *server)
{
	CHECK(address < REDIS_MODEL_ADDRESSES && instance < REDIS_MODEL_INSTANCES);
	model->addresses_for[address][instance] = server;
}

/* --- servers ---------------------------------------------------------------------------------------------------------------- */

struct redis_model_server *redis_model_server(struct redis_model *model, enum redis_model_aof aof)
{
	struct redis_model_server *server = check_alloc(1, sizeof *server);
	*server = (struct redis_model_server){ .magic = MAGIC_redis_model_server, .next = model->servers, .model = model, .alive = true, .may_load = true, .aof = aof,
		.started_ms = loop_now(model->loop), .store = store_create(), .image = store_create(), .lag_most_ms = PACE_MS };
	new_rid(server);
	model->servers = server;
	return server;
}

struct redis_model_server *redis_model_replica(struct redis_model_server *primary, enum redis_model_aof aof)
{
	struct redis_model_server *replica = redis_model_server(primary->model, aof);
	replica->primary = primary;
	sync_begin(replica);
	if (replica->syncing) { /* this once without delay: a test begins with it */
		loop_stop(primary->model->loop, replica->sync_timer);
		sync_done(replica);
	}
	return replica;
}

/* Its process is gone. */
static void end(struct redis_model_server *server, const char *sentence)
{
	struct redis_model *model = server->model;
	if (!server->alive)
		return;
	server->alive = server->paused = false;
	loop_stop(model->loop, server->loading_timer);
	server->loading_timer = NULL;
	detach(server);
	for (struct redis_model_server *other = model->servers; other; other = other->next)
		if (other->primary == server)
			detach(other);
	for (struct conn *conn = model->conns, *next; conn; conn = next) {
		next = conn->next;
		if (conn->server == server)
			conn_lose_server(conn, sentence);
	}
}

void redis_model_kill(struct redis_model_server *server)
{
	end(server, "the connection was closed by Redis");
}

void redis_model_power(struct redis_model_server *server)
{
	uint64_t now = loop_now(server->model->loop);
	end(server, NULL);
	server->off = true;
	size_t safe = server->file.count;
	while (server->aof != REDIS_MODEL_AOF_ALWAYS && safe > 0 && server->file.at[safe - 1].at_ms + FSYNC_MS > now)
		safe--;
	writes_cut(&server->file, safe + roll(server->model, server->file.count - safe + 1));
}

static void loaded(void *ctx)
{
	struct redis_model_server *server = CAST(ctx, redis_model_server);
	server->loading_timer = NULL;
	for (struct redis_model_server *other = server->model->servers; other; other = other->next)
		if (other->primary == server && other->alive)
			sync_begin(other);
	if (server->primary)
		sync_begin(server);
}

void redis_model_restart(struct redis_model_server *server, uint32_t lost, uint64_t loading_ms)
{
	redis_model_kill(server);
	if (server->aof == REDIS_MODEL_AOF_NONE || lost == REDIS_MODEL_ALL) {
		store_destroy(server->image);
		server->image = store_create();
		writes_cut(&server->file, 0);
	}
	writes_cut(&server->file, server->file.count > lost ? server->file.count - lost : 0);
	for (size_t i = 0; i < server->file.count; i++)
		store_apply(server->image, server->file.at[i].group);
	writes_cut(&server->file, 0);
	store_destroy(server->store);
	server->store = store_clone(server->image);
	server->alive = true;
	server->off = server->backlog = false;
	server->offset = 0;
	server->started_ms = loop_now(server->model->loop);
	new_rid(server);
	server->loading_timer = loop_after(server->model->loop, loading_ms, loaded, server);
	if (loading_ms == 0) {
		loop_stop(server->model->loop, server->loading_timer);
		loaded(server);
	}
}

void redis_model_pause(struct redis_model_server *server, bool paused)
{
	if (!server->alive || server->paused == paused)
		return;
	server->paused = paused;
	if (paused)
		return;
	take_all(server->model, server);
	feed_wait(server);
}

void redis_model_lineage(struct redis_model_server *server)
{
	new_rid(server);
	for (struct redis_model_server *other = server->model->servers; other; other = other->next)
		if (other->primary == server && other->attached && !other->syncing)
			memcpy(other->rid, server->rid, sizeof other->rid);
}

void redis_model_skew(struct redis_model_server *server, int64_t ms)
{
	server->skew_ms = ms;
}

void redis_model_full(struct redis_model_server *server, bool full)
{
	server->full = full;
}

void redis_model_disk(struct redis_model_server *server, bool failing)
{
	server->failing = failing;
}

void redis_model_may_load(struct redis_model_server *server, bool may)
{
	server->may_load = may;
}

void redis_model_misfit(struct redis_model_server *server, enum redis_model_misfit what)
{
	server->misfit = what;
}

void redis_model_lag(struct redis_model_server *replica, uint64_t least_ms, uint64_t most_ms)
{
	CHECK(least_ms <= most_ms);
	replica->lag_least_ms = least_ms;
	replica->lag_most_ms = most_ms;
}

void redis_model_detach(struct redis_model_server *replica)
{
	detach(replica);
}

void redis_model_promote(struct redis_model_server *replica)
{
	CHECK(replica->primary != NULL);
	detach(replica);
	replica->primary = NULL;
	replica->backlog = true;
	new_rid(replica);
	take_all(replica->model, replica);
}

void redis_model_demote(struct redis_model_server *server, struct redis_model_server *primary)
{
	struct redis_model *model = server->model;
	CHECK(server != primary && primary->primary == NULL);
	detach(server);
	server->primary = primary;
	for (struct redis_model_server *other = model->servers; other; other = other->next)
		if (other != server && other->primary == server)
			detach(other);
	for (struct conn *conn = model->conns, *next; conn; conn = next) {
		next = conn->next;
		if (conn->server != server || conn->blocked == BLOCKED_NOT)
			continue;
		conn_unblock(conn);
		conn_reply(conn, reply_error("UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)"));
		queue_cut(model, &conn->up, 0);
		if (conn->link && !conn->ended) {
			conn->ended = true;
			message_send(conn, END, false)->sentence = "the connection was closed by Redis";
		}
	}
	sync_begin(server);
}

/* --- for checkers, and damage ------------------------------------------------------------------------------------------------- */

bool redis_model_up(const struct redis_model_server *server)
{
	return server->alive && !loading(server);
}

const char *redis_model_rid(const struct redis_model_server *server)
{
	return server->rid;
}

size_t redis_model_length(const struct redis_model_server *server, const char *key)
{
	return store_length(server->store, slice_text(key));
}

struct slice redis_model_element(const struct redis_model_server *server, const char *key, size_t index)
{
	return store_element(server->store, slice_text(key), index);
}

struct slice redis_model_field(const struct redis_model_server *server, const char *key, const char *field)
{
	return store_field(server->store, slice_text(key), slice_text(field));
}

struct slice redis_model_string(const struct redis_model_server *server, const char *key)
{
	return store_string(server->store, slice_text(key));
}

static bool damaged(struct redis_model_server *server, struct group *group, bool done)
{
	if (done)
		wrote(server, group);
	server->offset += done;
	group_drop(group);
	return done;
}

bool redis_model_set_element(struct redis_model_server *server, const char *key, size_t index, struct slice bytes)
{
	struct group *group = group_create();
	return damaged(server, group, store_set_element(server->store, slice_text(key), index, bytes, group));
}

bool redis_model_set_field(struct redis_model_server *server, const char *key, const char *field, struct slice bytes)
{
	struct group *group = group_create();
	return damaged(server, group, store_set_field(server->store, slice_text(key), slice_text(field), bytes, group));
}

bool redis_model_delete(struct redis_model_server *server, const char *key)
{
	struct group *group = group_create();
	return damaged(server, group, store_delete(server->store, slice_text(key), group));
}

void redis_model_flush_functions(struct redis_model_server *server)
{
	struct group *group = group_create();
	store_flush_functions(server->store, group);
	damaged(server, group, true);
}

uint64_t redis_model_commands(const struct redis_model_server *server)
{
	return server->commands;
}

void redis_model_ask(struct redis_model_server *server, const struct slice *words, size_t count, redis_reply_fn reply, void *ctx)
{
	bool blunder = false, rang = false;
	struct redis_reply made;
	CHECK(server->alive);
	execute(server, NULL, words, count, &made, &blunder, &rang);
	reply(&made, ctx);
	reply_free(&made);
	if (rang)
		wake_reads(server);
}

/* --- the world ------------------------------------------------------------------------------------------------------------------ */

struct redis_model *redis_model_create(struct loop loop)
{
	struct redis_model *model = check_alloc(1, sizeof *model);
	model->loop = loop;
	redis_model_pace(model, 0, PACE_MS);
	return model;
}

void redis_model_destroy(struct redis_model *model)
{
	if (model == NULL)
		return;
	while (model->links)
		redis_model_abandon((struct redis_link){ .self = model->links });
	while (model->conns) {
		model->conns->link = NULL;
		conn_free(model->conns);
	}
	while (model->servers) {
		struct redis_model_server *server = model->servers;
		model->servers = server->next;
		detach(server);
		loop_stop(model->loop, server->loading_timer);
		writes_finish(&server->file);
		writes_finish(&server->feed);
		store_destroy(server->store);
		store_destroy(server->image);
		server->magic = 0;
		free(server);
	}
	free(model);
}

void redis_model_plant(struct redis_model *model, enum redis_model_bug bug)
{
	model->bug = bug;
}
