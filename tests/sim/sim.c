/* SPDX-License-Identifier: EUPL-1.2 */
/* sim --seeds N --first S [--many] [--verbose]: N workshops under mishaps, each from its seed alone. */
#include "base/limits.h"
#include "base/trace.h"
#include "sim/world.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ENOUGH = 150 }; /* seeds in which every command must have come */

static const char *command_name(unsigned command)
{
	switch (command) {
#define COMMAND(name, number, who, phases, becomes, form, meaning) \
	case number:                                                \
		return #name;
#include "tbl/commands.h"
#undef COMMAND
	}
	return "";
}

static void add(struct world_result *all, const struct world_result *one)
{
	all->events += one->events;
	all->entries += one->entries;
	all->acknowledged += one->acknowledged;
	all->refused += one->refused;
	all->refused_volatile += one->refused_volatile;
	all->lost += one->lost;
	all->divergences += one->divergences;
	all->crashes += one->crashes;
	all->resets += one->resets;
	all->nights += one->nights;
	all->reconnects += one->reconnects;
	all->checked_tallies += one->checked_tallies;
	all->checked_pictures += one->checked_pictures;
	all->checked_texts += one->checked_texts;
	all->checked_accords += one->checked_accords;
	all->checked_pauses += one->checked_pauses;
	all->checked_courses += one->checked_courses;
	all->excused += one->excused;
	all->undone += one->undone;
	all->late += one->late;
	all->told += one->told;
	all->compared += one->compared;
	all->gone += one->gone;
	if (one->settled_ms > all->settled_ms)
		all->settled_ms = one->settled_ms;
	for (int i = 0; i < MISHAPS_MOST; i++)
		all->mishaps[i] += one->mishaps[i];
	for (int i = 0; i < 64; i++)
		all->commands[i] += one->commands[i];
}

static void to_stdout(enum trace_level level, const char *line, void *ctx)
{
	(void)level;
	(void)ctx;
	printf("         %s\n", line);
}

static void to_nowhere(enum trace_level level, const char *line, void *ctx)
{
	(void)level;
	(void)line;
	(void)ctx;
}

static void row(const char *name, uint64_t value)
{
	printf("  %-22s %12" PRIu64 "\n", name, value);
}

/* What only several houses have. Returns how many mishaps never came. */
static unsigned many_rows(const struct world_result *all, bool enough)
{
	unsigned missing = 0;
	row("excused double faults", all->excused);
	row("sessions gone by them", all->gone);
	row("came too late", all->late);
	row("undone, and told", all->undone);
	row("told history changed", all->told);
	row("states compared", all->compared);
	row("settled after, ms", all->settled_ms);
	for (unsigned i = 0; world_mishap(i); i++) {
		row(world_mishap(i), all->mishaps[i]);
		if (all->mishaps[i] == 0 && enough) {
			printf("%s never came: the simulator looks away\n", world_mishap(i));
			missing++;
		}
	}
	return missing;
}

int main(int argc, char **argv)
{
	uint64_t seeds = 100, first = 1, passed = 0, failed = 0;
	bool verbose = false, stop = false, swapped = false;
	const struct ground *ground = &ground_one;
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--seeds") == 0 && i + 1 < argc)
			seeds = strtoull(argv[++i], NULL, 10);
		else if (strcmp(argv[i], "--first") == 0 && i + 1 < argc)
			first = strtoull(argv[++i], NULL, 10);
		else if (strcmp(argv[i], "--many") == 0)
			ground = &ground_many;
		else if (strcmp(argv[i], "--verbose") == 0)
			verbose = true;
		else if (strcmp(argv[i], "--stop") == 0)
			stop = true;
		else if (strcmp(argv[i], "--swapped") == 0)
			swapped = true;
		else {
			fprintf(stderr, "usage: sim [--seeds N] [--first S] [--many] [--verbose] [--stop]\n"
					"  --many     several houses on Redis, instead of one on the journal in memory\n"
					"  --verbose  what happens, line by line   --stop  after the first failing seed\n"
					"  --swapped  with the others' ballots permuted, to compare by hand\n");
			return 2;
		}
	}
	struct world_result all = { 0 }, one, other;
	trace_to(verbose ? to_stdout : to_nowhere, verbose ? TRACE_DEBUG : TRACE_ERROR, NULL);
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (uint64_t seed = first; seed < first + seeds && !(stop && failed); seed++) {
		world_run(ground, seed, swapped, verbose, &one);
		if (!one.failed && !swapped && ground->swaps && seed % SWAP_EVERY == 0) {
			world_run(ground, seed, true, false, &other);
			if (other.failed)
				one = other;
			else if (other.observed != one.observed) {
				one.failed = true;
				snprintf(one.reason, sizeof one.reason, "others' hidden ballots show in the observer's frames");
			}
		}
		add(&all, &one);
		if (one.failed) {
			failed++;
			printf("seed %" PRIu64 " failed: %s\n  again: sim --seeds 1 --first %" PRIu64 "%s --verbose\n", seed, one.reason, seed,
			       ground == &ground_many ? " --many" : "");
		} else {
			passed++;
		}
	}
	row("seeds", passed + failed);
	row("events", all.events);
	row("entries in logs", all.entries);
	row("acknowledged", all.acknowledged);
	row("refused, kept", all.refused);
	row("refused, not kept", all.refused_volatile);
	row("lost", all.lost);
	row("divergences", all.divergences);
	row("house crashes", all.crashes);
	row("histories changed", all.resets);
	row("nights", all.nights);
	row("connection mishaps", all.reconnects);
	row("tallies checked", all.checked_tallies);
	row("pictures checked", all.checked_pictures);
	row("wordings checked", all.checked_texts);
	row("words to ballots", all.checked_accords);
	row("pauses checked", all.checked_pauses);
	row("steps checked", all.checked_courses);
	if (ground == &ground_many)
		failed += many_rows(&all, passed + failed >= ENOUGH);
	for (unsigned i = 1; i < 64; i++) {
		if (!*command_name(i) || (i == COMMAND_rules && RULES_NEWEST == 1)) /* there are no others to rise to; tests/unit/house_test.c plays a house that has some */
			continue;
		row(command_name(i), all.commands[i]);
		if (all.commands[i] == 0 && passed + failed >= ENOUGH) {
			printf("%s was never in a log: the simulator looks away\n", command_name(i));
			failed++;
		}
	}
	printf("%" PRIu64 " passed, %" PRIu64 " failed, 0 skipped\n", passed, failed);
	return failed ? 1 : 0;
}
