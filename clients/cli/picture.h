/* SPDX-License-Identifier: EUPL-1.2 */
/* What a page holds: sections, each a map from keys to MessagePack values (protocol/README.md section 5). Knows nothing of what they mean. */
#ifndef BOLLPLANK_CLI_PICTURE_H
#define BOLLPLANK_CLI_PICTURE_H
#include "cursor.h"
#include "wire/section.h"

struct picture_item {
	uint64_t key;
	struct slice value; /* owned by the picture */
};

struct picture_section {
	struct section name;
	struct picture_item *items; /* in no order */
	size_t count, room;
};

struct picture {
	uint32_t wanted; /* set of 1 << kind that are kept; others are passed over */
	struct picture_section *sections;
	size_t count, room;
};

void picture_init(struct picture *p, uint32_t wanted);
void picture_finish(struct picture *p);
void picture_clear(struct picture *p);
/* listing, gone, sections of a frame, as they stand in it. */
void picture_apply(struct picture *p, struct cursor *frame);

const struct picture_section *picture_find(const struct picture *p, enum section_kind kind, uint32_t a, uint32_t b); /* NULL: not held */
const struct picture_item *picture_newest(const struct picture_section *section); /* with the greatest key: of results the newest round; NULL: none */
/* A cursor on the values of the array that is the item; empty when there is no such item. */
struct cursor picture_item(const struct picture *p, struct section name, uint64_t key);
/* A cursor on the item itself, whatever it is. */
struct cursor picture_value(const struct picture *p, struct section name, uint64_t key);
/* The words at ${index} (0: the first behind the language) of a text, in the language when there is such a row, else of the first row. Takes the text. */
struct slice text_words(struct cursor *text, const char *language, size_t index);
static inline struct cursor item_cursor(const struct picture_item *item)
{
	struct cursor c = cursor_of(item->value);
	return cursor_array(&c);
}
#endif
