/* SPDX-License-Identifier: EUPL-1.2 */
/* Bytes of one's own: a copy of borrowed ones, for who keeps them beyond the call. copy_of and copy_free are a pair. */
#ifndef BOLLPLANK_BASE_COPY_H
#define BOLLPLANK_BASE_COPY_H
#include "base/check.h"
#include "base/slice.h"

/* Of no bytes: at NULL. */
static inline struct slice copy_of(struct slice bytes)
{
	if (bytes.len == 0)
		return slice_of(NULL, 0);
	uint8_t *at = check_alloc(bytes.len, 1);
	memcpy(at, bytes.at, bytes.len);
	return slice_of(at, bytes.len);
}

static inline void copy_free(struct slice copy)
{
	free((void *)(uintptr_t)copy.at);
}
#endif
