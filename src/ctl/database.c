/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The database by --db or by the configuration, and its errors in words.
 * Ctl layer.
 */
#include "ctl/database.h"

#include "base/err.h"
#include "ctl/settings.h"

int database_open(const struct call *call, struct store **ret)
{
	struct conf *conf CLEANUP(conf_cleanup) = NULL;
	const char *path = call->options->values[OPTION_DB];
	struct store_error error;

	if (!path) {
		int status = settings_load(call, ", or the database itself with --db", &conf);

		if (status != EX_OK)
			return status;
		path = conf->daemon.database;
	}
	int r = store_open_readonly(path, ret, &error);

	if (r == ERR_NOT_FOUND)
		return console_fail(call->console, EX_NOINPUT, "no database %s; claimd makes it when it first starts", path);
	if (r < 0)
		return console_fail(call->console, console_status(r), "%s", error.text);
	return EX_OK;
}

int database_ask(const struct call *call, struct store *store, const struct question *question, struct report **ret)
{
	return database_status(call, store, store_report(store, question->query, question->args, question->n_args, ret));
}

int database_status(const struct call *call, const struct store *store, int code)
{
	if (code == ERR_OK)
		return EX_OK;
	if (ferror(call->console->out))
		return console_fail(call->console, EX_IOERR, "the output can't be written");

	const char *detail = store_error_text(store);

	return console_fail(call->console, console_status(code), "the database can't be read: %s%s%s", err_text(code),
	                    *detail ? ": " : "", detail);
}
