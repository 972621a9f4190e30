/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is asked of Yandex Delivery: see delivery.h.
 * API layer: asks and reads. What all upstreams have in common is the client's.
 */
#include "api/delivery.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "wire/claims.h"

#define BULK_INFO_PATH "/b2b/cargo/integration/v2/claims/bulk_info"
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
	} fn;
	void *cls;
	bool has_cursor;
};

DEFINE_CLEANUP(text, char *, free)
DEFINE_CLEANUP(detail, struct detail *, free)

/* Starts a request of that FORM, in the language of its source. */
static int start(const struct client_request *form, const struct detail *detail)
{
	CLEANUP(text_cleanup) char *language = NULL;
	CLEANUP(detail_cleanup) struct detail *heap = malloc(sizeof *heap);

	if (!heap || asprintf(&language, "Accept-Language: %s", client_conf(detail->client)->delivery.language) < 0)
		return ERR_NOMEM;
	*heap = *detail;

	const char *const headers[] = { language, NULL };
	struct client_request request = *form;

	request.headers = headers;
	request.detail = heap;
	request.drop = free;

	int r = client_start(detail->client, &request);

	if (r == 0)
		heap = NULL; /* the client's */
	return r;
}

/* Takes it from the heap: the callback that follows may do anything. */
static struct detail take(void *heap)
{
	struct detail detail = *(struct detail *)heap;

	free(heap);
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
		.path = JOURNAL_PATH,
		.body = body,
		.max_answer = ANSWER_PAGE_BYTES,
		.fn = end_page,
	};

	return start(&request, &detail);
}
