/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The server's part that knows requests: from the request line to exactly one reply.
 * Loop layer: see server.h. Connections and their time are server-conn.c's.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/err.h"
#include "loop/server.h"
#include "loop/server-internal.h"

/* What is read and thrown away of a chunked body over its limit, so that its sender hears the 413; above, it is cut
 * off. */
#define SWALLOW_MAX_BYTES ((size_t)256 * 1024)

/* Overload lasts as long as the slowest connection, or far shorter. */
#define FULL_RETRY_AFTER_S 2

/* So often libmicrohttpd asks for a reply in vain before the request is suspended. A commit is done by then, unless it waits. */
#define ASKED_MAX 8

enum stage {
	STAGE_LINE,      /* the request line has come, its headers have not */
	STAGE_HEAD,      /* the head has come; may be refused */
	STAGE_BODY,      /* the body is being read */
	STAGE_WHOLE,     /* all has come; to be replied to */
	STAGE_WAITING,   /* to be replied to later; libmicrohttpd asks for the reply in each of its runs */
	STAGE_SUSPENDED, /* likewise, but it asks no more */
	STAGE_REPLIED,
};

struct request {
	struct server *server;
	struct conn *conn;           /* NULL: it has ended */
	struct MHD_Connection *connection;
	const char *method;
	enum stage stage;
	bool was_handed;             /* the handler knows it */
	bool wants_to_wait;
	unsigned n_asked;            /* how often libmicrohttpd has asked in vain for the reply */
	bool has_body;               /* or is taken for one that has */
	struct MHD_Response *refusal; /* given at the head, but not queued yet: see queue_refusal() */
	unsigned refusal_status;
	struct buf body;
	size_t swallowed;
	void *data;
	struct request *next;        /* of those that have ended */
	char target[];
};

static bool add_header(struct MHD_Response *response, const char *name, const char *value)
{
	return MHD_add_response_header(response, name, value) == MHD_YES;
}

static bool add_headers(struct MHD_Response *response, const struct reply *reply, bool close)
{
	char seconds[16];

	for (size_t i = 0; i < reply->n_headers; i++)
		if (!add_header(response, reply->headers[i].name, reply->headers[i].value))
			return false;

	snprintf(seconds, sizeof seconds, "%u", reply->retry_after_s);
	return (!reply->content_type || add_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, reply->content_type)) &&
	       (!reply->allow || add_header(response, MHD_HTTP_HEADER_ALLOW, reply->allow)) &&
	       (reply->retry_after_s == 0 || add_header(response, MHD_HTTP_HEADER_RETRY_AFTER, seconds)) &&
	       (!close || add_header(response, MHD_HTTP_HEADER_CONNECTION, "close"));
}

static bool is_shared(const struct server *server, const struct MHD_Response *response)
{
	return response == server->empty || response == server->empty_close;
}

/* The response for a reply; NULL without memory. Given back by release_response(). */
static struct MHD_Response *take_response(const struct conn *conn, const struct reply *reply)
{
	struct server *server = conn->server;
	bool close = reply->close || conn->engine->is_quiesced;

	if (!reply->body && !reply->content_type && !reply->allow && reply->retry_after_s == 0 && reply->n_headers == 0)
		return close ? server->empty_close : server->empty;
	struct MHD_Response *response = MHD_create_response_from_buffer(reply->body ? reply->body_len : 0,
	                                                                (void *)reply->body, MHD_RESPMEM_MUST_COPY);
	if (response && !add_headers(response, reply, close)) {
		MHD_destroy_response(response);
		return NULL;
	}
	return response;
}

static void release_response(struct server *server, struct MHD_Response *response)
{
	if (!is_shared(server, response))
		MHD_destroy_response(response);
}

/* libmicrohttpd would now split the query into its own list, which nobody here reads. Where that outgrows the connection's
 * memory, 0.9.75 neither answers nor tells of the request's end; so it is shown an empty query. The bytes are in its
 * read buffer, and it is about to cut them up itself. */
static void hide_query(const char *target)
{
	char *query = strchr((char *)target, '?');

	if (query)
		query[1] = '\0';
}

/* The target without scheme and host, which only a proxy has to be told; a server must take them all the same. */
static const char *origin_form(const char *target)
{
	static const char *const schemes[] = { "http://", "https://" };

	for (size_t i = 0; i < ARRAY_SIZE(schemes); i++) {
		size_t len = strlen(schemes[i]);

		if (strncasecmp(target, schemes[i], len) != 0)
			continue;
		const char *path = strpbrk(target + len, "/?");
		return path ? path : "/";
	}
	return target;
}

void *request_born(void *cls, const char *target, struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	struct conn *conn = info->socket_context;
	const char *path = origin_form(target);
	size_t size = strlen(path) + 1;
	struct request *request = conn ? calloc(1, sizeof *request + size) : NULL;

	(void)cls;
	if (request) {
		request->server = conn->server;
		request->conn = conn;
		request->connection = connection;
		memcpy(request->target, path, size);
		conn->request = request;
		conn->has_asked = true;
	}
	hide_query(target);
	return request;
}

/* It is freed later, since its end may come from within server_reply(). */
static void request_end(struct request *request)
{
	struct server *server = request->server;

	request->next = server->ended;
	server->ended = request;
}

static void request_free(struct request *request)
{
	struct server *server = request->server;

	if (request->was_handed && server->on_gone)
		server->on_gone(request, server->on_gone_cls);
	if (request->refusal)
		release_response(server, request->refusal);
	buf_done(&request->body);
	free(request);
}

void requests_free_ended(struct server *server)
{
	while (server->ended) {
		struct request *request = server->ended;

		server->ended = request->next;
		request_free(request);
	}
}

void request_abandon(struct request *request)
{
	if (!request)
		return;
	assert(request->stage != STAGE_SUSPENDED);
	if (request->stage < STAGE_WHOLE && !request->conn->is_cut)
		conn_tell_fault(request->conn, SERVER_FAULT_REQUEST);
	request->conn->request = NULL;
	request->conn = NULL;
	/* Whoever is to reply to it does not know. */
	if (request->stage != STAGE_WAITING)
		request_end(request);
}

void request_ended(void *cls, struct MHD_Connection *connection, void **data, enum MHD_RequestTerminationCode code)
{
	struct request *request = *data;

	(void)cls;
	(void)connection;
	*data = NULL;
	assert(!request || request->stage == STAGE_REPLIED || code != MHD_REQUEST_TERMINATED_COMPLETED_OK);
	request_abandon(request);
}

static void queue(struct request *request, unsigned status, struct MHD_Response *response)
{
	struct server *server = request->server;
	enum MHD_Result queued = MHD_queue_response(request->connection, status, response);

	assert(queued == MHD_YES);
	(void)queued;
	release_response(server, response);
}

static void queue_refusal(struct request *request)
{
	struct MHD_Response *response = request->refusal;

	request->refusal = NULL;
	queue(request, request->refusal_status, response);
}

/* What waited is replied to. */
static void wait_end(struct server *server)
{
	server->n_waiting--;
	/* Nothing else would make the daemon run. */
	loop_task_post(server->again);
}

static void send_reply(struct request *request, const struct reply *reply)
{
	struct MHD_Response *response = take_response(request->conn, reply);
	enum stage stage = request->stage;
	unsigned status = reply->status;

	if (!response) {
		response = request->server->empty_close;
		status = MHD_HTTP_SERVICE_UNAVAILABLE;
	}
	request->stage = STAGE_REPLIED;
	conn_wait_begin(request->conn);
	if (stage == STAGE_HEAD) {
		request->refusal = response;
		request->refusal_status = status;
		return;
	}
	queue(request, status, response);
	if (stage == STAGE_SUSPENDED)
		MHD_resume_connection(request->connection);
}

void server_reply(struct request *request, const struct reply *reply)
{
	struct server *server = request->server;
	enum stage stage = request->stage;

	assert(stage == STAGE_HEAD || stage == STAGE_WHOLE || stage == STAGE_WAITING || stage == STAGE_SUSPENDED);
	if (request->conn)
		send_reply(request, reply);
	else
		request_end(request);
	if (stage == STAGE_WAITING || stage == STAGE_SUSPENDED)
		wait_end(server);
}

void server_suspend(struct request *request)
{
	assert(request->stage == STAGE_WHOLE);
	request->wants_to_wait = true;
}

/* What the head says of where the body ends. */
struct framing {
	const char *coding;
	const char *length;
	size_t n_lines;
};

static enum MHD_Result on_framing(void *cls, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct framing *framing = cls;

	(void)kind;
	if (strcasecmp(name, MHD_HTTP_HEADER_TRANSFER_ENCODING) == 0)
		framing->coding = value;
	else if (strcasecmp(name, MHD_HTTP_HEADER_CONTENT_LENGTH) == 0)
		framing->length = value;
	else
		return MHD_YES;
	framing->n_lines++;
	return MHD_YES;
}

static struct framing find_framing(const struct request *request)
{
	struct framing framing = { 0 };

	(void)MHD_get_connection_values(request->connection, MHD_HEADER_KIND, on_framing, &framing);
	return framing;
}

/* What the server itself refuses a request for, by its head alone: an HTTP status, 0 for nothing. */
static unsigned head_fault(struct request *request)
{
	struct conn *conn = request->conn;
	const struct framing framing = find_framing(request);
	const char *coding = framing.coding;
	const char *length = framing.length;
	const char *expect = request_header(request, MHD_HTTP_HEADER_EXPECT);
	bool announces_body = coding || (length && strtoull(length, NULL, 10) > 0);
	bool waits = expect && strcasecmp(expect, "100-continue") == 0;

	request->has_body = announces_body || waits;
	if (conn->server->is_ending || (conn->is_surplus && !conn_admit(conn)))
		return MHD_HTTP_SERVICE_UNAVAILABLE;
	/* A proxy before us may have believed another one: what would follow is somebody else's request in
	 * disguise. */
	if (framing.n_lines > 1)
		return MHD_HTTP_BAD_REQUEST;
	/* libmicrohttpd would tell it to go on, and then take whatever comes for the body that there is none of, with calls that can't
	 * be told from the one at a request's end. */
	if (waits && !announces_body)
		return MHD_HTTP_BAD_REQUEST;
	if (coding && strcasecmp(coding, "chunked") != 0)
		return MHD_HTTP_NOT_IMPLEMENTED;
	if (length && strtoull(length, NULL, 10) > conn->server->limits.max_body)
		return MHD_HTTP_CONTENT_TOO_LARGE;
	return 0;
}

static void refuse(struct request *request, unsigned status)
{
	const struct conn *conn = request->conn;
	struct reply reply = { .status = status, .close = true };

	if (status == MHD_HTTP_SERVICE_UNAVAILABLE)
		reply.retry_after_s = FULL_RETRY_AFTER_S;
	conn_tell_fault(conn, conn->is_surplus ? conn->surplus : SERVER_FAULT_REQUEST);
	server_reply(request, &reply);
}

static void take_head(struct request *request, const char *method)
{
	struct server_handler *handler = &request->conn->server->handler;

	request->method = method;
	request->stage = STAGE_HEAD;
	unsigned fault = head_fault(request);
	if (fault) {
		refuse(request, fault);
	} else {
		request->was_handed = true;
		handler->on_head(request, handler->cls);
	}
	if (request->stage == STAGE_HEAD)
		request->stage = STAGE_BODY;
	/* A reply that is queued before the body was read closes the connection; where there is no body it can wait for
	 * take_end(), and the connection lives on. */
	else if (request->has_body)
		queue_refusal(request);
}

static enum MHD_Result take_body(struct request *request, const char *upload, size_t *size)
{
	size_t len = *size;

	*size = 0;
	if (request->swallowed > 0 || request->body.len + len > request->conn->server->limits.max_body) {
		/* No reply can be queued now; take_end() gives it, unless that would take too long. */
		request->swallowed += len;
		return request->swallowed > SWALLOW_MAX_BYTES ? MHD_NO : MHD_YES;
	}
	return buf_add(&request->body, upload, len) < 0 ? MHD_NO : MHD_YES;
}

/* To suspend and to resume costs two epoll_ctl(2), so only what waits for longer than a commit takes is suspended. And a request whose
 * peer has sent its end, since libmicrohttpd reads on after it was resumed whether it was told of more or not. */
static void keep_waiting(struct request *request)
{
	if (request->n_asked++ < ASKED_MAX && !request->conn->has_hung_up)
		return;
	request->stage = STAGE_SUSPENDED;
	MHD_suspend_connection(request->connection);
}

static void take_end(struct request *request)
{
	struct server *server = request->conn->server;

	if (request->refusal) {
		queue_refusal(request);
		return;
	}
	conn_wait_end(request->conn);
	request->stage = STAGE_WHOLE;
	if (request->swallowed > 0) {
		refuse(request, MHD_HTTP_CONTENT_TOO_LARGE);
		return;
	}
	if (server->is_ending) {
		refuse(request, MHD_HTTP_SERVICE_UNAVAILABLE);
		return;
	}
	server->handler.on_request(request, server->handler.cls);
	if (request->stage == STAGE_REPLIED)
		return;
	assert(request->wants_to_wait);
	request->stage = STAGE_WAITING;
	server->n_waiting++;
	keep_waiting(request);
}

enum MHD_Result request_course(void *cls, struct MHD_Connection *connection, const char *url, const char *method,
                               const char *version, const char *upload, size_t *upload_size, void **data)
{
	struct request *request = *data;

	(void)cls;
	(void)connection;
	(void)url;
	(void)version;
	/* There was no memory for it. */
	if (!request)
		return MHD_NO;
	if (request->stage == STAGE_LINE) {
		take_head(request, method);
		return MHD_YES;
	}
	if (*upload_size > 0)
		return take_body(request, upload, upload_size);
	if (request->stage == STAGE_WAITING)
		keep_waiting(request);
	else
		take_end(request);
	return MHD_YES;
}

const char *request_method(const struct request *request)
{
	return request->method;
}

const char *request_target(const struct request *request)
{
	return request->target;
}

const char *request_header(const struct request *request, const char *name)
{
	return MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, name);
}

struct lines {
	const char *name;
	struct buf *list;
	int result;
};

static enum MHD_Result on_line(void *cls, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct lines *lines = cls;

	(void)kind;
	if (strcasecmp(name, lines->name) != 0)
		return MHD_YES;
	if (lines->list->len > 0)
		lines->result = buf_add(lines->list, ", ", 2);
	if (lines->result == ERR_OK)
		lines->result = buf_add(lines->list, value, strlen(value));
	return lines->result == ERR_OK ? MHD_YES : MHD_NO;
}

int request_header_list(const struct request *request, const char *name, struct buf *list)
{
	struct lines lines = { .name = name, .list = list };

	(void)MHD_get_connection_values(request->connection, MHD_HEADER_KIND, on_line, &lines);
	return lines.result;
}

const char *request_body(const struct request *request, size_t *ret_len)
{
	*ret_len = request->body.len;
	return request->body.data ? request->body.data : "";
}

const struct sockaddr *request_peer(const struct request *request)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(request->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);

	return info->client_addr;
}

bool request_peer_uid(const struct request *request, uid_t *ret)
{
	struct ucred peer;
	socklen_t len = sizeof peer;

	if (request_peer(request)->sa_family != AF_UNIX ||
	    getsockopt(request->conn->fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0)
		return false;
	*ret = peer.uid;
	return true;
}

void request_set_data(struct request *request, void *data)
{
	request->data = data;
}

void *request_data(const struct request *request)
{
	return request->data;
}
