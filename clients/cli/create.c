/* SPDX-License-Identifier: EUPL-1.2 */
/* Make a session by POST /api/sessions (protocol/README.md clause 7.2). The secrets of its links are drawn here; the
 * daemon gets their hashes. */
#include "base/check.h"
#include "base/digest.h"
#include "base/limits.h"
#include "chance.h"
#include "check.h"
#include "commands.h"
#include "net.h"
#include "page.h"
#include <ctype.h>
#include <errno.h>
#include <getopt.h>

static const char help[] =
	"bollplank create [options]\n"
	"\n"
	"Makes a session and prints its links: for joining, for the shared screen, for the facilitator.\n"
	"The last one is a secret: who has it leads the session.\n"
	"\n"
	"  --url URL          where the daemon is (default http://localhost:7070)\n"
	"  --key-file FILE    the file with the creation key; without it $BOLLPLANK_CREATION_KEY is the key\n"
	"  --workshop FILE|ID a workshop: a file (with / or .yaml in its name; see bollplank check), or one of\n"
	"                     those that the daemon offers, as declaration, evaluation or quick-poll\n"
	"  --demo             a ready rehearsal session in Swedish and English: a choice of level, and five\n"
	"                     secret dots on eight items\n"
	"  --rehearsal        for rehearse; what happens in it never counts as a real session\n"
	"  --title TEXT       what the session is called\n"
	"  --language sv|en   its language, and that of the texts given here (default sv, or a workshop's first)\n"
	"  --rooms N          make N rooms at once (people are put into them later)\n"
	"  --k N              hold back secret results of fewer than N ballots (default 3)\n"
	"  --plain            print key=value lines, for programs\n"
	"\n"
	"Questions; the options that follow a --question are about it:\n"
	"  --question TEXT    what is asked\n"
	"  --item TEXT        one item; may be given many times\n"
	"  --items FILE       items, one on each line; a line that begins with # names a new group\n"
	"  --dots N --cap N   N dots to place, at most so many on one item (default 5 and 3)\n"
	"  --choice --most N  instead of dots: choose at most N (default 1)\n"
	"  --secret           nobody can see how somebody votes, and no running result exists\n"
	"  --by-room          each room gives one answer\n"
	"\n"
	"Example:\n"
	"  bollplank create --rehearsal --title 'Planeringsdag' --question 'Vad börjar vi med?' \\\n"
	"    --item 'Dela exempel' --item 'Tydliga regler' --item 'Fler prov' --dots 5 --cap 3\n";

struct phrase {
	const char *sv, *en; /* the same text twice when there is one only */
};

struct item {
	struct phrase words;
	unsigned group;
};

struct ask {
	struct phrase title, lead;
	bool choice, secret, by_room;
	unsigned long dots, cap, most;
	struct item *items;
	size_t count;
	struct phrase *groups; /* of items, numbered from 1 */
	size_t group_count;
};

struct draft {
	const char *language; /* NULL: not said */
	const char *workshop; /* a file or an id, or NULL */
	struct pack body;     /* the workshop, protocol/README.md clause 7.3; empty until it is known */
	char language_room[36];
	bool both; /* texts in both languages */
	bool rehearsal;
	struct phrase title;  /* sv NULL: the workshop's */
	unsigned long k, rooms;
	struct ask *asks;
	size_t count;
	char **texts; /* files of items: their lines are items' words */
	size_t text_count;
};

static const struct item demo_levels[] = {
	{ { "Vår egen enhet", "Our own unit" }, 0 },
	{ { "Hela vår organisation", "The whole of our organisation" }, 0 },
	{ { "Flera organisationer tillsammans", "Several organisations together" }, 0 },
	{ { "Hela offentliga sektorn", "The whole public sector" }, 0 },
};

static const struct item demo_items[] = {
	{ { "Fasta tider för att prova nytt", "Fixed times for trying new things" }, 1 },
	{ { "En person att fråga", "One person to ask" }, 1 },
	{ { "Dela exempel som fungerar", "Share examples that work" }, 1 },
	{ { "Lära av misstag tillsammans", "Learn from mistakes together" }, 1 },
	{ { "Enklare inköp av verktyg", "Simpler purchasing of tools" }, 2 },
	{ { "Tydliga regler för data", "Clear rules for data" }, 2 },
	{ { "Chefer som provar själva", "Managers who try for themselves" }, 2 },
	{ { "Mäta om det blev bättre", "Measure whether it got better" }, 2 },
};

static struct ask *add_ask(struct draft *draft, struct phrase title)
{
	draft->asks = check_realloc(draft->asks, draft->count + 1, sizeof *draft->asks);
	draft->asks[draft->count] = (struct ask){ .title = title, .lead = { "", "" }, .dots = 5, .cap = 3, .most = 1 };
	return &draft->asks[draft->count++];
}

static void add_item(struct ask *ask, struct item item)
{
	ask->items = check_realloc(ask->items, ask->count + 1, sizeof *ask->items);
	ask->items[ask->count++] = item;
}

static unsigned add_group(struct ask *ask, struct phrase title)
{
	ask->groups = check_realloc(ask->groups, ask->group_count + 1, sizeof *ask->groups);
	ask->groups[ask->group_count++] = title;
	return (unsigned)ask->group_count;
}

static void make_demo(struct draft *draft)
{
	draft->both = true;
	draft->rehearsal = true; /* so that simulated people may come, and nobody takes it for a real one */
	if (draft->title.sv == NULL)
		draft->title = (struct phrase){ "Provkör Bollplank", "Trying out Bollplank" };
	struct ask *level =
		add_ask(draft, (struct phrase){ "På vilken nivå talar ni?", "At which level are you talking?" });
	level->lead = (struct phrase){ "Välj den nivå som ni vill ha i tankarna i dag.",
				       "Choose the level that you want to have in mind today." };
	level->choice = true;
	for (size_t i = 0; i < sizeof demo_levels / sizeof demo_levels[0]; i++)
		add_item(level, demo_levels[i]);
	struct ask *dots = add_ask(
		draft, (struct phrase){ "Vad gör mest nytta att börja med?", "What would help most to begin with?" });
	dots->lead = (struct phrase){ "Lägg fem prickar. Högst tre på samma rad.",
				      "Place five dots. At most three on one row." };
	dots->secret = true;
	add_group(dots, (struct phrase){ "I vardagen", "In everyday work" });
	add_group(dots, (struct phrase){ "I organisationen", "In the organisation" });
	for (size_t i = 0; i < sizeof demo_items / sizeof demo_items[0]; i++)
		add_item(dots, demo_items[i]);
}

/* --- the request --- */

/* A text: a row per language, in each the words of the phrases. */
static void pack_text(struct pack *out, const struct draft *draft, const struct phrase *phrases, size_t count)
{
	pack_array(out, draft->both ? 2 : 1);
	for (int row = 0; row < (draft->both ? 2 : 1); row++) {
		bool english = row == 1 || (!draft->both && strcmp(draft->language, "en") == 0);
		/* The first row is the one to fall back on: the session's language. */
		if (draft->both && strcmp(draft->language, "en") == 0)
			english = row == 0;
		pack_array(out, count + 1);
		pack_str(out, slice_text(english ? "en" : "sv"));
		for (size_t i = 0; i < count; i++)
			pack_str(out, slice_text(english ? phrases[i].en : phrases[i].sv));
	}
}

static void pack_link(struct pack *out, unsigned role, const uint8_t token[16], const char *name)
{
	struct digest hash = digest_plain(slice_of(token, 16));
	pack_array(out, 3);
	pack_uint(out, role);
	pack_bin(out, slice_of(hash.bytes, sizeof hash.bytes));
	pack_array(out, 1);
	pack_array(out, 2);
	pack_str(out, slice_text(""));
	pack_str(out, slice_text(name));
}

static void pack_listed(struct pack *out, const struct draft *draft, unsigned group, const struct phrase *words)
{
	pack_array(out, 2);
	pack_uint(out, group);
	pack_text(out, draft, words, 1);
}

/* A step of its own for each question. */
static void pack_ask(struct pack *out, const struct draft *draft, const struct ask *ask)
{
	struct phrase words[2] = { ask->title, ask->lead };
	pack_array(out, 8);
	pack_uint(out, 10);
	pack_uint(out, 0); /* plenary, source, group, parts */
	pack_uint(out, 0);
	pack_uint(out, 0);
	pack_array(out, 0);
	pack_text(out, draft, words, 2);
	pack_nil(out);
	pack_array(out, 1);
	pack_array(out, 8);
	pack_str(out, slice_text(ask->choice ? "choice" : "dots"));
	pack_uint(out, ask->by_room ? HOLDER_ROOM : HOLDER_PERSON);
	pack_bool(out, ask->secret);
	struct pack config;
	pack_init(&config);
	pack_array(&config, 2);
	pack_uint(&config, ask->choice ? 1 : ask->dots);
	pack_uint(&config, ask->choice ? ask->most : ask->cap);
	pack_bin(out, pack_bytes(&config));
	pack_finish(&config);
	pack_str(out, slice_text(""));
	pack_text(out, draft, words, 2);
	pack_array(out, ask->group_count);
	for (size_t i = 0; i < ask->group_count; i++)
		pack_listed(out, draft, (unsigned)i + 1, &ask->groups[i]);
	pack_array(out, ask->count);
	for (size_t i = 0; i < ask->count; i++)
		pack_listed(out, draft, ask->items[i].group, &ask->items[i].words);
}

static void pack_rooms(struct pack *out, const struct draft *draft)
{
	pack_array(out, draft->rooms);
	for (unsigned long i = 1; i <= draft->rooms; i++) {
		char words[2][32];
		snprintf(words[0], sizeof words[0], "Rum %lu", i);
		snprintf(words[1], sizeof words[1], "Room %lu", i);
		struct phrase room[2] = { { words[0], words[1] }, { "", "" } };
		pack_text(out, draft, room, 2);
	}
}

/* [1, rehearsal, language, k, grace_ms, origin, title, guide, links, steps, rooms] */
static void pack_draft(struct pack *out, const struct draft *draft, const uint8_t facilitator[16],
		       const uint8_t screen[16])
{
	bool sv = strcmp(draft->language, "sv") == 0;
	struct cursor whole = cursor_of(pack_bytes(&draft->body)), workshop = cursor_array(&whole);
	struct slice origin = cursor_str(&workshop);
	uint64_t k = cursor_uint(&workshop), grace_ms = cursor_uint(&workshop);
	struct slice title = cursor_raw(&workshop), guide = cursor_raw(&workshop), steps = cursor_raw(&workshop);
	pack_array(out, 11);
	pack_uint(out, 1);
	pack_bool(out, draft->rehearsal);
	pack_str(out, slice_text(draft->language));
	pack_uint(out, draft->k ? draft->k : k);
	pack_uint(out, grace_ms);
	pack_str(out, origin);
	if (draft->title.sv)
		pack_text(out, draft, &draft->title, 1);
	else
		pack_raw(out, title);
	if (draft->workshop)
		pack_raw(out, guide);
	else
		pack_nil(out);
	pack_array(out, 2);
	pack_link(out, ROLE_FACILITATOR, facilitator, sv ? "Workshopledare" : "Facilitator");
	pack_link(out, ROLE_SCREEN, screen, sv ? "Storbild" : "Shared screen");
	if (draft->workshop) {
		pack_raw(out, steps);
	} else {
		pack_array(out, draft->count);
		for (size_t i = 0; i < draft->count; i++)
			pack_ask(out, draft, &draft->asks[i]);
	}
	pack_rooms(out, draft);
}

/* --- the answer --- */

struct asking {
	struct net *net;
	const struct draft *draft;
	const char *url;
	struct address address; /* of url */
	bool plain;
	const char *key;
	struct draft *filled; /* the same draft, for what the daemon says of its catalog */
	char path[80];
	uint8_t facilitator[16], screen[16];
	int rc;
};

/* In the session's language, or in the first one. */
static struct slice title_of(const struct draft *draft)
{
	if (draft->title.sv)
		return slice_text(strcmp(draft->language, "en") == 0 ? draft->title.en : draft->title.sv);
	struct cursor whole = cursor_of(pack_bytes(&draft->body)), workshop = cursor_array(&whole);
	struct slice found = slice_text("");
	for (int i = 0; i < 3; i++)
		cursor_raw(&workshop);
	struct cursor rows = cursor_array(&workshop);
	for (bool first = true; cursor_type(&rows) == CURSOR_ARRAY; first = false) {
		struct cursor row = cursor_array(&rows);
		struct slice language = cursor_str(&row), words = cursor_str(&row);
		if (first || slice_equal(language, slice_text(draft->language)))
			found = words;
	}
	return found;
}

static void print_links(const struct asking *a, struct slice sid, struct slice code)
{
	char base[300], facilitator[TOKEN_TEXT], screen[TOKEN_TEXT];
	address_write(&a->address, base, sizeof base);
	token_write(a->facilitator, facilitator);
	token_write(a->screen, screen);
	int sl = (int)sid.len, cl = (int)code.len;
	const char *s = (const char *)sid.at, *c = (const char *)code.at;
	if (a->plain) {
		printf("sid=%.*s\ncode=%.*s\njoin=%s/#%.*s\nscreen=%s/#%.*s.%s\nfacilitator=%s/#%.*s.%s\n", sl, s, cl,
		       c, base, cl, c, base, sl, s, screen, base, sl, s, facilitator);
		return;
	}
	struct slice title = title_of(a->draft);
	printf("\nA session is ready: %.*s%s\n\n", (int)title.len, (const char *)title.at, a->draft->rehearsal ? "  (a rehearsal)" : "");
	printf("  Facilitator    %s/#%.*s.%s\n", base, sl, s, facilitator);
	printf("  Shared screen  %s/#%.*s.%s\n", base, sl, s, screen);
	printf("  Join           %s/#%.*s    code %.*s %.*s\n\n", base, cl, c, cl < 4 ? cl : 4, c, cl > 4 ? cl - 4 : 0,
	       cl > 4 ? c + 4 : "");
	printf("The facilitator's link is a secret: who has it leads the session.\n");
	if (a->draft->rehearsal)
		printf("Simulated people come with: bollplank rehearse 'FACILITATOR LINK' --people 75 --rooms 13 --drive\n");
	putchar('\n');
}

static void answered(unsigned status, struct slice body, void *ctx)
{
	struct asking *a = ctx;
	struct cursor c = cursor_of(body);
	c = cursor_array(&c);
	if (status == 201) {
		struct slice sid = cursor_str(&c), code = cursor_str(&c);
		if (sid.len > 0 && code.len > 0) {
			print_links(a, sid, code);
			a->rc = 0;
		} else {
			fprintf(stderr,
				"bollplank create: the daemon's answer cannot be read; is it of the same version?\n");
		}
	} else if (status == 0) {
		fprintf(stderr, "bollplank create: no answer from %s: %.*s\n", a->url, (int)body.len,
			(const char *)body.at);
	} else {
		enum fault fault = (enum fault)cursor_uint(&c);
		if (fault == FAULT_key_needed)
			fprintf(stderr,
				"bollplank create: the daemon wants another creation key. Give its file with --key-file, or the key in BOLLPLANK_CREATION_KEY.\n");
		else
			fprintf(stderr, "bollplank create: refused (%u %s): %s\n", status, fault_name(fault),
				fault != 0 ? fault_sentence(fault) : "without a reason");
	}
	net_stop(a->net);
}

static void post(struct asking *a)
{
	struct pack body;
	pack_init(&body);
	pack_draft(&body, a->draft, a->facilitator, a->screen);
	if (body.len > LIMIT_HTTP_BODY) {
		fprintf(stderr,
			"bollplank create: the session is too large for one request (%zu bytes; %d is the most)\n",
			body.len, LIMIT_HTTP_BODY);
		net_stop(a->net);
	} else {
		net_post(a->net, "/api/sessions", a->key, pack_bytes(&body), answered, a);
	}
	pack_finish(&body);
}

/* --- a workshop of the catalog --- */

/* What was not asked for otherwise is the workshop's: its first language. */
static void settle_language(struct draft *draft)
{
	struct cursor whole = cursor_of(pack_bytes(&draft->body)), workshop = cursor_array(&whole);
	for (int i = 0; i < 3; i++)
		cursor_raw(&workshop);
	struct cursor rows = cursor_array(&workshop), row = cursor_array(&rows);
	struct slice language = cursor_str(&row);
	if (draft->language == NULL && language.len < sizeof draft->language_room) {
		memcpy(draft->language_room, language.at, language.len);
		draft->language = draft->language_room;
	}
}

static void fetched(unsigned status, struct slice body, void *ctx)
{
	struct asking *a = ctx;
	if (status == 200) {
		pack_raw(&a->filled->body, body);
		settle_language(a->filled);
		post(a);
		return;
	}
	if (status == 404)
		fprintf(stderr, "bollplank create: the daemon offers no workshop '%s'; a file has / or .yaml in its name\n", a->draft->workshop);
	else if (status == 0)
		fprintf(stderr, "bollplank create: no answer from %s: %.*s\n", a->url, (int)body.len, (const char *)body.at);
	else
		fprintf(stderr, "bollplank create: the daemon does not tell its workshops (%u)\n", status);
	net_stop(a->net);
}

static bool is_file(const char *workshop)
{
	size_t len = strlen(workshop);
	return strchr(workshop, '/') || (len > 5 && strcmp(workshop + len - 5, ".yaml") == 0);
}

static void begin(struct asking *a)
{
	if (a->draft->workshop && !is_file(a->draft->workshop)) {
		snprintf(a->path, sizeof a->path, "/api/catalog/%s", a->draft->workshop);
		net_get(a->net, a->path, "", fetched, a); /* the catalog is no secret */
	} else {
		post(a);
	}
	net_run(a->net);
}

/* --- the options --- */

static char *read_file(const char *path, size_t most)
{
	FILE *file = fopen(path, "r");
	if (file == NULL) {
		fprintf(stderr, "bollplank create: %s cannot be read: %s\n", path, strerror(errno));
		return NULL;
	}
	char *text = check_alloc(most + 1, 1);
	size_t len = fread(text, 1, most + 1, file);
	fclose(file);
	if (len > most) {
		fprintf(stderr, "bollplank create: %s is longer than %zu bytes\n", path, most);
		free(text);
		return NULL;
	}
	text[len] = '\0';
	return text;
}

static char *trimmed(char *text)
{
	while (isspace((unsigned char)*text))
		text++;
	size_t len = strlen(text);
	while (len > 0 && isspace((unsigned char)text[len - 1]))
		text[--len] = '\0';
	return text;
}

/* "# Frågor": the group is called so. One without a name is called by its number. */
static unsigned add_named_group(struct ask *ask, char *line)
{
	static const char *const numbers[] = { "1", "2", "3", "4", "5", "6", "7", "8", "9" };
	char *name = trimmed(line + 1);
	if (*name == '\0')
		name = (char *)(uintptr_t)numbers[ask->group_count < 9 ? ask->group_count : 8];
	return add_group(ask, (struct phrase){ name, name });
}

static int add_items(struct draft *draft, struct ask *ask, const char *path)
{
	char *text = read_file(path, LIMIT_HTTP_BODY);
	if (text == NULL)
		return 1;
	draft->texts = check_realloc(draft->texts, draft->text_count + 1, sizeof *draft->texts);
	draft->texts[draft->text_count++] = text;
	unsigned group = 0;
	for (char *line = text, *following; line != NULL; line = following) {
		following = strchr(line, '\n');
		if (following != NULL)
			*following++ = '\0';
		line = trimmed(line);
		if (*line == '#')
			group = add_named_group(ask, line);
		else if (*line != '\0')
			add_item(ask, (struct item){ .words = { line, line }, .group = group });
	}
	return 0;
}

static int check_draft(const struct draft *draft)
{
	if (draft->workshop && draft->count)
		return usage_wrong("create", "--workshop brings its own questions: give it without --question and --demo");
	if (draft->workshop && !is_file(draft->workshop)) {
		size_t len = strlen(draft->workshop);
		if (len == 0 || len > LIMIT_REF || strspn(draft->workshop, "abcdefghijklmnopqrstuvwxyz0123456789-") != len)
			return usage_wrong("create", "'%s' is no workshop's id; a file has / or .yaml in its name", draft->workshop);
	}
	if (draft->count == 0 && draft->workshop == NULL)
		return usage_wrong("create", "there is nothing to vote on: give --workshop, --demo, or --question with its --item");
	for (size_t i = 0; i < draft->count; i++) {
		const struct ask *ask = &draft->asks[i];
		if (ask->count == 0)
			return usage_wrong("create", "the question '%s' has no items: give --item or --items behind it",
					   ask->title.sv);
		if (ask->group_count > LIMIT_GROUPS)
			return usage_wrong("create", "the question '%s' has %zu groups of items; %d is the most", ask->title.sv,
					   ask->group_count, LIMIT_GROUPS);
		if (ask->count > LIMIT_ITEMS)
			return usage_wrong("create", "the question '%s' has %zu items; %d is the most", ask->title.sv,
					   ask->count, LIMIT_ITEMS);
		if (ask->by_room && ask->secret)
			return usage_wrong("create", "the question '%s' cannot be both --by-room and --secret",
					   ask->title.sv);
		if (!ask->choice && ask->cap > ask->dots)
			return usage_wrong("create", "--cap %lu is more than --dots %lu", ask->cap, ask->dots);
	}
	return 0;
}

enum {
	O_URL = 256, O_KEY, O_WORKSHOP, O_DEMO, O_REHEARSAL, O_TITLE, O_LANGUAGE, O_ROOMS, O_K, O_PLAIN, O_QUESTION,
	O_ITEM, O_ITEMS, O_DOTS, O_CAP, O_CHOICE, O_MOST, O_SECRET, O_BY_ROOM
};

static const struct option options[] = {
	{ "help", no_argument, NULL, 'h' },
	{ "url", required_argument, NULL, O_URL },
	{ "key-file", required_argument, NULL, O_KEY },
	{ "key", required_argument, NULL, O_KEY },
	{ "workshop", required_argument, NULL, O_WORKSHOP },
	{ "demo", no_argument, NULL, O_DEMO },
	{ "rehearsal", no_argument, NULL, O_REHEARSAL },
	{ "title", required_argument, NULL, O_TITLE },
	{ "language", required_argument, NULL, O_LANGUAGE },
	{ "rooms", required_argument, NULL, O_ROOMS },
	{ "k", required_argument, NULL, O_K },
	{ "plain", no_argument, NULL, O_PLAIN },
	{ "question", required_argument, NULL, O_QUESTION },
	{ "item", required_argument, NULL, O_ITEM },
	{ "items", required_argument, NULL, O_ITEMS },
	{ "dots", required_argument, NULL, O_DOTS },
	{ "cap", required_argument, NULL, O_CAP },
	{ "choice", no_argument, NULL, O_CHOICE },
	{ "most", required_argument, NULL, O_MOST },
	{ "secret", no_argument, NULL, O_SECRET },
	{ "by-room", no_argument, NULL, O_BY_ROOM },
	{ NULL, 0, NULL, 0 },
};

static int read_options(int argc, char **argv, struct draft *draft, struct asking *a, const char **key_file,
			bool *helped)
{
	struct ask *ask = NULL;
	int option, rc = 0;
	bool capped = false;
	while (rc == 0 && (option = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
		if (option >= O_ITEM && ask == NULL)
			return usage_wrong("create", "%s is about a question; put --question in front of it",
					   argv[optind - 1]);
		switch (option) {
		case 'h':
			fputs(help, stdout);
			*helped = true;
			return 0;
		case O_URL: a->url = optarg; break;
		case O_KEY: *key_file = optarg; break;
		case O_WORKSHOP: draft->workshop = optarg; break;
		case O_DEMO: make_demo(draft); break;
		case O_REHEARSAL: draft->rehearsal = true; break;
		case O_TITLE: draft->title = (struct phrase){ optarg, optarg }; break;
		case O_LANGUAGE: draft->language = optarg; break;
		case O_ROOMS: rc = usage_number("create", "--rooms", optarg, 1, LIMIT_ROOMS, &draft->rooms); break;
		case O_K: rc = usage_number("create", "--k", optarg, K_DEFAULT, K_MAX, &draft->k); break;
		case O_PLAIN: a->plain = true; break;
		case O_QUESTION:
			ask = add_ask(draft, (struct phrase){ optarg, optarg });
			capped = false;
			break;
		case O_ITEM: add_item(ask, (struct item){ .words = { optarg, optarg } }); break;
		case O_ITEMS: rc = add_items(draft, ask, optarg); break;
		case O_DOTS:
			rc = usage_number("create", "--dots", optarg, 1, 100, &ask->dots);
			if (!capped && ask->cap > ask->dots)
				ask->cap = ask->dots;
			break;
		case O_CAP:
			rc = usage_number("create", "--cap", optarg, 1, 100, &ask->cap);
			capped = true;
			break;
		case O_CHOICE: ask->choice = true; break;
		case O_MOST:
			rc = usage_number("create", "--most", optarg, 1, LIMIT_ITEMS, &ask->most);
			ask->choice = true;
			break;
		case O_SECRET: ask->secret = true; break;
		case O_BY_ROOM: ask->by_room = true; break;
		default: return usage_option("create", argc, argv);
		}
	}
	if (rc != 0)
		return rc;
	if (optind < argc)
		return usage_wrong("create", "'%s' is not understood", argv[optind]);
	if (draft->language == NULL && draft->workshop == NULL)
		draft->language = "sv";
	if (draft->language && strcmp(draft->language, "sv") != 0 && strcmp(draft->language, "en") != 0)
		return usage_wrong("create", "--language is sv or en, not '%s'", draft->language);
	if (draft->title.sv == NULL && draft->count > 0)
		draft->title = draft->asks[0].title;
	draft->both |= draft->workshop != NULL; /* names of rooms */
	return check_draft(draft);
}

int create_main(int argc, char **argv)
{
	struct draft draft = { .workshop = NULL };
	struct asking a = { .url = "http://localhost:7070", .draft = &draft, .filled = &draft, .rc = 1 };
	const char *key_file = NULL, *wrong;
	char *held = NULL;
	bool helped = false;
	int rc = read_options(argc, argv, &draft, &a, &key_file, &helped);
	if (rc != 0 || helped)
		goto err0;
	rc = 1;
	const char *key = getenv("BOLLPLANK_CREATION_KEY");
	if (key_file != NULL) {
		held = read_file(key_file, 256);
		if (held == NULL)
			goto err0;
		key = trimmed(held);
	}
	if (key == NULL || *key == '\0') {
		rc = usage_wrong("create",
				 "a creation key is needed: --key-file FILE, or the key in BOLLPLANK_CREATION_KEY");
		goto err0;
	}
	wrong = address_parse(a.url, &a.address);
	if (wrong != NULL) {
		rc = usage_wrong("create", "'%s' is not the address of a daemon: %s", a.url, wrong);
		goto err0;
	}
	if (draft.workshop && is_file(draft.workshop)) {
		if (!workshop_body("create", draft.workshop, &draft.body))
			goto err0;
		settle_language(&draft);
	}
	a.net = net_create(&a.address, 4);
	if (a.net == NULL)
		goto err0;
	a.key = key;
	chance_secure(a.facilitator, sizeof a.facilitator);
	chance_secure(a.screen, sizeof a.screen);
	begin(&a);
	rc = a.rc;
	net_destroy(a.net);
err0:
	free(held);
	for (size_t i = 0; i < draft.count; i++) {
		free(draft.asks[i].items);
		free(draft.asks[i].groups);
	}
	pack_finish(&draft.body);
	free(draft.asks);
	for (size_t i = 0; i < draft.text_count; i++)
		free(draft.texts[i]);
	free(draft.texts);
	return rc;
}
