/* SPDX-License-Identifier: EUPL-1.2 */
/* The log that a facilitator takes home: whole, in pieces, folding to the same session; and who gets it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "lib/desk.h"
#include "shell/export.h"
#include "shell/journal_chain.h"

static const char fay_token[] = "-vr6-vr6-vr6-vr6-vr6-g"; /* sixteen times 0xfa, DESK_FACILITATOR */

/* ---- somebody who fetches ---- */

struct taker {
	struct export *export; /* NULL: closed */
	struct pack all;
	unsigned answers, pieces, most; /* most: after so many it takes no more; 0: all */
	size_t largest;
	enum fault fault;
	bool last;
};

static void on_piece(enum fault fault, struct slice piece, bool last, void *ctx)
{
	struct taker *t = ctx;
	t->answers++;
	t->fault = fault;
	t->last = last;
	if (fault != FAULT_none)
		return;
	t->pieces++;
	t->largest = piece.len > t->largest ? piece.len : t->largest;
	pack_raw(&t->all, piece);
	if (!last && t->pieces != t->most)
		export_more(t->export);
}

static void fetch_from(struct desk *desk, struct taker *t, const char *sid, const char *token, const char *address)
{
	struct export_wish wish = { .sid = slice_text(sid), .token = slice_text(token), .address = address };
	t->export = export_open(desk->house, &wish, on_piece, t);
	assert_int_equal(t->answers, 0); /* never from inside the call */
}

static void taker_finish(struct taker *t)
{
	if (t->export)
		export_close(t->export);
	pack_finish(&t->all);
	*t = (struct taker){ 0 };
}

static enum fault fetch(struct desk *desk, struct taker *t, const char *sid, const char *token)
{
	fetch_from(desk, t, sid, token, "192.0.2.77");
	loop_test_advance(desk->test, 100);
	return t->fault;
}

/* ---- what it reads ---- */

struct told {
	unsigned entries, left_out, secret_ballots, papers, texts;
	char open[64]; /* of each ballot that is not secret: told or left out */
	bool whole;
};

/* Steps every entry of the bytes through a session of its own. */
static struct session *fold(struct desk *desk, const struct taker *t, struct told *told)
{
	struct session *s = session_create(desk->sid);
	struct reader r = reader_of(pack_bytes(&t->all));
	struct chain chain = { 0 };
	*told = (struct told){ 0 };
	assert_int_equal(read_array(&r), 2);
	assert_true(slice_equal(read_bytes(&r), slice_text("bollplank.log.1")));
	assert_true(slice_equal(read_bytes(&r), slice_text(desk->sid.text)));
	while (r.at < r.end && !r.bad) {
		size_t count = read_array(&r);
		if (count == 1 && read_nil(&r)) {
			told->whole = r.at == r.end;
			break;
		}
		assert_int_equal(count, 9);
		struct entry entry;
		uint32_t term = (uint32_t)read_uint(&r);
		uint64_t seq = read_uint(&r), at_ms = read_uint(&r);
		struct slice its = read_bytes(&r), digest = read_bytes(&r);
		unsigned struck = (unsigned)read_uint(&r);
		struct slice head = read_bytes(&r), form = read_bytes(&r), text = read_bytes(&r);
		assert_int_equal(seq, ++told->entries);
		assert_int_equal(digest.len, 32);
		chain = chain_next(chain, (struct position){ term, seq }, at_ms, digest.at);
		assert_true(slice_equal(its, slice_of(chain.bytes, sizeof chain.bytes)));
		assert_true(entry_decode(head, form, text, struck, digest.at, &entry));
		entry.term = term;
		entry.seq = seq;
		entry.at_ms = at_ms;
		told->left_out += struck == ENTRY_FORM;
		told->secret_ballots += entry.command == COMMAND_secret_ballot;
		told->papers += entry.command == COMMAND_proxy && form.len > 0;
		told->texts += text.len > 0;
		if (entry.command == COMMAND_ballot || entry.command == COMMAND_proxy) {
			bool words = entry.salted & ENTRY_TEXT, out = form.len == 0;
			assert_true(entry.salted & ENTRY_FORM); /* without salt its digest would tell it to who tries */
			assert_true((struck & ENTRY_FORM) == (out ? ENTRY_FORM : 0) && (!words || (text.len == 0) == out));
			if (strlen(told->open) + 1 < sizeof told->open)
				strcat(told->open, out ? "." : "T");
		}
		session_step(s, &entry);
		session_changes_clear(s);
	}
	assert_false(r.bad);
	return s;
}

static const struct session *session_in(struct desk *desk)
{
	return house_hall(desk->house, desk->sid)->session;
}

/* ---- a session to be fetched ---- */

static void papers(struct desk *desk, struct page *fay, uint32_t activity)
{
	uint64_t one = 1;
	struct pack form;
	uint8_t sheet[16] = { 0x5e };
	desk_wish(desk, fay, COMMAND_papers, activity, 1, 1, &one);
	pack_init(&form);
	pack_array(&form, 4);
	pack_uint(&form, 1);
	pack_bin(&form, slice_of(sheet, sizeof sheet));
	pack_uint(&form, 1);
	pack_bin(&form, slice_of("\x92\x02\x01", 3));
	page_wish(fay, COMMAND_proxy, activity, 1, pack_bytes(&form), slice_of(NULL, 0));
	pack_finish(&form);
	loop_test_advance(desk->test, 500);
}

/* People in a room, an open question with their ballots and one on paper; a secret one is closed too, so that it is sealed, if wished. */
static struct desk *play(bool secret, bool closed, unsigned ballots)
{
	struct desk *desk = desk_open(1, secret, "ord");
	struct page *fay = desk_facilitator(desk), *people[4];
	uint64_t forever = 0, now = 1;
	for (int i = 0; i < 4; i++)
		people[i] = desk_guest(desk);
	page_wish(fay, COMMAND_rooms, 0, 0, slice_of("\x91\x95\x01\x01\x02\x03\x04", 7), slice_of(NULL, 0));
	desk_wish(desk, fay, COMMAND_open, 1, 0, 1, &forever);
	loop_test_advance(desk->test, 500);
	for (unsigned i = 0; i < ballots; i++) {
		uint8_t ballot[3] = { 0x92, (uint8_t)(1 + i % 3), (uint8_t)(1 + i % 2) };
		page_ballot(people[i % 4], 1, 1, secret, slice_of(ballot, 3));
		loop_test_advance(desk->test, 60);
	}
	papers(desk, fay, 1);
	if (closed) {
		desk_wish(desk, fay, COMMAND_close, 1, 0, 1, &now);
		loop_test_advance(desk->test, 1000);
		desk_wish(desk, fay, COMMAND_reveal, 1, 0, 0, NULL);
		loop_test_advance(desk->test, 1000);
	}
	assert_null(desk->broken);
	return desk;
}

static void an_export_folds_to_the_same(void **state)
{
	static const struct {
		const char *name;
		bool secret, closed, restarted;
		unsigned ballots;
	} cases[] = {
		{ "an open question, revealed", false, true, false, 4 },
		{ "a sealed question", true, true, false, 8 },
		{ "in several pieces", false, true, false, 400 },
		{ "of a session that has to be loaded", true, true, true, 8 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct desk *desk = play(cases[i].secret, cases[i].closed, cases[i].ballots);
		struct taker t = { 0 };
		struct told told;
		uint64_t digest = session_digest(session_in(desk));
		if (cases[i].restarted) {
			for (size_t p = 0; p < desk->pages_count; p++)
				page_leave(desk->pages[p]);
			desk_settle(desk);
			journal_memory_crash(desk->disk, 0);
			transport_test_crash(desk->net);
			house_destroy(desk->house);
			desk_house(desk);
		}
		assert_int_equal(fetch(desk, &t, desk->sid.text, fay_token), FAULT_none);
		struct session *folded = fold(desk, &t, &told);
		if (!t.last || !told.whole || told.entries != desk_tip(desk) || session_digest(folded) != digest)
			fail_msg("%s: last=%d whole=%d entries=%u of %llu, digest %s", cases[i].name, t.last, told.whole, told.entries,
				 (unsigned long long)desk_tip(desk), session_digest(folded) == digest ? "equal" : "another");
		assert_int_equal(told.papers, !cases[i].secret);
		assert_int_equal(told.left_out, cases[i].secret ? told.secret_ballots + 1 : 0);
		assert_true(told.texts > 3);
		assert_true(t.pieces > told.entries / 128 && t.pieces <= 2 + told.entries / 128);
		session_destroy(folded);
		taker_finish(&t);
		desk_close(desk);
	}
}

/* While it is open nothing of a secret question is told; whatever else there is folds. */
static void nothing_of_secret_ballots_before_their_seal(void **state)
{
	struct desk *desk = play(true, false, 8);
	struct taker t = { 0 };
	struct told told;
	struct entry ballot = { 0 };
	(void)state;
	for (uint64_t seq = 1; seq <= desk_tip(desk) && ballot.command != COMMAND_secret_ballot; seq++)
		ballot = desk_entry(desk, seq);
	assert_true(ballot.form.len > 0); /* it stands in the journal still */
	assert_int_equal(fetch(desk, &t, desk->sid.text, fay_token), FAULT_none);
	struct session *folded = fold(desk, &t, &told);
	assert_true(told.whole);
	assert_int_equal(told.secret_ballots, 8);
	assert_int_equal(told.left_out, 9); /* and the one on paper */
	assert_null(memmem(t.all.at, t.all.len, ballot.form.at, ballot.form.len));
	assert_int_equal(session_members(folded), 4);
	assert_int_equal(session_ballots(folded, 1), 0);
	session_destroy(folded);
	taker_finish(&t);
	desk_close(desk);
}

/* ---- open ballots that facilitators have not seen ---- */

static const char words_said[] = "what nobody else has seen";

static void ballots(struct desk *desk, struct page *const *people, unsigned from, unsigned to, enum desk_kind kind, uint32_t round)
{
	for (unsigned i = from; i < to; i++) {
		uint8_t ballot[3] = { 0x92, (uint8_t)(1 + i % 2), (uint8_t)(1 + i % 2) };
		struct pack form, text;
		if (kind != DESK_WORDS) {
			page_ballot(people[i], 1, round, false, kind == DESK_RATING ? slice_of("\x92\x01\x32", 3) : slice_of(ballot, 3));
			loop_test_advance(desk->test, 60);
			continue;
		}
		pack_init(&form);
		pack_init(&text);
		pack_array(&form, 3);
		pack_uint(&form, round);
		pack_uint(&form, 0);
		pack_bin(&form, slice_of(NULL, 0));
		desk_text(&text, words_said, 1);
		page_wish(people[i], COMMAND_ballot, 1, 0, pack_bytes(&form), pack_bytes(&text));
		pack_finish(&form);
		pack_finish(&text);
		loop_test_advance(desk->test, 60);
	}
}

/* One letter of a story. */
static void deed(struct desk *desk, struct page *fay, struct page *const *people, enum desk_kind kind, char what)
{
	static const struct {
		char what;
		uint16_t command;
		uint32_t a, b;
		size_t count;
		uint64_t form[2];
	} rows[] = {
		{ 'o', COMMAND_open, 1, 0, 1, { 0 } },   { 'l', COMMAND_look, 1, 0, 0, { 0 } },           { 'x', COMMAND_close, 1, 0, 1, { 1 } },
		{ 'r', COMMAND_reveal, 1, 0, 0, { 0 } }, { '1', COMMAND_reveal, 1, SCOPE_ROOM | 1, 0, { 0 } }, { 'h', COMMAND_hide, 1, 0, 0, { 0 } },
		{ 'a', COMMAND_ask, 1, 0, 0, { 0 } },    { 'e', COMMAND_end, 0, 0, 0, { 0 } },            { 'm', COMMAND_move, 0, 0, 2, { 1, 2 } },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].what == what)
			desk_wish(desk, fay, rows[i].command, rows[i].a, rows[i].b, rows[i].count, rows[i].form);
	switch (what) {
	case 'b': ballots(desk, people, 0, 4, kind, 1); break;
	case '2': ballots(desk, people, 0, 2, kind, 1); break;
	case '3': ballots(desk, people, 2, 3, kind, 1); break;
	case 'B': ballots(desk, people, 0, 4, kind, 2); break;
	case 'p': papers(desk, fay, 1); break;
	default: break;
	}
	loop_test_advance(desk->test, 10 * 1000); /* a gate waits a little before it opens */
}

/* Of an open question facilitators may look before it is shown, and the log says that they did: this is no other way. */
static void nothing_that_only_a_look_would_show(void **state)
{
	static const struct {
		const char *name;
		enum desk_kind kind;
		const char *story, *told;
	} cases[] = {
		{ "open", DESK_DOTS, "obp", "....." },
		{ "closed", DESK_DOTS, "obpx", "....." },
		{ "looked at", DESK_DOTS, "obpl", "TTTTT" },
		{ "shown", DESK_DOTS, "obpxr", "TTTTT" },
		{ "shown, and hidden again", DESK_DOTS, "obpxrh", "TTTTT" },
		{ "over", DESK_DOTS, "obpe", "TTTTT" },
		{ "shown in room 1", DESK_DOTS, "obpx1", "TT..T" },
		{ "shown in room 1, where somebody was", DESK_DOTS, "obmx1", "TT.." },
		{ "asked again after it was shown", DESK_DOTS, "obxraoB", "TTTT...." },
		{ "asked again, never shown", DESK_DOTS, "obxaoB", "........" },
		{ "asked again, the second is shown", DESK_DOTS, "obxaoBxr", "....TTTT" },
		{ "asked again, shown in room 1 only", DESK_DOTS, "obx1aoB", "........" },
		{ "a rating that all in room 1 have answered", DESK_RATING, "o23", "TT." },
		{ "the same, asked again", DESK_RATING, "o23xaoB", "TT.TTTT" },
		{ "words", DESK_WORDS, "ob", "...." },
		{ "words, looked at", DESK_WORDS, "obl", "TTTT" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct desk *desk = desk_open_of(cases[i].kind, 1, false, "ord");
		struct page *fay = desk_facilitator(desk), *people[4];
		struct taker t = { 0 };
		struct told told;
		for (int p = 0; p < 4; p++)
			people[p] = desk_guest(desk);
		page_wish(fay, COMMAND_rooms, 0, 0, slice_of("\x92\x93\x01\x01\x02\x93\x02\x03\x04", 9), slice_of(NULL, 0));
		for (const char *c = cases[i].story; *c; c++)
			deed(desk, fay, people, cases[i].kind, *c);
		if (desk->broken || desk->refused)
			fail_msg("%s: %u refused, %s", cases[i].name, desk->refused, desk->broken ? desk->broken : fault_name(desk->last_fault));
		assert_int_equal(fetch(desk, &t, desk->sid.text, fay_token), FAULT_none);
		struct session *folded = fold(desk, &t, &told);
		assert_true(told.whole);
		if (strcmp(told.open, cases[i].told) != 0)
			fail_msg("%s: %s instead of %s", cases[i].name, told.open, cases[i].told);
		if (strchr(told.open, 'T') == NULL) { /* and what folds without them holds none */
			assert_int_equal(session_ballots(folded, 1), 0);
			assert_null(memmem(t.all.at, t.all.len, words_said, sizeof words_said - 1));
		} else if (strchr(told.open, '.') == NULL) {
			assert_true(session_digest(folded) == session_digest(session_in(desk)));
		}
		session_destroy(folded);
		taker_finish(&t);
		desk_close(desk);
	}
}

/* A log of which the first half is of one history and the rest of another would pass every check of its reader. */
static void never_of_two_histories(void **state)
{
	(void)state;
	for (int late = 0; late < 2; late++) { /* the peer has a piece; the journal reads */
		struct desk *desk = play(false, true, 200);
		struct taker t = { .most = 2 };
		struct told told;
		assert_int_equal(fetch(desk, &t, desk->sid.text, fay_token), FAULT_none);
		assert_int_equal(t.pieces, 2);
		t.most = 0;
		journal_memory_late(desk->disk, late ? 40 : 0);
		if (late)
			export_more(t.export);
		journal_memory_lose_to(desk->disk, desk->sid, 60); /* others put it in again, in another order */
		loop_test_advance(desk->test, 3000);
		if (!late)
			export_more(t.export);
		loop_test_advance(desk->test, 3000);
		assert_int_equal(t.fault, FAULT_later);
		session_destroy(fold(desk, &t, &told));
		assert_false(told.whole);
		taker_finish(&t);
		assert_int_equal(fetch(desk, &t, desk->sid.text, fay_token), FAULT_none);
		session_destroy(fold(desk, &t, &told));
		assert_true(told.whole);
		taker_finish(&t);
		desk_close(desk);
	}
}

/* Up to what is stable; what could still be lost is not told. */
static void only_what_is_stable(void **state)
{
	struct desk *desk = play(false, false, 4);
	struct taker t = { 0 };
	struct told told;
	uint64_t tip = desk_tip(desk);
	(void)state;
	journal_memory_hold(desk->disk, true);
	desk_guest(desk);
	assert_true(desk_tip(desk) > tip);
	assert_int_equal(fetch(desk, &t, desk->sid.text, fay_token), FAULT_none);
	session_destroy(fold(desk, &t, &told));
	assert_true(told.whole);
	assert_int_equal(told.entries, tip);
	taker_finish(&t);
	desk_close(desk);
}

/* ---- who gets it ---- */

static void link_put(struct desk *desk, struct page *fay, uint32_t number, unsigned role, uint8_t byte)
{
	struct pack form;
	uint8_t token[16];
	memset(token, byte, sizeof token);
	struct digest hash = digest_plain(slice_of(token, sizeof token));
	pack_init(&form);
	pack_array(&form, 2);
	pack_uint(&form, role);
	pack_bin(&form, slice_of(hash.bytes, sizeof hash.bytes));
	page_wish(fay, COMMAND_link_put, number, 0, pack_bytes(&form), slice_of(NULL, 0));
	pack_finish(&form);
	desk_settle(desk);
}

static void who_gets_it(void **state)
{
	static const struct {
		const char *name, *sid, *token; /* sid NULL: the right one */
		enum fault fault;
	} cases[] = {
		{ "the facilitator", NULL, fay_token, FAULT_none },
		{ "another token", NULL, "AAAAAAAAAAAAAAAAAAAAAA", FAULT_not_allowed },
		{ "a member's token", NULL, "UVFRUVFRUVFRUVFRUVFRUQ", FAULT_not_allowed },
		{ "no token", NULL, "", FAULT_not_allowed },
		{ "a token with its padding", NULL, "-vr6-vr6-vr6-vr6-vr6-g==", FAULT_not_allowed },
		{ "a token with a bit too many", NULL, "-vr6-vr6-vr6-vr6-vr6-h", FAULT_not_allowed },
		{ "a token in the other alphabet", NULL, "+vr6+vr6+vr6+vr6+vr6+g", FAULT_not_allowed },
		{ "another session", "0123456789abcdef", fay_token, FAULT_no_session },
		{ "what is no session", "nowhere", fay_token, FAULT_no_session },
		{ "nothing", "", fay_token, FAULT_no_session },
	};
	(void)state;
	struct desk *desk = desk_open(1, false, "ord");
	struct page *ada = desk_page(desk, DOOR_PARTICIPANT, 0x51);
	struct house_figures figures;
	page_connect(ada);
	desk_settle(desk);
	assert_int_equal(ada->actor, 1);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct taker t = { 0 };
		fetch(desk, &t, cases[i].sid ? cases[i].sid : desk->sid.text, cases[i].token);
		if (t.fault != cases[i].fault || (t.fault != FAULT_none && (t.answers != 1 || t.all.len)))
			fail_msg("%s: %s in %u answers", cases[i].name, fault_name(t.fault), t.answers);
		taker_finish(&t);
	}
	house_figures(desk->house, &figures);
	assert_int_equal(figures.sessions, 1); /* whoever guesses sids does not fill the house */
	/* A deputy's link, until it is revoked; a screen's never. */
	struct page *fay = desk_facilitator(desk);
	link_put(desk, fay, 2, ROLE_FACILITATOR, 0x41);
	link_put(desk, fay, 3, ROLE_SCREEN, 0x42);
	struct taker t = { 0 };
	assert_int_equal(fetch(desk, &t, desk->sid.text, "QkJCQkJCQkJCQkJCQkJCQg"), FAULT_not_allowed);
	taker_finish(&t);
	assert_int_equal(fetch(desk, &t, desk->sid.text, "QUFBQUFBQUFBQUFBQUFBQQ"), FAULT_none);
	taker_finish(&t);
	desk_wish(desk, fay, COMMAND_link_revoke, 2, 0, 0, NULL);
	assert_int_equal(fetch(desk, &t, desk->sid.text, "QUFBQUFBQUFBQUFBQUFBQQ"), FAULT_not_allowed);
	taker_finish(&t);
	desk_close(desk);
}

/* Wrong tokens count as wrong codes do; who has a right one is let in all the same. */
static void guessing(void **state)
{
	struct desk *desk = desk_open(1, false, "ord");
	struct taker t = { 0 };
	(void)state;
	for (int i = 0; i < WRONG_CODES_ADDRESS; i++) {
		assert_int_equal(fetch(desk, &t, desk->sid.text, "AAAAAAAAAAAAAAAAAAAAAA"), FAULT_not_allowed);
		taker_finish(&t);
	}
	assert_int_equal(fetch(desk, &t, desk->sid.text, "AAAAAAAAAAAAAAAAAAAAAA"), FAULT_too_many_codes);
	taker_finish(&t);
	assert_int_equal(fetch(desk, &t, desk->sid.text, fay_token), FAULT_none);
	taker_finish(&t);
	loop_test_advance(desk->test, WRONG_CODES_ADDRESS_MS);
	assert_int_equal(fetch(desk, &t, desk->sid.text, "AAAAAAAAAAAAAAAAAAAAAA"), FAULT_not_allowed);
	taker_finish(&t);
	desk_close(desk);
}

static void so_many_at_a_time(void **state)
{
	struct desk *desk = desk_open(1, false, "ord");
	struct taker t[LIMIT_EXPORTS + 1] = { { 0 } };
	(void)state;
	for (int i = 0; i <= LIMIT_EXPORTS; i++) {
		t[i].most = 1; /* a peer that takes nothing */
		assert_int_equal(fetch(desk, &t[i], desk->sid.text, fay_token), i < LIMIT_EXPORTS ? FAULT_none : FAULT_later);
	}
	taker_finish(&t[0]);
	taker_finish(&t[LIMIT_EXPORTS]);
	assert_int_equal(fetch(desk, &t[0], desk->sid.text, fay_token), FAULT_none);
	assert_true(t[0].last);
	for (int i = 0; i < LIMIT_EXPORTS; i++)
		taker_finish(&t[i]);
	desk_close(desk);
}

/* ---- ends in the middle ---- */

static void stopped(void *ctx) { ++*(unsigned *)ctx; }

static void left_in_the_middle(void **state)
{
	static const struct {
		const char *name;
		uint64_t late_ms, close_ms; /* the journal's answers; when the peer goes */
		unsigned most, pieces;
	} cases[] = {
		{ "at once", 0, 0, 0, 0 }, { "while the session is loaded", 40, 10, 0, 0 }, { "with the first piece", 40, 1000, 1, 1 },
		{ "while the journal reads", 40, 70, 0, 1 }, { "with the second piece", 40, 1000, 2, 2 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct desk *desk = play(false, true, 400);
		struct taker t = { .most = cases[i].most };
		struct house_figures figures;
		for (size_t p = 0; p < desk->pages_count; p++)
			page_leave(desk->pages[p]);
		loop_test_advance(desk->test, 2 * EVICT_MS); /* out of memory */
		house_figures(desk->house, &figures);
		assert_int_equal(figures.sessions, 0);
		journal_memory_late(desk->disk, cases[i].late_ms);
		fetch_from(desk, &t, desk->sid.text, fay_token, "192.0.2.77");
		if (cases[i].close_ms)
			loop_test_advance(desk->test, cases[i].close_ms);
		if (t.last || t.pieces != cases[i].pieces)
			fail_msg("%s: %u pieces", cases[i].name, t.pieces);
		taker_finish(&t);
		loop_test_advance(desk->test, 2 * EVICT_MS);
		house_figures(desk->house, &figures);
		assert_int_equal(figures.sessions, 0); /* and it leaves memory again */
		desk_close(desk);
	}
}

static void the_house_stops(void **state)
{
	(void)state;
	for (unsigned most = 0; most < 3; most++) { /* the journal reads; a piece is with the peer */
		struct desk *desk = play(false, true, 400);
		struct taker t = { .most = most };
		unsigned done = 0;
		journal_memory_late(desk->disk, 40);
		fetch_from(desk, &t, desk->sid.text, fay_token, "192.0.2.77");
		loop_test_advance(desk->test, most ? 1000 : 20);
		house_stop(desk->house, stopped, &done);
		loop_test_advance(desk->test, 2000);
		assert_int_equal(done, 1);
		assert_int_equal(t.fault, FAULT_later);
		assert_false(t.last);
		taker_finish(&t);
		desk_close(desk);
	}
}

static void damage_is_told_and_the_end_is_not(void **state)
{
	struct desk *desk = play(false, true, 400);
	struct taker t = { .most = 1 };
	struct told told;
	(void)state;
	assert_int_equal(fetch(desk, &t, desk->sid.text, fay_token), FAULT_none);
	t.most = 0;
	journal_memory_damage(desk->disk, desk->sid, 200);
	export_more(t.export);
	loop_test_advance(desk->test, 100);
	assert_int_equal(t.fault, FAULT_damaged);
	assert_int_equal(t.pieces, 2); /* the header, and the 128 before */
	session_destroy(fold(desk, &t, &told));
	assert_false(told.whole);
	assert_int_equal(told.entries, 128);
	taker_finish(&t);
	desk_close(desk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_export_folds_to_the_same),
		cmocka_unit_test(nothing_of_secret_ballots_before_their_seal),
		cmocka_unit_test(nothing_that_only_a_look_would_show),
		cmocka_unit_test(never_of_two_histories),
		cmocka_unit_test(only_what_is_stable),
		cmocka_unit_test(who_gets_it),
		cmocka_unit_test(guessing),
		cmocka_unit_test(so_many_at_a_time),
		cmocka_unit_test(left_in_the_middle),
		cmocka_unit_test(the_house_stops),
		cmocka_unit_test(damage_is_told_and_the_end_is_not),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
