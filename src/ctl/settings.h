/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The configuration, for those two paths of it that a verb wants: of the database and of the control socket.
 * Ctl layer: no secret is loaded.
 */
#ifndef CLAIMD_CTL_SETTINGS_H
#define CLAIMD_CTL_SETTINGS_H

#include "conf/conf.h"
#include "ctl/verb.h"

/* Reads what -c names, or the default files. 0, or an exit status after an error line; INSTEAD goes on where it ends when there is
 * no configuration: what else could be given. */
int settings_load(const struct call *call, const char *instead, struct conf **ret);

#endif
