/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Upstream, played by claimsim, and what it knows to be true.
 * System tests.
 */
#ifndef CLAIMD_TESTS_SYSTEM_UPSTREAM_H
#define CLAIMD_TESTS_SYSTEM_UPSTREAM_H

#include "http.h"
#include "process.h"
#include "site.h"

struct upstream {
	struct process claimsim;
	char url[ADDRESS_SIZE];
	const char *address; /* the same without http:// */
};

/* Starts "claimsim ARGUMENTS" (ends with NULL); back when it listens. */
void upstream_start(struct upstream *upstream, const char *const *arguments);
void upstream_close(struct upstream *upstream);

/* One number of its statistics. */
long long upstream_stat(const struct upstream *upstream, const char *name);
/* Waits until one number of its statistics is WANT. */
void upstream_await_stat(struct upstream *upstream, const char *name, long long want);

/* Makes of the truth as it is now a temporary table "truth" in SITE's connection: claim_id, which is an order's id too,
 * seq, status, at_us, revision, verdict, model. */
void upstream_tell_truth(const struct upstream *upstream, struct site *site);

/* Fails unless SITE's transitions are those of the truth, one for one, and its database holds what it must. */
void upstream_assert_truth(const struct upstream *upstream, struct site *site);

#endif
