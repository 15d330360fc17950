/* SPDX-License-Identifier: EUPL-1.2 */
/* Entries that were delivered and are in history no more (port/journal.h promise 5): they go into the log again, unchanged and in order, before anything new. What
 * a lane already has a verdict for is in the log by another way and does not go twice: several instances may have the same orphans. What the daemon itself had put
 * there (the parts of a new session) is the same when it comes twice, or refused. Observations go in again where they hold here too: what was said after them was judged by them. What the journal does not take is sent again; nothing new goes before it. */
#ifndef BOLLPLANK_SHELL_ORPHANS_H
#define BOLLPLANK_SHELL_ORPHANS_H
#include "shell/hall.h"

void orphans_add(struct hall *hall, const struct body *body); /* between reset and opened, in order */
void orphans_send(struct hall *hall);                         /* the hall serves again */
bool orphans_wait(const struct hall *hall);                   /* some have not been handed to the journal */
void orphans_entry(struct hall *hall, const struct journal_entry *e); /* each that was stepped through */
void orphans_back(struct hall *hall, uint64_t tag);           /* its entry is there, and was stepped through */
void orphans_failed(struct hall *hall, uint64_t tag);         /* refused or unsure: again, soon */
void orphans_finish(struct hall *hall);
#endif
