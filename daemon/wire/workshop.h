/* SPDX-License-Identifier: EUPL-1.2 */
/* A workshop of the catalog: the YAML file that a person writes (catalog/README.md) -> the bytes of protocol/README.md clause 7.3, which go into a new
 * session (7.2) as they are. Pure. Tells everything that is wrong with the file at once, with its place. */
#ifndef BOLLPLANK_WIRE_WORKSHOP_H
#define BOLLPLANK_WIRE_WORKSHOP_H
#include "base/limits.h"
#include "wire/complaint.h"
#include "wire/pack.h"

enum { WORKSHOP_FORMAT = 1 }; /* what `bollplank:` says in a file that is written as here */

struct workshop {
	bool good;               /* no errors; only then the rest is whole */
	char id[LIMIT_REF + 1];
	uint32_t version, minutes, room_size, steps, activities;
	struct pack row;         /* of GET /api/catalog: [id, version, minutes, text, steps, room_size] */
	struct pack body;        /* of GET /api/catalog/<id>: [origin, k, grace_ms, title, guide, steps, rooms] */
	struct complaints complaints; /* sorted by place */
};

/* stem: the file's name without .yaml, which its id must be; empty: whatever id it has. Afterwards workshop_finish, good or not. */
void workshop_read(struct slice yaml, struct slice stem, struct workshop *out);
void workshop_finish(struct workshop *workshop);

/* The kinds of activity that a file may ask for; NULL after the last. A test compares them with the core's register, which this floor cannot see. */
const char *workshop_kind(size_t i);
#endif
