/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The model's tables walked status by status.
 * Ctl layer: needs no database.
 */
#include "ctl/graph.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "ctl/style.h"
#include "wire/table.h"

DEFINE_CLEANUP(text, char *, free)

static bool is_terminal(const struct status *status)
{
	return status->flags & STATUS_TERMINAL;
}

static const char *phase_colour(enum phase phase)
{
	static const char *const colours[] = {
		[PHASE_CREATE] = "#dbe9f6",
		[PHASE_SEARCH] = "#fdf1c7",
		[PHASE_PICKUP] = "#fde0c5",
		[PHASE_DELIVERY] = "#d9ead3",
		[PHASE_RETURN] = "#e6dcf0",
		[PHASE_END] = "#a9d18e",
		[PHASE_ERROR] = "#f4b6b0",
		[PHASE_CANCEL] = "#dddddd",
	};

	_Static_assert(ARRAY_SIZE(colours) == PHASE_MAX, "a colour for each");
	return colours[phase];
}

/* Edges that we are less sure of are fainter, and leave the layout to the others. */
static const char *edge_style(enum certainty certainty)
{
	static const char *const styles[] = {
		[CERTAINTY_DOCUMENTED] = "style=solid, weight=4",
		[CERTAINTY_OBSERVED] = "style=dashed, weight=2",
		[CERTAINTY_TOLERATED] = "style=dotted, color=\"#777777\", weight=1",
	};

	_Static_assert(ARRAY_SIZE(styles) == CERTAINTY_MAX, "a style for each");
	return styles[certainty];
}

/* What DOT takes for a name as it is; other names go in quotes. No status has a quote or a backslash in it. */
static void put_dot_name(FILE *out, const char *name)
{
	bool plain = name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_")] == '\0';

	fprintf(out, plain ? "%s" : "\"%s\"", name);
}

static int64_t window_seconds(const struct window_rule *window)
{
	return window->length_us / USEC_PER_SEC;
}

static const char *window_condition(const struct window_rule *window)
{
	if (window->flags & WINDOW_REQUEST)
		return ", once the buyer asks to cancel";
	return window->flags & WINDOW_PREPAID ? ", if paid in advance" : "";
}

/* The windows that a status may open: by being entered, and by a wish to cancel; NULL for none. */
struct windows {
	const struct window_rule *list[2];
};

static struct windows windows_of(const struct model *model, size_t index)
{
	return (struct windows){ { model_window(model, (int)index), model_request_window(model, (int)index) } };
}

/* How many are in a status now; 0 where nobody counts. */
static int64_t node_count(const struct graph_counts *counts, size_t index)
{
	return counts ? counts->nodes[index] : 0;
}

/* Likewise how many took an edge today. */
static int64_t edge_count(const struct graph_counts *counts, size_t index)
{
	return counts ? counts->edges[index] : 0;
}

static void put_dot_label(FILE *out, const struct model *model, size_t index, int64_t count)
{
	struct windows windows = windows_of(model, index);

	if (!windows.list[0] && !windows.list[1] && count == 0)
		return;
	fprintf(out, ", label=\"%s", model->statuses[index].name);
	if (count > 0)
		fprintf(out, "\\n%" PRId64 " now", count);
	for (size_t i = 0; i < ARRAY_SIZE(windows.list); i++) {
		const struct window_rule *window = windows.list[i];

		if (window)
			fprintf(out, "\\n%" PRId64 " s until %s%s", window_seconds(window), model->statuses[window->answer].name,
			        window_condition(window));
	}
	fputc('"', out);
}

/* Dashed: no edge is its own, be it any substatus that has no node or a word of another model. */
static bool is_apart(const struct status *status)
{
	return status->flags & (STATUS_STRANGER | STATUS_FOREIGN);
}

static void put_dot_status(FILE *out, const struct model *model, size_t index, int64_t count)
{
	const struct status *status = &model->statuses[index];

	fputc('\t', out);
	put_dot_name(out, status->name);
	fprintf(out, " [fillcolor=\"%s\"", phase_colour(status->phase));
	if (is_terminal(status))
		fputs(", peripheries=2", out);
	if (is_apart(status))
		fputs(", style=\"rounded,filled,dashed\"", out);
	put_dot_label(out, model, index, count);
	fputs("];\n", out);
}

static void put_dot_edge(FILE *out, const struct model *model, const struct edge *edge, int64_t count)
{
	fputc('\t', out);
	put_dot_name(out, model->statuses[edge->from].name);
	fputs(" -> ", out);
	put_dot_name(out, model->statuses[edge->to].name);
	fprintf(out, " [%s", edge_style((enum certainty)edge->certainty));
	if (count > 0)
		fprintf(out, ", label=\"%" PRId64 "\"", count);
	fputs("];\n", out);
}

/* What the lines, and the numbers, mean. */
static void put_dot_legend(FILE *out, const struct graph_counts *counts)
{
	fputs("solid: documented   dashed: observed   dotted: tolerated   doubled: terminal", out);
	if (counts)
		fprintf(out, "\\nat an arrow: steps of today   on none of them: %" PRId64, counts->elsewhere);
}

void graph_write_dot(FILE *out, const struct model *model, const struct graph_counts *counts)
{
	fprintf(out, "digraph %s {\n", model->name);
	fputs("\tgraph [rankdir=TB, ranksep=0.6, nodesep=0.35, fontname=\"sans-serif\", labelloc=b,\n"
	      "\t\tlabel=\"",
	      out);
	put_dot_legend(out, counts);
	fputs("\"];\n"
	      "\tnode [shape=box, style=\"rounded,filled\", fontname=\"sans-serif\"];\n",
	      out);
	fputs(counts ? "\tedge [fontname=\"sans-serif\"];\n\n" : "\n", out);
	for (size_t i = 0; i < model->n_statuses; i++)
		put_dot_status(out, model, i, node_count(counts, i));
	fputc('\n', out);
	for (size_t i = 0; i < model->n_edges; i++)
		put_dot_edge(out, model, &model->edges[i], edge_count(counts, i));
	fputs("}\n", out);
}

static void put_text_windows(FILE *out, const struct model *model, size_t index)
{
	struct windows windows = windows_of(model, index);

	for (size_t i = 0; i < ARRAY_SIZE(windows.list); i++) {
		const struct window_rule *window = windows.list[i];

		if (window)
			fprintf(out, "    window %s: %s within %" PRId64 " s%s\n", window->kind,
			        model->statuses[window->answer].name, window_seconds(window), window_condition(window));
	}
}

static int longest_name(const struct model *model)
{
	size_t longest = 0;

	for (size_t i = 0; i < model->n_statuses; i++)
		if (strlen(model->statuses[i].name) > longest)
			longest = strlen(model->statuses[i].name);
	return (int)longest;
}

static void put_text_edge(const struct console *console, const struct model *model, size_t index, int width, int64_t count)
{
	const struct edge *edge = &model->edges[index];
	const struct status *to = &model->statuses[edge->to];

	fputs("    -> ", console->out);
	style_put(console, STYLE_PHASE + to->phase, to->name);
	fprintf(console->out, "%*s %s", width - (int)strlen(to->name), "", certainty_text((enum certainty)edge->certainty));
	if (count > 0)
		fprintf(console->out, ", %" PRId64 " today", count);
	fputc('\n', console->out);
}

static void put_text_status(const struct console *console, const struct model *model, size_t index, int width,
                            const struct graph_counts *counts)
{
	const struct status *status = &model->statuses[index];
	int64_t count = node_count(counts, index);

	style_put(console, STYLE_PHASE + status->phase, status->name);
	fprintf(console->out, " (%s%s)", phase_text(status->phase), is_terminal(status) ? ", terminal" : "");
	if (count > 0)
		fprintf(console->out, ", %" PRId64 " now", count);
	fprintf(console->out, ": %s\n", status->meaning);
	put_text_windows(console->out, model, index);
	for (size_t i = 0; i < model->n_edges; i++)
		if (model->edges[i].from == index)
			put_text_edge(console, model, i, width, edge_count(counts, i));
}

void graph_write_text(const struct console *console, const struct model *model, const struct graph_counts *counts)
{
	int width = longest_name(model);

	for (size_t i = 0; i < model->n_statuses; i++) {
		fputs(i > 0 ? "\n" : "", console->out);
		put_text_status(console, model, i, width, counts);
	}
	if (counts && counts->elsewhere > 0)
		fprintf(console->out, "\n%" PRId64 " steps of today are on none of these edges\n", counts->elsewhere);
}

static struct wire_value text_value(const char *text)
{
	return (struct wire_value){ .kind = WIRE_TEXT, .text = text };
}

static struct wire_value integer_value(int64_t integer)
{
	return (struct wire_value){ .kind = WIRE_INTEGER, .integer = integer };
}

/* The statuses that follow one, as a JSON array. */
static int add_next(struct buf *buf, const struct model *model, size_t from, const struct graph_counts *counts)
{
	static const char *const names[] = { "status", "certainty", "transitions" };
	const size_t n = ARRAY_SIZE(names) - !counts;
	const char *before = "[";

	for (size_t i = 0; i < model->n_edges; i++) {
		const struct edge *edge = &model->edges[i];
		const struct wire_value values[] = {
			text_value(model->statuses[edge->to].name),
			text_value(certainty_text((enum certainty)edge->certainty)),
			integer_value(edge_count(counts, i)),
		};
		char *row CLEANUP(text_cleanup) = NULL;

		if (edge->from != from)
			continue;
		int r = wire_row_encode(names, values, n, &row);

		if (r == ERR_OK)
			r = buf_addf(buf, "%s%s", before, row);
		if (r < 0)
			return r;
		before = ",";
	}
	return buf_addf(buf, "%s", *before == '[' ? "[]" : "]");
}

/* *ret is NULL when there is no window. */
static int window_json(const struct model *model, const struct window_rule *window, char **ret)
{
	static const char *const names[] = { "kind", "answer", "seconds", "prepaid_only" };

	if (!window) {
		*ret = NULL;
		return ERR_OK;
	}
	const struct wire_value values[] = {
		text_value(window->kind),
		text_value(model->statuses[window->answer].name),
		integer_value(window_seconds(window)),
		{ .kind = WIRE_BOOL, .integer = (window->flags & WINDOW_PREPAID) != 0 },
	};

	return wire_row_encode(names, values, ARRAY_SIZE(names), ret);
}

static struct wire_value json_or_null(const char *text)
{
	return (struct wire_value){ .kind = text ? WIRE_JSON : WIRE_NULL, .text = text };
}

static int put_json_status(FILE *out, const struct model *model, size_t index, const struct graph_counts *counts)
{
	static const char *const names[] = {
		"status", "phase", "terminal", "meaning", "window", "request_window", "next", "shipments",
	};
	const struct status *status = &model->statuses[index];
	struct buf next CLEANUP(buf_done) = { 0 };
	char *window CLEANUP(text_cleanup) = NULL;
	char *request CLEANUP(text_cleanup) = NULL;
	char *row CLEANUP(text_cleanup) = NULL;
	int r = add_next(&next, model, index, counts);

	if (r == ERR_OK)
		r = window_json(model, model_window(model, (int)index), &window);
	if (r == ERR_OK)
		r = window_json(model, model_request_window(model, (int)index), &request);
	if (r < 0)
		return r;
	const struct wire_value values[] = {
		text_value(status->name),
		text_value(phase_text(status->phase)),
		{ .kind = WIRE_BOOL, .integer = is_terminal(status) },
		text_value(status->meaning),
		json_or_null(window),
		json_or_null(request),
		json_or_null(next.data),
		integer_value(node_count(counts, index)),
	};

	r = wire_row_encode(names, values, ARRAY_SIZE(names) - !counts, &row);
	if (r == ERR_OK)
		fputs(row, out);
	return r;
}

int graph_write_json(FILE *out, const struct model *model, const struct graph_counts *counts)
{
	for (size_t i = 0; i < model->n_statuses; i++) {
		fputs(i > 0 ? ",\n" : "[\n", out);
		int r = put_json_status(out, model, i, counts);

		if (r < 0)
			return r;
	}
	fputs("\n]\n", out);
	return ERR_OK;
}
