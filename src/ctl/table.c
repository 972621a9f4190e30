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
#define TABLE_PAGE_ROWS 50    /* of a terminal, after which the headings stand again */
#define TABLE_GAP 2           /* spaces between columns */

DEFINE_CLEANUP(text, char *, free)

struct cell {
	char *text;
	enum style style;
};

struct table {
	const struct console *console;
	const char *const *names;
	size_t n_columns;
	size_t *widths;
	struct cell *cells; /* row by row */
	size_t n_cells;
	size_t n_unheaded; /* rows written since the headings were */
	bool headed;       /* the headings were written once */
};

static void widen(struct table *table, size_t column, const char *text)
{
	size_t width = style_width(text);

	if (width > table->widths[column])
		table->widths[column] = width;
}

int table_new(const struct console *console, const char *const *names, size_t n, struct table **ret)
{
	struct table *table CLEANUP(table_cleanup) = calloc(1, sizeof(*table));

	if (!table)
		return ERR_NOMEM;
	table->console = console;
	table->names = names;
	table->n_columns = n;
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
		free(table->cells[i].text);
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

int table_add_styled(struct table *table, const char *text, enum style style)
{
	if (table->n_cells == TABLE_BLOCK_ROWS * table->n_columns) {
		int r = table_flush(table);

		if (r < 0)
			return r;
	}
	char *cell = strdup(text && *text ? text : "-");

	if (!cell)
		return ERR_NOMEM;
	style_tame(cell);
	widen(table, table->n_cells % table->n_columns, cell);
	table->cells[table->n_cells++] = (struct cell){ cell, style };
	return ERR_OK;
}

int table_add(struct table *table, const char *text)
{
	return table_add_styled(table, text, STYLE_PLAIN);
}

/* The last column is not padded: no line ends in spaces. */
static void put_cell(struct table *table, size_t column, const struct cell *cell)
{
	FILE *out = table->console->out;

	style_put(table->console, cell->style, cell->text);
	if (column + 1 < table->n_columns)
		fprintf(out, "%*s", (int)(table->widths[column] - style_width(cell->text) + TABLE_GAP), "");
	else
		fputc('\n', out);
}

static int put_headings(struct table *table)
{
	for (size_t i = 0; i < table->n_columns; i++) {
		char *heading CLEANUP(text_cleanup) = strdup(table->names[i]);

		if (!heading)
			return ERR_NOMEM;
		for (char *c = heading; *c; c++)
			*c = (char)toupper((unsigned char)*c);
		put_cell(table, i, &(struct cell){ heading, STYLE_HEADING });
	}
	table->headed = true;
	table->n_unheaded = 0;
	return ERR_OK;
}

/* Before a row. */
static bool wants_headings(const struct table *table)
{
	return table->names && (!table->headed || (table->console->terminal && table->n_unheaded == TABLE_PAGE_ROWS));
}

static int put_row(struct table *table, const struct cell *cells)
{
	int r = wants_headings(table) ? put_headings(table) : ERR_OK;

	for (size_t i = 0; r == ERR_OK && i < table->n_columns; i++)
		put_cell(table, i, &cells[i]);
	table->n_unheaded++;
	return r;
}

int table_flush(struct table *table)
{
	int r = ERR_OK;

	for (size_t i = 0; r == ERR_OK && i < table->n_cells; i += table->n_columns)
		r = put_row(table, &table->cells[i]);
	if (r == ERR_OK && table->names && !table->headed)
		r = put_headings(table);
	forget_cells(table);
	return r == ERR_OK && ferror(table->console->out) ? ERR_IO : r;
}
