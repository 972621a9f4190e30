/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How a value of a report is written follows from its column's name: the views' names are a promise (claimd-schema(7)).
 * Ctl layer.
 */
#include "ctl/print.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/timefmt.h"
#include "ctl/readable.h"
#include "ctl/table.h"
#include "wire/table.h"

#define NO_COLUMN SIZE_MAX

DEFINE_CLEANUP(text, char *, free)
DEFINE_CLEANUP(names, const char **, free)
DEFINE_CLEANUP(values, struct wire_value *, free)

enum column_kind {
	COLUMN_PLAIN,
	COLUMN_TIME, /* ISO 8601 text */
	COLUMN_TWIN, /* the same instant as an integer */
	COLUMN_BOOL,
	COLUMN_JSON,
};

static bool ends_with(const char *text, const char *end)
{
	size_t text_len = strlen(text);
	size_t end_len = strlen(end);

	return text_len >= end_len && strcmp(text + text_len - end_len, end) == 0;
}

static enum column_kind column_kind(const char *name)
{
	if (strcmp(name, "terminal") == 0 || strcmp(name, "held") == 0)
		return COLUMN_BOOL;
	if (strcmp(name, "own_params") == 0)
		return COLUMN_JSON;
	if (strcmp(name, "at") == 0 || ends_with(name, "_at"))
		return COLUMN_TIME;
	if (strcmp(name, "at_us") == 0 || ends_with(name, "_at_us"))
		return COLUMN_TWIN;
	return COLUMN_PLAIN;
}

bool print_is_twin(const char *name)
{
	return column_kind(name) == COLUMN_TWIN;
}

static size_t find_column(const struct report *report, const char *name)
{
	for (size_t i = 0; i < report_columns(report); i++)
		if (strcmp(report_name(report, i), name) == 0)
			return i;
	return NO_COLUMN;
}

const char *print_column_text(const struct report *report, const char *name)
{
	size_t column = find_column(report, name);

	return column == NO_COLUMN || report_kind(report, column) != REPORT_TEXT ? NULL : report_text(report, column);
}

void print_column_copy(const struct report *report, const char *name, char *ret, size_t size)
{
	const char *text = print_column_text(report, name);

	(void)snprintf(ret, size, "%s", text ? text : "");
}

bool print_column_number(const struct report *report, const char *name, double *ret)
{
	size_t column = find_column(report, name);
	enum report_kind kind = column == NO_COLUMN ? REPORT_NULL : report_kind(report, column);

	if (kind != REPORT_INTEGER && kind != REPORT_REAL)
		return false;
	*ret = report_real(report, column);
	return true;
}

int64_t print_column_integer(const struct report *report, const char *name)
{
	size_t column = find_column(report, name);

	return column == NO_COLUMN || report_kind(report, column) != REPORT_INTEGER ? NUMBER_NONE : report_integer(report, column);
}

/* The row's text in the local zone, or as it is when it is no time. */
static const char *local_time(const char *text, char buf[static PRINT_VALUE_SIZE])
{
	struct wall at;

	if (timefmt_parse(text, strlen(text), &at, NULL) < 0)
		return text;
	readable_time(at, buf);
	return buf;
}

static const char *integer_text(const char *name, int64_t value, char buf[static PRINT_VALUE_SIZE])
{
	if (column_kind(name) == COLUMN_BOOL)
		return value ? "yes" : "no";
	snprintf(buf, PRINT_VALUE_SIZE, "%" PRId64, value);
	return buf;
}

const char *print_value(const struct console *console, const struct report *report, size_t column,
                        char buf[static PRINT_VALUE_SIZE])
{
	const char *name = report_name(report, column);

	switch (report_kind(report, column)) {
	case REPORT_NULL:
		return NULL;
	case REPORT_INTEGER:
		return integer_text(name, report_integer(report, column), buf);
	case REPORT_REAL:
		snprintf(buf, PRINT_VALUE_SIZE, "%.3f", report_real(report, column));
		return buf;
	case REPORT_TEXT:
		if (console->terminal && column_kind(name) == COLUMN_TIME)
			return local_time(report_text(report, column), buf);
		return report_text(report, column);
	}
	return NULL;
}

/* Of a row of a view with windows: how long the open one lasts; false when it is not open. */
static bool time_left(const struct console *console, const struct report *report, int64_t *ret_us)
{
	const char *outcome = print_column_text(report, "outcome");

	if (!outcome || strcmp(outcome, "open") != 0)
		return false;
	*ret_us = print_column_integer(report, "due_at_us") - clock_wall(&console->clock).us;
	return true;
}

/* The model of the row's shipment: that of report_claims needs none. */
static const struct model *row_model(const struct report *report)
{
	const char *name = print_column_text(report, "model");

	return name ? model_by_name(name) : &model_claims;
}

/* Where a row has a phase, its status may stand in two columns. */
static enum style cell_style(const struct report *report, const char *name, const char *text)
{
	const char *phase = print_column_text(report, "phase");

	if (phase && (strcmp(name, "status") == 0 || strcmp(name, "substatus") == 0 || strcmp(name, "phase") == 0))
		return style_of_phase(phase);
	if (strcmp(name, "status") == 0 || ends_with(name, "_status"))
		return style_of_status(row_model(report), text);
	return style_of_word(name, text);
}

static int add_time_left(const struct console *console, const struct report *report, struct table *table)
{
	char buf[PRINT_VALUE_SIZE];
	int64_t left_us;

	if (!time_left(console, report, &left_us))
		return table_add(table, NULL);
	readable_countdown(left_us, buf);
	int64_t length_us = print_column_integer(report, "due_at_us") - print_column_integer(report, "opened_at_us");

	return table_add_styled(table, buf, style_of_window(left_us, length_us));
}

/* The view's NAME_s, as people read a span. */
static int add_span(const struct report *report, const char *name, struct table *table)
{
	char column[PRINT_VALUE_SIZE];
	char buf[PRINT_VALUE_SIZE];
	double seconds;

	snprintf(column, sizeof(column), "%s_s", name);
	if (!print_column_number(report, column, &seconds))
		return table_add(table, NULL);
	readable_seconds(seconds, buf);
	return table_add(table, buf);
}

static int add_cell(const struct console *console, const struct report *report, const char *name, struct table *table)
{
	size_t column = find_column(report, name);
	char buf[PRINT_VALUE_SIZE];

	if (strcmp(name, PRINT_TIME_LEFT) == 0)
		return add_time_left(console, report, table);
	if (column == NO_COLUMN)
		return add_span(report, name, table);
	const char *text = print_value(console, report, column, buf);

	return table_add_styled(table, text, cell_style(report, name, text));
}

static int add_row(const struct console *console, const struct report *report, const char *const *columns, size_t n,
                   struct table *table)
{
	int r = ERR_OK;

	for (size_t i = 0; r == ERR_OK && i < n; i++)
		r = add_cell(console, report, columns[i], table);
	return r;
}

/* Whether the present row has TEXT in this column; NULL: any. */
static bool has_text(const struct report *report, const char *column, const char *text)
{
	const char *found = text ? print_column_text(report, column) : NULL;

	return !text || (found && strcmp(found, text) == 0);
}

static bool is_wanted(const struct print_rows *rows)
{
	return has_text(rows->report, "source", rows->source) && has_text(rows->report, "model", rows->model);
}

/* As report_next(), past the rows that are not asked for. */
static int next_row(struct print_rows *rows, bool *ret_any)
{
	bool any = rows->peeked;
	int r = ERR_OK;

	if (!rows->peeked)
		do
			r = report_next(rows->report, &any);
		while (r == ERR_OK && any && !is_wanted(rows));
	rows->peeked = false;
	if (r == ERR_OK)
		*ret_any = any;
	return r;
}

int print_peek(struct print_rows *rows, bool *ret_any)
{
	int r = next_row(rows, &rows->peeked);

	if (r == ERR_OK)
		*ret_any = rows->peeked;
	return r;
}

int print_table(const struct console *console, struct print_rows *rows, const char *const *columns, size_t n)
{
	struct table *table CLEANUP(table_cleanup) = NULL;
	bool any = true;
	int r = table_new(console, columns, n, &table);

	while (r == ERR_OK) {
		r = next_row(rows, &any);
		if (r < 0 || !any)
			break;
		r = add_row(console, rows->report, columns, n, table);
	}
	return r < 0 ? r : table_flush(table);
}

int print_record(const struct console *console, const struct report *report)
{
	struct table *table CLEANUP(table_cleanup) = NULL;
	int r = table_new(console, NULL, 2, &table);

	for (size_t i = 0; r == ERR_OK && i < report_columns(report); i++) {
		char buf[PRINT_VALUE_SIZE];
		const char *name = report_name(report, i);

		if (print_is_twin(name))
			continue;
		r = table_add(table, name);
		const char *text = print_value(console, report, i, buf);

		if (r == ERR_OK)
			r = table_add_styled(table, text, cell_style(report, name, text));
	}
	return r < 0 ? r : table_flush(table);
}

static struct wire_value json_value(const struct report *report, size_t column)
{
	enum column_kind kind = column_kind(report_name(report, column));

	switch (report_kind(report, column)) {
	case REPORT_NULL:
		break;
	case REPORT_INTEGER:
		return (struct wire_value){ .kind = kind == COLUMN_BOOL ? WIRE_BOOL : WIRE_INTEGER,
		                            .integer = report_integer(report, column) };
	case REPORT_REAL:
		return (struct wire_value){ .kind = WIRE_REAL, .real = report_real(report, column) };
	case REPORT_TEXT:
		return (struct wire_value){ .kind = kind == COLUMN_JSON ? WIRE_JSON : WIRE_TEXT,
		                            .text = report_text(report, column) };
	}
	return (struct wire_value){ .kind = WIRE_NULL };
}

int print_record_json(const struct console *console, const struct report *report)
{
	size_t n = report_columns(report);
	const char **names CLEANUP(names_cleanup) = calloc(n, sizeof(*names));
	struct wire_value *values CLEANUP(values_cleanup) = calloc(n, sizeof(*values));
	char *text CLEANUP(text_cleanup) = NULL;

	if (!names || !values)
		return ERR_NOMEM;
	for (size_t i = 0; i < n; i++) {
		names[i] = report_name(report, i);
		values[i] = json_value(report, i);
	}
	int r = wire_row_encode(names, values, n, &text);

	if (r < 0)
		return r;
	return fputs(text, console->out) == EOF ? ERR_IO : ERR_OK;
}

/* *BEFORE is what the first row is parted from what was printed already with; it becomes that for the next. */
static int print_objects(const struct console *console, struct print_rows *rows, const char **before)
{
	for (;;) {
		bool any = false;
		int r = next_row(rows, &any);

		if (r < 0 || !any)
			return r;
		fputs(*before, console->out);
		*before = ",\n";
		r = print_record_json(console, rows->report);
		if (r < 0)
			return r;
	}
}

int print_json(const struct console *console, struct print_rows *rows, size_t n)
{
	const char *before = "[\n";
	int r = ERR_OK;

	for (size_t i = 0; r == ERR_OK && i < n; i++)
		r = print_objects(console, &rows[i], &before);
	if (r < 0)
		return r;
	fputs(*before == '[' ? "[]" : "\n]", console->out);
	return ferror(console->out) ? ERR_IO : ERR_OK;
}
