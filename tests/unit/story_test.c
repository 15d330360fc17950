/* SPDX-License-Identifier: EUPL-1.2 */
/* Every story of tests/stories, told anew and compared with what stands there. STORY_UPDATE=1 writes what came instead: then read it as a diff, and as a
 * person. A control: a story with one character changed is found. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/check.h"
#include "lib/story.h"
#include <dirent.h>
#include <string.h>

static const char folder[] = BOLLPLANK_SOURCE "/tests/stories";

static char *file_text(const char *path)
{
	char *text = NULL;
	size_t len;
	FILE *in = fopen(path, "re"), *out = open_memstream(&text, &len);
	CHECK(in && out);
	for (int c; (c = fgetc(in)) != EOF;)
		fputc(c, out);
	fclose(in);
	fclose(out);
	return text;
}

static char *told_text(const char *path, bool *fine)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	*fine = story_tell(path, out);
	fclose(out);
	return text;
}

static void first_difference(const char *path, const char *stands, const char *came)
{
	unsigned line = 1;
	for (;; line++) {
		size_t x = strcspn(stands, "\n"), y = strcspn(came, "\n");
		if (x != y || memcmp(stands, came, x) != 0) {
			print_error("%s:%u\n  stands: %.*s\n  came:   %.*s\n", path, line, (int)x, stands, (int)y, came);
			return;
		}
		if (stands[x] == 0)
			return;
		stands += x + 1;
		came += y + 1;
	}
}

static int is_story(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);
	return len > 4 && strcmp(entry->d_name + len - 4, ".txt") == 0;
}

static void every_story_is_told_as_it_stands(void **state)
{
	struct dirent **names;
	int count = scandir(folder, &names, is_story, alphasort), failed = 0;
	(void)state;
	assert_true(count > 0);
	for (int i = 0; i < count; i++) {
		char path[4096];
		bool fine;
		snprintf(path, sizeof path, "%s/%s", folder, names[i]->d_name);
		free(names[i]);
		char *stands = file_text(path), *came = told_text(path, &fine);
		bool same = strcmp(stands, came) == 0;
		if (!same && getenv("STORY_UPDATE")) {
			FILE *out = fopen(path, "we");
			CHECK(out);
			fputs(came, out);
			fclose(out);
			print_message("rewritten: %s\n", path);
		} else if (!same) {
			first_difference(path, stands, came);
			failed++;
		}
		if (!fine) {
			const char *at = strstr(came, "WRONG:");
			print_error("%s: %.*s\n", path, at ? (int)strcspn(at, "\n") : 5, at ? at : "wrong");
			failed++;
		}
		free(stands);
		free(came);
	}
	free(names);
	assert_int_equal(failed, 0);
	print_message("%d stories\n", count);
}

/* Control: told from the teller's lines of one story, and compared with a text in which one answer is another. */
static void a_changed_answer_is_found(void **state)
{
	char path[4096];
	bool fine;
	(void)state;
	snprintf(path, sizeof path, "%s/change_of_mind.txt", folder);
	char *stands = file_text(path), *came = told_text(path, &fine);
	char *at = strstr(stands, ": saved");
	assert_non_null(at);
	at[2] = 'S';
	assert_string_not_equal(stands, came);
	free(stands);
	free(came);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(every_story_is_told_as_it_stands), cmocka_unit_test(a_changed_answer_is_found) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
