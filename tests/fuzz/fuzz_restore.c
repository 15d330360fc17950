/* SPDX-License-Identifier: EUPL-1.2 */
/* Snapshots: whatever the bytes, loading them gives nothing or a session that is saved as the same bytes again. */
#include "fuzz/ground.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct session *s = session_restore(script_sid(), slice_of(data, size));
	if (s == NULL)
		return 0;
	struct pack saved;
	pack_init(&saved);
	session_save(s, &saved);
	struct session *again = session_restore(script_sid(), pack_bytes(&saved));
	CHECK(again != NULL && session_digest(again) == session_digest(s));
	session_destroy(again);
	session_destroy(s);
	pack_finish(&saved);
	return 0;
}
