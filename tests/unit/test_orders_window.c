/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The windows of Market's orders: reservation and payment; and that all of them can be told from an anchor on.
 * Tests, unit ring. The answer to a buyer who wants to cancel is test_orders_request.c's.
 */
#include <stdio.h>

#include "base/attr.h"
#include "suite.h"
#include "unit/tale.h"

#define MINUTES(n) SECONDS((n) * 60)

/* Far enough that whatever is due has expired. */
#define MUCH_LATER moment(MINUTES(1000))

/* --- Reservation ----------------------------------------------------------------------------------------- */

START_TEST(a_laas_order_confirmed_at_sixty_minutes_is_late)
{
	static const struct {
		int64_t us;
		bool late;
	} rows[] = { { 0, false }, { MINUTES(60) - 1, false }, { MINUTES(60), true }, { MINUTES(60) + 1, true } };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct ledger ledger;
		bool late = rows[i].late;

		ledger_init_of(&ledger, &model_laas);
		ledger_read_order(&ledger, "RESERVED/AWAIT_CONFIRMATION", 0);
		ledger_check_window(&ledger, 1, MINUTES(60), OUTCOME_OPEN);
		ledger_read_order(&ledger, "PROCESSING/STARTED", rows[i].us);
		ledger_check_step(&ledger, 2, "PROCESSING/STARTED", late ? VERDICT_LATE : VERDICT_LEGAL, "RESERVED/AWAIT_CONFIRMATION");
		tale_check_closed(ledger_shown(&ledger, 1), late ? OUTCOME_LATE : OUTCOME_MET, rows[i].us);
		ledger_check_status(&ledger, late ? "RESERVED/AWAIT_CONFIRMATION" : "PROCESSING/STARTED", "PROCESSING/STARTED");
	}
}
END_TEST

START_TEST(a_laas_reservation_that_nobody_confirms_expires_at_sixty_minutes)
{
	struct ledger ledger;

	ledger_init_of(&ledger, &model_laas);
	ledger_read_order(&ledger, "RESERVED/AWAIT_CONFIRMATION", 0);
	ledger.now = moment(MINUTES(60) - 1);
	ledger_read_order(&ledger, "RESERVED/AWAIT_CONFIRMATION", 0);
	ledger_check_window(&ledger, 1, MINUTES(60), OUTCOME_OPEN);
	ledger.now = moment(MINUTES(60));
	ledger_read_order(&ledger, "RESERVED/AWAIT_CONFIRMATION", 0);
	tale_check_closed(ledger_shown(&ledger, 1), OUTCOME_EXPIRED, MINUTES(60));
}
END_TEST

/* How a window of a status ends: from, what it is left for and when, and what it comes to. */
static const struct {
	const struct model *model;
	const char *from;
	const char *to;
	int64_t us;
	enum outcome outcome;
	int64_t closed_us;
} ends[] = {
	{ &model_laas, "RESERVED/x", "CANCELLED/SHOP_FAILED", MINUTES(5), OUTCOME_LEFT, MINUTES(5) },
	{ &model_laas, "RESERVED/x", "CANCELLED/RESERVATION_EXPIRED", MINUTES(60), OUTCOME_EXPIRED, MINUTES(60) },
	{ &model_laas, "RESERVED/x", "CANCELLED/RESERVATION_EXPIRED", MINUTES(75), OUTCOME_EXPIRED, MINUTES(60) },
	{ &model_laas, "RESERVED/x", "PROCESSING/PACKAGING", MINUTES(59), OUTCOME_MET, MINUTES(59) },
	{ &model_laas, "RESERVED/x", "PROCESSING/PACKAGING", MINUTES(61), OUTCOME_LEFT, MINUTES(61) },
	{ &model_dbs, "RESERVED/x", "PROCESSING/STARTED", MINUTES(10) - 1, OUTCOME_MET, MINUTES(10) - 1 },
	{ &model_dbs, "RESERVED/x", "PROCESSING/STARTED", MINUTES(10), OUTCOME_LATE, MINUTES(10) },
	{ &model_dbs, "RESERVED/x", "UNPAID/x", MINUTES(9), OUTCOME_MET, MINUTES(9) },
	{ &model_dbs, "RESERVED/x", "UNPAID/x", MINUTES(11), OUTCOME_LEFT, MINUTES(11) },
	{ &model_dbs, "RESERVED/x", "CANCELLED/RESERVATION_EXPIRED", MINUTES(11), OUTCOME_EXPIRED, MINUTES(10) },
	{ &model_dbs, "UNPAID/x", "PROCESSING/STARTED", MINUTES(30) - 1, OUTCOME_MET, MINUTES(30) - 1 },
	{ &model_dbs, "UNPAID/x", "PROCESSING/STARTED", MINUTES(30), OUTCOME_LATE, MINUTES(30) },
	{ &model_dbs, "UNPAID/x", "CANCELLED/USER_NOT_PAID", MINUTES(30), OUTCOME_EXPIRED, MINUTES(30) },
	{ &model_dbs, "UNPAID/x", "CANCELLED/USER_CHANGED_MIND", MINUTES(3), OUTCOME_LEFT, MINUTES(3) },
};

/* An order that is paid in advance. */
static enum decision read_prepaid(struct ledger *ledger, const char *status, int64_t us)
{
	struct seen seen = make_snapshot(status, NUMBER_NONE, us);

	seen.prepaid = true;
	return ledger_take(ledger, &seen);
}

START_TEST(how_a_status_is_left_decides_what_its_window_comes_to)
{
	struct ledger ledger;

	ledger_init_of(&ledger, ends[_i].model);
	ledger.now = MUCH_LATER;
	read_prepaid(&ledger, ends[_i].from, 0);
	ck_assert_int_eq(read_prepaid(&ledger, ends[_i].to, ends[_i].us), DECISION_CHANGED);
	tale_check_closed(ledger_shown(&ledger, 1), ends[_i].outcome, ends[_i].closed_us);
	ck_assert(step_is_applied(ledger_shown(&ledger, 2)));
	ck_assert_int_eq(ledger_shown(&ledger, 2)->violation, VIOLATION_NONE);
	ledger_check_status(&ledger, ends[_i].to, ends[_i].to);
}
END_TEST

START_TEST(only_what_is_paid_in_advance_is_to_be_paid_in_time)
{
	struct ledger ledger;

	ledger_init_of(&ledger, &model_dbs);
	ledger_read_order(&ledger, "UNPAID/x", 0);
	ck_assert_ptr_null(ledger_shown(&ledger, 1)->window.rule);
	ledger_init_of(&ledger, &model_dbs);
	read_prepaid(&ledger, "UNPAID/x", 0);
	ledger_check_window(&ledger, 1, MINUTES(30), OUTCOME_OPEN);
	ck_assert_str_eq(ledger_shown(&ledger, 1)->window.rule->kind, "payment");
}
END_TEST

START_TEST(another_substatus_takes_the_window_over)
{
	struct seen other = make_snapshot("RESERVED/y", NUMBER_NONE, MINUTES(20));
	struct ledger ledger;

	/* Since when the order is reserved is what the upstream tells of each substatus. */
	other.entered = moment(0);
	ledger_init_of(&ledger, &model_laas);
	ledger_read_order(&ledger, "RESERVED/x", 0);
	ledger_take(&ledger, &other);
	ck_assert_ptr_null(ledger_shown(&ledger, 1)->window.rule);
	ledger_check_window(&ledger, 2, MINUTES(60), OUTCOME_OPEN);
	ledger_read_order(&ledger, "PROCESSING/STARTED", MINUTES(60));
	ledger_check_step(&ledger, 3, "PROCESSING/STARTED", VERDICT_LATE, "RESERVED/y");
	tale_check_closed(ledger_shown(&ledger, 2), OUTCOME_LATE, MINUTES(60));
}
END_TEST

START_TEST(a_window_that_came_to_its_end_is_not_taken_over)
{
	struct seen other = make_snapshot("RESERVED/y", NUMBER_NONE, MINUTES(70));
	struct ledger ledger;

	other.entered = moment(0);
	ledger_init_of(&ledger, &model_laas);
	ledger.now = MUCH_LATER;
	ledger_read_order(&ledger, "RESERVED/x", 0);
	ledger_read_order(&ledger, "PROCESSING/STARTED", MINUTES(65));
	ledger_take(&ledger, &other);
	tale_check_closed(ledger_shown(&ledger, 1), OUTCOME_LATE, MINUTES(65));
	tale_check_closed(ledger_shown(&ledger, 3), OUTCOME_EXPIRED, MINUTES(60));
}
END_TEST

/* --- Anchors --------------------------------------------------------------------------------------------- */

/* What an order may be read as, in any order: legal or not, asking or not. */
static struct seen make_random(struct dice *dice, const struct model *model, int64_t us)
{
	static const char words[] = "abc";
	size_t status = dice_roll(dice, model->n_statuses);
	struct seen seen = make_snapshot("", NUMBER_NONE, us);

	snprintf(seen.status, sizeof(seen.status), "%s", model->statuses[status].name);
	for (char *c = seen.status; *c; c++)
		if (*c == '*')
			*c = words[dice_roll(dice, sizeof(words) - 1)];
	seen.asked = dice_roll(dice, 2) ? moment(us) : WALL_NONE;
	seen.prepaid = dice_roll(dice, 2);
	seen.may_skip = dice_roll(dice, 2);
	if (model_window(model, (int)status))
		seen.entered = moment(0);
	return seen;
}

/* The part of a history from its anchor on says as much as the whole. */
START_TEST(what_stands_before_an_anchor_is_not_needed)
{
	struct dice dice = { (uint64_t)_i };

	for (size_t m = 1; m < MODEL_MAX; m++) {
		struct ledger parts;
		struct ledger whole;
		int64_t us = 0;

		ledger_init_of(&parts, models[m]);
		parts.policy = dice_roll(&dice, 2) ? POLICY_FLAG : POLICY_HOLD;
		whole = parts;
		whole.whole = true;
		for (int i = 0; i < 60; i++) {
			us += MINUTES(60) * (int64_t)dice_roll(&dice, 4);

			struct seen seen = make_random(&dice, models[m], us);

			parts.now = whole.now = moment(us);
			if (dice_roll(&dice, 4) == 0)
				parts.shipment.asked = whole.shipment.asked = moment(us - MINUTES(10));
			ck_assert_int_eq(ledger_take(&parts, &seen), ledger_take(&whole, &seen));
			ledger_check_equal(&parts, &whole);
			ck_assert_uint_eq(parts.n, whole.n);
		}
	}
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("orders_window");
	TCase *tcase = tcase_create("reservation and payment");

	tcase_add_test(tcase, a_laas_order_confirmed_at_sixty_minutes_is_late);
	tcase_add_test(tcase, a_laas_reservation_that_nobody_confirms_expires_at_sixty_minutes);
	tcase_add_loop_test(tcase, how_a_status_is_left_decides_what_its_window_comes_to, 0, (int)ARRAY_SIZE(ends));
	tcase_add_test(tcase, only_what_is_paid_in_advance_is_to_be_paid_in_time);
	tcase_add_test(tcase, another_substatus_takes_the_window_over);
	tcase_add_test(tcase, a_window_that_came_to_its_end_is_not_taken_over);
	tcase_add_loop_test(tcase, what_stands_before_an_anchor_is_not_needed, 0, 20);
	suite_add_tcase(suite, tcase);
	return suite;
}
