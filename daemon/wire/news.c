/* SPDX-License-Identifier: EUPL-1.2 */
#include "wire/news.h"
#include "base/check.h"
#include <stdlib.h>
#include <string.h>

enum { VERSION = 1 };

void news_add(struct news *news, uint32_t member)
{
	size_t byte = (member - 1) / 8;
	if (member == 0 || byte >= sizeof news->members)
		return;
	if (byte >= news->members_len)
		news->members_len = byte + 1;
	news->members[byte] = (uint8_t)(news->members[byte] | 1u << (member - 1) % 8);
}

void news_encode(const struct news *news, struct pack *out)
{
	size_t count = news->rooms_count < LIMIT_NEWS_ROOMS ? news->rooms_count : LIMIT_NEWS_ROOMS;
	bool more = news->more || count < news->rooms_count;
	pack_array(out, 4);
	pack_uint(out, VERSION);
	pack_bin(out, slice_of(news->members, news->members_len));
	pack_array(out, 3 * (count + more));
	for (int i = 0; more && i < 3; i++)
		pack_uint(out, 0);
	for (size_t i = 0; i < count; i++) {
		pack_uint(out, news->rooms[i].activity);
		pack_uint(out, news->rooms[i].round);
		pack_uint(out, news->rooms[i].room);
	}
	pack_uint(out, news->seq);
}

static void rooms_read(struct unpack *in, struct news *out)
{
	size_t values = unpack_array(in);
	if (values % 3)
		unpack_fail(in);
	out->rooms = check_alloc(values / 3 + 1, sizeof *out->rooms);
	for (size_t i = 0; i < values / 3 && unpack_ok(in); i++) {
		struct news_room *room = &out->rooms[out->rooms_count];
		room->activity = (uint32_t)unpack_uint(in, UINT32_MAX);
		room->round = (uint32_t)unpack_uint(in, UINT32_MAX);
		room->room = (uint32_t)unpack_uint(in, UINT32_MAX);
		if (room->activity == 0 || out->rooms_count == LIMIT_NEWS_ROOMS)
			out->more = true;
		else
			out->rooms_count++;
	}
}

bool news_decode(struct slice bytes, struct news *out)
{
	static const struct unpack_limits limits = { .depth = 8, .values = 3 * LIMIT_NEWS_ROOMS + 64, .bytes = sizeof out->members };
	struct unpack *in = unpack_create(bytes, &limits);
	*out = (struct news){ 0 };
	size_t values = unpack_array(in);
	if (values < 4 || unpack_uint(in, UINT32_MAX) != VERSION)
		unpack_fail(in);
	struct slice members = unpack_bin(in, 0, sizeof out->members);
	if (unpack_ok(in) && members.len)
		memcpy(out->members, members.at, members.len);
	out->members_len = members.len;
	if (unpack_ok(in))
		rooms_read(in, out);
	out->seq = unpack_uint(in, UINT64_MAX);
	for (; values > 4 && unpack_ok(in); values--)
		unpack_skip(in);
	bool fine = unpack_end(in);
	unpack_destroy(in);
	if (!fine) {
		news_finish(out);
		*out = (struct news){ 0 };
	}
	return fine;
}

void news_finish(struct news *news)
{
	free(news->rooms);
	news->rooms = NULL;
	news->rooms_count = 0;
}
