/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads options.
 * The soak.
 */
#include "soak/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

/* All else is at least 1. */
#define HOURS_MIN 0.01

static const char usage[] =
	"usage: soak --build FOLDER --work FOLDER --report FOLDER [option...]\n"
	"  --hours N       of real time that it may take; where they don't do, fewer claims are born (1)\n"
	"  --days N        of simulated time (30)\n"
	"  --claims N      of the whole time (100000)\n"
	"  --orders N      likewise (10000)\n"
	"  --retention N   days (5)\n"
	"  --seed N        (7)\n"
	"  --help\n";

enum {
	OPTION_HOURS = 256,
	OPTION_DAYS,
	OPTION_CLAIMS,
	OPTION_ORDERS,
	OPTION_RETENTION,
	OPTION_SEED,
	OPTION_REPORT,
	OPTION_WORK,
	OPTION_BUILD,
	OPTION_HELP,
};

static const struct option rows[] = {
	{ "hours", required_argument, NULL, OPTION_HOURS },
	{ "days", required_argument, NULL, OPTION_DAYS },
	{ "claims", required_argument, NULL, OPTION_CLAIMS },
	{ "orders", required_argument, NULL, OPTION_ORDERS },
	{ "retention", required_argument, NULL, OPTION_RETENTION },
	{ "seed", required_argument, NULL, OPTION_SEED },
	{ "report", required_argument, NULL, OPTION_REPORT },
	{ "work", required_argument, NULL, OPTION_WORK },
	{ "build", required_argument, NULL, OPTION_BUILD },
	{ "help", no_argument, NULL, OPTION_HELP },
	{ 0 },
};

/* Returns -1 to go on, else the exit status. */
static int take(int option, const char *value, struct options *options)
{
	char *end = NULL;
	double number = value ? strtod(value, &end) : 0;

	if (option == OPTION_HELP) {
		fputs(usage, stdout);
		return EX_OK;
	}
	if (option == OPTION_REPORT)
		options->report = value;
	else if (option == OPTION_WORK)
		options->work = value;
	else if (option == OPTION_BUILD)
		options->build = value;
	else if (end == value || *end != '\0' || !(number >= (option == OPTION_HOURS ? HOURS_MIN : 1) && number < 1e7))
		return EX_USAGE;
	else if (option == OPTION_HOURS)
		options->hours = number;
	else if (option == OPTION_DAYS)
		options->days = number;
	else if (option == OPTION_CLAIMS)
		options->claims = (int64_t)number;
	else if (option == OPTION_ORDERS)
		options->orders = (int64_t)number;
	else if (option == OPTION_RETENTION)
		options->retention_days = (int)number;
	else
		options->seed = (int64_t)number;
	return -1;
}

int options_read(int argc, char **argv, struct options *ret)
{
	int status = -1;
	int option;

	*ret = (struct options){ .hours = 1, .days = 30, .claims = 100000, .orders = 10000, .seed = 7, .retention_days = 5 };
	while (status < 0 && (option = getopt_long(argc, argv, "", rows, NULL)) != -1)
		status = option == '?' ? EX_USAGE : take(option, optarg, ret);
	if (status < 0 && (optind < argc || !ret->report || !ret->work || !ret->build))
		status = EX_USAGE;
	if (status == EX_USAGE)
		fputs(usage, stderr);
	return status;
}
