/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads which shops an Api-Key sees.
 * Wire layer. Takes only what struct wire_campaign lists.
 */
#include "wire/campaigns.h"

#include <stdlib.h>

#include "base/err.h"
#include "wire/doc.h"
#include "wire/paging.h"

static bool campaign_read(struct json_object *doc, void *ret)
{
	struct wire_campaign *campaign = ret;

	campaign->id = doc_number_id(doc, "id");
	campaign->business_id = doc_number_id(doc_member(doc, "business", json_type_object), "id");
	doc_line(doc, "placementType", '?', campaign->placement, sizeof(campaign->placement));
	doc_line(doc, "apiAvailability", '?', campaign->availability, sizeof(campaign->availability));
	return campaign->id != NUMBER_NONE;
}

static int campaigns_read(struct json_object *doc, struct wire_campaigns *io_campaigns)
{
	struct json_object *list = doc_member(doc, "campaigns", json_type_array);
	struct doc_items items;
	int r = list ? doc_items_read(list, sizeof(*io_campaigns->campaigns), campaign_read, &items) : ERR_INVALID;

	if (r < 0)
		return r;
	io_campaigns->campaigns = items.items;
	io_campaigns->n = items.n;
	io_campaigns->n_unreadable = items.n_unreadable;
	return ERR_OK;
}

/* Not strict, for wire_claims_parse()'s reason. */
int wire_campaigns_parse(const char *text, size_t len, struct wire_campaigns *ret)
{
	CLEANUP(doc_cleanup) struct json_object *doc = NULL;
	CLEANUP(wire_campaigns_done) struct wire_campaigns campaigns = { 0 };
	int r = doc_parse(text, len, 0, &doc);

	if (r == ERR_OK)
		r = paging_token(doc, &campaigns.next_page_token);
	if (r == ERR_OK)
		r = campaigns_read(doc, &campaigns);
	if (r < 0)
		return r;
	campaigns.pages = doc_integer(doc_member(doc, "pager", json_type_object), "pagesCount");
	*ret = campaigns;
	campaigns = (struct wire_campaigns){ 0 };
	return ERR_OK;
}

void wire_campaigns_done(struct wire_campaigns *campaigns)
{
	free(campaigns->campaigns);
	free(campaigns->next_page_token);
	*campaigns = (struct wire_campaigns){ 0 };
}
