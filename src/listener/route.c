/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whose callback a request is: from method and target to a source and the rest of the target.
 * Listener layer, pure: answers nothing, stores nothing, logs nothing.
 */
#include "listener/route.h"

#include <string.h>

#include "base/err.h"
#include "listener/callback.h"

static bool is_named(const struct conf_delivery *conf, const struct callback_path *path)
{
	return strlen(conf->name) == path->name_len && memcmp(conf->name, path->name, path->name_len) == 0;
}

static bool secret_is_right(const struct conf_delivery *conf, const struct callback_path *path)
{
	if (!secret_matches_prefix(&conf->callback_secret, path->rest, path->rest_len))
		return false;
	return callback_tail_fits(path->rest + conf->callback_secret.len, path->rest_len - conf->callback_secret.len);
}

enum route_verdict route_find(const struct listener_source *sources, size_t n, const char *method, const char *target, struct route *ret)
{
	*ret = (struct route){ 0 };
	struct callback_path path;
	if (callback_split(target, &path) < 0)
		return ROUTE_UNKNOWN;

	bool right = false;
	for (size_t i = 0; i < n; i++) {
		const struct conf_delivery *conf = sources[i].conf;
		if (!conf->callbacks)
			continue;
		/* Compared before the name is looked at: see the header. */
		bool matches = secret_is_right(conf, &path);
		if (!is_named(conf, &path))
			continue;
		ret->source = &sources[i];
		right = matches;
	}
	if (!ret->source)
		return ROUTE_UNKNOWN;
	if (!right)
		return ROUTE_WRONG_SECRET;
	size_t secret_len = ret->source->conf->callback_secret.len;
	ret->tail = path.rest + secret_len;
	ret->tail_len = path.rest_len - secret_len;
	return strcmp(method, "POST") == 0 ? ROUTE_DELIVERY : ROUTE_BAD_METHOD;
}
