/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/frame.h"
#include "base/check.h"

struct frame *frame_create(struct slice bytes)
{
	struct frame *frame = check_alloc(1, sizeof *frame + FRAME_FRONT + bytes.len);
	frame->references = 1;
	frame->len = bytes.len;
	if (bytes.len)
		memcpy(frame_at(frame), bytes.at, bytes.len);
	return frame;
}

struct frame *frame_keep(struct frame *frame)
{
	CHECK(frame->references > 0);
	frame->references++;
	return frame;
}

void frame_drop(struct frame *frame)
{
	if (frame == NULL)
		return;
	CHECK(frame->references > 0);
	if (--frame->references == 0)
		free(frame);
}
