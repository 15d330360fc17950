/* SPDX-License-Identifier: EUPL-1.2 */
/* Copies of the embedded journal. Only the daemon that has it open may look at the file, so whoever wants a copy asks it through a socket beside the journal
 * (FILE.operator, 0600: who may not write the journal cannot ask), and takes what it then finds in FILE.copy, which goes again when it has hung up. */
#ifndef BOLLPLANK_SHELL_BACKUP_H
#define BOLLPLANK_SHELL_BACKUP_H
#include "port/journal.h"
#include <uv.h>

struct backup;

/* The daemon's side. `path` is the journal's, copied. Never NULL: when there can be no socket, the trace says why, and nobody can ask. */
struct backup *backup_serve(uv_loop_t *loop, struct journal journal, const char *path);
void backup_close(struct backup *backup);   /* before the journal is stopped: nobody is answered any more. NULL is fine */
void backup_destroy(struct backup *backup); /* when the loop has run out. NULL is fine */

/* The operator's side, a process of its own: a copy of the journal at `path`, with all that was acknowledged before, into `to`, 0600, which must not exist ("-": standard
 * output). By the daemon that has it open, or, where none has, by ourselves. 0, or -1 and a sentence. It waits for as long as it takes. */
int backup_take(const char *path, const char *to, char *sentence, size_t size);
#endif
