/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What to do next when an upstream refuses an act, by the code that it gives.
 * Worker layer, pure. The one list of such codes; what they mean for the act is the same for all: it was not done.
 */
#ifndef CLAIMD_WORKER_ADVICE_H
#define CLAIMD_WORKER_ADVICE_H

#include "api/act.h"
#include "model/act.h"

/* Whether the refusal comes from what the shipment is by now, so that it is to be read before people are told. */
bool advice_wants_read(const struct act_answer *answer);

/* What the upstream says, what to do, and, with SHIPMENT (NULL: not read), what it is now. */
void advice_write(const struct act_answer *answer, const struct shipment *shipment, char ret[static ACT_MESSAGE_SIZE]);

#endif
