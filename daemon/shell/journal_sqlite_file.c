/* SPDX-License-Identifier: EUPL-1.2 */
/* The file: made, locked, checked, opened, copied, closed. */
#include "shell/journal_sqlite_inner.h"
#include "base/check.h"
#include "base/trace.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { APPLICATION_ID = 0x626f6c6c }; /* "boll" */

struct opening {
	struct journal_sqlite *sq;
	const struct journal_sqlite_options *options;
	char *sentence;
	size_t size;
};


__attribute__((format(printf, 3, 4))) static int say(struct opening *o, int status, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(o->sentence, o->size, format, arguments);
	va_end(arguments);
	return status;
}

static int say_damaged(struct opening *o, const char *what)
{
	return say(o, JOURNAL_DAMAGED,
		"The journal %s is damaged: %s. It has not been changed. Move it aside together with %s-wal, and put a "
		"backup in its place; without one, start with an empty journal.",
		o->options->path, what, o->options->path);
}

static int make_directory(struct opening *o, char *path)
{
	char *slash = strrchr(path, '/');
	struct stat is;
	if (slash == NULL || slash == path)
		return 0;
	*slash = '\0';
	int status = 0;
	if (stat(path, &is) != 0) {
		status = make_directory(o, path);
		if (status == 0 && mkdir(path, 0700) != 0 && errno != EEXIST)
			status = say(o, JOURNAL_AWAY, "The folder %s of the journal cannot be made: %s. Make it, or "
				"name another place.", path, strerror(errno));
	}
	*slash = '/';
	return status;
}

static int lock(struct opening *o)
{
	char path[PATH_MAX], who[32] = "";
	snprintf(path, sizeof path, "%s.lock", o->options->path);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return say(o, JOURNAL_AWAY, "The journal's lock %s cannot be opened: %s. Give this user the right to "
			"write there, or name another place.", path, strerror(errno));
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		ssize_t n = pread(fd, who, sizeof who - 1, 0);
		who[n > 0 ? n : 0] = '\0';
		who[strcspn(who, "\n")] = '\0';
		close(fd);
		return say(o, JOURNAL_TAKEN, "Another daemon (process %s) has the journal %s open. Stop that one, or "
			"give this one another journal.",
			who[0] ? who : "unknown", o->options->path);
	}
	int n = snprintf(who, sizeof who, "%ld\n", (long)getpid());
	if (ftruncate(fd, 0) != 0 || pwrite(fd, who, (size_t)n, 0) != n)
		trace(TRACE_WARNING, "journal", "lock=unnamed"); /* the lock holds all the same */
	o->sq->lock_fd = fd;
	return 0;
}

static int set_up(sqlite3 *db, const char *synchronous)
{
	char text[512];
	int rc = SQLITE_OK;
	const int on[] = { SQLITE_DBCONFIG_DEFENSIVE };
	const int off[] = { SQLITE_DBCONFIG_TRUSTED_SCHEMA, SQLITE_DBCONFIG_ENABLE_TRIGGER,
		SQLITE_DBCONFIG_ENABLE_VIEW };
	for (size_t i = 0; rc == SQLITE_OK && i < sizeof on / sizeof *on; i++)
		rc = sqlite3_db_config(db, on[i], 1, NULL);
	for (size_t i = 0; rc == SQLITE_OK && i < sizeof off / sizeof *off; i++)
		rc = sqlite3_db_config(db, off[i], 0, NULL);
	/* Exclusive: nobody else may look at the file meanwhile; the WAL's index lives in memory, not mapped. */
	snprintf(text, sizeof text,
		"PRAGMA locking_mode=EXCLUSIVE; PRAGMA mmap_size=0; PRAGMA cell_size_check=ON; "
		"PRAGMA secure_delete=ON; PRAGMA synchronous=%s;"
		"PRAGMA temp_store=MEMORY; PRAGMA wal_autocheckpoint=0; PRAGMA cache_size=-8000", synchronous);
	return rc == SQLITE_OK ? sqlite3_exec(db, text, NULL, NULL, NULL) : rc;
}

static int number_of(sqlite3 *db, const char *query, int64_t *out)
{
	sqlite3_stmt *s = NULL;
	int rc = sqlite3_prepare_v2(db, query, -1, &s, NULL);
	if (rc == SQLITE_OK && (rc = sqlite3_step(s)) == SQLITE_ROW) {
		*out = sqlite3_column_int64(s, 0);
		rc = SQLITE_OK;
	}
	sqlite3_finalize(s);
	return rc;
}

/* EXTRA: the folder is synced when the rollback journal of these first two transactions is deleted. With less, a
 * power cut may bring that journal back, and the next start would roll a file back that has long become another
 * (power_cut found it). */
static int initialise(sqlite3 *db)
{
	char text[1024];
	int rc = set_up(db, "EXTRA");
	snprintf(text, sizeof text, "BEGIN IMMEDIATE; %s; %s; PRAGMA application_id=%d; PRAGMA user_version=%d; "
		"COMMIT; PRAGMA journal_mode=WAL",
		SCHEMA_SESSION, SCHEMA_PROBE, APPLICATION_ID, JOURNAL_SQLITE_FORMAT);
	return rc == SQLITE_OK ? sqlite3_exec(db, text, NULL, NULL, NULL) : rc;
}

static void sync_folder(const char *path)
{
	char folder[PATH_MAX];
	snprintf(folder, sizeof folder, "%s", path);
	char *slash = strrchr(folder, '/');
	if (slash)
		slash[slash == folder ? 1 : 0] = '\0';
	int fd = open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
}

/* Made under another name and then renamed: an empty or half-made file under the right name is damage, never "new". */
static int make_file(struct opening *o)
{
	char path[PATH_MAX];
	sqlite3 *db = NULL;
	snprintf(path, sizeof path, "%s-wal", o->options->path);
	if (access(path, F_OK) == 0)
		return say(o, JOURNAL_DAMAGED, "The journal %s is missing, but %s is there and belongs to it. Put the "
			"journal back, or move that file aside too to start with an empty one.",
			o->options->path, path);
	snprintf(path, sizeof path, "%s.new-journal", o->options->path); /* of an attempt that was cut off */
	unlink(path);
	snprintf(path, sizeof path, "%s.new-wal", o->options->path);
	unlink(path);
	snprintf(path, sizeof path, "%s.new", o->options->path);
	unlink(path);
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return say(o, JOURNAL_AWAY, "The journal %s cannot be made: %s. Give this user the right to write "
			"there, or name another place.",
			o->options->path, strerror(errno));
	close(fd);
	int rc = sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
	if (rc == SQLITE_OK)
		rc = initialise(db);
	if (rc != SQLITE_OK)
		say(o, JOURNAL_AWAY, "The journal %s cannot be made: %s. Look at the space and rights there, or name "
			"another place.",
			o->options->path, sqlite3_errmsg(db));
	if (sqlite3_close(db) != SQLITE_OK && rc == SQLITE_OK)
		rc = say(o, JOURNAL_AWAY, "The journal %s cannot be made.", o->options->path);
	if (rc == SQLITE_OK && rename(path, o->options->path) != 0)
		rc = say(o, JOURNAL_AWAY, "The journal %s cannot be made: %s.", o->options->path, strerror(errno));
	sync_folder(path);
	if (rc != SQLITE_OK) {
		unlink(path);
		return JOURNAL_AWAY;
	}
	return 0;
}

static int look_at_file(struct opening *o)
{
	const char *path = o->options->path;
	struct stat is;
	if (lstat(path, &is) != 0) {
		if (errno != ENOENT)
			return say(o, JOURNAL_AWAY, "The journal %s cannot be reached: %s.", path, strerror(errno));
		int status = make_file(o);
		if (status || lstat(path, &is) != 0)
			return status ? status : say(o, JOURNAL_AWAY, "The journal %s cannot be reached: %s.", path,
				strerror(errno));
	}
	if (!S_ISREG(is.st_mode))
		return say(o, JOURNAL_AWAY, "The journal %s is not an ordinary file. Name another place.", path);
	if (is.st_size == 0)
		return say_damaged(o, "the file is empty");
	if (access(path, R_OK | W_OK) != 0)
		return say(o, JOURNAL_AWAY, "The journal %s cannot be written: %s. Give this user the right to, or "
			"name another place.", path, strerror(errno));
	if (is.st_mode & 077 && chmod(path, 0600) == 0)
		trace(TRACE_WARNING, "journal", "mode=%o set=600", is.st_mode & 0777u);
	return 0;
}

static int check_version(struct opening *o)
{
	int64_t id = 0, version = 0;
	if (number_of(o->sq->db, "PRAGMA application_id", &id) != SQLITE_OK ||
		number_of(o->sq->db, "PRAGMA user_version", &version) != SQLITE_OK)
		return say_damaged(o, sqlite3_errmsg(o->sq->db));
	if (id == APPLICATION_ID && version > JOURNAL_SQLITE_FORMAT)
		return say(o, JOURNAL_AWAY, "The journal %s was written by a newer Bollplank (format %" PRId64 ", this "
			"one knows %d). Start the newer one, or name another journal. It has not been changed.",
			o->options->path, version, JOURNAL_SQLITE_FORMAT);
	if (id != APPLICATION_ID || version != JOURNAL_SQLITE_FORMAT)
		return say_damaged(o, "it is not a journal of Bollplank");
	return 0;
}

static int quick_check(struct opening *o)
{
	sqlite3_stmt *s = NULL;
	char what[160] = "";
	int rc = sqlite3_prepare_v2(o->sq->db, "PRAGMA quick_check(1)", -1, &s, NULL);
	if (rc == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW && sqlite3_column_text(s, 0))
		snprintf(what, sizeof what, "%s", (const char *)sqlite3_column_text(s, 0));
	sqlite3_finalize(s);
	if (strcmp(what, "ok") == 0)
		return 0;
	for (char *c = what; *c; c++)
		if (*c == '\n')
			*c = ' ';
	return say_damaged(o, what[0] ? what : sqlite3_errmsg(o->sq->db));
}

static int load_sessions(struct opening *o)
{
	struct journal_sqlite *sq = o->sq;
	sqlite3_stmt *s = NULL;
	char what[96] = "";
	int rc = sqlite3_prepare_v2(sq->db, "SELECT id, sid, code, first, sum FROM session ORDER BY id", -1, &s, NULL);
	while (rc == SQLITE_OK && (rc = sqlite3_step(s)) == SQLITE_ROW) {
		int64_t id = sqlite3_column_int64(s, 0);
		const char *sid_text = (const char *)sqlite3_column_text(s, 1);
		const char *code_text = (const char *)sqlite3_column_text(s, 2);
		struct sid sid;
		struct code code;
		struct chain first;
		uint8_t sum[32];
		snprintf(what, sizeof what, "the line of session number %" PRId64 " is not what was written", id);
		if (id < 1 || !sid_text || !code_text || !sid_parse(slice_text(sid_text), &sid) ||
			strlen(code_text) != sizeof code.text - 1 || !sq_column_blob(s, 3, first.bytes, 16) ||
			!sq_column_blob(s, 4, sum, 32) || sq_find_sid(sq, sid))
			break;
		memcpy(code.text, code_text, sizeof code.text);
		struct digest right = sq_session_sum(id, sid.text, code.text, first);
		if (sq_find_code(sq, code) || memcmp(right.bytes, sum, sizeof sum) != 0)
			break;
		struct known *known = sq_known_add(sq, sid, code, id);
		known->durable = true;
		known->first = first;
		what[0] = '\0';
		rc = SQLITE_OK;
	}
	sqlite3_finalize(s);
	if (what[0])
		return say_damaged(o, what);
	return rc == SQLITE_DONE ? 0 : say_damaged(o, sqlite3_errmsg(sq->db));
}

static int wal_grew(void *ctx, sqlite3 *db, const char *name, int pages)
{
	(void)db;
	(void)name;
	((struct journal_sqlite *)ctx)->wal_pages = pages;
	return SQLITE_OK;
}

/* Is it exactly a table of ours, word for word? */
static bool right_table(const struct journal_sqlite *sq, struct known **by_id, sqlite3_stmt *row, size_t *logs)
{
	const char *column[4];
	char want[256];
	for (int i = 0; i < 4; i++)
		if ((column[i] = (const char *)sqlite3_column_text(row, i)) == NULL)
			column[i] = "";
	const char *name = column[1], *number = strchr(name, '_');
	int64_t id = number ? strtoll(number + 1, NULL, 10) : 0;
	struct known *known = id > 0 && id < sq->next_id ? by_id[id] : NULL;
	if (strcmp(name, "session") == 0) {
		snprintf(want, sizeof want, "%s", SCHEMA_SESSION);
	} else if (strcmp(name, "probe") == 0) {
		snprintf(want, sizeof want, "%s", SCHEMA_PROBE);
	} else if (known && strncmp(name, "log_", 4) == 0) {
		snprintf(want, sizeof want, SCHEMA_LOG, id);
		++*logs;
	} else if (known && strncmp(name, "snapshot_", 9) == 0) {
		snprintf(want, sizeof want, SCHEMA_SNAPSHOT, id);
		known->has_snapshot = true;
	} else {
		return false;
	}
	return strcmp(column[0], "table") == 0 && strcmp(name, column[2]) == 0 && strcmp(column[3], want) == 0;
}

/* Our tables and no others, one log for each session. */
static int check_schema(struct opening *o)
{
	struct journal_sqlite *sq = o->sq;
	sqlite3_stmt *s = NULL;
	size_t logs = 0, sessions = 0;
	bool right = true;
	int rc = sqlite3_prepare_v2(sq->db, "SELECT type, name, tbl_name, sql FROM sqlite_schema", -1, &s, NULL);
	struct known **by_id = check_alloc((size_t)sq->next_id, sizeof *by_id);
	for (struct known *known = sq->all; known; known = known->next_all) {
		by_id[known->id] = known;
		sessions++;
	}
	for (bool more = rc == SQLITE_OK; more && right;) {
		rc = sqlite3_step(s);
		more = rc == SQLITE_ROW;
		right = !more || right_table(sq, by_id, s, &logs);
	}
	sqlite3_finalize(s);
	free(by_id);
	if (!right || rc != SQLITE_DONE || logs != sessions)
		return say_damaged(o, "its tables are not those that were made");
	return 0;
}

/* Opens it and, with a VFS of a test, makes it if it is new. A result of SQLite. */
static int connect_to(struct opening *o)
{
	sqlite3 *db = o->sq->db;
	const char *synchronous = o->options->synchronous ? o->options->synchronous : "FULL";
	int64_t tables = 1;
	/* Until it is known to be ours nothing of it is changed, also not by closing it. */
	sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	sqlite3_extended_result_codes(db, 1);
	int rc = set_up(db, synchronous);
	if (rc == SQLITE_OK && o->options->vfs)
		rc = number_of(db, "SELECT count(*) FROM sqlite_schema", &tables);
	if (rc != SQLITE_OK || tables > 0)
		return rc;
	rc = initialise(db);
	return rc == SQLITE_OK ? set_up(db, synchronous) : rc;
}

static int say_unopened(struct opening *o, int rc)
{
	const char *path = o->sq->path, *why = sqlite3_errmsg(o->sq->db);
	switch (rc & 0xff) {
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return say_damaged(o, why);
	case SQLITE_BUSY:
		return say(o, JOURNAL_TAKEN, "Another program has the journal %s open. Close it.", path);
	default:
		return say(o, JOURNAL_AWAY, "The journal %s cannot be opened: %s.", path, why);
	}
}

/* The statements of every transaction, and one empty transaction to try them. */
static bool can_write(struct journal_sqlite *sq)
{
	sqlite3_stmt *s = NULL;
	int rc = sqlite3_prepare_v2(sq->db, "PRAGMA journal_mode=WAL", -1, &s, NULL);
	bool wal = rc == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW &&
		strcmp((const char *)sqlite3_column_text(s, 0), "wal") == 0;
	sqlite3_finalize(s);
	return wal && sqlite3_db_readonly(sq->db, "main") != 1 &&
		sq_prepare(sq, SQLITE_PREPARE_PERSISTENT, &sq->begin, "BEGIN IMMEDIATE") == SQLITE_OK &&
		sq_prepare(sq, SQLITE_PREPARE_PERSISTENT, &sq->commit, "COMMIT") == SQLITE_OK &&
		sq_step_again(sq->begin) == SQLITE_OK && sq_step_again(sq->commit) == SQLITE_OK;
}

static int open_database(struct opening *o)
{
	struct journal_sqlite *sq = o->sq;
	const char *vfs = o->options->vfs;
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (vfs ? SQLITE_OPEN_CREATE : 0);
	if (sqlite3_open_v2(sq->path, &sq->db, flags, vfs) != SQLITE_OK)
		return say(o, JOURNAL_AWAY, "The journal %s cannot be opened: %s.", sq->path, sqlite3_errmsg(sq->db));
	int rc = connect_to(o), status;
	if (rc != SQLITE_OK)
		return say_unopened(o, rc);
	if ((status = check_version(o)) != 0 || (status = quick_check(o)) != 0)
		return status;
	if (!can_write(sq))
		return say(o, JOURNAL_AWAY, "The journal %s cannot be written: %s. Look at rights and space there, or "
			"name another place.", sq->path, sqlite3_errmsg(sq->db));
	if ((status = load_sessions(o)) != 0 || (status = check_schema(o)) != 0)
		return status;
	sqlite3_db_config(sq->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
	sqlite3_wal_hook(sq->db, wal_grew, sq);
	return 0;
}

int sq_file_open(struct journal_sqlite *sq, const struct journal_sqlite_options *options, char *sentence, size_t size)
{
	struct opening o = { .sq = sq, .options = options, .sentence = sentence, .size = size };
	int status = 0;
	if (strlen(options->path) + sizeof ".new-journal" > PATH_MAX)
		return say(&o, JOURNAL_AWAY, "The journal's name is too long.");
	if (sq->real_files)
		status = make_directory(&o, sq->path);
	if (sq->real_files && status == 0)
		status = lock(&o);
	if (sq->real_files && status == 0)
		status = look_at_file(&o);
	return status ? status : open_database(&o);
}

void sq_file_close(struct journal_sqlite *sq)
{
	if (sq->db == NULL)
		return;
	for (struct known *known = sq->all; known; known = known->next_all) {
		sqlite3_finalize(known->insert);
		known->insert = NULL;
	}
	sqlite3_finalize(sq->begin);
	sqlite3_finalize(sq->commit);
	sq->begin = sq->commit = NULL;
	if (sq->dead)
		sqlite3_db_config(sq->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	sqlite3_close(sq->db);
	sq->db = NULL;
}

/* Beside the journal a copy could take the space that the next votes need. */
static bool room_for_copy(struct journal_sqlite *sq, const char *path)
{
	char folder[PATH_MAX];
	struct statvfs is;
	int64_t pages = 0, page = 0;
	snprintf(folder, sizeof folder, "%s", path);
	char *slash = strrchr(folder, '/');
	if (slash)
		slash[slash == folder ? 1 : 0] = '\0';
	if (!sq->real_files || number_of(sq->db, "PRAGMA page_count", &pages) != SQLITE_OK || number_of(sq->db, "PRAGMA page_size", &page) != SQLITE_OK ||
	    statvfs(slash ? folder : ".", &is) != 0)
		return true; /* the copying itself will say */
	return (uint64_t)is.f_bavail * is.f_frsize >= (uint64_t)(pages * page) + sq->keep_free_bytes;
}

int sq_backup(struct journal_sqlite *sq, struct op *op)
{
	if (!room_for_copy(sq, op->path)) {
		snprintf(sq->why, sizeof sq->why, "there is no space for a copy of the journal beside it");
		return -1;
	}
	int fd = open(op->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0) {
		snprintf(sq->why, sizeof sq->why, "%s", strerror(errno));
		return -1;
	}
	sqlite3_stmt *s;
	int rc = sq_prepare(sq, 0, &s, "VACUUM INTO ?");
	if (rc == SQLITE_OK) {
		sqlite3_bind_text(s, 1, op->path, -1, SQLITE_STATIC);
		rc = sq_finish_step(s);
	}
	snprintf(sq->why, sizeof sq->why, "%s", sqlite3_errmsg(sq->db));
	if (rc == SQLITE_OK && fsync(fd) != 0) {
		snprintf(sq->why, sizeof sq->why, "%s", strerror(errno));
		rc = SQLITE_IOERR;
	}
	close(fd);
	if (rc != SQLITE_OK)
		unlink(op->path);
	return rc == SQLITE_OK ? 0 : -1;
}
