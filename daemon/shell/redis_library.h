/* SPDX-License-Identifier: EUPL-1.2 */
/* daemon/redis/bollplank1.lua, word for word, as it is given to FUNCTION LOAD; a zero stands behind it. The build makes it anew when the file has changed. */
#ifndef BOLLPLANK_SHELL_REDIS_LIBRARY_H
#define BOLLPLANK_SHELL_REDIS_LIBRARY_H
#include <stddef.h>

extern const char redis_library[];
extern const size_t redis_library_len;
#endif
