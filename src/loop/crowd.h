/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How many connections each address has.
 * Loop layer, pure: counts, and closes nothing.
 */
#ifndef CLAIMD_LOOP_CROWD_H
#define CLAIMD_LOOP_CROWD_H

#include <sys/socket.h>

#include "base/attr.h"

/* Empty when all zero, and again once all have left. */
struct crowd {
	void *places;
};

struct crowd_place;

/* Counts one more from SA's address, an IPv4 or IPv6 one. Of IPv6 its /64 counts, for whoever has one address of it has all;
 * IPv4 in IPv6 is IPv4. ERR_FULL when MAX, at least 1, are counted there already, ERR_NOMEM. *RET is for crowd_leave(). */
int crowd_join(struct crowd *crowd, const struct sockaddr *sa, unsigned max, struct crowd_place **ret) ATTR_MUST_USE;

void crowd_leave(struct crowd *crowd, struct crowd_place *place); /* takes NULL */

#endif
