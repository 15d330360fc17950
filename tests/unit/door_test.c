/* SPDX-License-Identifier: EUPL-1.2 */
/* Who may come to the door, from where, and how often; and what --listen and --trusted-proxy understand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>
#include "base/limits.h"
#include "shell/door.h"
#include "shell/listener.h"

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

static struct address address(const char *text)
{
	struct address out;
	if (!address_parse(slice_text(text), &out))
		fail_msg("not an address: %s", text);
	return out;
}

static void counted_as(void **state)
{
	static const struct {
		const char *address, *counted;
	} cases[] = {
		{ "192.0.2.1", "192.0.2.1" },
		{ "::ffff:192.0.2.1", "192.0.2.1" },
		{ "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64" }, /* a household has all of a /64 */
		{ "2001:db8:1:2:9::", "2001:db8:1:2::/64" },
		{ "::1", "::/64" },
	};
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char room[ADDRESS_TEXT];
		struct address whole = address(cases[i].address), counted = address_counted(&whole);
		assert_string_equal(address_text(&counted, room), cases[i].counted);
	}
}

static void networks(void **state)
{
	static const struct {
		const char *net, *inside, *outside; /* inside NULL: not a network at all */
	} cases[] = {
		{ "192.0.2.7", "192.0.2.7", "192.0.2.8" },
		{ "10.0.0.0/8", "10.255.1.2", "11.0.0.1" },
		{ "10.32.0.0/11", "10.63.255.255", "10.64.0.0" },
		{ "0.0.0.0/0", "203.0.113.5", "2001:db8::1" },
		{ "loopback", "127.3.2.1", "128.0.0.1" },
		{ "2001:db8::/32", "2001:db8:ffff::1", "2001:db9::1" },
		{ "::1", "::1", "::2" },
		{ "10.0.0.0/33", NULL, NULL }, { "10.0.0.0/", NULL, NULL }, { "10.0.0.0/-1", NULL, NULL },
		{ "10.0.0/8", NULL, NULL }, { "", NULL, NULL }, { "proxy.example", NULL, NULL }, { "::/129", NULL, NULL },
	};
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct address_net net;
		bool is = address_net_parse(cases[i].net, &net);
		if (is != (cases[i].inside != NULL))
			fail_msg("network \"%s\": %s", cases[i].net, is ? "taken" : "refused");
		if (!is)
			continue;
		struct address in = address(cases[i].inside), out = address(cases[i].outside);
		if (!address_in(&in, &net) || address_in(&out, &net))
			fail_msg("network %s: %s should be inside, %s outside", cases[i].net, cases[i].inside, cases[i].outside);
	}
}

static void forwarded(void **state)
{
	static const struct {
		const char *header, *seen; /* NULL: not believed */
	} cases[] = {
		{ "192.0.2.9", "192.0.2.9" },
		{ "6.6.6.6, 192.0.2.9", "192.0.2.9" }, /* the first is whatever the peer wrote */
		{ "6.6.6.6,192.0.2.9  ", "192.0.2.9" },
		{ "junk, 2001:db8::5", "2001:db8::/64" },
		{ "192.0.2.9, junk", NULL }, { "192.0.2.9,", NULL }, { "", NULL }, { "192.0.2.9:80", NULL }, { "[::1]", NULL },
	};
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct address seen;
		char room[ADDRESS_TEXT] = "";
		bool is = door_forwarded(slice_text(cases[i].header), &seen);
		if (is != (cases[i].seen != NULL))
			fail_msg("X-Forwarded-For \"%s\": %s", cases[i].header, is ? "believed" : "not believed");
		seen = is ? address_counted(&seen) : seen;
		if (is)
			assert_string_equal(address_text(&seen, room), cases[i].seen);
	}
}

static void origins(void **state)
{
	static const char *const list[] = { "https://friend.example", "http://lab.example:8080" };
	static const struct {
		const char *origin;
		bool in;
	} cases[] = { /* Host is bp.example:7070 */
		{ "", true }, /* not a browser */
		{ "http://bp.example:7070", true }, { "https://bp.example:7070", true }, { "HTTPS://BP.example:7070", true },
		{ "https://friend.example", true }, { "http://lab.example:8080", true },
		{ "http://friend.example", false }, { "https://friend.example:443", false }, { "https://friend.example.evil.example", false },
		{ "http://bp.example", false }, { "http://bp.example:70", false }, { "http://bp.example:70700", false },
		{ "http://bp.example:7070/", false }, { "http://x@bp.example:7070", false },
		{ "ftp://bp.example:7070", false }, { "bp.example:7070", false }, { "null", false }, { "http://", false }, { "x", false },
	};
	struct door *door = door_create(&(struct door_parts){ .origins = list, .origin_count = COUNT(list) });
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		if (door_origin(door, slice_text(cases[i].origin), slice_text("bp.example:7070")) != cases[i].in)
			fail_msg("origin \"%s\" should be %s", cases[i].origin, cases[i].in ? "let in" : "refused");
	door_destroy(door);
}

/* One address gets its burst at once, then its rate; another is not slowed by it. */
static void rate(void **state)
{
	struct door *door = door_create(&(struct door_parts){ 0 });
	struct address busy = address("192.0.2.1"), other = address("192.0.2.2");
	uint64_t now_ms = 1000;
	unsigned ticket, in = 0;
	(void)state;
	for (unsigned i = 0; i < BURST_ADDRESS + 100; i++)
		if (door_enter(door, &busy, now_ms, &ticket)) {
			door_leave(door, ticket);
			in++;
		}
	assert_int_equal(in, BURST_ADDRESS);
	assert_true(door_enter(door, &other, now_ms, &ticket));
	for (in = 0; now_ms < 3000; now_ms++)
		while (door_enter(door, &busy, now_ms, &ticket)) {
			door_leave(door, ticket);
			in++;
		}
	assert_in_range(in, 2 * RATE_ADDRESS - 2, 2 * RATE_ADDRESS);
	door_destroy(door);
}

/* Those who have not said who they are: so many per address, until they are admitted or gone. */
static void unadmitted(void **state)
{
	struct door *door = door_create(&(struct door_parts){ 0 });
	struct address from = address("192.0.2.1");
	static unsigned tickets[LIMIT_UNADMITTED];
	uint64_t now_ms = 1000;
	unsigned more;
	(void)state;
	for (unsigned i = 0; i < LIMIT_UNADMITTED; i++, now_ms += 10)
		assert_true(door_enter(door, &from, now_ms, &tickets[i]));
	assert_false(door_enter(door, &from, now_ms, &more));
	assert_int_equal(more, 0);
	door_leave(door, tickets[5]);
	assert_true(door_enter(door, &from, now_ms, &more));
	door_leave(door, 0); /* no ticket: nothing to give back */
	door_destroy(door);
}

/* A hall in which everybody has an own address, all at once and none admitted yet; neighbouring addresses spread evenly. */
static void many_addresses(void **state)
{
	struct door *door = door_create(&(struct door_parts){ 0 });
	unsigned ticket, away = 0;
	(void)state;
	for (unsigned i = 0; i < 2000; i++) {
		char text[ADDRESS_TEXT];
		snprintf(text, sizeof text, "10.7.%u.%u", i / 250, i % 250);
		struct address from = address(text);
		away += !door_enter(door, &from, 1000, &ticket);
	}
	assert_in_range(away, 0, 5);
	door_destroy(door);
}

static void listen_words(void **state)
{
	static const struct {
		const char *text;
		unsigned addresses;
	} cases[] = {
		{ "7070", 2 }, { "localhost:7070", 2 }, { ":7070", 2 }, { "*:7070", 2 }, { "0.0.0.0:80", 1 }, { "127.0.0.1:0", 1 },
		{ "[::1]:7070", 1 }, { "[::]:7070", 1 },
		{ "", 0 }, { "host:7070", 0 }, { "127.0.0.1", 0 }, { "127.0.0.1:", 0 }, { "::1:7070", 0 }, { "[::1:7070", 0 }, { "[:7070", 0 },
		{ "7070x", 0 }, { "65536", 0 }, { "-1", 0 }, { "+80", 0 }, { " 80", 0 }, { "1.2.3.4.5:80", 0 },
	};
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct sockaddr_storage at[2];
		unsigned addresses = listener_resolve(cases[i].text, at);
		if (addresses != cases[i].addresses)
			fail_msg("--listen \"%s\": %u addresses, not %u", cases[i].text, addresses, cases[i].addresses);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counted_as), cmocka_unit_test(networks), cmocka_unit_test(forwarded), cmocka_unit_test(origins),
		cmocka_unit_test(rate), cmocka_unit_test(unadmitted), cmocka_unit_test(many_addresses), cmocka_unit_test(listen_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
