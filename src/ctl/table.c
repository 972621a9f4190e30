/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Cells of a block of rows are kept until the block's widths are known, then written.
 * Ctl layer.
 */
#include "ctl/table.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

#define TABLE_BLOCK_ROWS 1000 /* more than a screen; a few hundred kilobytes */
#define TABLE_GAP 2           /* spaces between columns */

struct table {
	FILE *out;
	const char *const *names;
	size_t n_columns;
	size_t *widths;
	char **cells; /* row by row */
	size_t n_cells;
	bool headed; /* the headings are written, or there are none */
};

/* Characters of UTF-8, each counted as one column wide. */
static size_t text_width(const char *text)
{
	size_t width = 0;

	for (; *text; text++)
		width += ((unsigned char)*text & 0xC0) != 0x80;
	return width;
}

/* Control characters of ASCII, and those that begin with 0xC2 in UTF-8, could drive the reader's terminal. */
static void text_tame(char *text)
{
	for (; *text; text++) {
		unsigned char next = (unsigned char)text[1];

		if (iscntrl((unsigned char)*text))
			*text = '?';
		else if ((unsigned char)*text == 0xC2 && next >= 0x80 && next < 0xA0)
			text[0] = text[1] = '?';
	}
}

static void widen(struct table *table, size_t column, const char *text)
{
	size_t width = text_width(text);

	if (width > table->widths[column])
		table->widths[column] = width;
}

int table_new(FILE *out, const char *const *names, size_t n, struct table **ret)
{
	struct table *table CLEANUP(table_cleanup) = calloc(1, sizeof(*table));

	if (!table)
		return ERR_NOMEM;
	table->out = out;
	table->names = names;
	table->n_columns = n;
	table->headed = !names;
	table->widths = calloc(n, sizeof(*table->widths));
	table->cells = calloc(TABLE_BLOCK_ROWS * n, sizeof(*table->cells));
	if (!table->widths || !table->cells)
		return ERR_NOMEM;
	for (size_t i = 0; names && i < n; i++)
		widen(table, i, names[i]);
	*ret = table;
	table = NULL;
	return ERR_OK;
}

static void forget_cells(struct table *table)
{
	for (size_t i = 0; i < table->n_cells; i++)
		free(table->cells[i]);
	table->n_cells = 0;
}

struct table *table_free(struct table *table)
{
	if (!table)
		return NULL;
	forget_cells(table);
	free(table->cells);
	free(table->widths);
	free(table);
	return NULL;
}

int table_add(struct table *table, const char *text)
{
	if (table->n_cells == TABLE_BLOCK_ROWS * table->n_columns) {
		int r = table_flush(table);

		if (r < 0)
			return r;
	}
	char *cell = strdup(text && *text ? text : "-");

	if (!cell)
		return ERR_NOMEM;
	text_tame(cell);
	widen(table, table->n_cells % table->n_columns, cell);
	table->cells[table->n_cells++] = cell;
	return ERR_OK;
}

/* Ends a cell of WIDTH characters. The last column is not padded: no line ends in spaces. */
static void end_cell(struct table *table, size_t column, size_t width)
{
	if (column + 1 < table->n_columns)
		fprintf(table->out, "%*s", (int)(table->widths[column] - width + TABLE_GAP), "");
	else
		fputc('\n', table->out);
}

static void put_heading(struct table *table, size_t column)
{
	const char *name = table->names[column];

	for (const char *c = name; *c; c++)
		fputc(toupper((unsigned char)*c), table->out);
	end_cell(table, column, text_width(name));
}

static void put_cell(struct table *table, size_t column, const char *text)
{
	fputs(text, table->out);
	end_cell(table, column, text_width(text));
}

int table_flush(struct table *table)
{
	for (size_t i = 0; i < table->n_columns && !table->headed; i++)
		put_heading(table, i);
	table->headed = true;
	for (size_t i = 0; i < table->n_cells; i++)
		put_cell(table, i % table->n_columns, table->cells[i]);
	forget_cells(table);
	return ferror(table->out) ? ERR_IO : ERR_OK;
}
