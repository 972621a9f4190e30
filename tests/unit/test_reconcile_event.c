/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Journal events among snapshots: where they are put, what they heal, and which of them tell of the same change.
 * Tests, unit ring. Orders of arrival in general are test_reconcile_order.c's.
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

START_TEST(each_pair_of_events_is_judged_at_once)
{
	for (int to = 0; to < (int)model_claims.n_statuses; to++) {
		bool legal = model_has_edge(&model_claims, _i, to);
		bool reached = model_reaches(&model_claims, _i, to);
		enum verdict expected = legal ? VERDICT_LEGAL : reached ? VERDICT_GAP : VERDICT_ILLEGAL;
		struct ledger ledger;

		ledger_init(&ledger);
		ledger_hear(&ledger, name_of(_i), 1, 0);
		ck_assert_int_eq(ledger_hear(&ledger, name_of(to), 2, SECONDS(1)), DECISION_CHANGED);
		ck_assert_uint_eq(ledger_count_shown(&ledger), to == _i ? 1 : 2);
		ledger_check_status(&ledger, name_of(legal || reached ? to : _i), name_of(to));
		if (to != _i)
			ledger_check_step(&ledger, 2, name_of(to), expected, name_of(_i));
	}
}
END_TEST

/* --- Places ---------------------------------------------------------------------------------------------- */

START_TEST(events_turn_a_gap_into_legal_steps)
{
	struct ledger ledger;

	ledger_init(&ledger);
	ledger_read(&ledger, "accepted", 5, 0);
	ledger_read(&ledger, "performer_found", 9, SECONDS(30));
	ledger_check_step(&ledger, 2, "performer_found", VERDICT_GAP, "accepted");
	ck_assert_int_eq(ledger_hear(&ledger, "performer_lookup", 6, SECONDS(10)), DECISION_CHANGED);
	ck_assert_int_eq(ledger_hear(&ledger, "performer_draft", 8, SECONDS(20)), DECISION_CHANGED);
	ledger_check_step(&ledger, 2, "performer_lookup", VERDICT_LEGAL, "accepted");
	ledger_check_step(&ledger, 3, "performer_draft", VERDICT_LEGAL, "performer_lookup");
	ledger_check_step(&ledger, 4, "performer_found", VERDICT_LEGAL, "performer_draft");
	ledger_check_status(&ledger, "performer_found", "performer_found");
}
END_TEST

START_TEST(an_event_before_the_first_sight_becomes_the_first)
{
	struct ledger ledger;

	ledger_init(&ledger);
	ledger_read(&ledger, "estimating", 5, SECONDS(2));
	ledger_hear(&ledger, "new", 1, SECONDS(1));
	ledger_check_step(&ledger, 1, "new", VERDICT_FIRST, "");
	ledger_check_step(&ledger, 2, "estimating", VERDICT_LEGAL, "new");
}
END_TEST

/* Between two steps an event can't make an illegal one legal, since then the status was reachable. What came before
 * them can. */
START_TEST(an_illegal_event_that_came_too_early_is_healed)
{
	struct ledger ledger;

	ledger_init(&ledger);
	ledger_hear(&ledger, "cancelled", 3, SECONDS(1));
	ledger_hear(&ledger, "return_arrived", 4, SECONDS(2));
	ledger_check_step(&ledger, 2, "return_arrived", VERDICT_ILLEGAL, "cancelled");
	ledger_check_status(&ledger, "cancelled", "return_arrived");
	ledger_hear(&ledger, "returning", 2, 0);
	ledger_check_step(&ledger, 2, "cancelled", VERDICT_ILLEGAL, "returning");
	ledger_check_step(&ledger, 3, "return_arrived", VERDICT_LEGAL, "returning");
	ck_assert_int_eq(ledger_shown(&ledger, 3)->violation, VIOLATION_NONE);
	ledger_check_status(&ledger, "return_arrived", "return_arrived");
}
END_TEST

START_TEST(a_held_snapshot_is_healed_by_an_earlier_event)
{
	struct ledger ledger;

	ledger_init(&ledger);
	ledger_read(&ledger, "cancelled", 3, SECONDS(1));
	ledger_read(&ledger, "return_arrived", 4, SECONDS(2));
	ledger_read(&ledger, "return_arrived", 4, SECONDS(2));
	ledger_check_status(&ledger, "cancelled", "return_arrived");
	ledger_hear(&ledger, "returning", 2, 0);
	ledger_check_step(&ledger, 3, "return_arrived", VERDICT_LEGAL, "returning");
	ledger_check_status(&ledger, "return_arrived", "return_arrived");
	ck_assert_int_eq(ledger.shipment.entered.us, moment(SECONDS(2)).us);
}
END_TEST

START_TEST(a_late_accept_is_healed_by_a_return_that_was_not_seen)
{
	struct ledger ledger;

	ledger_init(&ledger);
	ledger_read(&ledger, "ready_for_approval", 4, 0);
	ledger_read(&ledger, "accepted", 9, SECONDS(700));
	ledger_check_step(&ledger, 2, "accepted", VERDICT_LATE, "ready_for_approval");
	ledger_hear(&ledger, "ready_for_approval", 7, SECONDS(501));
	ledger_hear(&ledger, "estimating", 6, SECONDS(500));
	ledger_check_window(&ledger, 1, SECONDS(600), OUTCOME_LEFT);
	ledger_check_window(&ledger, 3, SECONDS(1101), OUTCOME_MET);
	ledger_check_step(&ledger, 4, "accepted", VERDICT_LEGAL, "ready_for_approval");
	ledger_check_status(&ledger, "accepted", "accepted");
}
END_TEST

START_TEST(an_older_event_moves_neither_current_nor_reported)
{
	struct ledger ledger;
	struct seen event = make_event("performer_draft", 8, SECONDS(1));

	ledger_init(&ledger);
	ledger_read(&ledger, "performer_found", 9, SECONDS(2));
	event.point_id = 7;
	ledger_take(&ledger, &event);
	ledger_check_status(&ledger, "performer_found", "performer_found");
	ck_assert_int_eq(ledger.shipment.newest.revision, 9);
	ck_assert_int_eq(ledger.shipment.point_id, NUMBER_NONE);
}
END_TEST

START_TEST(an_older_event_still_brings_the_resolution)
{
	struct ledger ledger;
	struct seen event = make_event("cancelled", 8, SECONDS(1));

	ledger_init(&ledger);
	ledger_read(&ledger, "cancelled", 9, SECONDS(2));
	snprintf(event.resolution, sizeof(event.resolution), "failed");
	ledger_take(&ledger, &event);
	ck_assert_str_eq(ledger.shipment.resolution, "failed");
}
END_TEST

START_TEST(a_newer_event_touches_what_it_brings)
{
	struct ledger ledger;
	struct seen event = make_event("cancelled", 10, SECONDS(3));

	ledger_init(&ledger);
	ledger_read(&ledger, "performer_found", 9, SECONDS(2));
	event.point_id = INT64_C(17594193737508);
	snprintf(event.resolution, sizeof(event.resolution), "failed");
	ledger_take(&ledger, &event);
	ck_assert_int_eq(ledger.shipment.newest.revision, 10);
	ck_assert_int_eq(ledger.shipment.point_id, INT64_C(17594193737508));
	ck_assert_str_eq(ledger.shipment.resolution, "failed");
}
END_TEST

START_TEST(a_later_operation_under_the_newest_key_touches_what_it_brings)
{
	struct ledger ledger;
	struct seen first = make_event("performer_draft", 8, 0);
	struct seen second = make_event("performer_found", 8, 0);

	second.operation_id = 9;
	second.point_id = 7;
	ledger_init(&ledger);
	ledger_take(&ledger, &first);
	ledger_take(&ledger, &second);
	ck_assert_int_eq(ledger.shipment.point_id, 7);
}
END_TEST

START_TEST(the_newest_snapshot_gets_a_step_when_an_event_parts_it_from_what_it_repeated)
{
	struct ledger ledger;
	struct seen newest = make_snapshot("performer_found", 9, SECONDS(5));

	newest.version = 3;
	newest.point_id = 7;
	ledger_init(&ledger);
	ledger_read(&ledger, "performer_found", 4, 0);
	ck_assert_int_eq(ledger_take(&ledger, &newest), DECISION_SAME);
	ck_assert_uint_eq(ledger.n, 1);
	ledger_hear(&ledger, "performer_lookup", 6, SECONDS(2));
	ledger_check_step(&ledger, 2, "performer_lookup", VERDICT_LEGAL, "performer_found");
	ledger_check_step(&ledger, 3, "performer_found", VERDICT_LEGAL, "performer_lookup");
	ck_assert_int_eq(ledger_shown(&ledger, 3)->key.revision, 9);
	ck_assert_int_eq(ledger_shown(&ledger, 3)->version, 3);
	ck_assert_int_eq(ledger_shown(&ledger, 3)->point_id, 7);
	ledger_check_status(&ledger, "performer_found", "performer_found");
	/* Its own event then takes its place, with the exact time. */
	ledger_hear(&ledger, "performer_found", 8, SECONDS(4));
	ck_assert_uint_eq(ledger_count_shown(&ledger), 3);
	ck_assert_int_eq(ledger.shipment.entered.us, moment(SECONDS(4)).us);
}
END_TEST

START_TEST(of_two_operations_under_one_key_the_later_one_is_reported_whichever_came_first)
{
	struct seen first = make_event("performer_draft", 8, 0);
	struct seen second = make_event("performer_found", 8, 0);
	struct ledger ledger;

	second.operation_id = 9;
	ledger_init(&ledger);
	ledger_take(&ledger, &second);
	ledger_take(&ledger, &first);
	ledger_check_step(&ledger, 1, "performer_draft", VERDICT_FIRST, "");
	ledger_check_step(&ledger, 2, "performer_found", VERDICT_LEGAL, "performer_draft");
	ledger_check_status(&ledger, "performer_found", "performer_found");
}
END_TEST

START_TEST(events_without_revisions_stand_in_the_order_of_time)
{
	struct ledger ledger;

	ledger_init(&ledger);
	for (int round = 0; round < 2; round++) {
		struct seen late = make_event("ready_for_approval", NUMBER_NONE, SECONDS(3));
		struct seen early = make_event("new", NUMBER_NONE, SECONDS(1));
		struct seen middle = make_event("estimating", NUMBER_NONE, SECONDS(2));

		late.operation_id = 86;
		early.operation_id = 84;
		middle.operation_id = 85;
		ledger_take(&ledger, &late);
		ledger_take(&ledger, &early);
		ledger_take(&ledger, &middle);
	}
	ck_assert_uint_eq(ledger.n, 3);
	ledger_check_step(&ledger, 1, "new", VERDICT_FIRST, "");
	ledger_check_step(&ledger, 2, "estimating", VERDICT_LEGAL, "new");
	ledger_check_step(&ledger, 3, "ready_for_approval", VERDICT_LEGAL, "estimating");
}
END_TEST

START_TEST(without_revisions_another_time_is_another_change)
{
	struct ledger ledger;

	ledger_init(&ledger);
	ledger_read(&ledger, "performer_found", NUMBER_NONE, SECONDS(5));
	ledger_hear(&ledger, "performer_found", NUMBER_NONE, SECONDS(1));
	ck_assert_uint_eq(ledger.n, 2);
	ck_assert_int_eq(ledger.shipment.entered.us, moment(SECONDS(1)).us);
}
END_TEST

START_TEST(an_event_without_operation_stands_behind_those_that_have_one)
{
	struct seen with = make_event("performer_draft", 8, 0);
	struct seen without = make_event("performer_found", 8, 0);
	struct ledger ledger;

	without.operation_id = NUMBER_NONE;
	ledger_init(&ledger);
	ledger_take(&ledger, &with);
	ledger_take(&ledger, &without);
	ledger_check_step(&ledger, 1, "performer_draft", VERDICT_FIRST, "");
	ledger_check_step(&ledger, 2, "performer_found", VERDICT_ILLEGAL, "performer_draft");
	ck_assert_int_eq(ledger_shown(&ledger, 2)->violation, VIOLATION_CONFLICT);
	ledger_check_status(&ledger, "performer_draft", "performer_found");
}
END_TEST

START_TEST(the_first_event_is_taken_whatever_its_revision)
{
	static const int64_t revisions[] = { NUMBER_NONE, NUMBER_NONE + 1, -5, 0, 1, INT64_MAX };

	for (size_t i = 0; i < sizeof(revisions) / sizeof(revisions[0]); i++) {
		struct ledger ledger;

		ledger_init(&ledger);
		ledger.shipment.newest.revision = 0;
		ledger_hear(&ledger, "new", revisions[i], 0);
		ck_assert_uint_eq(ledger.n, 1);
		ledger_check_status(&ledger, "new", "new");
	}
}
END_TEST

/* --- Twins and duplicates -------------------------------------------------------------------------------- */

START_TEST(the_event_of_a_snapshots_revision_is_its_twin)
{
	struct ledger ledger;
	struct seen snapshot = make_snapshot("ready_for_approval", 4, SECONDS(7));

	ledger_init(&ledger);
	snapshot.version = 2;
	snapshot.point_id = 7;
	snapshot.valid_until = moment(SECONDS(500));
	ledger_take(&ledger, &snapshot);
	ck_assert_int_eq(ledger_hear(&ledger, "ready_for_approval", 4, 0), DECISION_CHANGED);
	ck_assert_uint_eq(ledger.n, 1);

	const struct step *step = ledger_shown(&ledger, 1);

	ck_assert_int_eq(step->operation_id, 4);
	ck_assert_int_eq(step->entered.us, moment(0).us);
	ck_assert_int_eq(step->version, 2);
	ck_assert_int_eq(step->point_id, 7);
	ck_assert_int_eq(step->via, VIA_CALLBACK);
	ck_assert_int_eq(ledger.shipment.entered.us, moment(0).us);
	ledger_check_window(&ledger, 1, SECONDS(500), OUTCOME_OPEN);
}
END_TEST

/* Who keeps claims and who writes the journal may have two clocks. */
START_TEST(a_read_of_the_newest_change_adds_what_it_knows_though_its_clock_is_behind)
{
	struct ledger ledger;
	struct seen snapshot = make_snapshot("ready_for_approval", 4, SECONDS(0.5));

	snapshot.version = 2;
	snapshot.valid_until = moment(SECONDS(500));
	ledger_init(&ledger);
	ledger_hear(&ledger, "ready_for_approval", 4, SECONDS(1));
	ck_assert_int_eq(ledger_take(&ledger, &snapshot), DECISION_SAME);
	ck_assert_uint_eq(ledger.n, 1);
	ck_assert_int_eq(ledger.shipment.version, 2);
	ck_assert_int_eq(ledger.shipment.newest.updated.us, moment(SECONDS(1)).us);
	ck_assert_int_eq(ledger.shipment.entered.us, moment(SECONDS(1)).us);
	ledger_check_window(&ledger, 1, SECONDS(500), OUTCOME_OPEN);
}
END_TEST

START_TEST(a_read_behind_the_newest_change_is_stale_whatever_it_knows)
{
	struct ledger ledger;
	struct seen snapshot = make_snapshot("ready_for_approval", 4, SECONDS(2));

	snapshot.version = 2;
	ledger_init(&ledger);
	ledger_hear(&ledger, "ready_for_approval", 4, SECONDS(1));
	ledger_hear(&ledger, "accepted", 5, SECONDS(1.5));
	ck_assert_int_eq(ledger_take(&ledger, &snapshot), DECISION_STALE);
	ck_assert_int_eq(ledger.shipment.version, NUMBER_NONE);
}
END_TEST

START_TEST(another_status_under_a_snapshots_revision_is_no_twin)
{
	struct ledger ledger;

	ledger_init(&ledger);
	ledger_read(&ledger, "performer_found", 4, SECONDS(1));
	ledger_hear(&ledger, "performer_draft", 4, 0);
	ledger_check_step(&ledger, 1, "performer_draft", VERDICT_FIRST, "");
	ledger_check_step(&ledger, 2, "performer_found", VERDICT_LEGAL, "performer_draft");
	ledger_check_status(&ledger, "performer_found", "performer_found");
}
END_TEST

START_TEST(a_twin_is_put_where_the_events_time_belongs)
{
	struct ledger ledger;

	ledger_init(&ledger);
	ledger_read(&ledger, "performer_draft", 4, SECONDS(1));
	ledger_read(&ledger, "performer_found", 4, SECONDS(2));
	/* Under this revision the journal has the first of both at a later time. */
	ledger_hear(&ledger, "performer_draft", 4, SECONDS(3));
	ledger_check_step(&ledger, 1, "performer_found", VERDICT_FIRST, "");
	ledger_check_step(&ledger, 2, "performer_draft", VERDICT_LEGAL, "performer_found");
	ledger_check_status(&ledger, "performer_draft", "performer_draft");
}
END_TEST

START_TEST(an_event_again_changes_nothing)
{
	struct ledger ledger;

	ledger_init(&ledger);
	ledger_hear(&ledger, "new", 1, 0);
	ledger_hear(&ledger, "estimating", 3, SECONDS(1));
	ledger_hear(&ledger, "ready_for_approval", 4, SECONDS(2));
	ledger_hear(&ledger, "accepted", 6, SECONDS(700));

	struct ledger before = ledger;

	ck_assert_int_eq(ledger_hear(&ledger, "new", 1, 0), DECISION_SAME);
	ck_assert_int_eq(ledger_hear(&ledger, "estimating", 3, SECONDS(1)), DECISION_SAME);
	ck_assert_int_eq(ledger_hear(&ledger, "ready_for_approval", 4, SECONDS(2)), DECISION_SAME);
	ck_assert_int_eq(ledger_hear(&ledger, "accepted", 6, SECONDS(700)), DECISION_SAME);
	ck_assert_uint_eq(ledger.n, before.n);
	ledger_check_equal(&ledger, &before);
}
END_TEST

START_TEST(a_snapshot_under_an_events_key_stands_behind_it)
{
	struct ledger ledger;

	ledger_init(&ledger);
	ledger_hear(&ledger, "performer_draft", 3, 0);
	ledger_hear(&ledger, "performer_found", 4, SECONDS(1));
	ledger_read(&ledger, "pickup_arrived", 4, SECONDS(1));
	ledger_read(&ledger, "pickup_arrived", 4, SECONDS(1));
	ledger_check_step(&ledger, 3, "pickup_arrived", VERDICT_ILLEGAL, "performer_found");
	ck_assert_int_eq(ledger_shown(&ledger, 3)->violation, VIOLATION_CONFLICT);

	/* Another operation under the same key still goes before the snapshot. */
	struct seen event = make_event("performer_lookup", 4, SECONDS(1));

	event.operation_id = 5;
	ledger_take(&ledger, &event);
	ledger_check_step(&ledger, 3, "performer_lookup", VERDICT_LEGAL, "performer_found");
	ledger_check_status(&ledger, "performer_lookup", "pickup_arrived");
}
END_TEST

START_TEST(of_a_conflict_that_the_journal_decides_the_other_status_is_still_reported)
{
	struct ledger ledger;

	ledger_init(&ledger);
	ledger_read(&ledger, "performer_found", 4, 0);
	ledger_read(&ledger, "pickup_arrived", 4, 0);
	ledger_read(&ledger, "pickup_arrived", 4, 0);
	ledger_hear(&ledger, "pickup_arrived", 4, 0);
	ledger_check_step(&ledger, 1, "pickup_arrived", VERDICT_FIRST, "");
	ledger_check_step(&ledger, 2, "performer_found", VERDICT_ILLEGAL, "pickup_arrived");
	ck_assert_int_eq(ledger_shown(&ledger, 2)->violation, VIOLATION_CONFLICT);
	ledger_check_status(&ledger, "pickup_arrived", "performer_found");
}
END_TEST

/* --- Suspects -------------------------------------------------------------------------------------------- */

START_TEST(a_newer_event_ends_a_suspicion_and_an_older_one_does_not)
{
	struct ledger ledger;

	ledger_init(&ledger);
	ledger_read(&ledger, "pickuped", 4, 0);
	ledger_read(&ledger, "new", 9, SECONDS(5));
	ledger_hear(&ledger, "pickup_arrived", 3, SECONDS(-1));
	ck_assert_str_eq(ledger.shipment.suspect, "new");
	ledger_hear(&ledger, "delivery_arrived", 6, SECONDS(2));
	ck_assert_str_eq(ledger.shipment.suspect, "");
}
END_TEST

static TCase *places(void)
{
	TCase *tcase = tcase_create("places");

	tcase_add_loop_test(tcase, each_pair_of_events_is_judged_at_once, 0, (int)model_claims.n_statuses);
	tcase_add_test(tcase, events_turn_a_gap_into_legal_steps);
	tcase_add_test(tcase, an_event_before_the_first_sight_becomes_the_first);
	tcase_add_test(tcase, an_illegal_event_that_came_too_early_is_healed);
	tcase_add_test(tcase, a_held_snapshot_is_healed_by_an_earlier_event);
	tcase_add_test(tcase, a_late_accept_is_healed_by_a_return_that_was_not_seen);
	tcase_add_test(tcase, an_older_event_moves_neither_current_nor_reported);
	tcase_add_test(tcase, an_older_event_still_brings_the_resolution);
	tcase_add_test(tcase, a_newer_event_touches_what_it_brings);
	tcase_add_test(tcase, a_later_operation_under_the_newest_key_touches_what_it_brings);
	tcase_add_test(tcase, the_newest_snapshot_gets_a_step_when_an_event_parts_it_from_what_it_repeated);
	tcase_add_test(tcase, of_two_operations_under_one_key_the_later_one_is_reported_whichever_came_first);
	tcase_add_test(tcase, events_without_revisions_stand_in_the_order_of_time);
	tcase_add_test(tcase, without_revisions_another_time_is_another_change);
	tcase_add_test(tcase, an_event_without_operation_stands_behind_those_that_have_one);
	tcase_add_test(tcase, the_first_event_is_taken_whatever_its_revision);
	return tcase;
}

static TCase *twins(void)
{
	TCase *tcase = tcase_create("twins");

	tcase_add_test(tcase, the_event_of_a_snapshots_revision_is_its_twin);
	tcase_add_test(tcase, a_read_of_the_newest_change_adds_what_it_knows_though_its_clock_is_behind);
	tcase_add_test(tcase, a_read_behind_the_newest_change_is_stale_whatever_it_knows);
	tcase_add_test(tcase, another_status_under_a_snapshots_revision_is_no_twin);
	tcase_add_test(tcase, a_twin_is_put_where_the_events_time_belongs);
	tcase_add_test(tcase, an_event_again_changes_nothing);
	tcase_add_test(tcase, a_snapshot_under_an_events_key_stands_behind_it);
	tcase_add_test(tcase, of_a_conflict_that_the_journal_decides_the_other_status_is_still_reported);
	tcase_add_test(tcase, a_newer_event_ends_a_suspicion_and_an_older_one_does_not);
	return tcase;
}

Suite *suite(void)
{
	Suite *suite = suite_create("reconcile_event");

	suite_add_tcase(suite, places());
	suite_add_tcase(suite, twins());
	return suite;
}
