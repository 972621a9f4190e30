/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One snapshot after another: each row of the design's table of verdicts, and what is held.
 * Tests, unit ring. Journal events are test_reconcile_event.c's, orders of arrival test_reconcile_order.c's.
 */
#include <stdio.h>
#include <string.h>

#include "suite.h"
#include "unit/ledger.h"

static const char *name_of(int status)
{
	return model_claims.statuses[status].name;
}

/* --- Every pair ------------------------------------------------------------------------------------------ */

static void check_same(struct ledger *ledger, const char *from)
{
	ck_assert_int_eq(ledger_read(ledger, from, 2, SECONDS(1)), DECISION_SAME);
	ck_assert_uint_eq(ledger_count_shown(ledger), 1);
	ledger_check_status(ledger, from, from);
}

static void check_moved(struct ledger *ledger, const char *from, const char *to, enum verdict verdict)
{
	ck_assert_int_eq(ledger_read(ledger, to, 2, SECONDS(1)), DECISION_CHANGED);
	ledger_check_step(ledger, 2, to, verdict, from);
	ledger_check_status(ledger, to, to);
	ck_assert_int_eq(ledger->shipment.entered.us, moment(SECONDS(1)).us);
	ck_assert_int_eq(ledger_shown(ledger, 2)->violation, VIOLATION_NONE);
}

static void check_held(struct ledger *ledger, const char *from, const char *to)
{
	ck_assert_int_eq(ledger_read(ledger, to, 2, SECONDS(1)), DECISION_SUSPECT);
	ck_assert_uint_eq(ledger_count_shown(ledger), 1);
	ledger_check_status(ledger, from, from);
	ck_assert_int_eq(ledger_read(ledger, to, 2, SECONDS(1)), DECISION_CHANGED);
	ledger_check_step(ledger, 2, to, VERDICT_ILLEGAL, from);
	ledger_check_status(ledger, from, to);
	ck_assert_int_eq(ledger->shipment.entered.us, moment(0).us);
	ck_assert_int_eq(ledger_shown(ledger, 2)->violation, VIOLATION_ILLEGAL_TRANSITION);
}

START_TEST(each_pair_is_same_legal_gap_or_held_after_a_second_read)
{
	for (int to = 0; to < (int)model_claims.n_statuses; to++) {
		struct ledger ledger;

		ledger_init(&ledger);
		ck_assert_int_eq(ledger_read(&ledger, name_of(_i), 1, 0), DECISION_CHANGED);
		ledger_check_step(&ledger, 1, name_of(_i), VERDICT_FIRST, "");
		if (to == _i)
			check_same(&ledger, name_of(_i));
		else if (model_has_edge(&model_claims, _i, to))
			check_moved(&ledger, name_of(_i), name_of(to), VERDICT_LEGAL);
		else if (model_reaches(&model_claims, _i, to))
			check_moved(&ledger, name_of(_i), name_of(to), VERDICT_GAP);
		else
			check_held(&ledger, name_of(_i), name_of(to));
	}
}
END_TEST

/* From the status that _i names, holds TO and then goes on to each status that may follow. */
static void check_going_on(int from, int to)
{
	for (int next = 0; next < (int)model_claims.n_statuses; next++) {
		struct ledger ledger;

		if (!model_has_edge(&model_claims, from, next))
			continue;
		ledger_init(&ledger);
		ledger_read(&ledger, name_of(from), 1, 0);
		ledger_read(&ledger, name_of(to), 2, SECONDS(1));
		ledger_read(&ledger, name_of(to), 2, SECONDS(1));
		ck_assert_int_eq(ledger_read(&ledger, name_of(next), 3, SECONDS(2)), DECISION_CHANGED);
		ledger_check_step(&ledger, 3, name_of(next), VERDICT_LEGAL, name_of(from));
		ledger_check_status(&ledger, name_of(next), name_of(next));
	}
}

START_TEST(after_each_held_status_the_next_legal_one_goes_on_from_the_last_legal_one)
{
	for (int to = 0; to < (int)model_claims.n_statuses; to++)
		if (to != _i && !model_reaches(&model_claims, _i, to))
			check_going_on(_i, to);
}
END_TEST

START_TEST(flagging_applies_each_illegal_status_and_keeps_the_violation)
{
	for (int to = 0; to < (int)model_claims.n_statuses; to++) {
		struct ledger ledger;

		if (to == _i || model_reaches(&model_claims, _i, to))
			continue;
		ledger_init(&ledger);
		ledger.policy = POLICY_FLAG;
		ledger_read(&ledger, name_of(_i), 1, 0);
		ck_assert_int_eq(ledger_read(&ledger, name_of(to), 2, SECONDS(1)), DECISION_SUSPECT);
		ledger_check_status(&ledger, name_of(_i), name_of(_i));
		ck_assert_int_eq(ledger_read(&ledger, name_of(to), 2, SECONDS(1)), DECISION_CHANGED);
		ledger_check_step(&ledger, 2, name_of(to), VERDICT_ILLEGAL, name_of(_i));
		ck_assert_int_eq(ledger_shown(&ledger, 2)->violation, VIOLATION_ILLEGAL_TRANSITION);
		ledger_check_status(&ledger, name_of(to), name_of(to));
	}
}
END_TEST

/* --- Stale ----------------------------------------------------------------------------------------------- */

START_TEST(an_older_revision_is_stale)
{
	struct ledger ledger;

	ledger_init(&ledger);
	ledger_read(&ledger, "performer_found", 9, SECONDS(5));
	ck_assert_int_eq(ledger_read(&ledger, "performer_draft", 8, SECONDS(9)), DECISION_STALE);
	ck_assert_int_eq(ledger_read(&ledger, "performer_found", 8, SECONDS(5)), DECISION_STALE);
	ck_assert_uint_eq(ledger.n, 1);
}
END_TEST

START_TEST(an_older_time_under_the_same_revision_is_stale)
{
	struct ledger ledger;

	ledger_init(&ledger);
	ledger_read(&ledger, "performer_found", 9, SECONDS(5));
	ck_assert_int_eq(ledger_read(&ledger, "pickup_arrived", 9, SECONDS(5) - 1), DECISION_STALE);
}
END_TEST

START_TEST(older_than_a_repeat_is_stale)
{
	struct ledger ledger;

	ledger_init(&ledger);
	ledger_read(&ledger, "performer_found", 4, 0);
	ledger_read(&ledger, "performer_found", 9, SECONDS(5));
	ck_assert_int_eq(ledger_read(&ledger, "pickup_arrived", 8, SECONDS(4)), DECISION_STALE);
}
END_TEST

START_TEST(without_revisions_the_time_orders)
{
	struct ledger ledger;

	ledger_init(&ledger);
	ck_assert_int_eq(ledger_read(&ledger, "new", NUMBER_NONE, SECONDS(1)), DECISION_CHANGED);
	ck_assert_int_eq(ledger_read(&ledger, "estimating", NUMBER_NONE, SECONDS(2)), DECISION_CHANGED);
	ck_assert_int_eq(ledger_read(&ledger, "new", NUMBER_NONE, SECONDS(1)), DECISION_STALE);
	ck_assert_int_eq(ledger_read(&ledger, "estimating", NUMBER_NONE, SECONDS(2)), DECISION_SAME);
	ledger_check_step(&ledger, 2, "estimating", VERDICT_LEGAL, "new");
}
END_TEST

START_TEST(a_missing_revision_stands_in_the_newest_one)
{
	struct ledger ledger;

	ledger_init(&ledger);
	ledger_read(&ledger, "new", 7, SECONDS(1));
	ck_assert_int_eq(ledger_read(&ledger, "estimating", NUMBER_NONE, 0), DECISION_STALE);
	ck_assert_int_eq(ledger_read(&ledger, "estimating", NUMBER_NONE, SECONDS(2)), DECISION_CHANGED);
	ck_assert_int_eq(ledger.shipment.newest.revision, 7);
	ck_assert_int_eq(ledger_read(&ledger, "ready_for_approval", 8, SECONDS(3)), DECISION_CHANGED);
	ledger_check_step(&ledger, 3, "ready_for_approval", VERDICT_LEGAL, "estimating");
}
END_TEST

/* --- Same: what a repeat touches ------------------------------------------------------------------------- */

static struct seen make_rich(int64_t revision, int64_t us)
{
	struct seen seen = make_snapshot("performer_found", revision, us);

	seen.version = 3;
	seen.point_id = INT64_C(17594193737507);
	snprintf(seen.resolution, sizeof(seen.resolution), "success");
	snprintf(seen.class, sizeof(seen.class), "express");
	return seen;
}

static void check_rich(const struct shipment *shipment)
{
	ck_assert_int_eq(shipment->version, 3);
	ck_assert_int_eq(shipment->point_id, INT64_C(17594193737507));
	ck_assert_str_eq(shipment->resolution, "success");
	ck_assert_str_eq(shipment->class, "express");
}

START_TEST(a_repeat_touches_what_it_brings)
{
	struct ledger ledger;
	struct seen rich = make_rich(5, SECONDS(1));

	ledger_init(&ledger);
	ledger_read(&ledger, "performer_found", 4, 0);
	ck_assert_int_eq(ledger_take(&ledger, &rich), DECISION_SAME);
	check_rich(&ledger.shipment);
	ck_assert_int_eq(ledger.shipment.newest.revision, 5);
	ck_assert_uint_eq(ledger.n, 1);
}
END_TEST

START_TEST(the_same_key_and_status_again_touches_too)
{
	struct ledger ledger;
	struct seen rich = make_rich(4, 0);

	ledger_init(&ledger);
	ledger_read(&ledger, "performer_found", 4, 0);
	ck_assert_int_eq(ledger_take(&ledger, &rich), DECISION_SAME);
	check_rich(&ledger.shipment);
}
END_TEST

START_TEST(what_is_not_given_is_kept)
{
	struct ledger ledger;
	struct seen rich = make_rich(4, 0);

	ledger_init(&ledger);
	ledger_take(&ledger, &rich);
	ledger_read(&ledger, "performer_found", 5, SECONDS(1));
	ledger_read(&ledger, "pickup_arrived", 6, SECONDS(2));
	check_rich(&ledger.shipment);
}
END_TEST

START_TEST(a_stale_snapshot_touches_nothing)
{
	struct ledger ledger;
	struct seen rich = make_rich(3, 0);

	ledger_init(&ledger);
	ledger_read(&ledger, "performer_found", 4, 0);
	ck_assert_int_eq(ledger_take(&ledger, &rich), DECISION_STALE);
	ck_assert_str_eq(ledger.shipment.resolution, "");
}
END_TEST

START_TEST(a_step_keeps_what_was_seen_of_it)
{
	struct ledger ledger;
	struct seen rich = make_rich(4, 0);

	ledger_init(&ledger);
	ledger.now = moment(SECONDS(9));
	rich.via = VIA_SWEEP;
	rich.seen_at = moment(SECONDS(9));
	rich.valid_until = moment(SECONDS(100));
	ledger_take(&ledger, &rich);

	const struct step *step = ledger_shown(&ledger, 1);

	ck_assert_int_eq(step->via, VIA_SWEEP);
	ck_assert_int_eq(step->key.revision, 4);
	ck_assert_int_eq(step->key.updated.us, moment(0).us);
	ck_assert_int_eq(step->seen_at.us, moment(SECONDS(9)).us);
	ck_assert_int_eq(step->version, 3);
	ck_assert_int_eq(step->operation_id, NUMBER_NONE);
	ck_assert_int_eq(step->point_id, INT64_C(17594193737507));
	ck_assert_int_eq(step->valid_until.us, moment(SECONDS(100)).us);
}
END_TEST

/* --- Suspects -------------------------------------------------------------------------------------------- */

START_TEST(a_suspect_that_the_second_read_contradicts_is_forgotten)
{
	struct ledger ledger;

	ledger_init(&ledger);
	ledger_read(&ledger, "pickuped", 4, 0);
	ck_assert_int_eq(ledger_read(&ledger, "new", 5, SECONDS(1)), DECISION_SUSPECT);
	ck_assert_str_eq(ledger.shipment.suspect, "new");
	ck_assert_int_eq(ledger_read(&ledger, "pickuped", 5, SECONDS(1)), DECISION_SAME);
	ck_assert_str_eq(ledger.shipment.suspect, "");
	ck_assert_int_eq(ledger_read(&ledger, "new", 6, SECONDS(2)), DECISION_SUSPECT);
}
END_TEST

START_TEST(a_suspect_that_a_legal_status_follows_is_forgotten)
{
	struct ledger ledger;

	ledger_init(&ledger);
	ledger_read(&ledger, "pickuped", 4, 0);
	ledger_read(&ledger, "new", 5, SECONDS(1));
	ck_assert_int_eq(ledger_read(&ledger, "delivery_arrived", 5, SECONDS(1)), DECISION_CHANGED);
	ck_assert_str_eq(ledger.shipment.suspect, "");
	ck_assert_uint_eq(ledger.n, 2);
}
END_TEST

START_TEST(another_suspect_takes_its_place)
{
	struct ledger ledger;

	ledger_init(&ledger);
	ledger_read(&ledger, "pickuped", 4, 0);
	ledger_read(&ledger, "new", 5, SECONDS(1));
	ck_assert_int_eq(ledger_read(&ledger, "estimating", 6, SECONDS(2)), DECISION_SUSPECT);
	ck_assert_str_eq(ledger.shipment.suspect, "estimating");
	ck_assert_int_eq(ledger_read(&ledger, "new", 7, SECONDS(3)), DECISION_SUSPECT);
	ck_assert_int_eq(ledger_read(&ledger, "new", 8, SECONDS(4)), DECISION_CHANGED);
	ledger_check_step(&ledger, 2, "new", VERDICT_ILLEGAL, "pickuped");
	ck_assert_str_eq(ledger.shipment.suspect, "");
}
END_TEST

START_TEST(a_stale_read_is_no_second_read)
{
	struct ledger ledger;

	ledger_init(&ledger);
	ledger_read(&ledger, "pickuped", 4, 0);
	ledger_read(&ledger, "new", 5, SECONDS(1));
	ck_assert_int_eq(ledger_read(&ledger, "new", 3, SECONDS(1)), DECISION_STALE);
	ck_assert_int_eq(ledger_read(&ledger, "pickuped", 3, SECONDS(1)), DECISION_STALE);
	ck_assert_str_eq(ledger.shipment.suspect, "new");
}
END_TEST

START_TEST(a_held_status_read_again_is_the_same)
{
	struct ledger ledger;

	ledger_init(&ledger);
	ledger_read(&ledger, "delivered_finish", 4, 0);
	ledger_read(&ledger, "performer_lookup", 5, SECONDS(1));
	ledger_read(&ledger, "performer_lookup", 5, SECONDS(1));
	ck_assert_int_eq(ledger_read(&ledger, "performer_lookup", 6, SECONDS(2)), DECISION_SAME);
	ck_assert_uint_eq(ledger.n, 2);
	ledger_check_status(&ledger, "delivered_finish", "performer_lookup");
}
END_TEST

START_TEST(a_read_of_the_current_status_ends_the_holding)
{
	struct ledger ledger;

	ledger_init(&ledger);
	ledger_read(&ledger, "pickuped", 4, 0);
	ledger_read(&ledger, "new", 5, SECONDS(1));
	ledger_read(&ledger, "new", 5, SECONDS(1));
	ledger_read(&ledger, "pickuped", 6, SECONDS(2));
	ledger_check_status(&ledger, "pickuped", "pickuped");
	ck_assert_uint_eq(ledger_count_shown(&ledger), 2);
	ck_assert_int_eq(ledger_read(&ledger, "new", 7, SECONDS(3)), DECISION_SUSPECT);
}
END_TEST

/* --- Conflicts ------------------------------------------------------------------------------------------- */

START_TEST(another_status_under_the_same_key_is_held_as_a_conflict)
{
	struct ledger ledger;

	ledger_init(&ledger);
	ledger_read(&ledger, "performer_found", 4, 0);
	ck_assert_int_eq(ledger_read(&ledger, "pickup_arrived", 4, 0), DECISION_SUSPECT);
	ck_assert_int_eq(ledger_read(&ledger, "pickup_arrived", 4, 0), DECISION_CHANGED);
	ledger_check_step(&ledger, 2, "pickup_arrived", VERDICT_ILLEGAL, "performer_found");
	ck_assert_int_eq(ledger_shown(&ledger, 2)->violation, VIOLATION_CONFLICT);
	ledger_check_status(&ledger, "performer_found", "pickup_arrived");
}
END_TEST

START_TEST(a_newer_key_settles_a_conflict)
{
	struct ledger ledger;

	ledger_init(&ledger);
	ledger_read(&ledger, "delivered", 4, 0);
	ledger_read(&ledger, "delivered_finish", 4, 0);
	ledger_read(&ledger, "delivered_finish", 4, 0);
	ck_assert_int_eq(ledger_read(&ledger, "delivered_finish", 5, SECONDS(1)), DECISION_CHANGED);
	ledger_check_step(&ledger, 3, "delivered_finish", VERDICT_LEGAL, "delivered");
	ledger_check_status(&ledger, "delivered_finish", "delivered_finish");
}
END_TEST

START_TEST(answers_that_swing_under_one_key_make_no_row_each)
{
	struct ledger ledger;

	ledger_init(&ledger);
	ledger_read(&ledger, "performer_found", 4, 0);
	ledger_read(&ledger, "pickup_arrived", 4, 0);
	ledger_read(&ledger, "pickup_arrived", 4, 0);
	ledger_read(&ledger, "performer_found", 4, 0);
	ledger_check_status(&ledger, "performer_found", "performer_found");
	ck_assert_uint_eq(ledger_count_shown(&ledger), 2);
}
END_TEST

/* --- Unknown --------------------------------------------------------------------------------------------- */

START_TEST(an_unknown_status_is_held_at_the_first_read)
{
	struct ledger ledger;

	ledger_init(&ledger);
	ledger_read(&ledger, "performer_found", 4, 0);
	ck_assert_int_eq(ledger_read(&ledger, "Teleported \xd0\xb1", 5, SECONDS(1)), DECISION_CHANGED);
	ledger_check_step(&ledger, 2, "Teleported \xd0\xb1", VERDICT_UNKNOWN, "performer_found");
	ck_assert_int_eq(ledger_shown(&ledger, 2)->violation, VIOLATION_UNKNOWN_STATUS);
	ledger_check_status(&ledger, "performer_found", "Teleported \xd0\xb1");
	ck_assert_int_eq(ledger_read(&ledger, "pickup_arrived", 6, SECONDS(2)), DECISION_CHANGED);
	ledger_check_step(&ledger, 3, "pickup_arrived", VERDICT_LEGAL, "performer_found");
	ledger_check_status(&ledger, "pickup_arrived", "pickup_arrived");
}
END_TEST

START_TEST(a_claim_whose_first_status_is_unknown_waits_for_a_known_one)
{
	struct ledger ledger;

	ledger_init(&ledger);
	ck_assert_int_eq(ledger_read(&ledger, "teleported", 4, 0), DECISION_CHANGED);
	ledger_check_step(&ledger, 1, "teleported", VERDICT_UNKNOWN, "");
	ledger_check_status(&ledger, "", "teleported");
	ck_assert_int_eq(ledger_read(&ledger, "teleported", 5, SECONDS(1)), DECISION_SAME);
	ck_assert_int_eq(ledger_read(&ledger, "pickuped", 6, SECONDS(2)), DECISION_CHANGED);
	ledger_check_step(&ledger, 2, "pickuped", VERDICT_FIRST, "");
	ledger_check_status(&ledger, "pickuped", "pickuped");
}
END_TEST

START_TEST(another_unknown_status_is_held_too)
{
	struct ledger ledger;

	ledger_init(&ledger);
	ledger_read(&ledger, "performer_found", 4, 0);
	ledger_read(&ledger, "teleported", 5, SECONDS(1));
	ck_assert_int_eq(ledger_read(&ledger, "beamed", 6, SECONDS(2)), DECISION_CHANGED);
	ledger_check_step(&ledger, 3, "beamed", VERDICT_UNKNOWN, "performer_found");
}
END_TEST

static TCase *pairs(void)
{
	TCase *tcase = tcase_create("pairs");
	int n = (int)model_claims.n_statuses;

	tcase_add_loop_test(tcase, each_pair_is_same_legal_gap_or_held_after_a_second_read, 0, n);
	tcase_add_loop_test(tcase, after_each_held_status_the_next_legal_one_goes_on_from_the_last_legal_one, 0, n);
	tcase_add_loop_test(tcase, flagging_applies_each_illegal_status_and_keeps_the_violation, 0, n);
	return tcase;
}

static TCase *keys(void)
{
	TCase *tcase = tcase_create("stale and same");

	tcase_add_test(tcase, an_older_revision_is_stale);
	tcase_add_test(tcase, an_older_time_under_the_same_revision_is_stale);
	tcase_add_test(tcase, older_than_a_repeat_is_stale);
	tcase_add_test(tcase, without_revisions_the_time_orders);
	tcase_add_test(tcase, a_missing_revision_stands_in_the_newest_one);
	tcase_add_test(tcase, a_repeat_touches_what_it_brings);
	tcase_add_test(tcase, the_same_key_and_status_again_touches_too);
	tcase_add_test(tcase, what_is_not_given_is_kept);
	tcase_add_test(tcase, a_stale_snapshot_touches_nothing);
	tcase_add_test(tcase, a_step_keeps_what_was_seen_of_it);
	return tcase;
}

static TCase *held(void)
{
	TCase *tcase = tcase_create("held");

	tcase_add_test(tcase, a_suspect_that_the_second_read_contradicts_is_forgotten);
	tcase_add_test(tcase, a_suspect_that_a_legal_status_follows_is_forgotten);
	tcase_add_test(tcase, another_suspect_takes_its_place);
	tcase_add_test(tcase, a_stale_read_is_no_second_read);
	tcase_add_test(tcase, a_held_status_read_again_is_the_same);
	tcase_add_test(tcase, a_read_of_the_current_status_ends_the_holding);
	tcase_add_test(tcase, another_status_under_the_same_key_is_held_as_a_conflict);
	tcase_add_test(tcase, a_newer_key_settles_a_conflict);
	tcase_add_test(tcase, answers_that_swing_under_one_key_make_no_row_each);
	tcase_add_test(tcase, an_unknown_status_is_held_at_the_first_read);
	tcase_add_test(tcase, a_claim_whose_first_status_is_unknown_waits_for_a_known_one);
	tcase_add_test(tcase, another_unknown_status_is_held_too);
	return tcase;
}

Suite *suite(void)
{
	Suite *suite = suite_create("reconcile");

	suite_add_tcase(suite, pairs());
	suite_add_tcase(suite, keys());
	suite_add_tcase(suite, held());
	return suite;
}
