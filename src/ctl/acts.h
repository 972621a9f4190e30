/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Acts that are an option of a verb which otherwise reads.
 * Ctl layer; the verbs that act are in verb.h with all others.
 */
#ifndef CLAIMD_CTL_ACTS_H
#define CLAIMD_CTL_ACTS_H

#include "ctl/verb.h"

/* outbox --retry: all messages, or the one that the call's word numbers. */
int acts_retry(const struct call *call);

#endif
