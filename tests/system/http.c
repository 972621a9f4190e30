/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Requests and answers over blocking sockets.
 * System tests.
 */
#include "http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/address.h"
#include "base/buf.h"
#include "process.h"
#include "suite.h"

static void bind_to(int fd, const char *host)
{
	struct sockaddr_in in = { .sin_family = AF_INET };

	ck_assert_int_eq(inet_pton(AF_INET, host, &in.sin_addr), 1);
	ck_assert_int_eq(bind(fd, (const struct sockaddr *)&in, sizeof(in)), 0);
}

int http_connect_from(const char *address, const char *from)
{
	const struct timeval patience = { .tv_sec = suite_patience_ms() / 1000 };
	struct address to;

	ck_assert_msg(address_parse(address, &to, NULL) == 0, "\"%s\" is no address", address);
	int fd = socket(to.sa.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)), 0);
	if (from)
		bind_to(fd, from);
	ck_assert_msg(connect(fd, (const struct sockaddr *)&to.sa, to.len) == 0, "can't connect to %s", address);
	return fd;
}

int http_connect(const char *address)
{
	return http_connect_from(address, NULL);
}

void http_send(int fd, const char *text)
{
	size_t len = strlen(text);

	while (len > 0) {
		ssize_t n = send(fd, text, len, MSG_NOSIGNAL);

		if (n < 0)
			return;
		text += n;
		len -= (size_t)n;
	}
}

static size_t content_length(const char *head)
{
	const char *line = strcasestr(head, "\r\nContent-Length:");

	return line ? strtoul(strchr(line, ':') + 1, NULL, 10) : 0;
}

/* Whether TEXT holds a whole answer, which is then taken apart. */
static bool take_apart(const char *text, struct http_answer *ret)
{
	const char *body = strstr(text, "\r\n\r\n");

	if (!body)
		return false;
	body += 4;
	ret->head = strndup(text, (size_t)(body - text));
	if (strlen(body) < content_length(ret->head)) {
		free(ret->head);
		return false;
	}
	ck_assert_int_eq(sscanf(text, "HTTP/1.1 %u ", &ret->status), 1);
	ret->body = strndup(body, content_length(ret->head));
	return true;
}

unsigned http_receive(int fd, struct http_answer *ret)
{
	char part[65536];
	struct buf text = { 0 };
	ssize_t n;
	bool whole = false;

	*ret = (struct http_answer){ 0 };
	while (!whole && (n = recv(fd, part, sizeof(part), 0)) > 0) {
		ck_assert_int_eq(buf_add(&text, part, (size_t)n), 0);
		whole = take_apart(text.data, ret);
	}
	buf_done(&text);
	return whole ? ret->status : 0;
}

void http_answer_done(struct http_answer *answer)
{
	free(answer->head);
	free(answer->body);
	*answer = (struct http_answer){ 0 };
}

unsigned http_receive_status(int fd)
{
	struct http_answer answer;
	unsigned status = http_receive(fd, &answer);

	http_answer_done(&answer);
	return status;
}

static unsigned count(const struct buf *text, const char *part)
{
	unsigned n = 0;

	for (const char *at = text->data; at && (at = strstr(at, part)); at += strlen(part))
		n++;
	return n;
}

/* No body of claimd's has an empty line in it, so that they count the heads. */
unsigned http_receive_good(int fd, unsigned n)
{
	char part[65536];
	struct buf text = { 0 };
	ssize_t len;

	while (count(&text, "\r\n\r\n") < n && (len = recv(fd, part, sizeof(part), 0)) > 0)
		ck_assert_int_eq(buf_add(&text, part, (size_t)len), 0);
	unsigned good = count(&text, "HTTP/1.1 200 ");
	buf_done(&text);
	return good;
}

void http_await_close(int fd)
{
	char byte;
	ssize_t n = recv(fd, &byte, 1, 0);

	/* A process that dies with a request unread resets its connection. */
	ck_assert_msg(n == 0 || (n < 0 && errno == ECONNRESET), "%zd: %s", n, strerror(errno));
}

void http_request(int fd, const char *method, const char *target, const char *headers)
{
	char *text = NULL;

	ck_assert_int_gt(asprintf(&text, "%s %s HTTP/1.1\r\nHost: x\r\n%s\r\n", method, target, headers), 0);
	http_send(fd, text);
	free(text);
}

void http_request_json(int fd, const char *target, const char *headers, const char *body)
{
	char *text = NULL;

	/* At once: the kernel would keep a second part back until the first one is acknowledged. */
	ck_assert_int_gt(asprintf(&text, "POST %s HTTP/1.1\r\nHost: x\r\n%sContent-Type: application/json\r\nContent-Length: %zu\r\n"
	                                 "\r\n%s", target, headers, strlen(body), body), 0);
	http_send(fd, text);
	free(text);
}

unsigned http_ask(const char *address, const char *method, const char *target, struct http_answer *ret)
{
	int fd = http_connect(address);

	http_request(fd, method, target, "");
	http_receive(fd, ret);
	close(fd);
	return ret->status;
}

unsigned http_ask_json(const char *address, const char *target, const char *body, struct http_answer *ret)
{
	int fd = http_connect(address);

	http_request_json(fd, target, "", body);
	http_receive(fd, ret);
	close(fd);
	return ret->status;
}

static unsigned ask_status(const char *address, const char *method, const char *target)
{
	struct http_answer answer;
	unsigned status = http_ask(address, method, target, &answer);

	http_answer_done(&answer);
	return status;
}

unsigned http_get(const char *address, const char *target)
{
	return ask_status(address, "GET", target);
}

unsigned http_post(const char *address, const char *target)
{
	return ask_status(address, "POST", target);
}

bool http_has(const struct http_answer *answer, const char *text)
{
	return answer->head && strstr(answer->head, text);
}
