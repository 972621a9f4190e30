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

#include "base/err.h"
#include "tests/suite.h"

/* When the source was configured. */
#define T_BED ((struct wall){ INT64_C(1789000000) * USEC_PER_SEC })

void bed_open(struct bed *bed)
{
	struct store_error error = { "" };

	snprintf(bed->path, sizeof(bed->path), "%s/claimd.db", suite_tmpdir());
	ck_assert_msg(store_open(bed->path, &bed->store, &error) == ERR_OK, "%s", error.text);
	ck_assert_int_eq(store_begin(bed->store), ERR_OK);
	ck_assert_int_eq(store_source(bed->store, "delivery", "main", T_BED, &bed->source), ERR_OK);
	ck_assert_int_eq(store_commit(bed->store), ERR_OK);
}

void bed_close(struct bed *bed)
{
	bed->store = store_close(bed->store);
}

void bed_hint(struct bed *bed, const char *claim, struct wall upstream, struct wall received)
{
	const struct hint hint = {
		.source_id = bed->source.id,
		.external_id = claim,
		.upstream = upstream,
		.received = received,
		.remote_addr = "192.0.2.1",
	};
	size_t n = 0;

	ck_assert_int_eq(store_begin(bed->store), ERR_OK);
	store_hint_add(bed->store, &hint);
	store_fold_hints(bed->store, received, 10, &n);
	ck_assert_int_eq(store_commit(bed->store), ERR_OK);
	ck_assert_uint_eq(n, 1);
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
	};

	snprintf(seen.external_id, sizeof(seen.external_id), "%s", claim);
	snprintf(seen.status, sizeof(seen.status), "%s", status);
	return seen;
}

enum decision bed_apply(struct bed *bed, const struct seen *seen, struct wall now, struct changes *ret_changes)
{
	struct changes changes = { 0 };
	struct shipment shipment;
	struct pending pending;
	struct timeline timeline;
	struct seen dated = *seen;
	enum decision decision;

	dated.seen_at = now;

	ck_assert_int_eq(store_begin(bed->store), ERR_OK);
	ck_assert_int_eq(store_shipment(bed->store, bed_shipment(bed, seen->external_id), &shipment, &pending), ERR_OK);
	ck_assert_int_eq(store_timeline(bed->store, shipment.id, seen->snapshot ? NULL : &seen->key, &timeline), ERR_OK);
	decision = reconcile(&model_claims, POLICY_HOLD, now, &shipment, &timeline, &dated);
	if (decision != DECISION_STALE)
		store_apply(bed->store, &shipment, &timeline, now, &changes);
	if (decision == DECISION_SAME || decision == DECISION_CHANGED)
		store_price(bed->store, shipment.id, seen);
	ck_assert_msg(store_commit(bed->store) == ERR_OK, "%s", store_error_text(bed->store));
	free(timeline.steps);
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

const char *bed_ask(const struct bed *bed, const char *sql)
{
	static char answer[512];
	sqlite3 *handle = connect(bed);
	sqlite3_stmt *stmt = NULL;

	ck_assert_msg(sqlite3_prepare_v2(handle, sql, -1, &stmt, NULL) == SQLITE_OK, "%s: %s", sql, sqlite3_errmsg(handle));
	answer[0] = '\0';
	if (sqlite3_step(stmt) == SQLITE_ROW && sqlite3_column_text(stmt, 0))
		snprintf(answer, sizeof(answer), "%s", (const char *)sqlite3_column_text(stmt, 0));
	sqlite3_finalize(stmt);
	sqlite3_close(handle);
	return answer;
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
