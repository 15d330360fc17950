/* SPDX-License-Identifier: EUPL-1.2 */
/* Sessions in memory: coming back, being damaged, watching deadlines, and what another instance does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "lib/desk.h"

static void restart(struct desk *desk, unsigned what)
{
	desk_settle(desk);
	journal_memory_crash(desk->disk, what);
	transport_test_crash(desk->net);
	house_destroy(desk->house);
	desk_house(desk);
	desk_settle(desk);
}

static const struct session *session_in(struct desk *desk)
{
	return house_hall(desk->house, desk->sid)->session;
}

static unsigned entries_of(struct desk *desk, uint16_t command)
{
	unsigned count = 0;
	for (uint64_t seq = 1; seq <= desk_tip(desk); seq++)
		count += desk_entry(desk, seq).command == command;
	return count;
}

static void foreign(struct desk *desk, const struct entry *entry)
{
	struct entry_bytes bytes;
	uint8_t salt[2 * ENTRY_SALT] = { 1 };
	entry_encode(entry, salt, &bytes);
	struct body body = { .head = slice_of(bytes.head, bytes.head_len), .form = slice_of(bytes.parts, bytes.form_len),
			     .text = slice_of(bytes.parts + bytes.form_len, bytes.text_len) };
	memcpy(body.digest, bytes.digest, sizeof body.digest);
	assert_int_equal(journal_memory_foreign(desk->disk, desk->sid, &body), 0);
	entry_bytes_finish(&bytes);
	desk_settle(desk);
}

/* A snapshot is a hint: one that cannot be used costs time, nothing else. */
static void a_snapshot_is_only_a_hint(void **state)
{
	static const char *const snapshots[] = { NULL, "not a snapshot at all", "" };
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct desk *desk = desk_open(2, false, "ord");
		struct page *fay = desk_facilitator(desk), *ada = desk_guest(desk);
		uint64_t forever = 0;
		desk_wish(desk, fay, COMMAND_open, 1, 0, 1, &forever);
		loop_test_advance(desk->test, 500);
		page_ballot(ada, 1, 1, false, slice_of("\x92\x01\x03", 3));
		loop_test_advance(desk->test, 500);
		uint64_t digest = session_digest(session_in(desk)), seq = desk_tip(desk);
		struct journal journal = journal_memory_port(desk->disk);
		struct pack saved;
		pack_init(&saved);
		session_save(session_in(desk), &saved);
		struct slice bytes = snapshots[i] ? slice_text(snapshots[i]) : pack_bytes(&saved);
		journal.ops->snapshot(journal.self, desk->sid, (struct position){ 1, seq }, bytes);
		desk_settle(desk);
		restart(desk, 0);
		loop_test_advance(desk->test, 20 * 1000);
		assert_non_null(ada->conn);
		assert_true(session_digest(session_in(desk)) == digest);
		pack_finish(&saved);
		desk_close(desk);
	}
}

static void a_damaged_session_is_served_to_nobody(void **state)
{
	struct desk *desk = desk_open(1, false, "ord");
	struct page *fay = desk_facilitator(desk), *ada = desk_guest(desk);
	(void)state;
	loop_test_advance(desk->test, 1000);
	journal_memory_damage(desk->disk, desk->sid, 3);
	restart(desk, 0);
	loop_test_advance(desk->test, 20 * 1000);
	assert_null(fay->conn);
	assert_null(ada->conn);
	assert_int_equal(ada->last_bye, FAULT_damaged);
	assert_int_equal(ada->last_close, CLOSE_REFUSED); /* it does not come back by itself */
	/* Another session on the same disk is not touched. */
	struct pack body;
	pack_init(&body);
	desk_body(&body, 1, false, "ord");
	house_create_session(desk->house, pack_bytes(&body), slice_text("key"), "192.0.2.1", desk_created, desk);
	pack_finish(&body);
	loop_test_advance(desk->test, 100);
	assert_int_equal(desk->created, FAULT_none);
	assert_non_null(desk_guest(desk)->conn);
	desk_close(desk);
}

/* An entry of a newer version stops the session; it is never skipped. */
static void an_unknown_entry_stops_the_session(void **state)
{
	struct desk *desk = desk_open(1, false, "ord");
	struct page *ada = desk_guest(desk);
	(void)state;
	foreign(desk, &(struct entry){ .name = { .who = ACTOR_HOUSE }, .command = 999, .form = slice_of("\x90", 1) });
	loop_test_advance(desk->test, 3000);
	assert_null(ada->conn);
	assert_int_equal(ada->last_bye, FAULT_damaged);
	desk_close(desk);
}

static void another_instance_shows_here(void **state)
{
	struct desk *desk = desk_open(1, false, "ord");
	struct page *ada = desk_page(desk, DOOR_PARTICIPANT, 0x51), *bo = desk_guest(desk);
	uint8_t token[16];
	struct pack form;
	(void)state;
	page_drop_outbox(ada); /* its join went to the other instance */
	page_connect(ada);
	desk_settle(desk);
	assert_int_equal(ada->actor, 0);
	memset(token, 0x51, sizeof token);
	struct digest hash = digest_plain(slice_of(token, sizeof token));
	pack_init(&form);
	pack_array(&form, 3);
	pack_bin(&form, slice_of(hash.bytes, sizeof hash.bytes));
	pack_bin(&form, slice_of(NULL, 0));
	pack_uint(&form, 0);
	foreign(desk, &(struct entry){ .name = { .lane = 77, .number = 1 }, .command = COMMAND_join, .form = pack_bytes(&form) });
	pack_finish(&form);
	loop_test_advance(desk->test, 1000);
	assert_int_equal(ada->actor, 2);
	assert_int_equal(bo->actor, 1);
	desk_close(desk);
}

/* Deadlines: a duration from the entry that set it, also over a restart; proposed once. */
static void deadlines(void **state)
{
	static const struct {
		const char *name;
		uint64_t restart_ms, away_ms; /* 0: no restart; the wall clock goes on while it is away */
		unsigned refuse;
		uint64_t least_ms, most_ms; /* from the opening to the due */
	} cases[] = {
		{ "as set", 0, 0, 0, 10000, 10010 },
		{ "over a restart", 4000, 0, 0, 10000, 10010 },
		{ "over a restart that took its time", 4000, 3000, 0, 10000, 10010 },
		{ "passed while nobody was there", 4000, 60000, 0, 64000, 64100 },
		{ "refused at first", 0, 0, 2, 10000 + 2 * LATER_MS, 10100 + 2 * LATER_MS },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct desk *desk = desk_open(1, false, "ord");
		struct page *fay = desk_facilitator(desk);
		uint64_t duration = 10000, begin = loop_wall(desk->loop);
		desk_wish(desk, fay, COMMAND_open, 1, 0, 1, &duration);
		journal_memory_refuse_next(desk->disk, cases[i].refuse, JOURNAL_FULL);
		if (cases[i].restart_ms) {
			loop_test_advance(desk->test, cases[i].restart_ms);
			loop_test_jump_wall(desk->test, (int64_t)cases[i].away_ms);
			restart(desk, 0);
			page_connect(fay);
			desk_settle(desk);
		}
		loop_test_advance(desk->test, 15000);
		struct journal_entry due = { 0 };
		for (uint64_t seq = 1; seq <= desk_tip(desk) && due.at_ms == 0; seq++)
			if (desk_entry(desk, seq).command == COMMAND_due)
				assert_true(journal_memory_entry(desk->disk, desk->sid, seq, &due));
		uint64_t took = due.at_ms - begin;
		if (entries_of(desk, COMMAND_due) != 1 || took < cases[i].least_ms || took > cases[i].most_ms)
			fail_msg("%s: %u entries, after %llu ms", cases[i].name, entries_of(desk, COMMAND_due), (unsigned long long)took);
		loop_test_advance(desk->test, GRACE_MS + 1000);
		assert_int_equal(entries_of(desk, COMMAND_due), 2); /* of the grace */
		assert_int_equal(page_phase(fay, 0, 1, NULL), PHASE_CLOSED);
		loop_test_advance(desk->test, 10 * 60 * 1000);
		assert_int_equal(entries_of(desk, COMMAND_due), 2);
		desk_close(desk);
	}
}

/* Closed, sealed by the house, and what the seal replaces is struck once the seal is stable; a restart between strikes at the next load. */
static void a_seal_strikes_when_it_is_stable(void **state)
{
	(void)state;
	for (int restarts = 0; restarts < 2; restarts++) {
		struct desk *desk = desk_open(1, true, "ord");
		struct page *fay = desk_facilitator(desk), *people[4];
		uint64_t forever = 0, now = 1;
		for (int i = 0; i < 4; i++)
			people[i] = desk_guest(desk);
		desk_wish(desk, fay, COMMAND_open, 1, 0, 1, &forever);
		loop_test_advance(desk->test, 500);
		for (int i = 0; i < 4; i++)
			page_ballot(people[i], 1, 1, true, slice_of("\x92\x01\x03", 3));
		loop_test_advance(desk->test, 500);
		uint64_t ballot = desk_tip(desk);
		journal_memory_hold(desk->disk, true);
		desk_wish(desk, fay, COMMAND_close, 1, 0, 1, &now);
		loop_test_advance(desk->test, 500);
		assert_int_equal(entries_of(desk, COMMAND_seal), 1);
		assert_int_equal(desk_entry(desk, ballot).struck, 0); /* the seal could still be lost */
		if (restarts)
			restart(desk, 0);
		journal_memory_hold(desk->disk, false);
		loop_test_advance(desk->test, 20 * 1000);
		assert_int_equal(desk_entry(desk, ballot).struck, ENTRY_FORM);
		assert_int_equal(entries_of(desk, COMMAND_seal), 1);
		assert_int_equal(page_phase(fay, 0, 1, NULL), PHASE_SEALED);
		desk_close(desk);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_snapshot_is_only_a_hint),
		cmocka_unit_test(a_damaged_session_is_served_to_nobody),
		cmocka_unit_test(an_unknown_entry_stops_the_session),
		cmocka_unit_test(another_instance_shows_here),
		cmocka_unit_test(deadlines),
		cmocka_unit_test(a_seal_strikes_when_it_is_stable),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
