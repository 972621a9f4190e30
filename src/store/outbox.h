/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The outbox: what is still to be told, alerts and transitions, until its receiver has it.
 * Store layer. Messages are put in by the store's own verbs, in the transaction of the fact that they tell of (message.h); here is
 * how they leave. Alerts stand for themselves. Of the transitions of one shipment only the first is ever due; once it is delivered,
 * the next one is.
 */
#ifndef CLAIMD_STORE_OUTBOX_H
#define CLAIMD_STORE_OUTBOX_H

#include "store/store.h"

/* "msg_" and 32 hexadecimal digits. */
#define MESSAGE_ID_SIZE 37

/* One line for people; a longer one is cut in the log, never in the outbox. */
#define ALERT_SUMMARY_SIZE 1024

enum alert_kind {
#define ALERT(id, ...) ALERT_##id,
#define EVENT(id, ...)
#include "entry/events.def"
#undef ALERT
#undef EVENT
	ALERT_KIND_MAX,
};

/* "violation", as events.def has it. */
const char *alert_kind_text(enum alert_kind kind);

/* --- What becomes an alert without a verb of its own in store.h ------------------------------------------------------ */

/* Market is near switching pushes off: WORDS say so, behind the source's name. Only while the source is silent and nobody was told
 * since it became so; returns whether it is told now. In a transaction. */
bool store_source_disconnect(struct store *store, int64_t source_id, const char *words, struct wall now);

/* The file could not be written FROM that time TO that one, for this REASON. In a transaction. */
void store_storage_trouble(struct store *store, struct wall from, struct wall to, const char *reason);

/* --- The journal's entries ------------------------------------------------------------------------------------------- */

struct alert {
	int64_t id;
	enum alert_kind kind; /* ALERT_KIND_MAX: none that this version knows */
	char message_id[MESSAGE_ID_SIZE];
	char summary[ALERT_SUMMARY_SIZE];
	char source[64];                    /* "" where there is none, as all below */
	char source_kind[16];               /* "delivery", "market" */
	char external_id[EXTERNAL_ID_SIZE];
	char from[STATUS_TEXT_SIZE];        /* of a violation */
	char to[STATUS_TEXT_SIZE];
	char violation[32];                 /* "illegal_transition" ... */
	char window[16];                    /* "approval" ... */
	char reason[256];                   /* of a lockout, of trouble */
};

/* Up to MAX alerts that were not logged yet, in their order. */
int store_alerts_unlogged(struct store *store, struct alert *ret, size_t max, size_t *ret_n);
/* An alert is in the journal. In a transaction. */
void store_alert_logged(struct store *store, int64_t id);
/* Nobody but the journal is to have alerts: drops up to MAX that are logged; returns how many. In a transaction. */
size_t store_alerts_drop(struct store *store, size_t max);

/* --- The receivers' queues ------------------------------------------------------------------------------------------- */

/* The queue of one receiver: a source's transitions, or all alerts. */
struct outbox_queue {
	int64_t source_id; /* NUMBER_NONE: alerts */
};

/* A message whose next try is due. */
struct message_due {
	int64_t id;
	int64_t shipment_id; /* NUMBER_NONE: of none */
	int64_t tries;       /* that failed */
};

struct message {
	char id[MESSAGE_ID_SIZE];
	char *body; /* owned, free() */
};

/* No source forwards any more, those that are no longer configured included; before what follows. In a transaction. */
void store_forwards_reset(struct store *store);
/* Whether the transitions of a source are put into the outbox from now on. In a transaction. */
void store_source_forwards(struct store *store, int64_t source_id, bool forwards);

/* Up to MAX messages of a queue that are due at NOW, the longest due first. */
int store_outbox_due(struct store *store, const struct outbox_queue *queue, struct wall now, struct message_due *ret, size_t max,
                     size_t *ret_n);
/* When the next one after AFTER is due; WALL_NONE when none is. */
int store_outbox_next(struct store *store, const struct outbox_queue *queue, struct wall after, struct wall *ret);
/* What is to be sent. ERR_NOT_FOUND. */
int store_outbox_message(struct store *store, int64_t id, struct message *ret);

/* Its receiver has it: it goes, and the next one of its shipment's is due. In a transaction. */
void store_outbox_delivered(struct store *store, const struct outbox_queue *queue, const struct message_due *message, struct wall now);
/* A try failed, with ERROR for people; the next one is due at DUE. In a transaction. */
void store_outbox_failed(struct store *store, int64_t id, const char *error, struct wall due);

/* Makes the messages of a queue that are due after AFTER due at DUE: no pause is that long, so the clock was set back. In a
 * transaction. */
void store_outbox_pull(struct store *store, const struct outbox_queue *queue, struct wall after, struct wall due);

/* Makes a message due at NOW; of a shipment's transitions, the first of them. Returns whether there is such a message. In a
 * transaction. */
bool store_outbox_retry(struct store *store, int64_t id, struct wall now);
/* The same for up to MAX of those that failed and are not due yet; returns how many. In a transaction. */
size_t store_outbox_retry_some(struct store *store, size_t max, struct wall now);

#endif
