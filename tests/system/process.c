/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Children, their output and their end.
 * System tests.
 */
#include "process.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "suite.h"

enum { FILE_OUT, FILE_ERR };

/* What a service manager gives, and the machine that runs the tests may have. */
static const char *const foreign_variables[] = {
	"NOTIFY_SOCKET", "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES",
	"CREDENTIALS_DIRECTORY", "WATCHDOG_USEC", "WATCHDOG_PID", "JOURNAL_STREAM",
};

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t process_patience(void)
{
	return now_ms() + suite_patience_ms();
}

bool process_patience_is_over(int64_t end)
{
	return now_ms() >= end;
}

static char *program_path(const char *name)
{
	const char *folder = getenv("CLAIMD_BUILD");
	char *path = NULL;

	ck_assert_msg(folder, "CLAIMD_BUILD must name the folder of the programs");
	ck_assert_int_gt(asprintf(&path, "%s%s%s", strchr(name, '/') ? "" : folder, strchr(name, '/') ? "" : "/", name), 0);
	return path;
}

/* --- In the child: between fork() and exec() */

static void pass_socket(int socket)
{
	enum { FIRST_PASSED = 3 };
	char pid[24];

	snprintf(pid, sizeof(pid), "%ld", (long)getpid());
	setenv("LISTEN_PID", pid, 1);
	setenv("LISTEN_FDS", "1", 1);
	setenv("LISTEN_FDNAMES", "claimd", 1);
	/* A duplicate has no close-on-exec; the same number would keep it. */
	if (socket == FIRST_PASSED)
		fcntl(socket, F_SETFD, 0);
	else
		dup2(socket, FIRST_PASSED);
}

static void redirect(const char *path, int to)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);

	if (fd < 0 || dup2(fd, to) < 0)
		_exit(127);
}

static _Noreturn void become(const struct process *process, const struct process_plan *plan, const char *path)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	redirect("/dev/null", STDIN_FILENO);
	redirect(process->files[FILE_OUT], STDOUT_FILENO);
	redirect(process->files[FILE_ERR], STDERR_FILENO);
	for (size_t i = 0; i < sizeof(foreign_variables) / sizeof(foreign_variables[0]); i++)
		unsetenv(foreign_variables[i]);
	for (const char *const *variable = plan->environment; variable && *variable; variable++)
		putenv((char *)(uintptr_t)*variable);
	if (plan->socket > 0)
		pass_socket(plan->socket);
	if (plan->enter)
		plan->enter(plan->enter_cls);
	execv(path, (char *const *)(uintptr_t)plan->argv);
	_exit(127);
}

/* --- In the test */

static char *make_file(const char *folder, const char *name)
{
	char *path = NULL;

	ck_assert_int_gt(asprintf(&path, "%s/%s", folder, name), 0);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	ck_assert_int_ge(fd, 0);
	close(fd);
	return path;
}

void process_start_as(struct process *process, const struct process_plan *plan)
{
	const char *folder = suite_tmpdir();
	char *path = program_path(plan->argv[0]);

	*process = (struct process){ .files = { make_file(folder, "out"), make_file(folder, "err") } };
	process->watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	ck_assert_int_ge(process->watch, 0);
	ck_assert_int_ge(inotify_add_watch(process->watch, process->files[FILE_OUT], IN_MODIFY), 0);
	ck_assert_int_ge(inotify_add_watch(process->watch, process->files[FILE_ERR], IN_MODIFY), 0);
	process->pid = fork();
	ck_assert_int_ge(process->pid, 0);
	if (process->pid == 0)
		become(process, plan, path);
	process->pidfd = pidfd_open(process->pid, 0);
	ck_assert_int_ge(process->pidfd, 0);
	free(path);
}

void process_start(struct process *process, const char *const *argv)
{
	process_start_as(process, &(struct process_plan){ .argv = argv });
}

void process_pause(struct process *process, int ms)
{
	char events[4096];
	struct pollfd fds[] = {
		{ .fd = process->pidfd, .events = POLLIN },
		{ .fd = process->watch, .events = POLLIN },
	};

	poll(fds, 2, ms);
	while (read(process->watch, events, sizeof(events)) > 0)
		continue;
}

bool process_is_alive(const struct process *process)
{
	struct pollfd fd = { .fd = process->pidfd, .events = POLLIN };

	return process->pidfd >= 0 && poll(&fd, 1, 0) == 0;
}

static const char *read_text(struct process *process, int file)
{
	char part[65536];
	struct buf text = { 0 };
	ssize_t n;
	int fd = open(process->files[file], O_RDONLY | O_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(buf_add(&text, "", 0), 0);
	while ((n = read(fd, part, sizeof(part))) > 0)
		ck_assert_int_eq(buf_add(&text, part, (size_t)n), 0);
	close(fd);
	free(process->text);
	process->text = text.data ? text.data : strdup("");
	return process->text;
}

const char *process_output(struct process *process)
{
	return read_text(process, FILE_OUT);
}

const char *process_errors(struct process *process)
{
	return read_text(process, FILE_ERR);
}

/* The whole line behind FROM bytes of a file that holds TEXT; NULL when there is none yet. */
static char *find_line(struct process *process, int file, size_t *from, const char *text)
{
	const char *all = read_text(process, file);
	const char *line = all + (*from < strlen(all) ? *from : strlen(all));

	for (const char *end; (end = strchr(line, '\n')); line = end + 1) {
		char *copy = strndup(line, (size_t)(end - line));

		if (strstr(copy, text)) {
			*from = (size_t)(end + 1 - all);
			return copy;
		}
		free(copy);
	}
	return NULL;
}

static const char *await(struct process *process, int file, size_t *from, const char *text)
{
	int64_t end = process_patience();

	for (;;) {
		bool alive = process_is_alive(process);
		char *line = find_line(process, file, from, text);

		if (line) {
			free(process->text);
			return process->text = line;
		}
		ck_assert_msg(alive, "it ended without \"%s\":\n%s", text, process_errors(process));
		ck_assert_msg(!process_patience_is_over(end), "\"%s\" never came:\n%s", text, process_errors(process));
		process_pause(process, 1000);
	}
}

const char *process_await_line(struct process *process, const char *text)
{
	return await(process, FILE_ERR, &process->taken, text);
}

const char *process_await_output(struct process *process, const char *text)
{
	size_t from = 0;

	return await(process, FILE_OUT, &from, text);
}

void process_signal(const struct process *process, int signal)
{
	ck_assert_int_eq(kill(process->pid, signal), 0);
}

static int reap(struct process *process)
{
	struct pollfd fd = { .fd = process->pidfd, .events = POLLIN };
	int status = 0;

	ck_assert_msg(poll(&fd, 1, suite_patience_ms()) == 1, "it does not end:\n%s", process_errors(process));
	ck_assert_int_eq(waitpid(process->pid, &status, 0), process->pid);
	close(process->pidfd);
	process->pidfd = -1;
	return status;
}

int process_wait(struct process *process)
{
	int status = reap(process);

	ck_assert_msg(WIFEXITED(status), "signal %d ended it:\n%s", WTERMSIG(status), process_errors(process));
	return WEXITSTATUS(status);
}

void process_kill(struct process *process)
{
	process_signal(process, SIGKILL);
	reap(process);
}

void process_await_signal(struct process *process, int signal)
{
	int status = reap(process);

	ck_assert_msg(WIFSIGNALED(status) && WTERMSIG(status) == signal, "it ended with %s %d:\n%s",
	              WIFSIGNALED(status) ? "signal" : "status", WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status),
	              process_errors(process));
}

/* What counts as it runs writes down at its end how far it came, and SIGKILL leaves no time for that. */
static void let_count(const struct process *process)
{
#ifdef COUNTS_COVERAGE
	struct pollfd fd = { .fd = process->pidfd, .events = POLLIN };

	process_signal(process, SIGTERM);
	(void)poll(&fd, 1, 1000);
#else
	(void)process;
#endif
}

void process_done(struct process *process)
{
	if (process->pid <= 0)
		return;
	if (process->pidfd >= 0) {
		let_count(process);
		process_kill(process);
	}
	close(process->watch);
	free(process->files[FILE_OUT]);
	free(process->files[FILE_ERR]);
	free(process->text);
	*process = (struct process){ 0 };
}

int process_run(struct process *process, const char *const *argv)
{
	process_start(process, argv);
	return process_wait(process);
}

long process_status(const struct process *process, const char *name)
{
	char path[64];
	char line[256];
	long value = -1;

	snprintf(path, sizeof(path), "/proc/%ld/status", (long)process->pid);
	FILE *file = fopen(path, "r");
	ck_assert_ptr_nonnull(file);
	while (fgets(line, sizeof(line), file))
		if (strncmp(line, name, strlen(name)) == 0 && line[strlen(name)] == ':')
			value = strtol(line + strlen(name) + 1, NULL, 10);
	fclose(file);
	ck_assert_msg(value >= 0, "no %s in %s", name, path);
	return value;
}

size_t process_files(const struct process *process)
{
	char path[64];
	size_t n = 0;

	snprintf(path, sizeof(path), "/proc/%ld/fd", (long)process->pid);
	DIR *folder = opendir(path);
	ck_assert_ptr_nonnull(folder);
	for (const struct dirent *entry; (entry = readdir(folder));)
		n += entry->d_name[0] != '.';
	closedir(folder);
	return n;
}
