/* SPDX-License-Identifier: EUPL-1.2 */
#include "wire/section.h"
#include "wire/command.h"

const struct section_info *section_info(uint8_t kind)
{
	static const struct section_info rows[SECTION_KINDS] = {
#define SECTION(name, number, subject, who, interval, shape, items) [number] = { #name, WHO_##who, INTERVAL_##interval, SHAPE_##shape },
#include "tbl/sections.h"
#undef SECTION
	};
	return kind < SECTION_KINDS && rows[kind].name ? &rows[kind] : NULL;
}

static void names_pack(const struct section *sections, size_t count, struct pack *out)
{
	pack_array(out, count);
	for (size_t i = 0; i < count; i++) {
		pack_array(out, 3);
		pack_uint(out, sections[i].kind);
		pack_uint(out, sections[i].a);
		pack_uint(out, sections[i].b);
	}
}

void frame_head_pack(const struct frame_head *head, const struct section *listing, size_t listing_count,
		     const struct section *gone, size_t gone_count, size_t sections, struct pack *out)
{
	pack_array(out, 8);
	pack_uint(out, MESSAGE_FRAME);
	pack_uint(out, head->term);
	pack_uint(out, head->done);
	pack_uint(out, head->stable);
	pack_uint(out, head->log_ms);
	if (listing)
		names_pack(listing, listing_count, out);
	else
		pack_nil(out);
	names_pack(gone, gone_count, out);
	pack_array(out, sections);
}
