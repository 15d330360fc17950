/* SPDX-License-Identifier: EUPL-1.2 */
#include "table.h"
#include "base/check.h"

struct reading {
	uint8_t *at, *end;
	struct spot spot;
	uint8_t separator;
	struct table *table;
	struct complaints *wrong;
};

/* --- letters --- */

/* How many bytes the letter at ${at} has (RFC 3629); 0: this is none. */
static size_t letter(const uint8_t *at, const uint8_t *end)
{
	size_t len = at[0] < 0x80                    ? 1
		     : at[0] >= 0xc2 && at[0] < 0xe0 ? 2
		     : at[0] >= 0xe0 && at[0] < 0xf0 ? 3
		     : at[0] >= 0xf0 && at[0] < 0xf5 ? 4
						     : 0;
	if (len == 0 || len > (size_t)(end - at))
		return 0;
	for (size_t i = 1; i < len; i++)
		if ((at[i] & 0xc0) != 0x80)
			return 0;
	bool longer = (at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xf0 && at[1] < 0x90),
	     beyond = (at[0] == 0xed && at[1] >= 0xa0) || (at[0] == 0xf4 && at[1] >= 0x90);
	return longer || beyond ? 0 : len;
}

static bool is_letters(struct reading *r)
{
	struct spot spot = { 1, 1 };
	for (const uint8_t *at = r->at; at < r->end;) {
		size_t len = letter(at, r->end);
		if (len == 0 || *at == 0) {
			complain(r->wrong, spot, IS_ERROR,
				 "this is not UTF-8; expected a file saved as \"CSV UTF-8\"");
			return false;
		}
		spot = *at == '\n' ? (struct spot){ spot.line + 1, 1 }
				   : (struct spot){ spot.line, spot.column + 1 };
		at += len;
	}
	return true;
}

/* --- cells --- */

static void pass(struct reading *r)
{
	if (*r->at == '\n')
		r->spot = (struct spot){ r->spot.line + 1, 1 };
	else
		r->spot.column += (*r->at & 0xc0) != 0x80;
	r->at++;
}

static bool at_end(const struct reading *r)
{
	return r->at == r->end || *r->at == r->separator || *r->at == '\n' ||
	       (*r->at == '\r' && (r->at + 1 == r->end || r->at[1] == '\n'));
}

static void spaces(struct reading *r)
{
	while (r->at < r->end && (*r->at == ' ' || *r->at == '\t'))
		pass(r);
}

/* The words are put together where they stand: they only become shorter. */
static struct slice quoted_words(struct reading *r, struct spot from)
{
	uint8_t *start = ++r->at, *to = start;
	r->spot.column++;
	for (;;) {
		if (r->at == r->end) {
			complain(r->wrong, from, IS_ERROR, "this quotation mark is never closed");
			break;
		}
		if (*r->at == '"') {
			pass(r);
			if (r->at == r->end || *r->at != '"')
				break;
		}
		*to++ = *r->at;
		pass(r);
	}
	spaces(r);
	if (!at_end(r))
		complain(r->wrong, r->spot, IS_ERROR,
			 "words behind a closed quotation mark; expected the next cell. A quotation mark "
			 "within a cell is written twice");
	while (!at_end(r))
		pass(r);
	return slice_of(start, (size_t)(to - start));
}

static struct cell read_cell(struct reading *r)
{
	spaces(r);
	struct cell cell = { .at = r->spot };
	if (r->at < r->end && *r->at == '"') {
		cell.words = quoted_words(r, cell.at);
		return cell;
	}
	uint8_t *start = r->at, *end = start;
	while (!at_end(r)) {
		pass(r);
		if (r->at[-1] != ' ' && r->at[-1] != '\t')
			end = r->at;
	}
	cell.words = slice_of(start, (size_t)(end - start));
	return cell;
}

static void read_row(struct reading *r)
{
	struct table_row row = { .at = r->spot };
	bool some = false;
	for (;;) {
		row.cells = check_realloc(row.cells, row.count + 1, sizeof *row.cells);
		row.cells[row.count] = read_cell(r);
		some |= row.cells[row.count++].words.len > 0;
		if (r->at == r->end || *r->at != r->separator)
			break;
		pass(r);
	}
	while (r->at < r->end && *r->at == '\r')
		pass(r);
	if (r->at < r->end)
		pass(r);
	if (!some) {
		free(row.cells);
		return;
	}
	r->table->rows = check_realloc(r->table->rows, r->table->count + 1, sizeof *r->table->rows);
	r->table->rows[r->table->count++] = row;
}

void table_read(struct slice bytes, struct table *out, struct complaints *wrong)
{
	*out = (struct table){ .bytes = check_alloc(bytes.len + 1, 1) };
	if (bytes.len)
		memcpy(out->bytes, bytes.at, bytes.len);
	struct reading r = { .at = out->bytes,
			     .end = out->bytes + bytes.len,
			     .spot = { 1, 1 },
			     .separator = ',',
			     .table = out,
			     .wrong = wrong };
	if (bytes.len >= 3 && memcmp(r.at, "\xef\xbb\xbf", 3) == 0)
		r.at += 3;
	if (!is_letters(&r))
		return;
	bool inside = false;
	for (const uint8_t *at = r.at; at < r.end && (inside || *at != '\n'); at++) {
		inside ^= *at == '"';
		if (!inside && *at == ';')
			r.separator = ';';
	}
	while (r.at < r.end)
		read_row(&r);
}

void table_finish(struct table *table)
{
	for (size_t i = 0; i < table->count; i++)
		free(table->rows[i].cells);
	free(table->rows);
	free(table->bytes);
	*table = (struct table){ 0 };
}
