/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The upstream's side of the journal, for the simulator: the formats of journal.h, written and read the other way.
 * Wire layer.
 */
#ifndef CLAIMD_WIRE_JOURNAL_ENCODE_H
#define CLAIMD_WIRE_JOURNAL_ENCODE_H

#include <stddef.h>

#include "wire/journal.h"

/* The cursor of a journal request: *ret is owned by the caller, free(), and NULL when the body is empty or {} or has no cursor.
 * ERR_INVALID for anything else than an object whose cursor, if any, is a string that a page may give (journal.h). */
int wire_journal_request_parse(const char *text, size_t len, char **ret);

/* {"cursor":"...","events":[...]} as upstream writes it; *ret is owned by the caller, free(). Each event's change_type stands as
 * its text, whatever `change` is; what its seen does not give is left out. Times vary in form as in claims_encode.h. ERR_NOMEM. */
int wire_journal_encode(const char *cursor, const struct wire_event *events, size_t n, char **ret);

#endif
