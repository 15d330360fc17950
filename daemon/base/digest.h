/* SPDX-License-Identifier: EUPL-1.2 */
/* SHA-256 (FIPS 180-4) and HMAC-SHA-256 (RFC 2104) over named fields, by libsodium. The only file that sees sodium.h
 * beside shell/random.c. Fields are hashed with their lengths (u32, big endian) in front, so that no two lists of
 * fields give the same bytes. */
#ifndef BOLLPLANK_BASE_DIGEST_H
#define BOLLPLANK_BASE_DIGEST_H
#include "base/slice.h"

struct digest {
	uint8_t bytes[32];
};

struct digest digest_plain(struct slice bytes);                          /* SHA-256 of the bytes themselves */
struct digest digest_fields(const struct slice *fields, size_t count);   /* SHA-256 of length-prefixed fields */
struct digest digest_keyed(struct slice key, const struct slice *fields, size_t count); /* HMAC, key of any length */
bool digest_same(const void *x, const void *y, size_t len);              /* in time that does not depend on the bytes */
#endif
