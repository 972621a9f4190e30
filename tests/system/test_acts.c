/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Acts from end to end: claimctl asks, claimd sends and settles, claimsim does what Yandex would.
 * System tests.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/attr.h"
#include "http.h"
#include "site.h"
#include "suite.h"
#include "upstream.h"

#define IN_A_HURRY "stale_retry = 5ms..15ms\nrequests_per_second = 1000\n"

static const char claims_text[] =
	"claim offered\n"
	"\tnew, estimating, ready_for_approval, act accepted, performer_lookup, act cancelled\n"
	"claim arrived\n"
	"\tnew, estimating, ready_for_approval, accepted, performer_lookup, performer_draft, performer_found, pickup_arrived\n"
	"\tact cancelled_with_payment\n"
	"claim carried\n"
	"\tnew, estimating, ready_for_approval, accepted, performer_lookup, performer_draft, performer_found, pickup_arrived\n"
	"\tready_for_pickup_confirmation, pickuped\n"
	"claim jumped\n"
	"\tnew, estimating, failed, pickuped\n";

static const char orders_text[] =
	"order dbs 55000001\n"
	"\tPROCESSING/STARTED, act DELIVERY/DELIVERY_SERVICE_RECEIVED\n"
	"order dbs 55000002\n"
	"\tPROCESSING/STARTED, DELIVERY/DELIVERY_SERVICE_RECEIVED, ask, act CANCELLED/USER_CHANGED_MIND\n"
	"order laas 56000001\n"
	"\tRESERVED/AWAIT_CONFIRMATION, act PROCESSING/STARTED\n";

static struct site site;
static struct upstream upstream;
static struct process run;

/* Plays the scenario; claimsim is told by OPTION of the URL whose path is given, and has MORE as a last option. */
static void play(const char *scenario_text, const char *option, const char *path)
{
	char *scenario = NULL;
	char *url = NULL;

	site_open_socket(&site);
	ck_assert_int_gt(asprintf(&scenario, "%s/play.scn", site.folder), 0);
	ck_assert_int_gt(asprintf(&url, "http://%s%s", site.address, path), 0);
	site_write_file(scenario, scenario_text);
	upstream_start(&upstream, (const char *const[]){
		"--scenario", scenario, "--step", "1ms..5ms", "--wait-read", option, url, NULL });
	site.base_url = upstream.url;
	site_start(&site);
	process_await_line(&site.claimd, "serving claimctl on ");
	free(scenario);
	free(url);
}

/* Four claims that have come to where somebody must act. */
static void setup_claims(void)
{
	site_open(&site);
	site.delivery_keys = IN_A_HURRY "sweep_after = 100ms\n";
	play(claims_text, "--callback", SITE_PATH "?");
	site_await(&site, "SELECT group_concat(claim_id || ' ' || status, ', ') FROM (SELECT * FROM report_claims ORDER BY claim_id)",
	           "arrived pickup_arrived, carried pickuped, jumped failed, offered ready_for_approval");
	site_await(&site, "SELECT count(*) FROM report_violations", "1");
}

static void setup_orders(void)
{
	site_open(&site);
	site.market_keys = IN_A_HURRY "catch_up = 20ms\n";
	play(orders_text, "--push", SITE_SHOP);
	site_await(&site, "SELECT group_concat(order_id || ' ' || reported_status, ', ')"
	                  " FROM (SELECT * FROM report_orders ORDER BY order_id)",
	           "55000001 PROCESSING/STARTED, 55000002 DELIVERY/DELIVERY_SERVICE_RECEIVED, 56000001 RESERVED/AWAIT_CONFIRMATION");
}

static void teardown(void)
{
	process_done(&run);
	upstream_close(&upstream);
	site_close(&site);
}

#define CTL(...) ctl((const char *const[]){ "claimctl", "-c", site.conf, __VA_ARGS__, NULL })

static int ctl(const char *const *argv)
{
	process_done(&run);
	return process_run(&run, argv);
}

/* The last run of claimctl said just this. */
static void assert_said(const char *output, const char *errors)
{
	ck_assert_str_eq(process_output(&run), output);
	ck_assert_str_eq(process_errors(&run), errors);
}

/* Upstream goes on by itself, so the status that an accepted claim is read in may be a later one. */
static void assert_accepted(void)
{
	static const char start[] = "Claim offered was accepted: it is ";

	ck_assert_msg(strncmp(process_output(&run), start, strlen(start)) == 0, "%s", process_output(&run));
	ck_assert_str_eq(process_errors(&run), "");
}

static void assert_complained(const char *text)
{
	ck_assert_str_eq(process_output(&run), "");

	const char *errors = process_errors(&run);

	ck_assert_msg(strstr(errors, text), "no \"%s\" in:\n%s", text, errors);
}

/* From now on claimsim does this wrong. */
static void set_faults(const char *query)
{
	struct http_answer answer;
	char target[256];

	snprintf(target, sizeof(target), "/sim/faults?%s", query);
	ck_assert_uint_eq(http_ask(upstream.address, "POST", target, &answer), 200);
	http_answer_done(&answer);
}

START_TEST(accept_is_sent_once_and_history_says_so)
{
	ck_assert_int_eq(CTL("accept", "offered", "--yes"), EX_OK);
	assert_accepted();
	site_await(&site, "SELECT status FROM report_claims WHERE claim_id = 'offered'", "performer_lookup");
	ck_assert_str_eq(site_ask(&site, "SELECT via FROM report_transitions WHERE to_status = 'accepted' AND external_id = 'offered'"),
	                 "action");
	ck_assert_int_eq(CTL("accept", "offered", "--yes"), EX_NOPERM);
	assert_complained("Claim offered: refused: the claim is in performer_lookup");
	ck_assert_int_eq(upstream_stat(&upstream, "accept"), 1);
	ck_assert_int_eq(upstream_stat(&upstream, "acts"), 1);
}
END_TEST

START_TEST(a_500_after_the_deed_settles_as_done)
{
	set_faults("spec=doubt=1");
	ck_assert_int_eq(CTL("accept", "offered", "--yes"), EX_OK);
	ck_assert_int_eq(upstream_stat(&upstream, "accept"), 1);
	ck_assert_str_eq(site_ask(&site, "SELECT result FROM report_actions"), "done");
}
END_TEST

START_TEST(a_500_without_the_deed_settles_as_not_done)
{
	set_faults("spec=fail=1");
	ck_assert_int_eq(CTL("accept", "offered", "--yes"), EX_UNAVAILABLE);
	assert_complained("Claim offered: not done: ");
	ck_assert_int_eq(upstream_stat(&upstream, "accept"), 1);
	ck_assert_int_eq(upstream_stat(&upstream, "acts"), 0);
	set_faults("spec=fail=0");
	ck_assert_int_eq(CTL("accept", "offered", "--yes"), EX_OK);
	ck_assert_int_eq(upstream_stat(&upstream, "acts"), 1);
}
END_TEST

START_TEST(a_refusal_by_name_comes_back_with_advice)
{
	set_faults("spec=conflict=1&conflict=old_version");
	ck_assert_int_eq(CTL("accept", "offered", "--yes"), EX_NOPERM);
	assert_complained("Claim offered: Yandex refused it: old_version");
	assert_complained("look at what it costs now, then do the same for that version");
	ck_assert_int_eq(upstream_stat(&upstream, "accept"), 1);
	ck_assert_str_eq(site_ask(&site, "SELECT result || ' ' || code FROM report_actions"), "rejected old_version");
}
END_TEST

START_TEST(a_kill_between_sending_and_settling_sends_nothing_twice)
{
	const char *const argv[] = { "claimctl", "-c", site.conf, "accept", "offered", "--yes", NULL };

	set_faults("spec=mute=1");
	process_start(&run, argv);
	upstream_await_stat(&upstream, "acts", 1);
	process_kill(&site.claimd);
	ck_assert_str_eq(site_ask(&site, "SELECT state FROM report_actions"), "sent");
	site_restart(&site);
	/* It has gone on watching the database. */
	ck_assert_int_eq(process_wait(&run), EX_OK);
	assert_accepted();
	ck_assert_int_eq(upstream_stat(&upstream, "accept"), 1);
}
END_TEST

START_TEST(cancelling_is_free_until_the_courier_comes)
{
	ck_assert_int_eq(CTL("accept", "offered", "--yes"), EX_OK);
	site_await(&site, "SELECT status FROM report_claims WHERE claim_id = 'offered'", "performer_lookup");
	ck_assert_int_eq(CTL("cancel", "offered", "--free", "--yes"), EX_OK);
	assert_said("Claim offered was cancelled: it is cancelled now.\n", "");
	ck_assert_str_eq(site_ask(&site, "SELECT via FROM report_transitions WHERE to_status = 'cancelled'"), "action");
}
END_TEST

START_TEST(a_fee_is_paid_when_it_is_agreed_to)
{
	ck_assert_int_eq(CTL("cancel", "arrived", "--free", "--yes"), EX_NOPERM);
	assert_complained("Claim arrived was not cancelled, since that costs 149.90 RUB now; "
	                  "to pay it, write \"claimctl cancel arrived --paid\"");
	ck_assert_int_eq(CTL("cancel", "arrived", "--yes"), EX_NOPERM);
	ck_assert_int_eq(upstream_stat(&upstream, "cancel"), 0);
	ck_assert_int_eq(CTL("cancel", "arrived", "--paid", "--yes"), EX_OK);
	assert_said("Claim arrived was cancelled: it is cancelled_with_payment now.\n", "");
	ck_assert_int_eq(upstream_stat(&upstream, "cancel"), 1);
	ck_assert_str_eq(site_ask(&site, "SELECT argument || ' ' || price FROM report_actions WHERE kind = 'cancel'"), "paid 149.90");
}
END_TEST

START_TEST(after_pickup_only_support_can_cancel)
{
	ck_assert_int_eq(CTL("cancel", "carried", "--paid", "--yes"), EX_NOPERM);
	assert_complained("support");
	ck_assert_int_eq(upstream_stat(&upstream, "cancel"), 0);
	ck_assert_str_eq(site_ask(&site, "SELECT status FROM report_claims WHERE claim_id = 'carried'"), "pickuped");
}
END_TEST

START_TEST(refetch_reads_now)
{
	ck_assert_int_eq(CTL("refetch", "carried", "offered"), EX_OK);
	assert_said("Claim carried was read again: it is pickuped.\n"
	            "Claim offered was read again: it is ready_for_approval.\n", "");
	ck_assert_int_eq(CTL("refetch", "nothere"), EX_NOINPUT);
}
END_TEST

START_TEST(a_violation_is_settled_by_word)
{
	ck_assert_int_eq(CTL("resolve", "1", "--adopt", "--note", "the courier rang"), EX_OK);
	ck_assert_str_eq(site_ask(&site, "SELECT status || ' ' || held FROM report_claims WHERE claim_id = 'jumped'"), "pickuped 0");
	ck_assert_str_eq(site_ask(&site, "SELECT state || ': ' || note FROM report_violations"), "adopted: the courier rang");
	ck_assert_int_eq(CTL("resolve", "1", "--dismiss"), EX_NOPERM);
	assert_complained("refused: ");
	ck_assert_int_eq(CTL("resolve", "99", "--dismiss"), EX_NOINPUT);
}
END_TEST

START_TEST(an_order_goes_on_its_way)
{
	ck_assert_int_eq(CTL("order-status", "55000001", "DELIVERY/DELIVERY_SERVICE_RECEIVED"), EX_OK);
	assert_said("Order 55000001 was moved on: it is DELIVERY/DELIVERY_SERVICE_RECEIVED now.\n", "");
	ck_assert_str_eq(site_ask(&site, "SELECT via FROM report_transitions WHERE external_id = '55000001' AND seq = 2"), "action");
	ck_assert_int_eq(CTL("order-status", "55000001", "PROCESSING/STARTED"), EX_NOPERM);
	assert_complained("Order 55000001: refused: ");
	ck_assert_int_eq(upstream_stat(&upstream, "order_status"), 1);
}
END_TEST

START_TEST(a_buyer_who_wants_to_cancel_is_answered)
{
	ck_assert_int_eq(CTL("cancellation", "55000001", "--accept"), EX_NOPERM);
	assert_complained("Order 55000001: refused: ");
	ck_assert_int_eq(CTL("cancellation", "55000002", "--accept"), EX_OK);
	ck_assert_str_eq(site_ask(&site, "SELECT status FROM report_orders WHERE order_id = '55000002'"), "CANCELLED");
	ck_assert_int_eq(upstream_stat(&upstream, "cancellation"), 1);
}
END_TEST

START_TEST(an_operation_of_market_is_followed_to_its_end)
{
	ck_assert_int_eq(CTL("order-status", "56000001", "PROCESSING/STARTED"), EX_OK);
	ck_assert_str_eq(site_ask(&site, "SELECT status FROM report_orders WHERE order_id = '56000001'"), "PROCESSING");
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("acts");
	TCase *claims = tcase_create("claims");
	TCase *orders = tcase_create("orders");

	tcase_add_checked_fixture(claims, setup_claims, teardown);
	tcase_set_timeout(claims, 60);
	tcase_add_test(claims, accept_is_sent_once_and_history_says_so);
	tcase_add_test(claims, a_500_after_the_deed_settles_as_done);
	tcase_add_test(claims, a_500_without_the_deed_settles_as_not_done);
	tcase_add_test(claims, a_refusal_by_name_comes_back_with_advice);
	tcase_add_test(claims, a_kill_between_sending_and_settling_sends_nothing_twice);
	tcase_add_test(claims, cancelling_is_free_until_the_courier_comes);
	tcase_add_test(claims, a_fee_is_paid_when_it_is_agreed_to);
	tcase_add_test(claims, after_pickup_only_support_can_cancel);
	tcase_add_test(claims, refetch_reads_now);
	tcase_add_test(claims, a_violation_is_settled_by_word);
	suite_add_tcase(suite, claims);
	tcase_add_checked_fixture(orders, setup_orders, teardown);
	tcase_set_timeout(orders, 60);
	tcase_add_test(orders, an_order_goes_on_its_way);
	tcase_add_test(orders, a_buyer_who_wants_to_cancel_is_answered);
	tcase_add_test(orders, an_operation_of_market_is_followed_to_its_end);
	suite_add_tcase(suite, orders);
	return suite;
}
