/* SPDX-License-Identifier: EUPL-1.2 */
/* read(): from our copy where we have one, else from Redis, in pieces. */
#include "shell/journal_redis_inner.h"

static void reading_end(struct reading *reading, enum journal_status status)
{
	struct reading **at = &reading->redis->readings;
	while (*at != reading)
		at = &(*at)->next;
	*at = reading->next;
	journal_sink_fn sink = reading->sink;
	void *ctx = reading->ctx;
	free(reading);
	sink(NULL, status, ctx);
}

static void on_piece(struct journal_redis *redis, struct log *log, struct asking *asking, const struct redis_reply *reply)
{
	struct reading *reading = asking->reading;
	(void)log;
	reading->asked = false;
	if (reply == NULL || reply->kind != REDIS_LIST) {
		if (reply)
			desk_refusal(redis, reply);
		reading_end(reading, JOURNAL_AWAY);
		return;
	}
	for (size_t i = 0; i < reply->count; i++) {
		uint64_t seq = asking->from + i + 1;
		struct slice bytes = reply->items[i].text;
		if (seq < reading->at) { /* only for its hash, with which ours is reckoned */
			if (bytes.len < LINE_BODY) {
				reading_end(reading, JOURNAL_DAMAGED);
				return;
			}
			memcpy(reading->hash.hex, bytes.at + LINE_HASH, SHA1_HEX);
			continue;
		}
		struct line *line = line_read(redis, reading->sid, bytes, &reading->hash, seq);
		if (line == NULL) {
			reading_end(reading, JOURNAL_DAMAGED);
			return;
		}
		struct journal_entry entry = line_entry(line, seq);
		reading->hash = line_hash(line);
		if (seq == reading->tip_seq && !hash_equal(&reading->hash, &reading->tip_hash)) { /* a whole log, but not this one */
			free(line);
			reading_end(reading, JOURNAL_DAMAGED);
			return;
		}
		reading->at = seq + 1;
		reading->sink(&entry, JOURNAL_OK, reading->ctx);
		free(line);
	}
	if (reply->count < asking->until - asking->from + 1) {
		reading_end(reading, loop_now(redis->loop) < redis->young_until_ms ? JOURNAL_AWAY : JOURNAL_ABSENT); /* erased, or lost, while it was read */
		return;
	}
	redis_readings_go(redis);
}

static void ask_piece(struct reading *reading)
{
	struct words words = { .count = 0 };
	uint64_t from = reading->at - 1; /* of the list: that of the entry itself */
	if (!reading->has_hash) {
		reading->hash = hash_zero;
		from -= from > 0;
		reading->has_hash = true;
	}
	uint64_t last = from + PIECE - 1 < reading->until - 1 ? from + PIECE - 1 : reading->until - 1;
	word_text(&words, "LRANGE");
	word_key(&words, reading->sid, 'l');
	word_number(&words, from);
	word_number(&words, last);
	struct asking *asking = asking_create(reading->redis, NULL, on_piece);
	asking->reading = reading;
	asking->from = from;
	asking->until = last;
	reading->asked = desk_ask(asking, words.at, words.count);
	if (!reading->asked)
		reading_end(reading, JOURNAL_AWAY);
}

static void on_tip(struct journal_redis *redis, struct log *log, struct asking *asking, const struct redis_reply *reply)
{
	struct reading *reading = asking->reading;
	struct slice word;
	struct tip tip;
	(void)log;
	reading->asked = false;
	if (reply == NULL || !tip_read(reply, &word, &tip)) {
		if (reply)
			desk_refusal(redis, reply);
		reading_end(reading, JOURNAL_AWAY);
		return;
	}
	if (tip.state == TIP_NOLOG || tip.state == TIP_ERASED) {
		reading_end(reading, tip.state == TIP_NOLOG && loop_now(redis->loop) < redis->young_until_ms ? JOURNAL_AWAY : JOURNAL_ABSENT);
		return;
	}
	if (tip.state != TIP_OPEN) { /* closed: it may lack what others are writing back */
		reading_end(reading, tip.state == TIP_DAMAGED ? JOURNAL_DAMAGED : JOURNAL_AWAY);
		return;
	}
	reading->looked = true;
	reading->tip_seq = tip.seq;
	reading->tip_hash = tip.hash;
	if (tip.seq < reading->until)
		reading->until = tip.seq;
	redis_readings_go(redis);
}

static void ask_tip(struct reading *reading)
{
	struct words words;
	words_call(&words, "bp1_look", 4);
	word_key(&words, reading->sid, 'm');
	word_key(&words, reading->sid, 'l');
	word_key(&words, reading->sid, 'p');
	word_text(&words, "bp:instances");
	word_text(&words, reading->redis->instance);
	struct asking *asking = asking_create(reading->redis, NULL, on_tip);
	asking->reading = reading;
	reading->asked = desk_ask(asking, words.at, words.count);
	if (!reading->asked)
		reading_end(reading, JOURNAL_AWAY);
}

static void from_copy(struct reading *reading, const struct log *log)
{
	uint64_t last = reading->until < log->count ? reading->until : log->count;
	for (unsigned n = 0; reading->at <= last && n < PIECE; n++) {
		const struct line *line = log->lines[reading->at - 1];
		struct journal_entry entry = line_entry(line, reading->at);
		reading->hash = line_hash(line);
		reading->has_hash = true;
		reading->at++;
		reading->sink(&entry, JOURNAL_OK, reading->ctx);
		if (log->gone)
			return;
	}
	if (reading->at > last)
		reading_end(reading, JOURNAL_OK);
}

/* Every append that was taken before has its answer now. */
static void on_behind_all(struct journal_redis *redis, struct log *none, struct asking *asking, const struct redis_reply *reply)
{
	struct reading *reading = asking->reading;
	const struct log *log = redis_log(redis, reading->sid);
	(void)none;
	(void)reply; /* cut: they are answered too */
	reading->asked = false;
	reading->behind_all = true;
	for (size_t i = 0; log && i < log->placed_count; i++)
		if (log->placed[i].seq > reading->must)
			reading->must = log->placed[i].seq;
	redis_readings_go(redis);
}

static void wait_for_all(struct reading *reading, const struct log *log)
{
	struct words words = { .count = 0 };
	reading->behind_all = log->under_way == 0 && log->placed_count == 0;
	if (reading->behind_all)
		return;
	struct asking *asking = asking_create(reading->redis, NULL, on_behind_all);
	asking->reading = reading;
	word_text(&words, "PING");
	reading->asked = desk_ask(asking, words.at, words.count);
	reading->behind_all = !reading->asked;
}

static void on_turn(void *ctx)
{
	struct journal_redis *redis = CAST(ctx, journal_redis);
	struct reading *next;
	redis->reading_timer = NULL;
	for (struct reading *reading = redis->readings; reading; reading = next) {
		next = reading->next;
		struct log *log = redis_log(redis, reading->sid);
		if (reading->asked)
			continue;
		if (log && log->opened && !reading->behind_all)
			wait_for_all(reading, log);
		else if (log && log->opened && log->count >= reading->must)
			from_copy(reading, log);
		else if (log && log->opened)
			continue; /* being fetched */
		else if (!desk_fit(redis))
			reading_end(reading, JOURNAL_AWAY);
		else if (!reading->looked)
			ask_tip(reading);
		else if (reading->at > reading->until)
			reading_end(reading, JOURNAL_OK);
		else
			ask_piece(reading);
	}
	redis_readings_go(redis);
}

/* A piece of each with every turn. */
void redis_readings_go(struct journal_redis *redis)
{
	bool any = false, waits = true;
	for (const struct reading *reading = redis->readings; reading; reading = reading->next) {
		const struct log *log = redis_log(redis, reading->sid);
		any |= !reading->asked;
		waits &= reading->asked || (log && log->opened && log->count < reading->must);
	}
	if (any && redis->reading_timer == NULL)
		redis->reading_timer = loop_after(redis->loop, waits ? 1 : 0, on_turn, redis);
}

void redis_read(struct journal_redis *redis, struct sid sid, uint64_t from, uint64_t until, journal_sink_fn sink, void *ctx)
{
	struct reading *reading = check_alloc(1, sizeof *reading), **last = &redis->readings;
	CHECK(from >= 1);
	*reading = (struct reading){ .redis = redis, .sid = sid, .at = from, .until = until, .sink = sink, .ctx = ctx };
	while (*last)
		last = &(*last)->next;
	*last = reading;
	redis_readings_go(redis);
}

void redis_readings_free(struct journal_redis *redis)
{
	while (redis->readings) {
		struct reading *reading = redis->readings;
		redis->readings = reading->next;
		free(reading);
	}
}
