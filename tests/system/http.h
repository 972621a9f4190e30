/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A client of bare bytes: it sends what no HTTP library would, and waits for answers in the plainest way.
 * System tests: the server is another process, so that waiting is blocking.
 */
#ifndef CLAIMD_TESTS_SYSTEM_HTTP_H
#define CLAIMD_TESTS_SYSTEM_HTTP_H

#include <stdbool.h>

struct http_answer {
	unsigned status; /* 0: the server closed without a whole answer */
	char *head;      /* status line and header lines; owned */
	char *body;      /* owned */
};

/* ADDRESS as claimd tells it in its log. */
int http_connect(const char *address);
/* The same from an address of the whole of 127.0.0.0/8, which is this machine. */
int http_connect_from(const char *address, const char *from);

/* Sends all of it, or as much as the server takes before it closes. */
void http_send(int fd, const char *text);

/* Waits for an answer; answers before it must have been received. Returns its status. */
unsigned http_receive(int fd, struct http_answer *ret);
void http_answer_done(struct http_answer *answer);

/* Waits for an answer and returns its status alone. */
unsigned http_receive_status(int fd);

/* Waits for N answers to requests that were sent without waiting in between; returns how many of them are 200. */
unsigned http_receive_good(int fd, unsigned n);

/* Waits until the server closes; fails when it sends anything before. */
void http_await_close(int fd);

/* Sends a request without a body; HEADERS are whole lines. */
void http_request(int fd, const char *method, const char *target, const char *headers);

/* Sends a POST of JSON. */
void http_request_json(int fd, const char *target, const char *headers, const char *body);

/* One request on a connection of its own. */
unsigned http_ask(const char *address, const char *method, const char *target, struct http_answer *ret);
unsigned http_ask_json(const char *address, const char *target, const char *body, struct http_answer *ret);
unsigned http_get(const char *address, const char *target);
unsigned http_post(const char *address, const char *target);

/* Whether the head has this text. */
bool http_has(const struct http_answer *answer, const char *text);

#endif
