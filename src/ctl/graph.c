/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The model's tables walked status by status; and the verb that shows them.
 * Ctl layer: needs no database.
 */
#include "ctl/graph.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/err.h"
#include "ctl/verb.h"
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

static void put_dot_status(FILE *out, const struct model *model, size_t index)
{
	const struct status *status = &model->statuses[index];
	const struct window_rule *window = model_window(model, (int)index);

	fprintf(out, "\t%s [fillcolor=\"%s\"", status->name, phase_colour(status->phase));
	if (is_terminal(status))
		fputs(", peripheries=2", out);
	if (window)
		fprintf(out, ", label=\"%s\\n%" PRId64 " s until %s\"", status->name, window->length_us / USEC_PER_SEC,
		        model->statuses[window->answer].name);
	fputs("];\n", out);
}

static void put_dot_edge(FILE *out, const struct model *model, const struct edge *edge)
{
	fprintf(out, "\t%s -> %s [%s];\n", model->statuses[edge->from].name, model->statuses[edge->to].name,
	        edge_style((enum certainty)edge->certainty));
}

void graph_write_dot(FILE *out, const struct model *model)
{
	fprintf(out, "digraph %s {\n", model->name);
	fputs("\tgraph [rankdir=TB, ranksep=0.6, nodesep=0.35, fontname=\"sans-serif\", labelloc=b,\n"
	      "\t\tlabel=\"solid: documented   dashed: observed   dotted: tolerated   doubled: terminal\"];\n"
	      "\tnode [shape=box, style=\"rounded,filled\", fontname=\"sans-serif\"];\n\n",
	      out);
	for (size_t i = 0; i < model->n_statuses; i++)
		put_dot_status(out, model, i);
	fputc('\n', out);
	for (size_t i = 0; i < model->n_edges; i++)
		put_dot_edge(out, model, &model->edges[i]);
	fputs("}\n", out);
}

static void put_text_status(FILE *out, const struct model *model, size_t index)
{
	const struct status *status = &model->statuses[index];
	const struct window_rule *window = model_window(model, (int)index);

	fprintf(out, "%s (%s%s): %s\n", status->name, phase_text(status->phase), is_terminal(status) ? ", terminal" : "",
	        status->meaning);
	if (window)
		fprintf(out, "    window %s: %s within %" PRId64 " s\n", window->kind, model->statuses[window->answer].name,
		        window->length_us / USEC_PER_SEC);
	for (size_t i = 0; i < model->n_edges; i++)
		if (model->edges[i].from == index)
			fprintf(out, "    -> %-31s %s\n", model->statuses[model->edges[i].to].name,
			        certainty_text((enum certainty)model->edges[i].certainty));
}

void graph_write_text(FILE *out, const struct model *model)
{
	for (size_t i = 0; i < model->n_statuses; i++) {
		fputs(i > 0 ? "\n" : "", out);
		put_text_status(out, model, i);
	}
}

static struct wire_value text_value(const char *text)
{
	return (struct wire_value){ .kind = WIRE_TEXT, .text = text };
}

/* The statuses that follow one, as a JSON array. */
static int add_next(struct buf *buf, const struct model *model, size_t from)
{
	static const char *const names[] = { "status", "certainty" };
	const char *before = "[";

	for (size_t i = 0; i < model->n_edges; i++) {
		const struct edge *edge = &model->edges[i];
		const struct wire_value values[] = {
			text_value(model->statuses[edge->to].name),
			text_value(certainty_text((enum certainty)edge->certainty)),
		};
		char *row CLEANUP(text_cleanup) = NULL;

		if (edge->from != from)
			continue;
		int r = wire_row_encode(names, values, ARRAY_SIZE(names), &row);

		if (r == ERR_OK)
			r = buf_addf(buf, "%s%s", before, row);
		if (r < 0)
			return r;
		before = ",";
	}
	return buf_addf(buf, "%s", *before == '[' ? "[]" : "]");
}

/* *ret is NULL when the status opens no window. */
static int window_json(const struct model *model, size_t index, char **ret)
{
	static const char *const names[] = { "kind", "answer", "seconds" };
	const struct window_rule *window = model_window(model, (int)index);

	if (!window) {
		*ret = NULL;
		return ERR_OK;
	}
	const struct wire_value values[] = {
		text_value(window->kind),
		text_value(model->statuses[window->answer].name),
		{ .kind = WIRE_INTEGER, .integer = window->length_us / USEC_PER_SEC },
	};

	return wire_row_encode(names, values, ARRAY_SIZE(names), ret);
}

static int put_json_status(FILE *out, const struct model *model, size_t index)
{
	static const char *const names[] = { "status", "phase", "terminal", "meaning", "window", "next" };
	const struct status *status = &model->statuses[index];
	struct buf next CLEANUP(buf_done) = { 0 };
	char *window CLEANUP(text_cleanup) = NULL;
	char *row CLEANUP(text_cleanup) = NULL;
	int r = add_next(&next, model, index);

	if (r == ERR_OK)
		r = window_json(model, index, &window);
	if (r < 0)
		return r;
	const struct wire_value values[] = {
		text_value(status->name),
		text_value(phase_text(status->phase)),
		{ .kind = WIRE_BOOL, .integer = is_terminal(status) },
		text_value(status->meaning),
		{ .kind = window ? WIRE_JSON : WIRE_NULL, .text = window },
		{ .kind = WIRE_JSON, .text = next.data },
	};

	r = wire_row_encode(names, values, ARRAY_SIZE(names), &row);
	if (r == ERR_OK)
		fputs(row, out);
	return r;
}

int graph_write_json(FILE *out, const struct model *model)
{
	for (size_t i = 0; i < model->n_statuses; i++) {
		fputs(i > 0 ? ",\n" : "[\n", out);
		int r = put_json_status(out, model, i);

		if (r < 0)
			return r;
	}
	fputs("\n]\n", out);
	return ERR_OK;
}

int verb_graph(const struct call *call)
{
	const struct console *console = call->console;
	bool dot = options_has(call->options, OPTION_DOT);
	bool json = options_has(call->options, OPTION_JSON);
	const struct model *model = model_by_name(call->word ? call->word : model_claims.name);
	int r = ERR_OK;

	if (!model)
		return console_fail(console, EX_USAGE, "no model \"%s\"; this version has %s", call->word, model_claims.name);
	if (dot && json)
		return console_fail(console, EX_USAGE, "--dot and --json are two forms; ask for one");
	if (dot)
		graph_write_dot(console->out, model);
	else if (json)
		r = graph_write_json(console->out, model);
	else
		graph_write_text(console->out, model);
	return r < 0 ? console_fail(console, console_status(r), "%s", err_text(r)) : EX_OK;
}
