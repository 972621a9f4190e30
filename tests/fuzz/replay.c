/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * main() of a fuzz target without a fuzzer: runs it over files, so that `make check` keeps what fuzzing once found.
 * Tests: knows no layer. Left out where libFuzzer brings its own main().
 */
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/attr.h"
#include "tests/fuzz/fuzz.h"

DEFINE_CLEANUP(bytes, uint8_t *, free)

static void close_file(FILE **file)
{
	if (*file)
		(void)fclose(*file);
}

static int fail(const char *path)
{
	perror(path);
	return -1;
}

/* A block of just the file's size, so that a sanitizer sees a byte read past it. */
static int run_file(const char *path)
{
	CLEANUP(close_file) FILE *file = fopen(path, "rbe");
	CLEANUP(bytes_cleanup) uint8_t *bytes = NULL;
	struct stat st;
	size_t size;

	if (!file || fstat(fileno(file), &st) < 0)
		return fail(path);
	size = (size_t)st.st_size;
	bytes = malloc(size ? size : 1);
	if (!bytes || fread(bytes, 1, size, file) != size)
		return fail(path);
	(void)fprintf(stderr, "%s\n", path);
	(void)LLVMFuzzerTestOneInput(bytes, size);
	return 1;
}

static int is_input(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static int run_entry(const char *folder, const char *name)
{
	char *path;
	int n;

	if (asprintf(&path, "%s/%s", folder, name) < 0)
		return fail(folder);
	n = run_file(path);
	free(path);
	return n;
}

/* Returns the number of inputs, or -1. */
static int run_folder(const char *folder)
{
	struct dirent **entries;
	int n = scandir(folder, &entries, is_input, alphasort);
	int done = 0;

	if (n < 0)
		return fail(folder);
	for (int i = 0; i < n; i++) {
		if (done >= 0 && run_entry(folder, entries[i]->d_name) < 0)
			done = -1;
		else if (done >= 0)
			done++;
		free(entries[i]);
	}
	free(entries);
	return done;
}

int main(int argc, char **argv)
{
	const char *slash = strrchr(argv[0], '/');
	int inputs = 0;

	for (int i = 1; i < argc; i++) {
		struct stat st;
		int n = stat(argv[i], &st) < 0 ? fail(argv[i]) : S_ISDIR(st.st_mode) ? run_folder(argv[i]) : run_file(argv[i]);

		if (n < 0)
			return EXIT_FAILURE;
		inputs += n;
	}
	(void)printf("%s: %d inputs\n", slash ? slash + 1 : argv[0], inputs);
	return inputs > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
