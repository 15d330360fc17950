/* SPDX-License-Identifier: EUPL-1.2 */
/* MessagePack from the daemon, read leniently (protocol/README.md clause 2.4): what is missing or of another type reads as zero or
 * empty, what an array has beyond what we know is not looked at. The wire library's reader refuses instead: it is for foreign bytes.
 * Never reads outside its bytes, whatever they are. */
#ifndef BOLLPLANK_CLI_CURSOR_H
#define BOLLPLANK_CLI_CURSOR_H
#include "base/slice.h"

struct cursor { /* copied freely; borrows the bytes */
	const uint8_t *at, *end;
	size_t left; /* values that can still be read */
};

enum cursor_type { CURSOR_NONE, CURSOR_NIL, CURSOR_BOOL, CURSOR_UINT, CURSOR_STR, CURSOR_BIN, CURSOR_ARRAY, CURSOR_OTHER };

struct cursor cursor_of(struct slice bytes); /* one value */
enum cursor_type cursor_type(const struct cursor *c);
struct cursor cursor_array(struct cursor *c); /* its values; the array is passed in ${c} */
uint64_t cursor_uint(struct cursor *c);
bool cursor_bool(struct cursor *c);           /* also of 0 and 1 */
struct slice cursor_str(struct cursor *c);
struct slice cursor_bin(struct cursor *c);
uint64_t cursor_bin64(struct cursor *c);      /* 8 bytes, big endian */
struct slice cursor_raw(struct cursor *c);    /* the bytes of one value with all in it */
#endif
