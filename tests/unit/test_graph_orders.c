/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The graphs of Market's orders against what upstream/market.md says of them.
 * Tests, unit ring.
 * The edges are compared with golden/dbs.edges and laas.edges, lists of their own that were copied from sections 3.1 and 3.2;
 * what follows for strangers is worked out anew here, from names.
 */
#include <string.h>

#include "base/attr.h"
#include "base/clock.h"
#include "model/graph.h"
#include "suite.h"
#include "unit/golden.h"

#define N_DBS 20
#define N_LAAS 16

/* A status of one of both models: what loops go over. */
struct node {
	const struct model *model;
	int status;
};

static struct node node_at(int i)
{
	return i < N_DBS ? (struct node){ &model_dbs, i } : (struct node){ &model_laas, i - N_DBS };
}

static const char *name_of(const struct model *model, int status)
{
	return model->statuses[status].name;
}

struct list {
	const char *const *names;
	size_t n;
};

#define LIST(names) ((struct list){ (names), ARRAY_SIZE(names) })
#define NOTHING ((struct list){ NULL, 0 })

static bool is_listed(const char *name, struct list list)
{
	for (size_t i = 0; i < list.n; i++)
		if (strcmp(list.names[i], name) == 0)
			return true;
	return false;
}

/* Whether NODE has FLAG just where its model's list says so. */
static void check_flag(const struct node *node, unsigned flag, struct list dbs, struct list laas)
{
	const struct status *status = &node->model->statuses[node->status];
	bool listed = is_listed(status->name, node->model == &model_dbs ? dbs : laas);

	ck_assert_msg(!!(status->flags & flag) == listed, "%s: %s", node->model->name, status->name);
}

/* --- Tables ---------------------------------------------------------------------------------------------- */

static const char *const dbs_names[N_DBS] = {
	"PLACING/*", "RESERVED/*", "UNPAID/*", "PENDING/*", "PROCESSING/STARTED", "PROCESSING/READY_TO_SHIP",
	"DELIVERY/DELIVERY_SERVICE_RECEIVED", "DELIVERY/USER_RECEIVED", "DELIVERY/DELIVERY_USER_NOT_RECEIVED",
	"DELIVERY/DELIVERY_SERVICE_DELIVERED", "PICKUP/PICKUP_SERVICE_RECEIVED", "DELIVERED/DELIVERY_SERVICE_DELIVERED",
	"DELIVERED/DELIVERED_USER_NOT_RECEIVED", "CANCELLED/*", "PARTIALLY_RETURNED/*", "RETURNED/*", "PROCESSING/*", "DELIVERY/*",
	"PICKUP/*", "DELIVERED/*",
};

static const char *const laas_names[N_LAAS] = {
	"RESERVED/*", "PROCESSING/STARTED", "PROCESSING/PACKAGING", "PROCESSING/READY_TO_SHIP", "PROCESSING/SHIPPED",
	"DELIVERY/DELIVERY_SERVICE_RECEIVED", "DELIVERY/DELIVERY_SERVICE_DELIVERED", "PICKUP/PICKUP_SERVICE_RECEIVED",
	"DELIVERED/DELIVERY_SERVICE_DELIVERED", "CANCELLED/*", "PARTIALLY_RETURNED/*", "RETURNED/*", "PROCESSING/*", "DELIVERY/*",
	"PICKUP/*", "DELIVERED/*",
};

START_TEST(the_statuses_are_those_of_the_lists)
{
	ck_assert_uint_eq(model_dbs.n_statuses, N_DBS);
	ck_assert_uint_eq(model_laas.n_statuses, N_LAAS);
	for (int i = 0; i < N_DBS + N_LAAS; i++) {
		struct node node = node_at(i);
		const char *name = node.model == &model_dbs ? dbs_names[node.status] : laas_names[node.status];

		ck_assert_str_eq(name_of(node.model, node.status), name);
		ck_assert_int_eq(model_status(node.model, name), node.status);
		ck_assert_str_ne(node.model->statuses[node.status].meaning, "");
		ck_assert_int_lt(node.model->statuses[node.status].phase, PHASE_MAX);
	}
}
END_TEST

START_TEST(only_dbs_is_ordered_and_both_are_coarse)
{
	ck_assert_uint_eq(model_dbs.traits, MODEL_ORDERED | MODEL_COARSE);
	ck_assert_uint_eq(model_laas.traits, MODEL_COARSE);
}
END_TEST

START_TEST(a_substatus_without_a_node_belongs_to_the_family_of_its_status)
{
	static const char *const rows[][2] = {
		{ "CANCELLED/RESERVATION_EXPIRED", "CANCELLED/*" },
		{ "CANCELLED/A_REASON_OF_TOMORROW", "CANCELLED/*" },
		{ "CANCELLED/", "CANCELLED/*" },
		{ "RESERVED/AWAIT_CONFIRMATION", "RESERVED/*" },
		{ "RETURNED/x/y", "RETURNED/*" },
		{ "PARTIALLY_RETURNED/UNKNOWN", "PARTIALLY_RETURNED/*" },
		{ "PROCESSING/STARTED", "PROCESSING/STARTED" },
		{ "PROCESSING/STARTED2", "PROCESSING/*" },
		{ "PROCESSING/started", "PROCESSING/*" },
		{ "DELIVERY/COURIER_SEARCH", "DELIVERY/*" },
		{ "PICKUP/", "PICKUP/*" },
		{ "DELIVERED/DELIVERED_USER_RECEIVED", "DELIVERED/*" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		for (size_t m = 1; m < MODEL_MAX; m++)
			ck_assert_str_eq(name_of(models[m], model_status(models[m], rows[i][0])), rows[i][1]);
}
END_TEST

START_TEST(a_status_that_no_node_has_is_unknown_whatever_its_substatus)
{
	static const char *const names[] = {
		"", "/", "/*", "CANCELLED", "CANCELLED*", "cancelled/x", "DELIVER/x", "DELIVERYX/x", "UNKNOWN/UNKNOWN", " DELIVERY/x",
		"*/*",
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		for (size_t m = 1; m < MODEL_MAX; m++)
			ck_assert_msg(model_status(models[m], names[i]) == STATUS_UNKNOWN, "%s: %s", models[m]->name, names[i]);
	ck_assert_int_eq(model_status(&model_laas, "UNPAID/x"), STATUS_UNKNOWN);
}
END_TEST

START_TEST(each_edge_stands_once_and_is_as_sure_as_the_golden_list_says)
{
	struct golden golden;

	golden_read(models[_i], &golden);
	golden_check_edges(models[_i], &golden);
}
END_TEST

START_TEST(no_edge_names_a_stranger_or_a_foreign_status)
{
	const struct model *model = models[_i];

	for (size_t i = 0; i < model->n_edges; i++) {
		int from = model->edges[i].from;
		int to = model->edges[i].to;

		ck_assert(!model_is_stranger(model, from) && !model_is_stranger(model, to));
		ck_assert(!model_is_foreign(model, from) && !model_is_foreign(model, to));
	}
}
END_TEST

/* --- Flags ----------------------------------------------------------------------------------------------- */

START_TEST(an_order_is_over_when_cancelled_or_returned_and_in_laas_when_delivered)
{
	static const char *const dbs[] = { "CANCELLED/*", "RETURNED/*" };
	static const char *const laas[] = {
		"CANCELLED/*", "RETURNED/*", "DELIVERY/DELIVERY_SERVICE_DELIVERED", "DELIVERED/DELIVERY_SERVICE_DELIVERED", "DELIVERED/*",
	};
	struct node node = node_at(_i);

	check_flag(&node, STATUS_TERMINAL, LIST(dbs), LIST(laas));
}
END_TEST

START_TEST(only_a_cancellation_answers_no_window)
{
	static const char *const both[] = { "CANCELLED/*" };
	struct node node = node_at(_i);

	check_flag(&node, STATUS_UNANSWERED, LIST(both), LIST(both));
}
END_TEST

START_TEST(strangers_are_the_statuses_whose_substatuses_matter)
{
	static const char *const both[] = { "PROCESSING/*", "DELIVERY/*", "PICKUP/*", "DELIVERED/*" };
	struct node node = node_at(_i);

	check_flag(&node, STATUS_STRANGER, LIST(both), LIST(both));
}
END_TEST

START_TEST(laas_word_for_delivered_is_foreign_to_dbs)
{
	static const char *const dbs[] = { "DELIVERY/DELIVERY_SERVICE_DELIVERED" };
	struct node node = node_at(_i);

	check_flag(&node, STATUS_FOREIGN, LIST(dbs), NOTHING);
}
END_TEST

START_TEST(a_wish_to_cancel_waits_in_dbs_from_delivery_to_receipt)
{
	static const char *const dbs[] = {
		"DELIVERY/DELIVERY_SERVICE_RECEIVED", "DELIVERY/DELIVERY_USER_NOT_RECEIVED", "DELIVERY/*", "PICKUP/PICKUP_SERVICE_RECEIVED",
		"PICKUP/*",
	};
	struct node node = node_at(_i);

	check_flag(&node, STATUS_CANCELLABLE, LIST(dbs), NOTHING);
}
END_TEST

START_TEST(no_push_is_known_of_what_comes_before_processing_nor_of_dbs_pick_up)
{
	static const char *const dbs[] = {
		"PLACING/*", "RESERVED/*", "UNPAID/*", "PENDING/*", "PICKUP/PICKUP_SERVICE_RECEIVED", "PICKUP/*",
	};
	static const char *const laas[] = { "RESERVED/*" };
	struct node node = node_at(_i);

	check_flag(&node, STATUS_UNTOLD, LIST(dbs), LIST(laas));
	ck_assert_int_eq(model_is_untold(node.model, node.status), !!(node.model->statuses[node.status].flags & STATUS_UNTOLD));
}
END_TEST

/* --- Windows --------------------------------------------------------------------------------------------- */

static void check_window(const struct window_rule *rule, int answer, const struct window_rule *expected)
{
	ck_assert_ptr_nonnull(rule);
	ck_assert_int_eq(rule->answer, answer);
	ck_assert_int_eq(rule->length_us, expected->length_us);
	ck_assert_str_eq(rule->kind, expected->kind);
	ck_assert_uint_eq(rule->flags, expected->flags);
}

START_TEST(the_window_of_laas_is_that_of_section_3_3)
{
	static const struct window_rule reservation = { .length_us = 3600 * USEC_PER_SEC, .kind = "reservation", .flags = WINDOW_BINDING };
	const struct model *laas = &model_laas;

	ck_assert_uint_eq(laas->n_windows, 1);
	check_window(model_window(laas, model_status(laas, "RESERVED/x")), model_status(laas, "PROCESSING/STARTED"), &reservation);
}
END_TEST

START_TEST(the_windows_of_dbs_are_those_of_section_3_3)
{
	static const struct window_rule reservation = { .length_us = 600 * USEC_PER_SEC, .kind = "reservation" };
	static const struct window_rule payment = { .length_us = 1800 * USEC_PER_SEC, .kind = "payment", .flags = WINDOW_PREPAID };
	static const struct window_rule answer = { .length_us = 172800 * USEC_PER_SEC, .kind = "cancel_answer", .flags = WINDOW_REQUEST };
	const struct model *dbs = &model_dbs;
	int started = model_status(dbs, "PROCESSING/STARTED");

	ck_assert_uint_eq(dbs->n_windows, 3);
	check_window(model_window(dbs, model_status(dbs, "RESERVED/x")), started, &reservation);
	check_window(model_window(dbs, model_status(dbs, "UNPAID/x")), started, &payment);
	check_window(model_request_window(dbs, model_status(dbs, "PICKUP/x")), model_status(dbs, "CANCELLED/x"), &answer);
}
END_TEST

START_TEST(a_status_has_one_kind_of_window_at_most)
{
	struct node node = node_at(_i);
	bool cancellable = node.model->statuses[node.status].flags & STATUS_CANCELLABLE;

	ck_assert_int_eq(model_request_window(node.model, node.status) != NULL, cancellable);
	ck_assert(!cancellable || !model_window(node.model, node.status));
	ck_assert_ptr_null(model_window(node.model, STATUS_UNKNOWN));
	ck_assert_ptr_null(model_request_window(node.model, STATUS_UNKNOWN));
}
END_TEST

/* --- Pairs ----------------------------------------------------------------------------------------------- */

static bool is_strange(const char *name)
{
	static const char *const strangers[] = { "PROCESSING/*", "DELIVERY/*", "PICKUP/*", "DELIVERED/*" };

	return is_listed(name, LIST(strangers));
}

static bool is_alike(const char *a, const char *b)
{
	size_t length = strcspn(a, "/");

	return length == strcspn(b, "/") && memcmp(a, b, length) == 0;
}

/* Whether the edges of B are A's too. */
static bool has_edges_of(const char *a, const char *b)
{
	return strcmp(a, b) == 0 || (is_strange(a) && is_alike(a, b));
}

static bool expect_edge(const struct model *model, const struct golden *golden, int from, int to)
{
	const char *a = name_of(model, from);
	const char *b = name_of(model, to);
	bool foreign = model == &model_dbs && (strcmp(a, "DELIVERY/DELIVERY_SERVICE_DELIVERED") == 0 ||
	                                       strcmp(b, "DELIVERY/DELIVERY_SERVICE_DELIVERED") == 0);

	if ((is_strange(a) || is_strange(b)) && is_alike(a, b))
		return !foreign;
	for (int f = 0; f < (int)model->n_statuses; f++)
		for (int t = 0; t < (int)model->n_statuses; t++)
			if (golden->letter[f][t] && has_edges_of(a, name_of(model, f)) && has_edges_of(b, name_of(model, t)))
				return true;
	return false;
}

START_TEST(each_pair_has_the_edge_that_names_and_the_golden_list_give)
{
	struct node node = node_at(_i);
	struct golden golden;

	golden_read(node.model, &golden);
	for (int to = 0; to < (int)node.model->n_statuses; to++)
		ck_assert_msg(model_has_edge(node.model, node.status, to) == expect_edge(node.model, &golden, node.status, to),
		              "%s: %s to %s", node.model->name, name_of(node.model, node.status), name_of(node.model, to));
	ck_assert(!model_has_edge(node.model, node.status, STATUS_UNKNOWN));
	ck_assert(!model_has_edge(node.model, STATUS_UNKNOWN, node.status));
}
END_TEST

/* Floyd and Warshall's closure over what may stand between, which a stranger may not. */
static void close_over(const struct model *model, uint64_t through, bool reaches[N_DBS][N_DBS])
{
	struct golden golden;
	int n = (int)model->n_statuses;

	golden_read(model, &golden);
	for (int i = 0; i < n; i++)
		for (int j = 0; j < n; j++)
			reaches[i][j] = expect_edge(model, &golden, i, j);
	for (int k = 0; k < n; k++) {
		if (is_strange(name_of(model, k)) || !(through & UINT64_C(1) << k))
			continue;
		for (int i = 0; i < n; i++)
			for (int j = 0; j < n; j++)
				reaches[i][j] = reaches[i][j] || (reaches[i][k] && reaches[k][j]);
	}
}

START_TEST(each_pair_reaches_what_the_closure_reaches)
{
	static const uint64_t masks[] = { UINT64_MAX, 0, UINT64_C(0xaaaaaaaa), UINT64_C(0x55555555), UINT64_C(0x00000ff0) };
	struct node node = node_at(_i);

	for (size_t m = 0; m < ARRAY_SIZE(masks); m++) {
		bool reaches[N_DBS][N_DBS];

		close_over(node.model, masks[m], reaches);
		for (int to = 0; to < (int)node.model->n_statuses; to++)
			ck_assert_msg(model_reaches_through(node.model, node.status, to, masks[m]) == reaches[node.status][to],
			              "%s: %s to %s, mask %zu", node.model->name, name_of(node.model, node.status),
			              name_of(node.model, to), m);
		for (int to = 0; m == 0 && to < (int)node.model->n_statuses; to++)
			ck_assert(model_reaches(node.model, node.status, to) == reaches[node.status][to]);
	}
	ck_assert(!model_reaches(node.model, node.status, STATUS_UNKNOWN));
	ck_assert(!model_reaches(node.model, STATUS_UNKNOWN, node.status));
}
END_TEST

START_TEST(nothing_leads_to_or_from_a_foreign_status)
{
	int foreign = model_status(&model_dbs, "DELIVERY/DELIVERY_SERVICE_DELIVERED");

	ck_assert(!model_reaches(&model_dbs, foreign, _i));
	ck_assert(!model_reaches(&model_dbs, _i, foreign));
}
END_TEST

START_TEST(out_of_a_cancellation_only_another_reason_leads)
{
	struct node node = node_at(_i);
	int cancelled = model_status(node.model, "CANCELLED/x");

	ck_assert_int_eq(model_reaches(node.model, cancelled, node.status), node.status == cancelled);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("graph_orders");
	TCase *tables = tcase_create("tables");
	TCase *nodes = tcase_create("nodes");
	int n = N_DBS + N_LAAS;

	tcase_add_test(tables, the_statuses_are_those_of_the_lists);
	tcase_add_test(tables, only_dbs_is_ordered_and_both_are_coarse);
	tcase_add_test(tables, a_substatus_without_a_node_belongs_to_the_family_of_its_status);
	tcase_add_test(tables, a_status_that_no_node_has_is_unknown_whatever_its_substatus);
	tcase_add_loop_test(tables, each_edge_stands_once_and_is_as_sure_as_the_golden_list_says, 1, MODEL_MAX);
	tcase_add_loop_test(tables, no_edge_names_a_stranger_or_a_foreign_status, 1, MODEL_MAX);
	tcase_add_test(tables, the_window_of_laas_is_that_of_section_3_3);
	tcase_add_test(tables, the_windows_of_dbs_are_those_of_section_3_3);
	tcase_add_loop_test(nodes, an_order_is_over_when_cancelled_or_returned_and_in_laas_when_delivered, 0, n);
	tcase_add_loop_test(nodes, only_a_cancellation_answers_no_window, 0, n);
	tcase_add_loop_test(nodes, strangers_are_the_statuses_whose_substatuses_matter, 0, n);
	tcase_add_loop_test(nodes, laas_word_for_delivered_is_foreign_to_dbs, 0, n);
	tcase_add_loop_test(nodes, a_wish_to_cancel_waits_in_dbs_from_delivery_to_receipt, 0, n);
	tcase_add_loop_test(nodes, no_push_is_known_of_what_comes_before_processing_nor_of_dbs_pick_up, 0, n);
	tcase_add_loop_test(nodes, a_status_has_one_kind_of_window_at_most, 0, n);
	tcase_add_loop_test(nodes, each_pair_has_the_edge_that_names_and_the_golden_list_give, 0, n);
	tcase_add_loop_test(nodes, each_pair_reaches_what_the_closure_reaches, 0, n);
	tcase_add_loop_test(nodes, nothing_leads_to_or_from_a_foreign_status, 0, N_DBS);
	tcase_add_loop_test(nodes, out_of_a_cancellation_only_another_reason_leads, 0, n);
	suite_add_tcase(suite, tables);
	suite_add_tcase(suite, nodes);
	return suite;
}
