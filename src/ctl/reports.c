/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The verbs that show one report as it is: list, windows, violations, sources, journal, durations, actions, outbox.
 * Ctl layer.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "conf/conf-value.h"
#include "ctl/acts.h"
#include "ctl/database.h"
#include "ctl/print.h"
#include "ctl/verb.h"

#define NUMBER_SIZE 24 /* any int64 */

/* The columns that a table shows; JSON shows all. */
struct columns {
	const char *const *names;
	size_t n;
};

static int print_array(const struct call *call, struct print_rows *rows, size_t n)
{
	int r = print_json(call->console, rows, n);

	fputc('\n', call->console->out);
	return r;
}

static int print_report(const struct call *call, struct report *report, const struct columns *columns)
{
	struct print_rows rows = { .report = report };

	if (options_has(call->options, OPTION_JSON))
		return print_array(call, &rows, 1);
	return print_table(call->console, &rows, columns->names, columns->n);
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

enum { LIST_CLAIMS, LIST_ORDERS, LIST_MAX };

/* A table of claims and one of orders, each only if it has rows; headings alone when there is nothing at all. */
static int print_list(const struct call *call, struct print_rows rows[static LIST_MAX])
{
	static const char *const claims[] = {
		"source", "claim_id", "status", "phase", "updated_at", "held", "reported_status", "price",
		"currency",
	};
	static const char *const orders[] = {
		"source", "model", "order_id", "status", "substatus", "phase", "updated_at", "held",
		"reported_status",
	};
	bool any_claims = false, any_orders = false;
	int r = print_peek(&rows[LIST_CLAIMS], &any_claims);

	if (r == ERR_OK)
		r = print_peek(&rows[LIST_ORDERS], &any_orders);
	if (r == ERR_OK && (any_claims || !any_orders))
		r = print_table(call->console, &rows[LIST_CLAIMS], claims, ARRAY_SIZE(claims));
	if (r < 0 || !any_orders)
		return r;
	fputs(any_claims ? "\n" : "", call->console->out);
	return print_table(call->console, &rows[LIST_ORDERS], orders, ARRAY_SIZE(orders));
}

int verb_list(const struct call *call)
{
	const struct options *options = call->options;
	const char *const args[] = {
		options->values[OPTION_STATUS],
		options->values[OPTION_SOURCE],
		options_has(options, OPTION_OPEN) ? "1" : "0",
		options_has(options, OPTION_HELD) ? "1" : "0",
	};
	struct store *store CLEANUP(store_cleanup) = NULL;
	struct report *claims CLEANUP(report_cleanup) = NULL;
	struct report *orders CLEANUP(report_cleanup) = NULL;
	int status = database_open(call, &store);

	if (status == EX_OK)
		status = database_ask(call, store, &(struct question){ REPORT_LIST, args, ARRAY_SIZE(args) }, &claims);
	if (status == EX_OK)
		status = database_ask(call, store, &(struct question){ REPORT_LIST_ORDERS, args, ARRAY_SIZE(args) }, &orders);
	if (status != EX_OK)
		return status;

	struct print_rows rows[] = { [LIST_CLAIMS] = { .report = claims }, [LIST_ORDERS] = { .report = orders } };

	return database_status(call, store,
	                       options_has(options, OPTION_JSON) ? print_array(call, rows, LIST_MAX) : print_list(call, rows));
}

int verb_windows(const struct call *call)
{
	static const char *const names[] = {
		"source", "model", "external_id", "kind", "opened_at", "due_at", PRINT_TIME_LEFT, "closed_at",
		"outcome", "version",
	};
	const char *due = call->options->values[OPTION_DUE];
	char before[NUMBER_SIZE];
	struct conf_error error;
	int64_t within_us = 0;

	if (due && conf_quantity_read(&conf_durations, due, &within_us, &error) != ERR_OK)
		return console_fail(call->console, EX_USAGE, "--due: %s", error.text);
	snprintf(before, sizeof(before), "%" PRId64, clock_wall(&call->console->clock).us + within_us);

	const char *const args[] = { before };
	const struct question all = { REPORT_WINDOWS, NULL, 0 };
	const struct question soon = { REPORT_WINDOWS_DUE, args, ARRAY_SIZE(args) };

	return answer(call, due ? &soon : &all, &(struct columns){ names, ARRAY_SIZE(names) });
}

int verb_violations(const struct call *call)
{
	static const char *const names[] = {
		"id", "source", "model", "external_id", "kind", "from_status", "to_status", "at", "state",
	};

	return answer(call, &(struct question){ REPORT_VIOLATIONS, NULL, 0 },
	              &(struct columns){ names, ARRAY_SIZE(names) });
}

int verb_sources(const struct call *call)
{
	static const char *const names[] = {
		"source", "kind", "state", "last_callback_at", "unanswered_s", "last_read_at", "pending",
		"oldest_pending_s", "reason",
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

int verb_durations(const struct call *call)
{
	static const char *const names[] = { "source", "model", "status", "n", "p50", "p90", "max" };
	const char *const args[] = { call->options->values[OPTION_SOURCE], call->options->values[OPTION_STATUS] };

	return answer(call, &(struct question){ REPORT_DURATIONS, args, ARRAY_SIZE(args) },
	              &(struct columns){ names, ARRAY_SIZE(names) });
}

int verb_actions(const struct call *call)
{
	static const char *const names[] = {
		"id", "source", "external_id", "kind", "argument", "requested_at", "requested_by", "state", "result", "code",
		"message",
	};
	const char *const args[] = { call->options->values[OPTION_SOURCE] };

	return answer(call, &(struct question){ REPORT_ACTIONS, args, ARRAY_SIZE(args) },
	              &(struct columns){ names, ARRAY_SIZE(names) });
}

int verb_outbox(const struct call *call)
{
	static const char *const names[] = {
		"id", "channel", "kind", "source", "external_id", "created_at", "state", "due_at", "tries", "error", "summary",
	};

	if (options_has(call->options, OPTION_RETRY))
		return acts_retry(call);
	if (call->word)
		return console_fail(call->console, EX_USAGE, "\"%s\" is one word too many without --retry", call->word);
	return answer(call, &(struct question){ REPORT_OUTBOX, NULL, 0 },
	              &(struct columns){ names, ARRAY_SIZE(names) });
}
