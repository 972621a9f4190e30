/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sources that come and go at a reload, in the middle of the play: those that stay notice nothing, and one that comes back goes on
 * where it was left.
 * Scenario tests.
 */
#include <stdio.h>

#include "base/attr.h"
#include "stage.h"
#include "tests/suite.h"

enum {
	NONE,
	DELIVERY, /* alone */
	BOTH,
};

static struct stage_config config;
static struct stage *stage;

static void setup(void)
{
	stage_market_defaults(&config);
}

static void teardown(void)
{
	stage_close(stage);
}

static struct endpoint_stats answers(void)
{
	struct sim_stats stats;

	sim_stats(stage_sim(stage), &stats);
	return stats.answers;
}

static size_t count_requests(void)
{
	struct endpoint_stats stats = answers();

	return stats.info + stats.bulk_info + stats.journal + stats.orders + stats.campaigns;
}

static const char *add_claim(void)
{
	const char *id;

	ck_assert_int_eq(sim_add_claim(stage_sim(stage), "happy", &id), 0);
	return id;
}

static void add_order(const char *life)
{
	const char *id;

	ck_assert_int_eq(sim_add_order(stage_sim(stage), &model_laas, life, &id), 0);
}

/* Nothing but pushes tells of what comes after the list that a new source begins with. */
START_TEST(one_that_is_new_is_served)
{
	config.market.market.business_id = 0; /* none, at first */
	config.market.market.catch_up_us = 3600 * USEC_PER_SEC;
	config.sim.wait_read = true;
	stage = stage_open(&config);
	stage_market(stage)->market.business_id = 222;
	stage_reload(stage, BOTH);
	for (int i = 0; i < 20; i++) {
		add_claim();
		add_order("laas_courier");
	}
	stage_await_done(stage);
	stage_assert_truth(stage);
	ck_assert_str_eq(stage_ask(stage, "SELECT count(*) FROM report_orders"), "20");
	ck_assert_str_eq(stage_ask(stage, "SELECT count(*) FROM report_claims"), "20");
	ck_assert_str_eq(stage_ask(stage, "SELECT count(*) >= 20 FROM report_notifications WHERE kind = 'ORDER_CREATED'"), "1");
}
END_TEST

START_TEST(one_that_is_gone_is_asked_nothing_while_the_others_go_on)
{
	stage = stage_open(&config);
	for (int i = 0; i < 20; i++)
		add_order("laas_courier");
	stage_await(stage, "SELECT count(*) > 5 FROM report_transitions", "1");
	stage_reload(stage, DELIVERY);
	stage_settle(stage);
	struct endpoint_stats before = answers();
	for (int i = 0; i < 20; i++)
		add_claim();
	stage_await(stage, "SELECT count(*) FROM report_claims WHERE terminal", "20");
	struct endpoint_stats after = answers();
	ck_assert_uint_eq(after.orders, before.orders);
	ck_assert_uint_eq(stage_push(stage, "{\"notificationType\":\"PING\"}"), 404);

	/* What it missed is caught up with when it comes back. */
	stage_reload(stage, BOTH);
	stage_await_done(stage);
	stage_await(stage, "SELECT count(*) FROM report_orders WHERE status = 'DELIVERED'", "20");
	stage_assert_no_lies(stage);
}
END_TEST

START_TEST(those_that_stay_lose_nothing_to_many_reloads)
{
	enum { MANY = 100 };

	config.sim.wait_read = true;
	stage = stage_open(&config);
	for (int i = 0; i < MANY; i++) {
		add_claim();
		stage_turn(stage);
		stage_reload(stage, i % 2 == 0 ? DELIVERY : BOTH);
	}
	stage_await_done(stage);
	stage_assert_truth(stage);
}
END_TEST

START_TEST(without_sources_nothing_happens_until_they_are_back)
{
	stage = stage_open(&config);
	add_claim();
	stage_await(stage, "SELECT count(*) FROM report_claims", "1");
	stage_reload(stage, NONE);
	stage_settle(stage);
	size_t n_before = count_requests();
	for (int i = 0; i < 20; i++)
		stage_turn(stage);
	ck_assert_uint_eq(count_requests(), n_before);
	stage_reload(stage, BOTH);
	stage_await_done(stage);
	stage_assert_no_lies(stage);
}
END_TEST

START_TEST(an_act_whose_answer_nobody_heard_is_settled_when_its_source_is_back)
{
	const char *id;

	stage = stage_open(&config);
	ck_assert_int_eq(sim_add_claim(stage_sim(stage), "approve", &id), 0);
	stage_await(stage, "SELECT status FROM report_claims", "ready_for_approval");
	stage_act(stage, &(struct stage_wish){ .kind = ACT_ACCEPT, .id = id });
	stage_await(stage, "SELECT state FROM action", "sent");
	stage_reload(stage, NONE);
	ck_assert_str_eq(stage_ask(stage, "SELECT state FROM action"), "sent");
	stage_reload(stage, BOTH);
	stage_await(stage, "SELECT state FROM action", "ended");
	ck_assert_uint_le(answers().accept, 1);
}
END_TEST

START_TEST(the_journal_is_followed_once_it_is_switched_on)
{
	config.delivery.delivery.journal_interval_us = 20 * USEC_PER_MS;
	config.delivery.sweep_after_us = 3600 * USEC_PER_SEC;
	config.deaf = true;
	stage = stage_open(&config);
	for (int i = 0; i < 10; i++)
		add_claim();
	for (int i = 0; i < 20; i++)
		stage_turn(stage);
	ck_assert_str_eq(stage_ask(stage, "SELECT count(*) FROM report_transitions"), "0");
	stage_delivery(stage)->delivery.journal = true;
	stage_reload(stage, BOTH);
	stage_await(stage, "SELECT count(*) FROM report_claims WHERE terminal", "10");
	stage_delivery(stage)->delivery.journal = false;
	stage_reload(stage, BOTH);
	stage_settle(stage);
	size_t n_before = answers().journal;
	for (int i = 0; i < 20; i++)
		stage_turn(stage);
	ck_assert_uint_eq(answers().journal, n_before);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("reload");
	TCase *tc = tcase_create("reload");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, one_that_is_new_is_served);
	tcase_add_test(tc, one_that_is_gone_is_asked_nothing_while_the_others_go_on);
	tcase_add_test(tc, those_that_stay_lose_nothing_to_many_reloads);
	tcase_add_test(tc, without_sources_nothing_happens_until_they_are_back);
	tcase_add_test(tc, an_act_whose_answer_nobody_heard_is_settled_when_its_source_is_back);
	tcase_add_test(tc, the_journal_is_followed_once_it_is_switched_on);
	suite_add_tcase(s, tc);
	return s;
}
