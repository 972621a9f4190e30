/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Takes request targets apart.
 * Simulator, pure.
 * Answers nothing.
 */
#include "sim/target.h"

#include <stdlib.h>
#include <string.h>

#include "base/attr.h"

#define DELIVERY "/b2b/cargo/integration/v2/claims/"
#define DIGITS "0123456789"

/* More would not fit an int64. */
#define ID_DIGITS_MAX 18

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/* Whether TEXT is PATH, with or without a query behind it. */
static bool is_path(const char *text, const char *path)
{
	return begins(text, path) && (text[strlen(path)] == '\0' || text[strlen(path)] == '?');
}

static enum route delivery_route(const char *text)
{
	static const struct {
		const char *path;
		enum route route;
	} rows[] = {
		{ DELIVERY "info", ROUTE_INFO },
		{ DELIVERY "bulk_info", ROUTE_BULK_INFO },
		{ DELIVERY "journal", ROUTE_JOURNAL },
		{ DELIVERY "accept", ROUTE_ACCEPT },
		{ DELIVERY "cancel-info", ROUTE_CANCEL_INFO },
		{ DELIVERY "cancel", ROUTE_CANCEL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (is_path(text, rows[i].path))
			return rows[i].route;
	return ROUTE_NONE;
}

/* Takes the number that TEXT begins with; what stands behind it, or NULL when there is none that is small enough. */
static const char *take_number(const char *text, int64_t *ret)
{
	size_t n = strspn(text, DIGITS);

	if (n == 0 || n > ID_DIGITS_MAX)
		return NULL;
	*ret = strtoll(text, NULL, 10);
	return text + n;
}

/* Behind the number of a business. */
static enum route business_route(const char *text)
{
	if (is_path(text, "/orders"))
		return ROUTE_ORDERS;
	return is_path(text, "/operations") ? ROUTE_OPERATIONS : ROUTE_NONE;
}

/* Behind the number of a campaign. */
static enum route order_route(const char *text, struct target *target)
{
	static const char orders[] = "/orders/";
	const char *behind;

	if (!begins(text, orders))
		return ROUTE_NONE;
	target->order_id = text + strlen(orders);
	target->order_id_len = strspn(target->order_id, DIGITS);
	behind = target->order_id + target->order_id_len;
	if (target->order_id_len > 0 && is_path(behind, "/status"))
		return ROUTE_ORDER_STATUS;
	return target->order_id_len > 0 && is_path(behind, "/cancellation/accept") ? ROUTE_ORDER_CANCELLATION : ROUTE_NONE;
}

static enum route market_route(const char *text, struct target *target)
{
	static const char businesses[] = "/v1/businesses/";
	static const char campaigns[] = "/v2/campaigns/";
	const char *behind = NULL;

	if (is_path(text, "/v2/campaigns"))
		return ROUTE_CAMPAIGNS;
	if (is_path(text, "/v2/auth/token"))
		return ROUTE_TOKEN;
	if (begins(text, businesses)) {
		behind = take_number(text + strlen(businesses), &target->business_id);
		return behind ? business_route(behind) : ROUTE_NONE;
	}
	if (begins(text, campaigns))
		behind = take_number(text + strlen(campaigns), &target->campaign_id);
	return behind ? order_route(behind, target) : ROUTE_NONE;
}

struct target target_parse(const char *text)
{
	struct target target = { .text = text, .business_id = -1, .campaign_id = -1 };

	if (begins(text, "/v1/") || begins(text, "/v2/")) {
		target.side = SIDE_MARKET;
		target.route = market_route(text, &target);
	} else {
		target.route = delivery_route(text);
		target.side = target.route == ROUTE_JOURNAL ? SIDE_JOURNAL : SIDE_CLAIMS;
	}
	return target;
}

bool target_is_act(const struct target *target)
{
	switch (target->route) {
	case ROUTE_ACCEPT:
	case ROUTE_CANCEL:
	case ROUTE_ORDER_STATUS:
	case ROUTE_ORDER_CANCELLATION:
		return true;
	case ROUTE_INFO:
	case ROUTE_BULK_INFO:
	case ROUTE_JOURNAL:
	case ROUTE_CANCEL_INFO:
	case ROUTE_ORDERS:
	case ROUTE_CAMPAIGNS:
	case ROUTE_OPERATIONS:
	case ROUTE_TOKEN:
	case ROUTE_NONE:
	case ROUTE_MAX:
		break;
	}
	return false;
}

const char *target_parameter(const struct target *target, const char *name, size_t *ret_len)
{
	const char *at = strchr(target->text, '?');
	size_t n = strlen(name);

	for (; at; at = strchr(at, '&')) {
		at++;
		if (strncmp(at, name, n) != 0 || at[n] != '=')
			continue;
		*ret_len = strcspn(at + n + 1, "&");
		return at + n + 1;
	}
	return NULL;
}

bool target_number(const struct target *target, const char *name, size_t max, size_t *ret)
{
	size_t len;
	const char *digits = target_parameter(target, name, &len);
	size_t number = 0;

	if (!digits || len == 0)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (digits[i] < '0' || digits[i] > '9')
			return false;
		number = number * 10 + (size_t)(digits[i] - '0');
		if (number > max)
			number = max;
	}
	*ret = number;
	return true;
}
