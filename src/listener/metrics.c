/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One table of metrics: their names, their help, and where their values come from.
 * Listener layer. No id of a claim is ever a label: that would be a time series for each.
 */
#include "listener/metrics.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "listener/column.h"

/* A sample, as it is written. */
struct sample {
	struct buf *text;
	const char *metric;
	const char *kind; /* of the source */
	const char *source;
	const struct report *report;
	size_t column;
};

struct metric {
	const char *name;
	const char *type;
	const char *help;   /* plain: no backslash, no newline */
	const char *column; /* of report_sources; NULL: the metric is about no source */
	int (*write)(const struct sample *sample);
};

/* A label's value may be any text but for these three characters. */
static int add_label_value(struct buf *text, const char *value)
{
	int r = ERR_OK;

	for (; *value && r == ERR_OK; value++) {
		if (*value == '\n')
			r = buf_add(text, "\\n", 2);
		else if (*value == '\\' || *value == '"')
			r = buf_addf(text, "\\%c", *value);
		else
			r = buf_add(text, value, 1);
	}
	return r;
}

/* NAME{kind="KIND",source="SOURCE", open for another label or the end. Names are unique only among their kind. */
static int begin_sample(const struct sample *sample)
{
	int r = buf_addf(sample->text, "%s{kind=\"%s\",source=\"", sample->metric, sample->kind);

	if (r == ERR_OK)
		r = add_label_value(sample->text, sample->source);
	return r < 0 ? r : buf_add(sample->text, "\"", 1);
}

static int write_number(const struct sample *sample)
{
	enum report_kind kind = report_kind(sample->report, sample->column);

	if (kind != REPORT_INTEGER && kind != REPORT_REAL)
		return ERR_OK;
	int r = begin_sample(sample);

	if (r < 0)
		return r;
	if (kind == REPORT_INTEGER)
		return buf_addf(sample->text, "} %" PRId64 "\n", report_integer(sample->report, sample->column));
	return buf_addf(sample->text, "} %.6f\n", report_real(sample->report, sample->column));
}

/* One sample a state, so that a query can ask for one by its name. */
static int write_states(const struct sample *sample)
{
	static const char *const states[] = { "ok", "limited", "locked_out", "silent" };
	const char *now = report_text(sample->report, sample->column);
	int r = ERR_OK;

	for (size_t i = 0; i < ARRAY_SIZE(states) && r == ERR_OK; i++) {
		r = begin_sample(sample);
		if (r == ERR_OK)
			r = buf_addf(sample->text, ",state=\"%s\"} %d\n", states[i], now && strcmp(now, states[i]) == 0);
	}
	return r;
}

static int write_build_info(const struct sample *sample)
{
	return buf_addf(sample->text, "%s{version=\"%s\"} 1\n", sample->metric, VERSION);
}

static const struct metric metrics[] = {
	{ "claimd_build_info", "gauge", "The version of claimd that runs; always 1.", NULL, write_build_info },
	{ "claimd_source_state", "gauge", "Whether the source is in this state: 1 for the one that it is in.", "state", write_states },
	{ "claimd_source_clock_skew_seconds", "gauge", "The clock of the upstream minus the local one.", "skew_s", write_number },
	{ "claimd_source_pending", "gauge",
	  "Claims and orders that wait for a read that a hint asked for, and hints not yet folded into theirs.", "pending",
	  write_number },
	{ "claimd_source_oldest_pending_seconds", "gauge", "How long the oldest of what is pending has waited.", "oldest_pending_s",
	  write_number },
	{ "claimd_journal_cursor_age_seconds", "gauge", "How long ago the journal was last read.", "cursor_age_s", write_number },
	{ "claimd_journal_events_total", "counter", "Events read from the journal.", "journal_events", write_number },
	{ "claimd_market_unanswered_seconds", "gauge",
	  "How long Market's pushes have stayed away while orders went on changing; after 14 days Market stops sending them.",
	  "unanswered_s", write_number },
	{ "claimd_gaps_healed_total", "counter", "Gaps in histories that the journal turned into legal steps.", "gaps_healed",
	  write_number },
	{ "claimd_gaps_open", "gauge", "Gaps in histories that the journal has not explained.", "gaps_open", write_number },
};

#define METRICS_MAX ARRAY_SIZE(metrics)

/* The text format wants all samples of a metric together, the report has them source by source. */
struct page {
	struct buf samples[METRICS_MAX];
	size_t columns[METRICS_MAX]; /* of the report */
	size_t source, kind;         /* likewise */
};

static void page_done(struct page *page)
{
	for (size_t i = 0; i < METRICS_MAX; i++)
		buf_done(&page->samples[i]);
}

static int find_columns(struct page *page, const struct report *report)
{
	int r = column_find(report, "source", &page->source);

	if (r == ERR_OK)
		r = column_find(report, "kind", &page->kind);
	for (size_t i = 0; i < METRICS_MAX && r == ERR_OK; i++)
		if (metrics[i].column)
			r = column_find(report, metrics[i].column, &page->columns[i]);
	return r;
}

/* The samples of the source in the report's row, or, with REPORT NULL, of what is about none. */
static int add_samples(struct page *page, const struct report *report)
{
	int r = ERR_OK;

	for (size_t i = 0; i < METRICS_MAX && r == ERR_OK; i++) {
		const struct sample sample = {
			.text = &page->samples[i],
			.metric = metrics[i].name,
			.kind = report ? report_text(report, page->kind) : NULL,
			.source = report ? report_text(report, page->source) : NULL,
			.report = report,
			.column = page->columns[i],
		};

		if (!metrics[i].column == !report)
			r = metrics[i].write(&sample);
	}
	return r;
}

static int add_sources(struct page *page, struct store *store)
{
	CLEANUP(report_cleanup) struct report *report = NULL;
	int r = store_report(store, REPORT_SOURCES, NULL, 0, &report);
	bool any = true;

	if (r == ERR_OK)
		r = find_columns(page, report);
	while (r == ERR_OK) {
		r = report_next(report, &any);
		if (r < 0 || !any)
			break;
		r = add_samples(page, report);
	}
	return r;
}

static int write_page(const struct page *page, struct buf *text)
{
	int r = ERR_OK;

	for (size_t i = 0; i < METRICS_MAX && r == ERR_OK; i++) {
		r = buf_addf(text, "# HELP %s %s\n# TYPE %s %s\n", metrics[i].name, metrics[i].help, metrics[i].name, metrics[i].type);
		if (r == ERR_OK && page->samples[i].len > 0)
			r = buf_add(text, page->samples[i].data, page->samples[i].len);
	}
	return r;
}

int metrics_write(struct store *store, struct buf *text)
{
	CLEANUP(page_done) struct page page = { 0 };
	int r = add_samples(&page, NULL);

	if (r == ERR_OK)
		r = add_sources(&page, store);
	return r < 0 ? r : write_page(&page, text);
}
