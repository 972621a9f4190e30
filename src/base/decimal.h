/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Decimals with up to four digits behind the point, as upstreams write money, to be compared: never a double.
 * Base layer.
 */
#ifndef CLAIMD_BASE_DECIMAL_H
#define CLAIMD_BASE_DECIMAL_H

#include <stdint.h>

/* "1449", "1738.8" or "0.0001" in units of 1/10000. Zeros may follow, as in "149.900000". ERR_INVALID for anything else: a sign, an
 * exponent, other digits behind the fourth, an amount past int64. */
int decimal_parse(const char *text, int64_t *ret);

#endif
