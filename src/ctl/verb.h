/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The verbs of claimctl.
 * Ctl layer.
 */
#ifndef CLAIMD_CTL_VERB_H
#define CLAIMD_CTL_VERB_H

#include "ctl/console.h"
#include "ctl/options.h"

/* What a verb is run with. */
struct call {
	const struct console *console;
	const struct options *options;
	const char *word; /* its argument, NULL when not given */
};

struct verb {
	const char *name;
	const char *word;    /* its argument as usage shows it: "ID", "[MODEL]"; NULL when it takes none */
	unsigned options;    /* OPTION_BIT()s, beyond those that every verb takes */
	const char *meaning; /* one line */
	int (*run)(const struct call *call); /* returns an exit status; has said why when it is not 0 */
};

int verb_list(const struct call *call);
int verb_show(const struct call *call);
int verb_history(const struct call *call);
int verb_windows(const struct call *call);
int verb_violations(const struct call *call);
int verb_sources(const struct call *call);
int verb_journal(const struct call *call);
int verb_graph(const struct call *call);
int verb_doctor(const struct call *call);

#endif
