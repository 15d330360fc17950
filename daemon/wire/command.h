/* SPDX-License-Identifier: EUPL-1.2 */
/* Messages from a page and to it, protocol/README.md sections 3 to 5 <-> structs. Pure; says nothing about who it is from (intake knows). */
#ifndef BOLLPLANK_WIRE_COMMAND_H
#define BOLLPLANK_WIRE_COMMAND_H
#include "base/fault.h"
#include "base/sid.h"
#include "wire/entry.h"
#include "wire/pack.h"

enum { PROTOCOL_VERSION = 1 };
enum message_in { MESSAGE_HELLO = 0, MESSAGE_COMMAND = 1 };
enum message_out { MESSAGE_WELCOME = 0, MESSAGE_FRAME = 1, MESSAGE_REPLY = 2, MESSAGE_VOLATILE = 3, MESSAGE_BYE = 4 };
enum volatile_kind { VOLATILE_BEAT = 0, VOLATILE_PRESENT = 1, VOLATILE_PROGRESS = 2, VOLATILE_LANE = 3, VOLATILE_HEALTH = 4, VOLATILE_AWAY = 5 };
enum door { DOOR_PARTICIPANT = 0, DOOR_LINK = 1 };

struct hello {
	enum door door;
	struct slice place;          /* a code as typed, or a sid */
	uint8_t token[16];
	bool has_secret;
	uint8_t secret[16];
	uint64_t lane;
	uint32_t term;               /* 0, 0: nothing kept */
	uint64_t done;
};

struct command_message {
	uint64_t lane;
	uint32_t number;
	bool again;
	uint16_t command;
	struct subject subject;
	struct slice form, text;     /* borrowed from the message; form is one MessagePack value, text empty or one */
};

struct message {
	enum message_in kind;
	struct hello hello;
	struct command_message command;
};

/* FAULT_none, or FAULT_malformed / FAULT_too_long / FAULT_bad_text; then `out` holds lane and number if they could be read.
 * Checks form and text as MessagePack within limits (values), text also as rows of proper words. */
enum fault message_decode(struct slice bytes, uint32_t values, struct message *out);

/* Rows [language, words ...], each word UTF-8 without control characters other than newline, at most `most` bytes; at least one row. */
enum fault text_check(struct slice text, size_t words, size_t most);

/* For pages written in C (the command-line client, the simulator) and for the tests' vectors. */
void hello_encode(const struct hello *hello, struct pack *out);
void command_encode(const struct command_message *command, struct pack *out);

/* To a page. */
struct welcome {
	struct sid sid;
	struct code code;
	unsigned roles;
	uint32_t actor; /* 0: not joined yet */
};
void welcome_encode(const struct welcome *welcome, struct pack *out);
struct reply {
	uint64_t lane;
	uint32_t number;
	enum fault fault;
	uint32_t later_ms, activity, round; /* activity, round: of a secret ballot, else 0 */
};
void reply_encode(const struct reply *reply, struct pack *out);
void bye_encode(enum fault fault, struct pack *out);
void beat_encode(uint64_t log_ms, struct pack *out);
/* rooms: room, here pairs. */
void present_encode(uint32_t total, const uint32_t *rooms, size_t count, struct pack *out);
/* rooms: room, done, of triples; none of a secret activity. */
void progress_encode(uint32_t activity, uint32_t done, uint32_t of, const uint32_t *rooms, size_t count, struct pack *out);
struct away { /* of a room's members, those who have no page open; borrowed */
	uint32_t room;
	const uint32_t *members;
	size_t count;
};
void away_encode(const struct away *rooms, size_t count, struct pack *out);
void health_encode(unsigned status, struct pack *out); /* 0 saves, 1 the journal is away, 2 it is full */
void lane_encode(uint32_t activity, uint32_t round, uint64_t lane, struct pack *out);
#endif
