/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The verbs about one shipment, a claim or an order: show and history.
 * Ctl layer. The store's connection reads one snapshot while the shipment's own report is open, so the parts of an answer
 * fit together.
 */
#include "base/err.h"
#include "ctl/database.h"
#include "ctl/print.h"
#include "ctl/style.h"
#include "ctl/verb.h"

/* What an id may be of. */
struct kind {
	const char *name;
	enum report_query query;
	const char *model; /* NULL: the row says it */
};

static const struct kind kinds[] = {
	{ "claim", REPORT_SHOW, "claims" },
	{ "order", REPORT_SHOW_ORDER, NULL },
};

/* A part of what is known of a shipment. */
struct part {
	const char *name;
	enum report_query query;
	const char *const *columns;
	size_t n_columns;
};

static const char *const history_columns[] = {
	"source", "seq", "at", "from_status", "to_status", "verdict", "via", "revision", "point_id",
	"seconds_in_from",
};
static const char *const window_columns[] = {
	"kind", "opened_at", "due_at", PRINT_TIME_LEFT, "closed_at", "outcome", "version",
};
static const char *const violation_columns[] = {
	"id", "kind", "from_status", "to_status", "at", "state", "note",
};
static const char *const action_columns[] = {
	"id", "kind", "argument", "requested_at", "requested_by", "state", "finished_at", "result", "code", "message",
};
static const char *const price_columns[] = { "at", "price", "currency", "revision" };

static const struct part parts[] = {
	{ "history", REPORT_HISTORY, history_columns + 1, ARRAY_SIZE(history_columns) - 1 },
	{ "windows", REPORT_CLAIM_WINDOWS, window_columns, ARRAY_SIZE(window_columns) },
	{ "violations", REPORT_CLAIM_VIOLATIONS, violation_columns, ARRAY_SIZE(violation_columns) },
	{ "actions", REPORT_CLAIM_ACTIONS, action_columns, ARRAY_SIZE(action_columns) },
	{ "prices", REPORT_CLAIM_PRICES, price_columns, ARRAY_SIZE(price_columns) },
};

static struct question about(const struct call *call, enum report_query query)
{
	return (struct question){ .query = query, .args = &call->word, .n_args = 1 };
}

/* ROWS are those of the one shipment. */
static int print_part(const struct call *call, const struct part *part, struct print_rows *rows)
{
	if (options_has(call->options, OPTION_JSON)) {
		fprintf(call->console->out, ",\n\"%s\":", part->name);
		return print_json(call->console, rows, 1);
	}
	fputc('\n', call->console->out);
	style_put(call->console, STYLE_HEADING, part->name);
	fputc('\n', call->console->out);
	return print_table(call->console, rows, part->columns, part->n_columns);
}

static int print_parts(const struct call *call, struct store *store, const struct kind *kind, const struct report *shipment)
{
	const char *model = kind->model ? kind->model : print_column_text(shipment, "model");
	int r = ERR_OK;

	for (size_t i = 0; r == ERR_OK && i < ARRAY_SIZE(parts); i++) {
		struct report *report CLEANUP(report_cleanup) = NULL;

		r = store_report(store, parts[i].query, &call->word, 1, &report);
		if (r < 0)
			break;
		struct print_rows rows = {
			.report = report,
			.source = print_column_text(shipment, "source"),
			.model = model,
		};

		r = print_part(call, &parts[i], &rows);
	}
	return r;
}

static int print_shipment(const struct call *call, struct store *store, const struct kind *kind, const struct report *shipment)
{
	bool json = options_has(call->options, OPTION_JSON);
	int r;

	if (json) {
		fprintf(call->console->out, "{\"%s\":", kind->name);
		r = print_record_json(call->console, shipment);
	} else {
		r = print_record(call->console, shipment);
	}
	if (r == ERR_OK)
		r = print_parts(call, store, kind, shipment);
	if (json)
		fputs("}\n", call->console->out);
	return r;
}

/* Prints the shipments of one kind that have the call's id, which several sources may know; *N counts those of all kinds. */
static int show_kind(const struct call *call, struct store *store, const struct kind *kind, size_t *n)
{
	struct report *report CLEANUP(report_cleanup) = NULL;
	bool json = options_has(call->options, OPTION_JSON);
	int r = store_report(store, kind->query, &call->word, 1, &report);

	while (r == ERR_OK) {
		bool any = false;

		r = report_next(report, &any);
		if (r < 0 || !any)
			break;
		fputs((*n)++ == 0 || json ? "" : "\n", call->console->out);
		r = print_shipment(call, store, kind, report);
	}
	return r;
}

static int fail_unknown(const struct call *call)
{
	return console_fail(call->console, EX_NOINPUT, "no claim or order %s", call->word);
}

int verb_show(const struct call *call)
{
	struct store *store CLEANUP(store_cleanup) = NULL;
	int status = database_open(call, &store);
	int r = ERR_OK;
	size_t n = 0;

	if (status != EX_OK)
		return status;
	for (size_t i = 0; r == ERR_OK && i < ARRAY_SIZE(kinds); i++)
		r = show_kind(call, store, &kinds[i], &n);
	if (r == ERR_OK && n == 0)
		return fail_unknown(call);
	return database_status(call, store, r);
}

/* Whether the call's id is of anything: one that was only heard of has no history yet. */
static int is_known(const struct call *call, struct store *store, bool *ret)
{
	bool any = false;
	int r = ERR_OK;

	for (size_t i = 0; r == ERR_OK && !any && i < ARRAY_SIZE(kinds); i++) {
		struct report *report CLEANUP(report_cleanup) = NULL;

		r = store_report(store, kinds[i].query, &call->word, 1, &report);
		if (r == ERR_OK)
			r = report_next(report, &any);
	}
	if (r == ERR_OK)
		*ret = any;
	return r;
}

static int print_history(const struct call *call, struct print_rows *rows)
{
	if (!options_has(call->options, OPTION_JSON))
		return print_table(call->console, rows, history_columns, ARRAY_SIZE(history_columns));
	int r = print_json(call->console, rows, 1);

	fputc('\n', call->console->out);
	return r;
}

int verb_history(const struct call *call)
{
	struct store *store CLEANUP(store_cleanup) = NULL;
	struct report *report CLEANUP(report_cleanup) = NULL;
	struct question question = about(call, REPORT_HISTORY);
	bool known = false;
	int status = database_open(call, &store);

	if (status == EX_OK)
		status = database_status(call, store, is_known(call, store, &known));
	if (status == EX_OK && !known)
		status = fail_unknown(call);
	if (status == EX_OK)
		status = database_ask(call, store, &question, &report);
	if (status != EX_OK)
		return status;
	return database_status(call, store, print_history(call, &(struct print_rows){ .report = report }));
}
