/* SPDX-License-Identifier: EUPL-1.2 */
/* The checkers. They believe the journal's log and what pages were told; the session under test is what they doubt. */
#include "shell/audience.h"
#include "sim/inside.h"
#include <inttypes.h>

/* ---- the log ---- */

static bool entry_at(struct world *w, uint64_t seq, struct entry *out)
{
	struct journal_entry e;
	if (!w->ground->entry(w, seq, &e))
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

static void check_company(struct world *w, const struct session *s);

void checks_now(struct world *w)
{
	struct journal_entry e;
	for (unsigned i = 0; i < w->houses_count; i++) {
		struct hall *hall = w->houses[i] ? house_hall(w->houses[i], w->sid) : NULL;
		if (hall == NULL || !hall_serves(hall))
			continue;
		check_restore(w, hall->session, "in the middle");
		check_company(w, hall->session);
		/* What is applied but fell out of the log a moment ago is about to be reset; who is behind has not seen the seal for which the log was struck. */
		if (w->ground->tip(w).seq == session_seq(hall->session) && w->ground->entry(w, session_seq(hall->session), &e) &&
		    e.position.term == session_term(hall->session))
			check_replay(w, hall->session, "in the middle");
	}
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
		struct entry entry = { 0 };
		if (record->gone)
			continue;
		bool there = entry_at(w, record->seq, &entry) && is_record(record, &entry);
		if (there && record->command == COMMAND_ballot && !(entry.struck & ENTRY_FORM) &&
		    !slice_equal(ballot_of(&entry), slice_of(record->ballot, record->ballot_len)))
			there = false;
		if (there)
			continue;
		w->out->lost += record->saved;
		world_fail(w, "person %u was told %s of command %u number %u at seq %" PRIu64 "; the log has command %u number %u there", record->person,
			   record->saved ? "saved" : "refused", record->command, record->number, record->seq, entry.command, entry.name.number);
	}
}

static const struct record *record_at(const struct world *w, uint64_t seq)
{
	for (size_t i = 0; i < w->ledger_count; i++)
		if (w->ledger[i].seq == seq && w->ledger[i].saved)
			return &w->ledger[i];
	return NULL;
}

static uint64_t first_number(struct slice form)
{
	struct reader r = reader_of(form);
	return read_array(&r) ? read_uint(&r) : 0;
}

/* From a `close now` of the whole session that was saved until anything that might open again, nobody's ballot is saved. */
static void check_closes(struct world *w, uint64_t seq)
{
	uint64_t closed[ACTIVITIES + 1] = { 0 };
	bool extra[ACTIVITIES + 1] = { false }; /* somebody may have been given time beyond the close */
	struct entry entry;
	for (uint64_t i = 1; i <= seq && entry_at(w, i, &entry); i++) {
		uint32_t a = entry.subject.a <= ACTIVITIES ? entry.subject.a : 0;
		switch (entry.command) {
		case COMMAND_close:
			if (entry.subject.b == 0 && first_number(entry.form) == 1 && record_at(w, i) && !extra[a])
				closed[a] = i;
			break;
		case COMMAND_extra:
			extra[a] = true;
			closed[a] = 0;
			break;
		case COMMAND_ask:
			extra[a] = false;
			closed[a] = 0;
			break;
		case COMMAND_open: case COMMAND_hold: case COMMAND_hide:
			closed[a] = 0;
			break;
		case COMMAND_time:
			memset(closed, 0, sizeof closed);
			break;
		case COMMAND_ballot: case COMMAND_secret_ballot:
			if (closed[a] && record_at(w, i))
				world_fail(w, "a ballot on question %u was saved at seq %" PRIu64 ", which was closed at %" PRIu64, a, i, closed[a]);
			break;
		default:
			break;
		}
	}
}

/* ---- rooms: who leads, who agrees; the time that stands still; the course ---- */

/* What these eyes see at a key of a section; nothing: it is not there. `bytes` is the caller's. */
static struct reader seen(const struct session *s, const struct eyes *eyes, struct section section, uint64_t key, struct pack *bytes)
{
	uint64_t sight = session_sees(s, eyes, section);
	pack_clear(bytes);
	if (sight == 0 || !session_view(s, eyes, section, 0, sight, bytes))
		return reader_of(slice_of(NULL, 0));
	struct reader r = reader_of(pack_bytes(bytes));
	read_array(&r);
	for (int i = 0; i < 4; i++)
		read_value(&r);
	for (size_t left = read_array(&r); left > 1 && !r.bad; left -= 2) {
		bool is = read_uint(&r) == key;
		struct slice value = read_value(&r);
		if (is)
			return reader_of(value);
	}
	return reader_of(slice_of(NULL, 0));
}

static struct eyes facilitator_eyes(const struct session *s)
{
	uint32_t actor = 1u | ACTOR_LINK;
	return (struct eyes){ .actor = actor, .roles = session_roles(s, actor) };
}

/* Whoever leads a room, or has said something to its ballot, sits in it. */
static void check_company(struct world *w, const struct session *s)
{
	struct pack bytes;
	struct eyes fay = facilitator_eyes(s);
	pack_init(&bytes);
	for (uint32_t room = 1; room <= session_rooms(s); room++) {
		struct reader r = seen(s, &fay, (struct section){ SECTION_signals, room, 0 }, 4, &bytes);
		uint32_t leader = r.at == r.end ? 0 : (uint32_t)read_uint(&r), mate = 1;
		if (leader && session_room(s, leader) != room)
			world_fail(w, "member %u leads room %u and sits in room %u", leader, room, session_room(s, leader));
		while (mate <= session_members(s) && session_room(s, mate) != room)
			mate++;
		struct eyes eyes = { .actor = mate, .roles = session_roles(s, mate), .room = room };
		for (uint32_t a = 1; mate <= session_members(s) && a <= w->questions_count; a++) {
			r = seen(s, &eyes, (struct section){ SECTION_room_ballots, room, 0 }, a, &bytes);
			if (r.at == r.end)
				continue;
			read_array(&r);
			read_value(&r);
			read_value(&r);
			for (int list = 0; list < 2; list++)
				for (size_t left = read_array(&r); left && !r.bad; left--) {
					uint32_t member = (uint32_t)read_uint(&r);
					if (session_room(s, member) != room)
						world_fail(w, "member %u has a word on the ballot of room %u and sits in room %u", member, room, session_room(s, member));
				}
		}
	}
	pack_finish(&bytes);
}

/* The phase that a scope itself has a question in; 0: none of its own. */
static uint64_t own_phase(const struct session *s, uint32_t scope, uint32_t activity, struct pack *bytes)
{
	struct eyes fay = facilitator_eyes(s);
	struct reader r = seen(s, &fay, (struct section){ SECTION_scope, scope, 0 }, UINT64_C(4096) + activity, bytes); /* clause 5 */
	if (r.at == r.end)
		return 0;
	read_array(&r);
	return read_uint(&r);
}

/* Did this member name just these bytes in this round, with this answer, as something that was taken? */
static bool named(struct world *w, const enum fault *faults, uint64_t seq, uint64_t member, uint32_t activity, uint64_t round, uint64_t answer, struct slice ballot)
{
	struct entry entry;
	for (uint64_t i = seq; i >= 1 && entry_at(w, i, &entry); i--) {
		if (entry.command != COMMAND_agree || entry.name.who != member || entry.subject.a != activity || faults[i] != FAULT_none)
			continue;
		struct reader r = reader_of(entry.form);
		read_array(&r);
		bool is = read_uint(&r) == round;
		is &= read_uint(&r) == answer;
		return is && slice_equal(read_bytes(&r), ballot); /* the newest is what counts */
	}
	return false;
}

static void check_accords(struct world *w, const enum fault *faults, uint64_t seq)
{
	for (size_t p = 0; p < w->actors_count; p++) {
		const struct page *page = &w->actors[p]->page;
		const struct held *held = page_section(page, SECTION_room_ballots, page_room(page), 0);
		for (size_t i = 0; held && !page->gone_for_good && i < held->count; i++) {
			struct reader r = reader_of(slice_of(held->items[i].at, held->items[i].len));
			read_array(&r);
			uint64_t round = read_uint(&r);
			struct slice ballot = read_bytes(&r);
			for (uint64_t answer = 1; answer <= 2; answer++)
				for (size_t left = read_array(&r); left && !r.bad; left--) {
					uint64_t member = read_uint(&r);
					w->out->checked_accords++;
					if (!named(w, faults, seq, member, (uint32_t)held->items[i].key, round, answer, ballot))
						world_fail(w, "page %zu shows that member %" PRIu64 " says %" PRIu64 " to a ballot on question %" PRIu64 " that they did not name so", p,
							   member, answer, held->items[i].key);
				}
		}
	}
}

struct course { /* of a step, by the log alone */
	uint64_t began_ms, at_ms, spent_ms;
};

static void course_leave(struct course *step, uint64_t now_ms)
{
	step->spent_ms += now_ms > step->at_ms ? now_ms - step->at_ms : 0;
	step->at_ms = now_ms;
}

/* Agenda numbers here are small. What is told of each step is what the log's own times add up to. */
enum { STEPS = 8 };

static void compare_course(struct world *w, const struct course *course)
{
	for (uint32_t step = 1; step < STEPS; step++) {
		struct reader r = reader_of(page_item(&w->actors[0]->page, SECTION_course, 0, 0, step));
		struct course told = { 0 };
		if (r.at != r.end) {
			read_array(&r);
			told.began_ms = read_uint(&r);
			told.at_ms = read_uint(&r);
			told.spent_ms = read_uint(&r);
		}
		if (told.began_ms != course[step].began_ms || told.at_ms != course[step].at_ms || told.spent_ms != course[step].spent_ms)
			world_fail(w, "step %u: told %" PRIu64 " %" PRIu64 " %" PRIu64 ", by the log %" PRIu64 " %" PRIu64 " %" PRIu64, step, told.began_ms, told.at_ms,
				   told.spent_ms, course[step].began_ms, course[step].at_ms, course[step].spent_ms);
		w->out->checked_courses += told.began_ms != 0;
	}
}

/* The log once more, with each verdict. Between a pause that was taken and whatever may end it no question that is open in that scope stops being so by itself. */
static void check_course(struct world *w, uint64_t seq)
{
	enum { SCOPES = 32, SESSION = SCOPES - 1 };
	struct session *s = session_create(w->sid);
	enum fault *faults = check_alloc(seq + 1, sizeof *faults);
	bool still[SCOPES] = { false };
	struct course course[STEPS] = { 0 };
	uint32_t at = 0;
	struct entry entry;
	struct pack bytes;
	pack_init(&bytes);
	for (uint64_t i = 1; i <= seq && entry_at(w, i, &entry); i++) {
		uint32_t scope = entry.subject.b, slot = scope == 0 ? SESSION : scope & SCOPE_NUMBER;
		uint64_t before[ACTIVITIES + 1] = { 0 };
		CHECK(slot < SCOPES || entry.command != COMMAND_pause);
		for (uint32_t a = 1; entry.command == COMMAND_due && a <= w->questions_count; a++)
			before[a] = own_phase(s, scope, a, &bytes);
		faults[i] = session_step(s, &entry);
		session_changes_clear(s);
		if (faults[i] != FAULT_none)
			continue;
		switch (entry.command) {
		case COMMAND_pause:
			still[slot] = true;
			w->out->checked_pauses++;
			break;
		case COMMAND_due:
			for (uint32_t a = 1; slot < SCOPES && still[slot] && a <= w->questions_count; a++)
				if (before[a] == PHASE_OPEN && own_phase(s, scope, a, &bytes) != PHASE_OPEN)
					world_fail(w, "the time of scope %x stood still, and question %u is closed by the end of it at seq %" PRIu64, scope, a, i);
			break;
		case COMMAND_time: case COMMAND_open: case COMMAND_close: case COMMAND_hold: case COMMAND_ask: case COMMAND_end: case COMMAND_reveal: case COMMAND_placed:
			if (scope == 0)
				memset(still, 0, sizeof still);
			else if (slot < SCOPES)
				still[slot] = false;
			break;
		case COMMAND_go:
			if (scope != 0 || entry.subject.a == at)
				break;
			if (at)
				course_leave(&course[at], entry.at_ms);
			at = entry.subject.a;
			CHECK(at < STEPS);
			if (at == 0)
				break;
			if (course[at].began_ms == 0)
				course[at].began_ms = entry.at_ms;
			course[at].at_ms = entry.at_ms;
			break;
		default:
			break;
		}
		if (entry.command == COMMAND_end && at)
			course_leave(&course[at], entry.at_ms);
		check_company(w, s);
	}
	check_accords(w, faults, seq);
	compare_course(w, course);
	free(faults);
	pack_finish(&bytes);
	session_destroy(s);
}

/* What a seal replaced is gone from the log, and the voters' keys from the state. */
static void check_seals(struct world *w, const struct session *s, uint64_t seq)
{
	struct entry entry;
	struct pack saved;
	uint64_t sealed[ACTIVITIES + 1] = { 0 };
	for (uint64_t i = seq; i >= 1 && entry_at(w, i, &entry); i--) {
		uint32_t a = entry.subject.a <= ACTIVITIES ? entry.subject.a : 0;
		if (entry.command == COMMAND_seal && !sealed[a])
			sealed[a] = i;
		if (entry.command == COMMAND_secret_ballot && sealed[a] && !(entry.struck & ENTRY_FORM))
			world_fail(w, "the secret ballot at seq %" PRIu64 " stands in the log, though seal %" PRIu64 " replaces it", i, sealed[a]);
		if (entry.command == COMMAND_secret_ballot && entry.name.who != 0)
			world_fail(w, "the secret ballot at seq %" PRIu64 " names a person", i);
	}
	pack_init(&saved);
	session_save(s, &saved);
	for (unsigned person = 2; person < w->people_count; person++)
		for (uint32_t a = 1; a <= w->questions_count; a++) {
			uint32_t round = 0, phase = page_phase(&w->actors[0]->page, 0, a, &round);
			if (!w->questions[a].secret || !(phase & (PHASE_SEALED | PHASE_REVEALED)))
				continue;
			/* Clause 4.8, computed here anew. */
			uint8_t numbers[8] = { 0, 0, 0, (uint8_t)a, 0, 0, 0, (uint8_t)round };
			struct slice fields[] = { slice_text(w->sid.text), slice_of(numbers, 4), slice_of(numbers + 4, 4), slice_text("key") };
			struct digest key = digest_keyed(slice_of(w->people[person].secret, 16), fields, 4);
			if (memmem(saved.at, saved.len, key.bytes, 16))
				world_fail(w, "the key of person %u on question %u is in the state after the seal", person, a);
		}
	pack_finish(&saved);
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

static void count_add(struct count *count, struct slice ballot, bool rating)
{
	struct reader r = reader_of(ballot);
	if (ballot.len == 0)
		return;
	count->ballots++;
	if (rating) {
		read_array(&r);
		read_uint(&r);
		count->voters[(read_uint(&r) - 1) / 100 & 255]++;
		return;
	}
	for (size_t left = read_array(&r); left > 1 && !r.bad; left -= 2) {
		uint8_t item = (uint8_t)read_uint(&r);
		count->sums[item] += (uint32_t)read_uint(&r);
		count->voters[item]++;
	}
}

/* [answers, mean, median, quartiles, wide, place, count, ...]: how many stand where, and the mean. Places are hundreds here. */
static void compare_rating(struct world *w, uint32_t activity, uint32_t round, struct reader *t, const struct count *expected)
{
	uint64_t values = read_array(t), answers = read_uint(t), mean = read_uint(t), sum = 0;
	for (int i = 0; i < 4; i++)
		read_uint(t);
	for (uint64_t left = values - 6; left > 1 && !t->bad; left -= 2) {
		uint64_t place = read_uint(t), count = read_uint(t);
		sum += place * count;
		if (place % 100 || place > 1000 || count != expected->voters[place / 100])
			world_fail(w, "rating %u round %u: %" PRIu64 " at %" PRIu64, activity, round, count, place);
	}
	if (answers != expected->ballots || (answers && mean != (2 * sum + answers) / (2 * answers)))
		world_fail(w, "rating %u round %u: %" PRIu64 " answers, mean %" PRIu64, activity, round, answers, mean);
	w->out->checked_tallies++;
}

static void compare_result(struct world *w, uint32_t activity, uint32_t round, const struct count *expected)
{
	struct page *page = &w->actors[0]->page;
	struct slice value = page_item(page, SECTION_result, activity, 0, round);
	struct reader r = reader_of(value);
	if (value.len == 0 && expected->ballots == 0)
		return; /* nobody answered: nothing to show */
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
	if (w->questions[activity].rating) {
		compare_rating(w, activity, round, &t, expected);
		return;
	}
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
			struct count count = { .certain = !w->questions[activity].by_room && !w->questions[activity].touched };
			uint32_t running = 0, phase = page_phase(&w->actors[0]->page, 0, activity, &running);
			for (unsigned person = 0; person < w->people_count; person++) {
				const struct record *last = last_ballot(w, person, activity, round);
				count.certain &= !w->people[person].uncertain[activity][round];
				if (last)
					count_add(&count, slice_of(last->ballot, last->ballot_len), w->questions[activity].rating);
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
	page_init(&fresh, 1000 + page->number, w->loop, &w->quiet_watch);
	page_drop_outbox(&fresh);
	fresh.hello = page->hello;
	memcpy(fresh.place, page->place, sizeof fresh.place);
	fresh.hello.place = slice_text(fresh.place);
	for (unsigned i = 0; i < w->houses_count; i++)
		if (w->houses[i] && house_hall(w->houses[i], w->sid))
			frames_forget(house_hall(w->houses[i], w->sid)); /* it is to see the state itself */
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
	const struct hall *hall = world_hall(w);
	if (hall == NULL || !hall_serves(hall)) {
		world_fail(w, "the session is not served: %s", hall ? fault_name(hall->fault) : "not in memory");
		return;
	}
	uint64_t seq = session_seq(hall->session);
	if (w->ground->ledger)
		w->ground->ledger(w);
	check_ledger(w);
	for (size_t i = 0; i < w->actors_count; i++) {
		const struct page *page = &w->actors[i]->page;
		if (page->gone_for_good)
			continue;
		if (page->conn == NULL || !page->framed || page->outbox_count) {
			world_fail(w, "page %zu never settles: connected=%d framed=%d outbox=%zu (command %u number %u state %d) done=%" PRIu64 " stable=%" PRIu64
				   " of %" PRIu64, i, page->conn != NULL, page->framed, page->outbox_count, page->outbox_count ? page->outbox[0]->command : 0,
				   page->outbox_count ? page->outbox[0]->number : 0, page->outbox_count ? (int)page->outbox[0]->state : -1, page->done,
				   page->stable, seq);
			return;
		}
	}
	uint64_t tip = w->ground->tip(w).seq;
	for (unsigned i = 0; i < w->houses_count; i++) {
		hall = w->houses[i] ? house_hall(w->houses[i], w->sid) : NULL;
		if (hall == NULL || (hall_serves(hall) && session_seq(hall->session) == tip && hall->stable == tip && hall->pendings + hall->waits_count == 0))
			continue;
		world_fail(w, "house %u of %u never settles: at %" PRIu64 " of %" PRIu64 ", stable=%" PRIu64 " pendings=%u waits=%zu fault=%s open=%d", i, w->houses_count,
			   hall->session ? session_seq(hall->session) : 0, tip, hall->stable, hall->pendings, hall->waits_count, fault_name(hall->fault),
			   hall->open);
	}
	for (size_t i = 0; i < w->actors_count; i++)
		world_tell(w, "page %zu conn=%d framed=%d outbox=%zu gone=%d close=%u bye=%d", i, w->actors[i]->page.conn != NULL, w->actors[i]->page.framed,
			   w->actors[i]->page.outbox_count, w->actors[i]->page.gone_for_good, w->actors[i]->page.last_close, (int)w->actors[i]->page.last_bye);
	world_fail(w, "the ground never settles");
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
	struct hall *hall = world_hall(w);
	struct entry entry;
	uint64_t seq = session_seq(hall->session);
	w->out->entries = seq;
	for (uint64_t i = 1; i <= seq && entry_at(w, i, &entry); i++)
		w->out->commands[entry.command & 63]++;
	if (w->ground->tip(w).seq != seq)
		world_fail(w, "the house is at %" PRIu64 ", the log at %" PRIu64, seq, w->ground->tip(w).seq);
	if (w->ground->ledger)
		w->ground->ledger(w);
	check_ledger(w);
	check_closes(w, seq);
	check_seals(w, hall->session, seq);
	check_course(w, seq);
	check_tallies(w);
	crew_check(w);
	check_restore(w, hall->session, "at the end");
	check_replay(w, hall->session, "at the end");
	check_doors(w);
	if (w->ground->check)
		w->ground->check(w);
	for (size_t i = 0; i < w->actors_count && !w->out->failed; i++)
		if (!w->actors[i]->page.gone_for_good)
			check_picture(w, w->actors[i]);
}
