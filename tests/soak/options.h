/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the soak is told on its command line.
 * The soak.
 */
#ifndef CLAIMD_TESTS_SOAK_OPTIONS_H
#define CLAIMD_TESTS_SOAK_OPTIONS_H

#include <stdint.h>

struct options {
	double hours;     /* of real time: where they don't do, fewer claims are born */
	double days;      /* of simulated time */
	int64_t claims;
	int64_t orders;
	int64_t seed;
	int retention_days;
	const char *report; /* folders: of the report, of the database while it runs, of the built programs */
	const char *work;
	const char *build;
};

/* Returns -1 to go on, else the exit status. */
int options_read(int argc, char **argv, struct options *ret);

#endif
