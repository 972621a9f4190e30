/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Carries out what an operator decided about a violation.
 * Worker layer. Nothing upstream has a part in it.
 */
#ifndef CLAIMD_WORKER_RESOLVE_H
#define CLAIMD_WORKER_RESOLVE_H

#include "store/action.h"
#include "worker/kit.h"

/* The decision and the end of its action, in one transaction, and told. */
int resolve_violation(const struct kit *kit, const struct action *action);

#endif
