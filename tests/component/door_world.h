/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A daemon of which only the control socket is real: a child process that records what claimctl asks for, and lets each action end
 * as its test says. Component ring, on top of ctl_world's database.
 */
#ifndef CLAIMD_TESTS_COMPONENT_DOOR_WORLD_H
#define CLAIMD_TESTS_COMPONENT_DOOR_WORLD_H

#include "ctl_world.h"
#include "store/action.h"

/* How an action ends. */
struct door_end {
	bool never;          /* it is sent, and then nothing more is heard of it */
	int64_t after_us;    /* that long after it was asked for; 0: before the answer is out */
	struct action_end end;
};

/* The Nth action that is asked for ends by ENDS[N]; those behind them are done. */
void door_world_open(const struct door_end *ends, size_t n);
void door_world_close(void);

/* The child is gone, and its socket's file is left behind. */
void door_world_kill(void);

const char *door_world_socket(void);

/* Runs claimctl with a configuration that names the database and the socket. INPUT is what a person types, who is asked; NULL: there
 * is none. */
struct ctl_world_run door_world_run(const char *line, const char *input);
/* The same with a terminal to write to, and nobody to ask. */
struct ctl_world_run door_world_run_at_terminal(const char *line);

/* The same, without anybody to ask: it ends with STATUS, having said OUT in all, and WHAT among its errors. */
void door_world_expect(const char *line, int status, const char *out, const char *what);

/* How long claimctl waits from now on. */
void door_world_patience(int64_t us);

/* The first column of the first row, "" for NULL and for none; good until the next call. */
const char *door_world_value(const char *sql);

#endif
