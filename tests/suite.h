/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What every test program shares: its main() is suite_main() around one Check suite. A test program is one file
 * tests/RING/test_NAME.c that defines `Suite *suite(void)`; the Makefile links it with tests/suite.c, the layers it
 * may see, and runs it. Failing closes with a non-zero exit and Check's own summary line stands last.
 */
#ifndef CLAIMD_TESTS_SUITE_H
#define CLAIMD_TESTS_SUITE_H

#include <check.h>

Suite *suite(void);

/* A fresh empty folder for this test, removed with all it holds when the test program ends (also by failure). */
const char *suite_tmpdir(void);

#endif
