/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Moves the time of this process and of one guest, claimd: on to the next timer, whenever neither has anything to do.
 * The soak. The simulator runs on the conductor's loop, in this process.
 */
#ifndef CLAIMD_TESTS_SOAK_CONDUCTOR_H
#define CLAIMD_TESTS_SOAK_CONDUCTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "loop/loop.h"

struct conductor;

struct conductor_hooks {
	void (*on_busy)(void *cls); /* the guest is in the middle of something */
	void (*on_gone)(void *cls); /* the guest has ended, and is dismissed */
	void *cls;
};

/* Time stands still at START. What is due within GRAIN_US of each other happens at once. */
int conductor_new(struct wall start, int64_t grain_us, const struct conductor_hooks *hooks, struct conductor **ret);
void conductor_free(struct conductor *conductor);

struct loop *conductor_loop(struct conductor *conductor);
struct wall conductor_now(const struct conductor *conductor);

/* What a guest inherits, in the order in which HOURGLASS_VARIABLE tells it. */
#define CONDUCTOR_FDS 3
void conductor_list_fds(const struct conductor *conductor, int ret[static CONDUCTOR_FDS]);

/* A guest has been started; PIDFD stays the caller's. */
void conductor_admit(struct conductor *conductor, int pidfd);

/* Back when nobody has anything to do at this moment. ERR_BUSY when the guest has been busy with itself for minutes. */
int conductor_settle(struct conductor *conductor);
/* Then moves the time on. */
void conductor_advance(struct conductor *conductor);

#endif
