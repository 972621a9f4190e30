/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Actions on a real file: their way from wanted to ended, what the file refuses, what is due, and what is under way.
 * Component tests.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "store/action.h"
#include "store/query.h"
#include "store_bed.h"
#include "tests/suite.h"

static struct bed bed;

static void setup(void)
{
	bed_open(&bed);
}

static void teardown(void)
{
	bed_close(&bed);
}

static void begin(void)
{
	ck_assert_int_eq(store_begin(bed.store), ERR_OK);
}

static void commit(void)
{
	ck_assert_msg(store_commit(bed.store) == ERR_OK, "%s", store_error_text(bed.store));
}

/* A claim that was read in STATUS, at once. */
static int64_t make_claim(const char *claim, const char *status)
{
	struct seen seen = bed_seen(claim, status, 5, bed_at(0));

	bed_hint(&bed, claim, bed_at(0), bed_at(0));
	bed_apply(&bed, &seen, bed_at(1), NULL);
	return bed_shipment(&bed, claim);
}

static struct action_wish make_wish(enum act_kind kind, int64_t shipment_id)
{
	return (struct action_wish){
		.source_id = bed.source.id,
		.shipment_id = shipment_id,
		.kind = kind,
		.target_id = NUMBER_NONE,
		.version = NUMBER_NONE,
		.requested_by = "uid:1000",
	};
}

static int64_t add(const struct action_wish *wish, struct wall now)
{
	int64_t id = -1;

	begin();
	store_action_add(bed.store, wish, now, &id);
	commit();
	return id;
}

static int64_t want(enum act_kind kind, int64_t shipment_id, struct wall now)
{
	struct action_wish wish = make_wish(kind, shipment_id);

	return add(&wish, now);
}

static int send_at(int64_t id, struct wall now)
{
	begin();
	store_action_sent(bed.store, id, now);
	return store_commit(bed.store);
}

static int answer_at(int64_t id, enum action_answer answer, const char *operation_id, struct wall due)
{
	begin();
	store_action_answered(bed.store, id, answer, operation_id, due);
	return store_commit(bed.store);
}

static int put_off(int64_t id, struct wall due, int64_t tries)
{
	begin();
	store_action_later(bed.store, id, due, tries);
	return store_commit(bed.store);
}

static int end_at(int64_t id, enum action_result result, const char *code, struct wall now)
{
	const struct action_end end = { .result = result, .code = code, .message = "a sentence" };

	begin();
	store_action_end(bed.store, id, &end, now);
	return store_commit(bed.store);
}

static struct action get(int64_t id)
{
	struct action action;

	ck_assert_int_eq(store_action(bed.store, id, &action), ERR_OK);
	return action;
}

/* The ids that are due of a source, in their order, as "3 1 2". */
static const char *list_due(int64_t source_id, struct wall now, size_t max)
{
	static char list[128];
	struct action actions[8];
	size_t n = 0;
	int length = 0;

	ck_assert_uint_le(max, ARRAY_SIZE(actions));
	ck_assert_int_eq(store_actions_due(bed.store, source_id, now, actions, max, &n), ERR_OK);
	list[0] = '\0';
	for (size_t i = 0; i < n; i++)
		length += snprintf(list + length, sizeof(list) - (size_t)length, "%s%lld", i > 0 ? " " : "", (long long)actions[i].id);
	return list;
}

/* When the next action after AFTER is due, of those that don't wait for an answer; WALL_NONE when none is. */
static struct wall next_after(int64_t source_id, struct wall after)
{
	char sql[192];
	const char *due;

	snprintf(sql, sizeof(sql), "SELECT min(due_us) FROM action WHERE coalesce(source_id, %lld) = %lld AND due_us > %lld"
	         " AND state <> 'sent'", (long long)NUMBER_NONE, (long long)source_id, (long long)after.us);
	due = bed_ask(&bed, sql);
	return *due ? (struct wall){ strtoll(due, NULL, 10) } : WALL_NONE;
}

/* --- The way of one action ------------------------------------------------------------------------------------------ */

START_TEST(what_is_wanted_is_due_at_once_and_keeps_all_that_was_said)
{
	int64_t claim = make_claim("c1", "performer_found");
	struct action_wish wish = make_wish(ACT_CANCEL, claim);

	wish.argument = "paid";
	wish.version = 3;
	wish.price = "12.50";

	struct action action = get(add(&wish, bed_at(10)));

	ck_assert_int_eq(action.source_id, bed.source.id);
	ck_assert_int_eq(action.shipment_id, claim);
	ck_assert_int_eq(action.kind, ACT_CANCEL);
	ck_assert_int_eq(action.state, ACTION_WANTED);
	ck_assert_str_eq(action.argument, "paid");
	ck_assert_int_eq(action.version, 3);
	ck_assert_str_eq(action.price, "12.50");
	ck_assert_str_eq(action.requested_by, "uid:1000");
	ck_assert_int_eq(action.requested.us, bed_at(10).us);
	ck_assert_int_eq(action.due.us, bed_at(10).us);
	ck_assert(!wall_is_set(action.sent));
	ck_assert_int_eq(action.tries, 0);
	ck_assert_int_eq(action.answer, ACTION_ANSWER_NONE);
	ck_assert_int_eq(action.target_id, NUMBER_NONE);
	ck_assert_str_eq(action.note, "");
	ck_assert_str_eq(action.operation_id, "");
}
END_TEST

START_TEST(an_action_of_claimd_itself_has_neither_source_nor_shipment)
{
	const struct action_wish wish = {
		.source_id = NUMBER_NONE, .shipment_id = NUMBER_NONE, .kind = ACT_RETRY, .target_id = 12, .version = NUMBER_NONE,
		.requested_by = "uid:0",
	};
	struct action action = get(add(&wish, bed_at(0)));

	ck_assert_int_eq(action.source_id, NUMBER_NONE);
	ck_assert_int_eq(action.shipment_id, NUMBER_NONE);
	ck_assert_int_eq(action.target_id, 12);
}
END_TEST

START_TEST(an_action_goes_from_wanted_to_ended)
{
	int64_t id = want(ACT_ACCEPT, make_claim("c1", "ready_for_approval"), bed_at(10));

	ck_assert_int_eq(send_at(id, bed_at(11)), ERR_OK);
	ck_assert_int_eq(get(id).state, ACTION_SENT);
	ck_assert_int_eq(get(id).sent.us, bed_at(11).us);
	ck_assert_int_eq(answer_at(id, ACTION_TAKEN, "op-1", bed_at(12)), ERR_OK);

	struct action action = get(id);

	ck_assert_int_eq(action.state, ACTION_SETTLING);
	ck_assert_int_eq(action.answer, ACTION_TAKEN);
	ck_assert_str_eq(action.operation_id, "op-1");
	ck_assert_int_eq(action.due.us, bed_at(12).us);
	ck_assert_int_eq(put_off(id, bed_at(20), 1), ERR_OK);
	ck_assert_int_eq(get(id).state, ACTION_SETTLING);
	ck_assert_int_eq(get(id).tries, 1);
	ck_assert_int_eq(get(id).due.us, bed_at(20).us);
	ck_assert_int_eq(end_at(id, ACTION_DONE, "", bed_at(21)), ERR_OK);
	ck_assert_int_eq(get(id).state, ACTION_ENDED);
	ck_assert(!wall_is_set(get(id).due));
	ck_assert_str_eq(bed_ask(&bed, "SELECT kind || ' ' || state || ' ' || result || ' ' || (code IS NULL) || ' ' || message || ' '"
	                               " || (finished_at_us - sent_at_us) FROM report_actions"), "accept ended done 1 a sentence 10000000");
}
END_TEST

/* Market's description allows 1000 characters, and what was cut is another operation, or none. */
START_TEST(an_operation_is_known_by_its_whole_id)
{
	int64_t id = want(ACT_ORDER_STATUS, make_claim("c1", "ready_for_approval"), bed_at(10));
	char operation_id[1001] = "";

	memset(operation_id, 'x', 1000);
	operation_id[999] = 'y';
	ck_assert_int_eq(send_at(id, bed_at(11)), ERR_OK);
	ck_assert_int_eq(answer_at(id, ACTION_TAKEN, operation_id, bed_at(12)), ERR_OK);
	ck_assert_str_eq(get(id).operation_id, operation_id);
}
END_TEST

START_TEST(a_refused_action_ends_without_being_sent)
{
	int64_t id = want(ACT_ACCEPT, make_claim("c1", "ready_for_approval"), bed_at(10));

	ck_assert_int_eq(end_at(id, ACTION_REFUSED, "window_closed", bed_at(10)), ERR_OK);
	ck_assert_str_eq(bed_ask(&bed, "SELECT result || ' ' || code || ' ' || (sent_at IS NULL) FROM report_actions"),
	                 "refused window_closed 1");
}
END_TEST

START_TEST(an_end_writes_the_fee_and_leaves_what_was_agreed_to)
{
	struct action_wish wish = make_wish(ACT_CANCEL, make_claim("c1", "performer_found"));

	wish.argument = "paid";
	wish.price = "12.50";
	end_at(add(&wish, bed_at(1)), ACTION_DONE, "paid", bed_at(2));
	ck_assert_str_eq(bed_ask(&bed, "SELECT price FROM report_actions"), "12.50");

	const struct action_end end = { .result = ACTION_DONE, .code = "paid", .message = "7.00 RUB", .price = "7.00" };
	int64_t info = want(ACT_CANCEL_INFO, bed_shipment(&bed, "c1"), bed_at(3));

	begin();
	store_action_end(bed.store, info, &end, bed_at(4));
	commit();
	ck_assert_str_eq(bed_ask(&bed, "SELECT price || ' ' || message FROM report_actions WHERE id = 2"), "7.00 7.00 RUB");
}
END_TEST

START_TEST(an_unknown_id_is_told)
{
	struct action action;

	ck_assert_int_eq(store_action(bed.store, 77, &action), ERR_NOT_FOUND);
	ck_assert_int_eq(send_at(77, bed_at(1)), ERR_REFUSED);
	ck_assert_int_eq(answer_at(77, ACTION_TAKEN, NULL, bed_at(1)), ERR_REFUSED);
	ck_assert_int_eq(put_off(77, bed_at(1), 1), ERR_REFUSED);
	ck_assert_int_eq(end_at(77, ACTION_DONE, NULL, bed_at(1)), ERR_REFUSED);
}
END_TEST

START_TEST(words_are_those_of_the_table)
{
	static const char *const states[] = { "wanted", "sent", "settling", "ended" };
	static const char *const results[] = { "done", "refused", "rejected", "not_done", "in_doubt" };

	for (int i = 0; i < ACTION_STATE_MAX; i++)
		ck_assert_str_eq(action_state_text((enum action_state)i), states[i]);
	for (int i = 0; i < ACTION_RESULT_MAX; i++)
		ck_assert_str_eq(action_result_text((enum action_result)i), results[i]);
	ck_assert_ptr_null(action_answer_text(ACTION_ANSWER_NONE));
	ck_assert_str_eq(action_answer_text(ACTION_TAKEN), "taken");
	ck_assert_str_eq(action_answer_text(ACTION_UNKNOWN), "unknown");
}
END_TEST

/* --- What is refused ------------------------------------------------------------------------------------------------ */

START_TEST(nothing_is_sent_twice)
{
	int64_t id = want(ACT_ACCEPT, make_claim("c1", "ready_for_approval"), bed_at(10));

	ck_assert_int_eq(send_at(id, bed_at(11)), ERR_OK);
	ck_assert_int_eq(send_at(id, bed_at(11)), ERR_REFUSED);
	ck_assert_int_eq(send_at(id, bed_at(12)), ERR_REFUSED);
	ck_assert_int_eq(answer_at(id, ACTION_UNKNOWN, NULL, bed_at(12)), ERR_OK);
	ck_assert_int_eq(send_at(id, bed_at(13)), ERR_REFUSED);
	ck_assert_int_eq(get(id).sent.us, bed_at(11).us);
}
END_TEST

START_TEST(what_was_not_sent_has_no_answer)
{
	int64_t id = want(ACT_ACCEPT, make_claim("c1", "ready_for_approval"), bed_at(10));

	ck_assert_int_eq(answer_at(id, ACTION_TAKEN, NULL, bed_at(11)), ERR_REFUSED);
	ck_assert_int_eq(get(id).state, ACTION_WANTED);
}
END_TEST

START_TEST(what_has_ended_stays_as_it_is)
{
	int64_t id = want(ACT_ACCEPT, make_claim("c1", "ready_for_approval"), bed_at(10));

	end_at(id, ACTION_REFUSED, "held", bed_at(11));
	ck_assert_int_eq(end_at(id, ACTION_DONE, NULL, bed_at(12)), ERR_REFUSED);
	ck_assert_int_eq(send_at(id, bed_at(12)), ERR_REFUSED);
	ck_assert_int_eq(put_off(id, bed_at(12), 1), ERR_REFUSED);
	ck_assert_str_eq(bed_ask(&bed, "SELECT code FROM report_actions"), "held");
}
END_TEST

/* The file itself refuses it too, whoever writes to it. */
START_TEST(sqlite3_in_the_wrong_hands_sends_nothing_twice_and_rewrites_no_end)
{
	int64_t id = want(ACT_ACCEPT, make_claim("c1", "ready_for_approval"), bed_at(10));

	send_at(id, bed_at(11));
	ck_assert_ptr_nonnull(strstr(bed_try(&bed, "UPDATE action SET sent_us = 1"), "sent already"));
	ck_assert_ptr_nonnull(strstr(bed_try(&bed, "UPDATE action SET sent_us = NULL, state = 'wanted'"), "sent already"));
	end_at(id, ACTION_DONE, NULL, bed_at(12));
	ck_assert_ptr_nonnull(strstr(bed_try(&bed, "UPDATE action SET code = 'x'"), "never rewritten"));
	ck_assert_ptr_nonnull(strstr(bed_try(&bed, "UPDATE action SET finished_us = NULL, result = NULL, state = 'wanted', due_us = 1"),
	                             "never rewritten"));
}
END_TEST

START_TEST(policy_wants_a_version_of_a_claim_once_whatever_becomes_of_it)
{
	struct action_wish wish = make_wish(ACT_ACCEPT, make_claim("c1", "ready_for_approval"));

	wish.requested_by = ACTION_POLICY;
	wish.version = 1;

	int64_t first = add(&wish, bed_at(1));

	ck_assert_int_gt(first, 0);
	ck_assert_int_eq(add(&wish, bed_at(2)), 0);
	end_at(first, ACTION_REFUSED, "held", bed_at(3));
	ck_assert_int_eq(add(&wish, bed_at(4)), 0);
	wish.version = 2;
	ck_assert_int_gt(add(&wish, bed_at(5)), first);
	wish.requested_by = "uid:1000";
	ck_assert_int_gt(add(&wish, bed_at(6)), first);
	ck_assert_int_gt(add(&wish, bed_at(6)), first);
	ck_assert_str_eq(bed_ask(&bed, "SELECT count(*) FROM action"), "4");
}
END_TEST

/* --- What is due ---------------------------------------------------------------------------------------------------- */

/* However many claims policy has to accept, nobody waits until it has. */
START_TEST(what_people_want_comes_before_what_policy_wants)
{
	struct action_wish wish = make_wish(ACT_ACCEPT, make_claim("c1", "ready_for_approval"));

	for (wish.version = 1; wish.version < 4; wish.version++) {
		wish.requested_by = wish.version < 3 ? ACTION_POLICY : "uid:1000";
		add(&wish, bed_at(wish.version));
	}
	ck_assert_str_eq(list_due(bed.source.id, bed_at(10), 8), "3 1 2");
}
END_TEST

START_TEST(what_is_due_comes_by_its_time_and_then_as_it_was_wanted)
{
	int64_t claim = make_claim("c1", "accepted");

	want(ACT_REFETCH, claim, bed_at(30)); /* 1 */
	want(ACT_REFETCH, claim, bed_at(10)); /* 2 */
	want(ACT_REFETCH, claim, bed_at(10)); /* 3 */
	want(ACT_REFETCH, claim, bed_at(20)); /* 4 */
	ck_assert_str_eq(list_due(bed.source.id, bed_at(9), 8), "");
	ck_assert_str_eq(list_due(bed.source.id, bed_at(10), 8), "2 3");
	ck_assert_str_eq(list_due(bed.source.id, bed_at(40), 8), "2 3 4 1");
	ck_assert_str_eq(list_due(bed.source.id, bed_at(40), 3), "2 3 4");
	put_off(2, bed_at(25), 0);
	ck_assert_str_eq(list_due(bed.source.id, bed_at(40), 8), "3 4 2 1");
	end_at(3, ACTION_DONE, NULL, bed_at(40));
	ck_assert_str_eq(list_due(bed.source.id, bed_at(40), 8), "4 2 1");
}
END_TEST

START_TEST(what_is_sent_waits_for_its_answer_and_is_not_due)
{
	int64_t id = want(ACT_ACCEPT, make_claim("c1", "ready_for_approval"), bed_at(10));

	send_at(id, bed_at(11));
	ck_assert_str_eq(list_due(bed.source.id, bed_at(1000), 8), "");
	ck_assert(!wall_is_set(next_after(bed.source.id, bed_at(0))));
	answer_at(id, ACTION_UNKNOWN, NULL, bed_at(12));
	ck_assert_str_eq(list_due(bed.source.id, bed_at(12), 8), "1");
}
END_TEST

START_TEST(each_source_has_its_own_and_claimd_too)
{
	struct source other;
	struct action_wish wish = make_wish(ACT_PROBE, NUMBER_NONE);

	begin();
	ck_assert_int_eq(store_source(bed.store, "market", "shop", bed_at(0), &other), ERR_OK);
	commit();
	add(&wish, bed_at(1)); /* 1 */
	wish.source_id = other.id;
	add(&wish, bed_at(2)); /* 2 */
	wish.source_id = NUMBER_NONE;
	wish.kind = ACT_PRUNE;
	add(&wish, bed_at(3)); /* 3 */
	ck_assert_str_eq(list_due(bed.source.id, bed_at(9), 8), "1");
	ck_assert_str_eq(list_due(other.id, bed_at(9), 8), "2");
	ck_assert_str_eq(list_due(NUMBER_NONE, bed_at(9), 8), "3");
	ck_assert_int_eq(next_after(NUMBER_NONE, bed_at(0)).us, bed_at(3).us);
	ck_assert_int_eq(next_after(other.id, bed_at(0)).us, bed_at(2).us);
}
END_TEST

START_TEST(the_next_is_the_earliest_after_a_time)
{
	int64_t claim = make_claim("c1", "accepted");

	ck_assert(!wall_is_set(next_after(bed.source.id, bed_at(0))));
	want(ACT_REFETCH, claim, bed_at(20));
	want(ACT_REFETCH, claim, bed_at(10));
	ck_assert_int_eq(next_after(bed.source.id, bed_at(0)).us, bed_at(10).us);
	ck_assert_int_eq(next_after(bed.source.id, bed_at(10)).us, bed_at(20).us);
	ck_assert(!wall_is_set(next_after(bed.source.id, bed_at(20))));
}
END_TEST

START_TEST(what_was_sent_when_claimd_died_is_settled_as_unknown)
{
	int64_t claim = make_claim("c1", "ready_for_approval");
	int64_t sent = want(ACT_ACCEPT, claim, bed_at(10));
	int64_t wanted = want(ACT_REFETCH, claim, bed_at(11));
	int64_t settling = want(ACT_CANCEL, claim, bed_at(12));
	int64_t ended = want(ACT_CANCEL, claim, bed_at(13));

	send_at(sent, bed_at(14));
	send_at(settling, bed_at(15));
	answer_at(settling, ACTION_TAKEN, "op-1", bed_at(500));
	end_at(ended, ACTION_REFUSED, "under_way", bed_at(16));
	bed_close(&bed);
	ck_assert_int_eq(store_open(bed.path, &bed.store, NULL), ERR_OK);
	begin();
	store_actions_recover(bed.store, bed_at(100));
	commit();
	ck_assert_int_eq(get(sent).state, ACTION_SETTLING);
	ck_assert_int_eq(get(sent).answer, ACTION_UNKNOWN);
	ck_assert_int_eq(get(sent).due.us, bed_at(100).us);
	ck_assert_int_eq(get(sent).sent.us, bed_at(14).us);
	ck_assert_int_eq(get(wanted).state, ACTION_WANTED);
	ck_assert_int_eq(get(settling).answer, ACTION_TAKEN);
	ck_assert_int_eq(get(settling).due.us, bed_at(500).us);
	ck_assert_int_eq(get(ended).state, ACTION_ENDED);
	ck_assert_str_eq(list_due(bed.source.id, bed_at(100), 8), "2 1");
}
END_TEST

START_TEST(what_was_sent_is_settled_as_unknown_of_one_source_alone)
{
	struct source other;
	int64_t sent = want(ACT_ACCEPT, make_claim("c1", "ready_for_approval"), bed_at(10));

	send_at(sent, bed_at(14));
	begin();
	ck_assert_int_eq(store_source(bed.store, "delivery", "other", bed_at(0), &other), ERR_OK);
	store_actions_recover_of(bed.store, other.id, bed_at(100));
	commit();
	ck_assert_int_eq(get(sent).state, ACTION_SENT);
	begin();
	store_actions_recover_of(bed.store, bed.source.id, bed_at(100));
	commit();
	ck_assert_int_eq(get(sent).state, ACTION_SETTLING);
}
END_TEST

/* --- Under way ------------------------------------------------------------------------------------------------------ */

static int64_t under_way(int64_t shipment_id, int64_t except_id)
{
	int64_t id = -1;

	ck_assert_int_eq(store_action_under_way(bed.store, shipment_id, except_id, &id), ERR_OK);
	return id;
}

static bool acting(int64_t shipment_id)
{
	bool is_acting;

	ck_assert_int_eq(store_acting(bed.store, shipment_id, &is_acting), ERR_OK);
	return is_acting;
}

START_TEST(an_act_is_under_way_from_being_sent_until_it_has_ended)
{
	int64_t claim = make_claim("c1", "ready_for_approval");
	int64_t other = make_claim("c2", "ready_for_approval");
	int64_t id = want(ACT_ACCEPT, claim, bed_at(10));

	ck_assert(!acting(claim));
	ck_assert_int_eq(under_way(claim, NUMBER_NONE), 0);
	send_at(id, bed_at(11));
	ck_assert(acting(claim));
	ck_assert(!acting(other));
	ck_assert_int_eq(under_way(claim, NUMBER_NONE), id);
	ck_assert_int_eq(under_way(claim, id), 0);
	answer_at(id, ACTION_UNKNOWN, NULL, bed_at(12));
	ck_assert(acting(claim));
	ck_assert_int_eq(under_way(claim, want(ACT_CANCEL, claim, bed_at(12))), id);
	end_at(id, ACTION_DONE, NULL, bed_at(13));
	ck_assert(!acting(claim));
}
END_TEST

START_TEST(just_what_is_sent_once_is_under_way)
{
	int64_t claim = make_claim("c1", "ready_for_approval");
	int64_t id = want((enum act_kind)_i, claim, bed_at(10));

	send_at(id, bed_at(11));
	ck_assert_int_eq(acting(claim), act_is_sent_once((enum act_kind)_i));
}
END_TEST

/* --- Cost ----------------------------------------------------------------------------------------------------------- */

START_TEST(no_verb_looks_at_what_it_does_not_want)
{
	static const enum stmt stmts[] = {
		STMT_ACTION_GET, STMT_ACTIONS_DUE, STMT_ACTION_SENT, STMT_ACTION_ANSWERED, STMT_ACTION_LATER,
		STMT_ACTION_END, STMT_ACTION_UNDER_WAY,
	};

	for (size_t i = 0; i < ARRAY_SIZE(stmts); i++)
		bed_check_plan(&bed, stmt_text(stmts[i]), "SEARCH ");
}
END_TEST

START_TEST(a_start_looks_only_at_what_has_not_ended)
{
	bed_check_plan(&bed, stmt_text(STMT_ACTIONS_RECOVER), "SCAN action USING INDEX action_due");
}
END_TEST

static void add_case(Suite *suite, const char *name, const TTest *const *tests, size_t n)
{
	TCase *tcase = tcase_create(name);

	tcase_add_checked_fixture(tcase, setup, teardown);
	for (size_t i = 0; i < n; i++)
		tcase_add_test(tcase, tests[i]);
	suite_add_tcase(suite, tcase);
}

Suite *suite(void)
{
	Suite *suite = suite_create("store_actions");
	TCase *kinds = tcase_create("kinds");
	const TTest *const way[] = {
		what_is_wanted_is_due_at_once_and_keeps_all_that_was_said, an_action_of_claimd_itself_has_neither_source_nor_shipment,
		an_action_goes_from_wanted_to_ended, an_operation_is_known_by_its_whole_id, a_refused_action_ends_without_being_sent,
		an_end_writes_the_fee_and_leaves_what_was_agreed_to, an_unknown_id_is_told, words_are_those_of_the_table,
	};
	const TTest *const refused[] = {
		nothing_is_sent_twice, what_was_not_sent_has_no_answer, what_has_ended_stays_as_it_is,
		sqlite3_in_the_wrong_hands_sends_nothing_twice_and_rewrites_no_end,
		policy_wants_a_version_of_a_claim_once_whatever_becomes_of_it,
	};
	const TTest *const due[] = {
		what_people_want_comes_before_what_policy_wants, what_is_due_comes_by_its_time_and_then_as_it_was_wanted,
		what_is_sent_waits_for_its_answer_and_is_not_due,
		each_source_has_its_own_and_claimd_too, the_next_is_the_earliest_after_a_time,
		what_was_sent_when_claimd_died_is_settled_as_unknown, what_was_sent_is_settled_as_unknown_of_one_source_alone,
		an_act_is_under_way_from_being_sent_until_it_has_ended,
	};
	const TTest *const cost[] = { no_verb_looks_at_what_it_does_not_want, a_start_looks_only_at_what_has_not_ended };

	add_case(suite, "way", way, ARRAY_SIZE(way));
	add_case(suite, "refused", refused, ARRAY_SIZE(refused));
	add_case(suite, "due", due, ARRAY_SIZE(due));
	add_case(suite, "cost", cost, ARRAY_SIZE(cost));
	tcase_add_checked_fixture(kinds, setup, teardown);
	tcase_add_loop_test(kinds, just_what_is_sent_once_is_under_way, 0, ACT_MAX);
	suite_add_tcase(suite, kinds);
	return suite;
}
