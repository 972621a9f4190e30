/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads the due claims of one source: as many as possible a request, one request a claim at a time, at the pace
 * that the upstream bears.
 * Worker layer.
 */
#ifndef CLAIMD_WORKER_READER_H
#define CLAIMD_WORKER_READER_H

#include "api/delivery.h"
#include "conf/conf.h"
#include "loop/loop.h"
#include "model/timeline.h"
#include "store/store.h"

struct reader;

struct reader_config {
	struct loop *loop;
	struct fetcher *fetcher;
	struct store *store;
	const struct conf_delivery *conf; /* outlives the reader */
	enum policy policy;
	struct source source; /* its row, as read at start */
	loop_fn on_applied;   /* after an answer was stored: windows may have changed */
	void *cls;
};

/* A source that was locked out starts afresh: its token may be another one now. */
int reader_new(const struct reader_config *config, struct reader **ret);

/* Requests under way are given up; their claims stay due. Takes NULL, returns NULL. */
struct reader *reader_free(struct reader *reader);

/* Something may be due that was not: looks, and reads if it is. */
void reader_wake(struct reader *reader);

/* The credentials may have changed: a lockout is lifted. */
void reader_unlock(struct reader *reader);

DEFINE_CLEANUP(reader, struct reader *, reader_free)

#endif
