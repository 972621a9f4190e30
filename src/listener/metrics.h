/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GET /metrics: what claimd can be watched by, in Prometheus' text format 0.0.4.
 * Listener layer: asks the store, changes nothing.
 */
#ifndef CLAIMD_LISTENER_METRICS_H
#define CLAIMD_LISTENER_METRICS_H

#include "base/buf.h"
#include "store/store.h"

/* Adds every metric to TEXT, each with its samples of all sources. A value that is not known has no sample. 0, or an
 * error of the store's or of memory, with TEXT of no use. */
int metrics_write(struct store *store, struct buf *text);

#endif
