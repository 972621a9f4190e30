/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The VFS: what SQLite does to the disk is done, and told to the platter.
 * Tests: linked into each program of each ring; knows no layer. A name is safe when SQLite has its folder synced: by deleting a file
 * so, or by the first sync of a journal or log that it may have made. The index of a log (-shm) is memory, and gone with the power.
 */
#include "powercut.h"

#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "platter.h"
#include "suite.h"

#define MAKES_NAMES_SAFE (SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL | SQLITE_OPEN_WAL)

struct powercut {
	sqlite3_vfs vfs;
	sqlite3_vfs *real;
	const char *folder;
	char database[64]; /* its name; there is one in the folder */
	struct platter *platter;
	size_t n_open;
	size_t n;
	size_t n_syncs;
	size_t fail_at;
	bool off;
	size_t spoil_in; /* so many syncs are good before */
	void (*watch)(void *cls);
	void *watch_cls;
};

struct file {
	sqlite3_file base;
	struct powercut *cut;
	struct platter_file *platter;
	bool makes_names_safe;
	sqlite3_file *real; /* stands behind it */
};

/* Whether the power is still on for one more operation. */
static bool spend(struct powercut *cut)
{
	if (cut->off)
		return false;
	if (cut->watch)
		cut->watch(cut->watch_cls);
	cut->off = cut->n++ >= cut->fail_at;
	return !cut->off;
}

static struct file *file_of(sqlite3_file *base)
{
	return (struct file *)base;
}

/* --- What changes a file */

static int on_write(sqlite3_file *base, const void *bytes, int size, sqlite3_int64 offset)
{
	struct file *file = file_of(base);

	if (file->cut->off)
		return SQLITE_IOERR_WRITE;
	platter_write(file->platter, (size_t)offset, bytes, (size_t)size);
	return spend(file->cut) ? file->real->pMethods->xWrite(file->real, bytes, size, offset) : SQLITE_IOERR_WRITE;
}

static int on_truncate(sqlite3_file *base, sqlite3_int64 size)
{
	struct file *file = file_of(base);

	if (file->cut->off)
		return SQLITE_IOERR_TRUNCATE;
	platter_truncate(file->platter, (size_t)size);
	return spend(file->cut) ? file->real->pMethods->xTruncate(file->real, size) : SQLITE_IOERR_TRUNCATE;
}

static int on_sync(sqlite3_file *base, int flags)
{
	struct file *file = file_of(base);

	if (!spend(file->cut))
		return SQLITE_IOERR_FSYNC;
	if (file->cut->spoil_in-- == 0) {
		platter_lose(file->platter);
		return SQLITE_IOERR_FSYNC;
	}
	file->cut->n_syncs++;
	platter_sync(file->platter);
	if (file->makes_names_safe)
		platter_sync_names(file->cut->platter);
	file->makes_names_safe = false;
	return file->real->pMethods->xSync(file->real, flags);
}

/* --- What does not */

static int on_close(sqlite3_file *base)
{
	struct file *file = file_of(base);

	file->cut->n_open--;
	return file->real->pMethods->xClose(file->real);
}

static int on_read(sqlite3_file *base, void *bytes, int size, sqlite3_int64 offset)
{
	struct file *file = file_of(base);

	return file->cut->off ? SQLITE_IOERR_READ : file->real->pMethods->xRead(file->real, bytes, size, offset);
}

static int on_size(sqlite3_file *base, sqlite3_int64 *ret)
{
	struct file *file = file_of(base);

	return file->cut->off ? SQLITE_IOERR_FSTAT : file->real->pMethods->xFileSize(file->real, ret);
}

static int on_lock(sqlite3_file *base, int level)
{
	return file_of(base)->real->pMethods->xLock(file_of(base)->real, level);
}

static int on_unlock(sqlite3_file *base, int level)
{
	return file_of(base)->real->pMethods->xUnlock(file_of(base)->real, level);
}

static int on_check_lock(sqlite3_file *base, int *ret)
{
	return file_of(base)->real->pMethods->xCheckReservedLock(file_of(base)->real, ret);
}

static int on_control(sqlite3_file *base, int op, void *arg)
{
	return file_of(base)->real->pMethods->xFileControl(file_of(base)->real, op, arg);
}

static int on_sector(sqlite3_file *base)
{
	return file_of(base)->real->pMethods->xSectorSize(file_of(base)->real);
}

static int on_traits(sqlite3_file *base)
{
	return file_of(base)->real->pMethods->xDeviceCharacteristics(file_of(base)->real);
}

static int on_shm_map(sqlite3_file *base, int region, int size, int extend, void volatile **ret)
{
	return file_of(base)->real->pMethods->xShmMap(file_of(base)->real, region, size, extend, ret);
}

static int on_shm_lock(sqlite3_file *base, int offset, int n, int flags)
{
	return file_of(base)->real->pMethods->xShmLock(file_of(base)->real, offset, n, flags);
}

static void on_shm_barrier(sqlite3_file *base)
{
	file_of(base)->real->pMethods->xShmBarrier(file_of(base)->real);
}

static int on_shm_unmap(sqlite3_file *base, int remove)
{
	return file_of(base)->real->pMethods->xShmUnmap(file_of(base)->real, remove);
}

static const sqlite3_io_methods methods = {
	.iVersion = 2, /* no memory maps of data, which nobody could watch */
	.xClose = on_close,
	.xRead = on_read,
	.xWrite = on_write,
	.xTruncate = on_truncate,
	.xSync = on_sync,
	.xFileSize = on_size,
	.xLock = on_lock,
	.xUnlock = on_unlock,
	.xCheckReservedLock = on_check_lock,
	.xFileControl = on_control,
	.xSectorSize = on_sector,
	.xDeviceCharacteristics = on_traits,
	.xShmMap = on_shm_map,
	.xShmLock = on_shm_lock,
	.xShmBarrier = on_shm_barrier,
	.xShmUnmap = on_shm_unmap,
};

/* --- The folder */

/* The name of a file in our folder; NULL when it is elsewhere, or has none. */
static const char *name_in(const struct powercut *cut, const char *path)
{
	size_t len = strlen(cut->folder);

	return path && strncmp(path, cut->folder, len) == 0 && path[len] == '/' ? path + len + 1 : NULL;
}

static void adopt(struct powercut *cut, const char *path)
{
	struct buf bytes = { 0 };
	char block[65536];
	size_t n;
	FILE *stream = fopen(path, "rb");

	ck_assert_msg(stream, "%s: %m", path);
	while ((n = fread(block, 1, sizeof(block), stream)) > 0)
		ck_assert_int_eq(buf_add(&bytes, block, n), 0);
	fclose(stream);
	platter_adopt(cut->platter, name_in(cut, path), bytes.data ? bytes.data : "", bytes.len);
	buf_done(&bytes);
}

static int open_watched(struct powercut *cut, const char *path, struct file *file, int flags, int *ret_flags)
{
	const char *name = name_in(cut, path);
	bool existed = access(path, F_OK) == 0;

	if (cut->off)
		return SQLITE_CANTOPEN;
	if (flags & SQLITE_OPEN_MAIN_DB)
		snprintf(cut->database, sizeof(cut->database), "%s", name);
	if (existed && !platter_find(cut->platter, name))
		adopt(cut, path);
	*file = (struct file){
		.cut = cut,
		.makes_names_safe = (flags & SQLITE_OPEN_CREATE) && (flags & MAKES_NAMES_SAFE),
		.real = (sqlite3_file *)(file + 1),
	};

	int r = cut->real->xOpen(cut->real, path, file->real, flags, ret_flags);

	if (r != SQLITE_OK)
		return r;
	file->platter = existed ? platter_find(cut->platter, name) : platter_create(cut->platter, name);
	file->base.pMethods = &methods;
	cut->n_open++;
	return SQLITE_OK;
}

static int on_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *ret_flags)
{
	struct powercut *cut = vfs->pAppData;

	if (name_in(cut, path))
		return open_watched(cut, path, file_of(file), flags, ret_flags);
	return cut->real->xOpen(cut->real, path, file, flags, ret_flags);
}

static int on_delete(sqlite3_vfs *vfs, const char *path, int sync_folder)
{
	struct powercut *cut = vfs->pAppData;
	const char *name = name_in(cut, path);

	if (name && !spend(cut))
		return SQLITE_IOERR_DELETE;

	int r = cut->real->xDelete(cut->real, path, sync_folder);

	if (!name || r != SQLITE_OK)
		return r;
	platter_remove(cut->platter, name);
	if (sync_folder) {
		cut->n_syncs++;
		platter_sync_names(cut->platter);
	}
	return SQLITE_OK;
}

static int on_access(sqlite3_vfs *vfs, const char *path, int what, int *ret)
{
	struct powercut *cut = vfs->pAppData;

	return cut->off && name_in(cut, path) ? SQLITE_IOERR_ACCESS : cut->real->xAccess(cut->real, path, what, ret);
}

/* --- The switch */

struct powercut *powercut_open(const char *folder)
{
	struct powercut *cut = calloc(1, sizeof(*cut));

	ck_assert_ptr_nonnull(cut);
	cut->real = sqlite3_vfs_find(NULL);
	ck_assert_ptr_nonnull(cut->real);
	cut->folder = folder;
	cut->platter = platter_new();
	cut->fail_at = POWERCUT_NEVER;
	cut->spoil_in = POWERCUT_NEVER;
	cut->vfs = *cut->real;
	cut->vfs.zName = "powercut";
	cut->vfs.szOsFile = (int)sizeof(struct file) + cut->real->szOsFile;
	cut->vfs.pAppData = cut;
	cut->vfs.xOpen = on_open;
	cut->vfs.xDelete = on_delete;
	cut->vfs.xAccess = on_access;
	ck_assert_int_eq(sqlite3_vfs_register(&cut->vfs, 1), SQLITE_OK);
	return cut;
}

struct powercut *powercut_close(struct powercut *cut)
{
	if (!cut)
		return NULL;
	ck_assert_uint_eq(cut->n_open, 0);
	sqlite3_vfs_unregister(&cut->vfs);
	sqlite3_vfs_register(cut->real, 1);
	platter_free(cut->platter);
	free(cut);
	return NULL;
}

void powercut_set(struct powercut *cut, size_t n)
{
	cut->n = 0;
	cut->n_syncs = 0;
	cut->fail_at = n;
}

bool powercut_is_off(const struct powercut *cut)
{
	return cut->off;
}

size_t powercut_count(const struct powercut *cut)
{
	return cut->n;
}

size_t powercut_syncs(const struct powercut *cut)
{
	return cut->n_syncs;
}

void powercut_spoil_sync(struct powercut *cut, size_t n)
{
	cut->spoil_in = n;
}

void powercut_watch(struct powercut *cut, void (*fn)(void *cls), void *cls)
{
	cut->watch = fn;
	cut->watch_cls = cls;
}

void powercut_land(struct powercut *cut, unsigned seed, const char *folder)
{
	char index[4096];

	platter_land(cut->platter, seed, folder);
	snprintf(index, sizeof(index), "%s/%s-shm", folder, cut->database);
	unlink(index);
}

void powercut_restore(struct powercut *cut, unsigned seed)
{
	ck_assert_uint_eq(cut->n_open, 0);
	powercut_land(cut, seed, cut->folder);
	platter_free(cut->platter);
	cut->platter = platter_new();
	cut->off = false;
	cut->fail_at = POWERCUT_NEVER;
}
