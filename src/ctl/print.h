/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rows of the store's reports, for people (tables and lists of values) and for programs (JSON).
 * Ctl layer.
 */
#ifndef CLAIMD_CTL_PRINT_H
#define CLAIMD_CTL_PRINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ctl/console.h"
#include "store/store.h"

/* A column that no view has: how long an open window still lasts. */
#define PRINT_TIME_LEFT "time_left"

/* The rows of REPORT, each once; only those of SOURCE and of MODEL unless these are NULL. */
struct print_rows {
	struct report *report;
	const char *source;
	const char *model;
	bool peeked; /* the present row was not printed yet */
};

/* Whether there is a row left, without passing over it. All return 0 or an error of the store's or of writing. */
int print_peek(struct print_rows *rows, bool *ret_any);

/* The rows as a table of the N columns named: each is a column of the report, or PRINT_TIME_LEFT, or a column without the
 * "_s" at its end, which makes its seconds readable. */
int print_table(const struct console *console, struct print_rows *rows, const char *const *columns, size_t n);

/* The rows of N reports, one report after the other, as one JSON array of objects with all columns, one object a line; no
 * newline after its end. */
int print_json(const struct console *console, struct print_rows *rows, size_t n);

/* The report's present row as lines "name  value", without the integer twins of times. */
int print_record(const struct console *console, const struct report *report);

/* The report's present row as one JSON object, no newline. */
int print_record_json(const struct console *console, const struct report *report);

/* What a person reads for a value of the present row, of a column that is no twin; BUF is room for it. NULL for none. */
#define PRINT_VALUE_SIZE 64 /* any number or time */
const char *print_value(const struct console *console, const struct report *report, size_t column,
                        char buf[static PRINT_VALUE_SIZE]);

/* Whether a column is the integer twin of the time before it, which only programs read. */
bool print_is_twin(const char *name);

/* The text of a column of the present row; NULL when it has none, or there is no such column. */
const char *print_column_text(const struct report *report, const char *name);

/* The same as a copy, cut to SIZE; "" for none. */
void print_column_copy(const struct report *report, const char *name, char *ret, size_t size);

/* Its number likewise; false when it has none. */
bool print_column_number(const struct report *report, const char *name, double *ret);

/* Its integer; NUMBER_NONE when it has none. */
int64_t print_column_integer(const struct report *report, const char *name);

#endif
