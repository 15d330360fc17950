/* SPDX-License-Identifier: EUPL-1.2 */
/* What time brings about: the waits of a session on our own clock, and the entries that they call for. Each is proposed once per generation. */
#ifndef BOLLPLANK_SHELL_WATCH_H
#define BOLLPLANK_SHELL_WATCH_H
#include "shell/hall.h"

void watch_open(struct hall *hall);                      /* the hall serves: everything that runs is measured from the log's time */
void watch_entry(struct hall *hall, uint16_t command);   /* an entry was applied */
void watch_judged(struct hall *hall, uint64_t tag, enum fault verdict); /* what was proposed has its place in the order */
void watch_failed(struct hall *hall, uint64_t tag);      /* it has none, or nobody knows: again, soon */
void watch_finish(struct hall *hall);                    /* nothing is watched any more */
#endif
