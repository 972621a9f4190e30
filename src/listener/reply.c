/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every answer that the listener and the admin side give.
 * Listener layer: the only place of it that speaks HTTP; decides nothing.
 */
#include "listener/reply.h"

#include <stdlib.h>
#include <string.h>

#include "wire/notification.h"

enum answer {
	ANSWER_OK = 200,
	ANSWER_INVALID = 400,
	ANSWER_FORBIDDEN = 403,
	ANSWER_NOT_FOUND = 404,
	ANSWER_BAD_METHOD = 405,
	ANSWER_TRY_LATER = 503,
};

DEFINE_CLEANUP(json, char *, free)

static void send_text(struct request *request, struct reply *reply, const char *text)
{
	reply->content_type = "text/plain; charset=utf-8";
	reply->body = text;
	reply->body_len = strlen(text);
	server_reply(request, reply);
}

void reply_accepted(struct request *request)
{
	server_reply(request, &(struct reply){ .status = ANSWER_OK });
}

void reply_try_later(struct request *request)
{
	struct reply reply = { .status = ANSWER_TRY_LATER, .retry_after_s = REPLY_RETRY_AFTER_S };

	send_text(request, &reply, "not stored, try again later\n");
}

void reply_not_found(struct request *request)
{
	send_text(request, &(struct reply){ .status = ANSWER_NOT_FOUND }, "not found\n");
}

void reply_forbidden(struct request *request)
{
	send_text(request, &(struct reply){ .status = ANSWER_FORBIDDEN }, "sender not allowed\n");
}

void reply_bad_method(struct request *request, const char *allow)
{
	send_text(request, &(struct reply){ .status = ANSWER_BAD_METHOD, .allow = allow }, "method not allowed\n");
}

static void send_json(struct request *request, struct reply *reply, const char *json)
{
	reply->content_type = "application/json";
	reply->body = json;
	reply->body_len = json ? strlen(json) : 0;
	server_reply(request, reply);
}

void reply_push_accepted(struct request *request, struct wall began)
{
	CLEANUP(json_cleanup) char *json = NULL;

	if (wire_notification_answer(VERSION, began, &json) < 0)
		reply_push_try_later(request);
	else
		send_json(request, &(struct reply){ .status = ANSWER_OK }, json);
}

/* A document that there is no memory for is left out: Market goes by the status. */
static void send_error(struct request *request, struct reply *reply, const char *type, const char *message)
{
	CLEANUP(json_cleanup) char *json = NULL;

	(void)wire_notification_error(type, message, &json);
	send_json(request, reply, json);
}

void reply_push_try_later(struct request *request)
{
	struct reply reply = { .status = ANSWER_TRY_LATER, .retry_after_s = REPLY_RETRY_AFTER_S };

	send_error(request, &reply, "UNKNOWN", "not stored, send it again later");
}

void reply_push_invalid(struct request *request, const char *why)
{
	send_error(request, &(struct reply){ .status = ANSWER_INVALID }, "WRONG_EVENT_FORMAT", why);
}

void reply_status(struct request *request, bool good, const char *text)
{
	send_text(request, &(struct reply){ .status = good ? ANSWER_OK : ANSWER_TRY_LATER }, text);
}

void reply_metrics(struct request *request, const char *text, size_t len)
{
	server_reply(request, &(struct reply){
		.status = ANSWER_OK,
		.content_type = "text/plain; version=0.0.4; charset=utf-8",
		.body = text,
		.body_len = len,
	});
}
