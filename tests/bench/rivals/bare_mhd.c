/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * bare_mhd PORT external|internal: a 200 to every request, by libmicrohttpd and nothing else. What claimd could reach at most.
 * Benchmarks, a rival. external: its epoll descriptor on a loop of ours, as in claimd; internal: a thread of its own.
 */
#include <arpa/inet.h>
#include <microhttpd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

/* As in claimd. */
#define CONNECTIONS_MAX 1000
#define CONNECTION_MEMORY_BYTES ((size_t)16 * 1024)
#define RUNS_PER_TURN 3

static struct MHD_Response *empty;

static enum MHD_Result answer(void *cls, struct MHD_Connection *connection, const char *url, const char *method, const char *version,
                              const char *upload, size_t *upload_size, void **seen)
{
	(void)cls;
	(void)url;
	(void)method;
	(void)version;
	(void)upload;
	if (!*seen) { /* only the head has come */
		*seen = connection;
		return MHD_YES;
	}
	if (*upload_size > 0) {
		*upload_size = 0;
		return MHD_YES;
	}
	return MHD_queue_response(connection, MHD_HTTP_OK, empty);
}

static void serve(struct MHD_Daemon *daemon)
{
	int fd = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
	struct epoll_event event = { .events = EPOLLIN };
	int loop = epoll_create1(EPOLL_CLOEXEC);
	MHD_UNSIGNED_LONG_LONG timeout;

	epoll_ctl(loop, EPOLL_CTL_ADD, fd, &event);
	for (;;) {
		for (int i = 0; i < RUNS_PER_TURN; i++)
			MHD_run(daemon);
		epoll_wait(loop, &event, 1, MHD_get_timeout(daemon, &timeout) == MHD_YES ? 0 : -1);
	}
}

int main(int argc, char **argv)
{
	bool internal = argc == 3 && strcmp(argv[2], "internal") == 0;
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	if (argc != 3)
		return EXIT_FAILURE;
	address.sin_port = htons((uint16_t)strtoul(argv[1], NULL, 10));
	empty = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
	struct MHD_Daemon *daemon = MHD_start_daemon(internal ? MHD_USE_EPOLL_INTERNAL_THREAD : MHD_USE_EPOLL, 0, NULL, NULL, answer, NULL,
	                                             MHD_OPTION_SOCK_ADDR, &address, MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS_MAX,
	                                             MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY_BYTES, MHD_OPTION_END);
	if (!daemon)
		return EXIT_FAILURE;
	if (internal)
		pause();
	serve(daemon);
}
