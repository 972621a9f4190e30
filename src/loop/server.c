/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The server's part that knows libmicrohttpd's place on the loop, and its life from the listening socket to the last reply.
 * Loop layer: see server.h. Connections and their time are server-conn.c's.
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

/* Those that had to make room are closed by libmicrohttpd a little later than by us. */
#define CLOSING_CONNECTIONS 64

/* For the request line, the headers and the head of the reply. A callback_url is far below; libmicrohttpd answers 414
 * or 431 above. */
#define CONNECTION_MEMORY_BYTES ((size_t)16 * 1024)

/* A resumed connection takes two runs of the daemon to its reply's last byte; a third finds that nothing is left. */
#define RUNS_PER_TURN 3

static bool has_more_to_do(struct engine *engine)
{
	MHD_UNSIGNED_LONG_LONG timeout;

	/* The daemon knows no time limits (they are ours), so that a timeout it reports is always zero: run me again. */
	return MHD_get_timeout(engine->daemon, &timeout) == MHD_YES;
}

static void engine_run(struct engine *engine)
{
	for (int i = 0; i < RUNS_PER_TURN; i++) {
		MHD_run(engine->daemon);
		if (!has_more_to_do(engine))
			return;
		/* Those that wait have nothing to do until they are replied to. */
		if (engine->server->n_waiting > 0)
			break;
	}
	loop_task_post(engine->server->again);
}

static struct engine *engine_free(struct engine *engine)
{
	/* First the source: the daemon closes its epoll descriptor. */
	sd_event_source_disable_unref(engine->source);
	if (engine->daemon)
		MHD_stop_daemon(engine->daemon);
	assert(engine->n_connections == 0);
	free(engine);
	return NULL;
}

/* Frees the requests that have ended, and the engines that will never have a connection again. */
static void free_ended(struct server *server)
{
	requests_free_ended(server);
	for (struct engine **at = &server->engines; *at;) {
		struct engine *engine = *at;

		if (engine->is_quiesced && engine->n_connections == 0) {
			*at = engine->next;
			engine_free(engine);
		} else {
			at = &engine->next;
		}
	}
}

void engines_run(void *cls)
{
	struct server *server = cls;

	for (struct engine *engine = server->engines; engine; engine = engine->next)
		engine_run(engine);
	free_ended(server);
}

static int on_ready(sd_event_source *source, int fd, uint32_t events, void *cls)
{
	struct engine *engine = cls;
	struct server *server = engine->server;

	(void)source;
	(void)fd;
	(void)events;
	engine_run(engine);
	free_ended(server);
	return 0;
}

/* Targets are read raw by those who know their form; what libmicrohttpd decodes in place is its own copy, and not
 * used. */
static size_t leave_escaped(void *cls, struct MHD_Connection *connection, char *text)
{
	(void)cls;
	(void)connection;
	return strlen(text);
}

static int engine_start(struct engine *engine, const struct server_limits *limits, const char *certificate, const char *key)
{
	struct MHD_OptionItem tls[] = {
		{ MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)"NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2" },
		{ MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)certificate },
		{ MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)key },
		{ MHD_OPTION_END, 0, NULL },
	};
	struct MHD_OptionItem plain[] = { { MHD_OPTION_END, 0, NULL } };
	unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | (certificate ? MHD_USE_TLS : 0u);
	/* A duplicate, which the daemon closes when it can't start as well as when it ends. */
	int fd = fcntl(engine->server->fd, F_DUPFD_CLOEXEC, 0);

	if (fd < 0)
		return err_from_errno(errno);
	engine->daemon = MHD_start_daemon(flags, 0, NULL, NULL, request_course, NULL,
	                                  MHD_OPTION_LISTEN_SOCKET, fd,
	                                  MHD_OPTION_CONNECTION_LIMIT,
	                                  limits->max_connections + SURPLUS_CONNECTIONS + CLOSING_CONNECTIONS,
	                                  MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY_BYTES,
	                                  MHD_OPTION_CONNECTION_TIMEOUT, 0u,
	                                  MHD_OPTION_URI_LOG_CALLBACK, request_born, NULL,
	                                  MHD_OPTION_NOTIFY_COMPLETED, request_ended, NULL,
	                                  MHD_OPTION_NOTIFY_CONNECTION, conn_event, engine,
	                                  MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL,
	                                  MHD_OPTION_ARRAY, certificate ? tls : plain,
	                                  MHD_OPTION_END);
	return engine->daemon ? 0 : ERR_IO;
}

static int engine_attach(struct engine *engine)
{
	struct server *server = engine->server;
	const union MHD_DaemonInfo *info = MHD_get_daemon_info(engine->daemon, MHD_DAEMON_INFO_EPOLL_FD);

	if (!info)
		return ERR_IO;
	int r = sd_event_add_io(loop_event(server->loop), &engine->source, info->epoll_fd, EPOLLIN, on_ready, engine);
	/* Before timers, so that a request waits for one slow commit of theirs at the most. */
	if (r >= 0)
		r = sd_event_source_set_priority(engine->source, SD_EVENT_PRIORITY_IMPORTANT);
	return r < 0 ? err_from_errno(-r) : 0;
}

static int engine_new(struct server *server, const struct server_limits *limits, const char *certificate, const char *key,
                      struct engine **ret)
{
	struct engine *engine = calloc(1, sizeof *engine);

	if (!engine)
		return ERR_NOMEM;
	engine->server = server;
	engine->has_tls = certificate != NULL;
	int r = engine_start(engine, limits, certificate, key);
	if (r == 0)
		r = engine_attach(engine);
	if (r < 0) {
		engine_free(engine);
		return r;
	}
	/* Only its first run makes the daemon watch its listening socket. */
	loop_task_post(server->again);
	*ret = engine;
	return 0;
}

static void engine_quiesce(struct engine *engine)
{
	if (engine->is_quiesced)
		return;
	engine->is_quiesced = true;
	int fd = MHD_quiesce_daemon(engine->daemon);
	if (fd >= 0)
		close(fd);
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

static int server_start(struct server *server, const char *certificate, const char *key)
{
	int r = make_empty_responses(server);

	if (r == 0)
		r = loop_task_new(server->loop, engines_run, server, &server->again);
	if (r == 0)
		r = loop_timer_new(server->loop, conns_on_deadline, server, &server->deadline);
	if (r == 0)
		r = engine_new(server, &server->limits, certificate, key, &server->engines);
	return r;
}

int server_new(struct loop *loop, int fd, const struct server_limits *limits, const struct server_handler *handler,
               const char *certificate, const char *key, struct server **ret)
{
	CLEANUP(server_cleanup) struct server *server = calloc(1, sizeof *server);

	if (!server)
		return ERR_NOMEM;
	server->loop = loop;
	server->fd = fd;
	server->limits = *limits;
	server->handler = *handler;
	int r = server_start(server, certificate, key);
	if (r < 0) {
		server->fd = -1;
		return r;
	}
	*ret = server;
	server = NULL;
	return 0;
}

static void quiesce_engines(struct server *server)
{
	for (struct engine *engine = server->engines; engine; engine = engine->next)
		engine_quiesce(engine);
	/* Whose connections have ended already is freed then. */
	loop_task_post(server->again);
}

int server_renew(struct server *server, const struct server_limits *limits, const char *certificate, const char *key)
{
	struct engine *engine;

	assert(!server->is_quiesced);
	int r = engine_new(server, limits, certificate, key, &engine);
	if (r < 0)
		return r;
	quiesce_engines(server);
	engine->next = server->engines;
	server->engines = engine;
	server->limits = *limits;
	conns_on_deadline(server);
	return 0;
}

void server_quiesce(struct server *server)
{
	if (server->is_quiesced)
		return;
	server->is_quiesced = true;
	quiesce_engines(server);
	close(server->fd);
	server->fd = -1;
}

static void stop_engines(struct server *server)
{
	assert(server->n_waiting == 0);
	/* What is behind the handlers may be gone; and who suspended a request now would never reply to it. */
	server->is_ending = true;
	server->handler = (struct server_handler){ 0 };
	while (server->engines) {
		struct engine *engine = server->engines;

		server->engines = engine->next;
		/* Replies that were just given get their way out, as far as the sockets take them. */
		for (int i = 0; i < RUNS_PER_TURN; i++)
			MHD_run(engine->daemon);
		engine_free(engine);
	}
	requests_free_ended(server);
}

struct server *server_free(struct server *server)
{
	if (!server)
		return NULL;
	stop_engines(server);
	if (server->fd >= 0)
		close(server->fd);
	loop_task_free(server->again);
	loop_timer_free(server->deadline);
	if (server->empty)
		MHD_destroy_response(server->empty);
	if (server->empty_close)
		MHD_destroy_response(server->empty_close);
	free(server);
	return NULL;
}

unsigned server_connections(const struct server *server)
{
	unsigned n = 0;

	for (const struct engine *engine = server->engines; engine; engine = engine->next)
		n += engine->n_connections;
	return n;
}

void server_set_on_gone(struct server *server, void (*fn)(struct request *request, void *cls), void *cls)
{
	server->on_gone = fn;
	server->on_gone_cls = cls;
}
