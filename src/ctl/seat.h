/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where somebody sits who watches: how long to wait before the next look, what ends it, and how large the screen is.
 * Ctl layer: knows the terminal and the signals, not what is shown.
 */
#ifndef CLAIMD_CTL_SEAT_H
#define CLAIMD_CTL_SEAT_H

#include <stdbool.h>
#include <stdio.h>

#include "base/attr.h"

enum wake {
	WAKE_TIME, /* look again */
	WAKE_SIZE, /* the screen has another size, or shows something else */
	WAKE_STOP, /* enough */
};

struct seat_size {
	int rows;
	int columns;
};

/* A test has its own (struct console). */
struct seat {
	enum wake (*wait)(void *cls, int ms); /* MS at the most */
	struct seat_size (*size)(void *cls);
	void *cls;
};

/* The process's own seat. It stops by SIGINT, SIGTERM, SIGHUP and SIGQUIT, and when nobody reads OUT any more. */
struct own_seat;

/* With SCREEN, OUT's terminal gets a screen of its own, without a cursor, and the key q stops too; until seat_leave(), and
 * while the process is suspended, it is as it was before. */
int seat_take(FILE *out, bool screen, struct own_seat **ret);
struct own_seat *seat_leave(struct own_seat *own); /* takes NULL, returns NULL */

const struct seat *seat_of(const struct own_seat *own);

DEFINE_CLEANUP(own_seat, struct own_seat *, seat_leave)

#endif
