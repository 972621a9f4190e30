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

static struct conf_delivery *find(const struct conf *conf, const char *name)
{
	for (size_t i = 0; i < conf->n_deliveries; i++)
		if (strcmp(conf->deliveries[i]->name, name) == 0)
			return conf->deliveries[i];
	return NULL;
}

/* The old values go into FRESH, to be freed and wiped with it; the block itself stays where others point to. */
static void swap(struct conf_delivery *running, struct conf_delivery *fresh)
{
	struct conf_delivery old = *running;

	*running = *fresh;
	*fresh = old;
}

/* All but the sources and the log level, as text. */
static char *print_fixed(const struct conf *conf)
{
	struct conf fixed = *conf;
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return NULL;
	fixed.n_deliveries = 0;
	fixed.daemon.log_level = LOG_LEVEL_INFO;
	conf_print(&fixed, out);
	fclose(out);
	return text;
}

static void tell_fixed(const struct conf *running, const struct conf *fresh)
{
	char *before = print_fixed(running);
	char *after = print_fixed(fresh);

	if (before && after && strcmp(before, after) != 0)
		log_warning("keys of [daemon], [listen] or [admin] have changed; but for log_level they take effect at a restart");
	free(before);
	free(after);
}

static void take(struct conf *running, struct conf *fresh)
{
	tell_fixed(running, fresh);
	for (size_t i = 0; i < running->n_deliveries; i++) {
		struct conf_delivery *delivery = running->deliveries[i];
		struct conf_delivery *again = find(fresh, delivery->name);

		if (again)
			swap(delivery, again);
		else
			log_warning("[delivery %s] is gone from the configuration; a restart will drop it", delivery->name);
	}
	for (size_t i = 0; i < fresh->n_deliveries; i++)
		if (!find(running, fresh->deliveries[i]->name))
			log_warning("[delivery %s] is new in the configuration; a restart will take it in",
			            fresh->deliveries[i]->name);
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
		log_error("the configuration was not reloaded, the old one stays: %s", error.text);
		return r;
	}
	take(running, fresh);
	log_notice("the configuration was reloaded");
	return ERR_OK;
}
