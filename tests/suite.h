/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What every test program shares: its main() is suite_main() around one Check suite. A test program is one file
 * tests/RING/test_NAME.c that defines `Suite *suite(void)`; the Makefile links it with tests/suite.c, the layers it
 * may see, and runs it. Failing closes with a non-zero exit and Check's own summary line stands last.
 */
#ifndef CLAIMD_TESTS_SUITE_H
#define CLAIMD_TESTS_SUITE_H

#include <check.h>

/* Sanitizers keep shadows and what was freed, so that a program's memory says nothing about it. */
#if defined(__SANITIZE_ADDRESS__)
#define SUITE_IS_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SUITE_IS_SANITIZED 1
#endif
#endif
#ifndef SUITE_IS_SANITIZED
#define SUITE_IS_SANITIZED 0
#endif

Suite *suite(void);

/* A fresh empty folder for this test, removed with all it holds when the test program ends (also by failure). */
const char *suite_tmpdir(void);

/* How long any wait for another process may take: longer than the slowest machine needs, shorter than the test's own limit,
 * and stretched as Check stretches that one, by CK_TIMEOUT_MULTIPLIER. */
int suite_patience_ms(void);

/* A text file that must be there and say something, whole; free(). */
char *suite_read_file(const char *path);

#endif
