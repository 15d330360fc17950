/* SPDX-License-Identifier: EUPL-1.2 */
/* History changes after a discussion opened, or a pen was offered: what was said after that was judged by it, and is judged so again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "lib/desk.h"

enum { S = 1000, ROOM_1 = SCOPE_ROOM | 1 };

static const struct session *session_in(struct desk *desk)
{
	return house_hall(desk->house, desk->sid)->session;
}

/* Of the first of its kind; 0: none. */
static uint64_t seq_of(struct desk *desk, uint16_t command)
{
	for (uint64_t seq = 1; seq <= desk_tip(desk); seq++)
		if (desk_entry(desk, seq).command == command)
			return seq;
	return 0;
}

static uint32_t phase_in_room(struct page *page)
{
	uint32_t round, phase = page_phase(page, ROOM_1, 1, &round);
	return phase ? phase : page_phase(page, SCOPE_SESSION, 1, &round);
}

static void answer(struct desk *desk, struct page *page, const char *ballot)
{
	page_ballot(page, 1, 1, false, slice_of(ballot, 3));
	desk_settle(desk);
}

enum { LOST_GATE, LOST_ANSWER, LOST_OPENING };

static const struct {
	const char *name;
	uint16_t from; /* the first that is lost */
} losses[] = {
	[LOST_GATE] = { "the gate and what followed", COMMAND_placed },
	[LOST_ANSWER] = { "the answers too", COMMAND_ballot },
	[LOST_OPENING] = { "the question's opening too", COMMAND_open },
};

/* Somebody answers, and the network goes before it is known whether that was taken: it was not. The others open the discussion without them. When they are back their page sends it
 * once more: it is late, and it stays late; else an answer by one who may have seen the others' would count, though its page had been told that it does not. */
static void who_was_late_stays_late(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof losses / sizeof *losses; i++) {
		struct desk *desk = desk_open_of(DESK_RATING, 1, false, "ord");
		struct page *fay = desk_facilitator(desk), *ada = desk_guest(desk), *bo = desk_guest(desk), *cy = desk_guest(desk);
		uint64_t forever = 0;
		desk_rooms(desk, fay, 1, S);
		desk_wish(desk, fay, COMMAND_open, 1, 0, 1, &forever);
		loop_test_advance(desk->test, S);
		journal_memory_unsure_next(desk->disk, 1, JOURNAL_MEMORY_NEVER);
		answer(desk, cy, "\x92\x01\x10");
		page_sleep(cy, 60 * S);
		answer(desk, ada, "\x92\x01\x32");
		answer(desk, bo, "\x92\x01\x46");
		loop_test_advance(desk->test, 40 * S);
		assert_int_equal(desk_entries(desk, COMMAND_placed, NULL), 1);
		loop_test_advance(desk->test, 60 * S);
		assert_int_equal(desk_entries(desk, COMMAND_ballot, NULL), 3); /* it stands in the log, refused */
		assert_int_equal(desk->last_fault, FAULT_closed);
		assert_int_equal(session_ballots(session_in(desk), 1), 2);
		uint64_t tip = desk_tip(desk);
		journal_memory_lose_to(desk->disk, desk->sid, seq_of(desk, losses[i].from) - 1);
		loop_test_advance(desk->test, 60 * S);
		if (desk->broken || session_ballots(session_in(desk), 1) != 2 || desk_entries(desk, COMMAND_placed, NULL) != 1 || phase_in_room(fay) != PHASE_REVEALED ||
		    desk_tip(desk) != tip)
			fail_msg("%s: %u ballots, %u gates, phase %u, %llu entries of %llu, %s", losses[i].name, session_ballots(session_in(desk), 1),
				 desk_entries(desk, COMMAND_placed, NULL), phase_in_room(fay), (unsigned long long)desk_tip(desk), (unsigned long long)tip,
				 desk->broken ? desk->broken : "");
		desk_close(desk);
	}
}

/* The room has talked and answers once more: hidden, opened there again, and somebody changes their mind. All of it was saved; none of it may be undone. */
static void what_followed_a_gate_is_not_undone(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof losses / sizeof *losses; i++) {
		struct desk *desk = desk_open_of(DESK_RATING, 1, false, "ord");
		struct page *fay = desk_facilitator(desk), *ada = desk_guest(desk), *bo = desk_guest(desk);
		uint64_t forever = 0;
		desk_rooms(desk, fay, 1, S);
		desk_wish(desk, fay, COMMAND_open, 1, 0, 1, &forever);
		loop_test_advance(desk->test, S);
		answer(desk, ada, "\x92\x01\x32");
		answer(desk, bo, "\x92\x01\x46");
		loop_test_advance(desk->test, 20 * S);
		assert_int_equal(desk_entries(desk, COMMAND_placed, NULL), 1);
		assert_int_equal(phase_in_room(fay), PHASE_REVEALED);
		desk_wish(desk, fay, COMMAND_hide, 1, ROOM_1, 0, NULL);
		desk_wish(desk, fay, COMMAND_open, 1, ROOM_1, 1, &forever);
		loop_test_advance(desk->test, 20 * S);
		answer(desk, ada, "\x92\x01\x33");
		loop_test_advance(desk->test, 20 * S);
		assert_int_equal(desk->refused, 0);
		assert_int_equal(phase_in_room(fay), PHASE_OPEN);
		journal_memory_lose_to(desk->disk, desk->sid, seq_of(desk, losses[i].from) - 1);
		loop_test_advance(desk->test, 60 * S);
		if (desk->broken || desk->refused || phase_in_room(fay) != PHASE_OPEN || desk_entries(desk, COMMAND_placed, NULL) != 1)
			fail_msg("%s: %u undone, phase %u, %u gates, %s", losses[i].name, desk->refused, phase_in_room(fay), desk_entries(desk, COMMAND_placed, NULL),
				 desk->broken ? desk->broken : "");
		answer(desk, bo, "\x92\x01\x34");
		loop_test_advance(desk->test, S);
		assert_int_equal(desk->refused, 0);
		desk_close(desk);
	}
}

static uint64_t pen_holder(struct page *page)
{
	struct reader r = reader_of(page_item(page, SECTION_signals, 1, 0, 1));
	size_t n = read_array(&r);
	if (n > 1)
		read_value(&r);
	return n > 1 ? read_uint(&r) : 0;
}

/* Ada went; the pen was offered, and Bo has it. When the offer falls out of history Bo has it still. */
static void a_pen_that_was_taken_stays_taken(void **state)
{
	struct desk *desk = desk_open(1, false, "ord");
	struct page *fay = desk_facilitator(desk), *ada = desk_guest(desk), *bo = desk_guest(desk);
	uint64_t none = 0, first = 1;
	(void)state;
	desk_rooms(desk, fay, 1, S);
	desk_wish(desk, ada, COMMAND_pen_take, 1, 0, 1, &none);
	page_leave(ada);
	loop_test_advance(desk->test, AWAY_MS + 5 * S);
	desk_wish(desk, bo, COMMAND_pen_take, 1, 0, 1, &first);
	loop_test_advance(desk->test, S);
	assert_int_equal(pen_holder(fay), bo->actor);
	journal_memory_lose_to(desk->disk, desk->sid, seq_of(desk, COMMAND_pen_away) - 1);
	loop_test_advance(desk->test, 10 * S);
	assert_int_equal(pen_holder(fay), bo->actor);
	assert_int_equal(desk->refused, 0);
	assert_int_equal(desk_entries(desk, COMMAND_pen_away, NULL), 1);
	assert_null(desk->broken);
	desk_close(desk);
}

/* A forged log may hold what nobody writes: an entry whose form is salted and struck although it is no ballot. Whatever it is, it changes nothing. */
static void only_ballots_are_struck(void **state)
{
	struct desk *desk = desk_open(1, false, "ord");
	struct session *s = house_hall(desk->house, desk->sid)->session;
	uint32_t members = session_members(s), rooms = session_rooms(s);
	(void)state;
	desk_guest(desk);
	for (uint16_t command = 2; command < 60; command++) {
		for (int who = 0; who < 3; who++) {
			static const uint32_t actors[] = { 0, 1, ACTOR_LINK | 1 };
			struct entry forged = { .term = session_term(s), .seq = session_seq(s) + 1, .at_ms = session_at_ms(s), .command = command, .subject = { 1, 0 },
						.name = { .who = actors[who], .lane = 77, .number = 1 }, .salted = ENTRY_FORM, .struck = ENTRY_FORM };
			enum fault fault = session_step(s, &forged);
			bool may = command == COMMAND_secret_ballot || command == COMMAND_ballot || command == COMMAND_agree || command == COMMAND_proxy;
			if (session_stopped(s)) /* no such command: the rest is not judged */
				goto over;
			if (!may && fault == FAULT_none)
				fail_msg("command %u by %x: taken", command, actors[who]);
		}
	}
over:
	assert_int_equal(session_members(s), members + 1);
	assert_int_equal(session_rooms(s), rooms);
	desk_close(desk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_was_late_stays_late),
		cmocka_unit_test(what_followed_a_gate_is_not_undone),
		cmocka_unit_test(a_pen_that_was_taken_stays_taken),
		cmocka_unit_test(only_ballots_are_struck),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
