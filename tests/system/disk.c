/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A small tmpfs, and the file that the library in front of libc looks at.
 * System tests.
 */
#include "disk.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "suite.h"

#define FILLER "/filler"

/* --- A disk of the test's own */

static bool write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool good = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return good;
}

/* Who is not root becomes so in a namespace, and stays who they are. */
static bool enter_namespace(void)
{
	char uid_map[48];
	char gid_map[48];

	if (unshare(CLONE_NEWNS) == 0)
		return true;
	snprintf(uid_map, sizeof(uid_map), "%u %u 1", geteuid(), geteuid());
	snprintf(gid_map, sizeof(gid_map), "%u %u 1", getegid(), getegid());
	return unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 && write_text("/proc/self/setgroups", "deny") &&
	       write_text("/proc/self/uid_map", uid_map) && write_text("/proc/self/gid_map", gid_map);
}

bool disk_mount(const char *folder, size_t bytes, const char **ret_why)
{
	char options[64];

	snprintf(options, sizeof(options), "size=%zu", bytes);
	if (enter_namespace() && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	    mount("disk", folder, "tmpfs", 0, options) == 0)
		return true;
	*ret_why = "it takes root or a user namespace to mount a small disk";
	return false;
}

void disk_set_read_only(const char *folder)
{
	ck_assert_msg(mount(NULL, folder, NULL, MS_REMOUNT | MS_RDONLY, NULL) == 0, "%s: %m", folder);
}

static void filler_path(const char *folder, char ret[static 4200])
{
	snprintf(ret, 4200, "%s" FILLER, folder);
}

void disk_fill(const char *folder)
{
	static const char block[4096];
	char path[4200];

	filler_path(folder, path);

	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

	ck_assert_int_ge(fd, 0);
	while (write(fd, block, sizeof(block)) > 0)
		continue;
	ck_assert_int_eq(errno, ENOSPC);
	close(fd);
}

void disk_free_up(const char *folder)
{
	char path[4200];

	filler_path(folder, path);
	ck_assert_int_eq(unlink(path), 0);
}

/* --- What a program believes */

void disk_trouble_open(struct disk_trouble *trouble, const char *folder)
{
	snprintf(trouble->file, sizeof(trouble->file), "%s/trouble", folder);
	snprintf(trouble->preload, sizeof(trouble->preload), "LD_PRELOAD=%s/tests/preload/disk.so", getenv("CLAIMD_BUILD"));
	snprintf(trouble->variable, sizeof(trouble->variable), "DISK_TROUBLE=%s", trouble->file);
}

/* It is whole when it is there. */
void disk_trouble_begin(const struct disk_trouble *trouble, int error)
{
	char draft[4300];

	snprintf(draft, sizeof(draft), "%s.draft", trouble->file);

	FILE *file = fopen(draft, "w");

	ck_assert_ptr_nonnull(file);
	if (error)
		fprintf(file, "%d\n", error);
	ck_assert_int_eq(fclose(file), 0);
	ck_assert_int_eq(rename(draft, trouble->file), 0);
}

void disk_trouble_end(const struct disk_trouble *trouble)
{
	ck_assert_int_eq(unlink(trouble->file), 0);
}
