/* SPDX-License-Identifier: EUPL-1.2 */
/* What instances tell each other, and what follows from it: a pen, a gate and the facilitator's numbers over two instances. The other one is played. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "lib/desk.h"
#include "shell/attend.h"

enum { S = 1000, SMOOTH_MS = ATTEND_MS + 100 /* a look, and the journal */ };

/* ---- the bytes ---- */

static const struct {
	const char *name, *hex;
	uint32_t members[3]; /* 0: no more */
	struct news_room rooms[2];
	size_t rooms_count;
	bool more;
	uint64_t seq;
} said[] = {
	{ "nobody", "94 01 c400 90 00", { 0 }, { { 0 } }, 0, false, 0 },
	{ "members 1 and 9", "94 01 c402 0101 90 05", { 1, 9 }, { { 0 } }, 0, false, 5 },
	{ "member 8 lacks an answer in room 3", "94 01 c401 80 93 020103 cd0200", { 8 }, { { 2, 1, 3 } }, 1, false, 512 },
	{ "in two rooms", "94 01 c401 06 96 020103 020104 0c", { 2, 3 }, { { 2, 1, 3 }, { 2, 1, 4 } }, 2, false, 12 },
	{ "in more rooms than can be said", "94 01 c401 01 96 000000 020103 0c", { 1 }, { { 2, 1, 3 } }, 1, true, 12 },
};

static size_t bytes_of(const char *hex, uint8_t *out)
{
	size_t len = 0;
	for (const char *c = hex; *c; c++) {
		if (*c == ' ')
			continue;
		unsigned value;
		CHECK(sscanf(c++, "%2x", &value) == 1);
		out[len++] = (uint8_t)value;
	}
	return len;
}

static void what_is_said_is_heard(void **state)
{
	(void)state;
	for (size_t k = 0; k < sizeof said / sizeof *said; k++) {
		struct news news = { .rooms_count = said[k].rooms_count, .more = said[k].more, .seq = said[k].seq };
		struct news_room rooms[2];
		struct pack out;
		uint8_t bytes[64];
		size_t len = bytes_of(said[k].hex, bytes);
		memcpy(rooms, said[k].rooms, sizeof rooms);
		news.rooms = rooms;
		for (int i = 0; i < 3 && said[k].members[i]; i++)
			news_add(&news, said[k].members[i]);
		pack_init(&out);
		news_encode(&news, &out);
		if (!slice_equal(pack_bytes(&out), slice_of(bytes, len)))
			fail_msg("%s: other bytes", said[k].name);
		struct news *heard = check_alloc(1, sizeof *heard);
		assert_true(news_decode(slice_of(bytes, len), heard));
		for (uint32_t m = 1, i = 0; m <= 20; m++) {
			bool expected = i < 3 && said[k].members[i] == m;
			i += expected;
			if (news_has(heard, m) != expected)
				fail_msg("%s: member %u", said[k].name, m);
		}
		assert_int_equal(heard->rooms_count, said[k].rooms_count);
		for (size_t i = 0; i < heard->rooms_count; i++)
			assert_memory_equal(&heard->rooms[i], &said[k].rooms[i], sizeof *rooms);
		assert_int_equal(heard->more, said[k].more);
		assert_true(heard->seq == said[k].seq);
		news_finish(heard);
		free(heard);
		pack_finish(&out);
	}
}

static void what_is_not_understood_says_nothing(void **state)
{
	static const struct { const char *name, *hex; bool fine; } cases[] = {
		{ "a newer one says more behind", "95 01 c402 0101 90 05 93010203", true },
		{ "another version", "94 02 c400 90 00", false },
		{ "nothing", "", false },
		{ "not an array", "01", false },
		{ "too short", "93 01 c400 90", false },
		{ "cut off", "94 01 c402 01", false },
		{ "something behind it", "94 01 c400 90 00 00", false },
		{ "rooms that are not threes", "94 01 c400 92 0101 00", false },
		{ "text for members", "94 01 a161 90 00", false },
		{ "more members than there may be", "94 01 c5ffff", false },
	};
	(void)state;
	struct news *news = check_alloc(1, sizeof *news);
	for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
		uint8_t bytes[64];
		size_t len = bytes_of(cases[k].hex, bytes);
		if (news_decode(slice_of(bytes, len), news) != cases[k].fine)
			fail_msg("%s", cases[k].name);
		if (!cases[k].fine)
			assert_true(news->rooms == NULL && news->members_len == 0);
		news_finish(news);
	}
	/* Any byte may be any other: it is understood or not, and nothing else happens. */
	for (size_t k = 0; k < sizeof said / sizeof *said; k++) {
		uint8_t bytes[64];
		size_t len = bytes_of(said[k].hex, bytes);
		for (size_t at = 0; at < len; at++)
			for (unsigned value = 0; value < 256; value++) {
				uint8_t changed[64];
				memcpy(changed, bytes, len);
				changed[at] = (uint8_t)value;
				if (news_decode(slice_of(changed, len), news))
					news_finish(news);
			}
	}
	free(news);
}

/* More rooms than may be listed are said to be many, and nobody takes their silence for an answer. */
static void too_many_rooms_are_said_to_be_many(void **state)
{
	struct news *news = check_alloc(2, sizeof *news), *heard = news + 1;
	struct pack out;
	(void)state;
	pack_init(&out);
	news->rooms_count = LIMIT_NEWS_ROOMS + 1;
	news->rooms = check_alloc(news->rooms_count, sizeof *news->rooms);
	for (uint32_t i = 0; i < news->rooms_count; i++)
		news->rooms[i] = (struct news_room){ 1 + i / LIMIT_ROOMS, 1, 1 + i % LIMIT_ROOMS };
	news_encode(news, &out);
	assert_true(news_decode(pack_bytes(&out), heard));
	assert_true(heard->more);
	assert_int_equal(heard->rooms_count, LIMIT_NEWS_ROOMS);
	news_finish(heard);
	news_finish(news);
	free(news);
	pack_finish(&out);
}

/* ---- the other instance ---- */

struct other {
	uint32_t members[3];         /* who has a page there */
	uint32_t lacking;            /* room in which one of those lacks an answer to question 1; 0: none */
	uint64_t behind;             /* so many entries it has not seen */
};

static void say(struct desk *desk, const struct other *other)
{
	struct news *news = check_alloc(1, sizeof *news);
	struct news_room room = { 1, 1, other ? other->lacking : 0 };
	struct pack out;
	pack_init(&out);
	for (int i = 0; other && i < 3; i++)
		news_add(news, other->members[i]);
	news->rooms = &room;
	news->rooms_count = room.room != 0;
	news->seq = desk_tip(desk) - (other ? other->behind : 0);
	news_encode(news, &out);
	const struct slice published[] = { slice_text("of a version that nobody knows"), pack_bytes(&out) };
	journal_memory_peers(desk->disk, desk->sid, published, other ? 2 : 1);
	desk_settle(desk);
	pack_finish(&out);
	free(news);
}

static void hear(struct desk *desk, struct news *out)
{
	assert_true(news_decode(journal_memory_published(desk->disk, desk->sid), out));
}

static void entry_elsewhere(struct desk *desk, const struct entry *entry)
{
	struct entry_bytes bytes;
	uint8_t salt[2 * ENTRY_SALT] = { 1 };
	entry_encode(entry, salt, &bytes);
	struct body body = { .head = slice_of(bytes.head, bytes.head_len), .form = slice_of(bytes.parts, bytes.form_len) };
	memcpy(body.digest, bytes.digest, sizeof body.digest);
	assert_int_equal(journal_memory_foreign(desk->disk, desk->sid, &body), 0);
	entry_bytes_finish(&bytes);
	desk_settle(desk);
}

static void ballot_elsewhere(struct desk *desk, const struct page *page, struct slice ballot)
{
	struct pack form;
	pack_init(&form);
	pack_array(&form, 3);
	pack_uint(&form, 1);
	pack_uint(&form, 0);
	pack_bin(&form, ballot);
	entry_elsewhere(desk, &(struct entry){ .name = { .who = page->actor, .lane = page->hello.lane, .number = page->next_number + 1 }, .command = COMMAND_ballot,
					       .subject = { 1, 0 }, .form = pack_bytes(&form) });
	pack_finish(&form);
}

static void open_question(struct desk *desk, struct page *fay)
{
	uint64_t forever = 0;
	desk_wish(desk, fay, COMMAND_open, 1, 0, 1, &forever);
	loop_test_advance(desk->test, S);
}

/* ---- the pen ---- */

static void a_holder_on_another_instance_keeps_the_pen(void **state)
{
	static const struct {
		const char *name;
		uint64_t dies_ms;    /* the other instance, after so long; 0: never */
		uint64_t comes_ms;   /* the holder is here again so long after the beginning; 0: never */
		uint64_t offered_ms; /* 0: never */
	} cases[] = {
		{ "the other instance lives", 0, 0, 0 },
		{ "the other instance dies", 40 * S, 0, 40 * S + AWAY_MS },
		{ "it dies, and the holder comes here", 40 * S, 42 * S, 0 },
		{ "the holder comes here first", 40 * S, 30 * S, 0 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct desk *desk = desk_open(1, false, "ord");
		struct page *fay = desk_facilitator(desk), *ada = desk_guest(desk);
		uint64_t none = 0, at_ms = 0;
		desk_rooms(desk, fay, 1, S);
		desk_wish(desk, ada, COMMAND_pen_take, 1, 0, 1, &none);
		loop_test_advance(desk->test, S);
		uint64_t begin = loop_wall(desk->loop), now = 0;
		page_sleep(ada, cases[i].comes_ms ? cases[i].comes_ms : 60 * 60 * S);
		say(desk, &(struct other){ .members = { ada->actor } });
		if (cases[i].dies_ms) {
			loop_test_advance(desk->test, now = cases[i].dies_ms);
			say(desk, NULL);
		}
		loop_test_advance(desk->test, 5 * 60 * S - now);
		unsigned count = desk_entries(desk, COMMAND_pen_away, &at_ms);
		uint64_t after = at_ms - begin;
		if (count != (cases[i].offered_ms != 0) || (count && (after < cases[i].offered_ms || after > cases[i].offered_ms + SMOOTH_MS)))
			fail_msg("%s: %u entries, after %llu ms", cases[i].name, count, (unsigned long long)after);
		desk_close(desk);
	}
}

/* ---- the gate ---- */

/* ada is here and has answered; bo is on the other instance. */
static void a_gate_waits_for_those_elsewhere(void **state)
{
	static const struct {
		const char *name;
		bool secret, answers; /* bo, as an entry that comes from there */
		struct other other;
		bool opens;
		uint64_t least_ms;
	} cases[] = {
		{ "open: bo has not answered", false, false, { { 2 }, 0, 0 }, false, 0 },
		{ "open: bo has answered", false, true, { { 2 }, 0, 0 }, true, SETTLE_MS },
		{ "open: bo is nowhere", false, false, { { 0 }, 0, 0 }, true, ABSENT_MS },
		{ "secret: bo lacks an answer", true, false, { { 2 }, 1, 0 }, false, 0 },
		{ "secret: bo does not", true, false, { { 2 }, 0, 0 }, true, SETTLE_MS },
		{ "secret: somebody does, in another room", true, false, { { 2 }, 2, 0 }, true, SETTLE_MS },
		{ "secret: where bo is, they have not seen that it was opened", true, false, { { 2 }, 0, 1 }, false, 0 },
		{ "secret: bo is nowhere", true, false, { { 0 }, 0, 0 }, true, ABSENT_MS },
		{ "secret: cy is there, who has no such room", true, false, { { 2, 3000, 19999 }, 0, 0 }, true, SETTLE_MS },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct desk *desk = desk_open_of(DESK_RATING, 1, cases[i].secret, "ord");
		struct page *fay = desk_facilitator(desk), *ada = desk_guest(desk), *bo = desk_guest(desk);
		uint64_t at_ms = 0;
		desk_rooms(desk, fay, 1, S);
		loop_test_advance(desk->test, 2 * ABSENT_MS);
		say(desk, &(struct other){ .members = { bo->actor }, .lacking = 1 });
		page_leave(bo);
		open_question(desk, fay);
		uint64_t begin = loop_wall(desk->loop);
		if (cases[i].other.members[0] == 0)
			say(desk, NULL);
		else
			say(desk, &cases[i].other);
		if (cases[i].answers)
			ballot_elsewhere(desk, bo, slice_of("\x92\x01\x64", 3));
		page_ballot(ada, 1, 1, cases[i].secret, slice_of("\x92\x01\x64", 3));
		loop_test_advance(desk->test, 60 * S);
		unsigned count = desk_entries(desk, COMMAND_placed, &at_ms);
		if (count != cases[i].opens || (count && (at_ms - begin < cases[i].least_ms || at_ms - begin > cases[i].least_ms + SMOOTH_MS)))
			fail_msg("%s: %u entries, after %llu ms", cases[i].name, count, (unsigned long long)(at_ms - begin));
		assert_null(desk->broken);
		desk_close(desk);
	}
}

/* From one instance to the other: for a moment on none. */
static void who_moves_over_has_not_left(void **state)
{
	struct desk *desk = desk_open_of(DESK_RATING, 1, false, "ord");
	struct page *fay = desk_facilitator(desk), *ada = desk_guest(desk), *bo = desk_guest(desk);
	(void)state;
	desk_rooms(desk, fay, 1, S);
	open_question(desk, fay);
	page_ballot(ada, 1, 1, false, slice_of("\x92\x01\x64", 3));
	loop_test_advance(desk->test, S);
	page_sleep(bo, 60 * 60 * S);
	loop_test_advance(desk->test, ABSENT_MS - S);
	say(desk, &(struct other){ .members = { bo->actor } });
	loop_test_advance(desk->test, 60 * S);
	say(desk, NULL);
	loop_test_advance(desk->test, ABSENT_MS - S);
	say(desk, &(struct other){ .members = { bo->actor } });
	loop_test_advance(desk->test, 60 * S);
	assert_int_equal(desk_entries(desk, COMMAND_placed, NULL), 0);
	say(desk, NULL);
	loop_test_advance(desk->test, ABSENT_MS + SMOOTH_MS);
	assert_int_equal(desk_entries(desk, COMMAND_placed, NULL), 1);
	desk_close(desk);
}

/* ---- what this one says ---- */

static void this_instance_says_who_is_here_and_what_they_lack(void **state)
{
	struct desk *desk = desk_open_of(DESK_RATING, 1, true, "ord");
	struct page *fay = desk_facilitator(desk), *ada = desk_guest(desk), *bo = desk_guest(desk);
	struct news *news = check_alloc(1, sizeof *news);
	(void)state;
	desk_rooms(desk, fay, 1, S);
	loop_test_advance(desk->test, S);
	hear(desk, news);
	assert_true(news_has(news, ada->actor) && news_has(news, bo->actor) && !news_has(news, 3));
	assert_int_equal(news->rooms_count, 0);
	news_finish(news);
	open_question(desk, fay);
	uint64_t opened = desk_tip(desk);
	hear(desk, news);
	assert_int_equal(news->rooms_count, 1);
	assert_int_equal(news->rooms[0].activity, 1);
	assert_int_equal(news->rooms[0].round, 1);
	assert_int_equal(news->rooms[0].room, 1);
	assert_true(news->seq >= opened);
	news_finish(news);
	say(desk, &(struct other){ .members = { 3 }, .lacking = 1 }); /* so that the gate stays shut */
	page_ballot(ada, 1, 1, true, slice_of("\x92\x01\x64", 3));
	loop_test_advance(desk->test, S);
	hear(desk, news);
	assert_int_equal(news->rooms_count, 1); /* bo */
	news_finish(news);
	page_ballot(bo, 1, 1, true, slice_of("\x92\x01\x64", 3));
	loop_test_advance(desk->test, S);
	hear(desk, news);
	assert_int_equal(news->rooms_count, 0);
	news_finish(news);
	page_leave(ada);
	loop_test_advance(desk->test, S);
	hear(desk, news);
	assert_true(!news_has(news, ada->actor) && news_has(news, bo->actor));
	news_finish(news);
	free(news);
	desk_close(desk);
}

/* ---- what the facilitator reads ---- */

static struct numbers {
	uint64_t here, room_here, done, of, room_done, room_of;
} numbers;

static void read_numbers(struct page *page, struct slice bytes, void *ctx)
{
	(void)ctx;
	struct reader r = reader_of(bytes);
	read_array(&r);
	if (page->number || read_uint(&r) != 3)
		return;
	uint64_t what = read_uint(&r);
	if (what == 1) {
		numbers.here = read_uint(&r);
		size_t n = read_array(&r);
		for (size_t i = 0; i + 1 < n; i += 2) {
			uint64_t room = read_uint(&r), here = read_uint(&r);
			if (room == 1)
				numbers.room_here = here;
		}
	} else if (what == 2) {
		read_uint(&r);
		numbers.done = read_uint(&r);
		numbers.of = read_uint(&r);
		size_t n = read_array(&r);
		for (size_t i = 0; i + 2 < n; i += 3) {
			uint64_t room = read_uint(&r), done = read_uint(&r), of = read_uint(&r);
			if (room == 1) {
				numbers.room_done = done;
				numbers.room_of = of;
			}
		}
	}
}

static void expect(const char *when, uint64_t here, uint64_t done, uint64_t of)
{
	if (numbers.here != here || numbers.room_here != here || numbers.done != done || numbers.of != of || numbers.room_done != done || numbers.room_of != of)
		fail_msg("%s: %llu here, %llu of %llu", when, (unsigned long long)numbers.here, (unsigned long long)numbers.done, (unsigned long long)numbers.of);
}

/* fay's page is on this instance, or on the other, which comes to the same. Each person counts once, wherever their pages are. */
static void the_facilitator_reads_the_numbers_of_both(void **state)
{
	struct desk *desk = desk_open(1, false, "ord");
	struct page *fay = desk_facilitator(desk), *ada = desk_guest(desk), *bo = desk_guest(desk), *cy = desk_guest(desk);
	(void)state;
	desk->watch.frame = read_numbers;
	desk_rooms(desk, fay, 1, S);
	open_question(desk, fay);
	loop_test_advance(desk->test, 2 * S);
	expect("all are here", 3, 0, 3);
	page_ballot(ada, 1, 1, false, slice_of("\x92\x01\x03", 3));
	page_sleep(bo, 60 * 60 * S);
	page_sleep(cy, 60 * 60 * S);
	loop_test_advance(desk->test, 2 * S);
	expect("two have left", 1, 1, 1);
	say(desk, &(struct other){ .members = { ada->actor, bo->actor, cy->actor } });
	loop_test_advance(desk->test, 2 * S);
	expect("they are on the other instance, and ada is on both", 3, 1, 3);
	ballot_elsewhere(desk, bo, slice_of("\x92\x02\x01", 3));
	loop_test_advance(desk->test, 2 * S);
	expect("bo has answered there", 3, 2, 3);
	struct house_figures figures;
	house_figures(desk->house, &figures);
	assert_int_equal(figures.members_here, 1); /* of this instance */
	say(desk, NULL);
	loop_test_advance(desk->test, 2 * S);
	expect("the other instance is dead", 1, 1, 1);
	desk_close(desk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_said_is_heard),
		cmocka_unit_test(what_is_not_understood_says_nothing),
		cmocka_unit_test(too_many_rooms_are_said_to_be_many),
		cmocka_unit_test(a_holder_on_another_instance_keeps_the_pen),
		cmocka_unit_test(a_gate_waits_for_those_elsewhere),
		cmocka_unit_test(who_moves_over_has_not_left),
		cmocka_unit_test(this_instance_says_who_is_here_and_what_they_lack),
		cmocka_unit_test(the_facilitator_reads_the_numbers_of_both),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
