/* SPDX-License-Identifier: EUPL-1.2 */
/* What the shared screen shows, as lines (terminal.h): code and how many are here, the step and its timer, results as bars, a room beside all; and whether it is stale.
 * Without a network and without a clock: its owner keeps the page, tells when something was heard, and gives the time. */
#ifndef BOLLPLANK_CLI_SCREEN_H
#define BOLLPLANK_CLI_SCREEN_H
#include "page.h"
#include "terminal.h"
#include <time.h>

struct screen {
	const struct page *page;
	const char *language;       /* NULL: the session's */
	uint64_t heard_us, lost_us; /* by the owner's monotonic clock; lost_us: 0 while connected */
	time_t heard_at;
	bool here_known;
	uint32_t here;
	struct screen_count { /* so many of so many are done with a question */
		uint32_t activity, done, of;
	} counts[16];
	size_t count_count;
};

void screen_told(struct screen *screen, enum volatile_kind kind, struct cursor rest);
void screen_draw(const struct screen *screen, struct terminal *terminal, uint64_t now_us);
#endif
