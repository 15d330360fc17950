/* SPDX-License-Identifier: EUPL-1.2 */
#include "wire/entry.h"
#include "base/check.h"
#include "base/digest.h"

enum { VERSION = 1, FIXED = 36, DIGEST = 32 };

static uint8_t *put(uint8_t *at, uint64_t value, int width)
{
	for (int i = width - 1; i >= 0; i--)
		*at++ = (uint8_t)(value >> (8 * i));
	return at;
}

static uint64_t get(const uint8_t **at, int width)
{
	uint64_t value = 0;
	for (int i = 0; i < width; i++)
		value = value << 8 | *(*at)++;
	return value;
}

static void digest_of(struct slice head, struct slice plain_form, uint8_t out[DIGEST])
{
	struct slice fields[] = { slice_text("bollplank.entry.1"), head, plain_form };
	struct digest digest = digest_fields(fields, 3);
	memcpy(out, digest.bytes, DIGEST);
}

/* Copies a part behind `to`, salted or not, and returns its stored length. */
static size_t part_write(uint8_t *to, struct slice part, const uint8_t *salt)
{
	size_t n = 0;
	if (salt) {
		memcpy(to, salt, ENTRY_SALT);
		n = ENTRY_SALT;
	}
	if (part.len)
		memcpy(to + n, part.at, part.len);
	return n + part.len;
}

void entry_encode(const struct entry *entry, const uint8_t salt[2 * ENTRY_SALT], struct entry_bytes *out)
{
	bool form_salted = entry->salted & ENTRY_FORM, text_salted = entry->text.len > 0;
	CHECK(entry->struck == 0);
	out->parts = check_alloc(1, entry->form.len + entry->text.len + 2 * (size_t)ENTRY_SALT);
	out->form_len = part_write(out->parts, entry->form, form_salted ? salt : NULL);
	out->text_len = part_write(out->parts + out->form_len, entry->text, text_salted ? salt + ENTRY_SALT : NULL);

	uint8_t *at = out->head;
	at = put(at, VERSION, 1);
	at = put(at, (form_salted ? ENTRY_FORM : 0u) | (text_salted ? ENTRY_TEXT : 0u), 1);
	at = put(at, entry->command, 2);
	at = put(at, entry->name.who, 4);
	at = put(at, entry->name.lane, 8);
	at = put(at, entry->name.number, 4);
	at = put(at, entry->subject.a, 4);
	at = put(at, entry->subject.b, 4);
	at = put(at, entry->form.len, 4);
	at = put(at, entry->text.len, 4);
	struct slice form = slice_of(out->parts, out->form_len), text = slice_of(out->parts + out->form_len, out->text_len);
	if (form_salted) {
		struct digest digest = digest_plain(form);
		memcpy(at, digest.bytes, DIGEST);
		at += DIGEST;
	}
	if (text_salted) {
		struct digest digest = digest_plain(text);
		memcpy(at, digest.bytes, DIGEST);
		at += DIGEST;
	}
	out->head_len = (size_t)(at - out->head);
	digest_of(slice_of(out->head, out->head_len), form_salted ? slice_of(NULL, 0) : form, out->digest);
}

void entry_bytes_finish(struct entry_bytes *bytes)
{
	free(bytes->parts);
	bytes->parts = NULL;
}

/* A part as it is stored -> its content; false if it is not what the head speaks of. */
static bool part_read(struct slice stored, bool salted, bool struck, uint32_t len, const uint8_t **digest, struct slice *out)
{
	*out = slice_of(NULL, 0);
	if (!salted) {
		*out = stored;
		return !struck && stored.len == len;
	}
	const uint8_t *expected = *digest;
	*digest += DIGEST;
	if (struck)
		return stored.len == 0;
	if (stored.len != (size_t)len + ENTRY_SALT)
		return false;
	struct digest is = digest_plain(stored);
	if (memcmp(is.bytes, expected, DIGEST) != 0)
		return false;
	*out = slice_of(stored.at + ENTRY_SALT, len);
	return true;
}

bool entry_decode(struct slice head, struct slice form, struct slice text, unsigned struck, const uint8_t digest[32], struct entry *out)
{
	if (head.len < FIXED || head.len > ENTRY_HEAD_MAX)
		return false;
	const uint8_t *at = head.at;
	if (get(&at, 1) != VERSION)
		return false;
	unsigned salted = (unsigned)get(&at, 1);
	if (salted > (ENTRY_FORM | ENTRY_TEXT) || (struck & ~salted))
		return false;
	size_t digests = (salted & ENTRY_FORM ? 1u : 0u) + (salted & ENTRY_TEXT ? 1u : 0u);
	if (head.len != FIXED + digests * DIGEST)
		return false;
	*out = (struct entry){ .salted = salted, .struck = struck };
	out->command = (uint16_t)get(&at, 2);
	out->name.who = (uint32_t)get(&at, 4);
	out->name.lane = get(&at, 8);
	out->name.number = (uint32_t)get(&at, 4);
	out->subject.a = (uint32_t)get(&at, 4);
	out->subject.b = (uint32_t)get(&at, 4);
	uint32_t form_len = (uint32_t)get(&at, 4), text_len = (uint32_t)get(&at, 4);
	if ((text_len > 0) != ((salted & ENTRY_TEXT) != 0))
		return false; /* D covers a text by its own digest only */
	uint8_t is[DIGEST];
	digest_of(head, salted & ENTRY_FORM ? slice_of(NULL, 0) : form, is);
	return memcmp(is, digest, DIGEST) == 0 &&
	       part_read(form, salted & ENTRY_FORM, struck & ENTRY_FORM, form_len, &at, &out->form) &&
	       part_read(text, salted & ENTRY_TEXT, struck & ENTRY_TEXT, text_len, &at, &out->text);
}
