/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rows of named values as JSON, for `claimctl --json`.
 * Wire layer.
 */
#ifndef CLAIMD_WIRE_TABLE_H
#define CLAIMD_WIRE_TABLE_H

#include <stddef.h>
#include <stdint.h>

enum wire_kind {
	WIRE_NULL,
	WIRE_INTEGER,
	WIRE_REAL,
	WIRE_TEXT,
	WIRE_BOOL, /* integer, 0 or 1 */
	WIRE_JSON, /* text that is a JSON object or array already; any other text is given as a string */
};

struct wire_value {
	enum wire_kind kind;
	int64_t integer;
	double real;
	const char *text;
};

/* One row as {"name":value,...} in the order given; *ret is owned by the caller, free(). */
int wire_row_encode(const char *const *names, const struct wire_value *values, size_t n, char **ret);

#endif
