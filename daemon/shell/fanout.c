/* SPDX-License-Identifier: EUPL-1.2 */
#include "shell/fanout.h"
#include "shell/entrance.h"
#include "shell/audience.h"

enum { PARTICIPANTS = 0, STAFF = 1, STRETCH_MS_MAX = 2000 };

static void mark_own(struct seat *seat)
{
	seat->own_dirty = true;
	if (!seat->own_listed)
		seats_add(&seat->hall->fanout.own, seat);
	seat->own_listed = true;
}

struct frame *fanout_next(struct seat *seat)
{
	struct frame *frame;
	if (!hall_serves(seat->hall) || (seat->audience == NULL && seat->behind == NULL))
		return NULL;
	if (seat->hall->fanout.eyes_changed || seat->eyes_dirty) { /* who sees what is looked at anew at the end of this turn; not before that */
		mark_own(seat);
		return NULL;
	}
	/* Own before shared: a frame's `done` speaks for both. */
	if (seat->own_dirty && !(seat->behind && seat->behind->listing) && (frame = frames_own(seat)) != NULL)
		return frame;
	while (seat->behind)
		if ((frame = frames_catch_up(seat)) != NULL)
			return frame;
	if (seat->taken != seat->audience->version)
		return frames_take(seat);
	if (seat->awaits && seat->awaits <= seat->hall->stable)
		return frames_head(seat);
	return presence_frame(seat);
}

void fanout_send(struct seat *seat)
{
	if (seat->state == SEAT_IN)
		seat->house->transport->ready(seat->conn);
}

/* Does this seat still see what its audience sees? */
static void look_again(struct seat *seat)
{
	seat->eyes_dirty = false;
	if (seat->audience == NULL && seat->behind == NULL)
		return;
	if ((seat->actor & ACTOR_LINK) && session_roles(seat->hall->session, seat->actor) <= ROLE_ANYONE) {
		entrance_bye(seat, FAULT_no_session, CLOSE_REFUSED); /* its link was revoked */
		audience_leave(seat);
		return;
	}
	if (audience_moved(seat)) {
		audience_fall_behind(seat);
		seat->hall->fanout.people_changed = true;
	}
}

static void all_look_again(struct hall *hall)
{
	struct fanout *f = &hall->fanout;
	if (!f->eyes_changed)
		return;
	f->eyes_changed = false;
	for (size_t i = 0; i < hall->seats.count; i++) {
		struct seat *seat = hall->seats.at[i];
		look_again(seat);
		intake_keys(seat);
		if (seat->behind || seat->keys_count) /* keys: a seal has dropped them, perhaps */
			mark_own(seat);
	}
	for (struct audience *a = f->audiences; a; a = a->next)
		audience_reconcile(a);
	for (int which = 0; which < 2; which++)
		f->grids[which].state = f->grids[which].result = true;
	f->people_changed = true;
}

/* ---- grids ---- */

static void on_grid(void *ctx);

static void deliver(struct audience *a)
{
	/* Nobody joins or leaves an audience while it is delivered to: only `next` of its own seats is called, and closing comes later. */
	for (size_t i = 0; i < a->seats.count; i++)
		fanout_send(a->seats.at[i]);
}

static void flush(struct hall *hall, struct grid *grid, bool staff, bool results)
{
	struct audience *next;
	bool sent = false, more;
	for (struct audience *a = hall->fanout.audiences; a; a = next) {
		next = a->next;
		if (audience_is_staff(a->roles) != staff)
			continue;
		do {
			if (!frames_shared(a, results, &more))
				break;
			deliver(a);
			sent = true;
		} while (more);
	}
	grid->state = false;
	grid->result &= !results;
	if (sent)
		grid->last_ms = loop_now(hall->house->loop);
}

/* The first change after quiet goes at once; then, and results always, on the grid. */
static void grid_plan(struct hall *hall, int which)
{
	struct grid *grid = &hall->fanout.grids[which];
	uint64_t now = loop_now(hall->house->loop);
	if (grid->state && now >= grid->last_ms + grid->interval_ms)
		flush(hall, grid, which == STAFF, false);
	if (!grid->state && !grid->result)
		return;
	uint64_t due = grid->last_ms + grid->interval_ms;
	if (!grid->state || due <= now)
		due = now - now % grid->interval_ms + grid->interval_ms;
	if (grid->timer && due >= grid->due_ms)
		return;
	loop_stop(hall->house->loop, grid->timer);
	grid->due_ms = due;
	grid->timer = loop_after(hall->house->loop, due - now, on_grid, hall);
}

static void send_own(struct hall *hall)
{
	struct fanout *f = &hall->fanout;
	for (size_t i = 0; i < f->own.count; i++) {
		struct seat *seat = f->own.at[i];
		if (seat == NULL)
			continue;
		seat->own_listed = false;
		if (seat->eyes_dirty)
			look_again(seat);
		fanout_send(seat);
	}
	f->own.count = 0;
}

static void on_grid(void *ctx)
{
	struct hall *hall = CAST(ctx, hall);
	uint64_t now = loop_now(hall->house->loop);
	for (int which = 0; which < 2; which++) {
		struct grid *grid = &hall->fanout.grids[which];
		if (grid->timer == NULL || grid->due_ms > now)
			continue;
		grid->timer = NULL;
		/* A loop that comes late has too much to do: fewer pictures, no queue. */
		uint64_t shortest = which == STAFF ? FLUSH_STAFF_MS : FLUSH_MS, late = now - grid->due_ms;
		grid->interval_ms = late > shortest / 2 ? shortest + 2 * late : shortest;
		if (grid->interval_ms > STRETCH_MS_MAX)
			grid->interval_ms = STRETCH_MS_MAX;
		if (!hall_serves(hall))
			continue;
		all_look_again(hall);
		send_own(hall);
		flush(hall, grid, which == STAFF, true);
		break; /* the other has a timer of its own, due now as well */
	}
}

/* ---- what happened ---- */

static void on_turn(void *ctx)
{
	struct hall *hall = CAST(ctx, hall);
	struct fanout *f = &hall->fanout;
	f->posted = false;
	if (!hall_serves(hall))
		return;
	all_look_again(hall);
	send_own(hall);
	grid_plan(hall, STAFF);
	grid_plan(hall, PARTICIPANTS);
	presence_plan(hall);
}

static void turn(struct hall *hall)
{
	if (!hall->fanout.posted)
		loop_post(hall->house->loop, on_turn, hall);
	hall->fanout.posted = true;
}

/* eyes: what this person sees may have changed too. */
static void mark_actor(struct hall *hall, uint32_t actor, bool eyes)
{
	for (struct seat *seat = *hall_place(hall, actor); seat; seat = seat->next_same)
		if (seat->actor == actor) {
			seat->eyes_dirty |= eyes;
			mark_own(seat);
		}
}

static void start(struct seat *seat, uint64_t since);

/* A higher term: something may have been lost after the entries before it, and a page may hold of that what lies beyond its `done`. */
static void term_changed(struct hall *hall)
{
	for (size_t i = 0; i < hall->seats.count; i++) {
		struct seat *seat = hall->seats.at[i];
		if (seat->audience == NULL && seat->behind == NULL)
			continue;
		audience_leave(seat);
		start(seat, 0);
	}
}

void fanout_applied(struct hall *hall, const struct entry *entry, uint32_t actor)
{
	struct fanout *f = &hall->fanout;
	const struct section *changes;
	size_t count = session_changes(hall->session, &changes);
	for (size_t i = 0; i < count; i++) {
		const struct section_info *info = section_info(changes[i].kind);
		if (info->shape == SHAPE_SHARED) {
			if (info->interval == INTERVAL_RESULT)
				f->grids[STAFF].result = f->grids[PARTICIPANTS].result = true;
			else
				f->grids[STAFF].state = f->grids[PARTICIPANTS].state = true;
		} else if (changes[i].kind != SECTION_mine) {
			mark_actor(hall, changes[i].a, changes[i].kind == SECTION_me);
		}
		f->people_changed |= changes[i].kind == SECTION_seats; /* also of somebody who has no page open */
	}
	if (entry->command == COMMAND_secret_ballot) {
		/* The entry names nobody. Whose it is we know if it came in here; else all who have keys look whether it was theirs. */
		if (actor)
			mark_actor(hall, actor, false);
		for (size_t i = 0; actor == 0 && i < hall->seats.count; i++)
			if (hall->seats.at[i]->keys_count)
				mark_own(hall->seats.at[i]);
	}
	if (entry->command == COMMAND_ballot || entry->command == COMMAND_secret_ballot || entry->command == COMMAND_open ||
	    entry->command == COMMAND_proxy || entry->command == COMMAND_placed)
		f->progress_changed = true;
	/* New rooms and activities are new sections. */
	bool more = entry->command == COMMAND_rooms || entry->command == COMMAND_room_put || entry->command == COMMAND_activity_put;
	f->eyes_changed |= more || session_eyes_changed(hall->session);
	session_changes_clear(hall->session);
	if (session_term(hall->session) != f->term) {
		f->term = session_term(hall->session);
		term_changed(hall);
	}
	turn(hall);
}

void fanout_people(struct hall *hall)
{
	hall->fanout.people_changed = true;
	turn(hall);
}

void fanout_stable(struct hall *hall)
{
	struct fanout *f = &hall->fanout;
	size_t kept = 0;
	if (!hall_serves(hall))
		return;
	for (size_t i = 0; i < f->saved.count; i++) {
		struct seat *seat = f->saved.at[i];
		if (seat == NULL)
			continue;
		if (seat->awaits > hall->stable) {
			f->saved.at[kept++] = seat;
			continue;
		}
		seat->saved_listed = false;
		if (seat->awaits)
			fanout_send(seat);
	}
	f->saved.count = kept;
}

void fanout_again(struct seat *seat)
{
	/* As if it had seen nothing but the first entry, which is before its sight: whole, and still to be taken away if it goes out of sight. */
	seat->since_verdicts = seat->since_ballots = 1;
	for (size_t i = 0; i < seat->keys_count; i++)
		seat->keys[i].since = 1;
	mark_own(seat);
	turn(seat->hall);
}

/* ---- coming and going ---- */

void fanout_open(struct hall *hall)
{
	struct fanout *f = &hall->fanout;
	f->grids[STAFF].interval_ms = FLUSH_STAFF_MS;
	f->grids[PARTICIPANTS].interval_ms = FLUSH_MS;
	frames_forget(hall);
	f->secrets_seq = 0; /* another history, perhaps */
	f->eyes_changed = false;
	f->term = session_term(hall->session);
	session_changes_clear(hall->session);
}

static void start(struct seat *seat, uint64_t since)
{
	struct hall *hall = seat->hall;
	struct eyes eyes = audience_eyes(seat);
	audience_start(seat, since);
	if (audience_is_staff(eyes.roles)) {
		seat->due |= DUE_BEAT | DUE_PRESENT | DUE_PROGRESS;
		seat->progress_next = 0;
		presence_draw(hall);
	}
	if (hall->health != JOURNAL_OK)
		seat->due |= DUE_HEALTH;
	hall->fanout.people_changed = true;
	turn(hall);
	fanout_send(seat);
}

void fanout_enter(struct seat *seat, uint32_t term, uint64_t done)
{
	struct hall *hall = seat->hall;
	/* Of an older term: what the page holds beyond `done` may be of a history that was lost since. */
	bool on = term == session_term(hall->session) && session_on_history(hall->session, term, done);
	presence_begin(hall);
	start(seat, on ? done : 0);
}

void fanout_reset(struct seat *seat)
{
	seat->due |= DUE_HEALTH; /* it may have changed while nobody was told anything */
	start(seat, 0);
}

void fanout_renamed(struct seat *seat)
{
	seat->since_me = seat->since_verdicts = seat->since_ballots = 0;
	if (seat->audience || seat->behind)
		audience_fall_behind(seat);
	mark_own(seat);
	seat->hall->fanout.people_changed = true;
	turn(seat->hall);
}

void fanout_leave(struct seat *seat)
{
	struct hall *hall = seat->hall;
	audience_leave(seat);
	if (seat->own_listed)
		seats_forget(&hall->fanout.own, seat);
	if (seat->saved_listed)
		seats_forget(&hall->fanout.saved, seat);
	hall->fanout.people_changed = true;
	if (hall_serves(hall) && !hall->house->stopping)
		turn(hall);
}

void fanout_close(struct hall *hall)
{
	struct fanout *f = &hall->fanout;
	struct loop loop = hall->house->loop;
	while (f->audiences) {
		while (f->audiences && f->audiences->seats.count)
			audience_leave(f->audiences->seats.at[0]);
	}
	for (int i = 0; i < 2; i++)
		loop_stop(loop, f->grids[i].timer);
	presence_end(hall);
	frames_forget(hall);
	seats_finish(&f->own);
	seats_finish(&f->saved);
}
