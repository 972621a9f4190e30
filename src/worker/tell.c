/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Log lines of the worker.
 * Worker layer.
 */
#include "worker/tell.h"

#include "base/log.h"

void tell_changes(const char *source, const char *external_id, const struct step *last, const struct changes *changes,
                  bool quiet)
{
	const char *from = last->from[0] ? last->from : "(nothing)";

	if (changes->violations > 0)
		log_warning("%s: claim %s: %s -> %s is %s%s", source, external_id, from, last->status,
		            verdict_text(last->verdict), last->adopted ? "" : ", held");
	else if (changes->transitions > 0 && !quiet)
		log_info("%s: claim %s: %s -> %s (%s)", source, external_id, from, last->status,
		         verdict_text(last->verdict));
	else if (changes->transitions > 0)
		log_debug("%s: claim %s: %s -> %s (%s)", source, external_id, from, last->status,
		          verdict_text(last->verdict));
}
