/* SPDX-License-Identifier: EUPL-1.2 */
/* Where a Redis is, as --redis names it. */
#ifndef BOLLPLANK_SHELL_REDIS_ADDRESS_H
#define BOLLPLANK_SHELL_REDIS_ADDRESS_H
#include <stdbool.h>

/* What --redis takes, for messages. */
#define REDIS_ADDRESS_EXPECTED "unix:/PATH, HOST:PORT or [IPV6]:PORT"

enum { REDIS_HOST_ROOM = 256 };

struct redis_address {
	char host[REDIS_HOST_ROOM]; /* a name or digits; of a socket its path */
	char port[6];               /* empty: a socket */
};

bool redis_address_parse(const char *text, struct redis_address *out);
bool redis_address_is_here(const struct redis_address *address); /* nobody between can listen: a socket, or loopback by digits or as localhost */
#endif
