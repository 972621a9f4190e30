/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * JSON that a C test can be read with.
 * Tests, unit ring: knows no layer.
 */
#ifndef CLAIMD_TESTS_UNIT_QUOTED_H
#define CLAIMD_TESTS_UNIT_QUOTED_H

/* TEXT with each ' made a "; owned by the caller, free(). */
char *quoted(const char *text);

#endif
