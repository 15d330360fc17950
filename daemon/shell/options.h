/* SPDX-License-Identifier: EUPL-1.2 */
/* What the operator asked for: the command line, and for what it does not say the environment (BOLLPLANK_...). */
#ifndef BOLLPLANK_SHELL_OPTIONS_H
#define BOLLPLANK_SHELL_OPTIONS_H
#include "base/trace.h"
#include "shell/address.h"
#include "shell/journal_redis.h"

enum { OPTIONS_MANY = 16, OPTIONS_PRIMARIES = 8 }; /* of each that may be given several times */

/* Strings are the caller's argv, the environment, or `room`. */
struct options {
	const char *listen[OPTIONS_MANY];
	size_t listen_count;
	const char *journal;      /* a file; never NULL */
	bool memory;              /* a journal that nothing survives */
	const char *redis[OPTIONS_PRIMARIES]; /* if there are any, the journal is there, and not in the file */
	size_t redis_count;
	const char *redis_user, *redis_password, *redis_key; /* the last two are files; each may be NULL */
	enum redis_durability redis_durability;
	bool redis_plaintext;     /* also over a network that others may listen to */
	const char *creation_key; /* a file, or NULL: nobody may create a session */
	const char *origins[OPTIONS_MANY];
	size_t origin_count;
	struct address_net proxies[OPTIONS_MANY];
	size_t proxy_count;
	const char *catalogs[OPTIONS_MANY]; /* folders of workshops, the last one has the last word */
	size_t catalog_count;
	bool catalog_asked;       /* the operator named them: each must be there */
	bool metrics_open;
	enum trace_level level;
	bool check;
	const char *backup;       /* only copy the journal, into this file; NULL: serve */
	char room[8192]; /* of strings that are made here */
	size_t used;
};

enum { OPTIONS_GO = -1 };

/* OPTIONS_GO: all is well. Else the status to end with: 0 after --help and --version, 2 after a sentence about a mistake. */
int options_read(struct options *options, int argc, char **argv);
#endif
