/* SPDX-License-Identifier: EUPL-1.2 */
/* What is written, from the call that takes it until its tag is answered: creations one by one, appends of one turn of the loop together. */
#include "shell/journal_redis_inner.h"

enum { BATCH_BYTES = 1024 * 1024 };

/* ---- what both have ---- */

static int would_take(const struct journal_redis *redis, const struct body *body, uint64_t tag)
{
	size_t len = LINE_BODY - TAIL_AT + body_len(body);
	CHECK(redis->up && tag != 0 && body_len(body) <= LIMIT_ENTRY);
	if (redis->stopping || !desk_fit(redis))
		return JOURNAL_AWAY;
	if (redis->full || redis->under_way >= LIMIT_PENDING_APPENDS || redis->under_way_bytes + len > LIMIT_PENDING_BYTES)
		return JOURNAL_FULL;
	return 0;
}

static void no_longer_under_way(struct journal_redis *redis, const struct asking *asking)
{
	for (size_t i = 0; i < asking->count; i++)
		redis->under_way_bytes -= asking->tails[i]->len;
	redis->under_way -= asking->count;
}

static void tell_refused(struct journal_redis *redis, struct log *log, const struct asking *asking, enum journal_status why)
{
	for (size_t i = 0; i < asking->count && !log->gone; i++)
		redis->up->refused(log->sid, asking->tags[i], why, redis->up_ctx);
}

static void tell_unsure(struct journal_redis *redis, struct log *log, const struct asking *asking)
{
	for (size_t i = 0; i < asking->count && !log->gone; i++)
		redis->up->unsure(log->sid, asking->tags[i], redis->up_ctx);
}

static void placed_add(struct log *log, uint64_t seq, uint64_t tag)
{
	if (log->placed_count == log->placed_room) {
		log->placed_room = log->placed_room ? 2 * log->placed_room : 16;
		log->placed = check_realloc(log->placed, log->placed_room, sizeof *log->placed);
	}
	log->placed[log->placed_count++] = (struct placed){ seq, tag };
}

/* Ours follow what we hold: no need to read them back. false: they are not what Redis says that it has written. */
static bool take_ours(struct log *log, const struct asking *asking, const struct tip *tip)
{
	struct hash hash = log->count ? line_hash(log->lines[log->count - 1]) : hash_zero;
	struct hash *hashes = check_alloc(asking->count, sizeof *hashes);
	for (size_t i = 0; i < asking->count; i++) {
		hash = hash_next(&hash, tip->term, log->count + i + 1, tip->at_ms, asking->tails[i]->bytes);
		hashes[i] = hash;
	}
	bool same = hash_equal(&hash, &tip->hash);
	for (size_t i = 0; same && i < asking->count; i++)
		log_take(log, line_create(tip->term, tip->at_ms, &hashes[i], asking->tails[i]));
	free(hashes);
	return same;
}

/* ---- appends ---- */

static void on_appended(struct journal_redis *redis, struct log *log, struct asking *asking, const struct redis_reply *reply)
{
	struct slice word;
	struct tip tip;
	no_longer_under_way(redis, asking);
	if (log == NULL)
		return;
	log->under_way -= log->under_way < asking->count ? log->under_way : asking->count;
	bool whole = reply && tip_read(reply, &word, &tip), forsaken = asking->forsaken;
	asking->forsaken = true; /* from here on each tag is answered below */
	if (!whole) {
		enum refusal refusal = desk_refusal(redis, reply);
		bool sure = refusal == REFUSAL_SURE || (refusal == REFUSAL_UNSURE && BOLLPLANK_BUG == 73); /* 73: nobody knows, and it is said to be refused */
		if (!forsaken && sure)
			tell_refused(redis, log, asking, JOURNAL_AWAY);
		else if (!forsaken && refusal == REFUSAL_FULL)
			tell_refused(redis, log, asking, JOURNAL_FULL);
		else if (!forsaken)
			tell_unsure(redis, log, asking);
		if (!log->gone)
			log_look(log);
		return;
	}
	if (!slice_equal(word, slice_text("OK"))) {
		if (tip.state != TIP_UNKNOWN)
			log_tip(log, &tip);
		if (!forsaken)
			tell_refused(redis, log, asking, JOURNAL_AWAY);
		if (!log->gone && tip.state == TIP_UNKNOWN) /* another term */
			log_look(log);
		else if (!log->gone)
			log_pull(log);
		return;
	}
	tip.state = TIP_OPEN;
	log_tip(log, &tip);
	log->looked_ms = asking->asked_ms;
	if (tip.seq > log->covered)
		log->covered = tip.seq;
	desk_wrote(redis);
	uint64_t first = tip.seq - asking->count + 1;
	for (size_t i = 0; !forsaken && i < asking->count; i++)
		placed_add(log, first + i, asking->tags[i]);
	if (log->opened && first == log->count + 1 && take_ours(log, asking, &tip))
		log_deliver(log);
	if (!log->gone)
		log_pull(log);
}

static void send_waiting(struct log *log)
{
	struct journal_redis *redis = log->redis;
	size_t at = 0;
	while (at < log->waiting_count) {
		size_t n = 0, bytes = 0;
		struct words words;
		words_call(&words, "bp1_append", 3);
		word_key(&words, log->sid, 'm');
		word_key(&words, log->sid, 'l');
		word_text(&words, "bp:bell");
		word_text(&words, log->sid.text);
		word_number(&words, log->tip.term);
		struct asking *asking = asking_create(redis, log, on_appended);
		asking->tags = check_alloc(BATCH, sizeof *asking->tags);
		asking->tails = check_alloc(BATCH, sizeof *asking->tails);
		for (; at + n < log->waiting_count && n < BATCH && bytes < BATCH_BYTES; n++) {
			const struct waiting_line *waiting = &log->waiting[at + n];
			asking->tags[n] = waiting->tag;
			asking->tails[n] = waiting->tail;
			word_bytes(&words, slice_of(waiting->tail->bytes, waiting->tail->len));
			bytes += waiting->tail->len;
		}
		asking->count = n;
		log->under_way += n;
		at += n;
		if (redis->desk.ops->ask(redis->desk.self, words.at, words.count, APPEND_PATIENCE_MS, redis_on_reply, asking))
			continue;
		log->under_way -= n; /* nothing was sent */
		no_longer_under_way(redis, asking);
		asking->forsaken = true;
		tell_refused(redis, log, asking, JOURNAL_FULL);
		asking_free(asking);
	}
	log->waiting_count = 0;
}

void redis_flush(struct journal_redis *redis)
{
	for (struct log *log = redis->logs; log; log = log->next)
		if (!log->gone && log->waiting_count)
			send_waiting(log);
}

int redis_append(struct journal_redis *redis, struct sid sid, const struct body *body, uint64_t tag)
{
	struct log *log = redis_log(redis, sid);
	int status = would_take(redis, body, tag);
	if (log == NULL || !log->opened)
		return log && log->served ? JOURNAL_AWAY : JOURNAL_ABSENT;
	if (status < 0)
		return status;
	if (!log->was_level)
		return JOURNAL_AWAY;
	if (log->waiting_count == log->waiting_room) {
		log->waiting_room = log->waiting_room ? 2 * log->waiting_room : 16;
		log->waiting = check_realloc(log->waiting, log->waiting_room, sizeof *log->waiting);
	}
	struct line *tail = tail_create(redis, sid, body);
	log->waiting[log->waiting_count++] = (struct waiting_line){ tail, tag };
	redis->under_way++;
	redis->under_way_bytes += tail->len;
	redis_flush_soon(redis);
	return 0;
}

/* ---- a new session ---- */

static void on_created(struct journal_redis *redis, struct log *none, struct asking *asking, const struct redis_reply *reply)
{
	struct slice word = { 0 };
	struct tip tip;
	(void)none;
	no_longer_under_way(redis, asking);
	if (asking->forsaken)
		return; /* closed meanwhile */
	bool whole = reply && tip_read(reply, &word, &tip) && slice_equal(word, slice_text("OK"));
	enum refusal refusal = whole ? REFUSAL_NONE : desk_refusal(redis, reply);
	uint64_t tag = asking->tags[0];
	if (!whole && reply && reply->kind == REDIS_LIST && slice_equal(word, slice_text("TAKEN"))) {
		redis->up->refused(asking->sid, tag, JOURNAL_TAKEN, redis->up_ctx);
	} else if (!whole && (refusal == REFUSAL_SURE || refusal == REFUSAL_FULL)) {
		redis->up->refused(asking->sid, tag, refusal == REFUSAL_FULL ? JOURNAL_FULL : JOURNAL_AWAY, redis->up_ctx);
	} else if (!whole) {
		redis->up->unsure(asking->sid, tag, redis->up_ctx);
	} else {
		struct log *log = redis_log_add(redis, asking->sid);
		log->code = asking->code;
		log->tip = tip;
		log->tip.state = TIP_OPEN;
		memcpy(log->level_rid, tip.rid, sizeof log->level_rid);
		log->looked_ms = asking->asked_ms;
		log->opened = log->served = log->was_level = log->code_asked = log->snapshot_asked = true;
		if (!take_ours(log, asking, &tip)) { /* not what we sent: nothing to build upon */
			redis->up->unsure(asking->sid, tag, redis->up_ctx);
			redis_log_drop(log);
			return;
		}
		log->covered = 1;
		placed_add(log, 1, tag);
		desk_wrote(redis);
		log_deliver(log);
		if (!log->gone)
			log_publish(log);
	}
}

int redis_create(struct journal_redis *redis, struct sid sid, struct code code, const struct body *body, uint64_t tag)
{
	int status = would_take(redis, body, tag);
	if (status < 0)
		return status;
	struct asking *asking = asking_create(redis, NULL, on_created);
	asking->sid = sid;
	asking->code = code;
	asking->tags = check_alloc(1, sizeof *asking->tags);
	asking->tails = check_alloc(1, sizeof *asking->tails);
	asking->tags[0] = tag;
	asking->tails[0] = tail_create(redis, sid, body);
	asking->count = 1;
	redis->under_way++;
	redis->under_way_bytes += asking->tails[0]->len;
	struct words words;
	words_call(&words, "bp1_create", 5);
	word_key(&words, sid, 'm');
	word_key(&words, sid, 'l');
	word_text(&words, "bp:bell");
	word_code(&words, code);
	word_text(&words, "bp:sessions");
	word_text(&words, sid.text);
	word_text(&words, code.text);
	word_bytes(&words, slice_of(asking->tails[0]->bytes, asking->tails[0]->len));
	if (redis->desk.ops->ask(redis->desk.self, words.at, words.count, APPEND_PATIENCE_MS, redis_on_reply, asking))
		return 0;
	no_longer_under_way(redis, asking);
	asking_free(asking);
	return JOURNAL_FULL;
}

void redis_creation_forsaken(struct journal_redis *redis, struct sid sid)
{
	for (struct asking *asking = redis->askings; asking; asking = asking->next)
		if (asking->done == on_created && sid_equal(asking->sid, sid))
			asking->forsaken = true;
}
