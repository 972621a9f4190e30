/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Configuration, start, end and size of one claimd.
 * The soak.
 */
#include "soak/daemon.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/err.h"
#include "loop/listen.h"
#include "preload/hourglass.h"

/* Where sd_listen_fds(3) looks. */
#define PASSED_FD 3

/* How long, at most, it goes on once it is to be killed: somewhere in what it does then. */
#define KILL_AFTER_NS 2000000

/* A reload takes over what differs, and so does a restart. */
static const struct variant {
	const char *listen;
	const char *delivery;
	const char *market;
} variants[] = {
	{ "", "", "" },
	{ "max_connections = 500\nrequest_timeout = 5s\n", "requests_per_second = 10\njournal_interval = 20s\n", "catch_up = 4min\n" },
	{ "max_body = 32KiB\n", "sweep_after = 20min\nmax_in_flight = 2\n", "requests_per_second = 3\nstale_retry = 3s..20s\n" },
};

int daemon_open(struct daemon *daemon, const char *folder, const char *build)
{
	*daemon = (struct daemon){ .pidfd = -1, .socket = -1, .retention_days = 5 };
	snprintf(daemon->folder, sizeof(daemon->folder), "%s", folder);
	snprintf(daemon->build, sizeof(daemon->build), "%s", build);
	snprintf(daemon->database, sizeof(daemon->database), "%s/claimd.db", folder);
	return listen_open("127.0.0.1:0", &daemon->socket, daemon->address);
}

void daemon_close(struct daemon *daemon)
{
	if (daemon->pid > 0) {
		kill(daemon->pid, SIGKILL);
		waitpid(daemon->pid, NULL, 0);
		close(daemon->pidfd);
	}
	if (daemon->socket >= 0)
		close(daemon->socket);
}

static int write_file(const struct daemon *daemon, const char *name, const char *text)
{
	char path[DAEMON_PATH_SIZE];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", daemon->folder, name);
	file = fopen(path, "we");
	if (!file)
		return ERR_IO;

	bool failed = fputs(text, file) < 0;

	return fclose(file) != 0 || failed ? ERR_IO : ERR_OK;
}

static char *configuration_of(const struct daemon *daemon)
{
	const struct variant *variant = &variants[daemon->variant % ARRAY_SIZE(variants)];
	const char *folder = daemon->folder;
	char *text = NULL;
	int n = asprintf(&text,
	                 "[daemon]\ndatabase = %s\ncontrol_socket = %s/control.sock\nlog_level = warning\nretention_days = %d\n"
	                 "[listen]\naddress = %s\n%s"
	                 "[admin]\naddress = 127.0.0.1:0\n"
	                 "[delivery main]\nbase_url = %s\ntoken_file = %s/main.token\ncallback_secret_file = %s/secret\n%s"
	                 "[market shop]\nbase_url = %s\napi_key_file = %s/shop.key\nnotification_secret_file = %s/secret\n"
	                 "business_id = 222\ncampaigns = 111:dbs, 112:laas\nallow_from = 127.0.0.1\n%s",
	                 daemon->database, folder, daemon->retention_days, daemon->address, variant->listen, daemon->base_url, folder,
	                 folder, variant->delivery, daemon->base_url, folder, folder, variant->market);

	return n < 0 ? NULL : text;
}

int daemon_configure(const struct daemon *daemon)
{
	char *text = configuration_of(daemon);
	int r = text ? write_file(daemon, "claimd.conf", text) : ERR_NOMEM;

	free(text);
	if (r == ERR_OK)
		r = write_file(daemon, "secret", DAEMON_SECRET "\n");
	if (r == ERR_OK)
		r = write_file(daemon, "main.token", daemon->token);
	return r == ERR_OK ? write_file(daemon, "shop.key", daemon->api_key) : r;
}

/* --- Its life */

/* FDS: the hourglass's. */
static void set_environment(const struct daemon *daemon, const int fds[static CONDUCTOR_FDS])
{
	char text[DAEMON_PATH_SIZE];

	snprintf(text, sizeof(text), "%d,%d,%d", fds[0], fds[1], fds[2]);
	setenv(HOURGLASS_VARIABLE, text, 1);
	snprintf(text, sizeof(text), "%s/tests/preload/hourglass.so", daemon->build);
	setenv("LD_PRELOAD", text, 1);
	setenv("ASAN_OPTIONS", "verify_asan_link_order=0", 1);
	snprintf(text, sizeof(text), "%d", (int)getpid());
	setenv("LISTEN_PID", text, 1);
	setenv("LISTEN_FDS", "1", 1);
	setenv("LISTEN_FDNAMES", "claimd", 1);
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
}

/* In the child: becomes claimd, with the socket, the hourglass and a log, and nothing else of ours. */
static void become(const struct daemon *daemon)
{
	char program[DAEMON_PATH_SIZE];
	char path[DAEMON_PATH_SIZE];
	int inherited[CONDUCTOR_FDS];
	int log;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	snprintf(path, sizeof(path), "%s/claimd.log", daemon->folder);
	log = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	dup2(log, STDERR_FILENO);
	dup2(log, STDOUT_FILENO);
	close_range(PASSED_FD, ~0U, CLOSE_RANGE_CLOEXEC);
	conductor_list_fds(daemon->conductor, inherited);
	for (size_t i = 0; i < CONDUCTOR_FDS; i++)
		inherited[i] = fcntl(inherited[i], F_DUPFD, PASSED_FD + 1);
	set_environment(daemon, inherited);
	dup2(daemon->socket, PASSED_FD);
	fcntl(PASSED_FD, F_SETFD, 0);
	snprintf(program, sizeof(program), "%s/claimd", daemon->build);
	snprintf(path, sizeof(path), "%s/claimd.conf", daemon->folder);
	execl(program, program, "-c", path, NULL);
	_exit(127);
}

int daemon_start(struct daemon *daemon)
{
	pid_t pid = fork();

	if (pid == 0)
		become(daemon);
	if (pid < 0)
		return ERR_IO;
	daemon->pid = pid;
	daemon->pidfd = pidfd_open(pid, 0);
	daemon->ends_by_us = false;
	daemon->fuse = 0;
	daemon->n_starts++;
	conductor_admit(daemon->conductor, daemon->pidfd);
	return daemon->pidfd < 0 ? ERR_IO : ERR_OK;
}

bool daemon_runs(const struct daemon *daemon)
{
	return daemon->pid > 0;
}

void daemon_stop(struct daemon *daemon)
{
	daemon->ends_by_us = true;
	kill(daemon->pid, SIGTERM);
}

void daemon_reload(const struct daemon *daemon)
{
	kill(daemon->pid, SIGHUP);
}

void daemon_kill_soon(struct daemon *daemon, unsigned n)
{
	daemon->fuse = n;
}

void daemon_met_busy(struct daemon *daemon)
{
	const struct timespec a_moment = { .tv_nsec = random() % KILL_AFTER_NS };

	if (daemon->fuse == 0 || --daemon->fuse > 0)
		return;
	nanosleep(&a_moment, NULL);
	daemon->ends_by_us = true;
	kill(daemon->pid, SIGKILL);
}

bool daemon_bury(struct daemon *daemon, char *ret_why, size_t size)
{
	int status = 0;

	waitpid(daemon->pid, &status, 0);
	close(daemon->pidfd);
	daemon->pid = 0;
	daemon->pidfd = -1;
	if (WIFSIGNALED(status))
		snprintf(ret_why, size, "ended by signal %d", WTERMSIG(status));
	else
		snprintf(ret_why, size, "exit status %d", WEXITSTATUS(status));
	return daemon->ends_by_us && (WIFSIGNALED(status) ? WTERMSIG(status) == SIGKILL : WEXITSTATUS(status) == 0);
}

/* --- Its size */

static int64_t file_size(const struct daemon *daemon, const char *suffix)
{
	char path[DAEMON_PATH_SIZE + 8];
	struct stat st;

	snprintf(path, sizeof(path), "%s%s", daemon->database, suffix);
	return stat(path, &st) == 0 ? st.st_size : 0;
}

static int64_t count_descriptors(pid_t pid)
{
	char path[64];
	int64_t n = 0;

	snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);

	DIR *folder = opendir(path);

	if (!folder)
		return 0;
	for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
		n += entry->d_name[0] != '.';
	closedir(folder);
	return n;
}

void daemon_measure(const struct daemon *daemon, struct daemon_usage *ret)
{
	char line[256];
	FILE *file;

	*ret = (struct daemon_usage){
		.descriptors = daemon_runs(daemon) ? count_descriptors(daemon->pid) : 0,
		.database_bytes = file_size(daemon, ""),
		.wal_bytes = file_size(daemon, "-wal"),
	};
	snprintf(line, sizeof(line), "/proc/%d/status", (int)daemon->pid);
	file = daemon_runs(daemon) ? fopen(line, "re") : NULL;
	while (file && fgets(line, sizeof(line), file)) {
		int64_t kib;

		if (sscanf(line, "VmRSS: %" SCNd64, &kib) == 1)
			ret->resident_bytes = kib * 1024;
		if (sscanf(line, "RssAnon: %" SCNd64, &kib) == 1)
			ret->anonymous_bytes = kib * 1024;
	}
	if (file)
		fclose(file);
}
