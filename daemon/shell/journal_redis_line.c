/* SPDX-License-Identifier: EUPL-1.2 */
#include "shell/journal_redis_inner.h"
#include "base/digest.h"

const struct hash hash_zero = { "0000000000000000000000000000000000000000" };

static uint8_t *put(uint8_t *at, uint64_t value, int len)
{
	for (int i = 0; i < len; i++)
		at[i] = (uint8_t)(value >> (8 * (len - 1 - i)));
	return at + len;
}

static uint64_t get(const uint8_t *at, int len)
{
	uint64_t value = 0;
	for (int i = 0; i < len; i++)
		value = value << 8 | at[i];
	return value;
}

struct hash hash_next(const struct hash *previous, uint32_t term, uint64_t seq, uint64_t at_ms, const uint8_t digest[DIGEST_BYTES])
{
	char numbers[64];
	int len = snprintf(numbers, sizeof numbers, "|%u|%llu|%llu|", term, (unsigned long long)seq, (unsigned long long)at_ms);
	const struct slice pieces[] = { slice_of(previous->hex, sizeof previous->hex), slice_of(numbers, (size_t)len), slice_of(digest, DIGEST_BYTES) };
	struct hash next;
	sha1_hex(pieces, 3, next.hex);
	return next;
}

static void mac_of(const struct journal_redis *redis, struct sid sid, const uint8_t digest[DIGEST_BYTES], uint8_t out[MAC_BYTES])
{
	memset(out, 0, MAC_BYTES);
	if (redis->mac_key_len == 0)
		return;
	const struct slice fields[] = { slice_text(sid.text), slice_of(digest, DIGEST_BYTES) };
	struct digest mac = digest_keyed(slice_of(redis->mac_key, redis->mac_key_len), fields, 2);
	memcpy(out, mac.bytes, MAC_BYTES);
}

void snapshot_mac(const struct journal_redis *redis, struct sid sid, uint64_t seq, const struct hash *hash, struct slice bytes, uint8_t out[MAC_BYTES])
{
	uint8_t number[8];
	put(number, seq, sizeof number);
	const struct slice fields[] = { slice_text("bollplank.snapshot.1"), slice_text(sid.text), slice_of(number, sizeof number),
					slice_of(hash->hex, sizeof hash->hex), bytes };
	struct digest mac = redis->mac_key_len ? digest_keyed(slice_of(redis->mac_key, redis->mac_key_len), fields, 5) : digest_fields(fields, 5);
	memcpy(out, mac.bytes, MAC_BYTES);
}

struct line *tail_create(const struct journal_redis *redis, struct sid sid, const struct body *body)
{
	enum { FIXED = LINE_BODY - TAIL_AT };
	size_t len = FIXED + body_len(body);
	struct line *tail = check_alloc(1, sizeof *tail + len);
	tail->len = len;
	memcpy(tail->bytes, body->digest, DIGEST_BYTES);
	mac_of(redis, sid, body->digest, tail->bytes + LINE_MAC - TAIL_AT);
	uint8_t *at = put(tail->bytes + LINE_LENGTHS - TAIL_AT, body->head.len, 2);
	body_lay(body, put(put(at, body->form.len, 4), body->text.len, 4));
	return tail;
}

struct line *line_create(uint32_t term, uint64_t at_ms, const struct hash *hash, const struct line *tail)
{
	struct line *line = check_alloc(1, sizeof *line + TAIL_AT + tail->len);
	line->len = TAIL_AT + tail->len;
	put(line->bytes + LINE_TERM, term, 4);
	put(line->bytes + LINE_AT, at_ms, 8);
	memcpy(line->bytes + LINE_HASH, hash->hex, sizeof hash->hex);
	memcpy(line->bytes + TAIL_AT, tail->bytes, tail->len);
	return line;
}

static bool fits(const uint8_t *at, size_t len)
{
	if (len < LINE_BODY || len > LINE_BODY + LIMIT_ENTRY || at[LINE_STRUCK] > (JOURNAL_FORM | JOURNAL_TEXT))
		return false;
	uint64_t head = get(at + LINE_LENGTHS, 2), form = get(at + LINE_LENGTHS + 2, 4), text = get(at + LINE_LENGTHS + 6, 4);
	if ((at[LINE_STRUCK] & JOURNAL_FORM && form) || (at[LINE_STRUCK] & JOURNAL_TEXT && text))
		return false;
	return LINE_BODY + head + form + text == len;
}

struct line *line_read(const struct journal_redis *redis, struct sid sid, struct slice bytes, const struct hash *previous, uint64_t seq)
{
	uint8_t mac[MAC_BYTES];
	if (!fits(bytes.at, bytes.len))
		return NULL;
	struct hash hash = hash_next(previous, (uint32_t)get(bytes.at + LINE_TERM, 4), seq, get(bytes.at + LINE_AT, 8), bytes.at + LINE_DIGEST);
	if (memcmp(hash.hex, bytes.at + LINE_HASH, sizeof hash.hex) != 0)
		return NULL;
	mac_of(redis, sid, bytes.at + LINE_DIGEST, mac);
#if BOLLPLANK_BUG != 79 /* the MAC is not looked at */
	if (redis->mac_key_len && !digest_same(mac, bytes.at + LINE_MAC, sizeof mac))
		return NULL;
#endif
	struct line *line = check_alloc(1, sizeof *line + bytes.len);
	line->len = bytes.len;
	memcpy(line->bytes, bytes.at, bytes.len);
	return line;
}

struct hash line_hash(const struct line *line)
{
	struct hash hash;
	memcpy(hash.hex, line->bytes + LINE_HASH, sizeof hash.hex);
	return hash;
}

uint32_t line_term(const struct line *line)
{
	return (uint32_t)get(line->bytes + LINE_TERM, 4);
}

struct journal_entry line_entry(const struct line *line, uint64_t seq)
{
	const uint8_t *at = line->bytes;
	size_t head = (size_t)get(at + LINE_LENGTHS, 2), form = (size_t)get(at + LINE_LENGTHS + 2, 4), text = (size_t)get(at + LINE_LENGTHS + 6, 4);
	struct journal_entry entry = { .position = { line_term(line), seq }, .at_ms = get(at + LINE_AT, 8), .struck = at[LINE_STRUCK] };
	entry.body.head = slice_of(at + LINE_BODY, head);
	entry.body.form = slice_of(at + LINE_BODY + head, form);
	entry.body.text = slice_of(at + LINE_BODY + head + form, text);
	memcpy(entry.body.digest, at + LINE_DIGEST, DIGEST_BYTES);
	return entry;
}

void line_free(struct line *line)
{
	if (line)
		explicit_bzero(line->bytes, line->len);
	free(line);
}

struct line *line_strike(const struct line *line, unsigned parts)
{
	unsigned struck = line->bytes[LINE_STRUCK] | parts;
	struct journal_entry entry = line_entry(line, 0);
	size_t form = struck & JOURNAL_FORM ? 0 : entry.body.form.len, text = struck & JOURNAL_TEXT ? 0 : entry.body.text.len;
	size_t head = LINE_BODY + entry.body.head.len;
	struct line *made = check_alloc(1, sizeof *made + head + form + text);
	made->len = head + form + text;
	memcpy(made->bytes, line->bytes, head);
	made->bytes[LINE_STRUCK] = (uint8_t)struck;
	put(put(made->bytes + LINE_LENGTHS + 2, form, 4), text, 4);
	if (form)
		memcpy(made->bytes + head, entry.body.form.at, form);
	if (text)
		memcpy(made->bytes + head + form, entry.body.text.at, text);
	return made;
}
