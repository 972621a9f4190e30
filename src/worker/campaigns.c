/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The campaigns of one Market source.
 * Worker layer.
 * Stops nothing: orders are read with or without it, and say themselves what they are. What it finds is for the operator.
 */
#include "worker/campaigns.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "api/market.h"
#include "base/err.h"
#include "worker/tell.h"

/* When Market does not tell, or the file is locked. */
#define RETRY_US (600 * USEC_PER_SEC)
#define BUSY_US (200 * USEC_PER_MS)

/* However many unknown campaigns pushes name: Market allows a thousand questions an hour. */
#define PAUSE_US (4 * USEC_PER_SEC)

/* The business of a campaign that Market was asked about and does not show. */
#define BUSINESS_NOT_SHOWN 0

struct campaigns {
	const struct kit *kit;
	struct loop_timer *timer;
	loop_fn fn;
	void *cls;
	bool unstored;     /* what is configured is not in the file yet */
	bool wanted;       /* Market is to be asked */
	bool calling;
	bool in_trouble;
	struct mono next;  /* no request before */
};

static const struct conf_campaign *find_configured(const struct conf_source *conf, int64_t id)
{
	for (size_t i = 0; i < conf->market.campaigns.n; i++)
		if (conf->market.campaigns.list[i].id == id)
			return &conf->market.campaigns.list[i];
	return NULL;
}

static const struct wire_campaign *find_shown(const struct wire_campaigns *shown, int64_t id)
{
	for (size_t i = 0; i < shown->n; i++)
		if (shown->campaigns[i].id == id)
			return &shown->campaigns[i];
	return NULL;
}

static const struct model *model_of_placement(const char *placement)
{
	for (size_t i = 0; i < MODEL_MAX; i++)
		if (models[i] != &model_claims && strcasecmp(models[i]->name, placement) == 0)
			return models[i];
	return NULL;
}

/* What is configured counts for orders that don't say what they are. */
static struct campaign campaign_of(const struct campaigns *campaigns, int64_t id, const struct wire_campaign *shown)
{
	const struct conf_campaign *configured = find_configured(campaigns->kit->conf, id);
	struct campaign campaign = { .id = id, .configured = configured, .business_id = BUSINESS_NOT_SHOWN };

	if (shown) {
		campaign.business_id = shown->business_id == NUMBER_NONE ? BUSINESS_NOT_SHOWN : shown->business_id;
		memcpy(campaign.placement, shown->placement, sizeof(campaign.placement));
	}
	campaign.model = configured ? model_by_name(configured->model) : model_of_placement(campaign.placement);
	return campaign;
}

static void tell_configured(const struct kit *kit, const struct conf_campaign *configured, const struct wire_campaign *shown)
{
	const struct conf_source *conf = kit->conf;
	const struct model *model = model_by_name(configured->model);

	if (!shown) {
		tell_source(LOG_LEVEL_WARNING, conf,
		            "campaign %" PRId64 " is configured, but this Api-Key does not see it; check campaigns and the key",
		            configured->id);
		return;
	}
	if (shown->business_id != NUMBER_NONE && shown->business_id != conf->market.business_id)
		tell_source(LOG_LEVEL_WARNING, conf,
		            "campaign %" PRId64 " belongs to business %" PRId64 ", not %" PRId64 "; its orders can't be read so",
		            configured->id, shown->business_id, conf->market.business_id);
	if (shown->placement[0] && model_of_placement(shown->placement) != model)
		tell_source(LOG_LEVEL_WARNING, conf,
		            "campaign %" PRId64 " is configured as %s, but Market says %s; set it right in campaigns", configured->id,
		            configured->model, shown->placement);
	if (shown->availability[0] && strcmp(shown->availability, "AVAILABLE") != 0)
		tell_source(LOG_LEVEL_WARNING, conf, "campaign %" PRId64 ": the API is not available to it: %s", configured->id,
		            shown->availability);
}

static void tell_unknown(const struct kit *kit, const struct campaign *campaign)
{
	if (campaign->model)
		tell_source(LOG_LEVEL_NOTICE, kit->conf,
		            "campaign %" PRId64 " is not configured, and followed as Market says: add %" PRId64 ":%s to campaigns",
		            campaign->id, campaign->id, campaign->model->name);
	else
		tell_source(LOG_LEVEL_WARNING, kit->conf,
		            "pushes name campaign %" PRId64 ", which is %s; its orders are followed only if they are DBS or LaaS",
		            campaign->id, campaign->placement[0] ? campaign->placement : "not shown to this Api-Key");
}

/* Those that pushes named, one by one: each leaves the list by being saved. */
static int save_unknown(const struct campaigns *campaigns, const struct wire_campaigns *shown)
{
	const struct kit *kit = campaigns->kit;
	int64_t source_id = gate_source_id(kit->gate);
	int64_t id = NUMBER_NONE;
	int r = store_campaign_unknown(kit->store, source_id, &id);

	while (!r && id != NUMBER_NONE) {
		struct campaign campaign = campaign_of(campaigns, id, find_shown(shown, id));

		store_campaign_save(kit->store, source_id, &campaign);
		if (!campaign.configured)
			tell_unknown(kit, &campaign);
		r = store_failed(kit->store);
		r = r ? r : store_campaign_unknown(kit->store, source_id, &id);
	}
	return r;
}

static int save_shown(struct campaigns *campaigns, const struct wire_campaigns *shown)
{
	const struct kit *kit = campaigns->kit;
	int r = store_begin(kit->store);

	if (r)
		return r;
	for (size_t i = 0; i < shown->n; i++) {
		struct campaign campaign = campaign_of(campaigns, shown->campaigns[i].id, &shown->campaigns[i]);

		if (find_configured(kit->conf, campaign.id))
			store_campaign_save(kit->store, gate_source_id(kit->gate), &campaign);
	}
	r = save_unknown(campaigns, shown);
	if (r) {
		store_rollback(kit->store);
		return r;
	}
	return store_commit(kit->store);
}

static void ask_again(struct campaigns *campaigns, int64_t us)
{
	campaigns->wanted = true;
	campaigns->next = (struct mono){ clock_mono(loop_clock(campaigns->kit->loop)).us + us };
	loop_timer_after(campaigns->timer, us);
}

static void take_shown(struct campaigns *campaigns, const struct wire_campaigns *shown)
{
	const struct conf_campaigns *configured = &campaigns->kit->conf->market.campaigns;

	if (save_shown(campaigns, shown) != ERR_OK) {
		ask_again(campaigns, PAUSE_US);
		return;
	}
	campaigns->in_trouble = false;
	for (size_t i = 0; i < configured->n; i++)
		tell_configured(campaigns->kit, &configured->list[i], find_shown(shown, configured->list[i].id));
}

static void on_campaigns(struct market_campaigns *answer, void *cls)
{
	struct campaigns *campaigns = cls;

	campaigns->calling = false;
	if (answer->end.outcome == OUTCOME_OK) {
		take_shown(campaigns, &answer->campaigns);
	} else {
		if (!campaigns->in_trouble)
			tell_source(LOG_LEVEL_WARNING, campaigns->kit->conf,
			            "the campaigns can't be checked: %s; going on with those that are configured", answer->end.reason);
		campaigns->in_trouble = true;
		ask_again(campaigns, RETRY_US);
	}
	wire_campaigns_done(&answer->campaigns);
	campaigns->fn(campaigns->cls);
}

static void call(struct campaigns *campaigns)
{
	if (market_campaigns(campaigns->kit->client, on_campaigns, campaigns) != ERR_OK) {
		loop_timer_after(campaigns->timer, BUSY_US);
		return;
	}
	campaigns->calling = true;
	campaigns->wanted = false;
	campaigns->next = (struct mono){ clock_mono(loop_clock(campaigns->kit->loop)).us + PAUSE_US };
}

static void ask(struct campaigns *campaigns)
{
	const struct kit *kit = campaigns->kit;
	int64_t early_us = campaigns->next.us - clock_mono(loop_clock(kit->loop)).us;
	int64_t delay_us = client_delay_us(kit->client);
	struct wall until;

	if (early_us > 0)
		loop_timer_after(campaigns->timer, early_us);
	else if (!gate_is_open(kit->gate, &until))
		loop_timer_at(campaigns->timer, until);
	else if (delay_us > 0)
		loop_timer_after(campaigns->timer, delay_us);
	else if (delay_us == 0)
		call(campaigns);
}

static int store_configured(const struct kit *kit)
{
	const struct conf_campaigns *configured = &kit->conf->market.campaigns;
	int r = store_begin(kit->store);

	if (r)
		return r;
	store_campaigns_reset(kit->store, gate_source_id(kit->gate));
	for (size_t i = 0; i < configured->n; i++) {
		const struct campaign campaign = {
			.id = configured->list[i].id,
			.model = model_by_name(configured->list[i].model),
			.configured = true,
			.business_id = kit->conf->market.business_id,
		};

		store_campaign_save(kit->store, gate_source_id(kit->gate), &campaign);
	}
	return store_commit(kit->store);
}

static void on_timer(void *cls)
{
	struct campaigns *campaigns = cls;
	const struct kit *kit = campaigns->kit;
	int64_t id = NUMBER_NONE;

	if (campaigns->calling)
		return;
	if (campaigns->unstored)
		campaigns->unstored = store_configured(kit) != ERR_OK;
	if (campaigns->unstored ||
	    (!campaigns->wanted && store_campaign_unknown(kit->store, gate_source_id(kit->gate), &id) != ERR_OK)) {
		loop_timer_after(campaigns->timer, BUSY_US);
		return;
	}
	if (campaigns->wanted || id != NUMBER_NONE)
		ask(campaigns);
}

void campaigns_wake(struct campaigns *campaigns)
{
	on_timer(campaigns);
}

/* What was configured before goes on counting while the file is locked. */
void campaigns_reloaded(struct campaigns *campaigns)
{
	int r = store_configured(campaigns->kit);

	if (r && r != ERR_BUSY)
		tell_source(LOG_LEVEL_WARNING, campaigns->kit->conf, "the campaigns can't be stored: %s; will go on trying",
		            store_error_text(campaigns->kit->store));
	campaigns->unstored = r != ERR_OK;
	ask_again(campaigns, 0);
}

struct campaigns *campaigns_free(struct campaigns *campaigns)
{
	if (!campaigns)
		return NULL;
	loop_timer_free(campaigns->timer);
	free(campaigns);
	return NULL;
}

int campaigns_new(const struct kit *kit, loop_fn fn, void *cls, struct campaigns **ret)
{
	CLEANUP(campaigns_cleanup) struct campaigns *campaigns = calloc(1, sizeof(*campaigns));

	if (!campaigns)
		return ERR_NOMEM;
	campaigns->kit = kit;
	campaigns->fn = fn;
	campaigns->cls = cls;

	int r = store_configured(kit);

	campaigns->unstored = r == ERR_BUSY;
	if (!r || campaigns->unstored)
		r = loop_timer_new(kit->loop, on_timer, campaigns, &campaigns->timer);
	if (r)
		return r;
	ask_again(campaigns, 0);
	*ret = campaigns;
	campaigns = NULL;
	return ERR_OK;
}
