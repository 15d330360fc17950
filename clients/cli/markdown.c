/* SPDX-License-Identifier: EUPL-1.2 */
#include "markdown.h"
#include <stdbool.h>
#include <string.h>

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* How many bytes of blanks stand at the beginning: four of them would make code of the line. */
static size_t blanks(struct slice words)
{
	size_t n = 0;
	while (n < words.len && (words.at[n] == ' ' || words.at[n] == '\t'))
		n++;
	return n;
}

/* Where a sign stands that would make a list of a line that begins with it: "- ", "+ ", "1. ", "1) ". SIZE_MAX: nowhere. */
static size_t list_sign(struct slice line)
{
	size_t n = 0;
	if (line.len && (line.at[0] == '-' || line.at[0] == '+' || line.at[0] == '='))
		return 0;
	while (n < line.len && is_digit(line.at[n]))
		n++;
	return n && n < line.len && (line.at[n] == '.' || line.at[n] == ')') ? n : SIZE_MAX;
}

static struct slice without_blanks(struct slice line)
{
	size_t n = blanks(line);
	line = slice_of(line.at + n, line.len - n);
	while (line.len && (line.at[line.len - 1] == ' ' || line.at[line.len - 1] == '\t'))
		line.len--;
	return line;
}

/* Without line breaks. */
static void plain(FILE *out, struct slice line)
{
	size_t sign = list_sign(line);
	for (size_t i = 0; i < line.len; i++) {
		uint8_t c = line.at[i];
		if (c == 0xc2 && i + 1 < line.len && line.at[i + 1] == 0xad) {
			i++; /* a soft hyphen is for screens */
			continue;
		}
		if (i == sign || (c < 0x80 && strchr("\\`*_[]<>|#~&$", c)))
			fputc('\\', out);
		fputc(c, out);
	}
}

/* The next line of the words that is not empty; false: there is none. gap: an empty one stood before it. */
static bool next_line(struct slice *words, struct slice *line, bool *gap)
{
	*gap = false;
	while (words->len) {
		const uint8_t *end = memchr(words->at, '\n', words->len);
		size_t len = end ? (size_t)(end - words->at) : words->len, all = end ? len + 1 : len;
		*line = without_blanks(slice_of(words->at, len));
		*words = slice_of(words->at + all, words->len - all);
		if (line->len)
			return true;
		*gap = true;
	}
	return false;
}

static void lines(FILE *out, struct slice words, const char *between, const char *at_gap)
{
	struct slice line;
	bool gap;
	for (bool first = true; next_line(&words, &line, &gap); first = false) {
		if (!first)
			fputs(gap ? at_gap : between, out);
		plain(out, line);
	}
}

void markdown_line(FILE *out, struct slice words)
{
	lines(out, words, " ", " ");
}

void markdown_item(FILE *out, struct slice words)
{
	lines(out, words, "\\\n  ", "\\\n  ");
}

void markdown_block(FILE *out, struct slice words)
{
	if (words.len == 0)
		return;
	lines(out, words, "\\\n", "\n\n");
	fputs("\n\n", out);
}
