/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The line that systemctl status shows: how the work stands.
 * Daemon layer, pure.
 */
#ifndef CLAIMD_DAEMON_SUMMARY_H
#define CLAIMD_DAEMON_SUMMARY_H

#include <stdbool.h>

#include "conf/conf.h"
#include "store/pulse.h"

/* What the store does not know. */
struct summary {
	char reading[CONF_NAME_SIZE]; /* the source whose journal is read for the first time; "" for none */
	size_t n_read;                /* events of it so far */
	bool not_reloaded;            /* the configuration on disk is not the one in force: it is wrong */
};

#define SUMMARY_SIZE 320

/* As in "2 sources, 1 locked out; 3 pending, the oldest for 12 s; cursor 5 s old; 4 open windows, the next due in 7 min; no open
 * violations". An age has one unit: the longer nothing happens, the more seldom the line changes. */
void summary_write(const struct summary *summary, const struct pulse *pulse, struct wall now, char ret[static SUMMARY_SIZE]);

#endif
