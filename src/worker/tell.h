/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The log lines about what observations did to a claim, told once they are stored.
 * Worker layer.
 */
#ifndef CLAIMD_WORKER_TELL_H
#define CLAIMD_WORKER_TELL_H

#include <stdbool.h>

#include "worker/kit.h"

/* A new step, LAST, of a claim: an information, or for debugging only when it is QUIET, since it is one of very many. A violation is
 * an alert, and told as such. */
void tell_changes(const struct kit *kit, const char *external_id, const struct step *last, const struct changes *changes,
                  bool quiet);

#endif
