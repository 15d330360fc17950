/* SPDX-License-Identifier: EUPL-1.2 */
/* hiredis' events on libuv. Poll errors become events, and what is to be written goes out once in a turn, before the loop sleeps. It is freed when both of its handles
 * are closed, whatever has become of who attached it. */
#ifndef BOLLPLANK_SHELL_REDIS_ADAPTER_H
#define BOLLPLANK_SHELL_REDIS_ADAPTER_H
#include <hiredis/async.h>
#include <stdbool.h>
#include <uv.h>

/* ${too_large} gets ac->data (not once that is NULL) when more than LIMIT_REDIS_TEXT of one answer lies there; it may let go of ${ac}. false: the socket cannot be
 * watched, and ${ac} is as it was. */
bool redis_adapter_attach(redisAsyncContext *ac, uv_loop_t *loop, void (*too_large)(void *owner));
#endif
