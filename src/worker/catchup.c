/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The list of what was updated, slice by slice and page by page.
 * Worker layer.
 * Holds one request or one page at a time; how far all was listed is stored at the end of each slice, so a restart lists a slice
 * again, which changes nothing. What a page says goes the way of every answer: apply.c.
 */
#include "worker/catchup.h"

#include <stdlib.h>
#include <string.h>

#include "api/market.h"
#include "base/err.h"
#include "base/timefmt.h"
#include "worker/apply.h"
#include "worker/tell.h"
#include "worker/unanswered.h"

#define DAY_US (24 * 3600 * USEC_PER_SEC)

/* Market takes 30 days at most, and bounds are rounded to seconds. */
#define SLICE_MAX_US (29 * DAY_US)
#define FIRST_US (30 * DAY_US)

/* A list may lack what was updated a moment before: replicas lag, and clocks differ. */
#define OVERLAP_US (60 * USEC_PER_SEC)

/* Another program holds the lock; the disk is full or failing. */
#define BUSY_US (20 * USEC_PER_MS)
#define RETRY_US (1 * USEC_PER_SEC)

/* A round that took longer than this, or was held up, leaves much behind that was updated meanwhile. */
#define ROUND_LONG_US (60 * USEC_PER_SEC)

/* A push that failed comes again within a minute; this much later it is not coming. */
#define PUSH_GRACE_US (10 * 60 * USEC_PER_SEC)

/* A hundred thousand orders in a slice; a list without an end would take all the requests that Market allows. */
#define PAGES_MAX 2000

struct catchup {
	struct catchup_config config;
	struct loop_timer *timer;
	struct mono next;          /* no request before */
	int64_t pause_us;          /* after the next failure */
	bool wanting;              /* the list waits for reads to end */
	bool calling;
	struct apply *apply;

	/* The round under way; until is WALL_NONE between two. */
	struct wall until;
	struct wall from, to;      /* of its slice */
	bool fake;
	char *token;               /* of its page; NULL: the first */
	bool is_first;             /* nothing was ever listed before */
	size_t n_pages;            /* of its slice, as the next */
	size_t n_listed;

	/* The page that is being stored. */
	bool has_page;
	struct wire_orders page;
	struct due *dues;
	size_t n_dues;
	size_t n_unreadable;       /* of its orders */

	bool failing;              /* to store */
	bool in_trouble;           /* to list */
	struct wall unheard;       /* the oldest change that a push should have told of, but did not yet; WALL_NONE: none */
	struct unanswered unanswered;
};

static const struct conf_source *conf_of(const struct catchup *catchup)
{
	return catchup->config.kit->conf;
}

static int64_t source_id_of(const struct catchup *catchup)
{
	return gate_source_id(catchup->config.kit->gate);
}

static struct wall upstream_now(const struct catchup *catchup)
{
	const struct kit *kit = catchup->config.kit;

	return wall_add(loop_now(kit->loop), gate_skew_us(kit->gate));
}

static void pause_for(struct catchup *catchup, int64_t us)
{
	catchup->next = (struct mono){ clock_mono(loop_clock(catchup->config.kit->loop)).us + us };
	loop_timer_after(catchup->timer, us);
}

static void set_token(struct catchup *catchup, char *token)
{
	free(catchup->token);
	catchup->token = token;
}

static struct wall earlier(struct wall a, struct wall b)
{
	return wall_cmp(a, b) < 0 ? a : b;
}

static struct wall later(struct wall a, struct wall b)
{
	return wall_cmp(a, b) < 0 ? b : a;
}

static void begin_slice(struct catchup *catchup, struct wall from)
{
	catchup->from = from;
	catchup->to = earlier(wall_add(from, SLICE_MAX_US), catchup->until);
	catchup->fake = false;
	catchup->n_listed = 0;
	catchup->n_pages = 0;
	set_token(catchup, NULL);
}

/* What was stored last is where all is listed up to; a clock that was set back since is not waited for. */
static int begin_round(struct catchup *catchup)
{
	struct wall now = upstream_now(catchup);
	struct wall from = wall_add(now, -FIRST_US);
	struct wall stored;
	char *cursor = NULL;
	int r = store_cursor(catchup->config.kit->store, source_id_of(catchup), &cursor);

	if (r)
		return r;
	catchup->is_first = !cursor;
	if (cursor && timefmt_parse(cursor, strlen(cursor), &stored, NULL) == ERR_OK)
		from = wall_add(earlier(stored, now), -OVERLAP_US);
	free(cursor);
	/* Bounds are whole seconds and the end is not included: one more, so that this very moment is. */
	catchup->until = wall_add(now, USEC_PER_SEC);
	begin_slice(catchup, from);
	return ERR_OK;
}

/* Nobody answered pushes before claimd was started: those come again from then on. */
static bool is_overdue(const struct catchup *catchup)
{
	const struct kit *kit = catchup->config.kit;
	struct wall started = wall_add(kit->started, gate_skew_us(kit->gate));

	return kit->conf->callbacks && wall_is_set(catchup->unheard) &&
	       upstream_now(catchup).us - later(catchup->unheard, started).us > PUSH_GRACE_US;
}

/* Saves how far all is listed. */
static int save_slice(struct catchup *catchup)
{
	struct store *store = catchup->config.kit->store;
	char cursor[TIMEFMT_SIZE];
	bool overdue = is_overdue(catchup);
	int r = store_begin(store);

	if (r)
		return r;
	timefmt_format(earlier(catchup->to, upstream_now(catchup)), cursor);
	if (overdue)
		store_source_silent(store, source_id_of(catchup), catchup->unheard, loop_now(catchup->config.kit->loop));
	store_cursor_save(store, source_id_of(catchup), cursor, catchup->n_listed, loop_now(catchup->config.kit->loop));
	r = store_commit(store);
	if (r)
		return r;
	if (overdue)
		catchup->unheard = WALL_NONE;
	return ERR_OK;
}

static void end_round(struct catchup *catchup)
{
	bool is_long = upstream_now(catchup).us - catchup->until.us > ROUND_LONG_US;

	if (catchup->is_first)
		tell_source(LOG_LEVEL_NOTICE, conf_of(catchup), "all orders of the last 30 days were listed");
	catchup->until = WALL_NONE;
	unanswered_tell(&catchup->unanswered, catchup->config.kit);
	catchup->config.on_round(catchup->config.cls);
	pause_for(catchup, is_long ? 0 : conf_of(catchup)->market.catch_up_us);
}

static void wait_out(struct catchup *catchup, int error)
{
	/* What comes from the disk is told by who watches it (storage.h). */
	if (!err_may_pass(error) && !catchup->failing) {
		tell_source(LOG_LEVEL_ERROR, conf_of(catchup), "can't store what was listed: %s; will go on trying",
		            store_error_text(catchup->config.kit->store));
		catchup->failing = true;
	}
	loop_timer_after(catchup->timer, error == ERR_BUSY ? BUSY_US : RETRY_US);
}

static void end_slice(struct catchup *catchup)
{
	int r = save_slice(catchup);

	if (r) {
		wait_out(catchup, r);
		return;
	}
	catchup->failing = false;
	catchup->has_page = false;
	catchup->pause_us = RETRY_US;
	if (wall_cmp(catchup->to, catchup->until) >= 0) {
		end_round(catchup);
		return;
	}
	begin_slice(catchup, catchup->to);
	loop_timer_after(catchup->timer, 0);
}

static bool is_endless(const struct catchup *catchup)
{
	if (catchup->n_pages < PAGES_MAX)
		return false;
	tell_source(LOG_LEVEL_ERROR, conf_of(catchup), "a list of orders has more than %d pages, and is taken as far as it went",
	            PAGES_MAX);
	return true;
}

/* One without orders, and a token that leads nowhere, end a list that would have no end; what can't be read is not nothing. */
static bool is_last_page(const struct catchup *catchup)
{
	const struct wire_orders *page = &catchup->page;
	const char *next = page->next_page_token;
	bool stands = next && catchup->token && strcmp(next, catchup->token) == 0;

	return !next || stands || is_endless(catchup) || (catchup->n_dues == 0 && catchup->n_unreadable == 0);
}

/* A page is stored: on to the next one, then to the test orders, then to the next slice. */
static void end_page(struct catchup *catchup)
{
	char *next = catchup->page.next_page_token;
	bool last = is_last_page(catchup);

	if (last && catchup->fake) {
		end_slice(catchup);
		return;
	}
	catchup->page.next_page_token = last ? next : NULL;
	catchup->fake = catchup->fake || last;
	set_token(catchup, last ? NULL : next);
	catchup->has_page = false;
	wire_orders_done(&catchup->page);
	loop_timer_after(catchup->timer, 0);
}

static void on_applied(void *cls)
{
	struct catchup *catchup = cls;

	catchup->apply = NULL;
	end_page(catchup);
	catchup->config.on_applied(catchup->config.cls);
}

/* A change that no push told of, though Market sends one for it. */
static void note_unheard(struct catchup *catchup, const struct seen *seen, const struct shipment *shipment,
                         const struct pending *pending)
{
	bool known = wall_is_set(shipment->newest.updated) && wall_cmp(seen->key.updated, shipment->newest.updated) <= 0;
	bool told = pending->hint_id > pending->served_id;

	if (catchup->is_first || known || told || !seen->model || strcmp(seen->status, shipment->reported) == 0)
		return;
	if (model_is_untold(seen->model, model_status(seen->model, seen->status)))
		return;
	if (!wall_is_set(catchup->unheard) || wall_cmp(seen->key.updated, catchup->unheard) < 0)
		catchup->unheard = seen->key.updated;
}

/* The row of a listed order, made if it is new. The list answers no hint: what pushes wait for is read by itself. */
static int find_order(struct catchup *catchup, const struct seen *seen, struct due *ret)
{
	struct store *store = catchup->config.kit->store;
	const struct shipment_name name = {
		.source_id = source_id_of(catchup),
		.model = seen->model,
		.campaign_id = seen->campaign_id,
		.external_id = seen->external_id,
		.via = VIA_SWEEP,
	};
	struct shipment shipment;
	struct pending pending;
	int64_t id;
	int r = store_shipment_id(store, &name, loop_now(catchup->config.kit->loop), &id);

	if (!r)
		r = store_shipment(store, id, &shipment, &pending);
	if (r)
		return r;
	*ret = (struct due){ .shipment_id = id, .hint_id = pending.served_id, .at = pending.due };
	memcpy(ret->external_id, seen->external_id, sizeof(ret->external_id));
	note_unheard(catchup, seen, &shipment, &pending);
	return ERR_OK;
}

static int find_orders(struct catchup *catchup)
{
	struct store *store = catchup->config.kit->store;
	struct due *dues = reallocarray(catchup->dues, catchup->n_dues + 1, sizeof(*dues));

	if (!dues)
		return ERR_NOMEM;
	catchup->dues = dues;

	int r = store_begin(store);

	if (r)
		return r;
	for (size_t i = 0; !r && i < catchup->n_dues; i++)
		r = find_order(catchup, &catchup->page.orders.seen[i], &dues[i]);
	if (r) {
		store_rollback(store);
		return r;
	}
	return store_commit(store);
}

static void store_page(struct catchup *catchup)
{
	int r = find_orders(catchup);

	if (!r && catchup->n_dues > 0)
		r = apply_start(catchup->config.kit, catchup->dues, catchup->n_dues, &catchup->page.orders, on_applied, catchup,
		                &catchup->apply);
	if (r) {
		wait_out(catchup, r);
		return;
	}
	catchup->failing = false;
	if (catchup->n_dues == 0)
		end_page(catchup);
}

static void take_page(struct catchup *catchup, struct market_page *answer)
{
	if (catchup->in_trouble)
		tell_source(LOG_LEVEL_NOTICE, conf_of(catchup), "orders can be listed again");
	catchup->n_unreadable = answer->page.orders.n_unreadable;
	if (catchup->n_unreadable > 0)
		tell_source(LOG_LEVEL_WARNING, conf_of(catchup), "%zu orders of a list can't be read", catchup->n_unreadable);
	catchup->in_trouble = false;
	catchup->n_pages++;
	wire_orders_done(&catchup->page);
	catchup->page = answer->page;
	answer->page = (struct wire_orders){ 0 };
	catchup->has_page = true;
	catchup->n_dues = catchup->page.orders.n;
	catchup->n_listed += catchup->n_dues;
	store_page(catchup);
}

static void take_failure(struct catchup *catchup, const struct client_end *end, bool told)
{
	int64_t longest = conf_of(catchup)->market.catch_up_us;

	if (!told && !catchup->in_trouble)
		tell_source(LOG_LEVEL_WARNING, conf_of(catchup), "orders can't be listed: %s; pushes still lead to reads; asking again",
		            end->reason);
	catchup->in_trouble = catchup->in_trouble || !told;
	pause_for(catchup, catchup->pause_us);
	catchup->pause_us = catchup->pause_us * 2 < longest ? catchup->pause_us * 2 : longest;
}

/* Real orders were listed, so the account is well: what Market refuses is the list of test orders, and nobody needs it. */
static bool is_refused_fake(const struct catchup *catchup, const struct market_page *answer)
{
	switch (answer->end.outcome) {
	case OUTCOME_GONE:
	case OUTCOME_AUTH:
	case OUTCOME_PROTOCOL:
		return catchup->fake && answer->end.answered && !answer->bad_token;
	case OUTCOME_OK:
	case OUTCOME_LIMITED:
	case OUTCOME_RETRY:
	case OUTCOME_KIND_MAX:
		return false;
	}
	return false;
}

static void on_page(struct market_page *answer, void *cls)
{
	struct catchup *catchup = cls;
	bool refused_fake = is_refused_fake(catchup, answer);
	bool told = !refused_fake && gate_end_page(catchup->config.kit->gate, &answer->end);

	catchup->calling = false;
	if (answer->bad_token)
		begin_slice(catchup, catchup->from);
	if (refused_fake) {
		tell_source(LOG_LEVEL_INFO, conf_of(catchup), "test orders can't be listed: %s", answer->end.reason);
		end_slice(catchup);
	} else if (answer->end.outcome == OUTCOME_OK) {
		take_page(catchup, answer);
	} else {
		take_failure(catchup, &answer->end, told);
	}
	wire_orders_done(&answer->page);
	catchup->config.on_end(catchup->config.cls);
}

static int call(struct catchup *catchup)
{
	const struct market_slice slice = {
		.from = catchup->from,
		.to = catchup->to,
		.fake = catchup->fake,
		.page_token = catchup->token,
	};
	int r = market_updated(catchup->config.kit->client, &slice, on_page, catchup);

	catchup->calling = r == ERR_OK;
	return r;
}

/* Sets the timer for the reason why no request may go out now; false when one may. */
static bool must_wait(struct catchup *catchup)
{
	int64_t early_us = catchup->next.us - clock_mono(loop_clock(catchup->config.kit->loop)).us;
	int64_t delay_us = client_delay_us(catchup->config.kit->client);
	struct wall until;

	if (early_us > 0)
		loop_timer_after(catchup->timer, early_us);
	else if (!gate_is_open(catchup->config.kit->gate, &until))
		loop_timer_at(catchup->timer, until);
	else if (delay_us > 0)
		loop_timer_after(catchup->timer, delay_us);
	else
		return delay_us < 0;
	return true;
}

static void list(struct catchup *catchup)
{
	int r = ERR_OK;

	if (must_wait(catchup))
		return;
	catchup->wanting = !catchup->config.may_list(catchup->config.cls);
	if (catchup->wanting)
		return;
	if (!wall_is_set(catchup->until))
		r = begin_round(catchup);
	if (!r)
		r = call(catchup);
	if (r) {
		loop_timer_after(catchup->timer, RETRY_US);
		catchup->config.on_applied(catchup->config.cls);
	}
}

/* A page that could not be stored, or not be ended. */
static void try_page_again(struct catchup *catchup)
{
	if (catchup->page.orders.seen)
		store_page(catchup);
	else
		end_page(catchup);
	if (!catchup->has_page)
		catchup->config.on_applied(catchup->config.cls);
}

static void on_timer(void *cls)
{
	struct catchup *catchup = cls;

	if (catchup->calling || catchup->apply)
		return;
	if (catchup->has_page)
		try_page_again(catchup);
	else
		list(catchup);
}

/* A shorter pause counts at once. */
void catchup_reloaded(struct catchup *catchup)
{
	if (!wall_is_set(catchup->until) && !catchup->wanting)
		pause_for(catchup, 0);
}

bool catchup_is_busy(const struct catchup *catchup)
{
	return catchup->wanting || catchup->calling || catchup->has_page;
}

bool catchup_is_storing(const struct catchup *catchup)
{
	return catchup->has_page;
}

/* Without a timer it is woken by the end of a request, whoever's that is, or of the reads that it waits for. */
bool catchup_is_stuck(const struct catchup *catchup)
{
	if (loop_timer_is_set(catchup->timer) || catchup->apply || !client_is_idle(catchup->config.kit->client))
		return false;
	return !catchup->wanting || catchup->config.may_list(catchup->config.cls);
}

void catchup_wake(struct catchup *catchup)
{
	if (!catchup->has_page)
		on_timer(catchup);
}

struct catchup *catchup_free(struct catchup *catchup)
{
	if (!catchup)
		return NULL;
	apply_cancel(catchup->apply);
	loop_timer_free(catchup->timer);
	wire_orders_done(&catchup->page);
	free(catchup->dues);
	free(catchup->token);
	free(catchup);
	return NULL;
}

int catchup_new(const struct catchup_config *config, struct catchup **ret)
{
	CLEANUP(catchup_cleanup) struct catchup *catchup = calloc(1, sizeof(*catchup));

	if (!catchup)
		return ERR_NOMEM;
	catchup->config = *config;
	catchup->pause_us = RETRY_US;
	catchup->until = WALL_NONE;
	catchup->unheard = WALL_NONE;

	int r = loop_timer_new(config->kit->loop, on_timer, catchup, &catchup->timer);

	if (r)
		return r;
	loop_timer_after(catchup->timer, 0);
	*ret = catchup;
	catchup = NULL;
	return ERR_OK;
}
