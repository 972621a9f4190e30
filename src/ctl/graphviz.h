/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Graphviz as a program beside us.
 * Ctl layer.
 */
#ifndef CLAIMD_CTL_GRAPHVIZ_H
#define CLAIMD_CTL_GRAPHVIZ_H

#include <stddef.h>
#include <stdio.h>

/* Has dot(1), as PATH finds it, draw LEN bytes of its source as SVG on OUT. ERR_NOT_FOUND when there is no such program,
 * ERR_REFUSED when it fails, which it has told on standard error; ERR_IO. */
int graphviz_write_svg(FILE *out, const char *source, size_t len);

#endif
