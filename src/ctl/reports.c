/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The verbs that show one report as it is: list, windows, violations, sources.
 * Ctl layer.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "ctl/database.h"
#include "ctl/print.h"
#include "ctl/verb.h"

#define NUMBER_SIZE 24    /* any int64 */
#define DUE_MAX 1000000L  /* of any unit: far beyond a window, far below an overflow */

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

struct unit {
	const char *name;
	int64_t us;
};

/* "10min", with the units of claimd.conf(5). */
static bool parse_duration(const char *text, int64_t *ret_us)
{
	static const struct unit units[] = {
		{ "ms", USEC_PER_MS },
		{ "s", USEC_PER_SEC },
		{ "min", 60 * USEC_PER_SEC },
		{ "h", 3600 * USEC_PER_SEC },
		{ "d", 86400 * USEC_PER_SEC },
	};
	char *end;
	long count = text[0] >= '0' && text[0] <= '9' ? strtol(text, &end, 10) : -1;

	if (count < 0 || count > DUE_MAX)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(units); i++)
		if (strcmp(end, units[i].name) == 0) {
			*ret_us = count * units[i].us;
			return true;
		}
	return false;
}

int verb_windows(const struct call *call)
{
	static const char *const names[] = {
		"source", "external_id", "kind", "opened_at", "due_at", PRINT_TIME_LEFT, "closed_at",
		"outcome", "version",
	};
	const char *due = call->options->values[OPTION_DUE];
	char before[NUMBER_SIZE];
	int64_t within_us = 0;

	if (due && !parse_duration(due, &within_us))
		return console_fail(call->console, EX_USAGE, "--due %s is no duration; write it as 90s, 10min or 2h", due);
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
