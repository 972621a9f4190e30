/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The verbs that show one report as it is: list, windows, violations, sources, journal.
 * Ctl layer.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "conf/conf-value.h"
#include "ctl/database.h"
#include "ctl/print.h"
#include "ctl/verb.h"

#define NUMBER_SIZE 24 /* any int64 */

/* The columns that a table shows; JSON shows all. */
struct columns {
	const char *const *names;
	size_t n;
};

static int print_report(const struct call *call, struct report *report, const struct columns *columns)
{
	if (!options_has(call->options, OPTION_JSON))
		return print_table(call->console, report, columns->names, columns->n, NULL);
	int r = print_json(call->console, report, NULL);

	fputc('\n', call->console->out);
	return r;
}

static int answer(const struct call *call, const struct question *question, const struct columns *columns)
{
	struct store *store CLEANUP(store_cleanup) = NULL;
	struct report *report CLEANUP(report_cleanup) = NULL;
	int status = database_open(call, &store);

	if (status == EX_OK)
		status = database_ask(call, store, question, &report);
	return status == EX_OK ? database_status(call, store, print_report(call, report, columns)) : status;
}

int verb_list(const struct call *call)
{
	static const char *const names[] = {
		"source", "claim_id", "status", "phase", "updated_at", "held", "reported_status", "price",
		"currency",
	};
	const struct options *options = call->options;
	const char *const args[] = {
		options->values[OPTION_STATUS],
		options->values[OPTION_SOURCE],
		options_has(options, OPTION_OPEN) ? "1" : "0",
		options_has(options, OPTION_HELD) ? "1" : "0",
	};

	return answer(call, &(struct question){ REPORT_LIST, args, ARRAY_SIZE(args) },
	              &(struct columns){ names, ARRAY_SIZE(names) });
}

int verb_windows(const struct call *call)
{
	static const char *const names[] = {
		"source", "external_id", "kind", "opened_at", "due_at", PRINT_TIME_LEFT, "closed_at",
		"outcome", "version",
	};
	const char *due = call->options->values[OPTION_DUE];
	char before[NUMBER_SIZE];
	struct conf_error error;
	int64_t within_us = 0;

	if (due && conf_quantity_read(&conf_durations, due, &within_us, &error) != ERR_OK)
		return console_fail(call->console, EX_USAGE, "--due: %s", error.text);
	snprintf(before, sizeof(before), "%" PRId64, clock_wall(&call->console->clock).us + within_us);

	const char *const args[] = { due ? before : NULL };

	return answer(call, &(struct question){ REPORT_WINDOWS, args, ARRAY_SIZE(args) },
	              &(struct columns){ names, ARRAY_SIZE(names) });
}

int verb_violations(const struct call *call)
{
	static const char *const names[] = {
		"id", "source", "external_id", "kind", "from_status", "to_status", "at", "state",
	};

	return answer(call, &(struct question){ REPORT_VIOLATIONS, NULL, 0 },
	              &(struct columns){ names, ARRAY_SIZE(names) });
}

int verb_sources(const struct call *call)
{
	static const char *const names[] = {
		"source", "kind", "state", "last_callback_at", "last_read_at", "pending", "oldest_pending_s",
		"reason",
	};

	return answer(call, &(struct question){ REPORT_SOURCES, NULL, 0 },
	              &(struct columns){ names, ARRAY_SIZE(names) });
}

int verb_journal(const struct call *call)
{
	static const char *const names[] = {
		"source", "cursor_at", "cursor_age_s", "journal_events", "odd_events", "gaps_healed", "gaps_open",
		"last_read_at", "skew_s",
	};

	return answer(call, &(struct question){ REPORT_SOURCES, NULL, 0 },
	              &(struct columns){ names, ARRAY_SIZE(names) });
}
