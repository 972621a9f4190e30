/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is asked of Yandex Market: see market.h.
 * API layer: asks and reads. What all upstreams have in common is the client's.
 */
#include "api/market.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"

#define ORDERS_PATH "/v1/businesses/%" PRId64 "/orders?limit=50"
#define CAMPAIGNS_PATH "/v2/campaigns?limit=50"

/* As with Delivery, what may come goes by what was asked for. An order of a few hundred items is about 64 KiB, most are
 * under 10 KiB; a campaign is under 2 KiB. */
#define ANSWER_BASE_BYTES ((size_t)1024 * 1024)
#define ANSWER_ORDER_BYTES ((size_t)64 * 1024)

/* More shops has no business; an answer that always names a next page has no end. */
#define CAMPAIGN_PAGES_MAX 100
#define CAMPAIGNS_MAX 10000

DEFINE_CLEANUP(text, char *, free)

/* A token is opaque: any byte may be in it. */
static int add_page_token(struct buf *path, const char *token)
{
	static const char plain[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-._~";
	int r = buf_addf(path, "&pageToken=");

	for (; r == 0 && *token; token++) {
		bool is_plain = strchr(plain, *token);

		r = is_plain ? buf_add(path, token, 1) : buf_addf(path, "%%%02X", (unsigned)(unsigned char)*token);
	}
	return r;
}

/* A POST of BODY; TOKEN may be NULL. */
static int start_orders(struct client *client, const char *token, const struct client_request *form)
{
	CLEANUP(buf_done) struct buf path = { 0 };
	struct client_request request = *form;
	int r = buf_addf(&path, ORDERS_PATH, client_conf(client)->market.business_id);

	if (r == 0 && token)
		r = add_page_token(&path, token);
	if (r < 0)
		return r;
	request.path = path.data;
	return client_start(client, &request);
}

/* --- Orders by their ids ------------------------------------------------------------------------------------------------ */

struct orders_call {
	struct client *client;
	client_answer_fn fn;
	void *cls;
	bool fake;                   /* under way is the second request, for test orders */
	struct wire_snapshots found; /* by the first */
	size_t n;                    /* of what is asked for in the request under way */
	char ids[WIRE_ORDERS_MAX][EXTERNAL_ID_SIZE];
};

static void drop_orders(void *detail)
{
	struct orders_call *call = detail;

	wire_snapshots_done(&call->found);
	free(call);
}

static bool is_found(const struct wire_snapshots *found, const char *id)
{
	for (size_t i = 0; i < found->n; i++)
		if (strcmp(found->seen[i].external_id, id) == 0)
			return true;
	return false;
}

/* Leaves only the ids that were not found. Returns whether orders are missing: what is there but can't be read is not. */
static bool keep_missing(struct orders_call *call)
{
	size_t n = 0;

	for (size_t i = 0; i < call->n; i++)
		if (!is_found(&call->found, call->ids[i]))
			memmove(call->ids[n++], call->ids[i], sizeof call->ids[i]);
	call->n = n;
	return n > call->found.n_unreadable;
}

static int add_found(struct wire_snapshots *found, const struct wire_snapshots *more)
{
	if (more->n > 0) {
		struct seen *seen = reallocarray(found->seen, found->n + more->n, sizeof *seen);

		if (!seen)
			return ERR_NOMEM;
		memcpy(seen + found->n, more->seen, more->n * sizeof *seen);
		found->seen = seen;
		found->n += more->n;
	}
	found->n_unreadable += more->n_unreadable;
	return 0;
}

static int take_orders(struct orders_call *call, const struct fetch_result *result)
{
	struct wire_orders page;
	int r = wire_orders_parse(result->body, result->body_len, &page);

	if (r < 0)
		return r;
	/* So many ids fit on one page, whatever it says of a next one. */
	r = add_found(&call->found, &page.orders);
	wire_orders_done(&page);
	return r;
}

static void end_orders(const struct client_end *end, const struct fetch_result *result, void *detail);

static int ask_orders(struct orders_call *call)
{
	const char *ids[WIRE_ORDERS_MAX];
	CLEANUP(text_cleanup) char *body = NULL;

	for (size_t i = 0; i < call->n; i++)
		ids[i] = call->ids[i];

	int r = wire_orders_request(ids, call->n, call->fake, &body);

	if (r < 0)
		return r;

	const struct client_request request = {
		.endpoint = ENDPOINT_ORDERS,
		.body = body,
		.max_answer = ANSWER_BASE_BYTES + call->n * ANSWER_ORDER_BYTES,
		.fn = end_orders,
		.detail = call,
		.drop = drop_orders,
	};

	return start_orders(call->client, NULL, &request);
}

/* What the end of a request says about the orders asked for: what it brought is in CALL's found. */
static struct client_end judge_orders(struct orders_call *call, const struct client_end *end, const struct fetch_result *result)
{
	struct client_end judged = *end;

	if (end->outcome == OUTCOME_OK) {
		client_end_read(&judged, take_orders(call, result));
	} else if (call->fake && end->outcome == OUTCOME_GONE) {
		/* No such test orders, just as an answer without them says. */
		judged.outcome = OUTCOME_OK;
		judged.reason[0] = '\0';
	}
	return judged;
}

static void end_orders(const struct client_end *end, const struct fetch_result *result, void *detail)
{
	struct orders_call *call = detail;
	struct client_answer answer = { .end = judge_orders(call, end, result) };

	if (answer.end.outcome == OUTCOME_OK && !call->fake && keep_missing(call)) {
		call->fake = true;

		int r = ask_orders(call);

		if (r == 0)
			return;
		client_end_read(&answer.end, r);
	}
	/* That the missing ones are missing is not known then, but what was found stays found. */
	if (answer.end.outcome != OUTCOME_OK && call->fake)
		call->found.n_unreadable += call->n;
	answer.snapshots = call->found;
	call->found = (struct wire_snapshots){ 0 };

	client_answer_fn fn = call->fn;
	void *cls = call->cls;

	drop_orders(call);
	fn(&answer, cls);
}

int market_orders(struct client *client, const char *const *ids, size_t n, client_answer_fn fn, void *cls)
{
	struct orders_call *call = calloc(1, sizeof *call);

	assert(n >= 1 && n <= WIRE_ORDERS_MAX);
	if (!call)
		return ERR_NOMEM;
	call->client = client;
	call->fn = fn;
	call->cls = cls;
	call->n = n;
	for (size_t i = 0; i < n; i++)
		snprintf(call->ids[i], sizeof call->ids[i], "%s", ids[i]);

	int r = ask_orders(call);

	if (r < 0)
		drop_orders(call);
	return r;
}

/* --- Orders by when they were updated ----------------------------------------------------------------------------------- */

struct updated_call {
	struct client *client;
	market_page_fn fn;
	void *cls;
	bool has_token;
};

static void end_updated(const struct client_end *end, const struct fetch_result *result, void *detail)
{
	static const char *const words[] = { "page token", "pagetoken", "page_token", NULL };
	struct updated_call call = *(struct updated_call *)detail;
	struct market_page page = {
		.end = *end,
		.bad_token = call.has_token && client_refuses(call.client, result, words),
	};

	free(detail);
	if (end->outcome == OUTCOME_OK)
		client_end_read(&page.end, wire_orders_parse(result->body, result->body_len, &page.page));
	call.fn(&page, call.cls);
}

int market_updated(struct client *client, const struct market_slice *slice, market_page_fn fn, void *cls)
{
	CLEANUP(text_cleanup) char *body = NULL;
	int r = wire_orders_updated_request(slice->from, slice->to, slice->fake, &body);

	if (r < 0)
		return r;

	struct updated_call *call = malloc(sizeof *call);

	if (!call)
		return ERR_NOMEM;
	*call = (struct updated_call){ .client = client, .fn = fn, .cls = cls, .has_token = slice->page_token };

	const struct client_request request = {
		.endpoint = ENDPOINT_UPDATED,
		.body = body,
		.max_answer = ANSWER_BASE_BYTES + WIRE_ORDERS_MAX * ANSWER_ORDER_BYTES,
		.fn = end_updated,
		.detail = call,
		.drop = free,
	};

	r = start_orders(client, slice->page_token, &request);
	if (r < 0)
		free(call);
	return r;
}

/* --- Campaigns ---------------------------------------------------------------------------------------------------------- */

struct campaigns_call {
	struct client *client;
	market_campaigns_fn fn;
	void *cls;
	struct wire_campaigns all; /* of the pages so far */
	int64_t n_pages;
	bool has_tokens;           /* the pages are found by tokens, so their number means nothing */
};

static void drop_campaigns(void *detail)
{
	struct campaigns_call *call = detail;

	wire_campaigns_done(&call->all);
	free(call);
}

static int add_campaigns(struct wire_campaigns *all, const struct wire_campaigns *page)
{
	if (page->n > CAMPAIGNS_MAX - all->n)
		return ERR_INVALID;
	if (page->n > 0) {
		struct wire_campaign *campaigns = reallocarray(all->campaigns, all->n + page->n, sizeof *campaigns);

		if (!campaigns)
			return ERR_NOMEM;
		memcpy(campaigns + all->n, page->campaigns, page->n * sizeof *campaigns);
		all->campaigns = campaigns;
		all->n += page->n;
	}
	all->n_unreadable += page->n_unreadable;
	return 0;
}

/* The path of the page behind PAGE; leaves RET empty when that was the last. */
static int next_campaigns(struct campaigns_call *call, const struct wire_campaigns *page, struct buf *ret)
{
	const char *token = page->next_page_token;

	if (!token && (call->has_tokens || page->pages <= call->n_pages))
		return 0;
	if (call->n_pages == CAMPAIGN_PAGES_MAX)
		return ERR_INVALID;

	int r = buf_addf(ret, CAMPAIGNS_PATH);

	call->has_tokens = token;
	if (r < 0)
		return r;
	return token ? add_page_token(ret, token) : buf_addf(ret, "&page=%" PRId64, call->n_pages + 1);
}

static int take_campaigns(struct campaigns_call *call, const struct fetch_result *result, struct buf *ret_next)
{
	CLEANUP(wire_campaigns_done) struct wire_campaigns page = { 0 };
	int r = wire_campaigns_parse(result->body, result->body_len, &page);

	if (r == 0)
		r = add_campaigns(&call->all, &page);
	call->n_pages++;
	return r < 0 ? r : next_campaigns(call, &page, ret_next);
}

static void end_campaigns(const struct client_end *end, const struct fetch_result *result, void *detail);

static int ask_campaigns(struct campaigns_call *call, const char *path)
{
	const struct client_request request = {
		.endpoint = ENDPOINT_CAMPAIGNS,
		.path = path,
		.method = FETCH_GET,
		.max_answer = ANSWER_BASE_BYTES,
		.fn = end_campaigns,
		.detail = call,
		.drop = drop_campaigns,
	};

	return client_start(call->client, &request);
}

static void end_campaigns(const struct client_end *end, const struct fetch_result *result, void *detail)
{
	struct campaigns_call *call = detail;
	struct market_campaigns answer = { .end = *end };
	CLEANUP(buf_done) struct buf next = { 0 };

	if (end->outcome == OUTCOME_OK)
		client_end_read(&answer.end, take_campaigns(call, result, &next));
	if (answer.end.outcome == OUTCOME_OK && next.data) {
		int r = ask_campaigns(call, next.data);

		if (r == 0)
			return;
		client_end_read(&answer.end, r);
	}
	if (answer.end.outcome == OUTCOME_OK) {
		answer.campaigns = call->all;
		call->all = (struct wire_campaigns){ .pages = NUMBER_NONE };
	}

	market_campaigns_fn fn = call->fn;
	void *cls = call->cls;

	drop_campaigns(call);
	fn(&answer, cls);
}

int market_campaigns(struct client *client, market_campaigns_fn fn, void *cls)
{
	struct campaigns_call *call = malloc(sizeof *call);

	if (!call)
		return ERR_NOMEM;
	*call = (struct campaigns_call){ .client = client, .fn = fn, .cls = cls, .all.pages = NUMBER_NONE };

	int r = ask_campaigns(call, CAMPAIGNS_PATH);

	if (r < 0)
		drop_campaigns(call);
	return r;
}
