/* SPDX-License-Identifier: EUPL-1.2 */
#include "shell/redis_address.h"
#include "shell/address.h"
#include <stdlib.h>

bool redis_address_parse(const char *text, struct redis_address *out)
{
	const char *host = text, *end, *port;
	*out = (struct redis_address){ 0 };
	if (strncmp(text, "unix:", 5) == 0) {
		size_t len = strlen(text + 5);
		if (text[5] != '/' || len > 107) /* unix(7): sun_path */
			return false;
		memcpy(out->host, text + 5, len);
		return true;
	}
	if (*text == '[') {
		host = text + 1;
		end = strchr(host, ']');
		port = end && end[1] == ':' ? end + 2 : NULL;
	} else {
		end = strrchr(text, ':');
		port = end ? end + 1 : NULL;
		if (end && memchr(text, ':', (size_t)(end - text)))
			return false; /* IPv6 without brackets: which of the colons is it? */
	}
	if (port == NULL || end == host || (size_t)(end - host) >= sizeof out->host || strlen(port) >= sizeof out->port)
		return false;
	long number = strtol(port, NULL, 10);
	if (strspn(port, "0123456789") != strlen(port) || number < 1 || number > 65535 || memchr(host, '/', (size_t)(end - host)))
		return false;
	memcpy(out->host, host, (size_t)(end - host));
	memcpy(out->port, port, strlen(port));
	return true;
}

bool redis_address_is_here(const struct redis_address *address)
{
	struct address_net loopback;
	struct address digits;
	if (address->port[0] == '\0' || strcmp(address->host, "localhost") == 0)
		return true;
	if (!address_parse(slice_text(address->host), &digits))
		return false;
	return (address_net_parse("127.0.0.0/8", &loopback) && address_in(&digits, &loopback)) ||
		(address_net_parse("::1", &loopback) && address_in(&digits, &loopback));
}
