/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The configuration's errors as a line and an exit status.
 * Ctl layer.
 */
#include "ctl/settings.h"

#include "base/err.h"

int settings_load(const struct call *call, const char *instead, struct conf **ret)
{
	const char *file = call->options->values[OPTION_CONFIG];
	struct conf_error error;
	int r = conf_load(file, ret, &error);

	if (r == ERR_NOT_FOUND && !file)
		return console_fail(call->console, EX_CONFIG, "%s%s", error.text, instead);
	if (r < 0)
		return console_fail(call->console, EX_CONFIG, "%s", error.text);
	return EX_OK;
}
