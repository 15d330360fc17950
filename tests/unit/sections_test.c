/* SPDX-License-Identifier: EUPL-1.2 */
/* Which item changed when: the lists against a plain table, through touches, removals, drops and snapshots. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/check.h"
#include "base/limits.h"
#include "core/sections.h"

enum { LISTS = 6, KEYS = 40 };

static uint64_t dice = 3;
static uint32_t roll(uint32_t sides)
{
	dice = dice * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(dice >> 33) % sides;
}

static struct section section_at(uint32_t i)
{
	return (struct section){ .kind = SECTION_scope, .a = i / 2, .b = i % 2 };
}

struct model {
	uint64_t seq[KEYS], removed[KEYS]; /* of the last change; 0: is not there. of the last removal */
	uint64_t changed;
};

/* Everything newer than `since` is found where a page would look for it. */
static void compare(const struct sections *all, uint32_t i, const struct model *model, uint64_t now)
{
	const struct section_list *list = sections_find(all, section_at(i));
	uint32_t count = 0;
	uint64_t last = 0;
	if (list == NULL) {
		assert_true(model->changed == 0);
		return;
	}
	assert_true(list->changed == model->changed);
	for (uint32_t at = list->oldest; at; at = list->items[at - 1].newer, count++) {
		const struct section_item *item = &list->items[at - 1];
		assert_true(item->key < KEYS && model->seq[item->key] == item->seq);
		assert_true(item->seq >= last); /* in the order of change */
		last = item->seq;
	}
	assert_int_equal(count, list->count);
	for (uint32_t key = 0; key < KEYS; key++)
		count -= model->seq[key] != 0;
	assert_int_equal(count, 0);
	assert_true(list->removals_count <= LIMIT_REMOVALS);
	for (uint32_t r = 1; r < list->removals_count; r++)
		assert_true(list->removals[r - 1].seq <= list->removals[r].seq);
	uint64_t since = now > 300 ? now - roll(300) : 0;
	for (uint32_t key = 0; key < KEYS && since >= list->forgotten; key++) {
		bool told = false;
		for (uint32_t r = 0; r < list->removals_count; r++)
			told |= list->removals[r].key == key && list->removals[r].seq == model->removed[key];
		if (model->removed[key] > since && !told)
			fail_msg("list %u forgot key %u", i, key);
	}
}

static struct sections loaded(const struct sections *all)
{
	struct pack saved, twice;
	struct sections again = { 0 };
	static const struct unpack_limits limits = { .depth = 4, .values = 1000000, .bytes = 0 };
	pack_init(&saved);
	pack_init(&twice);
	sections_save(all, &saved);
	struct unpack *in = unpack_create(pack_bytes(&saved), &limits);
	assert_true(sections_restore(&again, in) && unpack_end(in));
	unpack_destroy(in);
	sections_save(&again, &twice);
	assert_true(slice_equal(pack_bytes(&saved), pack_bytes(&twice)));
	pack_finish(&saved);
	pack_finish(&twice);
	return again;
}

static void test_model(void **state)
{
	static struct model models[LISTS];
	struct sections all = { 0 };
	(void)state;
	for (uint64_t seq = 1; seq <= 60000; seq++) {
		uint32_t i = roll(LISTS), keys = seq / 2000 % 2 ? KEYS : 14; /* around the size where the map begins */
		uint64_t key = roll(keys);
		struct model *model = &models[i];
		if (roll(2)) {
			sections_touch(&all, section_at(i), key, seq);
			model->seq[key] = model->changed = seq;
		} else {
			sections_remove(&all, section_at(i), key, seq);
			if (model->seq[key]) {
				model->removed[key] = model->changed = seq;
				model->seq[key] = 0;
			}
		}
		if (roll(4000) == 0) { /* two of them had never been */
			uint32_t a = roll(LISTS / 2);
			sections_drop(&all, SECTION_scope, a);
			models[2 * a] = models[2 * a + 1] = (struct model){ { 0 }, { 0 }, 0 };
		}
		if (roll(1000) == 0) {
			struct sections again = loaded(&all);
			sections_finish(&all);
			all = again;
		}
		if (roll(10) == 0)
			for (uint32_t l = 0; l < LISTS; l++)
				compare(&all, l, &models[l], seq);
		if (roll(5) == 0)
			sections_changes_clear(&all);
	}
	sections_finish(&all);
}

static void test_changes(void **state)
{
	struct sections all = { 0 };
	(void)state;
	sections_touch(&all, section_at(0), 1, 1);
	sections_touch(&all, section_at(2), 1, 2);
	sections_touch(&all, section_at(0), 2, 3);
	sections_remove(&all, section_at(4), 2, 3); /* was never there */
	assert_int_equal(all.changes_count, 2);
	sections_drop(&all, SECTION_scope, 0);
	assert_int_equal(all.changes_count, 1);
	assert_null(sections_find(&all, section_at(0)));
	sections_changes_clear(&all);
	sections_touch(&all, section_at(2), 1, 4);
	assert_int_equal(all.changes_count, 1);
	sections_finish(&all);
}

static void test_forgets(void **state)
{
	struct sections all = { 0 };
	(void)state;
	for (uint64_t key = 1; key <= LIMIT_REMOVALS + 3; key++) {
		sections_touch(&all, section_at(0), key, key);
		sections_remove(&all, section_at(0), key, key);
	}
	const struct section_list *list = sections_find(&all, section_at(0));
	assert_int_equal(list->removals_count, LIMIT_REMOVALS);
	assert_int_equal(list->forgotten, 3);
	assert_int_equal(list->removals[0].key, 4);
	sections_finish(&all);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_model), cmocka_unit_test(test_changes), cmocka_unit_test(test_forgets) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
