/* SPDX-License-Identifier: EUPL-1.2 */
/* Rooms by lot: how many, how even, how random, how mixed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/check.h"
#include "base/limits.h"
#include "shell/rooming.h"

static void how_many_rooms(void **state)
{
	static const struct {
		enum rooming_wish wish;
		uint32_t number, members, rooms;
	} cases[] = {
		{ ROOMING_SIZE, 6, 75, 13 },  { ROOMING_SIZE, 6, 72, 12 }, { ROOMING_SIZE, 6, 7, 1 },     { ROOMING_SIZE, 6, 9, 2 },
		{ ROOMING_SIZE, 6, 1, 1 },    { ROOMING_SIZE, 6, 0, 1 },   { ROOMING_SIZE, 1, 5, 5 },     { ROOMING_SIZE, 0, 5, 0 },
		{ ROOMING_COUNT, 4, 75, 4 },  { ROOMING_COUNT, 4, 2, 4 },  { ROOMING_COUNT, 0, 75, 0 },   { ROOMING_COUNT, LIMIT_ROOMS, 9, LIMIT_ROOMS },
		{ ROOMING_COUNT, LIMIT_ROOMS + 1, 9, 0 }, { ROOMING_SIZE, 1, LIMIT_MEMBERS, 0 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		if (rooming_count(cases[i].wish, cases[i].number, cases[i].members) != cases[i].rooms)
			fail_msg("wish %d of %u for %u: %u rooms, expected %u", cases[i].wish, cases[i].number, cases[i].members,
				 rooming_count(cases[i].wish, cases[i].number, cases[i].members), cases[i].rooms);
}

struct plan {
	struct rooming_member members[512];
	uint32_t room_of[512], sizes[64], room_by_member[513];
};

static struct plan drawn(uint32_t count, uint32_t rooms, uint32_t organisations, bool mix, uint64_t seed)
{
	struct plan plan = { 0 };
	for (uint32_t i = 0; i < count; i++)
		plan.members[i] = (struct rooming_member){ i + 1, organisations ? i % organisations + 1 : 0 };
	rooming_draw(plan.members, plan.room_of, count, rooms, mix, seed);
	for (uint32_t i = 0; i < count; i++) {
		assert_in_range(plan.room_of[i], 1, rooms);
		assert_int_equal(plan.room_by_member[plan.members[i].member], 0); /* nobody twice */
		plan.room_by_member[plan.members[i].member] = plan.room_of[i];
		plan.sizes[plan.room_of[i]]++;
	}
	return plan;
}

static void sizes_differ_by_one_at_most(void **state)
{
	(void)state;
	for (uint32_t count = 0; count < 100; count += 7)
		for (uint32_t rooms = 1; rooms < 20; rooms++) {
			struct plan plan = drawn(count, rooms, 5, rooms % 2, count * 100 + rooms);
			for (uint32_t r = 1; r <= rooms; r++)
				assert_in_range(plan.sizes[r], count / rooms, (count + rooms - 1) / rooms);
		}
}

static void the_lot_is_fair_and_the_seeds(void **state)
{
	enum { PEOPLE = 30, ROOMS = 5, DRAWS = 4000 };
	uint32_t met[PEOPLE + 1][ROOMS + 1] = { 0 };
	(void)state;
	for (uint64_t seed = 1; seed <= DRAWS; seed++) {
		struct plan plan = drawn(PEOPLE, ROOMS, 0, false, seed * 0x9e3779b97f4a7c15u);
		for (uint32_t m = 1; m <= PEOPLE; m++)
			met[m][plan.room_by_member[m]]++;
	}
	for (uint32_t m = 1; m <= PEOPLE; m++) /* 800 expected, deviation 25: six of them */
		for (uint32_t r = 1; r <= ROOMS; r++)
			assert_in_range(met[m][r], 650, 950);
	struct plan once = drawn(PEOPLE, ROOMS, 0, false, 5), again = drawn(PEOPLE, ROOMS, 0, false, 5), other = drawn(PEOPLE, ROOMS, 0, false, 6);
	assert_memory_equal(once.room_by_member, again.room_by_member, sizeof once.room_by_member);
	assert_memory_not_equal(once.room_by_member, other.room_by_member, sizeof once.room_by_member);
}

/* With mix, people of one organisation are spread as evenly as their number allows. Without it, they are not: the control. */
static void organisations_are_spread(void **state)
{
	(void)state;
	for (int mix = 1; mix >= 0; mix--) {
		unsigned uneven = 0;
		for (uint64_t seed = 1; seed <= 50; seed++) {
			struct plan plan = drawn(60, 10, 6, mix, seed);
			uint32_t count[7][11] = { 0 };
			for (uint32_t i = 0; i < 60; i++)
				count[plan.members[i].organisation][plan.room_of[i]]++;
			for (int o = 1; o <= 6; o++)
				for (int r = 1; r <= 10; r++)
					uneven += count[o][r] != 1; /* ten people of each, ten rooms */
		}
		if (mix)
			assert_int_equal(uneven, 0);
		else
			assert_true(uneven > 1000);
	}
}

static void the_plan_is_the_form_of_the_command(void **state)
{
	struct rooming_member members[] = { { 3, 0 }, { 1, 0 }, { 2, 0 } };
	uint32_t room_of[] = { 2, 1, 2 };
	struct pack out;
	(void)state;
	pack_init(&out);
	rooming_pack(members, room_of, 3, 3, &out);
	assert_int_equal(out.len, 10);
	assert_memory_equal(out.at, "\x93\x92\x01\x01\x93\x02\x02\x03\x91\x03", 10); /* [[1, 1], [2, 2, 3], [3]] */
	pack_finish(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(how_many_rooms),
		cmocka_unit_test(sizes_differ_by_one_at_most),
		cmocka_unit_test(the_lot_is_fair_and_the_seeds),
		cmocka_unit_test(organisations_are_spread),
		cmocka_unit_test(the_plan_is_the_form_of_the_command),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
