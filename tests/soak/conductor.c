/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Host of the hourglass.
 * The soak.
 */
#include "soak/conductor.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/err.h"
#include "preload/hourglass.h"

/* How long the guest may be busy without asking us for anything. */
#define PATIENCE_MS (5 * 60 * 1000)

struct conductor {
	const struct clock clock; /* the hourglass stands behind it */
	struct conductor_hooks hooks;
	struct hourglass *page;
	struct loop *loop;
	int64_t grain_us;
	int wake_fd;
	int answer_fd;
	int pidfd;     /* -1: there is no guest */
	bool is_fresh; /* since the last question nothing has happened here that might give the guest work */
};

int conductor_new(struct wall start, int64_t grain_us, const struct conductor_hooks *hooks, struct conductor **ret)
{
	struct conductor *conductor = calloc(1, sizeof(*conductor));

	if (!conductor)
		return ERR_NOMEM;
	conductor->hooks = *hooks;
	conductor->grain_us = grain_us;
	conductor->pidfd = -1;
	conductor->page = hourglass_turn(start.us);
	conductor->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	conductor->answer_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (conductor->page && conductor->wake_fd >= 0 && conductor->answer_fd >= 0 &&
	    loop_new(&conductor->clock, &conductor->loop) == ERR_OK) {
		*ret = conductor;
		return ERR_OK;
	}
	conductor_free(conductor);
	return ERR_IO;
}

void conductor_free(struct conductor *conductor)
{
	if (!conductor)
		return;
	loop_free(conductor->loop);
	close(conductor->wake_fd);
	close(conductor->answer_fd);
	free(conductor);
}

struct loop *conductor_loop(struct conductor *conductor)
{
	return conductor->loop;
}

struct wall conductor_now(const struct conductor *conductor)
{
	return (struct wall){ conductor->page->now_us };
}

void conductor_list_fds(const struct conductor *conductor, int ret[static CONDUCTOR_FDS])
{
	ret[0] = hourglass_page_fd();
	ret[1] = conductor->wake_fd;
	ret[2] = conductor->answer_fd;
}

void conductor_admit(struct conductor *conductor, int pidfd)
{
	conductor->pidfd = pidfd;
	conductor->is_fresh = false;
}

/* Does all that is to do in this process. */
static int work(struct conductor *conductor)
{
	bool any = true;
	int r = ERR_OK;

	while (any && r == ERR_OK) {
		r = loop_step(conductor->loop, 0, &any);
		if (any)
			conductor->is_fresh = false;
	}
	return r;
}

static void ask(struct conductor *conductor)
{
	conductor->is_fresh = true;
	conductor->page->asked++;
	eventfd_write(conductor->wake_fd, 1);
}

static bool is_answered(const struct conductor *conductor)
{
	return conductor->page->answered == conductor->page->asked;
}

/* Waits for something from the guest: *ret_idle, it has nothing to do, and nor have we. */
static int await_guest(struct conductor *conductor, bool *ret_idle)
{
	struct pollfd fds[] = {
		{ .fd = sd_event_get_fd(loop_event(conductor->loop)), .events = POLLIN },
		{ .fd = conductor->answer_fd, .events = POLLIN },
		{ .fd = conductor->pidfd, .events = POLLIN },
	};
	eventfd_t answers;
	int n = poll(fds, 3, PATIENCE_MS);

	*ret_idle = false;
	if (n <= 0)
		return n == 0 ? ERR_BUSY : ERR_IO;
	if (fds[2].revents) {
		conductor->pidfd = -1;
		conductor->hooks.on_gone(conductor->hooks.cls);
		return ERR_OK;
	}
	if (fds[1].revents)
		eventfd_read(conductor->answer_fd, &answers);
	if (fds[0].revents)
		conductor->hooks.on_busy(conductor->hooks.cls);
	else
		*ret_idle = conductor->is_fresh && is_answered(conductor);
	return ERR_OK;
}

int conductor_settle(struct conductor *conductor)
{
	bool idle = false;
	int r = work(conductor);

	while (r == ERR_OK && !idle && conductor->pidfd >= 0) {
		if (!conductor->is_fresh && is_answered(conductor))
			ask(conductor);
		r = await_guest(conductor, &idle);
		if (r == ERR_OK && !idle)
			r = work(conductor);
	}
	return r;
}

/* The guest hears of it by the next question. */
void conductor_advance(struct conductor *conductor)
{
	struct hourglass *page = conductor->page;
	int64_t due = hourglass_due_us();
	int64_t now = page->now_us + conductor->grain_us;

	if (conductor->pidfd >= 0 && page->due_us < due)
		due = page->due_us;
	if (due != HOURGLASS_NEVER && due > now)
		now = due;
	page->now_us = now;
	conductor->is_fresh = false;
}
