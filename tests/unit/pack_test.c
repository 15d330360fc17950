/* SPDX-License-Identifier: EUPL-1.2 */
/* MessagePack: what is written is the shortest form; what is read is one whole value within limits, or nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/check.h"
#include "lib/notation.h"
#include "wire/pack.h"

static const struct unpack_limits roomy = { .depth = 8, .values = 1000, .bytes = 70000 };

static void test_shortest(void **state)
{
	static const struct {
		uint64_t number;
		const char *hex;
	} rows[] = {
		{ 0, "00" }, { 127, "7f" }, { 128, "cc80" }, { 255, "ccff" }, { 256, "cd0100" }, { 65535, "cdffff" }, { 65536, "ce00010000" },
		{ 4294967295u, "ceffffffff" }, { 4294967296u, "cf0000000100000000" }, { UINT64_MAX, "cfffffffffffffffff" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct pack out, hex;
		pack_init(&out);
		pack_init(&hex);
		pack_uint(&out, rows[i].number);
		assert_true(notation_hex(rows[i].hex, strlen(rows[i].hex), &hex));
		if (!slice_equal(pack_bytes(&out), pack_bytes(&hex)))
			fail_msg("%llu", (unsigned long long)rows[i].number);
		struct unpack *in = unpack_create(pack_bytes(&out), &roomy);
		assert_true(unpack_uint(in, UINT64_MAX) == rows[i].number && unpack_end(in));
		unpack_destroy(in);
		pack_finish(&out);
		pack_finish(&hex);
	}
	static const size_t lens[] = { 0, 15, 16, 31, 32, 255, 256, 65535, 65536 };
	for (size_t i = 0; i < sizeof lens / sizeof *lens; i++) {
		size_t len = lens[i];
		uint8_t *bytes = check_alloc(1, len);
		struct pack out;
		pack_init(&out);
		pack_bin(&out, slice_of(bytes, len));
		assert_int_equal(out.len - len, len < 256 ? 2 : len < 65536 ? 3 : 5);
		pack_clear(&out);
		pack_str(&out, slice_of(bytes, len));
		assert_int_equal(out.len - len, len < 32 ? 1 : len < 256 ? 2 : len < 65536 ? 3 : 5);
		pack_clear(&out);
		pack_array(&out, len);
		assert_int_equal(out.len, len < 16 ? 1 : len < 65536 ? 3 : 5);
		pack_finish(&out);
		free(bytes);
	}
}

/* One value and nothing else; the limits hold before anything is reserved. */
static void test_whole(void **state)
{
	static const struct {
		const char *what, *hex;
		struct unpack_limits limits;
		bool fine;
	} rows[] = {
		{ "nothing", "", { 8, 8, 8 }, false },
		{ "one number", "05", { 0, 1, 0 }, true },
		{ "two", "0505", { 8, 8, 8 }, false },
		{ "an array", "920102", { 1, 3, 0 }, true },
		{ "too many values", "920102", { 1, 2, 0 }, false },
		{ "too deep", "9190", { 1, 8, 8 }, false },
		{ "just so deep", "9190", { 2, 8, 8 }, true },
		{ "less than it says", "9201", { 8, 8, 8 }, false },
		{ "a count that is a lie: array 32", "ddffffffff", { 8, 1000, 8 }, false },
		{ "a nest of lies", "dd00000001dd00000001ddffffffff0000", { 8, 1000, 8 }, false },
		{ "a length that is a lie: bin 32", "c6ffffffff00", { 8, 8, 0xffffffff }, false },
		{ "a length that is a lie: str 32", "dbffffffff00", { 8, 8, 0xffffffff }, false },
		{ "a str", "a3616263", { 0, 1, 3 }, true },
		{ "a str too long", "a3616263", { 0, 1, 2 }, false },
		{ "a bin", "c403616263", { 0, 1, 3 }, true },
		{ "a bin too long", "c403616263", { 0, 1, 2 }, false },
		{ "a cut number", "cd01", { 8, 8, 8 }, false },
		{ "a map", "8101 02", { 8, 8, 8 }, false },
		{ "a float", "ca00000000", { 8, 8, 8 }, false },
		{ "a double", "cb0000000000000000", { 8, 8, 8 }, false },
		{ "minus one", "ff", { 8, 8, 8 }, false },
		{ "int 8", "d0ff", { 8, 8, 8 }, false },
		{ "int 8 that is not negative", "d001", { 8, 8, 8 }, false },
		{ "an extension", "d40100", { 8, 8, 8 }, false },
		{ "what is never used", "c1", { 8, 8, 8 }, false },
		{ "nil, false, true", "93c0c2c3", { 1, 4, 0 }, true },
		{ "deeper than we can", "9191919191919191919191919191919191919101", { 99, 99, 99 }, false },
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct pack hex;
		pack_init(&hex);
		assert_true(notation_hex(rows[i].hex, strlen(rows[i].hex), &hex));
		uint8_t *exact = check_alloc(1, hex.len); /* the sanitizer sees a step beyond */
		if (hex.len)
			memcpy(exact, hex.at, hex.len);
		struct unpack *in = unpack_create(slice_of(exact, hex.len), &rows[i].limits);
		if (unpack_ok(in) != rows[i].fine)
			fail_msg("%s", rows[i].what);
		unpack_destroy(in);
		free(exact);
		pack_finish(&hex);
	}
}

/* The first error sticks, and what is read after it is nothing. */
static void test_sticks(void **state)
{
	struct pack bytes;
	(void)state;
	pack_init(&bytes);
	assert_true(notation_pack("[1, \"two\", h'0102', [3, 4], nil, true]", &bytes));
	struct unpack *in = unpack_create(pack_bytes(&bytes), &roomy);
	assert_true(unpack_arrays(in, 6));
	assert_int_equal(unpack_uint(in, 1), 1);
	assert_true(slice_equal(unpack_str(in, 3), slice_text("two")));
	assert_int_equal(unpack_bin(in, 2, 2).len, 2);
	assert_false(unpack_end(in)); /* something is left */
	assert_int_equal(unpack_array(in), 2);
	assert_int_equal(unpack_uint(in, 9), 3);
	assert_int_equal(unpack_uint(in, 9), 4);
	assert_true(unpack_nil(in));
	assert_false(unpack_nil(in));
	assert_true(unpack_bool(in));
	assert_true(unpack_end(in));
	assert_int_equal(unpack_uint(in, 9), 0); /* beyond the end */
	assert_false(unpack_ok(in));
	unpack_destroy(in);

	static const struct {
		const char *what, *bytes;
		int wrong;
	} rows[] = { { "a number too large", "[5]", 0 }, { "a str for a number", "[\"5\"]", 0 }, { "a str too long", "[\"555\"]", 1 },
		     { "a bin too short", "[h'01']", 2 }, { "not so many", "[1, 2]", 3 }, { "not eight bytes", "[h'01020304050607']", 4 } };
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		pack_clear(&bytes);
		assert_true(notation_pack(rows[i].bytes, &bytes));
		in = unpack_create(pack_bytes(&bytes), &roomy);
		if (rows[i].wrong == 3) {
			unpack_arrays(in, 1);
		} else {
			unpack_array(in);
			assert_true(unpack_ok(in));
			if (rows[i].wrong == 0)
				assert_int_equal(unpack_uint(in, 4), 0);
			else if (rows[i].wrong == 1)
				assert_int_equal(unpack_str(in, 2).len, 0);
			else if (rows[i].wrong == 2)
				assert_int_equal(unpack_bin(in, 2, 3).len, 0);
			else
				assert_int_equal(unpack_bin64(in), 0);
		}
		if (unpack_ok(in) || unpack_end(in))
			fail_msg("%s", rows[i].what);
		unpack_destroy(in);
	}
	pack_finish(&bytes);
}

static void test_utf8(void **state)
{
	static const struct {
		const char *bytes;
		bool valid;
	} rows[] = {
		{ "", true }, { "abc", true }, { "\xc3\xa5", true }, { "\xe2\x82\xac", true }, { "\xf0\x9f\x98\x80", true }, { "\xf4\x8f\xbf\xbf", true },
		{ "\x80", false }, { "\xc3", false }, { "\xc0\x80", false }, { "\xc1\xbf", false }, { "\xe0\x80\x80", false }, { "\xe0\x9f\xbf", false },
		{ "\xed\xa0\x80", false }, { "\xf0\x8f\xbf\xbf", false }, { "\xf4\x90\x80\x80", false }, { "\xf5\x80\x80\x80", false }, { "\xff", false },
		{ "a\xe2\x82", false }, { "\xc3\x28", false }, { "\xe2\x28\xa1", false },
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (utf8_valid(slice_text(rows[i].bytes)) != rows[i].valid)
			fail_msg("row %zu", i);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_shortest), cmocka_unit_test(test_whole), cmocka_unit_test(test_sticks), cmocka_unit_test(test_utf8) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
