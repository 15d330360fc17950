/* SPDX-License-Identifier: EUPL-1.2 */
/* Wrong codes: whoever guesses is held up, and nobody else. A hall behind one address types badly, a stranger elsewhere types on purpose. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "lib/desk.h"

#define HALL "192.0.2.1" /* from where the desk's pages come */
#define STRANGER "198.51.100.66"
#define ELSEWHERE "203.0.113.7"
#define WRONG "ZZZZ2222"

/* Somebody knocks, hears what there is to hear, and goes again. */
struct knock {
	struct conn *conn;
	bool in;
	uint32_t actor;
	enum fault bye;
	uint16_t code; /* 0: not closed */
};

static void on_heard(struct conn *conn, struct slice bytes, void *ctx)
{
	struct knock *knock = ctx;
	struct reader r = reader_of(bytes);
	(void)conn;
	read_array(&r);
	uint64_t kind = read_uint(&r);
	if (kind == MESSAGE_BYE)
		knock->bye = (enum fault)read_uint(&r);
	if (kind != MESSAGE_WELCOME)
		return;
	knock->in = true;
	read_uint(&r);
	read_bytes(&r);
	read_bytes(&r);
	read_uint(&r);
	knock->actor = (uint32_t)read_uint(&r);
}

static void on_shut(struct conn *conn, uint16_t code, void *ctx)
{
	struct knock *knock = ctx;
	(void)conn;
	knock->conn = NULL;
	knock->code = code;
}

static const struct transport_test_peer visitor = { on_heard, on_shut };

/* token 0: a newcomer; else that of a page of the desk's with this token. term: it says that it has seen this one. */
static struct knock knock_seen(struct desk *desk, const char *address, const char *place, uint8_t token, uint32_t term)
{
	static uint64_t newcomers;
	struct knock knock = { 0 };
	struct hello hello = { .door = DOOR_PARTICIPANT, .has_secret = true, .place = slice_text(place), .lane = ++newcomers, .term = term };
	struct pack out;
	memset(hello.token, token ? token : 0xee, sizeof hello.token);
	if (token == 0)
		memcpy(hello.token, &newcomers, sizeof newcomers);
	knock.conn = transport_test_connect(desk->net, address, &visitor, &knock);
	transport_test_pace(knock.conn, 0, 8);
	pack_init(&out);
	hello_encode(&hello, &out);
	transport_test_send(knock.conn, pack_bytes(&out));
	pack_finish(&out);
	loop_test_advance(desk->test, 1);
	if (knock.conn)
		transport_test_cut(knock.conn);
	desk_settle(desk);
	return knock;
}

static struct knock knock(struct desk *desk, const char *address, const char *place, uint8_t token)
{
	return knock_seen(desk, address, place, token, 0);
}

static void refused_as(const struct knock *knock, enum fault bye, uint16_t code, const char *who)
{
	if (knock->in || knock->bye != bye || knock->code != code)
		fail_msg("%s: in=%d bye=%s code=%u instead of %s %u", who, knock->in, fault_name(knock->bye), knock->code, fault_name(bye), code);
}

static void let_in(const struct knock *knock, const char *who)
{
	if (!knock->in)
		fail_msg("%s: not let in, bye=%s code=%u", who, fault_name(knock->bye), knock->code);
}

static struct page *member(struct desk *desk, uint8_t token)
{
	struct page *page = desk_page(desk, DOOR_PARTICIPANT, token);
	page_connect(page);
	desk_settle(desk);
	assert_int_not_equal(page->actor, 0);
	return page;
}

/* Every second one mistypes once, far more than an address may guess, and is then let in like the others: they do not stand in each other's way. */
static void a_hall_that_types_badly_comes_in(void **state)
{
	enum { PEOPLE = 10 * WRONG_CODES_ADDRESS };
	struct desk *desk = desk_open(1, false, "ord");
	(void)state;
	for (unsigned i = 0; i < PEOPLE; i++) {
		struct knock one;
		if (i % 2) {
			one = knock(desk, HALL, WRONG, 0);
			refused_as(&one, FAULT_no_session, CLOSE_REFUSED, "a typo in the hall");
		}
		one = knock(desk, HALL, desk->code, 0);
		let_in(&one, "somebody of the hall");
	}
	desk_close(desk);
}

/* As many typos as there may be, one after the other: the right codes that follow are told to come a little later, not for good, and then they come in. */
static void twenty_typos_in_a_row_hold_up_newcomers_only_for_a_while(void **state)
{
	struct desk *desk = desk_open(1, false, "ord");
	struct page *late = desk_page(desk, DOOR_PARTICIPANT, 0x31);
	struct knock one;
	(void)state;
	member(desk, 0x21);
	loop_test_advance(desk->test, WRONG_CODES_ADDRESS_MS);
	for (int i = 0; i < WRONG_CODES_ADDRESS; i++) {
		one = knock(desk, HALL, WRONG, 0);
		refused_as(&one, FAULT_no_session, CLOSE_REFUSED, "a typo");
	}
	one = knock(desk, HALL, desk->code, 0);
	refused_as(&one, FAULT_too_many_codes, CLOSE_LATER, "a newcomer with the right code");
	page_connect(late); /* a page that does what it is told */
	loop_test_advance(desk->test, 1000);
	assert_int_equal(late->actor, 0);
	assert_false(late->gone_for_good);
	one = knock(desk, HALL, desk->code, 0x21); /* one who is known comes in all the same, and with that speaks for the address */
	let_in(&one, "one who is known");
	one = knock(desk, HALL, desk->code, 0);
	let_in(&one, "the next newcomer");
	loop_test_advance(desk->test, 60 * 1000);
	assert_int_not_equal(late->actor, 0);
	desk_close(desk);
}

static void without_a_good_word_it_lasts_its_time(void **state)
{
	struct desk *desk = desk_open(1, false, "ord");
	struct knock one;
	(void)state;
	for (int i = 0; i < WRONG_CODES_ADDRESS; i++)
		knock(desk, STRANGER, WRONG, 0);
	loop_test_advance(desk->test, WRONG_CODES_ADDRESS_MS - 1000);
	one = knock(desk, STRANGER, desk->code, 0);
	refused_as(&one, FAULT_too_many_codes, CLOSE_LATER, "shortly before the end");
	loop_test_advance(desk->test, 2000);
	one = knock(desk, STRANGER, desk->code, 0);
	let_in(&one, "afterwards");
	desk_close(desk);
}

/* A thousand guesses of one stranger: at once, and then two a second for minutes. */
static void a_stranger_keeps_nobody_else_out(void **state)
{
	struct desk *desk = desk_open(1, false, "ord");
	struct knock one;
	(void)state;
	for (int i = 0; i < 1000; i++) {
		one = knock(desk, STRANGER, WRONG, 0);
		bool early = i < WRONG_CODES_ADDRESS;
		refused_as(&one, early ? FAULT_no_session : FAULT_too_many_codes, early ? CLOSE_REFUSED : CLOSE_LATER, "the stranger");
		if (i % 100 == 99) {
			one = knock(desk, ELSEWHERE, desk->code, 0);
			let_in(&one, "a newcomer from another address");
		}
	}
	for (int second = 0; second < 120; second++) {
		loop_test_advance(desk->test, 1000);
		knock(desk, STRANGER, WRONG, 0);
		knock(desk, STRANGER, WRONG, 0);
	}
	one = knock(desk, ELSEWHERE, desk->code, 0);
	let_in(&one, "a newcomer from another address, minutes later");
	one = knock(desk, HALL, WRONG, 0); /* and a typo there is only a typo */
	refused_as(&one, FAULT_no_session, CLOSE_REFUSED, "a typo elsewhere");
	desk_close(desk);
}

/* Nor one who is a member of something, and says so after every guess. */
static void a_stranger_with_a_good_word_keeps_nobody_else_out(void **state)
{
	struct desk *desk = desk_open(1, false, "ord");
	(void)state;
	member(desk, 0x21);
	for (int i = 0; i < 1500; i++) {
		knock(desk, STRANGER, WRONG, 0);
		struct knock one = knock(desk, STRANGER, desk->sid.text, 0x21);
		let_in(&one, "the stranger's good word");
		if (i % 20 == 19) {
			one = knock(desk, ELSEWHERE, desk->code, 0);
			let_in(&one, "a newcomer from another address");
		}
	}
	desk_close(desk);
}

static void who_is_known_gets_in_from_where_somebody_guesses(void **state)
{
	struct desk *desk = desk_open(1, false, "ord");
	struct knock one;
	(void)state;
	struct page *ada = member(desk, 0x21);
	for (int i = 0; i < 3 * WRONG_CODES_ADDRESS; i++)
		knock(desk, STRANGER, WRONG, 0);
	one = knock(desk, STRANGER, desk->code, 0x21);
	let_in(&one, "Ada, by the code");
	assert_int_equal(one.actor, ada->actor);
	one = knock(desk, STRANGER, desk->sid.text, 0x21);
	let_in(&one, "Ada, whose page remembers the session");
	assert_int_equal(one.actor, ada->actor);
	desk_close(desk);
}

/* Members of an instance that has died come by the code to one that has not loaded the session, from a hall where many typed badly. */
static void also_where_the_session_is_not_loaded_yet(void **state)
{
	(void)state;
	for (int known = 0; known < 2; known++) {
		struct desk *desk = desk_open(1, false, "ord");
		struct page *ada = member(desk, 0x21);
		ada->gone_for_good = true;
		journal_memory_crash(desk->disk, 0);
		transport_test_crash(desk->net);
		house_destroy(desk->house);
		desk_house(desk);
		desk_settle(desk);
		for (int i = 0; i < WRONG_CODES_ADDRESS; i++)
			knock(desk, STRANGER, WRONG, 0);
		assert_null(house_hall(desk->house, desk->sid));
		struct knock one = knock(desk, STRANGER, desk->code, known ? 0x21 : 0);
		if (known)
			let_in(&one, "Ada, by the code");
		else
			refused_as(&one, FAULT_too_many_codes, CLOSE_LATER, "a newcomer with the right code");
		assert_int_equal(one.actor, known ? ada->actor : 0);
		desk_close(desk);
	}
}

/* The answer does not tell a right code from a wrong one. */
static void who_guesses_learns_nothing(void **state)
{
	struct desk *desk = desk_open(1, false, "ord");
	(void)state;
	for (int i = 0; i < WRONG_CODES_ADDRESS; i++)
		knock(desk, STRANGER, WRONG, 0);
	const char *const codes[] = { WRONG, desk->code, "22222222", desk->code, WRONG };
	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
		struct knock one = knock(desk, STRANGER, codes[i], 0);
		refused_as(&one, FAULT_too_many_codes, CLOSE_LATER, codes[i] == desk->code ? "the right code" : "a wrong code");
	}
	desk_close(desk);
}

/* Nor the time it takes: whoever says that they have seen more than this instance has would be kept waiting with a right code only. */
static void nor_by_the_time_of_the_answer(void **state)
{
	static const struct {
		const char *name;
		bool away, guessed; /* the journal; from this address */
		enum fault bye;
	} cases[] = {
		{ "many wrong codes", false, true, FAULT_too_many_codes },
		{ "the journal is away", true, false, FAULT_later },
		{ "both", true, true, FAULT_later },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct desk *desk = desk_open(1, false, "ord");
		struct page *ada = member(desk, 0x21);
		for (int n = 0; cases[i].guessed && n < WRONG_CODES_ADDRESS; n++)
			knock(desk, STRANGER, WRONG, 0);
		if (cases[i].away) {
			journal_memory_state(desk->disk, JOURNAL_AWAY, "gone fishing", JOURNAL_MEMORY_NEVER);
			loop_test_advance(desk->test, 100);
		}
		for (int high = 0; high < 2; high++) {
			struct knock wrong = knock_seen(desk, STRANGER, WRONG, 0, high ? UINT32_MAX : 0), right = knock_seen(desk, STRANGER, desk->code, 0, high ? UINT32_MAX : 0);
			char name[80];
			snprintf(name, sizeof name, "%s, %s term, a wrong code", cases[i].name, high ? "a high" : "no");
			refused_as(&wrong, cases[i].bye, CLOSE_LATER, name);
			snprintf(name, sizeof name, "%s, %s term, the right code", cases[i].name, high ? "a high" : "no");
			refused_as(&right, cases[i].bye, CLOSE_LATER, name);
		}
		struct knock known = knock(desk, STRANGER, desk->code, 0x21);
		let_in(&known, "Ada, by the code");
		assert_int_equal(known.actor, ada->actor);
		desk_close(desk);
	}
}

/* While the journal cannot be asked nobody knows whether a code is right: that is no wrong code, and no reason to stay away. Who is known here comes in; a newcomer, who could not join now,
 * hears the same with a right code as with a wrong one, so that nothing can be found out meanwhile. */
static void what_cannot_be_asked_is_not_wrong(void **state)
{
	struct desk *desk = desk_open(1, false, "ord");
	(void)state;
	struct page *ada = member(desk, 0x21);
	journal_memory_state(desk->disk, JOURNAL_AWAY, "gone fishing", JOURNAL_MEMORY_NEVER);
	loop_test_advance(desk->test, 100);
	for (int i = 0; i < 2 * WRONG_CODES_ADDRESS; i++) {
		struct knock one = knock(desk, STRANGER, WRONG, 0);
		refused_as(&one, FAULT_later, CLOSE_LATER, "a code that nobody knows now");
	}
	struct knock right = knock(desk, STRANGER, desk->code, 0);
	refused_as(&right, FAULT_later, CLOSE_LATER, "a newcomer with the right code");
	right = knock(desk, STRANGER, desk->code, 0x21);
	let_in(&right, "Ada, by the code");
	assert_int_equal(right.actor, ada->actor);
	journal_memory_state(desk->disk, JOURNAL_OK, "", JOURNAL_MEMORY_NEVER);
	loop_test_advance(desk->test, 100);
	struct knock wrong = knock(desk, STRANGER, WRONG, 0);
	refused_as(&wrong, FAULT_no_session, CLOSE_REFUSED, "a wrong code");
	desk_close(desk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_hall_that_types_badly_comes_in),
		cmocka_unit_test(twenty_typos_in_a_row_hold_up_newcomers_only_for_a_while),
		cmocka_unit_test(without_a_good_word_it_lasts_its_time),
		cmocka_unit_test(a_stranger_keeps_nobody_else_out),
		cmocka_unit_test(a_stranger_with_a_good_word_keeps_nobody_else_out),
		cmocka_unit_test(who_is_known_gets_in_from_where_somebody_guesses),
		cmocka_unit_test(also_where_the_session_is_not_loaded_yet),
		cmocka_unit_test(who_guesses_learns_nothing),
		cmocka_unit_test(nor_by_the_time_of_the_answer),
		cmocka_unit_test(what_cannot_be_asked_is_not_wrong),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
