/* SPDX-License-Identifier: EUPL-1.2 */
/* SHA-1 (FIPS 180-4), by libcrypto: the one digest that functions in Redis have (redis.sha1hex), hence the chain of the log there. Nothing secret rests on it: what an
 * entry says is under D, a SHA-256, and who may write is asked by a MAC. */
#ifndef BOLLPLANK_BASE_SHA1_H
#define BOLLPLANK_BASE_SHA1_H
#include "base/slice.h"

enum { SHA1_HEX = 40 };
void sha1_hex(const struct slice *pieces, size_t count, char out[SHA1_HEX]); /* of the pieces one after the other; small letters, no zero behind */
#endif
