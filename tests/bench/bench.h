/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the benchmark programs share: options, a folder of their own that is gone afterwards, and rows for who draws charts.
 * For the benchmarks.
 *
 *     --NUMBER N   how much, under a name of the program's own
 *     --dir DIR    where its folder is made, and where the stock is (stock.h)
 *     --rows FILE  adds what was measured to FILE, a line each, tabs between: benchmark, series, x, metric, value, unit
 */
#ifndef CLAIMD_TESTS_BENCH_BENCH_H
#define CLAIMD_TESTS_BENCH_BENCH_H

#include <stdint.h>
#include <stdio.h>

#include "base/clock.h"

struct bench {
	const char *name;
	const char *dir;    /* --dir */
	const char *folder; /* of its own, below that */
	int64_t number;
	FILE *rows;         /* NULL: nobody wants them */
};

struct bench_program {
	const char *name;   /* "journal" */
	const char *option; /* "events" */
	int64_t number;     /* its default, and the least that it may be */
	int64_t least;
	int (*run)(const struct bench *bench); /* returns an exit status */
};

/* A whole main(): the program runs in a child, so that its folder goes also when it is broken off. */
int bench_main(const struct bench_program *program, int argc, char **argv);

/* Adds a row, if somebody wants them. */
void bench_row(const struct bench *bench, const char *series, double x, const char *metric, double value, const char *unit);

/* The clocks' readings; subtracted from their later readings they are a cost. Processor time is this process's. */
struct bench_cost {
	int64_t wall_us;
	int64_t cpu_us;
};
struct bench_cost bench_read_clocks(void);
struct bench_cost bench_since(struct bench_cost begin);

/* Waits so long. */
void bench_pause(int64_t us);

/* The machine, the system, and what is in memory instead of on a disk. */
void bench_print_place(const struct bench *bench);

/* Says what failed; returns EXIT_FAILURE. */
int bench_fail(const struct bench *bench, const char *what, const char *words);

#endif
