/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * claimctl doctor URL: what becomes of a callback_url or a push URL.
 * Component ring: a real configuration with a real secret.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/attr.h"
#include "doctor_world.h"
#include "listener/callback.h"
#include "listener/route.h"
#include "suite.h"

#define GOOD "https://shop.example/delivery/main/" DOCTOR_SECRET
#define PUSH "https://shop.example/market/shop/" DOCTOR_SECRET

#define NO_PATH "its path is neither /delivery/NAME/SECRET nor /market/NAME/SECRET"

struct judgement {
	const char *url;
	int status;
	const char *level;
	const char *part;
};

static const struct judgement judgements[] = {
	{ GOOD "?", 0, "ok", "it ends as it must" },
	{ GOOD "?", 0, "ok", "Yandex will call https://shop.example/delivery/main/SECRET?updated_ts=TIME&claim_id=ID" },
	{ GOOD "?", 0, "ok", "it is https" },
	{ GOOD "?", 0, "ok", "its secret is the right one" },
	{ GOOD "/?", 0, "ok", "it ends as it must" },
	{ GOOD "?my_order_id=123&", 0, "ok", "it ends as it must" },
	{ GOOD "?my_order_id=123&", 0, "ok", "/SECRET?...&updated_ts=TIME&claim_id=ID" },
	{ GOOD, 0, "look", "glued to the secret; claimd takes them apart again. Put a ? at its end" },
	{ GOOD, 0, "ok", "/delivery/main/SECRETupdated_ts=TIME&claim_id=ID" },
	{ GOOD, 0, "ok", "its secret is the right one" },
	{ GOOD "/", 0, "look", "glued to the secret" },
	{ GOOD "&", 0, "look", "it has & where the first ? should be" },
	{ GOOD "?my_order_id=123", 0, "look", "Put an & at its end" },
	{ GOOD "?my_order_id=123", 0, "ok", "/SECRET?...updated_ts=TIME&claim_id=ID" },
	{ GOOD "?my_order_id=123?", 0, "look", "it ends in a second ?" },
	{ GOOD "/more?", EX_UNAVAILABLE, "bad", "something else follows the secret, so claimd answers 404" },
	{ "https://shop.example/delivery/main/SECRET?", 0, "ok", "it ends as it must" },
	{ "HTTP://shop.example:8080/delivery/main/SECRET?", 0, "look", "it is http: " },
	{ "http://shop.example:8080/delivery/main/SECRET?", 0, "ok", "http://shop.example:8080/delivery/main/SECRET?updated_ts=" },
	{ "https://shop.example/hooks/delivery/main/SECRET?", 0, "look", "Let the reverse proxy cut off what stands before /delivery/" },
	{ "https://shop.example/delivery/main/" DOCTOR_SECRET "4?", EX_UNAVAILABLE, "bad", "its secret is not the one" },
	{ "https://shop.example/delivery/main/s3cret?", EX_UNAVAILABLE, "bad", "its secret is not the one" },
	{ "https://shop.example/delivery/mine/" DOCTOR_SECRET "?", EX_UNAVAILABLE, "bad", "its NAME is that of no source of this kind" },
	{ "https://shop.example/delivery/other/" DOCTOR_SECRET "?", EX_UNAVAILABLE, "bad", "Set callbacks = yes in [delivery other]" },
	{ "https://shop.example", EX_UNAVAILABLE, "bad", "would become part of the host" },
	{ "https://shop.example?", EX_UNAVAILABLE, "bad", "it has no path" },
	{ "https:///delivery/main/" DOCTOR_SECRET "?", EX_UNAVAILABLE, "bad", "it has no host" },
	{ "https://shop.example/" DOCTOR_SECRET "?", EX_UNAVAILABLE, "bad", NO_PATH },
	{ "https://shop.example/delivery/" DOCTOR_SECRET "?", EX_UNAVAILABLE, "bad", NO_PATH },
	{ "https://shop.example/delivery/main/?", EX_UNAVAILABLE, "bad", NO_PATH },
	{ "https://shop.example/?to=/delivery/main/" DOCTOR_SECRET "?", EX_UNAVAILABLE, "bad", NO_PATH },
	{ GOOD "?#", EX_UNAVAILABLE, "bad", "it has a #" },
	{ "https://me:" DOCTOR_SECRET "@shop.example/delivery/main/SECRET?", EX_UNAVAILABLE, "bad", "a user name or a password" },
	{ "ftp://shop.example/delivery/main/" DOCTOR_SECRET "?", EX_UNAVAILABLE, "bad", "neither https:// nor http://" },
	{ "shop.example/delivery/main/" DOCTOR_SECRET "?", EX_UNAVAILABLE, "bad", "neither https:// nor http://" },
	{ GOOD "?a=\xc3\xa9&", EX_UNAVAILABLE, "bad", "another character that can't stand in a URL" },
	{ PUSH, 0, "ok", "it ends as it must, right after the secret" },
	{ PUSH, 0, "ok", "Market will call https://shop.example/market/shop/SECRET/notification" },
	{ PUSH, 0, "ok", "it is https" },
	{ PUSH, 0, "ok", "its secret is the right one" },
	{ PUSH "/", 0, "look", "Take the slash away" },
	{ PUSH "/notification", 0, "look", "Market appends itself; claimd understands both. End it right after the secret" },
	{ PUSH "/notification/", 0, "look", "Market appends itself" },
	{ PUSH "//notification", 0, "look", "Market appends itself" },
	{ PUSH "/notification?", 0, "look", "Market appends itself" },
	{ PUSH "/notification/?a=b", 0, "look", "Market appends itself" },
	{ PUSH "?", EX_UNAVAILABLE, "bad", "it has a ?, behind which Market's /notification is lost, so claimd answers 404. End it" },
	{ PUSH "/?", EX_UNAVAILABLE, "bad", "no ? is needed" },
	{ PUSH "?my_shop=1&", EX_UNAVAILABLE, "bad", "no ? is needed" },
	{ PUSH "//", EX_UNAVAILABLE, "bad", "something else follows the secret, so claimd answers 404" },
	{ PUSH "&", EX_UNAVAILABLE, "bad", "something else follows the secret" },
	{ PUSH "/notify", EX_UNAVAILABLE, "bad", "something else follows the secret" },
	{ PUSH "/notifications", EX_UNAVAILABLE, "bad", "something else follows the secret" },
	{ PUSH "/notification/notification", EX_UNAVAILABLE, "bad", "something else follows the secret" },
	{ "http://shop.example/market/shop/SECRET", EX_UNAVAILABLE, "bad", "Market calls nothing but https. Use https" },
	{ "https://shop.example/hooks/market/shop/SECRET", 0, "look", "Let the reverse proxy cut off what stands before /market/" },
	{ "https://shop.example/market/shop/" DOCTOR_SECRET "4", EX_UNAVAILABLE, "bad",
	  "its secret is not the one in notification_secret_file" },
	{ "https://shop.example/market/mine/" DOCTOR_SECRET, EX_UNAVAILABLE, "bad", "Write the name of a section [market NAME]" },
	{ "https://shop.example/market/other/" DOCTOR_SECRET, EX_UNAVAILABLE, "bad", "its NAME is that of no source of this kind" },
	{ "https://shop.example/market/deaf/" DOCTOR_SECRET, EX_UNAVAILABLE, "bad",
	  "notifications of source deaf are off, so claimd answers 404. Set notifications = yes in [market deaf]" },
	{ "https://shop.example/market/shop/", EX_UNAVAILABLE, "bad", NO_PATH },
	{ "https://shop.example/market", EX_UNAVAILABLE, "bad", NO_PATH },
};

START_TEST(a_url_is_judged_by_what_claimd_would_do)
{
	const struct judgement *judgement = &judgements[_i];

	doctor_world_expect_run(judgement->url, judgement->status, judgement->level, "", judgement->part);
}
END_TEST

/* The listener's own code on what Yandex would make of the same URLs. */
START_TEST(the_listener_agrees)
{
	const struct judgement *judgement = &judgements[_i];
	struct callback callback;
	char *called = NULL;

	if (strncmp(judgement->url, GOOD, strlen(GOOD)) != 0 || strpbrk(judgement->url, "#\xc3"))
		return; /* what no client sends */
	ck_assert_int_gt(asprintf(&called, "%supdated_ts=2026-09-23T07:44:04.402413%%2B00:00&claim_id=abc", judgement->url), 0);

	const char *tail = called + strlen(GOOD);
	bool fits = callback_tail_fits(tail, strlen(tail));

	ck_assert_msg(fits == (judgement->status == 0), "%s", called);
	ck_assert_int_eq(callback_parse(tail, strlen(tail), &callback), 0);
	if (fits)
		ck_assert_str_eq(callback.claim_id, "abc");
	callback_done(&callback);
	free(called);
}
END_TEST

START_TEST(the_listener_agrees_about_pushes)
{
	const struct judgement *judgement = &judgements[_i];
	const struct conf_source conf = {
		.kind = CONF_MARKET,
		.name = "shop",
		.callbacks = true,
		.secret = { (char[]){ DOCTOR_SECRET }, strlen(DOCTOR_SECRET) },
	};
	const struct listener_source source = { .id = 1, .conf = &conf };
	struct route route;
	char *called = NULL;

	if (strncmp(judgement->url, PUSH, strlen(PUSH)) != 0)
		return;
	ck_assert_int_gt(asprintf(&called, "%s/notification", judgement->url + strlen("https://shop.example")), 0);

	enum route_verdict verdict = route_find(&source, 1, "POST", called, &route);

	ck_assert_msg((verdict == ROUTE_FOUND) == (judgement->status == 0), "%s", called);
	free(called);
}
END_TEST

START_TEST(what_is_judged_is_told)
{
	doctor_world_expect_run(GOOD "?", 0, "ok", "callback_url", "it is https");
	doctor_world_expect_run(PUSH, 0, "ok", "push URL", "it is https");
	doctor_world_expect_run("https://shop.example/", EX_UNAVAILABLE, "bad", "URL",
	                        "Write https://YOUR-HOST/delivery/NAME/SECRET? for Yandex Delivery, "
	                        "https://YOUR-HOST/market/NAME/SECRET for Yandex Market");
}
END_TEST

/* Wherever a secret may have been put by mistake, it is not written. */
START_TEST(nothing_of_a_url_that_may_be_a_secret_is_told)
{
	static const char *const urls[] = {
		"https://h/delivery/hidden/x?",
		"https://h/hidden/delivery/main/x?",
		"https://h/delivery/main/hidden?",
		"https://h/delivery/main/x/hidden?",
		"https://h/delivery/main/x?hidden&",
		"https://h/delivery/main/x?key=hidden",
		"https://h/hidden?",
		"https://hidden@h/delivery/main/x?",
		"https://h/market/hidden/x",
		"https://h/market/shop/hidden",
		"https://h/market/shop/x/hidden",
		"https://h/market/shop/x?hidden",
		"https://h/hidden/market/shop/x",
	};

	for (size_t i = 0; i < ARRAY_SIZE(urls); i++) {
		struct ctl_world_run run = doctor_world_run(urls[i]);

		ctl_world_expect_not_in(run.out, "hidden");
		ctl_world_run_done(&run);
	}
}
END_TEST

START_TEST(a_secret_that_cant_be_read_here_is_not_compared)
{
	ck_assert_int_eq(unlink(doctor_world_file("secret")), 0);
	doctor_world_expect_run(GOOD "?", 0, "look", "callback_url", "its secret can't be compared");
	doctor_world_expect_run(PUSH, 0, "look", "push URL", "its secret can't be compared");
}
END_TEST

START_TEST(without_a_configuration_the_form_is_judged_alone)
{
	ck_assert_int_eq(unlink(doctor_world_file("claimd.conf")), 0);

	struct ctl_world_run run = doctor_world_run("https://shop.example/delivery/mine/abc?");

	ck_assert_int_eq(run.status, 0);
	doctor_world_expect(&run, "look", "configuration", "only the form of the URL is judged");
	doctor_world_expect(&run, "ok", "callback_url", "https://shop.example/delivery/NAME/SECRET?updated_ts=");
	ctl_world_run_done(&run);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("doctor-url");
	TCase *tcase = tcase_create("doctor-url");

	tcase_add_checked_fixture(tcase, doctor_world_setup_market, doctor_world_teardown);
	tcase_add_loop_test(tcase, a_url_is_judged_by_what_claimd_would_do, 0, ARRAY_SIZE(judgements));
	tcase_add_loop_test(tcase, the_listener_agrees, 0, ARRAY_SIZE(judgements));
	tcase_add_loop_test(tcase, the_listener_agrees_about_pushes, 0, ARRAY_SIZE(judgements));
	tcase_add_test(tcase, what_is_judged_is_told);
	tcase_add_test(tcase, nothing_of_a_url_that_may_be_a_secret_is_told);
	tcase_add_test(tcase, a_secret_that_cant_be_read_here_is_not_compared);
	tcase_add_test(tcase, without_a_configuration_the_form_is_judged_alone);
	suite_add_tcase(suite, tcase);
	return suite;
}
