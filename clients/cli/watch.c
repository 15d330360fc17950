/* SPDX-License-Identifier: EUPL-1.2 */
/* `watch`: a page on a connection that mends itself, drawn (screen.h) several times a second. */
#include "base/check.h"
#include "chance.h"
#include "commands.h"
#include "net.h"
#include "screen.h"
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>

static const char help[] =
	"bollplank watch 'SCREEN LINK' [options]\n"
	"\n"
	"Shows in a terminal what the shared screen shows: code and how many are here, the step and its timer, results as\n"
	"bars, a room beside all. It says so when the picture is stale, and mends itself. Ctrl-C ends it.\n"
	"A facilitator's link works too. When the output is not a terminal, changes are printed line by line.\n"
	"\n"
	"  --language sv|en   of the words (default: the session's)\n"
	"  --width N          so many columns (default: the terminal's)\n"
	"  --once             print the picture once and end, when it has come\n";

enum { BACKOFF_FIRST_MS = 500, BACKOFF_MOST_MS = 10000, TURN_MS = 100 };

struct watching {
	struct net *net;
	struct link link;
	struct page page;
	struct net_conn *conn;
	struct chance dice;
	unsigned backoff_ms;
	enum fault bye;
	struct screen screen;
	struct terminal terminal;
	int rc;
};

static void turn(void *ctx)
{
	struct watching *w = ctx;
	if (w->page.term != 0) { /* a picture has come */
		screen_draw(&w->screen, &w->terminal, net_now_us());
		terminal_show(&w->terminal);
		if (w->terminal.once) {
			w->rc = 0;
			net_stop(w->net);
			return;
		}
	}
	net_after(w->net, TURN_MS, turn, w);
}

/* --- the connection --- */

static void send_message(struct page *page, struct slice message, void *ctx)
{
	(void)page;
	struct watching *w = ctx;
	if (w->conn != NULL)
		net_send(w->conn, message);
}

static void wish_ended(struct page *page, const struct wish *wish, enum fault fault, void *ctx)
{
	(void)page;
	(void)wish;
	(void)fault;
	(void)ctx; /* a screen wishes nothing */
}

static void wait_asked(struct page *page, uint32_t ms, void *ctx)
{
	(void)page;
	(void)ms;
	(void)ctx;
}

static void was_told(struct page *page, enum volatile_kind kind, struct cursor rest, void *ctx)
{
	(void)page;
	struct watching *w = ctx;
	screen_told(&w->screen, kind, rest);
}

static void said_bye(struct page *page, enum fault fault, void *ctx)
{
	(void)page;
	struct watching *w = ctx;
	w->bye = fault;
}

static const struct page_up page_up = {
	.send = send_message, .ended = wish_ended, .wait = wait_asked, .told = was_told, .bye = said_bye
};

static void conn_opened(struct net_conn *conn, void *ctx)
{
	(void)conn;
	struct watching *w = ctx;
	page_opened(&w->page);
}

static void conn_message(struct net_conn *conn, struct slice bytes, void *ctx)
{
	struct watching *w = ctx;
	w->screen.heard_us = net_now_us();
	w->screen.heard_at = time(NULL);
	if (!page_message(&w->page, bytes, w->screen.heard_us))
		net_close(conn, 0);
	if (w->page.welcome) {
		w->screen.lost_us = 0;
		w->backoff_ms = 0;
		if ((w->page.roles & (ROLE_SCREEN | ROLE_FACILITATOR)) == 0) {
			fprintf(stderr, "bollplank watch: this is not the link of a shared screen\n");
			net_stop(w->net);
		}
	}
}

static void connect_again(void *ctx);

static void conn_closed(struct net_conn *conn, unsigned code, const char *why, void *ctx)
{
	(void)conn;
	struct watching *w = ctx;
	w->conn = NULL;
	page_lost(&w->page);
	if (w->screen.lost_us == 0)
		w->screen.lost_us = net_now_us();
	if (code == 4000 || code == 4001 || code == 4002) {
		if (code == 4002)
			fprintf(stderr,
				"bollplank watch: the screen was opened elsewhere too often; this one was let go\n");
		else
			fprintf(stderr, "bollplank watch: the link is refused: %s\n",
				w->bye != FAULT_none ? fault_sentence(w->bye)
				: *why               ? why
						     : "without a reason");
		net_stop(w->net);
		return;
	}
	uint32_t most = w->backoff_ms ? w->backoff_ms : BACKOFF_FIRST_MS;
	w->backoff_ms = most * 2 > BACKOFF_MOST_MS ? BACKOFF_MOST_MS : most * 2;
	net_after(w->net, chance_below(&w->dice, most), connect_again, w);
}

static const struct net_up conn_up = { .opened = conn_opened, .message = conn_message, .closed = conn_closed };

static void connect_again(void *ctx)
{
	struct watching *w = ctx;
	w->conn = net_dial(w->net, &conn_up, w);
}

static void interrupted(void *ctx)
{
	struct watching *w = ctx;
	w->rc = 0;
	net_stop(w->net);
}

static void resized(void *ctx)
{
	struct watching *w = ctx;
	terminal_resized(&w->terminal);
}

enum { O_LANGUAGE = 256, O_WIDTH, O_ONCE };

static const struct option options[] = {
	{ "help", no_argument, NULL, 'h' },
	{ "language", required_argument, NULL, O_LANGUAGE },
	{ "width", required_argument, NULL, O_WIDTH },
	{ "once", no_argument, NULL, O_ONCE },
	{ NULL, 0, NULL, 0 },
};

static int read_options(int argc, char **argv, struct watching *w, bool *helped)
{
	int option, rc = 0;
	while (rc == 0 && (option = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
		switch (option) {
		case 'h':
			fputs(help, stdout);
			*helped = true;
			return 0;
		case O_LANGUAGE: w->screen.language = optarg; break;
		case O_WIDTH: rc = usage_number("watch", "--width", optarg, TERMINAL_WIDTH_LEAST, TERMINAL_WIDTH_MOST, &w->terminal.width); break;
		case O_ONCE: w->terminal.once = true; break;
		default: return usage_option("watch", argc, argv);
		}
	}
	if (rc != 0)
		return rc;
	if (w->screen.language != NULL && strcmp(w->screen.language, "sv") != 0 && strcmp(w->screen.language, "en") != 0)
		return usage_wrong("watch", "--language is sv or en, not '%s'", w->screen.language);
	if (optind >= argc)
		return usage_wrong("watch", "the link of the shared screen is missing");
	rc = usage_link("watch", argv[optind], "the shared screen has one of its own", &w->link);
	if (rc == 0 && optind + 1 < argc)
		return usage_wrong("watch", "'%s' is not understood", argv[optind + 1]);
	return rc;
}

int watch_main(int argc, char **argv)
{
	struct watching *w = check_alloc(1, sizeof *w);
	w->rc = 1;
	bool helped = false;
	int rc = read_options(argc, argv, w, &helped);
	if (rc != 0 || helped)
		goto err0;
	rc = 1;
	chance_secure(&w->dice.state, sizeof w->dice.state);
	w->net = net_create(&w->link.address, 4);
	if (w->net == NULL)
		goto err0;
	page_init(&w->page, DOOR_LINK, w->link.place, w->link.token, UINT32_MAX, &page_up, w);
	w->page.name = "watch";
	w->screen.page = &w->page;
	w->screen.heard_us = net_now_us();
	net_signal(w->net, SIGINT, interrupted, w);
	net_signal(w->net, SIGTERM, interrupted, w);
	net_signal(w->net, SIGWINCH, resized, w);
	terminal_open(&w->terminal);
	connect_again(w);
	turn(w);
	net_run(w->net);
	terminal_close(&w->terminal);
	rc = w->rc;
	net_destroy(w->net);
	page_finish(&w->page);
err0:
	free(w);
	return rc;
}
