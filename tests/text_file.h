/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A text file read whole.
 * For tests, benchmarks and the soak; without Check.
 */
#ifndef CLAIMD_TESTS_TEXT_FILE_H
#define CLAIMD_TESTS_TEXT_FILE_H

/* What stands in PATH, to be freed; NULL where it can't be read or is empty. */
char *text_file_read(const char *path);

#endif
