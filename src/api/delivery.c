/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is asked of Yandex Delivery: see delivery.h.
 * API layer: asks and reads. What all upstreams have in common is the client's.
 */
#include "api/delivery.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "wire/claims.h"

#define BULK_INFO_PATH "/b2b/cargo/integration/v2/claims/bulk_info"
#define ACCEPT_PATH "/b2b/cargo/integration/v2/claims/accept"
#define CANCEL_PATH "/b2b/cargo/integration/v2/claims/cancel"
#define CANCEL_INFO_PATH "/b2b/cargo/integration/v2/claims/cancel-info"
#define JOURNAL_PATH "/b2b/cargo/integration/v2/claims/journal?limit=1000"

/* More is no answer that we asked for. It is parsed at once, to many times its size, while the loop stands still;
 * so what may come goes by what was asked for. A claim of 300 points is about 300 KiB of JSON, most are under 10
 * KiB; an event of the journal is 300 bytes. */
#define ANSWER_BASE_BYTES ((size_t)1024 * 1024)
#define ANSWER_CLAIM_BYTES ((size_t)32 * 1024)
#define ANSWER_PAGE_BYTES ((size_t)4 * 1024 * 1024)

/* Who asked, and for what. */
struct detail {
	struct client *client;
	union {
		client_answer_fn answer;
		delivery_page_fn page;
		delivery_fee_fn fee;
	} fn;
	void *cls;
	bool has_cursor;
};

DEFINE_CLEANUP(text, char *, free)

/* Owned by the caller; NULL when memory is exhausted. */
static char *language_header(const struct client *client)
{
	char *header;

	return asprintf(&header, "Accept-Language: %s", client_conf(client)->delivery.language) < 0 ? NULL : header;
}

/* Starts a request of that FORM, in the language of its source. */
static int start(const struct client_request *form, const struct detail *detail)
{
	CLEANUP(text_cleanup) char *language = language_header(detail->client);
	const char *const headers[] = { language, NULL };
	struct client_request request = *form;

	if (!language)
		return ERR_NOMEM;
	request.headers = headers;
	return client_start_with(detail->client, &request, detail, sizeof(*detail));
}

static struct detail take(void *heap)
{
	struct detail detail;

	client_take_detail(heap, &detail, sizeof(detail));
	return detail;
}

static void end_claims(const struct client_end *end, const struct fetch_result *result, void *heap)
{
	struct detail detail = take(heap);
	struct client_answer answer = { .end = *end };

	if (end->outcome == OUTCOME_OK)
		client_end_read(&answer.end, wire_claims_parse(result->body, result->body_len, &answer.snapshots));
	detail.fn.answer(&answer, detail.cls);
}

int delivery_bulk_info(struct client *client, const char *const *ids, size_t n, client_answer_fn fn, void *cls)
{
	const struct detail detail = { .client = client, .fn.answer = fn, .cls = cls };
	CLEANUP(text_cleanup) char *body = NULL;

	assert(n >= 1 && n <= WIRE_BULK_IDS_MAX);

	int r = wire_bulk_request(ids, n, &body);

	if (r < 0)
		return r;

	const struct client_request request = {
		.endpoint = ENDPOINT_BULK_INFO,
		.path = BULK_INFO_PATH,
		.body = body,
		.max_answer = ANSWER_BASE_BYTES + n * ANSWER_CLAIM_BYTES,
		.fn = end_claims,
	};

	return start(&request, &detail);
}

static void end_page(const struct client_end *end, const struct fetch_result *result, void *heap)
{
	/* The documents know invalid_cursor, and show unknown_error with "wrong cursor format". */
	static const char *const words[] = { "cursor", NULL };
	struct detail detail = take(heap);
	struct delivery_page page = {
		.end = *end,
		.bad_cursor = detail.has_cursor && client_refuses(detail.client, result, words),
	};

	if (end->outcome == OUTCOME_OK)
		client_end_read(&page.end, wire_journal_parse(result->body, result->body_len, &page.page));
	detail.fn.page(&page, detail.cls);
}

int delivery_journal(struct client *client, const char *cursor, delivery_page_fn fn, void *cls)
{
	const struct detail detail = { .client = client, .fn.page = fn, .cls = cls, .has_cursor = cursor };
	CLEANUP(text_cleanup) char *body = NULL;

	_Static_assert(WIRE_JOURNAL_LIMIT_MAX == 1000, "what JOURNAL_PATH asks for");

	int r = wire_journal_request(cursor, &body);

	if (r < 0)
		return r;

	const struct client_request request = {
		.endpoint = ENDPOINT_JOURNAL,
		.path = JOURNAL_PATH,
		.body = body,
		.max_answer = ANSWER_PAGE_BYTES,
		.fn = end_page,
	};

	return start(&request, &detail);
}

/* The path of what is about one claim: an id that is one has no character that a URL would misread. Owned by the caller. */
static int claim_path(const char *path, const char *claim_id, char **ret)
{
	if (!external_id_is_valid(claim_id, strlen(claim_id)))
		return ERR_INVALID;
	return asprintf(ret, "%s?claim_id=%s", path, claim_id) < 0 ? ERR_NOMEM : 0;
}

static void end_fee(const struct client_end *end, const struct fetch_result *result, void *heap)
{
	struct detail detail = take(heap);
	struct delivery_fee fee = { .end = *end };

	if (end->outcome == OUTCOME_OK)
		client_end_read(&fee.end, wire_cancel_info_parse(result->body, result->body_len, &fee.info));
	if (fee.end.outcome != OUTCOME_OK) {
		struct wire_error error = act_error(detail.client, result);

		memcpy(fee.code, error.code, sizeof fee.code);
		memcpy(fee.message, error.message, sizeof fee.message);
	}
	detail.fn.fee(&fee, detail.cls);
}

int delivery_cancel_info(struct client *client, const char *claim_id, delivery_fee_fn fn, void *cls)
{
	const struct detail detail = { .client = client, .fn.fee = fn, .cls = cls };
	CLEANUP(text_cleanup) char *path = NULL;
	int r = claim_path(CANCEL_INFO_PATH, claim_id, &path);

	if (r < 0)
		return r;

	const struct client_request request = {
		.endpoint = ENDPOINT_CANCEL_INFO,
		.path = path,
		.max_answer = ANSWER_BASE_BYTES,
		.fn = end_fee,
	};

	return start(&request, &detail);
}

static int read_taken(const struct fetch_result *result, const char *claim_id, struct act_answer *io_answer)
{
	struct wire_claim_taken taken;
	int r = wire_claim_taken_parse(result->body, result->body_len, &taken);

	if (r < 0)
		return r;
	if (strcmp(taken.external_id, claim_id) != 0)
		return ERR_INVALID;
	snprintf(io_answer->status, sizeof io_answer->status, "%s", taken.status);
	return 0;
}

/* FORM's path is that of the method, without the claim. */
static int start_act(struct client *client, const struct act_form *form, act_answer_fn fn, void *cls)
{
	CLEANUP(text_cleanup) char *language = language_header(client);
	CLEANUP(text_cleanup) char *path = NULL;
	int r = language ? claim_path(form->path, form->external_id, &path) : ERR_NOMEM;

	if (r < 0)
		return r;

	const char *const headers[] = { language, NULL };
	struct act_form whole = *form;

	whole.path = path;
	whole.headers = headers;
	return act_start(client, &whole, fn, cls);
}

int delivery_accept(struct client *client, const struct delivery_claim *claim, act_answer_fn fn, void *cls)
{
	CLEANUP(text_cleanup) char *body = NULL;
	int r = wire_accept_request(claim->version, &body);

	if (r < 0)
		return r;

	const struct act_form form = {
		.endpoint = ENDPOINT_ACCEPT,
		.path = ACCEPT_PATH,
		.body = body,
		.external_id = claim->id,
		.read = read_taken,
	};

	return start_act(client, &form, fn, cls);
}

int delivery_cancel(struct client *client, const struct delivery_claim *claim, bool paid, act_answer_fn fn, void *cls)
{
	CLEANUP(text_cleanup) char *body = NULL;
	int r = wire_cancel_request(claim->version, paid, &body);

	if (r < 0)
		return r;

	const struct act_form form = {
		.endpoint = ENDPOINT_CANCEL,
		.path = CANCEL_PATH,
		.body = body,
		.external_id = claim->id,
		.read = read_taken,
	};

	return start_act(client, &form, fn, cls);
}
