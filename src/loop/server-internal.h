/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the parts of the server share: server.c has libmicrohttpd's place on the loop, server-conn.c the connections and their time,
 * server-request.c the requests on them.
 * Loop layer; nobody else includes this.
 */
#ifndef CLAIMD_LOOP_SERVER_INTERNAL_H
#define CLAIMD_LOOP_SERVER_INTERNAL_H

#include <microhttpd.h>

#include "base/buf.h"
#include "loop/crowd.h"
#include "loop/server.h"

/* Connections above a limit that are still taken, to be told 503 instead of nothing. */
#define SURPLUS_CONNECTIONS 64

/* Connections that wait for their peer, longest first. */
struct conns {
	struct conn *oldest, *newest;
	unsigned n;
};

/* A daemon of libmicrohttpd's. Its certificate and its limit of connections can't be changed, so server_renew() starts another one
 * on the same listening socket; the old one accepts no more, and is freed when its last connection has ended. */
struct engine {
	struct server *server;
	struct MHD_Daemon *daemon;
	sd_event_source *source;
	bool has_tls;
	bool is_quiesced;
	unsigned n_connections;
	struct engine *next; /* an older one */
};

/* One connection. It waits for its peer from its start to the end of a request, and again from the reply on; the
 * waiting ones are listed. A connection whose request is being handled waits for us, not for the peer, and has no time
 * limit. */
struct conn {
	struct server *server;
	struct engine *engine;
	struct MHD_Connection *connection;
	int fd;
	sd_event_source *hangup;   /* tells when the peer has sent its end; NULL: nothing does */
	bool is_surplus;           /* above a limit, so not counted against any */
	enum server_fault surplus; /* which limit */
	struct crowd_place *place; /* where it counts against max_per_address; NULL: nowhere */
	bool is_cut;               /* shut down by us */
	bool has_hung_up;          /* its peer has sent its end, behind what was not read yet */
	bool has_asked;            /* a request line has come */
	struct request *request;   /* born and not ended yet; NULL between two */
	struct conns *list;        /* where it waits; NULL: it does not */
	struct mono since;
	struct conn *prev, *next;
};

struct server {
	struct loop *loop;
	int fd;                  /* the listening socket, of which each engine has a duplicate; -1: closed */
	struct engine *engines;  /* the newest first, the only one that may accept */
	struct loop_task *again; /* runs the engines where an epoll descriptor does not tell that there is something to do */
	struct loop_timer *deadline;
	struct server_limits limits;
	struct server_handler handler;
	void (*on_gone)(struct request *request, void *cls);
	void *on_gone_cls;
	struct conns waiting;
	struct conns surplus;    /* all of these wait */
	struct crowd crowd;
	unsigned n_admitted;     /* connections that are no surplus */
	unsigned n_waiting;      /* requests whose reply comes later */
	struct request *ended;   /* to be freed */
	bool is_quiesced;
	bool is_ending;          /* no handler is called any more */
	struct MHD_Response *empty;       /* shared by all replies without body or headers of their own: the fast path */
	struct MHD_Response *empty_close;
};

/* Gives libmicrohttpd its turn; a task of the loop, of the server. Connections and engines may end in it. Never from within a handler. */
void engines_run(void *cls);

/* libmicrohttpd's callback for a connection's begin and end; CLS is the engine. */
void conn_event(void *cls, struct MHD_Connection *connection, void **data, enum MHD_ConnectionNotificationCode code);

/* The peer has CONN's time limit from now. */
void conn_wait_begin(struct conn *conn);
void conn_wait_end(struct conn *conn);

/* Whether there is room for a connection that was surplus until now; it is then none. */
bool conn_admit(struct conn *conn);

void conn_tell_fault(const struct conn *conn, enum server_fault fault);

/* The timer of the time limits; CLS is the server. */
void conns_on_deadline(void *cls);

/* Ends a request whose connection is gone. Takes NULL. */
void request_abandon(struct request *request);

/* Frees what has ended, and tells of it. Never from within a handler. */
void requests_free_ended(struct server *server);

/* libmicrohttpd's callbacks for a request's birth, its course and its end; they go by the connection, and CLS is not used. */
void *request_born(void *cls, const char *target, struct MHD_Connection *connection);
enum MHD_Result request_course(void *cls, struct MHD_Connection *connection, const char *url, const char *method,
                               const char *version, const char *upload, size_t *upload_size, void **data);
void request_ended(void *cls, struct MHD_Connection *connection, void **data, enum MHD_RequestTerminationCode code);

#endif
