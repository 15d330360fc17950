/* SPDX-License-Identifier: EUPL-1.2 */
/* A real redis-server for tests: its own process on a unix socket in a temporary folder, killed, hung and restarted on command. It dies with the test that started it. */
#ifndef BOLLPLANK_TESTS_LIB_REDIS_SERVER_H
#define BOLLPLANK_TESTS_LIB_REDIS_SERVER_H
#include <hiredis/hiredis.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct redis_server;

/* Does this machine have one? false: a sentence for the skip. */
bool redis_server_installed(const char **why_not);

enum { REDIS_SERVER_ARGUMENTS = 24 };
struct redis_server_options {
	bool no_aof;      /* otherwise appendonly yes, appendfsync always */
	bool listens;     /* also on a port of 127.0.0.1: what a replica needs */
	bool cluster;     /* set up as a node of one */
	const char *acl;  /* a file of users like docker/bollplank.acl, in which #BOLLPLANK stands for a password, here "test-bollplank"; one user is added for the test
	                   * itself. NULL: nobody is asked */
	const char *more[REDIS_SERVER_ARGUMENTS]; /* to be put behind, ended by NULL */
};

/* Started and answering; ends the test program if it cannot. options: NULL for none; copied, the strings are the caller's and must outlive it. */
struct redis_server *redis_server_create(const struct redis_server_options *options);
void redis_server_destroy(struct redis_server *server); /* killed, its folder removed; NULL is fine */

const char *redis_server_socket(const struct redis_server *server);
const char *redis_server_folder(const struct redis_server *server);
unsigned redis_server_port(const struct redis_server *server); /* 0: it does not listen */

void redis_server_kill(struct redis_server *server);  /* SIGKILL, and waited for; its files stay */
void redis_server_start(struct redis_server *server); /* again, on the files that are there */
void redis_server_hang(struct redis_server *server);  /* SIGSTOP */
void redis_server_go_on(struct redis_server *server);
bool redis_server_runs(struct redis_server *server);  /* false also when it ended by itself */

/* Its files, while it is dead: gone; put aside (also while it runs: with appendfsync always they are whole after each answer); replaced by what was put aside,
 * by itself or by another one. */
void redis_server_forget(struct redis_server *server);
void redis_server_put_aside(struct redis_server *server);
void redis_server_put_back(struct redis_server *server, const struct redis_server *whose);
/* Do these bytes stand anywhere in its files? */
bool redis_server_files_hold(const struct redis_server *server, const void *bytes, size_t len);

/* One command by the test itself, on a connection of its own: as redisCommand (%s, %b with a size_t). NULL: no answer within two seconds. The caller frees it. */
redisReply *redis_server_ask(struct redis_server *server, const char *format, ...);
/* The same where only a number, or nothing, is wanted; an error or no answer ends the test program with a sentence. */
long long redis_server_do(struct redis_server *server, const char *format, ...);
/* A field of INFO as a number; -1: no such field. */
long long redis_server_info(struct redis_server *server, const char *field);
#endif
