/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Each document that wire writes, and who reads it.
 * Memory ring: helper.
 */
#ifndef CLAIMD_TESTS_MEMORY_DOCUMENTS_H
#define CLAIMD_TESTS_MEMORY_DOCUMENTS_H

#include <stddef.h>

/* Not all of json-c is fit to be tried to the end: its parser, where memory gives out, forgets what it has so far, and trips over what
 * has no name. */
enum trial {
	EVERY,   /* each allocation fails in turn */
	NO_READ, /* so when it is written; what is read has a null, which takes no memory, so that only its name is missing */
	LEAKY,   /* when it is written, json-c parses a part of it */
	OURS,    /* the same, and the part has names and numbers; what json-c itself needs is not kept from it */
};

struct document {
	const char *name;
	int (*write)(char **ret);                  /* *ret is owned by the caller, free() */
	int (*read)(const char *text, size_t len); /* frees what it read; NULL: wire does not read it, or can't fail at it */
	enum trial trial;
};

extern const struct document documents[];
extern const size_t documents_n;

#endif
