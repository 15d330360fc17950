/* SPDX-License-Identifier: EUPL-1.2 */
/* A rehearsal with simulated people: comes, votes, loses the network, comes back; and at the end adds up what people
 * were told is saved. */
#include "base/check.h"
#include "base/limits.h"
#include "commands.h"
#include "crowd.h"
#include "wire/pack.h"
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <unistd.h>

static const char help[] =
	"bollplank rehearse 'FACILITATOR LINK' [options]\n"
	"\n"
	"Simulated people come to a rehearsal session and vote on what is open: quick ones and slow ones, some who change\n"
	"their minds, whose phones sleep, who reload the page, lose the network, use two devices, or come late.\n"
	"At the end it adds up what they were told is saved and compares it with the session's own result.\n"
	"Exit status 0 when all of it is there, 1 when not.\n"
	"\n"
	"  --people N     how many (default 75)\n"
	"  --rooms N      draw so many rooms when they have come\n"
	"  --drive        be the facilitator too: open, close and show each question, one after the other\n"
	"  --seconds N    how long a question is open with --drive, or how long to stay without (default 20)\n"
	"  --arrive N     over how many seconds they come (default: one for each 200 people, at least 2)\n"
	"  --seed N       what the dice begin with, for alike runs (default: from the clock)\n"
	"  --patience N   for how many seconds to look for a daemon that is away (default 60)\n"
	"  --ledger FILE  write each acknowledgement: its place in the log, member, question, round, ballot in hex\n"
	"  --quiet        no progress line\n"
	"  --really       also in a session that is not a rehearsal. Their votes then stand in its result for good\n"
	"\n"
	"Make a session for it with: bollplank create --demo\n";

enum stage { /* in this order; SHOW goes back to NEXT as long as there are questions */
	     STAGE_LEAD,
	     STAGE_ARRIVE,
	     STAGE_ROOMS,
	     STAGE_STAY,
	     STAGE_NEXT,
	     STAGE_GO,
	     STAGE_ASK,
	     STAGE_OPEN,
	     STAGE_VOTE,
	     STAGE_SETTLE_FIRST,
	     STAGE_CLOSE,
	     STAGE_SETTLE,
	     STAGE_SHOW,
	     STAGE_CHECK,
	     STAGE_RELOAD,
	     STAGE_OWN,
	     STAGE_END
};

static const char *const stage_words[] = {
	"waiting for the session",
	"people are coming",
	"drawing rooms",
	"people are here",
	"next question",
	"going to the step",
	"asking again",
	"opening",
	"voting",
	"last answers come in",
	"closing",
	"everybody comes back",
	"showing",
	"adding up",
	"everybody reloads",
	"comparing own ballots",
	"done",
};

enum { TURN_MS = 50, CHECK_MS = 5000, OWN_RELOAD_MOST = 1000 };

struct rehearsal {
	struct net *net;
	struct link link;
	struct crowd crowd;
	unsigned long rooms, seconds, arrive, patience, people, seed;
	bool drive, really, quiet, tty;
	const char *ledger;

	enum stage stage;
	uint64_t stage_us, start_us, progress_us;
	bool asked;      /* this stage's command is in the outbox or done */
	size_t question; /* index into crowd.questions */
	bool looked[QUESTIONS], foreign[QUESTIONS], checked[QUESTIONS];
	unsigned wrong, right, unseen;
	char failed[200];
};

static uint64_t age_ms(const struct rehearsal *r)
{
	return (net_now_us() - r->stage_us) / 1000;
}

static void enter(struct rehearsal *r, enum stage stage)
{
	r->stage = stage;
	r->stage_us = net_now_us();
	r->asked = false;
}

__attribute__((format(printf, 2, 3))) static void give_up(struct rehearsal *r, const char *format, ...)
{
	va_list more;
	va_start(more, format);
	vsnprintf(r->failed, sizeof r->failed, format, more);
	va_end(more);
	enter(r, STAGE_END);
}

/* --- the facilitator --- */

static struct page *lead(struct rehearsal *r)
{
	return &r->crowd.lead.page;
}

static void order(struct rehearsal *r, enum command command, uint32_t a, const uint64_t *numbers, size_t count)
{
	struct pack form;
	pack_init(&form);
	pack_array(&form, count);
	for (size_t i = 0; i < count; i++)
		pack_uint(&form, numbers[i]);
	page_wish(lead(r), command, a, 0, pack_bytes(&form), slice_of(NULL, 0), net_now_us());
	pack_finish(&form);
	r->asked = true;
}

static unsigned phase_now(struct rehearsal *r, uint32_t *round)
{
	return page_phase(lead(r), r->crowd.questions[r->question], 0, round);
}

/* The questions in the order of the agenda. */
static void read_agenda(struct rehearsal *r)
{
	const struct picture_section *agenda = picture_find(&lead(r)->picture, SECTION_agenda, 0, 0);
	uint64_t after = 0; /* position + 1 of the last step taken */
	r->crowd.question_count = 0;
	for (size_t n = 0; agenda != NULL && n < agenda->count; n++) {
		const struct picture_item *least = NULL;
		uint64_t least_position = UINT64_MAX;
		for (size_t i = 0; i < agenda->count; i++) {
			struct cursor c = item_cursor(&agenda->items[i]);
			uint64_t position = cursor_uint(&c) * LIMIT_STEPS * 4 + agenda->items[i].key + 1;
			if (position > after && position < least_position) {
				least = &agenda->items[i];
				least_position = position;
			}
		}
		if (least == NULL)
			return;
		after = least_position;
		struct cursor c = item_cursor(least);
		cursor_uint(&c);
		cursor_uint(&c);
		cursor_raw(&c);
		struct cursor activities = cursor_array(&c);
		while (activities.left > 0 && r->crowd.question_count < QUESTIONS)
			r->crowd.questions[r->crowd.question_count++] = (uint32_t)cursor_uint(&activities);
	}
}

static void stage_lead(struct rehearsal *r)
{
	struct page *page = lead(r);
	if (r->crowd.lead.dead) {
		for (unsigned i = 0; i < FAULTS; i++)
			if (r->crowd.byes[i] > 0)
				give_up(r, "the link is refused: %s", fault_sentence((enum fault)i));
		if (r->failed[0] == '\0')
			give_up(r, "the daemon does not take the link");
		return;
	}
	struct cursor session = picture_item(&page->picture, (struct section){ .kind = SECTION_session }, 1);
	if (!page->welcome || session.left == 0 || picture_find(&page->picture, SECTION_agenda, 0, 0) == NULL)
		return;
	cursor_raw(&session);
	bool rehearsal = cursor_bool(&session);
	if ((page->roles & ROLE_FACILITATOR) == 0) {
		give_up(r,
			"this is not a facilitator's link; with another nobody can be sure that it is a rehearsal you lead");
		return;
	}
	if (!rehearsal && !r->really) {
		give_up(r,
			"this session is not a rehearsal, and simulated people would stand in its result for good. Make one with: bollplank create --demo");
		return;
	}
	read_agenda(r);
	if (r->crowd.question_count == 0) {
		give_up(r, "the session has no questions yet");
		return;
	}
	for (r->question = 0; r->question < r->crowd.question_count; r->question++) {
		uint32_t round;
		unsigned phase = phase_now(r, &round);
		r->foreign[r->question] =
			!r->drive ? phase != 0 && phase != PHASE_READY : (phase & (PHASE_OPEN | PHASE_CLOSING)) != 0;
	}
	r->question = 0;
	r->crowd.place = page->code;
	crowd_start(&r->crowd);
	enter(r, STAGE_ARRIVE);
}

static void stage_arrive(struct rehearsal *r)
{
	uint64_t due = r->arrive == 0 ? r->crowd.count : age_ms(r) * r->crowd.count / (r->arrive * 1000);
	uint32_t late = 0;
	for (uint32_t i = 0; i < r->crowd.count; i++) {
		if (r->crowd.people[i].temper == TEMPER_LATE && r->crowd.count > 1)
			late++;
		else if (i <= due)
			crowd_come(&r->crowd.people[i]);
	}
	if (r->crowd.joined + late >= r->crowd.count)
		enter(r, r->rooms > 0 ? STAGE_ROOMS : r->drive ? STAGE_NEXT : STAGE_STAY);
	else if (age_ms(r) > (r->arrive + r->patience) * 1000)
		give_up(r, "only %u of %u people got in", r->crowd.joined, r->crowd.count - late);
}

/* The latecomers come one by one. */
static void let_late_in(struct rehearsal *r, uint64_t within_ms)
{
	uint64_t due = within_ms == 0 ? r->crowd.count : age_ms(r) * r->crowd.count / within_ms;
	for (uint32_t i = 0; i < r->crowd.count && i < due; i++)
		crowd_come(&r->crowd.people[i]);
}

static void note_looks(struct rehearsal *r)
{
	for (size_t i = 0; i < r->crowd.question_count; i++) {
		uint32_t round;
		struct question question;
		unsigned phase = page_phase(lead(r), r->crowd.questions[i], 0, &round);
		if (!r->looked[i] && (phase & (PHASE_OPEN | PHASE_CLOSING)) != 0 && r->drive &&
		    page_question(lead(r), r->crowd.questions[i], &question) && !question.secret) {
			r->looked[i] = true;
			order(r, COMMAND_look, r->crowd.questions[i], NULL, 0);
		}
	}
}

/* --- the checks --- */

/* The total of a question as the facilitator's page has it. false: not in sight. */
static bool read_result(struct rehearsal *r, uint32_t activity, uint32_t round, uint64_t *ballots, uint64_t *held_back,
			struct slice *tally)
{
	struct cursor c =
		picture_item(&lead(r)->picture, (struct section){ .kind = SECTION_result, .a = activity }, round);
	if (c.left == 0)
		return false;
	*ballots = cursor_uint(&c);
	cursor_uint(&c);
	*held_back = cursor_uint(&c);
	*tally = cursor_bin(&c);
	return true;
}

/* Members who are not ours: people who try it out too. Then a tally is not ours alone. */
static uint64_t others(struct rehearsal *r)
{
	const struct picture_section *seats = picture_find(&lead(r)->picture, SECTION_seats, 0, 0);
	uint64_t members = 0;
	for (size_t i = 0; seats != NULL && i < seats->count; i++) {
		struct cursor c = cursor_of(seats->items[i].value);
		members += cursor_uint(&c);
	}
	return members > r->crowd.joined ? members - r->crowd.joined : 0;
}

/* 1 equal, 0 not yet or not in sight, -1 different. */
static int compare(struct rehearsal *r, const struct book_page *page, char *words, size_t size)
{
	uint64_t ballots = 0, held_back = 0, ours = 0;
	struct slice tally;
	if (!read_result(r, page->activity, page->round, &ballots, &held_back, &tally)) {
		snprintf(words, size,
			 r->drive ? "MISSING: it was shown, and no result came"
				  : "its result is not in sight, not compared");
		return r->drive && page->acknowledged > 0 ? -1 : 0;
	}
	struct pack sum;
	pack_init(&sum);
	book_tally(page, &sum, &ours);
	static const uint8_t none[1] = { 0x90 };
	bool same = ballots == ours && (held_back != 0 || slice_equal(tally, pack_bytes(&sum)) ||
					(tally.len == 0 && slice_equal(pack_bytes(&sum), slice_of(none, 1))));
	pack_finish(&sum);
	if (!same && others(r) > 0) {
		snprintf(words, size,
			 "%" PRIu64 " ballots, %" PRIu64 " of them ours; %" PRIu64
			 " others are in the session, not compared",
			 ballots, ours, others(r));
		return 0;
	}
	if (same)
		snprintf(words, size, "%" PRIu64 " ballots, %s", ballots,
			 held_back != 0 ? "held back, number equal" : "tally equal");
	else if (ballots != ours)
		snprintf(words, size, "DIFFERENT: people were told of %" PRIu64 " ballots, the session shows %" PRIu64,
			 ours, ballots);
	else
		snprintf(words, size, "DIFFERENT: %" PRIu64 " ballots, but other dots", ballots);
	return same ? 1 : -1;
}

static void say_result(struct rehearsal *r, size_t index, const struct book_page *page, const char *words)
{
	if (r->tty)
		fputs("\r\033[K", stderr);
	fflush(stderr);
	printf("question %u round %u: %s\n", r->crowd.questions[index], page->round, words);
	fflush(stdout);
}

/* true: decided. */
static bool check_question(struct rehearsal *r, size_t index, bool last_chance)
{
	uint32_t round;
	page_phase(lead(r), r->crowd.questions[index], 0, &round);
	const struct book_page *page = book_page(&r->crowd.book, r->crowd.questions[index], round);
	char words[160];
	if (r->checked[index])
		return true;
	if (r->foreign[index]) {
		snprintf(words, sizeof words, "was open before we came; not compared");
		r->unseen++;
	} else {
		int verdict = compare(r, page, words, sizeof words);
		if (verdict != 1 && !last_chance)
			return false;
		if (page->acknowledged == 0 && verdict == 0)
			return r->checked[index] = true; /* nobody was asked */
		if (verdict == 1)
			r->right++;
		else if (verdict == 0)
			r->unseen++;
		else
			r->wrong++;
	}
	say_result(r, index, page, words);
	return r->checked[index] = true;
}

/* Everybody's own ballots, read anew from the daemon, against what they were told. */
static void check_own(struct rehearsal *r)
{
	uint64_t same = 0, lost = 0;
	for (size_t i = 0; i < r->crowd.book.count; i++) {
		const struct book_page *page = &r->crowd.book.pages[i];
		struct question question;
		if (!page_question(lead(r), page->activity, &question) || question.secret ||
		    question.holder != HOLDER_PERSON)
			continue;
		for (uint32_t p = 0; p < r->crowd.count; p++) {
			const struct kept *kept = book_get(page, p);
			const struct device *d = &r->crowd.people[p].devices[0];
			if (kept == NULL || d->page.actor == 0 || d->dead)
				continue;
			struct cursor c = picture_item(&d->page.picture,
						       (struct section){ .kind = SECTION_ballots, .a = d->page.actor },
						       page->activity);
			uint32_t round = (uint32_t)cursor_uint(&c);
			struct slice ballot = cursor_bin(&c);
			if (round > page->round)
				continue; /* asked again since */
			bool equal =
				slice_equal(ballot, kept->ballot) && (kept->ballot.len == 0 || round == page->round);
			same += equal;
			lost += !equal;
			if (!equal && lost <= 5)
				printf("person %u, question %u: was told at %" PRIu64
				       " that a ballot is saved; the session has another\n",
				       p + 1, page->activity, kept->seq);
		}
	}
	printf("own ballots after a reload: %" PRIu64 " as told, %" PRIu64 " not\n", same, lost);
	r->wrong += lost > 0;
}

/* --- the script --- */

static void stage_question(struct rehearsal *r)
{
	uint32_t activity = r->crowd.questions[r->question], round;
	unsigned phase = phase_now(r, &round);
	struct question question;
	if (!page_question(lead(r), activity, &question))
		return;
	uint64_t patience_ms = r->patience * 1000;
	switch (r->stage) {
	case STAGE_GO:
		if (!r->asked)
			order(r, COMMAND_go, question.step, NULL, 0);
		if (lead(r)->outbox == NULL)
			enter(r,
			      (phase & (PHASE_SEALED | PHASE_REVEALED | PHASE_CLOSED)) != 0 ? STAGE_ASK : STAGE_OPEN);
		break;
	case STAGE_ASK: /* it was asked before: a new round */
		if (!r->asked)
			order(r, COMMAND_ask, activity, NULL, 0);
		if (phase == PHASE_READY) {
			crowd_new_round(&r->crowd, r->question);
			enter(r, STAGE_OPEN);
		}
		break;
	case STAGE_OPEN:
		if (!r->asked && (phase & (PHASE_OPEN | PHASE_CLOSING)) == 0)
			order(r, COMMAND_open, activity, (uint64_t[]){ 0 }, 1);
		if ((phase & (PHASE_OPEN | PHASE_CLOSING)) != 0) {
			order(r, COMMAND_show, 0, (uint64_t[]){ VIEW_TASK, activity, 0, 0 }, 4);
			enter(r, STAGE_VOTE);
		}
		break;
	case STAGE_VOTE:
		note_looks(r);
		let_late_in(r, r->seconds * 500);
		/* A secret ballot's verdict is forgotten with the voter's key at the seal, so those are awaited before
		 * the close; open ones race it. */
		if (age_ms(r) >= r->seconds * 1000)
			enter(r, question.secret ? STAGE_SETTLE_FIRST : STAGE_CLOSE);
		break;
	case STAGE_SETTLE_FIRST:
		r->crowd.calm = true;
		if (crowd_busy(&r->crowd) == 0)
			enter(r, STAGE_CLOSE);
		break;
	case STAGE_CLOSE:
		if (!r->asked)
			order(r, COMMAND_close, activity, (uint64_t[]){ 1 }, 1);
		if ((phase & (PHASE_CLOSED | PHASE_SEALED)) != 0)
			enter(r, STAGE_SETTLE);
		break;
	case STAGE_SETTLE:
		r->crowd.calm = true;
		if (crowd_busy(&r->crowd) == 0 && (!question.secret || (phase & PHASE_SEALED) != 0))
			enter(r, STAGE_SHOW);
		break;
	case STAGE_SHOW:
		if (!r->asked)
			order(r, COMMAND_reveal, activity, NULL, 0);
		if (phase == PHASE_REVEALED) {
			order(r, COMMAND_show, 0,
			      (uint64_t[]){ r->rooms > 0 ? VIEW_ROOMS : VIEW_RESULT, activity, 0, 0 }, 4);
			enter(r, STAGE_CHECK);
		}
		break;
	case STAGE_CHECK:
		if (check_question(r, r->question, age_ms(r) > CHECK_MS)) {
			r->question++;
			enter(r, STAGE_NEXT);
		}
		return;
	default: return;
	}
	if (r->stage != STAGE_VOTE && age_ms(r) > patience_ms)
		give_up(r, "stuck for %lu s at question %u, %s (%u pages busy)", r->patience, activity,
			stage_words[r->stage], crowd_busy(&r->crowd));
}

static void stage_stay(struct rehearsal *r)
{
	let_late_in(r, r->seconds * 500);
	if (age_ms(r) < r->seconds * 1000)
		return;
	r->crowd.calm = true;
	if (crowd_busy(&r->crowd) > 0) {
		if (age_ms(r) > (r->seconds + r->patience) * 1000)
			give_up(r, "%u pages did not come to rest within %lu s", crowd_busy(&r->crowd), r->patience);
		return;
	}
	bool all = true;
	for (size_t i = 0; i < r->crowd.question_count; i++)
		all = check_question(r, i, age_ms(r) > r->seconds * 1000 + CHECK_MS) && all;
	if (all)
		enter(r, STAGE_RELOAD);
}

static void progress(struct rehearsal *r)
{
	uint64_t now = net_now_us(), every = r->tty ? 250000 : 5000000;
	if (r->quiet || now - r->progress_us < every)
		return;
	r->progress_us = now;
	const struct crowd *crowd = &r->crowd;
	fprintf(stderr, "%s%4u s  %s", r->tty ? "\r\033[K" : "", (unsigned)((now - r->start_us) / 1000000),
		stage_words[r->stage]);
	if (r->stage >= STAGE_GO && r->stage <= STAGE_CHECK && r->question < crowd->question_count)
		fprintf(stderr, " (question %zu of %zu)", r->question + 1, crowd->question_count);
	fprintf(stderr, "  here %u of %u  ballots %" PRIu64 "  saved %" PRIu64 "  came back %" PRIu64 "%s",
		crowd_here(crowd), crowd->count, crowd->sent, crowd->saved, crowd->reconnects, r->tty ? "" : "\n");
	fflush(stderr);
}

static void turn(void *ctx)
{
	struct rehearsal *r = ctx;
	switch (r->stage) {
	case STAGE_LEAD:
		stage_lead(r);
		if (r->stage == STAGE_LEAD && age_ms(r) > 10000)
			give_up(r, "the session did not show itself within 10 s");
		break;
	case STAGE_ARRIVE: stage_arrive(r); break;
	case STAGE_ROOMS:
		if (!r->asked)
			order(r, COMMAND_rooms, 0, (uint64_t[]){ 1, r->rooms }, 2);
		if (lead(r)->outbox == NULL)
			enter(r, r->drive ? STAGE_NEXT : STAGE_STAY);
		else if (age_ms(r) > r->patience * 1000)
			give_up(r, "the rooms were not made within %lu s", r->patience);
		break;
	case STAGE_STAY: stage_stay(r); break;
	case STAGE_NEXT:
		r->crowd.calm = false;
		while (r->question < r->crowd.question_count && r->foreign[r->question])
			check_question(r, r->question++, true);
		enter(r, r->question < r->crowd.question_count ? STAGE_GO : STAGE_RELOAD);
		r->crowd.calm = r->stage == STAGE_RELOAD;
		break;
	case STAGE_RELOAD:
		if (r->crowd.count > OWN_RELOAD_MOST) {
			printf("own ballots: not read anew (more than %d people)\n", OWN_RELOAD_MOST);
			enter(r, STAGE_END);
			break;
		}
		if (!r->asked)
			crowd_reload_all(&r->crowd);
		r->asked = true;
		enter(r, STAGE_OWN);
		break;
	case STAGE_OWN:
		if (crowd_busy(&r->crowd) == 0) {
			if (r->tty)
				fputs("\r\033[K", stderr);
			check_own(r);
			enter(r, STAGE_END);
		} else if (age_ms(r) > r->patience * 1000) {
			give_up(r, "%u pages did not come back from a reload", crowd_busy(&r->crowd));
		}
		break;
	case STAGE_END: break;
	default: stage_question(r); break;
	}
	progress(r);
	if (r->stage == STAGE_END)
		net_stop(r->net);
	else
		net_after(r->net, TURN_MS, turn, r);
}

static void interrupted(void *ctx)
{
	struct rehearsal *r = ctx;
	snprintf(r->failed, sizeof r->failed, "stopped");
	net_stop(r->net);
}

/* --- the report --- */

static void print_ms(const char *name, struct samples *s)
{
	if (s->count == 0)
		printf("  %-22s -\n", name);
	else
		printf("  %-22s p50 %.1f ms   p99 %.1f ms   most %.1f ms   (%zu)\n", name,
		       samples_rank(s, 0.5) / 1000.0, samples_rank(s, 0.99) / 1000.0, samples_rank(s, 1) / 1000.0,
		       s->count);
}

static void report(struct rehearsal *r)
{
	struct crowd *crowd = &r->crowd;
	if (r->tty)
		fputs("\r\033[K", stderr);
	crowd_measure_shown(crowd);
	printf("\n  %-22s %u of %u\n", "people joined", crowd->joined, crowd->count);
	printf("  %-22s %" PRIu64 "\n", "ballots cast", crowd->sent);
	printf("  %-22s %" PRIu64 "\n", "acknowledged", crowd->saved);
	for (unsigned i = 0; i < FAULTS; i++)
		if (crowd->refused[i] > 0)
			printf("  refused: %-13s %" PRIu64 "  (%s)\n", fault_name((enum fault)i), crowd->refused[i],
			       fault_sentence((enum fault)i));
	for (unsigned i = 0; i < FAULTS; i++)
		if (crowd->byes[i] > 0)
			printf("  turned away: %-9s %" PRIu64 "  (%s)\n", fault_name((enum fault)i), crowd->byes[i],
			       fault_sentence((enum fault)i));
	if (crowd->odd_messages > 0)
		printf("  %-22s %" PRIu64 "\n", "messages not understood", crowd->odd_messages);
	uint64_t later = 0, lanes = 0, frames = 0, bytes = 0;
	for (uint32_t i = 0; i < crowd->count; i++) {
		for (unsigned k = 0; k < crowd->people[i].device_count; k++) {
			const struct page *page = &crowd->people[i].devices[k].page;
			later += page->replies_later;
			lanes += page->new_lanes;
			frames += page->frames;
			bytes += page->frame_bytes;
		}
	}
	printf("  %-22s %" PRIu64 "\n", "asked to come later", later);
	printf("  %-22s %" PRIu64 " (connections lost %" PRIu64 ", lanes drawn anew %" PRIu64 ")\n", "came back",
	       crowd->reconnects, crowd->dropped, lanes);
	printf("  %-22s %" PRIu64 " of %" PRIu64 " bytes on average\n", "frames to people", frames,
	       frames ? bytes / frames : 0);
	print_ms("joining", &crowd->join);
	print_ms("ballot to saved", &crowd->ack);
	print_ms("ballot to facilitator", &crowd->shown);
	printf("  %-22s %lu\n\n", "seed", r->seed);
	if (r->failed[0] != '\0')
		fprintf(stderr, "bollplank rehearse: %s\n", r->failed);
	if (r->failed[0] != '\0')
		crowd_say_busy(crowd, stderr);
	printf("%u equal, %u different, %u not compared\n", r->right, r->wrong, r->unseen);
}

/* --- the options --- */

enum { O_PEOPLE = 256, O_ROOMS, O_DRIVE, O_SECONDS, O_ARRIVE, O_SEED, O_PATIENCE, O_LEDGER, O_QUIET, O_REALLY };

static const struct option options[] = {
	{ "help", no_argument, NULL, 'h' },
	{ "people", required_argument, NULL, O_PEOPLE },
	{ "rooms", required_argument, NULL, O_ROOMS },
	{ "drive", no_argument, NULL, O_DRIVE },
	{ "seconds", required_argument, NULL, O_SECONDS },
	{ "arrive", required_argument, NULL, O_ARRIVE },
	{ "seed", required_argument, NULL, O_SEED },
	{ "patience", required_argument, NULL, O_PATIENCE },
	{ "ledger", required_argument, NULL, O_LEDGER },
	{ "quiet", no_argument, NULL, O_QUIET },
	{ "really", no_argument, NULL, O_REALLY },
	{ NULL, 0, NULL, 0 },
};

static int read_options(int argc, char **argv, struct rehearsal *r, bool *helped)
{
	int option, rc = 0;
	while (rc == 0 && (option = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
		switch (option) {
		case 'h':
			fputs(help, stdout);
			*helped = true;
			return 0;
		case O_PEOPLE:
			rc = usage_number("rehearse", "--people", optarg, 1, LIMIT_SESSION_CONNECTIONS, &r->people);
			break;
		case O_ROOMS: rc = usage_number("rehearse", "--rooms", optarg, 1, LIMIT_ROOMS, &r->rooms); break;
		case O_DRIVE: r->drive = true; break;
		case O_SECONDS: rc = usage_number("rehearse", "--seconds", optarg, 1, 86400, &r->seconds); break;
		case O_ARRIVE: rc = usage_number("rehearse", "--arrive", optarg, 0, 86400, &r->arrive); break;
		case O_SEED: rc = usage_number("rehearse", "--seed", optarg, 0, ULONG_MAX, &r->seed); break;
		case O_PATIENCE: rc = usage_number("rehearse", "--patience", optarg, 1, 86400, &r->patience); break;
		case O_LEDGER: r->ledger = optarg; break;
		case O_QUIET: r->quiet = true; break;
		case O_REALLY: r->really = true; break;
		default: return usage_option("rehearse", argc, argv);
		}
	}
	if (rc != 0)
		return rc;
	if (optind >= argc)
		return usage_wrong("rehearse", "the facilitator's link is missing");
	const char *wrong = link_parse(argv[optind], &r->link);
	if (wrong != NULL)
		return usage_wrong("rehearse", "'%s' is not a link to a session: %s", argv[optind], wrong);
	if (!r->link.has_token)
		return usage_wrong("rehearse", "this is the link for joining; the facilitator's is needed");
	if (optind + 1 < argc)
		return usage_wrong("rehearse", "'%s' is not understood", argv[optind + 1]);
	if (r->arrive == ULONG_MAX)
		r->arrive = r->people / 200 > 2 ? r->people / 200 : 2;
	return 0;
}

int rehearse_main(int argc, char **argv)
{
	struct rehearsal *r = check_alloc(1, sizeof *r);
	r->people = 75;
	r->seconds = 20;
	r->patience = 60;
	r->arrive = ULONG_MAX;
	r->seed = (unsigned long)net_now_us();
	bool helped = false;
	int rc = read_options(argc, argv, r, &helped);
	if (rc != 0 || helped)
		goto err0;
	rc = 1;
	r->tty = isatty(STDERR_FILENO) == 1;
	r->crowd.count = (uint32_t)r->people;
	r->crowd.dice.state = r->seed;
	if (r->ledger != NULL) {
		r->crowd.ledger = fopen(r->ledger, "w");
		if (r->crowd.ledger == NULL) {
			fprintf(stderr, "bollplank rehearse: %s cannot be written: %s\n", r->ledger, strerror(errno));
			goto err0;
		}
	}
	r->net = net_create(&r->link.address, (unsigned)r->people * 5 / 4 + 8); /* one in twelve has two devices */
	if (r->net == NULL)
		goto err1;
	r->crowd.net = r->net;
	r->start_us = r->stage_us = net_now_us();
	net_signal(r->net, SIGINT, interrupted, r);
	net_signal(r->net, SIGTERM, interrupted, r);
	crowd_lead(&r->crowd, &r->link);
	net_after(r->net, TURN_MS, turn, r);
	net_run(r->net);
	if (r->crowd.people != NULL)
		report(r);
	else if (r->failed[0] != '\0')
		fprintf(stderr, "%sbollplank rehearse: %s\n", r->tty ? "\r\033[K" : "", r->failed);
	rc = r->failed[0] != '\0' || r->wrong > 0 ? 1 : 0;
	net_destroy(r->net);
	r->crowd.count = r->crowd.people != NULL ? r->crowd.count : 0;
	crowd_finish(&r->crowd);
err1:
	if (r->crowd.ledger != NULL)
		fclose(r->crowd.ledger);
err0:
	free(r);
	return rc;
}
