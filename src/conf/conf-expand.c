/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ${NAME} in a value, replaced from the environment.
 * Conf layer.
 * A dollar sign without a brace is itself; what a variable holds is not expanded again.
 */
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "conf/conf-parts.h"
#include "conf/conf-value.h"

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_"

/* NAME is the text after "${". Returns the length of the variable's name; 0 where there is none or its brace isn't
 * closed. */
static size_t name_length(const char *name)
{
	size_t len = strspn(name, LETTERS "0123456789");

	return strchr(LETTERS, name[0]) && name[len] == '}' ? len : 0;
}

static int add_variable(struct buf *buf, const char *name, size_t len, struct conf_error *ret_error)
{
	CLEANUP(text_cleanup) char *copy = strndup(name, len);

	if (!copy)
		return conf_fail_nomem(ret_error);

	const char *value = getenv(copy);

	if (!value)
		return conf_fail(ret_error, ERR_NOT_FOUND,
			"the variable ${%s} is not set; set it, or write out what it stands for", copy);
	return buf_add(buf, value, strlen(value)) < 0 ? conf_fail_nomem(ret_error) : 0;
}

int conf_expand(const char *text, char **ret, struct conf_error *ret_error)
{
	CLEANUP(buf_done) struct buf buf = { 0 };
	const char *dollar;

	while ((dollar = strstr(text, "${")) != NULL) {
		const char *name = dollar + 2;
		size_t len = name_length(name);

		if (len == 0)
			return conf_fail(ret_error, ERR_INVALID, "a variable is not well-formed; write it as ${NAME}");
		if (buf_add(&buf, text, (size_t)(dollar - text)) < 0)
			return conf_fail_nomem(ret_error);

		int r = add_variable(&buf, name, len, ret_error);

		if (r < 0)
			return r;
		text = name + len + 1;
	}

	char *expanded;

	if (asprintf(&expanded, "%s%s", buf.data ? buf.data : "", text) < 0)
		return conf_fail_nomem(ret_error);
	*ret = expanded;
	return 0;
}
