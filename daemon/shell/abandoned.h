/* SPDX-License-Identifier: EUPL-1.2 */
/* Sessions whose founding was cut off by a crash: nobody knows their names, and nobody would ever end them. How many entries a session is founded with stands in its first
 * one (protocol/README.md clause 7.2). One that has fewer at two looks, ABANDONED_MS apart, is erased: by then no instance can be at it still, since an append that has
 * no answer for seconds gives the founding up. No clock but that between two looks is believed. */
#ifndef BOLLPLANK_SHELL_ABANDONED_H
#define BOLLPLANK_SHELL_ABANDONED_H
#include <stdbool.h>

struct house;
struct abandoned;

struct abandoned *abandoned_create(struct house *house); /* looks by itself from now on */
bool abandoned_stop(struct abandoned *abandoned);        /* no further look. Returns whether the journal still reads for it */
void abandoned_destroy(struct abandoned *abandoned);     /* NULL is fine. Neither journal nor loop is called any more, nor calls */
#endif
