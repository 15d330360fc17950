/* SPDX-License-Identifier: EUPL-1.2 */
/* What the workshop consists of: the session itself, scopes, steps, activities, items, and what the screen shows. */
#include "base/check.h"
#include "core/state.h"
#include "wire/command.h"

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

void subset_of(const struct activity *activity, struct subset *out)
{
	*out = (struct subset){ 0 };
	for (uint32_t i = 1; i <= activity->items_count; i++)
		if (activity->items[i - 1].used && !activity->items[i - 1].hidden)
			subset_add(out, i);
}

/* --- the session itself --- */

enum fault check_create(const struct session *s, const struct entry *entry)
{
	if (s->rules)
		return FAULT_taken;
	struct unpack *in = form_read(entry);
	unpack_arrays(in, 8);
	unpack_uint(in, UINT32_MAX);
	unpack_uint(in, 1);
	uint64_t k = unpack_uint(in, K_MAX);
	unpack_uint(in, GRACE_MS_MAX);
	unpack_str(in, sizeof s->language - 1);
	unpack_uint(in, UINT64_MAX);
	struct code code;
	if (!code_parse(unpack_str(in, 16), &code) || k < K_DEFAULT)
		unpack_fail(in);
	unpack_str(in, LIMIT_ORIGIN);
	return form_done(in);
}

static void rules_set(struct session *s, uint32_t rules)
{
	s->rules = rules;
	s->newer = rules > RULES_NEWEST;
	s->stopped = rules == 0 || s->newer;
}

void apply_create(struct session *s, const struct entry *entry)
{
	struct unpack *in = form_read(entry);
	unpack_arrays(in, 8);
	s->rules = (uint32_t)unpack_uint(in, UINT32_MAX);
	s->rehearsal = unpack_uint(in, 1);
	s->k = (uint32_t)unpack_uint(in, K_MAX);
	s->grace_ms = unpack_uint(in, GRACE_MS_MAX);
	struct slice language = unpack_str(in, sizeof s->language - 1);
	if (language.len)
		memcpy(s->language, language.at, language.len);
	s->created_ms = unpack_uint(in, UINT64_MAX);
	code_parse(unpack_str(in, 16), &s->code);
	struct slice origin = unpack_str(in, LIMIT_ORIGIN);
	if (origin.len)
		memcpy(s->origin, origin.at, origin.len);
	form_done(in);
	blob_set(&s->title, entry->text);
	rules_set(s, s->rules);
	for (uint64_t key = 1; key <= 3; key++)
		touch(s, SECTION_session, 0, 0, key, entry->seq);
	touch(s, SECTION_screen, 0, 0, 0, entry->seq);
}

/* Raised by an instance when all instances know the higher ones, so nobody stops here who was there then. */
enum fault check_rules(const struct session *s, const struct entry *entry)
{
	struct unpack *in = form_read(entry);
	unpack_arrays(in, 1);
	uint64_t rules = unpack_uint(in, UINT32_MAX);
	enum fault fault = form_done(in);
	return fault == FAULT_none && rules <= s->rules ? FAULT_stale : fault;
}

void apply_rules(struct session *s, const struct entry *entry)
{
	struct unpack *in = form_read(entry);
	unpack_arrays(in, 1);
	uint32_t rules = (uint32_t)unpack_uint(in, UINT32_MAX);
	form_done(in);
	rules_set(s, rules);
	touch(s, SECTION_session, 0, 0, 1, entry->seq);
}

/* --- steps, activities, items --- */

struct step_read {
	struct step step;
	enum fault fault;
};

static struct step_read step_read(const struct session *s, const struct entry *entry)
{
	struct step_read r = { .fault = FAULT_none };
	struct step *step = &r.step;
	struct unpack *in = form_read(entry);
	unpack_arrays(in, 6);
	step->position = (uint32_t)unpack_uint(in, UINT16_MAX);
	step->minutes = (uint32_t)unpack_uint(in, DURATION_MS_MAX / 60000);
	step->plenary = (uint32_t)unpack_uint(in, LIMIT_NOTES_STEP);
	step->source = (uint32_t)unpack_uint(in, UINT32_MAX);
	step->group = (uint32_t)unpack_uint(in, UINT16_MAX);
	size_t parts = unpack_array(in);
	step->parts_count = parts <= LIMIT_PARTS ? (uint32_t)parts : 0;
	for (uint32_t i = 0; i < step->parts_count; i++) {
		unpack_arrays(in, 2);
		step->parts[i][0] = (uint32_t)unpack_uint(in, DURATION_MS_MAX / 60000);
		step->parts[i][1] = (uint32_t)unpack_uint(in, DURATION_MS_MAX / 60000);
		if (step->parts[i][0] > step->parts[i][1])
			unpack_fail(in);
	}
	if (parts > LIMIT_PARTS) { /* not read to the end */
		unpack_destroy(in);
		r.fault = FAULT_full;
		return r;
	}
	r.fault = form_done(in);
	if (r.fault == FAULT_none && step->source && !activity_of(s, step->source))
		r.fault = FAULT_no_activity;
	if (r.fault == FAULT_none && (step->source == 0) != (step->group == 0))
		r.fault = FAULT_malformed;
	return r;
}

enum fault check_step_put(const struct session *s, const struct entry *entry)
{
	struct step_read r = step_read(s, entry);
	if (r.fault == FAULT_none && entry->text.len)
		r.fault = text_check(entry->text, 2 + r.step.parts_count, LIMIT_ITEM);
	if (r.fault != FAULT_none)
		return r.fault;
	if (entry->subject.a > LIMIT_STEPS)
		return FAULT_full;
	return entry->subject.a >= 1 && entry->subject.a <= s->steps_count + 1 ? FAULT_none : FAULT_no_step;
}

void apply_step_put(struct session *s, const struct entry *entry)
{
	uint32_t number = entry->subject.a;
	if (number > s->steps_count) {
		s->steps = check_realloc(s->steps, number, sizeof *s->steps);
		s->steps[number - 1] = (struct step){ 0 };
		s->steps_count = number;
	}
	struct step *step = &s->steps[number - 1], made = step_read(s, entry).step;
	made.used = true;
	made.text = step->text;
	made.guide = step->guide;
	made.began_ms = step->began_ms;
	made.at_ms = step->at_ms;
	made.spent_ms = step->spent_ms;
	*step = made;
	blob_set(&step->text, entry->text);
	touch(s, SECTION_agenda, 0, 0, number, entry->seq);
}

static enum fault empty_form(const struct entry *entry)
{
	struct unpack *in = form_read(entry);
	unpack_arrays(in, 0);
	return form_done(in);
}

enum fault check_guide_put(const struct session *s, const struct entry *entry)
{
	return entry->subject.a <= s->steps_count ? empty_form(entry) : FAULT_no_step;
}

void apply_guide_put(struct session *s, const struct entry *entry)
{
	uint32_t step = entry->subject.a;
	blob_set(step ? &s->steps[step - 1].guide : &s->guide, entry->text);
	touch(s, SECTION_guide, 0, 0, step, entry->seq);
}

static bool has_answers(const struct activity *activity)
{
	return activity->phases_count || activity->round > 1 || (activity->round && activity->askings[0].count);
}

enum fault check_activity_put(const struct session *s, const struct entry *entry)
{
	struct unpack *in = form_read(entry);
	unpack_arrays(in, 6);
	uint32_t step = (uint32_t)unpack_uint(in, UINT32_MAX);
	struct slice kind_name = unpack_str(in, 32);
	uint64_t holder = unpack_uint(in, HOLDER_ROOM), secret = unpack_uint(in, 1);
	struct slice config = unpack_bin(in, 1, LIMIT_CONFIG);
	unpack_str(in, LIMIT_REF);
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
	unpack_arrays(in, 6);
	activity->step = (uint32_t)unpack_uint(in, UINT32_MAX);
	activity->kind = activity_find(unpack_str(in, 32));
	activity->holder = (uint32_t)unpack_uint(in, UINT32_MAX);
	activity->secret = unpack_uint(in, 1);
	blob_set(&activity->config, unpack_bin(in, 1, LIMIT_CONFIG));
	blob_set(&activity->ref, unpack_str(in, LIMIT_REF));
	form_done(in);
	blob_set(&activity->text, entry->text);
	touch(s, SECTION_activity, number, 0, 0, entry->seq);
	touch(s, SECTION_agenda, 0, 0, activity->step, entry->seq);
	if (old_step && old_step != activity->step)
		touch(s, SECTION_agenda, 0, 0, old_step, entry->seq);
	touch(s, SECTION_scope, SCOPE_SESSION, 0, KEY_ACTIVITY + number, entry->seq);
}

/* A sealed result is drawn once: other groups, or items shown and hidden, would draw it anew, and two pictures of it tell more than one. */
static bool sealed_once(const struct activity *activity)
{
#if BOLLPLANK_BUG == 46 /* a sealed result is drawn as often as one likes */
	return false;
#endif
	for (uint32_t r = 0; activity && r < activity->round; r++)
		if (activity->askings[r].sealed)
			return true;
	return false;
}

enum fault check_items_put(const struct session *s, const struct entry *entry)
{
	const struct activity *activity = activity_of(s, entry->subject.a);
	struct unpack *in = form_read(entry);
	size_t count = unpack_array(in);
	enum fault fault = count && count % 2 == 0 ? FAULT_none : FAULT_malformed;
	for (size_t i = 0; i + 1 < count && unpack_ok(in) && fault == FAULT_none; i += 2) {
		uint64_t item = unpack_uint(in, UINT32_MAX), group = unpack_uint(in, UINT16_MAX);
		if (item == 0 || item > LIMIT_ITEMS)
			fault = item ? FAULT_full : FAULT_no_item;
		else if (sealed_once(activity) && item <= activity->items_count && activity->items[item - 1].used && activity->items[item - 1].group != group)
			fault = FAULT_fixed;
	}
	if (fault == FAULT_none)
		fault = form_done(in);
	else
		unpack_destroy(in);
	return fault == FAULT_none && activity == NULL ? FAULT_no_activity : fault;
}

/* A result is told by groups of shown items too. */
static void regrouped(struct session *s, uint32_t number, uint64_t seq)
{
	const struct activity *activity = activity_of(s, number);
	for (uint32_t round = 1; !activity->secret && round <= activity->round; round++) /* earlier rounds are shown beside the newest */
		if (activity->askings[round - 1].count)
			results_touch(s, number, round, seq);
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
	regrouped(s, entry->subject.a, entry->seq);
}

enum fault check_items_hide(const struct session *s, const struct entry *entry)
{
	const struct activity *activity = activity_of(s, entry->subject.a);
	struct unpack *in = form_read(entry);
	size_t count = unpack_array(in);
	unpack_uint(in, 1);
	enum fault fault = count <= 1 ? FAULT_malformed : sealed_once(activity) ? FAULT_fixed : FAULT_none;
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
	regrouped(s, entry->subject.a, entry->seq);
}

/* --- groups of items --- */

enum fault check_groups_put(const struct session *s, const struct entry *entry)
{
	const struct activity *activity = activity_of(s, entry->subject.a);
	struct unpack *in = form_read(entry);
	size_t count = unpack_array(in), fresh = 0;
	enum fault fault = count ? FAULT_none : FAULT_malformed;
	for (size_t i = 0; i < count && unpack_ok(in); i++) {
		uint32_t group = (uint32_t)unpack_uint(in, UINT16_MAX), g = 0;
		if (group == 0)
			fault = FAULT_no_group;
		while (activity && g < activity->groups_count && activity->groups[g].group != group)
			g++;
		fresh += activity && g == activity->groups_count;
	}
	enum fault end = form_done(in);
	if (end != FAULT_none)
		return end;
	if (activity == NULL)
		return FAULT_no_activity;
	return fault == FAULT_none && activity->groups_count + fresh > LIMIT_GROUPS ? FAULT_full : fault;
}

void apply_groups_put(struct session *s, const struct entry *entry)
{
	struct activity *activity = activity_of(s, entry->subject.a);
	struct unpack *in = form_read(entry);
	size_t count = unpack_array(in);
	struct pack word;
	pack_init(&word);
	for (size_t i = 0; i < count; i++) {
		uint32_t group = (uint32_t)unpack_uint(in, UINT16_MAX), g = 0;
		while (g < activity->groups_count && activity->groups[g].group != group)
			g++;
		if (g == activity->groups_count) {
			activity->groups = check_realloc(activity->groups, g + 1, sizeof *activity->groups);
			activity->groups[activity->groups_count++] = (struct item_group){ .group = group };
		}
		pack_clear(&word);
		if (entry->text.len)
			text_column(entry->text, i + 1, &word);
		blob_set(&activity->groups[g].text, pack_bytes(&word));
		touch(s, SECTION_activity, entry->subject.a, 0, KEY_GROUP + group, entry->seq);
	}
	pack_finish(&word);
	form_done(in);
}

/* --- the shared screen --- */

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
	s->screen_seq = entry->seq;
	s->eyes_changed = true; /* a screen sees a room's notes only while it is shown them */
	touch(s, SECTION_screen, 0, 0, 0, entry->seq);
}
