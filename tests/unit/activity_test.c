/* SPDX-License-Identifier: EUPL-1.2 */
/* Kinds of activity. First the tables of tests/activity, a file for each kind; then what every kind of the register must keep, whatever it means. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/check.h"
#include "core/activity.h"
#include "lib/notation.h"

enum { VOTERS = 32 };

struct table { /* where the reading of a file stands */
	const struct activity_kind *kind;
	const char *path;
	unsigned line;
	struct pack config;
	struct subset subset;
	bool proper;
	struct voter {
		char name[16];
		struct pack ballot;
	} voters[VOTERS];
	size_t voters_count;
	unsigned rows;
};

/* The value at the front: notation, or bytes as they are in h'..'; leaves `at` behind it. */
static void value_read(struct table *t, char **at, struct pack *out)
{
	char *from = *at, *end = from;
	pack_clear(out);
	if (strncmp(from, "h'", 2) == 0) {
		end = strchr(from + 2, '\'');
		assert_non_null(end);
		assert_true(notation_hex(from + 2, (size_t)(end - from - 2), out));
		*at = end + 1;
		return;
	}
	int depth = 0;
	do {
		depth += *end == '[' ? 1 : *end == ']' ? -1 : 0;
		end++;
	} while (*end && (depth > 0 || (*end != ' ' && *end != '\t')));
	char kept = *end;
	*end = 0;
	if (!notation_pack(from, out))
		fail_msg("%s:%u: cannot read %s", t->path, t->line, from);
	*end = kept;
	*at = end;
}

static char *word_read(char **at)
{
	while (**at == ' ' || **at == '\t')
		(*at)++;
	char *word = *at;
	while (**at && **at != ' ' && **at != '\t')
		(*at)++;
	if (**at)
		*(*at)++ = 0;
	while (**at == ' ' || **at == '\t')
		(*at)++;
	return word;
}

static void expect(const struct table *t, enum fault fault, const char *verdict)
{
	const char *name = fault == FAULT_none ? "ok" : fault_name(fault);
	if (strcmp(name, verdict) != 0)
		fail_msg("%s:%u: %s, and the table says %s", t->path, t->line, name, verdict);
}

static void voters_clear(struct table *t)
{
	for (size_t i = 0; i < t->voters_count; i++)
		pack_finish(&t->voters[i].ballot);
	t->voters_count = 0;
}

static void config_row(struct table *t, char *at)
{
	voters_clear(t);
	value_read(t, &at, &t->config);
	assert_string_equal(word_read(&at), "items");
	unsigned items = (unsigned)atoi(word_read(&at));
	t->subset = (struct subset){ 0 };
	for (unsigned i = 1; i <= items; i++)
		subset_add(&t->subset, i);
	enum fault fault = t->kind->check_config(pack_bytes(&t->config));
	t->proper = fault == FAULT_none;
	expect(t, fault, word_read(&at));
}

static void ballot_row(struct table *t, char *at)
{
	struct pack ballot;
	const char *name = word_read(&at);
	struct slice config = pack_bytes(&t->config);
	pack_init(&ballot);
	value_read(t, &at, &ballot);
	assert_true(t->proper);
	enum fault fault = t->kind->check_ballot(config, &t->subset, pack_bytes(&ballot));
	expect(t, fault, word_read(&at));
	if (fault == FAULT_none) {
		size_t i = 0;
		assert_true(ballot.len <= t->kind->longest(config, &t->subset));
		while (i < t->voters_count && strcmp(t->voters[i].name, name) != 0)
			i++;
		assert_true(i < VOTERS);
		if (i == t->voters_count)
			snprintf(t->voters[t->voters_count++].name, sizeof t->voters->name, "%s", name);
		else
			pack_finish(&t->voters[i].ballot);
		t->voters[i].ballot = ballot;
		return;
	}
	pack_finish(&ballot);
}

static void tally_row(struct table *t, char *at)
{
	struct counted counted[VOTERS];
	struct pack expected, tally;
	pack_init(&expected);
	pack_init(&tally);
	value_read(t, &at, &expected);
	for (size_t i = 0; i < t->voters_count; i++)
		counted[i] = (struct counted){ pack_bytes(&t->voters[i].ballot), 1 };
	struct ballots ballots = { counted, t->voters_count };
	t->kind->tally(pack_bytes(&t->config), &ballots, &tally);
	if (!slice_equal(pack_bytes(&tally), pack_bytes(&expected))) {
		notation_print(pack_bytes(&tally), false, stderr);
		fail_msg("%s:%u: that is the tally", t->path, t->line);
	}
	pack_finish(&expected);
	pack_finish(&tally);
}

static void table_row(struct table *t, char *text)
{
	char *comment = strchr(text, '#');
	if (comment)
		*comment = 0;
	text[strcspn(text, "\n")] = 0;
	char *at = text;
	const char *word = word_read(&at);
	if (*word == 0)
		return;
	t->rows++;
	if (strcmp(word, "config") == 0)
		config_row(t, at);
	else if (strcmp(word, "ballot") == 0)
		ballot_row(t, at);
	else if (strcmp(word, "tally") == 0)
		tally_row(t, at);
	else
		fail_msg("%s:%u: %s", t->path, t->line, word);
}

static void test_tables(void **state)
{
	(void)state;
	for (size_t k = 0; activity_at(k); k++) {
		struct table t = { .kind = activity_at(k) };
		char path[128], text[4096];
		snprintf(path, sizeof path, "tests/activity/%s.txt", t.kind->name);
		t.path = path;
		FILE *file = fopen(path, "r");
		if (file == NULL)
			fail_msg("%s is missing: every kind has its table (run from the top of the repository)", path);
		while (fgets(text, sizeof text, file)) {
			t.line++;
			table_row(&t, text);
		}
		fclose(file);
		assert_true(t.rows >= 10);
		voters_clear(&t);
		pack_finish(&t.config);
	}
}

/* --- the contract of every kind --- */

static uint64_t dice;
static uint32_t roll(uint32_t sides)
{
	dice = dice * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(dice >> 33) % sides;
}

/* Some proper config: small numbers, tried until the kind takes them. */
static void config_make(const struct activity_kind *kind, struct pack *out)
{
	do {
		uint32_t count = 1 + roll(4);
		pack_clear(out);
		pack_array(out, count);
		while (count--)
			pack_uint(out, roll(2) ? roll(8) : roll(201));
	} while (kind->check_config(pack_bytes(out)) != FAULT_none);
}

static bool ballot_make(const struct activity_kind *kind, struct slice config, const struct subset *subset, struct pack *out)
{
	for (int tries = 0; tries < 200; tries++) {
		struct votes votes = { 0 };
		uint32_t item = 0, most = 1 + roll(roll(3) ? 4 : LIMIT_ITEMS);
		while (votes.count < most && (item += 1 + roll(roll(2) ? 2 : 60)) <= LIMIT_ITEMS)
			votes.at[votes.count++] = (struct vote){ (uint16_t)item, (uint16_t)(1 + (roll(2) ? 0 : roll(200))) };
		pack_clear(out);
		votes_pack(&votes, out);
		if (kind->check_ballot(config, subset, pack_bytes(out)) == FAULT_none)
			return true;
	}
	return false;
}

/* Accepted bytes are the one way to write that ballot: read and written again they are the same. */
static void check_canonical(const struct activity_kind *kind, struct slice config, const struct subset *subset, struct slice ballot)
{
	struct votes votes;
	struct pack again;
	if (kind->check_ballot(config, subset, ballot) != FAULT_none)
		return;
	pack_init(&again);
	assert_int_equal(votes_read(ballot, subset, &votes), FAULT_none);
	votes_pack(&votes, &again);
	assert_true(slice_equal(pack_bytes(&again), ballot));
	assert_true(ballot.len <= kind->longest(config, subset));
	pack_finish(&again);
}

static void mutate(const struct activity_kind *kind, struct slice config, const struct subset *subset, struct slice ballot)
{
	uint8_t bytes[LIMIT_BALLOT + 8];
	for (int n = 0; n < 40; n++) {
		size_t len = ballot.len, at = roll((uint32_t)len + 1);
		memcpy(bytes, ballot.at, len);
		switch (roll(4)) {
		case 0: bytes[at % len] ^= (uint8_t)(1u << roll(8)); break;
		case 1: bytes[at % len] = (uint8_t)roll(256); break;
		case 2: /* one more */
			memmove(bytes + at + 1, bytes + at, len - at);
			bytes[at] = (uint8_t)roll(256);
			len++;
			break;
		default: len = at; /* cut */
		}
		/* Right behind the bytes there is memory that must not be read: the sanitizer sees it. */
		uint8_t *exact = check_alloc(1, len);
		memcpy(exact, bytes, len);
		check_canonical(kind, config, subset, slice_of(exact, len));
		kind->check_config(slice_of(exact, len));
		free(exact);
	}
}

static void tally_of(const struct activity_kind *kind, struct slice config, const struct counted *counted, size_t count, struct pack *out)
{
	struct ballots ballots = { counted, count };
	pack_clear(out);
	kind->tally(config, &ballots, out);
	struct unpack_limits limits = { .depth = 4, .values = 100000, .bytes = 0 };
	struct unpack *in = unpack_create(pack_bytes(out), &limits);
	unpack_skip(in);
	assert_true(unpack_end(in)); /* one value */
	unpack_destroy(in);
}

static void test_contract(void **state)
{
	(void)state;
	for (size_t k = 0; activity_at(k); k++) {
		const struct activity_kind *kind = activity_at(k);
		assert_true(activity_find(slice_text(kind->name)) == kind);
		assert_true(kind->ballot_max <= LIMIT_BALLOT);
		for (unsigned round = 0; round < 150; round++) {
			struct pack config, tally, shuffled, apart, made[VOTERS];
			struct counted counted[2 * VOTERS];
			struct subset subset = { 0 };
			size_t count = 0;
			dice = 77 * round + k;
			pack_init(&config);
			pack_init(&tally);
			pack_init(&shuffled);
			pack_init(&apart);
			config_make(kind, &config);
			for (uint32_t i = 1; i <= (round % 3 ? 20u : (uint32_t)LIMIT_ITEMS); i++)
				if (roll(5))
					subset_add(&subset, i);
			assert_true(kind->longest(pack_bytes(&config), &subset) <= kind->ballot_max);
			while (count < VOTERS) {
				pack_init(&made[count]);
				if (!ballot_make(kind, pack_bytes(&config), &subset, &made[count]))
					break;
				check_canonical(kind, pack_bytes(&config), &subset, pack_bytes(&made[count]));
				mutate(kind, pack_bytes(&config), &subset, pack_bytes(&made[count]));
				counted[count] = (struct counted){ pack_bytes(&made[count]), 1 + roll(3) };
				count++;
			}
			tally_of(kind, pack_bytes(&config), counted, count, &tally);
			/* Order does not matter, nor whether heads stand in one ballot or apart. */
			for (size_t i = count; i > 1; i--) {
				size_t j = roll((uint32_t)i);
				struct counted one = counted[i - 1];
				counted[i - 1] = counted[j];
				counted[j] = one;
			}
			tally_of(kind, pack_bytes(&config), counted, count, &shuffled);
			assert_true(slice_equal(pack_bytes(&tally), pack_bytes(&shuffled)));
			size_t heads = count;
			for (size_t i = 0; i < count; i++)
				if (counted[i].count > 1) {
					counted[heads++] = (struct counted){ counted[i].bytes, counted[i].count - 1 };
					counted[i].count = 1;
				}
			tally_of(kind, pack_bytes(&config), counted, heads, &apart);
			assert_true(slice_equal(pack_bytes(&tally), pack_bytes(&apart)));
			for (size_t i = 0; i < VOTERS && i <= count; i++)
				pack_finish(&made[i]);
			pack_finish(&config);
			pack_finish(&tally);
			pack_finish(&shuffled);
			pack_finish(&apart);
		}
	}
}

/* The longest ballots that can be made are not longer than `longest` says: every item, and values of two bytes. */
static void test_longest(void **state)
{
	(void)state;
	for (size_t k = 0; activity_at(k); k++)
		for (uint32_t items = 1; items <= LIMIT_ITEMS; items++)
			for (uint32_t first = 1; first <= 200; first += 33)
				for (uint32_t second = 1; second <= 200; second += 33) {
					struct subset subset = { 0 };
					struct pack config, ballot;
					struct votes votes = { 0 };
					const struct activity_kind *kind = activity_at(k);
					pack_init(&config);
					pack_init(&ballot);
					pack_array(&config, 2);
					pack_uint(&config, first);
					pack_uint(&config, second);
					for (uint32_t i = LIMIT_ITEMS + 1 - items; i <= LIMIT_ITEMS; i++)
						subset_add(&subset, i);
					bool proper = kind->check_config(pack_bytes(&config)) == FAULT_none;
					uint32_t left = first > second ? first : second;
					for (uint32_t i = LIMIT_ITEMS + 1 - items; proper && i <= LIMIT_ITEMS && left; i++, left--)
						votes.at[votes.count++] = (struct vote){ (uint16_t)i, 1 };
					if (votes.count && left > 127) /* what is left lies on one */
						votes.at[0].value = (uint16_t)left;
					votes_pack(&votes, &ballot);
					if (proper)
						check_canonical(kind, pack_bytes(&config), &subset, pack_bytes(&ballot));
					pack_finish(&config);
					pack_finish(&ballot);
				}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_tables), cmocka_unit_test(test_contract), cmocka_unit_test(test_longest) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
