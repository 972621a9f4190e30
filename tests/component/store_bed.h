/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A store in a fresh file, with one source, and short ways to put things in and to ask SQL what came of it.
 * For the component tests of the store.
 */
#ifndef CLAIMD_TESTS_COMPONENT_STORE_BED_H
#define CLAIMD_TESTS_COMPONENT_STORE_BED_H

#include "store/store.h"

struct loop;

struct bed {
	char path[256];
	struct store *store;
	struct source source;
};

/* With a Delivery account as its source, or with Market's, of which the campaigns below are configured. */
void bed_open(struct bed *bed);
void bed_open_market(struct bed *bed);
void bed_close(struct bed *bed);

#define BED_CAMPAIGN_DBS 111
#define BED_CAMPAIGN_LAAS 112
#define BED_BUSINESS 222

/* So many seconds after a time that tests begin at. */
struct wall bed_at(int64_t seconds);

/* A hint that owes nothing yet and has neither time nor id, of the bed's source. */
struct hint bed_blank(const struct bed *bed);

/* Stores and folds HINT alone. The read is due when it was received. */
void bed_fold(struct bed *bed, const struct hint *hint);

/* A push ORDER_STATUS_UPDATED about an order, to be folded: STATUS, at AT, received a second later. */
struct hint bed_push(const struct bed *bed, const char *order, int64_t campaign_id, const char *status, struct wall at);

/* Stores and folds one callback for CLAIM; UPSTREAM may be WALL_NONE. The read is due at RECEIVED. */
void bed_hint(struct bed *bed, const char *claim, struct wall upstream, struct wall received);

/* The shipment's row id. */
int64_t bed_shipment(struct bed *bed, const char *claim);

/* An observation of CLAIM: a snapshot of STATUS with this revision; updated and entered at AT. */
struct seen bed_seen(const char *claim, const char *status, int64_t revision, struct wall at);

/* The same of an order; without a model: its shipment's counts. */
struct seen bed_order(const char *order, const char *status, struct wall at);

/* Reconciles SEEN with what is stored and applies it in one transaction, as the worker does. */
enum decision bed_apply(struct bed *bed, const struct seen *seen, struct wall now, struct changes *ret_changes);
/* The same in a transaction that the test has begun, and commits; a shipment that is new is added. */
enum decision bed_take(struct bed *bed, enum policy policy, const struct seen *seen, struct wall now, struct changes *ret_changes);
/* The same under another policy than to hold. */
enum decision bed_apply_under(struct bed *bed, enum policy policy, const struct seen *seen, struct wall now, struct changes *ret_changes);

/* CLAIM was read at READ, its hints are served, and no read is due. */
void bed_settle(struct bed *bed, const char *claim, struct wall read);

/* The first column of the first row of SQL, run over a connection of its own; "" for NULL and for no row. Valid
 * until the next call. */
const char *bed_ask(const struct bed *bed, const char *sql);

/* Turns LOOP until that says WANT. */
void bed_await(const struct bed *bed, struct loop *loop, const char *sql, const char *want);

/* Runs SQL over a connection of its own; NULL when it works, else SQLite's words (valid until the next call). */
const char *bed_try(const struct bed *bed, const char *sql);

/* Counts how long shipments stayed in their statuses, all of them, as the keeper does. */
void bed_count_stays(const struct bed *bed);

/* Fails the test unless all holds that check-db looks at. */
void bed_check(const struct bed *bed);

/* Makes BED's file, which is not there, as a claimd of an older schema VERSION left it. */
void bed_make_old(const struct bed *bed, const char *version);

/* Fails the test unless each step of SQL's plan begins with EXPECTED: no table is walked through, nothing is sorted. */
void bed_check_plan(const struct bed *bed, const char *sql, const char *expected);

#endif
