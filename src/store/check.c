/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The checks: SQLite's own of the file, then those of what the store promises about its rows.
 * Store layer. A check is a statement whose rows are faults in words, see stmt.def.
 */
#include "store/check.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "store/query.h"

struct row {
	struct check check;
	enum stmt stmt;
};

static const struct row rows[] = {
	{ { "pages", "the file is whole, and so is each index" }, STMT_CHECK_PAGES },
	{ { "references", "each row refers to rows that are there" }, STMT_CHECK_REFERENCES },
	{ { "statuses", "each claim and order is in the status of its last allowed step" }, STMT_CHECK_STATUS },
	{ { "statuses", "each claim and order was last seen in the status of its last step" }, STMT_CHECK_REPORTED },
	{ { "histories", "each legal step has an edge in the graph" }, STMT_CHECK_EDGES },
	{ { "histories", "steps are numbered from 1 without a hole, in the upstream's order" }, STMT_CHECK_SEQ },
	{ { "histories", "each allowed step comes from the one before it" }, STMT_CHECK_FROM },
	{ { "histories", "each gap that is open is counted" }, STMT_CHECK_GAPS },
	{ { "histories", "each stay in a status is counted" }, STMT_CHECK_STAYS },
	{ { "violations", "each step that is not allowed has one" }, STMT_CHECK_REFUSED },
	{ { "violations", "each open one belongs to a step that is not allowed" }, STMT_CHECK_VIOLATIONS },
	{ { "windows", "each open one belongs to the status that stands" }, STMT_CHECK_WINDOWS },
	{ { "windows", "each is either open or closed" }, STMT_CHECK_OUTCOMES },
	{ { "notifications", "none counts as taken in that never came" }, STMT_CHECK_FOLD },
	{ { "notifications", "each that wants a read has one coming" }, STMT_CHECK_SERVED },
	{ { "notifications", "each claim and order that waits for a read is counted" }, STMT_CHECK_OWED },
	{ { "models", "claims follow the claims' graph, orders one of Market's" }, STMT_CHECK_MODELS },
	{ { "actions", "each that has ended has a result, and each other one goes on" }, STMT_CHECK_ACTIONS },
	{ { "outbox", "each message that waits has one before it" }, STMT_CHECK_OUTBOX },
};

static const struct check parts = { "parts", "each table, index, trigger and view is there" };

static void add_fault(struct check_faults *faults, const char *words)
{
	if (faults->n < CHECK_FAULTS_SHOWN)
		snprintf(faults->shown[faults->n], CHECK_FAULT_SIZE, "%s", words ? words : "a fault that has no words");
	faults->n++;
}

/* What SQLite itself finds damaged is what is looked for here, and no reason to end. */
static int settle(struct store *store, int error, struct check_faults *faults)
{
	if (error != ERR_CORRUPT && error != ERR_IO)
		return error;
	add_fault(faults, store_error_text(store));
	return ERR_OK;
}

static int run(struct store *store, const struct row *row, struct check_faults *ret)
{
	struct query q = query_start(store, row->stmt);

	while (query_next(&q))
		add_fault(ret, query_text(&q));
	return settle(store, query_end(&q), ret);
}

/* Both lists are sorted; what only the file has may be somebody's own. */
static void compare_parts(struct query *want, struct query *have, struct check_faults *faults)
{
	const char *found = query_next(have) ? query_text(have) : NULL;

	while (query_next(want)) {
		const char *part = query_text(want);

		while (found && strcmp(found, part) < 0)
			found = query_next(have) ? query_text(have) : NULL;
		if (found && strcmp(found, part) == 0)
			continue;

		char words[CHECK_FAULT_SIZE];

		snprintf(words, sizeof(words), "%s is missing", part);
		add_fault(faults, words);
	}
}

/* What a file is made of is told by a new one. */
static int run_parts(struct store *store, struct check_faults *ret)
{
	CLEANUP(store_cleanup) struct store *fresh = NULL;
	int r = store_open(":memory:", &fresh, NULL);

	if (r)
		return r;

	struct query want = query_start(fresh, STMT_CHECK_PARTS);
	struct query have = query_start(store, STMT_CHECK_PARTS);

	compare_parts(&want, &have, ret);
	r = query_end(&want);

	int end = query_end(&have);

	return r ? r : settle(store, end, ret);
}

static int run_all(struct store *store, check_fn fn, void *cls)
{
	struct check_faults faults = { 0 };
	int r = run_parts(store, &faults);

	if (r == ERR_OK)
		fn(&parts, &faults, cls);
	for (size_t i = 0; r == ERR_OK && i < ARRAY_SIZE(rows); i++) {
		faults = (struct check_faults){ 0 };
		r = run(store, &rows[i], &faults);
		if (r == ERR_OK)
			fn(&rows[i].check, &faults, cls);
	}
	return r;
}

int store_check(struct store *store, check_fn fn, void *cls)
{
	int r = store_exec(store, "BEGIN");

	if (r)
		return r;
	r = run_all(store, fn, cls);
	store_rollback(store);
	return r;
}
