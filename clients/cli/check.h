/* SPDX-License-Identifier: EUPL-1.2 */
/* Files of the catalog, for the commands that take one. */
#ifndef BOLLPLANK_CLI_CHECK_H
#define BOLLPLANK_CLI_CHECK_H
#include "wire/pack.h"

/* What protocol/README.md clause 7.3 calls a workshop, appended. false: said on stderr why not, with what is wrong in the file. */
bool workshop_body(const char *command, const char *path, struct pack *out);
#endif
