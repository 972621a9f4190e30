/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every callback that claimd has acknowledged, until its row was seen in claimd's file.
 * The soak.
 */
#ifndef CLAIMD_TESTS_SOAK_LEDGER_H
#define CLAIMD_TESTS_SOAK_LEDGER_H

#include <stddef.h>

#include "base/clock.h"

struct ledger;

int ledger_new(struct ledger **ret);
void ledger_free(struct ledger *ledger);

/* claimd has answered 200 to the callback about the claim ID, which was updated then. ERR_NOMEM. */
int ledger_note(struct ledger *ledger, const char *id, struct wall updated);

/* Looks through what claimd has stored since the last time; *ret_missing, how many acknowledged callbacks it has not. No row may have
 * been removed since. ERR_IO. */
int ledger_audit(struct ledger *ledger, const char *database, size_t *ret_missing);

#endif
