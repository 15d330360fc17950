/* SPDX-License-Identifier: EUPL-1.2 */
/* The house holds the open sessions of this instance and acts for nobody in particular: it loads a session when somebody comes to its door, steps each entry
 * through it, watches deadlines, proposes what they bring about, writes snapshots, strikes what seals replaced, lets go of sessions that nobody looks at. It joins
 * intake (what comes in) and fanout (what goes out) and sees no third-party header: the simulator runs the same house. */
#ifndef BOLLPLANK_SHELL_HOUSE_H
#define BOLLPLANK_SHELL_HOUSE_H
#include "base/fault.h"
#include "port/journal.h"
#include "port/loop.h"
#include "port/transport.h"

struct house_parts {
	struct loop loop;
	struct journal journal;
	const struct transport_ops *transport;
	struct slice creation_key; /* copied; empty: nobody may create */
	uint64_t snapshot_entries; /* a snapshot after so many; 0: SNAPSHOT_ENTRIES */
	uint64_t spread_ms; /* house_stop takes leave of everybody within so long, one after the other; 0: of all at once */
};

struct house;
struct house *house_create(const struct house_parts *parts); /* calls journal listen */
const struct transport_up *house_transport(void);            /* ctx is the house */

/* Create a session from the body of POST /api/sessions (protocol/README.md section 7). done is called once, later: fault and a MessagePack answer
 * [sid, code] (empty when refused), only after every entry of it is stable. key: what the caller presented. */
typedef void (*house_created_fn)(enum fault fault, struct slice answer, void *ctx);
void house_create_session(struct house *house, struct slice body, struct slice key, const char *address, house_created_fn done, void *ctx);

struct house_figures { /* for /metrics and /healthz */
	/* members_here: on this instance. Who has pages on two is here on both, so the sum over instances may be more than the people. */
	uint64_t sessions, connections, members_here, entries, refused, replies_later, frames_own, frames_shared, bytes_out, pending_appends;
	enum journal_status journal;
};
void house_figures(const struct house *house, struct house_figures *out);

/* Say goodbye to all (1001), spread over spread_ms so that they come back elsewhere one after the other, facilitators and screens last, so that the hall keeps its
 * picture; nobody new is let in meanwhile. Then save snapshots; then done. No upcall of a port may come after done; the journal is not stopped. */
void house_stop(struct house *house, void (*done)(void *ctx), void *ctx);
void house_destroy(struct house *house); /* at once, without a word: after house_stop, or a crash in the simulator */
#endif
