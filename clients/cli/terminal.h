/* SPDX-License-Identifier: EUPL-1.2 */
/* A picture of lines on standard output: redrawn in place on a terminal, otherwise what changes is printed line by line, or all of it once. Knows characters
 * and columns, and nothing of what the lines say. */
#ifndef BOLLPLANK_CLI_TERMINAL_H
#define BOLLPLANK_CLI_TERMINAL_H
#include "base/slice.h"

enum { TERMINAL_LINES = 400, TERMINAL_LINE = 1024, TERMINAL_WIDTH_LEAST = 24, TERMINAL_WIDTH_MOST = 240 };

struct terminal {
	unsigned long width;  /* asked for; 0: the terminal's own */
	bool tty, once;       /* once: one picture, and no screen of our own */
	size_t columns, rows; /* as of terminal_begin */
	char lines[TERMINAL_LINES][TERMINAL_LINE], before[TERMINAL_LINES][TERMINAL_LINE];
	size_t line_count, before_count;
};

/* Looks whether it is a terminal, and takes its screen; close gives it back. width and once are set, the rest zero. */
void terminal_open(struct terminal *terminal);
void terminal_close(struct terminal *terminal);
void terminal_resized(struct terminal *terminal); /* the next picture is drawn whole */

/* A new picture, line by line, then shown. What does not fit in columns or lines is cut. */
void terminal_begin(struct terminal *terminal);
__attribute__((format(printf, 2, 3))) void terminal_line(struct terminal *terminal, const char *format, ...);
void terminal_paragraph(struct terminal *terminal, const char *text); /* must be read whole: on as many lines as it needs */
void terminal_show(struct terminal *terminal);

/* At most ${most} columns of the words, cut with "…", filled with spaces when ${fill}. Control characters are left out: a title must not steer the terminal. */
void terminal_fit(struct slice words, size_t most, bool fill, char *out, size_t size);
/* ${value} of ${most} over so many columns, in eighths of a column, so that small differences show on a narrow terminal. */
void terminal_bar(uint64_t value, uint64_t most, size_t columns, char *out, size_t size);
#endif
