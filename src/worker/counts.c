/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is counted of the work for one source.
 * Worker layer.
 */
#include "worker/counts.h"

#include "meter/meter.h"

static const char *kind_of(const struct counts *counts)
{
	return conf_source_kind_text(counts->conf->kind);
}

static void open_reads(struct counts *counts)
{
	static const char *const texts[] = {
		[READ_FRESH] = "fresh",
		[READ_STALE] = "stale",
		[READ_SUSPECT] = "suspect",
		[READ_MISSING] = "missing",
		[READ_FAILED] = "failed",
	};

	_Static_assert(ARRAY_SIZE(texts) == READ_RESULT_MAX, "a text for each");
	for (size_t i = 0; i < READ_RESULT_MAX; i++)
		counts->reads[i] = metrics_counter(counts->metrics, METER_READS,
		                                   METRIC_VALUES(kind_of(counts), counts->conf->name, texts[i]));
}

static struct counter *open_expired(const struct counts *counts, const struct model *model, const char *window)
{
	return metrics_counter(counts->metrics, METER_WINDOWS_EXPIRED,
	                       METRIC_VALUES(kind_of(counts), counts->conf->name, model->name, window));
}

/* What reports don't show is no transition. */
static void open_model(struct counts *counts, size_t i)
{
	const struct model *model = models[i];

	for (enum verdict verdict = 0; verdict < VERDICT_MAX; verdict++)
		if (verdict != VERDICT_SAME)
			counts->transitions[i][verdict] = metrics_counter(counts->metrics, METER_TRANSITIONS,
				METRIC_VALUES(kind_of(counts), counts->conf->name, model->name, verdict_text(verdict)));
	for (size_t j = 0; j < model->n_windows; j++)
		open_expired(counts, model, model->windows[j].kind);
}

void counts_open(struct counts *counts, struct metrics *metrics, const struct conf_source *conf)
{
	*counts = (struct counts){ .metrics = metrics, .conf = conf };
	open_reads(counts);
	for (size_t i = 0; i < MODEL_MAX; i++)
		if ((conf->kind == CONF_DELIVERY) == (models[i] == &model_claims))
			open_model(counts, i);
	counts->lag = metrics_histogram(metrics, METER_TRANSITION_LAG, METRIC_VALUES(kind_of(counts), conf->name));
}

void counts_read(const struct counts *counts, enum read_result result)
{
	counter_add(counts->reads[result], 1);
}

void counts_changes(const struct counts *counts, const struct model *model, const struct changes *changes, struct wall since,
                    struct wall now)
{
	for (size_t i = 0; i < MODEL_MAX; i++)
		for (enum verdict verdict = 0; models[i] == model && verdict < VERDICT_MAX; verdict++)
			counter_add(counts->transitions[i][verdict], changes->verdicts[verdict]);
	if (changes->expired)
		counts_expired(counts, model, changes->expired);
	if (changes->transitions > 0 && wall_is_set(since))
		histogram_add(counts->lag, wall_cmp(since, now) < 0 ? (double)(now.us - since.us) / 1e6 : 0);
}

void counts_expired(const struct counts *counts, const struct model *model, const char *window)
{
	if (counts->metrics && model)
		counter_add(open_expired(counts, model, window), 1);
}
