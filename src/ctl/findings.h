/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What claimctl doctor finds: one line a finding, or one JSON object, each with what to do about it.
 * Ctl layer: knows how findings are written, not how they are found.
 */
#ifndef CLAIMD_CTL_FINDINGS_H
#define CLAIMD_CTL_FINDINGS_H

#include <stdbool.h>

#include "base/attr.h"
#include "ctl/console.h"

enum finding_level {
	FINDING_OK,
	FINDING_LOOK, /* works, or mends itself, but somebody should look at it */
	FINDING_BAD,  /* does not work */
	FINDING_LEVEL_MAX,
};

struct findings;

/* Findings for the console's out, which may begin to write at once. The first error, of memory or of writing, makes
 * all that follows do nothing; findings_end() returns it. */
int findings_new(const struct console *console, bool json, struct findings **ret);
struct findings *findings_free(struct findings *findings); /* takes NULL, returns NULL */

/* What the findings that follow are about. */
void findings_about(struct findings *findings, const char *fmt, ...) ATTR_PRINTF(2, 3);

/* A finding: a clause without a full stop. */
void findings_add(struct findings *findings, enum finding_level level, const char *fmt, ...) ATTR_PRINTF(3, 4);

/* What to do about the finding that was added last: each that is not FINDING_OK has this. A sentence without a full stop. */
void findings_advise(struct findings *findings, const char *fmt, ...) ATTR_PRINTF(2, 3);

/* Ends the output; *ret_worst is the worst level of all. */
int findings_end(struct findings *findings, enum finding_level *ret_worst);

DEFINE_CLEANUP(findings, struct findings *, findings_free)

#endif
