/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The worker's log lines about a source, and about its claims or orders: each begins with its subject, and has it as fields in the
 * journal.
 * Worker layer.
 */
#ifndef CLAIMD_WORKER_TELL_H
#define CLAIMD_WORKER_TELL_H

#include <stdbool.h>

#include "entry/entry.h"
#include "store/action.h"
#include "worker/kit.h"

/* "main: ..." */
void tell_source(enum log_level level, const struct conf_source *source, const char *fmt, ...) ATTR_PRINTF(3, 4);

/* "main: claim 3b8d...: ..." */
void tell_shipment(enum log_level level, const struct conf_source *source, const char *external_id, const char *fmt, ...) ATTR_PRINTF(4, 5);

/* The same for what has more to say of itself than its subject: an entry that one of these has begun. SOURCE may be NULL for an action,
 * which then is claimd's own, and EXTERNAL_ID where it is about no shipment. */
struct entry tell_about_source(const struct conf_source *source);
struct entry tell_about_shipment(const struct conf_source *source, const char *external_id);
struct entry tell_about_action(const struct conf_source *source, const char *external_id, const struct action *action);
void tell_entry(enum log_level level, const struct entry *entry, const char *fmt, ...) ATTR_PRINTF(3, 4);

/* A new step, LAST, of a claim: an information, or for debugging only when it is QUIET, since it is one of very many. A violation is
 * an alert, and told as such. */
void tell_changes(const struct kit *kit, const char *external_id, const struct step *last, const struct changes *changes,
                  bool quiet);

/* The end of an action: who wanted what, and what came of it. */
void tell_action_end(const struct conf_source *source, const char *external_id, const struct action *action,
                     const struct action_end *end);

#endif
