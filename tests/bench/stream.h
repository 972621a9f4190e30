/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An endless journal of invented claims, page by page: many are alive at once, each goes through one of a few legal
 * lives, and their steps are interleaved at random.
 * For the benchmarks. The same in every run; knows nothing of who reads it.
 */
#ifndef CLAIMD_TESTS_BENCH_STREAM_H
#define CLAIMD_TESTS_BENCH_STREAM_H

#include "wire/journal.h"

#define STREAM_PAGE WIRE_JOURNAL_LIMIT_MAX

/* What a reader would have to find out for itself about an event. */
struct stream_place {
	int64_t claim;       /* the how manyth claim of the stream it is about, from 1 */
	int64_t seq;         /* which step of that claim it is, from 1 */
	const char *from;    /* the status before; NULL at the first step */
	struct wall from_at; /* when that was entered; WALL_NONE at the first step */
	bool last;           /* whether the claim ends with it */
};

struct stream_page {
	struct wire_event events[STREAM_PAGE];
	struct stream_place places[STREAM_PAGE];
	struct wall newest; /* the time of the last event */
};

struct stream;

int stream_new(struct stream **ret);
struct stream *stream_free(struct stream *stream); /* takes NULL, returns NULL */

void stream_next(struct stream *stream, struct stream_page *ret);

#endif
