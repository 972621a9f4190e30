/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The event loop, its timers and tasks: see loop.h.
 * Loop layer: a thin coat over sd-event; decides nothing but when a callback runs.
 */
#include "loop/loop.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/err.h"

/* sd-event may fire a timer this much late to save a wake-up; approval windows are told in milliseconds. */
#define TIMER_ACCURACY_US ((uint64_t)USEC_PER_MS)

/* A timer is never armed further ahead than this, so that no sum of times can overflow. */
#define TIMER_AHEAD_MAX_US (INT64_C(365) * 24 * 3600 * USEC_PER_SEC)

/* A posted task lets other work go first for this many turns, so that it meets a full batch, and no longer: a flood on
 * one socket must not keep it from running at all. */
#define TASK_PATIENCE_TURNS 8

/* loop_step() gives the caller its turn back after so many callbacks, even when they keep each other busy. */
#define STEP_CALLBACKS_MAX 256

struct loop {
	const struct clock *clock;
	sd_event *event;
	sd_event_source *clock_watch;
	int clock_fd;
	bool stopping;
	struct loop_timer *timers;
};

struct loop_timer {
	struct loop *loop;
	sd_event_source *source;
	loop_fn fn;
	void *cls;
	bool is_set;
	struct wall due; /* WALL_NONE: a monotonic one */
	struct loop_timer *prev, *next;
};

struct loop_task {
	sd_event_source *source;
	loop_fn fn;
	void *cls;
	unsigned turns_waited;
};

static int on_clock_set(sd_event_source *source, int fd, uint32_t events, void *cls)
{
	struct loop *loop = cls;
	uint64_t expirations;

	(void)source;
	(void)events;
	/* The kernel tells a step by failing this read with ECANCELED, and watches on from the new time. */
	if (read(fd, &expirations, sizeof expirations) < 0 && errno == EAGAIN)
		return 0;
	loop_clock_stepped(loop);
	return 0;
}

static int watch_clock(struct loop *loop)
{
	/* Never expires: only its cancellation is of interest. */
	const struct itimerspec never = { .it_value = { .tv_sec = INT64_MAX / INT64_C(1000000000) } };

	loop->clock_fd = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);
	if (loop->clock_fd < 0)
		return err_from_errno(errno);
	if (timerfd_settime(loop->clock_fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never, NULL) < 0)
		return err_from_errno(errno);
	int r = sd_event_add_io(loop->event, &loop->clock_watch, loop->clock_fd, EPOLLIN, on_clock_set, loop);
	return r < 0 ? err_from_errno(-r) : 0;
}

int loop_new(const struct clock *clock, struct loop **ret)
{
	CLEANUP(loop_cleanup) struct loop *loop = calloc(1, sizeof *loop);

	if (!loop)
		return ERR_NOMEM;
	loop->clock = clock;
	loop->clock_fd = -1;

	/* TLS libraries below write to sockets that a peer may have closed. */
	signal(SIGPIPE, SIG_IGN);

	int r = sd_event_new(&loop->event);
	if (r < 0)
		return err_from_errno(-r);
	r = watch_clock(loop);
	if (r < 0)
		return r;

	*ret = loop;
	loop = NULL;
	return 0;
}

struct loop *loop_free(struct loop *loop)
{
	if (!loop)
		return NULL;
	assert(!loop->timers);
	sd_event_source_disable_unref(loop->clock_watch);
	if (loop->clock_fd >= 0)
		close(loop->clock_fd);
	sd_event_unref(loop->event);
	free(loop);
	return NULL;
}

const struct clock *loop_clock(const struct loop *loop)
{
	return loop->clock;
}

struct wall loop_now(const struct loop *loop)
{
	return clock_wall(loop->clock);
}

sd_event *loop_event(struct loop *loop)
{
	return loop->event;
}

int loop_run(struct loop *loop)
{
	int r = 0;

	while (!loop->stopping && r >= 0)
		r = sd_event_run(loop->event, UINT64_MAX);
	loop->stopping = false;
	return r < 0 ? err_from_errno(-r) : 0;
}

void loop_stop(struct loop *loop)
{
	loop->stopping = true;
}

int loop_step(struct loop *loop, int64_t timeout_us, bool *ret_any)
{
	uint64_t wait = timeout_us < 0 ? UINT64_MAX : (uint64_t)timeout_us;
	int n = 0;
	int r;

	while ((r = sd_event_run(loop->event, wait)) > 0 && ++n < STEP_CALLBACKS_MAX)
		wait = 0;
	if (r < 0)
		return err_from_errno(-r);
	if (ret_any)
		*ret_any = n > 0;
	return 0;
}

static void timer_arm(struct loop_timer *timer, int64_t delay_us)
{
	if (delay_us < 0)
		delay_us = 0;
	if (delay_us > TIMER_AHEAD_MAX_US)
		delay_us = TIMER_AHEAD_MAX_US;
	/* Not relative to sd_event_now(), which stands still during a turn: a timer would then fire early. */
	int64_t at = clock_mono(timer->loop->clock).us + delay_us;
	int r = sd_event_source_set_time(timer->source, (uint64_t)at);
	assert(r >= 0);
	r = sd_event_source_set_enabled(timer->source, SD_EVENT_ONESHOT);
	assert(r >= 0);
	(void)r;
	timer->is_set = true;
}

static void timer_arm_wall(struct loop_timer *timer)
{
	struct wall now = loop_now(timer->loop);

	timer_arm(timer, wall_cmp(timer->due, now) > 0 ? timer->due.us - now.us : 0);
}

void loop_clock_stepped(struct loop *loop)
{
	for (struct loop_timer *timer = loop->timers; timer; timer = timer->next)
		if (timer->is_set && wall_is_set(timer->due))
			timer_arm_wall(timer);
}

static int on_timer(sd_event_source *source, uint64_t usec, void *cls)
{
	struct loop_timer *timer = cls;

	(void)source;
	(void)usec;
	/* Wall time may have been slewed while we waited, or the wait was cut to TIMER_AHEAD_MAX_US. */
	if (wall_is_set(timer->due) && wall_cmp(loop_now(timer->loop), timer->due) < 0) {
		timer_arm_wall(timer);
		return 0;
	}
	timer->is_set = false;
	timer->fn(timer->cls);
	return 0;
}

int loop_timer_new(struct loop *loop, loop_fn fn, void *cls, struct loop_timer **ret)
{
	struct loop_timer *timer = calloc(1, sizeof *timer);

	if (!timer)
		return ERR_NOMEM;
	*timer = (struct loop_timer){ .loop = loop, .fn = fn, .cls = cls, .due = WALL_NONE };
	int r = sd_event_add_time(loop->event, &timer->source, CLOCK_MONOTONIC, 0, TIMER_ACCURACY_US, on_timer, timer);
	if (r >= 0)
		r = sd_event_source_set_enabled(timer->source, SD_EVENT_OFF);
	if (r < 0) {
		sd_event_source_disable_unref(timer->source);
		free(timer);
		return err_from_errno(-r);
	}

	timer->next = loop->timers;
	if (timer->next)
		timer->next->prev = timer;
	loop->timers = timer;
	*ret = timer;
	return 0;
}

struct loop_timer *loop_timer_free(struct loop_timer *timer)
{
	if (!timer)
		return NULL;
	if (timer->next)
		timer->next->prev = timer->prev;
	if (timer->prev)
		timer->prev->next = timer->next;
	else
		timer->loop->timers = timer->next;
	sd_event_source_disable_unref(timer->source);
	free(timer);
	return NULL;
}

void loop_timer_at(struct loop_timer *timer, struct wall due)
{
	assert(wall_is_set(due));
	timer->due = due;
	timer_arm_wall(timer);
}

void loop_timer_after(struct loop_timer *timer, int64_t delay_us)
{
	timer->due = WALL_NONE;
	timer_arm(timer, delay_us);
}

void loop_timer_unset(struct loop_timer *timer)
{
	sd_event_source_set_enabled(timer->source, SD_EVENT_OFF);
	timer->is_set = false;
}

bool loop_timer_is_set(const struct loop_timer *timer)
{
	return timer->is_set;
}

static int on_task_turn(sd_event_source *source, void *cls)
{
	struct loop_task *task = cls;

	if (++task->turns_waited == TASK_PATIENCE_TURNS)
		return sd_event_source_set_priority(source, SD_EVENT_PRIORITY_NORMAL);
	return 0;
}

static int on_task(sd_event_source *source, void *cls)
{
	struct loop_task *task = cls;

	(void)source;
	task->fn(task->cls);
	return 0;
}

int loop_task_new(struct loop *loop, loop_fn fn, void *cls, struct loop_task **ret)
{
	struct loop_task *task = calloc(1, sizeof *task);

	if (!task)
		return ERR_NOMEM;
	*task = (struct loop_task){ .fn = fn, .cls = cls };
	int r = sd_event_add_defer(loop->event, &task->source, on_task, task);
	if (r >= 0)
		r = sd_event_source_set_enabled(task->source, SD_EVENT_OFF);
	if (r >= 0)
		r = sd_event_source_set_prepare(task->source, on_task_turn);
	if (r < 0) {
		loop_task_free(task);
		return err_from_errno(-r);
	}
	*ret = task;
	return 0;
}

struct loop_task *loop_task_free(struct loop_task *task)
{
	if (!task)
		return NULL;
	sd_event_source_disable_unref(task->source);
	free(task);
	return NULL;
}

void loop_task_post(struct loop_task *task)
{
	int enabled = SD_EVENT_OFF;

	if (sd_event_source_get_enabled(task->source, &enabled) > 0)
		return;
	task->turns_waited = 0;
	sd_event_source_set_priority(task->source, SD_EVENT_PRIORITY_IDLE);
	sd_event_source_set_enabled(task->source, SD_EVENT_ONESHOT);
}
