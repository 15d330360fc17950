/* SPDX-License-Identifier: EUPL-1.2 */
/* Promises 3, 4, 5 and 9 where something goes wrong, as the journal in memory can play it on command. What holds here holds for
 * whoever listens to a journal that can: redis, and the simulator's disk. */
#include "contract/journal_contract.h"
#include "base/check.h"

static int setup(void **state)
{
	struct desk *desk = desk_create(&adapter_memory);
	desk_fill(desk, 0, 5);
	desk_forget(desk);
	*state = desk;
	return 0;
}

static int teardown(void **state)
{
	desk_destroy(*state);
	return 0;
}

static void expect(const struct desk *desk, const enum heard *order, size_t count)
{
	assert_int_equal(desk->count, count);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(desk->events[i].what, order[i]);
}
#define EXPECT(desk, ...) \
	expect(desk, (const enum heard[]){ __VA_ARGS__ }, sizeof((const enum heard[]){ __VA_ARGS__ }) / sizeof(enum heard))

static void promise_3_held_back_then_let_go(void **state)
{
	struct desk *desk = *state;
	journal_memory_hold(desk->memory, true);
	for (uint64_t n = 6; n <= 9; n++)
		desk_append(desk, 0, n);
	desk_run(desk);
	EXPECT(desk, ENTRY, ENTRY, ENTRY, ENTRY);
	journal_memory_settle(desk->memory, sid_at(0), 7);
	desk_run(desk);
	assert_int_equal(heard_last(desk, STABLE, sid_at(0))->position.seq, 7);
	journal_memory_hold(desk->memory, false);
	desk_run(desk);
	assert_int_equal(heard(desk, STABLE, sid_at(0)), 2);
	assert_int_equal(heard_last(desk, STABLE, sid_at(0))->position.seq, 9);
}

static void promise_3_stable_comes_later(void **state)
{
	struct desk *desk = *state;
	journal_memory_lag(desk->memory, 30);
	desk_append(desk, 0, 6);
	loop_test_advance(desk->test, 29);
	EXPECT(desk, ENTRY);
	loop_test_advance(desk->test, 1);
	EXPECT(desk, ENTRY, STABLE);
}

static void promise_4_refused_is_not_in_the_log(void **state)
{
	struct desk *desk = *state;
	size_t times;
	journal_memory_refuse_next(desk->memory, 2, JOURNAL_FULL);
	uint64_t first = desk_append(desk, 0, 6), second = desk_append(desk, 0, 7), third = desk_append(desk, 0, 8);
	desk_run(desk);
	assert_int_equal(heard_tag(desk, first, &times)->status, JOURNAL_FULL);
	assert_int_equal(heard_tag(desk, second, &times)->what, REFUSED);
	assert_int_equal(heard_tag(desk, third, &times)->position.seq, 6);
	journal_memory_refuse_next(desk->memory, 1, JOURNAL_FULL);
	uint64_t create = desk_create_session(desk, 1, 50);
	desk_run(desk);
	assert_int_equal(heard_tag(desk, create, &times)->what, REFUSED);
	create = desk_create_session(desk, 1, 50); /* as if it had never been tried */
	desk_run(desk);
	assert_int_equal(heard_tag(desk, create, &times)->what, ENTRY);
}

static void promise_4_unsure_never_soon_and_late(void **state)
{
	struct desk *desk = *state;
	size_t times;
	journal_memory_unsure_next(desk->memory, 1, JOURNAL_MEMORY_NEVER);
	uint64_t tag = desk_append(desk, 0, 6);
	desk_run(desk);
	assert_int_equal(heard_tag(desk, tag, &times)->what, UNSURE);
	EXPECT(desk, UNSURE);
	journal_memory_unsure_next(desk->memory, 1, JOURNAL_MEMORY_SOON);
	tag = desk_append(desk, 0, 7);
	desk_run(desk);
	EXPECT(desk, UNSURE, UNSURE, ENTRY, STABLE);
	assert_int_equal(desk->events[2].tag, 0);
	assert_int_equal(desk->events[2].body, 7);
	journal_memory_unsure_next(desk->memory, 1, JOURNAL_MEMORY_LATE);
	tag = desk_append(desk, 0, 8);
	uint64_t next = desk_append(desk, 0, 9);
	desk_run(desk);
	assert_int_equal(heard_tag(desk, tag, &times)->what, UNSURE);
	assert_int_equal(heard_tag(desk, next, &times)->position.seq, 7);
	loop_test_advance(desk->test, JOURNAL_MEMORY_LATE_MS);
	assert_int_equal(heard_last(desk, ENTRY, sid_at(0))->body, 8);
	assert_int_equal(heard_last(desk, ENTRY, sid_at(0))->tag, 0);
	assert_int_equal(heard_last(desk, ENTRY, sid_at(0))->position.seq, 8);
}

static void promise_5_a_lost_tail_resets(void **state)
{
	struct desk *desk = *state;
	size_t times;
	journal_memory_hold(desk->memory, true);
	desk_append(desk, 0, 6);
	desk_append(desk, 0, 7);
	desk_run(desk);
	desk_forget(desk);
	uint64_t under_way = desk_append(desk, 0, 8);
	journal_memory_lose(desk->memory, sid_at(0), JOURNAL_MEMORY_NEVER);
	desk_run(desk);
	EXPECT(desk, UNSURE, RESET, ORPHAN, ORPHAN, LOADED, ENTRY, ENTRY, ENTRY, ENTRY, ENTRY, STABLE, OPENED);
	assert_int_equal(desk->events[2].body, 6);
	assert_int_equal(desk->events[3].body, 7); /* 8 was never delivered: its tag says what there is to say */
	assert_int_equal(heard_tag(desk, under_way, &times)->what, UNSURE);
	assert_int_equal(heard_last(desk, STABLE, sid_at(0))->position.seq, 5);
	desk_append(desk, 0, 6); /* again, unchanged: another place in another term */
	desk_run(desk);
	assert_int_equal(heard_last(desk, ENTRY, sid_at(0))->position.seq, 6);
	assert_int_equal(heard_last(desk, ENTRY, sid_at(0))->position.term, 2);
	journal_memory_hold(desk->memory, false);
	desk_run(desk);
	assert_int_equal(heard_last(desk, STABLE, sid_at(0))->position.seq, 6);
}

/* A stale fail-over: what was said to be stable is not there, and this is the only way in which it may be lost. */
static void promise_5_stable_entries_come_as_orphans_too(void **state)
{
	static const struct { const char *name; uint64_t to; bool open; size_t orphans; } cases[] = {
		{ "the newest alone", 4, true, 1 },
		{ "all but the first", 1, true, 4 },
		{ "nothing", 5, true, 0 },
		{ "nobody has it open, so nobody had it delivered", 2, false, 0 },
	};
	for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
		struct desk *desk = k ? desk_create(&adapter_memory) : *state;
		if (k)
			desk_fill(desk, 0, 5);
		desk->journal.ops->snapshot(desk->journal.self, sid_at(0), (struct position){ 1, 5 }, slice_text("s"));
		desk_run(desk);
		if (!cases[k].open)
			desk->journal.ops->close(desk->journal.self, sid_at(0));
		desk_forget(desk);
		journal_memory_lose_to(desk->memory, sid_at(0), cases[k].to);
		desk_run(desk);
		if (!cases[k].open)
			desk->journal.ops->open(desk->journal.self, sid_at(0));
		desk_run(desk);
		assert_int_equal(heard(desk, RESET, sid_at(0)), cases[k].open);
		assert_int_equal(heard(desk, ORPHAN, sid_at(0)), cases[k].orphans);
		for (size_t i = 0; i < cases[k].orphans; i++) {
			assert_int_equal(desk->events[1 + i].what, ORPHAN);
			assert_int_equal(desk->events[1 + i].body, 1000 + cases[k].to + 1 + i);
		}
		assert_int_equal(heard_last(desk, STABLE, sid_at(0))->position.seq, cases[k].to);
		desk_append(desk, 0, 77);
		desk_run(desk);
		assert_int_equal(heard_last(desk, ENTRY, sid_at(0))->position.seq, cases[k].to + 1);
		assert_true(heard_last(desk, ENTRY, sid_at(0))->position.term > 1);
		if (k)
			desk_destroy(desk);
	}
}

static void promise_5_what_was_under_way_may_come_on_the_new_history(void **state)
{
	struct desk *desk = *state;
	static const enum journal_memory_fate fates[] = { JOURNAL_MEMORY_SOON, JOURNAL_MEMORY_LATE };
	for (size_t k = 0; k < 2; k++) {
		desk_forget(desk);
		desk_append(desk, 0, 60 + k);
		journal_memory_lose(desk->memory, sid_at(0), fates[k]);
		desk_run(desk);
		if (k == 1) {
			assert_int_equal(heard_last(desk, ENTRY, sid_at(0))->body, 60);
			loop_test_advance(desk->test, JOURNAL_MEMORY_LATE_MS);
		}
		assert_int_equal(heard_last(desk, ENTRY, sid_at(0))->body, 60 + k);
		assert_int_equal(heard_last(desk, ENTRY, sid_at(0))->tag, 0);
		assert_int_equal(heard_last(desk, ENTRY, sid_at(0))->position.term, 2 + k);
	}
}

static void promise_5_a_snapshot_of_what_was_lost_is_not_told(void **state)
{
	struct desk *desk = *state;
	journal_memory_hold(desk->memory, true);
	desk_append(desk, 0, 6);
	desk_run(desk);
	desk->journal.ops->snapshot(desk->journal.self, sid_at(0), (struct position){ 1, 6 }, slice_text("s"));
	desk_run(desk);
	journal_memory_lose(desk->memory, sid_at(0), JOURNAL_MEMORY_NEVER);
	desk_run(desk);
	desk_append(desk, 0, 9);
	journal_memory_hold(desk->memory, false);
	desk_run(desk);
	desk_restart(desk);
	desk_forget(desk);
	desk->journal.ops->open(desk->journal.self, sid_at(0));
	desk_run(desk);
	assert_int_equal(heard_last(desk, LOADED, sid_at(0))->position.seq, 0);
	assert_int_equal(heard(desk, ENTRY, sid_at(0)), 6);
}

static void promise_5_a_session_of_which_nothing_was_stable_is_absent(void **state)
{
	struct desk *desk = *state;
	journal_memory_hold(desk->memory, true);
	desk_create_session(desk, 1, 50);
	desk_run(desk);
	desk_forget(desk);
	journal_memory_lose(desk->memory, sid_at(1), JOURNAL_MEMORY_NEVER);
	desk_run(desk);
	EXPECT(desk, RESET, ORPHAN, OPENED);
	assert_int_equal(desk->events[2].status, JOURNAL_ABSENT);
}

static void promise_9_away_and_full(void **state)
{
	struct desk *desk = *state;
	uint64_t tag;
	size_t times;
	uint64_t under_way = desk_append(desk, 0, 6);
	journal_memory_state(desk->memory, JOURNAL_AWAY, "The journal cannot be reached, for a test.", JOURNAL_MEMORY_NEVER);
	assert_int_equal(desk_try_append(desk, 0, 7, &tag), JOURNAL_AWAY);
	desk_run(desk);
	EXPECT(desk, UNSURE, HEALTH);
	assert_int_equal(heard_tag(desk, under_way, &times)->what, UNSURE);
	journal_memory_state(desk->memory, JOURNAL_OK, NULL, JOURNAL_MEMORY_NEVER);
	under_way = desk_append(desk, 0, 8);
	journal_memory_state(desk->memory, JOURNAL_FULL, "The journal is full, for a test of it.", JOURNAL_MEMORY_NEVER);
	assert_int_equal(desk_try_append(desk, 0, 7, &tag), JOURNAL_FULL);
	desk_run(desk);
	assert_int_equal(heard_tag(desk, under_way, &times)->what, REFUSED);
	struct reading reading;
	desk_read(desk, 0, 1, &reading); /* reading goes on */
	assert_int_equal(reading.count, 5);
	journal_memory_state(desk->memory, JOURNAL_OK, NULL, JOURNAL_MEMORY_NEVER);
	desk_append(desk, 0, 9);
	desk_run(desk);
	assert_int_equal(heard_last(desk, ENTRY, sid_at(0))->position.seq, 6);
	assert_int_equal(heard(desk, HEALTH, sid_at(0)), 4);
}

/* Not found is not the same as not known. */
static void promise_7_what_cannot_be_asked_is_not_absent(void **state)
{
	struct desk *desk = *state;
	struct sid sid;
	journal_memory_state(desk->memory, JOURNAL_AWAY, "The journal cannot be reached, for a test.", JOURNAL_MEMORY_NEVER);
	desk_run(desk);
	assert_int_equal(desk_find_status(desk, 0, &sid), JOURNAL_AWAY);
	assert_int_equal(desk_find_status(desk, 3, &sid), JOURNAL_AWAY);
	journal_memory_state(desk->memory, JOURNAL_OK, NULL, JOURNAL_MEMORY_NEVER);
	desk_run(desk);
	assert_int_equal(desk_find_status(desk, 0, &sid), JOURNAL_OK);
	assert_int_equal(desk_find_status(desk, 3, &sid), JOURNAL_ABSENT);
}

static void promise_10_what_others_say(void **state)
{
	struct desk *desk = *state;
	const struct slice said[] = { slice_text("abc"), slice_text("d") };
	assert_true(desk->journal.ops->level(desk->journal.self, sid_at(0)));
	journal_memory_behind(desk->memory, sid_at(0), true);
	assert_false(desk->journal.ops->level(desk->journal.self, sid_at(0)));
	journal_memory_behind(desk->memory, sid_at(0), false);
	assert_true(desk->journal.ops->level(desk->journal.self, sid_at(0)));
	journal_memory_peers(desk->memory, sid_at(0), said, 2);
	desk_run(desk);
	assert_int_equal(heard_last(desk, PEERS, sid_at(0))->peers, 2);
	assert_int_equal(heard_last(desk, PEERS, sid_at(0))->snapshot_first, 'a');
	desk->journal.ops->publish(desk->journal.self, sid_at(0), slice_text("xyz"));
	assert_int_equal(journal_memory_published(desk->memory, sid_at(0)).len, 3);
	desk->journal.ops->close(desk->journal.self, sid_at(0));
	assert_int_equal(journal_memory_published(desk->memory, sid_at(0)).len, 0);
	journal_memory_peers(desk->memory, sid_at(0), said, 1);
	desk_run(desk);
	assert_int_equal(heard(desk, PEERS, sid_at(0)), 1); /* not open: nothing is told */
}

static void late_answers_come_in_order(void **state)
{
	struct desk *desk = *state;
	journal_memory_late(desk->memory, 40);
	desk_append(desk, 0, 6);
	journal_memory_late(desk->memory, 0);
	desk_append(desk, 0, 7);
	loop_test_advance(desk->test, 39);
	assert_int_equal(desk->count, 0);
	assert_int_equal(journal_memory_pending(desk->memory), 2);
	loop_test_advance(desk->test, 1);
	EXPECT(desk, ENTRY, STABLE, ENTRY, STABLE);
	assert_int_equal(desk->events[2].body, 7);
}

static void another_instance_appends(void **state)
{
	struct desk *desk = *state;
	struct made made;
	body_make(77, &made);
	desk_append(desk, 0, 6);
	assert_int_equal(journal_memory_foreign(desk->memory, sid_at(0), &made.body), 0);
	assert_int_equal(journal_memory_foreign(desk->memory, sid_at(9), &made.body), JOURNAL_ABSENT);
	desk_run(desk);
	assert_int_equal(heard_last(desk, ENTRY, sid_at(0))->position.seq, 7);
	assert_int_equal(heard_last(desk, ENTRY, sid_at(0))->tag, 0);
}

static void damage_is_told_with_its_place(void **state)
{
	struct desk *desk = *state;
	struct reading reading;
	journal_memory_damage(desk->memory, sid_at(0), 3);
	desk_restart(desk);
	desk->journal.ops->open(desk->journal.self, sid_at(0));
	desk_run(desk);
	EXPECT(desk, OPENED);
	assert_int_equal(desk->events[0].status, JOURNAL_DAMAGED);
	assert_int_equal(desk->events[0].position.seq, 3);
	desk_read(desk, 0, 1, &reading);
	assert_int_equal(reading.count, 2);
}

/* What is in the log after the house was dropped: five stable entries, two unstable ones (6, 7), one under way (8). */
static void a_crash_of_the_house(void **state)
{
	static const struct { unsigned what; size_t left; uint32_t term; } cases[] = {
		{ 0, 7, 1 },
		{ JOURNAL_MEMORY_PENDING, 8, 1 },
		{ JOURNAL_MEMORY_TAIL, 5, 2 },
		{ JOURNAL_MEMORY_TAIL | JOURNAL_MEMORY_PENDING, 5, 2 },
	};
	for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
		struct desk *desk = k ? desk_create(&adapter_memory) : *state;
		if (k)
			desk_fill(desk, 0, 5);
		journal_memory_hold(desk->memory, true);
		desk_append(desk, 0, 6);
		desk_append(desk, 0, 7);
		desk_run(desk);
		desk_append(desk, 0, 8);
		desk_create_session(desk, 1, 80);
		desk_forget(desk);
		journal_memory_crash(desk->memory, cases[k].what);
		loop_test_forget(desk->test);
		desk_run(desk);
		assert_int_equal(desk->count, 0);
		assert_int_equal(journal_memory_tip(desk->memory, sid_at(0)).seq, cases[k].left);
		assert_int_equal(journal_memory_tip(desk->memory, sid_at(1)).seq, cases[k].what == JOURNAL_MEMORY_PENDING);
		assert_int_equal(journal_memory_stable(desk->memory, sid_at(0)), 5);
		desk_listen(desk);
		desk->journal.ops->open(desk->journal.self, sid_at(0));
		desk_run(desk);
		assert_int_equal(heard(desk, ENTRY, sid_at(0)), cases[k].left);
		assert_int_equal(heard_last(desk, STABLE, sid_at(0))->position.seq, 5);
		desk_append(desk, 0, 9);
		desk_run(desk);
		assert_int_equal(heard_last(desk, ENTRY, sid_at(0))->position.term, cases[k].term);
		assert_int_equal(heard_last(desk, ENTRY, sid_at(0))->position.seq, cases[k].left + 1);
		if (k)
			desk_destroy(desk);
	}
}

#define MISHAP(name) { #name, name, setup, teardown, NULL }

int run_memory_tests(void)
{
	const struct CMUnitTest tests[] = {
		MISHAP(promise_3_held_back_then_let_go),
		MISHAP(promise_3_stable_comes_later),
		MISHAP(promise_4_refused_is_not_in_the_log),
		MISHAP(promise_4_unsure_never_soon_and_late),
		MISHAP(promise_5_a_lost_tail_resets),
		MISHAP(promise_5_stable_entries_come_as_orphans_too),
		MISHAP(promise_5_what_was_under_way_may_come_on_the_new_history),
		MISHAP(promise_5_a_snapshot_of_what_was_lost_is_not_told),
		MISHAP(promise_5_a_session_of_which_nothing_was_stable_is_absent),
		MISHAP(promise_7_what_cannot_be_asked_is_not_absent),
		MISHAP(promise_9_away_and_full),
		MISHAP(promise_10_what_others_say),
		MISHAP(late_answers_come_in_order),
		MISHAP(another_instance_appends),
		MISHAP(damage_is_told_with_its_place),
		MISHAP(a_crash_of_the_house),
	};
	return cmocka_run_group_tests_name("journal mishaps: memory", tests, NULL, NULL);
}
