/* SPDX-License-Identifier: EUPL-1.2 */
/* What goes out, when, to whom, and how much of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "lib/desk.h"

static void open_question(struct desk *desk, struct page *fay, uint32_t activity)
{
	uint64_t forever = 0;
	desk_wish(desk, fay, COMMAND_open, activity, 0, 1, &forever);
	loop_test_advance(desk->test, 2000);
}

static void reveal(struct desk *desk, struct page *fay, uint32_t activity)
{
	uint64_t now = 1;
	desk_wish(desk, fay, COMMAND_close, activity, 0, 1, &now);
	loop_test_advance(desk->test, 100);
	desk_wish(desk, fay, COMMAND_reveal, activity, 0, 0, NULL);
	loop_test_advance(desk->test, 1000);
}

static void say(struct desk *desk, struct page *fay, uint32_t scope, const char *words)
{
	struct pack text;
	pack_init(&text);
	pack_array(&text, 1);
	pack_array(&text, 2);
	pack_str(&text, slice_of(NULL, 0));
	pack_str(&text, slice_text(words));
	page_wish(fay, COMMAND_say, 0, scope, slice_of("\x90", 1), pack_bytes(&text));
	pack_finish(&text);
	desk_settle(desk);
}

static struct slice ballot(unsigned item)
{
	static uint8_t bytes[3];
	bytes[0] = 0x92;
	bytes[1] = (uint8_t)item;
	bytes[2] = 1;
	return slice_of(bytes, 3);
}

/* The picture of a page equals that of one that has just come with the same token. */
static void assert_fresh(struct desk *desk, const struct page *page)
{
	struct page *fresh = desk_page(desk, page->hello.door, 0);
	struct pack mine, theirs;
	page_drop_outbox(fresh);
	fresh->hello = page->hello;
	fresh->hello.term = 0;
	fresh->hello.done = 0;
	memcpy(fresh->place, page->place, sizeof fresh->place);
	fresh->hello.place = slice_text(fresh->place);
	page_connect(fresh);
	loop_test_advance(desk->test, 500);
	pack_init(&mine);
	pack_init(&theirs);
	page_picture(page, &mine);
	page_picture(fresh, &theirs);
	if (!slice_equal(pack_bytes(&mine), pack_bytes(&theirs)))
		fail_msg("page %u: %s", page->number, page_difference(page, fresh));
	pack_finish(&mine);
	pack_finish(&theirs);
	page_leave(fresh);
	desk_settle(desk);
}

static uint64_t now(struct desk *desk)
{
	return loop_now(desk->loop);
}

/* One change that a hundred see is one encoding, sent to each. */
static void many_share_one_frame(void **state)
{
	enum { PEOPLE = 100 };
	struct desk *desk = desk_open(1, false, "ord");
	struct page *fay = desk_facilitator(desk), *people[PEOPLE];
	struct house_figures before, after;
	(void)state;
	for (int i = 0; i < PEOPLE; i++)
		people[i] = desk_guest(desk);
	loop_test_advance(desk->test, 5000);
	house_figures(desk->house, &before);
	unsigned frames = people[0]->frames;
	say(desk, fay, SCOPE_SESSION, "Welcome");
	loop_test_advance(desk->test, 1000);
	house_figures(desk->house, &after);
	assert_int_equal(after.frames_shared - before.frames_shared, PEOPLE + 1);
	assert_int_equal(after.frames_own - before.frames_own, 1); /* the facilitator's verdict */
	for (int i = 0; i < PEOPLE; i++)
		assert_int_equal(people[i]->frames, people[0]->frames);
	assert_int_equal(people[0]->frames, frames + 1);
	assert_fresh(desk, people[7]);
	desk_close(desk);
}

/* A verdict goes at once; a result on the grid only, and never more often. */
static void verdicts_at_once_results_on_the_grid(void **state)
{
	struct desk *desk = desk_open(1, false, "ord");
	struct page *fay = desk_facilitator(desk), *ada = desk_guest(desk), *bo = desk_guest(desk);
	(void)state;
	open_question(desk, fay, 1);
	desk_wish(desk, fay, COMMAND_look, 1, 0, 0, NULL);
	loop_test_advance(desk->test, 1013);
	unsigned frames_fay = fay->frames, frames_bo = bo->frames;
	uint64_t begin = now(desk);
	for (unsigned i = 0; i < 10; i++) { /* 10 ballots in 100 ms */
		unsigned frames = ada->frames;
		page_ballot(ada, 1, 1, false, ballot(1 + i % 3));
		desk_settle(desk);
		assert_int_equal(ada->frames, frames + 1); /* the own frame: verdict and ballot, in the same moment */
		assert_int_equal(ada->outbox_count, 0);
		loop_test_advance(desk->test, 10);
	}
	loop_test_advance(desk->test, FLUSH_STAFF_MS);
	assert_in_range(fay->frames - frames_fay, 2, 1 + (now(desk) - begin) / FLUSH_STAFF_MS + 2); /* results, and progress */
	assert_int_equal(bo->frames, frames_bo); /* hidden from others: nothing at all */
	assert_fresh(desk, fay);
	desk_close(desk);
}

static void participants_hear_state_four_times_a_second(void **state)
{
	struct desk *desk = desk_open(1, false, "ord");
	struct page *fay = desk_facilitator(desk), *ada = desk_guest(desk);
	char words[32];
	(void)state;
	loop_test_advance(desk->test, 3000);
	unsigned frames = ada->frames;
	say(desk, fay, SCOPE_SESSION, "first");
	assert_int_equal(ada->frames, frames + 1); /* after quiet: at once */
	for (int i = 0; i < 100; i++) {
		snprintf(words, sizeof words, "word %d", i);
		say(desk, fay, SCOPE_SESSION, words);
		loop_test_advance(desk->test, 20);
	}
	loop_test_advance(desk->test, FLUSH_MS);
	assert_in_range(ada->frames - frames, 7, 11); /* 2 s: one each 250 ms */
	assert_fresh(desk, ada);
	desk_close(desk);
}

/* A page that reads nothing costs nothing, skips what is outdated, and catches up with a few frames. */
static void a_slow_page_gets_fewer_newer_pictures(void **state)
{
	struct desk *desk = desk_open(2, false, "ord");
	struct page *fay = desk_facilitator(desk), *ada = desk_guest(desk), *slow = desk_guest(desk);
	uint64_t rooms[2] = { 1, 3 };
	char words[32];
	(void)state;
	loop_test_advance(desk->test, 3000);
	transport_test_pace(slow->conn, 0, 0);
	unsigned frames = slow->frames;
	desk_wish(desk, fay, COMMAND_rooms, 0, 0, 2, rooms);
	open_question(desk, fay, 1);
	page_ballot(ada, 1, 1, false, ballot(2));
	for (int i = 0; i < 50; i++) {
		uint64_t move[2] = { slow->actor, 1 + (uint64_t)i % 3 };
		desk_wish(desk, fay, COMMAND_move, 0, 0, 2, move);
		snprintf(words, sizeof words, "word %d", i);
		say(desk, fay, SCOPE_SESSION, words);
		loop_test_advance(desk->test, 100);
	}
	reveal(desk, fay, 1);
	assert_int_equal(slow->frames, frames);
	transport_test_pace(slow->conn, 0, 8);
	loop_test_advance(desk->test, 100);
	assert_in_range(slow->frames - frames, 1, 5);
	assert_fresh(desk, slow);
	assert_fresh(desk, ada);
	transport_test_pace(slow->conn, 0, 0); /* and one that goes while it is full leaves nothing: the sanitizer looks */
	say(desk, fay, SCOPE_SESSION, "gone");
	loop_test_advance(desk->test, 300);
	page_leave(slow);
	desk_close(desk);
}

static void a_moved_page_loses_the_old_room(void **state)
{
	struct desk *desk = desk_open(1, false, "ord");
	struct page *fay = desk_facilitator(desk), *ada = desk_guest(desk), *bo = desk_guest(desk);
	uint64_t rooms[2] = { 1, 2 };
	(void)state;
	desk_wish(desk, fay, COMMAND_rooms, 0, 0, 2, rooms);
	loop_test_advance(desk->test, 500);
	uint32_t from = page_room(ada), to = page_room(bo);
	assert_true(from && to && from != to);
	say(desk, fay, SCOPE_ROOM | from, "here");
	say(desk, fay, SCOPE_ROOM | to, "there");
	loop_test_advance(desk->test, 500);
	assert_non_null(page_section(ada, SECTION_scope, SCOPE_ROOM | from, 0));
	assert_null(page_section(ada, SECTION_scope, SCOPE_ROOM | to, 0));
	uint64_t move[2] = { ada->actor, to };
	desk_wish(desk, fay, COMMAND_move, 0, 0, 2, move);
	loop_test_advance(desk->test, 500);
	assert_null(page_section(ada, SECTION_scope, SCOPE_ROOM | from, 0));
	assert_non_null(page_section(ada, SECTION_scope, SCOPE_ROOM | to, 0));
	assert_null(page_section(ada, SECTION_members, from, 0));
	uint64_t back[2] = { ada->actor, from }, away[2] = { ada->actor, to };
	page_wish(fay, COMMAND_move, 0, 0, slice_of("\x92\x01\x01", 3), slice_of(NULL, 0)); /* away and back within one turn */
	desk_wish(desk, fay, COMMAND_move, 0, 0, 2, back);
	desk_wish(desk, fay, COMMAND_move, 0, 0, 2, away);
	loop_test_advance(desk->test, 500);
	assert_fresh(desk, ada);
	assert_fresh(desk, bo);
	desk_close(desk);
}

/* "Saved" waits for stable; when it comes later than the verdict, a frame with a head alone says so. */
static void saved_comes_with_stable(void **state)
{
	struct desk *desk = desk_open(1, false, "ord");
	struct page *fay = desk_facilitator(desk), *ada = desk_guest(desk);
	(void)state;
	open_question(desk, fay, 1);
	journal_memory_hold(desk->disk, true);
	unsigned saved = desk->saved;
	page_ballot(ada, 1, 1, false, ballot(1));
	loop_test_advance(desk->test, 3000);
	assert_int_equal(desk->saved, saved);
	assert_int_equal(ada->outbox[0]->state, WISH_JUDGED); /* it knows the verdict and still says "not saved yet" */
	unsigned frames = ada->frames;
	journal_memory_hold(desk->disk, false);
	desk_settle(desk);
	assert_int_equal(ada->frames, frames + 1);
	assert_int_equal(desk->saved, saved + 1);
	loop_test_advance(desk->test, 3000);
	assert_int_equal(ada->frames, frames + 1); /* once */
	desk_close(desk);
}

/* A large state: the first frame within 16 kB, the others within 64 kB. */
static unsigned first_frames, too_large;
static void measure(struct page *page, struct slice bytes, void *ctx)
{
	(void)ctx;
	if (!page->framed && bytes.at[0] == 0x98) {
		first_frames++;
		too_large += bytes.len > LIMIT_FIRST_FRAME;
	}
	too_large += bytes.len > LIMIT_FRAME;
}

static void a_large_state_comes_in_parts(void **state)
{
	static char word[470];
	(void)state;
	memset(word, 'x', sizeof word - 1);
	struct desk *desk = desk_open(60, false, word);
	desk->watch.frame = measure;
	struct page *ada = desk_guest(desk);
	loop_test_advance(desk->test, 1000);
	assert_int_equal(first_frames, 1);
	assert_int_equal(too_large, 0);
	assert_in_range(ada->frames, 5, 20);
	assert_non_null(page_section(ada, SECTION_activity, 60, 0));
	assert_fresh(desk, ada);
	desk_close(desk);
}

static void note(struct desk *desk, struct page *page, uint32_t room, uint8_t id, uint32_t tenure, bool plenary, const char *words)
{
	const uint64_t rest[] = { tenure, 2, 0, plenary, 0, 100, 0 };
	struct pack form, text;
	pack_init(&form);
	pack_init(&text);
	pack_array(&form, 8);
	pack_bin64(&form, UINT64_C(0xabcdef0000000000) + id);
	for (int i = 0; i < 7; i++)
		pack_uint(&form, rest[i]);
	pack_array(&text, 1);
	pack_array(&text, 2);
	pack_str(&text, slice_text("sv"));
	pack_str(&text, slice_text(words));
	page_wish(page, COMMAND_note_put, room, 1, pack_bytes(&form), pack_bytes(&text));
	pack_finish(&form);
	pack_finish(&text);
	loop_test_advance(desk->test, 500);
}

/* Sections that nobody had when they came in: who may see them hears of them when they are first made, and only they do. */
static void what_is_made_later_comes_into_sight(void **state)
{
	enum { ADA, BO, CY, DI, FAY, SCREEN, PAGES };
	static const char *const names[] = { "ada", "bo", "cy", "di", "fay", "the screen" };
	enum { NOBODY = 0, ROOM = 1 << ADA | 1 << CY, STAFF = 1 << FAY, THE_SCREEN = 1 << SCREEN, ALL = (1 << PAGES) - 1 };
	static const uint8_t kinds[] = { SECTION_signals, SECTION_notes, SECTION_edits, SECTION_tray, SECTION_plenary, SECTION_guide };
	struct deed {
		const char *name;
		unsigned sees[sizeof kinds]; /* who, of room 1 and step 1 */
	};
	static const struct deed deeds[] = {
		{ "ada takes the pen", { ROOM | STAFF, 0, 0, 0, 0, 0 } },
		{ "ada writes a note", { ROOM | STAFF, ROOM | STAFF, 0, 0, 0, 0 } },
		{ "ada changes it", { ROOM | STAFF, ROOM | STAFF, ROOM | STAFF, 0, 0, 0 } },
		{ "cy suggests one", { ROOM | STAFF, ROOM | STAFF, ROOM | STAFF, ROOM | STAFF, 0, 0 } },
		{ "ada sends one to all", { ROOM | STAFF, ROOM | STAFF, ROOM | STAFF, ROOM | STAFF, ALL, 0 } },
		{ "the screen is shown the notes", { ROOM | STAFF, ROOM | STAFF | THE_SCREEN, ROOM | STAFF, ROOM | STAFF, ALL, 0 } },
		{ "another note while it is shown", { ROOM | STAFF, ROOM | STAFF | THE_SCREEN, ROOM | STAFF, ROOM | STAFF, ALL, 0 } },
		{ "the screen is shown something else", { ROOM | STAFF, ROOM | STAFF, ROOM | STAFF, ROOM | STAFF, ALL, 0 } },
		{ "a guide is written", { ROOM | STAFF, ROOM | STAFF, ROOM | STAFF, ROOM | STAFF, ALL, STAFF } },
		{ "cy is moved away", { 1 << ADA | STAFF, 1 << ADA | STAFF, 1 << ADA | STAFF, 1 << ADA | STAFF, ALL, STAFF } },
		{ "and back", { ROOM | STAFF, ROOM | STAFF, ROOM | STAFF, ROOM | STAFF, ALL, STAFF } },
	};
	struct desk *desk = desk_open(1, false, "ord");
	struct page *pages[PAGES] = { 0 };
	uint64_t none = 0, notes[4] = { 5, 0, 1, 0 }, join[4] = { 0, 0, 0, 0 };
	(void)state;
	pages[FAY] = desk_facilitator(desk);
	for (int i = 0; i < 4; i++)
		pages[i] = desk_guest(desk);
	pages[SCREEN] = desk_screen(desk, pages[FAY]);
	desk_rooms(desk, pages[FAY], 2, 500); /* ada and cy are in room 1 */
	for (size_t d = 0; d < sizeof deeds / sizeof *deeds; d++) {
		uint64_t away[2] = { pages[CY]->actor, d == 9 ? 2 : 1 };
		unsigned refused = desk->refused;
		switch (d) {
		case 0: desk_wish(desk, pages[ADA], COMMAND_pen_take, 1, 0, 1, &none); break;
		case 1: note(desk, pages[ADA], 1, 1, 1, false, "first"); break;
		case 2: /* opened again: the wording before is kept */
			note(desk, pages[ADA], 1, 1, 1, false, "first");
			note(desk, pages[ADA], 1, 1, 1, false, "changed");
			break;
		case 3: note(desk, pages[CY], 1, 2, 0, false, "suggested"); break;
		case 4: note(desk, pages[ADA], 1, 3, 1, true, "to all"); break;
		case 5: desk_wish(desk, pages[FAY], COMMAND_show, 0, 0, 4, notes); break;
		case 6: note(desk, pages[ADA], 1, 4, 1, false, "seen by all"); break;
		case 7: desk_wish(desk, pages[FAY], COMMAND_show, 0, 0, 4, join); break;
		case 8:
			page_wish(pages[FAY], COMMAND_guide_put, 0, 0, slice_of("\x90", 1), slice_of("\x91\x92\xa0\xa4read", 8));
			break;
		default: desk_wish(desk, pages[FAY], COMMAND_move, 0, 0, 2, away); break;
		}
		loop_test_advance(desk->test, 1000);
		if (desk->refused != refused)
			fail_msg("%s: %s", deeds[d].name, fault_name(desk->last_fault));
		for (int p = 0; p < PAGES; p++) {
			for (size_t k = 0; k < sizeof kinds; k++) {
				uint32_t a = kinds[k] == SECTION_plenary || kinds[k] == SECTION_guide ? 0 : 1, b = kinds[k] == SECTION_notes || kinds[k] == SECTION_edits;
				const struct held *held = page_section(pages[p], kinds[k], a, b);
				bool has = held && held->count;
				if (has != (deeds[d].sees[k] >> p & 1))
					fail_msg("%s: %s %s section %u", deeds[d].name, names[p], has ? "sees" : "does not see", kinds[k]);
			}
			assert_fresh(desk, pages[p]);
		}
	}
	assert_null(desk->broken);
	desk_close(desk);
}

/* A secret rating's rooms as a band beside the total: a result like any other, on the grid, and drawn anew when it has changed. */
static void a_band_comes_with_the_result(void **state)
{
	enum { PEOPLE = 10 }; /* a band is of five or more */
	struct desk *desk = desk_open_of(DESK_RATING, 1, true, "ord");
	struct page *fay = desk_facilitator(desk), *people[PEOPLE];
	(void)state;
	for (int i = 0; i < PEOPLE; i++)
		people[i] = desk_guest(desk);
	desk_rooms(desk, fay, 2, 500);
	for (uint32_t round = 1; round <= 2; round++) {
		if (round > 1)
			desk_wish(desk, fay, COMMAND_ask, 1, 0, 0, NULL);
		open_question(desk, fay, 1);
		for (int i = 0; i < PEOPLE; i++)
			page_ballot(people[i], 1, round, true, slice_of(round == 1 ? "\x92\x01\x10" : "\x92\x01\x20", 3));
		loop_test_advance(desk->test, 3000);
		reveal(desk, fay, 1);
		loop_test_advance(desk->test, 1000);
		for (int i = 0; i < PEOPLE; i++) {
			struct slice total = page_item(people[i], SECTION_result, 1, 0, round), room = page_item(people[i], SECTION_band, 1, 0, page_room(people[i]));
			assert_true(total.len > 0 && room.len > 0);
			assert_int_equal(memmem(room.at, room.len, round == 1 ? "\x0f" : "\x1f", 1) != NULL, 1); /* its mean */
			assert_non_null(page_section(people[i], SECTION_result, 1, page_room(people[i])));
			assert_null(page_section(people[i], SECTION_result, 1, 3 - page_room(people[i])));
			assert_fresh(desk, people[i]);
		}
		assert_null(page_section(fay, SECTION_result, 1, 1)); /* a room's own stays in the room */
		assert_fresh(desk, fay);
	}
	assert_null(desk->broken);
	desk_close(desk);
}

/* History changes: everything again, and what was in the lost part is gone. */
static void a_reset_is_told_whole(void **state)
{
	struct desk *desk = desk_open(1, false, "ord");
	struct page *fay = desk_facilitator(desk), *ada = desk_guest(desk);
	(void)state;
	loop_test_advance(desk->test, 1000);
	journal_memory_hold(desk->disk, true);
	say(desk, fay, SCOPE_SESSION, "soon forgotten");
	struct page *late = desk_guest(desk);
	loop_test_advance(desk->test, 500);
	assert_int_equal(late->actor, 2);
	assert_int_equal(page_item(ada, SECTION_scope, 0, 0, 3).len > 0, 1);
	journal_memory_lose(desk->disk, desk->sid, JOURNAL_MEMORY_NEVER);
	loop_test_advance(desk->test, 2000);
	journal_memory_hold(desk->disk, false);
	loop_test_advance(desk->test, 2000);
	assert_int_equal(ada->term, 2);
	assert_int_equal(late->outbox_count, 0); /* what fell out went in again: nothing was saved, nothing is lost */
	assert_fresh(desk, ada);
	assert_fresh(desk, late);
	assert_fresh(desk, fay);
	assert_null(desk->broken);
	desk_close(desk);
}

/* No traffic where nothing changes, little memory. */
static void idle(void **state)
{
	struct desk *desk = desk_open(1, false, "ord");
	(void)state;
	for (int i = 0; i < 20; i++)
		desk_guest(desk);
	loop_test_advance(desk->test, 30 * 1000);
	unsigned frames = desk->pages[3]->frames;
	size_t timers = loop_test_timers(desk->test);
	loop_test_advance(desk->test, 100 * 1000);
	assert_int_equal(desk->pages[3]->frames - frames, 100 * 1000 / BEAT_MS);
	assert_int_equal(loop_test_timers(desk->test), timers);
	assert_in_range(timers, 1, 4); /* the house's, none of a connection */
	assert_in_range(sizeof(struct seat), 100, 300);
	desk_close(desk);
}

/* Left alone, a session leaves memory and comes back from its snapshot. */
static void a_session_that_nobody_looks_at_leaves_memory(void **state)
{
	struct desk *desk = desk_open(1, false, "ord");
	struct page *fay = desk_facilitator(desk), *ada = desk_guest(desk);
	struct house_figures figures;
	uint64_t digest, minute = 60 * 1000;
	(void)state;
	open_question(desk, fay, 1);
	page_ballot(ada, 1, 1, false, ballot(3));
	desk_settle(desk);
	digest = session_digest(house_hall(desk->house, desk->sid)->session);
	page_sleep(fay, 10 * minute);
	page_sleep(ada, 10 * minute);
	loop_test_advance(desk->test, 7 * minute);
	house_figures(desk->house, &figures);
	assert_int_equal(figures.sessions, 0);
	loop_test_advance(desk->test, 5 * minute);
	assert_non_null(ada->conn);
	assert_true(session_digest(house_hall(desk->house, desk->sid)->session) == digest);
	assert_fresh(desk, ada);
	/* With a deadline running it stays, and the deadline comes. */
	uint64_t long_time = 20 * minute;
	desk_wish(desk, fay, COMMAND_time, 0, 0, 1, &long_time);
	page_sleep(fay, 30 * minute);
	page_sleep(ada, 30 * minute);
	loop_test_advance(desk->test, 15 * minute);
	house_figures(desk->house, &figures);
	assert_int_equal(figures.sessions, 1);
	loop_test_advance(desk->test, 6 * minute);
	assert_int_equal(desk_entry(desk, desk_tip(desk)).command, COMMAND_due);
	desk_close(desk);
}

static void stopped(void *ctx)
{
	++*(unsigned *)ctx;
}

static void stopping_says_goodbye_to_all(void **state)
{
	struct desk *desk = desk_open(1, false, "ord");
	unsigned done = 0;
	(void)state;
	for (int i = 0; i < 30; i++)
		desk_guest(desk);
	house_stop(desk->house, stopped, &done);
	loop_test_advance(desk->test, 200);
	assert_int_equal(done, 1);
	for (size_t i = 0; i < desk->pages_count; i++)
		assert_int_equal(desk->pages[i]->last_close, CLOSE_GOING);
	desk_close(desk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(many_share_one_frame),
		cmocka_unit_test(verdicts_at_once_results_on_the_grid),
		cmocka_unit_test(participants_hear_state_four_times_a_second),
		cmocka_unit_test(a_slow_page_gets_fewer_newer_pictures),
		cmocka_unit_test(a_moved_page_loses_the_old_room),
		cmocka_unit_test(saved_comes_with_stable),
		cmocka_unit_test(a_large_state_comes_in_parts),
		cmocka_unit_test(what_is_made_later_comes_into_sight),
		cmocka_unit_test(a_band_comes_with_the_result),
		cmocka_unit_test(a_reset_is_told_whole),
		cmocka_unit_test(idle),
		cmocka_unit_test(a_session_that_nobody_looks_at_leaves_memory),
		cmocka_unit_test(stopping_says_goodbye_to_all),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
