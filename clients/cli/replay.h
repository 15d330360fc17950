/* SPDX-License-Identifier: EUPL-1.2 */
/* A session's log as the daemon gives it (protocol/README.md clause 7.4), folded through the session itself: the only file of the client that sees the core, so that
 * a replay is the very same function and not a second opinion. */
#ifndef BOLLPLANK_CLI_REPLAY_H
#define BOLLPLANK_CLI_REPLAY_H
#include "picture.h"

struct replayed {
	char sid[17];
	uint64_t entries, seq;  /* seq: of the last good one */
	uint64_t at_ms;         /* of the newest entry */
	uint64_t ended_ms;      /* 0: the session is not over */
	uint64_t withheld;      /* what was said, in answers and about them, to open questions which facilitators had not been shown when the log was fetched: clause 7.4 */
	char wrong[256];        /* empty: every digest and the chain are right, and it is whole */
};
/* What a facilitator sees at the end of the log, into `picture` (which is initialised here and is the caller's to finish), and what a record needs beside that: results of
 * earlier rounds that were shown, also while the running one is not; all answers in words; and the rooms' ballots with who agrees. false: `out->wrong` says why and where. */
bool replay_log(struct slice log, struct picture *picture, struct replayed *out);

/* How many ballots on paper are announced for the running round of an activity, by room: papers[LIMIT_ROOMS + 1], set to zero first. No section shows it before the result does. */
bool replay_papers(struct slice log, uint32_t activity, uint32_t *papers, struct replayed *out);
#endif
