/* SPDX-License-Identifier: EUPL-1.2 */
/* Who has been told what. Seats that see the same shared sections are an audience, with one `since` per section; a seat that is behind (new, slow, just moved)
 * has its own until it has caught up, then folds back. Seen by the fan-out's files only. */
#ifndef BOLLPLANK_SHELL_AUDIENCE_H
#define BOLLPLANK_SHELL_AUDIENCE_H
#include "shell/hall.h"

struct audience_section {
	struct section section;
	uint64_t since, before; /* before: what it was until the newest frame, for those who did not take that */
};

struct audience {
	struct audience *next;
	struct hall *hall;
	unsigned roles;
	uint32_t room;
	struct audience_section *sections;
	size_t count;
	struct section *gone, *gone_before; /* to be told with the next frame; told with the newest */
	size_t gone_count, gone_before_count;
	struct seats seats;
	struct frame *frame; /* the newest; NULL once all have it */
	uint32_t version;
	size_t missing;      /* who have not taken it */
	uint64_t frame_done, frame_stable;
	uint64_t done, done_seq; /* kept answer of audience_done for this seq */
};

struct known {
	struct section section;
	uint64_t since;
};

struct behind {
	bool listing; /* the next frame lists all in sight: the first on a connection or history */
	size_t count, gone_count;
	struct section *gone;
	struct known sections[];
};

struct look { /* eyes, and the memory its keys stand in */
	struct eyes eyes;
	struct eyes_key few[8], *many;
};

static inline bool audience_is_staff(unsigned roles)
{
	return (roles & (ROLE_FACILITATOR | ROLE_SCREEN)) != 0;
}

const struct eyes *audience_look_begin(const struct seat *seat, struct look *look); /* with the keys of secret activities */
void audience_look_end(struct look *look);
struct eyes audience_eyes(const struct seat *seat);                                 /* without: enough for shared sections */
size_t audience_in_sight(struct hall *hall, const struct eyes *eyes, enum section_shape shape); /* into house->sections, good until the next look */

void audience_start(struct seat *seat, uint64_t since); /* new here, or on a new history: behind by all that came after `since`, with a listing first */
void audience_fall_behind(struct seat *seat);           /* out of its audience: slow, or its eyes have changed */
void audience_fold(struct seat *seat);                  /* it lacks nothing any more: back among those who see the same */
void audience_leave(struct seat *seat);                 /* it is told nothing more */
bool audience_moved(const struct seat *seat);           /* does it see other sections than its audience, or the same anew? */
void audience_reconcile(struct audience *a);            /* the sections that it sees have changed */
uint64_t audience_done(struct audience *a);             /* the least since over sections that have something newer, else the seq applied */
uint64_t audience_seat_done(const struct seat *seat);   /* the same of one seat */

/* --- frames.c: NULL, nothing --- */
struct frame *frames_own(struct seat *seat);      /* me, verdicts, ballots, mine */
struct frame *frames_catch_up(struct seat *seat); /* one frame's worth of what a seat that is behind lacks; folds it when that is all */
bool frames_shared(struct audience *a, bool results, bool *more); /* what is new to the audience, encoded once; false: nothing (a may be gone) */
struct frame *frames_take(struct seat *seat);     /* its copy of that */
struct frame *frames_head(struct seat *seat);     /* a head alone: how far it is stable */
void frames_forget(struct hall *hall);            /* what was drawn is not used again: the state is another */

/* --- presence.c: who is here, how many are done, a beat; whole, unnumbered, in no log --- */
struct frame *presence_frame(struct seat *seat);
void presence_draw(struct hall *hall);            /* anew, for somebody who has just come */
void presence_health(struct hall *hall);          /* the journal takes nothing, or takes it again: everybody hears */
void presence_plan(struct hall *hall);            /* tell, at most once a second, if something has changed: staff how many, rooms and facilitators who is away */
void presence_begin(struct hall *hall);           /* somebody is here: beats */
void presence_end(struct hall *hall);
#endif
