/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Seeded random numbers that don't depend on the order in which they are asked for.
 * Simulator, pure: a number is a function of the seed, its purpose, its subject and its place, so the same seed makes the same
 * decisions however fast the reader is.
 */
#ifndef CLAIMD_SIM_CHANCE_H
#define CLAIMD_SIM_CHANCE_H

#include <stdbool.h>
#include <stdint.h>

/* What a number is for. Faults draw from CHANCE_FAULT + their enum fault. */
enum chance {
	CHANCE_ID,
	CHANCE_LIFE,
	CHANCE_PAUSE,
	CHANCE_REVISION,
	CHANCE_PRICE,
	CHANCE_STALE_READS,
	CHANCE_DELAY_CALLBACK,
	CHANCE_DELAY_ANSWER,
	CHANCE_FAULT,
	/* Behind all faults, so that what a seed decides above stays decided. */
	CHANCE_EDIT_REVISION = 64,
	CHANCE_OPERATION,
	CHANCE_REPEAT,
	CHANCE_SHUFFLE,
	CHANCE_CURSOR,
	CHANCE_PREPAID,
	CHANCE_FAKE,
	CHANCE_PUSH,
	CHANCE_CONFLICT,
	CHANCE_OPERATION_ID,
};

/* Draw number NUMBER for PURPOSE about SUBJECT (a shipment's index, or 0). */
uint64_t chance_draw(uint64_t seed, unsigned purpose, uint64_t subject, uint64_t number);

/* Whether something of PROBABILITY (0 to 1) happens, by RANDOM. */
bool chance_hits(uint64_t random, double probability);

#endif
