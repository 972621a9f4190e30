/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is required of whatever was read from an upstream, whichever document it stood in.
 * Tests: wire layer.
 */
#ifndef CLAIMD_TESTS_FUZZ_REQUIRE_H
#define CLAIMD_TESTS_FUZZ_REQUIRE_H

#include <stdbool.h>
#include <stddef.h>

#include "model/seen.h"

/* One line of visible UTF-8 that ends within SIZE, 256 at most. */
void require_line(const char *text, size_t size);

/* The decimal digits of an int64 above 0. */
void require_number_id(const char *text);

/* Texts, times and the id are as seen.h promises. */
void require_seen(const struct seen *seen);

/* What only orders have is not given. */
void require_no_order(const struct seen *seen);

void require_same_seen(const struct seen *a, const struct seen *b);

/* Whether T, or that there is none, can be written in Moscow's zone: the last three hours of the year 9999 can't. */
bool has_moscow_text(struct wall t);

#endif
