/* SPDX-License-Identifier: EUPL-1.2 */
/* What world.c and checks.c share. */
#ifndef BOLLPLANK_TESTS_SIM_INSIDE_H
#define BOLLPLANK_TESTS_SIM_INSIDE_H
#include "base/limits.h"
#include "lib/loop_test.h"
#include "shell/hall.h"
#include "sim/ground.h"
#include "sim/life.h"
#include "sim/page.h"
#include "sim/world.h"

enum {
	PEOPLE_MOST = 24, PAGES_MOST = 48, ACTIVITIES = 4, ITEMS = 4, ROUNDS = 8, LEDGER_MOST = 4096,
	TROUBLE_MS = 25 * 1000, CALM_MS = 240 * 1000, GRACE = 2000, NIGHT_MS = 6 * 60 * 1000, HOUSES_MOST = 8
};

enum role_played { PERSON, FACILITATOR, SCREEN };

enum { SHEETS = 4, TEXTS_MOST = 2048 };

struct written { /* a wording that somebody wrote, by its mark, which is in no other */
	unsigned actor;
	uint64_t id, seq;       /* seq: acknowledged there; 0: not (yet) */
	bool given_up;          /* somebody wished it away: put away or dropped */
	size_t record;          /* in the ledger, + 1 */
};

struct person { /* one token; one or two pages */
	uint8_t token[16], secret[16];
	bool uncertain[ACTIVITIES + 1][ROUNDS + 1]; /* a ballot of theirs may count or not: its answer was never heard */
	unsigned cast; /* how many ballots they have made up */
};

struct actor {
	struct page page;
	enum role_played role;
	unsigned person;
	uint32_t canaries[8], canaries_count, room_before;
	uint64_t slow_until_ms;
	uint32_t tenure, tenure_room; /* of the pen, as this page believes; it may have been taken from it meanwhile */
	uint64_t notes[16];
	unsigned notes_count;
};

struct record { /* what a page was told about one of its commands, and it is stable */
	unsigned person;
	uint64_t lane, seq;
	uint32_t number, activity, round;
	uint16_t command;
	bool saved, secret;
	uint8_t ballot[64];
	size_t ballot_len;
	unsigned page;
	uint64_t at_ms; /* wall clock */
	uint64_t told;  /* how often the page had heard that history changed */
	bool excused;   /* at some moment nobody was left who had it */
	bool late;      /* a history was opened without it while all who had it were hung or beyond reach */
	bool gone;      /* not in the log that there is at the end, and that may be */
};

struct world {
	uint64_t seed, chance;
	bool swapped, verbose, calm, created, over;
	bool gone;  /* the session: nobody was left who had it */
	struct loop_test *test;
	struct loop loop;
	const struct ground *ground;
	struct one *one;   /* the ground's own */
	struct many *many;
	struct house *houses[HOUSES_MOST];
	unsigned houses_count;
	struct page_watch watch, quiet_watch; /* quiet: of fresh pages, which are only looked at */
	struct actor *actors[PAGES_MOST];
	size_t actors_count;
	struct person people[PEOPLE_MOST + 2];
	unsigned people_count;
	struct sid sid;
	char code[16];
	unsigned rooms_wanted;
	struct question {
		bool choice, rating, secret, by_room;
		unsigned papers[SHEETS + 1];  /* announced per room */
		uint32_t revealed, looked; /* newest round for which it was asked */
		bool touched;              /* a ballot on it was refused without a lasting verdict and may be counted */
	} questions[ACTIVITIES + 1];
	unsigned questions_count;
	struct record *ledger;
	size_t ledger_count;
	uint64_t calm_since_ms;
	bool turned;             /* history has changed behind what was stable: what the facilitator wished may have met another state */
	uint64_t split_until_ms; /* until then pages may meet two histories, neither of which knows of the other */
	bool any_reveal, ended;
	struct written *texts;
	size_t texts_count;
	struct world_result *out;
};

uint64_t world_draw(struct world *w, uint64_t most); /* chance of the seed alone */
bool world_perhaps(struct world *w, unsigned thousandths);
struct house_parts world_parts(struct world *w); /* what every house here has in common */
struct hall *world_hall(struct world *w);         /* of the first house that has the session; NULL: none has */
void world_tell(struct world *w, const char *format, ...) __attribute__((format(printf, 2, 3)));
uint32_t world_rooms(struct world *w);
uint32_t world_members(struct world *w);

void crew_act(struct world *w, struct actor *actor); /* something that somebody does in their room: pen, notes, hand, ready */
void crew_direct(struct world *w);                   /* something that the facilitator does for rooms, agenda and paper */
void crew_outcome(struct world *w, uint32_t activity);
void crew_saved(struct world *w, struct actor *actor, const struct wish *wish);
void crew_check(struct world *w);                    /* P17: every acknowledged wording is found, once */

__attribute__((format(printf, 2, 3))) void world_fail(struct world *w, const char *format, ...); /* the first reason stays */

void checks_now(struct world *w);      /* at any moment: state against its own snapshot and against the log */
void checks_liveness(struct world *w); /* it did not settle: says what is missing */
void checks_end(struct world *w);      /* all is quiet: ledger, log, tallies, pictures */
#endif
