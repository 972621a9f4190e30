/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How much there is now of what is measured again and again, for metrics.
 * Store layer. Each number is found by an index that holds little but what is counted, so that it costs the same whatever the
 * histories have grown to. Outside of transactions, too.
 */
#ifndef CLAIMD_STORE_MEASURE_H
#define CLAIMD_STORE_MEASURE_H

#include "model/act.h"
#include "model/timeline.h"
#include "store/action.h"
#include "store/store.h"

/* As report_sources has it. */
struct source_measure {
	char state[16];            /* ok, limited, locked_out, silent */
	int64_t skew_us;           /* NUMBER_NONE before the first answer */
	int64_t pending;           /* of the hints that are not folded yet no more than the next ten thousand count */
	struct wall pending_since; /* the oldest; WALL_NONE: nothing is pending */
	struct wall cursor_read;   /* WALL_NONE: never */
	int64_t journal_events;
	int64_t gaps_healed;
	int64_t gaps_open;
};

/* ERR_NOT_FOUND. */
int store_measure_source(struct store *store, int64_t source_id, struct source_measure *ret);

/* A source's open windows of one kind, of shipments that follow one graph; and how many of them were warned of. */
struct window_measure {
	int64_t open;
	int64_t warned;
};
int store_measure_windows(struct store *store, int64_t source_id, const struct model *model, const char *kind,
                          struct window_measure *ret);

int store_measure_violations(struct store *store, enum violation kind, int64_t *ret_open);

/* Actions of one kind that have not ended. */
int store_measure_actions(struct store *store, enum act_kind kind, int64_t *ret_open);
/* How many have ended so since the database was made, pruned ones included. */
int store_measure_results(struct store *store, enum act_kind kind, enum action_result result, int64_t *ret);

enum channel {
	CHANNEL_ALERT,
	CHANNEL_FORWARD,
	CHANNEL_MAX,
};

/* "alert", "forward". */
const char *channel_text(enum channel channel);

/* Messages of one channel. */
struct outbox_measure {
	int64_t waiting; /* that their receiver does not have yet */
	int64_t failing; /* those of them that were tried in vain */
};
int store_measure_outbox(struct store *store, enum channel channel, struct outbox_measure *ret);

/* Of the file system that the database is on: its size, and what is left of it for us. ERR_IO. */
int store_measure_disk(struct store *store, int64_t *ret_bytes, int64_t *ret_free_bytes);

#endif
