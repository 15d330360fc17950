/* SPDX-License-Identifier: EUPL-1.2 */
#include "core/sections.h"
#include "base/check.h"
#include "base/limits.h"

enum { MANY = 12 }; /* from so many items a map finds faster than looking at each */

static void list_destroy(struct section_list *list)
{
	map_finish(&list->by_key);
	free(list->items);
	free(list->removals);
	free(list);
}

void sections_finish(struct sections *all)
{
	for (uint32_t i = 0; i < all->count; i++)
		list_destroy(all->lists[i]);
	free(all->lists);
	free(all->changes);
	map_finish(&all->by_section);
	*all = (struct sections){ 0 };
}

static uint64_t hash_of(struct section section)
{
	return map_mix(map_mix((uint64_t)section.kind << 32 | section.a) + section.b);
}

static struct section_list *find(const struct sections *all, struct section section)
{
	for (uint64_t hash = hash_of(section);; hash++) {
		uint32_t at = map_get(&all->by_section, hash);
		if (at == 0 || section_equal(all->lists[at - 1]->section, section))
			return at ? all->lists[at - 1] : NULL;
	}
}

const struct section_list *sections_find(const struct sections *all, struct section section)
{
	return find(all, section);
}

static void list_index(struct sections *all, struct section section, uint32_t at)
{
	uint64_t hash = hash_of(section);
	while (map_get(&all->by_section, hash))
		hash++;
	map_set(&all->by_section, hash, at);
}

static struct section_list *find_or_make(struct sections *all, struct section section)
{
	struct section_list *list = find(all, section);
	if (list)
		return list;
	list = check_alloc(1, sizeof *list);
	list->section = section;
	if (all->count == all->room) {
		all->room = all->room ? 2 * all->room : 16;
		all->lists = check_realloc(all->lists, all->room, sizeof *all->lists);
	}
	all->lists[all->count++] = list;
	list_index(all, section, all->count);
	return list;
}

static void note(struct sections *all, struct section_list *list, uint64_t seq)
{
	list->changed = seq;
	if (list->noted)
		return;
	list->noted = true;
	if (all->changes_count == all->changes_room) {
		all->changes_room = all->changes_room ? 2 * all->changes_room : 16;
		all->changes = check_realloc(all->changes, all->changes_room, sizeof *all->changes);
	}
	all->changes[all->changes_count++] = list->section;
}

static uint32_t item_find(const struct section_list *list, uint64_t key)
{
	if (list->count >= MANY)
		return map_get(&list->by_key, key);
	uint32_t at = list->newest;
	while (at && list->items[at - 1].key != key)
		at = list->items[at - 1].older;
	return at;
}

static void unlink_item(struct section_list *list, uint32_t at)
{
	struct section_item *item = &list->items[at - 1];
	*(item->older ? &list->items[item->older - 1].newer : &list->oldest) = item->newer;
	*(item->newer ? &list->items[item->newer - 1].older : &list->newest) = item->older;
}

static void link_newest(struct section_list *list, uint32_t at)
{
	struct section_item *item = &list->items[at - 1];
	item->older = list->newest;
	item->newer = 0;
	*(list->newest ? &list->items[list->newest - 1].newer : &list->oldest) = at;
	list->newest = at;
}

static uint32_t item_make(struct section_list *list, uint64_t key)
{
	uint32_t at = list->free_slot;
	if (at) {
		list->free_slot = list->items[at - 1].newer;
	} else {
		if (list->count == list->room) {
			list->room = list->room ? 2 * list->room : 2;
			list->items = check_realloc(list->items, list->room, sizeof *list->items);
		}
		at = list->count + 1;
	}
	list->count++;
	list->items[at - 1] = (struct section_item){ .key = key };
	link_newest(list, at);
	if (list->count > MANY) {
		map_set(&list->by_key, key, at);
	} else if (list->count == MANY) {
		map_finish(&list->by_key);
		for (uint32_t i = list->oldest; i; i = list->items[i - 1].newer)
			map_set(&list->by_key, list->items[i - 1].key, i);
	}
	return at;
}

void sections_touch(struct sections *all, struct section section, uint64_t key, uint64_t seq)
{
	struct section_list *list = find_or_make(all, section);
	uint32_t at = item_find(list, key);
	if (at) {
		unlink_item(list, at);
		link_newest(list, at);
	} else {
		at = item_make(list, key);
	}
	list->items[at - 1].seq = seq;
	note(all, list, seq);
}

static void removal_note(struct section_list *list, uint64_t key, uint64_t seq)
{
	if (list->removals_count == list->removals_room && list->removals_room < LIMIT_REMOVALS) {
		list->removals_room = list->removals_room ? 2 * list->removals_room : 8;
		list->removals = check_realloc(list->removals, list->removals_room, sizeof *list->removals);
	}
	if (list->removals_count == LIMIT_REMOVALS) {
		list->forgotten = list->removals[0].seq;
		memmove(list->removals, list->removals + 1, (LIMIT_REMOVALS - 1) * sizeof *list->removals);
		list->removals_count--;
	}
	list->removals[list->removals_count++] = (struct section_removal){ key, seq };
}

static void item_remove(struct section_list *list, uint32_t at, uint64_t seq)
{
	uint64_t key = list->items[at - 1].key;
	unlink_item(list, at);
	if (list->count >= MANY)
		map_remove(&list->by_key, key);
	list->items[at - 1].newer = list->free_slot;
	list->free_slot = at;
	list->count--;
	removal_note(list, key, seq);
}

bool sections_holds(const struct sections *all, struct section section, uint64_t key)
{
	struct section_list *list = find(all, section);
	return list && item_find(list, key);
}

void sections_remove(struct sections *all, struct section section, uint64_t key, uint64_t seq)
{
	struct section_list *list = find(all, section);
	uint32_t at = list ? item_find(list, key) : 0;
	if (at == 0)
		return;
	item_remove(list, at, seq);
	note(all, list, seq);
}

void sections_drop(struct sections *all, uint8_t kind, uint32_t a)
{
	uint32_t kept = 0, noted = 0;
	for (uint32_t i = 0; i < all->changes_count; i++)
		if (all->changes[i].kind != kind || all->changes[i].a != a)
			all->changes[noted++] = all->changes[i];
	all->changes_count = noted;
	map_finish(&all->by_section);
	for (uint32_t i = 0; i < all->count; i++) {
		struct section_list *list = all->lists[i];
		if (list->section.kind == kind && list->section.a == a) {
			list_destroy(list);
			continue;
		}
		all->lists[kept++] = list;
		list_index(all, list->section, kept);
	}
	all->count = kept;
}

void sections_changes_clear(struct sections *all)
{
	for (uint32_t i = 0; i < all->changes_count; i++)
		find(all, all->changes[i])->noted = false;
	all->changes_count = 0;
}

void sections_save(const struct sections *all, struct pack *out)
{
	pack_array(out, all->count);
	for (uint32_t i = 0; i < all->count; i++) {
		const struct section_list *list = all->lists[i];
		pack_array(out, 7);
		pack_uint(out, list->section.kind);
		pack_uint(out, list->section.a);
		pack_uint(out, list->section.b);
		pack_uint(out, list->changed);
		pack_uint(out, list->forgotten);
		pack_array(out, 2 * (size_t)list->count);
		for (uint32_t at = list->oldest; at; at = list->items[at - 1].newer) {
			pack_uint(out, list->items[at - 1].key);
			pack_uint(out, list->items[at - 1].seq);
		}
		pack_array(out, 2 * (size_t)list->removals_count);
		for (uint32_t r = 0; r < list->removals_count; r++) {
			pack_uint(out, list->removals[r].key);
			pack_uint(out, list->removals[r].seq);
		}
	}
}

static bool list_restore(struct sections *all, struct unpack *in)
{
	struct section section;
	unpack_arrays(in, 7);
	section.kind = (uint8_t)unpack_uint(in, SECTION_KINDS - 1);
	section.a = (uint32_t)unpack_uint(in, UINT32_MAX);
	section.b = (uint32_t)unpack_uint(in, UINT32_MAX);
	uint64_t changed = unpack_uint(in, UINT64_MAX), forgotten = unpack_uint(in, UINT64_MAX);
	if (!unpack_ok(in) || find(all, section))
		return false;
	struct section_list *list = find_or_make(all, section);
	size_t items = unpack_array(in);
	for (size_t i = 0; i + 1 < items && unpack_ok(in); i += 2) {
		uint64_t key = unpack_uint(in, UINT64_MAX), seq = unpack_uint(in, UINT64_MAX);
		if (item_find(list, key))
			return false;
		uint32_t at = item_make(list, key); /* may move the items */
		list->items[at - 1].seq = seq;
	}
	size_t removals = unpack_array(in);
	if (items % 2 || removals % 2 || removals / 2 > LIMIT_REMOVALS)
		return false;
	for (size_t i = 0; i + 1 < removals && unpack_ok(in); i += 2) {
		uint64_t key = unpack_uint(in, UINT64_MAX), seq = unpack_uint(in, UINT64_MAX);
		removal_note(list, key, seq);
	}
	list->changed = changed;
	list->forgotten = forgotten;
	return unpack_ok(in);
}

bool sections_restore(struct sections *all, struct unpack *in)
{
	size_t count = unpack_array(in);
	for (size_t i = 0; i < count; i++)
		if (!list_restore(all, in))
			return false;
	return unpack_ok(in);
}
