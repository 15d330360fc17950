/* SPDX-License-Identifier: EUPL-1.2 */
/* The workshops that this daemon offers: every *.yaml of some folders, read once at the start. A file that is not proper is left out, and a warning says
 * what is wrong with it first; `bollplank check` tells everything. */
#ifndef BOLLPLANK_SHELL_CATALOG_H
#define BOLLPLANK_SHELL_CATALOG_H
#include "base/slice.h"

struct catalog;
struct catalog *catalog_create(void); /* offers nothing yet */
void catalog_destroy(struct catalog *catalog);
/* Reads a folder. A workshop whose id is there already replaces it: so an operator's own folder, given last, has the last word.
 * 0, or a negative errno: the folder cannot be read. */
int catalog_add(struct catalog *catalog, const char *folder);
size_t catalog_count(const struct catalog *catalog);

/* Bodies of protocol/README.md clause 7.3, good until the next catalog_add. */
struct slice catalog_list(const struct catalog *catalog);
struct slice catalog_find(const struct catalog *catalog, const char *id); /* empty: there is none */
#endif
