/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * bench_growth [--rows-max N]: what each of claimd's operations costs with 10,000 stored transitions, ten times as many and so on up
 * to N.
 * Benchmarks; `make bench-growth` runs it. Commits are synced; the costs that are compared are those of the processor.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/err.h"
#include "bench/bench.h"
#include "bench/office.h"
#include "bench/stock.h"
#include "store/action.h"
#include "store/keep.h"
#include "store/measure.h"
#include "store/pulse.h"
#include "store/standing.h"

#define SIZES_MAX 8
#define SEED UINT64_C(0xd1342543de82ef95)

/* As many claims and orders are on their way beside those of the stock; it takes so many steps until they are in all stages. */
#define ALIVE 2000
#define WARM_EVENTS 6000

#define BULK_CLAIMS 1000
#define BULK_ORDERS 50
#define PAGE 1000
#define BATCH 64

enum task {
	TASK_INGEST_ONE,
	TASK_INGEST_MANY,
	TASK_FOLD,
	TASK_PAGE,
	TASK_APPLY_BULK,
	TASK_APPLY_ONE,
	TASK_APPLY_ORDERS,
	TASK_ACTION,
	TASK_PRUNE,
	TASK_COUNT,
	TASK_DUE,
	TASK_WINDOWS,
	TASK_PULSE,
	TASK_MEASURE,
	TASK_MAX,
};

static const char *const titles[] = {
	[TASK_INGEST_ONE] = "ingest, a hint a commit",
	[TASK_INGEST_MANY] = "ingest, 64 hints a commit",
	[TASK_FOLD] = "fold a hint",
	[TASK_PAGE] = "journal, pages of 1000: an event",
	[TASK_APPLY_BULK] = "bulk_info of 1000: a claim",
	[TASK_APPLY_ONE] = "bulk_info of 1: a claim",
	[TASK_APPLY_ORDERS] = "orders of 50: an order",
	[TASK_ACTION] = "an action: recorded, judged, ended",
	[TASK_PRUNE] = "a step of retention",
	[TASK_COUNT] = "count a stay, of 1000",
	[TASK_DUE] = "which reads are due",
	[TASK_WINDOWS] = "which windows are due",
	[TASK_PULSE] = "status line",
	[TASK_MEASURE] = "metrics of a source",
};
_Static_assert(ARRAY_SIZE(titles) == TASK_MAX, "a title for each");

struct figure {
	double cpu_us; /* one of them */
	double wall_us;
};

struct run {
	const struct bench *bench;
	int64_t sizes[SIZES_MAX];
	size_t n_sizes;
	struct figure figures[TASK_MAX][SIZES_MAX];
	/* Of the file at hand. */
	struct office *office;
	struct crowd *crowd;
	struct crowd_event events[WARM_EVENTS];
};

/* --- Tools ----------------------------------------------------------------------------------------------------------- */

static void note(struct run *run, enum task task, size_t n, struct bench_cost cost)
{
	struct figure *figure = &run->figures[task][run->n_sizes - 1];
	double rows = (double)run->sizes[run->n_sizes - 1];

	figure->cpu_us = (double)cost.cpu_us / (double)n;
	figure->wall_us = (double)cost.wall_us / (double)n;
	bench_row(run->bench, titles[task], rows, "cpu", figure->cpu_us, "us");
	bench_row(run->bench, titles[task], rows, "wall", figure->wall_us, "us");
}

/* The next N changes, of claims or orders alone where that is wanted; the office's time goes with them. */
static void happen(struct run *run, size_t n, const enum office_account *only)
{
	for (size_t i = 0; i < n;) {
		crowd_next(run->crowd, &run->events[i]);
		i += !only || office_account_of(&run->events[i]) == *only;
	}
	office_set_time(run->office, wall_add(run->events[n - 1].seen.key.updated, USEC_PER_SEC));
}

/* --- The tasks: each is timed alone, what leads there is not ------------------------------------------------------------- */

static int run_ingest(struct run *run, enum task task, size_t commits, size_t batch)
{
	int r = ERR_OK;

	happen(run, batch, NULL);

	struct bench_cost begin = bench_read_clocks();

	for (size_t i = 0; !r && i < commits; i++)
		r = office_ingest(run->office, run->events, batch);
	note(run, task, commits * batch, bench_since(begin));
	return r ? r : office_fold(run->office);
}

static int run_fold(struct run *run)
{
	int r;

	happen(run, PAGE, NULL);
	r = office_ingest(run->office, run->events, PAGE);

	struct bench_cost begin = bench_read_clocks();

	r = r ? r : office_fold(run->office);
	note(run, TASK_FOLD, PAGE, bench_since(begin));
	return r;
}

static int run_pages(struct run *run)
{
	static const enum office_account claims = OFFICE_MAIN;
	struct bench_cost sum = { 0 };
	int r = ERR_OK;

	for (size_t i = 0; !r && i < 5; i++) {
		happen(run, PAGE, &claims);

		struct bench_cost begin = bench_read_clocks(), cost;

		r = office_journal(run->office, run->events, PAGE);
		cost = bench_since(begin);
		sum.cpu_us += cost.cpu_us;
		sum.wall_us += cost.wall_us;
	}
	note(run, TASK_PAGE, 5 * PAGE, sum);
	return r;
}

/* What of the next changes is due, each shipment once, with what became of it. */
static int find_due(struct run *run, enum office_account account, struct due *due, struct crowd_event *answers, size_t n)
{
	struct shipment_found found;
	size_t n_found = 0;
	int r = ERR_OK;

	for (size_t i = 0; !r && i < n; i++) {
		const char *source = account == OFFICE_MAIN ? "main" : "shop";

		r = store_shipment_find(office_store(run->office), source, run->events[i].seen.external_id, &found, &n_found);
		due[i] = (struct due){ .shipment_id = found.shipment_id, .hint_id = INT64_MAX, .at = office_now(run->office) };
		snprintf(due[i].external_id, sizeof(due[i].external_id), "%s", run->events[i].seen.external_id);
		answers[i] = run->events[i];
	}
	return r;
}

/* TIMES answers about N each. */
static int run_apply(struct run *run, enum task task, enum office_account account, size_t times, size_t n)
{
	struct due *due = calloc(n, sizeof(*due));
	struct crowd_event *answers = calloc(n, sizeof(*answers));
	struct bench_cost sum = { 0 };
	int r = due && answers ? ERR_OK : ERR_NOMEM;

	for (size_t i = 0; !r && i < times; i++) {
		happen(run, n, &account);
		r = office_ingest(run->office, run->events, n);
		r = r ? r : office_fold(run->office);
		r = r ? r : find_due(run, account, due, answers, n);

		struct bench_cost begin = bench_read_clocks(), cost;

		r = r ? r : office_answer(run->office, account, due, answers, n);
		cost = bench_since(begin);
		sum.cpu_us += cost.cpu_us;
		sum.wall_us += cost.wall_us;
	}
	note(run, task, times * n, sum);
	free(due);
	free(answers);
	return r;
}

static int act_once(struct store *store, const struct shipment_found *found, struct wall now)
{
	const struct action_wish wish = {
		.source_id = found->source_id, .shipment_id = found->shipment_id, .kind = ACT_CANCEL, .argument = "free",
		.target_id = NUMBER_NONE, .version = NUMBER_NONE, .requested_by = "uid:1000",
	};
	const struct act act = { .kind = ACT_CANCEL, .argument = "free", .version = NUMBER_NONE };
	const struct action_end end = { .result = ACTION_REFUSED };
	struct act_standing standing = { .now = now };
	struct act_refusal refusal;
	struct shipment shipment;
	struct pending pending;
	struct window window;
	struct action due;
	int64_t id = 0;
	size_t n = 0;
	int r = store_begin(store);

	if (r)
		return r;
	store_action_add(store, &wish, now, &id);
	r = store_commit(store);
	r = r ? r : store_actions_due(store, found->source_id, now, &due, 1, &n);
	r = r ? r : store_shipment(store, found->shipment_id, &shipment, &pending);
	r = r ? r : store_standing_window(store, &shipment, &window);
	r = r ? r : store_standing_dismissed(store, shipment.id, &standing.dismissed);
	standing.shipment = &shipment;
	standing.window = &window;
	act_permit(&act, &standing, &refusal);
	r = r ? r : store_begin(store);
	if (r)
		return r;
	store_action_end(store, id, &end, now);
	return store_commit(store);
}

static int run_actions(struct run *run)
{
	static const enum office_account claims = OFFICE_MAIN;
	struct store *store = office_store(run->office);
	struct shipment_found found;
	size_t n = 0;
	int r;

	happen(run, 1, &claims);
	r = office_journal(run->office, run->events, 1);
	r = r ? r : store_shipment_find(store, "main", run->events[0].seen.external_id, &found, &n);

	struct bench_cost begin = bench_read_clocks();

	for (size_t i = 0; !r && n == 1 && i < 100; i++)
		r = act_once(store, &found, office_now(run->office));
	note(run, TASK_ACTION, 100, bench_since(begin));
	return r;
}

static int step_prune(struct store *store, struct prune *prune)
{
	int r = store_begin(store);

	if (r)
		return r;
	store_prune(store, prune);
	return store_commit(store);
}

/* What is counted is what the tasks before have added; what goes, of the stock's first days. */
static int run_keeper(struct run *run)
{
	struct store *store = office_store(run->office);
	struct prune prune = store_prune_start(office_now(run->office), 0);
	struct bench_cost begin = bench_read_clocks();
	size_t steps = 0;
	int r = ERR_OK;

	for (; !r && prune.stage == PRUNE_STAYS; steps++)
		r = step_prune(store, &prune);
	note(run, TASK_COUNT, steps * PAGE, bench_since(begin));
	prune.stage = PRUNE_SHIPMENTS;
	begin = bench_read_clocks();
	for (steps = 0; !r && prune.stage == PRUNE_SHIPMENTS && steps < 20; steps++)
		r = step_prune(store, &prune);
	note(run, TASK_PRUNE, steps, bench_since(begin));
	return r;
}

#define QUERIES 200

static int run_queries(struct run *run)
{
	struct store *store = office_store(run->office);
	int64_t source_id = office_source(run->office, OFFICE_MAIN)->id;
	struct wall now = office_now(run->office), next, unwarned;
	struct due due[BULK_CLAIMS];
	struct deadline deadlines[16];
	struct pulse pulse;
	struct source_measure measure;
	size_t n = 0;
	int r = ERR_OK;
	struct bench_cost begin = bench_read_clocks();

	for (size_t i = 0; !r && i < QUERIES; i++) {
		r = store_due(store, source_id, now, due, 16, &n);
		r = r ? r : store_next_due(store, source_id, now, &next);
	}
	note(run, TASK_DUE, QUERIES, bench_since(begin));
	begin = bench_read_clocks();
	for (size_t i = 0; !r && i < QUERIES; i++) {
		r = store_deadlines_passed(store, source_id, now, deadlines, ARRAY_SIZE(deadlines), &n);
		r = r ? r : store_next_deadlines(store, source_id, &next, &unwarned);
	}
	note(run, TASK_WINDOWS, QUERIES, bench_since(begin));
	begin = bench_read_clocks();
	for (size_t i = 0; !r && i < QUERIES; i++)
		r = store_pulse(store, &source_id, 1, &pulse);
	note(run, TASK_PULSE, QUERIES, bench_since(begin));
	begin = bench_read_clocks();
	for (size_t i = 0; !r && i < QUERIES; i++)
		r = store_measure_source(store, source_id, &measure);
	note(run, TASK_MEASURE, QUERIES, bench_since(begin));
	return r;
}

/* --- The run --------------------------------------------------------------------------------------------------------- */

static int warm_up(struct run *run)
{
	int r = ERR_OK;

	for (size_t i = 0; !r && i < WARM_EVENTS; i += PAGE) {
		happen(run, PAGE, NULL);
		r = office_ingest(run->office, run->events, PAGE);
		r = r ? r : office_fold(run->office);
		r = r ? r : office_journal(run->office, run->events, PAGE);
	}
	return r;
}

static int run_tasks(struct run *run)
{
	int r = warm_up(run);

	r = r ? r : run_ingest(run, TASK_INGEST_ONE, 200, 1);
	r = r ? r : run_ingest(run, TASK_INGEST_MANY, 50, BATCH);
	r = r ? r : run_fold(run);
	r = r ? r : run_pages(run);
	r = r ? r : run_apply(run, TASK_APPLY_BULK, OFFICE_MAIN, 3, BULK_CLAIMS);
	r = r ? r : run_apply(run, TASK_APPLY_ONE, OFFICE_MAIN, 100, 1);
	r = r ? r : run_apply(run, TASK_APPLY_ORDERS, OFFICE_SHOP, 10, BULK_ORDERS);
	r = r ? r : run_actions(run);
	r = r ? r : run_queries(run);
	return r ? r : run_keeper(run);
}

static int run_file(struct run *run, int64_t rows)
{
	char path[PATH_MAX];
	struct stock_error error;
	int r;

	snprintf(path, sizeof(path), "%s/growth.db", run->bench->folder);
	if (stock_make(run->bench->dir, rows, &error) || stock_copy(run->bench->dir, rows, path, &error))
		return bench_fail(run->bench, run->bench->dir, error.text);
	run->sizes[run->n_sizes++] = rows;
	r = office_open(path, &run->office);
	if (r)
		return bench_fail(run->bench, path, err_text(r));
	r = crowd_new(SEED, ALIVE, office_now(run->office), &run->crowd);
	r = r ? r : run_tasks(run);
	if (r)
		bench_fail(run->bench, path, office_error_text(run->office));
	run->crowd = crowd_free(run->crowd);
	run->office = office_close(run->office);
	return r ? EXIT_FAILURE : EXIT_SUCCESS;
}

static void print_tasks(const struct run *run)
{
	printf("\n%-38s", "CPU us of one");
	for (size_t i = 0; i < run->n_sizes; i++)
		printf(" %9lld", (long long)run->sizes[i]);
	printf(" %9s %14s\n", "change", "wall us, last");
	for (enum task task = 0; task < TASK_MAX; task++) {
		const struct figure *figures = run->figures[task];
		const struct figure *last = &figures[run->n_sizes - 1];

		printf("%-38s", titles[task]);
		for (size_t i = 0; i < run->n_sizes; i++)
			printf(" %9.1f", figures[i].cpu_us);
		printf(" %+7.0f %% %14.1f\n", 100 * (last->cpu_us / figures[0].cpu_us - 1), last->wall_us);
	}
}

static int run(const struct bench *bench)
{
	struct run *run = calloc(1, sizeof(*run));
	int status = EXIT_SUCCESS;

	if (!run)
		return bench_fail(bench, "memory", err_text(ERR_NOMEM));
	run->bench = bench;
	bench_print_place(bench);
	for (int64_t rows = STOCK_ROWS_MIN; status == EXIT_SUCCESS && rows <= bench->number && run->n_sizes < SIZES_MAX; rows *= 10)
		status = run_file(run, rows);
	if (status == EXIT_SUCCESS)
		print_tasks(run);
	free(run);
	return status;
}

int main(int argc, char **argv)
{
	static const struct bench_program program = {
		.name = "growth", .option = "rows-max", .number = 10000000, .least = STOCK_ROWS_MIN, .run = run,
	};

	return bench_main(&program, argc, argv);
}
