/* SPDX-License-Identifier: EUPL-1.2 */
/* Random bytes fit for keys, from the system's generator by way of libsodium. Safe to call from any thread. */
#ifndef BOLLPLANK_SHELL_RANDOM_H
#define BOLLPLANK_SHELL_RANDOM_H
#include <stddef.h>

void random_fill(void *out, size_t len);
#endif
