/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the two halves of the server share: server.c has the connections and their time, server-request.c the requests on them.
 * Loop layer; nobody else includes this.
 */
#ifndef CLAIMD_LOOP_SERVER_INTERNAL_H
#define CLAIMD_LOOP_SERVER_INTERNAL_H

#include <microhttpd.h>

#include "base/buf.h"
#include "loop/server.h"

/* One connection. It waits for its peer from its start to the end of a request, and again from the reply on; the
 * waiting ones are listed, longest first. A connection whose request is being handled waits for us, not for the peer,
 * and has no time limit. */
struct conn {
	struct server *server;
	int fd;
	bool is_surplus; /* came when max_connections were open */
	struct request *request; /* born and not ended yet; NULL between two */
	bool is_waiting;
	struct mono since;
	struct conn *prev, *next;
};

struct server {
	struct loop *loop;
	struct MHD_Daemon *daemon;
	sd_event_source *source;
	struct loop_task *again; /* runs the daemon where its epoll descriptor does not tell that it has something to do */
	struct loop_timer *deadline;
	struct server_limits limits;
	struct server_handler handler;
	void (*on_gone)(struct request *request, void *cls);
	void *on_gone_cls;
	struct conn *oldest, *newest; /* of those that wait */
	unsigned n_connections;
	unsigned n_suspended;
	bool is_quiesced;
	struct MHD_Response *empty;       /* shared by all replies without body or headers of their own: the fast path */
	struct MHD_Response *empty_close;
};

/* The peer has CONN's time limit from now. */
void conn_wait_begin(struct conn *conn);
void conn_wait_end(struct conn *conn);

/* Ends a request whose connection is gone. Takes NULL. */
void request_abandon(struct request *request);

/* libmicrohttpd's callbacks for a request's birth, its course and its end; CLS is the server. */
void *request_born(void *cls, const char *target, struct MHD_Connection *connection);
enum MHD_Result request_course(void *cls, struct MHD_Connection *connection, const char *url, const char *method,
                               const char *version, const char *upload, size_t *upload_size, void **request);
void request_ended(void *cls, struct MHD_Connection *connection, void **request, enum MHD_RequestTerminationCode code);

#endif
