/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The keeper: one task at a time, a little in each turn of the loop.
 * Worker layer. How far a task has come is in memory alone: after kill -9 it begins anew, which removes nothing twice.
 */
#include "worker/keeper.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/log.h"
#include "store/action.h"
#include "store/keep.h"
#include "store/outbox.h"
#include "worker/tell.h"

/* Between two passes, and before the first one: a start has more urgent things to do. */
#define PASS_EVERY_US (3600 * USEC_PER_SEC)
#define PASS_FIRST_US (60 * USEC_PER_SEC)

/* Between two transactions, so that nobody waits for more than one of them. */
#define BREATH_US (5 * USEC_PER_MS)

/* Messages of one transaction. */
#define RETRY_ROWS 200

/* When the file is locked, full or failing. */
#define AGAIN_US (200 * USEC_PER_MS)

#define WORDS_SIZE 256

struct keeper {
	struct keeper_config config;
	struct loop_timer *timer; /* to the next turn of the task */
	struct loop_timer *hour;
	bool pass_is_due;         /* by the clock */
	bool busy;                /* with a task: */
	struct action action;     /* its id is 0 for a pass that only the clock wanted */
	struct prune prune;
	int64_t n_retried;
	struct action_end end;    /* what became of it, in these words */
	char words[WORDS_SIZE];
};

/* What became of the task, for the action that wanted it. */
static void end_action(struct keeper *keeper, enum action_result result, const char *code, const char *message)
{
	snprintf(keeper->words, sizeof(keeper->words), "%s", message);
	keeper->end = (struct action_end){ .result = result, .code = code, .message = keeper->words };
	if (keeper->action.id != 0)
		store_action_end(keeper->config.store, keeper->action.id, &keeper->end, loop_now(keeper->config.loop));
}

static void tell_end(const struct keeper *keeper)
{
	if (keeper->action.id != 0)
		tell_action_end(NULL, NULL, &keeper->action, &keeper->end);
}

static int store_failure(struct keeper *keeper, const char *message)
{
	int r = store_begin(keeper->config.store);

	if (r)
		return r;
	end_action(keeper, ACTION_NOT_DONE, NULL, message);
	r = store_commit(keeper->config.store);
	if (!r)
		tell_end(keeper);
	return r;
}

/* A rule of the file forbids it: that will be so next time, too. */
static int give_up(struct keeper *keeper, const char *what)
{
	char message[WORDS_SIZE];
	int r;

	snprintf(message, sizeof(message), "%s: %s", what, store_error_text(keeper->config.store));
	log_error("%s", message);
	r = store_failure(keeper, message);
	keeper->busy = r != ERR_OK;
	return r;
}

/* --- Pruning ------------------------------------------------------------------------------------------------------- */

static void count_removed(const struct prune *prune, char ret[static WORDS_SIZE])
{
	snprintf(ret, WORDS_SIZE, "removed %" PRId64 " shipment%s and %" PRId64 " notification%s", prune->n_shipments,
	         prune->n_shipments == 1 ? "" : "s", prune->n_notifications, prune->n_notifications == 1 ? "" : "s");
}

static void end_prune(struct keeper *keeper)
{
	const struct prune *prune = &keeper->prune;
	char words[WORDS_SIZE];

	count_removed(prune, words);
	if (prune->n_shipments + prune->n_notifications > 0)
		log_info("%s, older than %" PRId64 " days", words, keeper->config.conf->retention_days);
	keeper->busy = false;
	tell_end(keeper);
}

static int prune_some(struct keeper *keeper)
{
	struct store *store = keeper->config.store;
	struct prune next = keeper->prune;
	char words[WORDS_SIZE];
	int r = store_begin(store);

	if (r)
		return r;
	store_prune(store, &next);
	if (next.stage == PRUNE_DONE) {
		count_removed(&next, words);
		end_action(keeper, ACTION_DONE, NULL, words);
	}
	r = store_commit(store);
	if (r)
		return err_may_pass(r) ? r : give_up(keeper, "what is old can't be removed");
	keeper->prune = next;
	if (next.stage == PRUNE_DONE)
		end_prune(keeper);
	return ERR_OK;
}

/* --- Trying again -------------------------------------------------------------------------------------------------- */

static void retry_one(struct keeper *keeper)
{
	int64_t id = keeper->action.target_id;
	char words[WORDS_SIZE];

	if (store_outbox_retry(keeper->config.store, id, loop_now(keeper->config.loop))) {
		end_action(keeper, ACTION_DONE, NULL, "it is tried now");
		return;
	}
	snprintf(words, sizeof(words), "there is no message %" PRId64 ", or it was delivered; see claimctl outbox", id);
	end_action(keeper, ACTION_REFUSED, "unknown_message", words);
}

/* *ret_more: there may be more of them. */
static void retry_all(struct keeper *keeper, int64_t *n, bool *ret_more)
{
	size_t some = store_outbox_retry_some(keeper->config.store, RETRY_ROWS, loop_now(keeper->config.loop));
	char words[WORDS_SIZE];

	*n += (int64_t)some;
	*ret_more = some == RETRY_ROWS;
	if (*ret_more)
		return;
	snprintf(words, sizeof(words), "%" PRId64 " message%s that had failed %s tried now", *n, *n == 1 ? "" : "s",
	         *n == 1 ? "is" : "are");
	end_action(keeper, ACTION_DONE, NULL, words);
}

static int retry_some(struct keeper *keeper)
{
	int64_t n = keeper->n_retried;
	bool more = false;
	int r = store_begin(keeper->config.store);

	if (r)
		return r;
	if (keeper->action.target_id == NUMBER_NONE)
		retry_all(keeper, &n, &more);
	else
		retry_one(keeper);
	r = store_commit(keeper->config.store);
	if (r)
		return err_may_pass(r) ? r : give_up(keeper, "messages can't be tried again");
	keeper->n_retried = n;
	keeper->busy = more;
	if (!more)
		tell_end(keeper);
	keeper->config.on_retry(keeper->config.cls);
	return ERR_OK;
}

/* --- One task after the other --------------------------------------------------------------------------------------- */

static void begin(struct keeper *keeper)
{
	keeper->busy = true;
	keeper->n_retried = 0;
	keeper->prune = store_prune_start(loop_now(keeper->config.loop), keeper->config.conf->retention_days);
}

/* What somebody waits for goes before what only the clock wants. */
static int find_task(struct keeper *keeper)
{
	size_t n = 0;
	int r = store_actions_due(keeper->config.store, NUMBER_NONE, loop_now(keeper->config.loop), &keeper->action, 1, &n);

	if (r)
		return r;
	if (n == 0)
		keeper->action = (struct action){ .kind = ACT_PRUNE };
	if (n > 0 || keeper->pass_is_due)
		begin(keeper);
	if (keeper->busy && keeper->action.kind == ACT_PRUNE)
		keeper->pass_is_due = false;
	return ERR_OK;
}

static int work(struct keeper *keeper)
{
	return keeper->action.kind == ACT_RETRY ? retry_some(keeper) : prune_some(keeper);
}

static void on_timer(void *cls)
{
	struct keeper *keeper = cls;
	int r = keeper->busy ? ERR_OK : find_task(keeper);
	bool any = keeper->busy;

	if (!r && any)
		r = work(keeper);
	if (r)
		loop_timer_after(keeper->timer, AGAIN_US);
	else if (any)
		loop_timer_after(keeper->timer, BREATH_US);
}

static void on_hour(void *cls)
{
	struct keeper *keeper = cls;

	keeper->pass_is_due = true;
	loop_timer_at(keeper->hour, wall_add(loop_now(keeper->config.loop), PASS_EVERY_US));
	keeper_wake(keeper);
}

void keeper_wake(struct keeper *keeper)
{
	if (!loop_timer_is_set(keeper->timer))
		on_timer(keeper);
}

struct keeper *keeper_free(struct keeper *keeper)
{
	if (!keeper)
		return NULL;
	loop_timer_free(keeper->hour);
	loop_timer_free(keeper->timer);
	free(keeper);
	return NULL;
}

int keeper_new(const struct keeper_config *config, struct keeper **ret)
{
	CLEANUP(keeper_cleanup) struct keeper *keeper = calloc(1, sizeof(*keeper));

	if (!keeper)
		return ERR_NOMEM;
	keeper->config = *config;

	int r = loop_timer_new(config->loop, on_timer, keeper, &keeper->timer);

	if (!r)
		r = loop_timer_new(config->loop, on_hour, keeper, &keeper->hour);
	if (r)
		return r;
	loop_timer_at(keeper->hour, wall_add(loop_now(config->loop), PASS_FIRST_US));
	loop_timer_after(keeper->timer, BREATH_US);
	*ret = keeper;
	keeper = NULL;
	return ERR_OK;
}
