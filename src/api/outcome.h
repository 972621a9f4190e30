/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a request to an upstream came to, as far as the worker has to know.
 * API layer.
 */
#ifndef CLAIMD_API_OUTCOME_H
#define CLAIMD_API_OUTCOME_H

#include "loop/fetch.h"

#define OUTCOME_REASON_SIZE 400

enum outcome_kind {
	OUTCOME_OK,       /* 200 with a readable answer */
	OUTCOME_GONE,     /* 404, 410: the thing asked for is not there */
	OUTCOME_AUTH,     /* 401, 403: our credentials are refused; a repeat fails the same way */
	OUTCOME_LIMITED,  /* 429, 420: too fast */
	OUTCOME_RETRY,    /* 5xx, 408, 423, 499, and no answer at all: a later repeat may succeed */
	OUTCOME_PROTOCOL, /* an answer that breaks the protocol: other codes, redirects, unreadable or oversized bodies */
	OUTCOME_KIND_MAX,
};

/* The kind for a finished request, judged by its end and HTTP status alone; 200 is OUTCOME_OK until the body is
 * read. */
enum outcome_kind outcome_of(const struct fetch_result *result);

/* "ok", "gone", "auth", "limited", "retry", "protocol". */
const char *outcome_kind_text(enum outcome_kind kind);

#endif
