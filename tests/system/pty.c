/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pseudo-terminals.
 * System tests.
 */
#include "pty.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "process.h"
#include "suite.h"

static void open_terminal(struct pty *pty)
{
	char name[64];

	pty->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	ck_assert_int_ge(pty->master, 0);
	ck_assert_int_eq(grantpt(pty->master), 0);
	ck_assert_int_eq(unlockpt(pty->master), 0);
	ck_assert_int_eq(ptsname_r(pty->master, name, sizeof(name)), 0);
	pty->slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
	ck_assert_int_ge(pty->slave, 0);
	pty_resize(pty, 24, 100);
	ck_assert_int_eq(tcgetattr(pty->slave, &pty->before), 0);
}

/* In the child: the terminal is its own, and its first. */
static _Noreturn void become(const struct pty *pty, const char *path, const char *const *argv, const char *const *environment)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setsid();
	ioctl(pty->slave, TIOCSCTTY, 0);
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		dup2(pty->slave, fd);
	for (; *environment; environment++)
		putenv((char *)(uintptr_t)*environment);
	execv(path, (char *const *)(uintptr_t)argv);
	_exit(127);
}

void pty_start(struct pty *pty, const char *const *argv, const char *const *environment)
{
	char *path = NULL;

	*pty = (struct pty){ .text = strdup("") };
	ck_assert_int_gt(asprintf(&path, "%s/%s", getenv("CLAIMD_BUILD"), argv[0]), 0);
	open_terminal(pty);
	pty->pid = fork();
	ck_assert_int_ge(pty->pid, 0);
	if (pty->pid == 0)
		become(pty, path, argv, environment);
	pty->pidfd = pidfd_open(pty->pid, 0);
	ck_assert_int_ge(pty->pidfd, 0);
	free(path);
}

/* Takes what is there. */
static void take_text(struct pty *pty)
{
	char part[4096];
	ssize_t n;

	while ((n = read(pty->master, part, sizeof(part))) > 0) {
		pty->text = realloc(pty->text, pty->len + (size_t)n + 1);
		ck_assert_ptr_nonnull(pty->text);
		memcpy(pty->text + pty->len, part, (size_t)n);
		pty->len += (size_t)n;
		pty->text[pty->len] = '\0';
	}
}

const char *pty_await(struct pty *pty, const char *text)
{
	int64_t end = process_patience();

	for (;;) {
		struct pollfd fd = { .fd = pty->master, .events = POLLIN };

		take_text(pty);

		char *from = pty->text + pty->taken;
		char *found = strstr(from, text);

		if (found) {
			pty->taken = (size_t)(found - pty->text) + strlen(text);
			return from;
		}
		ck_assert_msg(!process_patience_is_over(end), "\"%s\" never came:\n%s", text, pty->text);
		poll(&fd, 1, 1000);
	}
}

const char *pty_read(struct pty *pty)
{
	struct pollfd fd = { .fd = pty->master, .events = POLLIN };

	poll(&fd, 1, 100);
	take_text(pty);
	return pty->text;
}

void pty_type(struct pty *pty, const char *keys)
{
	ck_assert_int_eq(write(pty->master, keys, strlen(keys)), (ssize_t)strlen(keys));
}

void pty_resize(struct pty *pty, unsigned short rows, unsigned short columns)
{
	ck_assert_int_eq(ioctl(pty->master, TIOCSWINSZ, &(struct winsize){ .ws_row = rows, .ws_col = columns }), 0);
}

bool pty_is_restored(const struct pty *pty)
{
	struct termios now;

	ck_assert_int_eq(tcgetattr(pty->slave, &now), 0);
	return now.c_lflag == pty->before.c_lflag && now.c_iflag == pty->before.c_iflag && now.c_oflag == pty->before.c_oflag &&
	       memcmp(now.c_cc, pty->before.c_cc, sizeof(now.c_cc)) == 0;
}

/* Its next change of state, while what it writes is taken, so that it never waits for us. */
static int await_change(struct pty *pty, int options)
{
	int64_t end = process_patience();
	int status = 0;

	while (waitpid(pty->pid, &status, options | WNOHANG) == 0) {
		struct pollfd fds[] = { { .fd = pty->master, .events = POLLIN }, { .fd = pty->pidfd, .events = POLLIN } };

		ck_assert_msg(!process_patience_is_over(end), "it goes on:\n%s", pty->text);
		poll(fds, 2, 10);
		take_text(pty);
	}
	take_text(pty);
	return status;
}

void pty_await_stop(struct pty *pty)
{
	ck_assert(WIFSTOPPED(await_change(pty, WUNTRACED)));
}

int pty_wait(struct pty *pty)
{
	int status = await_change(pty, 0);

	close(pty->pidfd);
	pty->pidfd = -1;
	ck_assert_msg(WIFEXITED(status), "signal %d ended it:\n%s", WTERMSIG(status), pty->text);
	return WEXITSTATUS(status);
}

void pty_done(struct pty *pty)
{
	if (pty->pid <= 0)
		return;
	if (pty->pidfd >= 0) {
		kill(pty->pid, SIGKILL);
		waitpid(pty->pid, NULL, 0);
		close(pty->pidfd);
	}
	close(pty->master);
	close(pty->slave);
	free(pty->text);
	*pty = (struct pty){ 0 };
}
