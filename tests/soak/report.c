/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Judges and tells.
 * The soak. The thresholds are far above what a healthy claimd shows, since memory also follows the load of the hour.
 */
#include "soak/report.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/timefmt.h"

#define MIB (1024.0 * 1024.0)
#define DAY_S (24.0 * 3600.0)

/* Flat is what grows by less than this, and this part of what it was. */
#define MEMORY_SLACK_BYTES (2 * MIB)
#define MEMORY_SLACK_PART 0.15
#define DESCRIPTORS_SLACK 8.0

/* A life of fewer samples proves nothing. */
#define SAMPLES_MIN 12

int samples_add(struct samples *samples, const struct sample *sample)
{
	if (samples->n == samples->size) {
		size_t size = samples->size ? 2 * samples->size : 256;
		struct sample *bigger = reallocarray(samples->all, size, sizeof(*bigger));

		if (!bigger)
			return ERR_NOMEM;
		samples->all = bigger;
		samples->size = size;
	}
	samples->all[samples->n++] = *sample;
	return ERR_OK;
}

/* --- Judging */

static double seconds_between(struct wall from, struct wall to)
{
	return (double)(to.us - from.us) / 1e6;
}

/* The longest run of samples of one claimd. */
static const struct sample *find_longest(const struct samples *samples, size_t *ret_n)
{
	size_t best = 0;

	*ret_n = 0;
	for (size_t from = 0, to; from < samples->n; from = to) {
		for (to = from; to < samples->n && samples->all[to].n_starts == samples->all[from].n_starts; to++)
			continue;
		if (samples->all[from].n_starts == 0 || to - from <= *ret_n)
			continue;
		best = from;
		*ret_n = to - from;
	}
	return samples->all + best;
}

static double memory_of(const struct sample *sample)
{
	return (double)sample->usage.anonymous_bytes;
}

static double descriptors_of(const struct sample *sample)
{
	return (double)sample->usage.descriptors;
}

static double size_of(const struct sample *sample)
{
	return (double)sample->usage.database_bytes;
}

static double mean(const struct sample *samples, size_t n, double (*value_of)(const struct sample *sample))
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += value_of(&samples[i]);
	return n > 0 ? sum / (double)n : 0;
}

static struct trend trend_of(const struct sample *samples, size_t n, double (*value_of)(const struct sample *sample))
{
	size_t third = n / 3;

	if (n < SAMPLES_MIN)
		return (struct trend){ 0 };
	return (struct trend){
		.before = mean(samples + third, third, value_of),
		.after = mean(samples + n - third, third, value_of),
		.days = seconds_between(samples[third].at, samples[n - third].at) / DAY_S,
	};
}

void report_judge(const struct samples *samples, struct verdict_of_all *ret)
{
	size_t n;
	const struct sample *life = find_longest(samples, &n);

	*ret = (struct verdict_of_all){
		.n = n,
		.memory = trend_of(life, n, memory_of),
		.descriptors = trend_of(life, n, descriptors_of),
		.size = trend_of(life, n, size_of),
	};
	if (n == 0)
		return;
	ret->life = life->n_starts;
	ret->days = seconds_between(life[0].at, life[n - 1].at) / DAY_S;
	if (n < SAMPLES_MIN)
		return;
	ret->memory.is_flat = ret->memory.after - ret->memory.before <
	                      MEMORY_SLACK_BYTES + MEMORY_SLACK_PART * ret->memory.before;
	ret->descriptors.is_flat = ret->descriptors.after - ret->descriptors.before < DESCRIPTORS_SLACK;
}

/* --- Figures for gnuplot: columns, of simulated days from the start */

static double day_of(const struct findings *findings, struct wall at)
{
	return seconds_between(findings->start, at) / DAY_S;
}

static FILE *open_in(const struct findings *findings, const char *name)
{
	char path[DAEMON_PATH_SIZE];

	snprintf(path, sizeof(path), "%s/%s", findings->folder, name);
	return fopen(path, "we");
}

/* Where no claimd ran there is a gap in the line. */
static int write_samples(const struct findings *findings)
{
	FILE *file = open_in(findings, "samples.dat");

	if (!file)
		return ERR_IO;
	fputs("# day rss_mib anonymous_mib descriptors database_mib wal_mib transitions real_s claimd\n", file);
	for (size_t i = 0; i < findings->samples->n; i++) {
		const struct sample *sample = &findings->samples->all[i];
		const struct daemon_usage *usage = &sample->usage;

		if (i > 0 && sample->n_starts != findings->samples->all[i - 1].n_starts)
			fputc('\n', file);
		if (sample->n_starts == 0)
			continue;
		fprintf(file, "%.4f %.3f %.3f %" PRId64 " %.3f %.3f %zu %.3f %u\n", day_of(findings, sample->at),
		        (double)usage->resident_bytes / MIB, (double)usage->anonymous_bytes / MIB, usage->descriptors,
		        (double)usage->database_bytes / MIB, (double)usage->wal_bytes / MIB, sample->transitions,
		        (double)sample->real_us / 1e6, sample->n_starts);
	}
	return fclose(file) == 0 ? ERR_OK : ERR_IO;
}

static int write_lags(const struct findings *findings)
{
	FILE *file = open_in(findings, "lag.dat");

	if (!file)
		return ERR_IO;
	fputs("# day n p50_s p99_s max_s\n", file);
	for (size_t bin = 0; bin < oracle_bins(findings->oracle); bin++) {
		struct oracle_lag lag;

		oracle_lag(findings->oracle, bin, &lag);
		if (lag.n > 0)
			fprintf(file, "%.4f %zu %.3f %.3f %.3f\n", ((double)bin + 0.5) * (double)findings->bin_us / 1e6 / DAY_S, lag.n,
			        lag.p50_s, lag.p99_s, lag.max_s);
	}
	return fclose(file) == 0 ? ERR_OK : ERR_IO;
}

static int write_troubles(const struct findings *findings)
{
	FILE *file = open_in(findings, "trouble.dat");

	if (!file)
		return ERR_IO;
	fputs("# from_day to_day kind starts_claimd_anew\n", file);
	for (size_t i = 0; i < findings->n_troubles; i++) {
		const struct trouble *trouble = &findings->troubles[i];

		fprintf(file, "%.4f %.4f %d %d\n", day_of(findings, trouble->begin), day_of(findings, trouble->end), (int)trouble->kind,
		        trouble_starts_anew(trouble->kind));
	}
	return fclose(file) == 0 ? ERR_OK : ERR_IO;
}

/* --- For people */

static size_t count_troubles(const struct findings *findings, enum trouble_kind kind)
{
	size_t n = 0;

	for (size_t i = 0; i < findings->n_troubles; i++)
		n += findings->troubles[i].kind == kind;
	return n;
}

static void tell_achievement(const struct findings *findings, FILE *out)
{
	const struct samples *samples = findings->samples;
	const struct sample *last = samples->n > 0 ? &samples->all[samples->n - 1] : NULL;
	double real_s = last ? (double)last->real_us / 1e6 : 0;

	fprintf(out, "## %.1f days of %zu claims and %zu orders in %.1f minutes\n\n",
	        seconds_between(findings->start, findings->end) / DAY_S, findings->stats.claims, findings->stats.orders, real_s / 60);
	fprintf(out, "- %zu transitions, and %zu edits and prices beside them: %.0f transitions a second of real time\n",
	        findings->stats.transitions, findings->stats.edits + findings->stats.prices,
	        real_s > 0 ? (double)findings->stats.transitions / real_s : 0);
	fprintf(out, "- %zu callbacks and %zu pushes acknowledged of %zu and %zu sent; %zu and %zu were lost on purpose\n",
	        findings->stats.callbacks.acked, findings->stats.pushes.acked, findings->stats.callbacks.sent, findings->stats.pushes.sent,
	        findings->stats.lost, findings->stats.pushes_lost);
	fprintf(out, "- requests that claimd made: %zu bulk_info, %zu journal, %zu lists and reads of orders; %zu of all met a fault\n",
	        findings->stats.answers.bulk_info, findings->stats.answers.journal, findings->stats.answers.orders,
	        findings->stats.answers.failed);
	fprintf(out, "- seed %" PRIu64 ", retention %d days, claimd was started %u times\n\n", findings->seed, findings->retention_days,
	        findings->n_starts);
}

static size_t acked_of(const struct findings *findings)
{
	return findings->stats.callbacks.acked + findings->stats.pushes.acked;
}

/* More may be stored than was acknowledged: claimd, or the wait for its answer, may end in between. */
static bool nothing_is_lost(const struct findings *findings)
{
	return findings->callbacks_lost == 0 && findings->hints_pending == 0 && findings->hints_stored >= (int64_t)acked_of(findings);
}

static void tell_truth(const struct findings *findings, FILE *out)
{
	const struct oracle_counts *counts = oracle_counts(findings->oracle);

	fprintf(out, "## Truth\n\n");
	fprintf(out, "- %zu claims equal the truth, transition for transition, with times, revisions, verdicts and violations\n",
	        counts->claims);
	fprintf(out, "- %zu orders: nothing but what was, in its order, and the last status; %zu steps were over before claimd could ask,"
	             " %zu jumps of DBS that no push told of are held\n", counts->orders, counts->steps_unseen, counts->jumps_held);
	fprintf(out, "- %zu transitions compared in all; %zu shipments were compared before retention took them\n", counts->transitions,
	        counts->pruned);
	fprintf(out, "- %s: %zu shipments differ%s%s\n", counts->wrong == 0 ? "EQUAL" : "NOT EQUAL", counts->wrong,
	        counts->wrong > 0 ? ", the first is " : "", counts->first_wrong);
	fprintf(out, "- %s: %zu hints acknowledged, of them %zu callbacks that are not in the file; %" PRId64 " stored, %" PRId64
	             " pending at the end\n", nothing_is_lost(findings) ? "NOTHING LOST" : "LOST", acked_of(findings),
	        findings->callbacks_lost, findings->hints_stored, findings->hints_pending);
	fprintf(out, "- claimctl check-db finds %s\n\n", findings->check_db_is_good ? "no fault" : "FAULTS");
}

static void tell_trend(const char *what, const struct trend *trend, double unit, const char *unit_name, FILE *out)
{
	fprintf(out, "- %s: %.2f%s, later %.2f%s: %+.3f%s a day\n", what, trend->before / unit, unit_name, trend->after / unit, unit_name,
	        trend->days > 0 ? (trend->after - trend->before) / unit / trend->days : 0, unit_name);
}

static void tell_flatness(const struct verdict_of_all *verdict, FILE *out)
{
	fprintf(out, "## Flat\n\n");
	fprintf(out, "The claimd that ran longest is number %u, %.1f days; means of the second and last third of its %zu samples.\n\n",
	        verdict->life, verdict->days, verdict->n);
	tell_trend(verdict->memory.is_flat ? "FLAT: memory of its own (RssAnon)" : "GROWS: memory of its own (RssAnon)", &verdict->memory,
	           MIB, " MiB", out);
	tell_trend(verdict->descriptors.is_flat ? "FLAT: descriptors" : "GROW: descriptors", &verdict->descriptors, 1, "", out);
	tell_trend("database, which grows with the orders that retention keeps for half a year", &verdict->size, MIB, " MiB", out);
	fprintf(out, "\nIt fails when memory grows by more than %.1f MiB and %.0f %%, descriptors by %.0f or more.\n\n",
	        MEMORY_SLACK_BYTES / MIB, MEMORY_SLACK_PART * 100, DESCRIPTORS_SLACK);
}

static void tell_lag(const struct findings *findings, FILE *out)
{
	struct oracle_lag lag;

	oracle_lag(findings->oracle, oracle_bins(findings->oracle), &lag);
	fprintf(out, "## Lag\n\n");
	fprintf(out, "From a transition upstream until it is stored, outages and times without claimd included, in simulated time, which"
	             " stands still while anybody computes: p50 %.2f s, p99 %.1f s, at most %.0f s.\n\n", lag.p50_s, lag.p99_s, lag.max_s);
}

static void tell_troubles(const struct findings *findings, FILE *out)
{
	fprintf(out, "## What went wrong on purpose\n\nAll the time, a little: %s. And:\n\n", TROUBLE_USUAL);
	fputs("| times | what | |\n|---:|---|---|\n", out);
	for (int kind = 0; kind < TROUBLE_MAX; kind++)
		fprintf(out, "| %zu | %s | %s |\n", count_troubles(findings, (enum trouble_kind)kind),
		        trouble_name((enum trouble_kind)kind), trouble_explanation((enum trouble_kind)kind));
	fputc('\n', out);
}

static bool is_good(const struct findings *findings, const struct verdict_of_all *verdict)
{
	return findings->trouble[0] == '\0' && oracle_counts(findings->oracle)->wrong == 0 && nothing_is_lost(findings) &&
	       findings->check_db_is_good && verdict->memory.is_flat && verdict->descriptors.is_flat;
}

static void tell(const struct findings *findings, const struct verdict_of_all *verdict, FILE *out)
{
	if (findings->trouble[0])
		fprintf(out, "BROKEN OFF: %s\n\n", findings->trouble);
	tell_achievement(findings, out);
	tell_truth(findings, out);
	tell_flatness(verdict, out);
	tell_lag(findings, out);
	tell_troubles(findings, out);
}

int report_write(const struct findings *findings, bool *ret_good)
{
	struct verdict_of_all verdict;
	FILE *file = open_in(findings, "report.md");

	if (!file)
		return ERR_IO;
	report_judge(findings->samples, &verdict);
	*ret_good = is_good(findings, &verdict);
	fprintf(file, "# A soak of claimd\n\n%s\n\n", *ret_good ? "**It held.**" : "**It did not hold.**");
	tell(findings, &verdict, file);
	fputs("![lag](lag.svg)\n\n![memory](memory.svg)\n\n"
	      "![descriptors](descriptors.svg)\n\n![size](size.svg)\n\n![pace](pace.svg)\n", file);
	if (fclose(file) != 0)
		return ERR_IO;
	tell(findings, &verdict, stdout);
	puts(*ret_good ? "It held." : "It did not hold.");

	int r = write_samples(findings);

	if (r == ERR_OK)
		r = write_lags(findings);
	return r == ERR_OK ? write_troubles(findings) : r;
}
