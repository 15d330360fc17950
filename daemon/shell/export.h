/* SPDX-License-Identifier: EUPL-1.2 */
/* The log of a session for a facilitator who takes it home: protocol/README.md clause 7.4. It is read from the journal in pieces, each when the peer can take it, so
 * no more than a piece is ever held; up to what was stable when it was asked for. Left out like what was struck: forms of secret ballots, and open ballots that facilitators
 * could only see by a `look`. */
#ifndef BOLLPLANK_SHELL_EXPORT_H
#define BOLLPLANK_SHELL_EXPORT_H
#include "base/fault.h"
#include "base/slice.h"

struct house;
struct hall;
struct export;

/* One answer to export_open, and one to each export_more, always later. FAULT_none: the next piece, borrowed for the call; `last`: with it the log is whole. Else why not:
 * not_allowed (no such link), too_many_codes (the same, and too often from there), no_session, later, damaged. After a fault or `last` nothing more comes. */
typedef void (*export_fn)(enum fault fault, struct slice piece, bool last, void *ctx);

struct export_wish { /* as it was asked for; copied */
	struct slice sid, token; /* token: as 22 characters of base64url */
	const char *address;     /* wrong tokens are counted there, as wrong codes are */
};
struct export *export_open(struct house *house, const struct export_wish *wish, export_fn fn, void *ctx); /* never NULL */
void export_more(struct export *e);  /* the peer has taken the last piece */
void export_close(struct export *e); /* nobody waits any more: fn is not called again. Not after the house was destroyed */

/* --- for the house --- */
void export_hall_open(struct hall *hall); /* it serves, or cannot */
void export_hall_reset(struct hall *hall); /* history changed: what was begun breaks off */
void export_hall_lost(struct hall *hall); /* it goes */
bool export_stop(struct house *house);    /* the house stops: whoever waits hears `later`. Returns whether the journal still reads for somebody */
void export_end(struct house *house);     /* the house goes */
#endif
