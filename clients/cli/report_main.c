/* SPDX-License-Identifier: EUPL-1.2 */
/* `log` fetches a session's log, `replay` reads one from a file, `report` does both at once. One way for all: a report is always made from the log. */
#include "base/check.h"
#include "commands.h"
#include "net.h"
#include "replay.h"
#include "report.h"
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

static const char help_log[] = "bollplank log 'FACILITATOR LINK' [--output FILE]\n"
			       "\n"
			       "Fetches the session's log, from its first entry, with digests and chain: what `bollplank replay` reads. What secret ballots said is not in it, nor, while\n"
			       "the session runs, what was answered to an open question that is neither shown nor looked at.\n"
			       "\n"
			       "  --output FILE   there instead of standard output\n";
static const char help_report[] = "bollplank report 'FACILITATOR LINK' [options]\n"
				  "bollplank replay LOGFILE [options]\n"
				  "\n"
				  "What was asked, what came of it in all and by room, and the notes, as Markdown. Results that were not shown are not in it, and it says when\n"
				  "answers are withheld (see bollplank log --help). The report is made by going\n"
				  "through the session's log from its first entry; digests and chain are checked. The same log gives the same bytes.\n"
				  "\n"
				  "  --json             as JSON\n"
				  "  --language sv|en   of the words (default: the session's)\n"
				  "  --zone NAME        of the clock times, such as Europe/Stockholm (default: UTC)\n"
				  "  --no-names         without the names of those who wrote notes\n"
				  "  --output FILE      there instead of standard output\n";

struct asking {
	const char *command, *output;
	struct link link;
	struct net *net;
	bool json;
	struct record_wish wish;
	struct pack log;
	int rc;
};

static int say_wrong(const struct asking *a, const char *what)
{
	fprintf(stderr, "bollplank %s: %s\n", a->command, what);
	return 1;
}

static FILE *output_open(const struct asking *a)
{
	FILE *out = a->output ? fopen(a->output, "we") : stdout;
	if (out == NULL)
		fprintf(stderr, "bollplank %s: %s cannot be written: %m\n", a->command, a->output);
	return out;
}

static int output_close(const struct asking *a, FILE *out)
{
	bool fine = fflush(out) == 0 && !ferror(out);
	if (out != stdout)
		fine = fclose(out) == 0 && fine;
	return fine ? 0 : say_wrong(a, "it could not be written to the end");
}

static int write_report(const struct asking *a)
{
	struct picture picture;
	struct replayed replayed;
	int rc = 1;
	if (!replay_log(pack_bytes(&a->log), &picture, &replayed)) {
		say_wrong(a, replayed.wrong);
		picture_finish(&picture);
		return 1;
	}
	FILE *out = output_open(a);
	if (out != NULL) {
		struct record record;
		record_read(&record, &picture, &replayed, a->wish);
		(a->json ? report_json : report_markdown)(&record, out);
		record_finish(&record);
		rc = output_close(a, out);
	}
	fprintf(stderr, "bollplank %s: session %s, %" PRIu64 " entries, digests and chain are right\n", a->command, replayed.sid, replayed.entries);
	if (replayed.withheld)
		fprintf(stderr, "bollplank %s: %" PRIu64 " answers are withheld until they are shown or looked at, or the session is over\n", a->command, replayed.withheld);
	picture_finish(&picture);
	return rc;
}

static int write_log(const struct asking *a)
{
	FILE *out = output_open(a);
	if (out == NULL)
		return 1;
	fwrite(a->log.at, 1, a->log.len, out);
	return output_close(a, out);
}

/* --- where the log comes from --- */

static void log_came(unsigned status, struct slice body, void *ctx)
{
	struct asking *a = ctx;
	a->rc = 1;
	if (status == 200) {
		pack_raw(&a->log, body);
		a->rc = 0;
	} else if (status == 0) {
		fprintf(stderr, "bollplank %s: no answer: %.*s\n", a->command, (int)body.len, (const char *)body.at);
	} else {
		fprintf(stderr, "bollplank %s: refused with status %u: %s\n", a->command, status,
			status == 401 ? "this is not a facilitator's link" : status == 404 ? "there is no such session" : "try again later");
	}
	net_stop(a->net);
}

static int fetch(struct asking *a)
{
	char path[64], token[TOKEN_TEXT];
	a->net = net_create(&a->link.address, 1);
	if (a->net == NULL)
		return 1;
	snprintf(path, sizeof path, "/api/sessions/%s/log", a->link.place);
	token_write(a->link.token, token);
	net_get(a->net, path, token, log_came, a);
	net_run(a->net);
	net_destroy(a->net);
	return a->rc;
}

static int read_file(struct asking *a, const char *name)
{
	FILE *in = fopen(name, "re");
	uint8_t room[16 * 1024];
	if (in == NULL) {
		fprintf(stderr, "bollplank %s: %s cannot be read: %m\n", a->command, name);
		return 1;
	}
	for (size_t got; (got = fread(room, 1, sizeof room, in)) > 0;)
		pack_raw(&a->log, slice_of(room, got));
	int rc = ferror(in) ? say_wrong(a, "the file could not be read to the end") : 0;
	fclose(in);
	return rc;
}

/* --- what was asked for --- */

enum { O_JSON = 256, O_LANGUAGE, O_ZONE, O_NO_NAMES, O_OUTPUT };

static const struct option options[] = {
	{ "help", no_argument, NULL, 'h' },          { "json", no_argument, NULL, O_JSON },         { "language", required_argument, NULL, O_LANGUAGE },
	{ "no-names", no_argument, NULL, O_NO_NAMES }, { "output", required_argument, NULL, O_OUTPUT }, { "zone", required_argument, NULL, O_ZONE },
	{ NULL, 0, NULL, 0 },
};

/* The process's own time zone; a name that the C library does not know would quietly mean UTC. */
static bool zone_set(const char *name)
{
	char path[256];
	bool plain = name[0] != '\0' && name[0] != '/' && strstr(name, "..") == NULL && strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/") == strlen(name);
	int len = snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", name);
	struct stat stat_of;
	if (!plain || len < 0 || (size_t)len >= sizeof path || stat(path, &stat_of) != 0 || !S_ISREG(stat_of.st_mode))
		return false;
	setenv("TZ", path, 1);
	tzset();
	return true;
}

static int run(int argc, char **argv, bool from_file, bool report)
{
	struct asking a = { .command = argv[0], .wish = { .names = true } };
	int option, rc;
	while ((option = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
		switch (option) {
		case 'h': fputs(report ? help_report : help_log, stdout); return 0;
		case O_JSON: a.json = true; break;
		case O_LANGUAGE: a.wish.language = optarg; break;
		case O_ZONE: a.wish.zone = optarg; break;
		case O_NO_NAMES: a.wish.names = false; break;
		case O_OUTPUT: a.output = optarg; break;
		default: return usage_option(argv[0], argc, argv);
		}
	}
	if (a.wish.language && strcmp(a.wish.language, "sv") != 0 && strcmp(a.wish.language, "en") != 0)
		return usage_wrong(argv[0], "--language is sv or en, not '%s'", a.wish.language);
	if (a.wish.zone && !zone_set(a.wish.zone))
		return usage_wrong(argv[0], "there is no time zone '%s' here; expected a name such as Europe/Stockholm", a.wish.zone);
	if (!report && (a.json || a.wish.language || a.wish.zone || !a.wish.names))
		return usage_wrong(argv[0], "a log has no language and no form");
	if (optind + 1 != argc)
		return usage_wrong(argv[0], from_file ? "one file with a log is asked for" : "one facilitator's link is asked for");
	if (!from_file && (rc = usage_link(argv[0], argv[optind], "a facilitator has one of their own", &a.link)) != 0)
		return rc;
	pack_init(&a.log);
	rc = from_file ? read_file(&a, argv[optind]) : fetch(&a);
	if (rc == 0)
		rc = report ? write_report(&a) : write_log(&a);
	pack_finish(&a.log);
	return rc;
}

int log_main(int argc, char **argv)
{
	return run(argc, argv, false, false);
}

int report_main(int argc, char **argv)
{
	return run(argc, argv, false, true);
}

int replay_main(int argc, char **argv)
{
	return run(argc, argv, true, true);
}
