/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * claimd in the sandbox of claimd.service, through all that it does: nothing that the unit forbids is ever tried, or it would be
 * dead.
 * System tests. test_service.sh has the whole sandbox, where a systemd can be booted; this one needs none.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/attr.h"
#include "http.h"
#include "sandbox.h"
#include "site.h"
#include "suite.h"
#include "tls_pair.h"
#include "upstream.h"

#define IN_A_HURRY "stale_retry = 5ms..15ms\nrequests_per_second = 1000\n"

/* What a leak detector does to look at its own process, the sandbox forbids. */
static const char *const environment[] = { "ASAN_OPTIONS=detect_leaks=0", NULL };

static struct site site;
static struct upstream upstream;
static struct sandbox sandbox;

static void setup(void)
{
	site_open(&site);
	site.environment = environment;
}

static void teardown(void)
{
	upstream_close(&upstream);
	site_close(&site);
	sandbox_close(&sandbox);
}

/* False, with a note, where the machine has not what it takes. */
static bool open_sandbox(void)
{
	char unit[4200];
	const char *why;

	snprintf(unit, sizeof(unit), "%s/systemd/claimd.service", getenv("CLAIMD_BUILD"));
	if (!sandbox_open(&sandbox, unit, site.folder, &why)) {
		printf("note: skipped, %s\n", why);
		return false;
	}
	site.sandbox = &sandbox;
	return true;
}

/* Whether the kernel says so of claimd, in /proc/PID/status. */
static bool has_status(const char *line)
{
	char path[64];
	char text[256];
	bool found = false;

	snprintf(path, sizeof(path), "/proc/%ld/status", (long)site.claimd.pid);
	FILE *file = fopen(path, "r");
	ck_assert_ptr_nonnull(file);
	while (fgets(text, sizeof(text), file))
		found = found || strcmp(text, line) == 0;
	fclose(file);
	return found;
}

static unsigned ask_control(const char *body)
{
	struct http_answer answer;
	char address[ADDRESS_SIZE];

	snprintf(address, sizeof(address), "unix:%s", site.control_socket);
	unsigned status = http_ask_json(address, "/actions", body, &answer);
	http_answer_done(&answer);
	return status;
}

/* The address is a name, so that the resolver's threads are in it as well. */
static void start_upstream(void)
{
	static char url[ADDRESS_SIZE];
	char callback[600];
	char push[600];

	snprintf(callback, sizeof(callback), "http://%s" SITE_PATH "?", site.address);
	snprintf(push, sizeof(push), "http://%s" SITE_SHOP, site.address);
	upstream_start(&upstream, (const char *const[]){
		"--claims", "30", "--orders", "dbs=15,laas=15", "--rate", "1000", "--step", "20ms..60ms", "--window", "500ms",
		"--wait-read", "--lives", "happy=3,edit=1,multidrop=1,return=1,dbs_courier=2,dbs_cancel_sent=1,laas_courier=2,laas_draft=1",
		"--callback", callback, "--push", push, NULL });
	snprintf(url, sizeof(url), "http://localhost%s", strrchr(upstream.address, ':'));
	site.base_url = url;
}

START_TEST(nothing_that_is_forbidden_is_ever_tried)
{
	struct stat status;

	if (!open_sandbox())
		return;
	site_open_socket(&site);
	start_upstream();
	site.delivery_keys = IN_A_HURRY "sweep_after = 100ms\n";
	site.market_keys = IN_A_HURRY "catch_up = 100ms\n";
	site_start(&site);
	ck_assert(has_status("NoNewPrivs:\t1\n"));
	ck_assert(has_status("Seccomp:\t2\n"));
	ck_assert(has_status("CapBnd:\t0000000000000000\n"));

	process_signal(&site.claimd, SIGHUP);
	process_await_line(&site.claimd, "the configuration was reloaded");
	ck_assert_uint_eq(http_get(site.admin, "/readyz"), 200);
	ck_assert_uint_eq(http_get(site.admin, "/metrics"), 200);
	ck_assert_uint_eq(ask_control("{\"kind\":\"prune\"}"), 202);
	ck_assert_uint_eq(ask_control("{\"kind\":\"probe\"}"), 202);
	upstream_await_stat(&upstream, "done", 60);
	site_await(&site, "SELECT sum(pending) FROM report_sources", "0");
	site_await(&site, "SELECT count(*) FROM report_notifications WHERE state <> 'done'", "0");
	upstream_assert_truth(&upstream, &site);

	/* The database stays readable to the group, whatever the umask is. */
	ck_assert_int_eq(stat(site.database, &status), 0);
	ck_assert_int_eq(status.st_mode & 07777, 0640);
	site_stop(&site);
}
END_TEST

START_TEST(tls_is_served_in_it_too)
{
	char keys[8600];
	char url[600];

	if (!open_sandbox())
		return;
	snprintf(keys, sizeof(keys), "%s/key.pem", site.folder);
	site_write_file(keys, tls_key);
	snprintf(keys, sizeof(keys), "%s/certificate.pem", site.folder);
	site_write_file(keys, tls_certificate);
	snprintf(keys, sizeof(keys), "tls_key = %s/key.pem\ntls_certificate = %s/certificate.pem\n", site.folder, site.folder);
	site.listen_keys = keys;
	site_start(&site);
	snprintf(url, sizeof(url), "https://%s" SITE_PATH "?claim_id=abc", site.address);

	struct process curl = { 0 };

	ck_assert_int_eq(process_run(&curl, (const char *const[]){ "/usr/bin/curl", "-sSfk", "--max-time", "40", "-d", "", url, NULL }), 0);
	process_done(&curl);
	ck_assert_str_eq(site_ask(&site, "SELECT external_id FROM report_notifications"), "abc");
	site_stop(&site);
}
END_TEST

static const struct {
	const char *script; /* for python3: any program that tries things */
	int signal;         /* that ends it; 0: it ends with status 0 */
} deeds[] = {
	{ "import os; os.listdir('/')", 0 },
	{ "import os; os.chroot('/')", SIGSYS },
	{ "import os; os.nice(1); os.setpriority(os.PRIO_PROCESS, 0, 5)", SIGSYS },
	{ "import mmap; mmap.mmap(-1, 4096, prot=mmap.PROT_WRITE | mmap.PROT_EXEC)", SIGSYS },
	{ "import socket, sys\ntry:\n socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)\nexcept OSError:\n sys.exit(0)\nsys.exit(1)", 0 },
	{ "import sys\ntry:\n open('/var/tmp/claimd-sandbox', 'w')\nexcept OSError:\n sys.exit(0)\nsys.exit(1)", 0 },
};

/* The proof that the sandbox is one. */
START_TEST(what_is_forbidden_kills_or_fails)
{
	struct process python;
	const char *const argv[] = { "/usr/bin/python3", "-ISc", deeds[_i].script, NULL };

	if (!open_sandbox())
		return;
	process_start_as(&python, &(struct process_plan){ .argv = argv, .enter = sandbox_enter, .enter_cls = &sandbox });
	if (deeds[_i].signal == 0)
		ck_assert_msg(process_wait(&python) == 0, "%s: %s", deeds[_i].script, process_errors(&python));
	else
		process_await_signal(&python, deeds[_i].signal);
	process_done(&python);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("sandbox");
	TCase *tcase = tcase_create("sandbox");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 120);
	tcase_add_test(tcase, nothing_that_is_forbidden_is_ever_tried);
	tcase_add_test(tcase, tls_is_served_in_it_too);
	tcase_add_loop_test(tcase, what_is_forbidden_kills_or_fails, 0, (int)ARRAY_SIZE(deeds));
	suite_add_tcase(suite, tcase);
	return suite;
}
