/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * claimctl about Market's orders, alone and beside claims, over a real database file.
 */
#include <stdlib.h>
#include <string.h>

#include "ctl_world.h"
#include "suite.h"

#define HEADINGS "SOURCE  MODEL  ORDER_ID             STATUS      SUBSTATUS                  PHASE     "

START_TEST(orders_have_a_table_of_their_own)
{
	ctl_world_expect_out(
		"list --db @",
		HEADINGS "UPDATED_AT                   HELD  REPORTED_STATUS\n"
		"shop    laas   55000002             RESERVED    -                          create    "
		"2026-09-23T07:44:04.402413Z  no    RESERVED/\n"
		"shop    dbs    55000001             DELIVERY    DELIVERY_SERVICE_RECEIVED  delivery  "
		"2026-09-23T07:45:04.402413Z  no    DELIVERY/DELIVERY_SERVICE_RECEIVED\n"
		"shop    dbs    9223372036854775807  PROCESSING  STARTED                    pickup    "
		"2026-09-23T07:47:04.402413Z  yes   DELIVERED/DELIVERY_SERVICE_DELIVERED\n");
}
END_TEST

START_TEST(claims_and_orders_stand_in_two_tables)
{
	struct ctl_world_run run = ctl_world_run("list --db @");
	char *orders = strstr(run.out, "\n\nSOURCE  MODEL  ORDER_ID ");

	ck_assert_int_eq(run.status, 0);
	ctl_world_expect_begin(run.out, "SOURCE  CLAIM_ID  STATUS ");
	ck_assert_ptr_nonnull(orders);
	ctl_world_expect_in(orders, "55000001");
	*orders = '\0';
	ctl_world_expect_in(run.out, "waits");
	ctl_world_expect_not_in(run.out, "5500000");
	ctl_world_run_done(&run);
}
END_TEST

START_TEST(a_table_without_rows_is_left_out)
{
	struct ctl_world_run run = ctl_world_run("list --db @ --source shop --held");

	ctl_world_expect_begin(run.out, "SOURCE  MODEL  ORDER_ID ");
	ctl_world_expect_in(run.out, "9223372036854775807");
	ctl_world_expect_not_in(run.out, "5500000");
	ctl_world_expect_not_in(run.out, "CLAIM_ID");
	ctl_world_run_done(&run);

	run = ctl_world_run("list --db @ --source main");
	ctl_world_expect_not_in(run.out, "ORDER_ID");
	ctl_world_run_done(&run);

	ctl_world_expect_out("list --db @ --source nobody",
	                     "SOURCE  CLAIM_ID  STATUS  PHASE  UPDATED_AT  HELD  REPORTED_STATUS  PRICE  CURRENCY\n");
}
END_TEST

/* Neither order of another status, nor any claim. */
static void expect_only(const char *line, const char *id)
{
	static const char *const ids[] = { "55000001", "55000002", "9223372036854775807", "waits", "ended", "jumped", "twice" };
	struct ctl_world_run run = ctl_world_run(line);

	ck_assert_int_eq(run.status, 0);
	for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
		bool listed = strstr(run.out, ids[i]) != NULL;

		ck_assert_msg(listed == (strcmp(ids[i], id) == 0), "\"%s\" and %s:\n%s", line, ids[i], run.out);
	}
	ctl_world_run_done(&run);
}

START_TEST(a_status_is_a_claims_or_an_orders_with_or_without_its_substatus)
{
	expect_only("list --db @ --status ready_for_approval", "waits");
	expect_only("list --db @ --status DELIVERY", "55000001");
	expect_only("list --db @ --status DELIVERY/DELIVERY_SERVICE_RECEIVED", "55000001");
	expect_only("list --db @ --status DELIVERY/USER_RECEIVED", "");
	expect_only("list --db @ --status RESERVED", "55000002");
	expect_only("list --db @ --status PROCESSING/STARTED", "9223372036854775807");
	expect_only("list --db @ --status DELIVERED", "");
}
END_TEST

START_TEST(as_json_claims_and_orders_are_one_array_with_their_views_columns)
{
	struct ctl_world_run run = ctl_world_run("list --db @ --json --held");

	ck_assert_int_eq(run.status, 0);
	ctl_world_expect_begin(run.out, "[\n{\"source\":\"main\",\"claim_id\":\"jumped\",");
	ctl_world_expect_in(run.out, "},\n{\"source\":\"shop\",\"model\":\"dbs\",\"campaign_id\":");
	ctl_world_expect_in(run.out, ",\"order_id\":\"9223372036854775807\",\"status\":\"PROCESSING\",\"substatus\":\"STARTED\",");
	ctl_world_expect_in(run.out, "\"reported_status\":\"DELIVERED/DELIVERY_SERVICE_DELIVERED\",\"held\":true");
	ck_assert_str_eq(run.out + strlen(run.out) - 4, "}\n]\n");
	ctl_world_run_done(&run);
	ctl_world_expect_out("list --db @ --json --source nobody", "[]\n");
}
END_TEST

START_TEST(show_has_all_of_one_order_and_nothing_of_others)
{
	struct ctl_world_run run = ctl_world_run("--db @ show 9223372036854775807");

	ck_assert_int_eq(run.status, 0);
	ctl_world_expect_begin(run.out, "source           shop\n");
	ctl_world_expect_in(run.out, "order_id         9223372036854775807\n");
	ctl_world_expect_in(run.out, "\nheld             yes\n");
	ctl_world_expect_in(run.out, "\n\nhistory\nSEQ  AT ");
	ctl_world_expect_in(run.out, "  PROCESSING/STARTED  DELIVERED/DELIVERY_SERVICE_DELIVERED  illegal ");
	ctl_world_expect_in(run.out, "\n\nviolations\nID  KIND ");
	ctl_world_expect_in(run.out, "illegal_transition");
	ctl_world_expect_not_in(run.out, "RESERVED");
	ctl_world_expect_not_in(run.out, "_us");
	ctl_world_run_done(&run);

	run = ctl_world_run("--db @ show 55000002");
	ctl_world_expect_in(run.out, "\nreservation  2026-09-23T07:44:04.402413Z  2026-09-23T08:44:04.402413Z  ");
	ctl_world_expect_not_in(run.out, "illegal_transition");
	ctl_world_run_done(&run);
}
END_TEST

START_TEST(show_of_an_order_as_json_is_one_object)
{
	struct ctl_world_run run = ctl_world_run("show 55000002 --json --db @");

	ck_assert_int_eq(run.status, 0);
	ctl_world_expect_begin(run.out, "{\"order\":{\"source\":\"shop\",\"model\":\"laas\",");
	ctl_world_expect_in(run.out, "},\n\"history\":[\n{\"source\":\"shop\",");
	ctl_world_expect_in(run.out, "}\n],\n\"windows\":[\n{\"source\":\"shop\",\"model\":\"laas\",\"external_id\":\"55000002\",");
	ctl_world_expect_in(run.out, "}\n],\n\"violations\":[],\n\"actions\":[],\n\"prices\":[]}\n");
	ctl_world_run_done(&run);
}
END_TEST

/* A Delivery and a Market account may have the same name, and a claim an order's id. */
START_TEST(a_claim_and_an_order_of_one_id_are_shown_apart)
{
	struct store *store = ctl_world_open_store();

	ck_assert_int_eq(store_begin(store), 0);
	ctl_world_see(store, ctl_world_hear(store, "main", "77"), "new", 1);
	ctl_world_see_order(store, ctl_world_hear_order(store, "main", &model_laas, "77"), "PROCESSING/PACKAGING", 1);
	ck_assert_int_eq(store_commit(store), 0);
	store_close(store);

	struct ctl_world_run run = ctl_world_run("show 77 --db @");
	char *order = strstr(run.out, "\n\nsource           main\nmodel            laas\n");

	ck_assert_int_eq(run.status, 0);
	ck_assert_ptr_nonnull(order);
	ctl_world_expect_in(order, "PROCESSING/PACKAGING  first");
	ctl_world_expect_not_in(order, "  new  ");
	*order = '\0';
	ctl_world_expect_in(run.out, "claim_id          77\n");
	ctl_world_expect_in(run.out, "  new  ");
	ctl_world_expect_not_in(run.out, "PACKAGING");
	ctl_world_run_done(&run);
}
END_TEST

START_TEST(history_of_an_order_tells_each_step)
{
	ctl_world_expect_out(
		"history 55000001 --db @",
		"SOURCE  SEQ  AT                           FROM_STATUS         TO_STATUS                           VERDICT  VIA       "
		"REVISION  POINT_ID  SECONDS_IN_FROM\n"
		"shop    1    2026-09-23T07:44:04.402413Z  -                   PROCESSING/STARTED                  first    callback  "
		"-         -         -\n"
		"shop    2    2026-09-23T07:45:04.402413Z  PROCESSING/STARTED  DELIVERY/DELIVERY_SERVICE_RECEIVED  legal    callback  "
		"-         -         60.000\n");
}
END_TEST

START_TEST(windows_violations_sources_and_journal_tell_of_all_models)
{
	struct ctl_world_run run = ctl_world_run("windows --db @");

	ctl_world_expect_in(run.out, "\nmain    claims  waits        approval     ");
	ctl_world_expect_in(run.out, "\nshop    laas    55000002     reservation  ");
	ctl_world_run_done(&run);
	run = ctl_world_run("violations --db @");
	ctl_world_expect_in(run.out, "  main    claims  jumped ");
	ctl_world_expect_in(run.out, "  shop    dbs     9223372036854775807  illegal_transition ");
	ctl_world_run_done(&run);
	run = ctl_world_run("sources --db @");
	ctl_world_expect_in(run.out, "\nmain    delivery  ok     2026-09-23T07:44:04.402413Z  -             ");
	ctl_world_expect_in(run.out, "\nshop    market    ok     2026-09-23T07:44:04.402413Z  0.000         ");
	ctl_world_run_done(&run);
	run = ctl_world_run("journal --db @");
	ctl_world_expect_in(run.out, "\nmain    ");
	ctl_world_expect_in(run.out, "\nshop    ");
	ctl_world_run_done(&run);
}
END_TEST

START_TEST(each_model_has_a_graph)
{
	struct ctl_world_run run = ctl_world_run("graph dbs --dot");

	ctl_world_expect_begin(run.out, "digraph dbs {\n");
	ctl_world_run_done(&run);
	run = ctl_world_run("graph laas");
	ctl_world_expect_in(run.out, "\nPROCESSING/PACKAGING (pickup): ");
	ctl_world_run_done(&run);
	run = ctl_world_run("graph");
	ctl_world_expect_in(run.out, "\nperformer_lookup (search): ");
	ctl_world_run_done(&run);
}
END_TEST

static void add_case(Suite *suite, const char *name, void (*setup)(void), const TTest *const *tests, int n)
{
	TCase *tcase = tcase_create(name);

	tcase_add_checked_fixture(tcase, setup, ctl_world_teardown);
	for (int i = 0; i < n; i++)
		tcase_add_test(tcase, tests[i]);
	suite_add_tcase(suite, tcase);
}

Suite *suite(void)
{
	const TTest *const alone[] = {
		orders_have_a_table_of_their_own,
		show_has_all_of_one_order_and_nothing_of_others,
		show_of_an_order_as_json_is_one_object,
		history_of_an_order_tells_each_step,
	};
	const TTest *const beside[] = {
		claims_and_orders_stand_in_two_tables,
		a_table_without_rows_is_left_out,
		a_status_is_a_claims_or_an_orders_with_or_without_its_substatus,
		as_json_claims_and_orders_are_one_array_with_their_views_columns,
		a_claim_and_an_order_of_one_id_are_shown_apart,
		windows_violations_sources_and_journal_tell_of_all_models,
		each_model_has_a_graph,
	};
	Suite *suite = suite_create("ctl-orders");

	add_case(suite, "orders alone", ctl_world_setup_orders, alone, ARRAY_SIZE(alone));
	add_case(suite, "orders beside claims", ctl_world_setup_both, beside, ARRAY_SIZE(beside));
	return suite;
}
