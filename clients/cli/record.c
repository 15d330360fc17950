/* SPDX-License-Identifier: EUPL-1.2 */
#include "record.h"
#include "base/check.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct author {
	uint64_t number;
	struct slice name;
};

struct reading {
	const struct picture *picture;
	struct record *out;
	struct author *authors; /* none where names are left out */
	size_t authors_count;
};

static struct slice words_in(const struct reading *r, struct cursor *text, size_t index)
{
	struct cursor copy = *text;
	return text_words(&copy, r->out->language, index);
}

static struct cursor within(struct slice bin)
{
	struct cursor c = cursor_of(bin);
	return cursor_array(&c);
}

/* --- what came of an activity --- */

static struct numbers read_numbers(struct cursor values, bool pairs)
{
	struct numbers out = { check_alloc(values.left, sizeof *out.at), 0 };
	while (values.left >= (pairs ? 2 : 3)) {
		struct number *n = &out.at[out.count++];
		n->id = cursor_uint(&values);
		n->sum = cursor_uint(&values);
		n->voters = pairs ? n->sum : cursor_uint(&values);
	}
	return out;
}

static struct spread read_spread(struct cursor *values)
{
	struct spread s = { 0 };
	s.answers = cursor_uint(values);
	s.mean = cursor_uint(values);
	s.median = cursor_uint(values);
	s.lower = cursor_uint(values);
	s.upper = cursor_uint(values);
	s.wide = cursor_uint(values);
	return s;
}

static enum tallied tallied_as(struct slice kind)
{
	if (slice_equal(kind, slice_text("rating")))
		return TALLIED_SPREAD;
	return slice_equal(kind, slice_text("text")) ? TALLIED_WORDS : TALLIED_NUMBERS;
}

static void read_tally(enum tallied tallied, struct slice tally, struct result *result)
{
	struct cursor values = within(tally);
	switch (tallied) {
	case TALLIED_SPREAD:
		result->spread = read_spread(&values);
		result->places = read_numbers(values, true);
		break;
	case TALLIED_WORDS:
		result->answers = check_alloc(values.left, sizeof *result->answers);
		while (values.left >= 2) {
			result->answers[result->answers_count].words = cursor_str(&values);
			result->answers[result->answers_count++].count = cursor_uint(&values);
		}
		result->left_out = cursor_uint(&values);
		break;
	case TALLIED_NUMBERS: result->items = read_numbers(values, false); break;
	}
}

static void read_shown(const struct asked *asked, const struct picture_item *item, struct result *result)
{
	struct cursor c = item_cursor(item);
	result->there = true;
	result->ballots = cursor_uint(&c);
	result->heads = cursor_uint(&c);
	result->held_back = cursor_bool(&c);
	read_tally(asked->tallied, cursor_bin(&c), result);
	result->groups = read_numbers(within(cursor_bin(&c)), false);
	result->papers = cursor_uint(&c);
}

/* Of a room of a secret rating only its band is told, of the running round. */
static void read_band(const struct reading *r, const struct asked *asked, uint32_t number, struct result *result)
{
	struct cursor band = picture_item(r->picture, (struct section){ SECTION_band, asked->number, 0 }, result->room);
	if (band.left == 0 || cursor_uint(&band) != number)
		return;
	result->there = true;
	result->ballots = cursor_uint(&band);
	result->heads = cursor_uint(&band);
	result->held_back = cursor_bool(&band);
	struct cursor brief = within(cursor_bin(&band));
	result->spread = read_spread(&brief);
}

/* The phase of the running round in a room; of room 0: for all. */
static unsigned phase_of(const struct reading *r, uint32_t activity, uint32_t room, uint32_t *round)
{
	const uint32_t scopes[] = { room ? SCOPE_ROOM | room : SCOPE_SESSION, SCOPE_SESSION };
	for (size_t i = 0; i < 2; i++) {
		struct cursor c = picture_item(r->picture, (struct section){ .kind = SECTION_scope, .a = scopes[i] }, KEY_ACTIVITY + (uint64_t)activity);
		if (c.left == 0)
			continue;
		unsigned phase = (unsigned)cursor_uint(&c);
		*round = (uint32_t)cursor_uint(&c);
		return phase;
	}
	*round = 1;
	return PHASE_READY;
}

/* One round for all and each room: never the newest of each by itself. Of the running one only what is revealed: a look of the facilitator's shows nobody else anything. */
static void read_round(const struct reading *r, const struct asked *asked, struct round *round)
{
	for (size_t i = 0; i <= r->out->rooms_count; i++) {
		struct result *result = &round->results[i];
		result->room = i ? r->out->rooms[i - 1].number : 0;
		const struct picture_section *section = picture_find(r->picture, SECTION_result, asked->number, result->room);
		uint32_t running;
		bool shown = phase_of(r, asked->number, result->room, &running) == PHASE_REVEALED || round->number < running, some = false;
		for (size_t k = 0; shown && section && k < section->count; k++)
			if (section->items[k].key == round->number) {
				read_shown(asked, &section->items[k], result);
				some = true;
			}
		if (shown && !some && i)
			read_band(r, asked, round->number, result);
	}
}

/* Whether a room agrees with its own ballot is told when that is: with its result. */
static void read_accords(const struct reading *r, const struct asked *asked, struct round *round)
{
	for (size_t i = 1; asked->holder == HOLDER_ROOM && i <= r->out->rooms_count; i++) {
		struct cursor c = picture_item(r->picture, (struct section){ SECTION_room_ballots, round->results[i].room, 0 }, asked->number);
		if (!round->results[i].there || cursor_uint(&c) != round->number)
			continue;
		cursor_bin(&c);
		round->accords[i - 1].agreed = cursor_array(&c).left;
		round->accords[i - 1].not_yet = cursor_array(&c).left;
	}
}

static void read_rounds(const struct reading *r, struct asked *asked)
{
	uint32_t count;
	asked->phase = phase_of(r, asked->number, 0, &count);
	asked->rounds_count = count < 1 ? 1 : count > LIMIT_ROUNDS ? LIMIT_ROUNDS : count;
	asked->rounds = check_alloc(asked->rounds_count, sizeof *asked->rounds);
	for (size_t i = 0; i < asked->rounds_count; i++) {
		struct round *round = &asked->rounds[i];
		round->number = (uint32_t)i + 1;
		round->results = check_alloc(r->out->rooms_count + 1, sizeof *round->results);
		round->accords = check_alloc(r->out->rooms_count + 1, sizeof *round->accords);
		read_round(r, asked, round);
		read_accords(r, asked, round);
	}
}

static void read_outcome(const struct reading *r, struct asked *asked)
{
	struct cursor c = picture_item(r->picture, (struct section){ SECTION_outcome, asked->number, 0 }, 0);
	if (c.left == 0)
		return;
	asked->outcome.there = true;
	asked->outcome.round = (uint32_t)cursor_uint(&c);
	asked->outcome.by_groups = cursor_uint(&c);
	asked->outcome.override = cursor_uint(&c);
	cursor_uint(&c);
	asked->outcome.rows = read_numbers(cursor_array(&c), false);
	asked->outcome.reason = words_in(r, &c, 0);
}

/* --- what was asked --- */

static int order_labels(const void *x, const void *y)
{
	const struct label *a = x, *b = y;
	return (a->id > b->id) - (a->id < b->id);
}

static void sort_labels(struct labels *labels)
{
	if (labels->count)
		qsort(labels->at, labels->count, sizeof *labels->at, order_labels);
}

static void label_add(struct labels *labels, struct label label)
{
	labels->at = check_realloc(labels->at, labels->count + 1, sizeof *labels->at);
	labels->at[labels->count++] = label;
}

static void read_asked(const struct reading *r, uint32_t number, struct asked *asked)
{
	const struct picture_section *section = picture_find(r->picture, SECTION_activity, number, 0);
	asked->number = number;
	for (size_t i = 0; section && i < section->count; i++) {
		struct cursor c = item_cursor(&section->items[i]);
		uint64_t key = section->items[i].key;
		if (key == 0) {
			cursor_uint(&c);
			asked->kind = cursor_str(&c);
			asked->tallied = tallied_as(asked->kind);
			asked->holder = (uint32_t)cursor_uint(&c);
			asked->secret = cursor_bool(&c);
			cursor_bin(&c);
			asked->title = words_in(r, &c, 0);
			asked->lead = words_in(r, &c, 1);
			cursor_raw(&c);
			asked->ref = cursor_str(&c);
		} else if (key > KEY_GROUP) {
			label_add(&asked->groups, (struct label){ .id = key - KEY_GROUP, .words = words_in(r, &c, 0) });
		} else {
			struct label label = { .id = key, .group = cursor_uint(&c) };
			label.hidden = cursor_bool(&c);
			label.words = words_in(r, &c, 0);
			label_add(&asked->items, label);
		}
	}
	sort_labels(&asked->items);
	sort_labels(&asked->groups);
	read_rounds(r, asked);
	read_outcome(r, asked);
}

static int order_steps(const void *x, const void *y)
{
	const struct step *a = x, *b = y;
	if (a->position != b->position)
		return a->position < b->position ? -1 : 1;
	return (a->number > b->number) - (a->number < b->number);
}

/* The last stretch counts up to now, unless the session is over: then it has been counted. */
static void read_course(const struct reading *r, struct step *step)
{
	struct cursor c = picture_item(r->picture, (struct section){ .kind = SECTION_course }, step->number);
	struct cursor now = picture_value(r->picture, (struct section){ .kind = SECTION_scope }, 1);
	if (c.left == 0)
		return;
	step->began_ms = cursor_uint(&c);
	uint64_t at_ms = cursor_uint(&c);
	step->spent_ms = cursor_uint(&c);
	if (!r->out->over && cursor_uint(&now) == step->number && r->out->now_ms > at_ms)
		step->spent_ms += r->out->now_ms - at_ms;
}

static void read_steps(struct reading *r)
{
	const struct picture_section *agenda = picture_find(r->picture, SECTION_agenda, 0, 0);
	struct record *out = r->out;
	out->steps_count = agenda ? agenda->count : 0;
	out->steps = check_alloc(out->steps_count, sizeof *out->steps);
	for (size_t i = 0; i < out->steps_count; i++) {
		struct step *step = &out->steps[i];
		struct cursor c = item_cursor(&agenda->items[i]);
		step->number = (uint32_t)agenda->items[i].key;
		step->position = cursor_uint(&c);
		step->minutes = cursor_uint(&c);
		step->title = words_in(r, &c, 0);
		step->instruction = words_in(r, &c, 1);
		read_course(r, step);
		cursor_raw(&c);
		struct cursor activities = cursor_array(&c);
		step->asked = check_alloc(activities.left, sizeof *step->asked);
		while (activities.left)
			read_asked(r, (uint32_t)cursor_uint(&activities), &step->asked[step->asked_count++]);
	}
	if (out->steps_count)
		qsort(out->steps, out->steps_count, sizeof *out->steps, order_steps);
}

/* --- who was there, and what they wrote --- */

static int order_rooms(const void *x, const void *y)
{
	const struct room *a = x, *b = y;
	return (a->number > b->number) - (a->number < b->number);
}

static void read_rooms(struct reading *r)
{
	const struct picture_section *rooms = picture_find(r->picture, SECTION_rooms, 0, 0);
	struct record *out = r->out;
	out->rooms = check_alloc(rooms ? rooms->count : 0, sizeof *out->rooms);
	for (size_t i = 0; rooms && i < rooms->count; i++) {
		struct cursor c = item_cursor(&rooms->items[i]);
		out->rooms[out->rooms_count++] = (struct room){ .number = (uint32_t)rooms->items[i].key, .name = words_in(r, &c, 0) };
	}
	if (out->rooms_count)
		qsort(out->rooms, out->rooms_count, sizeof *out->rooms, order_rooms);
	const struct picture_section *seats = picture_find(r->picture, SECTION_seats, 0, 0);
	for (size_t i = 0; seats && i < seats->count; i++) {
		struct cursor c = cursor_of(seats->items[i].value);
		uint64_t people = cursor_uint(&c);
		out->people += people;
		if (seats->items[i].key == 0)
			out->roomless = people;
		for (size_t room = 0; room < out->rooms_count; room++)
			if (out->rooms[room].number == seats->items[i].key)
				out->rooms[room].people = people;
	}
}

static void read_authors(struct reading *r)
{
	for (size_t s = 0; s < r->picture->count; s++) {
		const struct picture_section *section = &r->picture->sections[s];
		if (section->name.kind != SECTION_members)
			continue;
		for (size_t i = 0; i < section->count; i++) {
			struct cursor c = item_cursor(&section->items[i]);
			cursor_uint(&c);
			cursor_uint(&c);
			r->authors = check_realloc(r->authors, r->authors_count + 1, sizeof *r->authors);
			r->authors[r->authors_count++] = (struct author){ section->items[i].key, words_in(r, &c, 0) };
		}
	}
}

static struct slice author_of(const struct reading *r, uint64_t number)
{
	for (size_t i = 0; i < r->authors_count; i++)
		if (r->authors[i].number == number)
			return r->authors[i].name;
	return slice_of(NULL, 0);
}

static int order_notes(const void *x, const void *y)
{
	const struct note *a = x, *b = y;
	if (a->room != b->room)
		return a->room < b->room ? -1 : 1;
	if (a->tray != b->tray)
		return a->tray ? 1 : -1;
	if (a->place != b->place)
		return a->place < b->place ? -1 : 1;
	return (a->number > b->number) - (a->number < b->number);
}

static struct note read_note(const struct reading *r, const struct section *name, const struct picture_item *item)
{
	struct cursor c = item_cursor(item);
	struct note note = { .number = item->key, .room = name->a, .step = name->b, .tray = name->kind == SECTION_tray };
	cursor_bin64(&c);
	if (note.tray)
		note.step = (uint32_t)cursor_uint(&c);
	note.activity = cursor_uint(&c);
	note.kind = cursor_uint(&c);
	if (note.tray) {
		note.author = author_of(r, cursor_uint(&c));
		note.tenure = cursor_uint(&c);
		note.at_ms = cursor_uint(&c);
	} else {
		note.final = cursor_uint(&c);
		note.plenary = cursor_uint(&c);
		cursor_uint(&c);
		note.place = cursor_uint(&c);
		note.author = author_of(r, cursor_uint(&c));
		note.at_ms = cursor_uint(&c);
		cursor_uint(&c);
		cursor_uint(&c);
	}
	note.words = words_in(r, &c, 0);
	return note;
}

static void read_notes(struct reading *r)
{
	struct record *out = r->out;
	for (size_t s = 0; s < r->picture->count; s++) {
		const struct picture_section *section = &r->picture->sections[s];
		if (section->name.kind != SECTION_tray && section->name.kind != SECTION_notes)
			continue;
		for (size_t i = 0; i < section->count; i++) {
			out->notes = check_realloc(out->notes, out->notes_count + 1, sizeof *out->notes);
			out->notes[out->notes_count++] = read_note(r, &section->name, &section->items[i]);
		}
	}
	if (out->notes_count)
		qsort(out->notes, out->notes_count, sizeof *out->notes, order_notes);
}

/* --- the whole of it --- */

static void read_head(struct reading *r, const char *language)
{
	struct section session = { .kind = SECTION_session };
	struct cursor head = picture_item(r->picture, session, 1);
	struct record *out = r->out;
	cursor_raw(&head);
	out->rehearsal = cursor_bool(&head);
	struct slice own = cursor_str(&head), spoken = language ? slice_text(language) : own;
	out->k = cursor_uint(&head);
	cursor_uint(&head);
	cursor_uint(&head);
	out->created_ms = cursor_uint(&head);
	out->origin = cursor_str(&head);
	snprintf(out->language, sizeof out->language, "%.*s", (int)spoken.len, (const char *)spoken.at);
	struct cursor title = picture_value(r->picture, session, 2);
	out->title = words_in(r, &title, 0);
	struct cursor over = picture_value(r->picture, session, 3);
	out->over = cursor_bool(&over);
}

void record_read(struct record *record, const struct picture *picture, const struct replayed *replayed, struct record_wish wish)
{
	*record = (struct record){ .withheld = replayed->withheld, .now_ms = replayed->at_ms, .ended_ms = replayed->ended_ms, .zone = wish.zone };
	struct reading r = { .picture = picture, .out = record };
	read_head(&r, wish.language);
	read_rooms(&r);
	read_steps(&r);
	if (wish.names)
		read_authors(&r);
	read_notes(&r);
	free(r.authors);
}

static void finish_rounds(const struct record *record, struct asked *asked)
{
	for (size_t k = 0; k < asked->rounds_count; k++) {
		struct round *round = &asked->rounds[k];
		for (size_t i = 0; i <= record->rooms_count; i++) {
			free(round->results[i].items.at);
			free(round->results[i].groups.at);
			free(round->results[i].places.at);
			free(round->results[i].answers);
		}
		free(round->results);
		free(round->accords);
	}
	free(asked->rounds);
}

void record_finish(struct record *record)
{
	for (size_t s = 0; s < record->steps_count; s++) {
		for (size_t a = 0; a < record->steps[s].asked_count; a++) {
			struct asked *asked = &record->steps[s].asked[a];
			finish_rounds(record, asked);
			free(asked->items.at);
			free(asked->groups.at);
			free(asked->outcome.rows.at);
		}
		free(record->steps[s].asked);
	}
	free(record->steps);
	free(record->rooms);
	free(record->notes);
}

void record_time(uint64_t at_ms, const char *zone, const char *format, char *out, size_t size)
{
	struct tm tm;
	time_t seconds = (time_t)(at_ms / 1000);
	strftime(out, size, format, zone ? localtime_r(&seconds, &tm) : gmtime_r(&seconds, &tm));
}
