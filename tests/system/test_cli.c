/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The command lines of the programs: what each prints, and its exit status, when all is well and when it isn't.
 * System tests.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/buf.h"
#include "http.h"
#include "site.h"
#include "suite.h"

static struct site site;
static struct process run;

static void setup(void)
{
	site_open(&site);
	site_configure(&site);
}

static void teardown(void)
{
	process_done(&run);
	site_close(&site);
}

#define RUN(...) run_program((const char *const[]){ __VA_ARGS__, NULL })

static int run_program(const char *const *argv)
{
	process_done(&run);
	return process_run(&run, argv);
}

/* Exactly one line, which begins and goes on so. */
static void assert_line(const char *text, const char *begin, const char *part)
{
	const char *newline = strchr(text, '\n');

	ck_assert_msg(strncmp(text, begin, strlen(begin)) == 0, "no \"%s\" at the beginning of: %s", begin, text);
	ck_assert_msg(strstr(text, part), "no \"%s\" in: %s", part, text);
	ck_assert_msg(newline && newline[1] == '\0', "not one line: %s", text);
}

/* --- Options */

static const char *const programs[] = { "claimd", "claimctl", "claimsim" };

START_TEST(help_and_version_go_to_standard_output)
{
	for (size_t i = 0; i < ARRAY_SIZE(programs); i++) {
		char begin[64];

		ck_assert_int_eq(RUN(programs[i], "--help"), EX_OK);
		snprintf(begin, sizeof(begin), "usage: %s ", programs[i]);
		ck_assert_ptr_nonnull(strstr(process_output(&run), begin));
		ck_assert_str_eq(process_errors(&run), "");
		ck_assert_int_eq(RUN(programs[i], "--version"), EX_OK);
		snprintf(begin, sizeof(begin), "%s ", programs[i]);
		assert_line(process_output(&run), begin, VERSION);
		ck_assert_str_eq(process_errors(&run), "");
	}
}
END_TEST

static void write_to_a_full_disk(void *cls)
{
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);

	(void)cls;
	if (fd < 0 || dup2(fd, STDOUT_FILENO) < 0)
		_exit(EX_OSERR);
}

/* What writes to standard output and ends; configurations excepted. */
static const char *const tellers[][3] = {
	{ "claimd", "--help" }, { "claimd", "--version" }, { "claimctl", "--help" }, { "claimctl", "--version" },
	{ "claimctl", "graph" }, { "claimsim", "--help" }, { "claimsim", "--version" }, { "claimsim", "--list-lives" },
};

START_TEST(output_that_cant_be_written_is_an_io_error)
{
	const char *const argv[] = { tellers[_i][0], tellers[_i][1], NULL };

	process_start_as(&run, &(struct process_plan){ .argv = argv, .enter = write_to_a_full_disk });
	ck_assert_int_eq(process_wait(&run), EX_IOERR);
	assert_line(process_errors(&run), argv[0], ": the output can't be written: ");
}
END_TEST

START_TEST(a_configuration_that_cant_be_printed_is_an_io_error)
{
	const char *const argv[] = { "claimd", "-c", site.conf, "--print-config", NULL };

	process_start_as(&run, &(struct process_plan){ .argv = argv, .enter = write_to_a_full_disk });
	ck_assert_int_eq(process_wait(&run), EX_IOERR);
	assert_line(process_errors(&run), "claimd", ": the output can't be written: ");
}
END_TEST

static const char *const wrong_words[] = { "--frobnicate", "-x", "-c", "--config", "--c", "--check-config=yes", "extra" };

START_TEST(a_wrong_command_line_is_a_usage_error)
{
	for (size_t i = 0; i < ARRAY_SIZE(wrong_words); i++) {
		ck_assert_int_eq(RUN("claimd", wrong_words[i]), EX_USAGE);
		assert_line(process_errors(&run), "claimd: ", wrong_words[i]);
	}
	for (size_t i = 0; i < ARRAY_SIZE(programs); i++) {
		ck_assert_int_eq(RUN(programs[i], "-x\xc3\xbc"), EX_USAGE);
		assert_line(process_errors(&run), programs[i], " -x");
		ck_assert_int_eq(RUN(programs[i], "-\xc3\xbc"), EX_USAGE);
		assert_line(process_errors(&run), programs[i], " -\xc3");
	}
	ck_assert_int_eq(RUN("claimd", "-c", site.conf, "extra"), EX_USAGE);
	assert_line(process_errors(&run), "claimd: ", "extra");
	ck_assert_str_eq(process_output(&run), "");
	ck_assert_int_eq(access(site.database, F_OK), -1);
}
END_TEST

static const char *const no_orders[] = {
	"", "5", "fbs=1", "dbs", "dbs=", "dbs=-1", "dbs=1.5", "dbs=1000001", "dbs=1,", "dbs=1,claims=1", "dbs=1;laas=1",
};

START_TEST(claimsim_refuses_what_it_cant_play)
{
	ck_assert_int_eq(RUN("claimsim"), EX_USAGE);
	ck_assert_int_eq(RUN("claimsim", "--claims", "many"), EX_USAGE);
	assert_line(process_errors(&run), "claimsim: ", "--claims");
	for (size_t i = 0; i < ARRAY_SIZE(no_orders); i++) {
		ck_assert_int_eq(RUN("claimsim", "--orders", no_orders[i]), EX_USAGE);
		assert_line(process_errors(&run), "claimsim: ", "--orders");
	}
	ck_assert_int_eq(RUN("claimsim", "--orders", "dbs=0,laas=0"), EX_USAGE);
	assert_line(process_errors(&run), "claimsim: ", "nothing to play");
	ck_assert_int_eq(RUN("claimsim", "--orders", "dbs=1", "--business", "0"), EX_USAGE);
	ck_assert_int_eq(RUN("claimsim", "--orders", "dbs=1", "--push-speedup", "0"), EX_USAGE);
	ck_assert_int_eq(RUN("claimsim", "--orders", "dbs=1", "--api-key-file", "/nowhere/at.all"), EX_NOINPUT);
	ck_assert_int_eq(RUN("claimsim", "--claims", "1", "extra"), EX_USAGE);
	ck_assert_int_eq(RUN("claimsim", "--scenario", "/nowhere/at.all"), EX_NOINPUT);
	site_write_file(site.token_file, "claim one\n\tnew\nclaim one\n");
	ck_assert_int_eq(RUN("claimsim", "--scenario", site.token_file), EX_DATAERR);
	ck_assert_ptr_nonnull(strstr(process_errors(&run), ".token:3: "));
}
END_TEST

/* --- Configuration */

START_TEST(a_good_configuration_is_checked_in_silence)
{
	ck_assert_int_eq(RUN("claimd", "-c", site.conf, "--check-config"), EX_OK);
	ck_assert_str_eq(process_output(&run), "");
	ck_assert_str_eq(process_errors(&run), "");
	ck_assert_int_eq(access(site.database, F_OK), -1);
}
END_TEST

/* Whole files, the line that is wrong, and a part of what is said of it. */
static const struct {
	const char *text;
	unsigned line;
	const char *why;
} bad_files[] = {
	{ "[daemon]\ndatabse = /x\n", 2, "database" },
	{ "[deamon]\n", 1, "daemon" },
	{ "[listen]\naddress = 127.0.0.1:0\nmax_body = 1KiB\naddress = 127.0.0.1:0\n", 4, "line 2" },
	{ "[listen]\n\n[admin]\n[listen]\n", 4, "line 1" },
	{ "[delivery]\n", 1, "name" },
	{ "[delivery a b]\n", 1, "name" },
	{ "address = 127.0.0.1:0\n", 1, "section" },
	{ "[listen]\nthis is no line\n", 2, "key = value" },
	{ "[listen]\naddress = localhost\n", 2, "address" },
	{ "[listen]\naddress = unix:relative\n", 2, "address" },
	{ "[listen]\nmax_body = 64\n", 2, "KiB" },
	{ "[listen]\nmax_body = 1GiB\n", 2, "max_body" },
	{ "[listen]\nrequest_timeout = 10\n", 2, "request_timeout" },
	{ "[listen]\nmax_connections = some\n", 2, "max_connections" },
	{ "[listen]\nmax_connections = 0\n", 2, "max_connections" },
	{ "[listen]\ntrusted_proxies = 10.0.0.0/33\n", 2, "trusted_proxies" },
	{ "[listen]\ntls_key = /some/key\n", 2, "tls_certificate" },
	{ "[listen]\naddress = 127.0.0.1:1234\n[admin]\naddress = 127.0.0.1:1234\n", 4, "same address" },
	{ "[daemon]\nlog_level = loud\n", 2, "debug" },
	{ "[daemon]\non_illegal = drop\n", 2, "hold" },
	{ "[daemon]\nretention_days = -1\n", 2, "retention_days" },
	{ "[daemon]\ndatabase = relative.db\n", 2, "database" },
	{ "[daemon]\ndatabase = /${CLAIMD_TEST_UNSET}/x.db\n", 2, "CLAIMD_TEST_UNSET" },
	{ "[daemon]\nalert_url = nowhere\n", 2, "alert_url" },
	{ "[delivery main]\nbase_url = ftp://x\n", 2, "base_url" },
	{ "[delivery main]\nstale_retry = 30s..5s\n", 2, "stale_retry" },
	{ "[delivery main]\ncallbacks = maybe\n", 2, "callbacks" },
	{ "[delivery main]\n", 1, "token_file" },
	{ "[delivery main]\n\ntoken_file = /nowhere/at.all\n", 3, "/nowhere/at.all" },
	{ "[delivery main]\ntoken_file = /dev/null\n", 2, "/dev/null" },
	{ "[delivery main]\ntoken_file = /\n", 2, "token_file" },
	{ "\n[market shop]\ncampaigns = 111:dbs\n", 2, "business_id" },
	{ "[market shop]\nbusiness_id = all\n", 2, "business_id" },
	{ "[market shop]\nbusiness_id = 222\ncampaigns = 111:dbs, 112:fbs\n", 3, "112:fbs" },
	{ "[market shop]\nbusiness_id = 222\nallow_from = 5.45.207.0/40\n", 3, "allow_from" },
	{ "[market shop]\nbusiness_id = 222\ncatch_up = often\n", 3, "catch_up" },
	{ "[market shop]\nbusiness_id = 222\njournal = yes\n", 3, "[delivery]" },
	{ "[market shop]\nbusiness_id = 222\n\napi_key_file = /nowhere/at.all\n", 4, "/nowhere/at.all" },
	{ "[market shop]\nbusiness_id = 222\n[market shop]\n", 3, "line 1" },
};

START_TEST(a_mistake_is_told_with_file_and_line_and_nothing_is_started)
{
	char begin[4200];
	char database[4200];

	site_write_file(site.conf, bad_files[_i].text);
	snprintf(begin, sizeof(begin), "claimd: %s:%u: ", site.conf, bad_files[_i].line);
	ck_assert_int_eq(RUN("claimd", "-c", site.conf, "--check-config"), EX_CONFIG);
	assert_line(process_errors(&run), begin, bad_files[_i].why);
	ck_assert_str_eq(process_output(&run), "");

	/* The same when it should start, and there would be a database to make. */
	snprintf(database, sizeof(database), "[daemon]\ndatabase = %s\n", site.database);
	if (strncmp(bad_files[_i].text, "[daemon]", 8) != 0)
		site_configure_more(&site, database);
	ck_assert_int_eq(RUN("claimd", "-c", site.conf), EX_CONFIG);
	assert_line(process_errors(&run), begin, bad_files[_i].why);
	ck_assert_int_eq(access(site.database, F_OK), -1);
}
END_TEST

START_TEST(a_missing_configuration_is_told)
{
	ck_assert_int_eq(RUN("claimd", "-c", "/nowhere/claimd.conf"), EX_CONFIG);
	assert_line(process_errors(&run), "claimd: /nowhere/claimd.conf: ", "-c");
	ck_assert_int_eq(RUN("claimd", "-c", "/nowhere/claimd.conf", "--check-config"), EX_CONFIG);
}
END_TEST

START_TEST(a_secret_that_cant_stand_in_a_url_is_told_but_not_shown)
{
	site_write_file(site.secret_file, "slash/inside\n");
	ck_assert_int_eq(RUN("claimd", "-c", site.conf, "--check-config"), EX_CONFIG);
	assert_line(process_errors(&run), "claimd: ", site.secret_file);
	ck_assert_ptr_null(strstr(process_errors(&run), "slash"));
}
END_TEST

START_TEST(the_printed_configuration_shows_no_secret_and_reads_back_as_itself)
{
	char *again = NULL;
	char *first;

	ck_assert_int_gt(asprintf(&again, "%s/again.conf", site.folder), 0);
	ck_assert_int_eq(RUN("claimd", "-c", site.conf, "--print-config"), EX_OK);
	ck_assert_str_eq(process_errors(&run), "");
	first = strdup(process_output(&run));
	ck_assert_ptr_null(strstr(first, SITE_SECRET));
	ck_assert_ptr_null(strstr(first, SITE_TOKEN));
	ck_assert_ptr_nonnull(strstr(first, site.token_file));
	ck_assert_ptr_nonnull(strstr(first, " = 5s..30s\n"));
	site_write_file(again, first);
	ck_assert_int_eq(RUN("claimd", "-c", again, "--print-config"), EX_OK);
	ck_assert_str_eq(process_output(&run), first);
	ck_assert_int_eq(RUN("claimd", "-c", again, "--check-config"), EX_OK);
	free(first);
	free(again);
}
END_TEST

START_TEST(credentials_are_found_by_their_default_names)
{
	const char *const argv[] = { "claimd", "-c", site.conf, "--check-config", NULL };
	char *folder = NULL;
	char *path = NULL;

	ck_assert_int_gt(asprintf(&folder, "CREDENTIALS_DIRECTORY=%s", site.folder), 0);
	site_write_file(site.conf, "[delivery main]\n");
	for (int i = 0; i < 2; i++) {
		ck_assert_int_gt(asprintf(&path, "%s/delivery-main.%s", site.folder, i == 0 ? "token" : "secret"), 0);
		site_write_file(path, SITE_TOKEN "\n");
		free(path);
	}
	process_start_as(&run, &(struct process_plan){ .argv = argv, .environment = (const char *const[]){ folder, NULL } });
	ck_assert_int_eq(process_wait(&run), EX_OK);
	ck_assert_str_eq(process_errors(&run), "");
	free(folder);
}
END_TEST

START_TEST(the_sample_configuration_is_good)
{
	char *sample = NULL;

	ck_assert_int_gt(asprintf(&sample, "%s/etc/claimd.conf", getenv("CLAIMD_BUILD")), 0);
	ck_assert_int_eq(RUN("claimd", "-c", sample, "--check-config"), EX_OK);
	ck_assert_str_eq(process_errors(&run), "");
	free(sample);
}
END_TEST

/* --- Starts that fail */

START_TEST(a_missing_folder_of_the_database_is_an_io_error)
{
	free(site.database);
	ck_assert_int_gt(asprintf(&site.database, "%s/missing/claimd.db", site.folder), 0);
	site_configure(&site);
	ck_assert_int_eq(RUN("claimd", "-c", site.conf), EX_IOERR);
	assert_line(process_errors(&run), "claimd: ", site.database);
}
END_TEST

/* Of a database in no WAL mode, the one file is all there is. */
static void read_database(struct buf *ret)
{
	char part[65536];
	size_t n;
	FILE *file = fopen(site.database, "r");

	ck_assert_ptr_nonnull(file);
	while ((n = fread(part, 1, sizeof(part), file)) > 0)
		ck_assert_int_eq(buf_add(ret, part, n), 0);
	fclose(file);
	ck_assert_uint_gt(ret->len, 0);
}

static void assert_left_alone(int status)
{
	struct buf before = { 0 };
	struct buf after = { 0 };

	read_database(&before);
	ck_assert_int_eq(RUN("claimd", "-c", site.conf), status);
	assert_line(process_errors(&run), "claimd: ", site.database);
	read_database(&after);
	ck_assert_msg(before.len == after.len && memcmp(before.data, after.data, after.len) == 0, "%s was changed", site.database);
	buf_done(&before);
	buf_done(&after);
}

static void make_database(const char *sql)
{
	ck_assert_int_eq(sqlite3_open(site.database, &site.sql), SQLITE_OK);
	site_sql(&site, sql);
	site_close_sql(&site);
}

START_TEST(a_database_of_a_newer_version_is_refused_and_left_alone)
{
	site_start(&site);
	site_stop(&site);
	make_database("PRAGMA user_version = 1000; PRAGMA journal_mode = DELETE");
	assert_left_alone(EX_DATAERR);
	ck_assert_ptr_nonnull(strstr(process_errors(&run), "newer"));
}
END_TEST

START_TEST(a_database_of_another_program_is_refused_and_left_alone)
{
	make_database("CREATE TABLE note (text TEXT)");
	assert_left_alone(EX_DATAERR);
}
END_TEST

START_TEST(a_file_that_is_no_database_is_refused_and_left_alone)
{
	char text[8192];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	site_write_file(site.database, text);
	assert_left_alone(EX_DATAERR);
}
END_TEST

START_TEST(an_address_in_use_is_unavailable)
{
	site_open_socket(&site);
	site.listen_address = site.address;
	site_configure(&site);
	ck_assert_int_eq(RUN("claimd", "-c", site.conf), EX_UNAVAILABLE);
	ck_assert_ptr_nonnull(strstr(process_errors(&run), site.address));
	ck_assert_ptr_nonnull(strstr(process_errors(&run), "taken"));
}
END_TEST

START_TEST(an_address_that_the_machine_has_not_is_unavailable)
{
	/* From the block for documentation: no interface has it. */
	site.listen_address = "192.0.2.1:0";
	site_configure(&site);
	ck_assert_int_eq(RUN("claimd", "-c", site.conf), EX_UNAVAILABLE);
	assert_line(process_errors(&run), "claimd: can't listen on 192.0.2.1:0: ", "no such address");
	ck_assert_int_eq(RUN("claimsim", "--listen", site.listen_address, "--claims", "1"), EX_UNAVAILABLE);
	assert_line(process_errors(&run), "claimsim: 192.0.2.1:0: ", "no such address");
}
END_TEST

/* Nobody may make a file there, root included. */
START_TEST(an_address_that_the_system_refuses_is_told_so)
{
	site.listen_address = "unix:/sys/claimd.sock";
	site_configure(&site);
	ck_assert_int_eq(RUN("claimd", "-c", site.conf), EX_NOPERM);
	assert_line(process_errors(&run), "claimd: can't listen on unix:/sys/claimd.sock: ", "may not");
}
END_TEST

START_TEST(a_database_that_another_claimd_has_is_left_to_it)
{
	site_start(&site);
	ck_assert_int_eq(RUN("claimd", "-c", site.conf), EX_TEMPFAIL);
	assert_line(process_errors(&run), "claimd: ", site.database);
	ck_assert_ptr_nonnull(strstr(process_errors(&run), "another claimd"));
	ck_assert_uint_eq(http_post(site.address, SITE_CALLBACK "kept"), 200);
	site_stop(&site);
	site_restart(&site);
	site_stop(&site);
}
END_TEST

START_TEST(without_a_source_it_runs_answers_probes_and_says_what_to_do)
{
	char *text = NULL;

	ck_assert_int_gt(asprintf(&text,
	                          "[daemon]\ndatabase = %s\ncontrol_socket = %s\n[listen]\naddress = 127.0.0.1:0\n"
	                          "[admin]\naddress = 127.0.0.1:0\n",
	                          site.database, site.control_socket), 0);
	site_write_file(site.conf, text);
	site_restart(&site);

	const char *line = process_await_line(&site.claimd, "no [delivery NAME] or [market NAME] section");

	ck_assert_ptr_nonnull(strstr(line, "claimd.conf(5)"));
	ck_assert_uint_eq(http_get(site.admin, "/healthz"), 200);
	ck_assert_uint_eq(http_get(site.admin, "/readyz"), 200);
	ck_assert_uint_eq(http_post(site.address, SITE_CALLBACK "abc"), 404);
	site_stop(&site);
	free(text);
}
END_TEST

static TCase *tcase_options(void)
{
	TCase *tcase = tcase_create("options");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, help_and_version_go_to_standard_output);
	tcase_add_loop_test(tcase, output_that_cant_be_written_is_an_io_error, 0, (int)ARRAY_SIZE(tellers));
	tcase_add_test(tcase, a_configuration_that_cant_be_printed_is_an_io_error);
	tcase_add_test(tcase, a_wrong_command_line_is_a_usage_error);
	tcase_add_test(tcase, claimsim_refuses_what_it_cant_play);
	return tcase;
}

static TCase *tcase_configuration(void)
{
	TCase *tcase = tcase_create("configuration");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, a_good_configuration_is_checked_in_silence);
	tcase_add_loop_test(tcase, a_mistake_is_told_with_file_and_line_and_nothing_is_started, 0, (int)ARRAY_SIZE(bad_files));
	tcase_add_test(tcase, a_missing_configuration_is_told);
	tcase_add_test(tcase, a_secret_that_cant_stand_in_a_url_is_told_but_not_shown);
	tcase_add_test(tcase, the_printed_configuration_shows_no_secret_and_reads_back_as_itself);
	tcase_add_test(tcase, credentials_are_found_by_their_default_names);
	tcase_add_test(tcase, the_sample_configuration_is_good);
	return tcase;
}

static TCase *tcase_start(void)
{
	TCase *tcase = tcase_create("start");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, a_missing_folder_of_the_database_is_an_io_error);
	tcase_add_test(tcase, a_database_of_a_newer_version_is_refused_and_left_alone);
	tcase_add_test(tcase, a_database_of_another_program_is_refused_and_left_alone);
	tcase_add_test(tcase, a_file_that_is_no_database_is_refused_and_left_alone);
	tcase_add_test(tcase, an_address_in_use_is_unavailable);
	tcase_add_test(tcase, an_address_that_the_machine_has_not_is_unavailable);
	tcase_add_test(tcase, an_address_that_the_system_refuses_is_told_so);
	tcase_add_test(tcase, a_database_that_another_claimd_has_is_left_to_it);
	tcase_add_test(tcase, without_a_source_it_runs_answers_probes_and_says_what_to_do);
	return tcase;
}

Suite *suite(void)
{
	Suite *suite = suite_create("cli");

	suite_add_tcase(suite, tcase_options());
	suite_add_tcase(suite, tcase_configuration());
	suite_add_tcase(suite, tcase_start());
	return suite;
}
