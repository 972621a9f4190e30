/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of the store when memory gives out, at each allocation in turn, SQLite's own included: what is said to be stored is, what is not
 * is not, what is read is right, and the next transaction is as good as ever.
 * Memory ring.
 */
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/err.h"
#include "component/store_bed.h"
#include "scarce.h"
#include "store/action.h"
#include "tests/suite.h"

/* Long enough that SQLite has no room for it where it keeps short texts. */
#define CLAIM "01a0cd38be93807496944ebfc9654d02-01a0cd38be93807496944ebfc9654d0"

#define CURSOR "MjAyNi0wOS0yM1QwNzo0NDowNC40MDI0MTM"
#define STATUS "ready_for_approval"

DEFINE_CLEANUP(text, char *, free)

static struct bed bed;
static sqlite3 *other; /* what another program sees */

/* What SQLite would keep in reserve for small things would never give out. */
static void setup(void)
{
	ck_assert_int_eq(sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0), SQLITE_OK);
	bed_open(&bed);
	bed_hint(&bed, CLAIM, bed_at(0), bed_at(0));
	ck_assert_int_eq(sqlite3_open(bed.path, &other), SQLITE_OK);
}

static void teardown(void)
{
	sqlite3_close(other);
	bed_close(&bed);
}

static int see(const char *sql)
{
	sqlite3_stmt *stmt;
	int number;

	ck_assert_int_eq(sqlite3_prepare_v2(other, sql, -1, &stmt, NULL), SQLITE_OK);
	ck_assert_int_eq(sqlite3_step(stmt), SQLITE_ROW);
	number = sqlite3_column_int(stmt, 0);
	sqlite3_finalize(stmt);
	return number;
}

/* --- What is done in a transaction --------------------------------------------------------------------------------- */

static int add_hint(void)
{
	struct hint hint = bed_blank(&bed);
	size_t n;

	hint.owes_read = true;
	hint.external_id = "another";
	hint.own_params = "{\"shop\":\"17\"}";
	store_hint_add(bed.store, &hint);
	store_fold_hints(bed.store, bed_at(1), 10, &n);
	return ERR_OK;
}

static int apply_step(void)
{
	CLEANUP(store_timeline_done) struct timeline timeline = { 0 };
	const struct seen seen = bed_seen(CLAIM, STATUS, 5, bed_at(0));
	struct shipment shipment;
	struct pending pending;
	struct changes changes;
	int r = store_shipment(bed.store, 1, &shipment, &pending);

	if (r == ERR_OK)
		r = store_timeline(bed.store, 1, NULL, &timeline);
	if (r < 0)
		return r;
	shipment.model = &model_claims;
	reconcile(POLICY_HOLD, bed_at(1), &shipment, &timeline, &seen);
	store_apply(bed.store, &shipment, &timeline, bed_at(1), &changes);
	pending.due = bed_at(60);
	store_pending_save(bed.store, 1, &pending, bed_at(1));
	return ERR_OK;
}

static int add_action(void)
{
	const struct action_wish wish = {
		.source_id = bed.source.id,
		.shipment_id = 1,
		.kind = ACT_CANCEL,
		.argument = "free",
		.target_id = NUMBER_NONE,
		.version = 1,
		.requested_by = "uid:1000",
	};
	int64_t id = 0;

	store_action_add(bed.store, &wish, bed_at(1), &id);
	store_action_sent(bed.store, id, bed_at(2));
	store_action_answered(bed.store, id, ACTION_TAKEN, "op-1", bed_at(3));
	return ERR_OK;
}

static int save_cursor(void)
{
	store_cursor_save(bed.store, bed.source.id, CURSOR, 7, bed_at(1));
	store_source_silent(bed.store, bed.source.id, bed_at(1), bed_at(2));
	return ERR_OK;
}

static const struct deed {
	const char *name;
	int (*run)(void);
	const char *trace; /* SQL: how much of it is there */
	int whole;         /* what that says afterwards; before, it says 0 */
} deeds[] = {
	{ "a hint", add_hint, "SELECT (SELECT count(*) FROM inbox) + (SELECT count(*) FROM shipment) - 2", 2 },
	{ "a step", apply_step,
	  "SELECT (SELECT count(*) FROM history) + (SELECT count(*) FROM window) +"
	  " (SELECT count(*) FROM shipment WHERE status IS NOT NULL)",
	  3 },
	{ "an action", add_action, "SELECT count(*) FROM action WHERE state = 'settling'", 1 },
	{ "a cursor", save_cursor, "SELECT count(*) FROM cursor", 1 },
};

#define DEEDS ((int)ARRAY_SIZE(deeds))

static int do_in_transaction(const struct deed *deed)
{
	int r = store_begin(bed.store);

	if (r)
		return r;
	r = deed->run();
	if (r == ERR_OK)
		return store_commit(bed.store);
	store_rollback(bed.store);
	return r;
}

/* Until memory suffices for it. */
START_TEST(a_transaction_is_whole_or_leaves_nothing_and_the_next_one_works)
{
	const struct deed *deed = &deeds[_i % DEEDS];
	const struct scarcity scarcity = { .for_good = _i >= DEEDS };
	int r = ERR_NOMEM;

	for (size_t nth = 1; r != ERR_OK; nth++) {
		scarce_begin(scarcity, nth);
		r = do_in_transaction(deed);
		if (scarce_end() && r != ERR_OK)
			ck_assert_msg(r == ERR_NOMEM, "%s, %s: %s", deed->name, scarce_text(scarcity, nth), err_text(r));
		ck_assert_msg(see(deed->trace) == (r == ERR_OK ? deed->whole : 0), "%s, %s: %s, but a part of it is there", deed->name,
		              scarce_text(scarcity, nth), err_text(r));
		ck_assert_msg(r == ERR_OK || store_probe(bed.store) == ERR_OK, "%s, %s: %s", deed->name, scarce_text(scarcity, nth),
		              store_error_text(bed.store));
	}
}
END_TEST

/* --- What is read -------------------------------------------------------------------------------------------------- */

/* What was read last is what is there. Nothing is asserted while memory is short. */
static bool is_right;

static bool is_same(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static int read_shipment(void)
{
	struct shipment shipment;
	struct pending pending;
	int r = store_shipment(bed.store, 1, &shipment, &pending);

	if (r == ERR_OK)
		is_right = shipment.model == &model_claims && is_same(shipment.status, STATUS) && is_same(shipment.reported, STATUS);
	return r;
}

static int read_timeline(void)
{
	CLEANUP(store_timeline_done) struct timeline timeline = { 0 };
	int r = store_timeline(bed.store, 1, NULL, &timeline);

	if (r == ERR_OK)
		is_right = timeline.n == 1 && is_same(timeline.steps[0].status, STATUS);
	return r;
}

static int read_due(void)
{
	struct due due[2];
	size_t n = 0;
	int r = store_due(bed.store, bed.source.id, bed_at(100), due, ARRAY_SIZE(due), &n);

	if (r == ERR_OK)
		is_right = n == 1 && is_same(due[0].external_id, CLAIM);
	return r;
}

static int read_deadline(void)
{
	struct deadline deadline[2];
	size_t n = 0;
	int r = store_deadlines_passed(bed.store, bed.source.id, bed_at(100000), deadline, ARRAY_SIZE(deadline), &n);

	if (r == ERR_OK)
		is_right = n == 1 && is_same(deadline[0].external_id, CLAIM) && is_same(deadline[0].kind, "approval");
	return r;
}

static int read_action(void)
{
	struct action action;
	size_t n = 0;
	int r = store_actions_due(bed.store, bed.source.id, bed_at(100), &action, 1, &n);

	if (r == ERR_OK)
		is_right = n == 1 && is_same(action.argument, "free") && is_same(action.operation_id, "op-1");
	return r;
}

static int read_cursor(void)
{
	CLEANUP(text_cleanup) char *cursor = NULL;
	int r = store_cursor(bed.store, bed.source.id, &cursor);

	if (r == ERR_OK)
		is_right = cursor && is_same(cursor, CURSOR);
	return r;
}

static const struct {
	const char *name;
	int (*run)(void);
} readings[] = {
	{ "a shipment", read_shipment }, { "a history", read_timeline }, { "what is due", read_due },
	{ "a deadline", read_deadline }, { "an action", read_action },   { "a cursor", read_cursor },
};

#define READINGS ((int)ARRAY_SIZE(readings))

START_TEST(what_is_read_is_right_or_not_read_at_all)
{
	const struct scarcity scarcity = { .for_good = _i >= READINGS };
	bool failed = true;

	for (int i = 1; i < DEEDS; i++)
		ck_assert_int_eq(do_in_transaction(&deeds[i]), ERR_OK);
	for (size_t nth = 1; failed; nth++) {
		scarce_begin(scarcity, nth);

		int r = readings[_i % READINGS].run();

		failed = scarce_end();
		ck_assert_msg(r == ERR_OK ? is_right : failed && r == ERR_NOMEM, "%s, %s: %s, but wrong", readings[_i % READINGS].name,
		              scarce_text(scarcity, nth), err_text(r));
	}
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("store");
	TCase *tcase = tcase_create("memory");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, a_transaction_is_whole_or_leaves_nothing_and_the_next_one_works, 0, 2 * DEEDS);
	tcase_add_loop_test(tcase, what_is_read_is_right_or_not_read_at_all, 0, 2 * READINGS);
	suite_add_tcase(suite, tcase);
	return suite;
}
