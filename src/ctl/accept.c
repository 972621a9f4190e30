/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The verb accept: shows the offer, asks, and accepts the version that was shown.
 * Ctl layer. Whether it may be accepted is judged by the daemon alone.
 */
#include <inttypes.h>

#include "ctl/consent.h"
#include "ctl/deed.h"
#include "ctl/subject.h"

#define LEFT_SIZE 64

/* How much of the window is left, as a part of a sentence. */
static void tell_left(const struct console *console, const struct subject *subject, char ret[static LEFT_SIZE])
{
	if (subject->due_us == NUMBER_NONE) {
		(void)snprintf(ret, LEFT_SIZE, "it does not wait to be accepted");
		return;
	}
	int64_t seconds = (subject->due_us - clock_wall(&console->clock).us) / USEC_PER_SEC;

	if (seconds > 0)
		(void)snprintf(ret, LEFT_SIZE, "%" PRId64 ":%02" PRId64 " left to accept it", seconds / 60, seconds % 60);
	else
		(void)snprintf(ret, LEFT_SIZE, "its time is over");
}

static void show(const struct console *console, const struct wire_act *act, const struct subject *subject)
{
	char left[LEFT_SIZE];

	tell_left(console, subject, left);
	fprintf(console->err, "Claim %s of %s: %s", act->id, subject->source, subject_status(subject));
	if (*subject->reported)
		fprintf(console->err, " (Yandex reports %s)", subject->reported);
	if (*subject->price)
		fprintf(console->err, ", %s %s", subject->price, subject->currency);
	if (subject->version != NUMBER_NONE)
		fprintf(console->err, ", version %" PRId64, subject->version);
	fprintf(console->err, "; %s.\n", left);
}

/* Of an order the daemon says what is wrong. */
static int agree(const struct call *call, const struct wire_act *act, const struct subject *subject)
{
	if (subject->is_order || options_has(call->options, OPTION_YES))
		return EX_OK;
	show(call->console, act, subject);
	return consent_ask(call, "Accept it?");
}

int verb_accept(const struct call *call)
{
	struct deed deed CLEANUP(deed_done) = { 0 };
	struct subject subject = { 0 };
	struct wire_act act;
	int status = consent_check(call);

	if (status == EX_OK)
		status = deed_act(call, ACT_ACCEPT, call->word, &act);
	if (status == EX_OK)
		status = deed_open(call, &deed);
	if (status == EX_OK)
		status = subject_find(&deed, &act, &subject);
	if (status == EX_OK)
		status = agree(call, &act, &subject);
	if (status != EX_OK)
		return status;
	act.version = subject.version;
	status = deed_ask(&deed, &act);
	return status == EX_OK ? deed_finish(&deed, EX_OK) : status;
}
