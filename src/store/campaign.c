/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Campaigns: which shops of a Market account are known, and what their orders follow.
 * Store layer. Those that pushes name come in by the fold (hint.c).
 */
#include "base/err.h"
#include "store/query.h"
#include "store/store.h"
#include "store/words.h"

void store_campaigns_reset(struct store *store, int64_t source_id)
{
	struct query q = query_start(store, STMT_CAMPAIGNS_RESET);

	query_bind_number(&q, source_id);
	query_run(&q);
}

/* Orders that did not say what they are, and were read before anybody knew what their campaign is. */
static void read_orders(struct store *store, int64_t source_id, int64_t campaign_id)
{
	struct query q = query_start(store, STMT_CAMPAIGN_READ);

	query_bind_number(&q, source_id);
	query_bind_number(&q, campaign_id);
	query_run(&q);
}

void store_campaign_save(struct store *store, int64_t source_id, const struct campaign *campaign)
{
	if (campaign->model)
		read_orders(store, source_id, campaign->id);

	struct query q = query_start(store, STMT_CAMPAIGN_SAVE);

	query_bind_number(&q, source_id);
	query_bind_number(&q, campaign->id);
	query_bind_text(&q, words_model_text(campaign->model));
	query_bind_number(&q, campaign->configured);
	query_bind_number(&q, campaign->business_id);
	query_bind_text(&q, campaign->placement);
	query_run(&q);
}

int store_campaign(struct store *store, int64_t source_id, int64_t campaign_id, struct campaign *ret)
{
	struct query q = query_start(store, STMT_CAMPAIGN_GET);
	struct campaign campaign = { .id = campaign_id };
	bool found = false;

	query_bind_number(&q, source_id);
	query_bind_number(&q, campaign_id);
	if (query_next(&q)) {
		found = true;
		campaign.model = words_model(query_text(&q));
		campaign.configured = query_number(&q) == 1;
		campaign.business_id = query_number(&q);
		query_copy(&q, campaign.placement, sizeof(campaign.placement));
	}

	int r = query_end(&q);

	if (r)
		return r;
	if (!found)
		return ERR_NOT_FOUND;
	*ret = campaign;
	return ERR_OK;
}

int store_campaign_unknown(struct store *store, int64_t source_id, int64_t *ret)
{
	struct query q = query_start(store, STMT_CAMPAIGN_UNKNOWN);
	int64_t id = NUMBER_NONE;

	query_bind_number(&q, source_id);
	if (query_next(&q))
		id = query_number(&q);

	int r = query_end(&q);

	if (!r)
		*ret = id;
	return r;
}
