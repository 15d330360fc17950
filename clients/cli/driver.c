/* SPDX-License-Identifier: EUPL-1.2 */
/* The facilitator of a rehearsal: waits for the people, makes rooms, and goes through the agenda, a step at a
 * time: opens its questions, waits for the answers and for the gates, closes, shows, lets the agenda follow
 * the result. */
#include "commands.h"
#include "rehearsal.h"

enum { LEAD_MS = 10000, BACK_MS = 10000, GATE_TIMES = 3, GATE_MORE_MS = 10000 };

static void send(struct rehearsal *r, enum command command, uint32_t a, uint32_t b, const uint64_t *numbers,
		 size_t count)
{
	page_wish_numbers(rehearsal_lead(r), command, a, b, numbers, count, net_now_us());
	r->asked = true;
}

static unsigned phase_of(struct rehearsal *r, size_t question)
{
	uint32_t round;
	return page_phase(rehearsal_lead(r), r->crowd.questions[question], 0, &round);
}

static bool all_in(struct rehearsal *r, unsigned phases)
{
	for (size_t i = 0; i < r->now_count; i++)
		if ((phase_of(r, r->now[i]) & phases) == 0)
			return false;
	return true;
}

static bool is_secret(struct rehearsal *r, size_t question)
{
	struct question q;
	return page_question(rehearsal_lead(r), r->crowd.questions[question], &q) && q.secret;
}

static bool any_secret(struct rehearsal *r)
{
	for (size_t i = 0; i < r->now_count; i++)
		if (is_secret(r, r->now[i]))
			return true;
	return false;
}

static bool are_sealed(struct rehearsal *r)
{
	for (size_t i = 0; i < r->now_count; i++)
		if (is_secret(r, r->now[i]) && phase_of(r, r->now[i]) != PHASE_SEALED)
			return false;
	return true;
}

/* --- people come --- */

/* false: the session has not shown itself yet, or will not do. */
static bool may_lead(struct rehearsal *r)
{
	struct page *page = rehearsal_lead(r);
	struct cursor session = picture_item(&page->picture, (struct section){ .kind = SECTION_session }, 1);
	if (!page->welcome || session.left == 0 || picture_find(&page->picture, SECTION_agenda, 0, 0) == NULL)
		return false;
	cursor_raw(&session);
	if ((page->roles & ROLE_FACILITATOR) == 0) {
		rehearsal_give_up(r, "this is not a facilitator's link; with another nobody can be sure that "
				     "it is a rehearsal you lead");
		return false;
	}
	if (!cursor_bool(&session) && !r->really) {
		rehearsal_give_up(r, "this session is not a rehearsal, and simulated people would stand in "
				     "its result for good. Make one with: bollplank create --demo");
		return false;
	}
	return true;
}

static void stage_lead(struct rehearsal *r)
{
	if (r->crowd.lead.dead) {
		for (unsigned i = 0; i < FAULTS; i++)
			if (r->crowd.byes[i] > 0)
				rehearsal_give_up(r, "the link is refused: %s",
						  fault_sentence((enum fault)i));
		if (r->failed[0] == '\0')
			rehearsal_give_up(r, "the daemon does not take the link");
		return;
	}
	if (!may_lead(r)) {
		if (r->stage == STAGE_LEAD && rehearsal_age_ms(r) > LEAD_MS)
			rehearsal_give_up(r, "the session did not show itself within %d s", LEAD_MS / 1000);
		return;
	}
	follow_read(r);
	if (r->crowd.question_count == 0) {
		rehearsal_give_up(r, "the session has no questions yet");
		return;
	}
	for (size_t q = 0; q < r->crowd.question_count; q++) {
		unsigned phase = phase_of(r, q);
		r->foreign[q] = !r->drive ? phase != 0 && phase != PHASE_READY
					  : (phase & (PHASE_OPEN | PHASE_CLOSING)) != 0;
	}
	r->crowd.place = rehearsal_lead(r)->code;
	crowd_start(&r->crowd);
	rehearsal_enter(r, STAGE_ARRIVE);
}

static void stage_arrive(struct rehearsal *r)
{
	uint64_t due =
		r->arrive == 0 ? r->crowd.count : rehearsal_age_ms(r) * r->crowd.count / (r->arrive * 1000);
	uint32_t late = 0;
	for (uint32_t i = 0; i < r->crowd.count; i++) {
		if (r->crowd.people[i].temper == TEMPER_LATE && r->crowd.count > 1)
			late++;
		else if (i <= due)
			crowd_come(&r->crowd.people[i]);
	}
	if (r->crowd.joined + late >= r->crowd.count)
		rehearsal_enter(r, r->rooms > 0 ? STAGE_ROOMS : r->drive ? STAGE_NEXT : STAGE_STAY);
	else if (rehearsal_age_ms(r) > (r->arrive + r->patience) * 1000)
		rehearsal_give_up(r, "only %u of %u people got in", r->crowd.joined, r->crowd.count - late);
}

static void stage_rooms(struct rehearsal *r)
{
	if (!r->asked)
		send(r, COMMAND_rooms, 0, 0, (uint64_t[]){ 1, r->rooms }, 2);
	if (rehearsal_lead(r)->outbox == NULL)
		rehearsal_enter(r, r->drive ? STAGE_NEXT : STAGE_STAY);
	else if (rehearsal_age_ms(r) > r->patience * 1000)
		rehearsal_give_up(r, "the rooms were not made within %lu s", r->patience);
}

/* The latecomers come one by one. */
static void let_late_in(struct rehearsal *r, uint64_t within_ms)
{
	uint64_t due = within_ms == 0 ? r->crowd.count : rehearsal_age_ms(r) * r->crowd.count / within_ms;
	for (uint32_t i = 0; i < r->crowd.count && i < due; i++)
		crowd_come(&r->crowd.people[i]);
}

/* --- while people answer --- */

static void note_looks(struct rehearsal *r)
{
	for (size_t i = 0; i < r->now_count; i++) {
		size_t q = r->now[i];
		if (r->looked[q] || (phase_of(r, q) & (PHASE_OPEN | PHASE_CLOSING)) == 0 || is_secret(r, q))
			continue;
		r->looked[q] = true;
		send(r, COMMAND_look, r->crowd.questions[q], 0, NULL, 0);
	}
}

static bool is_gated(struct rehearsal *r, size_t question)
{
	struct question q;
	if (!page_question(rehearsal_lead(r), r->crowd.questions[question], &q) ||
	    strcmp(q.kind, "rating") != 0)
		return false;
	struct cursor config = cursor_of(q.config);
	config = cursor_array(&config);
	return cursor_bool(&config);
}

/* In how many rooms the discussion of this step's questions is open, of how many. */
static bool gates_open(struct rehearsal *r, unsigned *open, unsigned *of)
{
	uint32_t round;
	*open = *of = 0;
	for (size_t i = 0; i < r->now_count; i++) {
		if (!is_gated(r, r->now[i]))
			continue;
		for (uint32_t room = 1; room <= r->rooms; room++) {
			++*of;
			*open += (page_phase(rehearsal_lead(r), r->crowd.questions[r->now[i]], room, &round) &
				  (PHASE_OPEN | PHASE_CLOSING)) == 0;
		}
	}
	return *open == *of;
}

static void stage_gate(struct rehearsal *r)
{
	unsigned open, of;
	r->crowd.hurry = true;
	meddle(r);
	let_late_in(r, 0);
	bool all = gates_open(r, &open, &of);
	if (!all && rehearsal_age_ms(r) < GATE_TIMES * r->seconds * 1000 + GATE_MORE_MS)
		return;
	r->crowd.hurry = false;
	r->gates += of;
	r->gates_opened += open;
	/* A secret ballot's verdict is forgotten with the voter's key at the seal, so those are awaited
	 * before the close; open ones race it. */
	rehearsal_enter(r, any_secret(r) ? STAGE_SETTLE_FIRST : STAGE_CLOSE);
}

/* --- the agenda follows --- */

static void stage_follow(struct rehearsal *r)
{
	bool waits = rehearsal_lead(r)->outbox != NULL;
	for (size_t i = 0; i < r->now_count; i++) {
		uint32_t activity = r->crowd.questions[r->now[i]], round;
		if (!follow_is_source(r, activity))
			continue;
		if (!r->asked)
			follow_send(r, activity);
		page_phase(rehearsal_lead(r), activity, 0, &round);
		struct cursor told =
			picture_item(&rehearsal_lead(r)->picture,
				     (struct section){ .kind = SECTION_outcome, .a = activity }, 0);
		waits |= cursor_uint(&told) != round;
	}
	if (!r->asked) {
		r->asked = true;
		return;
	}
	if (waits && rehearsal_age_ms(r) > r->patience * 1000)
		rehearsal_give_up(r, "the order of the result was not taken");
	if (waits)
		return;
	follow_read(r);
	for (size_t i = 0; i < r->now_count; i++) {
		uint32_t activity = r->crowd.questions[r->now[i]];
		if (!follow_is_source(r, activity))
			continue;
		r->followed++;
		if (follow_holds(r, activity))
			continue;
		printf("question %u: DIFFERENT: the steps do not stand in the order of its result\n",
		       activity);
		r->wrong++;
	}
	r->steps[r->step].done = true;
	rehearsal_enter(r, STAGE_NEXT);
}

/* --- a step --- */

static void stage_go(struct rehearsal *r)
{
	if (!r->asked) {
		send(r, COMMAND_back, 0, 0, (uint64_t[]){ 0 }, 1);
		send(r, COMMAND_go, r->steps[r->step].step, 0, NULL, 0);
	}
	if (rehearsal_lead(r)->outbox == NULL)
		rehearsal_enter(r, STAGE_ASK);
}

/* What was asked before is asked again: a new round. */
static void stage_ask(struct rehearsal *r)
{
	bool asked = r->asked;
	for (size_t i = 0; !asked && i < r->now_count; i++) {
		if ((phase_of(r, r->now[i]) & (PHASE_CLOSED | PHASE_SEALED | PHASE_REVEALED)) == 0)
			continue;
		send(r, COMMAND_ask, r->crowd.questions[r->now[i]], 0, NULL, 0);
		crowd_new_round(&r->crowd, r->now[i]);
	}
	r->asked = true;
	for (size_t i = 0; i < r->now_count; i++)
		if (phase_of(r, r->now[i]) & (PHASE_CLOSED | PHASE_SEALED | PHASE_REVEALED))
			return;
	rehearsal_enter(r, STAGE_OPEN);
}

static void stage_open(struct rehearsal *r)
{
	bool asked = r->asked;
	for (size_t i = 0; !asked && i < r->now_count; i++)
		send(r, COMMAND_open, r->crowd.questions[r->now[i]], 0, (uint64_t[]){ 0 }, 1);
	r->asked = true;
	if (!all_in(r, PHASE_OPEN | PHASE_CLOSING))
		return;
	if (r->now_count > 0)
		send(r, COMMAND_show, 0, 0, (uint64_t[]){ VIEW_TASK, r->crowd.questions[r->now[0]], 0, 0 },
		     4);
	rehearsal_enter(r, STAGE_VOTE);
}

static void stage_vote(struct rehearsal *r)
{
	note_looks(r);
	meddle(r);
	let_late_in(r, r->seconds * 500);
	if (r->now_count == 0 || rehearsal_age_ms(r) >= r->seconds * 1000)
		rehearsal_enter(r, STAGE_GATE);
}

static void stage_close(struct rehearsal *r)
{
	bool asked = r->asked;
	for (size_t i = 0; !asked && i < r->now_count; i++)
		send(r, COMMAND_close, r->crowd.questions[r->now[i]], 0, (uint64_t[]){ 1 }, 1);
	if (!asked)
		send(r, COMMAND_back, 0, 0, (uint64_t[]){ BACK_MS }, 1);
	if (all_in(r, PHASE_CLOSED | PHASE_SEALED))
		rehearsal_enter(r, STAGE_SETTLE);
}

static void stage_show(struct rehearsal *r)
{
	bool asked = r->asked;
	for (size_t i = 0; !asked && i < r->now_count; i++) {
		send(r, COMMAND_reveal, r->crowd.questions[r->now[i]], 0, NULL, 0);
		if (i > 0 || r->hidden++ > 0)
			continue;
		send(r, COMMAND_hide, r->crowd.questions[r->now[i]], 0, NULL, 0); /* once: shown too soon, and shown again */
		send(r, COMMAND_reveal, r->crowd.questions[r->now[i]], 0, NULL, 0);
	}
	r->asked = true;
	if (!all_in(r, PHASE_REVEALED) || rehearsal_lead(r)->outbox != NULL)
		return;
	if (r->now_count > 0)
		send(r, COMMAND_show, 0, 0,
		     (uint64_t[]){ r->rooms > 0 ? VIEW_ROOMS : VIEW_RESULT, r->crowd.questions[r->now[0]], 0,
				   0 },
		     4);
	rehearsal_enter(r, STAGE_CHECK);
}

static void stage_check(struct rehearsal *r)
{
	bool all = true;
	for (size_t i = 0; i < r->now_count; i++)
		all &= ledger_question(r, r->now[i], rehearsal_age_ms(r) > CHECK_MS);
	if (all)
		rehearsal_enter(r, STAGE_FOLLOW);
}

static void stage_step(struct rehearsal *r)
{
	switch (r->stage) {
	case STAGE_GO:
		stage_go(r);
		break;
	case STAGE_ASK:
		stage_ask(r);
		break;
	case STAGE_OPEN:
		stage_open(r);
		break;
	case STAGE_VOTE:
		stage_vote(r);
		return;
	case STAGE_GATE:
		stage_gate(r);
		return;
	case STAGE_SETTLE_FIRST:
		r->crowd.calm = true;
		if (crowd_busy(&r->crowd) == 0)
			rehearsal_enter(r, STAGE_CLOSE);
		break;
	case STAGE_CLOSE:
		stage_close(r);
		break;
	case STAGE_SETTLE:
		r->crowd.calm = true;
		if (crowd_busy(&r->crowd) == 0 && are_sealed(r))
			rehearsal_enter(r, STAGE_SHOW);
		break;
	case STAGE_SHOW:
		stage_show(r);
		break;
	case STAGE_CHECK:
		stage_check(r);
		return;
	default:
		stage_follow(r);
		return;
	}
	if (rehearsal_age_ms(r) > r->patience * 1000)
		rehearsal_give_up(r, "stuck for %lu s at step %u, %s (%u pages busy)", r->patience,
				  r->steps[r->step].step, stage_words(r->stage), crowd_busy(&r->crowd));
}

static void stage_stay(struct rehearsal *r)
{
	let_late_in(r, r->seconds * 500);
	if (rehearsal_age_ms(r) < r->seconds * 1000)
		return;
	r->crowd.calm = true;
	if (crowd_busy(&r->crowd) > 0) {
		if (rehearsal_age_ms(r) > (r->seconds + r->patience) * 1000)
			rehearsal_give_up(r, "%u pages did not come to rest within %lu s",
					  crowd_busy(&r->crowd), r->patience);
		return;
	}
	bool all = true;
	for (size_t i = 0; i < r->crowd.question_count; i++)
		all = ledger_question(r, i, rehearsal_age_ms(r) > r->seconds * 1000 + CHECK_MS) && all;
	if (all)
		rehearsal_enter(r, STAGE_RELOAD);
}

/* --- the end --- */

static void stage_over(struct rehearsal *r)
{
	struct cursor over =
		picture_value(&rehearsal_lead(r)->picture, (struct section){ .kind = SECTION_session }, 3);
	if (!r->end || cursor_bool(&over)) {
		rehearsal_enter(r, STAGE_RELOAD);
		return;
	}
	if (!r->asked)
		send(r, COMMAND_end, 0, 0, NULL, 0);
	if (rehearsal_age_ms(r) > r->patience * 1000)
		rehearsal_give_up(r, "the session did not end within %lu s", r->patience);
}

static void stage_reload(struct rehearsal *r)
{
	if (r->crowd.count > OWN_RELOAD_MOST)
		printf("own ballots: not read anew (more than %d people)\n", OWN_RELOAD_MOST);
	else
		crowd_reload_all(&r->crowd);
	rehearsal_enter(r, STAGE_OWN);
}

static void stage_own(struct rehearsal *r)
{
	if (crowd_busy(&r->crowd) > 0) {
		if (rehearsal_age_ms(r) > r->patience * 1000)
			rehearsal_give_up(r, "%u pages did not come back from a reload",
					  crowd_busy(&r->crowd));
		return;
	}
	if (!ledger_notes(r, rehearsal_age_ms(r) > CHECK_MS))
		return;
	if (r->crowd.count <= OWN_RELOAD_MOST)
		ledger_own(r);
	rehearsal_enter(r, STAGE_END);
}

void driver_turn(struct rehearsal *r)
{
	switch (r->stage) {
	case STAGE_LEAD:
		stage_lead(r);
		break;
	case STAGE_ARRIVE:
		stage_arrive(r);
		break;
	case STAGE_ROOMS:
		stage_rooms(r);
		break;
	case STAGE_STAY:
		stage_stay(r);
		break;
	case STAGE_NEXT:
		r->crowd.calm = !follow_next(r);
		rehearsal_enter(r, r->crowd.calm ? STAGE_OVER : STAGE_GO);
		break;
	case STAGE_OVER:
		stage_over(r);
		break;
	case STAGE_RELOAD:
		stage_reload(r);
		break;
	case STAGE_OWN:
		stage_own(r);
		break;
	case STAGE_END:
		break;
	default:
		stage_step(r);
		break;
	}
}
