/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A temporary file beside the one that is wanted, synced and renamed.
 * Ctl layer.
 */
#include "ctl/target.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/err.h"

#define TARGET_MODE 0640

DEFINE_CLEANUP(text, char *, free)

/* What a file of SQLite's has beside it; "" is the file itself. */
static const char *const suffixes[] = { "", "-wal", "-shm", "-journal" };

static void close_fd(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

/* Whether there is NAME with SUFFIX. */
static bool find_beside(const char *name, const char *suffix, struct stat *ret)
{
	char *path CLEANUP(text_cleanup) = NULL;

	if (asprintf(&path, "%s%s", name, suffix) < 0) {
		path = NULL;
		return false;
	}
	return stat(path, ret) == 0;
}

static bool belongs_to(const struct stat *file, const char *database)
{
	struct stat part;

	for (size_t i = 0; i < ARRAY_SIZE(suffixes); i++)
		if (find_beside(database, suffixes[i], &part) && part.st_dev == file->st_dev && part.st_ino == file->st_ino)
			return true;
	return false;
}

/* A log beside it would be read into the file that comes in its place. */
static const char *find_log(const char *name)
{
	struct stat status;

	for (size_t i = 1; i < ARRAY_SIZE(suffixes); i++)
		if (find_beside(name, suffixes[i], &status))
			return suffixes[i];
	return NULL;
}

static int check_name(const struct console *console, const char *name, const char *database)
{
	struct stat file;
	const char *log = find_log(name);

	if (stat(name, &file) == 0) {
		if (!S_ISREG(file.st_mode))
			return console_fail(console, EX_USAGE, "%s is no ordinary file; name one", name);
		if (belongs_to(&file, database))
			return console_fail(console, EX_USAGE, "%s belongs to the database itself; name another file", name);
	}
	if (log)
		return console_fail(console, EX_USAGE, "there is %s%s, so %s is a database in use; name another file", name, log, name);
	return EX_OK;
}

static int fail(const struct console *console, const struct target *target, int errnum)
{
	return console_fail(console, console_status(err_from_errno(errnum)), "%s can't be written: %s", target->name,
	                    strerror(errnum));
}

/* Not those that are ignored, as by nohup(1): they would not end the program. */
static void hold_signals(sigset_t *ret_mask)
{
	static const int ending[] = { SIGINT, SIGTERM, SIGHUP };
	sigset_t held;

	sigemptyset(&held);
	for (size_t i = 0; i < ARRAY_SIZE(ending); i++) {
		struct sigaction action;

		if (sigaction(ending[i], NULL, &action) == 0 && action.sa_handler != SIG_IGN)
			sigaddset(&held, ending[i]);
	}
	sigprocmask(SIG_BLOCK, &held, ret_mask);
}

int target_open(const struct console *console, const char *name, const char *database, struct target *ret)
{
	struct target target = { .name = name };
	int status = check_name(console, name, database);

	if (status != EX_OK)
		return status;
	if (asprintf(&target.temporary, "%s.XXXXXX", name) < 0)
		return console_fail(console, EX_TEMPFAIL, "out of memory");
	hold_signals(&target.mask);
	target.fd = mkostemp(target.temporary, O_CLOEXEC);
	if (target.fd >= 0 && fchmod(target.fd, TARGET_MODE) == 0) {
		*ret = target;
		return EX_OK;
	}
	status = fail(console, &target, errno);
	target_done(&target);
	return status;
}

bool target_is_interrupted(const struct target *target)
{
	sigset_t pending;

	sigpending(&pending);
	for (int signal = 1; signal < NSIG; signal++)
		if (sigismember(&pending, signal) == 1 && sigismember(&target->mask, signal) == 0)
			return true;
	return false;
}

static int sync_folder(const char *path)
{
	char *copy CLEANUP(text_cleanup) = strdup(path);

	if (!copy)
		return ENOMEM;
	int fd CLEANUP(close_fd) = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 || fsync(fd) < 0 ? errno : 0;
}

int target_keep(const struct console *console, struct target *target, int64_t *ret_bytes)
{
	struct stat status;

	if (fsync(target->fd) < 0 || fstat(target->fd, &status) < 0 || rename(target->temporary, target->name) < 0)
		return fail(console, target, errno);
	free(target->temporary);
	target->temporary = NULL;

	int errnum = sync_folder(target->name);

	if (errnum)
		return fail(console, target, errnum);
	*ret_bytes = status.st_size;
	return EX_OK;
}

static void remove_all(const char *temporary)
{
	for (size_t i = 0; i < ARRAY_SIZE(suffixes); i++) {
		char *path CLEANUP(text_cleanup) = NULL;

		if (asprintf(&path, "%s%s", temporary, suffixes[i]) < 0)
			path = NULL;
		else
			(void)unlink(path);
	}
}

void target_done(struct target *target)
{
	if (target->temporary)
		remove_all(target->temporary);
	free(target->temporary);
	close_fd(&target->fd);
	sigprocmask(SIG_SETMASK, &target->mask, NULL);
}
