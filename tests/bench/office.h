/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One file with an account of Delivery, "main", and one of Market, "shop"; and what listener and worker do with it, step by step,
 * at a time that is set. Nothing goes upstream: what it would say is handed in.
 * For the benchmarks.
 */
#ifndef CLAIMD_TESTS_BENCH_OFFICE_H
#define CLAIMD_TESTS_BENCH_OFFICE_H

#include "bench/crowd.h"
#include "store/store.h"

enum office_account {
	OFFICE_MAIN,
	OFFICE_SHOP,
	OFFICE_ACCOUNTS,
};

struct office;

/* Makes the file if it is not there. */
int office_open(const char *path, struct office **ret);
struct office *office_close(struct office *office); /* takes NULL, returns NULL */

struct store *office_store(struct office *office);
const struct source *office_source(const struct office *office, enum office_account account);
/* Of what was asked or told last, for people. */
const char *office_error_text(const struct office *office);

/* From now on commits are not synced: for files that can be made anew. */
int office_hurry(struct office *office);

void office_set_time(struct office *office, struct wall now);
struct wall office_now(const struct office *office);

/* Whose claim or order it is. */
enum office_account office_account_of(const struct crowd_event *event);

/* Callbacks and pushes about N events, committed together. */
int office_ingest(struct office *office, const struct crowd_event *events, size_t n);
/* Folds all that was taken in. */
int office_fold(struct office *office);
/* One page of Delivery's journal with those of N events that are about claims. */
int office_journal(struct office *office, const struct crowd_event *events, size_t n);
/* An answer about the N shipments that were asked for: as EVENTS say, each one's at the same place. */
int office_answer(struct office *office, enum office_account account, const struct due *asked, const struct crowd_event *events, size_t n);
/* What the keeper does each hour, but for removing anything. */
int office_keep(struct office *office);
/* Deadlines that have passed. */
int office_expire(struct office *office);

DEFINE_CLEANUP(office, struct office *, office_close)

#endif
