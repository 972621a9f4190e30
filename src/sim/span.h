/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lengths of time as people write them: "300ms", "1.5s", "10min".
 * Simulator, pure.
 */
#ifndef CLAIMD_SIM_SPAN_H
#define CLAIMD_SIM_SPAN_H

#include <stddef.h>
#include <stdint.h>

/* Reads LEN bytes: a number with up to 6 decimals and ms, s, min, h or d; a bare 0 too. ERR_INVALID for anything else. */
int span_parse(const char *text, size_t len, int64_t *ret_us);

/* Reads "A..B", or "A" for A..A; ERR_INVALID when B is the shorter one. */
int span_parse_range(const char *text, int64_t *ret_min_us, int64_t *ret_max_us);

#endif
