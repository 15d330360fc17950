/* SPDX-License-Identifier: EUPL-1.2 */
/* Who may come as far as a first message: counts per address, and whether a browser's page is ours. Knows no socket. */
#ifndef BOLLPLANK_SHELL_DOOR_H
#define BOLLPLANK_SHELL_DOOR_H
#include "shell/address.h"

struct door;

/* Both lists are borrowed for the door's life. */
struct door_parts {
	const char *const *origins; /* whose pages may connect beside our own: "https://host" or "https://host:port" */
	size_t origin_count;
	const struct address_net *proxies; /* whose X-Forwarded-For is believed */
	size_t proxy_count;
};

struct door *door_create(const struct door_parts *parts);
void door_destroy(struct door *door);

/* A new socket of this address: RATE_ADDRESS and BURST_ADDRESS, and at most LIMIT_UNADMITTED that have not been admitted.
 * false: not now. true: *ticket goes back by door_leave when the connection is admitted or gone. 0 is no ticket. */
bool door_enter(struct door *door, const struct address *address, uint64_t now_ms, unsigned *ticket);
void door_leave(struct door *door, unsigned ticket);

bool door_trusts(const struct door *door, const struct address *peer);

/* The rightmost entry of X-Forwarded-For: what the proxy itself saw. false: not an address. */
bool door_forwarded(struct slice header, struct address *out);

/* Absent (empty): not a browser, fine. Else scheme://host[:port] with the host of the request, or one of the list. */
bool door_origin(const struct door *door, struct slice origin, struct slice host);
#endif
