/* SPDX-License-Identifier: EUPL-1.2 */
/* An entry of the log and its bytes, protocol/README.md section 6. Pure: knows no session. */
#ifndef BOLLPLANK_WIRE_ENTRY_H
#define BOLLPLANK_WIRE_ENTRY_H
#include "base/fault.h"
#include "base/slice.h"

enum command {
#define COMMAND(name, number, who, phases, becomes, form, meaning) COMMAND_##name = number,
#include "tbl/commands.h"
#undef COMMAND
};

/* Who: 0 nobody named, ACTOR_HOUSE, a member's number (from 1), or a link's number with ACTOR_LINK set. */
enum { ACTOR_HOUSE = 0xffffffffu, ACTOR_LINK = 0x80000000u };

/* Scopes: 0 the session, SCOPE_ROOM | room, SCOPE_TRACK | track. */
enum { SCOPE_SESSION = 0, SCOPE_TRACK = 0x10000000, SCOPE_ROOM = 0x20000000, SCOPE_NUMBER = 0x0fffffff };

struct name { /* of a command: the same name is the same wish */
	uint32_t who;
	uint64_t lane; /* never 0 but of HOUSE */
	uint32_t number;
};

struct subject {
	uint32_t a, b;
};

enum entry_part { ENTRY_FORM = 1, ENTRY_TEXT = 2 }; /* journal_part */

struct entry {
	uint32_t term;
	uint64_t seq, at_ms; /* given by the journal */
	struct name name;
	uint16_t command;
	struct subject subject;
	struct slice form; /* MessagePack; without salt. Empty when struck */
	struct slice text; /* MessagePack [[language, words ...], ...]; without salt. Empty when there is none or struck */
	unsigned salted, struck; /* sets of entry_part. text is always salted, the form of secret_ballot too */
};

enum { ENTRY_SALT = 16, ENTRY_HEAD_MAX = 36 + 32 + 32 };

/* The bytes of an entry as they go to a journal. Owns the memory the slices of `body` point to. */
struct entry_bytes {
	uint8_t head[ENTRY_HEAD_MAX];
	size_t head_len;
	uint8_t *parts; /* form, then text, each with its salt in front if salted */
	size_t form_len, text_len;
	uint8_t digest[32]; /* D */
};

/* salt: 2 * ENTRY_SALT random bytes, form's and text's. Never fails. */
void entry_encode(const struct entry *entry, const uint8_t salt[2 * ENTRY_SALT], struct entry_bytes *out);
void entry_bytes_finish(struct entry_bytes *bytes);
/* Slices in `out` point into head, form and text. false: these bytes are not what D was made from, or not an entry of this version.
 * struck: which parts were taken away (these must be empty). term, seq and at_ms are left to the caller. */
bool entry_decode(struct slice head, struct slice form, struct slice text, unsigned struck, const uint8_t digest[32], struct entry *out);
#endif
