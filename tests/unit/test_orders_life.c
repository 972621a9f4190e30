/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Market's orders from their first status to their last, and every pair of statuses, read one snapshot after another.
 * Tests, unit ring. What is special about some pairs is test_orders.c's, the tables test_graph_orders.c's.
 */
#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "suite.h"
#include "unit/ledger.h"

/* --- Lives ----------------------------------------------------------------------------------------------- */

#define LIFE_MAX 9

struct life {
	const struct model *model;
	const char *steps[LIFE_MAX];
};

/* Together they take each documented edge and most of the others; substatuses are those of section 2. */
static const struct life lives[] = {
	{ &model_dbs, { "PROCESSING/STARTED", "DELIVERY/DELIVERY_SERVICE_RECEIVED", "DELIVERED/DELIVERY_SERVICE_DELIVERED" } },
	{ &model_dbs, { "PROCESSING/STARTED", "DELIVERY/DELIVERY_SERVICE_RECEIVED", "DELIVERY/USER_RECEIVED",
	                "DELIVERED/DELIVERY_SERVICE_DELIVERED", "PARTIALLY_RETURNED/DELIVERY_SERVICE_DELIVERED", "RETURNED/" } },
	{ &model_dbs, { "PROCESSING/STARTED", "DELIVERY/DELIVERY_SERVICE_RECEIVED", "PICKUP/PICKUP_SERVICE_RECEIVED",
	                "DELIVERED/DELIVERY_SERVICE_DELIVERED", "RETURNED/DELIVERY_SERVICE_DELIVERED" } },
	{ &model_dbs, { "PROCESSING/STARTED", "DELIVERY/DELIVERY_SERVICE_RECEIVED", "PICKUP/PICKUP_SERVICE_RECEIVED",
	                "CANCELLED/PICKUP_EXPIRED" } },
	{ &model_dbs, { "PROCESSING/STARTED", "DELIVERY/DELIVERY_SERVICE_RECEIVED", "DELIVERY/DELIVERY_USER_NOT_RECEIVED",
	                "DELIVERED/DELIVERY_SERVICE_DELIVERED", "DELIVERED/DELIVERED_USER_NOT_RECEIVED",
	                "CANCELLED/USER_REFUSED_QUALITY" } },
	{ &model_dbs, { "PROCESSING/STARTED", "DELIVERY/DELIVERY_SERVICE_RECEIVED", "DELIVERY/DELIVERY_USER_NOT_RECEIVED",
	                "CANCELLED/SHOP_FAILED" } },
	{ &model_dbs, { "PROCESSING/STARTED", "DELIVERY/DELIVERY_SERVICE_RECEIVED", "CANCELLED/USER_CHANGED_MIND" } },
	{ &model_dbs, { "PROCESSING/STARTED", "CANCELLED/USER_UNREACHABLE", "CANCELLED/USER_CHANGED_MIND" } },
	{ &model_dbs, { "PLACING/PREORDER", "CANCELLED/RESERVATION_EXPIRED" } },
	{ &model_dbs, { "PLACING/PREORDER", "UNPAID/WAITING_USER_INPUT", "CANCELLED/USER_NOT_PAID" } },
	{ &model_dbs, { "RESERVED/AWAIT_CONFIRMATION", "CANCELLED/RESERVATION_EXPIRED" } },
	{ &model_dbs, { "RESERVED/AWAIT_CONFIRMATION", "UNPAID/AWAIT_PAYMENT", "UNPAID/WAITING_BANK_DECISION", "PROCESSING/STARTED",
	                "PROCESSING/READY_TO_SHIP", "DELIVERY/DELIVERY_SERVICE_RECEIVED" } },
	{ &model_dbs, { "PENDING/AWAIT_CONFIRMATION", "PROCESSING/STARTED", "PROCESSING/READY_TO_SHIP", "CANCELLED/SHOP_FAILED" } },
	{ &model_dbs, { "PENDING/AWAIT_CONFIRMATION", "CANCELLED/PENDING_EXPIRED" } },
	{ &model_dbs, { "DELIVERED/DELIVERED_USER_NOT_RECEIVED", "PARTIALLY_RETURNED/UNKNOWN" } },
	{ &model_dbs, { "DELIVERED/DELIVERED_USER_NOT_RECEIVED", "RETURNED/UNKNOWN" } },
	{ &model_laas, { "RESERVED/AWAIT_CONFIRMATION", "PROCESSING/STARTED", "PROCESSING/PACKAGING", "PROCESSING/READY_TO_SHIP",
	                 "PROCESSING/SHIPPED", "DELIVERY/DELIVERY_SERVICE_RECEIVED", "PICKUP/PICKUP_SERVICE_RECEIVED",
	                 "DELIVERY/DELIVERY_SERVICE_DELIVERED", "DELIVERED/DELIVERY_SERVICE_DELIVERED" } },
	{ &model_laas, { "DELIVERY/DELIVERY_SERVICE_RECEIVED", "DELIVERY/DELIVERY_SERVICE_DELIVERED" } },
	{ &model_laas, { "DELIVERY/DELIVERY_SERVICE_RECEIVED", "DELIVERED/DELIVERY_SERVICE_DELIVERED", "PARTIALLY_RETURNED/" } },
	{ &model_laas, { "PICKUP/PICKUP_SERVICE_RECEIVED", "DELIVERED/DELIVERY_SERVICE_DELIVERED", "RETURNED/" } },
	{ &model_laas, { "RESERVED/AWAIT_CONFIRMATION", "CANCELLED/RESERVATION_EXPIRED" } },
	{ &model_laas, { "RESERVED/AWAIT_CONFIRMATION", "CANCELLED/SHOP_FAILED" } },
	{ &model_laas, { "PROCESSING/STARTED", "CANCELLED/SHOP_FAILED" } },
	{ &model_laas, { "PROCESSING/PACKAGING", "CANCELLED/LOST" } },
	{ &model_laas, { "PROCESSING/READY_TO_SHIP", "CANCELLED/SHOP_FAILED" } },
	{ &model_laas, { "PROCESSING/SHIPPED", "CANCELLED/DELIVERY_PROBLEMS" } },
	{ &model_laas, { "DELIVERY/DELIVERY_SERVICE_RECEIVED", "CANCELLED/DELIVERY_PROBLEMS", "CANCELLED/LOST" } },
	{ &model_laas, { "PICKUP/PICKUP_SERVICE_RECEIVED", "CANCELLED/PICKUP_EXPIRED" } },
};

START_TEST(each_life_is_legal_step_by_step)
{
	const struct life *life = &lives[_i];
	struct ledger ledger;

	ledger_init_of(&ledger, life->model);
	for (int i = 0; i < LIFE_MAX && life->steps[i]; i++) {
		enum verdict verdict = i == 0 ? VERDICT_FIRST : VERDICT_LEGAL;

		ck_assert_int_eq(ledger_read_order(&ledger, life->steps[i], SECONDS(60) * i), DECISION_CHANGED);
		ledger_check_step(&ledger, i + 1, life->steps[i], verdict, i == 0 ? "" : life->steps[i - 1]);
		ledger_check_status(&ledger, life->steps[i], life->steps[i]);
		ck_assert_int_eq(ledger_shown(&ledger, i + 1)->violation, VIOLATION_NONE);
		ck_assert_int_eq(ledger.shipment.entered.us, moment(SECONDS(60) * i).us);
	}
}
END_TEST

static bool is_lived(const struct model *model, const struct edge *edge)
{
	for (size_t l = 0; l < ARRAY_SIZE(lives); l++)
		for (int i = 1; lives[l].model == model && i < LIFE_MAX && lives[l].steps[i]; i++)
			if (model_status(model, lives[l].steps[i - 1]) == edge->from && model_status(model, lives[l].steps[i]) == edge->to)
				return true;
	return false;
}

START_TEST(each_documented_edge_is_in_a_life)
{
	const struct model *model = models[_i];

	for (size_t i = 0; i < model->n_edges; i++) {
		const struct edge *edge = &model->edges[i];

		ck_assert_msg(edge->certainty != CERTAINTY_DOCUMENTED || is_lived(model, edge), "%s to %s",
		              model->statuses[edge->from].name, model->statuses[edge->to].name);
	}
}
END_TEST

/* --- Every pair ------------------------------------------------------------------------------------------ */

/* A status of that node, in words of its own where the node is a family. */
static void make_status(const struct model *model, int status, char word, char ret[STATUS_TEXT_SIZE])
{
	snprintf(ret, STATUS_TEXT_SIZE, "%s", model->statuses[status].name);

	char *star = strchr(ret, '*');

	if (star)
		*star = word;
}

static enum verdict verdict_of(const struct model *model, int from, int to, bool may_skip)
{
	bool family = strchr(model->statuses[to].name, '*');

	if (model_is_foreign(model, from))
		return model_is_foreign(model, to) ? VERDICT_SAME : VERDICT_FIRST;
	if (from == to && !family)
		return VERDICT_SAME;
	if (model_has_edge(model, from, to))
		return VERDICT_LEGAL;
	return may_skip && model_reaches(model, from, to) ? VERDICT_GAP : VERDICT_ILLEGAL;
}

static enum violation violation_of(const struct model *model, int to, enum verdict verdict)
{
	if (verdict == VERDICT_ILLEGAL)
		return VIOLATION_ILLEGAL_TRANSITION;
	return verdict != VERDICT_SAME && model_is_stranger(model, to) ? VIOLATION_UNKNOWN_STATUS : VIOLATION_NONE;
}

static void check_pair(const struct model *model, int from, int to, bool may_skip)
{
	enum verdict verdict = verdict_of(model, from, to, may_skip || !(model->traits & MODEL_ORDERED));
	bool held = verdict == VERDICT_ILLEGAL;
	char before[STATUS_TEXT_SIZE];
	char after[STATUS_TEXT_SIZE];
	struct ledger ledger;

	make_status(model, from, 'a', before);
	make_status(model, to, 'b', after);
	ledger_init_of(&ledger, model);
	/* A foreign status is held from the first, which takes two reads. */
	while (ledger.n == 0)
		ledger_read_order(&ledger, before, 0);

	enum decision (*read)(struct ledger *, const char *, int64_t) = may_skip ? ledger_read_skipping : ledger_read_order;
	enum decision decision = read(&ledger, after, SECONDS(1));

	ck_assert_int_eq(decision, held ? DECISION_SUSPECT : verdict == VERDICT_SAME ? DECISION_SAME : DECISION_CHANGED);
	if (verdict == VERDICT_SAME)
		return;
	if (held)
		ledger_read_order(&ledger, after, SECONDS(1));
	ledger_check_step(&ledger, 2, after, verdict, model_is_foreign(model, from) ? "" : before);
	ck_assert_int_eq(ledger_shown(&ledger, 2)->violation, violation_of(model, to, verdict));
	ledger_check_status(&ledger, held ? before : after, after);
}

START_TEST(each_pair_is_judged_by_the_graph)
{
	for (size_t m = 1; m < MODEL_MAX; m++)
		for (int to = 0; _i < (int)models[m]->n_statuses && to < (int)models[m]->n_statuses; to++) {
			check_pair(models[m], _i, to, false);
			check_pair(models[m], _i, to, true);
		}
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("orders_life");
	TCase *tcase = tcase_create("lives");

	tcase_add_loop_test(tcase, each_life_is_legal_step_by_step, 0, (int)ARRAY_SIZE(lives));
	tcase_add_loop_test(tcase, each_documented_edge_is_in_a_life, 1, MODEL_MAX);
	tcase_add_loop_test(tcase, each_pair_is_judged_by_the_graph, 0, (int)model_dbs.n_statuses);
	suite_add_tcase(suite, tcase);
	return suite;
}
