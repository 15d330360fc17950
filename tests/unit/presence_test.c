/* SPDX-License-Identifier: EUPL-1.2 */
/* Who of a room is away (clause 5.12): who is told, of whom, how soon, and when nobody is told anything. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "lib/desk.h"
#include "lib/notation.h"
#include "shell/attend.h"

enum { S = 1000, TIMES = 64 };

/* What a page was told of who is away, by its number. */
static struct heard {
	unsigned count;
	char newest[512];
	uint64_t at_ms[TIMES];
} heard[DESK_PAGES];

static void listen(struct page *page, struct slice bytes, void *ctx)
{
	struct desk *desk = ctx;
	struct heard *of = &heard[page->number];
	char *text = NULL;
	size_t len;
	if (bytes.len < 3 || bytes.at[0] != 0x93 || bytes.at[1] != MESSAGE_VOLATILE || bytes.at[2] != VOLATILE_AWAY)
		return;
	FILE *file = open_memstream(&text, &len);
	notation_print(bytes, true, file);
	fclose(file);
	CHECK(len > 8 && len - 8 < sizeof of->newest);
	snprintf(of->newest, sizeof of->newest, "%.*s", (int)(len - 8), text + 7); /* without "[3, 5, " and "]" */
	free(text);
	of->at_ms[of->count++ % TIMES] = loop_now(desk->loop);
}

static struct desk *begin(void)
{
	struct desk *desk = desk_open(1, false, "ord");
	memset(heard, 0, sizeof heard);
	desk->watch.frame = listen;
	return desk;
}

static void move(struct desk *desk, struct page *fay, uint32_t member, uint32_t room)
{
	uint64_t form[2] = { member, room };
	unsigned refused = desk->refused;
	desk_wish(desk, fay, COMMAND_move, 0, 0, 2, form);
	loop_test_advance(desk->test, 2 * S);
	assert_int_equal(desk->refused, refused);
}

/* newest: what it was told last; "": nothing yet. more: how often it has been told since `before`. */
static void told(const char *when, const struct page *page, const char *newest, unsigned *before, unsigned more)
{
	const struct heard *of = &heard[page->number];
	if (strcmp(of->newest, newest) != 0)
		fail_msg("%s: page %u was told %s instead of %s", when, page->number, *of->newest ? of->newest : "nothing", newest);
	if (before && of->count - *before != more)
		fail_msg("%s: page %u was told %u times instead of %u", when, page->number, of->count - *before, more);
	if (before)
		*before = of->count;
}

/* Members 1 and 3 sit in room 1, 2 and 4 in room 2; 5 is moved out of room 1 and sits nowhere. Each row is a deed and what the pages have heard last: "" nothing, NULL as before. */
static void each_room_hears_of_its_own(void **state)
{
	enum { ADA, BO, CY, DI, ED, FAY, HALL, PAGES, LEAVES = 100, COMES, MOVES };
	static const struct {
		const char *what;
		unsigned deed, who, room;
		const char *hears[PAGES];
	} rows[] = {
		{ "all are here", 0, 0, 0, { "[1, []]", "[2, []]", "[1, []]", "[2, []]", "[1, []]", "[]", "" } },
		{ "Cy leaves", LEAVES, CY, 0, { "[1, [3]]", NULL, NULL, NULL, NULL, "[1, [3]]", NULL } },
		{ "Di leaves", LEAVES, DI, 0, { NULL, "[2, [4]]", NULL, NULL, NULL, "[1, [3], 2, [4]]", NULL } },
		{ "Ed, who sits nowhere, leaves", LEAVES, ED, 0, { NULL, NULL, NULL, NULL, NULL, "[0, [5], 1, [3], 2, [4]]", NULL } },
		{ "and comes back: nothing is known of his room", COMES, ED, 0, { NULL, NULL, NULL, NULL, NULL, "[1, [3], 2, [4]]", NULL } },
		{ "Cy, away, is moved: he lacks there", MOVES, CY, 2, { "[1, []]", "[2, [3, 4]]", NULL, NULL, NULL, "[2, [3, 4]]", NULL } },
		{ "Ed is moved into a room: he hears of it", MOVES, ED, 2, { NULL, NULL, NULL, NULL, "[2, [3, 4]]", NULL, NULL } },
		{ "Ada is moved: she hears of the other room", MOVES, ADA, 2, { "[2, [3, 4]]", NULL, NULL, NULL, NULL, NULL, NULL } },
		{ "and back: of hers", MOVES, ADA, 1, { "[1, []]", NULL, NULL, NULL, NULL, NULL, NULL } },
		{ "Cy comes, into the room he sits in now", COMES, CY, 0, { NULL, "[2, [4]]", "[2, [4]]", NULL, "[2, [4]]", "[2, [4]]", NULL } },
		{ "Di comes: nobody lacks", COMES, DI, 0, { NULL, "[2, []]", "[2, []]", "[2, []]", "[2, []]", "[]", NULL } },
		{ "Bo sits nowhere: he keeps what he heard, and hears no more", MOVES, BO, 0, { NULL, NULL, NULL, NULL, NULL, NULL, NULL } },
		{ "not of this either", LEAVES, CY, 0, { NULL, NULL, NULL, "[2, [3]]", "[2, [3]]", "[2, [3]]", NULL } },
	};
	struct desk *desk = begin();
	struct page *pages[PAGES] = { 0 };
	const char *newest[PAGES] = { "", "", "", "", "", "", "" };
	unsigned before[PAGES] = { 0 };
	(void)state;
	pages[FAY] = desk_facilitator(desk);
	for (int i = ADA; i <= DI; i++)
		pages[i] = desk_guest(desk);
	pages[HALL] = desk_screen(desk, pages[FAY]);
	desk_rooms(desk, pages[FAY], 2, 2 * S);
	pages[ED] = desk_guest(desk);
	loop_test_advance(desk->test, 2 * S);
	move(desk, pages[FAY], pages[ED]->actor, 0);
	for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
		struct page *who = pages[rows[r].who];
		print_message("%s\n", rows[r].what);
		if (rows[r].deed == LEAVES)
			page_sleep(who, 60 * 60 * S);
		else if (rows[r].deed == COMES)
			page_connect(who);
		else if (rows[r].deed == MOVES)
			move(desk, pages[FAY], who->actor, rows[r].room);
		loop_test_advance(desk->test, 3 * S);
		for (int p = 0; p < PAGES; p++) {
			bool again = rows[r].hears[p] != NULL && r > 0;
			newest[p] = rows[r].hears[p] ? rows[r].hears[p] : newest[p];
			told(rows[r].what, pages[p], newest[p], r ? &before[p] : NULL, again);
			before[p] = heard[pages[p]->number].count;
		}
	}
	assert_null(desk->broken);
	desk_close(desk);
}

/* Where nothing has changed nobody hears: not of ballots, not of a second page of the same person, not of a page that was loaded anew within the second. */
static void nothing_new_is_not_told(void **state)
{
	struct desk *desk = begin();
	struct page *fay = desk_facilitator(desk), *ada = desk_guest(desk), *bo = desk_guest(desk), *again = desk_page(desk, DOOR_PARTICIPANT, 0);
	unsigned of_ada, of_fay, of_again = 0;
	uint64_t forever = 0;
	(void)state;
	desk_rooms(desk, fay, 1, 2 * S);
	loop_test_advance(desk->test, 5 * S);
	of_ada = heard[ada->number].count;
	of_fay = heard[fay->number].count;
	told("all are here", ada, "[1, []]", NULL, 0);
	desk_wish(desk, fay, COMMAND_open, 1, 0, 1, &forever);
	for (int i = 0; i < 8; i++) {
		page_ballot(ada, 1, 1, false, slice_of("\x92\x01\x01", 3));
		loop_test_advance(desk->test, 700);
	}
	told("ballots", ada, "[1, []]", &of_ada, 0);
	told("ballots", fay, "[]", &of_fay, 0);
	page_drop_outbox(again);
	again->hello = bo->hello; /* his second page */
	memcpy(again->place, bo->place, sizeof again->place);
	again->hello.place = slice_text(again->place);
	page_connect(again);
	loop_test_advance(desk->test, 3 * S);
	told("a second page", ada, "[1, []]", &of_ada, 0);
	told("a second page hears it, since it has just come", again, "[1, []]", &of_again, 1);
	page_leave(again);
	loop_test_advance(desk->test, 3 * S);
	told("it goes again: the first is there", ada, "[1, []]", &of_ada, 0);
	told("it goes again: the first is there", fay, "[]", &of_fay, 0);
	loop_test_advance(desk->test, 100 * S);
	told("a quiet time", ada, "[1, []]", &of_ada, 0);
	told("a quiet time", fay, "[]", &of_fay, 0);
	for (int i = 0; i < 5; i++) {
		page_sleep(bo, 20 * S);
		loop_test_advance(desk->test, 40 * S);
	}
	told("comings and goings come in pairs", ada, "[1, []]", &of_ada, 10);
	told("comings and goings come in pairs", fay, "[]", &of_fay, 10);
	desk_close(desk);
}

/* People come and go all the time: once a second is enough for those who read it, and the last is true. */
static void at_most_once_a_second(void **state)
{
	enum { PEOPLE = 30 };
	struct desk *desk = begin();
	struct page *fay = desk_facilitator(desk), *people[PEOPLE];
	char all[256] = "[1, [2";
	(void)state;
	for (int i = 0; i < PEOPLE; i++)
		people[i] = desk_guest(desk);
	desk_rooms(desk, fay, 1, 2 * S);
	loop_test_advance(desk->test, 5 * S);
	memset(heard, 0, sizeof heard);
	for (int i = 1; i < PEOPLE; i++) {
		page_sleep(people[i], 60 * 60 * S);
		loop_test_advance(desk->test, 130);
		if (i > 1)
			snprintf(all + strlen(all), sizeof all - strlen(all), ", %d", i + 1);
	}
	strcat(all, "]]");
	loop_test_advance(desk->test, 2 * S);
	told("all but one have gone", people[0], all, NULL, 0);
	told("all but one have gone", fay, all, NULL, 0);
	const struct heard *of = &heard[people[0]->number];
	assert_in_range(of->count, 4, 6); /* in 4 s */
	for (unsigned i = 1; i < of->count; i++)
		if (of->at_ms[i] - of->at_ms[i - 1] < 1 * S)
			fail_msg("told after %u ms again", (unsigned)(of->at_ms[i] - of->at_ms[i - 1]));
	desk_close(desk);
}

/* A page that takes nothing for a while hears the newest, once. */
static void a_slow_page_hears_the_newest(void **state)
{
	struct desk *desk = begin();
	struct page *fay = desk_facilitator(desk), *ada = desk_guest(desk), *bo = desk_guest(desk), *cy = desk_guest(desk);
	unsigned before;
	(void)state;
	desk_rooms(desk, fay, 1, 2 * S);
	loop_test_advance(desk->test, 5 * S);
	before = heard[ada->number].count;
	transport_test_pace(ada->conn, 0, 0);
	page_sleep(bo, 60 * 60 * S);
	loop_test_advance(desk->test, 3 * S);
	page_connect(bo);
	loop_test_advance(desk->test, 3 * S);
	page_sleep(cy, 60 * 60 * S);
	loop_test_advance(desk->test, 3 * S);
	told("it takes nothing", ada, "[1, []]", &before, 0);
	transport_test_pace(ada->conn, 0, 8);
	loop_test_advance(desk->test, 100);
	told("it takes again", ada, "[1, [3]]", &before, 1);
	/* Moved meanwhile: of the room it is in then. */
	transport_test_pace(ada->conn, 0, 0);
	page_sleep(bo, 60 * 60 * S);
	loop_test_advance(desk->test, 3 * S);
	uint64_t rooms[2] = { 1, 2 };
	desk_wish(desk, fay, COMMAND_rooms, 0, 0, 2, rooms);
	loop_test_advance(desk->test, 3 * S);
	uint64_t away[2] = { ada->actor, 0 };
	desk_wish(desk, fay, COMMAND_move, 0, 0, 2, away);
	loop_test_advance(desk->test, 3 * S);
	transport_test_pace(ada->conn, 0, 8);
	loop_test_advance(desk->test, 3 * S);
	told("it has no room any more", ada, "[1, [3]]", &before, 0);
	page_sleep(ada, 60 * 60 * S); /* and one that goes while it is due leaves nothing: the sanitizer looks */
	desk_close(desk);
}

/* Where names are not told it is not told who is away. */
static void a_large_room_hears_nothing(void **state)
{
	enum { PEOPLE = LIMIT_NAMES_ROOM + 2 };
	struct desk *desk = begin();
	struct page *fay = desk_facilitator(desk), *people[PEOPLE];
	unsigned before[2];
	uint32_t last = 0;
	(void)state;
	for (int i = 0; i < PEOPLE; i++)
		people[i] = desk_guest(desk);
	desk_rooms(desk, fay, 1, 2 * S);
	memset(heard, 0, sizeof heard);
	page_sleep(people[4], 60 * 60 * S);
	loop_test_advance(desk->test, 3 * S);
	told("102 in a room", people[0], "", NULL, 0);
	told("102 in a room", fay, "", NULL, 0);
	uint64_t rooms[2] = { 1, 2 }; /* half of them elsewhere */
	desk_wish(desk, fay, COMMAND_rooms, 0, 0, 2, rooms);
	loop_test_advance(desk->test, 3 * S);
	for (int i = 0; i < PEOPLE; i++)
		if (page_room(people[i]) != page_room(people[0]))
			last = people[i]->actor;
	assert_true(last != 0);
	assert_true(heard[people[0]->number].count > 0);
	assert_non_null(strstr(heard[fay->number].newest, "[5]"));
	before[0] = heard[people[0]->number].count;
	before[1] = heard[fay->number].count;
	/* All in one room again: nobody hears more of it, and facilitators are not told of that room. */
	uint64_t one[2] = { 1, 1 };
	desk_wish(desk, fay, COMMAND_rooms, 0, 0, 2, one);
	loop_test_advance(desk->test, 3 * S);
	assert_int_equal(heard[people[0]->number].count, before[0]);
	told("all in one again", fay, "[]", &before[1], 1);
	for (int i = 6; i < 20; i++)
		page_sleep(people[i], 60 * 60 * S);
	loop_test_advance(desk->test, 3 * S);
	assert_int_equal(heard[people[0]->number].count, before[0]);
	told("more have gone", fay, "[]", &before[1], 0);
	/* The hundredth is the last whose name a room hears. */
	move(desk, fay, people[PEOPLE - 1]->actor, 0);
	assert_int_equal(heard[people[0]->number].count, before[0]);
	move(desk, fay, people[PEOPLE - 2]->actor, 0);
	assert_true(heard[people[0]->number].count > before[0]);
	desk_close(desk);
}

/* Of so many nobody reads who is away. */
static void facilitators_of_thousands_are_not_told(void **state)
{
	struct desk *desk = begin();
	struct page *fay = desk_facilitator(desk), *ada = desk_guest(desk), *bo = desk_guest(desk), passing;
	uint32_t members = 2;
	unsigned before;
	(void)state;
	desk_rooms(desk, fay, 1, 2 * S);
	while (members <= LIMIT_AWAY) {
		page_init(&passing, 200, desk->loop, &desk->watch);
		passing.hello.door = DOOR_PARTICIPANT;
		passing.hello.has_secret = true;
		snprintf(passing.place, sizeof passing.place, "%s", desk->code);
		passing.hello.place = slice_text(passing.place);
		page_connect(&passing);
		desk_settle(desk);
		loop_test_advance(desk->test, 10);
		page_leave(&passing);
		desk_settle(desk);
		page_finish(&passing);
		members = session_members(house_hall(desk->house, desk->sid)->session);
	}
	page_wish(fay, COMMAND_rooms, 0, 0, slice_of("\x92\x91\x01\x93\x02\x01\x02", 7), slice_of(NULL, 0)); /* ada and bo in a room for themselves */
	loop_test_advance(desk->test, 3 * S);
	before = heard[fay->number].count;
	page_sleep(bo, 60 * 60 * S);
	loop_test_advance(desk->test, 3 * S);
	assert_int_equal(heard[fay->number].count, before);
	told("a room hears of its own all the same", ada, "[2, [2]]", NULL, 0);
	desk_close(desk);
}

/* Who has a page open on another instance is here. */
static void who_is_elsewhere_is_not_away(void **state)
{
	struct desk *desk = begin();
	struct page *fay = desk_facilitator(desk), *ada = desk_guest(desk), *bo = desk_guest(desk);
	struct news *news = check_alloc(1, sizeof *news);
	struct pack out;
	unsigned before;
	(void)state;
	desk_rooms(desk, fay, 1, 2 * S);
	loop_test_advance(desk->test, 5 * S);
	pack_init(&out);
	news_add(news, bo->actor);
	news->seq = desk_tip(desk);
	news_encode(news, &out);
	const struct slice published = pack_bytes(&out);
	journal_memory_peers(desk->disk, desk->sid, &published, 1);
	desk_settle(desk);
	before = heard[ada->number].count;
	page_sleep(bo, 60 * 60 * S);
	loop_test_advance(desk->test, 5 * S);
	told("he is at another", ada, "[1, []]", &before, 0);
	journal_memory_peers(desk->disk, desk->sid, NULL, 0);
	loop_test_advance(desk->test, 3 * S);
	told("nowhere", ada, "[1, [2]]", &before, 1);
	journal_memory_peers(desk->disk, desk->sid, &published, 1);
	loop_test_advance(desk->test, 3 * S);
	told("at another again", ada, "[1, []]", &before, 1);
	told("at another again", fay, "[]", NULL, 0);
	free(news);
	pack_finish(&out);
	desk_close(desk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_room_hears_of_its_own), cmocka_unit_test(nothing_new_is_not_told), cmocka_unit_test(at_most_once_a_second),
		cmocka_unit_test(a_slow_page_hears_the_newest), cmocka_unit_test(a_large_room_hears_nothing),
		cmocka_unit_test(facilitators_of_thousands_are_not_told), cmocka_unit_test(who_is_elsewhere_is_not_away),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
