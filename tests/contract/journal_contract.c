/* SPDX-License-Identifier: EUPL-1.2 */
/* The numbered promises of port/journal.h, asked of every adapter. What one adapter does beyond them: journal_mishaps.c (memory),
 * journal_file.c and journal_damage.c (sqlite). */
#include "contract/journal_redis_desk.h"
#include "base/check.h"
#include "base/limits.h"
#include "base/trace.h"

static int setup(void **state)
{
	*state = desk_create(*state);
	return 0;
}

static int teardown(void **state)
{
	desk_destroy(*state);
	return 0;
}

static void snapshot_put(struct desk *desk, unsigned i, struct position position, uint8_t first, size_t len)
{
	uint8_t *bytes = check_alloc(1, len);
	for (size_t k = 0; k < len; k++)
		bytes[k] = (uint8_t)(first + k);
	desk->inside = true;
	desk->journal.ops->snapshot(desk->journal.self, sid_at(i), position, slice_of(bytes, len));
	desk->inside = false;
	free(bytes);
}

static void open_session(struct desk *desk, unsigned i)
{
	desk->inside = true;
	desk->journal.ops->open(desk->journal.self, sid_at(i));
	desk->inside = false;
	desk_run(desk);
}

static void close_session(struct desk *desk, unsigned i)
{
	desk->inside = true;
	desk->journal.ops->close(desk->journal.self, sid_at(i));
	desk->inside = false;
}

static void strike(struct desk *desk, unsigned i, uint64_t seq, unsigned parts)
{
	desk->inside = true;
	desk->journal.ops->strike(desk->journal.self, sid_at(i), seq, parts);
	desk->inside = false;
	desk_run(desk);
}

static void erase(struct desk *desk, unsigned i)
{
	desk->inside = true;
	desk->journal.ops->erase(desk->journal.self, sid_at(i));
	desk->inside = false;
	desk_run(desk);
}

/* --- 1, 2, 3 -------------------------------------------------------------------------------------------------- */

static void promise_1_each_taken_tag_is_answered_once_in_order(void **state)
{
	struct desk *desk = *state;
	uint64_t tags[200];
	for (unsigned i = 0; i < 4; i++)
		desk_fill(desk, i, 1);
	desk_forget(desk);
	for (unsigned k = 0; k < 200; k++) {
		tags[k] = desk_append(desk, k % 4, 5000 + k);
		if (k % 17 == 0)
			loop_test_step(desk->test);
	}
	desk_run(desk);
	for (unsigned k = 0; k < 200; k++) {
		size_t times;
		const struct event *event = heard_tag(desk, tags[k], &times);
		assert_int_equal(times, 1);
		assert_int_equal(event->what, ENTRY);
		assert_int_equal(event->body, 5000 + k);
		assert_int_equal(event->position.seq, 2 + k / 4);
	}
}

static void promise_1_nothing_is_handed_over_by_a_negative_answer(void **state)
{
	struct desk *desk = *state;
	uint64_t tag;
	assert_true(desk_try_append(desk, 0, 1, &tag) < 0); /* no such session */
	desk_fill(desk, 0, 1);
	close_session(desk, 0);
	assert_true(desk_try_append(desk, 0, 2, &tag) < 0); /* not open */
	desk_run(desk);
	struct reading reading;
	desk_read(desk, 0, 1, &reading);
	assert_int_equal(reading.count, 1);
}

static void promise_1_too_much_under_way_is_full_and_passes(void **state)
{
	struct desk *desk = *state;
	uint64_t tag;
	desk_fill(desk, 0, 1);
	desk_forget(desk);
	for (unsigned k = 0; k < LIMIT_PENDING_APPENDS; k++)
		desk_append(desk, 0, 3 * k + 3);
	assert_int_equal(desk_try_append(desk, 0, 9, &tag), JOURNAL_FULL);
	desk_run(desk);
	assert_int_equal(heard(desk, ENTRY, sid_at(0)), LIMIT_PENDING_APPENDS);
	desk_append(desk, 0, 9);
	desk_run(desk);
	assert_int_equal(heard_last(desk, ENTRY, sid_at(0))->position.seq, LIMIT_PENDING_APPENDS + 2);
	assert_int_equal(heard(desk, HEALTH, sid_at(0)), 0);
}

static void promise_2_entries_come_once_without_gaps_from_1(void **state)
{
	struct desk *desk = *state;
	for (unsigned i = 0; i < 3; i++)
		desk_fill(desk, i, 20 + i);
	for (unsigned i = 0; i < 3; i++) {
		uint64_t seq = 0;
		for (size_t k = 0; k < desk->count; k++) {
			const struct event *event = &desk->events[k];
			if (event->what != ENTRY || !sid_equal(event->sid, sid_at(i)))
				continue;
			assert_int_equal(event->position.seq, ++seq);
			assert_int_equal(event->position.term, 1);
			assert_int_equal(event->body, 1000 * (i + 1) + seq);
			assert_int_not_equal(event->tag, 0);
		}
		assert_int_equal(seq, 20 + i);
	}
}

static void promise_2_reopened_the_same_come_with_tag_0(void **state)
{
	struct desk *desk = *state;
	desk_fill(desk, 0, 30);
	close_session(desk, 0);
	for (int again = 0; again < 2; again++) {
		desk_forget(desk);
		open_session(desk, 0);
		assert_int_equal(heard(desk, ENTRY, sid_at(0)), 30);
		for (size_t k = 0; k < desk->count; k++)
			if (desk->events[k].what == ENTRY) {
				assert_int_equal(desk->events[k].tag, 0);
				assert_int_equal(desk->events[k].body, 1000 + desk->events[k].position.seq);
			}
		if (again == 0)
			desk_restart(desk);
	}
	desk_append(desk, 0, 1031);
	desk_run(desk);
	assert_int_equal(heard_last(desk, ENTRY, sid_at(0))->position.seq, 31);
}

static void promise_3_stable_reaches_the_tip_and_never_falls(void **state)
{
	struct desk *desk = *state;
	desk_fill(desk, 0, 50);
	desk_fill(desk, 1, 5);
	for (unsigned i = 0; i < 2; i++) {
		uint64_t stable = 0;
		for (size_t k = 0; k < desk->count; k++)
			if (desk->events[k].what == STABLE && sid_equal(desk->events[k].sid, sid_at(i))) {
				assert_true(desk->events[k].position.seq > stable);
				stable = desk->events[k].position.seq;
			}
		assert_int_equal(stable, i ? 5 : 50);
	}
}

/* --- 6 -------------------------------------------------------------------------------------------------------- */

static void promise_6_open_tells_loaded_entries_stable_opened(void **state)
{
	struct desk *desk = *state;
	static const enum heard order[] = { LOADED, ENTRY, ENTRY, ENTRY, STABLE, OPENED };
	desk_fill(desk, 0, 3);
	desk_restart(desk);
	desk_forget(desk);
	open_session(desk, 0);
	assert_int_equal(desk->count, 6);
	for (size_t k = 0; k < 6; k++)
		assert_int_equal(desk->events[k].what, order[k]);
	assert_int_equal(desk->events[0].position.seq, 0);
	assert_int_equal(desk->events[0].position.term, 0);
	assert_int_equal(desk->events[0].snapshot_len, 0);
	assert_int_equal(desk->events[4].position.seq, 3);
	assert_int_equal(desk->events[5].status, JOURNAL_OK);
}

static void promise_6_absent(void **state)
{
	struct desk *desk = *state;
	open_session(desk, 7);
	assert_int_equal(desk->count, 1);
	assert_int_equal(desk->events[0].what, OPENED);
	assert_int_equal(desk->events[0].status, JOURNAL_ABSENT);
	open_session(desk, 7); /* it is not open, so it may be asked again */
	assert_int_equal(desk->count, 2);
}

static void promise_6_the_newest_snapshot_is_kept(void **state)
{
	struct desk *desk = *state;
	desk_fill(desk, 0, 30);
	snapshot_put(desk, 0, (struct position){ 1, 10 }, 40, 300);
	snapshot_put(desk, 0, (struct position){ 1, 20 }, 60, 70000);
	desk_run(desk);
	desk_restart(desk);
	desk_forget(desk);
	open_session(desk, 0);
	const struct event *loaded = heard_last(desk, LOADED, sid_at(0));
	assert_int_equal(loaded->position.seq, 20);
	assert_int_equal(loaded->position.term, 1);
	assert_int_equal(loaded->snapshot_len, 70000);
	assert_int_equal(loaded->snapshot_first, 60);
	assert_int_equal(heard(desk, ENTRY, sid_at(0)), 10);
	assert_int_equal(desk->events[1].position.seq, 21);
	assert_int_equal(heard_last(desk, STABLE, sid_at(0))->position.seq, 30);
	/* It was no reason to forget an entry. */
	struct reading reading;
	desk_read(desk, 0, 1, &reading);
	assert_int_equal(reading.count, 30);
}

static void promise_6_a_snapshot_at_the_tip_leaves_nothing_to_tell(void **state)
{
	struct desk *desk = *state;
	desk_fill(desk, 0, 4);
	snapshot_put(desk, 0, (struct position){ 1, 4 }, 9, 1);
	desk_run(desk);
	desk_restart(desk);
	desk_forget(desk);
	open_session(desk, 0);
	assert_int_equal(desk->count, 3);
	assert_int_equal(desk->events[0].position.seq, 4);
	desk_append(desk, 0, 77);
	desk_run(desk);
	assert_int_equal(heard_last(desk, ENTRY, sid_at(0))->position.seq, 5);
}

static void promise_6_a_snapshot_of_another_history_is_ignored(void **state)
{
	struct desk *desk = *state;
	static const struct position wrong[] = { { 2, 3 }, { 1, 9 }, { 0, 0 }, { 1, 0 } };
	for (unsigned i = 0; i < 4; i++) {
		desk_fill(desk, i, 5);
		snapshot_put(desk, i, wrong[i], 5, 20);
		desk_run(desk);
		close_session(desk, i);
		desk_forget(desk);
		open_session(desk, i);
		assert_int_equal(heard_last(desk, LOADED, sid_at(i))->position.seq, 0);
		assert_int_equal(heard(desk, ENTRY, sid_at(i)), 5);
	}
}

static void quiet(enum trace_level level, const char *line, void *ctx)
{
	(void)level;
	(void)line;
	(void)ctx;
}

static void promise_6_read_tells_every_entry_from_there(void **state)
{
	struct desk *desk = *state;
	static const struct { uint64_t from, first; size_t count; } cases[] = {
		{ 0, 1, 40 }, { 1, 1, 40 }, { 2, 2, 39 }, { 40, 40, 1 }, { 41, 0, 0 }, { 4000, 0, 0 },
	};
	struct reading reading;
	desk_fill(desk, 0, 40);
	for (int open = 1; open >= 0; open--) {
		for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
			desk_read(desk, 0, cases[k].from, &reading);
			assert_int_equal(reading.count, cases[k].count);
			assert_int_equal(reading.first_seq, cases[k].first);
			assert_int_equal(reading.status, JOURNAL_OK);
			for (size_t n = 0; n < reading.count; n++)
				assert_int_equal(reading.bodies[n], 1000 + reading.first_seq + n);
		}
		if (open)
			desk_restart(desk);
	}
	desk_read(desk, 5, 1, &reading); /* no such session */
	assert_int_equal(reading.count, 0);
	assert_int_equal(reading.status, JOURNAL_ABSENT);
}

static void promise_6_read_ends_where_it_was_told(void **state)
{
	struct desk *desk = *state;
	static const struct { uint64_t from, until; size_t count; } cases[] = {
		{ 1, 1, 1 }, { 1, 16, 16 }, { 17, 32, 16 }, { 33, 48, 8 }, { 40, 40, 1 }, { 40, 41, 1 }, { 41, 50, 0 }, { 2, 39, 38 },
	};
	struct reading reading;
	desk_fill(desk, 0, 40);
	for (int open = 1; open >= 0; open--) {
		for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
			desk_read_until(desk, 0, cases[k].from, cases[k].until, &reading);
			assert_int_equal(reading.status, JOURNAL_OK);
			assert_int_equal(reading.count, cases[k].count);
			for (size_t n = 0; n < reading.count; n++)
				assert_int_equal(reading.bodies[n], 1000 + cases[k].from + n);
		}
		if (open)
			desk_restart(desk);
	}
	trace_to(quiet, TRACE_ERROR, NULL);
	desk->adapter->damage(desk, 0, 7);
	desk_read_until(desk, 0, 1, 6, &reading); /* what lies behind is not looked for */
	assert_int_equal(reading.status, JOURNAL_OK);
	assert_int_equal(reading.count, 6);
	desk_read_until(desk, 0, 1, 7, &reading);
	assert_int_equal(reading.status, JOURNAL_DAMAGED);
	assert_int_equal(reading.count, 6);
	trace_to(NULL, TRACE_INFO, NULL);
}

static void promise_6_read_tells_damage_behind_what_is_whole(void **state)
{
	struct desk *desk = *state;
	static const struct { uint64_t from; size_t count; } cases[] = { { 1, 6 }, { 3, 4 }, { 6, 1 }, { 7, 0 } };
	struct reading reading;
	desk_fill(desk, 0, 9);
	desk_fill(desk, 1, 9);
	trace_to(quiet, TRACE_ERROR, NULL);
	desk->adapter->damage(desk, 0, 7);
	for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
		desk_read(desk, 0, cases[k].from, &reading);
		assert_int_equal(reading.status, JOURNAL_DAMAGED);
		assert_int_equal(reading.count, cases[k].count);
		for (size_t n = 0; n < reading.count; n++)
			assert_int_equal(reading.bodies[n], 1000 + cases[k].from + n);
	}
	desk_forget(desk);
	open_session(desk, 0); /* at the same place */
	assert_int_equal(heard_last(desk, OPENED, sid_at(0))->status, JOURNAL_DAMAGED);
	assert_int_equal(heard_last(desk, OPENED, sid_at(0))->position.seq, 7);
	desk_read(desk, 1, 1, &reading); /* others are whole */
	assert_int_equal(reading.status, JOURNAL_OK);
	assert_int_equal(reading.count, 9);
	desk->journal.ops->erase(desk->journal.self, sid_at(0));
	desk_run(desk);
	desk_read(desk, 0, 1, &reading);
	assert_int_equal(reading.status, JOURNAL_ABSENT);
	trace_to(NULL, TRACE_INFO, NULL);
}

static void promise_6_read_of_much_comes_in_pieces(void **state)
{
	struct desk *desk = *state;
	struct reading reading;
	desk_fill(desk, 0, 2);
	for (unsigned k = 3; k <= 1500; k++)
		desk_append(desk, 0, 50 * k + 1); /* 2,900 bytes of text each */
	desk_run(desk);
	desk_read(desk, 0, 1, &reading);
	assert_int_equal(reading.count, 1500);
	for (size_t n = 2; n < 1500; n++)
		assert_int_equal(reading.bodies[n], 50 * (n + 1) + 1);
	close_session(desk, 0);
	desk_forget(desk);
	open_session(desk, 0);
	assert_int_equal(heard(desk, ENTRY, sid_at(0)), 1500);
	assert_int_equal(heard(desk, LOADED, sid_at(0)), 1);
	assert_int_equal(heard(desk, OPENED, sid_at(0)), 1);
}

static void promise_6_strike_takes_parts_away_and_keeps_their_digests(void **state)
{
	struct desk *desk = *state;
	struct reading reading;
	desk_fill(desk, 0, 10);
	desk_forget(desk);
	strike(desk, 0, 3, JOURNAL_TEXT);
	strike(desk, 0, 3, JOURNAL_TEXT); /* idempotent */
	strike(desk, 0, 4, JOURNAL_FORM);
	strike(desk, 0, 4, JOURNAL_TEXT);
	strike(desk, 0, 5, JOURNAL_FORM | JOURNAL_TEXT);
	strike(desk, 0, 99, JOURNAL_TEXT); /* nothing there: nothing to take away */
	strike(desk, 9, 1, JOURNAL_TEXT);
	assert_int_equal(heard(desk, STRUCK, sid_at(0)), 6);
	assert_int_equal(heard(desk, STRUCK, sid_at(9)), 1);
	for (int again = 0; again < 2; again++) {
		desk_read(desk, 0, 1, &reading);
		assert_int_equal(reading.count, 10);
		for (size_t n = 0; n < 10; n++) {
			assert_int_equal(reading.bodies[n], 1001 + n); /* checked against what was kept */
			assert_int_equal(reading.struck[n], n == 2 ? JOURNAL_TEXT : n == 3 || n == 4 ? JOURNAL_TEXT | JOURNAL_FORM : 0);
		}
		desk_restart(desk);
		desk_forget(desk);
		open_session(desk, 0);
		assert_int_equal(heard_last(desk, OPENED, sid_at(0))->status, JOURNAL_OK);
		assert_int_equal(desk->events[3].struck, JOURNAL_TEXT);
		assert_int_equal(desk->events[3].body, 1003);
		assert_int_equal(desk->events[1].struck, 0);
	}
	desk_append(desk, 0, 1011);
	desk_run(desk);
	assert_int_equal(heard_last(desk, ENTRY, sid_at(0))->position.seq, 11);
}

static void promise_6_a_strike_takes_the_snapshot_that_may_hold_it(void **state)
{
	struct desk *desk = *state;
	desk_fill(desk, 0, 10);
	snapshot_put(desk, 0, (struct position){ 1, 6 }, 1, 100);
	strike(desk, 0, 7, JOURNAL_TEXT); /* behind it */
	close_session(desk, 0);
	open_session(desk, 0);
	assert_int_equal(heard_last(desk, LOADED, sid_at(0))->position.seq, 6);
	strike(desk, 0, 6, JOURNAL_TEXT);
	close_session(desk, 0);
	open_session(desk, 0);
	assert_int_equal(heard_last(desk, LOADED, sid_at(0))->position.seq, 0);
	snapshot_put(desk, 0, (struct position){ 1, 10 }, 1, 100);
	desk_run(desk);
	strike(desk, 0, 6, JOURNAL_TEXT); /* again, as at each load: this snapshot was made without it */
	close_session(desk, 0);
	open_session(desk, 0);
	assert_int_equal(heard_last(desk, LOADED, sid_at(0))->position.seq, 10);
}

static void promise_6_list_and_erase(void **state)
{
	struct desk *desk = *state;
	struct sid sids[8], sid;
	assert_int_equal(desk_list(desk, sids, 8), 0);
	for (unsigned i = 0; i < 3; i++)
		desk_fill(desk, i, 3);
	snapshot_put(desk, 1, (struct position){ 1, 2 }, 1, 10);
	assert_int_equal(desk_list(desk, sids, 8), 3);
	desk_forget(desk);
	erase(desk, 1);
	erase(desk, 1); /* gone is gone */
	erase(desk, 7);
	assert_int_equal(heard(desk, ERASED, sid_at(1)), 2);
	assert_int_equal(heard(desk, ERASED, sid_at(7)), 1);
	uint64_t tag;
	assert_true(desk_try_append(desk, 1, 5, &tag) < 0);
	for (int again = 0; again < 2; again++) {
		struct reading reading;
		assert_int_equal(desk_list(desk, sids, 8), 2);
		assert_true(sid_equal(sids[0], sid_at(0)) != sid_equal(sids[1], sid_at(0)));
		assert_false(desk_find(desk, 1, &sid));
		desk_read(desk, 1, 1, &reading);
		assert_int_equal(reading.count, 0);
		desk_read(desk, 2, 1, &reading);
		assert_int_equal(reading.count, 3);
		if (again == 0)
			desk_restart(desk);
	}
	desk_forget(desk);
	open_session(desk, 1);
	assert_int_equal(heard_last(desk, OPENED, sid_at(1))->status, JOURNAL_ABSENT);
	if (desk->adapter->erased_for_good)
		return;
	desk_fill(desk, 1, 2); /* the name is free again, and nothing of the former is there */
	assert_int_equal(heard_last(desk, ENTRY, sid_at(1))->position.seq, 2);
}

static void promise_6_after_close_no_upcall(void **state)
{
	struct desk *desk = *state;
	struct reading reading;
	desk_fill(desk, 0, 2);
	desk_fill(desk, 1, 1);
	desk_append(desk, 0, 500);
	desk_append(desk, 1, 501);
	desk_append(desk, 0, 502);
	desk_forget(desk);
	close_session(desk, 0);
	desk_run(desk);
	for (size_t k = 0; k < desk->count; k++)
		assert_true(sid_equal(desk->events[k].sid, sid_at(1)));
	/* What was taken is in the log, or nothing of it; here it is. */
	desk_read(desk, 0, 1, &reading);
	assert_int_equal(reading.count, 4);
	/* Closed and opened again while appends are under way: each entry still once. */
	open_session(desk, 0);
	desk_append(desk, 0, 503);
	desk_append(desk, 0, 504);
	desk_forget(desk);
	close_session(desk, 0);
	open_session(desk, 0);
	assert_int_equal(heard(desk, ENTRY, sid_at(0)), 6);
	for (size_t k = 0, seq = 0; k < desk->count; k++)
		if (desk->events[k].what == ENTRY) {
			assert_int_equal(desk->events[k].position.seq, ++seq);
			assert_int_equal(desk->events[k].tag, 0);
		}
	/* And closed while it opens. */
	close_session(desk, 0);
	desk_forget(desk);
	desk->journal.ops->open(desk->journal.self, sid_at(0));
	close_session(desk, 0);
	desk_run(desk);
	assert_int_equal(desk->count, 0);
}

/* --- 7, 8, 9 -------------------------------------------------------------------------------------------------- */

static void promise_7_create_opens_and_is_found_by_its_code(void **state)
{
	struct desk *desk = *state;
	struct sid sid;
	uint64_t tag = desk_create_session(desk, 3, 42);
	desk_run(desk);
	size_t times;
	const struct event *event = heard_tag(desk, tag, &times);
	assert_int_equal(times, 1);
	assert_int_equal(event->what, ENTRY);
	assert_int_equal(event->position.seq, 1);
	assert_int_equal(event->position.term, 1);
	assert_int_equal(event->body, 42);
	assert_int_equal(heard_last(desk, STABLE, sid_at(3))->position.seq, 1);
	desk_append(desk, 3, 43);
	desk_run(desk);
	assert_int_equal(heard_last(desk, ENTRY, sid_at(3))->position.seq, 2);
	assert_true(desk_find(desk, 3, &sid));
	assert_true(sid_equal(sid, sid_at(3)));
	assert_false(desk_find(desk, 4, &sid));
	desk_restart(desk);
	assert_true(desk_find(desk, 3, &sid));
	assert_true(sid_equal(sid, sid_at(3)));
}

static void promise_7_a_taken_name_is_refused(void **state)
{
	struct desk *desk = *state;
	struct made made;
	size_t times;
	uint64_t first = desk_create_session(desk, 0, 10), same = desk_create_session(desk, 0, 11); /* the first is still under way */
	desk_run(desk);
	assert_int_equal(heard_tag(desk, first, &times)->what, ENTRY);
	assert_int_equal(heard_tag(desk, same, &times)->what, REFUSED);
	assert_int_equal(heard_tag(desk, same, &times)->status, JOURNAL_TAKEN);
	assert_int_equal(times, 1);
	body_make(12, &made);
	uint64_t tag = desk->next_tag++; /* another sid, the same code */
	assert_int_equal(desk->journal.ops->create(desk->journal.self, sid_at(1), code_at(0), &made.body, tag), 0);
	desk_run(desk);
	assert_int_equal(heard_tag(desk, tag, &times)->status, JOURNAL_TAKEN);
	assert_int_equal(times, 1);
	tag = desk_create_session(desk, 1, 13); /* the refused sid is free */
	desk_restart(desk);
	assert_int_equal(heard_tag(desk, tag, &times)->what, ENTRY);
	tag = desk_create_session(desk, 0, 14);
	desk_run(desk);
	assert_int_equal(heard_tag(desk, tag, &times)->status, JOURNAL_TAKEN);
	struct reading reading;
	desk_read(desk, 0, 1, &reading);
	assert_int_equal(reading.count, 1);
	assert_int_equal(reading.bodies[0], 10);
}

static void promise_8_time_never_falls_within_a_session(void **state)
{
	struct desk *desk = *state;
	static const int64_t jumps[] = { 5000, -100000, 0, -1, 200000, -50, 3, -86400000 };
	uint64_t last = 0;
	desk_fill(desk, 0, 1);
	for (size_t k = 0; k < sizeof jumps / sizeof *jumps; k++) {
		loop_test_jump_wall(desk->test, jumps[k]);
		desk_append(desk, 0, 60 + k);
		desk_run(desk);
		const struct event *event = heard_last(desk, ENTRY, sid_at(0));
		uint64_t clock = desk->adapter->wall_ms ? desk->adapter->wall_ms(desk) : loop_test_loop(desk->test).ops->wall_ms(desk->test);
		assert_true(event->at_ms >= last);
		assert_true(event->at_ms == last || event->at_ms <= clock);
		assert_true(event->at_ms > 1700000000000u);
		last = event->at_ms;
		if (k == 3)
			desk_restart(desk);
		if (k == 3)
			open_session(desk, 0);
	}
}

static void promise_9_state(void **state)
{
	struct desk *desk = *state;
	const char *sentence = NULL;
	struct sid sid = sid_at(0);
	desk_fill(desk, 0, 1);
	assert_int_equal(desk->journal.ops->state(desk->journal.self, NULL, &sentence), JOURNAL_OK);
	assert_non_null(sentence);
	assert_int_equal(desk->journal.ops->state(desk->journal.self, NULL, NULL), JOURNAL_OK);
	assert_int_equal(desk->journal.ops->state(desk->journal.self, &sid, NULL), JOURNAL_OK);
	assert_true(strlen(desk->journal.ops->name) > 0);
	assert_true(strlen(desk->journal.ops->durability) > 0);
}

/* What there is of it where nobody else has the session open. */
static void promise_10_alone(void **state)
{
	struct desk *desk = *state;
	assert_true(desk->journal.ops->rules(desk->journal.self) >= 1);
	assert_true(desk->journal.ops->rules(desk->journal.self) <= RULES_NEWEST);
	desk_fill(desk, 0, 3);
	assert_true(desk->journal.ops->level(desk->journal.self, sid_at(0)));
	desk_forget(desk);
	desk->inside = true;
	desk->journal.ops->publish(desk->journal.self, sid_at(0), slice_text("somebody is here"));
	desk->journal.ops->publish(desk->journal.self, sid_at(7), slice_text("of a session that is not open"));
	desk->inside = false;
	desk_run(desk);
	for (size_t i = 0; i < desk->count; i++)
		assert_true(desk->events[i].what == PEERS && desk->events[i].peers == 0); /* never what one says oneself */
	close_session(desk, 0);
	desk->journal.ops->publish(desk->journal.self, sid_at(0), slice_text("too late"));
	desk_run(desk);
	struct reading reading;
	desk_read(desk, 0, 1, &reading); /* it is in no log */
	assert_int_equal(reading.count, 3);
}

static void stop_finishes_what_is_under_way(void **state)
{
	struct desk *desk = *state;
	struct reading reading;
	desk_fill(desk, 0, 1);
	for (unsigned k = 2; k <= 300; k++)
		desk_append(desk, 0, 1000 + k);
	desk->journal.ops->strike(desk->journal.self, sid_at(0), 5, JOURNAL_TEXT);
	desk_stop(desk);
	assert_int_equal(heard(desk, ENTRY, sid_at(0)), 300);
	assert_int_equal(heard(desk, STRUCK, sid_at(0)), 1);
	desk->adapter->open(desk);
	desk_listen(desk);
	desk_read(desk, 0, 1, &reading);
	assert_int_equal(reading.count, 300);
	assert_int_equal(reading.struck[4], JOURNAL_TEXT);
}

/* --- all at once: a random story against a model -------------------------------------------------------------- */

enum { SESSIONS = 5, STEPS = 400, MODEL = 4096, SKIPPED = 77 };

struct model {
	bool exists, open, gone;
	uint64_t bodies[MODEL];
	unsigned struck[MODEL];
	size_t count;
};

static unsigned roll(struct desk *desk, unsigned sides)
{
	uint32_t x;
	loop_random(loop_test_loop(desk->test), &x, sizeof x);
	return x % sides;
}

static void compare(struct desk *desk, unsigned i, const struct model *model)
{
	struct reading reading;
	uint64_t from = 1 + roll(desk, 5);
	size_t left = model->exists && model->count >= from ? model->count - from + 1 : 0;
	desk_read(desk, i, from, &reading);
	assert_int_equal(reading.count, left);
	for (size_t n = 0; n < left; n++) {
		assert_int_equal(reading.bodies[n], model->bodies[from - 1 + n]);
		assert_int_equal(reading.struck[n], model->struck[from - 1 + n]);
	}
}

static void any_story_reads_back_as_told(void **state)
{
	struct desk *desk = *state;
	struct model *models = check_alloc(SESSIONS, sizeof *models);
	uint64_t number = 1;
	for (unsigned step = 0; step < STEPS; step++) {
		unsigned i = roll(desk, SESSIONS), what = roll(desk, 100);
		struct model *model = &models[i];
		if (model->gone && what < 84) {
			continue;
		} else if (!model->exists && !model->gone && what < 95) {
			desk_create_session(desk, i, number);
			model->exists = model->open = true;
			model->count = 1;
			model->bodies[0] = number++;
			model->struck[0] = 0;
			desk_run(desk);
		} else if (what < 60) {
			if (!model->open) {
				open_session(desk, i);
				model->open = true;
			}
			for (unsigned n = roll(desk, 8); n > 0 && model->count < MODEL; n--) {
				desk_append(desk, i, number);
				model->struck[model->count] = 0;
				model->bodies[model->count++] = number++;
			}
			if (what < 30)
				loop_test_step(desk->test);
		} else if (what < 70 && model->count) {
			uint64_t seq = 1 + roll(desk, (unsigned)model->count);
			unsigned parts = 1 + roll(desk, 3);
			desk->journal.ops->strike(desk->journal.self, sid_at(i), seq, parts);
			model->struck[seq - 1] |= parts;
		} else if (what < 78 && model->count) {
			desk_run(desk);
			snapshot_put(desk, i, (struct position){ 1, 1 + roll(desk, (unsigned)model->count) }, 3, 1 + roll(desk, 9000));
		} else if (what < 84 && model->open) {
			close_session(desk, i);
			model->open = false;
		} else if (what < 94) {
			compare(desk, i, model);
		} else if (what < 97) {
			erase(desk, i);
			model->exists = model->open = false;
			model->gone = desk->adapter->erased_for_good;
			model->count = 0;
		} else {
			desk_restart(desk);
			desk_forget(desk);
			for (unsigned k = 0; k < SESSIONS; k++)
				models[k].open = false;
		}
	}
	desk_restart(desk);
	for (unsigned i = 0; i < SESSIONS; i++) {
		desk_forget(desk);
		compare(desk, i, &models[i]);
		open_session(desk, i);
		assert_int_equal(heard_last(desk, OPENED, sid_at(i))->status, models[i].exists ? JOURNAL_OK : JOURNAL_ABSENT);
		const struct event *loaded = heard_last(desk, LOADED, sid_at(i));
		if (models[i].exists)
			assert_int_equal(heard(desk, ENTRY, sid_at(i)), models[i].count - loaded->position.seq);
	}
	free(models);
}

#define PROMISE(name) { #name, name, setup, teardown, NULL }

static int run_on(const struct adapter *adapter)
{
	struct CMUnitTest tests[] = {
		PROMISE(promise_1_each_taken_tag_is_answered_once_in_order),
		PROMISE(promise_1_nothing_is_handed_over_by_a_negative_answer),
		PROMISE(promise_1_too_much_under_way_is_full_and_passes),
		PROMISE(promise_2_entries_come_once_without_gaps_from_1),
		PROMISE(promise_2_reopened_the_same_come_with_tag_0),
		PROMISE(promise_3_stable_reaches_the_tip_and_never_falls),
		PROMISE(promise_6_open_tells_loaded_entries_stable_opened),
		PROMISE(promise_6_absent),
		PROMISE(promise_6_the_newest_snapshot_is_kept),
		PROMISE(promise_6_a_snapshot_at_the_tip_leaves_nothing_to_tell),
		PROMISE(promise_6_a_snapshot_of_another_history_is_ignored),
		PROMISE(promise_6_read_tells_every_entry_from_there),
		PROMISE(promise_6_read_ends_where_it_was_told),
		PROMISE(promise_6_read_tells_damage_behind_what_is_whole),
		PROMISE(promise_6_read_of_much_comes_in_pieces),
		PROMISE(promise_6_strike_takes_parts_away_and_keeps_their_digests),
		PROMISE(promise_6_a_strike_takes_the_snapshot_that_may_hold_it),
		PROMISE(promise_6_list_and_erase),
		PROMISE(promise_6_after_close_no_upcall),
		PROMISE(promise_7_create_opens_and_is_found_by_its_code),
		PROMISE(promise_7_a_taken_name_is_refused),
		PROMISE(promise_8_time_never_falls_within_a_session),
		PROMISE(promise_9_state),
		PROMISE(promise_10_alone),
		PROMISE(stop_finishes_what_is_under_way),
		PROMISE(any_story_reads_back_as_told),
	};
	for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
		tests[i].initial_state = (void *)(uintptr_t)adapter;
	char name[64];
	snprintf(name, sizeof name, "journal contract: %s", adapter->name);
	return _cmocka_run_group_tests(name, tests, sizeof tests / sizeof *tests, NULL, NULL);
}

static int run_shared_redis(void)
{
	int failed = run_on(&adapter_redis);
	seat_server_end();
	return failed;
}

/* Without words: all of it. "embedded", "redis", "poison": these alone; behind it the name of a test, or a pattern. */
int main(int argc, char **argv)
{
	const char *only = argc > 1 ? argv[1] : "", *why_not;
	bool all = *only == '\0', redis = all ? !desk_brief() : strcmp(only, "embedded") != 0;
	int failed = 0;
	if (argc > 2)
		cmocka_set_test_filter(argv[2]);
	if (all || strcmp(only, "embedded") == 0)
		failed += run_on(&adapter_memory) + run_on(&adapter_shards) + run_on(&adapter_sqlite) + run_memory_tests() + run_sqlite_tests() + run_damage_tests();
	if (!redis)
		return failed != 0;
	if (!seat_server(&why_not)) {
		print_message("SKIPPED: the journal on Redis: %s\n", why_not);
		return failed ? 1 : all ? 0 : SKIPPED;
	}
	if (all || strcmp(only, "redis") == 0)
		failed += run_shared_redis() + run_redis_tests() + run_redis_random_tests();
	if (all || strcmp(only, "poison") == 0)
		failed += run_redis_poison_tests();
	seat_server_end();
	return failed != 0;
}
