/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Text in aligned columns under a line of headings.
 * Ctl layer: texts in, lines out.
 */
#ifndef CLAIMD_CTL_TABLE_H
#define CLAIMD_CTL_TABLE_H

#include <stddef.h>

#include "base/attr.h"
#include "ctl/console.h"
#include "ctl/style.h"

struct table;

/* A table of N columns on the console's out; the headings are NAMES (borrowed) in capitals. NULL: none. On a terminal, where
 * they would scroll out of sight, they are written again every now and then. */
int table_new(const struct console *console, const char *const *names, size_t n, struct table **ret);
struct table *table_free(struct table *table); /* writes nothing; takes NULL, returns NULL */

/* Adds a cell, left to right, row by row. An empty text or NULL is shown as "-", a control character as "?", since
 * a text may come from a peer. Rows are written in blocks, so that a table of any length needs little memory: a
 * later block may be wider. */
int table_add(struct table *table, const char *text);
/* The same in a style, where the console has colours. */
int table_add_styled(struct table *table, const char *text, enum style style);

/* Writes what was added; the headings are written once, even above no row. */
int table_flush(struct table *table);

DEFINE_CLEANUP(table, struct table *, table_free)

#endif
