/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whether the operator agrees to what is about to be done: by --yes, or asked on a terminal.
 * Ctl layer.
 */
#ifndef CLAIMD_CTL_CONSENT_H
#define CLAIMD_CTL_CONSENT_H

#include "ctl/verb.h"

/* EX_OK when there will be an answer; otherwise EX_USAGE after an error line: nobody can be asked here. */
int consent_check(const struct call *call);

/* EX_OK: agreed. Otherwise EX_NOPERM after a line that nothing was done. */
int consent_ask(const struct call *call, const char *question);

#endif
