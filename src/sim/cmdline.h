/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * claimsim's command line as data.
 * Simulator, pure.
 */
#ifndef CLAIMD_SIM_CMDLINE_H
#define CLAIMD_SIM_CMDLINE_H

#include <stdbool.h>

#include "sim/sim.h"

enum cmdline_verb {
	CMDLINE_RUN,
	CMDLINE_HELP,
	CMDLINE_VERSION,
	CMDLINE_LIST_LIVES,
};

struct cmdline {
	enum cmdline_verb verb;
	struct sim_config config; /* its token, key and scenario are the caller's to load */
	const char *scenario_file; /* NULL, as the others: not given */
	const char *token_file;
	const char *api_key_file;
	const char *truth_file;
	bool exit_when_done;
};

#define CMDLINE_ERROR_SIZE 256

/* Texts point into ARGV. ERR_INVALID with a line for people, which says what is wrong and what would be right. */
int cmdline_parse(int argc, char **argv, struct cmdline *ret, char ret_error[static CMDLINE_ERROR_SIZE]);

/* One line for each option. */
extern const char cmdline_help[];

#endif
