/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * soak: a month of a large shop in the time that its work takes, and whether claimd is at its end what it was at its beginning.
 * scripts/soak runs it. How it is built:
 *
 * 1. claimd is the built program, unchanged, in a process of its own, so that its memory and descriptors are its own; the simulator,
 *    which keeps the truth and grows, is in this one.
 * 2. Both stand on one virtual clock (preload/hourglass.c): clocks, timerfds and waits of claimd are put in front of libc; nothing in
 *    claimd knows of it.
 * 3. Time moves on to the next timer only when both have nothing to do (conductor.c), so an outage of hours costs nothing, and no pause
 *    or timeout depends on how fast the machine is. Lags are in this time: what claimd and upstream wait, not what they compute.
 * 4. The month begins on a file of schema version 1, and has days and nights. --hours bounds the real time: where it does not do for all
 *    claims, fewer are born.
 * 5. What goes wrong is planned by the seed (trouble.def). SIGKILL comes when claimd is in the middle of an exchange (daemon.c). In the
 *    second half of the month claimd is not started anew: that life shows whether memory and descriptors are flat (report.c).
 * 6. No claim waits for claimd: what it misses only the journal can tell. So claims must equal the truth transition for transition
 *    (oracle.c); orders, which have no journal, must show nothing but the truth, in its order, and its end.
 * 7. Retention takes what ended days ago, so shipments are compared several times a day, and all that are left once more at the end.
 * 8. Every acknowledged callback must be a row of the inbox (ledger.c), and every hint must have been served at the end.
 */
#include <inttypes.h>
#include <sched.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>

#include "base/err.h"
#include "base/log.h"
#include "preload/hourglass.h"
#include "soak/ledger.h"
#include "soak/options.h"
#include "soak/report.h"
#include "soak/shop.h"
#include "text_file.h"

#define USEC_PER_HOUR (3600 * USEC_PER_SEC)
#define USEC_PER_DAY (24 * USEC_PER_HOUR)

/* Behind all that stands in the old file. */
#define START ((struct wall){ INT64_C(1796083200) * USEC_PER_SEC })

#define OLD_FILE "tests/component/databases/schema-1.dump"

/* What is due within so much of each other happens at once. */
#define GRAIN_US (50 * USEC_PER_MS)

#define SAMPLES 720
#define SAMPLES_PER_LOOK 6
#define BINS 240

/* How long the last ones may take to come to their ends, when nothing goes wrong any more. */
#define REST_US (3 * USEC_PER_DAY)
#define REST_MIN_US (2 * USEC_PER_HOUR)

/* Of the real time, what is left for the end. */
#define RESERVE 0.05

struct soak {
	struct options options;
	struct conductor *conductor;
	struct loop *loop;
	struct sim *sim;
	struct daemon daemon;
	struct troubles *troubles;
	struct oracle *oracle;
	struct ledger *ledger;
	size_t n_lost; /* acknowledged callbacks that claimd's file did not have */
	struct samples samples;
	struct shop *shop;
	struct loop_timer *tick;
	bool ticked;
	bool over;
	int64_t span_us;
	int64_t began_real_us;
	int64_t hints_before;
	char callback_url[256];
	char push_url[256];
	char trouble[256]; /* "" while all is well */
};

static void give_up(struct soak *soak, const char *format, ...) ATTR_PRINTF(2, 3);

static void give_up(struct soak *soak, const char *format, ...)
{
	va_list args;

	if (soak->trouble[0])
		return;
	va_start(args, format);
	vsnprintf(soak->trouble, sizeof(soak->trouble), format, args);
	va_end(args);
}

static void on_failure(const char *what, void *cls)
{
	give_up(cls, "%s", what);
}

static void on_busy(void *cls)
{
	struct soak *soak = cls;

	daemon_met_busy(&soak->daemon);
}

static void on_gone(void *cls)
{
	struct soak *soak = cls;
	char why[64];

	if (!daemon_bury(&soak->daemon, why, sizeof(why)))
		give_up(soak, "claimd: %s; see claimd.log", why);
	else if (!soak->over)
		troubles_bury(soak->troubles);
}

static void on_acked(enum errand_kind kind, const char *id, struct wall updated, void *cls)
{
	struct soak *soak = cls;

	if (kind == ERRAND_CALLBACK && ledger_note(soak->ledger, id, updated) != ERR_OK)
		give_up(soak, "no memory");
}

static struct wall span_end(const struct soak *soak)
{
	return wall_add(START, soak->span_us);
}

/* --- What is looked at from time to time */

static void on_tick(void *cls)
{
	struct soak *soak = cls;

	soak->ticked = true;
	loop_timer_at(soak->tick, wall_add(loop_now(soak->loop), soak->span_us / SAMPLES));
}

static void tell_progress(const struct soak *soak, const struct sample *sample)
{
	const struct oracle_counts *counts = oracle_counts(soak->oracle);

	fprintf(stderr, "day %5.1f: %zu shipments, %zu transitions, %zu found equal; claimd %u has %.1f MiB and %" PRId64
	                " descriptors, the file %.0f MiB; %.0f s\n",
	        (double)(sample->at.us - START.us) / (double)USEC_PER_DAY, sample->shipments, sample->transitions,
	        counts->claims + counts->orders, sample->n_starts, (double)sample->usage.resident_bytes / 1048576,
	        sample->usage.descriptors, (double)sample->usage.database_bytes / 1048576, (double)sample->real_us / 1e6);
}

static void take_sample(struct soak *soak, struct sample *ret)
{
	struct sim_stats stats;

	sim_stats(soak->sim, &stats);
	*ret = (struct sample){
		.at = loop_now(soak->loop),
		.real_us = hourglass_real_us() - soak->began_real_us,
		.n_starts = daemon_runs(&soak->daemon) ? soak->daemon.n_starts : 0,
		.shipments = stats.claims + stats.orders,
		.transitions = stats.transitions,
	};
	daemon_measure(&soak->daemon, &ret->usage);
	if (samples_add(&soak->samples, ret) != ERR_OK)
		give_up(soak, "no memory");
}

static void look(struct soak *soak, bool last)
{
	size_t missing = 0;

	if (ledger_audit(soak->ledger, soak->daemon.database, &missing) != ERR_OK ||
	    oracle_look(soak->oracle, sim_world(soak->sim), loop_now(soak->loop), last) != ERR_OK)
		give_up(soak, "claimd's file can't be read");
	if (missing > soak->n_lost)
		soak->n_lost = missing;
}

static void look_around(struct soak *soak)
{
	struct sample sample;

	soak->ticked = false;
	take_sample(soak, &sample);

	double real_s = (double)sample.real_us / 1e6;

	shop_set_pace(soak->shop, real_s, soak->options.hours * 3600 * (1 - RESERVE) - real_s, sample.shipments);
	if (soak->samples.n % SAMPLES_PER_LOOK == 0)
		look(soak, false);
	if (soak->samples.n % (SAMPLES / 30) == 0)
		tell_progress(soak, &sample);
}

/* --- The month */

static bool is_well(const struct soak *soak)
{
	return soak->trouble[0] == '\0';
}

/* Until nobody has anything to do, then on to the next moment. */
static void turn(struct soak *soak)
{
	int r = conductor_settle(soak->conductor);

	if (r != ERR_OK)
		give_up(soak, r == ERR_BUSY ? "claimd is busy with itself for minutes" : "the loop: %s", err_text(r));
	else if (soak->ticked)
		look_around(soak);
	conductor_advance(soak->conductor);
}

static int64_t pending(const struct soak *soak)
{
	return oracle_ask(soak->oracle, "SELECT sum(pending) FROM report_sources");
}

static bool is_at_rest(struct soak *soak)
{
	if (!sim_is_done(soak->sim) || pending(soak) != 0)
		return false;
	look(soak, false);
	return oracle_counts(soak->oracle)->wrong == 0;
}

static void live(struct soak *soak)
{
	struct wall end = span_end(soak);

	while (is_well(soak) && wall_cmp(loop_now(soak->loop), end) < 0)
		turn(soak);
	if (sim_set_faults(soak->sim, "all=0") != ERR_OK)
		give_up(soak, "no memory");
}

/* Nothing goes wrong any more: the last ones come to their ends, and claimd hears of it. */
static void rest(struct soak *soak)
{
	struct wall end = wall_add(span_end(soak), REST_US);
	struct wall next_look = wall_add(span_end(soak), REST_MIN_US);

	while (is_well(soak) && wall_cmp(loop_now(soak->loop), end) < 0) {
		if (wall_cmp(loop_now(soak->loop), next_look) >= 0) {
			if (is_at_rest(soak))
				return;
			next_look = wall_add(loop_now(soak->loop), REST_MIN_US);
		}
		turn(soak);
	}
}

static void stop_claimd(struct soak *soak)
{
	soak->over = true;
	if (daemon_runs(&soak->daemon))
		daemon_stop(&soak->daemon);
	while (is_well(soak) && daemon_runs(&soak->daemon))
		turn(soak);
}

static bool check_db(const struct soak *soak)
{
	char command[3 * DAEMON_PATH_SIZE];

	snprintf(command, sizeof(command), "'%s/claimctl' --db '%s' check-db > '%s/check-db.log' 2>&1", soak->daemon.build,
	         soak->daemon.database, soak->daemon.folder);
	return system(command) == 0;
}

static int report(struct soak *soak)
{
	struct findings findings = {
		.folder = soak->options.report,
		.start = START,
		.end = loop_now(soak->loop),
		.bin_us = soak->span_us / BINS,
		.seed = (uint64_t)soak->options.seed,
		.retention_days = soak->options.retention_days,
		.samples = &soak->samples,
		.oracle = soak->oracle,
		.callbacks_lost = soak->n_lost,
		.hints_pending = pending(soak),
		.hints_stored = oracle_ask(soak->oracle, "SELECT seq FROM sqlite_sequence WHERE name = 'inbox'") - soak->hints_before,
		.check_db_is_good = check_db(soak),
		.n_starts = soak->daemon.n_starts,
	};
	bool good = false;

	snprintf(findings.trouble, sizeof(findings.trouble), "%s", soak->trouble);
	findings.troubles = troubles_list(soak->troubles, &findings.n_troubles);
	sim_stats(soak->sim, &findings.stats);
	if (report_write(&findings, &good) != ERR_OK) {
		fprintf(stderr, "soak: the report can't be written to %s\n", soak->options.report);
		return EX_CANTCREAT;
	}
	return good ? EX_OK : EXIT_FAILURE;
}

/* --- How it begins */

static int make_old_file(const char *path)
{
	char *sql = text_file_read(OLD_FILE);
	sqlite3 *file = NULL;
	int r = sql && sqlite3_open(path, &file) == SQLITE_OK && sqlite3_exec(file, sql, NULL, NULL, NULL) == SQLITE_OK ? ERR_OK : ERR_IO;

	sqlite3_close(file);
	free(sql);
	return r;
}

static int open_shop(struct soak *soak)
{
	const struct shop_plan plan = {
		.seed = (uint64_t)soak->options.seed,
		.claims = soak->options.claims,
		.orders = soak->options.orders,
		.start = START,
		.span_us = soak->span_us,
		.keep_events_us = soak->options.retention_days * USEC_PER_DAY / 2,
		.on_failure = on_failure,
		.cls = soak,
	};
	struct sim_config config;

	shop_configure(&plan, &config);
	config.token = soak->daemon.token;
	config.api_key = soak->daemon.api_key;
	config.sender.on_acked = on_acked;
	config.sender.cls = soak;

	int r = sim_new(soak->loop, &config, &soak->sim);

	if (r == ERR_OK)
		r = sim_set_faults(soak->sim, TROUBLE_USUAL);
	return r == ERR_OK ? shop_new(soak->loop, soak->sim, &plan, &soak->shop) : r;
}

static int open_urls(struct soak *soak)
{
	snprintf(soak->daemon.base_url, sizeof(soak->daemon.base_url), "%s", sim_url(soak->sim));
	snprintf(soak->callback_url, sizeof(soak->callback_url), "http://%s/delivery/main/" DAEMON_SECRET "?", soak->daemon.address);
	snprintf(soak->push_url, sizeof(soak->push_url), "http://%s/market/shop/" DAEMON_SECRET, soak->daemon.address);

	int r = sim_set_callback(soak->sim, soak->callback_url);

	return r == ERR_OK ? sim_set_push(soak->sim, soak->push_url) : r;
}

static int open_oracle(struct soak *soak)
{
	const struct oracle_rules rules = {
		.database = soak->daemon.database,
		.start = START,
		.bin_us = soak->span_us / BINS,
		.retention_us = soak->options.retention_days * USEC_PER_DAY,
	};

	return oracle_new(&rules, &soak->oracle);
}

static int open_tick(struct soak *soak)
{
	int r = loop_timer_new(soak->loop, on_tick, soak, &soak->tick);

	if (r == ERR_OK)
		loop_timer_at(soak->tick, loop_now(soak->loop));
	return r;
}

static int open_troubles(struct soak *soak)
{
	const struct troubles_plan plan = {
		.loop = soak->loop,
		.sim = soak->sim,
		.daemon = &soak->daemon,
		.seed = (uint64_t)soak->options.seed,
		.start = START,
		.span_us = soak->span_us,
		.on_failure = on_failure,
		.cls = soak,
	};

	return troubles_new(&plan, &soak->troubles);
}

static int open_claimd(struct soak *soak)
{
	struct daemon *daemon = &soak->daemon;

	daemon->conductor = soak->conductor;
	daemon->retention_days = soak->options.retention_days;

	int r = make_old_file(daemon->database);

	if (r == ERR_OK)
		r = daemon_configure(daemon);
	if (r != ERR_OK)
		return r;
	soak->hints_before = oracle_ask(soak->oracle, "SELECT seq FROM sqlite_sequence WHERE name = 'inbox'");
	return daemon_start(daemon);
}

/* And claimd with us: only one of the two has work at nearly any time, and handing over is cheapest so. */
static void stay_on_this_processor(void)
{
	cpu_set_t this_one;

	CPU_ZERO(&this_one);
	CPU_SET((size_t)sched_getcpu(), &this_one);
	sched_setaffinity(0, sizeof(this_one), &this_one);
}

static int open_all(struct soak *soak)
{
	const struct conductor_hooks hooks = { .on_busy = on_busy, .on_gone = on_gone, .cls = soak };
	int r = daemon_open(&soak->daemon, soak->options.work, soak->options.build);

	if (r == ERR_OK)
		r = conductor_new(START, GRAIN_US, &hooks, &soak->conductor);
	if (r != ERR_OK)
		return r;
	soak->loop = conductor_loop(soak->conductor);
	snprintf(soak->daemon.token, sizeof(soak->daemon.token), "key-0-of-the-month");
	snprintf(soak->daemon.api_key, sizeof(soak->daemon.api_key), "key-0-of-the-month");
	r = ledger_new(&soak->ledger);
	if (r == ERR_OK)
		r = open_shop(soak);
	if (r == ERR_OK)
		r = open_urls(soak);
	if (r == ERR_OK)
		r = open_oracle(soak);
	if (r == ERR_OK)
		r = open_tick(soak);
	if (r == ERR_OK)
		r = open_troubles(soak);
	return r == ERR_OK ? open_claimd(soak) : r;
}

static void close_all(struct soak *soak)
{
	daemon_close(&soak->daemon);
	troubles_free(soak->troubles);
	shop_free(soak->shop);
	loop_timer_free(soak->tick);
	oracle_free(soak->oracle);
	sim_free(soak->sim);
	ledger_free(soak->ledger);
	conductor_free(soak->conductor);
	free(soak->samples.all);
}

int main(int argc, char **argv)
{
	struct soak soak = { .began_real_us = hourglass_real_us() };
	int status = options_read(argc, argv, &soak.options);

	if (status >= 0)
		return status;
	log_open("soak", LOG_LEVEL_ERROR);
	stay_on_this_processor();
	srandom((unsigned)soak.options.seed);
	soak.span_us = (int64_t)(soak.options.days * (double)USEC_PER_DAY);

	int r = open_all(&soak);

	if (r != ERR_OK) {
		fprintf(stderr, "soak: it can't begin: %s\n", err_text(r));
		status = EX_OSERR;
	} else {
		live(&soak);
		rest(&soak);
		look(&soak, true);
		stop_claimd(&soak);
		status = report(&soak);
	}
	close_all(&soak);
	return status;
}
