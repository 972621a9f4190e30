/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How simulated claims live: their pace, their clocks, their verdicts, their seed.
 * Component ring: simulator, merchant and client share one process and one loop.
 */
#include "sim_stage.h"

#include <glob.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "suite.h"

static struct stage s;

static void setup(void)
{
	stage_open(&s);
}

static void teardown(void)
{
	stage_close(&s);
}

START_TEST(a_claim_waits_to_be_read)
{
	s.config.wait_read = true;
	stage_begin(&s);
	stage_script(&s, "a", "new, estimating stale 1, ready_for_approval");
	stage_await_steps(&s, "a", 1);
	stage_let_pass(&s);
	stage_await_steps(&s, "a", 1);
	stage_check_told(&s, "a", "new");
	stage_await_steps(&s, "a", 2);
	stage_check_told(&s, "a", "new");
	stage_let_pass(&s);
	stage_await_steps(&s, "a", 2);
	stage_check_told(&s, "a", "estimating");
	stage_await_steps(&s, "a", 3);
	stage_let_pass(&s);
	ck_assert(!sim_is_done(s.sim));
	stage_check_told(&s, "a", "ready_for_approval");
	stage_await_done(&s);
}
END_TEST

START_TEST(an_illegal_status_waits_for_its_second_reading)
{
	s.config.wait_read = true;
	stage_begin(&s);
	stage_script(&s, "a", "delivered_finish, performer_lookup");
	stage_await_steps(&s, "a", 1);
	stage_check_told(&s, "a", "delivered_finish");
	stage_await_steps(&s, "a", 2);
	stage_check_told(&s, "a", "performer_lookup");
	stage_let_pass(&s);
	ck_assert(!sim_is_done(s.sim));
	stage_check_told(&s, "a", "performer_lookup");
	stage_await_done(&s);
}
END_TEST

static void check_transition(const char *id, size_t place, const char *status, enum verdict verdict)
{
	const struct transition *transition = &stage_claim(&s, id)->transitions[place];
	ck_assert_str_eq(transition->seen.status, status);
	ck_assert_str_eq(verdict_text(transition->verdict), verdict_text(verdict));
	if (place > 0) {
		const struct transition *before = transition - 1;
		ck_assert_int_gt(transition->seen.entered.us, before->seen.entered.us);
		ck_assert_int_gt(transition->seen.key.revision, before->seen.key.revision);
		ck_assert_int_le(transition->seen.key.revision, before->seen.key.revision + 3);
	}
}

static int64_t since_entry(const char *id)
{
	const struct transition *last = stage_newest(&s, id);
	return last->seen.entered.us - (last - 1)->seen.entered.us;
}

START_TEST(ten_minutes_are_met_or_missed_by_a_microsecond)
{
	stage_begin_scenario(&s, "claim met\n backdate 10min\n new, estimating, ready_for_approval, at 599.999999s accepted\n"
	               "claim late\n backdate 10min\n new, estimating, ready_for_approval, at 600s accepted\n");
	stage_await_done(&s);
	check_transition("met", 3, "accepted", VERDICT_LEGAL);
	ck_assert_int_eq(since_entry("met"), 600 * USEC_PER_SEC - 1);
	check_transition("late", 3, "accepted", VERDICT_LATE);
	ck_assert_int_eq(since_entry("late"), 600 * USEC_PER_SEC);
}
END_TEST

START_TEST(a_window_passes_on_a_moved_clock)
{
	stage_begin_scenario(&s, "claim a\n new, estimating, ready_for_approval, at 601s failed\n");
	stage_await_steps(&s, "a", 3);
	stage_let_pass(&s);
	stage_await_steps(&s, "a", 3);
	s.clock.shift_us += 601 * USEC_PER_SEC;
	loop_clock_stepped(s.loop);
	stage_await_done(&s);
	check_transition("a", 3, "failed", VERDICT_LEGAL);
	ck_assert_int_eq(since_entry("a"), 601 * USEC_PER_SEC);
}
END_TEST

START_TEST(an_earlier_end_of_the_offer_wins)
{
	s.config.offer_us = 5 * USEC_PER_SEC;
	stage_begin_scenario(&s, "claim a\n backdate 10min\n new, estimating, ready_for_approval, at 5s accepted\n");
	stage_await_done(&s);
	check_transition("a", 3, "accepted", VERDICT_LATE);
}
END_TEST

START_TEST(what_the_graph_forbids_is_marked_and_the_rest_goes_on)
{
	stage_begin(&s);
	stage_script(&s, "a", "new, estimating, ready_for_approval, accepted, performer_lookup, performer_found");
	stage_script(&s, "a", "pickup_arrived, picking_up");
	stage_script(&s, "a", "pickuped, ready_for_approval, delivery_arrived, delivered, delivered_finish, performer_lookup");
	stage_await_done(&s);
	check_transition("a", 0, "new", VERDICT_FIRST);
	check_transition("a", 6, "pickup_arrived", VERDICT_LEGAL);
	check_transition("a", 7, "picking_up", VERDICT_UNKNOWN);
	check_transition("a", 8, "pickuped", VERDICT_LEGAL);
	check_transition("a", 9, "ready_for_approval", VERDICT_ILLEGAL);
	check_transition("a", 10, "delivery_arrived", VERDICT_LEGAL);
	check_transition("a", 12, "delivered_finish", VERDICT_LEGAL);
	check_transition("a", 13, "performer_lookup", VERDICT_ILLEGAL);
	stage_script(&s, "gap", "new, ready_for_approval, ready_for_approval");
	stage_await_done(&s);
	check_transition("gap", 1, "ready_for_approval", VERDICT_GAP);
	check_transition("gap", 2, "ready_for_approval", VERDICT_SAME);
}
END_TEST

START_TEST(an_edit_makes_a_new_version)
{
	stage_begin(&s);
	stage_script(&s, "a", "new, estimating, ready_for_approval, estimating, ready_for_approval");
	stage_await_done(&s);
	ck_assert_int_eq(stage_claim(&s, "a")->transitions[2].seen.version, 1);
	ck_assert_int_eq(stage_claim(&s, "a")->transitions[3].seen.version, 2);
	ck_assert_int_eq(stage_claim(&s, "a")->transitions[4].seen.version, 2);
}
END_TEST

START_TEST(each_stop_has_its_own_point)
{
	const char *id;
	stage_begin(&s);
	ck_assert_int_eq(sim_add_claim(s.sim, "multidrop", &id), 0);
	stage_await_done(&s);
	int64_t first = stage_claim(&s, id)->transitions[0].seen.point_id;
	ck_assert_int_eq(stage_newest(&s, id)->seen.point_id, first + 3);
	ck_assert_str_eq(stage_newest(&s, id)->seen.resolution, "success");
	ck_assert_int_eq(sim_add_claim(s.sim, "nobody", &id), ERR_NOT_FOUND);
}
END_TEST

/* A new substatus is judged by its status, which nothing is wrong with. */
static size_t n_to_be_held(const struct life *life)
{
	return life->weight == 0 && !strstr(life->name, "_new_substatus") ? 1 : 0;
}

START_TEST(every_life_gets_the_verdicts_that_it_should)
{
	const struct life *life = &lives[_i];
	/* The place of the first status with a deadline. */
	size_t entry = life->model == &model_claims ? 3 : 1;
	const char *id;
	size_t n_held = 0;
	if (strstr(life->steps, ", act "))
		return; /* test_sim_acts.c and test_sim_order_acts.c */
	stage_begin(&s);
	ck_assert_int_eq(life->model == &model_claims ? sim_add_claim(s.sim, life->name, &id)
	                                              : sim_add_order(s.sim, life->model, life->name, &id), 0);
	while (!sim_is_done(s.sim)) {
		raw_turn(s.loop);
		/* The time that is left passes at once. */
		if (life->short_window && stage_claim(&s, id)->n == entry && s.clock.shift_us == 0) {
			s.clock.shift_us = 120 * USEC_PER_SEC;
			loop_clock_stepped(s.loop);
		}
	}
	for (size_t i = 0; i < stage_claim(&s, id)->n; i++)
		n_held += stage_claim(&s, id)->transitions[i].verdict != (i == 0 ? VERDICT_FIRST : VERDICT_LEGAL);
	ck_assert_uint_eq(n_held, n_to_be_held(life));
}
END_TEST

/* The truth of 20 claims without what depends on the time of day. */
static void play(uint64_t seed, struct buf *ret)
{
	s.config.seed = seed;
	s.config.claims = 20;
	s.config.rate = 1e6;
	ck_assert_int_eq(life_weights_parse("happy=1,edit=1,return=1,cancel_paid=1", &s.config.weights), 0);
	stage_begin(&s);
	stage_await_done(&s);
	for (size_t i = 0; i < world_count(sim_world(s.sim)); i++) {
		const struct world_shipment *each = world_at(sim_world(s.sim), i);
		for (size_t k = 0; k < each->n; k++) {
			const struct seen *seen = &each->transitions[k].seen;
			int r = buf_addf(ret, "%s %s %" PRId64 " %s\n", each->id, seen->status, seen->key.revision, seen->price);
			ck_assert_int_eq(r, 0);
		}
	}
	s.sim = sim_free(s.sim);
}

START_TEST(the_same_seed_makes_the_same_truth)
{
	struct buf first = { 0 };
	struct buf second = { 0 };
	struct buf other = { 0 };
	play(7, &first);
	s.config.step_max_us = 2 * USEC_PER_MS;
	play(7, &second);
	play(8, &other);
	ck_assert_str_eq(first.data, second.data);
	ck_assert_str_ne(first.data, other.data);
	buf_done(&first);
	buf_done(&second);
	buf_done(&other);
}
END_TEST

START_TEST(two_claims_of_one_id_are_refused)
{
	struct scenario scenario;
	struct scenario_error error;
	const char text[] = "claim a\n new\n";
	ck_assert_int_eq(scenario_parse(text, strlen(text), 0, &scenario, &error), 0);
	scenario.shipments = realloc(scenario.shipments, 2 * sizeof(*scenario.shipments));
	scenario.shipments[1] = scenario.shipments[0];
	scenario.n = 2;
	s.config.scenario = &scenario;
	ck_assert_int_eq(sim_new(s.loop, &s.config, &s.sim), ERR_INVALID);
	scenario.n = 1;
	scenario_done(&scenario);
}
END_TEST

START_TEST(a_reader_that_waits_meets_every_transition_whatever_goes_wrong)
{
	CLEANUP(buf_done) struct buf body = { 0 };
	s.config.wait_read = true;
	s.config.claims = 30;
	s.config.rate = 1e6;
	stage_begin_with_fault(&s, "all=0.2");
	const struct world *world = sim_world(s.sim);
	for (size_t i = 0; i < world_count(world); i++)
		ck_assert_int_eq(buf_addf(&body, "%s\"%s\"", i ? "," : "{\"claim_ids\":[", world_at(world, i)->id), 0);
	ck_assert_int_eq(buf_addf(&body, "]}"), 0);
	while (!sim_is_done(s.sim)) {
		stage_ask(&s, "POST", BULK_INFO, LANGUAGE, body.data);
		/* Ten minutes pass in the lives that let them. */
		s.clock.shift_us += USEC_PER_SEC;
		loop_clock_stepped(s.loop);
	}
	for (size_t i = 0; i < world_count(world); i++)
		for (size_t k = 0; k < world_at(world, i)->n; k++)
			ck_assert_uint_gt(world_at(world, i)->transitions[k].reads, 0);
}
END_TEST

START_TEST(every_sample_scenario_is_played_to_its_end)
{
	glob_t files;
	ck_assert_int_eq(glob("tests/scenario/*.scn", 0, NULL, &files), 0);
	for (size_t i = 0; i < files.gl_pathc; i++) {
		char text[8192];
		FILE *file = fopen(files.gl_pathv[i], "r");
		ck_assert_ptr_nonnull(file);
		text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
		fclose(file);
		s.clock.shift_us = 0;
		stage_begin_scenario(&s, text);
		while (!sim_is_done(s.sim)) {
			raw_turn(s.loop);
			s.clock.shift_us += USEC_PER_SEC;
			loop_clock_stepped(s.loop);
		}
		s.sim = sim_free(s.sim);
	}
	globfree(&files);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("sim-lives");
	TCase *t = tcase_create("sim-lives");
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, a_claim_waits_to_be_read);
	tcase_add_test(t, an_illegal_status_waits_for_its_second_reading);
	tcase_add_test(t, ten_minutes_are_met_or_missed_by_a_microsecond);
	tcase_add_test(t, a_window_passes_on_a_moved_clock);
	tcase_add_test(t, an_earlier_end_of_the_offer_wins);
	tcase_add_test(t, what_the_graph_forbids_is_marked_and_the_rest_goes_on);
	tcase_add_test(t, an_edit_makes_a_new_version);
	tcase_add_test(t, each_stop_has_its_own_point);
	tcase_add_loop_test(t, every_life_gets_the_verdicts_that_it_should, 0, LIFE_MAX);
	tcase_add_test(t, the_same_seed_makes_the_same_truth);
	tcase_add_test(t, two_claims_of_one_id_are_refused);
	tcase_add_test(t, a_reader_that_waits_meets_every_transition_whatever_goes_wrong);
	tcase_add_test(t, every_sample_scenario_is_played_to_its_end);
	suite_add_tcase(suite, t);
	return suite;
}
