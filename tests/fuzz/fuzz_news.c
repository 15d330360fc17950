/* SPDX-License-Identifier: EUPL-1.2 */
/* What another instance may say of itself: understood or not, and what is understood is said again in the same words, apart from what stands behind it. */
#include "fuzz/ground.h"
#include "wire/news.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct news *news = check_alloc(2, sizeof *news), *again = news + 1;
	if (news_decode(slice_of(data, size), news)) {
		struct pack out;
		pack_init(&out);
		news_encode(news, &out);
		CHECK(news_decode(pack_bytes(&out), again));
		CHECK(again->seq == news->seq && again->more == news->more && again->rooms_count == news->rooms_count);
		CHECK(again->members_len == news->members_len && memcmp(again->members, news->members, news->members_len) == 0);
		for (size_t i = 0; i < news->rooms_count; i++)
			CHECK(memcmp(&news->rooms[i], &again->rooms[i], sizeof *news->rooms) == 0);
		news_finish(news);
		news_finish(again);
		pack_finish(&out);
	}
	free(news);
	return 0;
}
