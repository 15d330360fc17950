/* SPDX-License-Identifier: EUPL-1.2 */
/* Keeping our copy of a log up with Redis, and Redis with our copy. One step at a time: whatever has happened, log_pull looks at what we know of the tip and
 * asks for the next thing. */
#include "shell/journal_redis_inner.h"
#include "base/digest.h"

enum {
	FILL_BYTES = 1024 * 1024, /* of one call: Redis does nothing else meanwhile */
	PEERS_WAIT_MS = 5000,    /* for another instance to write back what it has; one that lives does so within its next look */
	TERM_JUMP = 1 << 20,     /* a term rises by up to so much, by chance: two sides of a split never write under the same */
	SLICE = 4096             /* entries told in one turn of the loop */
};

/* ---- tips ---- */

static bool number_read(struct slice text, uint64_t *out)
{
	*out = 0;
	if (text.len == 0 || text.len > 18)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] < '0' || text.at[i] > '9')
			return false;
		*out = 10 * *out + (uint64_t)(text.at[i] - '0');
	}
	return true;
}

static enum tip_state state_of(struct slice word)
{
	static const struct {
		const char *word;
		enum tip_state state;
	} all[] = { { "OPEN", TIP_OPEN }, { "CLOSED", TIP_CLOSED }, { "NOLOG", TIP_NOLOG }, { "ERASED", TIP_ERASED }, { "DAMAGED", TIP_DAMAGED } };
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (slice_equal(word, slice_text(all[i].word)))
			return all[i].state;
	return TIP_UNKNOWN;
}

bool tip_read(const struct redis_reply *reply, struct slice *word, struct tip *out)
{
	uint64_t term;
	*out = (struct tip){ 0 };
	*word = (struct slice){ 0 };
	if (reply->kind != REDIS_LIST || reply->count == 0 || reply->items[0].kind != REDIS_TEXT)
		return false;
	*word = reply->items[0].text;
	out->state = state_of(*word);
	if (reply->count < 6)
		return false;
	const struct redis_reply *at = reply->items;
	if (at[1].text.len != sizeof out->rid || at[4].text.len != sizeof out->hash.hex || !number_read(at[2].text, &term) || term > UINT32_MAX ||
	    !number_read(at[3].text, &out->seq) || !number_read(at[5].text, &out->at_ms))
		return false;
	memcpy(out->rid, at[1].text.at, sizeof out->rid);
	memcpy(out->hash.hex, at[4].text.at, sizeof out->hash.hex);
	out->term = (uint32_t)term;
	return true;
}

void log_tip(struct log *log, const struct tip *tip)
{
	if (memcmp(log->tip.rid, tip->rid, sizeof tip->rid) != 0) { /* another life of it: what was said under the last one counts no more */
		for (size_t i = 0; i < log->holders_count; i++)
			log->holders[i].reported = false;
		log->closed_ms = 0;
		log->announced = log->published_known = false;
	}
	log->tip = *tip;
}

/* ---- our copy ---- */

static struct hash hash_at(const struct log *log, uint64_t seq)
{
	return seq ? line_hash(log->lines[seq - 1]) : hash_zero;
}

void log_take(struct log *log, struct line *line)
{
	if (log->count == log->room) {
		log->room = log->room ? 2 * log->room : 64;
		log->lines = check_realloc(log->lines, (size_t)log->room, sizeof *log->lines);
	}
	log->lines[log->count++] = line;
}

void log_settle(struct log *log, uint64_t seq)
{
	if (seq > log->told)
		seq = log->told;
	if (seq <= log->stable || log->gone || !(log->opened || log->loaded))
		return;
	log->stable = seq;
	log->redis->up->stable(log->sid, seq, log->redis->up_ctx);
}

void log_unsettle(struct log *log)
{
	log->marked = log->awaited = 0;
	log->covered = log->stable;
}

static void settle_all(struct log *log)
{
	if (log->redis->durability != REDIS_DURABILITY_REPLICATED || BOLLPLANK_BUG == 76 /* "saved" before a replica has it */)
		log_settle(log, log->told);
}

void log_unsure(struct log *log)
{
	struct journal_redis *redis = log->redis;
	for (struct asking *asking = redis->askings; asking; asking = asking->next)
		if (asking->tags && !asking->forsaken && asking->has_sid && asking->serial == log->serial && sid_equal(asking->sid, log->sid)) {
			asking->forsaken = true;
			for (size_t i = 0; i < asking->count; i++)
				if (!log->gone)
					redis->up->unsure(log->sid, asking->tags[i], redis->up_ctx);
		}
	for (size_t i = 0; i < log->placed_count && !log->gone; i++)
		redis->up->unsure(log->sid, log->placed[i].tag, redis->up_ctx);
	log->placed_count = 0;
	for (size_t i = 0; i < log->waiting_count; i++) { /* never sent, but one answer for all is the simpler promise */
		redis->under_way--;
		redis->under_way_bytes -= log->waiting[i].tail->len;
		if (!log->gone)
			redis->up->unsure(log->sid, log->waiting[i].tag, redis->up_ctx);
		free(log->waiting[i].tail);
	}
	log->waiting_count = 0;
}

static void forget_copy(struct log *log)
{
	for (uint64_t i = 0; i < log->count; i++)
		free(log->lines[i]);
	log->count = log->told = 0;
	for (size_t i = 0; i < log->orphans_count; i++)
		free(log->orphans[i]);
	log->orphans_count = 0;
}

void log_lost(struct log *log, enum journal_status status, uint64_t seq)
{
	struct journal_redis *redis = log->redis;
	bool served = log->opened;
	if (served) {
		log_unsure(log);
		if (!log->gone)
			redis->up->reset(log->sid, redis->up_ctx);
	}
	forget_copy(log);
	if (log->gone)
		return;
	redis_log_drop(log);
	redis->up->opened(log->sid, status, seq, redis->up_ctx);
}

static uint64_t tag_take(struct log *log, uint64_t seq)
{
	for (size_t i = 0; i < log->placed_count; i++)
		if (log->placed[i].seq == seq) {
			uint64_t tag = log->placed[i].tag;
			memmove(log->placed + i, log->placed + i + 1, (--log->placed_count - i) * sizeof *log->placed);
			return tag;
		}
	return 0;
}

static void on_more(void *ctx)
{
	struct log *log = CAST(ctx, log);
	log->timer = NULL;
	log_deliver(log);
}

static void tell_loaded(struct log *log)
{
	struct journal_redis *redis = log->redis;
	bool usable = log->snapshot && log->snapshot_seq > 0 && log->snapshot_seq <= log->count;
	if (usable) {
		struct hash hash = hash_at(log, log->snapshot_seq);
		usable = hash_equal(&hash, &log->snapshot_hash);
	}
	log->loaded = true;
	log->told = usable ? log->snapshot_seq : 0;
	struct position position = { usable ? line_term(log->lines[log->told - 1]) : 0, log->told };
	uint8_t *bytes = log->snapshot;
	log->snapshot = NULL;
	redis->up->loaded(log->sid, position, usable ? slice_of(bytes, log->snapshot_len) : slice_of(NULL, 0), redis->up_ctx);
	free(bytes);
}

static void tell_opened(struct log *log)
{
	struct journal_redis *redis = log->redis;
	settle_all(log);
	for (size_t i = 0; i < log->orphans_count; i++) {
		struct journal_entry entry = line_entry(log->orphans[i], 0);
		if (!log->gone && entry.struck == 0) /* struck: it was accepted and taken away again; what is left could not be judged */
			redis->up->orphan(log->sid, &entry.body, redis->up_ctx);
		free(log->orphans[i]);
	}
	log->orphans_count = 0;
	if (log->gone)
		return;
	log->opened = log->served = true;
	log->loaded = false;
	log->peers_len = SIZE_MAX; /* whatever was told before: again */
	redis->up->opened(log->sid, JOURNAL_OK, 0, redis->up_ctx);
}

/* In slices, so that a long log does not hold the others up. */
void log_deliver(struct log *log)
{
	struct journal_redis *redis = log->redis;
	if (log->gone || log->timer)
		return;
	if (!log->opened && !log->loaded) {
		if (!log->was_level)
			return; /* nothing is told before all is there, and may be written */
		tell_loaded(log);
	}
	for (unsigned n = 0; log->told < log->count && !log->gone; n++) {
		if (n == SLICE) {
			log->timer = loop_after(redis->loop, 0, on_more, log);
			return;
		}
		uint64_t seq = ++log->told;
		struct journal_entry entry = line_entry(log->lines[seq - 1], seq);
		redis->up->entry(log->sid, &entry, tag_take(log, seq), redis->up_ctx);
	}
	if (log->gone)
		return;
	if (log->opened)
		settle_all(log);
	else if (log->was_level)
		tell_opened(log);
}

/* ---- the steps ---- */

static bool call(struct log *log, struct asking *asking, const struct words *words)
{
	log->busy = desk_ask(asking, words->at, words->count);
	return log->busy;
}

/* What an answer says of the tip; after whichever the next step is taken. */
static void tip_take(struct log *log, const struct redis_reply *reply)
{
	struct slice word;
	struct tip tip;
	log->busy = false;
	if (!tip_read(reply, &word, &tip) && reply->kind != REDIS_LIST) {
		desk_refusal(log->redis, reply);
		log->tip.state = TIP_UNKNOWN; /* the next beat looks */
	} else if (slice_equal(word, slice_text("OK"))) {
		log->tip.state = TIP_UNKNOWN;
		desk_wrote(log->redis);
		log_look(log);
	} else if (slice_equal(word, slice_text("NO"))) { /* somebody was faster; soon, not at once: two who get in each other's way must not spin */
		desk_haste(log->redis);
	} else {
		log_tip(log, &tip);
		log_pull(log);
	}
}

static void on_step(struct journal_redis *redis, struct log *log, struct asking *asking, const struct redis_reply *reply)
{
	(void)redis;
	(void)asking;
	if (log && reply)
		tip_take(log, reply);
}

/* Redis has no log: ours begins it, empty and closed. */
static void step_begin(struct log *log)
{
	struct words words;
	words_call(&words, "bp1_begin", 4);
	word_key(&words, log->sid, 'm');
	word_key(&words, log->sid, 'l');
	word_code(&words, log->code);
	word_text(&words, "bp:sessions");
	word_text(&words, log->sid.text);
	word_text(&words, log->code.text);
	call(log, asking_create(log->redis, log, on_step), &words);
}

static void word_tip(struct words *words, const struct log *log)
{
	word_text(words, log->sid.text);
	word_bytes(words, slice_of(log->tip.rid, sizeof log->tip.rid));
	word_number(words, log->tip.seq);
	word_bytes(words, slice_of(log->tip.hash.hex, sizeof log->tip.hash.hex));
}

/* What Redis has is the beginning of what we have: the rest, with its own terms and times. */
static void step_fill(struct log *log)
{
	struct words words;
	size_t bytes = 0;
	if (!log->announced)
		log_publish(log);
	log->announced = true;
	words_call(&words, "bp1_fill", 3);
	word_key(&words, log->sid, 'm');
	word_key(&words, log->sid, 'l');
	word_text(&words, "bp:bell");
	word_tip(&words, log);
	for (uint64_t seq = log->tip.seq + 1; seq <= log->count && seq <= log->tip.seq + BATCH && bytes < FILL_BYTES; seq++) {
		const struct line *line = log->lines[seq - 1];
		struct journal_entry entry = line_entry(line, seq);
		word_number(&words, entry.position.term);
		word_number(&words, entry.at_ms);
		word_number(&words, entry.struck);
		word_bytes(&words, slice_of(line->bytes + TAIL_AT, line->len - TAIL_AT));
		bytes += line->len;
	}
	call(log, asking_create(log->redis, log, on_step), &words);
}

/* All that we hold is there, and all who may hold more have had their time. */
static void step_open(struct log *log)
{
	uint32_t term = log->tip.term, jump;
	if (log->count && line_term(log->lines[log->count - 1]) > term)
		term = line_term(log->lines[log->count - 1]);
	loop_random(log->redis->loop, &jump, sizeof jump);
	struct words words;
	words_call(&words, "bp1_open", 3);
	word_key(&words, log->sid, 'm');
	word_key(&words, log->sid, 'l');
	word_text(&words, "bp:bell");
	word_tip(&words, log);
	word_number(&words, term + 1 + jump % TERM_JUMP);
	trace(TRACE_WARNING, "redis", "session=%s open_seq=%llu after_ms=%llu", log->sid.text, (unsigned long long)log->count,
	      (unsigned long long)(loop_now(log->redis->loop) - log->closed_ms));
	call(log, asking_create(log->redis, log, on_step), &words);
}

/* Entries after `to` are about to be handed on: whole, if what struck them has only just done so. */
static void restore_originals(struct log *log, uint64_t to)
{
	redis_originals_forget(log, loop_now(log->redis->loop));
	for (size_t i = 0; i < log->originals_count; i++) {
		struct original *original = &log->originals[i];
		if (original->seq <= to || original->seq > log->count || memcmp(original->line->bytes, log->lines[original->seq - 1]->bytes, LINE_STRUCK) != 0 ||
		    memcmp(original->line->bytes + LINE_HASH, log->lines[original->seq - 1]->bytes + LINE_HASH, SHA1_HEX) != 0)
			continue;
		line_free(log->lines[original->seq - 1]);
		log->lines[original->seq - 1] = original->line;
		original->line = NULL;
	}
	redis_originals_forget(log, UINT64_MAX); /* the rest belong to places that others will have */
}

/* Our copy from `to` on is not in Redis' log: its log counts. */
static void cut(struct log *log, uint64_t to)
{
	struct journal_redis *redis = log->redis;
	trace(TRACE_WARNING, "redis", "session=%s cut_from=%llu to=%llu", log->sid.text, (unsigned long long)log->count, (unsigned long long)to);
	bool served = log->opened || log->loaded;
	log_unsure(log);
	log->was_level = false;
	if (log->gone)
		return;
	restore_originals(log, to);
	size_t more = (size_t)(log->count - to);
	log->orphans = check_realloc(log->orphans, log->orphans_count + more, sizeof *log->orphans);
#if BOLLPLANK_BUG == 72 /* what fell out of history is forgotten */
	for (uint64_t i = to; i < log->count; i++)
		free(log->lines[i]);
#else
	memmove(log->orphans + more, log->orphans, log->orphans_count * sizeof *log->orphans); /* what fell out before came after these */
	memcpy(log->orphans, log->lines + to, more * sizeof *log->orphans);
	log->orphans_count += more;
#endif
	redis_strikes_drop(redis, log->sid);
	uint64_t keep = 0;
	while (keep < to && line_entry(log->lines[keep], 0).struck == 0)
		keep++;
	for (uint64_t i = keep; i < to; i++) /* what was struck here need not be so there: what struck it may be among what fell out */
		free(log->lines[i]);
	log->count = keep;
	log_unsettle(log);
	log->told = log->stable = log->covered = 0;
	log->opened = log->loaded = false;
	log->bell_seq = 0;
	free(log->snapshot);
	log->snapshot = NULL;
	loop_stop(redis->loop, log->timer);
	log->timer = NULL;
	if (served)
		redis->up->reset(log->sid, redis->up_ctx);
}

static void step_compare(struct log *log, uint64_t upto);

static void on_compared(struct journal_redis *redis, struct log *log, struct asking *asking, const struct redis_reply *reply)
{
	(void)redis;
	if (log == NULL || reply == NULL)
		return;
	log->busy = false;
	if (reply->kind != REDIS_LIST) {
		desk_refusal(log->redis, reply);
		log->tip.state = TIP_UNKNOWN;
		return;
	}
	uint64_t from = asking->from;
	for (size_t i = reply->count; i-- > 0;) {
		uint64_t seq = from + i + 1;
		struct slice bytes = reply->items[i].text;
		if (seq > log->count || bytes.len < LINE_BODY || memcmp(bytes.at + LINE_HASH, log->lines[seq - 1]->bytes + LINE_HASH, SHA1_HEX) != 0)
			continue;
		if (seq == log->count) { /* they agree as far as we go: what follows does not follow */
			log_lost(log, JOURNAL_DAMAGED, seq + 1);
			return;
		}
		cut(log, seq);
		if (!log->gone)
			log_look(log);
		return;
	}
	if (from > 0) {
		step_compare(log, from);
		return;
	}
	if (log->count == 0) {
		log_lost(log, JOURNAL_DAMAGED, 1);
		return;
	}
	cut(log, 0);
	if (!log->gone)
		log_look(log);
}

/* Where do the two logs part? Backwards in pieces, from what both have. */
static void step_compare(struct log *log, uint64_t upto)
{
	uint64_t from = upto > PIECE ? upto - PIECE : 0;
	struct words words = { .count = 0 };
	word_text(&words, "LRANGE");
	word_key(&words, log->sid, 'l');
	word_number(&words, from);
	word_number(&words, upto ? upto - 1 : 0);
	struct asking *asking = asking_create(log->redis, log, on_compared);
	asking->from = from;
	call(log, asking, &words);
}

static void on_fetched(struct journal_redis *redis, struct log *log, struct asking *asking, const struct redis_reply *reply)
{
	if (log == NULL || reply == NULL)
		return;
	log->busy = false;
	if (reply->kind != REDIS_LIST) {
		desk_refusal(redis, reply);
		log->tip.state = TIP_UNKNOWN;
		return;
	}
	uint64_t before = log->count;
	for (size_t i = 0; i < reply->count; i++) {
		uint64_t seq = asking->from + i + 1;
		if (seq <= log->count)
			continue; /* an answer to an append of ours was faster */
		struct hash previous = hash_at(log, log->count);
		struct line *line = line_read(redis, log->sid, reply->items[i].text, &previous, seq);
		if (line == NULL && log->count > 0) {
			step_compare(log, log->count);
			return;
		}
		if (line == NULL) {
			log_lost(log, JOURNAL_DAMAGED, seq);
			return;
		}
		log_take(log, line);
	}
	if (log->count > log->tip.seq) {
		log->tip.seq = log->count;
		log->tip.hash = hash_at(log, log->count);
	}
	if (log->count == before && before == asking->from) { /* there should have been more: what do we know? */
		log->bell_seq = 0;
		log_look(log);
		return;
	}
	if (log->opened)
		log_deliver(log);
	if (!log->gone)
		log_pull(log);
}

static void step_fetch(struct log *log)
{
	struct words words = { .count = 0 };
	word_text(&words, "LRANGE");
	word_key(&words, log->sid, 'l');
	word_number(&words, log->count);
	word_number(&words, log->count + PIECE - 1);
	struct asking *asking = asking_create(log->redis, log, on_fetched);
	asking->from = log->count;
	call(log, asking, &words);
}

static void on_code(struct journal_redis *redis, struct log *log, struct asking *asking, const struct redis_reply *reply)
{
	(void)redis;
	(void)asking;
	if (log == NULL || reply == NULL)
		return;
	log->busy = false;
	log->code_asked = true;
	if (reply->kind == REDIS_LIST && reply->count == 1 && reply->items[0].kind == REDIS_TEXT && !code_parse(reply->items[0].text, &log->code))
		log->code = (struct code){ "" };
	log_pull(log);
}

/* With it the log could be begun anew, on a Redis that has lost it. */
static void step_code(struct log *log)
{
	struct words words = { .count = 0 };
	word_text(&words, "HMGET");
	word_key(&words, log->sid, 'm');
	word_text(&words, "code");
	call(log, asking_create(log->redis, log, on_code), &words);
}

static void on_snapshot(struct journal_redis *redis, struct log *log, struct asking *asking, const struct redis_reply *reply)
{
	(void)asking;
	if (log == NULL || reply == NULL)
		return;
	log->busy = false;
	log->snapshot_asked = true;
	const struct redis_reply *at = reply->items;
	if (reply->kind == REDIS_LIST && reply->count == 3 && at[0].kind == REDIS_TEXT && at[1].text.len == SHA1_HEX && at[2].text.len > MAC_BYTES &&
	    number_read(at[0].text, &log->snapshot_seq)) {
		struct slice bytes = slice_of(at[2].text.at + MAC_BYTES, at[2].text.len - MAC_BYTES);
		uint8_t mac[MAC_BYTES];
		memcpy(log->snapshot_hash.hex, at[1].text.at, SHA1_HEX);
		snapshot_mac(redis, log->sid, log->snapshot_seq, &log->snapshot_hash, bytes, mac);
		if (digest_same(mac, at[2].text.at, sizeof mac)) {
			log->snapshot_len = bytes.len;
			log->snapshot = check_alloc(1, bytes.len);
			memcpy(log->snapshot, bytes.at, bytes.len);
		} else {
			trace(TRACE_ERROR, "redis", "session=%s snapshot=not_ours seq=%llu", log->sid.text, (unsigned long long)log->snapshot_seq);
		}
	}
	log_pull(log);
}

static void step_snapshot(struct log *log)
{
	struct words words = { .count = 0 };
	word_text(&words, "HMGET");
	word_key(&words, log->sid, 's');
	word_text(&words, "seq");
	word_text(&words, "hash");
	word_text(&words, "bytes");
	call(log, asking_create(log->redis, log, on_snapshot), &words);
}

/* ---- a log that this Redis has not opened ---- */

static bool all_reported(const struct log *log)
{
#if BOLLPLANK_BUG == 71 /* opened without waiting for others who may hold more */
	return true;
#endif
	for (size_t i = 0; i < log->holders_count; i++)
		if (!log->holders[i].reported)
			return false;
	return true;
}

/* Nobody has it, or nobody has told this Redis yet. */
static void absent(struct log *log)
{
	log_lost(log, loop_now(log->redis->loop) < log->redis->young_until_ms ? JOURNAL_AWAY : JOURNAL_ABSENT, 0);
}

static void mend(struct log *log)
{
	uint64_t now = loop_now(log->redis->loop);
	if (log->closed_ms == 0)
		log->closed_ms = now;
	if (log->count == 0) { /* somebody has begun it, and writes it back soon, or died over it */
		if (now - log->closed_ms >= PEERS_WAIT_MS)
			absent(log);
		else
			desk_haste(log->redis);
		return;
	}
	if (!log->published_known)
		log_publish(log); /* that all of ours is there */
	desk_haste(log->redis);
	if (log->published_known && ((log->served && all_reported(log)) || now - log->closed_ms >= PEERS_WAIT_MS)) /* a newcomer knows of nobody */
		step_open(log);
}

/* ---- what comes next ---- */

static void level(struct log *log)
{
	if (!log->was_level) {
		log->was_level = true;
		redis_health(log->redis);
	}
	if (memcmp(log->level_rid, log->tip.rid, sizeof log->level_rid) != 0) {
		if (log->level_rid[0] && BOLLPLANK_BUG != 74 /* a Redis that came back has not what was struck */)
			redis_strikes_again(log->redis, log);
		memcpy(log->level_rid, log->tip.rid, sizeof log->level_rid);
		redis_chores_go(log->redis);
	}
	log_deliver(log);
	if (!log->gone && !log->published_known)
		log_publish(log);
}

void log_pull(struct log *log)
{
	struct journal_redis *redis = log->redis;
	const struct tip *tip = &log->tip;
	if (log->gone || log->busy || !desk_fit(redis))
		return;
	if (tip->state == TIP_UNKNOWN) {
		log_look(log);
		return;
	}
	if (tip->state == TIP_ERASED) {
		bool served = log->opened || log->loaded;
		log_unsure(log);
		forget_copy(log);
		if (log->gone)
			return;
		redis_log_drop(log);
		if (served)
			redis->up->erased(log->sid, redis->up_ctx);
		else
			redis->up->opened(log->sid, JOURNAL_ABSENT, 0, redis->up_ctx);
		return;
	}
	if (tip->state == TIP_DAMAGED) {
		log_lost(log, JOURNAL_DAMAGED, log->count + 1);
		return;
	}
	if (tip->state != TIP_OPEN && log->was_level) {
		log->was_level = false;
		log_unsettle(log);
		redis_health(redis);
	}
	if (tip->state == TIP_OPEN)
		log->closed_ms = 0;
	if (tip->state == TIP_NOLOG) {
		if (log->count)
			step_begin(log);
		else
			absent(log);
		return;
	}
	if (!log->code_asked) {
		step_code(log);
		return;
	}
	if (!log->opened && !log->loaded && !log->snapshot_asked) {
		step_snapshot(log);
		return;
	}
	if (tip->seq > log->count || (log->bell_seq > log->count && log->under_way == 0)) { /* what was rung may be our own, whose answer is on its way */
		step_fetch(log);
		return;
	}
	struct hash theirs = hash_at(log, tip->seq);
	if (!hash_equal(&theirs, &tip->hash) && BOLLPLANK_BUG != 77 /* two logs of one length are the same */) {
		step_compare(log, tip->seq);
	} else if (tip->seq < log->count && tip->state == TIP_CLOSED && BOLLPLANK_BUG != 70 /* nothing is written back */) {
		step_fill(log);
	} else if (tip->seq < log->count) {
		cut(log, tip->seq);
		if (!log->gone)
			log_look(log);
	} else if (tip->state == TIP_CLOSED) {
		mend(log);
	} else {
		level(log);
	}
}
