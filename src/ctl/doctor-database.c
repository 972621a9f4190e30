/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whether the database can be read, is whole, and has room to grow.
 * Ctl layer.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "base/err.h"
#include "ctl/doctor.h"
#include "store/check.h"

#define BYTES_PER_MIB (UINT64_C(1024) * 1024)

/* The write-ahead log alone may come to some dozen MiB; the other is weeks of a busy shop. */
#define FREE_BAD_BYTES (100 * BYTES_PER_MIB)
#define FREE_LOOK_BYTES (1024 * BYTES_PER_MIB)

/* SQLite cuts the log back to its start at 4 MiB, if nobody reads what was there before. */
#define LOG_LOOK_BYTES (64 * BYTES_PER_MIB)

/* What is checked in a few seconds. */
#define CHECKED_MAX_BYTES (500 * BYTES_PER_MIB)

DEFINE_CLEANUP(text, char *, free)

enum finding_level doctor_disk_level(uint64_t free_bytes)
{
	if (free_bytes < FREE_BAD_BYTES)
		return FINDING_BAD;
	return free_bytes < FREE_LOOK_BYTES ? FINDING_LOOK : FINDING_OK;
}

/* The caller's; NULL without memory. */
static char *folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return strdup(".");
	return slash == path ? strdup("/") : strndup(path, (size_t)(slash - path));
}

void doctor_check_disk(struct findings *findings, const char *database)
{
	char *folder CLEANUP(text_cleanup) = folder_of(database);
	struct statvfs fs;

	findings_about(findings, "disk");
	if (!folder || statvfs(folder, &fs) < 0) {
		findings_add(findings, FINDING_BAD, "the folder of %s can't be looked at: %s", database, strerror(errno));
		findings_advise(findings, "Make the folder and give it to the user of claimd, or set database to another one");
		return;
	}
	uint64_t free_bytes = (uint64_t)fs.f_bavail * fs.f_frsize;
	enum finding_level level = doctor_disk_level(free_bytes);

	findings_add(findings, level, "%" PRIu64 " MiB are free in %s", free_bytes / BYTES_PER_MIB, folder);
	if (level != FINDING_OK)
		findings_advise(findings, "Make room: on a full disk claimd answers callbacks with 503, and takes none in");
}

/* 0 when there is no such file. */
static uint64_t size_of(const char *path, const char *suffix)
{
	char *name CLEANUP(text_cleanup) = NULL;
	struct stat status;

	if (asprintf(&name, "%s%s", path, suffix) < 0) {
		name = NULL;
		return 0;
	}
	return stat(name, &status) == 0 ? (uint64_t)status.st_size : 0;
}

static void check_log(struct findings *findings, const char *path)
{
	uint64_t bytes = size_of(path, "-wal");
	bool grown = bytes >= LOG_LOOK_BYTES;

	if (bytes == 0)
		return;
	findings_add(findings, grown ? FINDING_LOOK : FINDING_OK, "its write-ahead log has %" PRIu64 " MiB", bytes / BYTES_PER_MIB);
	if (grown)
		findings_advise(findings, "See which program reads the database without ever coming to an end: as long as it does, the log "
		                "grows; it becomes short again when claimd is restarted");
}

static void on_check(const struct check *check, const struct check_faults *faults, void *cls)
{
	size_t *n = cls;

	(void)check;
	*n += faults->n;
}

static void check_content(struct findings *findings, const char *path, struct store *store)
{
	size_t n = 0;

	if (size_of(path, "") > CHECKED_MAX_BYTES) {
		findings_add(findings, FINDING_OK, "it is large: whether it is whole, \"claimctl check-db\" looks for some time");
	} else if (store_check(store, on_check, &n) == ERR_OK && n == 0) {
		findings_add(findings, FINDING_OK, "all that must hold of it does");
	} else {
		findings_add(findings, FINDING_BAD, "it has faults");
		findings_advise(findings, "See which, and what to do, by \"claimctl check-db\"");
	}
}

void doctor_check_database(struct findings *findings, const char *path, struct store **ret)
{
	struct store_error error = { "" };
	int r = store_open_readonly(path, ret, &error);

	findings_about(findings, "database");
	if (r == ERR_OK) {
		findings_add(findings, FINDING_OK, "%s has the schema version of this program", path);
		check_content(findings, path, *ret);
		check_log(findings, path);
	} else if (r == ERR_NOT_FOUND) {
		findings_add(findings, FINDING_BAD, "there is no %s", path);
		findings_advise(findings, "Start claimd, which makes it; or set database to where it is");
	} else {
		findings_add(findings, FINDING_BAD, "%s", error.text);
		findings_advise(findings, r == ERR_TOO_NEW ? "Use the claimctl that came with claimd" :
		                "Run this as a user who may read the file, and beside the claimd that writes it");
	}
}
