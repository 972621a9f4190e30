/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The admin pages over real sockets: alive, ready, and who is to blame when not.
 * Component ring: the real store, loop and server.
 */
#include "listener/admin.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "loop/listen.h"
#include "raw_client.h"
#include "suite.h"

struct world {
	struct clock clock;
	struct loop *loop;
	struct store *store;
	struct admin *admin;
	char address[ADDRESS_SIZE];
	char *path;
	sqlite3 *other; /* another program's connection */
	struct raw_answer answer;
};

static struct world w;

static void setup(void)
{
	w = (struct world){ 0 };
	int fd;
	struct store_error error;
	ck_assert_int_gt(asprintf(&w.path, "%s/claimd.db", suite_tmpdir()), 0);
	ck_assert_int_eq(loop_new(&w.clock, &w.loop), ERR_OK);
	ck_assert_msg(store_open(w.path, &w.store, &error) == ERR_OK, "%s", error.text);
	ck_assert_int_eq(listen_open("127.0.0.1:0", &fd, w.address), ERR_OK);
	ck_assert_int_eq(admin_new(w.loop, w.store, fd, &w.admin), ERR_OK);
	ck_assert_int_eq(sqlite3_open(w.path, &w.other), SQLITE_OK);
}

static void teardown(void)
{
	raw_answer_done(&w.answer);
	admin_free(w.admin);
	sqlite3_close(w.other);
	store_close(w.store);
	loop_free(w.loop);
	free(w.path);
}

static void ask(const char *method, const char *target)
{
	char text[256];

	snprintf(text, sizeof(text), "%s %s HTTP/1.1\r\nHost: x\r\n\r\n", method, target);
	raw_answer_done(&w.answer);
	raw_ask(w.loop, w.address, text, &w.answer);
}

static void check(unsigned status, const char *body)
{
	ck_assert_uint_eq(w.answer.status, status);
	ck_assert_str_eq(w.answer.body, body);
}

static void set_state(const char *name, enum source_state state)
{
	struct source source;

	ck_assert_int_eq(store_begin(w.store), ERR_OK);
	ck_assert_int_eq(store_source(w.store, "delivery", name, (struct wall){ 1 }, &source), ERR_OK);
	source.state = state;
	store_source_save(w.store, &source, state == SOURCE_OK ? "" : "told by a test");
	ck_assert_int_eq(store_commit(w.store), ERR_OK);
}

START_TEST(healthz_says_that_the_loop_turns)
{
	ask("GET", "/healthz");
	check(200, "ok\n");
}
END_TEST

START_TEST(healthz_does_not_ask_the_store)
{
	ck_assert_int_eq(sqlite3_exec(w.other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	ask("GET", "/healthz");
	check(200, "ok\n");
}
END_TEST

START_TEST(readyz_is_ready_when_a_commit_succeeds)
{
	set_state("main", SOURCE_OK);
	ask("GET", "/readyz");
	check(200, "ready\n");
	ask("GET", "/readyz?verbose");
	check(200, "ready\n");
}
END_TEST

START_TEST(readyz_blames_the_store_while_it_cant_commit)
{
	ck_assert_int_eq(sqlite3_exec(w.other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	ask("GET", "/readyz");
	ck_assert_uint_eq(w.answer.status, 503);
	ck_assert_ptr_eq(strstr(w.answer.body, "store: can't commit: "), w.answer.body);
	ck_assert_ptr_nonnull(strstr(w.answer.body, "locked"));
	ck_assert_int_eq(sqlite3_exec(w.other, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
	ask("GET", "/readyz");
	check(200, "ready\n");
}
END_TEST

START_TEST(readyz_names_each_source_that_is_locked_out)
{
	set_state("main", SOURCE_LOCKED_OUT);
	set_state("other", SOURCE_LIMITED);
	set_state("third", SOURCE_LOCKED_OUT);
	ask("GET", "/readyz");
	ck_assert_uint_eq(w.answer.status, 503);
	ck_assert_ptr_nonnull(strstr(w.answer.body, "source main: locked_out\n"));
	ck_assert_ptr_nonnull(strstr(w.answer.body, "source third: locked_out\n"));
	ck_assert_ptr_null(strstr(w.answer.body, "other"));
	set_state("main", SOURCE_OK);
	set_state("third", SOURCE_OK);
	ask("GET", "/readyz");
	check(200, "ready\n");
}
END_TEST

START_TEST(head_has_the_head_of_get_and_no_body)
{
	struct raw_client client;

	raw_open(&client, w.loop, w.address);
	raw_send(&client, "HEAD /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
	while (!raw_take_answer(&client, true, &w.answer))
		raw_turn(w.loop);
	check(200, "");
	ck_assert_uint_eq(raw_content_length(w.answer.head, strlen(w.answer.head)), strlen("ok\n"));
	raw_answer_done(&w.answer);
	raw_answer(&client, &w.answer);
	check(200, "ok\n");
	raw_close(&client);
}
END_TEST

START_TEST(another_path_is_not_found)
{
	static const char *const paths[] = { "/", "/health", "/healthzz", "/healthz/", "//healthz", "/READYZ", "/delivery/main/secret" };

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		ask("GET", paths[i]);
		ck_assert_msg(w.answer.status == 404, "%s: %u", paths[i], w.answer.status);
	}
}
END_TEST

START_TEST(another_method_is_told_which_are_allowed)
{
	static const char *const methods[] = { "POST", "PUT", "DELETE", "OPTIONS" };

	for (size_t i = 0; i < ARRAY_SIZE(methods); i++) {
		ask(methods[i], "/readyz");
		ck_assert_uint_eq(w.answer.status, 405);
		ck_assert_ptr_nonnull(strstr(w.answer.head, "\r\nAllow: GET, HEAD\r\n"));
	}
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("admin");
	TCase *tc = tcase_create("admin");
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 30);
	tcase_add_test(tc, healthz_says_that_the_loop_turns);
	tcase_add_test(tc, healthz_does_not_ask_the_store);
	tcase_add_test(tc, readyz_is_ready_when_a_commit_succeeds);
	tcase_add_test(tc, readyz_blames_the_store_while_it_cant_commit);
	tcase_add_test(tc, readyz_names_each_source_that_is_locked_out);
	tcase_add_test(tc, head_has_the_head_of_get_and_no_body);
	tcase_add_test(tc, another_path_is_not_found);
	tcase_add_test(tc, another_method_is_told_which_are_allowed);
	suite_add_tcase(s, tc);
	return s;
}
