/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every answer that the listener, the admin side and the control socket give.
 * Listener layer: the only place of it that speaks HTTP; decides nothing.
 */
#include "listener/reply.h"

#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "wire/control.h"
#include "wire/notification.h"

enum answer {
	ANSWER_OK = 200,
	ANSWER_RECORDED = 202,
	ANSWER_INVALID = 400,
	ANSWER_FORBIDDEN = 403,
	ANSWER_NOT_FOUND = 404,
	ANSWER_BAD_METHOD = 405,
	ANSWER_AMBIGUOUS = 409,
	ANSWER_BAD_TYPE = 415,
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

static const struct {
	enum answer status;
	const char *code;
} act_faults[] = {
	[ACT_FAULT_BAD_REQUEST] = { ANSWER_INVALID, "bad_request" },
	[ACT_FAULT_FORBIDDEN] = { ANSWER_FORBIDDEN, "forbidden" },
	[ACT_FAULT_NOT_FOUND] = { ANSWER_NOT_FOUND, "not_found" },
	[ACT_FAULT_BAD_METHOD] = { ANSWER_BAD_METHOD, "bad_method" },
	[ACT_FAULT_AMBIGUOUS] = { ANSWER_AMBIGUOUS, "ambiguous" },
	[ACT_FAULT_BAD_TYPE] = { ANSWER_BAD_TYPE, "bad_type" },
	[ACT_FAULT_TRY_LATER] = { ANSWER_TRY_LATER, "try_later" },
};

_Static_assert(ARRAY_SIZE(act_faults) == ACT_FAULT_MAX, "a status for each");

void reply_act_fault(struct request *request, enum act_fault fault, const char *message)
{
	struct reply reply = { .status = act_faults[fault].status };
	CLEANUP(json_cleanup) char *json = NULL;

	if (fault == ACT_FAULT_BAD_METHOD)
		reply.allow = "POST";
	if (fault == ACT_FAULT_TRY_LATER)
		reply.retry_after_s = REPLY_RETRY_AFTER_S;
	(void)wire_acts_error_encode(act_faults[fault].code, message, &json);
	send_json(request, &reply, json);
}

/* They are recorded, with or without memory to name them. */
void reply_acts(struct request *request, const int64_t *ids, size_t n)
{
	CLEANUP(json_cleanup) char *json = NULL;

	(void)wire_acts_encode(ids, n, &json);
	send_json(request, &(struct reply){ .status = ANSWER_RECORDED }, json);
}
