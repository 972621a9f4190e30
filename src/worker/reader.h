/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads the due claims of one source: as many as possible a request, one request a claim at a time, at the pace
 * that the upstream bears.
 * Worker layer.
 */
#ifndef CLAIMD_WORKER_READER_H
#define CLAIMD_WORKER_READER_H

#include <stdbool.h>

#include "worker/kit.h"

struct reader;

struct reader_config {
	const struct kit *kit;
	bool (*may_read)(void *cls);   /* nothing else is about to tell of these shipments; NULL: always */
	void (*on_end)(void *cls);     /* a request has ended: the client has room for another */
	void (*on_applied)(void *cls); /* an answer was stored: windows may have changed */
	void *cls;
};

int reader_new(const struct reader_config *config, struct reader **ret);

/* The client must have been freed before, and its calls with it; their claims stay due. Takes NULL, returns NULL. */
struct reader *reader_free(struct reader *reader);

/* Something may be due that was not: looks, and reads if it is. */
void reader_wake(struct reader *reader);

/* No shipment's reading is under way. */
bool reader_is_idle(const struct reader *reader);

/* A read is due since long before NOW, it might begin, and nobody is about to begin it. */
bool reader_is_stuck(const struct reader *reader, struct wall now);

DEFINE_CLEANUP(reader, struct reader *, reader_free)

#endif
