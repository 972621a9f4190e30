/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A page of metrics.
 * Listener layer.
 */
#include "listener/scrape.h"

#include <math.h>
#include <string.h>

#include "base/err.h"
#include "base/process.h"
#include "meter/meter.h"
#include "store/measure.h"

static double seconds_of(int64_t us)
{
	return us == NUMBER_NONE ? NAN : (double)us / 1e6;
}

static double seconds_since(struct wall now, struct wall then)
{
	if (!wall_is_set(then))
		return NAN;
	return wall_cmp(then, now) > 0 ? 0 : seconds_of(now.us - then.us);
}

/* --- Sources ------------------------------------------------------------------------------------------------------------ */

/* One sample a state, so that a query can ask for one by its name. */
static void add_states(struct exposition *page, const char *kind, const char *name, const char *now)
{
	static const char *const states[] = { "ok", "limited", "locked_out", "silent" };

	for (size_t i = 0; i < ARRAY_SIZE(states); i++)
		exposition_add(page, METER_SOURCE_STATE, METRIC_VALUES(kind, name, states[i]), strcmp(now, states[i]) == 0);
}

static int add_source(const struct scrape *scrape, const struct listener_source *source, struct exposition *page)
{
	const char *kind = conf_source_kind_text(source->conf->kind);
	const char *const *values = METRIC_VALUES(kind, source->conf->name);
	struct source_measure measure;
	int r = store_measure_source(scrape->store, source->id, &measure);

	if (r < 0)
		return r;
	add_states(page, kind, source->conf->name, measure.state);
	exposition_add(page, METER_SOURCE_SKEW, values, seconds_of(measure.skew_us));
	exposition_add(page, METER_SOURCE_PENDING, values, (double)measure.pending);
	exposition_add(page, METER_SOURCE_OLDEST_PENDING, values, seconds_since(scrape->now, measure.pending_since));
	exposition_add(page, METER_CURSOR_AGE, values, seconds_since(scrape->now, measure.cursor_read));
	exposition_add(page, METER_JOURNAL_EVENTS, values, (double)measure.journal_events);
	exposition_add(page, METER_GAPS_HEALED, values, (double)measure.gaps_healed);
	exposition_add(page, METER_GAPS_OPEN, values, (double)measure.gaps_open);
	return ERR_OK;
}

/* Market switches off what has not answered for 14 days; Delivery does not. */
static int add_unanswered(const struct scrape *scrape, const struct listener_source *source, struct exposition *page)
{
	const struct conf_source *conf = source->conf;
	int64_t us;

	if (conf->kind != CONF_MARKET)
		return ERR_OK;

	int r = store_source_unanswered(scrape->store, source->id, scrape->now, &us);

	if (r == ERR_OK)
		exposition_add(page, METER_UNANSWERED, METRIC_VALUES(conf_source_kind_text(conf->kind), conf->name), seconds_of(us));
	return r;
}

/* --- Windows ------------------------------------------------------------------------------------------------------------ */

static bool may_follow(const struct conf_source *conf, const struct model *model)
{
	return (conf->kind == CONF_DELIVERY) == (model == &model_claims);
}

static int add_window(const struct scrape *scrape, const struct listener_source *source, const struct model *model, const char *window,
                      struct exposition *page)
{
	const char *kind = conf_source_kind_text(source->conf->kind);
	const char *const *values = METRIC_VALUES(kind, source->conf->name, model->name, window);
	struct window_measure measure;
	int r = store_measure_windows(scrape->store, source->id, model, window, &measure);

	if (r < 0)
		return r;
	exposition_add(page, METER_WINDOWS_OPEN, values, (double)measure.open);
	exposition_add(page, METER_WINDOWS_DUE_SOON, values, (double)measure.warned);
	return ERR_OK;
}

static int add_windows(const struct scrape *scrape, const struct listener_source *source, struct exposition *page)
{
	int r = ERR_OK;

	for (size_t i = 0; i < MODEL_MAX; i++)
		for (size_t j = 0; may_follow(source->conf, models[i]) && j < models[i]->n_windows && r == ERR_OK; j++)
			r = add_window(scrape, source, models[i], models[i]->windows[j].kind, page);
	return r;
}

static int add_sources(const struct scrape *scrape, struct exposition *page)
{
	int r = ERR_OK;

	for (size_t i = 0; i < scrape->n_sources && r == ERR_OK; i++) {
		r = add_source(scrape, &scrape->sources[i], page);
		if (r == ERR_OK)
			r = add_unanswered(scrape, &scrape->sources[i], page);
		if (r == ERR_OK)
			r = add_windows(scrape, &scrape->sources[i], page);
	}
	return r;
}

/* --- What there is of all sources ---------------------------------------------------------------------------------------- */

static int add_violations(struct store *store, struct exposition *page)
{
	int r = ERR_OK;

	for (enum violation kind = VIOLATION_NONE + 1; kind < VIOLATION_MAX && r == ERR_OK; kind++) {
		int64_t n = 0;

		r = store_measure_violations(store, kind, &n);
		exposition_add(page, METER_VIOLATIONS_OPEN, METRIC_VALUES(violation_text(kind)), (double)n);
	}
	return r;
}

static int add_results(struct store *store, enum act_kind kind, struct exposition *page)
{
	int r = ERR_OK;

	for (enum action_result result = 0; result < ACTION_RESULT_MAX && r == ERR_OK; result++) {
		int64_t n = 0;

		r = store_measure_results(store, kind, result, &n);
		exposition_add(page, METER_ACTIONS, METRIC_VALUES(act_kind_text(kind), action_result_text(result)), (double)n);
	}
	return r;
}

static int add_actions(struct store *store, struct exposition *page)
{
	int r = ERR_OK;

	for (enum act_kind kind = 0; kind < ACT_MAX && r == ERR_OK; kind++) {
		int64_t n = 0;

		r = store_measure_actions(store, kind, &n);
		exposition_add(page, METER_ACTIONS_OPEN, METRIC_VALUES(act_kind_text(kind)), (double)n);
		if (r == ERR_OK)
			r = add_results(store, kind, page);
	}
	return r;
}

static int add_outbox(struct store *store, struct exposition *page)
{
	int r = ERR_OK;

	for (enum channel channel = 0; channel < CHANNEL_MAX && r == ERR_OK; channel++) {
		struct outbox_measure measure = { 0 };

		r = store_measure_outbox(store, channel, &measure);
		exposition_add(page, METER_OUTBOX_WAITING, METRIC_VALUES(channel_text(channel)), (double)measure.waiting);
		exposition_add(page, METER_OUTBOX_FAILING, METRIC_VALUES(channel_text(channel)), (double)measure.failing);
	}
	return r;
}

/* Not to know how large the disk is is no trouble of the store's. */
static int add_storage(struct store *store, struct exposition *page)
{
	struct store_size size;
	int64_t bytes, free_bytes;
	int r = store_size(store, &size);

	if (r < 0)
		return r;
	exposition_add(page, METER_DATABASE_BYTES, NULL, (double)size.database_bytes);
	exposition_add(page, METER_DATABASE_WAL_BYTES, NULL, (double)size.log_bytes);
	if (store_measure_disk(store, &bytes, &free_bytes) == ERR_OK) {
		exposition_add(page, METER_DISK_BYTES, NULL, (double)bytes);
		exposition_add(page, METER_DISK_FREE_BYTES, NULL, (double)free_bytes);
	}
	return ERR_OK;
}

static void add_process(struct exposition *page)
{
	struct process_usage usage;

	process_usage(&usage);
	exposition_add(page, METER_PROCESS_CPU, NULL, usage.cpu_seconds);
	exposition_add(page, METER_PROCESS_OPEN_FDS, NULL, usage.open_fds);
	exposition_add(page, METER_PROCESS_MAX_FDS, NULL, usage.max_fds);
	exposition_add(page, METER_PROCESS_RESIDENT, NULL, usage.resident_bytes);
	exposition_add(page, METER_PROCESS_VIRTUAL, NULL, usage.virtual_bytes);
}

static int add_all(const struct scrape *scrape, struct exposition *page)
{
	exposition_add(page, METER_BUILD_INFO, METRIC_VALUES(VERSION), 1);
	exposition_add(page, METER_READY, NULL, scrape->ready);
	metrics_expose(scrape->metrics, page);
	add_process(page);

	int r = add_sources(scrape, page);

	if (r == ERR_OK)
		r = add_violations(scrape->store, page);
	if (r == ERR_OK)
		r = add_actions(scrape->store, page);
	if (r == ERR_OK)
		r = add_outbox(scrape->store, page);
	return r < 0 ? r : add_storage(scrape->store, page);
}

int scrape_write(const struct scrape *scrape, struct buf *text)
{
	CLEANUP(exposition_done) struct exposition page = { 0 };
	int r = exposition_init(&page, meter_table, METER_MAX);

	if (r == ERR_OK)
		r = add_all(scrape, &page);
	return r < 0 ? r : exposition_write(&page, text);
}
