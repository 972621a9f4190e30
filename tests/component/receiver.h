/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A merchant's receiver of messages: it answers as it is told, and remembers what it was sent.
 * For the component tests of the outbox's way out.
 */
#ifndef CLAIMD_TESTS_COMPONENT_RECEIVER_H
#define CLAIMD_TESTS_COMPONENT_RECEIVER_H

#include "base/secret.h"
#include "canned_peer.h"

#define RECEIVER_ANSWERS_MAX 16
#define RECEIVER_MESSAGES_MAX 512

#define RECEIVER_OK "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
#define RECEIVER_FAILS "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"

/* The key that messages to it are signed with. */
extern const struct secret receiver_key;

struct receiver_message {
	char id[40];
	char body[1024];
};

struct receiver {
	struct canned_peer peer;
	char text[ADDRESS_SIZE + 16];
	char *url;                    /* TEXT */
	/* Answers: those in line, one each, then the usual one; NULL is silence. */
	const char *line[RECEIVER_ANSWERS_MAX];
	size_t n_line;
	size_t next;
	const char *usual;            /* RECEIVER_OK at first */
	const char *refused;          /* what has this in its body is answered 400; NULL: nothing */
	struct receiver_message messages[RECEIVER_MESSAGES_MAX]; /* in their order */
	size_t n;
};

void receiver_open(struct receiver *receiver, struct loop *loop);
void receiver_close(struct receiver *receiver);

/* The next message that has nothing lined up yet is answered so. */
void receiver_line_up(struct receiver *receiver, const char *answer);

/* Waits until so many have come. */
void receiver_await(struct receiver *receiver, size_t n);

#endif
