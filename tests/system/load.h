/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Callers that post numbered callbacks, pushes or wishes as fast as they are answered, come back when their connection ends, and
 * never send a number twice: what was acknowledged is known exactly.
 * System tests.
 */
#ifndef CLAIMD_TESTS_SYSTEM_LOAD_H
#define CLAIMD_TESTS_SYSTEM_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LOAD_CLIENTS 8

/* Sends number N, about SUBJECT. */
typedef void (*load_post_fn)(int fd, const char *subject, int n);

/* A callback about a claim, with an own parameter n=N. */
void load_post_callback(int fd, const char *subject, int n);
/* A push about an order, of which SUBJECT is orderId and campaignId as JSON has them; it tells of the Nth microsecond of
 * LOAD_PUSH_SECOND. */
#define LOAD_PUSH_SECOND "2026-01-01T00:00:00"
void load_post_push(int fd, const char *subject, int n);

struct load {
	const char *address;
	load_post_fn post;
	char **subjects; /* number N is about subject N % n_subjects */
	size_t n_subjects;
	struct load_client {
		int fd; /* -1: not connected */
		int n;  /* in flight; -1: none */
	} clients[LOAD_CLIENTS];
	int next;
	int n_acked;
	bool *acked; /* by number */
	int n_room;
};

struct load *load_new(const char *address, load_post_fn post, char **subjects, size_t n_subjects);
struct load *load_free(struct load *load); /* takes NULL, returns NULL */

/* Goes on until so many more are acknowledged, or for so long: then each client waits for an answer. */
void load_run(struct load *load, int n);
void load_run_for(struct load *load, int64_t us);

/* The server is dead: takes the answers that it sent before, and hangs up where it did. Returns how many
 * clients then get none. */
unsigned load_bury(struct load *load);

#endif
