/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Callers that post numbered callbacks as fast as they are answered, come back when their connection ends, and never
 * send a number twice: what was acknowledged is known exactly.
 * System tests.
 */
#ifndef CLAIMD_TESTS_SYSTEM_LOAD_H
#define CLAIMD_TESTS_SYSTEM_LOAD_H

#include <stdbool.h>
#include <stddef.h>

#define LOAD_CLIENTS 8
#define LOAD_CALLBACKS_MAX 100000

struct load {
	const char *address;
	char **claims; /* callback N is about claim N % n_claims, with an own parameter n=N */
	size_t n_claims;
	struct load_client {
		int fd; /* -1: not connected */
		int n;  /* in flight; -1: none */
	} clients[LOAD_CLIENTS];
	int next;
	int n_acked;
	bool acked[LOAD_CALLBACKS_MAX];
};

struct load *load_new(const char *address, char **claims, size_t n_claims);
void load_free(struct load *load);

/* Goes on until so many more are acknowledged. */
void load_run(struct load *load, int n);

/* The server is dead: takes the answers that it sent before, and closes. */
void load_bury(struct load *load);

#endif
