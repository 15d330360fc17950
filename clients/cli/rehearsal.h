/* SPDX-License-Identifier: EUPL-1.2 */
/* A rehearsal: simulated people (crowd.h), the facilitator who drives them through the agenda (driver.c, follow.c), and the comparison of what they were told is saved with what
 * the session shows (ledger.c). rehearse.c reads the options, joins the parts and reports. */
#ifndef BOLLPLANK_CLI_REHEARSAL_H
#define BOLLPLANK_CLI_REHEARSAL_H
#include "base/limits.h"
#include "crowd.h"

enum stage { /* in this order; a step goes from NEXT to FOLLOW, and back to NEXT as long as there are steps */
	     STAGE_LEAD,
	     STAGE_ARRIVE,
	     STAGE_ROOMS,
	     STAGE_STAY,
	     STAGE_NEXT,
	     STAGE_GO,
	     STAGE_ASK,
	     STAGE_OPEN,
	     STAGE_VOTE,
	     STAGE_GATE,
	     STAGE_SETTLE_FIRST,
	     STAGE_CLOSE,
	     STAGE_SETTLE,
	     STAGE_SHOW,
	     STAGE_CHECK,
	     STAGE_FOLLOW,
	     STAGE_OVER,
	     STAGE_RELOAD,
	     STAGE_OWN,
	     STAGE_END
};

struct agenda_step {
	uint32_t step, source, group;
	uint64_t position;
	bool done;
};

struct rehearsal {
	struct net *net;
	struct link link;
	struct crowd crowd;
	unsigned long rooms, seconds, arrive, patience, people, seed;
	bool drive, end, really, quiet, tty;
	const char *ledger, *moments;

	enum stage stage;
	uint64_t stage_us, start_us, progress_us, meddled_us;
	bool asked;                    /* this stage's commands are in the outbox or done */
	struct agenda_step steps[LIMIT_STEPS];
	size_t steps_count, step;      /* step: index of the one under way */
	size_t now[QUESTIONS], now_count; /* its questions, by index into crowd.questions */
	bool looked[QUESTIONS], foreign[QUESTIONS], checked[QUESTIONS];
	unsigned wrong, right, unseen;
	unsigned gates, gates_opened, followed;
	unsigned deeds, granted, sheets, sheets_count, links, hidden; /* meddle.c */
	uint32_t sheet_at[32][3];      /* question, room, round of each sheet that was entered */
	char failed[200];
};

enum { CHECK_MS = 5000, OWN_RELOAD_MOST = 1000 };

static inline struct page *rehearsal_lead(struct rehearsal *r)
{
	return &r->crowd.lead.page;
}
static inline uint64_t rehearsal_age_ms(const struct rehearsal *r)
{
	return (net_now_us() - r->stage_us) / 1000;
}
void rehearsal_enter(struct rehearsal *r, enum stage stage);
__attribute__((format(printf, 2, 3))) void rehearsal_give_up(struct rehearsal *r, const char *format, ...);
const char *stage_words(enum stage stage);

/* driver.c: one turn, several times a second, until the stage is END. */
void driver_turn(struct rehearsal *r);

/* meddle.c: something that a facilitator does while people answer, now and then. */
void meddle(struct rehearsal *r);

/* follow.c: the agenda, and its order. */
void follow_read(struct rehearsal *r); /* steps as they stand now, and the first time their questions */
bool follow_next(struct rehearsal *r); /* step and now: the next step that has not been, by the agenda's order; false: there is none */
bool follow_is_source(const struct rehearsal *r, uint32_t activity); /* do steps follow its result? */
void follow_send(struct rehearsal *r, uint32_t activity);            /* the order that its shown result gives, the first among equals first */
bool follow_holds(const struct rehearsal *r, uint32_t activity);     /* do the steps stand in that order? */

/* ledger.c: each prints what it finds and counts it in right, wrong, unseen. */
bool ledger_question(struct rehearsal *r, size_t index, bool last_chance); /* true: decided */
void ledger_own(struct rehearsal *r);                                      /* everybody's own ballots */
bool ledger_notes(struct rehearsal *r, bool last_chance);                  /* every acknowledged note; true: decided */
#endif
