/* SPDX-License-Identifier: EUPL-1.2 */
/* A house with one session for unit tests: the test's loop, the journal in memory, the test's transport, and the simulator's pages at the other end.
 * Included once by a test program (it brings the page with it). */
#ifndef BOLLPLANK_TESTS_LIB_DESK_H
#define BOLLPLANK_TESTS_LIB_DESK_H
#include "lib/loop_test.h"
#include "shell/hall.h"
#include "shell/journal_memory.h"
#include "sim/page.c"

enum { DESK_PAGES = 256, DESK_FACILITATOR = 0xfa };

struct desk {
	struct loop_test *test;
	struct loop loop;
	struct journal_memory *disk;
	struct transport_test *net;
	struct house *house;
	struct page_watch watch;
	struct page *pages[DESK_PAGES];
	size_t pages_count;
	struct sid sid;
	char code[16];
	enum fault created;
	unsigned answers;
	/* of the newest frame to anybody */
	unsigned saved, refused;
	enum fault last_fault;
	const char *broken;
};

static inline struct transport_test *desk_door(struct page *page, void *ctx)
{
	(void)page;
	return ((struct desk *)ctx)->net;
}

static inline void desk_frame(struct page *page, struct slice bytes, void *ctx) { (void)page, (void)bytes, (void)ctx; }
static inline void desk_applied(struct page *page, void *ctx) { (void)page, (void)ctx; }
static inline void desk_saved(struct page *page, const struct wish *wish, void *ctx)
{
	(void)page, (void)wish;
	((struct desk *)ctx)->saved++;
}
static inline void desk_refused(struct page *page, const struct wish *wish, bool kept, void *ctx)
{
	(void)page, (void)kept;
	((struct desk *)ctx)->refused++;
	((struct desk *)ctx)->last_fault = wish->fault;
}
static inline void desk_broken(struct page *page, const char *what, void *ctx)
{
	(void)page;
	((struct desk *)ctx)->broken = what;
}

/* All that comes at this moment; the transport's events are timers of 0 ms. */
static inline void desk_settle(struct desk *desk) { loop_test_advance(desk->test, 0); }

static inline void desk_created(enum fault fault, struct slice answer, void *ctx)
{
	struct desk *desk = ctx;
	desk->answers++;
	desk->created = fault;
	if (fault != FAULT_none)
		return;
	struct reader r = reader_of(answer);
	read_array(&r);
	struct slice sid = read_bytes(&r), code = read_bytes(&r);
	CHECK(sid_parse(sid, &desk->sid) && code.len < sizeof desk->code);
	memcpy(desk->code, code.at, code.len);
}

static inline void desk_text(struct pack *out, const char *word, unsigned words)
{
	pack_array(out, 1);
	pack_array(out, 1 + (size_t)words);
	pack_str(out, slice_text("sv"));
	while (words--)
		pack_str(out, slice_text(word));
}

enum desk_kind { DESK_DOTS, DESK_RATING, DESK_WORDS };

/* dots [5, 3] on three items; a rating with its gate; an answer in words. */
static inline void desk_question(struct pack *out, enum desk_kind kind, bool secret, const char *word)
{
	static const struct {
		const char *kind, *config;
		size_t config_len;
		int items;
	} rows[] = { { "dots", "\x92\x05\x03", 3, 3 }, { "rating", "\x91\x01", 2, 2 }, { "text", "\x91\x7f", 2, 0 } };
	pack_array(out, 8);
	pack_str(out, slice_text(rows[kind].kind));
	pack_uint(out, 1);
	pack_bool(out, secret);
	pack_bin(out, slice_of(rows[kind].config, rows[kind].config_len));
	pack_str(out, slice_of(NULL, 0));
	desk_text(out, word, 2);
	pack_array(out, 0);
	pack_array(out, (size_t)rows[kind].items);
	for (int i = 0; i < rows[kind].items; i++) {
		pack_array(out, 2);
		pack_uint(out, 0);
		desk_text(out, word, 1);
	}
}

static inline void desk_body_of(struct pack *out, enum desk_kind kind, unsigned questions, bool secret, const char *word)
{
	uint8_t token[16];
	memset(token, DESK_FACILITATOR, sizeof token);
	struct digest hash = digest_plain(slice_of(token, sizeof token));
	pack_array(out, 11);
	pack_uint(out, 1);
	pack_bool(out, false);
	pack_str(out, slice_text("sv"));
	pack_uint(out, 0);
	pack_uint(out, 0);
	pack_str(out, slice_text("desk@1"));
	desk_text(out, word, 1);
	pack_nil(out);
	pack_array(out, 1);
	pack_array(out, 3);
	pack_uint(out, ROLE_FACILITATOR);
	pack_bin(out, slice_of(hash.bytes, sizeof hash.bytes));
	desk_text(out, "Fay", 1);
	pack_array(out, 1);
	pack_array(out, 8);
	pack_uint(out, 10);
	pack_uint(out, 0);
	pack_uint(out, 0);
	pack_uint(out, 0);
	pack_array(out, 0);
	desk_text(out, word, 2);
	pack_nil(out);
	pack_array(out, questions);
	for (unsigned q = 0; q < questions; q++)
		desk_question(out, kind, secret, word);
	pack_array(out, 0);
}

/* The body of a creation: `questions` activities (dots [5, 3]) of three items with `word` as their text. */
static inline void desk_body(struct pack *out, unsigned questions, bool secret, const char *word)
{
	desk_body_of(out, DESK_DOTS, questions, secret, word);
}

static inline void desk_nowhere(enum trace_level level, const char *line, void *ctx) { (void)level, (void)line, (void)ctx; }

static inline void desk_house(struct desk *desk)
{
	struct house_parts parts = { .loop = desk->loop, .journal = journal_memory_port(desk->disk), .transport = &transport_test_ops,
				     .creation_key = slice_text("key") };
	desk->house = house_create(&parts);
	transport_test_serve(desk->net, house_transport(), desk->house);
}

static inline struct desk *desk_open_of(enum desk_kind kind, unsigned questions, bool secret, const char *word)
{
	struct desk *desk = check_alloc(1, sizeof *desk);
	trace_to(desk_nowhere, TRACE_ERROR, NULL);
	desk->test = loop_test_create(7);
	desk->loop = loop_test_loop(desk->test);
	desk->disk = journal_memory_create(desk->loop);
	desk->net = transport_test_create(desk->loop);
	desk->watch = (struct page_watch){ .ctx = desk, .door = desk_door, .frame = desk_frame, .applied = desk_applied, .saved = desk_saved, .refused = desk_refused,
					  .broken = desk_broken };
	desk_house(desk);
	if (questions) {
		struct pack body;
		pack_init(&body);
		desk_body_of(&body, kind, questions, secret, word);
		house_create_session(desk->house, pack_bytes(&body), slice_text("key"), "192.0.2.1", desk_created, desk);
		pack_finish(&body);
		desk_settle(desk);
		CHECK(desk->created == FAULT_none && desk->answers == 1);
	}
	return desk;
}

static inline struct desk *desk_open(unsigned questions, bool secret, const char *word)
{
	return desk_open_of(DESK_DOTS, questions, secret, word);
}

static inline void desk_close(struct desk *desk)
{
	for (size_t i = 0; i < desk->pages_count; i++) {
		page_finish(desk->pages[i]);
		free(desk->pages[i]);
	}
	desk_settle(desk);
	journal_memory_crash(desk->disk, 0);
	transport_test_crash(desk->net);
	house_destroy(desk->house);
	loop_test_advance(desk->test, 10 * 60 * 1000);
	journal_memory_destroy(desk->disk);
	desk_settle(desk);
	transport_test_destroy(desk->net);
	loop_test_destroy(desk->test);
	free(desk);
}

/* A page that has not come yet. token 0: one of its own. */
static inline struct page *desk_page(struct desk *desk, enum door door, uint8_t token)
{
	struct page *page = check_alloc(1, sizeof *page);
	CHECK(desk->pages_count < DESK_PAGES);
	page_init(page, (unsigned)desk->pages_count, desk->loop, &desk->watch);
	desk->pages[desk->pages_count++] = page;
	if (token)
		memset(page->hello.token, token, sizeof page->hello.token);
	page->hello.door = door;
	page->hello.has_secret = door == DOOR_PARTICIPANT;
	snprintf(page->place, sizeof page->place, "%s", door == DOOR_PARTICIPANT ? desk->code : desk->sid.text);
	page->hello.place = slice_text(page->place);
	return page;
}

/* One that has come and joined. */
static inline struct page *desk_guest(struct desk *desk)
{
	struct page *page = desk_page(desk, DOOR_PARTICIPANT, 0);
	page_connect(page);
	desk_settle(desk);
	return page;
}

static inline struct page *desk_facilitator(struct desk *desk)
{
	struct page *page = desk_page(desk, DOOR_LINK, DESK_FACILITATOR);
	page_connect(page);
	desk_settle(desk);
	return page;
}

/* A command whose form holds numbers. */
static inline void desk_wish(struct desk *desk, struct page *page, uint16_t command, uint32_t a, uint32_t b, size_t count, const uint64_t *form)
{
	struct pack out;
	pack_init(&out);
	pack_array(&out, count);
	for (size_t i = 0; i < count; i++)
		pack_uint(&out, form[i]);
	page_wish(page, command, a, b, pack_bytes(&out), slice_of(NULL, 0));
	pack_finish(&out);
	desk_settle(desk);
}

static inline struct entry desk_entry(struct desk *desk, uint64_t seq)
{
	struct journal_entry e;
	struct entry entry;
	CHECK(journal_memory_entry(desk->disk, desk->sid, seq, &e));
	CHECK(entry_decode(e.body.head, e.body.form, e.body.text, e.struck, e.body.digest, &entry));
	return entry;
}

static inline uint64_t desk_tip(struct desk *desk) { return journal_memory_tip(desk->disk, desk->sid).seq; }

/* How many entries of this command the log has; at_ms: when the last of them came, NULL: not asked. */
static inline unsigned desk_entries(struct desk *desk, uint16_t command, uint64_t *at_ms)
{
	unsigned count = 0;
	for (uint64_t seq = 1; seq <= desk_tip(desk); seq++) {
		struct journal_entry e;
		if (desk_entry(desk, seq).command != command || !journal_memory_entry(desk->disk, desk->sid, seq, &e))
			continue;
		count++;
		if (at_ms)
			*at_ms = e.at_ms;
	}
	return count;
}

/* Everybody into so many rooms by turns: 1, 2, ..., 1, 2, ...; then so long passes. */
static inline void desk_rooms(struct desk *desk, struct page *fay, unsigned rooms, uint64_t ms)
{
	uint32_t members = session_members(house_hall(desk->house, desk->sid)->session);
	struct pack form;
	pack_init(&form);
	pack_array(&form, rooms);
	for (unsigned r = 1; r <= rooms; r++) {
		pack_array(&form, 1 + (members + rooms - r) / rooms);
		pack_uint(&form, r);
		for (uint32_t m = r; m <= members; m += rooms)
			pack_uint(&form, m);
	}
	page_wish(fay, COMMAND_rooms, 0, 0, pack_bytes(&form), slice_of(NULL, 0));
	pack_finish(&form);
	loop_test_advance(desk->test, ms);
}

/* A shared screen, by the second link, which the facilitator makes. */
static inline struct page *desk_screen(struct desk *desk, struct page *fay)
{
	struct pack form;
	uint8_t token[16];
	memset(token, 0x5c, sizeof token);
	struct digest hash = digest_plain(slice_of(token, sizeof token));
	pack_init(&form);
	pack_array(&form, 2);
	pack_uint(&form, ROLE_SCREEN);
	pack_bin(&form, slice_of(hash.bytes, sizeof hash.bytes));
	page_wish(fay, COMMAND_link_put, 2, 0, pack_bytes(&form), slice_of(NULL, 0));
	pack_finish(&form);
	loop_test_advance(desk->test, 100);
	struct page *screen = desk_page(desk, DOOR_LINK, 0x5c);
	page_connect(screen);
	loop_test_advance(desk->test, 100);
	return screen;
}
#endif
