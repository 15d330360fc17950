/* SPDX-License-Identifier: EUPL-1.2 */
#include "shell/address.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>

static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

static bool is_v4(const struct address *address)
{
	return memcmp(address->bytes, mapped, sizeof mapped) == 0;
}

static struct address of_v4(const struct in_addr *v4)
{
	struct address address;
	memcpy(address.bytes, mapped, sizeof mapped);
	memcpy(address.bytes + 12, v4, 4);
	return address;
}

struct address address_of(const struct sockaddr *from)
{
	struct address address = { { 0 } };
	if (from->sa_family == AF_INET)
		return of_v4(&((const struct sockaddr_in *)(const void *)from)->sin_addr);
	if (from->sa_family == AF_INET6)
		memcpy(address.bytes, &((const struct sockaddr_in6 *)(const void *)from)->sin6_addr, 16);
	return address;
}

bool address_parse(struct slice text, struct address *out)
{
	char room[INET6_ADDRSTRLEN];
	struct in_addr v4;
	if (text.len == 0 || text.len >= sizeof room)
		return false;
	memcpy(room, text.at, text.len);
	room[text.len] = '\0';
	if (inet_pton(AF_INET, room, &v4) == 1) {
		*out = of_v4(&v4);
		return true;
	}
	return inet_pton(AF_INET6, room, out->bytes) == 1;
}

bool address_net_parse(const char *text, struct address_net *out)
{
	if (strcmp(text, "loopback") == 0)
		text = "127.0.0.0/8";
	const char *slash = strchr(text, '/');
	size_t len = slash ? (size_t)(slash - text) : strlen(text);
	if (!address_parse(slice_of(text, len), &out->address))
		return false;
	out->bits = 128;
	if (slash == NULL)
		return true;
	char *end;
	unsigned long most = memchr(text, ':', len) ? 128 : 32, bits = strtoul(slash + 1, &end, 10);
	if (slash[1] < '0' || slash[1] > '9' || *end || bits > most)
		return false;
	out->bits = (unsigned)(128 - most + bits);
	return true;
}

bool address_in(const struct address *address, const struct address_net *net)
{
	unsigned whole = net->bits / 8, rest = net->bits % 8;
	if (memcmp(address->bytes, net->address.bytes, whole) != 0)
		return false;
	return rest == 0 || ((address->bytes[whole] ^ net->address.bytes[whole]) >> (8 - rest)) == 0;
}

struct address address_counted(const struct address *address)
{
	struct address counted = *address;
	if (!is_v4(address))
		memset(counted.bytes + 8, 0, 8);
	return counted;
}

const char *address_text(const struct address *counted, char room[ADDRESS_TEXT])
{
	char digits[INET6_ADDRSTRLEN];
	if (is_v4(counted))
		snprintf(room, ADDRESS_TEXT, "%s", inet_ntop(AF_INET, counted->bytes + 12, digits, sizeof digits));
	else
		snprintf(room, ADDRESS_TEXT, "%s/64", inet_ntop(AF_INET6, counted->bytes, digits, sizeof digits));
	return room;
}
