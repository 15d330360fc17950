/* SPDX-License-Identifier: EUPL-1.2 */
/* The network of the command-line client: WebSocket and one HTTP request, timers and signals, all on one loop. The only file that sees
 * libwebsockets.h and uv.h (in net.c). Every callback comes from net_run, never from inside a call of ours. */
#ifndef BOLLPLANK_CLI_NET_H
#define BOLLPLANK_CLI_NET_H
#include "link.h"

struct net;
struct net_conn;
struct net_timer;

/* connections: how many there may be at once; raises the limit on open files for them. NULL: said on stderr why not. */
struct net *net_create(const struct address *address, unsigned connections);
void net_destroy(struct net *net);      /* after net_run has returned; NULL is fine */
void net_run(struct net *net);          /* until net_stop */
void net_stop(struct net *net);         /* from a callback; open connections are cut */
uint64_t net_now_us(void);              /* monotonic */

/* Fires once. Gone when it has fired or was cancelled. */
typedef void (*net_fn)(void *ctx);
struct net_timer *net_after(struct net *net, uint64_t ms, net_fn fn, void *ctx);
void net_cancel(struct net_timer *timer); /* NULL is fine */
void net_signal(struct net *net, int number, net_fn fn, void *ctx); /* at most four; until the end */

struct net_up {
	void (*opened)(struct net_conn *conn, void *ctx);
	void (*message)(struct net_conn *conn, struct slice bytes, void *ctx); /* borrowed for the call */
	/* Last of all, also when it never opened. code: what the other end said, 0 when nothing; why: for people, may be empty. */
	void (*closed)(struct net_conn *conn, unsigned code, const char *why, void *ctx);
};
struct net_conn *net_dial(struct net *net, const struct net_up *up, void *ctx);
void net_send(struct net_conn *conn, struct slice bytes); /* one binary message; after opened */
void net_close(struct net_conn *conn, unsigned code);     /* polite; closed follows. code 0: cut without a word */

/* POST; path is borrowed until done; done once. status 0: no answer came, body is a sentence why. key: for Authorization: Bearer. */
typedef void (*net_answer_fn)(unsigned status, struct slice body, void *ctx);
void net_post(struct net *net, const char *path, const char *key, struct slice body, net_answer_fn done, void *ctx);
void net_get(struct net *net, const char *path, const char *key, net_answer_fn done, void *ctx); /* the same for a GET; for answers of some 100 MB too */
#endif
