/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fuzzes the reading of campaigns: what comes out keeps campaigns.h's promises, and reads back from what the simulator would
 * write of it. Tests: wire layer.
 * Covers: wire/campaigns.c, wire/paging.c.
 */
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/err.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/require.h"
#include "wire/orders_encode.h"

DEFINE_CLEANUP(text, char *, free)

static void require_campaign(const struct wire_campaign *campaign)
{
	FUZZ_REQUIRE(campaign->id > 0);
	FUZZ_REQUIRE(campaign->business_id == NUMBER_NONE || campaign->business_id > 0);
	require_line(campaign->placement, sizeof(campaign->placement));
	require_line(campaign->availability, sizeof(campaign->availability));
}

static void require_round_trip(const struct wire_campaigns *campaigns)
{
	CLEANUP(wire_campaigns_done) struct wire_campaigns again = { 0 };
	CLEANUP(text_cleanup) char *text = NULL;

	FUZZ_REQUIRE(wire_campaigns_encode(campaigns->campaigns, campaigns->n, &text) == ERR_OK);
	FUZZ_REQUIRE(wire_campaigns_parse(text, strlen(text), &again) == ERR_OK);
	FUZZ_REQUIRE(again.n == campaigns->n && again.n_unreadable == 0);
	for (size_t i = 0; i < again.n; i++) {
		const struct wire_campaign *a = &again.campaigns[i];
		const struct wire_campaign *b = &campaigns->campaigns[i];

		FUZZ_REQUIRE(a->id == b->id && a->business_id == b->business_id);
		FUZZ_REQUIRE(strcmp(a->placement, b->placement) == 0 && strcmp(a->availability, b->availability) == 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(wire_campaigns_done) struct wire_campaigns campaigns = { 0 };
	int r = wire_campaigns_parse((const char *)data, size, &campaigns);

	if (r < 0) {
		FUZZ_REQUIRE(r == ERR_INVALID && !campaigns.campaigns && !campaigns.next_page_token);
		return 0;
	}
	if (campaigns.next_page_token)
		FUZZ_REQUIRE(campaigns.next_page_token[0] != '\0' && strlen(campaigns.next_page_token) <= WIRE_PAGE_TOKEN_MAX);
	for (size_t i = 0; i < campaigns.n; i++)
		require_campaign(&campaigns.campaigns[i]);
	require_round_trip(&campaigns);
	return 0;
}
