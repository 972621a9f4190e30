/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * claimctl's main(): gives ctl_run() the process's own files and clock.
 * Ctl layer; nothing else may live here.
 */
#include <locale.h>
#include <time.h>

#include "ctl/ctl.h"

int main(int argc, char **argv)
{
	struct console console = {
		.in = stdin,
		.out = stdout,
		.err = stderr,
		.patience_us = CONSOLE_PATIENCE_US,
	};

	setlocale(LC_CTYPE, "");
	tzset();
	console_look(&console);
	return ctl_run(&console, argc, argv);
}
