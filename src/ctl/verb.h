/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The verbs of claimctl.
 * Ctl layer.
 */
#ifndef CLAIMD_CTL_VERB_H
#define CLAIMD_CTL_VERB_H

#include <stddef.h>

#include "ctl/console.h"
#include "ctl/options.h"

/* What a verb is run with. */
struct call {
	const struct console *console;
	const struct options *options;
	const char *word; /* its first argument, NULL when not given */
	char **words;     /* all of its arguments */
	int n_words;
};

struct verb {
	const char *name;
	const char *words;   /* its arguments as usage shows them: "ID", "[MODEL]", "ID..."; "" when it takes none */
	unsigned options;    /* OPTION_BIT()s, beyond those that every verb takes */
	const char *meaning; /* one line */
	int (*run)(const struct call *call); /* returns an exit status; has said why when it is not 0 */
};

/* The table of verbs, in ctl.c: NULL where there is none. */
const struct verb *verb_find(const char *name);
const struct verb *verb_at(size_t i);

/* These options go with every verb. */
#define OPTIONS_COMMON (OPTION_BIT(OPTION_CONFIG) | OPTION_BIT(OPTION_DB) | OPTION_BIT(OPTION_JSON))

int verb_list(const struct call *call);
int verb_show(const struct call *call);
int verb_history(const struct call *call);
int verb_windows(const struct call *call);
int verb_violations(const struct call *call);
int verb_sources(const struct call *call);
int verb_journal(const struct call *call);
int verb_actions(const struct call *call);
int verb_outbox(const struct call *call);
int verb_durations(const struct call *call);
int verb_stats(const struct call *call);
int verb_watch(const struct call *call);
int verb_graph(const struct call *call);
int verb_doctor(const struct call *call);
int verb_accept(const struct call *call);
int verb_cancel(const struct call *call);
int verb_order_status(const struct call *call);
int verb_cancellation(const struct call *call);
int verb_refetch(const struct call *call);
int verb_resolve(const struct call *call);
int verb_prune(const struct call *call);
int verb_complete(const struct call *call);
int verb_backup(const struct call *call);
int verb_check_db(const struct call *call);
int verb_export(const struct call *call);

#endif
