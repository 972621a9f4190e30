/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * dot(1) as a child: its source from a file in memory, so that it and we never wait for each other; its picture through a pipe.
 * Ctl layer. No shell.
 */
#include "ctl/graphviz.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/err.h"

#define PART_SIZE 65536

static void close_fd(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

/* A file of LEN bytes, open at its beginning. */
static int make_file(const char *bytes, size_t len, int *ret)
{
	int fd CLEANUP(close_fd) = memfd_create("dot", MFD_CLOEXEC);

	if (fd < 0)
		return err_from_errno(errno);
	for (size_t done = 0; done < len;) {
		ssize_t n = write(fd, bytes + done, len - done);

		if (n < 0)
			return err_from_errno(errno);
		done += (size_t)n;
	}
	if (lseek(fd, 0, SEEK_SET) < 0)
		return err_from_errno(errno);
	*ret = fd;
	fd = -1;
	return ERR_OK;
}

static int spawn(int in, int out, pid_t *ret)
{
	char *const argv[] = { (char[]){ "dot" }, (char[]){ "-Tsvg" }, NULL };
	posix_spawn_file_actions_t actions;
	int failed = posix_spawn_file_actions_init(&actions);

	if (failed)
		return err_from_errno(failed);
	failed = posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
	if (!failed)
		failed = posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	if (!failed)
		failed = posix_spawnp(ret, argv[0], &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	return failed == ENOENT ? ERR_NOT_FOUND : err_from_errno(failed);
}

static int copy(int from, FILE *out)
{
	char part[PART_SIZE];
	ssize_t n;

	while ((n = read(from, part, sizeof(part))) > 0)
		fwrite(part, 1, (size_t)n, out);
	if (n < 0)
		return err_from_errno(errno);
	return ferror(out) ? ERR_IO : ERR_OK;
}

static int wait_for(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) < 0)
		return err_from_errno(errno);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? ERR_OK : ERR_REFUSED;
}

int graphviz_write_svg(FILE *out, const char *source, size_t len)
{
	int in CLEANUP(close_fd) = -1;
	int ends[2];
	pid_t pid = -1;
	int r = make_file(source, len, &in);

	if (r < 0)
		return r;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_from_errno(errno);
	r = spawn(in, ends[1], &pid);
	close(ends[1]);
	if (r == ERR_OK) {
		int copied = copy(ends[0], out);

		r = wait_for(pid);
		r = r < 0 ? r : copied;
	}
	close(ends[0]);
	return r;
}
