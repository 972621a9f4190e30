/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A clock for several processes that runs only while all of them wait: see hourglass.c.
 * Tests.
 */
#ifndef CLAIMD_TESTS_PRELOAD_HOURGLASS_H
#define CLAIMD_TESTS_PRELOAD_HOURGLASS_H

#include <stdatomic.h>
#include <stdint.h>

/* The variable of the environment that makes a program a guest: the descriptors of the page, of what wakes the guest and of what
 * wakes the host, as "%d,%d,%d". */
#define HOURGLASS_VARIABLE "HOURGLASS"

/* No timer is set. */
#define HOURGLASS_NEVER INT64_MAX

/* The page that all share. The host alone moves the time, and asks; the guest answers as soon as it has nothing to do. */
struct hourglass {
	_Atomic int64_t now_us; /* since 1970, of every clock that there is */
	_Atomic uint32_t asked;
	_Atomic uint32_t answered; /* the last question that the guest has answered */
	_Atomic int64_t due_us; /* and when its next timer is due, as of then */
};

/* What follows is for the host, a program that hourglass.c is linked to. */

/* Time stands still from now on, at START_US. Returns the page, or NULL with errno set. */
struct hourglass *hourglass_turn(int64_t start_us);

/* What a guest inherits: it keeps the page open. */
int hourglass_page_fd(void);

/* When the host's own next timer is due. */
int64_t hourglass_due_us(void);

/* The clock on the wall, which goes on: microseconds of CLOCK_MONOTONIC. */
int64_t hourglass_real_us(void);

#endif
