/* SPDX-License-Identifier: EUPL-1.2 */
/* The listening sockets: opened here, or taken over from systemd (sd_listen_fds(3)). Our own and not libwebsockets', so that a
 * busy port is told, an address is judged before anything is allocated for it, and draining is closing them. */
#ifndef BOLLPLANK_SHELL_LISTENER_H
#define BOLLPLANK_SHELL_LISTENER_H
#include "shell/address.h"
#include <uv.h>

/* What --listen takes, for messages. */
#define LISTENER_EXPECTED "PORT, ADDRESS:PORT, [IPV6]:PORT, localhost:PORT (127.0.0.1 and ::1) or *:PORT (everywhere)"

struct listener;

struct listener_parts {
	uv_loop_t *loop;
	const char *const *where; /* borrowed for the call; each as LISTENER_EXPECTED says */
	size_t count;
	void (*accepted)(int fd, const struct address *peer, void *ctx); /* takes the descriptor over */
	void *ctx;
};

/* Up to two addresses for one text: 0: not one that we understand. Port 0 is allowed: any free one, told in the log. */
unsigned listener_resolve(const char *text, struct sockaddr_storage out[2]);

/* NULL: `why` holds a sentence with what to do about it. */
struct listener *listener_open(const struct listener_parts *parts, char *why, size_t size);
void listener_close(struct listener *listener);   /* no more connections from here on; a second call is fine */
void listener_destroy(struct listener *listener); /* after the loop has ended */
#endif
