/* SPDX-License-Identifier: EUPL-1.2 */
/* The other instances that have this session open: who has a page there, and whether they have answered. We publish the same of this one, with each look of attend.c
 * (at most every ATTEND_MS), when it has changed. What another says is believed, since it is one of ours, but never trusted: numbers of members and rooms that do
 * not exist change nothing, bytes of another version say nothing. */
#ifndef BOLLPLANK_SHELL_COMPANY_H
#define BOLLPLANK_SHELL_COMPANY_H
#include "shell/hall.h"

void company_peers(struct hall *hall, const struct slice *published, size_t count);
/* Has this member a page open on another instance? */
static inline bool company_here(const struct hall *hall, uint32_t member)
{
	return member < COMPANY_ROOM && hall->company.here && hall->company.here[member];
}
/* Of those who are on other instances, has everybody answered who is in the gate's room? Not before each of these instances has seen what we have seen. */
bool company_answered(const struct hall *hall, const struct gate *gate, uint64_t now);
void company_entry(struct hall *hall, uint16_t command); /* an entry was applied */
void company_open(struct hall *hall);                    /* the hall serves */
void company_publish(struct hall *hall, const struct news_room *lacking, size_t count); /* rooms where one who is here lacks an answer, ascending */
void company_leave(struct hall *hall);                   /* nobody is served here any more */
void company_finish(struct hall *hall);
#endif
