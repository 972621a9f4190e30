/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The approval window as observations come in: late accepts, exact times, offers and edits.
 * Tests, unit ring. Windows of ordered histories are test_window.c's.
 */
#include "suite.h"
#include "unit/ledger.h"

START_TEST(a_late_accept_is_held_at_the_first_read)
{
	struct ledger ledger;

	ledger_init(&ledger);
	ledger_read(&ledger, "ready_for_approval", 4, 0);
	ck_assert_int_eq(ledger_read(&ledger, "accepted", 5, SECONDS(600)), DECISION_CHANGED);
	ledger_check_step(&ledger, 2, "accepted", VERDICT_LATE, "ready_for_approval");
	ck_assert_int_eq(ledger_shown(&ledger, 2)->violation, VIOLATION_LATE_APPROVAL);
	ledger_check_window(&ledger, 1, SECONDS(600), OUTCOME_LATE);
	ledger_check_status(&ledger, "ready_for_approval", "accepted");
}
END_TEST

START_TEST(an_accept_just_before_the_deadline_is_met)
{
	static const int64_t times[] = { SECONDS(599.999), SECONDS(600) - 1 };

	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		struct ledger ledger;

		ledger_init(&ledger);
		ledger_read(&ledger, "ready_for_approval", 4, 0);
		ledger.now = moment(SECONDS(700));
		ledger_read(&ledger, "accepted", 5, times[i]);
		ledger_check_step(&ledger, 2, "accepted", VERDICT_LEGAL, "ready_for_approval");
		ledger_check_window(&ledger, 1, SECONDS(600), OUTCOME_MET);
	}
}
END_TEST

START_TEST(the_exact_times_of_events_correct_a_window)
{
	struct ledger ledger;

	ledger_init(&ledger);
	ledger_read(&ledger, "ready_for_approval", 5, SECONDS(20));
	ledger_read(&ledger, "accepted", 7, SECONDS(610));
	ledger_check_window(&ledger, 1, SECONDS(620), OUTCOME_MET);
	ledger_hear(&ledger, "ready_for_approval", 4, 0);
	ledger_check_window(&ledger, 1, SECONDS(600), OUTCOME_LATE);
	ledger_check_step(&ledger, 2, "accepted", VERDICT_LATE, "ready_for_approval");
	ledger_check_status(&ledger, "ready_for_approval", "accepted");
	ledger_hear(&ledger, "accepted", 6, SECONDS(590));
	ledger_check_window(&ledger, 1, SECONDS(600), OUTCOME_MET);
	ledger_check_step(&ledger, 2, "accepted", VERDICT_LEGAL, "ready_for_approval");
	ledger_check_status(&ledger, "accepted", "accepted");
	ck_assert_uint_eq(ledger_count_shown(&ledger), 2);
}
END_TEST

START_TEST(a_read_after_the_deadline_expires_the_window)
{
	struct ledger ledger;

	ledger_init(&ledger);
	ledger_read(&ledger, "ready_for_approval", 4, 0);
	ledger.now = moment(SECONDS(600));
	ck_assert_int_eq(ledger_read(&ledger, "ready_for_approval", 4, 0), DECISION_SAME);
	ledger_check_window(&ledger, 1, SECONDS(600), OUTCOME_EXPIRED);
	ck_assert_int_eq(ledger_shown(&ledger, 1)->window.closed.us, moment(SECONDS(600)).us);
}
END_TEST

static enum decision read_offer(struct ledger *ledger, int64_t revision, int64_t us, int64_t version, int64_t valid_until_us)
{
	struct seen seen = make_snapshot("ready_for_approval", revision, us);

	seen.version = version;
	seen.valid_until = moment(valid_until_us);
	return ledger_take(ledger, &seen);
}

START_TEST(an_offer_that_a_later_read_brings_shortens_the_window)
{
	struct ledger ledger;

	ledger_init(&ledger);
	ledger_hear(&ledger, "ready_for_approval", 4, 0);
	ck_assert_int_eq(read_offer(&ledger, 4, 0, 1, SECONDS(300)), DECISION_SAME);
	ck_assert_uint_eq(ledger.n, 1);
	ledger_check_window(&ledger, 1, SECONDS(300), OUTCOME_OPEN);
	ck_assert_int_eq(ledger_shown(&ledger, 1)->version, 1);
	read_offer(&ledger, 5, SECONDS(1), 1, SECONDS(200));
	ledger_check_window(&ledger, 1, SECONDS(200), OUTCOME_OPEN);
	ck_assert_uint_eq(ledger_count_shown(&ledger), 1);
	ledger_read(&ledger, "accepted", 6, SECONDS(200));
	ledger_check_step(&ledger, 2, "accepted", VERDICT_LATE, "ready_for_approval");
}
END_TEST

START_TEST(an_offer_that_ends_after_the_window_leaves_no_trace)
{
	struct ledger ledger;

	ledger_init(&ledger);
	ledger_hear(&ledger, "ready_for_approval", 4, 0);
	ck_assert_int_eq(read_offer(&ledger, 5, SECONDS(1), 1, SECONDS(900)), DECISION_SAME);
	ledger_check_window(&ledger, 1, SECONDS(600), OUTCOME_OPEN);
	ck_assert_uint_eq(ledger.n, 1);
}
END_TEST

START_TEST(an_edit_seen_only_as_a_version_opens_a_new_window)
{
	struct ledger ledger;

	ledger_init(&ledger);
	read_offer(&ledger, 4, 0, 1, SECONDS(600));
	ck_assert_int_eq(read_offer(&ledger, 9, SECONDS(400), 2, SECONDS(1000)), DECISION_CHANGED);
	ledger_check_step(&ledger, 2, "ready_for_approval", VERDICT_GAP, "ready_for_approval");
	ledger_check_window(&ledger, 1, SECONDS(600), OUTCOME_LEFT);
	ledger_check_window(&ledger, 2, SECONDS(1000), OUTCOME_OPEN);
	ck_assert_int_eq(ledger_shown(&ledger, 2)->version, 2);
	/* The journal then tells what happened. */
	ledger_hear(&ledger, "estimating", 7, SECONDS(390));
	ledger_hear(&ledger, "ready_for_approval", 8, SECONDS(391));
	ledger_check_step(&ledger, 2, "estimating", VERDICT_LEGAL, "ready_for_approval");
	ledger_check_step(&ledger, 3, "ready_for_approval", VERDICT_LEGAL, "estimating");
	ledger_check_window(&ledger, 3, SECONDS(991), OUTCOME_OPEN);
	ck_assert_int_eq(ledger_shown(&ledger, 3)->version, 2);
	ck_assert_uint_eq(ledger_count_shown(&ledger), 3);
}
END_TEST

START_TEST(an_offer_goes_to_the_window_that_later_events_show_it_belongs_to)
{
	struct ledger ledger;

	ledger_init(&ledger);
	ledger_hear(&ledger, "ready_for_approval", 4, 0);
	read_offer(&ledger, 12, SECONDS(100), 2, SECONDS(400));
	ledger_hear(&ledger, "estimating", 8, SECONDS(90));
	ledger_hear(&ledger, "ready_for_approval", 11, SECONDS(100));
	ledger_check_window(&ledger, 1, SECONDS(600), OUTCOME_LEFT);
	ledger_check_window(&ledger, 3, SECONDS(400), OUTCOME_OPEN);
	ck_assert_uint_eq(ledger_count_shown(&ledger), 3);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("reconcile_window");
	TCase *tcase = tcase_create("windows");

	tcase_add_test(tcase, a_late_accept_is_held_at_the_first_read);
	tcase_add_test(tcase, an_accept_just_before_the_deadline_is_met);
	tcase_add_test(tcase, the_exact_times_of_events_correct_a_window);
	tcase_add_test(tcase, a_read_after_the_deadline_expires_the_window);
	tcase_add_test(tcase, an_offer_that_a_later_read_brings_shortens_the_window);
	tcase_add_test(tcase, an_offer_that_ends_after_the_window_leaves_no_trace);
	tcase_add_test(tcase, an_edit_seen_only_as_a_version_opens_a_new_window);
	tcase_add_test(tcase, an_offer_goes_to_the_window_that_later_events_show_it_belongs_to);
	suite_add_tcase(suite, tcase);
	return suite;
}
