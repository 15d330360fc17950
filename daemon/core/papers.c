/* SPDX-License-Identifier: EUPL-1.2 */
/* Ballots on paper: announced, then entered by hand, and marked as such for ever. */
#include "base/check.h"
#include "core/state.h"

enum { SHEET = 16, LENGTH = 2 };

uint32_t paper_count(const struct paper *papers, uint32_t count, uint32_t room)
{
	for (uint32_t i = 0; i < count; i++)
		if (papers[i].room == room)
			return papers[i].count;
	return 0;
}

uint32_t papers_total(const struct asking *asking)
{
	uint32_t total = 0;
	for (uint32_t i = 0; i < asking->papers_count; i++)
		total += asking->papers[i].count;
	return total;
}

uint32_t papers_missing(const struct asking *asking, uint32_t room)
{
	uint32_t entered = paper_count(asking->entered, asking->entered_count, room), announced = paper_count(asking->papers, asking->papers_count, room);
	return announced > entered ? announced - entered : 0;
}

static void paper_set(struct paper **papers, uint32_t *count, uint32_t room, uint32_t value)
{
	uint32_t at = 0;
	while (at < *count && (*papers)[at].room != room)
		at++;
	if (at == *count) {
		*papers = check_realloc(*papers, at + 1, sizeof **papers);
		++*count;
	}
	(*papers)[at] = (struct paper){ room, value };
}

/* --- announcing --- */

static enum fault papers_read(const struct entry *entry, uint64_t *count)
{
	struct unpack *in = form_read(entry);
	unpack_arrays(in, 1);
	*count = unpack_uint(in, LIMIT_PAPERS);
	return form_done(in);
}

enum fault check_papers(const struct session *s, const struct entry *entry)
{
	const struct activity *a = activity_of(s, entry->subject.a);
	uint64_t count;
	enum fault fault = papers_read(entry, &count);
	if (fault != FAULT_none)
		return fault;
	if (a == NULL)
		return FAULT_no_activity;
	if (!room_of(s, entry->subject.b))
		return FAULT_no_room;
	const struct asking *asking = &a->askings[a->round - 1];
	if (asking->sealed || asking->parts_done || asking->revealed)
		return FAULT_wrong_phase;
	if (!a->secret && count < paper_count(asking->entered, asking->entered_count, entry->subject.b))
		return FAULT_fixed;
	uint32_t others = papers_total(asking) - paper_count(asking->papers, asking->papers_count, entry->subject.b);
	return others + count <= LIMIT_PAPERS ? FAULT_none : FAULT_full;
}

void apply_papers(struct session *s, const struct entry *entry)
{
	struct activity *a = activity_of(s, entry->subject.a);
	uint64_t count;
	papers_read(entry, &count);
	struct asking *asking = asking_of(s, entry->subject.a, 0);
	paper_set(&asking->papers, &asking->papers_count, entry->subject.b, (uint32_t)count);
	touch_made(s, SECTION_papers, entry->subject.a, 0, entry->subject.b, entry->seq);
	touch(s, SECTION_result, entry->subject.a, 0, a->round, entry->seq);
	touch(s, SECTION_result, entry->subject.a, entry->subject.b, a->round, entry->seq);
}

/* --- entering one --- */

struct sheet {
	uint32_t round, heads;
	const uint8_t *sheet;
	struct slice ballot;
};

/* padded: as it stands in the log. */
static enum fault sheet_read(struct slice form, bool padded, struct sheet *out)
{
	static const struct unpack_limits limits = { .depth = 1, .values = 8, .bytes = LIMIT_FORM };
	struct unpack *in = unpack_create(form, &limits);
	unpack_arrays(in, 4);
	out->round = (uint32_t)unpack_uint(in, UINT32_MAX);
	struct slice sheet = unpack_bin(in, SHEET, SHEET);
	out->heads = (uint32_t)unpack_uint(in, LIMIT_HEADS);
	out->ballot = unpack_bin(in, padded ? LENGTH : 0, LENGTH + LIMIT_BALLOT);
	enum fault fault = form_done(in);
	if (fault != FAULT_none || out->heads == 0)
		return FAULT_malformed;
	out->sheet = sheet.at;
	if (!padded)
		return FAULT_none;
	size_t len = (size_t)out->ballot.at[0] << 8 | out->ballot.at[1];
	if (len > out->ballot.len - LENGTH)
		return FAULT_malformed;
	out->ballot = slice_of(out->ballot.at + LENGTH, len);
	return FAULT_none;
}

bool session_proxy_form(const struct session *s, uint32_t activity, struct slice form, struct slice words, struct pack *out)
{
	struct sheet sheet;
	if (!activity_of(s, activity) || sheet_read(form, false, &sheet) != FAULT_none)
		return false;
	struct pack padded;
	pack_init(&padded);
	bool fine = ballot_pad(s, activity, session_in_words(s, activity) ? words : sheet.ballot, &padded);
	if (fine) {
		pack_array(out, 4);
		pack_uint(out, sheet.round);
		pack_bin(out, slice_of(sheet.sheet, SHEET));
		pack_uint(out, sheet.heads);
		pack_raw(out, pack_bytes(&padded));
	}
	pack_finish(&padded);
	return fine;
}

/* Who a sheet stands for among the holders of an open activity: beyond every member and room. */
static uint64_t sheet_holder(const uint8_t *sheet)
{
	uint64_t holder = 0;
	for (int i = 0; i < 8; i++)
		holder = holder << 8 | sheet[i];
	return holder | UINT64_C(1) << 63;
}

bool on_paper(const struct activity *a, const struct asking *asking, const struct ballot *ballot)
{
	return a->holder == HOLDER_ROOM ? paper_count(asking->entered, asking->entered_count, ballot->room) > 0 : ballot->holder >> 63 != 0;
}

static uint64_t holder_in(const struct activity *a, const struct asking *asking, const struct sheet *sheet, uint32_t room)
{
	if (a->secret) {
		const struct voter_key *key = key_find(asking, sheet->sheet);
		return key ? (uint64_t)(key - asking->keys) + 1 : 0;
	}
	return a->holder == HOLDER_ROOM ? room : sheet_holder(sheet->sheet);
}

static bool entered_before(const struct activity *a, const struct asking *asking, const struct sheet *sheet, uint32_t room, const struct ballot **ballot)
{
	uint64_t holder = holder_in(a, asking, sheet, room);
	*ballot = holder ? ballot_find(asking, holder) : NULL;
	return *ballot && (a->holder != HOLDER_ROOM || paper_count(asking->entered, asking->entered_count, room));
}

static enum fault check_count(const struct asking *asking, uint32_t room)
{
	return papers_missing(asking, room) ? FAULT_none : FAULT_no_paper;
}

enum fault check_proxy(const struct session *s, const struct entry *entry)
{
	const struct activity *a = activity_of(s, entry->subject.a);
	uint32_t room = entry->subject.b;
	struct sheet sheet;
	const struct ballot *ballot;
	enum fault fault = sheet_read(entry->form, true, &sheet);
	if (fault != FAULT_none)
		return fault;
	if (!room_of(s, room))
		return FAULT_no_room;
	const struct asking *asking = &a->askings[a->round - 1];
	if (sheet.round != a->round || asking->sealed || asking->parts_done)
		return FAULT_stale;
	if (a->secret && sheet.heads != 1)
		return FAULT_malformed;
	if (!a->secret || BOLLPLANK_BUG == 51) { /* 51: a verdict hangs on what will be struck */
		bool before = entered_before(a, asking, &sheet, room, &ballot);
		fault = ballot && (!before || ballot->room != room) ? FAULT_taken /* a sheet is of one room; and what a room has cast itself stays */
			: before ? FAULT_none : check_count(asking, room);
	}
	return fault == FAULT_none ? ballot_check(a, sheet.ballot) : fault;
}

enum fault session_paper_may(const struct session *s, const struct entry *entry)
{
	const struct activity *a = activity_of(s, entry->subject.a);
	struct sheet sheet;
	const struct ballot *ballot;
	uint64_t count;
	if (a == NULL || !a->secret)
		return FAULT_none; /* the step says it all */
	const struct asking *asking = &a->askings[a->round - 1];
	if (entry->command == COMMAND_papers)
		return papers_read(entry, &count) == FAULT_none && count < paper_count(asking->entered, asking->entered_count, entry->subject.b) ? FAULT_fixed : FAULT_none;
	if (sheet_read(entry->form, true, &sheet) != FAULT_none)
		return FAULT_none;
	if (entered_before(a, asking, &sheet, entry->subject.b, &ballot))
		return ballot->room == entry->subject.b ? FAULT_none : FAULT_taken;
	return check_count(asking, entry->subject.b);
}

void apply_proxy(struct session *s, const struct entry *entry)
{
	struct activity *a = activity_of(s, entry->subject.a);
	struct asking *asking = asking_of(s, entry->subject.a, 0);
	uint32_t room = entry->subject.b;
	struct sheet sheet;
	const struct ballot *ballot;
	CHECK(sheet_read(entry->form, true, &sheet) == FAULT_none);
	bool before = entered_before(a, asking, &sheet, room, &ballot);
	if (a->secret && !key_find(asking, sheet.sheet))
		key_make(asking, sheet.sheet);
	if (a->holder == HOLDER_ROOM && (!ballot || !slice_equal(blob_slice(&ballot->bytes), sheet.ballot)))
		accords_drop(s, room, entry->subject.a, entry->seq);
	ballot_cast(s, entry->subject.a, holder_in(a, asking, &sheet, room), room, sheet.heads, sheet.ballot, entry->seq);
	if (!before)
		paper_set(&asking->entered, &asking->entered_count, room, paper_count(asking->entered, asking->entered_count, room) + 1);
	if (a->secret)
		return;
	touch_made(s, SECTION_papers, entry->subject.a, 0, room, entry->seq);
	if (a->holder == HOLDER_ROOM)
		touch(s, SECTION_room_ballots, room, 0, entry->subject.a, entry->seq);
	touch(s, SECTION_result, entry->subject.a, 0, a->round, entry->seq);
	touch(s, SECTION_result, entry->subject.a, room, a->round, entry->seq);
}
