/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The form of a URL that a configuration may name.
 * Conf layer, pure.
 * Resolves nothing: whether the host exists shows when it is called.
 */
#include <string.h>
#include <strings.h>

#include "base/err.h"
#include "conf/conf-parts.h"
#include "conf/conf-value.h"

#define LETTERS_DIGITS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

static const char *skip_scheme(const char *text)
{
	if (strncasecmp(text, "http://", 7) == 0)
		return text + 7;
	return strncasecmp(text, "https://", 8) == 0 ? text + 8 : NULL;
}

/* Returns what follows the host, NULL when there is none. */
static const char *skip_host(const char *text)
{
	size_t n;

	if (*text == '[') {
		n = strspn(text + 1, "0123456789ABCDEFabcdef:.");
		return n >= 2 && text[n + 1] == ']' ? text + n + 2 : NULL;
	}
	n = strspn(text, LETTERS_DIGITS "-._");
	return n > 0 ? text + n : NULL;
}

/* Returns what follows ":PORT", or TEXT when there is no colon; NULL for a bad port. */
static const char *skip_port(const char *text)
{
	unsigned port = 0;
	size_t n = 0;

	if (*text != ':')
		return text;
	for (text++; n < 5 && *text >= '0' && *text <= '9'; text++, n++)
		port = port * 10 + (unsigned)(*text - '0');
	return port >= 1 && port <= 65535 ? text : NULL;
}

int conf_url_check(const char *text, struct conf_error *ret_error)
{
	const char *host = skip_scheme(text);
	const char *port = host ? skip_host(host) : NULL;
	const char *path = port ? skip_port(port) : NULL;

	if (!host)
		return conf_fail(
			ret_error, ERR_INVALID, "\"%s\" is not a URL; begin it with https:// or http://", text);
	/* Before all that repeats the text. */
	if (host[strcspn(host, "@/?#")] == '@')
		return conf_fail(ret_error, ERR_INVALID, "the URL holds a user name or a password; take it out");
	if (strpbrk(host, "?#"))
		return conf_fail(
			ret_error, ERR_INVALID, "\"%s\" has a query or a fragment; end it before the ? or #", text);
	if (!path || (*path != '\0' && *path != '/') || strpbrk(path, " \t\"<>\\"))
		return conf_fail(ret_error, ERR_INVALID,
			"\"%s\" is not a URL; write https://HOST, https://HOST:PORT or https://HOST/PATH", text);
	return 0;
}
