/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The window of a DBS order that a buyer's wish to cancel opens: 48 hours for the merchant's answer.
 * Tests, unit ring. Windows that a status opens are test_orders_window.c's.
 */
#include "base/attr.h"
#include "suite.h"
#include "unit/tale.h"

#define MINUTES(n) SECONDS((n) * 60)
#define HOURS(n) SECONDS((n) * 3600)

#define IN_DELIVERY "DELIVERY/DELIVERY_SERVICE_RECEIVED"
#define AT_PICKUP "PICKUP/PICKUP_SERVICE_RECEIVED"
#define DELIVERED "DELIVERED/DELIVERY_SERVICE_DELIVERED"

/* Far enough that whatever is due has expired. */
#define MUCH_LATER moment(HOURS(1000))

/* The buyer wants to cancel: at the latest by then, which is all that an answer tells of it. */
static enum decision read_asking(struct ledger *ledger, const char *status, int64_t us)
{
	struct seen seen = make_snapshot(status, NUMBER_NONE, us);

	seen.asked = moment(us);
	return ledger_take(ledger, &seen);
}

/* The step that holds a window of that kind; fails the test unless it is the only one. */
static const struct step *find_request(const struct ledger *ledger)
{
	const struct step *found = NULL;

	for (size_t i = 0; i < ledger->n; i++) {
		if (!ledger->steps[i].window.rule)
			continue;
		ck_assert_msg(!found, "two steps have a window");
		found = &ledger->steps[i];
	}
	ck_assert_msg(found != NULL, "no step has a window");
	ck_assert_str_eq(found->window.rule->kind, "cancel_answer");
	return found;
}

static void check_request(const struct ledger *ledger, int64_t opened_us, enum outcome outcome)
{
	const struct window *window = &find_request(ledger)->window;

	ck_assert_int_eq(window->opened.us, moment(opened_us).us);
	ck_assert_int_eq(window->due.us, moment(opened_us + HOURS(48)).us);
	ck_assert_str_eq(outcome_text(window->outcome), outcome_text(outcome));
}

static void begin_delivery(struct ledger *ledger)
{
	ledger_init_of(ledger, &model_dbs);
	ledger_read_order(ledger, IN_DELIVERY, 0);
}

START_TEST(a_wish_to_cancel_makes_a_step_that_reports_do_not_show)
{
	struct ledger ledger;

	begin_delivery(&ledger);
	ck_assert_int_eq(read_asking(&ledger, IN_DELIVERY, HOURS(1)), DECISION_CHANGED);
	ck_assert_uint_eq(ledger.n, 2);
	ck_assert_uint_eq(ledger_count_shown(&ledger), 1);
	ck_assert_ptr_eq(find_request(&ledger), &ledger.steps[1]);
	check_request(&ledger, HOURS(1), OUTCOME_OPEN);
	ck_assert_int_eq(ledger.shipment.entered.us, moment(0).us);
}
END_TEST

START_TEST(a_wish_that_goes_on_makes_no_further_step_and_does_not_move_the_deadline)
{
	struct ledger ledger;

	begin_delivery(&ledger);
	read_asking(&ledger, IN_DELIVERY, HOURS(1));
	ck_assert_int_eq(read_asking(&ledger, IN_DELIVERY, HOURS(1)), DECISION_SAME);
	ck_assert_int_eq(read_asking(&ledger, IN_DELIVERY, HOURS(5)), DECISION_SAME);
	ck_assert_uint_eq(ledger.n, 2);
	check_request(&ledger, HOURS(1), OUTCOME_OPEN);
}
END_TEST

START_TEST(a_wish_that_does_not_move_the_orders_time_is_a_step_too)
{
	struct ledger ledger;

	begin_delivery(&ledger);
	ck_assert_int_eq(read_asking(&ledger, IN_DELIVERY, 0), DECISION_CHANGED);
	check_request(&ledger, 0, OUTCOME_OPEN);
	ck_assert_int_eq(ledger_read_order(&ledger, IN_DELIVERY, 0), DECISION_CHANGED);
	tale_check_closed(find_request(&ledger), OUTCOME_MET, 0);
	ck_assert_uint_eq(ledger.n, 3);
}
END_TEST

START_TEST(a_push_dates_the_wish)
{
	struct ledger ledger;

	begin_delivery(&ledger);
	ledger.shipment.asked = moment(MINUTES(30));
	read_asking(&ledger, IN_DELIVERY, HOURS(1));
	check_request(&ledger, MINUTES(30), OUTCOME_OPEN);
	/* A later one about the same wish does not. */
	ledger.shipment.asked = moment(MINUTES(40));
	read_asking(&ledger, IN_DELIVERY, HOURS(2));
	check_request(&ledger, MINUTES(30), OUTCOME_OPEN);
}
END_TEST

START_TEST(a_push_of_the_newest_second_known_dates_the_wish)
{
	struct ledger ledger;

	begin_delivery(&ledger);
	ledger.shipment.asked = moment(0);
	read_asking(&ledger, IN_DELIVERY, HOURS(1));
	check_request(&ledger, 0, OUTCOME_OPEN);
}
END_TEST

START_TEST(a_push_after_what_the_answer_tells_does_not_date_the_wish)
{
	struct ledger ledger;

	begin_delivery(&ledger);
	ledger.shipment.asked = moment(HOURS(2));
	read_asking(&ledger, IN_DELIVERY, HOURS(1));
	check_request(&ledger, HOURS(1), OUTCOME_OPEN);
}
END_TEST

START_TEST(a_push_alone_opens_nothing)
{
	struct ledger ledger;

	begin_delivery(&ledger);
	ledger.shipment.asked = moment(MINUTES(30));
	ck_assert_int_eq(ledger_read_order(&ledger, IN_DELIVERY, HOURS(1)), DECISION_SAME);
	ck_assert_ptr_null(ledger.steps[0].window.rule);
}
END_TEST

START_TEST(an_order_first_seen_with_a_wish_has_its_window)
{
	struct ledger ledger;

	ledger_init_of(&ledger, &model_dbs);
	ledger.shipment.asked = moment(MINUTES(30));
	read_asking(&ledger, AT_PICKUP, HOURS(1));
	ck_assert_ptr_eq(find_request(&ledger), ledger_shown(&ledger, 1));
	check_request(&ledger, MINUTES(30), OUTCOME_OPEN);
}
END_TEST

START_TEST(the_window_goes_along_while_the_wish_stays)
{
	struct ledger ledger;

	begin_delivery(&ledger);
	read_asking(&ledger, IN_DELIVERY, HOURS(1));
	read_asking(&ledger, AT_PICKUP, HOURS(2));
	read_asking(&ledger, "PICKUP/IN_A_LOCKER", HOURS(3));
	ck_assert_ptr_eq(find_request(&ledger), ledger_shown(&ledger, 3));
	check_request(&ledger, HOURS(1), OUTCOME_OPEN);
	ledger_read_order(&ledger, "CANCELLED/USER_CHANGED_MIND", HOURS(4));
	tale_check_closed(find_request(&ledger), OUTCOME_MET, HOURS(4));
	check_request(&ledger, HOURS(1), OUTCOME_MET);
}
END_TEST

/* How a wish ends: what is read, whether it still asks, when, and what the window since moment(0) comes to. */
static const struct {
	const char *to;
	bool asking;
	int64_t us;
	enum outcome outcome;
	int64_t closed_us;
} answers[] = {
	{ "CANCELLED/USER_CHANGED_MIND", false, HOURS(1), OUTCOME_MET, HOURS(1) },
	{ "CANCELLED/USER_CHANGED_MIND", true, HOURS(1), OUTCOME_MET, HOURS(1) },
	{ "CANCELLED/USER_CHANGED_MIND", false, HOURS(48) - 1, OUTCOME_MET, HOURS(48) - 1 },
	{ "CANCELLED/USER_CHANGED_MIND", false, HOURS(48), OUTCOME_EXPIRED, HOURS(48) },
	{ "CANCELLED/USER_CHANGED_MIND", false, HOURS(50), OUTCOME_EXPIRED, HOURS(48) },
	{ IN_DELIVERY, false, HOURS(48) - 1, OUTCOME_MET, HOURS(48) - 1 },
	{ IN_DELIVERY, false, HOURS(48), OUTCOME_LATE, HOURS(48) },
	{ IN_DELIVERY, true, HOURS(60), OUTCOME_EXPIRED, HOURS(48) },
	{ AT_PICKUP, false, HOURS(2), OUTCOME_MET, HOURS(2) },
	{ AT_PICKUP, true, HOURS(60), OUTCOME_EXPIRED, HOURS(48) },
	{ DELIVERED, false, HOURS(3), OUTCOME_MET, HOURS(3) },
	{ DELIVERED, true, HOURS(3), OUTCOME_MET, HOURS(3) },
	{ DELIVERED, false, HOURS(49), OUTCOME_LATE, HOURS(49) },
	{ "DELIVERY/USER_RECEIVED", true, HOURS(3), OUTCOME_MET, HOURS(3) },
};

START_TEST(how_a_wish_ends_decides_what_its_window_comes_to)
{
	struct ledger ledger;

	ledger_init_of(&ledger, &model_dbs);
	ledger.now = MUCH_LATER;
	read_asking(&ledger, IN_DELIVERY, 0);
	if (answers[_i].asking)
		read_asking(&ledger, answers[_i].to, answers[_i].us);
	else
		ledger_read_order(&ledger, answers[_i].to, answers[_i].us);
	ledger_check_status(&ledger, answers[_i].to, answers[_i].to);
	tale_check_closed(find_request(&ledger), answers[_i].outcome, answers[_i].closed_us);
}
END_TEST

START_TEST(an_unanswered_wish_expires_at_48_hours)
{
	struct ledger ledger;

	ledger_init_of(&ledger, &model_dbs);
	read_asking(&ledger, IN_DELIVERY, 0);
	ledger.now = moment(HOURS(48) - 1);
	read_asking(&ledger, IN_DELIVERY, 0);
	check_request(&ledger, 0, OUTCOME_OPEN);
	ledger.now = moment(HOURS(48));
	read_asking(&ledger, IN_DELIVERY, 0);
	tale_check_closed(find_request(&ledger), OUTCOME_EXPIRED, HOURS(48));
}
END_TEST

START_TEST(a_second_wish_has_a_window_of_its_own)
{
	struct ledger ledger;

	begin_delivery(&ledger);
	ledger.shipment.asked = moment(MINUTES(30));
	read_asking(&ledger, IN_DELIVERY, HOURS(1));
	ledger_read_order(&ledger, IN_DELIVERY, HOURS(2));
	/* No push told of it: the one about the first wish must not date it. */
	read_asking(&ledger, IN_DELIVERY, HOURS(70));
	ck_assert_uint_eq(ledger.n, 4);
	tale_check_closed(&ledger.steps[1], OUTCOME_MET, HOURS(2));
	ck_assert_ptr_null(ledger.steps[2].window.rule);
	ck_assert_int_eq(ledger.steps[3].window.opened.us, moment(HOURS(70)).us);
	ck_assert_int_eq(ledger.steps[3].window.outcome, OUTCOME_OPEN);
	ck_assert_uint_eq(ledger_count_shown(&ledger), 1);
}
END_TEST

START_TEST(a_held_status_leaves_the_window_open)
{
	struct ledger ledger;

	ledger_init_of(&ledger, &model_dbs);
	read_asking(&ledger, AT_PICKUP, 0);
	read_asking(&ledger, IN_DELIVERY, HOURS(1));
	read_asking(&ledger, IN_DELIVERY, HOURS(1));
	ledger_check_status(&ledger, AT_PICKUP, IN_DELIVERY);
	check_request(&ledger, 0, OUTCOME_OPEN);
	/* Nor does what is told of the held status. */
	ledger_read_order(&ledger, IN_DELIVERY, HOURS(2));
	check_request(&ledger, 0, OUTCOME_OPEN);
}
END_TEST

START_TEST(a_flagged_status_takes_the_window_over)
{
	struct ledger ledger;

	ledger_init_of(&ledger, &model_dbs);
	ledger.policy = POLICY_FLAG;
	read_asking(&ledger, AT_PICKUP, 0);
	read_asking(&ledger, IN_DELIVERY, HOURS(1));
	read_asking(&ledger, IN_DELIVERY, HOURS(1));
	ck_assert_ptr_eq(find_request(&ledger), ledger_shown(&ledger, 2));
	check_request(&ledger, 0, OUTCOME_OPEN);
}
END_TEST

START_TEST(an_answered_wish_is_over_for_what_follows)
{
	struct ledger ledger;

	begin_delivery(&ledger);
	ledger.now = MUCH_LATER;
	read_asking(&ledger, IN_DELIVERY, HOURS(1));
	ledger_read_order(&ledger, IN_DELIVERY, HOURS(2));
	ledger_read_order(&ledger, AT_PICKUP, HOURS(3));
	ledger_read_order(&ledger, "CANCELLED/PICKUP_EXPIRED", HOURS(60));
	ledger_check_step(&ledger, 3, "CANCELLED/PICKUP_EXPIRED", VERDICT_LEGAL, AT_PICKUP);
	tale_check_closed(find_request(&ledger), OUTCOME_MET, HOURS(2));
}
END_TEST

START_TEST(where_no_answer_is_waited_for_a_wish_opens_nothing)
{
	static const struct {
		const struct model *model;
		const char *status;
	} rows[] = {
		{ &model_dbs, "PROCESSING/STARTED" },
		{ &model_dbs, "DELIVERY/USER_RECEIVED" },
		{ &model_dbs, DELIVERED },
		{ &model_laas, IN_DELIVERY },
		{ &model_laas, AT_PICKUP },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct ledger ledger;

		ledger_init_of(&ledger, rows[i].model);
		read_asking(&ledger, rows[i].status, 0);
		ck_assert_ptr_null(ledger.steps[0].window.rule);
		ledger_init_of(&ledger, rows[i].model);
		ledger_read_order(&ledger, rows[i].status, 0);
		read_asking(&ledger, rows[i].status, HOURS(1));
		for (size_t n = 0; n < ledger.n; n++)
			ck_assert_ptr_null(ledger.steps[n].window.rule);
	}
}
END_TEST

START_TEST(a_wish_of_before_delivery_has_its_window_from_delivery_on_with_its_own_time)
{
	struct ledger ledger;

	ledger_init_of(&ledger, &model_dbs);
	read_asking(&ledger, "PROCESSING/STARTED", 0);
	read_asking(&ledger, IN_DELIVERY, HOURS(1));
	check_request(&ledger, 0, OUTCOME_OPEN);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("orders_request");
	TCase *tcase = tcase_create("a wish to cancel");

	tcase_add_test(tcase, a_wish_to_cancel_makes_a_step_that_reports_do_not_show);
	tcase_add_test(tcase, a_wish_that_goes_on_makes_no_further_step_and_does_not_move_the_deadline);
	tcase_add_test(tcase, a_wish_that_does_not_move_the_orders_time_is_a_step_too);
	tcase_add_test(tcase, a_push_dates_the_wish);
	tcase_add_test(tcase, a_push_of_the_newest_second_known_dates_the_wish);
	tcase_add_test(tcase, a_push_after_what_the_answer_tells_does_not_date_the_wish);
	tcase_add_test(tcase, a_push_alone_opens_nothing);
	tcase_add_test(tcase, an_order_first_seen_with_a_wish_has_its_window);
	tcase_add_test(tcase, the_window_goes_along_while_the_wish_stays);
	tcase_add_loop_test(tcase, how_a_wish_ends_decides_what_its_window_comes_to, 0, (int)ARRAY_SIZE(answers));
	tcase_add_test(tcase, an_unanswered_wish_expires_at_48_hours);
	tcase_add_test(tcase, a_second_wish_has_a_window_of_its_own);
	tcase_add_test(tcase, a_held_status_leaves_the_window_open);
	tcase_add_test(tcase, a_flagged_status_takes_the_window_over);
	tcase_add_test(tcase, an_answered_wish_is_over_for_what_follows);
	tcase_add_test(tcase, where_no_answer_is_waited_for_a_wish_opens_nothing);
	tcase_add_test(tcase, a_wish_of_before_delivery_has_its_window_from_delivery_on_with_its_own_time);
	suite_add_tcase(suite, tcase);
	return suite;
}
