/* SPDX-License-Identifier: EUPL-1.2 */
/* What one instance publishes to the others that have the same session open (port/journal.h promise 10): who has a page there, and where one of those has not
 * answered a secret question, which only their own page's instance can know. It names no person beside an answer. Pure.
 *
 * [1, members bin, [activity, round, room, ...], seq]: members: bit m - 1 for member m, bit 0 of the first byte first, no zeros at the end. Rooms are listed once, ascending;
 * [0, 0, 0] in front: there were too many to list them all. seq: as far as its log was looked at. What stands behind these is of a newer version and is not read;
 * another first number is another language, and says nothing. */
#ifndef BOLLPLANK_WIRE_NEWS_H
#define BOLLPLANK_WIRE_NEWS_H
#include "base/limits.h"
#include "wire/pack.h"

struct news_room { /* somebody who is there in this room lacks an answer */
	uint32_t activity, round, room;
};

struct news {
	uint8_t members[(LIMIT_MEMBERS + 7) / 8];
	size_t members_len; /* bytes */
	struct news_room *rooms; /* the news' own when decoded; the caller's when encoded */
	size_t rooms_count;
	bool more;          /* and others */
	uint64_t seq;
};

static inline bool news_has(const struct news *news, uint32_t member)
{
	size_t byte = (member - 1) / 8;
	return member > 0 && byte < news->members_len && news->members[byte] >> (member - 1) % 8 & 1;
}

void news_add(struct news *news, uint32_t member); /* 1 to LIMIT_MEMBERS; others are not added */
void news_encode(const struct news *news, struct pack *out);
bool news_decode(struct slice bytes, struct news *out); /* false: nothing that we understand; out holds nothing then */
void news_finish(struct news *news);                   /* of a decoded one */
#endif
