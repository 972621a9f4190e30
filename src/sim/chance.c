/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A counter-based generator: the inputs are folded into one word, each fold followed by a mixing step.
 * Simulator, pure.
 * Not for secrets.
 */
#include "sim/chance.h"

/* The finalizer of the SplitMix64 generator: each input bit changes about half of the output bits. */
static uint64_t mix(uint64_t x)
{
	x += UINT64_C(0x9e3779b97f4a7c15);
	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

uint64_t chance_draw(uint64_t seed, unsigned purpose, uint64_t subject, uint64_t number)
{
	return mix(mix(mix(mix(seed) + purpose) + subject) + number);
}

bool chance_hits(uint64_t random, double probability)
{
	/* 53 bits: what a double holds exactly. */
	return (double)(random >> 11) * 0x1p-53 < probability;
}
