/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * claimctl at a door that does not open: nobody there, no permission, a stranger, an answer that never comes; and with
 * another database than the daemon's.
 * Component ring.
 */
#include "ctl/door.h"

#include <poll.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/address.h"
#include "door_world.h"
#include "loop/listen.h"
#include "suite.h"

#define NOBODY 65534

static void teardown(void)
{
	door_world_close();
	ctl_world_teardown();
}

START_TEST(without_a_daemon_it_can_only_read)
{
	door_world_open(NULL, 0);
	door_world_kill();
	door_world_expect("refetch waits", EX_UNAVAILABLE, "", "claimctl: claimd is not running or its control socket ");
	door_world_expect("refetch waits ended", EX_UNAVAILABLE, "", "can't be reached: Connection refused\n");
	ck_assert_int_eq(unlink(door_world_socket()), 0);
	door_world_expect("accept waits --yes", EX_UNAVAILABLE, "", "can't be reached: No such file or directory\n");
	struct ctl_world_run run = door_world_run("show waits", NULL);

	ck_assert_int_eq(run.status, EX_OK);
	ctl_world_run_done(&run);
}
END_TEST

START_TEST(a_proxy_of_the_environment_is_not_asked)
{
	setenv("http_proxy", "http://127.0.0.1:1", 1);
	setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
	door_world_open(NULL, 0);
	door_world_expect("refetch waits", EX_OK, "Claim waits was read again.\n", "");
}
END_TEST

/* With a file that is closed to all. Root, who may everything, is nobody meanwhile. */
static int ask_without_permission(const char *path, struct door_trouble *trouble)
{
	const struct wire_act act = { .kind = ACT_PRUNE, .version = NUMBER_NONE, .target_id = NUMBER_NONE };
	struct wire_acts acts;
	bool root = geteuid() == 0;

	ck_assert_int_eq(chmod(path, 0), 0);
	ck_assert_int_eq(root ? seteuid(NOBODY) : 0, 0);
	int status = door_ask(path, &act, &acts, trouble);
	ck_assert_int_eq(root ? seteuid(0) : 0, 0);
	return status;
}

START_TEST(a_user_who_may_not_is_told_who_may)
{
	door_world_open(NULL, 0);
	const char *name = strrchr(door_world_socket(), '/') + 1;
	char *folder = strndup(door_world_socket(), (size_t)(name - door_world_socket()));
	struct door_trouble trouble;

	/* The folders above are closed to nobody. */
	ck_assert_int_eq(chdir(folder), 0);
	ck_assert_int_eq(chmod(folder, 0755), 0);
	ck_assert_int_eq(ask_without_permission(name, &trouble), EX_NOPERM);
	ctl_world_expect_in(trouble.text, " is for its owner and the group ");
	ctl_world_expect_in(trouble.text, " (mode 0000): be root, or become a member");
	free(folder);
}
END_TEST

/* In another database there may be nothing under that number, or another action, of another claim or kind. */
static const struct {
	const char *action; /* kind and shipment, as VALUES; NULL: none */
	const char *verb;
} others[] = {
	{ NULL, "refetch waits" },
	{ "'refetch', 2", "refetch waits" },
	{ "'prune', NULL", "refetch waits" },
	{ "'refetch', 2", "refetch waits --json" },
	{ "'cancel_info', 2", "cancel waits --paid --yes" },
	{ "'accept', 1", "cancel waits --paid --yes" },
	{ "'resolve', 1", "resolve 17 --adopt" },
};

static char *open_other(const char *action)
{
	char *path = NULL;
	char sql[800];
	struct store *store = NULL;
	sqlite3 *handle = NULL;

	ck_assert_int_gt(asprintf(&path, "%s.other", ctl_world_path()), 0);
	ck_assert_int_eq(store_open(path, &store, NULL), 0);
	store_close(store);
	snprintf(sql, sizeof(sql),
	         "INSERT INTO source (id, kind, name, since_us) VALUES (1, 'delivery', 'main', 1);"
	         "INSERT INTO shipment (id, source_id, external_id, model, status, first_seen_us, via)"
	         " VALUES (1, 1, 'waits', 'claims', NULL, 1, 'sweep'), (2, 1, 'c2', 'claims', NULL, 1, 'sweep')");
	ck_assert_int_eq(sqlite3_open(path, &handle), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(handle, sql, NULL, NULL, NULL), SQLITE_OK);
	snprintf(sql, sizeof(sql),
	         "INSERT INTO action (id, source_id, kind, shipment_id, target_id, requested_us, requested_by, state, finished_us, result,"
	         " code, price) SELECT 1, 1, column1, column2, 16, 1, 'uid:0', 'ended', 2, 'done', 'paid', '12.50' FROM (VALUES (%s))",
	         action ? action : "");
	if (action)
		ck_assert_msg(sqlite3_exec(handle, sql, NULL, NULL, NULL) == SQLITE_OK, "%s", sqlite3_errmsg(handle));
	ck_assert_int_eq(sqlite3_close(handle), SQLITE_OK);
	return path;
}

START_TEST(another_database_than_the_daemon_s_is_noticed)
{
	char line[600];

	ctl_world_sql("INSERT INTO history (shipment_id, revision, updated_us, at_us, seen_us, via, status, adopted, verdict, seq)"
	              " SELECT id, 99, 1, 1, 1, 'sweep', 'new', 0, 'illegal', 99 FROM shipment WHERE external_id = 'waits';"
	              "INSERT INTO violation (id, history_id, kind) SELECT 17, max(id), 'illegal_transition' FROM history");
	door_world_open(NULL, 0);
	char *other = open_other(others[_i].action);
	snprintf(line, sizeof(line), "%s --db %s", others[_i].verb, other);
	door_world_expect(line, EX_DATAERR, strstr(line, "--json") ? "[]\n" : "",
	                  "action 1 is recorded, but not in this database: it is not that of the daemon at ");
	free(other);
}
END_TEST

START_TEST(with_db_alone_the_socket_is_the_configuration_s)
{
	struct ctl_world_run run;

	door_world_open(NULL, 0);
	door_world_expect("refetch waits --db @", EX_OK, "Claim waits was read again.\n", "");
	run = ctl_world_run("-c /nowhere/claimd.conf refetch waits --db @");
	ck_assert_int_eq(run.status, EX_CONFIG);
	ctl_world_run_done(&run);
}
END_TEST

/* Answers each connection with TEXT, which may be nothing, and closes it. */
static pid_t open_stranger(const char *text)
{
	char address[ADDRESS_SIZE], actual[ADDRESS_SIZE], bytes[4096];
	int fd;

	door_world_kill();
	snprintf(address, sizeof(address), "unix:%s", door_world_socket());
	ck_assert_int_eq(listen_open(address, &fd, actual), 0);
	pid_t pid = fork();
	if (pid == 0) {
		struct pollfd poll_fd = { .fd = fd, .events = POLLIN };

		while (poll(&poll_fd, 1, -1) == 1) {
			int client = accept(fd, NULL, NULL);
			(void)!read(client, bytes, sizeof(bytes));
			(void)!write(client, text, strlen(text));
			close(client);
		}
		_exit(EXIT_FAILURE);
	}
	close(fd);
	return pid;
}

static void close_stranger(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static const struct {
	const char *text;
	int status;
	const char *said;
} strangers[] = {
	{ "", EX_TEMPFAIL, "claimd gave no answer (" },
	{ "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", EX_SOFTWARE, " with status 200 does not speak as claimd does" },
	{ "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n", EX_TEMPFAIL, " with status 202 does not speak as claimd does" },
	{ "HTTP/1.1 503 Busy\r\nContent-Length: 49\r\n\r\n{\"error\":{\"code\":\"try_later\",\"message\":\"locked\"}}", EX_TEMPFAIL,
	  "claimctl: locked\n" },
	{ "HTTP/1.1 503 Busy\r\nRetry-After: 2\r\nContent-Length: 0\r\n\r\n", EX_TEMPFAIL,
	  " is asked for too much at a time: try again in a few seconds\n" },
	{ "HTTP/1.1 418 Teapot\r\nContent-Length: 43\r\n\r\n{\"error\":{\"code\":\"teapot\",\"message\":\"tea\"}}", EX_SOFTWARE,
	  "claimd refused the request as teapot: tea" },
};

START_TEST(an_answer_that_is_none_is_told)
{
	door_world_open(NULL, 0);
	pid_t pid = open_stranger(strangers[_i].text);

	door_world_expect("refetch waits", strangers[_i].status, "", strangers[_i].said);
	close_stranger(pid);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("ctl_door");
	TCase *tcase = tcase_create("door");

	tcase_add_checked_fixture(tcase, ctl_world_setup_filled, teardown);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, without_a_daemon_it_can_only_read);
	tcase_add_test(tcase, a_proxy_of_the_environment_is_not_asked);
	tcase_add_test(tcase, a_user_who_may_not_is_told_who_may);
	tcase_add_loop_test(tcase, another_database_than_the_daemon_s_is_noticed, 0, ARRAY_SIZE(others));
	tcase_add_test(tcase, with_db_alone_the_socket_is_the_configuration_s);
	tcase_add_loop_test(tcase, an_answer_that_is_none_is_told, 0, ARRAY_SIZE(strangers));
	suite_add_tcase(suite, tcase);
	return suite;
}
