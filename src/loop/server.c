/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The server's half that knows connections: libmicrohttpd's place on the loop, how many there may be, and how long each may take.
 * Loop layer: see server.h. What happens on a connection is server-request.c's.
 */
#include "loop/server.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/err.h"
#include "loop/server-internal.h"

/* Connections above max_connections that are still taken, to be told 503 instead of nothing. */
#define SURPLUS_CONNECTIONS 64

/* For the request line, the headers and the head of the reply. A callback_url is far below; libmicrohttpd answers 414
 * or 431 above. */
#define CONNECTION_MEMORY_BYTES ((size_t)16 * 1024)

/* A resumed connection takes two runs of the daemon to its reply's last byte; a third finds that nothing is left. */
#define RUNS_PER_TURN 3

static bool has_more_to_do(struct server *server)
{
	MHD_UNSIGNED_LONG_LONG timeout;

	/* The daemon knows no time limits (they are ours), so that a timeout it reports is always zero: run me again. */
	return MHD_get_timeout(server->daemon, &timeout) == MHD_YES;
}

static void run(void *cls)
{
	struct server *server = cls;

	for (int i = 0; i < RUNS_PER_TURN; i++) {
		MHD_run(server->daemon);
		if (!has_more_to_do(server))
			return;
	}
	loop_task_post(server->again);
}

static int on_ready(sd_event_source *source, int fd, uint32_t events, void *cls)
{
	(void)source;
	(void)fd;
	(void)events;
	run(cls);
	return 0;
}

void conn_wait_end(struct conn *conn)
{
	struct server *server = conn->server;

	if (!conn->is_waiting)
		return;
	conn->is_waiting = false;
	if (conn->prev)
		conn->prev->next = conn->next;
	else
		server->oldest = conn->next;
	if (conn->next)
		conn->next->prev = conn->prev;
	else
		server->newest = conn->prev;
}

void conn_wait_begin(struct conn *conn)
{
	struct server *server = conn->server;

	conn_wait_end(conn);
	conn->is_waiting = true;
	conn->since = clock_mono(loop_clock(server->loop));
	conn->next = NULL;
	conn->prev = server->newest;
	if (conn->prev)
		conn->prev->next = conn;
	else
		server->oldest = conn;
	server->newest = conn;

	/* A timer that is set already fires no later than need be; on_deadline() sets it right, once a time limit
	 * instead of once a request. */
	if (!loop_timer_is_set(server->deadline))
		loop_timer_after(server->deadline, server->limits.request_timeout_us);
}

static void on_deadline(void *cls)
{
	struct server *server = cls;
	int64_t now = clock_mono(loop_clock(server->loop)).us;
	int64_t limit = server->limits.request_timeout_us;

	while (server->oldest && now - server->oldest->since.us >= limit) {
		struct conn *conn = server->oldest;

		conn_wait_end(conn);
		/* The descriptor is libmicrohttpd's to close: it sees the end and does. */
		shutdown(conn->fd, SHUT_RDWR);
	}
	if (server->oldest)
		loop_timer_after(server->deadline, server->oldest->since.us + limit - now);
}

static void conn_open(struct server *server, struct MHD_Connection *connection, void **ret)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct conn *conn = calloc(1, sizeof *conn);

	/* Without a record its first request finds none, and the connection is closed. */
	if (!conn)
		return;
	conn->server = server;
	conn->fd = info->connect_fd;
	server->n_connections++;
	conn->is_surplus = server_is_full(server);
	conn_wait_begin(conn);
	*ret = conn;
}

static void conn_close(struct conn *conn)
{
	if (!conn)
		return;
	conn_wait_end(conn);
	/* Of a request with two faults in its head libmicrohttpd 0.9.75 does not tell the end. */
	request_abandon(conn->request);
	conn->server->n_connections--;
	free(conn);
}

static void on_connection(void *cls, struct MHD_Connection *connection, void **data,
                          enum MHD_ConnectionNotificationCode code)
{
	switch (code) {
	case MHD_CONNECTION_NOTIFY_STARTED:
		conn_open(cls, connection, data);
		break;
	case MHD_CONNECTION_NOTIFY_CLOSED:
		conn_close(*data);
		*data = NULL;
		break;
	}
}

/* Targets are read raw by those who know their form; what libmicrohttpd decodes in place is its own copy, and not
 * used. */
static size_t leave_escaped(void *cls, struct MHD_Connection *connection, char *text)
{
	(void)cls;
	(void)connection;
	return strlen(text);
}

static int start_daemon(struct server *server, int fd, const char *certificate, const char *key)
{
	struct MHD_OptionItem tls[] = {
		{ MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)"NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2" },
		{ MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)certificate },
		{ MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)key },
		{ MHD_OPTION_END, 0, NULL },
	};
	struct MHD_OptionItem plain[] = { { MHD_OPTION_END, 0, NULL } };
	unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | (certificate ? MHD_USE_TLS : 0u);

	server->daemon = MHD_start_daemon(flags, 0, NULL, NULL, request_course, server,
	                                  MHD_OPTION_LISTEN_SOCKET, fd,
	                                  MHD_OPTION_CONNECTION_LIMIT, server->limits.max_connections + SURPLUS_CONNECTIONS,
	                                  MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY_BYTES,
	                                  MHD_OPTION_CONNECTION_TIMEOUT, 0u,
	                                  MHD_OPTION_URI_LOG_CALLBACK, request_born, server,
	                                  MHD_OPTION_NOTIFY_COMPLETED, request_ended, server,
	                                  MHD_OPTION_NOTIFY_CONNECTION, on_connection, server,
	                                  MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL,
	                                  MHD_OPTION_ARRAY, certificate ? tls : plain,
	                                  MHD_OPTION_END);
	return server->daemon ? 0 : ERR_IO;
}

static int attach(struct server *server)
{
	const union MHD_DaemonInfo *info = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD);

	if (!info)
		return ERR_IO;
	int r = sd_event_add_io(loop_event(server->loop), &server->source, info->epoll_fd, EPOLLIN, on_ready, server);
	/* Before timers, so that a request waits for one slow commit of theirs at the most. */
	if (r >= 0)
		r = sd_event_source_set_priority(server->source, SD_EVENT_PRIORITY_IMPORTANT);
	if (r < 0)
		return err_from_errno(-r);
	/* Only its first run makes the daemon watch its listening socket. */
	loop_task_post(server->again);
	return 0;
}

static int make_empty_responses(struct server *server)
{
	server->empty = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
	server->empty_close = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
	if (!server->empty || !server->empty_close)
		return ERR_NOMEM;
	if (MHD_add_response_header(server->empty_close, MHD_HTTP_HEADER_CONNECTION, "close") != MHD_YES)
		return ERR_NOMEM;
	return 0;
}

static int server_start(struct server *server, int fd, const char *certificate, const char *key)
{
	int r = make_empty_responses(server);

	if (r == 0)
		r = loop_task_new(server->loop, run, server, &server->again);
	if (r == 0)
		r = loop_timer_new(server->loop, on_deadline, server, &server->deadline);
	if (r < 0)
		return r;
	/* A duplicate, which the daemon closes when it can't start as well as when it ends. */
	int own_fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (own_fd < 0)
		return err_from_errno(errno);
	r = start_daemon(server, own_fd, certificate, key);
	return r < 0 ? r : attach(server);
}

int server_new(struct loop *loop, int fd, const struct server_limits *limits, const struct server_handler *handler,
               const char *certificate, const char *key, struct server **ret)
{
	CLEANUP(server_cleanup) struct server *server = calloc(1, sizeof *server);

	if (!server)
		return ERR_NOMEM;
	server->loop = loop;
	server->limits = *limits;
	server->handler = *handler;
	int r = server_start(server, fd, certificate, key);
	if (r < 0)
		return r;

	close(fd);
	*ret = server;
	server = NULL;
	return 0;
}

void server_quiesce(struct server *server)
{
	if (server->is_quiesced)
		return;
	server->is_quiesced = true;
	int fd = MHD_quiesce_daemon(server->daemon);
	if (fd >= 0)
		close(fd);
}

static void stop_daemon(struct server *server)
{
	assert(server->n_suspended == 0);
	/* Replies that were just given get their way out, as far as the sockets take them. */
	for (int i = 0; i < RUNS_PER_TURN; i++)
		MHD_run(server->daemon);
	MHD_stop_daemon(server->daemon);
	assert(server->n_connections == 0);
}

struct server *server_free(struct server *server)
{
	if (!server)
		return NULL;
	/* First the source: the daemon closes its epoll descriptor. */
	sd_event_source_disable_unref(server->source);
	if (server->daemon)
		stop_daemon(server);
	loop_task_free(server->again);
	loop_timer_free(server->deadline);
	if (server->empty)
		MHD_destroy_response(server->empty);
	if (server->empty_close)
		MHD_destroy_response(server->empty_close);
	free(server);
	return NULL;
}

bool server_is_full(const struct server *server)
{
	return server->n_connections > server->limits.max_connections;
}

void server_set_on_gone(struct server *server, void (*fn)(struct request *request, void *cls), void *cls)
{
	server->on_gone = fn;
	server->on_gone_cls = cls;
}
