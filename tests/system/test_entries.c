/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the journal gets of a claimd at work: fields, MESSAGE_IDs, explanations, and nothing that is nobody's business.
 * System tests. Where no mount namespace is allowed there is no journal for them, and they say so.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/attr.h"
#include "http.h"
#include "journald.h"
#include "site.h"
#include "suite.h"
#include "upstream.h"
#include "wire/claims_encode.h"
#include "wire/orders_encode.h"

#define IN_A_HURRY "stale_retry = 5ms..15ms\nrequests_per_second = 1000\n"
#define ALERT_KEY "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

static struct site site;
static struct upstream upstream;
static struct journald journald;
static char callback_url[600];
static char push_url[600];

static void setup(void)
{
	setenv("no_proxy", "*", 1);
	site_open(&site);
	site_open_socket(&site);
	snprintf(callback_url, sizeof(callback_url), "http://%s" SITE_PATH "?", site.address);
	snprintf(push_url, sizeof(push_url), "http://%s" SITE_SHOP, site.address);
	site.delivery_keys = IN_A_HURRY;
}

static void teardown(void)
{
	upstream_close(&upstream);
	site_close(&site);
	journald_close(&journald);
}

static bool open_journal(void)
{
	const char *why;

	if (journald_open(&journald, site.folder, &why))
		return true;
	printf("note: skipped, no journal can be put at /run: %s\n", why);
	return false;
}

static char *in_folder(const char *name, const char *text)
{
	char *path = NULL;

	ck_assert_int_gt(asprintf(&path, "%s/%s", site.folder, name), 0);
	site_write_file(path, text);
	return path;
}

static void make_folder(const char *name)
{
	char *path = NULL;

	ck_assert_int_gt(asprintf(&path, "%s/%s", site.folder, name), 0);
	ck_assert_int_eq(mkdir(path, 0755), 0);
	free(path);
}

static unsigned count(const char *text, const char *words)
{
	unsigned n = 0;

	for (const char *at = text; (at = strstr(at, words)); at++)
		n++;
	return n;
}

static const char *await(const char *line)
{
	return journald_await(&journald, &site.claimd, line);
}

static void start(void)
{
	const char *const argv[] = { "claimd", "-c", site.conf, NULL };

	site_configure(&site);
	process_start_as(&site.claimd, &(struct process_plan){ .argv = argv, .socket = site.socket, .enter = journald_enter });
	await("CLAIMD_EVENT=started");
}

static void stop(void)
{
	process_signal(&site.claimd, SIGTERM);
	await("CLAIMD_EVENT=stopping");
	ck_assert_int_eq(process_wait(&site.claimd), 0);
}

#define PLAY(...) play((const char *const[]){ __VA_ARGS__, NULL })

static void play(const char *const *arguments)
{
	upstream_start(&upstream, arguments);
	site.base_url = upstream.url;
}

static unsigned act(const char *body)
{
	struct http_answer answer;
	char address[ADDRESS_SIZE];

	snprintf(address, sizeof(address), "unix:%s", site.control_socket);

	unsigned status = http_ask_json(address, "/actions", body, &answer);

	http_answer_done(&answer);
	return status;
}

#define ASSERT_HAS(entry, ...) assert_has(entry, (const char *const[]){ __VA_ARGS__, NULL })

static void assert_has(const char *entry, const char *const *lines)
{
	for (; *lines; lines++)
		ck_assert_msg(journald_has(entry, *lines), "no %s in:\n%s", *lines, entry);
}

/* --- Fields ----------------------------------------------------------------------------------------------------------- */

START_TEST(a_transition_has_its_claim_and_how_it_was_judged)
{
	char *scenario = in_folder("play.scn", "claim c1\n\tnew, estimating\n");

	if (!open_journal())
		return;
	PLAY("--scenario", scenario, "--step", "1ms..5ms", "--wait-read", "--callback", callback_url);
	start();
	ASSERT_HAS(await("CLAIMD_TO=new"), "MESSAGE=main: claim c1: (nothing) -> new (first)", "PRIORITY=6", "SYSLOG_IDENTIFIER=claimd",
	           "MESSAGE_ID=e2c32bc6daad4dfba91917e55f6e053e", "CLAIMD_EVENT=transition", "CLAIMD_SOURCE=main", "CLAIMD_KIND=delivery",
	           "CLAIMD_CLAIM=c1", "CLAIMD_EXTERNAL_ID=c1", "CLAIMD_VERDICT=first", "CLAIMD_VIA=callback");

	const char *entry = await("CLAIMD_TO=estimating");

	ASSERT_HAS(entry, "CLAIMD_FROM=new", "CLAIMD_VERDICT=legal");
	ck_assert(!journald_has(entry, "CODE_FILE="));
	ck_assert(!journald_has(entry, "CLAIMD_ORDER="));
	free(scenario);
}
END_TEST

START_TEST(an_action_is_told_when_it_is_wanted_and_when_it_has_ended)
{
	char by[64];

	if (!open_journal())
		return;
	snprintf(by, sizeof(by), "CLAIMD_REQUESTED_BY=uid:%u", getuid());
	start();
	http_post(site.address, SITE_CALLBACK "c1");
	site_await(&site, "SELECT count(*) FROM report_claims", "1");
	ck_assert_uint_eq(act("{\"kind\":\"refetch\",\"id\":\"c1\"}"), 202);
	ck_assert_uint_eq(act("{\"kind\":\"prune\"}"), 202);
	ASSERT_HAS(await("CLAIMD_ACTION=refetch"), by, "CLAIMD_ACTION_ID=1", "CLAIMD_EXTERNAL_ID=c1");
	ASSERT_HAS(await("CLAIMD_EVENT=action_ended"), by, "CLAIMD_ACTION_ID=2", "CLAIMD_ACTION=prune", "CLAIMD_RESULT=done",
	           "MESSAGE_ID=456a22778d784a459d38b65eb3a57caf");
}
END_TEST

START_TEST(reloads_refusals_and_the_end_are_events)
{
	if (!open_journal())
		return;
	site.log_level = "info";
	start();
	ck_assert_uint_eq(http_post(site.address, "/delivery/main/wrong?claim_id=c1"), 404);
	ASSERT_HAS(await("CLAIMD_EVENT=refusals"), "CLAIMD_SOURCE=main", "CLAIMD_REMOTE_ADDR=127.0.0.1");
	process_signal(&site.claimd, SIGHUP);
	ASSERT_HAS(await("CLAIMD_EVENT=reloaded"), "PRIORITY=5");
	site_write_file(site.conf, "[nonsense]\n");
	process_signal(&site.claimd, SIGHUP);
	ASSERT_HAS(await("CLAIMD_EVENT=reload_refused"), "PRIORITY=3", "CLAIMD_REASON=");
	stop();
}
END_TEST

START_TEST(what_cant_be_stored_is_an_event_and_so_is_its_end)
{
	if (!open_journal())
		return;
	start();
	site_lock(&site);
	ck_assert_uint_eq(http_post(site.address, SITE_CALLBACK "c1"), 503);
	ASSERT_HAS(await("CLAIMD_EVENT=hints_refused"), "PRIORITY=3", "CLAIMD_REASON=");
	site_unlock(&site);
	ck_assert_uint_eq(http_post(site.address, SITE_CALLBACK "c1"), 200);
	await("CLAIMD_EVENT=hints_stored");
}
END_TEST

START_TEST(a_control_socket_that_cant_be_opened_is_an_event)
{
	if (!open_journal())
		return;
	free(site.control_socket);
	site.control_socket = strdup(site.conf);
	start();
	journald.taken = 0;
	ASSERT_HAS(await("CLAIMD_EVENT=no_control_socket"), "PRIORITY=3", "CLAIMD_PATH=", "CLAIMD_REASON=");
}
END_TEST

START_TEST(a_lockout_is_an_alert_and_its_end_an_event)
{
	char *token = in_folder("another.token", "another\n");

	if (!open_journal())
		return;
	PLAY("--claims", "1", "--step", "1h..1h", "--token", token);
	start();
	http_post(site.address, SITE_CALLBACK "c1");
	ASSERT_HAS(await("CLAIMD_ALERT=locked_out"), "CLAIMD_SOURCE=main", "CLAIMD_ALERT_ID=", "CLAIMD_REASON=",
	           "MESSAGE_ID=4d9bbb7f55e9690e54d9018be516cdf7");
	site_write_file(site.token_file, "another\n");
	process_signal(&site.claimd, SIGHUP);
	ASSERT_HAS(await("CLAIMD_EVENT=answers_again"), "CLAIMD_SOURCE=main", "MESSAGE=main: the upstream answers again");
	free(token);
}
END_TEST

/* --- Explanations ----------------------------------------------------------------------------------------------------- */

static char *read_catalog(void)
{
	char *path = NULL;

	ck_assert_int_gt(asprintf(&path, "%s/systemd/claimd.catalog", getenv("CLAIMD_BUILD")), 0);

	char *text = suite_read_file(path);

	free(path);
	return text;
}

/* Each @FIELD@ of an explanation, which goes to where the next one begins. */
static void assert_filled(const char *entry, const char *explanation)
{
	const char *next = strstr(explanation, "\n-- ");
	const char *end = next ? next : explanation + strlen(explanation);
	const char *at = memchr(explanation, '@', (size_t)(end - explanation));
	char field[64];

	while (at) {
		const char *close = strchr(at + 1, '@');

		ck_assert_int_lt(snprintf(field, sizeof(field), "%.*s=", (int)(close - at - 1), at + 1), (int)sizeof(field));
		ck_assert_msg(journald_has(entry, field), "its explanation speaks of %s:\n%s", field, entry);
		at = memchr(close + 1, '@', (size_t)(end - close - 1));
	}
}

static void assert_explained(const char *catalog, const char *entry)
{
	static const char name[] = "\nMESSAGE_ID=";
	const char *id = strstr(entry, name);
	char heading[64];

	if (!id)
		return;
	snprintf(heading, sizeof(heading), "-- %.32s\n", id + strlen(name));

	const char *explanation = strstr(catalog, heading);

	ck_assert_msg(explanation, "no %s in the catalog", heading);
	assert_filled(entry, explanation);
}

static unsigned assert_all_explained(void)
{
	char *catalog = read_catalog();
	const char *entry = journald_text(&journald);
	unsigned n = 0;

	for (const char *end; (end = strstr(entry, "\n\n")); entry = end + 2, n++) {
		char *copy = strndup(entry, (size_t)(end - entry));

		ASSERT_HAS(copy, "SYSLOG_IDENTIFIER=claimd", "PRIORITY=", "MESSAGE=");
		assert_explained(catalog, copy);
		free(copy);
	}
	ck_assert_str_eq(entry, "");
	free(catalog);
	return n;
}

/* Claims that break rules and miss windows, orders, faults of all kinds. */
START_TEST(each_entry_has_the_fields_that_its_explanation_speaks_of)
{
	if (!open_journal())
		return;
	PLAY("--scenario", "tests/scenario/illegal.scn", "--claims", "40", "--orders", "dbs=10,laas=10", "--rate", "1000",
	     "--step", "1ms..10ms", "--window", "300ms", "--wait-read", "--faults", "429=0.05,500=0.05", "--callback", callback_url,
	     "--push", push_url, "--retry", "20ms");
	site.delivery_keys = IN_A_HURRY "sweep_after = 100ms\napproval_warning = 200ms\n";
	site.market_keys = IN_A_HURRY "catch_up = 100ms\n";
	start();
	upstream_await_stat(&upstream, "done", 63);
	await("CLAIMD_EVENT=answers_again");
	journald.taken = 0;
	await("CLAIMD_VIOLATION=unknown_status");
	stop();
	ck_assert_uint_gt(assert_all_explained(), 200);
}
END_TEST

static int run_journalctl(struct process *process, const char *root, const char *option)
{
	char *argument = NULL;

	ck_assert_int_gt(asprintf(&argument, "--root=%s", root), 0);

	int status = process_run(process, (const char *const[]){ "/usr/bin/journalctl", argument, option, NULL });

	free(argument);
	return status;
}

START_TEST(journalctl_takes_the_whole_catalog)
{
	char *text = read_catalog();
	struct process journalctl = { 0 };

	if (access("/usr/bin/journalctl", X_OK) < 0) {
		puts("note: skipped, there is no journalctl (Debian: systemd)");
		return;
	}
	for (const char *const *folder = (const char *const[]){ "usr", "usr/lib", "usr/lib/systemd", "usr/lib/systemd/catalog", "var",
	                                                        "var/lib", "var/lib/systemd", "var/lib/systemd/catalog", NULL };
	     *folder; folder++)
		make_folder(*folder);
	free(in_folder("usr/lib/systemd/catalog/claimd.catalog", text));
	ck_assert_msg(run_journalctl(&journalctl, site.folder, "--update-catalog") == 0, "%s", process_errors(&journalctl));
	ck_assert_str_eq(process_errors(&journalctl), "");
	process_done(&journalctl);
	ck_assert_int_eq(run_journalctl(&journalctl, site.folder, "--dump-catalog"), 0);
	ck_assert_uint_eq(count(process_output(&journalctl), "\nDefined-By: claimd\n"), count(text, "\n-- "));
	process_done(&journalctl);
	free(text);
}
END_TEST

/* --- What nobody is told ---------------------------------------------------------------------------------------------- */

#define WRONG_TOKEN "wr0ng-token-of-main"
#define WRONG_SECRET "bad/s3cret-of-main"
#define HOOK "hook-s3cret-9981"
#define OWN_PARAMETER "phone.70005550199"

static const char *const secrets[] = {
	SITE_SECRET, SITE_TOKEN, SITE_SHOP_SECRET, SITE_API_KEY, "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", WRONG_TOKEN, "s3cret-of-main", HOOK,
	OWN_PARAMETER, NULL,
};

static void assert_none(const char *text, const char *const *words)
{
	for (; *words; words++)
		ck_assert_msg(!strstr(text, *words), "\"%s\" was told", *words);
}

static void assert_nothing_told(const char *text)
{
	ck_assert_uint_gt(strlen(text), 0);
	assert_none(text, secrets);
	assert_none(text, wire_invented_people);
	assert_none(text, wire_invented_courier);
	assert_none(text, wire_invented_buyer);
}

static void send_what_is_refused(void)
{
	struct http_answer answer;

	ck_assert_uint_eq(http_post(site.address, "/delivery/nobody/" SITE_SECRET "?claim_id=c1"), 404);
	ck_assert_uint_eq(http_post(site.address, "/delivery/main/" SITE_SECRET "x?claim_id=c1"), 404);
	ck_assert_uint_eq(http_post(site.address, SITE_PATH "?my_phone=" OWN_PARAMETER "&claim_id=" OWN_PARAMETER), 200);
	ck_assert_uint_eq(http_ask_json(site.address, SITE_PUSH, "{\"phone\":\"" OWN_PARAMETER "\",", &answer), 400);
	http_answer_done(&answer);
	ck_assert_uint_eq(http_ask_json(site.address, SITE_PUSH, "{\"notificationType\":\"PING\"}", &answer), 200);
	http_answer_done(&answer);
	ck_assert_uint_eq(act("{\"kind\":\"resolve\",\"violation\":1,\"argument\":\"dismiss\",\"note\":\"" OWN_PARAMETER "\"}"), 404);
	ck_assert_uint_eq(act("{\"kind\":\"probe\"}"), 202);
}

static void reload(const char *file, const char *content, const char *event)
{
	site_write_file(file, content);
	process_signal(&site.claimd, SIGHUP);
	await(event);
}

START_TEST(no_secret_and_nobodys_name_is_ever_told)
{
	char *key = in_folder("alert.key", ALERT_KEY "\n");
	char *keys = NULL;

	if (!open_journal())
		return;
	ck_assert_int_gt(asprintf(&keys, "alert_url = http://127.0.0.1:1/" HOOK "\nalert_secret_file = %s\n", key), 0);
	strncat(callback_url, "my_phone=" OWN_PARAMETER "&", sizeof(callback_url) - strlen(callback_url) - 1);
	PLAY("--claims", "10", "--orders", "dbs=5,laas=5", "--rate", "1000", "--step", "1ms..10ms", "--window", "300ms", "--wait-read",
	     "--retry", "20ms", "--token", site.token_file, "--api-key-file", site.api_key_file, "--callback", callback_url,
	     "--push", push_url);
	site.daemon_keys = keys;
	site.delivery_keys = IN_A_HURRY "sweep_after = 100ms\n";
	site.market_keys = IN_A_HURRY "catch_up = 100ms\n";
	start();
	upstream_await_stat(&upstream, "done", 20);
	site_await(&site, "SELECT count(*) FROM report_claims WHERE NOT terminal", "0");
	send_what_is_refused();
	reload(site.token_file, WRONG_TOKEN "\n", "CLAIMD_EVENT=reloaded");
	ck_assert_uint_eq(http_post(site.address, SITE_CALLBACK "c1"), 200);
	await("CLAIMD_ALERT=locked_out");
	reload(site.secret_file, WRONG_SECRET "\n", "CLAIMD_EVENT=reload_refused");
	stop();
	assert_all_explained();
	assert_nothing_told(journald_text(&journald));
	assert_nothing_told(process_errors(&site.claimd));
	free(key);
	free(keys);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("entries");
	TCase *fields = tcase_create("fields");
	TCase *explanations = tcase_create("explanations");
	TCase *privacy = tcase_create("privacy");

	tcase_add_checked_fixture(fields, setup, teardown);
	tcase_set_timeout(fields, 120);
	tcase_add_test(fields, a_transition_has_its_claim_and_how_it_was_judged);
	tcase_add_test(fields, an_action_is_told_when_it_is_wanted_and_when_it_has_ended);
	tcase_add_test(fields, reloads_refusals_and_the_end_are_events);
	tcase_add_test(fields, what_cant_be_stored_is_an_event_and_so_is_its_end);
	tcase_add_test(fields, a_control_socket_that_cant_be_opened_is_an_event);
	tcase_add_test(fields, a_lockout_is_an_alert_and_its_end_an_event);
	suite_add_tcase(suite, fields);
	tcase_add_checked_fixture(explanations, setup, teardown);
	tcase_set_timeout(explanations, 120);
	tcase_add_test(explanations, each_entry_has_the_fields_that_its_explanation_speaks_of);
	tcase_add_test(explanations, journalctl_takes_the_whole_catalog);
	suite_add_tcase(suite, explanations);
	tcase_add_checked_fixture(privacy, setup, teardown);
	tcase_set_timeout(privacy, 120);
	tcase_add_test(privacy, no_secret_and_nobodys_name_is_ever_told);
	suite_add_tcase(suite, privacy);
	return suite;
}
