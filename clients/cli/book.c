/* SPDX-License-Identifier: EUPL-1.2 */
#include "book.h"
#include "base/copy.h"
#include "base/limits.h"
#include "picture.h"
#include "wire/pack.h"

void book_finish(struct book *book)
{
	for (size_t i = 0; i < book->count; i++) {
		for (size_t k = 0; k < book->pages[i].size; k++)
			copy_free(book->pages[i].kept[k].ballot);
		free(book->pages[i].kept);
	}
	free(book->pages);
	for (size_t i = 0; i < book->notes_count; i++)
		copy_free(book->notes[i].words);
	free(book->notes);
	*book = (struct book){ 0 };
}

struct book_page *book_page(struct book *book, uint32_t activity, uint32_t round)
{
	for (size_t i = 0; i < book->count; i++)
		if (book->pages[i].activity == activity && book->pages[i].round == round)
			return &book->pages[i];
	book->pages = check_realloc(book->pages, book->count + 1, sizeof *book->pages);
	book->pages[book->count] = (struct book_page){ .activity = activity, .round = round };
	return &book->pages[book->count++];
}

void book_put(struct book_page *page, size_t holder, uint64_t seq, struct slice ballot)
{
	page->acknowledged++;
	if (holder >= page->size) {
		size_t size = page->size ? page->size : 64;
		while (size <= holder)
			size *= 2;
		page->kept = check_realloc(page->kept, size, sizeof *page->kept);
		memset(page->kept + page->size, 0, (size - page->size) * sizeof *page->kept);
		page->size = size;
	}
	struct kept *kept = &page->kept[holder];
	if (seq <= kept->seq)
		return;
	copy_free(kept->ballot);
	kept->ballot = copy_of(ballot);
	kept->seq = seq;
}

const struct kept *book_get(const struct book_page *page, size_t holder)
{
	return holder < page->size && page->kept[holder].seq != 0 ? &page->kept[holder] : NULL;
}

void book_note(struct book *book, const struct book_note *told)
{
	struct book_note *note = NULL;
	book->wordings++;
	for (size_t i = 0; i < book->notes_count && note == NULL; i++)
		if (book->notes[i].id == told->id && book->notes[i].tray == told->tray)
			note = &book->notes[i];
	if (note == NULL) {
		if (book->notes_count == book->notes_room) {
			book->notes_room = book->notes_room ? 2 * book->notes_room : 64;
			book->notes = check_realloc(book->notes, book->notes_room, sizeof *book->notes);
		}
		note = &book->notes[book->notes_count++];
		*note = (struct book_note){ 0 };
	}
	if (told->seq <= note->seq)
		return;
	copy_free(note->words);
	*note = *told;
	note->words = copy_of(told->words);
}

/* --- what it adds up to: a second opinion, with nothing of the daemon's --- */

enum { ITEMS = 4096, WIDE = 400 };

struct row {
	uint64_t sum, voters;
};

/* dots, choice, ranking: [item, sum, voters, ...]. borda: k of a ranking, where place 1 is worth k; 0 of all
 * others. */
static void sums(const struct book_page *page, uint64_t borda, struct pack *out)
{
	struct row *rows = check_alloc(ITEMS, sizeof *rows);
	size_t used = 0;
	for (size_t i = 0; i < page->size; i++) {
		struct cursor c = cursor_of(page->kept[i].ballot);
		c = cursor_array(&c);
		while (c.left > 0) {
			uint64_t item = cursor_uint(&c), value = cursor_uint(&c);
			if (item >= ITEMS || value == 0)
				continue;
			used += rows[item].voters == 0;
			rows[item].sum += borda ? borda + 1 - value : value;
			rows[item].voters++;
		}
	}
	pack_array(out, used * 3);
	for (size_t item = 0; item < ITEMS; item++) {
		if (rows[item].voters == 0)
			continue;
		pack_uint(out, item);
		pack_uint(out, rows[item].sum);
		pack_uint(out, rows[item].voters);
	}
	free(rows);
}

static int by_size(const void *x, const void *y)
{
	uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;
	return (a > b) - (a < b);
}

static uint64_t middle(const uint32_t *places, size_t count)
{
	return count % 2 ? places[count / 2] : ((uint64_t)places[count / 2 - 1] + places[count / 2]) / 2;
}

/* [answers, mean, median, lower, upper, wide, place, count, ...] */
static void spread(const struct book_page *page, struct pack *out)
{
	uint32_t *places = check_alloc(page->size, sizeof *places);
	uint64_t n = 0, sum = 0, lower = 0, upper = 0;
	size_t taken = 0;
	for (size_t i = 0; i < page->size; i++) {
		struct cursor c = cursor_of(page->kept[i].ballot);
		if (page->kept[i].ballot.len == 0)
			continue;
		c = cursor_array(&c);
		cursor_uint(&c);
		places[n] = (uint32_t)cursor_uint(&c) - 1;
		sum += places[n++];
	}
	if (n > 0)
		qsort(places, n, sizeof *places, by_size);
	for (size_t i = 0; i < n; i++)
		taken += i == 0 || places[i] != places[i - 1];
	if (n > 0)
		lower = upper = places[0];
	if (n > 1) {
		lower = middle(places, n / 2);
		upper = middle(places + (n + 1) / 2, n / 2);
	}
	pack_array(out, 6 + 2 * taken);
	pack_uint(out, n);
	pack_uint(out, n ? (2 * sum + n) / (2 * n) : 0);
	pack_uint(out, n ? middle(places, n) : 0);
	pack_uint(out, lower);
	pack_uint(out, upper);
	pack_uint(out, upper - lower >= WIDE);
	for (size_t i = 0, count; i < n; i += count) {
		for (count = 1; i + count < n && places[i + count] == places[i];)
			count++;
		pack_uint(out, places[i]);
		pack_uint(out, count);
	}
	free(places);
}

static int by_bytes(const void *x, const void *y)
{
	return slice_order(*(const struct slice *)x, *(const struct slice *)y);
}

/* [words, count, ..., left out] */
static void answers(const struct book_page *page, struct pack *out)
{
	struct slice *words = check_alloc(page->size, sizeof *words);
	size_t n = 0, told = 0, left_out = 0;
	struct pack body;
	pack_init(&body);
	for (size_t i = 0; i < page->size; i++) {
		struct cursor text = cursor_of(page->kept[i].ballot);
		if (page->kept[i].ballot.len > 0)
			words[n++] = text_words(&text, "", 0);
	}
	if (n > 0)
		qsort(words, n, sizeof *words, by_bytes);
	for (size_t i = 0, count; i < n; i += count) {
		for (count = 1; i + count < n && slice_equal(words[i + count], words[i]);)
			count++;
		size_t before = body.len;
		if (left_out == 0) {
			pack_str(&body, words[i]);
			pack_uint(&body, count);
		}
		if (left_out > 0 || body.len > LIMIT_TALLY_WORDS) {
			body.len = before;
			left_out += count;
		} else {
			told++;
		}
	}
	pack_array(out, 2 * told + 1);
	pack_raw(out, pack_bytes(&body));
	pack_uint(out, left_out);
	pack_finish(&body);
	free(words);
}

void book_tally(const struct book_page *page, const char *kind, struct slice config, struct pack *out,
		uint64_t *ballots)
{
	struct cursor c = cursor_of(config);
	c = cursor_array(&c);
	*ballots = 0;
	for (size_t i = 0; i < page->size; i++)
		*ballots += page->kept[i].ballot.len > 0;
	if (strcmp(kind, "rating") == 0)
		spread(page, out);
	else if (strcmp(kind, "text") == 0)
		answers(page, out);
	else
		sums(page, strcmp(kind, "ranking") == 0 ? cursor_uint(&c) : 0, out);
}
