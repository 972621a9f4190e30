/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One or more acts, from asking the daemon for each to what became of all of them.
 * Ctl layer. The daemon is asked through its socket, and what becomes of an action is read in the database.
 */
#ifndef CLAIMD_CTL_DEED_H
#define CLAIMD_CTL_DEED_H

#include "ctl/fate.h"
#include "ctl/verb.h"
#include "wire/control.h"

struct deed {
	const struct call *call;
	struct store *store;
	char *socket;    /* the daemon's */
	struct fate_asked *asked; /* the actions */
	size_t n;
	size_t n_heard;  /* of them, those that the caller has awaited itself */
	struct mono end; /* of patience */
};

/* Opens the database, and finds out where the daemon's socket is. 0, or an exit status after an error line, as below. */
int deed_open(const struct call *call, struct deed *ret);
void deed_done(struct deed *deed);

/* An act with what the command line says of it: the id, which may be NULL, and --source. EX_NOINPUT for what can't name one. */
int deed_act(const struct call *call, enum act_kind kind, const char *id, struct wire_act *ret);

/* Asks the daemon. */
int deed_ask(struct deed *deed, const struct wire_act *act);

/* Waits until the action last asked for has ended, or patience has: *ret says which. What is to be said of it is the caller's. */
int deed_await(struct deed *deed, struct fate *ret);

/* Waits for all that has not been awaited, and says what became of each. Returns the worst of their exit statuses and STATUS; with
 * --json, the rows of all that was asked for are printed, as report_actions has them. */
int deed_finish(struct deed *deed, int status);

/* All of it for one act: open, ask, finish. */
int deed_run(const struct call *call, const struct wire_act *act);

#endif
