/* SPDX-License-Identifier: EUPL-1.2 */
/* The report of a session: what was asked, what came of it in all and by room, and the notes, from what a facilitator may see. The same picture gives
 * the same bytes: no clock, no locale, times in UTC. */
#ifndef BOLLPLANK_CLI_REPORT_H
#define BOLLPLANK_CLI_REPORT_H
#include "picture.h"
#include <stdio.h>

struct report_wish {
	const char *language; /* NULL: the session's */
	bool json, names;     /* names: of those who wrote notes */
};
void report_write(const struct picture *picture, const struct report_wish *wish, FILE *out);
#endif
