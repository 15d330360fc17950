/* SPDX-License-Identifier: EUPL-1.2 */
#include "shell/abandoned.h"
#include "base/map.h"
#include "shell/hall.h"

enum { MAGIC_abandoned = 0x6162616e, FIRST_MS = 60 * 1000 /* after the start there is enough to do */ };
enum { FOUNDED = 1, LACKING }; /* what is known of a session; LACKING: at the last look it was not all there */

struct abandoned {
	uint32_t magic;
	struct house *house;
	struct loop_timer *timer;
	struct map known, found;   /* by sid, since the last look; and so far in this one */
	struct sid *sids;          /* to be looked at */
	size_t count, room, at;
	uint64_t entries;          /* so many the one at hand is founded with */
	bool reading, here, stopped;
};

static uint64_t key_of(struct sid sid)
{
	uint64_t key = 0;
	for (const char *c = sid.text; *c; c++)
		key = map_mix(key ^ (uint8_t)*c);
	return key;
}

static void on_due(void *ctx);

static void look_end(struct abandoned *a)
{
	map_finish(&a->known);
	a->known = a->found;
	a->found = (struct map){ 0 };
	free(a->sids);
	a->sids = NULL;
	a->count = a->room = 0;
	if (!a->stopped)
		a->timer = loop_after(a->house->loop, ABANDONED_MS, on_due, a);
}

/* It is not all there: at the second look nobody is at it any more. */
static void lacks(struct abandoned *a, struct sid sid)
{
	const struct hall *hall = house_hall(a->house, sid);
	bool again = map_get(&a->known, key_of(sid)) == LACKING;
#if BOLLPLANK_BUG == 123 /* what is being founded elsewhere is erased */
	again = true;
#endif
	if (hall && hall->founding)
		return;
	if (!again) {
		map_set(&a->found, key_of(sid), LACKING);
		return;
	}
	trace(TRACE_WARNING, "erase", "session=%s why=abandoned entries=%llu", sid.text, (unsigned long long)a->entries);
	a->house->journal.ops->erase(a->house->journal.self, sid);
}

static void next(struct abandoned *a);

static void on_last(const struct journal_entry *e, enum journal_status status, void *ctx)
{
	struct abandoned *a = CAST(ctx, abandoned);
	if (e) {
		a->here = true;
		return;
	}
	struct sid sid = a->sids[a->at++];
	a->reading = false;
	if (a->here)
		map_set(&a->found, key_of(sid), FOUNDED);
	else if (status == JOURNAL_OK)
		lacks(a, sid);
	next(a); /* what is away or damaged is for another time */
}

static void on_first(const struct journal_entry *e, enum journal_status status, void *ctx)
{
	struct abandoned *a = CAST(ctx, abandoned);
	struct journal *journal = &a->house->journal;
	struct entry first;
	if (e) {
		bool readable = entry_decode(e->body.head, e->body.form, e->body.text, e->struck, e->body.digest, &first) && first.command == COMMAND_create;
		a->entries = readable ? first.subject.a : 0;
		a->here = true;
		return;
	}
	a->reading = false;
	if (a->here && a->entries && !a->stopped) {
		a->here = false;
		a->reading = true;
		journal->ops->read(journal->self, a->sids[a->at], BOLLPLANK_BUG == 124 ? a->entries + 1 : a->entries, a->entries + 1, on_last, a); /* 124: nobody has come yet, so it is abandoned */
		return;
	}
	if (a->here && status == JOURNAL_OK) /* of an older version, which did not say */
		map_set(&a->found, key_of(a->sids[a->at]), FOUNDED);
	a->at++;
	next(a);
}

/* One after the other, so that this never gets in anybody's way. */
static void next(struct abandoned *a)
{
	struct journal *journal = &a->house->journal;
	if (a->at == a->count || a->stopped) {
		look_end(a);
		return;
	}
	a->here = false;
	a->entries = 0;
	a->reading = true;
	journal->ops->read(journal->self, a->sids[a->at], 1, 1, on_first, a);
}

static void on_listed(const struct sid *sid, void *ctx)
{
	struct abandoned *a = CAST(ctx, abandoned);
	if (sid == NULL) {
		a->reading = false;
		next(a);
		return;
	}
	if (map_get(&a->known, key_of(*sid)) == FOUNDED) {
		map_set(&a->found, key_of(*sid), FOUNDED);
		return;
	}
	if (a->count == a->room) {
		a->room = a->room ? 2 * a->room : 64;
		a->sids = check_realloc(a->sids, a->room, sizeof *a->sids);
	}
	a->sids[a->count++] = *sid;
}

static void on_due(void *ctx)
{
	struct abandoned *a = CAST(ctx, abandoned);
	struct journal *journal = &a->house->journal;
	a->timer = NULL;
	a->at = 0;
	if (journal->ops->state(journal->self, NULL, NULL) != JOURNAL_OK) {
		a->timer = loop_after(a->house->loop, ABANDONED_MS, on_due, a); /* it would not tell of all */
		return;
	}
	a->reading = true;
	journal->ops->list(journal->self, on_listed, a);
}

struct abandoned *abandoned_create(struct house *house)
{
	struct abandoned *a = check_alloc(1, sizeof *a);
	a->magic = MAGIC_abandoned;
	a->house = house;
	a->timer = loop_after(house->loop, FIRST_MS, on_due, a);
	return a;
}

bool abandoned_stop(struct abandoned *a)
{
	a->stopped = true;
	loop_stop(a->house->loop, a->timer);
	a->timer = NULL;
	return a->reading;
}

void abandoned_destroy(struct abandoned *a)
{
	if (a == NULL)
		return;
	map_finish(&a->known);
	map_finish(&a->found);
	free(a->sids);
	a->magic = 0;
	free(a);
}
