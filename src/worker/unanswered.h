/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How long Market has gone without an answer to its pushes: a line in the log a day, and an alert before it switches them off.
 * Worker layer.
 */
#ifndef CLAIMD_WORKER_UNANSWERED_H
#define CLAIMD_WORKER_UNANSWERED_H

#include "worker/kit.h"

/* Zero at first. */
struct unanswered {
	int64_t told_days;
};

/* Tells of another day, if one is over. Cheap, so it may be called at any time. */
void unanswered_tell(struct unanswered *unanswered, const struct kit *kit);

#endif
