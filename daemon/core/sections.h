/* SPDX-License-Identifier: EUPL-1.2 */
/* Which item of which section changed when. Values are not kept here: they are drawn from the session when somebody looks (view.c).
 * The items of a section stand in the order of their last change, so a delta walks only what changed. The last LIMIT_REMOVALS removals are remembered. */
#ifndef BOLLPLANK_CORE_SECTIONS_H
#define BOLLPLANK_CORE_SECTIONS_H
#include "base/map.h"
#include "wire/section.h"

struct section_item {
	uint64_t key, seq;
	uint32_t older, newer; /* index + 1 in items; 0: none */
};

struct section_list {
	struct section section;
	struct section_item *items; /* items in use are linked; freed slots too, by `newer`, from `free_slot` */
	uint32_t count, room, oldest, newest, free_slot;
	struct map by_key; /* key -> index + 1; only in use when there are many */
	struct section_removal {
		uint64_t key, seq;
	} *removals; /* oldest first */
	uint32_t removals_count, removals_room;
	uint64_t changed, forgotten; /* seqs */
	bool noted;
};

struct sections {
	struct section_list **lists; /* in the order of their first change */
	uint32_t count, room;
	struct map by_section; /* hash -> index + 1; lists that share a hash are chained by trying the next number */
	struct section *changes;
	uint32_t changes_count, changes_room;
};

void sections_finish(struct sections *all);
void sections_touch(struct sections *all, struct section section, uint64_t key, uint64_t seq);  /* made or changed */
void sections_remove(struct sections *all, struct section section, uint64_t key, uint64_t seq); /* nothing if it is not there */
void sections_drop(struct sections *all, uint8_t kind, uint32_t a); /* every section (kind, a, any): as if they had never been. Nobody may see them any more */
const struct section_list *sections_find(const struct sections *all, struct section section);   /* NULL: never changed */
bool sections_holds(const struct sections *all, struct section section, uint64_t key);
void sections_changes_clear(struct sections *all);
void sections_save(const struct sections *all, struct pack *out);
bool sections_restore(struct sections *all, struct unpack *in); /* false: not what save wrote */
#endif
