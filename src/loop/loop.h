/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one event loop (sd-event) with timers that know wall time, deferred work and clock steps.
 * Loop layer: glue only, no domain word. One thread; every callback runs on it.
 */
#ifndef CLAIMD_LOOP_LOOP_H
#define CLAIMD_LOOP_LOOP_H

#include <stdbool.h>
#include <systemd/sd-event.h>

#include "base/attr.h"
#include "base/clock.h"

struct loop;
struct loop_timer;
struct loop_task;

/* CLOCK is kept, not copied, and outlives the loop. Notices steps of the system's wall clock by itself. The process
 * ignores SIGPIPE from now on: a peer that is gone is an error code, not a death. */
int loop_new(const struct clock *clock, struct loop **ret);
struct loop *loop_free(struct loop *loop); /* takes NULL, returns NULL; timers and tasks must be freed before */

const struct clock *loop_clock(const struct loop *loop);
struct wall loop_now(const struct loop *loop);

/* The sd-event underneath, for signals and for the watchdog. */
sd_event *loop_event(struct loop *loop);

/* Runs until loop_stop(), at once when that was called before. May be run again afterwards. */
int loop_run(struct loop *loop);
void loop_stop(struct loop *loop);

/* Dispatches what is ready, waiting at most TIMEOUT_US (negative: without end) for the first event; *ret_any (may be
 * NULL): whether anything ran. For tests, and for draining. */
int loop_step(struct loop *loop, int64_t timeout_us, bool *ret_any);

/* Wall time has jumped: every wall timer is armed anew. The loop calls it itself when the system's clock is set. */
void loop_clock_stepped(struct loop *loop);

typedef void (*loop_fn)(void *cls);

/* A one-shot timer, unset at first. */
int loop_timer_new(struct loop *loop, loop_fn fn, void *cls, struct loop_timer **ret);
struct loop_timer *loop_timer_free(struct loop_timer *timer);
/* Fires once wall time is at or past DUE (never before it, at most a few ms after), survives clock steps; replaces
 * what was set. */
void loop_timer_at(struct loop_timer *timer, struct wall due);
/* Fires DELAY_US from now by the monotonic clock. */
void loop_timer_after(struct loop_timer *timer, int64_t delay_us);
void loop_timer_unset(struct loop_timer *timer);
bool loop_timer_is_set(const struct loop_timer *timer);

/* Work for the end of this turn of the loop, after all sockets that are ready were served; a stream of ready sockets
 * holds it up for a few turns at most. */
int loop_task_new(struct loop *loop, loop_fn fn, void *cls, struct loop_task **ret);
struct loop_task *loop_task_free(struct loop_task *task);
/* Runs FN once, soon, never from within this call; posting it again before it ran changes nothing, posting it from FN
 * runs it again. */
void loop_task_post(struct loop_task *task);

DEFINE_CLEANUP(loop, struct loop *, loop_free)
DEFINE_CLEANUP(loop_timer, struct loop_timer *, loop_timer_free)
DEFINE_CLEANUP(loop_task, struct loop_task *, loop_task_free)

#endif
