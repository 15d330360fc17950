/* SPDX-License-Identifier: EUPL-1.2 */
/* Assertions that stay on in every build: they are about our own mistakes, never about bytes from outside.
 * A broken invariant ends the process; the journal makes a restart cheap and the state right again. */
#ifndef BOLLPLANK_BASE_CHECK_H
#define BOLLPLANK_BASE_CHECK_H
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define CHECK(what)                                                                                        \
	do {                                                                                               \
		if (!(what)) {                                                                             \
			fprintf(stderr, "bollplank: broken invariant: %s (%s:%d)\n", #what, __FILE__, __LINE__); \
			abort();                                                                           \
		}                                                                                          \
	} while (0)

/* A struct that travels as `void *` starts with `uint32_t magic`, set to its MAGIC_ number while it is alive.
 * CAST(ctx, intake) is `(struct intake *)ctx`, checked. */
#define CAST(ctx, name) ((struct name *)check_magic((ctx), MAGIC_##name, __FILE__, __LINE__))

static inline void *check_magic(void *ctx, uint32_t magic, const char *file, int line)
{
	if (ctx == NULL || *(const uint32_t *)ctx != magic) {
		fprintf(stderr, "bollplank: not what it should be (%s:%d)\n", file, line);
		abort();
	}
	return ctx;
}

/* Memory for small fixed things. Nobody can act on the loss of a few bytes: ends the process, which the journal survives.
 * What grows by the will of clients is bounded in limits.h. Zeroed. */
static inline void *check_alloc(size_t count, size_t size)
{
	void *p = calloc(count ? count : 1, size ? size : 1);
	CHECK(p != NULL);
	return p;
}

static inline void *check_realloc(void *old, size_t count, size_t size)
{
	CHECK(size == 0 || count <= SIZE_MAX / size);
	void *p = realloc(old, (count * size) != 0 ? count * size : 1);
	CHECK(p != NULL);
	return p;
}
#endif
