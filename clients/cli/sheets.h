/* SPDX-License-Identifier: EUPL-1.2 */
/* Ballots on paper, from a table to what `proxy` sends (protocol/README.md clause 4.19), each checked against the question as a page shows it. */
#ifndef BOLLPLANK_CLI_SHEETS_H
#define BOLLPLANK_CLI_SHEETS_H
#include "base/limits.h"
#include "page.h"
#include "table.h"
#include "wire/pack.h"

struct sheet {
	uint32_t room, heads;
	uint8_t id[16];
	struct slice label;
	struct spot at;
	struct pack ballot, text; /* ballot: empty where the answer is in words, or taken back */
};

struct sheets {
	struct sheet *at;
	size_t count;
	uint32_t of_room[LIMIT_ROOMS + 1]; /* how many sheets the table has of each */
};

/* What is wrong goes into ${wrong}, with its place in the table. ${page}: a facilitator's, with the question in its picture. The table must outlive the sheets. */
void sheets_read(const struct table *table, const struct page *page, const struct question *question, struct sheets *out, struct complaints *wrong);
void sheets_finish(struct sheets *sheets);
#endif
