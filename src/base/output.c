/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A full disk or a closed pipe shows itself no sooner than here.
 * Base layer.
 */
#include "base/output.h"

#include <stdio.h>
#include <sysexits.h>

int output_end(const char *program)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return EX_OK;
	fprintf(stderr, "%s: the output can't be written: %m\n", program);
	return EX_IOERR;
}
