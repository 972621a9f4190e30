/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The verb cancel: asks what it costs, then the operator, and cancels at that price.
 * Ctl layer. Nothing is paid that was not agreed to: the fee goes with the request, and the daemon asks for it once more.
 */
#include <string.h>

#include "ctl/consent.h"
#include "ctl/deed.h"
#include "ctl/subject.h"

#define QUESTION_SIZE 1024

/* What cancelling costs now: the fee in words, "" when it is free. */
static const char *fee_of(const struct fate *info)
{
	if (strcmp(info->code, "paid") != 0)
		return "";
	return *info->message ? info->message : "money";
}

/* Asks the upstream, through the daemon. */
static int ask_fee(struct deed *deed, const struct wire_act *cancel, struct fate *ret_info)
{
	struct wire_act act = *cancel;

	act.kind = ACT_CANCEL_INFO;
	act.version = NUMBER_NONE;
	int status = deed_ask(deed, &act);

	if (status == EX_OK)
		status = deed_await(deed, ret_info);
	if (status == EX_OK && ret_info->result != FATE_DONE)
		status = fate_tell(deed->call->console, ret_info);
	return status;
}

static int agree(const struct call *call, const struct wire_act *act, const struct subject *subject, const struct fate *info)
{
	const char *source = call->options->values[OPTION_SOURCE];
	const char *fee = fee_of(info);
	char question[QUESTION_SIZE];

	if (strcmp(info->code, "unavailable") == 0)
		return console_fail(call->console, EX_NOPERM,
		                    "Claim %s is %s and can't be cancelled now; once the courier has the goods, only Yandex's support can",
		                    act->id, subject_status(subject));
	if (*fee && !options_has(call->options, OPTION_PAID))
		return console_fail(call->console, EX_NOPERM,
		                    "Claim %s was not cancelled, since that costs %s now; to pay it, write "
		                    "\"claimctl cancel %s%s%s --paid\"", act->id, fee, act->id, source ? " --source " : "",
		                    source ? source : "");
	if (*fee && !*info->price)
		return console_fail(call->console, EX_NOPERM,
		                    "Claim %s was not cancelled: Yandex says that it costs money, but not how much; use its cabinet",
		                    act->id);
	(void)snprintf(question, sizeof(question), "Claim %s of %s is %s. Cancel it %s%s?", act->id, subject->source,
	               subject_status(subject), *fee ? "for " : "free of charge", fee);
	return consent_ask(call, question);
}

/* The price goes with what was agreed to, and is the most that is paid. */
static int send(struct deed *deed, struct wire_act *act, const struct fate *info)
{
	bool paid = *fee_of(info) != '\0';

	(void)snprintf(act->argument, sizeof(act->argument), paid ? "paid" : "free");
	(void)snprintf(act->price, sizeof(act->price), "%s", paid ? info->price : "");
	return deed_ask(deed, act);
}

static int check_options(const struct call *call)
{
	if (options_has(call->options, OPTION_FREE) && options_has(call->options, OPTION_PAID))
		return console_fail(call->console, EX_USAGE, "--free never pays, and --paid does: say one of them");
	return consent_check(call);
}

int verb_cancel(const struct call *call)
{
	struct deed deed CLEANUP(deed_done) = { 0 };
	struct subject subject = { 0 };
	struct fate info = { 0 };
	struct wire_act act;
	int status = check_options(call);

	if (status == EX_OK)
		status = deed_act(call, ACT_CANCEL, call->word, &act);
	if (status == EX_OK)
		status = deed_open(call, &deed);
	if (status == EX_OK)
		status = subject_find(&deed, &act, &subject);
	if (status != EX_OK)
		return status;
	act.version = subject.version;
	status = ask_fee(&deed, &act, &info);
	if (status == EX_OK)
		status = agree(call, &act, &subject, &info);
	if (status == EX_OK)
		status = send(&deed, &act, &info);
	return deed_finish(&deed, status);
}
