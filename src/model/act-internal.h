/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the parts of act share.
 * Model layer, private to act*.c.
 */
#ifndef CLAIMD_MODEL_ACT_INTERNAL_H
#define CLAIMD_MODEL_ACT_INTERNAL_H

#include "base/attr.h"
#include "model/act.h"

/* The flags of STATUS, none for STATUS_UNKNOWN. */
unsigned act_flags_of(const struct model *model, int status);

/* Says why, and returns false. */
bool act_refuse(struct act_refusal *ret, const char *code, const char *format, ...) ATTR_PRINTF(3, 4);

/* Whether the standing window can still be answered. If not: refused, since it is WHAT that has ended, with what to do. */
bool act_permit_in_time(const struct act_standing *standing, const char *what, const char *advice, struct act_refusal *ret);

/* Of an order that has been read, is not held and has not ended. */
bool act_permit_order_status(const struct act *act, const struct act_standing *standing, struct act_refusal *ret);
bool act_permit_cancellation(const struct act_standing *standing, struct act_refusal *ret);

/* The one status that a merchant can set in FROM and that ARGUMENT means; NULL when there is none, or more than one. */
const char *act_find_target(const struct model *model, int from, const char *argument);


#endif
