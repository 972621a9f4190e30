/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A report's column by its name.
 * Listener layer.
 */
#include "listener/column.h"

#include <string.h>

#include "base/err.h"

int column_find(const struct report *report, const char *name, size_t *ret)
{
	for (size_t i = 0; i < report_columns(report); i++) {
		if (strcmp(report_name(report, i), name) == 0) {
			*ret = i;
			return ERR_OK;
		}
	}
	return ERR_NOT_FOUND;
}
