/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Steps that wait for the merchant, and what an act makes of a plan. Unit ring: no loop, no network, no file.
 */
#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "base/clock.h"
#include "base/err.h"
#include "sim/plan.h"
#include "suite.h"

static struct plan plan;

static void setup(void)
{
	plan = (struct plan){ 0 };
}

static void teardown(void)
{
	plan_done(&plan);
}

static void add(const struct model *model, const char *text)
{
	const char *why;
	plan.model = model;
	ck_assert_int_eq(plan_add(&plan, text, strlen(text), &why), 0);
}

START_TEST(a_step_may_wait_for_an_act)
{
	add(&model_claims, "new, act accepted lost stale 2, act +1.5s cancelled, performer_lookup");
	ck_assert(!plan.steps[0].waits && plan.steps[1].waits && plan.steps[2].waits && !plan.steps[3].waits);
	ck_assert_str_eq(plan.steps[1].status, "accepted");
	ck_assert_uint_eq(plan.steps[1].fate, PLAN_LOST);
	ck_assert_uint_eq(plan.steps[1].stale_reads, 2);
	ck_assert_int_eq(plan.steps[1].when, PLAN_PACED);
	ck_assert_int_eq(plan.steps[2].when, PLAN_AFTER);
	ck_assert_int_eq(plan.steps[2].us, 1500 * USEC_PER_MS);
}
END_TEST

START_TEST(an_answer_may_be_waited_for)
{
	add(&model_dbs, "DELIVERY/DELIVERY_SERVICE_RECEIVED, ask, act unask twice, act DELIVERED/DELIVERY_SERVICE_DELIVERED");
	ck_assert_uint_eq(plan.n_edits, 2);
	ck_assert(!plan.edits[0].waits && plan.edits[1].waits);
	ck_assert_uint_eq(plan.edits[1].fate, PLAN_TWICE);
	ck_assert(plan_waits(&plan, &(struct plan_place){ .n = 1, .n_edits = 1 }));
	ck_assert(!plan_waits(&plan, &(struct plan_place){ .n = 1 }));
	ck_assert(!plan_waits(&plan, &(struct plan_place){ 0 }));
	ck_assert(plan_waits(&plan, &(struct plan_place){ .n = 1, .n_edits = 2 }));
	ck_assert(!plan_waits(&plan, &(struct plan_place){ .n = 2, .n_edits = 2 }));
}
END_TEST

struct bad_case {
	const struct model *model;
	const char *text;
};

static const struct bad_case bad[] = {
	{ &model_claims, "act new" },
	{ &model_claims, "new, act" },
	{ &model_claims, "new, act price 12" },
	{ &model_claims, "new, +1s act accepted" },
	{ &model_claims, "new, act act accepted" },
	{ &model_claims, "ready_for_approval, act at 600s accepted" },
	{ &model_dbs, "act PROCESSING/STARTED" },
	{ &model_dbs, "PROCESSING/STARTED, act update" },
	{ &model_dbs, "PROCESSING/STARTED, act ask" },
	{ &model_dbs, "PROCESSING/STARTED, act accepted" },
};

START_TEST(who_cannot_wait_is_told_why)
{
	const char *why = NULL;
	plan.model = bad[_i].model;
	ck_assert_int_eq(plan_add(&plan, bad[_i].text, strlen(bad[_i].text), &why), ERR_INVALID);
	ck_assert_uint_eq(plan.n + plan.n_edits, 0);
	ck_assert_ptr_nonnull(why);
}
END_TEST

/* The plan as text, but for times and fates: edits in brackets, and what waits behind a '?'. */
static const char *told(void)
{
	static const char *const edits[] = { [EDIT_PRICE] = "price", [EDIT_UPDATE] = "update", [EDIT_ASK] = "ask", [EDIT_UNASK] = "unask" };
	static char text[512];
	size_t e = 0;
	size_t len = 0;
	for (size_t i = 0; i <= plan.n; i++) {
		for (; e < plan.n_edits && plan.edits[e].behind == i; e++)
			len += (size_t)snprintf(text + len, sizeof(text) - len, "[%s%s]", plan.edits[e].waits ? "?" : "",
			                        edits[plan.edits[e].kind]);
		if (i < plan.n)
			len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s%s", i > 0 ? " " : "",
			                        plan.steps[i].waits ? "?" : "", plan.steps[i].status);
	}
	ck_assert_uint_eq(e, plan.n_edits);
	return text;
}

#define OFFERED "new, estimating, ready_for_approval"
#define STARTED "PROCESSING/STARTED"
#define SENT "DELIVERY/DELIVERY_SERVICE_RECEIVED"
#define AT_PICKUP "PICKUP/PICKUP_SERVICE_RECEIVED"
#define DELIVERED "DELIVERED/DELIVERY_SERVICE_DELIVERED"
#define CHANGED_MIND "CANCELLED/USER_CHANGED_MIND"

struct turn_case {
	const struct model *model;
	const char *text;
	struct plan_place place;
	struct plan_act act;
	const char *told;
};

static const struct turn_case turns[] = {
	/* The plan's own step, waited for or not, and however far it is. */
	{ &model_claims, OFFERED ", act accepted, performer_lookup", { 3, 0 }, { .status = "accepted" },
	  "new estimating ready_for_approval accepted performer_lookup" },
	{ &model_claims, OFFERED ", price 7, accepted, price 8, performer_lookup", { 3, 0 }, { .status = "accepted" },
	  "new estimating ready_for_approval accepted[price] performer_lookup" },
	{ &model_claims, OFFERED ", estimating, price 7, ready_for_approval, accepted, cancelled", { 3, 0 }, { .status = "accepted" },
	  "new estimating ready_for_approval accepted cancelled" },
	{ &model_claims, OFFERED ", at 600s accepted, failed", { 3, 0 }, { .status = "accepted" },
	  "new estimating ready_for_approval accepted failed" },
	/* None of its own: what cannot follow goes, and so does what the deadline would have brought. */
	{ &model_claims, OFFERED ", at 601s failed", { 3, 0 }, { .status = "accepted" }, "new estimating ready_for_approval accepted" },
	{ &model_claims, OFFERED ", estimating, ready_for_approval, performer_lookup, cancelled", { 3, 0 }, { .status = "accepted" },
	  "new estimating ready_for_approval accepted performer_lookup cancelled" },
	{ &model_dbs, STARTED ", " SENT ", act " DELIVERED ", update", { 2, 0 }, { .status = AT_PICKUP },
	  STARTED " " SENT " " AT_PICKUP " ?" DELIVERED "[update]" },
	{ &model_dbs, STARTED ", " SENT ", update, DELIVERY/USER_RECEIVED, update, " DELIVERED, { 2, 0 }, { .status = AT_PICKUP },
	  STARTED " " SENT " " AT_PICKUP "[update] " DELIVERED },
	{ &model_dbs, STARTED ", update, " SENT ", ask, " CHANGED_MIND, { 2, 1 }, { .status = AT_PICKUP },
	  STARTED "[update] " SENT " " AT_PICKUP "[ask] " CHANGED_MIND },
	{ &model_laas, "RESERVED/AWAIT_CONFIRMATION, at 60min CANCELLED/RESERVATION_EXPIRED, act " STARTED ", PROCESSING/PACKAGING",
	  { 1, 0 }, { .status = STARTED }, "RESERVED/AWAIT_CONFIRMATION " STARTED " PROCESSING/PACKAGING" },
	/* An end. */
	{ &model_claims, OFFERED ", act accepted, price 7, performer_lookup", { 3, 0 }, { .status = "cancelled", .ends = true },
	  "new estimating ready_for_approval cancelled" },
	{ &model_claims, OFFERED ", act cancelled, performer_lookup, price 7", { 3, 0 }, { .status = "cancelled", .ends = true },
	  "new estimating ready_for_approval cancelled" },
	{ &model_claims, OFFERED ", price 8, pickup_arrived, price 7, pickuped", { 4, 1 },
	  { .status = "cancelled_with_payment", .price = "9.50", .ends = true },
	  "new estimating ready_for_approval[price] pickup_arrived[price] cancelled_with_payment" },
	/* A wish that is withdrawn. */
	{ &model_dbs, SENT ", ask, act unask, act " DELIVERED, { 1, 1 }, { .status = "" }, SENT "[ask][unask] ?" DELIVERED },
	{ &model_dbs, SENT ", ask, update, " AT_PICKUP ", unask, update, " DELIVERED, { 1, 1 }, { .status = "" },
	  SENT "[ask][unask][update] " DELIVERED },
	{ &model_dbs, SENT ", ask, " CHANGED_MIND, { 1, 1 }, { .status = "" }, SENT "[ask][unask]" },
	{ &model_dbs, SENT ", ask, update, " DELIVERED, { 1, 1 }, { .status = "" }, SENT "[ask][unask][update] " DELIVERED },
};

START_TEST(an_act_turns_the_plan)
{
	const struct turn_case *each = &turns[_i];
	add(each->model, each->text);
	ck_assert_int_eq(plan_turn(&plan, &each->place, &each->act), 0);
	ck_assert_str_eq(told(), each->told);
	ck_assert(!plan_waits(&plan, &each->place));
}
END_TEST

START_TEST(only_where_it_was_waited_for_does_a_time_count_from_the_act)
{
	const struct plan_place place = { .n = 3 };
	add(&model_claims, OFFERED ", act +2s accepted lost");
	ck_assert_int_eq(plan_turn(&plan, &place, &(struct plan_act){ .status = "accepted" }), 0);
	ck_assert_int_eq(plan.steps[3].when, PLAN_AFTER);
	ck_assert_int_eq(plan.steps[3].us, 2 * USEC_PER_SEC);
	ck_assert_uint_eq(plan.steps[3].fate, PLAN_LOST);
	ck_assert(plan.steps[3].acted && !plan.steps[2].acted);
	plan_done(&plan);
	add(&model_claims, OFFERED ", +2s accepted");
	ck_assert_int_eq(plan_turn(&plan, &place, &(struct plan_act){ .status = "accepted" }), 0);
	ck_assert_int_eq(plan.steps[3].when, PLAN_AFTER);
	ck_assert_int_eq(plan.steps[3].us, 0);
	ck_assert_int_eq(plan_turn(&plan, &place, &(struct plan_act){ .status = "failed", .ends = true, .takes_time = true }), 0);
	ck_assert_int_eq(plan.steps[3].when, PLAN_PACED);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("sim-plan-act");
	TCase *t = tcase_create("acts");
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, a_step_may_wait_for_an_act);
	tcase_add_test(t, an_answer_may_be_waited_for);
	tcase_add_loop_test(t, who_cannot_wait_is_told_why, 0, ARRAY_SIZE(bad));
	tcase_add_loop_test(t, an_act_turns_the_plan, 0, ARRAY_SIZE(turns));
	tcase_add_test(t, only_where_it_was_waited_for_does_a_time_count_from_the_act);
	suite_add_tcase(s, t);
	return s;
}
