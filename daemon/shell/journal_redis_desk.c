/* SPDX-License-Identifier: EUPL-1.2 */
/* The two conversations: is this Redis fit, who lives, what was rung. */
#include "shell/journal_redis_inner.h"
#include "shell/redis_library.h"
#include <inttypes.h>

enum {
	BEAT_REDIS_MS = 400,     /* between two questions: a hung Redis is noticed after that and PATIENCE_MS, together the 2 s promised */
	PATIENCE_MS = APPEND_PATIENCE_MS,
	HASTE_MS = 100,          /* between looks while a log is being mended */
	BELL_MS = 1000,          /* XREAD waits so long */
	WAIT_MS = 200,           /* for a replica */
	FULL_MS = 3000,          /* until a full Redis is tried again */
	YOUNG_MS = 10 * 1000,    /* a Redis that has just started, or taken over, may yet be told what it lost */
	FIRST_MS = 2000,         /* ... and at our own start we do not know whether it has: until the others have had time to look */
	LIBRARY_EDITION = 1      /* of bollplank1.lua */
};

/* ---- words ---- */

void word_bytes(struct words *words, struct slice bytes)
{
	CHECK(words->count < WORDS_MOST);
	words->at[words->count++] = bytes;
}

void word_text(struct words *words, const char *text)
{
	word_bytes(words, slice_text(text));
}

static char *word_room(struct words *words)
{
	CHECK(words->used < WORDS_MOST);
	return words->room[words->used++];
}

void word_number(struct words *words, uint64_t number)
{
	char *room = word_room(words);
	snprintf(room, KEY_ROOM, "%" PRIu64, number);
	word_text(words, room);
}

void word_key(struct words *words, struct sid sid, char part)
{
	char *room = word_room(words);
	snprintf(room, KEY_ROOM, "bp:{%s}:%c", sid.text, part);
	word_text(words, room);
}

void word_code(struct words *words, struct code code)
{
	char *room = word_room(words);
	snprintf(room, KEY_ROOM, "bp:code:%s", code.text);
	word_text(words, room);
}

void words_call(struct words *words, const char *function, unsigned keys)
{
	words->count = words->used = 0;
	word_text(words, "FCALL");
	word_text(words, function);
	word_number(words, keys);
}

/* ---- askings ---- */

struct asking *asking_create(struct journal_redis *redis, struct log *log, asked_fn done)
{
	struct asking *asking = check_alloc(1, sizeof *asking);
	asking->magic = MAGIC_asking;
	asking->redis = redis;
	asking->done = done;
	asking->asked_ms = loop_now(redis->loop);
	if (log) {
		asking->has_sid = true;
		asking->sid = log->sid;
		asking->serial = log->serial;
	}
	asking->next = redis->askings;
	if (redis->askings)
		redis->askings->before = asking;
	redis->askings = asking;
	return asking;
}

void asking_free(struct asking *asking)
{
	*(asking->before ? &asking->before->next : &asking->redis->askings) = asking->next;
	if (asking->next)
		asking->next->before = asking->before;
	for (size_t i = 0; asking->tails && i < asking->count; i++)
		free(asking->tails[i]);
	free(asking->tails);
	free(asking->tags);
	asking->magic = 0;
	free(asking);
}

void redis_on_reply(const struct redis_reply *reply, void *ctx)
{
	struct asking *asking = CAST(ctx, asking);
	struct journal_redis *redis = asking->redis;
	struct log *log = asking->has_sid ? redis_log(redis, asking->sid) : NULL;
	if (log && log->serial != asking->serial)
		log = NULL;
	asking->done(redis, log, asking, reply);
	asking_free(asking);
}

void redis_on_nothing(struct journal_redis *redis, struct log *log, struct asking *asking, const struct redis_reply *reply)
{
	(void)redis;
	(void)log;
	(void)asking;
	(void)reply;
}

bool desk_ask(struct asking *asking, const struct slice *words, size_t count)
{
	struct redis_link desk = asking->redis->desk;
	if (desk.ops->ask(desk.self, words, count, PATIENCE_MS, redis_on_reply, asking))
		return true;
	asking_free(asking);
	return false;
}

bool desk_fit(const struct journal_redis *redis)
{
	return redis->desk_state == DESK_FIT;
}

/* ---- fit or not ---- */

static void say(struct journal_redis *redis, const char *format, struct slice what)
{
	char room[160];
	size_t len = 0;
	for (size_t i = 0; i < what.len && len + 1 < sizeof room; i++)
		room[len++] = (char)(what.at[i] >= 0x20 && what.at[i] < 0x7f ? what.at[i] : '?');
	room[len] = '\0';
	snprintf(redis->sentence, sizeof redis->sentence, format, room);
}

/* Nothing that we knew of the tips holds any more. */
static void all_down(struct journal_redis *redis)
{
	for (struct log *log = redis->logs; log; log = log->next) {
		log->tip.state = TIP_UNKNOWN;
		log->looking = log->busy = log->was_level = false;
		log->bell_seq = 0;
		log->under_way = 0;
		log_unsettle(log);
		if (log->gone)
			continue;
		log_unsure(log);
		if (!log->gone && !log->served)
			log_lost(log, JOURNAL_AWAY, 0); /* it was being opened: whoever asked comes again */
	}
}

static void unfit(struct journal_redis *redis)
{
	bool was = redis->desk_state == DESK_FIT;
	redis->desk_state = DESK_UNFIT;
	if (was)
		all_down(redis);
	redis_health(redis);
}

static bool begins(struct slice text, const char *with)
{
	return text.len >= strlen(with) && memcmp(text.at, with, strlen(with)) == 0;
}

/* This Redis serves no more: a demoted primary, one without its functions, one that cannot write. The conversation begins anew, and asks whether it is fit. */
void desk_unfit(struct journal_redis *redis, struct slice error)
{
	say(redis, "Redis refuses: %s", error);
	unfit(redis);
	redis->desk.ops->hang_up(redis->desk.self);
}

enum refusal desk_refusal(struct journal_redis *redis, const struct redis_reply *reply)
{
	static const char *const sure[] = { "READONLY", "LOADING", "MASTERDOWN", "NOREPLICAS", "MISCONF", "NOPERM", "NOAUTH", "BUSY", "ERR Function not found" };
	if (reply == NULL)
		return REFUSAL_UNSURE;
	if (reply->kind != REDIS_ERROR)
		return REFUSAL_NONE;
	if (begins(reply->text, "OOM")) {
		redis->full = true;
		redis->full_ms = loop_now(redis->loop);
		say(redis, "Redis is full: raise maxmemory or erase sessions (%s)", reply->text);
		redis_health(redis);
		return REFUSAL_FULL;
	}
	for (size_t i = 0; i < sizeof sure / sizeof *sure; i++)
		if (begins(reply->text, sure[i])) {
			if (redis->desk_state == DESK_FIT)
				desk_unfit(redis, reply->text);
			return REFUSAL_SURE;
		}
	char room[200];
	trace(TRACE_ERROR, "redis", "error=%s", trace_quote(reply->text, room, sizeof room));
	return REFUSAL_UNSURE;
}

/* The value of a field of INFO. */
static struct slice info(struct slice text, const char *field)
{
	size_t len = strlen(field);
	for (size_t i = 0; i + len + 1 < text.len; i++)
		if ((i == 0 || text.at[i - 1] == '\n') && memcmp(text.at + i, field, len) == 0 && text.at[i + len] == ':') {
			size_t from = i + len + 1, to = from;
			while (to < text.len && text.at[to] != '\r' && text.at[to] != '\n')
				to++;
			return slice_of(text.at + from, to - from);
		}
	return slice_of(NULL, 0);
}

static uint64_t number_of(struct slice text)
{
	uint64_t number = 0;
	for (size_t i = 0; i < text.len && text.at[i] >= '0' && text.at[i] <= '9' && number < UINT64_MAX / 100; i++)
		number = 10 * number + (uint64_t)(text.at[i] - '0');
	return number;
}

static bool is(struct slice text, const char *word)
{
	return slice_equal(text, slice_text(word));
}

/* NULL: it can serve. */
static const char *objection(const struct journal_redis *redis, struct slice text)
{
	if (number_of(info(text, "redis_version")) < 7)
		return "Redis 7.0 or newer is needed, for its functions";
	if (!is(info(text, "role"), "master"))
		return "this Redis is a replica; give the address of the primary";
	if (is(info(text, "cluster_enabled"), "1"))
		return "Redis Cluster is not supported; give several primaries, each with --redis";
	if (number_of(info(text, "maxmemory")) > 0 && !is(info(text, "maxmemory_policy"), "noeviction"))
		return "maxmemory-policy must be noeviction: any other throws sessions away";
	if (redis->durability != REDIS_DURABILITY_MEMORY && !is(info(text, "aof_enabled"), "1"))
		return "appendonly is off, and the durability asked for needs it (appendonly yes, appendfsync always), or choose --redis-durability memory";
	if (redis->durability != REDIS_DURABILITY_MEMORY && is(info(text, "aof_last_write_status"), "err"))
		return "Redis cannot write its append-only file";
	if (redis->durability == REDIS_DURABILITY_REPLICATED && number_of(info(text, "connected_slaves")) == 0)
		return "no replica is connected, and nothing would be called saved without one";
	return NULL;
}

/* The clock that gives entries their at_ms; ours may be another by much. */
static void on_time(struct journal_redis *redis, struct log *log, struct asking *asking, const struct redis_reply *reply)
{
	(void)log;
	(void)asking;
	if (reply == NULL || reply->kind != REDIS_LIST || reply->count != 2)
		return;
#if BOLLPLANK_BUG == 99 /* a clock that was right at first stays right */
	if (redis->ahead_known)
		return;
#endif
	uint64_t theirs = 1000 * number_of(reply->items[0].text) + number_of(reply->items[1].text) / 1000;
	redis->ahead_ms = (int64_t)theirs - (int64_t)loop_wall(redis->loop);
	redis->ahead_known = true;
}

static void ask_time(struct journal_redis *redis)
{
	const struct slice words[] = { slice_text("TIME") };
	desk_ask(asking_create(redis, NULL, on_time), words, 1);
}

static void ask_alive(struct journal_redis *redis);

static void on_loaded(struct journal_redis *redis, struct log *log, struct asking *asking, const struct redis_reply *reply)
{
	(void)log;
	(void)asking;
	if (reply == NULL)
		return;
	if (reply->kind == REDIS_ERROR) {
		say(redis, "Redis does not let us load our functions (load daemon/redis/bollplank1.lua by FUNCTION LOAD): %s", reply->text);
		unfit(redis);
		return;
	}
	trace(TRACE_INFO, "redis", "functions=loaded");
	ask_alive(redis);
}

static void on_version(struct journal_redis *redis, struct log *log, struct asking *asking, const struct redis_reply *reply)
{
	(void)log;
	(void)asking;
	if (reply == NULL)
		return;
	if (reply->kind == REDIS_NUMBER && reply->number >= LIBRARY_EDITION) {
		ask_alive(redis);
		return;
	}
	struct words words;
	words.count = words.used = 0;
	word_text(&words, "FUNCTION");
	word_text(&words, "LOAD");
	word_text(&words, "REPLACE");
	word_bytes(&words, slice_of(redis_library, redis_library_len));
	desk_ask(asking_create(redis, NULL, on_loaded), words.at, words.count);
}

static void on_info(struct journal_redis *redis, struct log *log, struct asking *asking, const struct redis_reply *reply)
{
	(void)log;
	(void)asking;
	if (reply == NULL)
		return;
	const char *why = reply->kind == REDIS_TEXT ? objection(redis, reply->text) : "INFO is not allowed to this user";
	if (why) {
		snprintf(redis->sentence, sizeof redis->sentence, "%s", why);
		unfit(redis);
		return;
	}
	struct slice rid = info(reply->text, "master_replid");
	bool other = redis->rid[0] && !slice_equal(rid, slice_of(redis->rid, sizeof redis->rid));
	if (rid.len == sizeof redis->rid)
		memcpy(redis->rid, rid.at, sizeof redis->rid);
	uint64_t age = other ? 0 : 1000 * number_of(info(reply->text, "uptime_in_seconds")), now = loop_now(redis->loop);
	uint64_t left = age < YOUNG_MS ? YOUNG_MS - age : redis->reached ? 0 : FIRST_MS;
	if (redis->impatient || redis->young_until_ms < now + left)
		redis->young_until_ms = redis->impatient ? now : now + left;
	ask_time(redis);
	struct words words;
	words_call(&words, "bp1_version", 0);
	desk_ask(asking_create(redis, NULL, on_version), words.at, words.count);
}

static void ask_info(struct journal_redis *redis)
{
	const struct slice words[] = { slice_text("INFO") };
	redis->desk_state = DESK_ASKING;
	desk_ask(asking_create(redis, NULL, on_info), words, 1);
}

/* ---- who lives, and what is written for sure ---- */

static void ask_wait(struct journal_redis *redis);

static void on_waited(struct journal_redis *redis, struct log *none, struct asking *asking, const struct redis_reply *reply)
{
	(void)none;
	(void)asking;
	redis->waiting = false;
	if (reply == NULL || reply->kind != REDIS_NUMBER || reply->number < 1)
		return; /* asked again with the next beat */
	for (struct log *log = redis->logs; log; log = log->next) {
		if (!log->gone && log->awaited && log->awaited <= log->count)
			log_settle(log, log->awaited);
		log->awaited = 0;
	}
	ask_wait(redis);
}

/* Only what was in the order before our newest write is behind a WAIT of ours. */
static void ask_wait(struct journal_redis *redis)
{
	bool wanted = false;
	if (redis->durability != REDIS_DURABILITY_REPLICATED || redis->waiting || !desk_fit(redis))
		return;
	for (struct log *log = redis->logs; log; log = log->next) {
		log->awaited = !log->gone && log->covered > log->stable ? log->covered : 0;
		wanted |= log->awaited > 0;
	}
	if (!wanted)
		return;
	struct words words;
	words.count = words.used = 0;
	word_text(&words, "WAIT");
	word_number(&words, 1);
	word_number(&words, WAIT_MS);
	redis->waiting = desk_ask(asking_create(redis, NULL, on_waited), words.at, words.count);
}

void desk_wrote(struct journal_redis *redis)
{
	ask_wait(redis);
}

static void on_alive(struct journal_redis *redis, struct log *none, struct asking *asking, const struct redis_reply *reply)
{
	(void)none;
	(void)asking;
	if (reply == NULL)
		return;
	if (reply->kind != REDIS_LIST) {
		if (desk_refusal(redis, reply) != REFUSAL_FULL && redis->desk_state == DESK_ASKING) {
			say(redis, "Redis refuses: %s", reply->text);
			unfit(redis);
		}
		if (redis->desk_state != DESK_ASKING)
			return;
	} else {
		redis->full = redis->full && loop_now(redis->loop) - redis->full_ms < FULL_MS; /* this little always fits */
		unsigned lowest = redis->rules;
		for (size_t i = 1; i < reply->count; i += 2) {
			uint64_t theirs = number_of(reply->items[i].text);
			lowest = theirs && theirs < lowest ? (unsigned)theirs : lowest;
		}
		redis->peers_rules = lowest;
	}
	if (redis->desk_state == DESK_ASKING) {
		redis->desk_state = DESK_FIT;
		redis->reached = true;
		trace(TRACE_INFO, "redis", "fit instance=%s", redis->instance);
	}
	redis_health(redis);
	for (struct log *log = redis->logs; log; log = log->next)
		redis_originals_forget(log, loop_now(redis->loop));
	for (struct log *log = redis->logs; log; log = log->next)
		if (log->marked > log->covered && log->was_level)
			log->covered = log->marked;
	ask_wait(redis);
	for (struct log *log = redis->logs; log; log = log->next)
		if (!log->gone && log->tip.state == TIP_UNKNOWN)
			log_pull(log);
	redis_chores_go(redis);
	redis_readings_go(redis);
}

static void ask_alive(struct journal_redis *redis)
{
	struct words words;
	words_call(&words, "bp1_alive", 1);
	word_text(&words, "bp:instances");
	word_text(&words, redis->instance);
	word_number(&words, redis->rules);
	if (desk_ask(asking_create(redis, NULL, on_alive), words.at, words.count))
		for (struct log *log = redis->logs; log; log = log->next)
			log->marked = log->was_level && log->tip.state == TIP_OPEN ? log->count : 0;
}

static void look_at_all(struct journal_redis *redis, bool closed_only)
{
	for (struct log *log = redis->logs; log; log = log->next)
		if (!log->gone && (!closed_only || log->tip.state == TIP_CLOSED || log->tip.state == TIP_NOLOG))
			log_look(log);
}

static void on_beat(void *ctx)
{
	struct journal_redis *redis = CAST(ctx, journal_redis);
	redis->tick = loop_after(redis->loop, BEAT_REDIS_MS, on_beat, redis);
	redis->odd = !redis->odd;
	if (redis->desk_state == DESK_UNFIT && redis->odd) {
		redis->desk.ops->hang_up(redis->desk.self); /* perhaps somebody has mended it, or another stands at this address now */
	} else if (desk_fit(redis) && redis->odd) {
		ask_alive(redis);
		look_at_all(redis, false);
	} else if (desk_fit(redis)) {
		ask_time(redis);
	}
}

static void on_haste(void *ctx)
{
	struct journal_redis *redis = CAST(ctx, journal_redis);
	redis->haste = NULL;
	if (desk_fit(redis))
		look_at_all(redis, true);
}

void desk_haste(struct journal_redis *redis)
{
	if (redis->haste == NULL && !redis->stopping)
		redis->haste = loop_after(redis->loop, HASTE_MS, on_haste, redis);
}

static void on_desk_up(void *ctx)
{
	ask_info(CAST(ctx, journal_redis));
}

static void on_desk_down(const char *sentence, void *ctx)
{
	struct journal_redis *redis = CAST(ctx, journal_redis);
	redis->waiting = false;
	if (redis->desk_state != DESK_UNFIT || redis->sentence[0] == '\0')
		snprintf(redis->sentence, sizeof redis->sentence, "%s", sentence);
	if (redis->desk_state == DESK_FIT)
		all_down(redis);
	redis->desk_state = DESK_DOWN;
	redis_health(redis);
}

/* ---- the bell ---- */

static void ring_again(struct journal_redis *redis);

static void bell_take(struct journal_redis *redis, const struct redis_reply *entry)
{
	if (entry->kind != REDIS_LIST || entry->count < 2 || entry->items[0].kind != REDIS_TEXT || entry->items[0].text.len >= sizeof redis->bell_id)
		return;
	memcpy(redis->bell_id, entry->items[0].text.at, entry->items[0].text.len);
	redis->bell_id[entry->items[0].text.len] = '\0';
	const struct redis_reply *fields = &entry->items[1];
	struct sid sid;
	if (fields->kind != REDIS_LIST || fields->count < 4 || !sid_parse(fields->items[1].text, &sid))
		return;
	struct log *log = redis_log(redis, sid);
	uint64_t seq = number_of(fields->items[3].text);
	if (log == NULL || seq <= log->count || seq <= log->bell_seq)
		return;
	log->bell_seq = seq;
	log_pull(log);
}

static void on_rung(struct journal_redis *redis, struct log *none, struct asking *asking, const struct redis_reply *reply)
{
	(void)none;
	(void)asking;
	redis->bell_asked = false;
	if (reply == NULL || !redis->bell_up)
		return;
	if (reply->kind == REDIS_ERROR) { /* the desk finds out why */
		redis->bell.ops->hang_up(redis->bell.self);
		return;
	}
	if (reply->kind == REDIS_LIST && reply->count == 1 && reply->items[0].kind == REDIS_LIST && reply->items[0].count == 2)
		for (size_t i = 0; i < reply->items[0].items[1].count; i++)
			bell_take(redis, &reply->items[0].items[1].items[i]);
	ring_again(redis);
}

static void bell_ask(struct journal_redis *redis, asked_fn done, const struct words *words)
{
	struct asking *asking = asking_create(redis, NULL, done);
	redis->bell_asked = redis->bell.ops->ask(redis->bell.self, words->at, words->count, BELL_MS + PATIENCE_MS, redis_on_reply, asking);
	if (!redis->bell_asked)
		asking_free(asking);
}

static void ring_again(struct journal_redis *redis)
{
	static const char *const fixed[] = { "XREAD", "COUNT", "512", "BLOCK", "1000", "STREAMS", "bp:bell" };
	struct words words;
	words.count = words.used = 0;
	for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
		word_text(&words, fixed[i]);
	word_text(&words, redis->bell_id);
	if (!redis->bell_asked && redis->bell_up && !redis->stopping)
		bell_ask(redis, on_rung, &words);
}

static void on_newest(struct journal_redis *redis, struct log *none, struct asking *asking, const struct redis_reply *reply)
{
	(void)none;
	(void)asking;
	redis->bell_asked = false;
	if (reply == NULL)
		return;
	snprintf(redis->bell_id, sizeof redis->bell_id, "0-0");
	if (reply->kind == REDIS_LIST && reply->count == 1 && reply->items[0].kind == REDIS_LIST && reply->items[0].count > 0 &&
	    reply->items[0].items[0].text.len < sizeof redis->bell_id) {
		memcpy(redis->bell_id, reply->items[0].items[0].text.at, reply->items[0].items[0].text.len);
		redis->bell_id[reply->items[0].items[0].text.len] = '\0';
	}
	if (desk_fit(redis))
		look_at_all(redis, false); /* what was rung while nobody listened */
	ring_again(redis);
}

static void on_bell_up(void *ctx)
{
	struct journal_redis *redis = CAST(ctx, journal_redis);
	static const char *const fixed[] = { "XREVRANGE", "bp:bell", "+", "-", "COUNT", "1" };
	struct words words;
	words.count = words.used = 0;
	for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
		word_text(&words, fixed[i]);
	redis->bell_up = true;
	bell_ask(redis, on_newest, &words);
}

static void on_bell_down(const char *sentence, void *ctx)
{
	struct journal_redis *redis = CAST(ctx, journal_redis);
	(void)sentence;
	redis->bell_up = redis->bell_asked = false; /* the looks go on meanwhile */
}

void desk_begin(struct journal_redis *redis)
{
	static const struct redis_up desk = { .up = on_desk_up, .down = on_desk_down }, bell = { .up = on_bell_up, .down = on_bell_down };
	redis->tick = loop_after(redis->loop, BEAT_REDIS_MS, on_beat, redis);
	redis->desk.ops->listen(redis->desk.self, &desk, redis);
	redis->bell.ops->listen(redis->bell.self, &bell, redis);
}
