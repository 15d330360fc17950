/* SPDX-License-Identifier: EUPL-1.2 */
/* Words of people into Markdown (CommonMark with tables): what would be markup there is taken as it stands, wherever the words begin. */
#ifndef BOLLPLANK_CLI_MARKDOWN_H
#define BOLLPLANK_CLI_MARKDOWN_H
#include "base/slice.h"
#include <stdio.h>

void markdown_line(FILE *out, struct slice words);  /* on one line: headings, cells of a table */
void markdown_item(FILE *out, struct slice words);  /* in an item of a list: line by line, none of them empty */
void markdown_block(FILE *out, struct slice words); /* paragraphs, and an empty line after the last; nothing for no words */
#endif
