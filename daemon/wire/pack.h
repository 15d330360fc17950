/* SPDX-License-Identifier: EUPL-1.2 */
/* MessagePack (github.com/msgpack/msgpack/blob/master/spec.md), written in shortest form and read strictly. The only file to see msgpack.h.
 * The first error sticks: write or read on, and ask once at the end. */
#ifndef BOLLPLANK_WIRE_PACK_H
#define BOLLPLANK_WIRE_PACK_H
#include "base/slice.h"

/* Writer into memory of its own that grows. */
struct pack {
	uint8_t *at;
	size_t len, room;
};

void pack_init(struct pack *out);
void pack_finish(struct pack *out);     /* frees the bytes; NULL fields are fine */
void pack_clear(struct pack *out);      /* empty again, memory kept */
void pack_array(struct pack *out, size_t count);
void pack_uint(struct pack *out, uint64_t value);
void pack_bool(struct pack *out, bool value);
void pack_nil(struct pack *out);
void pack_str(struct pack *out, struct slice text);
void pack_bin(struct pack *out, struct slice bytes);
void pack_bin64(struct pack *out, uint64_t value); /* 8 bytes, big endian: lanes, which JavaScript's numbers cannot hold */
void pack_raw(struct pack *out, struct slice packed); /* one value that is MessagePack already */
static inline struct slice pack_bytes(const struct pack *out) { return slice_of(out->at, out->len); }

/* What a reader accepts; all of it is checked before anything is reserved. */
struct unpack_limits {
	uint32_t depth, values, bytes; /* nesting, values in all, longest str or bin */
};

/* Reader of exactly one value. Values are taken in the order of the bytes; an array is left when all its values were taken.
 * Integers (not negative), booleans, nil, str, bin and arrays only: our protocol has no maps, floats or extensions. */
struct unpack;
struct unpack *unpack_create(struct slice bytes, const struct unpack_limits *limits); /* never NULL; borrows bytes until finish */
void unpack_destroy(struct unpack *in);  /* NULL is fine */
size_t unpack_array(struct unpack *in);  /* how many values it has; 0 after an error */
bool unpack_arrays(struct unpack *in, size_t count); /* an array of exactly so many */
uint64_t unpack_uint(struct unpack *in, uint64_t most);
bool unpack_bool(struct unpack *in);
struct slice unpack_str(struct unpack *in, size_t most);   /* valid UTF-8; borrowed from the bytes */
struct slice unpack_bin(struct unpack *in, size_t least, size_t most);
uint64_t unpack_bin64(struct unpack *in);
bool unpack_nil(struct unpack *in);      /* true and taken if the next is nil; false and not taken if not */
void unpack_skip(struct unpack *in);     /* one value with all in it */
bool unpack_ok(const struct unpack *in); /* no error so far */
bool unpack_end(const struct unpack *in);/* no error, and everything taken */
void unpack_fail(struct unpack *in);     /* the caller found a value wrong */

bool utf8_valid(struct slice text);
#endif
