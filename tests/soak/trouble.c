/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Plans and makes trouble.
 * The soak. Where two of them meet, the end of the first may be the end of both.
 */
#include "soak/trouble.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/attr.h"
#include "base/backoff.h"
#include "base/err.h"
#include "sim/chance.h"

#define USEC_PER_MIN (60 * USEC_PER_SEC)
#define USEC_PER_DAY (24 * 60 * USEC_PER_MIN)

/* No trouble lasts longer than this part of the whole, nor begins in the last one of them. */
#define PART 40

/* How often claimd is met busy before it is killed. */
#define FUSE_MAX 60

static const struct kind {
	const char *name;
	double every_days;
	int min;
	int max;
	const char *explanation;
} kinds[] = {
#define TROUBLE(id, name, every_days, min, max, explanation) { name, every_days, min, max, explanation },
#include "soak/trouble.def"
};

struct troubles {
	struct troubles_plan plan;
	struct trouble *all; /* owned; by their begin */
	size_t n;
	size_t n_begun;
	bool *ended; /* owned; by their place in ALL */
	struct loop_timer *timer;
	struct wall start_at; /* claimd is not started before then; WALL_NONE: may be at any time */
	unsigned n_keys;
};

const char *trouble_name(enum trouble_kind kind)
{
	return kinds[kind].name;
}

const char *trouble_explanation(enum trouble_kind kind)
{
	return kinds[kind].explanation;
}

bool trouble_starts_anew(enum trouble_kind kind)
{
	return kind == TROUBLE_KILL || kind == TROUBLE_STOP || kind == TROUBLE_UPGRADE || kind == TROUBLE_DOWN;
}

static void fail(struct troubles *troubles, const char *what)
{
	troubles->plan.on_failure(what, troubles->plan.cls);
}

/* --- What is done to claimd */

static void start_claimd(struct troubles *troubles)
{
	troubles->start_at = WALL_NONE;
	if (daemon_start(troubles->plan.daemon) != ERR_OK)
		fail(troubles, "claimd can't be started");
}

/* Which it is at once if nothing has put it off. */
static bool may_start(const struct troubles *troubles)
{
	return wall_cmp(troubles->start_at, loop_now(troubles->plan.loop)) <= 0;
}

void troubles_bury(struct troubles *troubles)
{
	if (may_start(troubles))
		start_claimd(troubles);
}

static void configure(struct troubles *troubles)
{
	if (daemon_configure(troubles->plan.daemon) != ERR_OK)
		fail(troubles, "claimd's configuration can't be written");
}

static void stop(struct troubles *troubles, struct wall until)
{
	struct daemon *daemon = troubles->plan.daemon;

	if (!daemon_runs(daemon) || daemon->ends_by_us)
		return;
	troubles->start_at = until;
	daemon_stop(daemon);
}

static void reload(struct troubles *troubles)
{
	configure(troubles);
	if (daemon_runs(troubles->plan.daemon))
		daemon_reload(troubles->plan.daemon);
}

static void make_key(struct troubles *troubles, char ret[static DAEMON_KEY_SIZE])
{
	snprintf(ret, DAEMON_KEY_SIZE, "key-%u-of-the-month", ++troubles->n_keys);
}

static void change_token(struct troubles *troubles)
{
	make_key(troubles, troubles->plan.daemon->token);
	if (sim_set_token(troubles->plan.sim, troubles->plan.daemon->token) != ERR_OK)
		fail(troubles, "no memory");
}

static void change_api_key(struct troubles *troubles)
{
	make_key(troubles, troubles->plan.daemon->api_key);
	if (sim_set_api_key(troubles->plan.sim, troubles->plan.daemon->api_key) != ERR_OK)
		fail(troubles, "no memory");
}

static void kill_claimd(struct troubles *troubles, struct wall until)
{
	struct daemon *daemon = troubles->plan.daemon;
	uint64_t random = chance_draw(troubles->plan.seed, CHANCE_DELAY_CALLBACK, 0, troubles->n_begun);

	if (!daemon_runs(daemon) || daemon->ends_by_us)
		return;
	troubles->start_at = until;
	daemon_kill_soon(daemon, 1 + (unsigned)(random % FUSE_MAX));
}

/* --- What each kind is */

static void set_faults(struct troubles *troubles, const char *spec)
{
	if (sim_set_faults(troubles->plan.sim, spec) != ERR_OK)
		fail(troubles, spec);
}

static void begin(struct troubles *troubles, const struct trouble *trouble)
{
	struct sim *sim = troubles->plan.sim;

	switch (trouble->kind) {
	case TROUBLE_KILL:
		kill_claimd(troubles, trouble->end);
		return;
	case TROUBLE_UPGRADE:
		troubles->plan.daemon->variant++;
		configure(troubles);
		stop(troubles, trouble->end);
		return;
	case TROUBLE_STOP:
	case TROUBLE_DOWN:
		stop(troubles, trouble->end);
		return;
	case TROUBLE_RELOAD:
		troubles->plan.daemon->variant++;
		reload(troubles);
		return;
	case TROUBLE_TOKEN:
		change_token(troubles);
		return;
	case TROUBLE_API_KEY:
		change_api_key(troubles);
		return;
	case TROUBLE_ERRORS:
		sim_set_outage(sim, OUTAGE_ERROR);
		return;
	case TROUBLE_SILENCE:
		sim_set_outage(sim, OUTAGE_SILENT);
		return;
	case TROUBLE_NONSENSE:
		sim_set_outage(sim, OUTAGE_NO_JSON);
		return;
	case TROUBLE_NO_JOURNAL:
		sim_set_journal_outage(sim, OUTAGE_ERROR);
		return;
	case TROUBLE_MARKET_ERRORS:
		sim_set_market_outage(sim, OUTAGE_ERROR);
		return;
	case TROUBLE_MARKET_SILENCE:
		sim_set_market_outage(sim, OUTAGE_SILENT);
		return;
	case TROUBLE_LIMITS:
		set_faults(troubles, "429=0.5");
		return;
	case TROUBLE_LOST:
		set_faults(troubles, "lost=1");
		return;
	case TROUBLE_HOLES:
		set_faults(troubles, "late=0.3,shuffle=0.5,repeat=0.5");
		return;
	case TROUBLE_CURSORS:
		sim_forget_cursors(sim);
		return;
	case TROUBLE_MAX:
		return;
	}
}

static void end(struct troubles *troubles, const struct trouble *trouble)
{
	struct sim *sim = troubles->plan.sim;

	switch (trouble->kind) {
	case TROUBLE_KILL:
	case TROUBLE_STOP:
	case TROUBLE_UPGRADE:
	case TROUBLE_DOWN:
		if (!daemon_runs(troubles->plan.daemon) && may_start(troubles))
			start_claimd(troubles);
		return;
	case TROUBLE_TOKEN:
	case TROUBLE_API_KEY:
		reload(troubles);
		return;
	case TROUBLE_ERRORS:
	case TROUBLE_SILENCE:
	case TROUBLE_NONSENSE:
		sim_set_outage(sim, OUTAGE_NONE);
		return;
	case TROUBLE_NO_JOURNAL:
		sim_set_journal_outage(sim, OUTAGE_NONE);
		return;
	case TROUBLE_MARKET_ERRORS:
	case TROUBLE_MARKET_SILENCE:
		sim_set_market_outage(sim, OUTAGE_NONE);
		return;
	case TROUBLE_LIMITS:
	case TROUBLE_LOST:
	case TROUBLE_HOLES:
		set_faults(troubles, TROUBLE_USUAL);
		return;
	case TROUBLE_RELOAD:
	case TROUBLE_CURSORS:
	case TROUBLE_MAX:
		return;
	}
}

/* --- When */

static void arm(struct troubles *troubles)
{
	struct wall next = WALL_NONE;

	if (troubles->n_begun < troubles->n)
		next = troubles->all[troubles->n_begun].begin;
	for (size_t i = 0; i < troubles->n_begun; i++)
		if (!troubles->ended[i] && (!wall_is_set(next) || wall_cmp(troubles->all[i].end, next) < 0))
			next = troubles->all[i].end;
	if (wall_is_set(next))
		loop_timer_at(troubles->timer, next);
}

static void on_due(void *cls)
{
	struct troubles *troubles = cls;
	struct wall now = loop_now(troubles->plan.loop);

	for (size_t i = 0; i < troubles->n_begun; i++) {
		if (troubles->ended[i] || wall_cmp(troubles->all[i].end, now) > 0)
			continue;
		troubles->ended[i] = true;
		end(troubles, &troubles->all[i]);
	}
	while (troubles->n_begun < troubles->n && wall_cmp(troubles->all[troubles->n_begun].begin, now) <= 0)
		begin(troubles, &troubles->all[troubles->n_begun++]);
	arm(troubles);
}

static int64_t share_of(const struct troubles_plan *plan, enum trouble_kind kind)
{
	return trouble_starts_anew(kind) ? plan->span_us / 2 : plan->span_us - plan->span_us / PART;
}

static size_t count(const struct troubles_plan *plan, enum trouble_kind kind)
{
	size_t n = (size_t)((double)share_of(plan, kind) / (kinds[kind].every_days * (double)USEC_PER_DAY));

	return n > 0 ? n : 1;
}

static int compare_begins(const void *a, const void *b)
{
	const struct trouble *x = a;
	const struct trouble *y = b;
	int order = wall_cmp(x->begin, y->begin);

	return order ? order : (x->kind > y->kind) - (x->kind < y->kind);
}

/* Each of a kind has a slot of its own, in which it begins and ends at random. */
static void plan_kind(struct troubles *troubles, enum trouble_kind kind)
{
	const struct troubles_plan *plan = &troubles->plan;
	size_t n = count(plan, kind);
	int64_t slot_us = share_of(plan, kind) / (int64_t)n;

	for (size_t i = 0; i < n; i++) {
		uint64_t random = chance_draw(plan->seed, CHANCE_DELAY_ANSWER, kind, 2 * i);
		int64_t lasts_us = backoff_spread_us(kinds[kind].min * USEC_PER_MIN, kinds[kind].max * USEC_PER_MIN, random);
		int64_t longest_us = plan->span_us / PART < slot_us / 2 ? plan->span_us / PART : slot_us / 2;

		if (lasts_us > longest_us)
			lasts_us = longest_us;
		random = chance_draw(plan->seed, CHANCE_DELAY_ANSWER, kind, 2 * i + 1);

		struct wall at = wall_add(plan->start, (int64_t)i * slot_us + backoff_spread_us(0, slot_us - lasts_us, random));

		troubles->all[troubles->n++] = (struct trouble){ .kind = kind, .begin = at, .end = wall_add(at, lasts_us) };
	}
}

int troubles_new(const struct troubles_plan *plan, struct troubles **ret)
{
	struct troubles *troubles = calloc(1, sizeof(*troubles));
	size_t n = 0;

	if (!troubles)
		return ERR_NOMEM;
	troubles->plan = *plan;
	troubles->start_at = WALL_NONE;
	for (int kind = 0; kind < TROUBLE_MAX; kind++)
		n += count(plan, (enum trouble_kind)kind);
	troubles->all = calloc(n, sizeof(*troubles->all));
	troubles->ended = calloc(n, sizeof(*troubles->ended));
	if (!troubles->all || !troubles->ended || loop_timer_new(plan->loop, on_due, troubles, &troubles->timer) != ERR_OK) {
		troubles_free(troubles);
		return ERR_NOMEM;
	}
	for (int kind = 0; kind < TROUBLE_MAX; kind++)
		plan_kind(troubles, (enum trouble_kind)kind);
	qsort(troubles->all, troubles->n, sizeof(*troubles->all), compare_begins);
	arm(troubles);
	*ret = troubles;
	return ERR_OK;
}

void troubles_free(struct troubles *troubles)
{
	if (!troubles)
		return;
	loop_timer_free(troubles->timer);
	free(troubles->all);
	free(troubles->ended);
	free(troubles);
}

const struct trouble *troubles_list(const struct troubles *troubles, size_t *ret_n)
{
	*ret_n = troubles->n;
	return troubles->all;
}
