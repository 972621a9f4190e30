/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the output may look like; and errors of claimctl as one line and an exit status.
 * Ctl layer.
 */
#include "ctl/console.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"

void console_look(struct console *console)
{
	const char *kind = getenv("TERM");
	const char *no_colour = getenv("NO_COLOR");

	console->terminal = isatty(fileno(console->out)) == 1;
	console->screen = console->terminal && kind && *kind && strcmp(kind, "dumb") != 0;
	console->colour = console->screen && !(no_colour && *no_colour);
	console->asks = isatty(fileno(console->in)) == 1 && isatty(fileno(console->err)) == 1;
}

int console_fail(const struct console *console, int status, const char *fmt, ...)
{
	va_list args;

	fputs("claimctl: ", console->err);
	va_start(args, fmt);
	vfprintf(console->err, fmt, args);
	va_end(args);
	fputc('\n', console->err);
	return status;
}

int console_status(int code)
{
	switch ((enum err)code) {
	case ERR_OK:
		return EX_OK;
	case ERR_BUSY:
	case ERR_NOMEM:
		return EX_TEMPFAIL;
	case ERR_IO:
	case ERR_FULL:
		return EX_IOERR;
	case ERR_CORRUPT:
	case ERR_TOO_NEW:
	case ERR_INVALID:
		return EX_DATAERR;
	case ERR_NOT_FOUND:
		return EX_NOINPUT;
	case ERR_REFUSED:
		return EX_NOPERM;
	}
	return EX_SOFTWARE;
}
