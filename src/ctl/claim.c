/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The verbs about one claim: show and history.
 * Ctl layer. The store's connection reads one snapshot while the first report is open, so the parts of an answer
 * fit together.
 */
#include "base/err.h"
#include "ctl/database.h"
#include "ctl/print.h"
#include "ctl/verb.h"

/* A part of what is known of a claim. */
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

static const struct part parts[] = {
	{ "history", REPORT_HISTORY, history_columns + 1, ARRAY_SIZE(history_columns) - 1 },
	{ "windows", REPORT_CLAIM_WINDOWS, window_columns, ARRAY_SIZE(window_columns) },
	{ "violations", REPORT_CLAIM_VIOLATIONS, violation_columns, ARRAY_SIZE(violation_columns) },
};

static struct question about(const struct call *call, enum report_query query)
{
	return (struct question){ .query = query, .args = &call->word, .n_args = 1 };
}

/* Opens the report of the claims with the call's id and steps to the first; one id may stand in several sources. */
static int find_claim(const struct call *call, struct store *store, struct report **ret)
{
	struct report *report CLEANUP(report_cleanup) = NULL;
	struct question question = about(call, REPORT_SHOW);
	bool any = false;
	int status = database_ask(call, store, &question, &report);

	if (status == EX_OK)
		status = database_status(call, store, report_next(report, &any));
	if (status != EX_OK)
		return status;
	if (!any)
		return console_fail(call->console, EX_NOINPUT, "no claim %s", call->word);
	*ret = report;
	report = NULL;
	return EX_OK;
}

static int print_part(const struct call *call, struct store *store, const struct part *part, const char *source)
{
	struct report *report CLEANUP(report_cleanup) = NULL;
	int r = store_report(store, part->query, &call->word, 1, &report);

	if (r < 0)
		return r;
	if (options_has(call->options, OPTION_JSON)) {
		fprintf(call->console->out, ",\n\"%s\":", part->name);
		return print_json(call->console, report, source);
	}
	fprintf(call->console->out, "\n%s\n", part->name);
	return print_table(call->console, report, part->columns, part->n_columns, source);
}

static int print_claim(const struct call *call, struct store *store, const struct report *claim)
{
	bool json = options_has(call->options, OPTION_JSON);

	if (json)
		fputs("{\"claim\":", call->console->out);
	int r = json ? print_record_json(call->console, claim) : print_record(call->console, claim);

	for (size_t i = 0; r == ERR_OK && i < ARRAY_SIZE(parts); i++)
		r = print_part(call, store, &parts[i], print_column_text(claim, "source"));
	if (json)
		fputs("}\n", call->console->out);
	return r;
}

int verb_show(const struct call *call)
{
	struct store *store CLEANUP(store_cleanup) = NULL;
	struct report *claim CLEANUP(report_cleanup) = NULL;
	bool any = true;
	int status = database_open(call, &store);

	if (status == EX_OK)
		status = find_claim(call, store, &claim);
	if (status != EX_OK)
		return status;

	int r = print_claim(call, store, claim);

	while (r == ERR_OK) {
		r = report_next(claim, &any);
		if (r < 0 || !any)
			break;
		fputs(options_has(call->options, OPTION_JSON) ? "" : "\n", call->console->out);
		r = print_claim(call, store, claim);
	}
	return database_status(call, store, r);
}

int verb_history(const struct call *call)
{
	struct store *store CLEANUP(store_cleanup) = NULL;
	struct report *claim CLEANUP(report_cleanup) = NULL;
	struct report *report CLEANUP(report_cleanup) = NULL;
	struct question question = about(call, REPORT_HISTORY);
	int status = database_open(call, &store);

	if (status == EX_OK)
		status = find_claim(call, store, &claim);
	if (status == EX_OK)
		status = database_ask(call, store, &question, &report);
	if (status != EX_OK)
		return status;
	if (!options_has(call->options, OPTION_JSON))
		return database_status(call, store,
		                       print_table(call->console, report, history_columns, ARRAY_SIZE(history_columns), NULL));

	int r = print_json(call->console, report, NULL);

	fputc('\n', call->console->out);
	return database_status(call, store, r);
}
