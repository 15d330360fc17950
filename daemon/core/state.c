/* SPDX-License-Identifier: EUPL-1.2 */
#include "core/state.h"
#include "base/check.h"

/* --- bytes of our own --- */

void blob_set(struct blob *blob, struct slice bytes)
{
	uint8_t *old = blob->at;
	*blob = (struct blob){ 0 };
	if (bytes.len) {
		blob->at = check_alloc(1, bytes.len);
		memcpy(blob->at, bytes.at, bytes.len);
		blob->len = bytes.len;
	}
	free(old);
}

void blob_finish(struct blob *blob)
{
	free(blob->at);
	*blob = (struct blob){ 0 };
}

struct unpack *form_read(const struct entry *entry)
{
	static const struct unpack_limits limits = { .depth = LIMIT_VALUE_DEPTH, .values = 4 * LIMIT_MEMBERS, .bytes = LIMIT_FORM };
	return unpack_create(entry->form, &limits);
}

enum fault form_done(struct unpack *in)
{
	bool fine = unpack_end(in);
	unpack_destroy(in);
	return fine ? FAULT_none : FAULT_malformed;
}

size_t text_rows(struct slice text)
{
	static const struct unpack_limits limits = { .depth = 2, .values = LIMIT_VALUES_STAFF, .bytes = LIMIT_TEXT };
	if (text.len == 0)
		return 0;
	struct unpack *in = unpack_create(text, &limits);
	size_t rows = unpack_array(in);
	unpack_destroy(in);
	return rows;
}

/* Of rows [language, word, word, ...] the column of one item: [[language, word], ...]. */
void text_column(struct slice text, size_t column, struct pack *out)
{
	static const struct unpack_limits limits = { .depth = 2, .values = LIMIT_VALUES_STAFF, .bytes = LIMIT_TEXT };
	struct unpack *in = unpack_create(text, &limits);
	size_t rows = unpack_array(in);
	pack_array(out, rows);
	for (size_t r = 0; r < rows; r++) {
		size_t words = unpack_array(in);
		struct slice language = unpack_str(in, LIMIT_TEXT), word = slice_of(NULL, 0);
		for (size_t w = 1; w < words; w++) {
			struct slice one = unpack_str(in, LIMIT_TEXT);
			if (w == column)
				word = one;
		}
		pack_array(out, 2);
		pack_str(out, language);
		pack_str(out, word);
	}
	if (!unpack_end(in))
		pack_clear(out); /* not rows of words: no text */
	unpack_destroy(in);
}
