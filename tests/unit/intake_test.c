/* SPDX-License-Identifier: EUPL-1.2 */
/* What comes in: doors, tokens, rates, repeats, what the journal does not take, secret ballots, creation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "lib/desk.h"

static void settle(struct desk *desk)
{
	desk_settle(desk);
}

/* ---- doors ---- */

static void doors(void **state)
{
	static const struct {
		const char *name, *place; /* place NULL: the code, "sid": the sid */
		enum door door;
		uint8_t token;
		enum fault bye; /* none: let in */
		uint16_t code;
	} cases[] = {
		{ "the code", NULL, DOOR_PARTICIPANT, 0x11, FAULT_none, 0 },
		{ "the sid, as a page that was here", "sid", DOOR_PARTICIPANT, 0x11, FAULT_none, 0 },
		{ "a facilitator's link", "sid", DOOR_LINK, DESK_FACILITATOR, FAULT_none, 0 },
		{ "a wrong code", "2222-2222", DOOR_PARTICIPANT, 0x11, FAULT_no_session, CLOSE_REFUSED },
		{ "what is no code", "hello", DOOR_PARTICIPANT, 0x11, FAULT_no_session, CLOSE_REFUSED },
		{ "a wrong sid", "0123456789abcdef", DOOR_PARTICIPANT, 0x11, FAULT_no_session, CLOSE_REFUSED },
		{ "a wrong sid with a link", "0123456789abcdef", DOOR_LINK, DESK_FACILITATOR, FAULT_no_session, CLOSE_REFUSED },
		{ "a wrong link", "sid", DOOR_LINK, 0x12, FAULT_no_session, CLOSE_REFUSED },
		{ "a link by the code", NULL, DOOR_LINK, DESK_FACILITATOR, FAULT_no_session, CLOSE_REFUSED },
		{ "a link at the participants' door", "sid", DOOR_PARTICIPANT, DESK_FACILITATOR, FAULT_no_session, CLOSE_REFUSED },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct desk *desk = desk_open(1, false, "ord");
		struct page *page = desk_page(desk, cases[i].door, cases[i].token);
		const char *place = cases[i].place == NULL ? desk->code : strcmp(cases[i].place, "sid") == 0 ? desk->sid.text : cases[i].place;
		snprintf(page->place, sizeof page->place, "%s", place);
		page->hello.place = slice_text(page->place);
		page_connect(page);
		loop_test_advance(desk->test, 3000);
		bool in = page->conn != NULL && page->framed;
		if (in != (cases[i].bye == FAULT_none) || page->last_bye != cases[i].bye || page->last_close != cases[i].code)
			fail_msg("%s: in=%d bye=%s code=%u", cases[i].name, in, fault_name(page->last_bye), page->last_close);
		desk_close(desk);
	}
}

static void what_is_not_the_protocol_is_closed(void **state)
{
	static const struct {
		const char *name, *bytes;
		size_t len;
	} cases[] = {
		{ "nothing like it", "hello", 5 },
		{ "an empty array", "\x90", 1 },
		{ "a command before the hello", "\x99\x01\xc4\x08\x01\x01\x01\x01\x01\x01\x01\x01\x01\xc2\x02\x00\x00\xc4\x01\x90\xc4\x00", 23 },
		{ "two values", "\x90\x90", 2 },
		{ "a map", "\x80", 1 },
		{ "an array that claims to be huge", "\xdd\x7f\xff\xff\xff", 5 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct desk *desk = desk_open(1, false, "ord");
		struct page *page = desk_page(desk, DOOR_PARTICIPANT, 0);
		page->conn = transport_test_connect(desk->net, "192.0.2.9", &peer, page);
		transport_test_send(page->conn, slice_of(cases[i].bytes, cases[i].len));
		uint64_t before = desk_tip(desk);
		loop_test_advance(desk->test, 3000);
		if (page->conn || page->last_close != CLOSE_MALFORMED || desk_tip(desk) != before)
			fail_msg("%s: code=%u", cases[i].name, page->last_close);
		desk_close(desk);
	}
}

static struct page *comes(struct desk *desk, const char *place, uint8_t token)
{
	struct page *page = desk_page(desk, DOOR_PARTICIPANT, token);
	snprintf(page->place, sizeof page->place, "%s", place);
	page->hello.place = slice_text(page->place);
	page_connect(page);
	loop_test_advance(desk->test, 50);
	return page;
}

/* Wrong codes are limited; the right code then looks as wrong as any other, but whoever is known comes in, and links too. */
static void guessing_codes(void **state)
{
	struct desk *desk = desk_open(1, false, "ord");
	(void)state;
	struct page *known = comes(desk, desk->code, 0x21);
	assert_non_null(known->conn);
	for (int i = 0; i < WRONG_CODES_ADDRESS; i++)
		assert_int_equal(comes(desk, "22222222", 0)->last_bye, FAULT_no_session);
	assert_int_equal(comes(desk, "22222222", 0)->last_bye, FAULT_too_many_codes);
	assert_int_equal(comes(desk, desk->code, 0)->last_bye, FAULT_too_many_codes);
	struct page *again = comes(desk, desk->code, 0x21);
	assert_non_null(again->conn);
	assert_int_equal(again->actor, known->actor);
	assert_non_null(desk_facilitator(desk)->conn);
	loop_test_advance(desk->test, WRONG_CODES_ADDRESS_MS);
	assert_non_null(comes(desk, desk->code, 0)->conn);
	desk_close(desk);
}

static void a_fifth_page_closes_the_oldest(void **state)
{
	struct desk *desk = desk_open(1, false, "ord");
	struct page *pages[LIMIT_CONNECTIONS_A_MEMBER + 1];
	(void)state;
	for (int i = 0; i <= LIMIT_CONNECTIONS_A_MEMBER; i++)
		pages[i] = comes(desk, desk->code, 0x31);
	settle(desk);
	assert_null(pages[0]->conn);
	assert_int_equal(pages[0]->last_close, CLOSE_ELSEWHERE);
	for (int i = 1; i <= LIMIT_CONNECTIONS_A_MEMBER; i++)
		assert_non_null(pages[i]->conn);
	struct house_figures figures;
	house_figures(desk->house, &figures);
	assert_int_equal(figures.members_here, 1); /* they count as one */
	desk_close(desk);
}

static void a_revoked_link_is_shown_out(void **state)
{
	struct desk *desk = desk_open(1, false, "ord");
	struct page *fay = desk_facilitator(desk);
	struct pack form;
	uint8_t token[16];
	(void)state;
	memset(token, 0x41, sizeof token);
	struct digest hash = digest_plain(slice_of(token, sizeof token));
	pack_init(&form);
	pack_array(&form, 2);
	pack_uint(&form, ROLE_FACILITATOR);
	pack_bin(&form, slice_of(hash.bytes, sizeof hash.bytes));
	page_wish(fay, COMMAND_link_put, 2, 0, pack_bytes(&form), slice_of(NULL, 0));
	pack_finish(&form);
	settle(desk);
	struct page *deputy = desk_page(desk, DOOR_LINK, 0x41);
	page_connect(deputy);
	settle(desk);
	assert_int_equal(deputy->actor, 2 | ACTOR_LINK);
	desk_wish(desk, fay, COMMAND_link_revoke, 2, 0, 0, NULL);
	loop_test_advance(desk->test, 1000);
	assert_null(deputy->conn);
	assert_int_equal(deputy->last_bye, FAULT_no_session);
	assert_int_equal(deputy->last_close, CLOSE_REFUSED);
	assert_non_null(fay->conn);
	desk_close(desk);
}

/* ---- commands ---- */

static void open_question(struct desk *desk, struct page *fay, uint32_t activity)
{
	uint64_t forever = 0;
	desk_wish(desk, fay, COMMAND_open, activity, 0, 1, &forever);
	loop_test_advance(desk->test, 300);
}

static void a_repeat_is_one_entry(void **state)
{
	struct desk *desk = desk_open(1, false, "ord");
	struct page *fay = desk_facilitator(desk), *ada = desk_guest(desk);
	(void)state;
	open_question(desk, fay, 1);
	page_ballot(ada, 1, 1, false, slice_of("\x92\x01\x03", 3));
	settle(desk);
	uint64_t tip = desk_tip(desk);
	assert_int_equal(desk->saved, 4); /* two joins, the opening, the ballot */
	struct command_message again = { .lane = ada->hello.lane, .number = 2, .again = true, .command = COMMAND_ballot, .subject = { 1, 0 },
					 .form = slice_of("\x93\x01\x00\xc4\x03\x92\x01\x02", 8) };
	for (int i = 0; i < 3; i++) {
		struct pack out;
		pack_init(&out);
		command_encode(&again, &out);
		page_send_raw(ada, pack_bytes(&out));
		pack_finish(&out);
		settle(desk);
		again.again = false;
	}
	assert_int_equal(desk_tip(desk), tip);
	again.number = 1; /* and one that came before it is superseded, which is in no section */
	struct pack out;
	pack_init(&out);
	command_encode(&again, &out);
	page_send_raw(ada, pack_bytes(&out));
	pack_finish(&out);
	settle(desk);
	assert_int_equal(ada->replies[FAULT_superseded], 1);
	assert_int_equal(desk_tip(desk), tip);
	desk_close(desk);
}

static void what_the_journal_does_not_take(void **state)
{
	struct desk *desk = desk_open(1, false, "ord");
	struct page *fay = desk_facilitator(desk), *ada = desk_guest(desk);
	(void)state;
	open_question(desk, fay, 1);
	journal_memory_refuse_next(desk->disk, 1, JOURNAL_FULL);
	page_ballot(ada, 1, 1, false, slice_of("\x92\x01\x03", 3));
	settle(desk);
	assert_int_equal(ada->replies[FAULT_later], 1);
	loop_test_advance(desk->test, 2 * LATER_MS);
	assert_int_equal(ada->outbox_count, 0); /* it went the second time, under the same number */

	static const enum journal_memory_fate fates[] = { JOURNAL_MEMORY_NEVER, JOURNAL_MEMORY_SOON, JOURNAL_MEMORY_LATE };
	for (size_t i = 0; i < 3; i++) {
		unsigned unsure = ada->replies[FAULT_unsure];
		journal_memory_unsure_next(desk->disk, 1, fates[i]);
		page_ballot(ada, 1, 1, false, slice_of("\x92\x02\x01", 3));
		loop_test_advance(desk->test, 2 * JOURNAL_MEMORY_LATE_MS);
		assert_int_equal(ada->replies[FAULT_unsure], unsure + 1);
		assert_int_equal(ada->outbox_count, 0);
	}
	journal_memory_state(desk->disk, JOURNAL_AWAY, "gone fishing", JOURNAL_MEMORY_NEVER);
	page_ballot(ada, 1, 1, false, slice_of("\x92\x03\x01", 3));
	loop_test_advance(desk->test, 3000);
	assert_int_equal(ada->outbox_count, 1);
	journal_memory_state(desk->disk, JOURNAL_OK, "", JOURNAL_MEMORY_NEVER);
	loop_test_advance(desk->test, 3000);
	assert_int_equal(ada->outbox_count, 0);
	assert_int_equal(desk->refused, 0);
	desk_close(desk);
}

static void rates(void **state)
{
	struct desk *desk = desk_open(1, false, "ord");
	struct page *ada = desk_guest(desk);
	struct pack out;
	(void)state;
	loop_test_advance(desk->test, 5000);
	pack_init(&out);
	for (uint32_t i = 0; i < BURST_MEMBER + 5; i++) { /* number 1 again and again: its verdict is known */
		struct command_message again = { .lane = ada->hello.lane, .number = 1, .again = true, .command = COMMAND_join, .form = slice_of("\x90", 1) };
		pack_clear(&out);
		command_encode(&again, &out);
		page_send_raw(ada, pack_bytes(&out));
	}
	settle(desk);
	assert_int_equal(ada->replies[FAULT_too_fast], 5);
	assert_non_null(ada->conn);
	loop_test_advance(desk->test, 1000);
	page_send_raw(ada, pack_bytes(&out)); /* a second later ten more are fine */
	settle(desk);
	assert_int_equal(ada->replies[FAULT_too_fast], 5);
	for (int i = 0; i < 100 && ada->conn; i++)
		page_send_raw(ada, pack_bytes(&out));
	loop_test_advance(desk->test, 2100);
	assert_null(ada->conn);
	assert_int_equal(ada->last_close, CLOSE_POLICY);
	pack_finish(&out);
	desk_close(desk);
}

static void rooms_by_lot(void **state)
{
	struct desk *desk = desk_open(1, false, "ord");
	struct page *fay = desk_facilitator(desk), *people[14];
	uint64_t by_size[2] = { 0, 6 }, nonsense[2] = { 0, 0 };
	unsigned sizes[8] = { 0 };
	(void)state;
	for (int i = 0; i < 14; i++)
		people[i] = desk_guest(desk);
	desk_wish(desk, people[0], COMMAND_rooms, 0, 0, 2, by_size);
	assert_int_equal(desk->last_fault, FAULT_not_allowed);
	desk_wish(desk, fay, COMMAND_rooms, 0, 0, 2, nonsense);
	assert_int_equal(desk->last_fault, FAULT_malformed);
	desk_wish(desk, fay, COMMAND_rooms, 0, 0, 2, by_size);
	loop_test_advance(desk->test, 500);
	struct entry plan = desk_entry(desk, desk_tip(desk));
	assert_int_equal(plan.command, COMMAND_rooms);
	struct reader r = reader_of(plan.form);
	assert_int_equal(read_array(&r), 2); /* the plan itself stands in the log */
	for (int i = 0; i < 14; i++)
		sizes[page_room(people[i])]++;
	assert_int_equal(sizes[1], 7);
	assert_int_equal(sizes[2], 7);
	desk_close(desk);
}

/* The log names nobody, and no length speaks. */
static void a_secret_ballot_names_nobody(void **state)
{
	struct desk *desk = desk_open(1, true, "ord");
	struct page *fay = desk_facilitator(desk), *people[3];
	static const char *const ballots[] = { "\x92\x01\x01", "\x96\x01\x02\x02\x02\x03\x01", "" };
	static const size_t lengths[] = { 3, 7, 0 };
	size_t form_len = 0;
	(void)state;
	for (int i = 0; i < 3; i++)
		people[i] = desk_guest(desk);
	open_question(desk, fay, 1);
	for (int i = 0; i < 3; i++) {
		page_ballot(people[i], 1, 1, true, slice_of(ballots[i], lengths[i]));
		settle(desk);
		struct entry entry = desk_entry(desk, desk_tip(desk));
		assert_int_equal(entry.command, COMMAND_secret_ballot);
		assert_int_equal(entry.name.who, 0);
		assert_true(entry.name.lane != people[i]->hello.lane && entry.name.lane != 0);
		assert_int_equal(entry.name.number, 1);
		assert_true(entry.salted & ENTRY_FORM);
		assert_true(form_len == 0 || form_len == entry.form.len);
		form_len = entry.form.len;
		assert_null(memmem(entry.form.at, entry.form.len, people[i]->hello.secret, 16));
		assert_int_equal(people[i]->outbox_count, 0); /* and the page knows that it is saved */
	}
	/* Another secret than the one joined with. */
	struct page *other = desk_page(desk, DOOR_PARTICIPANT, 0);
	memcpy(other->hello.token, people[0]->hello.token, 16);
	page_connect(other);
	settle(desk);
	page_ballot(other, 1, 1, true, slice_of(ballots[0], lengths[0]));
	settle(desk);
	assert_int_equal(desk->last_fault, FAULT_secret_unknown);
	desk_close(desk);
}

/* ---- answers in words, and on paper ---- */

static void words_pack(struct pack *out, const char *words)
{
	pack_clear(out);
	pack_array(out, 1);
	pack_array(out, 2);
	pack_str(out, slice_text("sv"));
	pack_str(out, slice_text(words));
}

static void send_command(struct desk *desk, struct page *page, const struct command_message *message)
{
	struct pack out;
	pack_init(&out);
	command_encode(message, &out);
	page_send_raw(page, pack_bytes(&out));
	pack_finish(&out);
	loop_test_advance(desk->test, 500);
}

/* An answer in words. On a secret question it stands in the form, padded, and the entry has no text; on an open one the text stays where it is. */
static void an_answer_in_words(void **state)
{
	static const struct {
		const char *name, *words; /* words NULL: taken back */
		const char *ballot;       /* of the form; nothing where it should be */
		enum fault open, secret;
	} cases[] = {
		{ "words", "Vi provar i höst", "", FAULT_none, FAULT_none },
		{ "other words", "Nej", "", FAULT_none, FAULT_none },
		{ "taken back", NULL, "", FAULT_none, FAULT_none },
		{ "words and dots", "Ja", "\x92\x01\x01", FAULT_malformed, FAULT_malformed },
		{ "dots", NULL, "\x92\x01\x01", FAULT_malformed, FAULT_malformed },
		{ "a control character", "a\x07", "", FAULT_bad_text, FAULT_bad_text },
		{ "128 letters of 127", "12345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678",
		  "", FAULT_too_long, FAULT_too_long },
	};
	(void)state;
	for (int secret = 0; secret < 2; secret++) {
		struct desk *desk = desk_open_of(DESK_WORDS, 1, secret, "ord");
		struct page *fay = desk_facilitator(desk), *ada = desk_guest(desk);
		struct pack form, text;
		size_t form_len = 0;
		pack_init(&form);
		pack_init(&text);
		open_question(desk, fay, 1);
		for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
			enum fault fault = secret ? cases[i].secret : cases[i].open;
			uint64_t tip = desk_tip(desk);
			unsigned before = ada->replies[fault];
			pack_clear(&form);
			pack_array(&form, 3);
			pack_uint(&form, 1);
			pack_uint(&form, 0);
			pack_bin(&form, slice_text(cases[i].ballot));
			pack_clear(&text);
			if (cases[i].words)
				words_pack(&text, cases[i].words);
			/* A secret question's commands have numbers of their own (4.8). */
			send_command(desk, ada, &(struct command_message){ .lane = ada->hello.lane, .number = (uint32_t)i + (secret ? 1 : 2), .command = COMMAND_ballot,
									   .subject = { 1, 0 }, .form = pack_bytes(&form), .text = pack_bytes(&text) });
			struct entry entry = desk_entry(desk, desk_tip(desk));
			bool kept = desk_tip(desk) == tip + 1, right = kept == (fault == FAULT_none);
			if (fault != FAULT_none)
				right &= ada->replies[fault] == before + 1;
			else if (secret)
				right &= entry.command == COMMAND_secret_ballot && entry.text.len == 0 && !(entry.salted & ENTRY_TEXT) && entry.name.who == 0 &&
					(form_len == 0 || entry.form.len == form_len) && /* no length speaks */
					(text.len == 0 || memmem(entry.form.at, entry.form.len, text.at, text.len));
			else
				right &= entry.command == COMMAND_ballot && slice_equal(entry.text, pack_bytes(&text)) && slice_equal(entry.form, pack_bytes(&form));
			if (!right)
				fail_msg("%s, %s: kept=%d, %zu bytes of form, %zu of text", cases[i].name, secret ? "secret" : "open", kept, entry.form.len,
					 entry.text.len);
			if (secret && kept)
				form_len = entry.form.len;
		}
		pack_finish(&form);
		pack_finish(&text);
		desk_close(desk);
	}
}

static char traced[64 * 1024];
static size_t traced_len;
static void keep_trace(enum trace_level level, const char *line, void *ctx)
{
	(void)level;
	(void)ctx;
	traced_len += (size_t)snprintf(traced + traced_len, sizeof traced - traced_len, "%s\n", line);
	assert_true(traced_len < sizeof traced);
}

/* A ballot on paper: padded, salted, without a text of its own, and no trace of what is in it. */
static void a_ballot_on_paper(void **state)
{
	static const struct {
		enum desk_kind kind;
		bool secret;
	} cases[] = { { DESK_DOTS, false }, { DESK_DOTS, true }, { DESK_WORDS, false }, { DESK_WORDS, true } };
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct desk *desk = desk_open_of(cases[i].kind, 1, cases[i].secret, "ord");
		struct page *fay = desk_facilitator(desk), *ada = desk_guest(desk);
		uint64_t two = 2;
		size_t form_len = 0;
		struct pack form, text;
		pack_init(&form);
		pack_init(&text);
		page_wish(fay, COMMAND_rooms, 0, 0, slice_of("\x91\x92\x01\x01", 4), slice_of(NULL, 0));
		open_question(desk, fay, 1);
		desk_wish(desk, fay, COMMAND_papers, 1, 1, 1, &two);
		trace_to(keep_trace, TRACE_DEBUG, NULL);
		traced_len = 0;
		for (unsigned n = 0; n < 3; n++) { /* two sheets, and one too many */
			uint8_t sheet[16] = { (uint8_t)(1 + n) };
			uint64_t tip = desk_tip(desk);
			pack_clear(&form);
			pack_array(&form, 4);
			pack_uint(&form, 1);
			pack_bin(&form, slice_of(sheet, sizeof sheet));
			pack_uint(&form, 1);
			pack_bin(&form, cases[i].kind == DESK_WORDS ? slice_of(NULL, 0) : n ? slice_of("\x94\x01\x02\x03\x01", 5) : slice_of("\x92\x01\x03", 3));
			pack_clear(&text);
			if (cases[i].kind == DESK_WORDS)
				words_pack(&text, n ? "hemligheten" : "Ja");
			page_wish(fay, COMMAND_proxy, 1, 1, pack_bytes(&form), pack_bytes(&text));
			loop_test_advance(desk->test, 500);
			if (n == 2) {
				assert_int_equal(desk->last_fault, FAULT_no_paper);
				assert_int_equal(desk_tip(desk), tip);
				break;
			}
			struct entry entry = desk_entry(desk, desk_tip(desk));
			assert_int_equal(entry.command, COMMAND_proxy);
			assert_int_equal(desk_tip(desk), tip + 1);
			assert_true(entry.salted == ENTRY_FORM && entry.text.len == 0);
			assert_true(form_len == 0 || form_len == entry.form.len);
			form_len = entry.form.len;
			assert_true(entry.form.len > form.len || cases[i].kind == DESK_DOTS);
			assert_true(text.len == 0 || memmem(entry.form.at, entry.form.len, text.at, text.len));
		}
		assert_int_equal(desk->refused, 1);
		assert_null(strstr(traced, "hemligheten"));
		trace_to(desk_nowhere, TRACE_ERROR, NULL);
		/* What is no sheet at all is refused by name; what is nobody's question too; a participant may not. */
		static const struct {
			uint32_t activity;
			bool by_ada;
			const char *form;
			size_t len;
			enum fault fault;
		} wrong[] = {
			{ 1, false, "\x90", 1, FAULT_malformed },
			{ 1, false, "\x94\x01\xc4\x01\x01\x01\xc4\x00", 8, FAULT_malformed },
			{ 7, false, "\x90", 1, FAULT_no_activity },
			{ 1, true, "\x90", 1, FAULT_not_allowed },
		};
		for (size_t w = 0; w < sizeof wrong / sizeof *wrong; w++) {
			page_wish(wrong[w].by_ada ? ada : fay, COMMAND_proxy, wrong[w].activity, 1, slice_of(wrong[w].form, wrong[w].len), slice_of(NULL, 0));
			loop_test_advance(desk->test, 500);
			assert_int_equal(desk->last_fault, wrong[w].fault);
		}
		assert_int_equal(desk->refused, 5);
		pack_finish(&form);
		pack_finish(&text);
		desk_close(desk);
	}
}

/* ---- creation ---- */

static void counted(const struct sid *sid, void *ctx)
{
	*(unsigned *)ctx += sid != NULL;
}

static void a_creation_that_is_not_proper_changes_nothing(void **state)
{
	static const struct {
		const char *name, *key;
		size_t cut, at; /* bytes cut off the end; the byte at `at` is changed */
		uint8_t byte;
		enum fault fault;
	} cases[] = {
		{ "as it should be", "key", 0, 0, 0, FAULT_none },
		{ "a wrong key", "Key", 0, 0, 0, FAULT_key_needed },
		{ "no key", "", 0, 0, 0, FAULT_key_needed },
		{ "cut short", "key", 1, 0, 0, FAULT_malformed },
		{ "another version", "key", 0, 1, 2, FAULT_malformed },
		{ "no version", "key", 0, 1, 0xc0, FAULT_malformed },
		{ "a group of one may not be told", "key", 0, 6, 1, FAULT_malformed },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct desk *desk = desk_open(0, false, "");
		struct pack body;
		unsigned sessions = 0;
		pack_init(&body);
		desk_body(&body, 1, false, "ord");
		if (cases[i].at)
			body.at[cases[i].at] = cases[i].byte;
		house_create_session(desk->house, slice_of(body.at, body.len - cases[i].cut), slice_text(cases[i].key), "192.0.2.1", desk_created, desk);
		assert_int_equal(desk->answers, 0); /* never from inside the call */
		settle(desk);
		struct journal journal = journal_memory_port(desk->disk);
		journal.ops->list(journal.self, counted, &sessions);
		settle(desk);
		if (desk->answers != 1 || desk->created != cases[i].fault || sessions != (cases[i].fault == FAULT_none))
			fail_msg("%s: answers=%u fault=%s sessions=%u", cases[i].name, desk->answers, fault_name(desk->created), sessions);
		pack_finish(&body);
		desk_close(desk);
	}
}

static void a_creation_waits_for_stable_and_survives_refusals(void **state)
{
	struct desk *desk = desk_open(0, false, "");
	struct pack body;
	(void)state;
	pack_init(&body);
	desk_body(&body, 2, false, "ord");
	journal_memory_hold(desk->disk, true);
	house_create_session(desk->house, pack_bytes(&body), slice_text("key"), "192.0.2.1", desk_created, desk);
	loop_test_advance(desk->test, 5000);
	assert_int_equal(desk->answers, 0);
	journal_memory_hold(desk->disk, false);
	settle(desk);
	assert_int_equal(desk->answers, 1);
	assert_int_equal(desk->created, FAULT_none);

	journal_memory_refuse_next(desk->disk, 1, JOURNAL_FULL);
	house_create_session(desk->house, pack_bytes(&body), slice_text("key"), "192.0.2.1", desk_created, desk);
	settle(desk);
	assert_int_equal(desk->created, FAULT_later);
	journal_memory_refuse_next(desk->disk, 1, JOURNAL_TAKEN); /* the name exists: another is tried */
	house_create_session(desk->house, pack_bytes(&body), slice_text("key"), "192.0.2.1", desk_created, desk);
	settle(desk);
	assert_int_equal(desk->created, FAULT_none);
	assert_int_equal(desk->answers, 3);
	pack_finish(&body);
	desk_close(desk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(doors),
		cmocka_unit_test(what_is_not_the_protocol_is_closed),
		cmocka_unit_test(guessing_codes),
		cmocka_unit_test(a_fifth_page_closes_the_oldest),
		cmocka_unit_test(a_revoked_link_is_shown_out),
		cmocka_unit_test(a_repeat_is_one_entry),
		cmocka_unit_test(what_the_journal_does_not_take),
		cmocka_unit_test(rates),
		cmocka_unit_test(rooms_by_lot),
		cmocka_unit_test(a_secret_ballot_names_nobody),
		cmocka_unit_test(an_answer_in_words),
		cmocka_unit_test(a_ballot_on_paper),
		cmocka_unit_test(a_creation_that_is_not_proper_changes_nothing),
		cmocka_unit_test(a_creation_waits_for_stable_and_survives_refusals),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
