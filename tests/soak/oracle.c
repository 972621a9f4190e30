/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Compares, and measures how late.
 * The soak.
 */
#include "soak/oracle.h"

#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/err.h"

#define ROWS_MAX 512

static const char rows_sql[] =
	"SELECT to_status, at_us, coalesce(revision, 0), verdict, seen_at_us FROM report_transitions WHERE external_id = ?1 ORDER BY seq";
static const char reported_sql[] = "SELECT reported_status FROM report_claims WHERE claim_id = ?1"
				   " UNION ALL SELECT reported_status FROM report_orders WHERE order_id = ?1";
static const char violations_sql[] = "SELECT count(*) FROM report_violations WHERE external_id = ?1 AND state = 'open'";

/* One transition as the file has it. */
struct row {
	char status[STATUS_TEXT_SIZE];
	char verdict[16];
	int64_t at_us;
	int64_t revision;
	int64_t seen_us;
};

struct lags {
	int64_t *us; /* owned */
	size_t n;
	size_t size;
};

struct oracle {
	struct oracle_rules rules;
	struct oracle_counts counts;
	char *found_equal; /* by the shipment's index */
	size_t n_shipments;
	struct lags *bins; /* by the transition's time; behind the last, of all */
	size_t n_bins;
	/* Of one look. */
	sqlite3 *file;
	sqlite3_stmt *rows_stmt;
	sqlite3_stmt *reported_stmt;
	sqlite3_stmt *violations_stmt;
	struct row rows[ROWS_MAX];
	size_t n_rows;
};

int oracle_new(const struct oracle_rules *rules, struct oracle **ret)
{
	struct oracle *oracle = calloc(1, sizeof(*oracle));

	if (!oracle)
		return ERR_NOMEM;
	oracle->rules = *rules;
	*ret = oracle;
	return ERR_OK;
}

void oracle_free(struct oracle *oracle)
{
	if (!oracle)
		return;
	for (size_t i = 0; i < oracle->n_bins; i++)
		free(oracle->bins[i].us);
	free(oracle->bins);
	free(oracle->found_equal);
	free(oracle);
}

const struct oracle_counts *oracle_counts(const struct oracle *oracle)
{
	return &oracle->counts;
}

/* --- Lags */

static int compare_lags(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a;
	int64_t y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static int lags_add(struct lags *lags, int64_t us)
{
	if (lags->n == lags->size) {
		size_t size = lags->size ? 2 * lags->size : 64;
		int64_t *bigger = reallocarray(lags->us, size, sizeof(*bigger));

		if (!bigger)
			return ERR_NOMEM;
		lags->us = bigger;
		lags->size = size;
	}
	lags->us[lags->n++] = us;
	return ERR_OK;
}

static struct lags *bin_of(struct oracle *oracle, int64_t at_us)
{
	int64_t place = (at_us - oracle->rules.start.us) / oracle->rules.bin_us;
	size_t bin = place < 0 ? 0 : (size_t)place;

	if (bin >= oracle->n_bins) {
		struct lags *bins = reallocarray(oracle->bins, bin + 1, sizeof(*bins));

		if (!bins)
			return NULL;
		memset(&bins[oracle->n_bins], 0, (bin + 1 - oracle->n_bins) * sizeof(*bins));
		oracle->bins = bins;
		oracle->n_bins = bin + 1;
	}
	return &oracle->bins[bin];
}

/* A shipment whose clock runs behind tells nothing of ours. */
static int note_lags(struct oracle *oracle, const struct world_shipment *shipment)
{
	int r = ERR_OK;

	for (size_t i = 0; r == ERR_OK && i < oracle->n_rows && shipment->plan.backdate_us == 0; i++) {
		const struct row *row = &oracle->rows[i];
		struct lags *bin = bin_of(oracle, row->at_us);

		r = bin ? lags_add(bin, row->seen_us - row->at_us) : ERR_NOMEM;
	}
	return r;
}

size_t oracle_bins(const struct oracle *oracle)
{
	return oracle->n_bins;
}

static void sum_up(struct lags *lags, struct oracle_lag *ret)
{
	*ret = (struct oracle_lag){ .n = lags->n };
	if (lags->n == 0)
		return;
	qsort(lags->us, lags->n, sizeof(*lags->us), compare_lags);
	ret->p50_s = (double)lags->us[lags->n / 2] / 1e6;
	ret->p99_s = (double)lags->us[lags->n * 99 / 100] / 1e6;
	ret->max_s = (double)lags->us[lags->n - 1] / 1e6;
}

void oracle_lag(const struct oracle *oracle, size_t bin, struct oracle_lag *ret)
{
	struct lags all = { 0 };

	if (bin < oracle->n_bins) {
		sum_up(&oracle->bins[bin], ret);
		return;
	}
	for (size_t i = 0; i < oracle->n_bins; i++)
		for (size_t k = 0; k < oracle->bins[i].n; k++)
			lags_add(&all, oracle->bins[i].us[k]);
	sum_up(&all, ret);
	free(all.us);
}

/* --- The file */

static int prepare(sqlite3 *file, const char *sql, sqlite3_stmt **ret)
{
	return sqlite3_prepare_v2(file, sql, -1, ret, NULL) == SQLITE_OK ? ERR_OK : ERR_IO;
}

static void close_file(struct oracle *oracle)
{
	sqlite3_finalize(oracle->rows_stmt);
	sqlite3_finalize(oracle->reported_stmt);
	sqlite3_finalize(oracle->violations_stmt);
	oracle->rows_stmt = oracle->reported_stmt = oracle->violations_stmt = NULL;
	sqlite3_close(oracle->file);
	oracle->file = NULL;
}

/* Only for one look, so that a claimd that is killed meanwhile leaves a file that nobody has open. */
static int open_file(struct oracle *oracle)
{
	int r = sqlite3_open_v2(oracle->rules.database, &oracle->file, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK ? ERR_OK : ERR_IO;

	if (r == ERR_OK)
		r = prepare(oracle->file, rows_sql, &oracle->rows_stmt);
	if (r == ERR_OK)
		r = prepare(oracle->file, reported_sql, &oracle->reported_stmt);
	if (r == ERR_OK)
		r = prepare(oracle->file, violations_sql, &oracle->violations_stmt);
	if (r != ERR_OK)
		close_file(oracle);
	return r;
}

int64_t oracle_ask(const struct oracle *oracle, const char *sql)
{
	sqlite3 *file = NULL;
	sqlite3_stmt *stmt = NULL;
	int64_t answer = -1;

	if (sqlite3_open_v2(oracle->rules.database, &file, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
	    prepare(file, sql, &stmt) == ERR_OK && sqlite3_step(stmt) == SQLITE_ROW)
		answer = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	sqlite3_close(file);
	return answer;
}

static void copy_column(sqlite3_stmt *stmt, int column, char *ret, size_t size)
{
	const unsigned char *text = sqlite3_column_text(stmt, column);

	snprintf(ret, size, "%s", text ? (const char *)text : "");
}

static void read_rows(struct oracle *oracle, const char *id)
{
	sqlite3_stmt *stmt = oracle->rows_stmt;

	sqlite3_reset(stmt);
	sqlite3_bind_text(stmt, 1, id, -1, SQLITE_STATIC);
	oracle->n_rows = 0;
	while (oracle->n_rows < ROWS_MAX && sqlite3_step(stmt) == SQLITE_ROW) {
		struct row *row = &oracle->rows[oracle->n_rows++];

		copy_column(stmt, 0, row->status, sizeof(row->status));
		row->at_us = sqlite3_column_int64(stmt, 1);
		row->revision = sqlite3_column_int64(stmt, 2);
		copy_column(stmt, 3, row->verdict, sizeof(row->verdict));
		row->seen_us = sqlite3_column_int64(stmt, 4);
	}
	sqlite3_reset(stmt);
}

/* --- Equal? Each says why not. */

static bool verdict_is(const struct row *row, enum verdict verdict)
{
	return strcmp(row->verdict, verdict_text(verdict)) == 0;
}

static bool row_is(const struct row *row, const struct transition *transition)
{
	return strcmp(row->status, transition->seen.status) == 0 && row->at_us == transition->seen.entered.us &&
	       row->revision == transition->seen.key.revision && verdict_is(row, transition->verdict);
}

/* One violation for each step that breaks a rule. */
static bool violations_are_right(struct oracle *oracle, const struct world_shipment *claim)
{
	int64_t want = 0;
	int64_t found = -1;

	for (size_t i = 0; i < claim->n; i++) {
		enum verdict verdict = claim->transitions[i].verdict;

		want += verdict == VERDICT_ILLEGAL || verdict == VERDICT_LATE || verdict == VERDICT_UNKNOWN;
	}
	sqlite3_reset(oracle->violations_stmt);
	sqlite3_bind_text(oracle->violations_stmt, 1, claim->id, -1, SQLITE_STATIC);
	if (sqlite3_step(oracle->violations_stmt) == SQLITE_ROW)
		found = sqlite3_column_int64(oracle->violations_stmt, 0);
	sqlite3_reset(oracle->violations_stmt);
	return found == want;
}

static bool claim_is_equal(struct oracle *oracle, const struct world_shipment *claim, char *ret_why, size_t size)
{
	for (size_t i = 0; i < claim->n && i < oracle->n_rows; i++) {
		const struct row *row = &oracle->rows[i];
		const struct transition *truth = &claim->transitions[i];

		if (row_is(row, truth))
			continue;
		snprintf(ret_why, size, "step %zu is \"%s %" PRId64 " %" PRId64 " %s\", in truth \"%s %" PRId64 " %" PRId64 " %s\"",
		         i + 1, row->status, row->at_us, row->revision, row->verdict, truth->seen.status, truth->seen.entered.us,
		         truth->seen.key.revision, verdict_text(truth->verdict));
		return false;
	}
	if (oracle->n_rows != claim->n) {
		snprintf(ret_why, size, "%zu transitions, in truth %zu", oracle->n_rows, claim->n);
		return false;
	}
	snprintf(ret_why, size, "its violations are not those of its steps");
	return violations_are_right(oracle, claim);
}

/* Where an order's row stands in the truth, from place FROM on: the time, which may be that of its creation for several statuses, tells
 * one visit to a status from another. */
static size_t find_step(const struct world_shipment *order, size_t from, const struct row *row)
{
	size_t place = from;

	while (place < order->n && (strcmp(order->transitions[place].seen.status, row->status) != 0 ||
	                            (place + 1 < order->n && order->transitions[place + 1].seen.entered.us < row->at_us)))
		place++;
	return place;
}

/* What may be said of a step over others that nobody saw: that, or that it breaks the rules where none may be left out. */
static bool jump_is_honest(const struct world_shipment *order, const struct row *row, size_t from)
{
	if (verdict_is(row, VERDICT_FIRST))
		return from == 0;
	return verdict_is(row, VERDICT_GAP) || verdict_is(row, VERDICT_LEGAL) ||
	       (order->model == &model_dbs && verdict_is(row, VERDICT_ILLEGAL));
}

static bool order_is_honest(struct oracle *oracle, const struct world_shipment *order, struct oracle_counts *counts, char *ret_why,
                            size_t size)
{
	bool held = false;
	size_t next = 0;

	for (size_t i = 0; i < oracle->n_rows; i++) {
		const struct row *row = &oracle->rows[i];
		size_t place = find_step(order, next, row);
		bool good = place < order->n && (place > next || held ? jump_is_honest(order, row, next)
		                                                      : verdict_is(row, order->transitions[place].verdict));

		if (!good) {
			snprintf(ret_why, size, "\"%s %" PRId64 " %s\" is not in the truth, or not there", row->status, row->at_us,
			         row->verdict);
			return false;
		}
		held = verdict_is(row, VERDICT_ILLEGAL);
		counts->jumps_held += held && order->transitions[place].verdict != VERDICT_ILLEGAL;
		counts->steps_unseen += place - next;
		next = place + 1;
	}
	snprintf(ret_why, size, "it was never read to its end");
	return next == order->n;
}

static bool status_is_last(struct oracle *oracle, const struct world_shipment *shipment, char *ret_why, size_t size)
{
	char reported[STATUS_TEXT_SIZE] = "";
	const char *truth = shipment->transitions[shipment->n - 1].seen.status;

	sqlite3_reset(oracle->reported_stmt);
	sqlite3_bind_text(oracle->reported_stmt, 1, shipment->id, -1, SQLITE_STATIC);
	if (sqlite3_step(oracle->reported_stmt) == SQLITE_ROW)
		copy_column(oracle->reported_stmt, 0, reported, sizeof(reported));
	sqlite3_reset(oracle->reported_stmt);
	snprintf(ret_why, size, "it is reported to be \"%s\", in truth \"%s\"", reported, truth);
	return strcmp(reported, truth) == 0;
}

static bool is_equal(struct oracle *oracle, const struct world_shipment *shipment, char *ret_why, size_t size)
{
	struct oracle_counts counts = oracle->counts;

	if (world_is_claim(shipment) ? !claim_is_equal(oracle, shipment, ret_why, size)
	                             : !order_is_honest(oracle, shipment, &counts, ret_why, size))
		return false;
	if (!status_is_last(oracle, shipment, ret_why, size))
		return false;
	if (oracle->found_equal[shipment->index])
		return true;
	oracle->counts = counts;
	oracle->counts.claims += world_is_claim(shipment);
	oracle->counts.orders += !world_is_claim(shipment);
	oracle->counts.transitions += oracle->n_rows;
	return true;
}

/* --- A look */

static bool may_be_gone(const struct oracle *oracle, const struct world_shipment *shipment, struct wall now)
{
	return oracle->found_equal[shipment->index] &&
	       wall_cmp(wall_add(shipment->transitions[shipment->n - 1].seen.entered, oracle->rules.retention_us), now) < 0;
}

static void note_wrong(struct oracle *oracle, const struct world_shipment *shipment, const char *why)
{
	struct oracle_counts *counts = &oracle->counts;

	if (counts->wrong++ == 0)
		snprintf(counts->first_wrong, sizeof(counts->first_wrong), "%s (%s): %s", shipment->id, shipment->life, why);
}

static int look_at(struct oracle *oracle, const struct world_shipment *shipment, struct wall now)
{
	char why[400] = "";
	int r = ERR_OK;

	read_rows(oracle, shipment->id);
	if (oracle->n_rows == 0 && may_be_gone(oracle, shipment, now)) {
		oracle->counts.pruned++;
		return ERR_OK;
	}
	if (!is_equal(oracle, shipment, why, sizeof(why))) {
		note_wrong(oracle, shipment, why);
		return ERR_OK;
	}
	if (!oracle->found_equal[shipment->index])
		r = note_lags(oracle, shipment);
	oracle->found_equal[shipment->index] = 1;
	return r;
}

static int make_room(struct oracle *oracle, size_t n)
{
	char *bigger = n > oracle->n_shipments ? realloc(oracle->found_equal, n) : oracle->found_equal;

	if (!bigger)
		return n > 0 ? ERR_NOMEM : ERR_OK;
	memset(bigger + oracle->n_shipments, 0, n - oracle->n_shipments);
	oracle->found_equal = bigger;
	oracle->n_shipments = n;
	return ERR_OK;
}

int oracle_look(struct oracle *oracle, const struct world *world, struct wall now, bool last)
{
	int r = make_room(oracle, world_count(world));

	if (r == ERR_OK)
		r = open_file(oracle);
	if (r != ERR_OK)
		return r;
	oracle->counts.wrong = 0;
	oracle->counts.pruned = 0;
	oracle->counts.first_wrong[0] = '\0';
	for (size_t i = 0; r == ERR_OK && i < world_count(world); i++) {
		const struct world_shipment *shipment = world_at(world, i);

		if (shipment->done && (last || !oracle->found_equal[i]))
			r = look_at(oracle, shipment, now);
		else if (last && !shipment->done)
			note_wrong(oracle, shipment, "it has not come to its end");
	}
	close_file(oracle);
	return r;
}
