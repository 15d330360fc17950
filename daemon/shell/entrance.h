/* SPDX-License-Identifier: EUPL-1.2 */
/* Coming in and going out: the hello, the door by code or token, who sits where, farewells. */
#ifndef BOLLPLANK_SHELL_ENTRANCE_H
#define BOLLPLANK_SHELL_ENTRANCE_H
#include "shell/hall.h"

void entrance_opened(struct house *house, struct conn *conn, const char *address);
void entrance_hello(struct seat *seat, const struct hello *hello);
void entrance_hall_open(struct hall *hall);               /* those who waited for it come in, or hear why not */
void entrance_name(struct seat *seat, uint32_t actor);    /* from now on the seat is this actor's */
bool entrance_guesses(struct house *house, const char *address); /* too many wrong codes came from there */
void entrance_wrong(struct house *house, const char *address);   /* one more */
void entrance_entry(struct hall *hall);                   /* an entry was applied: it may be the one that a page has seen elsewhere */
void entrance_finish(struct hall *hall);                  /* nobody waits for it any more */
void entrance_reset(struct hall *hall);                   /* history is loaded anew: who is everybody now? */
/* Says why it ends, then leaves. */
uint16_t entrance_close_code(enum fault fault);           /* that asks the page to come back by itself, or not */
void entrance_bye(struct seat *seat, enum fault fault, uint16_t code);
void entrance_leave(struct seat *seat, uint16_t code);    /* closes the connection; what stands in its queue goes first if it can */
void entrance_closed(struct seat *seat);                  /* the connection is gone */
#endif
