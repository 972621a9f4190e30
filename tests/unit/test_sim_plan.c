/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The simulator's texts: times, specifications, steps, lives and scenario files; and that its chance is a matter of
 * the seed only. Unit ring: no loop, no network, no file.
 */
#include <stdint.h>
#include <string.h>

#include "base/attr.h"
#include "base/clock.h"
#include "base/err.h"
#include "sim/chance.h"
#include "sim/cmdline.h"
#include "sim/faults.h"
#include "sim/lives.h"
#include "sim/plan.h"
#include "sim/rate.h"
#include "sim/scenario.h"
#include "sim/span.h"
#include "suite.h"

#define WINDOW_US (10 * USEC_PER_SEC)

struct span_case {
	const char *text;
	int64_t us;
};

static const struct span_case spans[] = {
	{ "0", 0 },
	{ "0s", 0 },
	{ "1ms", 1000 },
	{ "1.5s", 1500000 },
	{ "599.999s", 599999000 },
	{ "599.999999s", 599999999 },
	{ "10min", 600 * USEC_PER_SEC },
	{ "2h", 7200 * USEC_PER_SEC },
	{ "1d", 86400 * USEC_PER_SEC },
};

START_TEST(a_time_is_read_to_the_microsecond)
{
	int64_t us;
	ck_assert_int_eq(span_parse(spans[_i].text, strlen(spans[_i].text), &us), 0);
	ck_assert_int_eq(us, spans[_i].us);
}
END_TEST

static const char *const bad_spans[] = { "", "5", "s", "-1s", "+1s", "1 s", "1.s", ".5s", "1x", "1ss", "1e3s", "1234567s", "1.1234567s" };

START_TEST(what_is_no_time_is_refused)
{
	int64_t us = 42;
	ck_assert_int_eq(span_parse(bad_spans[_i], strlen(bad_spans[_i]), &us), ERR_INVALID);
	ck_assert_int_eq(us, 42);
}
END_TEST

START_TEST(a_range_is_two_times_in_order)
{
	int64_t min;
	int64_t max;
	ck_assert_int_eq(span_parse_range("200ms..1s", &min, &max), 0);
	ck_assert_int_eq(min, 200 * USEC_PER_MS);
	ck_assert_int_eq(max, USEC_PER_SEC);
	ck_assert_int_eq(span_parse_range("3s", &min, &max), 0);
	ck_assert_int_eq(min, max);
	ck_assert_int_eq(span_parse_range("2s..1s", &min, &max), ERR_INVALID);
	ck_assert_int_eq(span_parse_range("1s..", &min, &max), ERR_INVALID);
	ck_assert_int_eq(span_parse_range("..1s", &min, &max), ERR_INVALID);
}
END_TEST

START_TEST(the_rightmost_fault_stands)
{
	struct faults faults = { 0 };
	ck_assert_int_eq(faults_parse(&faults, "all=0.25,lost=0,429=1"), 0);
	ck_assert_double_eq(faults.probability[FAULT_STALE], 0.25);
	ck_assert_double_eq(faults.probability[FAULT_LOST], 0);
	ck_assert_double_eq(faults.probability[FAULT_LIMIT], 1);
}
END_TEST

static const char *const bad_faults[] = {
	"", "stale", "stale=", "stale=2", "stale=-1", "stale=nan", "sour=0.1", "stale=0.1,", "=1", "stale=0.1 ",
};

START_TEST(a_bad_fault_changes_nothing)
{
	struct faults faults = { .probability = { [FAULT_STALE] = 0.5 } };
	ck_assert_int_eq(faults_parse(&faults, bad_faults[_i]), ERR_INVALID);
	ck_assert_double_eq(faults.probability[FAULT_STALE], 0.5);
}
END_TEST

START_TEST(faults_come_as_often_as_they_should)
{
	struct faults faults = { .seed = 3 };
	size_t hits = 0;
	ck_assert_int_eq(faults_parse(&faults, "all=0.1"), 0);
	for (uint64_t i = 0; i < 100000; i++)
		hits += faults_hit(&faults, FAULT_CUT, i / 100, i % 100);
	ck_assert_uint_gt(hits, 9500);
	ck_assert_uint_lt(hits, 10500);
	faults = (struct faults){ 0 };
	ck_assert(!faults_hit(&faults, FAULT_CUT, 1, 1));
	faults.probability[FAULT_CUT] = 1;
	ck_assert(faults_hit(&faults, FAULT_CUT, 1, 1));
}
END_TEST

START_TEST(a_rate_ends_at_a_date_whose_day_may_be_wrong)
{
	/* 2018-07-10, which Market's documents call a Thursday. */
	const struct wall until = { 1531216800 * USEC_PER_SEC - 1 };
	struct rate rate;
	rate_fill(10, 3, until, false, &rate);
	ck_assert_uint_eq(rate.remaining, 7);
	ck_assert_str_eq(rate.until, "Tue, 10 Jul 2018 10:00:00 GMT");
	rate_fill(10, 11, until, true, &rate);
	ck_assert_uint_eq(rate.remaining, 0);
	ck_assert_str_eq(rate.until, "Wed, 10 Jul 2018 10:00:00 GMT");
}
END_TEST

START_TEST(chance_depends_on_each_of_its_inputs)
{
	uint64_t random = chance_draw(1, CHANCE_ID, 2, 3);
	ck_assert_uint_eq(random, chance_draw(1, CHANCE_ID, 2, 3));
	ck_assert_uint_ne(random, chance_draw(2, CHANCE_ID, 2, 3));
	ck_assert_uint_ne(random, chance_draw(1, CHANCE_LIFE, 2, 3));
	ck_assert_uint_ne(random, chance_draw(1, CHANCE_ID, 3, 3));
	ck_assert_uint_ne(random, chance_draw(1, CHANCE_ID, 2, 4));
}
END_TEST

START_TEST(a_life_that_chance_chooses_is_legal)
{
	struct plan plan = { 0 };
	const struct life *life = &lives[_i];
	const struct model *model = life->model;
	ck_assert_int_eq(life_plan(life, WINDOW_US, &plan), 0);
	ck_assert_ptr_eq(plan_model(&plan), model);
	for (size_t i = 1; i < plan.n && life->weight > 0; i++) {
		int from = model_status(model, plan.steps[i - 1].status);
		int to = model_status(model, plan.steps[i].status);
		ck_assert_msg(model_has_edge(model, from, to), "%s: %s -> %s", life->name, plan.steps[i - 1].status,
		              plan.steps[i].status);
	}
	if (model == &model_claims && life->weight > 0)
		ck_assert(model_is_terminal(model, model_status(model, plan.steps[plan.n - 1].status)));
	ck_assert((plan.backdate_us > 0) == life->short_window);
	plan_done(&plan);
}
END_TEST

struct window_case {
	size_t life;
	int64_t minutes;
};

static const struct window_case windows[] = {
	{ LIFE_missed_failed, 10 },
	{ LIFE_dbs_not_finished, 10 },
	{ LIFE_dbs_unpaid, 30 },
	{ LIFE_laas_draft_expired, 60 },
};

START_TEST(a_short_window_leaves_the_rest_of_the_first_deadline)
{
	struct plan plan = { 0 };
	ck_assert_int_eq(life_plan(&lives[windows[_i].life], WINDOW_US, &plan), 0);
	ck_assert_int_eq(plan.backdate_us, windows[_i].minutes * 60 * USEC_PER_SEC - WINDOW_US);
	plan_done(&plan);
}
END_TEST

/* Whom a life is not bound to meet: what only breaks, and what nobody knows by name. */
static bool is_met_by_breaking(const struct model *model, int status)
{
	return model_is_stranger(model, status) || model_is_foreign(model, status);
}

START_TEST(the_lives_together_meet_every_status)
{
	const struct model *model = models[_i];
	bool met[MODEL_STATUS_MAX] = { false };
	for (size_t i = 0; i < LIFE_MAX; i++) {
		struct plan plan = { 0 };
		ck_assert_int_eq(life_plan(&lives[i], WINDOW_US, &plan), 0);
		for (size_t k = 0; k < plan.n && lives[i].model == model && lives[i].weight > 0; k++)
			met[model_status(model, plan.steps[k].status)] = true;
		plan_done(&plan);
	}
	for (int i = 0; i < (int)model->n_statuses; i++)
		ck_assert_msg(met[i] || is_met_by_breaking(model, i), "%s", model->statuses[i].name);
}
END_TEST

START_TEST(lives_are_chosen_by_weight)
{
	struct life_weights weights;
	size_t chosen[LIFE_MAX] = { 0 };
	ck_assert_int_eq(life_weights_parse("happy=3,failed=1", &weights), 0);
	for (uint64_t i = 0; i < 10000; i++)
		chosen[life_choose(&weights, &model_claims, chance_draw(1, CHANCE_LIFE, i, 0)) - lives]++;
	ck_assert_uint_eq(chosen[LIFE_happy] + chosen[LIFE_failed], 10000);
	ck_assert_uint_gt(chosen[LIFE_happy], 7200);
	ck_assert_uint_lt(chosen[LIFE_happy], 7800);
	ck_assert_ptr_eq(life_choose(&weights, &model_claims, UINT64_MAX), &lives[LIFE_failed]);
	ck_assert_int_eq(life_weights_parse("happy=0", &weights), ERR_INVALID);
	ck_assert_int_eq(life_weights_parse("nobody=1", &weights), ERR_INVALID);
}
END_TEST

START_TEST(lives_are_chosen_within_a_model)
{
	struct life_weights weights;
	ck_assert_int_eq(life_weights_parse("happy=1,laas_lost=2,laas_late=1", &weights), 0);
	for (uint64_t i = 0; i < 1000; i++) {
		uint64_t random = chance_draw(1, CHANCE_LIFE, i, 0);
		const struct life *laas = life_choose(&weights, &model_laas, random);
		ck_assert_ptr_eq(life_choose(&weights, &model_claims, random), &lives[LIFE_happy]);
		ck_assert(laas == &lives[LIFE_laas_lost] || laas == &lives[LIFE_laas_late]);
		/* Of a model that is not named, the choice is as ever. */
		ck_assert_ptr_eq(life_choose(&weights, &model_dbs, random)->model, &model_dbs);
	}
	ck_assert_double_eq(weights.weight[LIFE_dbs_courier], lives[LIFE_dbs_courier].weight);
	ck_assert_int_eq(life_weights_parse("happy=1,laas_lost=0", &weights), ERR_INVALID);
}
END_TEST

START_TEST(a_step_says_when_what_and_how)
{
	const char text[] = "new lost, +1.5s ready_for_approval twice stale 12,  at 600s accepted behind ";
	struct plan plan = { 0 };
	const char *why;
	ck_assert_int_eq(plan_add(&plan, text, strlen(text), &why), 0);
	ck_assert_uint_eq(plan.n, 3);
	ck_assert_str_eq(plan.steps[0].status, "new");
	ck_assert_int_eq(plan.steps[0].when, PLAN_PACED);
	ck_assert_uint_eq(plan.steps[0].fate, PLAN_LOST);
	ck_assert_int_eq(plan.steps[1].when, PLAN_AFTER);
	ck_assert_int_eq(plan.steps[1].us, 1500 * USEC_PER_MS);
	ck_assert_uint_eq(plan.steps[1].fate, PLAN_TWICE);
	ck_assert_uint_eq(plan.steps[1].stale_reads, 12);
	ck_assert_int_eq(plan.steps[2].when, PLAN_ENTRY);
	ck_assert_int_eq(plan.steps[2].us, 600 * USEC_PER_SEC);
	ck_assert_uint_eq(plan.steps[2].fate, PLAN_BEHIND);
	plan_done(&plan);
}
END_TEST

START_TEST(a_step_of_an_order_is_a_pair_or_an_edit)
{
	const char text[] = "PROCESSING/STARTED times 60, +1s update lost, ask twice, +2s unask, DELIVERY/BRAND_NEW_9 stale 2";
	struct plan plan = { .model = &model_dbs };
	const char *why;
	ck_assert_int_eq(plan_add(&plan, text, strlen(text), &why), 0);
	ck_assert_uint_eq(plan.n, 2);
	ck_assert_str_eq(plan.steps[0].status, "PROCESSING/STARTED");
	ck_assert_uint_eq(plan.steps[0].times, 60);
	ck_assert_str_eq(plan.steps[1].status, "DELIVERY/BRAND_NEW_9");
	ck_assert_uint_eq(plan.steps[1].stale_reads, 2);
	ck_assert_uint_eq(plan.n_edits, 3);
	ck_assert_int_eq(plan.edits[0].kind, EDIT_UPDATE);
	ck_assert_int_eq(plan.edits[0].us, USEC_PER_SEC);
	ck_assert_uint_eq(plan.edits[0].fate, PLAN_LOST);
	ck_assert_int_eq(plan.edits[1].kind, EDIT_ASK);
	ck_assert_uint_eq(plan.edits[1].fate, PLAN_TWICE);
	ck_assert_int_eq(plan.edits[2].kind, EDIT_UNASK);
	ck_assert_uint_eq(plan.edits[2].behind, 1);
	plan_done(&plan);
}
END_TEST

static const char *const bad_order_steps[] = {
	"new", "PROCESSING", "PROCESSING/", "/STARTED", "PROCESSING/STARTED/NOW", "Processing/Started", "update", "ask",
	"PROCESSING/STARTED, price 3", "PROCESSING/STARTED, update stale 1", "PROCESSING/STARTED times 0", "PROCESSING/STARTED times 1001",
	"PROCESSING/STARTED, at 1s CANCELLED/LOST",
};

START_TEST(a_bad_step_of_an_order_adds_nothing_and_says_why)
{
	struct plan plan = { .model = &model_laas };
	const char *why = NULL;
	ck_assert_int_eq(plan_add(&plan, bad_order_steps[_i], strlen(bad_order_steps[_i]), &why), ERR_INVALID);
	ck_assert_uint_eq(plan.n + plan.n_edits, 0);
	ck_assert_ptr_nonnull(why);
	plan_done(&plan);
}
END_TEST

/* Four of them are one too long. */
#define WORD_OF_32 "performer_found_at_the_next_door"
_Static_assert(4 * (sizeof(WORD_OF_32) - 1) == STATUS_TEXT_SIZE, "no room for the NUL");

static const char *const bad_steps[] = {
	"New",        "new,,estimating", "+ new",       "+1 new",      "+1s",          "at 600s accepted", "new sooner",
	"new stale",  "new stale 0",     "new stale x", "new stale 1001", "new stale 99999999999999999999",
	(WORD_OF_32 WORD_OF_32 WORD_OF_32 WORD_OF_32),
	"PROCESSING/STARTED", "new times", "new times 0",
};

START_TEST(a_bad_step_adds_nothing_and_says_why)
{
	struct plan plan = { 0 };
	const char *why = NULL;
	ck_assert_int_eq(plan_add(&plan, bad_steps[_i], strlen(bad_steps[_i]), &why), ERR_INVALID);
	ck_assert_uint_eq(plan.n, 0);
	ck_assert_ptr_nonnull(why);
	plan_done(&plan);
}
END_TEST

START_TEST(a_scenario_is_claims_with_steps)
{
	const char text[] = "# two claims\nclaim one   # the first\n\tbackdate 585s\n\tstart 2s\n\tnew, estimating\r\n\n"
			    "\tready_for_approval\nclaim two-2\n\tlife happy";
	struct scenario scenario;
	struct scenario_error error;
	ck_assert_int_eq(scenario_parse(text, strlen(text), WINDOW_US, &scenario, &error), 0);
	ck_assert_uint_eq(scenario.n, 2);
	ck_assert_str_eq(scenario.shipments[0].id, "one");
	ck_assert_int_eq(scenario.shipments[0].plan.backdate_us, 585 * USEC_PER_SEC);
	ck_assert_int_eq(scenario.shipments[0].start_us, 2 * USEC_PER_SEC);
	ck_assert_uint_eq(scenario.shipments[0].plan.n, 3);
	ck_assert_str_eq(scenario.shipments[1].id, "two-2");
	ck_assert_str_eq(scenario.shipments[1].plan.steps[scenario.shipments[1].plan.n - 1].status, "delivered_finish");
	scenario_done(&scenario);
}
END_TEST

START_TEST(a_scenario_tells_orders_from_claims)
{
	const char text[] = "order dbs 9223372036854775807\n\tfake\n\tPROCESSING/STARTED\n\task\n"
			    "order laas 55000001\n\tlife laas_draft\nclaim 7\n\tlife happy\n";
	struct scenario scenario;
	struct scenario_error error;
	ck_assert_int_eq(scenario_parse(text, strlen(text), WINDOW_US, &scenario, &error), 0);
	ck_assert_uint_eq(scenario.n, 3);
	ck_assert_str_eq(scenario.shipments[0].id, "9223372036854775807");
	ck_assert_ptr_eq(scenario.shipments[0].plan.model, &model_dbs);
	ck_assert(scenario.shipments[0].fake && !scenario.shipments[1].fake);
	ck_assert_uint_eq(scenario.shipments[0].plan.n_edits, 1);
	ck_assert_ptr_eq(scenario.shipments[1].plan.model, &model_laas);
	ck_assert_str_eq(scenario.shipments[1].plan.steps[0].status, "RESERVED/AWAIT_CONFIRMATION");
	ck_assert_ptr_eq(scenario.shipments[2].plan.model, &model_claims);
	scenario_done(&scenario);
}
END_TEST

struct bad_scenario {
	const char *text;
	unsigned line;
};

static const struct bad_scenario bad_scenarios[] = {
	{ "", 0 },
	{ "# nothing\n", 1 },
	{ "new\n", 1 },
	{ "claim\n\tnew\n", 1 },
	{ "claim a b\n\tnew\n", 1 },
	{ "claim a\n\n\tnew\nclaim a\n\tnew\n", 4 },
	{ "claim a\nclaim b\n\tnew\n", 2 },
	{ "claim a\n\tnew\nclaim b\n", 3 },
	{ "claim a\n\tbackdate soon\n\tnew\n", 2 },
	{ "claim a\n\tlife nobody\n", 2 },
	{ "claim a\n\tnew\n\testimating quickly\n", 3 },
	{ "order dbs\n\tPROCESSING/STARTED\n", 1 },
	{ "order fbs 1\n\tPROCESSING/STARTED\n", 1 },
	{ "order dbs 9223372036854775808\n\tPROCESSING/STARTED\n", 1 },
	{ "order dbs 01\n\tPROCESSING/STARTED\n", 1 },
	{ "order dbs 1x\n\tPROCESSING/STARTED\n", 1 },
	{ "order dbs 1\n\tnew\n", 2 },
	{ "order dbs 1\n\tlife happy\n", 2 },
	{ "claim a\n\tlife dbs_courier\n", 2 },
	{ "claim a\n\tfake\n\tnew\n", 2 },
	{ "order dbs 1\norder laas 2\n\tPROCESSING/STARTED\n", 2 },
	{ "order dbs 1\n\tPROCESSING/STARTED\nclaim 1\n\tnew\n", 3 },
};

START_TEST(a_bad_scenario_is_told_by_its_line)
{
	const struct bad_scenario *bad = &bad_scenarios[_i];
	struct scenario scenario;
	struct scenario_error error = { 0 };
	ck_assert_int_eq(scenario_parse(bad->text, strlen(bad->text), WINDOW_US, &scenario, &error), ERR_INVALID);
	ck_assert_uint_eq(error.line, bad->line);
	ck_assert_ptr_nonnull(error.why);
}
END_TEST

START_TEST(options_become_a_configuration)
{
	const char *argv[] = { "claimsim", "--claims=40", "--step", "1ms..2ms", "--faults", "lost=1", "--wait-read", "--lives=edit=1",
			       NULL };
	struct cmdline cmdline;
	char error[CMDLINE_ERROR_SIZE];
	ck_assert_int_eq(cmdline_parse(8, (char **)argv, &cmdline, error), 0);
	ck_assert_int_eq(cmdline.verb, CMDLINE_RUN);
	ck_assert_uint_eq(cmdline.config.claims, 40);
	ck_assert_int_eq(cmdline.config.step_max_us, 2 * USEC_PER_MS);
	ck_assert_double_eq(cmdline.config.faults.probability[FAULT_LOST], 1);
	ck_assert_double_eq(cmdline.config.weights.weight[LIFE_happy], 0);
	ck_assert(cmdline.config.wait_read);
}
END_TEST

START_TEST(options_of_acts_become_a_configuration)
{
	const char *argv[] = { "claimsim", "--late-accept=refused", "--fee", "12.5", "--read-only", "--conflict=old_version", NULL };
	struct cmdline cmdline;
	char error[CMDLINE_ERROR_SIZE];
	ck_assert_int_eq(cmdline_parse(1, (char **)argv, &cmdline, error), 0);
	ck_assert(!cmdline.config.claim_rules.late_refused);
	ck_assert_str_eq(cmdline.config.claim_rules.fee, "149.90");
	ck_assert_int_eq(cmdline_parse(ARRAY_SIZE(argv) - 1, (char **)argv, &cmdline, error), 0);
	ck_assert(cmdline.config.claim_rules.late_refused);
	ck_assert_str_eq(cmdline.config.claim_rules.fee, "12.5");
	ck_assert(cmdline.config.read_only);
	ck_assert_str_eq(cmdline.config.faults.conflict, "old_version");
}
END_TEST

START_TEST(options_of_orders_become_a_configuration)
{
	const char *argv[] = { "claimsim", "--orders", "laas=3,dbs=20", "--push=http://h/p", "--business", "9007199254740993",
			 "--api-key-file=k", "--ping", "--push-speedup=3600", "--fake", "0.25", NULL };
	struct cmdline cmdline;
	char error[CMDLINE_ERROR_SIZE];
	ck_assert_int_eq(cmdline_parse(ARRAY_SIZE(argv) - 1, (char **)argv, &cmdline, error), 0);
	ck_assert_uint_eq(cmdline.config.dbs_orders, 20);
	ck_assert_uint_eq(cmdline.config.laas_orders, 3);
	ck_assert_str_eq(cmdline.config.push_url, "http://h/p");
	ck_assert_int_eq(cmdline.config.business_id, INT64_C(9007199254740993));
	ck_assert_str_eq(cmdline.api_key_file, "k");
	ck_assert(cmdline.config.ping);
	ck_assert_double_eq(cmdline.config.sender.push_speedup, 3600);
	ck_assert_double_eq(cmdline.config.fake, 0.25);
}
END_TEST

static const char *bad_options[] = { "--orders=dbs", "--orders=claims=1", "--orders=dbs=1.5", "--orders=dbs=-1", "--orders=laas=1000001",
			       "--business=0", "--business=9223372036854775808", "--push-speedup=0", "--fake=1.1",
			       "--claims=-1", "--claims=1000001", "--rate=0", "--seed=x", "--listen=here", "--step=1", "--faults=x=1",
			       "--lives=x=1", "--window=x", "--nothing", "--claims", "word", "--late-accept=never", "--fee=-1",
			       "--fee=1e3", "--fee=12345678901234567890123456789012" };

START_TEST(a_bad_option_is_told)
{
	const char *argv[] = { "claimsim", bad_options[_i], NULL };
	struct cmdline cmdline;
	char error[CMDLINE_ERROR_SIZE] = "";
	ck_assert_int_eq(cmdline_parse(2, (char **)argv, &cmdline, error), ERR_INVALID);
	ck_assert_uint_gt(strlen(error), 10);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("sim-plan");
	TCase *t = tcase_create("texts");
	tcase_add_loop_test(t, a_time_is_read_to_the_microsecond, 0, ARRAY_SIZE(spans));
	tcase_add_loop_test(t, what_is_no_time_is_refused, 0, ARRAY_SIZE(bad_spans));
	tcase_add_test(t, a_range_is_two_times_in_order);
	tcase_add_test(t, the_rightmost_fault_stands);
	tcase_add_loop_test(t, a_bad_fault_changes_nothing, 0, ARRAY_SIZE(bad_faults));
	tcase_add_test(t, a_step_says_when_what_and_how);
	tcase_add_test(t, a_step_of_an_order_is_a_pair_or_an_edit);
	tcase_add_loop_test(t, a_bad_step_of_an_order_adds_nothing_and_says_why, 0, ARRAY_SIZE(bad_order_steps));
	tcase_add_loop_test(t, a_bad_step_adds_nothing_and_says_why, 0, ARRAY_SIZE(bad_steps));
	tcase_add_test(t, a_scenario_is_claims_with_steps);
	tcase_add_test(t, a_scenario_tells_orders_from_claims);
	tcase_add_loop_test(t, a_bad_scenario_is_told_by_its_line, 0, ARRAY_SIZE(bad_scenarios));
	tcase_add_test(t, options_become_a_configuration);
	tcase_add_test(t, options_of_acts_become_a_configuration);
	tcase_add_test(t, options_of_orders_become_a_configuration);
	tcase_add_loop_test(t, a_bad_option_is_told, 0, ARRAY_SIZE(bad_options));
	suite_add_tcase(s, t);
	t = tcase_create("chance");
	tcase_add_test(t, faults_come_as_often_as_they_should);
	tcase_add_test(t, a_rate_ends_at_a_date_whose_day_may_be_wrong);
	tcase_add_test(t, chance_depends_on_each_of_its_inputs);
	tcase_add_loop_test(t, a_life_that_chance_chooses_is_legal, 0, LIFE_MAX);
	tcase_add_loop_test(t, a_short_window_leaves_the_rest_of_the_first_deadline, 0, ARRAY_SIZE(windows));
	tcase_add_loop_test(t, the_lives_together_meet_every_status, 0, MODEL_MAX);
	tcase_add_test(t, lives_are_chosen_by_weight);
	tcase_add_test(t, lives_are_chosen_within_a_model);
	suite_add_tcase(s, t);
	return s;
}
