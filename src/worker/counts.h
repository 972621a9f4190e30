/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is counted of the work for one source, for metrics: once it is stored, and only then.
 * Worker layer.
 */
#ifndef CLAIMD_WORKER_COUNTS_H
#define CLAIMD_WORKER_COUNTS_H

#include "base/metrics.h"
#include "conf/conf.h"
#include "store/store.h"

/* What the read of a shipment came to. */
enum read_result {
	READ_FRESH,
	READ_STALE,   /* older than what it was to tell */
	READ_SUSPECT, /* an illegal status, which a second read must confirm */
	READ_MISSING, /* the upstream knows no such shipment */
	READ_FAILED,  /* it can't be read, or not be stored */
	READ_RESULT_MAX,
};

/* All zero counts nothing. */
struct counts {
	struct metrics *metrics;
	const struct conf_source *conf;
	struct counter *reads[READ_RESULT_MAX];
	struct counter *transitions[MODEL_MAX][VERDICT_MAX];
	struct histogram *lag;
};

/* METRICS and CONF outlive it; METRICS may be NULL. */
void counts_open(struct counts *counts, struct metrics *metrics, const struct conf_source *conf);

void counts_read(const struct counts *counts, enum read_result result);

/* What observations did to a shipment that follows MODEL; NULL: nothing. SINCE is when the hint was received that they were still
 * owed to, WALL_NONE when there was none, and NOW when they were stored. */
void counts_changes(const struct counts *counts, const struct model *model, const struct changes *changes, struct wall since,
                    struct wall now);

/* A window of that kind, of a shipment that follows MODEL, has ended without an answer. */
void counts_expired(const struct counts *counts, const struct model *model, const char *window);

#endif
