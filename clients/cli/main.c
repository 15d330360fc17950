/* SPDX-License-Identifier: EUPL-1.2 */
#include "commands.h"
#include "redis_check.h"
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] = "bollplank: the command-line client of Bollplank\n"
			   "\n"
			   "  bollplank create    make a session and print its links\n"
			   "  bollplank watch     the shared screen in a terminal\n"
			   "  bollplank rehearse  simulated people in a rehearsal session\n"
			   "  bollplank report    what was asked and what came of it, from the session's log\n"
			   "  bollplank log       fetch the log; bollplank replay FILE makes the report of it\n"
			   "  bollplank proxy     ballots that a room has filled in on paper, from a CSV file\n"
			   "  bollplank health    does the daemon answer, and what does it say of itself?\n"
			   "  bollplank check     is a workshop of the catalog written properly?\n"
			   "  bollplank redis-check  is this Redis set up to keep the journal of several daemons?\n"
			   "\n"
			   "bollplank COMMAND --help tells more. The first steps, with a daemon on this machine:\n"
			   "\n"
			   "  bollplank create --demo --key-file ~/.local/state/bollplank/creation.key\n"
			   "  bollplank watch 'SCREEN LINK'\n"
			   "  bollplank rehearse 'FACILITATOR LINK' --people 75 --rooms 13 --drive\n"
			   "\n"
			   "Put links in quotes: the shell takes what follows a # for a comment.\n";

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
} commands[] = {
	{ "check", check_main },
	{ "create", create_main },
	{ "watch", watch_main },
	{ "rehearse", rehearse_main },
	{ "report", report_main },
	{ "replay", replay_main },
	{ "log", log_main },
	{ "proxy", proxy_main },
	{ "health", health_main },
	{ "redis-check", redis_check_main },
};

int usage_wrong(const char *command, const char *format, ...)
{
	va_list more;
	va_start(more, format);
	fprintf(stderr, "bollplank %s: ", command);
	vfprintf(stderr, format, more);
	fprintf(stderr, "\nbollplank %s --help tells how.\n", command);
	va_end(more);
	return 2;
}

int usage_option(const char *command, int argc, char **argv)
{
	const char *given = optind > 0 && optind <= argc ? argv[optind - 1] : "";
	if (optopt != 0)
		return usage_wrong(command, "%s needs a value", given);
	return usage_wrong(command, "there is no option %s", given);
}

int usage_number(const char *command, const char *option, const char *text, unsigned long least, unsigned long most,
		 unsigned long *out)
{
	char *end;
	errno = 0;
	*out = strtoul(text, &end, 10);
	if (errno != 0 || *text < '0' || *text > '9' || *end != '\0' || *out < least || *out > most)
		return usage_wrong(command, "%s takes a number from %lu to %lu, not '%s'", option, least, most, text);
	return 0;
}

int usage_link(const char *command, const char *text, const char *for_joining, struct link *out)
{
	const char *wrong = link_parse(text, out);
	if (wrong != NULL)
		return usage_wrong(command, "'%s' is not a link to a session: %s", text, wrong);
	return out->has_token ? 0 : usage_wrong(command, "this is the link for joining; %s", for_joining);
}

const char *fault_sentence(enum fault fault)
{
	switch (fault) {
#define FAULT(name, number, meaning)                                                                                   \
	case FAULT_##name:                                                                                             \
		return meaning;
#include "tbl/faults.h"
#undef FAULT
	}
	return "refused for a reason that this client does not know";
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		fputs(help, stderr);
		return 2;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
		fputs(help, stdout);
		return 0;
	}
	if (strcmp(argv[1], "--version") == 0) {
		puts("bollplank " BOLLPLANK_VERSION);
		return 0;
	}
	opterr = 0;
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	fprintf(stderr, "bollplank: there is no command '%s'\n\n", argv[1]);
	fputs(help, stderr);
	return 2;
}
