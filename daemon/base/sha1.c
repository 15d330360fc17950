/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/sha1.h"
#include "base/check.h"
#include <openssl/sha.h>

enum { PIECES_MOST = 256 };

void sha1_hex(const struct slice *pieces, size_t count, char out[SHA1_HEX])
{
	uint8_t bytes[PIECES_MOST], digest[SHA_DIGEST_LENGTH];
	size_t len = 0;
	for (size_t i = 0; i < count; i++) {
		CHECK(pieces[i].len <= sizeof bytes - len);
		if (pieces[i].len)
			memcpy(bytes + len, pieces[i].at, pieces[i].len);
		len += pieces[i].len;
	}
	SHA1(bytes, len, digest);
	for (size_t i = 0; i < sizeof digest; i++) {
		out[2 * i] = "0123456789abcdef"[digest[i] >> 4];
		out[2 * i + 1] = "0123456789abcdef"[digest[i] & 15];
	}
}
