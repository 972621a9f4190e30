/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * bench_fill [--rows-max N]: makes the stock of databases that the other benchmarks use, of 10,000 transitions, ten times as many and
 * so on up to N, unless there are fresh ones; and says how long each took and how large it is.
 * Benchmarks; `make bench-fill` runs it. The files stay: DIR/claimd-stock-*.db.
 */
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "bench/bench.h"
#include "bench/stock.h"

static int make_one(const struct bench *bench, int64_t rows)
{
	struct bench_cost begin = bench_read_clocks();
	struct stock_error error;
	char path[PATH_MAX];
	struct stat file = { 0 };

	if (stock_make(bench->dir, rows, &error))
		return bench_fail(bench, bench->dir, error.text);

	struct bench_cost cost = bench_since(begin);

	stock_path(bench->dir, rows, path);
	stat(path, &file);
	printf("%12lld %10.1f s %10.1f s %10.1f MB\n", (long long)rows, (double)cost.wall_us / USEC_PER_SEC,
	       (double)cost.cpu_us / USEC_PER_SEC, (double)file.st_size / 1e6);
	fflush(stdout);
	bench_row(bench, "stock", (double)rows, "size", (double)file.st_size, "bytes");
	return EXIT_SUCCESS;
}

static int run(const struct bench *bench)
{
	int status = EXIT_SUCCESS;

	bench_print_place(bench);
	printf("\n%12s %12s %12s %13s\n", "transitions", "made in", "CPU", "size");
	for (int64_t rows = STOCK_ROWS_MIN; status == EXIT_SUCCESS && rows <= bench->number; rows *= 10)
		status = make_one(bench, rows);
	return status;
}

int main(int argc, char **argv)
{
	static const struct bench_program program = {
		.name = "fill", .option = "rows-max", .number = 10000000, .least = STOCK_ROWS_MIN, .run = run,
	};

	return bench_main(&program, argc, argv);
}
