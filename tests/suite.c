/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * main() of every test program, and its temporary folders.
 * Tests: linked into each program of each ring; knows no layer.
 * Check runs each test in a child process, so what is cleaned up here is cleaned up even when a test crashes.
 */
#include "suite.h"

#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "text_file.h"

#define PATIENCE_MS 45000

/* Paths that were handed out. They stay good until the process ends, and here they are in nobody's way. */
struct folder {
	struct folder *next;
	char path[PATH_MAX];
};

static _Noreturn void give_up(const char *what)
{
	perror(what);
	exit(EXIT_FAILURE);
}

static void make_folder(const char *parent, char path[static PATH_MAX])
{
	int n = snprintf(path, PATH_MAX, "%s/XXXXXX", parent);
	if (n < 0 || n >= PATH_MAX || !mkdtemp(path))
		give_up(parent);
}

const char *suite_tmpdir(void)
{
	static struct folder *folders;

	struct folder *folder = malloc(sizeof(*folder));
	if (!folder)
		give_up("suite_tmpdir");
	make_folder(getenv("TMPDIR"), folder->path);
	folder->next = folders;
	folders = folder;
	return folder->path;
}

int suite_patience_ms(void)
{
	const char *multiplier = getenv("CK_TIMEOUT_MULTIPLIER");
	double times = multiplier ? strtod(multiplier, NULL) : 0;

	return (int)(PATIENCE_MS * (times > 0 ? times : 1));
}

char *suite_read_file(const char *path)
{
	char *text = text_file_read(path);

	ck_assert_msg(text, "%s can't be read", path);
	return text;
}

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *place)
{
	(void)status;
	(void)kind;
	(void)place;
	if (remove(path) < 0)
		perror(path);
	return 0;
}

/* How much is printed, and which tests run, is told by Check's own variables: CK_VERBOSITY, CK_RUN_SUITE, CK_FORK
 * and so on. */
static int run(void)
{
	SRunner *runner = srunner_create(suite());
	srunner_run_all(runner, CK_ENV);

	int ran = srunner_ntests_run(runner);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return ran > 0 && failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* What a test may take that names no time of its own. Check's four seconds end what only hangs on a busy machine. */
#define TIMEOUT_S "60"

int main(void)
{
	/* All temporary files of all tests, the libraries' included, are made below one folder that only the parent removes. */
	const char *parent = getenv("TMPDIR");
	char base[PATH_MAX];

	make_folder(parent && *parent ? parent : "/tmp", base);
	if (setenv("TMPDIR", base, 1) < 0)
		give_up("TMPDIR");
	if (setenv("CK_DEFAULT_TIMEOUT", TIMEOUT_S, 0) < 0)
		give_up("CK_DEFAULT_TIMEOUT");

	int status = run();

	(void)nftw(base, remove_entry, 16, FTW_PHYS | FTW_DEPTH);
	return status;
}
