/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Asks, watches and tells.
 * Ctl layer. What was asked for goes on in the daemon, whatever becomes of this program.
 */
#include "ctl/deed.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/err.h"
#include "ctl/database.h"
#include "ctl/door.h"
#include "ctl/print.h"
#include "ctl/settings.h"

/* Between two looks at an action: a person does not notice, and nobody else is kept waiting. */
#define LOOK_AGAIN_US (100 * USEC_PER_MS)
/* A person begins to wonder. */
#define WONDER_US (1 * USEC_PER_SEC)

static struct mono mono_now(const struct deed *deed)
{
	return clock_mono(&deed->call->console->clock);
}

static int find_socket(const struct call *call, char **ret)
{
	struct conf *conf CLEANUP(conf_cleanup) = NULL;
	int status = settings_load(call, ": it says where the control socket of claimd is", &conf);

	if (status != EX_OK)
		return status;
	char *path = strdup(conf->daemon.control_socket);

	if (!path)
		return console_fail(call->console, EX_TEMPFAIL, "%s", err_text(ERR_NOMEM));
	*ret = path;
	return EX_OK;
}

int deed_open(const struct call *call, struct deed *ret)
{
	struct deed deed CLEANUP(deed_done) = { .call = call };
	int status = find_socket(call, &deed.socket);

	if (status == EX_OK)
		status = database_open(call, &deed.store);
	if (status != EX_OK)
		return status;
	*ret = deed;
	deed = (struct deed){ 0 };
	return EX_OK;
}

void deed_done(struct deed *deed)
{
	store_close(deed->store);
	free(deed->socket);
	free(deed->ids);
	*deed = (struct deed){ 0 };
}

int deed_act(const struct call *call, enum act_kind kind, const char *id, struct wire_act *ret)
{
	const char *source = call->options->values[OPTION_SOURCE];
	struct wire_act act = { .kind = kind, .version = NUMBER_NONE, .target_id = NUMBER_NONE };

	if (id && !external_id_is_valid(id, strlen(id)))
		return console_fail(call->console, EX_NOINPUT, "no claim or order %s", id);
	if (source && strlen(source) >= sizeof(act.source))
		return console_fail(call->console, EX_NOINPUT, "no source %s", source);
	(void)snprintf(act.id, sizeof(act.id), "%s", id ? id : "");
	(void)snprintf(act.source, sizeof(act.source), "%s", source ? source : "");
	*ret = act;
	return EX_OK;
}

static int keep_ids(struct deed *deed, const struct wire_acts *acts)
{
	int64_t *ids = reallocarray(deed->ids, deed->n + acts->n, sizeof(*ids));

	if (!ids)
		return console_fail(deed->call->console, EX_TEMPFAIL, "it is recorded as action %" PRId64 ", but %s", acts->ids[0],
		                    err_text(ERR_NOMEM));
	memcpy(ids + deed->n, acts->ids, acts->n * sizeof(*ids));
	deed->ids = ids;
	deed->n += acts->n;
	deed->end.us = mono_now(deed).us + deed->call->console->patience_us;
	return EX_OK;
}

int deed_ask(struct deed *deed, const struct wire_act *act)
{
	struct wire_acts acts CLEANUP(wire_acts_done) = { 0 };
	struct door_trouble trouble;
	int status = door_ask(deed->socket, act, &acts, &trouble);

	return status == EX_OK ? keep_ids(deed, &acts) : console_fail(deed->call->console, status, "%s", trouble.text);
}

static int look(const struct deed *deed, int64_t id, struct fate *ret)
{
	int r = fate_read(deed->store, id, ret);

	if (r == ERR_NOT_FOUND)
		return console_fail(deed->call->console, EX_DATAERR,
		                    "action %" PRId64 " is recorded, but not in this database: it is not that of the daemon at %s", id,
		                    deed->socket);
	return database_status(deed->call, deed->store, r);
}

/* Tells a person who waits how far it is, whenever that has changed. */
static void tell_waiting(const struct console *console, const struct fate *fate, char told[static FATE_STATE_SIZE])
{
	if (!console->terminal || strcmp(told, fate->state) == 0)
		return;
	fprintf(console->err, "Waiting for action %" PRId64 " (%s)\n", fate->id, fate->state);
	memcpy(told, fate->state, FATE_STATE_SIZE);
}

static int await(const struct deed *deed, int64_t id, struct fate *ret)
{
	const struct timespec pause = { .tv_nsec = LOOK_AGAIN_US * 1000 };
	int64_t since_us = mono_now(deed).us;
	char told[FATE_STATE_SIZE] = "";

	for (;;) {
		int status = look(deed, id, ret);
		int64_t now_us = mono_now(deed).us;

		if (status != EX_OK || ret->result != FATE_OPEN || now_us >= deed->end.us)
			return status;
		if (now_us - since_us >= WONDER_US)
			tell_waiting(deed->call->console, ret, told);
		nanosleep(&pause, NULL);
	}
}

int deed_await(struct deed *deed, struct fate *ret)
{
	deed->n_heard = deed->n;
	return await(deed, deed->ids[deed->n - 1], ret);
}

static int open_row(struct store *store, int64_t id, struct report **ret)
{
	char text[24];
	const char *const args[] = { text };

	(void)snprintf(text, sizeof(text), "%" PRId64, id);
	return store_report(store, REPORT_ACTION, args, ARRAY_SIZE(args), ret);
}

static int open_rows(const struct deed *deed, struct print_rows *rows)
{
	int r = ERR_OK;

	for (size_t i = 0; r == ERR_OK && i < deed->n; i++)
		r = open_row(deed->store, deed->ids[i], &rows[i].report);
	return r;
}

static int print_rows(const struct deed *deed)
{
	struct print_rows *rows = calloc(deed->n + 1, sizeof(*rows));
	int r = rows ? open_rows(deed, rows) : ERR_NOMEM;

	if (r == ERR_OK)
		r = print_json(deed->call->console, rows, deed->n);
	fputc('\n', deed->call->console->out);
	for (size_t i = 0; rows && i < deed->n; i++)
		report_free(rows[i].report);
	free(rows);
	return database_status(deed->call, deed->store, r);
}

/* With --json what is done is in its row. */
static int tell(const struct deed *deed, const struct fate *fate)
{
	if (options_has(deed->call->options, OPTION_JSON) && fate->result == FATE_DONE)
		return EX_OK;
	return fate_tell(deed->call->console, fate);
}

static int worse(int a, int b)
{
	return a > b ? a : b;
}

int deed_finish(struct deed *deed, int status)
{
	for (size_t i = deed->n_heard; i < deed->n; i++) {
		struct fate fate = { 0 };
		int r = await(deed, deed->ids[i], &fate);

		status = worse(status, r == EX_OK ? tell(deed, &fate) : r);
	}
	deed->n_heard = deed->n;
	if (deed->n == 0 || !options_has(deed->call->options, OPTION_JSON))
		return status;
	return worse(status, print_rows(deed));
}

int deed_run(const struct call *call, const struct wire_act *act)
{
	struct deed deed CLEANUP(deed_done) = { 0 };
	int status = deed_open(call, &deed);

	if (status == EX_OK)
		status = deed_ask(&deed, act);
	return status == EX_OK ? deed_finish(&deed, EX_OK) : status;
}
