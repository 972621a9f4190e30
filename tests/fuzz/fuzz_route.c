/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fuzzes the way from a request's method and target to a source: the first line of an input is the method, the rest the target.
 * Nobody comes in without a source's own secret at its place.
 * Tests: listener layer.
 * Covers: listener/route.c.
 */
#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "base/err.h"
#include "listener/callback.h"
#include "listener/route.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/input.h"

#define SECRET(text_) { .text = (char *)(text_), .len = sizeof(text_) - 1 }

/* One secret is the beginning of another, one name stands twice, one source takes nothing in. */
static struct conf_source confs[] = {
	{ .kind = CONF_DELIVERY, .name = "main", .callbacks = true, .secret = SECRET("s3cret") },
	{ .kind = CONF_DELIVERY, .name = "other", .callbacks = true, .secret = SECRET("s3cretlonger") },
	{ .kind = CONF_DELIVERY, .name = "silent", .callbacks = false, .secret = SECRET("silent") },
	{ .kind = CONF_MARKET, .name = "main", .callbacks = true, .secret = SECRET("sh0p") },
	{ .kind = CONF_MARKET, .name = "empty", .callbacks = true },
};

static struct listener_source sources[ARRAY_SIZE(confs)];

/* TARGET is "/KIND/NAME/SECRET" and the tail that was found. */
static void require_found(const char *target, const struct route *route)
{
	const struct conf_source *conf = route->source->conf;
	char head[128];
	int len = snprintf(head, sizeof(head), "/%s/%s/%s", conf_source_kind_text(conf->kind), conf->name, conf->secret.text);

	FUZZ_REQUIRE(conf->callbacks && conf->secret.len > 0);
	FUZZ_REQUIRE(strncmp(target, head, (size_t)len) == 0);
	FUZZ_REQUIRE(route->tail == target + len && route->tail_len == strlen(route->tail));
	if (conf->kind == CONF_DELIVERY)
		FUZZ_REQUIRE(callback_tail_fits(route->tail, route->tail_len));
	else
		FUZZ_REQUIRE(strstr(route->tail, "/notification"));
}

/* Takes one secret away: the same target does not come in any more. */
static void require_secret_counts(const char *method, const char *target, const struct route *route)
{
	struct conf_source *conf = &confs[route->source - sources];
	struct secret secret = conf->secret;
	struct route again;

	conf->secret = (struct secret)SECRET("0ther");
	FUZZ_REQUIRE(route_find(sources, ARRAY_SIZE(sources), method, target, &again) == ROUTE_WRONG_SECRET);
	conf->secret = secret;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = input_text(data, size);
	char *target = text;
	const char *method = input_line(&target);
	struct route route = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(sources); i++)
		sources[i] = (struct listener_source){ (int64_t)i + 1, &confs[i] };
	target = target ? target : text + strlen(text);
	switch (route_find(sources, ARRAY_SIZE(sources), method, target, &route)) {
	case ROUTE_FOUND:
		FUZZ_REQUIRE(strcmp(method, "POST") == 0);
		require_found(target, &route);
		require_secret_counts(method, target, &route);
		break;
	case ROUTE_BAD_METHOD:
		FUZZ_REQUIRE(strcmp(method, "POST") != 0);
		require_found(target, &route);
		break;
	case ROUTE_WRONG_SECRET:
		FUZZ_REQUIRE(route.source && !route.tail);
		break;
	case ROUTE_UNKNOWN:
		FUZZ_REQUIRE(!route.source && !route.tail);
		break;
	}
	free(text);
	return 0;
}
