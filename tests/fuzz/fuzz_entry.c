/* SPDX-License-Identifier: EUPL-1.2 */
/* What a journal may give back, whole or struck. The digests are put right, so that what is behind them is reached: the first byte says which parts
 * are struck, the second how long the form is; then the head up to its digests, the form, the text. */
#include "fuzz/ground.h"
#include "base/digest.h"

enum { FIXED = 36 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t head[ENTRY_HEAD_MAX] = { 0 };
	struct entry entry;
	if (size < 2 + FIXED)
		return 0;
	unsigned struck = data[0] & 3;
	size_t left = size - 2 - FIXED, form_len = data[1] < left ? data[1] : left;
	memcpy(head, data + 2, FIXED);
	struct slice form = slice_of(data + 2 + FIXED, form_len), text = slice_of(data + 2 + FIXED + form_len, left - form_len);
	size_t head_len = FIXED;
	struct slice parts[] = { form, text };
	for (unsigned i = 0; i < 2; i++)
		if (head[1] & 1u << i) {
			struct digest digest = digest_plain(parts[i]);
			memcpy(head + head_len, digest.bytes, 32);
			head_len += 32;
			/* The length without its salt. */
			uint32_t len = parts[i].len >= ENTRY_SALT ? (uint32_t)(parts[i].len - ENTRY_SALT) : 0;
			for (unsigned b = 0; b < 4; b++)
				head[28 + 4 * i + b] = (uint8_t)(len >> (24 - 8 * b));
			if (struck & 1u << i)
				parts[i] = slice_of(NULL, 0);
		}
	struct slice fields[] = { slice_text("bollplank.entry.1"), slice_of(head, head_len), head[1] & ENTRY_FORM ? slice_of(NULL, 0) : form };
	struct digest whole = digest_fields(fields, 3);
	if (!entry_decode(slice_of(head, head_len), parts[0], parts[1], struck, whole.bytes, &entry))
		return 0;
	if (!struck) {
		struct entry_bytes bytes;
		uint8_t salt[2 * ENTRY_SALT] = { 0 };
		if (head[1] & ENTRY_FORM)
			memcpy(salt, form.at, ENTRY_SALT);
		if (head[1] & ENTRY_TEXT)
			memcpy(salt + ENTRY_SALT, text.at, ENTRY_SALT);
		entry_encode(&entry, salt, &bytes);
		CHECK(bytes.head_len == head_len && memcmp(bytes.head, head, head_len) == 0 && memcmp(bytes.digest, whole.bytes, 32) == 0);
		entry_bytes_finish(&bytes);
	}
	struct session *s = ground_session();
	entry.term = 1;
	entry.seq = session_seq(s) + 1;
	entry.at_ms = 9;
	ground_step(s, &entry);
	ground_leave(s);
	return 0;
}
