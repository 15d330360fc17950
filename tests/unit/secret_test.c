/* SPDX-License-Identifier: EUPL-1.2 */
/* Secret ballots (protocol 4.8, 5.10, 6.3): how rooms are grouped at the seal, what is held back, and that nothing behind the seal leads from a ballot to a key. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/check.h"
#include "base/limits.h"
#include "core/state.h" /* groups are looked at from inside: pages see only what is not held back */
#include "lib/script.h"

#define FINE(...) assert_int_equal(DO(__VA_ARGS__), FAULT_none)

static const struct question secret_dots = { "dots", "[5, 3]", 1, 4, true };

/* --- who is put together with whom --- */

static const struct grouping {
	const char *name;
	uint32_t k, rooms[8];     /* ballots in room 1, 2, ...; */
	const char *groups;       /* rooms of each group, from the first */
	const char *drawn;        /* the rooms whose own result is drawn; 0: the total */
} groupings[] = {
	{ "all large enough", 3, { 3, 4, 5 }, "1;2;3;", "0 1 2 3" },
	{ "one small, with the smallest other", 3, { 2, 4, 5 }, "1 2;3;", "0 3" },
	{ "small ones that are enough together", 3, { 2, 1, 5, 6 }, "2 1;3;4;", "0 3 4" },
	{ "small ones that are too few together", 3, { 1, 1, 5, 6 }, "1 2 3;4;", "0 4" },
	{ "all small", 3, { 1, 2, 1, 2 }, "1 3 2 4;", "0" },
	{ "a total below k", 3, { 1, 1 }, "", "" },
	{ "just k in all", 3, { 1, 1, 1 }, "1 2 3;", "0" },
	{ "one room", 3, { 5 }, "1;", "0 1" },
	{ "one room of k", 3, { 3 }, "1;", "0 1" },
	{ "two rooms, one small: nothing but the total", 3, { 1, 9 }, "1 2;", "0" },
	{ "an empty room is no room", 3, { 0, 4, 3 }, "3;2;", "0 2 3" },
	{ "a larger k", 10, { 4, 4, 12, 11 }, "1 2 4;3;", "0 3" },
	{ "k that all rooms reach", 4, { 4, 4 }, "1;2;", "0 1 2" },
	{ "nobody", 3, { 0 }, "", "" },
};

static void groups_say(const struct session *s, char *out, size_t size)
{
	const struct asking *asking = asking_of(s, 1, 1);
	size_t at = 0;
	out[0] = 0;
	for (uint32_t g = 0; g < asking->groups_count; g++)
		for (uint32_t r = 0; r < asking->groups[g].rooms_count; r++) {
			bool last = r + 1 == asking->groups[g].rooms_count;
			at += (size_t)snprintf(out + at, size - at, "%u%s", asking->groups[g].rooms[r], last ? ";" : " ");
		}
}

static void drawn_say(const struct session *s, uint32_t rooms, char *out, size_t size)
{
	size_t at = 0;
	out[0] = 0;
	for (uint32_t r = 0; r <= rooms; r++) {
		struct pack result;
		static const struct unpack_limits limits = { .depth = 2, .values = 99, .bytes = 4096 };
		pack_init(&result);
		result_pack(s, 1, 1, r, &result);
		struct unpack *in = unpack_create(pack_bytes(&result), &limits);
		assert_true(unpack_arrays(in, 6));
		uint64_t ballots = unpack_uint(in, 99999);
		uint64_t heads = unpack_uint(in, 99999), held = unpack_uint(in, 1);
		struct slice tally = unpack_bin(in, 0, 4096);
		assert_int_equal(unpack_bin(in, 0, 4096).len, 0); /* these items have no groups */
		assert_int_equal(unpack_uint(in, 99), 0);         /* and no paper was announced */
		assert_true(unpack_end(in));
		assert_true(ballots == heads);
		assert_true(held == (tally.len == 0));
		if (held && r)
			assert_int_equal(ballots, 0); /* not even how many: the difference of two totals would tell */
		if (!held)
			at += (size_t)snprintf(out + at, size - at, "%s%u", at ? " " : "", r);
		unpack_destroy(in);
		pack_finish(&result);
	}
}

static void test_groups(void **state)
{
	(void)state;
	for (size_t c = 0; c < sizeof groupings / sizeof *groupings; c++) {
		const struct grouping *row = &groupings[c];
		struct script s;
		char text[256];
		uint32_t rooms = 0, member = 1, total = 0;
		script_begin(&s, row->k);
		script_people(&s, 40);
		script_activity(&s, &secret_dots);
		script_rooms(&s, 8);
		for (uint32_t r = 0; r < 8; r++)
			for (uint32_t i = 0; i < row->rooms[r]; i++, member++) {
				snprintf(text, sizeof text, "[%u, %u]", member, r + 1);
				FINE(&s, FACILITATOR, move, .form = text);
			}
		FINE(&s, FACILITATOR, open, .a = 1, .form = "[0]");
		for (uint32_t r = 0, m = 1; r < 8; r++)
			for (uint32_t i = 0; i < row->rooms[r]; i++, m++, total++)
				assert_int_equal(script_secret(&s, m, 1, r % 2 ? "[1, 2]" : "[3, 1]"), FAULT_none);
		rooms = 8;
		assert_int_equal(session_ballots(s.session, 1), total);
		FINE(&s, FACILITATOR, close, .a = 1, .form = "[1]");
		assert_int_equal(script_house_acts(&s), 1);
		groups_say(s.session, text, sizeof text);
		if (strcmp(text, row->groups) != 0)
			fail_msg("%s: groups %s instead of %s", row->name, text, row->groups);
		drawn_say(s.session, rooms, text, sizeof text);
		if (strcmp(text, row->drawn) != 0)
			fail_msg("%s: drawn %s instead of %s", row->name, text, row->drawn);
		assert_int_equal(session_ballots(s.session, 1), total);
		script_finish(&s);
	}
}

/* --- a story to look at from several sides --- */

enum { VOTERS = 9 };
static const char *const ballots_of[VOTERS] = { "[1, 3]", "[1, 2, 2, 1]", "[2, 1, 3, 1]", "[4, 3]", "[1, 1, 4, 2]", "[2, 2]", "[3, 3]", "[3, 1, 4, 1]", "[1, 1]" };

/* order: who casts which ballot */
static void vote(struct script *s, const unsigned order[VOTERS])
{
	script_begin(s, 3);
	script_people(s, VOTERS);
	script_activity(s, &secret_dots);
	script_rooms(s, 2);
	FINE(s, FACILITATOR, open, .a = 1, .form = "[0]");
	for (uint32_t m = 1; m <= VOTERS; m++)
		assert_int_equal(script_secret(s, m, 1, ballots_of[order[m - 1]]), FAULT_none);
}

static void close_and_seal(struct script *s)
{
	FINE(s, FACILITATOR, close, .a = 1, .form = "[1]");
	assert_int_equal(script_house_acts(s), 1);
}

static const unsigned straight[VOTERS] = { 0, 1, 2, 3, 4, 5, 6, 7, 8 };

static struct pack saved(const struct session *s)
{
	struct pack out;
	pack_init(&out);
	session_save(s, &out);
	return out;
}

static bool holds(struct slice all, const void *bytes, size_t len)
{
	return all.len >= len && memmem(all.at, all.len, bytes, len) != NULL;
}

/* Everything that this actor's page would be told, whole. */
static void page_of(const struct script *script, uint32_t actor, struct pack *out)
{
	struct eyes_key keys[LIMIT_SCRIPT_KEYS];
	struct eyes eyes = script_eyes(script, script->session, actor, keys);
	struct section sight[256];
	for (int shape = SHAPE_SHARED; shape <= SHAPE_OWN; shape++) {
		size_t count = session_sections(script->session, &eyes, (enum section_shape)shape, sight, 256);
		for (size_t i = 0; i < count; i++)
			session_view(script->session, &eyes, sight[i], 0, 1, out);
	}
}

static void test_nothing_leads_to_a_key(void **state)
{
	struct script s;
	uint8_t key[16];
	(void)state;
	vote(&s, straight);
	struct pack before = saved(s.session);
	close_and_seal(&s);
	FINE(&s, FACILITATOR, reveal, .a = 1);
	struct pack after = saved(s.session), pages;
	pack_init(&pages);
	page_of(&s, FACILITATOR, &pages);
	page_of(&s, SCREEN, &pages);
	for (uint32_t m = 1; m <= VOTERS; m++)
		page_of(&s, m, &pages);
	for (uint32_t m = 1; m <= VOTERS; m++) {
		struct pack lane;
		pack_init(&lane);
		pack_uint(&lane, script_secret_lane(m, 1, 1));
		script_key(&s, m, 1, 1, key);
		assert_true(holds(pack_bytes(&before), key, sizeof key)); /* the search finds what is there */
		assert_true(holds(pack_bytes(&before), lane.at, lane.len));
		for (size_t n = sizeof key; n >= 6; n -= 2) {
			assert_false(holds(pack_bytes(&after), key, n));
			assert_false(holds(pack_bytes(&pages), key, n));
		}
		assert_false(holds(pack_bytes(&after), lane.at, lane.len));
		assert_false(holds(pack_bytes(&pages), lane.at + 1, lane.len - 1));
		pack_finish(&lane);
	}
	pack_finish(&before);
	pack_finish(&after);
	pack_finish(&pages);
	script_finish(&s);
}

/* The same ballots cast by others: after the seal the state is the same to the byte, and so is what anybody sees. */
static void test_permuted(void **state)
{
	static const unsigned orders[][VOTERS] = { { 2, 1, 0, 3, 4, 5, 6, 7, 8 }, { 8, 1, 6, 3, 4, 5, 2, 7, 0 }, { 0, 7, 2, 5, 4, 3, 6, 1, 8 } }; /* within rooms: odd and even */
	struct script first;
	(void)state;
	vote(&first, straight);
	for (size_t o = 0; o < 3; o++) {
		struct script other;
		vote(&other, orders[o]);
		/* Before the close: whoever does not hold the key. */
		for (uint32_t actor = 0; actor <= VOTERS + 2; actor++) {
			uint32_t who = actor <= VOTERS ? actor : (actor - VOTERS) | ACTOR_LINK;
			struct pack x, y;
			pack_init(&x);
			pack_init(&y);
			bool moved = actor >= 1 && actor <= VOTERS && orders[o][actor - 1] != actor - 1;
			page_of(&first, who, &x);
			page_of(&other, who, &y);
			assert_true(slice_equal(pack_bytes(&x), pack_bytes(&y)) == !moved); /* one's own ballot one sees: that is the control */
			pack_finish(&x);
			pack_finish(&y);
		}
		if (o == 2) {
			close_and_seal(&first);
			close_and_seal(&other);
			assert_true(session_digest(first.session) == session_digest(other.session));
		}
		script_finish(&other);
	}
	script_finish(&first);
}

static void test_lengths(void **state)
{
	struct script s;
	(void)state;
	vote(&s, straight);
	assert_int_equal(script_secret(&s, 1, 1, ""), FAULT_none);
	assert_int_equal(script_secret(&s, 2, 1, "[1, 1, 2, 1, 3, 1, 4, 2]"), FAULT_none);
	size_t len = 0;
	for (size_t i = 0; i < s.count; i++)
		if (s.log[i].entry.command == COMMAND_secret_ballot) {
			assert_true(len == 0 || len == s.log[i].entry.form.len);
			len = s.log[i].entry.form.len;
			assert_int_equal(s.log[i].entry.name.who, 0);
		}
	assert_true(len > 0);
	script_finish(&s);
}

/* What lived through the votes and what met them struck are the same, from the seal on. */
static void test_struck(void **state)
{
	struct script s;
	(void)state;
	vote(&s, straight);
	assert_int_equal(script_secret(&s, 3, 1, "[1, 9]"), FAULT_over_cap);
	assert_int_equal(script_secret(&s, 3, 1, "[1, 1]"), FAULT_none);
	/* A second secret question, open at the same time, and not sealed yet. */
	script_activity(&s, &secret_dots);
	FINE(&s, FACILITATOR, open, .a = 2, .form = "[0]");
	assert_int_equal(script_secret(&s, 1, 2, "[1, 1]"), FAULT_none);
	close_and_seal(&s);
	size_t sealed = s.count;
	/* Somebody's ballot was on its way. */
	struct entry late = { 0 };
	for (size_t i = 0; i < sealed; i++)
		if (s.log[i].entry.command == COMMAND_secret_ballot && s.log[i].entry.subject.a == 1)
			late = s.log[i].entry;
	late.name.number++;
	assert_int_not_equal(script_entry(&s, &late), FAULT_none);
	assert_true(script_is_sealed_away(&s, s.count));
	assert_int_equal(script_secret(&s, 2, 2, "[1, 1]"), FAULT_none);
	assert_false(script_is_sealed_away(&s, s.count));
	FINE(&s, FACILITATOR, reveal, .a = 1);
	unsigned away = 0;
	for (uint64_t seq = 1; seq <= s.count; seq++)
		away += script_is_sealed_away(&s, seq);
	assert_int_equal(away, VOTERS + 3);
	for (uint64_t until = sealed; until <= s.count; until++) {
		struct session *lived = script_replay(&s, until, false), *met = script_replay(&s, until, true);
		if (session_digest(lived) != session_digest(met))
			fail_msg("at %llu the struck log gives another session", (unsigned long long)until);
		session_destroy(lived);
		session_destroy(met);
	}
	script_finish(&s);
}

static void test_half_struck(void **state)
{
	struct script s;
	(void)state;
	vote(&s, straight);
	close_and_seal(&s);
	for (unsigned keep = 0; keep < 2; keep++) { /* a crash in the middle of striking */
		struct session *session = session_create(script_sid());
		for (size_t i = 0; i < s.count; i++) {
			struct entry entry = s.log[i].entry;
			if (entry.command == COMMAND_secret_ballot && i % 2 == keep) {
				entry.form = slice_of(NULL, 0);
				entry.struck = ENTRY_FORM;
			}
			session_step(session, &entry);
		}
		assert_true(session_digest(session) == session_digest(s.session));
		session_destroy(session);
	}
	script_finish(&s);
}

/* A seal that is not what the ballots give is refused. */
static void test_unequal(void **state)
{
	struct script s;
	(void)state;
	vote(&s, straight);
	FINE(&s, FACILITATOR, close, .a = 1, .form = "[1]");
	struct pack form;
	struct wait wait;
	unsigned cursor = 0;
	pack_init(&form);
	while (session_waits(s.session, &cursor, &wait) && wait.command != COMMAND_seal)
		;
	assert_int_equal(wait.command, COMMAND_seal);
	session_wait_form(s.session, &wait, &form);
	struct entry seal = { .name = { .who = THE_HOUSE }, .command = COMMAND_seal, .subject = { 1, 0 }, .form = pack_bytes(&form) };
	for (size_t i = 0; i < form.len; i++) {
		form.at[i] ^= 1;
		struct session *copy = script_replay(&s, s.count, false);
		seal.seq = s.count + 1;
		seal.term = 1;
		assert_int_not_equal(session_step(copy, &seal), FAULT_none);
		session_destroy(copy);
		form.at[i] ^= 1;
	}
	seal.subject.b = SCOPE_ROOM | 1;
	assert_int_not_equal(script_entry(&s, &seal), FAULT_none);
	seal.subject.b = 0;
	assert_int_equal(script_entry(&s, &seal), FAULT_none);
	assert_int_equal(script_entry(&s, &seal), FAULT_wrong_phase);
	pack_finish(&form);
	script_finish(&s);
}

/* A seal that one more entry overtook is refused, on the day and at every replay; the next one is right. */
static void test_overtaken(void **state)
{
	struct script s;
	struct pack form;
	struct wait wait;
	unsigned cursor = 0;
	(void)state;
	vote(&s, straight);
	FINE(&s, FACILITATOR, close, .a = 1, .form = "[1]");
	pack_init(&form);
	while (session_waits(s.session, &cursor, &wait) && wait.command != COMMAND_seal)
		;
	session_wait_form(s.session, &wait, &form);
	assert_int_equal(script_secret(&s, 1, 1, "[2, 1]"), FAULT_closed);
	struct entry seal = { .name = { .who = THE_HOUSE }, .command = COMMAND_seal, .subject = { 1, 0 }, .form = pack_bytes(&form) };
	assert_int_equal(script_entry(&s, &seal), FAULT_unequal);
	assert_int_equal(script_house_acts(&s), 1);
	FINE(&s, FACILITATOR, reveal, .a = 1);
	struct session *met = script_replay(&s, s.count, true);
	assert_true(session_digest(met) == session_digest(s.session));
	session_destroy(met);
	pack_finish(&form);
	script_finish(&s);
}

static void test_electorate(void **state)
{
	struct script s;
	(void)state;
	script_begin(&s, 3);
	script_people(&s, 3);
	script_activity(&s, &secret_dots);
	FINE(&s, FACILITATOR, open, .a = 1, .form = "[0]");
	for (uint32_t m = 1; m <= 3; m++)
		assert_int_equal(script_secret(&s, m, 1, "[1, 1]"), FAULT_none);
	assert_int_equal(script_secret(&s, 99, 1, "[1, 1]"), FAULT_electorate);
	assert_int_equal(script_secret(&s, 2, 1, "[2, 1]"), FAULT_none); /* who has a key may change their mind */
	script_people(&s, 1);
	assert_int_equal(script_secret(&s, 99, 1, "[1, 1]"), FAULT_none);
	assert_int_equal(session_ballots(s.session, 1), 4);
	script_finish(&s);
}

static void test_rules(void **state)
{
	struct script s;
	(void)state;
	vote(&s, straight);
	assert_int_equal(script_ballot(&s, 1, 1, "[1, 1]"), FAULT_not_allowed); /* never by name */
	assert_int_equal(DO(&s, FACILITATOR, look, .a = 1), FAULT_secret_look);
	FINE(&s, FACILITATOR, close, .a = 1, .form = "[1]");
	assert_int_equal(DO(&s, FACILITATOR, reveal, .a = 1), FAULT_not_sealed);
	assert_int_equal(DO(&s, FACILITATOR, ask, .a = 1), FAULT_not_sealed);
	assert_int_equal(script_secret(&s, 1, 1, "[1, 1]"), FAULT_closed);
	assert_int_equal(script_house_acts(&s), 1);
	assert_int_equal(DO(&s, FACILITATOR, open, .a = 1, .form = "[0]"), FAULT_wrong_phase);
	assert_int_equal(DO(&s, FACILITATOR, open, .a = 1, .b = SCOPE_ROOM | 1, .form = "[0]"), FAULT_wrong_phase);
	assert_int_equal(DO(&s, FACILITATOR, extra, .a = 1, .b = 1, .form = "[1000]"), FAULT_wrong_phase);
	FINE(&s, FACILITATOR, reveal, .a = 1);
	FINE(&s, FACILITATOR, hide, .a = 1);
	FINE(&s, FACILITATOR, ask, .a = 1);
	FINE(&s, FACILITATOR, open, .a = 1, .form = "[0]");
	assert_int_equal(script_secret(&s, 1, 1, "[1, 1]"), FAULT_none);
	/* Extra time keeps the seal waiting. */
	FINE(&s, FACILITATOR, extra, .a = 1, .b = 2, .form = "[60000]");
	FINE(&s, FACILITATOR, close, .a = 1, .form = "[1]");
	assert_int_equal(script_house_acts(&s), 0);
	assert_true(session_secret_may(s.session, &(struct entry){ .command = COMMAND_secret_ballot, .subject = { 1, session_room(s.session, 2) } }, 2));
	assert_false(session_secret_may(s.session, &(struct entry){ .command = COMMAND_secret_ballot, .subject = { 1, session_room(s.session, 3) } }, 3));
	assert_int_equal(script_secret(&s, 2, 1, "[1, 1]"), FAULT_none);
	FINE(&s, THE_HOUSE, extra_due, .a = 1, .b = 2, .form = "[1]");
	assert_int_equal(script_house_acts(&s), 1);
	script_finish(&s);
}

/* A hall: 20,000 ballots over 4,000 rooms are sealed in parts of at most 48 kB. */
static void many(uint32_t people, uint32_t rooms, uint32_t seat_of(uint32_t member, uint32_t rooms))
{
	struct sid sid = script_sid();
	struct script s;
	script_begin(&s, 3);
	uint64_t number = 100;
	for (uint32_t m = 1; m <= people; m++)
		script_join(&s, "n", "");
	script_activity(&s, &(struct question){ "dots", "[100, 1]", 1, 200, true });
	struct pack plan;
	pack_init(&plan);
	pack_array(&plan, rooms);
	for (uint32_t r = 1; r <= rooms; r++) {
		pack_array(&plan, 1);
		pack_uint(&plan, r);
	}
	struct entry entry = { .name = { FACILITATOR, 9001, (uint32_t)++number }, .command = COMMAND_rooms, .form = pack_bytes(&plan) };
	assert_int_equal(script_entry(&s, &entry), FAULT_none);
	entry = (struct entry){ .name = { FACILITATOR, 9001, (uint32_t)++number }, .command = COMMAND_open, .subject = { 1, 0 }, .form = slice_of("\x91\x00", 2) };
	assert_int_equal(script_entry(&s, &entry), FAULT_none);
	for (uint32_t m = 1; m <= people; m++) {
		struct pack ballot, form;
		uint8_t key[16];
		pack_init(&ballot);
		pack_init(&form);
		uint32_t items = 1 + m % 100;
		pack_array(&ballot, 2 * items);
		for (uint32_t i = 0; i < items; i++) {
			pack_uint(&ballot, 1 + i + m % 90);
			pack_uint(&ballot, 1);
		}
		script_key(&s, m, 1, 1, key);
		assert_true(session_secret_form(s.session, 1, 1, key, pack_bytes(&ballot), &form));
		entry = (struct entry){ .name = { 0, script_secret_lane(m, 1, 1), 1 }, .command = COMMAND_secret_ballot, .subject = { 1, seat_of(m, rooms) },
					.form = pack_bytes(&form), .salted = ENTRY_FORM };
		assert_int_equal(script_entry(&s, &entry), FAULT_none);
		pack_finish(&ballot);
		pack_finish(&form);
	}
	entry = (struct entry){ .name = { FACILITATOR, 9001, (uint32_t)++number }, .command = COMMAND_close, .subject = { 1, 0 }, .form = slice_of("\x91\x01", 2) };
	assert_int_equal(script_entry(&s, &entry), FAULT_none);
	size_t before = s.count;
	unsigned parts = script_house_acts(&s);
	assert_true(parts > 1);
	for (size_t i = before; i < s.count; i++)
		if (s.log[i].entry.form.len > LIMIT_SEAL_PART)
			fail_msg("part %zu of the seal has %zu bytes", i - before + 1, s.log[i].entry.form.len);
	assert_int_equal(session_ballots(s.session, 1), people);
	assert_int_equal(asking_of(s.session, 1, 1)->sealed_total, people);
	uint32_t kept = 0;
	for (uint32_t g = 0; g < asking_of(s.session, 1, 1)->groups_count; g++) {
		const struct group *group = &asking_of(s.session, 1, 1)->groups[g];
		assert_true(group->ballots_count >= 3);
		for (uint32_t b = 1; b < group->ballots_count; b++)
			assert_true(slice_order(blob_slice(&group->ballots[b - 1]), blob_slice(&group->ballots[b])) <= 0);
		kept += group->ballots_count;
	}
	assert_int_equal(kept, people);
	struct session *met = script_replay(&s, s.count, false);
	assert_true(session_digest(met) == session_digest(s.session));
	session_destroy(met);
	struct pack snapshot = saved(s.session);
	struct session *again = session_restore(sid, pack_bytes(&snapshot));
	assert_non_null(again);
	assert_true(session_digest(again) == session_digest(s.session));
	session_destroy(again);
	pack_finish(&snapshot);
	pack_finish(&plan);
	script_finish(&s);
}

static uint32_t evenly(uint32_t member, uint32_t rooms) { return 1 + member % rooms; }
static uint32_t mostly_alone(uint32_t member, uint32_t rooms) { return member < rooms ? member : 1; }
static void test_hall(void **state) { (void)state; many(20000, 14, evenly); }
static void test_hall_of_small_rooms(void **state) { (void)state; many(5000, 4000, mostly_alone); }

/* --- an attack: somebody has the struck log, the roster, and has seen in which order people voted; 500 meetings --- */

enum { MEETINGS = 500, CROWD = 8 };

static uint64_t dice;
static uint32_t roll(uint32_t sides)
{
	dice = dice * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(dice >> 33) % sides;
}

/* What the log still says about the n-th secret ballot: 1 or 2, the item it was for; 0: nothing. */
static unsigned read_in_log(const struct script *s, unsigned nth, bool struck)
{
	for (uint64_t seq = 1; seq <= s->count; seq++) {
		const struct entry *entry = &s->log[seq - 1].entry;
		if (entry->command != COMMAND_secret_ballot || nth--)
			continue;
		if (struck && script_is_sealed_away(s, seq))
			return 0;
		return entry->form.at[entry->form.len - 5]; /* padded to 6 bytes: an array, the item, a dot, zeros */
	}
	return 0;
}

/* The n-th ballot as the seal has it. */
static unsigned read_in_seal(const struct script *s, unsigned nth)
{
	const struct asking *asking = asking_of(s->session, 1, 1);
	for (uint32_t g = 0; g < asking->groups_count; g++) {
		if (nth < asking->groups[g].ballots_count)
			return asking->groups[g].ballots[nth].at[1];
		nth -= asking->groups[g].ballots_count;
	}
	return 0;
}

static void test_attack(void **state)
{
	unsigned by_log = 0, by_log_whole = 0, by_order = 0, by_reverse = 0, by_majority = 0, all = MEETINGS * CROWD;
	(void)state;
	for (unsigned meeting = 0; meeting < MEETINGS; meeting++) {
		struct script s;
		unsigned order[CROWD], chosen[CROWD], ones = 0;
		dice = 1000 + meeting;
		script_begin(&s, 3);
		script_people(&s, CROWD);
		script_activity(&s, &(struct question){ "dots", "[1, 1]", 1, 2, true });
		script_rooms(&s, 2);
		FINE(&s, FACILITATOR, open, .a = 1, .form = "[0]");
		for (unsigned i = 0; i < CROWD; i++)
			order[i] = i;
		for (unsigned i = CROWD; i > 1; i--) {
			unsigned j = roll(i), kept = order[i - 1];
			order[i - 1] = order[j];
			order[j] = kept;
		}
		for (unsigned i = 0; i < CROWD; i++) {
			chosen[i] = 1 + roll(2);
			ones += chosen[i] == 1;
			assert_int_equal(script_secret(&s, order[i] + 1, 1, chosen[i] == 1 ? "[1, 1]" : "[2, 1]"), FAULT_none);
			if (roll(3) == 0)
				FINE(&s, FACILITATOR, move, .form = roll(2) ? "[1, 2, 3, 1]" : "[2, 1, 3, 2]");
		}
		close_and_seal(&s);
		for (unsigned i = 0; i < CROWD; i++) {
			by_log += read_in_log(&s, i, true) == chosen[i];
			by_log_whole += read_in_log(&s, i, false) == chosen[i];
			by_order += read_in_seal(&s, i) == chosen[i];
			by_reverse += read_in_seal(&s, CROWD - 1 - i) == chosen[i];
			by_majority += (ones * 2 >= CROWD ? 1 : 2) == chosen[i];
		}
		script_finish(&s);
	}
	print_message("of %u: whole log %u, struck log %u, order of the seal %u, its reverse %u; whoever only knows the result %u\n", all, by_log_whole, by_log, by_order,
		      by_reverse, by_majority);
	assert_int_equal(by_log_whole, all); /* the control: without striking it is an open vote */
	assert_int_equal(by_log, 0);
	assert_true(by_order < by_majority && by_reverse < by_majority);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_groups), cmocka_unit_test(test_nothing_leads_to_a_key), cmocka_unit_test(test_permuted), cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_struck), cmocka_unit_test(test_half_struck), cmocka_unit_test(test_unequal), cmocka_unit_test(test_overtaken), cmocka_unit_test(test_electorate),
		cmocka_unit_test(test_rules), cmocka_unit_test(test_attack), cmocka_unit_test(test_hall_of_small_rooms), cmocka_unit_test(test_hall),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
