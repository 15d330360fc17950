/* SPDX-License-Identifier: EUPL-1.2 */
/* Ballots on paper, entered from a table (protocol/README.md clause 4.19). Everything is checked before
 * anything is sent: first the table against the question as a facilitator's page shows it, then what the
 * session already has, from its log. Afterwards one command after the other, each awaited until it is saved.
 */
#include "base/check.h"
#include "base/digest.h"
#include "base/limits.h"
#include "commands.h"
#include "net.h"
#include "replay.h"
#include "sheets.h"
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>

static const char help[] =
	"bollplank proxy 'FACILITATOR LINK' QUESTION FILE.csv [--check]\n"
	"\n"
	"Enters ballots that a room has filled in on paper. They count like any others and are told as paper "
	"in the result.\n"
	"QUESTION is its number, or its id in the catalog (level, dots, p1q1). It must be open in the rooms "
	"of the file.\n"
	"\n"
	"The file is a table as spreadsheets save it (CSV UTF-8), with ; or , between the cells. The first "
	"row names the columns:\n"
	"\n"
	"  room     its number or name\n"
	"  sheet    what the sheet is called, once in each room: a number, a letter, initials\n"
	"  heads    may be left out: how many people stand behind the sheet (default 1; always 1 in a secret "
	"question)\n"
	"  1, 2 ... one column for each item that got something: its number, or its words. In the rows stand "
	"the dots,\n"
	"           1 or x for a choice, the place for a ranking\n"
	"  percent  instead of items, for a rating: the place from 0 to 100 as pages say it, 62 or 62,5\n"
	"  value    the same from 0 to 1000, as the protocol has it\n"
	"  words    instead of items, for an answer in words\n"
	"\n"
	"  room;sheet;1;4;17\n"
	"  3;A;2;;3\n"
	"  3;B;5;;\n"
	"\n"
	"Nothing is sent when anything in the file is wrong; each mistake is told as FILE:LINE:COLUMN. The "
	"number of paper ballots\n"
	"of a room becomes that of its sheets in the file, and never lower than it was; a sheet that is "
	"found later may be sent alone.\n"
	"The same file sent again, with the same link, changes nothing. A sheet that is sent again with "
	"other values is replaced;\n"
	"a row with no values takes the sheet's answer back. Capital letters in the first row, and empty "
	"columns and rows, do not matter.\n"
	"\n"
	"  --check   only check\n"
	"\n"
	"Status: 0 all is saved (or fine), 1 something is wrong and said, 2 asked wrongly.\n";

enum stage { STAGE_PICTURE, STAGE_LOG, STAGE_PAPERS, STAGE_SHEETS, STAGE_DONE };
enum { PACE_MS = 25, AGAIN_MS = 500, PATIENCE_MS = 30000, PICTURE_MS = 10000 }; /* PACE: below RATE_STAFF */

struct proxy {
	struct link link;
	struct net *net;
	struct net_conn *conn;
	struct page page;
	const char *asked, *file; /* the question as it was named */
	char path[64];            /* of the log */
	bool check_only;
	struct table table;
	struct complaints wrong;
	struct question question;
	struct sheets sheets;
	uint32_t papers[LIMIT_ROOMS + 1]; /* announced by now */

	enum stage stage;
	uint32_t room;      /* STAGE_PAPERS: the next one to announce */
	size_t next, saved; /* STAGE_SHEETS */
	size_t raised;      /* p->next of the sheet for which one more was announced; no sheet twice */
	uint64_t lost_us;   /* 0: connected */
	int rc;
	bool over;
};

__attribute__((format(printf, 2, 3))) static void give_up(struct proxy *p, const char *format, ...)
{
	va_list more;
	if (p->over)
		return;
	va_start(more, format);
	fputs("bollplank proxy: ", stderr);
	vfprintf(stderr, format, more);
	fputc('\n', stderr);
	va_end(more);
	p->rc = 1;
	p->over = true;
	net_stop(p->net);
}

static void done(struct proxy *p)
{
	p->stage = STAGE_DONE;
	p->over = true;
	p->rc = 0;
	net_stop(p->net);
}

/* --- checking --- */

/* 0: not in sight (yet). */
static uint32_t find_question(const struct proxy *p)
{
	char *end;
	unsigned long number = strtoul(p->asked, &end, 10);
	bool by_number = *p->asked >= '0' && *p->asked <= '9' && *end == '\0';
	struct question question;
	for (uint32_t a = 1; a <= LIMIT_ACTIVITIES; a++) {
		if (by_number && a != number)
			continue;
		struct cursor c = picture_item(&p->page.picture,
					       (struct section){ .kind = SECTION_activity, .a = a }, 0);
		if (c.left == 0)
			continue;
		for (int i = 0; i < 6; i++)
			cursor_raw(&c);
		if (by_number || slice_equal(cursor_str(&c), slice_text(p->asked)))
			return page_question(&p->page, a, &question) ? a : 0;
	}
	return 0;
}

/* The first frame of a large session does not hold everything (clause 5.6): all questions of the agenda, and
 * the rooms. */
static bool is_whole(const struct proxy *p)
{
	const struct picture_section *agenda = picture_find(&p->page.picture, SECTION_agenda, 0, 0);
	for (size_t i = 0; agenda != NULL && i < agenda->count; i++) {
		struct cursor c = item_cursor(&agenda->items[i]);
		for (int k = 0; k < 3; k++)
			cursor_raw(&c);
		struct cursor activities = cursor_array(&c);
		while (activities.left > 0)
			if (picture_find(&p->page.picture, SECTION_activity,
					 (uint32_t)cursor_uint(&activities), 0) == NULL)
				return false;
	}
	return agenda != NULL && picture_find(&p->page.picture, SECTION_scope, 0, 0) != NULL &&
	       picture_find(&p->page.picture, SECTION_rooms, 0, 0) != NULL;
}

static void check_open(struct proxy *p)
{
	bool told[LIMIT_ROOMS + 1] = { false };
	uint32_t round;
	for (size_t i = 0; i < p->sheets.count; i++) {
		const struct sheet *sheet = &p->sheets.at[i];
		unsigned phase = page_phase(&p->page, p->question.number, sheet->room, &round);
		if (sheet->room == 0 || told[sheet->room] || (phase & (PHASE_OPEN | PHASE_CLOSING)) != 0)
			continue;
		told[sheet->room] = true;
		complain(&p->wrong, sheet->at, IS_ERROR,
			 "the question is %s in room %u; paper ballots are entered while it is open",
			 phase == PHASE_READY || phase == 0 ? "not asked yet" : "closed", sheet->room);
	}
}

static bool say_wrong(struct proxy *p)
{
	if (p->wrong.errors == 0)
		return false;
	complaints_sort(&p->wrong);
	for (size_t i = 0; i < p->wrong.count; i++)
		fprintf(stderr, "%s:%u:%u: %s\n", p->file, p->wrong.at[i].at.line, p->wrong.at[i].at.column,
			p->wrong.at[i].sentence);
	if (p->wrong.left_out > 0)
		fprintf(stderr, "%s: and %zu more\n", p->file, p->wrong.left_out);
	return true;
}

static void step(void *ctx);

static void log_came(unsigned status, struct slice body, void *ctx)
{
	struct proxy *p = ctx;
	struct replayed replayed;
	if (status == 0)
		give_up(p, "the session's log did not come: %.*s", (int)body.len, (const char *)body.at);
	else if (status != 200)
		give_up(p, "the session's log did not come: status %u", status);
	else if (!replay_papers(body, p->question.number, p->papers, &replayed))
		give_up(p, "the session's log: %s", replayed.wrong);
	else {
		p->stage = STAGE_PAPERS;
		step(p);
	}
}

static void check(struct proxy *p)
{
	uint32_t number = find_question(p);
	if ((p->page.roles & ROLE_FACILITATOR) == 0) {
		give_up(p, "this is not a facilitator's link");
		return;
	}
	if (number == 0 || !page_question(&p->page, number, &p->question)) {
		give_up(p, "there is no question %s in this session", quoted(slice_text(p->asked)).text);
		return;
	}
	sheets_read(&p->table, &p->page, &p->question, &p->sheets, &p->wrong);
	check_open(p);
	if (say_wrong(p)) {
		give_up(p, "nothing was sent");
		return;
	}
	if (p->check_only) {
		printf("question %u: %zu sheet%s; nothing was sent\n", number, p->sheets.count,
		       p->sheets.count == 1 ? " is fine" : "s are fine");
		done(p);
		return;
	}
	char token[TOKEN_TEXT];
	snprintf(p->path, sizeof p->path, "/api/sessions/%s/log", p->page.sid);
	token_write(p->link.token, token);
	p->stage = STAGE_LOG;
	net_get(p->net, p->path, token, log_came, p);
}

/* --- sending --- */

static void announce(struct proxy *p, uint32_t room, uint32_t count)
{
	struct pack form;
	pack_init(&form);
	pack_array(&form, 1);
	pack_uint(&form, count);
	p->papers[room] = count;
	page_wish(&p->page, COMMAND_papers, p->question.number, room, pack_bytes(&form), slice_of(NULL, 0),
		  net_now_us());
	pack_finish(&form);
}

static void enter(struct proxy *p, const struct sheet *sheet)
{
	struct pack form;
	uint32_t round;
	page_phase(&p->page, p->question.number, sheet->room, &round);
	pack_init(&form);
	pack_array(&form, 4);
	pack_uint(&form, round);
	pack_bin(&form, slice_of(sheet->id, sizeof sheet->id));
	pack_uint(&form, sheet->heads);
	pack_bin(&form, pack_bytes(&sheet->ballot));
	page_wish(&p->page, COMMAND_proxy, p->question.number, sheet->room, pack_bytes(&form),
		  pack_bytes(&sheet->text), net_now_us());
	pack_finish(&form);
}

static void print_saved(const struct proxy *p)
{
	printf("question %u: %zu sheet%s saved\n", p->question.number, p->saved, p->saved == 1 ? "" : "s");
	for (uint32_t room = 1; room <= LIMIT_ROOMS; room++) {
		uint32_t heads = 0;
		for (size_t i = 0; i < p->sheets.count; i++)
			heads += p->sheets.at[i].room == room ? p->sheets.at[i].heads : 0;
		if (p->sheets.of_room[room] > 0)
			printf("  room %u: %u sheet%s for %u %s; %u on paper are announced\n", room,
			       p->sheets.of_room[room], p->sheets.of_room[room] == 1 ? "" : "s", heads,
			       heads == 1 ? "person" : "people", p->papers[room]);
	}
}

/* The next command, when the one before is saved. */
static void step(void *ctx)
{
	struct proxy *p = ctx;
	if (p->over || p->page.outbox != NULL)
		return;
	while (p->stage == STAGE_PAPERS) {
		if (++p->room > LIMIT_ROOMS)
			p->stage = STAGE_SHEETS;
		else if (p->sheets.of_room[p->room] > p->papers[p->room]) {
			announce(p, p->room, p->sheets.of_room[p->room]);
			return;
		}
	}
	if (p->stage == STAGE_SHEETS && p->next < p->sheets.count) {
		enter(p, &p->sheets.at[p->next++]);
	} else if (p->stage == STAGE_SHEETS) {
		print_saved(p);
		done(p);
	}
}

static void page_ended(struct page *page, const struct wish *wish, enum fault fault, void *ctx)
{
	(void)page;
	struct proxy *p = ctx;
	if (fault == FAULT_no_paper && wish->command == COMMAND_proxy && p->raised != p->next) {
		/* As many as announced are in, and this is not one of them: a sheet that was found later. */
		p->raised = p->next--;
		announce(p, p->sheets.at[p->next].room, p->papers[p->sheets.at[p->next].room] + 1);
		return;
	}
	if (fault != FAULT_none) {
		const struct sheet *sheet =
			wish->command == COMMAND_proxy ? &p->sheets.at[p->next - 1] : NULL;
		if (sheet != NULL)
			fprintf(stderr, "%s:%u:%u: ", p->file, sheet->at.line, sheet->at.column);
		give_up(p, "%s; %zu sheets were saved before", fault_sentence(fault), p->saved);
		return;
	}
	p->saved += wish->command == COMMAND_proxy;
	if (wish->command != COMMAND_join)
		net_after(p->net, PACE_MS, step, p);
}

/* --- the connection: lost, it comes back --- */

static void dial(void *ctx);

static void page_send(struct page *page, struct slice message, void *ctx)
{
	(void)page;
	struct proxy *p = ctx;
	if (p->conn != NULL)
		net_send(p->conn, message);
}

static void wait_over(void *ctx)
{
	struct proxy *p = ctx;
	if (!p->over)
		page_go_on(&p->page, net_now_us());
}

static void page_wait(struct page *page, uint32_t ms, void *ctx)
{
	(void)page;
	struct proxy *p = ctx;
	net_after(p->net, ms, wait_over, p);
}

static void page_framed(struct page *page, void *ctx)
{
	(void)page;
	struct proxy *p = ctx;
	p->lost_us = 0;
	if (p->stage == STAGE_PICTURE && !p->over && is_whole(p)) {
		page_lane_resume(&p->page);
		check(p);
	}
}

static void page_bye(struct page *page, enum fault fault, void *ctx)
{
	(void)page;
	if (fault != FAULT_later && fault != FAULT_elsewhere)
		give_up(ctx, "%s", fault_sentence(fault));
}

static const struct page_up page_up = {
	.send = page_send, .ended = page_ended, .wait = page_wait, .frame = page_framed, .bye = page_bye
};

static void conn_opened(struct net_conn *conn, void *ctx)
{
	(void)conn;
	page_opened(&((struct proxy *)ctx)->page);
}

static void conn_message(struct net_conn *conn, struct slice bytes, void *ctx)
{
	struct proxy *p = ctx;
	if (!page_message(&p->page, bytes, net_now_us()))
		net_close(conn, 0);
}

static void conn_closed(struct net_conn *conn, unsigned code, const char *why, void *ctx)
{
	(void)conn;
	struct proxy *p = ctx;
	bool was = p->page.welcome;
	p->conn = NULL;
	page_lost(&p->page);
	if (p->over)
		return;
	if (p->lost_us == 0)
		p->lost_us = net_now_us();
	if (code == 4000 || code == 4001 || code == 4002 || (!was && p->page.sid[0] == '\0') ||
	    net_now_us() - p->lost_us > PATIENCE_MS * UINT64_C(1000))
		give_up(p, "the connection was lost%s%s; %zu sheets were saved before", why[0] ? ": " : "",
			why, p->saved);
	else
		net_after(p->net, AGAIN_MS, dial, p);
}

static const struct net_up conn_up = { .opened = conn_opened,
				       .message = conn_message,
				       .closed = conn_closed };

static void dial(void *ctx)
{
	struct proxy *p = ctx;
	if (!p->over && p->conn == NULL)
		p->conn = net_dial(p->net, &conn_up, p);
}

static void picture_late(void *ctx)
{
	struct proxy *p = ctx;
	if (p->stage == STAGE_PICTURE)
		give_up(p, "the session did not show itself within %d s, or has no rooms", PICTURE_MS / 1000);
}

static void interrupted(void *ctx)
{
	give_up(ctx, "stopped");
}

/* --- what was asked for --- */

static int read_file(struct proxy *p)
{
	FILE *file = fopen(p->file, "re");
	uint8_t *bytes = file ? check_alloc(LIMIT_TABLE + 1, 1) : NULL;
	size_t len = file ? fread(bytes, 1, LIMIT_TABLE + 1, file) : 0;
	int rc = 1;
	if (file == NULL || ferror(file)) {
		fprintf(stderr, "bollplank proxy: %s cannot be read: %s\n", p->file, strerror(errno));
	} else if (len > LIMIT_TABLE) {
		fprintf(stderr, "bollplank proxy: %s is longer than %d MB\n", p->file,
			LIMIT_TABLE / 1024 / 1024);
	} else {
		table_read(slice_of(bytes, len), &p->table, &p->wrong);
		rc = say_wrong(p) ? 1 : 0;
		if (rc != 0)
			fputs("bollplank proxy: nothing was sent\n", stderr);
	}
	if (file)
		fclose(file);
	free(bytes);
	return rc;
}

static int read_options(int argc, char **argv, struct proxy *p, bool *helped)
{
	static const struct option options[] = { { "help", no_argument, NULL, 'h' },
						 { "check", no_argument, NULL, 'c' },
						 { NULL, 0, NULL, 0 } };
	int option;
	while ((option = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
		switch (option) {
		case 'h':
			fputs(help, stdout);
			*helped = true;
			return 0;
		case 'c':
			p->check_only = true;
			break;
		default:
			return usage_option("proxy", argc, argv);
		}
	}
	if (optind + 3 != argc)
		return usage_wrong("proxy", "a facilitator's link, a question and a file are asked for");
	p->asked = argv[optind + 1];
	p->file = argv[optind + 2];
	return usage_link("proxy", argv[optind], "a facilitator has one of their own", &p->link);
}

/* One lane for all runs with this link. */
static uint64_t lane_of(const struct proxy *p)
{
	struct slice name = slice_text("bollplank.proxy.lane");
	struct digest digest = digest_keyed(slice_of(p->link.token, sizeof p->link.token), &name, 1);
	uint64_t lane = 0;
	for (int i = 0; i < 8; i++)
		lane = lane << 8 | digest.bytes[i];
	return lane;
}

int proxy_main(int argc, char **argv)
{
	struct proxy *p = check_alloc(1, sizeof *p);
	bool helped = false;
	int rc = read_options(argc, argv, p, &helped);
	if (rc != 0 || helped)
		goto err0;
	rc = read_file(p);
	if (rc != 0)
		goto err1;
	rc = 1;
	p->rc = 1;
	p->net = net_create(&p->link.address, 2);
	if (p->net == NULL)
		goto err1;
	page_init(&p->page, DOOR_LINK, p->link.place, p->link.token, UINT32_MAX, &page_up, p);
	p->page.name = "proxy";
	page_lane(&p->page, lane_of(p));
	net_signal(p->net, SIGINT, interrupted, p);
	net_signal(p->net, SIGTERM, interrupted, p);
	net_after(p->net, PICTURE_MS, picture_late, p);
	dial(p);
	net_run(p->net);
	rc = p->rc;
	net_destroy(p->net);
	page_finish(&p->page);
err1:
	sheets_finish(&p->sheets);
	table_finish(&p->table);
err0:
	free(p);
	return rc;
}
