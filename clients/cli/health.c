/* SPDX-License-Identifier: EUPL-1.2 */
/* Does the daemon answer, and what does it say of itself? For health checks in containers and scripts, which need no curl then. */
#include "base/check.h"
#include "commands.h"
#include "net.h"
#include <getopt.h>
#include <stdio.h>

static const char help[] =
	"bollplank health [URL] [--ready]\n"
	"\n"
	"Asks the daemon (default http://localhost:7070) how it is, and prints its answer.\n"
	"\n"
	"  --ready    its journal must be in order too, and it must not be stopping\n"
	"\n"
	"Without --ready any answer is good enough: a daemon whose Redis is away still shows what it has, and when Redis comes\n"
	"back empty it writes the log back, so nothing is won by starting it anew.\n"
	"Status: 0 it is well, 1 it is not, or does not answer.\n";

struct asking {
	struct net *net;
	bool ready;
	int rc;
};

static void answer_came(unsigned status, struct slice body, void *ctx)
{
	struct asking *a = ctx;
	bool known = status == 200 || status == 503;
	a->rc = known && (status == 200 || !a->ready) ? 0 : 1;
	if (known)
		printf("%.*s", (int)body.len, (const char *)body.at);
	else if (status == 0)
		fprintf(stderr, "bollplank health: no answer: %.*s\n", (int)body.len, (const char *)body.at);
	else
		fprintf(stderr, "bollplank health: status %u: this is no daemon of Bollplank\n", status);
	net_stop(a->net);
}

int health_main(int argc, char **argv)
{
	static const struct option options[] = { { "help", no_argument, NULL, 'h' }, { "ready", no_argument, NULL, 'r' }, { NULL, 0, NULL, 0 } };
	struct asking a = { .rc = 1 };
	struct address address;
	int option;
	while ((option = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
		if (option == 'h') {
			fputs(help, stdout);
			return 0;
		}
		if (option != 'r')
			return usage_option("health", argc, argv);
		a.ready = true;
	}
	if (optind + 1 < argc)
		return usage_wrong("health", "'%s' is not understood", argv[optind + 1]);
	const char *url = optind < argc ? argv[optind] : "http://localhost:7070", *problem = address_parse(url, &address);
	if (problem != NULL)
		return usage_wrong("health", "'%s' is not an address: %s", url, problem);
	a.net = net_create(&address, 1);
	if (a.net == NULL)
		return 1;
	net_get(a.net, "/healthz", "", answer_came, &a);
	net_run(a.net);
	net_destroy(a.net);
	return a.rc;
}
