/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A callback_url or a push URL judged: what Yandex makes of it by appending to it, and what claimd makes of that.
 * Ctl layer. Of the URL itself only what can't be a secret is told: scheme, host, and a name that is configured.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/err.h"
#include "base/secret.h"
#include "conf/conf-value.h"
#include "ctl/doctor.h"

/* What Delivery appends, as it is, and Market. */
#define PARAMETERS "updated_ts=TIME&claim_id=ID"
#define PUSH_SEGMENT "/notification"

/* May be written in place of the secret, to keep that out of the shell's history. */
#define PLACEHOLDER "SECRET"

/* What to write, after most of what can be wrong. */
#define RIGHT_CALLBACK "https://YOUR-HOST/delivery/NAME/SECRET?"
#define RIGHT_PUSH "https://YOUR-HOST/market/NAME/SECRET"

DEFINE_CLEANUP(text, char *, free)

struct piece {
	const char *text;
	size_t len;
};

/* SCHEME HOST PROXY_PATH /KIND/ NAME / SECRET TAIL */
struct called_url {
	struct piece scheme; /* with its "://" */
	struct piece host;   /* and port */
	struct piece proxy_path;
	enum conf_source_kind kind;
	struct piece name;
	struct piece secret;
	const char *tail;
};

static struct piece take(const char **at, size_t len)
{
	struct piece piece = { *at, len };

	*at += len;
	return piece;
}

static bool has_odd_character(const char *text)
{
	for (; *text; text++)
		if (*text <= ' ' || *text >= 0x7f || strchr("\"<>\\", *text))
			return true;
	return false;
}

static bool take_scheme(const char **at, struct piece *ret)
{
	const char *const schemes[] = { "https://", "http://" };

	for (size_t i = 0; i < ARRAY_SIZE(schemes); i++) {
		if (strncasecmp(*at, schemes[i], strlen(schemes[i])) == 0) {
			*ret = take(at, strlen(schemes[i]));
			return true;
		}
	}
	return false;
}

/* PATH begins with a slash. */
static bool begins_with_kind(const char *path, enum conf_source_kind kind)
{
	const char *text = conf_source_kind_text(kind);
	size_t len = strlen(text);

	return strncmp(path + 1, text, len) == 0 && path[1 + len] == '/';
}

/* Takes all up to the first "/KIND/" of the path, and that. */
static bool take_kind(const char **at, struct called_url *ret)
{
	const char *query = *at + strcspn(*at, "?");

	for (const char *path = *at; path && path < query; path = strchr(path + 1, '/')) {
		for (enum conf_source_kind kind = 0; kind < CONF_SOURCE_KIND_MAX; kind++) {
			if (!begins_with_kind(path, kind))
				continue;
			ret->kind = kind;
			ret->proxy_path = take(at, (size_t)(path - *at));
			*at += strlen(conf_source_kind_text(kind)) + strlen("//");
			return true;
		}
	}
	return false;
}

static bool take_path(const char **at, struct called_url *ret)
{
	if (!take_kind(at, ret))
		return false;
	ret->name = take(at, strcspn(*at, "/?&"));
	if (**at != '/')
		return false;
	++*at;
	ret->secret = take(at, strcspn(*at, "/?&"));
	ret->tail = *at;
	return ret->name.len > 0 && ret->secret.len > 0;
}

/* NULL when the URL was taken apart, else what keeps it from ever working. */
static const char *parse(const char *url, struct called_url *ret)
{
	const char *at = url;

	if (has_odd_character(url))
		return "it holds a blank or another character that can't stand in a URL";
	if (!take_scheme(&at, &ret->scheme))
		return "it begins with neither https:// nor http://";
	if (strchr(at, '#'))
		return "it has a #, and what follows that is never sent";
	ret->host = take(&at, strcspn(at, "/?&"));
	if (memchr(ret->host.text, '@', ret->host.len))
		return "it holds a user name or a password, which claimd has no use for";
	if (ret->host.len == 0)
		return "it has no host";
	if (*at != '/')
		return "it has no path, so what Yandex appends would become part of the host";
	if (!take_path(&at, ret))
		return "its path is neither /delivery/NAME/SECRET nor /market/NAME/SECRET";
	return NULL;
}

/* --- What Delivery appends, and where ------------------------------------------------------------------------------------ */

/* What stands between the secret and Yandex's parameters. */
enum callback_ending {
	ENDING_GOOD,
	ENDING_NOTHING,      /* they are glued to the secret */
	ENDING_AMPERSAND,    /* & where ? should be */
	ENDING_OWN,          /* they are glued to a parameter of the merchant's own */
	ENDING_QUESTION,     /* a second ? */
	ENDING_FOREIGN_PATH, /* more path: claimd takes the secret for a wrong one */
};

/* As the listener reads it: one slash may stand before all. */
static enum callback_ending find_callback_ending(const char *tail)
{
	const char *query = *tail == '/' ? tail + 1 : tail;
	size_t len = strlen(query);

	if (len == 0)
		return ENDING_NOTHING;
	if (*query != '?' && *query != '&')
		return ENDING_FOREIGN_PATH;
	if (query[len - 1] != '?' && query[len - 1] != '&')
		return ENDING_OWN;
	if (*query == '&')
		return ENDING_AMPERSAND;
	return len > 1 && query[len - 1] == '?' ? ENDING_QUESTION : ENDING_GOOD;
}

static void check_callback_ending(struct findings *findings, enum callback_ending ending)
{
	switch (ending) {
	case ENDING_GOOD:
		findings_add(findings, FINDING_OK, "it ends as it must, in ? or &: Yandex appends its parameters as they are");
		return;
	case ENDING_NOTHING:
		findings_add(findings, FINDING_LOOK, "it does not end in ?, so Yandex's parameters are glued to the secret; "
		             "claimd takes them apart again");
		findings_advise(findings, "Put a ? at its end: a proxy or another receiver would not understand it");
		return;
	case ENDING_AMPERSAND:
		findings_add(findings, FINDING_LOOK, "it has & where the first ? should be; claimd understands it");
		findings_advise(findings, "Write ? after the secret: a proxy or another receiver would not understand it");
		return;
	case ENDING_OWN:
		findings_add(findings, FINDING_LOOK, "it does not end in &, so Yandex's parameters are glued to the last one of "
		             "your own; claimd takes them apart again");
		findings_advise(findings, "Put an & at its end: a proxy or another receiver would not understand it");
		return;
	case ENDING_QUESTION:
		findings_add(findings, FINDING_LOOK, "it ends in a second ?; claimd passes over it");
		findings_advise(findings, "Write & at its end");
		return;
	case ENDING_FOREIGN_PATH:
		findings_add(findings, FINDING_BAD, "something else follows the secret, so claimd answers 404");
		findings_advise(findings, "End it right after the secret, in ?: " RIGHT_CALLBACK);
		return;
	}
}

/* The call with SECRET for the secret and "..." for what may be one. */
static void show_callback(struct findings *findings, const struct called_url *url, const char *name)
{
	const char *tail = url->tail;
	size_t len = strlen(tail);
	size_t lead = strspn(tail, "/?&");
	size_t end = len > lead && strchr("?&", tail[len - 1]) ? 1 : 0;

	findings_add(findings, FINDING_OK, "Yandex will call %.*s%.*s%s/delivery/%s/" PLACEHOLDER "%.*s%s%.*s" PARAMETERS,
	             (int)url->scheme.len, url->scheme.text, (int)url->host.len, url->host.text,
	             url->proxy_path.len > 0 ? "/..." : "", name, (int)lead, tail, len > lead ? "..." : "", (int)end,
	             tail + len - end);
}

/* --- What Market appends, and where -------------------------------------------------------------------------------------- */

/* What stands between the secret and Market's "/notification". */
enum push_ending {
	PUSH_GOOD,
	PUSH_SLASH,
	PUSH_TWICE,        /* "/notification" itself */
	PUSH_QUERY,        /* "/notification" becomes part of a parameter */
	PUSH_FOREIGN_PATH,
};

/* As the listener reads it: it takes "/notification" twice, and one more slash before each. */
static enum push_ending find_push_ending(const char *tail)
{
	const char *path = strncmp(tail, "//", 2) == 0 ? tail + 1 : tail;

	if (*tail == '\0')
		return PUSH_GOOD;
	if (strcmp(tail, "/") == 0)
		return PUSH_SLASH;
	if (strncmp(path, PUSH_SEGMENT, strlen(PUSH_SEGMENT)) == 0) {
		path += strlen(PUSH_SEGMENT);
		path += *path == '/';
		if (*path == '\0' || *path == '?')
			return PUSH_TWICE;
	}
	return strchr(tail, '?') ? PUSH_QUERY : PUSH_FOREIGN_PATH;
}

static void check_push_ending(struct findings *findings, enum push_ending ending)
{
	switch (ending) {
	case PUSH_GOOD:
		findings_add(findings, FINDING_OK, "it ends as it must, right after the secret: Market appends " PUSH_SEGMENT);
		return;
	case PUSH_SLASH:
		findings_add(findings, FINDING_LOOK, "it ends in a slash, and Market appends " PUSH_SEGMENT "; claimd understands it");
		findings_advise(findings, "Take the slash away: a proxy may treat two slashes as it likes");
		return;
	case PUSH_TWICE:
		findings_add(findings, FINDING_LOOK, "it ends in " PUSH_SEGMENT ", which Market appends itself; claimd understands both");
		findings_advise(findings, "End it right after the secret: " RIGHT_PUSH);
		return;
	case PUSH_QUERY:
		findings_add(findings, FINDING_BAD, "it has a ?, behind which Market's " PUSH_SEGMENT " is lost, so claimd answers 404");
		findings_advise(findings, "End it right after the secret; no ? is needed: " RIGHT_PUSH);
		return;
	case PUSH_FOREIGN_PATH:
		findings_add(findings, FINDING_BAD, "something else follows the secret, so claimd answers 404");
		findings_advise(findings, "End it right after the secret: " RIGHT_PUSH);
		return;
	}
}

static void show_push(struct findings *findings, const struct called_url *url, const char *name)
{
	findings_add(findings, FINDING_OK, "Market will call %.*s%.*s%s/market/%s/" PLACEHOLDER "%s" PUSH_SEGMENT,
	             (int)url->scheme.len, url->scheme.text, (int)url->host.len, url->host.text,
	             url->proxy_path.len > 0 ? "/..." : "", name, *url->tail ? "..." : "");
}

/* --- How it is reached -------------------------------------------------------------------------------------------------- */

static void check_scheme(struct findings *findings, const struct called_url *url)
{
	if (url->scheme.len == strlen("https://")) {
		findings_add(findings, FINDING_OK, "it is https");
	} else if (url->kind == CONF_MARKET) {
		findings_add(findings, FINDING_BAD, "it is http, and Market calls nothing but https");
		findings_advise(findings, "Use https, with a certificate of an official authority: Market refuses others");
	} else {
		findings_add(findings, FINDING_LOOK, "it is http: the secret goes over the network for all to read");
		findings_advise(findings, "Use https, with a certificate of a known authority");
	}
}

/* Behind a reverse proxy the certificate is the proxy's. */
static void check_certificate(struct findings *findings, const struct called_url *url, const struct conf *conf)
{
	if (conf && *conf->listen.tls_certificate && url->scheme.len == strlen("https://"))
		doctor_check_tls_host(findings, &conf->listen, url->host.text, url->host.len);
}

static void check_proxy_path(struct findings *findings, const struct called_url *url)
{
	const char *kind = conf_source_kind_text(url->kind);

	if (url->proxy_path.len == 0)
		return;
	findings_add(findings, FINDING_LOOK, "its path does not begin with /%s/", kind);
	findings_advise(findings, "Let the reverse proxy cut off what stands before /%s/: claimd does not know it", kind);
}

/* --- Whose it is ---------------------------------------------------------------------------------------------------- */

static bool is_placeholder(const struct piece *piece)
{
	return piece->len == strlen(PLACEHOLDER) && memcmp(piece->text, PLACEHOLDER, piece->len) == 0;
}

static void compare_secret(
	struct findings *findings, const struct called_url *url, const struct conf_source *source, const struct secret *secret)
{
	const struct piece *piece = &url->secret;

	if (piece->len == secret->len && secret_matches_prefix(secret, piece->text, piece->len)) {
		findings_add(findings, FINDING_OK, "its secret is the right one");
		return;
	}
	findings_add(findings, FINDING_BAD, "its secret is not the one in %s", CONF_SOURCE_KEY(source->kind, secret_file));
	findings_advise(findings, "Write the content of that file; %s",
	                source->kind == CONF_MARKET ? "what is registered with another one is called in vain" :
	                                              "claims that were created with another one keep calling in vain");
}

static void check_secret(struct findings *findings, const struct called_url *url, const struct conf_source *source)
{
	char *path CLEANUP(text_cleanup) = NULL;
	struct secret secret = { 0 };
	struct conf_error error;

	if (is_placeholder(&url->secret))
		return;
	if (conf_expand(source->secret_file, &path, &error) < 0 || secret_load(path, &secret) < 0) {
		findings_add(findings, FINDING_LOOK, "its secret can't be compared: %s can't be read here", source->secret_file);
		findings_advise(findings, "Compare it by hand, or run this where the file can be read");
		return;
	}
	compare_secret(findings, url, source, &secret);
	secret_done(&secret);
}

/* SOURCE is NULL when the configuration has none of the URL's kind and name. */
static void check_owner(struct findings *findings, const struct called_url *url, const struct conf_source *source)
{
	const char *kind = conf_source_kind_text(url->kind);
	const char *calls = CONF_SOURCE_KEY(url->kind, callbacks);

	if (!source) {
		findings_add(findings, FINDING_BAD, "its NAME is that of no source of this kind");
		findings_advise(findings, "Write the name of a section [%s NAME] of the configuration", kind);
	} else if (!source->callbacks) {
		findings_add(findings, FINDING_BAD, "%s of source %s are off, so claimd answers 404", calls, source->name);
		findings_advise(findings, "Set %s = yes in [%s %s]", calls, kind, source->name);
	} else {
		check_secret(findings, url, source);
	}
}

static const struct conf_source *find_source(const struct conf *conf, const struct called_url *url)
{
	for (size_t i = 0; conf && i < conf->n_sources; i++) {
		const struct conf_source *source = conf->sources[i];

		if (source->kind == url->kind && strlen(source->name) == url->name.len &&
		    memcmp(source->name, url->name.text, url->name.len) == 0)
			return source;
	}
	return NULL;
}

static void check_ending(struct findings *findings, const struct called_url *url, const char *name)
{
	switch (url->kind) {
	case CONF_DELIVERY:
		show_callback(findings, url, name);
		check_callback_ending(findings, find_callback_ending(url->tail));
		return;
	case CONF_MARKET:
		show_push(findings, url, name);
		check_push_ending(findings, find_push_ending(url->tail));
		return;
	case CONF_SOURCE_KIND_MAX:
		return;
	}
}

void doctor_check_url(struct findings *findings, const char *text, const struct conf *conf)
{
	struct called_url url = { 0 };
	const char *wrong = parse(text, &url);

	if (wrong) {
		findings_about(findings, "URL");
		findings_add(findings, FINDING_BAD, "%s", wrong);
		findings_advise(findings, "Write " RIGHT_CALLBACK " for Yandex Delivery, " RIGHT_PUSH " for Yandex Market");
		return;
	}
	const struct conf_source *source = find_source(conf, &url);

	findings_about(findings, url.kind == CONF_MARKET ? "push URL" : "callback_url");
	check_ending(findings, &url, source ? source->name : "NAME");
	check_scheme(findings, &url);
	check_proxy_path(findings, &url);
	check_certificate(findings, &url, conf);
	if (conf)
		check_owner(findings, &url, source);
}
