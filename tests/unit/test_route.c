/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of listener/route: which source a request is for, and that only the right secret finds it.
 * Unit ring.
 */
#include "listener/route.h"

#include <string.h>

#include "base/attr.h"
#include "base/err.h"
#include "suite.h"

static const struct {
	const char *target;
	enum conf_source_kind kind;
	const char *name;
	const char *rest;
} targets[] = {
	{ "/delivery/main/SECRET?claim_id=1", CONF_DELIVERY, "main", "SECRET?claim_id=1" },
	{ "/delivery/m/S", CONF_DELIVERY, "m", "S" },
	{ "/delivery/main/SECRET/?x", CONF_DELIVERY, "main", "SECRET/?x" },
	{ "/delivery/main//", CONF_DELIVERY, "main", "/" },
	{ "/delivery/main/a/b/c", CONF_DELIVERY, "main", "a/b/c" },
	{ "/delivery/ma%20in/x", CONF_DELIVERY, "ma%20in", "x" },
	{ "/market/shop/SECRET/notification", CONF_MARKET, "shop", "SECRET/notification" },
	{ "/market/delivery/S", CONF_MARKET, "delivery", "S" },
};

START_TEST(a_target_is_split_into_kind_name_and_rest)
{
	struct route_path path;

	ck_assert_int_eq(route_split(targets[_i].target, &path), ERR_OK);
	ck_assert_int_eq(path.kind, targets[_i].kind);
	ck_assert_uint_eq(path.name_len, strlen(targets[_i].name));
	ck_assert_mem_eq(path.name, targets[_i].name, path.name_len);
	ck_assert_uint_eq(path.rest_len, strlen(targets[_i].rest));
	ck_assert_mem_eq(path.rest, targets[_i].rest, path.rest_len);
}
END_TEST

static const char *const bad_targets[] = {
	"",
	"/",
	"*",
	"/delivery",
	"/delivery/",
	"/delivery/main",
	"/delivery/main/",
	"/delivery//SECRET",
	"/delivery?main/SECRET",
	"/Delivery/main/SECRET",
	"delivery/main/SECRET",
	"//delivery/main/SECRET",
	"/deliveries/main/SECRET",
	"/market",
	"/market/shop/",
	"/market//SECRET/notification",
	"/marke/shop/SECRET/notification",
	"/markets/shop/SECRET/notification",
	"/MARKET/shop/SECRET/notification",
	"/claims/main/SECRET",
};

START_TEST(a_target_of_another_form_is_not_found)
{
	struct route_path path = { .name_len = 42 };

	ck_assert_int_eq(route_split(bad_targets[_i], &path), ERR_NOT_FOUND);
	ck_assert_uint_eq(path.name_len, 42);
}
END_TEST

static char delivery_secret[] = "d3livery";
static char market_secret[] = "m4rket";
static char other_secret[] = "0ther";

enum {
	DELIVERY,
	MARKET, /* of the same name */
	OTHER,
	CLOSED,
	SOURCES,
};

static const struct conf_source confs[SOURCES] = {
	[DELIVERY] = { CONF_DELIVERY, "main", .callbacks = true, .secret = { delivery_secret, sizeof(delivery_secret) - 1 } },
	[MARKET] = { CONF_MARKET, "main", .callbacks = true, .secret = { market_secret, sizeof(market_secret) - 1 } },
	[OTHER] = { CONF_MARKET, "other", .callbacks = true, .secret = { other_secret, sizeof(other_secret) - 1 } },
	[CLOSED] = { CONF_MARKET, "closed", .secret = { market_secret, sizeof(market_secret) - 1 } },
};
static const struct listener_source sources[SOURCES] = {
	{ 1, &confs[DELIVERY] },
	{ 2, &confs[MARKET] },
	{ 3, &confs[OTHER] },
	{ 4, &confs[CLOSED] },
};

static const struct {
	const char *target;
	enum route_verdict verdict;
	int source; /* SOURCES: none */
	const char *tail;
} routes[] = {
	{ "/delivery/main/d3livery", ROUTE_FOUND, DELIVERY, "" },
	{ "/delivery/main/d3livery?claim_id=1", ROUTE_FOUND, DELIVERY, "?claim_id=1" },
	{ "/market/main/m4rket/notification", ROUTE_FOUND, MARKET, "/notification" },
	{ "/market/other/0ther/notification", ROUTE_FOUND, OTHER, "/notification" },
	/* What Market makes of the URLs that people register. */
	{ "/market/main/m4rket/notification/", ROUTE_FOUND, MARKET, "/notification/" },
	{ "/market/main/m4rket/notification?x=/y", ROUTE_FOUND, MARKET, "/notification?x=/y" },
	{ "/market/main/m4rket/notification/?", ROUTE_FOUND, MARKET, "/notification/?" },
	{ "/market/main/m4rket//notification", ROUTE_FOUND, MARKET, "//notification" },
	{ "/market/main/m4rket/notification/notification", ROUTE_FOUND, MARKET, "/notification/notification" },
	{ "/market/main/m4rket/notification//notification/?x", ROUTE_FOUND, MARKET, "/notification//notification/?x" },
	/* Anything else is a longer secret, so a wrong one. */
	{ "/market/main/m4rket", ROUTE_WRONG_SECRET, MARKET, NULL },
	{ "/market/main/m4rket/", ROUTE_WRONG_SECRET, MARKET, NULL },
	{ "/market/main/m4rket?notification", ROUTE_WRONG_SECRET, MARKET, NULL },
	{ "/market/main/m4rketnotification", ROUTE_WRONG_SECRET, MARKET, NULL },
	{ "/market/main/m4rket/notificatio", ROUTE_WRONG_SECRET, MARKET, NULL },
	{ "/market/main/m4rket/notifications", ROUTE_WRONG_SECRET, MARKET, NULL },
	{ "/market/main/m4rket/notification&x", ROUTE_WRONG_SECRET, MARKET, NULL },
	{ "/market/main/m4rket/notification//", ROUTE_WRONG_SECRET, MARKET, NULL },
	{ "/market/main/m4rket///notification", ROUTE_WRONG_SECRET, MARKET, NULL },
	{ "/market/main/m4rket/notification/x", ROUTE_WRONG_SECRET, MARKET, NULL },
	{ "/market/main/m4rket/notification/notification/notification", ROUTE_WRONG_SECRET, MARKET, NULL },
	{ "/market/main/m4rket/Notification", ROUTE_WRONG_SECRET, MARKET, NULL },
	{ "/market/main/m4rket?claim_id=1", ROUTE_WRONG_SECRET, MARKET, NULL },
	{ "/market/main/m4rke/notification", ROUTE_WRONG_SECRET, MARKET, NULL },
	{ "/market/main/m4rketx/notification", ROUTE_WRONG_SECRET, MARKET, NULL },
	/* Each kind and each source has its own. */
	{ "/market/main/d3livery/notification", ROUTE_WRONG_SECRET, MARKET, NULL },
	{ "/market/main/0ther/notification", ROUTE_WRONG_SECRET, MARKET, NULL },
	{ "/delivery/main/m4rket", ROUTE_WRONG_SECRET, DELIVERY, NULL },
	{ "/delivery/main/d3livery/notification", ROUTE_WRONG_SECRET, DELIVERY, NULL },
	{ "/delivery/other/0ther", ROUTE_UNKNOWN, SOURCES, NULL },
	{ "/market/nobody/m4rket/notification", ROUTE_UNKNOWN, SOURCES, NULL },
	{ "/market/mai/m4rket/notification", ROUTE_UNKNOWN, SOURCES, NULL },
	{ "/market/closed/m4rket/notification", ROUTE_UNKNOWN, SOURCES, NULL },
	{ "/elsewhere", ROUTE_UNKNOWN, SOURCES, NULL },
};

static enum route_verdict find(const char *method, const char *target, struct route *ret)
{
	*ret = (struct route){ .tail_len = 42 };
	return route_find(sources, SOURCES, method, target, ret);
}

START_TEST(a_source_is_found_by_kind_name_and_secret_alone)
{
	const struct listener_source *source = routes[_i].source < SOURCES ? &sources[routes[_i].source] : NULL;
	struct route route;
	enum route_verdict verdict = find("POST", routes[_i].target, &route);

	ck_assert_msg(verdict == routes[_i].verdict, "%s: %d", routes[_i].target, verdict);
	ck_assert_ptr_eq(route.source, source);
	ck_assert_pstr_eq(route.tail, routes[_i].tail);
	ck_assert_uint_eq(route.tail_len, routes[_i].tail ? strlen(routes[_i].tail) : 0);
}
END_TEST

START_TEST(another_method_is_told_only_with_the_right_secret)
{
	struct route route;

	ck_assert_int_eq(find("GET", "/market/main/m4rket/notification", &route), ROUTE_BAD_METHOD);
	ck_assert_ptr_eq(route.source, &sources[MARKET]);
	ck_assert_int_eq(find("post", "/delivery/main/d3livery", &route), ROUTE_BAD_METHOD);
	ck_assert_int_eq(find("GET", "/market/main/wrong/notification", &route), ROUTE_WRONG_SECRET);
	ck_assert_int_eq(find("GET", "/market/nobody/m4rket/notification", &route), ROUTE_UNKNOWN);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("route");
	TCase *tc = tcase_create("route");

	tcase_add_loop_test(tc, a_target_is_split_into_kind_name_and_rest, 0, (int)ARRAY_SIZE(targets));
	tcase_add_loop_test(tc, a_target_of_another_form_is_not_found, 0, (int)ARRAY_SIZE(bad_targets));
	tcase_add_loop_test(tc, a_source_is_found_by_kind_name_and_secret_alone, 0, (int)ARRAY_SIZE(routes));
	tcase_add_test(tc, another_method_is_told_only_with_the_right_secret);
	suite_add_tcase(s, tc);
	return s;
}
