/* SPDX-License-Identifier: EUPL-1.2 */
#include "terminal.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { WIDTH_USUAL = 80 };

/* --- characters and columns --- */

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

void terminal_fit(struct slice words, size_t most, bool fill, char *out, size_t size)
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

void terminal_bar(uint64_t value, uint64_t most, size_t columns, char *out, size_t size)
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

/* --- a picture --- */

static void measure(struct terminal *t)
{
	struct winsize size;
	t->columns = WIDTH_USUAL;
	t->rows = TERMINAL_LINES;
	if (t->tty && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
		t->columns = size.ws_col;
		t->rows = size.ws_row > 1 ? size.ws_row : TERMINAL_LINES;
	}
	if (t->width != 0)
		t->columns = t->width;
	t->columns = t->columns < TERMINAL_WIDTH_LEAST  ? TERMINAL_WIDTH_LEAST
		     : t->columns > TERMINAL_WIDTH_MOST ? TERMINAL_WIDTH_MOST
							: t->columns;
}

void terminal_begin(struct terminal *t)
{
	measure(t);
	t->line_count = 0;
}

void terminal_line(struct terminal *t, const char *format, ...)
{
	char text[TERMINAL_LINE];
	va_list more;
	va_start(more, format);
	vsnprintf(text, sizeof text, format, more);
	va_end(more);
	if (t->line_count < TERMINAL_LINES) {
		terminal_fit(slice_text(text), t->tty ? t->columns : TERMINAL_LINE, false, t->lines[t->line_count], TERMINAL_LINE);
		t->line_count++;
	}
}

void terminal_paragraph(struct terminal *t, const char *text)
{
	size_t len = strlen(text), from = 0;
	while (t->tty && from < len) {
		size_t used = 0, i = from, space = 0;
		while (i < len && used <= t->columns) {
			unsigned columns;
			bool control;
			if (text[i] == ' ' && used > 0)
				space = i;
			i += character((const uint8_t *)text + i, len - i, &columns, &control);
			used += columns;
		}
		if (used <= t->columns)
			break;
		size_t end = space > from ? space : i;
		terminal_line(t, "%.*s", (int)(end - from), text + from);
		from = space > from ? end + 1 : end;
	}
	if (from < len || len == 0)
		terminal_line(t, "%s", text + from);
}

/* --- onto the terminal --- */

static void put_all(const struct terminal *t)
{
	for (size_t i = 0; i < t->line_count; i++)
		puts(t->lines[i]);
}

static void put_in_place(const struct terminal *t)
{
	size_t most = t->line_count < t->rows ? t->line_count : t->rows - 1;
	bool same = t->before_count == t->line_count;
	for (size_t i = 0; same && i < t->line_count; i++)
		same = strcmp(t->lines[i], t->before[i]) == 0;
	if (same)
		return;
	fputs("\033[H", stdout);
	for (size_t i = 0; i < most; i++)
		printf("%s\033[K\n", t->lines[i]);
	fputs("\033[J", stdout);
	fflush(stdout);
}

static void put_changes(const struct terminal *t)
{
	for (size_t i = 0; i < t->line_count; i++) {
		bool had = t->lines[i][0] == '\0';
		for (size_t k = 0; !had && k < t->before_count; k++)
			had = strcmp(t->lines[i], t->before[k]) == 0;
		if (!had)
			puts(t->lines[i]);
	}
	fflush(stdout);
}

void terminal_show(struct terminal *t)
{
	if (t->once)
		put_all(t);
	else if (t->tty)
		put_in_place(t);
	else
		put_changes(t);
	memcpy(t->before, t->lines, t->line_count * TERMINAL_LINE);
	t->before_count = t->line_count;
}

void terminal_resized(struct terminal *t)
{
	t->before_count = 0;
	if (t->tty && !t->once)
		fputs("\033[H\033[J", stdout);
}

void terminal_open(struct terminal *t)
{
	t->tty = isatty(STDOUT_FILENO) == 1;
	if (t->tty && !t->once)
		fputs("\033[?1049h\033[?25l\033[H\033[J", stdout); /* a screen of our own, without a cursor */
}

void terminal_close(struct terminal *t)
{
	if (t->tty && !t->once)
		fputs("\033[?25h\033[?1049l", stdout);
	fflush(stdout);
}
