/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The frame of a benchmark program.
 * Benchmarks.
 */
#include "bench/bench.h"

#include <ftw.h>
#include <getopt.h>
#include <limits.h>
#include <linux/magic.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/log.h"
#include "bench/plain.h"

void bench_row(const struct bench *bench, const char *series, double x, const char *metric, double value, const char *unit)
{
	if (!bench->rows)
		return;
	fprintf(bench->rows, "%s\t%s\t%.0f\t%s\t%.6g\t%s\n", bench->name, series, x, metric, value, unit);
	fflush(bench->rows);
}

struct bench_cost bench_read_clocks(void)
{
	struct timespec cpu = { 0 };

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
	return (struct bench_cost){
		.wall_us = clock_mono(&(struct clock){ 0 }).us,
		.cpu_us = cpu.tv_sec * USEC_PER_SEC + cpu.tv_nsec / 1000,
	};
}

struct bench_cost bench_since(struct bench_cost begin)
{
	struct bench_cost end = bench_read_clocks();

	return (struct bench_cost){ end.wall_us - begin.wall_us, end.cpu_us - begin.cpu_us };
}

void bench_pause(int64_t us)
{
	poll(NULL, 0, (int)(us / USEC_PER_MS));
}

void bench_print_place(const struct bench *bench)
{
	struct utsname system = { 0 };
	struct statfs files = { 0 };

	uname(&system);
	statfs(bench->folder, &files);
	printf("%ld cores, %s %s, SQLite %s; files in %s%s\n", sysconf(_SC_NPROCESSORS_ONLN), system.sysname, system.release,
	       plain_sqlite_version(), bench->dir,
	       files.f_type == TMPFS_MAGIC ? ", which is in memory: commits cost less there than on a disk" : "");
}

int bench_fail(const struct bench *bench, const char *what, const char *words)
{
	fprintf(stderr, "bench_%s: %s: %s\n", bench->name, what, words);
	return EXIT_FAILURE;
}

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *place)
{
	(void)status;
	(void)kind;
	(void)place;
	return remove(path);
}

/* Passes on what would have ended this process, so that it outlives the child and can tidy up. */
static int await_child(pid_t child, const sigset_t *signals)
{
	int status = 0;
	int number;

	while (waitpid(child, &status, WNOHANG) == 0)
		if (sigwait(signals, &number) == 0 && number != SIGCHLD)
			kill(child, number);
	return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILURE;
}

static int run_in_child(const struct bench_program *program, const struct bench *bench)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGCHLD);
	sigprocmask(SIG_BLOCK, &signals, NULL);

	pid_t child = fork();

	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		sigprocmask(SIG_UNBLOCK, &signals, NULL);
		exit(program->run(bench));
	}
	if (child < 0)
		return bench_fail(bench, "fork", "no process to be had");
	return await_child(child, &signals);
}

static bool parse_options(const struct bench_program *program, int argc, char **argv, struct bench *bench, const char **ret_rows)
{
	const struct option names[] = {
		{ program->option, required_argument, NULL, 'n' },
		{ "dir", required_argument, NULL, 'd' },
		{ "rows", required_argument, NULL, 'r' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int name;

	while ((name = getopt_long(argc, argv, "", names, NULL)) != -1) {
		if (name == 'n')
			bench->number = (int64_t)strtod(optarg, NULL);
		else if (name == 'd')
			bench->dir = optarg;
		else if (name == 'r')
			*ret_rows = optarg;
		else
			return false;
	}
	return optind == argc && bench->number >= program->least;
}

static int run(const struct bench_program *program, struct bench *bench)
{
	char folder[PATH_MAX];

	snprintf(folder, sizeof(folder), "%s/claimd-bench.XXXXXX", bench->dir);
	if (!mkdtemp(folder)) {
		perror(folder);
		return EXIT_FAILURE;
	}
	bench->folder = folder;

	int status = run_in_child(program, bench);

	bench->folder = NULL;
	if (nftw(folder, remove_entry, 16, FTW_PHYS | FTW_DEPTH) != 0)
		perror(folder);
	return status;
}

int bench_main(const struct bench_program *program, int argc, char **argv)
{
	struct bench bench = { .name = program->name, .dir = "/var/tmp", .number = program->number };
	const char *rows = NULL;

	if (!parse_options(program, argc, argv, &bench, &rows)) {
		fprintf(stderr, "usage: bench_%s [--%s N] [--dir DIR] [--rows FILE]; N is at least %lld\n", program->name,
		        program->option, (long long)program->least);
		return EX_USAGE;
	}
	bench.rows = rows ? fopen(rows, "ae") : NULL;
	if (rows && !bench.rows) {
		perror(rows);
		return EXIT_FAILURE;
	}
	log_open(program->name, LOG_LEVEL_ERROR);

	int status = run(program, &bench);

	if (bench.rows)
		fclose(bench.rows);
	return status;
}
