/* SPDX-License-Identifier: EUPL-1.2 */
/* What being here or away brings about, and the entries that it calls for: a pen whose holder has had no page open for AWAY_MS is offered (`pen_away`); where
 * all who are present in a room have answered, the discussion opens (`placed`). Each is proposed once, and again only when something has changed.
 *
 * A page that is loaded anew, or whose network blinks, has not left: for ABSENT_MS a gate still waits for those who had come. After a load or a change of history
 * nobody is known yet, so nobody counts as absent or away until as long has passed. Cost: one pass at most every ATTEND_MS, and only after a change. It goes over the
 * rooms' pens; where a gate is open, once over the members (to sort them by room), and in each gate's room from the one whom it waited for to the next who lacks an
 * answer. With several instances each looks by itself, so the same may be proposed twice: the second is stale, as the first has changed what it names. */
#ifndef BOLLPLANK_SHELL_ATTEND_H
#define BOLLPLANK_SHELL_ATTEND_H
#include "shell/hall.h"

/* Has this member a page open, here or on another instance? The one place where that is asked. */
bool attend_here(const struct hall *hall, uint32_t member);
bool attend_local(const struct hall *hall, uint32_t member); /* on this instance */

void attend_open(struct hall *hall);                 /* the hall serves: from now on we learn who is here */
void attend_changed(struct hall *hall);              /* an entry was applied, or somebody has come */
void attend_left(struct hall *hall, uint32_t actor); /* a page of this actor's has gone, here or elsewhere */
void attend_judged(struct hall *hall, uint64_t tag); /* what was proposed has its place in the order */
void attend_failed(struct hall *hall, uint64_t tag); /* it has none, or nobody knows: again, soon */
void attend_finish(struct hall *hall);               /* nothing is watched any more */
#endif
