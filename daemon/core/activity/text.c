/* SPDX-License-Identifier: EUPL-1.2 */
/* Text: an answer in words. Config [most], at most so many bytes of them. The ballot is the command's text, one row [[language, words]], judged as
 * every text is (protocol 2.3) and in shortest form: equal ballots are equal bytes. */
#include "core/activity.h"
#include "base/check.h"
#include "wire/command.h"

/* Around the words: the array of rows, the row, a language of 35 bytes with its length, the length of the words. */
enum { AROUND = 1 + 1 + (2 + 35) + 3 };

static bool read_config(struct slice config, uint32_t *most)
{
	return config_read(config, most, 1) && *most >= 1 && *most <= LIMIT_ANSWER;
}

static enum fault check_config(struct slice config)
{
	uint32_t most;
	return read_config(config, &most) ? FAULT_none : FAULT_bad_config;
}

/* The one row of an answer. words: borrowed from the ballot. */
static bool read_ballot(struct slice ballot, struct slice *words)
{
	static const struct unpack_limits row = { .depth = 2, .values = 4, .bytes = LIMIT_ANSWER };
	struct unpack *in = unpack_create(ballot, &row);
	unpack_arrays(in, 1);
	unpack_arrays(in, 2);
	struct slice language = unpack_str(in, 35);
	*words = unpack_str(in, LIMIT_ANSWER);
	bool fine = unpack_end(in) && words->len > 0;
	unpack_destroy(in);
	if (!fine)
		return false;
	struct pack again;
	pack_init(&again);
	pack_array(&again, 1);
	pack_array(&again, 2);
	pack_str(&again, language);
	pack_str(&again, *words);
	fine = slice_equal(pack_bytes(&again), ballot);
	pack_finish(&again);
	return fine;
}

static enum fault check_ballot(struct slice config, const struct subset *subset, struct slice ballot)
{
	uint32_t most;
	struct slice words;
	(void)subset;
	if (!read_config(config, &most))
		return FAULT_bad_config;
	enum fault fault = text_check(ballot, 1, most);
	if (fault != FAULT_none)
		return fault;
	return read_ballot(ballot, &words) ? FAULT_none : FAULT_bad_ballot; /* no words are no answer: an empty ballot takes one back */
}

static size_t longest(struct slice config, const struct subset *subset)
{
	uint32_t most = 0;
	(void)subset;
	return read_config(config, &most) ? AROUND + most : AROUND;
}

/* --- equal words together, by their bytes (protocol 5.11) --- */

struct answer {
	struct slice words;
	uint64_t heads;
};

static int order(const void *x, const void *y)
{
	const struct answer *a = x, *b = y;
	return slice_order(a->words, b->words);
}

/* Sorted, equal ones made one. Gives how many there are. Only proper ballots were taken: what is none was struck, and counts without its words. */
static size_t answers_read(const struct ballots *ballots, struct answer *answers)
{
	size_t count = 0, merged = 0;
	for (size_t b = 0; b < ballots->count; b++) {
		struct answer *answer = &answers[count++];
		*answer = (struct answer){ .heads = ballots->ballots[b].count };
		if (!read_ballot(ballots->ballots[b].bytes, &answer->words))
			answer->words = slice_of(NULL, 0);
	}
	qsort(answers, count, sizeof *answers, order);
	for (size_t i = 0; i < count; i++)
		if (merged && slice_equal(answers[merged - 1].words, answers[i].words))
			answers[merged - 1].heads += answers[i].heads;
		else
			answers[merged++] = answers[i];
	return merged;
}

/* From the first on, as far as `most` bytes go; how many heads are behind the rest stands at the end. */
static void words_pack(const struct ballots *ballots, size_t most, struct pack *out)
{
	struct answer *answers = check_alloc(ballots->count, sizeof *answers);
	size_t count = answers_read(ballots, answers), shown = 0;
	uint64_t left_out = 0;
	struct pack body;
	pack_init(&body);
	for (; shown < count; shown++) {
		size_t before = body.len;
		pack_str(&body, answers[shown].words);
		pack_uint(&body, answers[shown].heads);
		if (body.len > most) {
			body.len = before;
			break;
		}
	}
	for (size_t i = shown; i < count; i++)
		left_out += answers[i].heads;
	pack_array(out, 2 * shown + 1);
	pack_raw(out, pack_bytes(&body));
	pack_uint(out, left_out);
	pack_finish(&body);
	free(answers);
}

static void tally(struct slice config, const struct ballots *ballots, struct pack *out)
{
	(void)config;
	words_pack(ballots, LIMIT_TALLY_WORDS, out);
}

static void all_words(const struct ballots *ballots, struct pack *out)
{
	words_pack(ballots, SIZE_MAX, out);
}

const struct activity_kind activity_text = {
	.name = "text",
	.ballot_max = AROUND + LIMIT_ANSWER,
	.check_config = check_config,
	.check_ballot = check_ballot,
	.longest = longest,
	.tally = tally,
	.in_words = true,
	.all_words = all_words,
};
