/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Log lines: their form on a terminal and in the journal, and that nobody can forge one. Unit ring: standard error
 * is a pipe. Check runs each test in its own process, which the log's state at file scope needs.
 */
#include "suite.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#include "base/log.h"

static int pipe_fds[2];
static char lines[8192];

/* The journal of the tests. */
static int journal_result;
static unsigned n_entries;
static char entry[8192];

/* These stand in for the library's, and for the C library's: no journal of the system's gets what is tested. */
#undef sd_journal_sendv
int sd_journal_sendv(const struct iovec *iov, int n)
{
	n_entries++;
	entry[0] = '\0';
	for (int i = 0; i < n; i++)
		(void)snprintf(entry + strlen(entry), sizeof(entry) - strlen(entry), "%.*s\n", (int)iov[i].iov_len,
			       (const char *)iov[i].iov_base);
	return journal_result;
}

static bool has_socket = true;

int access(const char *path, int mode)
{
	(void)mode;
	ck_assert_str_eq(path, "/run/systemd/journal/socket");
	return has_socket ? 0 : -1;
}

static void catch_stderr(void)
{
	ck_assert_int_eq(pipe(pipe_fds), 0);
	ck_assert_int_ge(dup2(pipe_fds[1], STDERR_FILENO), 0);
	ck_assert_int_eq(unsetenv("JOURNAL_STREAM"), 0);
}

static void pretend_journal(unsigned long long inode_offset)
{
	struct stat st;
	char value[64];

	ck_assert_int_eq(fstat(STDERR_FILENO, &st), 0);
	(void)snprintf(value, sizeof(value), "%llu:%llu", (unsigned long long)st.st_dev,
		       (unsigned long long)st.st_ino + inode_offset);
	ck_assert_int_eq(setenv("JOURNAL_STREAM", value, 1), 0);
}

/* All that was logged so far; the line written here makes sure that there is something to read. */
static const char *caught(void)
{
	ck_assert_int_eq(write(STDERR_FILENO, "$", 1), 1);

	ssize_t n = read(pipe_fds[0], lines, sizeof(lines) - 1);

	ck_assert_int_gt(n, 0);
	lines[n - 1] = '\0';
	return lines;
}

START_TEST(a_line_begins_with_the_name)
{
	log_open("claimtest", LOG_LEVEL_DEBUG);
	log_error("disk %d%%", 100);
	log_debug("fine");
	ck_assert_str_eq(caught(), "claimtest: disk 100%\nclaimtest: fine\n");
}
END_TEST

START_TEST(under_the_journal_a_line_begins_with_its_level)
{
	pretend_journal(0);
	log_open("claimtest", LOG_LEVEL_DEBUG);
	log_error("a");
	log_warning("b");
	log_notice("c");
	log_info("d");
	log_debug("e");
	ck_assert_str_eq(caught(), "<3>a\n<4>b\n<5>c\n<6>d\n<7>e\n");
}
END_TEST

START_TEST(another_stream_than_the_journals_gets_the_name)
{
	pretend_journal(1);
	log_open("claimtest", LOG_LEVEL_INFO);
	log_info("a");
	ck_assert_str_eq(caught(), "claimtest: a\n");
	ck_assert_int_eq(setenv("JOURNAL_STREAM", "nonsense", 1), 0);
	log_open("claimtest", LOG_LEVEL_INFO);
	log_info("b");
	ck_assert_str_eq(caught(), "claimtest: b\n");
}
END_TEST

START_TEST(lines_above_the_level_are_dropped)
{
	log_open("claimtest", LOG_LEVEL_ERROR);
	log_error("a");
	log_warning("b");
	log_set_level(LOG_LEVEL_NOTICE);
	log_notice("c");
	log_info("d");
	log_debug("e");
	ck_assert_str_eq(caught(), "claimtest: a\nclaimtest: c\n");
}
END_TEST

START_TEST(control_characters_can_not_forge_a_line)
{
	log_open("claimtest", LOG_LEVEL_INFO);
	log_info("from %s", "x\n<3>y\r\033[2J\x7f\tz");
	ck_assert_str_eq(caught(), "claimtest: from x?<3>y??[2J??z\n");
	log_info("%s", "a\xc2\x9b" "b \xd0\xbf\xd1\x80 \xc2\xa7 \xc2");
	ck_assert_str_eq(caught(), "claimtest: a??b \xd0\xbf\xd1\x80 \xc2\xa7 \xc2\n");
}
END_TEST

START_TEST(a_long_line_is_written_whole)
{
	char text[5001];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	log_open("claimtest", LOG_LEVEL_INFO);
	log_info("%s", text);
	ck_assert_uint_eq(strlen(caught()), strlen("claimtest: ") + 5000 + 1);
}
END_TEST

START_TEST(logging_leaves_errno_alone)
{
	log_open("claimtest", LOG_LEVEL_INFO);
	errno = ENOSPC;
	ck_assert_int_eq(close(STDERR_FILENO), 0);
	log_info("nobody hears this");
	ck_assert_int_eq(errno, ENOSPC);
}
END_TEST

static const struct log_field fields[] = {
	{ "TEST_A", "one" }, { "TEST_NONE", NULL }, { "TEST_EMPTY", "" }, { "TEST_B", "two\nPRIORITY=0" }, { NULL, NULL },
};

static void ATTR_PRINTF(3, 4) tell(enum log_level level, const struct log_field *about, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	log_entry(level, about, fmt, args);
	va_end(args);
}

START_TEST(a_line_with_fields_is_an_entry_of_the_journal)
{
	pretend_journal(0);
	log_open("claimtest", LOG_LEVEL_ERROR);
	tell(LOG_LEVEL_WARNING, fields, "%s", "late\nMESSAGE_ID=0");
	ck_assert_uint_eq(n_entries, 1);
	ck_assert_str_eq(entry, "MESSAGE=late?MESSAGE_ID=0\nPRIORITY=4\nSYSLOG_IDENTIFIER=claimtest\n"
				"TEST_A=one\nTEST_B=two?PRIORITY=0\n");
	ck_assert_str_eq(caught(), "");
}
END_TEST

START_TEST(no_field_beyond_the_most_is_sent)
{
	struct log_field many[LOG_FIELDS_MAX + 2] = { 0 };

	for (size_t i = 0; i <= LOG_FIELDS_MAX; i++)
		many[i] = (struct log_field){ i < LOG_FIELDS_MAX ? "TEST_GOOD" : "TEST_BEYOND", "x" };
	pretend_journal(0);
	log_open("claimtest", LOG_LEVEL_ERROR);
	tell(LOG_LEVEL_WARNING, many, "late");
	ck_assert_uint_eq(n_entries, 1);
	ck_assert_ptr_nonnull(strstr(entry, "TEST_GOOD"));
	ck_assert_ptr_null(strstr(entry, "TEST_BEYOND"));
}
END_TEST

START_TEST(a_line_without_fields_goes_by_the_stream)
{
	pretend_journal(0);
	log_open("claimtest", LOG_LEVEL_INFO);
	tell(LOG_LEVEL_ERROR, NULL, "over");
	log_info("and out");
	ck_assert_str_eq(caught(), "<3>over\n<6>and out\n");
	ck_assert_uint_eq(n_entries, 0);
}
END_TEST

START_TEST(elsewhere_a_line_with_fields_is_a_line_of_any_level)
{
	log_open("claimtest", LOG_LEVEL_ERROR);
	ck_assert(!log_is_told(LOG_LEVEL_WARNING));
	tell(LOG_LEVEL_WARNING, fields, "late\nx");
	ck_assert_str_eq(caught(), "claimtest: late?x\n");
	ck_assert_uint_eq(n_entries, 0);
}
END_TEST

START_TEST(what_the_journal_does_not_take_is_a_line)
{
	pretend_journal(0);
	journal_result = _i == 0 ? -ENOBUFS : 0;
	has_socket = _i == 0;
	log_open("claimtest", LOG_LEVEL_INFO);
	tell(LOG_LEVEL_ERROR, fields, "late");
	ck_assert_str_eq(caught(), "<3>late\n");
	ck_assert_uint_eq(n_entries, _i == 0);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("log");
	TCase *tc = tcase_create("log");

	tcase_add_checked_fixture(tc, catch_stderr, NULL);
	tcase_add_test(tc, a_line_begins_with_the_name);
	tcase_add_test(tc, under_the_journal_a_line_begins_with_its_level);
	tcase_add_test(tc, another_stream_than_the_journals_gets_the_name);
	tcase_add_test(tc, lines_above_the_level_are_dropped);
	tcase_add_test(tc, control_characters_can_not_forge_a_line);
	tcase_add_test(tc, a_long_line_is_written_whole);
	tcase_add_test(tc, logging_leaves_errno_alone);
	tcase_add_test(tc, a_line_with_fields_is_an_entry_of_the_journal);
	tcase_add_test(tc, no_field_beyond_the_most_is_sent);
	tcase_add_test(tc, a_line_without_fields_goes_by_the_stream);
	tcase_add_test(tc, elsewhere_a_line_with_fields_is_a_line_of_any_level);
	tcase_add_loop_test(tc, what_the_journal_does_not_take_is_a_line, 0, 2);
	suite_add_tcase(s, tc);
	return s;
}
