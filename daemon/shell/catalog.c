/* SPDX-License-Identifier: EUPL-1.2 */
#include "shell/catalog.h"
#include "base/check.h"
#include "base/trace.h"
#include "wire/workshop.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SENTENCE_TRACED = 320 };

struct offered {
	char id[LIMIT_REF + 1];
	struct pack row, body;
};

struct catalog {
	struct offered at[LIMIT_CATALOG]; /* by id */
	size_t count;
	struct pack list;
};

static void list_make(struct catalog *catalog)
{
	pack_clear(&catalog->list);
	pack_array(&catalog->list, catalog->count);
	for (size_t i = 0; i < catalog->count; i++)
		pack_raw(&catalog->list, pack_bytes(&catalog->at[i].row));
}

struct catalog *catalog_create(void)
{
	struct catalog *catalog = check_alloc(1, sizeof *catalog);
	list_make(catalog);
	return catalog;
}

void catalog_destroy(struct catalog *catalog)
{
	if (catalog == NULL)
		return;
	for (size_t i = 0; i < catalog->count; i++) {
		pack_finish(&catalog->at[i].row);
		pack_finish(&catalog->at[i].body);
	}
	pack_finish(&catalog->list);
	free(catalog);
}

size_t catalog_count(const struct catalog *catalog)
{
	return catalog->count;
}

struct slice catalog_list(const struct catalog *catalog)
{
	return pack_bytes(&catalog->list);
}

struct slice catalog_find(const struct catalog *catalog, const char *id)
{
	for (size_t i = 0; i < catalog->count; i++)
		if (strcmp(catalog->at[i].id, id) == 0)
			return pack_bytes(&catalog->at[i].body);
	return slice_of(NULL, 0);
}

/* Takes what the workshop holds. */
static void offer(struct catalog *catalog, struct workshop *w, const char *path)
{
	char room[512];
	size_t to = 0;
	while (to < catalog->count && strcmp(catalog->at[to].id, w->id) < 0)
		to++;
	struct offered *at = &catalog->at[to];
	if (to < catalog->count && strcmp(at->id, w->id) == 0) {
		trace(TRACE_INFO, "catalog", "replaced=%s by=%s", w->id, trace_quote(slice_text(path), room, sizeof room));
		pack_finish(&at->row);
		pack_finish(&at->body);
	} else if (catalog->count == LIMIT_CATALOG) {
		trace(TRACE_WARNING, "catalog", "left_out=%s (more than %d workshops)", trace_quote(slice_text(path), room, sizeof room), LIMIT_CATALOG);
		return;
	} else {
		memmove(at + 1, at, (catalog->count++ - to) * sizeof *at);
	}
	*at = (struct offered){ .row = w->row, .body = w->body };
	memcpy(at->id, w->id, sizeof at->id);
	w->row = w->body = (struct pack){ 0 };
}

/* What is wrong with it first; the place is said as compilers say it. */
static void leave_out(const struct workshop *w, const char *path)
{
	char room[512];
	for (size_t i = 0; i < w->complaints.count; i++) {
		const struct complaint *c = &w->complaints.at[i];
		if (!c->warning) {
			trace(TRACE_WARNING, "catalog", "left_out=%s:%u:%u errors=%zu (%.*s)", trace_quote(slice_text(path), room, sizeof room),
			      (unsigned)c->at.line, (unsigned)c->at.column, w->complaints.errors, SENTENCE_TRACED, c->sentence);
			return;
		}
	}
}

/* A file and nothing else: a pipe or a device would have us wait. NULL: errno says why not. */
static uint8_t *read_whole(int folder, const char *name, size_t *len)
{
	struct stat stat;
	int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	uint8_t *bytes = NULL;
	if (fd < 0)
		return NULL;
	if (fstat(fd, &stat) == 0 && !S_ISREG(stat.st_mode))
		errno = EINVAL;
	else
		bytes = check_alloc(1, LIMIT_WORKSHOP + 1); /* one more: what is too long is told of as that */
	*len = 0;
	for (ssize_t n = 1; bytes && n > 0 && *len <= LIMIT_WORKSHOP; *len += n > 0 ? (size_t)n : 0) {
		n = read(fd, bytes + *len, LIMIT_WORKSHOP + 1 - *len);
		if (n < 0) {
			free(bytes);
			bytes = NULL;
		}
	}
	int error = errno;
	close(fd);
	errno = error;
	return bytes;
}

static void add_file(struct catalog *catalog, int folder, const char *path, const char *name)
{
	size_t len;
	uint8_t *bytes = read_whole(folder, name, &len);
	struct workshop w;
	char room[512];
	if (bytes == NULL) {
		trace(TRACE_WARNING, "catalog", "left_out=%s (%s)", trace_quote(slice_text(path), room, sizeof room),
		      errno == EINVAL ? "not a file" : strerror(errno));
		return;
	}
	workshop_read(slice_of(bytes, len), slice_of(name, strlen(name) - strlen(".yaml")), &w);
	if (w.good)
		offer(catalog, &w, path);
	else
		leave_out(&w, path);
	workshop_finish(&w);
	free(bytes);
}

static bool ends_with(const char *name, const char *end)
{
	size_t len = strlen(name), of_end = strlen(end);
	return len > of_end && strcasecmp(name + len - of_end, end) == 0;
}

/* Also by names that do not do: somebody meant a workshop, and wants to know why it is not offered. */
static int is_workshop(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && (ends_with(entry->d_name, ".yaml") || ends_with(entry->d_name, ".yml"));
}

static bool is_named_well(const char *name)
{
	return strcmp(name + strlen(name) - strlen(".yaml"), ".yaml") == 0;
}

int catalog_add(struct catalog *catalog, const char *folder)
{
	struct dirent **names = NULL;
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int count = fd < 0 ? -1 : scandir(folder, &names, is_workshop, alphasort);
	int error = errno;
	for (int i = 0; i < count; i++) {
		char path[1024], room[512];
		snprintf(path, sizeof path, "%s/%s", folder, names[i]->d_name);
		if (strlen(names[i]->d_name) > strlen(".yaml") && is_named_well(names[i]->d_name))
			add_file(catalog, fd, path, names[i]->d_name);
		else
			trace(TRACE_WARNING, "catalog", "left_out=%s (the name of a workshop's file ends with .yaml)", trace_quote(slice_text(path), room, sizeof room));
		free(names[i]);
	}
	free(names);
	if (fd >= 0)
		close(fd);
	list_make(catalog);
	return count < 0 ? -error : 0;
}
