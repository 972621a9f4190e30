/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The seat of a test, and what may happen between two looks.
 * Component tests.
 */
#include "watch_world.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <time.h>

#include "base/attr.h"
#include "suite.h"

struct console watch_world_console;
struct seat_size watch_world_size;
const watch_step_fn *watch_world_steps;

static sqlite3 *writer;

static enum wake wait_for_step(void *cls ATTR_UNUSED, int ms)
{
	ck_assert_int_gt(ms, 0);
	if (!*watch_world_steps)
		return WAKE_STOP;
	(*watch_world_steps++)();
	return WAKE_TIME;
}

static struct seat_size get_size(void *cls ATTR_UNUSED)
{
	return watch_world_size;
}

static const struct seat seat = { .wait = wait_for_step, .size = get_size };

static void take_seat(bool screen)
{
	setenv("TZ", "LOC-3", 1);
	tzset();
	watch_world_console = (struct console){
		.terminal = screen,
		.screen = screen,
		.seat = &seat,
		.clock = ctl_world_clock(ctl_world_time(240)),
	};
	watch_world_size = (struct seat_size){ 40, 140 };
}

void watch_world_setup(void)
{
	ctl_world_setup_both();
	take_seat(false);
}

void watch_world_setup_screen(void)
{
	ctl_world_setup_both();
	take_seat(true);
}

void watch_world_setup_empty(void)
{
	ctl_world_setup();
	take_seat(true);
}

struct ctl_world_run watch_world_run(const char *line, const watch_step_fn *steps)
{
	watch_world_steps = steps;
	return ctl_world_run_on(&watch_world_console, line);
}

/* --- Steps --------------------------------------------------------------------------------------------------------- */

void watch_nothing(void)
{
}

void watch_add(const char *id, const char *status)
{
	struct store *store = ctl_world_open_store();

	ck_assert_int_eq(store_begin(store), 0);
	ctl_world_see(store, ctl_world_hear(store, "main", id), status, 1);
	ck_assert_int_eq(store_commit(store), 0);
	store_close(store);
}

void watch_add_fresh(void)
{
	watch_add("fresh", "new");
}

void watch_add_second(void)
{
	struct store *store = ctl_world_open_store();

	ck_assert_int_eq(store_begin(store), 0);
	int64_t id = ctl_world_hear(store, "main", "second");

	ctl_world_see(store, id, "accepted", 1);
	ctl_world_see(store, id, "performer_lookup", 2);
	ck_assert_int_eq(store_commit(store), 0);
	store_close(store);
}

void watch_begin_to_write(void)
{
	ck_assert_int_eq(sqlite3_open(ctl_world_path(), &writer), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(writer, "BEGIN EXCLUSIVE; DELETE FROM price", NULL, NULL, NULL), SQLITE_OK);
}

void watch_end_to_write(void)
{
	ck_assert_int_eq(sqlite3_exec(writer, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(writer);
}
