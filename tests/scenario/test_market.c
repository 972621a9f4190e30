/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Market: orders of both models through pushes, lists and trouble, until the file equals the simulator's truth.
 * Scenario tests.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/timefmt.h"
#include "stage.h"
#include "tests/suite.h"

static struct stage_config config;
static struct stage *stage;

static void setup(void)
{
	stage_market_defaults(&config);
	config.sim.wait_read = true;
	config.sim.window_us = 300 * USEC_PER_MS;
	config.sim.sender.retry_us = 5 * USEC_PER_MS;
	/* What a list would find is found by pushes alone, unless a test wants otherwise. */
	config.market.market.catch_up_us = 3600 * USEC_PER_SEC;
}

static void teardown(void)
{
	stage_close(stage);
}

/* A life with a short window begins in the past, where no list looks any more: it is left out unless a push tells of its birth. */
static bool is_findable(const struct life *life, bool pushes)
{
	return life->model == &model_claims || !life->short_window || (pushes && strncmp(life->steps, "RESERVED/", 9) != 0);
}

static void weigh_all(struct life_weights *weights, bool pushes, bool broken_too)
{
	for (size_t i = 0; i < LIFE_MAX; i++)
		weights->weight[i] = is_findable(&lives[i], pushes) && !stage_life_waits(&lives[i]) &&
		                     (lives[i].weight > 0 || broken_too) ? 1 : 0;
	/* A jump whose push is lost is found by a list, and is then a gap: the tests of jumps are others. */
	weights->weight[LIFE_dbs_skip_delivery] = 0;
	weights->weight[LIFE_dbs_skip_to_end] = 0;
	weights->weight[LIFE_dbs_cancel_received] = 0;
	weights->weight[LIFE_dbs_cancel_delivered] = 0;
	/* When the push of what it does after its end is lost, nobody ever asks again. */
	weights->weight[LIFE_illegal_revival] = 0;
}

/* The Nth life of orders that the documents know; NULL behind the last. */
static const struct life *nth_documented(int n)
{
	for (size_t i = 0; i < LIFE_MAX; i++)
		if (lives[i].model != &model_claims && lives[i].weight > 0 && n-- == 0)
			return &lives[i];
	return NULL;
}

static int count_documented(void)
{
	int n = 0;

	while (nth_documented(n))
		n++;
	return n;
}

/* Pushes tell of all but PICKUP in DBS, which lists find. */
START_TEST(each_documented_life_is_legal_step_by_step)
{
	const struct life *life = nth_documented(_i);

	config.market.market.catch_up_us = 20 * USEC_PER_MS;
	stage = stage_open(&config);

	const char *id;

	ck_assert_int_eq(sim_add_order(stage_sim(stage), life->model, life->name, &id), 0);
	stage_await_done(stage);
	stage_assert_truth(stage);
	ck_assert_str_eq(stage_ask(stage, "SELECT count(*) FROM report_transitions WHERE verdict NOT IN ('first', 'legal')"), "0");
	ck_assert_str_eq(stage_ask(stage, "SELECT count(*) FROM report_violations"), "0");
}
END_TEST

/* upstream/market.md section 3.1, "not in the diagram": the way to FROM, then the jump. */
static const struct jump {
	const char *way;
	const char *to;
} jumps[] = {
	{ "PROCESSING/STARTED", "PICKUP/PICKUP_SERVICE_RECEIVED" },
	{ "PROCESSING/STARTED", "DELIVERED/DELIVERY_SERVICE_DELIVERED" },
	{ "PROCESSING/STARTED, DELIVERY/DELIVERY_SERVICE_RECEIVED, PICKUP/PICKUP_SERVICE_RECEIVED",
	  "DELIVERY/DELIVERY_SERVICE_RECEIVED" },
	{ "PROCESSING/STARTED, DELIVERY/DELIVERY_SERVICE_RECEIVED, DELIVERY/USER_RECEIVED", "CANCELLED/USER_CHANGED_MIND" },
	{ "PROCESSING/STARTED, DELIVERY/DELIVERY_SERVICE_RECEIVED, PICKUP/PICKUP_SERVICE_RECEIVED",
	  "DELIVERY/DELIVERY_USER_NOT_RECEIVED" },
	{ "PROCESSING/STARTED, DELIVERY/DELIVERY_SERVICE_RECEIVED, DELIVERED/DELIVERY_SERVICE_DELIVERED",
	  "CANCELLED/USER_REFUSED_PRODUCT" },
	{ "PROCESSING/STARTED, CANCELLED/SHOP_FAILED", "PROCESSING/STARTED" },
	{ "PROCESSING/STARTED, CANCELLED/SHOP_FAILED", "DELIVERED/DELIVERY_SERVICE_DELIVERED" },
	{ "PROCESSING/STARTED, DELIVERY/DELIVERY_SERVICE_RECEIVED", "DELIVERY/DELIVERY_SERVICE_DELIVERED" },
};

/* Waits until the daemon has listed for the first time, in two slices, up to now. What a list finds before its push has told of it is
 * excused, so no order may jump until then where the jump is to be held. */
static void await_first_list(void)
{
	stage_await(stage, "SELECT cursor > strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-1 hour') FROM cursor", "1");
}

/* Starts the daemon anew, which lists once, and waits until it has done so. */
static void list_once_more(void)
{
	char sql[128];

	await_first_list();
	snprintf(sql, sizeof(sql), "SELECT cursor_at_us > %s FROM report_sources WHERE kind = 'market'",
	         stage_ask(stage, "SELECT cursor_at_us FROM report_sources WHERE kind = 'market'"));
	stage_market(stage)->market.catch_up_us = 3600 * USEC_PER_SEC;
	stage_restart(stage);
	stage_await(stage, sql, "1");
}

static const char *last_of(const char *way)
{
	const char *comma = strrchr(way, ',');

	return comma ? comma + 2 : way;
}

START_TEST(each_jump_outside_of_the_diagram_is_held)
{
	const struct jump *jump = &jumps[_i];
	char want[256];

	/* Nothing tells of PICKUP, so the way there is found by the list; what follows must not be, but by the push of an update. */
	config.sim.wait_read = false;
	config.market.market.catch_up_us = 20 * USEC_PER_MS;
	stage = stage_open(&config);
	ck_assert_int_eq(sim_script_order(stage_sim(stage), &model_dbs, "55000000001", jump->way), 0);
	stage_await_done(stage);
	ck_assert_str_eq(stage_ask(stage, "SELECT status || '/' || substatus FROM report_orders"), last_of(jump->way));
	list_once_more();

	char steps[128];

	snprintf(steps, sizeof(steps), "%s%s", jump->to, strstr(jump->to, "PICKUP/") ? ", update" : "");
	ck_assert_int_eq(sim_script(stage_sim(stage), "55000000001", steps), 0);
	snprintf(want, sizeof(want), "%s 1 %s illegal_transition", last_of(jump->way), jump->to);
	stage_await(stage, "SELECT o.status || '/' || o.substatus || ' ' || o.held || ' ' || o.reported_status || ' ' || v.kind"
	                   " FROM report_orders o JOIN report_violations v ON v.external_id = o.order_id", want);
	stage_await_done(stage);
	ck_assert_str_eq(stage_ask(stage, "SELECT verdict FROM report_transitions ORDER BY seq DESC LIMIT 1"), "illegal");
}
END_TEST

START_TEST(laas_may_say_delivered_in_either_pair)
{
	stage = stage_open(&config);
	ck_assert_int_eq(sim_script_order(stage_sim(stage), &model_laas, "9223372036854775807",
	                                  "PROCESSING/STARTED, PROCESSING/PACKAGING, PROCESSING/READY_TO_SHIP, PROCESSING/SHIPPED,"
	                                  " DELIVERY/DELIVERY_SERVICE_RECEIVED, DELIVERY/DELIVERY_SERVICE_DELIVERED"), 0);
	stage_await_done(stage);
	ck_assert_str_eq(stage_ask(stage, "SELECT order_id || ' ' || status || ' ' || substatus || ' ' || terminal || ' ' || held"
	                                  " FROM report_orders"),
	                 "9223372036854775807 DELIVERY DELIVERY_SERVICE_DELIVERED 1 0");
	ck_assert_str_eq(stage_ask(stage, "SELECT group_concat(DISTINCT verdict) FROM report_transitions WHERE seq > 1"), "legal");
}
END_TEST

/* A push tells of DELIVERY, but when it is read the order is at its end already: pushes told of what lies between. */
START_TEST(a_jump_that_pushes_explain_is_a_gap)
{
	config.sim.wait_read = false;
	stage = stage_open(&config);
	sim_set_market_outage(stage_sim(stage), OUTAGE_ERROR);
	ck_assert_int_eq(sim_script_order(stage_sim(stage), &model_dbs, "55000000001", "PROCESSING/STARTED"), 0);
	sim_set_market_outage(stage_sim(stage), OUTAGE_NONE);
	stage_await(stage, "SELECT status FROM report_orders", "PROCESSING");
	sim_set_market_outage(stage_sim(stage), OUTAGE_ERROR);
	ck_assert_int_eq(sim_script(stage_sim(stage), "55000000001",
	                            "DELIVERY/DELIVERY_SERVICE_RECEIVED, DELIVERED/DELIVERY_SERVICE_DELIVERED"), 0);
	stage_await(stage, "SELECT count(*) FROM report_notifications WHERE kind = 'ORDER_STATUS_UPDATED' AND state = 'pending'", "2");
	sim_set_market_outage(stage_sim(stage), OUTAGE_NONE);
	stage_await(stage, "SELECT status || ' ' || held FROM report_orders", "DELIVERED 0");
	ck_assert_str_eq(stage_ask(stage, "SELECT verdict FROM report_transitions ORDER BY seq DESC LIMIT 1"), "gap");
}
END_TEST

/* The push of DELIVERY fails at first, so what is seen is a jump; when it comes, the jump is explained. */
START_TEST(a_push_that_comes_late_heals_what_was_held)
{
	config.sim.wait_read = false;
	stage = stage_open(&config);
	await_first_list();
	ck_assert_int_eq(sim_script_order(stage_sim(stage), &model_dbs, "55000000001", "PROCESSING/STARTED"), 0);
	stage_await(stage, "SELECT status FROM report_orders", "PROCESSING");
	ck_assert_int_eq(sim_script(stage_sim(stage), "55000000001",
	                            "DELIVERY/DELIVERY_SERVICE_RECEIVED lost, DELIVERED/DELIVERY_SERVICE_DELIVERED"), 0);
	stage_await(stage, "SELECT status || ' ' || held FROM report_orders", "PROCESSING 1");
	ck_assert_str_eq(stage_ask(stage, "SELECT kind || ' ' || state FROM report_violations"), "illegal_transition open");
	ck_assert_uint_eq(stage_push(stage, "{\"notificationType\":\"ORDER_STATUS_UPDATED\",\"orderId\":55000000001,\"campaignId\":111,"
	                                    "\"status\":\"DELIVERY\",\"substatus\":\"DELIVERY_SERVICE_RECEIVED\","
	                                    "\"updatedAt\":\"2026-01-01T00:00:00Z\"}"), 200);
	stage_await(stage, "SELECT status || ' ' || held FROM report_orders", "DELIVERED 0");
	ck_assert_str_eq(stage_ask(stage, "SELECT verdict FROM report_transitions WHERE seq = 2"), "gap");
	ck_assert_str_eq(stage_ask(stage, "SELECT state || ' ' || resolved_by FROM report_violations"), "dismissed claimd");
}
END_TEST

/* However often a list names it: a push told of the jump, and none of what lies between. */
START_TEST(a_list_does_not_excuse_what_is_held)
{
	config.sim.wait_read = false;
	stage = stage_open(&config);
	await_first_list();
	ck_assert_int_eq(sim_script_order(stage_sim(stage), &model_dbs, "55000000001", "PROCESSING/STARTED"), 0);
	stage_await(stage, "SELECT status FROM report_orders", "PROCESSING");
	ck_assert_int_eq(sim_script(stage_sim(stage), "55000000001", "DELIVERED/DELIVERY_SERVICE_DELIVERED"), 0);
	stage_await(stage, "SELECT held FROM report_orders", "1");
	list_once_more();
	ck_assert_str_eq(stage_ask(stage, "SELECT status || ' ' || held FROM report_orders"), "PROCESSING 1");
}
END_TEST

START_TEST(after_a_restart_and_a_list_a_jump_is_held_again)
{
	config.sim.wait_read = false;
	stage = stage_open(&config);
	ck_assert_int_eq(sim_script_order(stage_sim(stage), &model_dbs, "55000000001", "PROCESSING/STARTED"), 0);
	stage_await(stage, "SELECT status FROM report_orders", "PROCESSING");
	list_once_more();
	ck_assert_int_eq(sim_script(stage_sim(stage), "55000000001", "DELIVERED/DELIVERY_SERVICE_DELIVERED"), 0);
	stage_await(stage, "SELECT held FROM report_orders", "1");
}
END_TEST

START_TEST(sixty_copies_of_one_push_are_one_transition)
{
	stage = stage_open(&config);
	ck_assert_int_eq(sim_script_order(stage_sim(stage), &model_dbs, "55000000001",
	                                  "PROCESSING/STARTED, DELIVERY/DELIVERY_SERVICE_RECEIVED times 60"), 0);
	stage_await_done(stage);
	stage_await(stage, "SELECT count(*) FROM report_notifications WHERE kind = 'ORDER_STATUS_UPDATED' AND state = 'done'", "60");
	ck_assert_str_eq(stage_ask(stage, "SELECT group_concat(to_status || ' ' || verdict) FROM report_transitions"),
	                 "PROCESSING/STARTED first,DELIVERY/DELIVERY_SERVICE_RECEIVED legal");
}
END_TEST

START_TEST(a_new_substatus_survives_and_is_flagged)
{
	stage = stage_open(&config);
	ck_assert_int_eq(sim_script_order(stage_sim(stage), &model_dbs, "55000000001",
	                                  "PROCESSING/STARTED, DELIVERY/DRONE_LAUNCHED, DELIVERED/DELIVERY_SERVICE_DELIVERED"), 0);
	stage_await_done(stage);
	stage_assert_truth(stage);
	ck_assert_str_eq(stage_ask(stage, "SELECT group_concat(kind || ' ' || to_status) FROM report_violations"),
	                 "unknown_status DELIVERY/DRONE_LAUNCHED");
	ck_assert_str_eq(stage_ask(stage, "SELECT status || ' ' || held FROM report_orders"), "DELIVERED 0");
}
END_TEST

START_TEST(a_late_push_moves_no_order_back)
{
	stage = stage_open(&config);
	ck_assert_int_eq(sim_script_order(stage_sim(stage), &model_dbs, "55000000001",
	                                  "PROCESSING/STARTED, DELIVERY/DELIVERY_SERVICE_RECEIVED"), 0);
	stage_await_done(stage);
	ck_assert_uint_eq(stage_push(stage, "{\"updatedAt\":\"2026-01-01T00:00:00Z\",\"substatus\":\"STARTED\",\"status\":\"PROCESSING\","
	                                    "\"campaignId\":111,\"orderId\":55000000001,\"notificationType\":\"ORDER_STATUS_UPDATED\"}"),
	                  200);
	stage_await(stage, "SELECT sum(state = 'done') = count(*) AND count(*) = 3 FROM report_notifications", "1");
	ck_assert_str_eq(stage_ask(stage, "SELECT count(*) FROM report_transitions"), "2");
	ck_assert_str_eq(stage_ask(stage, "SELECT status FROM report_orders"), "DELIVERY");
}
END_TEST

START_TEST(lost_pushes_heal_by_the_list)
{
	config.market.market.catch_up_us = 20 * USEC_PER_MS;
	config.sim.dbs_orders = 20;
	config.sim.laas_orders = 20;
	weigh_all(&config.sim.weights, false, false);
	config.sim.journal_reader = true; /* so that first pushes may be lost, too */
	ck_assert_int_eq(faults_parse(&config.sim.faults, "all=0,lost=1"), 0);
	stage = stage_open(&config);
	stage_await_done(stage);
	stage_assert_truth(stage);
	ck_assert_str_eq(stage_ask(stage, "SELECT count(*) FROM report_notifications"), "0");
	ck_assert_str_eq(stage_ask(stage, "SELECT group_concat(DISTINCT via) FROM report_transitions"), "sweep");
}
END_TEST

/* Two steps in an outage, of which no push is left. */
START_TEST(what_an_outage_hid_is_found_as_a_gap)
{
	config.sim.wait_read = false;
	config.market.callbacks = false;
	config.market.market.catch_up_us = 20 * USEC_PER_MS;
	config.deaf = true;
	stage = stage_open(&config);
	ck_assert_int_eq(sim_script_order(stage_sim(stage), &model_dbs, "55000000001", "PROCESSING/STARTED"), 0);
	stage_await(stage, "SELECT status FROM report_orders", "PROCESSING");
	sim_set_market_outage(stage_sim(stage), OUTAGE_SILENT);
	ck_assert_int_eq(sim_script(stage_sim(stage), "55000000001",
	                            "DELIVERY/DELIVERY_SERVICE_RECEIVED, PICKUP/PICKUP_SERVICE_RECEIVED"), 0);
	while (!sim_is_done(stage_sim(stage)))
		stage_turn(stage);
	sim_set_market_outage(stage_sim(stage), OUTAGE_NONE);
	stage_await(stage, "SELECT status || ' ' || held FROM report_orders", "PICKUP 0");
	ck_assert_str_eq(stage_ask(stage, "SELECT verdict || ' ' || via FROM report_transitions WHERE seq = 2"), "gap sweep");
}
END_TEST

START_TEST(a_reservation_expires_at_exactly_sixty_minutes)
{
	const char *id;

	config.market.market.catch_up_us = 20 * USEC_PER_MS;
	stage = stage_open(&config);
	ck_assert_int_eq(sim_add_order(stage_sim(stage), &model_laas, "laas_draft_expired", &id), 0);
	stage_await(stage, "SELECT kind || ' ' || (due_at_us - opened_at_us) FROM report_windows", "reservation 3600000000");
	stage_await(stage, "SELECT outcome || ' ' || (closed_at_us - opened_at_us) FROM report_windows", "expired 3600000000");
	stage_await(stage, "SELECT status || ' ' || held FROM report_orders", "CANCELLED 0");
}
END_TEST

/* An order that its buyer wants to cancel waits 48 hours for the merchant, wherever it goes meanwhile. */
START_TEST(a_wish_to_cancel_opens_a_window_that_a_pickup_does_not_close)
{
	config.market.market.catch_up_us = 20 * USEC_PER_MS;
	stage = stage_open(&config);
	ck_assert_int_eq(sim_script_order(stage_sim(stage), &model_dbs, "55000000001",
	                                  "PROCESSING/STARTED, DELIVERY/DELIVERY_SERVICE_RECEIVED, ask,"
	                                  " PICKUP/PICKUP_SERVICE_RECEIVED"), 0);
	stage_await(stage, "SELECT kind || ' ' || outcome || ' ' || (due_at_us - opened_at_us) FROM report_windows",
	            "cancel_answer open 172800000000");
	stage_await_done(stage);
	stage_await(stage, "SELECT status FROM report_orders", "PICKUP");
	ck_assert_str_eq(stage_ask(stage, "SELECT group_concat(outcome) FROM report_windows"), "open");
	ck_assert_int_eq(sim_script(stage_sim(stage), "55000000001", "CANCELLED/USER_CHANGED_MIND"), 0);
	stage_await(stage, "SELECT group_concat(outcome) FROM report_windows", "met");
}
END_TEST

START_TEST(an_unknown_campaign_is_looked_up_and_followed)
{
	config.sim.laas_campaign = 4242;
	stage = stage_open(&config);
	ck_assert_int_eq(sim_script_order(stage_sim(stage), &model_laas, "56000000001", "PROCESSING/STARTED"), 0);
	stage_await(stage, "SELECT model || ' ' || campaign_id || ' ' || status FROM report_orders", "laas 4242 PROCESSING");
	stage_await(stage, "SELECT model || ' ' || placement || ' ' || business_id || ' ' || configured FROM campaign"
	                   " WHERE campaign_id = 4242", "laas LAAS 222 0");
}
END_TEST

/* The oracle: both upstreams, three models, every fault. */
START_TEST(claims_and_orders_through_all_faults)
{
	config.market.market.catch_up_us = 50 * USEC_PER_MS;
	config.sim.claims = 100;
	config.sim.dbs_orders = 100;
	config.sim.laas_orders = 100;
	config.sim.fake = 0.1;
	config.sim.retry_after_s = 0;
	config.sim.delay_max_us = 20 * USEC_PER_MS;
	config.sim.behind_max_us = 20 * USEC_PER_MS;
	/* An order that is told as it was half an hour ago stands on no list, so that no number of reads ends that. */
	config.sim.stale_max_us = 200 * USEC_PER_MS;
	weigh_all(&config.sim.weights, true, true);
	ck_assert_int_eq(faults_parse(&config.sim.faults, "stale=0.1,duplicate=0.2,reorder=0.1,lost=0.1,delay=0.1,"
	                                                   "429=0.01,500=0.03,cut=0.03"), 0);
	stage = stage_open(&config);
	stage_await_done(stage);
	stage_assert_truth(stage);
}
END_TEST

START_TEST(restarts_lose_and_double_nothing)
{
	config.market.market.catch_up_us = 50 * USEC_PER_MS;
	config.sim.dbs_orders = 40;
	config.sim.laas_orders = 40;
	weigh_all(&config.sim.weights, true, false);
	config.sim.retry_after_s = 0;
	ck_assert_int_eq(faults_parse(&config.sim.faults, "duplicate=0.2,500=0.05"), 0);
	stage = stage_open(&config);
	for (int i = 1; i <= 5; i++) {
		char sql[96];

		snprintf(sql, sizeof(sql), "SELECT count(*) > %d FROM report_transitions", i * 40);
		stage_await(stage, sql, "1");
		stage_restart(stage);
	}
	stage_await_done(stage);
	stage_assert_no_lies(stage);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("market");
	TCase *tcase = tcase_create("market");

	tcase_set_timeout(tcase, 180);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, each_documented_life_is_legal_step_by_step, 0, count_documented());
	tcase_add_loop_test(tcase, each_jump_outside_of_the_diagram_is_held, 0, (int)(sizeof(jumps) / sizeof(jumps[0])));
	tcase_add_test(tcase, laas_may_say_delivered_in_either_pair);
	tcase_add_test(tcase, a_jump_that_pushes_explain_is_a_gap);
	tcase_add_test(tcase, a_push_that_comes_late_heals_what_was_held);
	tcase_add_test(tcase, a_list_does_not_excuse_what_is_held);
	tcase_add_test(tcase, after_a_restart_and_a_list_a_jump_is_held_again);
	tcase_add_test(tcase, sixty_copies_of_one_push_are_one_transition);
	tcase_add_test(tcase, a_new_substatus_survives_and_is_flagged);
	tcase_add_test(tcase, a_late_push_moves_no_order_back);
	tcase_add_test(tcase, lost_pushes_heal_by_the_list);
	tcase_add_test(tcase, what_an_outage_hid_is_found_as_a_gap);
	tcase_add_test(tcase, a_reservation_expires_at_exactly_sixty_minutes);
	tcase_add_test(tcase, a_wish_to_cancel_opens_a_window_that_a_pickup_does_not_close);
	tcase_add_test(tcase, an_unknown_campaign_is_looked_up_and_followed);
	tcase_add_test(tcase, claims_and_orders_through_all_faults);
	tcase_add_test(tcase, restarts_lose_and_double_nothing);
	suite_add_tcase(suite, tcase);
	return suite;
}
