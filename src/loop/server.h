/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * libmicrohttpd on the event loop: its epoll descriptor is one event source.
 * Loop layer: knows HTTP's mechanics (connections, limits, suspension), no route and no domain word.
 * Used by the daemon's two listeners and by the simulator.
 */
#ifndef CLAIMD_LOOP_SERVER_H
#define CLAIMD_LOOP_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

#include "base/buf.h"
#include "loop/loop.h"

struct server;
struct request; /* one HTTP request, from its head to its reply */

struct server_limits {
	/* A request on a connection above one of these is answered 503 with Retry-After by the server itself. Only the few such
	 * connections that came last are kept for that. */
	unsigned max_connections;
	unsigned max_per_address; /* 0: no such limit. IPv6 counts by /64s; the peers of a Unix socket don't count */
	/* A larger body is answered 413 by the server itself, unread where its length was announced. */
	size_t max_body;
	/* From a connection's start, or its last reply, to the end of its next request; then it is closed. Idle connections
	 * and peers that don't take their reply end the same way; a request being handled has no limit. */
	int64_t request_timeout_us;
};

/* What peers do that no handler hears of. */
enum server_fault {
	SERVER_FAULT_FULL,    /* a connection above max_connections: its request was refused, or it had to make room */
	SERVER_FAULT_CROWD,   /* likewise above max_per_address */
	SERVER_FAULT_SLOW,    /* took too long for its first request, for the rest of a later one, or for its reply; closed */
	SERVER_FAULT_REQUEST, /* what it sent is no whole request, or one that the server itself refuses: 400, 413, 414, 431, 501, 505 */
	SERVER_FAULT_TLS,     /* a connection of TLS that ended before its first request */
	SERVER_FAULT_MAX,
};

struct server_handler {
	/* The head has come. Reply now (server_reply()) to refuse before the body is read, which closes the
	 * connection if there is a body; otherwise return and wait for on_request, which then never comes if the body
	 * is refused or cut off. */
	void (*on_head)(struct request *request, void *cls);
	/* The whole request has come, its body within max_body. Reply now, or later after server_suspend(): one of
	 * the two before returning. */
	void (*on_request)(struct request *request, void *cls);
	/* May be NULL: no peer is. Whether max_per_address is not for this peer. */
	bool (*is_exempt)(const struct sockaddr *peer, void *cls);
	/* May be NULL. Called amidst the server's work, so it only takes notice. */
	void (*on_fault)(enum server_fault fault, const struct sockaddr *peer, void *cls);
	void *cls;
};

/* Serves FD, a listening socket, which it then owns (on failure it stays the caller's). CERTIFICATE and KEY are PEM
 * texts, read before this returns, or NULL for plain HTTP; TLS is 1.2 or 1.3. HANDLER and LIMITS are copied. */
int server_new(struct loop *loop, int fd, const struct server_limits *limits, const struct server_handler *handler,
               const char *certificate, const char *key, struct server **ret);

/* From now on other LIMITS hold, for all, and whoever connects meets CERTIFICATE and KEY, or plain HTTP. The connections that are
 * open go on as they are, and each is closed after its next reply. On failure nothing has changed. Never from within a handler,
 * nor after server_quiesce(). */
int server_renew(struct server *server, const struct server_limits *limits, const char *certificate, const char *key);

/* Stops accepting and closes the listening socket; what is in flight goes on, and each connection is closed after its
 * next reply. */
void server_quiesce(struct server *server);

/* Closes every connection, after a last try to send the replies given so far. Requests that were suspended must have
 * been replied to before; no handler is called any more, and a request that still comes is answered 503 by the server itself. Never
 * from within a handler. Takes NULL, returns NULL. */
struct server *server_free(struct server *server);

/* How many connections are open, those above the limits too. */
unsigned server_connections(const struct server *server);

const char *request_method(const struct request *request);
/* The raw request target, as sent: path, and '?' with the query if there is one; not decoded, cut at a NUL. What may stand before
 * it, as in http://host/path, is left out. */
const char *request_target(const struct request *request);
/* The first of that name, NULL when absent. */
const char *request_header(const struct request *request, const char *name);
/* Adds to LIST all that the header lines of that name say, in their order, with ", " between them: what they mean together.
 * Nothing when there is none. As buf_add(). */
int request_header_list(const struct request *request, const char *name, struct buf *list);
/* The body so far; NUL-terminated. */
const char *request_body(const struct request *request, size_t *ret_len);
/* The peer of the connection; AF_UNIX for a Unix socket. */
const struct sockaddr *request_peer(const struct request *request);
/* The user whose process connected to a Unix socket, as the kernel says; false for the peer of any other. */
bool request_peer_uid(const struct request *request, uid_t *ret);
/* The caller's own pointer for this request, NULL at first. */
void request_set_data(struct request *request, void *data);
void *request_data(const struct request *request);

/* Holds the request open, using the loop for some turns at most, until server_reply(). From then on only its target, its body and its
 * data are to be had, for its connection may have ended. */
void server_suspend(struct request *request);

struct reply_header {
	const char *name;
	const char *value;
};

struct reply {
	unsigned status;
	const char *content_type;  /* NULL: none */
	const char *body;          /* copied; NULL: empty. To HEAD only its length is sent */
	size_t body_len;
	const char *allow;         /* the Allow header of a 405, or NULL */
	unsigned retry_after_s;    /* 0: no Retry-After */
	const struct reply_header *headers; /* others, of any kind */
	size_t n_headers;
	bool close;                /* close the connection after it */
};

/* Answers the request, resuming it when it is suspended: exactly once, asserted here and when the request ends (a
 * request that the peer or a timeout ended needs no reply; the pointer is then dead: see server_set_on_gone()). */
void server_reply(struct request *request, const struct reply *reply);

/* FN is called when a request that on_head was told of has ended, replied to or not; after it the request must not be
 * touched. A suspended request never ends before it is replied to. FN is never called from within server_reply(). */
void server_set_on_gone(struct server *server, void (*fn)(struct request *request, void *cls), void *cls);

DEFINE_CLEANUP(server, struct server *, server_free)

#endif
