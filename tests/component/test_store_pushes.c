/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From a Market push to a due read: what folding it does to its order, what is kept of it meanwhile, and the campaigns that
 * tell which graph a new order follows.
 * Component tests.
 */
#include <stdio.h>

#include "base/err.h"
#include "store_bed.h"
#include "tests/suite.h"

#define T0 ((struct wall){ INT64_C(1790000000) * USEC_PER_SEC })

#define STARTED "PROCESSING/STARTED"
#define IN_DELIVERY "DELIVERY/DELIVERY_SERVICE_RECEIVED"
#define AT_PICKUP "PICKUP/PICKUP_SERVICE_RECEIVED"

static struct bed bed;

static struct wall at_s(int64_t s)
{
	return wall_add(T0, s * USEC_PER_SEC);
}

static struct wall at_ms(int64_t ms)
{
	return wall_add(T0, ms * USEC_PER_MS);
}

static void setup(void)
{
	bed_open_market(&bed);
}

static void teardown(void)
{
	bed_close(&bed);
}

static void push(const char *order, const char *status, struct wall at)
{
	const struct hint hint = bed_push(&bed, order, BED_CAMPAIGN_DBS, status, at);

	bed_fold(&bed, &hint);
}

/* The order was read, and what Market said of it stands. */
static void read_order(const char *order, const char *status, struct wall at)
{
	const struct seen seen = bed_order(order, status, at);

	bed_apply(&bed, &seen, at, NULL);
	bed_settle(&bed, order, at);
}

static struct wall next_due(void)
{
	struct wall due;

	ck_assert_int_eq(store_next_due(bed.store, bed.source.id, (struct wall){ 0 }, &due), ERR_OK);
	return due;
}

static uint64_t witnessed_until(const char *order, struct wall until)
{
	uint64_t mask = UINT64_MAX;

	ck_assert_int_eq(store_witnessed(bed.store, bed_shipment(&bed, order), &model_dbs, until, &mask), ERR_OK);
	return mask;
}

static uint64_t witnessed(const char *order)
{
	return witnessed_until(order, at_s(1000));
}

static uint64_t mask_of(const char *status)
{
	return UINT64_C(1) << model_status(&model_dbs, status);
}

/* --- Which pushes owe a read --------------------------------------------------------------------------------------- */

struct order_model {
	int64_t campaign_id;
	const char *kept;
};

static const struct order_model order_models[] = {
	{ BED_CAMPAIGN_DBS, "dbs 111" },
	{ BED_CAMPAIGN_LAAS, "laas 112" },
	{ INT64_MAX, "- 9223372036854775807" },
	{ NUMBER_NONE, "- -" },
};

START_TEST(test_a_new_order_has_the_model_of_its_campaign)
{
	const struct hint hint = bed_push(&bed, "9223372036854775807", order_models[_i].campaign_id, STARTED, at_s(0));
	struct due due[2];
	size_t n = 0;

	bed_fold(&bed, &hint);
	ck_assert_str_eq(bed_ask(&bed, "SELECT coalesce(model, '-') || ' ' || coalesce(campaign_id, '-') FROM shipment"),
	                 order_models[_i].kept);
	ck_assert_int_eq(store_due(bed.store, bed.source.id, at_s(1), due, 2, &n), ERR_OK);
	ck_assert_uint_eq(n, 1);
	ck_assert_str_eq(due[0].external_id, "9223372036854775807");
}
END_TEST

START_TEST(test_a_later_push_fills_in_the_campaign_and_changes_none)
{
	struct hint hint = bed_push(&bed, "1", NUMBER_NONE, STARTED, at_s(0));

	bed_fold(&bed, &hint);
	push("1", STARTED, at_s(1));
	hint.campaign_id = BED_CAMPAIGN_LAAS;
	bed_fold(&bed, &hint);
	ck_assert_str_eq(bed_ask(&bed, "SELECT campaign_id FROM shipment"), "111");
}
END_TEST

START_TEST(test_a_push_that_owes_nothing_is_only_kept)
{
	struct hint hint = bed_push(&bed, "1", INT64_C(4711), NULL, at_s(0));

	hint.kind = "ORDER_RETURN_CREATED";
	hint.owes_read = false;
	bed_fold(&bed, &hint);
	ck_assert_str_eq(bed_ask(&bed, "SELECT count(*) FROM shipment"), "0");
	ck_assert_str_eq(bed_ask(&bed, "SELECT count(*) FROM campaign WHERE campaign_id = 4711"), "0");
	ck_assert_str_eq(bed_ask(&bed, "SELECT kind || ' ' || external_id || ' ' || state || coalesce(reason, '')"
	                               " FROM report_notifications"), "ORDER_RETURN_CREATED 1 done");
	ck_assert_str_eq(bed_ask(&bed, "SELECT last_callback_at FROM report_sources"), "2026-09-21T14:13:21.000000Z");
}
END_TEST

START_TEST(test_a_push_that_owes_nothing_is_never_pending)
{
	const struct hint owing = bed_push(&bed, "1", BED_CAMPAIGN_DBS, NULL, at_s(0));
	struct hint hint = owing;

	hint.owes_read = false;
	ck_assert_int_eq(store_begin(bed.store), ERR_OK);
	store_hint_add(bed.store, &hint);
	store_hint_add(bed.store, &owing);
	ck_assert_int_eq(store_commit(bed.store), ERR_OK);
	ck_assert_str_eq(bed_ask(&bed, "SELECT pending FROM report_sources"), "1");
	ck_assert_str_eq(bed_ask(&bed, "SELECT group_concat(state, ' ') FROM report_notifications"), "done pending");
}
END_TEST

START_TEST(test_a_push_without_an_order_owes_nothing)
{
	struct hint hint = bed_push(&bed, NULL, BED_CAMPAIGN_DBS, NULL, at_s(0));

	bed_fold(&bed, &hint);
	ck_assert_str_eq(bed_ask(&bed, "SELECT state FROM report_notifications"), "done");
	ck_assert_str_eq(bed_ask(&bed, "SELECT pending FROM report_sources"), "0");
}
END_TEST

struct precision {
	int64_t known_ms; /* Market's updateDate */
	int64_t push_ms;
	bool owed;
};

static const struct precision precisions[] = {
	{ 5000, 5000, true }, { 5000, 5200, true }, { 5999, 5200, true }, { 5200, 5200, true },
	{ 6000, 5999, false }, { 6000, 5000, false }, { 6000, 6000, true },
};

START_TEST(test_a_push_is_known_when_a_later_second_is)
{
	const struct precision *precision = &precisions[_i];

	push("1", STARTED, at_s(1));
	read_order("1", STARTED, at_ms(precision->known_ms));
	push("1", STARTED, at_ms(precision->push_ms));
	ck_assert_int_eq(wall_is_set(next_due()), precision->owed);
	ck_assert_str_eq(bed_ask(&bed, "SELECT state FROM report_notifications WHERE received_at_us > 1790000002000000"),
	                 precision->owed ? "pending" : "done");
}
END_TEST

START_TEST(test_a_push_promises_no_more_than_its_second)
{
	push("1", STARTED, at_ms(5999));
	ck_assert_str_eq(bed_ask(&bed, "SELECT promised_us FROM shipment"), "1790000005000000");
	ck_assert_str_eq(bed_ask(&bed, "SELECT upstream_at FROM report_notifications"), "2026-09-21T14:13:25.999000Z");
}
END_TEST

START_TEST(test_copies_of_a_push_make_one_read_and_one_witness)
{
	const struct hint hint = bed_push(&bed, "1", BED_CAMPAIGN_DBS, STARTED, at_s(0));
	struct due due[4];
	size_t n = 0;

	ck_assert_int_eq(store_begin(bed.store), ERR_OK);
	for (int i = 0; i < 60; i++)
		store_hint_add(bed.store, &hint);
	store_fold_hints(bed.store, at_s(2), 100, &n);
	ck_assert_int_eq(store_commit(bed.store), ERR_OK);
	ck_assert_uint_eq(n, 60);
	ck_assert_int_eq(store_due(bed.store, bed.source.id, at_s(100), due, 4, &n), ERR_OK);
	ck_assert_uint_eq(n, 1);
	ck_assert_int_eq(due[0].hint_id, 60);
	ck_assert_str_eq(bed_ask(&bed, "SELECT count(*) FROM witness"), "1");
	ck_assert_str_eq(bed_ask(&bed, "SELECT count(*) FROM campaign"), "2");
	for (int i = 0; i < 3; i++)
		read_order("1", STARTED, at_s(0));
	ck_assert_str_eq(bed_ask(&bed, "SELECT count(*) FROM history"), "1");
	ck_assert_str_eq(bed_ask(&bed, "SELECT count(*) FROM report_notifications WHERE state = 'done'"), "60");
}
END_TEST

START_TEST(test_an_order_that_market_does_not_know_is_said_so)
{
	struct shipment shipment;
	struct pending pending;

	push("1", STARTED, at_s(0));
	ck_assert_int_eq(store_begin(bed.store), ERR_OK);
	ck_assert_int_eq(store_shipment(bed.store, bed_shipment(&bed, "1"), &shipment, &pending), ERR_OK);
	pending.served_id = pending.hint_id;
	pending.missing = true;
	store_pending_save(bed.store, shipment.id, &pending, WALL_NONE);
	ck_assert_int_eq(store_commit(bed.store), ERR_OK);
	ck_assert_str_eq(bed_ask(&bed, "SELECT state || ': ' || reason FROM report_notifications"),
	                 "done: the upstream knows no such order");
}
END_TEST

/* --- What is kept of them until the read --------------------------------------------------------------------------- */

START_TEST(test_pushes_are_witnesses_until_the_read)
{
	push("1", STARTED, at_s(0));
	push("1", AT_PICKUP, at_s(20));
	push("1", IN_DELIVERY, at_s(10));
	push("1", "NEVER/HEARD_OF", at_s(30));
	push("2", "CANCELLED/SHOP_FAILED", at_s(0));
	ck_assert_uint_eq(witnessed("1"), mask_of(STARTED) | mask_of(AT_PICKUP) | mask_of(IN_DELIVERY));
	/* Each from its own time on, the first that it was told of at. */
	push("1", IN_DELIVERY, at_s(50));
	ck_assert_uint_eq(witnessed_until("1", at_s(11)), mask_of(STARTED) | mask_of(IN_DELIVERY));
	ck_assert_uint_eq(witnessed_until("1", at_s(10)), mask_of(STARTED));
	bed_settle(&bed, "1", at_s(40));
	ck_assert_uint_eq(witnessed("1"), 0);
	ck_assert_uint_eq(witnessed("2"), mask_of("CANCELLED/*"));
}
END_TEST

START_TEST(test_witnesses_outlast_a_read_that_did_not_serve_all)
{
	struct shipment shipment;
	struct pending pending;

	push("1", STARTED, at_s(0));
	ck_assert_int_eq(store_shipment(bed.store, bed_shipment(&bed, "1"), &shipment, &pending), ERR_OK);
	pending.served_id = pending.hint_id;
	push("1", IN_DELIVERY, at_s(10));
	ck_assert_int_eq(store_begin(bed.store), ERR_OK);
	store_pending_save(bed.store, shipment.id, &pending, at_s(11));
	ck_assert_int_eq(store_commit(bed.store), ERR_OK);
	ck_assert_uint_eq(witnessed("1"), mask_of(STARTED) | mask_of(IN_DELIVERY));
}
END_TEST

START_TEST(test_a_push_about_what_is_known_is_no_witness)
{
	push("1", STARTED, at_s(0));
	read_order("1", IN_DELIVERY, at_s(10));
	push("1", STARTED, at_s(5));
	ck_assert_uint_eq(witnessed("1"), 0);
}
END_TEST

static struct wall asked_of(const char *order)
{
	struct shipment shipment;
	struct pending pending;

	ck_assert_int_eq(store_shipment(bed.store, bed_shipment(&bed, order), &shipment, &pending), ERR_OK);
	return shipment.asked;
}

START_TEST(test_the_latest_wish_to_cancel_counts)
{
	struct hint wish = bed_push(&bed, "1", BED_CAMPAIGN_DBS, NULL, at_ms(5200));

	push("1", IN_DELIVERY, at_s(0));
	ck_assert(!wall_is_set(asked_of("1")));
	wish.kind = "ORDER_CANCELLATION_REQUEST";
	wish.asks_to_cancel = true;
	bed_fold(&bed, &wish);
	ck_assert_int_eq(asked_of("1").us, at_ms(5200).us);
	wish.upstream = at_s(3);
	bed_fold(&bed, &wish);
	ck_assert_int_eq(asked_of("1").us, at_ms(5200).us);
	wish.upstream = at_s(7);
	bed_fold(&bed, &wish);
	ck_assert_int_eq(asked_of("1").us, at_s(7).us);
	wish.upstream = WALL_NONE;
	bed_fold(&bed, &wish);
	ck_assert_int_eq(asked_of("1").us, at_s(7).us);
	push("1", IN_DELIVERY, at_s(20));
	ck_assert_int_eq(asked_of("1").us, at_s(7).us);
}
END_TEST

START_TEST(test_a_wish_that_needs_no_read_is_dated_all_the_same)
{
	struct hint wish = bed_push(&bed, "1", BED_CAMPAIGN_DBS, NULL, at_s(5));

	push("1", IN_DELIVERY, at_s(0));
	read_order("1", IN_DELIVERY, at_s(10));
	wish.asks_to_cancel = true;
	bed_fold(&bed, &wish);
	ck_assert(!wall_is_set(next_due()));
	ck_assert_int_eq(asked_of("1").us, at_s(5).us);
}
END_TEST

/* --- Campaigns ----------------------------------------------------------------------------------------------------- */

static void save_campaign(const struct campaign *campaign)
{
	ck_assert_int_eq(store_begin(bed.store), ERR_OK);
	store_campaign_save(bed.store, bed.source.id, campaign);
	ck_assert_int_eq(store_commit(bed.store), ERR_OK);
}

static int64_t unknown_campaign(void)
{
	int64_t id = 0;

	ck_assert_int_eq(store_campaign_unknown(bed.store, bed.source.id, &id), ERR_OK);
	return id;
}

START_TEST(test_campaigns_are_kept_whole)
{
	const struct campaign campaign = { INT64_MAX, &model_laas, false, INT64_MAX - 1, "LAAS" };
	struct campaign got;

	ck_assert_int_eq(store_campaign(bed.store, bed.source.id, INT64_MAX, &got), ERR_NOT_FOUND);
	save_campaign(&campaign);
	ck_assert_int_eq(store_campaign(bed.store, bed.source.id, INT64_MAX, &got), ERR_OK);
	ck_assert_int_eq(got.id, INT64_MAX);
	ck_assert_ptr_eq(got.model, &model_laas);
	ck_assert(!got.configured);
	ck_assert_int_eq(got.business_id, INT64_MAX - 1);
	ck_assert_str_eq(got.placement, "LAAS");
}
END_TEST

START_TEST(test_saving_a_campaign_replaces_it)
{
	const struct campaign campaign = { BED_CAMPAIGN_DBS, NULL, false, NUMBER_NONE, "" };
	struct campaign got;

	save_campaign(&campaign);
	ck_assert_int_eq(store_campaign(bed.store, bed.source.id, BED_CAMPAIGN_DBS, &got), ERR_OK);
	ck_assert_ptr_null(got.model);
	ck_assert(!got.configured);
	ck_assert_int_eq(got.business_id, NUMBER_NONE);
	ck_assert_str_eq(got.placement, "");
}
END_TEST

START_TEST(test_a_reset_leaves_no_campaign_configured)
{
	struct campaign got;

	ck_assert_int_eq(store_begin(bed.store), ERR_OK);
	store_campaigns_reset(bed.store, bed.source.id);
	ck_assert_int_eq(store_commit(bed.store), ERR_OK);
	ck_assert_int_eq(store_campaign(bed.store, bed.source.id, BED_CAMPAIGN_DBS, &got), ERR_OK);
	ck_assert(!got.configured);
	ck_assert_ptr_eq(got.model, &model_dbs);
}
END_TEST

START_TEST(test_a_campaign_that_a_push_names_is_to_be_looked_up)
{
	struct hint hint = bed_push(&bed, "1", INT64_C(4711), STARTED, at_s(0));
	struct campaign campaign = { 4711, NULL, false, NUMBER_NONE, "" };

	push("2", STARTED, at_s(0));
	ck_assert_int_eq(unknown_campaign(), NUMBER_NONE);
	bed_fold(&bed, &hint);
	ck_assert_int_eq(unknown_campaign(), 4711);
	save_campaign(&campaign);
	ck_assert_int_eq(unknown_campaign(), 4711);
	snprintf(campaign.placement, sizeof(campaign.placement), "FBS");
	save_campaign(&campaign);
	ck_assert_int_eq(unknown_campaign(), NUMBER_NONE);
	campaign = (struct campaign){ 4711, NULL, false, 0, "" };
	save_campaign(&campaign);
	ck_assert_int_eq(unknown_campaign(), NUMBER_NONE);
	bed_fold(&bed, &hint);
	ck_assert_int_eq(unknown_campaign(), NUMBER_NONE);
}
END_TEST

START_TEST(test_a_configured_campaign_is_never_unknown)
{
	const struct campaign campaign = { 4711, &model_dbs, true, NUMBER_NONE, "" };

	save_campaign(&campaign);
	ck_assert_int_eq(unknown_campaign(), NUMBER_NONE);
}
END_TEST

/* --- How long Market has not called -------------------------------------------------------------------------------- */

static int64_t unanswered_s(struct wall now)
{
	int64_t us = -1;

	ck_assert_int_eq(store_source_unanswered(bed.store, bed.source.id, now, &us), ERR_OK);
	return us / USEC_PER_SEC;
}

START_TEST(test_silence_is_counted_from_the_last_push)
{
	push("1", STARTED, at_s(-1));
	ck_assert_int_eq(unanswered_s(at_s(500)), 0);
	ck_assert_int_eq(store_begin(bed.store), ERR_OK);
	store_source_silent(bed.store, bed.source.id, at_s(100), at_s(100));
	ck_assert_int_eq(store_commit(bed.store), ERR_OK);
	ck_assert_int_eq(unanswered_s(at_s(500)), 500);
	ck_assert_int_eq(unanswered_s(at_s(-500)), 0);
	push("1", STARTED, at_s(600));
	ck_assert_int_eq(unanswered_s(at_s(700)), 0);
}
END_TEST

/* Of a time so long ago by the system's clock. */
#define AGO(S) "CAST((julianday('now') - 2440587.5) * 86400 - " S " AS INTEGER) * 1000000"

START_TEST(test_the_report_counts_it_too)
{
	ck_assert_str_eq(bed_ask(&bed, "SELECT unanswered_s FROM report_sources"), "0.0");
	ck_assert_ptr_null(bed_try(&bed, "UPDATE source SET silent = 1, since_us = " AGO("90000")));
	ck_assert_str_eq(bed_ask(&bed, "SELECT state || (unanswered_s >= 90000) FROM report_sources"), "silent1");
	ck_assert_ptr_null(bed_try(&bed, "UPDATE source SET last_callback_us = " AGO("40000")));
	ck_assert_str_eq(bed_ask(&bed, "SELECT unanswered_s >= 40000 AND unanswered_s < 90000 FROM report_sources"), "1");
	ck_assert_ptr_null(bed_try(&bed, "UPDATE source SET kind = 'delivery'"));
	ck_assert_str_eq(bed_ask(&bed, "SELECT unanswered_s IS NULL FROM report_sources"), "1");
}
END_TEST

static TCase *add(Suite *suite, const char *name, const TTest *const *tests, size_t n)
{
	TCase *tcase = tcase_create(name);

	tcase_add_checked_fixture(tcase, setup, teardown);
	for (size_t i = 0; i < n; i++)
		tcase_add_test(tcase, tests[i]);
	suite_add_tcase(suite, tcase);
	return tcase;
}

Suite *suite(void)
{
	Suite *suite = suite_create("pushes");
	const TTest *const fold[] = {
		test_a_later_push_fills_in_the_campaign_and_changes_none, test_a_push_that_owes_nothing_is_only_kept,
		test_a_push_that_owes_nothing_is_never_pending, test_a_push_without_an_order_owes_nothing,
		test_a_push_promises_no_more_than_its_second, test_copies_of_a_push_make_one_read_and_one_witness,
		test_an_order_that_market_does_not_know_is_said_so,
	};
	const TTest *const kept[] = {
		test_pushes_are_witnesses_until_the_read, test_witnesses_outlast_a_read_that_did_not_serve_all,
		test_a_push_about_what_is_known_is_no_witness, test_the_latest_wish_to_cancel_counts,
		test_a_wish_that_needs_no_read_is_dated_all_the_same,
	};
	const TTest *const campaigns[] = {
		test_campaigns_are_kept_whole, test_saving_a_campaign_replaces_it, test_a_reset_leaves_no_campaign_configured,
		test_a_campaign_that_a_push_names_is_to_be_looked_up, test_a_configured_campaign_is_never_unknown,
	};
	const TTest *const silence[] = { test_silence_is_counted_from_the_last_push, test_the_report_counts_it_too };
	TCase *folding = add(suite, "fold", fold, ARRAY_SIZE(fold));

	tcase_add_loop_test(folding, test_a_new_order_has_the_model_of_its_campaign, 0, ARRAY_SIZE(order_models));
	tcase_add_loop_test(folding, test_a_push_is_known_when_a_later_second_is, 0, ARRAY_SIZE(precisions));
	add(suite, "kept", kept, ARRAY_SIZE(kept));
	add(suite, "campaigns", campaigns, ARRAY_SIZE(campaigns));
	add(suite, "silence", silence, ARRAY_SIZE(silence));
	return suite;
}
