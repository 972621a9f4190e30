/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every answer that the listener and the admin side give.
 * Listener layer: the only place of it that speaks HTTP; decides nothing.
 */
#include "listener/reply.h"

#include <string.h>

enum status {
	STATUS_OK = 200,
	STATUS_NOT_FOUND = 404,
	STATUS_BAD_METHOD = 405,
	STATUS_TRY_LATER = 503,
};

static void send_text(struct request *request, struct reply *reply, const char *text)
{
	reply->content_type = "text/plain; charset=utf-8";
	reply->body = text;
	reply->body_len = strlen(text);
	server_reply(request, reply);
}

void reply_accepted(struct request *request)
{
	server_reply(request, &(struct reply){ .status = STATUS_OK });
}

void reply_try_later(struct request *request)
{
	struct reply reply = { .status = STATUS_TRY_LATER, .retry_after_s = REPLY_RETRY_AFTER_S };

	send_text(request, &reply, "not stored, try again later\n");
}

void reply_not_found(struct request *request)
{
	send_text(request, &(struct reply){ .status = STATUS_NOT_FOUND }, "not found\n");
}

void reply_bad_method(struct request *request, const char *allow)
{
	send_text(request, &(struct reply){ .status = STATUS_BAD_METHOD, .allow = allow }, "method not allowed\n");
}

void reply_status(struct request *request, bool good, const char *text)
{
	send_text(request, &(struct reply){ .status = good ? STATUS_OK : STATUS_TRY_LATER }, text);
}

void reply_metrics(struct request *request, const char *text, size_t len)
{
	server_reply(request, &(struct reply){
		.status = STATUS_OK,
		.content_type = "text/plain; version=0.0.4; charset=utf-8",
		.body = text,
		.body_len = len,
	});
}
