/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The report_* views: the columns that are promised, and what they count.
 * Component tests.
 */
#include <stdio.h>

#include "base/err.h"
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
	suite_add_tcase(suite, tcase);
	return suite;
}
