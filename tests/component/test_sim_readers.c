/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the simulator's two readers, of snapshots and of the journal, learn of statuses, prices and ends.
 * Component ring: simulator, merchant and client share one process and one loop.
 */
#include "sim_reader.h"

#include <string.h>

#include "base/err.h"
#include "suite.h"

#define OFFERED "new, estimating, ready_for_approval"

static struct stage s;
static struct journal_reader reader = { .stage = &s };

static void setup(void)
{
	stage_open(&s);
	reader_forget(&reader);
}

static void teardown(void)
{
	reader_forget(&reader);
	stage_close(&s);
}

START_TEST(a_claim_may_wait_for_a_reader_of_the_journal)
{
	size_t n;
	s.config.wait_read = true;
	s.config.reader = READER_JOURNAL;
	stage_begin(&s);
	stage_script(&s, "a", "delivered_finish, performer_lookup, price 7, failed");
	stage_await_steps(&s, "a", 1);
	stage_check_told(&s, "a", "delivered_finish");
	stage_let_pass(&s);
	stage_await_steps(&s, "a", 1);
	reader_read(&reader, 0, &n);
	stage_await_steps(&s, "a", 2);
	/* One event is enough also for what the graph forbids. */
	reader_read(&reader, 0, &n);
	stage_let_pass(&s);
	ck_assert_uint_eq(stage_claim(&s, "a")->n_prices, 1);
	stage_await_steps(&s, "a", 2);
	reader_read(&reader, 0, &n);
	stage_await_steps(&s, "a", 3);
	stage_let_pass(&s);
	ck_assert(!sim_is_done(s.sim));
	reader_read(&reader, 0, &n);
	stage_await_done(&s);
}
END_TEST

START_TEST(a_claim_may_wait_for_whoever_comes_first)
{
	size_t n;
	s.config.wait_read = true;
	s.config.reader = READER_EITHER;
	stage_begin(&s);
	stage_script(&s, "a", OFFERED);
	stage_await_steps(&s, "a", 1);
	stage_let_pass(&s);
	stage_await_steps(&s, "a", 1);
	stage_check_told(&s, "a", "new");
	stage_await_steps(&s, "a", 2);
	reader_read(&reader, 0, &n);
	stage_await_steps(&s, "a", 3);
}
END_TEST

START_TEST(a_reader_of_snapshots_is_not_helped_by_the_journal)
{
	size_t n;
	s.config.wait_read = true;
	stage_begin(&s);
	stage_script(&s, "a", "new, price 7, estimating");
	stage_await_steps(&s, "a", 1);
	reader_read(&reader, 0, &n);
	stage_let_pass(&s);
	stage_await_steps(&s, "a", 1);
	stage_check_told(&s, "a", "new");
	stage_await_steps(&s, "a", 2);
}
END_TEST

START_TEST(with_a_journal_the_first_callback_may_be_lost)
{
	struct sim_stats stats;
	ck_assert_int_eq(faults_parse(&s.config.faults, "lost=1"), 0);
	s.config.journal_reader = true;
	stage_begin_with_callbacks(&s, "/?");
	stage_script(&s, "a", OFFERED);
	stage_await_done(&s);
	sim_stats(s.sim, &stats);
	ck_assert_uint_eq(s.merchant.n, 0);
	ck_assert_uint_eq(stats.lost, 3);
	reader_read_all(&reader, 0);
	reader_check(&reader);
}
END_TEST

/* Asserts what bulk_info tells of the claim's price, and returns its revision. */
static int64_t check_snapshot(const char *id, const char *status, const char *price)
{
	struct wire_snapshots claims;
	stage_ask_bulk(&s, &id, 1, &claims);
	ck_assert_uint_eq(claims.n, 1);
	const struct seen seen = claims.seen[0];
	wire_snapshots_done(&claims);
	ck_assert_str_eq(seen.status, status);
	ck_assert_str_eq(seen.price, price);
	return seen.key.revision;
}

START_TEST(a_price_that_changes_alone_is_told_by_both)
{
	struct sim_stats stats;
	stage_begin_with_callbacks(&s, "/?");
	stage_script(&s, "a", OFFERED);
	stage_await_done(&s);
	const struct transition *offered = stage_newest(&s, "a");
	int64_t revision = check_snapshot("a", "ready_for_approval", offered->seen.price);
	stage_script(&s, "a", "price 1500.50, price 1500.50, price 3");
	stage_await_done(&s);
	ck_assert_uint_eq(stage_claim(&s, "a")->n, 3);
	ck_assert_int_eq(stage_claim(&s, "a")->transitions[2].seen.key.revision, revision);
	ck_assert_int_gt(check_snapshot("a", "ready_for_approval", "3"), revision);
	ck_assert_uint_eq(s.merchant.n, 3);
	stage_script(&s, "a", "accepted");
	stage_await_done(&s);
	check_snapshot("a", "accepted", "3");
	reader_read_all(&reader, 0);
	ck_assert_uint_eq(reader.n, 6);
	reader_check(&reader);
	sim_stats(s.sim, &stats);
	ck_assert_uint_eq(stats.prices, 2);
	ck_assert_uint_eq(stats.transitions, 4);
}
END_TEST

START_TEST(every_price_stands_in_the_truth)
{
	stage_begin(&s);
	stage_script(&s, "a", OFFERED ", price 1, estimating, ready_for_approval, price 2");
	stage_await_done(&s);
	const struct world_shipment *claim = stage_claim(&s, "a");
	ck_assert_uint_eq(claim->n_prices, 4);
	for (size_t i = 0; i < claim->n_prices; i++) {
		ck_assert(claim->prices[i].alone == (i % 2 == 1));
		ck_assert_uint_eq(claim->prices[i].place, i < 2 ? 2 : 4);
		ck_assert(i == 0 || order_key_cmp(&claim->prices[i - 1].key, &claim->prices[i].key) < 0);
	}
	ck_assert_str_eq(claim->prices[2].price, claim->transitions[4].seen.price);
	ck_assert_int_eq(order_key_cmp(&claim->prices[2].key, &claim->transitions[4].seen.key), 0);
	ck_assert_str_eq(claim->prices[3].price, "2");
	stage_ask(&s, "GET", "/sim/prices", "", "");
	ck_assert_ptr_nonnull(strstr(s.answer.body, "\"price\":\"2\",\"currency\":\"RUB\",\"alone\":true"));
}
END_TEST

START_TEST(a_stale_snapshot_knows_no_price_that_changed_alone)
{
	stage_begin(&s);
	stage_script(&s, "a", OFFERED ", price 1, accepted stale 1, price 2");
	stage_await_done(&s);
	const struct seen *offered = &stage_claim(&s, "a")->transitions[2].seen;
	ck_assert_int_eq(check_snapshot("a", "ready_for_approval", offered->price), offered->key.revision);
	check_snapshot("a", "accepted", "2");
}
END_TEST

static const char *const priced_lives[] = { "multidrop", "return", "cancel_paid" };

START_TEST(some_lives_change_their_price_in_the_moment_of_a_status)
{
	const char *id;
	stage_begin(&s);
	ck_assert_int_eq(sim_add_claim(s.sim, priced_lives[_i], &id), 0);
	const struct world_shipment *claim = stage_claim(&s, id);
	while (!sim_is_done(s.sim)) {
		bool alone = claim->n_prices > 0 && claim->prices[claim->n_prices - 1].alone;
		ck_assert(!alone || claim->prices[claim->n_prices - 1].place + 1 < claim->n);
		/* One event at a time, lest more than one happen before the next look. */
		ck_assert_int_ge(sd_event_run(loop_event(s.loop), USEC_PER_SEC), 0);
	}
	ck_assert_uint_eq(claim->n_prices, 2);
	ck_assert(claim->prices[1].alone);
	reader_read_all(&reader, 0);
	reader_check(&reader);
}
END_TEST

struct end_case {
	const char *life;
	const char *resolution;
};

static const struct end_case ends[] = {
	{ "happy", "success" },      { "performer_not_found", "" }, { "return", "" },
	{ "cancel_offer", "failed" }, { "cancel_paid", "failed" },   { "cancel_courier", "failed" },
	{ "failed", "failed" },      { "cancel_on_hands", "failed" },
};

START_TEST(an_end_and_nothing_else_has_a_resolution)
{
	const char *id;
	stage_begin(&s);
	ck_assert_int_eq(sim_add_claim(s.sim, ends[_i].life, &id), 0);
	stage_await_done(&s);
	reader_read_all(&reader, 0);
	reader_check(&reader);
	for (size_t i = 0; i + 1 < reader.n; i++)
		ck_assert_str_eq(reader.events[i].seen.resolution, "");
	ck_assert_str_eq(reader.events[reader.n - 1].seen.resolution, ends[_i].resolution);
	ck_assert_str_eq(stage_newest(&s, id)->seen.resolution, ends[_i].resolution);
}
END_TEST

START_TEST(what_was_asked_and_told_is_counted)
{
	stage_begin(&s);
	stage_script(&s, "a", OFFERED ", price 1");
	stage_await_done(&s);
	reader_read_all(&reader, 3);
	stage_ask(&s, "GET", "/sim/stats", "", "");
	ck_assert_ptr_nonnull(strstr(s.answer.body, "\"prices\":1,\"journal\":3,\"events\":4"));
	stage_ask(&s, "GET", "/sim/truth", "", "");
	ck_assert_ptr_nonnull(strstr(s.answer.body, "\"resolution\":null,\"events\":1"));
}
END_TEST

static const char *const bad_prices[] = {
	"price 1", "new, price", "new, price x", "new, price 1.", "new, price .5", "new, price 1.2.3", "new, price -1", "new, price 1 lost",
	"new, price 1234567890123456789012345678901234567890", "new, at 5s price 1",
};

START_TEST(a_bad_price_is_no_step)
{
	stage_begin(&s);
	ck_assert_int_eq(sim_script(s.sim, "a", bad_prices[_i]), ERR_INVALID);
	ck_assert_uint_eq(world_count(sim_world(s.sim)), 0);
}
END_TEST

START_TEST(a_price_has_its_appointed_time)
{
	stage_begin_scenario(&s, "claim a\n backdate 10min\n " OFFERED ", at 599.999s price 1, +0s accepted\n");
	stage_await_done(&s);
	const struct world_shipment *claim = stage_claim(&s, "a");
	ck_assert_int_eq(claim->prices[1].key.updated.us, claim->transitions[2].seen.entered.us + 599999000);
	ck_assert_uint_eq(claim->n, 4);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("sim-readers");
	TCase *t = tcase_create("waiting");
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, a_claim_may_wait_for_a_reader_of_the_journal);
	tcase_add_test(t, a_claim_may_wait_for_whoever_comes_first);
	tcase_add_test(t, a_reader_of_snapshots_is_not_helped_by_the_journal);
	tcase_add_test(t, with_a_journal_the_first_callback_may_be_lost);
	suite_add_tcase(suite, t);
	t = tcase_create("prices");
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, a_price_that_changes_alone_is_told_by_both);
	tcase_add_test(t, every_price_stands_in_the_truth);
	tcase_add_test(t, a_stale_snapshot_knows_no_price_that_changed_alone);
	tcase_add_loop_test(t, some_lives_change_their_price_in_the_moment_of_a_status, 0, ARRAY_SIZE(priced_lives));
	tcase_add_loop_test(t, an_end_and_nothing_else_has_a_resolution, 0, ARRAY_SIZE(ends));
	tcase_add_test(t, what_was_asked_and_told_is_counted);
	tcase_add_loop_test(t, a_bad_price_is_no_step, 0, ARRAY_SIZE(bad_prices));
	tcase_add_test(t, a_price_has_its_appointed_time);
	suite_add_tcase(suite, t);
	return suite;
}
