/* SPDX-License-Identifier: EUPL-1.2 */
#include "shell/company.h"
#include "shell/attend.h"
#include "shell/fanout.h"

/* ---- what they say ---- */

static int by_room(const void *x, const void *y)
{
	const struct news_room *p = x, *q = y;
	if (p->activity != q->activity)
		return p->activity < q->activity ? -1 : 1;
	if (p->round != q->round)
		return p->round < q->round ? -1 : 1;
	return p->room < q->room ? -1 : p->room > q->room;
}

static void take_in(struct company *all, const struct news *news)
{
	if (news->members_len == 0)
		return; /* nobody is there, so nobody is waited for */
	for (uint32_t m = 1; m < COMPANY_ROOM; m++)
		all->here[m] = (uint8_t)(all->here[m] + (news_has(news, m) && all->here[m] < UINT8_MAX));
	all->lacking = check_realloc(all->lacking, all->lacking_count + news->rooms_count + 1, sizeof *all->lacking);
	for (size_t i = 0; i < news->rooms_count; i++)
		all->lacking[all->lacking_count++] = news->rooms[i];
	all->lacking_more |= news->more;
	if (news->seq < all->seq)
		all->seq = news->seq;
}

void company_peers(struct hall *hall, const struct slice *published, size_t count)
{
	struct company *company = &hall->company, next = *company;
	struct news *news = check_alloc(1, sizeof *news);
	next.here = check_alloc(COMPANY_ROOM, 1);
	next.lacking = NULL;
	next.lacking_count = 0;
	next.lacking_more = false;
	next.seq = UINT64_MAX;
	for (size_t i = 0; i < count; i++)
		if (news_decode(published[i], news)) {
			take_in(&next, news);
			news_finish(news);
		}
	free(news);
	if (next.lacking_count)
		qsort(next.lacking, next.lacking_count, sizeof *next.lacking, by_room);
	uint8_t *before = company->here;
	free(company->lacking);
	*company = next;
	uint32_t members = hall_serves(hall) ? session_members(hall->session) : 0;
	for (uint32_t m = 1; m <= members && m < COMPANY_ROOM; m++)
		if (before && before[m] && !next.here[m])
			attend_left(hall, m);
	free(before);
	if (!hall_serves(hall))
		return;
	attend_changed(hall);
	fanout_people(hall);
}

bool company_answered(const struct hall *hall, const struct gate *gate, uint64_t now)
{
	const struct company *company = &hall->company;
	struct news_room room = { gate->activity, gate->round, gate->room };
	/* What came before we opened we have not seen pass by: for a while the others are to be as far as that too. */
	uint64_t need = now < hall->attend.since_ms + ABSENT_MS ? company->open_seq : 0;
	if (company->moved_seq > need)
		need = company->moved_seq;
#if BOLLPLANK_BUG == 61 /* who is elsewhere has answered */
	return true;
#endif
#if BOLLPLANK_BUG == 62 /* an instance that is behind is believed */
	need = 0;
#endif
	if (company->seq < need || company->lacking_more)
		return false;
	return company->lacking_count == 0 || bsearch(&room, company->lacking, company->lacking_count, sizeof room, by_room) == NULL;
}

/* ---- what we say ---- */

/* By these somebody who is elsewhere may come to lack an answer, without anything that is said of them there having changed. (Who joins is only heard of together with
 * what they lack.) */
void company_entry(struct hall *hall, uint16_t command)
{
	switch (command) {
	case COMMAND_open:
	case COMMAND_hold:
	case COMMAND_ask:
	case COMMAND_rooms:
	case COMMAND_move:
		hall->company.moved_seq = session_seq(hall->session);
		return;
	default:
		return;
	}
}

void company_open(struct hall *hall)
{
	struct company *company = &hall->company;
	company->open_seq = session_seq(hall->session);
	company->moved_seq = 0; /* another history, perhaps */
	pack_clear(&company->said);
}

void company_publish(struct hall *hall, const struct news_room *lacking, size_t count)
{
	struct company *company = &hall->company;
	struct house *house = hall->house;
	struct news *news = check_alloc(1, sizeof *news);
	for (uint32_t m = 1; m <= session_members(hall->session); m++)
		if (attend_local(hall, m))
			news_add(news, m);
	if (news->members_len) /* else nobody waits for us, and there is nothing to say anew */
		news->seq = company->moved_seq > company->open_seq ? company->moved_seq : company->open_seq;
	news->rooms = check_alloc(count, sizeof *news->rooms);
	news->rooms_count = count;
	if (count)
		memcpy(news->rooms, lacking, count * sizeof *lacking);
	pack_clear(&house->scratch);
	news_encode(news, &house->scratch);
	if (!slice_equal(pack_bytes(&company->said), pack_bytes(&house->scratch))) {
		pack_clear(&company->said);
		pack_raw(&company->said, pack_bytes(&house->scratch));
		house->journal.ops->publish(house->journal.self, hall->sid, pack_bytes(&company->said));
	}
	news_finish(news);
	free(news);
}

void company_leave(struct hall *hall)
{
	struct company *company = &hall->company;
	if (company->said.len == 0)
		return;
	pack_clear(&company->said);
	hall->house->journal.ops->publish(hall->house->journal.self, hall->sid, slice_of(NULL, 0));
}

void company_finish(struct hall *hall)
{
	struct company *company = &hall->company;
	free(company->here);
	free(company->lacking);
	pack_finish(&company->said);
	*company = (struct company){ 0 };
}
