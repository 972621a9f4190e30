/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * claimctl's main(): gives ctl_run() the process's own files and clock.
 * Ctl layer; nothing else may live here.
 */
#include <time.h>
#include <unistd.h>

#include "ctl/ctl.h"

int main(int argc, char **argv)
{
	struct console console = {
		.in = stdin,
		.out = stdout,
		.err = stderr,
		.terminal = isatty(STDOUT_FILENO) == 1,
		.asks = isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1,
		.patience_us = CONSOLE_PATIENCE_US,
	};

	tzset();
	return ctl_run(&console, argc, argv);
}
