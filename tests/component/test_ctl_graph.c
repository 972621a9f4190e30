/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * claimctl graph with today's numbers on it, and as a picture.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "ctl_world.h"
#include "suite.h"

static struct ctl_world_run run_at(int64_t second, const char *line)
{
	return ctl_world_run_as((struct console){ .clock = ctl_world_clock(ctl_world_time(second)) }, line);
}

/* --- Numbers ------------------------------------------------------------------------------------------------------- */

START_TEST(text_tells_how_many_are_in_a_status_and_took_an_edge)
{
	struct ctl_world_run run = run_at(600, "graph --counts --db @");

	ck_assert_int_eq(run.status, 0);
	ctl_world_expect_in(run.out, "\nready_for_approval (create), 1 now: ");
	ctl_world_expect_in(run.out, "\nreturned_finish (end, terminal), 1 now: ");
	ctl_world_expect_in(run.out, "\nperformer_lookup (search): ");
	ctl_world_expect_in(run.out, "    -> returned_finish                 documented, 1 today\n");
	ctl_world_expect_in(run.out, "    -> delivery_arrived                documented\n");
	ctl_world_expect_in(run.out, "\n\n1 steps of today are on none of these edges\n");
	ctl_world_run_done(&run);
}
END_TEST

START_TEST(dot_has_the_numbers_as_labels)
{
	struct ctl_world_run run = run_at(600, "graph --counts --dot --db @");

	ctl_world_expect_in(run.out, "label=\"ready_for_approval\\n1 now\\n600 s until accepted\"];\n");
	ctl_world_expect_in(run.out, "label=\"delivered_finish\\n1 now\"];\n");
	ctl_world_expect_in(run.out, "\treturned -> returned_finish [style=solid, weight=4, label=\"1\"];\n");
	ctl_world_expect_in(run.out, "\\nat an arrow: steps of today   on none of them: 1\"];\n");
	ctl_world_run_done(&run);
}
END_TEST

START_TEST(json_has_the_numbers_of_each_status_and_edge)
{
	struct ctl_world_run run = run_at(600, "graph --counts --json --db @");

	ck_assert_int_eq(run.status, 0);
	ctl_world_expect_json(run.out, "/0/status", "new");
	ctl_world_expect_json(run.out, "/0/shipments", "1");
	ctl_world_expect_json(run.out, "/0/next/0/transitions", "0");
	ctl_world_expect_in(run.out, "{\"status\":\"returned_finish\",\"certainty\":\"documented\",\"transitions\":1}");
	ctl_world_run_done(&run);
}
END_TEST

/* A node may be a family, or stand for substatuses that have no name here. */
START_TEST(orders_are_counted_at_the_node_that_they_belong_to)
{
	struct store *store = ctl_world_open_store();

	ck_assert_int_eq(store_begin(store), 0);
	int64_t first = ctl_world_hear_order(store, "shop", &model_dbs, "1");
	int64_t second = ctl_world_hear_order(store, "shop", &model_dbs, "2");

	ctl_world_see_order(store, first, "PROCESSING/STARTED", 0);
	ctl_world_see_order(store, first, "CANCELLED/SHOP_FAILED", 1);
	ctl_world_see_order(store, second, "PROCESSING/STARTED", 0);
	ctl_world_see_order(store, second, "DELIVERY/DRONE_LAUNCHED", 1);
	ck_assert_int_eq(store_commit(store), 0);
	store_close(store);

	struct ctl_world_run run = run_at(600, "graph dbs --counts --db @");

	ctl_world_expect_in(run.out, "\nCANCELLED/* (cancel, terminal), 1 now: ");
	ctl_world_expect_in(run.out, "\nDELIVERY/* (delivery), 1 now: ");
	ctl_world_expect_in(run.out, "    -> CANCELLED/*                           documented, 1 today\n");
	ctl_world_expect_in(run.out, "\n2 steps of today are on none of these edges\n");
	ctl_world_run_done(&run);
}
END_TEST

START_TEST(what_was_yesterday_is_not_on_the_edges)
{
	struct ctl_world_run run = run_at(86400, "graph --counts --db @");

	ctl_world_expect_in(run.out, "\nready_for_approval (create), 1 now: ");
	ctl_world_expect_not_in(run.out, " today");
	ctl_world_run_done(&run);
}
END_TEST

START_TEST(only_numbers_need_a_database)
{
	struct ctl_world_run run = ctl_world_run("graph laas --db @");

	ck_assert_int_eq(run.status, 0);
	ctl_world_run_done(&run);
	ctl_world_expect_failure("graph laas --counts --db @", EX_NOINPUT, "no database ");
	store_close(ctl_world_open_store());
	run = ctl_world_run("graph laas --counts --db @");
	ck_assert_int_eq(run.status, 0);
	ctl_world_expect_not_in(run.out, " now");
	ctl_world_run_done(&run);
}
END_TEST

START_TEST(statuses_are_coloured_by_phase)
{
	struct ctl_world_run run = ctl_world_run_as((struct console){ .colour = true }, "graph");

	ctl_world_expect_begin(run.out, "\033[36mnew\033[0m (create): ");
	ctl_world_expect_in(run.out, "    -> \033[36mestimating\033[0m                      documented\n");
	ctl_world_run_done(&run);
}
END_TEST

/* --- A picture ----------------------------------------------------------------------------------------------------- */

/* A program named dot, and a PATH where it is all that there is, but for the shell that it needs. */
static void make_dot(const char *script)
{
	const char *folder = suite_tmpdir();
	char *path = NULL;
	FILE *file;

	ck_assert_int_gt(asprintf(&path, "%s/dot", folder), 0);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	fprintf(file, "#!/bin/sh\n%s\n", script);
	fclose(file);
	ck_assert_int_eq(chmod(path, 0700), 0);
	setenv("PATH", folder, 1);
	free(path);
}

START_TEST(svg_is_what_dot_makes_of_the_source)
{
	struct ctl_world_run source = ctl_world_run("graph dbs --dot");
	struct ctl_world_run run;

	make_dot("echo \"<svg $*>\"; while read -r line; do echo \"$line\"; done");
	run = ctl_world_run("graph dbs --svg");
	ck_assert_int_eq(run.status, 0);
	ctl_world_expect_begin(run.out, "<svg -Tsvg>\ndigraph dbs {\n");
	ck_assert_uint_gt(strlen(run.out), strlen(source.out) / 2);
	ck_assert_str_eq(run.out + strlen(run.out) - 3, "\n}\n");
	ctl_world_run_done(&run);
	ctl_world_run_done(&source);
}
END_TEST

/* More than a pipe holds, and dot reads nothing before it has written it. */
START_TEST(a_picture_may_be_large)
{
	struct ctl_world_run run;

	make_dot("i=0; while [ $i -lt 20000 ]; do echo '<line/>      '; i=$((i + 1)); done");
	run = ctl_world_run("graph --svg");
	ck_assert_int_eq(run.status, 0);
	ck_assert_uint_eq(strlen(run.out), 20000 * strlen("<line/>      \n"));
	ctl_world_run_done(&run);
}
END_TEST

START_TEST(svg_takes_the_numbers_too)
{
	struct ctl_world_run run;

	make_dot("while read -r line; do echo \"$line\"; done");
	run = run_at(600, "graph --svg --counts --db @");
	ctl_world_expect_in(run.out, "returned -> returned_finish [style=solid, weight=4, label=\"1\"];\n");
	ctl_world_run_done(&run);
}
END_TEST

START_TEST(without_graphviz_the_package_is_named)
{
	setenv("PATH", suite_tmpdir(), 1);
	ctl_world_expect_failure("graph --svg", EX_UNAVAILABLE, "on Debian it is in the package graphviz");
}
END_TEST

START_TEST(a_dot_that_fails_is_told)
{
	make_dot("echo '<svg>'; exit 3");
	ctl_world_expect_failure("graph --svg", EX_UNAVAILABLE, "dot of Graphviz failed");
	make_dot("kill -9 $$");
	ctl_world_expect_failure("graph --svg", EX_UNAVAILABLE, "dot of Graphviz failed");
}
END_TEST

START_TEST(two_forms_at_once_are_refused)
{
	ctl_world_expect_failure("graph --svg --json", EX_USAGE, "ask for one");
	ctl_world_expect_failure("graph --svg --dot", EX_USAGE, "ask for one");
}
END_TEST

static void setup(void)
{
	setenv("TZ", "UTC", 1);
	tzset();
	ctl_world_setup_both();
}

Suite *suite(void)
{
	Suite *suite = suite_create("ctl-graph");
	TCase *numbers = tcase_create("numbers");
	TCase *alone = tcase_create("alone");

	tcase_add_checked_fixture(numbers, setup, ctl_world_teardown);
	tcase_add_test(numbers, text_tells_how_many_are_in_a_status_and_took_an_edge);
	tcase_add_test(numbers, dot_has_the_numbers_as_labels);
	tcase_add_test(numbers, json_has_the_numbers_of_each_status_and_edge);
	tcase_add_test(numbers, orders_are_counted_at_the_node_that_they_belong_to);
	tcase_add_test(numbers, what_was_yesterday_is_not_on_the_edges);
	tcase_add_test(numbers, svg_takes_the_numbers_too);
	tcase_add_checked_fixture(alone, ctl_world_setup, ctl_world_teardown);
	tcase_add_test(alone, only_numbers_need_a_database);
	tcase_add_test(alone, statuses_are_coloured_by_phase);
	tcase_add_test(alone, svg_is_what_dot_makes_of_the_source);
	tcase_add_test(alone, a_picture_may_be_large);
	tcase_add_test(alone, without_graphviz_the_package_is_named);
	tcase_add_test(alone, a_dot_that_fails_is_told);
	tcase_add_test(alone, two_forms_at_once_are_refused);
	suite_add_tcase(suite, numbers);
	suite_add_tcase(suite, alone);
	return suite;
}
