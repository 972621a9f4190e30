/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * bench_restart [--rows-max N]: how long claimd takes from its exec until it is ready and until its first 200, with N stored
 * transitions: with nothing to do; with a million hints that wait, folded and not; after an orderly stop, and after kill -9 with all
 * of them in the write-ahead log. And how long until they are folded.
 * Benchmarks; `make bench-restart` runs it.
 */
#include <limits.h>
#include <stdlib.h>

#include "base/attr.h"
#include "base/err.h"
#include "bench/backlog.h"
#include "bench/daemon.h"
#include "bench/stock.h"

#define HINTS 1000000

#define FOLDED_US (600 * USEC_PER_SEC)
#define LOOK_EVERY_US (20 * USEC_PER_MS)

enum state {
	STATE_CALM,
	STATE_UNFOLDED,
	STATE_DUE,
	STATE_IN_LOG,
	STATE_MAX,
};

static const char *const titles[] = {
	[STATE_CALM] = "nothing waits, after an orderly stop",
	[STATE_UNFOLDED] = "a million hints, not folded",
	[STATE_DUE] = "a million claims whose read is due",
	[STATE_IN_LOG] = "a million hints in the log, after kill -9",
};

static int prepare(const char *path, enum state state)
{
	switch (state) {
	case STATE_CALM:
		return ERR_OK;
	case STATE_UNFOLDED:
		return backlog_add(path, HINTS, BACKLOG_UNFOLDED);
	case STATE_DUE:
		return backlog_add(path, HINTS, BACKLOG_DUE);
	case STATE_IN_LOG:
		return backlog_add_in_log(path, HINTS);
	case STATE_MAX:
		break;
	}
	return ERR_INVALID;
}

/* Until all hints are folded. */
static int await_folded(const char *path)
{
	struct bench_cost begin = bench_read_clocks();
	long long unfolded = 1, owed = 0;
	int r = ERR_OK;

	while (!r && unfolded > 0) {
		r = backlog_left(path, &unfolded, &owed);
		if (!r && bench_since(begin).wall_us > FOLDED_US)
			r = ERR_IO;
		bench_pause(LOOK_EVERY_US);
	}
	return r;
}

static double seconds_since(struct bench_cost begin)
{
	return (double)bench_since(begin).wall_us / USEC_PER_SEC;
}

static int time_start(const struct bench *bench, const char *path, enum state state)
{
	CLEANUP(daemon_cleanup) struct daemon *daemon = NULL;
	struct bench_cost begin = bench_read_clocks();
	int r = daemon_start(bench, &(struct daemon_plan){ .database = path }, &daemon);
	double ready = seconds_since(begin);

	if (r)
		return bench_fail(bench, titles[state], "claimd does not get ready");
	if (daemon_call(daemon, "first") != 200)
		return bench_fail(bench, titles[state], "its first answer is no 200");

	double first = seconds_since(begin);

	if (await_folded(path))
		return bench_fail(bench, titles[state], "the hints are not folded");

	double folded = seconds_since(begin);

	printf("%-44s %9.3f s %9.3f s %9.1f s\n", titles[state], ready, first, folded);
	fflush(stdout);
	bench_row(bench, titles[state], (double)bench->number, "ready", ready, "s");
	bench_row(bench, titles[state], (double)bench->number, "first 200", first, "s");
	bench_row(bench, titles[state], (double)bench->number, "folded", folded, "s");
	return EXIT_SUCCESS;
}

static int run_state(const struct bench *bench, enum state state)
{
	char path[PATH_MAX];
	struct stock_error error;
	int r;

	snprintf(path, sizeof(path), "%s/restart.db", bench->folder);
	if (stock_copy(bench->dir, bench->number, path, &error))
		return bench_fail(bench, bench->dir, error.text);
	r = prepare(path, state);
	return r ? bench_fail(bench, titles[state], err_text(r)) : time_start(bench, path, state);
}

static int run(const struct bench *bench)
{
	struct stock_error error;
	int status = EXIT_SUCCESS;

	if (stock_make(bench->dir, bench->number, &error))
		return bench_fail(bench, bench->dir, error.text);
	bench_print_place(bench);
	printf("%lld transitions are stored. From claimd's exec:\n\n%-44s %11s %11s %11s\n", (long long)bench->number, "", "ready",
	       "first 200", "all folded");
	for (enum state state = 0; status == EXIT_SUCCESS && state < STATE_MAX; state++)
		status = run_state(bench, state);
	return status;
}

int main(int argc, char **argv)
{
	static const struct bench_program program = {
		.name = "restart", .option = "rows-max", .number = 10000000, .least = STOCK_ROWS_MIN, .run = run,
	};

	return bench_main(&program, argc, argv);
}
