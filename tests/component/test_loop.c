/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The loop: timers that know wall time, tasks at the end of a turn, and idleness.
 * Component ring: the real sd-event; wall time is moved through the clock's shift.
 */
#include <check.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/err.h"
#include "loop/loop.h"
#include "suite.h"

#define HOUR_US (INT64_C(3600) * USEC_PER_SEC)

static struct clock system_clock;
static struct loop *loop;

static void set_up(void)
{
	system_clock = (struct clock){ 0 };
	ck_assert_int_eq(loop_new(&system_clock, &loop), 0);
}

static void tear_down(void)
{
	loop = loop_free(loop);
}

static void count(void *cls)
{
	++*(int *)cls;
}

static void turn(int64_t timeout_us)
{
	ck_assert_int_eq(loop_step(loop, timeout_us, NULL), 0);
}

static void await(const int *counter, int n)
{
	while (*counter < n)
		turn(-1);
}

static struct loop_timer *new_timer(loop_fn fn, void *cls)
{
	struct loop_timer *timer;

	ck_assert_int_eq(loop_timer_new(loop, fn, cls, &timer), 0);
	ck_assert(!loop_timer_is_set(timer));
	return timer;
}

static struct loop_task *new_task(loop_fn fn, void *cls)
{
	struct loop_task *task;

	ck_assert_int_eq(loop_task_new(loop, fn, cls, &task), 0);
	return task;
}

static void step_clock(int64_t us)
{
	system_clock.shift_us += us;
	loop_clock_stepped(loop);
}

START_TEST(monotonic_timer_fires_once_and_not_early)
{
	int fired = 0;
	struct loop_timer *timer = new_timer(count, &fired);
	int64_t start = clock_mono(&system_clock).us;

	loop_timer_after(timer, 20 * USEC_PER_MS);
	ck_assert(loop_timer_is_set(timer));
	await(&fired, 1);
	ck_assert_int_ge(clock_mono(&system_clock).us - start, 20 * USEC_PER_MS);
	ck_assert(!loop_timer_is_set(timer));

	bool any = true;
	ck_assert_int_eq(loop_step(loop, 30 * USEC_PER_MS, &any), 0);
	ck_assert(!any);
	ck_assert_int_eq(fired, 1);
	loop_timer_free(timer);
}
END_TEST

START_TEST(negative_delay_fires_in_the_next_turn)
{
	int fired = 0;
	struct loop_timer *timer = new_timer(count, &fired);

	loop_timer_after(timer, -5);
	ck_assert_int_eq(fired, 0);
	await(&fired, 1);
	loop_timer_free(timer);
}
END_TEST

START_TEST(wall_timer_in_the_past_fires_in_the_next_turn)
{
	int fired = 0;
	struct loop_timer *timer = new_timer(count, &fired);

	loop_timer_at(timer, wall_add(loop_now(loop), -HOUR_US));
	ck_assert_int_eq(fired, 0);
	await(&fired, 1);
	loop_timer_free(timer);
}
END_TEST

struct moment {
	struct wall at;
	int fired;
};

static void note_moment(void *cls)
{
	struct moment *moment = cls;

	moment->at = loop_now(loop);
	moment->fired++;
}

START_TEST(wall_timer_is_never_early)
{
	struct moment moment = { 0 };
	struct loop_timer *timer = new_timer(note_moment, &moment);

	for (int i = 1; i <= 20; i++) {
		struct wall due = wall_add(loop_now(loop), 1000 + i * 137);

		loop_timer_at(timer, due);
		await(&moment.fired, i);
		ck_assert_int_ge(wall_cmp(moment.at, due), 0);
	}
	loop_timer_free(timer);
}
END_TEST

START_TEST(wall_timer_fires_when_the_clock_is_set_past_it)
{
	int fired = 0;
	struct loop_timer *timer = new_timer(count, &fired);

	loop_timer_at(timer, wall_add(loop_now(loop), HOUR_US));
	turn(0);
	ck_assert_int_eq(fired, 0);
	step_clock(HOUR_US);
	await(&fired, 1);
	loop_timer_free(timer);
}
END_TEST

START_TEST(wall_timer_waits_on_when_the_clock_is_set_back)
{
	int fired = 0;
	struct loop_timer *timer = new_timer(count, &fired);

	loop_timer_at(timer, wall_add(loop_now(loop), 5 * USEC_PER_MS));
	step_clock(-HOUR_US);
	turn(50 * USEC_PER_MS);
	ck_assert_int_eq(fired, 0);
	ck_assert(loop_timer_is_set(timer));
	step_clock(HOUR_US);
	await(&fired, 1);
	loop_timer_free(timer);
}
END_TEST

START_TEST(wall_timer_found_early_is_armed_again)
{
	int fired = 0;
	struct loop_timer *timer = new_timer(count, &fired);

	/* The clock goes back without anybody being told, as when it is slewed. */
	loop_timer_at(timer, wall_add(loop_now(loop), 5 * USEC_PER_MS));
	system_clock.shift_us -= HOUR_US;
	turn(50 * USEC_PER_MS);
	ck_assert_int_eq(fired, 0);
	ck_assert(loop_timer_is_set(timer));
	step_clock(HOUR_US);
	await(&fired, 1);
	loop_timer_free(timer);
}
END_TEST

START_TEST(monotonic_timer_ignores_clock_steps)
{
	int fired = 0;
	struct loop_timer *timer = new_timer(count, &fired);

	/* It was a wall timer before: setting it anew makes it forget that. */
	loop_timer_at(timer, wall_add(loop_now(loop), 2 * HOUR_US));
	loop_timer_after(timer, HOUR_US);
	step_clock(3 * HOUR_US);
	turn(20 * USEC_PER_MS);
	ck_assert_int_eq(fired, 0);
	loop_timer_free(timer);
}
END_TEST

START_TEST(the_farthest_due_time_is_no_overflow)
{
	int fired = 0;
	struct loop_timer *timer = new_timer(count, &fired);

	loop_timer_at(timer, (struct wall){ INT64_MAX });
	turn(20 * USEC_PER_MS);
	loop_timer_after(timer, INT64_MAX);
	turn(20 * USEC_PER_MS);
	ck_assert_int_eq(fired, 0);
	ck_assert(loop_timer_is_set(timer));
	loop_timer_free(timer);
}
END_TEST

START_TEST(unset_timer_does_not_fire)
{
	int fired = 0;
	struct loop_timer *timer = new_timer(count, &fired);

	loop_timer_after(timer, USEC_PER_MS);
	loop_timer_unset(timer);
	ck_assert(!loop_timer_is_set(timer));
	turn(20 * USEC_PER_MS);
	loop_timer_at(timer, wall_add(loop_now(loop), HOUR_US));
	loop_timer_unset(timer);
	step_clock(2 * HOUR_US);
	turn(20 * USEC_PER_MS);
	ck_assert_int_eq(fired, 0);
	loop_timer_free(timer);
}
END_TEST

struct again {
	struct loop_timer *timer;
	int fired;
};

static void set_again(void *cls)
{
	struct again *again = cls;

	if (++again->fired < 3)
		loop_timer_after(again->timer, 0);
}

START_TEST(timer_can_be_set_from_its_own_callback)
{
	struct again again = { 0 };

	again.timer = new_timer(set_again, &again);
	loop_timer_after(again.timer, 0);
	await(&again.fired, 3);
	ck_assert(!loop_timer_is_set(again.timer));
	loop_timer_free(again.timer);
}
END_TEST

static void free_self(void *cls)
{
	struct again *again = cls;

	again->timer = loop_timer_free(again->timer);
	again->fired++;
}

START_TEST(timer_can_be_freed_from_its_own_callback)
{
	struct again again = { 0 };

	again.timer = new_timer(free_self, &again);
	loop_timer_after(again.timer, 0);
	await(&again.fired, 1);
	ck_assert_ptr_null(again.timer);
}
END_TEST

START_TEST(task_runs_once_however_often_posted)
{
	int ran = 0;
	struct loop_task *task = new_task(count, &ran);

	loop_task_post(task);
	loop_task_post(task);
	ck_assert_int_eq(ran, 0);
	await(&ran, 1);
	turn(10 * USEC_PER_MS);
	ck_assert_int_eq(ran, 1);
	loop_task_free(task);
}
END_TEST

struct reposting {
	struct loop_task *task;
	int ran;
};

static void repost(void *cls)
{
	struct reposting *reposting = cls;

	if (++reposting->ran < 3)
		loop_task_post(reposting->task);
}

START_TEST(task_posted_from_itself_runs_again)
{
	struct reposting reposting = { 0 };

	reposting.task = new_task(repost, &reposting);
	loop_task_post(reposting.task);
	await(&reposting.ran, 3);
	turn(10 * USEC_PER_MS);
	ck_assert_int_eq(reposting.ran, 3);
	loop_task_free(reposting.task);
}
END_TEST

/* A socket that is readable as long as nobody reads it, and how often that was noticed. */
struct noise {
	int fd;
	sd_event_source *source;
	bool until_read;
	int heard;
};

static int on_noise(sd_event_source *source, int fd, uint32_t events, void *cls)
{
	struct noise *noise = cls;
	uint64_t value;

	(void)source;
	(void)events;
	noise->heard++;
	if (noise->until_read)
		ck_assert_int_eq(read(fd, &value, sizeof value), sizeof value);
	return 0;
}

static void noise_open(struct noise *noise, bool until_read)
{
	*noise = (struct noise){ .fd = eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK), .until_read = until_read };
	ck_assert_int_ge(noise->fd, 0);
	ck_assert_int_ge(sd_event_add_io(loop_event(loop), &noise->source, noise->fd, EPOLLIN, on_noise, noise), 0);
}

static void noise_close(struct noise *noise)
{
	sd_event_source_disable_unref(noise->source);
	close(noise->fd);
}

struct order {
	struct noise noise;
	int ran;
	int heard_before;
};

static void note_order(void *cls)
{
	struct order *order = cls;

	order->ran++;
	order->heard_before = order->noise.heard;
}

START_TEST(task_lets_ready_sockets_go_first)
{
	struct order order = { 0 };
	struct loop_task *task = new_task(note_order, &order);

	loop_task_post(task);
	noise_open(&order.noise, true);
	await(&order.ran, 1);
	ck_assert_int_eq(order.heard_before, 1);
	noise_close(&order.noise);
	loop_task_free(task);
}
END_TEST

START_TEST(task_is_not_starved_by_a_socket_that_is_always_ready)
{
	int ran = 0;
	struct noise noise;
	struct loop_task *task = new_task(count, &ran);

	noise_open(&noise, false);
	for (int i = 1; i <= 3; i++) {
		loop_task_post(task);
		while (ran < i)
			ck_assert_int_ge(sd_event_run(loop_event(loop), UINT64_MAX), 0);
	}
	ck_assert_int_ge(noise.heard, 3);
	ck_assert_int_le(noise.heard, 100);
	noise_close(&noise);
	loop_task_free(task);
}
END_TEST

START_TEST(a_step_ends_even_when_callbacks_keep_it_busy)
{
	struct noise noise;

	noise_open(&noise, false);
	turn(-1);
	ck_assert_int_ge(noise.heard, 1);
	noise_close(&noise);
}
END_TEST

START_TEST(idle_loop_dispatches_nothing)
{
	int fired = 0;
	struct loop_timer *timer = new_timer(count, &fired);
	struct loop_task *task = new_task(count, &fired);

	loop_timer_at(timer, wall_add(loop_now(loop), HOUR_US));
	for (int i = 0; i < 5; i++) {
		bool any = true;

		ck_assert_int_eq(loop_step(loop, 5 * USEC_PER_MS, &any), 0);
		ck_assert(!any);
	}
	loop_task_free(task);
	loop_timer_free(timer);
}
END_TEST

static void stop(void *cls)
{
	++*(int *)cls;
	loop_stop(loop);
}

START_TEST(run_ends_by_stop_and_can_be_run_again)
{
	int stopped = 0;
	struct loop_timer *timer = new_timer(stop, &stopped);

	for (int i = 1; i <= 2; i++) {
		loop_timer_after(timer, 0);
		ck_assert_int_eq(loop_run(loop), 0);
		ck_assert_int_eq(stopped, i);
	}
	loop_timer_free(timer);
}
END_TEST

START_TEST(stop_before_run_is_not_lost)
{
	loop_stop(loop);
	ck_assert_int_eq(loop_run(loop), 0);
}
END_TEST

START_TEST(writing_to_a_closed_socket_is_survived)
{
	int fds[2];

	ck_assert_int_eq(pipe(fds), 0);
	close(fds[0]);
	ck_assert_int_eq(write(fds[1], "x", 1), -1);
	close(fds[1]);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("loop");
	TCase *timers = tcase_create("timers");
	TCase *tasks = tcase_create("tasks");
	TCase *running = tcase_create("running");

	tcase_add_checked_fixture(timers, set_up, tear_down);
	tcase_add_test(timers, monotonic_timer_fires_once_and_not_early);
	tcase_add_test(timers, negative_delay_fires_in_the_next_turn);
	tcase_add_test(timers, wall_timer_in_the_past_fires_in_the_next_turn);
	tcase_add_test(timers, wall_timer_is_never_early);
	tcase_add_test(timers, wall_timer_fires_when_the_clock_is_set_past_it);
	tcase_add_test(timers, wall_timer_waits_on_when_the_clock_is_set_back);
	tcase_add_test(timers, wall_timer_found_early_is_armed_again);
	tcase_add_test(timers, monotonic_timer_ignores_clock_steps);
	tcase_add_test(timers, the_farthest_due_time_is_no_overflow);
	tcase_add_test(timers, unset_timer_does_not_fire);
	tcase_add_test(timers, timer_can_be_set_from_its_own_callback);
	tcase_add_test(timers, timer_can_be_freed_from_its_own_callback);
	suite_add_tcase(s, timers);

	tcase_add_checked_fixture(tasks, set_up, tear_down);
	tcase_add_test(tasks, task_runs_once_however_often_posted);
	tcase_add_test(tasks, task_posted_from_itself_runs_again);
	tcase_add_test(tasks, task_lets_ready_sockets_go_first);
	tcase_add_test(tasks, task_is_not_starved_by_a_socket_that_is_always_ready);
	suite_add_tcase(s, tasks);

	tcase_add_checked_fixture(running, set_up, tear_down);
	tcase_add_test(running, a_step_ends_even_when_callbacks_keep_it_busy);
	tcase_add_test(running, idle_loop_dispatches_nothing);
	tcase_add_test(running, run_ends_by_stop_and_can_be_run_again);
	tcase_add_test(running, stop_before_run_is_not_lost);
	tcase_add_test(running, writing_to_a_closed_socket_is_survived);
	suite_add_tcase(s, running);
	return s;
}
