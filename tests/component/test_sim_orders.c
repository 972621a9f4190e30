/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How simulated orders live: their verdicts, their deadlines, their ids.
 * Component ring: the simulator alone, on a loop of its own.
 */
#include "sim_stage.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "suite.h"

#define STARTED "PROCESSING/STARTED"

static struct stage s;

static void setup(void)
{
	stage_open(&s);
}

static void teardown(void)
{
	stage_close(&s);
}

static void check_verdict(const char *id, size_t place, const char *status, enum verdict verdict)
{
	const struct transition *transition = &stage_claim(&s, id)->transitions[place];
	ck_assert_str_eq(transition->seen.status, status);
	ck_assert_str_eq(verdict_text(transition->verdict), verdict_text(verdict));
}

struct verdict_case {
	const char *life;
	size_t place;
	const char *status;
	enum verdict verdict;
};

static const struct verdict_case held[] = {
	{ "dbs_skip_delivery", 1, "PICKUP/PICKUP_SERVICE_RECEIVED", VERDICT_ILLEGAL },
	{ "dbs_skip_to_end", 1, "DELIVERED/DELIVERY_SERVICE_DELIVERED", VERDICT_ILLEGAL },
	{ "dbs_back_on_the_road", 3, "DELIVERY/DELIVERY_SERVICE_RECEIVED", VERDICT_ILLEGAL },
	{ "dbs_cancel_received", 3, "CANCELLED/USER_CHANGED_MIND", VERDICT_ILLEGAL },
	{ "dbs_pickup_lost_sight", 3, "DELIVERY/DELIVERY_USER_NOT_RECEIVED", VERDICT_ILLEGAL },
	{ "dbs_cancel_delivered", 3, "CANCELLED/USER_REFUSED_PRODUCT", VERDICT_ILLEGAL },
	{ "dbs_revival", 2, "PROCESSING/STARTED", VERDICT_ILLEGAL },
	{ "dbs_word_of_laas", 2, "DELIVERY/DELIVERY_SERVICE_DELIVERED", VERDICT_ILLEGAL },
	{ "dbs_new_substatus", 2, "DELIVERY/DRONE_LAUNCHED", VERDICT_LEGAL },
	{ "dbs_new_status", 1, "HANDOVER/ROBOT_WAITS", VERDICT_UNKNOWN },
	{ "dbs_reason", 3, "CANCELLED/USER_REFUSED_DELIVERY", VERDICT_LEGAL },
	{ "dbs_paid_late", 1, "PROCESSING/STARTED", VERDICT_LEGAL },
	{ "laas_late", 1, "PROCESSING/STARTED", VERDICT_LATE },
	{ "laas_back", 5, "PROCESSING/PACKAGING", VERDICT_ILLEGAL },
	{ "laas_courier_too", 5, "DELIVERY/DELIVERY_SERVICE_DELIVERED", VERDICT_LEGAL },
};

START_TEST(the_truth_says_what_is_to_be_held)
{
	const struct verdict_case *each = &held[_i];
	const char *id;
	stage_begin(&s);
	ck_assert_int_eq(sim_add_order(s.sim, life_by_name(each->life)->model, each->life, &id), 0);
	while (!sim_is_done(s.sim)) {
		raw_turn(s.loop);
		s.clock.shift_us += USEC_PER_SEC;
		loop_clock_stepped(s.loop);
	}
	check_verdict(id, each->place, each->status, each->verdict);
}
END_TEST

START_TEST(only_market_itself_may_skip)
{
	stage_begin(&s);
	stage_script_order(&s, &model_laas, "1", STARTED ", PROCESSING/SHIPPED");
	stage_script_order(&s, &model_dbs, "2", STARTED ", PICKUP/PICKUP_SERVICE_RECEIVED");
	stage_await_done(&s);
	check_verdict("1", 1, "PROCESSING/SHIPPED", VERDICT_GAP);
	check_verdict("2", 1, "PICKUP/PICKUP_SERVICE_RECEIVED", VERDICT_ILLEGAL);
}
END_TEST

START_TEST(sixty_minutes_are_met_or_missed_by_a_millisecond)
{
	stage_begin_scenario(&s, "order laas 1\n backdate 60min\n RESERVED/AWAIT_CONFIRMATION, at 3599.999s " STARTED "\n"
	                         "order laas 2\n backdate 60min\n RESERVED/AWAIT_CONFIRMATION, at 60min " STARTED "\n");
	stage_await_done(&s);
	check_verdict("1", 1, STARTED, VERDICT_LEGAL);
	check_verdict("2", 1, STARTED, VERDICT_LATE);
	const struct transition *transitions = stage_claim(&s, "2")->transitions;
	ck_assert_int_eq(transitions[1].seen.entered.us - transitions[0].seen.entered.us, 3600 * USEC_PER_SEC);
}
END_TEST

START_TEST(ids_of_chance_are_numbers_and_some_are_large)
{
	size_t n_large = 0;
	s.config.laas_orders = 40;
	s.config.fake = 0.5;
	size_t n_fake = 0;
	stage_begin(&s);
	for (size_t i = 0; i < 40; i++) {
		const struct world_shipment *order = world_at(sim_world(s.sim), i);
		int64_t id = strtoll(order->id, NULL, 10);
		char text[EXTERNAL_ID_SIZE];
		snprintf(text, sizeof(text), "%" PRId64, id);
		ck_assert_str_eq(text, order->id);
		n_large += id > INT64_MAX - 1000;
		n_fake += order->fake;
		ck_assert(strlen(order->id) == 11 || id > INT64_MAX - 1000);
	}
	ck_assert_uint_gt(n_large, 0);
	ck_assert_uint_lt(n_large, 20);
	ck_assert_uint_gt(n_fake, 0);
	ck_assert_uint_lt(n_fake, 40);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("sim-orders");
	TCase *t = tcase_create("sim-orders");
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, the_truth_says_what_is_to_be_held, 0, ARRAY_SIZE(held));
	tcase_add_test(t, only_market_itself_may_skip);
	tcase_add_test(t, sixty_minutes_are_met_or_missed_by_a_millisecond);
	tcase_add_test(t, ids_of_chance_are_numbers_and_some_are_large);
	suite_add_tcase(suite, t);
	return suite;
}
