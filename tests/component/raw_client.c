/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A client of bare bytes for tests of HTTP servers: it sends what no HTTP library would, and sees each byte of the
 * answer. Component ring. It shares the server's thread: while it waits, it turns the server's loop.
 */
#include "raw_client.h"

#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/address.h"
#include "base/err.h"

/* How long a turn of the loop waits for the next event, while what is awaited may come from outside the loop. */
#define TURN_US 1000
/* Turns after which what did not happen is believed not to happen. */
#define QUIET_TURNS 100

void raw_turn(struct loop *loop)
{
	bool any;

	ck_assert_int_eq(loop_step(loop, TURN_US, &any), 0);
}

static void bind_to(int fd, const char *host)
{
	struct sockaddr_in in = { .sin_family = AF_INET };

	ck_assert_int_eq(inet_pton(AF_INET, host, &in.sin_addr), 1);
	ck_assert_int_eq(bind(fd, (const struct sockaddr *)&in, sizeof(in)), 0);
}

void raw_open_from(struct raw_client *client, struct loop *loop, const char *address, const char *from)
{
	struct address to;

	ck_assert_int_eq(address_parse(address, &to, NULL), 0);
	*client = (struct raw_client){ .loop = loop };
	client->fd = socket(to.sa.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_ge(client->fd, 0);
	if (from)
		bind_to(client->fd, from);
	/* The kernel completes the handshake with the listening socket's queue, so this does not need the loop. */
	ck_assert_int_eq(connect(client->fd, (const struct sockaddr *)&to.sa, to.len), 0);
	ck_assert_int_eq(fcntl(client->fd, F_SETFL, O_NONBLOCK), 0);
}

void raw_open(struct raw_client *client, struct loop *loop, const char *address)
{
	raw_open_from(client, loop, address, NULL);
}

void raw_close(struct raw_client *client)
{
	if (client->fd >= 0)
		close(client->fd);
	client->fd = -1;
	buf_done(&client->in);
}

void raw_reset(struct raw_client *client)
{
	const struct linger at_once = { .l_onoff = 1 };

	ck_assert_int_eq(setsockopt(client->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once)), 0);
	raw_close(client);
}

void raw_send(struct raw_client *client, const char *text)
{
	size_t len = strlen(text);

	while (len > 0) {
		ssize_t n = send(client->fd, text, len, MSG_NOSIGNAL);
		if (n < 0 && errno != EAGAIN)
			return;
		if (n < 0) {
			raw_turn(client->loop);
			continue;
		}
		text += n;
		len -= (size_t)n;
	}
}

void raw_take(struct raw_client *client)
{
	char bytes[4096];
	ssize_t n;

	while ((n = recv(client->fd, bytes, sizeof(bytes), 0)) > 0)
		ck_assert_int_eq(buf_add(&client->in, bytes, (size_t)n), 0);
	if (n == 0 || (n < 0 && errno != EAGAIN))
		client->closed = true;
}

size_t raw_content_length(const char *head, size_t len)
{
	static const char name[] = "\r\nContent-Length:";

	for (size_t i = 0; i + sizeof(name) < len; i++) {
		if (strncasecmp(head + i, name, sizeof(name) - 1) == 0)
			return strtoul(head + i + sizeof(name) - 1, NULL, 10);
	}
	return 0;
}

bool raw_take_answer(struct raw_client *client, bool to_head, struct raw_answer *ret)
{
	raw_take(client);
	const char *end = client->in.data ? strstr(client->in.data, "\r\n\r\n") : NULL;
	if (!end)
		return false;
	size_t head_len = (size_t)(end - client->in.data) + 4;
	size_t body_len = to_head ? 0 : raw_content_length(client->in.data, head_len);
	if (client->in.len < head_len + body_len)
		return false;
	ck_assert_int_eq(sscanf(client->in.data, "HTTP/1.1 %u ", &ret->status), 1);
	ret->head = strndup(client->in.data, head_len);
	ret->body = strndup(client->in.data + head_len, body_len);
	struct buf rest = { 0 };
	ck_assert_int_eq(buf_add(&rest, client->in.data + head_len + body_len, client->in.len - head_len - body_len), 0);
	buf_done(&client->in);
	client->in = rest;
	return true;
}

void raw_answer(struct raw_client *client, struct raw_answer *ret)
{
	while (!raw_take_answer(client, false, ret)) {
		ck_assert_msg(!client->closed, "closed without an answer");
		raw_turn(client->loop);
	}
}

void raw_answer_done(struct raw_answer *answer)
{
	free(answer->head);
	free(answer->body);
	*answer = (struct raw_answer){ 0 };
}

unsigned raw_status(struct raw_client *client)
{
	struct raw_answer answer;

	raw_answer(client, &answer);
	unsigned status = answer.status;
	raw_answer_done(&answer);
	return status;
}

void raw_quiet(struct raw_client *client)
{
	for (int i = 0; i < QUIET_TURNS; i++)
		raw_turn(client->loop);
	raw_take(client);
	ck_assert_uint_eq(client->in.len, 0);
}

void raw_await_close(struct raw_client *client)
{
	while (raw_take(client), !client->closed)
		raw_turn(client->loop);
}

void raw_ask(struct loop *loop, const char *address, const char *text, struct raw_answer *ret)
{
	struct raw_client client;

	raw_open(&client, loop, address);
	raw_send(&client, text);
	raw_answer(&client, ret);
	raw_close(&client);
}
