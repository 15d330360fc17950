/* SPDX-License-Identifier: EUPL-1.2 */
/* Messages of a page (protocol sections 3 and 4): what is one, and what is said to what is none. Golden bytes: protocol/vectors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/check.h"
#include "base/limits.h"
#include "lib/notation.h"
#include "wire/command.h"

#define HELLO_REST "h'000102030405060708090a0b0c0d0e0f'"
static const struct {
	const char *what, *message;
	enum fault fault;
} rows[] = {
	{ "hello by code", "[0, 1, 0, \"k7mp-3xqr\", " HELLO_REST ", " HELLO_REST ", h'0000000000000001', 0, 0]", FAULT_none },
	{ "hello by link", "[0, 1, 1, \"0123456789abcdef\", " HELLO_REST ", h'', h'0000000000000001', 1, 77]", FAULT_none },
	{ "another version", "[0, 2, 0, \"k\", " HELLO_REST ", " HELLO_REST ", h'0000000000000001', 0, 0]", FAULT_malformed },
	{ "a third door", "[0, 1, 2, \"k\", " HELLO_REST ", " HELLO_REST ", h'0000000000000001', 0, 0]", FAULT_malformed },
	{ "a person without a secret", "[0, 1, 0, \"k\", " HELLO_REST ", h'', h'0000000000000001', 0, 0]", FAULT_malformed },
	{ "a link with one", "[0, 1, 1, \"k\", " HELLO_REST ", " HELLO_REST ", h'0000000000000001', 0, 0]", FAULT_malformed },
	{ "half a secret", "[0, 1, 0, \"k\", " HELLO_REST ", h'0001', h'0000000000000001', 0, 0]", FAULT_malformed },
	{ "half a token", "[0, 1, 0, \"k\", h'00', " HELLO_REST ", h'0000000000000001', 0, 0]", FAULT_malformed },
	{ "no lane", "[0, 1, 0, \"k\", " HELLO_REST ", " HELLO_REST ", h'0000000000000000', 0, 0]", FAULT_malformed },
	{ "a lane of seven", "[0, 1, 0, \"k\", " HELLO_REST ", " HELLO_REST ", h'00000000000001', 0, 0]", FAULT_malformed },
	{ "one field less", "[0, 1, 0, \"k\", " HELLO_REST ", " HELLO_REST ", h'0000000000000001', 0]", FAULT_malformed },
	{ "one more", "[0, 1, 0, \"k\", " HELLO_REST ", " HELLO_REST ", h'0000000000000001', 0, 0, 0]", FAULT_malformed },
	{ "a command", "[1, h'0000000000000001', 5, false, 20, 1, 0, <<[1, 0, <<[1, 2]>>]>>, h'']", FAULT_none },
	{ "with words", "[1, h'0000000000000001', 5, true, 31, 1, 0, <<[0]>>, <<[[\"\", \"a\", \"b\"]]>>]", FAULT_none },
	{ "words are judged by the step", "[1, h'0000000000000001', 5, true, 31, 1, 0, <<[0]>>, <<[[\"\"]]>>]", FAULT_none },
	{ "bad words", "[1, h'0000000000000001', 5, true, 31, 1, 0, <<[0]>>, <<[[\"\", \"a\\u{1}\"]]>>]", FAULT_bad_text },
	{ "no rows", "[1, h'0000000000000001', 5, true, 31, 1, 0, <<[0]>>, <<[]>>]", FAULT_bad_text },
	{ "not words", "[1, h'0000000000000001', 5, true, 31, 1, 0, <<[0]>>, <<5>>]", FAULT_bad_text },
	{ "no number", "[1, h'0000000000000001', 0, false, 20, 1, 0, <<[]>>, h'']", FAULT_malformed },
	{ "no lane", "[1, h'0000000000000000', 5, false, 20, 1, 0, <<[]>>, h'']", FAULT_malformed },
	{ "again is a number", "[1, h'0000000000000001', 5, 0, 20, 1, 0, <<[]>>, h'']", FAULT_malformed },
	{ "no form", "[1, h'0000000000000001', 5, false, 20, 1, 0, h'', h'']", FAULT_malformed },
	{ "a form that is no array", "[1, h'0000000000000001', 5, false, 20, 1, 0, <<5>>, h'']", FAULT_malformed },
	{ "half a form", "[1, h'0000000000000001', 5, false, 20, 1, 0, h'92 01', h'']", FAULT_malformed },
	{ "a form and more", "[1, h'0000000000000001', 5, false, 20, 1, 0, h'91 01 01', h'']", FAULT_malformed },
	{ "a form too deep", "[1, h'0000000000000001', 5, false, 20, 1, 0, <<[[[[[[[1]]]]]]]>>, h'']", FAULT_malformed },
	{ "a form as a value", "[1, h'0000000000000001', 5, false, 20, 1, 0, [1], h'']", FAULT_malformed },
	{ "a command that nobody knows", "[1, h'0000000000000001', 5, true, 999, 1, 0, <<[]>>, h'']", FAULT_unknown_command },
	{ "no command", "[1, h'0000000000000001', 5, true, 0, 1, 0, <<[]>>, h'']", FAULT_unknown_command },
	{ "a third kind", "[2, 1, 2, 3, 4, 5, 6, 7, 8]", FAULT_malformed },
	{ "nothing", "[]", FAULT_malformed },
	{ "no array", "1", FAULT_malformed },
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct pack bytes, again;
		struct message message;
		pack_init(&bytes);
		pack_init(&again);
		assert_true(notation_pack(rows[i].message, &bytes));
		enum fault fault = message_decode(pack_bytes(&bytes), LIMIT_VALUES, &message);
		if (fault != rows[i].fault)
			fail_msg("%s: %s", rows[i].what, fault_name(fault));
		if (fault == FAULT_none) {
			if (message.kind == MESSAGE_HELLO)
				hello_encode(&message.hello, &again);
			else
				command_encode(&message.command, &again);
			assert_true(slice_equal(pack_bytes(&bytes), pack_bytes(&again)));
		} else if (fault != FAULT_malformed) {
			assert_true(message.command.lane == 1 && message.command.number == 5); /* so that it can be answered */
		}
		for (size_t len = 0; len < bytes.len; len++) {
			uint8_t *exact = check_alloc(1, len);
			memcpy(exact, bytes.at, len);
			assert_int_equal(message_decode(slice_of(exact, len), LIMIT_VALUES, &message), FAULT_malformed);
			free(exact);
		}
		pack_finish(&bytes);
		pack_finish(&again);
	}
}

static void test_limits(void **state)
{
	struct pack form, bytes;
	struct message message;
	(void)state;
	pack_init(&form);
	pack_init(&bytes);
	for (uint32_t values = LIMIT_VALUES - 1; values <= LIMIT_VALUES; values++) {
		pack_clear(&form);
		pack_clear(&bytes);
		pack_array(&form, values);
		for (uint32_t i = 0; i < values; i++)
			pack_uint(&form, 1);
		struct command_message command = { .lane = 1, .number = 1, .command = 20, .form = pack_bytes(&form) };
		command_encode(&command, &bytes);
		assert_int_equal(message_decode(pack_bytes(&bytes), LIMIT_VALUES, &message), values < LIMIT_VALUES ? FAULT_none : FAULT_malformed);
		assert_int_equal(message_decode(pack_bytes(&bytes), LIMIT_VALUES_STAFF, &message), FAULT_none);
	}
	uint8_t *large = check_alloc(1, LIMIT_FORM);
	pack_clear(&form);
	pack_clear(&bytes);
	pack_array(&form, 1);
	pack_bin(&form, slice_of(large, LIMIT_FORM));
	struct command_message command = { .lane = 1, .number = 1, .command = 20, .form = pack_bytes(&form) };
	command_encode(&command, &bytes);
	assert_int_equal(message_decode(pack_bytes(&bytes), LIMIT_VALUES_STAFF, &message), FAULT_too_long);
	assert_int_equal(message.command.number, 1);
	free(large);
	pack_finish(&form);
	pack_finish(&bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_rows), cmocka_unit_test(test_limits) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
