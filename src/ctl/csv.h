/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rows as CSV (RFC 4180).
 * Ctl layer: rows in, lines out.
 */
#ifndef CLAIMD_CTL_CSV_H
#define CLAIMD_CTL_CSV_H

#include <stdio.h>

#include "store/store.h"

/* A line with the names of all columns, then one for each row. NULL is an empty field, an empty text a quoted one. Needs no more
 * memory for more rows. 0 or an error of the store's or of writing. */
int csv_write(FILE *out, struct report *report);

#endif
