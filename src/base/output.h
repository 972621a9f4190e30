/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The end of what a program says on its standard output.
 * Base layer.
 */
#ifndef CLAIMD_BASE_OUTPUT_H
#define CLAIMD_BASE_OUTPUT_H

#include "base/attr.h"

/* Writes out what stdio still holds. Returns the exit status: EX_OK, or EX_IOERR when not all that was printed could be written, which is
 * told on standard error in PROGRAM's name. */
int output_end(const char *program) ATTR_MUST_USE;

#endif
