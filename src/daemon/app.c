/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Wires the parts together: listener to store, store to worker, signals to all.
 * Daemon layer.
 */
#include "daemon/app.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/address.h"
#include "base/err.h"
#include "base/log.h"
#include "daemon/descriptors.h"
#include "daemon/doorway.h"
#include "daemon/notify.h"
#include "daemon/reload.h"
#include "daemon/signals.h"
#include "daemon/sources.h"
#include "daemon/tenancy.h"
#include "daemon/watchdog.h"
#include "entry/entry.h"
#include "listener/admin.h"
#include "listener/control.h"
#include "listener/listener.h"
#include "loop/fetch.h"
#include "loop/listen.h"
#include "loop/loop.h"
#include "meter/meter.h"
#include "store/store.h"
#include "worker/worker.h"

/* The name of a passed socket, FileDescriptorName= in claimd.socket. */
#define SOCKET_NAME "claimd"

/* While requests are in flight at the end, they are looked at again this often. */
#define DRAIN_US (20 * USEC_PER_MS)

struct app {
	struct clock clock;
	struct conf *conf;
	const char *conf_file;
	struct loop *loop;
	int tenancy; /* of the database, -1: none */
	struct store *store;
	struct metrics *metrics;
	struct fetcher *fetcher;
	struct worker *worker;
	struct sources sources; /* all of the configuration */
	struct listener *listener;
	struct admin *admin;
	struct control *control; /* NULL: its socket can't be opened */
	struct signals *signals;
	struct loop_timer *drain;
	struct notify *notify;
	struct watchdog *watchdog;
};

static void on_hints(void *cls)
{
	struct app *app = cls;

	worker_wake(app->worker);
}

static void on_actions(void *cls)
{
	struct app *app = cls;

	worker_act(app->worker);
}

static void on_progress(const char *source, size_t n_events, bool caught_up, void *cls)
{
	struct app *app = cls;

	notify_progress(app->notify, source, n_events, caught_up);
}

/* See watchdog.h for what counts. */
static bool find_stuck(void *cls, char ret[static WATCHDOG_WHAT_SIZE])
{
	struct app *app = cls;

	if (store_is_stuck(app->store))
		snprintf(ret, WATCHDOG_WHAT_SIZE, "a transaction was left open, so that nothing can be stored");
	else if (listener_is_stuck(app->listener, clock_mono(&app->clock)))
		snprintf(ret, WATCHDOG_WHAT_SIZE, "callbacks and pushes wait for a commit that nobody makes");
	else
		return worker_is_stuck(app->worker, ret);
	return true;
}

static void on_drain(void *cls)
{
	struct app *app = cls;

	if (listener_drain(app->listener))
		loop_stop(app->loop);
	else
		loop_timer_after(app->drain, DRAIN_US);
}

/* The second one is impatience: what is in flight is then answered 503 instead of waited for. */
static void on_stop(void *cls)
{
	struct app *app = cls;

	if (loop_timer_is_set(app->drain)) {
		loop_stop(app->loop);
		return;
	}
	notify_stopping(app->notify);
	entry_tell(LOG_LEVEL_NOTICE, &(struct entry){ .event = EVENT_STOPPING }, "stopping");
	on_drain(app);
}

/* All parts know the new sources before the old ones are freed. */
static void set_sources(struct app *app)
{
	const struct sources *sources = &app->sources;

	listener_set_sources(app->listener, sources->listened, sources->n);
	admin_set_sources(app->admin, sources->listened, sources->n);
	if (app->control)
		control_set_sources(app->control, sources->listened, sources->n);
	if (worker_set_sources(app->worker, sources->worked, sources->n))
		log_error("no memory for a new source; it is served after a restart");
}

static int load_sources(struct app *app, const struct conf *conf, struct sources *ret)
{
	int r = sources_load(app->store, conf, &app->sources, loop_now(app->loop), ret);

	if (r)
		reload_tell_refused(r == ERR_NOMEM ? err_text(r) : store_error_text(app->store));
	return r;
}

static int reload(struct app *app)
{
	CLEANUP(conf_cleanup) struct conf *fresh = NULL;
	CLEANUP(sources_done) struct sources sources = { 0 };
	int r = reload_read(app->conf_file, &fresh);

	if (!r)
		r = load_sources(app, fresh, &sources);
	if (r)
		return r;
	reload_take(app->conf, fresh);
	sources_point(&sources, app->conf);

	const struct sources before = app->sources;

	app->sources = sources;
	sources = before;
	set_sources(app);
	worker_reloaded(app->worker);
	descriptors_check(app->conf->listen.max_connections);
	listener_reloaded(app->listener);
	entry_tell(LOG_LEVEL_NOTICE, &(struct entry){ .event = EVENT_RELOADED }, "the configuration was reloaded");
	return ERR_OK;
}

static void on_reload(void *cls)
{
	struct app *app = cls;

	if (loop_timer_is_set(app->drain)) {
		log_notice("claimd is ending: the configuration is not read again");
		return;
	}
	notify_reloading(app->notify);
	notify_reloaded(app->notify, reload(app) == ERR_OK);
}

static int status_of_store(int error)
{
	switch (error) {
	case ERR_CORRUPT:
	case ERR_TOO_NEW:
		return EX_DATAERR;
	case ERR_BUSY:
		return EX_TEMPFAIL;
	default:
		return EX_IOERR;
	}
}

/* Before the file is looked into: the other claimd may be of an older version. */
static int take_database(struct app *app)
{
	const char *path = app->conf->daemon.database;
	int r = tenancy_take(path, &app->tenancy);

	if (r)
		log_error("%s: another claimd has this database; stop that one, or give each its own", path);
	return r;
}

static int open_store(struct app *app, int *ret_status)
{
	struct store_error error = { "" };
	int r = take_database(app);

	if (r) {
		*ret_status = EX_TEMPFAIL;
		return r;
	}
	r = store_open(app->conf->daemon.database, &app->store, &error);
	if (r) {
		log_error("%s", error.text);
		*ret_status = status_of_store(r);
	}
	return r;
}

static int open_sources(struct app *app, int *ret_status)
{
	int r = sources_load(app->store, app->conf, NULL, loop_now(app->loop), &app->sources);

	if (r) {
		log_error("%s: %s", app->conf->daemon.database, store_error_text(app->store));
		*ret_status = status_of_store(r);
	}
	return r;
}

static int open_worker(struct app *app)
{
	const struct worker_config config = {
		.loop = app->loop,
		.fetcher = app->fetcher,
		.store = app->store,
		.daemon = &app->conf->daemon,
		.metrics = app->metrics,
		.policy = app->conf->daemon.on_illegal == CONF_FLAG ? POLICY_FLAG : POLICY_HOLD,
		.sources = app->sources.worked,
		.n_sources = app->sources.n,
		.on_progress = on_progress,
		.cls = app,
	};

	return worker_new(&config, &app->worker);
}

/* The socket that systemd passed, or one of our own. */
static int open_socket(const char *address, const char *passed_name, int *ret_fd)
{
	char actual[ADDRESS_SIZE];

	if (passed_name && listen_passed(passed_name, ret_fd) == ERR_OK) {
		log_notice("serving callbacks on the passed socket \"%s\"", passed_name);
		return ERR_OK;
	}

	int r = listen_open(address, ret_fd, actual);

	if (r)
		log_error("can't listen on %s: %s", address, listen_error_text(r));
	else
		log_notice("serving %s on %s", passed_name ? "callbacks" : "probes", actual);
	return r;
}

static int open_listener(struct app *app)
{
	struct listener_config config = {
		.listen = &app->conf->listen,
		.sources = app->sources.listened,
		.n_sources = app->sources.n,
		.metrics = app->metrics,
		.on_hints = on_hints,
		.cls = app,
	};
	int r = open_socket(app->conf->listen.address, SOCKET_NAME, &config.fd);

	return r ? r : listener_new(app->loop, app->store, &config, &app->listener);
}

static int open_admin(struct app *app)
{
	struct admin_config config = {
		.metrics = app->metrics,
		.sources = app->sources.listened,
		.n_sources = app->sources.n,
	};
	int r = open_socket(app->conf->admin.address, NULL, &config.fd);

	return r ? r : admin_new(app->loop, app->store, &config, &app->admin);
}

static int open_sides(struct app *app, int *ret_status)
{
	int r = open_listener(app);

	if (!r)
		r = open_admin(app);
	if (r)
		*ret_status = r == ERR_REFUSED ? EX_NOPERM : EX_UNAVAILABLE;
	return r;
}

/* Without it all but acting goes on: the record is worth more than the door. */
static void open_control(struct app *app)
{
	const char *path = app->conf->daemon.control_socket;
	struct control_config config = {
		.sources = app->sources.listened,
		.n_sources = app->sources.n,
		.on_actions = on_actions,
		.cls = app,
	};

	if (doorway_open(path, &config.fd) < 0)
		return;
	if (control_new(app->loop, app->store, &config, &app->control) < 0)
		doorway_close(path, config.fd);
}

static void close_control(struct app *app)
{
	/* First the file: whoever finds it there expects an answer. */
	if (app->control)
		doorway_remove(app->conf->daemon.control_socket);
	control_free(app->control);
}

static int open_loop(struct app *app)
{
	int r = loop_new(&app->clock, &app->loop);

	if (!r)
		r = fetcher_new(app->loop, &app->fetcher);
	if (!r)
		r = loop_timer_new(app->loop, on_drain, app, &app->drain);
	/* Before the log says that anything is served: a SIGHUP that comes at once must wait for the loop, not kill. */
	if (!r)
		r = signals_new(app->loop, on_stop, on_reload, app, &app->signals);
	return r;
}

static int open_notify(struct app *app)
{
	int r = notify_new(app->loop, app->store, &app->sources, &app->notify);

	return r ? r : watchdog_new(app->loop, find_stuck, app, &app->watchdog);
}

static int open_metrics(struct app *app)
{
	int r = meter_new(&app->metrics);

	if (!r)
		gauge_set(metrics_gauge(app->metrics, METER_PROCESS_START, NULL), (double)clock_wall(&app->clock).us / 1e6);
	return r;
}

static int open_parts(struct app *app, int *ret_status)
{
	int r = open_store(app, ret_status);

	if (!r)
		r = open_metrics(app);
	if (!r)
		r = open_loop(app);
	if (!r)
		r = open_sources(app, ret_status);
	if (!r)
		r = open_notify(app);
	if (!r)
		r = open_worker(app);
	if (!r)
		r = open_sides(app, ret_status);
	if (!r)
		open_control(app);
	return r;
}

int app_new(struct conf *conf, const char *conf_file, struct app **ret, int *ret_status)
{
	CLEANUP(app_cleanup) struct app *app = calloc(1, sizeof(*app));

	*ret_status = EX_OSERR;
	if (!app) {
		conf_free(conf);
		return ERR_NOMEM;
	}
	app->conf = conf;
	app->conf_file = conf_file;
	app->tenancy = -1;

	int r = open_parts(app, ret_status);

	if (r)
		return r;
	*ret = app;
	app = NULL;
	return ERR_OK;
}

int app_run(struct app *app)
{
	if (app->conf->n_sources == 0)
		log_warning("no [delivery NAME] or [market NAME] section is configured, so all that comes in is answered 404; "
		            "add one as claimd.conf(5) says, check it by claimd --check-config, and reload claimd, or restart it where "
		            "systemd hands its secrets over");
	descriptors_check(app->conf->listen.max_connections);
	notify_ready(app->notify);
	entry_tell(LOG_LEVEL_NOTICE, &(struct entry){ .event = EVENT_STARTED, .version = VERSION }, "claimd %s has started", VERSION);
	return loop_run(app->loop) == ERR_OK ? EX_OK : EX_SOFTWARE;
}

struct app *app_free(struct app *app)
{
	if (!app)
		return NULL;
	watchdog_free(app->watchdog);
	signals_free(app->signals);
	close_control(app);
	admin_free(app->admin);
	listener_free(app->listener);
	worker_free(app->worker);
	notify_free(app->notify);
	sources_done(&app->sources);
	loop_timer_free(app->drain);
	fetcher_free(app->fetcher);
	metrics_free(app->metrics);
	store_close(app->store);
	tenancy_end(app->tenancy);
	loop_free(app->loop);
	conf_free(app->conf);
	free(app);
	return NULL;
}
