/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Log lines: their form on a terminal and in the journal, and that nobody can forge one. Unit ring: standard error
 * is a pipe. Check runs each test in its own process, which the log's state at file scope needs.
 */
#include "suite.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"

static int pipe_fds[2];
static char lines[8192];

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
	suite_add_tcase(s, tc);
	return s;
}
