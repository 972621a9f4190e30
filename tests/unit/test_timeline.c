/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an ordered history adds up to: verdicts and violations, step by step.
 * Tests, unit ring.
 * Windows are test_window.c's; how steps get into their order is test_reconcile.c's and test_reconcile_order.c's.
 */
#include <stdio.h>
#include <string.h>

#include "suite.h"
#include "unit/tale.h"

/* --- Verdicts -------------------------------------------------------------------------------------------- */

START_TEST(an_empty_history_stands_nowhere)
{
	struct tale tale = tale_begin();

	tale_judge(&tale);
	ck_assert_int_eq(tale.end.status, STATUS_UNKNOWN);
	ck_assert(!wall_is_set(tale.end.entered));
	ck_assert_int_eq(tale.end.seq, 0);
}
END_TEST

START_TEST(each_status_can_be_the_first)
{
	struct tale tale = tale_begin();
	const char *name = model_claims.statuses[_i].name;

	tale_add(&tale, name, SECONDS(5));
	tale_judge(&tale);
	tale_check_verdict(&tale.steps[0], VERDICT_FIRST, "", 1);
	ck_assert(!wall_is_set(tale.steps[0].from_entered));
	ck_assert_int_eq(tale.end.status, _i);
	ck_assert_int_eq(tale.end.entered.us, moment(SECONDS(5)).us);
}
END_TEST

static enum verdict verdict_of_pair(int from, int to)
{
	if (from == to)
		return VERDICT_SAME;
	if (model_has_edge(&model_claims, from, to))
		return VERDICT_LEGAL;
	return model_reaches(&model_claims, from, to) ? VERDICT_GAP : VERDICT_ILLEGAL;
}

START_TEST(each_pair_is_legal_by_edge_gap_by_reach_and_else_illegal)
{
	const char *from = model_claims.statuses[_i].name;

	for (int to = 0; to < (int)model_claims.n_statuses; to++) {
		struct tale tale = tale_begin();
		enum verdict verdict = verdict_of_pair(_i, to);
		bool applied = verdict == VERDICT_LEGAL || verdict == VERDICT_GAP;

		tale_add(&tale, from, 0);
		tale_add(&tale, model_claims.statuses[to].name, SECONDS(1));
		tale_judge(&tale);
		tale_check_verdict(&tale.steps[1], verdict, from, verdict == VERDICT_SAME ? 0 : 2);
		ck_assert_int_eq(tale.steps[1].from_entered.us, moment(0).us);
		ck_assert_int_eq(tale.steps[1].violation,
		                 verdict == VERDICT_ILLEGAL ? VIOLATION_ILLEGAL_TRANSITION : VIOLATION_NONE);
		ck_assert_int_eq(tale.end.status, applied ? to : _i);
		ck_assert_int_eq(tale.end.entered.us, moment(applied ? SECONDS(1) : 0).us);
	}
}
END_TEST

START_TEST(a_held_step_is_passed_over_by_the_next)
{
	struct tale tale = tale_begin();

	tale_add(&tale, "pickuped", 0);
	tale_add(&tale, "ready_for_approval", SECONDS(1));
	tale_add(&tale, "teleported", SECONDS(2));
	tale_add(&tale, "delivery_arrived", SECONDS(3));
	tale_judge(&tale);
	tale_check_verdict(&tale.steps[1], VERDICT_ILLEGAL, "pickuped", 2);
	tale_check_verdict(&tale.steps[2], VERDICT_UNKNOWN, "pickuped", 3);
	tale_check_verdict(&tale.steps[3], VERDICT_LEGAL, "pickuped", 4);
	ck_assert_int_eq(tale.steps[3].from_entered.us, moment(0).us);
	ck_assert_str_eq(tale_status(&tale), "delivery_arrived");
}
END_TEST

START_TEST(a_held_step_has_no_window_even_if_it_had_one)
{
	struct tale tale = tale_begin();

	tale_add(&tale, "pickuped", 0);
	tale_add(&tale, "ready_for_approval", SECONDS(1))->window.rule = &model_claims.windows[0];
	tale_judge(&tale);
	ck_assert_ptr_null(tale.steps[1].window.rule);
}
END_TEST

START_TEST(the_first_known_status_after_unknown_ones_is_the_first)
{
	struct tale tale = tale_begin();

	tale_add(&tale, "teleported", 0);
	tale_add(&tale, "accepted", SECONDS(1));
	tale_judge(&tale);
	tale_check_verdict(&tale.steps[0], VERDICT_UNKNOWN, "", 1);
	tale_check_verdict(&tale.steps[1], VERDICT_FIRST, "", 2);
	ck_assert_int_eq(tale.steps[0].violation, VIOLATION_UNKNOWN_STATUS);
	ck_assert_int_eq(tale.steps[1].violation, VIOLATION_NONE);
}
END_TEST

START_TEST(a_repeated_unknown_status_is_the_same)
{
	struct tale tale = tale_begin();

	tale_add(&tale, "accepted", 0);
	tale_add(&tale, "teleported", SECONDS(1));
	tale_add(&tale, "teleported", SECONDS(2));
	tale_judge(&tale);
	tale_check_verdict(&tale.steps[2], VERDICT_SAME, "accepted", 0);
	ck_assert_int_eq(tale.steps[2].violation, VIOLATION_NONE);
}
END_TEST

START_TEST(a_repeated_illegal_status_is_the_same)
{
	struct tale tale = tale_begin();

	tale_add(&tale, "delivered_finish", 0);
	tale_add(&tale, "performer_lookup", SECONDS(1));
	tale_add(&tale, "performer_lookup", SECONDS(2));
	tale_judge(&tale);
	tale_check_verdict(&tale.steps[2], VERDICT_SAME, "delivered_finish", 0);
	ck_assert_int_eq(tale.steps[2].violation, VIOLATION_NONE);
}
END_TEST

START_TEST(going_back_from_a_held_status_to_the_current_one_is_the_same)
{
	struct tale tale = tale_begin();

	tale_add(&tale, "pickuped", 0);
	tale_add(&tale, "new", SECONDS(1));
	tale_add(&tale, "pickuped", SECONDS(2));
	tale_judge(&tale);
	tale_check_verdict(&tale.steps[2], VERDICT_SAME, "pickuped", 0);
	ck_assert_int_eq(tale.end.entered.us, moment(0).us);
}
END_TEST

START_TEST(flagging_applies_an_illegal_step_and_keeps_its_violation)
{
	struct tale tale = tale_begin();

	tale.policy = POLICY_FLAG;
	tale_add(&tale, "pickuped", 0);
	tale_add(&tale, "ready_for_approval", SECONDS(1));
	tale_add(&tale, "accepted", SECONDS(2));
	tale_judge(&tale);
	tale_check_verdict(&tale.steps[1], VERDICT_ILLEGAL, "pickuped", 2);
	ck_assert(tale.steps[1].adopted);
	ck_assert_int_eq(tale.steps[1].violation, VIOLATION_ILLEGAL_TRANSITION);
	tale_check_window(&tale.steps[1], SECONDS(601), OUTCOME_MET);
	tale_check_verdict(&tale.steps[2], VERDICT_LEGAL, "ready_for_approval", 3);
	ck_assert(!tale.steps[2].adopted);
}
END_TEST

START_TEST(flagging_does_not_apply_an_unknown_status)
{
	struct tale tale = tale_begin();

	tale.policy = POLICY_FLAG;
	tale_add(&tale, "pickuped", 0);
	tale_add(&tale, "teleported", SECONDS(1));
	tale_judge(&tale);
	ck_assert(!tale.steps[1].adopted);
	ck_assert_str_eq(tale_status(&tale), "pickuped");
}
END_TEST

START_TEST(an_adopted_step_stays_applied_under_hold)
{
	struct tale tale = tale_begin();

	tale_add(&tale, "pickuped", 0);
	tale_add(&tale, "new", SECONDS(1))->ruling = RULING_ADOPTED;
	tale_add(&tale, "estimating", SECONDS(2));
	tale_judge(&tale);
	ck_assert(tale.steps[1].adopted);
	ck_assert_int_eq(tale.steps[1].violation, VIOLATION_ILLEGAL_TRANSITION);
	tale_check_verdict(&tale.steps[2], VERDICT_LEGAL, "new", 3);
}
END_TEST

START_TEST(a_flagged_step_stays_applied_when_the_policy_becomes_to_hold)
{
	struct tale tale = tale_begin();

	tale.policy = POLICY_FLAG;
	tale_add(&tale, "pickuped", 0);
	tale_add(&tale, "new", SECONDS(1));
	tale_judge(&tale);
	tale.policy = POLICY_HOLD;
	tale_judge(&tale);
	ck_assert(tale.steps[1].adopted);
	ck_assert_str_eq(tale_status(&tale), "new");
}
END_TEST

START_TEST(an_adopted_step_that_turns_out_legal_is_not_adopted)
{
	struct tale tale = tale_begin();

	tale_add(&tale, "new", 0);
	tale_add(&tale, "estimating", SECONDS(1))->ruling = RULING_ADOPTED;
	tale_judge(&tale);
	ck_assert(!tale.steps[1].adopted);
	ck_assert(step_is_applied(&tale.steps[1]));
}
END_TEST

START_TEST(an_unknown_status_is_not_applied_by_any_ruling)
{
	struct tale tale = tale_begin();

	tale_add(&tale, "pickuped", 0);
	tale_add(&tale, "teleported", SECONDS(1))->ruling = RULING_ADOPTED;
	tale_judge(&tale);
	ck_assert(!tale.steps[1].adopted);
	ck_assert_str_eq(tale_status(&tale), "pickuped");
}
END_TEST

START_TEST(a_dismissed_step_stays_beside_what_stands)
{
	struct tale tale = tale_begin();

	tale_add(&tale, "pickuped", 0);
	tale_add(&tale, "new", SECONDS(1))->ruling = RULING_DISMISSED;
	tale_add(&tale, "delivery_arrived", SECONDS(2));
	tale_judge(&tale);
	ck_assert(!tale.steps[1].adopted);
	tale_check_verdict(&tale.steps[2], VERDICT_LEGAL, "pickuped", 3);
}
END_TEST

START_TEST(a_ruling_on_a_repeat_is_taken_over_by_the_step_that_it_repeats)
{
	struct tale tale = tale_begin();

	tale_add(&tale, "pickuped", 0);
	tale_add(&tale, "new", SECONDS(1));
	tale_add(&tale, "new", SECONDS(2));
	tale_add(&tale, "new", SECONDS(3))->ruling = RULING_ADOPTED;
	tale_add(&tale, "estimating", SECONDS(4));
	tale.steps[3].id = 33;
	tale_judge(&tale);
	ck_assert(tale.steps[1].adopted);
	ck_assert_int_eq(tale.steps[1].ruling, RULING_ADOPTED);
	ck_assert_int_eq(tale.steps[1].ruling_id, 33);
	ck_assert_int_eq(tale.steps[2].ruling, RULING_NONE);
	ck_assert_int_eq(tale.steps[3].verdict, VERDICT_SAME);
	tale_check_verdict(&tale.steps[4], VERDICT_LEGAL, "new", 3);
}
END_TEST

START_TEST(a_ruling_on_what_lies_behind_the_end_is_not_looked_at)
{
	struct tale tale = tale_begin();

	tale_add(&tale, "pickuped", 0);
	tale_add(&tale, "new", SECONDS(1));
	tale_add(&tale, "new", SECONDS(2));
	tale_add(&tale, "new", SECONDS(3))->ruling = RULING_ADOPTED;
	tale.n = 3;
	tale_judge(&tale);
	ck_assert(!tale.steps[1].adopted);
	tale.n = 2;
	tale.steps[2].ruling = RULING_ADOPTED;
	tale_judge(&tale);
	ck_assert(!tale.steps[1].adopted);
}
END_TEST

START_TEST(a_step_of_its_own_ruling_heeds_no_repeat)
{
	struct tale tale = tale_begin();

	tale_add(&tale, "pickuped", 0);
	tale_add(&tale, "new", SECONDS(1))->ruling = RULING_DISMISSED;
	tale_add(&tale, "new", SECONDS(2))->ruling = RULING_ADOPTED;
	tale_judge(&tale);
	ck_assert_int_eq(tale.steps[1].ruling, RULING_DISMISSED);
	ck_assert_int_eq(tale.steps[1].ruling_id, 0);
	ck_assert_str_eq(tale_status(&tale), "pickuped");
}
END_TEST

START_TEST(a_ruling_does_not_hold_across_another_status)
{
	struct tale tale = tale_begin();

	tale_add(&tale, "pickuped", 0);
	tale_add(&tale, "new", SECONDS(1));
	tale_add(&tale, "accepted", SECONDS(2));
	tale_add(&tale, "new", SECONDS(3))->ruling = RULING_ADOPTED;
	tale_judge(&tale);
	ck_assert(!tale.steps[1].adopted);
	ck_assert(tale.steps[3].adopted);
}
END_TEST

START_TEST(a_conflict_is_about_its_key_alone_and_so_is_a_ruling)
{
	struct tale tale = tale_begin();

	tale_add(&tale, "pickuped", 0);
	tale_add(&tale, "delivery_arrived", SECONDS(1));
	tale.steps[1].key = tale.steps[0].key;
	tale_add(&tale, "delivery_arrived", SECONDS(2))->ruling = RULING_ADOPTED;
	tale_judge(&tale);
	ck_assert_int_eq(tale.steps[1].violation, VIOLATION_CONFLICT);
	ck_assert(!tale.steps[1].adopted);
	tale.steps[1].ruling = RULING_ADOPTED;
	tale_judge(&tale);
	ck_assert(tale.steps[1].adopted);
	ck_assert_int_eq(tale.steps[2].verdict, VERDICT_SAME);
}
END_TEST

START_TEST(only_applied_verdicts_are_applied)
{
	static const bool applied[VERDICT_MAX] = {
		[VERDICT_FIRST] = true,
		[VERDICT_LEGAL] = true,
		[VERDICT_GAP] = true,
	};
	struct step step = { .verdict = (enum verdict)_i };

	ck_assert(step_is_applied(&step) == applied[_i]);
	step.adopted = true;
	ck_assert(step_is_applied(&step) == (applied[_i] || _i == VERDICT_ILLEGAL || _i == VERDICT_LATE));
}
END_TEST

/* --- Conflicts ------------------------------------------------------------------------------------------- */

/* Puts the last step under the key of the one before it. */
static void share_key(struct tale *tale)
{
	tale->steps[tale->n - 1].key = tale->steps[tale->n - 2].key;
}

START_TEST(two_statuses_under_one_key_are_a_conflict)
{
	struct tale tale = tale_begin();

	tale_add(&tale, "performer_found", 0);
	tale_add(&tale, "pickup_arrived", 0);
	share_key(&tale);
	tale_judge(&tale);
	tale_check_verdict(&tale.steps[1], VERDICT_ILLEGAL, "performer_found", 2);
	ck_assert_int_eq(tale.steps[1].violation, VIOLATION_CONFLICT);
	ck_assert_str_eq(tale_status(&tale), "performer_found");
}
END_TEST

START_TEST(two_operations_under_one_key_are_no_conflict)
{
	struct tale tale = tale_begin();

	tale_add(&tale, "performer_found", 0)->operation_id = 84;
	tale_add(&tale, "pickup_arrived", 0)->operation_id = 85;
	share_key(&tale);
	tale_judge(&tale);
	tale_check_verdict(&tale.steps[1], VERDICT_LEGAL, "performer_found", 2);
}
END_TEST

START_TEST(a_conflict_that_gives_way_to_the_current_status_is_the_same)
{
	struct tale tale = tale_begin();

	tale_add(&tale, "performer_found", 0);
	tale_add(&tale, "pickup_arrived", 0);
	share_key(&tale);
	tale_add(&tale, "performer_found", 0);
	share_key(&tale);
	tale_judge(&tale);
	tale_check_verdict(&tale.steps[2], VERDICT_SAME, "performer_found", 0);
	ck_assert_int_eq(tale.steps[2].violation, VIOLATION_NONE);
}
END_TEST

START_TEST(the_status_of_a_conflict_is_judged_anew_under_a_newer_key)
{
	struct tale tale = tale_begin();

	tale_add(&tale, "performer_found", 0);
	tale_add(&tale, "pickup_arrived", 0);
	share_key(&tale);
	tale_add(&tale, "pickup_arrived", SECONDS(1));
	tale_judge(&tale);
	tale_check_verdict(&tale.steps[2], VERDICT_LEGAL, "performer_found", 3);
	ck_assert_str_eq(tale_status(&tale), "pickup_arrived");
}
END_TEST

START_TEST(a_conflict_that_is_seen_again_is_the_same)
{
	struct tale tale = tale_begin();

	tale_add(&tale, "performer_found", 0);
	tale_add(&tale, "pickup_arrived", 0);
	share_key(&tale);
	tale_add(&tale, "pickup_arrived", 0);
	share_key(&tale);
	tale_judge(&tale);
	tale_check_verdict(&tale.steps[2], VERDICT_SAME, "performer_found", 0);
	ck_assert_str_eq(tale_status(&tale), "performer_found");
}
END_TEST

START_TEST(the_first_known_status_is_applied_even_under_the_key_of_an_unknown_one)
{
	struct tale tale = tale_begin();

	tale_add(&tale, "teleported", 0);
	tale_add(&tale, "performer_found", 0);
	share_key(&tale);
	tale_judge(&tale);
	tale_check_verdict(&tale.steps[1], VERDICT_FIRST, "", 2);
}
END_TEST

/* --- Anchors --------------------------------------------------------------------------------------------- */

START_TEST(an_anchor_is_taken_as_it_is_and_the_rest_goes_on_from_it)
{
	struct tale tale = tale_begin();
	struct step *anchor = tale_add(&tale, "ready_for_approval", 0);

	anchor->verdict = VERDICT_GAP;
	snprintf(anchor->from, sizeof(anchor->from), "new");
	anchor->seq = 5;
	tale_add(&tale, "accepted", SECONDS(600));
	tale.anchored = true;
	tale_judge(&tale);
	tale_check_verdict(&tale.steps[0], VERDICT_GAP, "new", 5);
	tale_check_window(&tale.steps[0], SECONDS(600), OUTCOME_LATE);
	tale_check_verdict(&tale.steps[1], VERDICT_LATE, "ready_for_approval", 6);
	ck_assert_int_eq(tale.end.seq, 6);
}
END_TEST

START_TEST(an_anchor_that_the_model_no_longer_knows_is_survived)
{
	struct tale tale = tale_begin();

	tale_add(&tale, "teleported", 0)->verdict = VERDICT_LEGAL;
	tale.steps[0].seq = 3;
	tale_add(&tale, "accepted", SECONDS(1));
	tale.anchored = true;
	tale_judge(&tale);
	tale_check_verdict(&tale.steps[1], VERDICT_FIRST, "", 4);
	ck_assert_str_eq(tale_status(&tale), "accepted");
}
END_TEST

START_TEST(judging_twice_changes_nothing)
{
	struct tale tale = tale_begin();

	tale_add(&tale, "ready_for_approval", 0)->version = 1;
	tale_add(&tale, "teleported", SECONDS(1));
	tale_add(&tale, "ready_for_approval", SECONDS(2))->version = 2;
	tale_add(&tale, "accepted", SECONDS(3));
	tale_add(&tale, "new", SECONDS(4));
	tale_judge(&tale);

	struct tale once = tale;

	tale_judge(&tale);
	for (size_t i = 0; i < tale.n; i++) {
		tale_check_verdict(&tale.steps[i], once.steps[i].verdict, once.steps[i].from, once.steps[i].seq);
		ck_assert_int_eq(tale.steps[i].violation, once.steps[i].violation);
		ck_assert_int_eq(tale.steps[i].version, once.steps[i].version);
		ck_assert_int_eq(tale.steps[i].window.outcome, once.steps[i].window.outcome);
		ck_assert_int_eq(tale.steps[i].window.closed.us, once.steps[i].window.closed.us);
	}
	ck_assert_str_eq(tale_status(&tale), tale_status(&once));
}
END_TEST

START_TEST(words_are_those_of_the_reports)
{
	static const char *const verdicts[] = { "first", "legal", "gap", "illegal", "unknown", "late", "same" };
	static const char *const outcomes[] = { "open", "met", "late", "left", "expired" };
	static const char *const violations[] = { "illegal_transition", "late_approval", "unknown_status", "conflict" };
	static const char *const vias[] = { "callback", "journal", "sweep", "action", "manual" };

	for (int i = 0; i < VERDICT_MAX; i++)
		ck_assert_str_eq(verdict_text((enum verdict)i), verdicts[i]);
	for (int i = 0; i < OUTCOME_MAX; i++)
		ck_assert_str_eq(outcome_text((enum outcome)i), outcomes[i]);
	ck_assert_ptr_null(violation_text(VIOLATION_NONE));
	for (int i = 1; i < VIOLATION_MAX; i++)
		ck_assert_str_eq(violation_text((enum violation)i), violations[i - 1]);
	for (int i = 0; i < VIA_MAX; i++)
		ck_assert_str_eq(via_text((enum via)i), vias[i]);
}
END_TEST

static TCase *verdicts(void)
{
	TCase *tcase = tcase_create("verdicts");

	tcase_add_test(tcase, an_empty_history_stands_nowhere);
	tcase_add_loop_test(tcase, each_status_can_be_the_first, 0, (int)model_claims.n_statuses);
	tcase_add_loop_test(tcase, each_pair_is_legal_by_edge_gap_by_reach_and_else_illegal, 0, (int)model_claims.n_statuses);
	tcase_add_test(tcase, a_held_step_is_passed_over_by_the_next);
	tcase_add_test(tcase, a_held_step_has_no_window_even_if_it_had_one);
	tcase_add_test(tcase, the_first_known_status_after_unknown_ones_is_the_first);
	tcase_add_test(tcase, a_repeated_unknown_status_is_the_same);
	tcase_add_test(tcase, a_repeated_illegal_status_is_the_same);
	tcase_add_test(tcase, going_back_from_a_held_status_to_the_current_one_is_the_same);
	tcase_add_test(tcase, flagging_applies_an_illegal_step_and_keeps_its_violation);
	tcase_add_test(tcase, flagging_does_not_apply_an_unknown_status);
	tcase_add_test(tcase, an_adopted_step_stays_applied_under_hold);
	tcase_add_test(tcase, a_flagged_step_stays_applied_when_the_policy_becomes_to_hold);
	tcase_add_test(tcase, an_adopted_step_that_turns_out_legal_is_not_adopted);
	tcase_add_test(tcase, an_unknown_status_is_not_applied_by_any_ruling);
	tcase_add_test(tcase, a_dismissed_step_stays_beside_what_stands);
	tcase_add_test(tcase, a_ruling_on_a_repeat_is_taken_over_by_the_step_that_it_repeats);
	tcase_add_test(tcase, a_ruling_on_what_lies_behind_the_end_is_not_looked_at);
	tcase_add_test(tcase, a_step_of_its_own_ruling_heeds_no_repeat);
	tcase_add_test(tcase, a_ruling_does_not_hold_across_another_status);
	tcase_add_test(tcase, a_conflict_is_about_its_key_alone_and_so_is_a_ruling);
	tcase_add_loop_test(tcase, only_applied_verdicts_are_applied, 0, VERDICT_MAX);
	return tcase;
}

static TCase *conflicts(void)
{
	TCase *tcase = tcase_create("conflicts");

	tcase_add_test(tcase, two_statuses_under_one_key_are_a_conflict);
	tcase_add_test(tcase, two_operations_under_one_key_are_no_conflict);
	tcase_add_test(tcase, a_conflict_that_gives_way_to_the_current_status_is_the_same);
	tcase_add_test(tcase, a_conflict_that_is_seen_again_is_the_same);
	tcase_add_test(tcase, the_status_of_a_conflict_is_judged_anew_under_a_newer_key);
	tcase_add_test(tcase, the_first_known_status_is_applied_even_under_the_key_of_an_unknown_one);
	return tcase;
}

static TCase *anchors(void)
{
	TCase *tcase = tcase_create("anchors");

	tcase_add_test(tcase, an_anchor_is_taken_as_it_is_and_the_rest_goes_on_from_it);
	tcase_add_test(tcase, an_anchor_that_the_model_no_longer_knows_is_survived);
	tcase_add_test(tcase, judging_twice_changes_nothing);
	tcase_add_test(tcase, words_are_those_of_the_reports);
	return tcase;
}

Suite *suite(void)
{
	Suite *suite = suite_create("timeline");

	suite_add_tcase(suite, verdicts());
	suite_add_tcase(suite, conflicts());
	suite_add_tcase(suite, anchors());
	return suite;
}
