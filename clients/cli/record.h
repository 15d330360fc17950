/* SPDX-License-Identifier: EUPL-1.2 */
/* The record of a session: what was asked, what came of it in all and by room, and the notes, read out of a picture (protocol/README.md section 5) into plain structs.
 * Whoever writes it down (report.h) takes everything from here and reads no bytes of the protocol. Words are in one language and are borrowed from the picture, which
 * must outlive the record; the rest is the record's own. What the picture does not have reads as zero or empty. Words that were struck have no place (at == NULL): a step,
 * a question, an item and a note always had some. */
#ifndef BOLLPLANK_CLI_RECORD_H
#define BOLLPLANK_CLI_RECORD_H
#include "page.h"
#include "replay.h"

/* --- what came of an activity --- */

struct number { /* item or group, or a place on a scale */
	uint64_t id, sum, voters;
};
struct numbers {
	struct number *at;
	size_t count;
};

struct spread { /* of a rating: the tally's first six numbers */
	uint64_t answers, mean, median, lower, upper, wide;
};

struct answer { /* in words, and how often it was given */
	struct slice words; /* empty: removed */
	uint64_t count;
};

struct result { /* of one room, or of all (room 0), in one round */
	uint32_t room;
	bool there, held_back;
	uint64_t ballots, heads, papers;
	struct numbers items, groups, places;
	struct spread spread;
	struct answer *answers;
	size_t answers_count;
	uint64_t left_out; /* answers beyond those that are told */
};

struct accord { /* of a room's ballot: how many of the room agreed, how many not yet */
	uint64_t agreed, not_yet;
};

struct round { /* a question is asked again as a new round, shown beside the ones before and never mixed with them */
	uint32_t number;
	struct result *results; /* of all, then of each room: record.rooms_count + 1 */
	struct accord *accords; /* of each room; of the running round only */
};

struct outcome { /* the order that the facilitator released */
	bool there, override, by_groups;
	uint32_t round;
	struct numbers rows;
	struct slice reason;
};

/* --- what was asked --- */

struct label { /* of an item or a group */
	uint64_t id, group;
	bool hidden;
	struct slice words;
};
struct labels { /* by id */
	struct label *at;
	size_t count;
};

enum tallied { TALLIED_NUMBERS, TALLIED_SPREAD, TALLIED_WORDS }; /* what a result of the kind has: items and groups, spread and places, answers */

struct asked { /* an activity */
	uint32_t number, holder;
	struct slice kind, ref, title, lead;
	enum tallied tallied;
	bool secret;
	unsigned phase; /* of the running round, for all */
	struct labels items, groups;
	struct round *rounds; /* all of them, in order; the last one is running. One that was not shown has no results */
	size_t rounds_count;  /* 1 at least */
	struct outcome outcome;
};

struct step {
	uint32_t number;
	uint64_t position, minutes;
	uint64_t began_ms, spent_ms; /* when everybody first came to it, 0: never; how long they stood at it, up to now if they still do */
	struct slice title, instruction;
	struct asked *asked;
	size_t asked_count;
};

/* --- who was there, and what they wrote --- */

struct room {
	uint32_t number;
	uint64_t people;
	struct slice name;
};

struct note { /* or what lies in a tray */
	uint64_t place, number, at_ms, activity, kind, tenure;
	bool final, plenary, tray;
	uint32_t room, step;
	struct slice author, words; /* author: empty where names are left out */
};

struct record {
	char language[36];
	const char *zone; /* of the clock times that people read; NULL: UTC */
	bool rehearsal, over;
	struct slice title, origin;
	uint64_t created_ms, people, k;
	uint64_t roomless; /* of these people */
	uint64_t now_ms;   /* where the log ends */
	uint64_t ended_ms; /* 0: it is not over */
	uint64_t withheld; /* answers to open questions that the log was fetched without */
	struct room *rooms; /* by number */
	size_t rooms_count;
	struct step *steps; /* in the agenda's order */
	size_t steps_count;
	struct note *notes; /* by room; the list in its order, then the tray */
	size_t notes_count;
};

struct record_wish {
	const char *language; /* NULL: the session's */
	const char *zone;     /* NULL: UTC; else it is the process's own (TZ) */
	bool names;           /* of those who wrote notes */
};
/* replayed: what no picture has (replay.h). */
void record_read(struct record *record, const struct picture *picture, const struct replayed *replayed, struct record_wish wish);
void record_finish(struct record *record);
/* A time as strftime words it; zone NULL: in UTC. */
void record_time(uint64_t at_ms, const char *zone, const char *format, char *out, size_t size);
#endif
