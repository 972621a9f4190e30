/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Takes a page of the journal into the store: all its events and the cursor behind them, in one transaction.
 * Worker layer.
 */
#ifndef CLAIMD_WORKER_PAGE_H
#define CLAIMD_WORKER_PAGE_H

#include "wire/journal.h"
#include "worker/kit.h"

/* What a page came to. */
struct page_result {
	struct changes changes;
	size_t n_news; /* events that were not known before */
};

/* Stores PAGE. An event that the store refuses is kept as an odd one instead, so that it can't hold the journal up.
 * QUIET: the log is spared a line for each. ERR_BUSY, ERR_FULL, ERR_IO and ERR_NOMEM may pass: nothing is stored then,
 * and the same page can be given again. */
int page_store(const struct kit *kit, struct wire_journal *page, bool quiet, struct page_result *ret);

#endif
