/* SPDX-License-Identifier: EUPL-1.2 */
/* A log of many entries. A record: command, who, a, b, how long the form is, the form. A form that begins with a byte below 0x80 stands for the array of its
 * bytes as numbers, so that proper ones are found soon. */
#include "fuzz/ground.h"

static uint32_t who_of(uint8_t byte)
{
	return byte < 8 ? byte : byte < 12 ? (byte - 7u) | ACTOR_LINK : byte < 200 ? (uint32_t)FACILITATOR : THE_HOUSE;
}

static uint32_t scope_of(uint8_t byte)
{
	return byte & 0x80 ? SCOPE_ROOM | (byte & 0x7f) : byte;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct session *s = ground_session();
	uint32_t number = 1000;
	struct pack numbers;
	pack_init(&numbers);
	for (unsigned records = 0; size >= 5 && records < 24 && !session_stopped(s); records++) {
		size_t len = data[4] < size - 5 ? data[4] : size - 5;
		struct entry entry = { .term = 1, .seq = session_seq(s) + 1, .at_ms = 5000 * session_seq(s), .command = data[0] & 31,
				       .subject = { data[2], scope_of(data[3]) }, .form = slice_of(data + 5, len) };
		entry.name.who = who_of(data[1]);
		if (entry.name.who != THE_HOUSE)
			entry.name = (struct name){ entry.name.who, entry.name.who & ACTOR_LINK ? 9000 + (entry.name.who & 0xff) : 1000 + entry.name.who, ++number };
		if (len && data[5] < 0x80) {
			pack_clear(&numbers);
			pack_array(&numbers, len);
			for (size_t i = 0; i < len; i++)
				pack_uint(&numbers, data[5 + i]);
			entry.form = pack_bytes(&numbers);
		}
		if (entry.command == COMMAND_secret_ballot)
			entry.salted = ENTRY_FORM;
		struct wait wait;
		unsigned cursor = 0;
		if (entry.command == COMMAND_seal && session_waits(s, &cursor, &wait)) { /* what the house would say */
			pack_clear(&numbers);
			session_wait_form(s, &wait, &numbers);
			entry.command = wait.command;
			entry.subject = wait.subject;
			entry.name = (struct name){ .who = THE_HOUSE };
			entry.form = pack_bytes(&numbers);
		}
		data += 5 + len;
		size -= 5 + len;
		if (entry.command != COMMAND_create && entry.command != 0)
			ground_step(s, &entry);
	}
	pack_finish(&numbers);
	ground_leave(s);
	return 0;
}
