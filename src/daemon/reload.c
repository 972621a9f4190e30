/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reloading.
 * Daemon layer.
 */
#include "daemon/reload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/log.h"
#include "entry/entry.h"

/* The old values go into FRESH, to be freed and wiped with it; the block itself stays where others point to. */
static void swap(struct conf_source *running, struct conf_source *fresh)
{
	struct conf_source old = *running;

	*running = *fresh;
	*fresh = old;
}

/* Likewise, of [daemon], what alerts need. */
static void swap_alerts(struct conf_daemon *running, struct conf_daemon *fresh)
{
	const struct conf_daemon old = *running;

	running->alert_url = fresh->alert_url;
	running->alert_secret_file = fresh->alert_secret_file;
	running->alert_secret = fresh->alert_secret;
	fresh->alert_url = old.alert_url;
	fresh->alert_secret_file = old.alert_secret_file;
	fresh->alert_secret = old.alert_secret;
}

/* All but what takes effect at once, as text. */
static char *print_fixed(const struct conf *conf)
{
	static char nothing[] = "";
	struct conf fixed = *conf;
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return NULL;
	fixed.n_sources = 0;
	fixed.daemon.log_level = LOG_LEVEL_INFO;
	fixed.daemon.alert_url = nothing;
	fixed.daemon.alert_secret_file = nothing;
	conf_print(&fixed, out);
	fclose(out);
	return text;
}

static void tell_fixed(const struct conf *running, const struct conf *fresh)
{
	char *before = print_fixed(running);
	char *after = print_fixed(fresh);

	if (before && after && strcmp(before, after) != 0)
		log_warning("keys of [daemon], [listen] or [admin] have changed; but for log_level and alert_* they take effect at a "
		            "restart");
	free(before);
	free(after);
}

static void tell_change(const struct conf_source *source, const char *what)
{
	const struct entry entry = { .source = source->name, .kind = conf_source_kind_text(source->kind) };

	entry_tell(LOG_LEVEL_WARNING, &entry, "[%s %s] is %s", entry.kind, entry.source, what);
}

static void take(struct conf *running, struct conf *fresh)
{
	tell_fixed(running, fresh);
	for (size_t i = 0; i < running->n_sources; i++) {
		struct conf_source *source = running->sources[i];
		struct conf_source *again = conf_source_find(fresh, source->kind, source->name);

		if (again)
			swap(source, again);
		else
			tell_change(source, "gone from the configuration; a restart will drop it");
	}
	for (size_t i = 0; i < fresh->n_sources; i++) {
		const struct conf_source *source = fresh->sources[i];

		if (!conf_source_find(running, source->kind, source->name))
			tell_change(source, "new in the configuration; a restart will take it in");
	}
	swap_alerts(&running->daemon, &fresh->daemon);
	running->daemon.log_level = fresh->daemon.log_level;
	log_set_level(fresh->daemon.log_level);
}

int reload_conf(struct conf *running, const char *file)
{
	CLEANUP(conf_cleanup) struct conf *fresh = NULL;
	struct conf_error error;
	int r = conf_load(file, &fresh, &error);

	if (!r)
		r = conf_load_secrets(fresh, &error);
	if (r) {
		entry_tell(LOG_LEVEL_ERROR, &(struct entry){ .event = EVENT_RELOAD_REFUSED, .reason = error.text },
		           "the configuration was not reloaded, the old one stays: %s", error.text);
		return r;
	}
	take(running, fresh);
	entry_tell(LOG_LEVEL_NOTICE, &(struct entry){ .event = EVENT_RELOADED }, "the configuration was reloaded");
	return ERR_OK;
}
