/* SPDX-License-Identifier: EUPL-1.2 */
/* A disk for SQLite that can lose power: a VFS whose files live in memory, each as the image that is durable and the 512-byte sectors written
 * since its last sync. A cut keeps a random subset of those sectors and stops the world: every call after it fails. The next power_on
 * serves what survived. Deleting and making a file are as durable as a write is: until a sync the old file may come back, or the new
 * one be missing (a rollback journal that was deleted and comes back would otherwise be read as if it were of today). */
#ifndef BOLLPLANK_TESTS_LIB_DISK_CUT_H
#define BOLLPLANK_TESTS_LIB_DISK_CUT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DISK_CUT_VFS "disk_cut"

/* One disk per process. */
void disk_cut_format(uint64_t seed);     /* an empty disk; registers the VFS */
void disk_cut_after(uint64_t operations); /* power goes at the n-th write, sync, truncation or deletion from now; 0: not by itself */
bool disk_cut_is_off(void);
void disk_cut_now(void);                 /* power goes */
void disk_cut_power_on(void);            /* open files of before are dead; what survived is the disk */
uint64_t disk_cut_operations(void);      /* so far */
void disk_cut_fail_syncs(bool fail);     /* fsync says EIO, and what was to be synced is as uncertain as before */
void disk_cut_capacity(size_t bytes);    /* over all files; 0: endless. Beyond: SQLITE_FULL */
size_t disk_cut_used(void);
void disk_cut_flip(const char *name, uint64_t bit);
bool disk_cut_holds(const char *bytes, size_t len); /* anywhere in a file, as the daemon would read it */
void disk_cut_free(void);
#endif
