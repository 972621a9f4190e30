/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From open actions to requests, and from their ends to rows.
 * Worker layer.
 * When something is done is decided here, and what may wait no longer; what is done, and what it means, in errand.c and look.c.
 */
#include "worker/actor.h"

#include <stdlib.h>

#include "base/err.h"
#include "worker/errand.h"
#include "worker/look.h"
#include "worker/resolve.h"

/* Open actions of a source that are looked at in one pass. More wait until some of these have ended. */
#define ACTOR_ROWS 128

/* What is put off for other reasons than that a read may be stale is put off less than this. */
#define ACTOR_AHEAD_US (10 * USEC_PER_SEC)

/* When the file is locked, full or failing. */
#define ACTOR_RETRY_US (50 * USEC_PER_MS)

struct actor {
	struct actor_config config;
	struct loop_timer *timer;
	struct errand *errands;
	struct wall now;  /* of this pass, as the next two */
	struct wall wake; /* when to look again; WALL_NONE: something else will tell */
	bool changed;
};

static void wake_by(struct actor *actor, struct wall at)
{
	if (wall_is_set(at) && (!wall_is_set(actor->wake) || wall_cmp(at, actor->wake) < 0))
		actor->wake = at;
}

static void try_again(struct actor *actor)
{
	wake_by(actor, wall_add(actor->now, ACTOR_RETRY_US));
}

static int store_upshot(struct actor *actor, const struct action *action, const struct upshot *upshot)
{
	int r = upshot_store(actor->config.kit, action, upshot);

	if (r)
		try_again(actor);
	actor->changed = actor->changed || (!r && wall_is_set(upshot->read));
	return r;
}

/* --- Manners ---------------------------------------------------------------------------------------------------------- */

/* Whether what somebody waits for may begin. */
enum turn {
	TURN_NOW,
	TURN_LATER, /* it is seen to that somebody looks again */
	TURN_NEVER, /* the wait is too long, or without hope */
};

static struct upshot upshot_of_impatience(const struct actor *actor, const struct action *action, bool paused)
{
	const char *why = paused ? "the source is paused, see claimctl sources" : "claimd did not come to it within a minute";

	if (action->kind == ACT_PROBE)
		return upshot_end(ACTION_NOT_DONE, "limited", "nothing was sent: %s", why);
	if (gate_is_locked_out(actor->config.kit->gate))
		why = "the source is locked out, its credentials are refused; see claimctl doctor";
	return upshot_end(ACTION_REFUSED, "not_sent", "nothing was sent: %s", why);
}

/* A lockout does not pass by itself, so nobody is kept waiting for its end. A probe is to find out how the upstream is: whether a
 * lockout still holds, too, and a pause is an answer. */
static bool is_hopeless(const struct actor *actor, const struct action *action, bool paused)
{
	if (look_is_out_of_patience(action, actor->now))
		return true;
	if (action->kind == ACT_PROBE)
		return paused;
	return look_is_awaited(action) && gate_is_locked_out(actor->config.kit->gate);
}

static bool is_gate_open(const struct actor *actor, const struct action *action, struct wall *ret_until)
{
	struct gate *gate = actor->config.kit->gate;

	return gate_is_open(gate, ret_until) || (action->kind == ACT_PROBE && gate_is_locked_out(gate));
}

/* Whether a request may go out now; if not, it is seen to that somebody looks again. */
static bool has_room(struct actor *actor, const struct action *action, bool *ret_paused)
{
	struct wall until = WALL_NONE;
	int64_t delay_us = client_delay_us(actor->config.kit->client);

	*ret_paused = !is_gate_open(actor, action, &until);
	if (*ret_paused)
		wake_by(actor, until);
	else if (delay_us > 0)
		wake_by(actor, wall_add(actor->now, delay_us));
	return !*ret_paused && delay_us == 0;
}

/* TURN_NEVER: that is stored, or tried again in a later pass. */
static enum turn turn_of(struct actor *actor, const struct action *action)
{
	bool paused;
	bool room = has_room(actor, action, &paused);

	if (is_hopeless(actor, action, paused)) {
		struct upshot upshot = upshot_of_impatience(actor, action, paused);

		store_upshot(actor, action, &upshot);
		return TURN_NEVER;
	}
	if (!room && look_is_awaited(action))
		wake_by(actor, look_patience_end(action));
	return room ? TURN_NOW : TURN_LATER;
}

/* --- Errands ---------------------------------------------------------------------------------------------------------- */

static void on_request_end(void *cls)
{
	struct actor *actor = cls;

	actor_wake(actor);
	actor->config.on_end(actor->config.cls);
}

static void drop_errand(struct actor *actor, struct errand *errand)
{
	struct errand **link = &actor->errands;

	while (*link != errand)
		link = &(*link)->next;
	*link = errand->next;
	free(errand);
}

static bool is_under_way(const struct actor *actor, int64_t action_id)
{
	for (const struct errand *errand = actor->errands; errand; errand = errand->next)
		if (errand->action.id == action_id)
			return true;
	return false;
}

/* Returns whether the errand is over. */
static bool advance(struct actor *actor, struct errand *errand);

static void begin(struct actor *actor, const struct action *action, int (*start)(struct errand *errand))
{
	struct errand *errand = calloc(1, sizeof(*errand));

	if (!errand) {
		try_again(actor);
		return;
	}
	*errand = (struct errand){
		.next = actor->errands, .kit = actor->config.kit, .action = *action, .refused = WALL_NONE,
		.upshot = { .due = WALL_NONE, .read = WALL_NONE }, .on_end = on_request_end, .cls = actor,
	};
	actor->errands = errand;
	if (start(errand)) {
		try_again(actor);
		drop_errand(actor, errand);
	} else if (advance(actor, errand)) {
		drop_errand(actor, errand);
	}
}

/* While the row is wanted, a later pass begins anew. */
static bool advance_unrecorded(struct actor *actor, struct errand *errand)
{
	int r = errand_find_record(errand);

	if (!r && errand->upshot.kind != UPSHOT_NONE)
		return advance(actor, errand);
	try_again(actor);
	return r == ERR_OK;
}

/* The row is still wanted: a later pass begins anew if this fails. */
static bool advance_send(struct actor *actor, struct errand *errand)
{
	enum turn turn = turn_of(actor, &errand->action);

	if (turn != TURN_NOW)
		return turn == TURN_NEVER;
	if (errand_send(errand)) {
		try_again(actor);
		return true;
	}
	return (errand->unrecorded || errand->upshot.kind != UPSHOT_NONE) && advance(actor, errand);
}

static bool advance_waiting(struct actor *actor, struct errand *errand)
{
	if (errand->unrecorded)
		return advance_unrecorded(actor, errand);
	if (!wall_is_set(errand->refused))
		return false;
	if (errand_tell_refusal(errand))
		try_again(actor);
	if (errand->upshot.kind != UPSHOT_NONE)
		return advance(actor, errand);
	wake_by(actor, errand->upshot.due);
	return false;
}

/* Storing what the answer came to fails for ever when it stands in the file already, though that was said to have failed, too. */
static bool is_stored(const struct actor *actor, const struct errand *errand)
{
	struct action row;

	if (store_action(actor->config.kit->store, errand->action.id, &row))
		return false;
	return row.state == ACTION_ENDED || (row.state == ACTION_SETTLING && errand->action.state == ACTION_WANTED);
}

static bool advance_stored(struct actor *actor, struct errand *errand)
{
	bool goes_on = errand->upshot.kind == UPSHOT_LATER && wall_is_set(errand->refused);

	if (store_upshot(actor, &errand->action, &errand->upshot))
		return is_stored(actor, errand);
	errand->upshot.kind = UPSHOT_NONE;
	return !goes_on;
}

static bool advance(struct actor *actor, struct errand *errand)
{
	switch (errand->upshot.kind) {
	case UPSHOT_NONE:
		return advance_waiting(actor, errand);
	case UPSHOT_SEND:
		return advance_send(actor, errand);
	case UPSHOT_LATER:
	case UPSHOT_SETTLE:
	case UPSHOT_END:
		return advance_stored(actor, errand);
	}
	return false;
}

static void advance_errands(struct actor *actor)
{
	struct errand *next;

	for (struct errand *errand = actor->errands; errand; errand = next) {
		next = errand->next;
		if (advance(actor, errand))
			drop_errand(actor, errand);
	}
}

/* --- Rows ------------------------------------------------------------------------------------------------------------- */

/* What a look came to, of an action that needs no request for it. */
static void take_look(struct actor *actor, const struct action *action, const struct upshot *upshot)
{
	if (upshot->kind == UPSHOT_NONE)
		wake_by(actor, upshot->due);
	else if (store_upshot(actor, action, upshot) == ERR_OK && upshot->kind == UPSHOT_LATER)
		wake_by(actor, upshot->due);
}

static void look(struct actor *actor, const struct action *action,
                 struct upshot (*fn)(const struct kit *kit, const struct action *action, const struct sight *sight))
{
	struct sight sight;

	if (look_load(actor->config.kit, action, &sight)) {
		try_again(actor);
		return;
	}

	struct upshot upshot = fn(actor->config.kit, action, &sight);

	take_look(actor, action, &upshot);
}

static void resolve(struct actor *actor, const struct action *action)
{
	if (resolve_violation(actor->config.kit, action))
		try_again(actor);
	else
		actor->changed = true;
}

static void carry_wanted(struct actor *actor, const struct action *action)
{
	switch (action->kind) {
	case ACT_ACCEPT:
	case ACT_ORDER_STATUS:
	case ACT_CANCELLATION:
		if (turn_of(actor, action) == TURN_NOW)
			begin(actor, action, errand_send);
		break;
	case ACT_CANCEL:
	case ACT_CANCEL_INFO:
	case ACT_PROBE:
		if (turn_of(actor, action) == TURN_NOW)
			begin(actor, action, errand_ask);
		break;
	case ACT_REFETCH:
		look(actor, action, look_refetch);
		break;
	case ACT_RESOLVE:
		resolve(actor, action);
		break;
	case ACT_PRUNE:
	case ACT_RETRY:
	case ACT_MAX:
		break;
	}
}

static void carry_settling(struct actor *actor, const struct action *action)
{
	bool paused;

	if (!look_wants_operation(action))
		look(actor, action, look_settle);
	else if (has_room(actor, action, &paused))
		begin(actor, action, errand_ask);
}

static void carry(struct actor *actor, const struct action *action)
{
	switch (action->state) {
	case ACTION_WANTED:
		carry_wanted(actor, action);
		break;
	case ACTION_SETTLING:
		carry_settling(actor, action);
		break;
	case ACTION_SENT:
	case ACTION_ENDED:
	case ACTION_STATE_MAX:
		break;
	}
}

/* An action that is due later than any is ever put off was put off by a clock that has been set back since. */
static bool is_beyond(const struct actor *actor, const struct action *action)
{
	return action->due.us - actor->now.us > actor->config.kit->conf->stale_retry.max_us + ACTOR_AHEAD_US;
}

/* It is due now, and so is what it waits for. */
static void pull_in(struct actor *actor, const struct action *action)
{
	struct upshot upshot = upshot_later(actor->now, action->tries);

	if (action->state == ACTION_SETTLING)
		upshot.read = actor->now;
	if (store_upshot(actor, action, &upshot) == ERR_OK)
		wake_by(actor, actor->now);
}

/* It is not due, but others may have read its shipment meanwhile. */
static void carry_early(struct actor *actor, const struct action *action)
{
	if (action->state == ACTION_SETTLING && !look_wants_operation(action))
		look(actor, action, look_settle);
	wake_by(actor, action->due);
}

static void carry_in_time(struct actor *actor, const struct action *action)
{
	if (is_beyond(actor, action))
		pull_in(actor, action);
	else if (wall_cmp(action->due, actor->now) > 0)
		carry_early(actor, action);
	else
		carry(actor, action);
}

static int carry_rows(struct actor *actor)
{
	const struct kit *kit = actor->config.kit;
	const struct wall ever = { INT64_MAX };
	struct action *rows = malloc(ACTOR_ROWS * sizeof(*rows));
	size_t n = 0;
	int r = rows ? store_actions_due(kit->store, gate_source_id(kit->gate), ever, rows, ACTOR_ROWS, &n) : ERR_NOMEM;

	for (size_t i = 0; !r && i < n; i++)
		if (!is_under_way(actor, rows[i].id))
			carry_in_time(actor, &rows[i]);
	free(rows);
	return r;
}

static void on_timer(void *cls)
{
	struct actor *actor = cls;

	actor->now = loop_now(actor->config.kit->loop);
	actor->wake = WALL_NONE;
	actor->changed = false;
	advance_errands(actor);
	if (carry_rows(actor))
		try_again(actor);
	if (wall_is_set(actor->wake))
		loop_timer_at(actor->timer, actor->wake);
	else
		loop_timer_unset(actor->timer);
	if (actor->changed)
		actor->config.on_changed(actor->config.cls);
}

void actor_wake(struct actor *actor)
{
	on_timer(actor);
}

struct actor *actor_free(struct actor *actor)
{
	if (!actor)
		return NULL;
	while (actor->errands)
		drop_errand(actor, actor->errands);
	loop_timer_free(actor->timer);
	free(actor);
	return NULL;
}

int actor_new(const struct actor_config *config, struct actor **ret)
{
	CLEANUP(actor_cleanup) struct actor *actor = calloc(1, sizeof(*actor));

	if (!actor)
		return ERR_NOMEM;
	actor->config = *config;

	int r = loop_timer_new(config->kit->loop, on_timer, actor, &actor->timer);

	if (r)
		return r;
	loop_timer_after(actor->timer, 0);
	*ret = actor;
	actor = NULL;
	return ERR_OK;
}
