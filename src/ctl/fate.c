/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The words for what became of an action.
 * Ctl layer. What the worker wrote in the action's message, with what to do next, goes into the sentence as it is.
 */
#include "ctl/fate.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/err.h"
#include "ctl/print.h"

/* Between two looks at an action: a person does not notice, and nobody else is kept waiting. */
#define LOOK_AGAIN_US (100 * USEC_PER_MS)
/* A person begins to wonder. */
#define WONDER_US (1 * USEC_PER_SEC)

/* "Claim" and an id, or "Source" and a name. */
#define NAME_SIZE 96

static const struct {
	const char *text;
	enum fate_result result;
} results[] = {
	{ "done", FATE_DONE },
	{ "refused", FATE_REFUSED },
	{ "rejected", FATE_REJECTED },
	{ "not_done", FATE_NOT_DONE },
	{ "in_doubt", FATE_IN_DOUBT },
};

static enum fate_result result_of(const char *text)
{
	for (size_t i = 0; text && i < ARRAY_SIZE(results); i++)
		if (strcmp(results[i].text, text) == 0)
			return results[i].result;
	return FATE_OPEN;
}

static int take(const struct report *report, struct fate *ret)
{
	const char *kind = print_column_text(report, "kind");

	if (!kind || !act_kind_parse(kind, &ret->kind))
		return ERR_CORRUPT;
	ret->id = print_column_integer(report, "id");
	ret->result = result_of(print_column_text(report, "result"));
	ret->target_id = print_column_integer(report, "target_id");
	print_column_copy(report, "state", ret->state, sizeof(ret->state));
	print_column_copy(report, "source", ret->source, sizeof(ret->source));
	print_column_copy(report, "model", ret->model, sizeof(ret->model));
	print_column_copy(report, "external_id", ret->external_id, sizeof(ret->external_id));
	print_column_copy(report, "argument", ret->argument, sizeof(ret->argument));
	print_column_copy(report, "price", ret->price, sizeof(ret->price));
	print_column_copy(report, "code", ret->code, sizeof(ret->code));
	print_column_copy(report, "message", ret->message, sizeof(ret->message));
	return ERR_OK;
}

static bool is(const char *text, const char *word)
{
	return strcmp(text, word) == 0;
}

struct fate_asked fate_asked_of(const struct wire_act *act, int64_t id)
{
	struct fate_asked asked = { .id = id, .kind = act->kind, .target_id = act->target_id };

	_Static_assert(sizeof(asked.external_id) == sizeof(act->id), "an id is kept whole");
	memcpy(asked.external_id, act->id, sizeof(asked.external_id));
	return asked;
}

static bool is_asked(const struct fate *fate, const struct fate_asked *asked)
{
	return fate->kind == asked->kind && fate->target_id == asked->target_id &&
	       (!*asked->external_id || is(fate->external_id, asked->external_id));
}

static int take_asked(const struct report *report, const struct fate_asked *asked, struct fate *ret)
{
	struct fate fate;
	int r = take(report, &fate);

	if (r)
		return r;
	if (!is_asked(&fate, asked))
		return ERR_NOT_FOUND;
	*ret = fate;
	return ERR_OK;
}

int fate_read(struct store *store, const struct fate_asked *asked, struct fate *ret)
{
	struct report *report CLEANUP(report_cleanup) = NULL;
	char id[24];
	bool any = false;

	(void)snprintf(id, sizeof(id), "%" PRId64, asked->id);
	const char *const args[] = { id };
	int r = store_report(store, REPORT_ACTION, args, ARRAY_SIZE(args), &report);

	if (r == ERR_OK)
		r = report_next(report, &any);
	if (r < 0)
		return r;
	return any ? take_asked(report, asked, ret) : ERR_NOT_FOUND;
}

/* Tells a person who waits how far it is, whenever that has changed. */
static void tell_waiting(const struct console *console, const struct fate *fate, char told[static FATE_STATE_SIZE])
{
	if (!console->terminal || is(told, fate->state))
		return;
	fprintf(console->err, "Waiting for action %" PRId64 " (%s)\n", fate->id, fate->state);
	memcpy(told, fate->state, FATE_STATE_SIZE);
}

int fate_await(const struct fate_wait *wait, const struct fate_asked *asked, struct fate *ret)
{
	const struct timespec pause = { .tv_nsec = LOOK_AGAIN_US * 1000 };
	const struct clock *clock = &wait->console->clock;
	int64_t since_us = clock_mono(clock).us;
	char told[FATE_STATE_SIZE] = "";

	for (;;) {
		int r = fate_read(wait->store, asked, ret);
		int64_t now_us = clock_mono(clock).us;

		if (r < 0 || ret->result != FATE_OPEN || now_us >= wait->end.us)
			return r;
		if (wait->tells && now_us - since_us >= WONDER_US)
			tell_waiting(wait->console, ret, told);
		nanosleep(&pause, NULL);
	}
}

/* What the action is about: "Claim abc". */
static void name_subject(const struct fate *fate, char ret[static NAME_SIZE])
{
	if (*fate->external_id)
		(void)snprintf(ret, NAME_SIZE, "%s %s", is(fate->model, "claims") ? "Claim" : "Order", fate->external_id);
	else if (fate->kind == ACT_PROBE)
		(void)snprintf(ret, NAME_SIZE, "Source %s", fate->source);
	else if (fate->kind == ACT_PRUNE)
		(void)snprintf(ret, NAME_SIZE, "Retention");
	else
		(void)snprintf(ret, NAME_SIZE, "The outbox");
}

static const char *fee_predicate(const char *code)
{
	if (is(code, "free"))
		return " can be cancelled free of charge";
	return is(code, "paid") ? " can be cancelled for a fee" : " can't be cancelled now";
}

/* What was done, behind its subject. */
static const char *predicate(const struct fate *fate)
{
	switch (fate->kind) {
	case ACT_ACCEPT:
		return " was accepted";
	case ACT_CANCEL:
		return " was cancelled";
	case ACT_CANCEL_INFO:
		return fee_predicate(fate->code);
	case ACT_ORDER_STATUS:
		return " was moved on";
	case ACT_CANCELLATION:
		return is(fate->argument, "accept") ? ": the buyer's cancellation is accepted" : ": the buyer's cancellation is rejected";
	case ACT_REFETCH:
		return " was read again";
	case ACT_RESOLVE:
		return is(fate->argument, "adopt") ? ": what was reported is adopted" : ": its violation is dismissed, its status stays";
	case ACT_PROBE:
		return " answers";
	case ACT_PRUNE:
		return " was applied";
	case ACT_RETRY:
		return " is tried again";
	case ACT_MAX:
		break;
	}
	return "";
}

static void tell_done(const struct console *console, const struct fate *fate, const char *name)
{
	fprintf(console->out, "%s%s%s%s.\n", name, predicate(fate), *fate->message ? ": " : "", fate->message);
}

static int tell_rejected(const struct console *console, const struct fate *fate, const char *name)
{
	return console_fail(console, fate_status(fate), "%s: Yandex refused it%s%s%s%s", name, *fate->code ? ": " : "", fate->code,
	                    *fate->message ? ": " : "", fate->message);
}

static int tell_open(const struct console *console, const struct fate *fate, const char *name)
{
	return console_fail(console, EX_TEMPFAIL,
	                    "%s: action %" PRId64 " is still under way (%s), and claimd goes on with it; \"claimctl actions\" shows what "
	                    "becomes of it", name, fate->id, fate->state);
}

int fate_tell(const struct console *console, const struct fate *fate)
{
	char name[NAME_SIZE];

	name_subject(fate, name);
	switch (fate->result) {
	case FATE_OPEN:
		return tell_open(console, fate, name);
	case FATE_DONE:
		tell_done(console, fate, name);
		break;
	case FATE_REFUSED:
		return console_fail(console, fate_status(fate), "%s: refused: %s", name, fate->message);
	case FATE_REJECTED:
		return tell_rejected(console, fate, name);
	case FATE_NOT_DONE:
		return console_fail(console, fate_status(fate), "%s: not done: %s", name, fate->message);
	case FATE_IN_DOUBT:
		return console_fail(console, fate_status(fate), "%s: in doubt: %s", name, fate->message);
	}
	return fate_status(fate);
}

int fate_status(const struct fate *fate)
{
	switch (fate->result) {
	case FATE_DONE:
		return EX_OK;
	case FATE_REFUSED:
	case FATE_REJECTED:
		return EX_NOPERM;
	case FATE_NOT_DONE:
		return EX_UNAVAILABLE;
	case FATE_OPEN:
	case FATE_IN_DOUBT:
		return EX_TEMPFAIL;
	}
	return EX_SOFTWARE;
}
