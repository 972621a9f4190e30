/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GET /v2/campaigns: which shops an Api-Key sees, whose they are and how they sell (upstream/market.md section 4.2).
 * Wire layer. Input is hostile: any bytes give a result or an error code.
 */
#ifndef CLAIMD_WIRE_CAMPAIGNS_H
#define CLAIMD_WIRE_CAMPAIGNS_H

#include <stddef.h>
#include <stdint.h>

#include "model/seen.h"

struct wire_campaign {
	int64_t id;
	int64_t business_id;      /* NUMBER_NONE when not given */
	char placement[16];       /* placementType as Market writes it: "FBS", "FBY", "DBS", "LAAS"; "" when not given */
	char availability[40];    /* apiAvailability, likewise */
};

struct wire_campaigns {
	struct wire_campaign *campaigns; /* owned */
	size_t n;
	size_t n_unreadable;             /* members without a usable id */
	char *next_page_token;           /* owned; NULL on the last page; from paging.nextPageToken where it is given */
	int64_t pages;                   /* of pager.pagesCount, which the older form of paging has; NUMBER_NONE */
};

/* ERR_INVALID when the text is not one JSON object with an array "campaigns", or for its page token as in orders.h; ERR_NOMEM. */
int wire_campaigns_parse(const char *text, size_t len, struct wire_campaigns *ret);
void wire_campaigns_done(struct wire_campaigns *campaigns);

#endif
