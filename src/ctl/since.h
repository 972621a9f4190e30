/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The value of --since: an instant, a day, or how long ago.
 * Ctl layer.
 */
#ifndef CLAIMD_CTL_SINCE_H
#define CLAIMD_CTL_SINCE_H

#include "ctl/console.h"

/* TEXT is a time of RFC 3339, with its zone; a date, which stands for its beginning in the local time zone; or a duration such as
 * 7d, so long ago by the console's clock. 0, or an exit status after an error line. */
int since_parse(const struct console *console, const char *text, struct wall *ret);

#endif
