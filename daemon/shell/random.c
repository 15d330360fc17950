/* SPDX-License-Identifier: EUPL-1.2 */
#include "shell/random.h"
#include "base/check.h"
#include <sodium.h>

void random_fill(void *out, size_t len)
{
	CHECK(sodium_init() >= 0); /* 1 = was done before: cheap, and no caller has to remember it */
	randombytes_buf(out, len);
}
