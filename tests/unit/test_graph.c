/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The graph of claims against what upstream/delivery.md says of it.
 * Tests, unit ring.
 * The edges are compared with golden/claims.edges, a list of its own that was copied from section 2.2.
 */
#include <string.h>

#include "base/clock.h"
#include "model/graph.h"
#include "suite.h"
#include "unit/golden.h"

#define N_STATUSES 27

static const struct model *const model = &model_claims;

/* Section 1's list, in its order. */
static const char *const names[N_STATUSES] = {
	"new", "estimating", "estimating_failed", "ready_for_approval", "accepted", "performer_lookup", "performer_draft",
	"performer_found", "performer_not_found", "pickup_arrived", "ready_for_pickup_confirmation", "pickuped",
	"delivery_arrived", "ready_for_delivery_confirmation", "pay_waiting", "delivered", "delivered_finish", "returning",
	"return_arrived", "ready_for_return_confirmation", "returned", "returned_finish", "failed", "cancelled",
	"cancelled_with_payment", "cancelled_by_taxi", "cancelled_with_items_on_hands",
};

/* Its rows marked terminal, and performer_not_found. */
static const char *const terminal_names[] = {
	"performer_not_found", "delivered_finish", "returned_finish", "failed", "cancelled", "cancelled_with_payment",
	"cancelled_by_taxi", "cancelled_with_items_on_hands",
};

START_TEST(the_statuses_are_those_of_the_list)
{
	ck_assert_uint_eq(model->n_statuses, N_STATUSES);
	for (int i = 0; i < N_STATUSES; i++) {
		ck_assert_str_eq(model->statuses[i].name, names[i]);
		ck_assert_int_eq(model_status(model, names[i]), i);
		ck_assert_uint_lt(strlen(names[i]), STATUS_TEXT_SIZE);
		ck_assert_str_ne(model->statuses[i].meaning, "");
		ck_assert_int_lt(model->statuses[i].phase, PHASE_MAX);
	}
}
END_TEST

START_TEST(other_names_are_unknown)
{
	static const char *const others[] = { "", "New", "new ", "picking_up", "delivering", "performer", "cancelled_", "-", "cancelled/x",
	                                      "/", "new/*" };

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		ck_assert_int_eq(model_status(model, others[i]), STATUS_UNKNOWN);
}
END_TEST

START_TEST(each_pair_has_an_edge_where_the_golden_list_has_one)
{
	struct golden golden;

	golden_read(model, &golden);
	for (int to = 0; to < N_STATUSES; to++)
		ck_assert_msg(model_has_edge(model, _i, to) == (golden.letter[_i][to] != 0), "%s to %s", names[_i], names[to]);
	ck_assert(!model_has_edge(model, _i, STATUS_UNKNOWN));
	ck_assert(!model_has_edge(model, STATUS_UNKNOWN, _i));
}
END_TEST

START_TEST(each_edge_stands_once_and_is_as_sure_as_the_golden_list_says)
{
	struct golden golden;

	golden_read(model, &golden);
	golden_check_edges(model, &golden);
}
END_TEST

/* Floyd and Warshall's closure of the golden list. */
static void close_over(const struct golden *golden, bool reaches[N_STATUSES][N_STATUSES])
{
	for (size_t i = 0; i < N_STATUSES * N_STATUSES; i++)
		reaches[i / N_STATUSES][i % N_STATUSES] = golden->letter[i / N_STATUSES][i % N_STATUSES] != 0;
	for (size_t k = 0; k < N_STATUSES; k++)
		for (size_t i = 0; i < N_STATUSES; i++)
			for (size_t j = 0; j < N_STATUSES; j++)
				reaches[i][j] = reaches[i][j] || (reaches[i][k] && reaches[k][j]);
}

START_TEST(each_pair_reaches_what_the_closure_reaches)
{
	struct golden golden;
	bool reaches[N_STATUSES][N_STATUSES];

	golden_read(model, &golden);
	close_over(&golden, reaches);
	for (int to = 0; to < N_STATUSES; to++)
		ck_assert_msg(model_reaches(model, _i, to) == reaches[_i][to], "%s to %s", names[_i], names[to]);
	ck_assert(!model_reaches(model, _i, STATUS_UNKNOWN));
	ck_assert(!model_reaches(model, STATUS_UNKNOWN, _i));
}
END_TEST

START_TEST(terminal_are_those_of_the_list_and_nothing_follows_them)
{
	bool listed = false;
	bool has_exit = false;

	for (size_t i = 0; i < sizeof(terminal_names) / sizeof(terminal_names[0]); i++)
		listed = listed || strcmp(terminal_names[i], names[_i]) == 0;
	for (int to = 0; to < N_STATUSES; to++)
		has_exit = has_exit || model_has_edge(model, _i, to);
	ck_assert_msg(model_is_terminal(model, _i) == listed, "%s", names[_i]);
	ck_assert_msg(has_exit == !listed, "%s", names[_i]);
}
END_TEST

START_TEST(an_unknown_status_is_not_terminal)
{
	ck_assert(!model_is_terminal(model, STATUS_UNKNOWN));
}
END_TEST

START_TEST(only_ready_for_approval_has_a_window_of_600_seconds_answered_by_accepted)
{
	int approval = model_status(model, "ready_for_approval");
	const struct window_rule *rule = model_window(model, _i);

	ck_assert_ptr_null(model_window(model, STATUS_UNKNOWN));
	ck_assert_ptr_null(model_request_window(model, _i));
	if (_i != approval) {
		ck_assert_ptr_null(rule);
		return;
	}
	ck_assert_ptr_nonnull(rule);
	ck_assert_int_eq(rule->status, approval);
	ck_assert_int_eq(rule->answer, model_status(model, "accepted"));
	ck_assert_int_eq(rule->length_us, 600 * USEC_PER_SEC);
	ck_assert_str_eq(rule->kind, "approval");
	ck_assert_uint_eq(rule->flags, WINDOW_BINDING);
}
END_TEST

/* A status proves no answer when a walk from ready_for_approval can end there without an accept: not through
 * accepted, and not through performer_lookup, which follows an accept that was too short to be seen. */
START_TEST(unanswered_are_the_statuses_that_need_no_accept)
{
	static const char *const unanswered[] = {
		"new", "estimating", "estimating_failed", "ready_for_approval", "performer_not_found", "failed", "cancelled",
	};
	bool listed = false;

	for (size_t i = 0; i < sizeof(unanswered) / sizeof(unanswered[0]); i++)
		listed = listed || strcmp(unanswered[i], names[_i]) == 0;
	ck_assert_msg(!!(model->statuses[_i].flags & STATUS_UNANSWERED) == listed, "%s", names[_i]);
}
END_TEST

START_TEST(each_model_is_found_by_its_name)
{
	static const char *const known[MODEL_MAX] = { "claims", "dbs", "laas" };

	ck_assert_ptr_eq(models[0], &model_claims);
	ck_assert_ptr_eq(models[1], &model_dbs);
	ck_assert_ptr_eq(models[2], &model_laas);
	for (size_t i = 0; i < MODEL_MAX; i++) {
		ck_assert_str_eq(models[i]->name, known[i]);
		ck_assert_ptr_eq(model_by_name(known[i]), models[i]);
	}
	ck_assert_ptr_null(model_by_name("claim"));
	ck_assert_ptr_null(model_by_name("DBS"));
	ck_assert_ptr_null(model_by_name(""));
}
END_TEST

START_TEST(claims_have_no_trait_of_orders)
{
	ck_assert_uint_eq(model->traits, 0);
}
END_TEST

START_TEST(words_are_those_of_the_reports)
{
	ck_assert_str_eq(certainty_text(CERTAINTY_DOCUMENTED), "documented");
	ck_assert_str_eq(certainty_text(CERTAINTY_OBSERVED), "observed");
	ck_assert_str_eq(certainty_text(CERTAINTY_TOLERATED), "tolerated");
	ck_assert_str_eq(phase_text(PHASE_CREATE), "create");
	ck_assert_str_eq(phase_text(PHASE_SEARCH), "search");
	ck_assert_str_eq(phase_text(PHASE_PICKUP), "pickup");
	ck_assert_str_eq(phase_text(PHASE_DELIVERY), "delivery");
	ck_assert_str_eq(phase_text(PHASE_RETURN), "return");
	ck_assert_str_eq(phase_text(PHASE_END), "end");
	ck_assert_str_eq(phase_text(PHASE_ERROR), "error");
	ck_assert_str_eq(phase_text(PHASE_CANCEL), "cancel");
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("graph");
	TCase *tables = tcase_create("tables");
	TCase *pairs = tcase_create("pairs");

	tcase_add_test(tables, the_statuses_are_those_of_the_list);
	tcase_add_test(tables, other_names_are_unknown);
	tcase_add_test(tables, each_edge_stands_once_and_is_as_sure_as_the_golden_list_says);
	tcase_add_test(tables, an_unknown_status_is_not_terminal);
	tcase_add_test(tables, each_model_is_found_by_its_name);
	tcase_add_test(tables, claims_have_no_trait_of_orders);
	tcase_add_test(tables, words_are_those_of_the_reports);
	tcase_add_loop_test(pairs, each_pair_has_an_edge_where_the_golden_list_has_one, 0, N_STATUSES);
	tcase_add_loop_test(pairs, each_pair_reaches_what_the_closure_reaches, 0, N_STATUSES);
	tcase_add_loop_test(pairs, terminal_are_those_of_the_list_and_nothing_follows_them, 0, N_STATUSES);
	tcase_add_loop_test(pairs, only_ready_for_approval_has_a_window_of_600_seconds_answered_by_accepted, 0, N_STATUSES);
	tcase_add_loop_test(pairs, unanswered_are_the_statuses_that_need_no_accept, 0, N_STATUSES);
	suite_add_tcase(suite, tables);
	suite_add_tcase(suite, pairs);
	return suite;
}
