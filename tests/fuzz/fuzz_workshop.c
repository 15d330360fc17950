/* SPDX-License-Identifier: EUPL-1.2 */
/* A file of the catalog, whatever is in it: complaints that a person can read, or one value for the list and one that makes a session. */
#include "base/check.h"
#include "wire/workshop.h"

static void one_value(struct slice bytes)
{
	static const struct unpack_limits limits = { .depth = 9, .values = 65536, .bytes = LIMIT_HTTP_BODY };
	struct unpack *in = unpack_create(bytes, &limits);
	unpack_skip(in);
	CHECK(unpack_end(in) && bytes.len <= LIMIT_HTTP_BODY);
	unpack_destroy(in);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct workshop w;
	workshop_read(slice_of(data, size), slice_of(NULL, 0), &w);
	CHECK(w.good == (w.complaints.errors == 0) && w.complaints.count <= COMPLAINTS_MOST);
	for (size_t i = 0; i < w.complaints.count; i++) {
		struct slice sentence = slice_text(w.complaints.at[i].sentence);
		CHECK(sentence.len && utf8_valid(sentence));
		for (size_t k = 0; k < sentence.len; k++)
			CHECK(sentence.at[k] >= 0x20 && sentence.at[k] != 0x7f);
	}
	if (w.good) {
		one_value(pack_bytes(&w.row));
		one_value(pack_bytes(&w.body));
	}
	workshop_finish(&w);
	return 0;
}
