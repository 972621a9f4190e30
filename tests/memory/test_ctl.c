/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of claimctl when memory gives out, at one allocation after another, SQLite's and json-c's own included: it writes all that it
 * writes at other times, or fails and says so.
 * Memory ring: the component ring's database.
 */
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "component/ctl_world.h"
#include "ctl/ctl.h"
#include "scarce.h"
#include "tests/suite.h"

#define OUTPUT_MAX 65536
#define WORDS_MAX 8

static const char *const lines[] = {
	"list", "show waits", "history waits --json", "violations", "sources --json", "durations", "export --since 2026-01-01",
};

#define LINES ((int)ARRAY_SIZE(lines))

static char out[OUTPUT_MAX];
static char err[OUTPUT_MAX];

/* Like claimctl itself, but that what it writes goes where there is room already. *RET_FAILED: there was an NTH allocation. */
static int run(const char *line, struct scarcity scarcity, size_t nth, bool *ret_failed)
{
	struct console console = {
		.out = fmemopen(out, sizeof(out), "w"),
		.err = fmemopen(err, sizeof(err), "w"),
		.clock = ctl_world_clock(ctl_world_time(700)),
	};
	char *words = strdup(line);
	char *argv[WORDS_MAX + 4] = { (char[]){ "claimctl" }, (char[]){ "--db" }, ctl_world_path() };
	int argc = 3;
	char *rest = NULL;
	int status;

	for (char *word = strtok_r(words, " ", &rest); word && argc < WORDS_MAX; word = strtok_r(NULL, " ", &rest))
		argv[argc++] = word;
	setvbuf(console.out, NULL, _IONBF, 0);
	setvbuf(console.err, NULL, _IONBF, 0);
	scarce_begin(scarcity, nth);
	status = ctl_run(&console, argc, argv);
	*ret_failed = scarce_end();
	fclose(console.out);
	fclose(console.err);
	free(words);
	return status;
}

START_TEST(a_report_is_whole_or_fails_and_says_so)
{
	const char *line = lines[_i % LINES];
	const struct scarcity scarcity = { .for_good = _i >= LINES };
	char *whole;
	bool failed = true;

	ck_assert_msg(run(line, scarcity, SIZE_MAX, &failed) == EX_OK, "%s: %s", line, err);
	whole = strdup(out);
	failed = true;
	/* Reading the schema takes thousands, so that most of them are passed over, the more the later. */
	for (size_t nth = 1; failed; nth += 1 + nth / 8) {
		int status = run(line, scarcity, nth, &failed);

		ck_assert_msg(status != EX_OK || strcmp(out, whole) == 0, "%s, %s: it is not whole:\n%s", line,
		              scarce_text(scarcity, nth), out);
		ck_assert_msg(status == EX_OK || strncmp(err, "claimctl: ", 10) == 0, "%s, %s: %d, without a word", line,
		              scarce_text(scarcity, nth), status);
	}
	free(whole);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("ctl");
	TCase *tcase = tcase_create("memory");

	tcase_add_checked_fixture(tcase, ctl_world_setup_both, ctl_world_teardown);
	tcase_add_loop_test(tcase, a_report_is_whole_or_fails_and_says_so, 0, 2 * LINES);
	suite_add_tcase(suite, tcase);
	return suite;
}
