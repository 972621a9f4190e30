/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The running daemon: every part, opened in order and closed in reverse.
 * Daemon layer: composition only, no decisions. struct app is seen by nobody else.
 */
#ifndef CLAIMD_DAEMON_APP_H
#define CLAIMD_DAEMON_APP_H

#include "base/attr.h"
#include "conf/conf.h"

struct app;

/* Opens the store and the sockets, starts the worker, and answers from now on. CONF (with its secrets loaded) is
 * owned by the app; CONF_FILE is what a reload reads again, NULL for the default files. On failure *ret_status is
 * the exit status, and the reason is in the log. */
int app_new(struct conf *conf, const char *conf_file, struct app **ret, int *ret_status);

/* Runs until SIGTERM or SIGINT has been dealt with: accepting stopped, what was in flight committed and answered.
 * Returns the exit status. */
int app_run(struct app *app);

struct app *app_free(struct app *app); /* takes NULL, returns NULL */

DEFINE_CLEANUP(app, struct app *, app_free)

#endif
