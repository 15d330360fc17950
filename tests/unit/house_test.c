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

static void foreign_bytes(struct desk *desk, const struct entry *entry)
{
	struct entry_bytes bytes;
	uint8_t salt[2 * ENTRY_SALT] = { 1 };
	entry_encode(entry, salt, &bytes);
	struct body body = { .head = slice_of(bytes.head, bytes.head_len), .form = slice_of(bytes.parts, bytes.form_len),
			     .text = slice_of(bytes.parts + bytes.form_len, bytes.text_len) };
	memcpy(body.digest, bytes.digest, sizeof body.digest);
	assert_int_equal(journal_memory_foreign(desk->disk, desk->sid, &body), 0);
	entry_bytes_finish(&bytes);
}

static void foreign(struct desk *desk, const struct entry *entry)
{
	foreign_bytes(desk, entry);
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

/* The clock that stamps the log may be another machine's. */
static struct {
	struct journal_ops ops;
	struct loop loop;
	int64_t ours_ahead_ms;
} stamped;

static uint64_t stamped_wall(void *self, struct sid sid)
{
	(void)self;
	(void)sid;
	return (uint64_t)((int64_t)loop_wall(stamped.loop) - stamped.ours_ahead_ms);
}

/* An instance whose own clock is wrong loads the session in the middle of a deadline: it ends when it was to end. */
static void a_wrong_clock_of_ones_own_ends_nothing_early(void **state)
{
	static const int64_t aheads[] = { 0, 60 * 1000, -60 * 1000 };
	(void)state;
	for (size_t i = 0; i < sizeof aheads / sizeof *aheads; i++) {
		struct desk *desk = desk_open(1, false, "ord");
		struct page *fay = desk_facilitator(desk);
		uint64_t duration = 90 * 1000;
		desk_wish(desk, fay, COMMAND_open, 1, 0, 1, &duration);
		loop_test_advance(desk->test, 10 * 1000);
		journal_memory_crash(desk->disk, 0);
		transport_test_crash(desk->net);
		house_destroy(desk->house);
		struct journal below = journal_memory_port(desk->disk);
		stamped.ops = *below.ops;
		stamped.ops.wall_ms = stamped_wall;
		stamped.loop = desk->loop;
		stamped.ours_ahead_ms = aheads[i];
		loop_test_jump_wall(desk->test, aheads[i]);
		struct house_parts parts = { .loop = desk->loop, .journal = { &stamped.ops, below.self }, .transport = &transport_test_ops, .creation_key = slice_text("key") };
		desk->house = house_create(&parts);
		transport_test_serve(desk->net, house_transport(), desk->house);
		page_connect(fay);
		loop_test_advance(desk->test, 79 * 1000);
		if (page_phase(fay, 0, 1, NULL) != PHASE_OPEN || entries_of(desk, COMMAND_due))
			fail_msg("our clock is ahead by %lld ms: ended early", (long long)aheads[i]);
		assert_int_equal(house_log_ms(desk->house, house_hall(desk->house, desk->sid)), stamped_wall(NULL, desk->sid));
		loop_test_advance(desk->test, 1100);
		if (entries_of(desk, COMMAND_due) != 1)
			fail_msg("our clock is ahead by %lld ms: not ended in its time", (long long)aheads[i]);
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

/* ---- what may be lost when another Redis takes over, and comes back ---- */

static void what_fell_out_of_history_comes_back(void **state)
{
	static const struct {
		const char *name;
		uint64_t to;      /* entries that are left; 0: all but the newest `last` */
		uint64_t last;
		unsigned refuse;  /* of the appends after it */
		bool also;        /* another instance is faster with ada's ballot */
	} cases[] = {
		{ "the newest answer", 0, 1, 0, false },
		{ "all but the first entry: links, steps, people, answers", 1, 0, 0, false },
		{ "and the journal takes nothing at first", 1, 0, 3, false },
		{ "another instance brings the same", 0, 1, 0, true },
		{ "of the newest two", 0, 2, 0, true },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct desk *desk = desk_open(2, false, "ord");
		struct page *fay = desk_facilitator(desk), *ada = desk_guest(desk), *bo = desk_guest(desk);
		uint64_t forever = 0;
		desk_wish(desk, fay, COMMAND_open, 1, 0, 1, &forever);
		loop_test_advance(desk->test, 500);
		page_ballot(bo, 1, 1, false, slice_of("\x92\x02\x01", 3));
		loop_test_advance(desk->test, 500);
		page_ballot(ada, 1, 1, false, slice_of("\x92\x01\x03", 3));
		loop_test_advance(desk->test, 500);
		uint64_t tip = desk_tip(desk);
		struct entry ballot = desk_entry(desk, tip);
		struct pack form;
		pack_init(&form); /* what the journal will have forgotten */
		pack_raw(&form, ballot.form);
		ballot.form = pack_bytes(&form);
		journal_memory_lose_to(desk->disk, desk->sid, cases[i].to ? cases[i].to : tip - cases[i].last);
		journal_memory_refuse_next(desk->disk, cases[i].refuse, JOURNAL_FULL);
		for (int times = 0; cases[i].also && times < 2; times++)
			foreign_bytes(desk, &ballot);
		loop_test_advance(desk->test, 5 * 1000);
		if (session_members(session_in(desk)) != 2 || !session_has_ballot(session_in(desk), 1, ada->actor) ||
		    !session_has_ballot(session_in(desk), 1, bo->actor) || session_ballots(session_in(desk), 1) != 2 || !fay->conn ||
		    page_phase(fay, 0, 1, NULL) != PHASE_OPEN || house_hall(desk->house, desk->sid)->orphans_count)
			fail_msg("%s", cases[i].name);
		unsigned saved = desk->saved;
		page_ballot(ada, 1, 1, false, slice_of("\x92\x01\x02", 3)); /* and goes on */
		loop_test_advance(desk->test, 500);
		assert_true(desk->saved > saved);
		pack_finish(&form);
		desk_close(desk);
	}
}

/* The commands behind `from`, in order. */
static size_t log_of(struct desk *desk, uint64_t from, uint16_t *out, size_t room)
{
	size_t count = 0;
	for (uint64_t seq = from + 1; seq <= desk_tip(desk) && count < room; seq++)
		out[count++] = desk_entry(desk, seq).command;
	return count;
}

static void same_log(struct desk *desk, uint64_t from, const uint16_t *as, size_t count, const char *name)
{
	uint16_t now[32];
	size_t have = log_of(desk, from, now, 32);
	for (size_t i = 0; i < have && i < count; i++)
		if (now[i] != as[i])
			fail_msg("%s: entry %zu is a %u, it was a %u", name, i + 1, now[i], as[i]);
	if (have != count)
		fail_msg("%s: %zu entries, there were %zu", name, have, count);
}

static void ballot_elsewhere(struct desk *desk, const struct page *who, uint32_t activity)
{
	struct pack form;
	pack_init(&form);
	pack_array(&form, 3);
	pack_uint(&form, 1);
	pack_uint(&form, 0);
	pack_bin(&form, slice_of("\x92\x01\x03", 3));
	foreign(desk, &(struct entry){ .name = { .who = who->actor, .lane = who->hello.lane, .number = who->next_number + 1 }, .command = COMMAND_ballot,
				       .subject = { activity, 0 }, .form = pack_bytes(&form) });
	pack_finish(&form);
}

/* A deadline passes, a ballot comes too late, the result is shown: all of it falls out, before or after the opening, and comes back as it was. Were the deadline left
 * to time, the ballot would count and the result be refused. */
static void what_a_deadline_brought_about_comes_back(void **state)
{
	static const struct {
		const char *name;
		bool opening; /* is lost too */
		bool also;    /* another instance, which had it too, brings it first */
	} cases[] = { { "without the opening", false, false }, { "with the opening", true, false }, { "with the opening, which another instance brings", true, true } };
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		bool opening = cases[i].opening;
		struct desk *desk = desk_open(1, false, "ord");
		struct page *fay = desk_facilitator(desk), *ada = desk_guest(desk), *bo = desk_guest(desk);
		uint64_t five = 5000, begin = desk_tip(desk);
		uint16_t was[32];
		struct journal_entry e;
		struct pack head, parts;
		desk_wish(desk, fay, COMMAND_open, 1, 0, 1, &five);
		loop_test_advance(desk->test, 100);
		assert_true(journal_memory_entry(desk->disk, desk->sid, desk_tip(desk), &e));
		pack_init(&head); /* what the journal will have forgotten */
		pack_init(&parts);
		pack_raw(&head, e.body.head);
		pack_raw(&parts, e.body.form);
		struct body open = { .head = pack_bytes(&head), .form = pack_bytes(&parts) };
		memcpy(open.digest, e.body.digest, sizeof open.digest);
		loop_test_advance(desk->test, 500);
		page_ballot(ada, 1, 1, false, slice_of("\x92\x02\x01", 3));
		loop_test_advance(desk->test, 500);
		if (!opening)
			begin = desk_tip(desk);
		loop_test_advance(desk->test, 60 * 1000);
		assert_int_equal(page_phase(fay, 0, 1, NULL), PHASE_CLOSED);
		ballot_elsewhere(desk, bo, 1);
		loop_test_advance(desk->test, 1000);
		assert_false(session_has_ballot(session_in(desk), 1, bo->actor));
		desk_wish(desk, fay, COMMAND_reveal, 1, 0, 0, NULL);
		loop_test_advance(desk->test, 2000);
		assert_int_equal(page_phase(fay, 0, 1, NULL), PHASE_REVEALED);
		size_t count = log_of(desk, begin, was, 32);
		assert_int_equal(count, opening ? 6 : 4); /* [open, ballot,] due, due, ballot, reveal */
		journal_memory_lose_to(desk->disk, desk->sid, begin);
		if (cases[i].also)
			assert_int_equal(journal_memory_foreign(desk->disk, desk->sid, &open), 0);
		for (int times = 0; times < 2; times++) { /* at once, and for good */
			loop_test_advance(desk->test, times ? 60 * 1000 : 1000);
			if (!cases[i].also) /* then there are two of it, of which one is judged */
				same_log(desk, begin, was, count, cases[i].name);
			uint32_t phase = page_phase(fay, 0, 1, NULL), ballots = session_ballots(session_in(desk), 1);
			if (phase != PHASE_REVEALED || ballots != 1 || session_has_ballot(session_in(desk), 1, bo->actor))
				fail_msg("%s: phase %u, %u ballots", cases[i].name, phase, ballots);
		}
		assert_null(desk->broken);
		pack_finish(&head);
		pack_finish(&parts);
		desk_close(desk);
	}
}

/* A seal names places in the order of its own history: the lost one is made anew, and what stood behind it comes behind the new one, on this one instance too and at once. */
static void a_lost_seal_is_made_anew_and_what_followed_it_follows(void **state)
{
	static const struct {
		const char *name;
		bool ballots; /* they are lost too */
		unsigned refuse;
		uint64_t within_ms;
	} cases[] = {
		{ "from the close on", false, 0, 1000 },
		{ "from the ballots on", true, 0, 1000 },
		{ "the journal takes nothing at first", false, 1, 1000 + 2 * LATER_MS },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct desk *desk = desk_open(1, true, "ord");
		struct page *fay = desk_facilitator(desk), *people[4];
		uint64_t forever = 0, now = 1;
		uint16_t was[32];
		for (int p = 0; p < 4; p++)
			people[p] = desk_guest(desk);
		desk_wish(desk, fay, COMMAND_open, 1, 0, 1, &forever);
		loop_test_advance(desk->test, 500);
		uint64_t begin = desk_tip(desk);
		for (int p = 0; p < 4; p++)
			page_ballot(people[p], 1, 1, true, slice_of("\x92\x01\x03", 3));
		loop_test_advance(desk->test, 500);
		if (!cases[i].ballots)
			begin = desk_tip(desk);
		journal_memory_hold(desk->disk, true); /* a seal that could still be lost strikes nothing */
		desk_wish(desk, fay, COMMAND_close, 1, 0, 1, &now);
		loop_test_advance(desk->test, 20 * 1000);
		desk_wish(desk, fay, COMMAND_reveal, 1, 0, 0, NULL);
		loop_test_advance(desk->test, 2000);
		assert_int_equal(page_phase(fay, 0, 1, NULL), PHASE_REVEALED);
		size_t count = log_of(desk, begin, was, 32);
		assert_int_equal(was[count - 2], COMMAND_seal);
		assert_int_equal(was[count - 1], COMMAND_reveal);
		assert_int_equal(session_ballots(session_in(desk), 1), 4);
		journal_memory_refuse_next(desk->disk, cases[i].refuse, JOURNAL_FULL);
		journal_memory_lose_to(desk->disk, desk->sid, begin);
		for (int times = 0; times < 2; times++) {
			loop_test_advance(desk->test, times ? 60 * 1000 : cases[i].within_ms);
			same_log(desk, begin, was, count, cases[i].name);
			assert_int_equal(page_phase(fay, 0, 1, NULL), PHASE_REVEALED);
			assert_int_equal(session_ballots(session_in(desk), 1), 4);
			journal_memory_hold(desk->disk, false);
		}
		for (uint64_t seq = 1; seq <= desk_tip(desk); seq++)
			if (desk_entry(desk, seq).command == COMMAND_secret_ballot)
				assert_int_equal(desk_entry(desk, seq).struck, ENTRY_FORM);
		assert_null(desk->broken);
		desk_close(desk);
	}
}

/* Both sides of a split have opened a question, each its first: the deadline of the losing side's, which comes back, is not that of the other's. */
static void a_deadline_that_comes_back_ends_nothing_else(void **state)
{
	struct desk *desk = desk_open(2, false, "ord");
	struct page *fay = desk_facilitator(desk), *ada = desk_guest(desk);
	uint64_t five = 5000, before = desk_tip(desk);
	struct pack form;
	(void)state;
	(void)ada;
	desk_wish(desk, fay, COMMAND_open, 1, 0, 1, &five);
	loop_test_advance(desk->test, 60 * 1000);
	assert_int_equal(page_phase(fay, 0, 1, NULL), PHASE_CLOSED);
	pack_init(&form);
	pack_array(&form, 1);
	pack_uint(&form, 20 * 60 * 1000);
	journal_memory_lose_to(desk->disk, desk->sid, before);
	foreign_bytes(desk, &(struct entry){ .name = { .who = fay->actor, .lane = fay->hello.lane, .number = fay->next_number + 5 }, .command = COMMAND_open,
					     .subject = { 2, 0 }, .form = pack_bytes(&form) });
	pack_finish(&form);
	loop_test_advance(desk->test, 500);
	assert_int_equal(page_phase(fay, 0, 2, NULL), PHASE_OPEN);
	loop_test_advance(desk->test, 19 * 60 * 1000);
	assert_int_equal(page_phase(fay, 0, 2, NULL), PHASE_OPEN);
	loop_test_advance(desk->test, 2 * 60 * 1000);
	assert_int_equal(page_phase(fay, 0, 2, NULL), PHASE_CLOSED);
	desk_close(desk);
}

/* Nothing new gets before what was there: else a lane's later command would supersede the earlier. */
static void nothing_new_goes_before_an_orphan(void **state)
{
	struct desk *desk = desk_open(2, false, "ord");
	struct page *fay = desk_facilitator(desk), *ada = desk_guest(desk);
	uint64_t forever = 0;
	(void)state;
	desk_wish(desk, fay, COMMAND_open, 1, 0, 1, &forever);
	desk_wish(desk, fay, COMMAND_open, 2, 0, 1, &forever);
	loop_test_advance(desk->test, 500);
	page_ballot(ada, 1, 1, false, slice_of("\x92\x01\x03", 3));
	loop_test_advance(desk->test, 500);
	journal_memory_refuse_next(desk->disk, 1, JOURNAL_FULL);
	journal_memory_lose_to(desk->disk, desk->sid, desk_tip(desk) - 1);
	loop_test_advance(desk->test, 50);
	page_ballot(ada, 2, 1, false, slice_of("\x92\x01\x02", 3));
	loop_test_advance(desk->test, LATER_MS / 2);
	assert_false(session_has_ballot(session_in(desk), 2, ada->actor));
	loop_test_advance(desk->test, 4 * LATER_MS);
	assert_true(session_has_ballot(session_in(desk), 1, ada->actor));
	assert_true(session_has_ballot(session_in(desk), 2, ada->actor));
	desk_close(desk);
}

static void erased_by_another_instance(void **state)
{
	struct desk *desk = desk_open(1, false, "ord");
	struct page *fay = desk_facilitator(desk), *ada = desk_guest(desk);
	struct journal journal = journal_memory_port(desk->disk);
	(void)state;
	journal.ops->erase(journal.self, desk->sid);
	loop_test_advance(desk->test, 20 * 1000);
	assert_null(fay->conn);
	assert_null(ada->conn);
	assert_int_equal(ada->last_bye, FAULT_no_session);
	assert_int_equal(ada->last_close, CLOSE_REFUSED);
	struct page *late = desk_page(desk, DOOR_LINK, DESK_FACILITATOR);
	page_connect(late);
	loop_test_advance(desk->test, 1000);
	assert_int_equal(late->last_bye, FAULT_no_session);
	desk_close(desk);
}

/* ---- an instance that is behind ---- */

static void who_has_seen_more_elsewhere_waits(void **state)
{
	static const struct {
		const char *name;
		uint64_t ahead;      /* entries that ada's page has seen and this instance has not */
		uint32_t term_ahead;
		bool link;           /* it is a link that is not known here */
		bool behind;         /* the journal says that more may come */
		uint64_t comes_ms;   /* an entry comes after so long; 0: none */
		uint64_t reset_ms;   /* history changes after so long; 0: not */
		bool bye;
		uint64_t in_ms;      /* admitted, or sent away, after so long */
	} cases[] = {
		{ "as far as we are", 0, 0, false, true, 0, 0, false, 0 },
		{ "the entry comes", 1, 0, false, true, 300, 0, false, 300 },
		{ "the entry does not come", 1, 0, false, true, 0, 0, true, BEHIND_MS },
		{ "fewer come than it has seen", 2, 0, false, true, 300, 0, true, BEHIND_MS },
		{ "nothing more is to come: it has seen another history", 1, 0, false, false, 0, 0, false, BEHIND_MS },
		{ "history changes, and the term is higher than the one it has seen", 9, 0, false, true, 0, 300, false, 300 },
		{ "history changes, and it has seen a still higher one", 0, 4, false, true, 0, 300, true, BEHIND_MS },
		{ "a higher term", 0, 4, false, true, 300, 0, true, BEHIND_MS },
		{ "a higher term of another history", 0, 4, false, false, 0, 0, false, BEHIND_MS },
		{ "a link that may have been made a moment ago", 0, 0, true, true, 0, 0, true, BEHIND_MS },
		{ "a link that is none", 0, 0, true, false, 0, 0, true, 0 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct desk *desk = desk_open(1, false, "ord");
		struct page *ada = desk_guest(desk), *link = desk_page(desk, DOOR_LINK, 0x77), *who = cases[i].link ? link : ada;
		desk_facilitator(desk);
		loop_test_advance(desk->test, 1000);
		journal_memory_behind(desk->disk, desk->sid, cases[i].behind);
		if (cases[i].link) {
			page_connect(link);
		} else {
			page_cut(ada);
			ada->done = desk_tip(desk) + cases[i].ahead;
			ada->term += cases[i].term_ahead;
			loop_stop(ada->loop, ada->reconnect_timer);
			ada->reconnect_timer = NULL;
			page_connect(ada);
		}
		uint64_t in_ms = 0;
		for (uint64_t ms = 0; ms < BEHIND_MS + 500 && in_ms == 0; ms += 10) {
			if (cases[i].comes_ms && ms == cases[i].comes_ms)
				foreign(desk, &(struct entry){ .name = { .who = ACTOR_HOUSE }, .command = COMMAND_due, .form = slice_of("\x91\x63", 2) });
			if (cases[i].reset_ms && ms == cases[i].reset_ms)
				journal_memory_lose_to(desk->disk, desk->sid, desk_tip(desk) - 1);
			loop_test_advance(desk->test, 10);
			if (who->last_bye != FAULT_none || (who->welcomed && who->framed))
				in_ms = ms + 10;
		}
		bool gone = who->last_bye != FAULT_none;
		if (gone != cases[i].bye || in_ms < cases[i].in_ms || in_ms > cases[i].in_ms + 50)
			fail_msg("%s: bye %d after %llu ms", cases[i].name, who->last_bye, (unsigned long long)in_ms);
		bool again = cases[i].behind; /* to an instance that knows more */
		if (gone && (who->last_bye != (again ? FAULT_elsewhere : FAULT_no_session)))
			fail_msg("%s: bye %d", cases[i].name, who->last_bye);
		loop_test_advance(desk->test, 50);
		if (gone)
			assert_int_equal(who->last_close, again ? CLOSE_LATER : CLOSE_REFUSED);
		else
			assert_int_equal(who->done, desk_tip(desk));
		assert_int_equal(house_hall(desk->house, desk->sid)->behind, 0);
		assert_null(desk->broken);
		desk_close(desk);
	}
}

/* ---- several journals behind one ---- */

static unsigned health_of[2];

static void read_health(struct page *page, struct slice bytes, void *ctx)
{
	(void)ctx;
	struct reader r = reader_of(bytes);
	read_array(&r);
	if (page->number < 2 && read_uint(&r) == 3 && read_uint(&r) == 4)
		health_of[page->number] = (unsigned)read_uint(&r);
}

/* Where one session is kept may be away while another is well: only its people are told. */
static void each_session_has_its_own_health(void **state)
{
	struct desk *desk = desk_open(1, false, "ord");
	struct page *first = desk_facilitator(desk);
	struct sid one = desk->sid;
	struct pack body;
	(void)state;
	pack_init(&body);
	desk_body(&body, 1, false, "ord");
	house_create_session(desk->house, pack_bytes(&body), slice_text("key"), "192.0.2.1", desk_created, desk);
	pack_finish(&body);
	loop_test_advance(desk->test, 100);
	assert_false(sid_equal(one, desk->sid));
	desk->watch.frame = read_health;
	health_of[0] = health_of[1] = 0;
	struct page *second = desk_facilitator(desk);
	assert_int_equal(first->number, 0);
	assert_int_equal(second->number, 1);
	journal_memory_state_of(desk->disk, one, JOURNAL_AWAY);
	loop_test_advance(desk->test, 100);
	assert_int_equal(health_of[0], 1);
	assert_int_equal(health_of[1], 0);
	struct house_figures figures;
	house_figures(desk->house, &figures);
	assert_int_equal(figures.journal, JOURNAL_AWAY); /* the operator hears of the worst */
	journal_memory_state_of(desk->disk, desk->sid, JOURNAL_FULL);
	journal_memory_state_of(desk->disk, one, JOURNAL_OK);
	loop_test_advance(desk->test, 100);
	assert_int_equal(health_of[0], 0);
	assert_int_equal(health_of[1], 2);
	desk_close(desk);
}

/* ---- taking leave ---- */

static void on_stopped(void *ctx)
{
	*(uint64_t *)ctx += 1;
}

static unsigned connected(struct desk *desk, unsigned from, unsigned to)
{
	unsigned count = 0;
	for (unsigned i = from; i < to; i++)
		count += desk->pages[i]->conn != NULL;
	return count;
}

/* One after the other, so that they come to the other instances one after the other; who shows the hall its picture is last. */
static void leave_is_taken_over_a_while(void **state)
{
	enum { GUESTS = 20, SPREAD = 4000 };
	(void)state;
	for (int spread = 0; spread < 2; spread++) {
		struct desk *desk = desk_open(1, false, "ord");
		uint64_t stopped = 0;
		desk_facilitator(desk);
		for (int i = 0; i < GUESTS; i++)
			desk_guest(desk);
		loop_test_advance(desk->test, 1000);
		for (unsigned i = 0; i <= GUESTS; i++) /* they do not come back here by themselves */
			desk->pages[i]->gone_for_good = true;
		desk->house->spread_ms = spread ? SPREAD : 0;
		house_stop(desk->house, on_stopped, &stopped);
		loop_test_advance(desk->test, 10);
		if (!spread)
			assert_int_equal(connected(desk, 0, GUESTS + 1), 0);
		struct page *late = desk_page(desk, DOOR_PARTICIPANT, 0);
		page_connect(late);
		for (unsigned quarter = 1; spread && quarter < 4; quarter++) {
			loop_test_advance(desk->test, SPREAD / 4);
			assert_in_range(connected(desk, 1, GUESTS + 1), GUESTS - quarter * 21 / 4 - 1, GUESTS - quarter * 21 / 4 + 1);
			assert_int_equal(connected(desk, 0, 1), 1);
			assert_int_equal(stopped, 0);
		}
		late->gone_for_good = true;
		loop_test_advance(desk->test, SPREAD / 4 + 500);
		assert_int_equal(connected(desk, 0, GUESTS + 1), 0);
		assert_int_equal(late->welcomed, 0);
		assert_int_equal(late->last_close, CLOSE_GOING);
		assert_int_equal(desk->pages[1]->last_close, CLOSE_GOING);
		assert_int_equal(stopped, 1);
		desk_close(desk);
	}
}

/* ---- rules ---- */

/* One that another program has raised beyond what this one knows: people come back and meet one that knows them. */
static void rules_that_are_not_known_here(void **state)
{
	struct desk *desk = desk_open(1, false, "ord");
	struct page *ada = desk_guest(desk);
	(void)state;
	assert_int_equal(session_rules(session_in(desk)), RULES_NEWEST);
	foreign(desk, &(struct entry){ .name = { .who = ACTOR_HOUSE }, .command = COMMAND_rules, .form = slice_of("\x91\x01", 2) });
	loop_test_advance(desk->test, 1000);
	assert_non_null(ada->conn); /* they hold already */
	foreign(desk, &(struct entry){ .name = { .who = ACTOR_HOUSE }, .command = COMMAND_rules, .form = slice_of("\x91\x63", 2) });
	loop_test_advance(desk->test, 100);
	assert_int_equal(ada->last_bye, FAULT_elsewhere);
	for (int times = 0; times < 2; times++) {
		loop_test_advance(desk->test, 20 * 1000);
		assert_true(ada->connects > 2); /* it tries by itself, and hears the same */
		assert_int_equal(ada->last_bye, FAULT_elsewhere);
		restart(desk, 0);
	}
	desk_close(desk);
}

/* Only when all instances know them; with -DBOLLPLANK_RULES=2 this is the next version among older ones (tests/unit/controls.sh). */
static void rules_rise_when_all_know_them(void **state)
{
	struct desk *desk = desk_open(0, false, "ord");
	struct pack body;
	(void)state;
	pack_init(&body);
	desk_body(&body, 1, false, "ord");
	journal_memory_rules(desk->disk, 1);
	house_create_session(desk->house, pack_bytes(&body), slice_text("key"), "192.0.2.1", desk_created, desk);
	pack_finish(&body);
	desk_settle(desk);
	desk_facilitator(desk);
	loop_test_advance(desk->test, 5000);
	assert_int_equal(session_rules(session_in(desk)), 1);
	assert_int_equal(entries_of(desk, COMMAND_rules), 0);
	journal_memory_rules(desk->disk, 7); /* the others are newer still */
	journal_memory_peers(desk->disk, desk->sid, NULL, 0);
	loop_test_advance(desk->test, 5000);
	assert_int_equal(session_rules(session_in(desk)), RULES_NEWEST);
	assert_int_equal(entries_of(desk, COMMAND_rules), RULES_NEWEST > 1);
	desk_facilitator(desk);
	loop_test_advance(desk->test, 5000);
	assert_int_equal(entries_of(desk, COMMAND_rules), RULES_NEWEST > 1);
	desk_close(desk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_snapshot_is_only_a_hint),
		cmocka_unit_test(a_damaged_session_is_served_to_nobody),
		cmocka_unit_test(an_unknown_entry_stops_the_session),
		cmocka_unit_test(another_instance_shows_here),
		cmocka_unit_test(deadlines),
		cmocka_unit_test(a_wrong_clock_of_ones_own_ends_nothing_early),
		cmocka_unit_test(a_seal_strikes_when_it_is_stable),
		cmocka_unit_test(what_fell_out_of_history_comes_back),
		cmocka_unit_test(what_a_deadline_brought_about_comes_back),
		cmocka_unit_test(a_lost_seal_is_made_anew_and_what_followed_it_follows),
		cmocka_unit_test(a_deadline_that_comes_back_ends_nothing_else),
		cmocka_unit_test(nothing_new_goes_before_an_orphan),
		cmocka_unit_test(erased_by_another_instance),
		cmocka_unit_test(who_has_seen_more_elsewhere_waits),
		cmocka_unit_test(each_session_has_its_own_health),
		cmocka_unit_test(leave_is_taken_over_a_while),
		cmocka_unit_test(rules_that_are_not_known_here),
		cmocka_unit_test(rules_rise_when_all_know_them),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
