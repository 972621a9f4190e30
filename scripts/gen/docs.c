/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Prints what the documents take from the tables: the sample configuration, and lists in mdoc for the manual pages.
 * Build only, run by make and not installed. Sees conf and model.
 */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "conf/conf.h"
#include "model/graph.h"

/* An mdoc word may not be taken for a request, nor a backslash for an escape. */
static void print_text(FILE *out, const char *text)
{
	if (*text == '.' || *text == '\'')
		fputs("\\&", out);
	for (; *text; text++)
		if (*text == '\\')
			fputs("\\e", out);
		else
			fputc(*text, out);
}

static void print_statuses(FILE *out)
{
	const struct model *model = &model_claims;

	fputs(".Bl -tag -width Ds -compact\n", out);
	for (size_t i = 0; i < model->n_statuses; i++) {
		const struct status *status = &model->statuses[i];

		fprintf(out, ".It Cm %s\n%s%s: ", status->name, phase_text(status->phase),
			status->flags & STATUS_TERMINAL ? ", terminal" : "");
		print_text(out, status->meaning);
		fputc('\n', out);
	}
	fputs(".El\n", out);
}

/* The statuses that FROM leads to, or that follow by edges of one certainty. */
static void print_edges_from(FILE *out, const struct model *model, size_t from)
{
	fprintf(out, ".It Cm %s\n", model->statuses[from].name);
	if (model_is_terminal(model, (int)from))
		fputs("terminal; nothing follows\n", out);
	for (size_t i = 0; i < model->n_edges; i++) {
		const struct edge *edge = &model->edges[i];

		if (edge->from == from)
			fprintf(out, ".Cm %s\n.Pq %s\n", model->statuses[edge->to].name, certainty_text(edge->certainty));
	}
}

static void print_edges(FILE *out)
{
	fputs(".Bl -tag -width Ds -compact\n", out);
	for (size_t i = 0; i < model_claims.n_statuses; i++)
		print_edges_from(out, &model_claims, i);
	fputs(".El\n", out);
}

struct verb {
	const char *name;
	void (*print)(FILE *out);
};

static const struct verb verbs[] = {
	{ "sample", conf_print_sample },
	{ "mdoc-conf", conf_print_mdoc },
	{ "mdoc-statuses", print_statuses },
	{ "mdoc-edges", print_edges },
};

int main(int argc, char **argv)
{
	for (size_t i = 0; argc == 2 && i < ARRAY_SIZE(verbs); i++) {
		if (strcmp(argv[1], verbs[i].name) != 0)
			continue;
		verbs[i].print(stdout);
		return fflush(stdout) == 0 && !ferror(stdout) ? EX_OK : EX_IOERR;
	}
	fputs("usage: gen-docs sample | mdoc-conf | mdoc-statuses | mdoc-edges\n", stderr);
	return EX_USAGE;
}
