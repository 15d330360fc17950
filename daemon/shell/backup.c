/* SPDX-License-Identifier: EUPL-1.2 */
#include "shell/backup.h"
#include "base/check.h"
#include "base/trace.h"
#include "shell/journal_sqlite.h"
#include "shell/loop_uv.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { MAGIC_backup = 0x6261636b, WAITING = 4, LINE = 320, PIECE = 64 * 1024, NOBODY = -2 };

struct asker {
	uv_pipe_t pipe;
	struct backup *backup;
};

struct backup {
	uint32_t magic;
	struct journal journal;
	uv_pipe_t pipe;
	char *copy;          /* the path */
	struct asker *asker; /* for whom the copy is made, or is there; NULL: hung up */
	bool open, copying;
};

static bool path_beside(const char *path, const char *ending, char out[PATH_MAX])
{
	int n = snprintf(out, PATH_MAX, "%s.%s", path, ending);
	return n > 0 && n < PATH_MAX;
}

/* ---- the daemon's side ---- */

static void on_asker_closed(uv_handle_t *handle)
{
	free(handle->data);
}

/* It has what it wanted, or does not want it any more. */
static void hang_up(struct asker *asker)
{
	struct backup *b = asker->backup;
	if (b->asker == asker) {
		b->asker = NULL;
		if (!b->copying)
			unlink(b->copy);
	}
	if (!uv_is_closing((uv_handle_t *)&asker->pipe))
		uv_close((uv_handle_t *)&asker->pipe, on_asker_closed);
}

static void say(struct asker *asker, const char *word, const char *why)
{
	char line[LINE];
	int n = snprintf(line, sizeof line, "%s %.*s\n", word, LINE - 8, why);
	uv_buf_t buf = uv_buf_init(line, (unsigned)n);
	if (uv_try_write((uv_stream_t *)&asker->pipe, &buf, 1) != n) /* an empty socket takes a line at once, or its other end is gone */
		hang_up(asker);
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	static char nothing[16]; /* an asker says nothing */
	(void)handle, (void)suggested;
	*buf = uv_buf_init(nothing, sizeof nothing);
}

static void on_said(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	(void)buf;
	if (n < 0)
		hang_up(stream->data);
}

static void on_copied(int status, const char *why, void *ctx)
{
	struct backup *b = CAST(ctx, backup);
	char room[LINE];
	b->copying = false;
	trace(status == 0 ? TRACE_INFO : TRACE_ERROR, "backup", "status=%d why=%s", status, trace_quote(slice_text(why), room, sizeof room));
	if (b->asker == NULL)
		unlink(b->copy);
	else if (status == 0)
		say(b->asker, "made", "");
	else
		say(b->asker, "not", why);
}

static void on_asked(uv_stream_t *stream, int status)
{
	struct backup *b = CAST(stream->data, backup);
	struct asker *asker = check_alloc(1, sizeof *asker);
	asker->backup = b;
	CHECK(uv_pipe_init(stream->loop, &asker->pipe, 0) == 0);
	asker->pipe.data = asker;
	if (status < 0 || uv_accept(stream, (uv_stream_t *)&asker->pipe) < 0) {
		hang_up(asker);
		return;
	}
	if (b->copying || b->asker) {
		say(asker, "not", "another copy is being made; try again when that is done");
		hang_up(asker);
		return;
	}
	b->asker = asker;
	b->copying = true;
	unlink(b->copy);
	uv_read_start((uv_stream_t *)&asker->pipe, on_alloc, on_said);
	journal_sqlite_backup(b->journal, b->copy, on_copied, b);
}

struct backup *backup_serve(uv_loop_t *loop, struct journal journal, const char *path)
{
	struct backup *b = check_alloc(1, sizeof *b);
	char at[PATH_MAX] = "", copy[PATH_MAX] = "";
	b->magic = MAGIC_backup;
	b->journal = journal;
	CHECK(uv_pipe_init(loop, &b->pipe, 0) == 0);
	b->pipe.data = b;
	b->open = true;
	int rc = path_beside(path, "operator", at) && path_beside(path, "copy", copy) && strlen(at) < sizeof((struct sockaddr_un *)0)->sun_path ? 0 : UV_ENAMETOOLONG;
	b->copy = strdup(copy);
	CHECK(b->copy);
	if (rc == 0) {
		unlink(at);   /* we have the journal's lock, so whoever made these is no more */
		unlink(copy);
		rc = uv_pipe_bind(&b->pipe, at);
	}
	if (rc == 0)
		rc = uv_listen((uv_stream_t *)&b->pipe, WAITING, on_asked);
	if (rc < 0)
		trace(TRACE_WARNING, "start", "backup=none why=%s (--backup works only while no daemon runs)", uv_err_name(rc));
	return b;
}

void backup_close(struct backup *b)
{
	if (b == NULL || !b->open)
		return;
	b->open = false;
	if (b->asker)
		hang_up(b->asker);
	uv_close((uv_handle_t *)&b->pipe, NULL); /* and takes its file away */
}

void backup_destroy(struct backup *b)
{
	if (b == NULL)
		return;
	CHECK(!b->open && b->asker == NULL);
	free(b->copy);
	free(b);
}

/* ---- the operator's side ---- */

__attribute__((format(printf, 3, 4))) static int sorry(char *sentence, size_t size, const char *format, ...)
{
	va_list more;
	va_start(more, format);
	vsnprintf(sentence, size, format, more);
	va_end(more);
	return -1;
}

static int connect_to(const char *path)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	char name[PATH_MAX];
	if (!path_beside(path, "operator", name) || strlen(name) >= sizeof at.sun_path)
		return NOBODY;
	memcpy(at.sun_path, name, strlen(name) + 1);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (const struct sockaddr *)&at, sizeof at) == 0)
		return fd;
	bool nobody = errno == ENOENT || errno == ECONNREFUSED;
	int error = errno;
	close(fd);
	errno = error;
	return nobody ? NOBODY : -1;
}

static size_t read_line(int fd, char line[LINE])
{
	size_t len = 0;
	ssize_t n;
	while (len < LINE - 1 && ((n = read(fd, line + len, LINE - 1 - len)) > 0 || (n < 0 && errno == EINTR))) {
		len += n > 0 ? (size_t)n : 0;
		if (len && line[len - 1] == '\n')
			break;
	}
	len -= len && line[len - 1] == '\n';
	line[len] = '\0';
	return len;
}

static int open_copy(const char *path, char *sentence, size_t size)
{
	char copy[PATH_MAX];
	int fd = path_beside(path, "copy", copy) ? open(copy, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
	return fd >= 0 ? fd : sorry(sentence, size, "the copy %s cannot be read: %s", copy, strerror(errno));
}

/* The copy, opened; -1 and a sentence; NOBODY: no daemon has this journal open. */
static int ask(const char *path, char *sentence, size_t size)
{
	char line[LINE];
	int at = connect_to(path), fd = -1;
	if (at == NOBODY)
		return NOBODY;
	if (at < 0)
		return sorry(sentence, size, "the daemon of %s cannot be asked: %s. Be the user that it runs as, or root", path, strerror(errno));
	if (read_line(at, line) == 0)
		sorry(sentence, size, "the daemon ended while it made the copy. Try again");
	else if (strncmp(line, "made", 4) != 0)
		sorry(sentence, size, "%s", line + strcspn(line, " ") + (line[strcspn(line, " ")] == ' '));
	else
		fd = open_copy(path, sentence, size);
	close(at);
	return fd;
}

struct making {
	struct loop_uv *loop;
	struct journal journal;
	int status;
	char why[LINE];
};

static void on_stopped(void *ctx)
{
	loop_uv_close(((struct making *)ctx)->loop);
}

static void on_made(int status, const char *why, void *ctx)
{
	struct making *making = ctx;
	making->status = status;
	snprintf(making->why, sizeof making->why, "%s", why);
	making->journal.ops->stop(making->journal.self, on_stopped, making);
}

static void unwell(enum journal_status status, const char *sentence, void *ctx) { (void)status, (void)sentence, (void)ctx; }
static const struct journal_up making_up = { .health = unwell }; /* with no session open nothing else is told */

/* root has perhaps made the lock, which the daemon could not open then. (SQLite looks after its own files.) */
static void give_lock(const char *path)
{
	char lock[PATH_MAX];
	struct stat is;
	if (geteuid() == 0 && path_beside(path, "lock", lock) && stat(path, &is) == 0 && lchown(lock, is.st_uid, is.st_gid) != 0)
		trace(TRACE_WARNING, "backup", "lock=%s", strerror(errno));
}

/* Nobody has it open: we do, so that no daemon starts meanwhile. */
static int make(const char *path, char *sentence, size_t size)
{
	struct making making = { .loop = loop_uv_create(), .status = -1 };
	struct journal_sqlite_options options = { .path = path };
	char copy[PATH_MAX];
	int fd = -1;
	if (!path_beside(path, "copy", copy) || access(path, F_OK) != 0) {
		sorry(sentence, size, "there is no journal %s", path);
		loop_uv_close(making.loop);
	} else if (journal_sqlite_open(loop_uv_port(making.loop), &options, &making.journal, sentence, size) < 0) {
		loop_uv_close(making.loop);
	} else {
		give_lock(path);
		unlink(copy);
		making.journal.ops->listen(making.journal.self, &making_up, NULL);
		journal_sqlite_backup(making.journal, copy, on_made, &making);
	}
	loop_uv_run(making.loop);
	loop_uv_destroy(making.loop);
	if (making.status == 0) {
		fd = open_copy(path, sentence, size);
		unlink(copy);
	} else if (making.why[0]) {
		sorry(sentence, size, "%s", making.why);
	}
	return fd;
}

/* 0, or an errno. */
static int pour(int from, int to)
{
	static char piece[PIECE];
	for (ssize_t n; (n = read(from, piece, sizeof piece)) != 0;) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno;
		for (ssize_t put = 0, m; put < n; put += m) {
			m = write(to, piece + put, (size_t)(n - put));
			if (m < 0 && errno != EINTR)
				return errno;
			m = m < 0 ? 0 : m;
		}
	}
	return 0;
}

/* The folder's list of names reaches the disk too; where that cannot be asked for, the name is there all the same. */
static void folder_sync(const char *path)
{
	char folder[PATH_MAX];
	const char *slash = strrchr(path, '/');
	snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path + 1) : 1, slash ? path : ".");
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	(void)fsync(fd);
	close(fd);
}

/* Written under a name that nobody has, and given its own when it is whole and on the disk. link() takes no name that is taken, were it by a link that leads nowhere. */
static int keep(int from, const char *to, char *sentence, size_t size)
{
	char part[PATH_MAX];
	if (strcmp(to, "-") == 0) {
		int error = pour(from, STDOUT_FILENO);
		return error ? sorry(sentence, size, "the copy could not be written: %s", strerror(error)) : 0;
	}
	if (!path_beside(to, "XXXXXX", part))
		return sorry(sentence, size, "the name %s is too long", to);
	int fd = mkostemp(part, O_CLOEXEC), error = fd < 0 ? errno : pour(from, fd); /* 0600 */
	if (fd >= 0 && error == 0 && fsync(fd) != 0)
		error = errno;
	if (fd >= 0)
		close(fd);
	if (error == 0 && link(part, to) != 0)
		error = errno;
	struct stat there;
	if ((error == EPERM || error == ENOTSUP) && lstat(to, &there) != 0) /* a stick, say, which knows no second names */
		error = rename(part, to) == 0 ? 0 : errno;
	if (fd >= 0)
		unlink(part);
	if (error)
		return sorry(sentence, size, "%s cannot be written: %s", to, strerror(error));
	folder_sync(to);
	return 0;
}

int backup_take(const char *path, const char *to, char *sentence, size_t size)
{
	if (strcmp(to, "-") != 0 && access(to, F_OK) == 0)
		return sorry(sentence, size, "%s exists already; a backup is never written over something", to);
	int fd = ask(path, sentence, size);
	if (fd == NOBODY)
		fd = make(path, sentence, size);
	if (fd < 0)
		return -1;
	int rc = keep(fd, to, sentence, size);
	close(fd);
	return rc;
}
