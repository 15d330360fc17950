/* SPDX-License-Identifier: EUPL-1.2 */
/* How secret ballots lose their voters: which rooms are sealed together, the parts of a seal, what is forgotten with it and what journals may strike. */
#include "base/check.h"
#include "core/state.h"

struct plan { /* groups of rooms, and per group its ballots, sorted */
	struct plan_group {
		const uint32_t *rooms;
		struct slice *ballots;
		uint32_t rooms_count, ballots_count;
	} *groups;
	uint32_t *rooms;       /* the groups' rooms, one group behind the other */
	struct slice *ballots; /* so too */
	uint32_t count, total;
};

static int order_slices(const void *x, const void *y)
{
	return slice_order(*(const struct slice *)x, *(const struct slice *)y);
}

struct room_count {
	uint32_t room, count;
	uint32_t own; /* of these not entered from paper: who entered the others can take them off a sum */
};

/* Enough to be shown: as many as k that nobody else has entered; or all on paper. */
static bool enough(uint32_t own, uint32_t count, uint32_t k)
{
#if BOLLPLANK_BUG == 52 /* k counts the sheets that somebody entered */
	return count >= k;
#endif
	return (own ? own : count) >= k;
}

static int order_rooms(const void *x, const void *y)
{
	const struct room_count *a = x, *b = y;
	uint32_t of_a = a->own ? a->own : a->count, of_b = b->own ? b->own : b->count;
	if (of_a != of_b)
		return of_a < of_b ? -1 : 1;
	return (a->room > b->room) - (a->room < b->room);
}

static void plan_finish(struct plan *plan)
{
	free(plan->groups);
	free(plan->rooms);
	free(plan->ballots);
}

/* Rooms from the smallest: those below k are put together until they have k ballots, the next smallest joining when they have not; the rest stand alone.
 * group_of: room -> its group's number. */
static void plan_group(const struct session *s, const struct room_count *rooms, uint32_t used, struct plan *plan, uint32_t *group_of)
{
	uint32_t before = 0;
	for (uint32_t i = 0; i < used;) {
		struct plan_group *group = &plan->groups[plan->count++];
		group->rooms = plan->rooms + i;
		group->ballots = plan->ballots + before;
		/* The small ones come first; all of them go into one group, which takes more while it has fewer than k. */
		uint32_t ballots = 0, own = 0;
		do {
			ballots += rooms[i].count;
			own += rooms[i].own;
			group_of[rooms[i].room] = plan->count;
			plan->rooms[i] = rooms[i].room;
			group->rooms_count++;
			i++;
		} while (i < used && (!enough(own, ballots, s->k) || (plan->count == 1 && !enough(rooms[i].own, rooms[i].count, s->k))));
		before += ballots;
	}
}

static void plan_make(const struct session *s, const struct asking *asking, struct plan *plan)
{
	struct room_count *rooms = check_alloc(s->rooms_count + 1, sizeof *rooms);
	uint32_t *group_of = check_alloc(s->rooms_count + 1, sizeof *group_of), used = 0;
	*plan = (struct plan){ 0 };
	for (uint32_t r = 0; r <= s->rooms_count; r++)
		rooms[r].room = r;
	for (uint32_t i = 0; i < asking->count; i++)
		if (asking->ballots[i].bytes.len) {
			rooms[asking->ballots[i].room].count++;
			plan->total++;
		}
	uint32_t own = 0;
	for (uint32_t r = 0; r <= s->rooms_count; r++)
		if (rooms[r].count) {
			uint32_t entered = paper_count(asking->entered, asking->entered_count, r);
			rooms[r].own = rooms[r].count - (entered < rooms[r].count ? entered : rooms[r].count);
			own += rooms[r].own;
			rooms[used++] = rooms[r];
		}
	if (enough(own, plan->total, s->k)) {
		qsort(rooms, used, sizeof *rooms, order_rooms);
		plan->groups = check_alloc(used, sizeof *plan->groups);
		plan->rooms = check_alloc(used, sizeof *plan->rooms);
		plan->ballots = check_alloc(plan->total, sizeof *plan->ballots);
		plan_group(s, rooms, used, plan, group_of);
		for (uint32_t i = 0; i < asking->count; i++)
			if (asking->ballots[i].bytes.len) {
				struct plan_group *group = &plan->groups[group_of[asking->ballots[i].room] - 1];
				group->ballots[group->ballots_count++] = blob_slice(&asking->ballots[i].bytes);
			}
		for (uint32_t g = 0; g < plan->count; g++)
			qsort(plan->groups[g].ballots, plan->groups[g].ballots_count, sizeof *plan->ballots, order_slices);
	}
	free(group_of);
	free(rooms);
}

/* The parts of a seal: its ballots and seqs in order, cut where a part would grow over the limit. Writes part number `wanted` and returns how many there are. */
static uint32_t parts_write(const struct asking *asking, const struct plan *plan, uint32_t round, uint32_t wanted, uint32_t parts, struct pack *out)
{
	enum { ROOM = LIMIT_SEAL_PART - 4096 };
	struct pack groups, ballots;
	uint32_t part = 1, groups_count = 0;
	size_t used = 0;
	pack_init(&groups);
	pack_init(&ballots);
	for (uint32_t g = 0; g < plan->count; g++) {
		const struct plan_group *group = &plan->groups[g];
		size_t head = 3 * (size_t)group->rooms_count + 16;
		for (uint32_t b = 0; b < group->ballots_count;) {
			uint32_t taken = 0;
			pack_clear(&ballots);
			if (used + head >= ROOM) {
				used = 0;
				part++;
			}
			used += head;
			while (b + taken < group->ballots_count && used + ballots.len < ROOM)
				pack_bin(&ballots, group->ballots[b + taken++]);
			if (part == wanted) {
				pack_array(&groups, 3);
				pack_uint(&groups, g + 1);
				pack_array(&groups, group->rooms_count);
				for (uint32_t r = 0; r < group->rooms_count; r++)
					pack_uint(&groups, group->rooms[r]);
				pack_array(&groups, taken);
				pack_raw(&groups, pack_bytes(&ballots));
				groups_count++;
			}
			used += ballots.len;
			b += taken;
		}
	}
	/* The seqs follow the ballots; nine bytes each at most. */
	struct pack seqs;
	uint32_t seqs_count = 0;
	pack_init(&seqs);
	for (uint32_t i = 0; i < asking->seqs_count; i++) {
		if (used + 9 > ROOM) {
			used = 0;
			part++;
		}
		used += 9;
		if (part == wanted) {
			pack_uint(&seqs, asking->seqs[i]);
			seqs_count++;
		}
	}
	if (out) {
		pack_array(out, 6);
		pack_uint(out, round);
		pack_uint(out, wanted);
		pack_uint(out, parts);
		pack_uint(out, plan->total);
		pack_array(out, groups_count);
		pack_raw(out, pack_bytes(&groups));
		pack_array(out, seqs_count);
		pack_raw(out, pack_bytes(&seqs));
	}
	pack_finish(&groups);
	pack_finish(&ballots);
	pack_finish(&seqs);
	return part;
}

void seal_form(const struct session *s, uint32_t activity, struct pack *out)
{
	const struct activity *a = activity_of(s, activity);
	const struct asking *asking = &a->askings[a->round - 1];
	struct plan plan;
	plan_make(s, asking, &plan);
	uint32_t parts = parts_write(asking, &plan, a->round, 0, 0, NULL);
	parts_write(asking, &plan, a->round, asking->parts_done + 1, parts, out);
	plan_finish(&plan);
}

/* Reads a part's seqs. Are they a run of those that there are, up to the end in the last part? A seal that one more entry overtook is refused for it, and must be
 * refused again when it is replayed with those entries struck. */
static bool names_seqs(const struct asking *asking, struct unpack *in, bool last)
{
	size_t count = unpack_array(in);
	uint32_t at = 0;
	bool run = true;
	for (size_t i = 0; i < count && unpack_ok(in); i++) {
		uint64_t seq = unpack_uint(in, UINT64_MAX);
		while (i == 0 && at < asking->seqs_count && asking->seqs[at] != seq)
			at++;
		run &= at < asking->seqs_count && asking->seqs[at] == seq;
		at += run;
	}
	return run && (!last || at == asking->seqs_count);
}

enum fault check_seal(const struct session *s, const struct entry *entry)
{
	const struct activity *activity = activity_of(s, entry->subject.a);
	struct unpack *in = form_read(entry);
	unpack_arrays(in, 6);
	uint64_t round = unpack_uint(in, UINT32_MAX), part = unpack_uint(in, UINT32_MAX), parts = unpack_uint(in, UINT32_MAX);
	unpack_uint(in, LIMIT_MEMBERS + LIMIT_PAPERS);
	size_t groups = unpack_array(in);
	for (size_t g = 0; g < groups && unpack_ok(in); g++) {
		unpack_arrays(in, 3);
		if (unpack_uint(in, LIMIT_ROOMS + 1) == 0)
			unpack_fail(in);
		for (size_t r = unpack_array(in); r && unpack_ok(in); r--)
			unpack_uint(in, s->rooms_count);
		for (size_t b = unpack_array(in); b && unpack_ok(in); b--)
			unpack_bin(in, 1, LIMIT_BALLOT);
	}
	const struct asking *asking = &activity->askings[activity->round - 1];
	bool all = names_seqs(asking, in, part == parts);
	enum fault fault = form_done(in);
	if (fault != FAULT_none)
		return fault;
	if (!activity->secret || entry->subject.b != SCOPE_SESSION || round != activity->round || asking->sealed || !seal_ready(s, entry->subject.a) ||
	    part != asking->parts_done + 1 || part > parts)
		return FAULT_stale;
	if (asking->struck)
		return all ? FAULT_none : FAULT_unequal; /* what it replaces is gone: its ballots are believed */
	struct pack own;
	pack_init(&own);
	seal_form(s, entry->subject.a, &own);
	bool same = slice_equal(pack_bytes(&own), entry->form);
	pack_finish(&own);
	return same ? FAULT_none : FAULT_unequal;
}

static struct group *group_at(struct asking *asking, uint32_t number)
{
	if (number > asking->groups_count) {
		asking->groups = check_realloc(asking->groups, number, sizeof *asking->groups);
		memset(asking->groups + asking->groups_count, 0, (number - asking->groups_count) * sizeof *asking->groups);
		asking->groups_count = number;
	}
	return &asking->groups[number - 1];
}

/* What the keys knew goes: from here on nobody can tell whose a ballot was, and a session that met the entries struck is the same as one that lived them. */
static void keys_drop(struct session *s, uint32_t activity, uint32_t round)
{
	struct asking *asking = asking_of(s, activity, round);
	sections_drop(&s->sections, SECTION_mine, mine_of(activity, round, 0).a);
	for (uint32_t i = 0; i < asking->count; i++)
		blob_finish(&asking->ballots[i].bytes);
	free(asking->ballots);
	asking->ballots = NULL;
	asking->count = asking->room = 0;
	map_finish(&asking->by_holder);
	map_finish(&asking->by_room);
	free(asking->keys);
	free(asking->entered);
	asking->entered = NULL;
	asking->entered_count = 0;
	asking->keys = NULL;
	asking->keys_count = asking->keys_room = 0;
	asking->struck = 0;
	map_finish(&asking->by_key);
}

void apply_seal(struct session *s, const struct entry *entry)
{
	uint32_t activity = entry->subject.a;
	struct unpack *in = form_read(entry);
	unpack_arrays(in, 6);
	uint32_t round = (uint32_t)unpack_uint(in, UINT32_MAX);
	struct asking *asking = asking_of(s, activity, round);
	asking->parts_done = (uint32_t)unpack_uint(in, UINT32_MAX);
	asking->parts = (uint32_t)unpack_uint(in, UINT32_MAX);
	asking->sealed_total = (uint32_t)unpack_uint(in, UINT32_MAX);
	for (size_t g = unpack_array(in); g; g--) {
		unpack_arrays(in, 3);
		struct group *group = group_at(asking, (uint32_t)unpack_uint(in, UINT32_MAX));
		size_t rooms = unpack_array(in);
		group->rooms = check_realloc(group->rooms, rooms, sizeof *group->rooms);
		group->rooms_count = (uint32_t)rooms;
		for (size_t r = 0; r < rooms; r++)
			group->rooms[r] = (uint32_t)unpack_uint(in, UINT32_MAX);
		size_t ballots = unpack_array(in);
		group->ballots = check_realloc(group->ballots, group->ballots_count + ballots, sizeof *group->ballots);
		for (size_t b = 0; b < ballots; b++) {
			struct blob *ballot = &group->ballots[group->ballots_count++];
			*ballot = (struct blob){ 0 };
			blob_set(ballot, unpack_bin(in, 1, LIMIT_BALLOT));
		}
	}
	for (size_t q = unpack_array(in); q; q--)
		unpack_skip(in);
	form_done(in);
	if (asking->parts_done < asking->parts)
		return;
	asking->sealed = asking->strikes_due = true;
	keys_drop(s, activity, round);
	results_touch(s, activity, round, entry->seq);
}

void results_touch(struct session *s, uint32_t activity, uint32_t round, uint64_t seq)
{
	const struct activity *a = activity_of(s, activity);
	for (uint32_t r = 0; r <= s->rooms_count; r++)
		touch(s, SECTION_result, activity, r, round, seq);
	for (uint32_t r = 1; a->secret && a->kind->brief && r <= s->rooms_count; r++)
		touch_made(s, SECTION_band, activity, 0, r, seq);
}

bool session_strikes(const struct session *s, unsigned *cursor, uint64_t *seq)
{
	unsigned at = (*cursor)++;
	for (uint32_t i = 1; i <= s->activities_count; i++) {
		const struct activity *a = activity_of(s, i);
		for (uint32_t r = 0; a && r < a->round; r++) {
			const struct asking *asking = &a->askings[r];
			if (!asking->strikes_due)
				continue;
			if (at < asking->seqs_count) {
				*seq = asking->seqs[at];
				return true;
			}
			at -= asking->seqs_count;
		}
	}
	return false;
}

void session_strikes_done(struct session *s)
{
	for (uint32_t i = 1; i <= s->activities_count; i++) {
		struct activity *a = activity_of(s, i);
		for (uint32_t r = 0; a && r < a->round; r++)
			a->askings[r].strikes_due = false;
	}
}
