/* SPDX-License-Identifier: EUPL-1.2 */
#include "lib/disk_cut.h"
#include "base/check.h"
#include <sqlite3.h>
#include <string.h>

enum { SECTOR = 512, FILES = 8 };

struct file {
	char name[64];
	bool here, was; /* exists now; exists on the platter */
	uint8_t *now, *platter;
	size_t len, platter_len, room;
};

struct handle {
	sqlite3_file base;
	struct file *file;
	uint64_t epoch; /* of the power: a handle of before a cut is dead */
};

static struct {
	struct file files[FILES];
	uint64_t dice, operations, cut_at, epoch;
	bool off, fail_syncs, registered;
	size_t capacity;
} disk;

static uint64_t dice(void)
{
	uint64_t x = disk.dice += 0x9e3779b97f4a7c15u;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
	return x ^ (x >> 31);
}

static void resize(struct file *file, size_t len)
{
	if (len > file->room) {
		file->room = len * 2;
		file->now = check_realloc(file->now, file->room, 1);
	}
	if (len > file->len)
		memset(file->now + file->len, 0, len - file->len);
	file->len = len;
}

static void to_platter(struct file *file)
{
	file->was = file->here;
	file->platter = check_realloc(file->platter, file->len, 1);
	if (file->len)
		memcpy(file->platter, file->now, file->len);
	file->platter_len = file->len;
}

/* Each sector that differs is there or not, by itself; the length is that of before, or that of now, or between. */
static void survive(struct file *file)
{
	bool here = file->here == file->was ? file->here : dice() & 1;
	if (file->here && file->was && here) {
		size_t longer = file->len > file->platter_len ? file->len : file->platter_len;
		size_t len = dice() & 1 ? file->len : file->platter_len;
		uint8_t *out = check_alloc(1, longer + SECTOR);
		for (size_t at = 0; at < longer; at += SECTOR) {
			/* Old bytes first, also under a fresh sector that is shorter: where a truncation is undone they are back, not zeros. */
			if (at < file->platter_len)
				memcpy(out + at, file->platter + at, file->platter_len - at < SECTOR ? file->platter_len - at : SECTOR);
			if (dice() & 1 && at < file->len)
				memcpy(out + at, file->now + at, file->len - at < SECTOR ? file->len - at : SECTOR);
		}
		resize(file, len);
		if (len)
			memcpy(file->now, out, len);
		free(out);
	} else if (file->here && here) { /* made since: its name survived, its sectors as they like */
		for (size_t at = 0; at < file->len; at += SECTOR)
			if (dice() & 1)
				memset(file->now + at, 0, file->len - at < SECTOR ? file->len - at : SECTOR);
		if (dice() & 1)
			resize(file, file->len / SECTOR / 2 * SECTOR);
	} else if (here) { /* deleted since, and back */
		resize(file, file->platter_len);
		if (file->platter_len)
			memcpy(file->now, file->platter, file->platter_len);
	}
	file->here = here;
	if (!here)
		file->len = 0;
	to_platter(file);
}

static bool operation(void)
{
	disk.operations++;
	if (!disk.off && disk.cut_at && disk.operations >= disk.cut_at)
		disk_cut_now();
	return !disk.off;
}

static struct file *find(const char *name)
{
	for (int i = 0; i < FILES; i++)
		if (strcmp(disk.files[i].name, name) == 0)
			return &disk.files[i];
	return NULL;
}

static bool dead(const struct handle *handle)
{
	return disk.off || handle->epoch != disk.epoch;
}

static int file_close(sqlite3_file *base)
{
	(void)base;
	return SQLITE_OK;
}

static int file_read(sqlite3_file *base, void *out, int count, sqlite3_int64 offset)
{
	const struct handle *handle = (struct handle *)base;
	size_t at = (size_t)offset, len = (size_t)count, have = handle->file->len > at ? handle->file->len - at : 0;
	if (dead(handle))
		return SQLITE_IOERR_READ;
	size_t n = len < have ? len : have;
	if (n)
		memcpy(out, handle->file->now + at, n);
	memset((uint8_t *)out + n, 0, len - n);
	return n == len ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

static int file_write(sqlite3_file *base, const void *bytes, int count, sqlite3_int64 offset)
{
	const struct handle *handle = (struct handle *)base;
	size_t end = (size_t)offset + (size_t)count;
	if (dead(handle) || !operation())
		return SQLITE_IOERR_WRITE;
	if (disk.capacity && end > handle->file->len && disk_cut_used() + end - handle->file->len > disk.capacity)
		return SQLITE_FULL;
	if (end > handle->file->len)
		resize(handle->file, end);
	memcpy(handle->file->now + offset, bytes, (size_t)count);
	return SQLITE_OK;
}

static int file_truncate(sqlite3_file *base, sqlite3_int64 len)
{
	const struct handle *handle = (struct handle *)base;
	if (dead(handle) || !operation())
		return SQLITE_IOERR_TRUNCATE;
	resize(handle->file, (size_t)len);
	return SQLITE_OK;
}

static int file_sync(sqlite3_file *base, int flags)
{
	const struct handle *handle = (struct handle *)base;
	(void)flags;
	if (dead(handle) || !operation() || disk.fail_syncs)
		return SQLITE_IOERR_FSYNC;
	to_platter(handle->file);
	return SQLITE_OK;
}

static int file_size(sqlite3_file *base, sqlite3_int64 *out)
{
	const struct handle *handle = (struct handle *)base;
	if (dead(handle))
		return SQLITE_IOERR_FSTAT;
	*out = (sqlite3_int64)handle->file->len;
	return SQLITE_OK;
}

static int file_lock(sqlite3_file *base, int level)
{
	(void)level;
	return dead((struct handle *)base) ? SQLITE_IOERR_LOCK : SQLITE_OK;
}

static int file_unlock(sqlite3_file *base, int level)
{
	(void)base;
	(void)level;
	return SQLITE_OK;
}

static int file_reserved(sqlite3_file *base, int *out)
{
	(void)base;
	*out = 0;
	return SQLITE_OK;
}

static int file_control(sqlite3_file *base, int what, void *argument)
{
	(void)base;
	(void)what;
	(void)argument;
	return SQLITE_NOTFOUND;
}

static int file_sector(sqlite3_file *base)
{
	(void)base;
	return SECTOR;
}

/* A sector that is being written may be torn from its neighbours but not within: POWERSAFE_OVERWRITE, as on real disks and as
 * SQLite assumes by default. */
static int file_traits(sqlite3_file *base)
{
	(void)base;
	return SQLITE_IOCAP_POWERSAFE_OVERWRITE | SQLITE_IOCAP_ATOMIC512;
}

/* Version 1: no shared memory. The journal opens exclusively and needs none. */
static const sqlite3_io_methods methods = {
	.iVersion = 1, .xClose = file_close, .xRead = file_read, .xWrite = file_write, .xTruncate = file_truncate, .xSync = file_sync,
	.xFileSize = file_size, .xLock = file_lock, .xUnlock = file_unlock, .xCheckReservedLock = file_reserved,
	.xFileControl = file_control, .xSectorSize = file_sector, .xDeviceCharacteristics = file_traits,
};

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *base, int flags, int *out)
{
	struct handle *handle = (struct handle *)base;
	struct file *file = find(name ? name : "temporary");
	(void)vfs;
	base->pMethods = NULL;
	if (disk.off)
		return SQLITE_CANTOPEN;
	if (file == NULL) {
		file = find("");
		CHECK(file && strlen(name ? name : "temporary") < sizeof file->name);
		strcpy(file->name, name ? name : "temporary");
	}
	if (!file->here) {
		if (!(flags & SQLITE_OPEN_CREATE) || !operation())
			return SQLITE_CANTOPEN;
		file->here = true;
		file->len = 0;
	}
	handle->file = file;
	handle->epoch = disk.epoch;
	base->pMethods = &methods;
	if (out)
		*out = flags;
	return SQLITE_OK;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
	struct file *file = find(name);
	(void)vfs;
	if (file == NULL || !file->here)
		return SQLITE_IOERR_DELETE_NOENT;
	if (!operation())
		return SQLITE_IOERR_DELETE;
	file->here = false;
	file->len = 0;
	if (sync)
		file->was = false;
	return SQLITE_OK;
}

static int vfs_access(sqlite3_vfs *vfs, const char *name, int flags, int *out)
{
	const struct file *file = find(name);
	(void)vfs;
	(void)flags;
	*out = file && file->here;
	return SQLITE_OK;
}

static int vfs_full_path(sqlite3_vfs *vfs, const char *name, int size, char *out)
{
	(void)vfs;
	sqlite3_snprintf(size, out, "%s", name);
	return SQLITE_OK;
}

static int vfs_random(sqlite3_vfs *vfs, int len, char *out)
{
	(void)vfs;
	for (int i = 0; i < len; i++)
		out[i] = (char)dice();
	return len;
}

static int vfs_sleep(sqlite3_vfs *vfs, int us)
{
	(void)vfs;
	return us;
}

static int vfs_time(sqlite3_vfs *vfs, double *out)
{
	(void)vfs;
	*out = 2461041.5;
	return SQLITE_OK;
}

static int vfs_error(sqlite3_vfs *vfs, int size, char *out)
{
	(void)vfs;
	(void)size;
	(void)out;
	return 0;
}

static sqlite3_vfs vfs = {
	.iVersion = 1, .szOsFile = sizeof(struct handle), .mxPathname = 60, .zName = DISK_CUT_VFS, .xOpen = vfs_open, .xDelete = vfs_delete,
	.xAccess = vfs_access, .xFullPathname = vfs_full_path, .xRandomness = vfs_random, .xSleep = vfs_sleep, .xCurrentTime = vfs_time,
	.xGetLastError = vfs_error,
};

void disk_cut_free(void)
{
	for (int i = 0; i < FILES; i++) {
		free(disk.files[i].now);
		free(disk.files[i].platter);
		disk.files[i] = (struct file){ .here = false };
	}
}

void disk_cut_format(uint64_t seed)
{
	disk_cut_free();
	disk.dice = seed;
	disk.cut_at = 0;
	disk.off = disk.fail_syncs = false;
	disk.capacity = 0;
	disk.epoch++;
	if (!disk.registered)
		CHECK(sqlite3_vfs_register(&vfs, 0) == SQLITE_OK);
	disk.registered = true;
}

void disk_cut_after(uint64_t operations)
{
	disk.cut_at = operations ? disk.operations + operations : 0;
}

bool disk_cut_is_off(void)
{
	return disk.off;
}

void disk_cut_now(void)
{
	disk.off = true;
	disk.cut_at = 0;
}

void disk_cut_power_on(void)
{
	for (int i = 0; i < FILES; i++)
		survive(&disk.files[i]);
	disk.off = false;
	disk.epoch++;
}

uint64_t disk_cut_operations(void)
{
	return disk.operations;
}

void disk_cut_fail_syncs(bool fail)
{
	disk.fail_syncs = fail;
}

void disk_cut_capacity(size_t bytes)
{
	disk.capacity = bytes;
}

size_t disk_cut_used(void)
{
	size_t used = 0;
	for (int i = 0; i < FILES; i++)
		used += disk.files[i].here ? disk.files[i].len : 0;
	return used;
}

void disk_cut_flip(const char *name, uint64_t bit)
{
	struct file *file = find(name);
	CHECK(file && file->here && bit / 8 < file->len);
	file->now[bit / 8] ^= (uint8_t)(1 << bit % 8);
}

bool disk_cut_holds(const char *bytes, size_t len)
{
	for (int i = 0; i < FILES; i++)
		if (disk.files[i].here && disk.files[i].len && memmem(disk.files[i].now, disk.files[i].len, bytes, len))
			return true;
	return false;
}
