/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rows of the report_* views, for claimctl and /readyz.
 * Store layer. Each report has a statement of its own, so that several can be open at once.
 */
#include <stdlib.h>

#include "base/err.h"
#include "store/query.h"
#include "store/store.h"

struct report {
	sqlite3_stmt *stmt;
};

_Static_assert(STMT_REPORT_LIST + REPORT_QUERY_MAX == STMT_MAX, "the reports end stmt.def");
_Static_assert(STMT_REPORT_SOURCES - STMT_REPORT_LIST == (int)REPORT_SOURCES, "in the order of enum report_query");

struct report *report_free(struct report *report)
{
	if (!report)
		return NULL;
	sqlite3_finalize(report->stmt);
	free(report);
	return NULL;
}

int store_report(struct store *store, enum report_query query, const char *const *args, size_t n_args, struct report **ret)
{
	CLEANUP(report_cleanup) struct report *report = calloc(1, sizeof(*report));

	if (!report)
		return ERR_NOMEM;

	int r = sqlite3_prepare_v2(store->handle, stmt_text(STMT_REPORT_LIST + query), -1, &report->stmt, NULL);

	for (size_t i = 0; r == SQLITE_OK && i < n_args; i++)
		r = args[i] ? sqlite3_bind_text(report->stmt, (int)i + 1, args[i], -1, SQLITE_TRANSIENT)
		            : sqlite3_bind_null(report->stmt, (int)i + 1);
	if (r != SQLITE_OK)
		return query_err(r);
	*ret = report;
	report = NULL;
	return ERR_OK;
}

int report_next(struct report *report, bool *ret_any)
{
	int r = sqlite3_step(report->stmt);

	if (r != SQLITE_ROW && r != SQLITE_DONE)
		return query_err(r);
	*ret_any = r == SQLITE_ROW;
	return ERR_OK;
}

size_t report_columns(const struct report *report)
{
	return (size_t)sqlite3_column_count(report->stmt);
}

const char *report_name(const struct report *report, size_t column)
{
	return sqlite3_column_name(report->stmt, (int)column);
}

enum report_kind report_kind(const struct report *report, size_t column)
{
	switch (sqlite3_column_type(report->stmt, (int)column)) {
	case SQLITE_INTEGER:
		return REPORT_INTEGER;
	case SQLITE_FLOAT:
		return REPORT_REAL;
	case SQLITE_NULL:
		return REPORT_NULL;
	default:
		return REPORT_TEXT;
	}
}

int64_t report_integer(const struct report *report, size_t column)
{
	return sqlite3_column_int64(report->stmt, (int)column);
}

double report_real(const struct report *report, size_t column)
{
	return sqlite3_column_double(report->stmt, (int)column);
}

const char *report_text(const struct report *report, size_t column)
{
	return (const char *)sqlite3_column_text(report->stmt, (int)column);
}
