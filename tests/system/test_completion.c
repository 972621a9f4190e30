/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The completion files in bash and in zsh: each verb and option that --help knows, and values from the model, the database and
 * the folder.
 * System tests. A shell reads the file and calls its function as it would at a press of the tab key.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/buf.h"
#include "site.h"
#include "suite.h"

/* Prints what the last of its arguments, a command line, is completed to. */
static const char bash_script[] =
	". etc/completion/claimctl.bash; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); COMPREPLY=();"
	"_claimctl \"$1\"; ((${#COMPREPLY[@]} == 0)) || printf '%s\\n' \"${COMPREPLY[@]}\"";

/* What zsh's own completion gives the function, in few words. */
static const char zsh_script[] =
	"compadd() { local found=(\"${(@P)argv[-1]}\"); [[ -z $found ]] || print -l -- $found }; _files() { print -- :files };"
	"words=(\"$@\"); CURRENT=$#; PREFIX=$argv[-1]; shift $#; . etc/completion/_claimctl";

static const struct shell {
	const char *path;
	const char *option; /* to read no one's own files */
	const char *script;
} shells[] = {
	{ "/bin/bash", "--norc", bash_script },
	{ "/usr/bin/zsh", "-f", zsh_script },
};

#define WORDS_MAX 8

static struct site site;
static struct process run;
static char *program;

/* A database with a claim that waits and one that has ended, and an order. */
static void setup(void)
{
	site_open(&site);
	site_start(&site);
	site_sql(&site, "INSERT INTO source (id, kind, name, since_us) VALUES (2, 'market', 'shop', 1);"
	                "INSERT INTO shipment (source_id, model, external_id, first_seen_us, via) VALUES"
	                " (1, 'claims', 'waits', 1, 'callback'), (1, 'claims', 'wanted', 1, 'callback'),"
	                " (2, 'dbs', '55000001', 1, 'callback');"
	                "CREATE TEMP TABLE life (id TEXT, status TEXT);"
	                "INSERT INTO life VALUES ('waits', 'new'), ('wanted', 'failed'), ('55000001', 'PROCESSING/STARTED');"
	                "INSERT INTO history (shipment_id, revision, updated_us, at_us, seen_us, via, status, adopted, verdict, seq)"
	                " SELECT s.id, 1, 1, 1, 1, 'callback', l.status, 0, 'first', 1 FROM shipment s JOIN life l ON l.id = s.external_id;"
	                "UPDATE shipment SET status = (SELECT status FROM history WHERE shipment_id = shipment.id)");
	ck_assert_int_gt(asprintf(&program, "%s/claimctl", getenv("CLAIMD_BUILD")), 0);
}

static void teardown(void)
{
	process_done(&run);
	site_close(&site);
	free(program);
}

/* What the shell makes of the command line "claimctl WORDS" (ends with NULL), a line each. Good until the next call. */
static const char *complete(const struct shell *shell, const char *const *words)
{
	const char *argv[WORDS_MAX + 6] = { shell->path, shell->option, "-c", shell->script, "sh", program };

	for (size_t i = 0; words[i]; i++) {
		ck_assert_uint_lt(i, WORDS_MAX);
		argv[i + 6] = words[i];
	}
	process_done(&run);
	ck_assert_int_eq(process_run(&run, argv), 0);
	ck_assert_str_eq(process_errors(&run), "");
	return process_output(&run);
}

#define COMPLETE(shell, ...) complete(shell, (const char *const[]){ __VA_ARGS__, NULL })

/* Whether a shell is on this machine. bash is, since the tests' own scripts need it. */
static bool is_there(const struct shell *shell)
{
	return access(shell->path, X_OK) == 0;
}

static void expect_line(const char *lines, const char *line)
{
	size_t len = strlen(line);

	for (const char *at = lines; (at = strstr(at, line)); at += len)
		if ((at == lines || at[-1] == '\n') && at[len] == '\n')
			return;
	ck_abort_msg("no line \"%s\" in:\n%s", line, lines);
}

/* "usage: claimctl", then for each verb a line of its own with its words and options, indented by two; the caller's. */
static char *read_help(void)
{
	process_done(&run);
	ck_assert_int_eq(process_run(&run, (const char *const[]){ "claimctl", "--help", NULL }), 0);
	return strdup(process_output(&run));
}

/* Each option in the line of help "  list [--status STATUS] ..." is one that VERB is completed with, and as many are. */
static void expect_options(const struct shell *shell, const char *verb, char *rest)
{
	static const char *const common[] = { "-c", "--db", "--json" };
	size_t n = ARRAY_SIZE(common);
	size_t n_found = 0;
	char *found = strdup(COMPLETE(shell, verb, "-"));

	for (size_t i = 0; i < ARRAY_SIZE(common); i++)
		expect_line(found, common[i]);
	for (char *option; (option = strstr(rest, "[-")); n++) {
		size_t len = strcspn(option + 1, " ]");
		char *name = strndup(option + 1, len);

		expect_line(found, name);
		free(name);
		rest = option + len;
	}
	for (const char *c = found; (c = strchr(c, '\n')); c++)
		n_found++;
	ck_assert_uint_eq(n_found, n);
	free(found);
}

START_TEST(every_verb_and_option_of_help_is_known_and_no_other)
{
	const struct shell *shell = &shells[_i];
	char *help = is_there(shell) ? read_help() : strdup("");
	struct buf verbs CLEANUP(buf_done) = { 0 };
	char *rest = NULL;

	for (char *line = strtok_r(help, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		if (strncmp(line, "  ", 2) != 0 || line[2] == ' ')
			continue;
		char *verb = strndup(line + 2, strcspn(line + 2, " "));

		ck_assert_int_eq(buf_addf(&verbs, "%s\n", verb), 0);
		expect_options(shell, verb, line + 2);
		free(verb);
	}
	if (is_there(shell))
		ck_assert_str_eq(COMPLETE(shell, ""), verbs.data);
	free(help);
}
END_TEST

static const struct {
	const char *words[WORDS_MAX];
	const char *want;
} lines[] = {
	{ { "win" }, "windows\n" },
	{ { "nothing" }, "" },
	{ { "list", "--o" }, "--open\n" },
	{ { "list", "--open", "--o" }, "" },
	{ { "--he" }, "--help\n" },
	{ { "list", "--status", "ready_for_a" }, "ready_for_approval\n" },
	{ { "list", "--status", "PICKUP/P" }, "PICKUP/PICKUP_SERVICE_RECEIVED\n" },
	{ { "graph", "" }, "claims\ndbs\nlaas\n" },
	{ { "graph", "dbs", "" }, "" },
	{ { "export", "--format", "" }, "csv\njson\n" },
	{ { "export", "--format", "j" }, "json\n" },
	{ { "sources", "" }, "" },
};

START_TEST(values_are_completed_from_what_is_known)
{
	const struct shell *shell = &shells[_i];

	for (size_t i = 0; is_there(shell) && i < ARRAY_SIZE(lines); i++)
		ck_assert_str_eq(complete(shell, lines[i].words), lines[i].want);
}
END_TEST

START_TEST(ids_and_sources_are_completed_from_the_database)
{
	const struct shell *shell = &shells[_i];

	if (!is_there(shell))
		return;
	ck_assert_str_eq(COMPLETE(shell, "-c", site.conf, "list", "--source", ""), "main\nshop\n");
	ck_assert_str_eq(COMPLETE(shell, "list", "--db", site.database, "--source", "other"), "");
	ck_assert_str_eq(COMPLETE(shell, "--db", site.database, "show", ""), "55000001\nwaits\n");
	ck_assert_str_eq(COMPLETE(shell, "--db", site.database, "show", "wa"), "waits\nwanted\n");
	ck_assert_str_eq(COMPLETE(shell, "--db", "/nowhere/claimd.db", "show", ""), "");
}
END_TEST

START_TEST(an_order_is_offered_what_the_merchant_may_set_next)
{
	const struct shell *shell = &shells[_i];

	if (!is_there(shell))
		return;
	ck_assert_str_eq(COMPLETE(shell, "--db", site.database, "order-status", "55000001", "D"),
	                 "DELIVERY/DELIVERY_SERVICE_RECEIVED\n");
	ck_assert_str_eq(COMPLETE(shell, "--db", site.database, "order-status", "waits", ""), "");
	ck_assert_str_eq(COMPLETE(shell, "--db", site.database, "order-status", "55000001", "x", ""), "");
	ck_assert_str_eq(COMPLETE(shell, "cancellation", "55000001", "--reject", ""), "ORDER_DELIVERED\nORDER_IN_DELIVERY\n");
}
END_TEST

START_TEST(bash_cuts_words_at_the_equals_sign)
{
	ck_assert_str_eq(COMPLETE(&shells[0], "list", "--status", "=", "ready_for_a"), "ready_for_approval\n");
	ck_assert_str_eq(COMPLETE(&shells[0], "export", "--format", "="), "csv\njson\n");
	ck_assert_str_eq(COMPLETE(&shells[0], "--db", "=", site.database, "show", ""), "55000001\nwaits\n");
}
END_TEST

START_TEST(zsh_does_not)
{
	if (!is_there(&shells[1]))
		return;
	ck_assert_str_eq(COMPLETE(&shells[1], "list", "--status=ready_for_a"), "--status=ready_for_approval\n");
	ck_assert_str_eq(COMPLETE(&shells[1], "backup", ""), ":files\n");
}
END_TEST

START_TEST(files_are_completed_by_the_shell)
{
	char *begin = NULL;
	char *want = NULL;

	ck_assert_int_gt(asprintf(&begin, "%s/main.s", site.folder), 0);
	ck_assert_int_gt(asprintf(&want, "%s\n", site.secret_file), 0);
	ck_assert_str_eq(COMPLETE(&shells[0], "backup", begin), want);
	ck_assert_str_eq(COMPLETE(&shells[0], "list", "-c", begin), want);
	ck_assert_str_eq(COMPLETE(&shells[0], "list", "--config", "=", begin), want);
	free(begin);
	free(want);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("completion");
	TCase *tcase = tcase_create("completion");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, every_verb_and_option_of_help_is_known_and_no_other, 0, ARRAY_SIZE(shells));
	tcase_add_loop_test(tcase, values_are_completed_from_what_is_known, 0, ARRAY_SIZE(shells));
	tcase_add_loop_test(tcase, ids_and_sources_are_completed_from_the_database, 0, ARRAY_SIZE(shells));
	tcase_add_loop_test(tcase, an_order_is_offered_what_the_merchant_may_set_next, 0, ARRAY_SIZE(shells));
	tcase_add_test(tcase, bash_cuts_words_at_the_equals_sign);
	tcase_add_test(tcase, zsh_does_not);
	tcase_add_test(tcase, files_are_completed_by_the_shell);
	suite_add_tcase(suite, tcase);
	return suite;
}
