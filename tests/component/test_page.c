/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pages of the journal into a real file: order, repeats, prices, oddities, silence, and the cursor that goes with them.
 * Component tests.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/log.h"
#include "listener_world.h"
#include "loop/loop.h"
#include "store/action.h"
#include "store_bed.h"
#include "tests/suite.h"
#include "worker/page.h"

#define T0 ((struct wall){ INT64_C(1790000000) * USEC_PER_SEC })

#define EVENTS_MAX 32

static struct bed bed;
static struct clock clock_now;
static struct loop *loop;
static struct gate *gate;
static struct conf_source conf;
static struct wire_event events[EVENTS_MAX];
static size_t n_events;

static struct wall at_s(int64_t s)
{
	return wall_add(T0, s * USEC_PER_SEC);
}

static void setup(void)
{
	bed_open(&bed);
	log_open("claimd", LOG_LEVEL_ERROR);
	conf = (struct conf_source){
		.name = "main",
		.callbacks = true,
		.stale_retry = { 5 * USEC_PER_SEC, 30 * USEC_PER_SEC },
		.sweep_after_us = 1800 * USEC_PER_SEC,
	};
	n_events = 0;
	/* It is an hour after T0. */
	clock_now.shift_us = 0;
	clock_now.shift_us = at_s(3600).us - clock_wall(&clock_now).us;
	ck_assert_int_eq(loop_new(&clock_now, &loop), ERR_OK);

	const struct gate_config config = { .loop = loop, .store = bed.store, .conf = &conf, .source = bed.source };

	ck_assert_int_eq(gate_new(&config, &gate), ERR_OK);
}

static void teardown(void)
{
	gate = gate_free(gate);
	loop = loop_free(loop);
	bed_close(&bed);
}

static struct wire_event *add(enum wire_change change, const char *claim, int64_t revision, struct wall at)
{
	struct wire_event *event = &events[n_events++];

	*event = (struct wire_event){ .change = change, .seen = bed_seen(claim, "", revision, at) };
	event->seen.snapshot = false;
	event->seen.operation_id = revision;
	event->seen.version = NUMBER_NONE;
	return event;
}

static void add_status(const char *claim, const char *status, int64_t revision)
{
	struct wire_event *event = add(WIRE_CHANGE_STATUS, claim, revision, at_s(revision * 10));

	snprintf(event->seen.status, sizeof(event->seen.status), "%s", status);
	snprintf(event->change_type, sizeof(event->change_type), "status_changed");
}

static void add_price(const char *claim, const char *price, int64_t revision)
{
	struct wire_event *event = add(WIRE_CHANGE_PRICE, claim, revision, at_s(revision * 10));

	snprintf(event->seen.price, sizeof(event->seen.price), "%s", price);
	snprintf(event->seen.currency, sizeof(event->seen.currency), "RUB");
}

static struct kit kit_of_test(void)
{
	return (struct kit){
		.loop = loop, .store = bed.store, .conf = &conf, .gate = gate, .policy = POLICY_HOLD,
	};
}

static struct page_result store_page(struct wire_journal *page)
{
	const struct kit kit = kit_of_test();
	struct page_result result;

	ck_assert_int_eq(page_store(&kit, page, false, &result), ERR_OK);
	return result;
}

/* Stores the events from place FROM on, N of them, as one page. */
static struct page_result store_events(size_t from, size_t n, const char *cursor)
{
	struct wire_journal page = { .cursor = (char *)cursor, .events = &events[from], .n = n };

	return store_page(&page);
}

static const char *const life[] = {
	"new", "estimating", "ready_for_approval", "accepted", "performer_lookup", "performer_draft", "performer_found", "pickup_arrived",
	"ready_for_pickup_confirmation", "pickuped", "delivery_arrived", "ready_for_delivery_confirmation",
};

static void add_life(const char *claim)
{
	for (size_t i = 0; i < ARRAY_SIZE(life); i++)
		add_status(claim, life[i], (int64_t)i * 2 + 1);
}

/* All that reports say of the history, as one text. */
static const char *history(void)
{
	return bed_ask(&bed, "SELECT group_concat(external_id || seq || to_status || verdict || at || coalesce(seconds_in_from, ''), ' ')"
	                     " FROM (SELECT * FROM report_transitions ORDER BY external_id, seq)");
}

START_TEST(test_a_page_becomes_legal_steps_and_a_cursor)
{
	add_life("c1");

	struct page_result result = store_events(0, n_events, "cursor-1");

	ck_assert_uint_eq(result.n_news, 12);
	ck_assert_str_eq(bed_ask(&bed, "SELECT count(*) FROM report_transitions WHERE verdict = 'legal' AND via = 'journal'"), "11");
	ck_assert_str_eq(bed_ask(&bed, "SELECT count(*) FROM report_transitions WHERE verdict = 'first'"), "1");
	ck_assert_str_eq(bed_ask(&bed, "SELECT outcome || ' ' || closed_at FROM report_windows"), "met 2026-09-21T14:14:30.000000Z");
	ck_assert_str_eq(bed_ask(&bed, "SELECT cursor FROM cursor"), "cursor-1");
	ck_assert_str_eq(bed_ask(&bed, "SELECT journal_events FROM report_sources"), "12");
}
END_TEST

/* An accept was sent while ready_for_approval stood: what the journal then tells for the first time is its doing. */
START_TEST(test_what_happens_while_an_action_is_under_way_is_owed_to_it)
{
	struct action_wish wish = { .kind = ACT_ACCEPT, .target_id = NUMBER_NONE, .version = 1, .requested_by = "uid:0" };
	int64_t id = 0;

	add_life("c1");
	store_events(1, 2, "cursor-1");
	wish.source_id = bed.source.id;
	wish.shipment_id = bed_shipment(&bed, "c1");
	ck_assert_int_eq(store_begin(bed.store), ERR_OK);
	store_action_add(bed.store, &wish, at_s(3600), &id);
	store_action_sent(bed.store, id, at_s(3600));
	ck_assert_int_eq(store_commit(bed.store), ERR_OK);
	store_events(0, 5, "cursor-2");
	ck_assert_str_eq(bed_ask(&bed, "SELECT group_concat(to_status || ' ' || via, ', ') FROM"
	                               " (SELECT * FROM report_transitions ORDER BY seq)"),
	                 "new journal, estimating journal, ready_for_approval journal, accepted action, performer_lookup action");
}
END_TEST

START_TEST(test_reading_again_changes_nothing)
{
	add_life("c1");
	add_price("c1", "100", 30);
	store_events(0, n_events, "cursor-1");

	char *before = strdup(history());
	struct page_result result = store_events(0, n_events, "cursor-2");

	ck_assert_uint_eq(result.n_news, 0);
	ck_assert_str_eq(history(), before);
	free(before);
	ck_assert_str_eq(bed_ask(&bed, "SELECT count(*) FROM price"), "1");
	ck_assert_str_eq(bed_ask(&bed, "SELECT count(*) FROM history"), "12");
}
END_TEST

static void shuffle(unsigned seed)
{
	srandom(seed);
	for (size_t i = n_events; i > 1; i--) {
		size_t j = (size_t)random() % i;
		struct wire_event event = events[i - 1];

		events[i - 1] = events[j];
		events[j] = event;
	}
}

START_TEST(test_any_order_over_any_pages_ends_in_one_history)
{
	add_life("c1");
	add_life("c2");
	store_events(0, n_events, "a");

	char *want = strdup(history());

	teardown();
	setup();
	add_life("c1");
	add_life("c2");
	shuffle((unsigned)_i);
	for (size_t i = 0; i < n_events; i += 5)
		store_events(i, n_events - i < 5 ? n_events - i : 5, "b");
	ck_assert_str_eq(history(), want);
	free(want);
	ck_assert_str_eq(bed_ask(&bed, "SELECT count(*) FROM report_violations WHERE state = 'open'"), "0");
	ck_assert_str_eq(bed_ask(&bed, "SELECT gaps_open FROM report_sources"), "0");
	ck_assert_str_eq(bed_ask(&bed, "SELECT group_concat(DISTINCT status) FROM report_claims"), "ready_for_delivery_confirmation");
}
END_TEST

START_TEST(test_prices_stand_in_upstreams_order)
{
	add_price("c1", "100", 1);
	add_price("c1", "100", 2);
	add_price("c1", "120", 3);
	add_price("c1", "100", 4);
	shuffle((unsigned)_i);
	store_events(0, n_events, "a");
	store_events(0, n_events, "b");
	ck_assert_str_eq(bed_ask(&bed, "SELECT group_concat(price || '@' || revision, ' ') FROM (SELECT * FROM report_prices ORDER BY at)"),
	                 "100@1 120@3 100@4");
	ck_assert_str_eq(bed_ask(&bed, "SELECT price FROM report_claims"), "100");
}
END_TEST

START_TEST(test_unknown_change_types_are_kept_and_counted_once)
{
	struct wire_event *event = add(WIRE_CHANGE_OTHER, "c1", 7, at_s(70));

	snprintf(event->change_type, sizeof(event->change_type), "courier_changed");
	store_events(0, 1, "a");
	store_events(0, 1, "b");
	ck_assert_str_eq(bed_ask(&bed, "SELECT odd_events FROM report_sources"), "1");
	ck_assert_str_eq(bed_ask(&bed, "SELECT change_type FROM odd_event"), "courier_changed");
	ck_assert_str_eq(bed_ask(&bed, "SELECT count(*) FROM report_claims"), "0");
}
END_TEST

START_TEST(test_unknown_statuses_are_held_raw)
{
	add_status("c1", "new", 1);
	add_status("c1", "picking_up", 2);
	add_status("c1", "estimating", 3);
	store_events(0, 3, "a");
	ck_assert_str_eq(bed_ask(&bed, "SELECT to_status FROM report_transitions WHERE verdict = 'unknown'"), "picking_up");
	ck_assert_str_eq(bed_ask(&bed, "SELECT from_status || verdict FROM report_transitions WHERE to_status = 'estimating'"), "newlegal");
}
END_TEST

START_TEST(test_leaving_a_terminal_status_is_held_and_resolution_kept)
{
	add_status("c1", "new", 1);
	add_status("c1", "cancelled", 2);
	add_status("c1", "performer_lookup", 3);
	snprintf(events[1].seen.resolution, sizeof(events[1].seen.resolution), "failed");
	store_events(_i == 0 ? 0 : 2, _i == 0 ? 3 : 1, "a");
	store_events(0, 3, "b");
	ck_assert_str_eq(bed_ask(&bed, "SELECT status || ' ' || reported_status || ' ' || held || ' ' || resolution FROM report_claims"),
	                 "cancelled performer_lookup 1 failed");
	ck_assert_str_eq(bed_ask(&bed, "SELECT kind FROM report_violations WHERE state = 'open'"), "illegal_transition");
}
END_TEST

START_TEST(test_a_gap_of_snapshots_heals_and_is_counted)
{
	struct seen snapshot = bed_seen("c1", "performer_found", 13, at_s(131));

	bed_hint(&bed, "c1", WALL_NONE, at_s(1));
	add_life("c1");
	store_events(0, 1, "a");
	bed_apply(&bed, &snapshot, at_s(132), NULL);
	ck_assert_str_eq(bed_ask(&bed, "SELECT gaps_open || ' ' || gaps_healed FROM report_sources"), "1 0");
	store_events(1, 6, "b");
	ck_assert_str_eq(bed_ask(&bed, "SELECT gaps_open || ' ' || gaps_healed FROM report_sources"), "0 1");
	ck_assert_str_eq(bed_ask(&bed, "SELECT count(*) FROM report_transitions WHERE verdict = 'legal'"), "6");
	ck_assert_str_eq(bed_ask(&bed, "SELECT at FROM report_transitions WHERE to_status = 'performer_found'"),
	                 "2026-09-21T14:15:30.000000Z");
}
END_TEST

START_TEST(test_a_window_is_corrected_by_exact_times)
{
	struct seen late = bed_seen("c1", "performer_found", 13, at_s(900));

	bed_hint(&bed, "c1", WALL_NONE, at_s(1));
	add_life("c1");
	store_events(0, 3, "a");
	ck_assert_str_eq(bed_ask(&bed, "SELECT outcome FROM report_windows"), "expired");
	bed_apply(&bed, &late, at_s(901), NULL);
	ck_assert_str_eq(bed_ask(&bed, "SELECT outcome FROM report_windows"), "left");
	store_events(3, 4, "b");
	ck_assert_str_eq(bed_ask(&bed, "SELECT outcome || ' ' || closed_at FROM report_windows"), "met 2026-09-21T14:14:30.000000Z");
}
END_TEST

START_TEST(test_first_sight_in_the_journal_is_read_once)
{
	struct due due[2];
	size_t n = 0;

	add_status("c1", "new", 1);
	store_events(0, 1, "a");
	ck_assert_int_eq(store_due(bed.store, bed.source.id, at_s(3700), due, 2, &n), ERR_OK);
	ck_assert_uint_eq(n, 1);
	ck_assert_str_eq(due[0].external_id, "c1");
}
END_TEST

START_TEST(test_silence_is_told_once_and_lifted_by_a_callback)
{
	bed_hint(&bed, "c0", WALL_NONE, at_s(0));
	add_status("c1", "new", 1);
	add_status("c1", "estimating", 181);
	add_status("c1", "cancelled", 182);
	store_events(0, 1, "a");
	ck_assert_str_eq(bed_ask(&bed, "SELECT state FROM report_sources"), "ok");
	store_events(1, 1, "b");
	ck_assert_str_eq(bed_ask(&bed, "SELECT state FROM report_sources"), "silent");
	store_events(2, 1, "c");
	ck_assert_str_eq(bed_ask(&bed, "SELECT group_concat(summary) FROM report_outbox"),
	                 "main: callbacks have stopped while the journal moves; check the claims' callback_url");
	bed_hint(&bed, "c1", WALL_NONE, at_s(1900));
	ck_assert_str_eq(bed_ask(&bed, "SELECT state FROM report_sources"), "ok");
}
END_TEST

START_TEST(test_an_event_that_is_refused_does_not_hold_the_journal_up)
{
	add_status("c1", "new", 1);
	add_status("c2", "new", 2);
	add_status("c3", "new", 3);
	ck_assert_ptr_null(bed_try(&bed, "CREATE TRIGGER picky BEFORE INSERT ON history WHEN NEW.revision = 2"
	                                 " BEGIN SELECT RAISE(ABORT, 'not this one'); END"));
	store_events(0, 3, "a");
	ck_assert_str_eq(bed_ask(&bed, "SELECT group_concat(external_id) FROM report_transitions"), "c1,c3");
	ck_assert_str_eq(bed_ask(&bed, "SELECT external_id || ' ' || change_type FROM odd_event"), "c2 status_changed");
	ck_assert_str_eq(bed_ask(&bed, "SELECT cursor FROM cursor"), "a");
}
END_TEST

START_TEST(test_events_that_can_t_be_read_are_told_and_hold_nothing_up)
{
	struct wire_journal page = { .cursor = (char *)"cursor-1", .events = events, .n = 1, .n_unreadable = 2 };
	char told[256] = "";

	add_status("c1", "new", 1);

	int log = listener_world_capture_log(LOG_LEVEL_WARNING);

	store_page(&page);
	ck_assert_int_gt(read(log, told, sizeof(told) - 1), 0);
	ck_assert_str_eq(told, "test: main: 2 events of a page of the journal can't be read\n");
	ck_assert_str_eq(bed_ask(&bed, "SELECT cursor FROM cursor"), "cursor-1");
	ck_assert_str_eq(bed_ask(&bed, "SELECT to_status FROM report_transitions"), "new");
	close(log);
}
END_TEST

START_TEST(test_a_page_is_stored_whole_or_not_at_all)
{
	const struct kit kit = kit_of_test();
	struct wire_journal page = { .cursor = (char *)"a", .events = events, .n = 2 };
	struct page_result result;

	add_status("c1", "new", 1);
	add_status("c2", "new", 2);
	ck_assert_ptr_null(bed_try(&bed, "CREATE TABLE full (x); CREATE TRIGGER full BEFORE INSERT ON cursor"
	                                 " BEGIN SELECT RAISE(ABORT, 'no cursor today'); END"));
	ck_assert_int_eq(page_store(&kit, &page, false, &result), ERR_REFUSED);
	ck_assert_str_eq(bed_ask(&bed, "SELECT count(*) FROM history"), "0");
	ck_assert_ptr_null(bed_try(&bed, "DROP TRIGGER full"));
	ck_assert_int_eq(page_store(&kit, &page, false, &result), ERR_OK);
	ck_assert_str_eq(bed_ask(&bed, "SELECT count(*) FROM history"), "2");
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("page");
	TCase *tcase = tcase_create("page");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, test_a_page_becomes_legal_steps_and_a_cursor);
	tcase_add_test(tcase, test_what_happens_while_an_action_is_under_way_is_owed_to_it);
	tcase_add_test(tcase, test_reading_again_changes_nothing);
	tcase_add_loop_test(tcase, test_any_order_over_any_pages_ends_in_one_history, 0, 8);
	tcase_add_loop_test(tcase, test_prices_stand_in_upstreams_order, 0, 8);
	tcase_add_test(tcase, test_unknown_change_types_are_kept_and_counted_once);
	tcase_add_test(tcase, test_unknown_statuses_are_held_raw);
	tcase_add_loop_test(tcase, test_leaving_a_terminal_status_is_held_and_resolution_kept, 0, 2);
	tcase_add_test(tcase, test_a_gap_of_snapshots_heals_and_is_counted);
	tcase_add_test(tcase, test_a_window_is_corrected_by_exact_times);
	tcase_add_test(tcase, test_first_sight_in_the_journal_is_read_once);
	tcase_add_test(tcase, test_silence_is_told_once_and_lifted_by_a_callback);
	tcase_add_test(tcase, test_an_event_that_is_refused_does_not_hold_the_journal_up);
	tcase_add_test(tcase, test_events_that_can_t_be_read_are_told_and_hold_nothing_up);
	tcase_add_test(tcase, test_a_page_is_stored_whole_or_not_at_all);
	suite_add_tcase(suite, tcase);
	return suite;
}
