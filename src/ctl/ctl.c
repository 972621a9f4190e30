/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One table of verbs: what is run, what may stand beside it, and what --help says.
 * Ctl layer.
 */
#include "ctl/ctl.h"

#include <limits.h>
#include <string.h>

#include "base/buf.h"
#include "ctl/verb.h"

static const struct verb verbs[] = {
	{ "list", "",
	  OPTION_BIT(OPTION_STATUS) | OPTION_BIT(OPTION_SOURCE) | OPTION_BIT(OPTION_OPEN) | OPTION_BIT(OPTION_HELD),
	  "claims and orders with their current status", verb_list },
	{ "show", "ID", 0, "one claim or order, with its history, windows, violations, actions and prices", verb_show },
	{ "history", "ID", 0, "the transitions of one claim or order", verb_history },
	{ "windows", "", OPTION_BIT(OPTION_DUE),
	  "what had to happen within a time, and how long the open ones still last", verb_windows },
	{ "violations", "", 0, "what the status graph or a window refused", verb_violations },
	{ "sources", "", 0, "the configured sources and how they fare", verb_sources },
	{ "journal", "", 0,
	  "how far each source's journal, or list of updates, has been read, and the gaps that it healed", verb_journal },
	{ "graph", "[MODEL]", OPTION_BIT(OPTION_DOT) | OPTION_BIT(OPTION_SVG) | OPTION_BIT(OPTION_COUNTS),
	  "a legal status graph, with today's numbers if they are asked for; MODEL is claims, dbs or laas", verb_graph },
	{ "durations", "", OPTION_BIT(OPTION_STATUS) | OPTION_BIT(OPTION_SOURCE),
	  "how long claims and orders stay in each status", verb_durations },
	{ "stats", "", 0, "how many there are of what, and what today brought", verb_stats },
	{ "watch", "", 0, "what is on its way, live; or, elsewhere than on a terminal, a line for each new transition", verb_watch },
	{ "doctor", "[URL]", 0,
	  "what is wrong here and what to do about it; URL is a callback or push URL to be judged", verb_doctor },
	{ "actions", "", OPTION_BIT(OPTION_SOURCE), "what was asked for, by whom, and what came of it", verb_actions },
	{ "outbox", "[MESSAGE]", OPTION_BIT(OPTION_RETRY),
	  "alerts and transitions that could not be told yet; --retry has them, or the one, tried again now", verb_outbox },
	{ "accept", "ID", OPTION_BIT(OPTION_SOURCE) | OPTION_BIT(OPTION_YES), "accept a claim's offer, within its window", verb_accept },
	{ "cancel", "ID",
	  OPTION_BIT(OPTION_SOURCE) | OPTION_BIT(OPTION_FREE) | OPTION_BIT(OPTION_PAID) | OPTION_BIT(OPTION_YES),
	  "cancel a claim; it says first what that costs, and pays nothing without --paid", verb_cancel },
	{ "order-status", "ID STATUS[/SUBSTATUS]", OPTION_BIT(OPTION_SOURCE), "give an order its next status", verb_order_status },
	{ "cancellation", "ID", OPTION_BIT(OPTION_SOURCE) | OPTION_BIT(OPTION_ACCEPT) | OPTION_BIT(OPTION_REJECT),
	  "answer a buyer who wants to cancel; REASON is ORDER_DELIVERED or ORDER_IN_DELIVERY", verb_cancellation },
	{ "refetch", "ID...", OPTION_BIT(OPTION_SOURCE), "read claims and orders from Yandex again, now", verb_refetch },
	{ "resolve", "VIOLATION", OPTION_BIT(OPTION_ADOPT) | OPTION_BIT(OPTION_DISMISS) | OPTION_BIT(OPTION_NOTE),
	  "settle a violation: adopt what was reported, or dismiss it", verb_resolve },
	{ "prune", "", 0, "remove now what retention_days has run out for", verb_prune },
	{ "complete", "WORD...", 0, "what the last of these words of a command line may become, for shells",
	  verb_complete },
	{ "backup", "FILE", 0, "a verified copy of the database, taken while claimd runs on", verb_backup },
	{ "export", "", OPTION_BIT(OPTION_SINCE) | OPTION_BIT(OPTION_FORMAT),
	  "all transitions, in the order in which they were learned of; FORMAT is csv or json", verb_export },
	{ "check-db", "", 0, "whether all that must hold of the database does", verb_check_db },
};

const struct verb *verb_at(size_t i)
{
	return i < ARRAY_SIZE(verbs) ? &verbs[i] : NULL;
}

static void put_options(FILE *out, unsigned set)
{
	for (enum option_id id = 0; id < OPTION_MAX; id++) {
		const char *value = option_value_name(id);

		if (set & OPTION_BIT(id))
			fprintf(out, " [%s%s%s]", option_name(id), value ? " " : "", value ? value : "");
	}
}

static int put_help(FILE *out)
{
	fputs("usage: claimctl", out);
	put_options(out, OPTIONS_COMMON);
	fputs(" VERB ...\n", out);
	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++) {
		fprintf(out, "\n  %s%s%s", verbs[i].name, *verbs[i].words ? " " : "", verbs[i].words);
		put_options(out, verbs[i].options);
		fprintf(out, "\n      %s\n", verbs[i].meaning);
	}
	fputs("\nclaimctl(1) has the rest.\n", out);
	return EX_OK;
}

const struct verb *verb_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	return NULL;
}

static int fail_verb(const struct console *console, const char *name)
{
	struct buf names CLEANUP(buf_done) = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++)
		if (buf_addf(&names, "%s%s", i > 0 ? ", " : "", verbs[i].name) < 0)
			return console_fail(console, EX_TEMPFAIL, "out of memory");
	if (!name)
		return console_fail(console, EX_USAGE, "a verb is missing; it is one of %s", names.data);
	return console_fail(console, EX_USAGE, "no verb \"%s\"; it is one of %s", name, names.data);
}

/* How many words a verb takes. */
struct span {
	int min;
	int max;
};

/* "ID [MODEL]" is one or two, "ID..." one or more. */
static struct span span_of(const char *words)
{
	struct span span = { 0, 0 };

	for (; *words; words += strcspn(words, " "), words += strspn(words, " ")) {
		span.min += words[0] != '[';
		span.max++;
	}
	if (span.max > 0 && words[-1] == '.')
		span.max = INT_MAX;
	return span;
}

static int check_words(const struct console *console, const struct verb *verb, const struct options *options)
{
	const struct span span = span_of(verb->words);
	int n = options->n_words - 1;

	if (n < span.min)
		return console_fail(console, EX_USAGE, "\"%s\" wants more: write \"claimctl %s %s\"", verb->name, verb->name,
		                    verb->words);
	if (n > span.max)
		return console_fail(console, EX_USAGE, "\"%s\" is one word too many after \"%s\"",
		                    options->words[span.max + 1], verb->name);
	return EX_OK;
}

/* Words and options that the verb does not take are mistakes: passing over them would show something else than was
 * asked for. */
static int check_call(const struct console *console, const struct verb *verb, const struct options *options)
{
	for (enum option_id id = 0; id < OPTION_MAX; id++)
		if (options_has(options, id) && !((verb->options | OPTIONS_COMMON) & OPTION_BIT(id)))
			return console_fail(console, EX_USAGE, "\"%s\" takes no %s; \"claimctl --help\" says what takes which",
			                    verb->name, option_name(id));
	return check_words(console, verb, options);
}

static int run_verb(const struct console *console, const struct options *options)
{
	const struct verb *verb = options->n_words > 0 ? verb_find(options->words[0]) : NULL;

	if (!verb)
		return fail_verb(console, options->n_words > 0 ? options->words[0] : NULL);
	int status = check_call(console, verb, options);

	if (status != EX_OK)
		return status;
	return verb->run(&(struct call){
		.console = console,
		.options = options,
		.word = options->n_words > 1 ? options->words[1] : NULL,
		.words = options->words + 1,
		.n_words = options->n_words - 1,
	});
}

int ctl_run(const struct console *console, int argc, char **argv)
{
	struct options options;
	int status = options_parse(console, argc, argv, &options);

	if (status != EX_OK)
		return status;
	if (options_has(&options, OPTION_HELP))
		status = put_help(console->out);
	else if (options_has(&options, OPTION_VERSION))
		fprintf(console->out, "claimctl %s\n", VERSION);
	else
		status = run_verb(console, &options);
	if (status == EX_OK && (fflush(console->out) != 0 || ferror(console->out)))
		return console_fail(console, EX_IOERR, "the output can't be written: %m");
	return status;
}
