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
