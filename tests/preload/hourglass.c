/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Time that passes only while nobody has anything to do: clocks, timers and waits that stand on a shared page instead of the system's.
 * Tests: linked to the host, which moves the time, and put in front of libc in its guest by LD_PRELOAD.
 *
 * Every clock reads the page. A timerfd is an eventfd that becomes readable once the page's time has reached it. A guest that would
 * wait answers the host's question first: nothing to do, and my next timer is due then; so that a request to another process takes no
 * time at all, and a pause of hours none of ours. Without a page all is as it was. One thread only may wait.
 */
#include "hourglass.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define USEC_PER_SEC INT64_C(1000000)

/* sd-event has one timerfd for each clock, and the loop one more. */
#define TIMERS_MAX 16

struct timer {
	int fd;
	int64_t due_us; /* HOURGLASS_NEVER: not set */
};

static struct hourglass *page;
static int page_fd = -1;
static int wake_fd = -1;   /* a guest's, as the next */
static int answer_fd = -1;
static struct timer timers[TIMERS_MAX];
static size_t n_timers;

static bool is_guest(void)
{
	return answer_fd >= 0;
}

/* --- Clocks */

int clock_gettime(clockid_t clock, struct timespec *ret)
{
	if (!page || clock == CLOCK_PROCESS_CPUTIME_ID || clock == CLOCK_THREAD_CPUTIME_ID)
		return (int)syscall(SYS_clock_gettime, clock, ret);

	int64_t now = page->now_us;

	*ret = (struct timespec){ .tv_sec = now / USEC_PER_SEC, .tv_nsec = now % USEC_PER_SEC * 1000 };
	return 0;
}

int gettimeofday(struct timeval *restrict ret, void *restrict zone)
{
	struct timespec now;

	(void)zone;
	clock_gettime(CLOCK_REALTIME, &now);
	*ret = (struct timeval){ .tv_sec = now.tv_sec, .tv_usec = now.tv_nsec / 1000 };
	return 0;
}

time_t time(time_t *ret)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	if (ret)
		*ret = now.tv_sec;
	return now.tv_sec;
}

/* --- Timers */

static struct timer *find_timer(int fd)
{
	for (size_t i = 0; i < n_timers; i++)
		if (timers[i].fd == fd)
			return &timers[i];
	return NULL;
}

static void fire_due(void)
{
	for (size_t i = 0; page && i < n_timers; i++) {
		if (timers[i].due_us > page->now_us)
			continue;
		timers[i].due_us = HOURGLASS_NEVER;
		eventfd_write(timers[i].fd, 1);
	}
}

int64_t hourglass_due_us(void)
{
	int64_t due = HOURGLASS_NEVER;

	for (size_t i = 0; i < n_timers; i++)
		if (timers[i].due_us < due)
			due = timers[i].due_us;
	return due;
}

int timerfd_create(clockid_t clock, int flags)
{
	if (!page)
		return (int)syscall(SYS_timerfd_create, clock, flags);

	int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	struct timer *timer = find_timer(fd); /* one that was closed since */

	if (fd < 0)
		return fd;
	if (!timer && n_timers == TIMERS_MAX) {
		close(fd);
		errno = EMFILE;
		return -1;
	}
	if (!timer)
		timer = &timers[n_timers++];
	*timer = (struct timer){ .fd = fd, .due_us = HOURGLASS_NEVER };
	return fd;
}

/* Only what is used: a time of day or none, and no repeats. */
int timerfd_settime(int fd, int flags, const struct itimerspec *new, struct itimerspec *old)
{
	struct timer *timer = page ? find_timer(fd) : NULL;
	eventfd_t expired;

	if (!timer)
		return (int)syscall(SYS_timerfd_settime, fd, flags, new, old);
	if (!(flags & TFD_TIMER_ABSTIME) || new->it_interval.tv_sec != 0 || new->it_interval.tv_nsec != 0) {
		errno = ENOSYS;
		return -1;
	}
	eventfd_read(fd, &expired);
	timer->due_us = new->it_value.tv_sec * USEC_PER_SEC + (new->it_value.tv_nsec + 999) / 1000;
	if (new->it_value.tv_sec == 0 && new->it_value.tv_nsec == 0)
		timer->due_us = HOURGLASS_NEVER;
	return 0;
}

/* --- Waits */

static int wait_really(int epfd, struct epoll_event *events, int max, int timeout)
{
	return (int)syscall(SYS_epoll_pwait, epfd, events, max, timeout, NULL, (size_t)0);
}

static void answer(void)
{
	uint32_t asked = page->asked;

	if (page->answered == asked)
		return;
	page->due_us = hourglass_due_us();
	page->answered = asked;
	eventfd_write(answer_fd, 1);
}

static void await_anything(int epfd)
{
	struct pollfd fds[] = { { .fd = epfd, .events = POLLIN }, { .fd = wake_fd, .events = POLLIN } };
	eventfd_t woken;

	if (poll(fds, 2, -1) > 0 && fds[1].revents)
		eventfd_read(wake_fd, &woken);
}

int epoll_wait(int epfd, struct epoll_event *events, int max, int timeout)
{
	int n;

	fire_due();
	if (timeout == 0 || !is_guest())
		return wait_really(epfd, events, max, timeout);
	while ((n = wait_really(epfd, events, max, 0)) == 0) {
		answer();
		await_anything(epfd);
		fire_due();
	}
	return n;
}

/* sd-event asks so when it does not want to wait, or not for long. */
int epoll_pwait2(int epfd, struct epoll_event *events, int max, const struct timespec *timeout, const sigset_t *mask)
{
	fire_due();
	return (int)syscall(SYS_epoll_pwait2, epfd, events, max, timeout, mask, sizeof(long));
}

/* --- Host and guest */

int64_t hourglass_real_us(void)
{
	struct timespec now;

	syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
	return now.tv_sec * USEC_PER_SEC + now.tv_nsec / 1000;
}

static struct hourglass *map_page(int fd)
{
	void *address = mmap(NULL, sizeof(*page), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	return address == MAP_FAILED ? NULL : address;
}

int hourglass_page_fd(void)
{
	return page_fd;
}

struct hourglass *hourglass_turn(int64_t start_us)
{
	struct hourglass *turned;

	page_fd = memfd_create("hourglass", MFD_CLOEXEC);
	if (page_fd < 0 || ftruncate(page_fd, sizeof(*page)) < 0)
		return NULL;
	turned = map_page(page_fd);
	if (turned)
		turned->now_us = start_us;
	page = turned;
	return page;
}

__attribute__((constructor)) static void enter(void)
{
	const char *given = getenv(HOURGLASS_VARIABLE);
	int fds[3];

	if (!given || sscanf(given, "%d,%d,%d", &fds[0], &fds[1], &fds[2]) != 3)
		return;
	page = map_page(fds[0]);
	wake_fd = fds[1];
	answer_fd = fds[2];
}
