/* SPDX-License-Identifier: EUPL-1.2 */
/* The chain of port/journal.h promise 8, the same in every adapter. */
#ifndef BOLLPLANK_SHELL_JOURNAL_CHAIN_H
#define BOLLPLANK_SHELL_JOURNAL_CHAIN_H
#include "base/digest.h"
#include "port/journal.h"

struct chain {
	uint8_t bytes[16]; /* zeros before the first entry */
};

static inline uint8_t *chain_put(uint8_t *at, uint64_t value, int len)
{
	for (int i = 0; i < len; i++)
		at[i] = (uint8_t)(value >> (8 * (len - 1 - i)));
	return at + len;
}

static inline struct chain chain_next(struct chain previous, struct position position, uint64_t at_ms, const uint8_t d[32])
{
	uint8_t bytes[16 + 4 + 8 + 8 + 32], *at = bytes;
	memcpy(at, previous.bytes, 16);
	at = chain_put(at + 16, position.term, 4);
	at = chain_put(at, position.seq, 8);
	at = chain_put(at, at_ms, 8);
	memcpy(at, d, 32);
	struct digest digest = digest_plain(slice_of(bytes, sizeof bytes));
	struct chain next;
	memcpy(next.bytes, digest.bytes, sizeof next.bytes);
	return next;
}

static inline bool chain_equal(struct chain x, struct chain y)
{
	return memcmp(x.bytes, y.bytes, sizeof x.bytes) == 0;
}
#endif
