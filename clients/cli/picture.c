/* SPDX-License-Identifier: EUPL-1.2 */
#include "picture.h"
#include "base/copy.h"

void picture_init(struct picture *p, uint32_t wanted)
{
	*p = (struct picture){ .wanted = wanted };
}

static void section_empty(struct picture_section *s)
{
	for (size_t i = 0; i < s->count; i++)
		copy_free(s->items[i].value);
	s->count = 0;
}

static void section_remove(struct picture *p, size_t at)
{
	section_empty(&p->sections[at]);
	free(p->sections[at].items);
	p->sections[at] = p->sections[--p->count];
}

void picture_clear(struct picture *p)
{
	while (p->count > 0)
		section_remove(p, p->count - 1);
}

void picture_finish(struct picture *p)
{
	picture_clear(p);
	free(p->sections);
	*p = (struct picture){ 0 };
}

static size_t find(const struct picture *p, struct section name)
{
	for (size_t i = 0; i < p->count; i++)
		if (section_equal(p->sections[i].name, name))
			return i;
	return SIZE_MAX;
}

static struct picture_section *find_or_make(struct picture *p, struct section name)
{
	size_t at = find(p, name);
	if (at != SIZE_MAX)
		return &p->sections[at];
	if (p->count == p->room) {
		p->room = p->room ? p->room * 2 : 8;
		p->sections = check_realloc(p->sections, p->room, sizeof *p->sections);
	}
	p->sections[p->count] = (struct picture_section){ .name = name };
	return &p->sections[p->count++];
}

static void set(struct picture_section *s, uint64_t key, struct slice value)
{
	size_t at = 0;
	while (at < s->count && s->items[at].key != key)
		at++;
	if (at < s->count)
		copy_free(s->items[at].value);
	if (value.len == 1 && value.at[0] == 0xc0) { /* nil: removed */
		if (at < s->count)
			s->items[at] = s->items[--s->count];
		return;
	}
	if (at == s->count) {
		if (s->count == s->room) {
			s->room = s->room ? s->room * 2 : 4;
			s->items = check_realloc(s->items, s->room, sizeof *s->items);
		}
		s->count++;
	}
	s->items[at] = (struct picture_item){ .key = key, .value = copy_of(value) };
}

static struct section read_name(struct cursor *c)
{
	uint64_t kind = cursor_uint(c), a = cursor_uint(c), b = cursor_uint(c);
	return (struct section){ .kind = kind < SECTION_KINDS ? (uint8_t)kind : 0, .a = (uint32_t)a, .b = (uint32_t)b };
}

/* Whatever is not in the listing is no longer in sight. */
static void keep_listed(struct picture *p, struct cursor listing)
{
	for (size_t i = p->count; i-- > 0;) {
		struct cursor c = listing;
		bool listed = false;
		while (c.left > 0 && !listed) {
			struct cursor one = cursor_array(&c);
			listed = section_equal(read_name(&one), p->sections[i].name);
		}
		if (!listed)
			section_remove(p, i);
	}
}

void picture_apply(struct picture *p, struct cursor *frame)
{
	if (cursor_type(frame) == CURSOR_ARRAY)
		keep_listed(p, cursor_array(frame));
	else
		cursor_raw(frame);
	struct cursor gone = cursor_array(frame);
	while (gone.left > 0) {
		struct cursor one = cursor_array(&gone);
		size_t at = find(p, read_name(&one));
		if (at != SIZE_MAX)
			section_remove(p, at);
	}
	struct cursor sections = cursor_array(frame);
	while (sections.left > 0) {
		struct cursor one = cursor_array(&sections);
		struct section name = read_name(&one);
		if (name.kind == 0 || (p->wanted & 1u << name.kind) == 0)
			continue;
		struct picture_section *s = find_or_make(p, name);
		if (cursor_bool(&one))
			section_empty(s);
		struct cursor items = cursor_array(&one);
		while (items.left > 0) {
			/* A lane is bin8. Never mixed up with a number: keys that are numbers are small, lanes are
			 * random. */
			uint64_t key = cursor_type(&items) == CURSOR_BIN ? cursor_bin64(&items) : cursor_uint(&items);
			struct slice value = cursor_raw(&items);
			if (value.len > 0)
				set(s, key, value);
		}
	}
}

const struct picture_section *picture_find(const struct picture *p, enum section_kind kind, uint32_t a, uint32_t b)
{
	size_t at = find(p, (struct section){ .kind = (uint8_t)kind, .a = a, .b = b });
	return at == SIZE_MAX ? NULL : &p->sections[at];
}

const struct picture_item *picture_newest(const struct picture_section *section)
{
	const struct picture_item *newest = NULL;
	for (size_t i = 0; section != NULL && i < section->count; i++)
		if (newest == NULL || section->items[i].key > newest->key)
			newest = &section->items[i];
	return newest;
}

struct cursor picture_value(const struct picture *p, struct section name, uint64_t key)
{
	size_t at = find(p, name);
	if (at != SIZE_MAX) {
		const struct picture_section *s = &p->sections[at];
		for (size_t i = 0; i < s->count; i++)
			if (s->items[i].key == key)
				return cursor_of(s->items[i].value);
	}
	return cursor_of(slice_of(NULL, 0));
}

struct cursor picture_item(const struct picture *p, struct section name, uint64_t key)
{
	struct cursor c = picture_value(p, name, key);
	return cursor_array(&c);
}

struct slice text_words(struct cursor *text, const char *language, size_t index)
{
	struct cursor rows = cursor_array(text);
	struct slice found = { NULL, 0 };
	bool first = true;
	while (rows.left > 0) {
		struct cursor row = cursor_array(&rows);
		struct slice spoken = cursor_str(&row), words = { NULL, 0 };
		for (size_t i = 0; i <= index; i++)
			words = cursor_str(&row);
		bool wanted = slice_equal(spoken, slice_text(language));
		if (first || wanted)
			found = words;
		if (wanted)
			break;
		first = false;
	}
	return found;
}
