/* SPDX-License-Identifier: EUPL-1.2 */
/* A session for tests, driven so that a test reads as a story:
 *
 *     script_begin(&script, 3);
 *     script_people(&script, 7);
 *     DO(&script, FACILITATOR, open, .a = 1, .form = "[0]");
 *     script_ballot(&script, 4, 1, "[1, 2]");
 *
 * Every entry is kept, so that the log can be replayed, whole or struck. Forms and texts are written in the notation of
 * protocol/vectors/README.md. No journal, no clock: entries are a second apart. */
#ifndef BOLLPLANK_TESTS_LIB_SCRIPT_H
#define BOLLPLANK_TESTS_LIB_SCRIPT_H
#include "base/map.h"
#include "core/session.h"
#include "wire/pack.h"

struct script_line {
	struct entry entry; /* slices point into form and text */
	struct pack form, text;
	enum fault fault;
};

struct script {
	struct session *session;
	struct script_line *log; /* log[seq - 1] */
	size_t count, room;
	uint32_t term;
	uint64_t now_ms;
	struct map numbers; /* actor -> the last number of its lane */
};

enum { FACILITATOR = 1u | ACTOR_LINK, SCREEN = 2u | ACTOR_LINK };
#define THE_HOUSE ((uint32_t)ACTOR_HOUSE)

struct wish {
	uint32_t who;
	enum command command;
	uint32_t a, b;
	const char *form, *text; /* form NULL: "[]"; text NULL: none */
};
#define DO(script, actor, name, ...) script_take((script), &(struct wish){ .who = (actor), .command = COMMAND_##name, __VA_ARGS__ })

struct sid script_sid(void);
void script_begin(struct script *script, uint32_t k); /* created, with a facilitator's and a screen's link; both have joined */
void script_finish(struct script *script);
/* The next entry of the actor's lane, stepped. The lane of an actor is 1000 + their number (links: 9000 + theirs). */
enum fault script_take(struct script *script, const struct wish *wish);
/* Any entry: seq, term and at_ms are given here; what its slices point to is copied. */
enum fault script_entry(struct script *script, const struct entry *entry);

uint32_t script_join(struct script *script, const char *name, const char *organisation); /* the member's number */
void script_people(struct script *script, unsigned count);                       /* named name-of-1., name-of-2., ... */
void script_token(uint32_t actor, uint8_t hash[32]);                              /* hashes by which people and links join */
/* A step (the first call) and an activity of `kind` in it with items 1..items; returns its number. holder: 1 person, 2 room. */
struct question {
	const char *kind, *config;
	unsigned holder, items;
	bool secret;
};
uint32_t script_activity(struct script *script, const struct question *question);
void script_rooms(struct script *script, unsigned rooms); /* everybody in turn into rooms 1..rooms */

enum fault script_ballot(struct script *script, uint32_t member, uint32_t activity, const char *ballot); /* "" takes back */
/* As intake makes it, of the running round, from the member's room. */
enum fault script_secret(struct script *script, uint32_t member, uint32_t activity, const char *ballot);
void script_key(const struct script *script, uint32_t member, uint32_t activity, uint32_t round, uint8_t key[16]);
uint64_t script_secret_lane(uint32_t member, uint32_t activity, uint32_t round);

/* The house proposes all that is due at once (seals); returns how many entries that made. */
unsigned script_house_acts(struct script *script);
enum fault script_due(struct script *script, uint32_t scope); /* the running deadline of a scope has passed */

/* What a connection of this actor's looks with; `keys` (LIMIT_SCRIPT_KEYS) is filled for a member. */
enum { LIMIT_SCRIPT_KEYS = 64 };
struct eyes script_eyes(const struct script *script, const struct session *session, uint32_t actor, struct eyes_key *keys);

/* The log again, up to and with seq `until`; with `struck`, the forms that the session has sealed away are gone. The caller destroys. */
struct session *script_replay(const struct script *script, uint64_t until, bool struck);
bool script_is_sealed_away(const struct script *script, uint64_t seq);
#endif
