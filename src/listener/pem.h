/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Certificate and key files as texts.
 * Listener layer: does not look into them; that is the TLS library's work.
 */
#ifndef CLAIMD_LISTENER_PEM_H
#define CLAIMD_LISTENER_PEM_H

#include "base/attr.h"

/* A whole file, NUL-terminated. ERR_NOT_FOUND or ERR_IO when it can't be read, ERR_INVALID when it is empty or too
 * long to be a chain. */
int pem_load(const char *path, char **ret);
char *pem_free(char *text); /* wipes it, since it may be a key; takes NULL, returns NULL */

DEFINE_CLEANUP(pem, char *, pem_free)

#endif
