/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What claimd still has to do, or could not: messages that their receivers do not take, actions that do not end or are in doubt.
 * Ctl layer.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "ctl/age.h"
#include "ctl/doctor.h"
#include "ctl/print.h"

#define NUMBER_SIZE 24 /* any int64 */

/* A receiver that is restarted is away for less. */
#define OUTBOX_BAD_S 3600.0

/* More than an action waits for an upstream that asked for a pause, and for its answer. */
#define ACTION_OPEN_LOOK_US (5 * 60 * USEC_PER_SEC)
/* A doubt is news for a week. */
#define ACTION_DOUBT_US (7 * 86400 * USEC_PER_SEC)

static double number_or_zero(const struct report *report, const char *column)
{
	double number = 0;

	print_column_number(report, column, &number);
	return number;
}

static const char *text_or_dash(const struct report *report, const char *column)
{
	const char *text = print_column_text(report, column);

	return text ? text : "-";
}

/* --- Messages --- */

static void advise_outbox(struct findings *findings)
{
	findings_advise(findings, "See why the receiver does not take them; they are kept and tried again. \"claimctl outbox\" lists them, "
	                "and with --retry sends them now");
}

static void check_messages(struct findings *findings, struct wall now, const struct report *report)
{
	double n = number_or_zero(report, "n");
	double failing = number_or_zero(report, "failing");
	double age_s = ((double)now.us - number_or_zero(report, "oldest_at_us")) / (double)USEC_PER_SEC;
	bool alerts = strcmp(text_or_dash(report, "channel"), "alert") == 0;
	char age[AGE_SIZE];

	findings_about(findings, alerts ? "alerts" : "transitions of %s", text_or_dash(report, "source"));
	if (failing == 0) {
		findings_add(findings, FINDING_OK, "%.0f are still to be sent", n);
		return;
	}
	findings_add(findings, age_s >= OUTBOX_BAD_S ? FINDING_BAD : FINDING_LOOK,
	             "%.0f are still to be sent, the oldest for %s; the last answer was: %s", n, age_text(age_s, age),
	             text_or_dash(report, "error"));
	advise_outbox(findings);
}

/* --- Actions --- */

static void advise_action(struct findings *findings, const char *state, bool in_doubt)
{
	if (in_doubt)
		findings_advise(findings, "Look in the upstream's own cabinet whether it came about, before it is wanted again");
	else if (strcmp(state, "wanted") == 0)
		findings_advise(findings, "See whether claimd runs, and whether its source is paused or locked out");
	else
		findings_advise(findings, "Nothing: claimd goes on looking whether it came about; until then it is not sent again");
}

static void check_action(struct findings *findings, struct wall now, const struct report *report)
{
	const char *state = text_or_dash(report, "state");
	bool in_doubt = strcmp(text_or_dash(report, "result"), "in_doubt") == 0;
	const char *id = print_column_text(report, "external_id");
	double age_s = ((double)now.us - number_or_zero(report, "requested_at_us")) / (double)USEC_PER_SEC;
	char age[AGE_SIZE];

	findings_about(findings, "action %.0f", number_or_zero(report, "id"));
	findings_add(findings, FINDING_LOOK, "%s%s%s, wanted %s ago, is %s", text_or_dash(report, "kind"), id ? " of " : "", id ? id : "",
	             age_text(age_s, age), in_doubt ? "in doubt" : state);
	advise_action(findings, state, in_doubt);
}

typedef void (*check_fn)(struct findings *findings, struct wall now, const struct report *report);

/* All is well when there is no row. */
static void walk(struct findings *findings, struct wall now, struct report *report, check_fn check, const char *well)
{
	bool any = true;
	size_t n = 0;
	int r;

	for (r = report_next(report, &any); r == ERR_OK && any; n++) {
		check(findings, now, report);
		r = report_next(report, &any);
	}
	if (r == ERR_OK && n == 0)
		findings_add(findings, FINDING_OK, "%s", well);
}

void doctor_check_work(struct findings *findings, struct wall now, struct store *store)
{
	char wanted_before[NUMBER_SIZE];
	char in_doubt_since[NUMBER_SIZE];
	const char *const args[] = { wanted_before, in_doubt_since };
	struct report *messages CLEANUP(report_cleanup) = NULL;
	struct report *actions CLEANUP(report_cleanup) = NULL;

	snprintf(wanted_before, sizeof(wanted_before), "%" PRId64, now.us - ACTION_OPEN_LOOK_US);
	snprintf(in_doubt_since, sizeof(in_doubt_since), "%" PRId64, now.us - ACTION_DOUBT_US);
	findings_about(findings, "outbox");
	if (store_report(store, REPORT_OUTBOX_STATE, NULL, 0, &messages) == ERR_OK)
		walk(findings, now, messages, check_messages, "nothing is still to be told");
	findings_about(findings, "actions");
	if (store_report(store, REPORT_ACTIONS_LEFT, args, ARRAY_SIZE(args), &actions) == ERR_OK)
		walk(findings, now, actions, check_action, "none is left open or in doubt");
}
