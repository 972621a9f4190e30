/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * bench_journal [--events N]: how fast pages of the journal are applied, from an empty file to one with
 * N rows of history, beside what plain inserts into the same tables reach in the same run.
 * Benchmarks; `make bench-journal` runs it. Asserts nothing about speed.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "bench/bench.h"
#include "bench/race.h"
#include "bench/stream.h"

#define EVENTS_DEFAULT 1000000

/* A file is not empty for long, so the first lap is short, and run over several files to be worth something. */
#define EMPTY_FILES 5
#define EMPTY_LAP_EVENTS 10000

#define LAST_LAP_EVENTS 50000

#define EVENTS_MIN (EMPTY_LAP_EVENTS + LAST_LAP_EVENTS)

#define FLAT_PERCENT 20

struct pace {
	double events; /* a second */
	double cpu_us; /* an event */
};

struct figures {
	struct pace page;
	struct pace plain;
};

static struct pace pace_of(int64_t events, const struct cost *cost)
{
	return (struct pace){
		.events = (double)events * USEC_PER_SEC / (double)cost->wall_us,
		.cpu_us = (double)cost->cpu_us / (double)events,
	};
}

static double change_percent(double from, double to)
{
	return 100 * (to / from - 1);
}

/* Of each figure, in percent. */
static struct pace change_of(const struct pace *from, const struct pace *to)
{
	return (struct pace){
		.events = change_percent(from->events, to->events),
		.cpu_us = change_percent(from->cpu_us, to->cpu_us),
	};
}

static void print_heading(void)
{
	printf("%12s %25s %25s\n", "", "page_store()      ", "plain inserts      ");
	printf("%12s %13s %11s %13s %11s %9s\n", "history rows", "events/s", "CPU us", "events/s", "CPU us", "ratio");
}

static void print_row(const struct bench *bench, int64_t rows, const struct figures *figures)
{
	const struct pace *page = &figures->page, *plain = &figures->plain;

	bench_row(bench, "page_store", (double)rows, "rate", page->events, "events/s");
	bench_row(bench, "page_store", (double)rows, "cpu", page->cpu_us, "us");
	bench_row(bench, "plain inserts", (double)rows, "rate", plain->events, "events/s");
	bench_row(bench, "plain inserts", (double)rows, "cpu", plain->cpu_us, "us");

	printf("%12lld %13.0f %11.1f %13.0f %11.1f %7.0f %%\n", (long long)rows, page->events, page->cpu_us, plain->events,
	       plain->cpu_us, 100 * page->events / plain->events);
	fflush(stdout);
}

static void print_change(const struct figures *change)
{
	printf("%12s %+11.1f %% %+9.1f %% %+11.1f %% %+9.1f %%\n\n", "change", change->page.events, change->page.cpu_us,
	       change->plain.events, change->plain.cpu_us);
}

static int fail(int error, const char *words)
{
	fprintf(stderr, "bench_journal: %s: %s\n", err_text(error), words);
	return error;
}

static void add_lap(struct lap *sum, const struct lap *lap)
{
	sum->events += lap->events;
	sum->page.wall_us += lap->page.wall_us;
	sum->page.cpu_us += lap->page.cpu_us;
	sum->plain.wall_us += lap->plain.wall_us;
	sum->plain.cpu_us += lap->plain.cpu_us;
}

static struct figures print_lap(const struct bench *bench, int64_t rows, const struct lap *lap)
{
	struct figures figures = { pace_of(lap->events, &lap->page), pace_of(lap->events, &lap->plain) };

	print_row(bench, rows, &figures);
	return figures;
}

/* The first lap, over and over, each in new files; *RET_RACE is where it then goes on. */
static int run_empty(const struct bench *bench, struct race **ret_race, struct figures *ret)
{
	CLEANUP(race_cleanup) struct race *race = NULL;
	struct lap sum = { 0 }, lap;

	for (int i = 0; i < EMPTY_FILES; i++) {
		race = race_close(race);

		int r = race_open(bench->folder, i, &race);

		if (r)
			return fail(r, bench->folder);
		r = race_run(race, EMPTY_LAP_EVENTS, &lap);
		if (r)
			return fail(r, race_error_text(race));
		add_lap(&sum, &lap);
	}
	*ret = print_lap(bench, 0, &sum);
	*ret_race = race;
	race = NULL;
	return ERR_OK;
}

/* Runs to FROM untimed, then on to TO; printed as a row about ROWS rows. */
static int run_lap(const struct bench *bench, struct race *race, int64_t from, int64_t to, int64_t rows, struct figures *ret)
{
	struct lap lap;
	int r = race_run(race, from, &lap);

	r = r ? r : race_run(race, to, &lap);
	if (r)
		return fail(r, race_error_text(race));
	*ret = print_lap(bench, rows, &lap);
	return ERR_OK;
}

static int run_laps(const struct bench *bench, int64_t events, struct figures *ret_first, struct figures *ret_last)
{
	static const struct {
		int64_t from, to;
	} laps[] = { { 10000, 30000 }, { 100000, 150000 }, { 300000, 350000 } };
	CLEANUP(race_cleanup) struct race *race = NULL;
	struct figures between;
	int r = run_empty(bench, &race, ret_first);

	for (size_t i = 0; !r && i < ARRAY_SIZE(laps) && laps[i].to <= events - LAST_LAP_EVENTS; i++)
		r = run_lap(bench, race, laps[i].from, laps[i].to, laps[i].from, &between);
	return r ? r : run_lap(bench, race, events - LAST_LAP_EVENTS, events, events, ret_last);
}

static bool is_flat(double percent)
{
	return fabs(percent) <= FLAT_PERCENT;
}

/* Where the time of a slower page_store() goes. */
static const char *reason(const struct figures *change)
{
	if (is_flat(change->page.cpu_us))
		return "the processor's part is flat, so it is waiting for the disk or for other programs that grew";
	if (change->plain.events < change->page.events / 2)
		return "plain inserts lose most of that too, so it is the tables and their indices that grew dear";
	return "plain inserts lose much less, so it is page_store()'s own";
}

static void print_verdict(int64_t events, const struct figures *change)
{
	double percent = change->page.events;

	printf("With %lld rows of history page_store() is %.0f %% %s than with none: ", (long long)events, fabs(percent),
	       percent < 0 ? "slower" : "faster");
	if (is_flat(percent))
		printf("flat within %d %%.\n", FLAT_PERCENT);
	else if (percent < 0)
		printf("not flat within %d %%; %s.\n", FLAT_PERCENT, reason(change));
	else
		printf("the file's growth can't do that, so the machine had more to do besides when the run began.\n");
}

static void print_end(struct mono begin)
{
	double load[1] = { NAN };

	getloadavg(load, ARRAY_SIZE(load));
	printf("It ran for %.0f s; the load average of the last minute is %.1f.\n",
	       (double)(clock_mono(&(struct clock){ 0 }).us - begin.us) / USEC_PER_SEC, load[0]);
}

static int run(const struct bench *bench)
{
	struct mono begin = clock_mono(&(struct clock){ 0 });
	int64_t events = bench->number / STREAM_PAGE * STREAM_PAGE;
	struct figures first, last;

	bench_print_place(bench);
	printf("Transactions of %d events, WAL, synchronous=FULL; CPU is an event's share.\n\n", STREAM_PAGE);
	print_heading();
	if (run_laps(bench, events, &first, &last))
		return EXIT_FAILURE;

	const struct figures change = { change_of(&first.page, &last.page), change_of(&first.plain, &last.plain) };

	print_change(&change);
	print_end(begin);
	print_verdict(events, &change);
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	static const struct bench_program program = {
		.name = "journal", .option = "events", .number = EVENTS_DEFAULT, .least = EVENTS_MIN, .run = run,
	};

	return bench_main(&program, argc, argv);
}
