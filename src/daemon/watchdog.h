/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The service manager's watchdog (WatchdogSec= in claimd.service): it is told that all is well while all is well, and restarts a
 * daemon that has not told so for too long.
 * Daemon layer. What is well is asked of others.
 *
 * Stuck is what a restart cures: the loop does not turn, or there is work that nobody in this process would ever do. Trouble is
 * what it does not cure, and would only add to: a full disk, another program's lock, an upstream that hangs or refuses us. Who is in
 * trouble says so in the log, answers 503, tries again, and goes on living.
 */
#ifndef CLAIMD_DAEMON_WATCHDOG_H
#define CLAIMD_DAEMON_WATCHDOG_H

#include <stdbool.h>

#include "base/attr.h"
#include "loop/loop.h"

#define WATCHDOG_WHAT_SIZE 128

struct watchdog;

/* Whether something is stuck, and then in *RET what, for the log. */
typedef bool (*watchdog_fn)(void *cls, char ret[static WATCHDOG_WHAT_SIZE]);

/* Asks FN twice in each period of the manager's (WATCHDOG_USEC in the environment), and tells the manager while nothing is stuck. Does
 * nothing without a manager that watches. */
int watchdog_new(struct loop *loop, watchdog_fn fn, void *cls, struct watchdog **ret);
struct watchdog *watchdog_free(struct watchdog *watchdog); /* takes NULL, returns NULL */

DEFINE_CLEANUP(watchdog, struct watchdog *, watchdog_free)

#endif
