/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The verb graph: which model, in which form, with numbers or without.
 * Ctl layer. Only the numbers need a database.
 */
#include <stdlib.h>

#include "base/buf.h"
#include "base/err.h"
#include "ctl/database.h"
#include "ctl/graph.h"
#include "ctl/graphviz.h"

DEFINE_CLEANUP(text, char *, free)

static int fail_model(const struct console *console, const char *name)
{
	struct buf names CLEANUP(buf_done) = { 0 };

	for (size_t i = 0; i < MODEL_MAX; i++)
		if (buf_addf(&names, "%s%s", i > 0 ? ", " : "", models[i]->name) < 0)
			return console_fail(console, EX_TEMPFAIL, "out of memory");
	return console_fail(console, EX_USAGE, "no model \"%s\"; it is one of %s", name, names.data);
}

static int fail_svg(const struct console *console, int code)
{
	if (code == ERR_NOT_FOUND)
		return console_fail(console, EX_UNAVAILABLE,
		                    "--svg needs the program dot of Graphviz; on Debian it is in the package graphviz");
	if (code == ERR_REFUSED)
		return console_fail(console, EX_UNAVAILABLE, "the program dot of Graphviz failed");
	return console_fail(console, console_status(code), "the picture can't be drawn: %s", err_text(code));
}

static int write_svg(const struct console *console, const struct model *model, const struct graph_counts *counts)
{
	char *source CLEANUP(text_cleanup) = NULL;
	size_t len = 0;
	FILE *file = open_memstream(&source, &len);

	if (!file)
		return console_fail(console, EX_TEMPFAIL, "out of memory");
	graph_write_dot(file, model, counts);
	if (fclose(file) != 0)
		return console_fail(console, EX_TEMPFAIL, "out of memory");
	int r = graphviz_write_svg(console->out, source, len);

	return r < 0 ? fail_svg(console, r) : EX_OK;
}

static int draw(const struct call *call, const struct model *model, const struct graph_counts *counts)
{
	const struct console *console = call->console;
	int r = ERR_OK;

	if (options_has(call->options, OPTION_SVG))
		return write_svg(console, model, counts);
	if (options_has(call->options, OPTION_DOT))
		graph_write_dot(console->out, model, counts);
	else if (options_has(call->options, OPTION_JSON))
		r = graph_write_json(console->out, model, counts);
	else
		graph_write_text(console, model, counts);
	return r < 0 ? console_fail(console, console_status(r), "%s", err_text(r)) : EX_OK;
}

static int draw_with_counts(const struct call *call, const struct model *model)
{
	struct graph_counts counts CLEANUP(graph_counts_done) = { .edges = NULL };
	struct store *store CLEANUP(store_cleanup) = NULL;
	int status = database_open(call, &store);

	if (status == EX_OK)
		status = database_status(call, store,
		                         graph_counts_load(store, clock_wall(&call->console->clock), model, &counts));
	return status == EX_OK ? draw(call, model, &counts) : status;
}

int verb_graph(const struct call *call)
{
	const struct options *options = call->options;
	const struct model *model = model_by_name(call->word ? call->word : model_claims.name);
	int n_forms = options_has(options, OPTION_DOT) + options_has(options, OPTION_SVG) + options_has(options, OPTION_JSON);

	if (!model)
		return fail_model(call->console, call->word);
	if (n_forms > 1)
		return console_fail(call->console, EX_USAGE, "--dot, --svg and --json are different forms; ask for one");
	return options_has(options, OPTION_COUNTS) ? draw_with_counts(call, model) : draw(call, model, NULL);
}
