/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The verbs that ask the daemon for something and need no look at anything first: refetch, order-status, cancellation, resolve,
 * prune, and outbox --retry. Those that show what they are about to do have files of their own.
 * Ctl layer.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/acts.h"
#include "ctl/deed.h"
#include "ctl/verb.h"

/* Nobody to ask, or nobody who lets us in: with the next one it would be the same. */
static bool is_hopeless(int status)
{
	return status == EX_UNAVAILABLE || status == EX_NOPERM;
}

int verb_refetch(const struct call *call)
{
	struct deed deed CLEANUP(deed_done) = { 0 };
	int worst = deed_open(call, &deed);

	if (worst != EX_OK)
		return worst;
	for (int i = 0; i < call->n_words && !is_hopeless(worst); i++) {
		struct wire_act act;
		int status = deed_act(call, ACT_REFETCH, call->words[i], &act);

		if (status == EX_OK)
			status = deed_ask(&deed, &act);
		worst = status > worst ? status : worst;
	}
	return deed_finish(&deed, worst);
}

int verb_order_status(const struct call *call)
{
	struct wire_act act;
	int status = deed_act(call, ACT_ORDER_STATUS, call->word, &act);

	if (status != EX_OK)
		return status;
	if (!act_argument_is_valid(act.kind, call->words[1]))
		return console_fail(call->console, EX_USAGE,
		                    "\"%s\" is no status; write it in Market's words, as STATUS or STATUS/SUBSTATUS", call->words[1]);
	(void)snprintf(act.argument, sizeof(act.argument), "%s", call->words[1]);
	return deed_run(call, &act);
}

/* Just one of two options must be given: whether it is A. */
static int choose(const struct call *call, enum option_id a, enum option_id b, bool *ret_a)
{
	bool has_a = options_has(call->options, a);

	if (has_a == options_has(call->options, b))
		return console_fail(call->console, EX_USAGE, "\"%s\" wants one of %s and %s", call->words[-1], option_name(a),
		                    option_name(b));
	*ret_a = has_a;
	return EX_OK;
}

int verb_cancellation(const struct call *call)
{
	const char *reason = call->options->values[OPTION_REJECT];
	struct wire_act act;
	bool accepts = false;
	int status = choose(call, OPTION_ACCEPT, OPTION_REJECT, &accepts);

	if (status == EX_OK)
		status = deed_act(call, ACT_CANCELLATION, call->word, &act);
	if (status != EX_OK)
		return status;
	(void)snprintf(act.argument, sizeof(act.argument), "%s%s", accepts ? "accept" : "reject ", accepts ? "" : reason);
	if (!act_argument_is_valid(act.kind, act.argument))
		return console_fail(call->console, EX_USAGE,
		                    "--reject: \"%s\" is no reason that Market takes; it is ORDER_DELIVERED or ORDER_IN_DELIVERY", reason);
	return deed_run(call, &act);
}

/* The number of a row, as a table shows it. */
static int take_number(const struct call *call, const char *word, const char *what, int64_t *ret)
{
	char *end;

	errno = 0;
	long long number = strtoll(word, &end, 10);
	if (errno != 0 || *end != '\0' || number <= 0)
		return console_fail(call->console, EX_USAGE, "\"%s\" is no %s: that is a number above 0", word, what);
	*ret = number;
	return EX_OK;
}

static int take_note(const struct call *call, struct wire_act *act)
{
	const char *note = call->options->values[OPTION_NOTE];

	if (note && strlen(note) >= sizeof(act->note))
		return console_fail(call->console, EX_USAGE, "--note: it is too long by %zu bytes", strlen(note) - sizeof(act->note) + 1);
	(void)snprintf(act->note, sizeof(act->note), "%s", note ? note : "");
	return EX_OK;
}

int verb_resolve(const struct call *call)
{
	struct wire_act act;
	bool adopts = false;
	int status = choose(call, OPTION_ADOPT, OPTION_DISMISS, &adopts);

	if (status == EX_OK)
		status = deed_act(call, ACT_RESOLVE, NULL, &act);
	if (status == EX_OK)
		status = take_number(call, call->word, "violation", &act.target_id);
	if (status == EX_OK)
		status = take_note(call, &act);
	if (status != EX_OK)
		return status;
	(void)snprintf(act.argument, sizeof(act.argument), adopts ? "adopt" : "dismiss");
	return deed_run(call, &act);
}

int verb_prune(const struct call *call)
{
	struct wire_act act;
	int status = deed_act(call, ACT_PRUNE, NULL, &act);

	return status == EX_OK ? deed_run(call, &act) : status;
}

int acts_retry(const struct call *call)
{
	struct wire_act act;
	int status = deed_act(call, ACT_RETRY, NULL, &act);

	if (status == EX_OK && call->word)
		status = take_number(call, call->word, "message", &act.target_id);
	return status == EX_OK ? deed_run(call, &act) : status;
}
