/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A disk in trouble, as long as there is the file that DISK_TROUBLE names: if a number stands in it, writing, cutting and syncing a
 * file fail with that errno; otherwise syncing hangs until the file is gone.
 * Tests: put in front of libc by LD_PRELOAD. SQLite alone writes by pwrite(2).
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* 0: none. */
static int read_error(void)
{
	const char *path = getenv("DISK_TROUBLE");
	FILE *file = path ? fopen(path, "re") : NULL;
	int error = 0;

	if (!file)
		return 0;
	if (fscanf(file, "%d", &error) != 1)
		error = 0;
	fclose(file);
	return error;
}

static bool fails(void)
{
	int kept = errno;
	int error = read_error();

	errno = error ? error : kept;
	return error != 0;
}

static void hang(void)
{
	const struct timespec a_moment = { .tv_nsec = 5000000 };
	const char *path = getenv("DISK_TROUBLE");

	while (path && access(path, F_OK) == 0)
		nanosleep(&a_moment, NULL);
}

int fsync(int fd)
{
	if (fails())
		return -1;
	hang();
	return (int)syscall(SYS_fsync, fd);
}

int fdatasync(int fd)
{
	if (fails())
		return -1;
	hang();
	return (int)syscall(SYS_fdatasync, fd);
}

ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t offset)
{
	return fails() ? -1 : (ssize_t)syscall(SYS_pwrite64, fd, bytes, size, offset);
}

int ftruncate64(int fd, off64_t size)
{
	return fails() ? -1 : (int)syscall(SYS_ftruncate, fd, size);
}
