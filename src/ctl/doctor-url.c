/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A callback_url judged: what Yandex makes of it by appending its parameters, and what claimd makes of that.
 * Ctl layer. Of the URL itself only what can't be a secret is told: scheme, host, and a name that is configured.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/err.h"
#include "base/secret.h"
#include "conf/conf-value.h"
#include "ctl/doctor.h"

#define PREFIX "/delivery/"
#define APPENDED "updated_ts=TIME&claim_id=ID"

/* May be written in place of the secret, to keep that out of the shell's history. */
#define PLACEHOLDER "SECRET"

/* What to write, after most of what can be wrong. */
#define RIGHT_FORM "https://YOUR-HOST/delivery/NAME/SECRET?"

DEFINE_CLEANUP(text, char *, free)

struct piece {
	const char *text;
	size_t len;
};

/* SCHEME HOST PROXY_PATH /delivery/ NAME / SECRET TAIL */
struct callback_url {
	struct piece scheme; /* with its "://" */
	struct piece host;   /* and port */
	struct piece proxy_path;
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

static bool take_path(const char **at, struct callback_url *ret)
{
	const char *query = *at + strcspn(*at, "?");
	const char *prefix = strstr(*at, PREFIX);

	if (!prefix || prefix > query)
		return false;
	ret->proxy_path = take(at, (size_t)(prefix - *at));
	*at += strlen(PREFIX);
	ret->name = take(at, strcspn(*at, "/?&"));
	if (**at != '/')
		return false;
	++*at;
	ret->secret = take(at, strcspn(*at, "/?&"));
	ret->tail = *at;
	return ret->name.len > 0 && ret->secret.len > 0;
}

/* NULL when the URL was taken apart, else what keeps it from ever working. */
static const char *parse(const char *url, struct callback_url *ret)
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
		return "it has no path, so Yandex's parameters would become part of the host";
	if (!take_path(&at, ret))
		return "its path is not /delivery/NAME/SECRET";
	return NULL;
}

/* --- What is appended, and where -------------------------------------------------------------------------------------- */

/* What stands between the secret and Yandex's parameters. */
enum ending {
	ENDING_GOOD,
	ENDING_NOTHING,      /* they are glued to the secret */
	ENDING_AMPERSAND,    /* & where ? should be */
	ENDING_OWN,          /* they are glued to a parameter of the merchant's own */
	ENDING_QUESTION,     /* a second ? */
	ENDING_FOREIGN_PATH, /* more path: claimd takes the secret for a wrong one */
};

/* As the listener reads it: one slash may stand before all. */
static enum ending find_ending(const char *tail)
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

static void check_ending(struct findings *findings, enum ending ending)
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
		findings_advise(findings, "End it right after the secret, in ?: " RIGHT_FORM);
		return;
	}
}

/* The call with SECRET for the secret and "..." for what may be one. */
static void show_call(struct findings *findings, const struct callback_url *url, const struct conf_delivery *delivery)
{
	const char *tail = url->tail;
	size_t len = strlen(tail);
	size_t lead = strspn(tail, "/?&");
	size_t end = len > lead && strchr("?&", tail[len - 1]) ? 1 : 0;

	findings_add(findings, FINDING_OK, "Yandex will call %.*s%.*s%s" PREFIX "%s/" PLACEHOLDER "%.*s%s%.*s" APPENDED,
	             (int)url->scheme.len, url->scheme.text, (int)url->host.len, url->host.text,
	             url->proxy_path.len > 0 ? "/..." : "", delivery ? delivery->name : "NAME", (int)lead, tail,
	             len > lead ? "..." : "", (int)end, tail + len - end);
}

static void check_reach(struct findings *findings, const struct callback_url *url)
{
	if (url->scheme.len == strlen("https://")) {
		findings_add(findings, FINDING_OK, "it is https");
	} else {
		findings_add(findings, FINDING_LOOK, "it is http: the secret goes over the network for all to read");
		findings_advise(findings, "Use https, with a certificate of a known authority");
	}
	if (url->proxy_path.len > 0) {
		findings_add(findings, FINDING_LOOK, "its path does not begin with " PREFIX);
		findings_advise(findings, "Let the reverse proxy cut off what stands before " PREFIX ": claimd does not know it");
	}
}

/* --- Whose it is ---------------------------------------------------------------------------------------------------- */

static bool is_placeholder(const struct piece *piece)
{
	return piece->len == strlen(PLACEHOLDER) && memcmp(piece->text, PLACEHOLDER, piece->len) == 0;
}

static void compare_secret(struct findings *findings, const struct piece *piece, const struct secret *secret)
{
	if (piece->len == secret->len && secret_matches_prefix(secret, piece->text, piece->len)) {
		findings_add(findings, FINDING_OK, "its secret is the right one");
		return;
	}
	findings_add(findings, FINDING_BAD, "its secret is not the one in callback_secret_file");
	findings_advise(findings, "Write the content of that file; claims that were created with another one keep calling in vain");
}

static void check_secret(struct findings *findings, const struct piece *piece, const struct conf_delivery *delivery)
{
	char *path CLEANUP(text_cleanup) = NULL;
	struct secret secret = { 0 };
	struct conf_error error;

	if (is_placeholder(piece))
		return;
	if (conf_expand(delivery->callback_secret_file, &path, &error) < 0 || secret_load(path, &secret) < 0) {
		findings_add(findings, FINDING_LOOK, "its secret can't be compared: %s can't be read here",
		             delivery->callback_secret_file);
		findings_advise(findings, "Compare it by hand, or run this where the file can be read");
		return;
	}
	compare_secret(findings, piece, &secret);
	secret_done(&secret);
}

static void check_owner(struct findings *findings, const struct callback_url *url, const struct conf *conf,
                        const struct conf_delivery *delivery)
{
	if (!conf)
		return;
	if (!delivery) {
		findings_add(findings, FINDING_BAD, "its NAME is that of no source");
		findings_advise(findings, "Write the name of a section [delivery NAME] of the configuration");
	} else if (!delivery->callbacks) {
		findings_add(findings, FINDING_BAD, "callbacks of source %s are off, so claimd answers 404", delivery->name);
		findings_advise(findings, "Set callbacks = yes in [delivery %s]", delivery->name);
	} else {
		check_secret(findings, &url->secret, delivery);
	}
}

void doctor_check_url(struct findings *findings, const char *text, const struct conf *conf)
{
	struct callback_url url = { 0 };
	const char *wrong = parse(text, &url);

	findings_about(findings, "callback_url");
	if (wrong) {
		findings_add(findings, FINDING_BAD, "%s", wrong);
		findings_advise(findings, "Write " RIGHT_FORM);
		return;
	}
	const struct conf_delivery *delivery = doctor_find_delivery(conf, url.name.text, url.name.len);

	show_call(findings, &url, delivery);
	check_ending(findings, find_ending(url.tail));
	check_reach(findings, &url);
	check_owner(findings, &url, conf, delivery);
}
