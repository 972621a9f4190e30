/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A disk that hangs: syncing a file ends only when the file that STALL_WHILE names is gone.
 * Tests: put in front of libc by LD_PRELOAD.
 */
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static void stall(void)
{
	const struct timespec a_moment = { .tv_nsec = 5000000 };
	const char *file = getenv("STALL_WHILE");

	while (file && access(file, F_OK) == 0)
		nanosleep(&a_moment, NULL);
}

int fsync(int fd)
{
	stall();
	return (int)syscall(SYS_fsync, fd);
}

int fdatasync(int fd)
{
	stall();
	return (int)syscall(SYS_fdatasync, fd);
}
