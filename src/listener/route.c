/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whose callback or push a request is: from method and target to a source and the rest of the target.
 * Listener layer, pure: answers nothing, stores nothing, logs nothing.
 */
#include "listener/route.h"

#include <string.h>

#include "base/err.h"
#include "listener/callback.h"

#define PUSH_SEGMENT "/notification"

/* What stands behind "/KIND/"; NULL when TARGET begins otherwise. */
static const char *skip_kind(const char *target, enum conf_source_kind kind)
{
	const char *text = conf_source_kind_text(kind);
	size_t len = strlen(text);

	if (target[0] != '/' || strncmp(target + 1, text, len) != 0 || target[len + 1] != '/')
		return NULL;
	return target + len + 2;
}

int route_split(const char *target, struct route_path *ret)
{
	enum conf_source_kind kind = 0;
	const char *name = skip_kind(target, kind);

	while (!name && ++kind < CONF_SOURCE_KIND_MAX)
		name = skip_kind(target, kind);
	const char *slash = name ? strchr(name, '/') : NULL;
	if (!slash || slash == name || slash[1] == '\0')
		return ERR_NOT_FOUND;
	*ret = (struct route_path){
		.kind = kind,
		.name = name,
		.name_len = (size_t)(slash - name),
		.rest = slash + 1,
		.rest_len = strlen(slash + 1),
	};
	return ERR_OK;
}

/* Of one "/notification", with or without another slash before it, the length; 0 when there is none. */
static size_t push_segment(const char *tail)
{
	size_t doubled = strncmp(tail, "//", 2) == 0 ? 1 : 0;

	return strncmp(tail + doubled, PUSH_SEGMENT, strlen(PUSH_SEGMENT)) == 0 ? doubled + strlen(PUSH_SEGMENT) : 0;
}

static bool push_tail_fits(const char *tail)
{
	size_t len = push_segment(tail);

	if (len == 0)
		return false;
	tail += len;
	tail += push_segment(tail);
	if (*tail == '/')
		tail++;
	return *tail == '\0' || *tail == '?';
}

static bool is_named(const struct conf_source *conf, const struct route_path *path)
{
	return strlen(conf->name) == path->name_len && memcmp(conf->name, path->name, path->name_len) == 0;
}

static bool secret_is_right(const struct conf_source *conf, const struct route_path *path)
{
	if (!secret_matches_prefix(&conf->secret, path->rest, path->rest_len))
		return false;
	const char *tail = path->rest + conf->secret.len;
	switch (conf->kind) {
	case CONF_DELIVERY:
		return callback_tail_fits(tail, path->rest_len - conf->secret.len);
	case CONF_MARKET:
		return push_tail_fits(tail);
	case CONF_SOURCE_KIND_MAX:
		break;
	}
	return false;
}

enum route_verdict route_find(const struct listener_source *sources, size_t n, const char *method, const char *target, struct route *ret)
{
	*ret = (struct route){ 0 };
	struct route_path path;
	if (route_split(target, &path) < 0)
		return ROUTE_UNKNOWN;

	bool right = false;
	for (size_t i = 0; i < n; i++) {
		const struct conf_source *conf = sources[i].conf;
		if (conf->kind != path.kind || !conf->callbacks)
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
	size_t secret_len = ret->source->conf->secret.len;
	ret->tail = path.rest + secret_len;
	ret->tail_len = path.rest_len - secret_len;
	return strcmp(method, "POST") == 0 ? ROUTE_FOUND : ROUTE_BAD_METHOD;
}
