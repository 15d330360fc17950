/* SPDX-License-Identifier: EUPL-1.2 */
/* Simulated people with different tempers, and the facilitator's page that watches them. What they do follows from a seed; when the network
 * answers does not, so two runs are alike, not equal. */
#ifndef BOLLPLANK_CLI_CROWD_H
#define BOLLPLANK_CLI_CROWD_H
#include "book.h"
#include "chance.h"
#include "net.h"
#include "page.h"
#include <stdio.h>

enum temper { /* what somebody is like */
	TEMPER_QUICK,   /* votes at once and leaves it at that */
	TEMPER_SLOW,    /* votes late */
	TEMPER_UNSURE,  /* changes the ballot again and again */
	TEMPER_SLEEPER, /* the phone sleeps and wakes */
	TEMPER_RELOADER,/* reloads the page: same token, same lane */
	TEMPER_LOSER,   /* loses the network in the middle of things */
	TEMPER_DOUBLE,  /* two devices on one link */
	TEMPER_LATE,    /* comes when it has begun */
	TEMPERS
};

enum { QUESTIONS = 400, FAULTS = 256, CROWD_KINDS = 1 << SECTION_scope | 1 << SECTION_activity | 1 << SECTION_me | 1 << SECTION_verdicts |
	1 << SECTION_ballots | 1 << SECTION_mine | 1 << SECTION_result | 1 << SECTION_session | 1 << SECTION_signals |
	1 << SECTION_room_ballots };
enum { JOTS = 4, JOTS_MOST = 24 }; /* notes that somebody goes on with; and writes at all: a room on a step has at most 100 */

struct jot { /* a note as its writer remembers it */
	uint64_t id, place;
	uint32_t room, step, number, kind, wording;
	bool plenary;
};

struct crowd;
struct person;
struct device {
	struct crowd *crowd;
	struct person *person;    /* NULL: the facilitator's */
	struct page page;
	struct net_conn *conn;
	struct net_timer *again, *wait;
	bool wanted;              /* should be connected */
	bool reload;              /* forgets what it holds before it comes back */
	bool dead;                /* was told not to come back */
	bool cut;                 /* by ourselves, without a word */
	unsigned backoff_ms, greeted; /* greeted: how many welcomes */
	uint64_t ready_at_us;
};

struct person {
	struct crowd *crowd;
	uint32_t number;          /* in this run, from 0 */
	enum temper temper;
	struct device devices[2];
	unsigned device_count;
	bool came, joined;
	uint32_t voted[QUESTIONS / 32 + 1]; /* on which questions of the running round */
	struct jot jots[JOTS];
	uint32_t jots_made;
	struct chance dice;
	struct net_timer *tick;
	char name[32], organisation[48];
};

struct samples { /* of a duration, in microseconds */
	uint32_t *us;
	size_t count, room;
};
void samples_add(struct samples *s, uint64_t us);
uint32_t samples_rank(struct samples *s, double part); /* sorts; 0 when there are none */

struct told { /* the facilitator's page had everything up to ${done} */
	uint64_t done, at_us;
};
struct cast {
	uint64_t seq, sent_us;
};

struct crowd {
	struct net *net;
	const char *place;        /* the code people type */
	struct person *people;
	uint32_t count;
	struct device lead;
	struct chance dice;
	uint32_t questions[QUESTIONS];
	size_t question_count;
	bool hurry;               /* who has not answered yet does so now */
	bool calm;                /* nobody does anything new; everybody comes back and finishes */
	FILE *ledger;
	FILE *moments;            /* each line begins with the wall clock's ms; rehearse.c's help says what follows */
	struct book book;

	/* What happened. */
	uint32_t came, joined;
	uint64_t jotted, recovered, pens, hands, readies, commands[64]; /* commands: taken, by number */
	uint64_t sent, saved, refused[FAULTS], reconnects, dropped, byes[FAULTS], odd_messages, later_joins;
	struct samples ack, join, shown;
	struct told *told;
	size_t told_count, told_room;
	struct cast *casts;
	size_t cast_count, cast_room;
};

void crowd_start(struct crowd *crowd);      /* count, net, place, dice are set: makes people and their tempers */
void crowd_finish(struct crowd *crowd);
void crowd_come(struct person *person);     /* connects and joins */
void crowd_lead(struct crowd *crowd, const struct link *link);
void crowd_reload_all(struct crowd *crowd); /* everybody reloads the page */
/* How many devices are not connected, or have something under way. */
uint32_t crowd_busy(const struct crowd *crowd);
void crowd_say_busy(const struct crowd *crowd, FILE *out); /* the first few of them */
uint32_t crowd_here(const struct crowd *crowd);
void crowd_new_round(struct crowd *crowd, size_t question); /* nobody has voted on it */
void crowd_measure_shown(struct crowd *crowd);              /* fills shown */
#endif
