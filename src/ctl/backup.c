/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The verb backup.
 * Ctl layer.
 */
#include "store/backup.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/err.h"
#include "ctl/database.h"
#include "ctl/target.h"
#include "ctl/verb.h"
#include "wire/table.h"

#define BYTES_PER_MIB (1024.0 * 1024.0)

DEFINE_CLEANUP(text, char *, free)

static bool on_ask(void *cls)
{
	return target_is_interrupted(cls);
}

static int fail(const struct call *call, int code, const struct store_error *error)
{
	const struct console *console = call->console;

	if (code == ERR_CORRUPT)
		return console_fail(console, EX_DATAERR, "no backup was made, since the copy does not pass: %s; \"claimctl check-db\" says "
		                    "what is wrong with the database", error->text);
	return console_fail(console, code == ERR_REFUSED ? EX_TEMPFAIL : console_status(code), "no backup was made: %s", error->text);
}

static int copy(const struct call *call, struct store *store, struct target *target, struct backup_content *ret)
{
	const struct backup_stop stop = { .is_wanted = on_ask, .cls = target };
	struct store_error error = { "" };
	int r = store_backup(store, target->temporary, &stop, ret, &error);

	return r < 0 ? fail(call, r, &error) : EX_OK;
}

static int tell_json(const struct call *call, int64_t bytes, const struct backup_content *content)
{
	static const char *const names[] = { "file", "bytes", "shipments", "steps" };
	const struct wire_value values[] = {
		{ .kind = WIRE_TEXT, .text = call->word },
		{ .kind = WIRE_INTEGER, .integer = bytes },
		{ .kind = WIRE_INTEGER, .integer = content->shipments },
		{ .kind = WIRE_INTEGER, .integer = content->steps },
	};
	char *text CLEANUP(text_cleanup) = NULL;

	if (wire_row_encode(names, values, ARRAY_SIZE(names), &text) < 0)
		return console_fail(call->console, EX_TEMPFAIL, "out of memory");
	fprintf(call->console->out, "%s\n", text);
	return EX_OK;
}

static int tell(const struct call *call, int64_t bytes, const struct backup_content *content)
{
	if (options_has(call->options, OPTION_JSON))
		return tell_json(call, bytes, content);
	fprintf(call->console->out, "%s: %.1f MiB; claims and orders: %" PRId64 "; steps of their histories: %" PRId64 "\n", call->word,
	        (double)bytes / BYTES_PER_MIB, content->shipments, content->steps);
	return EX_OK;
}

int verb_backup(const struct call *call)
{
	struct store *store CLEANUP(store_cleanup) = NULL;
	struct target target;
	struct backup_content content;
	int64_t bytes = 0;
	int status = database_open(call, &store);

	if (status == EX_OK)
		status = target_open(call->console, call->word, store_path(store), &target);
	if (status != EX_OK)
		return status;
	status = copy(call, store, &target, &content);
	if (status == EX_OK)
		status = target_keep(call->console, &target, &bytes);
	target_done(&target);
	return status == EX_OK ? tell(call, bytes, &content) : status;
}
