/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bytes to a server of this process.
 * Tests: loop layer. It has the server's thread: while it waits, it turns the server's loop.
 */
#include "tests/fuzz/http_peer.h"

#include <errno.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/err.h"
#include "tests/fuzz/fuzz.h"

/* How long a turn of the loop waits, at most, for what the kernel brings. */
#define TURN_US USEC_PER_MS

static bool turn(struct loop *loop, int64_t wait_us)
{
	bool any;

	FUZZ_REQUIRE(loop_step(loop, wait_us, &any) == ERR_OK);
	return any;
}

/* Until all is done that can be done with what was sent. What the kernel of this machine was given it has brought. */
static void settle(struct loop *loop)
{
	while (turn(loop, 0))
		continue;
}

static int connect_to(const char *where)
{
	struct address address;
	int fd;

	FUZZ_REQUIRE(address_parse(where, &address, NULL) == ERR_OK);
	fd = socket(address.sa.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	FUZZ_REQUIRE(fd >= 0 && connect(fd, (const struct sockaddr *)&address.sa, address.len) == 0);
	return fd;
}

/* Takes what has come; whether the server has closed. */
static bool take(const struct http_peer *peer, int fd, struct buf *answers)
{
	char bytes[4096];
	ssize_t n;

	while ((n = recv(fd, bytes, sizeof(bytes), 0)) > 0) {
		FUZZ_REQUIRE(buf_add(answers, bytes, (size_t)n) == ERR_OK);
		if (peer->on_bytes)
			peer->on_bytes(answers, peer->cls);
	}
	return n == 0 || (errno != EAGAIN && errno != EINTR);
}

/* Sends all, unless the server wants no more; whether it has closed. */
static bool send_all(const struct http_peer *peer, int fd, const uint8_t *bytes, size_t size, struct buf *answers)
{
	while (size > 0) {
		ssize_t n = send(fd, bytes, size, MSG_NOSIGNAL);

		if (n < 0 && errno != EAGAIN)
			return take(peer, fd, answers);
		if (n > 0) {
			bytes += n;
			size -= (size_t)n;
			continue;
		}
		turn(peer->loop, TURN_US);
		if (take(peer, fd, answers))
			return true;
	}
	return false;
}

void http_peer_send(const struct http_peer *peer, const uint8_t *bytes, size_t size, size_t cut, struct buf *answers)
{
	int fd = connect_to(peer->address);
	bool is_closed;

	buf_clear(answers);
	is_closed = send_all(peer, fd, bytes, cut, answers);
	settle(peer->loop);
	is_closed = is_closed || send_all(peer, fd, bytes + cut, size - cut, answers);
	/* libmicrohttpd may miss an end that comes together with what is before it, and then waits for more until its time is over. */
	settle(peer->loop);
	(void)shutdown(fd, SHUT_WR);
	while (!is_closed && !take(peer, fd, answers))
		turn(peer->loop, TURN_US);
	(void)close(fd);
}

/* The value of a header line among the LEN bytes of HEAD, each of which must be one; NULL where there is none of that name. */
static const char *find_header(const char *head, size_t len, const char *name)
{
	const char *found = NULL;
	const char *end = head + len;

	for (const char *line = (const char *)memchr(head, '\n', len) + 1; line < end;) {
		const char *stop = memmem(line, (size_t)(end - line), "\r\n", 2);
		const char *colon = memchr(line, ':', (size_t)(end - line));

		FUZZ_REQUIRE(stop && colon && colon > line && colon < stop);
		if ((size_t)(colon - line) == strlen(name) && strncasecmp(line, name, strlen(name)) == 0)
			found = colon + 1;
		line = stop + 2;
	}
	return found;
}

bool http_peer_take(const struct buf *answers, size_t *io_at, struct http_answer *ret)
{
	static const char version[] = "HTTP/1.1 ";
	size_t left = answers->len - *io_at;
	const char *head, *end, *length;
	size_t head_len, body_len;

	if (left == 0)
		return false;
	head = answers->data + *io_at;
	end = memmem(head, left, "\r\n\r\n", 4);
	FUZZ_REQUIRE(left < strlen(version) || memcmp(head, version, strlen(version)) == 0);
	if (!end)
		return false;
	head_len = (size_t)(end - head) + 4;
	length = find_header(head, head_len - 2, "Content-Length");
	*ret = (struct http_answer){ .status = (unsigned)strtoul(head + strlen(version), NULL, 10), .body = head + head_len };
	FUZZ_REQUIRE(ret->status >= 100 && ret->status <= 599);
	FUZZ_REQUIRE(length || ret->status == 100);
	body_len = length ? strtoul(length, NULL, 10) : 0;
	left -= head_len;
	if (left == 0 || (left >= strlen(version) && memcmp(ret->body, version, strlen(version)) == 0))
		body_len = 0;
	if (left < body_len)
		return false;
	ret->body_len = body_len;
	*io_at += head_len + body_len;
	return true;
}
