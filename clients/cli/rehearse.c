/* SPDX-License-Identifier: EUPL-1.2 */
/* A rehearsal with simulated people: comes, votes, loses the network, comes back; and at the end adds up what
 * people were told is saved. */
#include "base/check.h"
#include "base/limits.h"
#include "commands.h"
#include "rehearsal.h"
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
	"Simulated people come to a rehearsal session and answer what is open: quick ones and slow ones, "
	"some who change\n"
	"their minds, whose phones sleep, who reload the page, lose the network, use two devices, or come "
	"late. In each room\n"
	"somebody takes the pen and writes notes; it is handed over now and then, by them or from above.\n"
	"At the end it adds up what they were told is saved and compares it with the session's own results "
	"and notes.\n"
	"Exit status 0 when all of it is there, 1 when not.\n"
	"\n"
	"  --people N     how many (default 75)\n"
	"  --rooms N      draw so many rooms when they have come\n"
	"  --drive        be the facilitator too: go through the agenda; open, close and show the questions "
	"of each step, wait\n"
	"                 until all in the rooms have placed theirs where the discussion waits for it, let "
	"the steps follow\n"
	"                 a result, call everybody back\n"
	"  --end          with --drive: end the session afterwards\n"
	"  --seconds N    how long a step's questions are open with --drive, or how long to stay without "
	"(default 20)\n"
	"  --arrive N     over how many seconds they come (default: one for each 200 people, at least 2)\n"
	"  --seed N       what the dice begin with, for alike runs (default: from the clock)\n"
	"  --patience N   for how many seconds to look for a daemon that is away (default 60)\n"
	"  --ledger FILE  write each acknowledgement: its place in the log, member, question, round, ballot "
	"in hex\n"
	"  --moments FILE write what happens to each page: the clock in ms, lost, left (by itself), here or saved, "
	"person, device;\n"
	"                 then the close code; or member, command, a, b, round, secret, lane, number, place in "
	"the log, form, text\n"
	"  --quiet        no progress line\n"
	"  --really       also in a session that is not a rehearsal. Their votes then stand in its result "
	"for good\n"
	"\n"
	"Make a session for it with: bollplank create --demo, or --workshop declaration --rehearsal\n";

enum { TURN_MS = 50 };

const char *stage_words(enum stage stage)
{
	static const char *const words[] = {
		[STAGE_LEAD] = "waiting for the session",
		[STAGE_ARRIVE] = "people are coming",
		[STAGE_ROOMS] = "drawing rooms",
		[STAGE_STAY] = "people are here",
		[STAGE_NEXT] = "next step",
		[STAGE_GO] = "going to the step",
		[STAGE_ASK] = "asking again",
		[STAGE_OPEN] = "opening",
		[STAGE_VOTE] = "people answer",
		[STAGE_GATE] = "waiting for everybody's answer",
		[STAGE_SETTLE_FIRST] = "last answers come in",
		[STAGE_CLOSE] = "closing",
		[STAGE_SETTLE] = "everybody comes back",
		[STAGE_SHOW] = "showing",
		[STAGE_CHECK] = "adding up",
		[STAGE_FOLLOW] = "the agenda follows",
		[STAGE_OVER] = "ending",
		[STAGE_RELOAD] = "everybody reloads",
		[STAGE_OWN] = "comparing own ballots and notes",
		[STAGE_END] = "done",
	};
	return words[stage];
}

void rehearsal_enter(struct rehearsal *r, enum stage stage)
{
	r->stage = stage;
	r->stage_us = net_now_us();
	r->asked = false;
}

void rehearsal_give_up(struct rehearsal *r, const char *format, ...)
{
	va_list more;
	va_start(more, format);
	vsnprintf(r->failed, sizeof r->failed, format, more);
	va_end(more);
	rehearsal_enter(r, STAGE_END);
}

static void progress(struct rehearsal *r)
{
	uint64_t now = net_now_us(), every = r->tty ? 250000 : 5000000;
	if (r->quiet || now - r->progress_us < every)
		return;
	r->progress_us = now;
	const struct crowd *crowd = &r->crowd;
	fprintf(stderr, "%s%4u s  %s", r->tty ? "\r\033[K" : "", (unsigned)((now - r->start_us) / 1000000),
		stage_words(r->stage));
	size_t done = 0;
	for (size_t i = 0; i < r->steps_count; i++)
		done += r->steps[i].done;
	if (r->stage >= STAGE_GO && r->stage <= STAGE_FOLLOW)
		fprintf(stderr, " (step %zu of %zu)", done + 1, r->steps_count);
	fprintf(stderr, "  here %u of %u  ballots %" PRIu64 "  saved %" PRIu64 "  came back %" PRIu64 "%s",
		crowd_here(crowd), crowd->count, crowd->sent, crowd->saved, crowd->reconnects,
		r->tty ? "" : "\n");
	fflush(stderr);
}

static void turn(void *ctx)
{
	struct rehearsal *r = ctx;
	driver_turn(r);
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
		       samples_rank(s, 0.5) / 1000.0, samples_rank(s, 0.99) / 1000.0,
		       samples_rank(s, 1) / 1000.0, s->count);
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
	printf("  %-22s %" PRIu64 " written, %" PRIu64 " acknowledged, %" PRIu64 " of them late\n", "notes",
	       crowd->jotted, crowd->book.wordings, crowd->recovered);
	printf("  %-22s pens taken or given %" PRIu64 ", hands raised %" PRIu64 ", ready said %" PRIu64 "\n",
	       "rooms", crowd->pens, crowd->hands, crowd->readies);
	printf("  %-22s", "taken of each command");
#define COMMAND(name, number, who, phases, becomes, form, meaning)  \
	if (crowd->commands[number] > 0)                             \
		printf(" " #name " %" PRIu64, crowd->commands[number]);
#include "tbl/commands.h"
#undef COMMAND
	putchar('\n');
	if (r->gates > 0)
		printf("  %-22s %u of %u opened because all had answered\n", "discussions", r->gates_opened,
		       r->gates);
	if (r->followed > 0)
		printf("  %-22s %u\n", "orders followed", r->followed);
	for (unsigned i = 0; i < FAULTS; i++)
		if (crowd->refused[i] > 0)
			printf("  refused: %-13s %" PRIu64 "  (%s)\n", fault_name((enum fault)i),
			       crowd->refused[i], fault_sentence((enum fault)i));
	for (unsigned i = 0; i < FAULTS; i++)
		if (crowd->byes[i] > 0)
			printf("  turned away: %-9s %" PRIu64 "  (%s)\n", fault_name((enum fault)i),
			       crowd->byes[i], fault_sentence((enum fault)i));
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
	printf("  %-22s %" PRIu64 " (connections lost %" PRIu64 ", lanes drawn anew %" PRIu64 ")\n",
	       "came back", crowd->reconnects, crowd->dropped, lanes);
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

enum {
	O_PEOPLE = 256,
	O_ROOMS,
	O_DRIVE,
	O_END,
	O_SECONDS,
	O_ARRIVE,
	O_SEED,
	O_PATIENCE,
	O_LEDGER,
	O_MOMENTS,
	O_QUIET,
	O_REALLY
};

static const struct option options[] = {
	{ "help", no_argument, NULL, 'h' },
	{ "people", required_argument, NULL, O_PEOPLE },
	{ "rooms", required_argument, NULL, O_ROOMS },
	{ "drive", no_argument, NULL, O_DRIVE },
	{ "end", no_argument, NULL, O_END },
	{ "seconds", required_argument, NULL, O_SECONDS },
	{ "arrive", required_argument, NULL, O_ARRIVE },
	{ "seed", required_argument, NULL, O_SEED },
	{ "patience", required_argument, NULL, O_PATIENCE },
	{ "ledger", required_argument, NULL, O_LEDGER },
	{ "moments", required_argument, NULL, O_MOMENTS },
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
			rc = usage_number("rehearse", "--people", optarg, 1, LIMIT_SESSION_CONNECTIONS,
					  &r->people);
			break;
		case O_ROOMS:
			rc = usage_number("rehearse", "--rooms", optarg, 1, LIMIT_ROOMS, &r->rooms);
			break;
		case O_DRIVE:
			r->drive = true;
			break;
		case O_END:
			r->end = true;
			break;
		case O_SECONDS:
			rc = usage_number("rehearse", "--seconds", optarg, 1, 86400, &r->seconds);
			break;
		case O_ARRIVE:
			rc = usage_number("rehearse", "--arrive", optarg, 0, 86400, &r->arrive);
			break;
		case O_SEED:
			rc = usage_number("rehearse", "--seed", optarg, 0, ULONG_MAX, &r->seed);
			break;
		case O_PATIENCE:
			rc = usage_number("rehearse", "--patience", optarg, 1, 86400, &r->patience);
			break;
		case O_LEDGER:
			r->ledger = optarg;
			break;
		case O_MOMENTS:
			r->moments = optarg;
			break;
		case O_QUIET:
			r->quiet = true;
			break;
		case O_REALLY:
			r->really = true;
			break;
		default:
			return usage_option("rehearse", argc, argv);
		}
	}
	if (rc != 0)
		return rc;
	if (r->end && !r->drive)
		return usage_wrong("rehearse", "--end is for --drive: who does not lead ends nothing");
	if (optind >= argc)
		return usage_wrong("rehearse", "the facilitator's link is missing");
	rc = usage_link("rehearse", argv[optind], "the facilitator's is needed", &r->link);
	if (rc == 0 && optind + 1 < argc)
		return usage_wrong("rehearse", "'%s' is not understood", argv[optind + 1]);
	if (r->arrive == ULONG_MAX)
		r->arrive = r->people / 200 > 2 ? r->people / 200 : 2;
	return rc;
}

/* NULL: not asked for, or it cannot be; then *rc says so. */
static FILE *open_file(const char *path, int *rc)
{
	FILE *file = path != NULL ? fopen(path, "w") : NULL;
	if (path != NULL && file == NULL) {
		fprintf(stderr, "bollplank rehearse: %s cannot be written: %s\n", path, strerror(errno));
		*rc = 1;
	}
	return file;
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
	r->tty = isatty(STDERR_FILENO) == 1;
	r->crowd.count = (uint32_t)r->people;
	r->crowd.dice.state = r->seed;
	r->crowd.ledger = open_file(r->ledger, &rc);
	r->crowd.moments = open_file(r->moments, &rc);
	if (rc != 0)
		goto err1;
	rc = 1;
	r->net = net_create(&r->link.address,
			    (unsigned)r->people * 5 / 4 + 8); /* one in twelve has two devices */
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
	if (r->crowd.moments != NULL)
		fclose(r->crowd.moments);
err0:
	free(r);
	return rc;
}
