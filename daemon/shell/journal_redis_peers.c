/* SPDX-License-Identifier: EUPL-1.2 */
/* Looking at a tip, and what the instances tell each other with it: who is here, and who has written back all that it had. */
#include "shell/journal_redis_inner.h"

static void holders_forget(struct log *log)
{
	for (size_t i = 0; i < log->holders_count; i++)
		free(log->holders[i].name);
	log->holders_count = 0;
}

static void holder_note(struct log *log, struct slice name, bool reported)
{
	for (size_t i = 0; i < log->holders_count; i++)
		if (slice_equal(slice_text(log->holders[i].name), name)) {
			log->holders[i].reported |= reported;
			return;
		}
	log->holders = check_realloc(log->holders, log->holders_count + 1, sizeof *log->holders);
	char *copy = check_alloc(1, name.len + 1);
	memcpy(copy, name.at, name.len);
	log->holders[log->holders_count++] = (struct holder){ copy, reported };
}

enum { PEERS_MOST = 64 };

/* What the others publish, if it is not what was told last. */
static void tell_peers(struct log *log, const struct slice *at, size_t count)
{
	size_t len = 0;
	for (size_t i = 0; i < count; i++)
		len += 4 + at[i].len;
	uint8_t *all = check_alloc(1, len), *to = all;
	for (size_t i = 0; i < count; i++) {
		for (int b = 0; b < 4; b++)
			*to++ = (uint8_t)(at[i].len >> (8 * b));
		if (at[i].len)
			memcpy(to, at[i].at, at[i].len);
		to += at[i].len;
	}
	if (len == log->peers_len && (len == 0 || memcmp(all, log->peers, len) == 0)) {
		free(all);
		return;
	}
	free(log->peers);
	log->peers = all;
	log->peers_len = len;
	if (log->opened)
		log->redis->up->peers(log->sid, at, count, log->redis->up_ctx);
}

static void take_others(struct log *log, const struct redis_reply *reply)
{
	struct slice said[PEERS_MOST];
	size_t count = 0;
	if (log->tip.state == TIP_OPEN)
		holders_forget(log);
	log->published_known = false;
	for (size_t i = 6; i + 1 < reply->count; i += 2) {
		struct slice name = reply->items[i].text, value = reply->items[i + 1].text;
		if (value.len < SHA1_HEX)
			continue;
		bool reported = memcmp(value.at, log->tip.rid, SHA1_HEX) == 0;
		struct slice bytes = slice_of(value.at + SHA1_HEX, value.len - SHA1_HEX);
		if (slice_equal(name, slice_text(log->redis->instance))) {
			log->published_known = reported && slice_equal(bytes, slice_of(log->published, log->published_len));
			continue;
		}
		holder_note(log, name, reported);
		if (bytes.len && count < PEERS_MOST)
			said[count++] = bytes;
	}
	if (log->tip.state == TIP_OPEN) /* while it is being mended not everybody has told this Redis again who is there */
		tell_peers(log, said, count);
}

static void on_looked(struct journal_redis *redis, struct log *log, struct asking *asking, const struct redis_reply *reply)
{
	struct slice word;
	struct tip tip;
	if (log == NULL || reply == NULL)
		return;
	log->looking = false;
	if (!tip_read(reply, &word, &tip) || tip.state == TIP_UNKNOWN) {
		if (desk_refusal(redis, reply) == REFUSAL_SURE)
			return; /* the conversation begins anew */
		if (!log->served) {
			log_lost(log, reply->kind == REDIS_ERROR ? JOURNAL_AWAY : JOURNAL_DAMAGED, log->count + 1);
		} else if (log->was_level) { /* nothing is written until somebody has mended what there is */
			trace(TRACE_ERROR, "redis", "session=%s tip=unreadable", log->sid.text);
			log->was_level = false;
			log_unsettle(log);
			redis_health(redis);
		}
		return;
	}
	log_tip(log, &tip);
	log->looked_ms = asking->asked_ms;
	take_others(log, reply);
	log_pull(log);
}

void log_look(struct log *log)
{
	struct journal_redis *redis = log->redis;
	if (log->looking || log->gone || !desk_fit(redis))
		return;
	struct words words;
	words_call(&words, "bp1_look", 4);
	word_key(&words, log->sid, 'm');
	word_key(&words, log->sid, 'l');
	word_key(&words, log->sid, 'p');
	word_text(&words, "bp:instances");
	word_text(&words, redis->instance);
	log->looking = desk_ask(asking_create(redis, log, on_looked), words.at, words.count);
}

static void on_published(struct journal_redis *redis, struct log *log, struct asking *asking, const struct redis_reply *reply)
{
	(void)asking;
	if (log == NULL)
		return;
	log->publishing = false;
	if (reply && reply->kind == REDIS_LIST)
		desk_wrote(redis);
	else if (reply)
		desk_refusal(redis, reply);
}

void log_publish(struct log *log)
{
	struct journal_redis *redis = log->redis;
	if (log->publishing || log->gone || !desk_fit(redis) || (log->tip.state != TIP_OPEN && log->tip.state != TIP_CLOSED))
		return;
	size_t len = SHA1_HEX + log->published_len;
	uint8_t *value = check_alloc(1, len);
	bool all = log->tip.state == TIP_OPEN || log->tip.seq >= log->count;
	memcpy(value, all ? log->tip.rid : hash_zero.hex, SHA1_HEX); /* zeros: there is more to come */
	if (log->published_len)
		memcpy(value + SHA1_HEX, log->published, log->published_len);
	struct words words;
	words_call(&words, "bp1_publish", 3);
	word_key(&words, log->sid, 'm');
	word_key(&words, log->sid, 'p');
	word_text(&words, "bp:instances");
	word_text(&words, redis->instance);
	word_bytes(&words, slice_of(value, len));
	log->publishing = desk_ask(asking_create(redis, log, on_published), words.at, words.count);
	free(value);
}
