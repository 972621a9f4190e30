/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The server's part that knows connections: how many there may be, in all and from one address, and how long each may take.
 * Loop layer: see server.h. What happens on a connection is server-request.c's.
 */
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "base/err.h"
#include "loop/server-internal.h"

static const struct sockaddr *peer_of(const struct conn *conn)
{
	return MHD_get_connection_info(conn->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr;
}

void conn_tell_fault(const struct conn *conn, enum server_fault fault)
{
	const struct server_handler *handler = &conn->server->handler;

	if (handler->on_fault)
		handler->on_fault(fault, peer_of(conn), handler->cls);
}

/* --- Waiting ------------------------------------------------------------------------------------------------------- */

void conn_wait_end(struct conn *conn)
{
	struct conns *list = conn->list;

	if (!list)
		return;
	conn->list = NULL;
	list->n--;
	if (conn->prev)
		conn->prev->next = conn->next;
	else
		list->oldest = conn->next;
	if (conn->next)
		conn->next->prev = conn->prev;
	else
		list->newest = conn->prev;
}

void conn_wait_begin(struct conn *conn)
{
	struct server *server = conn->server;
	struct conns *list = conn->is_surplus ? &server->surplus : &server->waiting;

	conn_wait_end(conn);
	conn->list = list;
	list->n++;
	conn->since = clock_mono(loop_clock(server->loop));
	conn->next = NULL;
	conn->prev = list->newest;
	if (conn->prev)
		conn->prev->next = conn;
	else
		list->oldest = conn;
	list->newest = conn;

	/* A timer that is set already fires no later than need be; conns_on_deadline() sets it right, once a time limit
	 * instead of once a request. */
	if (!loop_timer_is_set(server->deadline))
		loop_timer_after(server->deadline, server->limits.request_timeout_us);
}

/* The descriptor is libmicrohttpd's to close: it sees the end and does. */
static void cut(struct conn *conn)
{
	conn_wait_end(conn);
	conn->is_cut = true;
	shutdown(conn->fd, SHUT_RDWR);
}

/* Between two requests a connection may just end. */
static bool is_idle(const struct conn *conn)
{
	return conn->has_asked && !conn->request;
}

static void cut_late(struct conns *list, int64_t since_us)
{
	while (list->oldest && list->oldest->since.us <= since_us) {
		struct conn *conn = list->oldest;

		if (!is_idle(conn))
			conn_tell_fault(conn, SERVER_FAULT_SLOW);
		cut(conn);
	}
}

static const struct conn *longest_waiting(const struct server *server)
{
	const struct conn *admitted = server->waiting.oldest, *surplus = server->surplus.oldest;

	if (!admitted || !surplus)
		return admitted ? admitted : surplus;
	return admitted->since.us <= surplus->since.us ? admitted : surplus;
}

void conns_on_deadline(void *cls)
{
	struct server *server = cls;
	int64_t now_us = clock_mono(loop_clock(server->loop)).us;
	int64_t limit_us = server->limits.request_timeout_us;

	cut_late(&server->waiting, now_us - limit_us);
	cut_late(&server->surplus, now_us - limit_us);
	const struct conn *next = longest_waiting(server);
	if (next)
		loop_timer_after(server->deadline, next->since.us + limit_us - now_us);
	else
		loop_timer_unset(server->deadline);
}

/* --- Limits -------------------------------------------------------------------------------------------------------- */

static bool has_place(struct conn *conn)
{
	struct server *server = conn->server;
	const struct server_handler *handler = &server->handler;
	const struct sockaddr *peer = peer_of(conn);

	if (server->limits.max_per_address == 0 || peer->sa_family == AF_UNIX)
		return true;
	if (handler->is_exempt && handler->is_exempt(peer, handler->cls))
		return true;
	return crowd_join(&server->crowd, peer, server->limits.max_per_address, &conn->place) == ERR_OK;
}

bool conn_admit(struct conn *conn)
{
	struct server *server = conn->server;

	if (server->n_admitted >= server->limits.max_connections) {
		conn->surplus = SERVER_FAULT_FULL;
	} else if (!has_place(conn)) {
		conn->surplus = SERVER_FAULT_CROWD;
	} else {
		conn->is_surplus = false;
		server->n_admitted++;
		return true;
	}
	return false;
}

/* Whoever has waited longest makes room, so that a flood of connections that say nothing keeps nobody from hearing his 503. */
static void make_room(struct server *server)
{
	while (server->surplus.n > SURPLUS_CONNECTIONS) {
		struct conn *conn = server->surplus.oldest;

		if (!is_idle(conn))
			conn_tell_fault(conn, conn->surplus);
		cut(conn);
	}
}

/* --- Hanging up ---------------------------------------------------------------------------------------------------- */

/* Whether there is nothing to be read any more but the peer's end. */
static bool is_read_out(const struct conn *conn)
{
	char byte;

	return recv(conn->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

/* libmicrohttpd is told of an end by the edge that epoll tells of, and takes a read that was short for the last one: an end that came
 * together with what is before it, as from a peer that was gone before its connection was accepted, it misses. Such a connection
 * would keep its place until its time is over. Shut down from our side as well, it tells of its end once more; a reply that is still
 * to be sent goes out all the same. */
static int on_hangup(sd_event_source *source, int fd, uint32_t events, void *cls)
{
	struct conn *conn = cls;

	(void)events;
	if (!is_read_out(conn)) {
		conn->has_hung_up = true;
		engines_run(conn->server);
		/* It may have ended in that. */
		if (!sd_event_source_get_userdata(source) || !is_read_out(conn))
			return 0;
	}
	/* Once: that is another edge, and who waits for his reply is not closed by it. */
	(void)sd_event_source_set_enabled(source, SD_EVENT_OFF);
	shutdown(fd, SHUT_RD);
	return 0;
}

/* A connection that can't be watched has its time limit. */
static void hangup_watch(struct conn *conn)
{
	sd_event *event = loop_event(conn->server->loop);

	if (sd_event_add_io(event, &conn->hangup, conn->fd, EPOLLRDHUP | EPOLLET, on_hangup, conn) < 0)
		conn->hangup = NULL;
}

/* Also from within on_hangup(). */
static void hangup_forget(struct conn *conn)
{
	if (conn->hangup)
		sd_event_source_set_userdata(conn->hangup, NULL);
	conn->hangup = sd_event_source_disable_unref(conn->hangup);
}

/* --- Begin and end ------------------------------------------------------------------------------------------------- */

static void conn_open(struct engine *engine, struct MHD_Connection *connection, void **ret)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct conn *conn = calloc(1, sizeof *conn);

	/* Without a record its first request finds none, and the connection is closed. */
	if (!conn)
		return;
	conn->server = engine->server;
	conn->engine = engine;
	conn->connection = connection;
	conn->fd = info->connect_fd;
	conn->is_surplus = true;
	engine->n_connections++;
	conn_admit(conn);
	conn_wait_begin(conn);
	hangup_watch(conn);
	make_room(conn->server);
	*ret = conn;
}

/* Whether the peer has sent anything; an end counts as one byte. A probe of a port sends nothing. */
static bool has_spoken(const struct conn *conn)
{
	struct tcp_info info = { 0 };
	socklen_t len = sizeof info;

	return getsockopt(conn->fd, IPPROTO_TCP, TCP_INFO, &info, &len) == 0 && info.tcpi_bytes_received > 1;
}

static void conn_close(struct conn *conn)
{
	if (!conn)
		return;
	conn_wait_end(conn);
	hangup_forget(conn);
	if (!conn->has_asked && !conn->is_cut && has_spoken(conn))
		conn_tell_fault(conn, conn->engine->has_tls ? SERVER_FAULT_TLS : SERVER_FAULT_REQUEST);
	/* Of a request with two faults in its head libmicrohttpd 0.9.75 does not tell the end. */
	request_abandon(conn->request);
	if (!conn->is_surplus)
		conn->server->n_admitted--;
	crowd_leave(&conn->server->crowd, conn->place);
	conn->engine->n_connections--;
	free(conn);
}

void conn_event(void *cls, struct MHD_Connection *connection, void **data, enum MHD_ConnectionNotificationCode code)
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
