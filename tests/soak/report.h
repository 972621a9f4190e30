/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What came of it: samples, the judgement of what must stay flat, the report for people, and the figures that gnuplot draws.
 * The soak.
 */
#ifndef CLAIMD_TESTS_SOAK_REPORT_H
#define CLAIMD_TESTS_SOAK_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "soak/daemon.h"
#include "soak/oracle.h"
#include "soak/trouble.h"

/* What was measured at one moment. */
struct sample {
	struct wall at;
	int64_t real_us;    /* since the start */
	unsigned n_starts;  /* which claimd it was; 0: none ran */
	size_t shipments;
	size_t transitions; /* upstream */
	struct daemon_usage usage;
};

struct samples {
	struct sample *all; /* owned */
	size_t n;
	size_t size;
};
int samples_add(struct samples *samples, const struct sample *sample);

/* How something went in the life of the claimd that ran longest: the means of its second and of its last third. In the first one SQLite's
 * cache fills, and the heap becomes as large as the largest answers want it. */
struct trend {
	double before;
	double after;
	double days; /* between the middles of the two */
	bool is_flat; /* not when there are too few samples to tell */
};

struct verdict_of_all {
	unsigned life;        /* which claimd ran longest, as n_starts */
	size_t n;             /* its samples */
	double days;
	struct trend memory;  /* anonymous_bytes */
	struct trend descriptors;
	struct trend size;    /* database_bytes, only told */
};
void report_judge(const struct samples *samples, struct verdict_of_all *ret);

struct findings {
	const char *folder;
	struct wall start;
	struct wall end;
	int64_t bin_us;
	uint64_t seed;
	int retention_days;
	const struct samples *samples;
	const struct trouble *troubles;
	size_t n_troubles;
	const struct oracle *oracle;
	struct sim_stats stats;
	size_t callbacks_lost; /* acknowledged, and not in the file */
	int64_t hints_stored;
	int64_t hints_pending;
	bool check_db_is_good;
	unsigned n_starts;
	char trouble[256]; /* why it was broken off; "" if it was not */
};

/* Writes the report to folder/report.md and to the terminal, and the figures beside it; *ret_good, whether all is as it must be. ERR_IO. */
int report_write(const struct findings *findings, bool *ret_good);

#endif
