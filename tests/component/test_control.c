/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The control socket over a real one: what is recorded and by whom, what is refused in which words, and patience with a lock.
 * Component ring: the real store, loop and server.
 */
#include "listener/control.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "listener_world.h"
#include "loop/listen.h"
#include "suite.h"

#define JSON "Content-Type: application/json\r\n"

static struct listener_world w;
static struct control *control;
static unsigned nudges;

static void on_actions(void *cls)
{
	unsigned *n = cls;

	/* Whoever is nudged finds the rows there. */
	ck_assert_str_ne(listener_world_value(&w, "SELECT count(*) FROM action"), "0");
	(*n)++;
}

/* The sources but the last are configured; a claim is known to both of the first, another to the last alone. */
static void setup(void)
{
	struct control_config config = { .sources = w.sources, .n_sources = SOURCES - 1, .on_actions = on_actions, .cls = &nudges };
	char where[ADDRESS_SIZE];

	nudges = 0;
	listener_world_open(&w);
	ck_assert_int_lt(snprintf(where, sizeof(where), "unix:%s/control.sock", suite_tmpdir()), ADDRESS_SIZE);
	ck_assert_int_eq(listen_open(where, &config.fd, w.address), ERR_OK);
	ck_assert_int_eq(control_new(w.loop, w.store, &config, &control), ERR_OK);
	listener_world_sql(&w,
	                   "INSERT INTO shipment (id, source_id, external_id, model, first_seen_us, via) VALUES"
	                   " (1, 1, 'abc', 'claims', 1, 'callback'), (2, 1, 'twice', 'claims', 1, 'callback'),"
	                   " (3, 2, 'twice', 'claims', 1, 'callback'), (4, 6, 'gone', 'dbs', 1, 'callback');"
	                   "INSERT INTO history (id, shipment_id, revision, updated_us, at_us, seen_us, via, status, adopted, verdict, seq)"
	                   " VALUES (1, 1, 1, 1, 1, 1, 'callback', 'odd', 0, 'unknown', 1),"
	                   " (2, 4, 1, 1, 1, 1, 'callback', 'odd', 0, 'unknown', 1);"
	                   "INSERT INTO violation (id, history_id, kind) VALUES (17, 1, 'unknown_status'), (18, 2, 'unknown_status')");
}

static void teardown(void)
{
	control_free(control);
	listener_world_close(&w);
}

static unsigned post(const char *body)
{
	char *json = strdup(body);

	for (char *c = json; *c; c++)
		*c = *c == '\'' ? '"' : *c;
	unsigned status = listener_world_push_to(&w, "/actions", "", json);
	free(json);
	return status;
}

static const char *count(void)
{
	return listener_world_value(&w, "SELECT count(*) FROM action");
}

#define COLUMN(name) " || coalesce(' ' || " name ", '')"

/* The last row as a line: its source and shipment, what is wanted, its state. */
static const char *last_row(void)
{
	return listener_world_value(&w, "SELECT coalesce(source_id, '-') || ' ' || coalesce(shipment_id, '-') || ': ' || kind"
	                                COLUMN("argument") COLUMN("target_id") COLUMN("note") COLUMN("version") COLUMN("price")
	                                " || ', ' || state FROM action ORDER BY id DESC");
}

START_TEST(a_wish_is_recorded_with_who_has_it_and_answered_by_its_number)
{
	char by[32];

	ck_assert_int_gt(snprintf(by, sizeof(by), "uid:%u", getuid()), 0);
	ck_assert_uint_eq(post("{'kind':'accept','id':'abc','source':'main','version':3}"), 202);
	ck_assert_str_eq(w.answer.body, "{\"actions\":[1]}");
	ck_assert(listener_world_answered(&w, "Content-Type: application/json"));
	ck_assert_str_eq(listener_world_value(&w, "SELECT requested_by FROM action"), by);
	ck_assert_str_eq(listener_world_value(&w, "SELECT abs(requested_us / 1000000 - unixepoch()) < 60 FROM action"), "1");
	ck_assert_uint_eq(nudges, 1);
	ck_assert_uint_eq(post("{'kind':'refetch','id':'abc'}"), 202);
	ck_assert_str_eq(w.answer.body, "{\"actions\":[2]}");
	ck_assert_uint_eq(nudges, 2);
}
END_TEST

static const struct {
	const char *body;
	const char *row;
} wishes[] = {
	{ "{'kind':'accept','id':'abc'}", "1 1: accept, wanted" },
	{ "{'kind':'accept','id':'abc','version':3}", "1 1: accept 3, wanted" },
	{ "{'kind':'cancel','id':'abc','argument':'paid','price':'12.50','version':3}", "1 1: cancel paid 3 12.50, wanted" },
	{ "{'kind':'cancel_info','id':'abc'}", "1 1: cancel_info, wanted" },
	{ "{'kind':'order_status','id':'abc','argument':'DELIVERY/X'}", "1 1: order_status DELIVERY/X, wanted" },
	{ "{'kind':'cancellation','id':'abc','argument':'reject ORDER_DELIVERED'}",
	  "1 1: cancellation reject ORDER_DELIVERED, wanted" },
	{ "{'kind':'refetch','id':'twice','source':'other'}", "2 3: refetch, wanted" },
	{ "{'kind':'resolve','violation':17,'argument':'adopt','note':'he rang'}", "1 1: resolve adopt 17 he rang, wanted" },
	{ "{'kind':'probe','source':'silent'}", "3 -: probe, wanted" },
	{ "{'kind':'prune'}", "- -: prune, wanted" },
	{ "{'kind':'retry'}", "- -: retry, wanted" },
	{ "{'kind':'retry','message':12}", "- -: retry 12, wanted" },
};

START_TEST(each_kind_has_its_row)
{
	ck_assert_uint_eq(post(wishes[_i].body), 202);
	ck_assert_str_eq(last_row(), wishes[_i].row);
	ck_assert_str_eq(count(), "1");
}
END_TEST

START_TEST(a_probe_is_one_row_for_each_source_that_is_meant)
{
	ck_assert_uint_eq(post("{'kind':'probe'}"), 202);
	ck_assert_str_eq(w.answer.body, "{\"actions\":[1,2,3,4,5]}");
	ck_assert_str_eq(listener_world_value(&w, "SELECT group_concat(source_id) FROM action"), "1,2,3,4,5");
	ck_assert_uint_eq(nudges, 1);
	/* A Delivery and a Market account of one name. */
	ck_assert_uint_eq(post("{'kind':'probe','source':'main'}"), 202);
	ck_assert_str_eq(listener_world_value(&w, "SELECT group_concat(source_id) FROM action WHERE id > 5"), "1,4");
}
END_TEST

static const struct {
	const char *body;
	unsigned status;
	const char *code;
	const char *message;
} refused[] = {
	{ "{'kind':'refetch','id':'nothere'}", 404, "not_found", "no claim or order nothere" },
	{ "{'kind':'refetch','id':'abc','source':'other'}", 404, "not_found", "no claim or order abc in source other" },
	{ "{'kind':'refetch','id':'gone'}", 404, "not_found", "claim or order gone is of a source that is not configured any more" },
	{ "{'kind':'refetch','id':'twice'}", 409, "ambiguous", "2 sources know a claim or order twice: name the one that is meant" },
	{ "{'kind':'resolve','violation':19,'argument':'adopt'}", 404, "not_found", "no violation 19" },
	{ "{'kind':'resolve','violation':18,'argument':'adopt'}", 404, "not_found",
	  "violation 18 is of a source that is not configured any more" },
	{ "{'kind':'probe','source':'nobody'}", 404, "not_found", "no source nobody is configured" },
	{ "{'kind':'accept','id':'abc','vresion':3}", 400, "bad_request", "'vresion' is no member of a request of kind accept" },
	{ "accept abc", 400, "bad_request", "the body must be one JSON object" },
};

START_TEST(what_cant_be_wanted_is_refused_and_not_recorded)
{
	char body[512];

	ck_assert_uint_eq(post(refused[_i].body), refused[_i].status);
	for (char *c = w.answer.body; *c; c++)
		if (*c == '\\' && c[1] == '"')
			memmove(c, c + 1, strlen(c)), *c = '\'';
	snprintf(body, sizeof(body), "{\"error\":{\"code\":\"%s\",\"message\":\"%s\"}}", refused[_i].code, refused[_i].message);
	ck_assert_str_eq(w.answer.body, body);
	ck_assert_str_eq(count(), "0");
	ck_assert_uint_eq(nudges, 0);
}
END_TEST

START_TEST(there_is_one_path_one_method_and_one_type)
{
	ck_assert_uint_eq(listener_world_ask(&w, "POST", "/", JSON "Content-Length: 0\r\n"), 404);
	ck_assert_uint_eq(listener_world_ask(&w, "GET", "/actions/1", ""), 404);
	ck_assert_uint_eq(listener_world_ask(&w, "GET", "/actions", ""), 405);
	ck_assert(listener_world_answered(&w, "\r\nAllow: POST\r\n"));
	ck_assert_uint_eq(listener_world_ask(&w, "POST", "/actions", "Content-Length: 2\r\n"), 415);
	ck_assert_uint_eq(listener_world_ask(&w, "POST", "/actions", "Content-Type: application/jsonp\r\nContent-Length: 2\r\n"), 415);
	ck_assert_str_eq(w.answer.body,
	                 "{\"error\":{\"code\":\"bad_type\",\"message\":\"the Content-Type must be application/json\"}}");
	ck_assert_uint_eq(listener_world_ask(&w, "POST", "/actions", "Content-Type: Application/JSON; charset=utf-8\r\n"
	                                                             "Content-Length: 0\r\n"), 400);
	ck_assert_uint_eq(listener_world_ask(&w, "POST", "/actions", JSON "Content-Length: 65537\r\n"), 413);
	ck_assert_str_eq(count(), "0");
}
END_TEST

static void post_on(struct raw_client *client, const char *id)
{
	char body[128], text[512];

	snprintf(body, sizeof(body), "{\"kind\":\"refetch\",\"id\":\"%s\",\"source\":\"main\"}", id);
	snprintf(text, sizeof(text), "POST /actions HTTP/1.1\r\nHost: x\r\n" JSON "Content-Length: %zu\r\n\r\n%s", strlen(body), body);
	raw_send(client, text);
}

static void post_open(struct raw_client *client, const char *id)
{
	raw_open(client, w.loop, w.address);
	post_on(client, id);
}

START_TEST(a_short_lock_is_waited_for_in_turn)
{
	struct raw_client second;

	listener_world_sql(&w, "BEGIN IMMEDIATE");
	post_open(&w.client, "abc");
	raw_quiet(&w.client);
	post_open(&second, "twice");
	raw_quiet(&second);
	ck_assert_uint_eq(nudges, 0);
	listener_world_sql(&w, "ROLLBACK");
	ck_assert_uint_eq(raw_status(&w.client), 202);
	ck_assert_uint_eq(raw_status(&second), 202);
	raw_close(&second);
	ck_assert_str_eq(listener_world_value(&w, "SELECT group_concat(shipment_id) FROM action"), "1,2");
	ck_assert_uint_eq(nudges, 2);
}
END_TEST

START_TEST(a_long_lock_is_503_and_passes)
{
	listener_world_sql(&w, "BEGIN IMMEDIATE");
	ck_assert_uint_eq(post("{'kind':'prune'}"), 503);
	ck_assert(listener_world_answered(&w, "\r\nRetry-After: 5\r\n"));
	ck_assert_ptr_nonnull(strstr(w.answer.body, "\"try_later\""));
	listener_world_sql(&w, "ROLLBACK");
	ck_assert_str_eq(count(), "0");
	ck_assert_uint_eq(post("{'kind':'prune'}"), 202);
	ck_assert_str_eq(count(), "1");
	ck_assert_uint_eq(nudges, 1);
}
END_TEST

START_TEST(what_waits_at_the_end_is_answered)
{
	listener_world_sql(&w, "BEGIN IMMEDIATE");
	post_open(&w.client, "abc");
	raw_quiet(&w.client);
	control = control_free(control);
	ck_assert_uint_eq(raw_status(&w.client), 503);
	listener_world_sql(&w, "ROLLBACK");
	ck_assert_str_eq(count(), "0");
}
END_TEST

/* It is in the socket when the end begins, and there is nobody left who would take it when the lock is gone. */
START_TEST(what_comes_at_the_very_end_is_answered_too)
{
	post_open(&w.client, "abc");
	ck_assert_uint_eq(raw_status(&w.client), 202);
	listener_world_sql(&w, "BEGIN IMMEDIATE");
	post_on(&w.client, "twice");
	control = control_free(control);
	ck_assert_uint_eq(raw_status(&w.client), 503);
	listener_world_sql(&w, "ROLLBACK");
	ck_assert_str_eq(count(), "1");
}
END_TEST

START_TEST(a_caller_that_leaves_while_it_waits_has_asked_all_the_same)
{
	listener_world_sql(&w, "BEGIN IMMEDIATE");
	post_open(&w.client, "abc");
	raw_quiet(&w.client);
	raw_close(&w.client);
	listener_world_sql(&w, "ROLLBACK");
	while (nudges == 0)
		raw_turn(w.loop);
	ck_assert_str_eq(count(), "1");
}
END_TEST

START_TEST(a_store_that_cant_record_is_503_at_once)
{
	int log = listener_world_capture_log(LOG_LEVEL_ERROR);
	char line[512];

	listener_world_sql(&w, "CREATE TRIGGER t BEFORE INSERT ON action BEGIN SELECT RAISE(ABORT, 'told by a test'); END");
	ck_assert_uint_eq(post("{'kind':'prune'}"), 503);
	ck_assert_uint_eq(nudges, 0);
	ssize_t n = read(log, line, sizeof(line) - 1);
	ck_assert_int_gt(n, 0);
	line[n] = '\0';
	ck_assert_ptr_nonnull(strstr(line, "an action can't be recorded: told by a test"));
	close(log);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("control");
	TCase *tcase = tcase_create("control");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, a_wish_is_recorded_with_who_has_it_and_answered_by_its_number);
	tcase_add_loop_test(tcase, each_kind_has_its_row, 0, ARRAY_SIZE(wishes));
	tcase_add_test(tcase, a_probe_is_one_row_for_each_source_that_is_meant);
	tcase_add_loop_test(tcase, what_cant_be_wanted_is_refused_and_not_recorded, 0, ARRAY_SIZE(refused));
	tcase_add_test(tcase, there_is_one_path_one_method_and_one_type);
	tcase_add_test(tcase, a_short_lock_is_waited_for_in_turn);
	tcase_add_test(tcase, a_long_lock_is_503_and_passes);
	tcase_add_test(tcase, what_waits_at_the_end_is_answered);
	tcase_add_test(tcase, what_comes_at_the_very_end_is_answered_too);
	tcase_add_test(tcase, a_caller_that_leaves_while_it_waits_has_asked_all_the_same);
	tcase_add_test(tcase, a_store_that_cant_record_is_503_at_once);
	suite_add_tcase(suite, tcase);
	return suite;
}
