/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The lock on the database's file by which a daemon knows of another.
 * Daemon layer. flock(2) and the locks that SQLite takes do not see each other, and no killed process leaves it behind.
 */
#include "daemon/tenancy.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"

/* As the store makes it, whatever the umask is. */
#define FILE_MODE 0640

static int open_file(const char *path)
{
	mode_t mask = umask(0);
	int fd = open(path, O_RDONLY | O_CREAT | O_NONBLOCK | O_CLOEXEC, FILE_MODE);

	umask(mask);
	return fd;
}

int tenancy_take(const char *path, int *ret_fd)
{
	int fd = open_file(path);

	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK) {
		close(fd);
		return ERR_BUSY;
	}
	*ret_fd = fd;
	return ERR_OK;
}

void tenancy_end(int fd)
{
	if (fd >= 0)
		close(fd);
}
