/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The journal as a source of truth: alone, beside callbacks, after an outage, with every fault that it may have.
 * Scenario tests.
 */
#include <stdio.h>

#include "stage.h"
#include "tests/suite.h"

static const char twelve_steps[] =
	"new, estimating, ready_for_approval, accepted, performer_lookup, performer_draft, performer_found, pickup_arrived, "
	"ready_for_pickup_confirmation, pickuped, delivery_arrived, delivered";

/* The last three in one moment, so that no reader of snapshots can see each. */
static const char hurried_end[] =
	"new, estimating, ready_for_approval, accepted, performer_lookup, performer_draft, performer_found, pickup_arrived, "
	"ready_for_pickup_confirmation, pickuped, +0s delivery_arrived, +0s delivered";

static void play(struct stage *stage, int n_claims, const char *steps)
{
	char claim[32];

	for (int i = 0; i < n_claims; i++) {
		snprintf(claim, sizeof(claim), "claim-%d", i);
		ck_assert_int_eq(sim_script(stage_sim(stage), claim, steps), 0);
	}
}

static void play_twelve_steps(struct stage *stage, int n_claims)
{
	play(stage, n_claims, twelve_steps);
}

static void await_steps(struct stage *stage, int n)
{
	char want[16];

	snprintf(want, sizeof(want), "%d", n);
	stage_await(stage, "SELECT count(*) FROM report_transitions WHERE verdict IN ('first', 'legal')", want);
}

START_TEST(test_the_journal_alone_records_every_step)
{
	struct stage_config config;

	stage_journal_defaults(&config);

	struct stage *stage = stage_open(&config);

	play_twelve_steps(stage, 30);
	await_steps(stage, 360);
	ck_assert_str_eq(stage_ask(stage, "SELECT count(*) FROM report_transitions WHERE verdict = 'first'"), "30");
	ck_assert_str_eq(stage_ask(stage, "SELECT count(*) FROM report_transitions WHERE verdict = 'legal'"), "330");
	stage_assert_truth(stage);
	stage_close(stage);
}
END_TEST

START_TEST(test_what_the_journal_lacks_is_read_once_a_claim)
{
	struct stage_config config;
	struct sim_stats stats;

	stage_journal_defaults(&config);

	struct stage *stage = stage_open(&config);

	play_twelve_steps(stage, 30);
	await_steps(stage, 360);
	stage_await(stage, "SELECT count(*) FROM report_claims WHERE version = 1 AND last_read_at IS NOT NULL", "30");
	sim_stats(stage_sim(stage), &stats);
	/* Once at first sight, and once more for the offer when the window opens; on a slow machine some are behind and are read again.
	 * But never once for each of the 360 steps. */
	ck_assert_uint_le(stats.answers.ids, 180);
	stage_close(stage);
}
END_TEST

START_TEST(test_an_outage_leaves_gaps_and_its_end_heals_them)
{
	struct stage_config config;

	stage_journal_defaults(&config);
	config.deaf = false;
	config.delivery.callbacks = true;
	/* Slow enough that the daemon reads each claim before its end. */
	config.sim.step_min_us = 20 * USEC_PER_MS;
	config.sim.step_max_us = 60 * USEC_PER_MS;

	struct stage *stage = stage_open(&config);

	sim_set_journal_outage(stage_sim(stage), OUTAGE_ERROR);
	play(stage, 30, hurried_end);
	stage_await(stage, "SELECT count(*) FROM report_claims WHERE status = 'delivered'", "30");
	ck_assert_str_eq(stage_ask(stage, "SELECT gaps_open > 0 FROM report_sources"), "1");
	sim_set_journal_outage(stage_sim(stage), OUTAGE_NONE);
	await_steps(stage, 360);
	stage_assert_truth(stage);
	ck_assert_str_eq(stage_ask(stage, "SELECT gaps_open || ' ' || (gaps_healed > 0) FROM report_sources"), "0 1");
	ck_assert_str_eq(stage_ask(stage, "SELECT count(*) FROM report_windows WHERE outcome = 'met'"), "30");
	stage_close(stage);
}
END_TEST

START_TEST(test_restarts_between_pages_double_nothing)
{
	struct stage_config config;
	char sql[96];

	stage_journal_defaults(&config);
	config.sim.page_max = 100;

	struct stage *stage = stage_open(&config);

	play_twelve_steps(stage, 400);
	for (int i = 1; i <= 6; i++) {
		snprintf(sql, sizeof(sql), "SELECT count(*) > %d FROM report_transitions", i * 600);
		stage_await(stage, sql, "1");
		stage_restart(stage);
	}
	await_steps(stage, 4800);
	ck_assert_str_eq(stage_ask(stage, "SELECT count(*) FROM report_transitions"), "4800");
	stage_assert_truth(stage);
	stage_close(stage);
}
END_TEST

START_TEST(test_a_refused_cursor_starts_over_and_doubles_nothing)
{
	struct stage_config config;

	stage_journal_defaults(&config);
	ck_assert_int_eq(faults_parse(&config.sim.faults, _i == 0 ? "vague=0" : "vague=1"), 0);

	struct stage *stage = stage_open(&config);

	play_twelve_steps(stage, 10);
	await_steps(stage, 120);
	sim_forget_cursors(stage_sim(stage));
	ck_assert_int_eq(sim_script(stage_sim(stage), "claim-new", "new"), 0);
	await_steps(stage, 121);
	stage_assert_truth(stage);
	stage_close(stage);
}
END_TEST

START_TEST(test_reading_from_the_start_changes_nothing)
{
	struct stage_config config;
	char before[4096];

	stage_journal_defaults(&config);

	struct stage *stage = stage_open(&config);
	static const char all[] = "SELECT count(*) || ' ' || sum(seq) || ' ' || sum(at_us % 1000003) || ' ' ||"
				  " sum(seen_at_us % 1000003) FROM report_transitions";

	play_twelve_steps(stage, 10);
	await_steps(stage, 120);
	snprintf(before, sizeof(before), "%s", stage_ask(stage, all));
	sim_forget_cursors(stage_sim(stage));
	stage_await(stage, "SELECT journal_events >= 240 FROM report_sources", "1");
	ck_assert_str_eq(stage_ask(stage, all), before);
	stage_close(stage);
}
END_TEST

static const char all_faults[] = "stale=0.2,duplicate=0.2,reorder=0.1,lost=0.3,delay=0.1,429=0.05,500=0.05,cut=0.05,"
				 "late=0.2,shuffle=0.5,repeat=0.3";

/* callbacks only, journal only, both. In the first the claims wait to be read, since a snapshot shows one step only. */
static void storm(struct stage_config *config, bool callbacks, bool journal)
{
	stage_journal_defaults(config);
	config->deaf = !callbacks;
	config->delivery.callbacks = callbacks;
	config->delivery.delivery.journal = journal;
	config->delivery.sweep_after_us = 60 * USEC_PER_MS;
	config->sim.journal_reader = journal;
	config->sim.wait_read = !journal;
	config->sim.claims = 500;
	config->sim.page_max = 100;
	config->sim.retry_after_s = 0;
	config->sim.delay_max_us = 20 * USEC_PER_MS;
	config->sim.behind_max_us = 20 * USEC_PER_MS;
	config->sim.sender.retry_us = 5 * USEC_PER_MS;
	ck_assert_int_eq(faults_parse(&config->sim.faults, all_faults), 0);
}

/* All lives, the broken ones too. */
static struct life_weights with_broken_lives(bool journal)
{
	struct life_weights weights;

	life_weights_default(&weights);
	for (int life = 0; life < LIFE_MAX; life++)
		if (weights.weight[life] <= 0 && !stage_life_waits(&lives[life]))
			weights.weight[life] = 2;
	/* Without the journal, nobody asks again for a claim that goes on after its end, once that callback is lost. */
	if (!journal)
		weights.weight[LIFE_illegal_revival] = 0;
	return weights;
}

static void await_every_event(struct stage *stage)
{
	const struct world *world = sim_world(stage_sim(stage));
	size_t n = 0;
	char want[32];

	for (size_t i = 0; i < world_count(world); i++)
		n += world_at(world, i)->n;
	snprintf(want, sizeof(want), "%zu", n);
	stage_await(stage, "SELECT count(*) FROM history WHERE operation_id IS NOT NULL", want);
}

START_TEST(test_the_oracle_holds_in_each_mode)
{
	bool callbacks = _i != 1;
	bool journal = _i != 0;
	struct stage_config config;

	storm(&config, callbacks, journal);
	config.sim.weights = with_broken_lives(journal);

	struct stage *stage = stage_open(&config);

	stage_await_done(stage);
	if (journal)
		await_every_event(stage);
	stage_assert_truth(stage);
	stage_close(stage);
}
END_TEST

START_TEST(test_prices_of_the_journal_make_the_price_history)
{
	struct stage_config config;

	stage_journal_defaults(&config);

	struct stage *stage = stage_open(&config);

	ck_assert_int_eq(sim_script(stage_sim(stage), "claim-1", "new, price 100, estimating, price 120.50, +100ms cancelled"), 0);
	stage_await(stage, "SELECT group_concat(price, ' ') FROM"
	                   " (SELECT * FROM report_prices WHERE price IN ('100', '120.50') ORDER BY at)", "100 120.50");
	stage_await(stage, "SELECT price FROM report_claims", "120.50");
	stage_await(stage, "SELECT resolution FROM report_claims", "failed");
	stage_close(stage);
}
END_TEST

START_TEST(test_callbacks_that_stop_are_noticed)
{
	struct stage_config config;

	stage_journal_defaults(&config);
	config.delivery.callbacks = true;
	config.delivery.sweep_after_us = 300 * USEC_PER_MS;

	struct stage *stage = stage_open(&config);

	ck_assert_int_eq(sim_script(stage_sim(stage), "claim-1", "new, +400ms estimating"), 0);
	stage_await(stage, "SELECT state FROM report_sources", "silent");
	stage_close(stage);
}
END_TEST

START_TEST(test_a_new_token_ends_a_lockout_of_the_journal)
{
	struct stage_config config;

	stage_journal_defaults(&config);

	struct stage *stage = stage_open(&config);

	play_twelve_steps(stage, 3);
	sim_set_journal_outage(stage_sim(stage), OUTAGE_UNAUTHORIZED);
	stage_await(stage, "SELECT state FROM report_sources", "locked_out");
	sim_set_journal_outage(stage_sim(stage), OUTAGE_NONE);
	/* A restart tries again, as a reload does. */
	stage_restart(stage);
	await_steps(stage, 36);
	ck_assert_str_eq(stage_ask(stage, "SELECT state FROM report_sources"), "ok");
	stage_close(stage);
}
END_TEST

START_TEST(test_the_journal_outlives_absurd_answers)
{
	struct stage_config config;
	enum outage outage = (enum outage)(OUTAGE_ERROR + _i);

	stage_journal_defaults(&config);
	if (outage == OUTAGE_SILENT)
		config.delivery.request_timeout_us = 100 * USEC_PER_MS;

	struct stage *stage = stage_open(&config);

	sim_set_journal_outage(stage_sim(stage), outage);
	play_twelve_steps(stage, 3);
	/* The claims end before the clock moves: an approval that it moved past its window would be late in truth. */
	while (!sim_is_done(stage_sim(stage)))
		stage_turn(stage);
	stage_await(stage, "SELECT reason IS NOT NULL OR state <> 'ok' OR cursor_at IS NULL FROM report_sources", "1");
	stage_settle(stage);
	stage_delivery(stage)->request_timeout_us = STAGE_PATIENCE_US;
	sim_set_journal_outage(stage_sim(stage), OUTAGE_NONE);
	/* A pause ends when its time has come, however long it is. */
	stage_set_clock(stage, 3600 * USEC_PER_SEC);
	await_steps(stage, 36);
	stage_assert_truth(stage);
	stage_close(stage);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("journal");
	TCase *tcase = tcase_create("journal");

	tcase_set_timeout(tcase, 180);
	tcase_add_test(tcase, test_the_journal_alone_records_every_step);
	tcase_add_test(tcase, test_what_the_journal_lacks_is_read_once_a_claim);
	tcase_add_test(tcase, test_an_outage_leaves_gaps_and_its_end_heals_them);
	tcase_add_test(tcase, test_restarts_between_pages_double_nothing);
	tcase_add_loop_test(tcase, test_a_refused_cursor_starts_over_and_doubles_nothing, 0, 2);
	tcase_add_test(tcase, test_reading_from_the_start_changes_nothing);
	tcase_add_loop_test(tcase, test_the_oracle_holds_in_each_mode, 0, 3);
	tcase_add_test(tcase, test_prices_of_the_journal_make_the_price_history);
	tcase_add_test(tcase, test_callbacks_that_stop_are_noticed);
	tcase_add_test(tcase, test_a_new_token_ends_a_lockout_of_the_journal);
	tcase_add_loop_test(tcase, test_the_journal_outlives_absurd_answers, 0, OUTAGE_MAX - OUTAGE_ERROR);
	suite_add_tcase(suite, tcase);
	return suite;
}
