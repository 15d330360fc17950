/* SPDX-License-Identifier: EUPL-1.2 */
/* The checkers. They believe the journal's log and what pages were told; the session under test is what they doubt. */
#include "sim/inside.h"
#include <inttypes.h>

/* ---- the log ---- */

static bool entry_at(struct world *w, uint64_t seq, struct entry *out)
{
	struct journal_entry e;
	if (!journal_memory_entry(w->disk, w->sid, seq, &e))
		return false;
	if (!entry_decode(e.body.head, e.body.form, e.body.text, e.struck, e.body.digest, out)) {
		world_fail(w, "entry %" PRIu64 " of the log cannot be read", seq);
		return false;
	}
	out->term = e.position.term;
	out->seq = e.position.seq;
	out->at_ms = e.at_ms;
	return true;
}

/* Everything again from the first entry; up to `seq`. */
static struct session *replay(struct world *w, uint64_t seq)
{
	struct session *s = session_create(w->sid);
	struct entry entry;
	for (uint64_t i = 1; i <= seq && entry_at(w, i, &entry); i++) {
		session_step(s, &entry);
		session_changes_clear(s);
	}
	return s;
}

static void check_restore(struct world *w, const struct session *s, const char *when)
{
	struct pack saved, again;
	pack_init(&saved);
	pack_init(&again);
	session_save(s, &saved);
	struct session *restored = session_restore(w->sid, pack_bytes(&saved));
	if (restored == NULL) {
		world_fail(w, "a snapshot cannot be restored %s", when);
	} else {
		session_save(restored, &again);
		if (session_digest(restored) != session_digest(s) || !slice_equal(pack_bytes(&saved), pack_bytes(&again))) {
			w->out->divergences++;
			world_fail(w, "a restored snapshot is not what was saved %s (seq %" PRIu64 ")", when, session_seq(s));
		}
	}
	session_destroy(restored);
	pack_finish(&saved);
	pack_finish(&again);
}

static void check_replay(struct world *w, const struct session *s, const char *when)
{
	struct session *again = replay(w, session_seq(s));
	if (session_seq(again) != session_seq(s) || session_digest(again) != session_digest(s)) {
		w->out->divergences++;
		world_fail(w, "the log replayed gives another state %s (seq %" PRIu64 " and %" PRIu64 ")", when, session_seq(again), session_seq(s));
	}
	session_destroy(again);
}

void checks_now(struct world *w)
{
	struct hall *hall = house_hall(w->house, w->sid);
	if (hall == NULL || !hall_serves(hall))
		return;
	check_restore(w, hall->session, "in the middle");
	/* What is applied but fell out of the log a moment ago is about to be reset. */
	if (journal_memory_tip(w->disk, w->sid).seq >= session_seq(hall->session) && !w->losing)
		check_replay(w, hall->session, "in the middle");
}

/* ---- the ledger: what pages were told ---- */

static bool is_record(const struct record *record, const struct entry *entry)
{
	return entry->name.lane == record->lane && entry->name.number == record->number &&
	       (entry->command == record->command || (record->secret && entry->command == COMMAND_secret_ballot));
}

static struct slice ballot_of(const struct entry *entry)
{
	struct reader r = reader_of(entry->form);
	read_array(&r);
	read_uint(&r);
	read_value(&r);
	struct slice bytes = read_bytes(&r);
	if (entry->command == COMMAND_secret_ballot && bytes.len >= 2) /* two bytes of length, then padding behind */
		bytes = slice_of(bytes.at + 2, (size_t)bytes.at[0] << 8 | bytes.at[1]);
	return bytes;
}

static void check_ledger(struct world *w)
{
	for (size_t i = 0; i < w->ledger_count; i++) {
		const struct record *record = &w->ledger[i];
		struct entry entry;
		bool there = entry_at(w, record->seq, &entry) && is_record(record, &entry);
		if (there && record->command == COMMAND_ballot && !(entry.struck & ENTRY_FORM) &&
		    !slice_equal(ballot_of(&entry), slice_of(record->ballot, record->ballot_len)))
			there = false;
		if (there)
			continue;
		w->out->lost += record->saved;
		world_fail(w, "person %u was told %s of command %u number %u at seq %" PRIu64 ", and the log has something else there", record->person,
			   record->saved ? "saved" : "refused", record->command, record->number, record->seq);
	}
}

/* The last of a person's ballots that was saved; NULL: none. */
static const struct record *last_ballot(const struct world *w, unsigned person, uint32_t activity, uint32_t round)
{
	const struct record *last = NULL;
	for (size_t i = 0; i < w->ledger_count; i++) {
		const struct record *record = &w->ledger[i];
		if (record->saved && record->command == COMMAND_ballot && record->person == person && record->activity == activity && record->round == round &&
		    (last == NULL || record->seq > last->seq))
			last = record;
	}
	return last;
}

struct count {
	uint32_t ballots, sums[256], voters[256];
	bool certain;
};

static void count_add(struct count *count, struct slice ballot)
{
	struct reader r = reader_of(ballot);
	if (ballot.len == 0)
		return;
	count->ballots++;
	for (size_t left = read_array(&r); left > 1 && !r.bad; left -= 2) {
		uint8_t item = (uint8_t)read_uint(&r);
		count->sums[item] += (uint32_t)read_uint(&r);
		count->voters[item]++;
	}
}

static void compare_result(struct world *w, uint32_t activity, uint32_t round, const struct count *expected)
{
	struct page *page = &w->actors[0]->page;
	struct slice value = page_item(page, SECTION_result, activity, 0, round);
	struct reader r = reader_of(value);
	if (value.len == 0) {
		world_fail(w, "the result of question %u round %u was revealed and is not on the facilitator's page", activity, round);
		return;
	}
	read_array(&r);
	uint64_t ballots = read_uint(&r);
	read_uint(&r);
	bool held_back = read_uint(&r);
	struct slice tally = read_bytes(&r);
	if (ballots != expected->ballots) {
		world_fail(w, "question %u round %u counts %" PRIu64 " ballots, people have %u", activity, round, ballots, expected->ballots);
		return;
	}
	if (held_back != (w->questions[activity].secret && expected->ballots < K_DEFAULT))
		world_fail(w, "question %u round %u with %u ballots is %sheld back", activity, round, expected->ballots, held_back ? "" : "not ");
	if (held_back || tally.len == 0)
		return;
	struct reader t = reader_of(tally);
	uint32_t seen = 0, there = 0;
	for (size_t left = read_array(&t); left > 2 && !t.bad; left -= 3) {
		uint8_t item = (uint8_t)read_uint(&t);
		uint64_t sum = read_uint(&t), voters = read_uint(&t);
		seen++;
		if (sum != expected->sums[item] || voters != expected->voters[item])
			world_fail(w, "question %u round %u item %u: shown %" PRIu64 " by %" PRIu64 ", cast %u by %u", activity, round, item, sum, voters,
				   expected->sums[item], expected->voters[item]);
	}
	for (unsigned i = 0; i < 256; i++)
		there += expected->voters[i] > 0;
	if (seen != there)
		world_fail(w, "question %u round %u shows %u items, people chose %u", activity, round, seen, there);
	w->out->checked_tallies++;
}

static void check_tallies(struct world *w)
{
	for (uint32_t activity = 1; activity <= w->questions_count; activity++)
		for (uint32_t round = 1; round <= w->questions[activity].revealed && round <= ROUNDS; round++) {
			struct count count = { .certain = !w->questions[activity].by_room };
			uint32_t running = 0, phase = page_phase(&w->actors[0]->page, 0, activity, &running);
			for (unsigned person = 0; person < w->people_count; person++) {
				const struct record *last = last_ballot(w, person, activity, round);
				count.certain &= !w->people[person].uncertain[activity][round];
				if (last)
					count_add(&count, slice_of(last->ballot, last->ballot_len));
			}
			if (count.certain && phase == PHASE_REVEALED && running == round && w->ledger_count < LEDGER_MOST)
				compare_result(w, activity, round, &count);
		}
}

/* ---- pictures: what a page came to by deltas is what a fresh one gets whole ---- */

static void check_picture(struct world *w, struct actor *actor)
{
	struct page *page = &actor->page;
	struct page fresh;
	struct pack mine, theirs;
	page_init(&fresh, 1000 + page->number, w->loop, w->net, &w->quiet_watch);
	page_drop_outbox(&fresh);
	fresh.hello = page->hello;
	memcpy(fresh.place, page->place, sizeof fresh.place);
	fresh.hello.place = slice_text(fresh.place);
	page_connect(&fresh);
	loop_test_advance(w->test, 400);
	pack_init(&mine);
	pack_init(&theirs);
	page_picture(page, &mine);
	page_picture(&fresh, &theirs);
	w->out->checked_pictures++;
	if (!fresh.framed || !slice_equal(pack_bytes(&mine), pack_bytes(&theirs))) {
		w->out->divergences++;
		world_fail(w, "the picture of page %u (actor %u, room %u) is not a fresh one's: %s", page->number, page->actor, page_room(page),
			   page_difference(page, &fresh));
	}
	pack_finish(&mine);
	pack_finish(&theirs);
	page_finish(&fresh);
	loop_test_advance(w->test, 50);
}

/* ---- at the end ---- */

void checks_liveness(struct world *w)
{
	const struct hall *hall = house_hall(w->house, w->sid);
	if (hall == NULL || !hall_serves(hall)) {
		world_fail(w, "the session is not served: %s", hall ? fault_name(hall->fault) : "not in memory");
		return;
	}
	uint64_t seq = session_seq(hall->session);
	for (size_t i = 0; i < w->actors_count; i++) {
		const struct page *page = &w->actors[i]->page;
		if (page->gone_for_good)
			continue;
		if (page->conn == NULL || !page->framed || page->outbox_count || page->done < seq) {
			world_fail(w, "page %zu never settles: connected=%d framed=%d outbox=%zu (command %u number %u state %d) done=%" PRIu64 " stable=%" PRIu64
				   " of %" PRIu64, i, page->conn != NULL, page->framed, page->outbox_count, page->outbox_count ? page->outbox[0]->command : 0,
				   page->outbox_count ? page->outbox[0]->number : 0, page->outbox_count ? (int)page->outbox[0]->state : -1, page->done,
				   page->stable, seq);
			return;
		}
	}
	world_fail(w, "the house never settles: stable=%" PRIu64 " of %" PRIu64 " pendings=%u waits=%zu", hall->stable, seq, hall->pendings,
		   hall->waits_count);
}

static void check_doors(struct world *w)
{
	for (size_t i = 0; i < w->actors_count; i++) {
		const struct page *page = &w->actors[i]->page;
		bool expected = page->last_close == CLOSE_ELSEWHERE || page->last_close == 0 || page->last_close == CLOSE_MALFORMED ||
				page->last_close == 1006 || page->last_close == CLOSE_GOING || page->last_close == CLOSE_LATER;
		if (!expected)
			world_fail(w, "page %zu was closed with %u after bye %s", i, page->last_close, fault_name(page->last_bye));
	}
}

void checks_end(struct world *w)
{
	struct hall *hall = house_hall(w->house, w->sid);
	struct entry entry;
	uint64_t seq = session_seq(hall->session);
	w->out->entries = seq;
	for (uint64_t i = 1; i <= seq && entry_at(w, i, &entry); i++)
		w->out->commands[entry.command & 63]++;
	if (journal_memory_tip(w->disk, w->sid).seq != seq)
		world_fail(w, "the house is at %" PRIu64 ", the log at %" PRIu64, seq, journal_memory_tip(w->disk, w->sid).seq);
	check_ledger(w);
	check_tallies(w);
	check_restore(w, hall->session, "at the end");
	check_replay(w, hall->session, "at the end");
	check_doors(w);
	for (size_t i = 0; i < w->actors_count && !w->out->failed; i++)
		if (!w->actors[i]->page.gone_for_good)
			check_picture(w, w->actors[i]);
}
