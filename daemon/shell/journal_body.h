/* SPDX-License-Identifier: EUPL-1.2 */
/* The parts of a body one behind the other, as every adapter keeps them. */
#ifndef BOLLPLANK_SHELL_JOURNAL_BODY_H
#define BOLLPLANK_SHELL_JOURNAL_BODY_H
#include "port/journal.h"

static inline size_t body_len(const struct body *body)
{
	return body->head.len + body->form.len + body->text.len;
}

/* Copies the parts to ${at}, which has room for body_len; the body that is returned borrows them from there. */
static inline struct body body_lay(const struct body *body, uint8_t *at)
{
	struct body laid = *body;
	struct slice *const parts[] = { &laid.head, &laid.form, &laid.text };
	for (size_t i = 0; i < 3; i++) {
		if (parts[i]->len)
			memcpy(at, parts[i]->at, parts[i]->len);
		parts[i]->at = at;
		at += parts[i]->len;
	}
	return laid;
}
#endif
