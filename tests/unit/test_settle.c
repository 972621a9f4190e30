/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * When a claim is read next, for each way that a read can end.
 * Unit tests.
 */
#include <stdio.h>

#include "tests/suite.h"
#include "worker/settle.h"

#define NOW ((struct wall){ INT64_C(1790000000) * USEC_PER_SEC })
#define MINUTE_US (60 * USEC_PER_SEC)

static const struct conf_source conf = {
	.stale_retry = { 5 * USEC_PER_SEC, 30 * USEC_PER_SEC },
	.sweep_after_us = 30 * MINUTE_US,
};

static struct settle_pass pass_with(int64_t asked_hint_id, uint64_t random)
{
	return (struct settle_pass){ .conf = &conf, .now = NOW, .random = random, .asked_due = NOW, .asked_hint_id = asked_hint_id };
}

/* A claim last seen at NOW, with one hint, 7, that promised PROMISED. */
static struct pending pending_of(struct wall promised)
{
	return (struct pending){
		.due = NOW, .via = VIA_CALLBACK, .hint_id = 7, .promised = promised, .last_read = WALL_NONE,
	};
}

/* A read that was due when it was made: the two that a claim goes through in turn. */
static bool read_when_due(struct settle_pass *pass, enum decision decision, const struct shipment *shipment, bool closed,
                          struct pending *pending)
{
	pass->asked_due = pending->due;
	return settle_read(pass, decision, shipment, closed, pending);
}

static void miss_when_due(struct settle_pass *pass, bool closed, struct pending *pending)
{
	pass->asked_due = pending->due;
	settle_missing(pass, closed, pending);
}

static const struct shipment seen_now = {
	.model = &model_claims, .newest = { .revision = 3, .updated = { INT64_C(1790000000) * 1000000 } }, .reported = "new",
};

static void assert_soon(const struct pending *pending)
{
	ck_assert_int_ge(pending->due.us, NOW.us + conf.stale_retry.min_us);
	ck_assert_int_le(pending->due.us, NOW.us + conf.stale_retry.max_us);
}

static void assert_swept(const struct pending *pending)
{
	ck_assert_int_ge(pending->due.us, NOW.us + conf.sweep_after_us);
	ck_assert_int_le(pending->due.us, NOW.us + conf.sweep_after_us + conf.sweep_after_us / 8);
	ck_assert_int_eq(pending->via, VIA_SWEEP);
}

START_TEST(test_an_answered_hint_is_served_and_the_claim_swept_later)
{
	struct settle_pass pass = pass_with(7, 1);
	struct pending pending = pending_of(NOW);

	ck_assert(!read_when_due(&pass, DECISION_CHANGED, &seen_now, false, &pending));
	ck_assert_int_eq(pending.served_id, 7);
	ck_assert_int_eq(pending.tries, 0);
	assert_swept(&pending);
}
END_TEST

START_TEST(test_a_closed_claim_is_left_alone)
{
	struct settle_pass pass = pass_with(7, 1);
	struct pending pending = pending_of(NOW);

	read_when_due(&pass, DECISION_CHANGED, &seen_now, true, &pending);
	ck_assert_int_eq(pending.served_id, 7);
	ck_assert(!wall_is_set(pending.due));
}
END_TEST

START_TEST(test_a_stale_answer_is_read_again_within_the_range)
{
	static const uint64_t randoms[] = { 0, 1, UINT64_MAX / 2, UINT64_MAX };
	struct settle_pass pass = pass_with(7, randoms[_i]);
	struct pending pending = pending_of(wall_add(NOW, 1));

	ck_assert(read_when_due(&pass, DECISION_SAME, &seen_now, false, &pending));
	ck_assert_int_eq(pending.served_id, 0);
	ck_assert_int_eq(pending.via, VIA_CALLBACK);
	ck_assert_int_eq(pending.tries, 1);
	assert_soon(&pending);
}
END_TEST

START_TEST(test_stale_answers_are_bounded)
{
	struct settle_pass pass = pass_with(7, 1);
	struct pending pending = pending_of(wall_add(NOW, 1));
	int reads = 0;

	while (pending.served_id == 0 && reads < 1000) {
		ck_assert(read_when_due(&pass, DECISION_STALE, &seen_now, false, &pending));
		reads++;
	}
	ck_assert_int_gt(reads, 1);
	ck_assert_int_lt(reads, 20);
	assert_swept(&pending);
}
END_TEST

START_TEST(test_a_suspect_is_read_once_more)
{
	struct settle_pass pass = pass_with(7, 1);
	struct pending pending = pending_of(NOW);

	read_when_due(&pass, DECISION_SUSPECT, &seen_now, false, &pending);
	ck_assert_int_eq(pending.served_id, 0);
	assert_soon(&pending);
}
END_TEST

START_TEST(test_hints_during_the_read_want_another)
{
	struct settle_pass pass = pass_with(5, 1);
	struct pending pending = pending_of(NOW);

	read_when_due(&pass, DECISION_CHANGED, &seen_now, true, &pending);
	ck_assert_int_eq(pending.served_id, 5);
	ck_assert_int_eq(pending.due.us, NOW.us);
	ck_assert_int_eq(pending.via, VIA_CALLBACK);
}
END_TEST

START_TEST(test_hints_during_a_stale_read_are_not_kept_waiting)
{
	struct settle_pass pass = pass_with(5, 1);
	struct pending pending = pending_of(wall_add(NOW, 1));

	read_when_due(&pass, DECISION_SAME, &seen_now, false, &pending);
	ck_assert_int_eq(pending.served_id, 0);
	ck_assert_int_eq(pending.due.us, NOW.us);
	ck_assert_int_eq(pending.tries, 0);
}
END_TEST

START_TEST(test_an_answer_older_than_what_is_known_serves_no_hint_without_time)
{
	struct settle_pass pass = pass_with(7, 1);
	struct pending pending = pending_of(WALL_NONE);

	read_when_due(&pass, DECISION_STALE, &seen_now, false, &pending);
	ck_assert_int_eq(pending.served_id, 0);
	assert_soon(&pending);
	read_when_due(&pass, DECISION_SAME, &seen_now, false, &pending);
	ck_assert_int_eq(pending.served_id, 7);
	read_when_due(&pass, DECISION_STALE, &seen_now, false, &pending);
	assert_swept(&pending);
}
END_TEST

START_TEST(test_a_missing_claim_is_asked_for_a_few_times_then_settled)
{
	struct settle_pass pass = pass_with(7, 1);
	struct pending pending = pending_of(NOW);
	int reads = 0;

	while (!pending.missing && reads < 1000) {
		miss_when_due(&pass, true, &pending);
		if (!pending.missing)
			assert_soon(&pending);
		reads++;
	}
	ck_assert_int_gt(reads, 1);
	ck_assert_int_lt(reads, 20);
	ck_assert_int_eq(pending.served_id, 7);
	ck_assert(!wall_is_set(pending.due));
}
END_TEST

START_TEST(test_a_known_claim_that_goes_missing_is_swept)
{
	struct settle_pass pass = pass_with(7, 1);
	struct pending pending = pending_of(NOW);

	while (!pending.missing)
		miss_when_due(&pass, false, &pending);
	assert_swept(&pending);
	read_when_due(&pass, DECISION_SAME, &seen_now, false, &pending);
	ck_assert(!pending.missing);
}
END_TEST

START_TEST(test_a_claim_that_stays_missing_is_asked_for_once_a_sweep)
{
	struct settle_pass pass = pass_with(7, 1);
	struct pending pending = pending_of(NOW);

	while (!pending.missing)
		miss_when_due(&pass, false, &pending);
	miss_when_due(&pass, false, &pending);
	assert_swept(&pending);
	pending.hint_id = 8;
	pass.asked_hint_id = 8;
	miss_when_due(&pass, false, &pending);
	assert_soon(&pending);
}
END_TEST

START_TEST(test_failures_leave_the_patience_with_a_lag_untouched)
{
	struct settle_pass pass = pass_with(7, 1);
	struct pending pending = pending_of(wall_add(NOW, 1));
	struct pending missing = pending;

	for (int i = 0; i < 100; i++)
		settle_failed(&pass, &pending);
	missing.tries = pending.tries;
	read_when_due(&pass, DECISION_SAME, &seen_now, false, &pending);
	ck_assert_int_eq(pending.served_id, 0);
	assert_soon(&pending);
	miss_when_due(&pass, true, &missing);
	ck_assert(!missing.missing);
	assert_soon(&missing);
}
END_TEST

START_TEST(test_nothing_is_put_off_beyond_the_limit)
{
	struct settle_pass pass = pass_with(7, UINT64_MAX);
	struct pending pending = pending_of(NOW);

	for (int64_t us = 0; us < 10 * MINUTE_US; us += 7 * USEC_PER_SEC) {
		pass.now = wall_add(NOW, us);
		read_when_due(&pass, DECISION_SAME, &seen_now, false, &pending);
		ck_assert_int_le(pending.due.us, pass.now.us + settle_ahead_max_us(&conf));
	}
	ck_assert_int_lt(settle_ahead_max_us(&conf), 2 * conf.sweep_after_us);
}
END_TEST

START_TEST(test_failures_keep_the_hint_and_slow_down)
{
	struct settle_pass pass = pass_with(7, UINT64_MAX);
	struct pending pending = pending_of(NOW);
	struct wall last = NOW;

	for (int i = 0; i < 100; i++) {
		settle_failed(&pass, &pending);
		ck_assert_int_eq(pending.served_id, 0);
		ck_assert_int_ge(pending.due.us, NOW.us + conf.stale_retry.min_us);
		ck_assert_int_le(pending.due.us, NOW.us + conf.sweep_after_us);
		ck_assert_int_ge(pending.due.us, last.us);
		last = pending.due;
	}
	ck_assert_int_eq(last.us, NOW.us + conf.sweep_after_us);
}
END_TEST

START_TEST(test_a_read_wanted_during_the_read_is_kept)
{
	struct settle_pass pass = pass_with(7, 1);
	struct pending pending = pending_of(NOW);

	pending.due = wall_add(NOW, 1);
	settle_read(&pass, DECISION_CHANGED, &seen_now, false, &pending);
	ck_assert_int_eq(pending.due.us, NOW.us + 1);
	ck_assert_int_eq(pending.served_id, 7);
}
END_TEST

START_TEST(test_what_the_journal_lacks_is_not_taken_from_a_stale_answer)
{
	struct settle_pass pass = pass_with(0, 1);
	struct pending pending = { .due = NOW, .via = VIA_JOURNAL, .promised = WALL_NONE };

	read_when_due(&pass, DECISION_STALE, &seen_now, false, &pending);
	assert_soon(&pending);
	read_when_due(&pass, DECISION_SAME, &seen_now, false, &pending);
	assert_swept(&pending);
}
END_TEST

START_TEST(test_an_action_is_settled_by_no_stale_answer)
{
	static const enum via vias[] = { VIA_ACTION, VIA_MANUAL };
	struct settle_pass pass = pass_with(7, 1);
	struct pending pending = { .due = NOW, .via = vias[_i], .hint_id = 7, .served_id = 7, .promised = WALL_NONE };

	read_when_due(&pass, DECISION_STALE, &seen_now, false, &pending);
	ck_assert_int_eq(pending.via, vias[_i]);
	assert_soon(&pending);
}
END_TEST

static const struct {
	enum via before;
	enum via wanted;
	enum via after;
} wanted[] = {
	{ VIA_SWEEP, VIA_ACTION, VIA_ACTION },
	{ VIA_CALLBACK, VIA_ACTION, VIA_CALLBACK },
	{ VIA_JOURNAL, VIA_ACTION, VIA_JOURNAL },
	{ VIA_MANUAL, VIA_ACTION, VIA_MANUAL },
	{ VIA_SWEEP, VIA_MANUAL, VIA_MANUAL },
	{ VIA_CALLBACK, VIA_MANUAL, VIA_MANUAL },
	{ VIA_ACTION, VIA_MANUAL, VIA_MANUAL },
};

START_TEST(test_an_action_wants_a_read_that_others_may_have_wanted)
{
	struct pending pending = { .due = wall_add(NOW, MINUTE_US), .via = wanted[_i].before };

	settle_wanted(wanted[_i].wanted, NOW, &pending);
	ck_assert_int_eq(pending.due.us, NOW.us);
	ck_assert_int_eq(pending.via, wanted[_i].after);
	settle_wanted(wanted[_i].wanted, wall_add(NOW, MINUTE_US), &pending);
	ck_assert_int_eq(pending.due.us, NOW.us);
	pending.due = WALL_NONE;
	settle_wanted(wanted[_i].wanted, NOW, &pending);
	ck_assert_int_eq(pending.due.us, NOW.us);
}
END_TEST

START_TEST(test_an_event_wants_one_read_for_what_it_lacks)
{
	struct settle_pass pass = pass_with(0, 1);
	struct pending pending = { .due = WALL_NONE, .via = VIA_JOURNAL, .promised = WALL_NONE, .last_read = WALL_NONE };

	settle_event(&pass, false, false, &pending);
	ck_assert_int_eq(pending.due.us, NOW.us);
	pending.last_read = NOW;
	pending.due = WALL_NONE;
	settle_event(&pass, false, false, &pending);
	assert_swept(&pending);
}
END_TEST

START_TEST(test_an_event_that_opens_a_window_is_read_at_once)
{
	struct settle_pass pass = pass_with(0, 1);
	struct pending pending = { .due = wall_add(NOW, MINUTE_US), .via = VIA_SWEEP, .promised = WALL_NONE, .last_read = NOW };

	settle_event(&pass, true, false, &pending);
	ck_assert_int_eq(pending.due.us, NOW.us);
	ck_assert_int_eq(pending.via, VIA_JOURNAL);
}
END_TEST

START_TEST(test_an_event_puts_the_sweep_off_but_no_owed_read)
{
	struct settle_pass pass = pass_with(0, 1);
	struct pending swept = { .due = wall_add(NOW, 1), .via = VIA_SWEEP, .promised = WALL_NONE, .last_read = NOW };
	struct pending owed = { .due = wall_add(NOW, 1), .via = VIA_CALLBACK, .promised = WALL_NONE, .last_read = NOW, .hint_id = 3 };

	settle_event(&pass, false, false, &swept);
	assert_swept(&swept);
	settle_event(&pass, false, true, &swept);
	ck_assert(!wall_is_set(swept.due));
	settle_event(&pass, false, false, &owed);
	ck_assert_int_eq(owed.due.us, NOW.us + 1);
	ck_assert_int_eq(owed.via, VIA_CALLBACK);
}
END_TEST

/* Orders: what has changed is listed, so nothing is swept. */
static const struct conf_source unswept = { .stale_retry = { 5 * USEC_PER_SEC, 30 * USEC_PER_SEC } };

START_TEST(test_without_sweeps_an_answered_shipment_waits_for_news_alone)
{
	struct settle_pass pass = pass_with(7, 0);
	struct pending pending = pending_of(NOW);

	pass.conf = &unswept;
	read_when_due(&pass, DECISION_CHANGED, &seen_now, false, &pending);
	ck_assert_int_eq(pending.served_id, 7);
	ck_assert(!wall_is_set(pending.due));
}
END_TEST

/* Half a day: nobody else would ask. */
START_TEST(test_without_sweeps_a_lag_is_waited_out_for_long)
{
	struct settle_pass pass = pass_with(7, UINT64_MAX);
	struct pending pending = pending_of(wall_add(NOW, 10 * MINUTE_US));
	int64_t waited_us = 0;

	pass.conf = &unswept;
	for (int reads = 0; reads < 1000; reads++) {
		read_when_due(&pass, DECISION_SAME, &seen_now, false, &pending);
		if (pending.served_id == 7)
			break;
		ck_assert_int_gt(pending.due.us, NOW.us);
		waited_us += pending.due.us - NOW.us;
	}
	ck_assert_int_eq(pending.served_id, 7);
	ck_assert(!wall_is_set(pending.due));
	ck_assert_int_ge(waited_us, 6 * 60 * MINUTE_US);
}
END_TEST

START_TEST(test_what_follows_no_model_waits_for_no_promise)
{
	struct settle_pass pass = pass_with(7, 0);
	struct pending pending = pending_of(wall_add(NOW, MINUTE_US));
	const struct shipment foreign = { .newest = { .updated = WALL_NONE } };

	pass.conf = &unswept;
	read_when_due(&pass, DECISION_SAME, &foreign, true, &pending);
	ck_assert_int_eq(pending.served_id, 7);
	ck_assert(!wall_is_set(pending.due));
}
END_TEST

START_TEST(test_without_sweeps_what_fails_is_still_tried_ever_more_slowly)
{
	struct settle_pass pass = pass_with(7, UINT64_MAX);
	struct pending pending = pending_of(NOW);
	struct wall before = NOW;

	pass.conf = &unswept;
	for (int i = 0; i < 30; i++) {
		settle_failed(&pass, &pending);
		ck_assert_int_ge(pending.due.us, NOW.us + unswept.stale_retry.min_us);
		ck_assert_int_le(pending.due.us, NOW.us + settle_ahead_max_us(&unswept));
		ck_assert_int_ge(pending.due.us, before.us);
		before = pending.due;
	}
	ck_assert_int_ge(before.us, NOW.us + 10 * MINUTE_US);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("settle");
	TCase *tcase = tcase_create("settle");

	tcase_add_test(tcase, test_an_answered_hint_is_served_and_the_claim_swept_later);
	tcase_add_test(tcase, test_a_closed_claim_is_left_alone);
	tcase_add_loop_test(tcase, test_a_stale_answer_is_read_again_within_the_range, 0, 4);
	tcase_add_test(tcase, test_stale_answers_are_bounded);
	tcase_add_test(tcase, test_a_suspect_is_read_once_more);
	tcase_add_test(tcase, test_hints_during_the_read_want_another);
	tcase_add_test(tcase, test_hints_during_a_stale_read_are_not_kept_waiting);
	tcase_add_test(tcase, test_an_answer_older_than_what_is_known_serves_no_hint_without_time);
	tcase_add_test(tcase, test_a_missing_claim_is_asked_for_a_few_times_then_settled);
	tcase_add_test(tcase, test_a_known_claim_that_goes_missing_is_swept);
	tcase_add_test(tcase, test_a_claim_that_stays_missing_is_asked_for_once_a_sweep);
	tcase_add_test(tcase, test_failures_leave_the_patience_with_a_lag_untouched);
	tcase_add_test(tcase, test_nothing_is_put_off_beyond_the_limit);
	tcase_add_test(tcase, test_failures_keep_the_hint_and_slow_down);
	tcase_add_test(tcase, test_a_read_wanted_during_the_read_is_kept);
	tcase_add_test(tcase, test_what_the_journal_lacks_is_not_taken_from_a_stale_answer);
	tcase_add_loop_test(tcase, test_an_action_is_settled_by_no_stale_answer, 0, 2);
	tcase_add_loop_test(tcase, test_an_action_wants_a_read_that_others_may_have_wanted, 0, (int)ARRAY_SIZE(wanted));
	tcase_add_test(tcase, test_an_event_wants_one_read_for_what_it_lacks);
	tcase_add_test(tcase, test_an_event_that_opens_a_window_is_read_at_once);
	tcase_add_test(tcase, test_an_event_puts_the_sweep_off_but_no_owed_read);
	tcase_add_test(tcase, test_without_sweeps_an_answered_shipment_waits_for_news_alone);
	tcase_add_test(tcase, test_without_sweeps_a_lag_is_waited_out_for_long);
	tcase_add_test(tcase, test_what_follows_no_model_waits_for_no_promise);
	tcase_add_test(tcase, test_without_sweeps_what_fails_is_still_tried_ever_more_slowly);
	suite_add_tcase(suite, tcase);
	return suite;
}
