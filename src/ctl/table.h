/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Text in aligned columns under a line of headings.
 * Ctl layer: texts in, lines out.
 */
#ifndef CLAIMD_CTL_TABLE_H
#define CLAIMD_CTL_TABLE_H

#include <stddef.h>
#include <stdio.h>

#include "base/attr.h"

struct table;

/* A table of N columns on OUT; the headings are NAMES (borrowed) in capitals. NULL: none. */
int table_new(FILE *out, const char *const *names, size_t n, struct table **ret);
struct table *table_free(struct table *table); /* writes nothing; takes NULL, returns NULL */

/* Adds a cell, left to right, row by row. An empty text or NULL is shown as "-", a control character as "?", since
 * a text may come from a peer. Rows are written in blocks, so that a table of any length needs little memory: a
 * later block may be wider. */
int table_add(struct table *table, const char *text);

/* Writes what was added; the headings are written once, even above no row. */
int table_flush(struct table *table);

DEFINE_CLEANUP(table, struct table *, table_free)

#endif
