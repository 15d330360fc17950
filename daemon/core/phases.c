/* SPDX-License-Identifier: EUPL-1.2 */
/* Where the workshop stands: the place on the agenda, phases per scope, deadlines and the grace, extra time, words to all. */
#include "base/check.h"
#include "core/state.h"

static struct phase_at *phase_record(const struct activity *activity, uint32_t scope)
{
	for (uint32_t i = 0; i < activity->phases_count; i++)
		if (activity->phases[i].scope == scope)
			return &activity->phases[i];
	return NULL;
}

uint32_t phase_in(const struct session *s, uint32_t activity, uint32_t scope, uint64_t *seq)
{
	const struct activity *a = activity_of(s, activity);
	const struct phase_at *at = a ? phase_record(a, scope) : NULL;
	if (a && at == NULL && scope != SCOPE_SESSION)
		at = phase_record(a, SCOPE_SESSION);
	if (seq)
		*seq = at ? at->seq : 0;
	return at ? at->phase : PHASE_READY;
}

uint32_t phase_in_room(const struct session *s, uint32_t activity, uint32_t room)
{
	return phase_in(s, activity, room ? SCOPE_ROOM | room : SCOPE_SESSION, NULL);
}

/* A wider scope overwrites the narrower ones. */
void phase_set(struct session *s, uint32_t activity, uint32_t scope, uint32_t phase, uint64_t seq)
{
	struct activity *a = activity_of(s, activity);
	if (scope == SCOPE_SESSION) {
		const struct phase_at *old = phase_record(a, SCOPE_SESSION);
		/* The grace, and its end by `hold`, give time to those who have it still: a room that has closed stays closed. And a close takes from no
		 * room the result that it discusses. */
		bool closed_stay = phase == PHASE_CLOSING || (phase == PHASE_OPEN && old && old->phase == PHASE_CLOSING);
		uint32_t stay = closed_stay ? PHASE_CLOSED | PHASE_REVEALED : phase == PHASE_CLOSED && old && old->phase != PHASE_REVEALED ? PHASE_REVEALED : 0;
		uint32_t kept = 0;
		for (uint32_t i = 0; i < a->phases_count; i++)
			if (a->phases[i].scope == SCOPE_SESSION || (a->phases[i].phase & stay))
				a->phases[kept++] = a->phases[i];
			else
				sections_remove(&s->sections, section_of(SECTION_scope, a->phases[i].scope, 0), KEY_ACTIVITY + activity, seq);
		a->phases_count = kept;
	}
	struct phase_at *at = phase_record(a, scope);
	if (at == NULL) {
		a->phases = check_realloc(a->phases, a->phases_count + 1, sizeof *a->phases);
		at = &a->phases[a->phases_count++];
	}
	*at = (struct phase_at){ .scope = scope, .phase = phase, .seq = seq };
	touch(s, SECTION_scope, scope, 0, KEY_ACTIVITY + activity, seq);
	s->eyes_changed = true;
}

bool closed_everywhere(const struct session *s, uint32_t activity)
{
	const struct activity *a = activity_of(s, activity);
	bool opened = false;
	for (uint32_t i = 0; i < a->phases_count; i++) {
		if (a->phases[i].phase & (PHASE_OPEN | PHASE_CLOSING))
			return false;
		opened |= a->phases[i].phase != PHASE_READY;
	}
	for (uint32_t i = 0; i < a->extras_count; i++)
		if (a->extras[i].running)
			return false;
	return opened;
}

/* A secret activity is sealed once for all rooms. Asked in single rooms only, the others' turn may still come: then it waits for them, or for a close in the session. */
bool seal_ready(const struct session *s, uint32_t activity)
{
	if (!closed_everywhere(s, activity))
		return false;
	bool asked_all = phase_in(s, activity, SCOPE_SESSION, NULL) != PHASE_READY;
	for (uint32_t r = 1; !asked_all && r <= s->rooms_count; r++)
		if (s->rooms[r - 1].used && !phase_record(activity_of(s, activity), SCOPE_ROOM | r))
			return false;
	return true;
}

bool has_extra(const struct session *s, uint32_t activity, uint32_t member)
{
	const struct activity *a = activity_of(s, activity);
	for (uint32_t i = 0; a && i < a->extras_count; i++)
		if (a->extras[i].member == member && a->extras[i].running)
			return true;
	return false;
}

/* --- deadlines --- */

static void deadline_set(struct session *s, uint32_t scope, struct deadline *deadline, uint64_t duration_ms, const struct entry *entry)
{
	if (deadline->duration_ms == 0 && duration_ms == 0)
		return;
	*deadline = (struct deadline){ ++place_of(s, scope)->generation, duration_ms, entry->seq, entry->at_ms };
	touch(s, SECTION_scope, scope, 0, 2, entry->seq);
}

static void time_set(struct session *s, uint32_t scope, uint64_t duration_ms, const struct entry *entry)
{
	struct place *place = place_of(s, scope);
	if (place->still_ms)
		touch(s, SECTION_scope, scope, 0, 2, entry->seq);
	place->still_ms = 0;
	deadline_set(s, scope, &place->time, duration_ms, entry);
}

static void grace_set(struct session *s, uint32_t scope, uint64_t duration_ms, const struct entry *entry)
{
	deadline_set(s, scope, &place_of(s, scope)->grace, duration_ms, entry);
}

static bool any_in(const struct session *s, uint32_t scope, uint32_t phase)
{
	for (uint32_t a = 1; a <= s->activities_count; a++) {
		const struct phase_at *at = activity_of(s, a) ? phase_record(activity_of(s, a), scope) : NULL;
		if (at && at->phase == phase)
			return true;
	}
	return false;
}

/* A time for which nothing is open any more ends, and a grace in which nothing is closing. */
void deadlines_settle(struct session *s, uint32_t scope, const struct entry *entry)
{
	if (!any_in(s, scope, PHASE_OPEN))
		time_set(s, scope, 0, entry);
	if (!any_in(s, scope, PHASE_CLOSING))
		grace_set(s, scope, 0, entry);
}

static void all_deadlines_settle(struct session *s, uint32_t scope, const struct entry *entry)
{
	deadlines_settle(s, scope, entry);
	for (uint32_t r = 1; scope == SCOPE_SESSION && r <= s->rooms_count; r++) /* a wider scope has overwritten the narrower ones */
		deadlines_settle(s, SCOPE_ROOM | r, entry);
}

/* --- forms that several commands share --- */

static enum fault check_empty(const struct entry *entry)
{
	struct unpack *in = form_read(entry);
	unpack_arrays(in, 0);
	return form_done(in);
}

static enum fault number_in(const struct entry *entry, uint64_t most, uint64_t *out)
{
	struct unpack *in = form_read(entry);
	unpack_arrays(in, 1);
	*out = unpack_uint(in, most);
	return form_done(in);
}

static enum fault check_number(const struct entry *entry, uint64_t most)
{
	uint64_t number;
	return number_in(entry, most, &number);
}

static uint64_t number_of(const struct entry *entry)
{
	uint64_t number;
	CHECK(number_in(entry, UINT64_MAX, &number) == FAULT_none);
	return number;
}

static void extra_end(struct session *s, uint32_t activity, struct extra *extra, uint64_t seq)
{
	if (!extra->running)
		return;
	extra->running = false;
	extra->duration_ms = 0;
	touch(s, SECTION_me, extra->member, 0, KEY_ACTIVITY + activity, seq);
}

enum fault check_end(const struct session *s, const struct entry *entry)
{
	return s->over ? FAULT_over : check_empty(entry);
}

void apply_end(struct session *s, const struct entry *entry)
{
	s->over = true;
	for (uint32_t a = 1; a <= s->activities_count; a++) {
		struct activity *activity = activity_of(s, a);
		bool ran = activity && !closed_everywhere(s, a);
		for (uint32_t i = 0; activity && i < activity->extras_count; i++)
			extra_end(s, a, &activity->extras[i], entry->seq);
		for (uint32_t i = 0; ran && i < activity->phases_count; i++)
			if (activity->phases[i].phase & (PHASE_OPEN | PHASE_CLOSING)) {
				phase_set(s, a, activity->phases[i].scope, PHASE_CLOSED, entry->seq);
				i = UINT32_MAX; /* phase_set may have moved the records: from the first again */
			}
	}
	all_deadlines_settle(s, SCOPE_SESSION, entry);
	step_leave(s, entry);
	touch(s, SECTION_session, 0, 0, 3, entry->seq);
}

/* --- the place on the agenda, time, words to all --- */

static struct step *step_at(struct session *s)
{
	uint32_t step = s->place.step;
	return step ? &s->steps[step - 1] : NULL;
}

/* at_ms is of the log's clock, which may step back. */
void step_leave(struct session *s, const struct entry *entry)
{
	struct step *step = step_at(s);
	if (step == NULL)
		return;
	step->spent_ms += entry->at_ms > step->at_ms ? entry->at_ms - step->at_ms : 0;
	step->at_ms = entry->at_ms;
	touch_made(s, SECTION_course, 0, 0, s->place.step, entry->seq);
}

static void step_come(struct session *s, const struct entry *entry)
{
	struct step *step = step_at(s);
	if (step == NULL)
		return;
	if (step->began_ms == 0)
		step->began_ms = entry->at_ms;
#if BOLLPLANK_BUG == 114 /* who comes back begins anew */
	step->spent_ms = 0;
#endif
	step->at_ms = entry->at_ms;
	touch_made(s, SECTION_course, 0, 0, s->place.step, entry->seq);
}

enum fault check_go(const struct session *s, const struct entry *entry)
{
	if (!scope_exists(s, entry->subject.b))
		return FAULT_no_room;
	return entry->subject.a <= s->steps_count ? check_empty(entry) : FAULT_no_step;
}

void apply_go(struct session *s, const struct entry *entry)
{
	for (uint32_t r = 1; entry->subject.b == SCOPE_SESSION && r <= s->rooms_count; r++)
		if (s->rooms[r - 1].place.has_step) { /* a wider scope overwrites the narrower ones */
			s->rooms[r - 1].place.has_step = false;
			sections_remove(&s->sections, section_of(SECTION_scope, SCOPE_ROOM | r, 0), 1, entry->seq);
		}
	struct place *place = place_of(s, entry->subject.b);
	bool moves = entry->subject.b == SCOPE_SESSION && place->step != entry->subject.a;
	if (moves)
		step_leave(s, entry);
	place->has_step = true;
	place->step = entry->subject.a;
	if (moves)
		step_come(s, entry);
	touch(s, SECTION_scope, entry->subject.b, 0, 1, entry->seq);
}

enum fault check_time(const struct session *s, const struct entry *entry)
{
	return scope_exists(s, entry->subject.b) ? check_number(entry, DURATION_MS_MAX) : FAULT_no_room;
}

/* A room that gets a time of its own takes what runs in the session as its own: the session's deadline then leaves it alone. More time during the grace
 * opens again. */
void apply_time(struct session *s, const struct entry *entry)
{
	uint32_t scope = entry->subject.b;
	uint64_t duration = number_of(entry);
	for (uint32_t a = 1; duration && a <= s->activities_count; a++)
		if (activity_of(s, a) && phase_in(s, a, scope, NULL) & (PHASE_OPEN | PHASE_CLOSING)) {
			const struct phase_at *own = phase_record(activity_of(s, a), scope);
			if (own == NULL || own->phase != PHASE_OPEN) {
				if (own == NULL || scope != SCOPE_SESSION)
					phase_set(s, a, scope, PHASE_OPEN, entry->seq);
				else { /* rooms with a time of their own keep it */
					phase_record(activity_of(s, a), scope)->phase = PHASE_OPEN;
					touch(s, SECTION_scope, scope, 0, KEY_ACTIVITY + a, entry->seq);
				}
			}
		}
	time_set(s, scope, duration, entry);
	if (!any_in(s, scope, PHASE_CLOSING))
		grace_set(s, scope, 0, entry);
}

/* How much is left is the proposer's word, as every duration is: no rule reads the clock. */
enum fault check_pause(const struct session *s, const struct entry *entry)
{
	const struct place *place = place_of(s, entry->subject.b);
	uint64_t left_ms;
	enum fault fault = number_in(entry, DURATION_MS_MAX, &left_ms);
	if (fault != FAULT_none)
		return fault;
	if (place == NULL)
		return FAULT_no_room;
	if (left_ms == 0)
		return FAULT_malformed;
	return place->time.duration_ms || place->still_ms ? FAULT_none : FAULT_wrong_phase;
}

void apply_pause(struct session *s, const struct entry *entry)
{
	uint32_t scope = entry->subject.b;
#if BOLLPLANK_BUG != 113 /* the end comes while it stands still */
	time_set(s, scope, 0, entry);
#endif
	place_of(s, scope)->still_ms = number_of(entry);
	touch(s, SECTION_scope, scope, 0, 2, entry->seq);
}

enum fault check_say(const struct session *s, const struct entry *entry)
{
	return scope_exists(s, entry->subject.b) ? check_empty(entry) : FAULT_no_room;
}

void apply_say(struct session *s, const struct entry *entry)
{
	struct place *place = place_of(s, entry->subject.b);
	blob_set(&place->said, entry->text);
	place->said_ms = entry->at_ms;
	touch(s, SECTION_scope, entry->subject.b, 0, 3, entry->seq);
}

/* --- phases. The table says which phase is needed and which follows; session.c asks and sets it; here is what goes with it. --- */

/* Whether a result that this scope's ballots are part of, or one of its rooms', is shown: then none are taken. */
static bool shown_somewhere(const struct session *s, uint32_t activity, uint32_t scope)
{
	const struct activity *a = activity_of(s, activity);
	for (uint32_t i = 0; i < a->phases_count; i++)
		if (a->phases[i].phase == PHASE_REVEALED && (scope == SCOPE_SESSION || a->phases[i].scope == SCOPE_SESSION || a->phases[i].scope == scope))
			return true;
	return false;
}

enum fault check_open(const struct session *s, const struct entry *entry)
{
	const struct asking *asking = asking_of(s, entry->subject.a, 0);
	if (asking->sealed || asking->parts_done || shown_somewhere(s, entry->subject.a, entry->subject.b))
		return FAULT_wrong_phase;
	return check_number(entry, DURATION_MS_MAX);
}

void apply_open(struct session *s, const struct entry *entry)
{
	time_set(s, entry->subject.b, number_of(entry), entry);
	all_deadlines_settle(s, entry->subject.b, entry);
}

enum fault check_close(const struct session *s, const struct entry *entry)
{
	(void)s;
	return check_number(entry, 1);
}

void apply_close(struct session *s, const struct entry *entry)
{
	if (phase_in(s, entry->subject.a, entry->subject.b, NULL) == PHASE_CLOSING)
		grace_set(s, entry->subject.b, s->grace_ms, entry);
	all_deadlines_settle(s, entry->subject.b, entry);
}

enum fault check_hold(const struct session *s, const struct entry *entry)
{
	(void)s;
	return check_empty(entry);
}

void apply_hold(struct session *s, const struct entry *entry)
{
	deadlines_settle(s, entry->subject.b, entry);
}

enum fault check_due(const struct session *s, const struct entry *entry)
{
	const struct place *place = place_of(s, entry->subject.b);
	uint64_t generation;
	if (place == NULL || number_in(entry, UINT32_MAX, &generation) != FAULT_none)
		return FAULT_malformed;
	bool is = (place->time.duration_ms && place->time.generation == generation) || (place->grace.duration_ms && place->grace.generation == generation);
	return is ? FAULT_none : FAULT_stale;
}

void apply_due(struct session *s, const struct entry *entry)
{
	uint32_t scope = entry->subject.b;
	const struct place *place = place_of(s, scope);
	bool grace = place->grace.duration_ms && place->grace.generation == number_of(entry);
	uint32_t from = grace ? PHASE_CLOSING : PHASE_OPEN, to = grace || s->grace_ms == 0 ? PHASE_CLOSED : PHASE_CLOSING;
	for (uint32_t a = 1; a <= s->activities_count; a++) {
		struct phase_at *at = activity_of(s, a) ? phase_record(activity_of(s, a), scope) : NULL;
		if (at == NULL || at->phase != from)
			continue;
		/* This scope's record only: rooms with a time of their own go on. */
		at->phase = to;
		at->seq = entry->seq;
		touch(s, SECTION_scope, scope, 0, KEY_ACTIVITY + a, entry->seq);
		s->eyes_changed = true;
	}
	if (to == PHASE_CLOSING && any_in(s, scope, PHASE_CLOSING))
		grace_set(s, scope, s->grace_ms, entry);
	deadlines_settle(s, scope, entry);
}

static bool reads_empty(const struct entry *entry)
{
	return check_empty(entry) == FAULT_none;
}

enum fault check_reveal(const struct session *s, const struct entry *entry)
{
	const struct activity *activity = activity_of(s, entry->subject.a);
	if (!reads_empty(entry))
		return FAULT_malformed;
	if (activity->secret && !activity->askings[activity->round - 1].sealed)
		return FAULT_not_sealed;
	if (entry->subject.b == SCOPE_SESSION && !closed_everywhere(s, entry->subject.a))
		return FAULT_wrong_phase;
	for (uint32_t i = 0; i < activity->extras_count; i++)
		if (activity->extras[i].running && (SCOPE_ROOM | member_of(s, activity->extras[i].member)->room) == entry->subject.b)
			return FAULT_wrong_phase;
	return FAULT_none;
}

void apply_reveal(struct session *s, const struct entry *entry)
{
	/* A round that only some rooms were shown is not shown to all beside the next one. */
	asking_of(s, entry->subject.a, 0)->revealed |= entry->subject.b == SCOPE_SESSION;
}

enum fault check_hide(const struct session *s, const struct entry *entry)
{
	(void)s;
	return check_empty(entry);
}

void apply_hide(struct session *s, const struct entry *entry)
{
	(void)s;
	(void)entry; /* the phase says it all */
}

enum fault check_look(const struct session *s, const struct entry *entry)
{
	return activity_of(s, entry->subject.a)->secret ? FAULT_secret_look : check_empty(entry);
}

void apply_look(struct session *s, const struct entry *entry)
{
	struct asking *asking = asking_of(s, entry->subject.a, 0);
	if (asking->looked_seq == 0)
		asking->looked_seq = entry->seq;
	s->eyes_changed = true;
}

enum fault check_ask(const struct session *s, const struct entry *entry)
{
	const struct activity *activity = activity_of(s, entry->subject.a);
	if (!reads_empty(entry))
		return FAULT_malformed;
	if (entry->subject.b != SCOPE_SESSION)
		return FAULT_no_room; /* a round is everybody's */
	if (activity->secret && !activity->askings[activity->round - 1].sealed)
		return FAULT_not_sealed;
	if (!closed_everywhere(s, entry->subject.a))
		return FAULT_wrong_phase;
	return activity->round < LIMIT_ROUNDS ? FAULT_none : FAULT_full;
}

void apply_ask(struct session *s, const struct entry *entry)
{
	struct activity *activity = activity_of(s, entry->subject.a);
	uint32_t old = activity->round;
	if (!activity->askings[old - 1].revealed) /* what was never revealed is not shown beside the next round either */
		for (uint32_t r = 0; r <= s->rooms_count; r++)
			sections_remove(&s->sections, section_of(SECTION_result, entry->subject.a, r), old, entry->seq);
	activity->askings = check_realloc(activity->askings, old + 1, sizeof *activity->askings);
	activity->askings[old] = (struct asking){ 0 };
	activity->round = old + 1;
	for (uint32_t i = 0; i < activity->askings[old - 1].papers_count; i++) /* the new round has none */
		touch_made(s, SECTION_papers, entry->subject.a, 0, activity->askings[old - 1].papers[i].room, entry->seq);
	touch(s, SECTION_scope, SCOPE_SESSION, 0, KEY_ACTIVITY + entry->subject.a, entry->seq); /* no extra time runs: it is closed everywhere */
}

/* --- extra time for one member --- */

enum fault check_extra(const struct session *s, const struct entry *entry)
{
	const struct activity *activity = activity_of(s, entry->subject.a);
	if (activity == NULL)
		return FAULT_no_activity;
	if (!member_of(s, entry->subject.b))
		return FAULT_no_member;
	uint32_t phase = phase_in_room(s, entry->subject.a, member_of(s, entry->subject.b)->room);
	if (!(phase & (PHASE_OPEN | PHASE_CLOSING | PHASE_CLOSED)) || activity->askings[activity->round - 1].sealed ||
	    activity->askings[activity->round - 1].parts_done || phase_in(s, entry->subject.a, SCOPE_SESSION, NULL) == PHASE_REVEALED)
		return FAULT_wrong_phase;
	return check_number(entry, DURATION_MS_MAX);
}

static struct extra *extra_of(const struct activity *activity, uint32_t member)
{
	for (uint32_t i = 0; i < activity->extras_count; i++)
		if (activity->extras[i].member == member)
			return &activity->extras[i];
	return NULL;
}

void apply_extra(struct session *s, const struct entry *entry)
{
	struct activity *activity = activity_of(s, entry->subject.a);
	struct extra *extra = extra_of(activity, entry->subject.b);
	if (extra == NULL) {
		activity->extras = check_realloc(activity->extras, activity->extras_count + 1, sizeof *activity->extras);
		extra = &activity->extras[activity->extras_count++];
		*extra = (struct extra){ .member = entry->subject.b };
	}
	extra->generation++;
	extra->duration_ms = number_of(entry);
	extra->running = extra->duration_ms > 0;
	extra->seq = entry->seq;
	extra->at_ms = entry->at_ms;
	touch(s, SECTION_me, entry->subject.b, 0, KEY_ACTIVITY + entry->subject.a, entry->seq);
}

enum fault check_extra_due(const struct session *s, const struct entry *entry)
{
	const struct activity *activity = activity_of(s, entry->subject.a);
	const struct extra *extra = activity ? extra_of(activity, entry->subject.b) : NULL;
	uint64_t generation;
	if (extra == NULL || number_in(entry, UINT32_MAX, &generation) != FAULT_none)
		return FAULT_malformed;
	return extra->running && extra->generation == generation ? FAULT_none : FAULT_stale;
}

void apply_extra_due(struct session *s, const struct entry *entry)
{
	extra_end(s, entry->subject.a, extra_of(activity_of(s, entry->subject.a), entry->subject.b), entry->seq);
}
