/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One row of report_claims or report_orders as plain data.
 * Ctl layer.
 */
#include "ctl/subject.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "ctl/database.h"
#include "ctl/print.h"

static void take_status(const struct report *report, struct subject *subject)
{
	const char *substatus = print_column_text(report, "substatus");
	size_t len;

	print_column_copy(report, "status", subject->status, sizeof(subject->status));
	len = strlen(subject->status);
	if (substatus)
		(void)snprintf(subject->status + len, sizeof(subject->status) - len, "/%s", substatus);
	if (print_column_integer(report, "held") == 1)
		print_column_copy(report, "reported_status", subject->reported, sizeof(subject->reported));
}

static void take(const struct report *report, bool is_order, struct subject *subject)
{
	*subject = (struct subject){ .is_order = is_order };
	print_column_copy(report, "source", subject->source, sizeof(subject->source));
	take_status(report, subject);
	print_column_copy(report, "price", subject->price, sizeof(subject->price));
	print_column_copy(report, "currency", subject->currency, sizeof(subject->currency));
	subject->version = print_column_integer(report, "version");
	subject->due_us = print_column_integer(report, "approval_due_at_us");
}

/* *IO_N counts those that were found, of which *ret is the last. */
static int find_kind(struct store *store, const struct wire_act *act, bool is_order, struct subject *ret, size_t *io_n)
{
	struct report *report CLEANUP(report_cleanup) = NULL;
	const char *const args[] = { act->id };
	int r = store_report(store, is_order ? REPORT_SHOW_ORDER : REPORT_SHOW, args, ARRAY_SIZE(args), &report);

	while (r == ERR_OK) {
		bool any = false;

		r = report_next(report, &any);
		if (r < 0 || !any)
			break;
		if (*act->source && strcmp(act->source, print_column_text(report, "source")) != 0)
			continue;
		take(report, is_order, ret);
		(*io_n)++;
	}
	return r;
}

int subject_find(const struct deed *deed, const struct wire_act *act, struct subject *ret)
{
	const struct call *call = deed->call;
	size_t n = 0;
	int r = find_kind(deed->store, act, false, ret, &n);

	if (r == ERR_OK)
		r = find_kind(deed->store, act, true, ret, &n);
	if (r < 0)
		return database_status(call, deed->store, r);
	if (n == 0)
		return console_fail(call->console, EX_NOINPUT, "no claim or order %s%s%s", act->id, *act->source ? " in source " : "",
		                    act->source);
	if (n > 1)
		return console_fail(call->console, EX_USAGE, "%zu sources know a claim or order %s: name the one that is meant, with "
		                    "--source NAME", n, act->id);
	return EX_OK;
}

const char *subject_status(const struct subject *subject)
{
	return *subject->status ? subject->status : "not read yet";
}
