/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Log lines of the worker.
 * Worker layer.
 */
#include "worker/tell.h"

#include "base/log.h"

void tell_changes(const struct kit *kit, const char *external_id, const struct step *last, const struct changes *changes,
                  bool quiet)
{
	const char *source = kit->conf->name;
	const char *noun = kit_noun(kit);
	const char *from = last->from[0] ? last->from : "(nothing)";

	if (changes->violations > 0 || changes->transitions == 0)
		return;
	if (quiet)
		log_debug("%s: %s %s: %s -> %s (%s)", source, noun, external_id, from, last->status, verdict_text(last->verdict));
	else
		log_info("%s: %s %s: %s -> %s (%s)", source, noun, external_id, from, last->status, verdict_text(last->verdict));
}
