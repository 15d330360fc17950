/* SPDX-License-Identifier: EUPL-1.2 */
#include "shell/journal_redis_inner.h"
#include <stdio.h>

enum { STOP_LOOK_MS = 20, LEVEL_MS = 1500 };

/* ---- logs ---- */

struct log *redis_log(struct journal_redis *redis, struct sid sid)
{
	for (struct log *log = redis->logs; log; log = log->next)
		if (!log->gone && sid_equal(log->sid, sid))
			return log;
	return NULL;
}

struct log *redis_log_add(struct journal_redis *redis, struct sid sid)
{
	struct log *log = check_alloc(1, sizeof *log);
	log->magic = MAGIC_log;
	log->redis = redis;
	log->sid = sid;
	log->serial = ++redis->serial;
	log->next = redis->logs;
	redis->logs = log;
	return log;
}

static void log_free(struct log *log)
{
	struct journal_redis *redis = log->redis;
	loop_stop(redis->loop, log->timer);
	for (uint64_t i = 0; i < log->count; i++)
		free(log->lines[i]);
	free(log->lines);
	for (size_t i = 0; i < log->orphans_count; i++)
		free(log->orphans[i]);
	free(log->orphans);
	for (size_t i = 0; i < log->waiting_count; i++) {
		redis->under_way--;
		redis->under_way_bytes -= log->waiting[i].tail->len;
		free(log->waiting[i].tail);
	}
	free(log->waiting);
	free(log->placed);
	for (size_t i = 0; i < log->holders_count; i++)
		free(log->holders[i].name);
	free(log->holders);
	redis_originals_forget(log, UINT64_MAX);
	free(log->originals);
	free(log->snapshot);
	free(log->published);
	free(log->peers);
	log->magic = 0;
	free(log);
}

static void on_bury(void *ctx)
{
	struct journal_redis *redis = CAST(ctx, journal_redis);
	redis->bury = NULL;
	for (struct log **at = &redis->logs; *at;) {
		struct log *log = *at;
		if (log->gone) {
			*at = log->next;
			log_free(log);
		} else {
			at = &log->next;
		}
	}
}

void redis_log_drop(struct log *log)
{
	struct journal_redis *redis = log->redis;
	log->gone = true;
	loop_stop(redis->loop, log->timer);
	log->timer = NULL;
	if (redis->bury == NULL)
		redis->bury = loop_after(redis->loop, 0, on_bury, redis);
}

/* ---- health ---- */

static enum journal_status status_of(const struct journal_redis *redis)
{
	return redis->desk_state != DESK_FIT ? JOURNAL_AWAY : redis->full ? JOURNAL_FULL : JOURNAL_OK;
}

void redis_health(struct journal_redis *redis)
{
	enum journal_status status = status_of(redis);
	size_t mending = 0;
	for (const struct log *log = redis->logs; log; log = log->next)
		mending += !log->gone && log->served && !log->was_level;
	if (redis->up && (status != redis->told || mending != redis->told_mending))
		redis->up->health(status, status == JOURNAL_OK ? "" : redis->sentence, redis->up_ctx);
	redis->told = status;
	redis->told_mending = mending;
}

static enum journal_status ops_state(void *self, const struct sid *sid, const char **sentence)
{
	struct journal_redis *redis = CAST(self, journal_redis);
	enum journal_status status = status_of(redis);
	const struct log *log = sid ? redis_log(redis, *sid) : NULL;
	const char *words = status == JOURNAL_OK ? "" : redis->sentence;
	if (status == JOURNAL_OK && log && log->served && !log->was_level) {
		status = JOURNAL_AWAY;
		words = "the log of this session is being written back to Redis";
	}
	if (sentence)
		*sentence = words;
	return status;
}

enum journal_status journal_redis_fit(struct journal journal, const char **sentence)
{
	struct journal_redis *redis = CAST(journal.self, journal_redis);
	enum journal_status status = redis->desk_state == DESK_FIT ? JOURNAL_OK : redis->desk_state == DESK_UNFIT ? JOURNAL_DAMAGED : JOURNAL_AWAY;
	*sentence = status == JOURNAL_OK ? "" : redis->sentence;
	return status;
}

/* ---- the turn ---- */

static void on_flush(void *ctx)
{
	struct journal_redis *redis = CAST(ctx, journal_redis);
	redis->flush = NULL;
	for (struct asking *asking = redis->askings, *next; asking; asking = next) {
		next = asking->next;
		if (!asking->later)
			continue;
		struct log *log = asking->has_sid ? redis_log(redis, asking->sid) : NULL;
		asking->later = false;
		asking->done(redis, log && log->serial == asking->serial ? log : NULL, asking, NULL);
		asking_free(asking);
		next = redis->askings; /* others may have come and gone */
	}
	if (redis->told != status_of(redis))
		redis_health(redis);
	redis_flush(redis);
}

void redis_flush_soon(struct journal_redis *redis)
{
	if (redis->flush == NULL)
		redis->flush = loop_after(redis->loop, 0, on_flush, redis);
}

/* ---- find and list ---- */

/* An asking that cannot go out now is answered soon, with nothing. */
static void ask_or_later(struct journal_redis *redis, struct asking *asking, const struct words *words)
{
	if (desk_fit(redis) && redis->desk.ops->ask(redis->desk.self, words->at, words->count, APPEND_PATIENCE_MS, redis_on_reply, asking))
		return;
	asking->later = true;
	redis_flush_soon(redis);
}

static void on_found(struct journal_redis *redis, struct log *none, struct asking *asking, const struct redis_reply *reply)
{
	struct sid sid = { "" };
	(void)none;
	enum journal_status status = JOURNAL_AWAY;
	if (reply && reply->kind == REDIS_TEXT && sid_parse(reply->text, &sid))
		status = JOURNAL_OK;
	else if (reply && reply->kind == REDIS_NIL && loop_now(redis->loop) >= redis->young_until_ms)
		status = JOURNAL_ABSENT;
	else if (reply && reply->kind == REDIS_ERROR)
		desk_refusal(redis, reply);
	asking->fn.found(status, sid, asking->ctx);
}

static void ops_find(void *self, struct code code, journal_found_fn found, void *ctx)
{
	struct journal_redis *redis = CAST(self, journal_redis);
	struct words words = { .count = 0 };
	struct asking *asking = asking_create(redis, NULL, on_found);
	asking->fn.found = found;
	asking->ctx = ctx;
	word_text(&words, "GET");
	word_code(&words, code);
	ask_or_later(redis, asking, &words);
}

static void on_listed(struct journal_redis *redis, struct log *none, struct asking *asking, const struct redis_reply *reply)
{
	(void)redis;
	(void)none;
	struct sid sid;
	for (size_t i = 0; reply && reply->kind == REDIS_LIST && i < reply->count; i++)
		if (sid_parse(reply->items[i].text, &sid))
			asking->fn.each(&sid, asking->ctx);
	asking->fn.each(NULL, asking->ctx);
}

static void ops_list(void *self, journal_list_fn each, void *ctx)
{
	struct journal_redis *redis = CAST(self, journal_redis);
	struct words words = { .count = 0 };
	struct asking *asking = asking_create(redis, NULL, on_listed);
	asking->fn.each = each;
	asking->ctx = ctx;
	word_text(&words, "SMEMBERS");
	word_text(&words, "bp:sessions");
	ask_or_later(redis, asking, &words);
}

/* ---- open and close ---- */

static void on_no_open(struct journal_redis *redis, struct log *log, struct asking *asking, const struct redis_reply *reply)
{
	(void)redis;
	(void)asking;
	(void)reply;
	if (log)
		log_lost(log, JOURNAL_AWAY, 0);
}

static void ops_open(void *self, struct sid sid)
{
	struct journal_redis *redis = CAST(self, journal_redis);
	if (redis_log(redis, sid))
		return;
	struct log *log = redis_log_add(redis, sid);
	redis_flush(redis); /* of an earlier life */
	if (desk_fit(redis)) {
		log_pull(log);
		return;
	}
	asking_create(redis, log, on_no_open)->later = true;
	redis_flush_soon(redis);
}

static void ops_close(void *self, struct sid sid)
{
	struct journal_redis *redis = CAST(self, journal_redis);
	struct log *log = redis_log(redis, sid);
	redis_creation_forsaken(redis, sid);
	if (log == NULL)
		return;
	redis_flush(redis); /* what was taken still goes into the log */
	redis_log_drop(log);
	redis_leave(redis, sid);
}

/* ---- what the other files do ---- */

static int ops_create(void *self, struct sid sid, struct code code, const struct body *body, uint64_t tag)
{
	return redis_create(CAST(self, journal_redis), sid, code, body, tag);
}

static int ops_append(void *self, struct sid sid, const struct body *body, uint64_t tag)
{
	return redis_append(CAST(self, journal_redis), sid, body, tag);
}

static void ops_read(void *self, struct sid sid, uint64_t from, uint64_t until, journal_sink_fn sink, void *ctx)
{
	struct journal_redis *redis = CAST(self, journal_redis);
	redis_flush(redis);
	redis_read(redis, sid, from ? from : 1, until, sink, ctx);
}

static void ops_strike(void *self, struct sid sid, uint64_t seq, unsigned parts)
{
	redis_strike(CAST(self, journal_redis), sid, seq, parts);
}

static void ops_erase(void *self, struct sid sid)
{
	redis_erase(CAST(self, journal_redis), sid);
}

/* ---- snapshots ---- */

/* Of the instances that have it open: how many come before us? */
static unsigned ops_rank(void *self, struct sid sid)
{
	struct journal_redis *redis = CAST(self, journal_redis);
	const struct log *log = redis_log(redis, sid);
	unsigned rank = 0;
	for (size_t i = 0; log && i < log->holders_count; i++)
		rank += strcmp(log->holders[i].name, redis->instance) < 0;
	return rank;
}

static void ops_snapshot(void *self, struct sid sid, struct position position, struct slice bytes)
{
	struct journal_redis *redis = CAST(self, journal_redis);
	const struct log *log = redis_log(redis, sid);
	if (log == NULL || !desk_fit(redis) || ops_rank(redis, sid) > 0 || /* one of those who have it open is enough to save it */
	    position.seq == 0 || position.seq > log->count || line_term(log->lines[position.seq - 1]) != position.term)
		return;
	struct hash hash = line_hash(log->lines[position.seq - 1]);
	struct words words;
	words_call(&words, "bp1_snap", 3);
	word_key(&words, sid, 'm');
	word_key(&words, sid, 'l');
	word_key(&words, sid, 's');
	word_number(&words, position.seq);
	word_bytes(&words, slice_of(hash.hex, sizeof hash.hex));
	uint8_t *sealed = check_alloc(1, MAC_BYTES + bytes.len);
	snapshot_mac(redis, sid, position.seq, &hash, bytes, sealed);
	if (bytes.len)
		memcpy(sealed + MAC_BYTES, bytes.at, bytes.len);
	word_bytes(&words, slice_of(sealed, MAC_BYTES + bytes.len));
	desk_ask(asking_create(redis, NULL, redis_on_nothing), words.at, words.count);
	free(sealed);
}

/* ---- instances ---- */

static bool ops_level(void *self, struct sid sid)
{
	struct journal_redis *redis = CAST(self, journal_redis);
	const struct log *log = redis_log(redis, sid);
	if (BOLLPLANK_BUG == 78) /* it is level, it says, and has not looked */
		return true;
	return log && log->opened && log->was_level && desk_fit(redis) && log->tip.seq <= log->count && log->bell_seq <= log->count &&
	       loop_now(redis->loop) - log->looked_ms <= LEVEL_MS;
}

static void ops_publish(void *self, struct sid sid, struct slice bytes)
{
	struct journal_redis *redis = CAST(self, journal_redis);
	struct log *log = redis_log(redis, sid);
	if (log == NULL || slice_equal(bytes, slice_of(log->published, log->published_len)))
		return;
	log->published = check_realloc(log->published, bytes.len, 1);
	log->published_len = bytes.len;
	if (bytes.len)
		memcpy(log->published, bytes.at, bytes.len);
	log->published_known = false;
	if (log->was_level)
		log_publish(log);
}

static unsigned ops_rules(void *self)
{
	const struct journal_redis *redis = CAST(self, journal_redis);
	return redis->peers_rules;
}

static uint64_t ops_wall_ms(void *self, struct sid sid)
{
	const struct journal_redis *redis = CAST(self, journal_redis);
	(void)sid;
	return redis->ahead_known ? (uint64_t)((int64_t)loop_wall(redis->loop) + redis->ahead_ms) : 0;
}

/* ---- beginning and end ---- */

static void ops_listen(void *self, const struct journal_up *up, void *ctx)
{
	struct journal_redis *redis = CAST(self, journal_redis);
	CHECK(redis->up == NULL);
	redis->up = up;
	redis->up_ctx = ctx;
	redis_flush_soon(redis); /* with it, how things stand */
}

static void free_all(struct journal_redis *redis)
{
	struct loop_timer *const timers[] = { redis->tick, redis->haste, redis->flush, redis->bury, redis->reading_timer, redis->stop_timer };
	for (size_t i = 0; i < sizeof timers / sizeof *timers; i++)
		loop_stop(redis->loop, timers[i]);
	while (redis->askings)
		asking_free(redis->askings);
	while (redis->logs) {
		struct log *log = redis->logs;
		redis->logs = log->next;
		log_free(log);
	}
	redis_chores_free(redis);
	redis_readings_free(redis);
	explicit_bzero(redis->mac_key, sizeof redis->mac_key);
	redis->magic = 0;
	free(redis);
}

static void closed(struct journal_redis *redis)
{
	if (!redis->desk_closed || !redis->bell_closed)
		return;
	void (*done)(void *ctx) = redis->stopped;
	void *ctx = redis->stopped_ctx;
	free_all(redis);
	done(ctx);
}

static void on_desk_closed(void *ctx)
{
	struct journal_redis *redis = CAST(ctx, journal_redis);
	redis->desk_closed = true;
	closed(redis);
}

static void on_bell_closed(void *ctx)
{
	struct journal_redis *redis = CAST(ctx, journal_redis);
	redis->bell_closed = true;
	closed(redis);
}

/* What is under way is answered, or the link is cut by its patience. */
static void on_stop(void *ctx)
{
	struct journal_redis *redis = CAST(ctx, journal_redis);
	redis->stop_timer = NULL;
	redis_flush(redis);
	bool busy = redis->under_way > 0 || redis->readings;
	busy |= redis->chores != NULL;
	for (const struct log *log = redis->logs; log; log = log->next)
		busy |= !log->gone && log->placed_count > 0;
	if (busy && desk_fit(redis)) {
		redis->stop_timer = loop_after(redis->loop, STOP_LOOK_MS, on_stop, redis);
		return;
	}
	for (struct log *log = redis->logs; log; log = log->next)
		log->gone = true;
	redis->desk.ops->close(redis->desk.self, on_desk_closed, redis);
	redis->bell.ops->close(redis->bell.self, on_bell_closed, redis);
}

static void ops_stop(void *self, void (*done)(void *ctx), void *ctx)
{
	struct journal_redis *redis = CAST(self, journal_redis);
	CHECK(!redis->stopping);
	redis->stopped = done;
	redis->stopped_ctx = ctx;
	redis_flush(redis);
	redis->stopping = true;
	redis->stop_timer = loop_after(redis->loop, 0, on_stop, redis);
}

static struct journal_ops ops_of(const char *durability)
{
	return (struct journal_ops){
		.name = "redis", .durability = durability, .listen = ops_listen, .create = ops_create, .find = ops_find, .open = ops_open,
		.append = ops_append, .read = ops_read, .snapshot = ops_snapshot, .strike = ops_strike, .list = ops_list, .erase = ops_erase,
		.close = ops_close, .state = ops_state, .level = ops_level, .publish = ops_publish, .rules = ops_rules, .rank = ops_rank, .wall_ms = ops_wall_ms, .stop = ops_stop,
	};
}

struct journal journal_redis_create(const struct journal_redis_options *options)
{
	static const char *const durabilities[] = { "survives the death of any instance, or of Redis while an instance lives",
						    "survives a power cut, if Redis has appendfsync always", "survives the loss of the Redis machine" };
	static struct journal_ops ops[3];
	struct journal_redis *redis = check_alloc(1, sizeof *redis);
	uint8_t name[8];
	ops[options->durability] = ops_of(durabilities[options->durability]);
	CHECK(options->mac_key.len <= sizeof redis->mac_key);
	redis->magic = MAGIC_journal_redis;
	redis->loop = options->loop;
	redis->desk = options->desk;
	redis->bell = options->bell;
	redis->durability = options->durability;
	if (options->mac_key.len)
		memcpy(redis->mac_key, options->mac_key.at, options->mac_key.len);
	redis->mac_key_len = options->mac_key.len;
	redis->rules = redis->peers_rules = options->rules;
	redis->impatient = options->impatient;
	snprintf(redis->sentence, sizeof redis->sentence, "Redis has not answered yet");
	loop_random(redis->loop, name, sizeof name);
	for (size_t i = 0; i < sizeof name; i++)
		snprintf(redis->instance + 2 * i, 3, "%02x", name[i]);
	desk_begin(redis);
	return (struct journal){ &ops[options->durability], redis };
}

void journal_redis_destroy(struct journal journal)
{
	free_all(CAST(journal.self, journal_redis));
}
