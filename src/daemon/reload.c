/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reloading.
 * Daemon layer.
 */
#include "daemon/reload.h"

#include "base/err.h"
#include "base/log.h"
#include "entry/entry.h"

void reload_tell_refused(const char *why)
{
	entry_tell(LOG_LEVEL_ERROR, &(struct entry){ .event = EVENT_RELOAD_REFUSED, .reason = why },
	           "the configuration was not reloaded, the old one stays: %s", why);
}

int reload_read(const char *file, struct conf **ret)
{
	CLEANUP(conf_cleanup) struct conf *fresh = NULL;
	struct conf_error error;
	int r = conf_load(file, &fresh, &error);

	if (!r)
		r = conf_load_secrets(fresh, &error);
	if (r) {
		reload_tell_refused(error.text);
		return r;
	}
	*ret = fresh;
	fresh = NULL;
	return ERR_OK;
}

static void tell_fixed(const char *section, const char *key, void *cls ATTR_UNUSED)
{
	log_warning("[%s] %s has changed; that takes effect at a restart", section, key);
}

/* Of the sources of CONF those that OTHER has not. */
static void tell_missing(const struct conf *conf, const struct conf *other, const char *what)
{
	for (size_t i = 0; i < conf->n_sources; i++) {
		const struct conf_source *source = conf->sources[i];
		const struct entry entry = { .source = source->name, .kind = conf_source_kind_text(source->kind) };

		if (!conf_source_find(other, source->kind, source->name))
			entry_tell(LOG_LEVEL_NOTICE, &entry, "[%s %s] is %s", entry.kind, entry.source, what);
	}
}

void reload_take(struct conf *running, struct conf *fresh)
{
	conf_each_fixed_change(running, fresh, tell_fixed, NULL);
	tell_missing(running, fresh, "gone from the configuration; it is not served any more");
	tell_missing(fresh, running, "new in the configuration; it is served from now on");
	conf_take(running, fresh);
	log_set_level(running->daemon.log_level);
}
