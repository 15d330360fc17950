/* SPDX-License-Identifier: EUPL-1.2 */
/* What the SQLite journal promises beyond the port: a file that belongs to one daemon, a full or failing disk, bytes that are gone when
 * they are said to be, real threads. */
#include "contract/journal_contract.h"
#include "lib/disk_cut.h"
#include "base/check.h"
#include "base/digest.h"
#include "base/trace.h"
#include "shell/loop_uv.h"
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void quiet(enum trace_level level, const char *line, void *ctx)
{
	(void)level;
	(void)line;
	(void)ctx;
}

static int setup(void **state)
{
	*state = desk_create(&adapter_sqlite);
	return 0;
}

static int teardown(void **state)
{
	desk_destroy(*state);
	return 0;
}

/* Tries to open the desk's file a second time, or the stopped desk's; gives the sentence. */
static int try_open(struct desk *desk, char *sentence, size_t size)
{
	struct journal journal;
	int status = journal_sqlite_open(loop_test_loop(desk->test), &desk->options, &journal, sentence, size);
	assert_true(status <= 0);
	assert_true((status == 0) == (sentence[0] == '\0'));
	if (status == 0) {
		desk->journal = journal;
		desk_listen(desk);
	}
	return status;
}

static uint8_t *whole_file(const char *path, size_t *len)
{
	FILE *file = fopen(path, "rb");
	*len = 0;
	if (file == NULL)
		return NULL;
	fseek(file, 0, SEEK_END);
	*len = (size_t)ftell(file);
	rewind(file);
	uint8_t *bytes = check_alloc(1, *len + 1);
	assert_int_equal(fread(bytes, 1, *len, file), *len);
	fclose(file);
	return bytes;
}

static void put_bytes(const char *path, size_t at, const void *bytes, size_t len, int flags)
{
	int fd = open(path, O_WRONLY | flags, 0600);
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, bytes, len, (off_t)at), len);
	close(fd);
}

/* --- whose file ----------------------------------------------------------------------------------------------- */

static void a_second_daemon_is_refused(void **state)
{
	struct desk *desk = *state;
	char sentence[512], process[32];
	desk_fill(desk, 0, 2);
	assert_int_equal(try_open(desk, sentence, sizeof sentence), JOURNAL_TAKEN);
	snprintf(process, sizeof process, "process %ld", (long)getpid());
	assert_non_null(strstr(sentence, process));
	assert_non_null(strstr(sentence, desk->path));
	desk_append(desk, 0, 5); /* and the first goes on */
	desk_run(desk);
	assert_int_equal(heard_last(desk, ENTRY, sid_at(0))->position.seq, 3);
}

static void a_newer_format_and_a_foreign_file_are_refused_unchanged(void **state)
{
	struct desk *desk = *state;
	static const struct { size_t at; const char *bytes; size_t len; int status; const char *word; } cases[] = {
		{ 60, "\0\0\0\2", 4, JOURNAL_AWAY, "newer Bollplank" }, /* user_version */
		{ 60, "\0\0\0\0", 4, JOURNAL_DAMAGED, "not a journal" },
		{ 68, "\0\0\0\0", 4, JOURNAL_DAMAGED, "not a journal" }, /* application_id */
		{ 0, "Dear diary,", 11, JOURNAL_DAMAGED, "not a database" },
	};
	char sentence[512];
	desk_fill(desk, 0, 3);
	desk_stop(desk);
	for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
		size_t len, after_len;
		uint8_t *before = whole_file(desk->path, &len);
		put_bytes(desk->path, cases[k].at, cases[k].bytes, cases[k].len, 0);
		assert_int_equal(try_open(desk, sentence, sizeof sentence), cases[k].status);
		assert_non_null(strstr(sentence, cases[k].word));
		put_bytes(desk->path, cases[k].at, before + cases[k].at, cases[k].len, 0);
		uint8_t *after = whole_file(desk->path, &after_len);
		assert_int_equal(len, after_len);
		assert_memory_equal(before, after, len);
		free(before);
		free(after);
	}
	assert_int_equal(try_open(desk, sentence, sizeof sentence), 0);
}

static void an_empty_or_missing_file_is_not_a_new_one(void **state)
{
	struct desk *desk = *state;
	char sentence[512], wal[128];
	desk_stop(desk);
	assert_int_equal(truncate(desk->path, 0), 0);
	assert_int_equal(try_open(desk, sentence, sizeof sentence), JOURNAL_DAMAGED);
	unlink(desk->path);
	snprintf(wal, sizeof wal, "%s-wal", desk->path);
	put_bytes(wal, 0, "left behind", 11, O_CREAT);
	assert_int_equal(try_open(desk, sentence, sizeof sentence), JOURNAL_DAMAGED);
	assert_non_null(strstr(sentence, "missing"));
	unlink(wal);
	assert_int_equal(mkdir(desk->path, 0700), 0);
	assert_int_equal(try_open(desk, sentence, sizeof sentence), JOURNAL_AWAY);
	rmdir(desk->path);
	assert_int_equal(try_open(desk, sentence, sizeof sentence), 0);
}

static void the_file_is_for_its_owner_only(void **state)
{
	struct desk *desk = *state;
	char sentence[512], deep[160], folder[128];
	struct stat is;
	assert_int_equal(stat(desk->path, &is), 0);
	assert_int_equal(is.st_mode & 0777, 0600);
	desk_stop(desk);
	assert_int_equal(chmod(desk->path, 0644), 0);
	trace_to(quiet, TRACE_ERROR, NULL);
	assert_int_equal(try_open(desk, sentence, sizeof sentence), 0);
	trace_to(NULL, TRACE_INFO, NULL);
	assert_int_equal(stat(desk->path, &is), 0);
	assert_int_equal(is.st_mode & 0777, 0600);
	desk_fill(desk, 0, 1);
	snprintf(deep, sizeof deep, "%s-wal", desk->path);
	assert_int_equal(stat(deep, &is), 0);
	assert_int_equal(is.st_mode & 0777, 0600);
	desk_stop(desk);
	snprintf(folder, sizeof folder, "%s/a/b", desk->folder); /* folders that are missing are made */
	snprintf(deep, sizeof deep, "%s/j", folder);
	desk->options.path = deep;
	assert_int_equal(try_open(desk, sentence, sizeof sentence), 0);
	assert_int_equal(stat(folder, &is), 0);
	assert_int_equal(is.st_mode & 0777, 0700);
	desk_stop(desk);
	unlink(deep);
	snprintf(deep, sizeof deep, "%s/j.lock", folder);
	unlink(deep);
	rmdir(folder);
	snprintf(folder, sizeof folder, "%s/a", desk->folder);
	rmdir(folder);
	desk->options.path = desk->path;
	if (geteuid() == 0)
		return; /* root may write anywhere */
	assert_int_equal(chmod(desk->path, 0400), 0);
	assert_int_equal(try_open(desk, sentence, sizeof sentence), JOURNAL_AWAY);
	assert_non_null(strstr(sentence, "cannot be written"));
}

static void on_backup(int status, const char *sentence, void *ctx)
{
	assert_true((status == 0) == (sentence[0] == '\0'));
	*(int *)ctx = status;
}

static void a_backup_opens_and_reads_the_same(void **state)
{
	struct desk *desk = *state;
	char path[128], sentence[512];
	struct reading reading;
	int status = 1;
	desk_fill(desk, 0, 40);
	snprintf(path, sizeof path, "%s.copy", desk->path);
	journal_sqlite_backup(desk->journal, path, on_backup, &status);
	desk_run(desk);
	assert_int_equal(status, 0);
	journal_sqlite_backup(desk->journal, path, on_backup, &status); /* never over something */
	desk_run(desk);
	assert_true(status < 0);
	desk_append(desk, 0, 41);
	desk_stop(desk);
	desk->options.path = path;
	assert_int_equal(try_open(desk, sentence, sizeof sentence), 0);
	desk_read(desk, 0, 1, &reading);
	assert_int_equal(reading.count, 40);
	for (size_t n = 0; n < 40; n++)
		assert_int_equal(reading.bodies[n], 1001 + n);
	desk_stop(desk);
}

/* --- bytes that are gone -------------------------------------------------------------------------------------- */

static size_t canary(char *out, size_t size, unsigned i, unsigned seq)
{
	return (size_t)snprintf(out, size, "Canary-%u-%u-yranaC", i, seq);
}

static bool on_disk(const struct desk *desk, unsigned i, unsigned seq)
{
	static const char *const endings[] = { "", "-wal" };
	bool found = false;
	char text[64], path[128];
	size_t n = canary(text, sizeof text, i, seq);
	for (size_t k = 0; k < 2; k++) {
		size_t len;
		snprintf(path, sizeof path, "%s%s", desk->path, endings[k]);
		uint8_t *bytes = whole_file(path, &len);
		found = found || (bytes && memmem(bytes, len, text, n));
		free(bytes);
	}
	return found;
}

static void canary_body(struct made *made, unsigned i, unsigned seq)
{
	static const size_t lengths[] = { 30, 300, 2900, 60, 1200, 40, 700 }; /* several in a page, a page, more than a page with the others */
	char text[64];
	size_t n = canary(text, sizeof text, i, seq), len = lengths[(seq * 5 + i) % 7], head = 20;
	memset(made->bytes, '.', sizeof made->bytes);
	for (size_t at = 0; at + n <= len; at += n)
		memcpy(made->bytes + head + at, text, n);
	memcpy(made->bytes + head + len, text, n);
	made->body = (struct body){ .head = slice_of(made->bytes, head), .form = slice_of(made->bytes + head + len, n),
		.text = slice_of(made->bytes + head, len) };
	memset(made->body.digest, (int)seq, 32);
}

static void struck_and_erased_bytes_are_gone(void **state)
{
	struct desk *desk = *state;
	enum { THREE = 3, ENTRIES = 250 };
	struct made made;
	for (unsigned i = 0; i < THREE; i++) {
		canary_body(&made, i, 1);
		assert_int_equal(desk->journal.ops->create(desk->journal.self, sid_at(i), code_at(i), &made.body, desk->next_tag++), 0);
	}
	desk_run(desk);
	for (unsigned seq = 2; seq <= ENTRIES; seq++) {
		for (unsigned i = 0; i < THREE; i++) {
			canary_body(&made, i, seq);
			assert_int_equal(desk->journal.ops->append(desk->journal.self, sid_at(i), &made.body, desk->next_tag++), 0);
		}
		if (seq % 9 == 0)
			desk_run(desk);
	}
	desk_run(desk);
	for (unsigned i = 0; i < THREE; i++) { /* snapshots, one of which holds the texts that are struck */
		char text[64];
		size_t n = canary(text, sizeof text, i, i == 0 ? 88 : 100);
		desk->journal.ops->snapshot(desk->journal.self, sid_at(i), (struct position){ 1, i == 0 ? 90 : 120 }, slice_of(text, n));
	}
	desk_run(desk);
	for (unsigned seq = 1; seq <= ENTRIES; seq += 7)
		assert_true(on_disk(desk, 0, seq)); /* the control: what is not struck is found */
	for (unsigned seq = ENTRIES; seq >= 1; seq -= 3) {
		for (unsigned i = 0; i < 2; i++)
			desk->journal.ops->strike(desk->journal.self, sid_at(i), seq, JOURNAL_FORM | JOURNAL_TEXT);
		if (seq == ENTRIES || seq % 10 == 0) {
			desk_run(desk);
			for (unsigned i = 0; i < 2; i++)
				for (unsigned gone = ENTRIES; gone >= seq; gone -= 3)
					if (on_disk(desk, i, gone))
						fail_msg("session %u entry %u is struck and still on the disk", i, gone);
			assert_true(on_disk(desk, 0, seq - 1));
		}
		if (seq < 4)
			break;
	}
	desk->journal.ops->erase(desk->journal.self, sid_at(2));
	desk_run(desk);
	for (unsigned seq = 1; seq <= ENTRIES; seq++)
		if (on_disk(desk, 2, seq))
			fail_msg("entry %u is erased and still on the disk", seq);
	assert_true(on_disk(desk, 0, 2));
}

/* --- disks that are full or fail ------------------------------------------------------------------------------ */

static void on_fatal(const char *sentence, void *ctx)
{
	struct desk *desk = ctx;
	assert_true(strlen(sentence) > 40);
	assert_false(desk->fatal);
	desk->fatal = true;
}

static int setup_cut(void **state)
{
	trace_to(quiet, TRACE_ERROR, NULL);
	struct desk *desk = desk_create(&adapter_sqlite);
	desk_stop(desk);
	disk_cut_format(7);
	desk->options = (struct journal_sqlite_options){ .path = "journal", .vfs = DISK_CUT_VFS, .fatal = on_fatal, .fatal_ctx = desk };
	desk->adapter->open(desk);
	desk_listen(desk);
	*state = desk;
	return 0;
}

static int teardown_cut(void **state)
{
	desk_destroy(*state);
	disk_cut_free();
	trace_to(NULL, TRACE_INFO, NULL);
	return 0;
}

/* Appends until a refusal; each tag has exactly one answer. Returns how many entries there are. */
static uint64_t fill_up(struct desk *desk)
{
	uint64_t number = 2, tag;
	while (number < 100000 && desk_try_append(desk, 0, number, &tag) == 0) {
		number++;
		if (number % 20 == 0)
			desk_run(desk);
	}
	assert_true(number < 100000);
	desk_run(desk);
	assert_int_equal(heard_last(desk, HEALTH, sid_at(0))->status, JOURNAL_FULL);
	assert_int_equal(heard(desk, ENTRY, sid_at(0)) + heard(desk, REFUSED, sid_at(0)), number - 1);
	assert_true(heard(desk, REFUSED, sid_at(0)) > 0);
	assert_int_equal(heard_last(desk, REFUSED, sid_at(0))->status, JOURNAL_FULL);
	const char *sentence;
	assert_int_equal(desk->journal.ops->state(desk->journal.self, NULL, &sentence), JOURNAL_FULL);
	assert_non_null(strstr(sentence, desk->options.path));
	return heard_last(desk, ENTRY, sid_at(0))->position.seq;
}

static void all_there(struct desk *desk, uint64_t count)
{
	struct reading reading;
	static uint64_t bodies[READING_MOST];
	size_t n = 0;
	for (size_t k = 0; k < desk->count; k++)
		if (desk->events[k].what == ENTRY && n < READING_MOST)
			bodies[n++] = desk->events[k].body;
	desk_read(desk, 0, 1, &reading);
	assert_int_equal(reading.count, count);
	assert_int_equal(n, count);
	assert_memory_equal(reading.bodies, bodies, n * sizeof *bodies);
}

static void a_full_disk_refuses_and_resumes(void **state)
{
	struct desk *desk = *state;
	desk_create_session(desk, 0, 1);
	desk_run(desk);
	disk_cut_capacity(400 * 1024);
	uint64_t there = fill_up(desk);
	all_there(desk, there); /* reading goes on */
	desk->journal.ops->strike(desk->journal.self, sid_at(0), 2, JOURNAL_TEXT); /* waits for space to checkpoint */
	desk_run(desk);
	disk_cut_capacity(disk_cut_used());
	for (unsigned k = 1; k <= 30; k++) /* wait for space to be written */
		desk->journal.ops->strike(desk->journal.self, sid_at(0), there * k / 30, JOURNAL_TEXT);
	loop_test_advance(desk->test, 3500);
	assert_int_equal(heard(desk, STRUCK, sid_at(0)), 0);
	assert_int_equal(heard_last(desk, HEALTH, sid_at(0))->status, JOURNAL_FULL);
	assert_int_equal(heard(desk, HEALTH, sid_at(0)), 1); /* told once */
	disk_cut_capacity(0);
	loop_test_advance(desk->test, 1100);
	assert_int_equal(heard_last(desk, HEALTH, sid_at(0))->status, JOURNAL_OK);
	assert_int_equal(heard(desk, STRUCK, sid_at(0)), 31);
	desk_append(desk, 0, 77);
	desk_run(desk);
	assert_int_equal(heard_last(desk, ENTRY, sid_at(0))->position.seq, there + 1);
	disk_cut_now(); /* and none of it was only a word */
	desk_stop(desk);
	disk_cut_power_on();
	desk->adapter->open(desk);
	desk_listen(desk);
	all_there(desk, there + 1);
}

/* The limit on file size is what a quota looks like: write says EFBIG. */
static void a_file_size_limit_refuses_and_resumes(void **state)
{
	struct desk *desk = *state;
	struct rlimit before, small = { 300 * 1024, 0 };
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small.rlim_max = before.rlim_max;
	void (*old)(int) = signal(SIGXFSZ, SIG_IGN); /* as main does */
	trace_to(quiet, TRACE_ERROR, NULL);
	desk_create_session(desk, 0, 1);
	desk_run(desk);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	uint64_t there = fill_up(desk);
	loop_test_advance(desk->test, 2500);
	assert_int_equal(heard_last(desk, HEALTH, sid_at(0))->status, JOURNAL_FULL);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	loop_test_advance(desk->test, 1100);
	assert_int_equal(heard_last(desk, HEALTH, sid_at(0))->status, JOURNAL_OK);
	desk_append(desk, 0, 77);
	desk_run(desk);
	all_there(desk, there + 1);
	desk_restart(desk);
	all_there(desk, there + 1);
	trace_to(NULL, TRACE_INFO, NULL);
	signal(SIGXFSZ, old);
}

/* A real file system of 3 MB, in a mount namespace of this process' own. */
static void a_full_file_system_refuses_and_resumes(void **state)
{
	struct desk *desk = *state;
	char ballast[128], sentence[512];
	if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", "none", MS_REC | MS_PRIVATE, "") != 0) {
		print_message("# SKIP: a small file system needs root (%s); the in-memory disk and RLIMIT_FSIZE above stand for it\n", strerror(errno));
		skip();
	}
	desk_stop(desk);
	trace_to(quiet, TRACE_ERROR, NULL);
	assert_int_equal(mount("tmpfs", desk->folder, "tmpfs", MS_NOSUID | MS_NODEV, "size=3m,mode=700"), 0);
	snprintf(ballast, sizeof ballast, "%s/ballast", desk->folder);
	uint8_t *weight = check_alloc(1, 1024 * 1024);
	put_bytes(ballast, 0, weight, 1024 * 1024, O_CREAT);
	free(weight);
	assert_int_equal(try_open(desk, sentence, sizeof sentence), 0);
	desk_create_session(desk, 0, 1);
	desk_run(desk);
	uint64_t there = fill_up(desk);
	all_there(desk, there);
	desk_restart(desk); /* a start on a full disk: reading is possible, and the first write is refused or finds the space that closing made */
	all_there(desk, there);
	unlink(ballast);
	desk->journal.ops->open(desk->journal.self, sid_at(0));
	loop_test_advance(desk->test, 1100);
	desk_forget(desk);
	desk_append(desk, 0, 77);
	desk_run(desk);
	assert_int_equal(heard_last(desk, ENTRY, sid_at(0))->position.seq, there + 1);
	desk_stop(desk);
	trace_to(NULL, TRACE_INFO, NULL);
	assert_int_equal(umount(desk->folder), 0);
}

static void too_little_free_space_is_full_before_it_is_none(void **state)
{
	struct desk *desk = *state;
	struct reading reading;
	uint64_t tag;
	char sentence[512];
	desk_fill(desk, 0, 1);
	desk_fill(desk, 1, 3);
	desk_stop(desk);
	desk->options.keep_free_bytes = UINT64_MAX;
	trace_to(quiet, TRACE_ERROR, NULL);
	assert_int_equal(try_open(desk, sentence, sizeof sentence), 0); /* reading is possible */
	desk->journal.ops->open(desk->journal.self, sid_at(0));
	desk_run(desk);
	/* What is refused and what is asked to be read behind it, in one turn. */
	desk_append(desk, 0, 2);
	desk_create_session(desk, 2, 3001);
	desk->journal.ops->open(desk->journal.self, sid_at(1));
	desk->journal.ops->open(desk->journal.self, sid_at(2));
	desk_read(desk, 0, 1, &reading);
	assert_int_equal(heard(desk, REFUSED, sid_at(0)), 1);
	assert_int_equal(reading.status, JOURNAL_OK);
	assert_int_equal(reading.count, 1);
	assert_int_equal(heard(desk, ENTRY, sid_at(1)), 3 + 3);
	assert_int_equal(heard_last(desk, OPENED, sid_at(1))->status, JOURNAL_OK);
	assert_int_equal(heard_last(desk, OPENED, sid_at(2))->status, JOURNAL_ABSENT);
	assert_int_equal(desk_try_append(desk, 0, 2, &tag), JOURNAL_FULL);
	trace_to(NULL, TRACE_INFO, NULL);
}

static void a_failed_sync_ends_it_without_a_word_to_the_house(void **state)
{
	struct desk *desk = *state;
	uint64_t tag;
	desk_fill(desk, 0, 10);
	disk_cut_fail_syncs(true);
	desk_append(desk, 0, 500);
	desk_append(desk, 0, 501);
	desk_run(desk); /* the desk fails the test at any upcall after `fatal` */
	assert_true(desk->fatal);
	assert_int_equal(heard(desk, ENTRY, sid_at(0)), 10);
	disk_cut_fail_syncs(false);
	assert_int_equal(desk_try_append(desk, 0, 502, &tag), JOURNAL_AWAY);
	desk_run(desk);
	disk_cut_now();
	desk_stop(desk);
	disk_cut_power_on();
	desk->fatal = false;
	desk->adapter->open(desk);
	desk_listen(desk);
	struct reading reading;
	desk_read(desk, 0, 1, &reading);
	assert_true(reading.count >= 10 && reading.count <= 12); /* what was under way is there or not */
	for (size_t n = 0; n < 10; n++)
		assert_int_equal(reading.bodies[n], 1001 + n);
}

static void the_process_ends_with_74(void **state)
{
	struct desk *desk = *state;
	int status = 0;
	desk_stop(desk);
	desk->options.fatal = NULL;
	fflush(NULL);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		if (freopen("/dev/null", "w", stderr) == NULL)
			_exit(1);
		desk->adapter->open(desk);
		desk_listen(desk);
		desk_fill(desk, 0, 3);
		disk_cut_fail_syncs(true);
		desk_append(desk, 0, 4);
		desk_run(desk);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 74);
}

/* Verifying and telling 45,000 entries takes several jobs; others' appends go on in between. */
static void a_long_session_opens_in_pieces(void **state)
{
	struct desk *desk = *state;
	const unsigned rows = desk_brief() ? 3000 : 45000;
	desk_fill(desk, 0, 1);
	desk_fill(desk, 1, 1);
	for (unsigned seq = 2; seq <= rows; seq++) {
		desk_append(desk, 0, 3 * seq);
		if (seq % 9000 == 0)
			desk_run(desk);
	}
	desk_run(desk);
	desk->journal.ops->close(desk->journal.self, sid_at(0));
	desk_run(desk);
	desk_forget(desk);
	desk->journal.ops->open(desk->journal.self, sid_at(0));
	for (unsigned n = 2; heard(desk, OPENED, sid_at(0)) == 0 && n < 1000; n++) {
		desk_append(desk, 1, n);
		for (unsigned k = 0; k < 2; k++)
			loop_test_step(desk->test);
	}
	desk_run(desk);
	assert_int_equal(heard_last(desk, OPENED, sid_at(0))->status, JOURNAL_OK);
	assert_int_equal(heard(desk, ENTRY, sid_at(0)), rows);
	size_t before = 0;
	for (size_t k = 0; desk->events[k].what != OPENED; k++)
		before += desk->events[k].what == ENTRY && sid_equal(desk->events[k].sid, sid_at(1));
	assert_true(before >= 1);
}

/* --- real threads --------------------------------------------------------------------------------------------- */

enum { CROWD_SESSIONS = 8, OUTSTANDING = 64, CROWD = 20000 };

struct crowd {
	struct loop_uv *loop;
	struct journal journal;
	uint64_t total, sent, heard, stable[CROWD_SESSIONS], seq[CROWD_SESSIONS], next_tag;
	unsigned ready;
	bool answered[CROWD + CROWD_SESSIONS + 1], stopped;
	double seconds;
};

static double seconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void crowd_send(struct crowd *crowd)
{
	struct made made;
	body_make(3 * crowd->sent + 2, &made);
	unsigned i = (unsigned)(crowd->sent++ % CROWD_SESSIONS);
	assert_int_equal(crowd->journal.ops->append(crowd->journal.self, sid_at(i), &made.body, crowd->next_tag++), 0);
}

static void crowd_stopped(void *ctx)
{
	struct crowd *crowd = ctx;
	crowd->stopped = true;
	loop_uv_close(crowd->loop);
}

static unsigned crowd_session(struct sid sid)
{
	for (unsigned i = 0; i < CROWD_SESSIONS; i++)
		if (sid_equal(sid, sid_at(i)))
			return i;
	fail();
	return 0;
}

static void crowd_entry(struct sid sid, const struct journal_entry *entry, uint64_t tag, void *ctx)
{
	struct crowd *crowd = ctx;
	unsigned i = crowd_session(sid);
	assert_int_equal(entry->position.seq, ++crowd->seq[i]);
	assert_true(crowd->stable[i] >= crowd->seq[i]); /* durable before it is told */
	assert_true(tag > 0 && tag <= CROWD + CROWD_SESSIONS && !crowd->answered[tag]);
	crowd->answered[tag] = true;
	if (crowd->ready < CROWD_SESSIONS) {
		if (++crowd->ready == CROWD_SESSIONS) {
			crowd->seconds = seconds();
			while (crowd->sent < OUTSTANDING)
				crowd_send(crowd);
		}
		return;
	}
	crowd->heard++;
	if (crowd->sent < crowd->total)
		crowd_send(crowd);
	if (crowd->heard == crowd->total) {
		crowd->seconds = seconds() - crowd->seconds;
		crowd->journal.ops->stop(crowd->journal.self, crowd_stopped, crowd);
	}
}

static void crowd_stable(struct sid sid, uint64_t seq, void *ctx)
{
	struct crowd *crowd = ctx;
	unsigned i = crowd_session(sid);
	assert_true(seq > crowd->stable[i]);
	crowd->stable[i] = seq;
}

static void on_real_threads(void **state)
{
	struct desk *desk = *state;
	static const struct journal_up up = { .entry = crowd_entry, .stable = crowd_stable };
	struct crowd *crowd = check_alloc(1, sizeof *crowd);
	char sentence[512];
	desk_stop(desk);
	crowd->loop = loop_uv_create();
	crowd->next_tag = 1;
	crowd->total = desk_brief() ? CROWD / 10 : CROWD;
	assert_int_equal(journal_sqlite_open(loop_uv_port(crowd->loop), &desk->options, &crowd->journal, sentence, sizeof sentence), 0);
	crowd->journal.ops->listen(crowd->journal.self, &up, crowd);
	for (unsigned i = 0; i < CROWD_SESSIONS; i++) {
		struct made made;
		body_make(i + 1, &made);
		crowd->journal.ops->create(crowd->journal.self, sid_at(i), code_at(i), &made.body, crowd->next_tag++);
	}
	loop_uv_run(crowd->loop);
	loop_uv_destroy(crowd->loop);
	assert_true(crowd->stopped);
	assert_int_equal(crowd->heard, crowd->total);
	print_message("# %d appends with %d outstanding: %.0f a second\n", (int)crowd->total, OUTSTANDING, (double)crowd->total / crowd->seconds);
	uint64_t total = crowd->total;
	free(crowd);
	desk->adapter->open(desk);
	desk_listen(desk);
	struct reading reading;
	desk_read(desk, 0, 1, &reading);
	assert_int_equal(reading.count, 1 + total / CROWD_SESSIONS);
}

#define FILE_TEST(name) { #name, name, setup, teardown, NULL }
#define CUT_TEST(name) { #name, name, setup_cut, teardown_cut, NULL }

int run_sqlite_tests(void)
{
	const struct CMUnitTest tests[] = {
		FILE_TEST(a_second_daemon_is_refused),
		FILE_TEST(a_newer_format_and_a_foreign_file_are_refused_unchanged),
		FILE_TEST(an_empty_or_missing_file_is_not_a_new_one),
		FILE_TEST(the_file_is_for_its_owner_only),
		FILE_TEST(a_backup_opens_and_reads_the_same),
		FILE_TEST(struck_and_erased_bytes_are_gone),
		CUT_TEST(a_full_disk_refuses_and_resumes),
		FILE_TEST(a_file_size_limit_refuses_and_resumes),
		FILE_TEST(a_full_file_system_refuses_and_resumes),
		FILE_TEST(too_little_free_space_is_full_before_it_is_none),
		CUT_TEST(a_failed_sync_ends_it_without_a_word_to_the_house),
		CUT_TEST(the_process_ends_with_74),
		FILE_TEST(a_long_session_opens_in_pieces),
		FILE_TEST(on_real_threads),
	};
	return cmocka_run_group_tests_name("journal file: sqlite", tests, NULL, NULL);
}
