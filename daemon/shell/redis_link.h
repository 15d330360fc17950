/* SPDX-License-Identifier: EUPL-1.2 */
/* port/redis.h for real: hiredis (0.14 or 1.x) on the loop's libuv, with an adapter of our own. The stock one never reports a connection that was refused or
 * reset. What is asked within one turn of the loop goes out in one write; a name is looked up without standing still.
 *
 * Names and passwords go to Redis in the clear unless the address is a socket on this machine or a tunnel: who may do that the options decide. */
#ifndef BOLLPLANK_SHELL_REDIS_LINK_H
#define BOLLPLANK_SHELL_REDIS_LINK_H
#include "port/redis.h"
#include "shell/redis_address.h"

struct loop_uv;

struct redis_link_options {
	struct loop_uv *loop; /* lives on until `done` of close */
	const char *address;  /* one that redis_address_parse takes */
	const char *user, *password; /* NULL: none. A user without a password is one that needs none */
	const char *name;     /* how this conversation is called in CLIENT LIST; NULL: not at all. Letters, digits and hyphens */
};

/* Strings are copied. It lives until the end of close, also when it never listened. */
struct redis_link redis_link_create(const struct redis_link_options *options);

struct redis_link_figures {
	bool up;
	uint64_t ups, downs;         /* connections made; and lost after they were up */
	uint64_t asked, turned_away; /* turned_away: ask said false */
	size_t under_way, bytes_under_way;
};
struct redis_link_figures redis_link_figures(struct redis_link link);
#endif
