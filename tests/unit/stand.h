/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A shipment in a status of its model, to ask what may be done about it.
 * Tests, unit ring.
 */
#ifndef CLAIMD_TESTS_UNIT_STAND_H
#define CLAIMD_TESTS_UNIT_STAND_H

#include "model/act.h"

struct stand {
	struct shipment shipment;
	struct window window;
	struct act_standing standing;
	struct act_refusal refusal; /* of the last stand_permit() */
};

/* In STATUS, which is also what was reported last; a claim of version 1; no window; at moment(0). It must not be moved. */
void stand_in(struct stand *stand, const struct model *model, const char *status);
/* Likewise in the node's own name, where a star stands for some substatus. */
void stand_in_node(struct stand *stand, const struct model *model, int node);

/* REPORTED was seen since, and is held. */
void stand_hold(struct stand *stand, const char *reported);

/* The window of its status, or with REQUEST that of a wish to cancel, opened LENGTH before it is due at moment(DUE_US). */
void stand_window(struct stand *stand, bool request, int64_t due_us);

/* act_permit() as one word: "ok", or the code of the refusal. */
const char *stand_permit(struct stand *stand, enum act_kind kind, const char *argument);

/* The name of a node, or of some status that belongs to it; valid until the next call. */
const char *name_in_node(const struct model *model, int node);

#endif
