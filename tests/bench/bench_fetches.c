/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * bench_fetches [--claims N]: how fast claimd reads claims from a claimsim that limits nothing: N that wait, by bulk_info, as many in a
 * request as fit; and one at a time, each as soon as its callback has come.
 * Benchmarks; `make bench-fetches` runs it. claimsim runs on the same machine, and takes its share of it.
 */
#include <limits.h>
#include <stdlib.h>

#include "base/attr.h"
#include "base/err.h"
#include "bench/backlog.h"
#include "bench/daemon.h"

/* Of the claims, those that are called for one by one. */
#define SINGLE 200

#define LOOK_EVERY_US (1 * USEC_PER_MS)
#define READ_US (600 * USEC_PER_SEC)

static int await_read(const char *path)
{
	struct bench_cost begin = bench_read_clocks();
	long long unfolded = 1, owed = 1;
	int r = ERR_OK;

	while (!r && unfolded + owed > 0) {
		bench_pause(LOOK_EVERY_US);
		r = backlog_left(path, &unfolded, &owed);
		if (!r && bench_since(begin).wall_us > READ_US)
			r = ERR_IO;
	}
	return r;
}

static int time_bulk(const struct bench *bench, const char *path, const char *url, struct daemon **ret)
{
	size_t n = (size_t)bench->number - SINGLE;
	struct bench_cost begin = bench_read_clocks();
	int r = daemon_start(bench, &(struct daemon_plan){ .database = path, .base_url = url }, ret);

	r = r ? r : await_read(path);
	if (r)
		return bench_fail(bench, "bulk", "what waits is not read");

	double rate = (double)n * USEC_PER_SEC / (double)bench_since(begin).wall_us;

	printf("%zu claims in bulk, claimd's start included: %.0f fetches/s\n", n, rate);
	bench_row(bench, "bulk", (double)n, "rate", rate, "fetches/s");
	return EXIT_SUCCESS;
}

static int time_single(const struct bench *bench, const char *path, const struct daemon *daemon)
{
	struct bench_cost begin = bench_read_clocks();
	char claim[32];

	for (int64_t i = bench->number - SINGLE + 1; i <= bench->number; i++) {
		snprintf(claim, sizeof(claim), "c%lld", (long long)i);
		if (daemon_call(daemon, claim) != 200 || await_read(path))
			return bench_fail(bench, claim, "it is not read");
	}

	double ms = (double)bench_since(begin).wall_us / USEC_PER_MS / SINGLE;

	printf("%d claims one by one, from the callback until the read is stored: %.1f ms each\n", SINGLE, ms);
	bench_row(bench, "single", 1, "callback to read", ms, "ms");
	return EXIT_SUCCESS;
}

static int run(const struct bench *bench)
{
	CLEANUP(child_cleanup) struct child *upstream = NULL;
	CLEANUP(daemon_cleanup) struct daemon *daemon = NULL;
	char path[PATH_MAX], url[64];
	int status;

	snprintf(path, sizeof(path), "%s/fetches.db", bench->folder);
	if (backlog_add(path, (size_t)bench->number - SINGLE, BACKLOG_UNFOLDED))
		return bench_fail(bench, path, "can't be filled");
	if (daemon_start_upstream(bench, (size_t)bench->number, url, &upstream))
		return bench_fail(bench, "claimsim", "does not start");
	bench_print_place(bench);
	status = time_bulk(bench, path, url, &daemon);
	return status == EXIT_SUCCESS ? time_single(bench, path, daemon) : status;
}

int main(int argc, char **argv)
{
	static const struct bench_program program = {
		.name = "fetches", .option = "claims", .number = 20000, .least = 2 * SINGLE, .run = run,
	};

	return bench_main(&program, argc, argv);
}
