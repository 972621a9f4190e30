/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Children.
 * Benchmarks.
 */
#include "bench/child.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"

/* What a child that will not end is given before it is killed. */
#define END_US (60 * USEC_PER_SEC)

struct child {
	pid_t pid;
	int pidfd;
	int notify; /* where its notifications come */
};

static void become(const char *const *argv, const char *log, const char *notify)
{
	const char *build = getenv("CLAIMD_BUILD");
	int out = open(log ? log : "/dev/null", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
	char path[PATH_MAX];

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(out, STDOUT_FILENO);
	dup2(out, STDERR_FILENO);
	setenv("NOTIFY_SOCKET", notify, 1);
	snprintf(path, sizeof(path), "%s/%s", build ? build : "build", argv[0]);
	execv(path, (char *const *)argv);
	_exit(127);
}

/* A socket in the abstract namespace, which leaves no file behind; NAME as NOTIFY_SOCKET has it. */
static int open_notify(char *name, size_t size)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	static unsigned number;
	int len = snprintf(name, size, "@claimd-bench-%d-%u", (int)getpid(), ++number);

	memcpy(address.sun_path + 1, name + 1, (size_t)len - 1);
	if (fd >= 0 && bind(fd, (const struct sockaddr *)&address, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + (size_t)len)) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

int child_start(const char *const *argv, const char *log, struct child **ret)
{
	CLEANUP(child_cleanup) struct child *child = calloc(1, sizeof(*child));
	char notify[64];

	if (!child)
		return ERR_NOMEM;
	child->pidfd = -1;
	child->notify = open_notify(notify, sizeof(notify));
	if (child->notify < 0)
		return ERR_IO;
	child->pid = fork();
	if (child->pid == 0)
		become(argv, log, notify);
	if (child->pid < 0)
		return ERR_IO;
	child->pidfd = pidfd_open(child->pid, 0);
	*ret = child;
	child = NULL;
	return ERR_OK;
}

static bool await(int fd, int64_t timeout_us)
{
	struct pollfd on = { .fd = fd, .events = POLLIN };

	return poll(&on, 1, (int)(timeout_us / USEC_PER_MS)) > 0;
}

void child_end(struct child *child, int signal)
{
	if (child->pid <= 0)
		return;
	kill(child->pid, signal);
	if (!await(child->pidfd, END_US))
		kill(child->pid, SIGKILL);
	waitpid(child->pid, NULL, 0);
	child->pid = 0;
}

struct child *child_free(struct child *child)
{
	if (!child)
		return NULL;
	child_end(child, SIGTERM);
	if (child->pidfd >= 0)
		close(child->pidfd);
	if (child->notify >= 0)
		close(child->notify);
	free(child);
	return NULL;
}

pid_t child_pid(const struct child *child)
{
	return child->pid;
}

int child_await_ready(struct child *child, int64_t timeout_us)
{
	struct mono begin = clock_mono(&(struct clock){ 0 });
	char words[1024];

	for (;;) {
		struct pollfd on[] = { { .fd = child->notify, .events = POLLIN }, { .fd = child->pidfd, .events = POLLIN } };
		int64_t left = begin.us + timeout_us - clock_mono(&(struct clock){ 0 }).us;

		if (left <= 0 || poll(on, 2, (int)(left / USEC_PER_MS) + 1) <= 0)
			return ERR_IO;
		if (!(on[0].revents & POLLIN))
			return ERR_IO;

		ssize_t n = recv(child->notify, words, sizeof(words) - 1, 0);

		words[n > 0 ? n : 0] = '\0';
		if (strstr(words, "READY=1"))
			return ERR_OK;
	}
}

static int64_t read_memory(const struct child *child, const char *key)
{
	char path[64], line[256];
	long long kilobytes = 0;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)child->pid);

	FILE *file = fopen(path, "re");

	while (file && fgets(line, sizeof(line), file))
		if (strncmp(line, key, strlen(key)) == 0)
			kilobytes = strtoll(line + strlen(key), NULL, 10);
	if (file)
		fclose(file);
	return kilobytes * 1024;
}

int64_t child_resident_bytes(const struct child *child)
{
	return read_memory(child, "VmRSS:");
}

int64_t child_peak_bytes(const struct child *child)
{
	return read_memory(child, "VmHWM:");
}

int child_run(const char *const *argv, int64_t timeout_us)
{
	CLEANUP(child_cleanup) struct child *child = NULL;
	int status = 0;

	if (child_start(argv, NULL, &child) != ERR_OK)
		return -1;
	if (!await(child->pidfd, timeout_us)) {
		child_end(child, SIGKILL);
		return -1;
	}
	waitpid(child->pid, &status, 0);
	child->pid = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
