/* SPDX-License-Identifier: EUPL-1.2 */
/* The map against a table of all keys: millions of times the same answer, with keys that collide and slots that are given back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/map.h"

enum { KEYS = 512 };

static uint64_t dice = 1;
static uint32_t roll(uint32_t sides)
{
	dice = dice * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(dice >> 33) % sides;
}

static void test_model(void **state)
{
	struct map map = { 0 };
	uint32_t model[KEYS] = { 0 };
	size_t count = 0;
	(void)state;
	for (unsigned n = 0; n < 400000; n++) {
		uint32_t k = roll(n % 50000 < 25000 ? KEYS : KEYS / 16);
		uint64_t key = k % 2 ? k : (uint64_t)k << 40; /* 0 is a key too */
		uint32_t value = 1 + roll(1000);
		if (map_get(&map, key) != model[k])
			fail_msg("after %u: key %u", n, k);
		if (roll(2)) {
			count += model[k] == 0;
			map_set(&map, key, value);
			model[k] = value;
		} else {
			count -= model[k] != 0;
			map_remove(&map, key);
			model[k] = 0;
		}
		assert_int_equal(map.count, count);
	}
	for (uint32_t k = 0; k < KEYS; k++)
		assert_int_equal(map_get(&map, k % 2 ? k : (uint64_t)k << 40), model[k]);
	map_finish(&map);
	assert_int_equal(map_get(&map, 1), 0);
	map_remove(&map, 1);
	map_finish(&map);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_model) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
