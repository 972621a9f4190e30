/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * "name=number,name=number" as the command line's --faults, --lives and --orders take it.
 * Simulator, pure.
 */
#ifndef CLAIMD_SIM_SPEC_H
#define CLAIMD_SIM_SPEC_H

#include <stddef.h>

/* Takes one pair; ERR_INVALID when there is no such name or the number won't do. */
typedef int (*spec_fn)(const char *name, double number, void *cls);

/* Hands each pair of TEXT to FN, from left to right. ERR_INVALID at the first that is none, or that FN refuses. */
int spec_parse(const char *text, spec_fn fn, void *cls);

#endif
