/* SPDX-License-Identifier: EUPL-1.2 */
#include "screen.h"
#include "base/limits.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { STALE_AFTER_MS = 2 * BEAT_STAFF_MS, CLOSED_FOR_MS = 3000, CLOCK_TRUSTED_MS = 60000 };

struct drawing {
	const struct screen *screen;
	const struct picture *picture; /* the page's */
	struct terminal *out;
	uint64_t now_us;
	bool english;
};

/* --- what is told, not kept --- */

void screen_told(struct screen *screen, enum volatile_kind kind, struct cursor rest)
{
	if (kind == VOLATILE_PRESENT) {
		screen->here = (uint32_t)cursor_uint(&rest);
		screen->here_known = true;
	} else if (kind == VOLATILE_PROGRESS) {
		uint32_t activity = (uint32_t)cursor_uint(&rest);
		size_t i = 0;
		while (i < screen->count_count && screen->counts[i].activity != activity)
			i++;
		if (i == sizeof screen->counts / sizeof screen->counts[0])
			i = 0;
		screen->counts[i] = (struct screen_count){ .activity = activity,
							   .done = (uint32_t)cursor_uint(&rest),
							   .of = (uint32_t)cursor_uint(&rest) };
		screen->count_count = i + 1 > screen->count_count ? i + 1 : screen->count_count;
	}
}

/* --- words --- */

static const char *say(const struct drawing *d, const char *sv, const char *en)
{
	return d->english ? en : sv;
}

static struct slice words_of(const struct drawing *d, struct cursor *text, size_t index)
{
	return text_words(text, d->english ? "en" : "sv", index);
}

static void clock_text(int64_t ms, char out[24])
{
	int64_t s = ms <= 0 ? 0 : (ms + 999) / 1000;
	snprintf(out, 24, "%" PRId64 ":%02" PRId64, s / 60, s % 60);
}

static void room_name(const struct drawing *d, uint32_t room, char *out, size_t size)
{
	struct cursor c = picture_value(d->picture, (struct section){ .kind = SECTION_rooms }, room);
	struct slice words = words_of(d, &c, 0);
	if (words.len > 0)
		terminal_fit(words, 30, false, out, size);
	else
		snprintf(out, size, say(d, "Rum %u", "Room %u"), room);
}

/* --- where the workshop stands --- */

static void draw_head(const struct drawing *d)
{
	struct cursor title = picture_value(d->picture, (struct section){ .kind = SECTION_session }, 2);
	struct slice words = words_of(d, &title, 0);
	struct cursor session = picture_item(d->picture, (struct section){ .kind = SECTION_session }, 1);
	cursor_raw(&session);
	bool rehearsal = cursor_bool(&session);
	terminal_line(d->out, "%.*s%s", (int)words.len, (const char *)words.at,
		      rehearsal ? say(d, "  (genrep)", "  (rehearsal)") : "");
	char here[64] = "";
	if (d->screen->here_known)
		snprintf(here, sizeof here, say(d, "   %u är här", "   %u are here"), d->screen->here);
	const char *code = d->screen->page->code;
	terminal_line(d->out, "%s %.4s %.4s%s", say(d, "Kod", "Code"), code, strlen(code) > 4 ? code + 4 : "", here);
}

static void draw_step(const struct drawing *d)
{
	struct cursor scope = picture_item(d->picture, (struct section){ .kind = SECTION_scope }, 2);
	struct cursor at = picture_value(d->picture, (struct section){ .kind = SECTION_scope }, 1);
	uint64_t step = cursor_uint(&at);
	if (step == 0) {
		terminal_line(d->out, "%s", say(d, "Inget steg har börjat.", "No step has begun."));
		return;
	}
	struct cursor c = picture_item(d->picture, (struct section){ .kind = SECTION_agenda }, step);
	cursor_raw(&c);
	cursor_raw(&c);
	struct cursor again = c;
	struct slice title = words_of(d, &c, 0), instruction = words_of(d, &again, 1);
	cursor_raw(&scope);
	uint64_t duration = cursor_uint(&scope), from = cursor_uint(&scope);
	bool still = cursor_bool(&scope); /* then the duration is what is left */
	char left[24] = "";
	if (duration > 0 && d->out->tty) {
		if (still)
			clock_text((int64_t)duration, left);
		else if (d->screen->lost_us != 0 && d->now_us - d->screen->lost_us > CLOCK_TRUSTED_MS * 1000ull)
			snprintf(left, sizeof left, "–:–");
		else
			clock_text((int64_t)(from + duration) -
					   (int64_t)(d->screen->page->log_ms + (d->now_us - d->screen->page->log_at_us) / 1000),
				   left);
	}
	char text[TERMINAL_LINE];
	snprintf(text, sizeof text, "%.*s%s%s%s", (int)title.len, (const char *)title.at, *left ? "   " : "", left,
		 still ? say(d, "   Tiden är pausad.", "   The time is paused.") : "");
	terminal_paragraph(d->out, text);
	if (instruction.len > 0) {
		snprintf(text, sizeof text, "%.*s", (int)instruction.len, (const char *)instruction.at);
		terminal_paragraph(d->out, text);
	}
}

static void draw_announcement(const struct drawing *d)
{
	struct cursor c = picture_item(d->picture, (struct section){ .kind = SECTION_scope }, 3);
	cursor_raw(&c);
	struct slice words = words_of(d, &c, 0);
	if (words.len > 0) {
		char text[LIMIT_SAY + 64];
		snprintf(text, sizeof text, "%s %.*s", say(d, "Från workshopledaren:", "From the facilitator:"),
			 (int)words.len, (const char *)words.at);
		terminal_paragraph(d->out, text);
	}
}

/* --- results --- */

struct shown { /* a result that is in sight */
	uint64_t ballots, held_back;
	uint32_t round;
	struct slice tally;
};

static bool find_result(const struct drawing *d, uint32_t activity, uint32_t room, struct shown *out)
{
	const struct picture_item *newest = picture_newest(picture_find(d->picture, SECTION_result, activity, room));
	if (newest == NULL)
		return false;
	struct cursor c = item_cursor(newest);
	out->round = (uint32_t)newest->key;
	out->ballots = cursor_uint(&c);
	cursor_raw(&c);
	out->held_back = cursor_uint(&c);
	out->tally = cursor_bin(&c);
	return true;
}

static uint64_t sum_of(struct slice tally, uint64_t item)
{
	struct cursor c = cursor_of(tally);
	c = cursor_array(&c);
	while (c.left > 0) {
		uint64_t number = cursor_uint(&c), sum = cursor_uint(&c);
		cursor_raw(&c);
		if (number == item)
			return sum;
	}
	return 0;
}

static uint64_t greatest_of(struct slice tally)
{
	uint64_t most = 0;
	struct cursor c = cursor_of(tally);
	c = cursor_array(&c);
	while (c.left > 0) {
		cursor_raw(&c);
		uint64_t sum = cursor_uint(&c);
		cursor_raw(&c);
		most = sum > most ? sum : most;
	}
	return most;
}

static void draw_bars(const struct drawing *d, uint32_t activity, struct slice tally, const char *indent)
{
	struct section name = { .kind = SECTION_activity, .a = activity };
	uint32_t items[LIMIT_ITEMS];
	uint64_t most = greatest_of(tally);
	size_t count = page_items(d->screen->page, activity, items), label = d->out->columns * 2 / 5;
	size_t room = d->out->columns > label + strlen(indent) + 10 ? d->out->columns - label - strlen(indent) - 10 : 4;
	for (size_t i = 0; i < count; i++) {
		struct cursor c = picture_item(d->picture, name, items[i]);
		cursor_raw(&c);
		cursor_raw(&c);
		struct slice words = words_of(d, &c, 0);
		char text[TERMINAL_LINE / 2], drawn[TERMINAL_LINE / 2];
		uint64_t sum = sum_of(tally, items[i]);
		if (d->out->tty) {
			terminal_fit(words, label, true, text, sizeof text);
			terminal_bar(sum, most, room, drawn, sizeof drawn);
			terminal_line(d->out, "%s%s %5" PRIu64 " %s", indent, text, sum, drawn);
		} else {
			terminal_line(d->out, "%s%.*s: %" PRIu64, indent, (int)words.len, (const char *)words.at, sum);
		}
	}
}

static void draw_one_result(const struct drawing *d, uint32_t activity, uint32_t room, const char *heading)
{
	struct shown result;
	if (!find_result(d, activity, room, &result))
		return;
	char round[32] = "";
	if (result.round > 1)
		snprintf(round, sizeof round, say(d, ", omgång %u", ", round %u"), result.round);
	const char *words = result.ballots == 1 ? say(d, "svar", "answer") : say(d, "svar", "answers");
	terminal_line(d->out, "%s: %" PRIu64 " %s%s", heading, result.ballots, words, round);
	if (result.held_back != 0)
		terminal_line(d->out, "  %s", say(d, "För få svar för att visas.", "Too few answers to be shown."));
	else
		draw_bars(d, activity, result.tally, "  ");
}

static void draw_rooms(const struct drawing *d, uint32_t activity)
{
	uint64_t last = 0;
	for (;;) { /* rooms in the order of their numbers */
		uint32_t least = UINT32_MAX;
		for (size_t i = 0; i < d->picture->count; i++) {
			struct section name = d->picture->sections[i].name;
			if (name.kind == SECTION_result && name.a == activity && name.b > last && name.b < least)
				least = name.b;
		}
		if (least == UINT32_MAX)
			return;
		char heading[128];
		room_name(d, least, heading, sizeof heading);
		draw_one_result(d, activity, least, heading);
		last = least;
	}
}

/* --- the picture --- */

static void draw_question(const struct drawing *d, uint32_t activity, enum view view, uint32_t room)
{
	struct question question;
	if (!page_question(d->screen->page, activity, &question))
		return;
	struct cursor c =
		picture_item(d->picture, (struct section){ .kind = SECTION_activity, .a = activity }, 0);
	for (int i = 0; i < 5; i++)
		cursor_raw(&c);
	struct slice title = words_of(d, &c, 0);
	uint32_t round;
	unsigned phase = page_phase(d->screen->page, activity, 0, &round);
	const char *stands = phase & PHASE_OPEN                      ? say(d, "öppen", "open")
			     : phase & PHASE_CLOSING                 ? say(d, "stänger snart", "closing soon")
			     : phase & (PHASE_CLOSED | PHASE_SEALED) ? say(d, "stängd", "closed")
			     : phase & PHASE_REVEALED                ? say(d, "resultat", "result")
								     : say(d, "inte öppnad", "not opened");
	terminal_line(d->out, "%s", "");
	char text[TERMINAL_LINE];
	snprintf(text, sizeof text, "%.*s (%s%s)", (int)title.len, (const char *)title.at, stands,
		 question.secret ? say(d, ", hemlig", ", secret") : "");
	terminal_paragraph(d->out, text);
	for (size_t i = 0; i < d->screen->count_count; i++)
		if (d->screen->counts[i].activity == activity && (phase & (PHASE_OPEN | PHASE_CLOSING)) != 0)
			terminal_line(d->out, say(d, "%u av %u klara", "%u of %u done"), d->screen->counts[i].done, d->screen->counts[i].of);
	if (view == VIEW_ROOM && room != 0) {
		char heading[128];
		room_name(d, room, heading, sizeof heading);
		draw_one_result(d, activity, room, heading);
	}
	draw_one_result(d, activity, 0, say(d, "Alla", "All"));
	if (view == VIEW_ROOMS)
		draw_rooms(d, activity);
}

static void draw_content(const struct drawing *d)
{
	struct cursor c = picture_item(d->picture, (struct section){ .kind = SECTION_screen }, 0);
	enum view view = (enum view)cursor_uint(&c);
	uint32_t shown = (uint32_t)cursor_uint(&c), room = (uint32_t)cursor_uint(&c);
	draw_announcement(d);
	draw_step(d);
	if (view >= VIEW_RESULT && shown != 0) {
		draw_question(d, shown, view, room);
		return;
	}
	struct cursor at = picture_value(d->picture, (struct section){ .kind = SECTION_scope }, 1);
	struct cursor step =
		picture_item(d->picture, (struct section){ .kind = SECTION_agenda }, cursor_uint(&at));
	cursor_raw(&step);
	cursor_raw(&step);
	cursor_raw(&step);
	struct cursor activities = cursor_array(&step);
	while (activities.left > 0)
		draw_question(d, (uint32_t)cursor_uint(&activities), VIEW_TASK, 0);
}

static bool is_stale(const struct screen *screen, uint64_t now_us)
{
	return (screen->lost_us != 0 && now_us - screen->lost_us > CLOSED_FOR_MS * 1000ull) ||
	       now_us - screen->heard_us > STALE_AFTER_MS * 1000ull;
}

static bool in_english(const struct screen *screen)
{
	if (screen->language != NULL)
		return strcmp(screen->language, "sv") != 0;
	struct cursor session = picture_item(&screen->page->picture, (struct section){ .kind = SECTION_session }, 1);
	cursor_raw(&session);
	cursor_raw(&session);
	return !slice_equal(cursor_str(&session), slice_text("sv"));
}

void screen_draw(const struct screen *screen, struct terminal *terminal, uint64_t now_us)
{
	struct drawing drawing = { screen, &screen->page->picture, terminal, now_us, in_english(screen) }, *d = &drawing;
	terminal_begin(terminal);
	draw_head(d);
	terminal_line(terminal, "%s", "");
	draw_content(d);
	struct cursor over = picture_value(d->picture, (struct section){ .kind = SECTION_session }, 3);
	if (cursor_type(&over) != CURSOR_NONE && cursor_bool(&over))
		terminal_line(terminal, "%s", say(d, "Workshopen är slut.", "The workshop is over."));
	if (is_stale(screen, now_us)) {
		char clock[16];
		struct tm tm;
		strftime(clock, sizeof clock, "%H:%M:%S", localtime_r(&screen->heard_at, &tm));
		terminal_line(terminal, "%s", "");
		terminal_line(terminal, say(d, "Bilden är från %s. Söker kontakt.", "This picture is from %s. Looking for contact."), clock);
	}
}
