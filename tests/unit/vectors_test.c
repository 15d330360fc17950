/* SPDX-License-Identifier: EUPL-1.2 */
/* Every vector of protocol/vectors: notation and bytes give each other, our decoders give the verdict, our encoders give the bytes. Controls: a bit turned
 * in any byte, or another verdict, must be found. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/check.h"
#include "base/digest.h"
#include "base/limits.h"
#include "core/activity.h"
#include "lib/notation.h"
#include "shell/journal_chain.h"
#include "wire/command.h"
#include "wire/entry.h"
#include "wire/section.h"

static const struct unpack_limits limits = { .depth = 16, .values = 4096, .bytes = 1 << 20 };

static bool is(const struct vector *vector, const char *file)
{
	const char *name = strrchr(vector->file, '/');
	return strcmp(name ? name + 1 : vector->file, file) == 0;
}

static bool has_notation(const struct vector *vector)
{
	return strcmp(vector->notation, "-") != 0;
}

static bool verdict_is(const struct vector *vector, const char *verdict)
{
	return strcmp(vector->verdict ? vector->verdict : "none", verdict) == 0;
}

/* --- what a page says --- */

static const char *check_message(const struct vector *vector)
{
	struct message message;
	struct slice bytes = pack_bytes(&vector->field[0]);
	enum fault fault = message_decode(bytes, LIMIT_VALUES, &message);
	if (!verdict_is(vector, fault_name(fault)))
		return fault_name(fault);
	if (fault != FAULT_none || !has_notation(vector))
		return NULL;
	struct pack again;
	pack_init(&again);
	if (message.kind == MESSAGE_HELLO)
		hello_encode(&message.hello, &again);
	else
		command_encode(&message.command, &again);
	bool same = slice_equal(pack_bytes(&again), bytes);
	pack_finish(&again);
	return same ? NULL : "what was read is written otherwise";
}

static const char *check_text(const struct vector *vector)
{
	unsigned words, most;
	if (sscanf(vector->direction, "text of %u words, at most %u bytes", &words, &most) != 2)
		return "the direction is not understood";
	const char *found = fault_name(text_check(pack_bytes(&vector->field[0]), words, most));
	return verdict_is(vector, found) ? NULL : found;
}

static const char *check_ballot(const struct vector *vector)
{
	char kind_name[32];
	unsigned first, second, items, numbers = 2;
	if (sscanf(vector->direction, "%31[a-z] [%u, %u] of %u", kind_name, &first, &second, &items) != 4) {
		numbers = 1;
		if (sscanf(vector->direction, "%31[a-z] [%u] of %u", kind_name, &first, &items) != 3)
			return "the direction is not understood";
	}
	const struct activity_kind *kind = activity_find(slice_text(kind_name));
	if (kind == NULL)
		return "no such kind";
	struct subset subset = { { 0 } };
	for (unsigned item = 1; item <= items; item++)
		subset_add(&subset, item);
	struct pack config;
	pack_init(&config);
	pack_array(&config, numbers);
	pack_uint(&config, first);
	if (numbers == 2)
		pack_uint(&config, second);
	enum fault fault = kind->check_config(pack_bytes(&config));
	if (fault == FAULT_none)
		fault = kind->check_ballot(pack_bytes(&config), &subset, pack_bytes(&vector->field[0]));
	pack_finish(&config);
	return verdict_is(vector, fault_name(fault)) ? NULL : fault_name(fault);
}

/* --- what a daemon says: read the notation's values, let our encoders write them --- */

static void write_welcome(struct unpack *in, struct pack *out)
{
	struct welcome welcome = { 0 };
	unpack_uint(in, PROTOCOL_VERSION);
	if (!sid_parse(unpack_str(in, 16), &welcome.sid) || !code_parse(unpack_str(in, 16), &welcome.code))
		return;
	welcome.roles = (unsigned)unpack_uint(in, UINT32_MAX);
	welcome.actor = (uint32_t)unpack_uint(in, UINT32_MAX);
	welcome_encode(&welcome, out);
}

static size_t names_read(struct unpack *in, struct section names[16])
{
	size_t count = unpack_array(in);
	for (size_t i = 0; i < count && i < 16; i++) {
		unpack_arrays(in, 3);
		names[i].kind = (uint8_t)unpack_uint(in, 255);
		names[i].a = (uint32_t)unpack_uint(in, UINT32_MAX);
		names[i].b = (uint32_t)unpack_uint(in, UINT32_MAX);
	}
	return count;
}

/* The head is the encoder's; the sections are as the notation has them, behind it. */
static void write_frame(struct unpack *in, const char *notation, struct pack *out)
{
	struct section listing[16], gone[16];
	struct frame_head head = { .term = (uint32_t)unpack_uint(in, UINT32_MAX) };
	head.done = unpack_uint(in, UINT64_MAX);
	head.stable = unpack_uint(in, UINT64_MAX);
	head.log_ms = unpack_uint(in, UINT64_MAX);
	bool lists = !unpack_nil(in);
	size_t listed = lists ? names_read(in, listing) : 0, went = names_read(in, gone), sections = unpack_array(in);
	struct pack whole;
	pack_init(&whole);
	frame_head_pack(&head, lists ? listing : NULL, listed, gone, went, sections, out);
	notation_pack(notation, &whole);
	if (whole.len > out->len)
		pack_raw(out, slice_of(whole.at + out->len, whole.len - out->len));
	pack_finish(&whole);
}

static void write_reply(struct unpack *in, struct pack *out)
{
	struct reply reply = { .lane = unpack_bin64(in) };
	reply.number = (uint32_t)unpack_uint(in, UINT32_MAX);
	reply.fault = (enum fault)unpack_uint(in, 255);
	reply.later_ms = (uint32_t)unpack_uint(in, UINT32_MAX);
	reply.activity = (uint32_t)unpack_uint(in, UINT32_MAX);
	reply.round = (uint32_t)unpack_uint(in, UINT32_MAX);
	reply_encode(&reply, out);
}

static size_t numbers_read(struct unpack *in, uint32_t numbers[64])
{
	size_t count = unpack_array(in);
	for (size_t i = 0; i < count && i < 64; i++)
		numbers[i] = (uint32_t)unpack_uint(in, UINT32_MAX);
	return count;
}

static void write_volatile(struct unpack *in, struct pack *out)
{
	uint32_t numbers[64], of[3] = { 0 };
	switch (unpack_uint(in, 255)) {
	case VOLATILE_BEAT:
		beat_encode(unpack_uint(in, UINT64_MAX), out);
		break;
	case VOLATILE_PRESENT: {
		uint32_t total = (uint32_t)unpack_uint(in, UINT32_MAX);
		size_t count = numbers_read(in, numbers);
		present_encode(total, numbers, count, out);
		break;
	}
	case VOLATILE_PROGRESS: {
		for (int i = 0; i < 3; i++)
			of[i] = (uint32_t)unpack_uint(in, UINT32_MAX);
		size_t count = numbers_read(in, numbers);
		progress_encode(of[0], of[1], of[2], numbers, count, out);
		break;
	}
	case VOLATILE_AWAY: {
		struct away rooms[8];
		uint32_t members[8][64];
		size_t pairs = unpack_array(in) / 2;
		for (size_t i = 0; i < pairs && i < 8; i++) {
			rooms[i] = (struct away){ (uint32_t)unpack_uint(in, UINT32_MAX), members[i], 0 };
			rooms[i].count = numbers_read(in, members[i]);
		}
		away_encode(rooms, pairs, out);
		break;
	}
	case VOLATILE_LANE:
		of[0] = (uint32_t)unpack_uint(in, UINT32_MAX);
		of[1] = (uint32_t)unpack_uint(in, UINT32_MAX);
		lane_encode(of[0], of[1], unpack_bin64(in), out);
		break;
	}
}

static const char *check_from_daemon(const struct vector *vector)
{
	struct pack notated, written;
	if (verdict_is(vector, "ignored"))
		return NULL; /* of a later daemon; ours does not write it */
	pack_init(&notated);
	pack_init(&written);
	notation_pack(vector->notation, &notated);
	struct unpack *in = unpack_create(pack_bytes(&notated), &limits);
	unpack_array(in);
	switch (unpack_uint(in, 255)) {
	case MESSAGE_WELCOME: write_welcome(in, &written); break;
	case MESSAGE_FRAME: write_frame(in, vector->notation, &written); break;
	case MESSAGE_REPLY: write_reply(in, &written); break;
	case MESSAGE_VOLATILE: write_volatile(in, &written); break;
	case MESSAGE_BYE: bye_encode((enum fault)unpack_uint(in, 255), &written); break;
	}
	bool same = unpack_ok(in) && slice_equal(pack_bytes(&written), pack_bytes(&vector->field[0]));
	unpack_destroy(in);
	pack_finish(&notated);
	pack_finish(&written);
	return same ? NULL : "our encoder writes it otherwise";
}

/* --- the log --- */

/* The entry that the notation describes; its slices are borrowed from the reader. */
static void entry_from(struct unpack *in, struct entry *out, uint8_t salts[2 * ENTRY_SALT])
{
	unpack_arrays(in, 10);
	*out = (struct entry){ .command = (uint16_t)unpack_uint(in, UINT16_MAX) };
	out->name.who = (uint32_t)unpack_uint(in, UINT32_MAX);
	out->name.lane = unpack_bin64(in);
	out->name.number = (uint32_t)unpack_uint(in, UINT32_MAX);
	out->subject.a = (uint32_t)unpack_uint(in, UINT32_MAX);
	out->subject.b = (uint32_t)unpack_uint(in, UINT32_MAX);
	out->form = unpack_bin(in, 0, LIMIT_FORM);
	out->text = unpack_bin(in, 0, LIMIT_TEXT);
	out->salted = (unsigned)unpack_uint(in, 3);
	struct slice salt = unpack_bin(in, 2 * ENTRY_SALT, 2 * ENTRY_SALT);
	if (salt.len)
		memcpy(salts, salt.at, salt.len);
}

static bool entry_same(const struct entry *x, const struct entry *y, unsigned struck)
{
	return x->command == y->command && x->name.who == y->name.who && x->name.lane == y->name.lane && x->name.number == y->name.number &&
	       x->subject.a == y->subject.a && x->subject.b == y->subject.b && x->salted == y->salted && x->struck == struck &&
	       (struck & ENTRY_FORM ? x->form.len == 0 : slice_equal(x->form, y->form)) && (struck & ENTRY_TEXT ? x->text.len == 0 : slice_equal(x->text, y->text));
}

static const char *check_entry_written(const struct vector *vector, unsigned struck, const struct entry *decoded)
{
	struct pack notated;
	struct entry entry;
	struct entry_bytes bytes;
	uint8_t salts[2 * ENTRY_SALT] = { 0 };
	pack_init(&notated);
	notation_pack(vector->notation, &notated);
	struct unpack *in = unpack_create(pack_bytes(&notated), &limits);
	entry_from(in, &entry, salts);
	const char *wrong = unpack_end(in) ? NULL : "the notation is no entry";
	entry_encode(&entry, salts, &bytes);
	struct slice written[4] = { slice_of(bytes.head, bytes.head_len), slice_of(bytes.parts, struck & ENTRY_FORM ? 0 : bytes.form_len),
				    slice_of(bytes.parts + bytes.form_len, struck & ENTRY_TEXT ? 0 : bytes.text_len), slice_of(bytes.digest, 32) };
	for (size_t i = 0; i < 4 && !wrong; i++)
		if (!slice_equal(written[i], pack_bytes(&vector->field[i])))
			wrong = "our encoder writes it otherwise";
	if (!wrong && !entry_same(decoded, &entry, struck))
		wrong = "what was read is not what the notation says";
	entry_bytes_finish(&bytes);
	unpack_destroy(in);
	pack_finish(&notated);
	return wrong;
}

static const char *check_entry(const struct vector *vector)
{
	struct entry entry;
	unsigned struck = verdict_is(vector, "struck form") ? ENTRY_FORM : verdict_is(vector, "struck text") ? ENTRY_TEXT : 0;
	if (vector->fields != 4 || vector->field[3].len != 32)
		return "not head | form | text | D";
	bool fine = entry_decode(pack_bytes(&vector->field[0]), pack_bytes(&vector->field[1]), pack_bytes(&vector->field[2]), struck, vector->field[3].at, &entry);
	if (fine == verdict_is(vector, "damaged"))
		return fine ? "not damaged" : "damaged";
	if (!fine)
		return NULL;
	/* Not every decoder's mistake shows in one verdict: what was not struck is not to be taken for struck. */
	struct entry other;
	if (entry_decode(pack_bytes(&vector->field[0]), pack_bytes(&vector->field[1]), pack_bytes(&vector->field[2]), struck ^ ENTRY_FORM, vector->field[3].at, &other))
		return "the same bytes are good with and without a struck form";
	return check_entry_written(vector, struck, &entry);
}

static void u32_put(uint8_t out[4], uint32_t value)
{
	for (int i = 0; i < 4; i++)
		out[i] = (uint8_t)(value >> (24 - 8 * i));
}

/* Clause 4.8 by the fields it names. */
static const char *check_key(const struct vector *vector, struct unpack *in)
{
	uint8_t activity[4], round[4];
	struct slice secret = unpack_bin(in, 16, 16), sid = unpack_str(in, 16);
	u32_put(activity, (uint32_t)unpack_uint(in, UINT32_MAX));
	u32_put(round, (uint32_t)unpack_uint(in, UINT32_MAX));
	struct slice lane = unpack_bin(in, 8, 8);
	const struct slice first[] = { sid, slice_of(activity, 4), slice_of(round, 4), slice_text("key") };
	struct digest key = digest_keyed(secret, first, 4);
	const struct slice second[] = { slice_of(key.bytes, 16), lane, slice_text("lane") };
	struct digest named = digest_keyed(secret, second, 3);
	bool same = vector->fields == 2 && slice_equal(slice_of(key.bytes, 16), pack_bytes(&vector->field[0])) &&
		    slice_equal(slice_of(named.bytes, 8), pack_bytes(&vector->field[1]));
	return same ? NULL : "another key or lane";
}

static const char *check_chain(const struct vector *vector, struct unpack *in)
{
	struct chain previous = { { 0 } };
	struct slice before = unpack_bin(in, 16, 16);
	struct position position = { .term = (uint32_t)unpack_uint(in, UINT32_MAX) };
	position.seq = unpack_uint(in, UINT64_MAX);
	uint64_t at_ms = unpack_uint(in, UINT64_MAX);
	struct slice d = unpack_bin(in, 32, 32);
	if (!unpack_end(in))
		return "not [previous, term, seq, at_ms, D]";
	memcpy(previous.bytes, before.at, 16);
	struct chain next = chain_next(previous, position, at_ms, d.at);
	return slice_equal(slice_of(next.bytes, 16), pack_bytes(&vector->field[0])) ? NULL : "another link of the chain";
}

static const char *check_log(const struct vector *vector)
{
	if (is(vector, "entry.txt"))
		return check_entry(vector);
	struct pack notated;
	pack_init(&notated);
	notation_pack(vector->notation, &notated);
	struct unpack *in = unpack_create(pack_bytes(&notated), &limits);
	unpack_arrays(in, 5);
	const char *wrong = is(vector, "key.txt") ? check_key(vector, in) : is(vector, "chain.txt") ? check_chain(vector, in) : "no check for this file";
	unpack_destroy(in);
	pack_finish(&notated);
	return wrong;
}

/* --- all --- */

static const char *check_notation(const struct vector *vector)
{
	struct pack notated;
	const char *wrong = NULL;
	pack_init(&notated);
	if (!notation_pack(vector->notation, &notated))
		wrong = "the notation is not understood";
	else if (!slice_equal(pack_bytes(&notated), pack_bytes(&vector->field[0])))
		wrong = "the notation gives other bytes";
	pack_finish(&notated);
	return wrong;
}

/* NULL, or what is wrong. */
static const char *check(const struct vector *vector)
{
	if (strcmp(vector->direction, "log") == 0)
		return check_log(vector);
	const char *wrong = has_notation(vector) ? check_notation(vector) : vector->verdict ? NULL : "neither notation nor verdict";
	if (wrong)
		return wrong;
	if (strcmp(vector->direction, "page->daemon") == 0)
		return check_message(vector);
	if (strcmp(vector->direction, "daemon->page") == 0)
		return check_from_daemon(vector);
	if (strncmp(vector->direction, "text of ", 8) == 0)
		return check_text(vector);
	return check_ballot(vector);
}

static struct vectors all;

static int read_all(void **state)
{
	(void)state;
	return vectors_read(BOLLPLANK_SOURCE "/protocol/vectors", &all) ? 0 : -1;
}

static int forget_all(void **state)
{
	(void)state;
	vectors_finish(&all);
	return 0;
}

static void every_vector_holds(void **state)
{
	unsigned wrongs = 0;
	(void)state;
	for (size_t i = 0; i < all.count; i++) {
		const char *wrong = check(&all.at[i]);
		if (wrong)
			print_error("%s:%u: clause %s, %s: %s\n", all.at[i].file, all.at[i].line, all.at[i].clause, all.at[i].title, wrong);
		wrongs += wrong != NULL;
	}
	assert_int_equal(wrongs, 0);
	assert_true(all.count > 200);
	print_message("%zu vectors\n", all.count);
}

static void every_file_has_both_kinds(void **state)
{
	static const char *const files[] = { "hello.txt", "command.txt", "text.txt", "ballot.txt", "entry.txt" };
	(void)state;
	for (size_t f = 0; f < sizeof files / sizeof *files; f++) {
		unsigned good = 0, bad = 0;
		for (size_t i = 0; i < all.count; i++)
			if (is(&all.at[i], files[f]))
				*(verdict_is(&all.at[i], "none") ? &good : &bad) += 1;
		if (good == 0 || bad == 0)
			fail_msg("%s: %u taken, %u refused", files[f], good, bad);
	}
}

/* Control: a bit turned in any byte of a vector with a notation is found. */
static void a_turned_bit_is_found(void **state)
{
	size_t turned = 0;
	(void)state;
	for (size_t i = 0; i < all.count; i++) {
		struct vector *vector = &all.at[i];
		if (!has_notation(vector))
			continue;
		for (size_t f = 0; f < vector->fields; f++)
			for (size_t b = 0; b < vector->field[f].len; b++, turned++) {
				vector->field[f].at[b] ^= (uint8_t)(1u << (b % 8));
				if (check(vector) == NULL)
					fail_msg("%s:%u: byte %zu of part %zu turned, and nothing was found", vector->file, vector->line, b, f);
				vector->field[f].at[b] ^= (uint8_t)(1u << (b % 8));
			}
	}
	assert_true(turned > 5000);
}

/* Control: what is refused here is not taken, what is taken is not refused. */
static void another_verdict_is_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < all.count; i++) {
		struct vector *vector = &all.at[i];
		bool judged = strcmp(vector->direction, "daemon->page") != 0 && !is(vector, "key.txt") && !is(vector, "chain.txt");
		char *kept = vector->verdict, other[] = "damaged", none[] = "none";
		if (!judged)
			continue;
		vector->verdict = verdict_is(vector, "none") ? other : none;
		if (check(vector) == NULL)
			fail_msg("%s:%u: %s: holds with another verdict too", vector->file, vector->line, vector->title);
		vector->verdict = kept;
	}
}

/* The printer gives back what the reader took: stories are written with it. */
static void notation_goes_both_ways(void **state)
{
	(void)state;
	for (size_t i = 0; i < all.count; i++) {
		struct pack first, second;
		char *text = NULL;
		size_t len;
		if (!has_notation(&all.at[i]))
			continue;
		pack_init(&first);
		pack_init(&second);
		assert_true(notation_pack(all.at[i].notation, &first));
		FILE *out = open_memstream(&text, &len);
		notation_print(pack_bytes(&first), i % 2, out);
		fclose(out);
		if (!notation_pack(text, &second) || !slice_equal(pack_bytes(&first), pack_bytes(&second)))
			fail_msg("%s:%u: printed as %s", all.at[i].file, all.at[i].line, text);
		free(text);
		pack_finish(&first);
		pack_finish(&second);
	}
}

static void notation_refuses(void **state)
{
	static const char *const wrongs[] = { "", "[", "[1", "[1,", "[1 2]", "[,1]", "1 2", "-1", "\"a", "\"\\q\"", "\"\\u{110000}\"", "h'0'", "h'0g'", "h'00", "<<1", "<<1>", "nope", "{}", "1.5" };
	(void)state;
	for (size_t i = 0; i < sizeof wrongs / sizeof *wrongs; i++) {
		struct pack out;
		pack_init(&out);
		if (notation_pack(wrongs[i], &out))
			fail_msg("taken for notation: %s", wrongs[i]);
		pack_finish(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_vector_holds),	   cmocka_unit_test(every_file_has_both_kinds), cmocka_unit_test(a_turned_bit_is_found),
		cmocka_unit_test(another_verdict_is_found), cmocka_unit_test(notation_goes_both_ways),	cmocka_unit_test(notation_refuses),
	};
	return cmocka_run_group_tests(tests, read_all, forget_all);
}
