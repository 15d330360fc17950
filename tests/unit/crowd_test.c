/* SPDX-License-Identifier: EUPL-1.2 */
/* Many at once, and a journal in trouble: what is hopeless is never written, the facilitator gets through, two who name one organisation mean one, and
 * everybody hears when nothing can be saved. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "lib/desk.h"

static void send_command(struct page *page, const struct command_message *command)
{
	struct pack out;
	pack_init(&out);
	command_encode(command, &out);
	page_send_raw(page, pack_bytes(&out));
	pack_finish(&out);
}

/* `again` puts a command into the log to be judged in its place. What no place would mend is refused at once instead. */
static void what_is_malformed_is_never_appended(void **state)
{
	static const struct {
		const char *name;
		uint16_t command;
		const char *form;
		size_t form_len;
		const char *text;
		size_t text_len;
		enum fault fault; /* none: it is appended, and judged there */
	} cases[] = {
		{ "a ballot that is nil", COMMAND_ballot, "\xc0", 1, "", 0, FAULT_malformed },
		{ "a ballot of no values", COMMAND_ballot, "\x90", 1, "", 0, FAULT_malformed },
		{ "a ballot of two values", COMMAND_ballot, "\x92\x01\x00", 3, "", 0, FAULT_malformed },
		{ "a ballot of four values", COMMAND_ballot, "\x94\x01\x00\xc4\x00\x00", 6, "", 0, FAULT_malformed },
		{ "a round as text", COMMAND_ballot, "\x93\xa1\x31\x00\xc4\x00", 6, "", 0, FAULT_malformed },
		{ "a ballot as text", COMMAND_ballot, "\x93\x01\x00\xa1x", 5, "", 0, FAULT_malformed },
		{ "a command that is none", 999, "\x90", 1, "", 0, FAULT_unknown_command },
		{ "a command of no number", 0, "\x90", 1, "", 0, FAULT_unknown_command },
		{ "a profile with a control character", COMMAND_profile, "\x90", 1, "\x91\x93\xa0\xa1\x07\xa0", 6, FAULT_bad_text },
		{ "a ballot that holds nonsense", COMMAND_ballot, "\x93\x01\x00\xc4\x01\xc1", 6, "", 0, FAULT_none },
		{ "a proper one", COMMAND_ballot, "\x93\x01\x00\xc4\x03\x92\x01\x02", 8, "", 0, FAULT_none },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct desk *desk = desk_open(1, false, "ord");
		struct page *fay = desk_facilitator(desk), *ada = desk_guest(desk);
		uint64_t forever = 0;
		desk_wish(desk, fay, COMMAND_open, 1, 0, 1, &forever);
		loop_test_advance(desk->test, 300);
		struct command_message it = { .lane = ada->hello.lane, .number = 2, .again = true, .command = cases[i].command, .subject = { 1, 0 },
					      .form = slice_of(cases[i].form, cases[i].form_len), .text = slice_of(cases[i].text, cases[i].text_len) };
		uint64_t tip = desk_tip(desk);
		for (int times = 0; times < 3; times++) {
			send_command(ada, &it);
			loop_test_advance(desk->test, 300);
		}
		uint64_t written = desk_tip(desk) - tip;
		bool hopeless = cases[i].fault != FAULT_none;
		if (written != !hopeless || (hopeless && ada->replies[cases[i].fault] != 3))
			fail_msg("%s: %u entries, %u times %s", cases[i].name, (unsigned)written, ada->replies[cases[i].fault], fault_name(cases[i].fault));
		desk_close(desk);
	}
}

/* As many as the daemon takes in a second, and more; then the facilitator closes. */
static void the_facilitator_gets_through_the_crowd(void **state)
{
	enum { CROWD = 400 };
	struct desk *desk = desk_open(1, false, "ord");
	struct page *fay = desk_facilitator(desk), *crowd[CROWD];
	uint64_t forever = 0, grace = 0;
	unsigned later = 0;
	(void)state;
	_Static_assert(CROWD * BURST_MEMBER > RATE_SESSION, "a crowd that the session's rate does not hold back");
	for (int i = 0; i < CROWD; i++) {
		/* as desk_page, which has room for fewer */
		crowd[i] = check_alloc(1, sizeof *crowd[i]);
		page_init(crowd[i], 1, desk->loop, &desk->watch);
		crowd[i]->hello.place = slice_text(desk->code);
		page_connect(crowd[i]);
		if (i % 50 == 49)
			loop_test_advance(desk->test, 200); /* so many joins a second, and no more */
	}
	desk_wish(desk, fay, COMMAND_open, 1, 0, 1, &forever);
	loop_test_advance(desk->test, 3000);
	for (int i = 0; i < CROWD; i++) {
		assert_int_not_equal(crowd[i]->actor, 0);
		struct command_message join = { .lane = crowd[i]->hello.lane, .number = 1, .again = true, .command = COMMAND_join, .form = slice_of("\x90", 1) };
		for (int times = 0; times < BURST_MEMBER; times++)
			send_command(crowd[i], &join);
	}
	desk_wish(desk, fay, COMMAND_close, 1, 0, 1, &grace); /* behind all of them */
	for (int i = 0; i < CROWD; i++)
		later += crowd[i]->replies[FAULT_later];
	assert_true(later > 0); /* the crowd was too much, ... */
	assert_int_equal(fay->replies[FAULT_later], 0); /* ... and the facilitator was not told to wait for it */
	assert_int_equal(desk_entry(desk, desk_tip(desk)).command, COMMAND_close);
	loop_test_advance(desk->test, 1000);
	assert_int_equal(page_phase(fay, 0, 1, NULL), PHASE_CLOSING);
	for (int i = 0; i < CROWD; i++) {
		page_finish(crowd[i]);
		free(crowd[i]);
	}
	desk_close(desk);
}

/* ---- who hears of the journal ---- */

enum { HEARERS = 8, NOTHING = 99 };
static unsigned heard[HEARERS]; /* the newest status, by the page's number */
static unsigned times[HEARERS];

static void on_any(struct page *page, struct slice bytes, void *ctx)
{
	struct reader r = reader_of(bytes);
	(void)ctx;
	if (read_array(&r) != 3 || read_uint(&r) != MESSAGE_VOLATILE || read_uint(&r) != 4 || page->number >= HEARERS)
		return;
	heard[page->number] = (unsigned)read_uint(&r);
	times[page->number]++;
}

static void all_hear(size_t pages, unsigned status, const char *when)
{
	for (size_t i = 0; i < pages; i++)
		if (heard[i] != status || times[i] != (status != NOTHING))
			fail_msg("%s: page %zu heard %u, %u times, instead of %u", when, i, heard[i], times[i], status);
	for (size_t i = 0; i < HEARERS; i++) {
		heard[i] = NOTHING;
		times[i] = 0;
	}
}

static void everybody_hears_when_nothing_can_be_saved(void **state)
{
	static const struct {
		enum journal_status status;
		unsigned told;
	} cases[] = { { JOURNAL_FULL, 2 }, { JOURNAL_AWAY, 1 } };
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct desk *desk = desk_open(1, false, "ord");
		desk->watch.frame = on_any;
		for (size_t h = 0; h < HEARERS; h++) {
			heard[h] = NOTHING;
			times[h] = 0;
		}
		desk_facilitator(desk);
		for (int p = 0; p < 4; p++)
			desk_guest(desk);
		loop_test_advance(desk->test, 1000);
		all_hear(5, NOTHING, "while all is well");
		journal_memory_state(desk->disk, cases[i].status, "no room on the disk", JOURNAL_MEMORY_NEVER);
		loop_test_advance(desk->test, 1000);
		all_hear(5, cases[i].told, "when it cannot save");
		bool reads = cases[i].status == JOURNAL_FULL; /* a full one still knows what it holds; of one that is away nobody knows whether a code is right */
		struct page *late = desk_page(desk, DOOR_PARTICIPANT, 0); /* who comes then hears it at once, or comes back later */
		page_connect(late);
		loop_test_advance(desk->test, 200);
		assert_int_equal(late->number, 5);
		assert_int_equal(heard[5], reads ? cases[i].told : NOTHING);
		assert_int_equal(times[5], reads);
		heard[5] = NOTHING;
		times[5] = 0;
		loop_test_advance(desk->test, 30 * 1000);
		all_hear(5, NOTHING, "as long as nothing changes");
		journal_memory_state(desk->disk, JOURNAL_OK, "", JOURNAL_MEMORY_NEVER);
		loop_test_advance(desk->test, 1000);
		all_hear(reads ? 6 : 5, 0, "when it can save again");
		loop_test_advance(desk->test, 10 * 1000);
		assert_true(!reads || late->actor != 0); /* and what was kept goes out */
		desk_close(desk);
	}
}

/* Two pages that name the same one before either has been judged. Pages 0 and 6 both say "South", page 3 says "North". */
static void two_at_the_same_moment_make_one(void **state)
{
	(void)state;
	for (uint64_t late_ms = 0; late_ms <= 50; late_ms += 50) {
		struct desk *desk = desk_open(1, false, "ord");
		struct page *pages[7];
		for (int i = 0; i < 7; i++)
			pages[i] = desk_page(desk, DOOR_PARTICIPANT, 0);
		journal_memory_late(desk->disk, late_ms);
		for (int i = 0; i < 7; i += 3)
			page_connect(pages[i]);
		loop_test_advance(desk->test, 1000);
		const struct session *session = house_hall(desk->house, desk->sid)->session;
		assert_int_equal(session_members(session), 3);
		assert_int_equal(session_member_organisation(session, pages[0]->actor), 1);
		assert_int_equal(session_member_organisation(session, pages[3]->actor), 2);
		assert_int_equal(session_member_organisation(session, pages[6]->actor), 1);
		desk_close(desk);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_malformed_is_never_appended),
		cmocka_unit_test(the_facilitator_gets_through_the_crowd),
		cmocka_unit_test(everybody_hears_when_nothing_can_be_saved),
		cmocka_unit_test(two_at_the_same_moment_make_one),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
