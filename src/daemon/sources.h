/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The configured sources with their rows, in the shapes in which the parts want them.
 * Daemon layer.
 */
#ifndef CLAIMD_DAEMON_SOURCES_H
#define CLAIMD_DAEMON_SOURCES_H

#include "conf/conf.h"
#include "listener/listener.h"
#include "store/store.h"
#include "worker/worker.h"

/* Each list is in the order of the configuration, and owned. */
struct sources {
	size_t n;
	struct worker_source *worked;
	struct listener_source *listened;
	int64_t *ids;
};

/* Of each source of CONF the row, made where there is none. At the start BEFORE is NULL: what an earlier run was about, whatever its
 * sources, is known no more. Afterwards BEFORE are those that are served: the file is touched only for one that is not among them, so
 * that otherwise this does not fail for a locked file. On failure nothing has changed; errors of the store or ERR_NOMEM. */
int sources_load(struct store *store, const struct conf *conf, const struct sources *before, struct wall now, struct sources *ret);

/* CONF has taken the configuration over that they were loaded for: its blocks are the ones to point to now. */
void sources_point(struct sources *sources, const struct conf *conf);

void sources_done(struct sources *sources);

#endif
