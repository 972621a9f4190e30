/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Asks an upstream something small, to see whether it is to be had and knows us.
 * API layer.
 */
#ifndef CLAIMD_API_PROBE_H
#define CLAIMD_API_PROBE_H

#include <stdbool.h>

#include "api/client.h"

struct probe_answer {
	struct client_end end;  /* took_us tells how long it took */
	bool may_not_read;      /* of Market, when OUTCOME_OK: the key is good, but lacks the scope to read orders */
	bool may_not_act;       /* or to change them */
};
typedef void (*probe_fn)(struct probe_answer *answer, void *cls);

/* Starts it as client_start() does; FN runs exactly once, later, unless the client is freed. Of Delivery, one event of the
 * journal; of Market, what the key is good for. */
int probe_upstream(struct client *client, probe_fn fn, void *cls);

#endif
