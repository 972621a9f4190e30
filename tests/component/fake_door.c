/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One request after the other, each answered from the database.
 * Component tests.
 */
#include "fake_door.h"

#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "suite.h"

static int listen_at(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	ck_assert_int_eq(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	ck_assert_int_eq(chmod(path, 0660), 0);
	ck_assert_int_eq(listen(fd, 8), 0);
	return fd;
}

/* Writes "{"actions":[1,2]}" for what was recorded. */
static void record(const char *database, const struct fake_end *end, char *ret, size_t size)
{
	sqlite3 *handle = NULL;
	char *sql = sqlite3_mprintf(
		"INSERT INTO action (source_id, kind, requested_us, requested_by, state, due_us, finished_us, result, code, message)"
		" SELECT id, 'probe', 1, 'uid:0', iif(%Q IS NULL, 'sent', 'ended'), iif(%Q IS NULL, 1, NULL),"
		" iif(%Q IS NULL, NULL, 2), %Q, %Q, %Q FROM source WHERE true RETURNING id",
		end->result, end->result, end->result, end->result, end->code, end->message);
	sqlite3_stmt *stmt = NULL;
	size_t len = (size_t)snprintf(ret, size, "{\"actions\":[");
	const char *comma = "";

	sqlite3_open(database, &handle);
	sqlite3_busy_timeout(handle, 5000);
	sqlite3_prepare_v2(handle, sql, -1, &stmt, NULL);
	for (; sqlite3_step(stmt) == SQLITE_ROW; comma = ",")
		len += (size_t)snprintf(ret + len, size - len, "%s%lld", comma, sqlite3_column_int64(stmt, 0));
	snprintf(ret + len, size - len, "]}");
	sqlite3_finalize(stmt);
	sqlite3_close(handle);
	sqlite3_free(sql);
}

/* The requests are short: one that has its body's end has come whole. */
static void serve(int fd, const char *database, const struct fake_end *end)
{
	char request[4096] = "";
	char body[256];
	char answer[512];
	size_t len = 0;
	ssize_t n;

	while (!strstr(request, "\r\n\r\n{") || !strchr(request, '}')) {
		n = read(fd, request + len, sizeof(request) - 1 - len);
		if (n <= 0)
			return;
		len += (size_t)n;
		request[len] = '\0';
	}
	record(database, end, body, sizeof(body));
	n = snprintf(answer, sizeof(answer), "HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\nConnection: close\r\n"
	                                     "Content-Length: %zu\r\n\r\n%s", strlen(body), body);
	if (write(fd, answer, (size_t)n) != n)
		_exit(1);
}

pid_t fake_door_open(const char *path, const char *database, const struct fake_end *end)
{
	int fd = listen_at(path);
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid > 0) {
		close(fd);
		return pid;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		int client = accept(fd, NULL, NULL);

		serve(client, database, end);
		close(client);
	}
}

void fake_door_close(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}
