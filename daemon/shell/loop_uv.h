/* SPDX-License-Identifier: EUPL-1.2 */
/* port/loop.h over libuv. The adapters of the shell (ws, listener, journal) use the uv_loop_t itself; everything above
 * them sees only the port. */
#ifndef BOLLPLANK_SHELL_LOOP_UV_H
#define BOLLPLANK_SHELL_LOOP_UV_H
#include "port/loop.h"
#include <uv.h>

struct loop_uv;

struct loop_uv *loop_uv_create(void);
struct loop loop_uv_port(struct loop_uv *loop);
uv_loop_t *loop_uv_handle(struct loop_uv *loop);

/* Returns when the last handle of everybody is closed: whoever opens one closes it at the end. */
void loop_uv_run(struct loop_uv *loop);

/* From a callback, as the last of the owners: timers and posts that have not come will not come; work under way is
 * waited for, and its `done` is called. After it nothing may be asked of the port. */
void loop_uv_close(struct loop_uv *loop);

/* After loop_uv_run. A handle that somebody left open is a mistake of ours: CHECK. */
void loop_uv_destroy(struct loop_uv *loop);
#endif
