/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Prints what the documents take from the tables: the sample configuration, lists in mdoc for the manual pages, and the journal's
 * catalog.
 * Build only, run by make and not installed. Sees conf and model, and the tables of entry and meter.
 */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "conf/conf.h"
#include "meter/meter.h"
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

static void print_statuses(FILE *out, const struct model *model)
{
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

/* The statuses that FROM leads to, and how sure each edge is. */
static void print_edges_from(FILE *out, const struct model *model, size_t from)
{
	bool any = false;

	fprintf(out, ".It Cm %s\n", model->statuses[from].name);
	for (size_t i = 0; i < model->n_edges; i++) {
		const struct edge *edge = &model->edges[i];

		if (edge->from != from)
			continue;
		fprintf(out, ".Cm %s\n.Pq %s\n", model->statuses[edge->to].name, certainty_text(edge->certainty));
		any = true;
	}
	if (!any)
		fputs("terminal; nothing follows\n", out);
}

/* A status that has no edge of its own is judged by others; the page says how. */
static bool is_apart(const struct status *status)
{
	return status->flags & (STATUS_STRANGER | STATUS_FOREIGN);
}

static void print_edges(FILE *out, const struct model *model)
{
	fputs(".Bl -tag -width Ds -compact\n", out);
	for (size_t i = 0; i < model->n_statuses; i++)
		if (!is_apart(&model->statuses[i]))
			print_edges_from(out, model, i);
	fputs(".El\n", out);
}

struct event {
	const char *name;
	const char *level; /* of an alert; NULL: it is none */
	const char *message_id;
	const char *subject;
	const char *explanation;
	const char *advice;
};

static const struct event events[] = {
#define ALERT(id, name, level, message_id, subject, explanation, advice) { name, #level, message_id, subject, explanation, advice },
#define EVENT(id, name, message_id, subject, explanation, advice) { name, NULL, message_id, subject, explanation, advice },
#include "entry/events.def"
#undef ALERT
#undef EVENT
};

static const struct {
	const char *name;
	const char *meaning;
} fields[] = {
#define TEXT(member, name, meaning) { name, meaning },
#define NUMBER(member, name, meaning) { name, meaning },
#include "entry/fields.def"
#undef TEXT
#undef NUMBER
};

/* Each in a line of its own, as mdoc wants them. */
static void print_sentences(FILE *out, const char *text)
{
	for (; *text; text++) {
		fputc(*text, out);
		if (text[0] == '.' && text[1] == ' ') {
			fputc('\n', out);
			text++;
		}
	}
}

/* "WARNING", as a word in a sentence. */
static void print_lower(FILE *out, const char *word)
{
	for (; *word; word++)
		fputc(tolower((unsigned char)*word), out);
}

static void print_event(FILE *out, const struct event *event)
{
	fprintf(out, ".It Cm %s\n", event->name);
	print_sentences(out, event->explanation);
	fprintf(out, "\nMESSAGE_ID %s", event->message_id);
	if (event->level) {
		fputs(", priority ", out);
		print_lower(out, event->level);
	}
	fputs(".\n", out);
}

static void print_alerts(FILE *out)
{
	fputs(".Bl -tag -width Ds\n", out);
	for (size_t i = 0; i < ARRAY_SIZE(events); i++)
		if (events[i].level)
			print_event(out, &events[i]);
	fputs(".El\n", out);
}

static void print_events(FILE *out)
{
	fputs(".Bl -tag -width Ds\n", out);
	for (size_t i = 0; i < ARRAY_SIZE(events); i++)
		if (!events[i].level)
			print_event(out, &events[i]);
	fputs(".El\n", out);
}

static void print_fields(FILE *out)
{
	fputs(".Bl -tag -width Ds -compact\n", out);
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		fprintf(out, ".It Cm %s\n", fields[i].name);
		print_sentences(out, fields[i].meaning);
		fputc('\n', out);
	}
	fputs(".El\n", out);
}

/* The type of a metric, and its labels. */
static void print_metric(FILE *out, const struct metric *metric)
{
	fprintf(out, ".It Cm %s\n.Pq %s", metric->name, metric_type_text(metric->type));
	for (size_t i = 0; metric->labels[i]; i++)
		fprintf(out, "%s %s", i > 0 ? " ," : " by Cm", metric->labels[i]);
	fputc('\n', out);
	print_sentences(out, metric->help);
	fputc('\n', out);
}

static void print_metrics(FILE *out)
{
	fputs(".Bl -tag -width Ds\n", out);
	for (size_t i = 0; i < METER_MAX; i++)
		print_metric(out, &meter_table[i]);
	fputs(".El\n", out);
}

/* --- The journal's catalog --------------------------------------------------------------------------------------------- */

#define CATALOG_COLUMNS 76

/* One line of an advice: a command, which begins with spaces, as it is; words are broken into lines that fit a terminal. */
static void print_broken(FILE *out, const char *line, size_t len)
{
	size_t column = 0;

	if (line[0] == ' ') {
		fprintf(out, "%.*s\n", (int)len, line);
		return;
	}
	while (len > 0) {
		const char *space = memchr(line, ' ', len);
		size_t word = space ? (size_t)(space - line) : len;

		if (column > 0 && column + 1 + word > CATALOG_COLUMNS) {
			fputc('\n', out);
			column = 0;
		}
		column += (size_t)fprintf(out, "%s%.*s", column > 0 ? " " : "", (int)word, line);
		line += word + (space ? 1 : 0);
		len -= word + (space ? 1 : 0);
	}
	fputc('\n', out);
}

static void print_paragraphs(FILE *out, const char *text)
{
	for (size_t len; *text; text += len + (text[len] == '\n')) {
		len = strcspn(text, "\n");
		print_broken(out, text, len);
	}
}

static void print_catalog(FILE *out)
{
	fputs("# SPDX-License-Identifier: GPL-3.0-or-later\n#\n# What journalctl -x says of claimd's events.\n", out);
	for (size_t i = 0; i < ARRAY_SIZE(events); i++) {
		fprintf(out, "\n-- %s\nSubject: %s\nDefined-By: claimd\nSupport: man:claimctl(1)\nDocumentation: man:claimd(8)\n\n",
			events[i].message_id, events[i].subject);
		print_paragraphs(out, events[i].explanation);
		fputc('\n', out);
		print_paragraphs(out, events[i].advice);
	}
}

/* What is printed of the configuration, of a model, or of neither. */
struct verb {
	const char *name;
	void (*print)(FILE *out);
	void (*print_model)(FILE *out, const struct model *model);
};

static const struct verb verbs[] = {
	{ "sample", conf_print_sample, NULL },
	{ "mdoc-conf", conf_print_mdoc, NULL },
	{ "mdoc-alerts", print_alerts, NULL },
	{ "mdoc-events", print_events, NULL },
	{ "mdoc-fields", print_fields, NULL },
	{ "mdoc-metrics", print_metrics, NULL },
	{ "catalog", print_catalog, NULL },
	{ "mdoc-statuses", NULL, print_statuses },
	{ "mdoc-edges", NULL, print_edges },
};

static bool run(const struct verb *verb, const char *model_name)
{
	const struct model *model = model_name ? model_by_name(model_name) : NULL;

	if (verb->print && !model_name)
		verb->print(stdout);
	else if (verb->print_model && model)
		verb->print_model(stdout, model);
	else
		return false;
	return true;
}

int main(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && argc <= 3 && i < ARRAY_SIZE(verbs); i++)
		if (strcmp(argv[1], verbs[i].name) == 0 && run(&verbs[i], argv[2]))
			return fflush(stdout) == 0 && !ferror(stdout) ? EX_OK : EX_IOERR;
	fputs("usage: gen-docs sample | catalog | mdoc-conf | mdoc-alerts | mdoc-events | mdoc-fields | mdoc-metrics |"
	      " mdoc-statuses MODEL | mdoc-edges MODEL\n", stderr);
	return EX_USAGE;
}
