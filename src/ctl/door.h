/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The way to the daemon: one request over its control socket, HTTP as claimd(8) describes it.
 * Ctl layer: libcurl lives here and nowhere else in it. Says nothing to anybody: its caller does.
 */
#ifndef CLAIMD_CTL_DOOR_H
#define CLAIMD_CTL_DOOR_H

#include "base/attr.h"
#include "wire/control.h"

/* Why nothing was recorded, or why it is not known whether it was, for people. */
#define DOOR_TEXT_SIZE 512
struct door_trouble {
	char text[DOOR_TEXT_SIZE];
};

/* Asks the daemon behind the socket at PATH for ACT. EX_OK: *ret has the ids of what was recorded, and the caller frees it by
 * wire_acts_done(). Otherwise an exit status, with RET_TROUBLE filled: EX_UNAVAILABLE when nobody is there, EX_NOPERM when we may
 * not go in, EX_TEMPFAIL when it may work later, EX_NOINPUT when there is no such thing, EX_USAGE for a request that can't be. */
int door_ask(const char *path, const struct wire_act *act, struct wire_acts *ret, struct door_trouble *ret_trouble) ATTR_MUST_USE;

#endif
