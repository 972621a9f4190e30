/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Listening sockets: real ones, of each family, taken, stale and passed in.
 * Component ring: loopback and the test's own folder only.
 */
#include <check.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/address.h"
#include "base/err.h"
#include "loop/listen.h"
#include "suite.h"

#define TEXT_SIZE 512

static char actual[ADDRESS_SIZE];

static int try_open(const char *text)
{
	int fd = -1;

	snprintf(actual, sizeof actual, "untouched");
	int r = listen_open(text, &fd, actual);
	if (r < 0) {
		ck_assert_int_eq(fd, -1);
		ck_assert_str_eq(actual, "untouched");
		return r;
	}
	return fd;
}

static int must_open(const char *text)
{
	int fd = try_open(text);

	ck_assert_msg(fd >= 0, "%s: %s", text, err_text(fd));
	return fd;
}

static int connect_to(const char *text)
{
	struct address address;

	ck_assert_int_eq(address_parse(text, &address, NULL), 0);
	int fd = socket(address.sa.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_ge(fd, 0);
	if (connect(fd, (const struct sockaddr *)&address.sa, address.len) == 0)
		return fd;
	close(fd);
	return -1;
}

static void unix_address(char text[static TEXT_SIZE], const char *name)
{
	snprintf(text, TEXT_SIZE, "unix:%s/%s", suite_tmpdir(), name);
}

START_TEST(port_zero_gets_a_real_port_that_takes_connections)
{
	int fd = must_open("127.0.0.1:0");

	ck_assert_int_eq(strncmp(actual, "127.0.0.1:", 10), 0);
	ck_assert_str_ne(actual, "127.0.0.1:0");
	int client = connect_to(actual);
	ck_assert_int_ge(client, 0);
	close(client);
	close(fd);
}
END_TEST

START_TEST(the_socket_is_non_blocking_and_close_on_exec)
{
	int fd = must_open("127.0.0.1:0");

	ck_assert(fcntl(fd, F_GETFL) & O_NONBLOCK);
	ck_assert(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	close(fd);
}
END_TEST

START_TEST(ipv6_is_ipv6_alone)
{
	int only = 0;
	socklen_t len = sizeof only;
	int fd = try_open("[::1]:0");

	/* A machine without IPv6 has nothing to test. */
	if (fd < 0)
		return;
	ck_assert_int_eq(strncmp(actual, "[::1]:", 6), 0);
	ck_assert_int_eq(getsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, &len), 0);
	ck_assert_int_eq(only, 1);
	close(fd);
}
END_TEST

START_TEST(a_taken_port_is_busy)
{
	char first[ADDRESS_SIZE];
	int fd = must_open("127.0.0.1:0");

	memcpy(first, actual, sizeof first);
	ck_assert_int_eq(try_open(first), ERR_BUSY);
	close(fd);
	close(must_open(first));
}
END_TEST

START_TEST(a_port_is_free_again_at_once_after_its_connections)
{
	char first[ADDRESS_SIZE];
	int fd = must_open("127.0.0.1:0");

	memcpy(first, actual, sizeof first);
	int client = connect_to(first);
	int server = accept(fd, NULL, NULL);
	ck_assert_int_ge(server, 0);
	/* Who closes first keeps the port in TIME_WAIT. */
	close(server);
	close(client);
	close(fd);
	close(must_open(first));
}
END_TEST

START_TEST(what_is_no_address_is_invalid)
{
	ck_assert_int_eq(try_open("localhost:80"), ERR_INVALID);
	ck_assert_int_eq(try_open(""), ERR_INVALID);
}
END_TEST

START_TEST(a_foreign_address_is_not_found)
{
	/* From the block for documentation: no interface has it. */
	ck_assert_int_eq(try_open("192.0.2.1:0"), ERR_NOT_FOUND);
}
END_TEST

START_TEST(unix_socket_takes_connections_and_has_mode_0660)
{
	char text[TEXT_SIZE];
	struct stat st;

	unix_address(text, "sock");
	umask(0077);
	int fd = must_open(text);
	ck_assert_str_eq(actual, text);
	ck_assert_int_eq(stat(text + strlen("unix:"), &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0660);
	int client = connect_to(text);
	ck_assert_int_ge(client, 0);
	close(client);
	close(fd);
}
END_TEST

START_TEST(stale_unix_socket_is_replaced)
{
	char text[TEXT_SIZE];

	unix_address(text, "sock");
	close(must_open(text));
	int fd = must_open(text);
	int client = connect_to(text);
	ck_assert_int_ge(client, 0);
	close(client);
	close(fd);
}
END_TEST

START_TEST(live_unix_socket_is_busy_and_lives_on)
{
	char text[TEXT_SIZE];

	unix_address(text, "sock");
	int fd = must_open(text);
	ck_assert_int_eq(try_open(text), ERR_BUSY);
	int client = connect_to(text);
	ck_assert_int_ge(client, 0);
	close(client);
	close(fd);
}
END_TEST

START_TEST(a_file_that_is_no_socket_is_left_alone)
{
	char text[TEXT_SIZE];
	struct stat st;

	unix_address(text, "precious");
	int file = open(text + strlen("unix:"), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	ck_assert_int_ge(file, 0);
	close(file);
	ck_assert_int_eq(try_open(text), ERR_BUSY);
	ck_assert_int_eq(stat(text + strlen("unix:"), &st), 0);
	ck_assert(S_ISREG(st.st_mode));
}
END_TEST

START_TEST(a_missing_folder_is_not_found)
{
	char text[TEXT_SIZE];

	unix_address(text, "nowhere/sock");
	ck_assert_int_eq(try_open(text), ERR_NOT_FOUND);
}
END_TEST

/* What listen_passed() returns for NAME in a process that was started with FDS, as NAMES, from descriptor 3 on; 1
 * when the socket it found listens without blocking. In a child, since the test's own descriptor 3 is in use. */
static int passed_in_child(const int *fds, int n, const char *names, const char *name)
{
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		char text[16];
		int fd = -1;

		for (int i = 0; i < n; i++)
			dup2(fds[i], 3 + i);
		snprintf(text, sizeof text, "%d", (int)getpid());
		setenv("LISTEN_PID", text, 1);
		snprintf(text, sizeof text, "%d", n);
		setenv("LISTEN_FDS", text, 1);
		setenv("LISTEN_FDNAMES", names, 1);
		int r = listen_passed(name, &fd);
		_exit(r < 0 ? -r : fd >= 3 && (fcntl(fd, F_GETFL) & O_NONBLOCK) ? 100 + fd : 99);
	}
	int status;
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	return WEXITSTATUS(status);
}

START_TEST(a_passed_socket_is_found_by_name)
{
	/* Above those that the child overwrites. */
	int fd = fcntl(must_open("127.0.0.1:0"), F_DUPFD, 20);
	int other = fcntl(must_open("127.0.0.1:0"), F_DUPFD, 20);
	const int fds[] = { other, fd, other };

	/* As systemd passes them: blocking. */
	ck_assert_int_eq(fcntl(fd, F_SETFL, 0), 0);
	ck_assert_int_eq(passed_in_child(fds, 3, "admin:claimd:claimd", "claimd"), 104);
	ck_assert_int_eq(passed_in_child(fds, 3, "admin:claimd:claimd", "other"), -ERR_NOT_FOUND);
	ck_assert_int_eq(passed_in_child(fds, 0, "", "claimd"), -ERR_NOT_FOUND);
}
END_TEST

START_TEST(a_passed_descriptor_that_does_not_listen_is_invalid)
{
	int plain = fcntl(socket(AF_INET, SOCK_STREAM, 0), F_DUPFD, 20);

	ck_assert_int_eq(passed_in_child(&plain, 1, "claimd", "claimd"), -ERR_INVALID);
}
END_TEST

START_TEST(without_systemd_nothing_is_passed)
{
	int fd = -1;

	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	ck_assert_int_eq(listen_passed("claimd", &fd), ERR_NOT_FOUND);
	ck_assert_int_eq(fd, -1);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("listen");
	TCase *inet = tcase_create("inet");
	TCase *local = tcase_create("unix");
	TCase *passed = tcase_create("passed");

	tcase_add_test(inet, port_zero_gets_a_real_port_that_takes_connections);
	tcase_add_test(inet, the_socket_is_non_blocking_and_close_on_exec);
	tcase_add_test(inet, ipv6_is_ipv6_alone);
	tcase_add_test(inet, a_taken_port_is_busy);
	tcase_add_test(inet, a_port_is_free_again_at_once_after_its_connections);
	tcase_add_test(inet, what_is_no_address_is_invalid);
	tcase_add_test(inet, a_foreign_address_is_not_found);
	suite_add_tcase(s, inet);

	tcase_add_test(local, unix_socket_takes_connections_and_has_mode_0660);
	tcase_add_test(local, stale_unix_socket_is_replaced);
	tcase_add_test(local, live_unix_socket_is_busy_and_lives_on);
	tcase_add_test(local, a_file_that_is_no_socket_is_left_alone);
	tcase_add_test(local, a_missing_folder_is_not_found);
	suite_add_tcase(s, local);

	tcase_add_test(passed, a_passed_socket_is_found_by_name);
	tcase_add_test(passed, a_passed_descriptor_that_does_not_listen_is_invalid);
	tcase_add_test(passed, without_systemd_nothing_is_passed);
	suite_add_tcase(s, passed);
	return s;
}
