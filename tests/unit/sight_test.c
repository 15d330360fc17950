/* SPDX-License-Identifier: EUPL-1.2 */
/* Sight (protocol section 5): after every entry of a story that touches every section, a page that has only applied what it was sent equals a page that has
 * just come in, for everybody who may look; the same for one that comes back after having been away, and for a session that was loaded from its
 * snapshot. And no page holds a word, ballot or result that is out of its sight: what that is, the story says itself.
 * Controls (tests/unit/controls.sh): with sight ignored (bug 3), a move that keeps the old room's sections (7) or forgotten removals (8) this fails. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/check.h"
#include "base/limits.h"
#include "lib/notation.h"
#include "lib/script.h"

/* --- a page: sections as it has been told --- */

struct held {
	struct section section;
	uint64_t since;
	struct held_item {
		struct pack key, value; /* MessagePack */
	} *items;
	size_t count;
};

struct page {
	uint32_t actor;
	struct held *held;
	size_t count;
	uint64_t done;
};

static void held_empty(struct held *held)
{
	for (size_t i = 0; i < held->count; i++) {
		pack_finish(&held->items[i].key);
		pack_finish(&held->items[i].value);
	}
	free(held->items);
	held->items = NULL;
	held->count = 0;
}

static void page_finish(struct page *page)
{
	for (size_t i = 0; i < page->count; i++)
		held_empty(&page->held[i]);
	free(page->held);
	page->held = NULL;
	page->count = 0;
}

static struct held *held_find(const struct page *page, struct section section)
{
	for (size_t i = 0; i < page->count; i++)
		if (section_equal(page->held[i].section, section))
			return &page->held[i];
	return NULL;
}

static struct held *held_make(struct page *page, struct section section, uint64_t since)
{
	struct held *held = held_find(page, section);
	if (held)
		return held;
	page->held = check_realloc(page->held, page->count + 1, sizeof *page->held);
	held = &page->held[page->count++];
	*held = (struct held){ .section = section, .since = since };
	return held;
}

static struct held_item *item_find(const struct held *held, struct slice key)
{
	for (size_t i = 0; i < held->count; i++)
		if (slice_equal(pack_bytes(&held->items[i].key), key))
			return &held->items[i];
	return NULL;
}

static void item_set(struct held *held, struct slice key, struct slice value)
{
	struct held_item *item = item_find(held, key);
	if (item == NULL) {
		held->items = check_realloc(held->items, held->count + 1, sizeof *held->items);
		item = &held->items[held->count++];
		*item = (struct held_item){ 0 };
		pack_raw(&item->key, key);
	}
	pack_clear(&item->value);
	pack_raw(&item->value, value);
}

static void item_drop(struct held *held, struct slice key)
{
	struct held_item *item = item_find(held, key);
	if (item == NULL)
		return;
	pack_finish(&item->key);
	pack_finish(&item->value);
	*item = held->items[--held->count];
}

/* How long the value at the front of `bytes` is. Our own writer made it; so this reads what that writes. */
static size_t value_len(struct slice bytes)
{
	uint8_t b = bytes.at[0];
	size_t n = 0, head = 1, children = 0;
	if (b <= 0x7f || b == 0xc0 || b == 0xc2 || b == 0xc3)
		return 1;
	if ((b & 0xf0) == 0x90)
		children = b & 0x0f;
	else if ((b & 0xe0) == 0xa0)
		n = b & 0x1f;
	else if (b == 0xc4 || b == 0xd9)
		head = 2, n = bytes.at[1];
	else if (b == 0xc5 || b == 0xda)
		head = 3, n = (size_t)bytes.at[1] << 8 | bytes.at[2];
	else if (b == 0xdc)
		head = 3, children = (size_t)bytes.at[1] << 8 | bytes.at[2];
	else if (b >= 0xcc && b <= 0xcf)
		n = (size_t)1 << (b - 0xcc);
	else
		fail_msg("a byte that our writer does not use: %02x", b);
	size_t len = head + n;
	while (children--)
		len += value_len(slice_of(bytes.at + len, bytes.len - len));
	return len;
}

static struct slice value_take(struct slice *bytes)
{
	size_t len = value_len(*bytes);
	struct slice value = slice_of(bytes->at, len);
	*bytes = slice_of(bytes->at + len, bytes->len - len);
	return value;
}

/* [kind, a, b, whole, [key, value, ...]] as session_view wrote it. */
static void page_apply(struct held *held, struct slice bytes)
{
	assert_int_equal(bytes.at[0], 0x95);
	bytes = slice_of(bytes.at + 1, bytes.len - 1);
	for (int i = 0; i < 3; i++)
		value_take(&bytes);
	if (*value_take(&bytes).at == 0xc3)
		held_empty(held);
	struct slice items = value_take(&bytes);
	assert_int_equal(bytes.len, 0);
	items = (items.at[0] & 0xf0) == 0x90 ? slice_of(items.at + 1, items.len - 1) : slice_of(items.at + 3, items.len - 3);
	while (items.len) {
		struct slice key = value_take(&items), value = value_take(&items);
		if (value.at[0] == 0xc0)
			item_drop(held, key);
		else
			item_set(held, key, value);
	}
}

/* What a connection is sent when its turn comes: first what is gone, then what is new. */
static void page_flush(struct page *page, const struct script *script, const struct session *session)
{
	struct eyes_key keys[LIMIT_SCRIPT_KEYS];
	struct eyes eyes = script_eyes(script, session, page->actor, keys);
	struct section sight[512];
	size_t count = session_sections(session, &eyes, SHAPE_OWN, sight, 256);
	assert_true(count <= 256);
	count += session_sections(session, &eyes, SHAPE_SHARED, sight + count, 256);
	assert_true(count <= 512);
	for (size_t h = page->count; h-- > 0;) {
		bool still = false;
		for (size_t i = 0; i < count && !still; i++)
			still = section_equal(sight[i], page->held[h].section);
		if (!still) {
			held_empty(&page->held[h]);
			page->held[h] = page->held[--page->count];
		}
	}
	struct pack out;
	pack_init(&out);
	for (size_t i = 0; i < count; i++) {
		struct held *held = held_make(page, sight[i], 0);
		uint64_t since = session_sees(session, &eyes, sight[i]);
		assert_true(since > 0 && since <= session_seq(session));
		pack_clear(&out);
		if (session_view(session, &eyes, sight[i], held->since, since, &out))
			page_apply(held, pack_bytes(&out));
		held->since = session_seq(session);
	}
	pack_finish(&out);
	page->done = session_seq(session);
}

/* Away since `done`, and back: it says only (term, done), so everything in sight counts as told up to there. */
static void page_comes_back(struct page *page, const struct script *script, const struct session *session)
{
	struct eyes_key keys[LIMIT_SCRIPT_KEYS];
	struct eyes eyes = script_eyes(script, session, page->actor, keys);
	struct section sight[512];
	size_t count = session_sections(session, &eyes, SHAPE_OWN, sight, 256);
	count += session_sections(session, &eyes, SHAPE_SHARED, sight + count, 256);
	for (size_t i = 0; i < count; i++)
		held_make(page, sight[i], page->done)->since = page->done;
	page_flush(page, script, session);
}

static struct page page_copy(const struct page *page)
{
	struct page copy = { .actor = page->actor, .done = page->done };
	for (size_t h = 0; h < page->count; h++) {
		struct held *held = held_make(&copy, page->held[h].section, page->held[h].since);
		for (size_t i = 0; i < page->held[h].count; i++)
			item_set(held, pack_bytes(&page->held[h].items[i].key), pack_bytes(&page->held[h].items[i].value));
	}
	return copy;
}

/* Everything that is in x is in y, with the same value. An empty section is as none. */
static bool page_within(const struct page *x, const struct page *y, struct section *where)
{
	for (size_t h = 0; h < x->count; h++) {
		const struct held *held = &x->held[h], *other = held_find(y, held->section);
		*where = held->section;
		for (size_t i = 0; i < held->count; i++) {
			const struct held_item *same = other ? item_find(other, pack_bytes(&held->items[i].key)) : NULL;
			if (same == NULL || !slice_equal(pack_bytes(&same->value), pack_bytes(&held->items[i].value)))
				return false;
		}
	}
	return true;
}

static bool page_holds(const struct page *page, const void *bytes, size_t len)
{
	for (size_t h = 0; h < page->count; h++)
		for (size_t i = 0; i < page->held[h].count; i++) {
			struct slice value = pack_bytes(&page->held[h].items[i].value);
			if (value.len >= len && memmem(value.at, value.len, bytes, len))
				return true;
		}
	return false;
}

/* --- the story --- */

enum { OPEN_ONE = 1, SECRET_ONE = 2, ROOMS_ONE = 3, PEOPLE = 6, ROAMER = 6 };
enum { ROOM_1 = SCOPE_ROOM | 1, ROOM_2 = SCOPE_ROOM | 2 };

static void begin(struct script *s)
{
	script_people(s, PEOPLE);
	script_activity(s, &(struct question){ "dots", "[200, 200]", 1, 4, false });
	script_activity(s, &(struct question){ "dots", "[200, 200]", 1, 4, true });
	script_activity(s, &(struct question){ "dots", "[200, 200]", 2, 4, false });
	script_rooms(s, 2); /* 1 3 5 and 2 4 6 */
	assert_int_equal(DO(s, FACILITATOR, move, .form = "[5, 0]"), FAULT_none); /* 5 is in none */
}

#define FINE(...) assert_int_equal(DO(__VA_ARGS__), FAULT_none)

/* Ballots that are found again among bytes: nobody else's look like them. */
static const char *ballot_text(uint32_t member)
{
	static char text[64];
	snprintf(text, sizeof text, "[1, %u, 2, %u]", 100 + member, 20 + member);
	return text;
}

static void late_joiner(struct script *s) { script_people(s, 1); }
static void two_late_joiners(struct script *s) { script_people(s, 2); }
static void agenda(struct script *s)
{
	FINE(s, FACILITATOR, step_put, .a = 2, .form = "[2, 15, 0, 0, 0, []]", .text = "[[\"\", \"second\", \"\"]]");
	FINE(s, FACILITATOR, activity_put, .a = ROOMS_ONE, .form = "[2, \"dots\", 2, 0, <<[200, 200]>>, \"\"]");
}
static void items(struct script *s) { FINE(s, FACILITATOR, items_put, .a = 1, .form = "[2, 7, 5, 0]", .text = "[[\"\", \"another\", \"fifth\"]]"); }
static void items_hidden(struct script *s) { FINE(s, FACILITATOR, items_hide, .a = 1, .form = "[1, 3, 5]"); }
static void items_back(struct script *s) { FINE(s, FACILITATOR, items_hide, .a = 1, .form = "[0, 3]"); }
static void go_all(struct script *s) { FINE(s, FACILITATOR, go, .a = 1); }
static void go_room(struct script *s) { FINE(s, FACILITATOR, go, .a = 2, .b = ROOM_1); }
static void say_all(struct script *s) { FINE(s, FACILITATOR, say, .text = "[[\"sv\", \"to-all\"]]"); }
static void say_room(struct script *s) { FINE(s, FACILITATOR, say, .b = ROOM_2, .text = "[[\"sv\", \"to-room-2\"]]"); }
static void say_nothing(struct script *s) { FINE(s, FACILITATOR, say); }
static void show(struct script *s) { FINE(s, FACILITATOR, show, .form = "[4, 1, 2, 0]"); }
static void open_1(struct script *s) { FINE(s, FACILITATOR, open, .a = OPEN_ONE, .form = "[600000]"); }
static void ballots_1(struct script *s)
{
	for (uint32_t m = 1; m <= PEOPLE; m++)
		assert_int_equal(script_ballot(s, m, OPEN_ONE, ballot_text(m)), FAULT_none);
}
static void sheet(struct script *s, uint32_t activity, uint32_t room)
{
	struct pack in, out;
	pack_init(&in);
	pack_init(&out);
	assert_true(notation_pack("[1, h'07000000000000000000000000000000', 1, <<[4, 3]>>]", &in));
	assert_true(session_proxy_form(s->session, activity, pack_bytes(&in), slice_of(NULL, 0), &out));
	uint32_t number = (uint32_t)map_get(&s->numbers, FACILITATOR) + 1;
	map_set(&s->numbers, FACILITATOR, number);
	struct entry entry = { .name = { FACILITATOR, 9001, number }, .command = COMMAND_proxy, .subject = { activity, room }, .form = pack_bytes(&out), .salted = ENTRY_FORM };
	assert_int_equal(script_entry(s, &entry), FAULT_none);
	pack_finish(&in);
	pack_finish(&out);
}
static void papers_1(struct script *s) { FINE(s, FACILITATOR, papers, .a = OPEN_ONE, .b = 1, .form = "[2]"); }
static void sheet_1(struct script *s) { sheet(s, OPEN_ONE, 1); }
static void papers_fewer(struct script *s) { FINE(s, FACILITATOR, papers, .a = OPEN_ONE, .b = 1, .form = "[1]"); }
static void papers_secret(struct script *s)
{
	FINE(s, FACILITATOR, papers, .a = SECRET_ONE, .b = 2, .form = "[1]");
	sheet(s, SECRET_ONE, 2);
}
static void ballot_back(struct script *s) { assert_int_equal(script_ballot(s, 3, OPEN_ONE, ""), FAULT_none); }
static void ballot_again(struct script *s) { assert_int_equal(script_ballot(s, 3, OPEN_ONE, ballot_text(3)), FAULT_none); }
static void ballot_bad(struct script *s) { assert_int_equal(script_ballot(s, 3, OPEN_ONE, "[2, 1, 1, 1]"), FAULT_bad_ballot); }
static void look_1(struct script *s) { FINE(s, FACILITATOR, look, .a = OPEN_ONE); }
static void time_room(struct script *s) { FINE(s, FACILITATOR, time, .b = ROOM_1, .form = "[60000]"); }
static void due_room(struct script *s) { assert_int_equal(script_due(s, ROOM_1), FAULT_none); }
static void reveal_room(struct script *s) { FINE(s, FACILITATOR, reveal, .a = OPEN_ONE, .b = ROOM_1); }
static void hide_room(struct script *s) { FINE(s, FACILITATOR, hide, .a = OPEN_ONE, .b = ROOM_1); }
static void close_1(struct script *s) { FINE(s, FACILITATOR, close, .a = OPEN_ONE, .form = "[0]"); }
static void hold_1(struct script *s) { FINE(s, FACILITATOR, hold, .a = OPEN_ONE); }
static void due_all(struct script *s) { assert_int_equal(script_due(s, SCOPE_SESSION), FAULT_none); }
static void extra_1(struct script *s) { FINE(s, FACILITATOR, extra, .a = OPEN_ONE, .b = 2, .form = "[90000]"); }
static void extra_due(struct script *s) { FINE(s, THE_HOUSE, extra_due, .a = OPEN_ONE, .b = 2, .form = "[1]"); }
static void reveal_1(struct script *s) { FINE(s, FACILITATOR, reveal, .a = OPEN_ONE); }
static void hide_1(struct script *s) { FINE(s, FACILITATOR, hide, .a = OPEN_ONE); }
static void ask_1(struct script *s) { FINE(s, FACILITATOR, ask, .a = OPEN_ONE); }
static void roam_there(struct script *s) { FINE(s, FACILITATOR, move, .form = "[6, 1]"); }
static void roam_back(struct script *s) { FINE(s, FACILITATOR, move, .form = "[6, 2]"); }
static void there_and_back(struct script *s) { roam_there(s); roam_back(s); }
static void roam_out(struct script *s) { FINE(s, FACILITATOR, move, .form = "[6, 0]"); }
static void often(struct script *s)
{
	for (int i = 0; i < LIMIT_REMOVALS + 1; i++)
		there_and_back(s);
}
static void once_less(struct script *s)
{
	for (int i = 0; i < LIMIT_REMOVALS / 2; i++)
		there_and_back(s);
}
static void new_plan(struct script *s) { FINE(s, FACILITATOR, rooms, .form = "[[1, 2, 1], [2, 6, 3], [3, 4]]"); }
static void old_plan(struct script *s) { FINE(s, FACILITATOR, rooms, .form = "[[1, 1, 3, 7], [2, 2, 4, 6]]"); }
static void out_again(struct script *s) { FINE(s, FACILITATOR, move, .form = "[5, 0]"); }
static void profile(struct script *s)
{
	FINE(s, ROAMER, profile, .form = "[4294967295]", .text = "[[\"\", \"name-of-6.\", \"the org\"]]");
	FINE(s, 1, profile, .form = "[4294967294]", .text = "[[\"\", \"name-of-1.\", \"the organisation\"]]");
}
static void merge(struct script *s) { FINE(s, FACILITATOR, merge, .a = 1, .b = 2); }
static void deputy(struct script *s)
{
	FINE(s, FACILITATOR, link_put, .a = 3, .form = "[16, h'0303030303030303030303030303030303030303030303030303030303030303']", .text = "[[\"\", \"deputy\"]]");
}
static void deputy_gone(struct script *s) { FINE(s, FACILITATOR, link_revoke, .a = 3); }
static void rooms_vote(struct script *s)
{
	FINE(s, FACILITATOR, open, .a = ROOMS_ONE, .form = "[0]");
	assert_int_equal(script_ballot(s, 1, ROOMS_ONE, "[1, 51, 3, 11]"), FAULT_none);
	assert_int_equal(script_ballot(s, 2, ROOMS_ONE, "[1, 52, 3, 12]"), FAULT_none);
	assert_int_equal(script_ballot(s, 5, ROOMS_ONE, "[1, 50, 3, 10]"), FAULT_no_room);
}
static void rooms_agree(struct script *s)
{
	FINE(s, 3, agree, .a = ROOMS_ONE, .form = "[1, 1, <<[1, 51, 3, 11]>>]");
	FINE(s, 1, agree, .a = ROOMS_ONE, .form = "[1, 2, <<[1, 51, 3, 11]>>]");
	FINE(s, ROAMER, agree, .a = ROOMS_ONE, .form = "[1, 1, <<[1, 52, 3, 12]>>]");
	FINE(s, 4, agree, .a = ROOMS_ONE, .form = "[1, 2, <<[1, 52, 3, 12]>>]");
}
static void rooms_propose(struct script *s)
{
	assert_int_equal(script_ballot(s, 2, ROOMS_ONE, "[1, 52, 3, 12, 4, 1]"), FAULT_none);
	FINE(s, 4, agree, .a = ROOMS_ONE, .form = "[1, 1, <<[1, 52, 3, 12, 4, 1]>>]");
	assert_int_equal(script_ballot(s, 2, ROOMS_ONE, "[1, 52, 3, 12]"), FAULT_none); /* no: as it was */
}
static void leads(struct script *s)
{
	FINE(s, 1, lead, .a = 1, .form = "[1]");
	FINE(s, 1, focus, .a = 1, .form = "[2]");
	FINE(s, ROAMER, lead, .a = 2, .form = "[6]");
	FINE(s, ROAMER, focus, .a = 2, .form = "[1]");
}
static void leader_again(struct script *s) { FINE(s, 4, lead, .a = 2, .form = "[4]"); }
static void pause_all(struct script *s) { FINE(s, FACILITATOR, pause, .form = "[450000]"); }
static void time_all(struct script *s) { FINE(s, FACILITATOR, time, .form = "[450000]"); }
static void pause_room(struct script *s) { FINE(s, FACILITATOR, pause, .b = ROOM_1, .form = "[45000]"); }
static void rooms_close(struct script *s) { FINE(s, FACILITATOR, close, .a = ROOMS_ONE, .form = "[1]"); }
static void rooms_reveal(struct script *s) { FINE(s, FACILITATOR, reveal, .a = ROOMS_ONE); }
static void open_secret(struct script *s) { FINE(s, FACILITATOR, open, .a = SECRET_ONE, .form = "[0]"); }
static void secret_ballots(struct script *s)
{
	for (uint32_t m = 1; m <= PEOPLE; m++)
		assert_int_equal(script_secret(s, m, SECRET_ONE, ballot_text(m)), FAULT_none);
}
static void secret_again(struct script *s) { assert_int_equal(script_secret(s, 1, SECRET_ONE, "[3, 1]"), FAULT_none); }
static void close_secret(struct script *s) { FINE(s, FACILITATOR, close, .a = SECRET_ONE, .form = "[1]"); }
static void seal(struct script *s) { assert_int_equal(script_house_acts(s), 1); }
static void reveal_secret(struct script *s) { FINE(s, FACILITATOR, reveal, .a = SECRET_ONE); }
static void hide_secret(struct script *s) { FINE(s, FACILITATOR, hide, .a = SECRET_ONE); }
static void ask_secret(struct script *s)
{
	FINE(s, FACILITATOR, ask, .a = SECRET_ONE);
	open_secret(s);
}
static void lanes(struct script *s)
{
	for (uint64_t lane = 1; lane <= LIMIT_REMOVALS + 10; lane++) { /* member 1 comes with one new storage after the other */
		struct entry join = s->log[4].entry;
		for (size_t i = 0; i < s->count; i++)
			if (s->log[i].entry.command == COMMAND_join && s->log[i].entry.name.lane == 1001)
				join = s->log[i].entry;
		join.name.lane = 70000 + lane;
		assert_int_equal(script_entry(s, &join), FAULT_none);
	}
}
static void crowd_in(struct script *s)
{
	struct pack form;
	pack_init(&form);
	script_people(s, 2 * LIMIT_NAMES_ROOM);
	pack_array(&form, 2 * LIMIT_NAMES_ROOM);
	for (uint32_t m = 0; m < LIMIT_NAMES_ROOM; m++) {
		pack_uint(&form, 20 + m);
		pack_uint(&form, 1);
	}
	struct entry move = { .name = { FACILITATOR, 9001, 0 }, .command = COMMAND_move, .form = pack_bytes(&form) };
	move.name.number = map_get(&s->numbers, FACILITATOR) + 1;
	map_set(&s->numbers, FACILITATOR, move.name.number);
	assert_int_equal(script_entry(s, &move), FAULT_none);
	pack_finish(&form);
}
static void crowd_out(struct script *s)
{
	char form[64];
	for (uint32_t m = 7; m <= session_members(s->session); m++)
		if (session_room(s->session, m) == 1) {
			snprintf(form, sizeof form, "[%u, 3]", m);
			FINE(s, FACILITATOR, move, .form = form);
		}
}
static void name_in_crowd(struct script *s) { FINE(s, 3, profile, .form = "[0]", .text = "[[\"\", \"name-of-3.\", \"\"]]"); }
#define RECOVERED(...) assert_int_equal(DO(__VA_ARGS__), FAULT_recovered)

static void guide(struct script *s)
{
	FINE(s, FACILITATOR, guide_put, .a = 1, .text = "[[\"\", \"guide-for-one\"]]");
	FINE(s, FACILITATOR, groups_put, .a = OPEN_ONE, .form = "[7]", .text = "[[\"\", \"a principle\"]]");
}
static void pens(struct script *s)
{
	FINE(s, 1, pen_take, .a = 1, .form = "[0]");
	FINE(s, 2, pen_take, .a = 2, .form = "[0]");
}
static void notes(struct script *s)
{
	FINE(s, 1, note_put, .a = 1, .b = 1, .form = "[h'a100000000000001', 1, 1, 0, 0, 1, 100, 0]", .text = "[[\"\", \"note-of-room-1. first\"]]");
	FINE(s, 1, note_put, .a = 1, .b = 1, .form = "[h'a100000000000001', 1, 1, 0, 0, 0, 100, 0]", .text = "[[\"\", \"note-of-room-1. the first\"]]");
	FINE(s, 1, note_put, .a = 1, .b = 2, .form = "[h'a100000000000002', 1, 3, 0, 0, 0, 100, 1]", .text = "[[\"\", \"note-of-room-1. decided\"]]");
	FINE(s, 2, note_put, .a = 2, .b = 1, .form = "[h'b200000000000001', 1, 2, 0, 0, 0, 50, 0]", .text = "[[\"\", \"note-of-room-2. idea\"]]");
}
static void note_again(struct script *s)
{
	FINE(s, 1, note_put, .a = 1, .b = 1, .form = "[h'a100000000000001', 1, 5, 1, 0, 1, 90, 0]", .text = "[[\"\", \"note-of-room-1. better\"]]");
}
static void suggestion(struct script *s)
{
	FINE(s, 3, note_put, .a = 1, .b = 1, .form = "[h'a300000000000001', 0, 1, 0, 0, 0, 1, 0]", .text = "[[\"\", \"tray-of-room-1. why not\"]]");
}
static void pen_given(struct script *s) { FINE(s, 1, pen_give, .a = 1, .form = "[1, 3]"); }
static void late_text(struct script *s)
{
	RECOVERED(s, 1, note_put, .a = 1, .b = 1, .form = "[h'a100000000000001', 1, 1, 0, 0, 0, 90, 0]", .text = "[[\"\", \"tray-of-room-1. late\"]]");
}
static void to_all(struct script *s)
{
	FINE(s, 3, note_put, .a = 1, .b = 1, .form = "[h'a300000000000009', 2, 1, 0, 1, 0, 300, 0]", .text = "[[\"\", \"to-everybody\"]]");
}
static void show_notes_1(struct script *s) { FINE(s, FACILITATOR, show, .form = "[5, 0, 1, 0]"); }
static void show_notes_2(struct script *s) { FINE(s, FACILITATOR, show, .form = "[5, 0, 2, 0]"); }
static void tray_taken(struct script *s) { FINE(s, 3, tray_take, .a = 1, .form = "[1, 2, h'a300000000000001', 200]"); }
static void tray_away(struct script *s) { FINE(s, FACILITATOR, tray_take, .a = 1, .form = "[2, 0, h'0000000000000000', 0]"); }
static void not_to_all(struct script *s) { FINE(s, 3, note_drop, .a = 1, .form = "[h'a300000000000009', 2]"); }
static void pen_away(struct script *s) { FINE(s, THE_HOUSE, pen_away, .a = 1, .form = "[2]"); }
static void hands(struct script *s)
{
	FINE(s, 2, hand, .a = 2, .form = "[1, 0]");
	FINE(s, 1, hand, .a = 1, .form = "[1, 5]");
	FINE(s, 1, ready, .a = 1, .form = "[1, 1]");
	FINE(s, FACILITATOR, hand, .a = 2, .form = "[0, 0]");
}
static void back(struct script *s) { FINE(s, FACILITATOR, back, .form = "[300000]"); }
static void ratings(struct script *s)
{
	script_activity(s, &(struct question){ "rating", "[1]", 1, 2, false });
	script_activity(s, &(struct question){ "rating", "[1]", 1, 2, true });
	FINE(s, FACILITATOR, open, .a = 4, .form = "[0]");
	FINE(s, FACILITATOR, open, .a = 5, .form = "[0]");
	for (uint32_t m = 1; m <= 4; m++) {
		char place[32];
		snprintf(place, sizeof place, "[1, %u]", 700 + m);
		assert_int_equal(script_ballot(s, m, 4, place), FAULT_none);
		assert_int_equal(script_secret(s, m, 5, place), FAULT_none);
	}
	assert_int_equal(script_secret(s, 7, 5, "[1, 707]"), FAULT_none); /* a third one in room 1 */
}
static void gate(struct script *s)
{
	struct gate gate;
	unsigned cursor = 0;
	while (session_gate(s->session, &cursor, &gate))
		if (gate.room == 1) {
			char form[64];
			snprintf(form, sizeof form, "[%u, %llu]", gate.round, (unsigned long long)gate.since);
			FINE(s, THE_HOUSE, placed, .a = gate.activity, .b = ROOM_1, .form = form);
		}
}
static void close_ratings(struct script *s)
{
	FINE(s, FACILITATOR, close, .a = 4, .form = "[1]");
	FINE(s, FACILITATOR, close, .a = 5, .form = "[1]");
	seal(s);
}
static void reveal_rating(struct script *s) { FINE(s, FACILITATOR, reveal, .a = 5); }
static void outcome(struct script *s)
{
	FINE(s, FACILITATOR, outcome, .a = ROOMS_ONE, .form = "[1, 0, 0, [1, 103, 2, 3, 23, 2, 4, 0, 0, 2, 0, 0]]", .text = "[[\"\", \"four before two\"]]");
}
static void the_end(struct script *s) { FINE(s, FACILITATOR, end); }

/* shown: the results (activity/room, 0 = total) that are revealed from here on; looked: what facilitators see before that. NULL: as before. */
static const struct scene {
	const char *name;
	void (*act)(struct script *s);
	const char *shown, *looked;
} scenes[] = {
	{ "begin", begin, "", "" },
	{ "a late joiner", late_joiner, NULL, NULL },
	{ "the agenda changes", agenda, NULL, NULL },
	{ "items change", items, NULL, NULL },
	{ "items are hidden", items_hidden, NULL, NULL },
	{ "and shown again", items_back, NULL, NULL },
	{ "all go to step 1", go_all, NULL, NULL },
	{ "room 1 goes to step 2", go_room, NULL, NULL },
	{ "somebody from room 2 looks in", roam_there, NULL, NULL },
	{ "and goes back", roam_back, NULL, NULL },
	{ "there and back at once", there_and_back, NULL, NULL },
	{ "all go to step 1 again", go_all, NULL, NULL },
	{ "a word to all", say_all, NULL, NULL },
	{ "a word to room 2", say_room, NULL, NULL },
	{ "the word ends", say_nothing, NULL, NULL },
	{ "the screen shows", show, NULL, NULL },
	{ "open", open_1, NULL, NULL },
	{ "the time stands still", pause_all, NULL, NULL },
	{ "ballots", ballots_1, NULL, NULL },
	{ "paper is announced", papers_1, NULL, NULL },
	{ "one sheet is entered", sheet_1, NULL, NULL },
	{ "the other does not come", papers_fewer, NULL, NULL },
	{ "the time goes on", time_all, NULL, NULL },
	{ "one is taken back", ballot_back, NULL, NULL },
	{ "one is no ballot", ballot_bad, NULL, NULL },
	{ "one is put again", ballot_again, NULL, NULL },
	{ "facilitators look", look_1, NULL, "1" },
	{ "room 1 has its own time", time_room, NULL, NULL },
	{ "which stands still", pause_room, NULL, NULL },
	{ "and goes on", time_room, NULL, NULL },
	{ "which passes", due_room, NULL, NULL },
	{ "and its grace", due_room, NULL, NULL },
	{ "room 1 is revealed", reveal_room, "1/1", NULL },
	{ "somebody comes to see", roam_there, NULL, NULL },
	{ "and goes back with it", roam_back, NULL, NULL },
	{ "room 1 is hidden", hide_room, "", NULL },
	{ "room 1 is revealed again", reveal_room, "1/1", NULL },
	{ "close", close_1, NULL, NULL },
	{ "hold", hold_1, NULL, NULL },
	{ "close once more", close_1, NULL, NULL },
	{ "extra time for 2", extra_1, NULL, NULL },
	{ "the grace has passed", due_all, NULL, NULL },
	{ "and the extra time", extra_due, NULL, NULL },
	{ "reveal", reveal_1, "1/0 1/1 1/2 1/3", NULL },
	{ "a late joiner sees it", late_joiner, NULL, NULL },
	{ "somebody moves in the light", roam_there, NULL, NULL },
	{ "and out of all rooms", roam_out, NULL, NULL },
	{ "and back", roam_back, NULL, NULL },
	{ "hide", hide_1, "", NULL },
	{ "reveal again", reveal_1, "1/0 1/1 1/2 1/3", NULL },
	{ "a new round", ask_1, "", "" },
	{ "is opened", open_1, NULL, NULL },
	{ "and answered", ballots_1, NULL, NULL },
	{ "a deputy", deputy, NULL, NULL },
	{ "new organisations", profile, NULL, NULL },
	{ "which are one", merge, NULL, NULL },
	{ "the deputy's link is revoked", deputy_gone, NULL, NULL },
	{ "a new plan of rooms", new_plan, NULL, NULL },
	{ "the old plan", old_plan, NULL, NULL },
	{ "5 goes out again", out_again, NULL, NULL },
	{ "rooms vote", rooms_vote, NULL, NULL },
	{ "and agree, or not yet", rooms_agree, NULL, NULL },
	{ "a mate comes", roam_there, NULL, NULL },
	{ "and goes", roam_back, NULL, NULL },
	{ "room 2 puts another", rooms_propose, NULL, NULL },
	{ "rooms are closed", rooms_close, NULL, NULL },
	{ "and revealed", rooms_reveal, "3/0 3/1 3/2 3/3", NULL },
	{ "a secret vote", open_secret, NULL, NULL },
	{ "is answered", secret_ballots, NULL, NULL },
	{ "and once more by 1", secret_again, NULL, NULL },
	{ "and on paper", papers_secret, NULL, NULL },
	{ "closed", close_secret, NULL, NULL },
	{ "sealed", seal, NULL, NULL },
	{ "revealed", reveal_secret, "2/0 2/1 2/2 2/3 3/0 3/1 3/2 3/3", NULL },
	{ "hidden", hide_secret, "3/0 3/1 3/2 3/3", NULL },
	{ "revealed again", reveal_secret, "2/0 2/1 2/2 2/3 3/0 3/1 3/2 3/3", NULL },
	{ "asked again", ask_secret, "3/0 3/1 3/2 3/3", NULL },
	{ "answered again", secret_ballots, NULL, NULL },
	{ "a guide", guide, NULL, NULL },
	{ "two take the pen", pens, NULL, NULL },
	{ "rooms have leaders, who turn the pages", leads, NULL, NULL },
	{ "and write", notes, NULL, NULL },
	{ "a note is worded anew", note_again, NULL, NULL },
	{ "somebody comes to read", roam_there, NULL, NULL },
	{ "and goes back to theirs", roam_back, NULL, NULL },
	{ "where another leads now", leader_again, NULL, NULL },
	{ "a suggestion", suggestion, NULL, NULL },
	{ "the pen is handed over", pen_given, NULL, NULL },
	{ "and the old holder writes", late_text, NULL, NULL },
	{ "one is sent to all", to_all, NULL, NULL },
	{ "the screen is shown the notes of room 1", show_notes_1, NULL, NULL },
	{ "the suggestion becomes a note", tray_taken, NULL, NULL },
	{ "of room 2", show_notes_2, NULL, NULL },
	{ "the late text is put away", tray_away, NULL, NULL },
	{ "and something else", show, NULL, NULL },
	{ "the note to all is taken away", not_to_all, NULL, NULL },
	{ "the holder is away", pen_away, NULL, NULL },
	{ "hands go up", hands, NULL, NULL },
	{ "everybody back", back, NULL, NULL },
	{ "ratings are asked", ratings, NULL, NULL },
	{ "all in room 1 have answered", gate, "3/0 3/1 3/2 3/3 4/1", NULL },
	{ "they are closed and sealed", close_ratings, NULL, NULL },
	{ "the secret one is revealed", reveal_rating, "3/0 3/1 3/2 3/3 4/1 5/0 5/1 5/2 5/3", NULL },
	{ "the agenda follows", outcome, NULL, NULL },
	{ "256 removals", once_less, NULL, NULL },
	{ "and more", often, NULL, NULL },
	{ "many lanes", lanes, NULL, NULL },
	{ "a crowd comes into room 1", crowd_in, NULL, NULL },
	{ "somebody in it gets a name", name_in_crowd, NULL, NULL },
	{ "the crowd goes", crowd_out, NULL, NULL },
	{ "two late joiners", two_late_joiners, NULL, NULL },
	{ "the end", the_end, NULL, NULL },
	{ "and what came of it", seal, NULL, NULL },
};
enum { SCENES = sizeof scenes / sizeof *scenes };

/* --- who looks --- */

static const struct watcher {
	const char *name;
	uint32_t actor;
} watchers[] = {
	{ "in room 1", 1 }, { "also in room 1", 3 }, { "in room 2", 2 }, { "in no room", 5 }, { "roaming", ROAMER }, { "late", 7 },
	{ "facilitator", FACILITATOR }, { "deputy", 3u | ACTOR_LINK }, { "screen", SCREEN }, { "at the door", 0 },
};
enum { WATCHERS = sizeof watchers / sizeof *watchers };

static bool said(const char *list, uint32_t activity, uint32_t room)
{
	char word[24];
	snprintf(word, sizeof word, "%u/%u", activity, room);
	return strstr(list, word) != NULL;
}

static void holds_no_canary(const struct page *page, const struct script *script, const char *where, const char *shown, const char *looked)
{
	const struct session *s = script->session;
	bool facilitator = session_roles(s, page->actor) & ROLE_FACILITATOR, staff = session_roles(s, page->actor) & (ROLE_FACILITATOR | ROLE_SCREEN);
	uint32_t room = session_room(s, page->actor);
	uint32_t rooms = session_rooms(s);
	unsigned in_room = 0;
	for (uint32_t m = 1; m <= session_members(s); m++)
		in_room += session_room(s, m) == room;
	for (uint32_t m = 1; m <= PEOPLE; m++) {
		char canary[32];
		snprintf(canary, sizeof canary, "name-of-%u.", m);
		bool mate = room && room == session_room(s, m) && in_room <= LIMIT_NAMES_ROOM;
		if (page_holds(page, canary, strlen(canary)) != (facilitator || mate || m == page->actor))
			fail_msg("%s: %s", where, canary);
		uint8_t ballot[] = { 0x94, 1, (uint8_t)(100 + m), 2, (uint8_t)(20 + m) };
		if (m != page->actor && page_holds(page, ballot, sizeof ballot))
			fail_msg("%s: the ballot of %u", where, m);
	}
	for (uint8_t r = 1; r <= 2; r++) {
		uint8_t ballot[] = { 0x94, 1, (uint8_t)(50 + r), 3, (uint8_t)(10 + r) };
		if (room != r && page_holds(page, ballot, sizeof ballot))
			fail_msg("%s: the ballot of room %u", where, r);
	}
	if (!staff && room != 2 && page_holds(page, "to-room-2", 9))
		fail_msg("%s: what was said to room 2", where);
	if (!page->actor && page_holds(page, "question", 8))
		fail_msg("%s: the agenda", where);
	for (uint32_t r = 1; r <= 2; r++) {
		char note[32], tray[32];
		const struct held *screen = held_find(page, (struct section){ SECTION_screen, 0, 0 });
		snprintf(note, sizeof note, "note-of-room-%u.", r);
		snprintf(tray, sizeof tray, "tray-of-room-%u.", r);
		uint8_t shown_notes[] = { 0x94, 5, 0, (uint8_t)r, 0 };
		bool on_screen = screen && screen->count && slice_equal(pack_bytes(&screen->items[0].value), slice_of(shown_notes, sizeof shown_notes));
		if (page_holds(page, note, strlen(note)) && !facilitator && room != r && !(staff && on_screen))
			fail_msg("%s: a note of room %u", where, r);
		if (held_find(page, (struct section){ SECTION_tray, r, 0 }) && !facilitator && room != r)
			fail_msg("%s: the tray of room %u", where, r);
		if (held_find(page, (struct section){ SECTION_signals, r, 0 }) && !facilitator && room != r)
			fail_msg("%s: who leads room %u", where, r);
		if (held_find(page, (struct section){ SECTION_room_ballots, r, 0 }) && room != r)
			fail_msg("%s: who agrees in room %u", where, r);
	}
	for (uint32_t a = 1; a <= 5; a++)
		if (!facilitator && held_find(page, (struct section){ SECTION_papers, a, 0 }))
			fail_msg("%s: how much paper is announced", where);
	if (!staff && held_find(page, (struct section){ SECTION_course, 0, 0 }))
		fail_msg("%s: how long everything took", where);
	if ((held_find(page, (struct section){ SECTION_screen, 0, 0 }) != NULL) != (session_roles(s, page->actor) > ROLE_ANYONE))
		fail_msg("%s: what the screen shows", where); /* everybody may know: it hangs on the wall */
	if (!facilitator && page_holds(page, "guide-for-one", 13))
		fail_msg("%s: the guide", where);
	for (uint32_t a = 1; a <= 5; a++)
		for (uint32_t r = 0; r <= rooms; r++) {
			bool may = session_roles(s, page->actor) & (ROLE_PARTICIPANT | ROLE_FACILITATOR | ROLE_SCREEN);
			may = may && (said(shown, a, r) || (facilitator && strchr(looked, '0' + (char)a)));
			may = may && (r == 0 || (staff && a != 5) || r == room); /* single answers to a secret rating stay in the room */
			bool does = held_find(page, (struct section){ SECTION_result, a, r }) != NULL;
			if (may != does)
				fail_msg("%s: the result of %u in room %u is %s", where, a, r, does ? "there" : "missing");
		}
}

static void same(const struct page *page, const struct page *fresh, const char *where, const char *what)
{
	struct section at;
	if (!page_within(fresh, page, &at) || !page_within(page, fresh, &at))
		fail_msg("%s: %s differs in %s/%u/%u", where, what, section_info(at.kind)->name, at.a, at.b);
}

static struct page page_fresh(uint32_t actor, const struct script *script, const struct session *session)
{
	struct page page = { .actor = actor };
	page_flush(&page, script, session);
	return page;
}

static struct session *loaded(const struct session *session)
{
	struct pack saved;
	pack_init(&saved);
	session_save(session, &saved);
	struct session *again = session_restore(script_sid(), pack_bytes(&saved));
	assert_non_null(again);
	assert_true(session_digest(again) == session_digest(session));
	pack_finish(&saved);
	return again;
}

static void test_sight(void **state)
{
	static struct page live[WATCHERS], kept[SCENES][WATCHERS];
	bool seen[SECTION_KINDS] = { false };
	const char *shown = "", *looked = "";
	struct script script;
	(void)state;
	script_begin(&script, 3);
	for (size_t w = 0; w < WATCHERS; w++)
		live[w].actor = watchers[w].actor;
	for (size_t i = 0; i < SCENES; i++) {
		scenes[i].act(&script);
		shown = scenes[i].shown ? scenes[i].shown : shown;
		looked = scenes[i].looked ? scenes[i].looked : looked;
		struct session *again = loaded(script.session);
		for (size_t w = 0; w < WATCHERS; w++) {
			char where[128];
			snprintf(where, sizeof where, "after '%s', %s", scenes[i].name, watchers[w].name);
			page_flush(&live[w], &script, script.session);
			struct page fresh = page_fresh(watchers[w].actor, &script, script.session);
			struct page from_snapshot = page_fresh(watchers[w].actor, &script, again);
			same(&live[w], &fresh, where, "the page that stayed");
			same(&from_snapshot, &fresh, where, "a page of the loaded session");
			holds_no_canary(&fresh, &script, where, shown, looked);
			holds_no_canary(&live[w], &script, where, shown, looked);
			for (size_t h = 0; h < fresh.count; h++)
				seen[fresh.held[h].section.kind] |= fresh.held[h].count > 0;
			for (size_t j = 0; j < i; j++) {
				struct page back = page_copy(&kept[j][w]);
				page_comes_back(&back, &script, j % 2 ? again : script.session);
				char what[64];
				snprintf(what, sizeof what, "the page away since '%.40s'", scenes[j].name);
				same(&back, &fresh, where, what);
				page_finish(&back);
			}
			kept[i][w] = page_copy(&live[w]);
			page_finish(&fresh);
			page_finish(&from_snapshot);
		}
		session_changes_clear(script.session);
		session_destroy(again);
	}
	for (uint8_t kind = 0; kind < SECTION_KINDS; kind++)
		if (section_info(kind) && !seen[kind])
			fail_msg("the story never shows %s", section_info(kind)->name);
	for (size_t w = 0; w < WATCHERS; w++) {
		page_finish(&live[w]);
		for (size_t i = 0; i < SCENES; i++)
			page_finish(&kept[i][w]);
	}
	script_finish(&script);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_sight) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
