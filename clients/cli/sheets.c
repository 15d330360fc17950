/* SPDX-License-Identifier: EUPL-1.2 */
#include "sheets.h"
#include "base/check.h"
#include "base/digest.h"

enum column_kind {
	COLUMN_ROOM,
	COLUMN_SHEET,
	COLUMN_HEADS,
	COLUMN_VALUE,
	COLUMN_PERCENT,
	COLUMN_WORDS,
	COLUMN_ITEM,
	COLUMN_EMPTY, /* without a head: spreadsheets save some at the right; nothing may stand in it */
	COLUMN_UNKNOWN
};
enum { LABEL_MOST = 100, PLACE_MOST = 1000 };

struct column {
	enum column_kind kind;
	uint32_t item;
	struct slice head;
};

struct reading {
	const struct table *table;
	const struct page *page;
	const struct question *question;
	struct sheets *out;
	struct complaints *wrong;
	struct column *columns;
	size_t columns_count;
	uint32_t x, y;    /* the question's config */
	uint32_t highest; /* place in a column value */
	bool dots, choice, ranking, rating, text;
};

static bool is(const struct question *question, const char *kind)
{
	return strcmp(question->kind, kind) == 0;
}

/* A whole number of at most four digits. */
static bool number(struct slice words, uint32_t *out)
{
	*out = 0;
	for (size_t i = 0; i < words.len; i++) {
		if (words.at[i] < '0' || words.at[i] > '9')
			return false;
		*out = *out * 10 + words.at[i] - '0';
	}
	return words.len >= 1 && words.len <= 4;
}

/* A letter of Latin script in its small form; both are two bytes beyond ASCII. */
static uint8_t small(uint8_t before, uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return (uint8_t)(c - 'A' + 'a');
	return before == 0xc3 && c >= 0x80 && c <= 0x9e && c != 0x97 ? (uint8_t)(c + 0x20) : c;
}

static bool alike(struct slice x, struct slice y)
{
	for (size_t i = 0; i < x.len && x.len == y.len; i++)
		if (small(i ? x.at[i - 1] : 0, x.at[i]) != small(i ? y.at[i - 1] : 0, y.at[i]))
			return false;
	return x.len == y.len;
}

/* Are these the words at ${index}, in any language? */
static bool says(struct cursor text, size_t index, struct slice words, bool (*same)(struct slice x, struct slice y))
{
	struct cursor rows = cursor_array(&text);
	while (rows.left > 0) {
		struct cursor row = cursor_array(&rows);
		cursor_raw(&row);
		for (size_t i = 0; i < index; i++)
			cursor_raw(&row);
		if (same(cursor_str(&row), words))
			return true;
	}
	return false;
}

/* Which of the items of a section has these words; capitals matter only where two differ in nothing else. ${skip}: values before the text, the last of them says whether it is hidden. 0: none, or several. */
static uint32_t find_words(const struct picture_section *s, uint64_t most, int skip, struct slice words)
{
	for (int exact = 1; exact >= 0; exact--) {
		uint32_t found = 0;
		size_t count = 0;
		for (size_t i = 0; s != NULL && i < s->count; i++) {
			struct cursor c = item_cursor(&s->items[i]);
			if (s->items[i].key == 0 || s->items[i].key > most)
				continue;
			for (int k = 1; k < skip; k++)
				cursor_raw(&c);
			bool hidden = skip && cursor_bool(&c);
			if (hidden || !says(c, 0, words, exact ? slice_equal : alike))
				continue;
			found = (uint32_t)s->items[i].key;
			count++;
		}
		if (count)
			return exact || count == 1 ? found : 0;
	}
	return 0;
}

/* --- the head --- */

/* The item of a column: its number, or its words. 0: there is none; the rows would give dots to nothing. */
static uint32_t item_of(const struct reading *r, struct slice head)
{
	const struct picture_section *s =
		picture_find(&r->page->picture, SECTION_activity, r->question->number, 0);
	uint32_t wanted = 0;
	if (!number(head, &wanted))
		return find_words(s, LIMIT_ITEMS, 2, head);
	for (size_t i = 0; s != NULL && i < s->count; i++) {
		struct cursor c = item_cursor(&s->items[i]);
		uint64_t key = s->items[i].key;
		cursor_raw(&c);
		if (key == 0 || key > LIMIT_ITEMS || cursor_bool(&c)) /* itself, a group, hidden */
			continue;
		if (key == wanted)
			return (uint32_t)key;
	}
	return 0;
}

static enum column_kind kind_of(struct slice head)
{
	static const char *const names[] = { [COLUMN_ROOM] = "room",
					     [COLUMN_SHEET] = "sheet",
					     [COLUMN_HEADS] = "heads",
					     [COLUMN_VALUE] = "value",
					     [COLUMN_PERCENT] = "percent",
					     [COLUMN_WORDS] = "words" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (alike(head, slice_text(names[i])))
			return (enum column_kind)i;
	return head.len ? COLUMN_ITEM : COLUMN_EMPTY;
}

static void read_column(struct reading *r, const struct cell *cell)
{
	struct column *column = &r->columns[r->columns_count++];
	*column = (struct column){ .kind = kind_of(cell->words), .head = cell->words };
	bool for_items = !r->rating && !r->text;
	if (column->kind == COLUMN_ITEM && for_items)
		column->item = item_of(r, cell->words);
	if (column->kind == COLUMN_EMPTY)
		return;
	bool fits = column->kind <= COLUMN_HEADS || ((column->kind == COLUMN_VALUE || column->kind == COLUMN_PERCENT) && r->rating) ||
		    (column->kind == COLUMN_WORDS && r->text) || column->item != 0;
	if (!fits)
		complain(r->wrong, cell->at, IS_ERROR, "the question has no column %s; expected %s",
			 quoted(cell->words).text,
			 for_items   ? "the number of an item, or its words"
			 : r->rating ? "percent, or value"
				     : "words");
	for (size_t i = 0; fits && i + 1 < r->columns_count; i++)
		if (r->columns[i].kind == column->kind && r->columns[i].item == column->item)
			complain(r->wrong, cell->at, IS_ERROR, "a second column for %s",
				 quoted(cell->words).text);
	if (!fits)
		column->kind = COLUMN_UNKNOWN;
}

static bool has_column(const struct reading *r, enum column_kind kind)
{
	for (size_t i = 0; i < r->columns_count; i++)
		if (r->columns[i].kind == kind)
			return true;
	return false;
}

static void read_head(struct reading *r)
{
	const struct table_row *head = &r->table->rows[0];
	r->columns = check_alloc(head->count, sizeof *r->columns);
	for (size_t i = 0; i < head->count; i++)
		read_column(r, &head->cells[i]);
	if (!has_column(r, COLUMN_ROOM))
		complain(r->wrong, head->at, IS_ERROR, "the first row has no column room");
	if (!has_column(r, COLUMN_SHEET))
		complain(r->wrong, head->at, IS_ERROR, "the first row has no column sheet");
	enum column_kind answer = r->rating ? COLUMN_VALUE : r->text ? COLUMN_WORDS : COLUMN_ITEM;
	if (r->rating && has_column(r, COLUMN_VALUE) && has_column(r, COLUMN_PERCENT))
		complain(r->wrong, head->at, IS_ERROR, "both value and percent; expected one of them");
	if (!has_column(r, answer) && !has_column(r, COLUMN_UNKNOWN) && !(r->rating && has_column(r, COLUMN_PERCENT)))
		complain(r->wrong, head->at, IS_ERROR, "the first row has no column for the answers");
}

/* --- a row --- */

static uint32_t room_of(const struct reading *r, const struct cell *cell)
{
	const struct picture_section *rooms = picture_find(&r->page->picture, SECTION_rooms, 0, 0);
	uint32_t wanted, found = 0;
	if (!number(cell->words, &wanted))
		found = cell->words.len ? find_words(rooms, LIMIT_ROOMS, 0, cell->words) : 0;
	else if (rooms != NULL)
		for (size_t i = 0; i < rooms->count; i++)
			if (rooms->items[i].key == wanted)
				found = wanted;
	if (found == 0 || found > LIMIT_ROOMS)
		complain(r->wrong, cell->at, IS_ERROR,
			 cell->words.len ? "there is no room %s" : "a sheet without a room%s",
			 cell->words.len ? quoted(cell->words).text : "");
	return found <= LIMIT_ROOMS ? found : 0;
}

static struct slice label_of(const struct reading *r, const struct cell *cell)
{
	bool plain = cell->words.len >= 1 && cell->words.len <= LABEL_MOST;
	for (size_t i = 0; i < cell->words.len; i++)
		plain &= cell->words.at[i] >= 0x20 && cell->words.at[i] != 0x7f;
	if (!plain)
		complain(r->wrong, cell->at, IS_ERROR,
			 "a sheet needs a name or number of its own, at most %d bytes on one line",
			 LABEL_MOST);
	return cell->words;
}

static uint32_t heads_of(const struct reading *r, const struct cell *cell)
{
	uint32_t heads;
	if (cell->words.len == 0)
		return 1;
	if (!number(cell->words, &heads) || heads < 1 || heads > LIMIT_HEADS)
		complain(r->wrong, cell->at, IS_ERROR,
			 "%s is not how many people stand behind a sheet; expected 1 to %d",
			 quoted(cell->words).text, LIMIT_HEADS);
	else if (heads != 1 && r->question->secret)
		complain(r->wrong, cell->at, IS_ERROR, "in a secret question each sheet is one person's");
	return heads;
}

/* What stands in the cell of an item. 0: nothing. */
static uint32_t value_of(const struct reading *r, const struct cell *cell)
{
	uint32_t value;
	if (cell->words.len == 0)
		return 0;
	if (r->choice &&
	    (slice_equal(cell->words, slice_text("x")) || slice_equal(cell->words, slice_text("X"))))
		return 1;
	if (!number(cell->words, &value)) {
		complain(r->wrong, cell->at, IS_ERROR, "%s is not a number%s", quoted(cell->words).text,
			 r->choice ? "; expected 1, x or nothing" : "");
		return 0;
	}
	if (r->dots && value > r->y)
		complain(r->wrong, cell->at, IS_ERROR, "%u dots on one item; expected at most %u", value,
			 r->y);
	else if (r->choice && value > 1)
		complain(r->wrong, cell->at, IS_ERROR, "an item is chosen or not; expected 1, x or nothing");
	else if (r->ranking && value > r->x)
		complain(r->wrong, cell->at, IS_ERROR, "place %u; expected at most %u", value, r->x);
	else
		return value;
	return 0;
}

/* What all items of a sheet must be together. */
static void check_together(const struct reading *r, const struct table_row *row, const uint32_t *values,
			   size_t count, uint64_t sum)
{
	bool places[LIMIT_ITEMS + 1] = { false };
	if (r->dots && sum > r->x)
		complain(r->wrong, row->at, IS_ERROR, "%u dots on the sheet; expected at most %u",
			 (unsigned)sum, r->x);
	if (r->choice && count > r->y)
		complain(r->wrong, row->at, IS_ERROR, "%zu items are chosen; expected at most %u", count,
			 r->y);
	if (r->choice && count > 0 && count < r->x)
		complain(r->wrong, row->at, IS_ERROR, "%zu items are chosen; expected at least %u", count,
			 r->x);
	for (uint32_t item = 1; r->ranking && item <= LIMIT_ITEMS; item++) {
		uint32_t place = values[item];
		if (place == 0)
			continue;
		if (place > count || places[place]) {
			complain(r->wrong, row->at, IS_ERROR, "the places are not 1 to %zu, each once",
				 count);
			return;
		}
		places[place] = true;
	}
}

static void read_items(const struct reading *r, const struct table_row *row, struct pack *ballot)
{
	uint32_t values[LIMIT_ITEMS + 1] = { 0 };
	size_t count = 0, errors = r->wrong->errors;
	uint64_t sum = 0;
	for (size_t i = 0; i < row->count && i < r->columns_count; i++) {
		if (r->columns[i].kind != COLUMN_ITEM)
			continue;
		uint32_t value = value_of(r, &row->cells[i]);
		values[r->columns[i].item] = value;
		count += value > 0;
		sum += value;
	}
	if (r->wrong->errors == errors)
		check_together(r, row, values, count, sum);
	if (count == 0)
		return;
	pack_array(ballot, 2 * count);
	for (uint32_t item = 1; item <= LIMIT_ITEMS; item++) {
		if (values[item] == 0)
			continue;
		pack_uint(ballot, item);
		pack_uint(ballot, values[item]);
	}
}

static void pack_place(struct pack *ballot, uint32_t place)
{
	pack_array(ballot, 2);
	pack_uint(ballot, 1);
	pack_uint(ballot, place + 1);
}

static void read_place(struct reading *r, const struct cell *cell, struct pack *ballot)
{
	uint32_t place;
	if (cell->words.len == 0)
		return;
	if (!number(cell->words, &place) || place > PLACE_MOST) {
		complain(r->wrong, cell->at, IS_ERROR, "%s is not a place on the line; expected 0 to %d",
			 quoted(cell->words).text, PLACE_MOST);
		return;
	}
	pack_place(ballot, place);
	if (place > r->highest)
		r->highest = place;
}

/* As the pages say it: 62, or 62,5. */
static void read_percent(const struct reading *r, const struct cell *cell, struct pack *ballot)
{
	struct slice whole = cell->words;
	uint32_t percent, tenth = 0;
	if (whole.len == 0)
		return;
	if (whole.len > 2 && (whole.at[whole.len - 2] == ',' || whole.at[whole.len - 2] == '.')) {
		tenth = (uint32_t)whole.at[whole.len - 1] - '0';
		whole.len -= 2;
	}
	if (!number(whole, &percent) || tenth > 9 || percent * 10 + tenth > PLACE_MOST)
		complain(r->wrong, cell->at, IS_ERROR, "%s is not a place on the line; expected 0 to %d, with one decimal at most", quoted(cell->words).text, PLACE_MOST / 10);
	else
		pack_place(ballot, percent * 10 + tenth);
}

static void read_words(const struct reading *r, const struct cell *cell, struct pack *text)
{
	if (cell->words.len == 0)
		return;
	pack_array(text, 1);
	pack_array(text, 2);
	pack_str(text, slice_text(""));
	pack_str(text, cell->words);
	if (cell->words.len > r->x)
		complain(r->wrong, cell->at, IS_ERROR, "%zu bytes of words; expected at most %u",
			 cell->words.len, r->x);
	else if (text_check(pack_bytes(text), 1, r->x) != FAULT_none)
		complain(r->wrong, cell->at, IS_ERROR,
			 "these are not plain words: a control character is among them");
}

/* The same sheet of the same room has the same name, and nobody without the link can say which. */
static void name_sheet(const struct reading *r, struct sheet *sheet)
{
	uint8_t at[8];
	for (int i = 0; i < 4; i++) {
		at[i] = (uint8_t)(r->question->number >> (24 - 8 * i));
		at[4 + i] = (uint8_t)(sheet->room >> (24 - 8 * i));
	}
	struct slice fields[] = { slice_text("bollplank.sheet.1"), slice_text(r->page->sid),
				  slice_of(at, sizeof at), sheet->label };
	struct digest name = digest_keyed(slice_of(r->page->token, sizeof r->page->token), fields,
					  sizeof fields / sizeof *fields);
	memcpy(sheet->id, name.bytes, sizeof sheet->id);
}

static void check_alone(const struct reading *r, const struct sheet *sheet)
{
	for (size_t i = 0; i < r->out->count; i++) {
		const struct sheet *other = &r->out->at[i];
		if (other->room != sheet->room)
			continue;
		if (slice_equal(other->label, sheet->label))
			complain(r->wrong, sheet->at, IS_ERROR,
				 "sheet %s of this room stands in line %u already", quoted(sheet->label).text,
				 (unsigned)other->at.line);
		else if (r->question->holder == HOLDER_ROOM)
			complain(r->wrong, sheet->at, IS_ERROR,
				 "a room gives one answer to this question, and line %u has it",
				 (unsigned)other->at.line);
		else
			continue;
		return;
	}
}

/* Nothing but separators: spreadsheets save such rows. */
static bool is_blank(const struct table_row *row)
{
	for (size_t i = 0; i < row->count; i++)
		if (row->cells[i].words.len)
			return false;
	return true;
}

static void read_row(struct reading *r, const struct table_row *row)
{
	struct sheet sheet = { .heads = 1, .at = row->at };
	size_t errors = r->wrong->errors;
	pack_init(&sheet.ballot);
	pack_init(&sheet.text);
	if (row->count > r->columns_count)
		complain(r->wrong, row->cells[r->columns_count].at, IS_ERROR,
			 "a cell without a column: the first row has %zu", r->columns_count);
	if (row->count < r->columns_count)
		complain(r->wrong, row->at, IS_ERROR, "%zu cells; expected %zu, as in the first row",
			 row->count, r->columns_count);
	for (size_t i = 0; i < row->count && i < r->columns_count; i++) {
		const struct cell *cell = &row->cells[i];
		switch (r->columns[i].kind) {
		case COLUMN_ROOM:
			sheet.room = room_of(r, cell);
			break;
		case COLUMN_SHEET:
			sheet.label = label_of(r, cell);
			break;
		case COLUMN_HEADS:
			sheet.heads = heads_of(r, cell);
			break;
		case COLUMN_VALUE:
			read_place(r, cell, &sheet.ballot);
			break;
		case COLUMN_PERCENT:
			read_percent(r, cell, &sheet.ballot);
			break;
		case COLUMN_WORDS:
			read_words(r, cell, &sheet.text);
			break;
		case COLUMN_EMPTY:
			if (cell->words.len)
				complain(r->wrong, cell->at, IS_ERROR, "%s stands in a column without a head", quoted(cell->words).text);
			break;
		case COLUMN_ITEM:
		case COLUMN_UNKNOWN:
			break;
		}
	}
	if (!r->rating && !r->text)
		read_items(r, row, &sheet.ballot);
	if (r->wrong->errors == errors)
		check_alone(r, &sheet);
	name_sheet(r, &sheet);
	r->out->of_room[sheet.room]++;
	r->out->at = check_realloc(r->out->at, r->out->count + 1, sizeof *r->out->at);
	r->out->at[r->out->count++] = sheet;
}

void sheets_read(const struct table *table, const struct page *page, const struct question *question,
		 struct sheets *out, struct complaints *wrong)
{
	struct reading r = { .table = table, .page = page, .question = question, .out = out, .wrong = wrong };
	struct cursor config = cursor_of(question->config);
	*out = (struct sheets){ 0 };
	config = cursor_array(&config);
	r.x = (uint32_t)cursor_uint(&config);
	r.y = (uint32_t)cursor_uint(&config);
	r.dots = is(question, "dots");
	r.choice = is(question, "choice");
	r.ranking = is(question, "ranking");
	r.rating = is(question, "rating");
	r.text = is(question, "text");
	if (!r.dots && !r.choice && !r.ranking && !r.rating && !r.text) {
		complain(wrong, (struct spot){ 1, 1 }, IS_ERROR,
			 "question %u is of a kind (%s) that this client does not know", question->number,
			 question->kind);
		return;
	}
	if (table->count < 2) {
		complain(wrong, (struct spot){ 1, 1 }, IS_ERROR,
			 "there are no sheets; expected a first row that names the columns, and a row for "
			 "each sheet");
		return;
	}
	read_head(&r);
	bool good = wrong->errors == 0; /* with a wrong head every row would be wrong too */
	for (size_t i = 1; good && i < table->count && i <= LIMIT_PAPERS; i++)
		if (!is_blank(&table->rows[i]))
			read_row(&r, &table->rows[i]);
	/* Pages say 62 where this column says 620, and somebody typed what stands on the sheets. */
	if (r.highest > 0 && r.highest <= PLACE_MOST / 10)
		complain(wrong, table->rows[0].at, IS_ERROR, "no value is above %d, and the column value goes to %d; expected a column percent for places from 0 to %d", PLACE_MOST / 10,
			 PLACE_MOST, PLACE_MOST / 10);
	if (table->count > LIMIT_PAPERS + 1)
		complain(wrong, table->rows[LIMIT_PAPERS + 1].at, IS_ERROR, "more than %d sheets",
			 LIMIT_PAPERS);
	free(r.columns);
}

void sheets_finish(struct sheets *sheets)
{
	for (size_t i = 0; i < sheets->count; i++) {
		pack_finish(&sheets->at[i].ballot);
		pack_finish(&sheets->at[i].text);
	}
	free(sheets->at);
	*sheets = (struct sheets){ 0 };
}
