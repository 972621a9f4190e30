/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A socket that a daemon tells of itself.
 * Tests.
 */
#include "manager.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "suite.h"

static long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void manager_open(struct manager *manager)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };

	*manager = (struct manager){ .fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0) };
	ck_assert_int_gt(manager->fd, 0);
	snprintf(un.sun_path, sizeof(un.sun_path), "%s/notify", suite_tmpdir());
	snprintf(manager->variable, sizeof(manager->variable), "NOTIFY_SOCKET=%s", un.sun_path);
	ck_assert_int_eq(bind(manager->fd, (const struct sockaddr *)&un, sizeof(un)), 0);
}

void manager_close(struct manager *manager)
{
	if (manager->fd > 0)
		close(manager->fd);
	*manager = (struct manager){ 0 };
}

bool manager_hears(struct manager *manager, const char *text, int ms)
{
	struct pollfd fd = { .fd = manager->fd, .events = POLLIN };
	long end = now_ms() + ms;

	for (long left = ms; left >= 0 && poll(&fd, 1, (int)left) == 1; left = end - now_ms()) {
		ssize_t n = recv(manager->fd, manager->text, sizeof(manager->text) - 1, 0);

		ck_assert_int_ge(n, 0);
		manager->text[n] = '\0';
		if (strstr(manager->text, text))
			return true;
	}
	return false;
}

void manager_fill(const struct manager *manager)
{
	struct sockaddr_un un;
	socklen_t len = sizeof(un);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(getsockname(manager->fd, (struct sockaddr *)&un, &len), 0);
	while (sendto(fd, "", 0, 0, (const struct sockaddr *)&un, len) == 0)
		continue;
	ck_assert_int_eq(errno, EAGAIN);
	close(fd);
}

const char *manager_await(struct manager *manager, const char *text)
{
	ck_assert_msg(manager_hears(manager, text, suite_patience_ms()), "the service manager was never told \"%s\"", text);
	return manager->text;
}
