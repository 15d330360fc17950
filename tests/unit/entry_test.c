/* SPDX-License-Identifier: EUPL-1.2 */
/* Entries (protocol section 6): bytes and back, struck or not; not one bit of an entry can change without being noticed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/check.h"
#include "base/digest.h"
#include "wire/entry.h"

static const uint8_t salt[2 * ENTRY_SALT] = "0123456789abcdefFEDCBA987654321";

static const struct shape {
	const char *name, *form, *text;
	unsigned salted;
	size_t head;
} shapes[] = {
	{ "a form", "\x92\x01\x02", "", 0, 36 },
	{ "a form and words", "\x92\x01\x02", "\x91\x92\xa0\xa1x", ENTRY_TEXT, 36 + 32 },
	{ "a secret", "\x92\x01\x02", "", ENTRY_FORM, 36 + 32 },
	{ "a secret with words", "\x92\x01\x02", "\x91\x92\xa0\xa1x", ENTRY_FORM | ENTRY_TEXT, 36 + 64 },
	{ "nothing at all", "", "", 0, 36 },
};
enum { SHAPES = sizeof shapes / sizeof *shapes };

static struct entry entry_of(const struct shape *shape)
{
	return (struct entry){ .name = { 7, 0x0102030405060708u, 9 }, .command = COMMAND_ballot, .subject = { 11, SCOPE_ROOM | 12 },
			       .form = slice_text(shape->form), .text = slice_text(shape->text), .salted = shape->salted };
}

struct parts {
	struct slice head, form, text;
};

static struct parts parts_of(const struct entry_bytes *bytes)
{
	return (struct parts){ slice_of(bytes->head, bytes->head_len), slice_of(bytes->parts, bytes->form_len), slice_of(bytes->parts + bytes->form_len, bytes->text_len) };
}

static void test_there_and_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < SHAPES; i++) {
		struct entry entry = entry_of(&shapes[i]), read;
		struct entry_bytes bytes;
		entry_encode(&entry, salt, &bytes);
		struct parts parts = parts_of(&bytes);
		assert_int_equal(bytes.head_len, shapes[i].head);
		assert_int_equal(parts.form.len, entry.form.len + (shapes[i].salted & ENTRY_FORM ? ENTRY_SALT : 0));
		assert_int_equal(parts.text.len, entry.text.len + (shapes[i].salted & ENTRY_TEXT ? ENTRY_SALT : 0));
		assert_true(entry_decode(parts.head, parts.form, parts.text, 0, bytes.digest, &read));
		assert_true(slice_equal(read.form, entry.form) && slice_equal(read.text, entry.text));
		assert_int_equal(read.command, entry.command);
		assert_int_equal(read.name.who, 7);
		assert_true(read.name.lane == entry.name.lane);
		assert_int_equal(read.name.number, 9);
		assert_int_equal(read.subject.a, 11);
		assert_int_equal(read.subject.b, SCOPE_ROOM | 12);
		assert_int_equal(read.salted, shapes[i].salted);
		for (unsigned struck = 1; struck <= 3; struck++) {
			struct slice none = slice_of(NULL, 0);
			bool may = (struck & ~shapes[i].salted) == 0;
			bool does = entry_decode(parts.head, struck & ENTRY_FORM ? none : parts.form, struck & ENTRY_TEXT ? none : parts.text, struck, bytes.digest, &read);
			if (may != does)
				fail_msg("%s, struck %u", shapes[i].name, struck);
			if (does)
				assert_true(read.struck == struck && (!(struck & ENTRY_FORM) || read.form.len == 0) && (!(struck & ENTRY_TEXT) || read.text.len == 0));
			if (may) /* what is struck is gone: not there still */
				assert_false(entry_decode(parts.head, parts.form, parts.text, struck, bytes.digest, &read));
		}
		entry_bytes_finish(&bytes);
	}
}

static bool decodes(struct parts parts, const uint8_t digest[32])
{
	struct entry read;
	return entry_decode(parts.head, parts.form, parts.text, 0, digest, &read);
}

static void test_every_bit(void **state)
{
	(void)state;
	for (size_t i = 0; i < SHAPES; i++) {
		struct entry entry = entry_of(&shapes[i]);
		struct entry_bytes bytes;
		entry_encode(&entry, salt, &bytes);
		struct parts parts = parts_of(&bytes);
		uint8_t *const places[] = { bytes.head, bytes.parts, bytes.digest };
		size_t lens[] = { bytes.head_len, bytes.form_len + bytes.text_len, 32 };
		for (int p = 0; p < 3; p++)
			for (size_t bit = 0; bit < 8 * lens[p]; bit++) {
				places[p][bit / 8] ^= (uint8_t)(1u << bit % 8);
				if (decodes(parts, bytes.digest))
					fail_msg("%s: place %d, bit %zu", shapes[i].name, p, bit);
				places[p][bit / 8] ^= (uint8_t)(1u << bit % 8);
			}
		for (size_t len = 0; len < bytes.head_len; len++) {
			struct parts cut = parts;
			cut.head.len = len;
			assert_false(decodes(cut, bytes.digest));
		}
		struct parts cut = parts;
		if (cut.form.len--)
			assert_false(decodes(cut, bytes.digest));
		cut = parts;
		if (cut.text.len--)
			assert_false(decodes(cut, bytes.digest));
		assert_true(decodes(parts, bytes.digest));
		entry_bytes_finish(&bytes);
	}
}

/* D and head are made anew by somebody who forges: words that D does not speak for are not taken. */
static void test_words_without_salt(void **state)
{
	struct entry entry = entry_of(&shapes[0]), read;
	struct entry_bytes bytes;
	(void)state;
	entry_encode(&entry, salt, &bytes);
	bytes.head[35] = 5; /* the length of the text */
	struct slice fields[] = { slice_text("bollplank.entry.1"), slice_of(bytes.head, bytes.head_len), entry.form };
	struct digest digest = digest_fields(fields, 3);
	assert_false(entry_decode(fields[1], entry.form, slice_text("words"), 0, digest.bytes, &read));
	entry_bytes_finish(&bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_there_and_back), cmocka_unit_test(test_every_bit), cmocka_unit_test(test_words_without_salt) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
