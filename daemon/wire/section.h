/* SPDX-License-Identifier: EUPL-1.2 */
/* The envelope of what goes out, protocol/README.md section 5. Pure; does not decide who gets it. */
#ifndef BOLLPLANK_WIRE_SECTION_H
#define BOLLPLANK_WIRE_SECTION_H
#include "wire/pack.h"

enum section_kind {
#define SECTION(name, number, subject, who, interval, shape, items) SECTION_##name = number,
#include "tbl/sections.h"
#undef SECTION
	SECTION_KINDS = 27
};

struct section {
	uint8_t kind;
	uint32_t a, b;
};

static inline bool section_equal(struct section x, struct section y)
{
	return x.kind == y.kind && x.a == y.a && x.b == y.b;
}

struct frame_head {
	uint32_t term;
	uint64_t done, stable, log_ms;
};

/* [1, term, done, stable, log_ms, listing or nil, gone, sections]. Sections are written behind the head by session_view, each
 * [kind, a, b, whole, [key, value, ...]]; so the head says how many follow. listing NULL: nil. */
void frame_head_pack(const struct frame_head *head, const struct section *listing, size_t listing_count,
		     const struct section *gone, size_t gone_count, size_t sections, struct pack *out);

struct section_info {
	const char *name;
	unsigned who, interval, shape;
};
enum section_who { WHO_DOOR, WHO_ALL, WHO_SCOPE, WHO_ROOM, WHO_CREW, WHO_NOTES, WHO_MATES, WHO_STAFF, WHO_FACILITATOR, WHO_OWN, WHO_RESULT, WHO_BAND };
enum section_interval { INTERVAL_VERDICT, INTERVAL_STATE, INTERVAL_RESULT };
enum section_shape { SHAPE_SHARED, SHAPE_OWN };
const struct section_info *section_info(uint8_t kind); /* NULL: no such kind */
#endif
