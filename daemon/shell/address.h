/* SPDX-License-Identifier: EUPL-1.2 */
/* A peer's network address; IPv4 stands in its IPv6 form (RFC 4291 section 2.5.5.2), so that there is one kind. */
#ifndef BOLLPLANK_SHELL_ADDRESS_H
#define BOLLPLANK_SHELL_ADDRESS_H
#include "base/slice.h"
#include <sys/socket.h>

struct address {
	uint8_t bytes[16];
};

struct address_net {
	struct address address;
	unsigned bits; /* of the 128 */
};

enum { ADDRESS_TEXT = 64 }; /* room for address_text */

struct address address_of(const struct sockaddr *from); /* anything but IPv4 and IPv6: all zeros */
bool address_parse(struct slice text, struct address *out);
bool address_net_parse(const char *text, struct address_net *out); /* "10.0.0.0/8", "2001:db8::1", "loopback" (127.0.0.0/8) */
bool address_in(const struct address *address, const struct address_net *net);

/* What is counted as one: an IPv4 address, or the first 64 bits of an IPv6 address, since a household has them all. */
struct address address_counted(const struct address *address);
const char *address_text(const struct address *counted, char room[ADDRESS_TEXT]); /* "192.0.2.1", "2001:db8:1:2::/64" */
#endif
