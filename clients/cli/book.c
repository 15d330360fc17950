/* SPDX-License-Identifier: EUPL-1.2 */
#include "book.h"
#include "base/check.h"
#include "cursor.h"
#include "wire/pack.h"

void book_finish(struct book *book)
{
	for (size_t i = 0; i < book->count; i++) {
		for (size_t k = 0; k < book->pages[i].size; k++)
			free((void *)(uintptr_t)book->pages[i].kept[k].ballot.at);
		free(book->pages[i].kept);
	}
	free(book->pages);
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
	free((void *)(uintptr_t)kept->ballot.at);
	kept->ballot = slice_of(NULL, 0);
	kept->seq = seq;
	if (ballot.len > 0) {
		uint8_t *copy = check_alloc(ballot.len, 1);
		memcpy(copy, ballot.at, ballot.len);
		kept->ballot = slice_of(copy, ballot.len);
	}
}

const struct kept *book_get(const struct book_page *page, size_t holder)
{
	return holder < page->size && page->kept[holder].seq != 0 ? &page->kept[holder] : NULL;
}

struct row {
	uint64_t sum, voters;
};

void book_tally(const struct book_page *page, struct pack *out, uint64_t *ballots)
{
	enum { ITEMS = 4096 };
	struct row *rows = check_alloc(ITEMS, sizeof *rows);
	size_t used = 0;
	*ballots = 0;
	for (size_t i = 0; i < page->size; i++) {
		struct cursor c = cursor_of(page->kept[i].ballot);
		if (page->kept[i].ballot.len == 0)
			continue;
		++*ballots;
		c = cursor_array(&c);
		while (c.left > 0) {
			uint64_t item = cursor_uint(&c), value = cursor_uint(&c);
			if (item >= ITEMS || value == 0)
				continue;
			used += rows[item].voters == 0;
			rows[item].sum += value;
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
