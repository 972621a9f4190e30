/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An input in the forms that those who read it want: a text, or a file.
 * Tests: knows no layer.
 */
#ifndef CLAIMD_TESTS_FUZZ_INPUT_H
#define CLAIMD_TESTS_FUZZ_INPUT_H

#include <stddef.h>

#include "base/attr.h"

/* The bytes up to their first NUL, in a block of just that size; to be free()d. */
char *input_text(const void *bytes, size_t size);

#define INPUT_PATH_SIZE 32

/* A file of these bytes, which is there under its path until the descriptor that is returned is closed. */
int input_file(const void *bytes, size_t size, char ret_path[static INPUT_PATH_SIZE]);

/* Cuts the next line, without its LF, out of *REST; NULL after the last. */
char *input_line(char **rest);

#endif
