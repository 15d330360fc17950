/* SPDX-License-Identifier: EUPL-1.2 */
#include "shell/attend.h"
#include "shell/audience.h"
#include "shell/fanout.h"

static void frame_replace(struct frame **at, struct house *house)
{
	frame_drop(*at);
	*at = frame_create(pack_bytes(&house->scratch));
}

static void present_draw(struct hall *hall, uint32_t *here, size_t rooms)
{
	uint32_t total = 0, *pairs = check_alloc(2 * rooms, sizeof *pairs);
	size_t count = 0;
	for (uint32_t m = 1; m <= session_members(hall->session); m++)
		if (attend_here(hall, m)) {
			total++;
			here[session_room(hall->session, m)]++;
		}
	for (uint32_t r = 0; r < rooms; r++)
		if (here[r]) {
			pairs[count++] = r;
			pairs[count++] = here[r];
		}
	pack_clear(&hall->house->scratch);
	present_encode(total, pairs, count, &hall->house->scratch);
	frame_replace(&hall->fanout.present, hall->house);
	free(pairs);
}

static void progress_draw(struct hall *hall, const struct progress *progress, const uint32_t *here, uint32_t *done, size_t rooms)
{
	struct fanout *f = &hall->fanout;
	uint32_t all = 0, of = 0, *triples = check_alloc(3 * rooms, sizeof *triples);
	size_t count = 0;
	memset(done, 0, rooms * sizeof *done);
	for (uint32_t r = 0; r < rooms; r++)
		of += here[r];
	if (progress->secret) {
		all = session_ballots(hall->session, progress->activity); /* two numbers and no more */
	} else {
		for (uint32_t m = 1; m <= session_members(hall->session); m++)
			if (attend_here(hall, m) && session_has_ballot(hall->session, progress->activity, m))
				done[session_room(hall->session, m)]++;
		for (uint32_t r = 0; r < rooms; r++) {
			all += done[r];
			if (here[r] == 0)
				continue;
			triples[count++] = r;
			triples[count++] = done[r];
			triples[count++] = here[r];
		}
	}
	pack_clear(&hall->house->scratch);
	progress_encode(progress->activity, all, of, triples, count, &hall->house->scratch);
	f->progress = check_realloc(f->progress, f->progress_count + 1, sizeof(struct frame *));
	f->progress[f->progress_count++] = frame_create(pack_bytes(&hall->house->scratch));
	free(triples);
}

static void volatile_clear(struct fanout *f)
{
	for (size_t i = 0; i < f->progress_count; i++)
		frame_drop(f->progress[i]);
	f->progress_count = 0;
}

static bool any_staff(const struct hall *hall)
{
	for (size_t i = 0; i < hall->seats.count; i++)
		if (audience_is_staff(session_roles(hall->session, hall->seats.at[i]->actor)))
			return true;
	return false;
}

void presence_draw(struct hall *hall)
{
	struct fanout *f = &hall->fanout;
	size_t rooms = (size_t)session_rooms(hall->session) + 1;
	uint32_t *here = check_alloc(rooms, sizeof *here), *done = check_alloc(rooms, sizeof *done);
	struct progress progress;
	unsigned cursor = 0;
	present_draw(hall, here, rooms);
	volatile_clear(f);
	while (f->progress_count < 200 && session_open_activity(hall->session, &cursor, &progress))
		progress_draw(hall, &progress, here, done, rooms);
	free(here);
	free(done);
}

static void tell_staff(struct hall *hall, uint8_t due)
{
	for (size_t i = 0; i < hall->seats.count; i++) {
		struct seat *seat = hall->seats.at[i];
		if (!audience_is_staff(session_roles(hall->session, seat->actor)))
			continue;
		seat->due |= due;
		seat->progress_next = 0;
		fanout_send(seat);
	}
}

/* ---- who of a room is away ---- */

/* The caller's slots, one for the facilitators and one a room. Content that has not changed keeps its version, and nobody hears of it again. */
static void absent_set(struct hall *hall, size_t slot, const struct away *rooms, size_t count)
{
	struct fanout *f = &hall->fanout;
	struct absent *absent = &f->absent[slot];
	struct pack *out = &hall->house->scratch;
	pack_clear(out);
	away_encode(rooms, count, out);
#if BOLLPLANK_BUG != 117 /* what was told is told again */
	if (absent->frame && slice_equal(slice_of(frame_at(absent->frame), absent->frame->len), pack_bytes(out)))
		return;
#endif
	frame_replace(&absent->frame, hall->house);
	absent->version = ++f->absent_version;
}

static void absent_drop(struct absent *absent)
{
	frame_drop(absent->frame);
	*absent = (struct absent){ 0 };
}

/* One pass to count, one to sort by room; rooms too large for names are left out. */
static void absent_draw(struct hall *hall)
{
	struct fanout *f = &hall->fanout;
	uint32_t members = session_members(hall->session), *sizes, *away;
	size_t rooms = (size_t)session_rooms(hall->session) + 1, some = 0;
	struct away *lists = check_alloc(rooms, sizeof *lists);
	sizes = check_alloc(rooms, sizeof *sizes);
	away = check_alloc(members, sizeof *away);
	for (; f->absent_count > rooms; f->absent_count--)
		absent_drop(&f->absent[f->absent_count - 1]);
	f->absent = check_realloc(f->absent, rooms, sizeof *f->absent);
	for (; f->absent_count < rooms; f->absent_count++)
		f->absent[f->absent_count] = (struct absent){ 0 };
	for (uint32_t m = 1; m <= members; m++) {
		uint32_t room = session_room(hall->session, m);
		sizes[room]++;
		lists[room].count += !attend_here(hall, m);
	}
	for (uint32_t r = 0, first = 0; r < rooms; first += (uint32_t)lists[r].count, r++)
		lists[r] = (struct away){ r, away + first, lists[r].count };
	uint32_t *at = check_alloc(rooms, sizeof *at);
	for (uint32_t m = 1; m <= members; m++)
		if (!attend_here(hall, m)) {
			uint32_t room = session_room(hall->session, m);
			away[(lists[room].members - away) + at[room]++] = m;
		}
#if BOLLPLANK_BUG == 118 /* large rooms hear who is away */
	memset(sizes, 0, rooms * sizeof *sizes);
#endif
	for (uint32_t r = 1; r < rooms; r++)
		if (sizes[r] > LIMIT_NAMES_ROOM)
			absent_drop(&f->absent[r]);
		else
			absent_set(hall, r, &lists[r], 1);
	for (uint32_t r = 0; r < rooms; r++)
		if (lists[r].count && sizes[r] <= LIMIT_NAMES_ROOM)
			lists[some++] = lists[r];
	if (members > LIMIT_AWAY && BOLLPLANK_BUG != 119) /* of thousands each is told */
		absent_drop(&f->absent[0]);
	else
		absent_set(hall, 0, lists, some);
	free(at);
	free(away);
	free(sizes);
	free(lists);
}

/* What this seat is to be told of who is away; NULL: nothing. */
static const struct absent *absent_for(const struct seat *seat)
{
	const struct fanout *f = &seat->hall->fanout;
	bool facilitates = session_roles(seat->hall->session, seat->actor) & ROLE_FACILITATOR;
	uint32_t room = session_room(seat->hall->session, seat->actor);
#if BOLLPLANK_BUG == 116 /* everybody hears of every room */
	room = 0;
	facilitates = true;
#endif
	if ((room == 0 && !facilitates) || room >= f->absent_count)
		return NULL;
	return f->absent[room].frame ? &f->absent[room] : NULL;
}

static void tell_away(struct hall *hall)
{
	for (size_t i = 0; i < hall->seats.count; i++) {
		struct seat *seat = hall->seats.at[i];
		const struct absent *absent = absent_for(seat);
		if (seat->state != SEAT_IN || absent == NULL || absent->version == seat->away_told)
			continue;
		seat->due |= DUE_AWAY;
		fanout_send(seat);
	}
}

static void on_volatile(void *ctx)
{
	struct hall *hall = CAST(ctx, hall);
	hall->fanout.volatile_timer = NULL;
	if (hall_serves(hall))
		presence_plan(hall);
}

/* At most once a second, when something has changed. */
void presence_plan(struct hall *hall)
{
	struct fanout *f = &hall->fanout;
	uint64_t now = loop_now(hall->house->loop), due = f->volatile_ms + PROGRESS_MS;
	if ((!f->people_changed && !f->progress_changed) || f->volatile_timer)
		return;
	if (now < due) {
		f->volatile_timer = loop_after(hall->house->loop, due - now, on_volatile, hall);
		return;
	}
	uint8_t what = f->people_changed ? DUE_PRESENT | DUE_PROGRESS : DUE_PROGRESS;
	f->people_changed = f->progress_changed = false;
	f->volatile_ms = now;
	if (what & DUE_PRESENT) {
		absent_draw(hall);
		tell_away(hall);
	}
	if (any_staff(hall)) {
		presence_draw(hall);
		tell_staff(hall, what);
	}
}

static void on_beat(void *ctx)
{
	struct hall *hall = CAST(ctx, hall);
	struct fanout *f = &hall->fanout;
	f->beat_timer = NULL;
	if (hall->seats.count == 0)
		return; /* started again when somebody comes */
	f->beat_timer = loop_after(hall->house->loop, BEAT_STAFF_MS, on_beat, hall);
	if (!hall_serves(hall))
		return;
	bool all = ++f->beats % (BEAT_MS / BEAT_STAFF_MS) == 0;
	pack_clear(&hall->house->scratch);
	beat_encode(house_log_ms(hall->house, hall), &hall->house->scratch);
	frame_replace(&f->beat, hall->house);
	for (size_t i = 0; i < hall->seats.count; i++) {
		struct seat *seat = hall->seats.at[i];
		if (!all && !audience_is_staff(session_roles(hall->session, seat->actor)))
			continue;
		seat->due |= DUE_BEAT;
		fanout_send(seat);
	}
}

void presence_health(struct hall *hall)
{
	for (size_t i = 0; hall_serves(hall) && i < hall->seats.count; i++) {
		struct seat *seat = hall->seats.at[i];
		if (seat->state != SEAT_IN)
			continue;
		seat->due |= DUE_HEALTH;
		hall->house->transport->ready(seat->conn);
	}
}

struct frame *presence_frame(struct seat *seat)
{
	struct fanout *f = &seat->hall->fanout;
	if (seat->due & DUE_HEALTH) {
		seat->due &= (uint8_t)~DUE_HEALTH;
		pack_clear(&seat->house->scratch);
		health_encode((unsigned)-seat->hall->health, &seat->house->scratch);
		return frame_create(pack_bytes(&seat->house->scratch));
	}
	if (seat->due & DUE_BEAT) {
		seat->due &= (uint8_t)~DUE_BEAT;
		if (f->beat)
			return frame_keep(f->beat);
	}
	if (seat->due & DUE_PRESENT) {
		seat->due &= (uint8_t)~DUE_PRESENT;
		if (f->present)
			return frame_keep(f->present);
	}
	if (seat->due & DUE_AWAY) {
		const struct absent *absent = absent_for(seat);
		seat->due &= (uint8_t)~DUE_AWAY;
		if (absent) {
			seat->away_told = absent->version;
			return frame_keep(absent->frame);
		}
	}
	if (seat->due & DUE_PROGRESS) {
		if (seat->progress_next < f->progress_count)
			return frame_keep(f->progress[seat->progress_next++]);
		seat->due &= (uint8_t)~DUE_PROGRESS;
	}
	return NULL;
}


void presence_begin(struct hall *hall)
{
	if (hall->fanout.beat_timer == NULL)
		hall->fanout.beat_timer = loop_after(hall->house->loop, BEAT_STAFF_MS, on_beat, hall);
}

void presence_end(struct hall *hall)
{
	struct fanout *f = &hall->fanout;
	loop_stop(hall->house->loop, f->volatile_timer);
	loop_stop(hall->house->loop, f->beat_timer);
	volatile_clear(f);
	free(f->progress);
	for (; f->absent_count; f->absent_count--)
		absent_drop(&f->absent[f->absent_count - 1]);
	free(f->absent);
	frame_drop(f->present);
	frame_drop(f->beat);
}
