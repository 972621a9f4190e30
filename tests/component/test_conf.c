/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Configuration files: what they set, how they add up, and that each mistake is told with its file and line.
 * Component ring: real files.
 */
#include "suite.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/attr.h"
#include "base/err.h"
#include "conf/conf-parts.h"
#include "conf_bed.h"

START_TEST(an_empty_file_gives_every_default)
{
	CLEANUP(conf_cleanup) struct conf *conf = conf_bed_load_text("");

	ck_assert_str_eq(conf->daemon.database, "/var/lib/claimd/claimd.db");
	ck_assert_str_eq(conf->daemon.control_socket, "/run/claimd/control.sock");
	ck_assert_int_eq(conf->daemon.log_level, LOG_LEVEL_INFO);
	ck_assert_int_eq(conf->daemon.on_illegal, CONF_HOLD);
	ck_assert_int_eq(conf->daemon.retention_days, 400);
	ck_assert_str_eq(conf->daemon.alert_url, "");
	ck_assert_str_eq(conf->listen.address, "127.0.0.1:8080");
	ck_assert_str_eq(conf->listen.tls_certificate, "");
	ck_assert_str_eq(conf->listen.tls_key, "");
	ck_assert_uint_eq(conf->listen.trusted_proxies.n, 0);
	ck_assert_int_eq(conf->listen.max_connections, 1000);
	ck_assert_int_eq(conf->listen.max_per_address, 1000);
	ck_assert_int_eq(conf->listen.max_body_bytes, 65536);
	ck_assert_int_eq(conf->listen.request_timeout_us, 10 * USEC_PER_SEC);
	ck_assert_str_eq(conf->admin.address, "127.0.0.1:8081");
	ck_assert_uint_eq(conf->n_sources, 0);
	ck_assert_int_eq(conf_load_secrets(conf, &conf_bed_error), 0);
}
END_TEST

START_TEST(an_empty_delivery_section_gives_every_default)
{
	CLEANUP(conf_cleanup) struct conf *conf = conf_bed_load_text("[delivery main]\n");

	ck_assert_uint_eq(conf->n_sources, 1);

	const struct conf_source *delivery = conf->sources[0];

	ck_assert_str_eq(delivery->name, "main");
	ck_assert_str_eq(delivery->base_url, "https://b2b.taxi.yandex.net");
	ck_assert_str_eq(delivery->credential_file, "${CREDENTIALS_DIRECTORY}/delivery-main.token");
	ck_assert_str_eq(delivery->secret_file, "${CREDENTIALS_DIRECTORY}/delivery-main.secret");
	ck_assert(delivery->callbacks);
	ck_assert(delivery->delivery.journal);
	ck_assert_int_eq(delivery->delivery.journal_interval_us, 30 * USEC_PER_SEC);
	ck_assert_str_eq(delivery->delivery.language, "en");
	ck_assert_int_eq(delivery->stale_retry.min_us, 5 * USEC_PER_SEC);
	ck_assert_int_eq(delivery->stale_retry.max_us, 30 * USEC_PER_SEC);
	ck_assert_int_eq(delivery->sweep_after_us, 1800 * USEC_PER_SEC);
	ck_assert_int_eq(delivery->warning_us, 120 * USEC_PER_SEC);
	ck_assert_int_eq(delivery->max_in_flight, 4);
	ck_assert_int_eq(delivery->requests_per_second, 5);
	ck_assert_int_eq(delivery->request_timeout_us, 30 * USEC_PER_SEC);
	ck_assert_int_eq(delivery->connect_timeout_us, 5 * USEC_PER_SEC);
}
END_TEST

START_TEST(every_key_of_a_delivery_section_is_read)
{
	CLEANUP(conf_cleanup) struct conf *conf = conf_bed_load_text("[delivery a-B_9]\n"
							    "base_url = http://127.0.0.1:8090/\n"
							    "token_file = /t\n"
							    "callback_secret_file = /s\n"
							    "callbacks = no\n"
							    "journal = off\n"
							    "journal_interval = 1s\n"
							    "language = ru\n"
							    "stale_retry = 1ms..2ms\n"
							    "sweep_after = 1h\n"
							    "approval_warning = 0s\n"
							    "max_in_flight = 7\n"
							    "requests_per_second = 8\n"
							    "request_timeout = 9s\n"
							    "connect_timeout = 10ms\n");
	const struct conf_source *delivery = conf->sources[0];

	ck_assert_str_eq(delivery->name, "a-B_9");
	ck_assert_str_eq(delivery->base_url, "http://127.0.0.1:8090");
	ck_assert_str_eq(delivery->credential_file, "/t");
	ck_assert_str_eq(delivery->secret_file, "/s");
	ck_assert(!delivery->callbacks);
	ck_assert(!delivery->delivery.journal);
	ck_assert_int_eq(delivery->delivery.journal_interval_us, USEC_PER_SEC);
	ck_assert_str_eq(delivery->delivery.language, "ru");
	ck_assert_int_eq(delivery->stale_retry.min_us, USEC_PER_MS);
	ck_assert_int_eq(delivery->stale_retry.max_us, 2 * USEC_PER_MS);
	ck_assert_int_eq(delivery->sweep_after_us, USEC_PER_HOUR);
	ck_assert_int_eq(delivery->warning_us, 0);
	ck_assert_int_eq(delivery->max_in_flight, 7);
	ck_assert_int_eq(delivery->requests_per_second, 8);
	ck_assert_int_eq(delivery->request_timeout_us, 9 * USEC_PER_SEC);
	ck_assert_int_eq(delivery->connect_timeout_us, 10 * USEC_PER_MS);
}
END_TEST

START_TEST(every_key_of_the_other_sections_is_read)
{
	CLEANUP(conf_cleanup) struct conf *conf = conf_bed_load_text("[daemon]\n"
							    "database = /d\n"
							    "control_socket = /c\n"
							    "log_level = debug\n"
							    "on_illegal = flag\n"
							    "retention_days = 3\n"
							    "alert_url = https://example.org/\n"
							    "[listen]\n"
							    "address = unix:/a\n"
							    "tls_certificate = /cert\n"
							    "tls_key = /key\n"
							    "trusted_proxies = 10.0.0.0/8, ::1\n"
							    "max_connections = 5\n"
							    "max_body = 1KiB\n"
							    "request_timeout = 1ms\n"
							    "[admin]\n"
							    "address = [::1]:0\n");

	ck_assert_str_eq(conf->daemon.database, "/d");
	ck_assert_str_eq(conf->daemon.control_socket, "/c");
	ck_assert_int_eq(conf->daemon.log_level, LOG_LEVEL_DEBUG);
	ck_assert_int_eq(conf->daemon.on_illegal, CONF_FLAG);
	ck_assert_int_eq(conf->daemon.retention_days, 3);
	ck_assert_str_eq(conf->daemon.alert_url, "https://example.org/");
	ck_assert_str_eq(conf->listen.address, "unix:/a");
	ck_assert_str_eq(conf->listen.tls_certificate, "/cert");
	ck_assert_str_eq(conf->listen.tls_key, "/key");
	ck_assert_uint_eq(conf->listen.trusted_proxies.n, 2);
	ck_assert_int_eq(conf->listen.max_connections, 5);
	ck_assert_int_eq(conf->listen.max_body_bytes, 1024);
	ck_assert_int_eq(conf->listen.request_timeout_us, USEC_PER_MS);
	ck_assert_str_eq(conf->admin.address, "[::1]:0");
}
END_TEST

START_TEST(the_forms_that_people_write_are_understood)
{
	CLEANUP(conf_cleanup) struct conf *conf = conf_bed_load_text("\xef\xbb\xbf; a byte order mark, CRLF and comments\r\n"
							    "# of both kinds = with anything [in them\r\n"
							    "\r\n"
							    "  [ delivery \t main ]  ; behind a header\r\n"
							    "\tbase_url=http://a:1 ; behind a value\r\n"
							    "    language    =    ru   \r\n"
							    "journal: no\r\n"
							    "\t; indented comment\r\n"
							    "[daemon]# glued\r\n"
							    "alert_url = ; nothing\r\n"
							    "database = /a;b=c:d");

	ck_assert_str_eq(conf->sources[0]->name, "main");
	ck_assert_str_eq(conf->sources[0]->base_url, "http://a:1");
	ck_assert_str_eq(conf->sources[0]->delivery.language, "ru");
	ck_assert(!conf->sources[0]->delivery.journal);
	ck_assert_str_eq(conf->daemon.alert_url, "");
	ck_assert_str_eq(conf->daemon.database, "/a;b=c:d");
}
END_TEST

START_TEST(deliveries_stand_in_file_order)
{
	CLEANUP(conf_cleanup) struct conf *conf = conf_bed_load_text("[delivery z]\n[delivery a]\n[delivery m]\nlanguage = ru\n");

	ck_assert_uint_eq(conf->n_sources, 3);
	ck_assert_str_eq(conf->sources[0]->name, "z");
	ck_assert_str_eq(conf->sources[1]->name, "a");
	ck_assert_str_eq(conf->sources[2]->name, "m");
	ck_assert_str_eq(conf->sources[1]->delivery.language, "en");
	ck_assert_str_eq(conf->sources[2]->delivery.language, "ru");
}
END_TEST

#define X10 "xxxxxxxxxx"
#define X100 X10 X10 X10 X10 X10 X10 X10 X10 X10 X10

/* libinih's buffer has 200 bytes: "database = /" and 186 are what it takes, and 187 are not. */
static const char *const long_lines[] = {
	"    database = /" X100 X10 X10 X10 X10 X10 X10 X10 X10 "xxxxxx   \n",
	"    database = /" X100 X10 X10 X10 X10 X10 X10 X10 X10 "xxxxxxx   \n",
	"database=/" X100 X100 ";=[" X100 "\n",
	"database:/" X100 X100 "\t ; " X100 " ; " X100 "\n",
	"database = /x ;" X100 X100 "\n",
};

START_TEST(a_line_may_be_of_any_length)
{
	char text[2048];
	const char *begin = strchr(long_lines[_i], '/');
	size_t len = strcspn(begin, " \t\n");

	snprintf(text, sizeof(text), "# " X100 X100 X100 "\n [daemon] ; " X100 X100 "\n%slog_level = debug\n", long_lines[_i]);

	CLEANUP(conf_cleanup) struct conf *conf = conf_bed_load_text(text);

	ck_assert_uint_eq(strlen(conf->daemon.database), len);
	ck_assert_int_eq(strncmp(conf->daemon.database, begin, len), 0);
	ck_assert_int_eq(conf->daemon.log_level, LOG_LEVEL_DEBUG);
}
END_TEST

static const struct mistake {
	const char *text;
	const char *error;
} mistakes[] = {
	{ "[daemon]\n\ndatabse = /x\n", ":3: unknown key 'databse'; did you mean 'database'?" },
	{ "[delivery a]\nJournal_Intervall = 1s\n", ":2: unknown key 'Journal_Intervall'; did you mean 'journal_interval'?" },
	{ "[listen]\ndatabase = /x\n", ":2: unknown key 'database' in [listen]; it belongs in [daemon]" },
	{ "[daemon]\ncolour = red\n", ":2: unknown key 'colour' in [daemon]; claimd.conf(5) lists the known ones" },
	{ "[daemon]\n" X100 " = red\n", ":2: unknown key '" X100 "' in [daemon]; claimd.conf(5) lists the known ones" },
	{ "[deamon]\n", ":1: unknown section [deamon]; did you mean [daemon]?" },
	{ "[Daemon]\n", ":1: unknown section [Daemon]; did you mean [daemon]?" },
	{ "[storage]\n", ":1: unknown section [storage]; claimd.conf(5) lists the known ones" },
	{ "[]\n", ":1: unknown section []; claimd.conf(5) lists the known ones" },
	{ "[delivery]\n", ":1: [delivery] needs a name, as in [delivery main]" },
	{ "[listen public]\n", ":1: [listen] takes no name; write [listen]" },
	{ "[delivery a b]\n", ":1: 'a b' can't name a section; take 1 to 32 of the characters 0-9 A-Z a-z _ -" },
	{ "[delivery a/b]\n", ":1: 'a/b' can't name a section; take 1 to 32 of the characters 0-9 A-Z a-z _ -" },
	{ "[delivery 123456789012345678901234567890123]\n",
	  ":1: '123456789012345678901234567890123' can't name a section; take 1 to 32 of the characters 0-9 A-Z a-z _ -" },
	{ "[daemon\n", ":1: the section's closing ']' is missing" },
	{ "[daemon] database = /x\n", ":1: 'database = /x' stands behind the section's ']'; put it in a line of its own" },
	{ "[listen]\n[daemon]\n[listen]\n", ":3: [listen] stands already in line 1; put its keys together" },
	{ "[delivery a]\n[delivery b]\n[delivery a]\n", ":3: [delivery a] stands already in line 1; put its keys together" },
	{ "[daemon]\ndatabase = /x\n\ndatabase = /x\n", ":4: 'database' is set already in line 2; keep one of the two" },
	{ "database = /x\n[daemon]\n", ":1: 'database' stands before any section; begin with [daemon] or another one" },
	{ "[daemon]\ndatabase\n", ":2: the line is neither 'key = value' nor '[section]'" },
	{ "[daemon]\n= /x\n", ":2: the line is neither 'key = value' nor '[section]'" },
	{ "[delivery a]\nbase_url https://example.org\n", ":2: the line is neither 'key = value' nor '[section]'" },
	{ "[listen]\ntrusted_proxies = 10.0.0.0/8,\n    192.0.2.0/24\n",
	  ":2: trusted_proxies: \"\" is not a network; write ADDRESS/PREFIX, as in 10.0.0.0/8 or fd00::/8" },
	{ "[listen]\ntrusted_proxies = 10.0.0.0/8\n    192.0.2.0/24\n", ":3: the line is neither 'key = value' nor '[section]'" },
	{ "[daemon]\nnonsense\nlog_level = loud\n", ":2: the line is neither 'key = value' nor '[section]'" },
	{ "[daemon]\nlog_level = loud\nnonsense\n",
	  ":2: log_level: \"loud\" is none of error, warning, notice, info and debug" },
	{ "[delivery a]\nsweep_after = 30\n",
	  ":2: sweep_after: \"30\" has no unit; write ms, s, min, h or d after the number, as in 30s" },
	{ "[daemon]\ndatabase =\n",
	  ":2: database: the value is empty; leave the line out for the default, /var/lib/claimd/claimd.db" },
	{ "[daemon]\ndatabase = ${CLAIMD_TEST_UNSET}/x\n",
	  ":2: database: the variable ${CLAIMD_TEST_UNSET} is not set; set it, or write out what it stands for" },
	{ "[daemon]\ndatabase = /\x01\n", ":2: there is a control character in the line" },
	{ "[daemon]\n# \x1b\n", ":2: there is a control character in the line" },
	{ "[daemon]\n" X100 X100 "\n", ":2: the line is neither 'key = value' nor '[section]'" },
	{ "[daemon]\n" X100 X100 " = x\n", ":2: the line is neither 'key = value' nor '[section]'" },
	{ "[daemon]\ndatabase ; = /" X100 X100 "\n", ":2: the line is neither 'key = value' nor '[section]'" },
	{ "[daemon]\n = /" X100 X100 "\n", ":2: the line is neither 'key = value' nor '[section]'" },
	{ "[daemon]\ndatabase = ; " X100 X100 "\n",
	  ":2: database: the value is empty; leave the line out for the default, /var/lib/claimd/claimd.db" },
	{ "[listen]\ntls_key = /k\n", ":2: tls_key is set, but tls_certificate is not; set both, or neither for plain HTTP" },
	{ "[listen]\n\ntls_certificate = /c\n",
	  ":3: tls_certificate is set, but tls_key is not; set both, or neither for plain HTTP" },
	{ "[admin]\naddress = 127.0.0.1:8080\n",
	  ":2: [listen] and [admin] have the same address, 127.0.0.1:8080; give each its own" },
	{ "[listen]\naddress = 127.0.0.1:8081\n",
	  ":2: [listen] and [admin] have the same address, 127.0.0.1:8081; give each its own" },
	{ "[listen]\naddress = [::1]:1\n[admin]\naddress = [0::1]:1\n",
	  ":4: [listen] and [admin] have the same address, [0::1]:1; give each its own" },
};

START_TEST(a_mistake_is_told_with_its_file_and_line)
{
	struct conf *conf = NULL;
	CLEANUP(text_cleanup) char *wanted = NULL;

	conf_bed_write(CONF_BED_MAIN, mistakes[_i].text);
	ck_assert_int_eq(conf_bed_load(CONF_BED_MAIN, &conf), ERR_INVALID);
	ck_assert_ptr_null(conf);
	ck_assert_int_gt(asprintf(&wanted, CONF_BED_MAIN "%s", mistakes[_i].error), 0);
	conf_bed_assert_error(wanted);
}
END_TEST

START_TEST(a_nul_byte_does_not_end_a_line_unseen)
{
	static const char text[] = "[daemon]\ndatabase = /a\0b\n";
	struct conf *conf = NULL;

	conf_bed_write_bytes(CONF_BED_MAIN, text, sizeof(text) - 1);
	ck_assert_int_eq(conf_bed_load(CONF_BED_MAIN, &conf), ERR_INVALID);
	conf_bed_assert_error("claimd.conf:2: there is a control character in the line");
}
END_TEST

START_TEST(both_sides_may_leave_the_port_to_the_system)
{
	CLEANUP(conf_cleanup) struct conf *conf =
		conf_bed_load_text("[listen]\naddress = 127.0.0.1:0\n[admin]\naddress = 127.0.0.1:0\n");

	ck_assert_str_eq(conf->admin.address, "127.0.0.1:0");
}
END_TEST

START_TEST(a_missing_file_is_named)
{
	struct conf *conf = NULL;

	ck_assert_int_eq(conf_bed_load("other.conf", &conf), ERR_NOT_FOUND);
	conf_bed_assert_error("other.conf: there is no such file; write it, or name another one with -c");
}
END_TEST

START_TEST(a_folder_is_no_file)
{
	struct conf *conf = NULL;

	ck_assert_int_eq(conf_load(conf_bed_dir, &conf, &conf_bed_error), ERR_INVALID);

	CLEANUP(text_cleanup) char *wanted = NULL;

	ck_assert_int_gt(asprintf(&wanted, "%s: the file can't be read: Is a directory", conf_bed_dir), 0);
	ck_assert_str_eq(conf_bed_error.text, wanted);
}
END_TEST

/* The system's folder: main file and drop-ins. */

static void make_drop_ins(void)
{
	CLEANUP(text_cleanup) char *path = conf_bed_path("claimd.conf.d");

	ck_assert_int_eq(mkdir(path, 0700), 0);
}

START_TEST(drop_ins_are_read_in_the_order_of_their_names)
{
	CLEANUP(conf_cleanup) struct conf *conf = NULL;

	make_drop_ins();
	conf_bed_write(CONF_BED_MAIN, "[daemon]\nlog_level = error\nretention_days = 1\n[delivery main]\nlanguage = ru\njournal = no\n");
	conf_bed_write("claimd.conf.d/20-b.conf", "[delivery main]\nlanguage = de\n[delivery late]\n");
	conf_bed_write("claimd.conf.d/10-a.conf", "[daemon]\nlog_level = notice\n[delivery main]\nlanguage = fr\n");
	conf_bed_write("claimd.conf.d/.hidden.conf", "broken\n");
	conf_bed_write("claimd.conf.d/.conf", "broken\n");
	conf_bed_write("claimd.conf.d/30-c.conf~", "broken\n");
	conf_bed_write("claimd.conf.d/README", "broken\n");
	ck_assert_msg(conf_load_dir(conf_bed_dir, &conf, &conf_bed_error) == 0, "%s", conf_bed_error.text);
	ck_assert_int_eq(conf->daemon.log_level, LOG_LEVEL_NOTICE);
	ck_assert_int_eq(conf->daemon.retention_days, 1);
	ck_assert_uint_eq(conf->n_sources, 2);
	ck_assert_str_eq(conf->sources[0]->name, "main");
	ck_assert_str_eq(conf->sources[0]->delivery.language, "de");
	ck_assert(!conf->sources[0]->delivery.journal);
	ck_assert_str_eq(conf->sources[1]->name, "late");
}
END_TEST

START_TEST(a_missing_drop_in_folder_is_fine)
{
	CLEANUP(conf_cleanup) struct conf *conf = NULL;

	conf_bed_write(CONF_BED_MAIN, "[daemon]\nretention_days = 2\n");
	ck_assert_int_eq(conf_load_dir(conf_bed_dir, &conf, &conf_bed_error), 0);
	ck_assert_int_eq(conf->daemon.retention_days, 2);
}
END_TEST

START_TEST(a_missing_main_file_is_named)
{
	struct conf *conf = NULL;

	make_drop_ins();
	conf_bed_write("claimd.conf.d/10-a.conf", "[daemon]\n");
	ck_assert_int_eq(conf_load_dir(conf_bed_dir, &conf, &conf_bed_error), ERR_NOT_FOUND);
	conf_bed_assert_error("claimd.conf: there is no such file; write it, or name another one with -c");
}
END_TEST

START_TEST(a_mistake_in_a_drop_in_names_the_drop_in)
{
	struct conf *conf = NULL;

	make_drop_ins();
	conf_bed_write(CONF_BED_MAIN, "[daemon]\n");
	conf_bed_write("claimd.conf.d/10-a.conf", "[daemon]\n\nretention_days = x\n");
	ck_assert_int_eq(conf_load_dir(conf_bed_dir, &conf, &conf_bed_error), ERR_INVALID);
	conf_bed_assert_error("claimd.conf.d/10-a.conf:3: retention_days: \"x\" is not a whole number from 1 to 36500");
}
END_TEST

START_TEST(a_check_between_keys_names_the_file_that_set_the_key_last)
{
	struct conf *conf = NULL;

	make_drop_ins();
	conf_bed_write(CONF_BED_MAIN, "[admin]\naddress = 127.0.0.1:1\n");
	conf_bed_write("claimd.conf.d/10-a.conf", "\n[admin]\naddress = 127.0.0.1:8080\n");
	ck_assert_int_eq(conf_load_dir(conf_bed_dir, &conf, &conf_bed_error), ERR_INVALID);
	conf_bed_assert_error("claimd.conf.d/10-a.conf:3: [listen] and [admin] have the same address, 127.0.0.1:8080; give each its own");
}
END_TEST

START_TEST(only_the_given_file_is_read_when_one_is_named)
{
	make_drop_ins();
	conf_bed_write("claimd.conf.d/10-a.conf", "broken\n");

	CLEANUP(conf_cleanup) struct conf *conf = conf_bed_load_text("[daemon]\n");

	ck_assert_ptr_nonnull(conf);
}
END_TEST

START_TEST(approval_by_itself_needs_a_limit)
{
	struct conf *conf = NULL;

	conf_bed_write(CONF_BED_MAIN, "[delivery main]\napprove = auto\n");
	ck_assert_int_eq(conf_bed_load(CONF_BED_MAIN, &conf), ERR_INVALID);
	conf_bed_assert_error(CONF_BED_MAIN ":2: [delivery main] has approve = auto, but no auto_max_price; set it to the dearest "
	                                    "offer that may be accepted");
	conf = conf_bed_load_text("[delivery main]\napprove = auto\nauto_max_price = 500\n");
	ck_assert_int_eq(conf->sources[0]->delivery.approve, CONF_APPROVE_AUTO);
	conf_free(conf);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("conf");
	TCase *tc = tcase_create("conf");

	tcase_add_checked_fixture(tc, conf_bed_make, NULL);
	tcase_add_test(tc, approval_by_itself_needs_a_limit);
	tcase_add_test(tc, an_empty_file_gives_every_default);
	tcase_add_test(tc, an_empty_delivery_section_gives_every_default);
	tcase_add_test(tc, every_key_of_a_delivery_section_is_read);
	tcase_add_test(tc, every_key_of_the_other_sections_is_read);
	tcase_add_test(tc, the_forms_that_people_write_are_understood);
	tcase_add_test(tc, deliveries_stand_in_file_order);
	tcase_add_loop_test(tc, a_line_may_be_of_any_length, 0, (int)ARRAY_SIZE(long_lines));
	tcase_add_loop_test(tc, a_mistake_is_told_with_its_file_and_line, 0, (int)ARRAY_SIZE(mistakes));
	tcase_add_test(tc, a_nul_byte_does_not_end_a_line_unseen);
	tcase_add_test(tc, both_sides_may_leave_the_port_to_the_system);
	tcase_add_test(tc, a_missing_file_is_named);
	tcase_add_test(tc, a_folder_is_no_file);
	tcase_add_test(tc, drop_ins_are_read_in_the_order_of_their_names);
	tcase_add_test(tc, a_missing_drop_in_folder_is_fine);
	tcase_add_test(tc, a_missing_main_file_is_named);
	tcase_add_test(tc, a_mistake_in_a_drop_in_names_the_drop_in);
	tcase_add_test(tc, a_check_between_keys_names_the_file_that_set_the_key_last);
	tcase_add_test(tc, only_the_given_file_is_read_when_one_is_named);
	suite_add_tcase(s, tc);
	return s;
}
