/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An operator's rulings on violations, on a real file: what they change, and that nothing that is seen later undoes them.
 * Component tests.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "store/resolve.h"
#include "store_bed.h"
#include "tests/suite.h"

static struct bed bed;

static void setup(void)
{
	bed_open(&bed);
}

static void setup_market(void)
{
	bed_open_market(&bed);
}

static void teardown(void)
{
	bed_close(&bed);
}

/* STATUS read at REVISION, at that second; an illegal one once more, so that it counts. */
static void see(const char *claim, const char *status, int64_t revision, int64_t s)
{
	struct seen seen = bed_seen(claim, status, revision, bed_at(s));

	if (bed_apply(&bed, &seen, bed_at(s + 1), NULL) == DECISION_SUSPECT)
		bed_apply(&bed, &seen, bed_at(s + 2), NULL);
}

/* The journal's event of that. */
static void hear(const char *claim, const char *status, int64_t revision, int64_t s)
{
	struct seen seen = bed_seen(claim, status, revision, bed_at(s));

	seen.snapshot = false;
	seen.operation_id = revision;
	seen.version = NUMBER_NONE;
	bed_apply(&bed, &seen, bed_at(s + 1), NULL);
}

/* c1, seen first in STATUS. */
static void make_claim(const char *status)
{
	bed_hint(&bed, "c1", bed_at(0), bed_at(0));
	see("c1", status, 5, 0);
}

/* What came of the last resolve(). */
static struct act_refusal refusal;

/* Rules on a violation 5000 s later: "done", or the refusal's code. */
static const char *resolve(int64_t id, bool adopts)
{
	const struct resolution resolution = {
		.violation_id = id,
		.adopt = adopts,
		.by = "uid:1000",
		.note = "as the courier says",
		.policy = POLICY_HOLD,
		.now = bed_at(5000),
		.upstream_now = bed_at(5000),
	};
	bool done = false;

	ck_assert_int_eq(store_begin(bed.store), ERR_OK);
	ck_assert_int_eq(store_violation_resolve(bed.store, &resolution, &done, &refusal), ERR_OK);
	ck_assert_msg(store_commit(bed.store) == ERR_OK, "%s", store_error_text(bed.store));
	return done ? "done" : refusal.code;
}

static const char *adopt(int64_t id)
{
	return resolve(id, true);
}

static const char *dismiss(int64_t id)
{
	return resolve(id, false);
}

static void check_claim(const char *status, const char *reported)
{
	char expected[300];

	snprintf(expected, sizeof(expected), "%s %s %d", status, reported, strcmp(status, reported) != 0);
	ck_assert_str_eq(bed_ask(&bed, "SELECT status || ' ' || reported_status || ' ' || held FROM report_claims"), expected);
}

/* All steps that reports show: "first new, legal estimating". */
static void check_history(const char *expected)
{
	ck_assert_str_eq(bed_ask(&bed, "SELECT group_concat(verdict || ' ' || to_status, ', ')"
	                               " FROM (SELECT * FROM report_transitions ORDER BY seq)"), expected);
}

/* All violations: "1 illegal_transition open". */
static void check_violations(const char *expected)
{
	ck_assert_str_eq(bed_ask(&bed, "SELECT coalesce(group_concat(id || ' ' || kind || ' ' || state, ', '), '')"
	                               " FROM (SELECT * FROM report_violations ORDER BY id)"), expected);
}

/* --- What a ruling does --------------------------------------------------------------------------------------------- */

START_TEST(an_adopted_status_is_applied_and_what_follows_is_judged_from_it)
{
	make_claim("pickuped");
	see("c1", "accepted", 6, 60);
	check_claim("pickuped", "accepted");
	check_violations("1 illegal_transition open");
	ck_assert_str_eq(adopt(1), "done");
	check_claim("accepted", "accepted");
	check_violations("1 illegal_transition adopted");
	see("c1", "performer_lookup", 7, 120);
	check_history("first pickuped, illegal accepted, legal performer_lookup");
	ck_assert_str_eq(bed_ask(&bed, "SELECT from_status FROM report_transitions WHERE seq = 3"), "accepted");
}
END_TEST

/* Each step is an anchor once, and saved again as it was. */
START_TEST(a_step_stays_adopted_or_not_whatever_comes_after_it)
{
	make_claim("pickuped");
	see("c1", "accepted", 6, 60);
	adopt(1);
	see("c1", "performer_lookup", 7, 120);
	see("c1", "performer_found", 8, 180);
	ck_assert_str_eq(bed_ask(&bed, "SELECT group_concat(adopted) FROM (SELECT adopted FROM history ORDER BY revision)"), "0,1,0,0");
}
END_TEST

START_TEST(a_ruling_says_who_when_and_why)
{
	make_claim("pickuped");
	see("c1", "accepted", 6, 60);
	adopt(1);
	ck_assert_str_eq(bed_ask(&bed, "SELECT resolved_by || ' ' || (resolved_at_us / 1000000 - 1790000000) || ' ' || note"
	                               " FROM report_violations"), "uid:1000 5000 as the courier says");
}
END_TEST

START_TEST(a_dismissed_status_stays_beside_the_current_one)
{
	make_claim("pickuped");
	see("c1", "accepted", 6, 60);
	ck_assert_str_eq(dismiss(1), "done");
	check_claim("pickuped", "accepted");
	check_violations("1 illegal_transition dismissed");
	see("c1", "delivery_arrived", 7, 120);
	check_claim("delivery_arrived", "delivery_arrived");
}
END_TEST

START_TEST(an_adopted_late_approval_leaves_its_window_late)
{
	make_claim("ready_for_approval");
	see("c1", "accepted", 6, 600);
	check_violations("1 late_approval open");
	ck_assert_str_eq(adopt(1), "done");
	check_claim("accepted", "accepted");
	check_history("first ready_for_approval, late accepted");
	ck_assert_str_eq(bed_ask(&bed, "SELECT outcome FROM report_windows"), "late");
	see("c1", "performer_lookup", 7, 700);
	check_history("first ready_for_approval, late accepted, legal performer_lookup");
	check_violations("1 late_approval adopted");
}
END_TEST

START_TEST(an_adopted_conflict_stands_under_its_key)
{
	make_claim("pickuped");
	see("c1", "delivery_arrived", 5, 0);
	check_violations("1 conflict open");
	ck_assert_str_eq(adopt(1), "done");
	check_claim("delivery_arrived", "delivery_arrived");
	see("c1", "delivery_arrived", 6, 60);
	see("c1", "delivered", 7, 120);
	check_history("first pickuped, illegal delivery_arrived, legal delivered");
	check_violations("1 conflict adopted");
}
END_TEST

START_TEST(an_adopted_offer_has_a_window_of_its_own)
{
	make_claim("accepted");
	see("c1", "ready_for_approval", 6, 4900);
	ck_assert_str_eq(bed_ask(&bed, "SELECT count(*) FROM report_windows"), "0");
	adopt(1);
	ck_assert_str_eq(bed_ask(&bed, "SELECT outcome || ' ' || ((due_at_us - opened_at_us) / 1000000) FROM report_windows"), "open 600");
	ck_assert_str_eq(bed_ask(&bed, "SELECT (approval_due_at_us / 1000000) - 1790000000 FROM report_claims"), "5500");
}
END_TEST

START_TEST(an_older_violation_is_adopted_with_what_came_after_it)
{
	make_claim("pickuped");
	see("c1", "accepted", 6, 60);
	see("c1", "delivery_arrived", 7, 120);
	see("c1", "delivered", 8, 180);
	check_history("first pickuped, illegal accepted, legal delivery_arrived, legal delivered");
	check_claim("delivered", "delivered");
	ck_assert_str_eq(adopt(1), "done");
	check_history("first pickuped, illegal accepted, gap delivery_arrived, legal delivered");
	check_claim("delivered", "delivered");
}
END_TEST

START_TEST(what_can_not_follow_an_adopted_status_is_held_in_its_turn)
{
	make_claim("returned");
	see("c1", "cancelled", 6, 60);
	see("c1", "returned_finish", 7, 120);
	check_claim("returned_finish", "returned_finish");
	check_history("first returned, illegal cancelled, legal returned_finish");
	ck_assert_str_eq(adopt(1), "done");
	check_claim("cancelled", "returned_finish");
	check_history("first returned, illegal cancelled, illegal returned_finish");
	check_violations("1 illegal_transition adopted, 2 illegal_transition open");
	ck_assert_str_eq(adopt(2), "done");
	check_claim("returned_finish", "returned_finish");
}
END_TEST

START_TEST(an_end_that_is_adopted_closes_the_claim)
{
	struct shipment shipment;
	struct pending pending;

	make_claim("new");
	see("c1", "cancelled_by_taxi", 6, 60);
	see("c1", "pickuped", 7, 120);
	check_claim("cancelled_by_taxi", "pickuped");
	see("c1", "cancelled", 8, 180);
	ck_assert_str_eq(adopt(2), "done");
	check_claim("cancelled", "cancelled");
	ck_assert_int_eq(store_shipment(bed.store, bed_shipment(&bed, "c1"), &shipment, &pending), ERR_OK);
	ck_assert(shipment_is_closed(&shipment));
}
END_TEST

START_TEST(a_later_read_of_an_adopted_status_is_the_same)
{
	struct seen again = bed_seen("c1", "accepted", 8, bed_at(180));

	make_claim("pickuped");
	see("c1", "accepted", 6, 60);
	adopt(1);
	ck_assert_int_eq(bed_apply(&bed, &again, bed_at(181), NULL), DECISION_SAME);
	check_history("first pickuped, illegal accepted");
	check_violations("1 illegal_transition adopted");
}
END_TEST

/* --- What is refused ------------------------------------------------------------------------------------------------ */

START_TEST(what_no_graph_has_is_dismissed_but_not_adopted)
{
	make_claim("pickuped");
	see("c1", "teleported", 6, 60);
	check_violations("1 unknown_status open");
	ck_assert_str_eq(adopt(1), "unknown_status");
	ck_assert_ptr_nonnull(strstr(refusal.message, "no status teleported is known"));
	check_violations("1 unknown_status open");
	check_claim("pickuped", "teleported");
	ck_assert_str_eq(dismiss(1), "done");
	check_violations("1 unknown_status dismissed");
}
END_TEST

START_TEST(what_is_resolved_stays_as_it_is)
{
	make_claim("pickuped");
	see("c1", "accepted", 6, 60);
	dismiss(1);
	ck_assert_str_eq(adopt(1), "already_resolved");
	ck_assert_str_eq(refusal.message, "it was dismissed at 2026-09-21T15:36:40.000000Z by uid:1000: there is nothing left to resolve");
	ck_assert_str_eq(dismiss(1), "already_resolved");
	check_claim("pickuped", "accepted");
	check_violations("1 illegal_transition dismissed");
}
END_TEST

START_TEST(what_has_healed_needs_no_ruling)
{
	make_claim("pickuped");
	see("c1", "delivery_arrived", 5, 0);
	check_violations("1 conflict open");
	hear("c1", "delivery_arrived", 5, 10);
	check_violations("1 conflict dismissed");
	ck_assert_str_eq(adopt(1), "already_resolved");
	ck_assert_ptr_nonnull(strstr(refusal.message, "by claimd"));
}
END_TEST

START_TEST(an_unknown_violation_is_told)
{
	struct violation_found found;

	ck_assert_str_eq(adopt(7), "unknown_violation");
	ck_assert_str_eq(dismiss(7), "unknown_violation");
	ck_assert_int_eq(store_violation_find(bed.store, 7, &found), ERR_NOT_FOUND);
}
END_TEST

START_TEST(a_violation_is_found_with_its_shipment)
{
	struct violation_found found;

	make_claim("pickuped");
	see("c1", "accepted", 6, 60);
	ck_assert_int_eq(store_violation_find(bed.store, 1, &found), ERR_OK);
	ck_assert_int_eq(found.source_id, bed.source.id);
	ck_assert_int_eq(found.shipment_id, bed_shipment(&bed, "c1"));
	ck_assert(found.open);
	dismiss(1);
	ck_assert_int_eq(store_violation_find(bed.store, 1, &found), ERR_OK);
	ck_assert(!found.open);
}
END_TEST

START_TEST(what_has_too_much_behind_it_is_only_dismissed)
{
	make_claim("delivered_finish");
	see("c1", "accepted", 6, 60);
	ck_assert_ptr_null(bed_try(&bed, "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i <= 2048)"
	                                 " INSERT INTO history (shipment_id, revision, updated_us, at_us, seen_us, via, status, adopted,"
	                                 " verdict, from_status, seq) SELECT 1, 6 + i, i, i, i, 'journal', 'new', 0, 'illegal',"
	                                 " 'delivered_finish', 2 + i FROM n"));
	ck_assert_str_eq(adopt(1), "too_long");
	check_violations("1 illegal_transition open");
	ck_assert_str_eq(dismiss(1), "done");
}
END_TEST

/* --- What comes later ------------------------------------------------------------------------------------------------ */

START_TEST(an_adoption_outlives_a_step_that_comes_late_before_it)
{
	make_claim("delivered");
	see("c1", "accepted", 9, 60);
	adopt(1);
	hear("c1", "delivery_arrived", 7, 30);
	check_history("first delivered, legal delivery_arrived, illegal accepted");
	check_claim("accepted", "accepted");
	check_violations("1 illegal_transition adopted");
}
END_TEST

START_TEST(a_dismissal_outlives_a_step_that_comes_late_before_it)
{
	make_claim("delivered");
	see("c1", "accepted", 9, 60);
	dismiss(1);
	hear("c1", "delivery_arrived", 7, 30);
	check_history("first delivered, legal delivery_arrived, illegal accepted");
	check_claim("delivery_arrived", "accepted");
	check_violations("1 illegal_transition dismissed");
}
END_TEST

START_TEST(an_adoption_that_turns_out_legal_is_kept_for_when_it_does_not)
{
	make_claim("delivery_arrived");
	see("c1", "estimating", 9, 60);
	adopt(1);
	hear("c1", "new", 7, 30); /* illegal in its turn, and held */
	check_violations("1 illegal_transition adopted, 2 illegal_transition open");
	adopt(2);
	check_history("first delivery_arrived, illegal new, legal estimating");
	check_violations("1 illegal_transition adopted, 2 illegal_transition adopted");
	hear("c1", "performer_found", 8, 50);
	check_history("first delivery_arrived, illegal new, gap performer_found, illegal estimating");
	check_claim("estimating", "estimating");
	check_violations("1 illegal_transition adopted, 2 illegal_transition adopted");
}
END_TEST

START_TEST(a_violation_that_becomes_another_kind_stays_resolved)
{
	make_claim("pickuped");
	see("c1", "accepted", 7, 60);
	dismiss(1);
	hear("c1", "delivery_arrived", 7, 60);
	check_history("first pickuped, legal delivery_arrived, illegal accepted");
	check_violations("1 illegal_transition dismissed");
	ck_assert_str_eq(bed_ask(&bed, "SELECT resolved_by FROM report_violations"), "uid:1000");
}
END_TEST

/* The snapshot was of a price that changed later: the journal tells when the status was entered. */
START_TEST(an_event_before_the_snapshot_takes_its_ruling_over)
{
	make_claim("pickuped");
	see("c1", "accepted", 8, 60);
	adopt(1);
	hear("c1", "accepted", 6, 30);
	check_history("first pickuped, illegal accepted");
	check_claim("accepted", "accepted");
	check_violations("1 illegal_transition adopted, 2 illegal_transition adopted");
	ck_assert_str_eq(bed_ask(&bed, "SELECT resolved_by || ' ' || note FROM report_violations WHERE id = 2"),
	                 "uid:1000 as the courier says");
	hear("c1", "performer_found", 7, 45);
	check_history("first pickuped, illegal accepted, gap performer_found, illegal accepted");
	check_claim("accepted", "accepted");
	check_violations("1 illegal_transition adopted, 2 illegal_transition adopted");
}
END_TEST

START_TEST(a_dismissal_is_taken_over_too)
{
	make_claim("pickuped");
	see("c1", "accepted", 8, 60);
	dismiss(1);
	hear("c1", "accepted", 6, 30);
	check_claim("pickuped", "accepted");
	check_violations("1 illegal_transition dismissed, 2 illegal_transition dismissed");
}
END_TEST

START_TEST(what_claimd_dismissed_is_no_ruling_to_be_taken_over)
{
	make_claim("delivery_arrived");
	see("c1", "estimating", 9, 60);
	hear("c1", "new", 7, 30);
	adopt(2);
	check_violations("1 illegal_transition dismissed, 2 illegal_transition adopted");
	hear("c1", "estimating", 8, 55);
	hear("c1", "performer_found", 8, 50);
	check_history("first delivery_arrived, illegal new, gap performer_found, illegal estimating");
	check_violations("1 illegal_transition dismissed, 2 illegal_transition adopted, 3 illegal_transition open");
}
END_TEST

START_TEST(the_event_of_an_adopted_snapshot_itself_changes_only_its_time)
{
	make_claim("pickuped");
	see("c1", "accepted", 6, 60);
	adopt(1);
	hear("c1", "accepted", 6, 40);
	check_history("first pickuped, illegal accepted");
	check_claim("accepted", "accepted");
	check_violations("1 illegal_transition adopted");
	ck_assert_str_eq(bed_ask(&bed, "SELECT at_us / 1000000 - 1790000000 FROM report_transitions WHERE seq = 2"), "40");
}
END_TEST

START_TEST(the_same_rule_broken_again_is_a_new_violation)
{
	make_claim("pickuped");
	see("c1", "accepted", 6, 60);
	dismiss(1);
	see("c1", "delivery_arrived", 7, 120);
	see("c1", "accepted", 8, 180);
	check_violations("1 illegal_transition dismissed, 2 illegal_transition open");
}
END_TEST

/* --- Orders ---------------------------------------------------------------------------------------------------------- */

static void see_order(const char *status, int64_t s)
{
	struct seen seen = bed_order("55000001", status, bed_at(s));

	if (bed_apply(&bed, &seen, bed_at(s + 1), NULL) == DECISION_SUSPECT)
		bed_apply(&bed, &seen, bed_at(s + 2), NULL);
}

static void make_order(const char *status)
{
	struct hint push = bed_push(&bed, "55000001", BED_CAMPAIGN_DBS, status, bed_at(0));

	bed_fold(&bed, &push);
	see_order(status, 0);
}

START_TEST(a_jump_that_was_held_is_adopted)
{
	make_order("PROCESSING/STARTED");
	see_order("PICKUP/PICKUP_SERVICE_RECEIVED", 60);
	check_violations("1 illegal_transition open");
	ck_assert_str_eq(adopt(1), "done");
	see_order("DELIVERED/DELIVERY_SERVICE_DELIVERED", 120);
	check_history("first PROCESSING/STARTED, illegal PICKUP/PICKUP_SERVICE_RECEIVED, legal DELIVERED/DELIVERY_SERVICE_DELIVERED");
	ck_assert_str_eq(bed_ask(&bed, "SELECT held FROM report_orders"), "0");
}
END_TEST

START_TEST(a_stranger_is_applied_already_and_only_settled)
{
	make_order("PROCESSING/STARTED");
	see_order("DELIVERY/ON_A_DONKEY", 60);
	check_violations("1 unknown_status open");
	ck_assert_str_eq(adopt(1), "done");
	check_violations("1 unknown_status adopted");
	check_history("first PROCESSING/STARTED, legal DELIVERY/ON_A_DONKEY");
	see_order("DELIVERY/ON_A_CAMEL", 120);
	check_violations("1 unknown_status adopted, 2 unknown_status open");
	ck_assert_str_eq(dismiss(2), "done");
	see_order("DELIVERED/DELIVERY_SERVICE_DELIVERED", 180);
	check_violations("1 unknown_status adopted, 2 unknown_status dismissed");
	ck_assert_str_eq(bed_ask(&bed, "SELECT status FROM report_orders"), "DELIVERED");
}
END_TEST

START_TEST(an_unknown_status_of_an_order_is_only_dismissed)
{
	make_order("PROCESSING/STARTED");
	see_order("ASLEEP/IN_A_BOX", 60);
	ck_assert_str_eq(adopt(1), "unknown_status");
	ck_assert_str_eq(dismiss(1), "done");
}
END_TEST

/* --- Flagged --------------------------------------------------------------------------------------------------------- */

/* STATUS read under on_illegal = flag: an illegal one is applied at the second read. */
static void see_flagged(const char *status, int64_t revision, int64_t s)
{
	struct seen seen = bed_seen("c1", status, revision, bed_at(s));

	ck_assert_int_eq(bed_apply_under(&bed, POLICY_FLAG, &seen, bed_at(s + 1), NULL), DECISION_SUSPECT);
	ck_assert_int_eq(bed_apply_under(&bed, POLICY_FLAG, &seen, bed_at(s + 2), NULL), DECISION_CHANGED);
}

START_TEST(what_was_flagged_stays_applied_whatever_is_said_of_it_and_whatever_the_policy_becomes)
{
	make_claim("delivered");
	see_flagged("accepted", 9, 60);
	check_claim("accepted", "accepted");
	check_violations("1 illegal_transition open");
	hear("c1", "delivery_arrived", 7, 30);
	check_claim("accepted", "accepted");
	ck_assert_str_eq(resolve(1, _i == 0), "done");
	check_claim("accepted", "accepted");
	hear("c1", "ready_for_delivery_confirmation", 8, 40);
	check_claim("accepted", "accepted");
	check_history("first delivered, legal delivery_arrived, legal ready_for_delivery_confirmation, illegal accepted");
}
END_TEST

static void add_case(Suite *suite, const char *name, SFun fixture, const TTest *const *tests, size_t n)
{
	TCase *tcase = tcase_create(name);

	tcase_add_checked_fixture(tcase, fixture, teardown);
	for (size_t i = 0; i < n; i++)
		tcase_add_test(tcase, tests[i]);
	suite_add_tcase(suite, tcase);
}

Suite *suite(void)
{
	Suite *suite = suite_create("store_resolve");
	TCase *flagged = tcase_create("flagged");
	const TTest *const rulings[] = {
		an_adopted_status_is_applied_and_what_follows_is_judged_from_it, a_ruling_says_who_when_and_why,
		a_dismissed_status_stays_beside_the_current_one, an_adopted_late_approval_leaves_its_window_late,
		an_adopted_conflict_stands_under_its_key, an_adopted_offer_has_a_window_of_its_own,
		an_older_violation_is_adopted_with_what_came_after_it, what_can_not_follow_an_adopted_status_is_held_in_its_turn,
		a_step_stays_adopted_or_not_whatever_comes_after_it,
		an_end_that_is_adopted_closes_the_claim, a_later_read_of_an_adopted_status_is_the_same,
	};
	const TTest *const refused[] = {
		what_no_graph_has_is_dismissed_but_not_adopted, what_is_resolved_stays_as_it_is, what_has_healed_needs_no_ruling,
		an_unknown_violation_is_told, a_violation_is_found_with_its_shipment, what_has_too_much_behind_it_is_only_dismissed,
	};
	const TTest *const later[] = {
		an_adoption_outlives_a_step_that_comes_late_before_it, a_dismissal_outlives_a_step_that_comes_late_before_it,
		an_adoption_that_turns_out_legal_is_kept_for_when_it_does_not, a_violation_that_becomes_another_kind_stays_resolved,
		an_event_before_the_snapshot_takes_its_ruling_over, a_dismissal_is_taken_over_too,
		what_claimd_dismissed_is_no_ruling_to_be_taken_over,
		the_event_of_an_adopted_snapshot_itself_changes_only_its_time, the_same_rule_broken_again_is_a_new_violation,
	};
	const TTest *const orders[] = {
		a_jump_that_was_held_is_adopted, a_stranger_is_applied_already_and_only_settled,
		an_unknown_status_of_an_order_is_only_dismissed,
	};

	add_case(suite, "rulings", setup, rulings, ARRAY_SIZE(rulings));
	add_case(suite, "refused", setup, refused, ARRAY_SIZE(refused));
	add_case(suite, "later", setup, later, ARRAY_SIZE(later));
	add_case(suite, "orders", setup_market, orders, ARRAY_SIZE(orders));
	tcase_add_checked_fixture(flagged, setup, teardown);
	tcase_add_loop_test(flagged, what_was_flagged_stays_applied_whatever_is_said_of_it_and_whatever_the_policy_becomes, 0, 2);
	suite_add_tcase(suite, flagged);
	return suite;
}
