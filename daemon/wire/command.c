/* SPDX-License-Identifier: EUPL-1.2 */
#include "wire/command.h"
#include "base/limits.h"

static void hello_decode(struct unpack *in, struct hello *out)
{
	if (unpack_uint(in, UINT32_MAX) != PROTOCOL_VERSION)
		unpack_fail(in);
	out->door = (enum door)unpack_uint(in, DOOR_LINK);
	out->place = unpack_str(in, 40);
	struct slice token = unpack_bin(in, 16, 16), secret = unpack_bin(in, 0, 16);
	out->lane = unpack_bin64(in);
	out->term = (uint32_t)unpack_uint(in, UINT32_MAX);
	out->done = unpack_uint(in, UINT64_MAX);
	if (!unpack_ok(in))
		return;
	memcpy(out->token, token.at, sizeof out->token);
	out->has_secret = secret.len == sizeof out->secret;
	if (out->has_secret)
		memcpy(out->secret, secret.at, sizeof out->secret);
	if ((secret.len != 0) != out->has_secret || (out->door == DOOR_PARTICIPANT) != out->has_secret || out->lane == 0)
		unpack_fail(in);
}

/* U+202A-202E and U+2066-2069 turn the direction of what follows: on a projector they rewrite other people's words. */
static bool turns_direction(const uint8_t *at)
{
	return at[0] == 0xe2 && ((at[1] == 0x80 && at[2] >= 0xaa && at[2] <= 0xae) || (at[1] == 0x81 && at[2] >= 0xa6 && at[2] <= 0xa9));
}

static bool proper_words(struct slice words)
{
	for (size_t i = 0; i < words.len; i++) {
		uint8_t b = words.at[i];
		if ((b < 0x20 && b != '\n') || b == 0x7f)
			return false;
		if (b == 0xc2 && i + 1 < words.len && words.at[i + 1] < 0xa0)
			return false; /* C1 controls */
		if (i + 2 < words.len && turns_direction(words.at + i))
			return false;
	}
	return true;
}

enum fault text_check(struct slice text, size_t words, size_t most)
{
	static const struct unpack_limits limits = { .depth = 2, .values = LIMIT_VALUES_STAFF, .bytes = LIMIT_TEXT };
	struct unpack *in = unpack_create(text, &limits);
	size_t rows = unpack_array(in);
	enum fault fault = FAULT_none;
	for (size_t r = 0; r < rows && unpack_ok(in) && fault == FAULT_none; r++) {
		size_t count = unpack_array(in);
		if (count == 0 || (words && count != words + 1))
			unpack_fail(in);
		struct slice language = unpack_str(in, 35); /* RFC 5646 section 4.4.1 */
		if (!proper_words(language))
			fault = FAULT_bad_text;
		for (size_t i = 1; i < count && unpack_ok(in) && fault == FAULT_none; i++) {
			struct slice word = unpack_str(in, LIMIT_TEXT);
			if (word.len > most)
				fault = FAULT_too_long;
			else if (!proper_words(word))
				fault = FAULT_bad_text;
		}
	}
	if (fault == FAULT_none && (rows == 0 || !unpack_end(in)))
		fault = FAULT_bad_text;
	unpack_destroy(in);
	return fault;
}

static bool command_known(uint16_t command)
{
	switch (command) {
#define COMMAND(name, number, who, phases, becomes, form, meaning) case number:
#include "tbl/commands.h"
#undef COMMAND
		return true;
	default:
		return false;
	}
}

static enum fault command_decode(struct unpack *in, uint32_t values, struct command_message *out)
{
	out->lane = unpack_bin64(in);
	out->number = (uint32_t)unpack_uint(in, UINT32_MAX);
	out->again = unpack_bool(in);
	out->command = (uint16_t)unpack_uint(in, UINT16_MAX);
	out->subject.a = (uint32_t)unpack_uint(in, UINT32_MAX);
	out->subject.b = (uint32_t)unpack_uint(in, UINT32_MAX);
	out->form = unpack_bin(in, 1, LIMIT_MESSAGE_STAFF);
	out->text = unpack_bin(in, 0, LIMIT_MESSAGE_STAFF);
	if (!unpack_end(in) || out->lane == 0 || out->number == 0)
		return FAULT_malformed;
	if (!command_known(out->command))
		return FAULT_unknown_command; /* never in the log: there it would stop the session */
	if (out->form.len > LIMIT_FORM)
		return FAULT_too_long;
	struct unpack_limits limits = { .depth = LIMIT_VALUE_DEPTH, .values = values, .bytes = LIMIT_FORM };
	struct unpack *form = unpack_create(out->form, &limits);
	unpack_array(form); /* one array of whatever the command wants: the step reads it */
	bool fine = unpack_ok(form);
	unpack_destroy(form);
	if (!fine)
		return FAULT_malformed;
	return out->text.len ? text_check(out->text, 0, out->command == COMMAND_guide_put ? LIMIT_GUIDE : LIMIT_SAY) : FAULT_none;
}

enum fault message_decode(struct slice bytes, uint32_t values, struct message *out)
{
	struct unpack_limits limits = { .depth = 1, .values = 16, .bytes = LIMIT_MESSAGE_STAFF };
	*out = (struct message){ 0 };
	struct unpack *in = unpack_create(bytes, &limits);
	size_t count = unpack_array(in);
	uint64_t kind = unpack_uint(in, UINT32_MAX);
	enum fault fault = FAULT_malformed;
	if (unpack_ok(in) && kind == MESSAGE_HELLO && count == 9 && bytes.len <= LIMIT_HELLO) {
		out->kind = MESSAGE_HELLO;
		hello_decode(in, &out->hello);
		fault = unpack_end(in) ? FAULT_none : FAULT_malformed;
	} else if (unpack_ok(in) && kind == MESSAGE_COMMAND && count == 9) {
		out->kind = MESSAGE_COMMAND;
		fault = command_decode(in, values, &out->command);
	}
	unpack_destroy(in);
	return fault;
}

void hello_encode(const struct hello *hello, struct pack *out)
{
	pack_array(out, 9);
	pack_uint(out, MESSAGE_HELLO);
	pack_uint(out, PROTOCOL_VERSION);
	pack_uint(out, hello->door);
	pack_str(out, hello->place);
	pack_bin(out, slice_of(hello->token, sizeof hello->token));
	pack_bin(out, slice_of(hello->secret, hello->has_secret ? sizeof hello->secret : 0));
	pack_bin64(out, hello->lane);
	pack_uint(out, hello->term);
	pack_uint(out, hello->done);
}

void command_encode(const struct command_message *command, struct pack *out)
{
	pack_array(out, 9);
	pack_uint(out, MESSAGE_COMMAND);
	pack_bin64(out, command->lane);
	pack_uint(out, command->number);
	pack_bool(out, command->again);
	pack_uint(out, command->command);
	pack_uint(out, command->subject.a);
	pack_uint(out, command->subject.b);
	pack_bin(out, command->form);
	pack_bin(out, command->text);
}

void welcome_encode(const struct welcome *welcome, struct pack *out)
{
	pack_array(out, 6);
	pack_uint(out, MESSAGE_WELCOME);
	pack_uint(out, PROTOCOL_VERSION);
	pack_str(out, slice_text(welcome->sid.text));
	pack_str(out, slice_text(welcome->code.text));
	pack_uint(out, welcome->roles);
	pack_uint(out, welcome->actor);
}

void reply_encode(const struct reply *reply, struct pack *out)
{
	pack_array(out, 7);
	pack_uint(out, MESSAGE_REPLY);
	pack_bin64(out, reply->lane);
	pack_uint(out, reply->number);
	pack_uint(out, reply->fault);
	pack_uint(out, reply->later_ms);
	pack_uint(out, reply->activity);
	pack_uint(out, reply->round);
}

void bye_encode(enum fault fault, struct pack *out)
{
	pack_array(out, 2);
	pack_uint(out, MESSAGE_BYE);
	pack_uint(out, fault);
}

static void volatile_begin(size_t fields, enum volatile_kind kind, struct pack *out)
{
	pack_array(out, 2 + fields);
	pack_uint(out, MESSAGE_VOLATILE);
	pack_uint(out, kind);
}

static void numbers_pack(const uint32_t *numbers, size_t count, struct pack *out)
{
	pack_array(out, count);
	for (size_t i = 0; i < count; i++)
		pack_uint(out, numbers[i]);
}

void beat_encode(uint64_t log_ms, struct pack *out)
{
	volatile_begin(1, VOLATILE_BEAT, out);
	pack_uint(out, log_ms);
}

void present_encode(uint32_t total, const uint32_t *rooms, size_t count, struct pack *out)
{
	volatile_begin(2, VOLATILE_PRESENT, out);
	pack_uint(out, total);
	numbers_pack(rooms, count, out);
}

void progress_encode(uint32_t activity, uint32_t done, uint32_t of, const uint32_t *rooms, size_t count, struct pack *out)
{
	volatile_begin(4, VOLATILE_PROGRESS, out);
	pack_uint(out, activity);
	pack_uint(out, done);
	pack_uint(out, of);
	numbers_pack(rooms, count, out);
}

void away_encode(const struct away *rooms, size_t count, struct pack *out)
{
	volatile_begin(1, VOLATILE_AWAY, out);
	pack_array(out, 2 * count);
	for (size_t i = 0; i < count; i++) {
		pack_uint(out, rooms[i].room);
		numbers_pack(rooms[i].members, rooms[i].count, out);
	}
}

void health_encode(unsigned status, struct pack *out)
{
	volatile_begin(1, VOLATILE_HEALTH, out);
	pack_uint(out, status);
}

void lane_encode(uint32_t activity, uint32_t round, uint64_t lane, struct pack *out)
{
	volatile_begin(3, VOLATILE_LANE, out);
	pack_uint(out, activity);
	pack_uint(out, round);
	pack_bin64(out, lane);
}
