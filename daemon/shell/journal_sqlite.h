/* SPDX-License-Identifier: EUPL-1.2 */
/* The embedded journal: one SQLite file, WAL, one worker job at a time, group commit. port/journal.h's promises;
 * COMMIT done, then stable, then entry. A full disk refuses and resumes by itself; after any other failed write the
 * process ends with code 74, since nobody knows then what the disk holds; the next start reads it. */
#ifndef BOLLPLANK_SHELL_JOURNAL_SQLITE_H
#define BOLLPLANK_SHELL_JOURNAL_SQLITE_H
#include "port/journal.h"
#include "port/loop.h"

enum { JOURNAL_SQLITE_FORMAT = 1 }; /* of the file; a newer one is refused */

struct journal_sqlite_options {
	const char *path;
	uint64_t keep_free_bytes; /* less free space than this on the disk: read-only. 0: DISK_LOW_BYTES. Tests: 1 */
	/* For tests only. */
	const char *vfs; /* another VFS: then no directory, lock file, mode or free space is looked at. NULL: its own */
	const char *synchronous;  /* NULL: "FULL" */
	/* Called instead of saying the sentence and ending the process. After it the journal makes no upcall but
	 * stop's. */
	void (*fatal)(const char *sentence, void *ctx);
	void *fatal_ctx;
};

/* Synchronous, at start. Negative: it is not open, and `sentence` tells the operator what, where, and what to do:
 * JOURNAL_TAKEN another daemon has it, JOURNAL_DAMAGED, JOURNAL_AWAY not to be read or written, or of a newer version.
 * The path is copied. `stop` of the port frees it. */
int journal_sqlite_open(struct loop loop, const struct journal_sqlite_options *options, struct journal *out,
	char *sentence, size_t size);

/* A copy as of now, compact, into a file that must not exist; 0600. status 0, or negative and a sentence. Commits
 * wait for it, about a second for each 100 MB, so not in the middle of a workshop. */
typedef void (*journal_sqlite_backup_fn)(int status, const char *sentence, void *ctx);
void journal_sqlite_backup(struct journal journal, const char *path, journal_sqlite_backup_fn done, void *ctx);
#endif
