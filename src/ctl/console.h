/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where one run of claimctl writes to, and how it fails.
 * Ctl layer: knows no verb.
 */
#ifndef CLAIMD_CTL_CONSOLE_H
#define CLAIMD_CTL_CONSOLE_H

#include <stdbool.h>
#include <stdio.h>
#include <sysexits.h>

#include "base/attr.h"
#include "base/clock.h"

struct seat;

/* How long an act is waited for; claimd goes on with it anyhow. */
#define CONSOLE_PATIENCE_US (180 * USEC_PER_SEC)

struct console {
	FILE *in;
	FILE *out;
	FILE *err;
	bool terminal; /* whether out is one: people read it, so times are given in their zone */
	bool screen;   /* and whether it can be drawn on */
	bool colour;   /* and in colours */
	bool asks;     /* whether in and err are: people can be asked */
	int64_t patience_us;
	struct clock clock;
	const struct seat *seat; /* a test's, in place of the process's own (seat.h); NULL: none */
};

/* Sets terminal, screen, colour and asks by what the files are, and by TERM and NO_COLOR. */
void console_look(struct console *console);

/* Writes "claimctl: " and the one line of FMT to the console's err; returns STATUS, an exit status of sysexits.h. */
int console_fail(const struct console *console, int status, const char *fmt, ...) ATTR_PRINTF(3, 4);

/* The exit status that an error code of ours stands for; 0 for ERR_OK. */
int console_status(int code);

#endif
