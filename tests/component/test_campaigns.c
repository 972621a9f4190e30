/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The campaigns of a Market source: those that are configured, what Market says of them, and those that pushes name.
 * Component ring: a worker, a real file, real sockets.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/attr.h"
#include "listener_world.h"
#include "market_world.h"
#include "suite.h"

#define ORDER(members) MARKET_ODD_ORDER("1", members, "PROCESSING", "STARTED", "2026-09-20T11:00:00Z")
#define ALL                                                                                                            \
	"SELECT group_concat(campaign_id || ' ' || coalesce(model, '-') || ' ' || configured || ' ' || coalesce(business_id, '-')"  \
	" || ' ' || coalesce(nullif(placement, ''), '-')) FROM (SELECT * FROM campaign ORDER BY campaign_id)"

static struct market_world w;
static int log_fd;
static char log_text[16384];
static size_t log_len;

static void set_up(void)
{
	market_world_open(&w);
	log_fd = listener_world_capture_log(LOG_LEVEL_NOTICE);
	log_len = 0;
	market_world_listed(&w, wall_add(MARKET_T0, -MARKET_DAY_US));
	ck_assert_ptr_null(bed_try(&w.bed, "DELETE FROM campaign"));
}

static void tear_down(void)
{
	market_world_close(&w);
	close(log_fd);
}

static bool is_told(const char *words)
{
	ssize_t n = read(log_fd, log_text + log_len, sizeof(log_text) - 1 - log_len);

	log_len += n > 0 ? (size_t)n : 0;
	log_text[log_len] = '\0';
	return strstr(log_text, words);
}

/* Until the answer to the Nth question has been taken in, and all else is done. */
static void await_checked(size_t n)
{
	market_world_await_count(&w, MARKET_CAMPAIGNS, n);
	market_world_turns(&w);
	ck_assert_uint_eq(market_world_count(&w, MARKET_CAMPAIGNS), n);
}

static void push(int64_t campaign_id)
{
	market_world_push(&w, "1", campaign_id, "PROCESSING/STARTED", wall_add(MARKET_T0, -MARKET_HOUR_US));
}

START_TEST(what_is_configured_is_stored_before_market_is_asked)
{
	market_world_hold(&w, MARKET_CAMPAIGNS);
	market_world_start(&w);
	ck_assert_str_eq(bed_ask(&w.bed, ALL), "111 dbs 1 222 -,112 laas 1 222 -");
	market_world_await_count(&w, MARKET_CAMPAIGNS, 1);
	market_world_let_go(&w, "200 OK", MARKET_CAMPAIGN_LIST(MARKET_OWN_CAMPAIGNS));
	market_world_await(&w, ALL, "111 dbs 1 222 DBS,112 laas 1 222 LAAS");
	market_world_turns(&w);
	ck_assert(!is_told("campaign"));
}
END_TEST

START_TEST(a_file_that_is_locked_at_the_start_gets_them_later)
{
	market_world_lock(&w);
	market_world_start(&w);
	market_world_turns(&w);
	ck_assert_str_eq(bed_ask(&w.bed, ALL), "");
	market_world_unlock(&w);
	market_world_await(&w, ALL, "111 dbs 1 222 DBS,112 laas 1 222 LAAS");
	await_checked(1);
}
END_TEST

START_TEST(a_reload_while_the_file_is_locked_stores_them_later)
{
	market_world_start(&w);
	await_checked(1);
	w.campaigns[0] = (struct conf_campaign){ 4242, "dbs" };
	market_world_lock(&w);
	worker_reloaded(w.worker);
	market_world_turns(&w);
	ck_assert_str_eq(bed_ask(&w.bed, ALL), "111 dbs 1 222 DBS,112 laas 1 222 LAAS");
	market_world_unlock(&w);
	market_world_await(&w, ALL, "111 dbs 0 222 DBS,112 laas 1 222 LAAS,4242 dbs 1 222 -");
}
END_TEST

static const struct {
	const char *shown; /* of 111 */
	const char *told;
	const char *stored;
} mismatches[] = {
	{ MARKET_CAMPAIGN("111", "222", "FBS", "AVAILABLE"),
	  "shop: campaign 111 is configured as dbs, but Market says FBS", "dbs 1 222 FBS" },
	{ MARKET_CAMPAIGN("111", "222", "LAAS", "AVAILABLE"),
	  "shop: campaign 111 is configured as dbs, but Market says LAAS", "dbs 1 222 LAAS" },
	{ MARKET_CAMPAIGN("111", "223", "DBS", "AVAILABLE"), "shop: campaign 111 belongs to business 223, not 222", "dbs 1 223 DBS" },
	{ MARKET_CAMPAIGN("111", "222", "DBS", "DISABLED_BY_INACTIVITY"),
	  "shop: campaign 111: the API is not available to it: DISABLED_BY_INACTIVITY", "dbs 1 222 DBS" },
	{ MARKET_CAMPAIGN("113", "222", "DBS", "AVAILABLE"),
	  "shop: campaign 111 is configured, but this Api-Key does not see it", "dbs 1 222 -" },
};

START_TEST(what_market_says_otherwise_is_told_and_changes_no_model)
{
	char body[512], want[64];

	w.conf.market.campaigns.n = 1;
	snprintf(body, sizeof(body), "{\"campaigns\":[%s]}", mismatches[_i].shown);
	market_world_answer(&w, MARKET_CAMPAIGNS, "200 OK", body);
	market_world_start(&w);
	await_checked(1);
	ck_assert_msg(is_told(mismatches[_i].told), "%s", log_text);
	snprintf(want, sizeof(want), "111 %s", mismatches[_i].stored);
	ck_assert_str_eq(bed_ask(&w.bed, ALL), want);
}
END_TEST

/* Of what Market shows, as it is told and stored; and what becomes of an order that does not say what it is. */
static const struct {
	const char *shown;
	const char *told;
	const char *stored;
	const char *followed;
} unknowns[] = {
	{ MARKET_CAMPAIGN("4242", "222", "LAAS", "AVAILABLE"),
	  "campaign 4242 is not configured, and followed as Market says: add 4242:laas", "4242 laas 0 222 LAAS", "laas" },
	{ MARKET_CAMPAIGN("4242", "222", "DBS", "AVAILABLE"),
	  "campaign 4242 is not configured, and followed as Market says: add 4242:dbs", "4242 dbs 0 222 DBS", "dbs" },
	{ MARKET_CAMPAIGN("4242", "222", "FBS", "AVAILABLE"), "pushes name campaign 4242, which is FBS", "4242 - 0 222 FBS", "" },
	{ MARKET_OWN_CAMPAIGNS, "pushes name campaign 4242, which is not shown to this Api-Key", "4242 - 0 0 -", "" },
};

START_TEST(an_unknown_campaign_that_a_push_names_is_looked_up_once)
{
	char body[1024], want[128];

	w.conf.market.campaigns.n = 0;
	snprintf(body, sizeof(body), "{\"campaigns\":[%s]}", unknowns[_i].shown);
	market_world_hold(&w, MARKET_CAMPAIGNS);
	market_world_answer(&w, MARKET_READ, "200 OK",
	                    "{\"orders\":[{\"orderId\":1,\"campaignId\":4242,\"status\":\"PROCESSING\",\"substatus\":\"STARTED\","
	                    "\"updateDate\":\"2026-09-20T11:00:00Z\"}]}");
	market_world_start(&w);
	market_world_await_count(&w, MARKET_CAMPAIGNS, 1);
	push(4242);
	ck_assert_str_eq(bed_ask(&w.bed, ALL), "4242 - 0 - -");
	market_world_let_go(&w, "200 OK", body);
	snprintf(want, sizeof(want), "%s", unknowns[_i].stored);
	market_world_await(&w, ALL, want);
	ck_assert_msg(is_told(unknowns[_i].told), "%s", log_text);
	/* What was read before is read again, if it is followed now. */
	market_world_await(&w, "SELECT model FROM report_orders WHERE status = 'PROCESSING'", unknowns[_i].followed);
	market_world_push(&w, "1", 4242, "DELIVERY/DELIVERY_SERVICE_RECEIVED", MARKET_T0);
	await_checked(1);
	ck_assert_str_eq(bed_ask(&w.bed, "SELECT model FROM report_orders"), unknowns[_i].followed);
	market_world_restart(&w);
	await_checked(2);
	ck_assert_str_eq(bed_ask(&w.bed, ALL), unknowns[_i].stored);
}
END_TEST

START_TEST(a_configured_campaign_is_none_to_look_up)
{
	market_world_start(&w);
	await_checked(1);
	push(BED_CAMPAIGN_DBS);
	await_checked(1);
	ck_assert_str_eq(bed_ask(&w.bed, ALL), "111 dbs 1 222 DBS,112 laas 1 222 LAAS");
}
END_TEST

static const struct {
	const char *status;
	const char *body;
} failures[] = {
	{ "500 Oops", "" },
	{ "420 Enhance Your Calm", MARKET_ERROR("Hit rate limit") },
	{ "401 Unauthorized", MARKET_ERROR("no") },
	{ "403 Forbidden", MARKET_ERROR("Token does not have any of the scopes") },
	{ "404 Not Found", "" },
	{ "200 OK", "{}" },
};

START_TEST(a_check_that_fails_stops_nothing_and_is_told)
{
	market_world_answer(&w, MARKET_CAMPAIGNS, failures[_i].status, failures[_i].body);
	market_world_answer(&w, MARKET_READ, "200 OK", MARKET_ORDERS(ORDER("\"programType\":null,")));
	market_world_start(&w);
	await_checked(1);
	push(BED_CAMPAIGN_DBS);
	market_world_await(&w, "SELECT model || ' ' || status FROM report_orders", "dbs PROCESSING");
	market_world_await_listed(&w);
	ck_assert_str_eq(bed_ask(&w.bed, "SELECT state FROM report_sources"), "ok");
	ck_assert_str_eq(bed_ask(&w.bed, ALL), "111 dbs 1 222 -,112 laas 1 222 -");
	ck_assert_msg(is_told("shop: the campaigns can't be checked: HTTP "), "%s", log_text);
	await_checked(1);
}
END_TEST

START_TEST(a_reload_checks_at_once_what_is_configured_then)
{
	market_world_line_up(&w, MARKET_CAMPAIGNS, "403 Forbidden", MARKET_ERROR("no"));
	market_world_start(&w);
	await_checked(1);
	w.campaigns[0] = (struct conf_campaign){ 4242, "dbs" };
	worker_reloaded(w.worker);
	ck_assert_str_eq(bed_ask(&w.bed, ALL), "111 dbs 0 222 -,112 laas 1 222 -,4242 dbs 1 222 -");
	await_checked(2);
	ck_assert_str_eq(bed_ask(&w.bed, ALL), "111 dbs 0 222 -,112 laas 1 222 LAAS,4242 dbs 1 222 -");
	ck_assert(is_told("campaign 4242 is configured, but this Api-Key does not see it"));
}
END_TEST

START_TEST(a_reload_while_market_is_being_asked_asks_again)
{
	market_world_hold(&w, MARKET_CAMPAIGNS);
	market_world_start(&w);
	market_world_await_count(&w, MARKET_CAMPAIGNS, 1);
	worker_reloaded(w.worker);
	market_world_turns(&w);
	ck_assert_uint_eq(market_world_count(&w, MARKET_CAMPAIGNS), 1);
	market_world_let_go(&w, "200 OK", MARKET_CAMPAIGN_LIST(MARKET_OWN_CAMPAIGNS));
	await_checked(2);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("campaigns");
	TCase *configured = tcase_create("configured");
	TCase *unknown = tcase_create("unknown");
	TCase *trouble = tcase_create("trouble");

	tcase_add_checked_fixture(configured, set_up, tear_down);
	tcase_set_timeout(configured, 30);
	tcase_add_test(configured, what_is_configured_is_stored_before_market_is_asked);
	tcase_add_loop_test(configured, what_market_says_otherwise_is_told_and_changes_no_model, 0, (int)ARRAY_SIZE(mismatches));
	suite_add_tcase(s, configured);

	tcase_add_checked_fixture(unknown, set_up, tear_down);
	tcase_set_timeout(unknown, 30);
	tcase_add_loop_test(unknown, an_unknown_campaign_that_a_push_names_is_looked_up_once, 0, (int)ARRAY_SIZE(unknowns));
	tcase_add_test(unknown, a_configured_campaign_is_none_to_look_up);
	suite_add_tcase(s, unknown);

	tcase_add_checked_fixture(trouble, set_up, tear_down);
	tcase_set_timeout(trouble, 30);
	tcase_add_test(trouble, a_file_that_is_locked_at_the_start_gets_them_later);
	tcase_add_test(trouble, a_reload_while_the_file_is_locked_stores_them_later);
	tcase_add_loop_test(trouble, a_check_that_fails_stops_nothing_and_is_told, 0, (int)ARRAY_SIZE(failures));
	tcase_add_test(trouble, a_reload_checks_at_once_what_is_configured_then);
	tcase_add_test(trouble, a_reload_while_market_is_being_asked_asks_again);
	suite_add_tcase(s, trouble);
	return s;
}
