/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A client of bare bytes for tests of HTTP servers: it sends what no HTTP library would, and sees each byte of the
 * answer. Component ring. It shares the server's thread: while it waits, it turns the server's loop. What it awaits
 * and never comes ends by the test's time limit.
 */
#ifndef CLAIMD_TESTS_COMPONENT_RAW_CLIENT_H
#define CLAIMD_TESTS_COMPONENT_RAW_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "loop/loop.h"

struct raw_client {
	struct loop *loop;
	int fd;        /* -1 when closed by us */
	struct buf in; /* what came and was not taken yet */
	bool closed;   /* the server has closed */
};

struct raw_answer {
	unsigned status;
	char *head; /* status line and header lines; owned */
	char *body; /* owned */
};

/* One turn of the loop. */
void raw_turn(struct loop *loop);

/* ADDRESS as listen_open() gave it. */
void raw_open(struct raw_client *client, struct loop *loop, const char *address);
/* The same from an address of the whole of 127.0.0.0/8, which is this machine. */
void raw_open_from(struct raw_client *client, struct loop *loop, const char *address, const char *from);
void raw_close(struct raw_client *client);
/* Likewise, by a reset. */
void raw_reset(struct raw_client *client);

/* Sends all of it, or as much as the server takes before it closes. */
void raw_send(struct raw_client *client, const char *text);

/* Takes in what has come, without waiting. */
void raw_take(struct raw_client *client);
/* Whether a whole answer has come; it is then taken off. An answer to HEAD has no body, whatever its Content-Length
 * says. */
bool raw_take_answer(struct raw_client *client, bool to_head, struct raw_answer *ret);

/* Waits for an answer. */
void raw_answer(struct raw_client *client, struct raw_answer *ret);
void raw_answer_done(struct raw_answer *answer);
/* Waits for an answer and returns its status. */
unsigned raw_status(struct raw_client *client);
/* Waits until the server closes; what it still sends is kept. */
void raw_await_close(struct raw_client *client);
/* Asserts that nothing comes in many turns of the loop. */
void raw_quiet(struct raw_client *client);

/* One request on a connection of its own. */
void raw_ask(struct loop *loop, const char *address, const char *text, struct raw_answer *ret);

/* The Content-Length that a head tells; 0 when it tells none. */
size_t raw_content_length(const char *head, size_t len);

#endif
