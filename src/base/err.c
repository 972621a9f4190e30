/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Texts of the error codes, and the way from errno to them.
 * Base layer.
 * Tells nobody: who knows the subject logs.
 */
#include "base/err.h"

#include <errno.h>

const char *err_text(int code)
{
	switch ((enum err)code) {
	case ERR_OK:
		return "no error";
	case ERR_NOMEM:
		return "out of memory";
	case ERR_IO:
		return "input/output error";
	case ERR_BUSY:
		return "busy";
	case ERR_FULL:
		return "no space left";
	case ERR_INVALID:
		return "not in the right format";
	case ERR_NOT_FOUND:
		return "not found";
	case ERR_CORRUPT:
		return "stored data is damaged";
	case ERR_TOO_NEW:
		return "written by a newer version";
	case ERR_REFUSED:
		return "refused by a rule";
	}
	return "unknown error";
}

int err_from_errno(int errnum)
{
	switch (errnum) {
	case 0:
		return ERR_OK;
	case ENOMEM:
		return ERR_NOMEM;
	case EAGAIN:
	case EBUSY:
	case EADDRINUSE:
	case ETXTBSY:
		return ERR_BUSY;
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
	case EMFILE:
	case ENFILE:
		return ERR_FULL;
	case EINVAL:
	case ENAMETOOLONG:
	case EILSEQ:
	case EOVERFLOW:
		return ERR_INVALID;
	case ENOENT:
	case ENOTDIR:
		return ERR_NOT_FOUND;
	}
	return ERR_IO;
}

bool err_may_pass(int code)
{
	return code == ERR_BUSY || code == ERR_FULL || code == ERR_IO || code == ERR_NOMEM;
}
