/* SPDX-License-Identifier: EUPL-1.2 */
/* A journal made of several: where sessions go, that they are found when a part is added, and that a part that is away is never taken for an empty one.
 * The promises of every journal are asked of it in tests/contract. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "base/check.h"
#include "base/digest.h"
#include "lib/loop_test.h"
#include "shell/journal_memory.h"
#include "shell/journal_shards.h"

enum { PARTS = 3, MANY = 600 };
static const char *const names[PARTS] = { "unix:/run/a.sock", "unix:/run/b.sock", "10.0.0.3:6379" };

static struct world {
	struct loop_test *test;
	struct journal_memory *parts[PARTS]; /* disks: they outlive the journal */
	struct journal journal;
	size_t count;                        /* parts of the journal */
	bool inside, stopped;
	/* What was heard last, and how often. */
	unsigned loaded, entries, opened, refused, erased, struck, health, peers, found, ended, listed;
	enum journal_status status, found_status, end_status, health_status;
	uint64_t tag;
	struct sid sid;
	char sentence[160];
} w;

static void heard(unsigned *count, struct sid sid)
{
	assert_false(w.inside);
	++*count;
	w.sid = sid;
}

static void on_loaded(struct sid sid, struct position position, struct slice snapshot, void *ctx)
{
	(void)position, (void)snapshot, (void)ctx;
	heard(&w.loaded, sid);
}

static void on_entry(struct sid sid, const struct journal_entry *entry, uint64_t tag, void *ctx)
{
	(void)entry, (void)ctx;
	heard(&w.entries, sid);
	w.tag = tag;
}

static void on_stable(struct sid sid, uint64_t seq, void *ctx)
{
	(void)sid, (void)seq, (void)ctx;
}

static void on_opened(struct sid sid, enum journal_status status, uint64_t damaged_seq, void *ctx)
{
	(void)damaged_seq, (void)ctx;
	heard(&w.opened, sid);
	w.status = status;
}

static void on_refused(struct sid sid, uint64_t tag, enum journal_status why, void *ctx)
{
	(void)ctx;
	heard(&w.refused, sid);
	w.tag = tag;
	w.status = why;
}

static void on_unsure(struct sid sid, uint64_t tag, void *ctx)
{
	(void)sid, (void)tag, (void)ctx;
}

static void on_reset(struct sid sid, void *ctx)
{
	(void)sid, (void)ctx;
}

static void on_orphan(struct sid sid, const struct body *body, void *ctx)
{
	(void)sid, (void)body, (void)ctx;
}

static void on_struck(struct sid sid, uint64_t seq, void *ctx)
{
	(void)seq, (void)ctx;
	heard(&w.struck, sid);
}

static void on_erased(struct sid sid, void *ctx)
{
	(void)ctx;
	heard(&w.erased, sid);
}

static void on_peers(struct sid sid, const struct slice *published, size_t count, void *ctx)
{
	(void)published, (void)count, (void)ctx;
	heard(&w.peers, sid);
}

static void on_health(enum journal_status status, const char *sentence, void *ctx)
{
	(void)ctx;
	w.health++;
	w.health_status = status;
	snprintf(w.sentence, sizeof w.sentence, "%s", sentence);
}

static const struct journal_up up = {
	.loaded = on_loaded, .entry = on_entry, .stable = on_stable, .opened = on_opened, .refused = on_refused, .unsure = on_unsure, .reset = on_reset,
	.orphan = on_orphan, .struck = on_struck, .erased = on_erased, .peers = on_peers, .health = on_health,
};

#define CALL(op, ...)                                                   \
	do {                                                            \
		w.inside = true;                                        \
		w.journal.ops->op(w.journal.self, __VA_ARGS__);         \
		w.inside = false;                                       \
	} while (0)

static void settle(void)
{
	loop_test_advance(w.test, 1);
}

static void on_stopped(void *ctx)
{
	(void)ctx;
	assert_false(w.stopped);
	w.stopped = true;
}

static void stop(void)
{
	if (w.journal.ops == NULL)
		return;
	w.stopped = false;
	CALL(stop, on_stopped, NULL);
	settle();
	assert_true(w.stopped);
	w.journal.ops = NULL;
}

/* Of the first `count` names, given in an order of their own: it must not matter. */
static void start(size_t count, bool backwards)
{
	struct journal_shard shards[PARTS];
	stop();
	for (size_t i = 0; i < count; i++) {
		size_t at = backwards ? count - 1 - i : i;
		if (w.parts[at] == NULL)
			w.parts[at] = journal_memory_create(loop_test_loop(w.test));
		shards[i] = (struct journal_shard){ names[at], journal_memory_port(w.parts[at]) };
	}
	w.journal = journal_shards_create(shards, count);
	w.count = count;
	CALL(listen, &up, NULL);
}

static int world_set(void **state)
{
	(void)state;
	memset(&w, 0, sizeof w);
	w.test = loop_test_create(1);
	return 0;
}

static int world_clear(void **state)
{
	(void)state;
	stop();
	for (unsigned i = 0; i < PARTS; i++)
		journal_memory_destroy(w.parts[i]);
	loop_test_settle(w.test);
	assert_int_equal(loop_test_timers(w.test), 0);
	loop_test_destroy(w.test);
	return 0;
}

static struct sid sid_at(unsigned i)
{
	return sid_of(0xb011b1a5c0000000u + i * 7919u);
}

static struct code code_at(unsigned i)
{
	return code_of(1000003u * (i + 1));
}

static int create_as(unsigned i, struct code code)
{
	static const uint8_t bytes[] = "a workshop";
	struct body body = { .head = slice_of(bytes, sizeof bytes) };
	memcpy(body.digest, digest_plain(body.head).bytes, 32);
	w.inside = true;
	int rc = w.journal.ops->create(w.journal.self, sid_at(i), code, &body, i + 1);
	w.inside = false;
	return rc;
}

static int append(unsigned i)
{
	static const uint8_t bytes[] = "a vote";
	struct body body = { .head = slice_of(bytes, sizeof bytes) };
	memcpy(body.digest, digest_plain(body.head).bytes, 32);
	w.inside = true;
	int rc = w.journal.ops->append(w.journal.self, sid_at(i), &body, 7);
	w.inside = false;
	return rc;
}

static void create(unsigned i)
{
	unsigned before = w.entries;
	assert_int_equal(create_as(i, code_at(i)), 0);
	settle();
	assert_int_equal(w.entries, before + 1);
}

static unsigned part_of(unsigned i)
{
	unsigned part = PARTS;
	for (unsigned k = 0; k < PARTS; k++)
		if (w.parts[k] && journal_memory_tip(w.parts[k], sid_at(i)).seq) {
			assert_int_equal(part, PARTS); /* on one only */
			part = k;
		}
	assert_in_range(part, 0, PARTS - 1);
	return part;
}

static enum journal_status open_it(unsigned i)
{
	unsigned before = w.opened;
	CALL(open, sid_at(i));
	settle();
	assert_int_equal(w.opened, before + 1);
	assert_true(sid_equal(w.sid, sid_at(i)));
	return w.status;
}

static void on_found(enum journal_status status, struct sid sid, void *ctx)
{
	(void)ctx;
	heard(&w.found, sid);
	w.found_status = status;
}

static enum journal_status find(unsigned i)
{
	unsigned before = w.found;
	CALL(find, code_at(i), on_found, NULL);
	settle();
	assert_int_equal(w.found, before + 1);
	assert_true(w.found_status != JOURNAL_OK || sid_equal(w.sid, sid_at(i)));
	return w.found_status;
}

static unsigned read_count;
static void on_read(const struct journal_entry *entry, enum journal_status status, void *ctx)
{
	(void)ctx;
	assert_false(w.inside);
	read_count += entry != NULL;
	if (entry)
		return;
	w.ended++;
	w.end_status = status;
}

static enum journal_status read_it(unsigned i)
{
	unsigned before = w.ended;
	read_count = 0;
	CALL(read, sid_at(i), 1, UINT64_MAX, on_read, NULL);
	settle();
	assert_int_equal(w.ended, before + 1);
	return w.end_status;
}

static void away(unsigned part, bool is)
{
	journal_memory_state(w.parts[part], is ? JOURNAL_AWAY : JOURNAL_OK, is ? "Redis at nowhere refuses connections." : NULL, JOURNAL_MEMORY_NEVER);
	settle();
}

/* A part as Redis is one: when it cannot be asked, open says so. The one in memory can always be asked. */
static enum journal_status lie; /* what the next opens of this part say, instead of ABSENT */
static unsigned lying_part = PARTS;
static const struct journal_ops *true_ops;
static struct journal_ops lying_ops;
static const struct journal_up *true_up;
static void *true_ctx;

static void lie_opened(void *ctx)
{
	struct sid *sid = ctx;
	true_up->opened(*sid, lie, 0, true_ctx);
	free(sid);
}

static void lie_open(void *self, struct sid sid)
{
	if (lie == JOURNAL_OK) {
		true_ops->open(self, sid);
		return;
	}
	struct sid *copy = check_alloc(1, sizeof *copy);
	*copy = sid;
	loop_post(loop_test_loop(w.test), lie_opened, copy);
}

static void lie_listen(void *self, const struct journal_up *its, void *ctx)
{
	true_up = its;
	true_ctx = ctx;
	true_ops->listen(self, its, ctx);
}

static void start_with_liar(size_t count, unsigned liar)
{
	struct journal_shard shards[PARTS];
	stop();
	for (size_t i = 0; i < count; i++)
		shards[i] = (struct journal_shard){ names[i], journal_memory_port(w.parts[i]) };
	true_ops = shards[liar].journal.ops;
	lying_ops = *true_ops;
	lying_ops.open = lie_open;
	lying_ops.listen = lie_listen;
	shards[liar].journal.ops = &lying_ops;
	lying_part = liar;
	w.journal = journal_shards_create(shards, count);
	CALL(listen, &up, NULL);
}

/* ---- the order ---- */

static void the_order_of_a_session(void **state)
{
	(void)state;
	const char *const turned[PARTS] = { names[2], names[0], names[1] };
	unsigned first[PARTS] = { 0 }, first_of_two[2] = { 0 };
	for (unsigned i = 0; i < 3000; i++) {
		unsigned order[PARTS], other[PARTS], two[2];
		journal_shards_order(sid_at(i), names, PARTS, order);
		journal_shards_order(sid_at(i), turned, PARTS, other);
		journal_shards_order(sid_at(i), names, 2, two);
		for (unsigned k = 0; k < PARTS; k++)
			assert_string_equal(names[order[k]], turned[other[k]]); /* how they are given does not matter */
		unsigned at = 0;
		for (unsigned k = 0; k < PARTS; k++) /* one more among them leaves the order of the others */
			if (order[k] != 2)
				assert_int_equal(order[k], two[at++]);
		first[order[0]]++;
		first_of_two[two[0]]++;
	}
	for (unsigned k = 0; k < PARTS; k++)
		assert_in_range(first[k], 900, 1100);
	for (unsigned k = 0; k < 2; k++)
		assert_in_range(first_of_two[k], 1400, 1600);
	/* Frozen: another order would lose sight of nothing, but would make old sessions slower to find. */
	unsigned order[PARTS];
	char seen[8 * 4 + 1] = "";
	for (unsigned i = 0; i < 8; i++) {
		journal_shards_order(sid_at(i), names, PARTS, order);
		snprintf(seen + strlen(seen), sizeof seen - strlen(seen), "%u%u%u ", order[0], order[1], order[2]);
	}
	assert_string_equal(seen, "012 102 201 120 102 102 201 102 ");
}

static void a_session_lives_on_the_first_of_its_order(void **state)
{
	(void)state;
	start(PARTS, false);
	unsigned parts[MANY], on[PARTS] = { 0 };
	for (unsigned i = 0; i < MANY; i++) {
		unsigned order[PARTS];
		create(i);
		journal_shards_order(sid_at(i), names, PARTS, order);
		parts[i] = part_of(i);
		assert_int_equal(parts[i], order[0]);
		on[parts[i]]++;
	}
	for (unsigned k = 0; k < PARTS; k++)
		assert_in_range(on[k], MANY / PARTS * 3 / 4, MANY / PARTS * 5 / 4);
	start(PARTS, true); /* another instance, whose options stand the other way round */
	for (unsigned i = 0; i < MANY; i += 7) {
		assert_int_equal(find(i), JOURNAL_OK);
		assert_int_equal(open_it(i), JOURNAL_OK);
		assert_int_equal(append(i), 0);
		settle();
		assert_int_equal(part_of(i), parts[i]);
		CALL(close, sid_at(i));
	}
}

static void on_listed(const struct sid *sid, void *ctx)
{
	(void)ctx;
	w.listed += sid != NULL;
	w.ended += sid == NULL;
}

static void a_part_is_added(void **state)
{
	(void)state;
	start(2, false);
	for (unsigned i = 0; i < 60; i++)
		create(i);
	start(PARTS, false);
	unsigned moved = 0;
	for (unsigned i = 0; i < 60; i++) {
		unsigned order[PARTS];
		journal_shards_order(sid_at(i), names, PARTS, order);
		moved += order[0] == 2; /* the new one is asked first, and knows nothing of it */
		assert_int_equal(find(i), JOURNAL_OK);
		assert_int_equal(read_it(i), JOURNAL_OK);
		assert_int_equal(read_count, 1);
		assert_int_equal(open_it(i), JOURNAL_OK);
		assert_int_equal(append(i), 0);
		settle();
		assert_int_not_equal(part_of(i), 2);
		assert_int_equal(read_it(i), JOURNAL_OK);
		assert_int_equal(read_count, 2);
		CALL(close, sid_at(i));
	}
	assert_in_range(moved, 10, 30);
	for (unsigned i = 60; i < 120; i++)
		create(i);
	unsigned ended = w.ended;
	CALL(list, on_listed, NULL);
	settle();
	assert_int_equal(w.listed, 120);
	assert_int_equal(w.ended, ended + 1);
	assert_int_equal(open_it(5000), JOURNAL_ABSENT);
	assert_int_equal(find(5000), JOURNAL_ABSENT);
	assert_int_equal(read_it(5000), JOURNAL_ABSENT);
}

/* ---- one is away ---- */

static unsigned with_first(unsigned part, unsigned from)
{
	for (unsigned i = from; i < from + 1000; i++) {
		unsigned order[PARTS];
		journal_shards_order(sid_at(i), names, PARTS, order);
		if (order[0] == part)
			return i;
	}
	fail_msg("no session goes to part %u", part);
	return 0;
}

static void a_new_session_waits_for_its_part(void **state)
{
	(void)state;
	start(PARTS, false);
	away(1, true);
	assert_int_equal(create_as(with_first(1, 0), code_at(0)), JOURNAL_AWAY);
	assert_int_equal(append(with_first(1, 0)), JOURNAL_ABSENT); /* nothing was begun */
	create(with_first(0, 0)); /* the others go on, though one cannot be asked for the code */
	away(1, false);
	create(with_first(1, 0));
}

static void away_is_not_absent(void **state)
{
	(void)state;
	static const struct {
		enum journal_status lie;
		unsigned session; /* 0: on the liar; 1: on another; 2: nowhere */
		enum journal_status opened;
	} cases[] = {
		{ JOURNAL_OK, 0, JOURNAL_OK }, { JOURNAL_OK, 1, JOURNAL_OK }, { JOURNAL_OK, 2, JOURNAL_ABSENT },
		{ JOURNAL_AWAY, 0, JOURNAL_AWAY }, { JOURNAL_AWAY, 1, JOURNAL_OK }, { JOURNAL_AWAY, 2, JOURNAL_AWAY },
	};
	for (unsigned liar = 0; liar < PARTS; liar++) {
		lie = JOURNAL_OK;
		start(PARTS, false);
		unsigned sessions[3] = { with_first(liar, liar * 100), with_first((liar + 1) % PARTS, liar * 100 + 50), 9000 + liar };
		create(sessions[0]);
		create(sessions[1]);
		start_with_liar(PARTS, liar);
		for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
			lie = cases[k].lie;
			enum journal_status status = open_it(sessions[cases[k].session]);
			if (status != cases[k].opened)
				fail_msg("part %u, case %zu: opened %d", liar, k, status);
			if (status == JOURNAL_OK)
				CALL(close, sid_at(sessions[cases[k].session]));
		}
		lie = JOURNAL_OK;
		stop();
	}
}

static void a_code_when_one_is_away(void **state)
{
	(void)state;
	start(PARTS, false);
	unsigned here = with_first(0, 0), there = with_first(2, 0);
	create(here);
	create(there);
	away(2, true);
	assert_int_equal(find(here), JOURNAL_OK);
	assert_int_equal(find(there), JOURNAL_AWAY);
	assert_int_equal(find(5000), JOURNAL_AWAY); /* nobody knows */
	away(2, false);
	assert_int_equal(find(there), JOURNAL_OK);
	assert_int_equal(find(5000), JOURNAL_ABSENT);
}

static void state_and_health(void **state)
{
	(void)state;
	const char *sentence = NULL;
	start(PARTS, false);
	unsigned on_0 = with_first(0, 0), on_1 = with_first(1, 0);
	struct sid sid_0 = sid_at(on_0), sid_1 = sid_at(on_1);
	create(on_0);
	create(on_1);
	away(1, true);
	assert_int_equal(w.health_status, JOURNAL_AWAY);
	assert_int_equal(w.journal.ops->state(w.journal.self, NULL, &sentence), JOURNAL_AWAY);
	assert_non_null(strstr(sentence, "nowhere"));
	assert_int_equal(w.journal.ops->state(w.journal.self, &sid_0, NULL), JOURNAL_OK);
	assert_int_equal(w.journal.ops->state(w.journal.self, &sid_1, &sentence), JOURNAL_AWAY);
	assert_int_equal(append(on_0), 0);
	assert_int_equal(append(on_1), JOURNAL_AWAY);
	away(2, true);
	away(2, false); /* well again, but another is not */
	assert_int_equal(w.health, 3);
	assert_int_equal(w.health_status, JOURNAL_AWAY);
	away(1, false);
	assert_int_equal(w.health_status, JOURNAL_OK);
	assert_int_equal(append(on_1), 0);
	settle();
	journal_memory_rules(w.parts[2], 0);
	assert_int_equal(w.journal.ops->rules(w.journal.self), 0);
}

/* ---- names that exist, ends ---- */

static void a_code_is_taken_wherever_it_is(void **state)
{
	(void)state;
	start(PARTS, false);
	unsigned first = with_first(0, 0), second = with_first(1, 0);
	create(first);
	assert_int_equal(create_as(second, code_at(first)), 0);
	settle();
	assert_int_equal(w.refused, 1);
	assert_int_equal(w.status, JOURNAL_TAKEN);
	assert_int_equal(w.tag, second + 1);
	create(second); /* the name of the session is free */
}

static void closed_while_its_code_is_asked_for(void **state)
{
	(void)state;
	start(PARTS, false);
	assert_int_equal(create_as(1, code_at(1)), 0);
	CALL(close, sid_at(1));
	settle();
	assert_int_equal(w.entries + w.refused, 0); /* open tags end silently */
	create(1);
}

static void stopped_while_its_code_is_asked_for(void **state)
{
	(void)state;
	start(PARTS, false);
	assert_int_equal(create_as(1, code_at(1)), 0);
	stop();
	assert_int_equal(w.entries, 1); /* what was taken is finished */
	part_of(1);
}

static void erased_and_struck_wherever_it_is(void **state)
{
	(void)state;
	start(PARTS, false);
	create(1);
	create(2);
	CALL(close, sid_at(2));
	CALL(strike, sid_at(1), 1, JOURNAL_FORM); /* open: known */
	CALL(strike, sid_at(2), 1, JOURNAL_FORM); /* not open: all are asked, and all must have done it */
	settle();
	assert_int_equal(w.struck, 2);
	CALL(erase, sid_at(1));
	CALL(erase, sid_at(2));
	settle();
	assert_int_equal(w.erased, 2);
	assert_int_equal(open_it(1), JOURNAL_ABSENT);
	assert_int_equal(open_it(2), JOURNAL_ABSENT);
}

static void what_is_told_after_close_is_nobodys(void **state)
{
	(void)state;
	start(PARTS, false);
	for (unsigned i = 0; i < 6; i++) {
		create(i);
		assert_int_equal(append(i), 0);
		CALL(close, sid_at(i));
	}
	unsigned entries = w.entries;
	settle();
	assert_int_equal(w.entries, entries);
	CALL(open, sid_at(0));
	CALL(close, sid_at(0)); /* in the midst of it */
	settle();
	assert_int_equal(w.opened, 0);
	assert_int_equal(open_it(0), JOURNAL_OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set, world_clear)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_order_of_a_session), TEST(a_session_lives_on_the_first_of_its_order), TEST(a_part_is_added), TEST(a_new_session_waits_for_its_part),
		TEST(away_is_not_absent), TEST(a_code_when_one_is_away), TEST(state_and_health), TEST(a_code_is_taken_wherever_it_is),
		TEST(closed_while_its_code_is_asked_for), TEST(stopped_while_its_code_is_asked_for), TEST(erased_and_struck_wherever_it_is),
		TEST(what_is_told_after_close_is_nobodys),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
