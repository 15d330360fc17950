/* SPDX-License-Identifier: EUPL-1.2 */
/* What must be done, however long Redis is away: it is asked, and asked again, until there is an answer. */
#include "shell/journal_redis_inner.h"
#include <stdio.h>

enum { CHORE_TRIES = 20, ORIGINALS_MS = 60 * 1000 }; /* a split that lasts longer costs what was sealed on its losing side */

static void chore_free(struct journal_redis *redis, struct chore *chore)
{
	*(chore->before ? &chore->before->next : &redis->chores) = chore->next;
	if (chore->next)
		chore->next->before = chore->before;
	free(chore);
}

static void chore_end(struct journal_redis *redis, struct chore *chore)
{
	struct chore it = *chore;
	chore_free(redis, chore);
	if (it.silent)
		return;
	if (it.kind == CHORE_STRIKE)
		redis->up->struck(it.sid, it.seq, redis->up_ctx);
	else
		redis->up->erased(it.sid, redis->up_ctx);
}

static void chore_ask(struct journal_redis *redis, struct chore *chore);

void redis_originals_forget(struct log *log, uint64_t now)
{
	size_t left = 0;
	for (size_t i = 0; i < log->originals_count; i++)
		if (log->originals[i].until_ms > now)
			log->originals[left++] = log->originals[i];
		else
			line_free(log->originals[i].line);
	log->originals_count = left;
}

static void original_keep(struct log *log, uint64_t seq, struct line *line)
{
	if (log->originals_count == log->originals_room) {
		log->originals_room = log->originals_room ? 2 * log->originals_room : 16;
		log->originals = check_realloc(log->originals, log->originals_room, sizeof *log->originals);
	}
	log->originals[log->originals_count++] = (struct original){ seq, loop_now(log->redis->loop) + ORIGINALS_MS, line };
}

static void strike_copy(struct journal_redis *redis, const struct chore *chore)
{
	struct log *log = redis_log(redis, chore->sid);
	if (log == NULL || chore->seq < 1 || chore->seq > log->count)
		return;
	struct line *line = log->lines[chore->seq - 1];
	if (memcmp(line->bytes + LINE_DIGEST, chore->digest, DIGEST_BYTES) != 0 || (line->bytes[LINE_STRUCK] | chore->parts) == line->bytes[LINE_STRUCK])
		return;
	log->lines[chore->seq - 1] = line_strike(line, chore->parts);
	if (line->bytes[LINE_STRUCK] == 0 && BOLLPLANK_BUG != 75 /* what was struck is forgotten at once, though that history may be lost */)
		original_keep(log, chore->seq, line);
	else
		line_free(line);
}

static void on_chore(struct journal_redis *redis, struct log *none, struct asking *asking, const struct redis_reply *reply)
{
	struct chore *chore = asking->chore;
	(void)none;
	chore->asked = false;
	const struct log *log = redis_log(redis, chore->sid);
	if (reply && reply->kind == REDIS_ERROR && desk_refusal(redis, reply) == REFUSAL_UNSURE && ++chore->errors >= CHORE_TRIES) {
		trace(TRACE_ERROR, "redis", "session=%s seq=%llu chore=%d why=given_up", chore->sid.text, (unsigned long long)chore->seq, chore->kind);
		chore_end(redis, chore);
		return;
	}
	if (reply == NULL || reply->kind == REDIS_ERROR)
		return; /* with the next beat */
	if (chore->kind == CHORE_STRIKE && log && !log->was_level)
		return; /* it may not be there because it has not been written back yet: when it has */
	if (chore->kind == CHORE_STRIKE && !chore->has_digest) {
		if (reply->kind != REDIS_LIST || reply->count != 1 || reply->items[0].text.len < LINE_BODY) {
			chore_end(redis, chore); /* nothing there: nothing to take away */
			return;
		}
		chore->has_digest = true;
		memcpy(chore->digest, reply->items[0].text.at + LINE_DIGEST, DIGEST_BYTES);
		chore_ask(redis, chore);
		return;
	}
	desk_wrote(redis);
	if (chore->kind == CHORE_STRIKE)
		strike_copy(redis, chore);
	if (chore->kind == CHORE_ERASE && chore->code.text[0] == '\0' && reply->kind == REDIS_LIST && reply->count == 2 && code_parse(reply->items[1].text, &chore->code)) {
		chore_ask(redis, chore); /* its code, too */
		return;
	}
	chore_end(redis, chore);
}

static void chore_ask(struct journal_redis *redis, struct chore *chore)
{
	struct words words = { .count = 0 };
	if (chore->kind == CHORE_LEAVE) {
		words_call(&words, "bp1_leave", 1);
		word_key(&words, chore->sid, 'p');
		word_text(&words, redis->instance);
	} else if (chore->kind == CHORE_ERASE && chore->code.text[0]) {
		words_call(&words, "bp1_uncode", 1);
		word_code(&words, chore->code);
		word_text(&words, chore->sid.text);
	} else if (chore->kind == CHORE_ERASE) {
		words_call(&words, "bp1_erase", 5);
		for (const char *part = "mlsp"; *part; part++)
			word_key(&words, chore->sid, *part);
		word_text(&words, "bp:sessions");
		word_text(&words, chore->sid.text);
	} else if (!chore->has_digest) {
		word_text(&words, "LRANGE");
		word_key(&words, chore->sid, 'l');
		word_number(&words, chore->seq - 1);
		word_number(&words, chore->seq - 1);
	} else {
		words_call(&words, "bp1_strike", 3);
		word_key(&words, chore->sid, 'm');
		word_key(&words, chore->sid, 'l');
		word_key(&words, chore->sid, 's');
		word_number(&words, chore->seq);
		word_bytes(&words, slice_of(chore->digest, DIGEST_BYTES));
		word_number(&words, chore->parts);
	}
	struct asking *asking = asking_create(redis, NULL, on_chore);
	asking->chore = chore;
	chore->asked = desk_ask(asking, words.at, words.count);
}

/* Of a log that we hold only while Redis has it as we do: a strike belongs to a history. */
static void chore_go(struct journal_redis *redis, struct chore *chore)
{
	const struct log *log = redis_log(redis, chore->sid);
	if (chore->asked || !desk_fit(redis))
		return;
	if (chore->kind == CHORE_LEAVE && log)
		chore_free(redis, chore); /* here again */
	else if (log == NULL || chore->kind != CHORE_STRIKE || log->was_level)
		chore_ask(redis, chore);
}

void redis_chores_go(struct journal_redis *redis)
{
	for (struct chore *chore = redis->chores, *next; chore; chore = next) {
		next = chore->next;
		chore_go(redis, chore);
	}
}

static struct chore *chore_add(struct journal_redis *redis, enum chore_kind kind, struct sid sid)
{
	struct chore *chore = check_alloc(1, sizeof *chore);
	chore->kind = kind;
	chore->sid = sid;
	chore->next = redis->chores;
	if (redis->chores)
		redis->chores->before = chore;
	redis->chores = chore;
	return chore;
}

static struct chore *strike_add(struct journal_redis *redis, const struct log *log, struct sid sid, uint64_t seq, unsigned parts)
{
	struct chore *chore = chore_add(redis, CHORE_STRIKE, sid);
	chore->seq = seq;
	chore->parts = parts;
	if (log && seq <= log->count) {
		chore->has_digest = true;
		memcpy(chore->digest, log->lines[seq - 1]->bytes + LINE_DIGEST, DIGEST_BYTES);
	}
	return chore;
}

void redis_strikes_again(struct journal_redis *redis, struct log *log)
{
	for (uint64_t seq = 1; seq <= log->count; seq++) {
		unsigned struck = line_entry(log->lines[seq - 1], seq).struck;
		if (struck)
			strike_add(redis, log, log->sid, seq, struck)->silent = true;
	}
}

void redis_strikes_drop(struct journal_redis *redis, struct sid sid)
{
	for (struct asking *asking = redis->askings; asking; asking = asking->next)
		if (asking->chore && asking->chore->kind == CHORE_STRIKE && sid_equal(asking->chore->sid, sid)) {
			asking->done = redis_on_nothing;
			asking->chore = NULL;
		}
	for (struct chore *chore = redis->chores, *next; chore; chore = next) {
		next = chore->next;
		if (chore->kind == CHORE_STRIKE && sid_equal(chore->sid, sid))
			chore_free(redis, chore);
	}
}

void redis_strike(struct journal_redis *redis, struct sid sid, uint64_t seq, unsigned parts)
{
	const struct log *log = redis_log(redis, sid);
	CHECK(seq >= 1);
	redis_flush(redis); /* it may be of an entry that has not gone out */
	struct chore *chore = strike_add(redis, log, sid, seq, parts);
	if (chore->has_digest)
		strike_copy(redis, chore); /* at once: it must not be written back whole */
	chore_go(redis, chore);
}

void redis_erase(struct journal_redis *redis, struct sid sid)
{
	struct log *log = redis_log(redis, sid);
	if (log) {
		redis_flush(redis);
		redis_log_drop(log);
	}
	chore_go(redis, chore_add(redis, CHORE_ERASE, sid));
}

/* Or the others would count our people for ever. */
void redis_leave(struct journal_redis *redis, struct sid sid)
{
	struct chore *chore = chore_add(redis, CHORE_LEAVE, sid);
	chore->silent = true;
	chore_go(redis, chore);
}

void redis_chores_free(struct journal_redis *redis)
{
	while (redis->chores)
		chore_free(redis, redis->chores); // NOLINT(clang-analyzer-unix.Malloc): it takes itself out of the list
}
