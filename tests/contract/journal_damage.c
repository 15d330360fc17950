/* SPDX-License-Identifier: EUPL-1.2 */
/* A closed journal file with one bit flipped, or cut short: it is refused at open, or the session is damaged at a place, or a body does
 * not match its digest (which the house checks), or everything is as it was. Never is anything else read.
 * BOLLPLANK_LONG=1: every bit and every length; otherwise a sample by seed. */
#include "contract/journal_contract.h"
#include "base/check.h"
#include "base/trace.h"
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ENTRIES = 12, STRUCK_SEQ = 4, SNAPSHOT_AT = 6, SAMPLE = 1500, SAMPLE_LENGTHS = 100, BEFORE = 10 };

enum verdict { IDENTICAL, REFUSED_WHOLE, DAMAGED_AT, BODY_WRONG, READ_ELSE };
static const char *const verdicts[] = { "identical", "refused at open", "damaged at a place", "body not its digest's", "read as something else" };

static void quiet(enum trace_level level, const char *line, void *ctx)
{
	(void)level;
	(void)line;
	(void)ctx;
}

/* What was written, by seq: times are not in the bodies. */
static uint64_t times[2][ENTRIES + 1];

/* The session 0 with 12 entries, one struck, a snapshot; the session 1 with one; all in the database file. */
static void make(struct desk *desk)
{
	uint8_t bytes[50];
	desk_fill(desk, 0, ENTRIES);
	desk_fill(desk, 1, 1);
	for (size_t k = 0; k < desk->count; k++)
		if (desk->events[k].what == ENTRY)
			times[sid_equal(desk->events[k].sid, sid_at(1))][desk->events[k].position.seq] = desk->events[k].at_ms;
	desk->journal.ops->strike(desk->journal.self, sid_at(0), STRUCK_SEQ, JOURNAL_TEXT);
	desk_run(desk);
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)(7 + i);
	desk->journal.ops->snapshot(desk->journal.self, sid_at(0), (struct position){ 1, SNAPSHOT_AT }, slice_of(bytes, sizeof bytes));
	desk_stop(desk);
}

static bool right_entry(const struct event *event, unsigned i)
{
	return event->body == 1000 * (i + 1) + event->position.seq && event->position.term == 1 && event->at_ms == times[i][event->position.seq] &&
		event->struck == (i == 0 && event->position.seq == STRUCK_SEQ ? JOURNAL_TEXT : 0u);
}

/* What open calls damaged at a place, read calls damaged at the same, and delivers all before it. */
static bool read_ends_at(struct desk *desk, unsigned i, uint64_t seq)
{
	struct reading reading;
	desk_read(desk, i, 1, &reading);
	return reading.status == JOURNAL_DAMAGED && reading.count == seq - 1;
}

static enum verdict look_at_session(struct desk *desk, unsigned i)
{
	enum verdict verdict = IDENTICAL;
	unsigned entries = i == 0 ? ENTRIES : 1;
	desk_forget(desk);
	desk->journal.ops->open(desk->journal.self, sid_at(i));
	desk_run(desk);
	const struct event *opened = heard_last(desk, OPENED, sid_at(i)), *loaded = heard_last(desk, LOADED, sid_at(i));
	if (opened == NULL || opened->status == JOURNAL_ABSENT)
		return READ_ELSE;
	if (opened->status == JOURNAL_DAMAGED)
		return opened->position.seq >= 1 && opened->position.seq <= entries + 1 && loaded == NULL &&
			read_ends_at(desk, i, opened->position.seq) ? DAMAGED_AT : READ_ELSE;
	if (loaded->position.seq != 0 && (i != 0 || loaded->position.seq != SNAPSHOT_AT || loaded->snapshot_len != 50 || loaded->snapshot_first != 7))
		return READ_ELSE;
	uint64_t seq = loaded->position.seq;
	for (size_t k = 0; k < desk->count; k++) {
		if (desk->events[k].what != ENTRY)
			continue;
		if (desk->events[k].position.seq != ++seq)
			return READ_ELSE;
		if (desk->events[k].body == 0)
			verdict = BODY_WRONG; /* the house stops here */
		else if (!right_entry(&desk->events[k], i))
			return READ_ELSE;
	}
	if (seq != entries || heard_last(desk, STABLE, sid_at(i))->position.seq != entries)
		return READ_ELSE;
	struct reading reading;
	desk_read(desk, i, 1, &reading);
	if (reading.count != entries || reading.status != JOURNAL_OK)
		return READ_ELSE; /* open said that all is well */
	for (size_t n = 0; n < reading.count; n++) {
		if (reading.bodies[n] == 0)
			verdict = BODY_WRONG;
		else if (reading.bodies[n] != 1000 * (i + 1) + n + 1 || reading.struck[n] != (i == 0 && n + 1 == STRUCK_SEQ ? JOURNAL_TEXT : 0u))
			return READ_ELSE;
	}
	return verdict;
}

static enum verdict look(struct desk *desk)
{
	char sentence[512];
	struct sid sids[8], sid;
	if (journal_sqlite_open(loop_test_loop(desk->test), &desk->options, &desk->journal, sentence, sizeof sentence) != 0)
		return strlen(sentence) > 40 && strstr(sentence, desk->path) ? REFUSED_WHOLE : READ_ELSE;
	desk_listen(desk);
	enum verdict worst = IDENTICAL;
	for (unsigned i = 0; i < 2; i++) {
		enum verdict verdict = look_at_session(desk, i);
		worst = verdict > worst ? verdict : worst;
		if (!desk_find(desk, i, &sid) || !sid_equal(sid, sid_at(i)))
			worst = READ_ELSE;
	}
	if (desk_list(desk, sids, 8) != 2 || desk_find(desk, 2, &sid))
		worst = READ_ELSE;
	desk_stop(desk);
	return worst;
}

static void restore(const struct desk *desk, const uint8_t *bytes, size_t len)
{
	char path[128];
	int fd = open(desk->path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, len), len);
	close(fd);
	snprintf(path, sizeof path, "%s-wal", desk->path);
	unlink(path);
	snprintf(path, sizeof path, "%s-journal", desk->path);
	unlink(path);
}

static enum verdict flip(struct desk *desk, uint8_t *bytes, size_t len, size_t bit)
{
	bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
	restore(desk, bytes, len);
	enum verdict verdict = look(desk);
	bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
	if (verdict == READ_ELSE)
		fail_msg("bit %zu of %zu: read as something else", bit, len * 8);
	return verdict;
}

static void damage_is_found_and_never_read_as_something_else(void **state)
{
	struct desk *desk = desk_create(&adapter_sqlite);
	bool all = getenv("BOLLPLANK_LONG") != NULL;
	size_t counts[5] = { 0 }, lengths = desk_brief() ? 10 : SAMPLE_LENGTHS;
	uint64_t dice = 88172645463325252u;
	(void)state;
	trace_to(quiet, TRACE_ERROR, NULL);
	make(desk);
	int fd = open(desk->path, O_RDONLY);
	struct stat is;
	assert_int_equal(fstat(fd, &is), 0);
	size_t len = (size_t)is.st_size, bits = len * 8;
	uint8_t *bytes = check_alloc(1, len);
	assert_int_equal(read(fd, bytes, len), len);
	close(fd);
	assert_int_equal(look(desk), IDENTICAL);
	restore(desk, bytes, len);
	/* Term, time and marks of each entry: they stand before its digest, and no body tells of them. */
	for (uint64_t seq = 1; seq <= ENTRIES && !all && !desk_brief(); seq++) {
		struct made made;
		body_make(1000 + seq, &made);
		const uint8_t *digest = memmem(bytes, len, made.body.digest, 32);
		assert_non_null(digest);
		for (size_t bit = (size_t)(digest - bytes - BEFORE) * 8; bit < (size_t)(digest - bytes) * 8; bit++)
			counts[flip(desk, bytes, len, bit)]++;
	}
	for (size_t k = 0; k < (all ? bits : desk_brief() ? SAMPLE / 10 : SAMPLE); k++) {
		dice ^= dice << 13;
		dice ^= dice >> 7;
		dice ^= dice << 17;
		/* Most of a page is empty: the sample looks where something lies, but for every eighth. */
		size_t bit = all ? k : dice % bits;
		while (!all && k % 8 && bytes[bit / 8] == 0)
			bit = (bit + 8 * 7) % bits;
		counts[flip(desk, bytes, len, bit)]++;
	}
	for (size_t k = 0; k < (all ? len : lengths); k++) {
		size_t shorter = all ? k : len * k / lengths;
		restore(desk, bytes, shorter);
		enum verdict verdict = look(desk);
		counts[verdict]++;
		if (verdict == READ_ELSE) /* identical: what was cut off was empty space of the last page */
			fail_msg("cut to %zu of %zu bytes: %s", shorter, len, verdicts[verdict]);
	}
	for (size_t k = 0; k < 5; k++)
		print_message("# %s: %zu\n", verdicts[k], counts[k]);
	assert_true(counts[REFUSED_WHOLE] > 0 && counts[DAMAGED_AT] > 0 && counts[BODY_WRONG] > 0);
	restore(desk, bytes, len);
	assert_int_equal(look(desk), IDENTICAL);
	trace_to(NULL, TRACE_INFO, NULL);
	free(bytes);
	desk_destroy(desk);
}

int run_damage_tests(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(damage_is_found_and_never_read_as_something_else) };
	return cmocka_run_group_tests_name("journal damage: sqlite", tests, NULL, NULL);
}
