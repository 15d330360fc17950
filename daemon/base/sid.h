/* SPDX-License-Identifier: EUPL-1.2 */
/* A session's name: 64 random bits as 16 lower-case hexadecimal digits. No secret; it stands in links and log lines. */
#ifndef BOLLPLANK_BASE_SID_H
#define BOLLPLANK_BASE_SID_H
#include "base/slice.h"

struct sid {
	char text[17]; /* 16 digits and the zero */
};

struct sid sid_of(uint64_t bits);
bool sid_parse(struct slice text, struct sid *out); /* false: not 16 hexadecimal digits */
static inline bool sid_equal(struct sid x, struct sid y)
{
	return memcmp(x.text, y.text, sizeof x.text) == 0;
}

/* A join code: 8 of the 31 symbols below, spoken in two groups of four. The symbols leave out 0 O 1 I L. */
#define CODE_SYMBOLS "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
struct code {
	char text[9];
};

/* What a person typed: either case, spaces and hyphens anywhere. false: not eight of our symbols. */
bool code_parse(struct slice typed, struct code *out);
struct code code_of(uint64_t bits); /* bits: uniformly random */
#endif
