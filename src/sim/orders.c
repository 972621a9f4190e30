/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Picks the orders that a filter asks for, and makes pages of them.
 * Simulator.
 * Sends nothing. A page is a function of the world, the filter and the token alone: nothing is remembered of who has read what.
 */
#include "sim/orders.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "sim/chance.h"
#include "sim/cursor.h"

/* Ours are shorter. */
#define TOKEN_SIZE 128

/* Orders by their numbers. */
struct picks {
	struct world_shipment **orders; /* owned */
	size_t n;
};

int answer_orders_error(unsigned status, const char *code, const char *message, struct answer *ret)
{
	char *body;
	int r = wire_orders_error_encode(code, message, &body);

	if (r < 0)
		return r;
	*ret = (struct answer){ .status = status, .body = body, .len = strlen(body) };
	return 0;
}

int answer_campaigns(const struct wire_campaign *campaigns, size_t n, struct answer *ret)
{
	char *body;
	int r = wire_campaigns_encode(campaigns, n, &body);

	if (r < 0)
		return r;
	*ret = (struct answer){ .status = 200, .body = body, .len = strlen(body) };
	return 0;
}

static int64_t number_of(const struct world_shipment *order)
{
	return strtoll(order->id, NULL, 10);
}

static int compare_numbers(const void *a, const void *b)
{
	int64_t x = number_of(*(struct world_shipment *const *)a);
	int64_t y = number_of(*(struct world_shipment *const *)b);

	return (x > y) - (x < y);
}

/* A stale order is found by what is told of it, as it would be upstream. */
static bool is_asked_for(const struct world_shipment *order, const struct wire_orders_filter *filter)
{
	struct seen seen;
	size_t place;

	if (world_is_claim(order) || order->fake != filter->fake || world_peek(order, &seen, &place) < 0)
		return false;
	return (!wall_is_set(filter->from) || wall_cmp(seen.key.updated, filter->from) >= 0) &&
	       (!wall_is_set(filter->to) || wall_cmp(seen.key.updated, filter->to) < 0);
}

static void pick(struct picks *picks, struct world_shipment *order, const struct wire_orders_filter *filter)
{
	if (order && is_asked_for(order, filter))
		picks->orders[picks->n++] = order;
}

static int pick_all(struct world *world, const struct wire_orders_filter *filter, struct picks *ret)
{
	struct picks picks = { .orders = calloc(world_count(world) + WIRE_ORDERS_MAX, sizeof(struct world_shipment *)) };

	if (!picks.orders)
		return ERR_NOMEM;
	for (size_t i = 0; i < filter->n_ids; i++) {
		char id[EXTERNAL_ID_SIZE];

		snprintf(id, sizeof(id), "%" PRId64, filter->ids[i]);
		pick(&picks, world_find(world, id), filter);
	}
	for (size_t i = 0; filter->n_ids == 0 && i < world_count(world); i++)
		pick(&picks, world_at(world, i), filter);
	qsort(picks.orders, picks.n, sizeof(struct world_shipment *), compare_numbers);
	*ret = picks;
	return 0;
}

/* Lets go of what stands on the pages up to number LAST. */
static void skip(struct picks *picks, int64_t last)
{
	size_t n = 0;

	while (n < picks->n && number_of(picks->orders[n]) <= last)
		n++;
	picks->n -= n;
	memmove(picks->orders, picks->orders + n, picks->n * sizeof(struct world_shipment *));
}

/* What a token is signed with: another filter or limit makes another key. */
static uint64_t token_key(const struct orders_ask *ask, const struct wire_orders_filter *filter)
{
	uint64_t key = chance_draw(ask->key, CHANCE_CURSOR, ask->limit, filter->fake);

	key = chance_draw(key, CHANCE_CURSOR, (uint64_t)filter->from.us, (uint64_t)filter->to.us);
	for (size_t i = 0; i < filter->n_ids; i++)
		key = chance_draw(key, CHANCE_CURSOR, (uint64_t)filter->ids[i], i);
	return key;
}

/* The last number of the page before; 0 without a token. */
static int read_token(const struct orders_ask *ask, uint64_t key, int64_t *ret_last)
{
	struct cursor cursor = { 0 };
	char text[TOKEN_SIZE] = "";
	int r = 0;

	if (ask->token && ask->token_len >= sizeof(text))
		return ERR_INVALID;
	if (ask->token) {
		memcpy(text, ask->token, ask->token_len);
		r = cursor_parse(text, key, &cursor);
	}
	if (r == 0)
		*ret_last = cursor.last;
	cursor_done(&cursor);
	return r;
}

/* Reads the first N of the picks into ANSWER. NEXT is the token of the page behind them, NULL for none. */
static int fill(const struct picks *picks, size_t n, const char *next, struct answer *answer)
{
	struct wire_order *orders = calloc(n + 1, sizeof(*orders));
	struct seen *seen = calloc(n + 1, sizeof(*seen));

	answer->told = calloc(n + 1, sizeof(*answer->told));

	int r = orders && seen && answer->told ? 0 : ERR_NOMEM;

	for (size_t i = 0; r == 0 && i < n; i++) {
		struct world_shipment *order = picks->orders[i];
		size_t place;

		r = world_read(order, &seen[i], &place);
		orders[i] = (struct wire_order){
			.seen = &seen[i],
			.created = order->transitions[0].seen.key.updated,
			.fake = order->fake,
		};
		answer->n_stale += place + 1 < order->n;
		answer->told[answer->n_told++] = (struct told){ .shipment = order, .telling = TELLING_SNAPSHOT, .place = place };
	}
	if (r == 0)
		r = wire_orders_encode(orders, n, next, &answer->body);
	if (r == 0)
		answer->len = strlen(answer->body);
	free(orders);
	free(seen);
	return r;
}

static int answer_page(const struct picks *picks, size_t limit, uint64_t key, struct answer *answer)
{
	size_t n = picks->n < limit ? picks->n : limit;
	char *next = NULL;
	int r = 0;

	if (n < picks->n)
		r = cursor_print(&(struct cursor){ .last = number_of(picks->orders[n - 1]) }, key, &next);
	if (r == 0)
		r = fill(picks, n, next, answer);
	free(next);
	return r;
}

static int answer_filter(struct world *world, const struct orders_ask *ask, const struct wire_orders_filter *filter, struct answer *ret)
{
	struct answer answer = { .status = 200, .n_asked = filter->n_ids };
	uint64_t key = token_key(ask, filter);
	struct picks picks;
	int64_t last = 0;
	int r = read_token(ask, key, &last);

	if (r < 0)
		return r == ERR_INVALID ? answer_orders_error(400, "BAD_REQUEST", "Bad page token", ret) : r;
	r = pick_all(world, filter, &picks);
	if (r < 0)
		return r;
	answer.n_unknown = filter->n_ids > picks.n ? filter->n_ids - picks.n : 0;
	skip(&picks, last);
	r = answer_page(&picks, ask->limit, key, &answer);
	free(picks.orders);
	if (r < 0)
		answer_done(&answer);
	else
		*ret = answer;
	return r;
}

int answer_orders(struct world *world, const struct orders_ask *ask, struct answer *ret)
{
	struct wire_orders_filter filter;
	const char *why;
	int r = wire_orders_filter_parse(ask->body, ask->body_len, &filter, &why);

	if (r == ERR_INVALID)
		return answer_orders_error(400, "BAD_REQUEST", why, ret);
	return r < 0 ? r : answer_filter(world, ask, &filter, ret);
}
