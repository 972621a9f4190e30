/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * claimctl doctor about sources of kind market: their files, their pushes, and how long Market has been without an answer.
 * Component ring: real files.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "doctor_world.h"
#include "suite.h"

#define DAY_US (24 * 3600 * USEC_PER_SEC)

static struct source begin_source(struct store *store, const char *name)
{
	struct source source;

	ck_assert_int_eq(store_begin(store), 0);
	ck_assert_int_eq(store_source(store, "market", name, (struct wall){ 1 }, &source), 0);
	return source;
}

static void end(struct store *store)
{
	ck_assert_int_eq(store_commit(store), 0);
	store_close(store);
}

START_TEST(what_is_right_is_told_too_and_nothing_is_bad)
{
	struct ctl_world_run run = doctor_world_run("");

	ck_assert_int_eq(run.status, 0);
	doctor_world_expect(&run, "ok", "configuration", "sources: 4");
	doctor_world_expect(&run, "ok", "[market shop] api_key_file", "/token can be read, and not by everybody");
	doctor_world_expect(&run, "ok", "[market shop] notification_secret_file", "/secret can be read");
	doctor_world_expect(&run, "ok", "[market deaf] api_key_file", "/token can be read");
	doctor_world_expect(&run, "ok", "secrets", "each file holds one");
	doctor_world_expect(&run, "ok", "market source shop", "the last push came 10 minutes ago");
	doctor_world_expect(&run, "ok", "market source shop", "nothing is pending");
	ctl_world_expect_not_in(run.out, "[market deaf] notification_secret_file");
	ctl_world_expect_not_in(run.out, "no push has come");
	ctl_world_expect_not_in(run.out, "bad ");
	ctl_world_run_done(&run);
}
END_TEST

START_TEST(a_missing_business_is_bad)
{
	doctor_world_configure_market("[market mute]");
	doctor_world_expect_run("", EX_UNAVAILABLE, "bad", "configuration", "[market mute] has no business_id; set it to");
}
END_TEST

START_TEST(secrets_of_market_are_looked_at_as_others_are)
{
	ck_assert_int_eq(chmod(doctor_world_file("secret"), 0644), 0);
	doctor_world_expect_run("", EX_UNAVAILABLE, "bad", "[market shop] notification_secret_file", "chmod o= ");
	ck_assert_int_eq(unlink(doctor_world_file("token")), 0);
	doctor_world_expect_run("", EX_UNAVAILABLE, "bad", "[market shop] api_key_file", "/token: No such file");
}
END_TEST

START_TEST(a_lockout_is_mended_with_the_api_key_file)
{
	struct store *store = ctl_world_open_store();
	struct source source = begin_source(store, "shop");

	source.state = SOURCE_LOCKED_OUT;
	store_source_save(store, &source, "401 UNAUTHORIZED", ctl_world_time(1));
	end(store);
	doctor_world_expect_run("", EX_UNAVAILABLE, "bad", "market source shop",
	                        "401 UNAUTHORIZED. Put a valid Api-Key into api_key_file and reload claimd; no push is lost");
}
END_TEST

START_TEST(a_pause_is_worth_a_look)
{
	struct store *store = ctl_world_open_store();
	struct source source = begin_source(store, "shop");

	source.state = SOURCE_LIMITED;
	store_source_save(store, &source, "420 Enhance Your Calm", ctl_world_time(1));
	end(store);
	doctor_world_expect_run("", 0, "look", "market source shop", "420 Enhance Your Calm. claimd goes on by itself");
}
END_TEST

START_TEST(a_source_that_was_never_called_is_told_its_url)
{
	struct store *store = ctl_world_open_store();

	begin_source(store, "fresh");
	end(store);
	doctor_world_configure_market("[market fresh]\nbusiness_id = 3\napi_key_file = /k");

	struct ctl_world_run run = doctor_world_run("");

	doctor_world_expect(&run, "look", "market source fresh",
	                    "no push ever came. Register https://YOUR-HOST/market/fresh/SECRET in the seller's cabinet, with the "
	                    "content of ${CREDENTIALS_DIRECTORY}/market-fresh.secret for SECRET");
	ctl_world_run_done(&run);
}
END_TEST

START_TEST(a_source_without_notifications_awaits_none)
{
	struct store *store = ctl_world_open_store();

	begin_source(store, "deaf");
	end(store);
	doctor_world_expect_run("", 0, "ok", "market source deaf", "pushes are off");
}
END_TEST

/* The last push came so many days ago, and orders have changed since. The store's own clock is the real one. */
static void make_silent(int days)
{
	struct clock real = { 0 };
	struct wall called = wall_add(clock_wall(&real), -days * DAY_US);
	struct store *store = ctl_world_open_store();
	struct source source = begin_source(store, "shop");
	size_t n = 0;

	store_hint_add(store, &(struct hint){
		.source_id = source.id,
		.kind = "CHAT_CREATED",
		.upstream = WALL_NONE,
		.received = called,
		.campaign_id = NUMBER_NONE,
	});
	store_fold_hints(store, called, 1, &n);
	store_source_silent(store, source.id, wall_add(called, 1), called);
	end(store);
}

/* Days are cut off, so what passes until the run does no harm. */
static const struct silence {
	int days;
	int status;
	const char *level;
	const char *part;
} silences[] = {
	{ 3, 0, "look", "no push has come for 3 days. See in the cabinet's log of notifications what fails" },
	{ 6, 0, "look", "after 14 days Market switches the integration off" },
	{ 7, EX_UNAVAILABLE, "bad", "no push has come for 7 days. See in the cabinet's log" },
	{ 13, EX_UNAVAILABLE, "bad", "no push has come for 13 days. See in the cabinet's log" },
	{ 14, EX_UNAVAILABLE, "bad", "no push has come for 14 days. Market switches an integration off after 14 days: mend" },
};

START_TEST(the_days_without_a_push_are_counted_against_markets_fourteen)
{
	const struct silence *silence = &silences[_i];

	make_silent(silence->days);
	doctor_world_expect_run("", silence->status, silence->level, "market source shop", silence->part);
}
END_TEST

START_TEST(the_last_list_of_updated_orders_is_told_and_may_be_late)
{
	struct clock real = { 0 };
	struct store *store = ctl_world_open_store();
	struct source source = begin_source(store, "shop");

	doctor_world_expect_run("", 0, "look", "market source shop", "updated orders were never listed. If claimd has");
	store_cursor_save(store, source.id, "x", 1, clock_wall(&real));
	end(store);
	doctor_world_expect_run("", 0, "ok", "market source shop", "updated orders were listed ");

	store = ctl_world_open_store();
	source = begin_source(store, "shop");
	store_cursor_save(store, source.id, "x", 1, wall_add(clock_wall(&real), -5 * 3600 * USEC_PER_SEC));
	end(store);
	doctor_world_expect_run("", 0, "look", "market source shop", "updated orders were listed 5 hours ago. See whether claimd runs");
	doctor_world_configure_market("catch_up = 6h");
	doctor_world_expect_run("", 0, "ok", "market source shop", "updated orders were listed 5 hours ago");
}
END_TEST

START_TEST(sources_of_one_name_are_told_apart_by_their_kind)
{
	struct store *store = ctl_world_open_store();
	struct source source = begin_source(store, "main");

	source.state = SOURCE_LOCKED_OUT;
	store_source_save(store, &source, "401 of the other one", ctl_world_time(1));
	end(store);

	struct ctl_world_run run = doctor_world_run("");

	ck_assert_int_eq(run.status, 0);
	doctor_world_expect(&run, "ok", "delivery source main", "the last callback came");
	ctl_world_expect_not_in(run.out, "401 of the other one");
	ctl_world_run_done(&run);

	doctor_world_configure_market("[market main]\nbusiness_id = 4\napi_key_file = /k");
	doctor_world_expect_run("", EX_UNAVAILABLE, "bad", "market source main", "401 of the other one");
}
END_TEST

START_TEST(a_market_source_that_is_not_served_yet_is_told)
{
	doctor_world_configure_market("[market added]\nbusiness_id = 4\napi_key_file = /k");
	doctor_world_expect_run("", EX_UNAVAILABLE, "look", "market source added", "Reload claimd");
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("doctor-market");
	TCase *tcase = tcase_create("doctor-market");

	tcase_add_checked_fixture(tcase, doctor_world_setup_market, doctor_world_teardown);
	tcase_add_test(tcase, what_is_right_is_told_too_and_nothing_is_bad);
	tcase_add_test(tcase, a_missing_business_is_bad);
	tcase_add_test(tcase, secrets_of_market_are_looked_at_as_others_are);
	tcase_add_test(tcase, a_lockout_is_mended_with_the_api_key_file);
	tcase_add_test(tcase, a_pause_is_worth_a_look);
	tcase_add_test(tcase, a_source_that_was_never_called_is_told_its_url);
	tcase_add_test(tcase, a_source_without_notifications_awaits_none);
	tcase_add_loop_test(tcase, the_days_without_a_push_are_counted_against_markets_fourteen, 0, (int)ARRAY_SIZE(silences));
	tcase_add_test(tcase, the_last_list_of_updated_orders_is_told_and_may_be_late);
	tcase_add_test(tcase, sources_of_one_name_are_told_apart_by_their_kind);
	tcase_add_test(tcase, a_market_source_that_is_not_served_yet_is_told);
	suite_add_tcase(suite, tcase);
	return suite;
}
