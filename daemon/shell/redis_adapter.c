/* SPDX-License-Identifier: EUPL-1.2 */
#include "shell/redis_adapter.h"
#include "base/check.h"
#include "base/limits.h"
#include <hiredis/hiredis.h>

struct adapter {
	redisAsyncContext *ac; /* NULL: hiredis is done with it */
	void (*too_large)(void *owner);
	uv_poll_t poll;
	uv_prepare_t flush;
	int want, have;
	unsigned open;
	bool flushing;
};

static void on_poll(uv_poll_t *handle, int status, int events)
{
	struct adapter *adapter = handle->data;
	if (status < 0) { /* libuv has stopped watching; what is wrong hiredis finds out by reading */
		events = UV_READABLE | UV_WRITABLE;
		adapter->have = 0;
	}
	if (adapter->ac && (events & UV_READABLE))
		redisAsyncHandleRead(adapter->ac);
	if (adapter->ac && (events & UV_WRITABLE))
		redisAsyncHandleWrite(adapter->ac);
	if (adapter->ac && adapter->ac->data && adapter->ac->c.reader->len > LIMIT_REDIS_TEXT)
		adapter->too_large(adapter->ac->data);
}

/* Each start is two system calls, so only when something changes. */
static void apply(struct adapter *adapter)
{
	if (adapter->want == adapter->have)
		return;
	adapter->have = adapter->want;
	if (adapter->want)
		uv_poll_start(&adapter->poll, adapter->want, on_poll);
	else
		uv_poll_stop(&adapter->poll);
}

static void on_flush(uv_prepare_t *handle)
{
	struct adapter *adapter = handle->data;
	uv_prepare_stop(handle);
	if (adapter->ac == NULL)
		return;
	adapter->flushing = true; /* what does not fit into the socket waits for it */
	redisAsyncHandleWrite(adapter->ac);
	adapter->flushing = false;
}

static void add_read(void *ctx)
{
	struct adapter *adapter = ctx;
	adapter->want |= UV_READABLE;
	apply(adapter);
}

static void del_read(void *ctx)
{
	struct adapter *adapter = ctx;
	adapter->want &= ~UV_READABLE;
	apply(adapter);
}

static void add_write(void *ctx)
{
	struct adapter *adapter = ctx;
	if (adapter->flushing || !(adapter->ac->c.flags & REDIS_CONNECTED)) {
		adapter->want |= UV_WRITABLE;
		apply(adapter);
	} else if (!(adapter->want & UV_WRITABLE)) {
		uv_prepare_start(&adapter->flush, on_flush);
	}
}

static void del_write(void *ctx)
{
	struct adapter *adapter = ctx;
	adapter->want &= ~UV_WRITABLE;
	apply(adapter);
}

static void on_closed(uv_handle_t *handle)
{
	struct adapter *adapter = handle->data;
	if (--adapter->open == 0)
		free(adapter);
}

static void cleanup(void *ctx)
{
	struct adapter *adapter = ctx;
	adapter->ac = NULL;
	uv_close((uv_handle_t *)&adapter->poll, on_closed);
	uv_close((uv_handle_t *)&adapter->flush, on_closed);
}

bool redis_adapter_attach(redisAsyncContext *ac, uv_loop_t *loop, void (*too_large)(void *owner))
{
	struct adapter *adapter = check_alloc(1, sizeof *adapter);
	if (uv_poll_init_socket(loop, &adapter->poll, ac->c.fd) < 0) {
		free(adapter);
		return false;
	}
	CHECK(uv_prepare_init(loop, &adapter->flush) == 0);
	adapter->ac = ac;
	adapter->too_large = too_large;
	adapter->open = 2;
	adapter->poll.data = adapter->flush.data = adapter;
	ac->ev.data = adapter;
	ac->ev.addRead = add_read;
	ac->ev.delRead = del_read;
	ac->ev.addWrite = add_write;
	ac->ev.delWrite = del_write;
	ac->ev.cleanup = cleanup;
	return true;
}
