/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The whole play in one process: the daemon's own listener, worker and store, the simulator as upstream, one loop,
 * and a clock that a test can set. For the scenario tests. Nothing sleeps: the loop is stepped until what is
 * awaited has come.
 */
#ifndef CLAIMD_TESTS_SCENARIO_STAGE_H
#define CLAIMD_TESTS_SCENARIO_STAGE_H

#include <stdbool.h>

#include "conf/conf.h"
#include "loop/fetch.h"
#include "model/act.h"
#include "sim/sim.h"
#include "store/store.h"

struct stage;

/* How long a test waits where nothing moves, and the daemon and the simulator for answers, unless a test wants otherwise. Where the
 * simulator waits for its steps to be read, it takes for read what it has answered: nobody may give up waiting for that. */
#define STAGE_PATIENCE_US (60 * USEC_PER_SEC)

/* What a test changes before the curtain rises; stage_defaults() fills it. */
struct stage_config {
	struct sim_config sim;
	struct conf_daemon daemon;
	struct conf_source delivery;
	struct conf_source market; /* without a business_id there is none */
	enum policy policy;
	const char *folder; /* of the database; NULL: one of its own */
	bool deaf; /* callbacks and pushes are not taken in: the listener is not started */
};

/* A patient daemon in a hurry: stale_retry 5-15 ms, sweep after 60 ms, no limit on requests; the simulator steps
 * every 1-5 ms. */
void stage_defaults(struct stage_config *ret);
/* The same, but it follows the journal alone, and nobody calls. */
void stage_journal_defaults(struct stage_config *ret);
/* The first with a Market source beside, which lists what was updated every 60 ms. */
void stage_market_defaults(struct stage_config *ret);

struct stage *stage_open(const struct stage_config *config);
void stage_close(struct stage *stage);

/* The daemon's parts end as by kill -9 (no draining, requests in flight dropped) and start again from the file. */
void stage_restart(struct stage *stage);
/* The two halves of it, with no connection to the file between them: not even the test's own, which asks nothing meanwhile. */
void stage_stop(struct stage *stage);
void stage_start(struct stage *stage);

/* As at a reload: of the sources that there are, Delivery's and Market's, the first N are configured from now on, as they stand now. */
void stage_reload(struct stage *stage, size_t n);

/* The one loop, for peers of a test's own. */
struct loop *stage_loop(struct stage *stage);

struct sim *stage_sim(struct stage *stage);
struct conf_daemon *stage_daemon(struct stage *stage);
struct conf_source *stage_delivery(struct stage *stage);
struct conf_source *stage_market(struct stage *stage);

/* Steps the loop until SQL, run over a connection of its own, answers WANT (first column of the first row as text);
 * fails the test after a minute in which the answer stays the same. */
void stage_await(struct stage *stage, const char *sql, const char *want);

/* Whether a life waits for a merchant's act: without one it never ends. */
bool stage_life_waits(const struct life *life);

/* Steps the loop until every claim and order has ended and every hint has been read; fails the test after a minute in which
 * no step is made, and none told. */
void stage_await_done(struct stage *stage);

/* Steps the loop once, waiting a little for something to happen; fails when the worker is stuck afterwards. So does all that
 * steps the loop. */
void stage_turn(struct stage *stage);

/* What is stuck in the worker, NULL for nothing; from now on it may be. Valid until the next call. */
const char *stage_find_stuck(struct stage *stage);

/* Steps the loop for as long as anything is ready at once. */
void stage_settle(struct stage *stage);

/* Moves the wall clock, as an administrator would. */
void stage_set_clock(struct stage *stage, int64_t shift_us);
struct wall stage_now(const struct stage *stage);

/* The first column of the first row, "" for none. Valid until the next call. */
const char *stage_ask(struct stage *stage, const char *sql);

/* Runs SQL as another program would, over a connection of its own that is kept: a transaction that it begins stays open. */
void stage_sql(struct stage *stage, const char *sql);

/* What was counted since the curtain rose, restarts included: the value of a sample, see tests/reading.h. */
double stage_reading(const struct stage *stage, const char *sample);

/* Whether the database's files hold these bytes anywhere, whatever the tables say. */
bool stage_file_holds(struct stage *stage, const char *text);

/* Sends one callback for CLAIM and awaits its 200; UPDATED may be WALL_NONE. */
void stage_call(struct stage *stage, const char *claim, struct wall updated);

/* The same, but returns the answer's status; without a time. */
unsigned stage_try_call(struct stage *stage, const char *claim);

/* What an operator wants of a claim or order, in the version that is known. */
struct stage_wish {
	enum act_kind kind;
	const char *id;
	const char *argument; /* NULL: none, as the next */
	const char *price;
};

void stage_act(struct stage *stage, const struct stage_wish *wish);
/* The same; whether it could be stored. */
bool stage_try_act(struct stage *stage, const struct stage_wish *wish);
/* Waits for the end of the last action: "result code", the code "-" where there is none. */
void stage_await_act(struct stage *stage, const char *want);

/* POSTs BODY as a push of Market's; returns the answer's status. */
unsigned stage_push(struct stage *stage, const char *body);

/* Fails unless the file's transitions are the simulator's, one for one: order, statuses, times, revisions and
 * verdicts; and violations are open for just those that broke a rule. */
void stage_assert_truth(struct stage *stage);

/* The weaker promise to a reader of snapshots that was away for a while: fails unless each stored transition is one
 * of the simulator's, in its order and none twice, legal or a gap over steps that were missed, and the last status
 * is known. */
void stage_assert_no_lies(struct stage *stage);

#endif
