/* SPDX-License-Identifier: EUPL-1.2 */
#include "wire/complaint.h"
#include <stdarg.h>
#include <stdio.h>

enum { LETTERS_QUOTED = 40 };

/* Cut at the end of a letter. */
static size_t whole_letters(const char *text, size_t len)
{
	while (len && ((unsigned char)text[len] & 0xc0) == 0x80)
		len--;
	return len;
}

static struct complaint *place_for(struct complaints *all, enum severity severity)
{
	if (all->count < COMPLAINTS_MOST)
		return &all->at[all->count++];
	all->left_out++;
	for (size_t i = all->count; severity == IS_ERROR && i-- > 0;)
		if (all->at[i].warning)
			return &all->at[i];
	return NULL;
}

void complain(struct complaints *all, struct spot at, enum severity severity, const char *format, ...)
{
	all->errors += severity == IS_ERROR;
	struct complaint *c = place_for(all, severity);
	if (c == NULL)
		return;
	va_list more;
	va_start(more, format);
	int n = vsnprintf(c->sentence, sizeof c->sentence, format, more);
	va_end(more);
	if (n >= (int)sizeof c->sentence)
		c->sentence[whole_letters(c->sentence, sizeof c->sentence - 1)] = '\0';
	c->at = at;
	c->warning = severity == IS_WARNING;
}

static bool before(const struct complaint *x, const struct complaint *y)
{
	return x->at.line != y->at.line ? x->at.line < y->at.line : x->at.column < y->at.column;
}

void complaints_sort(struct complaints *all)
{
	for (size_t i = 1; i < all->count; i++) { /* few, and those of one place stay in the order in which they were found */
		struct complaint moved = all->at[i];
		size_t to = i;
		for (; to && before(&moved, &all->at[to - 1]); to--)
			all->at[to] = all->at[to - 1];
		all->at[to] = moved;
	}
}

static size_t letter_bytes(uint8_t first)
{
	return first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

/* Controls, ends of lines, and what turns the direction of text. */
static bool acts(const uint8_t *at, size_t bytes)
{
	if (bytes == 1)
		return at[0] < 0x20 || at[0] == 0x7f;
	if (bytes == 2)
		return at[0] == 0xc2 && at[1] < 0xa0;
	return bytes == 3 && at[0] == 0xe2 && ((at[1] == 0x80 && at[2] >= 0xa8 && at[2] <= 0xae) || (at[1] == 0x81 && at[2] >= 0xa6 && at[2] <= 0xa9));
}

struct quoted quoted(struct slice words)
{
	struct quoted out;
	size_t len = 0, letters = 0;
	out.text[len++] = '"';
	for (size_t i = 0; i < words.len; letters++) {
		size_t bytes = letter_bytes(words.at[i]);
		if (letters == LETTERS_QUOTED || bytes > words.len - i || len + bytes + sizeof "...\"" > sizeof out.text) {
			memcpy(out.text + len, "...", 3);
			len += 3;
			break;
		}
		if (acts(words.at + i, bytes)) {
			out.text[len++] = '?';
		} else {
			memcpy(out.text + len, words.at + i, bytes);
			len += bytes;
		}
		i += bytes;
	}
	out.text[len++] = '"';
	out.text[len] = '\0';
	return out;
}
