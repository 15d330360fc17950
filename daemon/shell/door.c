/* SPDX-License-Identifier: EUPL-1.2 */
#include "shell/door.h"
#include "base/check.h"
#include "base/limits.h"
#include "shell/random.h"
#include <strings.h>

/* Addresses seen lately: sets of WAYS places, the set given by a keyed hash so that nobody can aim at another's. A place
 * whose bucket is full again and that has nobody inside says nothing and can be taken. */
enum { SETS = 1024, WAYS = 8, PLACES = SETS * WAYS };

struct place {
	struct address address;
	uint64_t at_ms;      /* when `tokens` was right */
	uint32_t tokens;     /* thousandths of a connection */
	uint32_t inside;     /* not admitted yet */
};

struct door {
	struct door_parts parts;
	uint64_t key[2];
	struct place places[PLACES];
};

struct door *door_create(const struct door_parts *parts)
{
	struct door *door = check_alloc(1, sizeof *door);
	door->parts = *parts;
	random_fill(door->key, sizeof door->key);
	for (unsigned i = 0; i < PLACES; i++)
		door->places[i].tokens = BURST_ADDRESS * 1000;
	return door;
}

void door_destroy(struct door *door)
{
	free(door);
}

/* Mixed with secret numbers: enough against aiming, since nobody sees which set was taken. The shifts carry the high bits,
 * in which IPv4 addresses differ, down to those that choose. */
static size_t set_of(const struct door *door, const struct address *address)
{
	uint64_t high, low;
	memcpy(&high, address->bytes, 8);
	memcpy(&low, address->bytes + 8, 8);
	uint64_t x = (high ^ door->key[0]) * (door->key[1] | 1);
	for (unsigned round = 0; round < 2; round++) {
		x = (x ^ (x >> 32) ^ low) * (door->key[round] | 1);
		x ^= x >> 29;
	}
	return (size_t)((x ^ (x >> 32)) % SETS);
}

static void refill(struct place *place, uint64_t now_ms)
{
	const uint32_t full = BURST_ADDRESS * 1000;
	uint64_t tokens = place->tokens + (now_ms - place->at_ms) * RATE_ADDRESS;
	place->tokens = tokens > full ? full : (uint32_t)tokens;
	place->at_ms = now_ms;
}

bool door_enter(struct door *door, const struct address *address, uint64_t now_ms, unsigned *ticket)
{
	struct address counted = address_counted(address);
	struct place *set = &door->places[set_of(door, &counted) * WAYS], *place = NULL, *idle = NULL;
	for (unsigned i = 0; i < WAYS && place == NULL; i++) {
		refill(&set[i], now_ms);
		if (memcmp(&set[i].address, &counted, sizeof counted) == 0)
			place = &set[i];
		else if (set[i].inside == 0 && set[i].tokens == BURST_ADDRESS * 1000)
			idle = &set[i];
	}
	*ticket = 0;
	if (place == NULL) {
		if (idle == NULL)
			return false;
		place = idle;
		*place = (struct place){ .address = counted, .at_ms = now_ms, .tokens = BURST_ADDRESS * 1000 };
	}
	if (place->tokens < 1000 || place->inside >= LIMIT_UNADMITTED)
		return false;
	place->tokens -= 1000;
	place->inside++;
	*ticket = (unsigned)(place - door->places) + 1;
	return true;
}

void door_leave(struct door *door, unsigned ticket)
{
	if (ticket == 0)
		return;
	CHECK(ticket <= PLACES && door->places[ticket - 1].inside > 0);
	door->places[ticket - 1].inside--;
}

bool door_trusts(const struct door *door, const struct address *peer)
{
	for (size_t i = 0; i < door->parts.proxy_count; i++)
		if (address_in(peer, &door->parts.proxies[i]))
			return true;
	return false;
}

bool door_forwarded(struct slice header, struct address *out)
{
	size_t from = header.len;
	while (from > 0 && header.at[from - 1] != ',')
		from--;
	while (from < header.len && header.at[from] == ' ')
		from++;
	while (header.len > from && header.at[header.len - 1] == ' ')
		header.len--;
	return address_parse(slice_of(header.at + from, header.len - from), out);
}

static bool same_letters(struct slice x, struct slice y)
{
	return x.len == y.len && strncasecmp((const char *)x.at, (const char *)y.at, x.len) == 0;
}

bool door_origin(const struct door *door, struct slice origin, struct slice host)
{
	if (origin.len == 0)
		return true;
	for (size_t i = 0; i < door->parts.origin_count; i++)
		if (same_letters(origin, slice_text(door->parts.origins[i])))
			return true;
	static const char *const schemes[] = { "https://", "http://" };
	for (size_t i = 0; i < 2; i++) {
		struct slice scheme = slice_text(schemes[i]);
		if (origin.len > scheme.len && same_letters(slice_of(origin.at, scheme.len), scheme))
			return same_letters(slice_of(origin.at + scheme.len, origin.len - scheme.len), host);
	}
	return false;
}
