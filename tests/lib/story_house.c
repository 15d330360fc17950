/* SPDX-License-Identifier: EUPL-1.2 */
#include "lib/story_house.h"
#include "base/check.h"
#include "base/trace.h"
#include "lib/loop_test.h"
#include "lib/notation.h"
#include "lib/transport_test.h"
#include "shell/house.h"
#include "shell/journal_memory.h"

enum { PAGES = 16, SHORT = 120, SEED = 20260101 };
static const char creation_key[] = "the creation key";

struct telling;

struct page {
	char name[16];
	struct conn *conn; /* NULL: not connected */
	struct telling *telling;
};

struct telling {
	FILE *out;
	struct loop_test *loop;
	struct journal_memory *memory;
	struct transport_test *transport;
	struct house *house;
	struct page pages[PAGES];
	size_t pages_count;
	char sid[24], code[16];
	bool failed;
};

/* --- what comes --- */

static void on_trace(enum trace_level level, const char *line, void *ctx)
{
	struct telling *t = ctx;
	(void)level;
	fprintf(t->out, "\ttrace %s\n", line);
}

static void hex_print(struct slice bytes, FILE *out)
{
	for (size_t i = 0; i < bytes.len; i++)
		fprintf(out, "%02x", bytes.at[i]);
	fputc('\n', out);
}

static void on_frame(struct conn *conn, struct slice bytes, void *ctx)
{
	struct page *page = ctx;
	FILE *out = page->telling->out;
	(void)conn;
	fprintf(out, "\t%s gets ", page->name);
	notation_print(bytes, true, out);
	fputc('\n', out);
	if (bytes.len <= SHORT) {
		fputs("\t  ", out);
		hex_print(bytes, out);
	}
}

static void on_closed(struct conn *conn, uint16_t code, void *ctx)
{
	struct page *page = ctx;
	(void)conn;
	fprintf(page->telling->out, "\t%s is closed: %u\n", page->name, code);
	page->conn = NULL;
}

static const struct transport_test_peer peer = { .frame = on_frame, .closed = on_closed };

static void on_created(enum fault fault, struct slice answer, void *ctx)
{
	static const struct unpack_limits limits = { .depth = 1, .values = 3, .bytes = 64 };
	struct telling *t = ctx;
	fprintf(t->out, "\tcreated: %s ", fault_name(fault));
	if (answer.len) {
		struct unpack *in = unpack_create(answer, &limits);
		unpack_arrays(in, 2);
		struct slice sid = unpack_str(in, sizeof t->sid - 1), code = unpack_str(in, sizeof t->code - 1);
		if (sid.len && code.len) {
			memcpy(t->sid, sid.at, sid.len);
			memcpy(t->code, code.at, code.len);
		}
		unpack_destroy(in);
		notation_print(answer, true, t->out);
	}
	fputc('\n', t->out);
}

/* --- what the teller says --- */

/* "$sid" and "$code" as the daemon gave them. */
static char *filled(const struct telling *t, const char *text)
{
	char *out = NULL;
	size_t len;
	FILE *to = open_memstream(&out, &len);
	for (; *text; text++) {
		if (strncmp(text, "$sid", 4) == 0 || strncmp(text, "$code", 5) == 0) {
			fputs(text[1] == 's' ? t->sid : t->code, to);
			text += text[1] == 's' ? 3 : 4;
		} else {
			fputc(*text, to);
		}
	}
	fclose(to);
	return out;
}

static bool packed(const struct telling *t, const char *text, struct pack *out)
{
	char *whole = filled(t, text);
	pack_init(out);
	bool fine = notation_pack(whole, out);
	free(whole);
	return fine;
}

static struct page *page_of(struct telling *t, const char *name, size_t len)
{
	for (size_t i = 0; i < t->pages_count; i++)
		if (strlen(t->pages[i].name) == len && memcmp(t->pages[i].name, name, len) == 0)
			return &t->pages[i];
	if (t->pages_count == PAGES || len >= sizeof t->pages[0].name)
		return NULL;
	struct page *page = &t->pages[t->pages_count++];
	*page = (struct page){ .telling = t };
	memcpy(page->name, name, len);
	return page;
}

static bool tell_create(struct telling *t, const char *notation)
{
	struct pack body;
	bool fine = packed(t, notation, &body);
	if (fine)
		house_create_session(t->house, pack_bytes(&body), slice_text(creation_key), "192.0.2.1", on_created, t);
	loop_test_settle(t->loop);
	pack_finish(&body);
	return fine;
}

static bool tell_says(struct telling *t, struct page *page, const char *notation)
{
	struct pack message;
	bool fine = packed(t, notation, &message) && page->conn;
	if (fine) {
		if (message.len <= SHORT) {
			fputs("\t  ", t->out);
			hex_print(pack_bytes(&message), t->out);
		}
		transport_test_send(page->conn, pack_bytes(&message));
		loop_test_advance(t->loop, 1);
	}
	pack_finish(&message);
	return fine;
}

static bool tell_page(struct telling *t, const char *line)
{
	size_t len = strcspn(line, " ");
	const char *rest = line + len + (line[len] == ' ');
	struct page *page = page_of(t, line, len);
	if (page == NULL)
		return false;
	if (strcmp(rest, "connects") == 0) {
		page->conn = transport_test_connect(t->transport, "192.0.2.1", &peer, page);
		transport_test_pace(page->conn, 0, 8);
	} else if (strcmp(rest, "is cut") == 0 && page->conn) {
		transport_test_cut(page->conn);
		page->conn = NULL;
	} else if (strncmp(rest, "says ", 5) == 0) {
		return tell_says(t, page, rest + 5);
	} else {
		return false;
	}
	loop_test_advance(t->loop, 1);
	return true;
}

static bool tell_line(struct telling *t, const char *line)
{
	if (strncmp(line, "create ", 7) == 0)
		return tell_create(t, line + 7);
	if (strcmp(line, "the journal holds") == 0 || strcmp(line, "the journal lets go") == 0) {
		journal_memory_hold(t->memory, line[12] == 'h');
		loop_test_advance(t->loop, 1);
		return true;
	}
	if (line[0] == '+') { /* "+50 ms" */
		loop_test_advance(t->loop, strtoull(line + 1, NULL, 10));
		return true;
	}
	return tell_page(t, line);
}

static void done(void *ctx)
{
	*(bool *)ctx = true;
}

bool story_tell_house(FILE *in, FILE *out)
{
	struct telling t = { .out = out, .loop = loop_test_create(SEED) };
	struct loop loop = loop_test_loop(t.loop);
	t.memory = journal_memory_create(loop);
	t.transport = transport_test_create(loop);
	struct house_parts parts = { .loop = loop, .journal = journal_memory_port(t.memory), .transport = &transport_test_ops, .creation_key = slice_text(creation_key) };
	t.house = house_create(&parts);
	transport_test_serve(t.transport, house_transport(), t.house);
	char *line = NULL;
	size_t room = 0;
	ssize_t len;
	while ((len = getline(&line, &room, in)) >= 0) {
		if (len && line[len - 1] == '\n')
			line[len - 1] = 0;
		if (line[0] == '\t')
			continue;
		fprintf(out, "%s\n", line);
		if (line[0] == '#' || line[0] == 0)
			continue;
		trace_to(on_trace, TRACE_DEBUG, &t);
		if (!tell_line(&t, line)) {
			fputs("\tWRONG: this line is not understood\n", out);
			t.failed = true;
		}
		trace_to(NULL, TRACE_ERROR, NULL);
	}
	free(line);
	bool stopped = false;
	t.out = fopen("/dev/null", "we"); /* the goodbye is not part of the story */
	CHECK(t.out != NULL);
	house_stop(t.house, done, &stopped);
	for (unsigned i = 0; i < 100 && !stopped; i++)
		loop_test_advance(t.loop, 1000);
	CHECK(stopped);
	house_destroy(t.house);
	transport_test_destroy(t.transport);
	journal_memory_destroy(t.memory);
	loop_test_settle(t.loop);
	loop_test_destroy(t.loop);
	fclose(t.out);
	return !t.failed;
}
