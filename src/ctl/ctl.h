/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * claimctl: what an operator sees of claimd, read straight from the database, and asks of it, through its control socket.
 * Ctl layer: never writes a database, never speaks to an upstream. main.c is a thin shell around this, so that
 * tests run it in process.
 */
#ifndef CLAIMD_CTL_CTL_H
#define CLAIMD_CTL_CTL_H

#include "ctl/console.h"

/* Runs one command line; returns the exit status. ARGV is sorted in place. */
int ctl_run(const struct console *console, int argc, char **argv);

#endif
