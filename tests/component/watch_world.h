/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * claimctl watch over ctl_world's database, with a test in the seat: it says when time goes on, what happens meanwhile, and when it is
 * enough.
 * Component tests: what test_ctl_watch*.c share.
 */
#ifndef CLAIMD_TESTS_COMPONENT_WATCH_WORLD_H
#define CLAIMD_TESTS_COMPONENT_WATCH_WORLD_H

#include "ctl/seat.h"
#include "ctl_world.h"

/* What is watched on, 240 seconds after the beginning, and how large its screen is; a test changes them. */
extern struct console watch_world_console;
extern struct seat_size watch_world_size;

/* Fixtures: lines, and a screen without colours, with claims and orders; and a screen with no file. It is UTC+3. */
void watch_world_setup(void);
void watch_world_setup_screen(void);
void watch_world_setup_empty(void);

/* Something that happens between two looks; a list of them ends with NULL, and then so does the watching. */
typedef void (*watch_step_fn)(void);

/* The step that comes next. */
extern const watch_step_fn *watch_world_steps;

struct ctl_world_run watch_world_run(const char *line, const watch_step_fn *steps);

void watch_nothing(void);

/* "fresh" is new; "second" is accepted and, a minute later, in performer_lookup. */
void watch_add_fresh(void);
void watch_add_second(void);

/* A transition of source "main" to a status of any name. */
void watch_add(const char *id, const char *status);

/* Another program takes the lock, changes something and, in the end, commits. */
void watch_begin_to_write(void);
void watch_end_to_write(void);

#endif
