/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * claimctl's acting verbs against a real control socket: what is asked for, what is said of what became of it, and the exit status.
 * Component ring. What the worker would do is in the hands of the test.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "door_world.h"
#include "suite.h"

static void setup(void)
{
	ctl_world_setup_both();
}

static void teardown(void)
{
	door_world_close();
	ctl_world_teardown();
}

static void open_done(void)
{
	door_world_open(NULL, 0);
}

/* The one action, or the last, ends so. */
static void open_end(enum action_result result, const char *code, const char *message)
{
	const struct door_end ends[] = { { .end = { .result = result, .code = code, .message = message } } };

	door_world_open(ends, ARRAY_SIZE(ends));
}

#define TWICE "2 sources know a claim or order twice: name the one that is meant, with --source NAME"

#define COLUMN(name) " || coalesce(' ' || " name ", '')"

/* What was asked for last: kind, id and what else was said. */
static const char *asked(void)
{
	return door_world_value("SELECT a.kind" COLUMN("s.external_id") COLUMN("argument") COLUMN("target_id") COLUMN("note")
	                        COLUMN("a.version") COLUMN("price")
	                        " FROM action a LEFT JOIN shipment s ON s.id = a.shipment_id ORDER BY a.id DESC");
}

static const char *n_asked(void)
{
	return door_world_value("SELECT count(*) FROM action");
}

START_TEST(accept_sends_the_version_of_the_offer)
{
	open_end(ACTION_DONE, "", "the claim is accepted now");
	door_world_expect("accept waits --yes", EX_OK, "Claim waits was accepted: the claim is accepted now.\n", "");
	ck_assert_str_eq(asked(), "accept waits 1");
}
END_TEST

START_TEST(accept_shows_the_offer_and_asks)
{
	open_done();
	struct ctl_world_run run = door_world_run("accept waits", "y\n");

	ck_assert_int_eq(run.status, EX_OK);
	ctl_world_expect_begin(run.err, "Claim waits of main: ready_for_approval, 1738.8 RUB, version 1; ");
	ctl_world_expect_in(run.err, "\nAccept it? [y/N] ");
	ck_assert_str_eq(run.out, "Claim waits was accepted.\n");
	ctl_world_run_done(&run);
	run = door_world_run("accept waits", "Yes\n");
	ck_assert_int_eq(run.status, EX_OK);
	ctl_world_run_done(&run);
	ck_assert_str_eq(n_asked(), "2");
}
END_TEST

START_TEST(what_can_t_be_accepted_is_shown_as_that)
{
	open_done();
	struct ctl_world_run run = door_world_run("accept jumped", "n\n");

	ctl_world_expect_begin(run.err, "Claim jumped of main: delivered_finish (Yandex reports performer_lookup), 1738.8 RUB, version 1; "
	                                "it does not wait to be accepted.\n");
	ctl_world_run_done(&run);
	/* Of an order there is nothing to ask: the daemon says what is wrong. */
	run = door_world_run("accept 55000001", "n\n");
	ck_assert_int_eq(run.status, EX_OK);
	ck_assert_str_eq(run.err, "");
	ctl_world_run_done(&run);
	ck_assert_str_eq(asked(), "accept 55000001");
}
END_TEST

START_TEST(only_yes_is_yes)
{
	static const char *const answers[] = { "n\n", "\n", "yup\n", "yes, please\n", " y\n", "y", "" };

	open_done();
	for (size_t i = 0; i < ARRAY_SIZE(answers); i++) {
		struct ctl_world_run run = door_world_run("accept waits", answers[i]);
		bool yes = strcmp(answers[i], "y") == 0;

		ck_assert_msg(run.status == (yes ? EX_OK : EX_NOPERM), "%s: %d", answers[i], run.status);
		if (!yes)
			ctl_world_expect_in(run.err, "claimctl: nothing was done\n");
		ctl_world_run_done(&run);
	}
	ck_assert_str_eq(n_asked(), "1");
}
END_TEST

START_TEST(without_a_terminal_nothing_is_done_that_was_not_agreed_to)
{
	open_done();
	door_world_expect("accept waits", EX_USAGE, "", "add --yes to do it without a question");
	door_world_expect("cancel waits", EX_USAGE, "", "add --yes to do it without a question");
	ck_assert_str_eq(n_asked(), "0");
}
END_TEST

START_TEST(an_id_is_looked_for_before_anybody_is_asked)
{
	open_done();
	door_world_expect("accept nothere --yes", EX_NOINPUT, "", "claimctl: no claim or order nothere\n");
	door_world_expect("accept waits --yes --source=", EX_NOINPUT, "", "claimctl: no source \"\"\n");
	door_world_expect("accept waits --yes --source other", EX_NOINPUT, "", "claimctl: no claim or order waits in source other\n");
	door_world_expect("cancel twice --yes", EX_USAGE, "", TWICE);
	door_world_expect("refetch nothere", EX_NOINPUT, "", "claimctl: no claim or order nothere\n");
	door_world_expect("refetch not/an/id", EX_NOINPUT, "", "claimctl: no claim or order not/an/id\n");
	door_world_expect("refetch twice", EX_USAGE, "", TWICE);
	ck_assert_str_eq(n_asked(), "0");
	door_world_expect("refetch twice --source other", EX_OK, "Claim twice was read again.\n", "");
	ck_assert_str_eq(door_world_value("SELECT src.name FROM action a JOIN source src ON src.id = a.source_id"), "other");
}
END_TEST

static const struct {
	enum action_result result;
	const char *code;
	const char *message;
	int status;
	const char *said;
} failures[] = {
	{ ACTION_REFUSED, "window_closed", "the time for approval ended at 07:54:04", EX_NOPERM,
	  "Claim waits: refused: the time for approval ended at 07:54:04\n" },
	/* What to do next is in the message, and told once. */
	{ ACTION_REJECTED, "old_version", "Wrong version; it was edited meanwhile", EX_NOPERM,
	  "Claim waits: Yandex refused it: old_version: Wrong version; it was edited meanwhile\n" },
	{ ACTION_REJECTED, "offer_expired", "", EX_NOPERM, "Claim waits: Yandex refused it: offer_expired\n" },
	{ ACTION_NOT_DONE, "", "it was not done, and may be repeated", EX_UNAVAILABLE,
	  "Claim waits: not done: it was not done, and may be repeated\n" },
	{ ACTION_IN_DOUBT, "", "look at it in the cabinet", EX_TEMPFAIL, "Claim waits: in doubt: look at it in the cabinet\n" },
};

START_TEST(what_was_not_done_is_told_with_what_to_do)
{
	open_end(failures[_i].result, failures[_i].code, failures[_i].message);
	door_world_expect("accept waits --yes", failures[_i].status, "", failures[_i].said);
}
END_TEST

START_TEST(it_waits_until_the_action_has_ended)
{
	const struct door_end ends[] = { { .after_us = 300 * USEC_PER_MS, .end = { .result = ACTION_DONE } } };

	door_world_open(ends, ARRAY_SIZE(ends));
	door_world_expect("accept waits --yes", EX_OK, "Claim waits was accepted.\n", "");
}
END_TEST

START_TEST(what_goes_on_for_too_long_is_left_to_the_daemon)
{
	const struct door_end ends[] = { { .never = true } };

	door_world_open(ends, ARRAY_SIZE(ends));
	door_world_patience(200 * USEC_PER_MS);
	door_world_expect("accept waits --yes", EX_TEMPFAIL, "",
	                  "Claim waits: action 1 is still under way (sent), and claimd goes on with it; \"claimctl actions\" shows what "
	                  "becomes of it\n");
}
END_TEST

START_TEST(who_waits_at_a_terminal_is_told_how_far_it_is)
{
	const struct door_end ends[] = { { .never = true } };

	door_world_open(ends, ARRAY_SIZE(ends));
	door_world_patience(1200 * USEC_PER_MS);
	struct ctl_world_run run = door_world_run_at_terminal("accept waits --yes");

	ck_assert_int_eq(run.status, EX_TEMPFAIL);
	ctl_world_expect_begin(run.err, "Waiting for action 1 (sent)\nclaimctl: Claim waits: action 1 is still under way");
	ctl_world_run_done(&run);
}
END_TEST

START_TEST(json_is_the_actions_rows)
{
	open_end(ACTION_REJECTED, "old_version", "Wrong version");
	struct ctl_world_run run = door_world_run("accept waits --yes --json", NULL);

	ck_assert_int_eq(run.status, EX_NOPERM);
	ctl_world_expect_begin(run.out, "[\n{\"id\":1,\"source\":\"main\",\"external_id\":\"waits\",\"kind\":\"accept\",");
	ctl_world_expect_in(run.out, "\"result\":\"rejected\",\"code\":\"old_version\",\"message\":\"Wrong version\",");
	ck_assert_str_eq(run.out + strlen(run.out) - 4, "}\n]\n");
	ctl_world_expect_in(run.err, "old_version");
	ctl_world_run_done(&run);
	run = door_world_run("refetch waits ended --json", NULL);
	ck_assert_int_eq(run.status, EX_OK);
	ctl_world_expect_in(run.out, "\"id\":2,\"source\":\"main\",\"external_id\":\"waits\"");
	ctl_world_expect_in(run.out, "},\n{\"id\":3,\"source\":\"main\",\"external_id\":\"ended\"");
	ck_assert_str_eq(run.err, "");
	ctl_world_run_done(&run);
}
END_TEST

START_TEST(refetch_reads_each_and_fails_with_the_worst)
{
	const struct door_end ends[] = {
		{ .end = { .result = ACTION_DONE, .message = "the claim is ready_for_approval" } },
		{ .end = { .result = ACTION_NOT_DONE, .message = "it could not be read" } },
	};

	door_world_open(ends, ARRAY_SIZE(ends));
	door_world_expect("refetch waits nothere ended 55000001", EX_UNAVAILABLE,
	                  "Claim waits was read again: the claim is ready_for_approval.\nOrder 55000001 was read again.\n",
	                  "claimctl: no claim or order nothere\nclaimctl: Claim ended: not done: it could not be read\n");
	ck_assert_str_eq(n_asked(), "3");
}
END_TEST

static const struct {
	const char *line;
	const char *said;
	const char *asked;
} verbs[] = {
	{ "order-status 55000001 PICKUP/PICKUP_SERVICE_RECEIVED", "Order 55000001 was moved on.\n",
	  "order_status 55000001 PICKUP/PICKUP_SERVICE_RECEIVED" },
	{ "order-status 55000001 DELIVERED --source shop", "Order 55000001 was moved on.\n", "order_status 55000001 DELIVERED" },
	{ "cancellation 55000001 --accept", "Order 55000001: the buyer's cancellation is accepted.\n", "cancellation 55000001 accept" },
	{ "cancellation 55000001 --reject ORDER_IN_DELIVERY", "Order 55000001: the buyer's cancellation is rejected.\n",
	  "cancellation 55000001 reject ORDER_IN_DELIVERY" },
	{ "resolve 1 --adopt --note it-rang", "Claim jumped: what was reported is adopted.\n", "resolve jumped adopt 1 it-rang" },
	{ "resolve 2 --dismiss", "Order 9223372036854775807: its violation is dismissed, its status stays.\n",
	  "resolve 9223372036854775807 dismiss 2" },
	{ "prune", "Retention was applied.\n", "prune" },
	{ "outbox --retry", "The outbox is tried again.\n", "retry" },
	{ "outbox --retry 12", "The outbox is tried again.\n", "retry 12" },
};

START_TEST(each_verb_asks_for_its_own)
{
	open_done();
	door_world_expect(verbs[_i].line, EX_OK, verbs[_i].said, "");
	ck_assert_str_eq(asked(), verbs[_i].asked);
}
END_TEST

static const struct {
	const char *line;
	const char *said;
} wrong[] = {
	{ "order-status 55000001 delivered", "\"delivered\" is no status; write it in Market's words" },
	{ "order-status 55000001", "claimctl order-status ID STATUS[/SUBSTATUS]" },
	{ "cancellation 55000001", "\"cancellation\" wants one of --accept and --reject" },
	{ "cancellation 55000001 --accept --reject ORDER_DELIVERED", "\"cancellation\" wants one of --accept and --reject" },
	{ "cancellation 55000001 --reject BECAUSE",
	  "--reject: \"BECAUSE\" is no reason that Market takes; it is ORDER_DELIVERED or ORDER_IN_DELIVERY" },
	{ "resolve 1", "\"resolve\" wants one of --adopt and --dismiss" },
	{ "resolve one --adopt", "\"one\" is no violation: that is a number above 0" },
	{ "resolve 0 --adopt", "\"0\" is no violation: that is a number above 0" },
	{ "resolve 99999999999999999999 --adopt", "is no violation: that is a number above 0" },
	{ "outbox 12", "\"12\" is one word too many without --retry" },
	{ "outbox --retry twelve", "\"twelve\" is no message: that is a number above 0" },
	{ "cancel waits --free --paid --yes", "--free never pays, and --paid does: say one of them" },
	{ "prune --yes", "\"prune\" takes no --yes" },
};

START_TEST(what_cant_be_asked_is_not)
{
	open_done();
	door_world_expect(wrong[_i].line, EX_USAGE, "", wrong[_i].said);
	ck_assert_str_eq(n_asked(), "0");
}
END_TEST

START_TEST(a_note_that_is_too_long_is_not_cut)
{
	char line[512];

	open_done();
	snprintf(line, sizeof(line), "resolve 1 --adopt --note %0400d", 0);
	door_world_expect(line, EX_USAGE, "", "--note: it is too long by 1 bytes");
	ck_assert_str_eq(n_asked(), "0");
}
END_TEST

START_TEST(a_violation_that_is_not_there_is_no_input)
{
	open_done();
	door_world_expect("resolve 99 --dismiss", EX_NOINPUT, "", "claimctl: no violation 99\n");
}
END_TEST

START_TEST(actions_and_outbox_are_shown)
{
	open_end(ACTION_REJECTED, "old_version", "Wrong version");
	door_world_expect("accept waits --yes", EX_NOPERM, "", "old_version");
	door_world_expect("prune", EX_OK, "Retention was applied.\n", "");
	struct ctl_world_run run = door_world_run("actions", NULL);

	ctl_world_expect_begin(run.out, "ID  SOURCE  EXTERNAL_ID  KIND    ARGUMENT  REQUESTED_AT ");
	ctl_world_expect_in(run.out, "\n1   main    waits        accept  - ");
	ctl_world_expect_in(run.out, " ended  rejected  old_version  Wrong version\n2   -       -            prune   - ");
	ctl_world_run_done(&run);
	run = door_world_run("actions --source main --json", NULL);
	ctl_world_expect_in(run.out, "\"kind\":\"accept\"");
	ctl_world_expect_not_in(run.out, "prune");
	ctl_world_run_done(&run);
	door_world_expect("outbox", EX_OK,
	                  "ID  CHANNEL  KIND  SOURCE  EXTERNAL_ID  CREATED_AT  STATE  DUE_AT  TRIES  ERROR  SUMMARY\n", "");
}
END_TEST

static TCase *tcase_acts(void)
{
	TCase *tcase = tcase_create("acts");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, accept_sends_the_version_of_the_offer);
	tcase_add_test(tcase, accept_shows_the_offer_and_asks);
	tcase_add_test(tcase, what_can_t_be_accepted_is_shown_as_that);
	tcase_add_test(tcase, only_yes_is_yes);
	tcase_add_test(tcase, without_a_terminal_nothing_is_done_that_was_not_agreed_to);
	tcase_add_test(tcase, an_id_is_looked_for_before_anybody_is_asked);
	tcase_add_loop_test(tcase, what_was_not_done_is_told_with_what_to_do, 0, ARRAY_SIZE(failures));
	tcase_add_test(tcase, it_waits_until_the_action_has_ended);
	tcase_add_test(tcase, what_goes_on_for_too_long_is_left_to_the_daemon);
	tcase_add_test(tcase, who_waits_at_a_terminal_is_told_how_far_it_is);
	tcase_add_test(tcase, json_is_the_actions_rows);
	tcase_add_test(tcase, refetch_reads_each_and_fails_with_the_worst);
	tcase_add_loop_test(tcase, each_verb_asks_for_its_own, 0, ARRAY_SIZE(verbs));
	tcase_add_loop_test(tcase, what_cant_be_asked_is_not, 0, ARRAY_SIZE(wrong));
	tcase_add_test(tcase, a_note_that_is_too_long_is_not_cut);
	tcase_add_test(tcase, a_violation_that_is_not_there_is_no_input);
	tcase_add_test(tcase, actions_and_outbox_are_shown);
	return tcase;
}

Suite *suite(void)
{
	Suite *suite = suite_create("ctl_acts");

	suite_add_tcase(suite, tcase_acts());
	return suite;
}
