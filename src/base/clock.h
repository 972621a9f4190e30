/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Time as a parameter: wall and monotonic time are different types, so mixing them does not compile.
 * Base layer. Only this module reads the system's clocks; everybody else is handed a struct clock
 * or, in the model, the time itself.
 */
#ifndef CLAIMD_BASE_CLOCK_H
#define CLAIMD_BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#define USEC_PER_MS INT64_C(1000)
#define USEC_PER_SEC INT64_C(1000000)

/* Microseconds since 1970-01-01T00:00:00Z. */
struct wall {
	int64_t us;
};

/* Microseconds of CLOCK_MONOTONIC. */
struct mono {
	int64_t us;
};

/* "Not known", and the value of a time column that is NULL. */
#define WALL_NONE ((struct wall){ INT64_MIN })

/* A clock: the system's, moved by shift_us. A test moves wall time by changing the shift, and then
 * tells the loop (loop_clock_stepped()), which is just what happens when an administrator sets the clock. */
struct clock {
	int64_t shift_us;
};

struct wall clock_wall(const struct clock *clock);
struct mono clock_mono(const struct clock *clock);

static inline bool wall_is_set(struct wall t)
{
	return t.us != INT64_MIN;
}

static inline struct wall wall_add(struct wall t, int64_t us)
{
	return (struct wall){ t.us + us };
}

/* -1, 0, 1; WALL_NONE sorts before every time. */
static inline int wall_cmp(struct wall a, struct wall b)
{
	return (a.us > b.us) - (a.us < b.us);
}

#endif
