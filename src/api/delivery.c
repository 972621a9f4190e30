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
#define JOURNAL_PATH "/b2b/cargo/integration/v2/claims/journal?limit=1000"

/* More is no answer that we asked for. It is parsed at once, to many times its size, while the loop stands still;
 * so what may come goes by what was asked for. A claim of 300 points is about 300 KiB of JSON, most are under 10
 * KiB; an event of the journal is 300 bytes. */
#define ANSWER_BASE_BYTES ((size_t)1024 * 1024)
#define ANSWER_CLAIM_BYTES ((size_t)32 * 1024)
#define ANSWER_PAGE_BYTES ((size_t)4 * 1024 * 1024)

/* As much of the token as may not appear in a message. */
#define TOKEN_TELLTALE_SIZE 8

struct call;

/* Reads the rest of what END began to tell, and gives it to who asked. */
typedef void (*call_end_fn)(const struct call *call, const struct fetch_result *result, const struct delivery_end *end);

struct call {
	struct delivery *delivery;
	struct fetch *fetch;
	call_end_fn end;
	union {
		delivery_fn answer;
		delivery_page_fn page;
	} fn;
	void *cls;
	struct wall started;
	size_t max_answer;
	bool has_cursor;
	struct call *prev, *next;
};

struct delivery {
	struct loop *loop;
	struct fetcher *fetcher;
	const struct conf_delivery *conf;
	struct bucket bucket;
	struct call *calls;
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

static void call_link(struct call *call)
{
	struct delivery *delivery = call->delivery;

	call->next = delivery->calls;
	if (call->next)
		call->next->prev = call;
	delivery->calls = call;
	delivery->n_calls++;
}

static void call_unlink(struct call *call)
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
		struct call *call = delivery->calls;

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

/* A Date is in whole seconds, cut, and was written at some time between request and answer. Only what lies outside
 * of that is a difference of the clocks. */
static int64_t skew_of(struct wall date, struct wall started, struct wall now)
{
	if (!wall_is_set(date))
		return NUMBER_NONE;
	if (wall_cmp(date, now) > 0)
		return date.us - now.us;
	if (date.us + USEC_PER_SEC < started.us)
		return date.us + USEC_PER_SEC - started.us;
	return 0;
}

static struct delivery_end end_of(const struct call *call, const struct fetch_result *result)
{
	const struct secret *token = &call->delivery->conf->token;
	struct wall now = loop_now(call->delivery->loop);
	struct delivery_end end = {
		.outcome = outcome_of(result),
		.answered = result->end == FETCH_ANSWERED,
		.retry_after_s = result->retry_after_s,
		.skew_us = skew_of(result->date, call->started, now),
	};

	if (result->end != FETCH_ANSWERED)
		snprintf(end.reason, sizeof end.reason, "%s", result->reason);
	else if (end.outcome != OUTCOME_OK)
		describe_status(result, token, end.reason);
	return end;
}

static void on_end(const struct fetch_result *result, void *cls)
{
	struct call *call = cls;
	struct call copy = *call;
	struct delivery_end end = end_of(call, result);

	/* Before the callback, which may ask again or free the client. */
	call_unlink(call);
	free(call);
	copy.end(&copy, result, &end);
}

/* A 200 is only as good as its body: R is what reading it came to. */
static void end_read(struct delivery_end *end, int r)
{
	if (r == 0)
		return;
	end->outcome = r == ERR_NOMEM ? OUTCOME_RETRY : OUTCOME_PROTOCOL;
	snprintf(end->reason, sizeof end->reason, "HTTP 200, but the answer can't be read: %s", err_text(r));
}

static void end_answer(const struct call *call, const struct fetch_result *result, const struct delivery_end *end)
{
	struct delivery_answer answer = { .end = *end };

	if (end->outcome == OUTCOME_OK)
		end_read(&answer.end, wire_claims_parse(result->body, result->body_len, &answer.claims));
	call->fn.answer(&answer, call->cls);
}

/* The documents know invalid_cursor, and show unknown_error with "wrong cursor format": so it counts what is spoken
 * of. */
static bool is_about_cursor(const struct fetch_result *result)
{
	struct wire_error error;

	if (result->end != FETCH_ANSWERED || result->status != 400)
		return false;
	wire_error_parse(result->body, result->body_len, &error);
	return strcasestr(error.code, "cursor") || strcasestr(error.message, "cursor");
}

static void end_page(const struct call *call, const struct fetch_result *result, const struct delivery_end *end)
{
	struct delivery_page page = { .end = *end, .bad_cursor = call->has_cursor && is_about_cursor(result) };

	if (end->outcome == OUTCOME_OK)
		end_read(&page.end, wire_journal_parse(result->body, result->body_len, &page.page));
	call->fn.page(&page, call->cls);
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

static int call_fetch(struct call *call, const char *path, const char *body)
{
	const struct conf_delivery *conf = call->delivery->conf;
	CLEANUP(free_text) char *url = NULL;
	CLEANUP(free_wiped) char *authorization = NULL;
	CLEANUP(free_text) char *language = NULL;

	if (asprintf(&url, "%s%s", conf->base_url, path) < 0 ||
	    asprintf(&authorization, "Authorization: Bearer %s", conf->token.text ? conf->token.text : "") < 0 ||
	    asprintf(&language, "Accept-Language: %s", conf->language) < 0)
		return ERR_NOMEM;
	const char *const headers[] = { authorization, language, "Content-Type: application/json", NULL };
	const struct fetch_request request = {
		.url = url,
		.headers = headers,
		.body = body,
		.body_len = strlen(body),
		.max_answer = call->max_answer,
		.timeout_us = conf->request_timeout_us,
		.connect_timeout_us = conf->connect_timeout_us,
	};
	return fetch_start(call->delivery->fetcher, &request, on_end, call, &call->fetch);
}

static int call_start(const struct call *form, const char *path, const char *body)
{
	struct delivery *delivery = form->delivery;
	struct call *call = malloc(sizeof *call);

	if (!call)
		return ERR_NOMEM;
	*call = *form;
	call->started = loop_now(delivery->loop);
	int r = call_fetch(call, path, body);
	if (r < 0) {
		free(call);
		return r;
	}
	call_link(call);
	bucket_take(&delivery->bucket, delivery->conf->requests_per_second, clock_mono(loop_clock(delivery->loop)));
	return 0;
}

int delivery_bulk_info(struct delivery *delivery, const char *const *ids, size_t n, delivery_fn fn, void *cls)
{
	const struct call form = {
		.delivery = delivery,
		.end = end_answer,
		.fn.answer = fn,
		.cls = cls,
		.max_answer = ANSWER_BASE_BYTES + n * ANSWER_CLAIM_BYTES,
	};
	CLEANUP(free_text) char *body = NULL;

	assert(n >= 1 && n <= WIRE_BULK_IDS_MAX);
	int r = wire_bulk_request(ids, n, &body);
	return r < 0 ? r : call_start(&form, BULK_INFO_PATH, body);
}

int delivery_journal(struct delivery *delivery, const char *cursor, delivery_page_fn fn, void *cls)
{
	const struct call form = {
		.delivery = delivery,
		.end = end_page,
		.fn.page = fn,
		.cls = cls,
		.max_answer = ANSWER_PAGE_BYTES,
		.has_cursor = cursor,
	};
	CLEANUP(free_text) char *body = NULL;

	_Static_assert(WIRE_JOURNAL_LIMIT_MAX == 1000, "what JOURNAL_PATH asks for");
	int r = wire_journal_request(cursor, &body);
	return r < 0 ? r : call_start(&form, JOURNAL_PATH, body);
}
