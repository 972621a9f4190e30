/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The report_* views: the columns that are promised, and what they count.
 * Component tests.
 */
#include <stdio.h>

#include "base/err.h"
#include "store/query.h"
#include "store_bed.h"
#include "tests/suite.h"

#define T0 ((struct wall){ INT64_C(1790000000) * USEC_PER_SEC })

static struct bed bed;

static struct wall at_s(int64_t s)
{
	return wall_add(T0, s * USEC_PER_SEC);
}

static void setup(void)
{
	bed_open(&bed);
}

static void teardown(void)
{
	bed_close(&bed);
}

/* --- The promise to reports ---------------------------------------------------------------------------------------- */

struct promise {
	const char *view;
	const char *columns;
};

/* CONTRACT section 5, word for word; and views that came after it. */
static const struct promise promises[] = {
	{ "report_claims",
	  "source, claim_id, status, phase, terminal, resolution, revision, version, updated_at, first_seen_at, last_read_at, "
	  "reported_status, held, price, currency, current_point_id, own_params, approval_due_at" },
	{ "report_orders",
	  "source, model, campaign_id, order_id, status, substatus, phase, terminal, updated_at, first_seen_at, last_read_at, "
	  "reported_status, held" },
	{ "report_transitions",
	  "source, model, external_id, seq, from_status, to_status, at, seen_at, via, verdict, revision, operation_id, point_id, "
	  "seconds_in_from, id" },
	{ "report_windows", "source, model, external_id, kind, opened_at, due_at, closed_at, outcome, version" },
	{ "report_violations",
	  "id, source, model, external_id, kind, from_status, to_status, at, seen_at, state, resolved_at, resolved_by, note" },
	{ "report_prices", "source, external_id, at, price, currency, revision, model" },
	{ "report_notifications",
	  "source, external_id, kind, upstream_at, received_at, remote_addr, state, reason, own_params, id" },
	{ "report_durations", "source, model, status, n, p50_s, p90_s, max_s" },
	{ "report_statuses", "model, status, phase, terminal, n" },
	{ "report_active",
	  "source, model, external_id, status, phase, entered_at, reported_status, held, window_kind, window_opened_at, window_due_at" },
	{ "report_sources",
	  "source, kind, state, cursor_at, last_callback_at, last_read_at, pending, oldest_pending_s" },
	/* Not in the contract, but in claimd-schema(7). */
	{ "report_outbox",
	  "id, channel, kind, source, external_id, summary, created_at, state, due_at, tries, error, message_id" },
};

START_TEST(test_views_have_the_promised_columns)
{
	char sql[512];

	snprintf(sql, sizeof(sql), "SELECT %s FROM %s", promises[_i].columns, promises[_i].view);
	bed_ask(&bed, sql);
}
END_TEST

START_TEST(test_every_instant_has_an_integer_twin)
{
	char sql[512];

	snprintf(sql, sizeof(sql),
	         "SELECT count(*) FROM pragma_table_info('%s') t WHERE (t.name = 'at' OR t.name LIKE '%%\\_at' ESCAPE '\\') AND NOT EXISTS "
	         "(SELECT 1 FROM pragma_table_info('%s') u WHERE u.name = t.name || '_us')",
	         promises[_i].view, promises[_i].view);
	ck_assert_str_eq(bed_ask(&bed, sql), "0");
}
END_TEST

/* Three stays of which two are equally long: none is passed over, and each percentile is a stay that there was. */
START_TEST(test_durations_are_of_stays_that_there_were)
{
	static const int stays[] = { 7, 3, 7 };

	for (int i = 0; i < 3; i++) {
		char claim[16];

		snprintf(claim, sizeof(claim), "c%d", i);
		bed_hint(&bed, claim, T0, T0);

		struct seen created = bed_seen(claim, "new", 1, at_s(0));
		struct seen estimating = bed_seen(claim, "estimating", 2, at_s(stays[i]));

		bed_apply(&bed, &created, at_s(20), NULL);
		bed_apply(&bed, &estimating, at_s(20), NULL);
	}
	ck_assert_str_eq(bed_ask(&bed, "SELECT status || ' ' || n || ' ' || p50_s || ' ' || p90_s || ' ' || max_s FROM report_durations"),
	                 "new 3 7.0 7.0 7.0");
}
END_TEST

START_TEST(test_the_class_of_vehicle_stays_known)
{
	struct seen first = bed_seen("c1", "new", 1, at_s(1));
	struct seen second = bed_seen("c1", "estimating", 2, at_s(3));
	struct shipment shipment;
	struct pending pending;

	snprintf(first.class, sizeof(first.class), "express");
	bed_hint(&bed, "c1", T0, T0);
	ck_assert_str_eq(bed_ask(&bed, "SELECT class IS NULL FROM report_claims"), "1");
	bed_apply(&bed, &first, at_s(2), NULL);
	bed_apply(&bed, &second, at_s(4), NULL);
	ck_assert_str_eq(bed_ask(&bed, "SELECT status || ' ' || class FROM report_claims"), "estimating express");
	ck_assert_int_eq(store_shipment(bed.store, bed_shipment(&bed, "c1"), &shipment, &pending), ERR_OK);
	ck_assert_str_eq(shipment.class, "express");
}
END_TEST

START_TEST(test_durations_rank_the_stays)
{
	char claim[16];

	for (int i = 1; i <= 10; i++) {
		snprintf(claim, sizeof(claim), "c%d", i);
		bed_hint(&bed, claim, T0, T0);

		struct seen created = bed_seen(claim, "new", 1, at_s(0));
		struct seen estimating = bed_seen(claim, "estimating", 2, at_s(i));

		bed_apply(&bed, &created, at_s(20), NULL);
		bed_apply(&bed, &estimating, at_s(20), NULL);
	}
	ck_assert_str_eq(bed_ask(&bed, "SELECT status || ' ' || n || ' ' || p50_s || ' ' || p90_s || ' ' || max_s FROM report_durations"),
	                 "new 10 5.0 9.0 10.0");
}
END_TEST

/* --- How long shipments stayed, counted -------------------------------------------------------------------------------- */

#define DURATIONS \
	"SELECT group_concat(status || ' ' || n || ' ' || p50_s || ' ' || max_s, ', ')" \
	" FROM (SELECT * FROM report_durations ORDER BY status)"

static void expect_counted(const char *durations)
{
	ck_assert_str_eq(bed_ask(&bed, DURATIONS), durations);
	ck_assert_str_eq(bed_ask(&bed, "SELECT count(*) FROM history WHERE id > (SELECT history_id FROM counted)"), "0");

	struct query q = query_start(bed.store, STMT_CHECK_STAYS);
	bool fault = query_next(&q);

	ck_assert_msg(!fault, "%s", fault ? query_text(&q) : "");
	query_end(&q);
}

static void see_life(const char *claim, int64_t created, int64_t estimated, int64_t offered)
{
	const struct seen life[] = {
		bed_seen(claim, "new", 1, at_s(created)),
		bed_seen(claim, "estimating", 4, at_s(estimated)),
		bed_seen(claim, "ready_for_approval", 7, at_s(offered)),
	};

	bed_hint(&bed, claim, T0, T0);
	for (size_t i = 0; i < ARRAY_SIZE(life); i++)
		bed_apply(&bed, &life[i], at_s(20), NULL);
}

START_TEST(test_durations_are_the_same_before_and_after_they_are_counted)
{
	see_life("c1", 0, 2, 5);
	ck_assert_str_eq(bed_ask(&bed, DURATIONS), "estimating 1 3.0 3.0, new 1 2.0 2.0");
	bed_count_stays(&bed);
	expect_counted("estimating 1 3.0 3.0, new 1 2.0 2.0");
	see_life("c2", 0, 4, 11);
	ck_assert_str_eq(bed_ask(&bed, DURATIONS), "estimating 2 3.0 7.0, new 2 2.0 4.0");
	bed_count_stays(&bed);
	expect_counted("estimating 2 3.0 7.0, new 2 2.0 4.0");
}
END_TEST

/* An event that comes late makes of one stay two others, and of another none. */
START_TEST(test_what_is_judged_again_is_counted_again)
{
	struct seen event = bed_seen("c1", "estimating_failed", 5, at_s(4));
	struct seen between = bed_seen("c1", "estimating", 6, at_s(5));

	event.snapshot = between.snapshot = false;
	event.operation_id = 1;
	between.operation_id = 2;
	see_life("c1", 0, 2, 7);
	bed_count_stays(&bed);
	bed_apply(&bed, &event, at_s(30), NULL);
	bed_count_stays(&bed);
	expect_counted("estimating 1 2.0 2.0, new 1 2.0 2.0");
	bed_apply(&bed, &between, at_s(30), NULL);
	bed_count_stays(&bed);
	expect_counted("estimating 2 2.0 2.0, estimating_failed 1 1.0 1.0, new 1 2.0 2.0");
}
END_TEST

/* And what comes later, under ids that are used again, counts. */
START_TEST(test_what_goes_counts_no_more)
{
	see_life("c1", 0, 2, 5);
	see_life("c2", 0, 4, 9);
	bed_count_stays(&bed);
	ck_assert_ptr_null(bed_try(&bed, "PRAGMA foreign_keys = OFF;"
	                                 "DELETE FROM history WHERE shipment_id = (SELECT id FROM shipment WHERE external_id = 'c2')"));
	expect_counted("estimating 1 3.0 3.0, new 1 2.0 2.0");
	see_life("c3", 0, 7, 8);
	bed_count_stays(&bed);
	expect_counted("estimating 2 1.0 3.0, new 2 2.0 7.0");
}
END_TEST

START_TEST(test_durations_are_rounded_up_to_three_digits)
{
	static const struct {
		int64_t us;
		const char *rounded;
	} stays[] = {
		{ 0, "0.0" }, { 999, "0.000999" }, { 1000, "0.001" }, { 1001, "0.00101" }, { 59999999, "60.0" }, { 60000000, "60.0" },
		{ 12345678, "12.4" }, { 86400000001, "86500.0" },
	};
	struct seen created = bed_seen("c1", "new", 1, T0);
	struct seen estimating = bed_seen("c1", "estimating", 2, wall_add(T0, stays[_i].us));

	bed_hint(&bed, "c1", T0, T0);
	bed_apply(&bed, &created, at_s(20), NULL);
	bed_apply(&bed, &estimating, at_s(20), NULL);
	ck_assert_str_eq(bed_ask(&bed, "SELECT max_s FROM report_durations"), stays[_i].rounded);
	bed_count_stays(&bed);
	ck_assert_str_eq(bed_ask(&bed, "SELECT max_s FROM report_durations"), stays[_i].rounded);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("reports");
	TCase *tcase = tcase_create("reports");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, test_views_have_the_promised_columns, 0, ARRAY_SIZE(promises));
	tcase_add_loop_test(tcase, test_every_instant_has_an_integer_twin, 0, ARRAY_SIZE(promises));
	tcase_add_test(tcase, test_the_class_of_vehicle_stays_known);
	tcase_add_test(tcase, test_durations_rank_the_stays);
	tcase_add_test(tcase, test_durations_are_of_stays_that_there_were);
	tcase_add_test(tcase, test_durations_are_the_same_before_and_after_they_are_counted);
	tcase_add_test(tcase, test_what_is_judged_again_is_counted_again);
	tcase_add_test(tcase, test_what_goes_counts_no_more);
	tcase_add_loop_test(tcase, test_durations_are_rounded_up_to_three_digits, 0, 8);
	suite_add_tcase(suite, tcase);
	return suite;
}
