/* SPDX-License-Identifier: EUPL-1.2 */
/* Scopes, steps, activities, phases, deadlines: where the workshop stands. */
#include "base/check.h"
#include "core/state.h"

enum { RULES = 1 };

/* --- finding --- */

struct activity *activity_of(const struct session *s, uint32_t number)
{
	bool is = number >= 1 && number <= s->activities_count && s->activities[number - 1].used;
	return is ? &s->activities[number - 1] : NULL;
}

static bool is_room_scope(uint32_t scope)
{
	return (scope & ~(uint32_t)SCOPE_NUMBER) == SCOPE_ROOM;
}

/* A scope of a track is in the format; no command makes tracks yet, so there are none. */
bool scope_exists(const struct session *s, uint32_t scope)
{
	return scope == SCOPE_SESSION || (is_room_scope(scope) && room_of(s, scope & SCOPE_NUMBER));
}

struct place *place_of(const struct session *s, uint32_t scope)
{
	if (scope == SCOPE_SESSION)
		return (struct place *)&s->place;
	return scope_exists(s, scope) ? &s->rooms[(scope & SCOPE_NUMBER) - 1].place : NULL;
}

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
		/* The grace, and its end by `hold`, give time to those who have it still: a room that has closed stays closed. */
		bool closed_stay = phase == PHASE_CLOSING || (phase == PHASE_OPEN && old && old->phase == PHASE_CLOSING);
		uint32_t kept = 0;
		for (uint32_t i = 0; i < a->phases_count; i++)
			if (a->phases[i].scope == SCOPE_SESSION || (closed_stay && a->phases[i].phase & (PHASE_CLOSED | PHASE_REVEALED)))
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

void subset_of(const struct activity *activity, struct subset *out)
{
	*out = (struct subset){ 0 };
	for (uint32_t i = 1; i <= activity->items_count; i++)
		if (activity->items[i - 1].used && !activity->items[i - 1].hidden)
			subset_add(out, i);
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
	deadline_set(s, scope, &place_of(s, scope)->time, duration_ms, entry);
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
static void deadlines_settle(struct session *s, uint32_t scope, const struct entry *entry)
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

/* --- the session itself --- */

enum fault check_create(const struct session *s, const struct entry *entry)
{
	if (s->rules)
		return FAULT_taken;
	struct unpack *in = form_read(entry);
	unpack_arrays(in, 7);
	unpack_uint(in, UINT32_MAX);
	unpack_uint(in, 1);
	uint64_t k = unpack_uint(in, K_MAX);
	unpack_uint(in, GRACE_MS_MAX);
	unpack_str(in, sizeof s->language - 1);
	unpack_uint(in, UINT64_MAX);
	struct code code;
	if (!code_parse(unpack_str(in, 16), &code) || k < K_DEFAULT)
		unpack_fail(in);
	return form_done(in);
}

void apply_create(struct session *s, const struct entry *entry)
{
	struct unpack *in = form_read(entry);
	unpack_arrays(in, 7);
	s->rules = (uint32_t)unpack_uint(in, UINT32_MAX);
	s->rehearsal = unpack_uint(in, 1);
	s->k = (uint32_t)unpack_uint(in, K_MAX);
	s->grace_ms = unpack_uint(in, GRACE_MS_MAX);
	struct slice language = unpack_str(in, sizeof s->language - 1);
	if (language.len)
		memcpy(s->language, language.at, language.len);
	s->created_ms = unpack_uint(in, UINT64_MAX);
	code_parse(unpack_str(in, 16), &s->code);
	form_done(in);
	blob_set(&s->title, entry->text);
	s->stopped = s->rules != RULES;
	for (uint64_t key = 1; key <= 3; key++)
		touch(s, SECTION_session, 0, 0, key, entry->seq);
	touch(s, SECTION_screen, 0, 0, 0, entry->seq);
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
	touch(s, SECTION_session, 0, 0, 3, entry->seq);
}

/* --- steps, activities, items --- */

enum fault check_step_put(const struct session *s, const struct entry *entry)
{
	struct unpack *in = form_read(entry);
	unpack_arrays(in, 2);
	unpack_uint(in, UINT16_MAX);
	unpack_uint(in, DURATION_MS_MAX / 60000);
	enum fault fault = form_done(in);
	if (fault != FAULT_none)
		return fault;
	if (entry->subject.a > LIMIT_STEPS)
		return FAULT_full;
	return entry->subject.a >= 1 && entry->subject.a <= s->steps_count + 1 ? FAULT_none : FAULT_no_step;
}

void apply_step_put(struct session *s, const struct entry *entry)
{
	uint32_t number = entry->subject.a;
	if (number > s->steps_count) {
		s->steps = check_realloc(s->steps, number, sizeof *s->steps);
		s->steps[number - 1] = (struct step){ .used = true };
		s->steps_count = number;
	}
	struct step *step = &s->steps[number - 1];
	struct unpack *in = form_read(entry);
	unpack_arrays(in, 2);
	step->position = (uint32_t)unpack_uint(in, UINT16_MAX);
	step->minutes = (uint32_t)unpack_uint(in, UINT32_MAX);
	form_done(in);
	blob_set(&step->text, entry->text);
	touch(s, SECTION_agenda, 0, 0, number, entry->seq);
}

static bool has_answers(const struct activity *activity)
{
	return activity->phases_count || activity->round > 1 || (activity->round && activity->askings[0].count);
}

enum fault check_activity_put(const struct session *s, const struct entry *entry)
{
	struct unpack *in = form_read(entry);
	unpack_arrays(in, 5);
	uint32_t step = (uint32_t)unpack_uint(in, UINT32_MAX);
	struct slice kind_name = unpack_str(in, 32);
	uint64_t holder = unpack_uint(in, HOLDER_ROOM), secret = unpack_uint(in, 1);
	struct slice config = unpack_bin(in, 1, LIMIT_CONFIG);
	const struct activity_kind *kind = activity_find(kind_name);
	bool read = unpack_ok(in);
	enum fault config_fault = read && kind ? kind->check_config(config) : FAULT_bad_config;
	const struct activity *old = activity_of(s, entry->subject.a);
	bool other = old && read &&
		     (old->kind != kind || old->holder != holder || old->secret != (secret != 0) || !slice_equal(blob_slice(&old->config), config));
	enum fault fault = form_done(in);
	if (fault != FAULT_none || holder < HOLDER_PERSON)
		return FAULT_malformed;
	if (config_fault != FAULT_none)
		return config_fault;
	if (holder == HOLDER_ROOM && secret)
		return FAULT_bad_config; /* what a room holds together is no secret of one of them */
	if (step == 0 || step > s->steps_count)
		return FAULT_no_step;
	if (other && has_answers(old))
		return FAULT_fixed;
	if (entry->subject.a > LIMIT_ACTIVITIES)
		return FAULT_full;
	return entry->subject.a >= 1 && entry->subject.a <= s->activities_count + 1 ? FAULT_none : FAULT_no_activity;
}

void apply_activity_put(struct session *s, const struct entry *entry)
{
	uint32_t number = entry->subject.a;
	if (number > s->activities_count) {
		s->activities = check_realloc(s->activities, number, sizeof *s->activities);
		struct activity *made = &s->activities[number - 1];
		*made = (struct activity){ .used = true, .round = 1 };
		made->askings = check_alloc(1, sizeof *made->askings);
		s->activities_count = number;
	}
	struct activity *activity = &s->activities[number - 1];
	uint32_t old_step = activity->step;
	struct unpack *in = form_read(entry);
	unpack_arrays(in, 5);
	activity->step = (uint32_t)unpack_uint(in, UINT32_MAX);
	activity->kind = activity_find(unpack_str(in, 32));
	activity->holder = (uint32_t)unpack_uint(in, UINT32_MAX);
	activity->secret = unpack_uint(in, 1);
	blob_set(&activity->config, unpack_bin(in, 1, LIMIT_CONFIG));
	form_done(in);
	blob_set(&activity->text, entry->text);
	touch(s, SECTION_activity, number, 0, 0, entry->seq);
	touch(s, SECTION_agenda, 0, 0, activity->step, entry->seq);
	if (old_step && old_step != activity->step)
		touch(s, SECTION_agenda, 0, 0, old_step, entry->seq);
	touch(s, SECTION_scope, SCOPE_SESSION, 0, KEY_ACTIVITY + number, entry->seq);
}

enum fault check_items_put(const struct session *s, const struct entry *entry)
{
	struct unpack *in = form_read(entry);
	size_t count = unpack_array(in);
	enum fault fault = count && count % 2 == 0 ? FAULT_none : FAULT_malformed;
	for (size_t i = 0; i + 1 < count && unpack_ok(in) && fault == FAULT_none; i += 2) {
		uint64_t item = unpack_uint(in, UINT32_MAX);
		unpack_uint(in, UINT16_MAX);
		if (item == 0 || item > LIMIT_ITEMS)
			fault = item ? FAULT_full : FAULT_no_item;
	}
	if (fault == FAULT_none)
		fault = form_done(in);
	else
		unpack_destroy(in);
	return fault == FAULT_none && !activity_of(s, entry->subject.a) ? FAULT_no_activity : fault;
}

void apply_items_put(struct session *s, const struct entry *entry)
{
	struct activity *activity = activity_of(s, entry->subject.a);
	struct unpack *in = form_read(entry);
	size_t count = unpack_array(in);
	struct pack word;
	pack_init(&word);
	for (size_t i = 0; i < count; i += 2) {
		uint32_t number = (uint32_t)unpack_uint(in, UINT32_MAX), group = (uint32_t)unpack_uint(in, UINT32_MAX);
		if (number > activity->items_count) {
			activity->items = check_realloc(activity->items, number, sizeof *activity->items);
			memset(activity->items + activity->items_count, 0, (number - activity->items_count) * sizeof *activity->items);
			activity->items_count = number;
		}
		struct item *item = &activity->items[number - 1];
		item->used = true;
		item->group = group;
		pack_clear(&word);
		if (entry->text.len)
			text_column(entry->text, i / 2 + 1, &word);
		blob_set(&item->text, pack_bytes(&word));
		touch(s, SECTION_activity, entry->subject.a, 0, number, entry->seq);
	}
	pack_finish(&word);
	form_done(in);
}

enum fault check_items_hide(const struct session *s, const struct entry *entry)
{
	const struct activity *activity = activity_of(s, entry->subject.a);
	struct unpack *in = form_read(entry);
	size_t count = unpack_array(in);
	unpack_uint(in, 1);
	enum fault fault = count > 1 ? FAULT_none : FAULT_malformed;
	for (size_t i = 1; i < count && unpack_ok(in); i++) {
		uint64_t item = unpack_uint(in, LIMIT_ITEMS);
		if (activity && (item == 0 || item > activity->items_count || !activity->items[item - 1].used))
			fault = FAULT_no_item;
	}
	enum fault end = form_done(in);
	return end != FAULT_none ? end : activity ? fault : FAULT_no_activity;
}

void apply_items_hide(struct session *s, const struct entry *entry)
{
	struct activity *activity = activity_of(s, entry->subject.a);
	struct unpack *in = form_read(entry);
	size_t count = unpack_array(in);
	bool hidden = unpack_uint(in, 1);
	for (size_t i = 1; i < count; i++) {
		uint32_t item = (uint32_t)unpack_uint(in, LIMIT_ITEMS);
		activity->items[item - 1].hidden = hidden;
		touch(s, SECTION_activity, entry->subject.a, 0, item, entry->seq);
	}
	form_done(in);
}

/* --- the place on the agenda, time, words to all --- */

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
	place->has_step = true;
	place->step = entry->subject.a;
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

enum view {
#define VIEW(name, number, meaning) VIEW_##name = number,
#include "tbl/views.h"
#undef VIEW
	VIEW_LAST = VIEW_ROOM
};

enum fault check_show(const struct session *s, const struct entry *entry)
{
	struct unpack *in = form_read(entry);
	unpack_arrays(in, 4);
	unpack_uint(in, VIEW_LAST);
	uint32_t activity = (uint32_t)unpack_uint(in, UINT32_MAX), room = (uint32_t)unpack_uint(in, UINT32_MAX);
	unpack_uint(in, UINT16_MAX);
	enum fault fault = form_done(in);
	if (fault != FAULT_none)
		return fault;
	if (activity && !activity_of(s, activity))
		return FAULT_no_activity;
	return room && !room_of(s, room) ? FAULT_no_room : FAULT_none;
}

void apply_show(struct session *s, const struct entry *entry)
{
	struct unpack *in = form_read(entry);
	unpack_arrays(in, 4);
	for (int i = 0; i < 4; i++)
		s->screen[i] = (uint32_t)unpack_uint(in, UINT32_MAX);
	form_done(in);
	touch(s, SECTION_screen, 0, 0, 0, entry->seq);
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
