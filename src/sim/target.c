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
#define CAMPAIGNS "/v2/campaigns"
#define BUSINESSES "/v1/businesses/"
#define ORDERS "/orders"

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

static enum route market_route(const char *text, int64_t *ret_business_id)
{
	const char *id;
	size_t n;

	if (is_path(text, CAMPAIGNS))
		return ROUTE_CAMPAIGNS;
	if (!begins(text, BUSINESSES))
		return ROUTE_NONE;
	id = text + strlen(BUSINESSES);
	n = strspn(id, "0123456789");
	if (n == 0 || n > ID_DIGITS_MAX || !is_path(id + n, ORDERS))
		return ROUTE_NONE;
	*ret_business_id = strtoll(id, NULL, 10);
	return ROUTE_ORDERS;
}

struct target target_parse(const char *text)
{
	struct target target = { .text = text };

	if (begins(text, "/v1/") || begins(text, "/v2/")) {
		target.side = SIDE_MARKET;
		target.route = market_route(text, &target.business_id);
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
		return true;
	case ROUTE_INFO:
	case ROUTE_BULK_INFO:
	case ROUTE_JOURNAL:
	case ROUTE_CANCEL_INFO:
	case ROUTE_ORDERS:
	case ROUTE_CAMPAIGNS:
	case ROUTE_NONE:
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
