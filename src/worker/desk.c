/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The desk of one source.
 * Worker layer.
 */
#include "worker/desk.h"

#include <stdlib.h>

#include "base/err.h"
#include "worker/actor.h"
#include "worker/campaigns.h"
#include "worker/catchup.h"
#include "worker/deadline.h"
#include "worker/kit.h"
#include "worker/poller.h"
#include "worker/reader.h"

struct desk {
	void (*on_progress)(const char *source, size_t n_events, bool caught_up, void *cls);
	void *cls;
	struct kit kit;
	struct actor *actor;
	struct reader *reader;
	struct poller *poller;       /* of Delivery */
	struct catchup *catchup;     /* of Market, as the next */
	struct campaigns *campaigns;
	struct deadline_clock *clock;
};

/* Somebody may be waiting for an action, so it goes before all that is read. */
static void on_end(void *cls)
{
	struct desk *desk = cls;

	/* Each answer may tell more of the upstream's clock, which deadlines run on. */
	deadline_clock_wake(desk->clock);
	actor_wake(desk->actor);
	reader_wake(desk->reader);
	if (desk->poller)
		poller_wake(desk->poller);
	if (desk->campaigns)
		campaigns_wake(desk->campaigns);
	if (desk->catchup)
		catchup_wake(desk->catchup);
}

static bool may_list(void *cls)
{
	struct desk *desk = cls;

	return reader_is_idle(desk->reader);
}

static bool may_read(void *cls)
{
	struct desk *desk = cls;

	return !desk->catchup || !catchup_is_busy(desk->catchup);
}

static void on_applied(void *cls)
{
	struct desk *desk = cls;

	deadline_clock_wake(desk->clock);
	actor_wake(desk->actor);
	if (desk->catchup)
		catchup_wake(desk->catchup);
}

static void on_page(void *cls)
{
	struct desk *desk = cls;

	deadline_clock_wake(desk->clock);
	actor_wake(desk->actor);
	reader_wake(desk->reader);
}

static void on_acted(void *cls)
{
	struct desk *desk = cls;

	deadline_clock_wake(desk->clock);
	reader_wake(desk->reader);
}

static void on_round(void *cls)
{
	struct desk *desk = cls;

	desk->kit.caught_up = true;
}

static void on_expired(void *cls)
{
	struct desk *desk = cls;

	reader_wake(desk->reader);
}

static void on_progress(size_t n_events, bool caught_up, void *cls)
{
	struct desk *desk = cls;

	if (desk->on_progress)
		desk->on_progress(desk->kit.conf->name, n_events, caught_up, desk->cls);
}

void desk_wake(struct desk *desk)
{
	reader_wake(desk->reader);
	if (desk->poller)
		poller_expect(desk->poller);
	if (desk->campaigns)
		campaigns_wake(desk->campaigns);
}

void desk_act(struct desk *desk)
{
	actor_wake(desk->actor);
}

void desk_reloaded(struct desk *desk)
{
	deadline_clock_wake(desk->clock);
	if (desk->poller)
		poller_wake(desk->poller);
	if (desk->campaigns)
		campaigns_reloaded(desk->campaigns);
	if (desk->catchup)
		catchup_reloaded(desk->catchup);
	if (gate_unlock(desk->kit.gate))
		on_end(desk);
}

const char *desk_find_stuck(const struct desk *desk)
{
	struct loop *loop = desk->kit.loop;

	if (client_is_stuck(desk->kit.client, clock_mono(loop_clock(loop))))
		return "a request does not end";
	if (deadline_clock_is_stuck(desk->clock, loop_now(loop)))
		return "a window that has passed is not closed";
	if (desk->poller && poller_is_stuck(desk->poller))
		return "the journal is not read";
	if (desk->catchup && catchup_is_stuck(desk->catchup))
		return "updated orders are not listed";
	/* Reads wait for what was listed before them to be stored. */
	if (desk->catchup && catchup_is_storing(desk->catchup))
		return NULL;
	return reader_is_stuck(desk->reader, loop_now(loop)) ? "what is due is not read" : NULL;
}

const struct conf_source *desk_conf(const struct desk *desk)
{
	return desk->kit.conf;
}

struct desk *desk_free(struct desk *desk)
{
	if (!desk)
		return NULL;
	/* The client first: its calls point to the others. */
	client_free(desk->kit.client);
	campaigns_free(desk->campaigns);
	catchup_free(desk->catchup);
	poller_free(desk->poller);
	actor_free(desk->actor);
	reader_free(desk->reader);
	deadline_clock_free(desk->clock);
	gate_free(desk->kit.gate);
	free(desk);
	return NULL;
}

static int open_kit(struct kit *kit, const struct worker_config *config, const struct worker_source *source)
{
	const struct gate_config gate_config = {
		.loop = config->loop,
		.store = config->store,
		.conf = source->conf,
		.source = source->source,
	};

	*kit = (struct kit){
		.loop = config->loop,
		.store = config->store,
		.conf = source->conf,
		.policy = config->policy,
		.started = loop_now(config->loop),
	};
	counts_open(&kit->counts, config->metrics, source->conf);

	int r = gate_new(&gate_config, &kit->gate);

	return r ? r : client_new(config->loop, config->fetcher, source->conf, config->metrics, &kit->client);
}

static int open_delivery(struct desk *desk)
{
	const struct poller_config config = {
		.kit = &desk->kit, .on_end = on_end, .on_applied = on_page, .on_progress = on_progress, .cls = desk,
	};

	return poller_new(&config, &desk->poller);
}

static int open_market(struct desk *desk)
{
	const struct catchup_config config = {
		.kit = &desk->kit, .may_list = may_list, .on_end = on_end, .on_applied = on_page,
		.on_round = on_round, .cls = desk,
	};
	int r = campaigns_new(&desk->kit, on_end, desk, &desk->campaigns);

	return r ? r : catchup_new(&config, &desk->catchup);
}

static int open_parts(struct desk *desk)
{
	const struct actor_config actor = { .kit = &desk->kit, .on_end = on_end, .on_changed = on_acted, .cls = desk };
	const struct reader_config reader = {
		.kit = &desk->kit, .may_read = may_read, .on_end = on_end, .on_applied = on_applied, .cls = desk,
	};
	int r = deadline_clock_new(&desk->kit, &desk->clock);

	if (!r)
		r = reader_new(&reader, &desk->reader);
	if (!r)
		r = desk->kit.conf->kind == CONF_MARKET ? open_market(desk) : open_delivery(desk);
	return r ? r : actor_new(&actor, &desk->actor);
}

int desk_new(const struct worker_config *config, const struct worker_source *source, struct desk **ret)
{
	CLEANUP(desk_cleanup) struct desk *desk = calloc(1, sizeof(*desk));

	if (!desk)
		return ERR_NOMEM;
	desk->on_progress = config->on_progress;
	desk->cls = config->cls;

	int r = open_kit(&desk->kit, config, source);

	if (!r)
		r = open_parts(desk);
	if (r)
		return r;
	deadline_clock_on_expired(desk->clock, on_expired, desk);
	*ret = desk;
	desk = NULL;
	return ERR_OK;
}
