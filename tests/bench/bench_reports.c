/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * bench_reports [--rows-max N]: how long each report takes, the way people ask, from 10,000 transitions up to N: about one shipment,
 * about the last day, what is open, the numbers of all; the queries of claimd-schema(7); and the verbs of claimctl. What takes longer
 * than a minute is given up.
 * Benchmarks; `make bench-reports` runs it, in the project's folder.
 */
#include <limits.h>
#include <math.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/err.h"
#include "bench/bench.h"
#include "bench/child.h"
#include "bench/page.h"
#include "bench/stock.h"

#define SIZES_MAX 8
#define QUESTIONS_MAX 128

/* Longer than that nobody waits. */
#define PATIENCE_US (60 * USEC_PER_SEC)
/* What takes so long is asked once. */
#define SLOW_S 5
/* SQLite's instructions between two looks at the clock. */
#define LOOK_EVERY 100000

#define DAY_US (24 * 3600 * USEC_PER_SEC)

enum reach {
	BY_INDEX, /* an index leads there */
	READS_ALL,
	REACH_MAX,
};

static const char *const reaches[] = { [BY_INDEX] = "by index", [READS_ALL] = "reads all" };

struct question {
	const char *title;
	enum reach reach;
	const char *words; /* SQL, where ?1 is a claim's id, ?2 an order's, ?3 a day ago; or claimctl's, where %s is a claim's id */
};

static const struct question in_sql[] = {
	{ "a claim: report_claims", BY_INDEX, "SELECT * FROM report_claims WHERE claim_id = ?1" },
	{ "an order: report_orders", BY_INDEX, "SELECT * FROM report_orders WHERE order_id = ?2" },
	{ "a claim: report_transitions", BY_INDEX, "SELECT * FROM report_transitions WHERE external_id = ?1 ORDER BY seq" },
	{ "a claim: report_windows", BY_INDEX, "SELECT * FROM report_windows WHERE external_id = ?1" },
	{ "a claim: report_violations", BY_INDEX, "SELECT * FROM report_violations WHERE external_id = ?1" },
	{ "a claim: report_prices", BY_INDEX, "SELECT * FROM report_prices WHERE external_id = ?1" },
	{ "a claim: report_actions", BY_INDEX, "SELECT * FROM report_actions WHERE external_id = ?1" },
	{ "a claim: report_active", BY_INDEX, "SELECT * FROM report_active WHERE external_id = ?1" },
	{ "a claim: report_outbox", BY_INDEX, "SELECT * FROM report_outbox WHERE external_id = ?1" },
	{ "a claim: report_notifications", READS_ALL, "SELECT * FROM report_notifications WHERE external_id = ?1" },

	{ "since a day: report_transitions by at", BY_INDEX, "SELECT * FROM report_transitions WHERE at_us >= ?3" },
	{ "since a day: report_transitions by seen_at", BY_INDEX, "SELECT * FROM report_transitions WHERE seen_at_us >= ?3" },
	{ "since a day: report_windows by due_at", BY_INDEX, "SELECT * FROM report_windows WHERE due_at_us >= ?3" },
	{ "since a day: report_claims", READS_ALL, "SELECT * FROM report_claims WHERE updated_at_us >= ?3" },
	{ "since a day: report_orders", READS_ALL, "SELECT * FROM report_orders WHERE updated_at_us >= ?3" },
	{ "since a day: report_prices", READS_ALL, "SELECT * FROM report_prices WHERE at_us >= ?3" },
	{ "since a day: report_actions", READS_ALL, "SELECT * FROM report_actions WHERE requested_at_us >= ?3" },
	{ "since a day: report_notifications", READS_ALL, "SELECT * FROM report_notifications WHERE received_at_us >= ?3" },

	{ "the last 100: report_transitions by at", BY_INDEX, "SELECT * FROM report_transitions ORDER BY at_us DESC LIMIT 100" },
	{ "the last 100: report_transitions by id", BY_INDEX, "SELECT * FROM report_transitions ORDER BY id DESC LIMIT 100" },
	{ "the last 100: report_notifications", BY_INDEX, "SELECT * FROM report_notifications ORDER BY id DESC LIMIT 100" },

	{ "open: report_active", BY_INDEX, "SELECT * FROM report_active" },
	{ "open: report_windows", BY_INDEX, "SELECT * FROM report_windows WHERE outcome = 'open'" },
	{ "open: report_violations", BY_INDEX, "SELECT * FROM report_violations WHERE state = 'open'" },
	{ "open: as claimctl watch asks", BY_INDEX,
	  "SELECT *, count(*) OVER () AS active, sum(held) OVER () AS all_held FROM report_active"
	  " ORDER BY window_due_at_us IS NULL, window_due_at_us, NOT held, entered_at_us DESC, external_id LIMIT 100" },
	{ "open: report_outbox", BY_INDEX, "SELECT * FROM report_outbox" },
	{ "one status: report_claims", BY_INDEX, "SELECT * FROM report_claims WHERE status = 'performer_lookup'" },
	{ "held: report_claims", READS_ALL, "SELECT * FROM report_claims WHERE held" },
	{ "not terminal: report_claims", READS_ALL, "SELECT * FROM report_claims WHERE NOT terminal" },
	{ "pending: report_notifications", READS_ALL, "SELECT * FROM report_notifications WHERE state = 'pending'" },

	{ "numbers: report_sources", BY_INDEX, "SELECT * FROM report_sources" },
	{ "numbers: report_statuses", BY_INDEX, "SELECT * FROM report_statuses" },
	{ "numbers: report_durations", BY_INDEX, "SELECT * FROM report_durations" },
	{ "count: report_claims", READS_ALL, "SELECT count(*) FROM report_claims" },
	{ "count: report_orders", READS_ALL, "SELECT count(*) FROM report_orders" },
	{ "count: report_transitions", READS_ALL, "SELECT count(*) FROM report_transitions" },
	{ "count: report_windows", READS_ALL, "SELECT count(*) FROM report_windows" },
	{ "count: report_prices", READS_ALL, "SELECT count(*) FROM report_prices" },
	{ "count: report_notifications", READS_ALL, "SELECT count(*) FROM report_notifications" },
	{ "count: report_actions", READS_ALL, "SELECT count(*) FROM report_actions" },
};

static const struct question in_words[] = {
	{ "claimctl show", BY_INDEX, "show %s" },
	{ "claimctl history", BY_INDEX, "history %s" },
	{ "claimctl list --open", READS_ALL, "list --open" },
	{ "claimctl list --held", READS_ALL, "list --held" },
	{ "claimctl list", READS_ALL, "list" },
	{ "claimctl windows --due 1h", BY_INDEX, "windows --due 1h" },
	{ "claimctl windows", READS_ALL, "windows" },
	{ "claimctl violations", READS_ALL, "violations" },
	{ "claimctl sources", BY_INDEX, "sources" },
	{ "claimctl stats", BY_INDEX, "stats" },
	{ "claimctl durations", BY_INDEX, "durations" },
	{ "claimctl graph --counts", BY_INDEX, "graph --counts" },
	{ "claimctl actions", READS_ALL, "actions" },
	{ "claimctl check-db", READS_ALL, "check-db" },
};

/* What of the queries of the page an index answers; the others look at all that there ever was. */
static const char *const page_by_index[] = {
	"Late approvals this week", "From acceptance to pickup", "Stuck claims", "Cost of paid cancellations", "Busiest hours",
	"Windows about to close", "Delivered on each day", "Where the time goes", "Held back",
};

struct run {
	const struct bench *bench;
	struct question questions[QUESTIONS_MAX];
	size_t n;
	size_t n_sql;            /* the first of them; the others are claimctl's */
	double seconds[QUESTIONS_MAX][SIZES_MAX]; /* NAN: it was given up */
	int64_t sizes[SIZES_MAX];
	size_t n_sizes;
	char claim[64]; /* of the file at hand */
	char order[64];
	struct wall day_ago;
};

/* --- Questions in SQL ------------------------------------------------------------------------------------------------ */

static int give_up(void *cls)
{
	const struct bench_cost *begin = cls;

	return bench_since(*begin).wall_us > PATIENCE_US;
}

static void bind(const struct run *run, sqlite3_stmt *stmt)
{
	sqlite3_bind_text(stmt, 1, run->claim, -1, SQLITE_STATIC);
	sqlite3_bind_text(stmt, 2, run->order, -1, SQLITE_STATIC);
	sqlite3_bind_int64(stmt, 3, run->day_ago.us);
}

static double time_sql(const struct run *run, sqlite3 *handle, const char *sql)
{
	struct bench_cost begin = bench_read_clocks();
	sqlite3_stmt *stmt = NULL;
	int r = sqlite3_prepare_v2(handle, sql, -1, &stmt, NULL);

	if (r != SQLITE_OK) {
		bench_fail(run->bench, sql, sqlite3_errmsg(handle));
		return NAN;
	}
	bind(run, stmt);
	sqlite3_progress_handler(handle, LOOK_EVERY, give_up, &begin);
	do
		r = sqlite3_step(stmt);
	while (r == SQLITE_ROW);
	sqlite3_progress_handler(handle, 0, NULL, NULL);
	sqlite3_finalize(stmt);
	return r == SQLITE_DONE ? (double)bench_since(begin).wall_us / USEC_PER_SEC : NAN;
}

static void ask_text(sqlite3 *handle, const char *sql, size_t size, char *ret)
{
	sqlite3_stmt *stmt = NULL;

	ret[0] = '\0';
	if (sqlite3_prepare_v2(handle, sql, -1, &stmt, NULL) == SQLITE_OK && sqlite3_step(stmt) == SQLITE_ROW)
		snprintf(ret, size, "%s", (const char *)sqlite3_column_text(stmt, 0));
	sqlite3_finalize(stmt);
}

/* --- Questions to claimctl ------------------------------------------------------------------------------------------- */

static double time_verb(const struct run *run, const char *path, const char *verb_words)
{
	char words[256];
	const char *argv[16] = { "claimctl", "--db", path };
	size_t n = 3;

	snprintf(words, sizeof(words), verb_words, run->claim);
	for (char *save = NULL, *word = strtok_r(words, " ", &save); word && n + 1 < ARRAY_SIZE(argv); word = strtok_r(NULL, " ", &save))
		argv[n++] = word;

	struct bench_cost begin = bench_read_clocks();
	int status = child_run(argv, PATIENCE_US);

	return status == 0 || status == 1 ? (double)bench_since(begin).wall_us / USEC_PER_SEC : NAN;
}

/* --- The run --------------------------------------------------------------------------------------------------------- */

static void add_question(struct run *run, const struct question *question)
{
	if (run->n < QUESTIONS_MAX)
		run->questions[run->n++] = *question;
}

static enum reach reach_of(const char *title)
{
	for (size_t i = 0; i < ARRAY_SIZE(page_by_index); i++)
		if (strcmp(title, page_by_index[i]) == 0)
			return BY_INDEX;
	return READS_ALL;
}

static void gather(struct run *run, const struct page *page)
{
	for (size_t i = 0; i < ARRAY_SIZE(in_sql); i++)
		add_question(run, &in_sql[i]);
	for (size_t i = 0; i < page->n; i++)
		add_question(run, &(struct question){ page->titles[i], reach_of(page->titles[i]), page->queries[i] });
	run->n_sql = run->n;
	for (size_t i = 0; i < ARRAY_SIZE(in_words); i++)
		add_question(run, &in_words[i]);
}

static double ask_once(const struct run *run, sqlite3 *handle, const char *path, size_t i)
{
	const char *words = run->questions[i].words;

	return i < run->n_sql ? time_sql(run, handle, words) : time_verb(run, path, words);
}

/* Twice, so that the file is in memory as far as it fits; the second time counts. */
static double ask(const struct run *run, sqlite3 *handle, const char *path, size_t i)
{
	double first = ask_once(run, handle, path, i);

	return isnan(first) || first > SLOW_S ? first : ask_once(run, handle, path, i);
}

static void ask_all(struct run *run, sqlite3 *handle, const char *path)
{
	size_t size = run->n_sizes - 1;

	for (size_t i = 0; i < run->n; i++) {
		const struct question *question = &run->questions[i];
		double seconds = ask(run, handle, path, i);

		run->seconds[i][size] = seconds;
		if (!isnan(seconds))
			bench_row(run->bench, question->title, (double)run->sizes[size], reaches[question->reach], seconds, "s");
	}
}

static int ask_file(struct run *run, int64_t rows)
{
	char path[PATH_MAX];
	struct stock_error error;
	sqlite3 *handle = NULL;

	snprintf(path, sizeof(path), "%s/reports.db", run->bench->folder);
	if (stock_make(run->bench->dir, rows, &error) || stock_copy(run->bench->dir, rows, path, &error))
		return bench_fail(run->bench, run->bench->dir, error.text);
	if (sqlite3_open_v2(path, &handle, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK)
		return bench_fail(run->bench, path, sqlite3_errmsg(handle));
	run->sizes[run->n_sizes++] = rows;
	run->day_ago = wall_add(clock_wall(&(struct clock){ 0 }), -DAY_US);
	ask_text(handle, "SELECT claim_id FROM report_claims LIMIT 1 OFFSET 50", sizeof(run->claim), run->claim);
	ask_text(handle, "SELECT order_id FROM report_orders LIMIT 1 OFFSET 10", sizeof(run->order), run->order);
	ask_all(run, handle, path);
	sqlite3_close(handle);
	return EXIT_SUCCESS;
}

static void print_seconds(double seconds)
{
	if (isnan(seconds))
		printf(" %9s", "given up");
	else if (seconds < 0.01)
		printf(" %6.2f ms", seconds * 1000);
	else
		printf(" %7.2f s", seconds);
}

static void print_questions(const struct run *run, enum reach reach)
{
	printf("\n%-42s", reaches[reach]);
	for (size_t i = 0; i < run->n_sizes; i++)
		printf(" %9lld", (long long)run->sizes[i]);
	printf("\n");
	for (size_t i = 0; i < run->n; i++) {
		if (run->questions[i].reach != reach)
			continue;
		printf("%-42s", run->questions[i].title);
		for (size_t size = 0; size < run->n_sizes; size++)
			print_seconds(run->seconds[i][size]);
		printf("\n");
	}
}

static int run(const struct bench *bench)
{
	struct run *run = calloc(1, sizeof(*run));
	struct page page = { 0 };
	int status = EXIT_SUCCESS;

	if (!run || page_read("man/claimd-schema.7.in", &page)) {
		free(run);
		return bench_fail(bench, "man/claimd-schema.7.in", "can't be read; run it in the project's folder");
	}
	run->bench = bench;
	gather(run, &page);
	bench_print_place(bench);
	printf("Seconds on the wall, the file in memory as far as it fits.\n");
	for (int64_t rows = STOCK_ROWS_MIN; status == EXIT_SUCCESS && rows <= bench->number && run->n_sizes < SIZES_MAX; rows *= 10)
		status = ask_file(run, rows);
	for (enum reach reach = 0; reach < REACH_MAX; reach++)
		print_questions(run, reach);
	page_done(&page);
	free(run);
	return status;
}

int main(int argc, char **argv)
{
	static const struct bench_program program = {
		.name = "reports", .option = "rows-max", .number = 10000000, .least = STOCK_ROWS_MIN, .run = run,
	};

	return bench_main(&program, argc, argv);
}
