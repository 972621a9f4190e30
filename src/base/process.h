/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What this process takes of the system.
 * Base layer.
 */
#ifndef CLAIMD_BASE_PROCESS_H
#define CLAIMD_BASE_PROCESS_H

/* NAN for what the system does not tell. */
struct process_usage {
	double cpu_seconds; /* of its own and of the system for it, since it was started */
	double open_fds;
	double max_fds;
	double resident_bytes;
	double virtual_bytes;
};

void process_usage(struct process_usage *ret);

#endif
