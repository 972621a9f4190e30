/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * bench_memory [--rows-max N]: how much memory claimd has: fresh, with N stored transitions, under load, with a million claims that wait
 * for a read, and while it reads a journal from its beginning. Beside it how long a page of metrics takes then.
 * Benchmarks; `make bench-memory` runs it.
 */
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/err.h"
#include "bench/backlog.h"
#include "bench/daemon.h"
#include "bench/stock.h"

#define HINTS 1000000
#define CLAIMS 20000

/* So many call at once, each again and again, for so long. */
#define CALLERS 16
#define LOAD_US (5 * USEC_PER_SEC)

/* Until what is to be read is. */
#define REST_US (3 * USEC_PER_SEC)

static void note(const struct bench *bench, const char *title, const struct daemon *daemon)
{
	double now = (double)child_resident_bytes(daemon_child(daemon)) / 1e6;
	double peak = (double)child_peak_bytes(daemon_child(daemon)) / 1e6;
	struct bench_cost begin = bench_read_clocks();
	int status = daemon_scrape(daemon);
	double ms = (double)bench_since(begin).wall_us / USEC_PER_MS;

	printf("%-44s %8.1f MB %8.1f MB %9.1f ms%s\n", title, now, peak, ms, status == 200 ? "" : ", no answer");
	fflush(stdout);
	bench_row(bench, title, (double)bench->number, "resident", now, "MB");
	bench_row(bench, title, (double)bench->number, "peak", peak, "MB");
	bench_row(bench, title, (double)bench->number, "metrics", ms, "ms");
}

static void call_again_and_again(const struct daemon *daemon, int caller)
{
	struct bench_cost begin = bench_read_clocks();
	char claim[64];

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (int i = 0; bench_since(begin).wall_us < LOAD_US; i++) {
		snprintf(claim, sizeof(claim), "load-%d-%d", caller, i);
		daemon_call(daemon, claim);
	}
	_exit(EXIT_SUCCESS);
}

static void load(const struct daemon *daemon)
{
	pid_t callers[CALLERS];

	for (int i = 0; i < CALLERS; i++) {
		callers[i] = fork();
		if (callers[i] == 0)
			call_again_and_again(daemon, i);
	}
	for (int i = 0; i < CALLERS; i++)
		waitpid(callers[i], NULL, 0);
}

static int measure(const struct bench *bench, const char *title, const struct daemon_plan *plan, bool loaded)
{
	CLEANUP(daemon_cleanup) struct daemon *daemon = NULL;

	if (daemon_start(bench, plan, &daemon))
		return bench_fail(bench, title, "claimd does not get ready");
	bench_pause(REST_US);
	note(bench, title, daemon);
	if (!loaded)
		return EXIT_SUCCESS;
	load(daemon);
	note(bench, "under load", daemon);
	return EXIT_SUCCESS;
}

static int measure_stock(const struct bench *bench, const char *path)
{
	struct stock_error error;
	int status;

	if (stock_make(bench->dir, bench->number, &error) || stock_copy(bench->dir, bench->number, path, &error))
		return bench_fail(bench, bench->dir, error.text);
	status = measure(bench, "with all that is stored", &(struct daemon_plan){ .database = path }, true);
	if (status != EXIT_SUCCESS)
		return status;
	if (backlog_add(path, HINTS, BACKLOG_DUE))
		return bench_fail(bench, path, "can't be filled");
	return measure(bench, "a million claims wait for a read", &(struct daemon_plan){ .database = path }, false);
}

static int measure_journal(const struct bench *bench, const char *path)
{
	CLEANUP(child_cleanup) struct child *upstream = NULL;
	char url[64];

	if (daemon_start_upstream(bench, CLAIMS, url, &upstream))
		return bench_fail(bench, "claimsim", "does not start");
	bench_pause(REST_US);
	return measure(bench, "has read a journal of 20,000", &(struct daemon_plan){ path, url, true }, false);
}

static int run(const struct bench *bench)
{
	char fresh[PATH_MAX], path[PATH_MAX], journal[PATH_MAX];
	int status;

	snprintf(fresh, sizeof(fresh), "%s/fresh.db", bench->folder);
	snprintf(path, sizeof(path), "%s/memory.db", bench->folder);
	snprintf(journal, sizeof(journal), "%s/journal.db", bench->folder);
	bench_print_place(bench);
	printf("%lld transitions are stored.\n\n%-44s %11s %11s %12s\n", (long long)bench->number, "", "resident", "peak", "metrics");
	status = measure(bench, "fresh", &(struct daemon_plan){ .database = fresh }, false);
	status = status == EXIT_SUCCESS ? measure_journal(bench, journal) : status;
	return status == EXIT_SUCCESS ? measure_stock(bench, path) : status;
}

int main(int argc, char **argv)
{
	static const struct bench_program program = {
		.name = "memory", .option = "rows-max", .number = 10000000, .least = STOCK_ROWS_MIN, .run = run,
	};

	return bench_main(&program, argc, argv);
}
