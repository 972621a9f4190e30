/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The drawn graphs: the same bytes as tests/unit/golden/MODEL.dot, and each form has every status and edge. A change of
 * a .def file changes the golden file too: `claimctl graph MODEL --dot >tests/unit/golden/MODEL.dot`, and read the
 * difference.
 */
#include <stdlib.h>
#include <string.h>

#include "ctl/graph.h"
#include "suite.h"

/* Beside this file, wherever the compiler was told that it is. */
static FILE *open_golden(const struct model *model)
{
	const char *slash = strrchr(__FILE__, '/');
	char *path = NULL;

	ck_assert_ptr_nonnull(slash);
	ck_assert_int_gt(asprintf(&path, "%.*s/golden/%s.dot", (int)(slash - __FILE__), __FILE__, model->name), 0);
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

static void write_dot(FILE *out, const struct model *model)
{
	graph_write_dot(out, model, NULL);
}

static void write_text(FILE *out, const struct model *model)
{
	graph_write_text(&(struct console){ .out = out }, model, NULL);
}

static char *written(write_fn write, const struct model *model)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	ck_assert_ptr_nonnull(out);
	write(out, model);
	ck_assert_int_eq(fclose(out), 0);
	return text;
}

static void write_json(FILE *out, const struct model *model)
{
	ck_assert_int_eq(graph_write_json(out, model, NULL), 0);
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
	char *want = read_all(open_golden(models[_i]));
	char *got = written(write_dot, models[_i]);

	ck_assert_str_eq(got, want);
	free(want);
	free(got);
}
END_TEST

START_TEST(dot_draws_each_edge_in_the_style_of_its_certainty)
{
	char *dot = written(write_dot, &model_claims);

	ck_assert_ptr_nonnull(strstr(dot, "\tnew -> estimating [style=solid,"));
	ck_assert_ptr_nonnull(strstr(dot, "\tdelivered -> delivery_arrived [style=dashed,"));
	ck_assert_ptr_nonnull(strstr(dot, "\tnew -> cancelled [style=dotted,"));
	free(dot);
}
END_TEST

START_TEST(dot_has_every_edge)
{
	char *dot = written(write_dot, models[_i]);

	ck_assert_uint_eq(count(dot, " -> "), models[_i]->n_edges);
	free(dot);
}
END_TEST

START_TEST(dot_doubles_terminal_statuses_alone)
{
	const struct model *model = models[_i];
	char *dot = written(write_dot, model);
	size_t terminal = 0;

	for (int i = 0; i < (int)model->n_statuses; i++)
		terminal += model_is_terminal(model, i);
	ck_assert_uint_eq(count(dot, "peripheries=2"), terminal);
	free(dot);
}
END_TEST

START_TEST(dot_quotes_what_is_no_word)
{
	char *claims = written(write_dot, &model_claims);
	char *dbs = written(write_dot, &model_dbs);

	ck_assert_ptr_nonnull(strstr(claims, "\tdelivered_finish [fillcolor=\"#a9d18e\", peripheries=2];"));
	ck_assert_ptr_nonnull(strstr(dbs, "\t\"CANCELLED/*\" [fillcolor=\"#dddddd\", peripheries=2];"));
	ck_assert_ptr_nonnull(strstr(dbs, "\t\"PROCESSING/STARTED\" -> \"CANCELLED/*\" [style=solid,"));
	free(claims);
	free(dbs);
}
END_TEST

/* What any status of a kind may stand for, and a word of LaaS in DBS. */
START_TEST(dot_dashes_statuses_without_edges_of_their_own)
{
	char *dbs = written(write_dot, &model_dbs);

	ck_assert_ptr_nonnull(strstr(dbs, "\t\"PROCESSING/*\" [fillcolor=\"#fde0c5\", style=\"rounded,filled,dashed\"];"));
	ck_assert_ptr_nonnull(
		strstr(dbs, "\t\"DELIVERY/DELIVERY_SERVICE_DELIVERED\" [fillcolor=\"#d9ead3\", style=\"rounded,filled,dashed\"];"));
	ck_assert_uint_eq(count(dbs, "filled,dashed"), 5);
	free(dbs);
}
END_TEST

START_TEST(text_has_every_status_and_edge)
{
	const struct model *model = models[_i];
	char *text = written(write_text, model);

	ck_assert_uint_eq(count(text, "    -> "), model->n_edges);
	for (size_t i = 0; i < model->n_statuses; i++) {
		char *line = NULL;

		ck_assert_int_gt(asprintf(&line, "%s (%s", model->statuses[i].name, phase_text(model->statuses[i].phase)), 0);
		ck_assert_msg(strstr(text, line), "%s", line);
		free(line);
	}
	free(text);
}
END_TEST

START_TEST(text_tells_phase_end_window_and_successors)
{
	char *text = written(write_text, &model_claims);

	ck_assert_ptr_nonnull(strstr(text, "\ncancelled (cancel, terminal): "));
	ck_assert_ptr_nonnull(strstr(text, "\nready_for_approval (create): "));
	ck_assert_ptr_nonnull(strstr(text, "\n    window approval: accepted within 600 s\n"));
	ck_assert_ptr_nonnull(strstr(text, "    -> performer_draft                 observed\n"));
	free(text);
}
END_TEST

START_TEST(text_tells_what_a_window_depends_on)
{
	char *text = written(write_text, &model_dbs);

	ck_assert_ptr_nonnull(strstr(text, "\n    window reservation: PROCESSING/STARTED within 600 s\n"));
	ck_assert_ptr_nonnull(strstr(text, "\n    window payment: PROCESSING/STARTED within 1800 s, if paid in advance\n"));
	ck_assert_ptr_nonnull(
		strstr(text, "\n    window cancel_answer: CANCELLED/* within 172800 s, once the buyer asks to cancel\n"));
	free(text);
}
END_TEST

START_TEST(json_has_one_status_a_line_with_what_follows)
{
	char *json = written(write_json, models[_i]);

	ck_assert_uint_eq(count(json, "\n{\"status\":"), models[_i]->n_statuses);
	ck_assert_uint_eq(count(json, "\"certainty\":"), models[_i]->n_edges);
	ck_assert_str_eq(json + strlen(json) - 4, "}\n]\n");
	free(json);
}
END_TEST

START_TEST(json_tells_windows)
{
	char *claims = written(write_json, &model_claims);
	char *dbs = written(write_json, &model_dbs);

	ck_assert_ptr_nonnull(strstr(claims, "\"window\":{\"kind\":\"approval\",\"answer\":\"accepted\",\"seconds\":600,"
					     "\"prepaid_only\":false},\"request_window\":null,\"next\":["));
	ck_assert_ptr_nonnull(strstr(claims, "{\"status\":\"failed\",\"phase\":\"error\",\"terminal\":true,"));
	ck_assert_ptr_nonnull(strstr(claims, "\"window\":null,\"request_window\":null,\"next\":[]}"));
	ck_assert_ptr_nonnull(strstr(dbs, "\"window\":{\"kind\":\"payment\",\"answer\":\"PROCESSING/STARTED\",\"seconds\":1800,"
					  "\"prepaid_only\":true},"));
	ck_assert_ptr_nonnull(strstr(dbs, "\"window\":null,\"request_window\":{\"kind\":\"cancel_answer\","));
	free(claims);
	free(dbs);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("graph_dot");
	TCase *tcase = tcase_create("graph_dot");

	tcase_add_loop_test(tcase, dot_is_the_golden_file, 0, MODEL_MAX);
	tcase_add_test(tcase, dot_draws_each_edge_in_the_style_of_its_certainty);
	tcase_add_loop_test(tcase, dot_has_every_edge, 0, MODEL_MAX);
	tcase_add_loop_test(tcase, dot_doubles_terminal_statuses_alone, 0, MODEL_MAX);
	tcase_add_test(tcase, dot_quotes_what_is_no_word);
	tcase_add_test(tcase, dot_dashes_statuses_without_edges_of_their_own);
	tcase_add_loop_test(tcase, text_has_every_status_and_edge, 0, MODEL_MAX);
	tcase_add_test(tcase, text_tells_phase_end_window_and_successors);
	tcase_add_test(tcase, text_tells_what_a_window_depends_on);
	tcase_add_loop_test(tcase, json_has_one_status_a_line_with_what_follows, 0, MODEL_MAX);
	tcase_add_test(tcase, json_tells_windows);
	suite_add_tcase(suite, tcase);
	return suite;
}
