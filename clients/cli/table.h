/* SPDX-License-Identifier: EUPL-1.2 */
/* A table that a person wrote or a spreadsheet saved: RFC 4180, with ; or , between the cells (the first row decides), with or without a byte order mark. */
#ifndef BOLLPLANK_CLI_TABLE_H
#define BOLLPLANK_CLI_TABLE_H
#include "wire/complaint.h"

struct cell {
	struct slice words; /* without quotation marks, and without spaces around them; proper UTF-8; borrowed from the table */
	struct spot at;
};

struct table_row {
	struct cell *cells;
	size_t count;
	struct spot at;
};

struct table {
	uint8_t *bytes;
	struct table_row *rows; /* the first is the head; rows of nothing are left out */
	size_t count;
};

/* What is wrong goes into ${wrong}; then the table holds what could be read. The caller finishes it in either case. */
void table_read(struct slice bytes, struct table *out, struct complaints *wrong);
void table_finish(struct table *table);
#endif
