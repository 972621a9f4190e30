/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Times, spans and sizes as people read them.
 * Ctl layer, pure but for the local time zone.
 */
#ifndef CLAIMD_CTL_READABLE_H
#define CLAIMD_CTL_READABLE_H

#include <stdint.h>

#include "base/clock.h"

#define READABLE_SIZE 32

/* "12.3 s", "4 min 5 s", "2.1 h", "3.4 d". */
void readable_seconds(double seconds, char ret[static READABLE_SIZE]);

/* The same of what still grows: in whole seconds, "12 s"; none below 0. */
void readable_age(int64_t us, char ret[static READABLE_SIZE]);

/* Minutes and seconds until an end, "5:07"; counted up with a minus once it is past. */
void readable_countdown(int64_t left_us, char ret[static READABLE_SIZE]);

/* In the local zone: "2026-09-23 10:44:04", or without the date. "-" for WALL_NONE. */
void readable_time(struct wall at, char ret[static READABLE_SIZE]);
void readable_time_of_day(struct wall at, char ret[static READABLE_SIZE]);

/* "512 B", "12.3 MiB". */
void readable_bytes(int64_t bytes, char ret[static READABLE_SIZE]);

#endif
