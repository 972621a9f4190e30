/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The drawn graph: the same bytes as tests/unit/golden/claims.dot, and each form has every status and edge. A
 * change of claims.def changes the golden file too: `claimctl graph --dot >tests/unit/golden/claims.dot`, and read
 * the difference.
 */
#include <stdlib.h>
#include <string.h>

#include "ctl/graph.h"
#include "suite.h"

/* Beside this file, wherever the compiler was told that it is. */
static FILE *open_golden(void)
{
	const char *slash = strrchr(__FILE__, '/');
	char *path = NULL;

	ck_assert_ptr_nonnull(slash);
	ck_assert_int_gt(asprintf(&path, "%.*s/golden/claims.dot", (int)(slash - __FILE__), __FILE__), 0);
	FILE *file = fopen(path, "r");

	ck_assert_msg(file, "%s can't be opened", path);
	free(path);
	return file;
}

static char *read_all(FILE *file)
{
	char *text = NULL;
	size_t size = 0;

	ck_assert_int_gt(getdelim(&text, &size, '\0', file), 0);
	fclose(file);
	return text;
}

typedef void (*write_fn)(FILE *out, const struct model *model);

static char *written(write_fn write)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	ck_assert_ptr_nonnull(out);
	write(out, &model_claims);
	ck_assert_int_eq(fclose(out), 0);
	return text;
}

static void write_json(FILE *out, const struct model *model)
{
	ck_assert_int_eq(graph_write_json(out, model), 0);
}

static size_t count(const char *text, const char *what)
{
	size_t n = 0;

	for (const char *at = text; (at = strstr(at, what)); at += strlen(what))
		n++;
	return n;
}

START_TEST(dot_is_the_golden_file)
{
	char *want = read_all(open_golden());
	char *got = written(graph_write_dot);

	ck_assert_str_eq(got, want);
	free(want);
	free(got);
}
END_TEST

START_TEST(dot_draws_each_edge_in_the_style_of_its_certainty)
{
	char *dot = written(graph_write_dot);

	ck_assert_uint_eq(count(dot, " -> "), model_claims.n_edges);
	ck_assert_ptr_nonnull(strstr(dot, "\tnew -> estimating [style=solid,"));
	ck_assert_ptr_nonnull(strstr(dot, "\tdelivered -> delivery_arrived [style=dashed,"));
	ck_assert_ptr_nonnull(strstr(dot, "\tnew -> cancelled [style=dotted,"));
	free(dot);
}
END_TEST

START_TEST(dot_doubles_terminal_statuses_alone)
{
	char *dot = written(graph_write_dot);
	size_t terminal = 0;

	for (int i = 0; i < (int)model_claims.n_statuses; i++)
		terminal += model_is_terminal(&model_claims, i);
	ck_assert_uint_eq(count(dot, "peripheries=2"), terminal);
	ck_assert_ptr_nonnull(strstr(dot, "\tdelivered_finish [fillcolor=\"#a9d18e\", peripheries=2];"));
	free(dot);
}
END_TEST

START_TEST(text_tells_phase_end_window_and_successors)
{
	char *text = written(graph_write_text);

	ck_assert_uint_eq(count(text, "    -> "), model_claims.n_edges);
	ck_assert_ptr_nonnull(strstr(text, "\ncancelled (cancel, terminal): "));
	ck_assert_ptr_nonnull(strstr(text, "\nready_for_approval (create): "));
	ck_assert_ptr_nonnull(strstr(text, "\n    window approval: accepted within 600 s\n"));
	ck_assert_ptr_nonnull(strstr(text, "    -> performer_draft                 observed\n"));
	free(text);
}
END_TEST

START_TEST(json_has_one_status_a_line_with_what_follows)
{
	char *json = written(write_json);

	ck_assert_uint_eq(count(json, "\n{\"status\":"), model_claims.n_statuses);
	ck_assert_uint_eq(count(json, "\"certainty\":"), model_claims.n_edges);
	ck_assert_ptr_nonnull(strstr(json, "\"window\":{\"kind\":\"approval\",\"answer\":\"accepted\",\"seconds\":600},\"next\":["));
	ck_assert_ptr_nonnull(strstr(json, "{\"status\":\"failed\",\"phase\":\"error\",\"terminal\":true,"));
	ck_assert_ptr_nonnull(strstr(json, "\"window\":null,\"next\":[]}"));
	ck_assert_str_eq(json + strlen(json) - 4, "}\n]\n");
	free(json);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("graph_dot");
	TCase *tcase = tcase_create("graph_dot");

	tcase_add_test(tcase, dot_is_the_golden_file);
	tcase_add_test(tcase, dot_draws_each_edge_in_the_style_of_its_certainty);
	tcase_add_test(tcase, dot_doubles_terminal_statuses_alone);
	tcase_add_test(tcase, text_tells_phase_end_window_and_successors);
	tcase_add_test(tcase, json_has_one_status_a_line_with_what_follows);
	suite_add_tcase(suite, tcase);
	return suite;
}
