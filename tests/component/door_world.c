/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A daemon of which only the control socket is real.
 * Component ring. A child process, since claimctl waits for the daemon without turning any loop of the test's.
 */
#include "door_world.h"

#include <signal.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "base/log.h"
#include "listener/control.h"
#include "loop/listen.h"
#include "suite.h"

/* Longer than the slowest machine needs. */
#define PATIENCE_US (40 * USEC_PER_SEC)

/* What the child has. */
struct daemon {
	struct clock clock;
	struct loop *loop;
	struct store *store;
	struct control *control;
	struct loop_timer *timer;
	struct conf_source conf[3];
	struct listener_source sources[3];
	const struct door_end *ends;
	size_t n_ends;
	int64_t n_begun; /* actions up to this one have had their beginning */
	int64_t late_id; /* the one whose end the timer brings */
};

static struct {
	pid_t pid;
	char *socket;
	char *conf;
	int64_t patience_us;
} world;

/* --- The child ----------------------------------------------------------------------------------------------------- */

static void require(bool good)
{
	if (!good)
		_exit(EXIT_FAILURE);
}

static const struct door_end *end_of(const struct daemon *d, int64_t action_id)
{
	static const struct door_end done = { .end = { .result = ACTION_DONE } };

	return (size_t)action_id <= d->n_ends ? &d->ends[action_id - 1] : &done;
}

static void end_action(struct daemon *d, int64_t action_id)
{
	require(store_begin(d->store) == ERR_OK);
	store_action_end(d->store, action_id, &end_of(d, action_id)->end, loop_now(d->loop));
	require(store_commit(d->store) == ERR_OK);
}

static void send_action(struct daemon *d, int64_t action_id)
{
	require(store_begin(d->store) == ERR_OK);
	store_action_sent(d->store, action_id, loop_now(d->loop));
	require(store_commit(d->store) == ERR_OK);
}

static void begin_action(struct daemon *d, int64_t action_id)
{
	const struct door_end *end = end_of(d, action_id);

	if (end->never) {
		send_action(d, action_id);
	} else if (end->after_us > 0) {
		d->late_id = action_id;
		loop_timer_after(d->timer, end->after_us);
	} else {
		end_action(d, action_id);
	}
}

static void on_timer(void *cls)
{
	struct daemon *d = cls;

	end_action(d, d->late_id);
}

static void on_actions(void *cls)
{
	struct daemon *d = cls;
	struct action action;

	while (store_action(d->store, d->n_begun + 1, &action) == ERR_OK)
		begin_action(d, ++d->n_begun);
}

static void add_source(struct daemon *d, size_t i, enum conf_source_kind kind, const char *name)
{
	struct source source;

	d->conf[i].kind = kind;
	snprintf(d->conf[i].name, sizeof(d->conf[i].name), "%s", name);
	require(store_source(d->store, conf_source_kind_text(kind), name, (struct wall){ 1 }, &source) == ERR_OK);
	d->sources[i] = (struct listener_source){ .id = source.id, .conf = &d->conf[i] };
}

static void open_daemon(struct daemon *d, int fd)
{
	struct control_config config = { .sources = d->sources, .n_sources = 3, .fd = fd, .on_actions = on_actions, .cls = d };

	log_open("test", LOG_LEVEL_ERROR);
	require(loop_new(&d->clock, &d->loop) == ERR_OK);
	require(loop_timer_new(d->loop, on_timer, d, &d->timer) == ERR_OK);
	require(store_open(ctl_world_path(), &d->store, NULL) == ERR_OK);
	require(store_begin(d->store) == ERR_OK);
	add_source(d, 0, CONF_DELIVERY, "main");
	add_source(d, 1, CONF_DELIVERY, "other");
	add_source(d, 2, CONF_MARKET, "shop");
	require(store_commit(d->store) == ERR_OK);
	require(control_new(d->loop, d->store, &config, &d->control) == ERR_OK);
}

static void serve(int fd, const struct door_end *ends, size_t n)
{
	struct daemon d = { .ends = ends, .n_ends = n };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	open_daemon(&d, fd);
	require(loop_run(d.loop) == ERR_OK);
	_exit(EXIT_SUCCESS);
}

/* --- The test ------------------------------------------------------------------------------------------------------ */

static void write_conf(void)
{
	FILE *file = fopen(world.conf, "w");

	ck_assert_ptr_nonnull(file);
	fprintf(file, "[daemon]\ndatabase = %s\ncontrol_socket = %s\n", ctl_world_path(), world.socket);
	ck_assert_int_eq(fclose(file), 0);
}

void door_world_open(const struct door_end *ends, size_t n)
{
	char *address = NULL;
	char actual[ADDRESS_SIZE];
	int fd;

	world.patience_us = PATIENCE_US;
	ck_assert_int_gt(asprintf(&world.socket, "%s.sock", ctl_world_path()), 0);
	ck_assert_int_gt(asprintf(&world.conf, "%s.door.conf", ctl_world_path()), 0);
	ck_assert_int_gt(asprintf(&address, "unix:%s", world.socket), 0);
	write_conf();
	/* Whoever connects from now on waits in the socket's queue until the child has come that far. */
	ck_assert_int_eq(listen_open(address, &fd, actual), ERR_OK);
	world.pid = fork();
	ck_assert_int_ge(world.pid, 0);
	if (world.pid == 0)
		serve(fd, ends, n);
	close(fd);
	free(address);
}

void door_world_kill(void)
{
	if (world.pid <= 0)
		return;
	kill(world.pid, SIGKILL);
	waitpid(world.pid, NULL, 0);
	world.pid = 0;
}

void door_world_close(void)
{
	door_world_kill();
	unlink(world.socket);
	free(world.socket);
	free(world.conf);
}

const char *door_world_socket(void)
{
	return world.socket;
}

void door_world_patience(int64_t us)
{
	world.patience_us = us;
}

static struct ctl_world_run run_as(struct console console, const char *line)
{
	char *whole = NULL;

	console.patience_us = world.patience_us;
	ck_assert_int_gt(asprintf(&whole, "-c %s %s", world.conf, line), 0);
	struct ctl_world_run run = ctl_world_run_as(console, whole);
	free(whole);
	return run;
}

struct ctl_world_run door_world_run(const char *line, const char *input)
{
	if (!input)
		return run_as((struct console){ 0 }, line);
	FILE *in = fmemopen((char *)input, strlen(input), "r");
	struct ctl_world_run run = run_as((struct console){ .in = in, .asks = true }, line);
	fclose(in);
	return run;
}

struct ctl_world_run door_world_run_at_terminal(const char *line)
{
	return run_as((struct console){ .terminal = true }, line);
}

void door_world_expect(const char *line, int status, const char *out, const char *what)
{
	struct ctl_world_run run = door_world_run(line, NULL);

	ck_assert_msg(run.status == status, "\"%s\": exit status %d, not %d: %s", line, run.status, status, run.err);
	ck_assert_str_eq(run.out, out);
	if (*what)
		ctl_world_expect_in(run.err, what);
	else
		ck_assert_str_eq(run.err, "");
	ctl_world_run_done(&run);
}

const char *door_world_value(const char *sql)
{
	static char text[256];
	sqlite3 *db = NULL;
	sqlite3_stmt *stmt = NULL;

	ck_assert_int_eq(sqlite3_open(ctl_world_path(), &db), SQLITE_OK);
	/* The child opens the file at its own time, and has it for itself for a moment. */
	sqlite3_busy_timeout(db, 5000);
	ck_assert_msg(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK, "%s: %s", sql, sqlite3_errmsg(db));
	const char *found = sqlite3_step(stmt) == SQLITE_ROW ? (const char *)sqlite3_column_text(stmt, 0) : NULL;
	snprintf(text, sizeof(text), "%s", found ? found : "");
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	return text;
}
