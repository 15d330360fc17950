/* SPDX-License-Identifier: EUPL-1.2 */
/* Folders of workshops: what is proper is offered by id, what is not is left out with a warning that names its place, and neither a pipe nor a folder
 * that is called like a workshop holds anybody up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/check.h"
#include "base/limits.h"
#include "base/trace.h"
#include "shell/catalog.h"
#include "wire/pack.h"
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

static char said[8192]; /* lines of the trace, from warnings up and without the folder's name */
static char folder[64];

static void listen(enum trace_level level, const char *line, void *ctx)
{
	(void)ctx;
	if (level > TRACE_INFO)
		return;
	size_t len = strlen(said);
	const char *at = strstr(line, folder);
	if (at)
		snprintf(said + len, sizeof said - len, "%.*sDIR%s\n", (int)(at - line), line, at + strlen(folder));
	else
		snprintf(said + len, sizeof said - len, "%s\n", line);
}

static int make_folder(void **state)
{
	(void)state;
	snprintf(folder, sizeof folder, "/tmp/bollplank-catalog-XXXXXX");
	said[0] = '\0';
	trace_to(listen, TRACE_INFO, NULL);
	return mkdtemp(folder) ? 0 : -1;
}

static const char *in_folder(const char *name)
{
	static char path[256];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	return path;
}

static const char *const names[] = { "a.yaml", "b.yaml", "broken.yaml", "long.yaml", "other.yaml", ".hidden.yaml", "a.yaml~", "notes.txt", "pipe.yaml", "dir.yaml", "gone.yaml" };

static int remove_folder(void **state)
{
	(void)state;
	trace_to(NULL, TRACE_INFO, NULL);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (unlink(in_folder(names[i])) < 0 && errno == EISDIR)
			rmdir(in_folder(names[i]));
	return rmdir(folder);
}

static void put(const char *name, const char *text)
{
	FILE *file = fopen(in_folder(name), "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void workshop(const char *name, const char *id, const char *title)
{
	char text[512];
	snprintf(text, sizeof text, "bollplank: 1\nid: %s\nversion: 1\nlanguages: [sv]\ntitle: {sv: %s}\npurpose: {sv: P}\nsteps:\n"
		"- {id: s, title: {sv: S}, minutes: 1}\n", id, title);
	put(name, text);
}

static bool holds(struct slice bytes, const char *words)
{
	return bytes.len && memmem(bytes.at, bytes.len, words, strlen(words)) != NULL;
}

/* [id, ...] of the list. */
static void expect_list(const struct catalog *catalog, const char *expected)
{
	static const struct unpack_limits limits = { .depth = 9, .values = 65536, .bytes = LIMIT_HTTP_BODY };
	struct unpack *in = unpack_create(catalog_list(catalog), &limits);
	char ids[256] = "";
	size_t count = unpack_array(in), len = 0;
	for (size_t i = 0; i < count; i++) {
		unpack_arrays(in, 6);
		struct slice id = unpack_str(in, LIMIT_REF);
		len += (size_t)snprintf(ids + len, sizeof ids - len, "%s%.*s", i ? " " : "", (int)id.len, (const char *)id.at);
		for (int k = 0; k < 5; k++)
			unpack_skip(in);
	}
	assert_true(unpack_end(in));
	assert_string_equal(ids, expected);
	assert_int_equal(catalog_count(catalog), count);
	unpack_destroy(in);
}

static void test_folder(void **state)
{
	(void)state;
	struct catalog *catalog = catalog_create();
	expect_list(catalog, "");
	assert_int_equal(catalog_add(catalog, in_folder("gone")), -ENOENT);
	workshop("b.yaml", "b", "Andra");
	workshop("a.yaml", "a", "Första");
	workshop("other.yaml", "a", "Annat namn");
	workshop(".hidden.yaml", ".hidden", "Dold");
	workshop("a.yaml~", "a", "Gammal");
	put("notes.txt", "not a workshop");
	put("broken.yaml", "bollplank: 1\nid: broken\nversion: one\n");
	FILE *file = fopen(in_folder("long.yaml"), "w");
	assert_non_null(file);
	for (int i = 0; i <= LIMIT_WORKSHOP / 2; i++)
		fputs("#\n", file);
	fclose(file);
	assert_int_equal(mkfifo(in_folder("pipe.yaml"), 0600), 0);
	assert_int_equal(mkdir(in_folder("dir.yaml"), 0700), 0);
	assert_int_equal(symlink("nowhere", in_folder("gone.yaml")), 0);
	assert_int_equal(catalog_add(catalog, folder), 0);
	expect_list(catalog, "a b");
	assert_true(holds(catalog_find(catalog, "a"), "Första"));
	assert_true(holds(catalog_find(catalog, "b"), "b@1"));
	assert_int_equal(catalog_find(catalog, "broken").len, 0);
	assert_int_equal(catalog_find(catalog, "").len, 0);
	assert_string_equal(said, "catalog left_out=DIR/broken.yaml:1:1 errors=5 (a workshop has no languages; expected a list as [sv, en])\n"
				  "catalog left_out=DIR/dir.yaml (not a file)\n"
				  "catalog left_out=DIR/gone.yaml (No such file or directory)\n"
				  "catalog left_out=DIR/long.yaml:1:1 errors=1 (the file has 262145 bytes; expected at most 262144)\n"
				  "catalog left_out=DIR/other.yaml:2:5 errors=1 (the id is \"a\" and the file is called \"other\"; expected the same name)\n"
				  "catalog left_out=DIR/pipe.yaml (not a file)\n");
	catalog_destroy(catalog);
}

/* A second folder has the last word, and the rest stays. */
static void test_again(void **state)
{
	(void)state;
	struct catalog *catalog = catalog_create();
	workshop("a.yaml", "a", "Första");
	workshop("b.yaml", "b", "Andra");
	assert_int_equal(catalog_add(catalog, folder), 0);
	workshop("a.yaml", "a", "Egen");
	unlink(in_folder("b.yaml"));
	assert_int_equal(catalog_add(catalog, folder), 0);
	expect_list(catalog, "a b");
	assert_true(holds(catalog_find(catalog, "a"), "Egen"));
	assert_true(holds(catalog_list(catalog), "Egen"));
	assert_false(holds(catalog_list(catalog), "Första"));
	assert_string_equal(said, "catalog replaced=a by=DIR/a.yaml\n");
	catalog_destroy(catalog);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_folder, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(test_again, make_folder, remove_folder),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
