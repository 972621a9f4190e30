/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The verb export: transitions, for other programs.
 * Ctl layer. All rows are of one snapshot, since one statement reads them, and none is kept.
 */
#include <inttypes.h>
#include <string.h>

#include "base/err.h"
#include "ctl/csv.h"
#include "ctl/database.h"
#include "ctl/print.h"
#include "ctl/since.h"
#include "ctl/verb.h"

#define NUMBER_SIZE 24 /* any int64 */

/* --json is what other verbs are told, --format json says the same here. */
static int find_format(const struct call *call, bool *ret_json)
{
	const char *format = call->options->values[OPTION_FORMAT];
	bool json = options_has(call->options, OPTION_JSON);

	if (format && strcmp(format, "csv") != 0 && strcmp(format, "json") != 0)
		return console_fail(call->console, EX_USAGE, "no format \"%s\"; it is csv or json", format);
	if (json && format && strcmp(format, "csv") == 0)
		return console_fail(call->console, EX_USAGE, "--json and --format csv contradict each other");
	*ret_json = json || (format && strcmp(format, "json") == 0);
	return EX_OK;
}

static int find_since(const struct call *call, char ret[static NUMBER_SIZE])
{
	const char *text = call->options->values[OPTION_SINCE];
	struct wall since = { INT64_MIN };
	int status = text ? since_parse(call->console, text, &since) : EX_OK;

	snprintf(ret, NUMBER_SIZE, "%" PRId64, since.us);
	return status;
}

static int write_rows(const struct call *call, struct report *report, bool json)
{
	struct print_rows rows = { .report = report };
	int r;

	if (!json)
		return csv_write(call->console->out, report);
	r = print_json(call->console, &rows, 1);
	fputc('\n', call->console->out);
	return r;
}

int verb_export(const struct call *call)
{
	struct store *store CLEANUP(store_cleanup) = NULL;
	struct report *report CLEANUP(report_cleanup) = NULL;
	char since[NUMBER_SIZE];
	const char *const args[] = { since };
	bool json = false;
	int status = find_format(call, &json);

	if (status == EX_OK)
		status = find_since(call, since);
	if (status == EX_OK)
		status = database_open(call, &store);
	if (status == EX_OK)
		status = database_ask(call, store, &(struct question){ REPORT_EXPORT, args, ARRAY_SIZE(args) }, &report);
	return status == EX_OK ? database_status(call, store, write_rows(call, report, json)) : status;
}
