/* SPDX-License-Identifier: EUPL-1.2 */
/* The report of a session, its record written down: as Markdown for people, in Swedish or English, or as JSON for programs. The same record gives the same bytes: no clock,
 * no locale; clock times in Markdown are those of a zone that was asked for, else UTC, and JSON has UTC. */
#ifndef BOLLPLANK_CLI_REPORT_H
#define BOLLPLANK_CLI_REPORT_H
#include "record.h"
#include <stdio.h>

void report_markdown(const struct record *record, FILE *out);
void report_json(const struct record *record, FILE *out);
#endif
