/* SPDX-License-Identifier: EUPL-1.2 */
/* The agenda as the driver of a rehearsal reads it, and the order that a result gives to its steps. */
#include "rehearsal.h"
#include "wire/pack.h"
#include <stdlib.h>

static struct agenda_step *find_step(struct rehearsal *r, uint32_t number)
{
	for (size_t i = 0; i < r->steps_count; i++)
		if (r->steps[i].step == number)
			return &r->steps[i];
	return NULL;
}

void follow_read(struct rehearsal *r)
{
	const struct picture_section *agenda =
		picture_find(&rehearsal_lead(r)->picture, SECTION_agenda, 0, 0);
	bool first = r->steps_count == 0;
	for (size_t i = 0; agenda != NULL && i < agenda->count; i++) {
		struct cursor c = item_cursor(&agenda->items[i]);
		struct agenda_step *step = find_step(r, (uint32_t)agenda->items[i].key);
		if (step == NULL && r->steps_count == LIMIT_STEPS)
			return;
		if (step == NULL)
			*(step = &r->steps[r->steps_count++]) =
				(struct agenda_step){ .step = (uint32_t)agenda->items[i].key };
		step->position = cursor_uint(&c);
		cursor_raw(&c);
		cursor_raw(&c);
		struct cursor activities = cursor_array(&c);
		cursor_raw(&c);
		step->source = (uint32_t)cursor_uint(&c);
		step->group = (uint32_t)cursor_uint(&c);
		while (first && activities.left > 0 && r->crowd.question_count < QUESTIONS)
			r->crowd.questions[r->crowd.question_count++] = (uint32_t)cursor_uint(&activities);
	}
}

bool follow_next(struct rehearsal *r)
{
	bool found = false;
	for (size_t i = 0; i < r->steps_count; i++) {
		const struct agenda_step *step = &r->steps[i], *best = &r->steps[r->step];
		if (!step->done && (!found || step->position < best->position)) {
			r->step = i;
			found = true;
		}
	}
	r->now_count = 0;
	for (size_t q = 0; found && q < r->crowd.question_count; q++) {
		struct question question;
		if (!page_question(rehearsal_lead(r), r->crowd.questions[q], &question) ||
		    question.step != r->steps[r->step].step)
			continue;
		if (r->foreign[q])
			ledger_question(r, q, true);
		else
			r->now[r->now_count++] = q;
	}
	return found;
}

/* --- an order from a result (clause 4.18) --- */

struct standing {
	uint64_t id, total, voters;
};

bool follow_is_source(const struct rehearsal *r, uint32_t activity)
{
	for (size_t i = 0; i < r->steps_count; i++)
		if (r->steps[i].source == activity)
			return true;
	return false;
}

/* Shown items, or their groups where there are any: each once, with 0. */
static size_t read_ids(struct rehearsal *r, uint32_t activity, bool *groups,
		       struct standing rows[LIMIT_ITEMS])
{
	const struct picture_section *s =
		picture_find(&rehearsal_lead(r)->picture, SECTION_activity, activity, 0);
	size_t count = 0;
	*groups = false;
	for (size_t i = 0; s != NULL && i < s->count; i++)
		*groups |= s->items[i].key > KEY_GROUP;
	for (size_t i = 0; s != NULL && i < s->count && count < LIMIT_ITEMS; i++) {
		struct cursor c = item_cursor(&s->items[i]);
		uint64_t group = cursor_uint(&c), id = *groups ? group : s->items[i].key;
		bool known =
			s->items[i].key == 0 || s->items[i].key > LIMIT_ITEMS || cursor_bool(&c) || id == 0;
		for (size_t k = 0; k < count; k++)
			known |= rows[k].id == id;
		if (!known)
			rows[count++] = (struct standing){ .id = id };
	}
	return count;
}

static int best_first(const void *x, const void *y)
{
	const struct standing *a = x, *b = y;
	if (a->total != b->total)
		return a->total > b->total ? -1 : 1;
	if (a->voters != b->voters)
		return a->voters > b->voters ? -1 : 1;
	return (a->id > b->id) - (a->id < b->id); /* the first among equals */
}

void follow_send(struct rehearsal *r, uint32_t activity)
{
	struct standing rows[LIMIT_ITEMS];
	uint32_t round;
	bool groups;
	size_t count = read_ids(r, activity, &groups, rows);
	page_phase(rehearsal_lead(r), activity, 0, &round);
	struct cursor result = picture_item(&rehearsal_lead(r)->picture,
					    (struct section){ .kind = SECTION_result, .a = activity }, round);
	for (int i = 0; i < 3; i++)
		cursor_raw(&result);
	struct slice items = cursor_bin(&result), of_groups = cursor_bin(&result);
	struct cursor sums = cursor_of(groups ? of_groups : items);
	sums = cursor_array(&sums);
	while (sums.left >= 3) {
		struct standing sum = { .id = cursor_uint(&sums) };
		sum.total = cursor_uint(&sums);
		sum.voters = cursor_uint(&sums);
		for (size_t i = 0; i < count; i++)
			if (rows[i].id == sum.id)
				rows[i] = sum;
	}
	if (count > 0)
		qsort(rows, count, sizeof *rows, best_first);
	struct pack form;
	pack_init(&form);
	pack_array(&form, 4);
	pack_uint(&form, round);
	pack_uint(&form, groups);
	pack_uint(&form, 0);
	pack_array(&form, 3 * count);
	for (size_t i = 0; i < count; i++) {
		pack_uint(&form, rows[i].id);
		pack_uint(&form, rows[i].total);
		pack_uint(&form, rows[i].voters);
	}
	page_wish(rehearsal_lead(r), COMMAND_outcome, activity, 0, pack_bytes(&form), slice_of(NULL, 0),
		  net_now_us());
	pack_finish(&form);
}

/* Where a group stands in the order that the session has. */
static size_t rank_of(const struct rehearsal *r, uint32_t activity, uint32_t group)
{
	struct cursor c = picture_item(&r->crowd.lead.page.picture,
				       (struct section){ .kind = SECTION_outcome, .a = activity }, 0);
	for (int i = 0; i < 4; i++)
		cursor_raw(&c);
	struct cursor rows = cursor_array(&c);
	for (size_t rank = 0; rows.left >= 3; rank++) {
		if (cursor_uint(&rows) == group)
			return rank;
		cursor_raw(&rows);
		cursor_raw(&rows);
	}
	return SIZE_MAX;
}

bool follow_holds(const struct rehearsal *r, uint32_t activity)
{
	for (size_t i = 0; i < r->steps_count; i++) {
		for (size_t k = 0; k < r->steps_count; k++) {
			const struct agenda_step *x = &r->steps[i], *y = &r->steps[k];
			if (x->source == activity && y->source == activity && x->position < y->position &&
			    rank_of(r, activity, x->group) > rank_of(r, activity, y->group))
				return false;
		}
	}
	return true;
}
