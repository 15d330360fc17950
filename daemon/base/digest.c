/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/digest.h"
#include "base/check.h"
#include <sodium.h>

struct digest digest_plain(struct slice bytes)
{
	struct digest out;
	crypto_hash_sha256(out.bytes, bytes.at ? bytes.at : (const uint8_t *)"", bytes.len);
	return out;
}

static void length_of(struct slice field, uint8_t out[4])
{
	CHECK(field.len <= UINT32_MAX);
	for (int i = 0; i < 4; i++)
		out[i] = (uint8_t)(field.len >> (24 - 8 * i));
}

struct digest digest_fields(const struct slice *fields, size_t count)
{
	crypto_hash_sha256_state state;
	struct digest out;
	crypto_hash_sha256_init(&state);
	for (size_t i = 0; i < count; i++) {
		uint8_t length[4];
		length_of(fields[i], length);
		crypto_hash_sha256_update(&state, length, sizeof length);
		if (fields[i].len)
			crypto_hash_sha256_update(&state, fields[i].at, fields[i].len);
	}
	crypto_hash_sha256_final(&state, out.bytes);
	return out;
}

struct digest digest_keyed(struct slice key, const struct slice *fields, size_t count)
{
	crypto_auth_hmacsha256_state state;
	struct digest out;
	crypto_auth_hmacsha256_init(&state, key.at, key.len);
	for (size_t i = 0; i < count; i++) {
		uint8_t length[4];
		length_of(fields[i], length);
		crypto_auth_hmacsha256_update(&state, length, sizeof length);
		if (fields[i].len)
			crypto_auth_hmacsha256_update(&state, fields[i].at, fields[i].len);
	}
	crypto_auth_hmacsha256_final(&state, out.bytes);
	return out;
}

bool digest_same(const void *x, const void *y, size_t len)
{
	return sodium_memcmp(x, y, len) == 0;
}
