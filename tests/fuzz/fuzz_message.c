/* SPDX-License-Identifier: EUPL-1.2 */
/* What a page may send, up to the step: decoded, asked about, and taken if the session would. */
#include "fuzz/ground.h"
#include "wire/command.h"
#include "base/check.h"

static void again(const struct message *message)
{
	struct message read;
	struct pack out;
	pack_init(&out);
	if (message->kind == MESSAGE_HELLO)
		hello_encode(&message->hello, &out);
	else
		command_encode(&message->command, &out);
	CHECK(message_decode(pack_bytes(&out), LIMIT_VALUES_STAFF, &read) == FAULT_none);
	CHECK(read.kind == message->kind && read.command.lane == message->command.lane && read.hello.lane == message->hello.lane);
	pack_finish(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct message message;
	if (message_decode(slice_of(data, size), LIMIT_VALUES_STAFF, &message) != FAULT_none)
		return 0;
	again(&message);
	if (message.kind != MESSAGE_COMMAND)
		return 0;
	static const uint32_t actors[] = { 1, FACILITATOR, SCREEN, 0 };
	for (size_t i = 0; i < sizeof actors / sizeof *actors; i++) {
		struct session *s = ground_session();
		struct entry entry = { .term = 1, .seq = session_seq(s) + 1, .at_ms = 9, .name = { actors[i], message.command.lane, message.command.number },
				       .command = message.command.command, .subject = message.command.subject, .form = message.command.form,
				       .text = message.command.text };
		ground_step(s, &entry);
		ground_leave(s);
	}
	return 0;
}
