/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Asks, watches and tells.
 * Ctl layer. What was asked for goes on in the daemon, whatever becomes of this program.
 */
#include "ctl/deed.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "ctl/database.h"
#include "ctl/door.h"
#include "ctl/print.h"
#include "ctl/settings.h"

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
	free(deed->asked);
	*deed = (struct deed){ 0 };
}

int deed_act(const struct call *call, enum act_kind kind, const char *id, struct wire_act *ret)
{
	const char *source = call->options->values[OPTION_SOURCE];
	struct wire_act act = { .kind = kind, .version = NUMBER_NONE, .target_id = NUMBER_NONE };

	if (id && !external_id_is_valid(id, strlen(id)))
		return console_fail(call->console, EX_NOINPUT, "no claim or order %s", id);
	if (source && (!*source || strlen(source) >= sizeof(act.source)))
		return console_fail(call->console, EX_NOINPUT, "no source \"%s\"", source);
	(void)snprintf(act.id, sizeof(act.id), "%s", id ? id : "");
	(void)snprintf(act.source, sizeof(act.source), "%s", source ? source : "");
	*ret = act;
	return EX_OK;
}

static int keep(struct deed *deed, const struct wire_act *act, const struct wire_acts *acts)
{
	struct fate_asked *all = reallocarray(deed->asked, deed->n + acts->n, sizeof(*all));

	if (!all)
		return console_fail(deed->call->console, EX_TEMPFAIL, "it is recorded as action %" PRId64 ", but %s", acts->ids[0],
		                    err_text(ERR_NOMEM));
	for (size_t i = 0; i < acts->n; i++)
		all[deed->n + i] = fate_asked_of(act, acts->ids[i]);
	deed->asked = all;
	deed->n += acts->n;
	deed->end.us = mono_now(deed).us + deed->call->console->patience_us;
	return EX_OK;
}

int deed_ask(struct deed *deed, const struct wire_act *act)
{
	struct wire_acts acts CLEANUP(wire_acts_done) = { 0 };
	struct door_trouble trouble;
	int status = door_ask(deed->socket, act, &acts, &trouble);

	return status == EX_OK ? keep(deed, act, &acts) : console_fail(deed->call->console, status, "%s", trouble.text);
}

/* The row that has its number here is not its own, and not to be shown. */
static int fail_elsewhere(const struct deed *deed, struct fate_asked *asked)
{
	int64_t id = asked->id;

	asked->id = 0;
	return console_fail(deed->call->console, EX_DATAERR,
	                    "action %" PRId64 " is recorded, but not in this database: it is not that of the daemon at %s", id,
	                    deed->socket);
}

static int await(const struct deed *deed, struct fate_asked *asked, struct fate *ret)
{
	const struct fate_wait wait = {
		.console = deed->call->console,
		.store = deed->store,
		.end = deed->end,
		.tells = true,
	};
	int r = fate_await(&wait, asked, ret);

	return r == ERR_NOT_FOUND ? fail_elsewhere(deed, asked) : database_status(deed->call, deed->store, r);
}

int deed_await(struct deed *deed, struct fate *ret)
{
	deed->n_heard = deed->n;
	return await(deed, &deed->asked[deed->n - 1], ret);
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
		r = open_row(deed->store, deed->asked[i].id, &rows[i].report);
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
		int r = await(deed, &deed->asked[i], &fate);

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
