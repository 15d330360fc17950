/* SPDX-License-Identifier: EUPL-1.2 */
/* Borrowed bytes. A slice owns nothing: it is good for the call it is passed to (downwards) or the
 * callback it comes with (upwards), unless the taker says that it copies. */
#ifndef BOLLPLANK_BASE_SLICE_H
#define BOLLPLANK_BASE_SLICE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct slice {
	const uint8_t *at; /* NULL only when len is 0 */
	size_t len;
};

static inline struct slice slice_of(const void *at, size_t len)
{
	return (struct slice){ .at = at, .len = len };
}

static inline struct slice slice_text(const char *text)
{
	return (struct slice){ .at = (const uint8_t *)text, .len = strlen(text) };
}

static inline bool slice_equal(struct slice x, struct slice y)
{
	return x.len == y.len && (x.len == 0 || memcmp(x.at, y.at, x.len) == 0);
}

/* Bytewise order, the shorter first when one begins the other: <0, 0, >0. */
static inline int slice_order(struct slice x, struct slice y)
{
	size_t n = x.len < y.len ? x.len : y.len;
	int d = n ? memcmp(x.at, y.at, n) : 0;
	return d ? d : (x.len > y.len) - (x.len < y.len);
}
#endif
