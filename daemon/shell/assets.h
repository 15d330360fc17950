/* SPDX-License-Identifier: EUPL-1.2 */
/* The client's files, embedded by the build (the table is generated). Found by exact path. */
#ifndef BOLLPLANK_SHELL_ASSETS_H
#define BOLLPLANK_SHELL_ASSETS_H
#include <stdbool.h>

struct asset {
	const char *path, *type, *etag;            /* "/index.html", "text/html; charset=utf-8", "\"0123456789abcdef\"" */
	const unsigned char *at, *end;
	const unsigned char *gzip, *gzip_end;      /* the same, packed; equal pointers: there is none */
	bool immutable;                            /* the name holds a hash of the content */
};

extern const struct asset assets[];
extern const unsigned assets_count;
#endif
