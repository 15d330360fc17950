/* SPDX-License-Identifier: EUPL-1.2 */
/* Counted outgoing bytes: encoded once, sent to many, never changed after the first send.
 * In front of the bytes there is FRAME_FRONT room for the transport's own header (ws.c asserts that it suffices). */
#ifndef BOLLPLANK_BASE_FRAME_H
#define BOLLPLANK_BASE_FRAME_H
#include "base/slice.h"

enum { FRAME_FRONT = 32 };

struct frame {
	uint32_t references;
	size_t len;
	uint8_t bytes[]; /* FRAME_FRONT, then len bytes */
};

struct frame *frame_create(struct slice bytes); /* one reference, the caller's */
struct frame *frame_keep(struct frame *frame);  /* one more reference; returns its argument */
void frame_drop(struct frame *frame);           /* gives one back; NULL is fine */

static inline uint8_t *frame_at(struct frame *frame)
{
	return frame->bytes + FRAME_FRONT;
}

static inline struct slice frame_bytes(const struct frame *frame)
{
	return slice_of(frame->bytes + FRAME_FRONT, frame->len);
}
#endif
