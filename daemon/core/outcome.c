/* SPDX-License-Identifier: EUPL-1.2 */
/* The agenda follows a result: the order that a shown result gives, the facilitator's word among equals or over it, and the steps that are placed by it. */
#include "base/check.h"
#include "core/state.h"

void outcome_finish(struct outcome *outcome)
{
	free(outcome->rows);
	blob_finish(&outcome->reason);
}

struct told { /* what an entry says */
	uint32_t round, by, count;
	bool override;
	struct standing *rows;
};

static enum fault told_read(const struct entry *entry, struct told *out)
{
	struct unpack *in = form_read(entry);
	unpack_arrays(in, 4);
	out->round = (uint32_t)unpack_uint(in, UINT32_MAX);
	out->by = (uint32_t)unpack_uint(in, 1);
	out->override = unpack_uint(in, 1);
	size_t values = unpack_array(in);
	out->count = 0;
	out->rows = NULL;
	if (values == 0 || values % 3 || values / 3 > LIMIT_ITEMS) {
		unpack_destroy(in);
		return FAULT_malformed;
	}
	out->rows = check_alloc(values / 3, sizeof *out->rows);
	for (; out->count < values / 3; out->count++) {
		struct standing *row = &out->rows[out->count];
		row->id = (uint32_t)unpack_uint(in, UINT16_MAX);
		row->total = unpack_uint(in, UINT64_MAX);
		row->voters = unpack_uint(in, UINT64_MAX);
	}
	return form_done(in);
}

/* Every one of `own` once, with its numbers, and none before one that has more. */
static bool is_outcome(const struct told *told, const struct standing *own, uint32_t count)
{
#if BOLLPLANK_BUG == 49 /* an override may say any numbers */
	if (told->override)
		return true;
#endif
	if (told->count != count)
		return false;
	for (uint32_t i = 0; i < count; i++) {
		const struct standing *row = &told->rows[i];
		uint32_t at = 0;
		while (at < count && own[at].id != row->id)
			at++;
		if (at == count || own[at].total != row->total || own[at].voters != row->voters)
			return false;
		for (uint32_t j = 0; j < i; j++)
			if (told->rows[j].id == row->id)
				return false;
		const struct standing *before = i ? &told->rows[i - 1] : NULL;
#if BOLLPLANK_BUG == 10 /* any order is taken */
		before = NULL;
#endif
		if (before && !told->override && (before->total < row->total || (before->total == row->total && before->voters < row->voters)))
			return false;
	}
	return true;
}

enum fault check_outcome(const struct session *s, const struct entry *entry)
{
	const struct activity *activity = activity_of(s, entry->subject.a);
	struct standing *own;
	struct told told;
	enum fault fault = told_read(entry, &told);
	if (fault == FAULT_none && entry->subject.b != SCOPE_SESSION)
		fault = FAULT_no_room; /* it is everybody's */
	else if (fault == FAULT_none && activity->kind->points == NULL)
		fault = FAULT_bad_config;
	else if (fault == FAULT_none && told.round != activity->round)
		fault = FAULT_stale;
	if (fault == FAULT_none) {
		uint32_t count = standings_of(s, entry->subject.a, told.round, told.by, &own);
		if (!is_outcome(&told, own, count))
			fault = FAULT_not_the_outcome;
		free(own);
	}
	free(told.rows);
	return fault;
}

/* Steps with this source take, in the order of the rows, the positions that they have together; those of one id keep theirs among themselves. */
static void steps_place(struct session *s, uint32_t source, const struct told *told, uint64_t seq)
{
	struct row {
		uint32_t step, position, rank;
	} rows[LIMIT_STEPS];
	uint32_t positions[LIMIT_STEPS], count = 0;
	for (uint32_t i = 0; i < s->steps_count; i++) {
		const struct step *step = &s->steps[i];
		if (step->source != source)
			continue;
		uint32_t rank = 0;
		while (rank < told->count && told->rows[rank].id != step->group)
			rank++;
		struct row row = { i, step->position, rank };
		uint32_t at = count++, p = at;
#if BOLLPLANK_BUG == 50 /* steps of one group do not keep their order */
		for (; at && rows[at - 1].rank >= rank; at--)
			rows[at] = rows[at - 1];
#endif
		for (; at && (rows[at - 1].rank > rank || (rows[at - 1].rank == rank && rows[at - 1].position > row.position)); at--)
			rows[at] = rows[at - 1];
		rows[at] = row;
		for (; p && positions[p - 1] > row.position; p--)
			positions[p] = positions[p - 1];
		positions[p] = row.position;
	}
	for (uint32_t i = 0; i < count; i++) {
		struct step *step = &s->steps[rows[i].step];
		if (step->position == positions[i])
			continue;
		step->position = positions[i];
		touch(s, SECTION_agenda, 0, 0, rows[i].step + 1, seq);
	}
}

void apply_outcome(struct session *s, const struct entry *entry)
{
	struct outcome *outcome = &activity_of(s, entry->subject.a)->outcome;
	struct told told;
	CHECK(told_read(entry, &told) == FAULT_none);
	free(outcome->rows);
	outcome->round = told.round;
	outcome->by = told.by;
	outcome->override = told.override;
	outcome->at_ms = entry->at_ms;
	outcome->rows = told.rows;
	outcome->count = told.count;
	blob_set(&outcome->reason, entry->text);
	touch_made(s, SECTION_outcome, entry->subject.a, 0, 0, entry->seq);
	steps_place(s, entry->subject.a, &told, entry->seq);
}
