/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What every fuzz target shares: the entry that libFuzzer, AFL++ and replay.c call, and how a broken promise is told.
 * Tests: knows no layer.
 */
#ifndef CLAIMD_TESTS_FUZZ_FUZZ_H
#define CLAIMD_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* Runs one input; returns 0, or ends the program where a promise is broken. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FUZZ_REQUIRE(condition) ((condition) ? (void)0 : abort())

#endif
