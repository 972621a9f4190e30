/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How long to wait before trying again: exponential, capped, with full jitter.
 * Base layer, pure: the caller brings the random number.
 */
#ifndef CLAIMD_BASE_BACKOFF_H
#define CLAIMD_BASE_BACKOFF_H

#include <stdint.h>

/* The pause in microseconds before try number ATTEMPT (1 is the first repeat): uniform between FLOOR_US
 * and min(CAP_US, BASE_US * 2^(attempt-1)), never below FLOOR_US, so never a busy loop. RANDOM is any 64 bits. */
int64_t backoff_delay_us(unsigned attempt, int64_t floor_us, int64_t base_us, int64_t cap_us, uint64_t random);

/* Uniform in [min_us, max_us] by RANDOM. */
int64_t backoff_spread_us(int64_t min_us, int64_t max_us, uint64_t random);

/* 64 bits from the kernel's generator. */
uint64_t backoff_random(void);

#endif
