/* SPDX-License-Identifier: EUPL-1.2 */
/* Links to a session (protocol/README.md clause 1.5) and the addresses in them. */
#ifndef BOLLPLANK_CLI_LINK_H
#define BOLLPLANK_CLI_LINK_H
#include "base/sid.h"

struct address {
	bool secure;      /* https */
	char host[256];
	uint16_t port;
};

struct link {
	struct address address;
	char place[17];      /* a sid, or a code */
	bool has_token;
	uint8_t token[16];
};

/* NULL, or a sentence about what is wrong with it. What follows the port is not looked at. */
const char *address_parse(const char *text, struct address *out);
const char *link_parse(const char *text, struct link *out);

enum { TOKEN_TEXT = 23 }; /* 22 characters and the zero */
void token_write(const uint8_t token[16], char out[TOKEN_TEXT]);
/* "http://host:port", without the port where it is the usual one. */
void address_write(const struct address *address, char *out, size_t size);
#endif
