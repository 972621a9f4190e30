/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is put into the outbox, in the transaction of the fact that it tells of: alerts, and transitions of sources that forward.
 * Store layer, private to it. The words and the JSON are those of the view `message`. All in a transaction.
 */
#ifndef CLAIMD_STORE_MESSAGE_H
#define CLAIMD_STORE_MESSAGE_H

#include "model/reconcile.h"
#include "store/outbox.h"

/* ABOUT is the row that the alert tells of: one of history, or a source, as the view has it. DETAIL is added to its summary; NULL for
 * none. */
void message_alert(struct store *store, enum alert_kind kind, int64_t about, const char *detail, struct wall now);

/* Whether transitions of the source are to be told. */
bool message_is_forwarded(struct store *store, int64_t source_id);

/* The transition of a history row, while the shipment's status is STATUS. */
void message_transition(struct store *store, int64_t history_id, const char *status, struct wall now);

#endif
