/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sources and their rows.
 * Daemon layer. Tells nothing: the caller knows what a failure means.
 */
#include "daemon/sources.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "store/action.h"

static int make_lists(size_t n, struct sources *ret)
{
	*ret = (struct sources){
		.n = n,
		.worked = calloc(n + 1, sizeof(*ret->worked)),
		.listened = calloc(n + 1, sizeof(*ret->listened)),
		.ids = calloc(n + 1, sizeof(*ret->ids)),
	};
	return ret->worked && ret->listened && ret->ids ? ERR_OK : ERR_NOMEM;
}

static const struct worker_source *find(const struct sources *sources, const struct conf_source *conf)
{
	for (size_t i = 0; sources && i < sources->n; i++) {
		const struct conf_source *known = sources->worked[i].conf;

		if (known->kind == conf->kind && strcmp(known->name, conf->name) == 0)
			return &sources->worked[i];
	}
	return NULL;
}

/* Those that are served already have their row; returns whether that is all of them. */
static bool copy_known(struct sources *sources, const struct conf *conf, const struct sources *before)
{
	bool all = true;

	for (size_t i = 0; i < sources->n; i++) {
		const struct worker_source *known = find(before, conf->sources[i]);

		if (known)
			sources->worked[i] = *known;
		all = all && known;
	}
	return all;
}

static int store_rows(struct store *store, const struct conf *conf, const struct sources *before, struct wall now, struct sources *sources)
{
	int r = store_begin(store);

	if (r)
		return r;
	if (!before) {
		store_sources_unlock(store);
		store_actions_recover(store, now);
	}
	for (size_t i = 0; i < sources->n; i++) {
		const struct conf_source *source = conf->sources[i];

		if (find(before, source))
			continue;
		store_source(store, conf_source_kind_text(source->kind), source->name, now, &sources->worked[i].source);
		if (before)
			store_actions_recover_of(store, sources->worked[i].source.id, now);
	}
	return store_commit(store);
}

int sources_load(struct store *store, const struct conf *conf, const struct sources *before, struct wall now, struct sources *ret)
{
	CLEANUP(sources_done) struct sources sources;
	int r = make_lists(conf->n_sources, &sources);

	if (!r && (!copy_known(&sources, conf, before) || !before))
		r = store_rows(store, conf, before, now, &sources);
	if (r)
		return r;
	for (size_t i = 0; i < sources.n; i++) {
		sources.ids[i] = sources.worked[i].source.id;
		sources.listened[i].id = sources.ids[i];
	}
	sources_point(&sources, conf);
	*ret = sources;
	sources = (struct sources){ 0 };
	return ERR_OK;
}

void sources_point(struct sources *sources, const struct conf *conf)
{
	for (size_t i = 0; i < sources->n; i++) {
		sources->worked[i].conf = conf->sources[i];
		sources->listened[i].conf = conf->sources[i];
	}
}

void sources_done(struct sources *sources)
{
	free(sources->worked);
	free(sources->listened);
	free(sources->ids);
	*sources = (struct sources){ 0 };
}
