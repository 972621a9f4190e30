/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The other end of the journal's protocol.
 * System tests.
 */
#include "journald.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "suite.h"

#define ASK_AGAIN_MS 10

static const struct sockaddr_un name = { .sun_family = AF_UNIX, .sun_path = "/run/systemd/journal/socket" };

/* A datagram that is no entry: it is answered when all before it are kept. */
static const char sync_text[] = "SYNC";

static bool write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool done = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return done;
}

/* Who is not root may, in a user namespace, where it stays who it is. */
static bool unshare_mounts(void)
{
	char uids[64], gids[64];

	snprintf(uids, sizeof(uids), "%u %u 1", geteuid(), geteuid());
	snprintf(gids, sizeof(gids), "%u %u 1", getegid(), getegid());
	if (unshare(CLONE_NEWNS) == 0)
		return true;
	return unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 && write_file("/proc/self/setgroups", "deny") &&
	       write_file("/proc/self/uid_map", uids) && write_file("/proc/self/gid_map", gids);
}

static bool make_run(void)
{
	return unshare_mounts() && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	       mount("tmpfs", "/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755") == 0 && mkdir("/run/systemd", 0755) == 0 &&
	       mkdir("/run/systemd/journal", 0755) == 0;
}

static int open_socket(void)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(bind(fd, (const struct sockaddr *)&name, sizeof(name)), 0);
	return fd;
}

/* An entry that is too long for a datagram comes as a file, and would be an empty one here; none of claimd's is. */
static _Noreturn void take_entries(int fd, const char *file, int synced)
{
	static char entry[1 << 18];
	int out = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	ssize_t written = 0;
	ssize_t n;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (written >= 0 && (n = recv(fd, entry, sizeof(entry) - 1, 0)) >= 0) {
		entry[n] = '\n';
		if ((size_t)n == strlen(sync_text) && memcmp(entry, sync_text, (size_t)n) == 0)
			written = write(synced, "", 1);
		else
			written = write(out, entry, (size_t)n + 1);
	}
	_exit(1);
}

static void sync_entries(const struct journald *journald)
{
	char byte;

	ck_assert_int_eq(sendto(journald->socket, sync_text, strlen(sync_text), 0, (const struct sockaddr *)&name, sizeof(name)),
	                 (int)strlen(sync_text));
	ck_assert_int_eq(read(journald->synced, &byte, 1), 1);
}

bool journald_open(struct journald *journald, const char *folder, const char **ret_why)
{
	*journald = (struct journald){ .pid = 0 };
	if (!make_run()) {
		*ret_why = strerror(errno);
		return false;
	}

	int fd = open_socket();
	int ends[2];

	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	ck_assert_int_gt(asprintf(&journald->file, "%s/journal", folder), 0);
	journald->pid = fork();
	ck_assert_int_ge(journald->pid, 0);
	if (journald->pid == 0)
		take_entries(fd, journald->file, ends[1]);
	close(fd);
	close(ends[1]);
	journald->synced = ends[0];
	journald->socket = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	ck_assert_int_ge(journald->socket, 0);
	return true;
}

void journald_close(struct journald *journald)
{
	if (journald->pid <= 0)
		return;
	kill(journald->pid, SIGKILL);
	waitpid(journald->pid, NULL, 0);
	close(journald->socket);
	close(journald->synced);
	free(journald->file);
	free(journald->text);
}

void journald_enter(void *cls)
{
	struct stat st;
	char stream[64];

	(void)cls;
	if (fstat(STDERR_FILENO, &st) < 0)
		_exit(127);
	snprintf(stream, sizeof(stream), "%llu:%llu", (unsigned long long)st.st_dev, (unsigned long long)st.st_ino);
	setenv("JOURNAL_STREAM", stream, 1);
}

const char *journald_text(struct journald *journald)
{
	char part[65536];
	struct buf text = { 0 };
	ssize_t n;

	sync_entries(journald);

	int fd = open(journald->file, O_RDONLY | O_CLOEXEC);

	ck_assert_int_eq(buf_add(&text, "", 0), 0);
	while (fd >= 0 && (n = read(fd, part, sizeof(part))) > 0)
		ck_assert_int_eq(buf_add(&text, part, (size_t)n), 0);
	if (fd >= 0)
		close(fd);
	free(journald->text);
	journald->text = text.data ? text.data : strdup("");
	return journald->text;
}

bool journald_has(const char *entry, const char *line)
{
	size_t len = strlen(line);
	bool any = line[len - 1] == '=';

	for (const char *at = entry; *at; at += *at == '\n') {
		if (strncmp(at, line, len) == 0 && (any || at[len] == '\n' || at[len] == '\0'))
			return true;
		at += strcspn(at, "\n");
	}
	return false;
}

/* NULL when there is none yet. */
static char *find_entry(struct journald *journald, const char *line)
{
	const char *all = journald_text(journald);
	const char *entry = all + journald->taken;

	for (const char *end; (end = strstr(entry, "\n\n")); entry = end + 2) {
		char *copy = strndup(entry, (size_t)(end - entry));

		if (journald_has(copy, line)) {
			journald->taken = (size_t)(end + 2 - all);
			return copy;
		}
		free(copy);
	}
	return NULL;
}

/* Not more than a message of Check's may have. */
static const char *last_entries(struct journald *journald)
{
	const char *all = journald_text(journald);
	size_t len = strlen(all);

	return all + (len > 4000 ? len - 4000 : 0);
}

const char *journald_await(struct journald *journald, struct process *process, const char *line)
{
	int64_t end = process_patience();

	for (;;) {
		bool alive = process_is_alive(process);
		char *entry = find_entry(journald, line);

		if (entry) {
			free(journald->text);
			return journald->text = entry;
		}
		ck_assert_msg(alive, "it ended without %s; the last entries are\n%s", line, last_entries(journald));
		ck_assert_msg(!process_patience_is_over(end), "%s never came; the last entries are\n%s", line, last_entries(journald));
		process_pause(process, ASK_AGAIN_MS);
	}
}
