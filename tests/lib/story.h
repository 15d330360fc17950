/* SPDX-License-Identifier: EUPL-1.2 */
/* A session told line by line (tests/stories/README.md). Lines at the margin are the teller's; what the session answers stands under them, a tab in.
 * Here the session is driven directly: each wish is judged, gets its place and goes through session_step; time is the teller's. After every entry the
 * session is saved, restored and compared, and at the end the log is replayed from its first entry. */
#ifndef BOLLPLANK_TESTS_LIB_STORY_H
#define BOLLPLANK_TESTS_LIB_STORY_H
#include <stdbool.h>
#include <stdio.h>

/* Tells the story at `path` anew into `out`: the teller's lines as they are, the answers as they come now. false: a line was not understood or a check
 * failed, which `out` then says at its place. */
bool story_tell(const char *path, FILE *out);
#endif
