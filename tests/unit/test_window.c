/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The approval window: when it is due, what it comes to, and when a new one opens.
 * Tests, unit ring. Judges ordered histories; how a window changes as observations come in is test_reconcile.c's.
 */
#include <string.h>

#include "suite.h"
#include "unit/tale.h"

START_TEST(a_window_is_due_after_600_seconds)
{
	struct tale tale = tale_begin();

	tale_add(&tale, "ready_for_approval", SECONDS(7));
	tale_judge(&tale);
	tale_check_window(&tale.steps[0], SECONDS(607), OUTCOME_OPEN);
	tale_check_open(&tale.steps[0]);
}
END_TEST

START_TEST(only_ready_for_approval_opens_a_window)
{
	struct tale tale = tale_begin();

	tale_add(&tale, model_claims.statuses[_i].name, 0);
	tale_judge(&tale);
	ck_assert(!!tale.steps[0].window.rule == (strcmp(tale.steps[0].status, "ready_for_approval") == 0));
}
END_TEST

START_TEST(the_end_of_the_offer_counts_where_it_is_earlier)
{
	static const struct {
		int64_t valid_until_us;
		int64_t due_us;
	} rows[] = {
		{ SECONDS(300), SECONDS(300) },
		{ SECONDS(600) - 1, SECONDS(600) - 1 },
		{ SECONDS(600), SECONDS(600) },
		{ SECONDS(600) + 1, SECONDS(600) },
		{ SECONDS(900), SECONDS(600) },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tale tale = tale_begin();

		tale_add(&tale, "ready_for_approval", 0)->valid_until = moment(rows[i].valid_until_us);
		tale_judge(&tale);
		tale_check_window(&tale.steps[0], rows[i].due_us, OUTCOME_OPEN);
	}
}
END_TEST

START_TEST(an_accept_is_in_time_until_just_before_the_deadline)
{
	static const struct {
		int64_t us;
		bool late;
	} rows[] = {
		{ SECONDS(1), false },
		{ SECONDS(599.999), false },
		{ SECONDS(600) - 1, false },
		{ SECONDS(600), true },
		{ SECONDS(600) + 1, true },
		{ SECONDS(86400), true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tale tale = tale_begin();

		tale_add(&tale, "ready_for_approval", 0);
		tale_add(&tale, "accepted", rows[i].us);
		tale_judge(&tale);
		tale_check_verdict(&tale.steps[1], rows[i].late ? VERDICT_LATE : VERDICT_LEGAL, "ready_for_approval", 2);
		tale_check_closed(&tale.steps[0], rows[i].late ? OUTCOME_LATE : OUTCOME_MET, rows[i].us);
		ck_assert_int_eq(tale.steps[1].violation, rows[i].late ? VIOLATION_LATE_APPROVAL : VIOLATION_NONE);
		ck_assert_str_eq(tale_status(&tale), rows[i].late ? "ready_for_approval" : "accepted");
	}
}
END_TEST

START_TEST(an_accept_at_the_end_of_a_shorter_offer_is_late)
{
	struct tale tale = tale_begin();

	tale_add(&tale, "ready_for_approval", 0)->valid_until = moment(SECONDS(300));
	tale_add(&tale, "accepted", SECONDS(300));
	tale_judge(&tale);
	tale_check_verdict(&tale.steps[1], VERDICT_LATE, "ready_for_approval", 2);
}
END_TEST

START_TEST(after_a_late_accept_the_next_legal_status_goes_on)
{
	struct tale tale = tale_begin();

	tale_add(&tale, "ready_for_approval", 0);
	tale_add(&tale, "accepted", SECONDS(600));
	tale_add(&tale, "failed", SECONDS(603));
	tale_judge(&tale);
	tale_check_verdict(&tale.steps[2], VERDICT_LEGAL, "ready_for_approval", 3);
	tale_check_closed(&tale.steps[0], OUTCOME_LATE, SECONDS(600));
	ck_assert_str_eq(tale_status(&tale), "failed");
}
END_TEST

START_TEST(flagging_applies_a_late_accept)
{
	struct tale tale = tale_begin();

	tale.policy = POLICY_FLAG;
	tale_add(&tale, "ready_for_approval", 0);
	tale_add(&tale, "accepted", SECONDS(600));
	tale_add(&tale, "performer_lookup", SECONDS(601));
	tale_judge(&tale);
	tale_check_verdict(&tale.steps[1], VERDICT_LATE, "ready_for_approval", 2);
	ck_assert(tale.steps[1].adopted);
	ck_assert_int_eq(tale.steps[1].violation, VIOLATION_LATE_APPROVAL);
	tale_check_closed(&tale.steps[0], OUTCOME_LATE, SECONDS(600));
	tale_check_verdict(&tale.steps[2], VERDICT_LEGAL, "accepted", 3);
}
END_TEST

START_TEST(a_second_late_accept_does_not_close_the_window_again)
{
	struct tale tale = tale_begin();

	tale_add(&tale, "ready_for_approval", 0);
	tale_add(&tale, "accepted", SECONDS(600));
	tale_add(&tale, "teleported", SECONDS(650));
	tale_add(&tale, "accepted", SECONDS(700));
	tale_judge(&tale);
	tale_check_verdict(&tale.steps[3], VERDICT_LATE, "ready_for_approval", 4);
	tale_check_closed(&tale.steps[0], OUTCOME_LATE, SECONDS(600));
}
END_TEST

START_TEST(how_it_is_left_decides_what_a_window_comes_to)
{
	static const struct {
		const char *to;
		int64_t us;
		enum outcome outcome;
		int64_t closed_us;
	} rows[] = {
		{ "accepted", SECONDS(10), OUTCOME_MET, SECONDS(10) },
		{ "performer_lookup", SECONDS(10), OUTCOME_MET, SECONDS(10) },
		{ "pickuped", SECONDS(10), OUTCOME_MET, SECONDS(10) },
		{ "cancelled_with_payment", SECONDS(10), OUTCOME_MET, SECONDS(10) },
		{ "estimating", SECONDS(10), OUTCOME_LEFT, SECONDS(10) },
		{ "estimating_failed", SECONDS(10), OUTCOME_LEFT, SECONDS(10) },
		{ "cancelled", SECONDS(10), OUTCOME_LEFT, SECONDS(10) },
		{ "failed", SECONDS(10), OUTCOME_LEFT, SECONDS(10) },
		{ "performer_not_found", SECONDS(10), OUTCOME_LEFT, SECONDS(10) },
		{ "cancelled", SECONDS(600) - 1, OUTCOME_LEFT, SECONDS(600) - 1 },
		{ "cancelled", SECONDS(600), OUTCOME_EXPIRED, SECONDS(600) },
		{ "estimating", SECONDS(700), OUTCOME_EXPIRED, SECONDS(600) },
		{ "failed", SECONDS(700), OUTCOME_EXPIRED, SECONDS(600) },
		{ "performer_lookup", SECONDS(600) - 1, OUTCOME_MET, SECONDS(600) - 1 },
		{ "performer_lookup", SECONDS(700), OUTCOME_LEFT, SECONDS(700) },
		{ "pickuped", SECONDS(700), OUTCOME_LEFT, SECONDS(700) },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tale tale = tale_begin();

		tale_add(&tale, "ready_for_approval", 0);
		tale_add(&tale, rows[i].to, rows[i].us);
		tale.now = moment(SECONDS(3600));
		tale_judge(&tale);
		ck_assert_str_eq(tale_status(&tale), rows[i].to);
		tale_check_closed(&tale.steps[0], rows[i].outcome, rows[i].closed_us);
	}
}
END_TEST

START_TEST(an_unanswered_window_expires_at_its_deadline)
{
	struct tale tale = tale_begin();

	tale_add(&tale, "ready_for_approval", 0);
	tale.now = moment(SECONDS(600) - 1);
	tale_judge(&tale);
	tale_check_open(&tale.steps[0]);
	tale.now = moment(SECONDS(600));
	tale_judge(&tale);
	tale_check_closed(&tale.steps[0], OUTCOME_EXPIRED, SECONDS(600));
	tale.now = moment(SECONDS(999));
	tale_judge(&tale);
	tale_check_closed(&tale.steps[0], OUTCOME_EXPIRED, SECONDS(600));
	ck_assert_str_eq(tale_status(&tale), "ready_for_approval");
}
END_TEST

START_TEST(a_held_status_leaves_the_window_open)
{
	struct tale tale = tale_begin();

	tale_add(&tale, "ready_for_approval", 0);
	tale_add(&tale, "teleported", SECONDS(1));
	tale_judge(&tale);
	tale_check_open(&tale.steps[0]);
	tale.now = moment(SECONDS(600));
	tale_judge(&tale);
	tale_check_closed(&tale.steps[0], OUTCOME_EXPIRED, SECONDS(600));
}
END_TEST

START_TEST(an_expired_window_is_met_by_an_accept_that_was_in_time)
{
	struct tale tale = tale_begin();

	tale.now = moment(SECONDS(700));
	tale_add(&tale, "ready_for_approval", 0);
	tale_judge(&tale);
	tale_add(&tale, "accepted", SECONDS(599));
	tale_judge(&tale);
	tale_check_closed(&tale.steps[0], OUTCOME_MET, SECONDS(599));
	tale_check_verdict(&tale.steps[1], VERDICT_LEGAL, "ready_for_approval", 2);
}
END_TEST

START_TEST(each_return_opens_a_window_of_its_own)
{
	struct tale tale = tale_begin();

	tale_add(&tale, "ready_for_approval", 0)->version = 1;
	tale_add(&tale, "estimating", SECONDS(100))->version = 2;
	tale_add(&tale, "ready_for_approval", SECONDS(101))->version = 2;
	tale_add(&tale, "accepted", SECONDS(650))->version = 2;
	tale_judge(&tale);
	tale_check_window(&tale.steps[0], SECONDS(600), OUTCOME_LEFT);
	tale_check_window(&tale.steps[2], SECONDS(701), OUTCOME_MET);
	ck_assert_int_eq(tale.steps[0].version, 1);
	ck_assert_int_eq(tale.steps[2].version, 2);
	tale_check_verdict(&tale.steps[3], VERDICT_LEGAL, "ready_for_approval", 4);
}
END_TEST

START_TEST(a_higher_version_of_the_same_status_is_a_return_that_was_not_seen)
{
	struct tale tale = tale_begin();

	tale_add(&tale, "ready_for_approval", 0)->version = 1;
	tale_add(&tale, "ready_for_approval", SECONDS(300))->version = 2;
	tale_judge(&tale);
	tale_check_verdict(&tale.steps[1], VERDICT_GAP, "ready_for_approval", 2);
	tale_check_closed(&tale.steps[0], OUTCOME_LEFT, SECONDS(300));
	tale_check_window(&tale.steps[1], SECONDS(900), OUTCOME_OPEN);
	ck_assert_int_eq(tale.end.entered.us, moment(SECONDS(300)).us);
}
END_TEST

START_TEST(a_version_that_is_not_higher_is_no_return)
{
	static const struct {
		int64_t first;
		int64_t second;
		int64_t of_window;
	} rows[] = { { 1, 1, 1 }, { 2, 1, 2 }, { NUMBER_NONE, 1, 1 }, { 1, NUMBER_NONE, 1 } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tale tale = tale_begin();

		tale_add(&tale, "ready_for_approval", 0)->version = rows[i].first;
		tale_add(&tale, "ready_for_approval", SECONDS(300))->version = rows[i].second;
		tale_judge(&tale);
		tale_check_verdict(&tale.steps[1], VERDICT_SAME, "ready_for_approval", 0);
		tale_check_window(&tale.steps[0], SECONDS(600), OUTCOME_OPEN);
		ck_assert_int_eq(tale.steps[0].version, rows[i].of_window);
	}
}
END_TEST

START_TEST(a_higher_version_of_a_status_without_window_is_the_same)
{
	struct tale tale = tale_begin();

	tale_add(&tale, "estimating", 0)->version = 1;
	tale_add(&tale, "estimating", SECONDS(1))->version = 2;
	tale_judge(&tale);
	tale_check_verdict(&tale.steps[1], VERDICT_SAME, "estimating", 0);
}
END_TEST

START_TEST(a_return_is_seen_across_a_held_status)
{
	struct tale tale = tale_begin();

	tale_add(&tale, "ready_for_approval", 0)->version = 1;
	tale_add(&tale, "teleported", SECONDS(1))->version = 1;
	tale_add(&tale, "ready_for_approval", SECONDS(300))->version = 2;
	tale_judge(&tale);
	tale_check_verdict(&tale.steps[2], VERDICT_GAP, "ready_for_approval", 3);
}
END_TEST

START_TEST(a_repeat_brings_version_and_offer_to_the_window)
{
	struct tale tale = tale_begin();

	tale_add(&tale, "ready_for_approval", 0);

	struct step *repeat = tale_add(&tale, "ready_for_approval", SECONDS(1));

	repeat->version = 1;
	repeat->valid_until = moment(SECONDS(300));
	tale_add(&tale, "ready_for_approval", SECONDS(200))->version = 2;
	tale_judge(&tale);
	tale_check_window(&tale.steps[0], SECONDS(300), OUTCOME_LEFT);
	ck_assert_int_eq(tale.steps[0].version, 1);
	tale_check_verdict(&tale.steps[2], VERDICT_GAP, "ready_for_approval", 2);
}
END_TEST

START_TEST(a_repeat_after_a_late_accept_does_not_move_the_deadline)
{
	struct tale tale = tale_begin();

	tale_add(&tale, "ready_for_approval", 0)->valid_until = moment(SECONDS(300));
	tale_add(&tale, "accepted", SECONDS(400));
	tale_add(&tale, "ready_for_approval", SECONDS(500))->valid_until = moment(SECONDS(900));
	tale_judge(&tale);
	tale_check_window(&tale.steps[0], SECONDS(300), OUTCOME_LATE);
	tale_check_closed(&tale.steps[0], OUTCOME_LATE, SECONDS(400));
}
END_TEST

static TCase *windows(void)
{
	TCase *tcase = tcase_create("windows");

	tcase_add_test(tcase, a_window_is_due_after_600_seconds);
	tcase_add_loop_test(tcase, only_ready_for_approval_opens_a_window, 0, (int)model_claims.n_statuses);
	tcase_add_test(tcase, the_end_of_the_offer_counts_where_it_is_earlier);
	tcase_add_test(tcase, an_accept_is_in_time_until_just_before_the_deadline);
	tcase_add_test(tcase, an_accept_at_the_end_of_a_shorter_offer_is_late);
	tcase_add_test(tcase, after_a_late_accept_the_next_legal_status_goes_on);
	tcase_add_test(tcase, flagging_applies_a_late_accept);
	tcase_add_test(tcase, a_second_late_accept_does_not_close_the_window_again);
	tcase_add_test(tcase, how_it_is_left_decides_what_a_window_comes_to);
	tcase_add_test(tcase, an_unanswered_window_expires_at_its_deadline);
	tcase_add_test(tcase, a_held_status_leaves_the_window_open);
	tcase_add_test(tcase, an_expired_window_is_met_by_an_accept_that_was_in_time);
	return tcase;
}

static TCase *returns(void)
{
	TCase *tcase = tcase_create("returns to a window");

	tcase_add_test(tcase, each_return_opens_a_window_of_its_own);
	tcase_add_test(tcase, a_higher_version_of_the_same_status_is_a_return_that_was_not_seen);
	tcase_add_test(tcase, a_version_that_is_not_higher_is_no_return);
	tcase_add_test(tcase, a_higher_version_of_a_status_without_window_is_the_same);
	tcase_add_test(tcase, a_return_is_seen_across_a_held_status);
	tcase_add_test(tcase, a_repeat_brings_version_and_offer_to_the_window);
	tcase_add_test(tcase, a_repeat_after_a_late_accept_does_not_move_the_deadline);
	return tcase;
}

Suite *suite(void)
{
	Suite *suite = suite_create("window");

	suite_add_tcase(suite, windows());
	suite_add_tcase(suite, returns());
	return suite;
}
