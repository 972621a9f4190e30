/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The days without a push.
 * Worker layer. Market goes on while nobody answers it, and then never sends what was missed.
 */
#include "worker/unanswered.h"

#include <stdio.h>

#include "base/err.h"
#include "store/outbox.h"
#include "worker/tell.h"

#define DAY_US (24 * 3600 * USEC_PER_SEC)

/* Market switches pushes off after 14 days without an answer (upstream/market.md section 1.3). */
#define DAYS_MAX 14
#define DAYS_NEAR 12

/* Once for as long as it lasts; *ret_told: just now. */
static int alert(const struct kit *kit, const char *words, bool *ret_told)
{
	int r = store_begin(kit->store);

	if (r)
		return r;

	bool told = store_source_disconnect(kit->store, gate_source_id(kit->gate), words, loop_now(kit->loop));

	r = store_commit(kit->store);
	*ret_told = !r && told;
	return r;
}

/* The day on which it becomes an alert has no line of its own. */
static int tell(const struct kit *kit, int64_t days)
{
	char words[256];
	bool told = false;
	int r = ERR_OK;

	snprintf(words, sizeof(words), "no push of Market's has come for %lld days, though orders change; after %d days Market "
	         "switches them off; check the URL in the cabinet, its certificate and allow_from", (long long)days, DAYS_MAX);
	if (days >= DAYS_NEAR)
		r = alert(kit, words, &told);
	if (!r && !told)
		tell_source(LOG_LEVEL_ERROR, kit->conf, "%s", words);
	return r;
}

void unanswered_tell(struct unanswered *unanswered, const struct kit *kit)
{
	int64_t unanswered_us = 0;
	int r = store_source_unanswered(kit->store, gate_source_id(kit->gate), loop_now(kit->loop), &unanswered_us);
	int64_t days = unanswered_us / DAY_US;

	if (r || days == 0)
		unanswered->told_days = 0;
	if (r || days <= unanswered->told_days)
		return;
	/* What the file has no room for now is told next time. */
	if (tell(kit, days) == ERR_OK)
		unanswered->told_days = days;
}
