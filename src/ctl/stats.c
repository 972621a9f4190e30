/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The verb stats: what there is, and what today brought, on one page or as one object.
 * Ctl layer. Each part but the first and the last is a report of one row, whose columns are its numbers: they are the keys in
 * JSON and the words on the page.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/timefmt.h"
#include "ctl/database.h"
#include "ctl/print.h"
#include "ctl/readable.h"
#include "ctl/style.h"
#include "ctl/today.h"
#include "wire/table.h"

#define TITLE_WIDTH 21

DEFINE_CLEANUP(text, char *, free)

struct part {
	const char *name;   /* in JSON */
	const char *title;  /* on the page */
	enum report_query query;
	bool today;         /* of today: the report takes the time when it began */
	const char *column; /* whose words its columns are, for style_of_word() */
};

static const struct part parts[] = {
	{ "transitions", "transitions today", REPORT_VERDICTS_SINCE, true, "verdict" },
	{ "windows", "windows today", REPORT_OUTCOMES_SINCE, true, "outcome" },
	{ "violations", "violations", REPORT_VIOLATIONS_LEFT, false, "state" },
	{ "notifications", "notifications today", REPORT_NOTIFICATIONS_SINCE, true, "state" },
	{ "reads", "reads", REPORT_PENDING, false, "state" },
	{ "actions", "actions today", REPORT_RESULTS_SINCE, true, "result" },
	{ "outbox", "outbox", REPORT_OUTBOX_WAITING, false, "state" },
};

/* Opens the report of a part, at its one row. */
static int ask(struct store *store, const struct part *part, const struct today *today, struct report **ret)
{
	const char *const since = today->since;
	bool any = false;
	int r = store_report(store, part->query, &since, part->today, ret);

	return r < 0 ? r : report_next(*ret, &any);
}

/* --- JSON ---------------------------------------------------------------------------------------------------------- */

static void put_time(FILE *out, const char *name, struct wall time)
{
	char text[TIMEFMT_SIZE];

	timefmt_format(time, text);
	fprintf(out, "\"%s\":\"%s\",\"%s_us\":%" PRId64, name, text, name, time.us);
}

static int put_size_json(const struct console *console, const struct store_size *size)
{
	static const char *const names[] = { "bytes", "free_bytes", "log_bytes" };
	const struct wire_value values[] = {
		{ .kind = WIRE_INTEGER, .integer = size->database_bytes },
		{ .kind = WIRE_INTEGER, .integer = size->free_bytes },
		{ .kind = WIRE_INTEGER, .integer = size->log_bytes },
	};
	char *row CLEANUP(text_cleanup) = NULL;
	int r = wire_row_encode(names, values, ARRAY_SIZE(names), &row);

	if (r == ERR_OK)
		fprintf(console->out, ",\n\"database\":%s}\n", row);
	return r;
}

static void begin_json(const struct console *console, struct wall now, const struct today *today)
{
	fputc('{', console->out);
	put_time(console->out, "at", now);
	fputc(',', console->out);
	put_time(console->out, "since_at", today->begin);
	fputs(",\n\"statuses\":", console->out);
}

static int put_part_json(const struct console *console, const struct part *part, const struct report *report)
{
	fprintf(console->out, ",\n\"%s\":", part->name);
	return print_record_json(console, report);
}

/* --- The page ------------------------------------------------------------------------------------------------------ */

static void begin_page(const struct console *console, struct wall now)
{
	char text[READABLE_SIZE];

	if (console->terminal)
		readable_time(now, text);
	else
		timefmt_format(now, text);
	style_put(console, STYLE_HEADING, text);
	fputs("\n\n", console->out);
}

static void put_title(const struct console *console, const char *title)
{
	style_put(console, STYLE_HEADING, title);
	fprintf(console->out, "%*s", TITLE_WIDTH - (int)strlen(title), "");
}

/* What NAME ends in, of the two that say how a value is written; "" for most. */
static const char *unit_of(const char *name)
{
	static const char *const units[] = { "_s", "_at" };

	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		const char *end = strrchr(name, '_');

		if (end && strcmp(end, units[i]) == 0)
			return end;
	}
	return "";
}

static bool is_nothing(const struct report *report, size_t column)
{
	return report_kind(report, column) == REPORT_NULL ||
	       (report_kind(report, column) == REPORT_INTEGER && report_integer(report, column) == 0);
}

/* "late 2", "oldest 4 min 5 s". What is nothing is faint. */
static int put_number(const struct console *console, const struct part *part, const struct report *report, size_t column)
{
	const char *name = report_name(report, column);
	const char *unit = unit_of(name);
	char buf[PRINT_VALUE_SIZE];
	const char *value = print_value(console, report, column, buf);
	char *text CLEANUP(text_cleanup) = NULL;

	if (value && strcmp(unit, "_s") == 0) {
		readable_seconds(report_real(report, column), buf);
		value = buf;
	}
	if (asprintf(&text, "%.*s %s", (int)(strlen(name) - strlen(unit)), name, value ? value : "-") < 0) {
		text = NULL;
		return ERR_NOMEM;
	}
	style_put(console, is_nothing(report, column) ? STYLE_FAINT : style_of_word(part->column, name), text);
	return ERR_OK;
}

static int put_part(const struct console *console, const struct part *part, const struct report *report)
{
	const char *before = "";
	int r = ERR_OK;

	put_title(console, part->title);
	for (size_t i = 0; r == ERR_OK && i < report_columns(report); i++) {
		if (print_is_twin(report_name(report, i)))
			continue;
		fputs(before, console->out);
		before = "  ";
		r = put_number(console, part, report, i);
	}
	fputc('\n', console->out);
	return r;
}

static void put_size(const struct console *console, const struct store_size *size)
{
	char all[READABLE_SIZE];
	char free_part[READABLE_SIZE];
	char log[READABLE_SIZE];

	readable_bytes(size->database_bytes, all);
	readable_bytes(size->free_bytes, free_part);
	readable_bytes(size->log_bytes, log);
	put_title(console, "database");
	fprintf(console->out, "%s  free %s  log %s\n", all, free_part, log);
}

/* --- Both ---------------------------------------------------------------------------------------------------------- */

static int put_statuses(const struct call *call, struct store *store)
{
	static const char *const columns[] = { "model", "phase", "status", "n" };
	const char *const any_model = NULL;
	struct report *report CLEANUP(report_cleanup) = NULL;
	int r = store_report(store, REPORT_STATUSES, &any_model, 1, &report);
	struct print_rows rows = { .report = report };

	if (r < 0)
		return r;
	if (options_has(call->options, OPTION_JSON))
		return print_json(call->console, &rows, 1);
	r = print_table(call->console, &rows, columns, ARRAY_SIZE(columns));
	fputc('\n', call->console->out);
	return r;
}

static int put_parts(const struct call *call, struct store *store, const struct today *today)
{
	bool json = options_has(call->options, OPTION_JSON);
	int r = ERR_OK;

	for (size_t i = 0; r == ERR_OK && i < ARRAY_SIZE(parts); i++) {
		struct report *report CLEANUP(report_cleanup) = NULL;

		r = ask(store, &parts[i], today, &report);
		if (r == ERR_OK)
			r = json ? put_part_json(call->console, &parts[i], report) : put_part(call->console, &parts[i], report);
	}
	return r;
}

static int put_stats(const struct call *call, struct store *store)
{
	const struct console *console = call->console;
	bool json = options_has(call->options, OPTION_JSON);
	struct wall now = clock_wall(&console->clock);
	const struct today today = today_of(now);
	struct store_size size;
	int r = store_size(store, &size);

	if (r < 0)
		return r;
	if (json)
		begin_json(console, now, &today);
	else
		begin_page(console, now);
	r = put_statuses(call, store);
	if (r == ERR_OK)
		r = put_parts(call, store, &today);
	if (r < 0)
		return r;
	if (json)
		return put_size_json(console, &size);
	put_size(console, &size);
	return ERR_OK;
}

int verb_stats(const struct call *call)
{
	struct store *store CLEANUP(store_cleanup) = NULL;
	int status = database_open(call, &store);

	return status == EX_OK ? database_status(call, store, put_stats(call, store)) : status;
}
