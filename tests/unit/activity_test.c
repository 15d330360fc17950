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
#include "wire/command.h"

enum { VOTERS = 32, ROW = 16 * 1024 };

struct table { /* where the reading of a file stands */
	const struct activity_kind *kind;
	const char *path;
	unsigned line;
	struct pack config;
	struct subset subset;
	bool proper;
	struct voter {
		char name[16];
		uint32_t heads;
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

/* {200 $,^} stands for 1,200, 2,199, ... 200,1 and {3 ab} for ababab: with a number in it, the copies stand apart. */
static void copies_write(const char *piece, size_t len, unsigned times, FILE *out)
{
	bool numbered = memchr(piece, '$', len) || memchr(piece, '^', len);
	for (unsigned i = 1; i <= times; i++) {
		for (size_t k = 0; k < len; k++)
			if (piece[k] == '$' || piece[k] == '^')
				fprintf(out, "%u", piece[k] == '$' ? i : times + 1 - i);
			else
				fputc(piece[k], out);
		if (numbered && i < times)
			fputs(", ", out);
	}
}

static void row_expand(const struct table *t, const char *from, char *row)
{
	FILE *out = fmemopen(row, ROW, "w");
	assert_non_null(out);
	while (*from) {
		char *piece = NULL;
		unsigned times = *from == '{' ? (unsigned)strtoul(from + 1, &piece, 10) : 0;
		const char *end = times && *piece == ' ' ? strchr(piece, '}') : NULL;
		if (end == NULL) { /* a letter, or \u{...} of the notation */
			fputc(*from++, out);
			continue;
		}
		copies_write(piece + 1, (size_t)(end - piece - 1), times, out);
		from = end + 1;
	}
	long len = ftell(out);
	fclose(out);
	if (len < 0 || len >= ROW - 1)
		fail_msg("%s:%u: too long", t->path, t->line);
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
	const char *name = word_read(&at), *star = strchr(name, '*');
	uint32_t heads = star ? (uint32_t)atoi(name) : 1;
	struct slice config = pack_bytes(&t->config);
	pack_init(&ballot);
	assert_true(heads >= 1);
	name = star ? star + 1 : name;
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
		t->voters[i].heads = heads;
		return;
	}
	pack_finish(&ballot);
}

static void tally_row(struct table *t, char *at, bool brief)
{
	struct counted counted[VOTERS];
	struct pack expected, tally;
	pack_init(&expected);
	pack_init(&tally);
	value_read(t, &at, &expected);
	for (size_t i = 0; i < t->voters_count; i++)
		counted[i] = (struct counted){ pack_bytes(&t->voters[i].ballot), t->voters[i].heads };
	struct ballots ballots = { counted, t->voters_count };
	assert_true(!brief || t->kind->brief);
	(brief ? t->kind->brief : t->kind->tally)(pack_bytes(&t->config), &ballots, &tally);
	if (!slice_equal(pack_bytes(&tally), pack_bytes(&expected))) {
		notation_print(pack_bytes(&tally), false, stderr);
		fail_msg("%s:%u: that is the %s", t->path, t->line, brief ? "brief" : "tally");
	}
	pack_finish(&expected);
	pack_finish(&tally);
}

static void gate_row(const struct table *t, char *at)
{
	bool gated = t->kind->gated && t->kind->gated(pack_bytes(&t->config));
	if (strcmp(word_read(&at), gated ? "1" : "0") != 0)
		fail_msg("%s:%u: gated: %d", t->path, t->line, gated);
}

static void table_row(struct table *t, char *text)
{
	char row[ROW] = "";
	char *comment = strchr(text, '#');
	if (comment)
		*comment = 0;
	text[strcspn(text, "\n")] = 0;
	row_expand(t, text, row);
	char *at = row;
	const char *word = word_read(&at);
	if (*word == 0)
		return;
	t->rows++;
	if (strcmp(word, "config") == 0)
		config_row(t, at);
	else if (strcmp(word, "ballot") == 0)
		ballot_row(t, at);
	else if (strcmp(word, "tally") == 0)
		tally_row(t, at, false);
	else if (strcmp(word, "brief") == 0)
		tally_row(t, at, true);
	else if (strcmp(word, "gate") == 0)
		gate_row(t, at);
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

/* Some proper config: mostly small numbers, tried until the kind takes them. */
static void config_make(const struct activity_kind *kind, struct pack *out)
{
	do {
		uint32_t count = 1 + roll(4);
		pack_clear(out);
		pack_array(out, count);
		while (count--)
			pack_uint(out, roll(2) ? roll(8) : roll(roll(8) ? 201 : LIMIT_ANSWER + 1));
	} while (kind->check_config(pack_bytes(out)) != FAULT_none);
}

/* Votes in one of the shapes that kinds have: values anywhere, places in some order, one place on a scale. */
static void votes_make(struct votes *votes)
{
	uint32_t item = 0, most = 1 + roll(roll(3) ? 4 : LIMIT_ITEMS), shape = roll(3);
	votes->count = 0;
	while (votes->count < most && (item += 1 + roll(roll(2) ? 2 : 60)) <= LIMIT_ITEMS)
		votes->at[votes->count++] = (struct vote){ (uint16_t)item, (uint16_t)(1 + (roll(2) ? 0 : roll(200))) };
	for (uint32_t i = 0; shape == 1 && i < votes->count; i++) {
		uint32_t j = roll(i + 1);
		votes->at[i].value = votes->at[j].value;
		votes->at[j].value = (uint16_t)(i + 1);
	}
	if (shape == 2)
		*votes = (struct votes){ .count = 1, .at = { { 1, (uint16_t)(1 + roll(1001)) } } };
}

static void answer_make(struct pack *out)
{
	static const char *const languages[] = { "", "sv", "de-CH-1996" }, *const letters[] = { "a", "b", "\n", "\u00e5", "\U0001F3B2" };
	uint32_t count = 1 + roll(roll(3) ? 3 : 250);
	struct pack words;
	pack_init(&words);
	while (count--)
		pack_raw(&words, slice_text(letters[roll(5)]));
	pack_array(out, 1);
	pack_array(out, 2);
	pack_str(out, slice_text(languages[roll(3)]));
	pack_str(out, pack_bytes(&words));
	pack_finish(&words);
}

static bool ballot_make(const struct activity_kind *kind, struct slice config, const struct subset *subset, struct pack *out)
{
	for (int tries = 0; tries < 200; tries++) {
		struct votes votes;
		pack_clear(out);
		if (kind->in_words) {
			answer_make(out);
		} else {
			votes_make(&votes);
			votes_pack(&votes, out);
		}
		if (kind->check_ballot(config, subset, pack_bytes(out)) == FAULT_none)
			return true;
	}
	return false;
}

/* Accepted bytes are the one way to write that ballot: read and written again they are the same. */
static void check_canonical(const struct activity_kind *kind, struct slice config, const struct subset *subset, struct slice ballot)
{
	struct pack again;
	if (kind->check_ballot(config, subset, ballot) != FAULT_none)
		return;
	pack_init(&again);
	if (kind->in_words) {
		struct unpack_limits limits = { .depth = 2, .values = 4, .bytes = LIMIT_ANSWER };
		struct unpack *in = unpack_create(ballot, &limits);
		assert_int_equal(text_check(ballot, 1, LIMIT_ANSWER), FAULT_none);
		unpack_arrays(in, 1);
		unpack_arrays(in, 2);
		pack_array(&again, 1);
		pack_array(&again, 2);
		pack_str(&again, unpack_str(in, 35));
		pack_str(&again, unpack_str(in, LIMIT_ANSWER));
		unpack_destroy(in);
	} else {
		struct votes votes;
		assert_int_equal(votes_read(ballot, NULL, &votes), FAULT_none);
		votes_pack(&votes, &again);
	}
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

static const struct unpack_limits one_tally = { .depth = 4, .values = 100000, .bytes = LIMIT_ANSWER };

static void check_one_value(struct slice bytes)
{
	struct unpack *in = unpack_create(bytes, &one_tally);
	unpack_skip(in);
	assert_true(unpack_end(in));
	unpack_destroy(in);
}

/* The tally; behind it the brief, if the kind has one. */
static void tally_of(const struct activity_kind *kind, struct slice config, const struct counted *counted, size_t count, struct pack *out)
{
	struct ballots ballots = { counted, count };
	pack_clear(out);
	kind->tally(config, &ballots, out);
	check_one_value(pack_bytes(out));
	if (kind->brief) {
		size_t len = out->len;
		kind->brief(config, &ballots, out);
		check_one_value(slice_of(out->at + len, out->len - len));
	}
}

/* What a value is worth makes the sums: whoever adds up groups of items by it gets the tally's numbers. */
static void check_points(const struct activity_kind *kind, struct slice config, const struct counted *counted, size_t count, struct slice tally)
{
	uint64_t sums[LIMIT_ITEMS + 1] = { 0 }, heads[LIMIT_ITEMS + 1] = { 0 };
	for (size_t b = 0; b < count; b++) {
		struct votes votes;
		assert_int_equal(votes_read(counted[b].bytes, NULL, &votes), FAULT_none);
		for (size_t i = 0; i < votes.count; i++) {
			uint32_t worth = kind->points(config, votes.at[i].value);
			assert_true(worth > 0);
			sums[votes.at[i].item] += (uint64_t)counted[b].count * worth;
			heads[votes.at[i].item] += counted[b].count;
		}
	}
	struct unpack *in = unpack_create(tally, &one_tally);
	for (size_t left = unpack_array(in); left; left -= 3) {
		uint64_t item = unpack_uint(in, LIMIT_ITEMS);
		assert_true(left >= 3 && item >= 1 && sums[item] > 0);
		assert_int_equal(unpack_uint(in, UINT64_MAX), sums[item]);
		assert_int_equal(unpack_uint(in, UINT64_MAX), heads[item]);
		sums[item] = 0;
	}
	assert_true(unpack_end(in));
	unpack_destroy(in);
	for (uint32_t item = 1; item <= LIMIT_ITEMS; item++)
		assert_int_equal(sums[item], 0);
}

static void test_contract(void **state)
{
	(void)state;
	for (size_t k = 0; activity_at(k); k++) {
		const struct activity_kind *kind = activity_at(k);
		assert_true(activity_find(slice_text(kind->name)) == kind);
		assert_true(kind->ballot_max <= LIMIT_BALLOT);
		size_t all = 0;
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
			if (kind->points)
				check_points(kind, pack_bytes(&config), counted, count, pack_bytes(&tally));
			all += count;
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
		assert_true(all >= 1000); /* it is about ballots */
	}
}

/* The longest ballots that can be made are not longer than `longest` says: every item, values of two bytes, all places, the end of the scale, words. */
static void longest_try(const struct activity_kind *kind, struct slice config, uint32_t items, uint32_t left)
{
	struct subset subset = { 0 };
	struct pack ballot;
	struct votes votes = { 0 };
	pack_init(&ballot);
	for (uint32_t i = LIMIT_ITEMS + 1 - items; i <= LIMIT_ITEMS; i++)
		subset_add(&subset, i);
	for (uint32_t i = LIMIT_ITEMS + 1 - items; i <= LIMIT_ITEMS && left; i++, left--)
		votes.at[votes.count++] = (struct vote){ (uint16_t)i, 1 };
	if (left > 127) /* what is left lies on one */
		votes.at[0].value = (uint16_t)left;
	votes_pack(&votes, &ballot);
	check_canonical(kind, config, &subset, pack_bytes(&ballot));
	pack_clear(&ballot);
	for (uint32_t i = 0; i < votes.count; i++)
		votes.at[i].value = (uint16_t)(votes.count - i);
	votes_pack(&votes, &ballot);
	check_canonical(kind, config, &subset, pack_bytes(&ballot));
	assert_true(kind->longest(config, &subset) <= kind->ballot_max);
	pack_finish(&ballot);
}

static void test_longest(void **state)
{
	(void)state;
	for (size_t k = 0; activity_at(k); k++)
		for (uint32_t first = 1; first <= 200; first += 33)
			for (uint32_t second = 0; second <= 200; second += second ? 33 : 1) { /* 0: a config of one number */
				const struct activity_kind *kind = activity_at(k);
				struct pack config;
				pack_init(&config);
				pack_array(&config, second ? 2 : 1);
				pack_uint(&config, first);
				if (second)
					pack_uint(&config, second);
				if (kind->check_config(pack_bytes(&config)) == FAULT_none)
					for (uint32_t items = 1; items <= LIMIT_ITEMS; items++)
						longest_try(kind, pack_bytes(&config), items, first > second ? first : second);
				pack_finish(&config);
			}
}

/* --- rating, counted again in another way: everybody in a row, by the place --- */

static int order_places(const void *x, const void *y)
{
	return (int)*(const uint32_t *)x - (int)*(const uint32_t *)y;
}

static uint32_t middle(const uint32_t *row, size_t count)
{
	return count % 2 ? row[count / 2] : (row[count / 2 - 1] + row[count / 2]) / 2;
}

static void recount(uint32_t *row, size_t count, struct pack *out)
{
	uint64_t sum = 0;
	size_t taken = 0;
	qsort(row, count, sizeof *row, order_places);
	for (size_t i = 0; i < count; i++) {
		sum += row[i];
		taken += i == 0 || row[i] != row[i - 1];
	}
	uint64_t whole = count ? sum / count : 0, rest = count ? sum % count : 0;
	uint32_t lower = count ? row[0] : 0, upper = lower;
	if (count > 1) {
		lower = middle(row, count / 2);
		upper = middle(row + (count + 1) / 2, count / 2);
	}
	pack_array(out, 6 + 2 * taken);
	pack_uint(out, count);
	pack_uint(out, whole + (count && 2 * rest >= count));
	pack_uint(out, count ? middle(row, count) : 0);
	pack_uint(out, lower);
	pack_uint(out, upper);
	pack_uint(out, upper >= lower + 400);
	for (size_t i = 0, next; i < count; i = next) {
		for (next = i; next < count && row[next] == row[i];)
			next++;
		pack_uint(out, row[i]);
		pack_uint(out, next - i);
	}
}

static void test_rating_recount(void **state)
{
	(void)state;
	const struct activity_kind *kind = activity_find(slice_text("rating"));
	static const uint8_t config[] = { 0x91, 0x00 };
	dice = 41;
	for (unsigned round = 0; round < 3000; round++) {
		struct counted counted[VOTERS];
		struct pack made[VOTERS], tally, expected;
		uint32_t row[3 * VOTERS];
		uint32_t count = round < 600 ? round % 6 : roll(VOTERS + 1), sides = roll(3) ? 1001 : 1 + roll(8), heads = 0;
		for (uint32_t i = 0; i < count; i++) {
			uint32_t place = roll(6) ? roll(sides) : roll(2) * 1000, each = roll(4) ? 1 : 1 + roll(3);
			struct votes votes = { .count = 1, .at = { { 1, (uint16_t)(place + 1) } } };
			pack_init(&made[i]);
			votes_pack(&votes, &made[i]);
			counted[i] = (struct counted){ pack_bytes(&made[i]), each };
			while (each--)
				row[heads++] = place;
		}
		pack_init(&tally);
		pack_init(&expected);
		struct ballots ballots = { counted, count };
		kind->tally(slice_of(config, sizeof config), &ballots, &tally);
		recount(row, heads, &expected);
		if (!slice_equal(pack_bytes(&tally), pack_bytes(&expected))) {
			notation_print(pack_bytes(&tally), false, stderr);
			fputs(" is the tally, and counted again it is ", stderr);
			notation_print(pack_bytes(&expected), false, stderr);
			fail_msg("round %u", round);
		}
		for (uint32_t i = 0; i < count; i++)
			pack_finish(&made[i]);
		pack_finish(&tally);
		pack_finish(&expected);
	}
}

/* --- text: more words than one picture holds --- */

static void test_text_left_out(void **state)
{
	(void)state;
	enum { ANSWERS = 100, BYTES = 800 };
	const struct activity_kind *kind = activity_find(slice_text("text"));
	static const uint8_t config[] = { 0x91, 0xcd, 0x03, 0x84 }; /* [900] */
	struct counted counted[ANSWERS];
	struct pack made[ANSWERS], tally;
	for (unsigned i = 0; i < ANSWERS; i++) {
		char words[BYTES + 1];
		memset(words, 'x', BYTES);
		words[0] = (char)('0' + (ANSWERS - 1 - i) / 10);
		words[1] = (char)('0' + (ANSWERS - 1 - i) % 10);
		words[BYTES] = 0;
		pack_init(&made[i]);
		pack_array(&made[i], 1);
		pack_array(&made[i], 2);
		pack_str(&made[i], slice_text(i % 2 ? "sv" : "en"));
		pack_str(&made[i], slice_text(words));
		counted[i] = (struct counted){ pack_bytes(&made[i]), 2 };
	}
	pack_init(&tally);
	struct ballots ballots = { counted, ANSWERS };
	kind->tally(slice_of(config, sizeof config), &ballots, &tally);
	assert_true(tally.len <= LIMIT_TALLY_WORDS + 8 && tally.len + BYTES > LIMIT_TALLY_WORDS);
	struct unpack *in = unpack_create(pack_bytes(&tally), &one_tally);
	size_t shown = unpack_array(in) / 2;
	assert_int_equal(shown, LIMIT_TALLY_WORDS / (3 + BYTES + 1)); /* each with its length and its count */
	for (size_t i = 0; i < shown; i++) {
		struct slice words = unpack_str(in, BYTES);
		assert_true(words.len == BYTES && words.at[0] == '0' + i / 10 && words.at[1] == '0' + i % 10);
		assert_int_equal(unpack_uint(in, UINT64_MAX), 2);
	}
	assert_int_equal(unpack_uint(in, UINT64_MAX), 2 * (ANSWERS - shown)); /* nobody is lost */
	assert_true(unpack_end(in));
	unpack_destroy(in);
	for (unsigned i = 0; i < ANSWERS; i++)
		pack_finish(&made[i]);
	pack_finish(&tally);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tables),
		cmocka_unit_test(test_contract),
		cmocka_unit_test(test_longest),
		cmocka_unit_test(test_rating_recount),
		cmocka_unit_test(test_text_left_out),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
