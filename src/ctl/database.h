/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which database a run of claimctl reads.
 * Ctl layer.
 */
#ifndef CLAIMD_CTL_DATABASE_H
#define CLAIMD_CTL_DATABASE_H

#include "ctl/verb.h"
#include "store/store.h"

/* Opens, for reading, the file that --db names, or else the configuration. 0, or an exit status after an error line. */
int database_open(const struct call *call, struct store **ret);

/* A report, with its arguments as store_report() takes them. */
struct question {
	enum report_query query;
	const char *const *args;
	size_t n_args;
};

/* Asks. 0, or an exit status after an error line. */
int database_ask(const struct call *call, struct store *store, const struct question *question, struct report **ret);

/* The exit status for CODE, which reading or printing a report came to; says it when it is an error. */
int database_status(const struct call *call, const struct store *store, int code);

#endif
