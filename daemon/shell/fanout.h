/* SPDX-License-Identifier: EUPL-1.2 */
/* Entry applied -> sections changed -> one frame per connection when its socket can take it. Decides nothing: what eyes may see is the session's word.
 * Connections that see the same shared sections are an *audience*: one `since` per section for all of them, frames encoded once. A connection that is
 * behind (new, slow, just moved) has sinces of its own until it has caught up, then folds back into its audience. Own sections are per connection.
 * No queue: a slow page skips what is outdated and costs nothing. */
#ifndef BOLLPLANK_SHELL_FANOUT_H
#define BOLLPLANK_SHELL_FANOUT_H
#include "shell/hall.h"

void fanout_open(struct hall *hall);                            /* the hall serves from now on */
void fanout_close(struct hall *hall);                           /* frees everything; nobody sits in it any more */
void fanout_enter(struct seat *seat, uint32_t term, uint64_t done); /* the seat is in: everything after (term, done) if that is on this history */
void fanout_leave(struct seat *seat);
void fanout_reset(struct seat *seat);                           /* history changed and is loaded again: everything whole */
void fanout_renamed(struct seat *seat);                         /* its actor has changed */
void fanout_applied(struct hall *hall, const struct entry *entry, uint32_t actor); /* actor: who asked for it, if we know; 0 else */
void fanout_again(struct seat *seat);                           /* tell it its verdicts once more */
void fanout_people(struct hall *hall);                          /* who is present has changed on another instance */
void fanout_stable(struct hall *hall);
struct frame *fanout_next(struct seat *seat);                   /* NULL: nothing now */
void fanout_send(struct seat *seat);                            /* there may be something for it: asks its transport to ask */
#endif
