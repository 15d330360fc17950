/* SPDX-License-Identifier: EUPL-1.2 */
/* A story that goes the whole way (tests/stories/README.md): bytes of messages into a house on the journal in memory, the test's loop and transport, and the
 * frames that come out, with the trace line of each stop between. */
#ifndef BOLLPLANK_TESTS_LIB_STORY_HOUSE_H
#define BOLLPLANK_TESTS_LIB_STORY_HOUSE_H
#include <stdbool.h>
#include <stdio.h>

/* The teller's lines from `in`, told into `out` with what comes. false: a line was not understood. */
bool story_tell_house(FILE *in, FILE *out);
#endif
