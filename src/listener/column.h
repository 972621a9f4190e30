/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A report's column by its name, for the pages of the admin side.
 * Listener layer.
 */
#ifndef CLAIMD_LISTENER_COLUMN_H
#define CLAIMD_LISTENER_COLUMN_H

#include "store/store.h"

/* ERR_NOT_FOUND when the report has no such column. */
int column_find(const struct report *report, const char *name, size_t *ret);

#endif
