/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What claimd tells of: transitions to a merchant's own system, in order and none missing, whatever fails; and each kind of alert.
 * Scenario tests.
 */
#include <stdio.h>
#include <string.h>

#include "shop.h"
#include "stage.h"
#include "tests/suite.h"

#define MESSAGES "SELECT count(*) FROM report_outbox"

static struct stage *stage;
static struct shop *shop;

/* The daemon reads where its receivers are at each try, so that they can be opened on its loop. */
static void play(const struct stage_config *config, unsigned fails)
{
	stage = stage_open(config);
	shop = shop_open(stage, fails);
	stage_daemon(stage)->alert_secret = shop_key();
	stage_delivery(stage)->forward_secret = shop_key();
	stage_market(stage)->forward_secret = shop_key();
}

static void forward(void)
{
	stage_delivery(stage)->forward_url = (char *)shop_url(shop);
	stage_market(stage)->forward_url = (char *)shop_url(shop);
	stage_restart(stage);
}

static void alert(void)
{
	stage_daemon(stage)->alert_url = (char *)shop_url(shop);
	stage_restart(stage);
}

static void end(void)
{
	shop_close(shop);
	stage_close(stage);
}

/* What failed is tried again when its pause is over: the clock is moved there. */
static void await_delivered(void)
{
	for (int64_t hours = 1; strcmp(stage_ask(stage, MESSAGES), "0") != 0; hours++) {
		ck_assert_int_lt(hours, 1000);
		stage_set_clock(stage, hours * 3600 * USEC_PER_SEC);
		stage_settle(stage);
		stage_turn(stage);
	}
}

/* What the reports say of a claim or order, as shop_heard() writes it. */
static const char *reported(const char *id, const char *member)
{
	char sql[256];

	snprintf(sql, sizeof(sql), "SELECT group_concat(%s, ' ') FROM"
	                           " (SELECT * FROM report_transitions WHERE external_id = '%s' ORDER BY seq)", member, id);
	return stage_ask(stage, sql);
}

static void assert_heard_all(void)
{
	const struct world *world = sim_world(stage_sim(stage));

	for (size_t i = 0; i < world_count(world); i++) {
		const char *id = world_at(world, i)->id;

		ck_assert_str_eq(shop_heard(shop, id, "to_status"), reported(id, "to_status"));
		ck_assert_str_eq(shop_heard(shop, id, "seq"), reported(id, "seq"));
	}
}

START_TEST(test_a_receiver_that_fails_now_and_then_hears_all_in_order)
{
	struct stage_config config;

	stage_market_defaults(&config);
	config.delivery.sweep_after_us = 3600 * USEC_PER_SEC;
	config.sim.claims = 30;
	config.sim.dbs_orders = 10;
	config.sim.laas_orders = 10;
	config.sim.window_us = 300 * USEC_PER_MS;
	config.sim.wait_read = true;
	play(&config, 4);
	forward();
	for (int i = 1; i <= 3; i++) {
		char sql[96];

		snprintf(sql, sizeof(sql), "SELECT count(*) > %d FROM report_transitions", i * 80);
		stage_await(stage, sql, "1");
		stage_restart(stage);
	}
	stage_await_done(stage);
	await_delivered();
	assert_heard_all();
	ck_assert_uint_gt(shop_requests(shop), shop_count(shop, "claimd.transition"));
	end();
}
END_TEST

START_TEST(test_the_last_message_says_what_stands)
{
	struct stage_config config;

	stage_defaults(&config);
	config.delivery.delivery.journal = true;
	config.delivery.delivery.journal_interval_us = 20 * USEC_PER_MS;
	config.sim.window_us = 300 * USEC_PER_MS;
	config.sim.claims = 30;
	play(&config, 5);
	forward();
	stage_await_done(stage);
	stage_assert_truth(stage);
	await_delivered();
	for (size_t i = 0; i < world_count(sim_world(stage_sim(stage))); i++) {
		const char *id = world_at(sim_world(stage_sim(stage)), i)->id;
		char sql[160];

		snprintf(sql, sizeof(sql), "SELECT status FROM report_claims WHERE claim_id = '%s'", id);

		const char *heard = shop_heard(shop, id, "status");
		const char *last = strrchr(heard, ' ');

		ck_assert_str_eq(last ? last + 1 : heard, stage_ask(stage, sql));
	}
	end();
}
END_TEST

START_TEST(test_who_forwards_nothing_stores_nothing)
{
	struct stage_config config;

	stage_defaults(&config);
	config.sim.window_us = 300 * USEC_PER_MS;
	config.sim.claims = 5;
	play(&config, 0);
	stage_await_done(stage);
	ck_assert_str_eq(stage_ask(stage, "SELECT count(*) FROM outbox WHERE channel = 'forward'"), "0");
	ck_assert_uint_eq(shop_requests(shop), 0);
	end();
}
END_TEST

static void await_alert(const char *type)
{
	while (shop_count(shop, type) == 0)
		stage_turn(stage);
}

/* Nothing else comes, even after a restart and an hour. */
static void assert_once(const char *type)
{
	stage_restart(stage);
	await_delivered();
	stage_settle(stage);
	ck_assert_uint_eq(shop_count(shop, type), 1);
	ck_assert_uint_eq(shop_requests(shop), 1);
}

START_TEST(test_a_violation_is_an_alert)
{
	struct stage_config config;
	const char *id;

	stage_defaults(&config);
	config.delivery.sweep_after_us = 3600 * USEC_PER_SEC;
	config.sim.wait_read = true;
	play(&config, 0);
	alert();
	ck_assert_int_eq(sim_add_claim(stage_sim(stage), "illegal_revival", &id), 0);
	await_alert("claimd.violation");
	ck_assert_str_eq(shop_heard(shop, id, "kind"), "illegal_transition");
	ck_assert_str_eq(shop_heard(shop, id, "to_status"), "performer_lookup");
	assert_once("claimd.violation");
	end();
}
END_TEST

START_TEST(test_a_window_is_an_alert_before_its_end_and_at_it)
{
	struct stage_config config;

	stage_defaults(&config);
	config.sim.wait_read = true;
	config.sim.offer_us = 0;
	config.delivery.sweep_after_us = 3600 * USEC_PER_SEC;
	play(&config, 0);
	alert();
	ck_assert_int_eq(sim_script(stage_sim(stage), "waits", "new, estimating, ready_for_approval"), 0);
	stage_await_done(stage);
	ck_assert_str_eq(stage_ask(stage, "SELECT outcome FROM report_windows"), "open");
	/* The simulator's Date headers know nothing of a clock that is moved, and would tell of a skew. */
	sim_set_outage(stage_sim(stage), OUTAGE_SILENT);
	stage_set_clock(stage, 470 * USEC_PER_SEC);
	stage_settle(stage);
	ck_assert_uint_eq(shop_requests(shop), 0);
	stage_set_clock(stage, 485 * USEC_PER_SEC);
	await_alert("claimd.window_warning");
	stage_set_clock(stage, 605 * USEC_PER_SEC);
	await_alert("claimd.window_expired");
	ck_assert_str_eq(shop_heard(shop, "waits", "outcome"), "open expired");
	stage_restart(stage);
	stage_await(stage, "SELECT outcome FROM report_windows", "expired");
	await_delivered();
	ck_assert_uint_eq(shop_requests(shop), 2);
	end();
}
END_TEST

START_TEST(test_a_lockout_is_an_alert)
{
	struct stage_config config;

	stage_defaults(&config);
	play(&config, 0);
	alert();
	sim_set_outage(stage_sim(stage), OUTAGE_UNAUTHORIZED);
	ck_assert_int_eq(sim_script(stage_sim(stage), "claim-1", "new"), 0);
	await_alert("claimd.locked_out");
	/* It is tried every quarter of an hour. */
	for (int64_t quarter = 1; quarter <= 4; quarter++) {
		stage_set_clock(stage, quarter * 901 * USEC_PER_SEC);
		stage_settle(stage);
		stage_turn(stage);
	}
	ck_assert_uint_eq(shop_requests(shop), 1);
	end();
}
END_TEST

START_TEST(test_silence_is_an_alert)
{
	struct stage_config config;

	stage_defaults(&config);
	config.delivery.delivery.journal = true;
	config.delivery.delivery.journal_interval_us = 20 * USEC_PER_MS;
	config.delivery.sweep_after_us = 300 * USEC_PER_MS;
	config.deaf = true;
	config.sim.journal_reader = true;
	play(&config, 0);
	alert();
	ck_assert_int_eq(sim_script(stage_sim(stage), "claim-1", "new, +400ms estimating, +400ms estimating_failed"), 0);
	await_alert("claimd.silent");
	stage_await(stage, "SELECT status FROM report_claims", "estimating_failed");
	assert_once("claimd.silent");
	end();
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("outbox");
	TCase *forwarding = tcase_create("forwarding");
	TCase *alerts = tcase_create("alerts");

	tcase_set_timeout(forwarding, 120);
	tcase_add_test(forwarding, test_a_receiver_that_fails_now_and_then_hears_all_in_order);
	tcase_add_test(forwarding, test_the_last_message_says_what_stands);
	tcase_add_test(forwarding, test_who_forwards_nothing_stores_nothing);
	suite_add_tcase(suite, forwarding);
	tcase_set_timeout(alerts, 120);
	tcase_add_test(alerts, test_a_window_is_an_alert_before_its_end_and_at_it);
	tcase_add_test(alerts, test_a_violation_is_an_alert);
	tcase_add_test(alerts, test_a_lockout_is_an_alert);
	tcase_add_test(alerts, test_silence_is_an_alert);
	suite_add_tcase(suite, alerts);
	return suite;
}
