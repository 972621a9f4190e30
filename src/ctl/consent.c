/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One question, asked on the console's err, so that out has results alone.
 * Ctl layer.
 */
#include "ctl/consent.h"

#include <string.h>
#include <strings.h>

int consent_check(const struct call *call)
{
	if (options_has(call->options, OPTION_YES) || call->console->asks)
		return EX_OK;
	return console_fail(call->console, EX_USAGE, "there is nobody to be asked here: add --yes to do it without a question");
}

/* Only yes, or its first letter, is yes: a line that ends early is not. */
static bool says_yes(const struct console *console)
{
	char answer[8] = "";

	if (!fgets(answer, sizeof(answer), console->in))
		fputc('\n', console->err);
	answer[strcspn(answer, "\r\n")] = '\0';
	return strcasecmp(answer, "y") == 0 || strcasecmp(answer, "yes") == 0;
}

int consent_ask(const struct call *call, const char *question)
{
	if (options_has(call->options, OPTION_YES))
		return EX_OK;
	fprintf(call->console->err, "%s [y/N] ", question);
	fflush(call->console->err);
	return says_yes(call->console) ? EX_OK : console_fail(call->console, EX_NOPERM, "nothing was done");
}
