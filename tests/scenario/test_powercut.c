/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The power fails in the middle of the play, at every write and every sync of it, one play each: what was acknowledged is there when
 * claimd starts again, nothing is done twice, and the play goes on to the truth.
 * Scenario tests. What a cut leaves in the file alone is looked at more closely in the component ring.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "stage.h"
#include "tests/powercut.h"
#include "tests/suite.h"

/* How often each point is cut, with chances of its own; POWERCUT_SEEDS asks for more. */
#define SEEDS "1"

/* A play, and what is looked for behind the cut. */
struct play {
	void (*configure)(struct stage_config *ret);
	void (*begin)(void);       /* before the power may fail; may be NULL */
	void (*perform)(void);
	const char *done;          /* SQL that says 1 when nothing of interest is to come */
	void (*check)(void);       /* claimd has started again, and done nothing yet */
	void (*check_truth)(void); /* the play has come to its end */
};

static struct powercut *cut;
static struct stage *stage;

/* What the world has seen before the cut. */
static unsigned call_status;
static bool wish_stored;

static struct sim_stats stats(void)
{
	struct sim_stats stats;

	sim_stats(stage_sim(stage), &stats);
	return stats;
}

static long count(const char *sql)
{
	return strtol(stage_ask(stage, sql), NULL, 10);
}

/* --- The machinery */

/* A database that was closed well, for each performance to begin with: making one anew would take most of its time. */
static const char *make_database(const struct play *play)
{
	struct stage_config config;

	play->configure(&config);
	config.folder = suite_tmpdir();
	stage_close(stage_open(&config));
	return config.folder;
}

static const char *copy_database(const char *from)
{
	const char *folder = suite_tmpdir();
	char command[600];

	snprintf(command, sizeof(command), "cp %s/claimd.db %s", from, folder);
	ck_assert_int_eq(system(command), 0);
	return folder;
}

static bool is_done(const struct play *play)
{
	return count(play->done) == 1;
}

/* One performance over a copy of DATABASE, with a cut at the Nth operation. Whether it came to that. */
static bool perform(const struct play *play, const char *database, size_t n, unsigned seed)
{
	struct stage_config config;

	play->configure(&config);
	config.folder = copy_database(database);
	cut = powercut_open(config.folder);
	stage = stage_open(&config);
	if (play->begin)
		play->begin();
	powercut_set(cut, n);
	play->perform();
	while (!powercut_is_off(cut) && !is_done(play))
		stage_turn(stage);

	bool was_cut = powercut_is_off(cut);

	stage_stop(stage);
	powercut_restore(cut, seed);
	stage_start(stage);
	ck_assert_str_eq(stage_ask(stage, "PRAGMA integrity_check"), "ok");
	ck_assert_str_eq(stage_ask(stage, "PRAGMA foreign_key_check"), "");
	play->check();
	stage_await(stage, play->done, "1");
	play->check_truth();
	stage_close(stage);
	powercut_close(cut);
	return was_cut;
}

/* Each point is cut, alternately with what was synced alone and with what chance adds to that. */
static void cut_everywhere(const struct play *play)
{
	const char *seeds = getenv("POWERCUT_SEEDS");
	unsigned n_seeds = (unsigned)strtoul(seeds ? seeds : SEEDS, NULL, 10);
	const char *database = make_database(play);
	bool was_cut = true;
	size_t n;

	for (n = 0; was_cut; n += POWERCUT_STRIDE)
		for (unsigned i = 0; i < n_seeds; i++)
			was_cut = perform(play, database, n, (n + i) % 2 ? (unsigned)n * 1000 + i : 0);
	if (seeds)
		printf("%zu points, each cut %u times\n", n / POWERCUT_STRIDE, n_seeds);
	ck_assert_uint_gt(n, 10);
}

/* --- A callback, its fold, its read, and what is applied of it */

#define CALLED "SELECT count(*) FROM report_notifications WHERE external_id = 'claim-1'"

/* Whoever calls is the test, so that it knows what was answered. */
static void configure_callbacks(struct stage_config *config)
{
	stage_defaults(config);
	config->delivery.sweep_after_us = 3600 * USEC_PER_SEC;
	config->sim.journal_reader = true; /* or the first callback would not be lost */
	ck_assert_int_eq(faults_parse(&config->sim.faults, "lost=1"), ERR_OK);
}

static void begin_claim(void)
{
	ck_assert_int_eq(sim_script(stage_sim(stage), "claim-1", "new"), ERR_OK);
	stage_settle(stage);
}

static void call(void)
{
	call_status = stage_try_call(stage, "claim-1");
}

static void check_call(void)
{
	ck_assert(call_status == 200 || call_status == 503);
	ck_assert_int_ge(count(CALLED), call_status == 200);
	/* Its sender tries again. */
	if (count(CALLED) == 0)
		stage_call(stage, "claim-1", WALL_NONE);
}

static void check_callback_truth(void)
{
	ck_assert_int_eq(count(CALLED), 1);
	stage_assert_truth(stage);
}

static const struct play callbacks = {
	.configure = configure_callbacks,
	.begin = begin_claim,
	.perform = call,
	.done = "SELECT (SELECT count(*) FROM report_transitions) = 1 AND"
	        " NOT EXISTS (SELECT 1 FROM report_notifications WHERE state <> 'done')",
	.check = check_call,
	.check_truth = check_callback_truth,
};

START_TEST(a_callback_that_was_answered_200_is_there_and_served_wherever_the_power_fails)
{
	cut_everywhere(&callbacks);
}
END_TEST

/* --- A page of the journal, with its cursor */

#define STEPS "new, +0s estimating, +0s ready_for_approval"
#define N_STEPS "3"

static void begin_journal(void)
{
	stage_await(stage, "SELECT count(*) FROM cursor", "1");
}

static void write_journal(void)
{
	ck_assert_int_eq(sim_script(stage_sim(stage), "claim-1", STEPS), ERR_OK);
}

/* The cursor stands behind just those events that are there; what was read meanwhile is none. */
static void check_page(void)
{
	ck_assert_int_eq(count("SELECT count(operation_id) FROM report_transitions"),
	                 count("SELECT sum(journal_events) FROM report_sources"));
}

static void check_journal_truth(void)
{
	stage_assert_truth(stage);
	check_page();
}

static const struct play journal = {
	.configure = stage_journal_defaults,
	.begin = begin_journal,
	.perform = write_journal,
	.done = "SELECT sum(journal_events) = " N_STEPS " FROM report_sources",
	.check = check_page,
	.check_truth = check_journal_truth,
};

START_TEST(a_page_of_the_journal_and_its_cursor_are_there_together_or_not_at_all)
{
	cut_everywhere(&journal);
}
END_TEST

/* --- An act */

static void configure_act(struct stage_config *config)
{
	stage_defaults(config);
	config->delivery.sweep_after_us = 3600 * USEC_PER_SEC;
	config->delivery.request_timeout_us = 300 * USEC_PER_MS;
}

static void begin_act(void)
{
	ck_assert_int_eq(sim_script(stage_sim(stage), "claim-1", "new, estimating, ready_for_approval, act accepted"), ERR_OK);
	stage_await(stage, "SELECT status FROM report_claims", "ready_for_approval");
	stage_await(stage, "SELECT count(*) FROM report_notifications WHERE state <> 'done'", "0");
}

static void accept_claim(void)
{
	wish_stored = stage_try_act(stage, &(struct stage_wish){ .kind = ACT_ACCEPT, .id = "claim-1" });
}

/* What has left stands in the file as sent. */
static void check_act(void)
{
	if (wish_stored)
		ck_assert_int_eq(count("SELECT count(*) FROM report_actions"), 1);
	if (stats().answers.accept > 0)
		ck_assert_int_eq(count("SELECT count(*) FROM report_actions WHERE sent_at IS NOT NULL"), 1);
}

static void check_act_truth(void)
{
	bool accepted = stats().answers.accept > 0;

	ck_assert_uint_le(stats().answers.accept, 1);
	ck_assert_uint_eq(stats().answers.acts, accepted);
	if (count("SELECT count(*) FROM report_actions") == 1)
		ck_assert_str_eq(stage_ask(stage, "SELECT result FROM report_actions"), accepted ? "done" : "not_done");
	stage_await(stage, "SELECT status FROM report_claims", accepted ? "accepted" : "ready_for_approval");
	stage_assert_no_lies(stage);
}

static const struct play act = {
	.configure = configure_act,
	.begin = begin_act,
	.perform = accept_claim,
	.done = "SELECT NOT EXISTS (SELECT 1 FROM report_actions WHERE state <> 'ended')",
	.check = check_act,
	.check_truth = check_act_truth,
};

START_TEST(an_act_is_sent_once_and_found_out_wherever_the_power_fails)
{
	cut_everywhere(&act);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("powercut");
	TCase *tcase = tcase_create("powercut");

	tcase_set_timeout(tcase, 280);
	tcase_add_test(tcase, a_callback_that_was_answered_200_is_there_and_served_wherever_the_power_fails);
	tcase_add_test(tcase, a_page_of_the_journal_and_its_cursor_are_there_together_or_not_at_all);
	tcase_add_test(tcase, an_act_is_sent_once_and_found_out_wherever_the_power_fails);
	suite_add_tcase(suite, tcase);
	return suite;
}
