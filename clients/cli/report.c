/* SPDX-License-Identifier: EUPL-1.2 */
/* First everything is read out of the picture (protocol/README.md section 5) into plain structs; then it is written, as Markdown or as JSON. */
#include "report.h"
#include "base/check.h"
#include "page.h"
#include <inttypes.h>
#include <time.h>

struct spread { /* of a rating: the tally's first six numbers */
	uint64_t answers, mean, median, lower, upper, wide;
};

struct number { /* item or group, or a place on a scale */
	uint64_t id, sum, voters;
};

struct numbers {
	struct number *at;
	size_t count;
};

struct answer {
	struct slice words;
	uint64_t count;
};

struct outcome_row { /* of one room, or of all (room 0) */
	uint32_t room;
	bool there, held_back;
	uint64_t ballots, heads, papers;
	struct numbers items, groups, places;
	struct spread spread;
	struct answer *answers;
	size_t answers_count;
	uint64_t left_out;
};

struct label {
	uint64_t id, group;
	struct slice words;
};

struct labels {
	struct label *at;
	size_t count;
};

struct order { /* an outcome */
	bool there, override, by_groups;
	struct numbers rows;
	struct slice reason;
};

struct asked {
	uint32_t number, holder, rounds;
	struct slice kind, ref, title, lead;
	bool secret;
	unsigned phase;
	struct labels items, groups;
	struct outcome_row *results; /* all, then each room */
	struct order order;
};

struct remark { /* a note, or what lies in a tray */
	uint64_t place, number, at_ms, author, activity, kind, tenure;
	bool final, plenary, tray;
	uint32_t room, step;
	struct slice words;
};

struct part {
	uint32_t number;
	uint64_t position, minutes;
	struct slice title, instruction;
	struct asked *asked;
	size_t asked_count;
};

struct named {
	uint32_t number;
	struct slice name;
};

struct report {
	const struct picture *picture;
	const struct report_wish *wish;
	char language[36];
	bool swedish, rehearsal;
	struct slice title, origin;
	uint64_t created_ms, people, k;
	struct named *rooms, *people_named;
	size_t rooms_count, named_count;
	struct part *parts;
	size_t parts_count;
	struct remark *remarks;
	size_t remarks_count;
	FILE *out;
};

/* --- reading --- */

static struct slice words_in(const struct report *r, struct cursor *text, size_t index)
{
	struct cursor copy = *text;
	return text_words(&copy, r->language, index);
}


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

static struct cursor within(struct slice bin)
{
	struct cursor c = cursor_of(bin);
	return cursor_array(&c);
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

static bool is(struct slice kind, const char *name)
{
	return slice_equal(kind, slice_text(name));
}

static void read_tally(struct slice kind, struct slice tally, struct outcome_row *row)
{
	struct cursor values = within(tally);
	if (is(kind, "rating")) {
		row->spread = read_spread(&values);
		row->places = read_numbers(values, true);
	} else if (is(kind, "text")) {
		row->answers = check_alloc(values.left, sizeof *row->answers);
		while (values.left >= 2) {
			row->answers[row->answers_count].words = cursor_str(&values);
			row->answers[row->answers_count++].count = cursor_uint(&values);
		}
		row->left_out = cursor_uint(&values);
	} else {
		row->items = read_numbers(values, false);
	}
}

/* The newest round that is in sight. Of a room of a secret rating only its band is told. */
static void read_result(struct report *r, const struct asked *asked, uint32_t room, struct outcome_row *row)
{
	const struct picture_section *section = picture_find(r->picture, SECTION_result, asked->number, room);
	const struct picture_item *newest = NULL;
	row->room = room;
	for (size_t i = 0; section && i < section->count; i++)
		if (newest == NULL || section->items[i].key > newest->key)
			newest = &section->items[i];
	if (newest) {
		struct cursor c = item_cursor(newest);
		row->there = true;
		row->ballots = cursor_uint(&c);
		row->heads = cursor_uint(&c);
		row->held_back = cursor_bool(&c);
		read_tally(asked->kind, cursor_bin(&c), row);
		row->groups = read_numbers(within(cursor_bin(&c)), false);
		row->papers = cursor_uint(&c);
		return;
	}
	struct cursor band = picture_item(r->picture, (struct section){ SECTION_band, asked->number, 0 }, room);
	if (band.left == 0)
		return;
	row->there = true;
	cursor_uint(&band);
	row->ballots = cursor_uint(&band);
	row->heads = cursor_uint(&band);
	row->held_back = cursor_bool(&band);
	struct cursor brief = within(cursor_bin(&band));
	row->spread = read_spread(&brief);
}

static int order_labels(const void *x, const void *y)
{
	const struct label *a = x, *b = y;
	return (a->id > b->id) - (a->id < b->id);
}

static void label_add(struct labels *labels, struct label label)
{
	labels->at = check_realloc(labels->at, labels->count + 1, sizeof *labels->at);
	labels->at[labels->count++] = label;
}

enum { KEY_GROUP = 4096 };

static void read_asked(struct report *r, uint32_t number, struct asked *asked)
{
	const struct picture_section *section = picture_find(r->picture, SECTION_activity, number, 0);
	asked->number = number;
	for (size_t i = 0; section && i < section->count; i++) {
		struct cursor c = item_cursor(&section->items[i]);
		uint64_t key = section->items[i].key;
		if (key == 0) {
			cursor_uint(&c);
			asked->kind = cursor_str(&c);
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
			cursor_raw(&c);
			label.words = words_in(r, &c, 0);
			label_add(&asked->items, label);
		}
	}
	if (asked->items.count)
		qsort(asked->items.at, asked->items.count, sizeof *asked->items.at, order_labels);
	if (asked->groups.count)
		qsort(asked->groups.at, asked->groups.count, sizeof *asked->groups.at, order_labels);
	struct cursor phase = picture_item(r->picture, (struct section){ .kind = SECTION_scope }, 4096 + (uint64_t)number);
	asked->phase = (unsigned)cursor_uint(&phase);
	asked->rounds = (uint32_t)cursor_uint(&phase);
	asked->results = check_alloc(r->rooms_count + 1, sizeof *asked->results);
	for (size_t i = 0; i <= r->rooms_count; i++)
		read_result(r, asked, i ? r->rooms[i - 1].number : 0, &asked->results[i]);
	struct cursor order = picture_item(r->picture, (struct section){ SECTION_outcome, number, 0 }, 0);
	if (order.left) {
		asked->order.there = true;
		cursor_uint(&order);
		asked->order.by_groups = cursor_uint(&order);
		asked->order.override = cursor_uint(&order);
		cursor_uint(&order);
		asked->order.rows = read_numbers(cursor_array(&order), false);
		asked->order.reason = words_in(r, &order, 0);
	}
}

static int order_named(const void *x, const void *y)
{
	const struct named *a = x, *b = y;
	return (a->number > b->number) - (a->number < b->number);
}

static void read_people(struct report *r)
{
	const struct picture_section *rooms = picture_find(r->picture, SECTION_rooms, 0, 0);
	r->rooms = check_alloc(rooms ? rooms->count : 0, sizeof *r->rooms);
	for (size_t i = 0; rooms && i < rooms->count; i++) {
		struct cursor c = item_cursor(&rooms->items[i]);
		r->rooms[r->rooms_count++] = (struct named){ (uint32_t)rooms->items[i].key, words_in(r, &c, 0) };
	}
	if (r->rooms_count)
		qsort(r->rooms, r->rooms_count, sizeof *r->rooms, order_named);
	for (size_t s = 0; s < r->picture->count; s++) {
		const struct picture_section *section = &r->picture->sections[s];
		if (section->name.kind != SECTION_members)
			continue;
		for (size_t i = 0; i < section->count; i++) {
			struct cursor c = item_cursor(&section->items[i]);
			cursor_uint(&c);
			cursor_uint(&c);
			r->people_named = check_realloc(r->people_named, r->named_count + 1, sizeof *r->people_named);
			r->people_named[r->named_count++] = (struct named){ (uint32_t)section->items[i].key, words_in(r, &c, 0) };
		}
	}
	const struct picture_section *seats = picture_find(r->picture, SECTION_seats, 0, 0);
	for (size_t i = 0; seats && i < seats->count; i++) {
		struct cursor c = cursor_of(seats->items[i].value);
		r->people += cursor_uint(&c);
	}
}

static int order_remarks(const void *x, const void *y)
{
	const struct remark *a = x, *b = y;
	if (a->room != b->room)
		return a->room < b->room ? -1 : 1;
	if (a->tray != b->tray)
		return a->tray ? 1 : -1;
	if (a->place != b->place)
		return a->place < b->place ? -1 : 1;
	return (a->number > b->number) - (a->number < b->number);
}

static void read_remarks(struct report *r)
{
	for (size_t s = 0; s < r->picture->count; s++) {
		const struct picture_section *section = &r->picture->sections[s];
		bool tray = section->name.kind == SECTION_tray;
		if (!tray && section->name.kind != SECTION_notes)
			continue;
		for (size_t i = 0; i < section->count; i++) {
			struct cursor c = item_cursor(&section->items[i]);
			struct remark m = { .number = section->items[i].key, .room = section->name.a, .step = section->name.b, .tray = tray };
			cursor_bin64(&c);
			if (tray)
				m.step = (uint32_t)cursor_uint(&c);
			m.activity = cursor_uint(&c);
			m.kind = cursor_uint(&c);
			if (tray) {
				m.author = cursor_uint(&c);
				m.tenure = cursor_uint(&c);
				m.at_ms = cursor_uint(&c);
			} else {
				m.final = cursor_uint(&c);
				m.plenary = cursor_uint(&c);
				cursor_uint(&c);
				m.place = cursor_uint(&c);
				m.author = cursor_uint(&c);
				m.at_ms = cursor_uint(&c);
				cursor_uint(&c);
				cursor_uint(&c);
			}
			m.words = words_in(r, &c, 0);
			r->remarks = check_realloc(r->remarks, r->remarks_count + 1, sizeof *r->remarks);
			r->remarks[r->remarks_count++] = m;
		}
	}
	if (r->remarks_count)
		qsort(r->remarks, r->remarks_count, sizeof *r->remarks, order_remarks);
}

static int order_parts(const void *x, const void *y)
{
	const struct part *a = x, *b = y;
	if (a->position != b->position)
		return a->position < b->position ? -1 : 1;
	return (a->number > b->number) - (a->number < b->number);
}

static void read_parts(struct report *r)
{
	const struct picture_section *agenda = picture_find(r->picture, SECTION_agenda, 0, 0);
	r->parts_count = agenda ? agenda->count : 0;
	r->parts = check_alloc(r->parts_count, sizeof *r->parts);
	for (size_t i = 0; i < r->parts_count; i++) {
		struct part *part = &r->parts[i];
		struct cursor c = item_cursor(&agenda->items[i]);
		part->number = (uint32_t)agenda->items[i].key;
		part->position = cursor_uint(&c);
		part->minutes = cursor_uint(&c);
		part->title = words_in(r, &c, 0);
		part->instruction = words_in(r, &c, 1);
		cursor_raw(&c);
		struct cursor activities = cursor_array(&c);
		part->asked = check_alloc(activities.left, sizeof *part->asked);
		while (activities.left)
			read_asked(r, (uint32_t)cursor_uint(&activities), &part->asked[part->asked_count++]);
	}
	if (r->parts_count)
		qsort(r->parts, r->parts_count, sizeof *r->parts, order_parts);
}

static void read_all(struct report *r)
{
	struct section session = { .kind = SECTION_session };
	struct cursor head = picture_item(r->picture, session, 1);
	cursor_raw(&head);
	r->rehearsal = cursor_bool(&head);
	struct slice language = cursor_str(&head);
	r->k = cursor_uint(&head);
	cursor_uint(&head);
	cursor_uint(&head);
	r->created_ms = cursor_uint(&head);
	r->origin = cursor_str(&head);
	if (r->wish->language)
		snprintf(r->language, sizeof r->language, "%s", r->wish->language);
	else
		snprintf(r->language, sizeof r->language, "%.*s", (int)(language.len < 35 ? language.len : 35), (const char *)language.at);
	r->swedish = strcmp(r->language, "sv") == 0;
	struct cursor title = picture_value(r->picture, session, 2);
	r->title = words_in(r, &title, 0);
	read_people(r);
	read_parts(r);
	read_remarks(r);
}

static void finish(struct report *r)
{
	for (size_t p = 0; p < r->parts_count; p++) {
		for (size_t a = 0; a < r->parts[p].asked_count; a++) {
			struct asked *asked = &r->parts[p].asked[a];
			for (size_t i = 0; i <= r->rooms_count; i++) {
				free(asked->results[i].items.at);
				free(asked->results[i].groups.at);
				free(asked->results[i].places.at);
				free(asked->results[i].answers);
			}
			free(asked->results);
			free(asked->items.at);
			free(asked->groups.at);
			free(asked->order.rows.at);
		}
		free(r->parts[p].asked);
	}
	free(r->parts);
	free(r->rooms);
	free(r->people_named);
	free(r->remarks);
}

/* --- words --- */

static const char *say(const struct report *r, const char *swedish, const char *english)
{
	return r->swedish ? swedish : english;
}

static const char *note_kind(const struct report *r, uint64_t kind)
{
	static const char *const names[][2] = {
		{ "Anteckning", "Note" }, { "Iakttagelse", "Observation" }, { "Idé", "Idea" }, { "Beslut", "Decision" }, { "Fråga", "Question" },
		{ "Bra exempel", "Good example" }, { "Fallgrop", "Pitfall" }, { "Till parkeringen", "For the parking lot" },
	};
	return names[kind < sizeof names / sizeof *names ? kind : 0][r->swedish ? 0 : 1];
}

static struct slice name_of(const struct report *r, uint64_t author)
{
	for (size_t i = 0; i < r->named_count; i++)
		if (r->people_named[i].number == author)
			return r->people_named[i].name;
	return slice_of(NULL, 0);
}

static struct slice label_of(const struct labels *labels, uint64_t id)
{
	for (size_t i = 0; i < labels->count; i++)
		if (labels->at[i].id == id)
			return labels->at[i].words;
	return slice_of(NULL, 0);
}

static const struct number *number_of(const struct numbers *numbers, uint64_t id)
{
	static const struct number none;
	for (size_t i = 0; i < numbers->count; i++)
		if (numbers->at[i].id == id)
			return &numbers->at[i];
	return &none;
}

static void room_name(const struct report *r, size_t room, char *out, size_t size)
{
	struct slice name = r->rooms[room].name;
	if (name.len)
		snprintf(out, size, "%u %.*s", r->rooms[room].number, (int)name.len, (const char *)name.at);
	else
		snprintf(out, size, "%s %u", say(r, "Rum", "Room"), r->rooms[room].number);
}

static void time_name(uint64_t ms, const char *format, char *out, size_t size)
{
	struct tm tm;
	time_t seconds = (time_t)(ms / 1000);
	strftime(out, size, format, gmtime_r(&seconds, &tm));
}

/* --- Markdown --- */

/* One line of plain words: what would be markup is taken as it stands. */
static void md(struct report *r, struct slice words)
{
	for (size_t i = 0; i < words.len; i++) {
		char c = (char)words.at[i];
		if (c == '\n')
			fputc(' ', r->out);
		else if (words.at[i] == 0xc2 && i + 1 < words.len && words.at[i + 1] == 0xad)
			i++; /* a soft hyphen is for screens */
		else {
			if (strchr("\\`*_[]<>|#~", c) || ((c == '-' || c == '+') && i == 0))
				fputc('\\', r->out);
			fputc(c, r->out);
		}
	}
}

static void md_count(struct report *r, const struct asked *asked)
{
	const struct outcome_row *all = &asked->results[0];
	fprintf(r->out, "%s, %s. ", asked->secret ? say(r, "Hemlig", "Secret") : say(r, "Öppen", "Open"),
		asked->holder == HOLDER_ROOM ? say(r, "rummen svarade", "rooms answered") : say(r, "var och en svarade", "each person answered"));
	if (!all->there) {
		fprintf(r->out, "%s\n\n", say(r, "Resultatet har inte visats.", "The result has not been shown."));
		return;
	}
	fprintf(r->out, "%s: %" PRIu64, say(r, "Svar", "Answers"), all->ballots);
	if (all->heads != all->ballots)
		fprintf(r->out, say(r, " för %" PRIu64 " personer", " for %" PRIu64 " people"), all->heads);
	if (all->papers)
		fprintf(r->out, say(r, ", varav %" PRIu64 " på papper", ", of these %" PRIu64 " on paper"), all->papers);
	if (asked->rounds > 1)
		fprintf(r->out, say(r, ". Omgång %u", ". Round %u"), asked->rounds);
	fputs(".\n\n", r->out);
	if (all->held_back)
		fprintf(r->out, "%s\n\n", say(r, "För få svar för att visas.", "Too few answers to be shown."));
}

static void md_cell(struct report *r, const struct outcome_row *row, const struct number *n)
{
	if (!row->there)
		fputs(" |", r->out);
	else if (row->held_back)
		fprintf(r->out, " %s |", say(r, "för få svar", "too few"));
	else
		fprintf(r->out, " %" PRIu64 " |", n->sum);
}

static void md_head(struct report *r, const char *what, const char *const *columns, size_t count)
{
	fprintf(r->out, "| %s |", what);
	for (size_t i = 0; i < count; i++)
		fprintf(r->out, " %s |", columns[i]);
	for (size_t i = 0; i < r->rooms_count; i++) {
		char name[256];
		room_name(r, i, name, sizeof name);
		fputc(' ', r->out);
		md(r, slice_text(name));
		fputs(" |", r->out);
	}
	fputs("\n| --- |", r->out);
	for (size_t i = 0; i < count + r->rooms_count; i++)
		fputs(" ---: |", r->out);
	fputc('\n', r->out);
}

static void md_sums(struct report *r, const struct asked *asked, const struct labels *labels, bool groups)
{
	const char *columns[] = { say(r, "Alla", "All"), say(r, "Personer", "People") };
	md_head(r, groups ? say(r, "Grupp", "Group") : say(r, "Rad", "Item"), columns, 2);
	for (size_t i = 0; i < labels->count; i++) {
		fputs("| ", r->out);
		md(r, labels->at[i].words);
		fputs(" |", r->out);
		for (size_t room = 0; room <= r->rooms_count; room++) {
			const struct outcome_row *row = &asked->results[room];
			const struct number *n = number_of(groups ? &row->groups : &row->items, labels->at[i].id);
			md_cell(r, row, n);
			if (room == 0)
				fprintf(r->out, row->held_back ? " |" : " %" PRIu64 " |", n->voters);
		}
		fputc('\n', r->out);
	}
	fputc('\n', r->out);
}

static void md_rating(struct report *r, const struct asked *asked)
{
	fprintf(r->out, "0 = ");
	md(r, label_of(&asked->items, 1));
	fprintf(r->out, ", 1000 = ");
	md(r, label_of(&asked->items, 2));
	fprintf(r->out, "\n\n| | %s | %s | %s | %s | %s |\n| --- | ---: | ---: | ---: | ---: | --- |\n", say(r, "Svar", "Answers"), say(r, "Medel", "Mean"), say(r, "Median", "Median"),
		say(r, "Kvartiler", "Quartiles"), say(r, "Spridning", "Spread"));
	for (size_t i = 0; i <= r->rooms_count; i++) {
		const struct outcome_row *row = &asked->results[i];
		char name[256];
		if (!row->there)
			continue;
		if (i)
			room_name(r, i - 1, name, sizeof name);
		fputs("| ", r->out);
		md(r, slice_text(i ? name : say(r, "Alla", "All")));
		if (row->held_back)
			fprintf(r->out, " | | | | | %s |\n", say(r, "för få svar", "too few answers"));
		else
			fprintf(r->out, " | %" PRIu64 " | %" PRIu64 " | %" PRIu64 " | %" PRIu64 "–%" PRIu64 " | %s |\n", row->spread.answers, row->spread.mean, row->spread.median,
				row->spread.lower, row->spread.upper, row->spread.wide ? say(r, "stor", "wide") : "");
	}
	fputc('\n', r->out);
}

static void md_answers(struct report *r, const struct asked *asked)
{
	for (size_t i = 0; i <= r->rooms_count; i++) {
		const struct outcome_row *row = &asked->results[i];
		char name[256];
		if (!row->there || (i == 0 && r->rooms_count && asked->results[1].there && !asked->secret))
			continue; /* by room where that is told */
		if (i) {
			room_name(r, i - 1, name, sizeof name);
			fputs("**", r->out);
			md(r, slice_text(name));
			fputs("**\n\n", r->out);
		}
		for (size_t a = 0; a < row->answers_count; a++) {
			fputs("- ", r->out);
			md(r, row->answers[a].words);
			if (row->answers[a].count > 1)
				fprintf(r->out, " (%" PRIu64 ")", row->answers[a].count);
			fputc('\n', r->out);
		}
		if (row->left_out)
			fprintf(r->out, say(r, "- och %" PRIu64 " till\n", "- and %" PRIu64 " more\n"), row->left_out);
		if (row->answers_count == 0)
			fprintf(r->out, "%s\n", row->held_back ? say(r, "För få svar.", "Too few answers.") : say(r, "Inga svar.", "No answers."));
		fputc('\n', r->out);
	}
}

static void md_order(struct report *r, const struct asked *asked)
{
	const struct order *order = &asked->order;
	fprintf(r->out, "%s\n\n", order->override ? say(r, "Workshopledaren valde den här ordningen:", "The facilitator chose this order:") : say(r, "Ordningen blev:", "The order became:"));
	for (size_t i = 0; i < order->rows.count; i++) {
		const struct number *n = &order->rows.at[i], *before = i ? n - 1 : NULL;
		fprintf(r->out, "%zu. ", i + 1);
		md(r, label_of(order->by_groups ? &asked->groups : &asked->items, n->id));
		fprintf(r->out, ", %" PRIu64, n->sum);
		if (before && before->sum == n->sum && before->voters != n->voters)
			fprintf(r->out, " (%s)", say(r, "lika många som den före, från färre personer", "as many as the one before, from fewer people"));
		else if (before && before->sum == n->sum && !order->override)
			fprintf(r->out, " (%s)", say(r, "lika; workshopledaren avgjorde", "equal; the facilitator decided"));
		fputc('\n', r->out);
	}
	fputc('\n', r->out);
	if (order->reason.len) {
		fprintf(r->out, "%s: ", say(r, "Skäl", "Reason"));
		md(r, order->reason);
		fputs("\n\n", r->out);
	}
}

static void md_asked(struct report *r, const struct asked *asked)
{
	fputs("### ", r->out);
	md(r, asked->title);
	fputs("\n\n", r->out);
	if (asked->lead.len) {
		md(r, asked->lead);
		fputs("\n\n", r->out);
	}
	md_count(r, asked);
	if (asked->results[0].there || (r->rooms_count && is(asked->kind, "rating"))) {
		if (is(asked->kind, "rating"))
			md_rating(r, asked);
		else if (is(asked->kind, "text"))
			md_answers(r, asked);
		else {
			if (asked->groups.count && !asked->results[0].held_back)
				md_sums(r, asked, &asked->groups, true);
			md_sums(r, asked, &asked->items, false);
		}
	}
	if (asked->order.there)
		md_order(r, asked);
}

static void md_remark(struct report *r, const struct remark *m)
{
	char at[16];
	time_name(m->at_ms, "%H:%M", at, sizeof at);
	fprintf(r->out, "- **%s** ", note_kind(r, m->kind));
	md(r, m->words);
	fputs(" (", r->out);
	struct slice name = r->wish->names ? name_of(r, m->author) : slice_of(NULL, 0);
	if (name.len) {
		md(r, name);
		fputs(", ", r->out);
	}
	fprintf(r->out, "%s UTC", at);
	if (m->final)
		fprintf(r->out, ", %s", say(r, "slutlig", "final"));
	if (m->plenary)
		fprintf(r->out, ", %s", say(r, "skickad till alla", "sent to all"));
	if (m->tray)
		fprintf(r->out, ", %s", m->tenure ? say(r, "räddad, inte inlagd", "recovered, not taken over") : say(r, "förslag, inte inlagt", "suggested, not taken over"));
	fputs(")\n", r->out);
}

/* Once somebody has written on a step, a room without notes is told as such. */
static void md_notes(struct report *r, uint32_t step)
{
	bool any = false;
	for (size_t i = 0; i < r->remarks_count; i++)
		any |= r->remarks[i].step == step;
	if (!any)
		return;
	fprintf(r->out, "### %s\n\n", say(r, "Anteckningar", "Notes"));
	for (size_t room = 0; room < r->rooms_count; room++) {
		char name[256];
		size_t count = 0;
		room_name(r, room, name, sizeof name);
		fputs("**", r->out);
		md(r, slice_text(name));
		fputs("**\n\n", r->out);
		for (size_t i = 0; i < r->remarks_count; i++)
			if (r->remarks[i].step == step && r->remarks[i].room == r->rooms[room].number) {
				md_remark(r, &r->remarks[i]);
				count++;
			}
		fputs(count ? "\n" : say(r, "Inga anteckningar.\n\n", "No notes.\n\n"), r->out);
	}
}

static void write_markdown(struct report *r)
{
	char day[32];
	time_name(r->created_ms, "%Y-%m-%d", day, sizeof day);
	fputs("# ", r->out);
	md(r, r->title);
	fprintf(r->out, "\n\n%s%s. %s: %" PRIu64 ". %s: %zu.", r->rehearsal ? say(r, "Genrep ", "Rehearsal ") : "", day, say(r, "Deltagare", "Participants"), r->people,
		say(r, "Rum", "Rooms"), r->rooms_count);
	if (r->origin.len)
		fprintf(r->out, " %s: %.*s.", say(r, "Ur katalogen", "From the catalog"), (int)r->origin.len, (const char *)r->origin.at);
	fprintf(r->out, say(r, " Resultat av hemliga frågor visas för rum med minst %" PRIu64 " svar.\n\n", " Results of secret questions are shown for rooms with at least %" PRIu64 " answers.\n\n"),
		r->k);
	for (size_t p = 0; p < r->parts_count; p++) {
		fprintf(r->out, "## %zu. ", p + 1);
		md(r, r->parts[p].title);
		fprintf(r->out, " (%" PRIu64 " min)\n\n", r->parts[p].minutes);
		if (r->parts[p].instruction.len) {
			md(r, r->parts[p].instruction);
			fputs("\n\n", r->out);
		}
		for (size_t a = 0; a < r->parts[p].asked_count; a++)
			md_asked(r, &r->parts[p].asked[a]);
		md_notes(r, r->parts[p].number);
	}
}

/* --- JSON --- */

static void js_words(struct report *r, struct slice words)
{
	fputc('"', r->out);
	for (size_t i = 0; i < words.len; i++) {
		uint8_t c = words.at[i];
		if (c == '"' || c == '\\')
			fprintf(r->out, "\\%c", c);
		else if (c < 0x20)
			fprintf(r->out, "\\u%04x", c);
		else
			fputc(c, r->out);
	}
	fputc('"', r->out);
}

static void js_key(struct report *r, const char *key, struct slice words)
{
	fprintf(r->out, "\"%s\":", key);
	js_words(r, words);
}

static void js_numbers(struct report *r, const char *key, const struct numbers *numbers, bool places)
{
	fprintf(r->out, ",\"%s\":[", key);
	for (size_t i = 0; i < numbers->count; i++) {
		const struct number *n = &numbers->at[i];
		if (places)
			fprintf(r->out, "%s{\"place\":%" PRIu64 ",\"count\":%" PRIu64 "}", i ? "," : "", n->id, n->sum);
		else
			fprintf(r->out, "%s{\"id\":%" PRIu64 ",\"sum\":%" PRIu64 ",\"people\":%" PRIu64 "}", i ? "," : "", n->id, n->sum, n->voters);
	}
	fputc(']', r->out);
}

static void js_result(struct report *r, const struct asked *asked, const struct outcome_row *row)
{
	fprintf(r->out, "{\"room\":%u,\"ballots\":%" PRIu64 ",\"heads\":%" PRIu64 ",\"papers\":%" PRIu64 ",\"held_back\":%s", row->room, row->ballots, row->heads, row->papers,
		row->held_back ? "true" : "false");
	if (is(asked->kind, "rating") && !row->held_back) {
		fprintf(r->out, ",\"answers\":%" PRIu64 ",\"mean\":%" PRIu64 ",\"median\":%" PRIu64 ",\"lower_quartile\":%" PRIu64 ",\"upper_quartile\":%" PRIu64 ",\"wide\":%s",
			row->spread.answers, row->spread.mean, row->spread.median, row->spread.lower, row->spread.upper, row->spread.wide ? "true" : "false");
		js_numbers(r, "places", &row->places, true);
	} else if (is(asked->kind, "text")) {
		fputs(",\"words\":[", r->out);
		for (size_t i = 0; i < row->answers_count; i++) {
			fputs(i ? ",{" : "{", r->out);
			js_key(r, "words", row->answers[i].words);
			fprintf(r->out, ",\"count\":%" PRIu64 "}", row->answers[i].count);
		}
		fprintf(r->out, "],\"left_out\":%" PRIu64, row->left_out);
	} else if (!is(asked->kind, "rating")) {
		js_numbers(r, "items", &row->items, false);
		js_numbers(r, "groups", &row->groups, false);
	}
	fputc('}', r->out);
}

static void js_labels(struct report *r, const char *key, const struct labels *labels)
{
	fprintf(r->out, ",\"%s\":[", key);
	for (size_t i = 0; i < labels->count; i++) {
		fprintf(r->out, "%s{\"id\":%" PRIu64 ",\"group\":%" PRIu64 ",", i ? "," : "", labels->at[i].id, labels->at[i].group);
		js_key(r, "words", labels->at[i].words);
		fputc('}', r->out);
	}
	fputc(']', r->out);
}

static const char *phase_name(unsigned phase)
{
	switch (phase) {
#define PHASE(name, bit, meaning) case bit: return #name;
#include "tbl/phases.h"
#undef PHASE
	default: return "READY";
	}
}

static void js_asked(struct report *r, const struct asked *asked)
{
	fprintf(r->out, "{\"activity\":%u,", asked->number);
	js_key(r, "ref", asked->ref);
	fputc(',', r->out);
	js_key(r, "kind", asked->kind);
	fputc(',', r->out);
	js_key(r, "title", asked->title);
	fprintf(r->out, ",\"held_by\":\"%s\",\"secret\":%s,\"round\":%u,\"phase\":\"%s\"", asked->holder == HOLDER_ROOM ? "room" : "person", asked->secret ? "true" : "false", asked->rounds,
		phase_name(asked->phase));
	js_labels(r, "items", &asked->items);
	js_labels(r, "groups", &asked->groups);
	fputs(",\"results\":[", r->out);
	bool some = false;
	for (size_t i = 0; i <= r->rooms_count; i++) {
		if (!asked->results[i].there)
			continue;
		if (some)
			fputc(',', r->out);
		js_result(r, asked, &asked->results[i]);
		some = true;
	}
	fputc(']', r->out);
	if (asked->order.there) {
		fprintf(r->out, ",\"outcome\":{\"by\":\"%s\",\"override\":%s,", asked->order.by_groups ? "groups" : "items", asked->order.override ? "true" : "false");
		js_key(r, "reason", asked->order.reason);
		js_numbers(r, "order", &asked->order.rows, false);
		fputc('}', r->out);
	}
	fputc('}', r->out);
}

static void js_remark(struct report *r, const struct remark *m)
{
	static const char *const kinds[] = { "",
#define NOTE(name, number, sign, meaning) [number] = #name,
#include "tbl/notes.h"
#undef NOTE
	};
	char at[32];
	time_name(m->at_ms, "%Y-%m-%dT%H:%M:%SZ", at, sizeof at);
	fprintf(r->out, "{\"room\":%u,\"step\":%u,\"activity\":%" PRIu64 ",\"kind\":\"%s\",\"final\":%s,\"plenary\":%s,\"at\":\"%s\",", m->room, m->step, m->activity,
		m->kind < sizeof kinds / sizeof *kinds ? kinds[m->kind] : "", m->final ? "true" : "false", m->plenary ? "true" : "false", at);
	js_key(r, "author", r->wish->names ? name_of(r, m->author) : slice_of(NULL, 0));
	fprintf(r->out, ",\"tray\":%s,\"tenure\":%" PRIu64 ",", m->tray ? "true" : "false", m->tenure);
	js_key(r, "words", m->words);
	fputc('}', r->out);
}

static void write_json(struct report *r)
{
	char day[32];
	time_name(r->created_ms, "%Y-%m-%dT%H:%M:%SZ", day, sizeof day);
	fputs("{\"report\":1,", r->out);
	js_key(r, "title", r->title);
	fputc(',', r->out);
	js_key(r, "origin", r->origin);
	fprintf(r->out, ",\"language\":\"%s\",\"created\":\"%s\",\"rehearsal\":%s,\"k\":%" PRIu64 ",\"participants\":%" PRIu64 ",\"rooms\":[", r->language, day, r->rehearsal ? "true" : "false",
		r->k, r->people);
	for (size_t i = 0; i < r->rooms_count; i++) {
		fprintf(r->out, "%s{\"room\":%u,", i ? "," : "", r->rooms[i].number);
		js_key(r, "name", r->rooms[i].name);
		fputc('}', r->out);
	}
	fputs("],\"steps\":[", r->out);
	for (size_t p = 0; p < r->parts_count; p++) {
		fprintf(r->out, "%s{\"step\":%u,\"minutes\":%" PRIu64 ",", p ? "," : "", r->parts[p].number, r->parts[p].minutes);
		js_key(r, "title", r->parts[p].title);
		fputs(",\"activities\":[", r->out);
		for (size_t a = 0; a < r->parts[p].asked_count; a++) {
			if (a)
				fputc(',', r->out);
			js_asked(r, &r->parts[p].asked[a]);
		}
		fputs("]}", r->out);
	}
	fputs("],\"notes\":[", r->out);
	for (size_t i = 0; i < r->remarks_count; i++) {
		if (i)
			fputc(',', r->out);
		js_remark(r, &r->remarks[i]);
	}
	fputs("]}\n", r->out);
}

void report_write(const struct picture *picture, const struct report_wish *wish, FILE *out)
{
	struct report r = { .picture = picture, .wish = wish, .out = out };
	read_all(&r);
	if (wish->json)
		write_json(&r);
	else
		write_markdown(&r);
	finish(&r);
}
