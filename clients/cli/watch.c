/* SPDX-License-Identifier: EUPL-1.2 */
/* The shared screen in a terminal. On a terminal the picture is redrawn in place, otherwise what changes is printed
 * line by line. */
#include "base/check.h"
#include "base/limits.h"
#include "chance.h"
#include "commands.h"
#include "net.h"
#include "page.h"
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

static const char help[] =
	"bollplank watch 'SCREEN LINK' [options]\n"
	"\n"
	"Shows in a terminal what the shared screen shows: code and how many are here, the step and its timer, results as\n"
	"bars, a room beside all. It says so when the picture is stale, and mends itself. Ctrl-C ends it.\n"
	"A facilitator's link works too. When the output is not a terminal, changes are printed line by line.\n"
	"\n"
	"  --language sv|en   of the words (default: the session's)\n"
	"  --width N          so many columns (default: the terminal's)\n"
	"  --once             print the picture once and end, when it has come\n";

enum {
	LINES = 400, LINE = 1024, WIDTH_LEAST = 24, WIDTH_USUAL = 80, WIDTH_MOST = 240, STALE_AFTER_MS = 2 *
	BEAT_STAFF_MS, CLOSED_FOR_MS = 3000, BACKOFF_FIRST_MS = 500, BACKOFF_MOST_MS = 10000, TURN_MS = 100
};

struct counts { /* k of n on a question */
	uint32_t activity, done, of;
};

struct watching {
	struct net *net;
	struct link link;
	struct page page;
	struct net_conn *conn;
	struct chance dice;
	const char *language;
	unsigned long width;
	bool tty, once, dead, english;
	unsigned backoff_ms;
	enum fault bye;
	uint64_t heard_us, lost_us; /* lost_us: 0 while connected */
	time_t heard_at;
	uint32_t here;
	bool here_known;
	struct counts counts[16];
	size_t count_count;

	char lines[LINES][LINE], before[LINES][LINE];
	size_t line_count, before_count, columns, rows;
	int rc;
};

/* --- words on a terminal --- */

/* One character of UTF-8: its bytes and columns. Control characters, also those of two bytes, have none and are left
 * out: a title must not steer the terminal. */
static size_t character(const uint8_t *at, size_t len, unsigned *columns, bool *control)
{
	size_t bytes = at[0] < 0x80 ? 1 : at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : 4;
	if (bytes > len)
		bytes = len;
	uint32_t point = bytes == 1 ? at[0] : at[0] & (0xffu >> (bytes + 1));
	for (size_t i = 1; i < bytes; i++)
		point = point << 6 | (at[i] & 0x3f);
	*control = point < 0x20 || (point >= 0x7f && point < 0xa0) || (point >= 0x200b && point <= 0x200f) ||
		   (point >= 0x202a && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069) || point == 0xfeff;
	bool mark = point >= 0x300 && point <= 0x36f;
	bool wide = (point >= 0x1100 && point <= 0x115f) || (point >= 0x2e80 && point <= 0xa4cf) ||
		    (point >= 0xac00 && point <= 0xd7a3) || (point >= 0xf900 && point <= 0xfaff) ||
		    (point >= 0xfe30 && point <= 0xfe6f) || (point >= 0xff00 && point <= 0xff60) ||
		    (point >= 0x1f300 && point <= 0x1faff) || (point >= 0x20000 && point <= 0x3fffd);
	*columns = *control || mark ? 0 : wide ? 2 : 1;
	return bytes;
}

/* At most ${most} columns of the words, cut with "…", filled with spaces when ${fill}. */
static void fit(struct slice words, size_t most, bool fill, char *out, size_t size)
{
	size_t used = 0, at = 0, cut = 0, i = 0;
	while (i < words.len) {
		unsigned columns;
		bool control;
		size_t bytes = character(words.at + i, words.len - i, &columns, &control);
		if (used + columns > most || at + bytes + 4 >= size)
			break;
		if (used + columns < most) /* so far there is room for the sign of a cut */
			cut = at + (control ? 0 : bytes);
		if (control && words.at[i] == '\n') {
			out[at++] = ' ';
			used++;
		} else if (!control) {
			memcpy(out + at, words.at + i, bytes);
			at += bytes;
			used += columns;
		}
		i += bytes;
	}
	if (i < words.len && most > 0) {
		at = cut;
		memcpy(out + at, "…", 3);
		at += 3;
		used = most;
	}
	while (fill && used < most && at + 1 < size) {
		out[at++] = ' ';
		used++;
	}
	out[at] = '\0';
}

__attribute__((format(printf, 2, 3))) static void line(struct watching *w, const char *format, ...)
{
	char text[LINE];
	va_list more;
	va_start(more, format);
	vsnprintf(text, sizeof text, format, more);
	va_end(more);
	if (w->line_count < LINES) {
		fit(slice_text(text), w->tty ? w->columns : LINE, false, w->lines[w->line_count], LINE);
		w->line_count++;
	}
}

/* Words that must be read whole: on as many lines as they need. */
static void paragraph(struct watching *w, const char *text)
{
	size_t len = strlen(text), from = 0;
	while (w->tty && from < len) {
		size_t used = 0, i = from, space = 0;
		while (i < len && used <= w->columns) {
			unsigned columns;
			bool control;
			if (text[i] == ' ' && used > 0)
				space = i;
			i += character((const uint8_t *)text + i, len - i, &columns, &control);
			used += columns;
		}
		if (used <= w->columns)
			break;
		size_t end = space > from ? space : i;
		line(w, "%.*s", (int)(end - from), text + from);
		from = space > from ? end + 1 : end;
	}
	if (from < len || len == 0)
		line(w, "%s", text + from);
}

static const char *say(const struct watching *w, const char *sv, const char *en)
{
	return w->english ? en : sv;
}

/* --- the picture --- */

static struct slice words_of(const struct watching *w, struct cursor *text, size_t index)
{
	return text_words(text, w->english ? "en" : "sv", index);
}

static void clock_text(int64_t ms, char out[24])
{
	int64_t s = ms <= 0 ? 0 : (ms + 999) / 1000;
	snprintf(out, 24, "%" PRId64 ":%02" PRId64, s / 60, s % 60);
}

static void draw_head(struct watching *w)
{
	struct cursor title = picture_value(&w->page.picture, (struct section){ .kind = SECTION_session }, 2);
	struct slice words = words_of(w, &title, 0);
	struct cursor session = picture_item(&w->page.picture, (struct section){ .kind = SECTION_session }, 1);
	cursor_raw(&session);
	bool rehearsal = cursor_bool(&session);
	line(w, "%.*s%s", (int)words.len, (const char *)words.at,
	     rehearsal ? say(w, "  (genrep)", "  (rehearsal)") : "");
	char here[64] = "";
	if (w->here_known)
		snprintf(here, sizeof here, say(w, "   %u är här", "   %u are here"), w->here);
	line(w, "%s %.4s %.4s%s", say(w, "Kod", "Code"), w->page.code, strlen(w->page.code) > 4 ? w->page.code + 4 : "",
	     here);
}

static void draw_step(struct watching *w)
{
	struct cursor scope = picture_item(&w->page.picture, (struct section){ .kind = SECTION_scope }, 2);
	struct cursor at = picture_value(&w->page.picture, (struct section){ .kind = SECTION_scope }, 1);
	uint64_t step = cursor_uint(&at);
	if (step == 0) {
		line(w, "%s", say(w, "Inget steg har börjat.", "No step has begun."));
		return;
	}
	struct cursor c = picture_item(&w->page.picture, (struct section){ .kind = SECTION_agenda }, step);
	cursor_raw(&c);
	cursor_raw(&c);
	struct cursor again = c;
	struct slice title = words_of(w, &c, 0), instruction = words_of(w, &again, 1);
	cursor_raw(&scope);
	uint64_t duration = cursor_uint(&scope), from = cursor_uint(&scope);
	char left[24] = "";
	if (duration > 0 && w->tty) {
		if (w->lost_us != 0 && net_now_us() - w->lost_us > 60 * 1000000ull)
			snprintf(left, sizeof left, "–:–");
		else
			clock_text((int64_t)(from + duration) -
					   (int64_t)(w->page.log_ms + (net_now_us() - w->page.log_at_us) / 1000),
				   left);
	}
	char text[LINE];
	snprintf(text, sizeof text, "%.*s%s%s", (int)title.len, (const char *)title.at, *left ? "   " : "", left);
	paragraph(w, text);
	if (instruction.len > 0) {
		snprintf(text, sizeof text, "%.*s", (int)instruction.len, (const char *)instruction.at);
		paragraph(w, text);
	}
}

static void draw_announcement(struct watching *w)
{
	struct cursor c = picture_item(&w->page.picture, (struct section){ .kind = SECTION_scope }, 3);
	cursor_raw(&c);
	struct slice words = words_of(w, &c, 0);
	if (words.len > 0) {
		char text[LIMIT_SAY + 64];
		snprintf(text, sizeof text, "%s %.*s", say(w, "Från workshopledaren:", "From the facilitator:"),
			 (int)words.len, (const char *)words.at);
		paragraph(w, text);
	}
}

struct shown { /* a result that is in sight */
	uint64_t ballots, held_back;
	uint32_t round;
	struct slice tally;
};

static bool find_result(const struct watching *w, uint32_t activity, uint32_t room, struct shown *out)
{
	const struct picture_section *s = picture_find(&w->page.picture, SECTION_result, activity, room);
	*out = (struct shown){ 0 };
	for (size_t i = 0; s != NULL && i < s->count; i++) {
		if (s->items[i].key < out->round)
			continue;
		struct cursor c = item_cursor(&s->items[i]);
		out->round = (uint32_t)s->items[i].key;
		out->ballots = cursor_uint(&c);
		cursor_raw(&c);
		out->held_back = cursor_uint(&c);
		out->tally = cursor_bin(&c);
	}
	return out->round != 0;
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

/* Eighths of a column, so that small differences show on a narrow terminal. */
static void bar(uint64_t value, uint64_t most, size_t columns, char *out, size_t size)
{
	static const char *const eighths[] = { "", "▏", "▎", "▍", "▌", "▋", "▊", "▉" };
	size_t at = 0;
	uint64_t units = most == 0 ? 0 : value * columns * 8 / most;
	if (value > 0 && units == 0)
		units = 1;
	for (uint64_t i = 0; i < units / 8 && at + 8 < size; i++)
		at += (size_t)snprintf(out + at, size - at, "█");
	snprintf(out + at, size - at, "%s", eighths[units % 8]);
}

static size_t item_order(const struct picture_section *s, uint64_t keys[LIMIT_ITEMS])
{
	size_t count = 0;
	for (size_t i = 0; s != NULL && i < s->count && count < LIMIT_ITEMS; i++) {
		struct cursor c = item_cursor(&s->items[i]);
		cursor_raw(&c);
		if (s->items[i].key == 0 || s->items[i].key > LIMIT_ITEMS || cursor_bool(&c))
			continue;
		size_t at = count++;
		for (; at > 0 && keys[at - 1] > s->items[i].key; at--)
			keys[at] = keys[at - 1];
		keys[at] = s->items[i].key;
	}
	return count;
}

static void draw_bars(struct watching *w, uint32_t activity, struct slice tally, const char *indent)
{
	struct section name = { .kind = SECTION_activity, .a = activity };
	const struct picture_section *s = picture_find(&w->page.picture, SECTION_activity, activity, 0);
	uint64_t keys[LIMIT_ITEMS], most = greatest_of(tally);
	size_t count = item_order(s, keys), label = w->columns * 2 / 5;
	size_t room = w->columns > label + strlen(indent) + 10 ? w->columns - label - strlen(indent) - 10 : 4;
	for (size_t i = 0; i < count; i++) {
		struct cursor c = picture_item(&w->page.picture, name, keys[i]);
		cursor_raw(&c);
		cursor_raw(&c);
		struct slice words = words_of(w, &c, 0);
		char text[LINE / 2], drawn[LINE / 2];
		uint64_t sum = sum_of(tally, keys[i]);
		if (w->tty) {
			fit(words, label, true, text, sizeof text);
			bar(sum, most, room, drawn, sizeof drawn);
			line(w, "%s%s %5" PRIu64 " %s", indent, text, sum, drawn);
		} else {
			line(w, "%s%.*s: %" PRIu64, indent, (int)words.len, (const char *)words.at, sum);
		}
	}
}

static void draw_one_result(struct watching *w, uint32_t activity, uint32_t room, const char *heading)
{
	struct shown result;
	if (!find_result(w, activity, room, &result))
		return;
	char round[32] = "";
	if (result.round > 1)
		snprintf(round, sizeof round, say(w, ", omgång %u", ", round %u"), result.round);
	const char *words = result.ballots == 1 ? say(w, "svar", "answer") : say(w, "svar", "answers");
	line(w, "%s: %" PRIu64 " %s%s", heading, result.ballots, words, round);
	if (result.held_back != 0)
		line(w, "  %s", say(w, "För få svar för att visas.", "Too few answers to be shown."));
	else
		draw_bars(w, activity, result.tally, "  ");
}

static void room_name(const struct watching *w, uint32_t room, char *out, size_t size)
{
	struct cursor c = picture_value(&w->page.picture, (struct section){ .kind = SECTION_rooms }, room);
	struct slice words = words_of(w, &c, 0);
	if (words.len > 0)
		fit(words, 30, false, out, size);
	else
		snprintf(out, size, say(w, "Rum %u", "Room %u"), room);
}

static void draw_rooms(struct watching *w, uint32_t activity)
{
	uint64_t last = 0;
	for (;;) { /* rooms in the order of their numbers */
		uint32_t least = UINT32_MAX;
		for (size_t i = 0; i < w->page.picture.count; i++) {
			struct section name = w->page.picture.sections[i].name;
			if (name.kind == SECTION_result && name.a == activity && name.b > last && name.b < least)
				least = name.b;
		}
		if (least == UINT32_MAX)
			return;
		char heading[128];
		room_name(w, least, heading, sizeof heading);
		draw_one_result(w, activity, least, heading);
		last = least;
	}
}

static void draw_question(struct watching *w, uint32_t activity, enum view view, uint32_t room)
{
	struct question question;
	if (!page_question(&w->page, activity, &question))
		return;
	struct cursor c =
		picture_item(&w->page.picture, (struct section){ .kind = SECTION_activity, .a = activity }, 0);
	for (int i = 0; i < 5; i++)
		cursor_raw(&c);
	struct slice title = words_of(w, &c, 0);
	uint32_t round;
	unsigned phase = page_phase(&w->page, activity, 0, &round);
	const char *stands = phase & PHASE_OPEN                      ? say(w, "öppen", "open")
			     : phase & PHASE_CLOSING                 ? say(w, "stänger snart", "closing soon")
			     : phase & (PHASE_CLOSED | PHASE_SEALED) ? say(w, "stängd", "closed")
			     : phase & PHASE_REVEALED                ? say(w, "resultat", "result")
								     : say(w, "inte öppnad", "not opened");
	line(w, "%s", "");
	char text[LINE];
	snprintf(text, sizeof text, "%.*s (%s%s)", (int)title.len, (const char *)title.at, stands,
		 question.secret ? say(w, ", hemlig", ", secret") : "");
	paragraph(w, text);
	for (size_t i = 0; i < w->count_count; i++)
		if (w->counts[i].activity == activity && (phase & (PHASE_OPEN | PHASE_CLOSING)) != 0)
			line(w, say(w, "%u av %u klara", "%u of %u done"), w->counts[i].done, w->counts[i].of);
	if (view == VIEW_ROOM && room != 0) {
		char heading[128];
		room_name(w, room, heading, sizeof heading);
		draw_one_result(w, activity, room, heading);
	}
	draw_one_result(w, activity, 0, say(w, "Alla", "All"));
	if (view == VIEW_ROOMS)
		draw_rooms(w, activity);
}

static void draw_content(struct watching *w)
{
	struct cursor c = picture_item(&w->page.picture, (struct section){ .kind = SECTION_screen }, 0);
	enum view view = (enum view)cursor_uint(&c);
	uint32_t shown = (uint32_t)cursor_uint(&c), room = (uint32_t)cursor_uint(&c);
	draw_announcement(w);
	draw_step(w);
	if (view >= VIEW_RESULT && shown != 0) {
		draw_question(w, shown, view, room);
		return;
	}
	struct cursor at = picture_value(&w->page.picture, (struct section){ .kind = SECTION_scope }, 1);
	struct cursor step =
		picture_item(&w->page.picture, (struct section){ .kind = SECTION_agenda }, cursor_uint(&at));
	cursor_raw(&step);
	cursor_raw(&step);
	cursor_raw(&step);
	struct cursor activities = cursor_array(&step);
	while (activities.left > 0)
		draw_question(w, (uint32_t)cursor_uint(&activities), VIEW_TASK, 0);
}

static bool stale(const struct watching *w)
{
	uint64_t now = net_now_us();
	return (w->lost_us != 0 && now - w->lost_us > CLOSED_FOR_MS * 1000ull) ||
	       now - w->heard_us > STALE_AFTER_MS * 1000ull;
}

static void draw(struct watching *w)
{
	w->line_count = 0;
	struct cursor session = picture_item(&w->page.picture, (struct section){ .kind = SECTION_session }, 1);
	cursor_raw(&session);
	cursor_raw(&session);
	const char *language = w->language;
	char own[16];
	if (language == NULL) {
		struct slice spoken = cursor_str(&session);
		snprintf(own, sizeof own, "%.*s", (int)spoken.len, (const char *)spoken.at);
		language = own;
	}
	w->english = strcmp(language, "sv") != 0;
	draw_head(w);
	line(w, "%s", "");
	draw_content(w);
	struct cursor over = picture_value(&w->page.picture, (struct section){ .kind = SECTION_session }, 3);
	if (cursor_type(&over) != CURSOR_NONE && cursor_bool(&over))
		line(w, "%s", say(w, "Workshopen är slut.", "The workshop is over."));
	if (stale(w)) {
		char clock[16];
		struct tm tm;
		strftime(clock, sizeof clock, "%H:%M:%S", localtime_r(&w->heard_at, &tm));
		line(w, "%s", "");
		line(w, say(w, "Bilden är från %s. Söker kontakt.", "This picture is from %s. Looking for contact."),
		     clock);
	}
}

/* --- onto the terminal --- */

static void measure(struct watching *w)
{
	struct winsize size;
	w->columns = WIDTH_USUAL;
	w->rows = LINES;
	if (w->tty && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
		w->columns = size.ws_col;
		w->rows = size.ws_row > 1 ? size.ws_row : LINES;
	}
	if (w->width != 0)
		w->columns = w->width;
	w->columns = w->columns < WIDTH_LEAST ? WIDTH_LEAST : w->columns > WIDTH_MOST ? WIDTH_MOST : w->columns;
}

static void put_tty(struct watching *w)
{
	size_t most = w->line_count < w->rows ? w->line_count : w->rows - 1;
	bool same = w->before_count == w->line_count;
	for (size_t i = 0; same && i < w->line_count; i++)
		same = strcmp(w->lines[i], w->before[i]) == 0;
	if (same)
		return;
	fputs("\033[H", stdout);
	for (size_t i = 0; i < most; i++)
		printf("%s\033[K\n", w->lines[i]);
	fputs("\033[J", stdout);
	fflush(stdout);
}

static void put_lines(struct watching *w)
{
	for (size_t i = 0; i < w->line_count; i++) {
		bool had = w->lines[i][0] == '\0';
		for (size_t k = 0; !had && k < w->before_count; k++)
			had = strcmp(w->lines[i], w->before[k]) == 0;
		if (!had)
			puts(w->lines[i]);
	}
	fflush(stdout);
}

static void turn(void *ctx)
{
	struct watching *w = ctx;
	if (w->page.term != 0) { /* a picture has come */
		measure(w);
		draw(w);
		if (w->once)
			for (size_t i = 0; i < w->line_count; i++)
				puts(w->lines[i]);
		else if (w->tty)
			put_tty(w);
		else
			put_lines(w);
		memcpy(w->before, w->lines, w->line_count * LINE);
		w->before_count = w->line_count;
		if (w->once) {
			w->rc = 0;
			net_stop(w->net);
			return;
		}
	}
	net_after(w->net, TURN_MS, turn, w);
}

/* --- the connection --- */

static void send_message(struct page *page, struct slice message, void *ctx)
{
	(void)page;
	struct watching *w = ctx;
	if (w->conn != NULL)
		net_send(w->conn, message);
}

static void wish_ended(struct page *page, const struct wish *wish, enum fault fault, void *ctx)
{
	(void)page;
	(void)wish;
	(void)fault;
	(void)ctx; /* a screen wishes nothing */
}

static void wait_asked(struct page *page, uint32_t ms, void *ctx)
{
	(void)page;
	(void)ms;
	(void)ctx;
}

static void was_told(struct page *page, enum volatile_kind kind, struct cursor rest, void *ctx)
{
	(void)page;
	struct watching *w = ctx;
	if (kind == VOLATILE_PRESENT) {
		w->here = (uint32_t)cursor_uint(&rest);
		w->here_known = true;
	} else if (kind == VOLATILE_PROGRESS) {
		uint32_t activity = (uint32_t)cursor_uint(&rest);
		size_t i = 0;
		while (i < w->count_count && w->counts[i].activity != activity)
			i++;
		if (i == sizeof w->counts / sizeof w->counts[0])
			i = 0;
		w->counts[i] = (struct counts){ .activity = activity,
						.done = (uint32_t)cursor_uint(&rest),
						.of = (uint32_t)cursor_uint(&rest) };
		w->count_count = i + 1 > w->count_count ? i + 1 : w->count_count;
	}
}

static void said_bye(struct page *page, enum fault fault, void *ctx)
{
	(void)page;
	struct watching *w = ctx;
	w->bye = fault;
}

static const struct page_up page_up = {
	.send = send_message, .ended = wish_ended, .wait = wait_asked, .told = was_told, .bye = said_bye
};

static void conn_opened(struct net_conn *conn, void *ctx)
{
	(void)conn;
	struct watching *w = ctx;
	page_opened(&w->page);
}

static void conn_message(struct net_conn *conn, struct slice bytes, void *ctx)
{
	struct watching *w = ctx;
	w->heard_us = net_now_us();
	w->heard_at = time(NULL);
	if (!page_message(&w->page, bytes, w->heard_us))
		net_close(conn, 0);
	if (w->page.welcome) {
		w->lost_us = 0;
		w->backoff_ms = 0;
		if ((w->page.roles & (ROLE_SCREEN | ROLE_FACILITATOR)) == 0) {
			fprintf(stderr, "bollplank watch: this is not the link of a shared screen\n");
			net_stop(w->net);
		}
	}
}

static void connect_again(void *ctx);

static void conn_closed(struct net_conn *conn, unsigned code, const char *why, void *ctx)
{
	(void)conn;
	struct watching *w = ctx;
	w->conn = NULL;
	page_lost(&w->page);
	if (w->lost_us == 0)
		w->lost_us = net_now_us();
	if (code == 4000 || code == 4001 || code == 4002) {
		if (code == 4002)
			fprintf(stderr,
				"bollplank watch: the screen was opened elsewhere too often; this one was let go\n");
		else
			fprintf(stderr, "bollplank watch: the link is refused: %s\n",
				w->bye != FAULT_none ? fault_sentence(w->bye)
				: *why               ? why
						     : "without a reason");
		net_stop(w->net);
		return;
	}
	uint32_t most = w->backoff_ms ? w->backoff_ms : BACKOFF_FIRST_MS;
	w->backoff_ms = most * 2 > BACKOFF_MOST_MS ? BACKOFF_MOST_MS : most * 2;
	net_after(w->net, chance_below(&w->dice, most), connect_again, w);
}

static const struct net_up conn_up = { .opened = conn_opened, .message = conn_message, .closed = conn_closed };

static void connect_again(void *ctx)
{
	struct watching *w = ctx;
	w->conn = net_dial(w->net, &conn_up, w);
}

static void interrupted(void *ctx)
{
	struct watching *w = ctx;
	w->rc = 0;
	net_stop(w->net);
}

static void resized(void *ctx)
{
	struct watching *w = ctx;
	w->before_count = 0;
	if (w->tty && !w->once)
		fputs("\033[H\033[J", stdout);
}

enum { O_LANGUAGE = 256, O_WIDTH, O_ONCE };

static const struct option options[] = {
	{ "help", no_argument, NULL, 'h' },
	{ "language", required_argument, NULL, O_LANGUAGE },
	{ "width", required_argument, NULL, O_WIDTH },
	{ "once", no_argument, NULL, O_ONCE },
	{ NULL, 0, NULL, 0 },
};

static int read_options(int argc, char **argv, struct watching *w, bool *helped)
{
	int option, rc = 0;
	while (rc == 0 && (option = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
		switch (option) {
		case 'h':
			fputs(help, stdout);
			*helped = true;
			return 0;
		case O_LANGUAGE: w->language = optarg; break;
		case O_WIDTH: rc = usage_number("watch", "--width", optarg, WIDTH_LEAST, WIDTH_MOST, &w->width); break;
		case O_ONCE: w->once = true; break;
		default: return usage_option("watch", argc, argv);
		}
	}
	if (rc != 0)
		return rc;
	if (w->language != NULL && strcmp(w->language, "sv") != 0 && strcmp(w->language, "en") != 0)
		return usage_wrong("watch", "--language is sv or en, not '%s'", w->language);
	if (optind >= argc)
		return usage_wrong("watch", "the link of the shared screen is missing");
	const char *wrong = link_parse(argv[optind], &w->link);
	if (wrong != NULL)
		return usage_wrong("watch", "'%s' is not a link to a session: %s", argv[optind], wrong);
	if (!w->link.has_token)
		return usage_wrong("watch", "this is the link for joining; the shared screen has one of its own");
	if (optind + 1 < argc)
		return usage_wrong("watch", "'%s' is not understood", argv[optind + 1]);
	return 0;
}

int watch_main(int argc, char **argv)
{
	struct watching *w = check_alloc(1, sizeof *w);
	w->rc = 1;
	bool helped = false;
	int rc = read_options(argc, argv, w, &helped);
	if (rc != 0 || helped)
		goto err0;
	rc = 1;
	w->tty = isatty(STDOUT_FILENO) == 1;
	chance_secure(&w->dice.state, sizeof w->dice.state);
	w->net = net_create(&w->link.address, 4);
	if (w->net == NULL)
		goto err0;
	page_init(&w->page, DOOR_LINK, w->link.place, w->link.token, UINT32_MAX, &page_up, w);
	w->page.name = "watch";
	w->heard_us = net_now_us();
	net_signal(w->net, SIGINT, interrupted, w);
	net_signal(w->net, SIGTERM, interrupted, w);
	net_signal(w->net, SIGWINCH, resized, w);
	if (w->tty && !w->once)
		fputs("\033[?1049h\033[?25l\033[H\033[J", stdout); /* a screen of our own, without a cursor */
	connect_again(w);
	turn(w);
	net_run(w->net);
	if (w->tty && !w->once)
		fputs("\033[?25h\033[?1049l", stdout);
	fflush(stdout);
	rc = w->rc;
	net_destroy(w->net);
	page_finish(&w->page);
err0:
	free(w);
	return rc;
}
