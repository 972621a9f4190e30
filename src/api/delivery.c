/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The Yandex Delivery client of one source: see delivery.h.
 * API layer: asks and reads; when to ask, and what an answer means for a claim, is the worker's.
 */
#include "api/delivery.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/bucket.h"
#include "base/err.h"

#define BULK_INFO_PATH "/b2b/cargo/integration/v2/claims/bulk_info"

/* A claim of 300 points is about 300 KiB of JSON, most are under 10 KiB: a thousand of them, some large, fit.
 * More is no answer that we asked for. */
#define ANSWER_MAX_BYTES ((size_t)64 * 1024 * 1024)

/* As much of the token as may not appear in a message. */
#define TOKEN_TELLTALE_SIZE 8

struct delivery_call {
	struct delivery *delivery;
	struct fetch *fetch;
	delivery_fn fn;
	void *cls;
	struct delivery_call *prev, *next;
};

struct delivery {
	struct loop *loop;
	struct fetcher *fetcher;
	const struct conf_delivery *conf;
	struct bucket bucket;
	struct delivery_call *calls;
	int64_t n_calls;
};

int delivery_new(struct loop *loop, struct fetcher *fetcher, const struct conf_delivery *conf, struct delivery **ret)
{
	struct delivery *delivery = calloc(1, sizeof *delivery);

	if (!delivery)
		return ERR_NOMEM;
	delivery->loop = loop;
	delivery->fetcher = fetcher;
	delivery->conf = conf;
	*ret = delivery;
	return 0;
}

static void call_link(struct delivery_call *call)
{
	struct delivery *delivery = call->delivery;

	call->next = delivery->calls;
	if (call->next)
		call->next->prev = call;
	delivery->calls = call;
	delivery->n_calls++;
}

static void call_unlink(struct delivery_call *call)
{
	struct delivery *delivery = call->delivery;

	if (call->next)
		call->next->prev = call->prev;
	if (call->prev)
		call->prev->next = call->next;
	else
		delivery->calls = call->next;
	delivery->n_calls--;
}

struct delivery *delivery_free(struct delivery *delivery)
{
	if (!delivery)
		return NULL;
	while (delivery->calls) {
		struct delivery_call *call = delivery->calls;

		call_unlink(call);
		fetch_cancel(call->fetch);
		free(call);
	}
	free(delivery);
	return NULL;
}

int64_t delivery_delay_us(struct delivery *delivery)
{
	if (delivery->n_calls >= delivery->conf->max_in_flight)
		return -1;
	return bucket_delay_us(&delivery->bucket, delivery->conf->requests_per_second, clock_mono(loop_clock(delivery->loop)));
}

static bool repeats_token(const char *text, const struct secret *token)
{
	char telltale[TOKEN_TELLTALE_SIZE + 1];

	if (token->len == 0)
		return false;
	snprintf(telltale, sizeof telltale, "%s", token->text);
	return strstr(text, telltale);
}

/* "HTTP 429 too_many_requests: slow down", as much of it as the answer has. */
static void describe_status(const struct fetch_result *result, const struct secret *token, char reason[static OUTCOME_REASON_SIZE])
{
	struct wire_error error;

	wire_error_parse(result->body, result->body_len, &error);
	/* Some servers tell what they were given. */
	if (repeats_token(error.code, token))
		error.code[0] = '\0';
	if (repeats_token(error.message, token))
		error.message[0] = '\0';
	snprintf(reason, OUTCOME_REASON_SIZE, "HTTP %u%s%s%s%s", result->status, *error.code ? " " : "", error.code,
	         *error.message ? ": " : "", error.message);
}

static void read_claims(const struct fetch_result *result, struct delivery_answer *answer)
{
	int r = wire_claims_parse(result->body, result->body_len, &answer->claims);

	if (r == 0)
		return;
	answer->outcome = r == ERR_NOMEM ? OUTCOME_RETRY : OUTCOME_PROTOCOL;
	snprintf(answer->reason, sizeof answer->reason, "HTTP 200, but the answer can't be read: %s", err_text(r));
}

static void read_answer(const struct fetch_result *result, const struct secret *token, struct delivery_answer *answer)
{
	answer->outcome = outcome_of(result);
	answer->retry_after_s = result->retry_after_s;
	answer->date = result->date;
	if (result->end != FETCH_ANSWERED)
		snprintf(answer->reason, sizeof answer->reason, "%s", result->reason);
	else if (answer->outcome == OUTCOME_OK)
		read_claims(result, answer);
	else
		describe_status(result, token, answer->reason);
}

static void on_answer(const struct fetch_result *result, void *cls)
{
	struct delivery_call *call = cls;
	struct delivery_answer answer = { 0 };
	delivery_fn fn = call->fn;
	void *fn_cls = call->cls;

	read_answer(result, &call->delivery->conf->token, &answer);
	/* Before the callback, which may ask again or free the client. */
	call_unlink(call);
	free(call);
	fn(&answer, fn_cls);
}

static void free_text(char **text)
{
	free(*text);
}

static void free_wiped(char **text)
{
	if (*text)
		explicit_bzero(*text, strlen(*text));
	free(*text);
}

static int call_start(struct delivery_call *call, const char *body)
{
	const struct conf_delivery *conf = call->delivery->conf;
	CLEANUP(free_text) char *url = NULL;
	CLEANUP(free_wiped) char *authorization = NULL;
	CLEANUP(free_text) char *language = NULL;

	if (asprintf(&url, "%s" BULK_INFO_PATH, conf->base_url) < 0 ||
	    asprintf(&authorization, "Authorization: Bearer %s", conf->token.text ? conf->token.text : "") < 0 ||
	    asprintf(&language, "Accept-Language: %s", conf->language) < 0)
		return ERR_NOMEM;
	const char *const headers[] = { authorization, language, "Content-Type: application/json", NULL };
	const struct fetch_request request = {
		.url = url,
		.headers = headers,
		.body = body,
		.body_len = strlen(body),
		.max_answer = ANSWER_MAX_BYTES,
		.timeout_us = conf->request_timeout_us,
		.connect_timeout_us = conf->connect_timeout_us,
	};
	return fetch_start(call->delivery->fetcher, &request, on_answer, call, &call->fetch);
}

int delivery_bulk_info(struct delivery *delivery, const char *const *ids, size_t n, delivery_fn fn, void *cls)
{
	CLEANUP(free_text) char *body = NULL;

	assert(n >= 1 && n <= WIRE_BULK_IDS_MAX);
	int r = wire_bulk_request(ids, n, &body);
	if (r < 0)
		return r;
	struct delivery_call *call = malloc(sizeof *call);
	if (!call)
		return ERR_NOMEM;
	*call = (struct delivery_call){ .delivery = delivery, .fn = fn, .cls = cls };
	r = call_start(call, body);
	if (r < 0) {
		free(call);
		return r;
	}
	call_link(call);
	bucket_take(&delivery->bucket, delivery->conf->requests_per_second, clock_mono(loop_clock(delivery->loop)));
	return 0;
}
