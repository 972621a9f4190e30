/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A server that answers whatever it is asked with the bytes it was given, right or wrong.
 * Component ring.
 */
#include "canned_peer.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "loop/listen.h"
#include "raw_client.h"

struct canned_connection {
	struct canned_peer *peer;
	int fd;
	sd_event_source *source;
	struct buf in;
	bool unanswered;
	struct canned_connection *next;
};

static void connection_close(struct canned_connection *connection)
{
	connection->source = sd_event_source_disable_unref(connection->source);
	if (connection->fd >= 0)
		close(connection->fd);
	connection->fd = -1;
	buf_done(&connection->in);
}

static bool is_whole(const struct buf *in)
{
	const char *end = in->data ? strstr(in->data, "\r\n\r\n") : NULL;

	if (!end)
		return false;
	size_t head = (size_t)(end - in->data) + 4;
	return in->len >= head + raw_content_length(in->data, head);
}

static void send_all(int fd, const char *bytes, size_t len)
{
	/* A peer that has seen enough may be gone. */
	while (len > 0) {
		ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);

		if (n < 0)
			return;
		bytes += n;
		len -= (size_t)n;
	}
}

static const char *take_answer(struct canned_peer *peer)
{
	if (peer->choose)
		return peer->choose(peer, peer->cls);
	if (peer->line && *peer->line)
		return *peer->line++;
	return peer->answer;
}

static void answer(struct canned_connection *connection)
{
	struct canned_peer *peer = connection->peer;
	const char *text;

	peer->n_requests++;
	buf_clear(&peer->request);
	ck_assert_int_eq(buf_add(&peer->request, connection->in.data, connection->in.len), 0);
	ck_assert_int_eq(buf_add(&peer->all, connection->in.data, connection->in.len), 0);
	buf_clear(&connection->in);
	text = take_answer(peer);
	connection->unanswered = !text;
	if (text)
		send_all(connection->fd, text, strlen(text));
	if (peer->close)
		connection_close(connection);
}

char *canned_answer(const char *status, const char *headers, const char *body)
{
	char *text;

	ck_assert_int_gt(asprintf(&text, "HTTP/1.1 %s\r\n%sContent-Length: %zu\r\n\r\n%s", status, headers, strlen(body), body), 0);
	return text;
}

void canned_peer_break_silence(struct canned_peer *peer, const char *text)
{
	for (struct canned_connection *connection = peer->connections; connection; connection = connection->next) {
		if (!connection->unanswered || connection->fd < 0)
			continue;
		connection->unanswered = false;
		send_all(connection->fd, text, strlen(text));
	}
}

static int on_bytes(sd_event_source *source, int fd, uint32_t events, void *cls)
{
	struct canned_connection *connection = cls;
	char bytes[4096];

	(void)source;
	(void)events;
	ssize_t n = recv(fd, bytes, sizeof bytes, 0);
	if (n <= 0) {
		connection_close(connection);
		return 0;
	}
	ck_assert_int_eq(buf_add(&connection->in, bytes, (size_t)n), 0);
	if (is_whole(&connection->in))
		answer(connection);
	return 0;
}

static int on_connection(sd_event_source *source, int fd, uint32_t events, void *cls)
{
	struct canned_peer *peer = cls;
	struct canned_connection *connection = calloc(1, sizeof *connection);

	(void)source;
	(void)events;
	ck_assert_ptr_nonnull(connection);
	/* Blocking, so that a long answer goes out whole: the other end has a buffer of its own, larger than all that is sent here. */
	connection->fd = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
	ck_assert_int_ge(connection->fd, 0);
	connection->peer = peer;
	connection->next = peer->connections;
	peer->connections = connection;
	peer->n_connections++;
	ck_assert_int_ge(sd_event_add_io(loop_event(peer->loop), &connection->source, connection->fd, EPOLLIN, on_bytes,
	                                 connection), 0);
	return 0;
}

void canned_peer_open(struct canned_peer *peer, struct loop *loop)
{
	*peer = (struct canned_peer){ .loop = loop };
	ck_assert_int_eq(listen_open("127.0.0.1:0", &peer->fd, peer->address), 0);
	ck_assert_int_ge(sd_event_add_io(loop_event(loop), &peer->source, peer->fd, EPOLLIN, on_connection, peer), 0);
}

void canned_peer_close(struct canned_peer *peer)
{
	while (peer->connections) {
		struct canned_connection *next = peer->connections->next;

		connection_close(peer->connections);
		free(peer->connections);
		peer->connections = next;
	}
	peer->source = sd_event_source_disable_unref(peer->source);
	if (peer->fd >= 0)
		close(peer->fd);
	peer->fd = -1;
	buf_done(&peer->request);
	buf_done(&peer->all);
}
