/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The store's test bed.
 * Component tests.
 */
#include "store_bed.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/err.h"
#include "raw_client.h"
#include "store/check.h"
#include "store/keep.h"
#include "tests/suite.h"

/* When the source was configured. */
#define T_BED ((struct wall){ INT64_C(1789000000) * USEC_PER_SEC })

static void open_with(struct bed *bed, const char *kind, const char *name)
{
	struct store_error error = { "" };

	snprintf(bed->path, sizeof(bed->path), "%s/claimd.db", suite_tmpdir());
	ck_assert_msg(store_open(bed->path, &bed->store, &error) == ERR_OK, "%s", error.text);
	ck_assert_int_eq(store_begin(bed->store), ERR_OK);
	ck_assert_int_eq(store_source(bed->store, kind, name, T_BED, &bed->source), ERR_OK);
	ck_assert_int_eq(store_commit(bed->store), ERR_OK);
}

void bed_open(struct bed *bed)
{
	open_with(bed, "delivery", "main");
}

void bed_open_market(struct bed *bed)
{
	const struct campaign campaigns[] = {
		{ BED_CAMPAIGN_DBS, &model_dbs, true, BED_BUSINESS, "DBS" },
		{ BED_CAMPAIGN_LAAS, &model_laas, true, BED_BUSINESS, "LAAS" },
	};

	open_with(bed, "market", "shop");
	ck_assert_int_eq(store_begin(bed->store), ERR_OK);
	for (size_t i = 0; i < ARRAY_SIZE(campaigns); i++)
		store_campaign_save(bed->store, bed->source.id, &campaigns[i]);
	ck_assert_int_eq(store_commit(bed->store), ERR_OK);
}

void bed_close(struct bed *bed)
{
	bed->store = store_close(bed->store);
}

struct wall bed_at(int64_t seconds)
{
	return wall_add((struct wall){ INT64_C(1790000000) * USEC_PER_SEC }, seconds * USEC_PER_SEC);
}

struct hint bed_blank(const struct bed *bed)
{
	return (struct hint){
		.source_id = bed->source.id,
		.kind = "callback",
		.upstream = WALL_NONE,
		.received = T_BED,
		.remote_addr = "192.0.2.1",
		.campaign_id = NUMBER_NONE,
	};
}

void bed_fold(struct bed *bed, const struct hint *hint)
{
	size_t n = 0;

	ck_assert_int_eq(store_begin(bed->store), ERR_OK);
	store_hint_add(bed->store, hint);
	store_fold_hints(bed->store, hint->received, 10, &n);
	ck_assert_msg(store_commit(bed->store) == ERR_OK, "%s", store_error_text(bed->store));
	ck_assert_uint_eq(n, 1);
}

void bed_hint(struct bed *bed, const char *claim, struct wall upstream, struct wall received)
{
	struct hint hint = bed_blank(bed);

	hint.owes_read = true;
	hint.external_id = claim;
	hint.upstream = upstream;
	hint.received = received;
	bed_fold(bed, &hint);
}

struct hint bed_push(const struct bed *bed, const char *order, int64_t campaign_id, const char *status, struct wall at)
{
	struct hint hint = bed_blank(bed);

	hint.kind = "ORDER_STATUS_UPDATED";
	hint.owes_read = true;
	hint.external_id = order;
	hint.campaign_id = campaign_id;
	hint.status = status;
	hint.upstream = at;
	hint.received = wall_add(at, USEC_PER_SEC);
	return hint;
}

int64_t bed_shipment(struct bed *bed, const char *claim)
{
	char sql[160];

	snprintf(sql, sizeof(sql), "SELECT id FROM shipment WHERE external_id = '%s'", claim);
	return strtoll(bed_ask(bed, sql), NULL, 10);
}

struct seen bed_seen(const char *claim, const char *status, int64_t revision, struct wall at)
{
	struct seen seen = {
		.via = VIA_CALLBACK,
		.snapshot = true,
		.key = { .revision = revision, .updated = at },
		.entered = at,
		.version = 1,
		.operation_id = NUMBER_NONE,
		.point_id = NUMBER_NONE,
		.valid_until = WALL_NONE,
		.campaign_id = NUMBER_NONE,
		.asked = WALL_NONE,
	};

	snprintf(seen.external_id, sizeof(seen.external_id), "%s", claim);
	snprintf(seen.status, sizeof(seen.status), "%s", status);
	return seen;
}

struct seen bed_order(const char *order, const char *status, struct wall at)
{
	struct seen seen = bed_seen(order, status, NUMBER_NONE, at);

	seen.version = NUMBER_NONE;
	return seen;
}

enum decision bed_apply(struct bed *bed, const struct seen *seen, struct wall now, struct changes *ret_changes)
{
	return bed_apply_under(bed, POLICY_HOLD, seen, now, ret_changes);
}

enum decision bed_take(struct bed *bed, enum policy policy, const struct seen *seen, struct wall now, struct changes *ret_changes)
{
	const struct shipment_name name = {
		.source_id = bed->source.id,
		.model = seen->model,
		.campaign_id = NUMBER_NONE,
		.external_id = seen->external_id,
		.via = seen->via,
	};
	int64_t shipment_id;
	struct shipment shipment;
	struct pending pending;
	struct timeline timeline;
	struct seen dated = *seen;
	enum decision decision;

	dated.seen_at = now;
	ck_assert_int_eq(store_shipment_id(bed->store, &name, now, &shipment_id), ERR_OK);
	ck_assert_int_eq(store_shipment(bed->store, shipment_id, &shipment, &pending), ERR_OK);
	ck_assert_int_eq(store_timeline(bed->store, shipment.id, seen->snapshot ? NULL : &seen->key, &timeline), ERR_OK);
	shipment.model = shipment.model ? shipment.model : seen->model;
	decision = reconcile(policy, now, &shipment, &timeline, &dated);
	if (decision != DECISION_STALE)
		store_apply(bed->store, &shipment, &timeline, now, ret_changes);
	if (decision == DECISION_SAME || decision == DECISION_CHANGED)
		store_price(bed->store, shipment.id, seen);
	store_timeline_done(&timeline);
	return decision;
}

enum decision bed_apply_under(struct bed *bed, enum policy policy, const struct seen *seen, struct wall now, struct changes *ret_changes)
{
	struct changes changes = { 0 };
	enum decision decision;

	ck_assert_int_eq(store_begin(bed->store), ERR_OK);
	decision = bed_take(bed, policy, seen, now, &changes);
	ck_assert_msg(store_commit(bed->store) == ERR_OK, "%s", store_error_text(bed->store));
	if (ret_changes)
		*ret_changes = changes;
	return decision;
}

void bed_settle(struct bed *bed, const char *claim, struct wall read)
{
	struct shipment shipment;
	struct pending pending;

	ck_assert_int_eq(store_begin(bed->store), ERR_OK);
	ck_assert_int_eq(store_shipment(bed->store, bed_shipment(bed, claim), &shipment, &pending), ERR_OK);
	pending.served_id = pending.hint_id;
	pending.due = WALL_NONE;
	store_pending_save(bed->store, shipment.id, &pending, read);
	ck_assert_int_eq(store_commit(bed->store), ERR_OK);
}

static sqlite3 *connect(const struct bed *bed)
{
	sqlite3 *handle = NULL;

	ck_assert_int_eq(sqlite3_open(bed->path, &handle), SQLITE_OK);
	sqlite3_busy_timeout(handle, 5000);
	return handle;
}

static sqlite3_stmt *prepare(sqlite3 *handle, const char *sql)
{
	sqlite3_stmt *stmt = NULL;

	ck_assert_msg(sqlite3_prepare_v2(handle, sql, -1, &stmt, NULL) == SQLITE_OK, "%s: %s", sql, sqlite3_errmsg(handle));
	return stmt;
}

static const char *answer_of(sqlite3_stmt *stmt)
{
	static char *answer; /* the last one */
	const char *text = NULL;

	if (sqlite3_step(stmt) == SQLITE_ROW)
		text = (const char *)sqlite3_column_text(stmt, 0);
	free(answer);
	answer = strdup(text ? text : "");
	ck_assert_ptr_nonnull(answer);
	sqlite3_reset(stmt);
	return answer;
}

const char *bed_ask(const struct bed *bed, const char *sql)
{
	sqlite3 *handle = connect(bed);
	sqlite3_stmt *stmt = prepare(handle, sql);
	const char *answer = answer_of(stmt);

	sqlite3_finalize(stmt);
	sqlite3_close(handle);
	return answer;
}

/* Over one connection: each new one reads the whole schema. */
void bed_await(const struct bed *bed, struct loop *loop, const char *sql, const char *want)
{
	sqlite3 *handle = connect(bed);
	sqlite3_stmt *stmt = prepare(handle, sql);

	while (strcmp(answer_of(stmt), want) != 0)
		raw_turn(loop);
	sqlite3_finalize(stmt);
	sqlite3_close(handle);
}

const char *bed_try(const struct bed *bed, const char *sql)
{
	static char words[256];
	sqlite3 *handle = connect(bed);
	int r = sqlite3_exec(handle, sql, NULL, NULL, NULL);

	snprintf(words, sizeof(words), "%s", sqlite3_errmsg(handle));
	sqlite3_close(handle);
	return r == SQLITE_OK ? NULL : words;
}

void bed_check_plan(const struct bed *bed, const char *sql, const char *expected)
{
	char explain[2048];

	ck_assert_int_lt(snprintf(explain, sizeof(explain), "EXPLAIN QUERY PLAN %s", sql), (int)sizeof(explain));

	sqlite3 *handle = connect(bed);
	sqlite3_stmt *stmt = prepare(handle, explain);

	while (sqlite3_step(stmt) == SQLITE_ROW) {
		const char *detail = (const char *)sqlite3_column_text(stmt, 3);

		ck_assert_msg(strncmp(detail, expected, strlen(expected)) == 0, "%s: %s", sql, detail);
	}
	sqlite3_finalize(stmt);
	sqlite3_close(handle);
}

void bed_count_stays(const struct bed *bed)
{
	struct prune prune = store_prune_start(T_BED, 1);

	while (prune.stage == PRUNE_STAYS) {
		ck_assert_int_eq(store_begin(bed->store), ERR_OK);
		store_prune(bed->store, &prune);
		ck_assert_msg(store_commit(bed->store) == ERR_OK, "%s", store_error_text(bed->store));
	}
}

static void expect_no_fault(const struct check *check, const struct check_faults *faults, void *cls ATTR_UNUSED)
{
	ck_assert_msg(faults->n == 0, "%s: %s", check->holds, faults->shown[0]);
}

void bed_check(const struct bed *bed)
{
	ck_assert_int_eq(store_check(bed->store, expect_no_fault, NULL), ERR_OK);
}

void bed_make_old(const struct bed *bed, const char *version)
{
	char path[128];
	sqlite3 *handle = NULL;

	snprintf(path, sizeof(path), "tests/component/databases/schema-%s.dump", version);

	char *sql = suite_read_file(path);

	ck_assert_int_eq(sqlite3_open(bed->path, &handle), SQLITE_OK);
	ck_assert_msg(sqlite3_exec(handle, sql, NULL, NULL, NULL) == SQLITE_OK, "%s: %s", path, sqlite3_errmsg(handle));
	sqlite3_close(handle);
	free(sql);
}
