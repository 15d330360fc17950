/* SPDX-License-Identifier: EUPL-1.2 */
/* What being here or away brings about: pens that are offered, discussions that open. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "lib/desk.h"
#include "shell/attend.h"
#include "wire/news.h"

enum { S = 1000, SMOOTH_MS = ATTEND_MS + 100 /* a pass, and the journal */ };

static const struct session *session_in(struct desk *desk)
{
	return house_hall(desk->house, desk->sid)->session;
}

static void restart(struct desk *desk)
{
	desk_settle(desk);
	journal_memory_crash(desk->disk, 0);
	transport_test_crash(desk->net);
	house_destroy(desk->house);
	desk_house(desk);
	desk_settle(desk);
}

/* ---- the pen ---- */

static uint64_t pen(struct page *page, unsigned field)
{
	struct reader r = reader_of(page_item(page, SECTION_signals, 1, 0, 1)); /* of room 1 */
	size_t n = read_array(&r);
	for (unsigned i = 0; i < field && i < n; i++)
		read_value(&r);
	return n ? read_uint(&r) : 0;
}

static void a_pen_is_offered_when_its_holder_is_away(void **state)
{
	enum { NEVER = 0 };
	static const struct {
		const char *name;
		uint64_t sleep_ms;    /* of the holder's page */
		uint64_t again_ms;    /* so long after it has come back it goes once more, for good; 0: it stays */
		bool second_page;     /* the holder has another */
		uint64_t restart_ms;  /* after so long the house is another; 0: no */
		uint64_t journal_ms;  /* the journal is away for so long from the beginning; 0: no */
		uint64_t least_ms;    /* from the beginning until it is offered */
	} cases[] = {
		{ "away for good", 10 * 60 * S, 0, false, 0, 0, AWAY_MS },
		{ "away for a little less", AWAY_MS - 2 * S, 0, false, 0, 0, NEVER },
		{ "back, and away again", 40 * S, 5 * S, false, 0, 0, 45 * S + AWAY_MS },
		{ "back for a blink between two looks", 40 * S, 10, false, 0, 0, 40 * S + 10 + AWAY_MS },
		{ "a second page is open", 10 * 60 * S, 0, true, 0, 0, NEVER },
		{ "another house does not know since when", 10 * 60 * S, 0, false, 50 * S, 0, 50 * S + AWAY_MS },
		{ "nothing is proposed while the journal is away", 10 * 60 * S, 0, false, 0, 80 * S, 80 * S },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct desk *desk = desk_open(1, false, "ord");
		struct page *fay = desk_facilitator(desk), *ada = desk_guest(desk), *second = NULL;
		uint64_t none = 0, offered = 0;
		if (cases[i].second_page) {
			second = desk_page(desk, DOOR_PARTICIPANT, 0);
			memcpy(second->hello.token, ada->hello.token, sizeof second->hello.token);
			page_connect(second);
			desk_settle(desk);
		}
		desk_rooms(desk, fay, 1, S);
		desk_wish(desk, ada, COMMAND_pen_take, 1, 0, 1, &none);
		loop_test_advance(desk->test, S);
		assert_int_equal(pen(fay, 1), ada->actor);
		uint64_t begin = loop_wall(desk->loop);
		page_sleep(ada, cases[i].sleep_ms);
		if (cases[i].journal_ms)
			journal_memory_state(desk->disk, JOURNAL_AWAY, "gone fishing", JOURNAL_MEMORY_NEVER);
		if (cases[i].again_ms) {
			loop_test_advance(desk->test, cases[i].sleep_ms + cases[i].again_ms);
			page_leave(ada);
		}
		if (cases[i].restart_ms) {
			loop_test_advance(desk->test, cases[i].restart_ms);
			restart(desk);
		}
		if (cases[i].journal_ms) {
			loop_test_advance(desk->test, cases[i].journal_ms);
			journal_memory_state(desk->disk, JOURNAL_OK, "", JOURNAL_MEMORY_NEVER);
		}
		loop_test_advance(desk->test, 5 * 60 * S);
		unsigned count = desk_entries(desk, COMMAND_pen_away, &offered);
		bool right = cases[i].least_ms == NEVER ? count == 0
			: count == 1 && offered - begin >= cases[i].least_ms && offered - begin <= cases[i].least_ms + SMOOTH_MS + (cases[i].journal_ms ? LATER_MS : 0);
		if (!right)
			fail_msg("%s: %u entries, after %llu ms", cases[i].name, count, (unsigned long long)(offered - begin));
		assert_int_equal(pen(fay, 2), cases[i].least_ms != NEVER);
		desk_close(desk);
	}
}

/* Offered and kept by its holder, then away again: a new observation, as the state is another. */
static void a_pen_is_offered_anew(void **state)
{
	struct desk *desk = desk_open(1, false, "ord");
	struct page *fay = desk_facilitator(desk), *ada = desk_guest(desk), *bo = desk_guest(desk);
	uint64_t none = 0, first = 1;
	(void)state;
	desk_rooms(desk, fay, 1, S);
	desk_wish(desk, ada, COMMAND_pen_take, 1, 0, 1, &none);
	desk_wish(desk, bo, COMMAND_pen_take, 1, 0, 1, &first);
	assert_int_equal(desk->last_fault, FAULT_pen_needed);
	page_sleep(ada, AWAY_MS + 10 * S);
	loop_test_advance(desk->test, AWAY_MS + 12 * S);
	assert_int_equal(desk_entries(desk, COMMAND_pen_away, NULL), 1);
	desk_wish(desk, ada, COMMAND_pen_take, 1, 0, 1, &first); /* "I am here" */
	loop_test_advance(desk->test, 5 * 60 * S);
	assert_int_equal(desk_entries(desk, COMMAND_pen_away, NULL), 1);
	page_leave(ada);
	loop_test_advance(desk->test, AWAY_MS + 2 * S);
	assert_int_equal(desk_entries(desk, COMMAND_pen_away, NULL), 2);
	desk_wish(desk, bo, COMMAND_pen_take, 1, 0, 1, &first);
	loop_test_advance(desk->test, S);
	assert_int_equal(pen(bo, 0), 2);
	assert_int_equal(pen(bo, 1), bo->actor);
	assert_int_equal(pen(bo, 2), 0);
	desk_close(desk);
}

/* ---- the gate ---- */

static void answer(struct desk *desk, struct page *page, uint32_t activity, bool secret, bool back)
{
	page_ballot(page, activity, 1, secret, back ? slice_of(NULL, 0) : slice_of("\x92\x01\x64", 3));
	desk_settle(desk);
}

static void open_question(struct desk *desk, struct page *fay, uint32_t activity)
{
	uint64_t forever = 0;
	desk_wish(desk, fay, COMMAND_open, activity, 0, 1, &forever);
	loop_test_advance(desk->test, S);
}

static uint32_t phase_at(struct page *page, uint32_t activity, uint32_t room)
{
	uint32_t round, phase = page_phase(page, SCOPE_ROOM | room, activity, &round);
	return phase ? phase : page_phase(page, SCOPE_SESSION, activity, &round);
}

/* Two rooms of two: each opens when its own have answered, once. */
static void a_gate_opens_when_all_who_are_present_have_answered(void **state)
{
	(void)state;
	for (int secret = 0; secret < 2; secret++) {
		struct desk *desk = desk_open_of(DESK_RATING, 2, secret, "ord");
		struct page *fay = desk_facilitator(desk), *people[4];
		for (int i = 0; i < 4; i++)
			people[i] = desk_guest(desk);
		desk_rooms(desk, fay, 2, S);
		answer(desk, people[0], 1, secret, false); /* not open yet */
		open_question(desk, fay, 1);
		answer(desk, people[0], 1, secret, false);
		answer(desk, people[1], 1, secret, false);
		loop_test_advance(desk->test, 60 * S);
		assert_int_equal(desk_entries(desk, COMMAND_placed, NULL), 0);
		answer(desk, people[2], 1, secret, false); /* members 1 and 3 are in room 1 */
		loop_test_advance(desk->test, SETTLE_MS - 100);
		assert_int_equal(desk_entries(desk, COMMAND_placed, NULL), 0);
		loop_test_advance(desk->test, 100 + SMOOTH_MS);
		assert_int_equal(desk_entries(desk, COMMAND_placed, NULL), 1);
		assert_int_equal(phase_at(fay, 1, 1), secret ? PHASE_CLOSED : PHASE_REVEALED);
		assert_int_equal(phase_at(fay, 1, 2), PHASE_OPEN);
		answer(desk, people[3], 1, secret, false);
		loop_test_advance(desk->test, SETTLE_MS + SMOOTH_MS);
		assert_int_equal(desk_entries(desk, COMMAND_placed, NULL), 2);
		loop_test_advance(desk->test, 60 * S);
		assert_int_equal(desk_entries(desk, COMMAND_placed, NULL), 2);
		for (int i = 0; i < 4; i++)
			assert_int_equal(phase_at(people[i], 1, 1 + (uint32_t)i % 2), secret ? PHASE_CLOSED : PHASE_REVEALED);
		assert_null(desk->broken);
		desk_close(desk);
	}
}

/* Who answers last moves the dot on, by single steps: the discussion opens on the last place, not on the first. Each row: so long after the step before. */
static void who_answers_last_may_move_the_dot(void **state)
{
	static const struct {
		const char *name;
		bool secret;
		unsigned after_ms[4]; /* 0: no more */
	} cases[] = {
		{ "once", false, { 0 } },
		{ "twice more, slowly", false, { SETTLE_MS - 200, SETTLE_MS - 200, 0 } },
		{ "three times more, quickly", false, { 300, 300, 300, 0 } },
		{ "twice more, of a secret one", true, { SETTLE_MS - 200, 1000, 0 } },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct desk *desk = desk_open_of(DESK_RATING, 1, cases[i].secret, "ord");
		struct page *fay = desk_facilitator(desk), *ada = desk_guest(desk), *bo = desk_guest(desk);
		uint8_t place[] = { 0x92, 0x01, 0x10 };
		uint64_t last_ms, opened_ms = 0;
		desk_rooms(desk, fay, 1, S);
		open_question(desk, fay, 1);
		answer(desk, ada, 1, cases[i].secret, false);
		for (unsigned k = 0;; k++) {
			page_ballot(bo, 1, 1, cases[i].secret, slice_of(place, sizeof place));
			desk_settle(desk);
			last_ms = loop_wall(desk->loop);
			if (cases[i].after_ms[k] == 0)
				break;
			loop_test_advance(desk->test, cases[i].after_ms[k]);
			place[2]++;
		}
		loop_test_advance(desk->test, 20 * S);
		unsigned count = desk_entries(desk, COMMAND_placed, &opened_ms);
		if (count != 1 || opened_ms - last_ms < SETTLE_MS || opened_ms - last_ms > SETTLE_MS + SMOOTH_MS)
			fail_msg("%s: %u entries, %llu ms after the last step", cases[i].name, count, (unsigned long long)(opened_ms - last_ms));
		if (!cases[i].secret) {
			struct slice result = page_item(bo, SECTION_result, 1, 1, 1);
			assert_true(result.len > 0);
			assert_non_null(memmem(result.at, result.len, (uint8_t[]){ place[2] - 1, 0x01 }, 2)); /* [..., place, 1]; a ballot has the place plus one */
		}
		assert_int_equal(desk->refused, 0);
		desk_close(desk);
	}
}

/* Who counts as present: what is done after ada has answered and bo has not, both of room 1. */
enum deed { NOTHING, BO_RELOADS, BO_LEAVES, BOTH_LEAVE, BO_MOVES, BO_ANSWERS_AND_TAKES_BACK, HOUSE_IS_ANOTHER, HOUSE_IS_ANOTHER_AND_BO_GONE };

static void do_deed(struct desk *desk, struct page *fay, struct page *ada, struct page *bo, enum deed deed)
{
	uint64_t move[2] = { bo->actor, 2 };
	switch (deed) {
	case NOTHING:
		break;
	case BO_RELOADS:
		page_sleep(bo, ABSENT_MS - S);
		break;
	case BOTH_LEAVE:
		page_leave(ada); /* fall through */
	case BO_LEAVES:
		page_leave(bo);
		break;
	case BO_MOVES:
		desk_wish(desk, fay, COMMAND_move, 0, 0, 2, move);
		break;
	case BO_ANSWERS_AND_TAKES_BACK:
		answer(desk, ada, 1, false, false); /* is looked at at once, and the next only after a while */
		answer(desk, bo, 1, false, false);
		answer(desk, bo, 1, false, true);
		break;
	case HOUSE_IS_ANOTHER_AND_BO_GONE:
		page_leave(bo); /* fall through */
	case HOUSE_IS_ANOTHER:
		restart(desk);
		break;
	}
}

static void who_is_present(void **state)
{
	static const struct {
		const char *name;
		enum deed deed;
		bool opens;
		uint64_t least_ms;
	} cases[] = {
		{ "bo has not answered", NOTHING, false, 0 },
		{ "bo's page is loaded anew", BO_RELOADS, false, 0 },
		{ "bo leaves", BO_LEAVES, true, ABSENT_MS },
		{ "nobody is there any more", BOTH_LEAVE, false, 0 },
		{ "bo is moved to another room", BO_MOVES, true, SETTLE_MS },
		{ "bo answers and takes it back before anybody looks", BO_ANSWERS_AND_TAKES_BACK, false, 0 },
		{ "the house is another, and both come back", HOUSE_IS_ANOTHER, false, 0 },
		{ "the house is another, and bo does not come back", HOUSE_IS_ANOTHER_AND_BO_GONE, true, ABSENT_MS },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct desk *desk = desk_open_of(DESK_RATING, 1, false, "ord");
		struct page *fay = desk_facilitator(desk), *ada = desk_guest(desk), *cy = desk_guest(desk), *bo = desk_guest(desk);
		uint64_t at_ms = 0;
		assert_int_equal(cy->actor, 2); /* of room 2, so that there is one */
		desk_rooms(desk, fay, 2, S);
		open_question(desk, fay, 1);
		answer(desk, ada, 1, false, false);
		loop_test_advance(desk->test, 700); /* a look has just been */
		uint64_t begin = loop_wall(desk->loop);
		do_deed(desk, fay, ada, bo, cases[i].deed);
		loop_test_advance(desk->test, 60 * S);
		unsigned count = desk_entries(desk, COMMAND_placed, &at_ms);
		if (count != cases[i].opens || (count && (at_ms - begin < cases[i].least_ms || at_ms - begin > cases[i].least_ms + SMOOTH_MS)))
			fail_msg("%s: %u entries, after %llu ms", cases[i].name, count, (unsigned long long)(at_ms - begin));
		desk_close(desk);
	}
}

/* Another instance says that this one has a page open there. */
static void news_of(struct desk *desk, uint32_t member)
{
	struct news *news = check_alloc(1, sizeof *news);
	struct pack out;
	pack_init(&out);
	news_add(news, member);
	news->seq = desk_tip(desk);
	news_encode(news, &out);
	struct slice published = pack_bytes(&out);
	journal_memory_peers(desk->disk, desk->sid, &published, 1);
	desk_settle(desk);
	pack_finish(&out);
	free(news);
}

/* An instance that stood still finds its timers due before it has heard what the others said meanwhile: the holder may long have a page open elsewhere. While more may
 * come nothing is proposed; then at once, if it still holds. */
static void nothing_is_proposed_on_old_news(void **state)
{
	static const struct {
		const char *name;
		bool gate;
		bool elsewhere; /* what comes then: they are on another instance, and answered */
	} cases[] = {
		{ "a pen, and its holder is away", false, false },
		{ "a pen, and its holder is on another instance", false, true },
		{ "a gate, and bo is away", true, false },
		{ "a gate, and bo is on another instance", true, true },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		bool gate = cases[i].gate;
		uint16_t command = gate ? COMMAND_placed : COMMAND_pen_away;
		struct desk *desk = desk_open_of(DESK_RATING, 1, false, "ord");
		struct page *fay = desk_facilitator(desk), *ada = desk_guest(desk), *bo = desk_guest(desk);
		uint64_t none = 0;
		desk_rooms(desk, fay, 1, S);
		if (gate) {
			open_question(desk, fay, 1);
			answer(desk, ada, 1, false, false);
		} else {
			desk_wish(desk, bo, COMMAND_pen_take, 1, 0, 1, &none);
			loop_test_advance(desk->test, S);
			assert_int_equal(pen(fay, 1), bo->actor);
		}
		journal_memory_behind(desk->disk, desk->sid, true);
		page_leave(bo);
		loop_test_advance(desk->test, (gate ? ABSENT_MS : AWAY_MS) + 20 * S);
		if (desk_entries(desk, command, NULL))
			fail_msg("%s: proposed on old news", cases[i].name);
		if (cases[i].elsewhere)
			news_of(desk, bo->actor);
		journal_memory_behind(desk->disk, desk->sid, false);
		loop_test_advance(desk->test, LATER_MS + SMOOTH_MS);
		if (desk_entries(desk, command, NULL) != !cases[i].elsewhere)
			fail_msg("%s: %u entries when no more was to come", cases[i].name, desk_entries(desk, command, NULL));
		desk_close(desk);
	}
}

/* Another instance has seen the same and was faster: what is under way here is stale and changes nothing, and it is not asked again. */
static void overtaken(void **state)
{
	struct desk *desk = desk_open_of(DESK_RATING, 1, false, "ord");
	struct page *fay = desk_facilitator(desk), *ada = desk_guest(desk);
	struct pack form;
	struct gate gate;
	unsigned cursor = 0;
	(void)state;
	desk_rooms(desk, fay, 1, S);
	open_question(desk, fay, 1);
	assert_true(session_gate(session_in(desk), &cursor, &gate));
	pack_init(&form);
	session_gate_form(&gate, &form);
	journal_memory_late(desk->disk, 2 * S);
	answer(desk, ada, 1, false, false);
	loop_test_advance(desk->test, 2 * S + SETTLE_MS + ATTEND_MS);
	struct hall *hall = house_hall(desk->house, desk->sid);
	assert_int_equal(hall->attend.proposed_count, 1);
	struct entry entry = { .name = { .who = ACTOR_HOUSE }, .command = COMMAND_placed, .subject = { 1, SCOPE_ROOM | 1 }, .form = pack_bytes(&form) };
	struct entry_bytes bytes;
	uint8_t salt[2 * ENTRY_SALT] = { 1 };
	entry_encode(&entry, salt, &bytes);
	struct body body = { .head = slice_of(bytes.head, bytes.head_len), .form = slice_of(bytes.parts, bytes.form_len) };
	memcpy(body.digest, bytes.digest, sizeof body.digest);
	assert_int_equal(journal_memory_foreign(desk->disk, desk->sid, &body), 0);
	entry_bytes_finish(&bytes);
	pack_finish(&form);
	loop_test_advance(desk->test, 60 * S);
	assert_int_equal(desk_entries(desk, COMMAND_placed, NULL), 2);
	assert_int_equal(hall->attend.proposed_count, 0);
	assert_int_equal(phase_at(fay, 1, 1), PHASE_REVEALED);
	desk_close(desk);
}

/* What the journal does not take is proposed again a little later, if it still holds. */
static void refused_by_the_journal(void **state)
{
	struct desk *desk = desk_open_of(DESK_RATING, 1, false, "ord");
	struct page *fay = desk_facilitator(desk), *ada = desk_guest(desk), *bo = desk_guest(desk);
	(void)state;
	desk_rooms(desk, fay, 1, S);
	open_question(desk, fay, 1);
	answer(desk, ada, 1, false, false);
	page_leave(bo);
	journal_memory_refuse_next(desk->disk, 3, JOURNAL_FULL);
	loop_test_advance(desk->test, ABSENT_MS + 2 * LATER_MS + LATER_MS / 2);
	assert_int_equal(desk_entries(desk, COMMAND_placed, NULL), 0);
	loop_test_advance(desk->test, 2 * LATER_MS);
	assert_int_equal(desk_entries(desk, COMMAND_placed, NULL), 1);
	desk_close(desk);
}

/* Seven open statements in fifty rooms, everybody answers all at once: the time that looking takes is said, and that it is few looks. */
static void a_large_hall(void **state)
{
	enum { PEOPLE = 250, STATEMENTS = 7, ROOMS = 50 };
	struct desk *desk = desk_open_of(DESK_RATING, STATEMENTS, false, "ord");
	struct page *fay = desk_facilitator(desk), *people[PEOPLE];
	(void)state;
	for (int i = 0; i < PEOPLE; i++)
		people[i] = desk_guest(desk);
	loop_test_advance(desk->test, 5 * S);
	desk_rooms(desk, fay, ROOMS, S);
	for (uint32_t a = 1; a <= STATEMENTS; a++)
		open_question(desk, fay, a);
	for (uint32_t a = 1; a <= STATEMENTS; a++)
		for (int i = 0; i < PEOPLE; i++)
			page_ballot(people[i], a, 1, false, slice_of("\x92\x01\x64", 3));
	loop_test_advance(desk->test, 20 * S);
	assert_int_equal(desk_entries(desk, COMMAND_placed, NULL), STATEMENTS * ROOMS);
	assert_int_equal(house_hall(desk->house, desk->sid)->attend.proposed_count, 0);
	desk_close(desk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pen_is_offered_when_its_holder_is_away),
		cmocka_unit_test(a_pen_is_offered_anew),
		cmocka_unit_test(a_gate_opens_when_all_who_are_present_have_answered),
		cmocka_unit_test(who_answers_last_may_move_the_dot),
		cmocka_unit_test(who_is_present),
		cmocka_unit_test(nothing_is_proposed_on_old_news),
		cmocka_unit_test(overtaken),
		cmocka_unit_test(refused_by_the_journal),
		cmocka_unit_test(a_large_hall),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
