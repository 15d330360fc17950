/* SPDX-License-Identifier: EUPL-1.2 */
/* Is this a proper workshop of the catalog? Everything that is wrong with it, FILE:LINE:COLUMN, as compilers say it. */
#include "check.h"
#include "base/check.h"
#include "commands.h"
#include "wire/workshop.h"
#include <errno.h>
#include <getopt.h>

static const char help[] =
	"bollplank check FILE...\n"
	"\n"
	"Reads workshops of the catalog and says what is wrong with each, as FILE:LINE:COLUMN: what is wrong; what was\n"
	"expected instead. A warning can stay. catalog/README.md teaches the format.\n"
	"\n"
	"  --strict    a warning is an error too\n"
	"\n"
	"Status: 0 all are fine, 1 one of them is not or cannot be read.\n";

/* The caller frees it. NULL: said on stderr why not. */
static char *read_file(const char *command, const char *path, size_t *len)
{
	FILE *file = fopen(path, "r");
	char *text = file ? check_alloc(LIMIT_WORKSHOP + 1, 1) : NULL;
	*len = file ? fread(text, 1, LIMIT_WORKSHOP + 1, file) : 0;
	if (file == NULL || ferror(file)) {
		fprintf(stderr, "bollplank %s: %s cannot be read: %s\n", command, path, strerror(errno));
		free(text);
		text = NULL;
	}
	if (file)
		fclose(file);
	return text; /* one byte more than the limit is enough to be told that it is too long */
}

/* The file's name without folder and .yaml. */
static struct slice stem_of(const char *path)
{
	const char *name = strrchr(path, '/');
	name = name ? name + 1 : path;
	size_t len = strlen(name);
	return slice_of(name, len > 5 && strcmp(name + len - 5, ".yaml") == 0 ? len - 5 : len);
}

static void print_complaints(const char *path, const struct complaints *all, FILE *out)
{
	for (size_t i = 0; i < all->count; i++)
		fprintf(out, "%s:%u:%u: %s%s\n", path, (unsigned)all->at[i].at.line, (unsigned)all->at[i].at.column, all->at[i].warning ? "warning: " : "",
			all->at[i].sentence);
	if (all->left_out)
		fprintf(out, "%s: and %zu more of this sort\n", path, all->left_out);
}

bool workshop_body(const char *command, const char *path, struct pack *out)
{
	size_t len;
	char *text = read_file(command, path, &len);
	struct workshop w;
	if (text == NULL)
		return false;
	workshop_read(slice_of(text, len), slice_of(NULL, 0), &w); /* whatever the file is called */
	bool good = w.good;
	if (good)
		pack_raw(out, pack_bytes(&w.body));
	else
		print_complaints(path, &w.complaints, stderr);
	workshop_finish(&w);
	free(text);
	return good;
}

static bool check_file(const char *path, bool strict)
{
	size_t len;
	char *text = read_file("check", path, &len);
	if (text == NULL)
		return false;
	struct workshop w;
	workshop_read(slice_of(text, len), stem_of(path), &w);
	print_complaints(path, &w.complaints, stdout);
	size_t warnings = w.good ? w.complaints.count + w.complaints.left_out : 0;
	if (w.good && strict && warnings)
		printf("%s: %s@%u would be fine but for %zu warning%s, which --strict does not let pass\n", path, w.id, (unsigned)w.version, warnings, warnings == 1 ? "" : "s");
	else if (w.good)
		printf("%s: %s@%u is fine: %u step%s, %u activit%s, %u minute%s\n", path, w.id, (unsigned)w.version, (unsigned)w.steps, w.steps == 1 ? "" : "s",
		       (unsigned)w.activities, w.activities == 1 ? "y" : "ies", (unsigned)w.minutes, w.minutes == 1 ? "" : "s");
	bool fine = w.good && !(strict && warnings);
	workshop_finish(&w);
	free(text);
	return fine;
}

int check_main(int argc, char **argv)
{
	static const struct option options[] = { { "help", no_argument, NULL, 'h' }, { "strict", no_argument, NULL, 's' }, { NULL, 0, NULL, 0 } };
	bool strict = false;
	int option, rc = 0;
	while ((option = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
		if (option == 'h') {
			fputs(help, stdout);
			return 0;
		}
		if (option != 's')
			return usage_option("check", argc, argv);
		strict = true;
	}
	if (optind == argc)
		return usage_wrong("check", "there is nothing to check: give the file of a workshop");
	for (int i = optind; i < argc; i++)
		rc |= !check_file(argv[i], strict);
	return rc;
}
